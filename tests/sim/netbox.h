/* netbox.h: the network half of one router, alone, for tests of dataplane/net: a graph, a net, a log, on a shared
 * virtual loop. */
#ifndef ESPIAL_TESTS_SIM_NETBOX_H
#define ESPIAL_TESTS_SIM_NETBOX_H

#include "dataplane/drop.h"
#include "dataplane/graph.h"
#include "dataplane/net/acl.h"
#include "dataplane/net/icmp.h"
#include "dataplane/net/iface.h"
#include "dataplane/net/net.h"
#include "dataplane/net/route.h"
#include "espial/bus.h"
#include "espial/msg.h"
#include "tests/sim/wire.h"

struct netbox {
    struct loop *loop;
    struct rnd *rnd;
    struct bus *bus;
    struct log *log;
    struct graph *graph;
    struct net *net;
};
/* number tells the hardware addresses of boxes apart. The loop is borrowed. */
void netbox_init(struct netbox *b, struct loop *loop, uint8_t number);
void netbox_end(struct netbox *b);
/* Plug an end of a wire into `name` and give it "10.0.0.1/24". */
void netbox_plug(struct netbox *b, const char *name, struct wire *w, int end, const char *addr_len);
/* A loopback, or another address for what is there. */
void netbox_addr(struct netbox *b, const char *name, const char *addr_len);
struct if_conf *netbox_conf(struct netbox *b, const char *name); /* call iface_conf_changed after writing */
void netbox_route(struct netbox *b, const char *prefix_len, const char *hop_or_if);
/* A line of an access list, without the grammar: "permit ip any any" has src 0/32 bits of wildcard. */
struct ace_conf *netbox_ace(struct netbox *b, uint32_t number);
uint32_t addr_of(const char *s); /* aborts on a bad one */
/* Packets out of the pools: 0 when none leaks. */
unsigned netbox_used(const struct netbox *b);
uint64_t netbox_drops(const struct netbox *b, enum drop_reason why);
/* Lines of the log buffer that contain s. */
unsigned netbox_logged(struct netbox *b, const char *s);

/* A ping: counts what comes back. */
struct netping {
    struct netbox *box;
    struct icmp_listener listener;
    uint16_t id;
    unsigned replies, errors;
    struct icmp_event last; /* data is gone */
};
void netping_init(struct netping *p, struct netbox *b);
void netping_end(struct netping *p);
int netping_send(struct netping *p, const char *dst, uint16_t seq, uint32_t size, bool df, uint8_t ttl);
#endif
