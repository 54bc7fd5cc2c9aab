/* cmd_ping.c: ping.
 *
 *   send --> wait --reply: '!'--> send at once          ... until `repeat` are sent, then the summary
 *              |--ICMP error: 'U' 'N' 'P' 'M' 'Q' '&' '?'--> send at once
 *              +--timeout: '.'--> send
 * One echo is underway at a time. An answer to an earlier one comes too late to count. To a broadcast address every
 * answer is named, and the whole timeout is waited for more. A sweep goes through its sizes, one echo each, `repeat`
 * times over. Bare `ping` asks for all of it (dialog.c). Interrupted (Ctrl-Shift-6), it prints the summary of what
 * was sent. Times are in whole milliseconds, at least 1, as IOS prints them. */
#include <stdio.h>
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/dialog.h"
#include "dataplane/cmd/probe.h"
#include "dataplane/dataplane.h"
#include "dataplane/net/icmp.h"
#include "dataplane/net/iface.h"
#include "dataplane/net/route.h"
#include "espial/loop.h"
#include "espial/mem.h"

enum { PING_LINE = 70, PING_TTL = 255, PING_SIZE_MIN = 36, PING_SIZE_MAX = 18024, PING_DEFAULT_COUNT = 5 };

struct ping_conf { /* what was asked for */
    uint32_t dest, src, count, size, timeout;
    bool df, validate, patterned;
    struct icmp_dress dress;
    uint32_t sweep_min, sweep_max, sweep_step; /* sweep_max 0: none */
};
struct ping {
    struct ping_conf conf;
    struct net *net;
    struct out *out;
    const struct cmd_host *host;
    struct shell *shell;
    struct icmp_listener listener;
    struct timer timer;
    uint64_t timeout_us;
    bool broadcast, waiting;
    uint16_t id;
    uint32_t size;
    uint64_t total;
    uint32_t sent, answered, column;
    uint64_t sent_at, least, most, sum; /* ms */
};

bool probe_dest(struct cmd_ctx *c, uint32_t *dest)
{
    if (dataplane_resolve(c->self, cmd_str(c, "dest"), dest) && *dest)
        return true;
    out_text(c->out, "% Unrecognized host or address, or protocol not running.\n");
    return false;
}

static bool source_is(struct cmd_ctx *c, const struct iface *ifc, uint32_t src)
{
    if (ifc && ifc->up && src)
        return true;
    out_text(c->out, "% Invalid source address- IP address not on any of our up interfaces\n");
    return false;
}

bool probe_source(struct cmd_ctx *c, uint32_t *src)
{
    struct net *net = dataplane_net(c->self);

    *src = 0;
    if (cmd_has(c, "srcif")) {
        const struct iface *ifc = iface_by_name(net, cmd_str(c, "srcif"));
        *src = ifc ? ifc->addr : 0;
        return source_is(c, ifc, *src);
    }
    if (!cmd_has(c, "src"))
        return true;
    *src = cmd_ip(c, "src");
    return source_is(c, iface_by_addr(net, *src), *src);
}

bool probe_source_typed(struct cmd_ctx *c, const char *text, uint32_t *src)
{
    struct net *net = dataplane_net(c->self);
    char name[IFNAME_MAX];

    *src = 0;
    if (!*text)
        return true;
    if (ip4_parse(text, src))
        return source_is(c, iface_by_addr(net, *src), *src);
    const struct iface *ifc = ifname_parse(text, name) ? iface_by_name(net, name) : NULL;
    *src = ifc ? ifc->addr : 0;
    return source_is(c, ifc, *src);
}

bool probe_vrf(struct cmd_ctx *c)
{
    if (!cmd_has(c, "vrf"))
        return true;
    out_printf(c->out, "%% VRF %s does not exist\n", cmd_str(c, "vrf"));
    return false;
}

uint32_t probe_value(const struct cmd_ctx *c, const char *name, uint32_t otherwise)
{
    return cmd_has(c, name) ? (uint32_t)cmd_int(c, name) : otherwise;
}

static void ping_summary(struct ping *p)
{
    if (!p->broadcast)
        out_text(p->out, p->column || !p->sent ? "\n" : "");
    if (p->broadcast)
        return;
    out_printf(p->out, "Success rate is %u percent (%u/%u)",
               p->sent ? (unsigned)((uint64_t)p->answered * 100 / p->sent) : 0, p->answered, p->sent);
    if (p->answered)
        out_printf(p->out, ", round-trip min/avg/max = %llu/%llu/%llu ms", (unsigned long long)p->least,
                   (unsigned long long)(p->sum / p->answered), (unsigned long long)p->most);
    out_text(p->out, "\n");
}

static void ping_end(struct ping *p, bool closing)
{
    const struct cmd_host *host = p->host;
    struct shell *shell = p->shell;

    timer_clear(&p->timer);
    icmp_unlisten(p->net, &p->listener);
    if (!closing)
        ping_summary(p);
    mem_free(p);
    host->on_abort(shell, NULL, NULL);
    if (!closing)
        cmd_done(host, shell, CMD_OK);
}

static void ping_abort(void *arg, bool closing)
{
    ping_end(arg, closing);
}

static void ping_mark(struct ping *p, char mark)
{
    if (p->broadcast)
        return;
    out_write(p->out, &mark, 1);
    if (++p->column == PING_LINE) {
        out_text(p->out, "\n");
        p->column = 0;
    }
}

static void ping_next(struct ping *p)
{
    p->waiting = false;
    if (p->sent == p->total) {
        ping_end(p, false);
        return;
    }
    if (p->conf.sweep_max && p->sent)
        p->size = p->conf.sweep_max - p->size < p->conf.sweep_step ? p->conf.sweep_min : p->size + p->conf.sweep_step;
    p->waiting = true;
    p->sent_at = loop_now(net_loop(p->net));
    /* a failure to send (no route, no buffer) shows as a timeout, as on IOS */
    (void)icmp_echo_as(p->net, p->conf.src, p->conf.dest, p->id, (uint16_t)p->sent, p->size, p->conf.df, PING_TTL,
                       &p->conf.dress);
    p->sent++;
    timer_set(&p->timer, p->timeout_us);
}

static void ping_timeout(void *arg)
{
    struct ping *p = arg;

    if (p->waiting && p->sent)
        ping_mark(p, '.');
    ping_next(p);
}

static char error_mark(const struct icmp_event *ev)
{
    if (ev->type == ICMP_QUENCH)
        return 'Q';
    if (ev->type == ICMP_TIME_EXCEEDED)
        return '&';
    if (ev->type != ICMP_UNREACHABLE)
        return '?';
    switch (ev->code) {
    case ICMP_UNR_NET: return 'N';
    case ICMP_UNR_PROTO: return 'P';
    case ICMP_UNR_FRAG: return 'M';
    default: return 'U';
    }
}

/* Is the payload what was sent? */
static bool data_same(const struct icmp_event *ev, uint16_t pattern)
{
    for (uint32_t i = 0; i < ev->data_len; i++)
        if (ev->data[i] != (uint8_t)(i & 1 ? pattern : pattern >> 8))
            return false;
    return true;
}

static void ping_event(void *arg, const struct icmp_event *ev)
{
    struct ping *p = arg;
    uint64_t ms = (loop_now(net_loop(p->net)) - p->sent_at) / US_PER_MS;

    if (!p->waiting || ev->id != p->id || ev->seq != (uint16_t)(p->sent - 1) ||
        (ev->type != ICMP_ECHO_REPLY && ev->orig_proto != PROTO_ICMP))
        return;
    ms = ms ? ms : 1;
    if (p->broadcast) {
        if (ev->type == ICMP_ECHO_REPLY)
            out_printf(p->out, "Reply to request %u from %s, %llu ms\n", p->sent - 1, IP4(ev->from),
                       (unsigned long long)ms);
        return;
    }
    p->waiting = false; /* the next one goes from the timer, in a turn of its own */
    timer_set(&p->timer, 0);
    if (ev->type != ICMP_ECHO_REPLY) {
        ping_mark(p, error_mark(ev));
        return;
    }
    if (p->conf.validate && !data_same(ev, p->conf.dress.pattern)) {
        ping_mark(p, 'C');
        return;
    }
    p->answered++;
    p->sum += ms;
    p->least = p->answered == 1 || ms < p->least ? ms : p->least;
    p->most = ms > p->most ? ms : p->most;
    ping_mark(p, '!');
}

static enum cmd_result ping_start(struct cmd_ctx *c, const struct ping_conf *conf)
{
    struct net *net = dataplane_net(c->self);
    struct route_hop hop;
    struct ping *p = NEW(struct ping);
    char sizes[32];

    *p = (struct ping){.conf = *conf, .net = net, .out = c->out, .host = c->host, .shell = c->shell};
    p->size = conf->size;
    p->total = conf->count;
    snprintf(sizes, sizeof sizes, "%u", conf->size);
    if (conf->sweep_max) {
        p->size = conf->sweep_min;
        p->total *= (conf->sweep_max - conf->sweep_min) / conf->sweep_step + 1;
        snprintf(sizes, sizeof sizes, "[%u..%u]", conf->sweep_min, conf->sweep_max);
    }
    p->timeout_us = conf->timeout * US_PER_S;
    p->broadcast = route_lookup(net, conf->dest, &hop) == ROUTE_BROADCAST;
    p->id = icmp_new_id(net);
    p->listener = (struct icmp_listener){.fn = ping_event, .arg = p};
    icmp_listen(net, &p->listener);
    timer_init(&p->timer, net_loop(net), ping_timeout, p);
    out_printf(c->out,
               "Type escape sequence to abort.\nSending %llu, %s-byte ICMP Echos to %s, timeout is %u seconds:\n",
               (unsigned long long)p->total, sizes, IP4(conf->dest), conf->timeout);
    if (conf->src)
        out_printf(c->out, "Packet sent with a source address of %s\n", IP4(conf->src));
    if (conf->df)
        out_text(c->out, "Packet sent with the DF bit set\n");
    if (conf->validate)
        out_text(c->out, "Reply data will be validated\n");
    if (conf->patterned)
        out_printf(c->out, "Packet has data pattern 0x%04X\n", conf->dress.pattern);
    if (p->broadcast)
        out_text(c->out, "\n");
    c->host->on_abort(c->shell, ping_abort, p);
    ping_next(p);
    return CMD_WAIT;
}

static enum cmd_result do_ping(struct cmd_ctx *c)
{
    struct ping_conf conf = {.dress.pattern = ICMP_PATTERN};

    if (!probe_vrf(c) || !probe_dest(c, &conf.dest) || !probe_source(c, &conf.src))
        return CMD_FAIL;
    conf.count = probe_value(c, "repeat", PING_DEFAULT_COUNT);
    conf.size = probe_value(c, "size", 100);
    conf.timeout = probe_value(c, "timeout", 2);
    conf.df = cmd_has(c, "df");
    conf.validate = cmd_has(c, "validate");
    conf.dress.tos = (uint8_t)(cmd_has(c, "dscp") ? cmd_int(c, "dscp") << 2 : probe_value(c, "tos", 0));
    conf.patterned = cmd_has(c, "data");
    if (conf.patterned)
        conf.dress.pattern = (uint16_t)cmd_int(c, "data");
    return ping_start(c, &conf);
}

/* ---- bare ping ---- */

enum {
    Q_PROTOCOL,
    Q_TARGET,
    Q_COUNT,
    Q_SIZE,
    Q_TIMEOUT,
    Q_EXTENDED,
    Q_SOURCE,
    Q_DSCP,
    Q_DF,
    Q_VALIDATE,
    Q_DATA,
    Q_OPTIONS,
    Q_SWEEP,
    Q_SWEEP_MIN,
    Q_SWEEP_MAX,
    Q_SWEEP_STEP,
    QUESTIONS
};
static const struct dialog_question questions[QUESTIONS] = {
    [Q_PROTOCOL] = {"Protocol [ip]: ", ASK_WORD, .words = "ip"},
    [Q_TARGET] = {"Target IP address: ", ASK_ADDRESS},
    [Q_COUNT] = {"Repeat count [5]: ", ASK_NUMBER, 1, 2147483647, PING_DEFAULT_COUNT},
    [Q_SIZE] = {"Datagram size [100]: ", ASK_NUMBER, PING_SIZE_MIN, PING_SIZE_MAX, 100},
    [Q_TIMEOUT] = {"Timeout in seconds [2]: ", ASK_NUMBER, 0, 3600, 2},
    [Q_EXTENDED] = {"Extended commands [n]: ", ASK_YES},
    [Q_SOURCE] = {"Source address or interface: ", ASK_SOURCE, .only_if = 1 + Q_EXTENDED},
    [Q_DSCP] = {"DSCP Value [0]: ", ASK_NUMBER, 0, 63, 0, .only_if = 1 + Q_EXTENDED},
    [Q_DF] = {"Set DF bit in IP header? [no]: ", ASK_YES, .only_if = 1 + Q_EXTENDED},
    [Q_VALIDATE] = {"Validate reply data? [no]: ", ASK_YES, .only_if = 1 + Q_EXTENDED},
    [Q_DATA] = {"Data pattern [0xABCD]: ", ASK_HEX, .otherwise = ICMP_PATTERN, .only_if = 1 + Q_EXTENDED},
    [Q_OPTIONS] = {"Loose, Strict, Record, Timestamp, Verbose[none]: ", ASK_WORD, .only_if = 1 + Q_EXTENDED,
                   .words = "none"},
    [Q_SWEEP] = {"Sweep range of sizes [n]: ", ASK_YES},
    [Q_SWEEP_MIN] = {"Sweep min size [36]: ", ASK_NUMBER, PING_SIZE_MIN, PING_SIZE_MAX, PING_SIZE_MIN, 1 + Q_SWEEP},
    [Q_SWEEP_MAX] = {"Sweep max size [18024]: ", ASK_NUMBER, PING_SIZE_MIN, PING_SIZE_MAX, PING_SIZE_MAX, 1 + Q_SWEEP},
    [Q_SWEEP_STEP] = {"Sweep interval [1]: ", ASK_NUMBER, 1, PING_SIZE_MAX, 1, 1 + Q_SWEEP},
};

static enum cmd_result ping_asked(struct cmd_ctx *c, const struct dialog_answers *a)
{
    struct ping_conf conf = {
        .dest = a->number[Q_TARGET],
        .count = a->number[Q_COUNT],
        .size = a->number[Q_SIZE],
        .timeout = a->number[Q_TIMEOUT],
        .df = a->number[Q_DF],
        .validate = a->number[Q_VALIDATE],
        .patterned = a->text[Q_DATA][0],
        .dress = {.tos = (uint8_t)(a->number[Q_DSCP] << 2), .pattern = (uint16_t)a->number[Q_DATA]}};

    if (a->number[Q_SWEEP]) {
        conf.sweep_min = a->number[Q_SWEEP_MIN];
        conf.sweep_max = a->number[Q_SWEEP_MAX];
        conf.sweep_step = a->number[Q_SWEEP_STEP];
        if (conf.sweep_max < conf.sweep_min) {
            out_text(c->out, "% Sweep max size is smaller than min size\n");
            return CMD_FAIL;
        }
    }
    return probe_source_typed(c, a->text[Q_SOURCE], &conf.src) ? ping_start(c, &conf) : CMD_FAIL;
}

static enum cmd_result do_ping_dialog(struct cmd_ctx *c)
{
    return probe_vrf(c) ? dialog_ask(c, questions, QUESTIONS, ping_asked) : CMD_FAIL;
}

#define OPTIONS                                                                                                        \
    "&{[source {<ip:src>|<ifname:srcif>}]|[repeat <repeat:1-2147483647>]|[size <size:36-18024>]|[timeout "             \
    "<timeout:0-3600>]|[df-bit=df]|[validate=validate]|[data <data:0x0-0xFFFF>]|[dscp <dscp:0-63>]|[tos <tos:0-255>]}"
#define OPTIONS_HELP                                                                                                   \
    "specify source address or name|Source address|Source interface|specify repeat count|repeat count|specify "        \
    "datagram size|Datagram size|specify timeout interval|"                                                            \
    "timeout (seconds)|enable do not fragment bit in IP header|validate reply data|specify data pattern|Data "         \
    "pattern, in hexadecimal|Specify DSCP value|DSCP value|Specify type of service value|TOS value"
static const struct cmd_row rows[] = {
    HELP(EXEC, "ping", "Send echo messages"),
    HELP(EXEC, "ping vrf", "Select VPN routing instance"),
    DO(EXEC, 1, "ping", do_ping_dialog, ""),
    DO(EXEC, 1, "ping vrf <word:vrf>", do_ping_dialog, "VPN Routing/Forwarding instance name"),
    DO(EXEC, 1, "ping <host:dest> " OPTIONS, do_ping, "Ping destination address or hostname|" OPTIONS_HELP),
    DO(EXEC, 1, "ping ip <host:dest> " OPTIONS, do_ping, "IP echo|Ping destination address or hostname|" OPTIONS_HELP),
    DO(EXEC, 1, "ping vrf <word:vrf> <host:dest> " OPTIONS, do_ping,
       "VPN Routing/Forwarding instance name|Ping destination address or hostname|" OPTIONS_HELP),
};
const struct cmd_table dp_table_ping = CMD_TABLE("dataplane/cmd/cmd_ping", rows);
