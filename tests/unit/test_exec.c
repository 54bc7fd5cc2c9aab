/* One line: error texts and the place of the caret, `do`, fall-through, modifiers. Columns by hand: the length of the
 * prompt and the offset of the first character that no candidate accepts. */
#include "tests/unit/typist.h"

static int setup(void **state)
{
    struct fixture *f = typist_new(state, true);
    f->sh = box_shell(f->box, true);
    return 0;
}
static void the_caret_stands_under_the_first_wrong_character(void **state)
{
    struct fixture *f = *state;
    /* "fo" began "format": the third letter is the first that nothing accepts */
    assert_string_equal(type(f, "show foooooooo"), "\n"
                                                   "          ^\n"
                                                   "% Invalid input detected at '^' marker.\n\nR1#");
    assert_true(f->t.refused);
    assert_string_equal(type(f, "show cru gdoi"), "\n"
                                                  "          ^\n"
                                                  "% Invalid input detected at '^' marker.\n\nR1#");
    assert_string_equal(type(f, "  zzz"), "\n"
                                          "     ^\n"
                                          "% Invalid input detected at '^' marker.\n\nR1#");
    /* a value that does not fit: under its first character */
    assert_string_equal(type(f, "show lines 1001"), "\n"
                                                    "              ^\n"
                                                    "% Invalid input detected at '^' marker.\n\nR1#");
    assert_string_equal(type(f, "show version now"), "\n"
                                                     "                ^\n"
                                                     "% Invalid input detected at '^' marker.\n\nR1#");
    assert_string_equal(type(f, "screen-length 0"), "\n"
                                                    "    ^\n"
                                                    "% Invalid input detected at '^' marker.\n\nR1#");
}

static void incomplete_and_ambiguous_lines(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(type(f, "show crypto"), "\n% Incomplete command.\n\nR1#");
    assert_true(f->t.refused);
    assert_string_equal(type(f, "show hi"), "\n  show crypto\n  show hi\nR1#"); /* history is the only hi */
    assert_string_equal(type(f, "sh cry i"), "\n% Ambiguous command:  \"sh cry i\"\nR1#");
    assert_true(f->t.refused);
}

static void comments_and_blank_lines_do_nothing(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(type(f, ""), "\nR1#");
    assert_string_equal(type(f, "   "), "\nR1#");
    assert_string_equal(type(f, "!--- To test if this output gets logged"), "\nR1#");
    assert_string_equal(type(f, " ! show version"), "\nR1#");
    assert_false(f->t.refused);
    type(f, "configure terminal");
    assert_string_equal(type(f, "!"), "\nR1(config)#");
}

static void modes_and_fall_through(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(type(f, "conf t"),
                        "\nEnter configuration commands, one per line.  End with CNTL/Z.\nR1(config)#");
    assert_string_equal(type(f, "crypto isakmp policy 10"), "\nR1(config-isakmp)#");
    assert_string_equal(type(f, "group 14"), "\nR1(config-isakmp)#");
    /* another object of the same kind, then a global line */
    assert_string_equal(type(f, "crypto isakmp policy 20"), "\nR1(config-isakmp)#");
    assert_string_equal(type(f, "mtu 1400"), "\nR1(config)#");
    assert_int_equal(f->box->conf.mtu, 1400);
    assert_int_equal(f->box->conf.policies.n, 2);
    assert_string_equal(type(f, "crypto isakmp policy 20"), "\nR1(config-isakmp)#");
    /* both refuse: the one that read further tells */
    assert_string_equal(type(f, "group 99"), "\n"
                                             "                        ^\n"
                                             "% Invalid input detected at '^' marker.\n\nR1(config-isakmp)#");
    assert_string_equal(type(f, "mtu 5"), "\n"
                                          "                      ^\n"
                                          "% Invalid input detected at '^' marker.\n\nR1(config-isakmp)#");
    assert_string_equal(type(f, "mtu"), "\n% Incomplete command.\n\nR1(config-isakmp)#");
    assert_string_equal(type(f, "exit"), "\nR1(config)#");
    assert_string_equal(type(f, "crypto isakmp policy 20"), "\nR1(config-isakmp)#");
    assert_string_equal(type(f, "end"), "\nR1#");
}

static void a_mode_ends_with_its_object(void **state)
{
    struct fixture *f = *state;
    struct typed t2 = {0};
    struct shell *other = box_shell(f->box, false);
    type(f, "conf t");
    type(f, "crypto isakmp policy 10");
    box_type(f->box, other, &t2, "conf t");
    box_type(f->box, other, &t2, "no crypto isakmp policy 10");
    assert_int_equal(f->box->conf.policies.n, 0);
    /* the line lands in global configuration, where it means nothing */
    type(f, "group 14");
    assert_true(f->t.refused);
    assert_string_equal(shell_prompt(f->sh), "R1(config)#");
    shell_close(other);
    text_free(&t2.output);
}

static void exec_commands_from_configuration(void **state)
{
    struct fixture *f = *state;
    type(f, "conf t");
    type(f, "crypto isakmp policy 10");
    assert_string_equal(type(f, "do show lines 2"), "\nline 1\nline 2\nR1(config-isakmp)#");
    assert_string_equal(type(f, " do  sh lines 3 | inc 2"), "\nline 2\nR1(config-isakmp)#");
    /* the caret counts the `do` */
    assert_string_equal(type(f, "do show zz"), "\n"
                                               "                          ^\n"
                                               "% Invalid input detected at '^' marker.\n\nR1(config-isakmp)#");
    assert_string_equal(type(f, "do"), "\n% Incomplete command.\n\nR1(config-isakmp)#");
}

static void modifiers_follow_show_commands(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(type(f, "show lines 12 | include 1$"), "\nline 1\nline 11\nR1#");
    assert_string_equal(type(f, "show lines 12 | count 1"), "\nNumber of lines which match regexp = 4\nR1#");
    assert_string_equal(type(f, "show lines 12 | tee disk0:x.txt | include 7"), "\nline 7\nR1#");
    assert_string_equal(type(f, "more disk0:x.txt | begin 11"), "\nline 11\nline 12\nR1#");
    assert_string_equal(type(f, "show lines 2 | append disk0:hub.txt"), "\nR1#");
    assert_string_equal(type(f, "show lines 1 | append disk0:hub.txt"), "\nR1#");
    assert_string_equal(type(f, "more disk0:hub.txt"), "\nline 1\nline 2\nline 1\nR1#");
    /* "show lines 1 | z": prompt 3, z at 15 */
    assert_string_equal(type(f, "show lines 1 | zzz 1"), "\n"
                                                         "                  ^\n"
                                                         "% Invalid input detected at '^' marker.\n\nR1#");
    assert_string_equal(type(f, "show lines 1 |"), "\n% Incomplete command.\n\nR1#");
    assert_string_equal(type(f, "show lines 1 | include ("), "\n% Failed to compile regular expression.\nR1#");
    assert_true(f->t.refused);
    assert_string_equal(type(f, "show lines 1 | redirect disk0:no/such"),
                        "\n%Error opening disk0:/no/such (No such file or directory)\nR1#");
    /* a command that shows nothing takes none */
    assert_string_equal(type(f, "hold | include x"), "\n"
                                                     "        ^\n"
                                                     "% Invalid input detected at '^' marker.\n\nR1#");
    /* an error left of the bar is told first */
    assert_string_equal(type(f, "show nothing | include x"), "\n"
                                                             "        ^\n"
                                                             "% Invalid input detected at '^' marker.\n\nR1#");
}

static void long_hostnames(void **state)
{
    struct fixture *f = *state;
    type(f, "conf t");
    type(f, "hostname veryveryverylonghostnameindeed");
    /* cut to 20 in configuration, whole in EXEC */
    assert_string_equal(shell_prompt(f->sh), "veryveryverylonghost(config)#");
    assert_string_equal(type(f, "end"), "\nveryveryverylonghostnameindeed#");
    type(f, "conf t");
    assert_string_equal(type(f, "hostname a_b.c-9"), "\na_b.c-9(config)#");
    assert_string_equal(type(f, "hostname 9lives"),
                        "\n% Hostname contains one or more illegal characters.\na_b.c-9(config)#");
    assert_true(f->t.refused);
    assert_string_equal(type(f, "no hostname"), "\nRouter(config)#");
}

static void debugs_by_every_spelling(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(type(f, "debug crypto isakmp"), "\nCrypto ISAKMP debugging is on\nR1#");
    f->box->debug_ipsec = true;
    assert_string_equal(
        type(f, "show debug"),
        "\nCryptographic Subsystem:\n  Crypto ISAKMP debugging is on\n  Crypto IPSEC debugging is on\n\nR1#");
    assert_string_equal(type(f, "u all"), "\nAll possible debugging has been turned off\nR1#");
    assert_false(f->box->debug_isakmp || f->box->debug_ipsec);
    assert_string_equal(type(f, "show debug"), "\nR1#");
    type(f, "debug crypto isakmp");
    assert_string_equal(type(f, "undebug crypto isakmp"), "\nCrypto ISAKMP debugging is off\nR1#");
    type(f, "debug crypto isakmp");
    assert_string_equal(type(f, "no debug all"), "\nAll possible debugging has been turned off\nR1#");
    assert_false(f->box->debug_isakmp);
}

/* What the bus tells of commands that ran. */
struct heard {
    unsigned n;
    struct fact_command last;
};
static void hear(void *arg, const void *fact)
{
    struct heard *h = arg;
    h->n++;
    h->last = *(const struct fact_command *)fact;
}

static void commands_that_ran_are_told(void **state)
{
    struct fixture *f = *state;
    struct heard h = {0};
    bus_subscribe(f->box->bus, FACT_COMMAND, hear, &h);
    type(f, "sh lines 1");
    assert_int_equal(h.n, 1);
    assert_string_equal(h.last.text, "show lines 1");
    assert_string_equal(h.last.mode, "exec");
    type(f, "show zzz");
    assert_int_equal(h.n, 1);
    type(f, "conf t");
    type(f, "crypto isa pol 10");
    type(f, "gr 5");
    assert_int_equal(h.n, 4);
    assert_string_equal(h.last.text, "group 5");
    assert_string_equal(h.last.mode, "config-isakmp");
    bus_unsubscribe(f->box->bus, FACT_COMMAND, hear, &h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_caret_stands_under_the_first_wrong_character, setup, teardown),
        cmocka_unit_test_setup_teardown(incomplete_and_ambiguous_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(comments_and_blank_lines_do_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(modes_and_fall_through, setup, teardown),
        cmocka_unit_test_setup_teardown(a_mode_ends_with_its_object, setup, teardown),
        cmocka_unit_test_setup_teardown(exec_commands_from_configuration, setup, teardown),
        cmocka_unit_test_setup_teardown(modifiers_follow_show_commands, setup, teardown),
        cmocka_unit_test_setup_teardown(long_hostnames, setup, teardown),
        cmocka_unit_test_setup_teardown(debugs_by_every_spelling, setup, teardown),
        cmocka_unit_test_setup_teardown(commands_that_ran_are_told, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
