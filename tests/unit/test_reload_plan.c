/* A reload planned, shown, told of on terminals, called off, and done: in virtual time. */
#include "espial/clock.h"
#include "tests/unit/typist.h"

#define MINUTE (60 * US_PER_S)

static int setup(void **state)
{
    struct fixture *f = typist_new(state, true);
    f->sh = box_shell(f->box, false);
    f->terminal = box_terminal(f->box, true, 15);
    return 0;
}
static const char *seen(struct fixture *f)
{
    return box_screen(f->box, &f->screen);
}
static void warned_and_done(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(type(f, "show reload"), "No reload is scheduled.\n");
    assert_string_equal(type(f, "reload in 10 a new cable"), "Reload scheduled in 10 minutes by console\n"
                                                             "Reload reason: a new cable\n"
                                                             "Proceed with reload? [confirm]\n");
    assert_true(box_logged(f->box, "%SYS-5-SCHEDULED_RELOAD: Reload requested for 10:10:00 UTC Sun Nov 22 2026 at 10:00:00 UTC "
                          "Sun Nov 22 2026 by console. Reload Reason: a new cable."));
    assert_string_equal(seen(f), "");
    vloop_run_for(f->box->loop, MINUTE);
    assert_string_equal(type(f, "show reload"), "Reload scheduled in 9 minutes by console\nReload reason: a new cable\n");
    vloop_run_for(f->box->loop, 4 * MINUTE);
    assert_string_equal(seen(f), "\n\n\n\a***\n*** --- SHUTDOWN in 0:05:00 ---\n***\n");
    session_touch(f->terminal); /* or its exec-timeout ends it first */
    vloop_run_for(f->box->loop, 4 * MINUTE);
    assert_string_equal(seen(f), "\n\n\n\a***\n*** --- SHUTDOWN in 0:01:00 ---\n***\n");
    vloop_run_for(f->box->loop, MINUTE - US_PER_S);
    assert_int_equal(f->box->reloads, 0);
    vloop_run_for(f->box->loop, US_PER_S);
    assert_int_equal(f->box->reloads, 1);
    assert_string_equal(seen(f), "\n\n\n\a***\n*** --- SHUTDOWN NOW ---\n***\n");
    assert_true(box_logged(f->box, "%SYS-5-RELOAD: Reload requested by console. Reload Reason: a new cable."));
}

static void called_off(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(type(f, "reload cancel"), "%No reload is currently scheduled.\n");
    type(f, "reload in 5");
    assert_string_equal(seen(f), "\n\n\n\a***\n*** --- SHUTDOWN in 0:05:00 ---\n***\n");
    assert_string_equal(type(f, "reload cancel"), "");
    assert_string_equal(seen(f), "\n\n\n\a***\n*** --- SHUTDOWN ABORTED ---\n***\n");
    assert_true(box_logged(f->box, "%SYS-5-SCHEDULED_RELOAD_CANCELLED:  Scheduled reload cancelled at 10:00:00 UTC Sun Nov 22 2026"));
    vloop_run_for(f->box->loop, 9 * MINUTE);
    assert_int_equal(f->box->reloads, 0);
    assert_string_equal(type(f, "show reload"), "No reload is scheduled.\n");
}

/* A later plan takes the place of an earlier one. */
static void at_a_time(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(type(f, "reload at 12:00"), "% The date and time must be set first.\n");
    clock_set(f->box->clock, BOX_WALL, CLOCK_BY_USER);
    assert_string_equal(type(f, "reload at 11:15"),
                        "Reload scheduled for 11:15:00 UTC Sun Nov 22 2026 (in 1 hour and 15 minutes) by console\n"
                        "Reload reason: Reload Command\n"
                        "Proceed with reload? [confirm]\n");
    type(f, "reload at 9:00"); /* has passed: tomorrow */
    assert_string_equal(type(f, "show reload"),
                        "Reload scheduled for 09:00:00 UTC Mon Nov 23 2026 (in 23 hours) by console\n"
                        "Reload reason: Reload Command\n");
    type(f, "reload at 10:00 Feb 29 leap day"); /* 2027 has none: March 1 */
    assert_non_null(strstr(type(f, "show reload"), "Reload reason: leap day\n"));
    assert_non_null(strstr(type(f, "show reload"), "for 10:00:00 UTC Mon Mar 1 2027 ("));
    type(f, "reload at 10:00 1 mar");
    assert_non_null(strstr(type(f, "show reload"), "for 10:00:00 UTC Mon Mar 1 2027 ("));
    type(f, "reload in 4");
    vloop_run_for(f->box->loop, 51 * US_PER_S + US_PER_S / 2);
    assert_string_equal(type(f, "show reload"),
                        "Reload scheduled for 10:04:00 UTC Sun Nov 22 2026 (in 3 minutes and 9 seconds) by console\n"
                        "Reload reason: Reload Command\n");
    static const char *const bad[] = {"reload in 0", "reload in x", "reload in 1:60", "reload in 0:00",
                                      "reload at 24:00", "reload at 12", "reload in :5:"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_string_equal(type(f, bad[i]), "% Invalid time\n");
}

/* Local time is what was typed, whichever zone holds then: the United States enter summer on March 14, 2027, at two. */
static void at_a_time_beyond_a_change_of_zones(void **state)
{
    struct fixture *f = *state;
    clock_set(f->box->clock, BOX_WALL, CLOCK_BY_USER);
    type(f, "configure terminal");
    type(f, "clock timezone EST -5");
    type(f, "clock summer-time EDT recurring");
    type(f, "end");
    type(f, "write memory");
    type(f, "reload at 1:30 Mar 14"); /* 2027-03-14 02:00 EST: it begins; half an hour before, EST */
    assert_non_null(strstr(type(f, "show reload"), "for 01:30:00 EST Sun Mar 14 2027 ("));
    type(f, "reload at 4:00 Mar 14"); /* EDT by two hours, though 04:00 UTC is still winter */
    assert_non_null(strstr(type(f, "show reload"), "for 04:00:00 EDT Sun Mar 14 2027 ("));
    type(f, "configure terminal");
    type(f, "no clock summer-time");
    type(f, "clock summer-time EDT date 22 Nov 2026 12:00 23 Nov 2026 12:00");
    type(f, "end");
    type(f, "write memory");
    type(f, "reload at 4:00"); /* now 05:00 EST: tomorrow, when EDT holds */
    assert_non_null(strstr(type(f, "show reload"), "for 04:00:00 EDT Mon Nov 23 2026 (in 22 hours)"));
}

static void the_questions(void **state)
{
    struct fixture *f = *state;
    type(f, "configure terminal");
    type(f, "hostname R2");
    type(f, "end");
    session_line(f->terminal, "reload in 20");
    assert_string_equal(seen(f), "\nSystem configuration has been modified. Save? [yes/no]: ");
    session_line(f->terminal, "perhaps");
    assert_string_equal(seen(f), "% Please answer 'yes' or 'no'.\nSystem configuration has been modified. Save? [yes/no]: ");
    session_line(f->terminal, "y");
    assert_string_equal(seen(f), "Building configuration...\n[OK]\n"
                                 "Reload scheduled in 20 minutes by admin on vty0 (10.1.1.9)\n"
                                 "Reload reason: Reload Command\n"
                                 "Proceed with reload? [confirm]");
    session_key(f->terminal, 'n');
    assert_string_equal(type(f, "show reload"), "No reload is scheduled.\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(warned_and_done, setup, teardown),
        cmocka_unit_test_setup_teardown(called_off, setup, teardown),
        cmocka_unit_test_setup_teardown(at_a_time, setup, teardown),
        cmocka_unit_test_setup_teardown(at_a_time_beyond_a_change_of_zones, setup, teardown),
        cmocka_unit_test_setup_teardown(the_questions, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
