/* ipsec_box.h: one IPsec half with a net under it, in virtual time, for tests of packets and SAs. Its interface
 * Ethernet0/0 has the local address and the crypto map CMAP 10 (peer, access list 101). What IPsec hands on (IP4_ROUTE
 * after encapsulation, IP4_IN after decapsulation, IP4_OUT when it lets a packet be) is copied into `got` instead of
 * going anywhere; messages and reports upwards are kept.
 */
#ifndef ESPIAL_TESTS_IPSEC_BOX_H
#define ESPIAL_TESTS_IPSEC_BOX_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/drop.h"
#include "dataplane/graph.h"
#include "dataplane/ipsec/ipsec.h"
#include "dataplane/ipsec/ipsec_conf.h"
#include "dataplane/ipsec/spd.h"
#include "dataplane/net/acl.h"
#include "dataplane/net/iface.h"
#include "espial/buf.h"
#include "espial/bus.h"
#include "espial/mem.h"
#include "espial/msg.h"
#include "espial/text.h"
#include "tests/sim/vloop.h"

#define A(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
#define BOX_PACKETS   64
#define BOX_EVENTS    64

struct box_packet {
    enum stage_id stage;
    uint32_t len;
    uint8_t data[70000];
};
struct box {
    struct rnd rnd; /* first: repeatable, or gives `fixed` alone */
    uint64_t counter;
    bool constant;
    uint8_t fixed;
    struct loop *loop;
    struct bus *bus;
    struct log *log;
    struct graph *graph;
    struct net *net;
    struct ipsec *ips;
    struct iface *ifc;
    struct if_conf *ifconf;
    struct box_packet *got;
    unsigned ngot;
    char lines[BOX_EVENTS][256];
    unsigned nlines;
    struct ipsec_policy acquired[BOX_EVENTS];
    unsigned nacquired;
    struct sa_pair_info soft[BOX_EVENTS], gone[BOX_EVENTS];
    enum sa_gone why[BOX_EVENTS];
    unsigned nsoft, ngone, nstray, nfact, nmap;
    struct fact_invalid_spi stray, fact;
    bool stray_udp;
};

static inline void box_fill(struct rnd *r, void *buf, size_t len)
{
    struct box *b = (struct box *)r;
    for (size_t i = 0; i < len; i++) {
        uint64_t x = ++b->counter * UINT64_C(0x9E3779B97F4A7C15);
        x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
        ((uint8_t *)buf)[i] = b->constant ? b->fixed : (uint8_t)(x >> 40);
    }
}

static inline void box_sink(void *self, struct graph *g, struct packet **v, unsigned n, enum stage_id stage)
{
    struct box *b = self;
    for (unsigned i = 0; i < n; i++) {
        assert_true(b->ngot < BOX_PACKETS);
        struct box_packet *p = &b->got[b->ngot++];
        p->stage = stage;
        p->len = v[i]->len;
        memcpy(p->data, v[i]->l3, v[i]->len);
        graph_drop(g, v[i], DROP_DONE);
    }
}
static inline void box_route(void *self, struct graph *g, struct packet **v, unsigned n)
{
    box_sink(self, g, v, n, STAGE_IP4_ROUTE);
}
static inline void box_in(void *self, struct graph *g, struct packet **v, unsigned n)
{
    box_sink(self, g, v, n, STAGE_IP4_IN);
}
static inline void box_out(void *self, struct graph *g, struct packet **v, unsigned n)
{
    box_sink(self, g, v, n, STAGE_IP4_OUT);
}
static inline void box_route_in(void *self, struct graph *g, struct packet **v, unsigned n)
{
    box_sink(self, g, v, n, STAGE_IP4_ROUTE_IN);
}

static inline void box_line(void *arg, const void *fact)
{
    struct box *b = arg;
    const struct fact_syslog *f = fact;
    if (b->nlines < BOX_EVENTS)
        str_copy(b->lines[b->nlines++], sizeof b->lines[0], f->line + f->text_at);
}
static inline void box_fact(void *arg, const void *fact)
{
    struct box *b = arg;
    b->nfact++;
    b->fact = *(const struct fact_invalid_spi *)fact;
}
static inline void box_acquire(void *arg, const struct ipsec_policy *want)
{
    struct box *b = arg;
    b->acquired[b->nacquired++ % BOX_EVENTS] = *want;
}
static inline void box_soft(void *arg, const struct sa_pair_info *pair)
{
    struct box *b = arg;
    b->soft[b->nsoft++ % BOX_EVENTS] = *pair;
}
static inline void box_gone(void *arg, const struct sa_pair_info *pair, enum sa_gone why)
{
    struct box *b = arg;
    b->why[b->ngone % BOX_EVENTS] = why;
    b->gone[b->ngone++ % BOX_EVENTS] = *pair;
}
static inline void box_stray(void *arg, uint32_t src, uint32_t dst, uint8_t proto, uint32_t spi, const char *ifname,
                             bool udp_encap)
{
    struct box *b = arg;
    b->nstray++;
    b->stray = (struct fact_invalid_spi){.src = src, .dst = dst, .proto = proto, .spi = spi};
    str_copy(b->stray.ifname, sizeof b->stray.ifname, ifname);
    b->stray_udp = udp_encap;
}
static inline void box_map(void *arg)
{
    ((struct box *)arg)->nmap++;
}

/* access-list 101 permit PROTO src/wild dst/wild */
static inline void box_acl(struct box *b, uint16_t proto, uint32_t src, uint32_t src_wild, uint32_t dst,
                           uint32_t dst_wild, bool deny)
{
    struct ace_conf *e = NEW(struct ace_conf);
    ace_conf_init(e);
    e->number = 101;
    e->action = deny ? 1 : 0;
    e->proto = proto;
    e->src_kind = e->dst_kind = ACL_ADDR_WILD;
    e->src = src;
    e->src_wild = src_wild;
    e->dst = dst;
    e->dst_wild = dst_wild;
    conf_list_add(&net_conf(b->net)->acl_lines, e);
    acl_conf_changed(b->net, "101");
}

static inline struct cryptomap_conf *box_map_conf(struct box *b, uint16_t seq, uint32_t peer, const char *acl)
{
    struct cryptomap_conf *m = NEW(struct cryptomap_conf);
    struct map_peer_conf *p = NEW(struct map_peer_conf);
    cryptomap_conf_init(m);
    str_copy(m->name, sizeof m->name, "CMAP");
    m->seq = seq;
    p->addr = peer;
    conf_list_add(&m->peers, p);
    str_copy(m->acl, sizeof m->acl, acl);
    conf_list_add(&ipsec_conf(b->ips)->maps, m);
    ipsec_conf_changed(b->ips);
    return m;
}

static inline struct box *box_new(uint32_t local, uint32_t peer)
{
    struct box *b = NEW(struct box);
    b->rnd.fill = box_fill;
    b->got = mem_array(BOX_PACKETS, sizeof *b->got);
    b->loop = vloop_new(INT64_C(1331576530000000));
    b->bus = bus_new(b->loop);
    b->log = log_new(b->loop, b->bus);
    b->graph = graph_new(b->loop);
    b->net = net_new(&(struct net_env){
        .loop = b->loop, .rnd = &b->rnd, .log = b->log, .graph = b->graph, .mac_base = {0xAA, 0xBB, 0xCC, 0, 1, 0}});
    b->ips = ipsec_new(&(struct ipsec_env){
        .loop = b->loop, .rnd = &b->rnd, .ivs = &b->rnd, .log = b->log, .bus = b->bus, .net = b->net, .graph = b->graph});
    ipsec_set_up(b->ips, &(struct ipsec_up){.arg = b,
                                            .acquire = box_acquire,
                                            .soft_expire = box_soft,
                                            .gone = box_gone,
                                            .invalid_spi = box_stray,
                                            .map_changed = box_map});
    graph_set(b->graph, STAGE_IP4_ROUTE, box_route, b);
    graph_set(b->graph, STAGE_IP4_IN, box_in, b);
    graph_set(b->graph, STAGE_IP4_OUT, box_out, b);
    graph_set(b->graph, STAGE_IP4_ROUTE_IN, box_route_in, b);
    bus_subscribe(b->bus, FACT_SYSLOG, box_line, b);
    bus_subscribe(b->bus, FACT_INVALID_SPI, box_fact, b);
    b->ifconf = NEW(struct if_conf);
    iface_conf_init(b->ifconf);
    str_copy(b->ifconf->name, sizeof b->ifconf->name, "Ethernet0/0");
    b->ifconf->addr = local;
    b->ifconf->mask = 0xFFFFFF00;
    str_copy(b->ifconf->crypto_map, sizeof b->ifconf->crypto_map, "CMAP");
    conf_list_add(&net_conf(b->net)->ifaces, b->ifconf);
    iface_conf_changed(b->net, b->ifconf, false);
    b->ifc = iface_by_name(b->net, "Ethernet0/0");
    assert_non_null(b->ifc);
    box_map_conf(b, 10, peer, "101");
    return b;
}

static inline void box_free(struct box *b)
{
    ipsec_free(b->ips);
    net_free(b->net);
    graph_free(b->graph);
    log_free(b->log);
    bus_free(b->bus);
    vloop_free(b->loop);
    mem_free(b->got);
    mem_free(b);
}

/* Put bytes in front of a stage (l3 at an IPv4 header), and run until they have come to an end. */
static inline void box_put(struct box *b, enum stage_id stage, const void *data, size_t len, bool udp_encap)
{
    struct packet *p = packet_new(b->graph, len);
    assert_non_null(p);
    memcpy(p->l3, data, len);
    p->len = (uint32_t)len;
    p->iif = b->ifc;
    p->oif = stage == STAGE_CRYPTO_OUT ? b->ifc : NULL;
    p->udp_encap = udp_encap;
    graph_next(b->graph, p, stage);
    graph_run(b->graph);
}

static inline uint64_t box_dropped(struct box *b, enum drop_reason why)
{
    return drop_count(b->graph, why, DROP_SINCE_BOOT).packets;
}

/* The end of this turn. */
static inline void box_turn(struct box *b)
{
    vloop_run_for(b->loop, 0);
}

static inline void box_flow(struct box *b, struct ipsec_flow_info *f)
{
    size_t at = 0;
    assert_true(ipsec_flow_next(b->ips, &at, f));
}

/* Keys as both ends have them: the bytes from `first` on, counting up. */
static inline void box_key(uint8_t *key, size_t len, uint8_t first)
{
    for (size_t i = 0; i < len; i++)
        key[i] = (uint8_t)(first + i);
}

static inline size_t unhex(const char *s, uint8_t *out)
{
    size_t n = 0;
    unsigned v;
    for (; s[0] && s[1]; s += 2, n++) {
        assert_int_equal(sscanf(s, "%2x", &v), 1);
        out[n] = (uint8_t)v;
    }
    return n;
}
#endif
