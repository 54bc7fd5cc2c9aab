/* frag.h: what those who encapsulate ask of IPv4 about packets that are too big. */
#ifndef DATAPLANE_NET_FRAG_H
#define DATAPLANE_NET_FRAG_H

#include "dataplane/net/net.h"
#include "dataplane/stage.h"

/* p (taken over) in pieces of at most mtu bytes, each sent to stage `next`. The pieces keep p's interfaces and next
 * hop. */
void ipv4_fragment(struct net *net, struct packet *p, uint32_t mtu, enum stage_id next);
/* An error about p (l3 at its IPv4 header), when RFC 1812 section 4.3.2.7 and the rate allow one. p stays the caller's.
 * `extra`: the second word (MTU, pointer << 24). */
void icmp_error(struct net *net, const struct packet *p, uint8_t type, uint8_t code, uint32_t extra);
#endif
