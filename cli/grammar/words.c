/* words.c: each word of the sentences once. The same few hundred literals, names and value specs stand in thousands of places of the
 * tree; kept apiece they would be a tenth of a small router's memory. What is kept lives as long as the pool, packed; the table that
 * finds it again is needed while sentences are read, and freed after. */
#include <string.h>

#include "cli/grammar/grammar_local.h"

#define ROOM 4096 /* octets taken from the pool at a time */

struct words {
    struct pool *pool;
    char *room;
    size_t left;
    const char **v; /* open hashing, cap a power of two */
    size_t n, cap;
};

struct words *words_new(struct pool *pool)
{
    struct words *w = NEW(struct words);
    w->pool = pool;
    w->cap = 4096;
    w->v = mem_array(w->cap, sizeof *w->v);
    return w;
}

void words_free(struct words *w)
{
    if (!w)
        return;
    mem_free(w->v);
    mem_free(w);
}

static uint32_t hash_of(const char *s, size_t n)
{
    uint32_t h = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)s[i]) * 16777619u;
    return h;
}

static void put(const char **v, size_t cap, const char *s)
{
    size_t at = hash_of(s, strlen(s)) & (cap - 1);
    while (v[at])
        at = (at + 1) & (cap - 1);
    v[at] = s;
}

static void grow(struct words *w)
{
    const char **v = mem_array(w->cap * 2, sizeof *v);
    for (size_t i = 0; i < w->cap; i++)
        if (w->v[i])
            put(v, w->cap * 2, w->v[i]);
    mem_free(w->v);
    w->v = v;
    w->cap *= 2;
}

const char *words_keep(struct words *w, const char *s, size_t n)
{
    for (size_t at = hash_of(s, n) & (w->cap - 1); w->v[at]; at = (at + 1) & (w->cap - 1))
        if (!strncmp(w->v[at], s, n) && !w->v[at][n])
            return w->v[at];
    if (n >= ROOM / 4)
        return memcpy(pool_alloc(w->pool, n + 1), s, n); /* no word is that long; were one, it would be kept apiece */
    if (w->left <= n) {
        w->room = pool_alloc(w->pool, ROOM);
        w->left = ROOM;
    }
    char *kept = memcpy(w->room, s, n);
    w->room += n + 1;
    w->left -= n + 1;
    if (++w->n > w->cap / 2)
        grow(w);
    put(w->v, w->cap, kept);
    return kept;
}
