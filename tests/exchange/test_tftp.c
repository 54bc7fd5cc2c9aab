/* test_tftp.c: copy tftp: between two routers in virtual time. r1 copies; on r2 a TFTP server of the test's own (written from RFC 1350 alone) listens through
 * r2's UDP and errs on demand. Wires lose, repeat, delay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/shell/session.h"
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

static void send_out(struct server *s)
{
    assert_int_equal(udp_send(s->sock, 0, s->client, s->port, s->out, s->len), 0);
    timer_set(&s->again, US_PER_S);
}

static void again(void *arg)
{
    struct server *s = arg;
    if (!s->over)
        send_out(s);
}

static void four(struct server *s, unsigned op, unsigned number)
{
    s->out[0] = 0;
    s->out[1] = (uint8_t)op;
    s->out[2] = (uint8_t)(number >> 8);
    s->out[3] = (uint8_t)number;
    s->len = 4;
}

static void send_data(struct server *s)
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

static void on_packet(void *arg, const struct udp_from *from, const uint8_t *p, size_t len)
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

static void stranger(void *arg, const struct udp_from *from, const uint8_t *p, size_t len)
{
    struct server *s = arg;
    (void)from;
    assert_true(len > 4);
    assert_memory_equal(p, "\0\5\0\5", 4); /* Unknown transfer ID */
    s->strangers_told++;
}

static void start_answer(struct server *s, const char *options, size_t len)
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

static void on_request(void *arg, const struct udp_from *from, const uint8_t *p, size_t len)
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

static int setup(void **state)
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

static int teardown(void **state)
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
static void make(struct text *t, size_t n)
{
    uint32_t x = 12345;
    text_clear(t);
    for (size_t i = 0; i < n; i++) {
        x = x * 1664525u + 1013904223u;
        char c = (char)(x >> 24);
        text_addn(t, &c, 1);
    }
}

static struct files *files_of(struct fixture *f)
{
    return box_files(f->box, "r1");
}

static void expect_got(struct fixture *f, const char *path)
{
    struct text t = {0};
    assert_int_equal(file_read(files_of(f), path, &t), FILE_OK);
    assert_int_equal(t.len, f->s.content.len);
    if (t.len)
        assert_memory_equal(t.s, f->s.content.s, t.len);
    text_free(&t);
}

static void expect_output(const char *out, const char *want)
{
    if (strncmp(out, want, strlen(want)))
        fail_msg("got:\n%s\nwant:\n%s", out, want);
}

#define GET "copy tftp://10.0.0.2/dir/x disk0:got"

static void a_file_is_got(void **state)
{
    struct fixture *f = *state;
    text_add(&f->s.content, "interface Loopback7\n ip address 10.7.7.7 255.255.255.255\n"); /* 20 + 37 */
    const char *out = box_type(f->box, "r1", GET);
    expect_output(out, "Destination filename [got]? \n"
                       "Accessing tftp://10.0.0.2/dir/x...\n"
                       "Loading dir/x from 10.0.0.2 (via Ethernet0/0): !\n"
                       "[OK - 57 bytes]\n"
                       "\n"
                       "57 bytes copied in 0.00");
    assert_string_equal(f->s.name, "dir/x");
    assert_int_equal(f->s.requests, 1);
    box_run(f->box, US_PER_S / 100); /* the last ACK is under way */
    assert_true(f->s.over);
    assert_int_equal(f->s.aborted, 0);
    expect_got(f, "disk0:got");
    assert_non_null(strstr(box_type(f->box, "r1", "more tftp://10.0.0.2/y"), "interface Loopback7\n ip address 10.7.7.7"));
}

static void of_every_length(void **state)
{
    static const size_t lengths[] = {0, 1, 511, 512, 513, 1023, 1024, 1025, 100000};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        make(&f->s.content, lengths[i]);
        assert_non_null(strstr(box_type(f->box, "r1", "copy tftp://10.0.0.2/x null:"), "[OK - "));
        char path[32];
        snprintf(path, sizeof path, "disk0:f%zu", i);
        box_type(f->box, "r1", "configure terminal");
        box_type(f->box, "r1", "file prompt quiet");
        box_type(f->box, "r1", "end");
        char line[80];
        snprintf(line, sizeof line, "copy tftp://10.0.0.2/x %s", path);
        box_type(f->box, "r1", line);
        expect_got(f, path);

        text_clear(&f->s.put);
        snprintf(line, sizeof line, "copy %s tftp://10.0.0.2/up%zu", path, i);
        const char *out = box_type(f->box, "r1", line);
        char want[64];
        snprintf(want, sizeof want, "%zu bytes copied in ", lengths[i]);
        assert_non_null(strstr(out, want));
        snprintf(want, sizeof want, "up%zu", i);
        assert_string_equal(f->s.name, want);
        assert_int_equal(f->s.put.len, lengths[i]);
        if (lengths[i])
            assert_memory_equal(f->s.put.s, f->s.content.s, lengths[i]);
        assert_int_equal(f->s.aborted, 0);
    }
}

static void options_or_none(void **state)
{
    struct fixture *f = *state;
    make(&f->s.content, 40000);
    box_type_all(f->box, "r1", "configure terminal\nfile prompt quiet\nip tftp blocksize 8192\nend");
    box_type(f->box, "r1", GET);
    assert_int_equal(f->s.block_size, 8192);
    assert_int_equal(f->s.datas, 5);
    expect_got(f, "disk0:got");
    text_clear(&f->s.put);
    box_type(f->box, "r1", "copy disk0:got tftp://10.0.0.2/up");
    assert_int_equal(f->s.put.len, 40000);
    assert_memory_equal(f->s.put.s, f->s.content.s, 40000);

    static const enum fault faults[] = {NO_OPTIONS, REFUSES_OPTIONS};
    for (int i = 0; i < 2; i++) {
        f->s.fault = faults[i];
        f->s.over = true;
        box_type(f->box, "r1", "delete /force disk0:got");
        assert_non_null(strstr(box_type(f->box, "r1", GET), "[OK - 40000 bytes]"));
        assert_int_equal(f->s.block_size, 512);
        expect_got(f, "disk0:got");
        text_clear(&f->s.put);
        assert_non_null(strstr(box_type(f->box, "r1", "copy disk0:got tftp://10.0.0.2/up"), "40000 bytes copied"));
        assert_int_equal(f->s.put.len, 40000);
    }
}

static void over_a_bad_wire(void **state)
{
    static const struct wire_params bad = {.delay_us = 2000, .jitter_us = 40000, .loss = 60000, .repeat = 100000, .swap = 50000};
    struct fixture *f = *state;
    make(&f->s.content, 60000);
    box_type_all(f->box, "r1", "configure terminal\nfile prompt quiet\nend");
    wire_set(f->wire, &bad);
    assert_non_null(strstr(box_type(f->box, "r1", GET), "[OK - 60000 bytes]"));
    expect_got(f, "disk0:got");
    text_clear(&f->s.put);
    f->s.over = true;
    assert_non_null(strstr(box_type(f->box, "r1", "copy disk0:got tftp://10.0.0.2/up"), "60000 bytes copied"));
    assert_int_equal(f->s.put.len, 60000);
    assert_memory_equal(f->s.put.s, f->s.content.s, 60000);
}

/* ---- single frames ---- */

struct judge {
    unsigned op, number, lose; /* of TFTP; how many of them */
    int from;
    unsigned seen, datas;
};

static enum wire_verdict judged(void *arg, int from, uint8_t *frame, size_t len)
{
    struct judge *j = arg;
    const uint8_t *ip = frame + 14, *udp = ip + 20, *tftp = udp + 8;
    if (len < 14 + 20 + 8 + 4 || frame[12] != 8 || frame[13] || ip[9] != 17 || tftp[0])
        return WIRE_PASS;
    j->datas += tftp[1] == 3;
    if (from != j->from || tftp[1] != j->op || ((unsigned)tftp[2] << 8 | tftp[3]) != j->number)
        return WIRE_PASS;
    j->seen++;
    return j->seen <= j->lose ? WIRE_LOSE : WIRE_PASS;
}

/* The last ACK is lost: the server says its last block again, and is answered, although the copy has ended. */
static void the_last_ack_is_lost(void **state)
{
    struct fixture *f = *state;
    struct judge j = {.op = 4, .number = 3, .lose = 2, .from = 0};
    make(&f->s.content, 1100);
    wire_tap(f->wire, judged, &j);
    assert_non_null(strstr(box_type(f->box, "r1", GET), "[OK - 1100 bytes]"));
    assert_false(f->s.over);
    box_run(f->box, 4 * US_PER_S);
    assert_true(f->s.over);
    assert_int_equal(j.seen, 3);
    wire_tap(f->wire, NULL, NULL);
}

/* RFC 1123 section 4.2.3.1: an ACK that comes twice does not make two of every following block. */
static enum wire_verdict twice(void *arg, int from, uint8_t *frame, size_t len)
{
    enum wire_verdict v = judged(arg, from, frame, len);
    return from == 1 && len > 42 && frame[14 + 9] == 17 ? WIRE_TWICE : v;
}

static void every_answer_comes_twice(void **state)
{
    struct fixture *f = *state;
    struct judge j = {.op = 99};
    make(&f->s.content, 20000);
    box_type_all(f->box, "r1", "configure terminal\nfile prompt quiet\nend");
    assert_int_equal(file_replace(files_of(f), "disk0:got", f->s.content.s, 20000), FILE_OK);
    wire_tap(f->wire, twice, &j);
    assert_non_null(strstr(box_type(f->box, "r1", "copy disk0:got tftp://10.0.0.2/up"), "20000 bytes copied"));
    assert_int_equal(f->s.put.len, 20000);
    assert_int_equal(j.datas, 40); /* 39 full blocks and one of 32 bytes, each once */
    wire_tap(f->wire, NULL, NULL);
}

static void nobody_answers(void **state)
{
    struct fixture *f = *state;
    f->s.fault = SILENT;
    uint64_t began = loop_now(box_loop(f->box));
    expect_output(box_type(f->box, "r1", GET), "Destination filename [got]? \n"
                                               "Accessing tftp://10.0.0.2/dir/x...\n"
                                               "%Error opening tftp://10.0.0.2/dir/x (Timed out)\n");
    assert_int_equal(f->s.requests, 6);
    assert_int_equal((loop_now(box_loop(f->box)) - began) / US_PER_S, 18);
    f->s.fault = STOPS;
    make(&f->s.content, 5000);
    expect_output(box_type(f->box, "r1", GET), "Destination filename [got]? \n"
                                               "Accessing tftp://10.0.0.2/dir/x...\n"
                                               "Loading dir/x from 10.0.0.2 (via Ethernet0/0): !.....\n"
                                               "%Error reading tftp://10.0.0.2/dir/x (Timed out)\n");
    struct file_info info;
    assert_int_equal(file_stat(files_of(f), "disk0:got", &info), FILE_NOT_FOUND);
    expect_output(box_type(f->box, "r1", "copy tftp://172.16.0.9/x null:"), "Accessing tftp://172.16.0.9/x...\n%Error opening tftp://172.16.0.9/x (");
}

static void the_server_says_no(void **state)
{
    static const char *const texts[] = {"Undefined error", "No such file or directory", "Permission denied", "Not enough space on device", "Undefined error", "Undefined error", "Can't create a file that exists", "Permission denied", "Undefined error", "Undefined error"};
    struct fixture *f = *state;
    f->s.fault = SAYS_ERROR;
    for (unsigned code = 0; code < sizeof texts / sizeof texts[0]; code++) {
        char want[128];
        f->s.error = code;
        snprintf(want, sizeof want, "Accessing tftp://10.0.0.2/x...\n%%Error opening tftp://10.0.0.2/x (%s)\n", texts[code]);
        assert_string_equal(box_type(f->box, "r1", "copy tftp://10.0.0.2/x null:"), want);
    }
}

static void hostile_servers(void **state)
{
    static const struct {
        enum fault fault;
        const char *why;
    } facts[] = {
        {LONG_BLOCK, "Protocol error"}, {BIG_BLKSIZE, "Protocol error"}, {ODD_OPTION, "Protocol error"},
        {BIG_TSIZE, "File too big"},    {GARBAGE, "Protocol error"},     {WRONG_OP, "Protocol error"},
    };
    struct fixture *f = *state;
    struct file_info info;
    make(&f->s.content, 3000);
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        char want[64];
        f->s.fault = facts[i].fault;
        f->s.aborted = 0;
        snprintf(want, sizeof want, "/dir/x (%s)\n", facts[i].why);
        if (!strstr(box_type(f->box, "r1", GET), want))
            fail_msg("%zu: %s", i, box_output(f->box, "r1"));
        box_run(f->box, US_PER_S);
        assert_int_equal(f->s.aborted, 1); /* and was told */
        assert_int_equal(file_stat(files_of(f), "disk0:got", &info), FILE_NOT_FOUND);
    }
    f->s.fault = STRANGER;
    assert_non_null(strstr(box_type(f->box, "r1", GET), "[OK - 3000 bytes]"));
    assert_int_equal(f->s.strangers_told, 1);
    expect_got(f, "disk0:got");
}

/* 66,000 blocks: their numbers go round. Then one without an end, which stops at 64 MB. */
static void block_numbers_go_round(void **state)
{
    struct fixture *f = *state;
    box_type_all(f->box, "r1", "configure terminal\nfile prompt quiet\nend");
    wire_set(f->wire, &(struct wire_params){.delay_us = 10});
    make(&f->s.content, 66000 * 512 + 7);
    assert_non_null(strstr(box_type(f->box, "r1", GET), "[OK - 33792007 bytes]"));
    expect_got(f, "disk0:got");
    box_type_all(f->box, "r1", "configure terminal\nip tftp blocksize 8192\nend");
    f->s.fault = ENDLESS;
    assert_non_null(strstr(box_type(f->box, "r1", "copy tftp://10.0.0.2/x null:"), "%Error reading tftp://10.0.0.2/x (File too big)"));
    box_run(f->box, US_PER_S);
    assert_int_equal(f->s.aborted, 1);
    assert_int_equal(f->s.block, 64 * 1024 * 1024 / 8192 + 1);
}

static void from_the_configured_source(void **state)
{
    struct fixture *f = *state;
    make(&f->s.content, 10);
    box_type_all(f->box, "r1", "configure terminal\nip tftp source-interface Loopback0\nend");
    assert_non_null(strstr(box_type(f->box, "r1", GET), "[OK - 10 bytes]"));
    assert_int_equal(f->s.client, 0x0A010101);
    assert_non_null(strstr(box_type(f->box, "r1", "show running-config"), "\nip tftp source-interface Loopback0\n"));
}

static void running_config_both_ways(void **state)
{
    struct fixture *f = *state;
    expect_output(box_type(f->box, "r1", "copy running-config tftp://10.0.0.2"), "Address or name of remote host [10.0.0.2]? \n"
                                                                                 "Destination filename [r1-confg]? \n"
                                                                                 "!\n");
    assert_string_equal(f->s.name, "r1-confg");
    assert_non_null(strstr(text_str(&f->s.put), "\nhostname R1\n"));
    assert_non_null(strstr(text_str(&f->s.put), "\nend\n"));
    text_add(&f->s.content, "interface Loopback7\n ip address 10.7.7.7 255.255.255.255\nzzz\nend\n");
    const char *out = box_type(f->box, "r1", "copy tftp://10.0.0.2/x running-config");
    expect_output(out, "Destination filename [running-config]? \nAccessing tftp://10.0.0.2/x...\nLoading x from 10.0.0.2 (via Ethernet0/0): !\n[OK - 65 bytes]\n\n");
    assert_non_null(strstr(out, "zzz\n^\n% Invalid input detected at '^' marker."));
    assert_non_null(strstr(out, "\n65 bytes copied in "));
    assert_non_null(strstr(box_type(f->box, "r1", "show running-config"), "\ninterface Loopback7\n ip address 10.7.7.7 255.255.255.255\n"));
}

/* | redirect and | tee: the prompt comes back when the server has it. Nothing there can be appended to. */
static void output_is_sent(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(box_type(f->box, "r1", "show privilege | redirect tftp://10.0.0.2/a.txt"), "");
    assert_string_equal(f->s.name, "a.txt");
    assert_string_equal(text_str(&f->s.put), "Current privilege level is 15\n");
    text_clear(&f->s.put);
    assert_string_equal(box_type(f->box, "r1", "show privilege | tee tftp://10.0.0.2/b.txt"), "Current privilege level is 15\n");
    assert_string_equal(f->s.name, "b.txt");
    assert_string_equal(text_str(&f->s.put), "Current privilege level is 15\n");
    assert_string_equal(box_type(f->box, "r1", "show privilege | append tftp://10.0.0.2/a.txt"), "%Error opening tftp://10.0.0.2/a.txt (Invalid argument)\n");
    f->s.fault = SILENT;
    assert_string_equal(box_type(f->box, "r1", "show privilege | redirect tftp://10.0.0.2/c.txt"), "%Error opening tftp://10.0.0.2/c.txt (Timed out)\n");
    box_start(f->box, "r1", "show privilege | redirect tftp://10.0.0.2/c.txt");
    box_run(f->box, US_PER_S);
    assert_false(box_done(f->box, "r1"));
    box_reload(f->box, "r1"); /* a session that ends lets go of it */
}

/* The archive's copies, and configurations that are compared with and replaced by files of a server. */
static void an_archive_far_away(void **state)
{
    struct fixture *f = *state;
    box_type_all(f->box, "r1", "configure terminal\nclock timezone UTC 0\narchive\npath tftp://10.0.0.2/$h-cfg\nmaximum 2\nwrite-memory\nend");
    assert_non_null(strstr(box_type(f->box, "r1", "show running-config"), "\narchive\n path tftp://10.0.0.2/$h-cfg\n maximum 2\n write-memory\n"));
    assert_non_null(strstr(box_type(f->box, "r1", "show archive"), "\nThe next archive file will be named tftp://10.0.0.2/R1-cfg-<timestamp>-0\n"));
    assert_string_equal(box_type(f->box, "r1", "archive config"), "");
    expect_output(f->s.name, "R1-cfg-");
    assert_string_equal(f->s.name + strlen(f->s.name) - 2, "-0");
    assert_non_null(strstr(text_str(&f->s.put), "\nhostname R1\n"));
    assert_non_null(strstr(box_type(f->box, "r1", "show archive"), "\n   1        tftp://10.0.0.2/R1-cfg-"));
    /* by write memory: the prompt does not wait for it */
    text_clear(&f->s.put);
    box_type(f->box, "r1", "write memory");
    box_run(f->box, US_PER_S);
    assert_string_equal(f->s.name + strlen(f->s.name) - 2, "-1");
    assert_non_null(strstr(text_str(&f->s.put), "\nend\n"));
    box_type(f->box, "r1", "archive config");
    const char *list = box_type(f->box, "r1", "show archive"); /* two at most are listed */
    assert_non_null(strstr(list, "-1\n   2        tftp://10.0.0.2/R1-cfg-"));
    assert_non_null(strstr(list, "-2 <- Most Recent\n"));
    /* what did not come there is not listed */
    f->s.fault = SILENT;
    const char *said = box_type(f->box, "r1", "archive config");
    expect_output(said, "%Error opening tftp://10.0.0.2/R1-cfg-");
    assert_non_null(strstr(said, "-3 (Timed out)\n"));
    assert_non_null(strstr(box_type(f->box, "r1", "show archive"), "-2 <- Most Recent\n"));
    for (int i = 0; i < 9; i++)
        box_type(f->box, "r1", "write memory"); /* nor do they pile up */
    box_run(f->box, 60 * US_PER_S);
    f->s.fault = SOUND;
    box_start(f->box, "r1", "archive config");
    box_reload(f->box, "r1"); /* one under way is let go */
}

static void replaced_from_far_away(void **state)
{
    struct fixture *f = *state;
    struct text now = {0};
    text_add(&now, box_type(f->box, "r1", "show running-config"));
    text_add(&f->s.content, now.s);
    memcpy(strstr(f->s.content.s, "hostname R1"), "hostname R9", 11);
    assert_non_null(strstr(box_type(f->box, "r1", "show archive config differences tftp://10.0.0.2/x system:running-config"),
                           "!Contextual Config Diffs:\n+hostname R1\n-hostname R9\n"));
    assert_non_null(strstr(box_type(f->box, "r1", "show archive config differences system:running-config tftp://10.0.0.2/x"), "+hostname R9\n-hostname R1\n"));
    assert_non_null(strstr(box_type(f->box, "r1", "show archive config incremental-diffs tftp://10.0.0.2/x"), "!List of Commands:\nhostname R9\nend\n"));
    const char *said = box_type(f->box, "r1", "configure replace tftp://10.0.0.2/x force");
    expect_output(said, "Accessing tftp://10.0.0.2/x...\nLoading x from 10.0.0.2 (via Ethernet0/0): !");
    assert_non_null(strstr(said, "Total number of passes: 1\nRollback Done\n"));
    assert_non_null(strstr(box_type(f->box, "r1", "show running-config"), "\nhostname R9\n"));
    /* with the question, and without an answer: as it was */
    memcpy(strstr(f->s.content.s, "hostname R9"), "hostname R8", 11);
    assert_non_null(strstr(box_type(f->box, "r1", "configure replace tftp://10.0.0.2/x"), "you want to proceed. ? [no]: "));
    assert_non_null(strstr(box_type(f->box, "r1", "show running-config"), "\nhostname R9\n"));
    f->s.fault = SILENT;
    said = box_type(f->box, "r1", "configure replace tftp://10.0.0.2/x force");
    assert_string_equal(said, "Accessing tftp://10.0.0.2/x...\n%Error opening tftp://10.0.0.2/x (Timed out)\n");
    assert_string_equal(box_type(f->box, "r1", "configure replace tftp: force"), "%Error opening tftp: (No such file or directory)\n");
    text_free(&now);
}

static void typed_done(void *arg, const struct shell_result *r)
{
    (void)r;
    *(bool *)arg = true;
}

/* Ctrl-C: at once, the server is told, no file is left. A session that ends does the same. */
static void interrupted(void **state)
{
    struct fixture *f = *state;
    struct file_info info;
    make(&f->s.content, 1000000);
    box_type_all(f->box, "r1", "configure terminal\nfile prompt quiet\nend");
    for (int closing = 0; closing < 2; closing++) {
        bool done = false;
        struct shell *sh = shell_open(router_shells(box_router(f->box, "r1")), &(struct shell_params){.user = "", .origin = "console", .privilege = 15});
        f->s.aborted = 0;
        shell_type(sh, GET, NULL, typed_done, &done);
        box_run(f->box, US_PER_S / 10);
        assert_false(done);
        assert_true(f->s.block > 5);
        if (closing)
            shell_close(sh);
        else
            session_interrupt(sh);
        box_run(f->box, US_PER_S / 100);
        assert_int_equal(done, !closing);
        assert_int_equal(f->s.aborted, 1);
        assert_int_equal(file_stat(files_of(f), "disk0:got", &info), FILE_NOT_FOUND);
        if (!closing)
            shell_close(sh);
    }
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_file_is_got),
        T(of_every_length),
        T(options_or_none),
        T(over_a_bad_wire),
        T(the_last_ack_is_lost),
        T(every_answer_comes_twice),
        T(nobody_answers),
        T(the_server_says_no),
        T(hostile_servers),
        T(block_numbers_go_round),
        T(from_the_configured_source),
        T(running_config_both_ways),
        T(output_is_sent),
        T(an_archive_far_away),
        T(replaced_from_far_away),
        T(interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
