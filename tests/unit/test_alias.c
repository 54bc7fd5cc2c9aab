/* Short names: the built-in ones, configured ones, where they hold and where the caret stands behind them. */
#include "tests/unit/typist.h"

static const struct {
    enum cmd_mode mode;
    struct alias alias;
} configured[] = {
    {EXEC, {"sl", "show lines"}},          {EXEC, {"three", "show lines 3 | include 2"}}, {EXEC, {"p", "show privilege"}},
    {CONFIG, {"pol", "crypto isakmp policy"}}, {EXEC, {"c5", "configure terminal"}},
};

static bool nth(void *arg, enum cmd_mode mode, size_t i, struct alias *out)
{
    (void)arg;
    for (size_t k = 0; k < sizeof configured / sizeof configured[0]; k++)
        if (configured[k].mode == mode && i-- == 0) {
            *out = configured[k].alias;
            return true;
        }
    return false;
}
static const char *hostname(void *arg)
{
    (void)arg;
    return "R1";
}

static int setup(void **state)
{
    struct fixture *f = typist_new(state, false);
    f->shells = shells_new(&(struct shells_env){.loop = f->box->loop,
                                                .clock = f->box->clock,
                                                .bus = f->box->bus,
                                                .log = f->box->log,
                                                .files = f->box->files,
                                                .hostname = hostname,
                                                .config_version = "15.6",
                                                .alias = nth});
    shells_set_grammar(f->shells, f->box->grammar);
    f->sh = shell_open(f->shells, &(struct shell_params){
                                      .user = "", .origin = "console by console", .privilege = 15, .echo = true});
    return 0;
}
static void helps(struct fixture *f, const char *line, const char *want)
{
    struct text out = {0};
    session_help(f->sh, line, &out);
    assert_string_equal(text_str(&out), want);
    text_free(&out);
}
static void completes(struct fixture *f, const char *line, const char *want)
{
    struct text out = {0};
    session_complete(f->sh, line, &out);
    assert_string_equal(text_str(&out), want);
    text_free(&out);
}

static void they_stand_for_lines(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(type(f, "s pri"), "\nCurrent privilege level is 15\nR1#");
    assert_string_equal(type(f, "S pri"), "\nCurrent privilege level is 15\nR1#");
    assert_string_equal(type(f, "p"), "\nCurrent privilege level is 15\nR1#"); /* configured, before the built-in one */
    assert_string_equal(type(f, "sl 2"), "\nline 1\nline 2\nR1#");
    assert_string_equal(type(f, "sl 12 | include 2"), "\nline 2\nline 12\nR1#");
    assert_string_equal(type(f, "three"), "\nline 2\nR1#"); /* an alias with a filter of its own */
    assert_string_equal(type(f, "un all"), "\nAll possible debugging has been turned off\nR1#");
    type(f, "c5");
    assert_string_equal(shell_prompt(f->sh), "R1(config)#");
    assert_string_equal(type(f, "do s pri"), "\nCurrent privilege level is 15\nR1(config)#");
    assert_string_equal(type(f, "pol 10"), "\nR1(config-isakmp)#");
    assert_string_equal(type(f, "sl 2"), "\n                   ^\n% Invalid input detected at '^' marker.\n\nR1(config-isakmp)#");
}

static void errors_point_into_what_was_typed(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(type(f, "sl 2000"), "\n      ^\n% Invalid input detected at '^' marker.\n\nR1#");
    assert_string_equal(type(f, "sl 2 | foo"), "\n          ^\n% Invalid input detected at '^' marker.\n\nR1#");
    assert_string_equal(type(f, "s cry"), "\n% Incomplete command.\n\nR1#");
    assert_string_equal(type(f, "s crypto i"), "\n% Ambiguous command:  \"s crypto i\"\nR1#");
    assert_string_equal(type(f, "undebug crypto foo"), "\n                  ^\n% Invalid input detected at '^' marker.\n\nR1#");
    /* a blank before it: no alias */
    assert_string_equal(type(f, " sl 2"), "\n     ^\n% Invalid input detected at '^' marker.\n\nR1#");
}

static void help_knows_them(void **state)
{
    struct fixture *f = *state;
    helps(f, "h", "*h=help  help  hold  \n");
    helps(f, " h", "help  hold  \n");
    helps(f, "sl", "*sl=\"show lines\"  \n");
    helps(f, "p", "*p=\"show privilege\"  pwd  \n");
    helps(f, "sl ", "  <1-1000>  How many\n\n");
    helps(f, "s crypto i", "ipsec  isakmp  \n");
    helps(f, "undebug cr", "crypto  \n");
    helps(f, "undebug crypto ", "  isakmp  ISAKMP debugging\n\n");
    completes(f, "s his", "tory ");
    completes(f, "undeb crypto is", "akmp ");
    completes(f, "sl", "");
}

static void listed(void **state)
{
    struct fixture *f = *state;
    struct alias a;
    struct text all = {0};
    for (size_t i = 0; alias_nth(f->shells, EXEC, i, &a); i++)
        text_printf(&all, "%s=%s\n", a.name, a.command);
    /* the router of this test has no ping, resume and where */
    assert_string_equal(text_str(&all), "h=help\nlo=logout\ns=show\nu=undebug\nun=undebug\nsl=show lines\n"
                                        "three=show lines 3 | include 2\np=show privilege\nc5=configure terminal\n");
    text_free(&all);
    assert_string_equal(box_type(f->box, f->sh, &f->t, "show aliases"),
                        "\nExec mode aliases:\n"
                        "  h                     help\n"
                        "  lo                    logout\n"
                        "  s                     show\n"
                        "  u                     undebug\n"
                        "  un                    undebug\nR1#"); /* of the box's own sessions: none configured */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(they_stand_for_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(errors_point_into_what_was_typed, setup, teardown),
        cmocka_unit_test_setup_teardown(help_knows_them, setup, teardown),
        cmocka_unit_test_setup_teardown(listed, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
