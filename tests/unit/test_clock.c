/* test_clock.c: the calendar: setting, steering, marks, zones, summers. Moments of Unix time by date(1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "espial/clock.h"
#include "espial/loop.h"
#include "tests/sim/vloop.h"

#define S INT64_C(1000000)
#define START (INT64_C(1445281058) * S + 347000) /* Mon Oct 19 2015 18:57:38.347 UTC */

struct box {
    struct loop *loop;
    struct clock *clock;
    int told;
};

static int up(void **state)
{
    static struct box b;
    b = (struct box){.loop = vloop_new(START)};
    b.clock = clock_new(b.loop);
    *state = &b;
    return 0;
}

static int down(void **state)
{
    struct box *b = *state;
    clock_free(b->clock);
    vloop_free(b->loop);
    return 0;
}

static const char *text(struct box *b, int64_t utc)
{
    static char out[64];
    return clock_text(b->clock, utc, true, out);
}

static void begins_as_the_loops_calendar(void **state)
{
    struct box *b = *state;
    assert_true(clock_wall(b->clock) == START);
    assert_int_equal(clock_mark(b->clock), CLOCK_UNSET);
    assert_int_equal(clock_by(b->clock), CLOCK_BY_NOBODY);
    assert_string_equal(text(b, clock_wall(b->clock)), "18:57:38.347 UTC Mon Oct 19 2015");
    vloop_run_for(b->loop, 90 * US_PER_S);
    assert_true(clock_wall(b->clock) == START + 90 * S);
}

static void marks(void **state)
{
    struct box *b = *state;
    clock_lost(b->clock); /* nobody had it */
    assert_int_equal(clock_mark(b->clock), CLOCK_UNSET);
    clock_set(b->clock, 1000 * S, CLOCK_BY_USER);
    assert_true(clock_wall(b->clock) == 1000 * S);
    assert_int_equal(clock_mark(b->clock), CLOCK_SET);
    clock_lost(b->clock); /* set by hand: not NTP's to lose */
    assert_int_equal(clock_mark(b->clock), CLOCK_SET);
    clock_steer(b->clock, 0, 0);
    assert_int_equal(clock_by(b->clock), CLOCK_BY_NTP);
    clock_lost(b->clock);
    assert_int_equal(clock_mark(b->clock), CLOCK_LOST);
    clock_set(b->clock, 2000 * S, CLOCK_BY_NTP);
    assert_int_equal(clock_mark(b->clock), CLOCK_SET);
    assert_int_equal(loop_now(b->loop), 0); /* intervals do not care */
}

static void steering(void **state)
{
    struct box *b = *state;
    clock_steer(b->clock, 1000, 0); /* 1 ms: two seconds */
    assert_true(clock_wall(b->clock) == START);
    vloop_run_for(b->loop, US_PER_S);
    assert_true(clock_wall(b->clock) == START + S + 500);
    vloop_run_for(b->loop, US_PER_S);
    assert_true(clock_wall(b->clock) == START + 2 * S + 1000);
    vloop_run_for(b->loop, 10 * US_PER_S);
    assert_true(clock_wall(b->clock) == START + 12 * S + 1000);
    clock_steer(b->clock, -250, -20000); /* half a second to work off, and 20 us a second slower */
    vloop_run_for(b->loop, 10 * US_PER_S);
    assert_true(clock_wall(b->clock) == START + 22 * S + 1000 - 250 - 200);
    clock_steer(b->clock, 0, 0);
    vloop_run_for(b->loop, 10 * US_PER_S);
    assert_true(clock_wall(b->clock) == START + 32 * S + 550);
    clock_steer(b->clock, -5000000, -900000000); /* bounded: both together still go forward */
    int64_t before = clock_wall(b->clock);
    vloop_run_for(b->loop, US_PER_S);
    assert_true(clock_wall(b->clock) == before + S - 500 - 500);
}

static void zones_north(void **state)
{
    struct box *b = *state;
    struct clock_conf *f = clock_conf(b->clock);
    *f = (struct clock_conf){.zone = {"CET", 60}, .summer = {"CEST", 120}, .begins = {0, 0, 5, 0, 3, 2, 0}, .ends = {0, 0, 5, 0, 10, 3, 0}};
    int64_t begins, ends;
    assert_true(clock_summer(b->clock, START, &begins, &ends));
    assert_true(begins == INT64_C(1427590800) * S); /* Sun Mar 29 2015 01:00:00 UTC */
    assert_true(ends == INT64_C(1445734800) * S);   /* Sun Oct 25 2015 01:00:00 UTC */
    assert_string_equal(text(b, begins - 1000), "01:59:59.999 CET Sun Mar 29 2015");
    assert_string_equal(text(b, begins), "03:00:00.000 CEST Sun Mar 29 2015");
    assert_string_equal(text(b, ends - 1000), "02:59:59.999 CEST Sun Oct 25 2015");
    assert_string_equal(text(b, ends), "02:00:00.000 CET Sun Oct 25 2015");
    assert_string_equal(text(b, START), "20:57:38.347 CEST Mon Oct 19 2015");
    /* 23:30 UTC of New Year's Eve is in the next year here */
    assert_string_equal(text(b, INT64_C(1451604600) * S), "00:30:00.000 CET Fri Jan 1 2016");

    struct wall_time w = {.year = 2015, .mon = 9, .day = 25, .hour = 2, .min = 30}; /* twice: the first is meant */
    assert_true(clock_from_local(b->clock, &w) == ends - 1800 * S);
    w = (struct wall_time){.year = 2015, .mon = 2, .day = 29, .hour = 2, .min = 30}; /* never: an hour later */
    assert_string_equal(text(b, clock_from_local(b->clock, &w)), "03:30:00.000 CEST Sun Mar 29 2015");
    w = clock_local(b->clock, START);
    assert_true(clock_from_local(b->clock, &w) == START - 347000 % 1000);
}

static void zones_south_and_west(void **state)
{
    struct box *b = *state;
    /* Sydney: first Sunday of October to first Sunday of April, over the new year */
    *clock_conf(b->clock) = (struct clock_conf){.zone = {"AEST", 600}, .summer = {"AEDT", 660}, .begins = {0, 0, 1, 0, 10, 2, 0}, .ends = {0, 0, 1, 0, 4, 3, 0}};
    assert_string_equal(text(b, START), "05:57:38.347 AEDT Tue Oct 20 2015");
    assert_string_equal(text(b, INT64_C(1451606400) * S), "11:00:00.000 AEDT Fri Jan 1 2016");
    assert_string_equal(text(b, INT64_C(1435708800) * S), "10:00:00.000 AEST Wed Jul 1 2015");
    /* New York, and half an hour off it */
    *clock_conf(b->clock) = (struct clock_conf){.zone = {"EST", -300}, .summer = {"EDT", -240}, .begins = {0, 0, 2, 0, 3, 2, 0}, .ends = {0, 0, 1, 0, 11, 2, 0}};
    assert_string_equal(text(b, START), "14:57:38.347 EDT Mon Oct 19 2015");
    int64_t begins, ends;
    assert_true(clock_summer(b->clock, START, &begins, &ends));
    assert_string_equal(text(b, begins), "03:00:00.000 EDT Sun Mar 8 2015");
    assert_string_equal(text(b, ends), "01:00:00.000 EST Sun Nov 1 2015");
    *clock_conf(b->clock) = (struct clock_conf){.zone = {"NST", -210}};
    assert_string_equal(text(b, START), "15:27:38.347 NST Mon Oct 19 2015");
}

static void a_summer_by_dates(void **state)
{
    struct box *b = *state;
    *clock_conf(b->clock) = (struct clock_conf){.zone = {"GMT", 0}, .summer = {"BST", 60}, .begins = {2003, 30, 0, 0, 3, 1, 0}, .ends = {2003, 26, 0, 0, 10, 2, 0}};
    assert_string_equal(text(b, INT64_C(1048986000) * S), "02:00:00.000 BST Sun Mar 30 2003");
    assert_string_equal(text(b, INT64_C(1048985999) * S), "00:59:59.000 GMT Sun Mar 30 2003");
    assert_string_equal(text(b, INT64_C(1067130000) * S), "01:00:00.000 GMT Sun Oct 26 2003");
    assert_string_equal(text(b, START), "18:57:38.347 GMT Mon Oct 19 2015"); /* another year has none */
}

static void count(void *arg)
{
    ++*(int *)arg;
}

static void watchers_hear_of_steps_and_zones(void **state)
{
    struct box *b = *state;
    struct clock_watch w = {.fn = count, .arg = &b->told}, other = {.fn = count, .arg = &b->told};
    clock_watch(b->clock, &w);
    clock_watch(b->clock, &other);
    clock_set(b->clock, START, CLOCK_BY_USER);
    assert_int_equal(b->told, 2);
    clock_steer(b->clock, 100, 0);
    assert_int_equal(b->told, 2);
    clock_unwatch(b->clock, &w);
    clock_unwatch(b->clock, &w);
    clock_conf_changed(b->clock);
    assert_int_equal(b->told, 3);
    clock_unwatch(b->clock, &other);
}

static void joining_is_the_inverse_of_splitting(void **state)
{
    (void)state;
    for (int64_t t = INT64_C(-4000000000) * S; t < INT64_C(9000000000) * S; t += INT64_C(86399) * 7 * S + 123000) {
        struct wall_time w = wall_split(t);
        assert_true(wall_join(&w) == t);
    }
    struct wall_time w = {.year = 2015, .mon = 12, .day = 1}; /* month 13 */
    assert_true(wall_join(&w) == INT64_C(1451606400) * S);
    w = (struct wall_time){.year = 2015, .mon = -1, .day = 32, .hour = 24};
    assert_true(wall_join(&w) == INT64_C(1420156800) * S);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, up, down)
    const struct CMUnitTest tests[] = {
        TEST(begins_as_the_loops_calendar), TEST(marks), TEST(steering), TEST(zones_north), TEST(zones_south_and_west), TEST(a_summer_by_dates),
        TEST(watchers_hear_of_steps_and_zones), TEST(joining_is_the_inverse_of_splitting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
