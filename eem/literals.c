/* literals.c: from a pattern to the words one of which every line that it fits contains ("CRYPTO-4-RECVD_PKT_INV_SPI" of the
 * incident's applet; "LINK-3-UPDOWN" or "LINEPROTO-5-UPDOWN" of "%(LINK-3|LINEPROTO-5)-UPDOWN": the best of its parts).
 *
 * A pattern is alternatives of sequences of items. Of a sequence one item that must be there is enough, and the one whose
 * shortest word is longest is taken: a run of plain characters, or a group, which is alternatives again. Of alternatives
 * one of each is needed, and one that says nothing makes all say nothing. A '_' within a word stands in it for all that
 * it may match there (a delimiter: patterns.c looks for any of them); at its ends, where it may be the line's, it is left out. Whatever is not understood (classes, inline
 * options) contributes nothing, so that a pattern is rather tried in vain than left out. */
#include "eem/literals.h"

#include <ctype.h>
#include <string.h>

#define DEPTH_MAX 8

const char *pattern_skip_class(const char *s)
{
    if (*s == '^')
        s++;
    if (*s == ']')
        s++;
    while (*s && *s != ']') {
        if (s[0] == '\\' && s[1]) {
            s += 2;
        } else if (s[0] == '[' && s[1] == ':') {
            s = strstr(s + 2, ":]");
            if (!s)
                return NULL;
            s += 2;
        } else {
            s++;
        }
    }
    return *s ? s + 1 : NULL;
}

size_t literals_worth(const struct literals *l)
{
    size_t least = l->n ? LITERAL_MAX : 0;
    for (size_t i = 0; i < l->n; i++) {
        size_t len = strlen(l->v[i]);
        if (len < least)
            least = len;
    }
    return least;
}

static void take_better(struct literals *best, const struct literals *other)
{
    size_t have = literals_worth(best), get = literals_worth(other);
    if (get > have || (get == have && other->n < best->n))
        *best = *other;
}

/* A run of plain characters comes to its end. */
static void flush(struct literals *best, struct literals *run, size_t *len)
{
    char *v = run->v[0];
    while (*len && v[*len - 1] == '_')
        (*len)--;
    v[*len] = '\0';
    size_t from = strspn(v, "_");
    memmove(v, v + from, *len - from + 1);
    run->n = *len > from;
    *len = 0;
    take_better(best, run);
}

/* False: there is no room, and nothing is known. */
static bool unite(struct literals *all, const struct literals *more)
{
    for (size_t i = 0; i < more->n; i++) {
        bool there = false;
        for (size_t k = 0; k < all->n && !there; k++)
            there = !strcmp(all->v[k], more->v[i]);
        if (there)
            continue;
        if (all->n == LITERALS_MAX)
            return false;
        memcpy(all->v[all->n++], more->v[i], LITERAL_MAX);
    }
    return more->n > 0;
}

/* Behind an item: past what repeats it; may it be left out, may it come more than once? */
static const char *repeats(const char *s, bool *may_lack, bool *again)
{
    size_t n = strspn(s, "*+?");
    *may_lack = strcspn(s, "*?") < n;
    *again = n > 0;
    return s + n;
}

static const char *alternatives(const char *s, unsigned depth, struct literals *out);

/* Up to '|', ')' or the end; NULL: it is not understood. */
static const char *sequence(const char *s, unsigned depth, struct literals *best)
{
    struct literals run = {0}, group;
    size_t len = 0;
    bool may_lack, again;
    best->n = 0;
    while (*s && *s != '|' && *s != ')') {
        char c = *s++;
        bool plain = !strchr(".[(^$*+?", c);
        if (c == '\\') {
            c = *s;
            if (!c)
                return NULL;
            s++;
            plain = !isalnum((unsigned char)c); /* "\1" */
        }
        if (plain) {
            const char *next = repeats(s, &may_lack, &again);
            if (may_lack || len == LITERAL_MAX - 1)
                flush(best, &run, &len);
            if (!may_lack)
                run.v[0][len++] = c;
            if (again)
                flush(best, &run, &len);
            s = next;
            continue;
        }
        flush(best, &run, &len);
        if (c == '[') {
            s = pattern_skip_class(s);
        } else if (c == '(') {
            s = alternatives(s, depth + 1, &group);
            s = s && *s == ')' ? repeats(s + 1, &may_lack, &again) : NULL;
            if (s && !may_lack)
                take_better(best, &group);
        }
        if (!s)
            return NULL;
    }
    flush(best, &run, &len);
    return s;
}

/* Up to ')' or the end; NULL: they are not understood. */
static const char *alternatives(const char *s, unsigned depth, struct literals *out)
{
    struct literals one;
    bool known = true;
    out->n = 0;
    if (depth > DEPTH_MAX)
        return NULL;
    for (;;) {
        s = sequence(s, depth, &one);
        if (!s)
            return NULL;
        known = known && unite(out, &one);
        if (*s != '|')
            break;
        s++;
    }
    if (!known)
        out->n = 0;
    return s;
}

void literals_of(const char *pattern, struct literals *out)
{
    bool foreign = strstr(pattern, "(?") || strstr(pattern, "(*");
    const char *end = foreign ? NULL : alternatives(pattern, 0, out);
    if (!end || *end)
        out->n = 0;
}
