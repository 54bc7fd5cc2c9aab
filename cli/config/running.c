/* running.c: running-config: all objects, printed by their rows.
 *
 * Rows of CONFIG are sorted into the sections of order.def. A SET row prints when one of its fields differs from its
 * default (as "no ..." when a switch that is on by default is off), or, if so flagged, "no ..." at its default. A list
 * is printed once, at its first row: each element by the row that can say all of it. A MODE object is followed by the
 * rows of its mode, one blank further in.
 *
 * '!' lines close sections as on IOS, never two in a row. The lines around the body ("version", "end", the byte count)
 * are the caller's. */
#include <string.h>

#include "cli/config/config_local.h"

enum edge { EDGE_SECTION, EDGE_JOIN, EDGE_EACH, EDGE_BETWEEN, EDGE_OPENS, EDGE_CLOSES };
static const struct section {
    const char *prefix;
    enum edge edge;
} sections[] = {
#define SECTION(p) {p, EDGE_SECTION},
#define JOIN(p)    {p, EDGE_JOIN},
#define EACH(p)    {p, EDGE_EACH},
#define BETWEEN(p) {p, EDGE_BETWEEN},
#define OPENS(p)   {p, EDGE_OPENS},
#define CLOSES(p)  {p, EDGE_CLOSES},
#include "cli/config/order.def"
};
#define SECTIONS (sizeof(sections) / sizeof(sections[0]))

struct printing {
    struct grammar *g;
    struct text *out;
    bool all;
    bool open; /* something stands behind the last '!' */
};

size_t config_section(const struct cmd_row *row, bool *listed)
{
    size_t best = 0, best_len = 0;

    *listed = false;
    for (size_t i = 0; i < SECTIONS; i++) {
        size_t n = strlen(sections[i].prefix);
        char next = str_starts(row->sentence, sections[i].prefix) ? row->sentence[n] : 'x';

        if (!n && !*listed)
            best = i;
        if (n > best_len && (next == '\0' || next == ' ' || next == '=')) {
            best = i;
            best_len = n;
            *listed = true;
        }
    }
    return best;
}

bool config_is_mark(const char *text)
{
    const char *at = text + strspn(text, " \t");
    size_t n = strcspn(at, " \t");

    if (at[n])
        return n == 7 && str_starts(at, "version") && at[8] && !at[8 + strspn(at + 8, "0123456789.")];
    for (const struct section *s = sections; n && s < sections + SECTIONS; s++)
        if ((s->edge == EDGE_OPENS || s->edge == EDGE_CLOSES) && !strcmp(s->prefix, at))
            return true;
    return false;
}

static void line(struct printing *p, unsigned depth, const char *s)
{
    text_printf(p->out, "%*s%s\n", (int)depth, "", s);
    p->open = true;
}

static void lines(struct printing *p, unsigned depth, const char *s)
{
    while (*s) {
        size_t n = strcspn(s, "\n");

        if (n) {
            text_printf(p->out, "%*s%.*s\n", (int)depth, "", (int)n, s);
            p->open = true;
        }
        s += n + (s[n] == '\n');
    }
}

static void bang(struct printing *p)
{
    if (p->open)
        text_add(p->out, "!\n");
    p->open = false;
}

static bool in_list(const struct cmd_row *a, const struct cmd_row *b)
{
    return (b->kind == CMD_LINE_ROW || b->kind == CMD_MODE_ROW) && config_one_list(a, b);
}

/* Does the row tell every field that some row of the list can tell and that is not at its default? */
static bool tells_all(struct grammar *g, const struct grammar_row *rule, const void *obj, const void *dflt)
{
    const struct grammar_row *const *rows;
    size_t n = grammar_rows(g, rule->row->mode, &rows);

    for (size_t i = 0; i < n; i++) {
        if (rows[i] == rule || !in_list(rule->row, rows[i]->row))
            continue;
        cmd_each_bind(b, rows[i]->row) {
            bool told = false;

            cmd_each_bind(mine, rule->row)
                told |= mine->off == b->off;
            if (!told && !grammar_field_same(b, obj, dflt))
                return false;
        }
    }
    return true;
}

/* Where a word of a printed line ends; blanks in quotes are of the word. */
static const char *word_end(const char *s)
{
    bool quoted = *s == '"';

    for (s += quoted; *s && *s != (quoted ? '"' : ' '); s++)
        s += quoted && *s == '\\' && s[1];
    return s + (quoted && *s);
}

/* Blanks behind the second word, for an element within blocks. */
static void indent(const struct grammar_row *rule, const void *obj, struct text *said)
{
    unsigned depth = rule->row->scope->nested ? rule->row->scope->nested(obj) : 0;
    const char *s = text_str(said), *at = strchr(s, ' ');

    at = at && depth ? word_end(at + 1) : NULL;
    if (!at || !*at)
        return;
    struct text wider = {0};
    text_printf(&wider, "%.*s%*s%s", (int)(at - s), s, (int)depth, "", at);
    text_free(said);
    *said = wider;
}

/* The row that says an element, and how. Rows with a print function say anything. */
const struct grammar_row *config_say_element(struct grammar *g, const struct grammar_row *first, const void *obj,
                                             const void *dflt, struct text *said)
{
    const struct grammar_row *const *rows, *fallback = NULL;
    size_t n = grammar_rows(g, first->row->mode, &rows);

    for (size_t i = 0; i < n; i++) {
        const struct grammar_row *rule = rows[i];

        if (!in_list(first->row, rule->row) || (rule->row->flags & CMD_HIDDEN))
            continue;
        text_clear(said);
        if (rule->row->print) {
            rule->row->print(rule->self, obj, said);
            if (said->len)
                return rule;
        } else if (grammar_print(rule, obj, dflt, said)) {
            if (tells_all(g, rule, obj, dflt)) {
                indent(rule, obj, said);
                return rule;
            }
            if (!fallback)
                fallback = rule;
        }
    }
    text_clear(said);
    if (fallback && !grammar_print(fallback, obj, dflt, said))
        return NULL;
    if (fallback)
        indent(fallback, obj, said);
    return fallback;
}

void config_say_set(struct grammar *g, const struct grammar_row *rule, const void *obj, bool all, struct text *said)
{
    void *dflt = config_default_new(g, rule, obj);
    const struct cmd_bind *bind;
    int64_t constant;
    bool same = grammar_same(rule, obj, dflt), is_switch = grammar_switch(rule, &bind, &constant);
    bool on_by_default = is_switch && grammar_field(bind, dflt) == constant;

    text_clear(said);
    if (rule->row->print)
        rule->row->print(rule->self, obj, said);
    else if (same ? (rule->row->flags & CMD_SHOW_NO) && !on_by_default : on_by_default && !grammar_field(bind, obj))
        grammar_print_no(rule, said);
    else if ((same && !all) || !grammar_print(rule, obj, dflt, said))
        if (same && all && is_switch)
            grammar_print_no(rule, said);
    config_object_free(config_scope(g, rule), dflt);
}

static void print_set(struct printing *p, const struct grammar_row *rule, void *mode_obj, unsigned depth)
{
    struct text said = {0};

    config_say_set(p->g, rule, config_target(rule, mode_obj), p->all, &said);
    lines(p, depth, text_str(&said));
    text_free(&said);
}

static void print_mode(struct printing *p, enum cmd_mode mode, void *obj, unsigned depth);

static void print_list(struct printing *p, const struct grammar_row *first, void *mode_obj, unsigned depth,
                       enum edge edge)
{
    const struct conf_list *list = config_list(first, mode_obj);
    const struct cmd_scope *scope = first->row->scope;
    void *dflt = config_object_new(scope);
    struct text said = {0};

    for (size_t i = 0; list && i < list->n; i++) {
        const struct grammar_row *rule = config_say_element(p->g, first, list->v[i], dflt, &said);

        if (!rule)
            continue;
        if (edge == EDGE_BETWEEN && i)
            bang(p);
        lines(p, depth, text_str(&said));
        if (rule->row->kind == CMD_MODE_ROW)
            print_mode(p, rule->row->enters, list->v[i], depth + 1);
        if (edge == EDGE_EACH)
            bang(p);
    }
    text_free(&said);
    config_object_free(scope, dflt);
}

/* What a DO row keeps, as it says it: a banner may have blank lines. */
static void print_kept(struct printing *p, const struct grammar_row *rule)
{
    struct text said = {0};

    rule->row->print(rule->self, NULL, &said);
    text_addn(p->out, text_str(&said), said.len);
    p->open |= said.len > 0;
    text_free(&said);
}

/* Of each list the first row that is printed. */
bool config_first_of_list(const struct grammar_row *const *rows, size_t i)
{
    if (rows[i]->row->kind != CMD_LINE_ROW && rows[i]->row->kind != CMD_MODE_ROW)
        return false;
    if (rows[i]->row->flags & CMD_HIDDEN)
        return false;
    for (size_t k = 0; k < i; k++)
        if (in_list(rows[i]->row, rows[k]->row) && !(rows[k]->row->flags & CMD_HIDDEN))
            return false;
    return true;
}

static void print_row(struct printing *p, const struct grammar_row *const *rows, size_t i, void *mode_obj,
                      unsigned depth, enum edge edge)
{
    const struct cmd_row *row = rows[i]->row;

    if (row->flags & CMD_HIDDEN)
        return;
    if (row->kind == CMD_SET_ROW)
        print_set(p, rows[i], mode_obj, depth);
    else if (row->kind == CMD_DO_ROW && row->print)
        print_kept(p, rows[i]);
    else if (config_first_of_list(rows, i))
        print_list(p, rows[i], mode_obj, depth, edge);
}

static void print_mode(struct printing *p, enum cmd_mode mode, void *obj, unsigned depth)
{
    const struct grammar_row *const *rows;
    size_t n = grammar_rows(p->g, mode, &rows);

    for (size_t i = 0; i < n; i++)
        print_row(p, rows, i, obj, depth, EDGE_JOIN);
}

void config_running(struct grammar *g, bool all, struct text *out)
{
    struct printing p = {.g = g, .out = out, .all = all};
    const struct grammar_row *const *rows;
    size_t n = grammar_rows(g, CONFIG, &rows);
    size_t *section = mem_array(n + 1, sizeof(*section));
    bool listed;

    for (size_t i = 0; i < n; i++)
        section[i] = config_section(rows[i]->row, &listed);
    for (size_t s = 0; s < SECTIONS; s++) {
        if (sections[s].edge != EDGE_JOIN && sections[s].edge != EDGE_CLOSES)
            bang(&p);
        if (sections[s].edge == EDGE_OPENS || sections[s].edge == EDGE_CLOSES)
            line(&p, 0, sections[s].prefix);
        for (size_t i = 0; i < n; i++)
            if (section[i] == s)
                print_row(&p, rows, i, NULL, 0, sections[s].edge);
    }
    bang(&p);
    mem_free(section);
}

void config_say_object(struct grammar *g, enum cmd_mode mode, const void *obj, struct text *out)
{
    struct printing p = {.g = g, .out = out};

    print_mode(&p, mode, (void *)(uintptr_t)obj, 0);
}

bool config_running_section(struct grammar *g, const char *head, struct text *out)
{
    struct text body = {0};
    size_t len = strlen(head);
    bool inside = false, found = false;

    config_running(g, false, &body);
    for (const char *s = text_str(&body); *s;) {
        size_t n = strcspn(s, "\n");

        if (*s != ' ')
            inside = !strncmp(s, head, len) && (s[len] == ' ' || s[len] == '\n');
        if (inside)
            text_addn(out, s, n + 1);
        found |= inside;
        s += n + 1;
    }
    text_free(&body);
    return found;
}
