/* buf.h: bounded bytes. A reader never passes its end, a writer never passes its capacity; each remembers that it would have (`bad`), so a
 * codec checks once at the end. Multi-byte integers are big-endian (network order). */
#ifndef ESPIAL_BUF_H
#define ESPIAL_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct rd {
    const uint8_t *p;
    size_t left;
    bool bad;
};
static inline struct rd rd_of(const void *p, size_t len)
{
    return (struct rd){.p = p, .left = len};
}
/* The next integer; 0 (and bad) if fewer bytes are left. */
uint8_t rd_u8(struct rd *r);
uint16_t rd_u16(struct rd *r);
uint32_t rd_u32(struct rd *r);
uint64_t rd_u64(struct rd *r);
/* The next n bytes in place; NULL (and bad) if fewer are left. */
const uint8_t *rd_bytes(struct rd *r, size_t n);
/* A reader over the next n bytes; empty and bad if fewer are left. */
struct rd rd_sub(struct rd *r, size_t n);

struct wr {
    uint8_t *base;
    size_t len, cap;
    bool bad;
};
static inline struct wr wr_of(void *base, size_t cap)
{
    return (struct wr){.base = base, .cap = cap};
}
/* Appended; nothing is written (and bad is set) where there is no room for all of it. */
void wr_u8(struct wr *w, uint8_t v);
void wr_u16(struct wr *w, uint16_t v);
void wr_u32(struct wr *w, uint32_t v);
void wr_u64(struct wr *w, uint64_t v);
void wr_bytes(struct wr *w, const void *p, size_t n);
void wr_zero(struct wr *w, size_t n);
/* Reserve n bytes (zeroed) and return their offset, for lengths filled in later with wr_put16. */
size_t wr_hole(struct wr *w, size_t n);
void wr_put16(struct wr *w, size_t at, uint16_t v);
void wr_put32(struct wr *w, size_t at, uint32_t v);

static inline uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}
static inline uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}
static inline void put16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}
static inline void put32(uint8_t *p, uint32_t v)
{
    put16(p, (uint16_t)(v >> 16));
    put16(p + 2, (uint16_t)v);
}
#endif
