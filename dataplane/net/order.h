/* order.h: our addresses and the neighbours in the order of their numbers, for those who walk them entry by entry. */
#ifndef DATAPLANE_NET_ORDER_H
#define DATAPLANE_NET_ORDER_H

#include <stddef.h>
#include <stdint.h>

struct net;

/* How many, and *keys: ascending, each once, good until the next packet or line is handled.
 * Of addresses: our addresses, also those of interfaces that are down. Of neighbours: ifIndex << 32 | address, our own on Ethernet interfaces and those of the ARP cache, also
 * those that are still asked for. */
size_t order_addresses(struct net *net, const uint64_t **keys);
size_t order_neighbours(struct net *net, const uint64_t **keys);
#endif
