/* match.c: from the surviving paths of the walk to one meaning: the row, its values, the expanded text; or which error.
 *
 * A line means the best complete path (walk_best). It is ambiguous when an equally good path took other words, even one
 * that would need more words: `sh c` is not `show clock` as long as `show crypto` begins so. A typed
 * value that needs more words beats a free text: `enable secret 5` is incomplete. Under `no`, SET rows that
 * fit equally are one meaning (all their fields return to defaults), and so are LINE rows of one list (they find the
 * same element by its key). */
#include <string.h>

#include "cli/grammar/grammar_local.h"

struct store {
    char *at;
    size_t left;
    struct match *m;
    bool full;
};

static struct cmd_val *add_val(struct store *st)
{
    static const struct cmd_val none;
    struct match *m = st->m;

    if (m->nvals == MATCH_VALS_MAX) {
        st->full = true;
        return NULL;
    }
    m->vals[m->nvals] = none;
    return &m->vals[m->nvals++];
}

static const char *keep(struct store *st, const char *s)
{
    size_t n = strlen(s) + 1;

    if (n > st->left) {
        st->full = true;
        return "";
    }
    memcpy(st->at, s, n);
    st->at += n;
    st->left -= n;
    return st->at - n;
}

static void add_number(struct store *st, const char *name, int64_t num, const char *word)
{
    struct cmd_val *v = add_val(st);

    if (v)
        *v = (struct cmd_val){.name = name, .kind = CMD_VAL_INT, .num = num, .text = keep(st, word)};
}

/* The choices `{..}=name` that a word lies in tell their number, once. */
static void add_choices(struct store *st, const struct elem *e, const struct step *s)
{
    const struct elem *seq = e->parent;

    for (; seq && seq->parent; seq = seq->parent->parent) {
        const struct elem *choice = seq->parent;
        bool known = false;

        if (choice->kind != ELEM_CHOICE || !choice->name)
            continue;
        for (size_t i = 0; i < st->m->nvals; i++)
            known |= st->m->vals[i].name == choice->name;
        if (!known)
            add_number(st, choice->name, seq->index, s->word ? s->word : "");
    }
}

static void take_step(struct store *st, const struct walk *w, const struct step *s)
{
    const struct elem *e = s->elem;

    st->m->no |= s->no;
    st->m->dflt |= s->dflt;
    if (!e)
        return;
    add_choices(st, e, s);
    if (e->kind == ELEM_LITERAL) {
        if (e->name)
            add_number(st, e->name, e->constant, e->text);
        return;
    }
    struct cmd_val *v = add_val(st);
    if (v && st->left) {
        size_t used = token_value(e, w->line, s->start, s->end, v, st->at, st->left);
        st->at += used;
        st->left -= used;
    }
}

static bool extract(const struct walk *w, int32_t path, struct match *m)
{
    const struct step *steps[GRAMMAR_LINE_MAX / 2 + 2];
    size_t n = (size_t)w->g->steps[path].depth + 1;
    struct store st = {.at = m->store, .left = sizeof(m->store), .m = m};
    struct text text = {0};

    for (size_t i = n; i-- > 0; path = w->g->steps[path].prev)
        steps[i] = &w->g->steps[path];
    for (size_t i = 0; i < n; i++) {
        const struct step *s = steps[i];

        take_step(&st, w, s);
        if (i)
            text_add(&text, " ");
        if (s->word)
            text_add(&text, s->word);
        else
            token_expand(s->elem, w->line, s->start, s->end, &text);
    }
    if (!str_copy(m->expanded, sizeof(m->expanded), text_str(&text)))
        st.full = true;
    text_free(&text);
    m->rule = steps[n - 1]->elem->rule;
    m->row = m->rule->row;
    m->self = m->rule->self;
    return !st.full;
}

static void ignore(void *arg, const struct elem *e, uint32_t used)
{
    (void)arg;
    (void)e;
    (void)used;
}

static bool complete(const struct walk *w, int32_t i)
{
    return walk_next(w, i, ignore, NULL);
}

static bool sentence_whole(const struct walk *w, int32_t i)
{
    const struct step *s = &w->g->steps[i];

    return sentence_next(s->elem->rule->sentence, s->elem, s->used, ignore, NULL);
}

static bool one_list(const struct cmd_row *a, const struct cmd_row *b)
{
    return a->kind == b->kind && a->mode == b->mode && a->parent == b->parent && a->list_off == b->list_off;
}

static const struct grammar_row *rule_of(const struct walk *w, int32_t i)
{
    return w->g->steps[i].elem->rule;
}

/* Further rows that fit as well as the first: under `no` part of the meaning. */
static const struct grammar_row *join(const struct walk *w, const int32_t *best, size_t n, struct match *m)
{
    const struct cmd_row *row = m->row;

    for (size_t i = 1; i < n; i++) {
        const struct grammar_row *other = rule_of(w, best[i]);
        bool known = other == m->rule;

        for (size_t k = 0; k < m->nalso; k++)
            known |= m->also[k] == other;
        if (known || ((m->no || m->dflt) && row->kind != CMD_SET_ROW && one_list(row, other->row)))
            continue;
        if ((m->no || m->dflt) && row->kind == CMD_SET_ROW && other->row->kind == CMD_SET_ROW &&
            other->row->scope == row->scope) {
            if (m->nalso < MATCH_ALSO_MAX)
                m->also[m->nalso++] = other;
            continue;
        }
        return other;
    }
    return NULL;
}

/* The walk came to the end of the line. rival: another row that means the same line as well. */
static enum match_result choose(struct walk *w, struct match *m, const struct grammar_row **rival)
{
    struct grammar *g = w->g;
    size_t n = 0, all = w->nlive;
    int32_t *done = g->fresh;

    if (g->fresh_cap < w->nlive) {
        g->fresh_cap = w->nlive;
        done = g->fresh = mem_resize(g->fresh, g->fresh_cap, sizeof(*g->fresh));
    }
    for (size_t i = 0; i < w->nlive; i++)
        if (complete(w, g->live[i]))
            done[n++] = g->live[i];
    if (!n)
        return walk_best(w, g->live, &all) ? MATCH_INCOMPLETE : MATCH_AMBIGUOUS;
    if (!walk_best(w, done, &n))
        return MATCH_AMBIGUOUS;
    if (w->nlive > n) { /* does an unfinished path say otherwise, as well as the best, or better? */
        for (size_t i = 0; i < w->nlive; i++) {
            int32_t mine = g->live[i], two[2] = {done[0], mine};
            size_t equal = 2;

            if (mine != done[0] && !walk_best(w, two, &equal) && equal == 2)
                return MATCH_AMBIGUOUS;
            if (equal == 1 && two[0] == mine && g->steps[mine].elem && g->steps[mine].elem->kind == ELEM_VALUE &&
                !complete(w, mine))
                return MATCH_INCOMPLETE;
        }
    }
    for (size_t i = 1; i < n && !sentence_whole(w, done[0]); i++) /* a whole sentence before one that `no` cut short */
        if (sentence_whole(w, done[i])) {
            int32_t t = done[0];
            done[0] = done[i];
            done[i] = t;
        }
    if (!extract(w, done[0], m)) {
        m->caret = g->steps[done[0]].start;
        return MATCH_INVALID;
    }
    m->whole = sentence_whole(w, done[0]);
    m->level = level_of_path(w, done[0]);
    *rival = join(w, done, n, m);
    return MATCH_OK;
}

static enum match_result match_line(struct grammar *g, enum cmd_mode mode, uint8_t privilege, const char *line,
                                    struct match *m, const struct grammar_row **rival)
{
    struct walk w = {.g = g, .mode = mode, .privilege = privilege, .line = line, .len = strlen(line)};
    size_t first;

    m->row = NULL;
    m->rule = NULL;
    m->self = NULL;
    m->no = m->dflt = m->whole = false;
    m->caret = m->nvals = m->nalso = 0;
    m->expanded[0] = '\0';
    *rival = NULL;
    first = token_skip(line, w.len, 0);
    if (first == w.len)
        return MATCH_EMPTY;
    if (line[first] == '!')
        return MATCH_COMMENT;
    if (w.len > GRAMMAR_LINE_MAX) {
        m->caret = GRAMMAR_LINE_MAX;
        return MATCH_INVALID;
    }
    walk_run(&w);
    if (w.dead) {
        m->caret = w.fail;
        return w.ambiguous ? MATCH_AMBIGUOUS : MATCH_INVALID;
    }
    return choose(&w, m, rival);
}

enum match_result grammar_match(struct grammar *g, enum cmd_mode mode, uint8_t privilege, const char *line,
                                struct match *m)
{
    const struct grammar_row *rival;

    return match_line(g, mode, privilege, line, m, &rival);
}

const struct grammar_row *grammar_rival(struct grammar *g, enum cmd_mode mode, const char *line,
                                        const struct grammar_row *self)
{
    struct match *m = NEW(struct match);
    const struct grammar_row *rival = NULL;
    enum match_result r = match_line(g, mode, 15, line, m, &rival);
    const struct grammar_row *winner = m->rule;

    mem_free(m);
    return r != MATCH_OK ? NULL : winner == self ? rival : rival == self ? winner : NULL;
}
