/* route.h: the routing table: connected, local and static routes, longest prefix first. */
#ifndef DATAPLANE_NET_ROUTE_H
#define DATAPLANE_NET_ROUTE_H

#include "dataplane/net/net.h"
#include "dataplane/net/net_conf.h"

enum route_kind { ROUTE_CONNECTED, ROUTE_LOCAL, ROUTE_STATIC };
enum route_verdict {
    ROUTE_NONE,
    ROUTE_US,        /* an address of ours (or a broadcast to us): oif is the interface that owns it */
    ROUTE_VIA,       /* out of oif, to next_hop (the destination itself when it is on the link) */
    ROUTE_DISCARD,   /* Null0 */
    ROUTE_BROADCAST, /* a directed broadcast of oif's network */
};
struct route_hop {
    struct iface *oif;
    uint32_t next_hop;
};
/* Longest match; recursive next hops resolved. No allocation. *hop is set for US, VIA and BROADCAST. */
MUST_USE enum route_verdict route_lookup(struct net *net, uint32_t dst, struct route_hop *hop);
/* The source address for packets to dst made here: that of the interface it leaves by; 0 when there is no route. */
uint32_t route_source(struct net *net, uint32_t dst);

/* For show: active routes by prefix, then length. */
struct route {
    uint32_t prefix;
    uint8_t len;
    enum route_kind kind;
    uint8_t distance;
    uint32_t hop, tag; /* 0: none */
    struct iface *oif; /* NULL: recursive */
    struct iface *out; /* where packets leave, recursion resolved; NULL: they don't (Null0) */
    bool discard;      /* Null0 */
};
/* Neither connected nor static routes have one. */
static inline uint32_t route_metric(const struct route *r)
{
    (void)r;
    return 0;
}
/* "connected", "local" or "static", as facts and tracked objects name it. */
const char *route_kind_name(enum route_kind kind);
/* Exactly this route (its first path), in the table as it is now; NULL. */
const struct route *route_exact(struct net *net, uint32_t prefix, uint8_t len);
/* The i-th active route in show order; NULL past the end. */
const struct route *route_at(struct net *net, size_t i);
size_t route_count(struct net *net);

/* What one route takes, in bytes, and what finding it takes; how many paths share a prefix at most. */
size_t route_bytes(void);
size_t route_overhead(void);
unsigned route_max_paths(void);

/* A static route of somebody else's making, in the table as if it had been typed behind the others, until it is taken
 * back. The structure is copied. NULL: there are too many. */
struct route_extra;
struct route_extra *route_put(struct net *net, const struct route_conf *c);
void route_take_back(struct net *net, struct route_extra *r); /* NULL-safe; before net goes */

/* Who says whether a tracked object is up: a static route with `track N` is in the table only then. NULL: nobody, and no
 * such route is. */
void route_gate(struct net *net, bool (*up)(void *arg, uint32_t track), void *arg);

/* The running side of the grammar: static routes, interfaces or tracked objects changed. */
void route_rebuild(struct net *net);
#endif
