/* netfacts.c: changes of interfaces and of the routing table as facts.
 *
 * An interface's fact is told when "not shut down" or its line protocol is another one than when it was last told: a
 * shutdown changes both and is one fact. One that is removed goes down first.
 *
 * Routes: the table is made anew as a whole, so what changed is found by holding it against the table that was told
 * last, once at the end of the turn; a route that goes and comes back within one turn has not changed. Both stand in the
 * same order, so this is one walk. A prefix is one route whatever its paths: it was added, removed, or modified (a path,
 * the distance). When another source takes its place (a static route for a connected one) the old is removed and the new
 * one added. The gateway and the interface told are those of the path that is new, else of the first one; of a removed
 * route those that it had.
 *
 * A table of thousands that comes or goes at once would overflow the bus: facts go out PIECE at a time, and the rest when
 * those are drained.
 *
 * What it does not do: IPv6, VRFs. */
#include "dataplane/svc/netfacts.h"

#include <string.h>

#include "dataplane/net/iface.h"
#include "dataplane/net/route.h"
#include "espial/bus.h"
#include "espial/loop.h"
#include "espial/mem.h"
#include "espial/text.h"

enum { PIECE = 1024 };

struct link_told {
    struct link_told *next;
    const struct iface *ifc;
    bool admin_up, line_up;
};
struct path_told {
    uint32_t prefix, hop, metric;
    uint8_t len, kind, distance;
    char ifname[IFNAME_MAX];
};
struct netfacts {
    struct loop *loop;
    struct bus *bus;
    struct net *net;
    struct net_watch watch;
    struct link_told *links;
    struct path_told *told; /* the table that was told last */
    size_t ntold;
    struct fact_route *queue; /* found and not told yet: from `at` on */
    size_t at, nqueue, cap;
    bool changed; /* the table may be another one than `told` */
    struct deferred turn;
};

/* ---- interfaces ---- */

static void link_tell(struct netfacts *n, struct link_told *l)
{
    struct fact_link f = {.admin_up = l->ifc->admin_up, .line_up = l->ifc->up};

    if (l->admin_up == f.admin_up && l->line_up == f.line_up)
        return;
    l->admin_up = f.admin_up;
    l->line_up = f.line_up;
    str_copy(f.ifname, sizeof f.ifname, l->ifc->name);
    bus_publish(n->bus, FACT_LINK, &f, sizeof f);
}

static void on_iface(void *arg, struct iface *ifc, enum iface_event what)
{
    struct netfacts *n = arg;
    struct link_told **at = &n->links;

    while (*at && (*at)->ifc != ifc)
        at = &(*at)->next;
    if (what == IFACE_ADDED) {
        struct link_told *l = NEW(struct link_told);
        *l = (struct link_told){.next = n->links, .ifc = ifc, .admin_up = ifc->admin_up, .line_up = ifc->up};
        n->links = l;
    } else if (*at && what == IFACE_GONE) {
        struct link_told *l = *at;
        *at = l->next;
        mem_free(l);
    } else if (*at) {
        link_tell(n, *at);
    }
}

/* ---- routes ---- */

static struct path_told path_of(const struct route *r)
{
    struct path_told p = {.prefix = r->prefix,
                          .len = r->len,
                          .kind = (uint8_t)r->kind,
                          .distance = r->distance,
                          .hop = r->hop,
                          .metric = route_metric(r)};
    const struct iface *ifc = r->oif ? r->oif : r->out;

    str_copy(p.ifname, sizeof p.ifname, r->discard ? "Null0" : ifc ? ifc->name : "");
    return p;
}

static bool same_path(const struct path_told *a, const struct path_told *b)
{
    return a->hop == b->hop && a->distance == b->distance && a->metric == b->metric && !strcmp(a->ifname, b->ifname);
}

/* How many paths the route at v[0] has. */
static size_t paths(const struct path_told *v, size_t n)
{
    size_t k = n ? 1 : 0;

    while (k < n && v[k].prefix == v->prefix && v[k].len == v->len)
        k++;
    return k;
}

static void found(struct netfacts *n, enum route_change change, const struct path_told *p)
{
    struct fact_route f = {.change = (uint8_t)change,
                           .network = p->prefix,
                           .prefix_len = p->len,
                           .distance = p->distance,
                           .metric = p->metric,
                           .gateway = p->hop};

    str_copy(f.protocol, sizeof f.protocol, route_kind_name(p->kind));
    str_copy(f.ifname, sizeof f.ifname, p->ifname);
    if (n->nqueue == n->cap) {
        n->cap = n->cap ? n->cap * 2 : 64;
        n->queue = mem_resize(n->queue, n->cap, sizeof *n->queue);
    }
    n->queue[n->nqueue++] = f;
}

static void compare_route(struct netfacts *n, const struct path_told *was, size_t nwas, const struct path_told *is,
                          size_t nis)
{
    const struct path_told *fresh = NULL;

    if (was->kind != is->kind) {
        found(n, ROUTE_REMOVED, was);
        found(n, ROUTE_ADDED, is);
        return;
    }
    for (size_t i = 0; i < nis && !fresh; i++) {
        size_t k = 0;
        while (k < nwas && !same_path(&was[k], &is[i]))
            k++;
        fresh = k == nwas ? &is[i] : NULL;
    }
    if (fresh || nwas != nis)
        found(n, ROUTE_MODIFIED, fresh ? fresh : is);
}

static int order(const struct path_told *a, const struct path_told *b)
{
    return a->prefix != b->prefix ? (a->prefix < b->prefix ? -1 : 1) : a->len - b->len;
}

static void compare(struct netfacts *n, const struct path_told *is, size_t nis)
{
    size_t w = 0, i = 0;

    while (w < n->ntold || i < nis) {
        size_t nw = paths(n->told + w, n->ntold - w), ni = paths(is + i, nis - i);
        int o = !nw ? 1 : !ni ? -1 : order(&n->told[w], &is[i]);
        if (o < 0)
            found(n, ROUTE_REMOVED, &n->told[w]);
        else if (o > 0)
            found(n, ROUTE_ADDED, &is[i]);
        else
            compare_route(n, &n->told[w], nw, &is[i], ni);
        w += o <= 0 ? nw : 0;
        i += o >= 0 ? ni : 0;
    }
}

static void look(struct netfacts *n)
{
    size_t count = 0;

    while (route_at(n->net, count))
        count++;
    struct path_told *is = mem_array(count + 1, sizeof *is);
    for (size_t i = 0; i < count; i++)
        is[i] = path_of(route_at(n->net, i));
    compare(n, is, count);
    mem_free(n->told);
    n->told = is;
    n->ntold = count;
}

static void on_turn(void *arg)
{
    struct netfacts *n = arg;

    if (n->changed && n->at == n->nqueue) {
        n->at = n->nqueue = 0;
        n->changed = false;
        look(n);
    }
    for (unsigned k = 0; k < PIECE && n->at < n->nqueue; k++, n->at++)
        bus_publish(n->bus, FACT_ROUTE, &n->queue[n->at], sizeof n->queue[n->at]);
    if (n->at < n->nqueue || n->changed)
        loop_defer(n->loop, &n->turn); /* behind the bus's drain */
}

static void on_routes(void *arg)
{
    struct netfacts *n = arg;

    n->changed = true;
    loop_defer(n->loop, &n->turn);
}

struct netfacts *netfacts_new(struct loop *loop, struct bus *bus, struct net *net)
{
    struct netfacts *n = NEW(struct netfacts);

    n->loop = loop;
    n->bus = bus;
    n->net = net;
    n->turn = (struct deferred){.fn = on_turn, .arg = n};
    n->watch = (struct net_watch){.iface = on_iface, .routes = on_routes, .arg = n};
    look(n);
    n->nqueue = 0;
    net_watch(net, &n->watch);
    return n;
}

void netfacts_free(struct netfacts *n)
{
    if (!n)
        return;
    net_unwatch(n->net, &n->watch);
    loop_undefer(n->loop, &n->turn);
    while (n->links) {
        struct link_told *l = n->links;
        n->links = l->next;
        mem_free(l);
    }
    mem_free(n->told);
    mem_free(n->queue);
    mem_free(n);
}
