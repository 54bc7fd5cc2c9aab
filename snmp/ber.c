/* ber.c: values of SNMP as bytes (RFC 3417 section 8; X.690 with definite lengths).
 *
 * For requests and for the envelope of SNMPv3; notifications go by net-snmp's codec (codec.c). A walk is thousands of small values: nothing here allocates, and a
 * message is written from its end to its beginning, so that every length is known when it is due. A reader never goes past what its enclosing value holds, and a
 * length that is longer than its form needs is read as it stands, as most agents do. Integers of more octets than their type has are refused.
 */
#include "snmp/ber.h"

size_t ber_length(struct rd *r)
{
    uint8_t first = rd_u8(r);
    if (first < 0x80)
        return first;
    size_t n = first & 0x7f, len = 0;
    if (n == 0 || n > 4) {
        r->bad = true;
        return 0;
    }
    while (n--)
        len = len << 8 | rd_u8(r);
    return len;
}

struct rd ber_next(struct rd *r, uint8_t *tag)
{
    *tag = rd_u8(r);
    size_t n = ber_length(r);
    return rd_sub(r, r->bad ? 0 : n);
}

struct rd ber_of(struct rd *r, uint8_t tag)
{
    uint8_t t;
    struct rd content = ber_next(r, &t);
    if (r->bad || t != tag) {
        r->bad = true;
        return (struct rd){.bad = true};
    }
    return content;
}

int32_t ber_int_of(struct rd *c)
{
    if (c->left < 1 || c->left > 4) {
        c->bad = true;
        return 0;
    }
    uint32_t v = c->p[0] & 0x80 ? UINT32_MAX : 0;
    while (c->left)
        v = v << 8 | rd_u8(c);
    return (int32_t)v;
}

int32_t ber_int(struct rd *r)
{
    struct rd c = ber_of(r, BER_INTEGER);
    int32_t v = ber_int_of(&c);
    r->bad |= c.bad;
    return v;
}

static uint64_t unsigned_of(struct rd *c, size_t max)
{
    if (c->left < 1 || c->left > max + 1 || (c->left == max + 1 && c->p[0])) {
        c->bad = true;
        return 0;
    }
    uint64_t v = 0;
    while (c->left)
        v = v << 8 | rd_u8(c);
    return v;
}

uint32_t ber_uint_of(struct rd *c)
{
    return (uint32_t)unsigned_of(c, 4);
}

uint64_t ber_uint64_of(struct rd *c)
{
    return unsigned_of(c, 8);
}

size_t ber_oid_of(struct rd *c, uint32_t *out, size_t max, bool *whole)
{
    size_t n = 0, all = 0;
    *whole = true;
    if (!c->left) { /* no legal name, but some managers ask for it: 0.0, the beginning of all */
        out[0] = out[1] = 0;
        return 2;
    }
    while (c->left) {
        uint64_t v = 0;
        uint8_t b;
        do {
            b = rd_u8(c);
            v = v << 7 | (b & 0x7f);
        } while ((b & 0x80) && c->left && v <= UINT32_MAX);
        if ((b & 0x80) || v > UINT32_MAX + (all ? UINT64_C(0) : UINT64_C(80))) {
            c->bad = true;
            return 0;
        }
        if (!all) {
            uint32_t first = v < 80 ? (uint32_t)v / 40 : 2;
            out[n++] = first;
            v -= first * 40;
            all++;
        }
        if (++all > BER_OID_MAX) {
            c->bad = true;
            return 0;
        }
        if (n < max)
            out[n++] = (uint32_t)v;
        else
            *whole = false;
    }
    return n;
}

void bw_bytes(struct bw *w, const void *p, size_t n)
{
    if (w->bad || n > w->at) {
        w->bad = true;
        return;
    }
    w->at -= n;
    if (n)
        memcpy(w->base + w->at, p, n);
}

static void put(struct bw *w, uint8_t b)
{
    bw_bytes(w, &b, 1);
}

void bw_wrap(struct bw *w, uint8_t tag, size_t from)
{
    size_t n = bw_len(w) - from, octets = 0;
    if (n < 0x80) {
        put(w, (uint8_t)n);
    } else {
        for (; n; n >>= 8, octets++)
            put(w, (uint8_t)n);
        put(w, (uint8_t)(0x80 | octets));
    }
    put(w, tag);
}

void bw_octets(struct bw *w, uint8_t tag, const void *p, size_t n)
{
    size_t from = bw_len(w);
    bw_bytes(w, p, n);
    bw_wrap(w, tag, from);
}

void bw_int(struct bw *w, int32_t v)
{
    size_t from = bw_len(w);
    int64_t rest = v;
    uint8_t last;
    do {
        last = (uint8_t)rest;
        put(w, last);
        rest >>= 8;
    } while (!((rest == 0 && !(last & 0x80)) || (rest == -1 && (last & 0x80))));
    bw_wrap(w, BER_INTEGER, from);
}

void bw_uint(struct bw *w, uint8_t tag, uint64_t v)
{
    size_t from = bw_len(w);
    uint8_t last;
    do {
        last = (uint8_t)v;
        put(w, last);
        v >>= 8;
    } while (v);
    if (last & 0x80)
        put(w, 0);
    bw_wrap(w, tag, from);
}

static void number(struct bw *w, uint64_t v)
{
    put(w, v & 0x7f);
    while (v >>= 7)
        put(w, (uint8_t)(0x80 | (v & 0x7f)));
}

void bw_oid(struct bw *w, const uint32_t *oid, size_t n)
{
    size_t from = bw_len(w);
    for (size_t i = n; i > 2; i--)
        number(w, oid[i - 1]);
    number(w, n > 1 ? (uint64_t)oid[0] * 40 + oid[1] : n ? (uint64_t)oid[0] * 40 : 0);
    bw_wrap(w, BER_OID, from);
}

void bw_value(struct bw *w, const struct trap_var *v, uint8_t none)
{
    uint8_t addr[4];
    switch (v->type) {
    case TRAP_INT: bw_int(w, (int32_t)v->num); break;
    case TRAP_UNSIGNED: bw_uint(w, BER_GAUGE, (uint32_t)v->num); break;
    case TRAP_COUNTER: bw_uint(w, BER_COUNTER, (uint32_t)v->num); break;
    case TRAP_TICKS: bw_uint(w, BER_TICKS, (uint32_t)v->num); break;
    case TRAP_COUNTER64: bw_uint(w, BER_COUNTER64, (uint64_t)v->num); break;
    case TRAP_IP:
        put32(addr, (uint32_t)v->num);
        bw_octets(w, BER_IP, addr, sizeof addr);
        break;
    case TRAP_STRING: bw_octets(w, BER_OCTETS, v->data, v->len < sizeof v->data ? v->len : sizeof v->data); break;
    case TRAP_OID: bw_oid(w, v->oid_val, v->len < TRAP_OID_MAX ? v->len : TRAP_OID_MAX); break;
    case TRAP_NONE: bw_octets(w, none, NULL, 0); break;
    }
}
