/* Keys and encryption of IKEv2.
 *
 * The derivation is checked with NIST's vectors for SP 800-135 (CAVS: SHA-1, nonces of 8 bytes; ACVP: SHA-256). The
 * encrypted payloads, AUTH and NAT_DETECTION come from Python's hmac, hashlib and cryptography over the formulas of
 * RFC 7296 sections 2.15, 2.23 and 3.14, RFC 5282 and RFC 7383:
 *
 *   hdr = ispi + rspi + next 2.0 exchange 35 flags 08, message id 1, length
 *   cbc: hdr | 35 0 len | iv | AES-256-CBC(inner | 1 2 | 2) | HMAC-SHA-256(all before)[:16]
 *   gcm: aad = hdr | 35 0 len [| 2 3]; aad | iv 0 | AES-128-GCM(nonce = salt | iv, inner | 0)
 *   auth = prf(prf(psk, "Key Pad for IKEv2"), message | nonce | prf(SK_p, id body)), prf = HMAC-SHA-384
 *
 * and so do the mixed keys, over prf+ of RFC 7296 section 2.13 as RFC 8784 section 3 uses it: hmac.new(PPK, SK | 01). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/ike/v2/v2_keys.h"

static struct bytes unhex(const char *s, uint8_t *out)
{
    size_t n = 0;
    unsigned v;
    for (; s[0] && s[1]; s += 2, n++) {
        assert_int_equal(sscanf(s, "%2x", &v), 1);
        out[n] = (uint8_t)v;
    }
    return BYTES(out, n);
}

static const struct vector {
    enum hash_alg prf;
    const char *ni, *nr, *gir, *gir_new, *spii, *spir, *seed, *dkm, *child, *child_dh, *seed_rekey;
} vectors[] = {
    {HASH_SHA1, "32b50d5f4a3763f3", "9206a04b26564cb1",
     "4b2c1f971981a8ad8d0abeafabf38cf75fc8349c148142465ed9c8b516b8be52",
     "863f3c9d06efd39d2b907b97f8699e5dd5251ef64a2a176f36ee40c87d4f9330", "34c9e7c188868785", "3ff77d760d2b2199",
     "a9a7b222b59f8f48645f28a1db5b5f5d7479cba7",
     "a14293677cc80ff8f9cc0eee30d895da9d8f405666e30ef0dfcb63c634a46002a2a63080e514a062768b76606f9fa5e992204fc5a670bde3"
     "f10d6b027113936a5c55b648a194ae587b0088d52204b702c979fa280870d2ed41efa9c549fd11198af1670b143d384bd275c5f594cf266b"
     "05ebadca855e4249520a441a81157435a7a56cc4",
     "8059e3ee8810e6c3a91bc8bcd2a7a41151b8d0e6ae239c7b38093ad85ef4c5811a8e7b5d1cdabd9560b2d5e092d1f24e2d4b85eccdf0ad0d"
     "c9abd94b51ee71814ca6dbc8bb51b6309f5b9545c7eb35cf5580b1e521a8fe20754a2d883ba0c2cf285f524aea6545b33106bc03e614296d"
     "319d41d4b50b3f510b1c0a22f3e664994d234cb4",
     "bb43244c1860ad65ee1e211ffe8bb3661750c8f89cb9f547df7f4fa61d37301628190e38c66232eab4b3ab14c400a5197dd3730ed4820a8a"
     "10394d51e1c0400052f63ebd36b0e7ef53aaed31eba4a5080d7d4b5666023a8bbb5ffb7857240f9a05884d1b7d2f933708450b7b3288f1fc"
     "863ab49fa901227cffc06e27899c7054d56fd74c",
     "63e81194946ebd05df7df5ebf5d8750056bf1f1d"},
    {HASH_SHA256, "3651FEF5C9C35E93", "C09A8B90A3F04D59",
     "D084A30166A50FB7325C3960874A839449EF9741C2F4F947D0201DD8C1269273D79509F37E3CA3EB4FA2FE2A28254E289CD3F34DAD4EB4DF"
     "1A07685A4B8A94FA61E2491F7598B3CE65547FF133B3F63D1AC4175EAA695033F3CEDB026A6873A36455172A8540B8A5D23A0143BED0390E"
     "E49B168269D75FFFEE9FB62BE965993C",
     "52F00AB174C25D5B7139AE5FF4E8E9EDDEE5992D2E36ADF8A559FFD90DAB1442E4FBE429D320C0F33552A17D1557FA41EA70E8FB916C4FA2"
     "7ED52B5F8EBD8461AFA78F1159159A64055AC5F6319E29C28EAE58CBC6847770F32C3FED1D04750484F854790F95E9EC01BC5BC461F24966"
     "462E359511329305038E94DEB6DD42C2",
     "8E5C3AE507221684", "B1F201BB155C3ACD", "EFAA7AB0EAA85A3D0BE2100CD4B6FE00FF5025A9EAFDDB3EF518E9F0D3FE60E6",
     "462B9DD525D4FD71169174272779E704BAF62C6231779AE9EFE8C58B21916B42010164AF2111EBD762F6916CA9A6F0EE05C8B320E4EE2770"
     "5521DE2589ADEA1878F1A551738AF7C88DC4F0BB0C096A3F7D1F1A670FC79F49F678D60D665BB3710C8657F03BA9F62B9A818D7A228968C5"
     "06E237AE9502AA6DB395C61EA6A3E79504F86B7368BFB5423DF79E48809BBCCD49FD826D024F63D7C2A5566400A12E736AA034510428F5EA"
     "008FE2FC16886FA388274EA6C2B4FCFC6141BF04F8207EF8AFC224EA1059CB220DC0B23AC0E4CCDA495A4E131B1D56E223ABA5A48E8ED1F5",
     "23647677E7D403FA1E3006F19840AEE18AD9FECC4215814C4131BDEBA98433D8B0E31BFBBDDF822ABCCE5E06486AA388022B75E27E1E68AA"
     "5983028B65282C730C5D49EF7606770376CFDEC41F7CC435D816029989BC353D3B67B9FD1168DDCB8978850DA9B752AEE6A30D0086D2C4D7"
     "4EC0E03648A0DAD334FAF5FE88084E67B0F3E8FEE8B5E1BD3850DB540F1FB8CFFE23C9E92CDA209373F354880C246C753E2A0ECA9CB73B99"
     "10A8531C4010E6768FA29F909E60AF777FED6E739C3CFDA03467E915D6F03FCE9C41F5F9D578F8912D66A75457E79EE1D5BCC2BE5C2F9BAE",
     "6A919387A5FA2835FE8A8237E4A14845BD2B9930DB87EFF7ADF268F62186004902DBA9AA942D0259A0EDC4120B932A503865B57BA8FB8811"
     "7EF5DF7B26799CD8BA37AA5438108CB1A4FE117907C9D0597B708C3F11151FEFD624D2317202B7C81430600E6FCBB6E1A8DF2B4861EF2363"
     "D53DE1BE69057B0CF6634A7E7BFA97B3C2810623E2BD6757738777177036E9C3A39794456954BD41FC444A12507AB9CAC69A0540D13C29DB"
     "8510F566A691691BAA2D9569DACC990D56A454BB444BCBBE8751B0550A5278812FC5AB4F28990DD6D608538D7DDDE24DC81BDAACA7751FDE",
     "90722C42BD849E9B72D240FC254174270FA8295DE6F0338DAFC303A9EC104F12"},
};
#define EACH_VECTOR for (const struct vector *v = vectors; v < vectors + sizeof vectors / sizeof vectors[0]; v++)

/* DKM is SK_d SK_ai SK_ar SK_ei SK_er SK_pi SK_pr in a row, or as much of it as NIST asks. */
static void check_keys(const struct v2_keys *k, struct bytes dkm)
{
    const struct key *all[] = {&k->d, &k->ai, &k->ar, &k->ei, &k->er, &k->pi, &k->pr};
    const uint8_t *p = dkm.p;
    size_t left = dkm.len;
    for (size_t i = 0; i < 7; i++) {
        size_t n = all[i]->len < left ? all[i]->len : left;
        assert_memory_equal(all[i]->b, p, n);
        p += n;
        left -= n;
    }
}

static void test_published(void **state)
{
    (void)state;
    EACH_VECTOR
    {
        uint8_t ni_b[64], nr_b[64], gir_b[512], new_b[512], i_b[8], r_b[8], want[512], got[512];
        struct bytes ni = unhex(v->ni, ni_b), nr = unhex(v->nr, nr_b), gir = unhex(v->gir, gir_b);
        struct bytes gir_new = unhex(v->gir_new, new_b), w = unhex(v->dkm, want);
        unhex(v->spii, i_b);
        unhex(v->spir, r_b);
        struct v2_suite s = {.encr = {CIPHER_AES_CBC, 128}, .integ = v->prf, .prf = v->prf};
        struct v2_keys k, k2;
        v2_keys_init(&k, &s, gir, ni, nr, i_b, r_b);
        size_t h = hash_len(v->prf);
        assert_int_equal(k.d.len + k.ai.len + k.ar.len + k.ei.len + k.er.len + k.pi.len + k.pr.len, 5 * h + 32);
        check_keys(&k, w);
        uint8_t seed[64];
        struct bytes parts[] = {ni, nr, BYTES(i_b, 8), BYTES(r_b, 8)};
        v2_prf_plus(v->prf, unhex(v->seed, seed), parts, 4, got, w.len);
        assert_memory_equal(got, want, w.len);
        w = unhex(v->child, want);
        v2_keys_child(&s, &k.d, BYTES(NULL, 0), ni, nr, got, w.len);
        assert_memory_equal(got, want, w.len);
        w = unhex(v->child_dh, want);
        v2_keys_child(&s, &k.d, gir_new, ni, nr, got, w.len);
        assert_memory_equal(got, want, w.len);
        /* a rekey begins with the published seed */
        struct bytes again = unhex(v->seed_rekey, seed);
        v2_prf_plus(v->prf, again, parts, 4, want, 5 * h + 32);
        v2_keys_rekey(&k2, &s, v->prf, &k.d, gir_new, ni, nr, i_b, r_b);
        check_keys(&k2, BYTES(want, 5 * h + 32));
        v2_keys_wipe(&k2);
        assert_int_equal(k2.d.len, 0);
    }
}

/* With GCM there is no SK_a, and SK_e is longer by the salt; a rekey to another prf seeds with the old one. */
static void test_lengths(void **state)
{
    (void)state;
    const struct vector *v = &vectors[1];
    uint8_t ni_b[64], nr_b[64], gir_b[512], spi[16], seed_b[64], want[512];
    struct bytes ni = unhex(v->ni, ni_b), nr = unhex(v->nr, nr_b), gir = unhex(v->gir_new, gir_b);
    struct v2_suite s = {.encr = {CIPHER_AES_GCM, 256}, .prf = HASH_SHA512};
    struct key d;
    struct v2_keys k;
    unhex(v->spii, spi);
    unhex(v->spir, spi + 8);
    struct bytes dkm = unhex(v->dkm, want);
    key_set(&d, dkm.p, 32);
    v2_keys_rekey(&k, &s, HASH_SHA256, &d, gir, ni, nr, spi, spi + 8);
    assert_int_equal(k.ai.len, 0);
    assert_int_equal(k.ar.len, 0);
    assert_int_equal(k.ei.len, 36);
    assert_int_equal(k.d.len, 64);
    struct bytes parts[] = {ni, nr, BYTES(spi, 16)};
    v2_prf_plus(HASH_SHA512, unhex(v->seed_rekey, seed_b), parts, 3, want, 3 * 64 + 72);
    check_keys(&k, BYTES(want, 3 * 64 + 72));
    static const struct {
        struct v2_suite s;
        size_t key, integ, icv, iv;
    } rows[] = {
        {{.encr = {CIPHER_DES_CBC, 0}, .integ = HASH_MD5}, 8, 16, 12, 8},
        {{.encr = {CIPHER_3DES_CBC, 0}, .integ = HASH_SHA1}, 24, 20, 12, 8},
        {{.encr = {CIPHER_AES_CBC, 128}, .integ = HASH_SHA256}, 16, 32, 16, 16},
        {{.encr = {CIPHER_AES_CBC, 192}, .integ = HASH_SHA384}, 24, 48, 24, 16},
        {{.encr = {CIPHER_AES_CBC, 256}, .integ = HASH_SHA512}, 32, 64, 32, 16},
        {{.encr = {CIPHER_AES_GCM, 128}}, 20, 0, 16, 8},
        {{.encr = {CIPHER_AES_GCM, 256}, .integ = HASH_SHA256}, 36, 0, 16, 8},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(v2_suite_key_len(&rows[i].s), rows[i].key);
        assert_int_equal(v2_suite_integ_len(&rows[i].s), rows[i].integ);
        assert_int_equal(v2_suite_icv_len(&rows[i].s), rows[i].icv);
        assert_int_equal(v2_suite_iv_len(&rows[i].s), rows[i].iv);
    }
}

static void test_auth_and_nat(void **state)
{
    (void)state;
    static const uint8_t spis[] = {1, 2, 3, 4, 5, 6, 7, 8, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8};
    uint8_t message[100], nonce[32], want[64], got[64], id[8];
    struct key p = {.len = 48};
    for (unsigned i = 0; i < 100; i++)
        message[i] = (uint8_t)i;
    for (unsigned i = 0; i < 32; i++)
        nonce[i] = (uint8_t)(0x30 + i);
    for (unsigned i = 0; i < 48; i++)
        p.b[i] = (uint8_t)i;
    struct bytes body = unhex("01000000c0000201", id);
    v2_keys_auth_psk(HASH_SHA384, BYTES("cisco123", 8), BYTES(message, 100), BYTES(nonce, 32), &p, body, got);
    unhex("f122cefa5c44f35df7441bee5d4e100cec0cccef9c94d99e33c481b6a7bdbf2ad586e585d51a50f4b92f5c852fb328f7", want);
    assert_memory_equal(got, want, 48);
    v2_keys_nat(spis, spis + 8, 0xC0000201, 500, got);
    unhex("7382fc0a797574a3274c755f37b3852b7394b414", want);
    assert_memory_equal(got, want, 20);
}

/* SK is a0 a1 a2 ... as long as the hash; PPKs shorter, as long as and longer than a block of it. */
static void test_mixed(void **state)
{
    (void)state;
    static const struct {
        enum hash_alg prf;
        const char *ppk, *mixed;
    } rows[] = {
        {HASH_SHA1, "61", "70a68d5abecee9b0884aa680f29f74427a2b68b0"},
        {HASH_SHA256, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
         "9dd590e54ceb1bafffcf5b84ee3cde0755f34d81a3f392a158bc3a75062372a2"},
        {HASH_SHA384, "48656c6c6f2050504b",
         "933d424cdb4c3262be0e28442378d656dca6556cbeef4ac5289994a957fdfd0b8656f7afd0fc918613f7b046bcc8c50e"},
        {HASH_SHA512,
         "00070e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9e0e7eef5fc030a11181f262d343b424950575e656c73"
         "7a81888f969da4abb2b9c0c7ced5dce3eaf1f8ff060d141b222930373e454c535a61686f767d848b9299a0a7aeb5bcc3cad1d8dfe6ed"
         "f4fb020910171e252c333a41484f565d646b7279",
         "5b695c12c049b9257a53be88bc0fc75f185960102725429eed048cb6d6b9dff8196d8910c4ca66ec1d7a3b905ddce355d56f01686c60"
         "517ee24d8da0b1380bb7"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t ppk[256], want[64];
        struct bytes p = unhex(rows[i].ppk, ppk), m = unhex(rows[i].mixed, want);
        struct key sk = {.len = (uint16_t)m.len}, got;
        for (unsigned k = 0; k < m.len; k++)
            sk.b[k] = (uint8_t)(0xA0 + k);
        v2_keys_mix(rows[i].prf, p, &sk, &got);
        assert_int_equal(got.len, m.len);
        assert_memory_equal(got.b, want, m.len);
        v2_keys_mix(rows[i].prf, p, &sk, &sk); /* in place */
        assert_memory_equal(sk.b, want, m.len);
    }
}

/* A generator whose bytes count up. */
struct counting {
    struct rnd rnd;
    uint8_t next;
};
static void count_up(struct rnd *r, void *buf, size_t len)
{
    struct counting *c = (struct counting *)r;
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)buf)[i] = c->next++;
}

static const struct sealed {
    const char *what;
    struct v2_suite s;
    uint16_t number, total;
    uint8_t first;
    const char *wire;
} sealed[] = {
    {"cbc",
     {.encr = {CIPHER_AES_CBC, 256}, .integ = HASH_SHA256},
     0,
     0,
     V2_IDI,
     "0102030405060708a1a2a3a4a5a6a7a82e202308000000010000006023000044808182838485868788898a8b8c8d8e8f224c27f4ba378b27"
     "d3d6888adced64424548d84966530786d223a14790023c7816eb53287e0417604106a2a702d53c7e"},
    {"gcm",
     {.encr = {CIPHER_AES_GCM, 128}},
     0,
     0,
     V2_IDI,
     "0102030405060708a1a2a3a4a5a6a7a82e20230800000001000000562300003a0000000000000000063ea6cd9a2c73fbb8001af947ec5a07"
     "1a238841e5989bf8b9d3a202d8f423336f95ae3a6d57e9e49c9e570bd60d"},
    {"fragment",
     {.encr = {CIPHER_AES_GCM, 128}},
     2,
     3,
     V2_IDI,
     "0102030405060708a1a2a3a4a5a6a7a835202308000000010000005a0000003e000200030000000000000000063ea6cd9a2c73fbb8001af9"
     "47ec5a071a238841e5989bf8b9d3a202d8f4ca4301dfc3126027863a8badb698a4e7"},
};

static void sealed_keys(const struct sealed *row, struct key *e, struct key *a)
{
    e->len = (uint16_t)v2_suite_key_len(&row->s);
    for (unsigned i = 0; i < 32; i++) {
        e->b[i] = (uint8_t)i;
        a->b[i] = (uint8_t)(0x40 + i);
    }
    a->len = 32;
    if (row->s.encr.cipher == CIPHER_AES_GCM)
        memcpy(e->b + 16, "\xC0\xC1\xC2\xC3", 4);
}

static void test_sealed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sealed / sizeof sealed[0]; i++) {
        const struct sealed *row = &sealed[i];
        struct counting chance = {.rnd.fill = count_up, .next = 0x80};
        struct v2_hdr h = {.ispi = {1, 2, 3, 4, 5, 6, 7, 8},
                           .rspi = {0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8},
                           .exchange = V2_IKE_AUTH,
                           .flags = V2_FLAG_INITIATOR,
                           .mid = 1};
        uint8_t inner[29], wire[256], want[256], plain[256];
        struct key e, a;
        struct v2_payloads ps;
        size_t len, plen = 0;
        for (unsigned j = 0; j < sizeof inner; j++)
            inner[j] = (uint8_t)(0x20 + j);
        sealed_keys(row, &e, &a);
        struct v2_sk *out = v2_sk_new(&row->s, true, &e, &a), *in = v2_sk_new(&row->s, false, &e, &a);
        size_t n = unhex(row->wire, want).len;
        for (size_t cap = 0; cap < n; cap += 7) { /* does not fit: nothing is used up */
            memset(wire, 0xEE, sizeof wire);
            len = row->total ? v2_sk_seal_fragment(out, &chance.rnd, &h, row->first, row->number, row->total, inner, 29,
                                                   wire, cap)
                             : v2_sk_seal(out, &chance.rnd, &h, row->first, inner, 29, wire, cap);
            assert_int_equal(len, 0);
            assert_int_equal(wire[cap], 0xEE);
        }
        len = row->total ? v2_sk_seal_fragment(out, &chance.rnd, &h, row->first, row->number, row->total, inner, 29,
                                               wire, sizeof wire)
                         : v2_sk_seal(out, &chance.rnd, &h, row->first, inner, 29, wire, sizeof wire);
        assert_int_equal(len, n);
        assert_memory_equal(wire, want, n);
        assert_int_equal(v2_header(wire, n, &h), CODEC_OK);
        assert_int_equal(v2_payloads(h.next, wire + 28, n - 28, &ps), CODEC_OK);
        assert_int_equal(ps.v[0].next, row->total ? V2_NONE : V2_IDI);
        assert_true(v2_sk_open(in, wire, n, &ps.v[0], plain, sizeof plain, &plen));
        assert_int_equal(plen, 29);
        assert_memory_equal(plain, inner, 29);
        assert_false(v2_sk_open(in, wire, n, &ps.v[0], plain, 29, &plen)); /* no room for the padding */
        for (size_t at = 0; at < n; at++) {                                /* every bit counts */
            if (at >= 28 + 2 && at < 28 + 4)
                continue; /* the payload's own length: the walk refuses */
            for (int bit = 0; bit < 8; bit++) {
                wire[at] ^= (uint8_t)(1u << bit);
                if (v2_sk_open(in, wire, n, &ps.v[0], plain, sizeof plain, &plen))
                    fail_msg("%s: byte %zu bit %d", row->what, at, bit);
                wire[at] ^= (uint8_t)(1u << bit);
            }
        }
        for (uint16_t cut = 0; cut <= ps.v[0].len; cut++) { /* every shorter body, at its own place at the end */
            struct v2_payload p = ps.v[0];
            p.len = cut;
            assert_true(cut == ps.v[0].len ||
                        !v2_sk_open(in, wire, n - ps.v[0].len + cut, &p, plain, sizeof plain, &plen));
            assert_true(cut == ps.v[0].len || !v2_sk_open(in, wire, n, &p, plain, sizeof plain, &plen));
        }
        v2_sk_free(out);
        v2_sk_free(in);
    }
    v2_sk_free(NULL);
}

/* Every length, both ways; the counter moves on; padding that says too much is refused though it is proved. */
static void test_lengths_of_text(void **state)
{
    (void)state;
    struct counting chance = {.rnd.fill = count_up};
    struct v2_hdr h = {.exchange = V2_INFORMATIONAL, .mid = 9};
    for (size_t i = 0; i < 2; i++) {
        struct key e, a;
        sealed_keys(&sealed[i], &e, &a);
        struct v2_sk *out = v2_sk_new(&sealed[i].s, true, &e, &a), *in = v2_sk_new(&sealed[i].s, false, &e, &a);
        for (size_t len = 0; len < 70; len++) {
            uint8_t inner[70], wire[256], plain[256];
            struct v2_payloads ps;
            size_t plen = 999;
            memset(inner, (int)len, sizeof inner);
            size_t n = v2_sk_seal(out, &chance.rnd, &h, len ? V2_NONCE : V2_NONE, inner, len, wire, sizeof wire);
            if (i == 1)
                assert_int_equal(get32(wire + 28 + 8), len); /* IV: low half */
            assert_int_equal(v2_payloads(wire[16], wire + 28, n - 28, &ps), CODEC_OK);
            assert_true(v2_sk_open(in, wire, n, &ps.v[0], plain, sizeof plain, &plen));
            assert_int_equal(plen, len);
            assert_memory_equal(plain, inner, len);
        }
        v2_sk_free(out);
        v2_sk_free(in);
    }
    struct key e, a;
    uint8_t msg[96] = {0}, plain[64], sum[32];
    sealed_keys(&sealed[0], &e, &a);
    struct v2_sk *in = v2_sk_new(&sealed[0].s, false, &e, &a);
    struct cipher *c = cipher_new(CIPHER_AES_CBC, true, e.b, 32, NULL);
    for (unsigned pad = 0; pad < 256; pad++) {
        struct v2_payload p = {.type = V2_SK, .body = msg + 32, .len = 64};
        size_t plen = 0;
        memset(msg + 48, 0, 32);
        msg[79] = (uint8_t)pad;
        assert_true(cipher_cbc(c, msg + 32, msg + 48, msg + 48, 32));
        hmac_parts(HASH_SHA256, a.b, 32, &BYTES(msg, 80), 1, sum);
        memcpy(msg + 80, sum, 16);
        bool ok = v2_sk_open(in, msg, 96, &p, plain, sizeof plain, &plen);
        assert_int_equal(ok, pad <= 31);
        if (ok)
            assert_int_equal(plen, 31 - pad);
    }
    cipher_free(c);
    v2_sk_free(in);
}

static void test_fragment_numbers(void **state)
{
    (void)state;
    static const struct {
        uint8_t type, body[5];
        uint16_t len;
        bool ok;
    } rows[] = {
        {V2_SKF, {0, 1, 0, 1}, 4, true},  {V2_SKF, {0, 3, 0, 3, 9}, 5, true}, {V2_SKF, {0, 1, 0, 1}, 3, false},
        {V2_SKF, {0, 0, 0, 1}, 4, false}, {V2_SKF, {0, 0, 0, 0}, 4, false},   {V2_SKF, {0, 4, 0, 3}, 4, false},
        {V2_SK, {0, 1, 0, 1}, 4, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct v2_payload p = {.type = rows[i].type, .body = rows[i].body, .len = rows[i].len};
        uint16_t n, t;
        assert_int_equal(v2_skf_numbers(&p, &n, &t), rows[i].ok);
    }
    /* what is said to fit does, and one more does not (IP 20, UDP 8, marker 4) */
    struct counting chance = {.rnd.fill = count_up};
    struct v2_hdr h = {.exchange = V2_IKE_AUTH};
    static uint8_t inner[1500], wire[2000];
    for (size_t i = 0; i < 2; i++)
        for (size_t mtu = 180; mtu <= 1500; mtu++)
            for (int floated = 0; floated < 2; floated++) {
                struct key e, a;
                size_t room = v2_sk_fragment_room(&sealed[i].s, mtu, floated);
                if (mtu % 97 != 0)
                    continue;
                sealed_keys(&sealed[i], &e, &a);
                struct v2_sk *out = v2_sk_new(&sealed[i].s, true, &e, &a);
                size_t n = v2_sk_seal_fragment(out, &chance.rnd, &h, V2_IDI, 1, 2, inner, room, wire, sizeof wire);
                assert_true(n && n + 28 + (floated ? 4 : 0) <= mtu);
                n = v2_sk_seal_fragment(out, &chance.rnd, &h, V2_IDI, 1, 2, inner, room + 1, wire, sizeof wire);
                assert_true(n + 28 + (floated ? 4 : 0) > mtu);
                assert_int_equal(v2_sk_seal_fragment(out, &chance.rnd, &h, 0, 3, 2, inner, 1, wire, sizeof wire), 0);
                v2_sk_free(out);
            }
    assert_int_equal(v2_sk_fragment_room(&sealed[0].s, 68, false), 63); /* the least */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published),       cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_auth_and_nat),    cmocka_unit_test(test_sealed),
        cmocka_unit_test(test_lengths_of_text), cmocka_unit_test(test_fragment_numbers),
        cmocka_unit_test(test_mixed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
