/* tunnel.c: tunnel interfaces: what is asked of them made to run, and their line protocol.
 *
 * The line protocol is up when the source is an address of an interface that is up, a destination is configured, no
 * other tunnel has the same ends and key, a route leads to the destination, and that route does not lead through the
 * tunnel itself; and, as configured, when keepalives are answered. It is looked at again, for all tunnels, at the end
 * of a turn in which an interface, a route or a tunnel's configuration changed.
 *
 *   route to the destination found through the tunnel (also through others that lead back into it)
 *      --> %TUN-5-RECURDOWN, line protocol down; its routes go with it
 *      --> TUNNEL_RECURSION_US later it is looked at again
 *
 * Protection (protect.c) stands as long as both ends are known, whatever the line protocol says; in ipsec mode the line
 * protocol is up only with SAs. A tunnel that cannot have SAs, because another one has those between its ends, is down
 * in either mode.
 *
 * A shut tunnel takes no packets. Known tunnels stand in two tables: by ends and key, which decides whose an incoming
 * GRE packet is, and by ends alone, which tells a wrong key from a stranger. Multipoint tunnels would stand in the
 * first with remote 0: not here yet. */
#include "dataplane/tunnel/tunnel_local.h"

#include <string.h>

#include "dataplane/net/net_conf.h"
#include "dataplane/net/route.h"
#include "espial/debug.h"
#include "espial/msg.h"

MSG(MSG_RECURDOWN, "TUN", 5, "RECURDOWN", 0, "%s temporarily disabled due to recursive routing");

uint32_t tunnel_overhead(const struct tunnel *t)
{
    const struct tunnel_conf *c = tunnel_conf(t);
    const struct gre h = {.has_sum = c->checksum, .has_key = c->has_key, .has_seq = c->sequence};

    return c->mode == TUNNEL_GRE ? IPV4_HEADER + gre_size(&h) : 0;
}

struct tunnel *tunnel_find(struct tunnels *ts, const struct tunnel_key *k)
{
    return table_find(ts->by_key, k);
}

void tunnel_send(struct tunnel *t, struct graph *g, struct packet *p)
{
    p->crypto_done = false;
    graph_next(g, p, tunnel_protected(t) || tunnel_conf(t)->mode == TUNNEL_IPSEC ? STAGE_CRYPTO_OUT : STAGE_IP4_ROUTE);
}

/* ---- the tables ---- */

static void forget(struct tunnel *t)
{
    struct tunnels *ts = t->ts;

    if (!t->known)
        return;
    t->known = false;
    table_remove(ts->by_key, &t->at);
    if (table_find(ts->by_ends, &t->at.ends) != t)
        return;
    table_remove(ts->by_ends, &t->at.ends);
    for (struct iface *ifc = NULL; (ifc = iface_next(ts->env.net, ifc));) {
        struct tunnel *o = ifc->tunnel;
        if (o && o->known && !memcmp(&o->at.ends, &t->at.ends, sizeof o->at.ends)) {
            table_put(ts->by_ends, &o->at.ends, o);
            return;
        }
    }
}

/* False: another tunnel stands there. */
static bool remember(struct tunnel *t)
{
    const struct tunnel_conf *c = tunnel_conf(t);
    struct tunnel_key k = {.ends = {t->local, t->remote}, .key = c->has_key ? c->key : 0, .has_key = c->has_key};
    struct tunnel *there;

    if (t->known && !memcmp(&k, &t->at, sizeof k))
        return true;
    forget(t);
    there = tunnel_find(t->ts, &k);
    if (there)
        return false;
    t->at = k;
    t->known = true;
    t->seq_out = 0;
    t->seq_heard = false;
    table_put(t->ts->by_key, &t->at, t);
    if (!table_find(t->ts->by_ends, &t->at.ends))
        table_put(t->ts->by_ends, &t->at.ends, t);
    return true;
}

/* ---- line protocol ---- */

/* Its source as it runs: an address of ours on an interface that is up; 0 when there is none. */
static uint32_t source_of(struct tunnels *ts, const struct tunnel_conf *c)
{
    struct iface *ifc = c->src_if[0] ? iface_by_name(ts->env.net, c->src_if) : iface_by_addr(ts->env.net, c->src);

    if (!ifc || !ifc->up)
        return 0;
    return c->src_if[0] ? ifc->addr : c->src;
}

/* Where packets to the destination leave, through other tunnels if need be. NULL: nowhere. *self: they lead back into
 * the tunnel. */
static struct iface *output_of(const struct tunnel *t, bool *self)
{
    struct net *net = t->ts->env.net;
    struct iface *first = NULL;
    uint32_t to = t->remote;

    for (unsigned depth = 0; depth < TUNNEL_DEPTH; depth++) {
        struct route_hop hop;
        if (route_lookup(net, to, &hop) != ROUTE_VIA)
            return NULL;
        if (!first)
            first = hop.oif;
        if (hop.oif == t->ifc) {
            *self = true;
            return NULL;
        }
        if (hop.oif->kind != IFACE_TUNNEL)
            return first;
        const struct tunnel *o = hop.oif->tunnel;
        if (!o || !o->remote)
            return NULL;
        to = o->remote;
    }
    *self = true;
    return NULL;
}

static uint32_t mtu_of(const struct tunnel *t, const struct iface *out)
{
    uint32_t path = out ? out->mtu : 1500;

    if (t->path_mtu && t->path_mtu < path)
        path = t->path_mtu;
    if (t->sa.ready && t->sa.plain_mtu < path)
        path = t->sa.plain_mtu;
    return path > tunnel_overhead(t) + 68 ? path - tunnel_overhead(t) : 68;
}

static void recursion_found(struct tunnel *t)
{
    if (t->ifc->up)
        msg_post(t->ts->env.log, &MSG_RECURDOWN, t->ifc->name);
    timer_set(&t->recursion, TUNNEL_RECURSION_US);
}

static void on_recursion_over(void *arg)
{
    tunnel_dirty(((struct tunnel *)arg)->ts);
}

/* All but what keepalives say. *out: where its packets leave. */
static enum tunnel_line line_of(struct tunnel *t, struct iface **out)
{
    bool self = false;

    *out = NULL;
    if (!t->local)
        return TUNNEL_NO_SOURCE;
    if (!t->remote)
        return TUNNEL_NO_DESTINATION;
    if (tunnel_conf(t)->mode == TUNNEL_GRE && !t->known)
        return TUNNEL_TAKEN;
    if (timer_pending(&t->recursion))
        return TUNNEL_RECURSIVE;
    *out = output_of(t, &self);
    if (self) {
        recursion_found(t);
        return TUNNEL_RECURSIVE;
    }
    return *out ? TUNNEL_LINE_UP : TUNNEL_NO_OUTPUT;
}

static void look_at(struct tunnel *t)
{
    const struct tunnel_conf *c = tunnel_conf(t);
    uint32_t local = source_of(t->ts, c);
    struct iface *out = NULL;

    if (local != t->local || c->dst != t->remote || !c->pmtud)
        tpmtu_forget(t);
    if (local != t->local || c->dst != t->remote)
        timer_clear(&t->recursion);
    t->local = local;
    t->remote = c->dst;
    if (c->mode != TUNNEL_GRE || !t->local || !t->remote)
        forget(t);
    else
        (void)remember(t);
    enum tunnel_line line = line_of(t, &out);
    bool known = t->local && t->remote && (c->mode != TUNNEL_GRE || t->known);
    protect_look(t, known, line == TUNNEL_LINE_UP, out);
    keepalive_update(t, line == TUNNEL_LINE_UP && t->ifc->admin_up);
    if (line == TUNNEL_LINE_UP && t->silent)
        line = TUNNEL_SILENT;
    if (line == TUNNEL_LINE_UP && c->mode == TUNNEL_IPSEC && !t->sa.up)
        line = TUNNEL_UNPROTECTED;
    if (line != TUNNEL_NO_SOURCE && line != TUNNEL_NO_DESTINATION && t->sa.taken)
        line = TUNNEL_UNSHARED;
    t->line = line;
    t->transport_mtu = mtu_of(t, out);
    iface_tunnel(t->ifc, line == TUNNEL_LINE_UP, t->transport_mtu, tunnel_overhead(t));
}

static void on_sync(void *arg)
{
    struct tunnels *ts = arg;

    for (struct iface *ifc = NULL; (ifc = iface_next(ts->env.net, ifc));)
        if (ifc->tunnel)
            look_at(ifc->tunnel);
}

void tunnel_dirty(struct tunnels *ts)
{
    loop_defer(ts->env.loop, &ts->sync);
}

/* ---- making and ending ---- */

static void tunnel_start(struct tunnels *ts, struct iface *ifc)
{
    struct tunnel *t = NEW(struct tunnel);

    t->ts = ts;
    t->ifc = ifc;
    t->ip_id = (uint16_t)rnd_u32(ts->env.rnd);
    t->line = TUNNEL_NO_SOURCE;
    t->transport_mtu = ifc->own_mtu;
    timer_init(&t->recursion, ts->env.loop, on_recursion_over, t);
    keepalive_init(t);
    tpmtu_start(t);
    protect_start(t);
    ifc->tunnel = t;
}

static void tunnel_end(struct tunnel *t)
{
    forget(t);
    timer_clear(&t->recursion);
    keepalive_fini(t);
    tpmtu_stop(t);
    protect_stop(t);
    t->ifc->tunnel = NULL;
    mem_free(t);
}

static void on_iface(void *arg, struct iface *ifc, enum iface_event what)
{
    struct tunnels *ts = arg;

    if (what == IFACE_ADDED && ifc->kind == IFACE_TUNNEL && !ifc->tunnel)
        tunnel_start(ts, ifc);
    if (what == IFACE_GONE && ifc->tunnel)
        tunnel_end(ifc->tunnel);
    tunnel_dirty(ts);
}

static void on_protection(void *arg)
{
    tunnel_dirty(arg);
}

static void on_routes(void *arg)
{
    tunnel_dirty(arg);
}

bool tunnel_info(const struct iface *ifc, struct tunnel_info *out)
{
    const struct tunnel *t = ifc->tunnel;

    if (!t)
        return false;
    *out = (struct tunnel_info){.line = t->line,
                                .local = t->local,
                                .remote = t->remote,
                                .transport_mtu = t->transport_mtu,
                                .path_mtu = t->path_mtu,
                                .missed = t->missed};
    return true;
}

bool *tunnels_debug_keepalive(struct tunnels *ts)
{
    return &ts->debug_keepalive;
}

struct tunnels *tunnels_new(const struct tunnel_env *env)
{
    struct tunnels *ts = NEW(struct tunnels);

    ts->env = *env;
    ts->by_key = table_new(sizeof(struct tunnel_key), (uint64_t)rnd_u32(env->rnd) << 32 | rnd_u32(env->rnd));
    ts->by_ends = table_new(sizeof(struct tunnel_ends), (uint64_t)rnd_u32(env->rnd) << 32 | rnd_u32(env->rnd));
    ts->sync = (struct deferred){.fn = on_sync, .arg = ts};
    ts->watch = (struct net_watch){.iface = on_iface, .routes = on_routes, .arg = ts};
    graph_set(env->graph, STAGE_GRE_IN, gre_in_stage, ts);
    graph_set(env->graph, STAGE_TUNNEL_IN, tunnel_in_stage, ts);
    graph_set(env->graph, STAGE_TUNNEL_OUT, tunnel_out_stage, ts);
    const struct debug_item item = {"Tunnel", "Tunnel keepalive debugging", &ts->debug_keepalive};
    if (env->debug)
        debug_register(env->debug, &item, 1, NULL, ts);
    tpmtu_init(ts);
    ipsec_protect_watch(env->ipsec, on_protection, ts);
    net_watch(env->net, &ts->watch);
    return ts;
}

void tunnels_free(struct tunnels *ts)
{
    if (!ts)
        return;
    if (ts->env.debug)
        debug_unregister(ts->env.debug, ts);
    net_unwatch(ts->env.net, &ts->watch);
    ipsec_protect_watch(ts->env.ipsec, NULL, NULL);
    tpmtu_fini(ts);
    loop_undefer(ts->env.loop, &ts->sync);
    for (struct iface *ifc = NULL; (ifc = iface_next(ts->env.net, ifc));)
        if (ifc->tunnel)
            tunnel_end(ifc->tunnel);
    table_free(ts->by_key);
    table_free(ts->by_ends);
    mem_free(ts);
}
