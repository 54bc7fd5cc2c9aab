/* Logging in at a terminal, in virtual time: what is asked, in IOS's words, on consoles and vtys; tries, time-outs, banners; `enable`; what the log says. */
#include "tests/unit/login_box.h"

static void an_open_console_asks_nothing(void **state)
{
    (void)state;
    struct fix *f = fix_new();
    struct shell *sh = knock(f, false);
    assert_int_equal(session_state(sh), SESSION_PROMPT); /* at once: no turn of the loop is needed */
    assert_string_equal(session_prompt(sh), "R1>");
    assert_string_equal(screen(f), "");
    session_free(sh);
    fix_free(f);
}

static void a_user_logs_in_at_the_console(void **state)
{
    (void)state;
    struct fix *f = fix_new();
    configure(f, BOB "username al password 0 two words\nline con 0\nlogin local");
    struct shell *sh = knock(f, false);
    assert_string_equal(screen(f), "\nUser Access Verification\n\nUsername: ");
    assert_int_equal(session_state(sh), SESSION_ANSWER);
    assert_string_equal(type(f, sh, "bob"), "Password: ");
    assert_int_equal(session_state(sh), SESSION_SECRET);
    assert_string_equal(type(f, sh, "cisco"), "");
    assert_int_equal(session_state(sh), SESSION_PROMPT);
    assert_string_equal(session_prompt(sh), "R1#"); /* privilege 15 */
    type(f, sh, "configure terminal");
    type(f, sh, "end");
    assert_true(logged(f, "%SYS-5-CONFIG_I: Configured from console by bob on console"));
    session_free(sh);
    assert_true(logged(f, "%SYS-6-LOGOUT: User bob has exited tty session 0()"));

    sh = knock(f, false);
    screen(f);
    type(f, sh, "AL"); /* without aaa, names are found in any case */
    type(f, sh, "two words");
    assert_string_equal(session_prompt(sh), "R1>");
    session_free(sh);
    fix_free(f);
}

static void three_tries(void **state)
{
    (void)state;
    struct fix *f = fix_new();
    configure(f, BOB "line vty 0 4\nlogin local");
    struct shell *sh = knock(f, true);
    assert_string_equal(screen(f), "\nUser Access Verification\n\nUsername: ");
    type(f, sh, "bob");
    assert_string_equal(type(f, sh, "wrong"), "% Login invalid\n\nUsername: ");
    type(f, sh, "nobody");
    assert_string_equal(type(f, sh, "cisco"), "% Login invalid\n\nUsername: ");
    type(f, sh, "bob");
    assert_string_equal(type(f, sh, "Cisco"), "% Login invalid\n");
    assert_int_equal(f->b->hangups, 1);
    assert_int_equal(f->b->channel.ended, CHANNEL_REFUSED);

    configure(f, "line vty 0 4\npassword 7 094F471A1A0A\nlogin"); /* cisco */
    sh = knock(f, true);
    assert_string_equal(screen(f), "\nUser Access Verification\n\nPassword: ");
    assert_string_equal(type(f, sh, "x"), "Password: ");
    assert_string_equal(type(f, sh, ""), "Password: ");
    assert_string_equal(type(f, sh, "y"), "% Bad passwords\n");
    assert_int_equal(f->b->hangups, 1);

    sh = knock(f, true);
    screen(f);
    type(f, sh, "x");
    assert_string_equal(type(f, sh, "cisco"), "");
    assert_string_equal(session_prompt(sh), "R1>");
    session_free(sh);
    fix_free(f);
}

static void a_vty_that_cannot_let_anybody_in(void **state)
{
    (void)state;
    struct fix *f = fix_new(); /* vtys want a password unless told otherwise, and there is none */
    knock(f, true);
    assert_string_equal(screen(f), "\nPassword required, but none set\n");
    assert_int_equal(f->b->hangups, 1);
    configure(f, "line vty 0 4\nno login");
    struct shell *sh = knock(f, true);
    assert_int_equal(session_state(sh), SESSION_PROMPT);
    session_free(sh);
    fix_free(f);
}

static void half_a_minute_for_each_answer(void **state)
{
    (void)state;
    struct fix *f = fix_new();
    configure(f, BOB "line con 0\nlogin local");
    struct shell *sh = knock(f, false);
    screen(f);
    vloop_run_for(f->b->loop, 29 * US_PER_S);
    assert_string_equal(type(f, sh, "bob"), "Password: ");
    vloop_run_for(f->b->loop, 29 * US_PER_S);
    assert_string_equal(screen(f), "");
    vloop_run_for(f->b->loop, 2 * US_PER_S);
    assert_string_equal(screen(f), "\n% Password:  timeout expired!\n");
    assert_int_equal(f->b->hangups, 1);
    assert_int_equal(f->b->channel.ended, CHANNEL_TIMEOUT);
    knock(f, false);
    screen(f);
    vloop_run_for(f->b->loop, 31 * US_PER_S);
    assert_string_equal(screen(f), "\n% Username:  timeout expired!\n");
    assert_int_equal(f->b->hangups, 1);
    fix_free(f);
}

static void banners_in_their_order(void **state)
{
    (void)state;
    struct fix *f = fix_new();
    configure(f, BOB "line con 0\nlogin local\nbanner login #login of $(hostname)#\nbanner motd #\nthe day\n\nis long\n#\nbanner exec #exec#");
    struct shell *sh = knock(f, false);
    assert_string_equal(screen(f), "\nthe day\n\nis long\nlogin of R1\n\nUser Access Verification\n\nUsername: ");
    type(f, sh, "bob");
    assert_string_equal(type(f, sh, "cisco"), "exec\n");
    session_free(sh);
    /* SSH has let somebody in: no question, the same banners but for the login's. */
    sh = box_terminal(f->b, true, 15);
    assert_int_equal(session_state(sh), SESSION_BUSY);
    assert_string_equal(screen(f), "\nthe day\n\nis long\nexec\n");
    assert_string_equal(session_prompt(sh), "R1#");
    session_free(sh);
    const char *run = box_type(f->b, f->typist, &f->t, "show running-config");
    assert_non_null(strstr(run, "\nbanner exec ^Cexec^C\nbanner login ^Clogin of $(hostname)^C\nbanner motd ^C\nthe day\n\nis long\n^C\n"));
    configure(f, "no banner motd\nno banner exec\nno banner login");
    run = box_type(f->b, f->typist, &f->t, "show running-config");
    assert_null(strstr(run, "banner"));
    fix_free(f);
}

static void a_banner_from_a_file(void **state)
{
    static const char file[] = "hostname X\nbanner motd ^C\n! no comment\nversion 1\n\nend\n^C\nbanner exec %one line%\nhostname Y\nend\n";
    struct text said = {0};
    size_t refused = 9;
    (void)state;
    struct fix *f = fix_new();
    assert_int_equal(file_replace(f->b->files, "nvram:startup-config", file, strlen(file)), FILE_OK);
    assert_int_equal(cli_boot(f->b->cli, &said, &refused), FILE_OK);
    assert_int_equal(refused, 0);
    assert_string_equal(cli_hostname(f->b->cli), "Y");
    const char *run = box_type(f->b, f->typist, &f->t, "show running-config");
    assert_non_null(strstr(run, "\nbanner exec ^Cone line^C\nbanner motd ^C\n! no comment\nversion 1\n\nend\n^C\n"));
    /* one that never ends takes the rest of the file, and is not kept */
    static const char endless[] = "banner motd #\ntext\nhostname Z\n";
    assert_int_equal(file_replace(f->b->files, "nvram:startup-config", endless, strlen(endless)), FILE_OK);
    assert_int_equal(cli_boot(f->b->cli, &said, &refused), FILE_OK);
    assert_string_equal(cli_hostname(f->b->cli), "Y");
    text_free(&said);
    fix_free(f);
}

static void a_banner_at_a_terminal(void **state)
{
    (void)state;
    struct fix *f = fix_new();
    struct shell *sh = knock(f, false);
    screen(f);
    type(f, sh, "enable");
    type(f, sh, "configure terminal");
    assert_string_equal(type(f, sh, "banner motd #"), "Enter TEXT message.  End with the character '#'.\n");
    assert_int_equal(session_state(sh), SESSION_ANSWER);
    assert_string_equal(type(f, sh, "one\x1b[2J\atwo"), "");
    assert_string_equal(type(f, sh, "three#four"), "");
    assert_string_equal(session_prompt(sh), "R1(config)#");
    type(f, sh, "banner login #"); /* given up */
    session_interrupt(sh);
    screen(f);
    assert_int_equal(session_state(sh), SESSION_PROMPT);
    type(f, sh, "banner exec #"); /* and hung up on */
    session_free(sh);
    const char *run = box_type(f->b, f->typist, &f->t, "show running-config");
    assert_non_null(strstr(run, "\nbanner motd ^C\none[2Jtwo\nthree^C\n"));
    assert_null(strstr(run, "banner login"));
    assert_null(strstr(run, "banner exec"));
    fix_free(f);
}

static void enable_and_its_words(void **state)
{
    (void)state;
    struct fix *f = fix_new();
    struct shell *sh = box_terminal(f->b, true, 1);
    screen(f);
    assert_string_equal(type(f, sh, "enable"), "% No password set\n");
    configure(f, "enable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0\nenable password level 7 lucky");
    assert_string_equal(type(f, sh, "enable"), "Password: ");
    assert_string_equal(type(f, sh, "1"), "Password: ");
    assert_string_equal(type(f, sh, "2"), "Password: ");
    assert_string_equal(type(f, sh, "3"), "% Bad secrets\n\n");
    assert_string_equal(session_prompt(sh), "R1>");
    type(f, sh, "enable 7");
    assert_string_equal(type(f, sh, "lucky"), "");
    assert_string_equal(session_prompt(sh), "R1#");
    assert_string_equal(type(f, sh, "show privilege"), "Current privilege level is 7\n");
    type(f, sh, "enable");
    type(f, sh, "cisco");
    assert_string_equal(type(f, sh, "show privilege"), "Current privilege level is 15\n");
    assert_string_equal(type(f, sh, "enable"), "");
    type(f, sh, "disable");
    assert_string_equal(session_prompt(sh), "R1>");
    type(f, sh, "enable 7");
    type(f, sh, "a");
    type(f, sh, "b");
    assert_string_equal(type(f, sh, "c"), "% Bad passwords\n\n");
    type(f, sh, "enable"); /* interrupted while it is asked, and while it is summed */
    session_interrupt(sh);
    screen(f);
    assert_string_equal(session_prompt(sh), "R1>");
    type(f, sh, "enable");
    session_line(sh, "cisco");
    session_free(sh); /* the answer must find nobody */
    vloop_run_for(f->b->loop, US_PER_S);
    configure(f, "aaa new-model");
    sh = box_terminal(f->b, true, 1);
    screen(f);
    type(f, sh, "enable");
    type(f, sh, "a");
    type(f, sh, "b");
    assert_string_equal(type(f, sh, "c"), "% Access denied\n\n");
    session_free(sh);
    fix_free(f);
}

static void time_runs_out(void **state)
{
    (void)state;
    struct fix *f = fix_new();
    configure(f, BOB "line con 0\nlogin local\nexec-timeout 0 5\nline vty 0 4\nexec-timeout 0\nabsolute-timeout 2");
    struct shell *sh = knock(f, false);
    screen(f);
    vloop_run_for(f->b->loop, 10 * US_PER_S); /* the dialogue has times of its own */
    assert_int_equal(f->b->hangups, 0);
    type(f, sh, "bob");
    type(f, sh, "cisco");
    vloop_run_for(f->b->loop, 4 * US_PER_S);
    assert_int_equal(f->b->hangups, 0);
    vloop_run_for(f->b->loop, 2 * US_PER_S);
    assert_int_equal(f->b->hangups, 1);
    assert_int_equal(f->b->channel.ended, CHANNEL_TIMEOUT);
    assert_true(logged(f, "%SYS-6-TTY_EXPIRE_TIMER: (exec timer expired, tty 0 (0.0.0.0)), user bob"));
    assert_true(logged(f, "%SYS-6-LOGOUT: User bob has exited tty session 0()"));
    f->b->hangups = 0;
    sh = box_terminal(f->b, true, 1);
    for (int i = 0; i < 11; i++) { /* never idle, and yet */
        vloop_run_for(f->b->loop, 10 * US_PER_S);
        type(f, sh, "show privilege");
    }
    assert_int_equal(f->b->hangups, 0);
    vloop_run_for(f->b->loop, 11 * US_PER_S);
    assert_int_equal(f->b->hangups, 1);
    assert_non_null(strstr(screen(f), "* Line timeout expired\n"));
    assert_true(logged(f, "%SYS-6-LOGOUT: User admin has exited tty session 1(10.1.1.9)"));
    fix_free(f);
}

/* `ssh host 'enable'` by somebody at level 1: a session without a terminal, but no applet's. */
static void who_logged_in_is_asked_without_a_terminal_too(void **state)
{
    (void)state;
    struct fix *f = fix_new();
    struct typed t = {0};
    struct shell *sh = shell_open(f->b->shells, &(struct shell_params){.user = "low", .origin = "", .privilege = 1, .vty = true, .by_person = true});
    box_type(f->b, sh, &t, "enable");
    assert_string_equal(t.output.s, "% No password set\n");
    assert_string_equal(shell_prompt(sh), "R1>");
    configure(f, "enable secret cisco");
    box_type(f->b, sh, &t, "enable");
    assert_true(t.refused);
    assert_non_null(strstr(t.output.s, "% Bad secrets\n"));
    box_type(f->b, sh, &t, "enable 3");
    assert_true(t.refused);
    assert_string_equal(shell_prompt(sh), "R1>");
    shell_close(sh);
    sh = shell_open(f->b->shells, &(struct shell_params){.user = "", .origin = "", .privilege = 1, .vty = true}); /* an applet's */
    box_type(f->b, sh, &t, "enable");
    assert_string_equal(shell_prompt(sh), "R1#");
    shell_close(sh);
    text_free(&t.output);
    fix_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_open_console_asks_nothing),
        cmocka_unit_test(a_user_logs_in_at_the_console),
        cmocka_unit_test(three_tries),
        cmocka_unit_test(a_vty_that_cannot_let_anybody_in),
        cmocka_unit_test(half_a_minute_for_each_answer),
        cmocka_unit_test(banners_in_their_order),
        cmocka_unit_test(a_banner_from_a_file),
        cmocka_unit_test(a_banner_at_a_terminal),
        cmocka_unit_test(enable_and_its_words),
        cmocka_unit_test(time_runs_out),
        cmocka_unit_test(who_logged_in_is_asked_without_a_terminal_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
