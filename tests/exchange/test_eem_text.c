/* test_eem_text.c: what the actions on texts and numbers leave in their variables. Expected values follow Tcl's string
 * command and the manual's words. */
#include "tests/exchange/eem_box.h"

/* Run one action and say what is in a variable afterwards. */
static void one(struct box *b, struct action_conf *proto, const char *variable, const char *expected)
{
    struct applet_conf a;
    struct action_conf *act;
    bool waits;
    char said[300], text[64];
    applet(&a, "t", EEM_NONE);
    str_copy(action(&a, "1", ACTION_SET, "7")->var, EEM_NAME_MAX, "seven");
    str_copy(action(&a, "2", ACTION_SET, "Hello, World")->var, EEM_NAME_MAX, "hello");
    act = action(&a, "3", ACTION_COMMENT, "");
    *act = *proto;
    str_copy(act->label, sizeof act->label, "3");
    snprintf(text, sizeof text, "<$%s>", variable);
    action(&a, "4", ACTION_SYSLOG, text);
    go(b, &a);
    text_clear(&b->story);
    assert_int_equal(eem_run(b->eem, "t", NULL, 0, NULL, &waits), EEM_RUN_STARTED);
    vloop_run_for(b->loop, 1000);
    snprintf(said, sizeof said, "t: <%s>\n", expected);
    if (!strstr(text_str(&b->story), said))
        fail_msg("verb %u kind %u %s|%s|%s|%s: expected %s, got %s", proto->verb, proto->kind, proto->text, proto->pattern,
                 proto->more, proto->x, said, text_str(&b->story));
    text_clear(&b->story);
}

static void test_string(void **state)
{
    static const struct {
        uint8_t kind;
        bool nocase;
        const char *text, *pattern, *more, *x, *result;
    } facts[] = {
        {EEM_STRING_COMPARE, false, "a", "b", "", "", "-1"},
        {EEM_STRING_COMPARE, false, "b", "a", "", "", "1"},
        {EEM_STRING_COMPARE, false, "Abc", "abd", "", "", "-1"},
        {EEM_STRING_COMPARE, true, "ABC", "abc", "", "", "0"},
        {EEM_STRING_COMPARE, false, "abc", "abd", "2", "", "0"},
        {EEM_STRING_EQUAL, false, "abc", "abc", "", "", "1"},
        {EEM_STRING_EQUAL, false, "abc", "ABC", "", "", "0"},
        {EEM_STRING_EQUAL, true, "abc", "ABC", "", "", "1"},
        {EEM_STRING_FIRST, false, "l", "$hello", "", "", "2"},
        {EEM_STRING_LAST, false, "l", "$hello", "", "", "10"},
        {EEM_STRING_FIRST, false, "x", "$hello", "", "", "-1"},
        {EEM_STRING_INDEX, false, "$hello", "$seven", "", "", "W"},
        {EEM_STRING_INDEX, false, "$hello", "end", "", "", "d"},
        {EEM_STRING_INDEX, false, "$hello", "12", "", "", ""},
        {EEM_STRING_LENGTH, false, "$hello", "", "", "", "12"},
        {EEM_STRING_LENGTH, false, "", "", "", "", "0"},
        {EEM_STRING_MATCH, false, "*World", "$hello", "", "", "1"},
        {EEM_STRING_MATCH, false, "*world", "$hello", "", "", "0"},
        {EEM_STRING_MATCH, true, "*world", "$hello", "", "", "1"},
        {EEM_STRING_MATCH, false, "World", "$hello", "", "", "0"}, /* the whole string */
        {EEM_STRING_MATCH, false, "H?llo*[V-X]o*", "$hello", "", "", "1"},
        {EEM_STRING_MATCH, false, "a.c", "abc", "", "", "0"}, /* no regular expression */
        {EEM_STRING_MATCH, false, "a\\*c", "abc", "", "", "0"},
        {EEM_STRING_MATCH, false, "a\\*c", "a*c", "", "", "1"},
        {EEM_STRING_MATCH, false, "*a*b*c", "xxaxxbxxbxc", "", "", "1"},
        {EEM_STRING_RANGE, false, "$hello", "7", "end", "", "World"},
        {EEM_STRING_RANGE, false, "$hello", "0", "4", "", "Hello"},
        {EEM_STRING_RANGE, false, "$hello", "9", "3", "", ""},
        {EEM_STRING_RANGE, false, "abc", "-5", "99", "", "abc"},
        {EEM_STRING_REPLACE, false, "$hello", "7", "11", "There", "Hello, There"},
        {EEM_STRING_REPLACE, false, "$hello", "5", "11", "", "Hello"},
        {EEM_STRING_TOLOWER, false, "$hello", "", "", "", "hello, world"},
        {EEM_STRING_TOUPPER, false, "$hello", "0", "4", "", "HELLO, World"},
        {EEM_STRING_TOUPPER, false, "abc", "1", "", "", "aBC"},
        {EEM_STRING_TRIM, false, "  a b \n", "", "", "", "a b"},
        {EEM_STRING_TRIM, false, "xxaxx", "x", "", "", "a"},
        {EEM_STRING_TRIMLEFT, false, "  a ", "", "", "", "a "},
        {EEM_STRING_TRIMRIGHT, false, "  a ", "", "", "", "  a"},
    };
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        struct action_conf act = {.verb = ACTION_STRING, .kind = facts[i].kind, .flag = facts[i].nocase};
        str_copy(act.text, sizeof act.text, facts[i].text);
        str_copy(act.pattern, sizeof act.pattern, facts[i].pattern);
        str_copy(act.more, sizeof act.more, facts[i].more);
        str_copy(act.x, sizeof act.x, facts[i].x);
        one(*state, &act, "_string_result", facts[i].result);
    }
}

static void test_arithmetic(void **state)
{
    static const struct {
        uint8_t verb;
        const char *var, *a, *b, *variable, *result;
    } facts[] = {
        {ACTION_ADD, "", "$seven", "-10", "_result", "-3"},
        {ACTION_SUBTRACT, "", "$seven", "10", "_result", "-3"},
        {ACTION_MULTIPLY, "", "$seven", "6", "_result", "42"},
        {ACTION_DIVIDE, "", "$seven", "2", "_result", "3"},
        {ACTION_DIVIDE, "", "$seven", "2", "_remainder", "1"},
        {ACTION_DIVIDE, "", "-7", "2", "_result", "-3"},
        {ACTION_INCREMENT, "seven", "", "", "seven", "8"},
        {ACTION_INCREMENT, "$seven", "3", "", "seven", "10"},
        {ACTION_INCREMENT, "seven", "$seven", "", "seven", "14"},
        {ACTION_DECREMENT, "seven", "8", "", "seven", "-1"},
        {ACTION_APPEND, "hello", "!$seven", "", "hello", "Hello, World!7"},
        {ACTION_APPEND, "fresh", "x", "", "fresh", "x"},
    };
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        struct action_conf act = {.verb = facts[i].verb};
        str_copy(act.var, sizeof act.var, facts[i].var);
        str_copy(act.text, sizeof act.text, facts[i].a);
        str_copy(act.pattern, sizeof act.pattern, facts[i].b);
        one(*state, &act, facts[i].variable, facts[i].result);
    }
}

static void test_regexp(void **state)
{
    static const struct {
        const char *pattern, *variable, *result;
    } facts[] = {
        {"l+o", "_regexp_result", "1"},
        {"xyz", "_regexp_result", "0"},
        {"([A-Z])[a-z]+, ([A-Z][a-z]+)", "m", "Hello, World"},
        {"([A-Z])[a-z]+, ([A-Z][a-z]+)", "s1", "H"},
        {"([A-Z])[a-z]+, ([A-Z][a-z]+)", "s2", "World"},
        {"(x)?World", "s1", ""},
        {"[[:space:]](.*)$", "s1", "World"},
    };
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        struct action_conf act = {.verb = ACTION_REGEXP, .text = "$hello", .var = "m", .sub1 = "s1", .sub2 = "s2"};
        str_copy(act.pattern, sizeof act.pattern, facts[i].pattern);
        one(*state, &act, facts[i].variable, facts[i].result);
    }
}

/* What fails ends the run with FMPD_ERROR. */
static void test_failures(void **state)
{
    static const struct {
        uint8_t verb, kind;
        const char *var, *a, *b;
    } facts[] = {
        {ACTION_ADD, 0, "", "1", "x"},
        {ACTION_ADD, 0, "", "9223372036854775807", "1"},
        {ACTION_MULTIPLY, 0, "", "9223372036854775807", "2"},
        {ACTION_DIVIDE, 0, "", "1", "0"},
        {ACTION_DIVIDE, 0, "", "-9223372036854775808", "-1"},
        {ACTION_INCREMENT, 0, "nobody", "", ""},
        {ACTION_INCREMENT, 0, "hello", "", ""},
        {ACTION_STRING, EEM_STRING_INDEX, "", "abc", "x"},
        {ACTION_STRING, EEM_STRING_LENGTH, "", "$nobody", ""},
        {ACTION_REGEXP, 0, "", "abc", "a(b"},
    };
    struct box *b = *state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        struct applet_conf a;
        bool waits;
        applet(&a, "t", EEM_NONE);
        str_copy(action(&a, "1", ACTION_SET, "x")->var, EEM_NAME_MAX, "hello");
        struct action_conf *act = action(&a, "2", facts[i].verb, facts[i].a);
        act->kind = facts[i].kind;
        str_copy(act->var, sizeof act->var, facts[i].var);
        str_copy(act->pattern, sizeof act->pattern, facts[i].b);
        action(&a, "3", ACTION_SYSLOG, "never");
        go(b, &a);
        text_clear(&b->story);
        assert_int_equal(eem_run(b->eem, "t", NULL, 0, NULL, &waits), EEM_RUN_STARTED);
        vloop_run_for(b->loop, 1000);
        if (!strstr(text_str(&b->story), "%HA_EM-3-FMPD_ERROR: Error executing applet t statement 2\n") ||
            strstr(text_str(&b->story), "never"))
            fail_msg("row %zu: %s", i, text_str(&b->story));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {T(test_string), T(test_arithmetic), T(test_regexp), T(test_failures)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
