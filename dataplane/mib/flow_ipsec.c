/* flow_ipsec.c: CISCO-IPSEC-FLOW-MONITOR-MIB, phase 2: IPsec in figures: totals, tunnels, their ends and SPIs, past tunnels, failures.
 *
 * The books are dataplane/ipsec/flowmib.c's, which `show crypto mib ipsec flowmib` reads too: a tunnel is a flow with SAs. Octets are those of the packets inside;
 * nothing is compressed, so those before and after decompression are the same. A 32-bit counter of octets comes with the number of its wraps. Each tunnel has
 * one end point, its selectors; an end that is a prefix is an ipSubnet(3) of address and mask. An SPI that an IKE peer has agreed on is active(1) until its
 * SA has asked for a successor, then expiring(2). Writing destroy(2) to cipSecTunStatus clears the tunnel's SAs as the operator would. A packet of an unknown
 * SPI is a failure, nonExistentSa(6), when its message was said; other failures: dataplane/ipsec/flowmib.c. A past tunnel's IKE tunnel is that of its last pair.
 */
#include "dataplane/dataplane.h"
#include "dataplane/ike/ike.h"
#include "dataplane/ike/ike_books.h"
#include "dataplane/mib/flow_ipsec.h"
#include "dataplane/mib/rows.h"
#include "espial/ip.h"
#include "espial/loop.h"

/* The low half, the whole, and how often the low half has wrapped. */
static void octets(struct trap_var *out, uint64_t n, bool wraps)
{
    out->num = out->type == TRAP_COUNTER64 ? (int64_t)n : wraps ? (int64_t)(n >> 32) : (uint32_t)n;
}

static void counted(struct trap_var *out, uint64_t n)
{
    out->num = out->type == TRAP_COUNTER64 ? (int64_t)n : (uint32_t)n;
}

/* ---- totals ---- */

/* What tunnels and totals both count. False: none of it. */
static bool count(uint32_t which, const struct flowmib_way *in, const struct flowmib_way *sent, uint64_t replays, struct trap_var *out)
{
    uint64_t n;
    switch (which) {
    case IN_OCTETS: case IN_WRAPS: octets(out, in->octets, which == IN_WRAPS); return true;
    case OUT_OCTETS: case OUT_WRAPS: octets(out, sent->octets, which == OUT_WRAPS); return true;
    case IN_PACKETS: n = in->packets; break;
    case IN_DROPS: n = in->drops; break;
    case IN_REPLAYS: n = replays; break;
    case IN_AUTHS: n = in->auths; break;
    case IN_AUTH_FAILS: n = in->auth_failures; break;
    case IN_DECRYPTS: n = in->crypts; break;
    case IN_DECRYPT_FAILS: n = in->crypt_failures; break;
    case OUT_PACKETS: n = sent->packets; break;
    case OUT_DROPS: n = sent->drops; break;
    case OUT_AUTHS: n = sent->auths; break;
    case OUT_AUTH_FAILS: n = sent->auth_failures; break;
    case OUT_ENCRYPTS: n = sent->crypts; break;
    case OUT_ENCRYPT_FAILS: n = sent->crypt_failures; break;
    default: return false;
    }
    counted(out, n);
    return true;
}

bool flow_get_total(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct flowmib_global g;
    uint64_t n = 0;
    (void)at;
    flowmib_global(dataplane_ipsec(self), &g);
    if (count(row->which, &g.in, &g.out, g.in_replays, out))
        return true;
    switch (row->which) {
    case ACTIVE: n = g.active; break;
    case PREVIOUS: n = g.past; break;
    case PROTOCOL: n = g.protocol_failures; break;
    case NO_SA: n = g.no_sa; break;
    case CAPACITY: n = g.capacity_failures; break;
    }
    counted(out, n);
    return true;
}

/* ---- tunnels, that are and that were ---- */

bool flow_tunnel_of(void *self, const struct mib_index *at, struct flowmib_tunnel *t)
{
    return flowmib_tunnel_from(dataplane_ipsec(self), at->v[0], t) && t->index == at->v[0];
}
bool flow_past_of(void *self, const struct mib_index *at, struct flowmib_past *p)
{
    return flowmib_past_from(dataplane_ipsec(self), at->v[0], p) && p->number == at->v[0];
}

static bool tunnel_behind(void *self, struct mib_index *at)
{
    struct flowmib_tunnel t;
    uint32_t from;
    if (!mib_behind(at, &from) || !flowmib_tunnel_from(dataplane_ipsec(self), from, &t))
        return false;
    mib_index1(at, t.index);
    return true;
}
const struct mib_table flow_tunnels = {.next = tunnel_behind};

static bool past_behind(void *self, struct mib_index *at)
{
    struct flowmib_past p;
    uint32_t from;
    if (!mib_behind(at, &from) || !flowmib_past_from(dataplane_ipsec(self), from, &p))
        return false;
    mib_index1(at, p.number);
    return true;
}
const struct mib_table flow_pasts = {.next = past_behind};

static bool get_of(const struct flowmib_tunnel *t, uint32_t which, struct trap_var *out)
{
    bool ah = t->transform.proto == PROTO_AH;
    if (count(which, &t->in, &t->out, t->in_replays, out))
        return true;
    switch (which) {
    case LOCAL: mib_ip_octets(out, t->local); break;
    case REMOTE: mib_ip_octets(out, t->peer); break;
    case KEY_TYPE: out->num = t->manual ? 2 : 1; break; /* manual, ike */
    case MODE: out->num = t->transform.mode == IPSEC_TRANSPORT ? 2 : 1; break;
    case LIFE_SIZE: out->num = t->life_kb; break;
    case LIFE_TIME: out->num = t->life_s; break;
    case SIZE_THRESHOLD: out->num = t->soft_kb; break;
    case TIME_THRESHOLD: out->num = t->soft_s; break;
    case REFRESHES: out->num = t->refreshes; break;
    case EXPIRED: out->num = t->expired; break;
    case CURRENT: out->num = t->sas; break;
    case SAS: out->num = (t->transform.over != HASH_NONE ? 4 : 2) * (t->refreshes + 1); break;
    case GROUP: out->num = flow_group_code(t->pfs_group); break;
    case CIPHER: out->num = ah ? FLOW_NONE : flow_cipher_code(t->transform.cipher); break;
    case AH_AUTH: out->num = flow_hash_code(ah ? t->transform.auth : t->transform.over); break;
    case ESP_AUTH: out->num = ah ? FLOW_NONE : flow_hash_code(t->transform.auth); break;
    case COMPRESSION: out->num = FLOW_NONE; break;
    case STATUS: out->num = TUNNEL_ACTIVE; break;
    case INDEX: out->num = t->index; break;
    default: return false;
    }
    return true;
}

bool flow_get_tunnel(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct flowmib_tunnel t;
    if (!flow_tunnel_of(self, at, &t))
        return false;
    switch (row->which) {
    case IKE_INDEX: out->num = ike_tunnel_with(dataplane_ike(self), t.local, t.peer, t.ikev2); return true;
    case IKE_ALIVE: out->num = ike_tunnel_with(dataplane_ike(self), t.local, t.peer, t.ikev2) ? FLOW_TRUE : FLOW_FALSE; return true;
    case ACTIVE_TIME: out->num = flow_interval(t.began, loop_now(dataplane_env(self)->loop)); return true;
    default: return get_of(&t, row->which, out);
    }
}

bool flow_get_past(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct flowmib_past p;
    if (!flow_past_of(self, at, &p))
        return false;
    switch (row->which) {
    case WHY: out->num = p.why; return true;
    case PAST_IKE: out->num = p.t.ike; return p.t.ike != 0;
    case START: out->num = dataplane_ticks(self, p.t.began); return true;
    case ACTIVE_TIME: out->num = flow_interval(p.t.began, p.ended); return true;
    default: return get_of(&p.t, row->which, out);
    }
}

enum mib_set flow_set_status(void *self, const struct mib_index *at, int64_t value, int64_t keep, int64_t destroy, bool commit)
{
    struct flowmib_tunnel t;
    if (at->n != 1 || !flow_tunnel_of(self, at, &t))
        return MIB_SET_NO_CREATION;
    if (value != keep && value != destroy)
        return MIB_SET_WRONG_VALUE;
    if (commit && value == destroy && !ipsec_clear_flow(dataplane_ipsec(self), t.flow))
        return MIB_SET_FAILED;
    return MIB_SET_OK;
}

static enum mib_set set_status(void *self, const struct mib_row *row, const struct mib_index *at, const struct trap_var *value, bool commit)
{
    (void)row;
    return flow_set_status(self, at, value->num, TUNNEL_ACTIVE, TUNNEL_DESTROY, commit);
}

/* ---- end points ---- */

static void get_end(const struct flowmib_tunnel *t, uint32_t which, struct trap_var *out)
{
    const struct selector *s = which & REMOTE_END ? &t->remote_sel : &t->local_sel;
    bool one = s->mask == UINT32_MAX;
    switch (which & 7) {
    case NO_NAME: break;
    case TYPE: out->num = one ? END_ADDRESS : END_SUBNET; break;
    case ADDR1: mib_ip_octets(out, s->addr & s->mask); break;
    case ADDR2: mib_ip_octets(out, one ? s->addr : s->mask); break;
    case PROTO: out->num = s->proto; break;
    case PORT: out->num = s->port; break;
    }
}

/* Index: tunnel.1 */
static bool end_behind(void *self, struct mib_index *at)
{
    struct flowmib_tunnel t;
    uint32_t from = at->n ? at->v[0] : 0;
    if (at->n > 1 && at->v[1] >= 1 && from++ == UINT32_MAX)
        return false;
    if (!flowmib_tunnel_from(dataplane_ipsec(self), from, &t))
        return false;
    *at = (struct mib_index){.v = {t.index, 1}, .n = 2};
    return true;
}
const struct mib_table flow_ends = {.next = end_behind};

bool flow_get_end(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct flowmib_tunnel t;
    if (!flow_tunnel_of(self, at, &t))
        return false;
    get_end(&t, row->which, out);
    return true;
}

bool flow_get_past_end(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct flowmib_past p;
    if (!flow_past_of(self, at, &p))
        return false;
    if (row->which == PAST_TUNNEL)
        out->num = p.number;
    else if (row->which == PAST_ACTIVE)
        out->num = p.t.index;
    else
        get_end(&p.t, row->which, out);
    return true;
}

/* ---- SPIs ---- */

bool flow_sa_of(void *self, uint32_t tunnel, uint32_t number, struct ipsec_pair_info *p)
{
    struct flowmib_tunnel t;
    size_t cursor = (number - 1) / 2;
    return number && flowmib_tunnel_from(dataplane_ipsec(self), tunnel, &t) && t.index == tunnel && ipsec_pair_next(dataplane_ipsec(self), t.flow, &cursor, p);
}

static bool spi_behind(void *self, struct mib_index *at)
{
    struct ipsec_pair_info p;
    struct flowmib_tunnel t;
    uint32_t tunnel = at->n ? at->v[0] : 0, number = at->n > 1 ? at->v[1] : 0;
    if (at->n && number < UINT32_MAX && flow_sa_of(self, tunnel, number + 1, &p)) {
        *at = (struct mib_index){.v = {tunnel, number + 1}, .n = 2};
        return true;
    }
    if ((at->n && tunnel++ == UINT32_MAX) || !flowmib_tunnel_from(dataplane_ipsec(self), tunnel, &t))
        return false;
    *at = (struct mib_index){.v = {t.index, 1}, .n = 2};
    return true;
}
static const struct mib_table spis = {.next = spi_behind};

enum { DIRECTION, VALUE, PROTOCOL_OF, SPI_STATUS };
static bool get_spi(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct ipsec_pair_info p;
    if (!flow_sa_of(self, at->v[0], at->v[1], &p))
        return false;
    bool in = at->v[1] & 1;
    switch (row->which) {
    case DIRECTION: out->num = in ? 1 : 2; break;
    case VALUE: out->num = in ? p.spi_in : p.spi_out; break;
    case PROTOCOL_OF: out->num = p.transform.proto == PROTO_AH ? 1 : 2; break;
    case SPI_STATUS: out->num = p.soft_expired ? 2 : 1; break;
    }
    return true;
}

/* ---- failures ---- */

static bool failure_behind(void *self, struct mib_index *at)
{
    struct flowmib_failure f;
    uint32_t from;
    if (!mib_behind(at, &from) || !flowmib_failure_from(dataplane_ipsec(self), from, &f))
        return false;
    mib_index1(at, f.index);
    return true;
}
const struct mib_table flow_failures = {.next = failure_behind};

bool flow_get_failure(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    static const uint8_t codes[] = {[FLOWMIB_NO_SA] = 6, [FLOWMIB_IN_AUTH] = 9, [FLOWMIB_REPLAY] = 1, [FLOWMIB_CAPACITY] = 12, [FLOWMIB_ENCODING] = 3, [FLOWMIB_PROPOSAL] = 4, [FLOWMIB_PEER_UNREACHED] = 14,
                                    [FLOWMIB_PROTOCOL] = 5, [FLOWMIB_DECRYPT] = 7, [FLOWMIB_ENCRYPT] = 8, [FLOWMIB_ROLLOVER] = 15};
    struct flowmib_failure f;
    if (!flowmib_failure_from(dataplane_ipsec(self), at->v[0], &f) || f.index != at->v[0])
        return false;
    switch (row->which) {
    case REASON: out->num = codes[f.why]; break;
    case TIME: out->num = (uint32_t)(f.at / 10000); break;
    case TUNNEL: out->num = f.tunnel; return f.tunnel != 0;
    case SPI: out->num = out->type == TRAP_INT ? (int32_t)f.spi : (int64_t)f.spi; return f.spi != 0;
    case SRC: mib_ip_octets(out, f.src); break;
    case DST: mib_ip_octets(out, f.dst); break;
    }
    return true;
}

#define GLOBAL(nm, n, t, w) {.name = nm, .oid = FLOW_MIB("3.1." #n), .type = t, .get = flow_get_total, .which = w}
#define TUN(nm, n, t, w)    {.name = nm, .oid = FLOW_MIB("3.2.1." #n), .type = t, .table = &flow_tunnels, .get = flow_get_tunnel, .which = w}
#define PAST(nm, n, t, w)   {.name = nm, .oid = FLOW_MIB("4.3.1.1." #n), .type = t, .table = &flow_pasts, .get = flow_get_past, .which = w}
#define END(nm, n, t, w)    {.name = nm, .oid = FLOW_MIB("3.3.1." #n), .type = t, .table = &flow_ends, .get = flow_get_end, .which = w}
#define PEND(nm, n, t, w)   {.name = nm, .oid = FLOW_MIB("4.3.2.1." #n), .type = t, .table = &flow_pasts, .get = flow_get_past_end, .which = w}
#define SPI_ROW(nm, n, t, w) {.name = nm, .oid = FLOW_MIB("3.4.1." #n), .type = t, .table = &spis, .get = get_spi, .which = w}
#define FAILED(nm, n, t, w) {.name = nm, .oid = FLOW_MIB("5.3.1.1." #n), .type = t, .table = &flow_failures, .get = flow_get_failure, .which = w}
static const struct mib_row rows[] = {
    GLOBAL("cipSecGlobalActiveTunnels", 1, TRAP_UNSIGNED, ACTIVE),
    GLOBAL("cipSecGlobalPreviousTunnels", 2, TRAP_COUNTER, PREVIOUS),
    GLOBAL("cipSecGlobalInOctets", 3, TRAP_COUNTER, IN_OCTETS),
    GLOBAL("cipSecGlobalHcInOctets", 4, TRAP_COUNTER64, IN_OCTETS),
    GLOBAL("cipSecGlobalInOctWraps", 5, TRAP_COUNTER, IN_WRAPS),
    GLOBAL("cipSecGlobalInDecompOctets", 6, TRAP_COUNTER, IN_OCTETS),
    GLOBAL("cipSecGlobalHcInDecompOctets", 7, TRAP_COUNTER64, IN_OCTETS),
    GLOBAL("cipSecGlobalInDecompOctWraps", 8, TRAP_COUNTER, IN_WRAPS),
    GLOBAL("cipSecGlobalInPkts", 9, TRAP_COUNTER, IN_PACKETS),
    GLOBAL("cipSecGlobalInDrops", 10, TRAP_COUNTER, IN_DROPS),
    GLOBAL("cipSecGlobalInReplayDrops", 11, TRAP_COUNTER, IN_REPLAYS),
    GLOBAL("cipSecGlobalInAuths", 12, TRAP_COUNTER, IN_AUTHS),
    GLOBAL("cipSecGlobalInAuthFails", 13, TRAP_COUNTER, IN_AUTH_FAILS),
    GLOBAL("cipSecGlobalInDecrypts", 14, TRAP_COUNTER, IN_DECRYPTS),
    GLOBAL("cipSecGlobalInDecryptFails", 15, TRAP_COUNTER, IN_DECRYPT_FAILS),
    GLOBAL("cipSecGlobalOutOctets", 16, TRAP_COUNTER, OUT_OCTETS),
    GLOBAL("cipSecGlobalHcOutOctets", 17, TRAP_COUNTER64, OUT_OCTETS),
    GLOBAL("cipSecGlobalOutOctWraps", 18, TRAP_COUNTER, OUT_WRAPS),
    GLOBAL("cipSecGlobalOutUncompOctets", 19, TRAP_COUNTER, OUT_OCTETS),
    GLOBAL("cipSecGlobalHcOutUncompOctets", 20, TRAP_COUNTER64, OUT_OCTETS),
    GLOBAL("cipSecGlobalOutUncompOctWraps", 21, TRAP_COUNTER, OUT_WRAPS),
    GLOBAL("cipSecGlobalOutPkts", 22, TRAP_COUNTER, OUT_PACKETS),
    GLOBAL("cipSecGlobalOutDrops", 23, TRAP_COUNTER, OUT_DROPS),
    GLOBAL("cipSecGlobalOutAuths", 24, TRAP_COUNTER, OUT_AUTHS),
    GLOBAL("cipSecGlobalOutAuthFails", 25, TRAP_COUNTER, OUT_AUTH_FAILS),
    GLOBAL("cipSecGlobalOutEncrypts", 26, TRAP_COUNTER, OUT_ENCRYPTS),
    GLOBAL("cipSecGlobalOutEncryptFails", 27, TRAP_COUNTER, OUT_ENCRYPT_FAILS),
    GLOBAL("cipSecGlobalProtocolUseFails", 28, TRAP_COUNTER, PROTOCOL),
    GLOBAL("cipSecGlobalNoSaFails", 29, TRAP_COUNTER, NO_SA),
    GLOBAL("cipSecGlobalSysCapFails", 30, TRAP_COUNTER, CAPACITY),
    TUN("cipSecTunIkeTunnelIndex", 2, TRAP_INT, IKE_INDEX),
    TUN("cipSecTunIkeTunnelAlive", 3, TRAP_INT, IKE_ALIVE),
    TUN("cipSecTunLocalAddr", 4, TRAP_STRING, LOCAL),
    TUN("cipSecTunRemoteAddr", 5, TRAP_STRING, REMOTE),
    TUN("cipSecTunKeyType", 6, TRAP_INT, KEY_TYPE),
    TUN("cipSecTunEncapMode", 7, TRAP_INT, MODE),
    TUN("cipSecTunLifeSize", 8, TRAP_INT, LIFE_SIZE),
    TUN("cipSecTunLifeTime", 9, TRAP_INT, LIFE_TIME),
    TUN("cipSecTunActiveTime", 10, TRAP_INT, ACTIVE_TIME),
    TUN("cipSecTunSaLifeSizeThreshold", 11, TRAP_INT, SIZE_THRESHOLD),
    TUN("cipSecTunSaLifeTimeThreshold", 12, TRAP_INT, TIME_THRESHOLD),
    TUN("cipSecTunTotalRefreshes", 13, TRAP_COUNTER, REFRESHES),
    TUN("cipSecTunExpiredSaInstances", 14, TRAP_COUNTER, EXPIRED),
    TUN("cipSecTunCurrentSaInstances", 15, TRAP_UNSIGNED, CURRENT),
    TUN("cipSecTunInSaDiffHellmanGrp", 16, TRAP_INT, GROUP),
    TUN("cipSecTunInSaEncryptAlgo", 17, TRAP_INT, CIPHER),
    TUN("cipSecTunInSaAhAuthAlgo", 18, TRAP_INT, AH_AUTH),
    TUN("cipSecTunInSaEspAuthAlgo", 19, TRAP_INT, ESP_AUTH),
    TUN("cipSecTunInSaDecompAlgo", 20, TRAP_INT, COMPRESSION),
    TUN("cipSecTunOutSaDiffHellmanGrp", 21, TRAP_INT, GROUP),
    TUN("cipSecTunOutSaEncryptAlgo", 22, TRAP_INT, CIPHER),
    TUN("cipSecTunOutSaAhAuthAlgo", 23, TRAP_INT, AH_AUTH),
    TUN("cipSecTunOutSaEspAuthAlgo", 24, TRAP_INT, ESP_AUTH),
    TUN("cipSecTunOutSaCompAlgo", 25, TRAP_INT, COMPRESSION),
    TUN("cipSecTunInOctets", 26, TRAP_COUNTER, IN_OCTETS),
    TUN("cipSecTunHcInOctets", 27, TRAP_COUNTER64, IN_OCTETS),
    TUN("cipSecTunInOctWraps", 28, TRAP_COUNTER, IN_WRAPS),
    TUN("cipSecTunInDecompOctets", 29, TRAP_COUNTER, IN_OCTETS),
    TUN("cipSecTunHcInDecompOctets", 30, TRAP_COUNTER64, IN_OCTETS),
    TUN("cipSecTunInDecompOctWraps", 31, TRAP_COUNTER, IN_WRAPS),
    TUN("cipSecTunInPkts", 32, TRAP_COUNTER, IN_PACKETS),
    TUN("cipSecTunInDropPkts", 33, TRAP_COUNTER, IN_DROPS),
    TUN("cipSecTunInReplayDropPkts", 34, TRAP_COUNTER, IN_REPLAYS),
    TUN("cipSecTunInAuths", 35, TRAP_COUNTER, IN_AUTHS),
    TUN("cipSecTunInAuthFails", 36, TRAP_COUNTER, IN_AUTH_FAILS),
    TUN("cipSecTunInDecrypts", 37, TRAP_COUNTER, IN_DECRYPTS),
    TUN("cipSecTunInDecryptFails", 38, TRAP_COUNTER, IN_DECRYPT_FAILS),
    TUN("cipSecTunOutOctets", 39, TRAP_COUNTER, OUT_OCTETS),
    TUN("cipSecTunHcOutOctets", 40, TRAP_COUNTER64, OUT_OCTETS),
    TUN("cipSecTunOutOctWraps", 41, TRAP_COUNTER, OUT_WRAPS),
    TUN("cipSecTunOutUncompOctets", 42, TRAP_COUNTER, OUT_OCTETS),
    TUN("cipSecTunHcOutUncompOctets", 43, TRAP_COUNTER64, OUT_OCTETS),
    TUN("cipSecTunOutUncompOctWraps", 44, TRAP_COUNTER, OUT_WRAPS),
    TUN("cipSecTunOutPkts", 45, TRAP_COUNTER, OUT_PACKETS),
    TUN("cipSecTunOutDropPkts", 46, TRAP_COUNTER, OUT_DROPS),
    TUN("cipSecTunOutAuths", 47, TRAP_COUNTER, OUT_AUTHS),
    TUN("cipSecTunOutAuthFails", 48, TRAP_COUNTER, OUT_AUTH_FAILS),
    TUN("cipSecTunOutEncrypts", 49, TRAP_COUNTER, OUT_ENCRYPTS),
    TUN("cipSecTunOutEncryptFails", 50, TRAP_COUNTER, OUT_ENCRYPT_FAILS),
    {.name = "cipSecTunStatus", .oid = FLOW_MIB("3.2.1.51"), .type = TRAP_INT, .table = &flow_tunnels, .get = flow_get_tunnel, .set = set_status, .which = STATUS},
    END("cipSecEndPtLocalName", 2, TRAP_STRING, LOCAL_END + NO_NAME),
    END("cipSecEndPtLocalType", 3, TRAP_INT, LOCAL_END + TYPE),
    END("cipSecEndPtLocalAddr1", 4, TRAP_STRING, LOCAL_END + ADDR1),
    END("cipSecEndPtLocalAddr2", 5, TRAP_STRING, LOCAL_END + ADDR2),
    END("cipSecEndPtLocalProtocol", 6, TRAP_INT, LOCAL_END + PROTO),
    END("cipSecEndPtLocalPort", 7, TRAP_INT, LOCAL_END + PORT),
    END("cipSecEndPtRemoteName", 8, TRAP_STRING, REMOTE_END + NO_NAME),
    END("cipSecEndPtRemoteType", 9, TRAP_INT, REMOTE_END + TYPE),
    END("cipSecEndPtRemoteAddr1", 10, TRAP_STRING, REMOTE_END + ADDR1),
    END("cipSecEndPtRemoteAddr2", 11, TRAP_STRING, REMOTE_END + ADDR2),
    END("cipSecEndPtRemoteProtocol", 12, TRAP_INT, REMOTE_END + PROTO),
    END("cipSecEndPtRemotePort", 13, TRAP_INT, REMOTE_END + PORT),
    SPI_ROW("cipSecSpiDirection", 2, TRAP_INT, DIRECTION),
    SPI_ROW("cipSecSpiValue", 3, TRAP_UNSIGNED, VALUE),
    SPI_ROW("cipSecSpiProtocol", 4, TRAP_INT, PROTOCOL_OF),
    SPI_ROW("cipSecSpiStatus", 5, TRAP_INT, SPI_STATUS),
    PAST("cipSecTunHistTermReason", 2, TRAP_INT, WHY),
    PAST("cipSecTunHistActiveIndex", 3, TRAP_INT, INDEX),
    PAST("cipSecTunHistIkeTunnelIndex", 4, TRAP_INT, PAST_IKE),
    PAST("cipSecTunHistLocalAddr", 5, TRAP_STRING, LOCAL),
    PAST("cipSecTunHistRemoteAddr", 6, TRAP_STRING, REMOTE),
    PAST("cipSecTunHistKeyType", 7, TRAP_INT, KEY_TYPE),
    PAST("cipSecTunHistEncapMode", 8, TRAP_INT, MODE),
    PAST("cipSecTunHistLifeSize", 9, TRAP_INT, LIFE_SIZE),
    PAST("cipSecTunHistLifeTime", 10, TRAP_INT, LIFE_TIME),
    PAST("cipSecTunHistStartTime", 11, TRAP_TICKS, START),
    PAST("cipSecTunHistActiveTime", 12, TRAP_INT, ACTIVE_TIME),
    PAST("cipSecTunHistTotalRefreshes", 13, TRAP_COUNTER, REFRESHES),
    PAST("cipSecTunHistTotalSas", 14, TRAP_COUNTER, SAS),
    PAST("cipSecTunHistInSaDiffHellmanGrp", 15, TRAP_INT, GROUP),
    PAST("cipSecTunHistInSaEncryptAlgo", 16, TRAP_INT, CIPHER),
    PAST("cipSecTunHistInSaAhAuthAlgo", 17, TRAP_INT, AH_AUTH),
    PAST("cipSecTunHistInSaEspAuthAlgo", 18, TRAP_INT, ESP_AUTH),
    PAST("cipSecTunHistInSaDecompAlgo", 19, TRAP_INT, COMPRESSION),
    PAST("cipSecTunHistOutSaDiffHellmanGrp", 20, TRAP_INT, GROUP),
    PAST("cipSecTunHistOutSaEncryptAlgo", 21, TRAP_INT, CIPHER),
    PAST("cipSecTunHistOutSaAhAuthAlgo", 22, TRAP_INT, AH_AUTH),
    PAST("cipSecTunHistOutSaEspAuthAlgo", 23, TRAP_INT, ESP_AUTH),
    PAST("cipSecTunHistOutSaCompAlgo", 24, TRAP_INT, COMPRESSION),
    PAST("cipSecTunHistInOctets", 25, TRAP_COUNTER, IN_OCTETS),
    PAST("cipSecTunHistHcInOctets", 26, TRAP_COUNTER64, IN_OCTETS),
    PAST("cipSecTunHistInOctWraps", 27, TRAP_COUNTER, IN_WRAPS),
    PAST("cipSecTunHistInDecompOctets", 28, TRAP_COUNTER, IN_OCTETS),
    PAST("cipSecTunHistHcInDecompOctets", 29, TRAP_COUNTER64, IN_OCTETS),
    PAST("cipSecTunHistInDecompOctWraps", 30, TRAP_COUNTER, IN_WRAPS),
    PAST("cipSecTunHistInPkts", 31, TRAP_COUNTER, IN_PACKETS),
    PAST("cipSecTunHistInDropPkts", 32, TRAP_COUNTER, IN_DROPS),
    PAST("cipSecTunHistInReplayDropPkts", 33, TRAP_COUNTER, IN_REPLAYS),
    PAST("cipSecTunHistInAuths", 34, TRAP_COUNTER, IN_AUTHS),
    PAST("cipSecTunHistInAuthFails", 35, TRAP_COUNTER, IN_AUTH_FAILS),
    PAST("cipSecTunHistInDecrypts", 36, TRAP_COUNTER, IN_DECRYPTS),
    PAST("cipSecTunHistInDecryptFails", 37, TRAP_COUNTER, IN_DECRYPT_FAILS),
    PAST("cipSecTunHistOutOctets", 38, TRAP_COUNTER, OUT_OCTETS),
    PAST("cipSecTunHistHcOutOctets", 39, TRAP_COUNTER64, OUT_OCTETS),
    PAST("cipSecTunHistOutOctWraps", 40, TRAP_COUNTER, OUT_WRAPS),
    PAST("cipSecTunHistOutUncompOctets", 41, TRAP_COUNTER, OUT_OCTETS),
    PAST("cipSecTunHistHcOutUncompOctets", 42, TRAP_COUNTER64, OUT_OCTETS),
    PAST("cipSecTunHistOutUncompOctWraps", 43, TRAP_COUNTER, OUT_WRAPS),
    PAST("cipSecTunHistOutPkts", 44, TRAP_COUNTER, OUT_PACKETS),
    PAST("cipSecTunHistOutDropPkts", 45, TRAP_COUNTER, OUT_DROPS),
    PAST("cipSecTunHistOutAuths", 46, TRAP_COUNTER, OUT_AUTHS),
    PAST("cipSecTunHistOutAuthFails", 47, TRAP_COUNTER, OUT_AUTH_FAILS),
    PAST("cipSecTunHistOutEncrypts", 48, TRAP_COUNTER, OUT_ENCRYPTS),
    PAST("cipSecTunHistOutEncryptFails", 49, TRAP_COUNTER, OUT_ENCRYPT_FAILS),
    PEND("cipSecEndPtHistTunIndex", 2, TRAP_INT, PAST_TUNNEL),
    PEND("cipSecEndPtHistActiveIndex", 3, TRAP_INT, PAST_ACTIVE),
    PEND("cipSecEndPtHistLocalName", 4, TRAP_STRING, LOCAL_END + NO_NAME),
    PEND("cipSecEndPtHistLocalType", 5, TRAP_INT, LOCAL_END + TYPE),
    PEND("cipSecEndPtHistLocalAddr1", 6, TRAP_STRING, LOCAL_END + ADDR1),
    PEND("cipSecEndPtHistLocalAddr2", 7, TRAP_STRING, LOCAL_END + ADDR2),
    PEND("cipSecEndPtHistLocalProtocol", 8, TRAP_INT, LOCAL_END + PROTO),
    PEND("cipSecEndPtHistLocalPort", 9, TRAP_INT, LOCAL_END + PORT),
    PEND("cipSecEndPtHistRemoteName", 10, TRAP_STRING, REMOTE_END + NO_NAME),
    PEND("cipSecEndPtHistRemoteType", 11, TRAP_INT, REMOTE_END + TYPE),
    PEND("cipSecEndPtHistRemoteAddr1", 12, TRAP_STRING, REMOTE_END + ADDR1),
    PEND("cipSecEndPtHistRemoteAddr2", 13, TRAP_STRING, REMOTE_END + ADDR2),
    PEND("cipSecEndPtHistRemoteProtocol", 14, TRAP_INT, REMOTE_END + PROTO),
    PEND("cipSecEndPtHistRemotePort", 15, TRAP_INT, REMOTE_END + PORT),
    FAILED("cipSecFailReason", 2, TRAP_INT, REASON),
    FAILED("cipSecFailTime", 3, TRAP_TICKS, TIME),
    FAILED("cipSecFailTunnelIndex", 4, TRAP_INT, TUNNEL),
    FAILED("cipSecFailSaSpi", 5, TRAP_INT, SPI),
    FAILED("cipSecFailPktSrcAddr", 6, TRAP_STRING, SRC),
    FAILED("cipSecFailPktDstAddr", 7, TRAP_STRING, DST),
};
const struct mib_rows dp_mib_flow_ipsec = MIB_ROWS("CISCO-IPSEC-FLOW-MONITOR-MIB", rows);
