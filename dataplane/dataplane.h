/* dataplane.h: one engine: composes net, ipsec and ike, owns the graph, and wires what SAs report upwards. The `self`
 * of every command table of dataplane/cmd is a struct dataplane. */
#ifndef DATAPLANE_DATAPLANE_H
#define DATAPLANE_DATAPLANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/mem.h"

struct bus;
struct clock;
struct debug_registry;
struct faults;
struct graph;
struct ike;
struct inet;
struct ipsec;
struct ipsla;
struct ike_v2_export;
struct ipsec_key_export;
struct link;
struct log;
struct loop;
struct net;
struct ntp;
struct track;
struct tunnels;
struct rnd;
struct work;

struct dataplane_env {
    struct loop *loop;
    struct clock *clock;
    struct work *work;
    struct rnd *rnd;
    struct log *log;
    struct bus *bus;
    struct debug_registry *debug;
    bool iosxe; /* messages of the datapath in its form too (--platform) */
    uint8_t mac_base[6]; /* of the first interface; routers on one wire need different ones */
    /* --export-keys, may be NULL: see struct ike_env */
    void (*export_key)(void *arg, const uint8_t icookie[8], const uint8_t *key, size_t key_len);
    void *export_arg;
    void (*export_ikev2)(void *arg, const struct ike_v2_export *k);
    /* --export-keys for ESP, may be NULL: see struct ipsec_env; the same export_arg */
    void (*export_sa)(void *arg, const struct ipsec_key_export *k);
    /* The router's name, for `crypto isakmp identity hostname`; may be NULL */
    const char *(*hostname)(void *arg);
    const char *(*domain)(void *arg); /* "" none; may be NULL */
    /* An address, or a name that is known for one; may be NULL: addresses only. The same argument */
    bool (*resolve)(void *arg, const char *name, uint32_t *out);
    void *hostname_arg;
};
struct dataplane *dataplane_new(const struct dataplane_env *env);
/* Links and captures go with it. NULL-safe. */
void dataplane_free(struct dataplane *dp);

struct net *dataplane_net(struct dataplane *dp);
struct ipsec *dataplane_ipsec(struct dataplane *dp);
struct ike *dataplane_ike(struct dataplane *dp);
struct graph *dataplane_graph(struct dataplane *dp);
struct ntp *dataplane_ntp(struct dataplane *dp);
struct tunnels *dataplane_tunnels(struct dataplane *dp);
struct ipsla *dataplane_ipsla(struct dataplane *dp); /* dataplane/svc/ipsla.h */
struct track *dataplane_track(struct dataplane *dp); /* tracked objects: dataplane/svc/track.h */
struct faults *dataplane_faults(struct dataplane *dp); /* named defects: dataplane/fault/fault.h */
struct inet *dataplane_inet(struct dataplane *dp); /* the router's own UDP, for syslog and SNMP */
/* An address as typed, or what a name stands for. */
bool dataplane_resolve(const struct dataplane *dp, const char *name, uint32_t *out);
const struct dataplane_env *dataplane_env(const struct dataplane *dp);
/* 1/100 s from the router's beginning to a loop time, modulo 2^32: a TimeStamp of SNMP. */
uint32_t dataplane_ticks(const struct dataplane *dp, uint64_t at_us);

/* Plug a cable into "Ethernet0/0" (canonical): see iface_attach. The link is taken over, also on failure. */
MUST_USE int dataplane_link_attach(struct dataplane *dp, const char *ifname, struct link *link);
/* Capture an interface's frames, both directions, into fd (pcapng; taken over). 0 or a negative errno (-ENODEV: no such
 * interface). */
MUST_USE int dataplane_capture(struct dataplane *dp, const char *ifname, int fd);
#endif
