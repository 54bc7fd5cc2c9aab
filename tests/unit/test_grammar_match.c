/* Matching: abbreviation, the caret, ambiguity, values, no and default; and what the compiler refuses. Expected columns
 * are counted by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/grammar_tables.h"

struct fixture {
    struct fake *fake;
    struct grammar *g;
    struct match *m;
};

static int setup(void **state)
{
    struct fixture *x = NEW(struct fixture);
    x->fake = fake_new();
    x->g = fake_grammar(x->fake);
    x->m = NEW(struct match);
    *state = x;
    return x->g ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    grammar_free(x->g);
    fake_free(x->fake);
    mem_free(x->m);
    mem_free(x);
    return 0;
}

static const char *means(struct fixture *x, enum cmd_mode mode, const char *line)
{
    switch (grammar_match(x->g, mode, 15, line, x->m)) {
    case MATCH_OK: return x->m->expanded;
    case MATCH_EMPTY: return "(empty)";
    case MATCH_COMMENT: return "(comment)";
    case MATCH_INCOMPLETE: return "(incomplete)";
    case MATCH_AMBIGUOUS: return "(ambiguous)";
    case MATCH_INVALID: return "(invalid)";
    }
    return "";
}

static const struct cmd_val *val(struct fixture *x, const char *name)
{
    for (size_t i = 0; i < x->m->nvals; i++)
        if (!strcmp(x->m->vals[i].name, name))
            return &x->m->vals[i];
    return NULL;
}

static void abbreviations(void **state)
{
    static const struct {
        enum cmd_mode mode;
        const char *line, *meaning;
    } t[] = {
        {EXEC, "show crypto isakmp sa", "show crypto isakmp sa"},
        {EXEC, "show cry isa sa", "show crypto isakmp sa"},
        {EXEC, "  SHOW  Crypto\tISA sa  det ", "show crypto isakmp sa detail"},
        {EXEC, "sh ip int bri", "show ip interface brief"},
        {EXEC, "conf t", "configure terminal"},
        {EXEC, "c t", "(ambiguous)"}, /* a file may be named t: copy t ... */
        {EXEC, "cl cry sa", "clear crypto sa"},
        {EXEC, "clear c sa", "clear crypto sa"},
        {EXEC, "show c", "(ambiguous)"}, /* clock is complete, crypto is not */
        {EXEC, "show cl", "show clock"},
        {EXEC, "c", "(ambiguous)"},
        {EXEC, "show c x", "(ambiguous)"}, /* nothing settles it */
        {EXEC, "c x", "(incomplete)"},     /* copy x ... */
        {EXEC, "show", "(incomplete)"},
        {EXEC, "show crypto isakmp", "(incomplete)"},
        {EXEC, "show foooooooo", "(invalid)"},
        {EXEC, "", "(empty)"},
        {EXEC, "   ", "(empty)"},
        {EXEC, "! nothing", "(comment)"},
        {EXEC, "  !--- To test", "(comment)"},
        {EXEC, "copy run start", "copy running-config startup-config"},
        {EXEC, "copy r disk0:x", "copy running-config disk0:x"},
        {EXEC, "sh int gi 0/1 stats", "show interfaces GigabitEthernet0/1 stats"},
        {EXEC, "sh int e0/0.100", "show interfaces Ethernet0/0.100"},
        {EXEC, "sh int desc", "show interfaces description"},
        {EXEC, "show interfaces loopback", "(incomplete)"},
        {EXEC, "ping ip", "(incomplete)"}, /* a whole keyword is never a host name */
        {EXEC, "ping i", "ping i"},        /* an abbreviated one may be */
        {EXEC, "pi 192.0.2.1 rep 3 df", "ping 192.0.2.1 repeat 3 df-bit"},
        {EXEC, "ping 192.0.2.1 df-bit size 100 repeat 2", "ping 192.0.2.1 df-bit size 100 repeat 2"},
        {EXEC, "ping 192.0.2.1 df-bit df-bit", "(invalid)"},
        {EXEC, "no deb cry isa", "no debug crypto isakmp"},
        {EXEC, "no show clock", "(invalid)"},
        {EXEC, "default debug all", "(invalid)"},
        {CONFIG, "no", "(incomplete)"},
        {CONFIG, "en", "end"},
        {CONFIG_ISAKMP, "group 1", "group 1"}, /* exact before 14 and 15 */
        {CONFIG_ISAKMP, "group 14", "group 14"},
        {CONFIG_ISAKMP, "enc aes", "encryption aes"}, /* hidden encr does not disturb */
        {CONFIG_ISAKMP, "encr aes", "encr aes"},      /* and is there when written out */
        {CONFIG_ISAKMP, "hash sha", "hash sha"},
        {CONFIG_APPLET, "action 1 cli command \"show x | append disk0:a\" pattern yes",
         "action 1 cli command \"show x | append disk0:a\" pattern yes"},
        {CONFIG_APPLET, "act 9 sys msg \"a b\" pri inf", "action 9 syslog msg \"a b\" priority informational"},
        {CONFIG_APPLET, "event snmp op eq oid-val \"1\" oid 1.3.6.",
         "event snmp-notification op eq oid-val \"1\" oid 1.3.6."},
        {CONFIG_APPLET, "event snmp op eq oid 1.3.6", "(incomplete)"}, /* oid-val is missing */
        {CONFIG, "crypto isakmp key 0 secret address 192.0.2.1", "crypto isakmp key 0 secret address 192.0.2.1"},
        {CONFIG, "crypto isakmp key address address 192.0.2.1", "crypto isakmp key address address 192.0.2.1"},
        {CONFIG, "snmp host 192.0.2.1 public event-manager config",
         "snmp-server host 192.0.2.1 public event-manager config"},
        {CONFIG, "snmp host 192.0.2.1 version 2c public", "snmp-server host 192.0.2.1 version 2c public"},
    };

    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        const char *meaning = means(*state, t[i].mode, t[i].line);
        if (strcmp(meaning, t[i].meaning) != 0)
            fail_msg("\"%s\" is \"%s\" instead of \"%s\"", t[i].line, meaning, t[i].meaning);
    }
}

static void carets(void **state)
{
    struct fixture *x = *state;
    /* clang-format off */
    static const struct {
        enum cmd_mode mode;
        const char *line, *caret;
    } t[] = {
        {EXEC, "show cru gdoi",
               "       ^"},
        {EXEC, "show foooooooo",
               "       ^"},  /* format */
        {EXEC, "screen-length 0",
               " ^"},
        {EXEC, "foo",
               "^"},
        {EXEC, "show clockx",
               "          ^"},
        {EXEC, "show clock detail now",
               "                  ^"},
        {EXEC, "terminal length 513",
               "                ^"},
        {EXEC, "terminal length x",
               "                ^"},
        {EXEC, "ping 300.1.1.1",
               "     ^"},
        {EXEC, "show interfaces gi0/x",
               "                    ^"},
        {EXEC, "show interfaces gi 0/x",
               "                     ^"},
        {EXEC, "show crypto ipsec sa peer 1.2.3",
               "                          ^"},
        {EXEC, "configure terminal now",
               "                   ^"},
        {CONFIG, "crypto key end",
                 "       ^"},
        {CONFIG, "logging 0255.255.1",
                 "        ^"},
        {CONFIG, "ip route 1.2.3.0 255.0.255.0 1.1.1.1",
                 "                 ^"},  /* no mask */
        {CONFIG, "  hostname a b",
                 "             ^"},  /* leading blanks count */
        {CONFIG, "crypto isakmp policy 10001",
                 "                     ^"},
        {CONFIG, "no hostnamex",
                 "           ^"},
        {CONFIG_IF, "ip address 192.0.2.1 255.255.255.0 secondary",
                    "                                   ^"},
        {CONFIG_IF, "description 1234567890123456789012345678901234567890",
                    "            ^"},  /* 40 characters, 39 fit */
        {CONFIG_CRYPTO_MAP, "set transform-set a b c d e f g",
                            "                              ^"},  /* six fit */
        {CONFIG_APPLET, "event syslog pattern \"x\" maxrun 4294967296",
                        "                                ^"},
    };
    /* clang-format on */

    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        enum match_result r = grammar_match(x->g, t[i].mode, 15, t[i].line, x->m);
        if (r != MATCH_INVALID || x->m->caret != strlen(t[i].caret) - 1)
            fail_msg("\"%s\": result %d, caret %zu instead of %zu", t[i].line, r, x->m->caret, strlen(t[i].caret) - 1);
    }
}

static void long_lines(void **state)
{
    struct fixture *x = *state;
    char line[GRAMMAR_LINE_MAX + 100];

    memset(line, 'a', sizeof(line));
    line[sizeof(line) - 1] = '\0';
    assert_int_equal(grammar_match(x->g, CONFIG, 15, line, x->m), MATCH_INVALID);
    assert_int_equal(x->m->caret, GRAMMAR_LINE_MAX);
    for (size_t i = 0; i < sizeof(line) - 1; i++)
        line[i] = i % 2 ? ' ' : 'x';
    memcpy(line, "event manager run ", 18);
    line[GRAMMAR_LINE_MAX] = '\0';
    assert_int_equal(grammar_match(x->g, EXEC, 15, line, x->m), MATCH_INVALID); /* 16 arguments fit */
    assert_int_equal(x->m->caret, 18 + 17 * 2);
}

static void values(void **state)
{
    struct fixture *x = *state;

    assert_string_equal(means(x, EXEC, "show interfaces gi 0/1 stats"), "show interfaces GigabitEthernet0/1 stats");
    assert_ptr_equal(x->m->self, x->fake);
    assert_int_equal(x->m->nvals, 2);
    assert_string_equal(val(x, "name")->text, "GigabitEthernet0/1");
    assert_int_equal(val(x, "what")->num, 1);
    assert_string_equal(val(x, "what")->text, "stats");

    means(x, EXEC, "clear crypto sa peer 192.0.2.1");
    assert_int_equal(val(x, "peer")->kind, CMD_VAL_INT);
    assert_int_equal(val(x, "peer")->num, 0xC0000201);
    assert_string_equal(val(x, "peer")->text, "192.0.2.1");
    assert_null(val(x, "counters"));
    means(x, EXEC, "clear crypto sa counters");
    assert_int_equal(val(x, "counters")->num, 1);

    means(x, EXEC, "copy start disk0:a");
    assert_int_equal(val(x, "what")->num, 1);
    assert_string_equal(val(x, "what")->text, "startup-config");
    assert_string_equal(val(x, "to")->text, "disk0:a");
    means(x, EXEC, "copy disk0:b start");
    assert_int_equal(val(x, "what")->num, 2);
    assert_string_equal(val(x, "from")->text, "disk0:b");
    assert_string_equal(means(x, EXEC, "copy Flash start"), "copy Flash: startup-config");
    assert_string_equal(val(x, "from")->text, "Flash:");
    assert_string_equal(means(x, EXEC, "copy ./flash start"), "copy ./flash startup-config");

    means(x, EXEC, "event manager run a b c d");
    struct cmd_ctx c = {.vals = x->m->vals, .nvals = x->m->nvals};
    assert_string_equal(cmd_nth(&c, "arg", 0), "b");
    assert_string_equal(cmd_nth(&c, "arg", 2), "d");
    assert_null(cmd_nth(&c, "arg", 3));

    means(x, CONFIG_APPLET, "action 1 cli command \"say \\\"hi\\\" a\\.b\"");
    assert_string_equal(val(x, "text")->text, "say \"hi\" a\\.b");
    assert_int_equal(val(x, "verb")->num, 1);
    means(x, CONFIG_APPLET, "action 1 cli command \"a\\\\b \\\\\" pattern \"\\\\\\\"\""); /* "a\\b \\" and "\\\"" */
    assert_string_equal(val(x, "text")->text, "a\\\\b \\");
    assert_string_equal(val(x, "pattern")->text, "\\\"");
    means(x, CONFIG_APPLET, "action 1 cli command \"no end  ");
    assert_string_equal(val(x, "text")->text, "no end  ");
    means(x, CONFIG_APPLET, "action 1 cli command word");
    assert_string_equal(val(x, "text")->text, "word");
    assert_string_equal(means(x, CONFIG_APPLET, "action 1 cli command \"a\" pattern \"\""),
                        "action 1 cli command \"a\" pattern \"\"");
    assert_string_equal(val(x, "pattern")->text, "");

    means(x, CONFIG_APPLET, "event snmp-notification oid 1.3.6.1. oid-val \"23\" op eq maxrun 35.5");
    assert_string_equal(val(x, "oid")->text, "1.3.6.1.");
    assert_int_equal(val(x, "op")->num, 2);
    assert_int_equal(val(x, "maxrun")->num, 35500);

    means(x, CONFIG, "clock timezone -5");
    assert_int_equal(val(x, "zone")->num, -5);
    means(x, CONFIG_IF, "description  two  words  ");
    assert_string_equal(val(x, "description")->text, "two  words");
    means(x, CONFIG, "crypto ipsec transform-set T esp-aes 256 esp-sha-hmac");
    assert_int_equal(val(x, "cipher")->num, 2);
    means(x, CONFIG, "crypto ipsec transform-set T esp-aes esp-md5-hmac");
    assert_int_equal(val(x, "cipher")->num, 0);
    assert_int_equal(val(x, "auth")->num, 2);
}

static void prefixes(void **state)
{
    struct fixture *x = *state;
    static const struct {
        enum cmd_mode mode;
        const char *line, *meaning;
        bool whole;
    } t[] = {
        {CONFIG_IF, "no ip address", "no ip address", false},
        {CONFIG_IF, "no ip add 192.0.2.1", "no ip address 192.0.2.1", false},
        {CONFIG_IF, "no ip address 192.0.2.1 255.255.255.0", "no ip address 192.0.2.1 255.255.255.0", true},
        {CONFIG_IF, "no ip", "(incomplete)", false},
        {CONFIG_IF, "no shut", "no shutdown", true},
        {CONFIG_IF, "no desc", "no description", false},
        {CONFIG_IF, "ip address", "(incomplete)", false},
        {CONFIG, "no crypto isakmp keepalive", "no crypto isakmp keepalive", false},
        {CONFIG, "no crypto isakmp", "(incomplete)", false},
        {CONFIG, "no crypto isakmp policy", "(incomplete)", false},
        {CONFIG, "no crypto isakmp policy 10", "no crypto isakmp policy 10", true},
        {CONFIG, "no crypto map M", "(incomplete)", false},
        {CONFIG, "no crypto map M 10", "no crypto map M 10", false},
        {CONFIG, "no crypto ipsec transform-set T", "no crypto ipsec transform-set T", false},
        {CONFIG, "no crypto isakmp key k address 192.0.2.1", "no crypto isakmp key k address 192.0.2.1", true},
        {CONFIG, "no crypto isakmp key k address", "(incomplete)", false},
        {CONFIG, "no logging buffered", "no logging buffered", true},
        {CONFIG, "default logging buffered", "default logging buffered", true},
        {CONFIG, "def hostname", "default hostname", false},
        {CONFIG, "no snmp-server host 192.0.2.1", "no snmp-server host 192.0.2.1", false},
        {CONFIG, "no exit", "(invalid)", false},
        {CONFIG_APPLET, "no action 1.0", "no action 1.0", false},
        {CONFIG_APPLET, "no action 1.0 cli", "no action 1.0 cli", false},
        {CONFIG_APPLET, "no action", "(incomplete)", false},
        {CONFIG_APPLET, "no event", "no event", false},
        {CONFIG_APPLET, "no event tag a", "no event tag a", false},
        {CONFIG_EXT_NACL, "no 10", "no 10", false},
        {CONFIG_EXT_NACL, "no permit ip any any", "no permit ip any any", true},
        {CONFIG_ISAKMP, "no lifetime", "no lifetime", false},
        {CONFIG_ISAKMP, "no encryption", "no encryption", false},
        {CONFIG_LINE, "no login", "no login", true},
    };

    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        const char *meaning = means(x, t[i].mode, t[i].line);
        if (strcmp(meaning, t[i].meaning) != 0)
            fail_msg("\"%s\" is \"%s\" instead of \"%s\"", t[i].line, meaning, t[i].meaning);
        if (meaning[0] != '(' && (x->m->whole != t[i].whole || (!x->m->no && !x->m->dflt)))
            fail_msg("\"%s\": whole %d no %d", t[i].line, x->m->whole, x->m->no);
    }
}

static void privileges(void **state)
{
    struct fixture *x = *state;

    assert_int_equal(grammar_match(x->g, EXEC, 1, "show clock", x->m), MATCH_OK);
    assert_int_equal(grammar_match(x->g, EXEC, 1, "configure terminal", x->m), MATCH_INVALID);
    assert_int_equal(x->m->caret, 0); /* no word of this level begins with c */
    assert_int_equal(grammar_match(x->g, EXEC, 0, "exit", x->m), MATCH_OK);
    assert_int_equal(grammar_match(x->g, EXEC, 0, "show clock", x->m), MATCH_INVALID);
}

/* One bad row, and the words with which it is refused. */
static enum cmd_result nothing(struct cmd_ctx *c)
{
    (void)c;
    return CMD_OK;
}

static void refuses(struct cmd_row *rows, size_t n, const char *why)
{
    const struct cmd_table table = {.name = "bad", .rows = rows, .nrows = n}, *tables[] = {&table};
    void *selves[] = {NULL};
    struct text err = {0};
    struct grammar *g = grammar_new(tables, selves, 1, &err);

    if (g)
        grammar_check(g, &err);
    if (!strstr(text_str(&err), why))
        fail_msg("expected \"%s\", got \"%s\"", why, text_str(&err));
    text_free(&err);
    grammar_free(g);
}

static void faults(void **state)
{
    (void)state;
#define REFUSES(why, ...)                                                                                              \
    do {                                                                                                               \
        struct cmd_row r[] = {__VA_ARGS__};                                                                            \
        refuses(r, sizeof(r) / sizeof(r[0]), why);                                                                     \
    } while (0)
    REFUSES("bad: show x: help has 1 text for 2 words (show, x)", DO(EXEC, 1, "show x", nothing, "a"));
    REFUSES("help has 3 texts for 2 words (show, x)", DO(EXEC, 1, "show x", nothing, "a|b|c"));
    REFUSES("help has 2 texts for 1 word (x)", HELP(EXEC, "show", "Show"), DO(EXEC, 1, "show x", nothing, "a|b"));
    REFUSES("no row gives the help of \"show\"", DO(EXEC, 1, "show x", nothing, "|b"));
    REFUSES("\"show Q7q\" is also \"show <word:b>\" of bad", DO(EXEC, 1, "show <word:a>", nothing, "a|b"),
            DO(EXEC, 1, "show <word:b>", nothing, "a|b"));
    REFUSES("\"show x y\" is also \"show x [y]\" of bad", DO(EXEC, 1, "show x [y]", nothing, "a|b|c"),
            DO(EXEC, 1, "show [x] y", nothing, "a|b|c"));
    REFUSES("unknown type at \"<worm:a>\"", DO(EXEC, 1, "show <worm:a>", nothing, "a|b"));
    REFUSES("group not closed", DO(EXEC, 1, "show {a|b", nothing, "a|b|c"));
    REFUSES("bracket without beginning", DO(EXEC, 1, "show a}", nothing, "a|b"));
    REFUSES("<line> must be last", DO(EXEC, 1, "show <line:a> b", nothing, "a|b|c"));
    REFUSES("empty alternative", DO(EXEC, 1, "show {a|}", nothing, "a|b"));
    REFUSES("a sentence needs a word", DO(EXEC, 1, "[show]", nothing, "a"));
    REFUSES("no function", DO(EXEC, 1, "show", NULL, "a"));
    REFUSES("more than one text", HELP(EXEC, "show", "Show|x"), DO(EXEC, 1, "show x", nothing, "b"));
#define A_BIND   NUM(struct fake_conf, stamps)
#define TEN      A_BIND, A_BIND, A_BIND, A_BIND, A_BIND, A_BIND, A_BIND, A_BIND, A_BIND, A_BIND
    REFUSES("more than 24 binds", SET(CONFIG, &conf_scope, "a <stamps:0-1>", "a|b", TEN, TEN, A_BIND, A_BIND, A_BIND, A_BIND, A_BIND));
    REFUSES("nothing is bound to \"b\"",
            SET(CONFIG, &conf_scope, "a <word:b>", "a|b", TXT(struct fake_conf, hostname)));
    REFUSES("the bind \"hostname\" is not in the sentence",
            SET(CONFIG, &conf_scope, "a <word:b>", "a|b", TXT(struct fake_conf, hostname)));
    REFUSES("the field \"stamps\" does not fit <stamps:0-256>",
            SET(CONFIG, &conf_scope, "a <stamps:0-256>", "a|b", NUM(struct fake_conf, stamps)));
    REFUSES("the field \"zone\" does not fit <zone:-129-0>",
            SET(CONFIG, &conf_scope, "a <zone:-129-0>", "a|b", SNUM(struct fake_conf, zone)));
    REFUSES("the field \"stamps\" does not fit <ip:stamps>",
            SET(CONFIG, &conf_scope, "a <ip:stamps>", "a|b", NUM(struct fake_conf, stamps)));
    REFUSES("the field \"location\" does not fit <1-2:location>",
            SET(CONFIG, &conf_scope, "a <1-2:location>", "a|b", TXT(struct fake_conf, location)));
    REFUSES("the field \"stamps\" does not fit on",
            SET(CONFIG, &conf_scope, "on=stamps:300", "a", NUM(struct fake_conf, stamps)));
    REFUSES("no MODE row enters this mode", SET(CONFIG_IF, NULL, "mtu <mtu:1-9>", "a|b", NUM(struct iface_conf, mtu)));
    REFUSES("its scope has no global object",
            SET(CONFIG, &psk_scope, "a <word:key>", "a|b", TXT(struct psk_conf, key)));
    REFUSES("is not a field of its scope",
            MODE(CONFIG, CONFIG_IF, &peer_scope, &conf_scope, struct fake_conf, ifaces, "interface <ifname:name>",
                 "a|b", TXT(struct iface_conf, name)),
            SET(CONFIG_IF, NULL, "mtu <mtu:1-9>", "a|b", NUM(struct iface_conf, mtu)));
    REFUSES("enters no mode", MODE(CONFIG, CMD_MODES, &peer_scope, &conf_scope, struct fake_conf, ifaces, "a <ip:addr>", "a|b",
                                   NUM(struct peer_conf, addr)));
    REFUSES("the mode is entered with another scope",
            MODE(CONFIG, CONFIG_IF, &peer_scope, &conf_scope, struct fake_conf, ifaces, "a <ip:addr>", "a|b",
                 NUM(struct peer_conf, addr)),
            MODE(CONFIG, CONFIG_IF, &set_scope, &conf_scope, struct fake_conf, sets, "b <word:name>", "a|b",
                 TXT(struct set_conf, name)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(abbreviations, setup, teardown),
        cmocka_unit_test_setup_teardown(carets, setup, teardown),
        cmocka_unit_test_setup_teardown(long_lines, setup, teardown),
        cmocka_unit_test_setup_teardown(values, setup, teardown),
        cmocka_unit_test_setup_teardown(prefixes, setup, teardown),
        cmocka_unit_test_setup_teardown(privileges, setup, teardown),
        cmocka_unit_test(faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
