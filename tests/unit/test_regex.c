/* test_regex.c: the IOS dialect: what matches, what does not compile, and that a hostile pattern ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "espial/regex.h"

struct fact {
    const char *pattern, *text;
    bool match;
};

static void check(const struct fact *facts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char err[128] = "";
        struct regex *re = regex_new(facts[i].pattern, REGEX_IOS, err, NULL);
        if (!re)
            fail_msg("\"%s\" does not compile: %s", facts[i].pattern, err);
        if (regex_match(re, facts[i].text, strlen(facts[i].text)) != facts[i].match)
            fail_msg("\"%s\" on \"%s\": expected %s", facts[i].pattern, facts[i].text, facts[i].match ? "a match" : "none");
        regex_free(re);
    }
}

#define CHECK(facts) check(facts, sizeof(facts) / sizeof((facts)[0]))

static void ordinary(void **state)
{
    (void)state;
    static const struct fact facts[] = {
        {"CRYPTO-4-RECVD_PKT_INV_SPI", "%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet", true}, /* _ is itself, too */
        {"CRYPTO-4-RECVD.PKT.INV.SPI", "%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet", true},
        {"CRYPTO-4-RECVD\\_PKT\\_INV\\_SPI", "%CRYPTO-4-RECVD_PKT_INV_SPI: decaps", true},
        {".*UPDOWN.*Ethernet0/0.*", "%LINK-3-UPDOWN: Interface Ethernet0/0, changed state to up", true},
        {"^interface", "interface Ethernet0/0", true},
        {"^interface", " interface", false},
        {"down$", "is down", true},
        {"down$", "is down ", false},
        {"updown", "UPDOWN", false}, /* case-sensitive */
        {"10  |20  |30", "30   data", true},
        {"10  |20  |30", "40   data", false},
        {"ab*c", "ac", true},
        {"ab+c", "ac", false},
        {"ab?c", "abbc", false},
        {"(ab)+c", "xababc", true},
        {"(a|b)c", "bc", true},
        {"a.c", "a\nc", true},
        {"#", "hub#", true},
        {"\\[confirm\\]", "Proceed with reload? [confirm]", true},
        {"\\[y\\/n\\]|#", "sure? [y/n]", true},
        {"\\[y\\/n\\]|#", "y/n", false},
        {"", "anything", true},
        {"in my state", "in my state", true},
        {"%", "100%", true},
        {"a^b", "a^b", false}, /* an anchor everywhere */
        {"a\\^b", "a^b", true},
        {"\xc3\xa9", "caf\xc3\xa9", true},
        {"^#a b#$", "#a b#", true},
    };
    CHECK(facts);
}

static void underscore(void **state)
{
    (void)state;
    static const struct fact facts[] = {
        {"_100_", "100", true},     {"_100_", "x 100", true},  {"_100_", "1100", false},  {"_100_", "1001", false},
        {"_100_", "1,100,2", true}, {"_100_", "(100)", true},  {"_100_", "{100}", true},  {"_100_", "a_100_b", true},
        {"_100_", "a\t100", false}, {"a_*b", "a ,b", true},    {"a_+b", "ab", false},     {"_", "", true},
        {"\\_100", "x_100", true},  {"\\_100", "x 100", false}, {"[_]", "a_b", true},     {"[_]", "a b", false},
        {"^_a", "a", true},         {"(_)b", " b", true},
    };
    CHECK(facts);
}

static void braces_are_ordinary(void **state)
{
    (void)state;
    static const struct fact facts[] = {
        {"a{2}", "aa", false}, {"a{2}", "a{2}", true}, {"{", "{", true}, {"x{1,3}y", "xxy", false}, {"}", "}", true},
        {"a{2}*b", "a{2b", true},
    };
    CHECK(facts);
}

static void backslash_makes_ordinary(void **state)
{
    (void)state;
    static const struct fact facts[] = {
        {"\\d", "5", false},     {"\\d", "d", true},       {"\\w", "a", false},     {"\\n", "\n", false},
        {"\\n", "n", true},      {"\\b", "a b", true},     {"\\Q", "Q", true},      {"a\\.b", "axb", false},
        {"a\\.b", "a.b", true},  {"\\\\", "a\\b", true},   {"\\(", "(", true},      {"\\*", "*", true},
        {"\\?", "?", true},      {"\\|", "|", true},       {"\\$", "$", true},      {"\\0", "0", true},
        {"\\ ", " ", true},      {"\\\"", "\"", true},     {"\\x41", "A", false},   {"\\x41", "x41", true},
        {"\\.\\*", ".*", true},  {"\\e\\f\\p{L}", "efp{L}", true},
    };
    CHECK(facts);
}

static void back_references(void **state)
{
    (void)state;
    static const struct fact facts[] = {
        {"(ab)\\1", "abab", true}, {"(ab)\\1", "abba", false}, {"(.)(.)\\2\\1", "xyyx", true},
        {"(a)\\10", "aa0", true}, /* the group, then a zero */
        {"^(.*) \\1$", "one one", true}, {"^(.*) \\1$", "one two", false},
    };
    CHECK(facts);
}

static void brackets(void **state)
{
    (void)state;
    static const struct fact facts[] = {
        {"[abc]", "b", true},        {"[^abc]", "b", false},      {"[a-f]", "g", false},     {"[0-9]+\\.[0-9]+", "12.5", true},
        {"[]a]", "]", true},         {"[^]a]", "]", false},       {"[a]]", "a]", true},      {"[.*]", "x", false},
        {"[.*]", "*", true},         {"[a-]", "-", true},         {"[-a]", "-", true},       {"[\\n]", "n", true},
        {"[\\n]", "\\", false},       {"[\\n]", "\n", false},      {"[\\d]", "5", false},     {"[[:digit:]]", "5", true},
        {"[[:digit:]]", "d", false}, {"[^[:space:]]", " ", false}, {"[[:alpha:]-]", "-", true}, {"[[:alnum:]-_]+$", "-", true},
        {"[[]", "[", true},          {"[a[]", "[", true},         {"[a^]", "^", true},       {"[[:upper:][:digit:]]", "a", false},
        {"[{}]", "{", true},         {"[()|+?$]", "|", true},     {"[\\\\]", "\\", true}, {"^[^\\]d]$", "]", false}, {"^[^\\]d]$", "d", false}, {"^[^\\]d]$", "e", true}, {"^[a\\-c]$", "b", false}, {"RECVD_PKT", "RECVD_PKT_INV_SPI", true},      {"[a&&b]", "&", true},
    };
    CHECK(facts);
}

static void repeats_in_a_row(void **state)
{
    (void)state;
    static const struct fact facts[] = {
        {"^a**$", "aaa", true}, {"^a++$", "", false}, {"^a??$", "aa", false}, {"^a??$", "a", true}, {"^a*?$", "aaa", true},
        {"^a+?$", "", true},    {"^a*+b$", "aab", true}, {"^.*+b$", "aab", true}, /* not possessive */
    };
    CHECK(facts);
}

static void refused(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        size_t at;
    } facts[] = {
        {"*a", 0},    {"a|*", 2},   {"(*a)", 1}, {"(?i)a", 1}, {"(?:a)", 1}, {"+", 0},      {"^*", 1},        {"ab[c", 2}, {"[", 0},
        {"[]", 0},    {"[^]", 0},   {"a\\", 1},  {"[[:word:]]", 1}, {"[[:x:]]", 1}, {"[[.a.]]", 1}, {"[[=a=]]", 1}, {"[[:digit]", 1},
    };
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        char err[128] = "";
        size_t at = 99;
        struct regex *re = regex_new(facts[i].pattern, REGEX_IOS, err, &at);
        if (re)
            fail_msg("\"%s\" compiles", facts[i].pattern);
        assert_true(err[0]);
        assert_int_equal(at, facts[i].at);
    }
    /* found by the compiler behind the translation; the offset is still one of the pattern typed */
    static const char *const more[] = {"(a", "a)", "((a)", "\\1", "(a)\\2", "[z-a]", "____(_"};
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        char err[128] = "";
        size_t at = 99;
        struct regex *re = regex_new(more[i], REGEX_IOS, err, &at);
        if (re)
            fail_msg("\"%s\" compiles", more[i]);
        assert_true(err[0]);
        assert_true(at <= strlen(more[i]));
    }
    assert_null(regex_new("(", REGEX_IOS, NULL, NULL));
    char big[5001];
    memset(big, 'a', 5000);
    big[5000] = '\0';
    assert_null(regex_new(big, REGEX_IOS, NULL, NULL));
    regex_free(NULL);
}

static void groups(void **state)
{
    (void)state;
    const char *text = "Success rate is 80 percent (4/5)";
    struct regex *re = regex_new("is ([0-9]+) percent( x)? .([0-9])/([0-9])", REGEX_IOS, NULL, NULL);
    size_t start[6], end[6];
    assert_int_equal(regex_groups(re, text, strlen(text), 6, start, end), 5);
    assert_int_equal(start[0], 13);
    assert_int_equal(end[0], 31);
    assert_int_equal(start[1], 16);
    assert_int_equal(end[1], 18);
    assert_true(start[2] == SIZE_MAX && end[2] == SIZE_MAX);
    assert_int_equal(text[start[3]], '4');
    assert_int_equal(text[start[4]], '5');
    assert_int_equal(regex_groups(re, text, strlen(text), 2, start, end), 2);
    assert_int_equal(regex_groups(re, "no", 2, 6, start, end), 0);
    regex_free(re);

    re = regex_new("(a)|(b)", REGEX_IOS, NULL, NULL); /* the last group unset */
    assert_int_equal(regex_groups(re, "a", 1, 3, start, end), 3);
    assert_true(start[2] == SIZE_MAX);
    assert_false(regex_match(re, "xxb", 2)); /* len counts, not the NUL */
    regex_free(re);
}

static void hostile_patterns_end(void **state)
{
    (void)state;
    static const char *const patterns[] = {"(a*)*b", "(a|a)*b", "(a|aa)+$", "(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)x", "((a*)*)*c"};
    char text[4096];
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '!';
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        struct regex *re = regex_new(patterns[i], REGEX_IOS, NULL, NULL);
        assert_non_null(re);
        assert_false(regex_match(re, text, sizeof text));
        regex_free(re);
    }
    char nested[1000];
    memset(nested, '(', 500);
    memset(nested + 500, ')', 499);
    nested[999] = '\0';
    assert_null(regex_new(nested, REGEX_IOS, NULL, NULL));
}

/* The next line of a text that matches is the one that matches by itself, whatever stands around it. */
static void lines_of_a_text(void **state)
{
    (void)state;
    static const char *const patterns[] = {
        "a", "^a", "a$", "^$", "^a*$", "b*", ".", "..", "a.b", "a[^b]a", "[^ab]", "_a_", "_", "^ ", " $", "(a|b)c", "a|^b", "a[[:space:]]b", "[[:cntrl:]]",
        "[^[:alpha:]]", "[[:space:]]$", "(a)(b)?\\1", "a+b+", "ab?c*$", "\\_", "x", "c[a-b]*$", "^(a*)*b$", "\\.", "[.]",
    };
    static const char letters[] = "aab b_c.\n\n\t,a(";
    uint32_t seed = 1;
    for (unsigned round = 0; round < 400; round++) {
        char text[80];
        size_t len = 0;
        for (size_t n = round % 60; len < n; len++) {
            seed = seed * 1664525 + 1013904223;
            text[len] = letters[(seed >> 16) % (sizeof letters - 1)];
        }
        text[len++] = '\n';
        for (size_t p = 0; p < sizeof patterns / sizeof patterns[0]; p++) {
            struct regex *re = regex_new(patterns[p], REGEX_IOS, NULL, NULL);
            assert_non_null(re);
            size_t from = 0, start, end;
            for (size_t at = 0; at < len;) {
                size_t n = (size_t)((char *)memchr(text + at, '\n', len - at) - text) - at;
                if (regex_match(re, text + at, n)) {
                    if (!regex_next_line(re, text, len, from, &start, &end) || start != at || end != at + n + 1)
                        fail_msg("\"%s\" in \"%.*s\": the line at %zu is not found from %zu", patterns[p], (int)len, text, at, from);
                    from = end;
                }
                at += n + 1;
            }
            if (regex_next_line(re, text, len, from, &start, &end))
                fail_msg("\"%s\" in \"%.*s\": a line at %zu that does not match", patterns[p], (int)len, text, start);
            regex_free(re);
        }
    }
}

/* A pattern made to explode, on a text of many lines: it ends, and soon. */
static void hostile_lines_end(void **state)
{
    (void)state;
    size_t len = 200 * 1000, start, end;
    char *text = malloc(len);
    for (size_t i = 0; i < len; i++)
        text[i] = i % 100 == 99 ? '\n' : 'a';
    struct regex *re = regex_new("^(a*)*(a*)*(a|aa)+b$", REGEX_IOS, NULL, NULL);
    assert_non_null(re);
    assert_false(regex_next_line(re, text, len, 0, &start, &end));
    regex_free(re);
    free(text);
}

/* What EEM's action regexp takes beside the IOS dialect. */
static void tcl_dialect(void **state)
{
    static const struct {
        const char *pattern, *text, *whole; /* NULL: no match */
    } facts[] = {
        {"\\s+[A-Za-z]+[0-9]+,", "Interface Loopback10, changed", " Loopback10,"},
        {"Interface\\s+([^,]+)", "Interface Ethernet0/0, changed", "Interface Ethernet0/0"},
        {"by ([^\\s]+)", "console by ann on vty0", "by ann"},
        {"[^\\n]*", "one\ntwo", "one"},
        {"a\\r\\nb", "a\r\nb", "a\r\nb"},
        {"[0-9]{1,3}\\.[0-9]{2}", "1234.567", "234.56"},
        {"x{2,}", "axxxb", "xxx"},
        {"{a}", "{a}", "{a}"},
        {"a{x}", "a{x}", "a{x}"},
        {".*?b", "aabab", "aab"},
        {"(?:ab)+", "xababy", "abab"},
        {"(?i)up", "it is UP", "UP"},
        {"a\\Sc", "a c", NULL},
        {"\\mup\\M", "setup up", "up"},
        {"\\d+", "ab12", "12"},
        {"[\\d.]+", "v1.2", "1.2"},
        {"[A-Za-z0-9\\-]+", "PID: a-b", "PID"},
        {"\\(([^\\)]+)", "by x (10.0.0.1)", "(10.0.0.1"},
        {"a.b", "a\nb", "a\nb"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        char why[128] = "";
        struct regex *re = regex_new(facts[i].pattern, REGEX_TCL, why, NULL);
        size_t start, end;
        const char *text = facts[i].text;
        if (!re)
            fail_msg("%s: %s", facts[i].pattern, why);
        size_t n = regex_groups(re, text, strlen(text), 1, &start, &end);
        if (!n != !facts[i].whole)
            fail_msg("%s: %s", facts[i].pattern, n ? "matches" : "does not match");
        if (n && (end - start != strlen(facts[i].whole) || memcmp(text + start, facts[i].whole, end - start)))
            fail_msg("%s: %.*s", facts[i].pattern, (int)(end - start), text + start);
        regex_free(re);
    }
    static const char *const bad[] = {"a(?i)b", "(?R)", "(?>a)", "(?<n>a)", "(*ACCEPT)", "x{9999}{", "[[.a.]]"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct regex *re = regex_new(bad[i], REGEX_TCL, NULL, NULL);
        if (re && strcmp(bad[i], "x{9999}{"))
            fail_msg("%s was taken", bad[i]);
        regex_free(re);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tcl_dialect),
        cmocka_unit_test(ordinary),
        cmocka_unit_test(underscore),
        cmocka_unit_test(braces_are_ordinary),
        cmocka_unit_test(backslash_makes_ordinary),
        cmocka_unit_test(back_references),
        cmocka_unit_test(brackets),
        cmocka_unit_test(repeats_in_a_row),
        cmocka_unit_test(refused),
        cmocka_unit_test(groups),
        cmocka_unit_test(hostile_patterns_end),
        cmocka_unit_test(lines_of_a_text),
        cmocka_unit_test(hostile_lines_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
