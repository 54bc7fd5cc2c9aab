/* rand.c: the two sources of chance a router can be given, and one that stretches another.
 *
 * The system's: getrandom(2), nothing kept here. The seeded one: the ChaCha20 key stream (RFC 8439) under the key
 * SHA-256("espial seed" | seed), read on and on, so that a run can be repeated byte for byte whatever sizes are asked
 * for. Only simulation and --seed use the latter.
 *
 * The stretched one is for IVs, which a router needs by the megabyte: the key stream of AES-256-CTR, whose first 32 bytes
 * are the key of the next piece ("fast key erasure").
 */
#include "espial/rand.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <openssl/evp.h>

#include "espial/crypto.h"
#include "espial/mem.h"

#define PIECE  4096 /* bytes under one key */
#define PIECES 256  /* until the source is asked again */

struct rnd_source {
    struct rnd base;
    EVP_CIPHER_CTX *stream; /* NULL: the system's */
    struct rnd *from;       /* stretched: whence keys come */
    uint8_t key[32];
    unsigned left; /* pieces */
};

static void must(int ok)
{
    if (ok == 1)
        return;
    fputs("rand: libcrypto failed\n", stderr);
    abort();
}

static void fill_system(struct rnd *r, void *buf, size_t len)
{
    (void)r;
    uint8_t *p = buf;
    while (len) {
        ssize_t n = getrandom(p, len, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            perror("getrandom");
            abort();
        }
        p += n;
        len -= (size_t)n;
    }
}

static void fill_seeded(struct rnd *r, void *buf, size_t len)
{
    struct rnd_source *s = (struct rnd_source *)r;
    uint8_t *p = buf;
    memset(buf, 0, len);
    while (len) {
        int n = len > 65536 ? 65536 : (int)len, out = 0;
        must(EVP_EncryptUpdate(s->stream, p, &out, p, n));
        p += n;
        len -= (size_t)n;
    }
}

static void stretch_key(struct rnd_source *s)
{
    uint8_t more[sizeof s->key];
    rnd_fill(s->from, more, sizeof more);
    for (size_t i = 0; i < sizeof more; i++)
        s->key[i] ^= more[i];
    mem_wipe(more, sizeof more);
    s->left = PIECES;
}

static void fill_stretched(struct rnd *r, void *buf, size_t len)
{
    static const uint8_t counter[16];
    struct rnd_source *s = (struct rnd_source *)r;
    memset(buf, 0, len);
    for (uint8_t *p = buf; len;) {
        int n = len > PIECE ? PIECE : (int)len, out = 0;
        if (s->left == 0)
            stretch_key(s);
        s->left--;
        must(EVP_EncryptInit_ex(s->stream, NULL, NULL, s->key, counter));
        memset(s->key, 0, sizeof s->key);
        must(EVP_EncryptUpdate(s->stream, s->key, &out, s->key, sizeof s->key));
        must(EVP_EncryptUpdate(s->stream, p, &out, p, n));
        p += n;
        len -= (size_t)n;
    }
}

struct rnd *rnd_system_new(void)
{
    struct rnd_source *s = NEW(struct rnd_source);
    s->base.fill = fill_system;
    return &s->base;
}

struct rnd *rnd_seeded_new(uint64_t seed)
{
    static const char label[] = "espial seed";
    uint8_t be[8], key[32], nonce[16] = {0};
    for (int i = 0; i < 8; i++)
        be[i] = (uint8_t)(seed >> (56 - 8 * i));
    hash_parts(HASH_SHA256, (struct bytes[]){BYTES(label, sizeof label - 1), BYTES(be, sizeof be)}, 2, key);
    struct rnd_source *s = NEW(struct rnd_source);
    s->base.fill = fill_seeded;
    s->stream = EVP_CIPHER_CTX_new();
    must(s->stream != NULL);
    must(EVP_EncryptInit_ex(s->stream, EVP_chacha20(), NULL, key, nonce));
    mem_wipe(key, sizeof key);
    return &s->base;
}

struct rnd *rnd_stretch_new(struct rnd *from)
{
    struct rnd_source *s = NEW(struct rnd_source);
    s->base.fill = fill_stretched;
    s->from = from;
    s->stream = EVP_CIPHER_CTX_new();
    must(s->stream != NULL);
    must(EVP_EncryptInit_ex(s->stream, EVP_aes_256_ctr(), NULL, NULL, NULL));
    return &s->base;
}

void rnd_free(struct rnd *r)
{
    if (!r)
        return;
    struct rnd_source *s = (struct rnd_source *)r;
    EVP_CIPHER_CTX_free(s->stream);
    mem_wipe(s->key, sizeof s->key);
    mem_free(s);
}
