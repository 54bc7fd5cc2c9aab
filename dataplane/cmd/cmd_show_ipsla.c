/* cmd_show_ipsla.c: show ip sla {statistics | summary | configuration | reaction-configuration | application}.
 *
 * Layouts are those of IOS XE; lines about what this router does not keep (distributions, history, groups) are left out,
 * save those that programs look for and that say the truth about it: of distributions and history none is kept. */
#include <stdio.h>
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/net/net.h"
#include "dataplane/svc/ipsla.h"
#include "espial/clock.h"
#include "espial/loop.h"

typedef unsigned long long ull;

enum { MOST_ENTRIES = 65535 }; /* echoes that may be under way at once: their numbers have 16 bits */

/* The operations asked for, one after the other. */
static bool next(struct cmd_ctx *c, uint32_t *from, struct ipsla_info *i)
{
    bool one = cmd_has(c, "number");
    uint32_t number = (uint32_t)cmd_int(c, "number");

    if (one && *from <= number)
        *from = number;
    if (!ipsla_info(dataplane_ipsla(c->self), *from, i) || (one && i->conf->number != number))
        return false;
    *from = i->conf->number + 1;
    return true;
}

static bool answered(const struct ipsla_info *i)
{
    return i->code == IPSLA_OK || i->code == IPSLA_OVER;
}

static void time_line(struct cmd_ctx *c, const char *what, int64_t when, bool msec)
{
    const struct clock *clock = ipsla_clock(dataplane_ipsla(c->self));
    enum clock_source mark = clock_mark(clock);
    char text[64];

    out_printf(c->out, "%s: %s%s\n", what,
               mark == CLOCK_UNSET  ? "*"
               : mark == CLOCK_LOST ? "."
                                    : "",
               clock_text(clock, when, msec, text));
}

static void statistics_one(struct cmd_ctx *c, const struct ipsla_info *i)
{
    bool known = i->code != IPSLA_UNKNOWN;

    out_printf(c->out, "IPSLA operation id: %u\n", i->conf->number);
    if (known && answered(i))
        out_printf(c->out, "        Latest RTT: %u milliseconds\n", i->rtt);
    else if (known)
        out_text(c->out, "        Latest RTT: NoConnection/Busy/Timeout\n");
    if (known) {
        time_line(c, "Latest operation start time", i->started, false);
        out_printf(c->out, "Latest operation return code: %s\n", ipsla_code_text(i->code));
    }
    if (known && cmd_has(c, "details"))
        out_printf(c->out, "Over thresholds occurred: %s\n", i->over ? "TRUE" : "FALSE");
    if (i->counted)
        out_printf(c->out, "Number of successes: %llu\nNumber of failures: %llu\n", (ull)i->successes,
                   (ull)i->failures);
    else
        out_text(c->out, "Number of successes: Unknown\nNumber of failures: Unknown\n");
    if (i->state == IPSLA_ACTIVE && i->schedule->forever)
        out_text(c->out, "Operation time to live: Forever\n");
    else if (i->state == IPSLA_ACTIVE)
        out_printf(c->out, "Operation time to live: %llu sec\n", (ull)i->life_left);
    else
        out_text(c->out, "Operation time to live: 0\n");
    if (cmd_has(c, "details"))
        out_printf(c->out, "Operational state of entry: %s\nLast time this entry was reset: Never\n",
                   i->state == IPSLA_ACTIVE    ? "Active"
                   : i->state == IPSLA_PENDING ? "Pending"
                                               : "Inactive");
    out_text(c->out, "\n\n\n");
}

static enum cmd_result statistics(struct cmd_ctx *c)
{
    struct ipsla_info i;

    out_text(c->out, "IPSLAs Latest Operation Statistics\n\n");
    for (uint32_t at = 0; next(c, &at, &i);)
        statistics_one(c, &i);
    return CMD_OK;
}

static void ago_text(struct cmd_ctx *c, const struct ipsla_info *i, char out[64])
{
    uint64_t s = (loop_now(net_loop(dataplane_net(c->self))) - i->started_at) / US_PER_S;
    static const struct {
        unsigned seconds;
        const char *name;
    } units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    size_t len = 0, said = 0;

    out[0] = 0;
    for (size_t k = 0; k < 4 && said < 2; k++) {
        uint64_t n = s / units[k].seconds;
        s %= units[k].seconds;
        if (!n && !(k == 3 && !said))
            continue;
        len += (size_t)snprintf(out + len, 64 - len, "%s%llu %s%s", said ? ", " : "", (ull)n, units[k].name,
                                n == 1 ? "" : "s");
        said++;
    }
    snprintf(out + len, 64 - len, " ago");
}

static void summary_one(struct cmd_ctx *c, const struct ipsla_info *i)
{
    static const char marks[] = {[IPSLA_INACTIVE] = '^', [IPSLA_PENDING] = '~', [IPSLA_ACTIVE] = '*'};
    char id[16], stats[24] = "-", ago[64] = "-";

    snprintf(id, sizeof id, "%c%u", marks[i->state], i->conf->number);
    if (answered(i))
        snprintf(stats, sizeof stats, "RTT=%u", i->rtt);
    if (i->code != IPSLA_UNKNOWN)
        ago_text(c, i, ago);
    out_printf(c->out, "%-12s %-11s %-17s %-11s %-11s %s\n", id, i->conf->kind ? "icmp-echo" : "-",
               i->conf->kind ? IP4(i->conf->dst) : "-", stats, ipsla_code_text(i->code), ago);
}

static enum cmd_result summary(struct cmd_ctx *c)
{
    struct ipsla_info i;

    out_text(c->out, "IPSLAs Latest Operation Summary\n"
                     "Codes: * active, ^ inactive, ~ pending\n"
                     "All Stats are in milliseconds. Stats with u are in microseconds\n\n"
                     "ID           Type        Destination       Stats       Return      Last\n"
                     "                                                       Code        Run \n"
                     "-----------------------------------------------------------------------\n");
    for (uint32_t at = 0; next(c, &at, &i);)
        summary_one(c, &i);
    return CMD_OK;
}

static void start_line(struct cmd_ctx *c, const struct ipsla_info *i)
{
    out_text(c->out, "   Next Scheduled Start Time: ");
    if (i->start_left)
        out_printf(c->out, "in %llu seconds\n", (ull)i->start_left);
    else
        out_text(c->out,
                 i->state == IPSLA_PENDING || !i->schedule ? "Pending trigger\n" : "Start Time already passed\n");
    if (i->schedule && i->schedule->forever)
        out_text(c->out, "   Life (seconds): Forever\n");
    else
        out_printf(c->out, "   Life (seconds): %u\n", i->schedule ? i->schedule->life : 3600);
}

static void configuration_one(struct cmd_ctx *c, const struct ipsla_info *i)
{
    const struct sla_conf *o = i->conf;
    bool echo = o->kind == SLA_ICMP_ECHO;

    out_printf(c->out, "Entry Number: %u\n   Owner: %s\n   Tag: %s\n", o->number, o->owner[0] ? o->owner : "-",
               o->tag[0] ? o->tag : "-");
    if (echo)
        out_printf(c->out,
                   "   Type of operation to perform: icmp-echo\n   Target address: %s\n   Source %s: %s\n"
                   "   Type Of Service parameter: 0x%X\n   Request size (ARR data bytes): %u\n",
                   IP4(o->dst), o->src_if[0] ? "interface" : "address", o->src_if[0] ? o->src_if : IP4(o->src), o->tos,
                   o->data_size);
    out_printf(c->out, "   Timeout (milliseconds): %u\n   Frequency (seconds): %u\n", o->timeout, o->frequency);
    if (echo)
        out_printf(c->out, "   Verify data: %s\n", o->verify ? "Yes" : "No");
    start_line(c, i);
    out_printf(c->out,
               "   Status of entry (SNMP RowStatus): %s\n"
               "   Threshold (milliseconds): %u\n"
               "   Distribution Statistics:\n"
               "      Number of statistics hours kept: 0\n"
               "      Number of statistics distributions buckets kept: 0\n"
               "      Statistic distribution interval (milliseconds): 0\n"
               "   Enhanced History:\n"
               "      Number of history Lives kept: 0\n"
               "      Number of history Buckets kept: 0\n"
               "      History Filter Type: None\n\n",
               i->schedule ? "Active" : "notInService", o->threshold);
}

static enum cmd_result configuration(struct cmd_ctx *c)
{
    struct ipsla_info i;

    out_text(c->out, "IP SLAs Configuration:\n");
    for (uint32_t at = 0; next(c, &at, &i);)
        configuration_one(c, &i);
    return CMD_OK;
}

static void reaction_one(struct cmd_ctx *c, const struct ipsla_react_info *i)
{
    static const char *const types[] = {"Never", "Immediate", "Consecutive", "X of Y", "Average"};
    const struct sla_react_conf *r = i->conf;

    out_printf(c->out, "Entry number: %u\nIndex: %u\nReaction: %s\nThreshold Type: %s\n", r->number,
               ipsla_react_index(r), ipsla_element_names[r->element], types[r->threshold]);
    if (r->element == SLA_RTT)
        out_printf(c->out, "Rising (milliseconds): %u\nFalling (milliseconds): %u\n", r->upper, r->lower);
    if (r->threshold == SLA_X_OF_Y)
        out_printf(c->out, "Threshold CountX: %u\nThreshold CountY: %u\n", r->x, r->y);
    else if (r->threshold > SLA_IMMEDIATE)
        out_printf(c->out, "Threshold Count: %u\n", r->threshold == SLA_AVERAGE ? r->average : r->consecutive);
    out_printf(c->out, "Action Type: %s\nReaction occurred: %s\n\n",
               r->action == SLA_ACTION_TRAP ? "Trap only" : "None", i->occurred ? "TRUE" : "FALSE");
}

static enum cmd_result reactions(struct cmd_ctx *c)
{
    struct ipsla_react_info i;

    for (size_t at = 0; ipsla_react_next(dataplane_ipsla(c->self), &at, &i);)
        if (!cmd_has(c, "number") || i.conf->number == (uint32_t)cmd_int(c, "number"))
            reaction_one(c, &i);
    return CMD_OK;
}

static enum cmd_result application(struct cmd_ctx *c)
{
    struct ipsla_info i;
    unsigned n[3] = {0};

    for (uint32_t at = 0; next(c, &at, &i);)
        n[i.state]++;
    unsigned all = n[IPSLA_ACTIVE] + n[IPSLA_PENDING] + n[IPSLA_INACTIVE];
    out_printf(c->out,
               "        IP Service Level Agreements\n"
               "Version: Round Trip Time MIB 2.2.0, Infrastructure Engine-III\n\n"
               "Supported Operation Types:\n        icmpEcho\n\n"
               "Supported Features:\n        IPSLAs Event Publisher\n\n"
               "IP SLAs low memory water mark: 0\n"
               "Estimated system max number of entries: %u\n\n"
               "Estimated number of configurable operations: %u\n"
               "Number of Entries configured  : %u\n"
               "Number of active Entries      : %u\n"
               "Number of pending Entries     : %u\n"
               "Number of inactive Entries    : %u\n",
               MOST_ENTRIES, all < MOST_ENTRIES ? MOST_ENTRIES - all : 0, all, n[IPSLA_ACTIVE], n[IPSLA_PENDING],
               n[IPSLA_INACTIVE]);
    int64_t changed = ipsla_last_change(dataplane_ipsla(c->self));
    if (changed)
        time_line(c, "Time of last change in whole IP SLAs", changed, true);
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "show ip sla", "IP Service Level Agreement (SLA)"),
    DO(EXEC, 1, "show ip sla statistics [<number:1-2147483647>] [details=details]", statistics,
       "IP SLAs Statistics|Entry Number|Show in detail"),
    DO(EXEC, 1, "show ip sla summary", summary, "IP SLAs Statistics Summary"),
    DO(EXEC, 1, "show ip sla configuration [<number:1-2147483647>]", configuration,
       "IP SLAs Configuration|Entry Number"),
    DO(EXEC, 1, "show ip sla reaction-configuration [<number:1-2147483647>]", reactions,
       "IP SLAs Reaction Configuration|Entry Number"),
    DO(EXEC, 1, "show ip sla application", application, "IP SLAs Application"),
};
const struct cmd_table dp_table_show_ipsla = CMD_TABLE("dataplane/cmd/cmd_show_ipsla", rows);
