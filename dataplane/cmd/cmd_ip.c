/* cmd_ip.c: ip route; show ip route, show arp, show ip traffic; clear arp-cache, clear ip arp.
 *
 * Routes are shown as IOS does: sorted, those of one classful network under a line that says how it is cut ("is
 * subnetted" when all have one length, whose routes then go without it; "is variably subnetted" otherwise), unless its
 * only route is the network itself. */
#include <stdio.h>
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/net_cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/net/arp.h"
#include "dataplane/net/iface.h"
#include "dataplane/net/route.h"
#include "dataplane/net/stat.h"
#include "espial/loop.h"
#include "espial/mem.h"

typedef unsigned long long ull;

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

static void route_detail(struct cmd_ctx *c, uint32_t addr)
{
    struct net *net = dataplane_net(c->self);
    const struct route *r, *best = NULL;
    static const char *const kinds[] = {"connected", "connected", "static"};

    for (size_t i = 0; (r = route_at(net, i)); i++)
        if ((addr & ip4_mask(r->len)) == r->prefix && (!best || r->len > best->len) && (r->len || addr == 0))
            best = r;
    if (!best) {
        uint32_t mask = ip4_mask(class_len(addr));
        bool subnetted = false;
        for (size_t i = 0; (r = route_at(net, i)); i++)
            subnetted = subnetted || (r->len > class_len(addr) && (r->prefix & mask) == (addr & mask));
        out_printf(c->out, subnetted ? "%% Subnet not in table\n" : "%% Network not in table\n");
        return;
    }
    out_printf(c->out, "Routing entry for %s/%u\n", IP4(best->prefix), best->len);
    out_printf(c->out, "  Known via \"%s\", distance %u, metric 0%s\n", kinds[best->kind], best->distance,
               best->kind != ROUTE_STATIC     ? " (connected, via interface)"
               : best->len == 0 && best->hop ? ", candidate default path"
               : best->len == 0              ? " (connected), candidate default path"
               : best->hop                   ? ""
                                             : " (connected)");
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
    }
}

static enum cmd_result show_route(struct cmd_ctx *c)
{
    struct net *net = dataplane_net(c->self);
    const struct route *r, *before = NULL;
    struct major m = {0};
    bool connected = cmd_has(c, "connected"), fixed = cmd_has(c, "static");

    if (cmd_has(c, "ip")) {
        route_detail(c, cmd_ip(c, "ip"));
        return CMD_OK;
    }
    out_text(c->out, legend);
    gateway_line(c);
    for (size_t i = 0; (r = route_at(net, i)); i++, before = r) {
        bool fresh = !before || !same_major(before, r);
        if (fresh)
            m = major_of(net, i);
        if ((connected && r->kind == ROUTE_STATIC) || (fixed && r->kind != ROUTE_STATIC))
            continue;
        if (fresh && !m.plain && m.masks == 1)
            out_printf(c->out, "      %s/%u is subnetted, %u subnets\n",
                       IP4(r->prefix & ip4_mask(class_len(r->prefix))), m.len, m.routes);
        else if (fresh && !m.plain)
            out_printf(c->out, "      %s/%u is variably subnetted, %u subnets, %u masks\n",
                       IP4(r->prefix & ip4_mask(class_len(r->prefix))), class_len(r->prefix), m.routes, m.masks);
        route_line(c, r, before, &m);
    }
    return CMD_OK;
}

/* ---- ARP ---- */

static enum cmd_result show_arp(struct cmd_ctx *c)
{
    struct net *net = dataplane_net(c->self);
    size_t n = arp_rows(net, NULL, 0);
    struct arp_row *rows = mem_array(n + 1, sizeof *rows);
    const char *ifname = cmd_str(c, "ifname");
    uint32_t addr = cmd_ip(c, "ip");

    n = arp_rows(net, rows, n);
    out_text(c->out, "Protocol  Address          Age (min)  Hardware Addr   Type   Interface\n");
    for (size_t i = 0; i < n; i++) {
        char age[24] = "-";
        if ((addr && rows[i].addr != addr) || (ifname[0] && strcmp(rows[i].ifc->name, ifname)))
            continue;
        if (!rows[i].own)
            snprintf(age, sizeof age, "%llu", (ull)(rows[i].age_us / (60 * US_PER_S)));
        if (rows[i].complete)
            out_printf(c->out, "Internet  %-15s%10s   %s  ARPA   %s\n", IP4(rows[i].addr), age, MAC(rows[i].mac),
                       rows[i].ifc->name);
        else
            out_printf(c->out, "Internet  %-15s%10s   Incomplete      ARPA   \n", IP4(rows[i].addr), age);
    }
    mem_free(rows);
    return CMD_OK;
}

static enum cmd_result do_clear_arp(struct cmd_ctx *c)
{
    struct net *net = dataplane_net(c->self);
    const char *ifname = cmd_str(c, "ifname");
    struct iface *ifc = ifname[0] ? iface_by_name(net, ifname) : NULL;

    if (ifname[0] && !ifc) {
        out_printf(c->out, "%% Interface %s does not exist\n", ifname);
        return CMD_FAIL;
    }
    arp_clear(net, ifc, cmd_ip(c, "ip"));
    return CMD_OK;
}

/* ---- show ip traffic ---- */

static enum cmd_result show_traffic(struct cmd_ctx *c)
{
    const struct net_stat *s = net_stat(dataplane_net(c->self));

    out_printf(c->out,
               "IP statistics:\n"
               "  Rcvd:  %llu total, %llu local destination\n"
               "         %llu format errors, %llu checksum errors, %llu bad hop count\n"
               "         %llu unknown protocol, %llu not a gateway\n"
               "         0 security failures, %llu bad options, 0 with options\n"
               "  Frags: %llu reassembled, %llu timeouts, %llu couldn't reassemble\n"
               "         %llu fragmented, %llu fragments, %llu couldn't fragment\n"
               "  Bcast: %llu received, 0 sent\n"
               "  Mcast: %llu received, 0 sent\n"
               "  Sent:  %llu generated, %llu forwarded\n"
               "  Drop:  0 encapsulation failed, 0 unresolved, %llu no adjacency\n"
               "         %llu no route, 0 unicast RPF, %llu forced drop\n\n",
               (ull)s->ip_in, (ull)s->ip_local, (ull)s->in_format, (ull)s->in_checksum, (ull)s->in_hops,
               (ull)s->in_proto, (ull)s->in_not_gateway, (ull)s->in_options, (ull)s->reass_ok, (ull)s->reass_timeouts,
               (ull)s->reass_fail, (ull)s->frag_ok, (ull)s->frag_made, (ull)s->frag_cannot, (ull)s->in_broadcast,
               (ull)s->in_multicast, (ull)s->ip_out, (ull)s->ip_forwarded, (ull)s->no_adjacency, (ull)s->no_route,
               (ull)s->acl_denied);
    out_printf(c->out,
               "ICMP statistics:\n"
               "  Rcvd: %llu format errors, %llu checksum errors, 0 redirects, %llu unreachable\n"
               "        %llu echo, %llu echo reply, 0 mask requests, 0 mask replies, 0 quench\n"
               "        %llu time exceeded, 0 parameter, 0 timestamp, 0 info request, %llu other\n"
               "  Sent: 0 redirects, %llu unreachable, %llu echo, %llu echo reply\n"
               "        0 mask requests, 0 mask replies, 0 quench, 0 timestamp\n"
               "        0 info reply, %llu time exceeded, %llu parameter problem\n\n",
               (ull)s->icmp_in_errors, (ull)s->icmp_in_checksum, (ull)s->icmp_in_unreachable, (ull)s->icmp_in_echo,
               (ull)s->icmp_in_reply, (ull)s->icmp_in_exceeded, (ull)s->icmp_in_other, (ull)s->icmp_out_unreachable,
               (ull)s->icmp_out_echo, (ull)s->icmp_out_reply, (ull)s->icmp_out_exceeded, (ull)s->icmp_out_parameter);
    out_printf(c->out,
               "UDP statistics:\n"
               "  Rcvd: %llu total, %llu checksum errors, %llu no port\n"
               "  Sent: %llu total, 0 forwarded broadcasts\n\n"
               "ARP statistics:\n"
               "  Rcvd: %llu requests, %llu replies, 0 reverse, %llu other\n"
               "  Sent: %llu requests, %llu replies (%llu proxy), 0 reverse\n",
               (ull)(s->udp_in + s->udp_in_checksum + s->udp_in_no_port), (ull)s->udp_in_checksum,
               (ull)s->udp_in_no_port, (ull)s->udp_out, (ull)s->arp_in_request, (ull)s->arp_in_reply,
               (ull)s->arp_in_other, (ull)s->arp_out_request, (ull)s->arp_out_reply, (ull)s->arp_out_proxy);
    return CMD_OK;
}

#define F(f) NUM(struct route_conf, f)
#define K(f) KEY_NUM(struct route_conf, f)
static const struct cmd_row rows[] = {
    HELP(CONFIG, "ip", "Global IP configuration subcommands"),
    LINE(CONFIG, &route_scope, &dp_net_scope, struct net_conf, routes,
         "ip route <ip:prefix> <mask> {<ifname> [<ip:hop>]|<ip:hop>} [<distance:1-255>]",
         "Establish static routes|Destination prefix|Destination prefix mask|Interface|Forwarding router's "
         "address|Forwarding router's address|Distance metric for this route",
         K(prefix), K(mask), KEY_TXT(struct route_conf, ifname), K(hop), F(distance)),
    HELP(EXEC, "show ip", "IP information"),
    HELP(EXEC, "show ip route", "IP routing table"),
    DO(EXEC, 1, "show ip route [connected=connected|static=static|<ip>]", show_route,
       "Connected|Static routes|Network to display information about"),
    HELP(EXEC, "show ip arp", "IP ARP table"),
    HELP(EXEC, "show arp", "ARP table"),
    DO(EXEC, 1, "show arp [<ifname>|<ip>]", show_arp, "ARP table for an interface|Filter on IP address"),
    DO(EXEC, 1, "show ip arp [<ifname>|<ip>]", show_arp, "ARP table for an interface|Filter on IP address"),
    DO(EXEC, 1, "show ip traffic", show_traffic, "IP protocol statistics"),
    HELP(EXEC, "clear", "Reset functions"),
    HELP(EXEC, "clear ip", "IP"),
    DO(EXEC, 15, "clear arp-cache [interface <ifname>|<ip>]", do_clear_arp,
       "Clear the entire ARP cache|Clear the entire ARP cache on the interface|Interface|IP address"),
    DO(EXEC, 15, "clear ip arp <ip>", do_clear_arp, "Clear ARP|IP address"),
};
const struct cmd_table dp_table_ip = CMD_TABLE("dataplane/cmd/cmd_ip", rows);
