/* ip.c: IP-MIB as RFC 1213 had it already (the tables of RFC 4293 are in ip_version.c) and UDP-MIB (RFC 4113): what IPv4, ICMP and UDP have counted, our addresses, the ARP cache,
 * our UDP sockets.
 *
 * Counters are those of `show ip traffic`. What was dropped by an access list is a discard on the way in, what found no neighbour one on the way out. The ARP cache has our
 * own addresses, as static(4), as IOS has them; an address that is still asked for has no entry. Sockets are open at every address: 0.0.0.0. Masks and
 * timestamps are never sent and stay 0.
 */
#include "dataplane/dataplane.h"
#include "dataplane/limits.h"
#include "dataplane/mib/ip_local.h"
#include "dataplane/mib/rows.h"
#include "dataplane/net/order.h"

/* ---- counters ---- */

#define AT(field) offsetof(struct net_stat, field)
enum { FORWARDING = 1, NOTHING = UINT16_MAX }; /* no counter has such an offset */
_Static_assert(sizeof(struct net_stat) < NOTHING, "offsets are told from other things by their size");

static bool get_count(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const struct net_stat *s = net_stat(dataplane_net(self));
    (void)at;
    out->num = row->which == NOTHING ? 0 : (uint32_t)*(const uint64_t *)((const char *)s + row->which);
    return true;
}

uint64_t ip_mib_sum(const struct net_stat *s, uint32_t which)
{
    switch (which) {
    case IP_FORWARDING: return FORWARDING;
    case IP_TTL: return 255;
    case IP_HDR_ERRORS: return s->in_format + s->in_checksum + s->in_hops + s->in_options;
    case IP_DELIVERS: return s->ip_local - s->in_proto;
    case IP_REASM_TIMEOUT: return REASS_TIMEOUT_US / US_PER_S;
    case IP_REASM_FAILS: return s->reass_fail + s->reass_timeouts;
    default: return s->icmp_in_errors + s->icmp_in_checksum; /* ICMP_IN_ERRORS */
    }
}

static bool get_sum(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    (void)at;
    out->num = (uint32_t)ip_mib_sum(net_stat(dataplane_net(self)), row->which);
    return true;
}

/* ---- our addresses ---- */

bool ip_mib_address(const struct iface *ifc, size_t i, struct if_addr_conf *out)
{
    const struct if_addr_conf *second;
    size_t n = iface_secondary(ifc, &second);
    if (!ifc->addr || ifc->unnumbered || i > n)
        return false;
    *out = i ? second[i - 1] : (struct if_addr_conf){.addr = ifc->addr, .mask = ifc->mask};
    return true;
}

/* In the order of their indices, the place of the first of n keys that is behind *at; n: there is none. */
static size_t place_behind(const uint64_t *keys, size_t n, ip_mib_index_fn *index, const struct mib_index *at)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        struct mib_index i = {0};
        index(&i, keys[mid]);
        if (mib_compare(i.v, i.n, at->v, at->n) > 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

/* The index of the first key behind *at whose entry is there, into *at. */
static bool next_key(struct net *net, const uint64_t *keys, size_t n, ip_mib_index_fn *index, bool (*there)(struct net *net, uint64_t key), struct mib_index *at)
{
    size_t i = place_behind(keys, n, index, at);
    while (i < n && !there(net, keys[i]))
        i++;
    if (i == n)
        return false;
    at->n = 0;
    index(at, keys[i]);
    return true;
}

static bool is_address(struct net *net, uint64_t key)
{
    struct if_addr_conf a;
    return ip_mib_owner(net, (uint32_t)key, &a);
}

bool ip_mib_address_behind(struct net *net, ip_mib_index_fn *index, struct mib_index *at)
{
    const uint64_t *keys;
    size_t n = order_addresses(net, &keys);
    return next_key(net, keys, n, index, is_address, at);
}

static void index_address(struct mib_index *out, uint64_t key)
{
    mib_index_ip(out, (uint32_t)key);
}

static bool address_behind(void *self, struct mib_index *at)
{
    return ip_mib_address_behind(dataplane_net(self), index_address, at);
}

const struct iface *ip_mib_owner(struct net *net, uint32_t addr, struct if_addr_conf *out)
{
    const struct iface *ifc = iface_by_addr(net, addr);
    for (size_t i = 0; ifc && ip_mib_address(ifc, i, out); i++) {
        if (out->addr == addr)
            return ifc;
    }
    return NULL;
}

static const struct iface *owner(void *self, const struct mib_index *at, struct if_addr_conf *out)
{
    uint32_t addr;
    return at->n == 4 && mib_ip_at(at, 0, &addr) ? ip_mib_owner(dataplane_net(self), addr, out) : NULL;
}

static bool address_has(void *self, const struct mib_index *at)
{
    struct if_addr_conf a;
    return owner(self, at, &a);
}
static const struct mib_table addresses = {.next = address_behind, .has = address_has};

enum { ADDR, IFINDEX, MASK, BROADCAST, REASM_MAX };

static bool get_address(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct if_addr_conf a;
    const struct iface *ifc = owner(self, at, &a);
    if (!ifc)
        return false;
    switch (row->which) {
    case ADDR: out->num = a.addr; break;
    case IFINDEX: out->num = ifc->index; break;
    case MASK: out->num = a.mask; break;
    case BROADCAST: out->num = 1; break; /* all ones */
    case REASM_MAX: out->num = 65535; break;
    }
    return true;
}

/* ---- the ARP cache ---- */

enum { DYNAMIC = 3, STATIC = 4 };

/* Index: interface, address; typed: with the type and the length of the address before it. */
static void index_neighbour(struct mib_index *out, uint64_t key)
{
    mib_index1(out, (uint32_t)(key >> 32));
    mib_index_ip(out, (uint32_t)key);
}
static void index_neighbour_typed(struct mib_index *out, uint64_t key)
{
    mib_index1(out, (uint32_t)(key >> 32));
    out->v[out->n++] = INET_IPV4;
    out->v[out->n++] = 4;
    mib_index_ip(out, (uint32_t)key);
}

static bool media_behind(void *self, struct mib_index *at)
{
    return ip_mib_neighbour_behind(dataplane_net(self), false, at);
}

static bool is_neighbour(struct net *net, uint64_t key)
{
    struct arp_row r;
    return ip_mib_neighbour(net, (uint32_t)(key >> 32), (uint32_t)key, &r);
}

bool ip_mib_neighbour_behind(struct net *net, bool typed, struct mib_index *at)
{
    const uint64_t *keys;
    size_t n = order_neighbours(net, &keys);
    return next_key(net, keys, n, typed ? index_neighbour_typed : index_neighbour, is_neighbour, at);
}

bool ip_mib_neighbour(struct net *net, uint32_t ifindex, uint32_t addr, struct arp_row *r)
{
    const struct iface *own = iface_by_addr(net, addr);
    if (own && own->index == ifindex && own->kind == IFACE_ETHERNET && own->up) {
        *r = (struct arp_row){.addr = addr, .own = true, .ifc = own};
        memcpy(r->mac, own->mac, sizeof r->mac);
        return true;
    }
    return arp_row_find(net, ifindex, addr, r) && r->complete;
}

static bool media_of(void *self, const struct mib_index *at, struct arp_row *r)
{
    uint32_t addr;
    return at->n == 5 && mib_ip_at(at, 1, &addr) && ip_mib_neighbour(dataplane_net(self), at->v[0], addr, r);
}

static bool media_has(void *self, const struct mib_index *at)
{
    struct arp_row r;
    return media_of(self, at, &r);
}
static const struct mib_table media = {.next = media_behind, .has = media_has};

enum { M_IFINDEX, M_PHYS, M_ADDR, M_TYPE };

static bool get_media(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct arp_row r;
    if (!media_of(self, at, &r))
        return false;
    switch (row->which) {
    case M_IFINDEX: out->num = r.ifc->index; break;
    case M_PHYS: mib_octets(out, r.mac, sizeof r.mac); break;
    case M_ADDR: out->num = r.addr; break;
    case M_TYPE: out->num = r.own || r.fixed ? STATIC : DYNAMIC; break;
    }
    return true;
}

/* ---- sockets ---- */

/* Index: 0.0.0.0, port. */
static bool socket_behind(void *self, struct mib_index *at)
{
    struct mib_index best = {0};
    uint16_t port;
    for (size_t cursor = 0; udp_port_next(dataplane_net(self), &cursor, &port);)
        mib_least(&best, &(struct mib_index){.v = {0, 0, 0, 0, port}, .n = 5}, at);
    *at = best;
    return best.n;
}
static bool socket_has(void *self, const struct mib_index *at)
{
    uint32_t addr;
    return at->n == 5 && mib_ip_at(at, 0, &addr) && !addr && at->v[4] <= UINT16_MAX && udp_port_open(dataplane_net(self), (uint16_t)at->v[4]);
}
static const struct mib_table sockets = {.next = socket_behind, .has = socket_has};

enum { S_ADDR, S_PORT };

static bool get_socket(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    (void)self;
    out->num = row->which == S_PORT ? at->v[4] : 0;
    return true;
}

#define IP(tail)   "1.3.6.1.2.1.4." tail
#define ICMP(tail) "1.3.6.1.2.1.5." tail
#define UDP(tail)  "1.3.6.1.2.1.7." tail
#define COUNT(nm, id, w)      {.name = nm, .oid = id, .type = TRAP_COUNTER, .get = get_count, .which = w}
#define SUM(nm, id, t, w)     {.name = nm, .oid = id, .type = t, .get = get_sum, .which = w}
#define ADDRESS(nm, n, t, w)  {.name = nm, .oid = IP("20.1." #n), .type = t, .table = &addresses, .get = get_address, .which = w}
#define MEDIA(nm, n, t, w)    {.name = nm, .oid = IP("22.1." #n), .type = t, .table = &media, .get = get_media, .which = w}
static const struct mib_row rows[] = {
    SUM("ipForwarding", IP("1"), TRAP_INT, IP_FORWARDING),
    SUM("ipDefaultTTL", IP("2"), TRAP_INT, IP_TTL),
    COUNT("ipInReceives", IP("3"), AT(ip_in)),
    SUM("ipInHdrErrors", IP("4"), TRAP_COUNTER, IP_HDR_ERRORS),
    COUNT("ipInAddrErrors", IP("5"), AT(in_not_gateway)),
    COUNT("ipForwDatagrams", IP("6"), AT(ip_forwarded)),
    COUNT("ipInUnknownProtos", IP("7"), AT(in_proto)),
    COUNT("ipInDiscards", IP("8"), AT(acl_denied)),
    SUM("ipInDelivers", IP("9"), TRAP_COUNTER, IP_DELIVERS),
    COUNT("ipOutRequests", IP("10"), AT(ip_out)),
    COUNT("ipOutDiscards", IP("11"), AT(no_adjacency)),
    COUNT("ipOutNoRoutes", IP("12"), AT(no_route)),
    SUM("ipReasmTimeout", IP("13"), TRAP_INT, IP_REASM_TIMEOUT),
    COUNT("ipReasmReqds", IP("14"), AT(reass_in)),
    COUNT("ipReasmOKs", IP("15"), AT(reass_ok)),
    SUM("ipReasmFails", IP("16"), TRAP_COUNTER, IP_REASM_FAILS),
    COUNT("ipFragOKs", IP("17"), AT(frag_ok)),
    COUNT("ipFragFails", IP("18"), AT(frag_cannot)),
    COUNT("ipFragCreates", IP("19"), AT(frag_made)),
    ADDRESS("ipAdEntAddr", 1, TRAP_IP, ADDR),
    ADDRESS("ipAdEntIfIndex", 2, TRAP_INT, IFINDEX),
    ADDRESS("ipAdEntNetMask", 3, TRAP_IP, MASK),
    ADDRESS("ipAdEntBcastAddr", 4, TRAP_INT, BROADCAST),
    ADDRESS("ipAdEntReasmMaxSize", 5, TRAP_INT, REASM_MAX),
    MEDIA("ipNetToMediaIfIndex", 1, TRAP_INT, M_IFINDEX),
    MEDIA("ipNetToMediaPhysAddress", 2, TRAP_STRING, M_PHYS),
    MEDIA("ipNetToMediaNetAddress", 3, TRAP_IP, M_ADDR),
    MEDIA("ipNetToMediaType", 4, TRAP_INT, M_TYPE),
    COUNT("icmpInMsgs", ICMP("1"), AT(icmp_in)),
    SUM("icmpInErrors", ICMP("2"), TRAP_COUNTER, ICMP_IN_ERRORS),
    COUNT("icmpInDestUnreachs", ICMP("3"), AT(icmp_in_unreachable)),
    COUNT("icmpInTimeExcds", ICMP("4"), AT(icmp_in_exceeded)),
    COUNT("icmpInParmProbs", ICMP("5"), AT(icmp_in_parameter)),
    COUNT("icmpInSrcQuenchs", ICMP("6"), AT(icmp_in_quench)),
    COUNT("icmpInRedirects", ICMP("7"), AT(icmp_in_redirect)),
    COUNT("icmpInEchos", ICMP("8"), AT(icmp_in_echo)),
    COUNT("icmpInEchoReps", ICMP("9"), AT(icmp_in_reply)),
    COUNT("icmpInTimestamps", ICMP("10"), AT(icmp_in_timestamp)),
    COUNT("icmpInTimestampReps", ICMP("11"), AT(icmp_in_timestamp_reply)),
    COUNT("icmpInAddrMasks", ICMP("12"), AT(icmp_in_mask)),
    COUNT("icmpInAddrMaskReps", ICMP("13"), AT(icmp_in_mask_reply)),
    COUNT("icmpOutMsgs", ICMP("14"), AT(icmp_out)),
    COUNT("icmpOutErrors", ICMP("15"), AT(icmp_out_limited)),
    COUNT("icmpOutDestUnreachs", ICMP("16"), AT(icmp_out_unreachable)),
    COUNT("icmpOutTimeExcds", ICMP("17"), AT(icmp_out_exceeded)),
    COUNT("icmpOutParmProbs", ICMP("18"), AT(icmp_out_parameter)),
    COUNT("icmpOutSrcQuenchs", ICMP("19"), NOTHING),
    COUNT("icmpOutRedirects", ICMP("20"), AT(icmp_out_redirect)),
    COUNT("icmpOutEchos", ICMP("21"), AT(icmp_out_echo)),
    COUNT("icmpOutEchoReps", ICMP("22"), AT(icmp_out_reply)),
    COUNT("icmpOutTimestamps", ICMP("23"), NOTHING),
    COUNT("icmpOutTimestampReps", ICMP("24"), NOTHING),
    COUNT("icmpOutAddrMasks", ICMP("25"), NOTHING),
    COUNT("icmpOutAddrMaskReps", ICMP("26"), NOTHING),
    COUNT("udpInDatagrams", UDP("1"), AT(udp_in)),
    COUNT("udpNoPorts", UDP("2"), AT(udp_in_no_port)),
    COUNT("udpInErrors", UDP("3"), AT(udp_in_checksum)),
    COUNT("udpOutDatagrams", UDP("4"), AT(udp_out)),
    {.name = "udpLocalAddress", .oid = UDP("5.1.1"), .type = TRAP_IP, .table = &sockets, .get = get_socket, .which = S_ADDR},
    {.name = "udpLocalPort", .oid = UDP("5.1.2"), .type = TRAP_INT, .table = &sockets, .get = get_socket, .which = S_PORT},
};
const struct mib_rows dp_mib_ip = MIB_ROWS("IP-MIB", rows);
