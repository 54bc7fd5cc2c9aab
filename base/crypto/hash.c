/* hash.c: digests over lists of byte ranges, for the control plane: what they need is made and dropped (HMAC: hmac.c).
 * A failure inside libcrypto ends the process: with digests of the default provider it means that the library is
 * broken, and no caller could go on safely.
 */
#include "espial/crypto.h"
#include "espial/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

static const struct {
    const EVP_MD *(*md)(void);
    size_t len;
} algs[HASH_ALGS] = {
    [HASH_MD5] = {EVP_md5, 16},       [HASH_SHA1] = {EVP_sha1, 20},     [HASH_SHA256] = {EVP_sha256, 32},
    [HASH_SHA384] = {EVP_sha384, 48}, [HASH_SHA512] = {EVP_sha512, 64},
};
static void must(int ok)
{
    if (ok == 1)
        return;
    fputs("hash: libcrypto failed\n", stderr);
    abort();
}

static const EVP_MD *md_of(enum hash_alg a)
{
    must((unsigned)a < HASH_ALGS && algs[a].md);
    return algs[a].md();
}

size_t hash_len(enum hash_alg a)
{
    return (unsigned)a < HASH_ALGS ? algs[a].len : 0;
}

void hash_parts(enum hash_alg a, const struct bytes *parts, size_t n, uint8_t *out)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    must(ctx != NULL);
    must(EVP_DigestInit_ex(ctx, md_of(a), NULL));
    for (size_t i = 0; i < n; i++)
        must(EVP_DigestUpdate(ctx, parts[i].p, parts[i].len));
    must(EVP_DigestFinal_ex(ctx, out, NULL));
    EVP_MD_CTX_free(ctx);
}

struct hash {
    EVP_MD_CTX *ctx;
};

struct hash *hash_new(enum hash_alg a)
{
    struct hash *h = NEW(struct hash);
    h->ctx = EVP_MD_CTX_new();
    must(h->ctx != NULL);
    must(EVP_DigestInit_ex(h->ctx, md_of(a), NULL));
    return h;
}

void hash_add(struct hash *h, const void *p, size_t len)
{
    must(EVP_DigestUpdate(h->ctx, p, len));
}

void hash_end(struct hash *h, uint8_t *out)
{
    if (!h)
        return;
    if (out)
        must(EVP_DigestFinal_ex(h->ctx, out, NULL));
    EVP_MD_CTX_free(h->ctx);
    mem_free(h);
}
