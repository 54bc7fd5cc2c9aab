/* wrap.c: packets into tunnels and out of them: the stages TUNNEL_OUT, GRE_IN and TUNNEL_IN.
 *
 * Out: an IPv4 packet whose route leaves by a tunnel gets a GRE header and an outer IPv4 header in front, within the
 * room that is kept there, and is routed anew. The outer type of service is that of the packet inside unless `tunnel
 * tos` says otherwise, ECN with it (RFC 6040); DF is clear, or the inner one's with `tunnel path-mtu-discovery`. A
 * packet may enter TUNNEL_DEPTH tunnels on its way through this router and dies at the next.
 *
 * In: exact lengths -> version, flags, checksum -> the tunnel of (our address, sender, key) -> did it come through the
 * SA that it should? -> keepalive? -> protocol -> sequence number (RFC 2890 section 2.2, when the tunnel has
 * `sequence-datagrams`) -> up? -> IP4_IN, as received on the tunnel. A key that differs means no tunnel: the packet is
 * counted and discarded. GRE from somebody who is no tunnel's other end gets ICMP's "protocol unreachable".
 *
 * What comes out of an SA of a tunnel in ipsec mode has no GRE: TUNNEL_IN only makes it the tunnel's. */
#include "dataplane/tunnel/tunnel_local.h"

#include "dataplane/net/frag.h"
#include "espial/buf.h"
#include "espial/ip.h"

enum { IP_DF = 0x4000, PACKET_MOST = 65535 };

/* Whatever is configured, a packet finds the room for it: each tunnel has its two headers, and protects or leaves by an
 * interface that does. */
_Static_assert(TUNNEL_DEPTH * (IPV4_HEADER + GRE_HEADER_MAX + IPSEC_HEAD_MOST) <= PACKET_ROOM,
               "what a packet's way puts in front of it fits in its room");

bool tunnel_wrap(struct tunnel *t, struct packet *p, uint16_t proto, uint8_t tos, bool df)
{
    const struct tunnel_conf *c = tunnel_conf(t);
    const struct gre h = {.has_sum = c->checksum,
                          .has_key = c->has_key,
                          .has_seq = c->sequence,
                          .key = c->key,
                          .seq = t->seq_out,
                          .proto = proto};
    uint32_t head = gre_size(&h) + IPV4_HEADER;

    if (p->l3 - p->base < (ptrdiff_t)head || p->len + head > PACKET_MOST)
        return false;
    t->seq_out += c->sequence;
    gre_write(p->l3 - gre_size(&h), &h, p->len);
    p->l3 -= head;
    p->len += head;
    uint8_t *ip = p->l3;
    ip[0] = 0x45;
    ip[1] = tos;
    put16(ip + 2, (uint16_t)p->len);
    put16(ip + 4, t->ip_id++);
    put16(ip + 6, df ? IP_DF : 0);
    ip[8] = (uint8_t)c->ttl;
    ip[9] = PROTO_GRE;
    put16(ip + 10, 0);
    put32(ip + 12, t->local);
    put32(ip + 16, t->remote);
    put16(ip + 10, ip_cksum_fold(ip_cksum_add(0, ip, IPV4_HEADER)));
    return true;
}

static void out_one(struct graph *g, struct packet *p)
{
    struct iface *ifc = p->oif;
    struct tunnel *t = ifc->tunnel;

    if (!t || !ifc->up) {
        graph_drop(g, p, DROP_IF_DOWN);
        return;
    }
    if (++p->encaps > TUNNEL_DEPTH) {
        ifc->n.tx_drops++;
        graph_drop(g, p, DROP_TUNNEL_LOOP);
        return;
    }
    const struct tunnel_conf *c = tunnel_conf(t);
    uint8_t tos = c->tos == TUNNEL_TOS_COPY ? p->l3[1] : (uint8_t)c->tos;
    if (c->mode == TUNNEL_GRE && !tunnel_wrap(t, p, GRE_PROTO_IP4, tos, c->pmtud && (get16(p->l3 + 6) & IP_DF))) {
        ifc->n.tx_drops++;
        graph_drop(g, p, DROP_TUNNEL_ROOM);
        return;
    }
    iface_counts_out(ifc, p->len, p->from_local);
    tunnel_send(t, g, p);
}

void tunnel_out_stage(void *self, struct graph *g, struct packet **v, unsigned n)
{
    (void)self;
    for (unsigned i = 0; i < n; i++)
        out_one(g, v[i]);
}

/* The packet is the tunnel's now: nothing of its way here counts. */
static void deliver(struct tunnel *t, struct graph *g, struct packet *p, uint32_t bytes)
{
    iface_counts_in(t->ifc, bytes, p->rx_us);
    packet_anew(p);
    p->iif = t->ifc;
    graph_next(g, p, STAGE_IP4_IN);
}

void tunnel_in_stage(void *self, struct graph *g, struct packet **v, unsigned n)
{
    (void)self;
    for (unsigned i = 0; i < n; i++) {
        struct packet *p = v[i];
        struct tunnel *t = p->iif->tunnel;
        if (t && p->iif->admin_up)
            deliver(t, g, p, p->len);
        else
            graph_drop(g, p, DROP_IF_DOWN);
    }
}

/* RFC 2890 section 2.2, in the arithmetic of RFC 1982: out of order is not newer than what came before. */
static bool in_order(struct tunnel *t, const struct gre *h)
{
    if (!tunnel_conf(t)->sequence || !h->has_seq)
        return true;
    if (t->seq_heard && (int32_t)(h->seq - t->seq_in) <= 0)
        return false;
    t->seq_heard = true;
    t->seq_in = h->seq;
    return true;
}

/* Which tunnel, or why none. */
static struct tunnel *tunnel_of(struct tunnels *ts, const struct packet *p, const struct gre *h, enum drop_reason *why)
{
    const struct tunnel_key k = {.ends = {get32(p->l3 + 16), get32(p->l3 + 12)}, .key = h->key, .has_key = h->has_key};
    struct tunnel *t = tunnel_find(ts, &k);

    if (t && t->ifc->admin_up)
        return t;
    if (t) {
        *why = DROP_IF_DOWN;
    } else if (table_find(ts->by_ends, &k.ends)) {
        *why = DROP_GRE_KEY;
    } else {
        icmp_error(ts->env.net, p, ICMP_UNREACHABLE, ICMP_UNR_PROTO, 0);
        *why = DROP_GRE_STRANGER;
    }
    return NULL;
}

static enum drop_reason in_one(struct tunnels *ts, struct graph *g, struct packet *p)
{
    uint32_t ihl = (p->l3[0] & 15u) * 4u, bytes = p->len;
    enum drop_reason why = DROP_NONE;
    struct gre h;

    switch (gre_read(p->l3 + ihl, p->len - ihl, &h)) {
    case GRE_OK: break;
    case GRE_SUM: return DROP_GRE_SUM;
    default: return DROP_GRE_BAD;
    }
    struct tunnel *t = tunnel_of(ts, p, &h, &why);
    if (!t)
        return why;
    if (tunnel_protected(t) && (!p->through || p->through != t->sa.through)) {
        ipsec_protect_clear(ts->env.ipsec, p);
        return DROP_IN_US_CL_V4_PKT_FAILED_POLICY;
    }
    if (h.proto == GRE_PROTO_NONE) {
        iface_counts_in(t->ifc, bytes, p->rx_us);
        keepalive_heard(t, p->l3);
        return DROP_DONE;
    }
    if (h.proto != GRE_PROTO_IP4) {
        t->ifc->n.rx_unknown++;
        return DROP_GRE_PROTO;
    }
    if (!in_order(t, &h))
        return DROP_GRE_ORDER;
    p->l3 += ihl + h.len;
    p->len -= ihl + h.len;
    if (keepalive_asked(t, p->l3, p->len)) {
        iface_counts_in(t->ifc, bytes, p->rx_us);
        packet_anew(p);
        graph_next(g, p, STAGE_IP4_ROUTE_IN); /* back it goes, as any packet that is forwarded */
        return DROP_NONE;
    }
    if (!t->ifc->up)
        return DROP_IF_DOWN;
    deliver(t, g, p, bytes);
    return DROP_NONE;
}

void gre_in_stage(void *self, struct graph *g, struct packet **v, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        enum drop_reason why = in_one(self, g, v[i]);
        if (why != DROP_NONE)
            graph_drop(g, v[i], why);
    }
}
