/* `aaa authorization commands` and applets, on whole routers: an applet without a user is refused, `authorization bypass` is not asked, a session user with the
 * right stands for the applet; a banner written by an applet; access lists that decide about addresses; and all of it after a reload. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/aaa/aaa.h"
#include "cli/app/router.h"
#include "cli/grammar/grammar.h"
#include "cli/shell/session.h"
#include "espial/loop.h"
#include "tests/sim/box.h"

static const char config[] = "hostname r1\n"
                             "username robot privilege 15 secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0\n"
                             "aaa new-model\n"
                             "aaa authorization commands 15 default local\n"
                             "access-list 10 permit 10.1.0.0 0.0.255.255\n"
                             "login quiet-mode access-class 10\n"
                             "login block-for 100 attempts 1 within 10\n"
                             "line vty 0 1\n"
                             " transport input none\n"
                             "line vty 2 3\n"
                             " transport input ssh\n"
                             " access-class 10 in\n"
                             "line vty 4 15\n"
                             " transport input telnet\n"
                             "event manager applet ASKED\n"
                             " event none\n"
                             " action 1.0 cli command \"enable\"\n"
                             " action 2.0 cli command \"configure terminal\"\n"
                             " action 3.0 syslog msg \"asked: $_cli_result\"\n"
                             "event manager applet FREE authorization bypass\n"
                             " event none\n"
                             " action 1.0 cli command \"enable\"\n"
                             " action 2.0 cli command \"configure terminal\"\n"
                             " action 3.0 cli command \"banner motd #by\"\n"
                             " action 4.0 cli command \"an applet#\"\n"
                             " action 5.0 cli command \"hostname free\"\n"
                             " action 6.0 cli command \"end\"\n"
                             "end\n";

static struct box *one(void)
{
    struct box *b = box_new(1);
    box_node(b, "r1", config);
    box_boot(b);
    box_run(b, US_PER_S);
    return b;
}

static void applets(void **state)
{
    (void)state;
    struct box *b = one();
    size_t from = box_log_len(b, "r1");
    box_type(b, "r1", "event manager run ASKED");
    assert_true(box_wait_log(b, "r1", from, "Command authorization failed.", 10 * US_PER_S));
    assert_string_equal(router_hostname(box_router(b, "r1")), "r1");
    from = box_log_len(b, "r1");
    box_type(b, "r1", "event manager run FREE");
    assert_true(box_wait_log(b, "r1", from, "%SYS-5-CONFIG_I: Configured from console by  on vty0 (EEM:FREE)", 10 * US_PER_S));
    assert_string_equal(router_hostname(box_router(b, "r1")), "free");
    assert_non_null(strstr(box_type(b, "r1", "show running-config"), "\nbanner motd ^Cby\nan applet^C\n"));
    box_type_all(b, "r1", "configure terminal\nlogging userinfo\nend"); /* nobody's name is unknown's */
    from = box_log_len(b, "r1");
    box_type(b, "r1", "event manager run FREE");
    assert_true(box_wait_log(b, "r1", from, "%SYS-5-PRIV_AUTH_PASS: Privilege level set to 15 by unknown on vty0 (EEM:FREE)", 10 * US_PER_S));
    box_type_all(b, "r1", "configure terminal\nevent manager session cli username robot\nend");
    from = box_log_len(b, "r1");
    box_type(b, "r1", "event manager run ASKED");
    assert_true(box_wait_log(b, "r1", from, "asked: ", 10 * US_PER_S));
    assert_int_equal(box_log_count(b, "r1", from, "authorization failed"), 0);
    box_type(b, "r1", "write memory");
    box_reload(b, "r1");
    box_run(b, US_PER_S);
    assert_non_null(strstr(box_type(b, "r1", "show running-config"), "\nbanner motd ^Cby\nan applet^C\n"));
    box_free(b);
}

static void nobody(void *arg, enum aaa_verdict v, const struct aaa_grant *g)
{
    (void)g;
    *(enum aaa_verdict *)arg = v;
}

static void addresses(void **state)
{
    (void)state;
    struct box *b = one();
    struct shells *s = router_shells(box_router(b, "r1"));
    const uint32_t inside = 0x0A010203, outside = 0x0A020203;
    assert_int_equal(shells_vty_for(s, SESSION_SSH, inside), 2);
    assert_int_equal(shells_vty_for(s, SESSION_SSH, outside), -1);
    assert_int_equal(shells_vty_for(s, SESSION_TELNET, outside), 4);
    assert_false(shells_vty_admits(s, 0, SESSION_SSH, inside));
    assert_false(shells_vty_admits(s, 16, SESSION_TELNET, inside));
    /* one failure makes it quiet, but not for whom the list permits */
    enum aaa_verdict v = AAA_PASS;
    struct aaa_door door = {.vty = true, .source = outside, .local_port = 22};
    aaa_login(shells_aaa(s), &door, "eve", "x", nobody, &v);
    assert_int_equal(v, AAA_PASS); /* never from inside */
    box_run(b, 2 * US_PER_S);
    assert_int_equal(v, AAA_FAIL);
    assert_true(aaa_is_quiet_for(shells_aaa(s), &door));
    aaa_login(shells_aaa(s), &door, "robot", "cisco", nobody, &v);
    box_run(b, 2 * US_PER_S);
    assert_int_equal(v, AAA_QUIET);
    door.source = inside;
    assert_false(aaa_is_quiet_for(shells_aaa(s), &door));
    aaa_login(shells_aaa(s), &door, "robot", "cisco", nobody, &v);
    box_run(b, 2 * US_PER_S);
    assert_int_equal(v, AAA_PASS);
    aaa_cancel(aaa_login(shells_aaa(s), &door, "robot", "cisco", nobody, NULL));
    box_run(b, 2 * US_PER_S);
    box_free(b);
}

/* What tells a community string, a key or a hash is nobody's below 15 (enable, and the configuration, are behind a password). */
static void secrets_are_not_shown_to_everybody(void **state)
{
    static const char *const lines[] = {"show snmp community", "show snmp host",      "show running-config",   "show startup-config",  "show crypto isakmp key",
                                        "show archive log config all", "show tech-support", "more nvram:startup-config", "copy running-config null:", "write terminal"};
    (void)state;
    struct box *b = one();
    struct grammar *g = shells_grammar(router_shells(box_router(b, "r1")));
    struct match *m = NEW(struct match);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_int_equal(grammar_match(g, EXEC, 15, lines[i], m), MATCH_OK);
        assert_int_not_equal(grammar_match(g, EXEC, 1, lines[i], m), MATCH_OK);
    }
    assert_int_equal(grammar_match(g, EXEC, 1, "show version", m), MATCH_OK);
    mem_free(m);
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(applets),
        cmocka_unit_test(addresses),
        cmocka_unit_test(secrets_are_not_shown_to_everybody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
