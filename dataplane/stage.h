/* stage.h: the bottom floor of the dataplane: packets, stages, the graph that moves vectors of packets between stages, and the one place where a packet dies.
 * A stage takes a vector and names the next stage of each packet by id; it never calls another stage. No allocation per packet: packets come from a pool. */
#ifndef DATAPLANE_STAGE_H
#define DATAPLANE_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct iface;
struct graph;
struct sa_pair;

enum stage_id {
    STAGE_ETH_IN,       /* net/arp.c: a frame from a link (l3 points at the Ethernet header) */
    STAGE_IP4_IN,       /* net/ipv4.c: l3 points at an IPv4 header; checks, inbound ACL, local or forward */
    STAGE_CRYPTO_CHECK, /* ipsec/spd: clear packet in on an interface with a crypto map: should it have been protected? passes on to IP4_ROUTE_IN */
    STAGE_IP4_ROUTE_IN, /* net/ipv4.c: after the check: local or forward */
    STAGE_IP4_LOCAL,    /* net/ipv4.c: reassembly, then by protocol */
    STAGE_IP4_FORWARD,  /* net/ipv4.c: TTL, route */
    STAGE_IP4_ROUTE,    /* net/ipv4.c: a packet made here (or re-encapsulated): route lookup, then IP4_OUT */
    STAGE_IP4_OUT, /* net/ipv4.c: p->oif and p->next_hop known; crypto map? outbound ACL, fragmentation, then ETH_OUT */
    STAGE_CRYPTO_OUT, /* ipsec/spd: p->oif has a crypto map: match, else back to IP4_OUT with p->crypto_done */
    STAGE_ESP_OUT,    /* ipsec/esp_out.c: p->sa known: encapsulate, then IP4_ROUTE with p->crypto_done */
    STAGE_ESP_IN, /* ipsec/esp_in.c: an ESP or AH packet to us (l3 at the outer IPv4 header), or UDP-encapsulated (p->udp_encap, l3 still at outer IPv4) */
    STAGE_GRE_IN, /* tunnel/gre.c: a GRE packet to us (l3 at the outer IPv4 header), whole; what was inside goes to IP4_IN */
    STAGE_TUNNEL_IN, /* tunnel/gre.c: came out of an SA of a tunnel interface in ipsec mode (p->iif): to IP4_IN */
    STAGE_ICMP_IN,   /* net/icmp.c */
    STAGE_UDP_IN,    /* net/udp.c */
    STAGE_TUNNEL_OUT, /* tunnel/gre.c: p->oif is a tunnel: encapsulate, then IP4_ROUTE, or CRYPTO_OUT when the tunnel is protected */
    STAGE_ETH_OUT, /* net/arp.c: resolve p->next_hop on p->oif, frame it, hand to the link */
    STAGE_DROP,    /* drop.c */
    STAGES
};

/* Every reason to drop: X(name, id, feature_name, global, syslog...) in drop.def; see drop.h. */
enum drop_reason {
    DROP_NONE,
#define DROP(name, qfp_id, qfp_name, global, text) name,
#include "dataplane/drop.def"
#undef DROP
    DROP_REASONS
};

#define PACKET_ROOM                                                                                                    \
    512 /* headroom kept free in front of a received or new packet, for encapsulation; enough for every way (tunnel/wrap.c) */
struct packet {               /* what most stages touch is on its first line of the cache */
    uint8_t *l3;              /* current header (Ethernet at ETH_IN, IPv4 afterwards) */
    uint8_t *base;            /* start of the buffer */
    uint32_t len;             /* bytes from l3 */
    uint32_t cap;             /* bytes of the buffer */
    struct iface *iif, *oif;  /* where it came in (NULL: made here), where it leaves */
    struct sa_pair *sa;       /* CRYPTO_OUT -> ESP_OUT; after decapsulation: the SA it came through */
    uint32_t next_hop;
    uint32_t through; /* index of the tunnel interface whose SA it came out of, still to be taken out of GRE; 0 none */
    bool crypto_done;         /* encapsulated, or found not to need it */
    bool decapsulated;        /* came out of an SA: no CRYPTO_CHECK */
    bool udp_encap;
    bool from_local;          /* made by this router */
    bool icmp_error : 1;      /* is an ICMP error: no error about it */
    bool dummy : 1;           /* for ESP_OUT: nothing is inside (ipsec/dummy.c) */
    bool link_broadcast;      /* came in a broadcast or multicast frame: no ICMP error about it, not forwarded */
    uint8_t drop;             /* enum drop_reason, when dying */
    uint8_t encaps;           /* how often tunnels of this router have wrapped it: it may not circle */
    struct packet *next;      /* queues of their owner (ARP hold queue, free list) */
    uint64_t rx_us;           /* loop time of reception */
};

/* It begins a new way: of the one it came nothing counts but the interface it came in by and how often it was
 * wrapped. */
static inline void packet_anew(struct packet *p)
{
    p->oif = NULL;
    p->sa = NULL;
    p->through = 0;
    p->crypto_done = p->decapsulated = p->udp_encap = p->link_broadcast = false;
}

/* A packet with `room` bytes of headroom, len 0, able to hold `size` bytes; NULL when the pool's bound is reached (counted). Sizes over 2048 come from a small
 * pool of 64 KB buffers (reassembly, large pings). */
struct packet *packet_new(struct graph *g, size_t size);
struct packet *packet_at(struct graph *g, size_t size, uint64_t now_us); /* by whoever knows the loop's time already */
struct packet *packet_copy(struct graph *g, const struct packet *p);
/* Back to the pool: used by drop.c and the link's transmit end alone. */
void packet_done(struct graph *g, struct packet *p);

typedef void stage_fn(void *self, struct graph *g, struct packet **v, unsigned n);
void graph_set(struct graph *g, enum stage_id id, stage_fn *fn, void *self);
/* What waits for a stage: a vector, and behind it, when that is full, a chain through the packets. */
#define GRAPH_VECTOR 256 /* most packets a stage is handed at once */
struct graph_queue {
    unsigned n;
    struct packet **vector; /* GRAPH_VECTOR places, n taken */
    struct packet *head, **tail;
};
/* With this a graph begins. */
struct graph_front {
    struct graph_queue queue[STAGES];
};
/* Name p's next stage. The packet belongs to that stage from now on. */
static inline void graph_next(struct graph *g, struct packet *p, enum stage_id id)
{
    struct graph_queue *q = &((struct graph_front *)g)->queue[id];
    if (q->n < GRAPH_VECTOR) {
        q->vector[q->n++] = p;
        return;
    }
    p->next = NULL;
    *q->tail = p;
    q->tail = &p->next;
}
/* p dies, for a declared reason. */
void graph_drop(struct graph *g, struct packet *p, enum drop_reason why);
/* Move everything queued until all stages are empty. Called by links after a batch of frames and by those who make packets from a timer; nested calls return at once. */
void graph_run(struct graph *g);
/* Queue now, run at the end of the loop turn. */
void graph_kick(struct graph *g);
#endif
