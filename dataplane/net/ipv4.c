/* ipv4.c: IPv4 packets through a router (RFC 791, 1122 section 3.2.1, 1812 sections 4.2 and 5).
 *
 *   ETH_IN -> IP4_IN ----------------------------> IP4_ROUTE_IN -> IP4_LOCAL -> ICMP_IN, UDP_IN, ESP_IN, GRE_IN
 *               | crypto map, not decapsulated  ^       |
 *               +------> CRYPTO_CHECK ----------+       +--------> IP4_FORWARD -> IP4_OUT -> ETH_OUT, TUNNEL_OUT
 *                                                                                 ^  | crypto map, not yet done
 *   made here, or encapsulated: IP4_ROUTE ----------------------------------------+  +-> CRYPTO_OUT -> ... -> IP4_OUT
 * or IP4_ROUTE
 *
 * In: header checks, martians, options, inbound access list (of the outer packet alone: what came out of an SA is not
 * held against it again). Forward: TTL, route. Out: crypto map, outbound access list (not for packets made here), MTU:
 * a fragment, or an ICMP error when DF forbids it. Packets whose source route asks for a way of their own are dropped.
 * An ICMP error is owed by the stage that drops, and made before it does.
 *
 * What it does not do: multicast routing, options other than looking whether they are well-formed. */
#include <string.h>

#include "dataplane/net/net_local.h"

enum { IP_DF = 0x4000, IP_MF = 0x2000, IP_OFFSET = 0x1FFF, OPT_END = 0, OPT_NOP = 1, OPT_LSRR = 131, OPT_SSRR = 137 };

bool ipv4_martian(uint32_t src)
{
    return src >> 24 == 0 || src >> 24 == 127 || src >> 28 >= 14;
}

void ipv4_checksum(uint8_t *ip)
{
    put16(ip + 10, 0);
    put16(ip + 10, ip_cksum_fold(ip_cksum_add(0, ip, ipv4_ihl(ip))));
}

void ipv4_header(struct net *net, struct packet *p, uint8_t proto, uint32_t src, uint32_t dst, uint8_t ttl, bool df)
{
    uint8_t *ip = p->l3;

    ip[0] = 0x45;
    ip[1] = 0;
    put16(ip + 2, (uint16_t)p->len);
    put16(ip + 4, net->ip_id++);
    put16(ip + 6, df ? IP_DF : 0);
    ip[8] = ttl;
    ip[9] = proto;
    put32(ip + 12, src);
    put32(ip + 16, dst);
    ipv4_checksum(ip);
}

/* ---- input ---- */

enum options { OPTIONS_FINE, OPTIONS_BAD, OPTIONS_ROUTED };

static enum options options_check(struct net *net, const uint8_t *ip, unsigned ihl, uint32_t *at)
{
    for (*at = IP_HEADER; *at < ihl;) {
        uint8_t type = ip[*at];
        bool single = type == OPT_END || type == OPT_NOP;
        if (!single && (*at + 1 >= ihl || ip[*at + 1] < 2 || ip[*at + 1] > ihl - *at))
            return OPTIONS_BAD;
        net->stat.option[type]++;
        if (type == OPT_END)
            break;
        if (type == OPT_NOP) {
            (*at)++;
            continue;
        }
        if (type == OPT_LSRR || type == OPT_SSRR)
            return OPTIONS_ROUTED;
        *at += ip[*at + 1];
    }
    return OPTIONS_FINE;
}

/* The header on its own; trims what the link put behind the packet. */
static enum drop_reason header_check(struct packet *p)
{
    const uint8_t *ip = p->l3;

    if (p->len < IP_HEADER)
        return DROP_IP_SHORT;
    if (ip[0] >> 4 != 4)
        return DROP_IP_VERSION;
    unsigned ihl = ipv4_ihl(ip);
    if (ihl < IP_HEADER || ihl > p->len)
        return DROP_IP_IHL;
    uint16_t total = get16(ip + 2);
    if (total < ihl || total > p->len)
        return DROP_IP_LENGTH;
    if (ip_cksum_fold(ip_cksum_add(0, ip, ihl)))
        return DROP_IP_CHECKSUM;
    p->len = total;
    return DROP_NONE;
}

/* before: a source that was found to be fine, and is not looked up again; 0 none. */
static enum drop_reason address_check(struct net *net, const struct packet *p, uint32_t *before)
{
    uint32_t src = get32(p->l3 + 12), dst = get32(p->l3 + 16);

    if (!p->decapsulated && !p->iif->addr)
        return DROP_NO_IP;
    if ((!src || src != *before) && (ipv4_martian(src) || iface_by_addr(net, src)))
        return DROP_IP_MARTIAN;
    *before = src;
    return dst >> 24 == 127 || dst >> 24 == 0 ? DROP_IP_MARTIAN : DROP_NONE;
}

static enum drop_reason input_check(struct net *net, struct packet *p, uint32_t *before)
{
    uint32_t at;
    enum drop_reason why = header_check(p);

    net->stat.in_checksum += why == DROP_IP_CHECKSUM;
    net->stat.in_format += why && why != DROP_IP_CHECKSUM;
    if (!why)
        why = address_check(net, p, before);
    if (why || ipv4_ihl(p->l3) == IP_HEADER)
        return why;
    net->stat.with_options++;
    switch (options_check(net, p->l3, ipv4_ihl(p->l3), &at)) {
    case OPTIONS_BAD:
        net->stat.in_options++;
        icmp_error(net, p, ICMP_PARAMETER, 0, at << 24);
        return DROP_IP_OPTIONS;
    case OPTIONS_ROUTED: icmp_error(net, p, ICMP_UNREACHABLE, ICMP_UNR_SRCFAIL, 0); return DROP_IP_SOURCE_ROUTE;
    default: return DROP_NONE;
    }
}

static bool acl_lets(struct net *net, struct acl *acl, const struct packet *p)
{
    struct flow f;

    if (!acl)
        return true;
    flow_of(&f, p->l3, p->len);
    /* The hardware address stands in front of a packet that came from a wire (arp.c took the header off). */
    bool framed = p->iif && p->iif->kind == IFACE_ETHERNET && !p->decapsulated && p->l3 - p->base >= 14;
    if (acl_judges(net, acl, &f, p->iif, framed ? p->l3 - 8 : NULL))
        return true;
    net->stat.acl_denied++;
    icmp_error(net, p, ICMP_UNREACHABLE, ICMP_UNR_ADMIN, 0);
    return false;
}

static void ip4_in(void *self, struct graph *g, struct packet **v, unsigned n)
{
    struct net *net = self;
    uint32_t before = 0;

    for (unsigned i = 0; i < n; i++) {
        struct packet *p = v[i];
        enum drop_reason why;
        net->stat.ip_in++;
        why = input_check(net, p, &before);
        if (why)
            graph_drop(g, p, why);
        else if (!p->decapsulated && !acl_lets(net, p->iif->acl_in, p))
            graph_drop(g, p, DROP_IP_ACL_IN);
        else {
            if (p->iif->conf->tcp_mss)
                tcp_adjust_mss(p->l3, p->len, p->iif->conf->tcp_mss);
            graph_next(g, p, ipv4_to_map(p) ? STAGE_CRYPTO_CHECK : STAGE_IP4_ROUTE_IN);
        }
    }
}

/* What was found for the packet before: of those that come together many go to one destination. */
struct lately {
    bool any;
    uint32_t dst;
    enum route_verdict verdict;
    struct route_hop hop;
};

static inline enum route_verdict way_of(struct net *net, uint32_t dst, struct lately *l)
{
    if (!l->any || l->dst != dst) {
        *l = (struct lately){.any = true, .dst = dst};
        l->verdict = route_lookup(net, dst, &l->hop);
    }
    return l->verdict;
}

static void ip4_route_in(void *self, struct graph *g, struct packet **v, unsigned n)
{
    struct net *net = self;
    struct lately lately = {0};

    for (unsigned i = 0; i < n; i++) {
        struct packet *p = v[i];
        uint32_t dst = get32(p->l3 + 16);
        if (dst == 0xFFFFFFFFu || iface_broadcast(p->iif, dst)) {
            net->stat.in_broadcast++;
            p->link_broadcast = true;
            graph_next(g, p, STAGE_IP4_LOCAL);
            continue;
        }
        if (ipv4_multicast(dst) || p->link_broadcast) {
            net->stat.in_multicast += ipv4_multicast(dst);
            graph_drop(g, p, DROP_IP_BROADCAST);
            continue;
        }
        switch (way_of(net, dst, &lately)) {
        case ROUTE_US: graph_next(g, p, STAGE_IP4_LOCAL); break;
        case ROUTE_VIA:
            p->oif = lately.hop.oif;
            p->next_hop = lately.hop.next_hop;
            graph_next(g, p, STAGE_IP4_FORWARD);
            break;
        case ROUTE_DISCARD:
            icmp_error(net, p, ICMP_UNREACHABLE, ICMP_UNR_HOST, 0);
            graph_drop(g, p, DROP_IP_NULL0);
            break;
        case ROUTE_BROADCAST: /* RFC 2644: not forwarded */ graph_drop(g, p, DROP_IP_BROADCAST); break;
        case ROUTE_NONE:
            net->stat.no_route++;
            net->stat.in_no_route++;
            icmp_error(net, p, ICMP_UNREACHABLE, ICMP_UNR_HOST, 0);
            graph_drop(g, p, DROP_IP_NO_ROUTE);
            break;
        }
    }
}

static void to_protocol(struct net *net, struct graph *g, struct packet *p)
{
    net->stat.ip_local++;
    switch (p->l3[9]) {
    case PROTO_ICMP: graph_next(g, p, STAGE_ICMP_IN); break;
    case PROTO_UDP: graph_next(g, p, STAGE_UDP_IN); break;
    case PROTO_GRE: graph_next(g, p, STAGE_GRE_IN); break;
    case PROTO_ESP:
    case PROTO_AH: graph_next(g, p, STAGE_ESP_IN); break;
    default:
        net->stat.in_proto++;
        net->stat.unserved[p->l3[9]]++;
        icmp_error(net, p, ICMP_UNREACHABLE, ICMP_UNR_PROTO, 0);
        graph_drop(g, p, DROP_IP_PROTO);
    }
}

static void ip4_local(void *self, struct graph *g, struct packet **v, unsigned n)
{
    struct net *net = self;

    for (unsigned i = 0; i < n; i++) {
        struct packet *p = v[i];
        bool part = get16(p->l3 + 6) & (IP_MF | IP_OFFSET);
        if (part)
            p = reass_add(net->reass, p);
        if (p && part && ipv4_to_map(p)) /* whose parts might not say what it is: as a whole */
            graph_next(g, p, STAGE_CRYPTO_CHECK);
        else if (p)
            to_protocol(net, g, p);
    }
}

/* ---- forwarding and output ---- */

static void ttl_down(uint8_t *ip)
{
    uint32_t sum = get16(ip + 10) + 0x100u; /* RFC 1141 */

    ip[8]--;
    put16(ip + 10, (uint16_t)(sum + (sum >> 16)));
}

/* RFC 1812 section 5.2.7.2: it goes back to the link that it came from, and its sender could have reached the next hop
 * without us. */
static void redirect(struct net *net, const struct packet *p)
{
    struct iface *ifc = p->iif;
    uint32_t hop = p->next_hop ? p->next_hop : get32(p->l3 + 16);

    if (ifc && ifc == p->oif && ifc->kind == IFACE_ETHERNET && ifc->conf->redirects && !p->decapsulated &&
        iface_on_link(ifc, get32(p->l3 + 12), NULL) && iface_on_link(ifc, hop, NULL))
        icmp_error(net, p, ICMP_REDIRECT, ICMP_REDIRECT_HOST, hop);
}

static void ip4_forward(void *self, struct graph *g, struct packet **v, unsigned n)
{
    struct net *net = self;

    for (unsigned i = 0; i < n; i++) {
        struct packet *p = v[i];
        if (p->l3[8] <= 1) {
            net->stat.in_hops++;
            icmp_error(net, p, ICMP_TIME_EXCEEDED, 0, 0);
            graph_drop(g, p, DROP_IP_TTL);
            continue;
        }
        redirect(net, p);
        ttl_down(p->l3);
        net->stat.ip_forwarded++;
        if (p->iif)
            iface_forwards(p->iif, p->len);
        graph_next(g, p, STAGE_IP4_OUT);
    }
}

static void ip4_route(void *self, struct graph *g, struct packet **v, unsigned n)
{
    struct net *net = self;
    struct lately lately = {0};

    for (unsigned i = 0; i < n; i++) {
        struct packet *p = v[i];
        net->stat.ip_out += p->from_local;
        switch (way_of(net, get32(p->l3 + 16), &lately)) {
        case ROUTE_US:
            p->iif = lately.hop.oif;
            graph_next(g, p, STAGE_IP4_LOCAL);
            break;
        case ROUTE_VIA:
        case ROUTE_BROADCAST:
            p->oif = lately.hop.oif;
            p->next_hop = lately.hop.next_hop;
            graph_next(g, p, STAGE_IP4_OUT);
            break;
        case ROUTE_DISCARD: graph_drop(g, p, DROP_IP_NULL0); break;
        case ROUTE_NONE:
            net->stat.no_route++;
            graph_drop(g, p, DROP_IP_NO_ROUTE);
            break;
        }
    }
}

static void ip4_out(void *self, struct graph *g, struct packet **v, unsigned n)
{
    struct net *net = self;

    for (unsigned i = 0; i < n; i++) {
        struct packet *p = v[i];
        struct iface *oif = p->oif;
        bool tunnel = oif->kind == IFACE_TUNNEL; /* wraps, and then protects */
        enum stage_id next = tunnel ? STAGE_TUNNEL_OUT : STAGE_ETH_OUT;
        if (oif->conf->tcp_mss)
            tcp_adjust_mss(p->l3, p->len, oif->conf->tcp_mss);
        if (oif->crypto && !p->crypto_done && !tunnel) {
            graph_next(g, p, STAGE_CRYPTO_OUT);
        } else if (!p->from_local && !acl_lets(net, oif->acl_out, p)) {
            graph_drop(g, p, DROP_IP_ACL_OUT);
        } else if (p->len <= oif->mtu) {
            graph_next(g, p, next);
        } else if (get16(p->l3 + 6) & IP_DF) {
            net->stat.frag_cannot++;
            if (!p->from_local)
                icmp_error(net, p, ICMP_UNREACHABLE, ICMP_UNR_FRAG, oif->mtu);
            graph_drop(g, p, DROP_IP_DF);
        } else {
            ipv4_fragment(net, p, oif->mtu, next);
        }
    }
}

void ipv4_start(struct net *net)
{
    struct graph *g = net->env.graph;

    graph_set(g, STAGE_IP4_IN, ip4_in, net);
    graph_set(g, STAGE_IP4_ROUTE_IN, ip4_route_in, net);
    graph_set(g, STAGE_IP4_LOCAL, ip4_local, net);
    graph_set(g, STAGE_IP4_FORWARD, ip4_forward, net);
    graph_set(g, STAGE_IP4_ROUTE, ip4_route, net);
    graph_set(g, STAGE_IP4_OUT, ip4_out, net);
}
