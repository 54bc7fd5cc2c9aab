/* traps.c: what the dataplane has to notify: interfaces that go up and down, tunnels of IKE and IPsec that begin and end. Each is published as a wanted notification with the
 * varbinds of its MIB; whether it is enabled, and who gets it, snmp decides.
 *
 *   snmp linkup | linkdown         linkUp, linkDown (IF-MIB), with what IOS tells: ifIndex, ifDescr, ifType, locIfReason; not of an interface with
 *                                  `no snmp trap link-status`, nor of one that was made down
 *   isakmp tunnel start | stop     cikeTunnelStart, cikeTunnelStop (CISCO-IPSEC-FLOW-MONITOR-MIB); the peer's varbinds bear the index of cikePeerTable
 *   ipsec tunnel start | stop      cipSecTunnelStart, cipSecTunnelStop
 *   isakmp system, ipsec system    cikeSysFailure, cipSecSysFailure: a limit of ours refused an SA
 *   isakmp protocol | no-sa        cikeProtocolFailure, cikeNoSa: an IKE SA that was not agreed on; a message of an SA that nobody has. Failures have only the
 *                                  addresses of the ends for their identities
 *   ipsec setup | early-end        cipSecSetUpFailure, cipSecEarlyTunTerm: a negotiation of phase 2 failed; a tunnel ended and was neither expired nor followed
 *   ipsec protocol | no-sa         cipSecProtocolFailure, cipSecNoSa: a packet that was not rightly made; one of an SA that nobody has. Each as often as it enters
 *                                  the history of failures
 *   ipsla                          rttMonNotification (CISCO-RTTMON-MIB), of reactions whose action is a trap. No history is kept: the varbind of its address says
 *                                  where the operation went, under an entry that is none
 *
 * What is configured is told by traps_conf.c.
 */
#include "dataplane/mib/traps.h"

#include <string.h>

#include "dataplane/dataplane.h"
#include "dataplane/ike/ike_books.h"
#include "dataplane/mib/flow.h"
#include "dataplane/mib/rows.h"
#include "dataplane/mib/traps_local.h"
#include "dataplane/net/iface.h"
#include "dataplane/net/net.h"
#include "dataplane/svc/ipsla.h"
#include "espial/bus.h"
#include "espial/ip.h"
#include "espial/loop.h"
#include "espial/text.h"

struct dp_traps {
    struct dataplane *dp;
    struct net_watch watch;
    struct traps_conf *conf;
};

static void name(uint32_t *oid, uint8_t *len, const char *text)
{
    *len = 0;
    for (const char *p = text; *p; p += *p == '.') {
        uint32_t v = 0;
        for (; *p >= '0' && *p <= '9'; p++)
            v = v * 10 + (uint32_t)(*p - '0');
        oid[(*len)++] = v;
    }
}

void trap_begin(struct fact_trap *t, const char *kind, const char *oid)
{
    *t = (struct fact_trap){0};
    str_copy(t->kind, sizeof t->kind, kind);
    name(t->trap_oid, &t->trap_oid_len, oid);
}

struct trap_var *trap_add(struct fact_trap *t, const char *oid, const uint32_t *index, size_t n, enum trap_type type)
{
    struct trap_var *v = &t->vars[t->nvars++];
    name(v->oid, &v->oid_len, oid);
    for (size_t i = 0; i < n && v->oid_len < TRAP_OID_MAX; i++)
        v->oid[v->oid_len++] = index[i];
    v->type = type;
    return v;
}

void trap_publish(struct dataplane *dp, const struct fact_trap *t)
{
    bus_publish(dataplane_env(dp)->bus, FACT_TRAP_WANTED, t, sizeof *t);
}

/* ---- interfaces ---- */

const char *iface_reason(const struct iface *ifc)
{
    return ifc->up          ? "up"
           : !ifc->admin_up ? "administratively down"
           : ifc->link_up   ? "Keepalive failed"
                            : "Lost Carrier";
}

static void link_changed(void *arg, struct iface *ifc, enum iface_event what)
{
    struct dp_traps *w = arg;
    struct fact_trap t;
    bool up = what == IFACE_UP;
    if ((what != IFACE_UP && what != IFACE_DOWN) || !ifc->conf || !ifc->conf->link_traps)
        return;
    trap_begin(&t, up ? "snmp linkup" : "snmp linkdown", up ? "1.3.6.1.6.3.1.1.5.4" : "1.3.6.1.6.3.1.1.5.3");
    trap_add(&t, "1.3.6.1.2.1.2.2.1.1", &ifc->index, 1, TRAP_INT)->num = ifc->index;
    mib_text(trap_add(&t, "1.3.6.1.2.1.2.2.1.2", &ifc->index, 1, TRAP_STRING), ifc->name);
    trap_add(&t, "1.3.6.1.2.1.2.2.1.3", &ifc->index, 1, TRAP_INT)->num = iface_mib_type(ifc);
    mib_text(trap_add(&t, "1.3.6.1.4.1.9.2.2.1.1.20", &ifc->index, 1, TRAP_STRING), iface_reason(ifc));
    trap_publish(w->dp, &t);
}

/* ---- tunnels ---- */

static void add_peer(struct fact_trap *t, const struct ike_tunnel *k)
{
    struct ike_ids peer;
    ike_ids_of(k, &peer);
    mib_ip_octets(trap_add(t, FLOW_MIB("2.2.1.6"), peer.key, peer.n, TRAP_STRING), k->local);
    mib_ip_octets(trap_add(t, FLOW_MIB("2.2.1.7"), peer.key, peer.n, TRAP_STRING), k->remote);
}

static void ike_changed(void *arg, bool up, const struct ike_tunnel *k)
{
    struct dp_traps *w = arg;
    struct fact_trap t;
    trap_begin(&t, up ? "isakmp tunnel start" : "isakmp tunnel stop", up ? FLOW_TRAP("1") : FLOW_TRAP("2"));
    add_peer(&t, k);
    if (up)
        trap_add(&t, FLOW_MIB("2.3.1.15"), &k->index, 1, TRAP_INT)->num = k->life_s;
    else
        trap_add(&t, FLOW_MIB("2.3.1.16"), &k->index, 1, TRAP_INT)->num =
            flow_interval(k->began, loop_now(dataplane_env(w->dp)->loop));
    trap_publish(w->dp, &t);
}

static void add_tunnel(struct dp_traps *w, struct fact_trap *t, const struct flowmib_tunnel *f)
{
    trap_add(t, FLOW_MIB("3.2.1.10"), &f->index, 1, TRAP_INT)->num =
        flow_interval(f->began, loop_now(dataplane_env(w->dp)->loop));
}

/* ... and the protocol of its newest SA. */
static void add_tunnel_and_protocol(struct dp_traps *w, struct fact_trap *t, const struct flowmib_tunnel *f)
{
    add_tunnel(w, t, f);
    trap_add(t, FLOW_MIB("3.4.1.4"), (const uint32_t[]){f->index, 1}, 2, TRAP_INT)->num =
        f->transform.proto == PROTO_AH ? 1 : 2;
}

static void ipsec_changed(void *arg, bool up, enum flowmib_end why, const struct flowmib_tunnel *f)
{
    struct dp_traps *w = arg;
    struct fact_trap t;
    if (!up && why != FLOWMIB_NORMAL) {
        trap_begin(&t, "ipsec early-end", FLOW_TRAP("11"));
        add_tunnel_and_protocol(w, &t, f);
        trap_publish(w->dp, &t);
    }
    trap_begin(&t, up ? "ipsec tunnel start" : "ipsec tunnel stop", up ? FLOW_TRAP("7") : FLOW_TRAP("8"));
    if (up) {
        trap_add(&t, FLOW_MIB("3.2.1.9"), &f->index, 1, TRAP_INT)->num = f->life_s;
        trap_add(&t, FLOW_MIB("3.2.1.8"), &f->index, 1, TRAP_INT)->num = f->life_kb;
    } else {
        add_tunnel(w, &t, f);
    }
    trap_publish(w->dp, &t);
}

/* ---- failures ---- */

/* A notification that names two ends, which know each other by their addresses as far as it is known. */
static void ends_begin(struct fact_trap *t, const char *kind, const char *oid, uint32_t local, uint32_t remote)
{
    struct ike_tunnel ends = {.local = local, .remote = remote};
    str_copy(ends.local_id, sizeof ends.local_id, IP4(local));
    str_copy(ends.remote_id, sizeof ends.remote_id, IP4(remote));
    trap_begin(t, kind, oid);
    add_peer(t, &ends);
}

static void tell_ends(struct dp_traps *w, const char *kind, const char *oid, uint32_t local, uint32_t remote)
{
    struct fact_trap t;
    ends_begin(&t, kind, oid, local, remote);
    trap_publish(w->dp, &t);
}

static void ike_failed(void *arg, const struct ike_failure *f)
{
    if (f->why == IKE_FAIL_PROPOSAL)
        tell_ends(arg, "isakmp protocol", FLOW_TRAP("5"), f->local, f->remote);
    else if (f->why == IKE_FAIL_NO_SA)
        tell_ends(arg, "isakmp no-sa", FLOW_TRAP("6"), f->local, f->remote);
    else if (f->why == IKE_FAIL_CAPACITY)
        tell_ends(arg, "isakmp system", FLOW_TRAP("3"), f->local, f->remote);
}

static void ipsec_failed(void *arg, const struct flowmib_failure *f)
{
    struct dp_traps *w = arg;
    struct flowmib_tunnel tunnel;
    struct fact_trap t;
    switch (f->why) {
    case FLOWMIB_NO_SA:
        trap_begin(&t, "ipsec no-sa", FLOW_TRAP("13"));
        trap_publish(w->dp, &t);
        break;
    case FLOWMIB_ENCODING: case FLOWMIB_PROPOSAL: case FLOWMIB_PEER_UNREACHED:
        tell_ends(w, "ipsec setup", FLOW_TRAP("10"), f->dst, f->src);
        break;
    case FLOWMIB_CAPACITY: /* of no tunnel: there is none yet */
        ends_begin(&t, "ipsec system", FLOW_TRAP("9"), f->dst, f->src);
        trap_add(&t, FLOW_MIB("3.2.1.10"), (const uint32_t[]){0}, 1, TRAP_INT)->num = 0;
        trap_add(&t, FLOW_MIB("3.4.1.4"), (const uint32_t[]){0, 1}, 2, TRAP_INT)->num = 2;
        trap_publish(w->dp, &t);
        break;
    case FLOWMIB_IN_AUTH: case FLOWMIB_REPLAY: case FLOWMIB_PROTOCOL: case FLOWMIB_DECRYPT:
        if (!f->tunnel || !flowmib_tunnel_from(dataplane_ipsec(w->dp), f->tunnel, &tunnel) || tunnel.index != f->tunnel)
            break;
        trap_begin(&t, "ipsec protocol", FLOW_TRAP("12"));
        add_tunnel_and_protocol(w, &t, &tunnel);
        trap_publish(w->dp, &t);
        break;
    default: break;
    }
}

/* ---- IP SLAs ---- */

#define RTT_MIB(tail) "1.3.6.1.4.1.9.9.42.1." tail

static void sla_changed(void *arg, const struct sla_conf *op, const struct sla_react_conf *c, bool occurred,
                        uint64_t measured)
{
    static const uint8_t var[] = {[SLA_CONNECTION_LOSS] = 8, [SLA_RTT] = 1, [SLA_TIMEOUT] = 7, [SLA_VERIFY_ERROR] = 9};
    const uint32_t react[] = {op->number, ipsla_react_index(c)}, none[] = {op->number, 0, 0, 0};
    bool rtt = c->element == SLA_RTT; /* the others have neither value nor thresholds: 0 */
    char tag[17];                     /* DisplayString (SIZE (0..16)) */
    const struct dp_traps *w = arg;
    struct fact_trap t;
    trap_begin(&t, "ipsla", "1.3.6.1.4.1.9.9.42.2.0.5");
    str_copy(tag, sizeof tag, op->tag);
    mib_text(trap_add(&t, RTT_MIB("2.1.1.3"), &op->number, 1, TRAP_STRING), tag);
    mib_ip_octets(trap_add(&t, RTT_MIB("4.1.1.5"), none, 4, TRAP_STRING), op->dst);
    trap_add(&t, RTT_MIB("2.19.1.2"), react, 2, TRAP_INT)->num = var[c->element];
    trap_add(&t, RTT_MIB("2.19.1.10"), react, 2, TRAP_INT)->num = occurred ? 1 : 2;
    trap_add(&t, RTT_MIB("2.19.1.9"), react, 2, TRAP_INT)->num = rtt ? (int64_t)measured : 0;
    trap_add(&t, RTT_MIB("2.19.1.5"), react, 2, TRAP_INT)->num = rtt ? c->upper : 0;
    trap_add(&t, RTT_MIB("2.19.1.6"), react, 2, TRAP_INT)->num = rtt ? c->lower : 0;
    mib_text(trap_add(&t, RTT_MIB("2.2.1.33"), &op->number, 1, TRAP_STRING), "");
    trap_publish(w->dp, &t);
}

struct dp_traps *dp_traps_new(struct dataplane *dp)
{
    struct dp_traps *w = NEW(struct dp_traps);
    *w = (struct dp_traps){.dp = dp, .watch = {.iface = link_changed, .arg = w}};
    net_watch(dataplane_net(dp), &w->watch);
    ike_tunnel_watch(dataplane_ike(dp), ike_changed, w);
    ike_failure_watch(dataplane_ike(dp), ike_failed, w);
    flowmib_watch(dataplane_ipsec(dp), ipsec_changed, w);
    flowmib_watch_failures(dataplane_ipsec(dp), ipsec_failed, w);
    ipsla_trap_watch(dataplane_ipsla(dp), sla_changed, w);
    w->conf = traps_conf_new(dp);
    return w;
}

void dp_traps_free(struct dp_traps *w)
{
    if (!w)
        return;
    net_unwatch(dataplane_net(w->dp), &w->watch);
    ike_tunnel_watch(dataplane_ike(w->dp), NULL, NULL);
    ike_failure_watch(dataplane_ike(w->dp), NULL, NULL);
    flowmib_watch(dataplane_ipsec(w->dp), NULL, NULL);
    flowmib_watch_failures(dataplane_ipsec(w->dp), NULL, NULL);
    ipsla_trap_watch(dataplane_ipsla(w->dp), NULL, NULL);
    traps_conf_free(w->conf);
    mem_free(w);
}

void dp_traps_booted(struct dp_traps *w)
{
    traps_conf_booted(w->conf);
}
