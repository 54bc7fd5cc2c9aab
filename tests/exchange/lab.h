/* lab.h: for tests of whole routers in virtual time: hub, isp and spoke of samples/invalid-spi with their wires at hand, streams of pings that count every packet, and
 * what each end believes about the tunnel. Include it once per program. */
#ifndef ESPIAL_TESTS_LAB_H
#define ESPIAL_TESTS_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/dataplane.h"
#include "dataplane/drop.h"
#include "dataplane/graph.h"
#include "dataplane/ike/ike.h"
#include "dataplane/ike/ike_show.h"
#include "dataplane/ipsec/ipsec.h"
#include "dataplane/net/icmp.h"
#include "dataplane/net/net.h"
#include "espial/buf.h"
#include "espial/ip.h"
#include "espial/loop.h"
#include "espial/rand.h"
#include "tests/sim/box.h"
#include "tests/sim/vloop.h"

#define HUB_ADDR   0xD5A3DE07u /* 213.163.222.7 */
#define ISP_ADDR   0xD5A3DE01u /* 213.163.222.1, isp towards hub */
#define SPOKE_ADDR 0x0B010103u /* 11.1.1.3 */
#define HUB_LAN    0x0A010001u /* 10.1.0.1 */
#define SPOKE_LAN  0x0A020001u /* 10.2.0.1 */

/* A ping every `gap` without waiting for the one before: echoes sent, replies back. */
struct stream {
    struct lab *lab;
    const char *node;
    uint32_t src, dst, size;
    uint64_t gap; /* us; 0: stands still */
    struct icmp_listener listener;
    struct timer timer;
    bool heard; /* listener is registered */
    uint16_t id, seq;
    unsigned sent, back;
};
struct lab {
    struct box *box;
    struct wire *hub_wire, *spoke_wire; /* end 0: the router; end 1: isp */
    struct stream hub, spoke;
};

static inline struct dataplane *lab_dp(struct lab *l, const char *node)
{
    return router_dataplane(box_router(l->box, node));
}

static inline struct ipsec *lab_ipsec(struct lab *l, const char *node)
{
    return dataplane_ipsec(lab_dp(l, node));
}

static inline struct ike *lab_ike(struct lab *l, const char *node)
{
    return dataplane_ike(lab_dp(l, node));
}

static inline uint64_t lab_now(struct lab *l)
{
    return loop_now(box_loop(l->box));
}

static inline void lab_run(struct lab *l, double seconds)
{
    box_run(l->box, (uint64_t)(seconds * 1e6));
}

/* ---- streams ---- */
static inline void stream_reply(void *arg, const struct icmp_event *ev)
{
    struct stream *s = arg;
    if (ev->type == ICMP_ECHO_REPLY && ev->id == s->id && ev->from == s->dst)
        s->back++;
}

static inline void stream_send(void *arg)
{
    struct stream *s = arg;
    (void)icmp_echo(dataplane_net(lab_dp(s->lab, s->node)), s->src, s->dst, s->id, s->seq++, s->size, false, 255);
    s->sent++;
    timer_set(&s->timer, s->gap);
}

static inline void stream_stop(struct stream *s)
{
    timer_clear(&s->timer);
    s->gap = 0;
}

/* Before its router goes. */
static inline void stream_deaf(struct stream *s)
{
    if (s->heard)
        icmp_unlisten(dataplane_net(lab_dp(s->lab, s->node)), &s->listener);
    s->heard = false;
}

static inline void stream_hear(struct stream *s)
{
    struct net *net = dataplane_net(lab_dp(s->lab, s->node));
    s->id = icmp_new_id(net);
    s->listener = (struct icmp_listener){.fn = stream_reply, .arg = s};
    icmp_listen(net, &s->listener);
    s->heard = true;
}

/* Counts from 0; what is still under way from before does not count. */
static inline void stream_start(struct stream *s, uint64_t gap_us, uint32_t size)
{
    stream_deaf(s);
    stream_hear(s);
    s->gap = gap_us;
    s->size = size;
    s->sent = s->back = 0;
    timer_set(&s->timer, 0);
}

static inline void stream_init(struct stream *s, struct lab *l, const char *node, uint32_t src, uint32_t dst)
{
    *s = (struct stream){.lab = l, .node = node, .src = src, .dst = dst};
    timer_init(&s->timer, box_loop(l->box), stream_send, s);
}

/* ---- the lab ---- */
static inline void lab_begin(struct lab *l, struct box *b)
{
    l->box = b;
    stream_init(&l->hub, l, "hub", HUB_LAN, SPOKE_LAN);
    stream_init(&l->spoke, l, "spoke", SPOKE_LAN, HUB_LAN);
}

static inline void lab_new(struct lab *l, uint64_t seed)
{
    struct box *b = box_new(seed);
    box_node_file(b, "hub", "invalid-spi/hub.cfg");
    box_node_file(b, "isp", "invalid-spi/isp.cfg");
    box_node_file(b, "spoke", "invalid-spi/spoke.cfg");
    l->hub_wire = box_link(b, "hub", "Ethernet0/0", "isp", "Ethernet0/0");
    l->spoke_wire = box_link(b, "spoke", "Ethernet0/0", "isp", "Ethernet0/1");
    lab_begin(l, b);
    box_boot(b);
}

static inline void lab_free(struct lab *l)
{
    stream_stop(&l->hub);
    stream_stop(&l->spoke);
    stream_deaf(&l->hub);
    stream_deaf(&l->spoke);
    box_free(l->box);
}

/* Power-cycle with the streams going on. */
static inline void lab_reload(struct lab *l, const char *node)
{
    struct stream *s = strcmp(node, "hub") ? &l->spoke : &l->hub;
    bool heard = s->heard;
    stream_deaf(s);
    box_reload(l->box, node);
    if (heard)
        stream_hear(s);
}

static inline void lab_conf(struct lab *l, const char *node, const char *lines)
{
    box_type(l->box, node, "configure terminal");
    box_type_all(l->box, node, lines);
    box_type(l->box, node, "end");
}

static inline void lab_conf_both(struct lab *l, const char *lines)
{
    lab_conf(l, "hub", lines);
    lab_conf(l, "spoke", lines);
}

static inline bool lab_ping(struct lab *l, const char *node)
{
    return strstr(box_type(l->box, node, strcmp(node, "hub") ? "ping 10.1.0.1 source Loopback0" : "ping 10.2.0.1 source Loopback0"), "100 percent (5/5)") != NULL;
}

/* Begun by the spoke. */
static inline void lab_tunnel(struct lab *l)
{
    (void)lab_ping(l, "spoke");
    assert_true(lab_ping(l, "spoke"));
    assert_true(lab_ping(l, "hub"));
}

/* ---- what an end believes ---- */
static inline unsigned lab_pairs(struct lab *l, const char *node)
{
    return ipsec_totals(lab_ipsec(l, node)).pairs;
}

static inline unsigned lab_ike_sas(struct lab *l, const char *node)
{
    return ike_counts(lab_ike(l, node)).active;
}

/* The pair that the node sends with; false: none. */
static inline bool lab_current(struct lab *l, const char *node, struct ipsec_pair_info *out)
{
    for (size_t at = 0; ipsec_pair_next(lab_ipsec(l, node), 0, &at, out);)
        if (out->current)
            return true;
    return false;
}

static inline bool lab_has_inbound(struct lab *l, const char *node, uint32_t spi)
{
    struct ipsec_pair_info p;
    for (size_t at = 0; ipsec_pair_next(lab_ipsec(l, node), 0, &at, &p);)
        if (p.spi_in == spi)
            return true;
    return false;
}

/* What either end sends with, the other takes in; or both know of nothing. */
static inline bool lab_agree(struct lab *l)
{
    struct ipsec_pair_info h, s;
    bool hub = lab_current(l, "hub", &h), spoke = lab_current(l, "spoke", &s);
    if (!hub && !spoke)
        return lab_pairs(l, "hub") == 0 && lab_pairs(l, "spoke") == 0;
    return hub && spoke && lab_has_inbound(l, "spoke", h.spi_out) && lab_has_inbound(l, "hub", s.spi_out);
}

static inline bool lab_clean(struct lab *l)
{
    return !lab_pairs(l, "hub") && !lab_pairs(l, "spoke") && !lab_ike_sas(l, "hub") && !lab_ike_sas(l, "spoke");
}

/* The last lines of what both ends said and know, for a test that fails. */
static inline void lab_tails(struct lab *l, size_t bytes)
{
    static const char *const nodes[] = {"hub", "spoke"};
    for (int i = 0; i < 2; i++) {
        const char *log = box_log(l->box, nodes[i]);
        size_t len = strlen(log);
        printf("---- %s: IKE SAs %u, pairs %u; the end of its log:\n%s\n", nodes[i], lab_ike_sas(l, nodes[i]), lab_pairs(l, nodes[i]), len > bytes ? log + len - bytes : log);
        printf("%s\n", box_type(l->box, nodes[i], "show crypto isakmp sa"));
        printf("%s\n", box_type(l->box, nodes[i], "show crypto ipsec sa"));
    }
    fflush(stdout);
}
#endif
