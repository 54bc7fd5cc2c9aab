/* test_batch.c: ESP's sums on many packets, through each back end that this machine has: the same published vectors
 * (those of test_crypto; for AES-GCM the ESP packets of draft-mcgrew-gcm-test-01, the first of which has extended
 * sequence numbers); both back ends against each other over random lengths, keys and mixtures; what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "espial/crypto.h"
#include "espial/rand.h"
#include "tests/unit/crypto_vectors.h"

#define JOBS_MAX 200
#define ROOM     1700

static const enum crypto_back backs[] = {CRYPTO_OPENSSL, CRYPTO_MULTI, CRYPTO_BEST};

/* n times the same packet, so that every lane is used; and each length of company below that. */
static void vectors_of(struct crypto *cr, const struct seal_spec *spec, const uint8_t *packet, size_t head, size_t len,
                       const uint8_t *sealed, uint32_t high, bool extended)
{
    static uint8_t room[40][ROOM];
    struct seal_spec s = *spec;
    size_t iv = cipher_iv_len(spec->cipher), whole = head + len + spec->icv_len;
    s.encrypt = true;
    struct seal *out = seal_new(cr, &s);
    s.encrypt = false;
    struct seal *in = seal_new(cr, &s);
    for (unsigned n = 1; n <= 40; n += n < 10 ? 1 : 15) {
        struct seal_job jobs[40];
        for (unsigned i = 0; i < n; i++) {
            memcpy(room[i], packet, head + len);
            memset(room[i] + head + len, 0x5A, HASH_MAX + 1);
            jobs[i] = (struct seal_job){.seal = out,
                                        .head = room[i],
                                        .iv = room[i] + head - iv,
                                        .data = room[i] + head,
                                        .len = (uint32_t)len,
                                        .high = high,
                                        .extended = extended};
        }
        crypto_seal(cr, jobs, n);
        for (unsigned i = 0; i < n; i++) {
            assert_true(jobs[i].ok);
            assert_memory_equal(room[i], sealed, whole);
            assert_int_equal(room[i][whole], 0x5A);
            jobs[i].seal = in;
            jobs[i].ok = false;
        }
        crypto_open(cr, jobs, n);
        for (unsigned i = 0; i < n; i++) {
            assert_true(jobs[i].ok);
            assert_memory_equal(room[i], packet, head + len);
            assert_memory_equal(room[i] + head + len, sealed + head + len, spec->icv_len);
        }
    }
    seal_free(out);
    seal_free(in);
}

static void each_back(void (*f)(struct crypto *cr))
{
    for (size_t b = 0; b < sizeof backs / sizeof backs[0]; b++) {
        struct crypto *cr = crypto_new(backs[b]);
        assert_true(cr || backs[b] == CRYPTO_MULTI);
        if (cr)
            f(cr);
        crypto_free(cr);
    }
}

static void hmacs_by(struct crypto *cr)
{
    for (size_t i = 0; i < sizeof hmac_rows / sizeof hmac_rows[0]; i++) {
        const struct hmac_row *r = &hmac_rows[i];
        uint8_t key[256], packet[256], sealed[256 + HASH_MAX], sum[HASH_MAX];
        size_t len = hmac_row_text(r, key, packet), whole = hash_len(r->alg);
        unhex(r->want, sum);
        for (size_t cut = 12; cut <= whole; cut += 4) { /* more than ESP has */
            struct seal_spec s = {.hash = r->alg, .mac_key = key, .mac_key_len = r->key_len, .icv_len = (unsigned)cut};
            memcpy(sealed, packet, len);
            memcpy(sealed + len, sum, whole);
            vectors_of(cr, &s, packet, 8, len - 8, sealed, 0, false);
            /* The last four bytes of the text as the high half of a number. */
            uint32_t high = (uint32_t)packet[len - 4] << 24 | (uint32_t)packet[len - 3] << 16 |
                            (uint32_t)packet[len - 2] << 8 | packet[len - 1];
            memcpy(sealed + len - 4, sum, whole);
            if (len >= 12)
                vectors_of(cr, &s, packet, 8, len - 12, sealed, high, true);
        }
    }
}

static void hmacs(void **state)
{
    (void)state;
    each_back(hmacs_by);
}

static void cbcs_by(struct crypto *cr)
{
    for (size_t i = 0; i < sizeof cbc_rows / sizeof cbc_rows[0]; i++) {
        uint8_t key[32], packet[128], sealed[128];
        size_t key_len = unhex(cbc_rows[i].key, key), iv = unhex(cbc_rows[i].iv, packet);
        size_t len = unhex(cbc_rows[i].plain, packet + iv);
        memcpy(sealed, packet, iv);
        unhex(cbc_rows[i].want, sealed + iv);
        vectors_of(cr, &(struct seal_spec){.cipher = cbc_rows[i].alg, .key = key, .key_len = key_len}, packet, iv, len,
                   sealed, 0, false);
    }
}

static void cbcs(void **state)
{
    (void)state;
    each_back(cbcs_by);
}

static void gcms_by(struct crypto *cr)
{
    static const struct {
        const char *key, *salt, *esp, *plain, *want;
        bool extended;
        uint32_t high;
    } rows[] = {
        {"4c80cdefbb5d10da906ac73c3613a634", "2e443b68", "00004321000000004956ed7e3b244cfe",
         "45000048699a000080114db7c0a80102c0a801010a9bf15638d3010000010000"
         "00000000045f736970045f756470037369700963796265726369747902646b000021000101020201",
         "fecf537e729d5b07dc30df528dd22b768d1b98736696a6fd348509fa13ceac34cfa2436f14a3f3cf65925bf1f4a13c5d15b21e1884f5"
         "ff6247aeabb786b93bce61bc17d768fd9732459018148f6cbe722fd04796562dfdb4",
         true, 0x87654321},
        {"feffe9928665731c6d6a8f9467308308feffe9928665731c", "cafebabe", "0000a5f80000000afacedbaddecaf888",
         "45000028a4ad4000400678800a01038f0a010612802306b8cb712602dd6bb03e501016d075680001",
         "a5b1f8066029aea40e598b8122de02420938b3ab33f828e687b8858b5bfbdbd0315b27452144cc77"
         "95457b9652037f5318027b5b4cd7a636",
         false, 0},
        {"abbccddef00112233445566778899aababbccddef00112233445566778899aab", "11223344",
         "4a2cbfe3000000020102030405060708",
         "4500003069a6400080062690c0a801029389155e0a9e008b2dc57ee0000000007002400020bf0000020405b40101040201020201",
         "ff425c9b724599df7a3bcd510194e00d6a78107f1b0b1cbf06efae9d65a5d763748a637985771d347f0545659f14e99def842d8e"
         "b335f4eecfdbf831824b4c4915956c96",
         false, 0},
        {"00000000000000000000000000000000", "00000000", "00000000000000010000000000000000",
         "4500003c99c500008001cb7a40679318010101010800075c0200440061626364"
         "65666768696a6b6c6d6e6f707172737475767761626364656667686901020201",
         "4688daf2f973a392732909c331d56d60f694abaa414b5e7ff5fdcdfff5e9a284"
         "456476492719ffb64de7d9dca1e1d894bc3bd57873ed4d181d19d4d5c8c18af3"
         "f821d496eeb096e98ad2b69e4799c71d",
         false, 0},
        {"7d773d00c144c525ac619d18c84a3f47", "d9664267", "335467aeffffffff43457e9182443bc6", "01020201",
         "437f866bcb3f699fe9b0822bac961c4504bef270", false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t key[32], salt[4], packet[256], sealed[256];
        size_t key_len = unhex(rows[i].key, key), head = unhex(rows[i].esp, packet);
        size_t len = unhex(rows[i].plain, packet + head);
        unhex(rows[i].salt, salt);
        memcpy(sealed, packet, head);
        assert_int_equal(unhex(rows[i].want, sealed + head), len + 16);
        vectors_of(
            cr,
            &(struct seal_spec){.cipher = CIPHER_AES_GCM, .key = key, .key_len = key_len, .salt = salt, .icv_len = 16},
            packet, head, len, sealed, rows[i].high, rows[i].extended);
    }
}

static void gcms(void **state)
{
    (void)state;
    each_back(gcms_by);
}

/* ---- both, over chance ---- */

static const struct {
    enum cipher_alg cipher;
    uint8_t key_len;
    enum hash_alg hash;
    uint8_t icv_len;
} kinds[] = {
    {CIPHER_AES_GCM, 16, HASH_NONE, 16},   {CIPHER_AES_GCM, 24, HASH_NONE, 16},   {CIPHER_AES_GCM, 32, HASH_NONE, 16},
    {CIPHER_AES_CBC, 16, HASH_SHA1, 12},   {CIPHER_AES_CBC, 24, HASH_SHA256, 16}, {CIPHER_AES_CBC, 32, HASH_SHA384, 24},
    {CIPHER_AES_CBC, 32, HASH_SHA512, 32}, {CIPHER_AES_CBC, 16, HASH_MD5, 12},    {CIPHER_3DES_CBC, 24, HASH_SHA1, 12},
    {CIPHER_AES_GMAC, 16, HASH_NONE, 16},  {CIPHER_AES_GMAC, 24, HASH_NONE, 16},  {CIPHER_AES_GMAC, 32, HASH_NONE, 16},
    {CIPHER_DES_CBC, 8, HASH_MD5, 12},     {CIPHER_NULL, 0, HASH_SHA256, 16},     {CIPHER_AES_CBC, 16, HASH_NONE, 0},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

struct batch {
    struct crypto *cr;
    struct seal *out[KINDS], *in[KINDS];
    struct seal_job jobs[JOBS_MAX];
    uint8_t room[JOBS_MAX][ROOM];
};

/* Its cipher's key may begin anywhere in the first 40 bytes; salt and the key of its sum stand behind them. */
static struct seal_spec spec_of(size_t kind, bool encrypt, const uint8_t *key, size_t at)
{
    return (struct seal_spec){.cipher = kinds[kind].cipher,
                              .encrypt = encrypt,
                              .key = key + at,
                              .key_len = kinds[kind].key_len,
                              .salt = key + 40,
                              .hash = kinds[kind].hash,
                              .mac_key = key + 50,
                              .mac_key_len = hash_len(kinds[kind].hash),
                              .icv_len = kinds[kind].icv_len};
}

static void batch_init(struct batch *b, struct crypto *cr, const uint8_t *key)
{
    b->cr = cr;
    for (size_t k = 0; k < KINDS; k++)
        for (int way = 0; way < 2; way++) {
            struct seal_spec s = spec_of(k, way == 0, key, k);
            *(way ? &b->in[k] : &b->out[k]) = seal_new(cr, &s);
        }
}

static void batch_fini(struct batch *b)
{
    for (size_t k = 0; k < KINDS; k++) {
        seal_free(b->out[k]);
        seal_free(b->in[k]);
    }
    crypto_free(b->cr);
    free(b);
}

static void both(void **state)
{
    (void)state;
    struct rnd *rnd = rnd_seeded_new(20260722);
    struct batch *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b);
    uint8_t key[200];
    static uint8_t plain[JOBS_MAX][ROOM];
    rnd_fill(rnd, key, sizeof key);
    batch_init(a, crypto_new(CRYPTO_OPENSSL), key);
    struct crypto *multi = crypto_new(CRYPTO_MULTI);
    batch_init(b, multi ? multi : crypto_new(CRYPTO_OPENSSL), key);
    for (unsigned round = 0; round < 120; round++) {
        unsigned n = 1 + rnd_u32(rnd) % JOBS_MAX;
        unsigned kind_of[JOBS_MAX];
        for (unsigned i = 0; i < n; i++) {
            unsigned k = kind_of[i] = round < KINDS ? round : rnd_u32(rnd) % KINDS;
            size_t iv = cipher_iv_len(kinds[k].cipher), block = cipher_block(kinds[k].cipher);
            size_t len = rnd_u32(rnd) % 1500 / block * block, head = 8 + iv;
            rnd_fill(rnd, plain[i], head + len);
            struct seal_job j = {.len = (uint32_t)len, .high = rnd_u32(rnd), .extended = rnd_u32(rnd) & 1};
            if (kinds[k].hash == HASH_NONE && kinds[k].icv_len == 0)
                j.extended = false;
            for (int which = 0; which < 2; which++) {
                struct batch *x = which ? b : a;
                memcpy(x->room[i], plain[i], head + len);
                j.seal = x->out[k];
                j.head = x->room[i];
                j.iv = x->room[i] + 8;
                j.data = x->room[i] + head;
                x->jobs[i] = j;
            }
        }
        crypto_soon(a->jobs, n);
        crypto_soon(b->jobs, n);
        crypto_seal(a->cr, a->jobs, n);
        crypto_seal(b->cr, b->jobs, n);
        /* The same bytes; each opens the other's, and a flipped bit is seen, by both, in this packet alone. */
        unsigned bad = n > 1 ? rnd_u32(rnd) % n : JOBS_MAX;
        for (unsigned i = 0; i < n; i++) {
            size_t head = (size_t)(a->jobs[i].data - a->jobs[i].head), whole = head + a->jobs[i].len;
            whole += kinds[kind_of[i]].icv_len;
            assert_memory_equal(a->room[i], b->room[i], whole);
            if (i == bad)
                a->room[i][rnd_u32(rnd) % 8] ^= 1;
            memcpy(b->room[i], a->room[i], whole);
            a->jobs[i].seal = a->in[kind_of[i]];
            b->jobs[i].seal = b->in[kind_of[i]];
        }
        crypto_open(a->cr, a->jobs, n);
        crypto_open(b->cr, b->jobs, n);
        for (unsigned i = 0; i < n; i++) {
            bool right = i != bad || kinds[kind_of[i]].icv_len == 0;
            assert_int_equal(a->jobs[i].ok, right);
            assert_int_equal(b->jobs[i].ok, right);
            size_t head = (size_t)(a->jobs[i].data - a->jobs[i].head);
            if (i != bad) {
                assert_memory_equal(a->room[i], plain[i], head + a->jobs[i].len);
                assert_memory_equal(b->room[i], plain[i], head + a->jobs[i].len);
            }
        }
    }
    batch_fini(a);
    batch_fini(b);
    rnd_free(rnd);
}

/* Every byte of a packet counts: head, IV, data, ICV, and the high half that is not on the wire. */
static void every_byte_by(struct crypto *cr)
{
    struct batch *b = calloc(1, sizeof *b);
    uint8_t key[200];
    for (unsigned i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)(i * 7);
    batch_init(b, cr, key);
    for (unsigned k = 0; k < KINDS; k++) {
        size_t iv = cipher_iv_len(kinds[k].cipher), head = 8 + iv, len = 48, whole = head + len + kinds[k].icv_len;
        if (kinds[k].icv_len == 0)
            continue;
        struct seal_job *j = &b->jobs[0];
        uint8_t sealed[256];
        memset(b->room[0], 0x33, head + len);
        *j = (struct seal_job){.seal = b->out[k],
                               .head = b->room[0],
                               .iv = b->room[0] + 8,
                               .data = b->room[0] + head,
                               .len = (uint32_t)len,
                               .high = 5,
                               .extended = true};
        crypto_seal(cr, j, 1);
        memcpy(sealed, b->room[0], whole);
        j->seal = b->in[k];
        for (size_t at = 0; at <= whole; at++) {
            memcpy(b->room[0], sealed, whole);
            if (at < whole)
                b->room[0][at] ^= 0x40;
            j->high = at == whole ? 6 : 5;
            crypto_open(cr, j, 1);
            assert_false(j->ok);
            if (kinds[k].cipher != CIPHER_AES_GCM) { /* not a byte is touched */
                if (at < whole)
                    b->room[0][at] ^= 0x40;
                assert_memory_equal(b->room[0], sealed, whole);
            }
        }
        j->high = 5;
        memcpy(b->room[0], sealed, whole);
        crypto_open(cr, j, 1);
        assert_true(j->ok);
    }
    b->cr = NULL;
    batch_fini(b);
}

static void every_byte(void **state)
{
    (void)state;
    each_back(every_byte_by);
}

/* ICVs as forgers try them: one bit off anywhere, all zero, all ones, the right one turned about or moved by a byte, that
 * of the same packet under another key. */
static void tags_by(struct crypto *cr)
{
    struct batch *b = calloc(1, sizeof *b), *other = calloc(1, sizeof *other);
    uint8_t key[200];
    for (unsigned i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)(i * 5);
    batch_init(b, cr, key);
    for (unsigned i = 0; i < sizeof key; i++)
        key[i] ^= 0x11;
    batch_init(other, cr, key);
    for (unsigned k = 0; k < KINDS; k++) {
        size_t head = 8 + cipher_iv_len(kinds[k].cipher), len = 48, icv = kinds[k].icv_len;
        if (icv == 0)
            continue;
        uint8_t sealed[2][256], tags[HASH_MAX * 8 + 5][HASH_MAX];
        unsigned n = 0;
        for (int which = 0; which < 2; which++) {
            struct seal_job j = {.seal = which ? other->out[k] : b->out[k],
                                 .head = b->room[0],
                                 .iv = b->room[0] + 8,
                                 .data = b->room[0] + head,
                                 .len = (uint32_t)len};
            memset(b->room[0], 0x44, head + len);
            crypto_seal(cr, &j, 1);
            memcpy(sealed[which], b->room[0], head + len + icv);
        }
        const uint8_t *right = sealed[0] + head + len;
        for (; n < icv * 8; n++) {
            memcpy(tags[n], right, icv);
            tags[n][n / 8] ^= (uint8_t)(1u << n % 8);
        }
        memset(tags[n++], 0, icv);
        memset(tags[n++], 0xFF, icv);
        for (size_t i = 0; i < icv; i++) {
            tags[n][i] = right[icv - 1 - i];
            tags[n + 1][i] = right[(i + 1) % icv];
        }
        n += 2;
        memcpy(tags[n++], sealed[1] + head + len, icv);
        for (unsigned i = 0; i <= n; i++) { /* the last one is right */
            struct seal_job j = {.seal = b->in[k],
                                 .head = b->room[0],
                                 .iv = b->room[0] + 8,
                                 .data = b->room[0] + head,
                                 .len = (uint32_t)len};
            memcpy(b->room[0], sealed[0], head + len + icv);
            if (i < n)
                memcpy(b->room[0] + head + len, tags[i], icv);
            crypto_open(cr, &j, 1);
            assert_int_equal(j.ok, i == n);
        }
    }
    b->cr = other->cr = NULL;
    batch_fini(b);
    batch_fini(other);
}

static void tags(void **state)
{
    (void)state;
    each_back(tags_by);
}

/* Wherever in its memory a seal has its keys: nothing of it is left, and nothing beside it was touched. */
static void wiped_by(struct crypto *cr)
{
    uint8_t key[200];
    for (unsigned i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)(i * 3 + 1);
    for (size_t k = 0; k < KINDS; k++) {
        struct seal_spec s = spec_of(k, true, key, 0);
        size_t size = seal_size(cr, &s);
        assert_int_equal(size % 64, 0);
        uint8_t *memory = aligned_alloc(64, size + 128), *place = memory + 64, zero[64] = {0};
        memset(memory, 0xA5, size + 128);
        memset(place, 0, size);
        struct seal *seal = seal_make(cr, &s, place);
        assert_true((uint8_t *)seal >= place && (uint8_t *)seal < place + size);
        seal_end(seal);
        for (size_t at = 0; at < size; at += sizeof zero)
            assert_memory_equal(place + at, zero, sizeof zero);
        for (size_t i = 0; i < 64; i++)
            assert_true(memory[i] == 0xA5 && place[size + i] == 0xA5);
        free(memory);
    }
}

static void wiped(void **state)
{
    (void)state;
    each_back(wiped_by);
}

static void names(void **state)
{
    (void)state;
    struct crypto *cr = crypto_new(CRYPTO_OPENSSL);
    assert_int_equal(strncmp(crypto_cipher_by(cr, CIPHER_AES_GCM), "OpenSSL 3.", 10), 0);
    assert_int_equal(strncmp(crypto_hash_by(cr, HASH_SHA1), "OpenSSL 3.", 10), 0);
    crypto_free(cr);
    cr = crypto_new(CRYPTO_MULTI);
    if (!cr)
        return;
    assert_int_equal(strncmp(crypto_cipher_by(cr, CIPHER_AES_GCM), "Intel multi-buffer 1.", 21), 0);
    assert_int_equal(strncmp(crypto_cipher_by(cr, CIPHER_3DES_CBC), "OpenSSL 3.", 10), 0);
    assert_int_equal(strncmp(crypto_hash_by(cr, HASH_MD5), "OpenSSL 3.", 10), 0);
    crypto_free(cr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hmacs), cmocka_unit_test(cbcs),       cmocka_unit_test(gcms),
        cmocka_unit_test(both),  cmocka_unit_test(every_byte), cmocka_unit_test(tags),
        cmocka_unit_test(wiped), cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
