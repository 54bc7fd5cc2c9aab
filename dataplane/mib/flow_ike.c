/* flow_ike.c: CISCO-IPSEC-FLOW-MONITOR-MIB, phase 1: IKE in figures: totals, tunnels, peers, past tunnels, failures.
 *
 * A tunnel is an established SA of IKEv1 or IKEv2 (dataplane/ike/ike_books.h); an IKEv2 SA says main(1) for its mode, which the MIB knows no other word for. SAs are
 * never refreshed in place, so cikeTunTotalRefreshes stays 0: the successor is a new tunnel. Writing destroy(2) to cikeTunStatus clears the SA as the operator
 * would. A peer is a pair of identities with a tunnel; its row names the newest. cikePeerCorrTable names the tunnels of IPsec that belong to a peer: those whose ends have an IKE SA now. A decryption failure is a
 * message that is no message once it is decrypted, or cannot be; a hash failure one whose HASH (IKEv2: checksum) is not that of the SA's keys.
 */
#include "dataplane/dataplane.h"
#include "dataplane/ike/ike.h"
#include "dataplane/ike/ike_books.h"
#include "dataplane/ike/v2/v2.h"
#include "dataplane/ike/v2/v2_propose.h"
#include "dataplane/ike/v2/v2_show.h"
#include "dataplane/mib/flow.h"
#include "dataplane/mib/rows.h"
#include "espial/ip.h"
#include "espial/loop.h"

/* ---- totals ---- */

enum { ACTIVE, PREVIOUS, BEGUN, BEGUN_FAILED, ANSWERED_FAILED, NO_ROOM, AUTH_FAILED, DECRYPT_FAILED, HASH_FAILED, UNKNOWN_SA, LEVEL, HISTORY_SIZE, CHECK_POINT, FAILURES_SIZE };

static bool get_global(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct ike *ike = dataplane_ike(self);
    struct ike_work w = ike_work(ike);
    struct v2_work w2 = v2_work(ike_v2(ike));
    uint64_t n = 0;
    (void)at;
    switch (row->which) {
    case ACTIVE: n = ike_tunnel_count(ike); break;
    case PREVIOUS: n = ike_tunnel_previous(ike); break;
    case BEGUN: n = w.begun + w2.begun; break;
    case BEGUN_FAILED: n = w.begun_failed + w2.begun_failed; break;
    case ANSWERED_FAILED: n = w.sas_failed + w2.failed - w.begun_failed - w2.begun_failed; break;
    case NO_ROOM: n = w.no_room; break;
    case AUTH_FAILED: n = ike_auth_failures(ike); break;
    case DECRYPT_FAILED: n = w.decrypt_failed; break;
    case HASH_FAILED: n = w.hash_failed; break;
    case UNKNOWN_SA: n = w.unknown_sa; break;
    case LEVEL: n = 1; break;
    case HISTORY_SIZE: n = flowmib_conf(dataplane_ipsec(self))->tunnels; break;
    case CHECK_POINT: n = 1; break; /* ready */
    case FAILURES_SIZE: n = flowmib_conf(dataplane_ipsec(self))->failures; break;
    }
    out->num = (uint32_t)n;
    return true;
}

static enum mib_set set_size(void *self, const struct mib_row *row, const struct mib_index *at, const struct trap_var *value, bool commit)
{
    (void)at;
    return flow_set_size(flowmib_conf(dataplane_ipsec(self)), row->which == FAILURES_SIZE, value->num, commit);
}

/* Counters of both ways: `which` is the offset in struct ike_traffic[IKE_WAYS]. */
#define WAY(dir, field) ((dir) * sizeof(struct ike_traffic) + offsetof(struct ike_traffic, field))

static uint32_t traffic_at(const struct ike_traffic n[IKE_WAYS], uint32_t which)
{
    return (uint32_t)*(const uint64_t *)((const char *)n + which);
}

static bool get_traffic(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct ike_traffic n[IKE_WAYS];
    (void)at;
    ike_traffic_all(dataplane_ike(self), n);
    out->num = traffic_at(n, row->which);
    return true;
}

/* ---- tunnels, that are and that were ---- */

static bool tunnel_behind(void *self, struct mib_index *at)
{
    struct ike_tunnel t;
    uint32_t from;
    if (!mib_behind(at, &from) || !ike_tunnel_from(dataplane_ike(self), from, &t))
        return false;
    mib_index1(at, t.index);
    return true;
}
static const struct mib_table tunnels = {.next = tunnel_behind};

static bool past_behind(void *self, struct mib_index *at)
{
    struct ike_past p;
    uint32_t from;
    if (!mib_behind(at, &from) || !ike_past_from(dataplane_ike(self), flowmib_conf(dataplane_ipsec(self))->tunnels, from, &p))
        return false;
    mib_index1(at, p.number);
    return true;
}
static const struct mib_table pasts = {.next = past_behind};

enum {
    LOCAL_TYPE, LOCAL_VALUE, LOCAL_ADDR, LOCAL_NAME, REMOTE_TYPE, REMOTE_VALUE, REMOTE_ADDR, REMOTE_NAME, MODE, GROUP, CIPHER, HASH, AUTH, LIFE, ACTIVE_TIME, THRESHOLD, REFRESHES, STATUS,
    WHY, INDEX, INT_INDEX, START, SAS
};

static void text_value(struct trap_var *out, const char *id)
{
    char text[IKE_ID_VALUE];
    ike_id_value(id, text);
    mib_text(out, text);
}

static bool get_of(const struct ike_tunnel *t, uint32_t which, struct trap_var *out)
{
    switch (which) {
    case LOCAL_TYPE: out->num = ike_id_is_address(t->local_id) ? PEER_ADDRESS : PEER_NAME; break;
    case LOCAL_VALUE: text_value(out, t->local_id); break;
    case LOCAL_ADDR: mib_ip_octets(out, t->local); break;
    case LOCAL_NAME: mib_text(out, ike_id_is_address(t->local_id) ? "" : t->local_id); break;
    case REMOTE_TYPE: out->num = ike_id_is_address(t->remote_id) ? PEER_ADDRESS : PEER_NAME; break;
    case REMOTE_VALUE: text_value(out, t->remote_id); break;
    case REMOTE_ADDR: mib_ip_octets(out, t->remote); break;
    case REMOTE_NAME: mib_text(out, ike_id_is_address(t->remote_id) ? "" : t->remote_id); break;
    case MODE: out->num = t->aggressive ? 2 : 1; break;
    case GROUP: out->num = flow_group_code(t->group); break;
    case CIPHER: out->num = flow_cipher_code(t->cipher); break;
    case HASH: out->num = flow_hash_code(t->hash); break;
    case AUTH: out->num = 2; break; /* preSharedKey: the only method there is */
    case LIFE: out->num = t->life_s; break;
    case THRESHOLD: out->num = t->soft_s; break;
    case REFRESHES: break;
    case STATUS: out->num = TUNNEL_ACTIVE; break;
    case INDEX: out->num = t->index; break;
    case INT_INDEX: case SAS: out->num = 1; break;
    default: return false;
    }
    return true;
}

static bool get_tunnel(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct ike_tunnel t;
    if (!ike_tunnel_from(dataplane_ike(self), at->v[0], &t) || t.index != at->v[0])
        return false;
    if (row->which == ACTIVE_TIME) {
        out->num = flow_interval(t.began, loop_now(dataplane_env(self)->loop));
        return true;
    }
    return get_of(&t, row->which, out);
}

static bool get_tunnel_traffic(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct ike_tunnel t;
    if (!ike_tunnel_from(dataplane_ike(self), at->v[0], &t) || t.index != at->v[0])
        return false;
    out->num = traffic_at(t.traffic, row->which);
    return true;
}

static bool get_past(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct ike_past p;
    if (!ike_past_from(dataplane_ike(self), flowmib_conf(dataplane_ipsec(self))->tunnels, at->v[0], &p) || p.number != at->v[0])
        return false;
    switch (row->which) {
    case WHY: out->num = p.why; return true;
    case START: out->num = dataplane_ticks(self, p.t.began); return true;
    case ACTIVE_TIME: out->num = flow_interval(p.t.began, p.ended); return true;
    default: return get_of(&p.t, row->which, out);
    }
}

static bool get_past_traffic(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct ike_past p;
    if (!ike_past_from(dataplane_ike(self), flowmib_conf(dataplane_ipsec(self))->tunnels, at->v[0], &p) || p.number != at->v[0])
        return false;
    out->num = traffic_at(p.t.traffic, row->which);
    return true;
}

static enum mib_set set_status(void *self, const struct mib_row *row, const struct mib_index *at, const struct trap_var *value, bool commit)
{
    struct ike *ike = dataplane_ike(self);
    struct ike_tunnel t;
    (void)row;
    if (at->n != 1 || !ike_tunnel_from(ike, at->v[0], &t) || t.index != at->v[0])
        return MIB_SET_NO_CREATION;
    if (value->num != TUNNEL_ACTIVE && value->num != TUNNEL_DESTROY)
        return MIB_SET_WRONG_VALUE;
    if (commit && value->num == TUNNEL_DESTROY && !ike_tunnel_clear(ike, t.index))
        return MIB_SET_FAILED;
    return MIB_SET_OK;
}

/* ---- failures ---- */

static bool failure_behind(void *self, struct mib_index *at)
{
    struct ike_failure f;
    uint32_t from;
    if (!mib_behind(at, &from) || !ike_failure_from(dataplane_ike(self), flowmib_conf(dataplane_ipsec(self))->failures, from, &f))
        return false;
    mib_index1(at, f.index);
    return true;
}
static const struct mib_table failures = {.next = failure_behind};

static bool get_failure(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct ike_failure f;
    if (!ike_failure_from(dataplane_ike(self), flowmib_conf(dataplane_ipsec(self))->failures, at->v[0], &f) || f.index != at->v[0])
        return false;
    switch (row->which) {
    case WHY: out->num = f.why; break;
    case START: out->num = dataplane_ticks(self, f.at); break;
    case LOCAL_TYPE: case REMOTE_TYPE: out->num = PEER_ADDRESS; break;
    case LOCAL_VALUE: text_value(out, IP4(f.local)); break;
    case REMOTE_VALUE: text_value(out, IP4(f.remote)); break;
    case LOCAL_ADDR: mib_ip_octets(out, f.local); break;
    case REMOTE_ADDR: mib_ip_octets(out, f.remote); break;
    }
    return true;
}

/* ---- peers ---- */

static bool peer_behind(void *self, struct mib_index *at)
{
    const struct ike_ids *p = ike_ids_behind(dataplane_ike(self), at->v, at->n);
    if (!p)
        return false;
    memcpy(at->v, p->key, p->n * sizeof at->v[0]);
    at->n = p->n;
    return true;
}
static bool peer_has(void *self, const struct mib_index *at)
{
    return ike_ids_find(dataplane_ike(self), at->v, at->n) != NULL;
}
static const struct mib_table peers = {.next = peer_behind, .has = peer_has};

static bool get_peer(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct ike *ike = dataplane_ike(self);
    const struct ike_ids *p = ike_ids_find(ike, at->v, at->n);
    struct ike_tunnel t;
    if (!p || !ike_tunnel_from(ike, p->tunnel, &t) || t.index != p->tunnel)
        return false;
    if (row->which == ACTIVE_TIME) {
        out->num = flow_interval(t.began, loop_now(dataplane_env(self)->loop));
        return true;
    }
    return get_of(&t, row->which, out);
}

/* ---- tunnels of peers ---- */

static bool corr_behind(void *self, struct mib_index *at)
{
    struct ike_ids c;
    if (!ike_corr_behind(dataplane_ike(self), at->v, at->n, &c))
        return false;
    memcpy(at->v, c.key, c.n * sizeof at->v[0]);
    at->n = c.n;
    return true;
}
static bool corr_has(void *self, const struct mib_index *at)
{
    return ike_corr_find(dataplane_ike(self), at->v, at->n) != 0;
}
static const struct mib_table corr = {.next = corr_behind, .has = corr_has};

static bool get_corr(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    (void)row;
    out->num = ike_corr_find(dataplane_ike(self), at->v, at->n);
    return out->num != 0;
}

#define GLOBAL(nm, n, w)           {.name = nm, .oid = FLOW_MIB("2.1." #n), .type = TRAP_COUNTER, .get = get_global, .which = w}
#define TRAFFIC(nm, n, dir, field) {.name = nm, .oid = FLOW_MIB("2.1." #n), .type = TRAP_COUNTER, .get = get_traffic, .which = WAY(dir, field)}
#define TUN(nm, n, t, w)           {.name = nm, .oid = FLOW_MIB("2.3.1." #n), .type = t, .table = &tunnels, .get = get_tunnel, .which = w}
#define TUN_N(nm, n, dir, field)   {.name = nm, .oid = FLOW_MIB("2.3.1." #n), .type = TRAP_COUNTER, .table = &tunnels, .get = get_tunnel_traffic, .which = WAY(dir, field)}
#define PAST(nm, n, t, w)          {.name = nm, .oid = FLOW_MIB("4.2.1.1." #n), .type = t, .table = &pasts, .get = get_past, .which = w}
#define PAST_N(nm, n, dir, field)  {.name = nm, .oid = FLOW_MIB("4.2.1.1." #n), .type = TRAP_COUNTER, .table = &pasts, .get = get_past_traffic, .which = WAY(dir, field)}
#define FAILED(nm, n, t, w)        {.name = nm, .oid = FLOW_MIB("5.2.1.1." #n), .type = t, .table = &failures, .get = get_failure, .which = w}
#define PEER(nm, n, t, w)          {.name = nm, .oid = FLOW_MIB("2.2.1." #n), .type = t, .table = &peers, .get = get_peer, .which = w}
static const struct mib_row rows[] = {
    {.name = "cipSecMibLevel", .oid = FLOW_MIB("1.1"), .type = TRAP_INT, .get = get_global, .which = LEVEL},
    {.name = "cikeGlobalActiveTunnels", .oid = FLOW_MIB("2.1.1"), .type = TRAP_UNSIGNED, .get = get_global, .which = ACTIVE},
    GLOBAL("cikeGlobalPreviousTunnels", 2, PREVIOUS),
    TRAFFIC("cikeGlobalInOctets", 3, IKE_IN, octets),
    TRAFFIC("cikeGlobalInPkts", 4, IKE_IN, packets),
    TRAFFIC("cikeGlobalInDropPkts", 5, IKE_IN, drops),
    TRAFFIC("cikeGlobalInNotifys", 6, IKE_IN, notifies),
    TRAFFIC("cikeGlobalInP2Exchgs", 7, IKE_IN, exchanges),
    TRAFFIC("cikeGlobalInP2ExchgInvalids", 8, IKE_IN, invalids),
    TRAFFIC("cikeGlobalInP2ExchgRejects", 9, IKE_IN, rejects),
    TRAFFIC("cikeGlobalInP2SaDelRequests", 10, IKE_IN, deletes),
    TRAFFIC("cikeGlobalOutOctets", 11, IKE_OUT, octets),
    TRAFFIC("cikeGlobalOutPkts", 12, IKE_OUT, packets),
    TRAFFIC("cikeGlobalOutDropPkts", 13, IKE_OUT, drops),
    TRAFFIC("cikeGlobalOutNotifys", 14, IKE_OUT, notifies),
    TRAFFIC("cikeGlobalOutP2Exchgs", 15, IKE_OUT, exchanges),
    TRAFFIC("cikeGlobalOutP2ExchgInvalids", 16, IKE_OUT, invalids),
    TRAFFIC("cikeGlobalOutP2ExchgRejects", 17, IKE_OUT, rejects),
    TRAFFIC("cikeGlobalOutP2SaDelRequests", 18, IKE_OUT, deletes),
    GLOBAL("cikeGlobalInitTunnels", 19, BEGUN),
    GLOBAL("cikeGlobalInitTunnelFails", 20, BEGUN_FAILED),
    GLOBAL("cikeGlobalRespTunnelFails", 21, ANSWERED_FAILED),
    GLOBAL("cikeGlobalSysCapFails", 22, NO_ROOM),
    GLOBAL("cikeGlobalAuthFails", 23, AUTH_FAILED),
    GLOBAL("cikeGlobalDecryptFails", 24, DECRYPT_FAILED),
    GLOBAL("cikeGlobalHashValidFails", 25, HASH_FAILED),
    GLOBAL("cikeGlobalNoSaFails", 26, UNKNOWN_SA),
    PEER("cikePeerLocalAddr", 6, TRAP_STRING, LOCAL_ADDR),
    PEER("cikePeerRemoteAddr", 7, TRAP_STRING, REMOTE_ADDR),
    PEER("cikePeerActiveTime", 8, TRAP_INT, ACTIVE_TIME),
    PEER("cikePeerActiveTunnelIndex", 9, TRAP_INT, INDEX),
    TUN("cikeTunLocalType", 2, TRAP_INT, LOCAL_TYPE),
    TUN("cikeTunLocalValue", 3, TRAP_STRING, LOCAL_VALUE),
    TUN("cikeTunLocalAddr", 4, TRAP_STRING, LOCAL_ADDR),
    TUN("cikeTunLocalName", 5, TRAP_STRING, LOCAL_NAME),
    TUN("cikeTunRemoteType", 6, TRAP_INT, REMOTE_TYPE),
    TUN("cikeTunRemoteValue", 7, TRAP_STRING, REMOTE_VALUE),
    TUN("cikeTunRemoteAddr", 8, TRAP_STRING, REMOTE_ADDR),
    TUN("cikeTunRemoteName", 9, TRAP_STRING, REMOTE_NAME),
    TUN("cikeTunNegoMode", 10, TRAP_INT, MODE),
    TUN("cikeTunDiffHellmanGrp", 11, TRAP_INT, GROUP),
    TUN("cikeTunEncryptAlgo", 12, TRAP_INT, CIPHER),
    TUN("cikeTunHashAlgo", 13, TRAP_INT, HASH),
    TUN("cikeTunAuthMethod", 14, TRAP_INT, AUTH),
    TUN("cikeTunLifeTime", 15, TRAP_INT, LIFE),
    TUN("cikeTunActiveTime", 16, TRAP_INT, ACTIVE_TIME),
    TUN("cikeTunSaRefreshThreshold", 17, TRAP_INT, THRESHOLD),
    TUN("cikeTunTotalRefreshes", 18, TRAP_COUNTER, REFRESHES),
    TUN_N("cikeTunInOctets", 19, IKE_IN, octets),
    TUN_N("cikeTunInPkts", 20, IKE_IN, packets),
    TUN_N("cikeTunInDropPkts", 21, IKE_IN, drops),
    TUN_N("cikeTunInNotifys", 22, IKE_IN, notifies),
    TUN_N("cikeTunInP2Exchgs", 23, IKE_IN, exchanges),
    TUN_N("cikeTunInP2ExchgInvalids", 24, IKE_IN, invalids),
    TUN_N("cikeTunInP2ExchgRejects", 25, IKE_IN, rejects),
    TUN_N("cikeTunInP2SaDelRequests", 26, IKE_IN, deletes),
    TUN_N("cikeTunOutOctets", 27, IKE_OUT, octets),
    TUN_N("cikeTunOutPkts", 28, IKE_OUT, packets),
    TUN_N("cikeTunOutDropPkts", 29, IKE_OUT, drops),
    TUN_N("cikeTunOutNotifys", 30, IKE_OUT, notifies),
    TUN_N("cikeTunOutP2Exchgs", 31, IKE_OUT, exchanges),
    TUN_N("cikeTunOutP2ExchgInvalids", 32, IKE_OUT, invalids),
    TUN_N("cikeTunOutP2ExchgRejects", 33, IKE_OUT, rejects),
    TUN_N("cikeTunOutP2SaDelRequests", 34, IKE_OUT, deletes),
    {.name = "cikeTunStatus", .oid = FLOW_MIB("2.3.1.35"), .type = TRAP_INT, .table = &tunnels, .get = get_tunnel, .set = set_status, .which = STATUS},
    {.name = "cikePeerCorrIpSecTunIndex", .oid = FLOW_MIB("2.4.1.7"), .type = TRAP_INT, .table = &corr, .get = get_corr},
    {.name = "cipSecHistTableSize", .oid = FLOW_MIB("4.1.1.1"), .type = TRAP_INT, .get = get_global, .set = set_size, .which = HISTORY_SIZE},
    {.name = "cipSecHistCheckPoint", .oid = FLOW_MIB("4.1.1.2"), .type = TRAP_INT, .get = get_global, .which = CHECK_POINT},
    PAST("cikeTunHistTermReason", 2, TRAP_INT, WHY),
    PAST("cikeTunHistActiveIndex", 3, TRAP_INT, INDEX),
    PAST("cikeTunHistPeerLocalType", 4, TRAP_INT, LOCAL_TYPE),
    PAST("cikeTunHistPeerLocalValue", 5, TRAP_STRING, LOCAL_VALUE),
    PAST("cikeTunHistPeerIntIndex", 6, TRAP_INT, INT_INDEX),
    PAST("cikeTunHistPeerRemoteType", 7, TRAP_INT, REMOTE_TYPE),
    PAST("cikeTunHistPeerRemoteValue", 8, TRAP_STRING, REMOTE_VALUE),
    PAST("cikeTunHistLocalAddr", 9, TRAP_STRING, LOCAL_ADDR),
    PAST("cikeTunHistLocalName", 10, TRAP_STRING, LOCAL_NAME),
    PAST("cikeTunHistRemoteAddr", 11, TRAP_STRING, REMOTE_ADDR),
    PAST("cikeTunHistRemoteName", 12, TRAP_STRING, REMOTE_NAME),
    PAST("cikeTunHistNegoMode", 13, TRAP_INT, MODE),
    PAST("cikeTunHistDiffHellmanGrp", 14, TRAP_INT, GROUP),
    PAST("cikeTunHistEncryptAlgo", 15, TRAP_INT, CIPHER),
    PAST("cikeTunHistHashAlgo", 16, TRAP_INT, HASH),
    PAST("cikeTunHistAuthMethod", 17, TRAP_INT, AUTH),
    PAST("cikeTunHistLifeTime", 18, TRAP_INT, LIFE),
    PAST("cikeTunHistStartTime", 19, TRAP_TICKS, START),
    PAST("cikeTunHistActiveTime", 20, TRAP_INT, ACTIVE_TIME),
    PAST("cikeTunHistTotalRefreshes", 21, TRAP_COUNTER, REFRESHES),
    PAST("cikeTunHistTotalSas", 22, TRAP_COUNTER, SAS),
    PAST_N("cikeTunHistInOctets", 23, IKE_IN, octets),
    PAST_N("cikeTunHistInPkts", 24, IKE_IN, packets),
    PAST_N("cikeTunHistInDropPkts", 25, IKE_IN, drops),
    PAST_N("cikeTunHistInNotifys", 26, IKE_IN, notifies),
    PAST_N("cikeTunHistInP2Exchgs", 27, IKE_IN, exchanges),
    PAST_N("cikeTunHistInP2ExchgInvalids", 28, IKE_IN, invalids),
    PAST_N("cikeTunHistInP2ExchgRejects", 29, IKE_IN, rejects),
    PAST_N("cikeTunHistInP2SaDelRequests", 30, IKE_IN, deletes),
    PAST_N("cikeTunHistOutOctets", 31, IKE_OUT, octets),
    PAST_N("cikeTunHistOutPkts", 32, IKE_OUT, packets),
    PAST_N("cikeTunHistOutDropPkts", 33, IKE_OUT, drops),
    PAST_N("cikeTunHistOutNotifys", 34, IKE_OUT, notifies),
    PAST_N("cikeTunHistOutP2Exchgs", 35, IKE_OUT, exchanges),
    PAST_N("cikeTunHistOutP2ExchgInvalids", 36, IKE_OUT, invalids),
    PAST_N("cikeTunHistOutP2ExchgRejects", 37, IKE_OUT, rejects),
    PAST_N("cikeTunHistOutP2SaDelRequests", 38, IKE_OUT, deletes),
    {.name = "cipSecFailTableSize", .oid = FLOW_MIB("5.1.1.1"), .type = TRAP_INT, .get = get_global, .set = set_size, .which = FAILURES_SIZE},
    FAILED("cikeFailReason", 2, TRAP_INT, WHY),
    FAILED("cikeFailTime", 3, TRAP_TICKS, START),
    FAILED("cikeFailLocalType", 4, TRAP_INT, LOCAL_TYPE),
    FAILED("cikeFailLocalValue", 5, TRAP_STRING, LOCAL_VALUE),
    FAILED("cikeFailRemoteType", 6, TRAP_INT, REMOTE_TYPE),
    FAILED("cikeFailRemoteValue", 7, TRAP_STRING, REMOTE_VALUE),
    FAILED("cikeFailLocalAddr", 8, TRAP_STRING, LOCAL_ADDR),
    FAILED("cikeFailRemoteAddr", 9, TRAP_STRING, REMOTE_ADDR),
};
const struct mib_rows dp_mib_flow_ike = MIB_ROWS("CISCO-IPSEC-FLOW-MONITOR-MIB", rows);
