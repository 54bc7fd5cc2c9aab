/* test_logline.c: lines of saved logs of every form, and the time that passes between them. Forms by RFC 3164 section 4, RFC
 * 5424 section 6.5, and what routers and syslog servers write; the figures are worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "eem/logline.h"
#include "eem/logtime.h"
#include "espial/bus.h"
#include "espial/clock.h"
#include "espial/vloop.h"

struct form {
    const char *line;
    const char *own;   /* the router's own line */
    const char *text;  /* behind its stamp */
    const char *stamp; /* "date 3-1 18:46:11.123", "uptime 12", "none"; a mark, a zone, an offset behind it */
    const char *name;  /* facility-severity-mnemonic; "debug-7" */
    int64_t seq;       /* -1: none */
};

#define CONFIG_I "%SYS-5-CONFIG_I: Configured from console by vty0"

static const struct form forms[] = {
    {"*Mar  1 18:46:11.123: " CONFIG_I, "*Mar  1 18:46:11.123: " CONFIG_I, CONFIG_I, "date 0-3-1 18:46:11.123 *",
     "SYS-5-CONFIG_I", -1},
    {".Mar 12 18:46:11: " CONFIG_I, ".Mar 12 18:46:11: " CONFIG_I, CONFIG_I, "date 0-3-12 18:46:11.000 .",
     "SYS-5-CONFIG_I", -1},
    {"Mar 12 18:46:11.5: " CONFIG_I, "Mar 12 18:46:11.5: " CONFIG_I, CONFIG_I, "date 0-3-12 18:46:11.500",
     "SYS-5-CONFIG_I", -1},
    {"Mar 12 2026 18:46:11.123 CET: " CONFIG_I, "Mar 12 2026 18:46:11.123 CET: " CONFIG_I, CONFIG_I,
     "date 2026-3-12 18:46:11.123 CET", "SYS-5-CONFIG_I", -1},
    {"000123: *Mar  1 18:46:11.123: " CONFIG_I "\r", "000123: *Mar  1 18:46:11.123: " CONFIG_I, CONFIG_I,
     "date 0-3-1 18:46:11.123 *", "SYS-5-CONFIG_I", 123},
    {"00:00:12: %LINK-3-UPDOWN: Interface Et0/0, changed state to up",
     "00:00:12: %LINK-3-UPDOWN: Interface Et0/0, changed state to up",
     "%LINK-3-UPDOWN: Interface Et0/0, changed state to up", "uptime 12", "LINK-3-UPDOWN", -1},
    {"1d02h: " CONFIG_I, "1d02h: " CONFIG_I, CONFIG_I, "uptime 93600", "SYS-5-CONFIG_I", -1},
    {"3w4d: " CONFIG_I, "3w4d: " CONFIG_I, CONFIG_I, "uptime 2160000", "SYS-5-CONFIG_I", -1},
    {"1y2w: " CONFIG_I, "1y2w: " CONFIG_I, CONFIG_I, "uptime 32745600", "SYS-5-CONFIG_I", -1},
    {"000007: 1d02h: " CONFIG_I, "000007: 1d02h: " CONFIG_I, CONFIG_I, "uptime 93600", "SYS-5-CONFIG_I", 7},
    {CONFIG_I, CONFIG_I, CONFIG_I, "none", "SYS-5-CONFIG_I", -1},
    {"<189>45: *Mar  1 18:46:11.123: " CONFIG_I, "*Mar  1 18:46:11.123: " CONFIG_I, CONFIG_I,
     "date 0-3-1 18:46:11.123 *", "SYS-5-CONFIG_I", 45},
    {"<189>45: R1: 000044: *Mar  1 18:46:11.123: " CONFIG_I, "000044: *Mar  1 18:46:11.123: " CONFIG_I, CONFIG_I,
     "date 0-3-1 18:46:11.123 *", "SYS-5-CONFIG_I", 44},
    {"<34>Oct 11 22:14:15 mymachine su: 'su root' failed", "su: 'su root' failed", "su: 'su root' failed",
     "date 0-10-11 22:14:15.000 collector", "debug-2", -1},
    {"Mar 12 18:46:12 10.0.0.1 45: *Mar  1 18:46:11.123: " CONFIG_I, "*Mar  1 18:46:11.123: " CONFIG_I, CONFIG_I,
     "date 0-3-1 18:46:11.123 *", "SYS-5-CONFIG_I", 45},
    {"Mar 12 18:46:12 r1.example.net " CONFIG_I, CONFIG_I, CONFIG_I, "date 0-3-12 18:46:12.000 collector",
     "SYS-5-CONFIG_I", -1},
    {"2026-03-12T18:46:12.250+01:00 r1 45: " CONFIG_I, CONFIG_I, CONFIG_I, "date 2026-3-12 18:46:12.250 +60 collector",
     "SYS-5-CONFIG_I", 45},
    {"<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut=\"3\" "
     "eventSource=\"App\\]\"][x@1] " CONFIG_I,
     CONFIG_I, CONFIG_I, "date 2003-10-11 22:14:15.003 +0 collector", "SYS-5-CONFIG_I", -1},
    {"<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time", "%% It's time", "%% It's time",
     "date 2003-8-24 05:14:15.000 -420 collector", "debug-5", -1},
    {"<189>1 - r1 - - - - *Mar  1 18:46:11: " CONFIG_I, "*Mar  1 18:46:11: " CONFIG_I, CONFIG_I,
     "date 0-3-1 18:46:11.000 *", "SYS-5-CONFIG_I", -1},
    {"000124: Mar  1 18:46:11.123 GMT+1: " CONFIG_I, "000124: Mar  1 18:46:11.123 GMT+1: " CONFIG_I, CONFIG_I,
     "date 0-3-1 18:46:11.123 GMT+1", "SYS-5-CONFIG_I", 124},
    {"2026-03-12T18:46:12Z " CONFIG_I, CONFIG_I, CONFIG_I, "date 2026-3-12 18:46:12.000 +0 collector", "SYS-5-CONFIG_I", -1},
    {"2026-03-12T18:46:12Z 192.0.2.1 local7.notice 45: Mar 12 18:46:11.123: " CONFIG_I, "Mar 12 18:46:11.123: " CONFIG_I,
     CONFIG_I, "date 0-3-12 18:46:11.123", "SYS-5-CONFIG_I", 45},
    {"2026-03-12 18:46:12\tLocal7.Notice\t192.0.2.1\t45: Mar 12 18:46:11.123: " CONFIG_I,
     "Mar 12 18:46:11.123: " CONFIG_I, CONFIG_I, "date 0-3-12 18:46:11.123", "SYS-5-CONFIG_I", 45},
    {"1 2026-03-12T18:46:12Z r1 - - - - 000046: Mar 12 18:46:11.123 CET: " CONFIG_I,
     "000046: Mar 12 18:46:11.123 CET: " CONFIG_I, CONFIG_I, "date 0-3-12 18:46:11.123 CET", "SYS-5-CONFIG_I", 46},
    {"1 - r1 - - - - " CONFIG_I, "1 - r1 - - - - " CONFIG_I, "1 - r1 - - - - " CONFIG_I, "none", "SYS-5-CONFIG_I", -1},
    {"86 <189>1 2026-03-12T18:46:12Z r1 - - - - " CONFIG_I, CONFIG_I, CONFIG_I, "date 2026-3-12 18:46:12.000 +0 collector",
     "SYS-5-CONFIG_I", -1},
    {"*Mar  1 18:46:11.123: ISAKMP:(1001): sending packet", "*Mar  1 18:46:11.123: ISAKMP:(1001): sending packet",
     "ISAKMP:(1001): sending packet", "date 0-3-1 18:46:11.123 *", "debug-7", -1},
    {"*Mar  1 18:46:11.123: R0/0: %CMRP_PFU-6-PWR_CAPABILITY: x",
     "*Mar  1 18:46:11.123: R0/0: %CMRP_PFU-6-PWR_CAPABILITY: x", "R0/0: %CMRP_PFU-6-PWR_CAPABILITY: x",
     "date 0-3-1 18:46:11.123 *", "CMRP_PFU-6-PWR_CAPABILITY", -1},
    {"*Mar  1 18:46:11.123: %SPA_OIR-SP-6-ONLINECARD: x", "*Mar  1 18:46:11.123: %SPA_OIR-SP-6-ONLINECARD: x",
     "%SPA_OIR-SP-6-ONLINECARD: x", "date 0-3-1 18:46:11.123 *", "SPA_OIR-SP-6-ONLINECARD", -1},
    /* journalctl -o short-iso, short-iso-precise, short-full, export */
    {"2026-03-12T18:46:12+0100 loghost cisco[99]: 45: *Mar  1 18:46:11.123: " CONFIG_I, "*Mar  1 18:46:11.123: " CONFIG_I, CONFIG_I,
     "date 0-3-1 18:46:11.123 *", "SYS-5-CONFIG_I", 45},
    {"2026-03-12T18:46:12.250000-0330 loghost cisco[99]: " CONFIG_I, CONFIG_I, CONFIG_I, "date 2026-3-12 18:46:12.250 -210 collector",
     "SYS-5-CONFIG_I", -1},
    {"Thu 2026-03-12 18:46:12 CET loghost cisco[99]: " CONFIG_I, CONFIG_I, CONFIG_I, "date 2026-3-12 18:46:12.000 CET collector",
     "SYS-5-CONFIG_I", -1},
    {"__REALTIME_TIMESTAMP=1773341172250000", "", "", "date 2026-3-12 18:46:12.250 +0 collector", "debug-7", -1},
    {"MESSAGE=45: *Mar  1 18:46:11.123: " CONFIG_I, "*Mar  1 18:46:11.123: " CONFIG_I, CONFIG_I, "date 0-3-1 18:46:11.123 *",
     "SYS-5-CONFIG_I", 45},
    {"MESSAGE=" CONFIG_I, CONFIG_I, CONFIG_I, "none", "SYS-5-CONFIG_I", -1},
    /* other servers and terminals */
    {"2026-03-12\t18:46:12\tLocal7.Notice\t192.0.2.1\t45: " CONFIG_I, CONFIG_I, CONFIG_I, "date 2026-3-12 18:46:12.000 collector",
     "SYS-5-CONFIG_I", 45},
    {"03-12-2026\t18:46:12\tLocal7.Notice\t192.0.2.1\t45: " CONFIG_I, CONFIG_I, CONFIG_I, "date 2026-3-12 18:46:12.000 collector",
     "SYS-5-CONFIG_I", 45},
    {"22-03-2026 18:46:12 r1 " CONFIG_I, CONFIG_I, CONFIG_I, "date 2026-3-22 18:46:12.000 collector", "SYS-5-CONFIG_I", -1},
    {"2026/03/12 18:46:12 " CONFIG_I, CONFIG_I, CONFIG_I, "date 2026-3-12 18:46:12.000 collector", "SYS-5-CONFIG_I", -1},
    {"2026-03-12 18:46:12,250 " CONFIG_I, CONFIG_I, CONFIG_I, "date 2026-3-12 18:46:12.250 collector", "SYS-5-CONFIG_I", -1},
    {"[2026-03-12 18:46:12.5] " CONFIG_I, CONFIG_I, CONFIG_I, "date 2026-3-12 18:46:12.500 collector", "SYS-5-CONFIG_I", -1},
    {"[Mar 12 18:46:12] " CONFIG_I, CONFIG_I, CONFIG_I, "date 0-3-12 18:46:12.000 collector", "SYS-5-CONFIG_I", -1},
    {"Thu Mar 12 18:46:12 2026 r1 " CONFIG_I, CONFIG_I, CONFIG_I, "date 2026-3-12 18:46:12.000 collector", "SYS-5-CONFIG_I", -1},
    {"2026 Mar 12 18:46:12.5 r1 " CONFIG_I, CONFIG_I, CONFIG_I, "date 2026-3-12 18:46:12.500 collector", "SYS-5-CONFIG_I", -1},
    {"2026 Mar 12 18:46:12.5 UTC: " CONFIG_I, "2026 Mar 12 18:46:12.5 UTC: " CONFIG_I, CONFIG_I, "date 2026-3-12 18:46:12.500 UTC",
     "SYS-5-CONFIG_I", -1},
    {"1773341172 r1 " CONFIG_I, CONFIG_I, CONFIG_I, "date 2026-3-12 18:46:12.000 +0 collector", "SYS-5-CONFIG_I", -1},
    {"1773341172.250 " CONFIG_I, CONFIG_I, CONFIG_I, "date 2026-3-12 18:46:12.250 +0 collector", "SYS-5-CONFIG_I", -1},
    {"R1: *Mar  1 18:46:11.123: " CONFIG_I, "*Mar  1 18:46:11.123: " CONFIG_I, CONFIG_I, "date 0-3-1 18:46:11.123 *", "SYS-5-CONFIG_I", -1},
    {"45: R1: *Mar  1 18:46:11.123: " CONFIG_I, "*Mar  1 18:46:11.123: " CONFIG_I, CONFIG_I, "date 0-3-1 18:46:11.123 *", "SYS-5-CONFIG_I", 45},
    {"1234567890123 packets", "1234567890123 packets", "1234567890123 packets", "none", "debug-7", -1},
    {"[5/12] of 2026-03-12", "[5/12] of 2026-03-12", "[5/12] of 2026-03-12", "none", "debug-7", -1},
    {"just words", "just words", "just words", "none", "debug-7", -1},
    {"", "", "", "none", "debug-7", -1},
    {"*Foo  1 18:46:11: x", "*Foo  1 18:46:11: x", "*Foo  1 18:46:11: x", "none", "debug-7", -1},
    {"Mar 40 18:46:11: x", "Mar 40 18:46:11: x", "Mar 40 18:46:11: x", "none", "debug-7", -1},
    {"Mar  1 25:46:11: x", "Mar  1 25:46:11: x", "Mar  1 25:46:11: x", "none", "debug-7", -1},
};

static void describe_stamp(const struct logline *l, char out[80])
{
    size_t n = 0;
    if (l->stamp == LOGLINE_NO_STAMP) {
        snprintf(out, 80, "none");
        return;
    }
    if (l->stamp == LOGLINE_UPTIME) {
        snprintf(out, 80, "uptime %llu", (unsigned long long)l->uptime_s);
        return;
    }
    n += (size_t)snprintf(out, 80, "date %d-%d-%d %02d:%02d:%02d.%03d", l->has_year ? l->when.year : 0, l->when.mon + 1,
                          l->when.day, l->when.hour, l->when.min, l->when.sec, l->when.msec);
    if (l->mark)
        n += (size_t)snprintf(out + n, 80 - n, " %c", l->mark);
    if (l->zone[0])
        n += (size_t)snprintf(out + n, 80 - n, " %s", l->zone);
    if (l->has_offset)
        n += (size_t)snprintf(out + n, 80 - n, " %s%d", l->offset_min < 0 ? "" : "+", l->offset_min);
    if (l->by_collector)
        snprintf(out + n, 80 - n, " collector");
}

static void test_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const struct form *f = &forms[i];
        struct logline l;
        struct fact_syslog fact;
        char stamp[80], name[80];
        logline_read(f->line, strlen(f->line), &l);
        logline_fact(f->line, strlen(f->line), &l, 0, &fact);
        describe_stamp(&l, stamp);
        snprintf(name, sizeof name, l.debug ? "debug%s-%u%s" : "%s-%u-%s", l.facility, l.severity, l.mnemonic);
        if (strcmp(stamp, f->stamp) || strcmp(name, f->name) || strcmp(fact.line, f->own) ||
            strcmp(fact.line + fact.text_at, f->text) || (l.has_seq ? (int64_t)l.seq : -1) != f->seq)
            fail_msg("%s\n  stamp |%s| wanted |%s|\n  name |%s| wanted |%s|\n  line |%s|\n  text |%s|\n  seq %lld",
                     f->line, stamp, f->stamp, name, f->name, fact.line, fact.line + fact.text_at,
                     l.has_seq ? (long long)l.seq : -1LL);
    }
}

struct moment {
    const char *line;
    uint64_t elapsed_ms;
    const char *set; /* what the clock says then, UTC; NULL: it is not set */
};

static void walk(const struct moment *m, size_t n, const char *zone, bool local, int year)
{
    struct loop *loop = vloop_new(0);
    struct clock *clock = clock_new(loop);
    struct logtime t;
    if (zone) {
        str_copy(clock_conf(clock)->zone.name, 8, zone);
        clock_conf(clock)->zone.offset_min = 60;
        clock_conf_changed(clock);
    }
    logtime_init(&t, clock, local, year);
    for (size_t i = 0; i < n; i++) {
        struct logline l;
        char set[40];
        logline_read(m[i].line, strlen(m[i].line), &l);
        struct logtime_step s = logtime_next(&t, &l);
        struct wall_time w = wall_split(s.wall_us);
        snprintf(set, sizeof set, "%04d-%02d-%02d %02d:%02d:%02d.%03d", w.year, w.mon + 1, w.day, w.hour, w.min, w.sec,
                 w.msec);
        if (s.elapsed_us != m[i].elapsed_ms * 1000 || s.set != (m[i].set != NULL) ||
            (m[i].set && strcmp(set, m[i].set)))
            fail_msg("%s: %llu us, %s %s", m[i].line, (unsigned long long)s.elapsed_us, s.set ? "set to" : "not set",
                     set);
    }
    clock_free(clock);
    vloop_free(loop);
}

static void test_dates(void **state)
{
    (void)state;
    static const struct moment m[] = {
        {"Dec 31 23:59:58.500: %A-5-B: x", 0, "2025-12-31 23:59:58.500"},
        {"no stamp", 0, NULL},
        {"Dec 31 23:59:59.750: %A-5-B: x", 1250, NULL},
        {"Jan  1 00:00:00.000: %A-5-B: x", 250, NULL},
        {"Dec 31 23:59:59.900: %A-5-B: late", 0, NULL}, /* of a sender that is a little behind */
        {"Jan  1 00:00:10.000: %A-5-B: x", 10000, NULL},
        {"Jan  1 00:00:00.000: %A-5-B: y", 0, NULL},
        {"Jan  1 00:00:12.000: %A-5-B: x", 2000, NULL},
        {"Jan  9 00:00:12.000: %A-5-B: x", UINT64_C(691200000), NULL},
        {"Jan  8 00:00:12.000: %A-5-B: set back", 0, "2026-01-08 00:00:12.000"},
        {"Jan  8 00:00:13.000: %A-5-B: x", 1000, NULL},
        {"Apr  8 00:00:13.000: %A-5-B: set forward", 0, "2026-04-08 00:00:13.000"},
    };
    walk(m, sizeof m / sizeof m[0], NULL, false, 2025);
}

/* A router that boots without a clock and hears NTP. */
static void test_clock_comes_right(void **state)
{
    (void)state;
    static const struct moment m[] = {
        {"*Mar  1 00:00:20.000: %A-5-B: x", 0, "2026-03-01 00:00:20.000"},
        {"*Mar  1 00:00:21.000: %A-5-B: x", 1000, NULL},
        {"Nov 22 15:00:00.000: %A-5-B: right", 0, "2026-11-22 15:00:00.000"},
        {"Nov 22 15:00:01.000: %A-5-B: x", 1000, NULL},
        {".Nov 22 15:00:02.000: %A-5-B: NTP is lost, the clock is not", 1000, NULL},
        {"Nov 22 15:00:03.000: %A-5-B: x", 1000, NULL},
    };
    walk(m, sizeof m / sizeof m[0], NULL, false, 2026);
}

static void test_uptime(void **state)
{
    (void)state;
    static const struct moment m[] = {
        {"00:00:12: %A-5-B: x", 0, NULL},     {"00:01:00: %A-5-B: x", 48000, NULL},
        {"1d00h: %A-5-B: x", 86340000, NULL}, {"00:00:03: %A-5-B: reloaded", 0, NULL},
        {"00:00:05: %A-5-B: x", 2000, NULL},
    };
    walk(m, sizeof m / sizeof m[0], NULL, false, 2026);
}

static void test_zones(void **state)
{
    (void)state;
    static const struct moment named[] = {
        {"Mar 12 18:46:11.000 CET: %A-5-B: x", 0, "2026-03-12 17:46:11.000"},
        {"Mar 12 17:46:12.000 UTC: %A-5-B: x", 1000, NULL},
        {"2026-03-12T19:46:13.000+02:00 r1 %A-5-B: x", 1000, NULL},
    };
    static const struct moment local[] = {
        {"Mar 12 18:46:11.000: %A-5-B: x", 0, "2026-03-12 17:46:11.000"},
    };
    static const struct moment utc[] = {
        {"Mar 12 18:46:11.000: %A-5-B: x", 0, "2026-03-12 18:46:11.000"},
    };
    walk(named, 3, "CET", true, 2026);
    walk(local, 1, "CET", true, 2026);
    walk(utc, 1, "CET", false, 2026);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),  cmocka_unit_test(test_dates), cmocka_unit_test(test_clock_comes_right),
        cmocka_unit_test(test_uptime), cmocka_unit_test(test_zones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
