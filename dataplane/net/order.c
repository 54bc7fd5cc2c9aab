/* order.c: our addresses and the neighbours in the order of their numbers.
 *
 * Packets find both by hashing, which has no order; a management station asks for the next one, thousands of times in a row. So an ascending list is made when it is asked
 * for, and kept until an address or an entry of the ARP cache comes or goes (order_spoil): a walk sorts once, and each of its steps is a binary search. What changes within an
 * entry (its hardware address, complete or not, its interface up or down) is not in the list: who walks looks at the entry itself.
 */
#include "dataplane/net/order.h"

#include <stdlib.h>

#include "dataplane/net/arp.h"
#include "dataplane/net/net_local.h"

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void add(struct order *o, uint64_t key)
{
    if (o->n == o->room) {
        o->room = o->room ? 2 * o->room : 64;
        o->keys = mem_resize(o->keys, o->room, sizeof *o->keys);
    }
    o->keys[o->n++] = key;
}

static void add_own(struct net *net, struct order *o, bool neighbours)
{
    for (const struct iface *ifc = net->ifaces; ifc; ifc = ifc->next) {
        const struct if_addr_conf *second;
        size_t n = iface_secondary(ifc, &second);
        uint64_t high = neighbours ? (uint64_t)ifc->index << 32 : 0;
        if (!ifc->addr || ifc->unnumbered || (neighbours && ifc->kind != IFACE_ETHERNET))
            continue;
        add(o, high | ifc->addr);
        for (size_t i = 0; i < n; i++)
            add(o, high | second[i].addr);
    }
}

static size_t sorted(struct order *o, const uint64_t **keys)
{
    size_t n = 0;
    if (o->n)
        qsort(o->keys, o->n, sizeof *o->keys, ascending);
    for (size_t i = 0; i < o->n; i++)
        if (!n || o->keys[n - 1] != o->keys[i])
            o->keys[n++] = o->keys[i];
    o->n = n;
    o->fresh = true;
    *keys = o->keys;
    return n;
}

size_t order_addresses(struct net *net, const uint64_t **keys)
{
    struct order *o = &net->addresses;
    *keys = o->keys;
    if (o->fresh)
        return o->n;
    o->n = 0;
    add_own(net, o, false);
    return sorted(o, keys);
}

size_t order_neighbours(struct net *net, const uint64_t **keys)
{
    struct order *o = &net->neighbours;
    struct arp_row r;
    *keys = o->keys;
    if (o->fresh)
        return o->n;
    o->n = 0;
    add_own(net, o, true);
    for (size_t cursor = 0; arp_next(net, &cursor, &r);)
        add(o, (uint64_t)r.ifc->index << 32 | r.addr);
    return sorted(o, keys);
}

void order_spoil(struct net *net, bool addresses)
{
    net->neighbours.fresh = false;
    if (addresses)
        net->addresses.fresh = false;
}

void order_free(struct net *net)
{
    mem_free(net->addresses.keys);
    mem_free(net->neighbours.keys);
}
