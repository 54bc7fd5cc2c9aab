/* rowgen.c: lines out of sentences. A line is made by walking the sentence's tree and choosing: the first rounds take
 * nothing optional, then everything, then each alternative in turn, later ones by chance from a seed. Items of &{} are
 * shuffled. Values are chosen from the ends and the middle of what they allow, words so that they look like no keyword.
 *
 * A row checked against itself proves that matching and printing are each other's inverse, not that the sentence is
 * what a user types: hand-written tests do that. */
#include "tests/sim/rowgen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/config/config_local.h"
#include "cli/grammar/grammar_local.h"

struct gen {
    struct grammar *g;
    struct match *m;
    uint64_t state;
    unsigned round;
    struct text line;
    struct text *faults;
    struct rowgen_counts *counts;
    const struct grammar_row *rule;
};

static unsigned chance(struct gen *x, unsigned n)
{
    x->state = x->state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)((x->state >> 33) % n);
}

static void fault(struct gen *x, const char *why, const char *more)
{
    text_printf(x->faults, "%s: \"%s\": \"%s\": %s%s%s\n", x->rule->table, x->rule->row->sentence, text_str(&x->line),
                why, *more ? ": " : "", more);
}

static void random_word(struct gen *x, size_t room, struct text *out)
{
    static const char letters[] = "QXZqxz0123456789";
    size_t n = 1 + chance(x, room && room < 12 ? (unsigned)room : 12);

    text_add(out, "Q");
    for (size_t i = 1; i < n; i++)
        text_addn(out, &letters[chance(x, sizeof(letters) - 1)], 1);
}

static void random_ip(struct gen *x, struct text *out)
{
    static const uint32_t some[] = {0xC0000201, 0x0A000001, 0xFFFFFFFF, 0x01020304};

    text_add(out, IP4(some[chance(x, 4)] ^ chance(x, 3)));
}

static void random_string(struct gen *x, size_t room, struct text *out)
{
    static const char *const some[] = {"\"\"", "\"a b\"", "\"CRYPTO-4-.*src=1\\.2\"", "\"say \\\"x\\\"\"", "\"|\""};

    if (room && room < 24) {
        text_add(out, "\"");
        random_word(x, room, out);
        text_add(out, "\"");
    } else {
        text_add(out, some[chance(x, 5)]);
    }
}

static void random_value(struct gen *x, const struct elem *e, struct text *out)
{
    static const char *const types[] = {"Ethernet", "GigabitEthernet", "Loopback", "Tunnel"};
    unsigned pick = chance(x, 4);

    switch (e->type) {
    case VALUE_IP:
    case VALUE_WILDCARD: random_ip(x, out); break;
    case VALUE_MASK: text_add(out, IP4(ip4_mask(chance(x, 33)))); break;
    case VALUE_RANGE:
        text_printf(out, "%" PRId64,
                    pick == 0   ? e->lo
                    : pick == 1 ? e->hi
                                : e->lo + (int64_t)(chance(x, 1u << 30) % ((uint64_t)e->hi - (uint64_t)e->lo + 1)));
        break;
    case VALUE_HEX_RANGE:
        text_printf(out, pick < 2 ? "%" PRIX64 : "0x%" PRIx64,
                    pick == 0 ? e->lo : e->lo + (int64_t)(chance(x, 1u << 30) % ((uint64_t)e->hi - (uint64_t)e->lo + 1)));
        break;
    case VALUE_SECONDS: text_printf(out, pick == 0 ? "%u" : "%u.%03u", chance(x, 100000), 1 + chance(x, 999)); break;
    case VALUE_OID: text_printf(out, "1.3.6.1.%u%s", chance(x, 100000), pick == 0 ? "." : ""); break;
    case VALUE_HHMM: text_printf(out, "%u:%02u", chance(x, 24), chance(x, 60)); break;
    case VALUE_HHMMSS: text_printf(out, "%u:%02u:%02u", chance(x, 24), chance(x, 60), chance(x, 60)); break;
    case VALUE_MONTH: text_add(out, month_names[chance(x, 12)]); break;
    case VALUE_WEEKDAY: text_add(out, day_names[chance(x, 7)]); break;
    case VALUE_HEX: text_printf(out, "%02X", chance(x, 256)); break;
    case VALUE_IFNAME: text_printf(out, pick < 2 ? "%s0/%u" : "%s%u", types[pick], chance(x, 4)); break;
    case VALUE_HOST:
        if (pick == 0)
            random_ip(x, out);
        else
            random_word(x, e->room, out);
        break;
    case VALUE_STRING:
    case VALUE_ARG: random_string(x, e->room, out); break;
    case VALUE_WORD: random_word(x, e->room, out); break;
    case VALUE_URL:
        text_add(out, "disk0:");
        random_word(x, e->room > 6 ? e->room - 6u : 0, out);
        break;
    case VALUE_LINE:
    case VALUE_LOOSE:
        random_word(x, e->room ? (e->room + 1u) / 2 : 0, out);
        if (e->room > 26 || !e->room) {
            text_add(out, "  ");
            random_word(x, 0, out);
        }
        break;
    }
}

static bool left_out(struct gen *x, const struct elem *e)
{
    return e->optional && (x->round == 0 || (x->round > 1 && chance(x, 2)));
}

static void generate(struct gen *x, const struct elem *e)
{
    const struct elem *kids[40];
    unsigned n = 0;

    if (left_out(x, e))
        return;
    for (const struct elem *k = e->kids; k && n < 40; k = k->next)
        kids[n++] = k;
    switch (e->kind) {
    case ELEM_VALUE:
        for (unsigned i = 0, times = e->repeat ? 1 + chance(x, e->repeat_max) : 1; i < times; i++) {
            if (x->line.len)
                text_add(&x->line, " ");
            random_value(x, e, &x->line);
        }
        break;
    case ELEM_LITERAL: text_printf(&x->line, "%s%s", x->line.len ? " " : "", e->text); break;
    case ELEM_CHOICE: generate(x, kids[x->round < 2 * n + 2 ? x->round % n : chance(x, n)]); break;
    case ELEM_ANYORDER:
        for (unsigned i = n; i > 1 && x->round > 1; i--) {
            unsigned j = chance(x, i);
            const struct elem *t = kids[i - 1];
            kids[i - 1] = kids[j];
            kids[j] = t;
        }
        /* fall through */
    case ELEM_SEQ:
        for (unsigned i = 0; i < n; i++)
            generate(x, kids[i]);
        break;
    }
}

void rowgen_line(const struct grammar_row *row, uint64_t *state, struct text *line)
{
    struct gen x = {.state = *state, .round = 1000, .rule = row};

    generate(&x, row->sentence->root);
    *state = x.state;
    text_add(line, text_str(&x.line));
    text_free(&x.line);
}

static bool one_meaning(const struct grammar_row *a, const struct grammar_row *b)
{
    return a == b || (a->row->kind == b->row->kind && a->row->kind != CMD_DO_ROW && a->row->kind != CMD_SET_ROW &&
                      a->row->list_off == b->row->list_off && a->row->parent == b->row->parent);
}

/* The row itself, another of its list, or under `no` one of several settings that go off together. */
static bool is_meant(const struct gen *x)
{
    for (size_t i = 0; i < x->m->nalso; i++)
        if (x->m->also[i] == x->rule)
            return true;
    return one_meaning(x->m->rule, x->rule);
}

static bool matches(struct gen *x, const char *line, const char *expanded)
{
    enum match_result r = grammar_match(x->g, x->rule->row->mode, 15, line, x->m);
    char why[100];

    snprintf(why, sizeof(why), "result %d, caret %zu", r, x->m->caret);
    if (r != MATCH_OK)
        fault(x, why, line);
    else if (!is_meant(x))
        fault(x, "matched another row", x->m->row->sentence);
    else if (strcmp(x->m->expanded, expanded) != 0)
        fault(x, "expanded", x->m->expanded);
    else
        return true;
    return false;
}

/* Word by word: it is listed with a text, and matches as short as Tab knows it. */
static void check_words(struct gen *x)
{
    const char *line = text_str(&x->line);
    struct text shown = {0}, shorter = {0}, whole = {0};

    for (size_t i = 0; i < x->m->nvals; i++)
        if (strchr(x->m->vals[i].text, ' '))
            return; /* words and blanks inside values */
    for (size_t start = 0, end; line[start]; start = end + strspn(line + end, " ")) {
        char word[64], row[70];

        end = start + strcspn(line + start, " ");
        if (end - start >= sizeof(word) || line[start] == '"')
            continue;
        snprintf(word, sizeof(word), "%.*s", (int)(end - start), line + start);
        for (size_t n = 1; n < end - start; n++) {
            text_clear(&shorter);
            text_clear(&whole);
            text_addn(&shorter, line, start + n);
            if (!grammar_complete(x->g, x->rule->row->mode, 15, text_str(&shorter), &whole) ||
                strncmp(text_str(&whole), line, end) != 0 || whole.len != end + 1)
                continue;
            text_clear(&shown);
            text_addn(&whole, "", 0);
            text_add(&shorter, line + end);
            matches(x, text_str(&shorter), line);
            text_clear(&shorter);
            text_addn(&shorter, line, start);
            grammar_help(x->g, x->rule->row->mode, 15, text_str(&shorter), 0, NULL, &shown);
            snprintf(row, sizeof(row), "\n  %s  ", word);
            const char *at = strstr(text_str(&shown), row + 1);
            if (!at || at[strlen(row) - 1 + strspn(at + strlen(row) - 1, " ")] == '\n')
                fault(x, "no help", word);
            break;
        }
    }
    text_free(&shown);
    text_free(&shorter);
    text_free(&whole);
}

/* A setting that there is under `no` alone: it is printed when it is off, as it was typed. */
static void check_print_off(struct gen *x)
{
    const struct cmd_scope *scope = config_scope(x->g, x->rule);
    void *off = config_object_new(scope);
    const struct cmd_bind *bind;
    int64_t constant;
    struct text said = {0};

    config_say_set(x->g, x->rule, off, false, &said);
    if (said.len)
        fault(x, "printed when it is as it began", text_str(&said));
    if (!grammar_switch(x->rule, &bind, &constant) || bind->size != sizeof(bool)) {
        fault(x, "is no switch", "");
    } else {
        memset((char *)off + bind->off, 0, bind->size);
        config_say_set(x->g, x->rule, off, false, &said);
        if (strcspn(text_str(&said), "\n") != x->line.len || strncmp(text_str(&said), text_str(&x->line), x->line.len) != 0)
            fault(x, "printed otherwise than typed", text_str(&said));
        x->counts->printed++;
    }
    config_object_free(scope, off);
    text_free(&said);
}

/* Into an object, out as a line, into another object: the same values and the same line. */
static void check_print(struct gen *x)
{
    const struct cmd_row *row = x->rule->row;
    const struct cmd_scope *scope = config_scope(x->g, x->rule);
    void *dflt, *first, *second;
    struct text once = {0}, twice = {0};

    if (row->print || !one_meaning(x->rule, x->m->rule) || x->m->rule != x->rule)
        return;
    if (row->flags & CMD_NO_ONLY) {
        check_print_off(x);
        return;
    }
    dflt = config_object_new(scope);
    first = config_object_new(scope);
    second = config_object_new(scope);
    config_put(x->m, first);
    if (!grammar_print(x->rule, first, dflt, &once)) {
        fault(x, "cannot be printed", "");
    } else if (grammar_match(x->g, row->mode, 15, text_str(&once), x->m) != MATCH_OK || x->m->rule != x->rule) {
        fault(x, "printed and not understood", text_str(&once));
    } else {
        config_put(x->m, second);
        if (!grammar_same(x->rule, first, second))
            fault(x, "printed and typed again it has other values", text_str(&once));
        else if (!grammar_print(x->rule, second, dflt, &twice) || strcmp(text_str(&once), text_str(&twice)) != 0)
            fault(x, "printed twice", text_str(&twice));
        x->counts->printed++;
    }
    config_object_free(scope, dflt);
    config_object_free(scope, first);
    config_object_free(scope, second);
    text_free(&once);
    text_free(&twice);
}

static bool binds_something(const struct elem *e)
{
    if (e->bind)
        return true;
    for (const struct elem *k = e->kids; k; k = k->next)
        if (binds_something(k))
            return true;
    return false;
}

/* Alternatives that keep nothing would be printed as the first of them. */
static void check_alternatives(struct gen *x, const struct elem *e)
{
    unsigned silent = 0;

    for (const struct elem *k = e->kids; k; k = k->next) {
        silent += !binds_something(k);
        check_alternatives(x, k);
    }
    if (e->kind == ELEM_CHOICE && !e->optional && !e->bind && silent > 1)
        fault(x, "alternatives are not told apart", e->kids->kids->kind <= ELEM_VALUE ? e->kids->kids->text : "");
}

static void check_no(struct gen *x)
{
    const struct cmd_row *row = x->rule->row;
    struct text no = {0};

    if (row->flags & CMD_NO_ONLY) {
        if (grammar_match(x->g, row->mode, 15, text_str(&x->line) + 3, x->m) == MATCH_OK && x->m->row == row)
            fault(x, "it is there without no", "");
        return;
    }
    if (row->kind == CMD_DO_ROW && !(row->flags & CMD_NO))
        return;
    text_printf(&no, "no %s", text_str(&x->line));
    if (matches(x, text_str(&no), text_str(&no)) && !x->m->no)
        fault(x, "no is not seen", "");
    if (row->kind == CMD_SET_ROW) {
        text_clear(&no);
        grammar_print_no(x->rule, &no);
        if (grammar_match(x->g, row->mode, 15, text_str(&no), x->m) != MATCH_OK || x->m->row->kind != CMD_SET_ROW)
            fault(x, "its short no is not understood", text_str(&no));
    }
    text_free(&no);
}

void rowgen_check(const struct cmd_table *const *tables, size_t n, unsigned rounds, uint64_t seed,
                  struct rowgen_counts *counts, struct text *faults)
{
    void **selves = mem_array(n + 1, sizeof(*selves));
    struct gen x = {.state = seed, .faults = faults, .counts = counts, .m = NEW(struct match)};

    *counts = (struct rowgen_counts){0};
    x.g = grammar_new(tables, selves, n, faults);
    if (x.g)
        grammar_check(x.g, faults);
    for (int mode = 0; x.g && mode < CMD_MODES; mode++) {
        const struct grammar_row *const *rows;
        size_t nrows = grammar_rows(x.g, (enum cmd_mode)mode, &rows);

        for (size_t i = 0; i < nrows; i++) {
            x.rule = rows[i];
            counts->rows++;
            counts->hand_printed += x.rule->row->print != NULL;
            text_clear(&x.line);
            if (x.rule->row->kind != CMD_DO_ROW)
                check_alternatives(&x, x.rule->sentence->root);
            for (x.round = 0; x.round < rounds; x.round++) {
                text_clear(&x.line);
                if (x.rule->row->flags & CMD_NO_ONLY)
                    text_add(&x.line, "no");
                generate(&x, x.rule->sentence->root);
                counts->lines++;
                if (!matches(&x, text_str(&x.line), text_str(&x.line)))
                    continue;
                if (x.rule->row->kind != CMD_DO_ROW)
                    check_print(&x);
                check_no(&x);
                if (x.round < 8 && !(x.rule->row->flags & CMD_HIDDEN) &&
                    matches(&x, text_str(&x.line), text_str(&x.line)))
                    check_words(&x);
            }
        }
    }
    grammar_free(x.g);
    text_free(&x.line);
    mem_free(x.m);
    mem_free(selves);
}
