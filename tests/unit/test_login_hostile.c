/* Who must not get in: `login block-for`; names of 300 characters, control bytes, keys at the wrong moment; what the time of a refusal tells. */
#include "tests/unit/login_box.h"

#include <time.h>

#include "cli/aaa/aaa.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_watch),
        cmocka_unit_test(bad_input),
        cmocka_unit_test(nobody_costs_as_much_as_somebody),
        cmocka_unit_test(noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
