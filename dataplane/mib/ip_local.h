/* ip_local.h: what both halves of IP-MIB ask of the network. */
#ifndef DATAPLANE_MIB_IP_LOCAL_H
#define DATAPLANE_MIB_IP_LOCAL_H

#include "dataplane/net/arp.h"
#include "dataplane/net/iface.h"
#include "dataplane/net/stat.h"
#include "espial/mib.h"

enum { INET_IPV4 = 1 }; /* InetVersion and InetAddressType */

/* The i-th address of an interface: its primary one, then the others. False: no more. */
bool ip_mib_address(const struct iface *ifc, size_t i, struct if_addr_conf *out);
/* The interface that owns this address, and the address with its mask; NULL: none. */
const struct iface *ip_mib_owner(struct net *net, uint32_t addr, struct if_addr_conf *out);
/* The index of an entry of order.h, written into one that is empty. */
typedef void ip_mib_index_fn(struct mib_index *out, uint64_t key);
/* The index of our next address behind *at, into *at. */
bool ip_mib_address_behind(struct net *net, ip_mib_index_fn *index, struct mib_index *at);
/* The ARP cache with our own addresses: the least index behind *at (ifIndex, address; typed: with type and length before the address), and one entry. */
bool ip_mib_neighbour_behind(struct net *net, bool typed, struct mib_index *at);
bool ip_mib_neighbour(struct net *net, uint32_t ifindex, uint32_t addr, struct arp_row *r);
uint64_t ip_mib_sum(const struct net_stat *s, uint32_t which);
/* ip_mib_sum: what several counters make together. */
enum { IP_FORWARDING, IP_TTL, IP_HDR_ERRORS, IP_DELIVERS, IP_REASM_TIMEOUT, IP_REASM_FAILS, ICMP_IN_ERRORS };
#endif
