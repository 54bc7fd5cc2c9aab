/* cmd_ask.c: the manager's half of the router at its prompt: `snmp get|get-next|get-bulk|set` asks another agent, and `show snmp sessions` and `pending` say what was
 * asked, `show snmp stats` who asked us. The command waits for the answer, or until it is interrupted. Objects are named as in views: numbers, or a known name and numbers behind it, and printed so.
 */
#include "snmp/cmd/cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "espial/clock.h"
#include "espial/ip.h"
#include "espial/loop.h"
#include "espial/manager.h"
#include "espial/mem.h"
#include "espial/mib.h"
#include "espial/text.h"
#include "snmp/snmp.h"
#include "snmp/snmp_conf.h"

#define TO                                                                                                             \
    "{v1|v2c|v3 {noauth|auth|priv}=level}=version <ip:addr> <word:who> &{[retry <retry:0-100>]|[timeout "              \
    "<timeout:1-1000>]}"
#define TO_HELP                                                                                                        \
    "SNMP version 1|SNMP version 2c|SNMP version 3|Without authentication|With authentication|With authentication "    \
    "and encryption|"                                                                                                  \
    "IP address of the agent|Community string, or user of version 3|Times to ask again|Number of times (default "      \
    "3)|Time to wait for an answer|Seconds (default 3)"
#define VALUE(n)                                                                                                       \
    "<word:object" #n "> {counter|gauge|integer|ip-address|object-id|string|timeticks}=type" #n " <word:value" #n ">"
#define VALUE_HELP                                                                                                     \
    "|Object ID or name|Counter32|Gauge32|INTEGER|IpAddress|OBJECT IDENTIFIER|OCTET STRING|TimeTicks|Value"
#define RETRIES   3
#define TIMEOUT_S 3

struct waiting {
    struct cmd_ctx *c;
    struct manager manager;
    struct agent_ask *ask;
};

static void interrupted(void *arg, bool closing)
{
    struct waiting *w = arg;
    struct cmd_ctx *c = w->c;
    w->manager.forget(w->manager.arg, w->ask);
    mem_free(w);
    if (!closing)
        cmd_done(c->host, c->shell, CMD_FAIL);
}

static void answered(void *arg, const struct agent_answer *a)
{
    struct waiting *w = arg;
    struct cmd_ctx *c = w->c;
    struct snmp *s = c->self;
    if (a->answered) {
        struct text t = {0};
        text_printf(&t, "SNMP Response: reqid %" PRId32 ", errstat %" PRId32 ", erridx %" PRId32 " \n", a->id,
                    a->status, a->index);
        for (size_t i = 0; i < a->nvalues; i++)
            snmp_say_value(s, &a->values[i], &t);
        out_text(c->out, text_str(&t));
        text_free(&t);
    } else {
        out_text(c->out, "%SNMP: Request timed out\n");
    }
    mem_free(w);
    c->host->on_abort(c->shell, NULL, NULL);
    cmd_done(c->host, c->shell, a->answered ? CMD_OK : CMD_FAIL);
}

static enum cmd_result put(struct cmd_ctx *c, enum agent_op op, const struct trap_var *vars, size_t n)
{
    static const char *const refusals[] = {[AGENT_BUSY] = "too many requests are under way",
                                           [AGENT_NO_USER] = "no such user of that engine",
                                           [AGENT_NO_WAY] = "no route to the agent",
                                           [AGENT_TOO_BIG] = "the request is too big"};
    struct agent_question q = {.op = op,
                               .version = (int)cmd_int(c, "version") + 1,
                               .level = (int)cmd_int(c, "level"),
                               .who = cmd_str(c, "who"),
                               .addr = cmd_ip(c, "addr"),
                               .retries = cmd_has(c, "retry") ? (unsigned)cmd_int(c, "retry") : RETRIES,
                               .timeout_s = cmd_has(c, "timeout") ? (unsigned)cmd_int(c, "timeout") : TIMEOUT_S,
                               .non_repeaters = (int32_t)cmd_int(c, "nonrepeaters"),
                               .max_repetitions = (int32_t)cmd_int(c, "repetitions"),
                               .vars = vars,
                               .nvars = n};
    enum agent_refusal why;
    struct waiting *w = NEW(struct waiting);
    w->c = c;
    snmp_manager(c->self, &w->manager);
    w->ask = w->manager.ask(w->manager.arg, &q, answered, w, &why);
    if (!w->ask) {
        out_printf(c->out, "%%SNMP: Request not sent: %s\n", refusals[why]);
        mem_free(w);
        return CMD_FAIL;
    }
    c->host->on_abort(c->shell, interrupted, w);
    return CMD_WAIT;
}

static bool take_name(struct cmd_ctx *c, const char *typed, struct trap_var *v)
{
    if (snmp_object(c->self, typed, v))
        return true;
    out_printf(c->out, "%%Bad OID: %s\n", typed);
    return false;
}

static enum cmd_result ask_names(struct cmd_ctx *c, enum agent_op op)
{
    const char *typed;
    struct trap_var vars[AGENT_VARS_MAX];
    size_t n = 0;
    for (; (typed = cmd_nth(c, "oid", n)); n++) {
        if (n == AGENT_VARS_MAX) {
            out_printf(c->out, "%% At most %d objects can be asked for\n", AGENT_VARS_MAX);
            return CMD_FAIL;
        }
        if (!take_name(c, typed, &vars[n]))
            return CMD_FAIL;
    }
    return put(c, op, vars, n);
}

static enum cmd_result ask_get(struct cmd_ctx *c)
{
    return ask_names(c, AGENT_GET);
}

static enum cmd_result ask_next(struct cmd_ctx *c)
{
    return ask_names(c, AGENT_GET_NEXT);
}

static enum cmd_result ask_bulk(struct cmd_ctx *c)
{
    if (cmd_int(c, "version") == 0) {
        out_text(c->out, "% SNMPv1 has no get-bulk: use version 2c or 3\n");
        return CMD_FAIL;
    }
    return ask_names(c, AGENT_GET_BULK);
}

/* The value as the type that the row names. */
static bool take_value(struct cmd_ctx *c, const char *typed, int64_t type, struct trap_var *v)
{
    static const enum trap_type types[] = {TRAP_COUNTER, TRAP_UNSIGNED, TRAP_INT,  TRAP_IP,
                                           TRAP_OID,     TRAP_STRING,   TRAP_TICKS};
    uint64_t u = 0;
    uint32_t addr;
    struct trap_var o;
    v->type = types[type];
    switch (v->type) {
    case TRAP_INT: return str_int(typed, INT32_MIN, INT32_MAX, &v->num);
    case TRAP_IP:
        if (!ip4_parse(typed, &addr))
            return false;
        v->num = addr;
        return true;
    case TRAP_OID:
        if (!snmp_object(c->self, typed, &o))
            return false;
        v->len = o.oid_len;
        memcpy(v->oid_val, o.oid, sizeof v->oid_val);
        return true;
    case TRAP_STRING:
        v->len = (uint16_t)strnlen(typed, sizeof v->data);
        memcpy(v->data, typed, v->len);
        return strlen(typed) <= sizeof v->data;
    default:
        if (!str_uint(typed, 0, UINT32_MAX, &u))
            return false;
        v->num = (int64_t)u;
        return true;
    }
}

static enum cmd_result ask_set(struct cmd_ctx *c)
{
    static const char *const objects[] = {"object1", "object2", "object3", "object4"},
                            *const types[] = {"type1", "type2", "type3", "type4"},
                            *const values[] = {"value1", "value2", "value3", "value4"};
    struct trap_var vars[4] = {0};
    size_t n = 0;
    for (; n < 4 && cmd_has(c, objects[n]); n++) {
        if (!take_name(c, cmd_str(c, objects[n]), &vars[n]))
            return CMD_FAIL;
        if (!take_value(c, cmd_str(c, values[n]), cmd_int(c, types[n]), &vars[n])) {
            out_printf(c->out, "%%Bad value: %s\n", cmd_str(c, values[n]));
            return CMD_FAIL;
        }
    }
    return put(c, AGENT_SET, vars, n);
}

/* ---- shows ---- */

static const char *const who[] = {"V1 community", "V2C community", "V3 user"};

static void show_one_session(struct out *o, const struct snmp_session *n, bool brief)
{
    out_printf(o, "Destination: %s.%u, %s: %s", IP4(n->addr), n->port, who[n->version], n->who);
    if (!n->pending)
        out_printf(o, ", Expires in %" PRIu32 " secs", n->expires);
    out_text(o, "\n");
    if (brief)
        return;
    out_printf(o, "  Round-trip-times: %" PRIu32 "/%" PRIu32 "/%" PRIu32 " (min/max/last)\n", n->rtt_min, n->rtt_max,
               n->rtt_last);
    out_printf(o,
               "  packets output\n    %" PRIu64 " Gets, %" PRIu64 " GetNexts, %" PRIu64 " GetBulks, %" PRIu64
               " Sets, %" PRIu64 " Informs\n",
               n->gets, n->get_nexts, n->get_bulks, n->sets, n->informs);
    out_printf(o, "    %" PRIu64 " Timeouts, %" PRIu64 " Drops\n", n->timeouts, n->drops);
    out_printf(
        o, "  packets input\n    %" PRIu64 " Traps, %" PRIu64 " Informs, %" PRIu64 " Responses (%" PRIu64 " errors)\n",
        n->traps_in, n->informs_in, n->responses, n->errors);
}

static enum cmd_result show_sessions(struct cmd_ctx *c)
{
    const struct snmp_session *n;
    for (size_t i = 0; (n = snmp_session(c->self, i)); i++)
        show_one_session(c->out, n, cmd_has(c, "brief"));
    return CMD_OK;
}

static enum cmd_result show_pending(struct cmd_ctx *c)
{
    struct snmp_pending p;
    for (size_t i = 0; snmp_pending(c->self, i, &p); i++)
        out_printf(c->out, "req id: %" PRIu32 ", dest: %s.%u, %s: %s, Expires in %u secs\n", p.request_id, IP4(p.addr),
                   p.port, who[p.host->version], p.host->community, p.expires);
    return CMD_OK;
}

/* ---- who has asked us ---- */

static enum cmd_result show_poll_hosts(struct cmd_ctx *c)
{
    const struct snmp_poll_host *h;
    uint64_t now = loop_now(snmp_loop(c->self));
    out_printf(c->out, "%-30s%-31s%s\n", "Request Count", "Last Timestamp", "Address");
    for (size_t i = 0; (h = snmp_poll_host(c->self, i)); i++) {
        char span[16], ago[24];
        snprintf(ago, sizeof ago, "%s ago", span_format((now - h->last) / US_PER_S, span));
        out_printf(c->out, "%-30" PRIu64 "%-31s%s\n", h->requests, ago, IP4(h->addr));
    }
    return CMD_OK;
}

/* In the order of the MIB. */
static enum cmd_result show_poll_objects(struct cmd_ctx *c)
{
    size_t cursor = 0;
    const struct mib_row *row;
    const struct snmp_poll_object *o;
    struct mib *m = snmp_mib(c->self);
    struct text name = {0};
    uint64_t now = loop_now(snmp_loop(c->self));
    int64_t wall = clock_wall(snmp_clock(c->self));
    out_printf(c->out, "%-33s%-33s%s\n", "time-stamp", "#of times requested", "OID");
    while (m && (row = mib_each(m, &cursor))) {
        char when[64];
        if (!(o = snmp_poll_object(c->self, row)))
            continue;
        snmp_say_object(c->self, row, &name);
        out_printf(c->out, "%-33s%-33" PRIu64 "%s\n",
                   clock_text(snmp_clock(c->self), wall - (int64_t)(now - o->last), false, when), o->requests,
                   text_str(&name));
        text_clear(&name);
    }
    text_free(&name);
    return CMD_OK;
}

static enum cmd_result clear_polls(struct cmd_ctx *c)
{
    snmp_polls_clear(c->self, cmd_has(c, "hosts"), cmd_has(c, "oid"));
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "snmp", "Requests to other SNMP agents"),
    HELP(EXEC, "snmp get", "Get the value of objects"),
    HELP(EXEC, "snmp get-bulk", "Get the objects behind these, many at a time"),
    HELP(EXEC, "snmp get-next", "Get the objects behind these"),
    HELP(EXEC, "snmp set", "Set the values of objects"),
    DO(EXEC, 15, "snmp get " TO " oid <word:oid>...", ask_get, TO_HELP "|Objects|Object ID or name"),
    DO(EXEC, 15,
       "snmp get-bulk " TO " non-repeaters <nonrepeaters:0-100> max-repetitions <repetitions:1-100> oid <word:oid>...",
       ask_bulk,
       TO_HELP "|Objects at the beginning that are asked for once|Number|How often the others are asked "
               "for|Number|Objects|Object ID or name"),
    DO(EXEC, 15, "snmp get-next " TO " oid <word:oid>...", ask_next, TO_HELP "|Objects|Object ID or name"),
    DO(EXEC, 15,
       "snmp set " TO " oid " VALUE(1) " [" VALUE(2) " [" VALUE(3) " [" VALUE(4) "]]]", ask_set,
       TO_HELP "|Objects" VALUE_HELP VALUE_HELP VALUE_HELP VALUE_HELP),
    HELP(EXEC, "clear snmp", "Clear SNMP"),
    HELP(EXEC, "clear snmp stats", "Clear SNMP statistics"),
    DO(EXEC, 15, "clear snmp stats {hosts=hosts|oid=oid}", clear_polls,
       "Clear the hosts that have asked|Clear the objects that were asked for"),
    HELP(EXEC, "show snmp stats", "show SNMP statistics"),
    DO(EXEC, 1, "show snmp stats hosts", show_poll_hosts, "hosts that have asked"),
    DO(EXEC, 1, "show snmp stats oid", show_poll_objects, "objects that were asked for"),
    DO(EXEC, 15, "show snmp pending", show_pending, "show SNMP manager pending requests"),
    DO(EXEC, 15, "show snmp sessions [brief=brief]", show_sessions,
       "show SNMP manager sessions|names of the sessions only"),
};
const struct cmd_table snmp_table_ask = CMD_TABLE("snmp/cmd/cmd_ask", rows);
