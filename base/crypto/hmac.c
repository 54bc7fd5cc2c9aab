/* hmac.c: HMAC (RFC 2104).
 *
 * When a struct mac is made, the digest has already taken in key^ipad and key^opad; each sum goes on with copies of
 * those two states. EVP's way of copying a digest allocates (OpenSSL 3: EVP_MD_CTX_copy_ex, EVP_MAC_init), which is no
 * way to treat a packet: here a state is libcrypto's own structure for one digest, copied on the stack. libcrypto calls
 * these functions deprecated; they are the very code that its providers wrap, and a test holds both to the RFCs'
 * vectors. In the end that structure holds the sum, in words: where the sum is a key it is wiped (mac_derive, hmac_parts).
 * Truncation to 96 or 128 bits is the caller's business: sums are always whole.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "espial/crypto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/md5.h>
#include <openssl/sha.h>

#define BLOCK_MAX 128

union state {
    MD5_CTX md5;
    SHA_CTX sha1;
    SHA256_CTX sha256;
    SHA512_CTX sha512; /* SHA-384 as well */
};

struct mac {
    enum hash_alg alg;
    union state inner, outer;
};

static void must(int ok)
{
    if (ok == 1)
        return;
    fputs("hmac: libcrypto failed\n", stderr);
    abort();
}

static size_t block_of(enum hash_alg a)
{
    return a == HASH_SHA384 || a == HASH_SHA512 ? 128 : 64;
}

static int begin(enum hash_alg a, union state *s)
{
    switch (a) {
    case HASH_MD5: return MD5_Init(&s->md5);
    case HASH_SHA1: return SHA1_Init(&s->sha1);
    case HASH_SHA256: return SHA256_Init(&s->sha256);
    case HASH_SHA384: return SHA384_Init(&s->sha512);
    case HASH_SHA512: return SHA512_Init(&s->sha512);
    default: return 0;
    }
}

static int add(enum hash_alg a, union state *s, const void *p, size_t len)
{
    switch (a) {
    case HASH_MD5: return MD5_Update(&s->md5, p, len);
    case HASH_SHA1: return SHA1_Update(&s->sha1, p, len);
    case HASH_SHA256: return SHA256_Update(&s->sha256, p, len);
    case HASH_SHA384: return SHA384_Update(&s->sha512, p, len);
    case HASH_SHA512: return SHA512_Update(&s->sha512, p, len);
    default: return 0;
    }
}

static int end(enum hash_alg a, union state *s, uint8_t *out)
{
    switch (a) {
    case HASH_MD5: return MD5_Final(out, &s->md5);
    case HASH_SHA1: return SHA1_Final(out, &s->sha1);
    case HASH_SHA256: return SHA256_Final(out, &s->sha256);
    case HASH_SHA384: return SHA384_Final(out, &s->sha512);
    case HASH_SHA512: return SHA512_Final(out, &s->sha512);
    default: return 0;
    }
}

static void copy(enum hash_alg a, union state *to, const union state *from)
{
    switch (a) {
    case HASH_MD5: to->md5 = from->md5; break;
    case HASH_SHA1: to->sha1 = from->sha1; break;
    case HASH_SHA256: to->sha256 = from->sha256; break;
    default: to->sha512 = from->sha512;
    }
}

static void padded(enum hash_alg a, union state *s, const uint8_t *key, uint8_t pad)
{
    uint8_t b[BLOCK_MAX];
    for (size_t i = 0; i < block_of(a); i++)
        b[i] = key[i] ^ pad;
    must(begin(a, s));
    must(add(a, s, b, block_of(a)));
    mem_wipe(b, sizeof b);
}

static void key_in(struct mac *m, enum hash_alg a, const void *key, size_t key_len)
{
    uint8_t k[BLOCK_MAX] = {0};
    must((unsigned)a < HASH_ALGS && hash_len(a));
    m->alg = a;
    if (key_len > block_of(a))
        hash_parts(a, &BYTES(key, key_len), 1, k);
    else if (key_len)
        memcpy(k, key, key_len);
    padded(a, &m->inner, k, 0x36);
    padded(a, &m->outer, k, 0x5C);
    mem_wipe(k, sizeof k);
}

struct mac *mac_new(enum hash_alg a, const void *key, size_t key_len)
{
    struct mac *m = NEW(struct mac);
    key_in(m, a, key, key_len);
    return m;
}

void mac_free(struct mac *m)
{
    if (!m)
        return;
    mem_wipe(m, sizeof *m);
    mem_free(m);
}

static inline void sum_in(union state *s, const struct mac *m, const struct bytes *parts, size_t n, uint8_t *out)
{
    uint8_t sum[HASH_MAX];
    copy(m->alg, s, &m->inner);
    for (size_t i = 0; i < n; i++)
        must(add(m->alg, s, parts[i].p, parts[i].len));
    must(end(m->alg, s, sum));
    copy(m->alg, s, &m->outer);
    must(add(m->alg, s, sum, hash_len(m->alg)));
    must(end(m->alg, s, out));
}

void mac_sum(struct mac *m, const struct bytes *parts, size_t n, uint8_t *out)
{
    union state s;
    sum_in(&s, m, parts, n, out);
}

void mac_derive(struct mac *m, const struct bytes *parts, size_t n, uint8_t *out)
{
    union state s;
    sum_in(&s, m, parts, n, out);
    mem_wipe(&s, sizeof s);
}

void hmac_parts(enum hash_alg a, const void *key, size_t key_len, const struct bytes *parts, size_t n, uint8_t *out)
{
    struct mac m;
    key_in(&m, a, key, key_len);
    mac_derive(&m, parts, n, out);
    mem_wipe(&m, sizeof m);
}
