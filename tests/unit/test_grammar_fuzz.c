/* Lines of chance, made of the tables' own words, pieces of them, values and rubbish. What must hold for every line:
 * the caret lies in the line, an accepted line in full is accepted again and means the same, help and Tab do not
 * stumble, and running-config typed into an empty router gives the same running-config. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/sim/chance.h"
#include "tests/sim/rowgen.h"
#include "tests/unit/grammar_tables.h"

static const char *const odd[] = {"no",     "default", "\"",   "\"a b\"", "192.0.2.1",  "255.255.255.0",
                                  "0",      "1",       "10",   "65536",   "-1",         "e0/0",
                                  "gi",     "0/1",     "lo",   "|",       "!",          "\\",
                                  "\"\\\"", "a",       "Q",    "1.3.6.",  "5.5",        "disk0:x",
                                  "\t",     "?",       "\x01", "\xff",    "4294967296", "99999999999999999999"};

/* A row's line, half the time spoiled: words cut, left out, replaced, added; sometimes behind no or default. */
static void make_line(struct grammar *g, enum cmd_mode mode, uint64_t *seed, struct text *line)
{
    const struct grammar_row *const *rows;
    size_t n = grammar_rows(g, mode, &rows);
    struct text whole = {0};
    bool spoil = chance(seed, 2);

    text_clear(line);
    if (chance(seed, 4) == 0)
        text_add(line, chance(seed, 4) ? "no " : "default ");
    if (n)
        rowgen_line(rows[chance(seed, (unsigned)n)], seed, &whole);
    for (const char *s = text_str(&whole); *s;) {
        size_t len = strcspn(s, " ");

        if (!spoil || chance(seed, 4))
            text_addn(line, s, len);
        else if (chance(seed, 2))
            text_addn(line, s, chance(seed, (unsigned)len + 1));
        else if (chance(seed, 2))
            text_add(line, odd[chance(seed, sizeof(odd) / sizeof(odd[0]))]);
        s += len;
        text_addn(line, s, strspn(s, " "));
        s += strspn(s, " ");
    }
    if (spoil && !chance(seed, 3))
        text_printf(line, " %s", odd[chance(seed, sizeof(odd) / sizeof(odd[0]))]);
    text_free(&whole);
}

static void keep(struct out *o, const char *s, size_t len)
{
    (void)o;
    (void)s;
    (void)len;
}

static void replay(struct fake *f, const char *lines)
{
    struct grammar *g = fake_grammar(f);
    struct match *m = NEW(struct match);
    struct config_next at = {.mode = CONFIG};
    struct out out = {.write = keep};
    char *copy = mem_strdup(lines), *save = NULL;

    for (char *s = strtok_r(copy, "\n", &save); s; s = strtok_r(NULL, "\n", &save)) {
        struct config_next next;

        if (config_is_mark(s))
            continue;
        if (*s != ' ')
            at = (struct config_next){.mode = CONFIG};
        enum match_result r = grammar_match(g, at.mode, 15, s, m);
        if (r == MATCH_COMMENT)
            continue;
        if (r != MATCH_OK)
            fail_msg("printed, but not understood: \"%s\"", s);
        if (config_run(g, m, at.obj, &out, &next) == CONFIG_ENTER)
            at = next;
    }
    mem_free(copy);
    mem_free(m);
    grammar_free(g);
}

static void lines_of_chance(void **state)
{
    struct fake *f = fake_new();
    struct grammar *g = fake_grammar(f);
    struct match *m = NEW(struct match), *again = NEW(struct match);
    struct text line = {0}, out = {0}, body = {0};
    struct out sink = {.write = keep};
    struct config_next at = {.mode = CONFIG};
    unsigned accepted = 0;
    uint64_t seed = 7;

    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        enum cmd_mode mode = chance(&seed, 3) ? at.mode : (enum cmd_mode)chance(&seed, CMD_MODES);

        make_line(g, mode, &seed, &line);
        const char *s = text_str(&line);
        enum match_result r = grammar_match(g, mode, 15, s, m);
        if (r == MATCH_INVALID)
            assert_in_range(m->caret, 0, line.len);
        text_clear(&out);
        grammar_help(g, mode, (uint8_t)(chance(&seed, 2) ? 15 : 1), s, chance(&seed, 100), NULL, &out);
        assert_true(out.len > 0 && out.s[out.len - 1] == '\n');
        text_clear(&out);
        if (grammar_complete(g, mode, 15, s, &out)) {
            assert_true(out.s[out.len - 1] == ' ');
            assert_true(grammar_match(g, mode, 15, text_str(&out), again) != MATCH_EMPTY);
        }
        if (r != MATCH_OK)
            continue;
        accepted++;
        assert_int_equal(grammar_match(g, mode, 15, m->expanded, again), MATCH_OK);
        assert_string_equal(again->expanded, m->expanded);
        assert_ptr_equal(again->row, m->row);
        assert_int_equal(again->nvals, m->nvals);
        for (size_t i = 0; i < m->nvals; i++) {
            assert_int_equal(again->vals[i].num, m->vals[i].num);
            assert_string_equal(again->vals[i].text, m->vals[i].text);
        }
        if (m->row->kind == CMD_DO_ROW || (mode != CONFIG && (mode != at.mode || !config_alive(g, at.mode, at.obj))))
            continue;
        struct config_next next;
        if (config_run(g, m, mode == CONFIG ? NULL : at.obj, &sink, &next) == CONFIG_ENTER)
            at = next;
        else if (!config_alive(g, at.mode, at.obj))
            at = (struct config_next){.mode = CONFIG};
    }
    assert_in_range(accepted, 8000, 20000);

    config_running(g, false, &body);
    struct fake *other = fake_new();
    replay(other, text_str(&body));
    struct grammar *og = fake_grammar(other);
    text_clear(&out);
    config_running(og, false, &out);
    for (size_t i = 0; text_str(&body)[i] || text_str(&out)[i]; i++)
        if (text_str(&body)[i] != text_str(&out)[i])
            fail_msg("typed again it differs: \"%.100s\" was \"%.100s\"", text_str(&out) + (i < 40 ? 0 : i - 40),
                     text_str(&body) + (i < 40 ? 0 : i - 40));

    grammar_free(og);
    fake_free(other);
    text_free(&line);
    text_free(&out);
    text_free(&body);
    mem_free(m);
    mem_free(again);
    grammar_free(g);
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lines_of_chance)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
