/* flow_enh.c: CISCO-ENHANCED-IPSEC-FLOW-MIB: IPsec in figures, with codes for what is in use today.
 *
 * The same tunnels, ends, histories and failures as those of CISCO-IPSEC-FLOW-MONITOR-MIB (flow_ipsec.c), under the same numbers; counters have 64 bits; ciphers have
 * their key size; an SA has its own counters, as far as it is counted for itself (drops and failures are a flow's). AES-GCM is other(2) with its size, and brings its
 * own integrity: none(1). Groups without a code are other(1). Nothing is compressed. Rows: the SA table is indexed by tunnel, protocol, number, the one of counters by
 * its direction besides. Writing destroy(5) to ceipSecTunStatus clears the tunnel as the operator would; rekey(6) is refused. Absent: throughput over intervals, the
 * path MTU of what is past, certificates, and this MIB's notifications (those of the older one are sent, once).
 */
#include "dataplane/dataplane.h"
#include "dataplane/mib/flow_ipsec.h"
#include "dataplane/mib/rows.h"
#include "dataplane/net/iface.h"
#include "espial/ip.h"

#define ENH(tail) "1.3.6.1.4.1.9.9.432.1." tail
enum { INET_IPV4 = 1 };                                     /* InetAddressType */
enum { CONTROL_IKEV1 = 5, CONTROL_IKEV2 = 6 };              /* CIPsecControlProtocol */
enum { PROTOCOL_AH = 2, PROTOCOL_ESP = 3 };                 /* CIPsecProtocol */
enum { NAT_NONE = 1, NAT_T = 5 };                           /* CIPsecNATTraversalMode */
enum { TUNNEL_IS_ACTIVE = 4, TUNNEL_TO_DESTROY = 5 };       /* CIPsecTunnelStatus */
enum { END_IPV4 = 2, END_IPV4_SUBNET = 4 };                 /* CIPsecEndPtType */
enum { DIRECTION_IN = 2, DIRECTION_OUT = 3 };               /* CIPsecPhase2SaDirection */
enum { SA_ACTIVE = 2, SA_EXPIRING = 3 };
enum { ALG_NONE = 1, ALG_OTHER = 2 };                       /* of ciphers, integrity, compression */

static uint32_t group_code(unsigned group)
{
    switch (group) {
    case 0: return 2;
    case 1: return 3;
    case 2: return 4;
    case 5: return 7;
    case 14: return 12;
    default: return 1; /* other */
    }
}

static uint32_t cipher_code(const struct ipsec_transform *t)
{
    if (t->proto == PROTO_AH)
        return ALG_NONE;
    switch (t->cipher) {
    case CIPHER_NULL: return 12;
    case CIPHER_DES_CBC: return 3;
    case CIPHER_3DES_CBC: return 4;
    case CIPHER_AES_CBC: return t->key_bits == 128 ? 13 : t->key_bits == 192 ? 14 : 15;
    default: return ALG_OTHER;
    }
}

static uint32_t key_bits(const struct ipsec_transform *t)
{
    if (t->proto == PROTO_AH)
        return 0;
    return t->cipher == CIPHER_DES_CBC ? 64 : t->cipher == CIPHER_3DES_CBC ? 192 : t->key_bits;
}

static uint32_t auth_code(const struct ipsec_transform *t, uint8_t proto)
{
    static const uint8_t codes[HASH_ALGS] = {[HASH_NONE] = ALG_NONE, [HASH_MD5] = 3, [HASH_SHA1] = 4, [HASH_SHA256] = 6, [HASH_SHA384] = 7, [HASH_SHA512] = 8};
    if (proto == PROTO_AH && t->proto == PROTO_ESP)
        return codes[t->over];
    return t->proto == proto ? codes[t->auth] : ALG_NONE;
}

/* ---- tunnels ---- */

enum { INET_TYPE = 200, CONTROL, NAT, E_GROUP, E_CIPHER, KEY_BITS, E_AH, E_ESP, PATH_MTU, INTERFACE, E_STATUS, CONTROL_INDEX };

/* What is not the older MIB's. False: it is. */
static bool own_column(const struct flowmib_tunnel *t, uint32_t which, struct trap_var *out)
{
    switch (which) {
    case NOTHING: break;
    case INET_TYPE: out->num = INET_IPV4; break;
    case CONTROL: out->num = t->ikev2 ? CONTROL_IKEV2 : CONTROL_IKEV1; break;
    case NAT: out->num = t->nat ? NAT_T : NAT_NONE; break;
    case E_GROUP: out->num = group_code(t->pfs_group); break;
    case E_CIPHER: out->num = cipher_code(&t->transform); break;
    case KEY_BITS: out->num = key_bits(&t->transform); break;
    case E_AH: out->num = auth_code(&t->transform, PROTO_AH); break;
    case E_ESP: out->num = auth_code(&t->transform, PROTO_ESP); break;
    case PATH_MTU: out->num = t->path_mtu; break;
    case E_STATUS: out->num = TUNNEL_IS_ACTIVE; break;
    case CONTROL_INDEX: out->num = t->ike; break;
    default: return false;
    }
    return true;
}

static uint32_t interface_of(void *self, const struct flowmib_tunnel *t)
{
    const struct iface *ifc = iface_by_name(dataplane_net(self), t->ifname);
    return ifc ? ifc->index : 0;
}

static bool get_tunnel(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct flowmib_tunnel t;
    if (!flow_tunnel_of(self, at, &t))
        return false;
    if (row->which == INTERFACE)
        out->num = interface_of(self, &t);
    else if (!own_column(&t, row->which, out))
        return flow_get_tunnel(self, row, at, out);
    return true;
}

static bool get_past(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct flowmib_past p;
    return flow_past_of(self, at, &p) && (own_column(&p.t, row->which, out) || flow_get_past(self, row, at, out));
}

static enum mib_set set_status(void *self, const struct mib_row *row, const struct mib_index *at, const struct trap_var *value, bool commit)
{
    (void)row;
    return flow_set_status(self, at, value->num, TUNNEL_IS_ACTIVE, TUNNEL_TO_DESTROY, commit);
}

/* ---- ends ---- */

enum { END_INET = 200 };

/* The older MIB's types are singleIpAddr(1), ipSubnet(3). */
static void code_end(uint32_t which, struct trap_var *out)
{
    if ((which & 7) == TYPE)
        out->num = out->num == END_ADDRESS ? END_IPV4 : END_IPV4_SUBNET;
}

static bool get_end(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    if (row->which == END_INET) {
        out->num = INET_IPV4;
        return true;
    }
    if (!flow_get_end(self, row, at, out))
        return false;
    code_end(row->which, out);
    return true;
}

static bool get_past_end(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    if (row->which == END_INET) {
        out->num = INET_IPV4;
        return true;
    }
    if (!flow_get_past_end(self, row, at, out))
        return false;
    if (row->which < PAST_TUNNEL)
        code_end(row->which, out);
    return true;
}

/* ---- SAs ---- */

/* The least index behind *at among the SAs of one tunnel: tunnel.protocol.number, and the direction when `directed`. */
static void least_sa(void *self, uint32_t tunnel, bool directed, const struct mib_index *at, struct mib_index *best)
{
    struct ipsec_pair_info p;
    for (uint32_t number = 1; flow_sa_of(self, tunnel, number, &p); number++) {
        struct mib_index candidate = {.v = {tunnel, p.transform.proto == PROTO_AH ? PROTOCOL_AH : PROTOCOL_ESP, number, number & 1 ? DIRECTION_IN : DIRECTION_OUT}, .n = directed ? 4 : 3};
        mib_least(best, &candidate, at);
    }
}

static bool sa_behind(void *self, struct mib_index *at, bool directed)
{
    struct ipsec *ips = dataplane_ipsec(self);
    struct flowmib_tunnel t;
    struct mib_index best = {0};
    for (uint32_t from = at->n ? at->v[0] : 0; !best.n && flowmib_tunnel_from(ips, from, &t); from = t.index + 1)
        least_sa(self, t.index, directed, at, &best);
    *at = best;
    return best.n;
}
static bool plain_sa_behind(void *self, struct mib_index *at)
{
    return sa_behind(self, at, false);
}
static bool directed_sa_behind(void *self, struct mib_index *at)
{
    return sa_behind(self, at, true);
}
static const struct mib_table sas = {.next = plain_sa_behind};
static const struct mib_table counted_sas = {.next = directed_sa_behind};

enum { SA_DIRECTION, SA_SPI, SA_STATUS, SA_INTERFACE, SA_IN_OCTETS, SA_IN_PACKETS, SA_IN_AUTHS, SA_OUT_OCTETS, SA_OUT_PACKETS, SA_OUT_AUTHS, SA_NOT_COMPRESSED };

static bool get_sa(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct mib_index tunnel = {.v = {at->v[0]}, .n = 1};
    struct ipsec_pair_info p;
    struct flowmib_tunnel t;
    bool in = at->v[2] & 1;
    if (!flow_sa_of(self, at->v[0], at->v[2], &p) || !flow_tunnel_of(self, &tunnel, &t))
        return false;
    bool proved = p.transform.auth != HASH_NONE || cipher_is_aead(p.transform.cipher);
    switch (row->which) {
    case SA_DIRECTION: out->num = in ? DIRECTION_IN : DIRECTION_OUT; break;
    case SA_SPI: out->num = in ? p.spi_in : p.spi_out; break;
    case SA_STATUS: out->num = p.soft_expired ? SA_EXPIRING : SA_ACTIVE; break;
    case SA_INTERFACE: out->num = interface_of(self, &t); break;
    case SA_IN_OCTETS: out->num = in ? (int64_t)p.bytes_in : 0; break;
    case SA_IN_PACKETS: out->num = in ? (int64_t)p.packets_in : 0; break;
    case SA_IN_AUTHS: out->num = in && proved ? (int64_t)p.packets_in : 0; break;
    case SA_OUT_OCTETS: out->num = in ? 0 : (int64_t)p.bytes_out; break;
    case SA_OUT_PACKETS: out->num = in ? 0 : (int64_t)p.packets_out; break;
    case SA_OUT_AUTHS: out->num = in || !proved ? 0 : (int64_t)p.packets_out; break;
    case SA_NOT_COMPRESSED: break;
    }
    return true;
}

/* ---- tunnels of interfaces ---- */

/* Index: interface, tunnel. */
static bool of_iface_behind(void *self, struct mib_index *at)
{
    struct ipsec *ips = dataplane_ipsec(self);
    struct net *net = dataplane_net(self);
    struct flowmib_tunnel t;
    uint32_t here = at->n ? at->v[0] : 0, behind = at->n > 1 ? at->v[1] + 1 : 0;
    if (at->n > 1 && !behind && !++here) /* behind the last index that there can be */
        return false;
    for (const struct iface *ifc = iface_from_index(net, here); ifc; ifc = iface_from_index(net, ifc->index + 1)) {
        for (uint32_t from = ifc->index == here ? behind : 0; flowmib_tunnel_from(ips, from, &t); from = t.index + 1) {
            if (strcmp(t.ifname, ifc->name))
                continue;
            *at = (struct mib_index){.v = {ifc->index, t.index}, .n = 2};
            return true;
        }
    }
    return false;
}
static bool of_iface_has(void *self, const struct mib_index *at)
{
    struct mib_index tunnel = {.v = {at->v[1]}, .n = 1};
    struct flowmib_tunnel t;
    return at->n == 2 && flow_tunnel_of(self, &tunnel, &t) && interface_of(self, &t) == at->v[0];
}
static const struct mib_table of_ifaces = {.next = of_iface_behind, .has = of_iface_has};

static bool get_of_iface(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    (void)row;
    out->num = TUNNEL_IS_ACTIVE;
    return of_iface_has(self, at);
}

/* ---- failures ---- */

static bool get_failure(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    if (row->which != INET_TYPE)
        return flow_get_failure(self, row, at, out);
    out->num = INET_IPV4;
    return true;
}

static bool get_size(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const struct flowmib_conf *c = flowmib_conf(dataplane_ipsec(self));
    (void)at;
    out->num = row->which ? c->failures : c->tunnels;
    return true;
}

static enum mib_set set_size(void *self, const struct mib_row *row, const struct mib_index *at, const struct trap_var *value, bool commit)
{
    (void)at;
    return flow_set_size(flowmib_conf(dataplane_ipsec(self)), row->which, value->num, commit);
}

#define GLOBAL(nm, n, t, w) {.name = "ceipSecGlobal" nm, .oid = ENH("1.1." #n), .type = t, .get = flow_get_total, .which = w}
#define TOTAL(nm, n, w)     GLOBAL(nm, n, TRAP_COUNTER64, w)
#define TUN(nm, n, t, w)    {.name = "ceipSecTun" nm, .oid = ENH("1.2.1." #n), .type = t, .table = &flow_tunnels, .get = get_tunnel, .which = w}
#define END(nm, n, t, w)    {.name = "ceipSecEndPt" nm, .oid = ENH("1.3.1." #n), .type = t, .table = &flow_ends, .get = get_end, .which = w}
#define SA(nm, n, t, w)     {.name = "ceipSecSa" nm, .oid = ENH("1.4.1." #n), .type = t, .table = &sas, .get = get_sa, .which = w}
#define SA_N(nm, n, t, w)   {.name = "ceipSecTunSa" nm, .oid = ENH("1.5.1." #n), .type = t, .table = &counted_sas, .get = get_sa, .which = w}
#define PAST(nm, n, t, w)   {.name = "ceipSecTunHist" nm, .oid = ENH("2.2.1." #n), .type = t, .table = &flow_pasts, .get = get_past, .which = w}
#define PEND(nm, n, t, w)   {.name = "ceipSecEndPtHist" nm, .oid = ENH("2.3.1." #n), .type = t, .table = &flow_pasts, .get = get_past_end, .which = w}
#define FAILED(nm, n, t, w) {.name = "ceipSecFail" nm, .oid = ENH("3.2.1." #n), .type = t, .table = &flow_failures, .get = get_failure, .which = w}
static const struct mib_row rows[] = {
    GLOBAL("ActiveTunnels", 1, TRAP_UNSIGNED, ACTIVE),
    TOTAL("PreviousTunnels", 2, PREVIOUS),
    TOTAL("InOctets", 3, IN_OCTETS),
    TOTAL("InDecompOctets", 4, IN_OCTETS),
    TOTAL("InPkts", 5, IN_PACKETS),
    TOTAL("InDrops", 6, IN_DROPS),
    TOTAL("InReplayDrops", 7, IN_REPLAYS),
    TOTAL("InAuths", 8, IN_AUTHS),
    TOTAL("InAuthFails", 9, IN_AUTH_FAILS),
    TOTAL("InDecrypts", 10, IN_DECRYPTS),
    TOTAL("InDecryptFails", 11, IN_DECRYPT_FAILS),
    TOTAL("OutOctets", 12, OUT_OCTETS),
    TOTAL("OutUncompOctets", 13, OUT_OCTETS),
    TOTAL("OutPkts", 14, OUT_PACKETS),
    TOTAL("OutDrops", 15, OUT_DROPS),
    TOTAL("OutAuths", 16, OUT_AUTHS),
    TOTAL("OutAuthFails", 17, OUT_AUTH_FAILS),
    TOTAL("OutEncrypts", 18, OUT_ENCRYPTS),
    TOTAL("OutEncryptFails", 19, OUT_ENCRYPT_FAILS),
    TOTAL("ProtocolUseFails", 20, PROTOCOL),
    TOTAL("NoSaFails", 21, NO_SA),
    TOTAL("SysCapFails", 22, CAPACITY),
    TOTAL("OutCompressedPkts", 23, NOTHING),
    TOTAL("OutCompSkippedPkts", 24, NOTHING),
    TOTAL("OutCompFailPkts", 25, NOTHING),
    TOTAL("OutCompTooSmallPkts", 26, NOTHING),
    TUN("LocalAddressType", 2, TRAP_INT, INET_TYPE),
    TUN("LocalAddress", 3, TRAP_STRING, LOCAL),
    TUN("RemoteAddressType", 4, TRAP_INT, INET_TYPE),
    TUN("RemoteAddress", 5, TRAP_STRING, REMOTE),
    TUN("ControlProtocol", 6, TRAP_INT, CONTROL),
    TUN("ControlTunnelIndex", 7, TRAP_UNSIGNED, IKE_INDEX),
    TUN("ControlTunnelAlive", 8, TRAP_INT, IKE_ALIVE),
    TUN("EncapMode", 9, TRAP_INT, MODE),
    TUN("NATTraversalMode", 10, TRAP_INT, NAT),
    TUN("LifeSize", 11, TRAP_UNSIGNED, LIFE_SIZE),
    TUN("LifeTime", 12, TRAP_UNSIGNED, LIFE_TIME),
    TUN("ActiveTime", 13, TRAP_INT, ACTIVE_TIME),
    TUN("SaLifeSizeThreshold", 14, TRAP_UNSIGNED, SIZE_THRESHOLD),
    TUN("SaLifeTimeThreshold", 15, TRAP_UNSIGNED, TIME_THRESHOLD),
    TUN("TotalRefreshes", 16, TRAP_COUNTER, REFRESHES),
    TUN("ExpiredSaInstances", 17, TRAP_COUNTER, EXPIRED),
    TUN("CurrentSaInstances", 18, TRAP_UNSIGNED, CURRENT),
    TUN("InSaDHGrp", 19, TRAP_INT, E_GROUP),
    TUN("InSaEncryptAlgo", 20, TRAP_INT, E_CIPHER),
    TUN("InSaEncryptKeySize", 21, TRAP_UNSIGNED, KEY_BITS),
    TUN("InSaAhAuthAlgo", 22, TRAP_INT, E_AH),
    TUN("InSaEspAuthAlgo", 23, TRAP_INT, E_ESP),
    TUN("InSaDecompAlgo", 24, TRAP_INT, COMPRESSION),
    TUN("OutSaDHGrp", 25, TRAP_INT, E_GROUP),
    TUN("OutSaEncryptAlgo", 26, TRAP_INT, E_CIPHER),
    TUN("OutSaEncryptKeySize", 27, TRAP_UNSIGNED, KEY_BITS),
    TUN("OutSaAhAuthAlgo", 28, TRAP_INT, E_AH),
    TUN("OutSaEspAuthAlgo", 29, TRAP_INT, E_ESP),
    TUN("OutSaCompAlgo", 30, TRAP_INT, COMPRESSION),
    TUN("Pmtu", 31, TRAP_UNSIGNED, PATH_MTU),
    TUN("InOctets", 32, TRAP_COUNTER64, IN_OCTETS),
    TUN("InDecompOctets", 33, TRAP_COUNTER64, IN_OCTETS),
    TUN("InPkts", 34, TRAP_COUNTER, IN_PACKETS),
    TUN("InDropPkts", 35, TRAP_COUNTER, IN_DROPS),
    TUN("InReplayDropPkts", 36, TRAP_COUNTER, IN_REPLAYS),
    TUN("InAuths", 37, TRAP_COUNTER, IN_AUTHS),
    TUN("InAuthFails", 38, TRAP_COUNTER, IN_AUTH_FAILS),
    TUN("InDecrypts", 39, TRAP_COUNTER, IN_DECRYPTS),
    TUN("InDecryptFails", 40, TRAP_COUNTER, IN_DECRYPT_FAILS),
    TUN("OutOctets", 41, TRAP_COUNTER64, OUT_OCTETS),
    TUN("OutUncompOctets", 42, TRAP_COUNTER64, OUT_OCTETS),
    TUN("OutPkts", 43, TRAP_COUNTER, OUT_PACKETS),
    TUN("OutDropPkts", 44, TRAP_COUNTER, OUT_DROPS),
    TUN("OutAuths", 45, TRAP_COUNTER, OUT_AUTHS),
    TUN("OutAuthFails", 46, TRAP_COUNTER, OUT_AUTH_FAILS),
    TUN("OutEncrypts", 47, TRAP_COUNTER, OUT_ENCRYPTS),
    TUN("OutEncryptFails", 48, TRAP_COUNTER, OUT_ENCRYPT_FAILS),
    TUN("OutCompressedPkts", 49, TRAP_COUNTER, NOTHING),
    TUN("OutCompSkippedPkts", 50, TRAP_COUNTER, NOTHING),
    TUN("OutCompFailPkts", 51, TRAP_COUNTER, NOTHING),
    TUN("OutCompTooSmallPkts", 52, TRAP_COUNTER, NOTHING),
    {.name = "ceipSecIfIndex", .oid = ENH("1.2.1.53"), .type = TRAP_INT, .table = &flow_tunnels, .get = get_tunnel, .which = INTERFACE},
    {.name = "ceipSecTunStatus", .oid = ENH("1.2.1.54"), .type = TRAP_INT, .table = &flow_tunnels, .get = get_tunnel, .set = set_status, .which = E_STATUS},
    END("LocalName", 2, TRAP_STRING, LOCAL_END + NO_NAME),
    END("LocalType", 3, TRAP_INT, LOCAL_END + TYPE),
    END("LocalAddrType1", 4, TRAP_INT, END_INET),
    END("LocalAddr1", 5, TRAP_STRING, LOCAL_END + ADDR1),
    END("LocalAddrType2", 6, TRAP_INT, END_INET),
    END("LocalAddr2", 7, TRAP_STRING, LOCAL_END + ADDR2),
    END("LocalProtocol", 8, TRAP_INT, LOCAL_END + PROTO),
    END("LocalPort", 9, TRAP_INT, LOCAL_END + PORT),
    END("RemoteName", 10, TRAP_STRING, REMOTE_END + NO_NAME),
    END("RemoteType", 11, TRAP_INT, REMOTE_END + TYPE),
    END("RemoteAddrType1", 12, TRAP_INT, END_INET),
    END("RemoteAddr1", 13, TRAP_STRING, REMOTE_END + ADDR1),
    END("RemoteAddrType2", 14, TRAP_INT, END_INET),
    END("RemoteAddr2", 15, TRAP_STRING, REMOTE_END + ADDR2),
    END("RemoteProtocol", 16, TRAP_INT, REMOTE_END + PROTO),
    END("RemotePort", 17, TRAP_INT, REMOTE_END + PORT),
    SA("Direction", 3, TRAP_INT, SA_DIRECTION),
    SA("Value", 4, TRAP_UNSIGNED, SA_SPI),
    SA("Status", 5, TRAP_INT, SA_STATUS),
    SA_N("Value", 4, TRAP_UNSIGNED, SA_SPI),
    SA_N("IfIndex", 5, TRAP_INT, SA_INTERFACE),
    SA_N("InOctets", 6, TRAP_COUNTER64, SA_IN_OCTETS),
    SA_N("InDecompOctets", 7, TRAP_COUNTER64, SA_IN_OCTETS),
    SA_N("InPkts", 8, TRAP_COUNTER64, SA_IN_PACKETS),
    SA_N("InAuths", 11, TRAP_COUNTER64, SA_IN_AUTHS),
    SA_N("InDecrypts", 13, TRAP_COUNTER64, SA_IN_PACKETS),
    SA_N("OutOctets", 15, TRAP_COUNTER64, SA_OUT_OCTETS),
    SA_N("OutUncompOctets", 16, TRAP_COUNTER64, SA_OUT_OCTETS),
    SA_N("OutPkts", 17, TRAP_COUNTER64, SA_OUT_PACKETS),
    SA_N("OutAuths", 19, TRAP_COUNTER64, SA_OUT_AUTHS),
    SA_N("OutEncrypts", 21, TRAP_COUNTER64, SA_OUT_PACKETS),
    SA_N("OutCompressedPkts", 23, TRAP_COUNTER64, SA_NOT_COMPRESSED),
    SA_N("OutCompSkippedPkts", 24, TRAP_COUNTER64, SA_NOT_COMPRESSED),
    SA_N("OutCompFailPkts", 25, TRAP_COUNTER64, SA_NOT_COMPRESSED),
    SA_N("OutCompTooSmallPkts", 26, TRAP_COUNTER64, SA_NOT_COMPRESSED),
    SA_N("Status", 27, TRAP_INT, SA_STATUS),
    {.name = "ceipSecIfTunnelStatus", .oid = ENH("1.6.1.1"), .type = TRAP_INT, .table = &of_ifaces, .get = get_of_iface},
    {.name = "ceipSecHistTableSize", .oid = ENH("2.1.1.1"), .type = TRAP_UNSIGNED, .get = get_size, .set = set_size, .which = 0},
    PAST("TermReason", 2, TRAP_INT, WHY),
    PAST("ActiveIndex", 3, TRAP_UNSIGNED, INDEX),
    PAST("LocalAddressType", 4, TRAP_INT, INET_TYPE),
    PAST("LocalAddress", 5, TRAP_STRING, LOCAL),
    PAST("RemoteAddressType", 6, TRAP_INT, INET_TYPE),
    PAST("RemoteAddress", 7, TRAP_STRING, REMOTE),
    PAST("ControlProtocol", 8, TRAP_INT, CONTROL),
    PAST("ControlTunnelIndex", 9, TRAP_UNSIGNED, CONTROL_INDEX),
    PAST("EncapMode", 10, TRAP_INT, MODE),
    PAST("NATTraversalMode", 11, TRAP_INT, NAT),
    PAST("LifeSize", 12, TRAP_UNSIGNED, LIFE_SIZE),
    PAST("LifeTime", 13, TRAP_UNSIGNED, LIFE_TIME),
    PAST("StartTime", 14, TRAP_TICKS, START),
    PAST("ActiveTime", 15, TRAP_INT, ACTIVE_TIME),
    PAST("TotalRefreshes", 16, TRAP_COUNTER, REFRESHES),
    PAST("TotalSas", 17, TRAP_COUNTER, SAS),
    PAST("InSaDHGrp", 18, TRAP_INT, E_GROUP),
    PAST("InSaEncryptAlgo", 19, TRAP_INT, E_CIPHER),
    PAST("InSaEncryptKeySize", 20, TRAP_UNSIGNED, KEY_BITS),
    PAST("InSaAhAuthAlgo", 21, TRAP_INT, E_AH),
    PAST("InSaEspAuthAlgo", 22, TRAP_INT, E_ESP),
    PAST("InSaDecompAlgo", 23, TRAP_INT, COMPRESSION),
    PAST("OutSaDHGrp", 24, TRAP_INT, E_GROUP),
    PAST("OutSaEncryptAlgo", 25, TRAP_INT, E_CIPHER),
    PAST("OutSaEncryptKeySz", 26, TRAP_UNSIGNED, KEY_BITS),
    PAST("OutSaAhAuthAlgo", 27, TRAP_INT, E_AH),
    PAST("OutSaEspAuthAlgo", 28, TRAP_INT, E_ESP),
    PAST("OutSaCompAlgo", 29, TRAP_INT, COMPRESSION),
    PAST("InOctets", 31, TRAP_COUNTER64, IN_OCTETS),
    PAST("InDecompOctets", 32, TRAP_COUNTER64, IN_OCTETS),
    PAST("InPkts", 33, TRAP_COUNTER, IN_PACKETS),
    PAST("InDropPkts", 34, TRAP_COUNTER, IN_DROPS),
    PAST("InReplayDropPkts", 35, TRAP_COUNTER, IN_REPLAYS),
    PAST("InAuths", 36, TRAP_COUNTER, IN_AUTHS),
    PAST("InAuthFails", 37, TRAP_COUNTER, IN_AUTH_FAILS),
    PAST("InDecrypts", 38, TRAP_COUNTER, IN_DECRYPTS),
    PAST("InDecryptFails", 39, TRAP_COUNTER, IN_DECRYPT_FAILS),
    PAST("OutOctets", 40, TRAP_COUNTER64, OUT_OCTETS),
    PAST("OutUncompOctets", 41, TRAP_COUNTER64, OUT_OCTETS),
    PAST("OutPkts", 42, TRAP_COUNTER, OUT_PACKETS),
    PAST("OutDropPkts", 43, TRAP_COUNTER, OUT_DROPS),
    PAST("OutAuths", 44, TRAP_COUNTER, OUT_AUTHS),
    PAST("OutAuthFails", 45, TRAP_COUNTER, OUT_AUTH_FAILS),
    PAST("OutEncrypts", 46, TRAP_COUNTER, OUT_ENCRYPTS),
    PAST("OutEncryptFails", 47, TRAP_COUNTER, OUT_ENCRYPT_FAILS),
    PAST("OutCompressedPkts", 48, TRAP_COUNTER, NOTHING),
    PAST("OutCompSkippedPkts", 49, TRAP_COUNTER, NOTHING),
    PAST("OutCompFailPkts", 50, TRAP_COUNTER, NOTHING),
    PAST("OutCompSmallPkts", 51, TRAP_COUNTER, NOTHING),
    PEND("TunIndex", 2, TRAP_UNSIGNED, PAST_TUNNEL),
    PEND("ActiveIndex", 3, TRAP_UNSIGNED, PAST_ACTIVE),
    PEND("LocalName", 4, TRAP_STRING, LOCAL_END + NO_NAME),
    PEND("LocalType", 5, TRAP_INT, LOCAL_END + TYPE),
    PEND("LocalAddrType1", 6, TRAP_INT, END_INET),
    PEND("LocalAddr1", 7, TRAP_STRING, LOCAL_END + ADDR1),
    PEND("LocalAddrType2", 8, TRAP_INT, END_INET),
    PEND("LocalAddr2", 9, TRAP_STRING, LOCAL_END + ADDR2),
    PEND("LocalProtocol", 10, TRAP_INT, LOCAL_END + PROTO),
    PEND("LocalPort", 11, TRAP_INT, LOCAL_END + PORT),
    PEND("RemoteName", 12, TRAP_STRING, REMOTE_END + NO_NAME),
    PEND("RemoteType", 13, TRAP_INT, REMOTE_END + TYPE),
    PEND("RemoteAddrType1", 14, TRAP_INT, END_INET),
    PEND("RemoteAddr1", 15, TRAP_STRING, REMOTE_END + ADDR1),
    PEND("RemoteAddrType2", 16, TRAP_INT, END_INET),
    PEND("RemoteAddr2", 17, TRAP_STRING, REMOTE_END + ADDR2),
    PEND("RemoteProtocol", 18, TRAP_INT, REMOTE_END + PROTO),
    PEND("RemotePort", 19, TRAP_INT, REMOTE_END + PORT),
    {.name = "ceipSecFailTableSize", .oid = ENH("3.1.1.1"), .type = TRAP_UNSIGNED, .get = get_size, .set = set_size, .which = 1},
    FAILED("Reason", 2, TRAP_INT, REASON),
    FAILED("Time", 3, TRAP_TICKS, TIME),
    FAILED("TunnelIndex", 4, TRAP_UNSIGNED, TUNNEL),
    FAILED("SaSpi", 5, TRAP_UNSIGNED, SPI),
    FAILED("PktSrcAddressType", 6, TRAP_INT, INET_TYPE),
    FAILED("PktSrcAddress", 7, TRAP_STRING, SRC),
    FAILED("PktDstAddressType", 8, TRAP_INT, INET_TYPE),
    FAILED("PktDstAddress", 9, TRAP_STRING, DST),
};
const struct mib_rows dp_mib_flow_enh = MIB_ROWS("CISCO-ENHANCED-IPSEC-FLOW-MIB", rows);
