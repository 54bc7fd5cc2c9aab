/* arp.h: what shows may ask of the ARP cache. */
#ifndef DATAPLANE_NET_ARP_H
#define DATAPLANE_NET_ARP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataplane/net/net.h"

struct arp_row {
    uint32_t addr;
    uint8_t mac[6];
    bool complete, own, fixed; /* own: an address of this router; fixed: configured */
    uint64_t age_us;
    const struct iface *ifc;
};
/* The cache, own addresses included, sorted by address: at most `max` rows; returns how many there are. */
size_t arp_rows(struct net *net, struct arp_row *rows, size_t max);
/* What was learned and what is configured, in no order: cursor from 0, false at the end; and one of them. */
bool arp_next(const struct net *net, size_t *cursor, struct arp_row *row);
bool arp_row_find(const struct net *net, uint32_t ifindex, uint32_t addr, struct arp_row *row);
/* Forget what was learned: everything, or of one interface or address (NULL, 0: any). IOS then asks again for what it
 * knew; so does this one. */
void arp_clear(struct net *net, const struct iface *ifc, uint32_t addr);
/* The running side of the grammar: configured entries changed; gone: one that is about to leave the
 * list, or NULL. */
struct arp_conf;
void arp_statics_changed(struct net *net, const struct arp_conf *gone);
#endif
