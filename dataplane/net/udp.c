/* udp.c: UDP (RFC 768, RFC 1122 section 4.1) for the router's own services: the sockets behind inet.h.
 *
 * A socket is a port; the receiver is called with what came for it. Port 4500 is shared (RFC 3948 section 2.2): a
 * datagram whose first four bytes are not zero is ESP and goes to ESP_IN as it is, a single 0xFF is a keepalive and
 * ends here, the rest (behind four zero bytes) is IKE and goes to the socket, marker included. All this only while
 * somebody has port 4500 open; otherwise it is a port like any other.
 *
 * A datagram to a port that nobody serves is answered with an ICMP port unreachable. Sending fragments where needed;
 * the source address is one of ours. What it does not do: tell a socket about ICMP errors. */
#include <errno.h>
#include <string.h>

#include "dataplane/net/net_local.h"

enum {
    UDP_HEADER = 8,
    UDP_DATA_MAX = 65535 - IP_HEADER - UDP_HEADER,
    UDP_TTL = 255,
    PORT_NATT = 4500,
    NAT_KEEPALIVE = 0xFF
};

struct net_udp_sock {
    struct udp_sock sock; /* first */
    udp_rx_fn *rx;
    void *arg;
    enum account_owner owner; /* who opened it: hears on its own time */
};
struct udp {
    struct inet inet; /* first */
    struct net *net;
    struct table *socks; /* by port */
    uint16_t ephemeral;
};

static struct net_udp_sock *sock_at(const struct udp *u, uint16_t port)
{
    return table_find(u->socks, &port);
}

/* ---- receiving ---- */

static void deliver(struct udp *u, struct graph *g, struct packet *p, struct net_udp_sock *s, const uint8_t *d,
                    size_t len)
{
    struct udp_from from = {.src = get32(p->l3 + 12),
                            .dst = get32(p->l3 + 16),
                            .sport = get16(d),
                            .dport = get16(d + 2),
                            .ifindex = p->iif && !p->from_local ? p->iif->index : 0};
    const uint8_t *data = d + UDP_HEADER;

    len -= UDP_HEADER;
    if (from.dport == PORT_NATT && len == 1 && data[0] == NAT_KEEPALIVE) {
        graph_drop(g, p, DROP_DONE);
        return;
    }
    if (from.dport == PORT_NATT && len > 4 && get32(data)) {
        p->udp_encap = true;
        graph_next(g, p, STAGE_ESP_IN);
        return;
    }
    u->net->stat.udp_in++;
    enum account_owner was = account_enter(u->net->env.loop, s->owner);
    s->rx(s->arg, &from, data, len);
    account_leave(u->net->env.loop, was);
    graph_drop(g, p, DROP_DONE);
}

static void udp_one(struct udp *u, struct graph *g, struct packet *p)
{
    struct net *net = u->net;
    unsigned ihl = ipv4_ihl(p->l3);
    const uint8_t *d = p->l3 + ihl;
    uint32_t left = p->len - ihl, len = left >= UDP_HEADER ? get16(d + 4) : 0;

    if (len < UDP_HEADER || len > left ||
        (get16(d + 6) && ip_cksum_l4(get32(p->l3 + 12), get32(p->l3 + 16), PROTO_UDP, d, len))) {
        net->stat.udp_in_checksum++;
        graph_drop(g, p, DROP_UDP_BAD);
        return;
    }
    struct net_udp_sock *s = sock_at(u, get16(d + 2));
    if (s) {
        deliver(u, g, p, s, d, len);
        return;
    }
    net->stat.udp_in_no_port++;
    icmp_error(net, p, ICMP_UNREACHABLE, ICMP_UNR_PORT, 0);
    graph_drop(g, p, DROP_UDP_PORT);
}

static void udp_in(void *self, struct graph *g, struct packet **v, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        udp_one(self, g, v[i]);
}

/* ---- inet.h ---- */

static uint16_t free_port(struct udp *u)
{
    for (unsigned i = 0; i <= UINT16_MAX - UDP_EPHEMERAL_FIRST; i++) {
        uint16_t port = u->ephemeral;
        u->ephemeral = u->ephemeral == UINT16_MAX ? UDP_EPHEMERAL_FIRST : (uint16_t)(u->ephemeral + 1);
        if (!sock_at(u, port))
            return port;
    }
    return 0;
}

static struct udp_sock *open_sock(struct inet *in, uint16_t port, udp_rx_fn *rx, void *arg)
{
    struct udp *u = (struct udp *)in;

    if (table_count(u->socks) >= UDP_SOCKETS_MAX)
        return NULL;
    if (!port)
        port = free_port(u);
    if (!port || sock_at(u, port))
        return NULL;
    struct net_udp_sock *s = NEW(struct net_udp_sock);
    s->sock = (struct udp_sock){.inet = in, .port = port};
    s->rx = rx;
    s->arg = arg;
    s->owner = account_owner(u->net->env.loop);
    table_put(u->socks, &port, s);
    return &s->sock;
}

static void close_sock(struct udp_sock *sock)
{
    struct udp *u = (struct udp *)sock->inet;

    table_remove(u->socks, &sock->port);
    mem_free(sock);
}

static int send_sock(struct udp_sock *sock, uint32_t src, uint32_t dst, uint16_t dport, const void *data, size_t len)
{
    struct udp *u = (struct udp *)sock->inet;
    struct net *net = u->net;
    struct graph *g = net->env.graph;

    if (len > UDP_DATA_MAX)
        return -EMSGSIZE;
    if (src && !iface_by_addr(net, src))
        return -EADDRNOTAVAIL;
    uint32_t by_route = route_source(net, dst);
    if (!by_route)
        return -EHOSTUNREACH;
    if (!src)
        src = by_route;
    struct packet *p = packet_new(g, IP_HEADER + UDP_HEADER + len);
    if (!p)
        return -ENOBUFS;
    p->len = (uint32_t)(IP_HEADER + UDP_HEADER + len);
    p->from_local = true;
    ipv4_header(net, p, PROTO_UDP, src, dst, UDP_TTL, false);
    uint8_t *d = p->l3 + IP_HEADER;
    put16(d, sock->port);
    put16(d + 2, dport);
    put16(d + 4, (uint16_t)(UDP_HEADER + len));
    put16(d + 6, 0);
    if (len)
        memcpy(d + UDP_HEADER, data, len);
    uint16_t sum = ip_cksum_l4(src, dst, PROTO_UDP, d, UDP_HEADER + len);
    put16(d + 6, sum ? sum : 0xFFFF);
    net->stat.udp_out++;
    graph_next(g, p, STAGE_IP4_ROUTE);
    graph_kick(g);
    return 0;
}

static uint32_t source_for(struct inet *in, uint32_t dst)
{
    return route_source(((struct udp *)in)->net, dst);
}

static uint32_t if_addr(struct inet *in, const char *ifname)
{
    const struct iface *ifc = iface_by_name(((struct udp *)in)->net, ifname);

    return ifc ? ifc->addr : 0;
}

static const char *if_name(struct inet *in, uint32_t ifindex)
{
    const struct iface *ifc = ifindex ? iface_from_index(((struct udp *)in)->net, ifindex) : NULL;

    return ifc && ifc->index == ifindex ? ifc->name : NULL;
}

static const struct inet_ops udp_ops = {.udp_open = open_sock,
                                        .udp_send = send_sock,
                                        .udp_close = close_sock,
                                        .source_for = source_for,
                                        .if_addr = if_addr,
                                        .if_name = if_name};

bool udp_port_next(const struct net *net, size_t *cursor, uint16_t *port)
{
    const struct net_udp_sock *s = table_next(net->udp->socks, cursor);

    if (s)
        *port = s->sock.port;
    return s != NULL;
}

bool udp_port_open(const struct net *net, uint16_t port)
{
    return sock_at(net->udp, port) != NULL;
}

struct inet *udp_inet(struct udp *u)
{
    return &u->inet;
}

struct udp *udp_new(struct net *net)
{
    struct udp *u = NEW(struct udp);
    uint64_t seed;

    u->inet.ops = &udp_ops;
    u->net = net;
    rnd_fill(net->env.rnd, &seed, sizeof seed);
    u->socks = table_new(sizeof(uint16_t), seed);
    u->ephemeral = (uint16_t)(UDP_EPHEMERAL_FIRST + rnd_u32(net->env.rnd) % (UINT16_MAX - UDP_EPHEMERAL_FIRST));
    graph_set(net->env.graph, STAGE_UDP_IN, udp_in, u);
    return u;
}

void udp_free(struct udp *u)
{
    size_t cursor = 0;
    struct net_udp_sock *s;

    while ((s = table_next(u->socks, &cursor))) {
        table_remove(u->socks, &s->sock.port);
        mem_free(s);
    }
    table_free(u->socks);
    mem_free(u);
}
