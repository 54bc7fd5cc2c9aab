/* snmp_box.h: SNMP agents in virtual time on a UDP that only remembers. A box is one router's agent with its bus, log and address; what it sends lies in
 * `sent` until the test carries it to another box (box_carry) or looks at it. */
#ifndef ESPIAL_TESTS_SNMP_BOX_H
#define ESPIAL_TESTS_SNMP_BOX_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "espial/bus.h"
#include "espial/inet.h"
#include "espial/ip.h"
#include "espial/loop.h"
#include "espial/mem.h"
#include "espial/msg.h"
#include "espial/text.h"
#include "snmp/snmp.h"
#include "snmp/snmp_conf.h"
#include "tests/sim/vloop.h"

#define BOX_SENT_MAX  64
#define BOX_HEARD_MAX 8
#define BOX_SOCKS     4
#define EPHEMERAL     49152

struct box_sock {
    struct udp_sock sock;
    bool open;
    udp_rx_fn *rx;
    void *arg;
};
struct box_datagram {
    uint32_t src, dst;
    uint16_t sport, dport;
    size_t len;
    uint8_t data[2048];
};
struct box {
    struct inet inet; /* first */
    uint32_t addr, loopback_addr;
    bool no_route, port_taken;
    struct box_sock socks[BOX_SOCKS];
    struct box_datagram sent[BOX_SENT_MAX];
    size_t nsent;
    struct loop *loop;
    struct bus *bus;
    struct log *log;
    struct snmp *snmp;
    struct fact_trap heard[BOX_HEARD_MAX];
    size_t nheard;
};

static struct udp_sock *box_open(struct inet *in, uint16_t port, udp_rx_fn *rx, void *arg)
{
    struct box *b = (struct box *)in;
    if (port && b->port_taken)
        return NULL;
    for (size_t i = 0; i < BOX_SOCKS; i++) {
        struct box_sock *s = &b->socks[i];
        if (s->open)
            continue;
        *s = (struct box_sock){.sock = {.inet = in, .port = port ? port : EPHEMERAL}, .open = true, .rx = rx, .arg = arg};
        return &s->sock;
    }
    return NULL;
}

static int box_send(struct udp_sock *sock, uint32_t src, uint32_t dst, uint16_t dport, const void *data, size_t len)
{
    struct box *b = (struct box *)sock->inet;
    if (b->no_route)
        return -EHOSTUNREACH;
    if (src && src != b->addr && src != b->loopback_addr)
        return -EADDRNOTAVAIL;
    assert_true(b->nsent < BOX_SENT_MAX);
    struct box_datagram *d = &b->sent[b->nsent++];
    assert_true(len <= sizeof(d->data));
    *d = (struct box_datagram){.src = src ? src : b->addr, .dst = dst, .sport = sock->port, .dport = dport, .len = len};
    memcpy(d->data, data, len);
    return 0;
}

static void box_close(struct udp_sock *sock)
{
    ((struct box_sock *)sock)->open = false;
}

static uint32_t box_source_for(struct inet *in, uint32_t dst)
{
    (void)dst;
    struct box *b = (struct box *)in;
    return b->no_route ? 0 : b->addr;
}

static uint32_t box_if_addr(struct inet *in, const char *ifname)
{
    return strcmp(ifname, "Loopback0") == 0 ? ((struct box *)in)->loopback_addr : 0;
}

static const struct inet_ops box_ops = {
    .udp_open = box_open, .udp_send = box_send, .udp_close = box_close, .source_for = box_source_for, .if_addr = box_if_addr};

static inline void box_heard(void *arg, const void *fact)
{
    struct box *b = arg;
    if (b->nheard < BOX_HEARD_MAX)
        b->heard[b->nheard] = *(const struct fact_trap *)fact;
    b->nheard++;
}

/* An access list of the name "nobody" permits nobody, any other everybody. */
static bool box_permits(void *arg, const char *acl, uint32_t src)
{
    (void)arg;
    (void)src;
    return strcmp(acl, "nobody") != 0;
}

static inline struct box *box_new(struct loop *loop, uint32_t addr)
{
    struct box *b = NEW(struct box);
    b->inet.ops = &box_ops;
    b->addr = addr;
    b->loop = loop;
    b->bus = bus_new(loop);
    b->log = log_new(loop, b->bus);
    struct snmp_env env = {.loop = loop, .bus = b->bus, .log = b->log, .inet = &b->inet, .boot_us = loop_now(loop), .product = 1045, .chassis = "FTX1234", .permits = box_permits};
    b->snmp = snmp_new(&env);
    bus_subscribe(b->bus, FACT_TRAP_HEARD, box_heard, b);
    return b;
}

static inline void box_free(struct box *b)
{
    snmp_free(b->snmp);
    log_free(b->log);
    bus_free(b->bus);
    mem_free(b);
}

/* snmp-server host ADDR COMMUNITY */
static inline struct snmp_host_conf *box_host(struct box *b, uint32_t addr, const char *community)
{
    struct snmp_host_conf *h = NEW(struct snmp_host_conf);
    snmp_host_conf_init(h);
    h->addr = addr;
    str_copy(h->community, sizeof(h->community), community);
    conf_list_add(&snmp_conf(b->snmp)->hosts, h);
    snmp_conf_changed(b->snmp);
    return h;
}

static inline struct snmp_community_conf *box_community(struct box *b, const char *name, enum snmp_community_access access)
{
    struct snmp_community_conf *c = NEW(struct snmp_community_conf);
    str_copy(c->name, sizeof(c->name), name);
    c->access = access;
    conf_list_add(&snmp_conf(b->snmp)->communities, c);
    snmp_conf_changed(b->snmp);
    return c;
}

static inline bool box_listens(const struct box *b, uint16_t port)
{
    for (size_t i = 0; i < BOX_SOCKS; i++)
        if (b->socks[i].open && b->socks[i].sock.port == port)
            return true;
    return false;
}

/* To whoever listens on the port; false when nobody does. */
static inline bool box_deliver(struct box *b, uint32_t src, uint16_t sport, uint16_t dport, const void *data, size_t len)
{
    for (size_t i = 0; i < BOX_SOCKS; i++) {
        struct box_sock *s = &b->socks[i];
        if (!s->open || s->sock.port != dport)
            continue;
        struct udp_from from = {.src = src, .dst = b->addr, .sport = sport, .dport = dport};
        s->rx(s->arg, &from, data, len);
        return true;
    }
    return false;
}

static inline bool box_carry(const struct box *from, size_t i, struct box *to)
{
    assert_true(i < from->nsent);
    const struct box_datagram *d = &from->sent[i];
    return box_deliver(to, d->src, d->sport, d->dport, d->data, d->len);
}

/* Lines of the log that hold the text. */
static inline size_t box_logged(const struct box *b, const char *text)
{
    size_t n = 0, cursor = 0;
    const char *line;
    while ((line = log_buffer_next(b->log, &cursor)))
        n += strstr(line, text) != NULL;
    return n;
}
#endif
