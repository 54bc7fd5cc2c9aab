/* test_crypto.c: base/crypto against published vectors: RFC 1321, FIPS 180 (abc), RFC 2202, RFC 4231, FIPS 81, SP
 * 800-67's CBC sample, RFC 3602, SP 800-38A, the GCM specification's cases 4, 10 and 16 (as RFC 4106 splits their
 * nonce).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "espial/crypto.h"
#include "tests/unit/crypto_vectors.h"

static void hashes(void **state)
{
    (void)state;
    static const struct {
        enum hash_alg alg;
        const char *text, *want;
    } rows[] = {
        {HASH_MD5, "", "d41d8cd98f00b204e9800998ecf8427e"},
        {HASH_MD5, "abc", "900150983cd24fb0d6963f7d28e17f72"},
        {HASH_MD5, "message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
        {HASH_SHA1, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
        {HASH_SHA1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {HASH_SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {HASH_SHA384, "abc",
         "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"},
        {HASH_SHA512, "abc",
         "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce"
         "80e2a9ac94fa54ca49f"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t out[HASH_MAX];
        size_t len = strlen(rows[i].text), half = len / 2;
        struct hash *h = hash_new(rows[i].alg);
        for (size_t at = 0; at < len; at++)
            hash_add(h, rows[i].text + at, 1);
        hash_end(h, out);
        assert_hex(out, hash_len(rows[i].alg), rows[i].want);
        hash_parts(rows[i].alg, (struct bytes[]){BYTES(rows[i].text, half), BYTES(rows[i].text + half, len - half)}, 2,
                   out);
        assert_hex(out, hash_len(rows[i].alg), rows[i].want);
    }
    assert_int_equal(hash_len(HASH_NONE), 0);
}

static void hmacs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hmac_rows / sizeof hmac_rows[0]; i++) {
        const struct hmac_row *r = &hmac_rows[i];
        uint8_t key[256], data[256], out[HASH_MAX];
        size_t len = hmac_row_text(r, key, data);
        hmac_parts(r->alg, key, r->key_len, &BYTES(data, len), 1, out);
        assert_hex(out, hash_len(r->alg), r->want);
        /* A keyed context gives the same again and again, whatever the cut. */
        struct mac *m = mac_new(r->alg, key, r->key_len);
        for (size_t cut = 0; cut < 3; cut++) {
            memset(out, 0, sizeof out);
            mac_sum(m, (struct bytes[]){BYTES(data, cut), BYTES(data + cut, len - cut)}, 2, out);
            assert_hex(out, hash_len(r->alg), r->want);
        }
        mac_free(m);
    }
}

static void cbc(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cbc_rows / sizeof cbc_rows[0]; i++) {
        uint8_t key[32], iv[16], plain[64], out[64];
        size_t key_len = unhex(cbc_rows[i].key, key), len = unhex(cbc_rows[i].plain, plain);
        assert_int_equal(unhex(cbc_rows[i].iv, iv), cipher_iv_len(cbc_rows[i].alg));
        struct cipher *e = cipher_new(cbc_rows[i].alg, true, key, key_len, NULL),
                      *d = cipher_new(cbc_rows[i].alg, false, key, key_len, NULL);
        for (int again = 0; again < 3; again++) { /* the IV is fresh each time, nothing chains from sum to sum */
            memset(out, 0, sizeof out);
            assert_true(cipher_cbc(e, iv, plain, out, len));
            assert_hex(out, len, cbc_rows[i].want);
            assert_true(cipher_cbc(d, iv, out, out, len)); /* in place */
            assert_memory_equal(out, plain, len);
        }
        if (cipher_block(cbc_rows[i].alg) > 1)
            assert_false(cipher_cbc(e, iv, plain, out, len - 1));
        cipher_free(e);
        cipher_free(d);
    }
}

static void gcm(void **state)
{
    (void)state;
#define K8  "feffe9928665731c"
#define K16 "feffe9928665731c6d6a8f9467308308"
    static const struct {
        const char *key, *want, *tag;
    } rows[] = {
        {K16,
         "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aa"
         "c973d58e091",
         "5bc94fbc3221a5db94fae95ae7121a47"},
        {K16 K8,
         "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a3f4718e2448b2fe32"
         "4d9ccda2710",
         "2519498e80f1478f37ba55bd6d27618c"},
        {K16 K16,
         "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7"
         "a0abcc9f662",
         "76fc6ece0f4e1768cddf8853bb2d551b"},
    };
    uint8_t salt[4], iv[8], aad[20], plain[60], key[32];
    unhex("cafebabe", salt);
    unhex("facedbaddecaf888", iv);
    unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2", aad);
    unhex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0d"
          "e657ba637b39",
          plain);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t out[60], back[60], tag[16], bad[16];
        size_t key_len = unhex(rows[i].key, key);
        struct cipher *e = cipher_new(CIPHER_AES_GCM, true, key, key_len, salt),
                      *d = cipher_new(CIPHER_AES_GCM, false, key, key_len, salt);
        for (int again = 0; again < 2; again++) {
            assert_true(cipher_seal(e, iv, aad, sizeof aad, plain, out, sizeof plain, tag));
            assert_hex(out, sizeof out, rows[i].want);
            assert_hex(tag, sizeof tag, rows[i].tag);
            assert_true(cipher_open(d, iv, aad, sizeof aad, out, back, sizeof out, tag));
            assert_memory_equal(back, plain, sizeof plain);
            /* One bit anywhere: refused, and the context works on. */
            memcpy(bad, tag, sizeof bad);
            bad[15] ^= 1;
            assert_false(cipher_open(d, iv, aad, sizeof aad, out, back, sizeof out, bad));
            aad[0] ^= 0x80;
            assert_false(cipher_open(d, iv, aad, sizeof aad, out, back, sizeof out, tag));
            aad[0] ^= 0x80;
            out[59] ^= 1;
            assert_false(cipher_open(d, iv, aad, sizeof aad, out, back, sizeof out, tag));
            out[59] ^= 1;
            iv[7] ^= 1;
            assert_false(cipher_open(d, iv, aad, sizeof aad, out, back, sizeof out, tag));
            iv[7] ^= 1;
        }
        assert_false(cipher_open(e, iv, aad, sizeof aad, out, back, sizeof out, tag)); /* one direction each */
        assert_false(cipher_cbc(e, iv, plain, out, 16));
        cipher_free(e);
        cipher_free(d);
    }
}

#ifndef __SANITIZE_ADDRESS__
/* How often the words of a sum stand where functions that have returned had their variables. */
static __attribute__((noinline)) unsigned left_behind(const uint8_t *sum, size_t len, size_t word)
{
    uint8_t look[HASH_MAX];
    unsigned n = 0;
    for (size_t i = 0; i < len; i++)
        look[i] = sum[i / word * word + word - 1 - i % word];
    const volatile uint8_t *top = __builtin_frame_address(0);
    for (size_t at = sizeof look + 512; at < 8192; at++) {
        size_t same = 0;
        while (same < len && top[(ptrdiff_t)same - (ptrdiff_t)at] == look[same])
            same++;
        n += same == len;
    }
    mem_wipe(look, sizeof look);
    return n;
}

/* Key derivation leaves nothing of a key behind on the stack. */
static void nothing_left(void **state)
{
    (void)state;
    for (int a = HASH_MD5; a < HASH_ALGS; a++) {
        uint8_t out[HASH_MAX];
        enum hash_alg alg = (enum hash_alg)a;
        hmac_parts(alg, "key", 3, &BYTES("seed", 4), 1, out);
        assert_int_equal(left_behind(out, hash_len(alg), a == HASH_MD5 ? 1 : a >= HASH_SHA384 ? 8 : 4), 0);
    }
}
#endif

static void keys(void **state)
{
    (void)state;
    struct key k;
    key_set(&k, "abcdefgh", 8);
    key_set(&k, k.b + 2, 3);
    assert_int_equal(k.len, 3);
    assert_memory_equal(k.b, "cde\0\0\0\0\0", 8); /* the former key is gone */
    key_wipe(&k);
    assert_int_equal(k.len, 0);
    assert_int_equal(k.b[0], 0);
    assert_true(mem_equal_ct("abc", "abd", 2));
    assert_false(mem_equal_ct("abc", "abd", 3));
    assert_true(mem_equal_ct(NULL, NULL, 0));
    for (size_t len = 1; len <= 40; len++)
        for (size_t at = 0; at < len * 8; at++) {
            uint8_t x[42] = {0}, y[42] = {0}; /* unlike addresses; one bit differs */
            y[2 + at / 8] = (uint8_t)(1u << at % 8);
            assert_false(mem_equal_ct(x + 1, y + 2, len));
            assert_true(mem_equal_ct(x + 1, y + 2, at / 8));
        }
}

static void chance(void **state)
{
    (void)state;
    uint8_t a[64], b[64];
    struct rnd *x = rnd_seeded_new(7), *y = rnd_seeded_new(7), *z = rnd_seeded_new(8), *s = rnd_system_new();
    rnd_fill(x, a, sizeof a);
    for (size_t i = 0; i < sizeof b; i += 4) /* the same stream in other portions */
        rnd_fill(y, b + i, 4);
    assert_memory_equal(a, b, sizeof a);
    rnd_fill(x, b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
    rnd_fill(z, b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
    rnd_fill(s, a, sizeof a);
    rnd_fill(s, b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
    rnd_free(x);
    rnd_free(y);
    rnd_free(z);
    rnd_free(s);
}

struct zeros {
    struct rnd rnd;
    size_t drawn;
};

static void fill_zeros(struct rnd *r, void *buf, size_t len)
{
    ((struct zeros *)r)->drawn += len;
    memset(buf, 0, len);
}

/* Of a source of zeros the first key is 0; blocks 0 and 1 are the next key, and what is given begins with block 2: the
 * ciphertext of test case 14 of McGrew and Viega's GCM specification, whose plaintext is 0. */
static void stretched_chance(void **state)
{
    (void)state;
    static const uint8_t first[16] = {0xce, 0xa7, 0x40, 0x3d, 0x4d, 0x60, 0x6b, 0x6e,
                                      0x07, 0x4e, 0xc5, 0xd3, 0xba, 0xf3, 0x9d, 0x18};
    static uint8_t a[1 << 20], b[4096];
    struct zeros z = {.rnd.fill = fill_zeros};
    struct rnd *x = rnd_stretch_new(&z.rnd);
    rnd_fill(x, a, sizeof b);
    assert_memory_equal(a, first, sizeof first);
    rnd_fill(x, b, sizeof b);
    assert_memory_not_equal(a, b, sizeof b);
    assert_memory_not_equal(a + 32, b, sizeof b - 32);
    rnd_fill(x, a, sizeof a - 2 * sizeof b);
    assert_int_equal(z.drawn, 32); /* a megabyte */
    rnd_fill(x, a, 1);
    assert_int_equal(z.drawn, 64);
    rnd_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifndef __SANITIZE_ADDRESS__
        cmocka_unit_test(nothing_left),
#endif
        cmocka_unit_test(hashes), cmocka_unit_test(hmacs), cmocka_unit_test(cbc),
        cmocka_unit_test(gcm),    cmocka_unit_test(keys),  cmocka_unit_test(chance),
        cmocka_unit_test(stretched_chance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
