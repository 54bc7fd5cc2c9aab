/* test_replay.c: the anti-replay window as a table of facts: for a window and a history of authentic numbers, what is a
 * further number? (RFC 4303 section 3.4.3, appendix A2)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dataplane/ipsec/replay.h"

#define TOP UINT32_MAX

static const struct fact {
    int number;
    uint32_t window;
    uint32_t history[6]; /* ends with 0 */
    uint32_t seq;
    enum replay_answer want;
} facts[] = {
    /* Nothing received yet. */
    {1, 64, {0}, 0, REPLAY_ZERO},
    {2, 64, {0}, 1, REPLAY_OK},
    {3, 64, {0}, 1000, REPLAY_OK},
    {4, 64, {0}, TOP, REPLAY_OK},
    /* Repeats. */
    {5, 64, {1}, 1, REPLAY_REPEATED},
    {6, 64, {1, 2, 3}, 2, REPLAY_REPEATED},
    {7, 64, {3, 1}, 1, REPLAY_REPEATED},
    {8, 64, {3}, 2, REPLAY_OK}, /* late, but not seen */
    /* The left edge: window numbers, the top included. */
    {9, 64, {64}, 1, REPLAY_OK},
    {10, 64, {65}, 1, REPLAY_OLD},
    {11, 64, {65}, 2, REPLAY_OK},
    {12, 64, {1000}, 937, REPLAY_OK},
    {13, 64, {1000}, 936, REPLAY_OLD},
    {14, 1024, {1024}, 1, REPLAY_OK},
    {15, 1024, {1025}, 1, REPLAY_OLD},
    {16, 128, {500}, 373, REPLAY_OK},
    {17, 128, {500}, 372, REPLAY_OLD},
    {18, 256, {500}, 244, REPLAY_OLD},
    {19, 512, {600}, 89, REPLAY_OK},
    {20, 512, {600}, 88, REPLAY_OLD},
    /* Numbers seen stay seen while they are in the window, and only then count. */
    {21, 64, {10, 73}, 10, REPLAY_REPEATED},
    {22, 64, {10, 74}, 10, REPLAY_OLD},
    {23, 1024, {10, 1033}, 10, REPLAY_REPEATED},
    {24, 1024, {10, 1034}, 11, REPLAY_OK},
    /* Jumps clear what they pass over, also over the whole ring and more (2048 numbers). */
    {25, 64, {5, 5 + 2048}, 5 + 2047, REPLAY_OK},
    {26, 1024, {5, 5 + 2048, 6 + 2048}, 6 + 1024 + 2, REPLAY_OK},
    {27, 1024, {100, 200, 100 + 2048}, 200 + 1024, REPLAY_OK},
    {28, 1024, {63, 64, 127, 128, 2111}, 2110, REPLAY_OK},
    {29, 1024, {1, 4000000000u}, 4000000000u - 1023, REPLAY_OK},
    {30, 1024, {1, 4000000000u}, 4000000000u - 1024, REPLAY_OLD},
    /* 32 bits and no round trip. */
    {31, 64, {TOP}, TOP, REPLAY_REPEATED},
    {32, 64, {TOP}, 0, REPLAY_ZERO},
    {33, 64, {TOP}, 1, REPLAY_OLD},
    {34, 64, {TOP}, TOP - 63, REPLAY_OK},
    {35, 64, {TOP}, TOP - 64, REPLAY_OLD},
    {36, 64, {TOP - 1}, TOP, REPLAY_OK},
    {37, 1024, {TOP - 2000, TOP}, 5, REPLAY_OLD},
    /* Window off: nothing is refused (section 3.4.3: no check at all). */
    {38, 0, {100}, 100, REPLAY_OK},
    {39, 0, {100}, 1, REPLAY_OK},
    {40, 0, {100}, 0, REPLAY_OK},
};

static void table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        const struct fact *f = &facts[i];
        struct replay r;
        replay_init(&r, f->window);
        for (const uint32_t *h = f->history; *h; h++) {
            if (replay_check(&r, *h) != REPLAY_OK)
                fail_msg("fact %d: %u of its history is refused", f->number, *h);
            replay_advance(&r, *h);
        }
        enum replay_answer got = replay_check(&r, f->seq);
        if (got != f->want)
            fail_msg("fact %d: %u gives %d, not %d", f->number, f->seq, (int)got, (int)f->want);
    }
}

/* Asking moves nothing: a thousand forged numbers leave the window as it is. */
static void asking(void **state)
{
    (void)state;
    struct replay r, before;
    replay_init(&r, 64);
    replay_advance(&r, 70);
    before = r;
    for (uint32_t i = 0; i < 1000; i++)
        (void)!replay_check(&r, i * 4294967u);
    assert_memory_equal(&r, &before, sizeof r);
}

/* The upper half of an extended number, by the two cases of RFC 4303 appendix A2.2 (window 64: W - 1 = 63). */
static void extends(void **state)
{
    (void)state;
    static const struct {
        uint64_t top;
        uint32_t low;
        uint64_t want;
    } rows[] = {
        {0, 1, 1},
        {0, 0xFFFFFFFF, 0}, /* before the first */
        {0, 0x7FFFFFFF, 0x7FFFFFFF},
        {62, 0xFFFFFFFF, 0}, /* the window would reach back before the first */
        {63, 0, 0},          /* the very bottom of the window: 0, which is never sent */
        /* A: the window lies within one round. */
        {UINT64_C(0x500000100), 0x100, UINT64_C(0x500000100)},
        {UINT64_C(0x500000100), 0xC1, UINT64_C(0x5000000C1)}, /* its left edge */
        {UINT64_C(0x500000100), 0xC0, UINT64_C(0x6000000C0)}, /* left of it: of the next round */
        {UINT64_C(0x500000100), 0xFFFFFFFF, UINT64_C(0x5FFFFFFFF)},
        {UINT64_C(0x5FFFFFFFF), 0, UINT64_C(0x600000000)},
        {UINT64_C(0x5FFFFFFFF), 0xFFFFFFC0, UINT64_C(0x5FFFFFFC0)},
        {UINT64_C(0x5FFFFFFFF), 0xFFFFFFBF, UINT64_C(0x6FFFFFFBF)},
        /* B: it spans two. */
        {UINT64_C(0x500000000), 0, UINT64_C(0x500000000)},
        {UINT64_C(0x500000000), 0xFFFFFFC1, UINT64_C(0x4FFFFFFC1)}, /* its left edge */
        {UINT64_C(0x500000000), 0xFFFFFFC0, UINT64_C(0x5FFFFFFC0)},
        {UINT64_C(0x50000003E), 0xFFFFFFFF, UINT64_C(0x4FFFFFFFF)},
        {UINT64_C(0x50000003E), 0x3F, UINT64_C(0x50000003F)},
        {UINT64_C(0x50000003E), 0xFFFFFFFE, UINT64_C(0x5FFFFFFFE)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct replay r;
        replay_init(&r, 64);
        r.top = rows[i].top;
        if (replay_extend(&r, rows[i].low) != rows[i].want)
            fail_msg("row %zu: %llx", i, (unsigned long long)replay_extend(&r, rows[i].low));
    }
}

/* Every window against a model that remembers everything, over numbers that wander, jump and repeat. */
static void model(void **state)
{
    (void)state;
    static const uint32_t windows[] = {64, 128, 256, 512, 1024};
    static uint8_t seen[40000];
    for (size_t w = 0; w < sizeof windows / sizeof windows[0]; w++) {
        struct replay r;
        uint32_t top = 0, x = 12345;
        replay_init(&r, windows[w]);
        for (size_t i = 0; i < sizeof seen; i++)
            seen[i] = 0;
        for (int i = 0; i < 30000; i++) {
            x = x * 1664525u + 1013904223u;
            uint32_t back = (x >> 8) % (windows[w] + 50),
                     ahead = (x >> 4) % 100 == 0 ? (x >> 16) % 2500 : (x >> 16) % 3;
            uint32_t seq = (x & 1) ? top + ahead : top > back ? top - back : 1;
            if (seq == 0 || seq >= sizeof seen)
                continue;
            enum replay_answer want = seq > top                 ? REPLAY_OK
                                      : top - seq >= windows[w] ? REPLAY_OLD
                                      : seen[seq]               ? REPLAY_REPEATED
                                                                : REPLAY_OK;
            assert_int_equal(replay_check(&r, seq), want);
            if (want != REPLAY_OK || (x & 6) == 0) /* some are not authentic */
                continue;
            replay_advance(&r, seq);
            seen[seq] = 1;
            if (seq > top)
                top = seq;
        }
        assert_int_equal(r.top, top);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(table), cmocka_unit_test(asking), cmocka_unit_test(extends),
                                       cmocka_unit_test(model)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
