/* cmd_route.c: ip route; show ip route [connected | static | summary | track-table | NETWORK [MASK] [longer-prefixes]],
 * show ip protocols; clear ip route.
 *
 * Routes are shown as IOS does: sorted, those of one classful network under a line that says how it is cut ("is
 * subnetted" when all have one length, whose routes then go without it; "is variably subnetted" otherwise), unless its
 * only route is the network itself. One walk over the sorted table, and one over each network's part of it.
 *
 * There are no routing protocols, no VRFs and no IPv6: what asks about them has nothing to list, and programs that ask
 * get the answer of a router on which none is configured. */
#include <stdio.h>
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/net_cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/net/iface.h"
#include "dataplane/net/route.h"
#include "dataplane/svc/track.h"

/* ---- ip route ---- */

static void route_init(void *obj)
{
    ((struct route_conf *)obj)->distance = 1;
}

static bool route_check(void *self, const void *obj, struct out *out)
{
    const struct route_conf *c = obj;
    struct net *net = dataplane_net(self);

    if (ip4_mask_len(c->mask) < 0 || (c->prefix & ~c->mask)) {
        out_text(out, "%Inconsistent address and mask\n");
        return false;
    }
    if (c->hop && iface_by_addr(net, c->hop)) {
        out_text(out, "%Invalid next hop address (it's this router)\n");
        return false;
    }
    if (c->hop >> 28 >= 14 || (!c->hop && !c->ifname[0])) {
        out_text(out, "%Invalid next hop address\n");
        return false;
    }
    return true;
}

static void route_changed(void *self, void *obj, enum cmd_change what)
{
    (void)obj;
    (void)what;
    route_rebuild(dataplane_net(self));
}

static const struct cmd_scope route_scope = {
    .size = sizeof(struct route_conf), .init = route_init, .check = route_check, .changed = route_changed};

/* no ip route PREFIX MASK: all routes to it, whichever way. */
static enum cmd_result do_no_route(struct cmd_ctx *c)
{
    struct net *net = dataplane_net(c->self);
    struct conf_list *routes = &net_conf(net)->routes;
    bool found = false;

    for (size_t i = routes->n; i-- > 0;) {
        const struct route_conf *r = routes->v[i];
        if (r->prefix != cmd_ip(c, "prefix") || r->mask != cmd_ip(c, "mask"))
            continue;
        conf_list_remove(routes, i);
        found = true;
    }
    if (found) {
        route_rebuild(net);
        return CMD_OK;
    }
    out_text(c->out, "%No matching route to delete\n");
    return CMD_FAIL;
}

/* ---- show ip route ---- */

static const char legend[] = "Codes: L - local, C - connected, S - static, R - RIP, M - mobile, B - BGP\n"
                             "       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area \n"
                             "       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2\n"
                             "       E1 - OSPF external type 1, E2 - OSPF external type 2\n"
                             "       i - IS-IS, su - IS-IS summary, L1 - IS-IS level-1, L2 - IS-IS level-2\n"
                             "       ia - IS-IS inter area, * - candidate default, U - per-user static route\n"
                             "       o - ODR, P - periodic downloaded static route, H - NHRP, l - LISP\n"
                             "       a - application route\n"
                             "       + - replicated route, % - next hop override, p - overrides from PfR\n\n";

static unsigned class_len(uint32_t a)
{
    return a >> 31 == 0 ? 8 : a >> 30 == 2 ? 16 : a >> 29 == 6 ? 24 : 32;
}

/* What one classful network's routes look like. */
struct major {
    unsigned routes, masks, len; /* len: the one there is when masks is 1 */
    bool plain;                  /* its only route is the network itself, or a wider one */
};

static bool same_major(const struct route *a, const struct route *b)
{
    uint32_t mask = ip4_mask(class_len(a->prefix));

    return (a->prefix & mask) == (b->prefix & mask) && a->len >= class_len(a->prefix) && b->len >= class_len(b->prefix);
}

static struct major major_of(struct net *net, size_t from)
{
    const struct route *first = route_at(net, from), *r, *last = NULL;
    struct major m = {.len = first->len};
    uint64_t seen = 0;

    for (size_t i = from; (r = route_at(net, i)) && same_major(first, r); i++) {
        if (last && last->prefix == r->prefix && last->len == r->len)
            continue; /* another path */
        m.routes++;
        if (!(seen & UINT64_C(1) << r->len))
            m.masks++;
        seen |= UINT64_C(1) << r->len;
        last = r;
    }
    m.plain = first->len < class_len(first->prefix) || (m.routes == 1 && first->len == class_len(first->prefix));
    return m;
}

static char code_of(const struct route *r)
{
    return r->kind == ROUTE_CONNECTED ? 'C' : r->kind == ROUTE_LOCAL ? 'L' : 'S';
}

static void route_end(struct cmd_ctx *c, const struct route *r)
{
    const char *ifname = r->discard ? "Null0" : r->oif ? r->oif->name : "";

    if (!r->hop)
        out_printf(c->out, "is directly connected, %s\n", ifname);
    else
        out_printf(c->out, "[%u/0] via %s%s%s\n", r->distance, IP4(r->hop), ifname[0] ? ", " : "", ifname);
}

static void route_line(struct cmd_ctx *c, const struct route *r, const struct route *before, const struct major *m)
{
    char head[64];
    bool star = r->kind == ROUTE_STATIC && r->len == 0;

    if (m->plain)
        snprintf(head, sizeof head, "%c%c    %s/%u ", code_of(r), star ? '*' : ' ', IP4(r->prefix), r->len);
    else if (m->masks == 1)
        snprintf(head, sizeof head, "%c        %s ", code_of(r), IP4(r->prefix));
    else
        snprintf(head, sizeof head, "%c        %s/%u ", code_of(r), IP4(r->prefix), r->len);
    if (before && before->prefix == r->prefix && before->len == r->len)
        out_printf(c->out, "%*s", (int)strlen(head), "");
    else
        out_text(c->out, head);
    route_end(c, r);
}

static void gateway_line(struct cmd_ctx *c)
{
    struct net *net = dataplane_net(c->self);
    const struct route *r = route_at(net, 0);

    if (r && r->len == 0 && r->hop)
        out_printf(c->out, "Gateway of last resort is %s to network 0.0.0.0\n\n", IP4(r->hop));
    else if (r && r->len == 0)
        out_text(c->out, "Gateway of last resort is 0.0.0.0 to network 0.0.0.0\n\n");
    else
        out_text(c->out, "Gateway of last resort is not set\n\n");
}

/* One route in full: the longest that covers addr, or with a mask exactly that one. */
static enum cmd_result route_detail(struct cmd_ctx *c, uint32_t addr)
{
    int len = cmd_has(c, "mask") ? ip4_mask_len(cmd_ip(c, "mask")) : -1;
    struct net *net = dataplane_net(c->self);
    const struct route *r, *best = NULL;
    static const char *const kinds[] = {"connected", "connected", "static"};

    for (size_t i = 0; (r = route_at(net, i)); i++)
        if ((addr & ip4_mask(r->len)) == r->prefix && (!best || r->len > best->len) && (r->len || addr == 0) &&
            (len < 0 || r->len == len))
            best = r;
    if (!best) {
        uint32_t mask = ip4_mask(class_len(addr));
        bool subnetted = false;
        for (size_t i = 0; (r = route_at(net, i)); i++)
            subnetted = subnetted || (r->len > class_len(addr) && (r->prefix & mask) == (addr & mask));
        out_printf(c->out, subnetted ? "%% Subnet not in table\n" : "%% Network not in table\n");
        return CMD_OK;
    }
    out_printf(c->out, "Routing entry for %s/%u\n", IP4(best->prefix), best->len);
    out_printf(c->out, "  Known via \"%s\", distance %u, metric 0%s\n", kinds[best->kind], best->distance,
               best->kind != ROUTE_STATIC    ? " (connected, via interface)"
               : best->len == 0 && best->hop ? ", candidate default path"
               : best->len == 0              ? " (connected), candidate default path"
               : best->hop                   ? ""
                                             : " (connected)");
    if (best->tag)
        out_printf(c->out, "  Tag %u\n", best->tag);
    out_text(c->out, "  Routing Descriptor Blocks:\n");
    for (size_t i = 0; (r = route_at(net, i)); i++) {
        if (r->prefix != best->prefix || r->len != best->len)
            continue;
        const char *ifname = r->discard ? "Null0" : r->oif ? r->oif->name : "";
        if (r->hop)
            out_printf(c->out, "  %c %s%s%s\n", r == best ? '*' : ' ', IP4(r->hop), ifname[0] ? ", via " : "", ifname);
        else
            out_printf(c->out, "  %c directly connected, via %s\n", r == best ? '*' : ' ', ifname);
        out_text(c->out, "      Route metric is 0, traffic share count is 1\n");
        if (r->tag)
            out_printf(c->out, "      Route tag %u\n", r->tag);
    }
    return CMD_OK;
}

/* Is r one of those asked for? */
static bool wanted(const struct cmd_ctx *c, const struct route *r)
{
    if (cmd_has(c, "longer")) {
        uint32_t mask = cmd_has(c, "mask") ? cmd_ip(c, "mask") : ip4_mask(class_len(cmd_ip(c, "ip")));
        return ip4_mask_len(mask) <= r->len && (r->prefix & mask) == (cmd_ip(c, "ip") & mask);
    }
    return !(cmd_has(c, "connected") && r->kind == ROUTE_STATIC) && !(cmd_has(c, "static") && r->kind != ROUTE_STATIC);
}

static enum cmd_result show_route(struct cmd_ctx *c)
{
    struct net *net = dataplane_net(c->self);
    const struct route *r, *before = NULL;
    struct major m = {0};
    bool told = false; /* the line above this network's routes */

    if (cmd_has(c, "ip") && !cmd_has(c, "longer"))
        return route_detail(c, cmd_ip(c, "ip"));
    out_text(c->out, legend);
    gateway_line(c);
    for (size_t i = 0; (r = route_at(net, i)); i++, before = r) {
        if (!before || !same_major(before, r)) {
            m = major_of(net, i);
            told = false;
        }
        if (!wanted(c, r))
            continue;
        if (!told && !m.plain && m.masks == 1)
            out_printf(c->out, "      %s/%u is subnetted, %u subnets\n",
                       IP4(r->prefix & ip4_mask(class_len(r->prefix))), m.len, m.routes);
        else if (!told && !m.plain)
            out_printf(c->out, "      %s/%u is variably subnetted, %u subnets, %u masks\n",
                       IP4(r->prefix & ip4_mask(class_len(r->prefix))), class_len(r->prefix), m.routes, m.masks);
        told = true;
        route_line(c, r, before, &m);
    }
    return CMD_OK;
}

/* ---- show ip route summary ---- */

struct source {
    unsigned networks, subnets;
};

static void source_row(struct cmd_ctx *c, const char *name, const struct source *s)
{
    unsigned n = s->networks + s->subnets;

    out_printf(c->out, "%-16s%-12u%-12u%-12u%-12zu%zu\n", name, s->networks, s->subnets, 0, n * route_overhead(),
               n * route_bytes());
}

static enum cmd_result show_summary(struct cmd_ctx *c)
{
    struct net *net = dataplane_net(c->self);
    struct source of[2] = {{0}}, all;
    const struct route *r, *before = NULL;

    for (size_t i = 0; (r = route_at(net, i)); i++, before = r) {
        struct source *s = &of[r->kind == ROUTE_STATIC];
        if (before && before->prefix == r->prefix && before->len == r->len)
            continue; /* another path */
        if (r->len <= class_len(r->prefix))
            s->networks++;
        else
            s->subnets++;
    }
    all = (struct source){of[0].networks + of[1].networks, of[0].subnets + of[1].subnets};
    out_printf(c->out,
               "IP routing table name is default (0x0)\n"
               "IP routing table maximum-paths is %u\n"
               "Route Source    Networks    Subnets     Replicates  Overhead    Memory (bytes)\n",
               route_max_paths());
    source_row(c, "connected", &of[0]);
    source_row(c, "static", &of[1]);
    source_row(c, "Total", &all);
    return CMD_OK;
}

static enum cmd_result show_vrf_route(struct cmd_ctx *c)
{
    out_printf(c->out, "%% IP routing table vrf %s does not exist\n", cmd_str(c, "vrf"));
    return CMD_FAIL;
}

/* ---- show ip route track-table ---- */

static enum cmd_result show_track_table(struct cmd_ctx *c)
{
    CONF_EACH(const struct route_conf, r, &net_conf(dataplane_net(c->self))->routes)
    {
        bool up = false;
        if (!r->track)
            continue;
        out_printf(c->out, " ip route %s %s%s%s", IP4(r->prefix), IP4(r->mask), r->ifname[0] ? " " : "", r->ifname);
        if (r->hop)
            out_printf(c->out, " %s", IP4(r->hop));
        if (r->distance != 1)
            out_printf(c->out, " %u", r->distance);
        out_printf(c->out, " track %u state is [%s]\n", r->track,
                   track_state(dataplane_track(c->self), r->track, &up) && up ? "up" : "down");
    }
    return CMD_OK;
}

/* ---- show ip protocols, show vrf, show ipv6 interface ---- */

static enum cmd_result show_ip_protocols(struct cmd_ctx *c)
{
    out_text(c->out, "*** IP Routing is NSF aware ***\n\n");
    return CMD_OK;
}

static enum cmd_result show_vrf(struct cmd_ctx *c)
{
    if (cmd_has(c, "vrf")) {
        out_printf(c->out, "%% No VRF named %s\n", cmd_str(c, "vrf"));
        return CMD_FAIL;
    }
    if (!cmd_has(c, "detail"))
        out_text(c->out, "  Name                             Default RD            Protocols   Interfaces\n");
    return CMD_OK;
}

static enum cmd_result show_ipv6(struct cmd_ctx *c)
{
    return if_exists(c) ? CMD_OK : CMD_FAIL;
}

#define F(f) NUM(struct route_conf, f)
#define K(f) KEY_NUM(struct route_conf, f)
/* ---- clear ip route ---- */

/* Connected and static routes are there again at once. */
static enum cmd_result do_clear_route(struct cmd_ctx *c)
{
    struct net *net = dataplane_net(c->self);
    size_t n = route_count(net), found = 0;
    int len = cmd_has(c, "mask") ? ip4_mask_len(cmd_ip(c, "mask")) : -1;

    for (size_t i = 0; i < n; i++) {
        const struct route *r = route_at(net, i);
        found += r->prefix == cmd_ip(c, "ip") && (len < 0 || r->len == len);
    }
    if (!found && !cmd_has(c, "all")) {
        out_text(c->out, "%No matching route to delete\n");
        return CMD_FAIL;
    }
    route_rebuild(net);
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    HELP(CONFIG, "ip", "Global IP configuration subcommands"),
    LINE(CONFIG, &route_scope, &dp_net_scope, struct net_conf, routes,
         "ip route <ip:prefix> <mask> {<ifname> [<ip:hop>]|<ip:hop>} [<distance:1-255>] "
         "&{[tag <tag:1-4294967295>]|[name <word:name>]|[track <track:1-1000>]}",
         "Establish static routes|Destination prefix|Destination prefix mask|Interface|Forwarding router's "
         "address|Forwarding router's address|Distance metric for this route|Set tag for this route|Tag value|"
         "Specify name of the next hop|Specify name of the next hop|Install route depending on tracked item|Tracked "
         "object",
         K(prefix), K(mask), KEY_TXT(struct route_conf, ifname), K(hop), F(distance), TXT(struct route_conf, name),
         F(track), F(tag)),
    NO_ONLY(CONFIG, 15, "ip route <ip:prefix> <mask>", do_no_route, ""),
    HELP(EXEC, "show ip", "IP information"),
    HELP(EXEC, "show ip route", "IP routing table"),
    DO(EXEC, 1, "show ip route [connected=connected|static=static]", show_route, "Connected|Static routes"),
    DO(EXEC, 1, "show ip route <ip> [<mask>] [longer-prefixes=longer]", show_route,
       "Network to display information about|Network mask|Show route matching the specified Network/Mask pair only"),
    DO(EXEC, 1, "show ip route track-table", show_track_table, "Tracked static table"),
    DO(EXEC, 1, "show ip route summary", show_summary, "Summary of all routes"),
    DO(EXEC, 1, "show ip route vrf <word:vrf>", show_vrf_route,
       "Display routes from a VPN Routing/Forwarding instance|VPN Routing/Forwarding instance name"),
    HELP(EXEC, "clear ip route", "Delete route table entries"),
    DO(EXEC, 15, "clear ip route {*=all|<ip> [<mask>]}", do_clear_route,
       "Delete all routes|Destination network route to delete|Network mask"),
    DO(EXEC, 1, "show ip protocols", show_ip_protocols, "IP routing protocol process parameters and statistics"),
    DO(EXEC, 1, "show vrf [detail=detail|<word:vrf>]", show_vrf,
       "VPN Routing/Forwarding instance information|Display detailed information|VRF name"),
    HELP(EXEC, "show ipv6", "IPv6 information"),
    DO(EXEC, 1, "show ipv6 interface [<ifname>]", show_ipv6, "IPv6 interface status and configuration|Interface"),
};
const struct cmd_table dp_table_route = CMD_TABLE("dataplane/cmd/cmd_route", rows);
