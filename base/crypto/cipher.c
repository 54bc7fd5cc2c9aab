/* cipher.c: DES, 3DES and AES in CBC mode (RFC 2405, 2451, 3602), AES-GCM as ESP uses it (RFC 4106), and the cipher
 * that does nothing (RFC 2410).
 *
 * A context holds one key for one direction, set once; a packet changes only the IV, and nothing is allocated. Padding
 * is the caller's: CBC wants whole blocks. Single DES is 3DES with the same key three times, which is the same function
 * and spares OpenSSL's legacy provider. Weak keys of DES are not refused. The GCM nonce is salt | 8-byte IV; uniqueness
 * of the IV is the caller's (esp_out.c counts).
 */
#include "espial/crypto.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#define GCM_TAG 16

struct cipher {
    enum cipher_alg alg;
    bool encrypt;
    uint8_t nonce[12]; /* GCM: salt | IV */
    EVP_CIPHER_CTX *ctx;
};

size_t cipher_block(enum cipher_alg a)
{
    static const uint8_t block[CIPHER_ALGS] = {1, 8, 8, 16, 1, 1};
    return (unsigned)a < CIPHER_ALGS ? block[a] : 1;
}

size_t cipher_iv_len(enum cipher_alg a)
{
    static const uint8_t len[CIPHER_ALGS] = {0, 8, 8, 16, 8, 8};
    return (unsigned)a < CIPHER_ALGS ? len[a] : 0;
}

static void must(int ok)
{
    if (ok == 1)
        return;
    fputs("cipher: libcrypto failed\n", stderr);
    abort();
}

static const EVP_CIPHER *evp_of(enum cipher_alg a, size_t key_len)
{
    switch (a) {
    case CIPHER_DES_CBC: return key_len == 8 ? EVP_des_ede3_cbc() : NULL;
    case CIPHER_3DES_CBC: return key_len == 24 ? EVP_des_ede3_cbc() : NULL;
    case CIPHER_AES_CBC:
        return key_len == 16   ? EVP_aes_128_cbc()
               : key_len == 24 ? EVP_aes_192_cbc()
               : key_len == 32 ? EVP_aes_256_cbc()
                               : NULL;
    case CIPHER_AES_GMAC:
    case CIPHER_AES_GCM:
        return key_len == 16   ? EVP_aes_128_gcm()
               : key_len == 24 ? EVP_aes_192_gcm()
               : key_len == 32 ? EVP_aes_256_gcm()
                               : NULL;
    default: return NULL;
    }
}

struct cipher *cipher_new(enum cipher_alg a, bool encrypt, const void *key, size_t key_len, const uint8_t salt[4])
{
    struct cipher *c = NEW(struct cipher);
    c->alg = a;
    c->encrypt = encrypt;
    if (a == CIPHER_NULL)
        return c;
    const EVP_CIPHER *evp = evp_of(a, key_len);
    must(evp != NULL); /* a wrong key length is the caller's bug: lengths come from the transform, not from the wire */
    uint8_t k[32];
    memcpy(k, key, key_len);
    if (a == CIPHER_DES_CBC) {
        memcpy(k + 8, key, 8);
        memcpy(k + 16, key, 8);
    }
    if (cipher_is_aead(a))
        memcpy(c->nonce, salt, 4);
    c->ctx = EVP_CIPHER_CTX_new();
    must(c->ctx != NULL);
    must(EVP_CipherInit_ex(c->ctx, evp, NULL, k, NULL, encrypt || a == CIPHER_AES_GMAC));
    mem_wipe(k, sizeof k);
    if (!cipher_is_aead(a))
        must(EVP_CIPHER_CTX_set_padding(c->ctx, 0));
    return c;
}

void cipher_free(struct cipher *c)
{
    if (!c)
        return;
    EVP_CIPHER_CTX_free(c->ctx);
    mem_wipe(c, sizeof *c);
    mem_free(c);
}

bool cipher_cbc(struct cipher *c, const uint8_t *iv, const uint8_t *in, uint8_t *out, size_t len)
{
    if (cipher_is_aead(c->alg) || len > INT_MAX || len % cipher_block(c->alg))
        return false;
    if (c->alg == CIPHER_NULL) {
        if (out != in && len)
            memmove(out, in, len);
        return true;
    }
    int n = 0;
    return EVP_CipherInit_ex(c->ctx, NULL, NULL, NULL, iv, -1) == 1 &&
           EVP_CipherUpdate(c->ctx, out, &n, in, (int)len) == 1 && (size_t)n == len;
}

static bool gcm_begin(struct cipher *c, const uint8_t iv[8], const void *aad, size_t aad_len, size_t len)
{
    int n = 0;
    if (c->alg != CIPHER_AES_GCM || len > INT_MAX || aad_len > INT_MAX)
        return false;
    memcpy(c->nonce + 4, iv, 8);
    return EVP_CipherInit_ex(c->ctx, NULL, NULL, NULL, c->nonce, -1) == 1 &&
           (aad_len == 0 || EVP_CipherUpdate(c->ctx, NULL, &n, aad, (int)aad_len) == 1);
}

bool cipher_seal(struct cipher *c, const uint8_t iv[8], const void *aad, size_t aad_len, const uint8_t *in,
                 uint8_t *out, size_t len, uint8_t tag[16])
{
    int n = 0, rest = 0;
    uint8_t none[16]; /* Final writes nothing in GCM, but wants a place */
    return c->encrypt && gcm_begin(c, iv, aad, aad_len, len) &&
           (len == 0 || EVP_EncryptUpdate(c->ctx, out, &n, in, (int)len) == 1) &&
           EVP_EncryptFinal_ex(c->ctx, none, &rest) == 1 &&
           EVP_CIPHER_CTX_ctrl(c->ctx, EVP_CTRL_AEAD_GET_TAG, GCM_TAG, tag) == 1;
}

bool cipher_open(struct cipher *c, const uint8_t iv[8], const void *aad, size_t aad_len, const uint8_t *in,
                 uint8_t *out, size_t len, const uint8_t tag[16])
{
    int n = 0, rest = 0;
    uint8_t none[16], want[GCM_TAG];
    memcpy(want, tag, GCM_TAG); /* the library takes it through a non-const pointer */
    return !c->encrypt && gcm_begin(c, iv, aad, aad_len, len) &&
           (len == 0 || EVP_DecryptUpdate(c->ctx, out, &n, in, (int)len) == 1) &&
           EVP_CIPHER_CTX_ctrl(c->ctx, EVP_CTRL_AEAD_SET_TAG, GCM_TAG, want) == 1 &&
           EVP_DecryptFinal_ex(c->ctx, none, &rest) == 1;
}

bool cipher_tag(struct cipher *c, const uint8_t iv[8], const struct bytes *parts, size_t n, uint8_t tag[16])
{
    uint8_t none[16];
    int len = 0;
    if (c->alg != CIPHER_AES_GMAC)
        return false;
    memcpy(c->nonce + 4, iv, 8);
    if (EVP_CipherInit_ex(c->ctx, NULL, NULL, NULL, c->nonce, -1) != 1)
        return false;
    for (size_t i = 0; i < n; i++)
        if (parts[i].len > INT_MAX || EVP_EncryptUpdate(c->ctx, NULL, &len, parts[i].p, (int)parts[i].len) != 1)
            return false;
    return EVP_EncryptFinal_ex(c->ctx, none, &len) == 1 &&
           EVP_CIPHER_CTX_ctrl(c->ctx, EVP_CTRL_AEAD_GET_TAG, GCM_TAG, tag) == 1;
}

bool cipher_tag_fits(struct cipher *c, const uint8_t iv[8], const struct bytes *parts, size_t n, const uint8_t tag[16])
{
    uint8_t want[GCM_TAG];
    return cipher_tag(c, iv, parts, n, want) && mem_equal_ct(want, tag, sizeof want);
}
