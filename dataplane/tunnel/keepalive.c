/* keepalive.c: GRE keepalives as IOS has them: is the other end there, and does it take GRE?
 *
 * A keepalive is an ordinary GRE packet whose inside is its own answer: an IPv4 packet from the other end to us that
 * carries an empty GRE header (protocol 0) with the tunnel's key. Who takes it out of the tunnel has only to forward
 * what was inside, so the other end needs no keepalives of its own, and no state.
 *
 *   every period: one goes ----> the last `retries` unanswered: silent, line protocol down
 *                                 an answer: heard, line protocol up
 *
 * They go on while the tunnel is silent, and rest while the destination cannot be reached. What comes back is counted
 * whatever tunnel state there is. An answer travels outside of tunnel protection (it is forwarded, not sent by the
 * tunnel), so that a protected tunnel's end drops it as clear: keepalives and protection do not go together, as on
 * IOS. */
#include <stdio.h>
#include <string.h>

#include "dataplane/tunnel/tunnel_local.h"
#include "espial/buf.h"
#include "espial/ip.h"
#include "espial/msg.h"

enum { KEEPALIVE_TTL = 255, KEEPALIVE_TOS = 0xC0 /* internetwork control */ };

/* ip: the answer, as it is sent or came back. */
static void debug(const struct tunnel *t, const char *what, const uint8_t *ip, const char *then, unsigned n)
{
    char counter[24] = "";

    if (!t->ts->debug_keepalive)
        return;
    if (!*then)
        snprintf(counter, sizeof counter, "counter=%u", n);
    msg_debug(t->ts->env.log, "%s: %s, %s->%s (len=%u ttl=%u), %s%s", t->ifc->name, what, IP4(get32(ip + 12)),
              IP4(get32(ip + 16)), (unsigned)get16(ip + 2), (unsigned)ip[8], then, counter);
}

static void keepalive_send(struct tunnel *t)
{
    const struct tunnel_conf *c = tunnel_conf(t);
    const struct gre back = {.has_key = c->has_key, .key = c->key, .proto = GRE_PROTO_NONE};
    uint32_t len = IPV4_HEADER + gre_size(&back);
    struct packet *p = packet_new(t->ts->env.graph, len);

    if (!p)
        return;
    p->len = len;
    p->from_local = true;
    p->oif = t->ifc;
    uint8_t *ip = p->l3;
    memset(ip, 0, IPV4_HEADER);
    ip[0] = 0x45;
    ip[1] = KEEPALIVE_TOS;
    put16(ip + 2, (uint16_t)len);
    put16(ip + 4, t->ip_id++);
    ip[8] = KEEPALIVE_TTL;
    ip[9] = PROTO_GRE;
    put32(ip + 12, t->remote);
    put32(ip + 16, t->local);
    put16(ip + 10, ip_cksum_fold(ip_cksum_add(0, ip, IPV4_HEADER)));
    gre_write(ip + IPV4_HEADER, &back, 0);
    debug(t, "sending keepalive", ip, "", t->missed);
    if (!tunnel_wrap(t, p, GRE_PROTO_IP4, KEEPALIVE_TOS, false)) {
        graph_drop(t->ts->env.graph, p, DROP_TUNNEL_ROOM);
        return;
    }
    p->encaps = 1;
    iface_counts_out(t->ifc, p->len, true);
    tunnel_send(t, t->ts->env.graph, p);
    graph_kick(t->ts->env.graph);
}

static void on_period(void *arg)
{
    struct tunnel *t = arg;
    const struct tunnel_conf *c = tunnel_conf(t);

    timer_set(&t->keepalive, c->ka_period * US_PER_S);
    if (t->missed >= c->ka_retries && !t->silent) {
        t->silent = true;
        tunnel_dirty(t->ts);
    }
    if (t->missed < c->ka_retries)
        t->missed++;
    keepalive_send(t);
}

void keepalive_heard(struct tunnel *t, const uint8_t *ip)
{
    debug(t, "keepalive received", ip, "resetting counter", 0);
    t->missed = 0;
    if (!t->silent)
        return;
    t->silent = false;
    tunnel_dirty(t->ts);
}

bool keepalive_asked(const struct tunnel *t, const uint8_t *ip, uint32_t len)
{
    struct gre h;

    return len >= IPV4_HEADER + 4 && ip[0] == 0x45 && ip[9] == PROTO_GRE && get32(ip + 12) == t->local &&
           get32(ip + 16) == t->remote && get16(ip + 2) >= IPV4_HEADER + 4 && get16(ip + 2) <= len && ip[8] > 1 &&
           !(get16(ip + 6) & 0x3FFF) && !ip_cksum_fold(ip_cksum_add(0, ip, IPV4_HEADER)) &&
           gre_read(ip + IPV4_HEADER, get16(ip + 2) - IPV4_HEADER, &h) == GRE_OK && h.proto == GRE_PROTO_NONE;
}

void keepalive_update(struct tunnel *t, bool reachable)
{
    const struct tunnel_conf *c = tunnel_conf(t);

    if (!c->keepalive || !reachable || c->mode != TUNNEL_GRE) {
        timer_clear(&t->keepalive);
        t->missed = 0;
        t->silent = false;
    } else if (!timer_pending(&t->keepalive) || timer_left(&t->keepalive) > c->ka_period * US_PER_S) {
        timer_set(&t->keepalive, c->ka_period * US_PER_S);
    }
}

void keepalive_init(struct tunnel *t)
{
    timer_init(&t->keepalive, t->ts->env.loop, on_period, t);
}

void keepalive_fini(struct tunnel *t)
{
    timer_clear(&t->keepalive);
}
