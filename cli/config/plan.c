/* plan.c: what must be typed so that one configuration becomes another: the thinking of `configure replace`.
 *
 * It knows no command. The grammar says of each line which row takes it, and a row says whether its line sets a field,
 * keeps an element of a list or opens a section. From that follows:
 *
 *   a setting that the target says otherwise is typed, not undone first; one it does not have is undone: `no ...`, or
 *   without its `no`, or `default ...` where `no` would mean "off" and not "as it was"
 *   an element whose key the target has with other words is typed over in place; one it does not have is undone
 *   (unless its row says CMD_ANEW: then it is undone first)
 *   a section both have is entered and treated the same way
 *   a list in which a line's place is given by history and not by what it says (access list entries: two fresh elements
 *   compare equal in a sorted list) is taken down to the last line that stands right, and typed on from there
 *
 * Undoing comes first, in the order of the old text, then what is new, in the order of the target. A list that simply
 * keeps the order of typing is put in order at the end (config_arrange): nothing that runs is torn down for the sake of
 * an order that means nothing to it.
 *
 * One plan need not be enough (a line may undo more than it says), so the caller plans again from what the router then
 * prints, a few times. What is in use may refuse to be undone (cmd_scope.leaves) although who uses it stands in the target
 * as well: such users are taken out by a plan of their own, and the next one types them again. */
#include <string.h>

#include "cli/config/config_local.h"
#include "cli/config/tree.h"
#include "espial/table.h"

/* What the grammar says about a line. */
struct meaning {
    const struct grammar_row *rule; /* NULL: nothing */
    bool no;
    void *obj;   /* LINE, MODE: an element made of the line alone */
    size_t list; /* LINE: elements of the same class have their place by history; 0: not so */
};
struct planner {
    struct grammar *g;
    const struct config_tree *from, *to;
    struct config_plan *out;
    struct match *m;
    const void *section; /* what the line of the present section makes; NULL at the top */
};

static void step(struct planner *p, unsigned depth, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void step(struct planner *p, unsigned depth, const char *fmt, ...)
{
    struct config_plan *o = p->out;
    struct text t = {0};
    va_list ap;

    va_start(ap, fmt);
    text_vprintf(&t, fmt, ap);
    va_end(ap);
    if (o->n == o->cap) {
        o->cap = o->cap ? 2 * o->cap : 64;
        o->v = mem_resize(o->v, o->cap, sizeof(o->v[0]));
    }
    o->v[o->n++] = (struct config_step){.text = pool_strdup(o->pool, text_str(&t)), .depth = depth};
    text_free(&t);
}

static bool match(struct grammar *g, enum cmd_mode mode, const char *line, struct match *m)
{
    size_t n = strcspn(line, "\n");

    if (!line[n])
        return grammar_match(g, mode, 15, line, m) == MATCH_OK;
    char *first = mem_strndup(line, n);
    bool ok = grammar_match(g, mode, 15, first, m) == MATCH_OK;
    mem_free(first);
    return ok;
}

static bool is_element(const struct grammar_row *r)
{
    return r->row->kind == CMD_LINE_ROW || r->row->kind == CMD_MODE_ROW;
}

static struct meaning meaning_of(struct planner *p, enum cmd_mode mode, const struct config_line *l)
{
    if (!match(p->g, mode, l->text, p->m) || p->m->row->kind == CMD_DO_ROW)
        return (struct meaning){0};
    return (struct meaning){.rule = p->m->rule,
                            .no = p->m->no,
                            .obj = is_element(p->m->rule) && !p->m->no ? config_element_new(p->m) : NULL};
}

static void meaning_free(struct meaning *m)
{
    if (m->obj)
        config_object_free(m->rule->row->scope, m->obj);
}

static bool has_key(const struct cmd_row *row)
{
    cmd_each_bind(b, row)
        if (b->key)
            return true;
    return false;
}

/* Would typing b take the place of a? */
static bool supersedes(const struct meaning *a, const struct meaning *b)
{
    if (!a->rule || a->rule != b->rule || (a->obj && !b->obj) || (!a->obj && b->obj))
        return false;
    if (!a->obj)
        return a->rule->row->kind == CMD_SET_ROW;
    if (!has_key(a->rule->row) || a->rule->row->flags & CMD_ANEW)
        return false;
    cmd_each_bind(k, a->rule->row)
        if (k->key && !grammar_field_same(k, a->obj, b->obj))
            return false;
    return true;
}

/* One of the lines of text? */
static bool among(const char *text, const char *line)
{
    size_t n = strlen(line);

    for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
        if (!strncmp(text, line, n) && (text[n] == '\n' || !text[n]))
            return true;
    return false;
}

static bool on_by_default(struct planner *p, const struct grammar_row *rule)
{
    const struct cmd_bind *bind;
    int64_t constant;
    void *dflt = config_default_new(p->g, rule, p->section);
    bool on = grammar_switch(rule, &bind, &constant) && grammar_field(bind, dflt) == constant;

    config_object_free(config_scope(p->g, rule), dflt);
    return on;
}

/* Would the router print it without being told anything? A line with `no` may mean several rows. */
static bool is_default(struct planner *p, enum cmd_mode mode, const struct config_line *l, const struct meaning *m)
{
    struct text said = {0};
    const struct grammar_row *const *rows;
    size_t n = grammar_rows(p->g, mode, &rows);
    bool found = false;

    if (!m->rule || m->rule->row->kind != CMD_SET_ROW)
        return false;
    const struct cmd_scope *scope = config_scope(p->g, m->rule);
    void *dflt = config_default_new(p->g, m->rule, p->section);
    for (size_t i = 0; i < n && !found; i++) {
        if (rows[i]->row->kind != CMD_SET_ROW || (rows[i]->row->flags & CMD_HIDDEN) ||
            config_scope(p->g, rows[i]) != scope || (!m->no && rows[i] != m->rule))
            continue;
        config_say_set(p->g, rows[i], dflt, false, &said);
        found = among(text_str(&said), l->text);
    }
    config_object_free(scope, dflt);
    text_free(&said);
    return found;
}

/* An object that does not go, whatever else there is. */
static bool stays(const struct meaning *m)
{
    struct out quiet = {.write = out_nowhere};
    const struct cmd_row *row = m->rule ? m->rule->row : NULL;

    return row && row->flags & CMD_STAYS && !row->scope->leaves(m->rule->self, m->obj, &quiet);
}

/* The line that takes l back. */
static void undo(struct planner *p, enum cmd_mode mode, const struct config_line *l, const struct meaning *m)
{
    int n = (int)strcspn(l->text, "\n");

    if (is_default(p, mode, l, m))
        return;
    if (str_starts(l->text, "banner ")) {
        step(p, l->depth, "no banner %.*s", (int)strcspn(l->text + 7, " "), l->text + 7);
    } else if (str_starts(l->text, "no ")) {
        bool whole = match(p->g, mode, l->text + 3, p->m);
        step(p, l->depth, "%s%s", whole ? "" : "default ", l->text + 3);
    } else {
        bool off = stays(m) || (m->rule && m->rule->row->kind == CMD_SET_ROW && on_by_default(p, m->rule));
        step(p, l->depth, "%s %.*s", off ? "default" : "no", n, l->text);
    }
}

static void type_all(struct planner *p, const struct config_line *l)
{
    step(p, l->depth, "%s", l->text);
    for (size_t i = 0; i < l->nkids; i++)
        type_all(p, l->kids[i]);
}

/* One section of both. from[i].at, to[i].at: the same line in the other, or NULL. */
struct side {
    const struct config_line *line;
    size_t n;
    const struct config_line **same;
    struct meaning *means;
    bool *act; /* from: undo it; to: type it */
};

static void side_new(struct side *s, const struct config_line *line, const struct config_tree *other,
                     const struct config_line *theirs)
{
    s->line = line;
    s->n = line ? line->nkids : 0;
    s->same = mem_array(s->n + 1, sizeof(struct config_line *));
    s->means = mem_array(s->n + 1, sizeof(s->means[0]));
    s->act = mem_array(s->n + 1, sizeof(s->act[0]));
    for (size_t i = 0; i < s->n; i++) {
        s->same[i] = theirs ? config_tree_find(other, theirs, line->kids[i]->text) : NULL;
        s->act[i] = !s->same[i];
    }
}

static void side_free(struct side *s)
{
    for (size_t i = 0; i < s->n; i++)
        meaning_free(&s->means[i]);
    mem_free(s->same);
    mem_free(s->means);
    mem_free(s->act);
}

static bool any(const struct side *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->act[i])
            return true;
    return false;
}

/* Do the lines both have stand in the same order, with nothing new among them? Then no place can be wrong. */
static bool in_step(const struct side *to)
{
    size_t next = 0;
    bool added = false;

    for (size_t i = 0; i < to->n; i++) {
        if (!to->same[i]) {
            added = true;
            continue;
        }
        if (added || to->same[i]->index < next)
            return false;
        next = to->same[i]->index + 1;
    }
    return true;
}

/* The comparison of the list that a LINE row keeps. In a sub-mode the list is that of an object of the mode; every
 * object of one kind sorts alike, so a fresh one is asked. */
typedef int cmp_fn(const void *, const void *);
static cmp_fn *order_of(struct grammar *g, const struct grammar_row *rule)
{
    if (rule->row->parent)
        return config_list(rule, NULL)->cmp;
    const struct grammar_row *mode = grammar_mode_row(g, rule->row->mode);
    void *owner = config_object_new(mode->row->scope);
    cmp_fn *cmp = config_list(rule, owner)->cmp;
    config_object_free(mode->row->scope, owner);
    return cmp;
}

struct class {
    const struct grammar_row *rule; /* the first row met of the list */
    const void *obj;
    cmp_fn *cmp;
    bool wrong; /* along the target: from here on no line stands right */
    size_t at;  /* index in from of the last that does, plus one */
};
struct classes {
    struct class *v;
    size_t n, cap;
};

/* The class of a line: 0 none, else its number from 1. Lines of one class follow each other mostly, so the last class is
 * tried first. */
static size_t classify(struct planner *p, struct classes *cs, const struct meaning *m)
{
    if (!m->obj || m->rule->row->kind != CMD_LINE_ROW)
        return 0;
    for (size_t i = cs->n; i-- > 0;)
        if (config_one_list(cs->v[i].rule->row, m->rule->row) &&
            (!cs->v[i].cmp || cs->v[i].cmp(cs->v[i].obj, m->obj) == 0))
            return i + 1;
    if (cs->n == cs->cap) {
        cs->cap = cs->cap ? 2 * cs->cap : 16;
        cs->v = mem_resize(cs->v, cs->cap, sizeof(cs->v[0]));
    }
    cs->v[cs->n++] = (struct class){.rule = m->rule, .obj = m->obj, .cmp = order_of(p->g, m->rule)};
    return cs->n;
}

/* Take down what stands wrong in lists whose lines have their place by history, and type it again. */
static void put_in_place(struct planner *p, enum cmd_mode mode, struct side *from, struct side *to)
{
    struct classes cs = {0};

    for (size_t i = 0; i < from->n; i++) {
        if (!from->means[i].rule)
            from->means[i] = meaning_of(p, mode, from->line->kids[i]);
        from->means[i].list = classify(p, &cs, &from->means[i]);
    }
    for (size_t i = 0; i < to->n; i++) {
        if (!to->means[i].rule)
            to->means[i] = meaning_of(p, mode, to->line->kids[i]);
        to->means[i].list = classify(p, &cs, &to->means[i]);
    }
    for (size_t i = 0; i < to->n; i++) {
        struct class *c = to->means[i].list ? &cs.v[to->means[i].list - 1] : NULL;

        if (!c || !c->cmp)
            continue;
        c->wrong |= !to->same[i] || to->same[i]->index < c->at;
        if (c->wrong)
            to->act[i] = true;
        else
            c->at = to->same[i]->index + 1;
    }
    for (size_t i = 0; i < from->n; i++) {
        if (from->means[i].list && from->same[i] && to->act[from->same[i]->index])
            from->act[i] = true; /* typed again further on */
    }
    mem_free(cs.v);
}

static void find_meanings(struct planner *p, enum cmd_mode mode, struct side *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->act[i] && !s->means[i].rule)
            s->means[i] = meaning_of(p, mode, s->line->kids[i]);
}

/* The old line is not undone where a new one takes its place. Both sides are sorted by row, so that this costs no
 * product of the two. */
struct pairing {
    size_t n, cap, *v; /* indexes in `to` */
};
static void spare_superseded(struct planner *p, struct side *from, struct side *to)
{
    struct table *rows = table_new(sizeof(void *), 1);
    struct pairing *all = NULL;
    size_t n = 0, cap = 0;

    (void)p;
    for (size_t i = 0; i < to->n; i++) {
        const struct grammar_row *rule = to->act[i] ? to->means[i].rule : NULL;
        if (!rule)
            continue;
        size_t k = (size_t)(uintptr_t)table_find(rows, &rule);
        if (!k) {
            if (n == cap) {
                cap = cap ? 2 * cap : 16;
                all = mem_resize(all, cap, sizeof(*all));
            }
            all[n] = (struct pairing){0};
            k = ++n;
            table_put(rows, &rule, (void *)(uintptr_t)k);
        }
        struct pairing *q = &all[k - 1];
        if (q->n == q->cap) {
            q->cap = q->cap ? 2 * q->cap : 4;
            q->v = mem_resize(q->v, q->cap, sizeof(size_t));
        }
        q->v[q->n++] = i;
    }
    for (size_t i = 0; i < from->n; i++) {
        const struct grammar_row *rule = from->act[i] && !from->same[i] ? from->means[i].rule : NULL;
        size_t k = rule ? (size_t)(uintptr_t)table_find(rows, &rule) : 0;

        for (size_t j = 0; k && from->act[i] && j < all[k - 1].n; j++)
            if (supersedes(&from->means[i], &to->means[all[k - 1].v[j]]))
                from->act[i] = false;
    }
    for (size_t i = 0; i < n; i++)
        mem_free(all[i].v);
    mem_free(all);
    table_free(rows);
}

static void plan(struct planner *p, enum cmd_mode mode, const struct config_line *from, const struct config_line *to)
{
    struct side f, t;

    side_new(&f, from, p->to, to);
    side_new(&t, to, p->from, from);
    if (any(&f) || any(&t) || !in_step(&t)) {
        if (!in_step(&t))
            put_in_place(p, mode, &f, &t);
        find_meanings(p, mode, &f);
        find_meanings(p, mode, &t);
        spare_superseded(p, &f, &t);
        for (size_t i = 0; i < f.n; i++)
            if (f.act[i])
                undo(p, mode, from->kids[i], &f.means[i]);
    }
    for (size_t i = 0; i < t.n; i++) {
        const struct config_line *l = to->kids[i];

        if (t.act[i]) {
            type_all(p, l);
        } else if (l->nkids || t.same[i]->nkids) {
            size_t head = p->out->n;
            struct meaning m = meaning_of(p, mode, l);
            enum cmd_mode inner = m.rule ? m.rule->row->enters : EXEC;
            const void *outer = p->section;
            step(p, l->depth, "%s", l->text);
            size_t body = p->out->n;
            p->section = m.obj;
            plan(p, inner, t.same[i], l);
            p->section = outer;
            meaning_free(&m);
            if (p->out->n == body)
                p->out->n = head;
        }
    }
    side_free(&f);
    side_free(&t);
}

void config_plan_make(struct grammar *g, const struct config_tree *from, const struct config_tree *to,
                      struct config_plan *out)
{
    struct planner p = {.g = g, .from = from, .to = to, .out = out, .m = NEW(struct match)};

    *out = (struct config_plan){.pool = pool_new()};
    plan(&p, CONFIG, &from->root, &to->root);
    mem_free(p.m);
}

/* ---- what is in use ---- */
struct held {
    const char *name[16];
    size_t n;
};

/* What a refused step calls the thing that it was to take away. */
static void add_held(struct planner *p, const struct config_step *s, struct held *h)
{
    if (!s->refused || s->depth || !match(p->g, CONFIG, s->text, p->m) || !p->m->no || !is_element(p->m->rule) ||
        !config_scope(p->g, p->m->rule)->leaves)
        return;
    cmd_each_bind (k, p->m->rule->row)
        for (size_t i = 0; i < p->m->nvals && h->n < sizeof h->name / sizeof h->name[0]; i++)
            if (k->key && k->is_text && !strcmp(p->m->vals[i].name, k->name))
                h->name[h->n++] = pool_strdup(p->out->pool, p->m->vals[i].text);
}

/* Among the values of a line, one of which may be a list; its keywords name nothing. */
static bool names_held(const struct match *m, const struct held *h)
{
    for (size_t v = 0; v < m->nvals; v++)
        for (const char *word = m->vals[v].text; *word; word += strcspn(word, " "), word += strspn(word, " "))
            for (size_t i = 0; i < h->n; i++)
                if (strlen(h->name[i]) == strcspn(word, " ") && str_starts(word, h->name[i]))
                    return true;
    return false;
}

static void release(struct planner *p, enum cmd_mode mode, const struct config_line *section, const struct held *h)
{
    for (size_t i = 0; i < section->nkids; i++) {
        const struct config_line *l = section->kids[i];
        struct meaning m = meaning_of(p, mode, l);

        if (mode != CONFIG && m.rule && names_held(p->m, h)) {
            undo(p, mode, l, &m);
        } else if (l->nkids) {
            size_t head = p->out->n;
            step(p, l->depth, "%s", l->text);
            size_t body = p->out->n;
            release(p, m.rule ? m.rule->row->enters : EXEC, l, h);
            if (p->out->n == body)
                p->out->n = head;
        }
        meaning_free(&m);
    }
}

void config_plan_release(struct grammar *g, const struct config_tree *from, const struct config_plan *refused,
                         struct config_plan *out)
{
    struct planner p = {.g = g, .from = from, .out = out, .m = NEW(struct match)};
    struct held h = {.n = 0};

    *out = (struct config_plan){.pool = pool_new()};
    for (size_t i = 0; i < refused->n; i++)
        add_held(&p, &refused->v[i], &h);
    if (h.n)
        release(&p, CONFIG, &from->root, &h);
    mem_free(p.m);
}

void config_plan_free(struct config_plan *p)
{
    pool_free(p->pool);
    mem_free(p->v);
    *p = (struct config_plan){0};
}

bool config_plan_same(const struct config_plan *a, const struct config_plan *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (a->v[i].depth != b->v[i].depth || strcmp(a->v[i].text, b->v[i].text))
            return false;
    return true;
}
