/* Logging in at a terminal, in virtual time: what is asked, in IOS's words, on consoles and vtys, with and without `aaa new-model`; tries, time-outs, banners;
 * `enable`; what the log says; `login block-for`. And hostile input: names of 300 characters, control bytes, keys at the wrong moment. */
#include "tests/unit/cli_box.h"

#include <time.h>

#include "cli/aaa/aaa.h"

struct fix {
    struct cli_box *b;
    struct shell *typist; /* configures */
    struct typed t;
    struct text screen;
};

static struct fix *fix_new(void)
{
    struct fix *f = NEW(struct fix);
    f->b = box_new(true);
    f->typist = box_shell(f->b, false);
    return f;
}

static void fix_free(struct fix *f)
{
    shell_close(f->typist);
    box_free(f->b);
    text_free(&f->t.output);
    text_free(&f->screen);
    mem_free(f);
}

/* Lines of global configuration, '\n' between. */
static void configure(struct fix *f, const char *lines)
{
    char line[512];
    box_type(f->b, f->typist, &f->t, "configure terminal");
    while (*lines) {
        size_t n = strcspn(lines, "\n");
        snprintf(line, sizeof line, "%.*s", (int)n, lines);
        const char *said = box_type(f->b, f->typist, &f->t, line);
        if (f->t.refused)
            fail_msg("%s: %s", line, said);
        lines += n + (lines[n] == '\n');
    }
    box_type(f->b, f->typist, &f->t, "end");
}

static struct shell *knock(struct fix *f, bool vty)
{
    f->b->hangups = 0;
    return session_new(f->b->shells, &(struct session_params){.vty = vty,
                                                              .n = vty ? -1 : 0,
                                                              .user = "",
                                                              .location = vty ? "10.1.1.9" : "",
                                                              .privilege = 1,
                                                              .channel = &f->b->channel});
}

static const char *screen(struct fix *f)
{
    vloop_run_for(f->b->loop, 0);
    return box_screen(f->b, &f->screen);
}

/* Type a line; what came. */
static const char *type(struct fix *f, struct shell *sh, const char *line)
{
    session_line(sh, line);
    return screen(f);
}

static bool logged(struct fix *f, const char *text)
{
    size_t cursor = 0;
    const char *line;
    while ((line = log_buffer_next(f->b->log, &cursor)) != NULL)
        if (strstr(line, text))
            return true;
    return false;
}

#define BOB "username bob privilege 15 secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0\n" /* cisco */

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

static void by_lists_of_methods(void **state)
{
    (void)state;
    struct fix *f = fix_new();
    configure(f, BOB "aaa new-model\nenable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0");
    /* no list at all: users for vtys, nothing for the console; and privilege 1, since no exec authorization says otherwise */
    struct shell *sh = knock(f, false);
    assert_int_equal(session_state(sh), SESSION_PROMPT);
    session_free(sh);
    sh = knock(f, true);
    assert_string_equal(screen(f), "\nUser Access Verification\n\nUsername: ");
    type(f, sh, "bob");
    assert_string_equal(type(f, sh, "no"), "% Authentication failed\n\nUsername: ");
    type(f, sh, "bob");
    type(f, sh, "cisco");
    assert_string_equal(session_prompt(sh), "R1>");
    session_free(sh);
    configure(f, "aaa authorization exec default local\naaa authentication login default local\naaa authentication login CON enable\nline con 0\nlogin authentication CON");
    sh = knock(f, true);
    screen(f);
    type(f, sh, "bob");
    type(f, sh, "cisco");
    assert_string_equal(session_prompt(sh), "R1#");
    session_free(sh);
    sh = knock(f, false);
    assert_string_equal(screen(f), "\nUser Access Verification\n\nPassword: ");
    type(f, sh, "cisco");
    assert_string_equal(session_prompt(sh), "R1>"); /* the console is not authorized without being told */
    session_free(sh);
    /* a method that cannot answer hands over: no line password, then none */
    configure(f, "aaa authentication login default line none");
    sh = knock(f, true);
    assert_int_equal(session_state(sh), SESSION_PROMPT);
    session_free(sh);
    const char *run = box_type(f->b, f->typist, &f->t, "show running-config");
    assert_non_null(strstr(run, "\naaa new-model\naaa authentication login default line none\naaa authentication login CON enable\n"
                                "aaa authorization exec default local\naaa session-id common\n!"));
    assert_non_null(strstr(run, "\nline con 0\n login authentication CON\nline vty 0 4\n"));
    configure(f, "no aaa new-model");
    run = box_type(f->b, f->typist, &f->t, "show running-config");
    assert_non_null(strstr(run, "\nno aaa new-model\n!"));
    assert_null(strstr(run, "aaa authentication"));
    assert_non_null(strstr(run, "\nline vty 0 4\n login\n"));
    fix_free(f);
}

static void commands_are_authorized(void **state)
{
    (void)state;
    struct fix *f = fix_new();
    configure(f, BOB "username low secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0\nenable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0\n"
                     "aaa new-model\naaa authorization commands 15 default local");
    struct shell *sh = knock(f, true);
    screen(f);
    type(f, sh, "low");
    type(f, sh, "cisco");
    type(f, sh, "enable");
    type(f, sh, "cisco");
    assert_string_equal(session_prompt(sh), "R1#");
    assert_string_equal(type(f, sh, "show privilege"), "Current privilege level is 15\n");
    assert_string_equal(type(f, sh, "configure terminal"), "Command authorization failed.\n\n");
    assert_string_equal(session_prompt(sh), "R1#");
    session_free(sh);
    /* by program on a vty: an applet without a user is refused, one that bypasses is not; without a line nobody asks */
    struct shell_params p = {.user = "", .origin = "console by  on vty0 (EEM:A)", .privilege = 15, .vty = true};
    sh = shell_open(f->b->shells, &p);
    assert_string_equal(box_type(f->b, sh, &f->t, "configure terminal"), "Command authorization failed.\n\n");
    assert_true(f->t.refused);
    shell_close(sh);
    p.bypass_authorization = true;
    sh = shell_open(f->b->shells, &p);
    box_type(f->b, sh, &f->t, "configure terminal");
    assert_false(f->t.refused);
    assert_string_equal(shell_prompt(sh), "R1(config)#");
    shell_close(sh);
    p.bypass_authorization = false;
    p.user = "bob";
    sh = shell_open(f->b->shells, &p);
    box_type(f->b, sh, &f->t, "configure terminal");
    assert_false(f->t.refused);
    assert_string_equal(box_type(f->b, sh, &f->t, "hostname R2"), "");
    shell_close(sh);
    configure(f, "aaa authorization commands 15 default none"); /* the list of before is replaced */
    const char *run = box_type(f->b, f->typist, &f->t, "show running-config");
    assert_non_null(strstr(run, "\naaa authorization commands 15 default none\n"));
    assert_null(strstr(run, "default local"));
    fix_free(f);
}

static void the_watch(void **state)
{
    (void)state;
    struct fix *f = fix_new();
    configure(f, BOB "login block-for 60 attempts 2 within 30\nlogin on-failure log\nlogin on-success log\nline vty 0 4\nlogin local");
    struct shell *sh = knock(f, true);
    screen(f);
    type(f, sh, "eve");
    assert_string_equal(type(f, sh, "x"), ""); /* block-for delays each answer by a second */
    vloop_run_for(f->b->loop, US_PER_S);
    assert_string_equal(screen(f), "% Login invalid\n\nUsername: ");
    assert_true(logged(f, "%SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: eve] [Source: 10.1.1.9] [localport: 23] "
                          "[Reason: Login Authentication Failed] at 10:00:01 UTC Sun Nov 22 2026"));
    assert_non_null(strstr(box_type(f->b, f->typist, &f->t, "show login"), "         Login failures for current window: 1.\n"));
    type(f, sh, "bob");
    type(f, sh, "cisco");
    vloop_run_for(f->b->loop, US_PER_S);
    screen(f);
    assert_string_equal(session_prompt(sh), "R1#");
    assert_true(logged(f, "%SEC_LOGIN-5-LOGIN_SUCCESS: Login Success [user: bob] [Source: 10.1.1.9] [localport: 23] at 10:00:02 UTC Sun Nov 22 2026"));
    struct shell *other = knock(f, true);
    screen(f);
    type(f, other, "eve");
    type(f, other, "y");
    vloop_run_for(f->b->loop, US_PER_S);
    assert_true(logged(f, "%SEC_LOGIN-1-QUIET_MODE_ON: Still timeleft for watching failures is 28 secs, [user: eve] [Source: 10.1.1.9] [localport: 23] "
                          "[Reason: Login Authentication Failed] [ACL: sl_def_acl] at 10:00:03 UTC Sun Nov 22 2026"));
    session_free(other);
    screen(f);
    knock(f, true); /* refused unheard */
    assert_string_equal(screen(f), "");
    assert_int_equal(f->b->hangups, 1);
    struct aaa_door door = {.vty = true, .source = 0x0A010109, .local_port = 22}, con = {0};
    assert_true(aaa_is_quiet_for(cli_aaa(f->b->cli), &door));
    assert_false(aaa_is_quiet_for(cli_aaa(f->b->cli), &con)); /* the console never */
    assert_non_null(strstr(box_type(f->b, f->typist, &f->t, "show login"), "Router presently in Quiet-Mode.\n"));
    vloop_run_for(f->b->loop, 60 * US_PER_S);
    assert_true(logged(f, "%SEC_LOGIN-5-QUIET_MODE_OFF: Quiet Mode is OFF, because block period timed out at 10:01:03 UTC Sun Nov 22 2026"));
    assert_false(aaa_is_quiet_for(cli_aaa(f->b->cli), &door));
    const char *rows = box_type(f->b, f->typist, &f->t, "show login failures");
    assert_non_null(strstr(rows, "Total failed logins: 2\n"));
    assert_non_null(strstr(rows, "eve             10.1.1.9        23    2     10:00:03 UTC Sun Nov 22 2026\n"));
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

static void bad_input(void **state)
{
    char longest[400];
    (void)state;
    struct fix *f = fix_new();
    configure(f, BOB "line vty 0 4\nlogin local\nlogin on-failure log");
    memset(longest, 'A', sizeof longest);
    longest[300] = 0;
    struct shell *sh = knock(f, true);
    screen(f);
    assert_string_equal(type(f, sh, longest), "Password: ");
    assert_string_equal(type(f, sh, longest), "% Login invalid\n\nUsername: ");
    type(f, sh, "bob\n%SYS-5-X: forged]\x01\xff");
    type(f, sh, "\x01\x02");
    assert_true(logged(f, "[user: bob?%SYS-5-X: forged??"));
    assert_false(logged(f, "\n%SYS-5-X"));
    session_key(sh, 'x');
    session_interrupt(sh);
    session_ctrl_z(sh, "y");
    screen(f);
    type(f, sh, "");
    assert_int_equal(f->b->hangups, 1);
    /* a name that fits exactly, one too long; a password too long for any type */
    longest[64] = 0;
    char line[500];
    snprintf(line, sizeof line, "username %s password 0 x", longest);
    configure(f, line);
    longest[64] = 'A';
    longest[65] = 0;
    box_type(f->b, f->typist, &f->t, "configure terminal");
    snprintf(line, sizeof line, "username %s password 0 x", longest);
    box_type(f->b, f->typist, &f->t, line);
    assert_true(f->t.refused);
    memset(longest, 'p', 128);
    longest[128] = 0;
    snprintf(line, sizeof line, "username bert secret %s", longest);
    assert_non_null(strstr(box_type(f->b, f->typist, &f->t, line), "% Invalid Password length"));
    static const char *const refused[] = {
        "username bert secret 5 cisco",     "username bert secret 7 094F471A1A0A", "username bert secret 9 $9$x$y",
        "username bert password 7 0",       "username bert password 6 xyz",        "enable secret 4 short",
        "enable secret 6 abc",              "enable password 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0",
        "username bob password 0 x",        "enable secret",
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        box_type(f->b, f->typist, &f->t, refused[i]);
        if (!f->t.refused)
            fail_msg("taken: %s", refused[i]);
    }
    box_type(f->b, f->typist, &f->t, "end");
    fix_free(f);
}

static void users_and_their_lines(void **state)
{
    (void)state;
    struct fix *f = fix_new();
    configure(f, "username a secret cisco\nusername b privilege 7 algorithm-type md5 secret cisco\n"
                 "username c algorithm-type sha256 secret cisco\nusername d password plain\nusername e nopassword\n"
                 "username f privilege 15\nenable algorithm-type md5 secret x\nenable password level 3 three");
    const char *run = box_type(f->b, f->typist, &f->t, "show running-config");
    assert_non_null(strstr(run, "\nusername a secret 9 $9$"));
    assert_non_null(strstr(run, "\nusername b privilege 7 secret 5 $1$"));
    assert_non_null(strstr(run, "\nusername c secret 8 $8$"));
    assert_non_null(strstr(run, "\nusername d password 0 plain\nusername e nopassword\nusername f privilege 15\n"));
    assert_non_null(strstr(run, "\nenable secret 5 $1$"));
    assert_non_null(strstr(run, "\nenable password level 3 three\n"));
    assert_null(strstr(run, "cisco"));
    configure(f, "service password-encryption\nusername g password later\nline con 0\npassword seen");
    run = box_type(f->b, f->typist, &f->t, "show running-config");
    assert_null(strstr(run, "plain"));
    assert_null(strstr(run, "later"));
    assert_null(strstr(run, "three"));
    assert_null(strstr(run, "seen"));
    assert_non_null(strstr(run, "\nusername d password 7 "));
    assert_non_null(strstr(run, "\nline con 0\n password 7 "));
    configure(f, "no service password-encryption"); /* never back */
    assert_null(strstr(box_type(f->b, f->typist, &f->t, "show running-config"), "plain"));

    /* taking a user away asks at a terminal */
    struct shell *sh = knock(f, false);
    screen(f);
    type(f, sh, "enable");
    type(f, sh, "x");
    type(f, sh, "configure terminal");
    assert_string_equal(type(f, sh, "no username a"), "This operation will remove all username related configurations with same name.Do you "
                                                      "want to continue? [confirm]");
    session_key(sh, 'n');
    screen(f);
    assert_non_null(strstr(box_type(f->b, f->typist, &f->t, "show running-config"), "\nusername a "));
    type(f, sh, "no username a");
    session_key(sh, '\r');
    screen(f);
    assert_null(strstr(box_type(f->b, f->typist, &f->t, "show running-config"), "\nusername a "));
    assert_string_equal(type(f, sh, "no username a"), ""); /* nobody of that name */
    session_free(sh);
    fix_free(f);
}

static double cost_of(struct fix *f, const char *user)
{
    double best = 1e9;
    for (int i = 0; i < 3; i++) {
        struct timespec before, after;
        struct shell *sh = knock(f, true);
        screen(f);
        type(f, sh, user);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
        type(f, sh, "not this one");
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
        double s = (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9;
        best = s < best ? s : best;
        session_free(sh);
        screen(f);
    }
    return best;
}

/* The time of a refusal does not tell who exists, nor how his password is kept. */
static void nobody_costs_as_much_as_somebody(void **state)
{
    (void)state;
    struct fix *f = fix_new();
    configure(f, "username slow secret 9 $9$nhEmQVczB7dqsO$X.HsgL6x1il0RxkOSSvyQYwucySCt7qFm4v7pqCxkKM\nusername quick password 0 x\n"
                 "username bare\nline vty 0 4\nlogin local");
    double slow = cost_of(f, "slow");
    static const char *const others[] = {"quick", "bare", "nobody"};
    for (size_t i = 0; i < 3; i++) {
        double s = cost_of(f, others[i]);
        if (s < slow / 3 || s > slow * 3)
            fail_msg("%s takes %f s, slow %f s", others[i], s, slow);
    }
    fix_free(f);
}

/* Whatever is typed at whatever moment: dialogues begin, end and are cut off, and nothing else happens. */
static void noise(void **state)
{
    (void)state;
    struct fix *f = fix_new();
    uint32_t x = 12345;
    configure(f, BOB "enable password lucky\nbanner exec #hi#\nline con 0\nlogin local");
    struct shell *sh = NULL;
    for (int i = 0; i < 4000; i++) {
        char line[80];
        if (!sh || f->b->hangups) {
            vloop_run_for(f->b->loop, 0);
            sh = knock(f, false);
        }
        x = x * 1664525 + 1013904223;
        size_t n = (x >> 8) % 40;
        for (size_t k = 0; k < n; k++) {
            x = x * 1664525 + 1013904223;
            line[k] = (char)(1 + (x >> 16) % 255);
        }
        line[n] = 0;
        switch ((x >> 4) % 12) {
        case 0: session_interrupt(sh); break;
        case 1: session_key(sh, line[0]); break;
        case 2: session_ctrl_z(sh, line); break;
        case 3: session_line(sh, "bob"); break;
        case 4: session_line(sh, "cisco"); break;
        case 5: session_line(sh, "enable"); break;
        case 6: session_line(sh, "lucky"); break;
        case 7: session_line(sh, "banner motd #"); break;
        case 8: vloop_run_for(f->b->loop, (x >> 20) % 40 * US_PER_S); break;
        case 9: session_free(sh), sh = NULL; break;
        default: session_line(sh, line); break;
        }
        vloop_run_for(f->b->loop, 0);
        text_clear(&f->b->screen);
    }
    if (sh && !f->b->hangups)
        session_free(sh);
    fix_free(f);
}

/* A vty belongs to one range: a new one takes its lines out of the others, and begins with what its first line had. */
static void ranges_of_vtys(void **state)
{
    (void)state;
    struct fix *f = fix_new();
    configure(f, "line vty 0 15\nlogin local\nline vty 3\nprivilege level 15\nline vty 8 9\nno login");
    const char *run = box_type(f->b, f->typist, &f->t, "show running-config");
    assert_non_null(strstr(run, "\nline vty 0 2\n login local\nline vty 3\n privilege level 15\n login local\nline vty 4 7\n login local\n"
                                "line vty 8 9\n no login\nline vty 10 15\n login local\n"));
    configure(f, "line vty 0 15\nprivilege level 1");
    run = box_type(f->b, f->typist, &f->t, "show running-config");
    assert_non_null(strstr(run, "\nline con 0\nline vty 0 15\n login local\n!"));
    fix_free(f);
}

/* Loading costs no hash: a thousand users with scrypt secrets are typed in less than ten of them would take to sum. */
static void a_thousand_users(void **state)
{
    struct text file = {0}, said = {0};
    size_t refused = 9;
    (void)state;
    struct fix *f = fix_new();
    for (int i = 0; i < 1000; i++)
        text_printf(&file, "username user%d privilege 15 secret 9 $9$nhEmQVczB7dqsO$X.HsgL6x1il0RxkOSSvyQYwucySCt7qFm4v7pqCxkKM\n", i);
    assert_int_equal(file_replace(f->b->files, "nvram:startup-config", file.s, file.len), FILE_OK);
    struct timespec before, after;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    assert_int_equal(cli_boot(f->b->cli, &said, &refused), FILE_OK);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    assert_int_equal(refused, 0);
    double s = (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9;
    assert_true(s < 5);
    assert_non_null(strstr(box_type(f->b, f->typist, &f->t, "show running-config"), "\nusername user999 privilege 15 secret 9 $9$nhEmQVczB7dqsO$X.Hs"));
    text_free(&file);
    text_free(&said);
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
        cmocka_unit_test(by_lists_of_methods),
        cmocka_unit_test(commands_are_authorized),
        cmocka_unit_test(the_watch),
        cmocka_unit_test(time_runs_out),
        cmocka_unit_test(bad_input),
        cmocka_unit_test(users_and_their_lines),
        cmocka_unit_test(nobody_costs_as_much_as_somebody),
        cmocka_unit_test(noise),
        cmocka_unit_test(ranges_of_vtys),
        cmocka_unit_test(a_thousand_users),
        cmocka_unit_test(who_logged_in_is_asked_without_a_terminal_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
