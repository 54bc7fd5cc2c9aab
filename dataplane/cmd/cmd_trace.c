/* cmd_trace.c: traceroute: UDP probes of growing TTL to ports from 33434 on, each to a port of its own, so that an
 * error says which probe it is about.
 *
 * Probes go one at a time: the next after an answer or the timeout. A row holds the probes of one TTL; another
 * answering address begins a line of its own. It ends when the destination answers or somebody says that it can't be
 * reached (after that row), at the greatest TTL, or when interrupted. Bare `traceroute` asks for its options (dialog.c). */
#include <stdio.h>
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/dialog.h"
#include "dataplane/cmd/probe.h"
#include "dataplane/dataplane.h"
#include "dataplane/net/icmp.h"
#include "dataplane/net/net.h"
#include "espial/loop.h"
#include "espial/mem.h"

enum { TRACE_PORT = 33434, TRACE_PROBES = 3, TRACE_TIMEOUT_S = 3, TRACE_TTL_FIRST = 1, TRACE_TTL_LAST = 30 };

struct trace_conf { /* what was asked for */
    uint32_t dest, src, timeout, probes, first, last, port;
    uint8_t tos;
};
struct trace {
    uint8_t tos;
    struct net *net;
    struct out *out;
    const struct cmd_host *host;
    struct shell *shell;
    struct icmp_listener listener;
    struct timer timer;
    uint32_t src, dest, probes;
    uint64_t timeout_us;
    unsigned ttl, last;
    uint16_t sport, dport; /* dport: of the probe underway */
    uint32_t probe;        /* sent at this TTL */
    uint32_t row_addr;     /* last address printed in this row; 0: none */
    bool waiting, arrived;
    uint64_t sent_at;
};

static void trace_end(struct trace *t, bool closing)
{
    const struct cmd_host *host = t->host;
    struct shell *shell = t->shell;

    timer_clear(&t->timer);
    icmp_unlisten(t->net, &t->listener);
    mem_free(t);
    host->on_abort(shell, NULL, NULL);
    if (!closing)
        cmd_done(host, shell, CMD_OK);
}

static void trace_abort(void *arg, bool closing)
{
    struct trace *t = arg;

    if (!closing)
        out_text(t->out, "\n");
    trace_end(t, closing);
}

static void trace_send(struct trace *t)
{
    if (t->probe == t->probes) {
        out_text(t->out, "\n");
        t->probe = 0;
        t->row_addr = 0;
        if (t->arrived || t->ttl >= t->last) {
            trace_end(t, false);
            return;
        }
        t->ttl++;
    }
    if (!t->probe)
        out_printf(t->out, "%3u ", t->ttl);
    t->probe++;
    t->dport++;
    t->waiting = true;
    t->sent_at = loop_now(net_loop(t->net));
    (void)icmp_udp_probe(t->net, t->src, t->dest, t->sport, t->dport, (uint8_t)t->ttl, t->tos);
    timer_set(&t->timer, t->timeout_us);
}

static void trace_timer(void *arg)
{
    struct trace *t = arg;

    if (t->waiting)
        out_text(t->out, " * ");
    t->waiting = false;
    trace_send(t);
}

static const char *trouble(const struct icmp_event *ev)
{
    if (ev->type == ICMP_QUENCH)
        return "!Q";
    if (ev->type != ICMP_UNREACHABLE || ev->code == ICMP_UNR_PORT)
        return NULL;
    switch (ev->code) {
    case ICMP_UNR_NET: return "!N";
    case ICMP_UNR_HOST: return "!H";
    case ICMP_UNR_PROTO: return "!P";
    case 9:
    case 10:
    case ICMP_UNR_ADMIN: return "!A";
    default: return "!U";
    }
}

static void trace_event(void *arg, const struct icmp_event *ev)
{
    struct trace *t = arg;
    const char *bad = trouble(ev);

    if (!t->waiting || ev->orig_proto != PROTO_UDP || ev->orig_dst != t->dest || ev->orig_sport != t->sport ||
        ev->orig_dport != t->dport)
        return;
    t->waiting = false;
    if (ev->from != t->row_addr)
        out_printf(t->out, "%s%s", t->row_addr ? "\n    " : "", IP4(ev->from));
    t->row_addr = ev->from;
    if (bad) {
        out_printf(t->out, " %s ", bad);
    } else {
        uint64_t ms = (loop_now(net_loop(t->net)) - t->sent_at) / US_PER_MS;
        out_printf(t->out, " %llu msec", (unsigned long long)(ms ? ms : 1));
    }
    t->arrived = t->arrived || ev->type == ICMP_UNREACHABLE || ev->from == t->dest;
    timer_set(&t->timer, 0); /* the next one goes in a turn of its own */
}

static enum cmd_result trace_start(struct cmd_ctx *c, const struct trace_conf *conf)
{
    struct net *net = dataplane_net(c->self);
    unsigned first = conf->first ? conf->first : 1;

    if (conf->last < first) {
        out_text(c->out, "% Maximum TTL must be at least the minimum TTL\n");
        return CMD_FAIL;
    }
    struct trace *t = NEW(struct trace);
    *t = (struct trace){.net = net,
                        .out = c->out,
                        .host = c->host,
                        .shell = c->shell,
                        .src = conf->src,
                        .dest = conf->dest,
                        .tos = conf->tos,
                        .probes = conf->probes,
                        .timeout_us = conf->timeout * US_PER_S,
                        .ttl = first,
                        .last = conf->last};
    t->sport = (uint16_t)(icmp_new_id(net) | 0xC000);
    t->dport = (uint16_t)(conf->port - 1);
    t->listener = (struct icmp_listener){.fn = trace_event, .arg = t};
    icmp_listen(net, &t->listener);
    timer_init(&t->timer, net_loop(net), trace_timer, t);
    uint32_t typed;
    const char *dest = cmd_str(c, "dest");
    bool named = dest[0] && !ip4_parse(dest, &typed);
    out_printf(c->out,
               "Type escape sequence to abort.\nTracing the route to %s%s%s%s\n"
               "VRF info: (vrf in name/id, vrf out name/id)\n",
               named ? dest : "", named ? " (" : "", IP4(conf->dest), named ? ")" : "");
    c->host->on_abort(c->shell, trace_abort, t);
    trace_send(t);
    return CMD_WAIT;
}

static enum cmd_result do_trace(struct cmd_ctx *c)
{
    struct trace_conf conf = {0};

    if (!probe_vrf(c) || !probe_dest(c, &conf.dest) || !probe_source(c, &conf.src))
        return CMD_FAIL;
    conf.first = probe_value(c, "first", TRACE_TTL_FIRST);
    conf.last = probe_value(c, "last", TRACE_TTL_LAST);
    conf.probes = probe_value(c, "probe", TRACE_PROBES);
    conf.timeout = probe_value(c, "timeout", TRACE_TIMEOUT_S);
    conf.port = probe_value(c, "port", TRACE_PORT);
    conf.tos = (uint8_t)(probe_value(c, "dscp", 0) << 2);
    return trace_start(c, &conf);
}

/* ---- bare traceroute ---- */

enum {
    Q_PROTOCOL,
    Q_TARGET,
    Q_INGRESS,
    Q_SOURCE,
    Q_DSCP,
    Q_NUMERIC,
    Q_TIMEOUT,
    Q_PROBES,
    Q_FIRST,
    Q_LAST,
    Q_PORT,
    Q_OPTIONS,
    QUESTIONS
};
static const struct dialog_question questions[QUESTIONS] = {
    [Q_PROTOCOL] = {"Protocol [ip]: ", ASK_WORD, .words = "ip"},
    [Q_TARGET] = {"Target IP address: ", ASK_ADDRESS},
    [Q_INGRESS] = {"Ingress traceroute [n]: ", ASK_WORD, .words = "no"},
    [Q_SOURCE] = {"Source address or interface: ", ASK_SOURCE},
    [Q_DSCP] = {"DSCP Value [0]: ", ASK_NUMBER, 0, 63, 0},
    [Q_NUMERIC] = {"Numeric display [n]: ", ASK_YES}, /* names are never looked up */
    [Q_TIMEOUT] = {"Timeout in seconds [3]: ", ASK_NUMBER, 1, 3600, TRACE_TIMEOUT_S},
    [Q_PROBES] = {"Probe count [3]: ", ASK_NUMBER, 1, 65535, TRACE_PROBES},
    [Q_FIRST] = {"Minimum Time to Live [1]: ", ASK_NUMBER, 0, 255, TRACE_TTL_FIRST},
    [Q_LAST] = {"Maximum Time to Live [30]: ", ASK_NUMBER, 0, 255, TRACE_TTL_LAST},
    [Q_PORT] = {"Port Number [33434]: ", ASK_NUMBER, 1, 65535, TRACE_PORT},
    [Q_OPTIONS] = {"Loose, Strict, Record, Timestamp, Verbose[none]: ", ASK_WORD, .words = "none"},
};

static enum cmd_result trace_asked(struct cmd_ctx *c, const struct dialog_answers *a)
{
    struct trace_conf conf = {.dest = a->number[Q_TARGET],
                              .timeout = a->number[Q_TIMEOUT],
                              .probes = a->number[Q_PROBES],
                              .first = a->number[Q_FIRST],
                              .last = a->number[Q_LAST],
                              .port = a->number[Q_PORT],
                              .tos = (uint8_t)(a->number[Q_DSCP] << 2)};

    return probe_source_typed(c, a->text[Q_SOURCE], &conf.src) ? trace_start(c, &conf) : CMD_FAIL;
}

static enum cmd_result do_trace_dialog(struct cmd_ctx *c)
{
    return probe_vrf(c) ? dialog_ask(c, questions, QUESTIONS, trace_asked) : CMD_FAIL;
}

#define OPTIONS                                                                                                        \
    "&{[source {<ip:src>|<ifname:srcif>}]|[numeric=numeric]|[timeout <timeout:1-3600>]|[probe <probe:1-65535>]|[ttl "  \
    "<first:0-255> <last:0-255>]|[port <port:1-65535>]|[dscp <dscp:0-63>]}"
#define OPTIONS_HELP                                                                                                   \
    "specify source address or name|Source address|Source interface|display numeric address|specify time out|Time "    \
    "out in seconds|specify number of probes per hop|"                                                                 \
    "Number of probes|specify minimum and maximum ttl|minimum ttl|maximum ttl|specify port number|port "               \
    "number|Specify DSCP "                                                                                             \
    "value|DSCP value"
static const struct cmd_row rows[] = {
    HELP(EXEC, "traceroute", "Trace route to destination"),
    HELP(EXEC, "traceroute vrf", "Select VPN routing instance"),
    DO(EXEC, 1, "traceroute", do_trace_dialog, ""),
    DO(EXEC, 1, "traceroute vrf <word:vrf>", do_trace_dialog, "VPN Routing/Forwarding instance name"),
    DO(EXEC, 1, "traceroute <host:dest> " OPTIONS, do_trace,
       "Trace route to destination address or hostname|" OPTIONS_HELP),
    DO(EXEC, 1, "traceroute ip <host:dest> " OPTIONS, do_trace,
       "IP Trace|Trace route to destination address or hostname|" OPTIONS_HELP),
    DO(EXEC, 1, "traceroute vrf <word:vrf> <host:dest> " OPTIONS, do_trace,
       "VPN Routing/Forwarding instance name|Trace route to destination address or hostname|" OPTIONS_HELP),
};
const struct cmd_table dp_table_trace = CMD_TABLE("dataplane/cmd/cmd_trace", rows);
