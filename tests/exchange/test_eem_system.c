/* test_eem_system.c: actions that reach beyond their run: publish-event and event application, policy, cns-event, reload,
 * force-switchover, help. */
#include "eem/eem_local.h"
#include "tests/exchange/eem_box.h"

static void run(struct box *b, const char *name)
{
    bool waits;
    assert_int_equal(eem_run(b->eem, name, NULL, 0, NULL, &waits), EEM_RUN_STARTED);
    vloop_run_for(b->loop, US_PER_MS);
}

static struct action_conf *publishes(struct applet_conf *a, const char *label, uint32_t type, const char *arg1)
{
    struct action_conf *act = action(a, label, ACTION_PUBLISH_EVENT, arg1);
    act->sub_system = 798;
    act->number = type;
    return act;
}

static void hears(struct box *b, const char *name, uint32_t sub_system, uint32_t type)
{
    struct applet_conf a;
    struct event_conf *ev = applet(&a, name, EEM_APPLICATION);
    ev->sub_system = sub_system;
    ev->number = type;
    action(&a, "1", ACTION_SYSLOG,
           "$_event_type_string $_event_type $_application_sub_system $_application_component_id $_application_type "
           "[$_application_data1][$_application_data2][$_application_data3][$_application_data4]");
    go(b, &a);
}

static void test_publish(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    hears(b, "five", 798, 5);
    hears(b, "again", 798, 5);
    hears(b, "six", 798, 6);
    hears(b, "other", 797, 5);
    applet(&a, "say", EEM_NONE);
    str_copy(publishes(&a, "1", 5, "a $_event_id")->more, EEM_TEXT_MAX, "third");
    go(b, &a);
    run(b, "say");
    expect(b, "0.000 %HA_EM-6-LOG: five: application 0 798 798 5 [a 1][][third][]\n"
              "0.000 %HA_EM-6-LOG: again: application 0 798 798 5 [a 1][][third][]\n");
}

/* An applet that publishes what it waits for goes on for ever, but lets others live: it is the scheduler's bound of runs
 * in a second that holds it. */
static void test_publish_to_itself(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    struct event_conf *ev = applet(&a, "echo", EEM_APPLICATION);
    ev->sub_system = 798;
    ev->number = 1;
    publishes(&a, "1", 1, "x");
    go(b, &a);
    applet(&a, "say", EEM_NONE);
    publishes(&a, "1", 1, "x");
    go(b, &a);
    b->quiet = true;
    run(b, "say");
    vloop_run_for(b->loop, 3 * US_PER_S);
    struct eem_policy_info p;
    size_t cursor = 0;
    assert_true(eem_policy_next(b->eem, &cursor, &p));
    assert_in_range(p.triggered, 1000, 5000);
}

static void test_policy(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    applet(&a, "callee", EEM_NONE);
    wait_action(&a, "1", 1);
    action(&a, "2", ACTION_SYSLOG, "ran [$_none_argc]");
    go(b, &a);
    on_test(&a, "SYSLOG");
    action(&a, "1", ACTION_HELP, "");
    go(b, &a);
    applet(&a, "caller", EEM_NONE);
    action(&a, "1", ACTION_POLICY, "call$_none_arg1$none");
    go(b, &a);
    run(b, "caller"); /* $none is not set */
    expect(b, "0.000 %HA_EM-3-FMPD_UNKNOWN_ENV: fh_parse_var: could not find environment variable: none\n"
              "0.000 %HA_EM-3-FMPD_ERROR: Error executing applet caller statement 1\n");
    applet(&a, "caller", EEM_NONE);
    action(&a, "1", ACTION_POLICY, "callee");
    action(&a, "2", ACTION_SYSLOG, "not waited");
    action(&a, "3", ACTION_HANDLE_ERROR, "")->kind = EEM_ERROR_WARN;
    action(&a, "4", ACTION_POLICY, "SYSLOG");
    action(&a, "5", ACTION_POLICY, "nobody");
    go(b, &a);
    run(b, "caller");
    vloop_run_for(b->loop, 2 * US_PER_S);
    expect(b, "0.001 %HA_EM-6-LOG: caller: not waited\n"
              "0.001 %HA_EM-3-FMPD_ACTION_NOPOLICY: fh_run_policy: Cannot run policy SYSLOG: it is not registered with "
              "event none\n"
              "0.001 %HA_EM-3-FMPD_ERROR: Error executing applet caller statement 4\n"
              "0.001 %HA_EM-3-FMPD_ACTION_NOPOLICY: fh_run_policy: Cannot run policy nobody: it is not registered\n"
              "0.001 %HA_EM-3-FMPD_ERROR: Error executing applet caller statement 5\n"
              "1.001 %HA_EM-6-LOG: callee: ran [0]\n");
}

static void reloads(void *arg)
{
    tell(arg, "reload", "");
}

static void test_router(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    applet(&a, "t", EEM_NONE);
    action(&a, "1", ACTION_CNS_EVENT, "to $_event_type_string");
    action(&a, "2", ACTION_HELP, "");
    action(&a, "3", ACTION_HANDLE_ERROR, "")->kind = EEM_ERROR_IGNORE;
    action(&a, "4", ACTION_FORCE_SWITCHOVER, "");
    action(&a, "5", ACTION_SYSLOG, "$_error");
    action(&a, "6", ACTION_RELOAD, ""); /* nobody there who could */
    action(&a, "7", ACTION_SYSLOG, "$_error");
    go(b, &a);
    run(b, "t");
    expect(b, "0.000 %HA_EM-6-FMPD_CNS_EVENT: t: to none\n"
              "0.000 %HA_EM-3-FMPD_SWITCH_HARDWARE: fh_force_switchover: Unable to switch over: there is no standby "
              "processor\n"
              "0.000 %HA_EM-6-LOG: t: FH_ESWITCHHARDWARE\n"
              "0.000 %HA_EM-6-LOG: t: FH_ESYSERR\n");
    b->eem->env.reload = reloads;
    applet(&a, "t", EEM_NONE);
    action(&a, "6", ACTION_RELOAD, "");
    action(&a, "7", ACTION_SYSLOG, "never");
    go(b, &a);
    run(b, "t");
    expect(b, "0.001 reload\n"
              "0.001 %SYS-5-RELOAD: Reload requested by Embedded Event Manager. Reload Reason: EEM policy t.\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {T(test_publish), T(test_publish_to_itself), T(test_policy), T(test_router)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
