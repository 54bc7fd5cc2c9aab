/* test_eem_flow.c: blocks, loops and jumps of an applet, and several events that make one trigger. Stories are written by
 * hand; the actions are those of eem_conf.h. */
#include "tests/exchange/eem_box.h"

static struct action_conf *compares(struct applet_conf *a, const char *label, enum action_verb verb, const char *left,
                                    enum eem_op op, const char *right)
{
    struct action_conf *act = action(a, label, verb, left);
    act->op = (uint8_t)op;
    str_copy(act->pattern, sizeof act->pattern, right);
    return act;
}

static void sets(struct applet_conf *a, const char *label, const char *var, const char *value)
{
    str_copy(action(a, label, ACTION_SET, value)->var, EEM_NAME_MAX, var);
}

static void test_branches(void **state)
{
    static const struct {
        const char *x, *said;
    } facts[] = {
        {"1", "one"}, {"01", "one"}, {"2", "two"}, {"10", "many"}, {"up", "up"}, {"-1", "other"},
    };
    struct box *b = *state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        struct applet_conf a;
        char expected[64];
        applet(&a, "t", EEM_NONE);
        sets(&a, "01", "x", facts[i].x);
        compares(&a, "02", ACTION_IF, "$x", EEM_EQ, "1"); /* numbers when both are */
        action(&a, "03", ACTION_SYSLOG, "one");
        compares(&a, "04", ACTION_ELSEIF, "$x", EEM_EQ, "2");
        action(&a, "05", ACTION_SYSLOG, "two");
        compares(&a, "06", ACTION_ELSEIF, "$x", EEM_EQ, "up"); /* else text */
        action(&a, "07", ACTION_SYSLOG, "up");
        action(&a, "08", ACTION_ELSE, "");
        compares(&a, "09", ACTION_IF, "$x", EEM_GT, "9");
        action(&a, "10", ACTION_SYSLOG, "many");
        action(&a, "11", ACTION_ELSE, "");
        action(&a, "12", ACTION_SYSLOG, "other");
        action(&a, "13", ACTION_END, "");
        action(&a, "14", ACTION_END, "");
        go(b, &a);
        bool waits;
        assert_int_equal(eem_run(b->eem, "t", NULL, 0, NULL, &waits), EEM_RUN_STARTED);
        vloop_run_for(b->loop, US_PER_S);
        snprintf(expected, sizeof expected, "%zu.000 %%HA_EM-6-LOG: t: %s\n", i, facts[i].said);
        expect(b, expected);
    }
}

static void run_now(struct box *b, struct applet_conf *a)
{
    bool waits;
    char name[EEM_NAME_MAX];
    str_copy(name, sizeof name, a->name);
    go(b, a);
    assert_int_equal(eem_run(b->eem, name, NULL, 0, NULL, &waits), EEM_RUN_STARTED);
    vloop_run_for(b->loop, 0);
    for (int i = 0; i < 1000 && last_job(b).status[0] == 'n'; i++)
        vloop_run_for(b->loop, 1);
}

static void test_loops(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    applet(&a, "t", EEM_NONE);
    str_copy(action(&a, "01", ACTION_FOREACH, "a b  c d")->var, EEM_NAME_MAX, "w");
    compares(&a, "02", ACTION_IF, "$w", EEM_EQ, "b");
    action(&a, "03", ACTION_CONTINUE, "");
    action(&a, "04", ACTION_END, "");
    compares(&a, "05", ACTION_IF, "$w", EEM_EQ, "d");
    action(&a, "06", ACTION_BREAK, "");
    action(&a, "07", ACTION_END, "");
    sets(&a, "08", "n", "");
    compares(&a, "09", ACTION_WHILE, "$n", EEM_NE, "xx");
    sets(&a, "10", "n", "${n}");
    sets(&a, "11", "n", "xx");
    struct action_conf *inner = action(&a, "12", ACTION_FOREACH, "1;2");
    str_copy(inner->var, EEM_NAME_MAX, "k");
    str_copy(inner->pattern, EEM_TEXT_MAX, ";");
    action(&a, "13", ACTION_SYSLOG, "$w$k");
    action(&a, "14", ACTION_END, "");
    action(&a, "15", ACTION_END, "");
    action(&a, "16", ACTION_END, "");
    action(&a, "17", ACTION_SYSLOG, "over");
    run_now(b, &a);
    expect(b, "0.000 %HA_EM-6-LOG: t: a1\n"
              "0.000 %HA_EM-6-LOG: t: a2\n"
              "0.000 %HA_EM-6-LOG: t: c1\n"
              "0.000 %HA_EM-6-LOG: t: c2\n"
              "0.000 %HA_EM-6-LOG: t: over\n");
}

static void test_goto_and_exit(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    applet(&a, "t", EEM_NONE);
    str_copy(action(&a, "1", ACTION_FOREACH, "a b")->var, EEM_NAME_MAX, "w");
    str_copy(compares(&a, "2", ACTION_IF, "$w", EEM_EQ, "b")->more, EEM_TEXT_MAX, "5");
    action(&a, "3", ACTION_SYSLOG, "$w");
    action(&a, "4", ACTION_END, "");
    action(&a, "5", ACTION_SYSLOG, "five");
    action(&a, "6", ACTION_EXIT, "7");
    action(&a, "7", ACTION_SYSLOG, "never");
    run_now(b, &a);
    expect(b, "0.000 %HA_EM-6-LOG: t: a\n"
              "0.000 %HA_EM-6-LOG: t: five\n");
    assert_string_equal(last_job(b).status, "success");
}

/* A loop without end is ended by maxrun, and leaves others their time. */
static void test_endless(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    bool waits;
    on_test(&a, "A");
    action(&a, "1", ACTION_SYSLOG, "honest");
    go(b, &a);
    applet(&a, "t", EEM_NONE);
    compares(&a, "1", ACTION_WHILE, "1", EEM_EQ, "1");
    action(&a, "2", ACTION_COMMENT, "");
    action(&a, "3", ACTION_END, "");
    go(b, &a);
    assert_int_equal(eem_run(b->eem, "t", NULL, 0, NULL, &waits), EEM_RUN_STARTED);
    vloop_run_for(b->loop, 5 * US_PER_S);
    post(b, "A");
    vloop_run_for(b->loop, 20 * US_PER_S);
    expect(b, "5.000 %TEST-5-A: x\n"
              "5.000 %HA_EM-6-LOG: A: honest\n"
              "20.000 %HA_EM-4-FMS_POLICY_TIMEOUT: Policy 't' has hit its maximum execution time of 20.000 seconds, and so "
              "has been halted\n");
}

static void test_blocks_that_do_not_pair(void **state)
{
    static const struct {
        enum action_verb verbs[3];
        const char *said;
    } facts[] = {
        {{ACTION_END}, "\"end\" action found outside of conditional block"},
        {{ACTION_ELSE}, "\"else\" action found outside of conditional block"},
        {{ACTION_IF, ACTION_ELSE, ACTION_ELSE}, "\"else\" action found outside of conditional block"},
        {{ACTION_WHILE, ACTION_ELSEIF, ACTION_END}, "\"elseif\" action found outside of conditional block"},
        {{ACTION_IF}, "conditional block is not closed by an \"end\" action"},
        {{ACTION_BREAK}, "\"break\" action found outside of a loop"},
        {{ACTION_IF, ACTION_CONTINUE, ACTION_END}, "\"continue\" action found outside of a loop"},
    };
    struct box *b = *state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        struct applet_conf a;
        char label[4] = "0", expected[160];
        applet(&a, "t", EEM_NONE);
        for (size_t k = 0; k < 3 && facts[i].verbs[k]; k++, label[0]++)
            compares(&a, label, facts[i].verbs[k], "1", EEM_EQ, "1");
        assert_int_equal(eem_register(b->eem, &a), EEM_NOT_BAD_BLOCKS);
        applet_conf_fini(&a);
        vloop_run_for(b->loop, US_PER_S);
        snprintf(expected, sizeof expected, "%%HA_EM-6-FMPD_EEM_CONFIG: t: %s\n", facts[i].said);
        assert_non_null(strstr(text_str(&b->story), expected));
        text_clear(&b->story);
    }
}

/* ---- several events */

static struct event_conf *tagged(struct applet_conf *a, const char *tag, const char *mnemonic)
{
    struct event_conf *ev = NEW(struct event_conf);
    event_conf_init(ev);
    ev->type = EEM_SYSLOG;
    str_copy(ev->tag, sizeof ev->tag, tag);
    snprintf(ev->pattern, sizeof ev->pattern, "TEST-5-%s", mnemonic);
    conf_list_add(&a->events, ev);
    return ev;
}

/* Two events A and B, joined; says "fired" with the mnemonics of the last event. */
static struct trigger_conf *joined(struct applet_conf *a, enum eem_join join, uint64_t period_ms)
{
    *a = (struct applet_conf){0};
    applet_conf_init(a);
    str_copy(a->name, sizeof a->name, "t");
    tagged(a, "1", "A");
    tagged(a, "2", "B");
    struct trigger_conf *t = NEW(struct trigger_conf);
    trigger_conf_init(t);
    t->period = period_ms;
    t->correlate = true;
    str_copy(t->tag0, sizeof t->tag0, "1");
    str_copy(t->tag1, sizeof t->tag1, "2");
    t->join1 = (uint8_t)join;
    conf_list_add(&a->triggers, t);
    action(a, "1", ACTION_SYSLOG, "fired by $_syslog_mnemonic");
    return t;
}

static void seconds_of_posts(struct box *b, const char *what)
{
    for (; *what; what++) {
        char name[2] = {*what, 0};
        if (*what != '.')
            post(b, name);
        vloop_run_for(b->loop, US_PER_S);
    }
}

/* One character a second: an event, or '.'. How often did it fire? */
static void test_correlate(void **state)
{
    static const struct {
        enum eem_join join;
        uint64_t period_s;
        uint32_t occurs, attribute;
        const char *events;
        unsigned fired;
    } facts[] = {
        {EEM_JOIN_OR, 0, 1, 0, "A.B", 2},
        {EEM_JOIN_AND, 0, 1, 0, "A", 0},
        {EEM_JOIN_AND, 0, 1, 0, "A.......B", 1},
        {EEM_JOIN_AND, 0, 1, 0, "ABA", 1}, /* everything begins anew */
        {EEM_JOIN_AND, 5, 1, 0, "A.......B", 0}, /* not within one period */
        {EEM_JOIN_AND, 5, 1, 0, "A..B", 1},
        {EEM_JOIN_ANDNOT, 5, 1, 0, "A......", 1},
        {EEM_JOIN_ANDNOT, 5, 1, 0, "A.B....", 0},
        {EEM_JOIN_ANDNOT, 5, 1, 0, "A..", 0}, /* not known yet */
        {EEM_JOIN_ANDNOT, 0, 1, 0, "A", 1},   /* judged at once */
        {EEM_JOIN_OR, 0, 3, 0, "AABAA", 1},
        {EEM_JOIN_OR, 4, 3, 0, "A.A....A", 0},
        {EEM_JOIN_AND, 0, 1, 2, "AB.B", 0}, /* A must occur twice */
        {EEM_JOIN_AND, 0, 1, 2, "ABA", 1},
    };
    struct box *b = *state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        struct applet_conf a;
        struct trigger_conf *t = joined(&a, facts[i].join, facts[i].period_s * 1000);
        t->occurs = facts[i].occurs;
        if (facts[i].attribute) {
            struct attribute_conf *at = NEW(struct attribute_conf);
            *at = (struct attribute_conf){.tag = "1", .occurs = facts[i].attribute};
            conf_list_add(&t->attributes, at);
        }
        go(b, &a);
        text_clear(&b->story);
        seconds_of_posts(b, facts[i].events);
        unsigned fired = 0;
        for (const char *s = text_str(&b->story); (s = strstr(s, "t: fired")); s++)
            fired++;
        if (fired != facts[i].fired)
            fail_msg("row %zu (%s): fired %u times:\n%s", i, facts[i].events, fired, text_str(&b->story));
    }
}

static void test_delay_and_variables(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    joined(&a, EEM_JOIN_AND, 0)->delay = 2500;
    go(b, &a);
    post(b, "A");
    post(b, "B");
    vloop_run_for(b->loop, 10 * US_PER_S);
    expect(b, "0.000 %TEST-5-A: x\n"
              "0.000 %TEST-5-B: x\n"
              "2.500 %HA_EM-6-LOG: t: fired by B\n");
    assert_string_equal(last_job(b).event_name, "multiple");
    joined(&a, EEM_JOIN_AND, 0)->delay = 2500;
    go(b, &a);
    post(b, "A");
    post(b, "B");
    vloop_run_for(b->loop, US_PER_S);
    eem_unregister(b->eem, "t"); /* what is held back is gone with it */
    text_clear(&b->story);
    vloop_run_for(b->loop, 10 * US_PER_S);
    expect(b, "");
}

static void told(void *arg, const struct eem_run_end *end)
{
    tell(arg, "done ", end->ok ? "ok" : "failed");
}

/* Who waits for a run that is held back hears of the end of the event manager while it still can. */
static void test_stopped_while_delayed(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    bool waits;
    const struct eem_caller caller = {.done = told, .arg = b};
    applet(&a, "t", EEM_NONE);
    struct trigger_conf *t = NEW(struct trigger_conf);
    trigger_conf_init(t);
    t->delay = 5000;
    conf_list_add(&a.triggers, t);
    action(&a, "1", ACTION_SYSLOG, "x");
    go(b, &a);
    assert_int_equal(eem_run(b->eem, "t", NULL, 0, &caller, &waits), EEM_RUN_STARTED);
    assert_true(waits);
    vloop_run_for(b->loop, US_PER_S);
    eem_stop(b->eem);
    expect(b, "1.000 done failed\n");
}

static void test_joins_that_cannot_be(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    str_copy(joined(&a, EEM_JOIN_AND, 0)->tag1, 32, "9");
    assert_int_equal(eem_register(b->eem, &a), EEM_NOT_MANY_EVENTS);
    applet_conf_fini(&a);
    str_copy(joined(&a, EEM_JOIN_AND, 0)->period_start, EEM_TEXT_MAX, "0 0 * * *"); /* and no period */
    assert_int_equal(eem_register(b->eem, &a), EEM_NOT_MANY_EVENTS);
    applet_conf_fini(&a);
    joined(&a, EEM_JOIN_AND, 0)->correlate = false;
    assert_int_equal(eem_register(b->eem, &a), EEM_NOT_MANY_EVENTS);
    applet_conf_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_branches),
        T(test_loops),
        T(test_goto_and_exit),
        T(test_endless),
        T(test_blocks_that_do_not_pair),
        T(test_correlate),
        T(test_delay_and_variables),
        T(test_stopped_while_delayed),
        T(test_joins_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
