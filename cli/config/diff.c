/* diff.c: two configuration texts compared, line by line within their sections (`show archive config differences`,
 * `incremental-diffs`).
 *
 * A line is looked for in the same section of the other text, wherever it stands there. Order counts where it means
 * something on a router, and a comparison of texts knows that only for access lists: there a line that both have, but
 * behind another one that both have, is told on both sides. What belongs to a section is shown below its first line,
 * indented, the sign in front of the first character. */
#include <ctype.h>
#include <string.h>

#include "cli/config/config_local.h"
#include "cli/config/tree.h"

struct differ {
    const struct config_tree *other; /* compared with */
    const char *sign;
    struct text *out;
};

/* The part of a line that says which ordered list it is in: "access-list 101" at the top, everything within a named
 * list. 0: order means nothing. */
static size_t ordered_by(const struct config_line *l)
{
    size_t n = sizeof("access-list ") - 1;

    if (l->depth)
        return l->depth == 1 && str_starts(l->parent->text, "ip access-list ") ? 1 : 0;
    return str_starts(l->text, "access-list ") ? n + strcspn(l->text + n, " ") : 0;
}

static bool one_list(const struct config_line *a, const struct config_line *b)
{
    size_t n = ordered_by(a);

    return n && ordered_by(b) == n && (a->depth || !strncmp(a->text, b->text, n));
}

/* The line before l in its list that `other` has too. */
static const struct config_line *before(const struct differ *d, const struct config_line *l,
                                        const struct config_line *theirs)
{
    for (size_t i = l->index; i-- > 0;) {
        const struct config_line *k = l->parent->kids[i];
        if (one_list(k, l))
            return config_tree_find(d->other, theirs->parent, k->text);
        if (l->depth)
            break;
    }
    return NULL;
}

/* Has it been overtaken by the line before it? */
static bool moved(const struct differ *d, const struct config_line *l, const struct config_line *theirs)
{
    const struct config_line *b = ordered_by(l) ? before(d, l, theirs) : NULL;

    return b && b->index > theirs->index;
}

static void say(struct differ *d, const struct config_line *l, const char *sign)
{
    const char *s = l->shown;

    for (bool first = true; *s; first = false) {
        size_t n = strcspn(s, "\n");
        text_printf(d->out, "%*s%s%.*s\n", first ? (int)l->depth : 0, "", sign, (int)n, s);
        s += n + (s[n] == '\n');
    }
}

static void say_all(struct differ *d, const struct config_line *l)
{
    say(d, l, d->sign);
    for (size_t i = 0; i < l->nkids; i++)
        say_all(d, l->kids[i]);
}

/* theirs: the same section of the other text. */
static void walk(struct differ *d, const struct config_line *l, const struct config_line *theirs)
{
    for (size_t i = 0; i < l->nkids; i++) {
        const struct config_line *k = l->kids[i], *same = config_tree_find(d->other, theirs, k->text);

        if (!same || moved(d, k, same)) {
            say_all(d, k);
            continue;
        }
        size_t len = d->out->len;
        if (k->nkids) {
            say(d, k, "");
            size_t head = d->out->len;
            walk(d, k, same);
            if (d->out->len == head) {
                d->out->len = len;
                d->out->s[len] = '\0';
            }
        }
    }
}

static void compare(const struct config_tree *in, const struct config_tree *other, const char *sign, struct text *out)
{
    struct differ d = {.other = other, .sign = sign, .out = out};

    walk(&d, &in->root, &other->root);
}

/* All letters small. */
static void lower(struct config_tree *t, const struct config_line *from, struct config_line *to)
{
    for (size_t i = 0; i < from->nkids; i++) {
        char *s = mem_strdup(from->kids[i]->text);
        for (char *p = s; *p; p++)
            *p = (char)tolower((unsigned char)*p);
        struct config_line *l = config_tree_add(t, to, s, from->kids[i]->number);
        l->shown = from->kids[i]->text; /* whose tree outlives this one */
        lower(t, from->kids[i], l);
        mem_free(s);
    }
}

static struct config_tree *lowered(const struct config_tree *t)
{
    struct config_tree *l = config_tree_empty();

    lower(l, &t->root, &l->root);
    return l;
}

static void both(const struct config_tree *a, const struct config_tree *b, bool ignore_case, bool removed,
                 const char *sign, struct text *out)
{
    struct config_tree *la = ignore_case ? lowered(a) : NULL, *lb = ignore_case ? lowered(b) : NULL;

    compare(lb ? lb : b, la ? la : a, sign, out);
    if (removed)
        compare(la ? la : a, lb ? lb : b, "-", out);
    config_tree_free(la);
    config_tree_free(lb);
}

void config_diff(const struct config_tree *a, const struct config_tree *b, bool ignore_case, struct text *out)
{
    both(a, b, ignore_case, true, "+", out);
}

void config_increment(const struct config_tree *a, const struct config_tree *b, bool ignore_case, struct text *out)
{
    both(a, b, ignore_case, false, "", out);
}
