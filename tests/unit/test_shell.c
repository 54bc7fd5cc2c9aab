/* shell.h as applets, the lab and tests use it: what a typed line gives back, with and without echo; `until`; vty
 * lines; questions nobody answers. */
#include "tests/unit/typist.h"

static int setup(void **state)
{
    typist_new(state, true);
    return 0;
}
static struct shell *applet(struct fixture *f)
{
    return shell_open(
        f->box->shells,
        &(struct shell_params){
            .user = "", .origin = "console by  on vty0 (EEM:command_hub)", .privilege = 1, .vty = true, .echo = true});
}
static const char *last_logged(struct fixture *f)
{
    const char *line, *last = "";
    for (size_t cursor = 0; (line = log_buffer_next(f->box->log, &cursor)) != NULL;)
        last = line;
    return last;
}

static void an_applet_sees_what_a_terminal_would(void **state)
{
    struct fixture *f = *state;
    struct shell *sh = applet(f);
    assert_string_equal(shell_prompt(sh), "R1>");
    /* no password is asked for */
    assert_string_equal(box_type(f->box, sh, &f->t, "enable"), "\nR1#");
    assert_string_equal(box_type(f->box, sh, &f->t, "show lines 2"), "\nline 1\nline 2\nR1#");
    assert_string_equal(box_type(f->box, sh, &f->t, "show lines 2 | append disk0:hub.txt"), "\nR1#");
    assert_false(f->t.refused || f->t.matched || f->t.closed);
    assert_string_equal(box_type(f->box, sh, &f->t, "show zz"), "\n"
                                                                "        ^\n"
                                                                "% Invalid input detected at '^' marker.\n\nR1#");
    assert_true(f->t.refused);
    /* there is no pager */
    box_type(f->box, sh, &f->t, "show lines 100");
    assert_null(strstr(f->t.output.s, "More"));
    box_type(f->box, sh, &f->t, "conf t");
    assert_string_equal(box_type(f->box, sh, &f->t, "mtu 1400"), "\nR1(config)#");
    assert_string_equal(box_type(f->box, sh, &f->t, "end"), "\nR1#");
    assert_string_equal(last_logged(f),
                        "*Nov 22 10:00:00.000: %SYS-5-CONFIG_I: Configured from console by  on vty0 (EEM:command_hub)");
    shell_close(sh);
}

static void without_echo_only_the_output_comes(void **state)
{
    struct fixture *f = *state;
    struct shell *sh = box_shell(f->box, false);
    assert_string_equal(box_type(f->box, sh, &f->t, "show lines 2"), "line 1\nline 2\n");
    assert_string_equal(box_type(f->box, sh, &f->t, ""), "");
    /* no prompt, no column of it */
    assert_string_equal(box_type(f->box, sh, &f->t, "show zz"), "     ^\n% Invalid input detected at '^' marker.\n\n");
    shell_close(sh);
}

static void vty_lines_run_out(void **state)
{
    struct fixture *f = *state;
    struct shell *sh[16];
    struct session_view v;
    for (int i = 0; i < 16; i++) {
        sh[i] = applet(f);
        assert_non_null(sh[i]);
        session_view(sh[i], &v);
        assert_int_equal(v.n, i);
    }
    assert_null(applet(f));
    assert_non_null(box_shell(f->box, false)); /* needs no line; freed with the box */
    shell_close(sh[7]);
    sh[7] = applet(f);
    session_view(sh[7], &v);
    assert_int_equal(v.n, 7);
    /* the message names the line that was really taken */
    assert_string_equal(v.origin, "console by  on vty7 (EEM:command_hub)");
    for (int i = 0; i < 16; i++)
        shell_close(sh[i]);
}

static void a_waiting_command_is_waited_for(void **state)
{
    struct fixture *f = *state;
    struct shell *sh = box_shell(f->box, true);
    f->t.done = false;
    shell_type(sh, "hold", NULL, typed_done, &f->t);
    vloop_run_for(f->box->loop, 5 * US_PER_S);
    assert_false(f->t.done);
    release(f->box);
    assert_false(f->t.done);
    vloop_run_for(f->box->loop, 0);
    assert_true(f->t.done);
    assert_string_equal(f->t.output.s, "\nholding\nreleased\nR1#");
    shell_close(sh);
}

static void closing_ends_a_command_and_calls_nobody(void **state)
{
    struct fixture *f = *state;
    struct shell *sh = box_shell(f->box, true);
    f->t.done = false;
    shell_type(sh, "hold", NULL, typed_done, &f->t);
    shell_close(sh);
    vloop_run_for(f->box->loop, US_PER_S);
    assert_true(f->box->aborted && f->box->closed);
    assert_false(f->t.done);
    shell_close(NULL);
}

static void until_is_found_before_the_prompt(void **state)
{
    struct fixture *f = *state;
    struct shell *sh = box_shell(f->box, true);
    f->t.done = false;
    shell_type(sh, "hold", "hold.ng", typed_done, &f->t);
    vloop_run_for(f->box->loop, 0);
    assert_true(f->t.done && f->t.matched);
    assert_string_equal(f->t.output.s, "\nholding\n");
    /* the next line waits for the command, as typed ahead */
    f->t.done = false;
    shell_type(sh, "show lines 1", NULL, typed_done, &f->t);
    vloop_run_for(f->box->loop, 0);
    assert_false(f->t.done);
    release(f->box);
    vloop_run_for(f->box->loop, 0);
    assert_true(f->t.done);
    assert_false(f->t.matched);
    assert_string_equal(f->t.output.s, "\nreleased\nR1#show lines 1\nline 1\nR1#");
    /* not found: the prompt ends it */
    f->t.done = false;
    shell_type(sh, "show lines 1", "nowhere", typed_done, &f->t);
    vloop_run_for(f->box->loop, 0);
    assert_true(f->t.done);
    assert_false(f->t.matched);
    shell_close(sh);
}

static void a_question_is_answered_by_the_one_who_awaits_it(void **state)
{
    struct fixture *f = *state;
    struct shell *sh = box_shell(f->box, true);
    f->t.done = false;
    shell_type(sh, "copy running-config disk0:a.cfg", "filename|#", typed_done, &f->t);
    vloop_run_for(f->box->loop, 0);
    assert_true(f->t.done && f->t.matched);
    assert_string_equal(f->t.output.s, "\nDestination filename [a.cfg]? ");
    const char *out = box_type(f->box, sh, &f->t, "b.cfg");
    assert_true(str_starts(out, "\n") && strstr(out, " bytes copied in ") && strstr(out, "\nR1#"));
    assert_string_equal(box_type(f->box, sh, &f->t, "delete /force disk0:b.cfg"), "\nR1#");
    shell_close(sh);
}

static void a_question_nobody_awaits_gets_its_default(void **state)
{
    struct fixture *f = *state;
    struct shell *sh = box_shell(f->box, false);
    assert_string_equal(box_type(f->box, sh, &f->t, "copy running-config startup-config"),
                        "Destination filename [startup-config]? \nBuilding configuration...\n[OK]\n");
    assert_string_equal(box_type(f->box, sh, &f->t, "clear logging"), "Clear logging buffer [confirm]\n");
    box_type(f->box, sh, &f->t, "conf t");
    box_type(f->box, sh, &f->t, "mtu 1400");
    box_type(f->box, sh, &f->t, "end");
    /* unsaved changes are not saved by somebody who says nothing */
    assert_string_equal(box_type(f->box, sh, &f->t, "reload"),
                        "\nSystem configuration has been modified. Save? [yes/no]: \nProceed with reload? [confirm]\n");
    assert_int_equal(f->box->reloads, 1);
    assert_true(shells_config_history(f->box->shells)->unsaved);
    assert_string_equal(box_type(f->box, sh, &f->t, "debug all"),
                        "This may severely impact network performance. Continue? (yes/[no]): \n");
    assert_false(f->box->debug_isakmp);
    shell_close(sh);
}

static void a_question_waits_for_him_who_answers(void **state)
{
    struct fixture *f = *state;
    struct shell *sh = shell_open(f->box->shells, &(struct shell_params){.user = "", .origin = "", .privilege = 15, .answers = true});
    assert_string_equal(box_type(f->box, sh, &f->t, "copy running-config startup-config"), "Destination filename [startup-config]? ");
    assert_true(f->t.asked);
    assert_true(str_starts(box_type(f->box, sh, &f->t, "none:x"), "%Error opening none:x ("));
    assert_false(f->t.asked);
    box_type(f->box, sh, &f->t, "copy running-config startup-config");
    assert_string_equal(box_type(f->box, sh, &f->t, ""), "Building configuration...\n[OK]\n");
    assert_false(f->t.asked || f->t.refused);
    assert_string_equal(box_type(f->box, sh, &f->t, "reload"), "Proceed with reload? [confirm]");
    assert_true(f->t.asked);
    box_type(f->box, sh, &f->t, "no");
    assert_false(f->t.asked);
    box_type(f->box, sh, &f->t, "reload");
    shell_close(sh); /* he hung up */
    assert_int_equal(f->box->reloads, 0);
}

static void exit_closes(void **state)
{
    struct fixture *f = *state;
    struct shell *sh = box_shell(f->box, false);
    box_type(f->box, sh, &f->t, "exit");
    assert_true(f->t.closed);
    box_type(f->box, sh, &f->t, "show clock");
    assert_true(f->t.closed);
    shell_close(sh);
}

/* The shell is closed from inside its own result, and another opened. */
struct chain {
    struct fixture *f;
    struct shell *sh;
    unsigned rounds;
};
static void chain_done(void *arg, const struct shell_result *r)
{
    struct chain *c = arg;
    assert_string_equal(r->output, "line 1\n");
    shell_close(c->sh);
    c->sh = NULL;
    if (++c->rounds == 3)
        return;
    c->sh = box_shell(c->f->box, false);
    shell_type(c->sh, "show lines 1", NULL, chain_done, c);
}

static void a_shell_may_be_closed_in_its_result(void **state)
{
    struct fixture *f = *state;
    struct chain c = {.f = f, .sh = box_shell(f->box, false)};
    shell_type(c.sh, "show lines 1", NULL, chain_done, &c);
    vloop_run_for(f->box->loop, 0);
    assert_int_equal(c.rounds, 3);
    assert_null(c.sh);
}

static void a_configuration_file_starts_in_configuration(void **state)
{
    struct fixture *f = *state;
    struct shell *sh = shell_open(
        f->box->shells, &(struct shell_params){.origin = "memory by console", .privilege = 15, .config_file = true});
    assert_string_equal(box_type(f->box, sh, &f->t, "mtu 1400"), "");
    assert_string_equal(box_type(f->box, sh, &f->t, " mtu 14000"),
                        "startup-config, line 2:\n mtu 14000\n     ^\n% Invalid input detected at '^' marker.\n\n");
    assert_true(f->t.refused);
    shell_close(sh);
    assert_string_equal(last_logged(f), "");
}

static void shells_end_with_the_router(void **state)
{
    struct fixture *f = *state;
    struct shell *sh = applet(f);
    f->t.done = false;
    shell_type(sh, "enable", NULL, typed_done, &f->t);
    vloop_run_for(f->box->loop, 0);
    shell_type(sh, "hold", NULL, typed_done, &f->t);
    /* the box is freed with the command running: it is told */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_applet_sees_what_a_terminal_would, setup, teardown),
        cmocka_unit_test_setup_teardown(without_echo_only_the_output_comes, setup, teardown),
        cmocka_unit_test_setup_teardown(vty_lines_run_out, setup, teardown),
        cmocka_unit_test_setup_teardown(a_waiting_command_is_waited_for, setup, teardown),
        cmocka_unit_test_setup_teardown(closing_ends_a_command_and_calls_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(until_is_found_before_the_prompt, setup, teardown),
        cmocka_unit_test_setup_teardown(a_question_is_answered_by_the_one_who_awaits_it, setup, teardown),
        cmocka_unit_test_setup_teardown(a_question_nobody_awaits_gets_its_default, setup, teardown),
        cmocka_unit_test_setup_teardown(exit_closes, setup, teardown),
        cmocka_unit_test_setup_teardown(a_shell_may_be_closed_in_its_result, setup, teardown),
        cmocka_unit_test_setup_teardown(a_configuration_file_starts_in_configuration, setup, teardown),
        cmocka_unit_test_setup_teardown(a_question_waits_for_him_who_answers, setup, teardown),
        cmocka_unit_test_setup_teardown(shells_end_with_the_router, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
