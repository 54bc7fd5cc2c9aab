/* test_msg.c: messages: their text and stamps, the rate limit, the buffer, the facts, and the datagrams to syslog hosts (over an inet made here). */
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

static void on_fact(void *arg, const void *fact)
{
    struct box *b = arg;
    assert_true(b->n < 64);
    memcpy(&b->facts[b->n++], fact, sizeof b->facts[0]);
}

static struct box *box_of(struct inet *in)
{
    return (struct box *)((char *)in - offsetof(struct box, inet));
}

static struct udp_sock *fake_open(struct inet *in, uint16_t port, udp_rx_fn *rx, void *arg)
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

static int fake_send(struct udp_sock *s, uint32_t src, uint32_t dst, uint16_t dport, const void *data, size_t len)
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

static void fake_close(struct udp_sock *s)
{
    box_of(s->inet)->open--;
}

static uint32_t fake_if_addr(struct inet *in, const char *ifname)
{
    (void)in;
    return strcmp(ifname, "Loopback0") == 0 ? 0x0A000001 : 0;
}

static const struct inet_ops fake_ops = {.udp_open = fake_open, .udp_send = fake_send, .udp_close = fake_close, .if_addr = fake_if_addr};

static int box_up(void **state)
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

static int box_down(void **state)
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

static size_t lines(const struct log *log)
{
    size_t cursor = 0, n = 0;
    while (log_buffer_next(log, &cursor))
        n++;
    return n;
}

static void turn(struct box *b)
{
    vloop_run_for(b->loop, 0);
}

static void one_message(void **state)
{
    struct box *b = *state;
    assert_true(msg_post(b->log, &MSG_INV, "213.163.222.7", 50));
    const char *want = "*Mar 12 18:22:10.706: %CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for "
                       "destaddr=213.163.222.7, prot=50";
    assert_string_equal(last_line(b->log), want);
    assert_int_equal(b->n, 0); /* nobody is called from inside */
    turn(b);
    assert_int_equal(b->n, 1);
    const struct fact_syslog *f = &b->facts[0];
    assert_string_equal(f->line, want);
    assert_string_equal(f->facility, "CRYPTO");
    assert_string_equal(f->mnemonic, "RECVD_PKT_INV_SPI");
    assert_int_equal(f->severity, 4);
    assert_false(f->debug);
    assert_int_equal(f->seq, 1);
    assert_true(f->wall_us == MAR_12);
    assert_memory_equal(f->line + f->text_at, "%CRYPTO-4-", 10);

    msg_post_text(b->log, "HA_EM", 6, "LOG", "command_hub: DONE ON HUB");
    assert_string_equal(last_line(b->log), "*Mar 12 18:22:10.706: %HA_EM-6-LOG: command_hub: DONE ON HUB");
}

static void debug_lines(void **state)
{
    struct box *b = *state;
    msg_debug(b->log, "ISAKMP:(0):%s %d", "beginning Main Mode exchange", 1);
    turn(b);
    assert_string_equal(b->facts[0].line, "*Mar 12 18:22:10.706: ISAKMP:(0):beginning Main Mode exchange 1");
    assert_true(b->facts[0].debug);
    assert_int_equal(b->facts[0].severity, 7);
    assert_string_equal(b->facts[0].facility, "");
    assert_memory_equal(b->facts[0].line + b->facts[0].text_at, "ISAKMP", 6);
    log_conf(b->log)->stamp_debug = (struct stamp_conf){.kind = 1};
    log_conf_changed(b->log);
    vloop_run_for(b->loop, 46 * US_PER_S);
    msg_debug(b->log, "a\nb\n");
    turn(b);
    assert_int_equal(b->n, 2);
    assert_string_equal(b->facts[1].line, "00:00:46: a\nb"); /* several lines, one message */
    assert_string_equal(last_line(b->log), "00:00:46: a\nb");
    msg_post(b->log, &MSG_UP, "Tunnel1", "up"); /* messages keep their own kind */
    assert_string_equal(last_line(b->log), "*Mar 12 18:22:56.706: %LINK-3-UPDOWN: Interface Tunnel1, changed state to up");
}

static void stamps(void **state)
{
    struct box *b = *state;
    static const struct {
        struct stamp_conf c;
        enum clock_source clock;
        int64_t wall;
        const char *text;
    } facts[] = {
        {{.kind = 2, .msec = true}, CLOCK_UNSET, MAR_12, "*Mar 12 18:22:10.706"},
        {{.kind = 2, .msec = true}, CLOCK_LOST, MAR_12, ".Mar 12 18:22:10.706"},
        {{.kind = 2, .msec = true}, CLOCK_SET, MAR_12, "Mar 12 18:22:10.706"},
        {{.kind = 2}, CLOCK_SET, MAR_12, "Mar 12 18:22:10"},
        {{.kind = 2, .msec = true, .year = true, .show_timezone = true}, CLOCK_SET, AUG_4, "Aug  4 2014 01:45:03.012 UTC"},
        {{.kind = 2, .show_timezone = true, .localtime = true}, CLOCK_UNSET, AUG_4, "*Aug  4 01:45:03 UTC"},
        {{.kind = 0, .msec = true}, CLOCK_UNSET, MAR_12, ""},
        {{.kind = 1, .msec = true}, CLOCK_UNSET, MAR_12, "00:00:00"},
        {{.kind = 1}, CLOCK_UNSET, MAR_12 - 5000000, "00:00:00"}, /* setting the clock is no uptime */
    };
    struct clock *clock = clock_new(b->loop);
    log_set_clock(b->log, clock);
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        char out[64];
        if (facts[i].clock != CLOCK_UNSET)
            clock_set(clock, facts[i].wall, CLOCK_BY_NTP);
        else
            clock_set(clock, facts[i].wall, CLOCK_BY_NOBODY);
        if (facts[i].clock == CLOCK_LOST)
            clock_lost(clock);
        assert_string_equal(log_stamp(b->log, &facts[i].c, out), facts[i].text);
    }

    const struct stamp_conf full = {.kind = 2, .msec = true, .localtime = true, .show_timezone = true, .year = true}, up = {.kind = 1};
    char out[64];
    *clock_conf(clock) = (struct clock_conf){.zone = {"CET", 60}, .summer = {"CEST", 120}, .begins = {0, 0, 5, 0, 3, 2, 0}, .ends = {0, 0, 5, 0, 10, 3, 0}};
    clock_set(clock, AUG_4 - 7200 * INT64_C(1000000), CLOCK_BY_USER);
    assert_string_equal(log_stamp(b->log, &full, out), "Aug  4 2014 01:45:03.012 CEST");
    vloop_run_for(b->loop, 93600 * US_PER_S);
    assert_string_equal(log_stamp(b->log, &up, out), "1d02h");
    log_set_clock(b->log, NULL);
    clock_free(clock);
}

static void without_stamp_and_with_sequence(void **state)
{
    struct box *b = *state;
    log_conf(b->log)->stamp_log.kind = 0;
    msg_post(b->log, &MSG_UP, "Tunnel1", "up");
    assert_string_equal(last_line(b->log), "%LINK-3-UPDOWN: Interface Tunnel1, changed state to up");
    log_conf(b->log)->sequence = true;
    log_conf(b->log)->stamp_log.kind = 2;
    msg_post(b->log, &MSG_UP, "Tunnel1", "up");
    assert_string_equal(last_line(b->log), "000002: *Mar 12 18:22:10.706: %LINK-3-UPDOWN: Interface Tunnel1, changed state to up");
    turn(b);
    assert_int_equal(b->facts[0].text_at, 0);
    assert_memory_equal(b->facts[1].line + b->facts[1].text_at, "%LINK", 5);
}

static void texts_are_cut_and_made_harmless(void **state)
{
    struct box *b = *state;
    char big[3000];
    memset(big, 'z', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    msg_debug(b->log, "%s", big);
    msg_post(b->log, &MSG_UP, big, "up");
    msg_post_text(b->log, "HA_EM", 6, "LOG", big);
    msg_post_text(b->log, big, 200, big, "x"); /* names too: cut to their fields */
    turn(b);
    assert_int_equal(b->n, 4);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(strlen(b->facts[i].line), SYSLOG_TEXT_MAX - 1);
        assert_int_equal(b->facts[i].line[SYSLOG_TEXT_MAX - 2], 'z');
    }
    assert_int_equal(strlen(b->facts[3].facility), sizeof b->facts[3].facility - 1);
    assert_int_equal(b->facts[3].severity, 7);
    msg_post_text(b->log, "HA_EM", 6, "LOG", "a\x1b[2Jb\r\nc\td\x7f");
    assert_string_equal(last_line(b->log), "*Mar 12 18:22:10.706: %HA_EM-6-LOG: a.[2Jb\nc\td.");
}

static void limited_per_key(void **state)
{
    struct box *b = *state;
    assert_true(msg_post_key(b->log, &MSG_INV, 1, "1.1.1.1", 50));
    assert_false(msg_post_key(b->log, &MSG_INV, 1, "1.1.1.1", 50));
    assert_true(msg_post_key(b->log, &MSG_INV, 2, "1.1.1.2", 50));
    assert_true(msg_post(b->log, &MSG_OTHER, "x")); /* another row */
    vloop_run_for(b->loop, 60 * US_PER_S - 1);
    assert_false(msg_post_key(b->log, &MSG_INV, 1, "1.1.1.1", 50));
    vloop_run_for(b->loop, 1);
    assert_true(msg_post_key(b->log, &MSG_INV, 1, "1.1.1.1", 50));
    assert_false(msg_post_key(b->log, &MSG_INV, 1, "1.1.1.1", 50));
    for (int i = 0; i < 5; i++)
        assert_true(msg_post(b->log, &MSG_UP, "Tunnel1", "up")); /* no limit */
    turn(b);
    assert_int_equal(b->n, 4 + 5); /* what was suppressed never was */
    assert_int_equal(lines(b->log), 4 + 5);
    assert_int_equal(log_stats(b->log)->rate_limited, 3);
}

static void a_flood_of_keys_is_bounded(void **state)
{
    struct box *b = *state;
    unsigned said = 0;
    log_conf(b->log)->buffered = LOG_OFF;
    bus_unsubscribe(b->bus, FACT_SYSLOG, on_fact, b);
    for (uint64_t key = 0; key < 100000; key++)
        said += msg_post_key(b->log, &MSG_INV, key * 7919, "1.1.1.1", 50);
    assert_int_equal(said, 256);
    assert_true(msg_post(b->log, &MSG_OTHER, "x")); /* other rows are not disturbed */
    assert_true(msg_crowded(b->log, &MSG_INV));
    assert_false(msg_crowded(b->log, &MSG_OTHER));
    assert_true(msg_post_trusted(b->log, &MSG_INV, 5, "192.0.2.1", 50)); /* a friend is heard, */
    assert_false(msg_post_trusted(b->log, &MSG_INV, 5, "192.0.2.1", 50)); /* once */
    assert_false(msg_post_trusted(b->log, &MSG_INV, 7919, "1.1.1.1", 50)); /* one who got a place before waits in that */
    for (uint64_t key = 1; key < 1000; key++)
        said += msg_post_trusted(b->log, &MSG_INV, key * 7919 * 100000 * 3, "1.1.1.1", 50);
    assert_int_equal(said, 256 + 63); /* even friends are bounded */
    vloop_run_for(b->loop, 30 * US_PER_S);
    assert_false(msg_post_key(b->log, &MSG_INV, 12345678, "1.1.1.1", 50));
    vloop_run_for(b->loop, 30 * US_PER_S);
    assert_true(msg_post_key(b->log, &MSG_INV, 12345678, "1.1.1.1", 50));
    assert_false(msg_post_key(b->log, &MSG_INV, 12345678, "1.1.1.1", 50));
    vloop_run_for(b->loop, 0);
}

static void levels_gate_the_buffer(void **state)
{
    struct box *b = *state;
    log_conf(b->log)->buffered = LOG_WARN;
    log_conf_changed(b->log);
    msg_post(b->log, &MSG_UP, "Tunnel1", "up"); /* 3 */
    msg_post(b->log, &MSG_INV, "1.1.1.1", 50);  /* 4 */
    msg_post(b->log, &MSG_OTHER, "x");          /* 5 */
    msg_debug(b->log, "x");
    turn(b);
    assert_int_equal(b->n, 4); /* the bus hears all */
    assert_int_equal(lines(b->log), 2);
    assert_int_equal(log_stats(b->log)->buffered, 2);
    assert_int_equal(log_stats(b->log)->trap, 3); /* informational */
    log_conf(b->log)->buffered = LOG_OFF;
    log_conf_changed(b->log);
    assert_int_equal(lines(b->log), 0); /* no logging buffered: gone */
    msg_post(b->log, &MSG_UP, "Tunnel1", "up");
    assert_int_equal(lines(b->log), 0);
}

static void logging_off_silences(void **state)
{
    struct box *b = *state;
    log_conf(b->log)->on = false;
    assert_false(msg_post(b->log, &MSG_INV, "1.1.1.1", 50));
    msg_debug(b->log, "x");
    msg_post_text(b->log, "HA_EM", 6, "LOG", "x");
    turn(b);
    assert_int_equal(b->n, 0);
    assert_int_equal(lines(b->log), 0);
    assert_int_equal(log_stats(b->log)->dropped, 3);
    log_conf(b->log)->on = true;
    assert_true(msg_post(b->log, &MSG_INV, "1.1.1.1", 50)); /* what was not said does not count for the limit */
}

/* After every message: what the buffer holds is the newest ones, whole, and within its size. */
static void the_buffer_keeps_the_newest(void **state)
{
    struct box *b = *state;
    enum { PREFIX = 22 }; /* the stamp */
    unsigned x = 1, first = 0;
    log_conf(b->log)->buffer_size = 9000;
    log_conf_changed(b->log);
    for (unsigned i = 0; i < 3000; i++) {
        char fill[600];
        x = x * 1664525 + 1013904223;
        unsigned len = i % 1000 == 999 ? 599 : (x >> 16) % 120;
        memset(fill, 'a' + (int)(i % 26), len);
        fill[len] = '\0';
        msg_debug(b->log, "%u %s", i, fill);
        if (b->n > 32) {
            turn(b);
            b->n = 0;
        }
        size_t cursor = 0, bytes = 0, n = 0;
        unsigned want = 0;
        for (const char *line; (line = log_buffer_next(b->log, &cursor)); n++) {
            unsigned number = (unsigned)strtoul(line + PREFIX, NULL, 10);
            if (n == 0)
                want = number;
            assert_int_equal(number, want);
            want++;
            bytes += strlen(line) + 1;
        }
        assert_int_equal(want, i + 1); /* up to the newest */
        assert_true(bytes <= 9000);
        assert_true(i < 100 || bytes > 9000 - 2 * 700); /* and it is used */
        assert_true(want - n >= first);
        first = want - (unsigned)n;
        turn(b);
        b->n = 0;
    }
}

static void reading_on_while_it_is_written(void **state)
{
    struct box *b = *state;
    size_t cursor = 0, old;
    for (int i = 0; i < 10; i++)
        msg_debug(b->log, "line %d", i);
    assert_string_equal(strrchr(log_buffer_next(b->log, &cursor), ' '), " 0");
    assert_string_equal(strrchr(log_buffer_next(b->log, &cursor), ' '), " 1");
    old = cursor;
    while (log_buffer_next(b->log, &cursor))
        ;
    assert_null(log_buffer_next(b->log, &cursor));
    msg_debug(b->log, "line 10"); /* a reader at the end sees what comes */
    assert_string_equal(strrchr(log_buffer_next(b->log, &cursor), ' '), " 10");
    for (int i = 11; i < 500; i++) {
        msg_debug(b->log, "line %d", i);
        const char *line = log_buffer_next(b->log, &cursor);
        assert_int_equal(strtol(strrchr(line, ' '), NULL, 10), i); /* through every wrap */
        assert_null(log_buffer_next(b->log, &cursor));
        if (i % 16 == 0) {
            turn(b);
            b->n = 0;
        }
    }
    size_t begin = 0;
    assert_string_equal(log_buffer_next(b->log, &old), log_buffer_next(b->log, &begin)); /* overtaken: the oldest */
    assert_string_equal(log_buffer_next(b->log, &old), log_buffer_next(b->log, &begin));

    log_buffer_clear(b->log);
    assert_null(log_buffer_next(b->log, &cursor));
    assert_null(log_buffer_next(b->log, &old));
    begin = 0;
    assert_null(log_buffer_next(b->log, &begin));
    msg_debug(b->log, "after");
    assert_string_equal(strrchr(log_buffer_next(b->log, &cursor), ' '), " after");
    assert_string_equal(strrchr(log_buffer_next(b->log, &begin), ' '), " after");
    turn(b);
}

static void resizing_keeps_the_newest(void **state)
{
    struct box *b = *state;
    for (int i = 0; i < 50; i++)
        msg_debug(b->log, "line %d", i); /* 30 bytes each */
    size_t cursor = 0, n = lines(b->log);
    assert_int_equal(n, 50);
    log_conf(b->log)->buffer_size = 300;
    log_conf_changed(b->log);
    assert_int_equal(lines(b->log), 300 / 30);
    assert_string_equal(strrchr(log_buffer_next(b->log, &cursor), ' '), " 40");
    assert_string_equal(strrchr(last_line(b->log), ' '), " 49");
    log_conf(b->log)->buffer_size = 100000;
    log_conf_changed(b->log);
    assert_int_equal(lines(b->log), 10);
    for (int i = 0; i < 9; i++)
        msg_debug(b->log, "more %d", i);
    assert_int_equal(lines(b->log), 19);
    log_conf(b->log)->buffer_size = 300;
    log_conf_changed(b->log);
    char big[1000];
    memset(big, 'x', 999);
    big[999] = '\0';
    msg_debug(b->log, "%s", big); /* larger than the whole buffer: not kept, and nothing lost for it */
    assert_int_equal(lines(b->log), 10);
    turn(b);
}

static void hosts_get_datagrams(void **state)
{
    struct box *b = *state;
    struct log_conf *c = log_conf(b->log);
    c->hosts[0] = (struct log_host){.addr = 0x0A050201, .port = 514};
    c->nhosts = 1;
    log_conf_changed(b->log);
    turn(b);
    assert_string_equal(last_line(b->log),
                        "*Mar 12 18:22:10.706: %SYS-6-LOGGINGHOST_STARTSTOP: Logging to host 10.5.2.1 port 514 started - CLI initiated");
    assert_int_equal(b->nsent, 0); /* no inet yet: it waits */
    assert_true(log_stats(b->log)->host_down[0]);
    log_set_inet(b->log, &b->inet);
    vloop_run_for(b->loop, US_PER_S);
    assert_int_equal(b->nsent, 1);
    assert_string_equal(b->sent[0].data,
                        "<190>1: *Mar 12 18:22:10.706: %SYS-6-LOGGINGHOST_STARTSTOP: Logging to host 10.5.2.1 port 514 started - CLI initiated");
    assert_false(log_stats(b->log)->host_down[0]);
    log_stats(b->log)->dropped = 0;
    b->nsent = 0;
    msg_post(b->log, &MSG_UP, "Tunnel1", "up");
    assert_int_equal(b->nsent, 0); /* not from inside */
    msg_debug(b->log, "below the trap level");
    turn(b);
    assert_int_equal(b->nsent, 1);
    assert_string_equal(b->sent[0].data, "<187>2: *Mar 12 18:22:11.706: %LINK-3-UPDOWN: Interface Tunnel1, changed state to up");
    assert_int_equal(b->sent[0].dst, 0x0A050201);
    assert_int_equal(b->sent[0].dport, 514);
    assert_int_equal(b->sent[0].src, 0);
    assert_int_equal(log_stats(b->log)->host_sent[0], 2);

    c->facility = 16; /* local0 */
    strcpy(c->source_if, "Loopback0");
    c->trap = LOG_DEBUG;
    c->hosts[1] = (struct log_host){.addr = 0x0A050202, .port = 5514};
    c->nhosts = 2;
    log_conf_changed(b->log); /* says so, to both */
    turn(b);
    assert_int_equal(b->nsent, 3);
    assert_memory_equal(b->sent[1].data, "<134>3: ", 8);
    assert_string_equal(b->sent[2].data, b->sent[1].data);
    assert_int_equal(b->sent[2].src, 0x0A000001);
    assert_int_equal(b->sent[2].dport, 5514);
    msg_debug(b->log, "now");
    turn(b);
    assert_string_equal(b->sent[3].data, "<135>4: *Mar 12 18:22:11.706: now");

    c->hosts[0] = c->hosts[1]; /* the first one is taken away: the other keeps its count */
    c->nhosts = 1;
    log_conf_changed(b->log);
    turn(b);
    assert_int_equal(log_stats(b->log)->host_sent[0], 2 + 1);
    assert_int_equal(log_stats(b->log)->host_sent[1], 0);
    assert_string_equal(strstr(last_line(b->log), "Logging"), "Logging to host 10.5.2.1 port 514 stopped - CLI initiated");
    log_conf_changed(b->log); /* nothing changed, nothing said */
    turn(b);
    size_t sent = b->nsent;
    b->send_result = -EHOSTUNREACH;
    msg_post(b->log, &MSG_UP, "Tunnel1", "up");
    turn(b);
    assert_int_equal(b->nsent, sent + 1);
    assert_int_equal(log_stats(b->log)->host_sent[0], 3); /* not sent, not counted */
    for (int i = 0; i < 150; i++) { /* a hundred wait */
        b->nsent = b->n = 0;
        msg_debug(b->log, "number %d", i);
        turn(b);
    }
    assert_int_equal(log_stats(b->log)->dropped, 51);
    b->send_result = 0;
    b->nsent = 0;
    b->only_count = true;
    vloop_run_for(b->loop, 2 * US_PER_S);
    b->only_count = false;
    assert_int_equal(b->nsent, 100);
    assert_non_null(strstr(b->sent[31].data, "number 149"));
    assert_int_equal(log_stats(b->log)->host_sent[0], 103);
    sent = b->nsent = 0;
    c->nhosts = 0;
    log_conf_changed(b->log);
    turn(b);
    assert_int_equal(b->open, 0);
    assert_int_equal(b->opens, 1);
    msg_post(b->log, &MSG_UP, "Tunnel1", "up");
    turn(b);
    assert_int_equal(b->nsent, sent);
}

static void sending_does_not_feed_itself(void **state)
{
    struct box *b = *state;
    struct log_conf *c = log_conf(b->log);
    c->hosts[0] = (struct log_host){.addr = 0x0A050201, .port = 514};
    c->nhosts = 1;
    log_conf_changed(b->log);
    log_set_inet(b->log, &b->inet);
    turn(b);
    b->nsent = 0;
    b->complain = true;
    msg_post(b->log, &MSG_OTHER, "x");
    turn(b);
    assert_int_equal(b->nsent, 1);
    assert_string_equal(last_line(b->log), "*Mar 12 18:22:10.706: %LINK-3-UPDOWN: Interface Ethernet0/0, changed state to down");
    assert_true(b->facts[b->n - 1].own);
    b->complain = false;
    msg_post(b->log, &MSG_UP, "Tunnel1", "up");
    turn(b);
    assert_int_equal(b->nsent, 2);
    log_set_inet(b->log, NULL);
    assert_int_equal(b->open, 0);
    msg_post(b->log, &MSG_UP, "Tunnel1", "up");
    turn(b);
    assert_int_equal(b->nsent, 2);
}

static void count_only(void *arg, const void *fact)
{
    (void)fact;
    ++*(unsigned *)arg;
}

static void a_full_bus_is_told_once(void **state)
{
    struct box *b = *state;
    unsigned n = 0;
    bus_unsubscribe(b->bus, FACT_SYSLOG, on_fact, b);
    bus_subscribe(b->bus, FACT_SYSLOG, count_only, &n);
    for (int i = 0; i < 4096 + 7; i++)
        msg_debug(b->log, "flood %d", i);
    assert_int_equal(bus_overflows(b->bus), 7);
    assert_int_equal(log_stats(b->log)->dropped, 7);
    turn(b);
    assert_string_equal(last_line(b->log),
                        "*Mar 12 18:22:10.706: %SYS-3-LOGGER_DROPPED: System dropped 7 events, the event queue was full");
    assert_int_equal(n, 4096 + 1);
    for (int i = 0; i < 4096 + 3; i++)
        msg_debug(b->log, "flood %d", i);
    turn(b);
    assert_memory_equal(strstr(last_line(b->log), "flood"), "flood 4098", 10); /* not within the minute */
    vloop_run_for(b->loop, 60 * US_PER_S);
    assert_string_equal(strstr(last_line(b->log), "System"), "System dropped 3 events, the event queue was full");
    vloop_run_for(b->loop, 600 * US_PER_S);
    assert_false(vloop_step(b->loop)); /* nothing goes on ticking */
}

static void freed_while_full(void **state)
{
    struct box *b = *state;
    bus_unsubscribe(b->bus, FACT_SYSLOG, on_fact, b);
    for (int i = 0; i < 5000; i++)
        msg_debug(b->log, "x");
    assert_int_equal(log_stats(b->log)->dropped, 5000 - 4096);
    log_free(NULL); /* and box_down frees the log with its line about it still to come */
}

static void level_names(void **state)
{
    (void)state;
    static const char *const want[8] = {"emergencies", "alerts",        "critical",      "errors",
                                        "warnings",    "notifications", "informational", "debugging"};
    for (int i = LOG_EMERG; i <= LOG_DEBUG; i++)
        assert_string_equal(log_level_names[i], want[i]);
    struct log_conf c;
    log_conf_init(&c);
    assert_true(c.on);
    assert_int_equal(c.console, LOG_DEBUG);
    assert_int_equal(c.trap, LOG_INFO);
    assert_int_equal(c.buffer_size, 4096);
    assert_int_equal(c.facility, 23);
}

#define BOX(test) cmocka_unit_test_setup_teardown(test, box_up, box_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOX(one_message),
        BOX(debug_lines),
        BOX(stamps),
        BOX(without_stamp_and_with_sequence),
        BOX(texts_are_cut_and_made_harmless),
        BOX(limited_per_key),
        BOX(a_flood_of_keys_is_bounded),
        BOX(levels_gate_the_buffer),
        BOX(logging_off_silences),
        BOX(the_buffer_keeps_the_newest),
        BOX(reading_on_while_it_is_written),
        BOX(resizing_keeps_the_newest),
        BOX(hosts_get_datagrams),
        BOX(sending_does_not_feed_itself),
        BOX(a_full_bus_is_told_once),
        BOX(freed_while_full),
        cmocka_unit_test(level_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
