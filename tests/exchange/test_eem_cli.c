/* test_eem_cli.c: commands that applets watch: seen, dropped, held until an applet has spoken; a whole router, typed at
 * by program. */
#include "tests/exchange/applet_box.h"

static void test_skip(void **state)
{
    (void)state;
    struct box *b = with("event manager applet block\n event cli pattern \"^show clock\" sync no skip yes\n"
                         " action 1 syslog msg \"$_cli_msg/$_cli_mode_context/$_cli_key\"\n"
                         "event manager applet log\n event cli pattern \"show users\" sync no skip no\n"
                         " action 1 syslog msg \"seen $_cli_msg\"\n");
    assert_string_equal(box_type(b, NODE, "sh clo"), "");
    assert_true(box_wait_log(b, NODE, 0, "%HA_EM-6-LOG: block: show clock/exec/enter", US_PER_S));
    assert_true(said(b, "show users", "Line"));
    assert_true(box_wait_log(b, NODE, 0, "%HA_EM-6-LOG: log: seen show users", US_PER_S));
    /* what the parser refuses is nobody's event */
    size_t from = box_log_len(b, NODE);
    box_type(b, NODE, "show clocks");
    box_run(b, US_PER_S);
    assert_string_equal(box_log(b, NODE) + from, "");
    box_free(b);
}

static void test_sync(void **state)
{
    static const struct {
        const char *actions;
        bool runs;
        unsigned seconds; /* held so long */
    } facts[] = {
        {" action 1 set _exit_status 1\n", true, 0},
        {" set 2.0 _exit_status 1\n", true, 0},
        {" action 1 set _exit_status 0\n", false, 0},
        {" action 1 syslog msg \"status never set\"\n", false, 0},
        {" action 1 exit 1\n", true, 0},
        {" action 1 syslog msg \"$nobody\"\n action 2 set _exit_status 1\n", false, 0}, /* it failed before */
        {" action 1 wait 5\n action 2 exit 1\n", true, 5},
        {" action 1 wait 5\n action 2 exit 0\n", false, 5},
        {" action 1 cli command \"show clock\"\n action 2 exit 1\n", true, 0}, /* it catches not itself */
    };
    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        char config[512];
        snprintf(config, sizeof config, "event manager applet a\n event cli pattern \"show clock\" sync yes\n%s", facts[i].actions);
        struct box *b = with(config);
        uint64_t from = loop_now(box_loop(b));
        box_start(b, NODE, "show clock");
        if (facts[i].seconds) {
            box_run(b, facts[i].seconds * US_PER_S - US_PER_MS);
            assert_false(box_done(b, NODE));
        }
        for (int k = 0; k < 200 && !box_done(b, NODE); k++)
            box_run(b, 10 * US_PER_MS);
        assert_true(box_done(b, NODE));
        assert_in_range((loop_now(box_loop(b)) - from) / US_PER_S, facts[i].seconds, facts[i].seconds + 1);
        if ((strstr(box_output(b, NODE), "UTC") != NULL) != facts[i].runs)
            fail_msg("row %zu: %s", i, box_output(b, NODE));
        box_free(b);
    }
}

/* The command runs after `default` seconds, 30 unless said, whatever the applet does. */
static void test_default(void **state)
{
    static const struct {
        const char *words;
        unsigned seconds;
    } facts[] = {{"", 30}, {" default 3", 3}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char config[512];
        snprintf(config, sizeof config,
                 "event manager applet a\n event cli pattern \"show clock\" sync yes%s maxrun 100\n action 1 wait 60\n"
                 " action 2 exit 0\n",
                 facts[i].words);
        struct box *b = with(config);
        box_start(b, NODE, "show clock");
        box_run(b, facts[i].seconds * US_PER_S - US_PER_S / 2);
        assert_false(box_done(b, NODE));
        box_run(b, US_PER_S);
        assert_true(box_done(b, NODE));
        assert_non_null(strstr(box_output(b, NODE), "UTC"));
        box_run(b, 100 * US_PER_S); /* and the run ends by itself */
        assert_false(said(b, "show event manager policy active", "applet: a"));
        assert_true(said(b, "show event manager history events", "success"));
        box_free(b);
    }
}

static void test_configuration(void **state)
{
    (void)state;
    struct box *b = with("event manager applet a\n event cli pattern \"^hostname\" sync yes mode config\n"
                         " action 1 regexp \"evil\" \"$_cli_msg\"\n action 2 if $_regexp_result eq 0\n"
                         " action 3  set _exit_status 1\n action 4 end\n");
    box_type_all(b, NODE, "configure terminal\nhostname good\nend\n");
    box_run(b, US_PER_S);
    assert_true(said(b, "show running-config | include ^hostname", "hostname good"));
    box_type_all(b, NODE, "configure terminal\nhostname evil\nend\n");
    box_run(b, US_PER_S);
    assert_true(said(b, "show running-config | include ^hostname", "hostname good"));
    box_free(b);
}

/* Modes are called as in the prompt, or as `privilege` and the parser call them. */
static void test_names_of_modes(void **state)
{
    (void)state;
    struct box *b = with("interface Loopback1\nevent manager applet a\n event cli pattern \"^shutdown\" mode \"interface\" sync no skip yes\n"
                         " action 1 syslog msg \"kept\"\n"
                         "event manager applet b\n event cli pattern \"^hostname\" sync no skip yes mode configure\n"
                         "event manager applet c\n event cli pattern \"^exec-timeout\" sync no skip yes mode line\n"
                         "event manager applet d\n event cli pattern \"^description\" sync no skip yes mode configure\n");
    box_type_all(b, NODE, "configure terminal\ninterface Loopback1\nshutdown\ndescription mine\nexit\nline vty 0 4\nexec-timeout 77\nhostname other\nend\n");
    box_run(b, US_PER_S);
    assert_false(said(b, "show running-config | include ^ shutdown", "\n shutdown"));
    assert_true(said(b, "show running-config | include description", "description mine"));
    assert_false(said(b, "show running-config | include timeout", "exec-timeout 77"));
    assert_false(said(b, "show running-config | include ^hostname", "hostname other"));
    box_free(b);
}

/* Two watch one command: it runs when both let it. */
/* `enter` hears lines that are no command too, as they were typed: without it only what the parser takes is an event. */
static void test_made_up(void **state)
{
    (void)state;
    struct box *b = with("event manager applet a\n event cli pattern \".*25DMVPN.*\" enter\n action 1 puts \"swapped by $_cli_msg\"\n"
                         " action 2 set _exit_status 0\n"
                         "event manager applet b\n event cli pattern \"25D\" sync yes\n action 1 puts \"not me\"\n"
                         "event manager applet c\n event cli pattern \"^shwo\" enter\n action 1 set _exit_status 1\n"
                         "event manager applet d\n event cli pattern \"frobnicate\" sync no skip yes enter\n action 1 syslog msg \"d: $_cli_mode_context\"\n");
    assert_string_equal(box_type(b, NODE, "  25DMVPN now"), "swapped by 25DMVPN now\n");
    assert_string_equal(box_type(b, NODE, "frobnicate"), "");
    const char *told = box_type(b, NODE, "shwo clock"); /* let through: it is told what it is */
    assert_non_null(strstr(told, "% Invalid input detected at '^' marker."));
    box_type(b, NODE, "configure terminal");
    assert_string_equal(box_type(b, NODE, "interface frobnicate"), "");
    assert_string_equal(box_type(b, NODE, "25DMVPN"), "swapped by 25DMVPN\n");
    assert_non_null(strstr(box_type(b, NODE, "enterface"), "% Invalid input"));
    box_type(b, NODE, "end");
    assert_int_equal(box_log_count(b, NODE, 0, "d: exec"), 1);
    assert_int_equal(box_log_count(b, NODE, 0, "d: config"), 1);
    box_free(b);
}

static void test_two(void **state)
{
    (void)state;
    struct box *b = with("event manager applet a\n event cli pattern \"show clock\" sync yes\n action 1 exit 1\n"
                         "event manager applet b\n event cli pattern \"show cl\" sync yes\n action 1 wait 2\n action 2 exit 0\n");
    box_start(b, NODE, "show clock");
    box_run(b, 3 * US_PER_S);
    assert_true(box_done(b, NODE));
    assert_null(strstr(box_output(b, NODE), "UTC"));
    box_type_all(b, NODE, "configure terminal\nno event manager applet b\nend\n");
    assert_true(said(b, "show clock", "UTC"));
    box_free(b);
}

/* The third time within any ten seconds: those at 8, 11 and 12 s, not those at 0, 8 and 11. Counting begins anew. */
static void test_occurs(void **state)
{
    static const struct {
        unsigned after; /* seconds */
        bool runs;
    } facts[] = {{0, true}, {8, true}, {3, true}, {1, false}, {1, true}};
    (void)state;
    struct box *b = with("event manager applet third\n event cli pattern \"^show clock\" sync no skip yes occurs 3 period 10\n"
                         " action 1 syslog msg \"$_cli_msg_count\"\n"
                         "event manager applet count\n event none\n action 1 info type cli frequency\n"
                         " action 2 syslog msg \"$_info_cli_frequency\"\n");
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        box_run(b, facts[i].after * US_PER_S);
        if (said(b, "show clock", "UTC") != facts[i].runs)
            fail_msg("time %zu", i + 1);
    }
    assert_true(box_wait_log(b, NODE, 0, "%HA_EM-6-LOG: third: 3", US_PER_S));
    assert_true(said(b, "show event manager policy registered", "occurs 3 period 10.000"));
    box_type(b, NODE, "event manager run count");
    assert_true(box_wait_log(b, NODE, 0,
                             "match_count 5 raise_count 1 occurs 3 period_sec 10 period_msec 0 pattern {^show clock}",
                             US_PER_S));
    box_free(b);
}

/* A pattern that needs more work than it may have holds no command up, and is told. */
static void test_explosion(void **state)
{
    (void)state;
    struct box *b = with("event manager applet wild\n event cli pattern \"(a+a+)+[yz]\" sync yes\n action 1 exit 0\n");
    assert_true(said(b, "show clock | exclude aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "UTC"));
    assert_true(box_wait_log(b, NODE, 0,
                             "%HA_EM-4-FMS_PATTERN: A regular expression of applet wild takes too long and is given up",
                             US_PER_S));
    box_free(b);
}

/* event manager run waits for the applet's end, or as long as `default` says; the applet runs on. */
static void test_none_default(void **state)
{
    static const struct {
        const char *words;
        unsigned seconds;
    } facts[] = {{"", 60}, {" default 3", 3}, {" sync no default 3", 0}};
    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        char config[512];
        snprintf(config, sizeof config,
                 "event manager applet a\n event none%s maxrun 100\n action 1 wait 60\n action 2 syslog msg \"over\"\n",
                 facts[i].words);
        struct box *b = with(config);
        box_start(b, NODE, "event manager run a");
        box_run(b, facts[i].seconds ? facts[i].seconds * US_PER_S - US_PER_S / 2 : US_PER_MS);
        assert_int_equal(box_done(b, NODE), !facts[i].seconds);
        box_run(b, US_PER_S);
        assert_true(box_done(b, NODE));
        assert_true(box_wait_log(b, NODE, 0, "%HA_EM-6-LOG: a: over", 100 * US_PER_S));
        box_run(b, US_PER_S);
        assert_true(said(b, "show event manager history events", "success"));
        box_free(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_skip), cmocka_unit_test(test_sync), cmocka_unit_test(test_default),
        cmocka_unit_test(test_configuration), cmocka_unit_test(test_names_of_modes), cmocka_unit_test(test_made_up), cmocka_unit_test(test_two), cmocka_unit_test(test_occurs),
        cmocka_unit_test(test_explosion), cmocka_unit_test(test_none_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
