/* test_msg.c: messages: their text and stamps, the rate limit, the facts, and the datagrams to syslog hosts (over an inet made here). */
#include "tests/unit/msg_box.h"

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
    msg_debug(b->log, "New State = IKE_I_MM1 \n\n"); /* an empty line behind it */
    assert_string_equal(last_line(b->log), "00:00:46: New State = IKE_I_MM1 \n");
    msg_debug(b->log, "c\n\n\n\n");
    assert_string_equal(last_line(b->log), "00:00:46: c\n");
    msg_post_text(b->log, "HA_EM", 6, "LOG", "x\n\n"); /* of debug lines alone */
    assert_string_equal(last_line(b->log), "*Mar 12 18:22:56.706: %HA_EM-6-LOG: x");
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
    assert_string_equal(last_line(b->log), "*Mar 12 18:22:10.706: %HA_EM-6-LOG: a.[2Jb\n  c\td.");
    msg_post_text(b->log, "HA_EM", 6, "LOG", "a: x\n*Mar 12 18:22:10.706: %SYS-5-RESTART: no\n\n%LINK-3-UPDOWN: no");
    assert_string_equal(last_line(b->log),
                        "*Mar 12 18:22:10.706: %HA_EM-6-LOG: a: x\n  *Mar 12 18:22:10.706: %SYS-5-RESTART: no\n  \n  %LINK-3-UPDOWN: no");
    msg_debug(b->log, "one\ntwo"); /* by contract lines of their own */
    assert_string_equal(last_line(b->log), "*Mar 12 18:22:10.706: one\ntwo");
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
        BOX(hosts_get_datagrams),
        BOX(sending_does_not_feed_itself),
        BOX(a_full_bus_is_told_once),
        BOX(freed_while_full),
        cmocka_unit_test(level_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
