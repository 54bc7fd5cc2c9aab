/* spi.h: inbound SAs by address, protocol and SPI, for packets. */
#ifndef DATAPLANE_IPSEC_SPI_H
#define DATAPLANE_IPSEC_SPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "espial/ip.h"

struct sa_pair;

/* A set is one line of the processor's cache. */
#define SPI_WAYS 4
struct spi_set {
    _Alignas(64) uint32_t spi[SPI_WAYS], addr[SPI_WAYS];
    struct sa_pair *sa[SPI_WAYS]; /* NULL: that place is empty, and its address 0 */
};
struct spi_table {
    struct spi_set *sets; /* 1 << bits of them, at most half of their places in use */
    unsigned bits;
    size_t used;
};
struct spi_index {
    struct spi_table esp, ah;
};

/* One SA each for address (not 0), protocol and SPI; the SPI must be one that this router drew. */
void spi_init(struct spi_index *x);
void spi_fini(struct spi_index *x);
void spi_add(struct spi_index *x, uint32_t addr, uint8_t proto, uint32_t spi, struct sa_pair *sa);
void spi_remove(struct spi_index *x, uint32_t addr, uint8_t proto, uint32_t spi);
static inline uint32_t spi_home(const struct spi_table *t, uint32_t spi)
{
    return (spi * 0x9E3779B1u) >> (32 - t->bits);
}
/* The places of a set that hold this key (one), a bit each; compared all at once: what is guessed about which one it is
 * would be wrong too often. */
static inline unsigned spi_fits(const struct spi_set *s, uint32_t addr, uint32_t spi)
{
#ifdef __SSE2__
    __m128i a = _mm_cmpeq_epi32(_mm_load_si128((const void *)s->addr), _mm_set1_epi32((int)addr));
    __m128i b = _mm_cmpeq_epi32(_mm_load_si128((const void *)s->spi), _mm_set1_epi32((int)spi));
    return (unsigned)_mm_movemask_ps(_mm_castsi128_ps(_mm_and_si128(a, b)));
#else
    unsigned fits = 0;
    for (unsigned i = 0; i < SPI_WAYS; i++)
        fits |= (unsigned)((s->spi[i] == spi) & (s->addr[i] == addr)) << i;
    return fits;
#endif
}
static inline bool spi_full(const struct spi_set *s)
{
    return s->sa[0] && s->sa[1] && s->sa[2] && s->sa[3];
}
static inline struct sa_pair *spi_find(const struct spi_index *x, uint32_t addr, uint8_t proto, uint32_t spi)
{
    const struct spi_table *t = proto == PROTO_AH ? &x->ah : &x->esp;
    for (uint32_t i = spi_home(t, spi);; i = (i + 1) & ((1u << t->bits) - 1)) {
        const struct spi_set *s = &t->sets[i];
        unsigned fits = spi_fits(s, addr, spi);
        if (fits)
            return s->sa[__builtin_ctz(fits)];
        if (!spi_full(s))
            return NULL;
    }
}
static inline __attribute__((always_inline)) void spi_prefetch(const struct spi_index *x, uint8_t proto, uint32_t spi)
{
    const struct spi_table *t = proto == PROTO_AH ? &x->ah : &x->esp;
    __builtin_prefetch(&t->sets[spi_home(t, spi)]);
}
#endif
