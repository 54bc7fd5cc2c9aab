/* tunnel.h: tunnel interfaces: how they are made, and what shows ask of one. Their configuration is struct tunnel_conf
 * of net_conf.h. */
#ifndef DATAPLANE_TUNNEL_TUNNEL_H
#define DATAPLANE_TUNNEL_TUNNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct debug_registry;
struct graph;
struct iface;
struct ipsec;
struct log;
struct loop;
struct net;
struct rnd;

struct tunnel_env {
    struct loop *loop;
    struct rnd *rnd;
    struct log *log;
    struct graph *graph;
    struct net *net;
    struct ipsec *ipsec;
    struct debug_registry *debug; /* may be NULL */
};
struct tunnels;
/* Registers its stages. The environment's parts must outlive it. */
struct tunnels *tunnels_new(const struct tunnel_env *env);
void tunnels_free(struct tunnels *ts); /* NULL-safe */
/* The bit of `debug tunnel keepalive`. */
bool *tunnels_debug_keepalive(struct tunnels *ts);

/* Why the line protocol of a tunnel is what it is. */
enum tunnel_line {
    TUNNEL_LINE_UP,
    TUNNEL_NO_SOURCE,      /* none is configured, or its interface has no address or is down */
    TUNNEL_NO_DESTINATION, /* none is configured */
    TUNNEL_TAKEN,          /* another tunnel has this source, destination and key */
    TUNNEL_NO_OUTPUT,      /* no route leads to the destination */
    TUNNEL_RECURSIVE,      /* the route to the destination led through the tunnel itself */
    TUNNEL_SILENT,         /* keepalives are not answered */
    TUNNEL_UNPROTECTED,    /* ipsec mode: no SA */
    TUNNEL_UNSHARED,       /* another tunnel has the SAs between these ends, and not in common with this one */
};
struct tunnel_info {
    enum tunnel_line line;
    uint32_t local, remote; /* as they run; 0: none */
    uint32_t transport_mtu; /* what fits through it */
    uint32_t path_mtu;      /* learnt; 0: none */
    unsigned missed;        /* keepalives without an answer since the last one */
};
/* False: ifc is no tunnel. */
bool tunnel_info(const struct iface *ifc, struct tunnel_info *out);
#endif
