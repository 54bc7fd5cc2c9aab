/* frag.c: packets too big for a link cut in pieces, and pieces to us put together (RFC 791 section 3.2, RFC 815, RFC
 * 1858).
 *
 * Cutting: pieces of a multiple of 8 bytes; options with the copied bit go into every piece, the others into the first
 * alone.
 *
 * Putting together: a packet is known by source, destination, identification and protocol. Its pieces wait in order of
 * their offset until none is missing. An exact repetition is ignored; a piece that overlaps another in any other way
 * ends the whole packet, as does one that is cut at no multiple of 8, goes past 65535 bytes or past the last piece's
 * end: there is no honest sender of those. After REASS_TIMEOUT the pieces die, and the sender is told when the first of
 * them had come (RFC 792: time exceeded, code 1). Bounds: REASS_PACKETS at once (the oldest gives way),
 * REASS_PER_SOURCE of them from one address, REASS_FRAGMENTS pieces each.
 *
 * What it does not do: put together packets that only pass through. */
#include <string.h>

#include "dataplane/net/net_local.h"

enum {
    IP_DF = 0x4000,
    IP_MF = 0x2000,
    IP_OFFSET = 0x1FFF,
    OPT_END = 0,
    OPT_NOP = 1,
    OPT_COPIED = 0x80,
    IP_MAX = 65535
};

struct reass_key {
    uint32_t src, dst;
    uint16_t id;
    uint8_t proto, zero;
};
struct reass_packet {
    struct reass *reass;
    struct reass_key key;
    struct packet *pieces; /* in order of offset */
    unsigned n;
    uint32_t have, total; /* bytes of payload here; in all, 0 while the last piece is missing */
    struct timer timer;
};
struct reass {
    struct net *net;
    struct table *packets; /* in order of arrival */
};

static uint32_t piece_at(const struct packet *p)
{
    return (get16(p->l3 + 6) & (uint32_t)IP_OFFSET) * 8;
}

static uint32_t piece_len(const struct packet *p)
{
    return p->len - ipv4_ihl(p->l3);
}

static bool piece_last(const struct packet *p)
{
    return !(get16(p->l3 + 6) & IP_MF);
}

static void reass_end(struct reass_packet *r, enum drop_reason why)
{
    struct graph *g = r->reass->net->env.graph;

    timer_clear(&r->timer);
    table_remove(r->reass->packets, &r->key);
    while (r->pieces) {
        struct packet *p = r->pieces;
        r->pieces = p->next;
        if (r->reass->net->ending)
            packet_done(g, p);
        else
            graph_drop(g, p, why);
    }
    mem_free(r);
}

static void reass_timeout(void *arg)
{
    struct reass_packet *r = arg;
    struct net *net = r->reass->net;

    net->stat.reass_timeouts++;
    if (piece_at(r->pieces) == 0)
        icmp_error(net, r->pieces, ICMP_TIME_EXCEEDED, 1, 0);
    reass_end(r, DROP_REASS_TIMEOUT);
    graph_kick(net->env.graph);
}

/* Room for one more from this source: the oldest gives way. */
static void make_room(struct reass *r, uint32_t src)
{
    struct reass_packet *p, *oldest = NULL, *own = NULL;
    size_t cursor = 0;
    unsigned n = 0;

    while ((p = table_next(r->packets, &cursor))) {
        if (!oldest)
            oldest = p;
        if (p->key.src == src) {
            if (!own)
                own = p;
            n++;
        }
    }
    if (n >= REASS_PER_SOURCE)
        reass_end(own, DROP_REASS_MANY);
    else if (table_count(r->packets) >= REASS_PACKETS)
        reass_end(oldest, DROP_REASS_MANY);
}

static struct reass_packet *reass_of(struct reass *reass, const struct packet *p)
{
    const struct reass_key key = {
        .src = get32(p->l3 + 12), .dst = get32(p->l3 + 16), .id = get16(p->l3 + 4), .proto = p->l3[9]};
    struct reass_packet *r = table_find(reass->packets, &key);

    if (r)
        return r;
    make_room(reass, key.src);
    r = NEW(struct reass_packet);
    r->reass = reass;
    r->key = key;
    table_put(reass->packets, &key, r);
    timer_init(&r->timer, reass->net->env.loop, reass_timeout, r);
    timer_set(&r->timer, REASS_TIMEOUT_US);
    return r;
}

/* Put p in its place. DROP_NONE when taken, DROP_DONE for a repetition, else what ends the packet. */
static enum drop_reason piece_insert(struct reass_packet *r, struct packet *p)
{
    uint32_t at = piece_at(p), len = piece_len(p), end = at + len;
    struct packet **slot = &r->pieces;

    while (*slot && piece_at(*slot) < at) {
        if (piece_at(*slot) + piece_len(*slot) > at)
            return DROP_REASS_OVERLAP;
        slot = &(*slot)->next;
    }
    if (*slot && piece_at(*slot) == at && piece_len(*slot) == len && piece_last(*slot) == piece_last(p))
        return DROP_DONE;
    if (*slot && piece_at(*slot) < end)
        return DROP_REASS_OVERLAP;
    if (piece_last(p) ? *slot || r->total : r->total && end > r->total)
        return DROP_REASS_BAD;
    if (r->n >= REASS_FRAGMENTS)
        return DROP_REASS_MANY;
    if (piece_last(p))
        r->total = end;
    p->next = *slot;
    *slot = p;
    r->n++;
    r->have += len;
    return DROP_NONE;
}

/* All pieces are here: one packet of them. */
static struct packet *reass_join(struct reass_packet *r)
{
    struct net *net = r->reass->net;
    struct packet *first = r->pieces;
    unsigned ihl = ipv4_ihl(first->l3);
    struct packet *whole = packet_new(net->env.graph, ihl + r->total);

    if (!whole) {
        net->stat.reass_fail++;
        reass_end(r, DROP_NO_BUFFER);
        return NULL;
    }
    uint8_t *base = whole->base, *l3 = whole->l3;
    uint32_t cap = whole->cap;
    *whole = *first;
    whole->base = base;
    whole->l3 = l3;
    whole->cap = cap;
    whole->next = NULL;
    for (const struct packet *p = first; p; p = p->next) { /* it came by an SA only if all of it did */
        whole->decapsulated = whole->decapsulated && p->decapsulated;
        if (ipv4_to_map(p))
            whole->iif = p->iif;
        if (p->through != first->through)
            whole->through = 0;
    }
    whole->len = ihl + r->total;
    memcpy(l3, first->l3, ihl);
    for (const struct packet *p = first; p; p = p->next)
        memcpy(l3 + ihl + piece_at(p), p->l3 + ipv4_ihl(p->l3), piece_len(p));
    put16(l3 + 2, (uint16_t)whole->len);
    put16(l3 + 6, 0);
    ipv4_checksum(l3);
    net->stat.reass_ok++;
    reass_end(r, DROP_DONE);
    return whole;
}

struct packet *reass_add(struct reass *reass, struct packet *p)
{
    struct net *net = reass->net;
    struct graph *g = net->env.graph;
    uint32_t len = piece_len(p), end = piece_at(p) + len;

    net->stat.reass_in++;
    if (len == 0 || (!piece_last(p) && len % 8)) {
        net->stat.reass_fail++;
        graph_drop(g, p, DROP_REASS_BAD);
        return NULL;
    }
    if (end + ipv4_ihl(p->l3) > IP_MAX) {
        net->stat.reass_fail++;
        graph_drop(g, p, DROP_REASS_BIG);
        return NULL;
    }
    struct reass_packet *r = reass_of(reass, p);
    enum drop_reason why = piece_insert(r, p);
    if (why) {
        graph_drop(g, p, why);
        if (why != DROP_DONE) {
            net->stat.reass_fail++;
            reass_end(r, why);
        }
        return NULL;
    }
    if (!r->total || r->have != r->total)
        return NULL;
    if (r->total + ipv4_ihl(r->pieces->l3) > IP_MAX) {
        reass_end(r, DROP_REASS_BIG);
        return NULL;
    }
    return reass_join(r);
}

void reass_forget(struct reass *reass, const struct iface *ifc)
{
    size_t cursor = 0;
    struct reass_packet *r;

    while ((r = table_next(reass->packets, &cursor)))
        for (const struct packet *p = r->pieces; p; p = p->next)
            if (p->iif == ifc) {
                reass_end(r, DROP_IF_DOWN);
                break;
            }
    graph_run(reass->net->env.graph);
}

struct reass *reass_new(struct net *net)
{
    struct reass *r = NEW(struct reass);
    uint64_t seed;

    r->net = net;
    rnd_fill(net->env.rnd, &seed, sizeof seed);
    r->packets = table_new(sizeof(struct reass_key), seed);
    return r;
}

void reass_free(struct reass *reass)
{
    size_t cursor = 0;
    struct reass_packet *r;

    while ((r = table_next(reass->packets, &cursor)))
        reass_end(r, DROP_IF_DOWN);
    table_free(reass->packets);
    mem_free(reass);
}

/* ---- cutting ---- */

/* The options that every piece carries, padded to a multiple of 4; their length. */
static unsigned copied_options(const uint8_t *ip, uint8_t out[40])
{
    unsigned n = 0, ihl = ipv4_ihl(ip);

    for (unsigned at = IP_HEADER; at < ihl && ip[at] != OPT_END;) {
        unsigned len = ip[at] == OPT_NOP ? 1 : at + 1 < ihl ? ip[at + 1] : 0;
        if (len == 0 || len > ihl - at || (ip[at] != OPT_NOP && len < 2))
            break;
        if (ip[at] & OPT_COPIED) {
            memcpy(out + n, ip + at, len);
            n += len;
        }
        at += len;
    }
    while (n % 4)
        out[n++] = OPT_END;
    return n;
}

void ipv4_fragment(struct net *net, struct packet *p, uint32_t mtu, enum stage_id next)
{
    struct graph *g = net->env.graph;
    const uint8_t *ip = p->l3;
    unsigned ihl = ipv4_ihl(ip), header = ihl;
    uint16_t field = get16(ip + 6);
    uint32_t left = p->len - ihl, done = 0;
    uint8_t options[40];
    unsigned noptions = copied_options(ip, options);

    if (mtu < ihl + 8) {
        net->stat.frag_cannot++;
        graph_drop(g, p, DROP_IP_FRAG);
        return;
    }
    while (left) {
        uint32_t n = (mtu - header) & ~7u;
        if (left <= mtu - header)
            n = left;
        struct packet *f = packet_new(g, header + n);
        if (!f) { /* the receiver can't use the rest */
            net->stat.frag_cannot++;
            graph_drop(g, p, DROP_NO_BUFFER);
            return;
        }
        f->iif = p->iif;
        f->oif = p->oif;
        f->next_hop = p->next_hop;
        f->rx_us = p->rx_us;
        f->crypto_done = p->crypto_done;
        f->from_local = p->from_local;
        f->icmp_error = p->icmp_error;
        f->decapsulated = p->decapsulated;
        f->link_broadcast = p->link_broadcast;
        f->sa = p->sa;
        f->encaps = p->encaps;
        f->through = p->through;
        f->len = header + n;
        memcpy(f->l3, ip, done ? IP_HEADER : ihl);
        if (done)
            memcpy(f->l3 + IP_HEADER, options, noptions);
        f->l3[0] = (uint8_t)(0x40 | header / 4);
        memcpy(f->l3 + header, ip + ihl + done, n);
        put16(f->l3 + 2, (uint16_t)f->len);
        bool more = left > n || (field & IP_MF);
        put16(f->l3 + 6, (uint16_t)((field & IP_DF) | (more ? IP_MF : 0) | ((field & IP_OFFSET) + done / 8)));
        ipv4_checksum(f->l3);
        graph_next(g, f, next);
        net->stat.frag_made++;
        done += n;
        left -= n;
        header = IP_HEADER + noptions;
    }
    net->stat.frag_ok++;
    graph_drop(g, p, DROP_DONE);
}
