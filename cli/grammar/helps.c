/* helps.c: every word of every sentence gets its text for `?`, or the start fails.
 *
 * Three sources, in this order: a HELP row whose path leads to the word (in any row of the mode); the row's own help,
 * whose texts go to the words that are still without, in the order written; and for an empty text (or no texts at all)
 * the same word of another row, found by typing the shortest way to it. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/grammar/grammar_local.h"

void complain(struct text *err, const char *table, const struct cmd_row *row, const char *fmt, ...)
{
    va_list ap;

    text_printf(err, "%s: %s: ", table, row->sentence ? row->sentence : "(no sentence)");
    va_start(ap, fmt);
    text_vprintf(err, fmt, ap);
    va_end(ap);
    text_add(err, "\n");
}

static bool same_word(const struct elem *a, const struct elem *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == ELEM_LITERAL)
        return a->len == b->len && !strncasecmp(a->text, b->text, a->len);
    return (a->type == b->type && a->lo == b->lo &&
            ((a->type != VALUE_RANGE && a->type != VALUE_HEX_RANGE) || a->hi == b->hi)) ||
           (a->name && b->name && !strcmp(a->name, b->name));
}

struct reach {
    const struct sentence *in;
    struct elem *const *words;
    size_t n, at;
    void (*fn)(void *arg, struct elem *e);
    void *arg;
};

static void reach_next(void *arg, const struct elem *e, uint32_t used)
{
    struct reach *r = arg;

    if (!same_word(r->words[r->at], e))
        return;
    if (r->at + 1 == r->n) {
        r->fn(r->arg, (struct elem *)(uintptr_t)e); /* the tree is ours until the grammar is ready */
        return;
    }
    r->at++;
    sentence_next(r->in, e, used, reach_next, r);
    r->at--;
}

/* The elements of a sentence that these words lead to. */
static void reach(const struct sentence *in, struct elem *const *words, size_t n, void (*fn)(void *arg, struct elem *e),
                  void *arg)
{
    struct reach r = {.in = in, .words = words, .n = n, .fn = fn, .arg = arg};
    const struct elem *first = in->root->kids;

    if (first->kind == ELEM_LITERAL && !same_word(words[0], first))
        return; /* as nearly all: each path is held against each row of the mode */
    sentence_next(in, NULL, 0, reach_next, &r);
}

static bool no_text(const char *help)
{
    return !*help || *help == '|';
}

static void give(void *arg, struct elem *e)
{
    if (!e->help)
        e->help = arg;
}

static void complain_of_texts(const struct grammar_row *rule, size_t have, size_t need, struct text *err)
{
    const struct sentence *s = rule->sentence;
    struct text missing = {0};

    for (size_t i = 0; i < s->nwords; i++)
        if (!s->words[i]->help)
            text_printf(&missing, "%s%s", missing.len ? ", " : "", s->words[i]->text);
    complain(err, rule->table, rule->row, "help has %zu text%s for %zu word%s (%s)", have, have == 1 ? "" : "s", need,
             need == 1 ? "" : "s", text_str(&missing));
    text_free(&missing);
}

static void give_own(struct grammar_row *rule, struct text *err)
{
    const struct sentence *s = rule->sentence;
    const char *help = rule->row->help ? rule->row->help : "", *p = help;
    size_t need = 0, have = *help ? 1 : 0;

    for (const char *c = help; *c; c++)
        have += *c == '|';
    for (size_t i = 0; i < s->nwords; i++)
        need += !s->words[i]->help;
    if (have && need != have) {
        complain_of_texts(rule, have, need, err);
        return;
    }
    for (size_t i = 0; i < s->nwords; i++) {
        if (s->words[i]->help)
            continue;
        s->words[i]->help = p;
        p += strcspn(p, "|");
        p += *p == '|';
    }
}

struct way {
    struct elem *words[SENTENCE_WORDS];
    size_t n;
};

static void shortest(struct way *way, struct elem *e)
{
    if (e->optional)
        return;
    switch (e->kind) {
    case ELEM_LITERAL:
    case ELEM_VALUE:
        if (way->n < sizeof(way->words) / sizeof(way->words[0]))
            way->words[way->n++] = e;
        break;
    case ELEM_SEQ:
    case ELEM_ANYORDER:
        for (struct elem *k = e->kids; k; k = k->next)
            shortest(way, k);
        break;
    case ELEM_CHOICE: shortest(way, e->kids); break;
    }
}

/* The shortest way to a word: what must stand before it in each sequence around it. */
static void way_to(struct way *way, struct elem *e)
{
    struct elem *seq = e->parent;

    if (seq->parent)
        way_to(way, seq->parent);
    for (struct elem *k = seq->kids; k != e; k = k->next)
        shortest(way, k);
    if (e->kind == ELEM_LITERAL || e->kind == ELEM_VALUE)
        way->words[way->n++] = e;
}

static void borrow(void *arg, struct elem *e)
{
    const char **help = arg;

    if (!*help && e->help && !no_text(e->help))
        *help = e->help;
}

static void give_borrowed(struct grammar *g, struct grammar_row *rule, struct text *err)
{
    const struct grammar_mode *mode = &g->modes[rule->row->mode];

    for (size_t i = 0; i < rule->sentence->nwords; i++) {
        struct elem *e = rule->sentence->words[i];
        const char *help = NULL;
        struct way way = {.n = 0};

        if (!e->help || !no_text(e->help))
            continue;
        way_to(&way, e);
        for (size_t r = 0; r < mode->nrows && !help; r++)
            reach(mode->rows[r]->sentence, way.words, way.n, borrow, &help);
        if (help)
            e->help = help;
        else
            complain(err, rule->table, rule->row, "no row gives the help of \"%s\"", e->text);
    }
}

void helps_give(struct grammar *g, const struct help_path *paths, size_t n, struct text *err)
{
    for (size_t i = 0; i < n; i++) {
        const struct grammar_mode *mode = &g->modes[paths[i].row->mode];

        for (size_t r = 0; r < mode->nrows; r++)
            reach(mode->rows[r]->sentence, paths[i].path->words, paths[i].path->nwords, give,
                  (void *)(uintptr_t)paths[i].row->help);
    }
    for (int m = 0; m < CMD_MODES; m++)
        for (size_t r = 0; r < g->modes[m].nrows; r++)
            give_own((struct grammar_row *)(uintptr_t)g->modes[m].rows[r], err);
    for (int m = 0; m < CMD_MODES; m++)
        for (size_t r = 0; r < g->modes[m].nrows; r++)
            give_borrowed(g, (struct grammar_row *)(uintptr_t)g->modes[m].rows[r], err);
}
