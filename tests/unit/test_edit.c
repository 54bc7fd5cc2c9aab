/* test_edit.c: every editing key of IOS on libedit, and what reaches the screen: backspaces, blanks and `$`, never an ESC. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cli/term/edit.h"
#include "cli/term/render.h"

static enum edit_event type(struct edit *e, const char *keys)
{
    enum edit_event event = EDIT_MORE;
    for (size_t len = strlen(keys), used; len; keys += used, len -= used) {
        event = edit_key(e, keys, len, &used);
        if (event == EDIT_WAIT)
            break;
    }
    return event;
}

static void keys_edit(void **state)
{
    static const struct {
        const char *keys, *line;
        size_t cursor;
    } facts[] = {
        {"show ver", "show ver", 8},
        {"show ver\x01", "show ver", 0},                      /* ^A */
        {"show ver\x01\x05", "show ver", 8},                  /* ^E */
        {"show ver\x02\x02", "show ver", 6},                  /* ^B */
        {"show ver\x01\x06", "show ver", 1},                  /* ^F */
        {"show ver\x1b[D\x1b[D", "show ver", 6},              /* left */
        {"show ver\x01\x1b[C", "show ver", 1},                /* right */
        {"show ver\x1b" "b", "show ver", 5},                  /* ESC b */
        {"show ver\x01\x1b" "f", "show ver", 4},              /* ESC f: to the end of the word */
        {"show ver\x08\x7f", "show v", 6},                    /* ^H, DEL */
        {"show ver\x01\x04", "how ver", 0},                   /* ^D */
        {"show ver\x17", "show ", 5},                         /* ^W */
        {"show ver\x15", "", 0},                              /* ^U */
        {"show ver\x18", "", 0},                              /* ^X */
        {"show ver\x02\x02\x02\x0b", "show ", 5},             /* ^K */
        {"show ver\x02\x02\x02\x0b\x01\x19", "vershow ", 3},  /* ^K ^A ^Y */
        {"sohw\x02\x02\x14", "show", 3},                      /* ^T: the character under the cursor with the one before it */
        {"show ver\x01\x1b" "d", " ver", 0},                  /* ESC d */
        {"show\x01\x1b" "u", "SHOW", 4},                      /* ESC u */
        {"SHOW\x01\x1b" "l", "show", 4},                      /* ESC l */
        {"show\x01\x1b" "c", "Show", 4},                      /* ESC c */
        {"a\x16?b", "a?b", 3},                                /* ^V quotes */
        {"banner motd \x16\x03", "banner motd ^C", 14},        /* a control character: as it is seen */
        {"one two\x17\x17\x19", "one ", 4},                     /* ^Y: the last one deleted */
        {"one two\x17\x17\x19\x1by", "two", 3},                /* ESC y: the one before */
        {"one two\x17\x17\x19\x1by\x1bY", "one ", 4},          /* and round */
        {"a b\x17\x1by", "a ", 2},                             /* ESC y without ^Y before it */
        {"a b\x17\x19 \x1by", "a b ", 4},
        {"a b\x01\x1b" "d\x05\x19", " ba", 3},
        {"\x1b[200~show\x1b[201~", "show", 4},                /* pasted, in a modern terminal's brackets */
        {"a\x04", "a", 1},                                    /* ^D at the end */
        {"\x04\x08\x17", "", 0},                              /* nothing to delete */
        {"a\xc3\xa9" "b", "ab", 2},                           /* not ASCII: dropped */
    };
    (void)state;
    struct edit *e = edit_new();
    assert_non_null(e);
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        size_t len, cursor;
        edit_set(e, "");
        type(e, facts[i].keys);
        assert_string_equal(edit_line(e, &len, &cursor), facts[i].line);
        assert_int_equal(cursor, facts[i].cursor);
        assert_int_equal(len, strlen(facts[i].line));
    }
    edit_free(e);
}

/* Many lines in one session, up to the longest: whatever libedit thinks it has drawn, it must not run out of screen. */
static void many_lines(void **state)
{
    (void)state;
    struct edit *e = edit_new();
    char line[1200];
    size_t len, cursor;
    assert_non_null(e);
    for (unsigned i = 0; i < 200; i++) {
        size_t n = 1 + i * 37 % 1100;
        memset(line, 'a' + (int)(i % 26), n);
        line[n] = '\0';
        type(e, line);
        if (i % 3 == 0)
            type(e, "\x01zz\x05");
        const char *got = edit_line(e, &len, &cursor);
        assert_int_equal(strlen(got), len);
        assert_true(len >= (n < 1000 ? n : 1000));
        edit_set(e, i % 5 ? "" : line);
        edit_set(e, "");
    }
    edit_free(e);
}

static void keys_events(void **state)
{
    static const struct {
        const char *keys;
        enum edit_event event;
    } facts[] = {
        {"a\r", EDIT_ENTER}, {"a\n", EDIT_ENTER}, {"a?", EDIT_HELP},      {"a\t", EDIT_TAB},      {"\x10", EDIT_UP},    {"\x1b[A", EDIT_UP},  {"\x0e", EDIT_DOWN},
        {"\x1bOB", EDIT_DOWN}, {"\x12", EDIT_REDRAW}, {"\x0c", EDIT_REDRAW}, {"\x1a", EDIT_END},   {"\x03", EDIT_BREAK}, {"\x1e", EDIT_BREAK}, {"\x1b", EDIT_WAIT},
        {"\x1b[", EDIT_WAIT}, {"\x16", EDIT_WAIT}, {"a\x1b\r", EDIT_ENTER}, {"a\x1bO\x03", EDIT_BREAK}, {"a\x1b\x1e", EDIT_BREAK},
    };
    (void)state;
    struct edit *e = edit_new();
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        edit_set(e, "");
        assert_int_equal(type(e, facts[i].keys), facts[i].event);
    }
    edit_free(e);
}

/* An escape sequence that never ends does not eat Ctrl-C; one that is no key of ours does nothing, not even what libedit has bound to it. */
static void escapes(void **state)
{
    static const char *const unfinished[] = {"ab\x1b[\x03", "ab\x1b[1;5\x03", "ab\x1b[\x1b[\x03"};
    static const char *const strange[] = {"\x1b[99~", "\x1b[1;5Q", "\x1bx", "\x1b" "9", "\x1b" "5a", "\x1b!", "\x1b\x1b", "\x1b\x08"};
    size_t len, cursor;
    (void)state;
    struct edit *e = edit_new();
    for (size_t i = 0; i < sizeof unfinished / sizeof unfinished[0]; i++) {
        edit_set(e, "");
        assert_int_equal(type(e, unfinished[i]), EDIT_BREAK);
        assert_string_equal(edit_line(e, &len, &cursor), "ab");
    }
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
        edit_set(e, "one two");
        type(e, strange[i]);
        type(e, "z");
        assert_string_equal(edit_line(e, &len, &cursor), strange[i][2] == 'a' ? "one twoaz" : "one twoz");
    }
    edit_free(e);
}

/* Editing off: what rubs out is left. */
static void plain(void **state)
{
    size_t len, cursor;
    (void)state;
    struct edit *e = edit_new();
    edit_set_plain(e, true);
    assert_int_equal(type(e, "show ver\x01\x02\x1b" "bx\x14\x0b\x19"), EDIT_MORE);
    assert_string_equal(edit_line(e, &len, &cursor), "show verx");
    assert_int_equal(type(e, "\x10"), EDIT_MORE);
    type(e, "\b\x7f\x17");
    assert_string_equal(edit_line(e, &len, &cursor), "show ");
    type(e, "\x15z");
    assert_string_equal(edit_line(e, &len, &cursor), "z");
    assert_int_equal(type(e, "?"), EDIT_HELP);
    edit_free(e);
}

/* A line takes a thousand bytes; more ring the bell and change nothing. */
static void full(void **state)
{
    char most[1001];
    size_t len, cursor;
    (void)state;
    struct edit *e = edit_new();
    memset(most, 'x', 1000);
    most[1000] = 0;
    assert_int_equal(type(e, most), EDIT_MORE);
    assert_int_equal(type(e, "y"), EDIT_FULL);
    assert_int_equal(type(e, "\x16?"), EDIT_FULL);
    assert_int_equal(type(e, "\x01\x0b\x19z"), EDIT_FULL);
    assert_string_equal(edit_line(e, &len, &cursor), most);
    type(e, "\b\b\x19"); /* what was killed does not fit any more */
    edit_line(e, &len, &cursor);
    assert_int_equal(len, 998);
    edit_free(e);
}

/* Sessions come and go for as long as a router runs: nothing is left of each (the leak checker looks on), and nothing is freed twice (malloc looks on, which gives
 * later ones the same memory). */
static void many_sessions(void **state)
{
    (void)state;
    for (int i = 0; i < 40; i++) {
        struct edit *e = edit_new();
        assert_non_null(e);
        type(e, "x");
        struct edit *second = i % 3 ? NULL : edit_new();
        edit_free(e);
        edit_free(second);
    }
}

static void two_at_once(void **state)
{
    size_t len, cursor;
    (void)state;
    struct edit *a = edit_new(), *b = edit_new();
    type(a, "one");
    type(b, "two");
    type(a, " more");
    assert_string_equal(edit_line(a, &len, &cursor), "one more");
    assert_string_equal(edit_line(b, &len, &cursor), "two");
    edit_free(a);
    edit_free(b);
}

static void screen(void **state)
{
    struct render r;
    struct text out = {0};
    (void)state;
    render_start(&r, "R1#", &out);
    render_line(&r, "s", 1, 1, 80, &out);
    render_line(&r, "sh", 2, 2, 80, &out);
    assert_string_equal(out.s, "R1#sh"); /* echo is verbatim */
    text_clear(&out);
    render_line(&r, "s", 1, 1, 80, &out); /* backspace */
    assert_string_equal(out.s, "\b \b");
    text_clear(&out);
    render_line(&r, "xs", 2, 1, 80, &out); /* inserted in front: rewrite, step back */
    assert_string_equal(out.s, "\bxs\b");
    text_free(&out);
}

static void wide(void **state)
{
    struct render r;
    struct text out = {0};
    char line[64];
    (void)state;
    /* 30 columns, prompt of 3: 27 are left; the 27th character scrolls by ten and leaves `$` on the left. */
    render_start(&r, "R1#", &out);
    for (size_t i = 0; i < 40; i++) {
        line[i] = (char)('a' + i % 26);
        render_line(&r, line, i + 1, i + 1, 30, &out);
    }
    assert_int_equal(r.offset % 10, 0);
    assert_true(r.offset > 0);
    assert_true(r.len < 30);
    assert_int_equal(r.shown[3], '$');
    assert_null(strchr(out.s, 0x1B));
    text_clear(&out);
    render_line(&r, line, 40, 0, 30, &out); /* ^A: back at the beginning, `$` on the right */
    assert_int_equal(r.offset, 0);
    assert_memory_equal(r.shown, "R1#abc", 6);
    assert_int_equal(r.shown[r.len - 1], '$');
    text_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_edit), cmocka_unit_test(many_lines), cmocka_unit_test(keys_events), cmocka_unit_test(escapes), cmocka_unit_test(plain), cmocka_unit_test(full), cmocka_unit_test(many_sessions), cmocka_unit_test(two_at_once), cmocka_unit_test(screen), cmocka_unit_test(wide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
