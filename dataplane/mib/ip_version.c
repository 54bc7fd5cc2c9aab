/* ip_version.c: IP-MIB's tables that RFC 4293 brought, whose entries begin with a version or a type of address: all of them are ipv4(1) here.
 *
 * ipSystemStatsTable and ipIfStatsTable count what ip.c's scalars do, in 32 and in 64 bits; of interfaces those that `show interfaces` tells apart from ARP and others. Octets are
 * not in them: frames are counted with what fills them up to their least length. Tables of addresses, of their prefixes and of neighbours say what ip.c's older ones do; there is
 * nothing to be set and no time of making is kept. icmpMsgStatsTable has a row for each type that one of our counters is for, once it has counted. UDP-MIB's newer table, and its
 * counters of 64 bits, are here too (RFC 4113).
 */
#include "dataplane/dataplane.h"
#include "dataplane/limits.h"
#include "dataplane/mib/ip_local.h"
#include "dataplane/mib/rows.h"
#include "espial/ip.h"

#define AT(field) offsetof(struct net_stat, field)

/* A counter of struct net_stat: its offset, which is always a multiple of eight; or a sum. */
enum { SUM = 1, SYS_FRAGMENTED = SUM + 8 * 100, SYS_TRANSMITS = SUM + 8 * 101, SYS_NO_ROUTES = SUM + 8 * 102, NONE = SUM + 8 * 103 };
#define SUM_OF(w) (SUM + 8 * (w))

/* ---- one entry of a version ---- */

static bool version_behind(void *self, struct mib_index *at)
{
    uint32_t from;
    (void)self;
    if (!mib_behind(at, &from) || from > INET_IPV4)
        return false;
    mib_index1(at, INET_IPV4);
    return true;
}
static const struct mib_table version = {.next = version_behind};

static uint64_t sent(const struct iface *ifc)
{
    const struct iface_count *n = &ifc->n;
    return n->tx_packets - n->arp.tx_packets - n->other.tx_packets;
}

static uint64_t all_sent(struct net *net)
{
    uint64_t n = 0;
    for (const struct iface *ifc = iface_next(net, NULL); ifc; ifc = iface_next(net, ifc))
        n += sent(ifc);
    return n;
}

static uint64_t counted(struct net *net, uint32_t which)
{
    const struct net_stat *s = net_stat(net);
    switch (which) {
    case SYS_FRAGMENTED: return s->frag_ok + s->frag_cannot;
    case SYS_TRANSMITS: return all_sent(net);
    case SYS_NO_ROUTES: return s->no_route - s->in_no_route;
    case NONE: return 0;
    default: return which % 8 ? ip_mib_sum(s, (which - SUM) / 8) : *(const uint64_t *)((const char *)s + which);
    }
}

static void put(const struct mib_row *row, uint64_t n, struct trap_var *out)
{
    out->num = row->type == TRAP_COUNTER64 ? (int64_t)n : (uint32_t)n;
}

static bool get_counted(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    (void)at;
    put(row, counted(dataplane_net(self), row->which), out);
    return true;
}

/* ---- an interface ---- */

/* Does it speak IPv4? */
static bool speaks(const struct iface *ifc)
{
    return ifc->addr || ifc->unnumbered;
}

/* The first that speaks, of this index or a greater one. */
static const struct iface *speaker(void *self, uint32_t from)
{
    const struct iface *ifc = iface_from_index(dataplane_net(self), from);
    while (ifc && !speaks(ifc))
        ifc = ifc->index == UINT32_MAX ? NULL : iface_from_index(dataplane_net(self), ifc->index + 1);
    return ifc;
}

static const struct iface *speaker_of(void *self, const struct mib_index *at, size_t place)
{
    const struct iface *ifc = at->n == place + 1 ? speaker(self, at->v[place]) : NULL;
    return ifc && ifc->index == at->v[place] ? ifc : NULL;
}

static bool if_version_behind(void *self, struct mib_index *at)
{
    uint32_t from = 0;
    if (at->n && at->v[0] > INET_IPV4)
        return false;
    if (at->n > 1 && at->v[0] == INET_IPV4) {
        if (at->v[1] == UINT32_MAX)
            return false;
        from = at->v[1] + 1;
    }
    const struct iface *ifc = speaker(self, from);
    if (ifc)
        *at = (struct mib_index){.v = {INET_IPV4, ifc->index}, .n = 2};
    return ifc;
}
static bool if_version_has(void *self, const struct mib_index *at)
{
    return at->v[0] == INET_IPV4 && speaker_of(self, at, 1);
}
static const struct mib_table if_version = {.next = if_version_behind, .has = if_version_has};

enum { IF_IN, IF_IN_FORWARDED, IF_OUT_FORWARDED, IF_SENT, IF_ZERO };

static bool get_if_counted(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const struct iface *ifc = speaker_of(self, at, 1);
    if (!ifc)
        return false;
    const struct iface_count *n = &ifc->n;
    switch (row->which) {
    case IF_IN: put(row, n->rx_packets - n->arp.rx_packets - n->other.rx_packets, out); break;
    case IF_IN_FORWARDED: put(row, n->forwarded.rx_packets, out); break;
    case IF_OUT_FORWARDED: put(row, n->forwarded.tx_packets, out); break;
    case IF_SENT: put(row, sent(ifc), out); break;
    case IF_ZERO: break;
    }
    return true;
}

static bool interface_behind(void *self, struct mib_index *at)
{
    uint32_t from;
    const struct iface *ifc = mib_behind(at, &from) ? speaker(self, from) : NULL;
    if (ifc)
        mib_index1(at, ifc->index);
    return ifc;
}
static bool interface_has(void *self, const struct mib_index *at)
{
    return speaker_of(self, at, 0);
}
static const struct mib_table interfaces = {.next = interface_behind, .has = interface_has};

enum { REASM_MAX, ENABLED, RETRANSMIT, CHANGED };

static bool get_interface(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const struct iface *ifc = speaker_of(self, at, 0);
    switch (row->which) {
    case REASM_MAX: out->num = 65535; break;
    case ENABLED: out->num = ifc && ifc->admin_up ? 1 : 2; break;
    case RETRANSMIT: out->num = ARP_RETRY_US / US_PER_MS; break;
    case CHANGED: out->num = dataplane_ticks(self, ifaces_changed_at(dataplane_net(self))); break;
    }
    return true;
}

/* ---- addresses and their prefixes ---- */

static void address_index(struct mib_index *out, uint64_t addr)
{
    *out = (struct mib_index){.v = {INET_IPV4, 4}, .n = 2};
    mib_index_ip(out, (uint32_t)addr);
}

static void prefix_index(struct mib_index *out, const struct iface *ifc, const struct if_addr_conf *a)
{
    *out = (struct mib_index){.v = {ifc->index, INET_IPV4, 4}, .n = 3};
    mib_index_ip(out, a->addr & a->mask);
    out->v[out->n++] = (uint32_t)ip4_mask_len(a->mask);
}

/* Of an interface after the other, the prefixes of each. */
static bool prefix_behind(void *self, struct mib_index *at)
{
    struct net *net = dataplane_net(self);
    struct mib_index best = {0}, candidate;
    struct if_addr_conf a;
    const struct iface *ifc = iface_from_index(net, at->n ? at->v[0] : 0);
    while (ifc && !best.n) {
        for (size_t i = 0; ip_mib_address(ifc, i, &a); i++) {
            prefix_index(&candidate, ifc, &a);
            mib_least(&best, &candidate, at);
        }
        ifc = ifc->index == UINT32_MAX ? NULL : iface_from_index(net, ifc->index + 1);
    }
    *at = best;
    return best.n;
}
static const struct mib_table prefixes = {.next = prefix_behind};

static bool address_behind(void *self, struct mib_index *at)
{
    return ip_mib_address_behind(dataplane_net(self), address_index, at);
}
static const struct iface *owner(void *self, const struct mib_index *at, struct if_addr_conf *a)
{
    uint32_t addr;
    return at->n == 6 && at->v[0] == INET_IPV4 && at->v[1] == 4 && mib_ip_at(at, 2, &addr) ? ip_mib_owner(dataplane_net(self), addr, a) : NULL;
}
static bool address_has(void *self, const struct mib_index *at)
{
    struct if_addr_conf a;
    return owner(self, at, &a);
}
static const struct mib_table addresses = {.next = address_behind, .has = address_has};

enum { MANUAL = 2, TRUE = 1, FALSE = 2, ACTIVE = 1, UNICAST = 1, PREFERRED = 1, NONVOLATILE = 3 };

/* What all entries say alike: the number itself is in `which`. */
static bool get_same(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    (void)self, (void)at;
    out->num = row->which;
    return true;
}

static bool get_address_iface(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct if_addr_conf a;
    const struct iface *ifc = owner(self, at, &a);
    (void)row;
    if (ifc)
        out->num = ifc->index;
    return ifc;
}

/* ipAddressPrefixOrigin of the prefix that it is in. */
static bool get_address_prefix(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    static const uint32_t origin[] = {1, 3, 6, 1, 2, 1, 4, 32, 1, 5};
    enum { N = sizeof origin / sizeof origin[0] };
    struct if_addr_conf a;
    struct mib_index i;
    const struct iface *ifc = owner(self, at, &a);
    (void)row;
    if (!ifc)
        return false;
    prefix_index(&i, ifc, &a);
    memcpy(out->oid_val, origin, sizeof origin);
    memcpy(out->oid_val + N, i.v, i.n * sizeof i.v[0]);
    out->len = (uint16_t)(N + i.n);
    return true;
}

/* ---- neighbours ---- */

static bool physical_behind(void *self, struct mib_index *at)
{
    return ip_mib_neighbour_behind(dataplane_net(self), true, at);
}
static bool physical_of(void *self, const struct mib_index *at, struct arp_row *r)
{
    uint32_t addr;
    return at->n == 7 && at->v[1] == INET_IPV4 && at->v[2] == 4 && mib_ip_at(at, 3, &addr) && ip_mib_neighbour(dataplane_net(self), at->v[0], addr, r);
}
static bool physical_has(void *self, const struct mib_index *at)
{
    struct arp_row r;
    return physical_of(self, at, &r);
}
static const struct mib_table physical = {.next = physical_behind, .has = physical_has};

enum { P_ADDRESS, P_UPDATED, P_TYPE, P_STATE };
enum { P_DYNAMIC = 3, P_STATIC = 4, P_LOCAL = 5, P_REACHABLE = 1, P_UNKNOWN = 6 };

static bool get_physical(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct arp_row r;
    if (!physical_of(self, at, &r))
        return false;
    bool learned = !r.own && !r.fixed;
    switch (row->which) {
    case P_ADDRESS: mib_octets(out, r.mac, sizeof r.mac); break;
    case P_UPDATED: out->num = learned ? dataplane_ticks(self, loop_now(dataplane_env(self)->loop) - r.age_us) : 0; break;
    case P_TYPE: out->num = r.own ? P_LOCAL : r.fixed ? P_STATIC : P_DYNAMIC; break;
    case P_STATE: out->num = r.fixed ? P_UNKNOWN : P_REACHABLE; break;
    }
    return true;
}

/* ---- messages of ICMP, by their type ---- */

static const struct {
    uint8_t type;
    uint16_t in, out; /* NONE: none are sent */
} icmp_types[] = {
    {0, AT(icmp_in_reply), AT(icmp_out_reply)},
    {3, AT(icmp_in_unreachable), AT(icmp_out_unreachable)},
    {4, AT(icmp_in_quench), NONE},
    {5, AT(icmp_in_redirect), AT(icmp_out_redirect)},
    {8, AT(icmp_in_echo), AT(icmp_out_echo)},
    {9, AT(icmp_in_advertisement), NONE},
    {10, AT(icmp_in_solicitation), NONE},
    {11, AT(icmp_in_exceeded), AT(icmp_out_exceeded)},
    {12, AT(icmp_in_parameter), AT(icmp_out_parameter)},
    {13, AT(icmp_in_timestamp), NONE},
    {14, AT(icmp_in_timestamp_reply), NONE},
    {15, AT(icmp_in_info), NONE},
    {16, AT(icmp_in_info_reply), NONE},
    {17, AT(icmp_in_mask), NONE},
    {18, AT(icmp_in_mask_reply), NONE},
};
#define ICMP_TYPES (sizeof icmp_types / sizeof icmp_types[0])

static bool icmp_behind(void *self, struct mib_index *at)
{
    struct net *net = dataplane_net(self);
    struct mib_index best = {0};
    for (size_t i = 0; i < ICMP_TYPES; i++)
        if (counted(net, icmp_types[i].in) || counted(net, icmp_types[i].out))
            mib_least(&best, &(struct mib_index){.v = {INET_IPV4, icmp_types[i].type}, .n = 2}, at);
    *at = best;
    return best.n;
}
static const struct mib_table icmp = {.next = icmp_behind};

static bool get_icmp(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    for (size_t i = 0; i < ICMP_TYPES; i++)
        if (icmp_types[i].type == at->v[1])
            put(row, counted(dataplane_net(self), row->which ? icmp_types[i].out : icmp_types[i].in), out);
    return true;
}

/* ---- sockets ---- */

/* Index: any of our IPv4 addresses, the port, any peer, the first of its kind. */
static bool endpoint_behind(void *self, struct mib_index *at)
{
    struct mib_index best = {0};
    uint16_t port;
    for (size_t cursor = 0; udp_port_next(dataplane_net(self), &cursor, &port);)
        mib_least(&best, &(struct mib_index){.v = {INET_IPV4, 4, 0, 0, 0, 0, port, 0, 0, 0, 1}, .n = 11}, at);
    *at = best;
    return best.n;
}
static const struct mib_table endpoints = {.next = endpoint_behind};

#define IP(tail)   "1.3.6.1.2.1.4." tail
#define ICMP(tail) "1.3.6.1.2.1.5." tail
#define UDP(tail)  "1.3.6.1.2.1.7." tail
#define SYS(nm, n, w)      {.name = "ipSystemStats" nm, .oid = IP("31.1.1." #n), .type = TRAP_COUNTER, .table = &version, .get = get_counted, .which = w}
#define SYS_HC(nm, n, w)   {.name = "ipSystemStatsHC" nm, .oid = IP("31.1.1." #n), .type = TRAP_COUNTER64, .table = &version, .get = get_counted, .which = w}
#define IF(nm, n, w)       {.name = "ipIfStats" nm, .oid = IP("31.3.1." #n), .type = TRAP_COUNTER, .table = &if_version, .get = get_if_counted, .which = w}
#define IF_HC(nm, n, w)    {.name = "ipIfStatsHC" nm, .oid = IP("31.3.1." #n), .type = TRAP_COUNTER64, .table = &if_version, .get = get_if_counted, .which = w}
#define INTERFACE(nm, n, w) {.name = nm, .oid = IP("28.1." #n), .type = TRAP_INT, .table = &interfaces, .get = get_interface, .which = w}
#define PREFIX(nm, n, t, w) {.name = nm, .oid = IP("32.1." #n), .type = t, .table = &prefixes, .get = get_same, .which = w}
#define SAME(nm, n, w)     {.name = nm, .oid = IP("34.1." #n), .type = TRAP_INT, .table = &addresses, .get = get_same, .which = w}
#define PHYSICAL(nm, n, t, w) {.name = nm, .oid = IP("35.1." #n), .type = t, .table = &physical, .get = get_physical, .which = w}
static const struct mib_row rows[] = {
    {.name = "ipv4InterfaceTableLastChange", .oid = IP("27"), .type = TRAP_TICKS, .get = get_interface, .which = CHANGED},
    INTERFACE("ipv4InterfaceReasmMaxSize", 2, REASM_MAX),
    INTERFACE("ipv4InterfaceEnableStatus", 3, ENABLED),
    {.name = "ipv4InterfaceRetransmitTime", .oid = IP("28.1.4"), .type = TRAP_UNSIGNED, .table = &interfaces, .get = get_interface, .which = RETRANSMIT},
    SYS("InReceives", 3, AT(ip_in)),
    SYS_HC("InReceives", 4, AT(ip_in)),
    SYS("InHdrErrors", 7, SUM_OF(IP_HDR_ERRORS)),
    SYS("InNoRoutes", 8, AT(in_no_route)),
    SYS("InAddrErrors", 9, AT(in_not_gateway)),
    SYS("InUnknownProtos", 10, AT(in_proto)),
    SYS("InForwDatagrams", 12, AT(ip_forwarded)),
    SYS_HC("InForwDatagrams", 13, AT(ip_forwarded)),
    SYS("ReasmReqds", 14, AT(reass_in)),
    SYS("ReasmOKs", 15, AT(reass_ok)),
    SYS("ReasmFails", 16, SUM_OF(IP_REASM_FAILS)),
    SYS("InDiscards", 17, AT(acl_denied)),
    SYS("InDelivers", 18, SUM_OF(IP_DELIVERS)),
    SYS_HC("InDelivers", 19, SUM_OF(IP_DELIVERS)),
    SYS("OutRequests", 20, AT(ip_out)),
    SYS_HC("OutRequests", 21, AT(ip_out)),
    SYS("OutNoRoutes", 22, SYS_NO_ROUTES),
    SYS("OutForwDatagrams", 23, AT(ip_forwarded)),
    SYS_HC("OutForwDatagrams", 24, AT(ip_forwarded)),
    SYS("OutDiscards", 25, AT(no_adjacency)),
    SYS("OutFragReqds", 26, SYS_FRAGMENTED),
    SYS("OutFragOKs", 27, AT(frag_ok)),
    SYS("OutFragFails", 28, AT(frag_cannot)),
    SYS("OutFragCreates", 29, AT(frag_made)),
    SYS("OutTransmits", 30, SYS_TRANSMITS),
    SYS_HC("OutTransmits", 31, SYS_TRANSMITS),
    SYS("InMcastPkts", 34, AT(in_multicast)),
    SYS_HC("InMcastPkts", 35, AT(in_multicast)),
    SYS("OutMcastPkts", 38, AT(out_multicast)),
    SYS_HC("OutMcastPkts", 39, AT(out_multicast)),
    SYS("InBcastPkts", 42, AT(in_broadcast)),
    SYS_HC("InBcastPkts", 43, AT(in_broadcast)),
    SYS("OutBcastPkts", 44, AT(out_broadcast)),
    SYS_HC("OutBcastPkts", 45, AT(out_broadcast)),
    {.name = "ipSystemStatsDiscontinuityTime", .oid = IP("31.1.1.46"), .type = TRAP_TICKS, .table = &version, .get = get_same},
    {.name = "ipSystemStatsRefreshRate", .oid = IP("31.1.1.47"), .type = TRAP_UNSIGNED, .table = &version, .get = get_same},
    {.name = "ipIfStatsTableLastChange", .oid = IP("31.2"), .type = TRAP_TICKS, .get = get_interface, .which = CHANGED},
    IF("InReceives", 3, IF_IN),
    IF_HC("InReceives", 4, IF_IN),
    IF("InForwDatagrams", 12, IF_IN_FORWARDED),
    IF_HC("InForwDatagrams", 13, IF_IN_FORWARDED),
    IF("OutForwDatagrams", 23, IF_OUT_FORWARDED),
    IF_HC("OutForwDatagrams", 24, IF_OUT_FORWARDED),
    IF("OutTransmits", 30, IF_SENT),
    IF_HC("OutTransmits", 31, IF_SENT),
    {.name = "ipIfStatsDiscontinuityTime", .oid = IP("31.3.1.46"), .type = TRAP_TICKS, .table = &if_version, .get = get_if_counted, .which = IF_ZERO},
    {.name = "ipIfStatsRefreshRate", .oid = IP("31.3.1.47"), .type = TRAP_UNSIGNED, .table = &if_version, .get = get_if_counted, .which = IF_ZERO},
    PREFIX("ipAddressPrefixOrigin", 5, TRAP_INT, MANUAL),
    PREFIX("ipAddressPrefixOnLinkFlag", 6, TRAP_INT, TRUE),
    PREFIX("ipAddressPrefixAutonomousFlag", 7, TRAP_INT, FALSE),
    PREFIX("ipAddressPrefixAdvPreferredLifetime", 8, TRAP_UNSIGNED, UINT32_MAX), /* for ever */
    PREFIX("ipAddressPrefixAdvValidLifetime", 9, TRAP_UNSIGNED, UINT32_MAX),
    {.name = "ipAddressIfIndex", .oid = IP("34.1.3"), .type = TRAP_INT, .table = &addresses, .get = get_address_iface},
    SAME("ipAddressType", 4, UNICAST),
    {.name = "ipAddressPrefix", .oid = IP("34.1.5"), .type = TRAP_OID, .table = &addresses, .get = get_address_prefix},
    SAME("ipAddressOrigin", 6, MANUAL),
    SAME("ipAddressStatus", 7, PREFERRED),
    SAME("ipAddressRowStatus", 10, ACTIVE),
    SAME("ipAddressStorageType", 11, NONVOLATILE),
    PHYSICAL("ipNetToPhysicalPhysAddress", 4, TRAP_STRING, P_ADDRESS),
    PHYSICAL("ipNetToPhysicalLastUpdated", 5, TRAP_TICKS, P_UPDATED),
    PHYSICAL("ipNetToPhysicalType", 6, TRAP_INT, P_TYPE),
    PHYSICAL("ipNetToPhysicalState", 7, TRAP_INT, P_STATE),
    {.name = "ipNetToPhysicalRowStatus", .oid = IP("35.1.8"), .type = TRAP_INT, .table = &physical, .get = get_same, .which = ACTIVE},
    {.name = "icmpStatsInMsgs", .oid = ICMP("29.1.2"), .type = TRAP_COUNTER, .table = &version, .get = get_counted, .which = AT(icmp_in)},
    {.name = "icmpStatsInErrors", .oid = ICMP("29.1.3"), .type = TRAP_COUNTER, .table = &version, .get = get_counted, .which = SUM_OF(ICMP_IN_ERRORS)},
    {.name = "icmpStatsOutMsgs", .oid = ICMP("29.1.4"), .type = TRAP_COUNTER, .table = &version, .get = get_counted, .which = AT(icmp_out)},
    {.name = "icmpStatsOutErrors", .oid = ICMP("29.1.5"), .type = TRAP_COUNTER, .table = &version, .get = get_counted, .which = AT(icmp_out_limited)},
    {.name = "icmpMsgStatsInPkts", .oid = ICMP("30.1.3"), .type = TRAP_COUNTER, .table = &icmp, .get = get_icmp, .which = false},
    {.name = "icmpMsgStatsOutPkts", .oid = ICMP("30.1.4"), .type = TRAP_COUNTER, .table = &icmp, .get = get_icmp, .which = true},
    {.name = "udpEndpointProcess", .oid = UDP("7.1.8"), .type = TRAP_UNSIGNED, .table = &endpoints, .get = get_same},
    {.name = "udpHCInDatagrams", .oid = UDP("8"), .type = TRAP_COUNTER64, .get = get_counted, .which = AT(udp_in)},
    {.name = "udpHCOutDatagrams", .oid = UDP("9"), .type = TRAP_COUNTER64, .get = get_counted, .which = AT(udp_out)},
};
const struct mib_rows dp_mib_ip_version = MIB_ROWS("IP-MIB", rows);
