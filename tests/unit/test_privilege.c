/* Commands moved between privilege levels: what may be run, seen under `?` and completed at each level, with prefixes, `all`, other modes, `reset`; and that
 * running-config says it as IOS does. */
#include "espial/file.h"
#include "tests/unit/cli_box.h"

struct fix {
    struct cli_box *b;
    struct shell *typist, *user;
    struct typed t, u;
};

static struct fix *fix_new(const char *lines)
{
    struct fix *f = NEW(struct fix);
    char line[256];
    f->b = box_new(true);
    f->typist = box_shell(f->b, false);
    box_type(f->b, f->typist, &f->t, "configure terminal");
    while (*lines) {
        size_t n = strcspn(lines, "\n");
        snprintf(line, sizeof line, "%.*s", (int)n, lines);
        box_type(f->b, f->typist, &f->t, line);
        if (f->t.refused)
            fail_msg("%s: %s", line, f->t.output.s);
        lines += n + (lines[n] == '\n');
    }
    return f;
}

static void fix_free(struct fix *f)
{
    shell_close(f->user);
    shell_close(f->typist);
    box_free(f->b);
    text_free(&f->t.output);
    text_free(&f->u.output);
    mem_free(f);
}

static void at_level(struct fix *f, uint8_t level)
{
    shell_close(f->user);
    f->user = shell_open(f->b->shells, &(struct shell_params){.user = "", .origin = "console by console", .privilege = level});
}

static bool runs(struct fix *f, const char *line)
{
    box_type(f->b, f->user, &f->u, line);
    return !f->u.refused;
}

static bool helps(struct fix *f, const char *line, const char *word)
{
    struct text t = {0};
    char row[64];
    session_help(f->user, line, &t);
    snprintf(row, sizeof row, "\n  %s ", word);
    bool there = strstr(text_str(&t), row) || !strncmp(text_str(&t), row + 1, strlen(row) - 1);
    text_free(&t);
    return there;
}

static void no_levels_given(void **state)
{
    (void)state;
    struct fix *f = fix_new("");
    at_level(f, 1);
    assert_true(runs(f, "show clock"));
    assert_false(runs(f, "show running-config"));
    assert_false(runs(f, "configure terminal"));
    assert_false(helps(f, "", "configure"));
    at_level(f, 0);
    assert_false(runs(f, "show clock"));
    assert_true(runs(f, "help"));
    assert_true(runs(f, "enable"));
    fix_free(f);
}

static void a_command_and_its_beginnings(void **state)
{
    (void)state;
    struct fix *f = fix_new("privilege exec level 7 sh run\n");
    at_level(f, 7);
    assert_true(runs(f, "show running-config"));
    assert_true(runs(f, "sh run"));
    assert_true(runs(f, "show clock")); /* show is open to 7 */
    assert_false(runs(f, "configure terminal"));
    assert_true(helps(f, "show ", "running-config"));
    assert_true(helps(f, "", "show"));
    struct text t = {0};
    session_complete(f->user, "show runn", &t);
    assert_string_equal(text_str(&t), "ing-config ");
    text_free(&t);
    at_level(f, 6);
    assert_false(runs(f, "show running-config"));
    assert_false(runs(f, "show clock")); /* ... and closed below, as on IOS */
    assert_false(helps(f, "", "show"));
    box_type(f->b, f->typist, &f->t, "privilege exec level 1 show");
    at_level(f, 6);
    assert_true(runs(f, "show clock"));
    assert_false(runs(f, "show running-config"));
    assert_false(helps(f, "show ", "running-config"));
    const char *run = box_type(f->b, f->typist, &f->t, "do show running-config");
    assert_non_null(strstr(run, "\nprivilege exec level 7 show running-config\nprivilege exec level 1 show\n!"));
    box_type(f->b, f->typist, &f->t, "privilege exec reset show running-config");
    box_type(f->b, f->typist, &f->t, "no privilege exec level 1 show");
    at_level(f, 7);
    assert_false(runs(f, "show running-config"));
    assert_true(runs(f, "show clock"));
    assert_null(strstr(box_type(f->b, f->typist, &f->t, "do show running-config"), "privilege exec"));
    fix_free(f);
}

static void raising_and_all(void **state)
{
    (void)state;
    struct fix *f = fix_new("privilege exec level 15 show clock\nprivilege exec level 1 show\nprivilege exec all level 5 terminal\n");
    at_level(f, 14);
    assert_false(runs(f, "show clock"));
    assert_false(runs(f, "show clock detail")); /* through the same word */
    assert_true(runs(f, "show version"));
    at_level(f, 15);
    assert_true(runs(f, "show clock"));
    at_level(f, 4);
    assert_false(runs(f, "terminal length 0"));
    at_level(f, 5);
    assert_true(runs(f, "terminal length 0"));
    assert_true(runs(f, "terminal no length"));
    fix_free(f);
}

/* Who may `debug crypto isakmp` may not debug anything else. */
static void only_what_was_named(void **state)
{
    (void)state;
    struct fix *f = fix_new("privilege exec level 3 debug crypto isakmp\nprivilege exec level 3 undebug all\n");
    at_level(f, 3);
    assert_true(runs(f, "debug crypto isakmp"));
    if (!runs(f, "undebug all")) fail_msg("%s", f->u.output.s);
    assert_true(runs(f, "no debug crypto isakmp"));
    assert_false(runs(f, "reload"));
    assert_true(helps(f, "debug crypto ", "isakmp"));
    at_level(f, 2);
    assert_false(runs(f, "debug crypto isakmp"));
    assert_false(helps(f, "", "debug"));
    fix_free(f);
}

static void configuration_too(void **state)
{
    (void)state;
    struct fix *f = fix_new("privilege exec level 7 configure terminal\nprivilege configure level 7 hostname\n");
    at_level(f, 7);
    assert_true(runs(f, "configure terminal"));
    assert_string_equal(shell_prompt(f->user), "R1(config)#");
    assert_false(runs(f, "mtu 1400"));
    assert_false(runs(f, "username me privilege 15 secret x"));
    assert_false(runs(f, "line con 0"));
    assert_true(helps(f, "", "hostname"));
    assert_false(helps(f, "", "line"));
    assert_true(helps(f, "", "exit"));
    assert_true(runs(f, "hostname R7"));
    assert_true(runs(f, "do show clock"));
    assert_false(runs(f, "do reload"));
    assert_true(runs(f, "end"));
    assert_string_equal(shell_prompt(f->user), "R7#");
    fix_free(f);
}

static void what_is_refused(void **state)
{
    (void)state;
    struct fix *f = fix_new("");
    box_type(f->b, f->typist, &f->t, "privilege exec level 7 nonsense");
    assert_true(f->t.refused);
    box_type(f->b, f->typist, &f->t, "privilege exec level 16 show");
    assert_true(f->t.refused);
    box_type(f->b, f->typist, &f->t, "privilege exec level 7 show \"");
    assert_true(f->t.refused);
    fix_free(f);
}

/* Whoever could write startup-config below 15 would be 15 after the next reload. */
static void files_are_not_written_below_15(void **state)
{
    (void)state;
    static const char *const urls[] = {"redirect nvram:startup-config", "append disk0:x", "tee disk0:x", "tee /append disk0:x", "redirect tftp://10.0.0.1/x",
                                       "include : | redirect disk0:x", "redirect null:"};
    struct fix *f = fix_new("privilege exec level 5 show running-config\n");
    char line[96];
    at_level(f, 14);
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        snprintf(line, sizeof line, "show running-config | %s", urls[i]);
        assert_false(runs(f, line));
        assert_non_null(strstr(f->u.output.s, " (Permission denied)\n"));
    }
    struct file_info info;
    assert_int_equal(file_stat(f->b->files, "nvram:startup-config", &info), FILE_NOT_FOUND);
    assert_int_equal(file_stat(f->b->files, "disk0:x", &info), FILE_NOT_FOUND);
    assert_true(runs(f, "show running-config | include :"));
    at_level(f, 15);
    assert_true(runs(f, "show running-config | redirect disk0:x"));
    assert_int_equal(file_stat(f->b->files, "disk0:x", &info), FILE_OK);
    fix_free(f);
}

/* What a level may not change it does not see, as on IOS: no hash of anybody's password. */
static void running_config_is_cut(void **state)
{
    (void)state;
    struct fix *f = fix_new("username ann privilege 15 secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0\n"
                            "crypto isakmp policy 10\ngroup 14\ncrypto isakmp policy 20\ngroup 19\nmtu 1400\n"
                            "privilege exec level 7 show running-config\n");
    at_level(f, 7);
    assert_true(runs(f, "show running-config"));
    assert_null(strstr(f->u.output.s, "username"));
    assert_null(strstr(f->u.output.s, "$1$"));
    assert_null(strstr(f->u.output.s, "hostname"));
    assert_null(strstr(f->u.output.s, "policy"));
    assert_null(strstr(f->u.output.s, "group"));
    assert_non_null(strstr(f->u.output.s, "\nversion "));
    assert_non_null(strstr(f->u.output.s, "\n!\n\nend\n"));
    assert_false(runs(f, "show running-config view full"));
    assert_false(runs(f, "write terminal"));

    box_type(f->b, f->typist, &f->t, "privilege configure level 7 mtu");
    box_type(f->b, f->typist, &f->t, "privilege configure level 7 crypto isakmp policy");
    assert_true(runs(f, "show running-config"));
    assert_non_null(strstr(f->u.output.s, "\nmtu 1400\n"));
    assert_non_null(strstr(f->u.output.s, "\ncrypto isakmp policy 10\n"));
    assert_null(strstr(f->u.output.s, "group")); /* that mode's lines are still 15's */
    assert_null(strstr(f->u.output.s, "$1$"));

    box_type(f->b, f->typist, &f->t, "privilege exec level 7 show running-config view full");
    assert_true(runs(f, "show running-config view full"));
    assert_non_null(strstr(f->u.output.s, "$1$mERr$hx5rVt7rPNoS4wqbXKX7m0\n"));
    at_level(f, 15);
    assert_true(runs(f, "show running-config"));
    assert_non_null(strstr(f->u.output.s, "$1$mERr$hx5rVt7rPNoS4wqbXKX7m0\n"));
    fix_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_levels_given),    cmocka_unit_test(a_command_and_its_beginnings),
        cmocka_unit_test(raising_and_all),    cmocka_unit_test(only_what_was_named),
        cmocka_unit_test(configuration_too),  cmocka_unit_test(what_is_refused),
        cmocka_unit_test(files_are_not_written_below_15),
        cmocka_unit_test(running_config_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
