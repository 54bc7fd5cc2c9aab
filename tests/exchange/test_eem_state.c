/* test_eem_state.c: what outlives a run: counters and the events that wait for them, saved variables, tracked objects;
 * the terminal of whoever waits; what an error does. Stories are written by hand. */
#include "tests/exchange/eem_box.h"

static struct action_conf *act(struct applet_conf *a, const char *label, enum action_verb verb, unsigned kind,
                               const char *text, const char *pattern)
{
    struct action_conf *x = action(a, label, verb, text);
    x->kind = (uint8_t)kind;
    str_copy(x->pattern, sizeof x->pattern, pattern);
    return x;
}

static void counts(struct box *b, unsigned op, const char *value)
{
    struct applet_conf a;
    bool waits;
    applet(&a, "t", EEM_NONE);
    act(&a, "1", ACTION_COUNTER, op, "c", value);
    action(&a, "2", ACTION_SYSLOG, "$_counter_value_remain");
    go(b, &a);
    assert_int_equal(eem_run(b->eem, "t", NULL, 0, NULL, &waits), EEM_RUN_STARTED);
    vloop_run_for(b->loop, US_PER_S);
}

enum { NOP, SET, INC, DEC };

/* Fires when it is above 3, not again until it was below 1. */
static void test_counter(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    struct event_conf *ev = applet(&a, "w", EEM_COUNTER);
    str_copy(ev->name, sizeof ev->name, "c");
    str_copy(ev->entry_val, sizeof ev->entry_val, "3");
    str_copy(ev->exit_val, sizeof ev->exit_val, "1");
    ev->entry_op = EEM_GT;
    ev->exit_op = EEM_LT;
    action(&a, "1", ACTION_SYSLOG, "$_counter_name is $_counter_value");
    go(b, &a);
    counts(b, INC, "3");
    counts(b, INC, "2");
    counts(b, INC, "2");
    counts(b, DEC, "6");
    counts(b, SET, "9");
    counts(b, SET, "0");
    counts(b, NOP, "5");
    counts(b, SET, "4");
    counts(b, INC, "2147483647");
    expect(b, "0.000 %HA_EM-6-LOG: t: 3\n"
              "1.000 %HA_EM-6-LOG: t: 5\n"
              "1.000 %HA_EM-6-LOG: w: c is 5\n"
              "2.000 %HA_EM-6-LOG: t: 7\n"
              "3.000 %HA_EM-6-LOG: t: 1\n"
              "4.000 %HA_EM-6-LOG: t: 9\n"
              "5.000 %HA_EM-6-LOG: t: 0\n"
              "6.000 %HA_EM-6-LOG: t: 0\n"
              "7.000 %HA_EM-6-LOG: t: 4\n"
              "7.000 %HA_EM-6-LOG: w: c is 4\n"
              "8.000 %HA_EM-6-LOG: t: 2147483647\n");
}

static void test_context(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    bool waits;
    applet(&a, "save", EEM_NONE);
    str_copy(action(&a, "1", ACTION_SET, "1")->var, EEM_NAME_MAX, "n_one");
    str_copy(action(&a, "2", ACTION_SET, "2")->var, EEM_NAME_MAX, "n_two");
    str_copy(action(&a, "3", ACTION_SET, "3")->var, EEM_NAME_MAX, "other");
    act(&a, "4", ACTION_CONTEXT, EEM_CONTEXT_SAVE, "k", "n_*");
    go(b, &a);
    applet(&a, "load", EEM_NONE);
    act(&a, "1", ACTION_CONTEXT, EEM_CONTEXT_RETRIEVE, "k", "");
    action(&a, "2", ACTION_SYSLOG, "$n_one $n_two");
    action(&a, "3", ACTION_SYSLOG, "$other");
    go(b, &a);
    text_clear(&b->story);
    const char *const order[] = {"load", "save", "load", "load"}; /* retrieving takes it away */
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(eem_run(b->eem, order[i], NULL, 0, NULL, &waits), EEM_RUN_STARTED);
        vloop_run_for(b->loop, US_PER_S);
    }
    expect(b, "0.000 %HA_EM-3-FMPD_ERROR: Error executing applet load statement 1\n"
              "2.000 %HA_EM-6-LOG: load: 1 2\n"
              "2.000 %HA_EM-3-FMPD_UNKNOWN_ENV: fh_parse_var: could not find environment variable: other\n"
              "2.000 %HA_EM-3-FMPD_ERROR: Error executing applet load statement 3\n"
              "3.000 %HA_EM-3-FMPD_ERROR: Error executing applet load statement 1\n");
}

static void test_errors(void **state)
{
    static const struct {
        unsigned how;
        const char *story;
    } facts[] = {
        {EEM_ERROR_EXIT, "%HA_EM-3-FMPD_UNKNOWN_ENV: fh_parse_var: could not find environment variable: x\n"
                         "%HA_EM-3-FMPD_ERROR: Error executing applet t statement 2\n"},
        {EEM_ERROR_IGNORE, "%HA_EM-6-LOG: t: FH_EMEMORY\n"},
        {EEM_ERROR_WARN, "%HA_EM-3-FMPD_UNKNOWN_ENV: fh_parse_var: could not find environment variable: x\n"
                         "%HA_EM-3-FMPD_ERROR: Error executing applet t statement 2\n"
                         "%HA_EM-6-LOG: t: FH_EMEMORY\n"},
    };
    struct box *b = *state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        struct applet_conf a;
        struct text said = {0};
        bool waits;
        applet(&a, "t", EEM_NONE);
        act(&a, "1", ACTION_HANDLE_ERROR, facts[i].how, "", "");
        action(&a, "2", ACTION_SYSLOG, "$x");
        action(&a, "3", ACTION_SYSLOG, "$_error");
        go(b, &a);
        text_clear(&b->story);
        assert_int_equal(eem_run(b->eem, "t", NULL, 0, NULL, &waits), EEM_RUN_STARTED);
        vloop_run_for(b->loop, 1000);
        for (const char *s = text_str(&b->story); *s; s = strchr(s, '\n') + 1)
            text_addn(&said, strchr(s, '%'), strcspn(strchr(s, '%'), "\n") + 1);
        assert_string_equal(text_str(&said), facts[i].story);
        text_free(&said);
        text_clear(&b->story);
    }
}

/* ---- a terminal */

struct desk {
    struct text shown;
    void (*answer)(void *arg, const char *line);
    void *arg;
    bool done;
};

static void put(void *arg, const char *text)
{
    text_add(&((struct desk *)arg)->shown, text);
}

static void get(void *arg, void (*answer)(void *aarg, const char *line), void *aarg)
{
    struct desk *d = arg;
    d->answer = answer;
    d->arg = aarg;
}

static void done(void *arg, const struct eem_run_end *end)
{
    struct desk *d = arg;
    d->done = true;
    assert_int_equal(end->exit_status, 1);
}

static void test_terminal(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    struct desk d = {0};
    bool waits;
    applet(&a, "t", EEM_NONE);
    action(&a, "1", ACTION_PUTS, "name");
    str_copy(action(&a, "2", ACTION_GETS, "")->var, EEM_NAME_MAX, "n");
    action(&a, "3", ACTION_PUTS, "<$n>")->flag = true;
    str_copy(action(&a, "4", ACTION_SET_OLD, "1")->var, EEM_NAME_MAX, "_exit_status");
    go(b, &a);
    const struct eem_caller caller = {.done = done, .put = put, .get = get, .arg = &d};
    assert_int_equal(eem_run(b->eem, "t", NULL, 0, &caller, &waits), EEM_RUN_STARTED);
    vloop_run_for(b->loop, US_PER_S);
    assert_non_null(d.answer);
    d.answer(d.arg, "Eve");
    vloop_run_for(b->loop, US_PER_S);
    assert_true(d.done);
    assert_string_equal(text_str(&d.shown), "name\n<Eve>");
    /* the answer comes when the run is over, killed by its time */
    assert_int_equal(eem_run(b->eem, "t", NULL, 0, &caller, &waits), EEM_RUN_STARTED);
    vloop_run_for(b->loop, US_PER_S);
    eem_run_forget(b->eem, &d);
    vloop_run_for(b->loop, 30 * US_PER_S);
    assert_non_null(strstr(text_str(&b->story), "Policy 't' has hit its maximum execution time of 20.000 seconds"));
    d.answer(d.arg, "too late");
    /* nobody waits: puts goes to the log, gets fails */
    text_clear(&b->story);
    assert_int_equal(eem_run(b->eem, "t", NULL, 0, NULL, &waits), EEM_RUN_STARTED);
    vloop_run_for(b->loop, 1000);
    expect(b, "33.000 %HA_EM-6-LOG: t: name\n"
              "33.000 %HA_EM-3-FMPD_ERROR: Error executing applet t statement 2\n");
    text_free(&d.shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {T(test_counter), T(test_context), T(test_errors), T(test_terminal)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
