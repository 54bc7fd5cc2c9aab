/* canonical.c: lines as the router itself would print them; lists put in the order of a text.
 *
 * A line typed by hand may be short, or say what is so anyway. Matched and put into an object that has nothing but
 * defaults, it is printed by the same code that prints running-config; so a comparison with running-config sees only
 * real differences. */
#include <stdlib.h>
#include <string.h>

#include "cli/config/config_local.h"
#include "cli/config/tree.h"

struct reader {
    struct grammar *g;
    struct match *m;
    struct text said;
};

/* Printers of rows end their lines; those of more than one are not what one line says. */
static bool one_line(struct text *t)
{
    if (t->len && t->s[t->len - 1] == '\n')
        t->s[--t->len] = '\0';
    return !strchr(text_str(t), '\n');
}

/* True: r->said is what would be printed, "" for nothing. */
static bool set_line(struct reader *r, const void *section)
{
    const struct match *m = r->m;
    const struct cmd_scope *scope = config_scope(r->g, m->rule);
    const struct cmd_bind *bind;
    int64_t constant, zero = 0;

    if (m->dflt) {
        text_clear(&r->said);
        return true;
    }
    if (m->nalso || (m->rule->row->flags & CMD_HIDDEN))
        return false;
    void *obj = config_default_new(r->g, m->rule, section);
    if (!m->no)
        config_put(m, obj);
    else if (grammar_switch(m->rule, &bind, &constant) && grammar_field(bind, obj) == constant)
        memcpy((char *)obj + bind->off, &zero, bind->size);
    config_say_set(r->g, m->rule, obj, false, &r->said);
    config_object_free(scope, obj);
    if (m->rule->row->print && !m->no && !r->said.len)
        return false; /* not said as things are (`login local` under aaa new-model); it may be when they are as the text wants */
    return one_line(&r->said);
}

static bool element_line(struct reader *r, const void *obj)
{
    const struct match *m = r->m;

    if (!obj)
        return false;
    void *dflt = config_object_new(m->row->scope);
    bool ok = config_say_element(r->g, m->rule, obj, dflt, &r->said) && one_line(&r->said);
    config_object_free(m->row->scope, dflt);
    return ok && r->said.len;
}

/* section: what the line that `from` is makes; NULL at the top. */
static void read_lines(struct reader *r, enum cmd_mode mode, const void *section, const struct config_line *from,
                       struct config_tree *t, struct config_line *to)
{
    for (size_t i = 0; i < from->nkids; i++) {
        const struct config_line *l = from->kids[i];
        const char *text = l->text;
        enum cmd_mode inner = EXEC;
        const struct cmd_scope *scope = NULL;
        void *made = NULL;

        if (mode != EXEC && !strchr(text, '\n') && grammar_match(r->g, mode, 15, text, r->m) == MATCH_OK &&
            r->m->row->kind != CMD_DO_ROW) {
            bool set = r->m->row->kind == CMD_SET_ROW;
            if (r->m->row->kind == CMD_MODE_ROW)
                inner = r->m->row->enters;
            if (!set && !r->m->no && !r->m->dflt) {
                scope = r->m->row->scope;
                made = config_element_new(r->m);
            }
            if (set ? set_line(r, section) : element_line(r, made))
                text = text_str(&r->said);
            if (!*text)
                continue;
        }
        struct config_line *k = config_tree_add(t, to, text, l->number);
        read_lines(r, inner, made, l, t, k);
        if (made)
            config_object_free(scope, made);
    }
}

struct config_tree *config_tree_canonical(struct grammar *g, const struct config_tree *tree)
{
    struct config_tree *t = config_tree_empty();
    struct reader r = {.g = g, .m = NEW(struct match)};

    read_lines(&r, CONFIG, NULL, &tree->root, t, &t->root);
    mem_free(r.m);
    text_free(&r.said);
    return t;
}

/* ---- order ---- */

struct ranked {
    void *item;
    size_t rank, at;
};

static int by_rank(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

struct arranger {
    struct grammar *g;
    const struct config_tree *to;
    struct text said;
};

static void arrange_mode(struct arranger *a, enum cmd_mode mode, void *obj, const struct config_line *to);

static const struct config_line *line_of(struct arranger *a, const struct config_line *section, const char *text)
{
    return config_tree_find(a->to, section, text);
}

static void arrange_list(struct arranger *a, const struct grammar_row *first, void *obj, const struct config_line *to)
{
    struct conf_list *list = config_list(first, obj);
    const struct cmd_row *row = first->row;

    if (!list || (list->n < 2 && row->kind != CMD_MODE_ROW))
        return;
    void *dflt = config_object_new(row->scope);
    struct ranked *v = mem_array(list->n + 1, sizeof(*v));
    bool sorted = true;
    for (size_t i = 0; i < list->n; i++) {
        const struct grammar_row *rule = config_say_element(a->g, first, list->v[i], dflt, &a->said);
        const struct config_line *l = rule ? line_of(a, to, text_str(&a->said)) : NULL;

        v[i] = (struct ranked){.item = list->v[i], .rank = l ? l->index : i ? v[i - 1].rank : 0, .at = i};
        sorted &= !i || v[i].rank >= v[i - 1].rank;
        if (l && l->nkids && rule->row->kind == CMD_MODE_ROW)
            arrange_mode(a, rule->row->enters, list->v[i], l);
    }
    if (!sorted && !list->cmp) {
        qsort(v, list->n, sizeof(*v), by_rank);
        for (size_t i = 0; i < list->n; i++)
            list->v[i] = v[i].item;
        config_list_changed(a->g, first, obj);
    }
    mem_free(v);
    config_object_free(row->scope, dflt);
}

static void arrange_mode(struct arranger *a, enum cmd_mode mode, void *obj, const struct config_line *to)
{
    const struct grammar_row *const *rows;
    size_t n = grammar_rows(a->g, mode, &rows);

    for (size_t i = 0; i < n; i++)
        if (config_first_of_list(rows, i))
            arrange_list(a, rows[i], obj, to);
}

void config_arrange(struct grammar *g, const struct config_tree *to)
{
    struct arranger a = {.g = g, .to = to};

    arrange_mode(&a, CONFIG, NULL, &to->root);
    text_free(&a.said);
}
