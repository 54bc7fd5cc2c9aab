/* test_archive.c: archive copies and their rotation, changes on trial in virtual time, the log of configuration
 * commands, differences of configurations. Layouts are those of devices' outputs, typed by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "espial/loop.h"
#include "espial/mem.h"
#include "espial/text.h"
#include "tests/sim/box.h"

#define MINUTE (60 * US_PER_S)

static const char base[] = "service timestamps debug datetime msec\nservice timestamps log datetime msec\nhostname r\n"
                           "no logging console\narchive\n path disk0:$h-cfg\n maximum 2\n"
                           "interface Loopback0\n ip address 10.0.0.1 255.255.255.255\nline con 0\nline vty 0 4\n login\n";

static struct box *router(const char *config)
{
    struct box *b = box_new(6);

    box_node(b, "r", config);
    box_boot(b);
    return b;
}

static bool runs(struct box *b, const char *line)
{
    struct text t = {0};

    text_printf(&t, "\n%s\n", line);
    bool found = strstr(box_type(b, "r", "show running-config"), text_str(&t)) != NULL;
    text_free(&t);
    return found;
}

/* The name of a copy in `show archive`. */
static char *copy_name(struct box *b, unsigned n)
{
    char head[16];

    snprintf(head, sizeof head, "\n   %-9u", n);
    const char *s = strstr(box_type(b, "r", "show archive"), head);
    assert_non_null(s);
    s += strlen(head);
    return mem_strndup(s, strcspn(s, " \n"));
}

static void off(void **state)
{
    struct box *b = router("hostname r\n");
    (void)state;

    assert_string_equal(box_type(b, "r", "show archive"), " Archive feature not enabled\n");
    assert_string_equal(box_type(b, "r", "archive config"), " Archive feature not enabled\n");
    assert_string_equal(box_type(b, "r", "configure terminal revert timer 5"),
                        "%Turn config archive on before using Rollback Confirmed Change\n");
    assert_string_equal(box_type(b, "r", "show archive config rollback timer"),
                        "%No Rollback Confirmed Change pending\n");
    assert_string_equal(box_type(b, "r", "configure confirm"), "%No Rollback Confirmed Change pending\n");
    assert_string_equal(box_type(b, "r", "configure revert now"), "%No Rollback Confirmed Change pending\n");
    box_free(b);
}

static void copies_and_their_rotation(void **state)
{
    struct box *b = router(base);
    char *names[3];
    (void)state;

    assert_string_equal(box_type(b, "r", "show archive"), "The maximum archive configurations allowed is 2.\n"
                                                          "The next archive file will be named disk0:r-cfg-<timestamp>-0\n"
                                                          " Archive #  Name\n"
                                                          "   1        \n"
                                                          "   2        \n");
    assert_string_equal(box_type(b, "r", "archive config"), "");
    names[0] = copy_name(b, 1);
    struct text want = {0};
    text_printf(&want,
                "The maximum archive configurations allowed is 2.\n"
                "There are currently 1 archive configurations saved.\n"
                "The next archive file will be named disk0:r-cfg-<timestamp>-1\n"
                " Archive #  Name\n"
                "   1        %s <- Most Recent\n"
                "   2        \n",
                names[0]);
    assert_string_equal(box_type(b, "r", "show archive"), text_str(&want));
    assert_true(str_starts(names[0], "disk0:r-cfg-"));
    assert_string_equal(names[0] + strlen(names[0]) - 6, "-UTC-0");
    assert_non_null(strstr(box_file(b, "r", names[0]), "\nhostname r\n"));

    /* `write memory` makes the second, a timer the third, and the first is gone */
    box_type_all(b, "r", "configure terminal\narchive\nwrite-memory\ntime-period 60\nend");
    box_type(b, "r", "write memory");
    names[1] = copy_name(b, 2);
    assert_non_null(strstr(box_file(b, "r", names[1]), "\n write-memory\n"));
    assert_non_null(strstr(box_file(b, "r", names[0]), "\nend\n"));
    box_run(b, 59 * MINUTE);
    assert_non_null(strstr(box_file(b, "r", names[0]), "\nend\n"));
    box_run(b, 2 * MINUTE);
    names[2] = copy_name(b, 2);
    assert_string_equal(names[2] + strlen(names[2]) - 2, "-2");
    assert_string_equal(box_file(b, "r", names[0]), "");
    assert_non_null(strstr(box_file(b, "r", names[1]), "\nend\n"));
    for (int i = 0; i < 3; i++)
        mem_free(names[i]);
    box_type_all(b, "r", "configure terminal\nno archive\nend");
    assert_string_equal(box_type(b, "r", "show archive"), " Archive feature not enabled\n");
    box_run(b, 120 * MINUTE);
    text_free(&want);
    box_free(b);
}

static void a_trial_runs_out(void **state)
{
    struct box *b = router(base);
    (void)state;

    const char *said = box_type(b, "r", "configure terminal revert timer 3");
    assert_true(str_starts(said, "Rollback Confirmed Change: Backing up current running config to disk0:r-cfg-"));
    assert_non_null(strstr(said, "\n\nEnter configuration commands, one per line.  End with CNTL/Z.\n"));
    box_type_all(b, "r", "hostname other\nno interface Loopback0\nend");
    assert_non_null(strstr(box_type(b, "r", "show archive config rollback timer"),
                           "\nTimer type: absolute timer\nTimer value: 3 min\nUser: console\n"));
    assert_non_null(strstr(box_type(b, "r", "configure terminal revert timer 3"), "already pending"));
    size_t from = box_log_len(b, "r");
    box_run(b, MINUTE);
    assert_int_equal(box_log_count(b, "r", from, "ROLLBK_CNFMD_CHG_WARNING_ABSTIMER"), 0);
    box_run(b, MINUTE + US_PER_S);
    assert_int_equal(box_log_count(b, "r", from, "ROLLBK_CNFMD_CHG_WARNING_ABSTIMER"), 1);
    assert_true(runs(b, "hostname other"));
    box_run(b, MINUTE);
    assert_int_equal(box_log_count(b, "r", from, "ROLLBK_CNFMD_CHG_ROLLBACK_START"), 1);
    assert_int_equal(box_log_count(b, "r", from, "%SYS-5-CONFIG_R: Config Replace is Done"), 1);
    assert_true(runs(b, "hostname r"));
    assert_true(runs(b, " ip address 10.0.0.1 255.255.255.255"));
    assert_string_equal(box_type(b, "r", "show archive config rollback timer"),
                        "%No Rollback Confirmed Change pending\n");
    box_free(b);
}

static void a_trial_is_confirmed_or_ended(void **state)
{
    struct box *b = router(base);
    (void)state;

    box_type_all(b, "r", "configure terminal revert timer 3\nhostname other\nend");
    size_t from = box_log_len(b, "r");
    assert_string_equal(box_type(b, "r", "configure confirm"), "");
    assert_int_equal(box_log_count(b, "r", from, "ROLLBK_CNFMD_CHG_CONFIRM: User: console(Priv: 15, View: 0): Confirm"), 1);
    box_run(b, 10 * MINUTE);
    assert_true(runs(b, "hostname other"));

    /* another time, then at once */
    box_type_all(b, "r", "configure terminal revert timer 1\nhostname third\nend");
    box_type(b, "r", "configure revert timer 20");
    box_run(b, 10 * MINUTE);
    assert_true(runs(b, "hostname third"));
    const char *said = box_type(b, "r", "configure revert now");
    assert_true(str_starts(said, "Rollback Confirmed Change: rolling to:disk0:other-cfg-"));
    assert_non_null(strstr(said, "\nRollback Done\n"));
    assert_true(runs(b, "hostname other"));
    box_free(b);
}

static void an_error_puts_everything_back(void **state)
{
    struct box *b = router(base);
    struct text t = {0};
    (void)state;

    text_printf(&t, "%s%s", base, "interface Loopback7\n ip address 10.0.0.7 255.255.255.255\nrouter rip\n");
    box_put(b, "r", "disk0:to.cfg", text_str(&t));
    const char *said = box_type(b, "r", "configure replace disk0:to.cfg force revert trigger error");
    assert_non_null(strstr(said, "\nRollback aborted after 1 pass\n"));
    assert_non_null(strstr(said, "failed to apply"));
    assert_non_null(strstr(said, "\nrouter rip\n"));
    assert_false(runs(b, "interface Loopback7"));
    /* without a fault it stays, on trial */
    text_clear(&t);
    text_printf(&t, "%s%s", base, "interface Loopback7\n ip address 10.0.0.7 255.255.255.255\n");
    box_put(b, "r", "disk0:to.cfg", text_str(&t));
    box_type(b, "r", "configure replace disk0:to.cfg force revert trigger error timer 2");
    assert_true(runs(b, "interface Loopback7"));
    box_run(b, 3 * MINUTE);
    assert_false(runs(b, "interface Loopback7"));
    text_free(&t);
    box_free(b);
}

static void commands_are_logged(void **state)
{
    struct box *b = router(base);
    (void)state;

    box_type_all(b, "r", "configure terminal\narchive\nlog config\nlogging enable\nlogging size 3\nhidekeys\n"
                         "notify syslog\nend");
    size_t from = box_log_len(b, "r");
    box_type_all(b, "r", "conf t\nint lo 0\ndesc one two\nenable secret 0 geheim\nend");
    assert_string_equal(box_type(b, "r", "show archive log config all"),
                        " idx   sess           user@line      Logged command\n"
                        "    5     2        console@console  |interface Loopback0\n"
                        "    6     2        console@console  | description one two\n"
                        "    7     2        console@console  |enable secret 0 *****\n");
    assert_string_equal(box_type(b, "r", "show archive log config 6 6"),
                        " idx   sess           user@line      Logged command\n"
                        "    6     2        console@console  | description one two\n");
    assert_string_equal(box_type(b, "r", "show archive log config user nobody"),
                        " idx   sess           user@line      Logged command\n");
    assert_int_equal(box_log_count(b, "r", from, "%PARSER-5-CFGLOG_LOGGEDCMD: User:console  logged command:interface "
                                                 "Loopback0"),
                     1);
    assert_int_equal(box_log_count(b, "r", from, "logged command:description one two"), 1);
    assert_int_equal(box_log_count(b, "r", from, "geheim"), 0);
    assert_non_null(strstr(box_type(b, "r", "show archive log config statistics"),
                           "Config Log log-queue Info:\n        Number of entries in the log-queue: 3\n"));
    box_type(b, "r", "clear archive log config force");
    assert_string_equal(box_type(b, "r", "show archive log config all"),
                        " idx   sess           user@line      Logged command\n");
    assert_non_null(strstr(box_type(b, "r", "show running-config"), "archive\n"
                                                                    " log config\n"
                                                                    "  logging enable\n"
                                                                    "  logging size 3\n"
                                                                    "  notify syslog contenttype plaintext\n"
                                                                    "  hidekeys\n"
                                                                    " path disk0:$h-cfg\n"
                                                                    " maximum 2\n"));
    /* a copy of it, read again, is the same: the sub-mode's sub-mode is left by the line that follows it */
    box_type(b, "r", "write memory");
    box_reload(b, "r");
    assert_non_null(strstr(box_type(b, "r", "show running-config"), "  hidekeys\n path disk0:$h-cfg\n maximum 2\n"));
    assert_non_null(strstr(box_type(b, "r", "show archive config differences"), "!No changes were found\n"));
    box_free(b);
}

static void differences(void **state)
{
    struct box *b = router(base);
    (void)state;

    box_put(b, "r", "disk0:a", "hostname Test4\n!\ninterface Ethernet1\n ip address 10.7.7.7 255.0.0.0\n no shutdown\n"
                               "ip access-list extended L\n permit ip any any\n deny udp any any\n"
                               "banner motd #one\ntwo#\nend\n");
    box_put(b, "r", "disk0:b", "hostname Router\ninterface Ethernet1\n no ip address\n no shutdown\n"
                               "ip access-list extended L\n deny udp any any\n permit ip any any\nip route x\n");
    assert_string_equal(box_type(b, "r", "show archive config differences disk0:a disk0:b"),
                        "!Contextual Config Diffs:\n"
                        "+hostname Router\n"
                        "interface Ethernet1\n"
                        " +no ip address\n"
                        "ip access-list extended L\n"
                        " +permit ip any any\n"
                        "+ip route x\n"
                        "-hostname Test4\n"
                        "interface Ethernet1\n"
                        " -ip address 10.7.7.7 255.0.0.0\n"
                        "ip access-list extended L\n"
                        " -deny udp any any\n"
                        "-banner motd ^Cone\n"
                        "-two^C\n"
                        "\n");
    assert_string_equal(box_type(b, "r", "show archive config differences disk0:a disk0:a"),
                        "!Contextual Config Diffs:\n!No changes were found\n\n");
    box_put(b, "r", "disk0:c", "HOSTNAME R\ninterface loopback0\n IP ADDRESS 10.0.0.1 255.255.255.255\n shutdown\n");
    assert_string_equal(box_type(b, "r", "show archive config incremental-diffs disk0:c ignorecase"),
                        "!List of Commands:\n"
                        "interface loopback0\n"
                        " shutdown\n"
                        "end\n"
                        "\n");
    assert_string_equal(box_type(b, "r", "show archive config differences disk0:none"),
                        "%Error opening disk0:/none (No such file or directory)\n");
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(off),
        cmocka_unit_test(copies_and_their_rotation),
        cmocka_unit_test(a_trial_runs_out),
        cmocka_unit_test(a_trial_is_confirmed_or_ended),
        cmocka_unit_test(an_error_puts_everything_back),
        cmocka_unit_test(commands_are_logged),
        cmocka_unit_test(differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
