/* tftp_box.h: two routers in virtual time. r1 copies; on r2 a TFTP server of the test's own (written from RFC 1350 alone) listens through r2's UDP and errs on
 * demand. Include it once per program. */
#ifndef ESPIAL_TESTS_TFTP_BOX_H
#define ESPIAL_TESTS_TFTP_BOX_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/dataplane.h"
#include "espial/file.h"
#include "espial/inet.h"
#include "espial/loop.h"
#include "espial/shell.h"
#include "espial/text.h"
#include "tests/sim/box.h"

enum fault { SOUND, NO_OPTIONS, REFUSES_OPTIONS, SILENT, SAYS_ERROR, LONG_BLOCK, BIG_BLKSIZE, ODD_OPTION, BIG_TSIZE, ENDLESS, GARBAGE, WRONG_OP, STOPS, STRANGER };

struct server {
    struct box *box;
    struct udp_sock *listen, *sock; /* port 69; the transfer's own */
    struct timer again;
    enum fault fault;
    unsigned error; /* SAYS_ERROR */
    struct text content, put;
    char name[64];
    uint32_t client;
    uint16_t port;
    bool writing, over;
    unsigned block_size, requests, aborted, strangers_told;
    unsigned long block, datas;
    uint8_t out[9000];
    size_t len;
};
struct fixture {
    struct box *box;
    struct wire *wire;
    struct server s;
};

static inline void send_out(struct server *s)
{
    assert_int_equal(udp_send(s->sock, 0, s->client, s->port, s->out, s->len), 0);
    timer_set(&s->again, US_PER_S);
}

static inline void again(void *arg)
{
    struct server *s = arg;
    if (!s->over)
        send_out(s);
}

static inline void four(struct server *s, unsigned op, unsigned number)
{
    s->out[0] = 0;
    s->out[1] = (uint8_t)op;
    s->out[2] = (uint8_t)(number >> 8);
    s->out[3] = (uint8_t)number;
    s->len = 4;
}

static inline void send_data(struct server *s)
{
    size_t at = s->block * s->block_size, n = at < s->content.len ? s->content.len - at : 0;
    if (n > s->block_size || s->fault == ENDLESS)
        n = s->block_size;
    four(s, 3, (unsigned)(++s->block & 0xFFFF));
    if (s->fault != ENDLESS)
        memcpy(s->out + 4, text_str(&s->content) + at, n);
    s->len += n;
    if (s->fault == LONG_BLOCK)
        s->len = 4 + s->block_size + 1;
    s->datas++;
    if (s->fault != STOPS || s->block < 3)
        send_out(s);
    else
        timer_clear(&s->again);
}

static inline void on_packet(void *arg, const struct udp_from *from, const uint8_t *p, size_t len)
{
    struct server *s = arg;
    assert_true(len >= 4 && p[0] == 0);
    if (from->sport != s->port || from->src != s->client)
        return;
    unsigned number = (unsigned)p[2] << 8 | p[3];
    if (p[1] == 5) {
        s->aborted++;
        s->over = true;
        timer_clear(&s->again);
    } else if (!s->writing && p[1] == 4) {
        if (number != (s->block & 0xFFFF))
            return;
        bool last = s->block && s->len < 4 + s->block_size;
        if (last) {
            s->over = true;
            timer_clear(&s->again);
        } else if (s->block || s->out[1] == 6) {
            send_data(s);
        }
    } else if (s->writing && p[1] == 3) {
        if (number == (s->block & 0xFFFF) && s->block) {
            send_out(s); /* the ACK was lost */
            return;
        }
        if (number != ((s->block + 1) & 0xFFFF))
            return; /* an old one that was held up */
        assert_true(len - 4 <= s->block_size);
        text_addn(&s->put, (const char *)p + 4, len - 4);
        four(s, 4, (unsigned)(++s->block & 0xFFFF));
        send_out(s);
        timer_clear(&s->again);
        s->over = len - 4 < s->block_size;
    }
}

static inline void stranger(void *arg, const struct udp_from *from, const uint8_t *p, size_t len)
{
    struct server *s = arg;
    (void)from;
    assert_true(len > 4);
    assert_memory_equal(p, "\0\5\0\5", 4); /* Unknown transfer ID */
    s->strangers_told++;
}

static inline void start_answer(struct server *s, const char *options, size_t len)
{
    if (s->fault == NO_OPTIONS || !len) {
        if (s->writing) {
            four(s, 4, 0);
            send_out(s);
        } else {
            send_data(s);
        }
        return;
    }
    s->len = 2;
    s->out[0] = 0;
    s->out[1] = 6;
    while (len) {
        const char *value = options + strlen(options) + 1;
        size_t both = strlen(options) + 1 + strlen(value) + 1;
        bool size = !strcmp(options, "tsize");
        if (!size)
            s->block_size = (unsigned)atoi(value);
        memcpy(s->out + s->len, options, strlen(options) + 1);
        s->len += strlen(options) + 1;
        char num[32];
        snprintf(num, sizeof num, "%s", value);
        if (size && !s->writing)
            snprintf(num, sizeof num, "%zu", s->fault == BIG_TSIZE ? (size_t)64 * 1024 * 1024 + 1 : s->content.len);
        memcpy(s->out + s->len, num, strlen(num) + 1);
        s->len += strlen(num) + 1;
        options += both;
        len -= both;
    }
    static const char block[] = "blksize\0008192", odd[] = "windowsize\00064";
    if (s->fault == BIG_BLKSIZE || s->fault == ODD_OPTION) {
        memcpy(s->out + s->len, s->fault == ODD_OPTION ? odd : block, s->fault == ODD_OPTION ? sizeof odd : sizeof block);
        s->len += s->fault == ODD_OPTION ? sizeof odd : sizeof block;
    }
    send_out(s);
}

static inline void on_request(void *arg, const struct udp_from *from, const uint8_t *p, size_t len)
{
    struct server *s = arg;
    struct inet *inet = dataplane_inet(router_dataplane(box_router(s->box, "r2")));
    const char *name = (const char *)p + 2, *mode = name + strlen(name) + 1, *options = mode + strlen(mode) + 1;
    s->requests++;
    assert_true(len > 4 && p[0] == 0 && (p[1] == 1 || p[1] == 2) && p[len - 1] == 0);
    assert_string_equal(mode, "octet");
    if (s->fault == SILENT || (s->sock && !s->over && s->client == from->src && s->port == from->sport))
        return; /* the same request once more */
    udp_close(s->sock);
    s->sock = udp_open(inet, 0, on_packet, s);
    snprintf(s->name, sizeof s->name, "%s", name);
    s->client = from->src;
    s->port = from->sport;
    s->writing = p[1] == 2;
    s->over = false;
    s->block = 0;
    s->block_size = 512;
    size_t left = (size_t)((const char *)p + len - options);
    if (s->fault == REFUSES_OPTIONS && left) {
        four(s, 5, 8);
        s->len = 5;
        s->out[4] = 0;
        send_out(s);
        s->over = true;
        timer_clear(&s->again);
    } else if (s->fault == SAYS_ERROR) {
        four(s, 5, s->error);
        memcpy(s->out + 4, "No\x1b[2J", 7);
        s->len = 11;
        send_out(s);
        s->over = true;
        timer_clear(&s->again);
    } else if (s->fault == GARBAGE || s->fault == WRONG_OP) {
        s->len = s->fault == GARBAGE ? 6 : 10;
        memcpy(s->out, s->fault == GARBAGE ? "\0\6blks\0\0\0" : "\0\1x\0octet", s->len);
        send_out(s);
        s->over = true;
        timer_clear(&s->again);
    } else {
        if (s->fault == STRANGER) { /* another port of the same host begins to talk as well, once the transfer goes on */
            start_answer(s, options, left);
            struct udp_sock *other = udp_open(inet, 4444, stranger, s);
            assert_non_null(other);
            assert_int_equal(udp_send(other, 0, s->client, s->port, "\0\3\0\1lies", 8), 0);
            return;
        }
        start_answer(s, options, left);
    }
}

static inline int setup(void **state)
{
    static const struct wire_params still = {.delay_us = 1000};
    struct fixture *f = NEW(struct fixture);
    f->box = box_new(11);
    box_node(f->box, "r1", "hostname R1\ninterface Ethernet0/0\n ip address 10.0.0.1 255.255.255.0\n no shutdown\ninterface Loopback0\n ip address 10.1.1.1 255.255.255.255\nend\n");
    box_node(f->box, "r2", "hostname R2\nip route 10.1.1.1 255.255.255.255 10.0.0.1\ninterface Ethernet0/0\n ip address 10.0.0.2 255.255.255.0\n no shutdown\nend\n");
    f->wire = box_link(f->box, "r1", "Ethernet0/0", "r2", "Ethernet0/0");
    box_boot(f->box);
    wire_set(f->wire, &still);
    box_run(f->box, 3 * US_PER_S);
    box_type(f->box, "r1", "ping 10.0.0.2"); /* addresses are known */
    f->s.box = f->box;
    timer_init(&f->s.again, box_loop(f->box), again, &f->s);
    f->s.listen = udp_open(dataplane_inet(router_dataplane(box_router(f->box, "r2"))), 69, on_request, &f->s);
    assert_non_null(f->s.listen);
    *state = f;
    return 0;
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;
    timer_clear(&f->s.again);
    udp_close(f->s.listen);
    udp_close(f->s.sock);
    text_free(&f->s.content);
    text_free(&f->s.put);
    box_free(f->box);
    mem_free(f);
    return 0;
}

/* n bytes of which no two blocks are alike. */
static inline void make(struct text *t, size_t n)
{
    uint32_t x = 12345;
    text_clear(t);
    for (size_t i = 0; i < n; i++) {
        x = x * 1664525u + 1013904223u;
        char c = (char)(x >> 24);
        text_addn(t, &c, 1);
    }
}

static inline struct files *files_of(struct fixture *f)
{
    return box_files(f->box, "r1");
}

static inline void expect_got(struct fixture *f, const char *path)
{
    struct text t = {0};
    assert_int_equal(file_read(files_of(f), path, &t), FILE_OK);
    assert_int_equal(t.len, f->s.content.len);
    if (t.len)
        assert_memory_equal(t.s, f->s.content.s, t.len);
    text_free(&t);
}

static inline void expect_output(const char *out, const char *want)
{
    if (strncmp(out, want, strlen(want)))
        fail_msg("got:\n%s\nwant:\n%s", out, want);
}

#define WITH_SERVER(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

#endif
