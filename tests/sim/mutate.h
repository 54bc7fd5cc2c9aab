/* mutate.h: repeatable chance, and inputs spoiled by it: for drive.c and for the short mutation tests. */
#ifndef ESPIAL_TESTS_MUTATE_H
#define ESPIAL_TESTS_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* *state: any number but 0. */
uint64_t mutate_draw(uint64_t *state);
/* 0 .. n-1; n is not 0. */
size_t mutate_below(uint64_t *state, size_t n);
/* Spoil the n bytes at p once: a bit, a byte, a number in big-endian order, a piece cut out, doubled, moved or put in (a word; a piece of `other`), the end cut off.
 * The new length, at most cap. words: NULL-ended; other may be empty. */
size_t mutate_once(uint64_t *state, uint8_t *p, size_t n, size_t cap, const char *const *words, const uint8_t *other, size_t other_len);
/* The same, once to a few times. */
size_t mutate(uint64_t *state, uint8_t *p, size_t n, size_t cap, const char *const *words, const uint8_t *other, size_t other_len);
#endif
