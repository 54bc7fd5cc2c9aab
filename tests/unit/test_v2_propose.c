/* Offers and choices of IKEv2: offers written by hand after RFC 7296 section 3.3 and read back, what is chosen of them,
 * and answers that were never offered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/ike/v2/v2_propose.h"

/* An SA payload out of a list of {type, id, bits}; type 0 begins a proposal (id: protocol, bits: SPI length). */
struct word {
    uint8_t type;
    uint16_t id, bits;
};
#define PROP(proto, spi_len)                                                                                           \
    {                                                                                                                  \
        0, proto, spi_len                                                                                              \
    }
static void offer_of(const struct word *w, size_t n, struct v2_sa_body *out)
{
    *out = (struct v2_sa_body){0};
    for (size_t i = 0; i < n; i++) {
        if (!w[i].type) {
            if (i && !w[i].id) /* the rest of a fixed array */
                return;
            struct v2_sa_proposal *p = &out->v[out->n++];
            *p = (struct v2_sa_proposal){.number = (uint8_t)out->n,
                                         .protocol = (uint8_t)w[i].id,
                                         .spi_len = (uint8_t)w[i].bits,
                                         .first = (uint16_t)out->nt};
            for (uint8_t j = 0; j < p->spi_len; j++)
                p->spi[j] = (uint8_t)(0x10 * out->n + j);
        } else {
            out->t[out->nt++] = (struct v2_transform){.type = w[i].type, .id = w[i].id, .key_bits = w[i].bits};
            out->v[out->n - 1].n++;
        }
    }
}
#define OFFER(body, words) offer_of(words, sizeof words / sizeof words[0], body)

static struct v2_sa_body read_back(struct v2_wr *m)
{
    struct v2_payloads ps;
    struct v2_sa_body body;
    size_t len = v2_end(m);
    assert_true(len > 0);
    assert_int_equal(v2_payloads(m->first, m->w.base, len, &ps), CODEC_OK);
    assert_int_equal(v2_sa(&ps.v[0], &body), CODEC_OK);
    return body;
}

static const struct v2_proposal mixed = {
    .encr = {{CIPHER_AES_GCM, 256}, {CIPHER_AES_CBC, 256}, {CIPHER_AES_GCM, 128}, {CIPHER_3DES_CBC, 0}},
    .nencr = 4,
    .integ = {HASH_SHA512, HASH_SHA256},
    .ninteg = 2,
    .prf = {HASH_SHA384, HASH_SHA256},
    .nprf = 2,
    .group = {19, 14},
    .ngroup = 2,
};

static void test_offer_bytes(void **state)
{
    (void)state;
    static const struct v2_proposal one = {
        .encr = {{CIPHER_AES_CBC, 128}}, .nencr = 1, .integ = {HASH_SHA256}, .ninteg = 1, .group = {14}, .ngroup = 1};
    static const uint8_t want[] = {
        0, 0, 0, 48, 0, 0, 0, 44, 1,    1,  0, 4,   /* payload; proposal 1, IKE, no SPI, four */
        3, 0, 0, 12, 1, 0, 0, 12, 0x80, 14, 0, 128, /* AES-CBC 128 */
        3, 0, 0, 8,  2, 0, 0, 5,                    /* PRF SHA-256: that of the integrity list */
        3, 0, 0, 8,  3, 0, 0, 12,                   /* SHA-256-128 */
        0, 0, 0, 8,  4, 0, 0, 14,                   /* group 14 */
    };
    uint8_t buf[1024];
    struct v2_wr m;
    v2_begin_inner(&m, buf, sizeof buf);
    v2_write_ike_offer(&m, &one, 1, NULL);
    assert_int_equal(v2_end(&m), sizeof want);
    assert_memory_equal(buf, want, sizeof want);
}

/* GCM and CBC in one list go out as two proposals, the kind of the first before the other; of a rekey with an SPI. */
static void test_offer_is_split(void **state)
{
    (void)state;
    uint8_t buf[1024], spi[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct v2_wr m;
    v2_begin_inner(&m, buf, sizeof buf);
    v2_write_ike_offer(&m, &mixed, 1, spi);
    struct v2_sa_body b = read_back(&m);
    static const struct word want[] = {
        PROP(1, 8),   {1, 20, 256}, {1, 20, 128}, {2, 6, 0}, {2, 5, 0},  {4, 19, 0}, {4, 14, 0}, PROP(1, 8),
        {1, 12, 256}, {1, 3, 0},    {2, 6, 0},    {2, 5, 0}, {3, 14, 0}, {3, 12, 0}, {4, 19, 0}, {4, 14, 0},
    };
    struct v2_sa_body w;
    OFFER(&w, want);
    assert_int_equal(b.n, 2);
    assert_int_equal(b.nt, w.nt);
    for (unsigned i = 0; i < w.nt; i++)
        if (b.t[i].type != w.t[i].type || b.t[i].id != w.t[i].id || b.t[i].key_bits != w.t[i].key_bits)
            fail_msg("transform %u: %u %u %u", i, b.t[i].type, b.t[i].id, b.t[i].key_bits);
    assert_int_equal(b.v[1].number, 2);
    assert_memory_equal(b.v[1].spi, spi, 8);
}

static void test_choose_ike(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct word w[16];
        bool ok;
        struct v2_suite want;
    } rows[] = {
        {"all of it",
         {PROP(1, 0), {1, 12, 256}, {2, 5, 0}, {3, 12, 0}, {4, 14, 0}},
         true,
         {{CIPHER_AES_CBC, 256}, HASH_SHA256, HASH_SHA256, 14, 1}},
        {"our order within theirs",
         {PROP(1, 0), {1, 12, 256}, {2, 5, 0}, {2, 6, 0}, {3, 12, 0}, {3, 14, 0}, {4, 14, 0}, {4, 19, 0}},
         true,
         {{CIPHER_AES_CBC, 256}, HASH_SHA512, HASH_SHA384, 19, 1}},
        {"their order of proposals",
         {PROP(1, 0), {1, 12, 256}, {2, 5, 0}, {3, 12, 0}, {4, 14, 0}, PROP(1, 0), {1, 20, 256}, {2, 5, 0}, {4, 14, 0}},
         true,
         {{CIPHER_AES_CBC, 256}, HASH_SHA256, HASH_SHA256, 14, 1}},
        {"the second fits",
         {PROP(1, 0), {1, 12, 192}, {2, 5, 0}, {3, 12, 0}, {4, 14, 0}, PROP(1, 0), {1, 20, 128}, {2, 5, 0}, {4, 14, 0}},
         true,
         {{CIPHER_AES_GCM, 128}, HASH_NONE, HASH_SHA256, 14, 2}},
        {"GCM with integrity none",
         {PROP(1, 0), {1, 20, 256}, {2, 5, 0}, {3, 0, 0}, {4, 14, 0}},
         true,
         {{CIPHER_AES_GCM, 256}, HASH_NONE, HASH_SHA256, 14, 1}},
        {"3DES has no key length",
         {PROP(1, 0), {1, 3, 0}, {2, 5, 0}, {3, 12, 0}, {4, 14, 0}},
         true,
         {{CIPHER_3DES_CBC, 0}, HASH_SHA256, HASH_SHA256, 14, 1}},
        {"GCM with an integrity algorithm",
         {PROP(1, 0), {1, 20, 256}, {2, 5, 0}, {3, 12, 0}, {4, 14, 0}},
         false,
         {{0}}},
        {"CBC without one", {PROP(1, 0), {1, 12, 256}, {2, 5, 0}, {4, 14, 0}}, false, {{0}}},
        {"no key length", {PROP(1, 0), {1, 12, 0}, {2, 5, 0}, {3, 12, 0}, {4, 14, 0}}, false, {{0}}},
        {"another key length", {PROP(1, 0), {1, 12, 192}, {2, 5, 0}, {3, 12, 0}, {4, 14, 0}}, false, {{0}}},
        {"3DES with a key length", {PROP(1, 0), {1, 3, 192}, {2, 5, 0}, {3, 12, 0}, {4, 14, 0}}, false, {{0}}},
        {"another prf", {PROP(1, 0), {1, 12, 256}, {2, 2, 0}, {3, 12, 0}, {4, 14, 0}}, false, {{0}}},
        {"no prf", {PROP(1, 0), {1, 12, 256}, {3, 12, 0}, {4, 14, 0}}, false, {{0}}},
        {"another group", {PROP(1, 0), {1, 12, 256}, {2, 5, 0}, {3, 12, 0}, {4, 5, 0}}, false, {{0}}},
        {"no group", {PROP(1, 0), {1, 12, 256}, {2, 5, 0}, {3, 12, 0}}, false, {{0}}},
        {"of ESP", {PROP(3, 4), {1, 12, 256}, {2, 5, 0}, {3, 12, 0}, {4, 14, 0}}, false, {{0}}},
        {"a transform type of later RFCs",
         {PROP(1, 0), {1, 12, 256}, {2, 5, 0}, {3, 12, 0}, {4, 14, 0}, {6, 35, 0}},
         false,
         {{0}}},
        {"ESN", {PROP(1, 0), {1, 12, 256}, {2, 5, 0}, {3, 12, 0}, {4, 14, 0}, {5, 0, 0}}, false, {{0}}},
        {"nothing", {PROP(1, 0)}, false, {{0}}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct v2_sa_body b;
        struct v2_suite s;
        OFFER(&b, rows[i].w);
        bool ok = v2_choose_ike(&b, &mixed, 1, &s, NULL);
        if (ok != rows[i].ok)
            fail_msg("%s: %d", rows[i].what, ok);
        if (ok && (s.encr.cipher != rows[i].want.encr.cipher || s.encr.bits != rows[i].want.encr.bits ||
                   s.integ != rows[i].want.integ || s.prf != rows[i].want.prf || s.group != rows[i].want.group ||
                   s.number != rows[i].want.number))
            fail_msg("%s: cipher %d/%u integ %d prf %d group %u number %u", rows[i].what, s.encr.cipher, s.encr.bits,
                     s.integ, s.prf, s.group, s.number);
    }
    /* strange transforms are not there; a rekey has an SPI of 8 bytes that is not 0 */
    static const struct word w[] = {PROP(1, 8), {1, 12, 256}, {2, 5, 0}, {3, 12, 0}, {4, 14, 0}};
    struct v2_sa_body b;
    struct v2_suite s;
    uint8_t spi[8];
    OFFER(&b, w);
    assert_true(v2_choose_ike(&b, &mixed, 1, &s, spi));
    assert_memory_equal(spi, b.v[0].spi, 8);
    b.t[0].strange = true;
    assert_false(v2_choose_ike(&b, &mixed, 1, &s, spi));
    b.t[0].strange = false;
    memset(b.v[0].spi, 0, 8);
    assert_false(v2_choose_ike(&b, &mixed, 1, &s, spi));
    b.v[0].spi_len = 0;
    assert_false(v2_choose_ike(&b, &mixed, 1, &s, spi));
    assert_false(v2_choose_ike(&b, &mixed, 0, &s, NULL));
}

static void test_match_ike(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct word w[10];
        uint8_t number;
        bool ok;
    } rows[] = {
        {"the first", {PROP(1, 0), {1, 20, 128}, {2, 5, 0}, {4, 14, 0}}, 1, true},
        {"the second", {PROP(1, 0), {1, 12, 256}, {2, 5, 0}, {3, 12, 0}, {4, 14, 0}}, 2, true},
        {"CBC under the number of GCM", {PROP(1, 0), {1, 12, 256}, {2, 5, 0}, {3, 12, 0}, {4, 14, 0}}, 1, false},
        {"GCM under the number of CBC", {PROP(1, 0), {1, 20, 128}, {2, 5, 0}, {4, 14, 0}}, 2, false},
        {"number 0", {PROP(1, 0), {1, 20, 128}, {2, 5, 0}, {4, 14, 0}}, 0, false},
        {"number 3", {PROP(1, 0), {1, 20, 128}, {2, 5, 0}, {4, 14, 0}}, 3, false},
        {"two groups", {PROP(1, 0), {1, 20, 128}, {2, 5, 0}, {4, 14, 0}, {4, 19, 0}}, 1, false},
        {"two ciphers", {PROP(1, 0), {1, 20, 128}, {1, 20, 256}, {2, 5, 0}, {4, 14, 0}}, 1, false},
        {"two prfs", {PROP(1, 0), {1, 20, 128}, {2, 5, 0}, {2, 6, 0}, {4, 14, 0}}, 1, false},
        {"two of integrity", {PROP(1, 0), {1, 12, 256}, {2, 5, 0}, {3, 12, 0}, {3, 14, 0}, {4, 14, 0}}, 2, false},
        {"a group not offered", {PROP(1, 0), {1, 20, 128}, {2, 5, 0}, {4, 16, 0}}, 1, false},
        {"two proposals", {PROP(1, 0), {1, 20, 128}, {2, 5, 0}, {4, 14, 0}, PROP(1, 0), {1, 20, 128}}, 1, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct v2_sa_body b;
        struct v2_suite s;
        OFFER(&b, rows[i].w);
        b.v[0].number = rows[i].number;
        if (v2_match_ike(&b, &mixed, 1, &s, NULL) != rows[i].ok)
            fail_msg("%s", rows[i].what);
    }
    struct v2_sa_body none = {0};
    struct v2_suite s;
    assert_false(v2_match_ike(&none, &mixed, 1, &s, NULL));
    /* what the answerer writes is what the beginner takes */
    uint8_t buf[256];
    struct v2_wr m;
    struct v2_suite chosen = {{CIPHER_AES_CBC, 256}, HASH_SHA512, HASH_SHA384, 19, 2};
    v2_begin_inner(&m, buf, sizeof buf);
    v2_write_ike_choice(&m, &chosen, NULL);
    struct v2_sa_body b = read_back(&m);
    assert_true(v2_match_ike(&b, &mixed, 1, &s, NULL));
    assert_int_equal(s.prf, HASH_SHA384);
    assert_int_equal(s.group, 19);
    assert_int_equal(s.integ, HASH_SHA512);
}

static const struct ipsec_policy plain = {
    .transforms = {{PROTO_ESP, CIPHER_AES_CBC, 256, HASH_SHA256, IPSEC_TUNNEL, false},
                   {PROTO_ESP, CIPHER_AES_GCM, 128, HASH_NONE, IPSEC_TRANSPORT, false},
                   {PROTO_AH, CIPHER_NULL, 0, HASH_SHA1, IPSEC_TUNNEL, false},
                   {PROTO_ESP, CIPHER_NULL, 0, HASH_SHA1, IPSEC_TUNNEL, false}},
    .ntransforms = 4,
};

static void test_child_offer(void **state)
{
    (void)state;
    static const struct word want[] = {
        PROP(3, 4),   {1, 12, 256}, {3, 12, 0}, {4, 14, 0}, {5, 1, 0}, {5, 0, 0},  PROP(3, 4),
        {1, 20, 128}, {4, 14, 0},   {5, 0, 0},  PROP(2, 4), {3, 2, 0}, {4, 14, 0}, {5, 0, 0},
        PROP(3, 4),   {1, 11, 0},   {3, 2, 0},  {4, 14, 0}, {5, 0, 0},
    };
    struct ipsec_policy p = plain;
    p.pfs_group = 14;
    p.transforms[0].esn = true;
    uint8_t buf[512];
    struct v2_wr m;
    struct v2_sa_body w;
    v2_begin_inner(&m, buf, sizeof buf);
    v2_write_child_offer(&m, &p, 0xB761863E, true);
    struct v2_sa_body b = read_back(&m);
    OFFER(&w, want);
    assert_int_equal(b.n, 4);
    assert_int_equal(b.nt, w.nt);
    for (unsigned i = 0; i < w.nt; i++)
        if (b.t[i].type != w.t[i].type || b.t[i].id != w.t[i].id || b.t[i].key_bits != w.t[i].key_bits)
            fail_msg("transform %u: %u %u %u", i, b.t[i].type, b.t[i].id, b.t[i].key_bits);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(b.v[i].protocol, w.v[i].protocol);
        assert_int_equal(b.v[i].number, i + 1);
        assert_int_equal(get32(b.v[i].spi), 0xB761863E);
    }
    v2_begin_inner(&m, buf, sizeof buf); /* IKE_AUTH: no groups */
    v2_write_child_offer(&m, &p, 0xB761863E, false);
    b = read_back(&m);
    for (unsigned i = 0; i < b.nt; i++)
        assert_int_not_equal(b.t[i].type, V2_T_DH);
}

static void test_choose_child(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct word w[16];
        unsigned pfs;
        bool with_group, ok;
        uint8_t number, group;
        enum cipher_alg cipher;
        bool esn;
    } rows[] = {
        {"in IKE_AUTH", {PROP(3, 4), {1, 12, 256}, {3, 12, 0}, {5, 0, 0}}, 0, false, true, 1, 0, CIPHER_AES_CBC, false},
        {"in IKE_AUTH, a group does not matter",
         {PROP(3, 4), {1, 12, 256}, {3, 12, 0}, {4, 999, 0}, {5, 0, 0}},
         14,
         false,
         true,
         1,
         0,
         CIPHER_AES_CBC,
         false},
        {"both kinds of numbers offered",
         {PROP(3, 4), {1, 12, 256}, {3, 12, 0}, {5, 1, 0}, {5, 0, 0}},
         0,
         false,
         true,
         1,
         0,
         CIPHER_AES_CBC,
         false},
        {"extended ones alone, which we do not have",
         {PROP(3, 4), {1, 12, 256}, {3, 12, 0}, {5, 1, 0}},
         0,
         false,
         false,
         0,
         0,
         0,
         false},
        {"extended ones, which we want",
         {PROP(3, 4), {1, 20, 128}, {5, 0, 0}, {5, 1, 0}},
         0,
         false,
         true,
         1,
         0,
         CIPHER_AES_GCM,
         true},
        {"wanted, but not offered", {PROP(3, 4), {1, 20, 128}, {5, 0, 0}}, 0, false, true, 1, 0, CIPHER_AES_GCM, false},
        {"nothing said of numbers", {PROP(3, 4), {1, 20, 128}}, 0, false, false, 0, 0, 0, false},
        {"AH", {PROP(2, 4), {3, 2, 0}, {5, 0, 0}}, 0, false, true, 1, 0, CIPHER_NULL, false},
        {"AH with a cipher", {PROP(2, 4), {1, 12, 256}, {3, 2, 0}, {5, 0, 0}}, 0, false, false, 0, 0, 0, false},
        {"NULL", {PROP(3, 4), {1, 11, 0}, {3, 2, 0}, {5, 0, 0}}, 0, false, true, 1, 0, CIPHER_NULL, false},
        {"NULL without integrity", {PROP(3, 4), {1, 11, 0}, {5, 0, 0}}, 0, false, false, 0, 0, 0, false},
        {"their second",
         {PROP(3, 4), {1, 12, 128}, {3, 12, 0}, {5, 0, 0}, PROP(3, 4), {1, 20, 128}, {5, 0, 0}},
         0,
         false,
         true,
         2,
         0,
         CIPHER_AES_GCM,
         false},
        {"of IKE", {PROP(1, 4), {1, 12, 256}, {3, 12, 0}, {5, 0, 0}}, 0, false, false, 0, 0, 0, false},
        {"an SPI of 8", {PROP(3, 8), {1, 12, 256}, {3, 12, 0}, {5, 0, 0}}, 0, false, false, 0, 0, 0, false},
        {"a prf", {PROP(3, 4), {1, 12, 256}, {2, 5, 0}, {3, 12, 0}, {5, 0, 0}}, 0, false, false, 0, 0, 0, false},
        {"our group",
         {PROP(3, 4), {1, 12, 256}, {3, 12, 0}, {4, 19, 0}, {4, 14, 0}, {5, 0, 0}},
         14,
         true,
         true,
         1,
         14,
         CIPHER_AES_CBC,
         false},
        {"another group",
         {PROP(3, 4), {1, 12, 256}, {3, 12, 0}, {4, 19, 0}, {5, 0, 0}},
         14,
         true,
         false,
         0,
         0,
         0,
         false},
        {"we want one, they do not",
         {PROP(3, 4), {1, 12, 256}, {3, 12, 0}, {5, 0, 0}},
         14,
         true,
         false,
         0,
         0,
         0,
         false},
        {"none wanted, none said",
         {PROP(3, 4), {1, 12, 256}, {3, 12, 0}, {5, 0, 0}},
         0,
         true,
         true,
         1,
         0,
         CIPHER_AES_CBC,
         false},
        {"none wanted, none among theirs",
         {PROP(3, 4), {1, 12, 256}, {3, 12, 0}, {4, 19, 0}, {4, 0, 0}, {5, 0, 0}},
         0,
         true,
         true,
         1,
         0,
         CIPHER_AES_CBC,
         false},
        {"none wanted, the first demands one, the second does not",
         {PROP(3, 4), {1, 12, 256}, {3, 12, 0}, {4, 19, 0}, {5, 0, 0}, PROP(3, 4), {1, 20, 128}, {5, 0, 0}},
         0,
         true,
         true,
         2,
         0,
         CIPHER_AES_GCM,
         false},
        {"none wanted, all demand one",
         {PROP(3, 4), {1, 12, 256}, {3, 12, 0}, {4, 999, 0}, {4, 19, 0}, {5, 0, 0}},
         0,
         true,
         true,
         1,
         19,
         CIPHER_AES_CBC,
         false},
        {"none wanted, all demand one we do not know",
         {PROP(3, 4), {1, 12, 256}, {3, 12, 0}, {4, 999, 0}, {5, 0, 0}},
         0,
         true,
         false,
         0,
         0,
         0,
         false},
    };
    struct ipsec_policy p = plain;
    p.transforms[1].esn = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct v2_sa_body b;
        struct v2_child_choice c;
        OFFER(&b, rows[i].w);
        p.pfs_group = rows[i].pfs;
        bool ok = v2_choose_child(&b, &p, rows[i].with_group, &c);
        if (ok != rows[i].ok)
            fail_msg("%s: %d", rows[i].what, ok);
        if (ok && (c.number != rows[i].number || c.group != rows[i].group || c.transform.cipher != rows[i].cipher ||
                   c.transform.esn != rows[i].esn || c.spi != get32(b.v[c.number - 1].spi)))
            fail_msg("%s: number %u group %u cipher %d esn %d", rows[i].what, c.number, c.group, c.transform.cipher,
                     c.transform.esn);
    }
    static const struct word w[] = {PROP(3, 4), {1, 12, 256}, {3, 12, 0}, {5, 0, 0}};
    struct v2_sa_body b;
    struct v2_child_choice c;
    OFFER(&b, w);
    put32(b.v[0].spi, 255); /* reserved */
    assert_false(v2_choose_child(&b, &p, false, &c));
}

static void test_match_child(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct word w[8];
        uint8_t number;
        unsigned pfs;
        bool with_group, ok;
    } rows[] = {
        {"the first", {PROP(3, 4), {1, 12, 256}, {3, 12, 0}, {5, 0, 0}}, 1, 0, false, true},
        {"the second", {PROP(3, 4), {1, 20, 128}, {5, 1, 0}}, 2, 0, false, true},
        {"the second under the first's number", {PROP(3, 4), {1, 20, 128}, {5, 0, 0}}, 1, 0, false, false},
        {"number 0", {PROP(3, 4), {1, 12, 256}, {3, 12, 0}, {5, 0, 0}}, 0, 0, false, false},
        {"number 5", {PROP(3, 4), {1, 12, 256}, {3, 12, 0}, {5, 0, 0}}, 5, 0, false, false},
        {"extended numbers not offered", {PROP(3, 4), {1, 12, 256}, {3, 12, 0}, {5, 1, 0}}, 1, 0, false, false},
        {"both numbers", {PROP(3, 4), {1, 20, 128}, {5, 1, 0}, {5, 0, 0}}, 2, 0, false, false},
        {"a group in IKE_AUTH", {PROP(3, 4), {1, 12, 256}, {3, 12, 0}, {4, 14, 0}, {5, 0, 0}}, 1, 14, false, false},
        {"group none in IKE_AUTH", {PROP(3, 4), {1, 12, 256}, {3, 12, 0}, {4, 0, 0}, {5, 0, 0}}, 1, 14, false, true},
        {"our group", {PROP(3, 4), {1, 12, 256}, {3, 12, 0}, {4, 14, 0}, {5, 0, 0}}, 1, 14, true, true},
        {"another group", {PROP(3, 4), {1, 12, 256}, {3, 12, 0}, {4, 19, 0}, {5, 0, 0}}, 1, 14, true, false},
        {"the group left out", {PROP(3, 4), {1, 12, 256}, {3, 12, 0}, {5, 0, 0}}, 1, 14, true, false},
        {"two ciphers", {PROP(3, 4), {1, 12, 256}, {1, 12, 128}, {3, 12, 0}, {5, 0, 0}}, 1, 0, false, false},
    };
    struct ipsec_policy p = plain;
    p.transforms[1].esn = true;
    struct v2_child_choice c;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct v2_sa_body b;
        OFFER(&b, rows[i].w);
        b.v[0].number = rows[i].number;
        p.pfs_group = rows[i].pfs;
        if (v2_match_child(&b, &p, rows[i].with_group, &c) != rows[i].ok)
            fail_msg("%s", rows[i].what);
    }
    /* our own answer */
    uint8_t buf[256];
    struct v2_wr m;
    struct v2_child_choice mine = {.transform = p.transforms[1], .number = 2, .group = 14};
    v2_begin_inner(&m, buf, sizeof buf);
    v2_write_child_choice(&m, &mine, 0x01020304);
    struct v2_sa_body b = read_back(&m);
    p.pfs_group = 14;
    assert_true(v2_match_child(&b, &p, true, &c));
    assert_int_equal(c.spi, 0x01020304);
    assert_true(c.transform.esn);
    assert_int_equal(c.group, 14);
    assert_int_equal(c.transform.mode, IPSEC_TRANSPORT);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(v2_encr_name((struct v2_encr){CIPHER_AES_CBC, 256}), "AES-CBC");
    assert_string_equal(v2_encr_name((struct v2_encr){CIPHER_AES_GCM, 256}), "AES-GCM");
    assert_string_equal(v2_encr_name((struct v2_encr){CIPHER_3DES_CBC, 0}), "3DES");
    assert_string_equal(v2_integ_name(HASH_SHA1), "SHA96");
    assert_string_equal(v2_integ_name(HASH_MD5), "MD596");
    assert_string_equal(v2_integ_name(HASH_NONE), "None");
    assert_string_equal(v2_integ_name(HASH_SHA512), "SHA512");
    assert_string_equal(v2_prf_name(HASH_SHA1), "SHA1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offer_bytes), cmocka_unit_test(test_offer_is_split), cmocka_unit_test(test_choose_ike),
        cmocka_unit_test(test_match_ike),   cmocka_unit_test(test_child_offer),    cmocka_unit_test(test_choose_child),
        cmocka_unit_test(test_match_child), cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
