/* crypto_local.h: seals as they are made, for batch.c and multi.c alone. */
#ifndef BASE_CRYPTO_CRYPTO_LOCAL_H
#define BASE_CRYPTO_CRYPTO_LOCAL_H

#include <stddef.h>
#include <string.h>

#include "espial/crypto.h"

#define SEAL_ALIGN 64
#define SEAL_UNIT  16
#define SEAL_SHORT 96 /* bytes */
#define HMAC_STATE 64 /* bytes of a digest's state, at most */

struct seal_lines { /* of the cache, that packets need beside the seal's own one: see keys_ahead */
    uint8_t near;        /* so many at the keys' beginning; 0: all of the seal's */
    uint8_t far_at, far; /* of keys behind the seal: and, of packets of up to SEAL_SHORT bytes, so many from there on */
};

/* It shares lines of the cache with its keys. Commonly they stand behind it, so that a short packet of AES-128-GCM touches
 * five: its 16 bytes and eleven round keys are three, eight powers of the hash key begin the fifth (they stand at 240
 * whatever the key's length), and of the fourth nobody reads. For AVX-512 keys begin a line and there are 48 powers, the
 * first of them last, of which a packet needs as many as it has blocks; the key leaves 16 bytes of its last line, which
 * all packets need, and there stands the seal. So a short packet touches five lines of sixteen, one of 512 bytes twelve. */
struct seal {
    uint8_t cipher, hash; /* enum cipher_alg, hash_alg */
    bool encrypt : 1, multi_cipher : 1, multi_hash : 1;
    uint8_t icv_len, key_len;
    uint8_t pads_at;  /* in SEAL_UNITs of keys: the states after ipad and opad, or libcrypto's MAC */
    uint16_t size;    /* bytes from here */
    uint8_t salt[4];
    struct seal_lines lines;
    uint8_t before;   /* in SEAL_UNITs: the cipher's keys begin so far before the seal; 0: behind it */
    uint8_t keys[];   /* the multi-buffer library's, or where libcrypto's cipher is */
};
_Static_assert(sizeof(struct seal) == SEAL_UNIT && offsetof(struct seal, keys) == SEAL_UNIT,
               "round keys fill their lines");

static inline size_t seal_pads_at(const struct seal *s) /* in keys */
{
    return (size_t)s->pads_at * SEAL_UNIT;
}

/* Of AES-GCM by the multi-buffer library. */
static inline const uint8_t *seal_gcm_key(const struct seal *s)
{
    return s->before ? (const uint8_t *)s - s->before * SEAL_UNIT : s->keys;
}

static inline const uint8_t *seal_pads(const struct seal *s)
{
    return s->keys + seal_pads_at(s);
}

static inline struct cipher *seal_evp(const struct seal *s) /* NULL: the multi-buffer library's, or none */
{
    struct cipher *c = NULL;
    if (!s->multi_cipher && s->cipher != CIPHER_NULL)
        memcpy(&c, s->keys, sizeof c);
    return c;
}

static inline struct mac *seal_mac(const struct seal *s)
{
    struct mac *m = NULL;
    if (!s->multi_hash && s->hash != HASH_NONE)
        memcpy(&m, seal_pads(s), sizeof m);
    return m;
}

/* The multi-buffer library of one thread. */
struct multi;
struct multi *multi_new(void); /* NULL: not on this machine */
void multi_free(struct multi *m);
const char *multi_name(const struct multi *m, enum hash_alg a); /* HASH_NONE: of ciphers */
bool multi_has_cipher(enum cipher_alg a);
bool multi_has_hash(enum hash_alg a);
bool multi_has_icv(enum hash_alg a, unsigned len); /* a sum cut to len bytes */
/* Bytes behind struct seal. */
size_t multi_key_size(const struct multi *m, enum cipher_alg a);
size_t multi_pad_size(void);
/* Bytes in front of struct seal: the key (then it needs none behind), or what keeps that in its place on a line of the cache. */
size_t multi_lead(const struct multi *m, enum cipher_alg a);
bool multi_key_first(const struct multi *m, enum cipher_alg a); /* the key stands in front */
void multi_set_cipher(struct multi *m, struct seal *s, const void *key);
void multi_set_hash(struct multi *m, struct seal *s, const void *key, size_t key_len);

void multi_gcm_seal(struct multi *m, const struct seal_job *j);
bool multi_gcm_open(struct multi *m, const struct seal_job *j);
/* Of n jobs, those whose seal has multi_cipher (and CBC) and whose ok is set. */
void multi_cbc(struct multi *m, struct seal_job *jobs, unsigned n);
/* Of n jobs, those whose seal has multi_hash: write the ICV, or compare it and set ok. */
void multi_hash_write(struct multi *m, struct seal_job *jobs, unsigned n);
void multi_hash_check(struct multi *m, struct seal_job *jobs, unsigned n);

/* The high half of a sequence number, where the ICV will stand. */
static inline void seal_put_high(uint8_t *p, uint32_t high)
{
    p[0] = (uint8_t)(high >> 24);
    p[1] = (uint8_t)(high >> 16);
    p[2] = (uint8_t)(high >> 8);
    p[3] = (uint8_t)high;
}
/* What GCM authenticates: SPI, (the high half,) sequence number. Returns its length. */
static inline unsigned seal_aad(const struct seal_job *j, uint8_t aad[12])
{
    for (unsigned i = 0; i < 8; i++)
        aad[i] = j->head[i];
    if (!j->extended)
        return 8;
    for (unsigned i = 0; i < 4; i++)
        aad[8 + i] = j->head[4 + i];
    seal_put_high(aad + 4, j->high);
    return 12;
}
#endif
