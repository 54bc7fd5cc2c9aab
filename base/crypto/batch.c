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

/* Where things stand in a seal's memory. */
struct plan {
    bool cipher, hash; /* of the multi-buffer library */
    bool first;        /* the cipher's keys are the lead */
    size_t lead, keys, size;
};

static struct plan plan_of(struct crypto *cr, const struct seal_spec *spec)
{
    struct plan p = {.cipher = takes_cipher(cr, spec->cipher),
                     .hash = takes_hash(cr, spec->hash) && multi_has_icv(spec->hash, spec->icv_len)};
    p.lead = p.cipher ? multi_lead(cr->multi, spec->cipher) : 0;
    p.first = p.cipher && multi_key_first(cr->multi, spec->cipher);
    p.keys = p.first ? 0 : p.cipher ? multi_key_size(cr->multi, spec->cipher) : spec->cipher == CIPHER_NULL ? 0 : 16;
    p.size = sizeof(struct seal) + p.keys + (p.hash ? multi_pad_size() : spec->hash == HASH_NONE ? 0 : 16);
    return p;
}

size_t seal_size(struct crypto *cr, const struct seal_spec *spec)
{
    struct plan p = plan_of(cr, spec);
    return (p.lead + p.size + SEAL_ALIGN - 1) / SEAL_ALIGN * SEAL_ALIGN;
}

struct seal *seal_make(struct crypto *cr, const struct seal_spec *spec, void *place)
{
    struct plan p = plan_of(cr, spec);
    struct seal *s = (void *)((uint8_t *)place + p.lead);
    s->size = (uint16_t)p.size;
    s->cipher = (uint8_t)spec->cipher;
    s->hash = (uint8_t)spec->hash;
    s->encrypt = spec->encrypt;
    s->icv_len = (uint8_t)spec->icv_len;
    s->key_len = (uint8_t)spec->key_len;
    s->multi_cipher = p.cipher;
    s->multi_hash = p.hash;
    s->pads_at = (uint8_t)(p.keys / SEAL_UNIT);
    s->before = (uint8_t)(p.first ? p.lead / SEAL_UNIT : 0);
    if (spec->cipher == CIPHER_AES_GCM)
        memcpy(s->salt, spec->salt, sizeof s->salt);
    if (p.cipher) {
        multi_set_cipher(cr->multi, s, spec->key);
    } else if (spec->cipher != CIPHER_NULL) {
        struct cipher *c = cipher_new(spec->cipher, spec->encrypt, spec->key, spec->key_len, spec->salt);
        memcpy(s->keys, &c, sizeof c);
    }
    if (p.hash) {
        multi_set_hash(cr->multi, s, spec->mac_key, spec->mac_key_len);
    } else if (spec->hash != HASH_NONE) {
        struct mac *m = mac_new(spec->hash, spec->mac_key, spec->mac_key_len);
        memcpy(s->keys + p.keys, &m, sizeof m);
    }
    return s;
}

void seal_end(struct seal *s)
{
    if (!s)
        return;
    size_t before = s->before * SEAL_UNIT;
    cipher_free(seal_evp(s));
    mac_free(seal_mac(s));
    mem_wipe((uint8_t *)s - before, before + s->size);
}

struct seal *seal_new(struct crypto *cr, const struct seal_spec *spec)
{
    return seal_make(cr, spec, mem_aligned(seal_size(cr, spec), SEAL_ALIGN));
}

void seal_free(struct seal *s)
{
    if (!s)
        return;
    uint8_t *place = (uint8_t *)s - (s->before ? s->before * SEAL_UNIT : (uintptr_t)s % SEAL_ALIGN);
    seal_end(s);
    mem_free(place);
}

/* A line of the cache, or those from `at` up to `end`: where they are needed at once, or, as far as the second cache, where
 * more are fetched than go well with the packet's own bytes into the first (for 1,420 bytes of 1,000 SAs a hundredth).
 * (Inlined by force, as what uses it: gcc takes a function that only prefetches for one that does nothing.) */
static inline __attribute__((always_inline)) void line_ahead(const uint8_t *at, bool near)
{
    if (near)
        __builtin_prefetch(at);
    else
        __builtin_prefetch(at, 0, 2);
}

static inline __attribute__((always_inline)) void lines_ahead(const uint8_t *at, const uint8_t *end, bool near)
{
    for (; at < end; at += SEAL_ALIGN)
        line_ahead(at, near);
}

/* The key in front of a seal whose own line is there: its round keys, four lines at most, and of the powers of the hash key
 * behind them, which end at the seal, the last, as many as the packet has blocks: three of those share the seal's line. */
static inline __attribute__((always_inline)) void key_first_ahead(const struct seal *s, uint32_t len, bool near)
{
    const uint8_t *end = (const uint8_t *)s, *key = seal_gcm_key(s);
    size_t rest = s->before * SEAL_UNIT - s->lines.near * SEAL_ALIGN,
           powers = (len + SEAL_UNIT - 1) / SEAL_ALIGN * SEAL_ALIGN;
    for (unsigned i = 0; i < 4; i++)
        line_ahead(key + i * SEAL_ALIGN, near);
    lines_ahead(end - (s->lines.near && powers < rest ? powers : rest), end, near);
}

/* The keys of a packet that is not of the same SA as the one before it. */
static inline __attribute__((always_inline)) void keys_ahead(const struct seal_job *jobs, unsigned i, unsigned n)
{
    if (i >= n || (i && jobs[i].seal == jobs[i - 1].seal))
        return;
    const struct seal *s = jobs[i].seal;
    const uint8_t *p = (const uint8_t *)s;
    bool less = jobs[i].len <= SEAL_SHORT;
    if (s->before && less) {
        key_first_ahead(s, jobs[i].len, true);
    } else if (s->before) {
        key_first_ahead(s, jobs[i].len, false);
    } else if (s->lines.near && less) {
        const uint8_t *far = p + s->lines.far_at * SEAL_ALIGN;
        lines_ahead(p + SEAL_ALIGN, p + (1 + s->lines.near) * SEAL_ALIGN, true);
        lines_ahead(far, far + s->lines.far * SEAL_ALIGN, true);
    } else {
        lines_ahead(p + SEAL_ALIGN, p + s->size, true);
    }
}

/* ---- libcrypto ---- */

static void sum(const struct seal_job *j, uint8_t out[HASH_MAX])
{
    uint8_t high[4];
    seal_put_high(high, j->high);
    struct bytes parts[2] = {BYTES(j->head, (size_t)(j->data - j->head) + j->len), BYTES(high, sizeof high)};
    mac_sum(seal_mac(j->seal), parts, j->extended ? 2 : 1, out);
}

static bool gcm(const struct seal_job *j)
{
    const struct seal *s = j->seal;
    uint8_t aad[12];
    unsigned n = seal_aad(j, aad);
    struct cipher *c = seal_evp(s);
    return s->encrypt ? cipher_seal(c, j->iv, aad, n, j->data, j->data, j->len, j->data + j->len)
                      : cipher_open(c, j->iv, aad, n, j->data, j->data, j->len, j->data + j->len);
}

/* RFC 4543 section 3.3: SPI, sequence number and all behind it are authenticated, the IV among them. */
static bool gmac(const struct seal_job *j)
{
    const struct seal *s = j->seal;
    uint8_t head[12];
    unsigned n = seal_aad(j, head);
    struct bytes parts[2] = {BYTES(head, n), BYTES(j->iv, (size_t)(j->data - j->iv) + j->len)};
    uint8_t *tag = j->data + j->len;
    return s->encrypt ? cipher_tag(seal_evp(s), j->iv, parts, 2, tag)
                      : cipher_tag_fits(seal_evp(s), j->iv, parts, 2, tag);
}

/* ---- both ---- */

void crypto_soon(const struct seal_job *jobs, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        keys_ahead(jobs, i, n);
}

void crypto_seal(struct crypto *cr, struct seal_job *jobs, unsigned n)
{
    bool cbc = false, hash = false, macs = false;
    for (unsigned i = 0; i < n; i++) {
        struct seal_job *j = &jobs[i];
        keys_ahead(jobs, i + SEAL_AHEAD, n);
        const struct seal *s = j->seal;
        j->ok = true;
        if (s->cipher == CIPHER_AES_GCM && s->multi_cipher) {
            multi_gcm_seal(cr->multi, j);
            continue;
        }
        if (s->cipher == CIPHER_AES_GCM)
            j->ok = gcm(j);
        else if (s->cipher == CIPHER_AES_GMAC)
            j->ok = gmac(j);
        else if (s->cipher != CIPHER_NULL && !s->multi_cipher)
            j->ok = cipher_cbc(seal_evp(s), j->iv, j->data, j->data, j->len);
        cbc |= s->multi_cipher && s->cipher != CIPHER_AES_GCM;
        hash |= s->multi_hash;
        macs |= s->hash != HASH_NONE && !s->multi_hash;
    }
    if (cbc)
        multi_cbc(cr->multi, jobs, n);
    if (hash)
        multi_hash_write(cr->multi, jobs, n);
    for (unsigned i = 0; macs && i < n; i++)
        if (seal_mac(jobs[i].seal)) {
            uint8_t out[HASH_MAX];
            sum(&jobs[i], out);
            memcpy(jobs[i].data + jobs[i].len, out, jobs[i].seal->icv_len);
        }
}

void crypto_open(struct crypto *cr, struct seal_job *jobs, unsigned n)
{
    bool cbc = false, hash = false, evps = false;
    for (unsigned i = 0; i < n; i++) {
        struct seal_job *j = &jobs[i];
        keys_ahead(jobs, i + SEAL_AHEAD, n);
        const struct seal *s = j->seal;
        j->ok = true;
        if (s->cipher == CIPHER_AES_GCM) {
            j->ok = s->multi_cipher ? multi_gcm_open(cr->multi, j) : gcm(j);
            continue;
        }
        if (s->cipher == CIPHER_AES_GMAC) {
            j->ok = gmac(j);
            continue;
        }
        if (seal_mac(s)) {
            uint8_t out[HASH_MAX];
            sum(j, out);
            j->ok = mem_equal_ct(out, j->data + j->len, s->icv_len);
        }
        cbc |= s->multi_cipher;
        hash |= s->multi_hash;
        evps |= s->cipher != CIPHER_NULL && !s->multi_cipher;
    }
    if (hash)
        multi_hash_check(cr->multi, jobs, n);
    if (cbc)
        multi_cbc(cr->multi, jobs, n);
    for (unsigned i = 0; evps && i < n; i++) {
        struct seal_job *j = &jobs[i];
        struct cipher *c = seal_evp(j->seal);
        if (j->ok && c && !cipher_is_aead(j->seal->cipher))
            j->ok = cipher_cbc(c, j->iv, j->data, j->data, j->len);
    }
}
