/* iface.c: interfaces: what is asked of them made to run, their names and addresses, their frames.
 *
 * An interface exists because it is configured, or because a cable is plugged into it. `no interface` of one with a
 * cable gives it an empty configuration, as on a router whose card stays in its slot; one without a cable goes.
 * Hardware addresses are mac_base plus the port as the low bits: slot and port of the name where they fit. Whether it is
 * up is said by ifstate.c.
 *
 * What it does not do: sub-interfaces, duplex and speed. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/link/capture.h"
#include "dataplane/link/link.h"
#include "dataplane/net/net_local.h"

static int show_rank(enum iface_kind kind)
{
    return kind == IFACE_ETHERNET ? 0 : kind == IFACE_LOOPBACK ? 1 : 2;
}

/* Physical ones before loopbacks, then by type and number. */
static bool shown_before(const struct iface *a, const struct iface *b)
{
    int r = show_rank(a->kind) - show_rank(b->kind);

    return r ? r < 0 : strverscmp(a->name, b->name) < 0;
}

static bool kind_of(const char *name, enum iface_kind *kind)
{
    if (strchr(name, '.'))
        return false;
    if (str_starts(name, "Loopback"))
        *kind = IFACE_LOOPBACK;
    else if (str_starts(name, "Tunnel"))
        *kind = IFACE_TUNNEL;
    else if (str_starts(name, "Ethernet") || str_starts(name, "FastEthernet") || str_starts(name, "GigabitEthernet") ||
             str_starts(name, "TenGigabitEthernet"))
        *kind = IFACE_ETHERNET;
    else
        return false;
    return true;
}

bool iface_name_known(const char *name)
{
    enum iface_kind kind;

    return kind_of(name, &kind);
}

bool iface_name_ethernet(const char *name)
{
    enum iface_kind kind;

    return kind_of(name, &kind) && kind == IFACE_ETHERNET;
}

struct iface *iface_by_name(struct net *net, const char *name)
{
    for (struct iface *i = net->ifaces; i; i = i->next)
        if (!strcmp(i->name, name))
            return i;
    return NULL;
}

struct iface *iface_by_addr(struct net *net, uint32_t addr)
{
    return table_find(net->addrs, &addr);
}

/* The place in by_index of the first interface whose index is not below this one. */
static unsigned index_place(const struct net *net, uint32_t index)
{
    unsigned lo = 0, hi = net->nifaces;

    while (lo < hi) {
        unsigned mid = lo + (hi - lo) / 2;
        if (net->by_index[mid]->index < index)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

struct iface *iface_from_index(const struct net *net, uint32_t from)
{
    unsigned at = index_place(net, from);

    return at < net->nifaces ? net->by_index[at] : NULL;
}

unsigned ifaces_count(const struct net *net)
{
    return net->nifaces;
}

uint64_t ifaces_changed_at(const struct net *net)
{
    return net->ifaces_changed;
}

uint32_t iface_index_max(const struct net *net)
{
    return net->next_index;
}

struct iface *iface_next(struct net *net, const struct iface *ifc)
{
    return ifc ? ifc->next : net->ifaces;
}

bool iface_on_link(const struct iface *ifc, uint32_t addr, uint32_t *src)
{
    const struct if_local *l = ifc->local;

    if (ifc->addr && (addr & ifc->mask) == (ifc->addr & ifc->mask)) {
        if (src)
            *src = ifc->addr;
        return true;
    }
    for (size_t i = 0; i < l->nsecond; i++)
        if ((addr & l->second[i].mask) == (l->second[i].addr & l->second[i].mask)) {
            if (src)
                *src = l->second[i].addr;
            return true;
        }
    return false;
}

static bool is_broadcast(uint32_t addr, uint32_t own, uint32_t mask)
{
    return own && mask < 0xFFFFFFFEu && (addr & mask) == (own & mask) &&
           ((addr | mask) == 0xFFFFFFFFu || (addr & ~mask) == 0);
}

bool iface_broadcast(const struct iface *ifc, uint32_t addr)
{
    const struct if_local *l = ifc->local;

    if (is_broadcast(addr, ifc->addr, ifc->mask))
        return true;
    for (size_t i = 0; i < l->nsecond; i++)
        if (is_broadcast(addr, l->second[i].addr, l->second[i].mask))
            return true;
    return false;
}

size_t iface_secondary(const struct iface *ifc, const struct if_addr_conf **v)
{
    const struct if_local *l = ifc->local;

    *v = l->second;
    return l->nsecond;
}

/* ---- frames ---- */

static void frame_in(void *arg, const uint8_t *frame, size_t len)
{
    struct iface *ifc = arg;
    struct graph *g = ifc->net->env.graph;
    struct packet *p;

    if (ifc->capture)
        capture_frame(ifc->capture, false, loop_wall(ifc->net->env.loop), frame, len);
    if (!ifc->admin_up)
        return; /* the port is off: nothing is received */
    if (!ifc->batch_us)
        ifc->batch_us = loop_now(ifc->net->env.loop);
    p = packet_at(g, len, ifc->batch_us);
    if (!p) {
        ifc->n.rx_no_buffer++;
        return;
    }
    memcpy(p->l3, frame, len);
    p->len = (uint32_t)len;
    p->iif = ifc;
    iface_received(ifc, frame, len, p->rx_us);
    graph_next(g, p, STAGE_ETH_IN);
}

static void frames_in(void *arg)
{
    struct iface *ifc = arg;

    ifc->batch_us = 0;
    graph_run(ifc->net->env.graph);
}

static void carrier_changed(void *arg)
{
    ifstate_changed(arg);
}

/* ---- making and ending ---- */

static bool mac_taken(struct net *net, const uint8_t mac[6])
{
    for (struct iface *i = net->ifaces; i; i = i->next)
        if (!memcmp(i->mac, mac, 6))
            return true;
    return false;
}

static void mac_choose(struct net *net, struct iface *ifc)
{
    unsigned slot = 0, port = 0;
    const char *number = ifc->name + strcspn(ifc->name, "0123456789");

    sscanf(number, "%u/%u", &slot, &port);
    memcpy(ifc->mac, net->env.mac_base, 6);
    ifc->mac[5] = (uint8_t)(ifc->mac[5] + ((port & 15) << 4 | (slot & 15)));
    while (mac_taken(net, ifc->mac)) {
        if (!++ifc->mac[5])
            ifc->mac[3] ^= 0x80;
    }
}

static struct iface *iface_make(struct net *net, const char *name, struct if_conf *conf)
{
    enum iface_kind kind;
    struct iface **at = &net->ifaces;

    if (!kind_of(name, &kind) || net->nifaces >= IFACES_MAX)
        return NULL;
    struct iface *ifc = NEW(struct iface);
    struct if_local *l = NEW(struct if_local);
    ifc->net = net;
    ifc->kind = kind;
    ifc->local = l;
    ifc->conf = conf;
    ifc->index = ifindex_of(net, name);
    ifc->changed_at = net->ifaces_changed = loop_now(net->env.loop);
    ifc->admin_up = true; /* until its configuration says otherwise */
    ifc->overhead = kind == IFACE_ETHERNET ? 14 : 0;
    ifc->own_mtu = kind == IFACE_LOOPBACK ? 1514 : 1476;
    ifcount_start(ifc);
    str_copy(ifc->name, sizeof ifc->name, name);
    if (kind == IFACE_ETHERNET)
        mac_choose(net, ifc);
    ifstate_init(ifc);
    while (*at && shown_before(*at, ifc))
        at = &(*at)->next;
    ifc->next = *at;
    *at = ifc;
    net->by_index = mem_resize(net->by_index, net->nifaces + 1, sizeof(struct iface *));
    unsigned place = index_place(net, ifc->index); /* the last, unless its index was kept over a reload */
    memmove(net->by_index + place + 1, net->by_index + place, (net->nifaces++ - place) * sizeof(struct iface *));
    net->by_index[place] = ifc;
    net_tell(net, ifc, IFACE_ADDED);
    return ifc;
}

/* Which interface has which address. Two interfaces with one address: the first in order answers for it. */
static void index_addrs(struct net *net)
{
    struct iface *ifc;

    order_spoil(net, true);
    table_free(net->addrs);
    uint64_t seed;
    rnd_fill(net->env.rnd, &seed, sizeof seed);
    net->addrs = table_new(sizeof(uint32_t), seed);
    for (ifc = net->ifaces; ifc; ifc = ifc->next) {
        const struct if_local *l = ifc->local;
        if (ifc->addr && !ifc->unnumbered && !table_find(net->addrs, &ifc->addr))
            table_put(net->addrs, &ifc->addr, ifc);
        for (size_t i = 0; i < l->nsecond; i++)
            if (!table_find(net->addrs, &l->second[i].addr))
                table_put(net->addrs, &l->second[i].addr, ifc);
    }
}

static void iface_end(struct iface *ifc)
{
    struct net *net = ifc->net;
    struct if_local *l = ifc->local;
    struct iface **at = &net->ifaces;

    if (!net->ending) {
        graph_run(net->env.graph); /* nothing on its way may name it */
        ifstate_set(ifc, false);
        reass_forget(net->reass, ifc);
        arp_forget(net->arp, ifc);
    }
    net_tell(net, ifc, IFACE_GONE);
    while (*at != ifc)
        at = &(*at)->next;
    *at = ifc->next;
    unsigned place = index_place(net, ifc->index);
    net->nifaces--;
    net->ifaces_changed = loop_now(net->env.loop);
    memmove(net->by_index + place, net->by_index + place + 1, (net->nifaces - place) * sizeof(struct iface *));
    ifstate_end(ifc);
    if (l->adopt.queued) {
        loop_undefer(net->env.loop, &l->adopt);
        iface_conf_fini(ifc->conf);
        mem_free(ifc->conf);
    }
    link_free(ifc->link);
    capture_free(ifc->capture);
    mem_free(l->second);
    mem_free(l);
    mem_free(ifc);
}

void ifaces_end(struct net *net)
{
    while (net->ifaces)
        iface_end(net->ifaces);
    mem_free(net->by_index);
    ifindex_end(net);
    net->by_index = NULL;
}

static void adopt(void *arg)
{
    struct iface *ifc = arg;

    conf_list_add(&ifc->net->conf.ifaces, ifc->conf);
}

static struct if_conf *conf_new(const char *name)
{
    struct if_conf *c = NEW(struct if_conf);

    iface_conf_init(c);
    str_copy(c->name, sizeof c->name, name);
    return c;
}

int iface_attach(struct net *net, const char *name, struct link *link)
{
    struct iface *ifc = iface_by_name(net, name);
    enum iface_kind kind;
    int err = 0;

    if (!kind_of(name, &kind) || kind != IFACE_ETHERNET)
        err = -EINVAL;
    else if (ifc && ifc->link)
        err = -EEXIST;
    else if (!ifc && net->nifaces >= IFACES_MAX)
        err = -ENOSPC;
    if (err) {
        link_free(link);
        return err;
    }
    bool fresh = !ifc;
    if (fresh) {
        struct if_conf *c = conf_new(name);
        ifc = iface_make(net, name, c);
        conf_list_add(&net->conf.ifaces, c);
    }
    ifc->link = link;
    link_attach(link, frame_in, frames_in, carrier_changed, ifc);
    if (fresh)
        ifstate_start(ifc);
    else
        ifstate_changed(ifc);
    return 0;
}

bool iface_capture(struct net *net, const char *name, struct capture *cap)
{
    struct iface *ifc = iface_by_name(net, name);

    if (!ifc) {
        capture_free(cap);
        return false;
    }
    capture_free(ifc->capture);
    ifc->capture = cap;
    return true;
}

/* ---- configuration ---- */

void iface_conf_init(struct if_conf *c)
{
    c->mtu = 1500;
    c->load_interval = 300;
    c->link_traps = c->redirects = c->unreachables = c->proxy_arp = true;
    c->arp_timeout = ARP_TIMEOUT_S;
    c->cdp = c->mop = c->mop_sysid = true;
    c->tunnel.ttl = 255;
    c->tunnel.tos = TUNNEL_TOS_COPY;
    c->tunnel.pmtu_age = 10;
    c->tunnel.pmtu_min = 92;
    c->tunnel.ka_period = 10;
    c->tunnel.ka_retries = 3;
    c->tunnel.tx_kbit = c->tunnel.rx_kbit = 8000;
    conf_list_init(&c->secondary, sizeof(struct if_addr_conf), NULL, NULL);
}

void iface_conf_fini(struct if_conf *c)
{
    conf_list_clear(&c->secondary);
}

static bool addresses_changed(struct iface *ifc)
{
    struct if_local *l = ifc->local;
    struct if_conf *c = ifc->conf;
    const struct iface *lender = c->unnumbered[0] ? iface_by_name(ifc->net, c->unnumbered) : NULL;
    uint32_t addr = lender ? lender->addr : c->addr && ip4_mask_len(c->mask) > 0 ? c->addr : 0;
    uint32_t mask = lender && addr ? UINT32_MAX : addr ? c->mask : 0;
    bool same = ifc->addr == addr && ifc->mask == mask && ifc->unnumbered == (c->unnumbered[0] != 0) &&
                l->nsecond == (addr ? c->secondary.n : 0);

    for (size_t i = 0; same && i < l->nsecond; i++)
        same = !memcmp(c->secondary.v[i], &l->second[i], sizeof l->second[i]);
    if (same)
        return false;
    ifc->addr = addr;
    ifc->mask = mask;
    ifc->unnumbered = c->unnumbered[0];
    ifc->addr_manual = ifc->net->booted;
    mem_free(l->second);
    l->second = NULL;
    l->nsecond = addr ? c->secondary.n : 0; /* without a primary address IP is off */
    if (l->nsecond)
        l->second = mem_array(l->nsecond, sizeof *l->second);
    for (size_t i = 0; i < l->nsecond; i++)
        l->second[i] = *(struct if_addr_conf *)c->secondary.v[i];
    return true;
}

void iface_mtu(struct iface *ifc)
{
    ifc->mtu = ifc->conf->ip_mtu ? ifc->conf->ip_mtu : iface_no_cable(ifc) ? ifc->own_mtu : ifc->conf->mtu;
}

/* Those that have its address have another one now. */
static void lend(struct iface *lender)
{
    struct net *net = lender->net;

    for (struct iface *i = net->ifaces; i; i = i->next)
        if (!strcmp(i->conf->unnumbered, lender->name) && addresses_changed(i)) {
            route_rebuild(net);
            net_tell(net, i, IFACE_ADDR);
        }
}

static void apply(struct iface *ifc)
{
    struct net *net = ifc->net;

    iface_mtu(ifc);
    iface_acls(net);
    if (addresses_changed(ifc)) {
        index_addrs(net);
        route_rebuild(net);
        arp_iface_changed(net->arp, ifc);
        net_tell(net, ifc, IFACE_ADDR);
        lend(ifc);
    }
    ifstate_changed(ifc);
    net_tell(net, ifc, IFACE_CONF);
}

void iface_acls(struct net *net)
{
    for (struct iface *i = net->ifaces; i; i = i->next) {
        i->acl_in = i->conf->acl_in[0] ? acl_find(net, i->conf->acl_in) : NULL;
        i->acl_out = i->conf->acl_out[0] ? acl_find(net, i->conf->acl_out) : NULL;
    }
}

/* c takes the place of the configuration that was not adopted yet. */
static void conf_exchange(struct iface *ifc, struct if_conf *c)
{
    loop_undefer(ifc->net->env.loop, &ifc->local->adopt);
    iface_conf_fini(ifc->conf);
    mem_free(ifc->conf);
    ifc->conf = c;
}

void iface_conf_changed(struct net *net, struct if_conf *c, bool removed)
{
    struct iface *ifc = iface_by_name(net, c->name);

    if (!ifc && !removed) {
        ifc = iface_make(net, c->name, c);
        if (!ifc)
            return;
        apply(ifc);
        ifstate_start(ifc);
        return;
    }
    if (!ifc)
        return;
    if (!removed) {
        if (ifc->local->adopt.queued) /* taken out and put in again in one turn: this one it is */
            conf_exchange(ifc, c);
        if (ifc->conf == c)
            apply(ifc);
        return;
    }
    if (ifc->conf != c)
        return;
    if (!ifc->link) {
        ifc->addr = 0;
        lend(ifc);
        iface_end(ifc);
        index_addrs(net);
        route_rebuild(net);
        return;
    }
    ifc->conf = conf_new(ifc->name);
    ifc->local->adopt = (struct deferred){.fn = adopt, .arg = ifc};
    loop_defer(net->env.loop, &ifc->local->adopt);
    apply(ifc);
}
