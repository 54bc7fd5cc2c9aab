/* dummy.c: dummy packets (RFC 4303 section 2.6): so that who looks on cannot tell when a flow carries something. They are
 * asked for by `crypto ipsec security-association dummy`, or `set security-association dummy` of one map or profile.
 *
 * A flow that has a pair to send with sends one each so often, by a timer of its own; after a rekey it goes on with the
 * new pair, at the same rate. It takes the way of all packets from STAGE_ESP_OUT on: sequence number, lifetime in
 * kilobytes, path. In a tunnel it holds chance, as long as chance will have it up to the path's MTU; in transport mode an
 * IPv4 header for protocol 59 goes in front, which becomes the outer one. It is not a packet of the flow: no counter of
 * packets, no idle time and no dead peer detection knows it, nor does it make a pair worth renewing.
 *
 * None go by AH alone, nor where everybody could read the 59: ciphers that conceal nothing (NULL, GMAC). A packet that
 * cannot be had is left out; what a late timer has missed is not made up for.
 */
#include "dataplane/ipsec/ipsec_local.h"

#include <string.h>

#include "espial/buf.h"

#define IP_HEAD    20u
#define PROTO_NONE 59
#define LEAST      40u   /* bytes before encapsulation */
#define MOST       1400u /* and so always of the pool of small packets */
#define TAIL       128u  /* room behind: padding, trailer, ICV */
#define TTL        255

uint32_t dummy_gap_us(const struct ipsec_conf *c, const struct sa_conf *sa)
{
    uint32_t pps = sa->dummy_pps, s = sa->dummy_s;
    if (!pps && !s) {
        pps = c->dummy_pps;
        s = c->dummy_s;
    }
    if (pps == DUMMY_CONF_OFF)
        return 0;
    return pps ? (uint32_t)US_PER_S / pps : s * (uint32_t)US_PER_S; /* an hour fits */
}

static bool conceals(const struct sa_pair *sa)
{
    const struct ipsec_transform *t = &sa->policy.transforms[0];
    return t->proto == PROTO_ESP && t->cipher != CIPHER_NULL && t->cipher != CIPHER_AES_GMAC;
}

static void transport_head(const struct sa_pair *sa, uint8_t *ip, uint32_t len)
{
    memset(ip, 0, IP_HEAD);
    ip[0] = 0x45;
    put16(ip + 2, (uint16_t)len);
    ip[8] = TTL;
    ip[9] = PROTO_NONE;
    put32(ip + 12, sa->local);
    put32(ip + 16, sa->remote);
}

static void send(struct ipsec *ips, struct sa_pair *sa)
{
    const struct ipsec_flow *f = sa->flow;
    uint32_t most = pair_plain_mtu(sa, flow_path_mtu(f, mi_mtu(f->entry->mi), ips->env.loop));
    uint16_t draw;
    if (most < LEAST)
        return;
    if (most > MOST)
        most = MOST;
    ipsec_iv(ips, (uint8_t *)&draw, sizeof draw);
    uint32_t len = LEAST + draw % (most - LEAST + 1);
    struct packet *p = packet_new(ips->env.graph, len + TAIL);
    if (!p)
        return;
    p->len = len;
    ipsec_iv(ips, p->l3, len);
    if (sa->tunnel)
        memset(p->l3, 0, 8); /* where the outer header takes TOS and DF from */
    else
        transport_head(sa, p->l3, len);
    p->sa = sa;
    p->from_local = p->dummy = true;
    graph_next(ips->env.graph, p, STAGE_ESP_OUT);
    graph_run(ips->env.graph);
}

static void on_dummy(void *arg)
{
    struct ipsec_flow *f = arg;
    struct sa_pair *sa = f->out;
    uint64_t now = loop_now(sa->ips->env.loop);
    f->dummy_at += f->dummy_us;
    if (f->dummy_at <= now)
        f->dummy_at = now + f->dummy_us;
    timer_set(&f->dummy, f->dummy_at - now);
    send(sa->ips, sa); /* may be the pair's end, and so the flow's */
}

void dummy_count(struct sa_pair *sa, uint32_t bytes)
{
    sa->out.bytes += bytes;
    if (sa->out.bytes >> 10 >= sa->limit_kb)
        pair_used(sa, &sa->out);
}

void dummy_update(struct ipsec *ips, struct ipsec_flow *f)
{
    uint32_t gap = f->out && conceals(f->out) ? f->entry->dummy_us : 0;
    if (gap == f->dummy_us)
        return;
    f->dummy_us = gap;
    timer_clear(&f->dummy);
    if (!gap)
        return;
    timer_init(&f->dummy, ips->env.loop, on_dummy, f);
    f->dummy_at = loop_now(ips->env.loop) + gap;
    timer_set(&f->dummy, gap);
}

void dummy_sync(struct ipsec *ips)
{
    struct sa_pair *sa;
    if (!ips->dummies)
        return;
    for (size_t at = 0; (sa = table_next(ips->by_id, &at));)
        if (sa->flow->out == sa)
            dummy_update(ips, sa->flow);
}
