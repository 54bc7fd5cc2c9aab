/* msg_box.h: a log with a bus that keeps its facts and an inet that keeps its datagrams; virtual time from a day in March 2009. */
#ifndef ESPIAL_TESTS_MSG_BOX_H
#define ESPIAL_TESTS_MSG_BOX_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "espial/bus.h"
#include "espial/inet.h"
#include "espial/mem.h"
#include "espial/msg.h"
#include "espial/text.h"
#include "tests/sim/vloop.h"

#define MAR_12 INT64_C(1236882130706000) /* 2009-03-12 18:22:10.706 UTC */
#define AUG_4  INT64_C(1407116703012000) /* 2014-08-04 01:45:03.012 UTC */

MSG(MSG_INV, "CRYPTO", 4, "RECVD_PKT_INV_SPI", 60000, "decaps: rec'd IPSEC packet has invalid spi for destaddr=%s, prot=%d");
MSG(MSG_UP, "LINK", 3, "UPDOWN", 0, "Interface %s, changed state to %s");
MSG(MSG_OTHER, "SYS", 5, "RESTART", 60000, "System restarted --\n%s");

struct sent {
    uint32_t src, dst;
    uint16_t dport;
    char data[2000];
};

struct box {
    struct loop *loop;
    struct bus *bus;
    struct log *log;
    struct fact_syslog facts[64];
    size_t n;
    /* the inet */
    struct inet inet;
    struct udp_sock sock;
    int open, opens;
    struct sent sent[32];
    size_t nsent;
    bool only_count;
    int send_result;
    bool complain; /* sending posts a message, as a router without a route does */
};

static inline void on_fact(void *arg, const void *fact)
{
    struct box *b = arg;
    assert_true(b->n < 64);
    memcpy(&b->facts[b->n++], fact, sizeof b->facts[0]);
}

static inline struct box *box_of(struct inet *in)
{
    return (struct box *)((char *)in - offsetof(struct box, inet));
}

static inline struct udp_sock *fake_open(struct inet *in, uint16_t port, udp_rx_fn *rx, void *arg)
{
    struct box *b = box_of(in);
    (void)arg;
    assert_int_equal(port, 0);
    assert_non_null(rx);
    b->open++;
    b->opens++;
    b->sock.inet = in;
    return &b->sock;
}

static inline int fake_send(struct udp_sock *s, uint32_t src, uint32_t dst, uint16_t dport, const void *data, size_t len)
{
    struct box *b = box_of(s->inet);
    assert_true((b->nsent < 32 || b->only_count) && len < sizeof b->sent[0].data);
    struct sent *to = &b->sent[b->nsent < 31 ? b->nsent : 31];
    b->nsent++;
    *to = (struct sent){.src = src, .dst = dst, .dport = dport};
    memcpy(to->data, data, len);
    if (b->complain)
        msg_post(b->log, &MSG_UP, "Ethernet0/0", "down");
    return b->send_result;
}

static inline void fake_close(struct udp_sock *s)
{
    box_of(s->inet)->open--;
}

static inline uint32_t fake_if_addr(struct inet *in, const char *ifname)
{
    (void)in;
    return strcmp(ifname, "Loopback0") == 0 ? 0x0A000001 : 0;
}

static const struct inet_ops fake_ops = {.udp_open = fake_open, .udp_send = fake_send, .udp_close = fake_close, .if_addr = fake_if_addr};

static inline int box_up(void **state)
{
    struct box *b = NEW(struct box);
    b->loop = vloop_new(MAR_12);
    b->bus = bus_new(b->loop);
    b->log = log_new(b->loop, b->bus);
    b->inet.ops = &fake_ops;
    bus_subscribe(b->bus, FACT_SYSLOG, on_fact, b);
    *state = b;
    return 0;
}

static inline int box_down(void **state)
{
    struct box *b = *state;
    log_free(b->log);
    assert_int_equal(b->open, 0);
    bus_free(b->bus);
    vloop_free(b->loop);
    mem_free(b);
    return 0;
}

static const char *last_line(struct log *log)
{
    size_t cursor = 0;
    const char *line, *last = NULL;
    while ((line = log_buffer_next(log, &cursor)))
        last = line;
    return last;
}

static inline size_t lines(const struct log *log)
{
    size_t cursor = 0, n = 0;
    while (log_buffer_next(log, &cursor))
        n++;
    return n;
}

static inline void turn(struct box *b)
{
    vloop_run_for(b->loop, 0);
}

#define BOX(test) cmocka_unit_test_setup_teardown(test, box_up, box_down)

#endif
