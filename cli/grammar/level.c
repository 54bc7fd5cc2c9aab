/* level.c: `privilege exec level 7 show running-config`: at which privilege a command may be seen and run.
 *
 * A row says its own privilege (settings: 15). A level given to words counts instead, word by word along the line:
 *   - who stands below the level of a word on the way does not get past it;
 *   - a level names a command when the sentence may end behind its words, or goes on with a value: then it opens that
 *     row to the level, whatever the row says. With `all` it opens everything that begins so;
 *   - words that only lead to such a command are open as far as they lead there.
 * Who configures gives each prefix of the words a level of its own, as IOS does; what stands here is looked up by exact
 * words and by the longest `all`. Nothing is looked up at privilege 15, which may do everything, or where no level was
 * given in the mode. Values in a line are never part of the words.
 */
#include <string.h>

#include "cli/grammar/grammar_local.h"

#define WORDS_MAX 24

uint8_t level_of_row(const struct cmd_row *row)
{
    if (row->mode == EXEC || (row->kind == CMD_DO_ROW && (row->flags & CMD_IN_CONFIG)))
        return row->priv;
    return row->priv ? row->priv : 15;
}

/* The literals on the way to a step, and one more. False: there is a value among them, or they are too many. */
static bool path_to(const struct walk *w, int32_t at, const char *more, const char *words[WORDS_MAX], size_t *n)
{
    size_t have = 0;

    if (more)
        words[WORDS_MAX - ++have] = more;
    for (; at >= 0; at = w->g->steps[at].prev) {
        const struct step *s = &w->g->steps[at];

        if (!s->elem)
            continue; /* `no` */
        if (!s->word || have == WORDS_MAX)
            return false;
        words[WORDS_MAX - ++have] = s->word;
    }
    memmove(words, words + WORDS_MAX - have, have * sizeof(words[0]));
    *n = have;
    return true;
}

/* How many of the words stand at the beginning of text; whole: they are all of it, rest: it is all of them. */
static bool begins_with(const char *text, const char *const *words, size_t n, bool *whole)
{
    size_t i = 0;

    for (; i < n && *text; i++) {
        size_t len = strlen(words[i]);

        if (strncmp(text, words[i], len) || (text[len] && text[len] != ' '))
            return false;
        text += len + (text[len] == ' ');
    }
    *whole = i == n && !*text;
    return !*text;
}

/* The level of the words: -1: none was given. all: it is one of everything that begins so. */
static int level_of(const struct walk *w, const char *const *words, size_t n, bool *all)
{
    int best = -1;
    size_t best_len = 0;

    *all = false;
    for (size_t i = 0; i < w->g->nlevels; i++) {
        const struct grammar_level *l = &w->g->levels[i];
        bool whole;

        if (l->mode != w->mode || !begins_with(l->words, words, n, &whole) || (!whole && !l->all))
            continue;
        if (whole || strlen(l->words) > best_len) {
            best = l->level;
            best_len = whole ? SIZE_MAX : strlen(l->words);
            *all = l->all;
        }
        if (whole)
            break;
    }
    return best;
}

static void see_value(void *arg, const struct elem *e, uint32_t used)
{
    (void)used;
    *(bool *)arg |= e->kind == ELEM_VALUE;
}

bool level_admits(const struct walk *w, int32_t at, const struct elem *e)
{
    const char *words[WORDS_MAX];
    bool open = level_of_row(e->rule->row) <= w->privilege || (at >= 0 && w->g->steps[at].granted), all;
    size_t n;

    if (e->kind != ELEM_LITERAL || !path_to(w, at, e->text, words, &n))
        return open;
    int level = level_of(w, words, n, &all);
    return level < 0 ? open : level <= w->privilege;
}

bool level_grants(const struct walk *w, int32_t before, const struct step *s)
{
    const char *words[WORDS_MAX];
    bool all, value = false;
    size_t n;

    if (!s->elem)
        return false;
    if (before >= 0 && w->g->steps[before].granted)
        return true;
    if (s->elem->kind != ELEM_LITERAL || !path_to(w, before, s->elem->text, words, &n))
        return false;
    int level = level_of(w, words, n, &all);
    if (level < 0 || level > w->privilege)
        return false;
    return all || sentence_next(s->elem->rule->sentence, s->elem, s->used, see_value, &value) || value;
}

bool level_may_end(const struct walk *w, int32_t at)
{
    const struct step *s = &w->g->steps[at];

    return s->granted || level_of_row(s->elem->rule->row) <= w->privilege;
}

/* Of a whole line: the level its command stands at. */
uint8_t level_of_path(const struct walk *w, int32_t at)
{
    const struct cmd_row *row = w->g->steps[at].elem->rule->row;
    const char *words[WORDS_MAX];
    size_t n;

    for (; at >= 0 && w->g->has_levels[w->mode]; at = w->g->steps[at].prev) {
        const struct step *s = &w->g->steps[at];
        bool all, value = false;
        int level = s->elem && path_to(w, at, NULL, words, &n) ? level_of(w, words, n, &all) : -1;

        if (level >= 0 && (all || sentence_next(s->elem->rule->sentence, s->elem, s->used, see_value, &value) || value))
            return (uint8_t)level;
    }
    return level_of_row(row);
}

void grammar_set_levels(struct grammar *g, const struct grammar_level *v, size_t n)
{
    g->levels = v;
    g->nlevels = n;
    memset(g->has_levels, 0, sizeof(g->has_levels));
    for (size_t i = 0; i < n; i++)
        g->has_levels[v[i].mode] = true;
}

bool grammar_expand(struct grammar *g, enum cmd_mode mode, const char *words, struct text *out)
{
    struct text line = {0}, whole = {0};
    bool ok = words[strspn(words, " ")] != 0;

    while (ok && *(words += strspn(words, " "))) {
        size_t n = strcspn(words, " ");

        text_addn(&line, words, n);
        text_clear(&whole);
        ok = grammar_complete(g, mode, 15, text_str(&line), &whole);
        text_clear(&line);
        text_add(&line, text_str(&whole)); /* ends in a blank */
        words += n;
    }
    if (ok)
        text_addn(out, line.s, line.len - 1);
    text_free(&line);
    text_free(&whole);
    return ok;
}
