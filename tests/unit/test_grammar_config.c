/* Configuration lines done and printed back: SET, LINE, MODE, no, default, who is told, and the order and separators of
 * running-config. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/grammar_tables.h"

struct printed {
    struct out out;
    struct text text;
};

struct fixture {
    struct fake *fake;
    struct grammar *g;
    struct match *m;
    struct printed printed;
    struct config_next at;
};

static void keep(struct out *o, const char *s, size_t len)
{
    text_addn(&((struct printed *)o)->text, s, len);
}

static int setup(void **state)
{
    struct fixture *x = NEW(struct fixture);
    x->fake = fake_new();
    x->g = fake_grammar(x->fake);
    x->m = NEW(struct match);
    x->at.mode = CONFIG;
    x->printed.out.write = keep;
    *state = x;
    return x->g ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    grammar_free(x->g);
    fake_free(x->fake);
    text_free(&x->printed.text);
    mem_free(x->m);
    mem_free(x);
    return 0;
}

/* Types lines as a shell does: sub-mode first, then CONFIG; "exit" goes up. */
static enum config_result type(struct fixture *x, const char *lines)
{
    enum config_result r = CONFIG_TAKEN;

    for (const char *s = lines; *s;) {
        size_t n = strcspn(s, "\n");
        char *line = mem_strndup(s, n);
        struct config_next next;

        s += n + (s[n] == '\n');
        if (!strcmp(line, "exit")) {
            config_leave(x->g, x->at.mode, x->at.obj, CONFIG, NULL, &x->printed.out);
            x->at = (struct config_next){.mode = CONFIG};
            mem_free(line);
            continue;
        }
        enum match_result got = grammar_match(x->g, x->at.mode, 15, line, x->m);
        if (got != MATCH_OK && x->at.mode != CONFIG) {
            x->at = (struct config_next){.mode = CONFIG};
            got = grammar_match(x->g, CONFIG, 15, line, x->m);
        }
        if (got != MATCH_OK)
            fail_msg("\"%s\": %d, caret %zu", line, got, x->m->caret);
        r = config_run(x->g, x->m, x->at.obj, &x->printed.out, &next);
        if (r == CONFIG_ENTER)
            x->at = next;
        mem_free(line);
    }
    return r;
}

static void type_global(struct fixture *x, const char *lines)
{
    x->at = (struct config_next){.mode = CONFIG};
    type(x, lines);
}

/* The two lines that stand in every configuration are looked for here, and left out of what is expected. */
static void running(struct fixture *x, const char *expected)
{
    static const char marks[] = "boot-start-marker\nboot-end-marker\n!\n";
    struct text out = {0};

    config_running(x->g, false, &out);
    char *at = out.s ? strstr(out.s, marks) : NULL;
    assert_non_null(at);
    memmove(at, at + sizeof marks - 1, strlen(at + sizeof marks - 1) + 1);
    assert_string_equal(text_str(&out), expected);
    text_free(&out);
}

static void told(struct fixture *x, const char *expected)
{
    assert_string_equal(x->fake->log, expected);
    x->fake->log[0] = '\0';
}

#define EMPTY "no service compress-config\n!\n"

static void settings(void **state)
{
    struct fixture *x = *state;

    running(x, EMPTY);
    type(x, "hostname hub\n");
    told(x, "*conf ");
    type(x, "hostname hub\n");
    told(x, ""); /* nothing changed */
    assert_int_equal(type(x, "hostname a_b\n"), CONFIG_REFUSED);
    assert_string_equal(text_str(&x->printed.text), "% Hostname contains one or more illegal characters.\n");
    assert_string_equal(x->fake->conf.hostname, "hub");
    told(x, "");
    type(x, "service compress-config\nclock timezone -5\nservice timestamps log datetime msec\ncrypto isakmp keepalive "
            "30 5 periodic\n");
    running(x, "service timestamps log datetime msec\n"
               "service compress-config\n!\n"
               "hostname hub\n!\n"
               "clock timezone -5\n!\n"
               "crypto isakmp keepalive 30 5 periodic\n!\n");
    type(x, "crypto isakmp keepalive 10 on-demand\nservice timestamps log datetime\n"); /* what is left out has its
                                                                                           default again */
    assert_int_equal(x->fake->conf.retry, 2);
    running(x, "service timestamps log datetime\n"
               "service compress-config\n!\n"
               "hostname hub\n!\n"
               "clock timezone -5\n!\n"
               "crypto isakmp keepalive 10\n!\n");
    type(x, "no crypto isakmp keepalive\nno hostname\nno clock timezone\nno service timestamps log\nno service "
            "compress-config\n");
    assert_string_equal(x->fake->conf.hostname, "Router");
    running(x, EMPTY);
}

/* A switch that is on by default: `no` is kept and printed, `default` is not. */
static void switches(void **state)
{
    struct fixture *x = *state;

    type(x, "no ip domain lookup\n");
    assert_false(x->fake->conf.lookup);
    running(x, "no service compress-config\n!\nno ip domain lookup\n!\n");
    type(x, "default ip domain lookup\n");
    running(x, EMPTY);
    type(x, "logging buffered 8192 informational\n");
    running(x, "no service compress-config\n!\nlogging buffered 8192 informational\n!\n");
    type(x, "logging buffered warnings\n");
    assert_int_equal(x->fake->conf.buffer_size, 4096);
    running(x, "no service compress-config\n!\nlogging buffered warnings\n!\n");
    type(x, "no logging buffered\n");
    assert_false(x->fake->conf.buffered);
    running(x, "no service compress-config\n!\nno logging buffered\n!\n");
    type(x, "logging buffered\n");
    running(x, EMPTY);
}

static void keyed_lines(void **state)
{
    struct fixture *x = *state;

    type(x, "crypto isakmp key a address 192.0.2.1\ncrypto isakmp key b address 192.0.2.0 255.255.255.0 no-xauth\n");
    told(x, "+psk *conf +psk *conf ");
    void *first = x->fake->conf.psks.v[0];
    running(x, "no service compress-config\n!\n"
               "crypto isakmp key a address 192.0.2.1\n"
               "crypto isakmp key b address 192.0.2.0 255.255.255.0 no-xauth\n!\n");
    type(x, "crypto isakmp key c address 192.0.2.1 255.255.255.255\n"); /* the same key: the default mask */
    told(x, "*psk *conf ");
    assert_int_equal(x->fake->conf.psks.n, 2);
    assert_ptr_equal(x->fake->conf.psks.v[0], first);
    type(x, "crypto isakmp key c address 192.0.2.1\n");
    told(x, "");
    type(x, "no crypto isakmp key whatever address 192.0.2.0\n"); /* another mask: absent */
    told(x, "");
    type(x, "no crypto isakmp key whatever address 192.0.2.0 255.255.255.0\n");
    told(x, "-psk *conf ");
    running(x, "no service compress-config\n!\ncrypto isakmp key c address 192.0.2.1\n!\n");
}

/* Two rows of one list: each element by the row that can say all of it. */
static void one_list_many_rows(void **state)
{
    struct fixture *x = *state;
    const char *routes = "ip route 192.0.2.0 255.255.255.0 198.51.100.1\n"
                         "ip route 192.0.2.0 255.255.255.0 Ethernet0/0\n"
                         "ip route 192.0.2.0 255.255.255.0 Ethernet0/1 198.51.100.1 250\n"
                         "ip route 0.0.0.0 0.0.0.0 Null0 5\n";
    char expected[400];

    type(x, routes);
    snprintf(expected, sizeof(expected), "%s!\n%s!\n", "no service compress-config\n", routes);
    running(x, expected);
    type(x, "no ip route 192.0.2.0 255.255.255.0 ethernet 0/1 198.51.100.1\nno ip route 192.0.2.0 255.255.255.0 "
            "198.51.100.1\n");
    running(x, "no service compress-config\n!\n"
               "ip route 192.0.2.0 255.255.255.0 Ethernet0/0\n"
               "ip route 0.0.0.0 0.0.0.0 Null0 5\n!\n");
}

static void applets(void **state)
{
    struct fixture *x = *state;

    assert_int_equal(type(x, "event manager applet command_hub\n"), CONFIG_ENTER);
    assert_int_equal(x->at.mode, CONFIG_APPLET);
    told(x, "+applet *conf ");
    type(x, " event syslog pattern \"CRYPTO-4-RECVD_PKT_INV_SPI.*srcaddr=11.1.1.3\"\n"
            " action 1 cli command \"enable\"\n"
            " action 2 syslog msg \"running ...\" priority informational\n"
            " action 10.0 syslog priority errors msg \"x\"\n"
            " action 7 wait 18\n"
            " action 8.1 snmp-trap intdata1 -2323232 strdata \"\"\n");
    told(x, "*applet +action *applet +action *applet +action *applet +action *applet +action *applet ");
    const char *block = "event manager applet command_hub\n"
                        " event syslog pattern \"CRYPTO-4-RECVD_PKT_INV_SPI.*srcaddr=11.1.1.3\"\n"
                        " action 1 cli command \"enable\"\n"
                        " action 10.0 syslog priority errors msg \"x\"\n"
                        " action 2 syslog msg \"running ...\"\n"
                        " action 7 wait 18\n"
                        " action 8.1 snmp-trap intdata1 -2323232 strdata \"\"\n";
    char expected[900];
    snprintf(expected, sizeof(expected), EMPTY "%s!\n", block);
    running(x, expected);

    /* a label typed again is another verb now; an event of the same tag replaces the first */
    type(x, "action 7 cli command \"say \\\"a\\\" \\.\"\nevent snmp-notification oid 1.3.6. oid-val \"2\" op ne "
            "src-ip-address 192.0.2.1 maxrun 35.25\n");
    told(x, "*action *applet *applet ");
    type(x, "event tag t syslog pattern x\nno action 10.0\nno action 8.1 wait\nno action 99\n");
    running(x, EMPTY "event manager applet command_hub\n"
                     " event snmp-notification oid 1.3.6. oid-val \"2\" op ne src-ip-address 192.0.2.1 maxrun 35.250\n"
                     " event tag t syslog pattern \"x\"\n"
                     " action 1 cli command \"enable\"\n"
                     " action 2 syslog msg \"running ...\"\n"
                     " action 7 cli command \"say \\\"a\\\" \\.\"\n!\n");
    type(x, "no event\n");
    assert_int_equal(((struct applet_conf *)x->fake->conf.applets.v[0])->events.n, 1);
    type(x, "no event tag t\n");
    x->fake->log[0] = '\0';
    type(x, "exit\n");
    told(x, "<applet ");
}

static void modes(void **state)
{
    struct fixture *x = *state;

    type(x, "event manager applet a class B trap\nexit\n");
    void *a = x->fake->conf.applets.v[0];
    x->fake->log[0] = '\0';
    type(x, "event manager applet a\n"); /* entered, unchanged */
    assert_ptr_equal(x->at.obj, a);
    told(x, "");
    running(x, EMPTY "event manager applet a class B trap\n!\n");
    type_global(x, "event manager applet a class C\n"); /* says more than the key: trap is off now */
    told(x, "*applet *conf ");
    running(x, EMPTY "event manager applet a class C\n!\n");

    x->at = (struct config_next){.mode = CONFIG};
    assert_int_equal(type(x, "event manager applet a class Z\n"), CONFIG_REFUSED);
    assert_string_equal(text_str(&x->printed.text), "% no such class\n");
    assert_int_equal(type(x, "event manager applet b class Z\n"), CONFIG_REFUSED);
    assert_int_equal(x->fake->conf.applets.n, 1);
    running(x, EMPTY "event manager applet a class C\n!\n");

    assert_true(config_alive(x->g, CONFIG_APPLET, a));
    assert_true(config_alive(x->g, CONFIG, NULL));
    x->fake->log[0] = '\0';
    type(x, "no event manager applet a\n");
    told(x, "-applet *conf ");
    assert_false(config_alive(x->g, CONFIG_APPLET, a));
    running(x, EMPTY);
    type(x, "no event manager applet a\n");
    told(x, "");
}

static void interfaces(void **state)
{
    struct fixture *x = *state;
    struct text out = {0};

    type(x, "int e0/0\nip address 192.0.2.1 255.255.255.0\ndesc to  the hub\ncrypto map M\nint lo 0\nshut\nmtu 1400\n");
    running(x,
            "no service compress-config\n!\n"
            "interface Ethernet0/0\n description to  the hub\n ip address 192.0.2.1 255.255.255.0\n crypto map M\n!\n"
            "interface Loopback0\n mtu 1400\n no ip address\n shutdown\n!\n");
    assert_true(config_running_section(x->g, "interface Loopback0", &out));
    assert_string_equal(text_str(&out), "interface Loopback0\n mtu 1400\n no ip address\n shutdown\n");
    text_clear(&out);
    assert_false(config_running_section(x->g, "interface Loopback", &out));
    type(x, "no shutdown\ndefault mtu\nno ip address\n");
    type_global(x, "default interface Ethernet0/0\n");
    running(x, "no service compress-config\n!\n"
               "interface Ethernet0/0\n no ip address\n!\n"
               "interface Loopback0\n no ip address\n!\n");
    text_free(&out);
}

static void crypto(void **state)
{
    struct fixture *x = *state;
    const char *body =
        "no service compress-config\n!\n"
        "crypto isakmp policy 5\n encryption 3des\n hash md5\n authentication pre-share\n group 14\n lifetime 3600\n"
        "!\ncrypto isakmp policy 10\n"
        "crypto isakmp key k address 192.0.2.9\n"
        "crypto isakmp invalid-spi-recovery\n!\n"
        "crypto ipsec transform-set A esp-aes 256 esp-sha-hmac\n mode transport\n"
        "crypto ipsec transform-set B esp-3des\n!\n"
        "crypto map M 10 ipsec-isakmp\n set peer 192.0.2.9\n set peer 192.0.2.8\n set transform-set A B\n set pfs "
        "group14\n match address 101\n!\n";

    type(x,
         "crypto isakmp policy 10\nexit\ncrypto isakmp policy 5\nencr 3des\nhash md5\nauth pre\ngroup 14\nlife 3600\n"
         "crypto isakmp key k address 192.0.2.9\ncrypto isakmp invalid-spi-recovery\n"
         "crypto ipsec transform-set A esp-aes 256 esp-sha-hmac\nmode transport\ncrypto ipsec transform-set B esp-3des "
         "esp-md5-hmac\n"
         "crypto ipsec transform-set B esp-3des\n" /* replaces both */
         "crypto map M 10 ipsec-isakmp\nset peer 192.0.2.9\nset peer 192.0.2.8\nset transform-set A B\nmatch address "
         "101\nset pfs group14\n");
    running(x, body);

    /* what is printed can be typed: into an empty router, with the same result */
    void *other[1];
    assert_int_equal(setup(other), 0);
    struct fixture *y = other[0];
    char *lines = mem_strdup(body), *save = NULL;
    for (char *s = strtok_r(lines, "\n", &save); s; s = strtok_r(NULL, "\n", &save))
        if (*s != '!')
            type(y, s);
    mem_free(lines);
    running(y, body);
    teardown(other);

    type_global(
        x, "crypto map M 10 ipsec-isakmp\nset transform-set B\nno set peer 192.0.2.9\nno set pfs\nno match address\n");
    type_global(x, "no crypto isakmp policy 5\nno crypto ipsec transform-set A\nno crypto isakmp key k address "
                   "192.0.2.9\nno crypto isakmp invalid-spi-recovery\n");
    running(x, "no service compress-config\n!\n"
               "crypto isakmp policy 10\n!\n"
               "crypto ipsec transform-set B esp-3des\n!\n"
               "crypto map M 10 ipsec-isakmp\n set peer 192.0.2.8\n set transform-set B\n!\n");
}

/* Sorted list, key given by the owner when none is typed, `no` by number or by content. */
static void access_lists(void **state)
{
    struct fixture *x = *state;

    type(x, "ip access-list extended 101\npermit ip any any\n5 deny udp host 192.0.2.1 any\npermit esp 192.0.2.0 "
            "0.0.0.255 host 198.51.100.1\n");
    running(x, EMPTY "ip access-list extended 101\n"
                     " 5 deny udp host 192.0.2.1 any\n"
                     " 10 permit ip any any\n"
                     " 20 permit esp 192.0.2.0 0.0.0.255 host 198.51.100.1\n!\n");
    type(x, "no permit\nno permit tcp any any\nno permit ip any any\nno 5\n");
    running(x, EMPTY "ip access-list extended 101\n"
                     " 20 permit esp 192.0.2.0 0.0.0.255 host 198.51.100.1\n!\n");
    type(x, "20 deny ip any any\n");
    running(x, EMPTY "ip access-list extended 101\n 20 deny ip any any\n!\n");
}

static void rest(void **state)
{
    struct fixture *x = *state;

    type(x, "snmp host 192.0.2.1 public event-manager config\nsnmp host 192.0.2.2 version 2c private udp-port "
            "1162\nsnmp location here  there\nsnmp manager\n"
            "line vty 0 4\nlogin local\nexec-timeout 0 0\nline con 0\nlogin\n");
    running(x, EMPTY "snmp-server manager\n"
                     "snmp-server location here  there\n"
                     "snmp-server host 192.0.2.1 public event-manager config\n"
                     "snmp-server host 192.0.2.2 version 2c private udp-port 1162\n!\n"
                     "line console 0\n login\n"
                     "line vty 0 4\n login local\n exec-timeout 0\n!\n");
    type(x, "no login\nno snmp-server host 192.0.2.1\nno line vty 0\n");
    running(x, EMPTY "snmp-server manager\n"
                     "snmp-server location here  there\n"
                     "snmp-server host 192.0.2.2 version 2c private udp-port 1162\n!\n"
                     "line console 0\n!\n");
}

static void all_defaults(void **state)
{
    struct fixture *x = *state;
    struct text out = {0};

    type(x, "hostname hub\n");
    config_running(x->g, true, &out);
    assert_non_null(strstr(text_str(&out), "\nno crypto isakmp invalid-spi-recovery\n"));
    assert_non_null(strstr(text_str(&out), "\nip domain lookup\n"));
    assert_non_null(strstr(text_str(&out), "\nhostname hub\n"));
    text_free(&out);
}

/* 5,000 lines of configuration take well under a second. */
static void many_lines(void **state)
{
    struct fixture *x = *state;
    struct text line = {0};

    for (unsigned i = 0; i < 5000; i++) {
        text_clear(&line);
        text_printf(&line, "ip route 10.%u.%u.0 255.255.255.0 192.0.2.%u", i / 250, i % 250, i % 200 + 1);
        assert_int_equal(grammar_match(x->g, CONFIG, 15, text_str(&line), x->m), MATCH_OK);
        assert_int_equal(x->m->nvals, 3);
    }
    text_free(&line);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(settings),     TEST(switches), TEST(keyed_lines),  TEST(one_list_many_rows),
        TEST(applets),      TEST(modes),    TEST(interfaces),   TEST(crypto),
        TEST(access_lists), TEST(rest),     TEST(all_defaults), TEST(many_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
