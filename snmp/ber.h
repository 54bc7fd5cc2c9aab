/* ber.h: the bytes of SNMP (RFC 3417 section 8: the Basic Encoding Rules, definite lengths): read with struct rd, written from the end to the beginning. */
#ifndef SNMP_BER_H
#define SNMP_BER_H

#include "espial/buf.h"
#include "espial/bus.h"

enum ber_tag {
    BER_INTEGER = 0x02,
    BER_OCTETS = 0x04,
    BER_NULL = 0x05,
    BER_OID = 0x06,
    BER_SEQUENCE = 0x30,
    BER_IP = 0x40,
    BER_COUNTER = 0x41,
    BER_GAUGE = 0x42,
    BER_TICKS = 0x43,
    BER_OPAQUE = 0x44,
    BER_COUNTER64 = 0x46,
    BER_NO_OBJECT = 0x80,
    BER_NO_INSTANCE = 0x81,
    BER_END_OF_VIEW = 0x82,
    BER_GET = 0xa0,
    BER_GET_NEXT = 0xa1,
    BER_RESPONSE = 0xa2,
    BER_SET = 0xa3,
    BER_TRAP_V1 = 0xa4,
    BER_GET_BULK = 0xa5,
    BER_INFORM = 0xa6,
    BER_TRAP = 0xa7,
    BER_REPORT = 0xa8,
};
#define BER_OID_MAX 128 /* numbers of a name, RFC 3416 section 2 */

/* A length in the definite form; bad when it is longer than four octets, or indefinite. */
size_t ber_length(struct rd *r);
/* The content of the next value, whose tag goes to *tag. What does not fit makes the reader bad and the content empty. */
struct rd ber_next(struct rd *r, uint8_t *tag);
/* The same, of a value that must have this tag. */
struct rd ber_of(struct rd *r, uint8_t tag);
int32_t ber_int(struct rd *r);  /* INTEGER of 32 bits */
/* A content: unsigned of 32 or 64 bits (a leading zero octet is allowed), signed of 32. */
uint32_t ber_uint_of(struct rd *content);
uint64_t ber_uint64_of(struct rd *content);
int32_t ber_int_of(struct rd *content);
/* A content into at most max numbers; 0 and bad when it is none. Longer names are cut to max, *whole says so: of names of which we have none. */
size_t ber_oid_of(struct rd *content, uint32_t *out, size_t max, bool *whole);

/* Written backwards: the message is what lies from `at` to the end of the buffer. */
struct bw {
    uint8_t *base;
    size_t at, cap;
    bool bad; /* it did not fit */
};
static inline struct bw bw_of(void *base, size_t cap)
{
    return (struct bw){.base = base, .at = cap, .cap = cap};
}
static inline size_t bw_len(const struct bw *w)
{
    return w->cap - w->at;
}
void bw_bytes(struct bw *w, const void *p, size_t n);
/* Tag and length of what has been written since the message was `from` octets long. */
void bw_wrap(struct bw *w, uint8_t tag, size_t from);
void bw_octets(struct bw *w, uint8_t tag, const void *p, size_t n);
void bw_int(struct bw *w, int32_t v);
void bw_uint(struct bw *w, uint8_t tag, uint64_t v);
void bw_oid(struct bw *w, const uint32_t *oid, size_t n);
/* A fact's value (TRAP_NONE: the tag `none`, empty). */
void bw_value(struct bw *w, const struct trap_var *v, uint8_t none);
#endif
