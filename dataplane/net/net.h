/* net.h: the IPv4 half of one dataplane: interfaces, ARP, routes, access lists, ICMP, UDP. Its own folder's headers
 * iface.h, route.h, acl.h and icmp.h hold the verbs of each. */
#ifndef DATAPLANE_NET_NET_H
#define DATAPLANE_NET_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/mem.h"

struct graph;
struct iface;
struct inet;
struct log;
struct loop;
struct net;
struct net_conf;
struct rnd;

struct net_env {
    struct loop *loop;
    struct rnd *rnd;
    struct log *log;
    struct graph *graph;
    uint8_t mac_base[6]; /* interface hardware addresses count up from this one */
};
/* Registers its stages with the graph. The environment's parts must outlive it. */
struct net *net_new(const struct net_env *env);
void net_free(struct net *net); /* NULL-safe */

struct loop *net_loop(const struct net *net);
struct net_conf *net_conf(struct net *net); /* net_conf.h */
/* The startup configuration has been read: addresses from now on are "manual" in shows, the earlier ones "NVRAM". */
void net_booted(struct net *net);
/* The router's own UDP, as inet.h has it. */
struct inet *net_inet(struct net *net);

/* Who wants to know about interfaces and access lists. Embedded in its owner; called in the order of registration, from
 * inside the change. */
enum iface_event {
    IFACE_ADDED,
    IFACE_CONF, /* a line of its configuration changed (if_conf.crypto_map among them) */
    IFACE_ADDR, /* its address or mask is another one now (iface.addr 0: none) */
    IFACE_UP,   /* iface.up became true: packets pass */
    IFACE_DOWN,
    IFACE_GONE, /* about to be freed: free what you keep in iface.crypto */
};
struct net_watch {
    void (*iface)(void *arg, struct iface *ifc, enum iface_event what); /* NULL: not interested */
    void (*acl)(void *arg, const char *name); /* an access list was made, changed or removed; NULL: not interested */
    void (*routes)(
        void *arg); /* the table of routes will be made anew: look at it later, not now; NULL: not interested */
    void *arg;
    struct net_watch *next;
};
/* Also reports IFACE_ADDED at once for every interface there is. */
void net_watch(struct net *net, struct net_watch *w);
void net_unwatch(struct net *net, struct net_watch *w);
#endif
