/* cmd_evtrace.c: show monitor event-trace crypto, monitor event-trace crypto ... {enable|disable|clear}.
 *
 * One trace alone prints its lines; `crypto all` and its like print every trace under its name, `merged` the lines of
 * all by time. `latest` is what came since it was last asked, `back` a span in minutes or hours:minutes, `clock` from a time of
 * day on (of this day, or of the day before when it is still to come, or of the date said), `from-boot` may leave out the
 * first seconds. A router without certificates has nothing to say in the traces of PKI. */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/ipsec/evtrace.h"
#include "espial/clock.h"
#include "espial/loop.h"
#include "espial/text.h"

static struct evtrace *traces(const struct cmd_ctx *c)
{
    return ipsec_evtrace(dataplane_ipsec(c->self));
}

/* The loop time of a time of day as it was typed; false: it is none. */
static bool at_clock(struct cmd_ctx *c, uint64_t *at)
{
    struct dataplane_env const *env = dataplane_env(c->self);
    uint64_t now = loop_now(env->loop);
    int64_t wall = clock_wall(env->clock), then;
    struct wall_time w = clock_local(env->clock, wall);
    const char *month = cmd_str(c, "month");
    unsigned h, m, mon = 0;
    char more;

    if (sscanf(cmd_str(c, "clock"), "%2u:%2u%c", &h, &m, &more) != 2 || h > 23 || m > 59)
        return false;
    w.hour = (int)h;
    w.min = (int)m;
    w.sec = w.msec = 0;
    if (*month) {
        while (mon < 12 && strncasecmp(month_names[mon], month, 3) != 0)
            mon++;
        if (mon == 12)
            return false;
        w.day = (int)cmd_int(c, "day");
        w.mon = (int)mon;
    }
    then = clock_from_local(env->clock, &w);
    if (then > wall) {
        if (*month)
            w.year--;
        else
            w.day--;
        then = clock_from_local(env->clock, &w);
    }
    if (*month && clock_local(env->clock, then).day != w.day) /* no such day in that year */
        return false;
    *at = (uint64_t)(wall - then) < now ? now - (uint64_t)(wall - then) : 0;
    return true;
}

/* The loop time from which on lines are wanted; false: the span was mistyped. */
static bool since(struct cmd_ctx *c, enum evtrace_id id, uint64_t *at)
{
    uint64_t now = loop_now(dataplane_env(c->self)->loop), span;

    *at = 0;
    if (cmd_has(c, "latest"))
        *at = evtrace_seen(traces(c), id);
    if (cmd_has(c, "after"))
        *at = evtrace_born(traces(c)) + (uint64_t)cmd_int(c, "after") * US_PER_S;
    if (cmd_has(c, "clock") && !at_clock(c, at)) {
        out_text(c->out, "% Invalid time\n");
        return false;
    }
    if (cmd_has(c, "back")) {
        char *end;
        unsigned long n = strtoul(cmd_str(c, "back"), &end, 10);
        if (*end == ':')
            n = n * 60 + strtoul(end + 1, &end, 10);
        if (*end || n > 100000) {
            out_text(c->out, "% Invalid time span\n");
            return false;
        }
        span = n * 60 * US_PER_S;
        *at = span < now ? now - span : 0;
    }
    return true;
}

static bool print_lines(struct cmd_ctx *c, enum evtrace_id id, uint64_t from)
{
    struct evtrace_entry e;
    bool any = false;

    for (size_t at = 0; evtrace_next(traces(c), id, from, &at, &e); any = true)
        out_printf(c->out, "%s\n", e.line);
    if (cmd_has(c, "latest"))
        evtrace_see(traces(c), id);
    return any;
}

static enum cmd_result show_one(struct cmd_ctx *c, enum evtrace_id id)
{
    enum evtrace_state state = evtrace_state(traces(c), id);
    uint64_t from;

    if (!since(c, id, &from))
        return CMD_FAIL;
    if (state != EVTRACE_ON)
        out_printf(c->out, "Tracing currently %s, from exec command\n", state == EVTRACE_OFF ? "disabled" : "enabled");
    print_lines(c, id, from);
    return CMD_OK;
}

static enum cmd_result show_all(struct cmd_ctx *c)
{
    uint64_t from;

    for (int id = 0; id < EVTRACES; id++) {
        if (!since(c, id, &from))
            return CMD_FAIL;
        out_printf(c->out, "%s:\n\n", evtrace_names[id]);
        if (evtrace_state(traces(c), id) == EVTRACE_OFF)
            out_text(c->out, "Tracing currently disabled, from exec command\n\n");
        print_lines(c, id, from);
        if (id + 1 < EVTRACES)
            out_text(c->out, "\n");
    }
    out_text(c->out, "interrupt context allocation count = 0\n");
    return CMD_OK;
}

static enum cmd_result show_merged(struct cmd_ctx *c)
{
    struct evtrace_entry next[EVTRACES];
    size_t at[EVTRACES] = {0};
    bool have[EVTRACES];
    uint64_t from[EVTRACES];

    for (int id = 0; id < EVTRACES; id++) {
        if (!since(c, id, &from[id]))
            return CMD_FAIL;
        have[id] = evtrace_next(traces(c), id, from[id], &at[id], &next[id]);
    }
    for (;;) {
        int first = -1;
        for (int id = 0; id < EVTRACES; id++)
            if (have[id] && (first < 0 || next[id].at < next[first].at))
                first = id;
        if (first < 0)
            break;
        out_printf(c->out, "%.*s%s: %s\n", (int)(next[first].text - next[first].line), next[first].line,
                   evtrace_names[first], next[first].text);
        have[first] = evtrace_next(traces(c), first, from[first], &at[first], &next[first]);
    }
    for (int id = 0; cmd_has(c, "latest") && id < EVTRACES; id++)
        evtrace_see(traces(c), id);
    return CMD_OK;
}

static enum evtrace_id id_of(const struct cmd_ctx *c)
{
    bool error = cmd_has(c, "error"), exception = cmd_has(c, "exception"), internal = cmd_has(c, "internal");

    if (cmd_has(c, "pki"))
        return error ? EV_PKI_ERROR : internal ? EV_PKI_INTERNAL : EV_PKI_EVENT;
    if (cmd_has(c, "ikev2"))
        return error ? EV_IKEV2_ERROR : exception ? EV_IKEV2_EXCEPTION : internal ? EV_IKEV2_INTERNAL : EV_IKEV2_EVENT;
    return error ? EV_IPSEC_ERROR : exception ? EV_IPSEC_EXCEPTION : EV_IPSEC_EVENT;
}

static enum cmd_result show_trace(struct cmd_ctx *c)
{
    return show_one(c, id_of(c));
}

static enum cmd_result show_parameters(struct cmd_ctx *c)
{
    out_printf(c->out, "Trace has %u entries\nStacktrace is disabled by default\n", EVTRACE_SIZE);
    return CMD_OK;
}

static enum cmd_result control(struct cmd_ctx *c)
{
    if (cmd_has(c, "clear"))
        evtrace_clear(traces(c), id_of(c));
    else
        evtrace_switch(traces(c), id_of(c), cmd_has(c, "enable"));
    return CMD_OK;
}

#define SHOW    "show monitor event-trace crypto"
#define MONITOR "monitor event-trace crypto"
#define WHEN                                                                                                           \
    "{all|latest=latest|back <word:back>|clock <word:clock> [<day:1-31> <word:month>]|from-boot [<after:0-4294967>]} " \
    "[detail]"
#define WHEN_HELP                                                                                                      \
    "Show all the traces in current buffer|Show latest trace events since last display|Show trace from this far back " \
    "in the past|Duration, minutes or hours:minutes|Show trace from a specific clock time|Time (hh:mm)|Day of the "    \
    "month|"                                                                                                           \
    "Month of the year|Show trace from this many seconds after booting|Seconds after "                                 \
    "boot|Show the traces in detail"
#define DO_IT      "{enable=enable|disable|clear=clear}"
#define DO_IT_HELP "Enable tracing|Disable tracing|Clear the trace"
#define IPSEC      "ipsec=ipsec {event|error=error|exception=exception}"
#define IKEV2      "ikev2=ikev2 {event|error=error|exception=exception|internal=internal}"
#define PKI        "pki=pki {event|error=error|internal=internal}"
static const struct cmd_row rows[] = {
    HELP(EXEC, "show monitor", "Monitoring different system events"),
    HELP(EXEC, "show monitor event-trace", "Tracing of system events"),
    HELP(EXEC, SHOW, "Crypto traces"),
    DO(EXEC, 15, SHOW " " WHEN, show_all, WHEN_HELP),
    DO(EXEC, 15, SHOW " merged " WHEN, show_merged, "All traces by time|" WHEN_HELP),
    DO(EXEC, 15, SHOW " " IPSEC " " WHEN, show_trace,
       "IPsec traces|Trace of events|Trace of errors|Trace of exceptions|" WHEN_HELP),
    DO(EXEC, 15, SHOW " " IKEV2 " " WHEN, show_trace,
       "IKEv2 traces|Trace of events|Trace of errors|Trace of exceptions|Trace of internal events|" WHEN_HELP),
    DO(EXEC, 15, SHOW " " PKI " " WHEN, show_trace,
       "PKI traces|Trace of events|Trace of errors|Trace of internal events|" WHEN_HELP),
    DO(EXEC, 15, SHOW " " IPSEC " parameters", show_parameters,
       "IPsec traces|Trace of events|Trace of errors|Trace of exceptions|Parameters of the trace"),
    DO(EXEC, 15, SHOW " " IKEV2 " parameters", show_parameters,
       "IKEv2 traces|Trace of events|Trace of errors|Trace of exceptions|Trace of internal events|Parameters of the "
       "trace"),
    DO(EXEC, 15, SHOW " " PKI " parameters", show_parameters,
       "PKI traces|Trace of events|Trace of errors|Trace of internal events|Parameters of the trace"),
    HELP(EXEC, "monitor", "Monitoring different system events"),
    HELP(EXEC, "monitor event-trace", "Tracing of system events"),
    HELP(EXEC, MONITOR, "Crypto traces"),
    DO(EXEC, 15, MONITOR " " IPSEC " " DO_IT, control,
       "IPsec traces|Trace of events|Trace of errors|Trace of exceptions|" DO_IT_HELP),
    DO(EXEC, 15, MONITOR " " IKEV2 " " DO_IT, control,
       "IKEv2 traces|Trace of events|Trace of errors|Trace of exceptions|Trace of internal events|" DO_IT_HELP),
    DO(EXEC, 15, MONITOR " " PKI " " DO_IT, control,
       "PKI traces|Trace of events|Trace of errors|Trace of internal events|" DO_IT_HELP),
};
const struct cmd_table dp_table_evtrace = CMD_TABLE("dataplane/cmd/cmd_evtrace", rows);
