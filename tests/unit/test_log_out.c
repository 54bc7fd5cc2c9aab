/* test_log_out.c: where messages go: discriminators, rate limits, counts, and the bytes that hosts get over UDP and TCP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "espial/bus.h"
#include "espial/clock.h"
#include "espial/inet.h"
#include "espial/loop.h"
#include "espial/mem.h"
#include "espial/msg.h"
#include "espial/stream.h"
#include "tests/sim/vloop.h"

#define MAY_1 (INT64_C(1777616037) * 1000000 + 803000) /* Fri May  1 06:13:57.803 2026 UTC */

MSG(MSG_UP, "LINK", 3, "UPDOWN", 0, "Interface %s, changed state to %s");
MSG(MSG_CONFIG, "SYS", 5, "CONFIG_I", 0, "Configured from %s");
MSG(MSG_INFO, "SYS", 6, "LOGOUT", 0, "User %s has exited");

struct stream {
    struct stream_base base;
    struct box *box;
    const struct stream_events *ev;
    void *arg;
};
struct box {
    struct inet inet;
    struct streams streams;
    struct loop *loop;
    struct bus *bus;
    struct log *log;
    struct udp_sock sock;
    char sent[8][1500];
    size_t len[8];
    unsigned nsent;
    uint32_t last_held;
    unsigned facts;
    bool unreachable;
    /* one stream at a time */
    struct stream stream;
    unsigned opens, open;
    uint32_t addr;
    uint16_t port;
    size_t room; /* what it still takes */
    char got[40000];
    size_t ngot;
};

static struct udp_sock *f_open(struct inet *in, uint16_t port, udp_rx_fn *rx, void *arg)
{
    struct box *b = (struct box *)in;
    (void)port;
    (void)rx;
    (void)arg;
    b->sock.inet = in;
    return &b->sock;
}

static int f_send(struct udp_sock *s, uint32_t src, uint32_t dst, uint16_t dport, const void *data, size_t len)
{
    struct box *b = (struct box *)s->inet;
    (void)src;
    (void)dst;
    (void)dport;
    if (b->unreachable)
        return -113;
    assert_true(len < 1500);
    char *to = b->sent[b->nsent % 8];
    memcpy(to, data, len);
    to[len] = '\0';
    b->len[b->nsent++ % 8] = len;
    return 0;
}

static void f_close(struct udp_sock *s)
{
    (void)s;
}

static uint32_t f_source(struct inet *in, uint32_t dst)
{
    (void)in;
    return dst - 1;
}

static uint32_t f_if(struct inet *in, const char *name)
{
    (void)in;
    return strcmp(name, "Loopback0") ? 0 : 0x0A000009;
}

static const struct inet_ops inet_ops = {.udp_open = f_open, .udp_send = f_send, .udp_close = f_close, .source_for = f_source, .if_addr = f_if};

static struct stream *s_open(struct streams *s, uint32_t addr, uint16_t port, const struct stream_events *ev, void *arg)
{
    struct box *b = (struct box *)((char *)s - offsetof(struct box, streams));
    assert_int_equal(b->open, 0);
    b->open++;
    b->opens++;
    b->addr = addr;
    b->port = port;
    b->stream = (struct stream){.base.streams = s, .box = b, .ev = ev, .arg = arg};
    return &b->stream;
}

static size_t s_write(struct stream *s, const void *data, size_t len)
{
    struct box *b = s->box;
    if (len > b->room)
        len = b->room;
    b->room -= len;
    assert_true(b->ngot + len < sizeof b->got);
    memcpy(b->got + b->ngot, data, len);
    b->ngot += len;
    b->got[b->ngot] = '\0';
    return len;
}

static void s_close(struct stream *s)
{
    s->box->open--;
    s->box->room = 0;
}

static const struct streams_ops stream_ops = {.open = s_open, .write = s_write, .close = s_close};

static void on_fact(void *arg, const void *fact)
{
    struct box *b = arg;
    b->last_held = ((const struct fact_syslog *)fact)->held;
    b->facts++;
}

static int up(void **state)
{
    struct box *b = NEW(struct box);
    b->inet.ops = &inet_ops;
    b->streams.ops = &stream_ops;
    b->loop = vloop_new(MAY_1);
    b->bus = bus_new(b->loop);
    b->log = log_new(b->loop, b->bus);
    bus_subscribe(b->bus, FACT_SYSLOG, on_fact, b);
    *state = b;
    return 0;
}

static int down(void **state)
{
    struct box *b = *state;
    log_free(b->log);
    assert_int_equal(b->open, 0);
    bus_free(b->bus);
    vloop_free(b->loop);
    mem_free(b);
    return 0;
}

static void turn(struct box *b)
{
    vloop_run_for(b->loop, 0);
}

static size_t lines(struct box *b, const char *with)
{
    const char *line;
    size_t n = 0;
    for (size_t cursor = 0; (line = log_buffer_next(b->log, &cursor));)
        n += strstr(line, with) != NULL;
    return n;
}

static struct log_md *md(struct box *b, const char *name)
{
    struct log_conf *c = log_conf(b->log);
    struct log_md *m = &c->mds[c->nmds++];
    strcpy(m->name, name);
    return m;
}

static void host(struct box *b, uint32_t addr, bool tcp, const char *name)
{
    struct log_conf *c = log_conf(b->log);
    struct log_host *h = &c->hosts[c->nhosts++];
    *h = (struct log_host){.addr = addr, .port = tcp ? 601 : 514, .tcp = tcp};
    strcpy(h->md, name);
    log_set_inet(b->log, &b->inet);
    log_conf_changed(b->log);
    turn(b);
}

static void by_severity_facility_mnemonic_and_text(void **state)
{
    struct box *b = *state;
    struct log_conf *c = log_conf(b->log);
    md(b, "sev")->severity_action = LOG_MD_INCLUDES;
    c->mds[0].severities = 1 << 3 | 1 << 6;
    md(b, "fac")->facility_action = LOG_MD_DROPS;
    strcpy(c->mds[1].facility, "^SYS$");
    md(b, "mnem")->mnemonics_action = LOG_MD_INCLUDES;
    strcpy(c->mds[2].mnemonics, "CONFIG");
    md(b, "body")->body_action = LOG_MD_DROPS;
    strcpy(c->mds[3].body, "state to (up|down)");
    static const struct {
        const char *name;
        unsigned link, config, info, debug; /* does the buffer get it? */
    } facts[] = {
        {"", 1, 1, 1, 1}, {"sev", 1, 0, 1, 0}, {"fac", 1, 0, 0, 1}, {"mnem", 0, 1, 0, 0}, {"body", 0, 1, 1, 1}, {"nobody", 1, 1, 1, 1},
    };
    uint64_t dropped = 0;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        strcpy(c->buffered_md, facts[i].name);
        log_conf_changed(b->log);
        log_buffer_clear(b->log);
        msg_post(b->log, &MSG_UP, "Tunnel1", "up");
        msg_post(b->log, &MSG_CONFIG, "console");
        msg_post(b->log, &MSG_INFO, "x");
        msg_debug(b->log, "a debug line");
        assert_int_equal(lines(b, "UPDOWN"), facts[i].link);
        assert_int_equal(lines(b, "CONFIG_I"), facts[i].config);
        assert_int_equal(lines(b, "LOGOUT"), facts[i].info);
        assert_int_equal(lines(b, "debug"), facts[i].debug);
        dropped += 4 - facts[i].link - facts[i].config - facts[i].info - facts[i].debug;
        assert_int_equal(log_stats(b->log)->md_dropped[LOG_TO_BUFFER], dropped);
        turn(b);
    }
    assert_int_equal(b->facts, 24); /* EEM and the rest hear all */
    /* each destination by itself */
    strcpy(c->buffered_md, "");
    strcpy(c->console_md, "mnem");
    log_conf_changed(b->log);
    msg_post(b->log, &MSG_UP, "Tunnel1", "up");
    turn(b);
    assert_int_equal(b->last_held, 1 << LOG_TO_CONSOLE);
    c->console = LOG_OFF; /* who hears nothing drops nothing */
    uint64_t was = log_stats(b->log)->md_dropped[LOG_TO_CONSOLE];
    msg_post(b->log, &MSG_UP, "Tunnel1", "up");
    assert_int_equal(log_stats(b->log)->md_dropped[LOG_TO_CONSOLE], was);
    turn(b);
    /* two parts must both agree */
    c->mds[2].severity_action = LOG_MD_DROPS;
    c->mds[2].severities = 1 << 5;
    strcpy(c->buffered_md, "mnem");
    log_conf_changed(b->log);
    log_buffer_clear(b->log);
    msg_post(b->log, &MSG_CONFIG, "console");
    assert_int_equal(lines(b, "CONFIG_I"), 0);
    turn(b);
    assert_true(log_md_pattern_ok("a|b"));
    assert_false(log_md_pattern_ok("a("));
}

static void hosts_have_their_own(void **state)
{
    struct box *b = *state;
    md(b, "mnem")->mnemonics_action = LOG_MD_INCLUDES;
    strcpy(log_conf(b->log)->mds[0].mnemonics, "CONFIG_I");
    host(b, 0x0A050201, false, "mnem");
    host(b, 0x0A050202, false, "");
    b->nsent = 0;
    msg_post(b->log, &MSG_UP, "Tunnel1", "up");
    turn(b);
    assert_int_equal(b->nsent, 1);
    msg_post(b->log, &MSG_CONFIG, "console");
    turn(b);
    assert_int_equal(b->nsent, 3);
    assert_int_equal(log_stats(b->log)->host_sent[0], 1);
    assert_int_equal(log_stats(b->log)->host_sent[1], 3);
    assert_int_equal(log_stats(b->log)->md_dropped[LOG_TO_HOST], 3);
    assert_int_equal(log_stats(b->log)->md_dropped[LOG_TO_HOST + 1], 0);
}

static unsigned said(struct box *b, unsigned times, bool debug)
{
    unsigned before = b->facts;
    for (unsigned i = 0; i < times; i++) {
        if (debug)
            msg_debug(b->log, "x");
        else
            msg_post(b->log, &MSG_CONFIG, "console");
    }
    turn(b);
    return b->facts - before;
}

static void rates(void **state)
{
    struct box *b = *state;
    struct log_conf *c = log_conf(b->log);
    c->rate = 10;
    assert_int_equal(said(b, 25, false), 10);
    assert_int_equal(log_stats(b->log)->rate_limited, 15);
    assert_int_equal(said(b, 25, true), 25); /* debug lines are not messages */
    vloop_run_for(b->loop, US_PER_S);
    assert_int_equal(said(b, 25, false), 10);
    c->rate_except = 5;
    assert_int_equal(said(b, 25, false), 25);
    c->rate_except = LOG_OFF;
    c->rate_all = true;
    vloop_run_for(b->loop, US_PER_S);
    assert_int_equal(said(b, 25, true), 10);
    assert_false(msg_post(b->log, &MSG_CONFIG, "console"));
    /* the console alone */
    uint64_t limited = log_stats(b->log)->rate_limited;
    c->rate_console = true;
    assert_int_equal(said(b, 10, false), 10);
    assert_int_equal(b->last_held, 0);
    assert_int_equal(said(b, 5, false), 5);
    assert_int_equal(b->last_held, 1 << LOG_TO_CONSOLE);
    assert_int_equal(log_stats(b->log)->rate_limited, limited + 5);
    /* of a discriminator */
    c->rate = 0;
    md(b, "slow")->rate = 3;
    strcpy(c->buffered_md, "slow");
    log_conf_changed(b->log);
    log_buffer_clear(b->log);
    said(b, 10, false);
    assert_int_equal(lines(b, "CONFIG_I"), 3);
    assert_int_equal(log_stats(b->log)->md_limited[LOG_TO_BUFFER], 7);
    vloop_run_for(b->loop, 2 * US_PER_S);
    said(b, 10, false);
    assert_int_equal(lines(b, "CONFIG_I"), 6);
}

static void counts(void **state)
{
    struct box *b = *state;
    struct log_conf *c = log_conf(b->log);
    size_t n;
    msg_post(b->log, &MSG_UP, "Tunnel1", "up");
    log_counts(b->log, &n);
    assert_int_equal(n, 0);
    c->count = true;
    log_conf_changed(b->log);
    msg_post(b->log, &MSG_INFO, "x");
    msg_post(b->log, &MSG_UP, "Tunnel1", "up");
    vloop_run_for(b->loop, 2 * US_PER_S);
    msg_post(b->log, &MSG_INFO, "y");
    msg_post(b->log, &MSG_CONFIG, "console");
    msg_debug(b->log, "no message");
    const struct log_count *v = log_counts(b->log, &n);
    assert_int_equal(n, 3);
    assert_string_equal(v[0].mnemonic, "UPDOWN");
    assert_string_equal(v[1].mnemonic, "LOGOUT");
    assert_int_equal(v[1].n, 2);
    assert_int_equal(v[1].severity, 6);
    assert_string_equal(v[1].last, "*May  1 06:13:59.803");
    assert_string_equal(v[2].mnemonic, "CONFIG_I");
    for (unsigned i = 0; i < 3000; i++) { /* an applet's names: bounded */
        char name[32];
        snprintf(name, sizeof name, "N%u", i);
        msg_post_text(b->log, "HA", 6, name, "x");
        if (i % 16 == 0)
            turn(b);
    }
    log_counts(b->log, &n);
    assert_int_equal(n, 1000);
    c->count = false;
    log_conf_changed(b->log);
    log_counts(b->log, &n);
    assert_int_equal(n, 0);
    turn(b);
}

static const char *name(void *arg)
{
    (void)arg;
    return "SITE1-Gateway";
}

static void origins_and_counters_on_the_wire(void **state)
{
    struct box *b = *state;
    struct log_conf *c = log_conf(b->log);
    host(b, 0x0A050201, false, "");
    log_set_hostname(b->log, name, NULL);
    c->origin = LOG_ORIGIN_HOSTNAME;
    c->sequence = true;
    b->nsent = 0;
    msg_post(b->log, &MSG_CONFIG, "console by console");
    turn(b);
    assert_string_equal(b->sent[0], "<189>2: SITE1-Gateway: 000002: *May  1 06:13:57.803: %SYS-5-CONFIG_I: Configured from console by console");
    c->origin = LOG_ORIGIN_IP;
    c->sequence = false;
    msg_post(b->log, &MSG_CONFIG, "x");
    turn(b);
    assert_string_equal(b->sent[1], "<189>3: 10.5.2.0: *May  1 06:13:57.803: %SYS-5-CONFIG_I: Configured from x");
    strcpy(c->source_if, "Loopback0");
    msg_post(b->log, &MSG_CONFIG, "x");
    turn(b);
    assert_memory_equal(b->sent[2], "<189>4: 10.0.0.9: *May", 22);
    c->origin = LOG_ORIGIN_STRING;
    strcpy(c->origin_text, "a b");
    c->counter = false;
    msg_post(b->log, &MSG_CONFIG, "x");
    turn(b);
    assert_memory_equal(b->sent[3], "<189>a b: *May  1", 17);
    c->origin = LOG_ORIGIN_NONE;
    msg_post(b->log, &MSG_CONFIG, "x");
    turn(b);
    assert_memory_equal(b->sent[4], "<189>*May  1", 12);
    char big[3000];
    memset(big, 'z', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    msg_post(b->log, &MSG_CONFIG, big);
    turn(b);
    assert_int_equal(b->len[5], 1023); /* RFC 3164: at most 1024 */
}

static void what_could_not_be_sent_waits(void **state)
{
    struct box *b = *state;
    b->unreachable = true;
    host(b, 0x0A050201, false, "");
    msg_post(b->log, &MSG_CONFIG, "boot");
    turn(b);
    assert_int_equal(b->nsent, 0);
    assert_true(log_stats(b->log)->host_down[0]);
    vloop_run_for(b->loop, 10 * US_PER_S);
    b->unreachable = false;
    vloop_run_for(b->loop, US_PER_S);
    assert_int_equal(b->nsent, 2);
    assert_memory_equal(b->sent[0], "<190>1: *May  1 06:13:57.803: %SYS-6-LOGGINGHOST", 48);
    assert_memory_equal(b->sent[1], "<189>2: *May  1 06:13:57.803: %SYS-5-CONFIG_I", 45);
    assert_false(log_stats(b->log)->host_down[0]);
    assert_int_equal(log_stats(b->log)->host_sent[0], 2);

    /* The way back is noticed with the next message, not with the next try: a burst may follow at once. */
    b->unreachable = true;
    msg_post(b->log, &MSG_CONFIG, "kept");
    turn(b);
    assert_int_equal(b->nsent, 2);
    b->unreachable = false;
    msg_post(b->log, &MSG_CONFIG, "next");
    turn(b);
    assert_int_equal(b->nsent, 4);
    assert_memory_equal(b->sent[2], "<189>3:", 7);
    assert_memory_equal(b->sent[3], "<189>4:", 7);
}

static void over_tcp(void **state)
{
    struct box *b = *state;
    host(b, 0x0A050203, true, ""); /* no streams yet */
    assert_true(log_stats(b->log)->host_down[0]);
    log_set_streams(b->log, &b->streams);
    assert_int_equal(b->opens, 1);
    assert_int_equal(b->addr, 0x0A050203);
    assert_int_equal(b->port, 601);
    msg_post(b->log, &MSG_CONFIG, "two\nlines");
    turn(b);
    assert_int_equal(b->ngot, 0); /* not connected */
    b->room = 100;
    b->stream.ev->ready(b->stream.arg);
    assert_int_equal(b->ngot, 100); /* a piece; the rest when there is room */
    b->room = 10000;
    b->stream.ev->ready(b->stream.arg);
    assert_string_equal(b->got, "<190>1: *May  1 06:13:57.803: %SYS-6-LOGGINGHOST_STARTSTOP: Logging to host 10.5.2.3 port 601 started - CLI initiated\n"
                                "<189>2: *May  1 06:13:57.803: %SYS-5-CONFIG_I: Configured from two lines\n");
    assert_false(log_stats(b->log)->host_down[0]);
    assert_int_equal(log_stats(b->log)->host_sent[0], 2);
    b->ngot = 0;
    b->room = 20; /* cut in the middle of a message: it goes again, whole */
    msg_post(b->log, &MSG_CONFIG, "x");
    turn(b);
    assert_int_equal(b->ngot, 20);
    b->stream.ev->down(b->stream.arg);
    assert_int_equal(b->open, 0);
    assert_true(log_stats(b->log)->host_down[0]);
    msg_post(b->log, &MSG_CONFIG, "y");
    vloop_run_for(b->loop, 4 * US_PER_S);
    assert_int_equal(b->opens, 1);
    vloop_run_for(b->loop, 2 * US_PER_S);
    assert_int_equal(b->opens, 2);
    b->ngot = 0;
    b->room = 10000;
    b->stream.ev->ready(b->stream.arg);
    assert_string_equal(b->got, "<189>3: *May  1 06:13:57.803: %SYS-5-CONFIG_I: Configured from x\n<189>4: *May  1 06:13:57.803: %SYS-5-CONFIG_I: Configured from y\n");
    for (unsigned i = 0; i < 250; i++) { /* a receiver that reads nothing: a hundred wait */
        b->room = 0;
        msg_post(b->log, &MSG_CONFIG, "z");
        turn(b);
    }
    assert_int_equal(log_stats(b->log)->dropped, 150);
    b->room = 30000;
    b->ngot = 0;
    b->stream.ev->ready(b->stream.arg);
    assert_int_equal(log_stats(b->log)->host_sent[0], 104);
    log_conf(b->log)->nhosts = 0;
    log_conf_changed(b->log);
    assert_int_equal(b->open, 0);
    turn(b);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, up, down)
    const struct CMUnitTest tests[] = {
        TEST(by_severity_facility_mnemonic_and_text), TEST(hosts_have_their_own), TEST(rates), TEST(counts), TEST(origins_and_counters_on_the_wire),
        TEST(what_could_not_be_sent_waits), TEST(over_tcp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
