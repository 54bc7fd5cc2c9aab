/* buf.c: bounded readers and writers over bytes, for codecs (IKE, ESP, SNMP trailers, files).
 *
 * The rule: nothing is read behind the end and nothing is written past the capacity, whatever the lengths inside a hostile message say. The first step
 * that would have done so sets `bad`; from then on a reader gives zeros and a writer drops what it is given, so that a codec may run to its end and ask
 * once. `left` and `len` stay true. Integers are big-endian. No allocation. */
#include "espial/buf.h"

const uint8_t *rd_bytes(struct rd *r, size_t n)
{
    if (r->bad || n > r->left) {
        r->bad = true;
        r->left = 0;
        return NULL;
    }
    const uint8_t *p = r->p;
    if (n) {
        r->p += n;
        r->left -= n;
    }
    return p;
}

uint8_t rd_u8(struct rd *r)
{
    const uint8_t *p = rd_bytes(r, 1);
    return p ? *p : 0;
}

uint16_t rd_u16(struct rd *r)
{
    const uint8_t *p = rd_bytes(r, 2);
    return p ? get16(p) : 0;
}

uint32_t rd_u32(struct rd *r)
{
    const uint8_t *p = rd_bytes(r, 4);
    return p ? get32(p) : 0;
}

uint64_t rd_u64(struct rd *r)
{
    const uint8_t *p = rd_bytes(r, 8);
    return p ? (uint64_t)get32(p) << 32 | get32(p + 4) : 0;
}

struct rd rd_sub(struct rd *r, size_t n)
{
    const uint8_t *p = rd_bytes(r, n);
    if (r->bad)
        return (struct rd){.bad = true};
    return rd_of(p, n);
}

/* Room for n more bytes, or NULL and bad. */
static uint8_t *wr_room(struct wr *w, size_t n)
{
    if (w->bad || n > w->cap - w->len) {
        w->bad = true;
        return NULL;
    }
    uint8_t *p = w->base + w->len;
    w->len += n;
    return p;
}

void wr_u8(struct wr *w, uint8_t v)
{
    uint8_t *p = wr_room(w, 1);
    if (p)
        *p = v;
}

void wr_u16(struct wr *w, uint16_t v)
{
    uint8_t *p = wr_room(w, 2);
    if (p)
        put16(p, v);
}

void wr_u32(struct wr *w, uint32_t v)
{
    uint8_t *p = wr_room(w, 4);
    if (p)
        put32(p, v);
}

void wr_u64(struct wr *w, uint64_t v)
{
    uint8_t *p = wr_room(w, 8);
    if (p) {
        put32(p, (uint32_t)(v >> 32));
        put32(p + 4, (uint32_t)v);
    }
}

void wr_bytes(struct wr *w, const void *p, size_t n)
{
    if (n == 0)
        return;
    uint8_t *at = wr_room(w, n);
    if (at)
        memcpy(at, p, n);
}

void wr_zero(struct wr *w, size_t n)
{
    if (n == 0)
        return;
    uint8_t *at = wr_room(w, n);
    if (at)
        memset(at, 0, n);
}

size_t wr_hole(struct wr *w, size_t n)
{
    size_t at = w->len;
    wr_zero(w, n);
    return at;
}

void wr_put16(struct wr *w, size_t at, uint16_t v)
{
    if (at > w->len || w->len - at < 2) {
        w->bad = true;
        return;
    }
    put16(w->base + at, v);
}

void wr_put32(struct wr *w, size_t at, uint32_t v)
{
    if (at > w->len || w->len - at < 4) {
        w->bad = true;
        return;
    }
    put32(w->base + at, v);
}
