/* test_snmp_fuzz.c: the fuzz target of the trap reader on a small corpus, mutated by a seeded generator: the same inputs at every run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/fuzz/fuzz_trap.c"

#define ROUNDS 200000
#define INPUT_MAX 2048

/* A v1 trap with an integer and a string, a v2c trap with every syntax, an inform, a get-bulk: captured from net-snmp's tools (see test_snmp_codec.c). */
static const char v1_trap[] = "\x30\x54\x02\x01\x00\x04\x06public\xa4\x47\x06\x08\x2b\x06\x01\x04\x01\x09\x0a\x5b\x40\x04\xd5\xa3\xde\x07\x02\x01\x06\x02\x01\x02\x43"
                              "\x02\x30\x39\x30\x2b\x30\x15\x06\x0e\x2b\x06\x01\x04\x01\x09\x0a\x5b\x01\x02\x03\x01\x09\x07\x02\x03\x23\x73\x20\x30\x12\x06\x0e\x2b"
                              "\x06\x01\x04\x01\x09\x0a\x5b\x01\x02\x03\x01\x0b\x07\x04\x00";
static const char v2c_trap[] =
    "\x30\x81\xdc\x02\x01\x01\x04\x07private\xa7\x81\xcd\x02\x04\x0e\x86\x95\xbb\x02\x01\x00\x02\x01\x00\x30\x81\xbe\x30\x0e\x06\x08\x2b\x06\x01\x02\x01\x01\x03"
    "\x00\x43\x02\x30\x39\x30\x18\x06\x0a\x2b\x06\x01\x06\x03\x01\x01\x04\x01\x00\x06\x0a\x2b\x06\x01\x04\x01\x09\x0a\x5b\x00\x02\x30\x17\x06\x0e\x2b\x06\x01\x04"
    "\x01\x09\x0a\x5b\x01\x02\x03\x01\x02\x07\x42\x05\x00\xff\xff\xff\xff\x30\x0f\x06\x0a\x2b\x06\x01\x02\x01\x02\x02\x01\x0a\x01\x41\x01\x07\x30\x18\x06\x0b\x2b"
    "\x06\x01\x02\x01\x1f\x01\x01\x01\x06\x01\x46\x09\x00\xff\xff\xff\xff\xff\xff\xff\xff\x30\x12\x06\x0a\x2b\x06\x01\x04\x01\x09\x02\x01\x05\x00\x40\x04\x0b\x01"
    "\x01\x03\x30\x15\x06\x08\x2b\x06\x01\x02\x01\x01\x02\x00\x06\x09\x2b\x06\x01\x04\x01\x09\x01\x88\x15\x30\x0e\x06\x08\x2b\x06\x01\x02\x01\x01\x03\x00\x43\x02"
    "\x01\xf4\x30\x13\x06\x0e\x2b\x06\x01\x04\x01\x09\x0a\x5b\x01\x02\x03\x01\x09\x07\x02\x01\xfe";
static const char inform[] = "\x30\x59\x02\x01\x01\x04\x06public\xa6\x4c\x02\x04\x4e\xa5\x3f\x50\x02\x01\x00\x02\x01\x00\x30\x3e\x30\x0d\x06\x08\x2b\x06\x01\x02\x01\x01\x03"
                             "\x00\x43\x01\x01\x30\x18\x06\x0a\x2b\x06\x01\x06\x03\x01\x01\x04\x01\x00\x06\x0a\x2b\x06\x01\x04\x01\x09\x0a\x5b\x00\x02\x30\x13\x06\x0e\x2b"
                             "\x06\x01\x04\x01\x09\x0a\x5b\x01\x02\x03\x01\x09\x07\x02\x01\x01";
static const char get_bulk[] = "\x30\x26\x02\x01\x01\x04\x06public\xa5\x19\x02\x01\x01\x02\x01\x00\x02\x01\x0a\x30\x0e\x30\x0c\x06\x08\x2b\x06\x01\x02\x01\x01\x01\x00\x05\x00";

static const struct seed {
    const char *data;
    size_t len;
} corpus[] = {
    {v1_trap, sizeof(v1_trap) - 1}, {v2c_trap, sizeof(v2c_trap) - 1}, {inform, sizeof(inform) - 1}, {get_bulk, sizeof(get_bulk) - 1}};
#define SEEDS (sizeof(corpus) / sizeof(corpus[0]))

/* xorshift64*: repeatable, and good enough to choose octets. */
static uint64_t draw(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

static size_t below(uint64_t *state, size_t n)
{
    return (size_t)(draw(state) >> 33) % n;
}

static size_t mutate_once(uint64_t *rnd, uint8_t *p, size_t n)
{
    static const uint8_t telling[] = {0x00, 0x01, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xff, 0x02, 0x04, 0x05, 0x06, 0x30, 0x40, 0x44, 0x46, 0x9f, 0xa4, 0xa6, 0xa7};
    size_t at = below(rnd, n);
    switch (below(rnd, 6)) {
    case 0: p[at] ^= (uint8_t)(1u << below(rnd, 8)); break;
    case 1: p[at] = (uint8_t)draw(rnd); break;
    case 2: p[at] = telling[below(rnd, sizeof(telling))]; break;
    case 3: /* cut a piece out */
        if (n > 2) {
            size_t len = 1 + below(rnd, n - at < 16 ? n - at : 16);
            memmove(p + at, p + at + len, n - at - len);
            n -= len == n ? n - 1 : len;
        }
        break;
    case 4: { /* repeat a piece */
        size_t len = 1 + below(rnd, n - at < 64 ? n - at : 64);
        if (n + len <= INPUT_MAX) {
            memmove(p + at + len, p + at, n - at);
            n += len;
        }
        break;
    }
    default: p[at] = (uint8_t)(p[at] + (below(rnd, 2) ? 1 : -1)); break;
    }
    return n;
}

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
        const struct seed *s = &corpus[below(&rnd, SEEDS)];
        size_t n = s->len;
        memcpy(input, s->data, n);
        for (size_t times = 1 + below(&rnd, 6); times; times--)
            n = mutate_once(&rnd, input, n);
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
