/* test_eem_match.c: what an event matches and what an action's text becomes: literals and patterns, OIDs and values of
 * notifications, labels, variables, cron. Tables of facts; the expected values are worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "eem/cron.h"
#include "eem/eem.h"
#include "eem/literals.h"
#include "eem/patterns.h"
#include "eem/vars.h"
#include "espial/clock.h"
#include "espial/bus.h"
#include "espial/ip.h"
#include "espial/loop.h"
#include "espial/msg.h"
#include "espial/text.h"
#include "tests/sim/vloop.h"

/* ---- patterns */

static void test_literal(void **state)
{
    static const struct {
        const char *pattern, *literal;
    } facts[] = {
        {"CRYPTO-4-RECVD_PKT_INV_SPI.*srcaddr=11.1.1.3", "CRYPTO-4-RECVD_PKT_INV_SPI"},
        {"", ""},
        {".*", ""},
        {"abc", "abc"},
        {"a|bcd", ""},
        {"ab*cde", "cde"},
        {"abc?de", "ab"},
        {"ab+cd", "ab"},
        {"ab+*cd", "cd"},
        {"x(longer inside)yz", "longer inside"},
        {"x[abc]yzz", "yzz"},
        {"x[]abc]yzz", "yzz"},
        {"x[a\\]]yzz", "yzz"},
        {"x[[:alpha:]]yzz", "yzz"},
        {"^%LINK", "%LINK"},
        {"Gi0\\.1", "Gi0.1"},
        {"a\\1bcd", "bcd"},
        {"(?i)abc", ""},
        {"abc(", ""},
        {"abc[", ""},
        {"up{2}down", "up{2}down"}, /* braces are themselves */
        {"x{|abc", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        struct literals l;
        literals_of(facts[i].pattern, &l);
        assert_string_equal(l.n == 1 ? l.v[0] : "", facts[i].literal);
    }
}

/* Alternatives: one of each, the best part of a sequence; nothing where one of them says nothing. */
static void test_literals(void **state)
{
    static const struct {
        const char *pattern, *literals;
    } facts[] = {
        {"LINK-3-UPDOWN|LINEPROTO-5-UPDOWN", "LINK-3-UPDOWN LINEPROTO-5-UPDOWN "},
        {"%(LINK|LINEPROTO)-[35]-UP", "LINK LINEPROTO "},
        {"%(LINK|LINEPROTO)-[35]-UPDOWN", "-UPDOWN "},
        {"(down|up)", "down up "},
        {"(down|up)?abc", "abc "},
        {"(down|up)*", ""},
        {"(down|up)+", "down up "},
        {"(down|.*)", ""},
        {"down|", ""},
        {"a((bcd|efg)|hij(k|lm)?)", "bcd efg hij "},
        {"same|same", "same "},
        {"(a|b)(c|d)", "a b "},
        {"a)b", ""},
        {"(((((((((((deep)))))))))))", ""},
        {"a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p", "a b c d e f g h i j k l m n o p "},
        {"a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q", ""}, /* more than sixteen */
        {"x[|]yz|w", "yz w "},
        {"x\\|yz", "x|yz "},
        {"0123456789012345678901234567890123456789", "01234567890123456789012345678901 "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        struct literals l;
        struct text got = {0};
        literals_of(facts[i].pattern, &l);
        text_add(&got, "");
        for (size_t k = 0; k < l.n; k++)
            text_printf(&got, "%s ", l.v[k]);
        assert_string_equal(text_str(&got), facts[i].literals);
        text_free(&got);
    }
}

static void note(void *arg, void *owner)
{
    text_printf(arg, "%s ", (const char *)owner);
}

static const char *matches(struct patterns *p, struct text *got, const char *line, size_t text_at)
{
    text_clear(got);
    text_add(got, "");
    patterns_match(p, line, strlen(line), text_at, note, got);
    return text_str(got);
}

#define INV_SPI                                                                                                        \
    "*Mar 12 18:22:10.706: %CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for "               \
    "destaddr=213.163.222.7, "                                                                                         \
    "prot=50, spi=0x68842105(1753489669), srcaddr=11.1.1.3, input interface=Ethernet0/0"

static void test_many_patterns(void **state)
{
    struct patterns *p = patterns_new();
    struct text got = {0};
    char err[128], incident[] = "incident", other[] = "other", all[] = "all", start[] = "start", word[] = "word",
                   suffix[] = "suffix", twin[] = "twin";
    (void)state;
    assert_true(patterns_add(p, "CRYPTO-4-RECVD_PKT_INV_SPI.*srcaddr=11.1.1.3", incident, err));
    assert_true(patterns_add(p, "CRYPTO-4-RECVD_PKT_INV_SPI.*srcaddr=11.1.1.4", other, err));
    assert_true(patterns_add(p, ".*", all, err));
    assert_true(patterns_add(p, "^%CRYPTO-", start, err));
    assert_true(patterns_add(p, "RECVD", word, err));
    assert_true(patterns_add(p, "VD_PKT", suffix, err));
    assert_true(patterns_add(p, "RECVD", twin, err));
    assert_string_equal(matches(p, &got, INV_SPI, 22), "incident all start word suffix twin ");
    assert_string_equal(matches(p, &got, INV_SPI, 0), "incident all word suffix twin ");
    assert_string_equal(matches(p, &got, "RECV D_PKT", 0), "all ");
    assert_string_equal(matches(p, &got, "RECVD", 0), "all word twin ");
    assert_string_equal(matches(p, &got, "", 0), "all ");
    patterns_remove(p, word);
    patterns_remove(p, all);
    assert_string_equal(matches(p, &got, "RERECVD_PKT", 0), "suffix twin ");
    assert_false(patterns_add(p, "a(b", word, err));
    assert_string_equal(matches(p, &got, "a(b", 0), "");
    text_free(&got);
    patterns_free(p);
}

/* Alternatives with words of their own, beside those that have none; a word seen twice; more entries than a machine word. */
static void test_alternatives(void **state)
{
    struct patterns *p = patterns_new();
    struct text got = {0};
    char err[128], names[130][8], updown[] = "updown", either[] = "either", all[] = "all";
    (void)state;
    for (unsigned i = 0; i < 128; i++) {
        char pattern[32];
        snprintf(names[i], sizeof names[i], "n%u", i);
        snprintf(pattern, sizeof pattern, "A%u;|B%u;", i, i);
        assert_true(patterns_add(p, pattern, names[i], err));
    }
    assert_true(patterns_add(p, "%(LINK|LINEPROTO)-[35]-UP", updown, err));
    assert_true(patterns_add(p, "LINK|down|LINK", either, err));
    assert_string_equal(matches(p, &got, "B127; A3; B3; A64;", 0), "n3 n64 n127 ");
    assert_string_equal(matches(p, &got, "%LINK-3-UPDOWN LINK", 0), "updown either ");
    assert_string_equal(matches(p, &got, "%LINEPROTO-5-UPDOWN: down", 0), "updown either ");
    assert_string_equal(matches(p, &got, "%LINEPROTO-5-CHANGED", 0), "");
    assert_true(patterns_add(p, "x*", all, err));
    assert_string_equal(matches(p, &got, "", 0), "all ");
    assert_string_equal(matches(p, &got, "A0;", 0), "n0 all ");
    patterns_remove(p, names[0]);
    assert_string_equal(matches(p, &got, "A0;A1;", 0), "n1 all ");
    text_free(&got);
    patterns_free(p);
}

/* '_' in event patterns: itself or another delimiter, or an end of the line; what stands beside it is still looked for at once. */
static void test_underscore(void **state)
{
    struct patterns *p = patterns_new();
    struct text got = {0};
    char err[128], a[] = "a", b[] = "b", c[] = "c", d[] = "d", e[] = "e", f[] = "f";
    (void)state;
    assert_true(patterns_add(p, "x_.*y", a, err));
    assert_true(patterns_add(p, "[_]z", b, err));
    assert_true(patterns_add(p, "RECVD_PKT_INV_SPI", c, err));
    assert_true(patterns_add(p, "_10.0.0.1_Down", d, err));
    assert_true(patterns_add(p, "is down", e, err)); /* a blank is a blank */
    assert_true(patterns_add(p, "a\\_b", f, err));
    assert_string_equal(matches(p, &got, "x_1y", 0), "a ");
    assert_string_equal(matches(p, &got, "x 1y", 0), "a ");
    assert_string_equal(matches(p, &got, "x1y", 0), "");
    assert_string_equal(matches(p, &got, "_z", 0), "b ");
    assert_string_equal(matches(p, &got, " z", 0), "");
    assert_string_equal(matches(p, &got, "%CRYPTO-4-RECVD_PKT_INV_SPI: decaps", 0), "c ");
    assert_string_equal(matches(p, &got, "10.0.0.1 Down", 0), "d ");
    assert_string_equal(matches(p, &got, "neighbor (10.0.0.1)Down", 0), "d ");
    assert_string_equal(matches(p, &got, "110.0.0.1 Down", 0), "");
    assert_string_equal(matches(p, &got, "it is down", 0), "e ");
    assert_string_equal(matches(p, &got, "it is_down", 0), "");
    assert_string_equal(matches(p, &got, "it is,down", 0), "");
    assert_string_equal(matches(p, &got, "a_b", 0), "f ");
    assert_string_equal(matches(p, &got, "a b", 0), "");
    char *same = pattern_translate("a_\\_[_]_[\\]_]");
    assert_string_equal(same, "a\\_\\_[_]\\_[\\]_]");
    mem_free(same);
    text_free(&got);
    patterns_free(p);
}

/* What people write there: \s, \d, \w and their negations are classes. */
static void test_letters(void **state)
{
    struct patterns *p = patterns_new();
    struct text got = {0};
    char err[128], a[] = "a", b[] = "b", c[] = "c";
    (void)state;
    assert_true(patterns_add(p, "AP Name:\\s+([^\\s]+)\\s+.*Joined", a, err));
    assert_true(patterns_add(p, "port \\d+\\.$", b, err));
    assert_true(patterns_add(p, "<\\S\\D\\W[\\d\\w]>", c, err));
    assert_string_equal(matches(p, &got, "AP Name: ap-1 Mac: 00 Joined", 0), "a ");
    assert_string_equal(matches(p, &got, "AP Name:s1s Joined", 0), "");
    assert_string_equal(matches(p, &got, "port 17.", 0), "b ");
    assert_string_equal(matches(p, &got, "port d.", 0), "");
    assert_string_equal(matches(p, &got, "<xx-7>", 0), "c ");
    assert_string_equal(matches(p, &got, "<xx77>", 0), "");
    text_free(&got);
    patterns_free(p);
}

/* ---- variables */

static void test_expand(void **state)
{
    struct vars vs = {0};
    struct conf_list env;
    char missing[64];
    (void)state;
    conf_list_init(&env, sizeof(struct environment_conf), NULL, NULL);
    struct environment_conf *e = NEW(struct environment_conf);
    str_copy(e->name, sizeof e->name, "site");
    str_copy(e->value, sizeof e->value, "hub $own");
    conf_list_add(&env, e);
    assert_true(vars_set(&vs, "own", "mine"));
    assert_true(vars_set(&vs, "_a1", "first"));
    assert_true(vars_set(&vs, "own", "yours"));
    static const struct {
        const char *in, *out, *missing;
    } facts[] = {
        {"plain", "plain", NULL},         {"$own", "yours", NULL},     {"<$own>", "<yours>", NULL},
        {"$_a1.x", "first.x", NULL},      {"$site", "hub $own", NULL}, /* values are not looked at again */
        {"cost 5$", "cost 5$", NULL},     {"$$own", "$yours", NULL},   {"$ own", "$ own", NULL},
        {"$_a1$own", "firstyours", NULL}, {"$ownx", NULL, "ownx"},     {"x $nothing y", NULL, "nothing"},
    };
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        struct text out = {0};
        bool ok = vars_expand(&vs, &env, facts[i].in, &out, missing);
        assert_int_equal(ok, facts[i].out != NULL);
        assert_string_equal(ok ? text_str(&out) : missing, ok ? facts[i].out : facts[i].missing);
        text_free(&out);
    }
    conf_list_clear(&env);
    vars_free(&vs);
}

static void test_bounds_of_vars(void **state)
{
    struct vars vs = {0};
    char name[16];
    (void)state;
    for (unsigned i = 0; i < VARS_MAX; i++) {
        snprintf(name, sizeof name, "v%u", i);
        assert_true(vars_set(&vs, name, "x"));
    }
    assert_false(vars_set(&vs, "one_more", "x"));
    char *big = mem_new(2 * VAR_VALUE_MAX);
    memset(big, 'y', 2 * VAR_VALUE_MAX - 1);
    assert_true(vars_set(&vs, "v0", big));
    assert_int_equal(strlen(vars_get(&vs, "v0")), VAR_VALUE_MAX);
    mem_free(big);
    vars_free(&vs);
}

/* ---- labels */

static void test_label_order(void **state)
{
    static const char *const typed[] = {"9", "10.0", "8.1", "2.0", "1.0", "8", "7", "120", "13"};
    static const char *const sorted[] = {"1.0", "10.0", "120", "13", "2.0", "7", "8", "8.1", "9"};
    struct applet_conf a = {0};
    (void)state;
    applet_conf_init(&a);
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
        struct action_conf *act = NEW(struct action_conf);
        str_copy(act->label, sizeof act->label, typed[i]);
        conf_list_add(&a.actions, act);
    }
    for (size_t i = 0; i < sizeof sorted / sizeof sorted[0]; i++)
        assert_string_equal(((struct action_conf *)a.actions.v[i])->label, sorted[i]);
    applet_conf_fini(&a);
}

/* ---- notifications */

struct box {
    struct loop *loop;
    struct clock *clock;
    struct bus *bus;
    struct log *log;
    struct eem *eem;
};

static void box_open(struct box *b)
{
    b->loop = vloop_new(INT64_C(1584037330) * 1000000);
    b->clock = clock_new(b->loop);
    b->bus = bus_new(b->loop);
    b->log = log_new(b->loop, b->bus);
    b->eem = eem_new(&(struct eem_env){.loop = b->loop, .clock = b->clock, .bus = b->bus, .log = b->log});
}

static void box_close(struct box *b)
{
    eem_free(b->eem);
    log_free(b->log);
    bus_free(b->bus);
    clock_free(b->clock);
    vloop_free(b->loop);
}

static struct trap_var *add_var(struct fact_trap *t, const char *oid, enum trap_type type)
{
    struct trap_var *v = &t->vars[t->nvars++];
    for (v->oid_len = 0; *oid; oid += *oid == '.')
        v->oid[v->oid_len++] = (uint32_t)strtoul(oid, (char **)&oid, 10);
    v->type = type;
    return v;
}

static void add_int(struct fact_trap *t, const char *oid, int64_t num)
{
    add_var(t, oid, TRAP_INT)->num = num;
}

static void add_str(struct fact_trap *t, const char *oid, const char *s)
{
    struct trap_var *v = add_var(t, oid, TRAP_STRING);
    v->len = (uint16_t)strlen(s);
    memcpy(v->data, s, v->len);
}

static uint64_t triggered(struct eem *e, const char *name)
{
    struct eem_policy_info p;
    for (size_t cursor = 0; eem_policy_next(e, &cursor, &p);)
        if (!strcmp(p.conf->name, name))
            return p.triggered;
    fail_msg("%s is not registered", name);
    return 0;
}

#define INT1  "1.3.6.1.4.1.9.10.91.1.2.3.1.9"
#define INT1N "1.3.6.1.4.1.9.10.134.1.2.3.1.9"
#define STR1  "1.3.6.1.4.1.9.10.91.1.2.3.1.11.7"
#define SRC   0xD5A3DE07u /* 213.163.222.7 */
#define DST   0x0B010103u /* 11.1.1.3 */

static void test_notification(void **state)
{
    static const struct {
        const char *oid, *val;
        enum eem_op op;
        uint32_t src, dst;
        bool fires;
    } facts[] = {
        /* the notification carries intdata1.7 = 2323232, strdata.7 = "hello", and an address 10.0.0.1 as
           object 1.3.6.1.2.1.99.1 */
        {INT1 ".", "2323232", EEM_EQ, 0, 0, true},
        {INT1 ".7", "2323232", EEM_EQ, 0, 0, true},
        {"." INT1 ".7", "2323232", EEM_EQ, 0, 0, true},
        {INT1, "2323232", EEM_EQ, 0, 0, false}, /* without the dot: the whole name */
        {INT1 ".8", "2323232", EEM_EQ, 0, 0, false},
        {INT1 ".7.", "2323232", EEM_EQ, 0, 0, true},
        {INT1 ".7.1.", "2323232", EEM_EQ, 0, 0, false},
        {INT1 ".", "02323232", EEM_EQ, 0, 0, true}, /* as numbers */
        {INT1 ".", "2323233", EEM_EQ, 0, 0, false},
        {INT1 ".", "2323233", EEM_NE, 0, 0, true},
        {INT1 ".", "2323232", EEM_NE, 0, 0, false},
        {INT1 ".", "999999", EEM_GT, 0, 0, true}, /* as text "2..." < "9..." */
        {INT1 ".", "2323232", EEM_GT, 0, 0, false},
        {INT1 ".", "2323232", EEM_GE, 0, 0, true},
        {INT1 ".", "10000000", EEM_LT, 0, 0, true},
        {INT1 ".", "-1", EEM_LE, 0, 0, false},
        {INT1 ".", "2323232", EEM_LE, 0, 0, true},
        {STR1, "hello", EEM_EQ, 0, 0, true},
        {STR1, "hell", EEM_GT, 0, 0, true},
        {STR1, "Hello", EEM_EQ, 0, 0, false},
        {"1.3.6.1.2.1.99.1", "10.0.0.1", EEM_EQ, 0, 0, true},
        {INT1N ".", "2323232", EEM_EQ, 0, 0, true}, /* both roots name the same objects */
        {"1.3.6.1.4.1.9.10.92.1.2.3.1.9.", "2323232", EEM_EQ, 0, 0, false},
        {INT1 ".", "2323232", EEM_EQ, SRC, 0, true},
        {INT1 ".", "2323232", EEM_EQ, SRC + 1, 0, false},
        {INT1 ".", "2323232", EEM_EQ, SRC, DST, true},
        {INT1 ".", "2323232", EEM_EQ, SRC, DST + 1, false},
        {"1.3.6.1.4.1.9.10.91.1.2.3.1.10.", "0", EEM_EQ, 0, 0, false}, /* noSuchInstance has no value */
    };
    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        struct box b;
        box_open(&b);
        struct applet_conf a = {.name = "t"};
        applet_conf_init(&a);
        struct event_conf *ev = NEW(struct event_conf);
        event_conf_init(ev);
        ev->type = EEM_SNMP_NOTIFICATION;
        str_copy(ev->oid, sizeof ev->oid, facts[i].oid);
        str_copy(ev->oid_val, sizeof ev->oid_val, facts[i].val);
        ev->op = (uint8_t)facts[i].op;
        ev->src_ip = facts[i].src;
        ev->dst_ip = facts[i].dst;
        conf_list_add(&a.events, ev);
        assert_int_equal(eem_register(b.eem, &a), EEM_REGISTERED);

        struct fact_trap *t = NEW(struct fact_trap);
        t->src = SRC;
        t->dst = DST;
        add_int(t, INT1 ".7", 2323232);
        add_var(t, "1.3.6.1.4.1.9.10.91.1.2.3.1.10.7", TRAP_NONE);
        add_str(t, STR1, "hello");
        add_var(t, "1.3.6.1.2.1.99.1", TRAP_IP)->num = 0x0A000001;
        bus_publish(b.bus, FACT_TRAP_HEARD, t, sizeof *t);
        vloop_run_for(b.loop, US_PER_S);
        if (triggered(b.eem, "t") != (facts[i].fires ? 1u : 0u))
            fail_msg("fact %zu: oid %s val %s", i, facts[i].oid, facts[i].val);
        mem_free(t);
        applet_conf_fini(&a);
        box_close(&b);
    }
}

static void test_event_check(void **state)
{
    static const struct {
        struct event_conf ev;
        bool good;
    } facts[] = {
        {{.type = EEM_SYSLOG, .pattern = "a.*b"}, true},
        {{.type = EEM_SYSLOG, .pattern = "a(b"}, false},
        {{.type = EEM_SYSLOG, .pattern = "[a"}, false},
        {{.type = EEM_SNMP_NOTIFICATION, .oid = "1.3.6."}, true},
        {{.type = EEM_SNMP_NOTIFICATION, .oid = "1.3..6"}, false},
        {{.type = EEM_SNMP_NOTIFICATION, .oid = "1.3.4294967296"}, false},
        {{.type = EEM_SNMP_NOTIFICATION, .oid = "ifIndex"}, false},
        {{.type = EEM_SNMP_NOTIFICATION, .oid = ""}, false},
        {{.type = EEM_WATCHDOG, .time = 1000}, true},
        {{.type = EEM_WATCHDOG, .time = 999}, false},
        {{.type = EEM_CRON, .cron = "0 0 * * *"}, true},
        {{.type = EEM_CRON, .cron = "0 0 * *"}, false},
        {{.type = EEM_CRON, .cron = "@reboot"}, true},
        {{.type = EEM_NONE}, true},
        {{.type = 77}, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        char why[128] = "";
        assert_int_equal(eem_event_check(&facts[i].ev, why), facts[i].good);
        assert_int_equal(!why[0], facts[i].good);
    }
}

/* ---- cron */

#define MIN INT64_C(60000000)

static void test_cron(void **state)
{
    /* 2021-03-10 13:22:46 UTC was a Wednesday: 1615382566 */
    const int64_t now = INT64_C(1615382566) * 1000000;
    static const struct {
        const char *entry;
        int64_t next; /* seconds since 1970 */
    } facts[] = {
        {"* * * * *", 1615382580},                                  /* 13:23 */
        {"*/15 * * * *", 1615383000},                               /* 13:30 */
        {"5,40-42 * * * *", 1615383600},                            /* 13:40 */
        {"0 * * * *", 1615384800},                                  /* 14:00 */
        {"@midnight", 1615420800},                                  /* Mar 11 00:00 */
        {"1 9 * * 1-5", 1615453260},                                /* Thu Mar 11 09:01 */
        {"0 0 * * 0", 1615680000},                                  /* Sun Mar 14 */
        {"0 0 * * 7", 1615680000},       {"0 0 1 * *", 1617235200}, /* Apr 1 */
        {"0 0 13 * 5", 1615507200},                                 /* Fri Mar 12 comes before Sat Mar 13 */
        {"0 0 29 2 *", 1709164800},                                 /* Feb 29 2024 */
        {"10/20 * * * *", 1615383000},                              /* 10, 30, 50 */
        {"0 9 * apr *", 1617267600},                                /* Apr 1 09:00 */
        {"0 0 * * Mon", 1615766400},                                /* Mar 15 */
    };
    static const char *const bad[] = {"",          "* * * *",     "* * * * * *", "60 * * * *",  "* 24 * * *",
                                      "* * 0 * *", "* * * 13 *",  "* * * * 8",   "5-2 * * * *", "*/0 * * * *",
                                      "a * * * *", "1,, * * * *", "@never", "@reboot",
                                      "0 9 * jan-feb *", "0 9 * janu *", "* jan * * *", "* * * mon *"};
    struct cron c;
    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        assert_true(cron_parse(facts[i].entry, &c));
        assert_int_equal(cron_next(&c, now) / 1000000, facts[i].next);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (cron_parse(bad[i], &c))
            fail_msg("accepted: %s", bad[i]);
    assert_true(cron_at_start("@reboot"));
    assert_false(cron_at_start("@midnight"));
    assert_true(cron_parse("0 0 30 2 *", &c));
    assert_int_equal(cron_next(&c, now), -1);
    assert_true(cron_parse("22 13 * * *", &c)); /* the minute we are in is over */
    assert_int_equal(cron_next(&c, now), (now / MIN) * MIN + 24 * 60 * MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_literal),
        cmocka_unit_test(test_literals),
        cmocka_unit_test(test_alternatives),      cmocka_unit_test(test_many_patterns),  cmocka_unit_test(test_underscore), cmocka_unit_test(test_letters),
        cmocka_unit_test(test_expand),       cmocka_unit_test(test_bounds_of_vars), cmocka_unit_test(test_label_order),
        cmocka_unit_test(test_notification), cmocka_unit_test(test_event_check),    cmocka_unit_test(test_cron),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
