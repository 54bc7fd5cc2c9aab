/* bare.c: the bare loops of bench_esp.c: over a ring of 32 buffers, as many bytes as ESP takes for a packet of that size
 * (with padding and trailer). One uses OpenSSL's EVP (key set once; per packet an IV, update, final, tag; HMAC by EVP_MAC),
 * one Intel's multi-buffer library (AES-GCM by its direct call, AES-CBC and HMAC in bursts of 32). Nothing is looked up,
 * copied or counted. */
#include "bench/bare.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#ifdef ESPIAL_MULTI_BUFFER
#define NO_COMPAT_IMB_API_053
#include <intel-ipsec-mb.h>
#endif

#include "espial/buf.h"
#include "espial/mem.h"

#define RING 32

/* ---- the bare loop over OpenSSL ---- */

struct bare {
    EVP_CIPHER_CTX *cipher;
    EVP_MAC_CTX *mac;
    bool gcm, encrypt;
    unsigned len; /* bytes ciphered */
    uint8_t ring[RING][PACKET_MAX], *data, opened[PACKET_MAX], iv[16], tag[16], sum[64];
};

static struct bare *keyed(const struct transform_row *row, unsigned size, bool encrypt)
{
    struct bare *b = NEW(struct bare);
    static const uint8_t key[64] = {0x17, 0x2a};
    bool gcm = row->t.cipher == CIPHER_AES_GCM, big = row->t.key_bits == 256;
    unsigned unit = gcm ? 4 : 16;
    b->gcm = gcm;
    b->encrypt = encrypt;
    b->data = b->ring[0];
    b->len = (size + 2 + unit - 1) / unit * unit;
    b->cipher = EVP_CIPHER_CTX_new();
    const EVP_CIPHER *c = gcm   ? (big ? EVP_aes_256_gcm() : EVP_aes_128_gcm())
                          : big ? EVP_aes_256_cbc()
                                : EVP_aes_128_cbc();
    bench_must(EVP_CipherInit_ex(b->cipher, c, NULL, key, NULL, encrypt) == 1, "EVP_CipherInit_ex");
    EVP_CIPHER_CTX_set_padding(b->cipher, 0);
    if (row->hash) {
        OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)(uintptr_t)row->hash, 0),
                               OSSL_PARAM_construct_end()};
        EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
        b->mac = EVP_MAC_CTX_new(mac);
        EVP_MAC_free(mac);
        bench_must(b->mac && EVP_MAC_init(b->mac, key, hash_len(row->t.auth), params) == 1, "EVP_MAC_init");
    }
    return b;
}

void bare_free(struct bare *b)
{
    EVP_CIPHER_CTX_free(b->cipher);
    EVP_MAC_CTX_free(b->mac);
    mem_free(b);
}

/* One packet. Opening goes into another buffer, so that the sealed bytes and their tag serve again. */
static bool bare_gcm(struct bare *b)
{
    int n;
    bool ok = EVP_CipherInit_ex(b->cipher, NULL, NULL, NULL, b->iv, -1) == 1 &&
              EVP_CipherUpdate(b->cipher, NULL, &n, b->iv, 8) == 1;
    if (b->encrypt)
        return ok && EVP_CipherUpdate(b->cipher, b->data, &n, b->data, (int)b->len) == 1 &&
               EVP_CipherFinal_ex(b->cipher, b->sum, &n) == 1 &&
               EVP_CIPHER_CTX_ctrl(b->cipher, EVP_CTRL_AEAD_GET_TAG, 16, b->tag) == 1;
    return ok && EVP_CipherUpdate(b->cipher, b->opened, &n, b->data, (int)b->len) == 1 &&
           EVP_CIPHER_CTX_ctrl(b->cipher, EVP_CTRL_AEAD_SET_TAG, 16, b->tag) == 1 &&
           EVP_CipherFinal_ex(b->cipher, b->sum, &n) == 1;
}

static bool bare_cbc(struct bare *b)
{
    size_t len;
    int n;
    if (!b->encrypt &&
        !(EVP_MAC_init(b->mac, NULL, 0, NULL) == 1 && EVP_MAC_update(b->mac, b->data, b->len + 24) == 1 &&
          EVP_MAC_final(b->mac, b->sum, &len, sizeof b->sum) == 1))
        return false;
    if (!(EVP_CipherInit_ex(b->cipher, NULL, NULL, NULL, b->iv, -1) == 1 &&
          EVP_CipherUpdate(b->cipher, b->data, &n, b->data, (int)b->len) == 1 &&
          EVP_CipherFinal_ex(b->cipher, b->sum, &n) == 1))
        return false;
    return !b->encrypt ||
           (EVP_MAC_init(b->mac, NULL, 0, NULL) == 1 && EVP_MAC_update(b->mac, b->data, b->len + 24) == 1 &&
            EVP_MAC_final(b->mac, b->sum, &len, sizeof b->sum) == 1);
}

/* A loop that opens AES-GCM needs a tag that fits: once sealed with a context of the other direction. */
struct bare *bare_new(const struct transform_row *row, unsigned size, bool encrypt)
{
    struct bare *b = keyed(row, size, encrypt);
    if (encrypt || !b->gcm)
        return b;
    struct bare *seal = keyed(row, size, true);
    bench_must(bare_gcm(seal), "seal");
    memcpy(b->data, seal->data, PACKET_MAX);
    memcpy(b->tag, seal->tag, sizeof b->tag);
    bare_free(seal);
    return b;
}

void bare_round(struct bare *b, double seconds, double *best)
{
    unsigned long packets = 0;
    bool ok = true;
    double began = bench_now(), took;
    do {
        for (unsigned i = 0; i < VECTOR; i++) {
            if (b->encrypt || !b->gcm) {
                put32(b->iv + 8, (uint32_t)packets + i);
                b->data = b->ring[i % RING];
            }
            ok &= b->gcm ? bare_gcm(b) : bare_cbc(b);
        }
        packets += VECTOR;
        took = bench_now() - began;
    } while (took < seconds);
    bench_must(ok, "bare loop");
    if (took / (double)packets < *best)
        *best = took / (double)packets;
}

/* ---- the bare loop over the multi-buffer library ---- */

#ifdef ESPIAL_MULTI_BUFFER

struct wide {
    IMB_MGR *mgr, *sha; /* the quicker one for SHA-256 */
    const struct transform_row *row;
    bool encrypt;
    unsigned len, nkeys;
    unsigned long at; /* in the random order: a round goes on where the last one ended */
    struct gcm_key_data *gcm; /* nkeys of them */
    uint8_t ring[RING][PACKET_MAX];
    _Alignas(16) uint8_t enc[240], dec[240], pads[2][64];
    IMB_JOB jobs[RING];
};

static void wide_gcm_key(struct wide *w, const uint8_t *key, struct gcm_key_data *k)
{
    if (w->row->t.key_bits == 128)
        IMB_AES128_GCM_PRE(w->mgr, key, k);
    else
        IMB_AES256_GCM_PRE(w->mgr, key, k);
}

struct wide *wide_new(const struct transform_row *row, unsigned size, bool encrypt, unsigned nkeys)
{
    uint8_t key[64] = {0x17, 0x2a};
    struct wide *w = aligned_alloc(64, (sizeof *w + 63) / 64 * 64);
    IMB_ARCH arch;
    bench_must(w != NULL, "memory");
    memset(w, 0, sizeof *w);
    unsigned unit = row->t.cipher == CIPHER_AES_GCM ? 4 : 16;
    w->row = row;
    w->encrypt = encrypt;
    w->len = (size + 2 + unit - 1) / unit * unit;
    w->nkeys = nkeys;
    w->mgr = alloc_mb_mgr(0);
    w->sha = alloc_mb_mgr(0);
    bench_must(w->mgr && w->sha, "alloc_mb_mgr");
    init_mb_mgr_auto(w->mgr, &arch);
    if (arch != IMB_ARCH_AVX512 && (imb_get_feature_flags() & IMB_FEATURE_SHANI))
        init_mb_mgr_sse(w->sha);
    else
        init_mb_mgr_auto(w->sha, &arch);
    if (row->t.cipher == CIPHER_AES_GCM) {
        w->gcm = aligned_alloc(64, nkeys * ((sizeof *w->gcm + 63) / 64 * 64));
        bench_must(w->gcm != NULL, "memory");
        for (unsigned i = 0; i < nkeys; i++) {
            put32(key, i + 1);
            wide_gcm_key(w, key, &w->gcm[i]);
        }
    } else if (row->t.key_bits == 128) {
        IMB_AES_KEYEXP_128(w->mgr, key, w->enc, w->dec);
    } else {
        IMB_AES_KEYEXP_256(w->mgr, key, w->enc, w->dec);
    }
    return w;
}

void wide_free(struct wide *w)
{
    free_mb_mgr(w->mgr);
    free_mb_mgr(w->sha);
    free(w->gcm);
    free(w);
}

static void wide_gcm(struct wide *w, const uint32_t *order, unsigned long first)
{
    struct gcm_context_data ctx;
    uint64_t nonce[2] = {0}; /* written as it is read: whole words, or the library would wait */
    uint8_t *iv = (uint8_t *)nonce, tag[16];
    for (unsigned i = 0; i < VECTOR; i++) {
        const struct gcm_key_data *k = &w->gcm[w->nkeys == 1 ? 0 : order[(first + i) % ORDER] % w->nkeys];
        uint8_t *p = w->ring[i % RING];
        nonce[1] = first + i;
        if (w->row->t.key_bits == 128) {
            if (w->encrypt)
                IMB_AES128_GCM_ENC(w->mgr, k, &ctx, p, p, w->len, iv, iv, 8, p + w->len, 16);
            else
                IMB_AES128_GCM_DEC(w->mgr, k, &ctx, p, p, w->len, iv, iv, 8, tag, 16);
        } else {
            if (w->encrypt)
                IMB_AES256_GCM_ENC(w->mgr, k, &ctx, p, p, w->len, iv, iv, 8, p + w->len, 16);
            else
                IMB_AES256_GCM_DEC(w->mgr, k, &ctx, p, p, w->len, iv, iv, 8, tag, 16);
        }
    }
}

static void wide_hash(struct wide *w)
{
    bool sha1 = w->row->t.auth == HASH_SHA1;
    for (unsigned i = 0; i < RING; i++) {
        IMB_JOB *j = &w->jobs[i];
        j->src = w->ring[i];
        j->hash_start_src_offset_in_bytes = 0;
        j->msg_len_to_hash_in_bytes = w->len + 24;
        j->auth_tag_output = w->ring[i] + w->len + 24;
        j->auth_tag_output_len_in_bytes = sha1 ? 12 : 16;
        j->u.HMAC._hashed_auth_key_xor_ipad = w->pads[0];
        j->u.HMAC._hashed_auth_key_xor_opad = w->pads[1];
        j->hash_alg = sha1 ? IMB_AUTH_HMAC_SHA_1 : IMB_AUTH_HMAC_SHA_256;
    }
    IMB_SUBMIT_HASH_BURST_NOCHECK(sha1 ? w->mgr : w->sha, w->jobs, RING,
                                  sha1 ? IMB_AUTH_HMAC_SHA_1 : IMB_AUTH_HMAC_SHA_256);
}

static void wide_cbc(struct wide *w)
{
    for (unsigned i = 0; i < RING; i++) {
        IMB_JOB *j = &w->jobs[i];
        j->enc_keys = w->enc;
        j->dec_keys = w->dec;
        j->src = j->dst = w->ring[i] + 24;
        j->cipher_start_src_offset_in_bytes = 0;
        j->msg_len_to_cipher_in_bytes = w->len;
        j->iv = w->ring[i] + 8;
        j->iv_len_in_bytes = 16;
    }
    IMB_SUBMIT_CIPHER_BURST_NOCHECK(w->mgr, w->jobs, RING, IMB_CIPHER_CBC,
                                    w->encrypt ? IMB_DIR_ENCRYPT : IMB_DIR_DECRYPT,
                                    w->row->t.key_bits == 128 ? IMB_KEY_128_BYTES : IMB_KEY_256_BYTES);
}

void wide_round(struct wide *w, const uint32_t *order, double seconds, double *best)
{
    unsigned long packets = 0;
    double began = bench_now(), took;
    do {
        if (w->gcm) {
            wide_gcm(w, order, w->at);
            w->at += VECTOR;
        } else {
            for (unsigned i = 0; i < VECTOR; i += RING) {
                if (w->encrypt)
                    wide_cbc(w);
                wide_hash(w);
                if (!w->encrypt)
                    wide_cbc(w);
            }
        }
        packets += VECTOR;
        took = bench_now() - began;
    } while (took < seconds);
    if (took / (double)packets < *best)
        *best = took / (double)packets;
}

#else

struct wide *wide_new(const struct transform_row *row, unsigned size, bool encrypt, unsigned nkeys)
{
    (void)row, (void)size, (void)encrypt, (void)nkeys;
    return NULL;
}
void wide_free(struct wide *w)
{
    (void)w;
}
void wide_round(struct wide *w, const uint32_t *order, double seconds, double *best)
{
    (void)w, (void)order, (void)seconds, (void)best;
}

#endif

