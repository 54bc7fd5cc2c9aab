/* walk.c: the one walk over the sentences of a mode, for a typed line, for `?` and for Tab.
 *
 * A partial path is the chain of words taken so far, each word one element of one row's tree. All paths advance
 * together, those that stand at the earliest place of the line first (a quoted string or "gi 0/0" reaches further than
 * a word). At each place the paths split over what may follow and those die whom the word does not fit. So a later word
 * settles an earlier abbreviation by itself: the wrong reading dies.
 *
 * Precedence: a word that is some literal exactly is only that (keywords beat values, whole words beat abbreviations);
 * otherwise all readings go on, and where several survive, walk_best compares them word by word: abbreviated literal,
 * typed value, host name, free word, rest of the line. Readings that took different words for one abbreviation are not
 * compared behind it: the line is ambiguous.
 *
 * `no` and `default` are words before the rows; behind them a line may end early (elem.stop, set in compile.c).
 * Comparisons per word are linear in the rows of the mode: some hundred prefix tests, microseconds. Memory is the
 * grammar's scratch, bounded by STEPS_MAX. */
#include <string.h>
#include <strings.h>

#include "cli/grammar/grammar_local.h"

#define STEPS_MAX 16384

static void push(int32_t **v, size_t *n, size_t *cap, int32_t x)
{
    if (*n == *cap) {
        *cap = *cap ? *cap * 2 : 64;
        *v = mem_resize(*v, *cap, sizeof(**v));
    }
    (*v)[(*n)++] = x;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* What follows, as a recursion over the tree. */
struct next {
    walk_next_fn *fn;
    void *arg;
    bool end;
};

static void follow(struct next *x, const struct elem *e, uint32_t used);

static void enter(struct next *x, const struct elem *e, uint32_t used);

/* At the hub of an &{}: any item not used yet, or on when no mandatory one is missing. */
static void hub(struct next *x, const struct elem *any, uint32_t used)
{
    bool all = true;

    for (const struct elem *k = any->kids; k; k = k->next) {
        if (used & (1u << k->index))
            continue;
        all &= k->optional;
        enter(x, k->kids, used | (1u << k->index));
    }
    if (all)
        follow(x, any, 0);
}

static void enter(struct next *x, const struct elem *e, uint32_t used)
{
    switch (e->kind) {
    case ELEM_LITERAL:
    case ELEM_VALUE: x->fn(x->arg, e, used); break;
    case ELEM_SEQ: enter(x, e->kids, used); break;
    case ELEM_CHOICE:
        for (const struct elem *k = e->kids; k; k = k->next)
            enter(x, k->kids, used);
        if (e->optional)
            follow(x, e, used);
        break;
    case ELEM_ANYORDER: hub(x, e, 0); break;
    }
}

static void follow(struct next *x, const struct elem *e, uint32_t used)
{
    const struct elem *seq = e->parent; /* e stands in a sequence */

    if (e->next) {
        enter(x, e->next, used);
    } else if (!seq->parent) {
        x->end = true;
    } else if (seq->parent->kind == ELEM_ANYORDER) {
        hub(x, seq->parent, used);
    } else {
        follow(x, seq->parent, used);
    }
}

bool sentence_next(const struct sentence *sentence, const struct elem *after, uint32_t used, walk_next_fn *fn,
                   void *arg)
{
    struct next x = {.fn = fn, .arg = arg};

    if (after)
        follow(&x, after, used);
    else
        enter(&x, sentence->root, 0);
    return x.end;
}

static bool walk_allows(const struct walk *w, const struct grammar_row *r, bool no, bool dflt)
{
    const struct cmd_row *row = r->row;

    if (!walk_levels(w) && level_of_row(row) > w->privilege)
        return false;
    if (row->kind == CMD_SET_ROW && row->flags & CMD_NO_ONLY)
        return no || dflt;
    return row->kind != CMD_DO_ROW || (!dflt && (no ? row->flags & CMD_NO : !(row->flags & CMD_NO_ONLY)));
}

static const char *const prefixes[] = {"no", "default"};

const char *walk_prefix(const struct walk *w, size_t i)
{
    const struct grammar_mode *mode = &w->g->modes[w->mode];

    if (w->mode != EXEC)
        return i < 2 ? prefixes[i] : NULL;
    return i == 0 && mode->no && (w->privilege >= mode->no_from || walk_levels(w)) ? prefixes[0] : NULL;
}

/* What may follow, without what the privilege does not open. */
struct gate {
    const struct walk *w;
    int32_t at;
    walk_next_fn *fn;
    void *arg;
};

static void pass_gate(void *arg, const struct elem *e, uint32_t used)
{
    const struct gate *gate = arg;

    if (level_admits(gate->w, gate->at, e))
        gate->fn(gate->arg, e, used);
}

bool walk_next(const struct walk *w, int32_t at, walk_next_fn *fn, void *arg)
{
    const struct step *s = at < 0 ? NULL : &w->g->steps[at];
    struct gate gate = {.w = w, .at = at, .fn = fn, .arg = arg};
    struct next x = {.fn = fn, .arg = arg};

    if (walk_levels(w))
        x = (struct next){.fn = pass_gate, .arg = &gate};
    if (!s || !s->elem) {
        const struct grammar_mode *mode = &w->g->modes[w->mode];

        for (size_t i = 0; i < mode->nrows; i++)
            if (walk_allows(w, mode->rows[i], s && s->no, s && s->dflt))
                enter(&x, mode->rows[i]->sentence->root, 0);
        return false;
    }
    if (s->more)
        return false;
    const struct elem *e = s->elem;
    bool stop = (s->no || s->dflt) && e->stop &&
                (s->has_key || e->rule->sentence->key_optional || e->rule->row->kind == CMD_SET_ROW);

    if (e->repeat && s->repeats < e->repeat_max)
        fn(arg, e, s->used);
    follow(&x, e, s->used);
    return (x.end || stop) && (!walk_levels(w) || level_may_end(w, at));
}

/* One path at one place: all it may take there. */
struct take {
    struct walk *w;
    int32_t at;
    size_t pos, word;
    bool exact; /* somebody took the word as a literal exactly */
};

static int32_t add_step(struct walk *w, const struct step *s)
{
    struct grammar *g = w->g;

    if (g->nsteps == g->steps_cap) {
        if (g->nsteps >= STEPS_MAX)
            return -1;
        g->steps_cap = g->steps_cap ? g->steps_cap * 2 : 512;
        g->steps = mem_resize(g->steps, g->steps_cap, sizeof(*g->steps));
    }
    g->steps[g->nsteps] = *s;
    return (int32_t)g->nsteps++;
}

static void took(struct take *t, struct step s)
{
    struct walk *w = t->w;
    int32_t i;

    if (t->at >= 0) {
        const struct step *before = &w->g->steps[t->at];

        s.depth = before->depth + 1;
        s.no |= before->no;
        s.dflt |= before->dflt;
        s.has_key |= before->has_key;
        s.repeats = s.elem && s.elem == before->elem ? before->repeats + 1 : 1;
    } else {
        s.repeats = 1;
    }
    s.prev = t->at;
    s.start = (uint16_t)t->pos;
    t->exact |= s.rank == RANK_EXACT;
    s.granted = walk_levels(w) && level_grants(w, t->at, &s);
    i = add_step(w, &s);
    if (i >= 0)
        push(&w->g->fresh, &w->nfresh, &w->g->fresh_cap, i);
}

static void try_literal(struct take *t, const char *literal, size_t len, struct step s)
{
    struct walk *w = t->w;
    size_t n = t->word - t->pos, same = 0;

    while (same < n && same < len && lower(w->line[t->pos + same]) == lower(literal[same]))
        same++;
    if (same < n) {
        if (t->pos + same > w->fail)
            w->fail = t->pos + same;
        return;
    }
    s.word = literal;
    s.end = (uint16_t)t->word;
    s.rank = n == len ? RANK_EXACT : RANK_PREFIX;
    took(t, s);
}

static void try_elem(void *arg, const struct elem *e, uint32_t used)
{
    struct take *t = arg;
    struct walk *w = t->w;
    struct step s = {.elem = e, .used = used, .has_key = e->key};
    size_t end, bad;

    if (e->kind == ELEM_LITERAL) {
        try_literal(t, e->text, e->len, s);
        return;
    }
    switch (token_accept(e, w->line, w->len, t->pos, &end, &bad)) {
    case TOKEN_NO:
        if (bad > w->fail)
            w->fail = bad;
        return;
    case TOKEN_MORE: s.more = true; break;
    case TOKEN_YES: break;
    }
    s.end = (uint16_t)end;
    s.rank = token_rank(e->type);
    took(t, s);
}

/* All paths that stand at pos; for help, a word that touches the end of the line is left unread: its paths wait in
 * `tail`. */
static void advance(struct walk *w, size_t pos)
{
    struct grammar *g = w->g;
    struct take t = {.w = w, .pos = pos, .word = token_word_end(w->line, w->len, pos)};
    size_t kept = 0;
    bool tail = w->help && t.word == w->len;

    w->nfresh = 0;
    w->fail = pos > w->fail ? pos : w->fail;
    for (size_t i = 0; i < w->nlive; i++) {
        int32_t at = g->live[i];

        if (at >= 0 && token_skip(w->line, w->len, g->steps[at].end) != pos) {
            g->live[kept++] = at;
            continue;
        }
        if (tail) {
            push(&g->tail, &w->ntail, &g->tail_cap, at);
            continue;
        }
        t.at = at;
        if (at < 0)
            for (size_t p = 0; walk_prefix(w, p); p++)
                try_literal(&t, walk_prefix(w, p), strlen(walk_prefix(w, p)),
                            (struct step){.no = p == 0, .dflt = p == 1});
        walk_next(w, at, try_elem, &t);
    }
    w->nlive = kept;
    for (size_t i = 0; i < w->nfresh; i++)
        if (!t.exact || g->steps[g->fresh[i]].rank == RANK_EXACT)
            push(&g->live, &w->nlive, &g->live_cap, g->fresh[i]);
}

void walk_run(struct walk *w)
{
    struct grammar *g = w->g;
    size_t first = token_skip(w->line, w->len, 0);

    g->nsteps = 0;
    w->nlive = w->ntail = 0;
    w->fail = 0;
    w->dead = w->ambiguous = false;
    push(&g->live, &w->nlive, &g->live_cap, -1);
    for (;;) {
        size_t pos = w->len, before;

        for (size_t i = 0; i < w->nlive; i++) {
            size_t at = g->live[i] < 0 ? first : token_skip(w->line, w->len, g->steps[g->live[i]].end);
            if (at < pos)
                pos = at;
        }
        if (pos == w->len)
            return;
        before = w->nlive;
        if (!w->help) { /* kept in tail meanwhile: should all die, were they undecided? */
            w->ntail = 0;
            for (size_t i = 0; i < before; i++)
                push(&g->tail, &w->ntail, &g->tail_cap, g->live[i]);
        }
        advance(w, pos);
        if (w->nlive)
            continue;
        w->dead = !w->help || !w->ntail;
        if (!w->help && before > 1) {
            size_t n = w->ntail;
            w->ambiguous = !walk_best(w, g->tail, &n);
        }
        return;
    }
}

static const struct step *step_at(const struct walk *w, int32_t i, unsigned depth)
{
    const struct step *s = &w->g->steps[i];

    while (s->depth > depth)
        s = &w->g->steps[s->prev];
    return s;
}

/* Negative: a fits better. Where an abbreviation stands for different words in a and b, nothing behind it decides. */
static int compare(const struct walk *w, int32_t a, int32_t b, bool *same_words)
{
    unsigned da = w->g->steps[a].depth, db = w->g->steps[b].depth, n = da < db ? da : db;

    *same_words = da == db;
    for (unsigned d = 0; d <= n; d++) {
        const struct step *x = step_at(w, a, d), *y = step_at(w, b, d);

        if (x == y)
            continue;
        if (x->rank != y->rank)
            return x->rank < y->rank ? -1 : 1;
        if (x->word && y->word && strcasecmp(x->word, y->word)) {
            *same_words = false;
            return 0;
        }
    }
    return 0;
}

static bool flagged(const struct walk *w, int32_t i, enum cmd_flags flag)
{
    const struct step *s = &w->g->steps[i];

    return s->elem && (s->elem->rule->row->flags & flag);
}

/* The first place where two readings took different words for what was typed; false: nowhere. */
static bool parting(const struct walk *w, int32_t a, int32_t b, const struct step **x, const struct step **y)
{
    unsigned da = w->g->steps[a].depth, db = w->g->steps[b].depth, n = da < db ? da : db;

    for (unsigned d = 0; d <= n; d++) {
        *x = step_at(w, a, d);
        *y = step_at(w, b, d);
        if (*x != *y && (*x)->word && (*y)->word && strcasecmp((*x)->word, (*y)->word))
            return true;
    }
    return false;
}

/* Does a stand back, so that b is what is meant? A row that yields does from three letters on (sh log, not sh lo), a hidden one where it is another spelling
 * of the same (con, console). */
static bool stands_back(const struct walk *w, int32_t a, int32_t b)
{
    const struct step *x, *y;

    if (flagged(w, a, CMD_YIELDS) && !flagged(w, b, CMD_YIELDS) &&
        (!parting(w, a, b, &x, &y) || x->end - x->start >= 3))
        return true;
    if (!flagged(w, a, CMD_HIDDEN) || flagged(w, b, CMD_HIDDEN))
        return false;
    return !parting(w, a, b, &x, &y) || !strncasecmp(x->word, y->word, strlen(x->word)) ||
           !strncasecmp(x->word, y->word, strlen(y->word));
}

bool walk_best(struct walk *w, int32_t *v, size_t *n)
{
    size_t kept = 0;
    bool same, all_same = true;
    int32_t best = *n ? v[0] : 0;

    for (size_t i = 1; i < *n; i++)
        if (compare(w, v[i], best, &same) < 0)
            best = v[i];
    for (size_t i = 0; i < *n; i++)
        if (v[i] == best || compare(w, v[i], best, &same) <= 0)
            v[kept++] = v[i];
    for (size_t i = 1; i < kept; i++)
        if (stands_back(w, v[0], v[i])) {
            int32_t t = v[0];
            v[0] = v[i];
            v[i] = t;
        }
    for (size_t i = 1; i < kept;) {
        compare(w, v[i], v[0], &same);
        if (!same && stands_back(w, v[i], v[0])) {
            v[i] = v[--kept];
            continue;
        }
        all_same &= same;
        i++;
    }
    *n = kept;
    return all_same;
}
