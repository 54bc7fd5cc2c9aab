/* batch.c: ESP's sums on vectors of packets: which library does them, and in which order.
 *
 * A seal is made for one back end and stays with it. Cipher and integrity choose apart: the multi-buffer library
 * (multi.c) where it runs and is the faster one, libcrypto for the rest. The choice is a table, from measuring both
 * (bench/bench_crypto; 2024's x86 processors with AES-NI, SHA-NI and AVX2): of its sums only those are taken that won
 * at every size from 64 to 1420 bytes. Sealing encrypts all, then sums all; opening sums all, and decrypts only what was
 * right. AES-GCM does both at once and is taken packet by packet: it has no use for company. What it deciphered of a
 * packet whose tag is wrong is left in place, and the caller drops it. A seal that has neither cipher nor integrity
 * passes everything. The multi-buffer library tests itself when it is made, which takes about as long as the rest of a
 * router's start: it is made for the first seal that it takes, or for the first question after it.
 */
#include "base/crypto/crypto_local.h"

#include <stdint.h>
#include <string.h>

#include <openssl/crypto.h>

struct crypto {
    enum crypto_back want;
    bool tried;
    struct multi *multi; /* NULL: not tried yet, or not to be had */
    char openssl[32];
};

static struct multi *multi_of(struct crypto *cr)
{
    if (!cr->tried && cr->want != CRYPTO_OPENSSL)
        cr->multi = multi_new();
    cr->tried = true;
    return cr->multi;
}

struct crypto *crypto_new(enum crypto_back want)
{
    struct crypto *cr = NEW(struct crypto);
    cr->want = want;
    if (want == CRYPTO_MULTI && !multi_of(cr)) {
        crypto_free(cr);
        return NULL;
    }
    const char *v = OpenSSL_version(OPENSSL_VERSION); /* "OpenSSL 3.0.2 15 Mar 2022": the first two words */
    size_t words = 0;
    for (size_t i = 0; v[i] && i + 1 < sizeof cr->openssl; i++) {
        if (v[i] == ' ' && ++words == 2)
            break;
        cr->openssl[i] = v[i];
    }
    return cr;
}

void crypto_free(struct crypto *cr)
{
    if (!cr)
        return;
    multi_free(cr->multi);
    mem_free(cr);
}

static bool takes_cipher(struct crypto *cr, enum cipher_alg a)
{
    return multi_has_cipher(a) && multi_of(cr);
}

static bool takes_hash(struct crypto *cr, enum hash_alg a)
{
    return multi_has_hash(a) && multi_of(cr);
}

const char *crypto_cipher_by(struct crypto *cr, enum cipher_alg a)
{
    return takes_cipher(cr, a) ? multi_name(cr->multi, HASH_NONE) : cr->openssl;
}

const char *crypto_hash_by(struct crypto *cr, enum hash_alg a)
{
    return takes_hash(cr, a) ? multi_name(cr->multi, a) : cr->openssl;
}

struct seal *seal_new(struct crypto *cr, const struct seal_spec *spec)
{
    bool cipher = takes_cipher(cr, spec->cipher),
         hash = takes_hash(cr, spec->hash) && multi_has_icv(spec->hash, spec->icv_len);
    size_t keys = cipher ? multi_key_size(cr->multi, spec->cipher) : 0, pads = hash ? multi_pad_size() : 0;
    size_t size = sizeof(struct seal) + keys + pads;
    struct seal *s = mem_aligned(size, SEAL_ALIGN);
    s->size = (uint32_t)size;
    s->cipher = (uint8_t)spec->cipher;
    s->hash = (uint8_t)spec->hash;
    s->encrypt = spec->encrypt;
    s->icv_len = (uint8_t)spec->icv_len;
    s->key_len = (uint8_t)spec->key_len;
    s->multi_cipher = cipher;
    s->multi_hash = hash;
    s->pads_at = (uint16_t)keys;
    if (spec->cipher == CIPHER_AES_GCM)
        memcpy(s->salt, spec->salt, sizeof s->salt);
    if (cipher)
        multi_set_cipher(cr->multi, s, spec->key);
    else if (spec->cipher != CIPHER_NULL)
        s->evp = cipher_new(spec->cipher, spec->encrypt, spec->key, spec->key_len, spec->salt);
    if (hash)
        multi_set_hash(cr->multi, s, spec->mac_key, spec->mac_key_len);
    else if (spec->hash != HASH_NONE)
        s->mac = mac_new(spec->hash, spec->mac_key, spec->mac_key_len);
    return s;
}

void seal_free(struct seal *s)
{
    if (!s)
        return;
    cipher_free(s->evp);
    mac_free(s->mac);
    mem_wipe(s, s->size);
    mem_free(s);
}

#define AHEAD 3 /* packets whose keys are on their way while one is summed */

/* The keys of a packet that is not of the same SA as the one before it. (Inlined by force: gcc takes a function that only
 * prefetches for one that does nothing.) */
static inline __attribute__((always_inline)) void keys_ahead(const struct seal_job *jobs, unsigned i, unsigned n)
{
    if (i >= n || (i && jobs[i].seal == jobs[i - 1].seal))
        return;
    const struct seal *s = jobs[i].seal;
    const uint8_t *p = (const uint8_t *)s;
    for (uint32_t at = SEAL_ALIGN; at < s->size; at += SEAL_ALIGN)
        __builtin_prefetch(p + at);
}

/* ---- libcrypto ---- */

static void sum(const struct seal_job *j, uint8_t out[HASH_MAX])
{
    uint8_t high[4];
    seal_put_high(high, j->high);
    struct bytes parts[2] = {BYTES(j->head, (size_t)(j->data - j->head) + j->len), BYTES(high, sizeof high)};
    mac_sum(j->seal->mac, parts, j->extended ? 2 : 1, out);
}

static bool gcm(const struct seal_job *j)
{
    const struct seal *s = j->seal;
    uint8_t aad[12];
    unsigned n = seal_aad(j, aad);
    return s->encrypt ? cipher_seal(s->evp, j->iv, aad, n, j->data, j->data, j->len, j->data + j->len)
                      : cipher_open(s->evp, j->iv, aad, n, j->data, j->data, j->len, j->data + j->len);
}

/* ---- both ---- */

void crypto_seal(struct crypto *cr, struct seal_job *jobs, unsigned n)
{
    bool cbc = false, hash = false, macs = false;
    for (unsigned i = 0; i < AHEAD; i++)
        keys_ahead(jobs, i, n);
    for (unsigned i = 0; i < n; i++) {
        struct seal_job *j = &jobs[i];
        keys_ahead(jobs, i + AHEAD, n);
        const struct seal *s = j->seal;
        j->ok = true;
        if (s->cipher == CIPHER_AES_GCM && s->multi_cipher)
            multi_gcm_seal(cr->multi, j);
        else if (s->cipher == CIPHER_AES_GCM)
            j->ok = gcm(j);
        else if (s->evp)
            j->ok = cipher_cbc(s->evp, j->iv, j->data, j->data, j->len);
        cbc |= s->multi_cipher && s->cipher != CIPHER_AES_GCM;
        hash |= s->multi_hash;
        macs |= s->mac != NULL;
    }
    if (cbc)
        multi_cbc(cr->multi, jobs, n);
    if (hash)
        multi_hash_write(cr->multi, jobs, n);
    for (unsigned i = 0; macs && i < n; i++)
        if (jobs[i].seal->mac) {
            uint8_t out[HASH_MAX];
            sum(&jobs[i], out);
            memcpy(jobs[i].data + jobs[i].len, out, jobs[i].seal->icv_len);
        }
}

void crypto_open(struct crypto *cr, struct seal_job *jobs, unsigned n)
{
    bool cbc = false, hash = false, evps = false;
    for (unsigned i = 0; i < AHEAD; i++)
        keys_ahead(jobs, i, n);
    for (unsigned i = 0; i < n; i++) {
        struct seal_job *j = &jobs[i];
        keys_ahead(jobs, i + AHEAD, n);
        const struct seal *s = j->seal;
        j->ok = true;
        if (s->cipher == CIPHER_AES_GCM) {
            j->ok = s->multi_cipher ? multi_gcm_open(cr->multi, j) : gcm(j);
            continue;
        }
        if (s->mac) {
            uint8_t out[HASH_MAX];
            sum(j, out);
            j->ok = mem_equal_ct(out, j->data + j->len, s->icv_len);
        }
        cbc |= s->multi_cipher;
        hash |= s->multi_hash;
        evps |= s->evp != NULL;
    }
    if (hash)
        multi_hash_check(cr->multi, jobs, n);
    if (cbc)
        multi_cbc(cr->multi, jobs, n);
    for (unsigned i = 0; evps && i < n; i++) {
        struct seal_job *j = &jobs[i];
        if (j->ok && j->seal->evp && j->seal->cipher != CIPHER_AES_GCM)
            j->ok = cipher_cbc(j->seal->evp, j->iv, j->data, j->data, j->len);
    }
}
