/* test_why.c: where a pattern stops: the first character of it that does not fit, and what of the text fits before it; and the
 * words made of it for an event. All places are counted by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "eem/eem_conf.h"
#include "eem/logline.h"
#include "eem/why.h"
#include "espial/bus.h"
#include "espial/regex.h"
#include "espial/text.h"

static const struct {
    const char *pattern, *text;
    bool matches;
    size_t pattern_at, from, to;
} stops[] = {
    {"abc", "xxabd", false, 2, 2, 4},
    {"abc", "xxabc", true, 0, 0, 0},
    {"abc", "", false, 0, 0, 0},
    {"a.*z", "abc", false, 3, 0, 3},
    {"(up|down)!", "it is down?", false, 9, 6, 10},
    {"x(alpha|beta)", "xbetx", false, 11, 0, 4}, /* the alternative that comes further */
    {"alpha|beta", "zbetz", false, 9, 1, 4},
    {"[0-9]+ errors", "has 12 error", false, 12, 4, 12},
    {"^up", "it is up", false, 1, 0, 0},
    {"up$", "up!", false, 2, 0, 2},
    {"\\(a\\)b", "(a)c", false, 5, 0, 3}, /* of the pattern as it is written */
    {"(", "x", false, 0, 0, 0},           /* does not compile */
};

static void test_stops(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
        struct regex_stop s;
        bool is = regex_stop_at(stops[i].pattern, REGEX_IOS, stops[i].text, strlen(stops[i].text), &s);
        if (is != stops[i].matches ||
            (!is && (s.pattern_at != stops[i].pattern_at || s.text_from != stops[i].from || s.text_at != stops[i].to)))
            fail_msg("%s on %s: %d, stops at %zu, text %zu to %zu", stops[i].pattern, stops[i].text, is, s.pattern_at,
                     s.text_from, s.text_at);
    }
}

/* A pattern made to explode ends at its bounds, and says so. */
static void test_bounds(void **state)
{
    struct regex_stop s;
    char text[64];
    (void)state;
    memset(text, 'a', sizeof text);
    assert_false(regex_stop_at("(a+)+(a+)+(a+)+$b", REGEX_IOS, text, sizeof text, &s));
    assert_true(s.gave_up);
}

#define LINE "*Mar  1 10:00:00.000: %LINK-3-UPDOWN: Interface Et0/0, changed state to down"

static void why_line(const struct event_conf *ev, const char *line, const char *expected)
{
    struct logline l;
    struct fact_syslog f;
    struct text out = {0};
    logline_read(line, strlen(line), &l);
    logline_fact(line, strlen(line), &l, 0, &f);
    assert_int_equal(eem_why(ev, &(struct eem_moment){.line = &f}, &out), !expected[0]);
    assert_string_equal(text_str(&out), expected);
    text_free(&out);
}

static void why(const struct event_conf *ev, const char *expected)
{
    why_line(ev, LINE, expected);
}

/* Call Home's names are one a level: the line is of level 3, minor. */
static void test_severities(void **state)
{
    struct event_conf ev = {0};
    (void)state;
    event_conf_init(&ev);
    ev.type = EEM_SYSLOG;
    ev.sev_minor = true;
    why(&ev, "");
    ev.sev_minor = false;
    ev.sev_major = true;
    why(&ev, "the severity of the message, 3, is none of those asked for");
}

/* Where none of the alternatives begins, all of them are what does not fit. */
static void test_alternatives(void **state)
{
    static const struct {
        const char *pattern, *expected;
    } cases[] = {
        {"to (up|(half|fully) up)", "pattern {to (up|(half|fully) up)} does not match: its first 3 characters fit \"to \", character 4, "
                                    "\"(up|(half|fully) up)\", does not fit at character 73 of the line, \"down\""},
        {"to d(a|[|]|\\|)", "pattern {to d(a|[|]|\\|)} does not match: its first 4 characters fit \"to d\", character 5, \"(a|[|]|\\|)\", "
                            "does not fit at character 74 of the line, \"own\""},
        {"to d(o|u)x", "pattern {to d(o|u)x} does not match: its first 9 characters fit \"to do\", character 10, \"x\", does not fit at "
                       "character 75 of the line, \"wn\""},
        {"~|\\$", "pattern {~|\\$} does not match: character 1, \"~|\\$\", does not fit at character 1 of the line, \"*Mar  1 10:00:00.000: %L...\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct event_conf ev = {0};
        event_conf_init(&ev);
        ev.type = EEM_SYSLOG;
        str_copy(ev.pattern, sizeof ev.pattern, cases[i].pattern);
        why(&ev, cases[i].expected);
    }
}

/* The number in front of the timestamp is the sequence, and no part of the timestamp. */
static void test_sequence(void **state)
{
    struct event_conf ev = {0};
    (void)state;
    event_conf_init(&ev);
    ev.type = EEM_SYSLOG;
    str_copy(ev.sequence, sizeof ev.sequence, "^000123$");
    str_copy(ev.timestamp, sizeof ev.timestamp, "^.Mar  1 10:00:00.000$");
    why_line(&ev, "000123: " LINE, "");
}

static void test_words(void **state)
{
    struct event_conf ev = {0};
    (void)state;
    event_conf_init(&ev);
    ev.type = EEM_SYSLOG;
    str_copy(ev.pattern, sizeof ev.pattern, "LINK-3-UPDOWN.*down$");
    why(&ev, "");
    ev.priority = 2;
    why(&ev, "its priority is 2 (critical), that of the message is 3 (errors), which is less severe");
    ev.priority = EEM_PRIORITY_ALL;
    str_copy(ev.mnemonic, sizeof ev.mnemonic, "CHANGED");
    why(&ev, "mnemonic {CHANGED} does not match: character 1, \"CHANGED\", does not fit at character 1 of the line, "
             "\"UPDOWN\"");
    ev.mnemonic[0] = '\0';
    str_copy(ev.pattern, sizeof ev.pattern, "RECVD_PKT_INV");
    why(&ev, "pattern {RECVD_PKT_INV} does not match: character 1, \"RECVD_PKT_INV\", does not fit at character 1 of "
             "the line, "
             "\"*Mar  1 10:00:00.000: %L...\"");
    str_copy(ev.pattern, sizeof ev.pattern, "^%LINK-4");
    why(&ev, "pattern {^%LINK-4} does not match: its first 7 characters fit \"%LINK-\", character 8, \"4\", does not "
             "fit at character "
             "29 of the line, \"3-UPDOWN: Interface Et0/...\"");
    ev.type = EEM_WATCHDOG;
    why(&ev, "it waits for event timer watchdog, which a line of the log is not");
}

static void why_else(const struct event_conf *ev, struct eem_moment m, const char *expected)
{
    static const struct fact_syslog line = {.line = LINE};
    struct text out = {0};
    m.line = m.command ? NULL : &line;
    assert_int_equal(eem_why(ev, &m, &out), !expected[0]);
    assert_string_equal(text_str(&out), expected);
    text_free(&out);
}

/* Lines that are commands, changes of tracked objects, the end of configuration. */
static void test_other_events(void **state)
{
    struct event_conf ev = {0};
    const struct fact_track up = {.number = 7, .up = true};
    const struct eem_moment reload = {.command = "reload in 5", .mode = "exec"}, went_up = {.track = &up};
    (void)state;
    event_conf_init(&ev);
    ev.type = EEM_CLI;
    str_copy(ev.pattern, sizeof ev.pattern, "^reload");
    why_else(&ev, reload, "");
    why_else(&ev, went_up, "it waits for event cli, which a line of the log is not");
    str_copy(ev.pattern, sizeof ev.pattern, "reload cancel");
    why_else(&ev, reload, "pattern {reload cancel} does not match: its first 7 characters fit \"reload \", character 8, "
                          "\"cancel\", does not fit at character 8 of the command, \"in 5\"");
    str_copy(ev.pattern, sizeof ev.pattern, "in 50");
    why_else(&ev, reload, "pattern {in 50} does not match: its first 4 characters fit \"in 5\", character 5, \"0\", does "
                          "not fit at the end of the command");
    str_copy(ev.mode, sizeof ev.mode, "config");
    why_else(&ev, reload, "it waits for commands of mode config, this one was typed in mode exec");
    ev.tab_key = 1;
    why_else(&ev, reload, "it waits for the key Tab, and the command was entered");
    ev.type = EEM_TRACK;
    ev.number = 7;
    ev.state = EEM_ANY;
    why_else(&ev, went_up, "");
    ev.state = EEM_DOWN;
    why_else(&ev, went_up, "it waits for track 7 to go down, and it went up");
    ev.number = 8;
    why_else(&ev, went_up, "it waits for track 8, and it is track 7 that has changed");
    ev.type = EEM_CONFIG;
    why_else(&ev, (struct eem_moment){.configured = true}, "");
    why_else(&ev, went_up, "it waits for event config, which a line of the log is not");
    ev.type = EEM_SYSLOG;
    str_copy(ev.pattern, sizeof ev.pattern, "reload");
    why_else(&ev, (struct eem_moment){.command = "reload", .mode = "exec"}, "it waits for event syslog, which a typed command is not");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_stops), cmocka_unit_test(test_bounds),
                                       cmocka_unit_test(test_words), cmocka_unit_test(test_alternatives), cmocka_unit_test(test_severities),
                                       cmocka_unit_test(test_sequence), cmocka_unit_test(test_other_events)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
