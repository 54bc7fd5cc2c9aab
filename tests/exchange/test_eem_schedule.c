/* test_eem_schedule.c: what starts an applet and what holds it back: registration, triggers while it runs, circles, the queue's bound, occurs and rate limits,
 * timers, runs by hand; and what a run leaves: traps and history. */
#include "tests/exchange/eem_box.h"

static void test_what_is_not_registered(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    on_test(&a, "A");
    action(&a, "1", ACTION_SYSLOG, "x");
    assert_int_equal(eem_register(b->eem, &a), EEM_REGISTERED);
    conf_list_clear(&a.events);
    assert_int_equal(eem_register(b->eem, &a), EEM_NOT_NO_EVENT);
    applet_conf_fini(&a);
    post(b, "A");
    vloop_run_for(b->loop, US_PER_S);
    expect(b, "0.000 %HA_EM-4-FMPD_NO_EVENT: No event configured for applet A\n"
              "0.000 %TEST-5-A: x\n");
    on_test(&a, "B");
    assert_int_equal(eem_register(b->eem, &a), EEM_REGISTERED); /* no action: registered, runs nothing */
    applet_conf_fini(&a);
    post(b, "B");
    vloop_run_for(b->loop, US_PER_S);
    expect(b, "1.000 %HA_EM-6-FMPD_NO_ACTION: No action configured for applet B\n"
              "1.000 %TEST-5-B: x\n");
    assert_string_equal(last_job(b).status, "success");
}

/* ---- many runs */

static void test_trigger_while_running(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    eem_conf(b->eem)->threads = 1;
    eem_conf_changed(b->eem);
    on_test(&a, "A");
    wait_action(&a, "1", 2);
    action(&a, "2", ACTION_SYSLOG, "$_job_id");
    go(b, &a);
    post(b, "A");
    post(b, "A");
    vloop_run_for(b->loop, US_PER_S);
    struct eem_job_info job;
    struct eem_job_cursor cursor = {0};
    assert_true(eem_active_next(b->eem, &cursor, &job));
    assert_int_equal(job.job, 1);
    assert_false(eem_active_next(b->eem, &cursor, &job));
    cursor = (struct eem_job_cursor){0};
    assert_true(eem_pending_next(b->eem, &cursor, &job));
    assert_int_equal(job.job, 2);
    assert_false(eem_pending_next(b->eem, &cursor, &job));
    vloop_run_for(b->loop, 10 * US_PER_S);
    expect(b, "0.000 %TEST-5-A: x\n"
              "0.000 %TEST-5-A: x\n"
              "2.000 %HA_EM-6-LOG: A: 1\n"
              "4.000 %HA_EM-6-LOG: A: 2\n");
    eem_conf(b->eem)->threads = 2;
    eem_conf_changed(b->eem);
    post(b, "A");
    post(b, "A");
    vloop_run_for(b->loop, 10 * US_PER_S);
    expect(b, "11.000 %TEST-5-A: x\n"
              "11.000 %TEST-5-A: x\n"
              "13.000 %HA_EM-6-LOG: A: 3\n"
              "13.000 %HA_EM-6-LOG: A: 4\n");
}

/* An applet that matches its own message runs for ever, but at most 1,000 times a second, and the
 * router says so; others still get their turn. */
static void test_circle(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    struct event_conf *ev = applet(&a, "loop", EEM_SYSLOG);
    str_copy(ev->pattern, sizeof ev->pattern, "HA_EM-6-LOG: loop|TEST-5-A");
    action(&a, "1", ACTION_SYSLOG, "again");
    go(b, &a);
    on_test(&a, "B");
    action(&a, "1", ACTION_SYSLOG, "honest");
    go(b, &a);
    post(b, "A");
    vloop_run_for(b->loop, US_PER_MS);
    assert_non_null(strstr(text_str(&b->story),
                           "%HA_EM-4-FMS_STARTS: More than 1000 policies were started within a second, others wait\n"));
    b->quiet = true;
    vloop_run_for(b->loop, 10 * US_PER_S);
    struct eem_policy_info p;
    size_t cursor = 0;
    assert_true(eem_policy_next(b->eem, &cursor, &p));
    assert_true(p.runs >= 10000 && p.runs <= 11000);
    post(b, "B");
    vloop_run_for(b->loop, 2 * US_PER_S);
    assert_true(eem_policy_next(b->eem, &cursor, &p));
    assert_int_equal(p.runs, 1);
}

static void test_queue_bound(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    eem_conf(b->eem)->threads = 1;
    on_test(&a, "A");
    wait_action(&a, "1", 1);
    go(b, &a);
    b->quiet = true;
    post(b, "A");
    vloop_run_for(b->loop, US_PER_MS);
    for (unsigned i = 0; i < 100043; i++) {
        post(b, "A");
        if (i % 1000 == 0)
            vloop_run_for(b->loop, 1);
        b->quiet = i < 99990;
    }
    vloop_run_for(b->loop, US_PER_MS);
    const char *first =
        strstr(text_str(&b->story),
               "%HA_EM-4-FMS_QUEUE_FULL: Queue of class default is full (100000 jobs), event for applet A is discarded\n");
    assert_non_null(first);
    assert_null(strstr(first + 10, "%HA_EM-4-FMS_QUEUE_FULL"));
    b->quiet = true;
    vloop_run_for(b->loop, 100100 * US_PER_S);
    struct eem_policy_info p;
    size_t cursor = 0;
    assert_true(eem_policy_next(b->eem, &cursor, &p));
    assert_int_equal(p.runs, 100001);
    assert_int_equal(p.suppressed, 43);
}

static void test_freed_while_running(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    eem_conf(b->eem)->threads = 2;
    on_test(&a, "A");
    action(&a, "1", ACTION_CLI, "hang");
    go(b, &a);
    for (unsigned i = 0; i < 4; i++)
        post(b, "A");
    vloop_run_for(b->loop, US_PER_S);
    assert_int_equal(b->vtys, 3); /* teardown frees the eem: both sessions must be closed, and nothing leaks */
}

/* ---- events */

static void test_occurs_priority_ratelimit(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    struct event_conf *ev = on_test(&a, "A");
    ev->occurs = 3;
    ev->period = 10000;
    action(&a, "1", ACTION_SYSLOG, "third");
    go(b, &a);
    for (unsigned i = 0; i < 2; i++) {
        post(b, "A"); /* 0 and 6: then 12, 18: never three within ten seconds */
        vloop_run_for(b->loop, 6 * US_PER_S);
    }
    post(b, "A");
    vloop_run_for(b->loop, 6 * US_PER_S);
    text_clear(&b->story);
    post(b, "A"); /* 18 */
    vloop_run_for(b->loop, US_PER_S);
    post(b, "A"); /* 19, with 12: three in 7 seconds */
    vloop_run_for(b->loop, US_PER_S);
    post(b, "A"); /* 20: counting began anew */
    vloop_run_for(b->loop, US_PER_S);
    expect(b, "18.000 %TEST-5-A: x\n"
              "19.000 %TEST-5-A: x\n"
              "19.000 %HA_EM-6-LOG: A: third\n"
              "20.000 %TEST-5-A: x\n");

    on_test(&a, "B")->priority = LOG_WARN;
    action(&a, "1", ACTION_SYSLOG, "bad enough");
    go(b, &a);
    post(b, "B");
    msg_post_text(b->log, "XTEST-5-B TEST", 4, "B", "TEST-5-B");
    vloop_run_for(b->loop, US_PER_S);
    expect(b, "21.000 %TEST-5-B: x\n"
              "21.000 %XTEST-5-B TEST-4-B: TEST-5-B\n"
              "21.000 %HA_EM-6-LOG: B: bad enough\n");

    on_test(&a, "C")->ratelimit = 5000;
    action(&a, "1", ACTION_SYSLOG, "not too often");
    go(b, &a);
    for (unsigned i = 0; i < 7; i++) {
        post(b, "C");
        vloop_run_for(b->loop, US_PER_S);
    }
    expect(b, "22.000 %TEST-5-C: x\n"
              "22.000 %HA_EM-6-LOG: C: not too often\n"
              "23.000 %TEST-5-C: x\n"
              "24.000 %TEST-5-C: x\n"
              "25.000 %TEST-5-C: x\n"
              "26.000 %TEST-5-C: x\n"
              "27.000 %TEST-5-C: x\n"
              "27.000 %HA_EM-6-LOG: C: not too often\n"
              "28.000 %TEST-5-C: x\n");
}

static void test_timers(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    applet(&a, "once", EEM_COUNTDOWN)->time = 2500;
    action(&a, "1", ACTION_SYSLOG, "$_timer_type $_timer_time");
    go(b, &a);
    applet(&a, "dog", EEM_WATCHDOG)->time = 2000;
    action(&a, "1", ACTION_SYSLOG, "$_timer_type $_event_type_string");
    go(b, &a);
    applet(&a, "when", EEM_ABSOLUTE)->time = (uint64_t)(WALL_START / 1000) + 3000;
    action(&a, "1", ACTION_SYSLOG, "$_timer_type");
    go(b, &a);
    str_copy(applet(&a, "clock", EEM_CRON)->cron, EEM_TEXT_MAX, "*/2 * * * *"); /* it is 13:22:46 */
    action(&a, "1", ACTION_SYSLOG, "$_event_pub_time");
    go(b, &a);
    vloop_run_for(b->loop, 5 * US_PER_S);
    expect(b, "2.000 %HA_EM-6-LOG: dog: watchdog timer watchdog\n"
              "2.500 %HA_EM-6-LOG: once: countdown 2.500\n"
              "3.000 %HA_EM-6-LOG: when: absolute\n"
              "4.000 %HA_EM-6-LOG: dog: watchdog timer watchdog\n");
    eem_unregister(b->eem, "dog");
    vloop_run_for(b->loop, 300 * US_PER_S);
    expect(b, "74.000 %HA_EM-6-LOG: clock: Wed Mar10 13:24:00 2021\n"
              "194.000 %HA_EM-6-LOG: clock: Wed Mar10 13:26:00 2021\n");
}

/* Local time, and a clock that is set forth and back: what is jumped to happens, also twice; an absolute time that was jumped over happens at once. */
static void test_timers_follow_the_calendar(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    const int64_t day = INT64_C(86400) * 1000000, thursday_0229_50 = WALL_START - INT64_C(48166) * 1000000 + day + INT64_C(8990) * 1000000;
    *clock_conf(b->clock) = (struct clock_conf){.zone = {"CET", 60}};
    str_copy(applet(&a, "nightly", EEM_CRON)->cron, EEM_TEXT_MAX, "30 3 * * *");
    action(&a, "1", ACTION_SYSLOG, "$_event_pub_time");
    go(b, &a);
    applet(&a, "when", EEM_ABSOLUTE)->time = (uint64_t)((WALL_START + 2 * day) / 1000);
    action(&a, "1", ACTION_SYSLOG, "$_timer_type");
    go(b, &a);
    vloop_run_for(b->loop, 5 * US_PER_S);
    clock_set(b->clock, thursday_0229_50, CLOCK_BY_USER); /* 03:29:50 CET */
    vloop_run_for(b->loop, 20 * US_PER_S);
    clock_set(b->clock, thursday_0229_50 + INT64_C(5) * 1000000, CLOCK_BY_USER);
    vloop_run_for(b->loop, 75 * US_PER_S);
    expect(b, "15.000 %HA_EM-6-LOG: nightly: Thu Mar11 03:30:00 2021\n"
              "30.000 %HA_EM-6-LOG: nightly: Thu Mar11 03:30:00 2021\n");
    clock_set(b->clock, WALL_START + 3 * day, CLOCK_BY_NTP);
    vloop_run_for(b->loop, US_PER_S);
    expect(b, "100.000 %HA_EM-6-LOG: when: absolute\n");
    clock_set(b->clock, thursday_0229_50 + day - INT64_C(3600) * 1000000, CLOCK_BY_USER); /* 02:29:50 CET: an hour early, */
    vloop_run_for(b->loop, 5 * US_PER_S);
    *clock_conf(b->clock) = (struct clock_conf){.zone = {"EET", 120}}; /* until the zone is another */
    clock_conf_changed(b->clock);
    vloop_run_for(b->loop, 75 * US_PER_S);
    expect(b, "111.000 %HA_EM-6-LOG: nightly: Fri Mar12 03:30:00 2021\n");
}

static void run_done(void *arg, const struct eem_run_end *end)
{
    struct box *b = arg;
    tell(b, "done ", end->ok ? "ok" : "failed");
}

static void test_event_manager_run(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    bool waits = false;
    const struct eem_caller caller = {.done = run_done, .arg = b};
    const char *const args[] = {"one", "two"};
    applet(&a, "hand", EEM_NONE);
    action(&a, "1", ACTION_SYSLOG, "$_none_argc: $_none_arg1 $_none_arg2 <$_none_arg3>");
    wait_action(&a, "2", 3);
    go(b, &a);
    on_test(&a, "A");
    action(&a, "1", ACTION_SYSLOG, "x");
    go(b, &a);
    assert_int_equal(eem_run(b->eem, "nobody", args, 2, &caller, &waits), EEM_RUN_UNKNOWN);
    assert_int_equal(eem_run(b->eem, "A", args, 2, &caller, &waits), EEM_RUN_NOT_NONE);
    assert_int_equal(eem_run(b->eem, "hand", args, 2, &caller, &waits), EEM_RUN_STARTED);
    assert_true(waits);
    expect(b, "");
    vloop_run_for(b->loop, 10 * US_PER_S);
    expect(b, "0.000 %HA_EM-6-LOG: hand: 2: one two <>\n"
              "3.000 done ok\n");
    assert_int_equal(eem_run(b->eem, "hand", args, 0, &caller, &waits), EEM_RUN_STARTED);
    vloop_run_for(b->loop, US_PER_S);
    eem_run_forget(b->eem, b);
    vloop_run_for(b->loop, 10 * US_PER_S);
    expect(b, "10.000 %HA_EM-6-LOG: hand: 0:   <>\n");
    assert_int_equal(eem_run(b->eem, "hand", args, 0, &caller, &waits), EEM_RUN_STARTED);
    vloop_run_for(b->loop, US_PER_S);
    text_clear(&b->story);
    eem_stop(b->eem); /* who waits is told; nothing starts any more */
    expect(b, "22.000 done failed\n");
    assert_int_equal(eem_run(b->eem, "hand", args, 0, &caller, &waits), EEM_RUN_QUEUE_FULL);
}

static void test_event_manager_run_without_waiting(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    bool waits = true;
    const struct eem_caller caller = {.done = run_done, .arg = b};
    applet(&a, "hand", EEM_NONE)->sync_no = true;
    go(b, &a);
    text_clear(&b->story);
    assert_int_equal(eem_run(b->eem, "hand", NULL, 0, &caller, &waits), EEM_RUN_STARTED);
    assert_false(waits);
    vloop_run_for(b->loop, 10 * US_PER_S);
    assert_null(strstr(text_str(&b->story), "done"));
}

static void test_traps(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    on_test(&a, "A");
    a.trap = true;
    struct action_conf *t = action(&a, "1", ACTION_SNMP_TRAP, "from $_syslog_mnemonic");
    t->has_int2 = t->has_str = true;
    str_copy(t->int2, sizeof t->int2, "-5");
    go(b, &a);
    post(b, "A");
    b->quiet = true;
    while (!b->traps)
        assert_true(vloop_step(b->loop));
    assert_int_equal(b->trap.vars[6].type, TRAP_NONE);
    assert_int_equal(b->trap.vars[7].num, -5);
    assert_int_equal(b->trap.vars[8].len, 6);
    assert_memory_equal(b->trap.vars[8].data, "from A", 6);
    vloop_run_for(b->loop, US_PER_S);
    assert_int_equal(b->traps, 2); /* and the server's own, after the run */
    static const uint32_t server_event[] = {1, 3, 6, 1, 4, 1, 9, 10, 91, 0, 1};
    assert_memory_equal(b->trap.trap_oid, server_event, sizeof server_event);
    assert_int_equal(b->trap.nvars, 7);
    check_trap_name(&b->trap.vars[6], 8, 1);
    assert_int_equal(b->trap.vars[6].type, TRAP_INT);
    struct eem_trap_info info;
    size_t cursor = 0;
    assert_true(eem_trap_history_next(b->eem, &cursor, &info));
    assert_true(info.policy);
    assert_true(eem_trap_history_next(b->eem, &cursor, &info));
    assert_false(info.policy);
}

static void test_history_size(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    on_test(&a, "A");
    wait_action(&a, "1", 1);
    go(b, &a);
    b->quiet = true;
    for (unsigned i = 0; i < 12; i++)
        post(b, "A");
    vloop_run_for(b->loop, 30 * US_PER_S);
    struct eem_job_info job;
    size_t cursor = 0, n = 0;
    while (eem_history_next(b->eem, &cursor, &job))
        assert_int_equal(job.job, 3 + n++);
    assert_int_equal(n, 10);
    eem_conf(b->eem)->history_events = 2;
    eem_conf_changed(b->eem);
    cursor = n = 0;
    while (eem_history_next(b->eem, &cursor, &job))
        assert_int_equal(job.job, 11 + n++);
    assert_int_equal(n, 2);
    eem_conf(b->eem)->history_events = 0;
    eem_conf_changed(b->eem);
    post(b, "A");
    vloop_run_for(b->loop, 30 * US_PER_S);
    cursor = 0;
    assert_false(eem_history_next(b->eem, &cursor, &job));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_what_is_not_registered),
        T(test_trigger_while_running),
        T(test_circle),
        T(test_queue_bound),
        T(test_freed_while_running),
        T(test_occurs_priority_ratelimit),
        T(test_timers),
        T(test_timers_follow_the_calendar),
        T(test_event_manager_run),
        T(test_event_manager_run_without_waiting),
        T(test_traps),
        T(test_history_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
