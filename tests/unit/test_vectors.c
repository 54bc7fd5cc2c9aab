/* test_vectors.c: the sums of base/crypto against edge cases and forgeries of project Wycheproof (tests/vectors, a line
 * each; where they come from stands at their heads): Diffie-Hellman with values that must be refused or that have broken
 * others, AES-GCM as IKEv2 uses it, AES-GMAC, and HMAC as ESP uses it, through each back end that this machine has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "espial/crypto.h"
#include "tests/unit/crypto_vectors.h"

#define COLUMNS   7
#define LINE      4096
#define BYTES_MAX (LINE / 2)

struct vector {
    const char *column[COLUMNS];
    unsigned n;
};

/* Calls f for each line; returns how many there were. */
static unsigned each_vector(const char *name, void (*f)(const struct vector *v, void *arg), void *arg)
{
    char path[512], line[LINE];
    assert_true((size_t)snprintf(path, sizeof path, "%s/vectors/%s.txt", TESTS_DIR, name) < sizeof path);
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    unsigned n = 0;
    while (fgets(line, sizeof line, in)) {
        assert_non_null(strchr(line, '\n'));
        if (line[0] == '#')
            continue;
        struct vector v = {{NULL}, 0};
        for (char *rest = line, *word; v.n < COLUMNS && (word = strtok_r(rest, " \n", &rest));)
            v.column[v.n++] = word;
        f(&v, arg);
        n++;
    }
    fclose(in);
    return n;
}

static size_t bytes_of(const char *column, uint8_t *out)
{
    return strcmp(column, "-") == 0 ? 0 : unhex(column, out);
}

static bool valid(const char *column)
{
    if (strcmp(column, "valid") == 0)
        return true;
    assert_string_equal(column, "invalid");
    return false;
}

/* Chance that gives one private value. */
struct fixed {
    struct rnd base;
    uint8_t b[BYTES_MAX];
    size_t len;
};
static void fixed_fill(struct rnd *r, void *buf, size_t len)
{
    struct fixed *f = (struct fixed *)r;
    assert_int_equal(len, f->len);
    memcpy(buf, f->b, len);
}

static void dh_vector(const struct vector *v, void *arg)
{
    (void)arg;
    assert_int_equal(v->n, 4);
    struct fixed f = {.base = {.fill = fixed_fill}};
    f.len = unhex(v->column[1], f.b);
    uint8_t peer[BYTES_MAX], want[BYTES_MAX];
    size_t peer_len = bytes_of(v->column[2], peer), len = bytes_of(v->column[3], want);
    struct dh *dh = dh_new((unsigned)atoi(v->column[0]), &f.base);
    assert_non_null(dh);
    struct key secret;
    assert_int_equal(dh_compute_shared(dh, peer, peer_len, &secret), len > 0);
    if (len > 0) {
        assert_int_equal(secret.len, len);
        assert_memory_equal(secret.b, want, len);
    }
    dh_free(dh);
}

static void diffie_hellman(void **state)
{
    (void)state;
    assert_int_equal(each_vector("dh", dh_vector, NULL), 673);
}

static void gcm_vector(const struct vector *v, void *arg)
{
    (void)arg;
    assert_int_equal(v->n, 7);
    uint8_t key[BYTES_MAX], nonce[BYTES_MAX], aad[BYTES_MAX], text[BYTES_MAX], sealed[BYTES_MAX], tag[BYTES_MAX];
    uint8_t out[BYTES_MAX], sum[16];
    size_t key_len = unhex(v->column[0], key), aad_len = bytes_of(v->column[2], aad);
    size_t len = bytes_of(v->column[3], text);
    bool ok = valid(v->column[6]);
    assert_int_equal(unhex(v->column[1], nonce), 12);
    assert_int_equal(bytes_of(v->column[4], sealed), len);
    assert_int_equal(unhex(v->column[5], tag), sizeof sum);
    struct cipher *e = cipher_new(CIPHER_AES_GCM, true, key, key_len, nonce),
                  *d = cipher_new(CIPHER_AES_GCM, false, key, key_len, nonce);
    assert_int_equal(cipher_open(d, nonce + 4, aad, aad_len, sealed, out, len, tag), ok);
    if (ok)
        assert_memory_equal(out, text, len);
    assert_true(cipher_seal(e, nonce + 4, aad, aad_len, text, out, len, sum));
    assert_memory_equal(out, sealed, len);
    assert_int_equal(memcmp(sum, tag, sizeof sum) == 0, ok);
    cipher_free(e);
    cipher_free(d);
}

static void gcm(void **state)
{
    (void)state;
    assert_int_equal(each_vector("gcm", gcm_vector, NULL), 197);
}

static void gmac_vector(const struct vector *v, void *arg)
{
    (void)arg;
    assert_int_equal(v->n, 5);
    uint8_t key[BYTES_MAX], nonce[BYTES_MAX], text[BYTES_MAX], tag[BYTES_MAX], sum[16];
    size_t key_len = unhex(v->column[0], key), len = unhex(v->column[2], text);
    bool ok = valid(v->column[4]);
    assert_int_equal(unhex(v->column[1], nonce), 12);
    assert_int_equal(unhex(v->column[3], tag), sizeof sum);
    struct cipher *c = cipher_new(CIPHER_AES_GMAC, true, key, key_len, nonce);
    for (size_t cut = 0; cut <= len; cut += 5) { /* as one part or two */
        struct bytes parts[] = {BYTES(text, cut), BYTES(text + cut, len - cut)};
        assert_int_equal(cipher_tag_fits(c, nonce + 4, parts, 2, tag), ok);
        assert_true(cipher_tag(c, nonce + 4, parts, 2, sum));
        assert_int_equal(memcmp(sum, tag, sizeof sum) == 0, ok);
    }
    cipher_free(c);
}

static void gmac(void **state)
{
    (void)state;
    assert_int_equal(each_vector("gmac", gmac_vector, NULL), 192);
}

/* A packet that is its head of 8 bytes and data, with this ICV: opened as the vector says it must be, sealed with the same
 * ICV if that was right. */
static void packet_vector(struct crypto *cr, const struct seal_spec *spec, const uint8_t *packet, size_t len,
                          const uint8_t *icv, bool ok)
{
    uint8_t room[BYTES_MAX + HASH_MAX];
    struct seal_spec s = *spec;
    assert_true(len >= 8 && len + spec->icv_len <= sizeof room);
    for (int out = 0; out < 2; out++) {
        s.encrypt = out;
        struct seal *seal = seal_new(cr, &s);
        struct seal_job j = {.seal = seal, .head = room, .data = room + 8, .len = (uint32_t)len - 8};
        memcpy(room, packet, len);
        memcpy(room + len, icv, spec->icv_len);
        if (out)
            crypto_seal(cr, &j, 1);
        else
            crypto_open(cr, &j, 1);
        assert_int_equal(j.ok, out || ok);
        assert_memory_equal(room, packet, len);
        if (out)
            assert_int_equal(memcmp(room + len, icv, spec->icv_len) == 0, ok);
        seal_free(seal);
    }
}

static void hmac_vector(const struct vector *v, void *cr)
{
    assert_int_equal(v->n, 5);
    uint8_t key[BYTES_MAX], text[BYTES_MAX], tag[BYTES_MAX];
    size_t key_len = unhex(v->column[1], key), len = unhex(v->column[2], text);
    unsigned bits = (unsigned)atoi(v->column[0]), icv = (unsigned)unhex(v->column[3], tag);
    enum hash_alg hash = bits == 1 ? HASH_SHA1 : bits == 256 ? HASH_SHA256 : bits == 384 ? HASH_SHA384 : HASH_SHA512;
    packet_vector(cr, &(struct seal_spec){.hash = hash, .mac_key = key, .mac_key_len = key_len, .icv_len = icv}, text,
                  len, tag, valid(v->column[4]));
}

static void each_back(const char *name, void (*f)(const struct vector *v, void *cr), unsigned n)
{
    static const enum crypto_back backs[] = {CRYPTO_OPENSSL, CRYPTO_MULTI, CRYPTO_BEST};
    for (size_t b = 0; b < sizeof backs / sizeof backs[0]; b++) {
        struct crypto *cr = crypto_new(backs[b]);
        assert_true(cr || backs[b] == CRYPTO_MULTI);
        if (cr)
            assert_int_equal(each_vector(name, f, cr), n);
        crypto_free(cr);
    }
}

static void hmac(void **state)
{
    (void)state;
    each_back("hmac", hmac_vector, 350);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(diffie_hellman),
        cmocka_unit_test(gcm),
        cmocka_unit_test(hmac),
        cmocka_unit_test(gmac),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
