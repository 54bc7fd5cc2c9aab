/* cmd_ping.c: ping.
 *
 *   send --> wait --reply: '!'--> send at once          ... until `repeat` are sent, then the summary
 *              |--ICMP error: 'U' 'N' 'P' 'M' 'Q' '&' '?'--> send at once
 *              +--timeout: '.'--> send
 * One echo is underway at a time. An answer to an earlier one comes too late to count. To a broadcast address every
 * answer is named, and the whole timeout is waited for more. Interrupted (Ctrl-Shift-6), it prints the summary of what
 * was sent. Times are in whole milliseconds, at least 1, as IOS prints them. */
#include <stdio.h>
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/probe.h"
#include "dataplane/dataplane.h"
#include "dataplane/net/icmp.h"
#include "dataplane/net/iface.h"
#include "dataplane/net/route.h"
#include "espial/loop.h"
#include "espial/mem.h"

enum { PING_LINE = 70, PING_TTL = 255 };

struct ping {
    struct net *net;
    struct out *out;
    const struct cmd_host *host;
    struct shell *shell;
    struct icmp_listener listener;
    struct timer timer;
    uint32_t src, dest, count, size;
    uint64_t timeout_us;
    bool df, broadcast, waiting, validate;
    uint16_t id;
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

bool probe_source(struct cmd_ctx *c, uint32_t *src)
{
    struct net *net = dataplane_net(c->self);
    const struct iface *ifc = NULL;

    *src = 0;
    if (cmd_has(c, "srcif")) {
        ifc = iface_by_name(net, cmd_str(c, "srcif"));
        *src = ifc ? ifc->addr : 0;
    } else if (cmd_has(c, "src")) {
        ifc = iface_by_addr(net, cmd_ip(c, "src"));
        *src = cmd_ip(c, "src");
    } else {
        return true;
    }
    if (ifc && ifc->up && *src)
        return true;
    out_text(c->out, "% Invalid source address- IP address not on any of our up interfaces\n");
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
    if (p->sent == p->count) {
        ping_end(p, false);
        return;
    }
    p->waiting = true;
    p->sent_at = loop_now(net_loop(p->net));
    /* a failure to send (no route, no buffer) shows as a timeout, as on IOS */
    (void)icmp_echo(p->net, p->src, p->dest, p->id, (uint16_t)p->sent, p->size, p->df, PING_TTL);
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
static bool data_same(const struct icmp_event *ev)
{
    for (uint32_t i = 0; i < ev->data_len; i++)
        if (ev->data[i] != (i & 1 ? 0xCD : 0xAB))
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
    if (p->validate && !data_same(ev)) {
        ping_mark(p, 'C');
        return;
    }
    p->answered++;
    p->sum += ms;
    p->least = p->answered == 1 || ms < p->least ? ms : p->least;
    p->most = ms > p->most ? ms : p->most;
    ping_mark(p, '!');
}

static enum cmd_result do_ping(struct cmd_ctx *c)
{
    struct net *net = dataplane_net(c->self);
    uint32_t src, dest;
    struct route_hop hop;

    if (!probe_dest(c, &dest) || !probe_source(c, &src))
        return CMD_FAIL;
    struct ping *p = NEW(struct ping);
    *p = (struct ping){.net = net, .out = c->out, .host = c->host, .shell = c->shell, .src = src, .dest = dest};
    p->count = probe_value(c, "repeat", 5);
    p->size = probe_value(c, "size", 100);
    uint32_t timeout = probe_value(c, "timeout", 2);
    p->timeout_us = timeout * US_PER_S;
    p->df = cmd_has(c, "df");
    p->validate = cmd_has(c, "validate");
    p->broadcast = route_lookup(net, dest, &hop) == ROUTE_BROADCAST;
    p->id = icmp_new_id(net);
    p->listener = (struct icmp_listener){.fn = ping_event, .arg = p};
    icmp_listen(net, &p->listener);
    timer_init(&p->timer, net_loop(net), ping_timeout, p);
    out_printf(c->out,
               "Type escape sequence to abort.\nSending %u, %u-byte ICMP Echos to %s, timeout is %u second%s:\n",
               p->count, p->size, IP4(dest), timeout, timeout == 1 ? "" : "s");
    if (src)
        out_printf(c->out, "Packet sent with a source address of %s\n", IP4(src));
    if (p->df)
        out_text(c->out, "Packet sent with the DF bit set\n");
    if (p->broadcast)
        out_text(c->out, "\n");
    c->host->on_abort(c->shell, ping_abort, p);
    ping_next(p);
    return CMD_WAIT;
}

#define OPTIONS                                                                                                        \
    "&{[source {<ip:src>|<ifname:srcif>}]|[repeat <repeat:1-2147483647>]|[size <size:36-18024>]|[timeout "             \
    "<timeout:0-3600>]|[df-bit=df]|[validate=validate]}"
#define OPTIONS_HELP                                                                                                   \
    "specify source address or name|Source address|Source interface|specify repeat count|repeat count|specify "        \
    "datagram size|Datagram size|specify timeout interval|"                                                            \
    "timeout (seconds)|enable do not fragment bit in IP header|validate reply data"
static const struct cmd_row rows[] = {
    HELP(EXEC, "ping", "Send echo messages"),
    DO(EXEC, 1, "ping <host:dest> " OPTIONS, do_ping, "Ping destination address or hostname|" OPTIONS_HELP),
    DO(EXEC, 1, "ping ip <host:dest> " OPTIONS, do_ping, "IP echo|Ping destination address or hostname|" OPTIONS_HELP),
};
const struct cmd_table dp_table_ping = CMD_TABLE("dataplane/cmd/cmd_ping", rows);
