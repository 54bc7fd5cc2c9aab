/* crypto.h: sums on bytes. base/crypto alone sees OpenSSL. Contexts are made once (per SA, per IKE SA) and used without allocation. Chance comes from struct rnd. */
#ifndef ESPIAL_CRYPTO_H
#define ESPIAL_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/mem.h"
#include "espial/rand.h"

/* Key material: wiped by key_wipe and when overwritten; compared in constant time. */
#define KEY_MAX 1024
struct key {
    uint8_t b[KEY_MAX];
    uint16_t len;
};
void key_set(struct key *k, const void *p, size_t len); /* len <= KEY_MAX, else aborts */
void key_wipe(struct key *k);
void mem_wipe(void *p, size_t len);
bool mem_equal_ct(const void *a, const void *b, size_t len); /* constant time */

enum hash_alg { HASH_NONE, HASH_MD5, HASH_SHA1, HASH_SHA256, HASH_SHA384, HASH_SHA512, HASH_ALGS };
#define HASH_MAX 64
size_t hash_len(enum hash_alg a); /* bytes: 16 20 32 48 64 */

/* A list of byte ranges, so that "a | b | c" of the RFCs is written as it reads. */
struct bytes {
    const void *p;
    size_t len;
};
#define BYTES(ptr, n) ((struct bytes){(ptr), (n)})
/* The hash of the parts one behind the other, hash_len(a) bytes of it to out. */
void hash_parts(enum hash_alg a, const struct bytes *parts, size_t n, uint8_t *out);
/* The same in pieces, for what is not in memory at once. */
struct hash;
struct hash *hash_new(enum hash_alg a);
void hash_add(struct hash *h, const void *p, size_t len);
void hash_end(struct hash *h, uint8_t *out); /* frees it; out may be NULL */
/* HMAC (RFC 2104) over the parts; out takes hash_len bytes. */
void hmac_parts(enum hash_alg a, const void *key, size_t key_len, const struct bytes *parts, size_t n, uint8_t *out);

/* HMAC with a key set once, for packets. */
struct mac;
struct mac *mac_new(enum hash_alg a, const void *key, size_t key_len);
void mac_free(struct mac *m); /* NULL-safe */
void mac_sum(struct mac *m, const struct bytes *parts, size_t n, uint8_t *out);
void mac_derive(struct mac *m, const struct bytes *parts, size_t n,
                uint8_t *out); /* the sum is a key: no trace of it stays */

enum cipher_alg {
    CIPHER_NULL,
    CIPHER_DES_CBC,
    CIPHER_3DES_CBC,
    CIPHER_AES_CBC,
    CIPHER_AES_GCM,
    CIPHER_AES_GMAC,
    CIPHER_ALGS
};
/* GCM, or GMAC (RFC 4543: nothing is encrypted, all is authenticated): a key length that is said, a salt, a tag of their own. */
static inline bool cipher_is_aead(enum cipher_alg a)
{
    return a == CIPHER_AES_GCM || a == CIPHER_AES_GMAC;
}
size_t cipher_block(enum cipher_alg a);   /* 1 8 8 16 1 1: what the plaintext must be a multiple of */
size_t cipher_iv_len(enum cipher_alg a);  /* on the wire: 0 8 8 16 8 8 */
/* One direction of one key. key_len in bytes (AES 16 24 32; GCM: without its 4-byte salt, given apart). */
struct cipher;
struct cipher *cipher_new(enum cipher_alg a, bool encrypt, const void *key, size_t key_len, const uint8_t salt[4]);
void cipher_free(struct cipher *c); /* NULL-safe */
/* CBC and NULL: in place or not; len a multiple of the block; iv is not changed. False never happens for valid lengths. */
MUST_USE bool cipher_cbc(struct cipher *c, const uint8_t *iv, const uint8_t *in, uint8_t *out, size_t len);
/* GCM (RFC 4106): 8-byte iv, nonce = salt | iv; tag 16 bytes. open: false when the tag does not fit (out is then worthless). */
MUST_USE bool cipher_seal(struct cipher *c, const uint8_t iv[8], const void *aad, size_t aad_len, const uint8_t *in,
                          uint8_t *out, size_t len, uint8_t tag[16]);
MUST_USE bool cipher_open(struct cipher *c, const uint8_t iv[8], const void *aad, size_t aad_len, const uint8_t *in,
                          uint8_t *out, size_t len, const uint8_t tag[16]);
/* GMAC: the tag of the parts; cipher_tag_fits compares it with one that came. */
MUST_USE bool cipher_tag(struct cipher *c, const uint8_t iv[8], const struct bytes *parts, size_t n, uint8_t tag[16]);
MUST_USE bool cipher_tag_fits(struct cipher *c, const uint8_t iv[8], const struct bytes *parts, size_t n,
                              const uint8_t tag[16]);

/* ---- The sums of ESP (RFC 4303), many packets at once ----
 * struct crypto: what one thread needs for it; libcrypto always, and Intel's multi-buffer library where this machine runs it and it is the faster one.
 * struct seal: cipher and integrity of one direction of one SA. Neither call below allocates or locks. */
enum crypto_back { CRYPTO_BEST, CRYPTO_OPENSSL, CRYPTO_MULTI };
struct crypto;
struct crypto *crypto_new(
    enum crypto_back want); /* CRYPTO_MULTI: NULL where it does not run; it takes whatever it can, faster or not */
void crypto_free(struct crypto *cr);              /* wipes; NULL-safe; after the last of its seals */
/* Who does it: "OpenSSL 3.0.22", "Intel multi-buffer 1.3.0 AVX2". Valid as long as cr. */
const char *crypto_cipher_by(struct crypto *cr, enum cipher_alg a);
const char *crypto_hash_by(struct crypto *cr, enum hash_alg a);

struct seal_spec {
    enum cipher_alg cipher;
    bool encrypt;
    const void *key; /* as for cipher_new */
    size_t key_len;
    const uint8_t *salt;
    enum hash_alg hash; /* HASH_NONE with GCM, or for no integrity at all */
    const void *mac_key;
    size_t mac_key_len;
    unsigned icv_len; /* bytes kept of the sum: 12 to hash_len; GCM 16; 0 without integrity */
};
struct seal;
struct seal *seal_new(struct crypto *cr, const struct seal_spec *spec);
void seal_free(struct seal *s);           /* wipes; NULL-safe */
/* The same in memory of the caller's: seal_size bytes (a multiple of 64), zeroed, at a multiple of 64. */
size_t seal_size(struct crypto *cr, const struct seal_spec *spec);
struct seal *seal_make(struct crypto *cr, const struct seal_spec *spec, void *place);
void seal_end(struct seal *s); /* wipes; the memory stays the caller's; NULL-safe */
static inline __attribute__((always_inline)) void seal_prefetch(const struct seal *s) /* it will be needed soon */
{
    __builtin_prefetch(s);
}

/* One packet, where it lies: head | ... | iv | data (len bytes, in place) | ICV. Integrity covers, with GCM, the 8 bytes at head; with GMAC or an HMAC all from
 * head to the end of data; and `high`, the upper half of the sequence number, if the SA has extended ones (RFC 4303 2.2.1, RFC 4106 5). iv may be NULL where
 * the cipher has none. Neither open nor seal looks at lengths: len fits the cipher's block. */
struct seal_job {
    struct seal *seal;
    uint8_t *head, *iv, *data;
    uint32_t len;
    uint32_t high;
    bool extended;
    bool ok; /* out, crypto_open: the ICV is right; if not, data is worthless (GCM) or as it was */
};
/* Keys are fetched from memory while the packet SEAL_AHEAD places before theirs is summed; those of the first jobs by this, some
 * hundred nanoseconds before they are sealed or opened. It may be left out. */
#define SEAL_AHEAD 3
void crypto_soon(const struct seal_job *jobs, unsigned n);
void crypto_seal(struct crypto *cr, struct seal_job *jobs, unsigned n); /* encrypt, then write the ICV */
void crypto_open(struct crypto *cr, struct seal_job *jobs,
                 unsigned n); /* check the ICV, then decrypt those whose it is right */

/* Diffie-Hellman, groups 1 2 5 14 15 16 17 18 (RFC 2409, 3526), 24 (RFC 5114), 19 20 21 (RFC 5903: KE = x|y, secret = x) and 31 (Curve25519, RFC 8031: 32 bytes each). */
#define DH_MAX 1024
bool dh_known(unsigned group); /* one of those above */
size_t dh_public_len(unsigned group); /* bytes of the KE payload; 0 for an unknown group */
struct dh;
/* Draws the private value from rnd at once (cheap, on the loop); the sums are dh_compute_public and dh_compute_shared, made for work_run. */
struct dh *dh_new(unsigned group, struct rnd *rnd);
void dh_free(struct dh *dh); /* wipes; NULL-safe */
void dh_compute_public(struct dh *dh);
const uint8_t *dh_public(const struct dh *dh); /* dh_public_len bytes, once computed */
/* The peer's value is checked (length, range 2..p-2, in its subgroup, on the curve, not of small order): false when it is bad. secret->len = bytes of g^xy (left-padded to the group's length). */
MUST_USE bool dh_compute_shared(struct dh *dh, const uint8_t *peer, size_t peer_len, struct key *secret);
#endif
