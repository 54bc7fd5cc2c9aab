/* route.c: the routing table: connected and local routes of interfaces that are up, and static routes, typed or put
 * there by others (route_put); longest prefix first.
 *
 * One hash table per prefix length and a bitmap of the lengths in use: a lookup tries the lengths there are, longest
 * first, so its cost does not grow with the number of routes. The table is made anew, whole, when it is next needed
 * after an interface or a static route changed.
 *
 * Making it: local and connected first; then static routes by distance, in passes, until a pass adds nothing: one with
 * an interface when that is up, one with a next hop alone when the table made so far leads to it (through another
 * route, never through itself). The lowest distance of a prefix wins; equal ones share, by destination, up to
 * ROUTE_PATHS. One with `track N` is left out while that object is not up. At the end every next hop is resolved down to an interface, so that a lookup does not recurse.
 *
 * What it does not do: routing protocols, metrics other than distance, VRFs. */
#include <stdlib.h>
#include <string.h>

#include "dataplane/net/net_local.h"

enum { ROUTE_PATHS = 4 };

struct path {
    uint32_t hop, tag; /* as configured; 0: none */
    struct iface *oif; /* as configured; NULL: recursive */
    struct iface *out; /* resolved */
    uint32_t next_hop; /* resolved; 0: the destination itself */
    bool discard;      /* Null0 */
};
struct fib_node {
    uint32_t prefix;
    uint8_t len, distance, npaths;
    enum route_kind kind;
    bool us;
    struct path paths[ROUTE_PATHS];
};
struct route_extra {
    struct route_conf conf;
    struct route_extra *next, **prev;
};
struct fib {
    struct net *net;
    struct route_extra *extras, **extras_end;
    size_t nextras;
    bool (*track_up)(void *arg, uint32_t track); /* may be NULL */
    void *track_arg;
    bool dirty;
    struct table *by_len[33];
    uint64_t lens; /* bit n: by_len[n] has routes */
    struct pool *nodes;
    struct fib_node **all;
    size_t nall, cap;
    struct route *shown;
    size_t nshown;
};

static struct fib_node *node_at(const struct fib *f, uint32_t prefix, unsigned len)
{
    return f->by_len[len] ? table_find(f->by_len[len], &prefix) : NULL;
}

static struct fib_node *node_add(struct fib *f, uint32_t prefix, unsigned len, enum route_kind kind, uint8_t distance)
{
    struct fib_node *n = pool_alloc(f->nodes, sizeof *n);

    *n = (struct fib_node){.prefix = prefix, .len = (uint8_t)len, .kind = kind, .distance = distance};
    if (!f->by_len[len]) {
        uint64_t seed;
        rnd_fill(f->net->env.rnd, &seed, sizeof seed);
        f->by_len[len] = table_new(sizeof(uint32_t), seed);
    }
    table_put(f->by_len[len], &prefix, n);
    f->lens |= UINT64_C(1) << len;
    if (f->nall == f->cap) {
        f->cap = f->cap ? f->cap * 2 : 64;
        f->all = mem_resize(f->all, f->cap, sizeof *f->all);
    }
    f->all[f->nall++] = n;
    return n;
}

static struct fib_node *longest(const struct fib *f, uint32_t dst)
{
    uint64_t lens = f->lens;

    while (lens) {
        unsigned len = 63 - (unsigned)__builtin_clzll(lens);
        struct fib_node *n = node_at(f, dst & ip4_mask(len), len);
        if (n)
            return n;
        lens &= ~(UINT64_C(1) << len);
    }
    return NULL;
}

static void add_network(struct fib *f, struct iface *ifc, uint32_t addr, uint32_t mask)
{
    int len = ip4_mask_len(mask);
    struct fib_node *n;

    if (len <= 0)
        return;
    n = node_at(f, addr & mask, (unsigned)len);
    if (!n) {
        n = node_add(f, addr & mask, (unsigned)len, ROUTE_CONNECTED, 0);
        n->paths[n->npaths++] = (struct path){.oif = ifc, .out = ifc};
    }
    if (len == 32) {
        n->us = true;
    } else if (!node_at(f, addr, 32)) {
        n = node_add(f, addr, 32, ROUTE_LOCAL, 0);
        n->us = true;
        n->paths[n->npaths++] = (struct path){.oif = ifc, .out = ifc};
    }
}

static void add_interfaces(struct fib *f)
{
    for (struct iface *ifc = f->net->ifaces; ifc; ifc = ifc->next) {
        const struct if_addr_conf *second;
        size_t n = iface_secondary(ifc, &second);
        if (!ifc->up || !ifc->addr || ifc->unnumbered)
            continue;
        add_network(f, ifc, ifc->addr, ifc->mask);
        for (size_t i = 0; i < n; i++)
            add_network(f, ifc, second[i].addr, second[i].mask);
    }
}

/* Does the table lead to this next hop, over a route other than the one it would make? */
static bool reachable(const struct fib *f, uint32_t hop, uint32_t prefix, unsigned len)
{
    const struct fib_node *n = longest(f, hop);

    return n && !n->us && !(n->prefix == prefix && n->len == len);
}

/* Add c when it can be used now; false when it can't (yet). */
static bool add_static(struct fib *f, const struct route_conf *c)
{
    int len = ip4_mask_len(c->mask);
    struct path path = {.hop = c->hop, .tag = c->tag, .discard = !strcmp(c->ifname, "Null0")};

    if (len < 0)
        return false;
    if (c->track && !(f->track_up && f->track_up(f->track_arg, c->track)))
        return true; /* held back */
    uint32_t prefix = c->prefix & c->mask;
    if (c->ifname[0] && !path.discard) {
        path.oif = iface_by_name(f->net, c->ifname);
        if (!path.oif || !path.oif->up)
            return false;
    }
    if (!c->ifname[0] && !reachable(f, c->hop, prefix, (unsigned)len))
        return false;
    struct fib_node *n = node_at(f, prefix, (unsigned)len);
    if (n && n->distance < c->distance)
        return true; /* a better one is there */
    if (!n) {
        n = node_add(f, prefix, (unsigned)len, ROUTE_STATIC, (uint8_t)c->distance);
    } else if (n->distance > c->distance) {
        n->distance = (uint8_t)c->distance;
        n->npaths = 0;
    }
    for (unsigned i = 0; i < n->npaths; i++)
        if (n->paths[i].hop == path.hop && n->paths[i].oif == path.oif && n->paths[i].discard == path.discard)
            return true;
    if (n->npaths < ROUTE_PATHS)
        n->paths[n->npaths++] = path;
    return true;
}

static int by_distance(const void *a, const void *b)
{
    const struct route_conf *const *x = a, *const *y = b;

    if ((*x)->distance != (*y)->distance)
        return (*x)->distance < (*y)->distance ? -1 : 1;
    return 0;
}

/* Stable: equal distances keep the order they were typed in. */
static void sort_statics(const struct route_conf **v, size_t n)
{
    for (size_t i = 1; i < n; i++) { /* nearly always sorted: distances are seldom given */
        const struct route_conf *c = v[i];
        size_t lo = 0, hi = i;
        if (by_distance(&v[i - 1], &c) <= 0)
            continue;
        while (lo < hi) {
            size_t mid = (lo + hi) / 2;
            if (by_distance(&v[mid], &c) <= 0)
                lo = mid + 1;
            else
                hi = mid;
        }
        memmove(v + lo + 1, v + lo, (i - lo) * sizeof *v);
        v[lo] = c;
    }
}

static void add_statics(struct fib *f)
{
    const struct conf_list *list = &f->net->conf.routes;
    size_t left = list->n < ROUTES_MAX ? list->n : ROUTES_MAX, before;
    const struct route_conf **v = mem_array(left + f->nextras + 1, sizeof *v);

    for (size_t i = 0; i < left; i++)
        v[i] = list->v[i];
    for (const struct route_extra *x = f->extras; x; x = x->next)
        v[left++] = &x->conf;
    sort_statics(v, left);
    do {
        before = left;
        left = 0;
        for (size_t i = 0; i < before; i++)
            if (!add_static(f, v[i]))
                v[left++] = v[i];
    } while (left && left < before);
    mem_free(v);
}

/* Follow a recursive next hop down to an interface. */
static void resolve_path(const struct fib *f, struct path *p)
{
    uint32_t hop = p->hop;

    if (p->oif) {
        p->out = p->oif;
        p->next_hop = p->hop;
        return;
    }
    p->out = NULL;
    if (p->discard)
        return;
    for (int depth = 0; depth < ROUTE_DEPTH; depth++) {
        const struct fib_node *n = longest(f, hop);
        if (!n || n->us)
            return;
        const struct path *via = &n->paths[0];
        if (via->discard)
            return;
        if (via->oif) {
            p->out = via->oif;
            p->next_hop = via->hop ? via->hop : hop;
            return;
        }
        hop = via->hop;
    }
}

static void fib_clear(struct fib *f)
{
    for (unsigned len = 0; len <= 32; len++) {
        table_free(f->by_len[len]);
        f->by_len[len] = NULL;
    }
    f->lens = 0;
    f->nall = 0;
    pool_free(f->nodes);
    f->nodes = pool_new();
    mem_free(f->shown);
    f->shown = NULL;
    f->nshown = 0;
}

static void fib_sync(struct fib *f)
{
    if (!f->dirty)
        return;
    f->dirty = false;
    fib_clear(f);
    add_interfaces(f);
    add_statics(f);
    for (size_t i = 0; i < f->nall; i++)
        for (unsigned k = 0; k < f->all[i]->npaths; k++)
            resolve_path(f, &f->all[i]->paths[k]);
}

enum route_verdict route_lookup(struct net *net, uint32_t dst, struct route_hop *hop)
{
    struct fib *f = net->fib;

    fib_sync(f);
    const struct fib_node *n = longest(f, dst);
    if (!n)
        return ROUTE_NONE;
    const struct path *p = &n->paths[n->npaths > 1 ? (dst * 0x9E3779B1u >> 16) % n->npaths : 0];
    if (p->discard)
        return ROUTE_DISCARD;
    if (!p->out)
        return ROUTE_NONE;
    hop->oif = p->out;
    hop->next_hop = p->next_hop ? p->next_hop : dst;
    if (n->us)
        return ROUTE_US;
    return n->kind == ROUTE_CONNECTED && iface_broadcast(p->out, dst) ? ROUTE_BROADCAST : ROUTE_VIA;
}

uint32_t route_source(struct net *net, uint32_t dst)
{
    struct route_hop hop;
    uint32_t src;
    enum route_verdict v = route_lookup(net, dst, &hop);

    if (v == ROUTE_US)
        return dst;
    if (v != ROUTE_VIA && v != ROUTE_BROADCAST)
        return 0;
    src = hop.oif->addr;
    iface_on_link(hop.oif, hop.next_hop, &src);
    return src;
}

static int by_prefix(const void *a, const void *b)
{
    const struct fib_node *const *x = a, *const *y = b;

    if ((*x)->prefix != (*y)->prefix)
        return (*x)->prefix < (*y)->prefix ? -1 : 1;
    return (*x)->len - (*y)->len;
}

static void fib_list(struct fib *f)
{
    if (f->nall)
        qsort(f->all, f->nall, sizeof *f->all, by_prefix);
    f->shown = mem_array(f->nall * ROUTE_PATHS + 1, sizeof *f->shown);
    for (size_t i = 0; i < f->nall; i++) {
        const struct fib_node *n = f->all[i];
        for (unsigned k = 0; k < n->npaths; k++)
            f->shown[f->nshown++] = (struct route){.prefix = n->prefix,
                                                   .len = n->len,
                                                   .kind = n->kind,
                                                   .distance = n->distance,
                                                   .hop = n->paths[k].hop,
                                                   .tag = n->paths[k].tag,
                                                   .oif = n->paths[k].oif,
                                                   .out = n->paths[k].out,
                                                   .discard = n->paths[k].discard};
    }
}

const struct route *route_at(struct net *net, size_t i)
{
    struct fib *f = net->fib;

    fib_sync(f);
    if (!f->shown)
        fib_list(f);
    return i < f->nshown ? &f->shown[i] : NULL;
}

size_t route_count(struct net *net)
{
    (void)route_at(net, 0);
    return net->fib->nshown;
}

const struct route *route_exact(struct net *net, uint32_t prefix, uint8_t len)
{
    const struct route *r = route_at(net, 0);
    size_t lo = 0, hi = net->fib->nshown;

    while (lo < hi) { /* the first that does not stand before it */
        size_t mid = (lo + hi) / 2;
        if (r[mid].prefix < prefix || (r[mid].prefix == prefix && r[mid].len < len))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < net->fib->nshown && r[lo].prefix == prefix && r[lo].len == len ? &r[lo] : NULL;
}

const char *route_kind_name(enum route_kind kind)
{
    return kind == ROUTE_CONNECTED ? "connected" : kind == ROUTE_LOCAL ? "local" : "static";
}

size_t route_bytes(void)
{
    return sizeof(struct fib_node);
}

size_t route_overhead(void)
{
    return sizeof(struct fib_node *);
}

unsigned route_max_paths(void)
{
    return ROUTE_PATHS;
}

struct route_extra *route_put(struct net *net, const struct route_conf *c)
{
    struct fib *f = net->fib;
    struct route_extra *x;

    if (f->nextras >= ROUTES_MAX)
        return NULL;
    x = NEW(struct route_extra);
    x->conf = *c;
    x->prev = f->extras_end;
    *f->extras_end = x;
    f->extras_end = &x->next;
    f->nextras++;
    route_rebuild(net);
    return x;
}

void route_take_back(struct net *net, struct route_extra *x)
{
    struct fib *f = net->fib;

    if (!x)
        return;
    *x->prev = x->next;
    if (x->next)
        x->next->prev = x->prev;
    else
        f->extras_end = x->prev;
    f->nextras--;
    mem_free(x);
    route_rebuild(net);
}

void route_gate(struct net *net, bool (*up)(void *arg, uint32_t track), void *arg)
{
    net->fib->track_up = up;
    net->fib->track_arg = arg;
    route_rebuild(net);
}

void route_rebuild(struct net *net)
{
    net->fib->dirty = true;
    if (!net->ending)
        net_tell_routes(net);
}

struct fib *fib_new(struct net *net)
{
    struct fib *f = NEW(struct fib);

    f->net = net;
    f->nodes = pool_new();
    f->extras_end = &f->extras;
    return f;
}

void fib_free(struct fib *f)
{
    while (f->extras)
        route_take_back(f->net, f->extras);
    fib_clear(f);
    pool_free(f->nodes);
    mem_free(f->all);
    mem_free(f);
}
