/* icmp.c: ICMP (RFC 792, RFC 1122 section 3.2.2, RFC 1812 section 4.3): echoes answered, errors made and heard.
 *
 * An error is made only about a packet that may have one (section 4.3.2.7: no error about an error, about anything but
 * the first fragment, about a broadcast, or to an address that is no single host), and only as often as allowed:
 * unreachables one every 500 ms as on IOS unless configuration says otherwise (those about DF counted apart), the rest from
 * a bucket of tokens. It quotes
 * as much as 576 bytes hold (section 4.3.2.3: what is inside of UDP can then be told), and leaves from the address of the interface
 * that the packet came in on.
 *
 * What comes back to us (echo replies, errors about our packets) is handed to whoever listens: ping, traceroute. What
 * it does not do: obey redirects, timestamps, masks. */
#include <errno.h>
#include <string.h>

#include "dataplane/net/net_local.h"

enum { ICMP_HEADER = 8, TTL_ICMP = 255, UDP_HEADER = 8, ERROR_MAX = 576 };

struct icmp {
    struct net *net;
    struct icmp_listener *listeners;
    uint16_t next_id;
    uint64_t unreachable_at, df_at; /* loop time from which the next one may go */
    uint64_t tokens_at;             /* when the bucket was last filled */
    unsigned tokens;
};

/* ---- sending ---- */

static void icmp_finish(struct packet *p, unsigned ihl)
{
    uint8_t *m = p->l3 + ihl;

    put16(m + 2, 0);
    put16(m + 2, ip_cksum_fold(ip_cksum_add(0, m, p->len - ihl)));
}

static bool may_send(struct icmp *ic, uint8_t type, uint8_t code)
{
    uint64_t now = loop_now(ic->net->env.loop);

    if (type == ICMP_UNREACHABLE) {
        const struct net_conf *c = &ic->net->conf;
        bool df = code == ICMP_UNR_FRAG;
        uint64_t *at = df ? &ic->df_at : &ic->unreachable_at;
        if (df ? !c->df_limited : !c->unr_limited)
            return true;
        if (now < *at)
            return false;
        *at = now + (df ? c->df_ms : c->unr_ms) * US_PER_MS;
        return true;
    }
    uint64_t more = (now - ic->tokens_at) / ICMP_EXCEEDED_US;
    if (more) {
        ic->tokens = ic->tokens + more < ICMP_EXCEEDED_BURST ? ic->tokens + (unsigned)more : ICMP_EXCEEDED_BURST;
        ic->tokens_at += more * ICMP_EXCEEDED_US;
    }
    if (!ic->tokens)
        return false;
    ic->tokens--;
    return true;
}

/* Is it itself an ICMP error (or of a type that we don't know)? */
static bool is_error(const struct packet *p)
{
    unsigned ihl = ipv4_ihl(p->l3);

    if (p->l3[9] != PROTO_ICMP)
        return false;
    return p->len <= ihl || (p->l3[ihl] != ICMP_ECHO && p->l3[ihl] != ICMP_ECHO_REPLY &&
                             !(p->l3[ihl] >= ICMP_TIMESTAMP && p->l3[ihl] <= ICMP_MASK_REPLY));
}

static bool may_have_error(const struct packet *p)
{
    uint32_t src = get32(p->l3 + 12), dst = get32(p->l3 + 16);

    return !p->icmp_error && !p->link_broadcast && !(get16(p->l3 + 6) & 0x1FFF) && !ipv4_martian(src) &&
           !ipv4_multicast(dst) && dst != 0xFFFFFFFFu && !is_error(p);
}

static void count_out(struct net_stat *s, uint8_t type)
{
    s->icmp_out++;
    s->icmp_out_unreachable += type == ICMP_UNREACHABLE;
    s->icmp_out_exceeded += type == ICMP_TIME_EXCEEDED;
    s->icmp_out_redirect += type == ICMP_REDIRECT;
    s->icmp_out_parameter += type == ICMP_PARAMETER;
    s->icmp_out_echo += type == ICMP_ECHO;
    s->icmp_out_reply += type == ICMP_ECHO_REPLY;
}

void icmp_error(struct net *net, const struct packet *about, uint8_t type, uint8_t code, uint32_t extra)
{
    struct graph *g = net->env.graph;
    uint32_t quote, to = get32(about->l3 + 12), src;

    if (!may_have_error(about) || (type == ICMP_UNREACHABLE && about->iif && !about->iif->conf->unreachables))
        return;
    src = iface_by_addr(net, get32(about->l3 + 16)) ? get32(about->l3 + 16)
          : about->iif && about->iif->addr          ? about->iif->addr
                                                    : route_source(net, to);
    if (!src)
        return;
    if (!may_send(net->icmp, type, code)) {
        net->stat.icmp_out_limited++;
        return;
    }
    quote = about->len < ERROR_MAX - IP_HEADER - ICMP_HEADER ? about->len : ERROR_MAX - IP_HEADER - ICMP_HEADER;
    struct packet *p = packet_new(g, IP_HEADER + ICMP_HEADER + quote);
    if (!p)
        return;
    p->len = IP_HEADER + ICMP_HEADER + quote;
    p->from_local = p->icmp_error = true;
    ipv4_header(net, p, PROTO_ICMP, src, to, TTL_ICMP, false);
    uint8_t *m = p->l3 + IP_HEADER;
    m[0] = type;
    m[1] = code;
    put32(m + 4, extra);
    memcpy(m + ICMP_HEADER, about->l3, quote);
    icmp_finish(p, IP_HEADER);
    count_out(&net->stat, type);
    graph_next(g, p, STAGE_IP4_ROUTE);
}

/* After ipv4_header. */
static void set_tos(struct packet *p, uint8_t tos)
{
    p->l3[1] = tos;
    ipv4_checksum(p->l3);
}

int icmp_echo(struct net *net, uint32_t src, uint32_t dst, uint16_t id, uint16_t seq, uint32_t size, bool df,
              uint8_t ttl)
{
    return icmp_echo_as(net, src, dst, id, seq, size, df, ttl, NULL);
}

int icmp_echo_as(struct net *net, uint32_t src, uint32_t dst, uint16_t id, uint16_t seq, uint32_t size, bool df,
                 uint8_t ttl, const struct icmp_dress *dress)
{
    uint16_t pattern = dress ? dress->pattern : ICMP_PATTERN;
    struct graph *g = net->env.graph;

    if (size < IP_HEADER + ICMP_HEADER)
        size = IP_HEADER + ICMP_HEADER;
    if (!src)
        src = route_source(net, dst);
    else if (!iface_by_addr(net, src))
        return -EADDRNOTAVAIL;
    if (!src || !route_source(net, dst))
        return -EHOSTUNREACH;
    struct packet *p = packet_new(g, size);
    if (!p)
        return -ENOBUFS;
    p->len = size;
    p->from_local = true;
    ipv4_header(net, p, PROTO_ICMP, src, dst, ttl, df);
    if (dress && dress->tos)
        set_tos(p, dress->tos);
    uint8_t *m = p->l3 + IP_HEADER;
    m[0] = ICMP_ECHO;
    m[1] = 0;
    put16(m + 4, id);
    put16(m + 6, seq);
    for (uint32_t i = ICMP_HEADER; i < size - IP_HEADER; i++)
        m[i] = (uint8_t)(i & 1 ? pattern : pattern >> 8);
    icmp_finish(p, IP_HEADER);
    count_out(&net->stat, ICMP_ECHO);
    graph_next(g, p, STAGE_IP4_ROUTE);
    graph_kick(g);
    return 0;
}

int icmp_udp_probe(struct net *net, uint32_t src, uint32_t dst, uint16_t sport, uint16_t dport, uint8_t ttl,
                   uint8_t tos)
{
    struct graph *g = net->env.graph;

    if (!src)
        src = route_source(net, dst);
    else if (!iface_by_addr(net, src))
        return -EADDRNOTAVAIL;
    if (!src || !route_source(net, dst))
        return -EHOSTUNREACH;
    struct packet *p = packet_new(g, IP_HEADER + UDP_HEADER);
    if (!p)
        return -ENOBUFS;
    p->len = IP_HEADER + UDP_HEADER;
    p->from_local = true;
    ipv4_header(net, p, PROTO_UDP, src, dst, ttl, false);
    if (tos)
        set_tos(p, tos);
    uint8_t *u = p->l3 + IP_HEADER;
    put16(u, sport);
    put16(u + 2, dport);
    put16(u + 4, UDP_HEADER);
    put16(u + 6, 0);
    put16(u + 6, ip_cksum_l4(src, dst, PROTO_UDP, u, UDP_HEADER));
    net->stat.udp_out++;
    graph_next(g, p, STAGE_IP4_ROUTE);
    graph_kick(g);
    return 0;
}

/* ---- receiving ---- */

static void tell(struct icmp *ic, const struct icmp_event *ev)
{
    struct icmp_listener *next;

    for (struct icmp_listener *l = ic->listeners; l; l = next) {
        next = l->next; /* it may leave */
        l->fn(l->arg, ev);
    }
}

/* Turn the request round and send it back. */
static void echo_answer(struct net *net, struct graph *g, struct packet *p)
{
    uint8_t *ip = p->l3;
    unsigned ihl = ipv4_ihl(ip);
    uint32_t to = get32(ip + 12), from = get32(ip + 16);

    if (!iface_by_addr(net, from)) /* it was a broadcast */
        from = p->iif->addr;
    if (!from) {
        graph_drop(g, p, DROP_ICMP_BAD);
        return;
    }
    memmove(ip + ihl - IP_HEADER, ip, IP_HEADER); /* options are not sent back */
    p->l3 += ihl - IP_HEADER;
    p->len -= ihl - IP_HEADER;
    uint8_t tos = p->l3[1];
    ipv4_header(net, p, PROTO_ICMP, from, to, TTL_ICMP, false);
    p->l3[1] = tos;
    ipv4_checksum(p->l3);
    p->l3[IP_HEADER] = ICMP_ECHO_REPLY;
    icmp_finish(p, IP_HEADER);
    p->from_local = true;
    packet_anew(p);
    p->iif = NULL;
    p->encaps = 0;
    count_out(&net->stat, ICMP_ECHO_REPLY);
    graph_next(g, p, STAGE_IP4_ROUTE);
}

/* The packet that an error quotes; false when it is not one of ours. */
static bool quoted(struct net *net, const uint8_t *q, uint32_t len, struct icmp_event *ev)
{
    if (len < IP_HEADER || q[0] >> 4 != 4)
        return false;
    unsigned ihl = ipv4_ihl(q);
    if (ihl < IP_HEADER || len < ihl + 8 || (get16(q + 6) & 0x1FFF))
        return false;
    ev->orig_len = get16(q + 2);
    ev->orig_df = get16(q + 6) & 0x4000;
    ev->orig_l4 = q + ihl;
    ev->orig_l4_len = len - ihl;
    ev->orig_proto = q[9];
    ev->orig_src = get32(q + 12);
    ev->orig_dst = get32(q + 16);
    if (!iface_by_addr(net, ev->orig_src))
        return false;
    if (ev->orig_proto == PROTO_UDP || ev->orig_proto == PROTO_TCP) {
        ev->orig_sport = get16(q + ihl);
        ev->orig_dport = get16(q + ihl + 2);
    } else if (ev->orig_proto == PROTO_ICMP && q[ihl] == ICMP_ECHO) {
        ev->id = get16(q + ihl + 4);
        ev->seq = get16(q + ihl + 6);
    }
    return true;
}

static void count_in(struct net_stat *s, uint8_t type)
{
    switch (type) {
    case ICMP_ECHO: s->icmp_in_echo++; break;
    case ICMP_ECHO_REPLY: s->icmp_in_reply++; break;
    case ICMP_UNREACHABLE: s->icmp_in_unreachable++; break;
    case ICMP_TIME_EXCEEDED: s->icmp_in_exceeded++; break;
    case ICMP_QUENCH: s->icmp_in_quench++; break;
    case ICMP_PARAMETER: s->icmp_in_parameter++; break;
    case ICMP_REDIRECT: s->icmp_in_redirect++; break;
    case ICMP_ADVERTISEMENT: s->icmp_in_advertisement++; break;
    case ICMP_SOLICITATION: s->icmp_in_solicitation++; break;
    case ICMP_TIMESTAMP: s->icmp_in_timestamp++; break;
    case ICMP_TIMESTAMP_REPLY: s->icmp_in_timestamp_reply++; break;
    case ICMP_INFO: s->icmp_in_info++; break;
    case ICMP_INFO_REPLY: s->icmp_in_info_reply++; break;
    case ICMP_MASK: s->icmp_in_mask++; break;
    case ICMP_MASK_REPLY: s->icmp_in_mask_reply++; break;
    default: s->icmp_in_other++;
    }
}

static void icmp_one(struct icmp *ic, struct graph *g, struct packet *p)
{
    struct net *net = ic->net;
    unsigned ihl = ipv4_ihl(p->l3);
    const uint8_t *m = p->l3 + ihl;
    uint32_t len = p->len - ihl;
    struct icmp_event ev = {.from = get32(p->l3 + 12), .len = p->len};
    bool checked = len >= ICMP_HEADER && !ip_cksum_fold(ip_cksum_add(0, m, len));

    net->stat.icmp_in++;
    if (!checked) {
        net->stat.icmp_in_checksum += len >= ICMP_HEADER;
        net->stat.icmp_in_errors += len < ICMP_HEADER;
        graph_drop(g, p, DROP_ICMP_BAD);
        return;
    }
    ev.type = m[0];
    ev.code = m[1];
    count_in(&net->stat, ev.type);
    switch (ev.type) {
    case ICMP_ECHO: echo_answer(net, g, p); return;
    case ICMP_ECHO_REPLY:
        ev.id = get16(m + 4);
        ev.seq = get16(m + 6);
        ev.data = m + ICMP_HEADER;
        ev.data_len = len - ICMP_HEADER;
        tell(ic, &ev);
        break;
    case ICMP_UNREACHABLE:
    case ICMP_QUENCH:
    case ICMP_TIME_EXCEEDED:
    case ICMP_PARAMETER:
        if (ev.type == ICMP_UNREACHABLE && ev.code == ICMP_UNR_FRAG)
            ev.mtu = get16(m + 6);
        if (quoted(net, m + ICMP_HEADER, len - ICMP_HEADER, &ev))
            tell(ic, &ev);
        break;
    default: break;
    }
    graph_drop(g, p, DROP_DONE);
}

static void icmp_in(void *self, struct graph *g, struct packet **v, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        icmp_one(self, g, v[i]);
}

void icmp_listen(struct net *net, struct icmp_listener *l)
{
    l->next = net->icmp->listeners;
    net->icmp->listeners = l;
}

void icmp_unlisten(struct net *net, struct icmp_listener *l)
{
    for (struct icmp_listener **at = &net->icmp->listeners; *at; at = &(*at)->next)
        if (*at == l) {
            *at = l->next;
            return;
        }
}

uint16_t icmp_new_id(struct net *net)
{
    return net->icmp->next_id++;
}

struct icmp *icmp_new(struct net *net)
{
    struct icmp *ic = NEW(struct icmp);

    ic->net = net;
    ic->next_id = (uint16_t)rnd_u32(net->env.rnd);
    ic->tokens = ICMP_EXCEEDED_BURST;
    ic->tokens_at = loop_now(net->env.loop);
    graph_set(net->env.graph, STAGE_ICMP_IN, icmp_in, ic);
    return ic;
}

void icmp_free(struct icmp *ic)
{
    mem_free(ic);
}
