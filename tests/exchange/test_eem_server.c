/* test_eem_server.c: what an operator sees of the event manager and does to it: shows, jobs held, released, moved and
 * cleared, threads of classes, suspension, debugs; a whole router. */
#include <stdlib.h>

#include "tests/exchange/applet_box.h"

static size_t lines_with(struct box *b, const char *line, const char *text)
{
    size_t n = 0;
    for (const char *s = box_type(b, NODE, line); (s = strstr(s, text)); s++)
        n++;
    return n;
}

#define SLOW(name, class)                                                                                              \
    "event manager applet " name                                                                                       \
    " class " class "\n event none sync no maxrun 100\n action 1 wait 10\n action 2 syslog msg \"done\"\n"

static void test_threads(void **state)
{
    (void)state;
    struct box *b =
        with("event manager scheduler applet thread class A-C number 2\n" SLOW("a", "A") SLOW("b", "B") SLOW("d", "D"));
    for (int i = 0; i < 3; i++) {
        box_type(b, NODE, "event manager run a");
        box_type(b, NODE, "event manager run b");
        box_type(b, NODE, "event manager run d");
    }
    box_run(b, US_PER_S);
    /* A and B have two threads together; D has as many as the default class */
    assert_int_equal(lines_with(b, "show event manager policy active", "running"), 5);
    assert_int_equal(lines_with(b, "show event manager policy pending", "pend "), 4);
    assert_true(said(b, "show event manager policy active class D", "\n1    3           N A running ")); /* in the order they began */
    assert_true(said(b, "show event manager policy active class D", "\n3    9           N A running "));
    assert_true(said(b, "show event manager policy pending",
                     "A class - 2 applet events\nno.  job id      p s status  "
                     "time of event             event type          name\n"));
    assert_int_equal(lines_with(b, "show event manager policy active queue-type applet class D", "running"), 3);
    assert_string_equal(box_type(b, NODE, "show event manager policy active queue-type script"), "");
    assert_true(said(b, "show event manager scheduler thread",
                     "1     Script threads service class default\n       total: 1 running: 0 idle: 1\n"
                     "2     Applet threads service class default\n       total: 32 running: 0 idle: 32\n"
                     "3     Applet threads service class range A-C\n       total: 2 running: 2 idle: 0\n"));
    box_run(b, 60 * US_PER_S);
    assert_int_equal(box_log_count(b, NODE, 0, ": done"), 9);
    assert_true(
        said(b, "show event manager statistics server", "EEM Applets                    9           0         0"));
    box_free(b);
}

/* Tcl files of the user's directory: listed and read, not registered. */
static void test_available(void **state)
{
    (void)state;
    struct box *b = with("");
    box_type(b, NODE, "show clock | redirect disk0:ap_one.tcl");
    box_type(b, NODE, "show clock | redirect disk0:two.txt");
    assert_string_equal(box_type(b, NODE, "show event manager policy available"), "");
    assert_true(said(b, "show event manager policy available detailed ap_one.tcl", "% EEM policy ap_one.tcl is not available\n"));
    box_type_all(b, NODE, "configure terminal\nevent manager directory user policy disk0:\nend");
    const char *out = box_type(b, NODE, "show event manager policy available");
    static const char head[] = "No.  Type    Time Created              Name\n1    user    ", tail[] = "  ap_one.tcl\n";
    assert_memory_equal(out, head, sizeof head - 1);
    assert_int_equal(strlen(out), sizeof head - 1 + 24 + sizeof tail - 1); /* "Thu Jan  1 00:00:00 1970" */
    assert_string_equal(out + strlen(out) - (sizeof tail - 1), tail);
    assert_string_equal(box_type(b, NODE, "show event manager policy available system"), "");
    assert_true(said(b, "show event manager policy available detailed ap_one.tcl", " UTC "));
    assert_true(said(b, "show event manager policy available detailed two.txt", "% EEM policy two.txt is not available\n"));
    assert_true(said(b, "show event manager policy available detailed ../nvram", "is not available\n"));
    box_free(b);
}

static void test_jobs(void **state)
{
    (void)state;
    struct box *b = with("event manager scheduler suspend\n" SLOW("a", "default") SLOW("b", "default"));
    for (int i = 0; i < 4; i++)
        box_type(b, NODE, i % 2 ? "event manager run b" : "event manager run a");
    box_run(b, 100 * US_PER_S);
    assert_true(said(b, "show event manager scheduler thread", "suspended"));
    assert_string_equal(box_type(b, NODE, "show event manager policy active"), "");
    assert_int_equal(lines_with(b, "show event manager policy pending", "pend "), 4);
    assert_string_equal(box_type(b, NODE, "event manager scheduler hold policy 2"), "");
    assert_int_equal(lines_with(b, "show event manager policy pending", "held "), 1);
    assert_string_equal(box_type(b, NODE, "event manager scheduler clear policy 3"), "");
    assert_true(said(b, "event manager scheduler clear policy 3", "% EEM job 3 is not there"));
    assert_string_equal(box_type(b, NODE, "event manager scheduler modify policy 4 class Q"), "");
    assert_true(said(b, "show event manager policy pending class Q", "4           N A pend"));
    assert_true(said(b, "event manager scheduler modify all class QQ", "% Class must be"));
    box_type_all(b, NODE, "configure terminal\nno event manager scheduler suspend\nend");
    box_run(b, 20 * US_PER_S);
    assert_int_equal(box_log_count(b, NODE, 0, ": done"), 2); /* 1 and 4 */
    assert_string_equal(box_type(b, NODE, "event manager scheduler release all"), "");
    box_run(b, US_PER_S);
    assert_true(said(b, "show event manager policy active", "2           N A running"));
    assert_string_equal(box_type(b, NODE, "event manager scheduler clear all"),
                        ""); /* it waits ten seconds: it is ended */
    box_run(b, US_PER_S);
    assert_string_equal(box_type(b, NODE, "show event manager policy active"), "");
    assert_true(said(b, "show event manager history events", "2      Actv abort"));
    assert_int_equal(box_log_count(b, NODE, 0, ": done"), 2);
    assert_int_equal(box_log_count(b, NODE, 0, "FMS_POLICY_TIMEOUT"), 0);
    box_free(b);
}

/* An applet may clear its own job: it ends when the command has ended. */
static void test_clears_itself(void **state)
{
    (void)state;
    struct box *b = with("event manager applet a\n event none\n action 1 cli command \"enable\"\n action 2 cli command "
                         "\"event manager scheduler clear all\"\n action 3 wait 1\n action 4 syslog msg \"done\"\n");
    box_type(b, NODE, "event manager run a");
    box_run(b, 30 * US_PER_S);
    assert_int_equal(box_log_count(b, NODE, 0, ": done"), 0);
    assert_true(said(b, "show event manager history events", "abort"));
    box_free(b);
}

/* Counters and what is left of timers, as applets read them out of this table. */
static void test_counters_and_timers(void **state)
{
    (void)state;
    struct box *b = with("event manager applet c\n event none\n action 1 counter name mail op set value -7\n"
                         "event manager applet each\n event timer watchdog time 90.5\n action 1 wait 1\n"
                         "event manager applet d\n event tag t timer countdown name LATER time 7200\n trigger\n  correlate event t\n"
                         " action 1 wait 1\n");
    box_type(b, NODE, "event manager run c");
    const char *before = box_type(b, NODE, "show event manager statistics server");
    assert_non_null(strstr(before, "\nEEM Policy Counters\nName                             Value\n"));
    assert_non_null(strstr(before, "\nmail                             -7\n"));
    assert_non_null(strstr(before, "\nEEM Policy Timers\nName                             Type        Time Remaining\n"));
    assert_true(said(b, "show event manager statistics server | include LATER", "LATER                            countdown   7"));
    box_run(b, 7100 * US_PER_S);
    const char *after = box_type(b, NODE, "show event manager statistics server");
    const char *later = strstr(after, "\nLATER                            countdown   ");
    assert_non_null(later);
    assert_in_range(atoi(later + 46), 90, 100);
    const char *each = strstr(after, "\neach                             watchdog    ");
    assert_non_null(each);
    assert_in_range(atoi(each + 46), 0, 90);
    box_run(b, 101 * US_PER_S);
    assert_null(strstr(box_type(b, NODE, "show event manager statistics server"), "LATER")); /* it has been */
    box_free(b);
}

/* The last lines of the log, each in a variable of its own: the oldest is the first. */
static void test_lines_of_the_log(void **state)
{
    (void)state;
    struct box *b = with("event manager applet h\n event none\n action 1 info type syslog history\n"
                         " action 2 syslog msg \"$_info_syslog_hist_msg_1|$_info_syslog_hist_msg_32\"\n");
    for (int i = 0; i < 40; i++) {
        char line[32];
        snprintf(line, sizeof line, "send log 5 line %d", i);
        box_type(b, NODE, line);
    }
    box_type(b, NODE, "event manager run h");
    assert_int_equal(box_log_count(b, NODE, 0, "tty0(user id: ): line 8|"), 1);
    assert_int_equal(box_log_count(b, NODE, 0, "tty0(user id: ): line 39"), 2); /* itself, and as the 32nd */
    box_free(b);
}

static void test_registered(void **state)
{
    (void)state;
    struct box *b =
        with("event manager session cli username ann\nevent manager directory user library disk0:/lib\n"
             "event manager applet z\n description last in the alphabet\n event timer cron cron-entry \"0 1 * * *\"\n"
             " action 1 wait 1\n"
             "event manager applet a trap\n event tag x syslog pattern \"FOO\"\n event tag y none\n trigger\n"
             "  correlate event x or event y\n action 1 wait 1\n");
    static const struct {
        const char *line, *z, *a; /* said, and not when NULL */
    } facts[] = {
        {"show event manager policy registered", "1    applet    user    timer cron          Off   ",
         "2    applet    user    multiple            On    "},
        {"show event manager policy registered name-ordered", "2    applet    user    timer cron", "1    applet"},
        {"show event manager policy registered event-type timer-cron", "1    applet    user    timer cron", NULL},
        {"show event manager policy registered event-type syslog", NULL, "1    applet    user    multiple"},
        {"show event manager policy registered event-type sys", NULL, NULL},
        {"show event manager policy registered system", NULL, NULL},
        {"show event manager policy registered user", " z\n", " a\n"},
        {"show event manager policy registered a", NULL, " a\n"},
        {"show event manager policy registered detailed z", " z\n", NULL},
        {"show event manager policy registered description", " z\n last in the alphabet\n\n", " a\n"},
        {"show event manager policy registered description z", " z\n last in the alphabet\n\n", NULL},
        {"show event manager policy registered nobody", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        const char *out = box_type(b, NODE, facts[i].line);
        if (!strstr(out, facts[i].z ? facts[i].z : "") || !strstr(out, facts[i].a ? facts[i].a : ""))
            fail_msg("%s: %s", facts[i].line, out);
        if ((!facts[i].z && strstr(out, " z\n")) || (!facts[i].a && strstr(out, " a\n")))
            fail_msg("%s: too much: %s", facts[i].line, out);
    }
    assert_string_equal(box_type(b, NODE, "show event manager session cli username"), "ann\n");
    assert_string_equal(box_type(b, NODE, "show event manager directory user library"), "disk0:/lib\n");
    assert_string_equal(box_type(b, NODE, "show event manager directory user policy"), "");
    box_type_all(b, NODE, "configure terminal\nevent manager directory user repository tftp://10.0.0.9/eem\nend");
    assert_string_equal(box_type(b, NODE, "show event manager directory user repository"), "tftp://10.0.0.9/eem\n");
    assert_true(said(b, "show running-config | include repository", "event manager directory user repository \"tftp://10.0.0.9/eem\"\n"));
    assert_string_equal(box_type(b, NODE, "show event manager environment nobody"), "Environment variable not found\n");
    assert_true(
        said(b, "show event manager version", "Embedded Event Manager Version 4.00\nComponent Versions:\n  eem: "));
    assert_true(said(b, "show event manager version", "\nsyslog              01.00     node0/0     RP\n"));
    assert_true(
        said(b, "show event manager detector all", "No.  Name                Version   Node        Type    \n1  "));
    static const char *const names[] = {"application", "cli", "configuration", "counter", "interface", "ipsla", "neighbor-discovery", "none", "resource",
                                        "routing", "snmp", "snmp-notification", "snmp-object", "syslog", "timer", "track"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char command[80], words[80];
        snprintf(command, sizeof command, "show event manager detector %s detailed", !strcmp(names[i], "configuration") ? "config" : names[i]);
        snprintf(words, sizeof words, " [ no ] event [tag <tag>] %s ", names[i]);
        if (!said(b, command, words))
            fail_msg("%s: its syntax is not shown", names[i]);
    }
    assert_true(said(b, "show event manager detector timer detailed", "$_timer_remain"));
    assert_true(
        said(b, "show event manager detector timer detailed", " event [tag <tag>] timer cron cron-entry <string>"));
    assert_true(said(b, "show event manager detector weather", "% Event detector weather is not available"));
    assert_true(said(b, "event manager update user policy name x.tcl", "%"));
    assert_true(said(b, "show event manager metric processes", "^")); /* there is none */
    box_free(b);
}

static void test_history(void **state)
{
    (void)state;
    struct box *b =
        with("event manager applet a trap\n event none\n action 1 snmp-trap intdata1 5\n"
             "event manager applet s\n event syslog pattern \"SYS-5-CONFIG_I\" ratelimit 60\n action 1 wait 1\n");
    box_type(b, NODE, "event manager run a one two");
    for (int i = 0; i < 3; i++)
        box_type_all(b, NODE, "configure terminal\nend");
    box_run(b, 5 * US_PER_S);
    assert_true(said(b, "show event manager history events detailed", "applet: a\n argc {2} arg1 {one} arg2 {two}\n"));
    assert_true(said(b, "show event manager history events detailed", "applet: s\n msg {*"));
    assert_int_equal(lines_with(b, "show event manager history events max 1", "applet: "), 1);
    assert_int_equal(lines_with(b, "show event manager history traps", "applet: a"), 2);
    assert_int_equal(lines_with(b, "show event manager history traps server", "server        applet: a"), 1);
    assert_int_equal(lines_with(b, "show event manager history traps policy", "policy        applet: a"), 1);
    assert_true(said(b, "show event manager statistics policy",
                     "No.  Class     Triggered   Suppressed  Run Time       Run Time       Name\n"
                     "1    applet    1           0           0.000          0.000          a\n"
                     "2    applet    1           2           1.000          1.000          s\n"));
    assert_true(said(b, "show event manager detector syslog detailed", "Events: 3\n"));
    box_type(b, NODE, "clear event manager detector counters syslog");
    assert_true(said(b, "show event manager detector syslog detailed", "Events: 0\n"));
    assert_true(said(b, "show event manager detector none detailed", "Events: 1\n"));
    assert_true(said(b, "clear event manager detector counters snow", "%"));
    box_type(b, NODE, "clear event manager statistics");
    assert_true(said(b, "show event manager statistics policy", "2    applet    0           0           0.000 "));
    box_type(b, NODE, "clear event manager history");
    assert_int_equal(lines_with(b, "show event manager history events", "applet"), 0);
    box_free(b);
}

/* What the server did is shown; that it is shown is no event, though the pattern fits it. */
static void test_debug(void **state)
{
    (void)state;
    struct box *b =
        with("event manager applet s\n event syslog pattern \"CONFIG_I\"\n action 1 counter name x op inc value 1\n");
    assert_true(said(b, "debug event manager detector syslog", "Debug EEM detector syslog debugging is on"));
    assert_true(said(b, "debug event manager server scheduling", "Debug EEM server scheduling debugging is on"));
    assert_true(said(b, "debug event manager server events", "Debug EEM server events debugging is on"));
    assert_true(said(b, "show debugging", "  Debug EEM detector syslog debugging is on"));
    size_t from = box_log_len(b, NODE);
    box_type_all(b, NODE, "configure terminal\nend");
    box_run(b, US_PER_S);
    assert_int_equal(box_log_count(b, NODE, from, "fh_fd_syslog: event of applet s"), 1);
    assert_int_equal(box_log_count(b, NODE, from, "fh_fd_syslog:  _syslog_mnemonic = CONFIG_I"), 1);
    assert_int_equal(
        box_log_count(b, NODE, from, "fh_server: job 1: event syslog, applet s, class default: queued behind 0"), 1);
    assert_int_equal(box_log_count(b, NODE, from, "fh_schedule: job 1: applet s starts, 1 running in class default"),
                     1);
    assert_int_equal(box_log_count(b, NODE, from, "fh_schedule: job 1: applet s ended after 0.000 seconds: success"),
                     1);
    assert_true(said(b, "undebug event manager detector syslog", "is off"));
    box_type(b, NODE, "undebug all");
    from = box_log_len(b, NODE);
    box_type_all(b, NODE, "configure terminal\nend");
    box_run(b, US_PER_S);
    assert_int_equal(box_log_count(b, NODE, from, "fh_"), 0);
    assert_true(said(b, "debug event manager all", "Debug EEM detector timer debugging is on"));
    assert_true(said(b, "debug event manager detector snow", "%"));
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_available), cmocka_unit_test(test_threads),    cmocka_unit_test(test_jobs),    cmocka_unit_test(test_clears_itself),
        cmocka_unit_test(test_counters_and_timers), cmocka_unit_test(test_lines_of_the_log), cmocka_unit_test(test_registered), cmocka_unit_test(test_history), cmocka_unit_test(test_debug),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
