/* test_snmp_fuzz.c: the fuzz target of the trap reader on a small corpus, mutated by a seeded generator: the same inputs at every run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/fuzz/fuzz_trap.c"
#include "tests/sim/mutate.h"

#define ROUNDS 200000
#define INPUT_MAX 2048

static void seeds_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < SEEDS; i++) {
        struct snmp_message m;
        assert_int_equal(codec_read((const uint8_t *)corpus[i].data, corpus[i].len, &m), CODEC_OK);
        assert_int_equal(LLVMFuzzerTestOneInput((const uint8_t *)corpus[i].data, corpus[i].len), 0);
    }
}

static void mutations_keep_the_promises(void **state)
{
    (void)state;
    uint64_t rnd = UINT64_C(0x1507151413163222);
    size_t taken = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint8_t input[INPUT_MAX];
        const struct seed *s = &corpus[mutate_below(&rnd, SEEDS)], *other = &corpus[mutate_below(&rnd, SEEDS)];
        memcpy(input, s->data, s->len);
        size_t n = mutate(&rnd, input, s->len, INPUT_MAX, fuzz_words, (const uint8_t *)other->data, other->len);
        /* Half of them get a true outer length, so that they reach the library. */
        if (round % 2 && n > 4 && n < 130) {
            input[0] = 0x30;
            input[1] = (uint8_t)(n - 2);
        }
        struct snmp_message m;
        taken += codec_read(input, n, &m) == CODEC_OK;
        LLVMFuzzerTestOneInput(input, n);
    }
    assert_in_range(taken, ROUNDS / 50, ROUNDS); /* enough of them come through to say something */
}

int main(void)
{
    codec_init();
    const struct CMUnitTest tests[] = {cmocka_unit_test(seeds_are_read), cmocka_unit_test(mutations_keep_the_promises)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
