/* forward.c: IP-FORWARD-MIB (RFC 4292, and the older table of RFC 2096 that is still polled): the routing table. Beside it what of IP-MIB tells routes: ipRouteTable (RFC 1213), whose
 * index is the destination alone, so that of several prefixes that begin with one address the shortest is told; and ipDefaultRouterTable, the next hops of 0.0.0.0/0.
 *
 * An entry is a route by one next hop; of paths that have the same next hop (none, through several interfaces) the first is told. Directly attached networks have the next
 * hop 0.0.0.0, in the newer table one of unknown(0) type without octets. The table is that of `show ip route`: active routes only. How old a route is, is not kept: there
 * are no ages.
 */
#include "dataplane/dataplane.h"
#include "dataplane/mib/rows.h"
#include "dataplane/net/iface.h"
#include "dataplane/net/route.h"
#include "espial/ip.h"

enum form { DESTINATION, OLD, CURRENT };
enum { IPV4 = 1 };

/* The numbers that stand before the next hop: all paths of a prefix share them. */
static void index_of_prefix(enum form form, const struct route *r, struct mib_index *out)
{
    *out = (struct mib_index){0};
    if (form != CURRENT) {
        mib_index_ip(out, r->prefix);
        if (form == DESTINATION)
            return;
        mib_index_ip(out, ip4_mask(r->len));
        out->v[out->n++] = 0; /* type of service */
        return;
    }
    out->v[out->n++] = IPV4;
    out->v[out->n++] = 4;
    mib_index_ip(out, r->prefix);
    out->v[out->n++] = r->len;
    out->v[out->n++] = 2; /* policy: 0.0 */
    out->v[out->n++] = 0;
    out->v[out->n++] = 0;
}

static void index_of(enum form form, const struct route *r, struct mib_index *out)
{
    index_of_prefix(form, r, out);
    if (form == CURRENT) {
        out->v[out->n++] = r->hop ? IPV4 : 0;
        out->v[out->n++] = r->hop ? 4 : 0;
    }
    if (form == OLD || (form == CURRENT && r->hop))
        mib_index_ip(out, r->hop);
}

/* The place of the first route whose entries may be behind *at: all before it have a prefix whose numbers come before it. */
static size_t first_for(struct net *net, enum form form, const struct mib_index *at)
{
    size_t lo = 0, hi = route_count(net);
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        struct mib_index i;
        index_of_prefix(form, route_at(net, mid), &i);
        if (mib_compare(i.v, i.n, at->v, at->n < i.n ? at->n : i.n) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static bool behind(void *self, enum form form, struct mib_index *at)
{
    struct net *net = dataplane_net(self);
    struct mib_index best = {0}, candidate;
    const struct route *first = NULL, *r;
    for (size_t i = first_for(net, form, at); (r = route_at(net, i)); i++) {
        bool same = first && first->prefix == r->prefix && first->len == r->len;
        if (!same && best.n)
            break;
        first = r;
        index_of(form, r, &candidate);
        mib_least(&best, &candidate, at);
    }
    *at = best;
    return best.n;
}

static const struct route *route_of(void *self, enum form form, const struct mib_index *at)
{
    struct net *net = dataplane_net(self);
    struct mib_index is;
    const struct route *r;
    for (size_t i = first_for(net, form, at), n = 0; n < route_max_paths() && (r = route_at(net, i)); i++, n++) {
        index_of(form, r, &is);
        if (!mib_compare(is.v, is.n, at->v, at->n))
            return r;
    }
    return NULL;
}

static bool old_behind(void *self, struct mib_index *at)
{
    return behind(self, OLD, at);
}
static bool old_has(void *self, const struct mib_index *at)
{
    return route_of(self, OLD, at);
}
static const struct mib_table old = {.next = old_behind, .has = old_has};

static bool current_behind(void *self, struct mib_index *at)
{
    return behind(self, CURRENT, at);
}
static bool current_has(void *self, const struct mib_index *at)
{
    return route_of(self, CURRENT, at);
}
static const struct mib_table current = {.next = current_behind, .has = current_has};

enum { DEST, MASK, ZERO, HOP, IFINDEX, TYPE, PROTO, INFO, METRIC, NO_METRIC, STATUS };

static bool get_route(const struct mib_row *row, const struct route *r, struct trap_var *out)
{
    bool newer = row->table == &current;
    switch (row->which) {
    case DEST: out->num = r->prefix; break;
    case MASK: out->num = ip4_mask(r->len); break;
    case ZERO: break;
    case HOP: out->num = r->hop; break;
    case IFINDEX: out->num = r->out ? r->out->index : 0; break;
    /* remote, local or reject; the newer table tells a discard from a refusal: blackhole(5) */
    case TYPE: out->num = r->discard ? newer ? 5 : 2 : r->hop ? 4 : 3; break;
    case PROTO: out->num = r->kind == ROUTE_STATIC ? 3 : 2; break; /* netmgmt, local */
    case INFO: out->len = 2; out->oid_val[0] = out->oid_val[1] = 0; break;
    case METRIC: out->num = route_metric(r); break;
    case NO_METRIC: out->num = -1; break;
    case STATUS: out->num = 1; break; /* active */
    }
    return true;
}

static bool get(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const struct route *r = route_of(self, row->table == &current ? CURRENT : OLD, at);
    return r && get_route(row, r, out);
}

/* ---- RFC 1213: by destination ---- */

static bool dest_behind(void *self, struct mib_index *at)
{
    return behind(self, DESTINATION, at);
}
static bool dest_has(void *self, const struct mib_index *at)
{
    return route_of(self, DESTINATION, at);
}
static const struct mib_table dests = {.next = dest_behind, .has = dest_has};

static bool get_dest(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const struct route *r = route_of(self, DESTINATION, at);
    if (!r)
        return false;
    if (row->which == HOP) /* directly: our own address there */
        out->num = r->hop || !r->out ? r->hop : r->out->addr;
    else if (row->which == TYPE)
        out->num = r->discard ? 1 : r->hop ? 4 : 3; /* other, indirect, direct */
    else
        return get_route(row, r, out);
    return true;
}

/* ---- default routers ---- */

static bool router_behind(void *self, struct mib_index *at)
{
    struct net *net = dataplane_net(self);
    struct mib_index best = {0};
    const struct route *r;
    for (size_t i = 0; (r = route_at(net, i)) && !r->prefix && !r->len; i++) {
        struct mib_index candidate = {.v = {IPV4, 4}, .n = 2};
        mib_index_ip(&candidate, r->hop);
        candidate.v[candidate.n++] = r->out ? r->out->index : 0;
        if (r->hop && r->out)
            mib_least(&best, &candidate, at);
    }
    *at = best;
    return best.n;
}
static const struct mib_table routers = {.next = router_behind};

enum { LIFETIME, PREFERENCE };
static bool get_router(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    (void)self, (void)at;
    out->num = row->which == LIFETIME ? 65535 : 0; /* for ever; medium */
    return true;
}

/* Entries of the tables, of which paths with one next hop are one. */
static bool get_count(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct net *net = dataplane_net(self);
    const struct route *all = route_at(net, 0);
    size_t n = route_count(net), entries = 0;
    (void)row, (void)at;
    for (size_t i = 0; i < n; i++) {
        size_t k = i;
        while (k && all[k - 1].prefix == all[i].prefix && all[k - 1].len == all[i].len && all[k - 1].hop != all[i].hop)
            k--;
        entries += !k || all[k - 1].prefix != all[i].prefix || all[k - 1].len != all[i].len;
    }
    out->num = (uint32_t)entries;
    return true;
}

#define FWD(tail) "1.3.6.1.2.1.4.24." tail
#define OLD_ROUTE(nm, n, t, w) {.name = nm, .oid = FWD("4.1." #n), .type = t, .table = &old, .get = get, .which = w}
#define ROUTE(nm, n, t, w)     {.name = nm, .oid = FWD("7.1." #n), .type = t, .table = &current, .get = get, .which = w}
#define DEST_ROUTE(nm, n, t, w)                                                                                        \
    {                                                                                                                  \
        .name = "ipRoute" nm, .oid = "1.3.6.1.2.1.4.21.1." #n, .type = t, .table = &dests, .get = get_dest, .which = w \
    }
static const struct mib_row rows[] = {
    DEST_ROUTE("Dest", 1, TRAP_IP, DEST),
    DEST_ROUTE("IfIndex", 2, TRAP_INT, IFINDEX),
    DEST_ROUTE("Metric1", 3, TRAP_INT, METRIC),
    DEST_ROUTE("Metric2", 4, TRAP_INT, NO_METRIC),
    DEST_ROUTE("Metric3", 5, TRAP_INT, NO_METRIC),
    DEST_ROUTE("Metric4", 6, TRAP_INT, NO_METRIC),
    DEST_ROUTE("NextHop", 7, TRAP_IP, HOP),
    DEST_ROUTE("Type", 8, TRAP_INT, TYPE),
    DEST_ROUTE("Proto", 9, TRAP_INT, PROTO),
    DEST_ROUTE("Mask", 11, TRAP_IP, MASK),
    DEST_ROUTE("Metric5", 12, TRAP_INT, NO_METRIC),
    DEST_ROUTE("Info", 13, TRAP_OID, INFO),
    {.name = "ipCidrRouteNumber", .oid = FWD("3"), .type = TRAP_UNSIGNED, .get = get_count},
    OLD_ROUTE("ipCidrRouteDest", 1, TRAP_IP, DEST),
    OLD_ROUTE("ipCidrRouteMask", 2, TRAP_IP, MASK),
    OLD_ROUTE("ipCidrRouteTos", 3, TRAP_INT, ZERO),
    OLD_ROUTE("ipCidrRouteNextHop", 4, TRAP_IP, HOP),
    OLD_ROUTE("ipCidrRouteIfIndex", 5, TRAP_INT, IFINDEX),
    OLD_ROUTE("ipCidrRouteType", 6, TRAP_INT, TYPE),
    OLD_ROUTE("ipCidrRouteProto", 7, TRAP_INT, PROTO),
    OLD_ROUTE("ipCidrRouteInfo", 9, TRAP_OID, INFO),
    OLD_ROUTE("ipCidrRouteNextHopAS", 10, TRAP_INT, ZERO),
    OLD_ROUTE("ipCidrRouteMetric1", 11, TRAP_INT, METRIC),
    OLD_ROUTE("ipCidrRouteMetric2", 12, TRAP_INT, NO_METRIC),
    OLD_ROUTE("ipCidrRouteMetric3", 13, TRAP_INT, NO_METRIC),
    OLD_ROUTE("ipCidrRouteMetric4", 14, TRAP_INT, NO_METRIC),
    OLD_ROUTE("ipCidrRouteMetric5", 15, TRAP_INT, NO_METRIC),
    OLD_ROUTE("ipCidrRouteStatus", 16, TRAP_INT, STATUS),
    {.name = "inetCidrRouteNumber", .oid = FWD("6"), .type = TRAP_UNSIGNED, .get = get_count},
    ROUTE("inetCidrRouteIfIndex", 7, TRAP_INT, IFINDEX),
    ROUTE("inetCidrRouteType", 8, TRAP_INT, TYPE),
    ROUTE("inetCidrRouteProto", 9, TRAP_INT, PROTO),
    ROUTE("inetCidrRouteNextHopAS", 11, TRAP_UNSIGNED, ZERO),
    ROUTE("inetCidrRouteMetric1", 12, TRAP_INT, METRIC),
    ROUTE("inetCidrRouteMetric2", 13, TRAP_INT, NO_METRIC),
    ROUTE("inetCidrRouteMetric3", 14, TRAP_INT, NO_METRIC),
    ROUTE("inetCidrRouteMetric4", 15, TRAP_INT, NO_METRIC),
    ROUTE("inetCidrRouteMetric5", 16, TRAP_INT, NO_METRIC),
    ROUTE("inetCidrRouteStatus", 17, TRAP_INT, STATUS),
    {.name = "ipDefaultRouterLifetime",
     .oid = "1.3.6.1.2.1.4.37.1.4",
     .type = TRAP_UNSIGNED,
     .table = &routers,
     .get = get_router,
     .which = LIFETIME},
    {.name = "ipDefaultRouterPreference",
     .oid = "1.3.6.1.2.1.4.37.1.5",
     .type = TRAP_INT,
     .table = &routers,
     .get = get_router,
     .which = PREFERENCE},
};
const struct mib_rows dp_mib_forward = MIB_ROWS("IP-FORWARD-MIB", rows);
