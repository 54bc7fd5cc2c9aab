/* icmp.h: echoes out, and what comes back: for ping and traceroute. */
#ifndef DATAPLANE_NET_ICMP_H
#define DATAPLANE_NET_ICMP_H

#include "dataplane/net/net.h"

enum icmp_type {
    ICMP_ECHO_REPLY = 0,
    ICMP_UNREACHABLE = 3,
    ICMP_QUENCH = 4,
    ICMP_REDIRECT = 5,
    ICMP_ECHO = 8,
    ICMP_ADVERTISEMENT = 9, /* RFC 1256 */
    ICMP_SOLICITATION = 10,
    ICMP_TIME_EXCEEDED = 11,
    ICMP_PARAMETER = 12,
    ICMP_TIMESTAMP = 13,
    ICMP_TIMESTAMP_REPLY = 14,
    ICMP_INFO = 15,
    ICMP_INFO_REPLY = 16,
    ICMP_MASK = 17, /* RFC 950 */
    ICMP_MASK_REPLY = 18
};
enum icmp_redirect { ICMP_REDIRECT_NET, ICMP_REDIRECT_HOST };
enum icmp_unreachable {
    ICMP_UNR_NET,
    ICMP_UNR_HOST,
    ICMP_UNR_PROTO,
    ICMP_UNR_PORT,
    ICMP_UNR_FRAG,
    ICMP_UNR_SRCFAIL,
    ICMP_UNR_ADMIN = 13
};

/* An echo reply to us, or an error about a packet of ours. */
struct icmp_event {
    uint32_t from; /* source of the ICMP packet */
    uint8_t type, code;
    uint32_t len;       /* reply: bytes of the IPv4 packet */
    uint16_t id, seq;   /* reply: its own; error about an echo: that echo's */
    uint8_t orig_proto; /* error: of the quoted packet */
    uint32_t orig_src, orig_dst;
    uint16_t orig_sport, orig_dport; /* error about UDP or TCP */
    uint16_t orig_len;               /* error: of the packet as it was sent */
    bool orig_df;
    const uint8_t *orig_l4; /* error: what is quoted behind the packet's header, at least 8 bytes; during the call */
    uint32_t orig_l4_len;
    uint16_t mtu;                    /* fragmentation needed: as told; 0 not told */
    const uint8_t *data;             /* reply: payload after the ICMP header, valid during the call */
    uint32_t data_len;
};
/* Embedded in its owner; several may listen, each sees every event. */
struct icmp_listener {
    void (*fn)(void *arg, const struct icmp_event *ev);
    void *arg;
    struct icmp_listener *next;
};
void icmp_listen(struct net *net, struct icmp_listener *l);
void icmp_unlisten(struct net *net, struct icmp_listener *l);

/* What an echo may carry besides: the type of service, and the pattern of its payload. */
struct icmp_dress {
    uint8_t tos;
    uint16_t pattern;
};
#define ICMP_PATTERN 0xABCD
/* An echo request. size: bytes of the whole IPv4 packet, 36-18024 as ping has it (less than 28 is taken as 28). src 0:
 * by route. The payload is the data pattern 0xABCD. 0, -EHOSTUNREACH, -EADDRNOTAVAIL, -ENOBUFS. */
int icmp_echo(struct net *net, uint32_t src, uint32_t dst, uint16_t id, uint16_t seq, uint32_t size, bool df,
              uint8_t ttl);
/* The same in another dress (NULL: 0 and 0xABCD). */
int icmp_echo_as(struct net *net, uint32_t src, uint32_t dst, uint16_t id, uint16_t seq, uint32_t size, bool df,
                 uint8_t ttl, const struct icmp_dress *dress);
/* A UDP probe of traceroute with its own TTL: same outcomes. */
int icmp_udp_probe(struct net *net, uint32_t src, uint32_t dst, uint16_t sport, uint16_t dport, uint8_t ttl,
                   uint8_t tos);

/* An identifier that no other ping of this router uses at the moment. */
uint16_t icmp_new_id(struct net *net);
#endif
