/* arp.c: addresses of the link for addresses of the network (RFC 826), and the last stage of every packet: framed, onto
 * the link.
 *
 *             packet to an unknown next hop                        reply or request from it
 *   (none) ------------------------------> INCOMPLETE (ask, hold) -------------------------> COMPLETE
 *      ^        ARP_TRIES without an answer: held packets die      |                            |  ARP_TIMEOUT: gone;
 * asked again ARP_REFRESH before
 *      +------------------------------------------------------------+----------------------------+
 * At most one request a second and address (RFC 1122 2.3.2.1), at most ARP_HOLD_PACKETS wait for one address, at most
 * ARP_ENTRIES_MAX entries; beyond that the packet dies. An entry is learned from a packet only when it asks for or
 * answers one of our addresses and its sender is on the link's network; one that is known is refreshed by anything. An
 * interface that comes up, or gets an address, announces itself (a gratuitous request). Somebody else using our address
 * is logged. Requests for addresses that we reach another way are answered with our own (proxy ARP, RFC 1027), which
 * IOS does unless told otherwise. A configured entry (arp ADDRESS HARDWARE-ADDRESS ARPA) lives on the interface whose
 * network its address is in, while that is up; it does not age, and nothing that is heard changes it.
 *
 * Also here: STAGE_ETH_IN, which tells frames apart. What it does not do: other encapsulations than
 * Ethernet II. */
#include <stdlib.h>
#include <string.h>

#include "dataplane/link/link.h"
#include "dataplane/net/arp.h"
#include "dataplane/net/net_local.h"

enum {
    ETH_HEADER = 14,
    ETH_MIN = 60,
    ETH_IP4 = 0x0800,
    ETH_ARP = 0x0806,
    ARP_LEN = 28,
    ARP_REQUEST = 1,
    ARP_REPLY = 2
};

MSG(MSG_DUPADDR, "IP", 4, "DUPADDR", ARP_DUP_LOG_MS, "Duplicate address %s on %s, sourced by %s");

static const uint8_t eth_broadcast[6] = {255, 255, 255, 255, 255, 255};

struct arp_key {
    uint32_t ifindex, addr;
};
struct arp_entry {
    struct arp *arp;
    struct iface *ifc;
    uint32_t addr;
    bool complete, refreshing, fixed; /* fixed: configured */
    uint8_t mac[6];
    uint8_t tries;
    uint64_t since; /* loop time of the last proof */
    struct packet *held, **held_tail;
    unsigned nheld;
    struct timer timer;
};
struct arp {
    struct net *net;
    struct table *entries;
    unsigned nheld; /* in all entries */
};

static struct arp_entry *arp_find(const struct arp *arp, const struct iface *ifc, uint32_t addr)
{
    const struct arp_key key = {.ifindex = ifc->index, .addr = addr};

    return table_find(arp->entries, &key);
}

/* ---- frames out ---- */

/* now: loop time. */
static void frame_out(struct net *net, struct packet *p, const uint8_t dst[6], uint16_t type, uint64_t now)
{
    struct iface *ifc = p->oif;
    struct graph *g = net->env.graph;

    p->l3 -= ETH_HEADER;
    memcpy(p->l3, dst, 6);
    memcpy(p->l3 + 6, ifc->mac, 6);
    put16(p->l3 + 12, type);
    p->len += ETH_HEADER;
    if (p->len < ETH_MIN) {
        memset(p->l3 + p->len, 0, ETH_MIN - p->len);
        p->len = ETH_MIN;
    }
    if (ifc->link && link_send(ifc->link, p->l3, p->len)) {
        iface_sent(ifc, p->l3, p->len, p->from_local, now);
        packet_done(g, p);
    } else {
        ifc->n.tx_drops++;
        graph_drop(g, p, DROP_LINK_FULL);
    }
}

/* One ARP packet of ours. */
static void arp_send(struct net *net, struct iface *ifc, uint16_t op, uint32_t src, const uint8_t target_mac[6],
                     uint32_t target, const uint8_t to[6])
{
    struct packet *p = packet_new(net->env.graph, ETH_MIN);

    if (!p)
        return;
    uint8_t *a = p->l3;
    p->len = ARP_LEN;
    put16(a, 1);
    put16(a + 2, ETH_IP4);
    a[4] = 6;
    a[5] = 4;
    put16(a + 6, op);
    memcpy(a + 8, ifc->mac, 6);
    put32(a + 14, src);
    if (target_mac)
        memcpy(a + 18, target_mac, 6);
    else
        memset(a + 18, 0, 6);
    put32(a + 24, target);
    p->oif = ifc;
    p->from_local = true;
    if (op == ARP_REQUEST)
        net->stat.arp_out_request++;
    else
        net->stat.arp_out_reply++;
    frame_out(net, p, to, ETH_ARP, p->rx_us);
}

static void arp_ask(struct arp_entry *e)
{
    uint32_t src = e->ifc->addr;

    iface_on_link(e->ifc, e->addr, &src);
    arp_send(e->arp->net, e->ifc, ARP_REQUEST, src, NULL, e->addr, eth_broadcast);
}

static void arp_announce(struct net *net, struct iface *ifc)
{
    const struct if_addr_conf *second;
    size_t n = iface_secondary(ifc, &second);

    if (ifc->kind != IFACE_ETHERNET || !ifc->up || !ifc->addr)
        return;
    arp_send(net, ifc, ARP_REQUEST, ifc->addr, NULL, ifc->addr, eth_broadcast);
    for (size_t i = 0; i < n; i++)
        arp_send(net, ifc, ARP_REQUEST, second[i].addr, NULL, second[i].addr, eth_broadcast);
}

/* ---- entries ---- */

static void entry_free(struct arp_entry *e, enum drop_reason why)
{
    struct net *net = e->arp->net;
    const struct arp_key key = {.ifindex = e->ifc->index, .addr = e->addr};

    timer_clear(&e->timer);
    table_remove(e->arp->entries, &key);
    order_spoil(net, false);
    e->arp->nheld -= e->nheld;
    while (e->held) {
        struct packet *p = e->held;
        e->held = p->next;
        if (net->ending) {
            packet_done(net->env.graph, p);
            continue;
        }
        if (!p->from_local)
            icmp_error(net, p, ICMP_UNREACHABLE, ICMP_UNR_HOST, 0);
        net->stat.no_adjacency++;
        graph_drop(net->env.graph, p, why);
    }
    if (!net->ending)
        graph_kick(net->env.graph);
    mem_free(e);
}

/* So long before an entry ages out it is asked for again: not longer than half its life. */
static uint64_t refresh_us(const struct arp_entry *e)
{
    uint64_t half = e->ifc->conf->arp_timeout * US_PER_S / 2;

    return half < ARP_REFRESH_US ? half : ARP_REFRESH_US;
}

static void entry_timer(void *arg)
{
    struct arp_entry *e = arg;

    if (e->complete && !e->refreshing) {
        e->refreshing = true;
        arp_ask(e);
        timer_set(&e->timer, refresh_us(e));
    } else if (!e->complete && e->tries < ARP_TRIES) {
        e->tries++;
        arp_ask(e);
        timer_set(&e->timer, ARP_RETRY_US);
    } else {
        entry_free(e, DROP_ARP_FAILED);
    }
}

static struct arp_entry *entry_new(struct arp *arp, struct iface *ifc, uint32_t addr)
{
    const struct arp_key key = {.ifindex = ifc->index, .addr = addr};

    if (table_count(arp->entries) >= ARP_ENTRIES_MAX)
        return NULL;
    struct arp_entry *e = NEW(struct arp_entry);
    e->arp = arp;
    e->ifc = ifc;
    e->addr = addr;
    e->since = loop_now(arp->net->env.loop);
    e->held_tail = &e->held;
    enum account_owner was = account_enter(arp->net->env.loop, ACCOUNT_ARP);
    timer_init(&e->timer, arp->net->env.loop, entry_timer, e);
    account_leave(arp->net->env.loop, was);
    table_put(arp->entries, &key, e);
    order_spoil(arp->net, false);
    return e;
}

static void entry_proved(struct arp_entry *e, const uint8_t mac[6])
{
    struct net *net = e->arp->net;

    memcpy(e->mac, mac, 6);
    e->complete = true;
    e->refreshing = false;
    e->tries = 0;
    e->since = loop_now(net->env.loop);
    timer_set(&e->timer, e->ifc->conf->arp_timeout * US_PER_S - refresh_us(e));
    while (e->held) {
        struct packet *p = e->held;
        e->held = p->next;
        p->next = NULL;
        frame_out(net, p, e->mac, ETH_IP4, e->since);
    }
    e->held_tail = &e->held;
    e->arp->nheld -= e->nheld;
    e->nheld = 0;
}

static void entry_hold(struct arp_entry *e, struct packet *p)
{
    struct graph *g = e->arp->net->env.graph;

    if (e->nheld >= ARP_HOLD_PACKETS || e->arp->nheld >= ARP_HOLD_ALL) {
        graph_drop(g, p, DROP_ARP_QUEUE);
        return;
    }
    p->next = NULL;
    *e->held_tail = p;
    e->held_tail = &p->next;
    e->nheld++;
    e->arp->nheld++;
}

/* ---- stages ---- */

/* The entry by which it left; NULL: another way, or not yet. */
static const struct arp_entry *resolve(struct arp *arp, struct packet *p, uint64_t now)
{
    struct net *net = arp->net;
    struct iface *ifc = p->oif;
    uint32_t hop = p->next_hop;

    if (ipv4_multicast(hop)) { /* RFC 1112 section 6.4 */
        net->stat.out_multicast++;
        const uint8_t mac[6] = {1, 0, 0x5E, (uint8_t)(hop >> 16 & 0x7F), (uint8_t)(hop >> 8), (uint8_t)hop};
        frame_out(net, p, mac, ETH_IP4, now);
        return NULL;
    }
    if (hop == 0xFFFFFFFFu || iface_broadcast(ifc, hop)) {
        net->stat.out_broadcast++;
        frame_out(net, p, eth_broadcast, ETH_IP4, now);
        return NULL;
    }
    struct arp_entry *e = arp_find(arp, ifc, hop);
    if (e && e->complete) {
        frame_out(net, p, e->mac, ETH_IP4, now);
        return e;
    }
    if (!e) {
        e = entry_new(arp, ifc, hop);
        if (!e) {
            graph_drop(net->env.graph, p, DROP_ARP_QUEUE);
            return NULL;
        }
        e->tries = 1;
        arp_ask(e);
        timer_set(&e->timer, ARP_RETRY_US);
    }
    entry_hold(e, p);
    return NULL;
}

static void eth_out(void *self, struct graph *g, struct packet **v, unsigned n)
{
    struct arp *arp = self;
    uint64_t now = loop_now(arp->net->env.loop);
    const struct arp_entry *before = NULL; /* by which the last one left */

    for (unsigned i = 0; i < n; i++) {
        struct iface *ifc = v[i]->oif;
        if (!ifc->up)
            graph_drop(g, v[i], DROP_IF_DOWN);
        else if (ifc->kind != IFACE_ETHERNET)
            graph_drop(g, v[i], DROP_ARP_FAILED); /* nobody else lives on a loopback */
        else if (before && before->ifc == ifc && before->addr == v[i]->next_hop)
            frame_out(arp->net, v[i], before->mac, ETH_IP4, now);
        else
            before = resolve(arp, v[i], now);
    }
}

/* Would we forward to target if it were sent to us? */
static bool proxies(struct net *net, const struct iface *ifc, uint32_t target)
{
    struct route_hop hop;

    return ifc->conf->proxy_arp && !iface_on_link(ifc, target, NULL) && route_lookup(net, target, &hop) == ROUTE_VIA &&
           hop.oif != ifc && hop.oif->up;
}

static bool ours_on(struct iface *ifc, uint32_t addr)
{
    return iface_by_addr(ifc->net, addr) == ifc;
}

static void arp_in(struct arp *arp, const struct packet *p)
{
    struct net *net = arp->net;
    struct iface *ifc = p->iif;
    const uint8_t *a = p->l3;
    uint16_t op = get16(a + 6);
    uint32_t sender = get32(a + 14), target = get32(a + 24);

    if (op == ARP_REQUEST)
        net->stat.arp_in_request++;
    else if (op == ARP_REPLY)
        net->stat.arp_in_reply++;
    else
        net->stat.arp_in_other++;
    if (!ifc->addr || (a[8] & 1) || !memcmp(a + 8, ifc->mac, 6))
        return;
    if (ours_on(ifc, sender)) { /* somebody else says that it is us: tell the link who is right */
        if (msg_post_key(net->env.log, &MSG_DUPADDR, sender, IP4(sender), ifc->name, MAC(a + 8)))
            arp_send(net, ifc, ARP_REQUEST, sender, NULL, sender, eth_broadcast);
        return;
    }
    struct arp_entry *e = arp_find(arp, ifc, sender);
    bool for_us = ours_on(ifc, target);
    if (!e && for_us && sender && iface_on_link(ifc, sender, NULL))
        e = entry_new(arp, ifc, sender);
    if (e && !e->fixed)
        entry_proved(e, a + 8);
    if (op != ARP_REQUEST)
        return;
    if (for_us) {
        arp_send(net, ifc, ARP_REPLY, target, a + 8, sender, a + 8);
    } else if (proxies(net, ifc, target)) {
        arp_send(net, ifc, ARP_REPLY, target, a + 8, sender, a + 8);
        net->stat.arp_out_proxy++;
    }
}

static bool arp_sound(const struct packet *p)
{
    const uint8_t *a = p->l3;

    return p->len >= ARP_LEN && get16(a) == 1 && get16(a + 2) == ETH_IP4 && a[4] == 6 && a[5] == 4;
}

static void eth_in(void *self, struct graph *g, struct packet **v, unsigned n)
{
    struct arp *arp = self;

    for (unsigned i = 0; i < n; i++) {
        struct packet *p = v[i];
        struct iface *ifc = p->iif;
        const uint8_t *eth = p->l3;
        if (p->len < ETH_HEADER) {
            ifc->n.rx_errors++;
            graph_drop(g, p, DROP_ETH_SHORT);
        } else if (!ifc->up) {
            graph_drop(g, p, DROP_IF_DOWN);
        } else if (!(eth[0] & 1) && memcmp(eth, ifc->mac, 6)) {
            graph_drop(g, p, DROP_ETH_NOT_US);
        } else {
            uint16_t type = get16(eth + 12);
            p->l3 += ETH_HEADER;
            p->len -= ETH_HEADER;
            if (type == ETH_IP4) {
                p->link_broadcast = eth[0] & 1;
                graph_next(g, p, STAGE_IP4_IN);
            } else if (type == ETH_ARP && arp_sound(p)) {
                enum account_owner was = account_enter(arp->net->env.loop, ACCOUNT_ARP);
                arp_in(arp, p);
                account_leave(arp->net->env.loop, was);
                graph_drop(g, p, DROP_DONE);
            } else {
                ifc->n.rx_unknown += type != ETH_ARP;
                graph_drop(g, p, type == ETH_ARP ? DROP_ARP_BAD : DROP_ETH_TYPE);
            }
        }
    }
}

/* ---- changes, shows ---- */

/* A configured entry, if its address is on this interface's network. */
static void fix(struct arp *arp, struct iface *ifc, const struct arp_conf *c)
{
    uint8_t mac[6];

    if (ifc->kind != IFACE_ETHERNET || !ifc->up || !iface_on_link(ifc, c->addr, NULL) || !mac_parse(c->mac, mac))
        return;
    struct arp_entry *e = arp_find(arp, ifc, c->addr);
    if (!e)
        e = entry_new(arp, ifc, c->addr);
    if (!e)
        return;
    entry_proved(e, mac);
    timer_clear(&e->timer);
    e->fixed = true;
}

void arp_statics_changed(struct net *net, const struct arp_conf *gone)
{
    struct arp *arp = net->arp;
    struct arp_entry *e;
    size_t cursor = 0;

    while ((e = table_next(arp->entries, &cursor)))
        if (e->fixed)
            entry_free(e, DROP_ARP_FAILED);
    CONF_EACH(struct arp_conf, c, &net->conf.arps)
    for (struct iface *ifc = net->ifaces; ifc && c != gone; ifc = ifc->next)
        fix(arp, ifc, c);
    graph_kick(net->env.graph);
}

void arp_forget(struct arp *arp, const struct iface *ifc)
{
    struct graph *g = arp->net->env.graph;
    size_t cursor = 0;
    struct arp_entry *e;

    while ((e = table_next(arp->entries, &cursor))) {
        struct packet **at = &e->held;
        while (*at) {
            struct packet *p = *at;
            if (p->iif != ifc) {
                at = &p->next;
                continue;
            }
            *at = p->next;
            e->nheld--;
            arp->nheld--;
            graph_drop(g, p, DROP_IF_DOWN);
        }
        e->held_tail = at;
    }
    graph_run(g);
}

void arp_iface_changed(struct arp *arp, struct iface *ifc)
{
    size_t cursor = 0;
    struct arp_entry *e;

    while ((e = table_next(arp->entries, &cursor)))
        if (e->ifc == ifc)
            entry_free(e, DROP_IF_DOWN);
    if (arp->net->ending)
        return;
    arp_announce(arp->net, ifc);
    CONF_EACH(struct arp_conf, c, &arp->net->conf.arps)
    fix(arp, ifc, c);
}

void arp_clear(struct net *net, const struct iface *ifc, uint32_t addr)
{
    size_t cursor = 0;
    struct arp_entry *e;

    while ((e = table_next(net->arp->entries, &cursor))) {
        if ((ifc && e->ifc != ifc) || (addr && e->addr != addr) || !e->complete || e->fixed)
            continue;
        e->complete = e->refreshing = false; /* proves itself again, or goes */
        e->tries = 1;
        arp_ask(e);
        timer_set(&e->timer, ARP_RETRY_US);
    }
    graph_kick(net->env.graph);
}

static int by_addr(const void *a, const void *b)
{
    const struct arp_row *x = a, *y = b;

    return x->addr < y->addr ? -1 : x->addr > y->addr;
}

static void row_of(const struct arp_entry *e, struct arp_row *row)
{
    *row = (struct arp_row){.addr = e->addr,
                            .complete = e->complete,
                            .fixed = e->fixed,
                            .age_us = loop_now(e->arp->net->env.loop) - e->since,
                            .ifc = e->ifc};
    memcpy(row->mac, e->mac, 6);
}

bool arp_next(const struct net *net, size_t *cursor, struct arp_row *row)
{
    const struct arp_entry *e = table_next(net->arp->entries, cursor);

    if (e)
        row_of(e, row);
    return e != NULL;
}

bool arp_row_find(const struct net *net, uint32_t ifindex, uint32_t addr, struct arp_row *row)
{
    const struct arp_entry *e = table_find(net->arp->entries, &(struct arp_key){.ifindex = ifindex, .addr = addr});

    if (e)
        row_of(e, row);
    return e != NULL;
}

size_t arp_rows(struct net *net, struct arp_row *rows, size_t max)
{
    size_t n = 0, cursor = 0;

    for (const struct iface *ifc = net->ifaces; ifc; ifc = ifc->next) {
        const struct if_addr_conf *second;
        size_t more = iface_secondary(ifc, &second);
        if (ifc->kind != IFACE_ETHERNET || !ifc->up || !ifc->addr)
            continue;
        for (size_t i = 0; i <= more; i++, n++)
            if (n < max) {
                rows[n] = (struct arp_row){
                    .addr = i ? second[i - 1].addr : ifc->addr, .complete = true, .own = true, .ifc = ifc};
                memcpy(rows[n].mac, ifc->mac, 6);
            }
    }
    for (struct arp_row row; arp_next(net, &cursor, &row); n++)
        if (n < max)
            rows[n] = row;
    if (max)
        qsort(rows, n < max ? n : max, sizeof *rows, by_addr);
    return n;
}

struct arp *arp_new(struct net *net)
{
    struct arp *arp = NEW(struct arp);
    uint64_t seed;

    arp->net = net;
    rnd_fill(net->env.rnd, &seed, sizeof seed);
    arp->entries = table_new(sizeof(struct arp_key), seed);
    graph_set(net->env.graph, STAGE_ETH_IN, eth_in, arp);
    graph_set(net->env.graph, STAGE_ETH_OUT, eth_out, arp);
    return arp;
}

void arp_free(struct arp *arp)
{
    size_t cursor = 0;
    struct arp_entry *e;

    while ((e = table_next(arp->entries, &cursor)))
        entry_free(e, DROP_IF_DOWN);
    table_free(arp->entries);
    mem_free(arp);
}
