/* What the configuration says of logging in: `aaa new-model` with its lists of methods and authorization of commands; users, their secrets and how they are
 * shown; ranges of vtys; a thousand users loaded at once.
 */
#include "tests/unit/login_box.h"

#include <time.h>

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

#define CISCO "secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0\n"
#define LOW   BOB "username low " CISCO "enable " CISCO "aaa new-model\n"

/* low, on a vty, has raised himself to privilege 15. */
static struct shell *raised(struct fix *f)
{
    struct shell *sh = knock(f, true);
    static const char *const lines[] = {"low", "cisco", "enable", "cisco"};
    screen(f);
    for (size_t i = 0; i < 4; i++)
        type(f, sh, lines[i]);
    assert_string_equal(session_prompt(sh), "R1#");
    return sh;
}

static void commands_are_authorized(void **state)
{
    (void)state;
    struct fix *f = fix_new();
    configure(f, LOW "aaa authorization commands 15 default local");
    struct shell *sh = raised(f);
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

/* A line may name a list of its own for each level; a level that it does not name goes by the default one. */
static void lines_have_lists_of_their_own(void **state)
{
    (void)state;
    struct fix *f = fix_new();
    configure(f, LOW "aaa authorization commands 15 default none\naaa authorization commands 15 STRICT local\n"
                     "aaa authorization commands 1 STRICT none\n"
                     "line vty 0 4\n authorization commands 15 STRICT\n authorization commands 1 STRICT");
    const char *run = box_type(f->b, f->typist, &f->t, "show running-config");
    assert_non_null(strstr(run, "\naaa authorization commands 1 STRICT none\n"));
    assert_non_null(strstr(run, "\naaa authorization commands 15 default none\n"));
    assert_non_null(strstr(run, "\naaa authorization commands 15 STRICT local\n"));
    assert_non_null(strstr(run, "\nline vty 0 4\n authorization commands 1 STRICT\n authorization commands 15 STRICT\n"));
    struct shell *sh = raised(f);
    assert_string_equal(type(f, sh, "configure terminal"), "Command authorization failed.\n\n");
    configure(f, "line vty 0 1\n no authorization commands 15 STRICT"); /* a range out of a range keeps its settings */
    run = box_type(f->b, f->typist, &f->t, "show running-config");
    assert_non_null(strstr(run, "\nline vty 0 1\n authorization commands 1 STRICT\nline vty 2 4\n authorization commands 1 STRICT\n "
                                "authorization commands 15 STRICT\n"));
    type(f, sh, "configure terminal");
    assert_string_equal(session_prompt(sh), "R1(config)#");
    session_free(sh);
    configure(f, "line vty 0 4"); /* and one over both takes the first one's */
    run = box_type(f->b, f->typist, &f->t, "show running-config");
    assert_non_null(strstr(run, "\nline vty 0 4\n authorization commands 1 STRICT\n!"));
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

/* The longest list of lines there can be: what was cut out of a range is still found by its new name. */
static void many_ranges_of_vtys(void **state)
{
    (void)state;
    struct fix *f = fix_new();
    struct text t = {0};
    for (int i = 0; i < 14; i++)
        text_printf(&t, "line vty %d\n", i);
    text_add(&t, "line aux 0\nline vty 14 15\nlogin local\nline vty 14 15\nline vty 14\nno login");
    configure(f, text_str(&t));
    text_free(&t);
    assert_non_null(strstr(box_type(f->b, f->typist, &f->t, "show running-config"), "\nline vty 14\n no login\nline vty 15\n login local\n!"));
    configure(f, "default line vty 15");
    assert_non_null(strstr(box_type(f->b, f->typist, &f->t, "show running-config"), "\nline vty 14\n no login\nline vty 15\n login\n!"));
    fix_free(f);
}

/* What a line is like when nothing is said depends on its kind: `no` brings that back. */
static void what_lines_begin_with(void **state)
{
    (void)state;
    struct fix *f = fix_new();
    configure(f, "line con 0\nlogin local\nno login local\nline vty 0 4\nlogin local\nno login local");
    const char *run = box_type(f->b, f->typist, &f->t, "show running-config");
    assert_non_null(strstr(run, "\nline con 0\nline vty 0 4\n login\n!"));
    configure(f, "line con 0\nlogin\ndefault login\nline vty 0 4\nno login\ndefault login");
    run = box_type(f->b, f->typist, &f->t, "show running-config");
    assert_non_null(strstr(run, "\nline con 0\nline vty 0 4\n login\n!"));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_lists_of_methods),
        cmocka_unit_test(commands_are_authorized),
        cmocka_unit_test(lines_have_lists_of_their_own),
        cmocka_unit_test(users_and_their_lines),
        cmocka_unit_test(ranges_of_vtys),
        cmocka_unit_test(many_ranges_of_vtys),
        cmocka_unit_test(what_lines_begin_with),
        cmocka_unit_test(a_thousand_users),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
