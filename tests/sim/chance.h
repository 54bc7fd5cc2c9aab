/* chance.h: numbers of chance for tests, the same on every machine: a linear congruential generator (Knuth's MMIX), of which the upper bits count. */
#ifndef ESPIAL_TESTS_CHANCE_H
#define ESPIAL_TESTS_CHANCE_H

#include <stdint.h>

/* 0 to n - 1. */
static inline unsigned chance(uint64_t *seed, unsigned n)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*seed >> 33) % n;
}
#endif
