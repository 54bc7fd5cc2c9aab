/* test_eem_load.c: a hundred applets a thousand times each, and applets that would eat the router: what each is held by,
 * that it is said, and that packets are forwarded meanwhile. R1 - R2 - R3 in a row; the applets live on R2. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "espial/loop.h"
#include "espial/msg.h"
#include "espial/text.h"
#include "tests/sim/box.h"

#define NODE "R2"

static struct box *with(const char *applets)
{
    struct text config = {0};
    text_printf(&config,
                "hostname R2\nlogging buffered 4096\ninterface Ethernet0/0\n ip address 10.1.0.2 255.255.255.0\n"
                "interface Ethernet0/1\n ip address 10.2.0.2 255.255.255.0\n%s",
                applets);
    struct box *b = box_new(1);
    box_node(
        b, "R1",
        "hostname R1\ninterface Ethernet0/0\n ip address 10.1.0.1 255.255.255.0\nip route 0.0.0.0 0.0.0.0 10.1.0.2\n");
    box_node(b, NODE, text_str(&config));
    box_node(
        b, "R3",
        "hostname R3\ninterface Ethernet0/0\n ip address 10.2.0.3 255.255.255.0\nip route 0.0.0.0 0.0.0.0 10.2.0.2\n");
    box_link(b, "R1", "Ethernet0/0", NODE, "Ethernet0/0");
    box_link(b, NODE, "Ethernet0/1", "R3", "Ethernet0/0");
    box_boot(b);
    text_free(&config);
    assert_non_null(strstr(box_type(b, "R1", "ping 10.2.0.3"), "!!!!")); /* ARP */
    return b;
}

static bool said(struct box *b, const char *line, const char *text)
{
    return strstr(box_type(b, NODE, line), text) != NULL;
}

static void post(struct box *b, const char *mnemonic, const char *text)
{
    msg_post_text(router_log(box_router(b, NODE)), "TEST", 5, mnemonic, text);
}

static void forwards(struct box *b)
{
    const char *out = box_type(b, "R1", "ping 10.2.0.3 repeat 200");
    if (!strstr(out, "Success rate is 100 percent (200/200)"))
        fail_msg("%s", out);
}

/* The sanitizers keep the heap by themselves. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t heap_without_logs(struct box *b)
{
    size_t heap = __sanitizer_get_current_allocated_bytes ? __sanitizer_get_current_allocated_bytes() : mallinfo2().uordblks;
    return heap - box_log_len(b, NODE) - box_log_len(b, "R1") - box_log_len(b, "R3");
}

#define APPLETS 100
#define TIMES   1000

static void thousand_events(struct box *b)
{
    for (unsigned i = 0; i < TIMES; i++) {
        post(b, "GO", "x");
        box_run(b, 10 * US_PER_MS);
        if (i % 500 == 0)
            forwards(b);
    }
    box_run(b, 120 * US_PER_S);
}

static void test_hundred_applets(void **state)
{
    (void)state;
    struct text t = {0};
    for (unsigned i = 0; i < APPLETS; i++)
        text_printf(
            &t,
            "event manager applet load%u\n event syslog pattern \"TEST-5-GO\"\n action 1 counter name c%u op inc "
            "value 1\n action 2 set x \"$_syslog_msg\"\n",
            i, i);
    struct box *b = with(text_str(&t));
    text_free(&t);
    thousand_events(b); /* what is kept at hand has settled */
    box_type(b, NODE, "clear event manager statistics");
    size_t before = heap_without_logs(b);
    thousand_events(b);
    size_t after = heap_without_logs(b);
    assert_string_equal(box_type(b, NODE, "show event manager policy pending"), "");
    const char *s = box_type(b, NODE, "show event manager statistics policy");
    for (unsigned i = 0; i < APPLETS; i++) {
        char row[64], end[16];
        snprintf(row, sizeof row, "\n%-5u%-10s%-12u%-12u", i + 1, "applet", TIMES, 0);
        snprintf(end, sizeof end, " load%u\n", i);
        if (!strstr(s, row) || !strstr(s, end))
            fail_msg("%s: %s", row, s);
    }
    assert_true(
        said(b, "show event manager statistics server", "EEM Applets                    100000      0         0 "));
    /* each ran for each event, and only once: a counter says so to an applet that looks at it */
    box_type_all(b, NODE,
                 "configure terminal\nevent manager applet look\nevent none\naction 1 counter name c7 op nop value 0\n"
                 "action 2 counter name c99 op nop value 0\naction 3 syslog msg \"c99 $_counter_value_remain\"\nend\n"
                 "event manager run look");
    assert_true(box_wait_log(b, NODE, 0, "look: c99 2000", 5 * US_PER_S));
    if (after > before + 256 * 1024)
        fail_msg("heap grew from %zu to %zu", before, after);
    box_free(b);
}

/* The queue at its bound: what is above it is lost, counted and said; to look at it, to hold and to release it takes a walk
 * along it and not one for each job. */
static void test_full_queue(void **state)
{
    (void)state;
    struct box *b = with("event manager scheduler suspend\nevent manager applet load\n event syslog pattern \"TEST-5-GO\"\n"
                         " action 1 counter name c op inc value 1\n");
    for (unsigned i = 0; i < 100010; i++) {
        post(b, "GO", "x");
        if (i % 50 == 49)
            box_run(b, US_PER_MS);
    }
    box_run(b, US_PER_S);
    assert_int_equal(box_log_count(b, NODE, 0,
                                   "%HA_EM-4-FMS_QUEUE_FULL: Queue of class default is full (100000 jobs), event for applet "
                                   "load is discarded"),
                     1);
    assert_true(said(b, "show event manager statistics server", "EEM Applets                    100000      10        100000    100000"));
    struct timespec from, to;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    assert_true(said(b, "show event manager policy pending | count pend", "Number of lines which match regexp = 100000"));
    box_type(b, NODE, "event manager scheduler hold all");
    assert_true(said(b, "show event manager policy pending | count held", "Number of lines which match regexp = 100000"));
    box_type(b, NODE, "event manager scheduler release all");
    box_type(b, NODE, "event manager scheduler clear all");
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    assert_true(to.tv_sec - from.tv_sec <= 10);
    assert_string_equal(box_type(b, NODE, "show event manager policy pending"), "");
    box_free(b);
}

/* What lint says of a pattern holds the pattern: it is no event of it. */
static void test_lint_is_no_event(void **state)
{
    (void)state;
    struct box *b = with("event manager lint\nevent manager applet circle\n event syslog pattern \"TEST-5-GO|again\"\n"
                         " action 1 syslog msg \"again\"\n");
    assert_true(box_wait_log(b, NODE, 0, "FMPD_LINT: circle: action 1: what it logs fits the applet's own pattern {TEST-5-GO|again}",
                             US_PER_S));
    box_run(b, US_PER_S);
    assert_true(said(b, "show event manager statistics server", "EEM Applets                    0           0         0 "));
    box_free(b);
}

static void test_itself(void **state)
{
    (void)state;
    struct box *b = with(
        "event manager applet circle\n event syslog pattern \"TEST-5-GO|again\"\n action 1 syslog msg \"again\"\n");
    post(b, "GO", "x");
    box_run(b, 5 * US_PER_S);
    forwards(b);
    assert_true(box_wait_log(b, NODE, 0, "%HA_EM-4-FMS_STARTS: More than 1000 policies were started within a second",
                             US_PER_S));
    assert_false(said(b, "show event manager statistics server", "no more policies might start: 0\n"));
    box_type_all(b, NODE, "configure terminal\nno event manager applet circle\nend");
    box_run(b, 5 * US_PER_S);
    assert_string_equal(box_type(b, NODE, "show event manager policy active"), "");
    box_free(b);
}

static void test_flood_and_endless(void **state)
{
    static const char *const bodies[] = {
        " action 2  syslog msg \"flood $i\"\n",
        " action 2  increment i 0\n",
        " action 2  cli command \"show clock\"\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        char config[512];
        snprintf(config, sizeof config,
                 "event manager applet endless\n event none sync no maxrun 0.300\n action 0 set i 1\n action 1 while "
                 "$i eq 1\n%s action 3 end\n",
                 bodies[i]);
        struct box *b = with(config);
        box_start(b, NODE, "event manager run endless");
        forwards(b);
        assert_true(box_wait_log(
            b, NODE, 0, "%HA_EM-4-FMS_POLICY_TIMEOUT: Policy 'endless' has hit its maximum execution time of 0.300",
            25 * US_PER_S));
        assert_true(said(b, "show event manager history events", "abort"));
        assert_string_equal(box_type(b, NODE, "show event manager policy active"), "");
        box_free(b);
    }
}

/* No maxrun: a million actions in a row end it, however many there are between waits. */
static void test_endless_without_limit(void **state)
{
    (void)state;
    struct box *b = with("event manager applet endless\n event none sync no maxrun 0\n action 1 while 1 eq 1\n action 2 end\n"
                         "event manager applet patient\n event none sync no maxrun 0\n action 1 while 1 eq 1\n action 2  wait 1\n action 3 end\n");
    box_start(b, NODE, "event manager run patient");
    box_start(b, NODE, "event manager run endless");
    forwards(b);
    assert_true(box_wait_log(b, NODE, 0,
                             "%HA_EM-4-FMS_POLICY_ENDLESS: Policy 'endless' has no maximum execution time, has executed 1000000 "
                             "actions without waiting, and so has been halted",
                             25 * US_PER_S));
    assert_true(said(b, "show event manager history events", "abort"));
    assert_true(said(b, "show event manager policy active", "patient"));
    assert_false(said(b, "show event manager policy active", "endless"));
    box_free(b);
}

/* Patterns that would try for years: a second of processor time is far more than they get. */
static void test_catastrophe(void **state)
{
    (void)state;
    struct box *b = with(
        "event manager applet bad\n event syslog pattern \"(x+x+)+y\"\n action 1 syslog msg \"matched\"\n"
        "event manager applet worse\n event none\n action 1 set s \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx- z\"\n"
        " action 2 regexp \"(x+x+)+z\" \"$s\"\n action 3 syslog msg \"result $_regexp_result\"\n");
    struct timespec from, to;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    for (int i = 0; i < 20; i++) {
        post(b, "GO", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx- y");
        box_run(b, US_PER_MS);
    }
    box_type(b, NODE, "event manager run worse");
    box_run(b, US_PER_S);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    assert_true(to.tv_sec - from.tv_sec <= 10);
    assert_true(box_wait_log(
        b, NODE, 0, "%HA_EM-4-FMS_PATTERN: A regular expression of applet bad takes too long and is given up: no match",
        US_PER_S));
    assert_int_equal(box_log_count(b, NODE, 0, "bad: matched"), 0);
    assert_int_equal(box_log_count(b, NODE, 0, "worse: result 0"), 1);
    assert_true(said(b, "show event manager statistics server", "Regular expressions given up: 21\n"));
    forwards(b);
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hundred_applets),
        cmocka_unit_test(test_full_queue),
        cmocka_unit_test(test_lint_is_no_event),
        cmocka_unit_test(test_itself),
        cmocka_unit_test(test_flood_and_endless),
        cmocka_unit_test(test_endless_without_limit), cmocka_unit_test(test_catastrophe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
