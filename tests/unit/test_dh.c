/* test_dh.c: Diffie-Hellman of base/crypto: RFC 5903's and RFC 7748's values, the ends of each MODP group's range (RFC
 * 6989), points of no curve. For the MODP groups the expected digests were computed apart, with integers from the closed
 * form of the primes in RFC 2409 and 3526 (2^n - 2^(n-64) - 1 + 2^64 * (floor(2^(n-130) pi) + c)) and the private values
 * that fixed_fill gives.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/bn.h>

#include "espial/crypto.h"
#include "tests/unit/crypto_vectors.h"

/* Chance that gives what it is told. */
struct fixed {
    struct rnd base;
    uint8_t b[80];
    unsigned calls;
};
static void fixed_fill(struct rnd *r, void *buf, size_t len)
{
    struct fixed *f = (struct fixed *)r;
    assert_true(len <= sizeof f->b);
    memcpy(buf, f->b, len);
    f->calls++;
}

static struct dh *dh_with(unsigned group, const char *private_hex, uint8_t first, uint8_t from)
{
    struct fixed f = {.base = {.fill = fixed_fill}};
    if (private_hex) {
        unhex(private_hex, f.b);
    } else {
        f.b[0] = first;
        for (unsigned i = 1; i < sizeof f.b; i++)
            f.b[i] = (uint8_t)(from + i);
    }
    struct dh *dh = dh_new(group, &f.base);
    assert_non_null(dh);
    assert_int_equal(f.calls, 1);
    dh_compute_public(dh);
    return dh;
}

static void dh_curves(void **state)
{
    (void)state;
    static const struct {
        unsigned group;
        const char *i, *r, *gi, *gr, *shared;
    } rows[] = {
        {19, "C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433",
         "C6EF9C5D78AE012A011164ACB397CE2088685D8F06BF9BE0B283AB46476BEE53",
         "DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C37725811805271A0461CDB8252D61F1C456FA3E59AB1F45B33ACCF5"
         "F58389E0577B8990BB3",
         "D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF6356FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30"
         "F8353E74F33039872AB",
         "D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE"},
        {20, "099F3C7034D4A2C699884D73A375A67F7624EF7C6B3C0F160647B67414DCE655E35B538041E649EE3FAEF896783AB194",
         "41CB0779B4BDB85D47846725FBEC3C9430FAB46CC8DC5060855CC9BDA0AA2942E0308312916B8ED2960E4BD55A7448FC",
         "667842D7D180AC2CDE6F74F37551F55755C7645C20EF73E31634FE72B4C55EE6DE3AC808ACB4BDB4C88732AEE95F41AA9482ED1FC0EEB"
         "9CAFC4984625CCFC23F65032149E0E1"
         "44ADA024181535A0F38EEB9FCFF3C2C947DAE69B4C634573A81C",
         "E558DBEF53EECDE3D3FCCFC1AEA08A89A987475D12FD950D83CFA41732BC509D0D1AC43A0336DEF96FDA41D0774A3571DCFBEC7AACF31"
         "96472169E838430367F66EEBE3C6E70"
         "C416DD5F0C68759DD1FFF83FA40142209DFF5EAAD96DB9E6386C",
         "11187331C279962D93D604243FD592CB9D0A926F422E47187521287E7156C5C4D603135569B9E9D09CF5D4A270F59746"},
        {21,
         "0037ADE9319A89F4DABDB3EF411AACCCA5123C61ACAB57B5393DCE47608172A095AA85A30FE1C2952C6771D937BA9777F5957B2639BAB"
         "072462F68C27A57382D4A52",
         "0145BA99A847AF43793FDD0E872E7CDFA16BE30FDC780F97BCCC3F078380201E9C677D600B343757A3BDBF2A3163E4C2F869CCA7458AA"
         "4A4EFFC311F5CB151685EB9",
         "0015417E84DBF28C0AD3C278713349DC7DF153C897A1891BD98BAB4357C9ECBEE1E3BF42E00B8E380AEAE57C2D107564941885942AF5A"
         "7F4601723C4195D176CED3E"
         "017CAE20B6641D2EEB695786D8C946146239D099E18E1D5A514C739D7CB4A10AD8A788015AC405D7799DC75E7B7D5B6CF2261A6A7F150"
         "7438BF01BEB6CA3926F9582",
         "00D0B3975AC4B799F5BEA16D5E13E9AF971D5E9B984C9F39728B5E5739735A219B97C356436ADC6E95BB0352F6BE64A6C2912D4EF2D04"
         "33CED2B6171640012D9460F"
         "015C68226383956E3BD066E797B623C27CE0EAC2F551A10C2C724D9852077B87220B6536C5C408A1D2AEBB8E86D678AE49CB57091F473"
         "2296579AB44FCD17F0FC56A",
         "01144C7D79AE6956BC8EDB8E7C787C4521CB086FA64407F97894E5E6B2D79B04D1427E73CA4BAA240A34786859810C06B3C715A3A8CC3"
         "151F2BEE417996D19F3DDEA"},
    };
    for (size_t n = 0; n < sizeof rows / sizeof rows[0]; n++) {
        struct dh *i = dh_with(rows[n].group, rows[n].i, 0, 0), *r = dh_with(rows[n].group, rows[n].r, 0, 0);
        size_t len = dh_public_len(rows[n].group);
        struct key s;
        uint8_t peer[DH_MAX];
        assert_hex(dh_public(i), len, rows[n].gi);
        assert_hex(dh_public(r), len, rows[n].gr);
        assert_true(dh_compute_shared(i, dh_public(r), len, &s));
        assert_hex(s.b, s.len, rows[n].shared);
        assert_true(dh_compute_shared(r, dh_public(i), len, &s));
        assert_hex(s.b, s.len, rows[n].shared);
        /* Off the curve; the origin; a coordinate past the prime; a wrong length. */
        memcpy(peer, dh_public(r), len);
        peer[len - 1] ^= 1;
        assert_false(dh_compute_shared(i, peer, len, &s));
        memset(peer, 0, len);
        assert_false(dh_compute_shared(i, peer, len, &s));
        memset(peer, 0xFF, len);
        assert_false(dh_compute_shared(i, peer, len, &s));
        memcpy(peer, dh_public(r), len);
        assert_false(dh_compute_shared(i, peer, len - 1, &s));
        assert_false(dh_compute_shared(i, peer, len + 1, &s));
        /* y of another point; x and y changed about; for P-521 x + p, which is x in more bits than it needs. */
        memcpy(peer + len / 2, dh_public(i) + len / 2, len / 2);
        assert_false(dh_compute_shared(i, peer, len, &s));
        memcpy(peer, dh_public(r) + len / 2, len / 2);
        memcpy(peer + len / 2, dh_public(r), len / 2);
        assert_false(dh_compute_shared(i, peer, len, &s));
        memcpy(peer, dh_public(r), len);
        unsigned carry = 0;
        for (size_t at = len / 2; rows[n].group == 21 && at-- > 0;) {
            carry += peer[at] + (at ? 0xFFu : 1u);
            peer[at] = (uint8_t)carry;
            carry >>= 8;
        }
        assert_int_equal(dh_compute_shared(i, peer, len, &s), rows[n].group != 21);
        dh_free(i);
        dh_free(r);
    }
}

static void assert_digest(const uint8_t *p, size_t len, const char *want)
{
    uint8_t out[32];
    hash_parts(HASH_SHA256, &BYTES(p, len), 1, out);
    assert_hex(out, sizeof out, want);
}

static void dh_modp(void **state)
{
    (void)state;
    static const struct {
        unsigned group;
        size_t len;
        const char *public_sha256, *shared_sha256;
    } rows[] = {
        {1, 96, "253da142c12ef106ac4af1c3514eaa5085bc71b8260b701160efbd36c291a1d6",
         "a1159cea47a3d3ccfea34b17352fe2a5d985b0e68f118d89cd434ecda6536807"},
        {2, 128, "32c10ae6ca69094790b29f92d2475544f07032ce0bccbed75fd16481b236674b",
         "322ea6561b133f88621afed51111fd2ee0b8f91d3dd857a33b7f324ac3079d34"},
        {5, 192, "a38f5184a441c85b27519eef77b104f9ca0c9aed776f1ad7efbbad56652f135c",
         "0e6d65b5e6e76442bd7d303890284c62b4764a3aa10a532df419531f1616117c"},
        {14, 256, "1e655f4ae4f66b4dc230d89d62d36d804288ad99e23808da7fff04fc1c4b9b93",
         "122ae8cd7557b52077bc14e6ace5f44bc33fc293968d0b1f60d6d12f3293e2b2"},
        {15, 384, "2b93e147fc55e29935c5340dd2c694b0f83da74e8b5300b873f01d5b67813afa",
         "93467b35bc9b4fc1edf1aad52770407cc53e38880ad761ec775679f74f0f7e08"},
        {16, 512, "7cabb22d88908c57e2177d2c70a3b1597f99fdbc95bb8fdcb63dba028b85fbaa",
         "c5c36b8420140c364b4ae84d11e4a0a78b7bf3d4e28a05527eceb885f4769e31"},
        {17, 768, "66616f0f4a15d0c61eae1f7ffa4146536c50bae704522e4e88ac135e77565bc8",
         "9810a769a406dace565e7a424290d66e9347b85d878f1489c94642059b8283d5"},
        {18, 1024, "214c8b1841db312d7d0534c047148044321ee9a0e42c2bc83807b4e7422fd52c",
         "9145fe0c3aac9869a3161f1880d62eaffa3e28222c40c92e216c31a555e870d5"},
    };
    for (size_t n = 0; n < sizeof rows / sizeof rows[0]; n++) {
        struct dh *a = dh_with(rows[n].group, NULL, 0x11, 0), *b = dh_with(rows[n].group, NULL, 0x22, 100);
        struct key s;
        uint8_t peer[DH_MAX];
        size_t len = rows[n].len;
        assert_int_equal(dh_public_len(rows[n].group), len);
        assert_digest(dh_public(a), len, rows[n].public_sha256);
        assert_true(dh_compute_shared(a, dh_public(b), len, &s));
        assert_int_equal(s.len, len);
        assert_digest(s.b, s.len, rows[n].shared_sha256);
        assert_true(dh_compute_shared(b, dh_public(a), len, &s));
        assert_digest(s.b, s.len, rows[n].shared_sha256);
        /* 0, 1, p-1, p and above are refused; 2 and p-2 are the ends of what is taken. All these primes end in 64 ones.
         */
        memset(peer, 0, len);
        assert_false(dh_compute_shared(a, peer, len, &s));
        peer[len - 1] = 1;
        assert_false(dh_compute_shared(a, peer, len, &s));
        peer[len - 1] = 2;
        assert_true(dh_compute_shared(a, peer, len, &s));
        assert_memory_equal(s.b, dh_public(a), len);
        memset(peer, 0xFF, len);
        assert_false(dh_compute_shared(a, peer, len, &s));
        assert_false(dh_compute_shared(a, dh_public(b), len - 1, &s));
        dh_free(a);
        dh_free(b);
    }
    assert_false(dh_known(25));
    assert_int_equal(dh_public_len(25), 0);
    assert_null(dh_new(3, &(struct rnd){.fill = fixed_fill}));
}

/* RFC 5114 appendix A.3. */
static void dh_subgroup(void **state)
{
    (void)state;
    static const char
        ya[] =
            "2E9380C8323AF97545BC4941DEB0EC3742C62FE0ECE824A6ABDBE66C59BEE0242911BFB967235CEBA35AE13E4EC752BE630B92DC"
            "4BDE2847A9C62CB8152745421FB7EB60A63C0FE9159FCCE726CE7CD8523D7450667EF840E4919121EB5F01C8C9B0D3D648A93BFB"
            "75689E8244AC134AF544711CE79A02DCC34226684780DDDCB498594106C37F5BC79856487AF5AB022A2E5E42F09897C1A85A11EA"
            "0212AF04D9B4CEBC937C3C1A3E15A8A0342E337615C84E7FE3B8B9B87FB1E73A15AF12A30D746E06DFC34F290D797CE51AA13AA7"
            "85BF6658AFF5E4B093003CBEAF665B3C2E113A3A4E905269341DC0711426685F4EF37E868A8126FF3F2279B57CA67E29",
        yb[] =
            "575F0351BD2B1B817448BDF87A6C362C1E289D3903A30B9832C5741FA250363E7ACBC7F77F3DACBC1F131ADD8E03367EFF8FBBB3"
            "E1C5784424809B25AFE4D2262A1A6FD2FAB64105CA30A674E07F7809852088632FC049233791AD4EDD083A978B883EE618BC5E0D"
            "D047415F2D95E683CF14826B5FBE10D3CE41C6C120C78AB20008C698BF7F0BCAB9D7F407BED0F43AFB2970F57F8D12043963E66D"
            "DD320D599AD9936C8F44137C08B180EC5E985CEBE186F3D549677E80607331EE17AF3380A725B0782317D7DD43F59D7AF9568A9B"
            "B63A84D365F92244ED120988219302F42924C7CA90B89D24F71B0AB697823D7DEB1AFF5B0E8E4A45D49F7F53757E1913",
        z[] = "86C70BF8D0BB81BB01078A17219CB7D27203DB2A19C877F1D1F19FD7D77EF22546A68F005AD52DC84553B78FC60330BE51EA7C06"
              "72CAC1515E4B35C047B9A551B88F39DC26DA14A09EF74774D47C762DD177F9ED5BC2F11E52C879BD95098504CD9EECD8A8F9B3EF"
              "BD1F008AC5853097D9D1837F2B18F77CD7BE01AF80A7C7B5EA3CA54CC02D0C116FEE3F95BB87399385875D7E86747E676E728938"
              "ACBFF7098E05BE4DCFB24052B83AEFFB14783F029ADBDE7F53FAE92084224090E007CEE94D4BF2BACE9FFD4B57D2AF7C724D0CAA"
              "19BF0501F6F17B4AA10F425E3EA76080B4B9D6B3CEFEA115B2CEB8789BB8A3B0EA87FEBE63B6C8F846EC6DB0C26C5D7C";
    struct dh *a = dh_with(24, "0881382CDB87660C6DC13E614938D5B9C8B2F248581CC5E31B35454397FCE50E", 0, 0),
              *b = dh_with(24, "7D62A7E3EF36DE617B13D1AFB82C780D83A23BD4EE6705645121F371F546A53D", 0, 0);
    struct key s;
    uint8_t peer[256] = {0};
    assert_int_equal(dh_public_len(24), 256);
    assert_hex(dh_public(a), 256, ya);
    assert_hex(dh_public(b), 256, yb);
    assert_true(dh_compute_shared(a, dh_public(b), 256, &s));
    assert_hex(s.b, s.len, z);
    assert_true(dh_compute_shared(b, dh_public(a), 256, &s));
    assert_hex(s.b, s.len, z);
    /* In range, but of another order than q. */
    peer[255] = 2;
    assert_false(dh_compute_shared(a, peer, 256, &s));
    dh_free(a);
    dh_free(b);
}

/* RFC 7748 section 6.1, and points of small order, whose secret is zero (there, and RFC 8031 section 2.3). */
static void dh_x25519(void **state)
{
    (void)state;
    static const char *const small[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* p - 1: of order 4 */
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* p, which is 0 */
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* p + 1, which is 1 */
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800", /* of order 8 */
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157", /* of order 8 */
        "0000000000000000000000000000000000000000000000000000000000000080", /* the highest bit is not looked at */
        "0100000000000000000000000000000000000000000000000000000000000080",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    };
    static const char shared[] = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
    struct dh *a = dh_with(31, "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a", 0, 0),
              *b = dh_with(31, "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb", 0, 0);
    struct key s;
    assert_int_equal(dh_public_len(31), 32);
    assert_hex(dh_public(a), 32, "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    assert_hex(dh_public(b), 32, "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    assert_true(dh_compute_shared(a, dh_public(b), 32, &s));
    assert_hex(s.b, s.len, shared);
    assert_true(dh_compute_shared(b, dh_public(a), 32, &s));
    assert_hex(s.b, s.len, shared);
    assert_false(dh_compute_shared(a, dh_public(b), 31, &s));
    for (size_t i = 0; i < sizeof small / sizeof small[0]; i++) {
        uint8_t peer[32];
        unhex(small[i], peer);
        assert_false(dh_compute_shared(a, peer, 32, &s));
    }
    dh_free(a);
    dh_free(b);
}

/* The neighbourhood of p, written out for the shortest group (RFC 2409 section 6.1). */
static void dh_range(void **state)
{
    (void)state;
    uint8_t p[96];
    struct key s;
    unhex("FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A"
          "431B302B0A6DF25F14374FE1356D6D51C245"
          "E485B576625E7EC6F44C42E9A63A3620FFFFFFFFFFFFFFFF",
          p);
    struct dh *a = dh_with(1, NULL, 0x11, 0);
    assert_false(dh_compute_shared(a, p, 96, &s));
    p[95] = 0xFE;
    assert_false(dh_compute_shared(a, p, 96, &s));
    p[95] = 0xFD;
    assert_true(dh_compute_shared(a, p, 96, &s));
    dh_free(a);
}

/* The same for all of the safe primes: 0, 1, p-1, p, p+1 and all ones are refused, 2 and p-2 taken. */
static void dh_ends(void **state)
{
    (void)state;
    static const struct {
        unsigned group;
        BIGNUM *(*prime)(BIGNUM *);
    } rows[] = {{1, BN_get_rfc2409_prime_768},   {2, BN_get_rfc2409_prime_1024},  {5, BN_get_rfc3526_prime_1536},
                {14, BN_get_rfc3526_prime_2048}, {15, BN_get_rfc3526_prime_3072}, {16, BN_get_rfc3526_prime_4096},
                {17, BN_get_rfc3526_prime_6144}, {18, BN_get_rfc3526_prime_8192}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct dh *dh = dh_with(rows[i].group, NULL, 0x11, 0);
        size_t len = dh_public_len(rows[i].group);
        BIGNUM *n = rows[i].prime(NULL);
        uint8_t peer[DH_MAX];
        struct key s;
        for (int step = 1; step >= -2; step--) { /* p+1, p, p-1, p-2 */
            assert_true(step == 1 ? BN_add_word(n, 1) : BN_sub_word(n, 1));
            assert_int_equal(BN_bn2binpad(n, peer, (int)len), len);
            assert_int_equal(dh_compute_shared(dh, peer, len, &s), step == -2);
        }
        for (unsigned v = 0; v <= 2; v++) {
            memset(peer, 0, len);
            peer[len - 1] = (uint8_t)v;
            assert_int_equal(dh_compute_shared(dh, peer, len, &s), v == 2);
        }
        memset(peer, 0xFF, len);
        assert_false(dh_compute_shared(dh, peer, len, &s));
        BN_free(n);
        dh_free(dh);
    }
}

/* Points whose x is so small that x + p has a place: each coordinate counts as it is written, not modulo p. Beside them
 * points of no curve or of another one with the same a, which the sum would not notice (x with y = 0 is of order 2
 * there). */
static void dh_points(void **state)
{
    (void)state;
    static const struct {
        unsigned group, x;
        const char *y, *p;
    } rows[] = {
        {19, 5, "459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc",
         "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"},
        {20, 2, "8cdeadbbd04911a3c1931e26df3fa6439dca9c7eb286fbd46fc319f0e2bb780232baf57825fc0c1912ada2fefe84024c",
         "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff"},
        {21, 1,
         "0010e59be93c4f269c0269c79e2afd65d6aeaa9b701eacc194fb3ee03df47849bf550ec636ebee0ddd4a16f1cd9406605af38f584567770e3"
         "f272d688c832e843564",
         "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
         "ffffffffffffffffffffff"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct dh *dh = dh_with(rows[i].group, NULL, 0x01, 0);
        size_t len = dh_public_len(rows[i].group), half = len / 2;
        uint8_t right[DH_MAX] = {0}, peer[DH_MAX], p[66];
        struct key s;
        right[half - 1] = (uint8_t)rows[i].x;
        assert_int_equal(unhex(rows[i].y, right + half), half);
        assert_int_equal(unhex(rows[i].p, p), half);
        assert_true(dh_compute_shared(dh, right, len, &s));
        BIGNUM *y = BN_bin2bn(right + half, (int)half, NULL), *prime = BN_bin2bn(p, (int)half, NULL), *n = BN_new();
        memcpy(peer, right, len);
        assert_true(BN_sub(n, prime, y)); /* the other point with this x: the same secret */
        assert_int_equal(BN_bn2binpad(n, peer + half, (int)half), half);
        struct key t;
        assert_true(dh_compute_shared(dh, peer, len, &t));
        assert_memory_equal(s.b, t.b, s.len);
        memcpy(peer, right, len);
        assert_true(BN_copy(n, prime) && BN_add_word(n, rows[i].x)); /* x + p */
        assert_int_equal(BN_bn2binpad(n, peer, (int)half), half);
        assert_false(dh_compute_shared(dh, peer, len, &s));
        memcpy(peer, right, len);
        assert_true(BN_add(n, prime, y));
        if (BN_bn2binpad(n, peer + half, (int)half) > 0) /* y + p, where it has room */
            assert_false(dh_compute_shared(dh, peer, len, &s));
        for (unsigned x = 0; x < 20; x++)
            for (unsigned v = 0; v < 3; v++) {
                memset(peer, 0, len);
                peer[half - 1] = (uint8_t)x;
                peer[len - 1] = (uint8_t)v;
                assert_false(dh_compute_shared(dh, peer, len, &s));
            }
        memcpy(peer, right, len);
        memcpy(peer, p, half); /* p itself, with either y */
        assert_false(dh_compute_shared(dh, peer, len, &s));
        memcpy(peer, right, half);
        memcpy(peer + half, p, half);
        assert_false(dh_compute_shared(dh, peer, len, &s));
        BN_free(y);
        BN_free(prime);
        BN_free(n);
        dh_free(dh);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dh_curves), cmocka_unit_test(dh_modp),     cmocka_unit_test(dh_range),  cmocka_unit_test(dh_ends),
        cmocka_unit_test(dh_points), cmocka_unit_test(dh_subgroup), cmocka_unit_test(dh_x25519),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
