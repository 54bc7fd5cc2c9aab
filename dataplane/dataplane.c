/* dataplane.c: one engine: the graph, the network half, IPsec and IKE put together.
 *
 * They are made from the ground up and freed from the top down, because each holds the one below. What the SAs report
 * upwards (a packet that needs an SA, a lifetime that runs out, an SPI that nobody knows) is handed to IKE here: IPsec
 * itself knows no IKE. */
#include "dataplane/dataplane.h"

#include <errno.h>
#include <string.h>

#include "dataplane/fault/fault.h"
#include "dataplane/graph.h"
#include "dataplane/ike/ike.h"
#include "dataplane/ike/ike_books.h"
#include "dataplane/ipsec/ipsec.h"
#include "dataplane/link/capture.h"
#include "dataplane/net/iface.h"
#include "dataplane/net/net.h"
#include "dataplane/svc/ipsla.h"
#include "dataplane/svc/netfacts.h"
#include "dataplane/svc/ntp.h"
#include "dataplane/svc/track.h"
#include "dataplane/tunnel/tunnel.h"
#include "espial/account.h"
#include "espial/ip.h"
#include "espial/loop.h"

struct dataplane {
    struct dataplane_env env;
    struct graph *graph;
    struct net *net;
    struct ipsec *ipsec;
    struct tunnels *tunnels;
    struct ike *ike;
    struct ntp *ntp;
    struct netfacts *netfacts;
    struct ipsla *ipsla;
    struct track *track;
    struct faults *faults;
    uint64_t born; /* loop time, us */
    struct net_watch watch;
    struct deferred addresses; /* IKE is told of a change */
};

static void up_acquire(void *arg, const struct ipsec_policy *want)
{
    struct dataplane *dp = arg;
    enum account_owner was = account_enter(dp->env.loop, ACCOUNT_IKE);

    ike_acquire(dp->ike, want);
    account_leave(dp->env.loop, was);
}

static void up_soft_expire(void *arg, const struct sa_pair_info *pair)
{
    struct dataplane *dp = arg;
    enum account_owner was = account_enter(dp->env.loop, ACCOUNT_IKE);

    ike_soft_expire(dp->ike, pair);
    account_leave(dp->env.loop, was);
}

static void up_gone(void *arg, const struct sa_pair_info *pair, enum sa_gone why)
{
    struct dataplane *dp = arg;
    enum account_owner was = account_enter(dp->env.loop, ACCOUNT_IKE);

    ike_pair_gone(dp->ike, pair, why);
    account_leave(dp->env.loop, was);
}

static void up_invalid_spi(void *arg, uint32_t src, uint32_t dst, uint8_t proto, uint32_t spi, const char *ifname,
                           bool udp_encap)
{
    struct dataplane *dp = arg;
    enum account_owner was = account_enter(dp->env.loop, ACCOUNT_IKE);

    ike_invalid_spi(dp->ike, src, dst, proto, spi, ifname, udp_encap);
    account_leave(dp->env.loop, was);
}

static void up_owner_sends(void *arg, uint32_t owner, uint32_t local, uint32_t peer)
{
    struct dataplane *dp = arg;
    enum account_owner was = account_enter(dp->env.loop, ACCOUNT_IKE);

    ike_owner_sends(dp->ike, owner, local, peer);
    account_leave(dp->env.loop, was);
}

static void up_peer_moved(void *arg, uint32_t id, uint16_t port)
{
    struct dataplane *dp = arg;
    enum account_owner was = account_enter(dp->env.loop, ACCOUNT_IKE);

    ike_peer_moved(dp->ike, id, port);
    account_leave(dp->env.loop, was);
}

static void up_invalid_selectors(void *arg, uint32_t id, const uint8_t *start, size_t len)
{
    struct dataplane *dp = arg;
    enum account_owner was = account_enter(dp->env.loop, ACCOUNT_IKE);

    ike_invalid_selectors(dp->ike, id, start, len);
    account_leave(dp->env.loop, was);
}

static uint32_t up_ike_tunnel(void *arg, uint32_t local, uint32_t peer, bool ikev2)
{
    const struct dataplane *dp = arg;
    return ike_tunnel_with(dp->ike, local, peer, ikev2);
}

static void up_map_changed(void *arg)
{
    struct dataplane *dp = arg;
    enum account_owner was = account_enter(dp->env.loop, ACCOUNT_IKE);

    ike_map_changed(dp->ike);
    account_leave(dp->env.loop, was);
}

static bool is_ours(void *arg, uint32_t addr)
{
    return iface_by_addr(((struct dataplane *)arg)->net, addr) != NULL;
}

static void on_addresses(void *arg)
{
    struct dataplane *dp = arg;
    enum account_owner was = account_enter(dp->env.loop, ACCOUNT_IKE);

    ike_addresses_changed(dp->ike, is_ours, dp);
    account_leave(dp->env.loop, was);
}

/* Behind what the change itself leads to. */
static void on_iface(void *arg, struct iface *ifc, enum iface_event what)
{
    struct dataplane *dp = arg;

    (void)ifc;
    if (what == IFACE_ADDR || what == IFACE_CONF || what == IFACE_GONE)
        loop_defer(dp->env.loop, &dp->addresses);
}

static bool debug_pass(void *arg, const struct debug_about *about, enum debug_side side)
{
    return ike_debug_pass(((struct dataplane *)arg)->ike, about, side);
}

/* What watches the network: facts, IP SLA, tracked objects. */
static void make_watchers(struct dataplane *dp)
{
    const struct dataplane_env *env = &dp->env;
    if (env->bus)
        dp->netfacts = netfacts_new(env->loop, env->bus, dp->net);
    dp->ipsla = ipsla_new(&(struct ipsla_env){
        .loop = env->loop,
        .clock = env->clock,
        .log = env->log,
        .bus = env->bus,
        .net = dp->net,
        .debug = env->debug,
    });
    dp->track = track_new(&(struct track_env){
        .loop = env->loop,
        .log = env->log,
        .bus = env->bus,
        .net = dp->net,
        .ipsla = dp->ipsla,
        .debug = env->debug,
        .iosxe = env->iosxe,
    });
}

static void make_ipsec(struct dataplane *dp)
{
    const struct dataplane_env *env = &dp->env;
    enum account_owner was = account_enter(env->loop, ACCOUNT_ESP);
    dp->ipsec = ipsec_new(&(struct ipsec_env){
        .loop = env->loop,
        .rnd = env->rnd,
        .log = env->log,
        .bus = env->bus,
        .net = dp->net,
        .graph = dp->graph,
        .debug = env->debug,
        .iosxe = env->iosxe,
        .faults = dp->faults,
        .export_key = env->export_sa,
        .export_arg = env->export_arg,
        .resolve = env->resolve,
        .resolve_arg = env->hostname_arg,
    });
    account_leave(env->loop, was);
}

static void make_ike(struct dataplane *dp)
{
    const struct dataplane_env *env = &dp->env;
    enum account_owner was = account_enter(env->loop, ACCOUNT_IKE);
    dp->ike = ike_new(&(struct ike_env){
        .loop = env->loop,
        .work = env->work,
        .rnd = env->rnd,
        .log = env->log,
        .inet = net_inet(dp->net),
        .ipsec = dp->ipsec,
        .debug = env->debug,
        .faults = dp->faults,
        .export_key = env->export_key,
        .export_ikev2 = env->export_ikev2,
        .export_arg = env->export_arg,
        .hostname = env->hostname,
        .domain = env->domain,
        .resolve = env->resolve,
        .hostname_arg = env->hostname_arg,
    });
    account_leave(env->loop, was);
}

struct dataplane *dataplane_new(const struct dataplane_env *env)
{
    struct dataplane *dp = NEW(struct dataplane);
    enum account_owner was = account_enter(env->loop, ACCOUNT_IP);
    dp->env = *env;
    dp->born = loop_now(env->loop);
    dp->graph = graph_new(env->loop);
    dp->faults = faults_new(env->rnd);
    struct net_env net = {.loop = env->loop, .rnd = env->rnd, .log = env->log, .graph = dp->graph};
    memcpy(net.mac_base, env->mac_base, sizeof net.mac_base);
    dp->net = net_new(&net);
    make_watchers(dp);
    make_ipsec(dp);
    dp->tunnels = tunnels_new(&(struct tunnel_env){
        .loop = env->loop,
        .rnd = env->rnd,
        .log = env->log,
        .graph = dp->graph,
        .net = dp->net,
        .ipsec = dp->ipsec,
        .debug = env->debug,
    });
    make_ike(dp);
    account_enter(env->loop, ACCOUNT_NTP);
    dp->ntp = ntp_new(&(struct ntp_env){
        .loop = env->loop, .clock = env->clock, .rnd = env->rnd, .log = env->log, .inet = net_inet(dp->net)});
    account_leave(env->loop, was);
    ipsec_debug_register(dp->ipsec);
    ipsec_debug_filter(dp->ipsec, debug_pass, dp);
    ipsec_set_up(dp->ipsec, &(struct ipsec_up){
                                .arg = dp,
                                .acquire = up_acquire,
                                .soft_expire = up_soft_expire,
                                .gone = up_gone,
                                .invalid_spi = up_invalid_spi,
                                .owner_sends = up_owner_sends,
                                .peer_moved = up_peer_moved,
                                .invalid_selectors = up_invalid_selectors,
                                .map_changed = up_map_changed,
                                .ike_tunnel = up_ike_tunnel,
                             });
    dp->addresses = (struct deferred){.fn = on_addresses, .arg = dp};
    dp->watch = (struct net_watch){.iface = on_iface, .arg = dp};
    net_watch(dp->net, &dp->watch);
    return dp;
}

void dataplane_free(struct dataplane *dp)
{
    if (!dp)
        return;
    net_unwatch(dp->net, &dp->watch);
    loop_undefer(dp->env.loop, &dp->addresses);
    *ipsec_debug_bits(dp->ipsec) = (struct ipsec_debug){0}; /* what goes says no more, and asks IKE no more */
    ipsec_debug_filter(dp->ipsec, NULL, NULL);
    ntp_free(dp->ntp);
    track_free(dp->track);
    ipsla_free(dp->ipsla);
    netfacts_free(dp->netfacts);
    ike_free(dp->ike);
    ipsec_set_up(dp->ipsec, &(const struct ipsec_up){0});
    tunnels_free(dp->tunnels);
    ipsec_free(dp->ipsec);
    faults_free(dp->faults);
    net_free(dp->net);
    graph_free(dp->graph);
    mem_free(dp);
}

struct net *dataplane_net(struct dataplane *dp)
{
    return dp->net;
}

struct ipsec *dataplane_ipsec(struct dataplane *dp)
{
    return dp->ipsec;
}

struct faults *dataplane_faults(struct dataplane *dp)
{
    return dp->faults;
}

struct ipsla *dataplane_ipsla(struct dataplane *dp)
{
    return dp->ipsla;
}

struct track *dataplane_track(struct dataplane *dp)
{
    return dp->track;
}

struct tunnels *dataplane_tunnels(struct dataplane *dp)
{
    return dp->tunnels;
}

struct ntp *dataplane_ntp(struct dataplane *dp)
{
    return dp->ntp;
}

struct ike *dataplane_ike(struct dataplane *dp)
{
    return dp->ike;
}

struct graph *dataplane_graph(struct dataplane *dp)
{
    return dp->graph;
}

struct inet *dataplane_inet(struct dataplane *dp)
{
    return net_inet(dp->net);
}

bool dataplane_resolve(const struct dataplane *dp, const char *name, uint32_t *out)
{
    return ip4_parse(name, out) || (dp->env.resolve && dp->env.resolve(dp->env.hostname_arg, name, out));
}

const struct dataplane_env *dataplane_env(const struct dataplane *dp)
{
    return &dp->env;
}

uint32_t dataplane_ticks(const struct dataplane *dp, uint64_t at_us)
{
    return at_us > dp->born ? (uint32_t)((at_us - dp->born) / 10000) : 0;
}

int dataplane_link_attach(struct dataplane *dp, const char *ifname, struct link *link)
{
    return iface_attach(dp->net, ifname, link);
}

int dataplane_capture(struct dataplane *dp, const char *ifname, int fd)
{
    struct capture *c = capture_new(fd, ifname);

    if (!c)
        return errno ? -errno : -EIO;
    return iface_capture(dp->net, ifname, c) ? 0 : -ENODEV;
}
