/* mutate.c: one input made of another. Which mutation is chosen knows nothing of the format: lengths are hit because numbers of one, two and four bytes are
 * nudged and set to telling values, structure because pieces are cut, doubled and exchanged between inputs, meaning because the harness gives words. Chance is
 * xorshift64*: repeatable, and good enough to choose octets. */
#include "tests/sim/mutate.h"

#include <string.h>

#define PIECE_MAX 128

uint64_t mutate_draw(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

size_t mutate_below(uint64_t *state, size_t n)
{
    return (size_t)(mutate_draw(state) >> 33) % n;
}

/* Room for len bytes at `at`; how many of them fit. */
static size_t make_room(uint8_t *p, size_t *n, size_t cap, size_t at, size_t len)
{
    if (len > cap - *n)
        len = cap - *n;
    memmove(p + at + len, p + at, *n - at);
    *n += len;
    return len;
}

static size_t piece(uint64_t *state, size_t most)
{
    size_t len = 1 + mutate_below(state, mutate_below(state, 4) ? 16 : PIECE_MAX);

    return len < most ? len : most;
}

static void number(uint64_t *state, uint8_t *p, size_t n, size_t at)
{
    static const uint32_t telling[] = {0, 1, 2, 3, 4, 7, 8, 15, 16, 20, 28, 63, 64, 127, 128, 255, 256, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000u, 0xFFFFFFFFu};
    size_t width = (size_t)1 << mutate_below(state, 3);
    uint32_t v = 0;

    if (width > n - at)
        width = n - at;
    for (size_t i = 0; i < width; i++)
        v = v << 8 | p[at + i];
    switch (mutate_below(state, 3)) {
    case 0: v = telling[mutate_below(state, sizeof telling / sizeof telling[0])]; break;
    case 1: v += 1 + (uint32_t)mutate_below(state, 16); break;
    default: v -= 1 + (uint32_t)mutate_below(state, 16); break;
    }
    for (size_t i = width; i-- > 0; v >>= 8)
        p[at + i] = (uint8_t)v;
}

size_t mutate_once(uint64_t *state, uint8_t *p, size_t n, size_t cap, const char *const *words, const uint8_t *other, size_t other_len)
{
    size_t at = mutate_below(state, n + 1), len, nwords = 0;

    while (words && words[nwords])
        nwords++;
    unsigned way = (unsigned)mutate_below(state, 12);
    if (at == n && way < 7)
        way = n ? 10 : 7; /* nothing stands there to be changed */
    switch (way) {
    case 0: p[at] ^= (uint8_t)(1u << mutate_below(state, 8)); break;
    case 1: p[at] = (uint8_t)mutate_draw(state); break;
    case 2:
    case 3: number(state, p, n, at); break;
    case 4: /* a piece cut out */
        len = piece(state, n - at);
        memmove(p + at, p + at + len, n - at - len);
        n -= len;
        break;
    case 5: { /* a piece doubled */
        len = piece(state, n - at);
        size_t got = make_room(p, &n, cap, at, len);
        memmove(p + at, p + at + got, got);
        break;
    }
    case 6: { /* a piece moved over another */
        len = piece(state, n - at);
        size_t to = mutate_below(state, n - len + 1);
        memmove(p + to, p + at, len);
        break;
    }
    case 7:
    case 8: /* a word put in, or over what stands there */
        if (nwords) {
            const char *w = words[mutate_below(state, nwords)];
            len = strlen(w);
            if (mutate_below(state, 2))
                len = make_room(p, &n, cap, at, len);
            else if (len > n - at)
                len = n - at;
            memcpy(p + at, w, len);
            break;
        }
        /* fall through */
    case 9: /* bytes of chance put in */
        len = make_room(p, &n, cap, at, piece(state, 16));
        for (size_t i = 0; i < len; i++)
            p[at + i] = (uint8_t)mutate_draw(state);
        break;
    case 10: /* a piece of another input put in, or over what stands there */
        if (other_len) {
            size_t from = mutate_below(state, other_len);
            len = piece(state, other_len - from);
            if (mutate_below(state, 2))
                len = make_room(p, &n, cap, at, len);
            else if (len > n - at)
                len = n - at;
            memcpy(p + at, other + from, len);
        }
        break;
    default: /* the end cut off */
        if (mutate_below(state, 4) == 0)
            n = at;
        break;
    }
    return n;
}

size_t mutate(uint64_t *state, uint8_t *p, size_t n, size_t cap, const char *const *words, const uint8_t *other, size_t other_len)
{
    for (size_t times = 1 + mutate_below(state, mutate_below(state, 3) ? 4 : 16); times; times--)
        n = mutate_once(state, p, n, cap, words, other, other_len);
    return n;
}
