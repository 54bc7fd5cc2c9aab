/* stat.h: what `show ip traffic` and the MIB count. */
#ifndef DATAPLANE_NET_STAT_H
#define DATAPLANE_NET_STAT_H

#include <stdint.h>

#include "dataplane/net/net.h"

struct net_stat {
    uint64_t ip_in, ip_local, ip_out, ip_forwarded;
    uint64_t in_format, in_checksum, in_hops, in_proto, in_not_gateway, in_options;
    uint64_t reass_in, reass_ok, reass_timeouts, reass_fail, frag_ok, frag_made, frag_cannot;
    uint64_t in_broadcast, in_multicast, out_broadcast, out_multicast;
    uint64_t with_options; /* packets whose header has any */
    uint64_t option[256];  /* well-formed options, by their type */
    uint64_t unserved[256]; /* packets for us, by protocol, that nobody here takes */
    uint64_t no_route, in_no_route, no_adjacency,
        acl_denied; /* in_no_route: those of no_route that somebody else had sent */
    uint64_t icmp_in, icmp_in_checksum, icmp_in_errors, icmp_in_echo, icmp_in_reply, icmp_in_unreachable,
        icmp_in_exceeded, icmp_in_redirect, icmp_in_quench, icmp_in_parameter, icmp_in_timestamp,
        icmp_in_timestamp_reply, icmp_in_info, icmp_in_info_reply, icmp_in_mask, icmp_in_mask_reply,
        icmp_in_solicitation, icmp_in_advertisement, icmp_in_other;
    uint64_t icmp_out, icmp_out_echo, icmp_out_reply, icmp_out_unreachable, icmp_out_exceeded, icmp_out_parameter,
        icmp_out_redirect, icmp_out_limited;
    uint64_t udp_in, udp_in_checksum, udp_in_no_port, udp_out;
    uint64_t arp_in_request, arp_in_reply, arp_in_other, arp_out_request, arp_out_reply, arp_out_proxy;
};
const struct net_stat *net_stat(const struct net *net);
/* The ports of the router's UDP sockets, in no order; cursor from 0, false at the end. */
bool udp_port_next(const struct net *net, size_t *cursor, uint16_t *port);
bool udp_port_open(const struct net *net, uint16_t port);
#endif
