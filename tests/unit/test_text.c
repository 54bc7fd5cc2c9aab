/* test_text.c: growable text, parsers of numbers, the calendar, spans, and printing through struct out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "espial/out.h"
#include "espial/text.h"

static void line_ends(void **state)
{
    struct text t = {0};
    (void)state;
    text_add_crlf(&t, "a\n\nb", 4);
    text_add_crlf(&t, "c\r\n\0\nrest", 5); /* what is there stays; the last four are not ours */
    assert_int_equal(t.len, 13);
    assert_memory_equal(t.s, "a\r\n\r\nbc\r\r\n\0\r\n", 14);
    text_add_crlf(&t, "", 0);
    assert_int_equal(t.len, 13);
    text_clear(&t);
    text_add_lf(&t, "a\r\n\r\nb\n\rc\r\r\nd\r\n", 14); /* the last LF is not ours */
    text_add_lf(&t, "", 0);
    assert_string_equal(text_str(&t), "a\n\nb\n\rc\r\nd\r");
    text_free(&t);
}

static void text_grows(void **state)
{
    (void)state;
    struct text t = {0};
    assert_string_equal(text_str(&t), "");
    text_clear(&t);
    for (int i = 0; i < 1000; i++)
        text_printf(&t, "%03d ", i);
    assert_int_equal(t.len, 4000);
    assert_memory_equal(t.s + 3992, "998 999 ", 9);
    text_clear(&t);
    assert_string_equal(text_str(&t), "");
    char big[1000];
    memset(big, 'x', 999);
    big[999] = '\0';
    text_printf(&t, "<%s>", big); /* more than the room at hand */
    assert_int_equal(t.len, 1001);
    assert_int_equal(t.s[1000], '>');
    text_addn(&t, "a\0b", 3);
    assert_int_equal(t.len, 1004);
    assert_memory_equal(t.s + 1001, "a\0b", 4);
    text_free(&t);
    assert_null(t.s);
    text_addn(&t, "", 0);
    assert_string_equal(t.s, "");
    text_free(&t);
}

static void strings(void **state)
{
    (void)state;
    char d[4];
    assert_true(str_copy(d, sizeof d, "abc"));
    assert_string_equal(d, "abc");
    assert_false(str_copy(d, sizeof d, "abcd"));
    assert_string_equal(d, "abc");
    assert_false(str_copy(d, 0, "x"));
    assert_true(str_starts("show run", "show"));
    assert_false(str_starts("sho", "show"));
    assert_true(str_iprefix("SH", "show"));
    assert_true(str_iprefix("", "show"));
    assert_false(str_iprefix("shows", "show"));
}

static void bytes_of_digits(void **state)
{
    (void)state;
    uint8_t b[4] = {1, 2, 3, 4};
    assert_true(str_unhex("00fFaB10rest", b, 3));
    assert_memory_equal(b, "\x00\xff\xab\x04", 4);
    assert_true(str_unhex("", b, 0));
    static const char *const bad[] = {"", "0", "001", "0g", " 0", "-1", "0x", "0/", "0:", "0@", "0`", "\xe1\xe1"};
    for (size_t n = 0; n < sizeof bad / sizeof bad[0]; n++)
        assert_false(str_unhex(bad[n], b, 2));
}

static void numbers(void **state)
{
    (void)state;
    uint64_t u = 7;
    int64_t i = 7;
    assert_true(str_uint("18446744073709551615", 0, UINT64_MAX, &u) && u == UINT64_MAX);
    assert_true(str_uint("0010", 1, 10, &u) && u == 10);
    static const char *const bad[] = {"", "-1", "+1", " 1", "1 ", "1a", "18446744073709551616", "99999999999999999999", "0x1"};
    for (size_t n = 0; n < sizeof bad / sizeof bad[0]; n++)
        assert_false(str_uint(bad[n], 0, UINT64_MAX, &u));
    assert_false(str_uint("11", 1, 10, &u));
    assert_false(str_uint("0", 1, 10, &u));
    assert_true(u == 10);

    assert_true(str_int("-9223372036854775808", INT64_MIN, INT64_MAX, &i) && i == INT64_MIN);
    assert_true(str_int("9223372036854775807", INT64_MIN, INT64_MAX, &i) && i == INT64_MAX);
    assert_true(str_int("-0", -5, 5, &i) && i == 0);
    assert_true(str_int("-5", -5, 5, &i) && i == -5);
    assert_false(str_int("-6", -5, 5, &i));
    assert_false(str_int("9223372036854775808", INT64_MIN, INT64_MAX, &i));
    assert_false(str_int("-9223372036854775809", INT64_MIN, INT64_MAX, &i));
    assert_false(str_int("-", -5, 5, &i));
    assert_false(str_int("--1", -5, 5, &i));
}

static void calendar(void **state)
{
    (void)state;
    static const struct {
        int64_t us;
        struct wall_time w;
    } facts[] = {
        {0, {1970, 0, 1, 0, 0, 0, 0, 4}},
        {-1, {1969, 11, 31, 23, 59, 59, 999, 3}},
        {INT64_C(951782400000000), {2000, 1, 29, 0, 0, 0, 0, 2}},
        {INT64_C(1000000000123456), {2001, 8, 9, 1, 46, 40, 123, 0}},
        {INT64_C(1236882130706000), {2009, 2, 12, 18, 22, 10, 706, 4}},
        {INT64_C(2147483647000000), {2038, 0, 19, 3, 14, 7, 0, 2}},
        {INT64_C(4107542400000000), {2100, 2, 1, 0, 0, 0, 0, 1}}, /* 2100 has no leap day */
    };
    for (size_t n = 0; n < sizeof facts / sizeof facts[0]; n++) {
        struct wall_time w = wall_split(facts[n].us);
        assert_memory_equal(&w, &facts[n].w, sizeof w);
    }
    assert_string_equal(month_names[2], "Mar");
    assert_string_equal(day_names[4], "Thu");
}

static void calendar_agrees_with_the_library(void **state)
{
    (void)state;
    for (int64_t s = INT64_C(-70000000000); s < INT64_C(70000000000); s += 86400 * 3 + 7919) {
        time_t t = (time_t)s;
        struct tm tm;
        gmtime_r(&t, &tm);
        struct wall_time w = wall_split(s * 1000000);
        if (w.year != tm.tm_year + 1900 || w.mon != tm.tm_mon || w.day != tm.tm_mday || w.hour != tm.tm_hour ||
            w.min != tm.tm_min || w.sec != tm.tm_sec || w.wday != tm.tm_wday)
            fail_msg("at %lld", (long long)s);
    }
}

static void spans(void **state)
{
    (void)state;
    static const struct {
        uint64_t s;
        const char *text;
    } facts[] = {
        {0, "00:00:00"},      {46, "00:00:46"},     {83, "00:01:23"},      {86399, "23:59:59"},
        {86400, "1d00h"},     {93600, "1d02h"},     {604799, "6d23h"},     {604800, "1w0d"},
        {25 * 86400, "3w4d"}, {777600, "1w2d"},     {364 * 86400, "52w0d"}, {365 * 86400, "1y0w"},
        {(365 + 14) * 86400, "1y2w"},
    };
    char out[16];
    for (size_t n = 0; n < sizeof facts / sizeof facts[0]; n++)
        assert_string_equal(span_format(facts[n].s, out), facts[n].text);
    span_format(UINT64_MAX, out);
    assert_true(strlen(out) < sizeof out);
}

struct collector {
    struct out out;
    struct text text;
    int writes;
};

static void collect(struct out *o, const char *s, size_t len)
{
    struct collector *c = (struct collector *)o;
    text_addn(&c->text, s, len);
    c->writes++;
}

static void out_prints(void **state)
{
    (void)state;
    struct collector c = {.out = {.write = collect}};
    char big[2000];
    memset(big, 'y', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    out_text(&c.out, "a\n");
    out_printf(&c.out, "%d%%\n", 100);
    out_text(&c.out, "");
    out_printf(&c.out, "%s", "");
    assert_string_equal(text_str(&c.text), "a\n100%\n");
    assert_int_equal(c.writes, 2);
    out_printf(&c.out, "%s!\n", big); /* longer than the line on the stack: still one write */
    assert_int_equal(c.writes, 3);
    assert_int_equal(c.text.len, 7 + 1999 + 2);
    text_free(&c.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_grows), cmocka_unit_test(line_ends), cmocka_unit_test(strings),  cmocka_unit_test(bytes_of_digits), cmocka_unit_test(numbers),
        cmocka_unit_test(calendar),   cmocka_unit_test(calendar_agrees_with_the_library),
        cmocka_unit_test(spans),      cmocka_unit_test(out_prints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
