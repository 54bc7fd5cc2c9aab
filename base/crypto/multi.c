/* multi.c: Intel's multi-buffer library (libipsec-mb): AES-CBC, AES-GCM, HMAC-SHA-1 and HMAC-SHA-2.
 *
 * It computes several packets side by side in wide registers, which no chained sum (CBC encryption, SHA) can do within
 * one packet. Its state (struct IMB_MGR) belongs to one thread and stands in memory of ours, so that it can be wiped.
 * There are two of them: one as wide as the processor allows, and, where it has SHA-NI but no AVX-512, one that uses
 * SHA-NI two at a time for SHA-256, which is twice as fast as eight lanes of AVX2; it is made for the first such key.
 * Jobs go in bursts of one algorithm; each call collects those that fit, so a vector of mixed SAs costs a few walks over
 * it. The library's struct for an AES-GCM key has room for the widest processor; only as much of it is kept for each SA
 * as the library fills here (tried when the state is made). Where the library was not there when espial was built, or
 * the processor lacks AES-NI, multi_new returns NULL and nothing else here is called. DES, 3DES and HMAC-MD5 stay with
 * libcrypto.
 */
#include "base/crypto/crypto_local.h"

#include <stdio.h>
#include <string.h>

#ifdef ESPIAL_MULTI_BUFFER

#define NO_COMPAT_IMB_API_053
#include <intel-ipsec-mb.h>

#define BURST    32
#define CBC_KEYS 240 /* 15 round keys */
#define GCM_TRIED 720 /* bytes, at most, of packets by which it is found out what is read of a key */

struct multi {
    IMB_MGR *wide, *sha; /* the same, or one for SHA-256 alone; NULL: that one is not made yet */
    size_t gcm_size; /* bytes of a GCM key that are used */
    struct seal_lines gcm_lines[3]; /* of keys of 128, 192, 256 bits */
    char name[2][48];
    IMB_JOB jobs[BURST];
    struct seal_job *owner[BURST];
    uint8_t sums[BURST][HASH_MAX], wanted[BURST][HASH_MAX];
};

static const struct {
    IMB_HASH_ALG alg;
    uint8_t block, icv; /* icv: bytes that ESP keeps (RFC 2404, 4868); the library gives those, or all */
} hashes[HASH_ALGS] = {
    [HASH_SHA1] = {IMB_AUTH_HMAC_SHA_1, 64, 12},
    [HASH_SHA256] = {IMB_AUTH_HMAC_SHA_256, 64, 16},
    [HASH_SHA384] = {IMB_AUTH_HMAC_SHA_384, 128, 24},
    [HASH_SHA512] = {IMB_AUTH_HMAC_SHA_512, 128, 32},
};

static IMB_MGR *manager_new(void)
{
    return imb_set_pointers_mb_mgr(mem_aligned(imb_get_mb_mgr_size(), SEAL_ALIGN), 0, 1);
}

static void manager_free(IMB_MGR *mgr)
{
    mem_wipe(mgr, imb_get_mb_mgr_size());
    mem_free(mgr);
}

/* How far into its structure the library writes a key: twice over different bytes. */
static size_t gcm_extent(IMB_MGR *mgr)
{
    static const uint8_t key[32] = {1, 2, 3};
    _Alignas(SEAL_ALIGN) struct gcm_key_data k;
    const uint8_t *p = (const uint8_t *)&k;
    size_t most = 0;
    for (unsigned fill = 0; fill < 256; fill += 255) {
        memset(&k, (int)fill, sizeof k);
        IMB_AES256_GCM_PRE(mgr, key, &k);
        for (size_t i = 0; i < sizeof k; i++)
            if (p[i] != fill && i >= most)
                most = i + 1;
    }
    return (most + 15) / 16 * 16;
}

static void gcm_key(IMB_MGR *mgr, unsigned key_len, const uint8_t *key, struct gcm_key_data *k)
{
    if (key_len == 16)
        IMB_AES128_GCM_PRE(mgr, key, k);
    else if (key_len == 24)
        IMB_AES192_GCM_PRE(mgr, key, k);
    else
        IMB_AES256_GCM_PRE(mgr, key, k);
}

static inline __attribute__((always_inline)) void gcm_run(IMB_MGR *mgr, unsigned key_len, bool encrypt,
                                                          const struct gcm_key_data *k, uint8_t *data, unsigned len,
                                                          uint8_t *iv, uint8_t *aad, unsigned aad_len, uint8_t *tag)
{
    struct gcm_context_data ctx;
    aes_gcm_enc_dec_t run = key_len == 16   ? (encrypt ? mgr->gcm128_enc : mgr->gcm128_dec)
                            : key_len == 24 ? (encrypt ? mgr->gcm192_enc : mgr->gcm192_dec)
                                            : (encrypt ? mgr->gcm256_enc : mgr->gcm256_dec);
    run(k, &ctx, data, data, len, iv, aad, aad_len, tag, 16);
}

/* Does the library look at these bytes of a key for a packet of so many: is the sum another one when they are? */
static bool gcm_reads(IMB_MGR *mgr, unsigned key_len, const struct gcm_key_data *k, size_t from, size_t to,
                      unsigned len)
{
    _Alignas(SEAL_ALIGN) struct gcm_key_data other = *k;
    for (size_t i = from; i < to; i++)
        ((uint8_t *)&other)[i] ^= 0x55;
    for (unsigned encrypt = 0; encrypt < 2; encrypt++) {
        uint8_t data[2][GCM_TRIED] = {{0}}, tag[2][16], iv[16] = {1}, aad[8] = {2};
        for (unsigned way = 0; way < 2; way++)
            gcm_run(mgr, key_len, encrypt, way ? &other : k, data[way], len, iv, aad, sizeof aad, tag[way]);
        if (memcmp(data[0], data[1], len) != 0 || memcmp(tag[0], tag[1], sizeof tag[0]) != 0)
            return true;
    }
    return false;
}

/* Lines that hold bytes [first, size) of a key: those that short packets touch, the first being number 1. A line before
 * them is the seal's. */
static struct seal_lines lines_behind(IMB_MGR *mgr, unsigned key_len, const struct gcm_key_data *k, size_t first,
                                      size_t size)
{
    static const uint8_t lens[] = {4, 16, 36, 64, 68, 92, SEAL_SHORT};
    struct seal_lines lines = {0};
    for (unsigned line = 1; first < size; first += SEAL_ALIGN, line++) {
        size_t end = first + SEAL_ALIGN < size ? first + SEAL_ALIGN : size;
        bool reads = false;
        for (size_t i = 0; i < sizeof lens && !reads; i++)
            reads = gcm_reads(mgr, key_len, k, first, end, lens[i]);
        if (!reads)
            continue;
        if (lines.near + 1u == line) {
            lines.near++;
        } else if (!lines.far) {
            lines.far_at = (uint8_t)line;
            lines.far = 1;
        } else if (lines.far_at + lines.far == (int)line) {
            lines.far++;
        } else {
            return (struct seal_lines){0};
        }
    }
    return lines.far ? lines : (struct seal_lines){0};
}

/* A key that begins a line: is nothing read between its round keys and the powers that a packet has blocks for? */
static struct seal_lines lines_before(IMB_MGR *mgr, unsigned key_len, const struct gcm_key_data *k, size_t size)
{
    static const uint16_t lens[] = {4, 16, 36, 64, 96, 128, 260, 516, 640, GCM_TRIED};
    struct seal_lines lines = {.near = (uint8_t)((key_len / 4 + 7) * SEAL_UNIT / SEAL_ALIGN + 1)};
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        size_t powers = (lens[i] + SEAL_UNIT - 1u) / SEAL_UNIT * SEAL_UNIT, from = (size_t)lines.near * SEAL_ALIGN;
        if (powers < size && from < size - powers && gcm_reads(mgr, key_len, k, from, size - powers, lens[i]))
            lines.near = 0;
    }
    return lines;
}

/* The lines of the cache that packets touch. It is tried. */
static struct seal_lines gcm_lines(struct multi *m, unsigned key_len)
{
    static const uint8_t key[32] = {1, 2, 3};
    _Alignas(SEAL_ALIGN) struct gcm_key_data k;
    memset(&k, 0, sizeof k);
    gcm_key(m->wide, key_len, key, &k);
    if (multi_key_first(m, CIPHER_AES_GCM))
        return lines_before(m->wide, key_len, &k, m->gcm_size);
    size_t first =
        (multi_lead(m, CIPHER_AES_GCM) + sizeof(struct seal)) % SEAL_ALIGN; /* bytes of the seal's line before it */
    return lines_behind(m->wide, key_len, &k, first ? SEAL_ALIGN - first : 0, m->gcm_size);
}

static const char *arch_name(const IMB_MGR *mgr)
{
    switch (mgr->used_arch) {
    case IMB_ARCH_AVX512: return "AVX512";
    case IMB_ARCH_AVX2: return "AVX2";
    case IMB_ARCH_AVX: return "AVX";
    default: return "SSE";
    }
}

struct multi *multi_new(void)
{
    const uint64_t needs = IMB_FEATURE_SSE4_2 | IMB_FEATURE_AESNI | IMB_FEATURE_PCLMULQDQ | IMB_FEATURE_CMOV;
    uint64_t has = imb_get_feature_flags();
    if ((has & needs) != needs)
        return NULL;
    struct multi *m = NEW(struct multi);
    IMB_ARCH arch;
    m->wide = manager_new();
    init_mb_mgr_auto(m->wide, &arch);
    if (imb_get_errno(m->wide) != 0) {
        multi_free(m);
        return NULL;
    }
    if (!(has & IMB_FEATURE_SHANI) || arch == IMB_ARCH_AVX512)
        m->sha = m->wide;
    m->gcm_size = gcm_extent(m->wide);
    for (unsigned i = 0; i < 3; i++)
        m->gcm_lines[i] = gcm_lines(m, 16 + 8 * i);
    snprintf(m->name[0], sizeof m->name[0], "Intel multi-buffer %s %s", imb_get_version_str(), arch_name(m->wide));
    snprintf(m->name[1], sizeof m->name[1], "Intel multi-buffer %s %s", imb_get_version_str(),
             m->sha ? arch_name(m->wide) : "SHA-NI");
    return m;
}

void multi_free(struct multi *m)
{
    if (!m)
        return;
    if (m->sha && m->sha != m->wide)
        manager_free(m->sha);
    manager_free(m->wide);
    mem_wipe(m, sizeof *m);
    mem_free(m);
}

const char *multi_name(const struct multi *m, enum hash_alg a)
{
    return m->name[a == HASH_SHA256];
}

bool multi_has_cipher(enum cipher_alg a)
{
    return a == CIPHER_AES_CBC || a == CIPHER_AES_GCM;
}

bool multi_has_hash(enum hash_alg a)
{
    return (unsigned)a < HASH_ALGS && hashes[a].block;
}

bool multi_has_icv(enum hash_alg a, unsigned len)
{
    return len == hashes[a].icv || len == hash_len(a);
}

size_t multi_key_size(const struct multi *m, enum cipher_alg a)
{
    return a == CIPHER_AES_GCM ? m->gcm_size : CBC_KEYS + 16; /* the states behind it stand at 16 bytes */
}

/* Where the seal fits what the key leaves of its last line. */
bool multi_key_first(const struct multi *m, enum cipher_alg a)
{
    return a == CIPHER_AES_GCM && m->wide->used_arch == IMB_ARCH_AVX512 &&
           m->gcm_size % SEAL_ALIGN == SEAL_ALIGN - sizeof(struct seal) && m->gcm_size / SEAL_UNIT <= UINT8_MAX;
}

size_t multi_lead(const struct multi *m, enum cipher_alg a)
{
    if (multi_key_first(m, a))
        return m->gcm_size;
    return m->wide->used_arch == IMB_ARCH_AVX512 ? SEAL_ALIGN - sizeof(struct seal) : 0;
}

size_t multi_pad_size(void)
{
    return 2 * HMAC_STATE;
}

static void cbc_keys(IMB_MGR *mgr, struct seal *s, const void *key)
{
    _Alignas(16) uint8_t other[CBC_KEYS];
    void *enc = s->encrypt ? s->keys : other, *dec = s->encrypt ? other : s->keys;
    if (s->key_len == 16)
        IMB_AES_KEYEXP_128(mgr, key, enc, dec);
    else if (s->key_len == 24)
        IMB_AES_KEYEXP_192(mgr, key, enc, dec);
    else
        IMB_AES_KEYEXP_256(mgr, key, enc, dec);
    mem_wipe(other, sizeof other);
}

void multi_set_cipher(struct multi *m, struct seal *s, const void *key)
{
    if (s->cipher != CIPHER_AES_GCM) {
        cbc_keys(m->wide, s, key);
        return;
    }
    _Alignas(SEAL_ALIGN) struct gcm_key_data k;
    memset(&k, 0, sizeof k);
    gcm_key(m->wide, s->key_len, key, &k);
    memcpy(s->before ? (uint8_t *)s - s->before * SEAL_UNIT : s->keys, &k, m->gcm_size);
    s->lines = m->gcm_lines[(s->key_len - 16) / 8];
    mem_wipe(&k, sizeof k);
}

static void one_block(IMB_MGR *mgr, enum hash_alg a, const uint8_t *block, uint8_t *state)
{
    switch (a) {
    case HASH_SHA1: IMB_SHA1_ONE_BLOCK(mgr, block, state); break;
    case HASH_SHA256: IMB_SHA256_ONE_BLOCK(mgr, block, state); break;
    case HASH_SHA384: IMB_SHA384_ONE_BLOCK(mgr, block, state); break;
    default: IMB_SHA512_ONE_BLOCK(mgr, block, state);
    }
}

void multi_set_hash(struct multi *m, struct seal *s, const void *key, size_t key_len)
{
    enum hash_alg a = s->hash;
    size_t block = hashes[a].block;
    if (a == HASH_SHA256 && !m->sha) {
        m->sha = manager_new();
        init_mb_mgr_sse(m->sha);
    }
    _Alignas(16) uint8_t k[128] = {0}, padded[128];
    if (key_len > block)
        hash_parts(a, &BYTES(key, key_len), 1, k);
    else if (key_len)
        memcpy(k, key, key_len);
    for (unsigned way = 0; way < 2; way++) {
        for (size_t i = 0; i < block; i++)
            padded[i] = k[i] ^ (way ? 0x5C : 0x36);
        one_block(m->wide, a, padded, s->keys + seal_pads_at(s) + way * HMAC_STATE);
    }
    mem_wipe(k, sizeof k);
    mem_wipe(padded, sizeof padded);
}

/* ---- AES-GCM ---- */

/* salt | IV, in two words: the library reads the first eight bytes at once. (Of little-endian machines, which is where
 * the library runs.) */
static inline void nonce(const struct seal_job *j, uint64_t out[2])
{
    uint32_t salt;
    uint64_t iv;
    memcpy(&salt, j->seal->salt, 4);
    memcpy(&iv, j->iv, 8);
    out[0] = salt | iv << 32;
    out[1] = iv >> 32;
}

/* In constant time. */
static inline bool equal16(const uint64_t a[2], const void *b)
{
    uint64_t w[2];
    memcpy(w, b, sizeof w);
    return ((a[0] ^ w[0]) | (a[1] ^ w[1])) == 0;
}

void multi_gcm_seal(struct multi *m, const struct seal_job *j)
{
    const struct seal *s = j->seal;
    uint64_t n[2];
    uint8_t room[12], *aad = j->head;
    unsigned aad_len = 8;
    nonce(j, n);
    if (j->extended)
        aad_len = seal_aad(j, aad = room);
    gcm_run(m->wide, s->key_len, true, (const void *)seal_gcm_key(s), j->data, j->len, (uint8_t *)n, aad, aad_len,
            j->data + j->len);
}

bool multi_gcm_open(struct multi *m, const struct seal_job *j)
{
    const struct seal *s = j->seal;
    uint64_t n[2], tag[2];
    uint8_t room[12], *aad = j->head;
    unsigned aad_len = 8;
    nonce(j, n);
    if (j->extended)
        aad_len = seal_aad(j, aad = room);
    gcm_run(m->wide, s->key_len, false, (const void *)seal_gcm_key(s), j->data, j->len, (uint8_t *)n, aad, aad_len,
            (uint8_t *)tag);
    return equal16(tag, j->data + j->len);
}

/* ---- AES-CBC ---- */

static void cbc_burst(struct multi *m, unsigned n, bool encrypt, unsigned key_len)
{
    if (n)
        IMB_SUBMIT_CIPHER_BURST_NOCHECK(m->wide, m->jobs, n, IMB_CIPHER_CBC,
                                        encrypt ? IMB_DIR_ENCRYPT : IMB_DIR_DECRYPT, (IMB_KEY_SIZE_BYTES)key_len);
}

void multi_cbc(struct multi *m, struct seal_job *jobs, unsigned n)
{
    for (unsigned key_len = 16; key_len <= 32; key_len += 8) {
        unsigned got = 0, left = 0;
        bool encrypt = false;
        for (unsigned i = 0; i < n; i++) {
            const struct seal *s = jobs[i].seal;
            if (!s->multi_cipher || s->cipher != CIPHER_AES_CBC || !jobs[i].ok || jobs[i].len == 0)
                continue;
            if (s->key_len != key_len) {
                left += s->key_len > key_len;
                continue;
            }
            IMB_JOB *b = &m->jobs[got++];
            encrypt = s->encrypt;
            b->enc_keys = b->dec_keys = s->keys;
            b->key_len_in_bytes = key_len;
            b->src = b->dst = jobs[i].data;
            b->cipher_start_src_offset_in_bytes = 0;
            b->msg_len_to_cipher_in_bytes = jobs[i].len;
            b->iv = jobs[i].iv;
            b->iv_len_in_bytes = 16;
            if (got == BURST) {
                cbc_burst(m, got, encrypt, key_len);
                got = 0;
            }
        }
        cbc_burst(m, got, encrypt, key_len);
        if (!left)
            return;
    }
}

/* ---- HMAC ---- */

static void hash_burst(struct multi *m, unsigned n, enum hash_alg a, bool check)
{
    IMB_MGR *mgr = a == HASH_SHA256 ? m->sha : m->wide;
    if (n)
        IMB_SUBMIT_HASH_BURST_NOCHECK(mgr, m->jobs, n, hashes[a].alg);
    if (!check)
        return;
    for (unsigned i = 0; i < n; i++) {
        struct seal_job *j = m->owner[i];
        if (j->extended)
            memcpy(j->data + j->len, m->wanted[i], 4);
        j->ok = mem_equal_ct(m->sums[i], j->data + j->len, j->seal->icv_len);
    }
}

static void hash_all(struct multi *m, struct seal_job *jobs, unsigned n, bool check)
{
    for (unsigned a = HASH_SHA1; a < HASH_ALGS; a++) {
        unsigned got = 0, left = 0;
        for (unsigned i = 0; i < n; i++) {
            struct seal_job *j = &jobs[i];
            const struct seal *s = j->seal;
            if (!s->multi_hash || s->hash != a) {
                left += s->multi_hash && s->hash > a;
                continue;
            }
            IMB_JOB *b = &m->jobs[got];
            const uint8_t *pads = seal_pads(s);
            m->owner[got] = j;
            b->src = j->head;
            b->hash_start_src_offset_in_bytes = 0;
            b->msg_len_to_hash_in_bytes = (uint64_t)(j->data - j->head) + j->len;
            b->auth_tag_output = check ? m->sums[got] : j->data + j->len;
            b->auth_tag_output_len_in_bytes = s->icv_len;
            b->u.HMAC._hashed_auth_key_xor_ipad = pads;
            b->u.HMAC._hashed_auth_key_xor_opad = pads + HMAC_STATE;
            b->hash_alg = hashes[a].alg;
            if (j->extended) { /* summed where the ICV stands; it comes back */
                memcpy(m->wanted[got], j->data + j->len, 4);
                seal_put_high(j->data + j->len, j->high);
                b->msg_len_to_hash_in_bytes += 4;
            }
            if (++got == BURST) {
                hash_burst(m, got, a, check);
                got = 0;
            }
        }
        hash_burst(m, got, a, check);
        if (!left)
            return;
    }
}

void multi_hash_write(struct multi *m, struct seal_job *jobs, unsigned n)
{
    hash_all(m, jobs, n, false);
}

void multi_hash_check(struct multi *m, struct seal_job *jobs, unsigned n)
{
    hash_all(m, jobs, n, true);
}

#endif
