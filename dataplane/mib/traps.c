/* traps.c: what the dataplane has to notify: interfaces that go up and down, tunnels of IKE and IPsec that begin and end. Each is published as a wanted notification with the
 * varbinds of its MIB; whether it is enabled, and who gets it, snmp decides.
 *
 *   snmp linkup | linkdown         linkUp, linkDown (IF-MIB), with what IOS tells: ifIndex, ifDescr, ifType, locIfReason; not of an interface with
 *                                  `no snmp trap link-status`, nor of one that was made down
 *   isakmp tunnel start | stop     cikeTunnelStart, cikeTunnelStop (CISCO-IPSEC-FLOW-MONITOR-MIB); the peer's varbinds bear the index of cikePeerTable
 *   ipsec tunnel start | stop      cipSecTunnelStart, cipSecTunnelStop
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

static const char *reason(const struct iface *ifc, bool up)
{
    return up ? "up" : !ifc->admin_up ? "administratively down" : ifc->link_up ? "Keepalive failed" : "Lost Carrier";
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
    mib_text(trap_add(&t, "1.3.6.1.4.1.9.2.2.1.1.20", &ifc->index, 1, TRAP_STRING), reason(ifc, up));
    trap_publish(w->dp, &t);
}

/* ---- tunnels ---- */

static void ike_changed(void *arg, bool up, const struct ike_tunnel *k)
{
    struct dp_traps *w = arg;
    struct ike_ids peer;
    struct fact_trap t;
    trap_begin(&t, up ? "isakmp tunnel start" : "isakmp tunnel stop", up ? "1.3.6.1.4.1.9.9.171.2.0.1" : "1.3.6.1.4.1.9.9.171.2.0.2");
    ike_ids_of(k, &peer);
    mib_ip_octets(trap_add(&t, FLOW_MIB("2.2.1.6"), peer.key, peer.n, TRAP_STRING), k->local);
    mib_ip_octets(trap_add(&t, FLOW_MIB("2.2.1.7"), peer.key, peer.n, TRAP_STRING), k->remote);
    if (up)
        trap_add(&t, FLOW_MIB("2.3.1.15"), &k->index, 1, TRAP_INT)->num = k->life_s;
    else
        trap_add(&t, FLOW_MIB("2.3.1.16"), &k->index, 1, TRAP_INT)->num = flow_interval(k->began, loop_now(dataplane_env(w->dp)->loop));
    trap_publish(w->dp, &t);
}

static void ipsec_changed(void *arg, bool up, const struct flowmib_tunnel *f)
{
    struct dp_traps *w = arg;
    struct fact_trap t;
    trap_begin(&t, up ? "ipsec tunnel start" : "ipsec tunnel stop", up ? "1.3.6.1.4.1.9.9.171.2.0.7" : "1.3.6.1.4.1.9.9.171.2.0.8");
    if (up) {
        trap_add(&t, FLOW_MIB("3.2.1.9"), &f->index, 1, TRAP_INT)->num = f->life_s;
        trap_add(&t, FLOW_MIB("3.2.1.8"), &f->index, 1, TRAP_INT)->num = f->life_kb;
    } else {
        trap_add(&t, FLOW_MIB("3.2.1.10"), &f->index, 1, TRAP_INT)->num = flow_interval(f->began, loop_now(dataplane_env(w->dp)->loop));
    }
    trap_publish(w->dp, &t);
}

/* ---- IP SLAs ---- */

#define RTT_MIB(tail) "1.3.6.1.4.1.9.9.42.1." tail

static void sla_changed(void *arg, const struct sla_conf *op, const struct sla_react_conf *c, bool occurred, uint64_t measured)
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
    flowmib_watch(dataplane_ipsec(dp), ipsec_changed, w);
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
    flowmib_watch(dataplane_ipsec(w->dp), NULL, NULL);
    ipsla_trap_watch(dataplane_ipsla(w->dp), NULL, NULL);
    traps_conf_free(w->conf);
    mem_free(w);
}

void dp_traps_booted(struct dp_traps *w)
{
    traps_conf_booted(w->conf);
}
