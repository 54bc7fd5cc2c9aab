/* Configuration as files: what is written, what a boot says about lines it refuses, merging, startup-config shown. */
#include "cli/shell/store.h"
#include "tests/unit/typist.h"

static int setup(void **state)
{
    struct fixture *f = typist_new(state, false);
    f->sh = box_shell(f->box, false);
    return 0;
}
static void put(struct fixture *f, const char *path, const char *text)
{
    assert_int_equal(file_replace(f->box->files, path, text, strlen(text)), FILE_OK);
}

static const char saved[] = "!\n"
                            "! Last configuration change at 10:00:00 UTC Sun Nov 22 2026\n"
                            "! NVRAM config last updated at 10:00:00 UTC Sun Nov 22 2026\n"
                            "!\n"
                            "version 15.6\n"
                            "service timestamps debug datetime msec\n"
                            "service timestamps log datetime msec\n"
                            "!\n"
                            "hostname hub\n"
                            "!\n"
                            "boot-start-marker\n"
                            "boot-end-marker\n"
                            "!\n"
                            "no aaa new-model\n"
                            "!\n"
                            "crypto isakmp policy 10\n"
                            " group 14\n"
                            "!\n"
                            "line con 0\n"
                            "line vty 0 4\n"
                            " login\n"
                            "!\n"
                            "mtu 1400\n"
                            "!\n"
                            "\n"
                            "end\n";

/* Programs look for the line: it is there also when the router has no name of its own any more. */
static void the_name_is_always_said(void **state)
{
    struct fixture *f = *state;
    type(f, "conf t");
    type(f, "hostname hub");
    assert_string_equal(type(f, "do show running-config | include hostname"), "hostname hub\n");
    type(f, "no hostname");
    assert_string_equal(session_prompt(f->sh), "Router(config)#");
    assert_string_equal(type(f, "do show running-config | include hostname"), "hostname Router\n");
}

static void what_is_saved(void **state)
{
    struct fixture *f = *state;
    struct text t = {0};
    assert_string_equal(type(f, "show startup-config"), "startup-config is not present\n");
    type(f, "conf t");
    type(f, "hostname hub");
    type(f, "crypto isakmp policy 10");
    type(f, "group 14");
    type(f, "mtu 1400");
    type(f, "end");
    assert_true(shells_config_history(f->box->shells)->unsaved);
    assert_string_equal(type(f, "wr"), "Building configuration...\n[OK]\n");
    assert_false(shells_config_history(f->box->shells)->unsaved);
    assert_int_equal(file_read(f->box->files, "nvram:startup-config", &t), FILE_OK);
    assert_string_equal(t.s, saved);
    struct text want = {0};
    text_printf(&want, "Building configuration...\n\nCurrent configuration : %zu bytes\n%s\n", strlen(saved), saved);
    assert_string_equal(type(f, "show running-config"), want.s);
    assert_string_equal(type(f, "write terminal"), want.s);
    const char *shown = type(f, "show startup-config");
    text_clear(&want);
    text_printf(&want, "Using %zu out of 67108864 bytes\n!", strlen(saved));
    assert_true(str_starts(shown, want.s));
    assert_non_null(strstr(shown, " bytes\n!\n! Last configuration change"));
    text_free(&want);
    text_free(&t);
}

static void a_boot_restores_it(void **state)
{
    struct fixture *f = *state;
    struct text said = {0};
    size_t refused = 99, cursor = 0;
    assert_int_equal(cli_boot(f->box->cli, &said, &refused), FILE_NOT_FOUND);
    assert_int_equal(refused, 0);
    put(f, "nvram:startup-config", saved);
    assert_int_equal(cli_boot(f->box->cli, &said, &refused), FILE_OK);
    assert_int_equal(refused, 0);
    assert_string_equal(text_str(&said), "");
    assert_string_equal(cli_hostname(f->box->cli), "hub");
    assert_int_equal(f->box->conf.mtu, 1400);
    assert_int_equal(((struct policy_conf *)f->box->conf.policies.v[0])->group, 14);
    assert_false(shells_config_history(f->box->shells)->unsaved);
    assert_null(log_buffer_next(f->box->log, &cursor)); /* no %SYS-5-CONFIG_I */
    text_free(&said);
}

static void refused_lines_are_named(void **state)
{
    struct fixture *f = *state;
    struct text said = {0};
    size_t refused;
    put(f, "nvram:startup-config",
        "! a comment\r\n"
        "hostname hub\r\n"
        "crypto isakmp policy 10\n"
        " group 99\n"
        " group 5\n"
        "zzz\n"
        "hostname 7up\n"
        "mtu\n"
        "mtu 1300\n"
        "end\n"
        "mtu 1200\n");
    assert_int_equal(cli_boot(f->box->cli, &said, &refused), FILE_OK);
    assert_int_equal(refused, 4);
    assert_string_equal(text_str(&said), "startup-config, line 4:\n"
                                         " group 99\n"
                                         "       ^\n"
                                         "% Invalid input detected at '^' marker.\n\n"
                                         "startup-config, line 6:\n"
                                         "zzz\n"
                                         "^\n"
                                         "% Invalid input detected at '^' marker.\n\n"
                                         "startup-config, line 7:\n"
                                         "hostname 7up\n"
                                         "% Hostname contains one or more illegal characters.\n"
                                         "startup-config, line 8:\n"
                                         "mtu\n"
                                         "% Incomplete command.\n\n");
    assert_string_equal(cli_hostname(f->box->cli), "hub");
    assert_int_equal(f->box->conf.mtu, 1300); /* what follows `end` is not read */
    assert_int_equal(((struct policy_conf *)f->box->conf.policies.v[0])->group, 5);
    text_free(&said);
}

/* The lines of a section that this router has not would change the section before it: they are not typed. */
static void sections_that_are_not_there(void **state)
{
    struct fixture *f = *state;
    struct text said = {0};
    size_t refused;
    put(f, "nvram:startup-config",
        "hostname hub\n"
        "crypto isakmp policy 10\n"
        " group 5\n"
        "router ospf 1\n"
        " group 2\n"
        " area\n"
        "  group 14\n"
        "!\n"
        "zzz\n"
        " hostname spoke\n"
        "\n"
        "mtu 1300\n"
        "end\n");
    assert_int_equal(cli_boot(f->box->cli, &said, &refused), FILE_OK);
    assert_int_equal(refused, 2);
    assert_non_null(strstr(text_str(&said), "\n\nstartup-config, lines 5 to 7: not read, as they belong to line 4\n\n"
                                            "startup-config, line 9:\nzzz\n"));
    assert_non_null(strstr(text_str(&said), "\n\nstartup-config, line 10: not read, as it belongs to line 9\n\n"));
    assert_string_equal(cli_hostname(f->box->cli), "hub");
    assert_int_equal(f->box->conf.mtu, 1300);
    assert_int_equal(((struct policy_conf *)f->box->conf.policies.v[0])->group, 5);
    text_free(&said);
}

static void odd_files_do_no_harm(void **state)
{
    struct fixture *f = *state;
    struct text said = {0}, longline = {0};
    size_t refused;
    for (int i = 0; i < 5000; i++)
        text_add(&longline, "hostname ");
    text_add(&longline, "\nmtu 1250");
    put(f, "nvram:startup-config", longline.s);
    assert_int_equal(cli_boot(f->box->cli, &said, &refused), FILE_OK);
    assert_int_equal(refused, 1);
    assert_int_equal(f->box->conf.mtu, 1250); /* the last line needs no end */
    put(f, "nvram:startup-config", "");
    assert_int_equal(cli_boot(f->box->cli, &said, &refused), FILE_OK);
    assert_int_equal(refused, 0);
    /* a command that waits does not stop the boot */
    put(f, "nvram:startup-config", "do hold\nmtu 1260\n");
    assert_int_equal(cli_boot(f->box->cli, &said, &refused), FILE_OK);
    assert_true(f->box->aborted);
    assert_int_equal(f->box->conf.mtu, 1260);
    text_free(&said);
    text_free(&longline);
}

/* What is no configuration at all is told by its lines, and given up before it fills the memory. */
static void bogus_files_are_bounded(void **state)
{
    struct fixture *f = *state;
    struct text said = {0}, t = {0};
    size_t refused;
    static const char nul[] = "hostname hub\nmtu 13\0 00\nmtu 1270\n";
    assert_int_equal(file_replace(f->box->files, "nvram:startup-config", nul, sizeof nul - 1), FILE_OK);
    assert_int_equal(cli_boot(f->box->cli, &said, &refused), FILE_OK);
    assert_int_equal(refused, 1);
    assert_string_equal(text_str(&said), "startup-config, line 2:\nmtu 13\n% The line holds a NUL and is not text.\n\n");
    assert_int_equal(f->box->conf.mtu, 1270);

    /* no control character of a file reaches a terminal */
    put(f, "nvram:startup-config", "\033[2Jzzz\a\n");
    text_clear(&said);
    assert_int_equal(cli_boot(f->box->cli, &said, &refused), FILE_OK);
    assert_true(str_starts(said.s, "startup-config, line 1:\n.[2Jzzz.\n"));
    assert_null(strchr(said.s, 033));
    assert_null(strchr(said.s, '\a'));

    for (int i = 0; i < 2000; i++)
        text_printf(&t, "%*smtu 1280\n", i, "");
    put(f, "nvram:startup-config", t.s);
    text_clear(&said);
    assert_int_equal(cli_boot(f->box->cli, &said, &refused), FILE_OK);
    assert_int_equal(refused, 2000 - 1017); /* the blanks before "mtu 1280" are 1016 at most */
    assert_non_null(strstr(said.s, "startup-config, line 1018:\n"));
    assert_non_null(strstr(said.s, "% The line is longer than 1024 bytes.\n"));

    text_clear(&t);
    for (int i = 0; i < 4 << 20; i++)
        text_addn(&t, "x\n", 2);
    put(f, "nvram:startup-config", t.s);
    text_clear(&said);
    assert_int_equal(cli_boot(f->box->cli, &said, &refused), FILE_OK);
    assert_int_equal(refused, 20000);
    assert_true(said.len < 4 << 20);
    static const char last[] = "%Error: startup-config, line 20000: too many lines were refused; the rest is not read\n";
    assert_string_equal(said.s + said.len - strlen(last), last);
    text_free(&said);
    text_free(&t);
}

static void a_file_is_merged(void **state)
{
    struct fixture *f = *state;
    put(f, "disk0:more.cfg", "mtu 1111\nzzz\n");
    const char *out = type(f, "copy disk0:more.cfg running-config");
    assert_true(
        str_starts(out, "Destination filename [running-config]? \ndisk0:/more.cfg, line 2:\nzzz\n^\n% Invalid input"));
    assert_non_null(strstr(out, "\n13 bytes copied in 0.001 secs (13000 bytes/sec)\n"));
    assert_int_equal(f->box->conf.mtu, 1111);
    assert_true(shells_config_history(f->box->shells)->unsaved);
}

static void settings_of_the_system_come_back_as_typed(void **state)
{
    struct fixture *f = *state;
    static const char *const lines[] = {
        "service password-encryption",
        "service timestamps log datetime msec localtime show-timezone year",
        "service timestamps debug uptime",
        "service sequence-numbers",
        "logging buffered 64000 informational",
        "no logging console",
        "logging monitor errors",
        "no logging on",
        "logging trap debugging",
        "logging facility local3",
        "logging source-interface Loopback0",
        "logging host 10.1.1.1",
        "logging host 10.1.1.2 transport udp port 1514",
        "enable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0",
        "enable password 7 094F471A1A0A",
        "file prompt quiet",
        "no ip domain lookup",
        "ip domain name example.com",
    };
    static const char *const line_lines[] = {
        "exec-timeout 0 0",
        "logging synchronous",
        "length 0",
        "width 132",
        "history size 50",
        "login local",
        "privilege level 15",
        "password 7 094F471A1A0A",
        "transport input ssh",
        "transport output telnet ssh",
        "transport preferred none",
        "access-class 10 in",
        "session-timeout 5",
        "stopbits 1",
    };
    type(f, "conf t");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        type(f, lines[i]);
    type(f, "line vty 0 4");
    for (size_t i = 0; i < sizeof line_lines / sizeof line_lines[0]; i++)
        type(f, line_lines[i]);
    type(f, "line console 0");
    type(f, "exec-timeout 0");
    type(f, "line vty 5 15");
    type(f, "login");
    type(f, "end");
    struct text t = {0}, want = {0};
    text_add(&t, type(f, "show running-config"));
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        text_clear(&want);
        text_printf(&want, "\n%s\n", lines[i]);
        if (!strstr(t.s, want.s))
            fail_msg("%s\nis not in\n%s", lines[i], t.s);
    }
    for (size_t i = 0; i < sizeof line_lines / sizeof line_lines[0]; i++) {
        text_clear(&want);
        text_printf(&want, "\n %s\n", line_lines[i]);
        if (!strstr(t.s, want.s))
            fail_msg("%s\nis not in\n%s", line_lines[i], t.s);
    }
    assert_non_null(strstr(t.s, "\nline con 0\n exec-timeout 0 0\nline vty 0 4\n"));
    assert_non_null(strstr(t.s, "\nline vty 5 15\n login\n"));
    /* and undone by `no` */
    type(f, "conf t");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        text_clear(&want);
        text_printf(&want, "%s%s", str_starts(lines[i], "no ") ? "" : "no ",
                    str_starts(lines[i], "no ") ? lines[i] + 3 : lines[i]);
        type(f, want.s);
        if (f->t.refused)
            fail_msg("%s was refused: %s", want.s, f->t.output.s);
    }
    type(f, "end");
    text_clear(&t);
    text_add(&t, type(f, "show running-config"));
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        text_clear(&want);
        text_printf(&want, "\n%s\n", lines[i]);
        if (strstr(t.s, want.s))
            fail_msg("%s\nis still in\n%s", lines[i], t.s);
    }
    text_free(&t);
    text_free(&want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_name_is_always_said, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_saved, setup, teardown),
        cmocka_unit_test_setup_teardown(a_boot_restores_it, setup, teardown),
        cmocka_unit_test_setup_teardown(refused_lines_are_named, setup, teardown),
        cmocka_unit_test_setup_teardown(sections_that_are_not_there, setup, teardown),
        cmocka_unit_test_setup_teardown(odd_files_do_no_harm, setup, teardown),
        cmocka_unit_test_setup_teardown(bogus_files_are_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_is_merged, setup, teardown),
        cmocka_unit_test_setup_teardown(settings_of_the_system_come_back_as_typed, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
