/* fuzz.h: what a harness is, and what its drivers give it. A harness is one file fuzz_NAME.c with LLVMFuzzerTestOneInput and the three things below; it aborts when
 * something that must hold does not. drive.c makes an ordinary program of it; with -DESPIAL_FUZZ=ON (clang) libFuzzer drives it too. */
#ifndef ESPIAL_TESTS_FUZZ_H
#define ESPIAL_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_INPUT_MAX 16384
/* The i-th (from 0) built-in seed, at most FUZZ_INPUT_MAX bytes, into out; its length, or SIZE_MAX past the last. */
size_t fuzz_seed(size_t i, uint8_t *out);
/* Words that inputs of this kind hold, NULL-ended. */
extern const char *const fuzz_words[];

/* fuzz_seed of a harness whose seeds are n texts. */
static inline size_t fuzz_seed_text(const char *const *texts, size_t n, size_t i, uint8_t *out)
{
    if (i >= n)
        return SIZE_MAX;
    memcpy(out, texts[i], strlen(texts[i]));
    return strlen(texts[i]);
}

/* This must hold, whatever the input was. */
static inline void fuzz_must(bool holds)
{
    if (!holds)
        abort();
}

/* Fields of an input, read from its front; past its end everything is 0. */
struct fuzz_in {
    const uint8_t *p;
    size_t left;
};
static inline uint8_t fuzz_u8(struct fuzz_in *in)
{
    if (!in->left)
        return 0;
    in->left--;
    return *in->p++;
}
static inline uint16_t fuzz_u16(struct fuzz_in *in)
{
    uint16_t high = fuzz_u8(in);

    return (uint16_t)(high << 8 | fuzz_u8(in));
}
/* The next n bytes, or as many as are left: *got. */
static inline const uint8_t *fuzz_bytes(struct fuzz_in *in, size_t n, size_t *got)
{
    const uint8_t *p = in->p;

    *got = n < in->left ? n : in->left;
    in->p += *got;
    in->left -= *got;
    return p;
}
#endif
