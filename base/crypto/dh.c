/* dh.c: Diffie-Hellman for IKE: MODP groups 1 2 5 14 15 16 (RFC 2409 section 6, RFC 3526), 24 (RFC 5114 section 2.3),
 * the NIST curves 19 20 21 (RFC 5903) and Curve25519, 31 (RFC 8031).
 *
 * The private value is drawn from the given source when the object is made (so that a seeded run repeats), the two sums
 * are separate calls for work_run; while one runs elsewhere nobody else touches the object. Exponents of the MODP
 * groups are as long as estimate 2 of RFC 3526 section 8 asks (at least 256 bits), with the top bit set; scalars of the
 * curves are uniform in 1..n-1 by rejection. Sums take constant time in the private value. A peer's value must have
 * exactly the group's length; MODP: 2 <= y <= p-2 (the primes are safe ones, so that leaves no small subgroup), and for
 * group 24, whose prime is not, y^q = 1 as well (RFC 6989 section 2.2); curves: coordinates below the field prime and
 * on the curve (cofactor 1). Curve25519 takes every 32 bytes (RFC 7748 section 5) but those that lead to the secret
 * zero. The shared secret keeps its leading zeros; of a point it is x alone. Not here: the reuse of a private value for
 * two peers.
 */
#include "espial/crypto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>

enum kind { KIND_MODP, KIND_SUBGROUP, KIND_CURVE, KIND_X25519 };

static const struct group {
    unsigned number;
    enum kind kind;
    BIGNUM *(*prime)(BIGNUM *); /* KIND_MODP */
    int curve;                  /* KIND_CURVE */
    uint16_t field_len;         /* bytes of p */
    uint16_t private_len;       /* bytes of the private value */
} groups[] = {
    {1, KIND_MODP, BN_get_rfc2409_prime_768, 0, 96, 32},
    {2, KIND_MODP, BN_get_rfc2409_prime_1024, 0, 128, 32},
    {5, KIND_MODP, BN_get_rfc3526_prime_1536, 0, 192, 32},
    {14, KIND_MODP, BN_get_rfc3526_prime_2048, 0, 256, 40},
    {15, KIND_MODP, BN_get_rfc3526_prime_3072, 0, 384, 53},
    {16, KIND_MODP, BN_get_rfc3526_prime_4096, 0, 512, 60},
    {17, KIND_MODP, BN_get_rfc3526_prime_6144, 0, 768, 68},
    {18, KIND_MODP, BN_get_rfc3526_prime_8192, 0, 1024, 78},
    {19, KIND_CURVE, NULL, NID_X9_62_prime256v1, 32, 32},
    {20, KIND_CURVE, NULL, NID_secp384r1, 48, 48},
    {21, KIND_CURVE, NULL, NID_secp521r1, 66, 66},
    {24, KIND_SUBGROUP, NULL, 0, 256, 32},
    {31, KIND_X25519, NULL, 0, 32, 32},
};

/* Group 24: the prime, the generator, and the order of its subgroup. */
static const char modp24_p[] =
    "87A8E61DB4B6663CFFBBD19C651959998CEEF608660DD0F25D2CEED4435E3B00E00DF8F1D61957D4FAF7DF4561B2AA30"
    "16C3D91134096FAA3BF4296D830E9A7C209E0C6497517ABD5A8A9D306BCF67ED91F9E6725B4758C022E0B1EF4275BF7B"
    "6C5BFC11D45F9088B941F54EB1E59BB8BC39A0BF12307F5C4FDB70C581B23F76B63ACAE1CAA6B7902D52526735488A0E"
    "F13C6D9A51BFA4AB3AD8347796524D8EF6A167B5A41825D967E144E5140564251CCACB83E6B486F6B3CA3F7971506026"
    "C0B857F689962856DED4010ABD0BE621C3A3960A54E710C375F26375D7014103A4B54330C198AF126116D2276E11715F"
    "693877FAD7EF09CADB094AE91E1A1597";
static const char modp24_g[] =
    "3FB32C9B73134D0B2E77506660EDBD484CA7B18F21EF205407F4793A1A0BA12510DBC15077BE463FFF4FED4AAC0BB555"
    "BE3A6C1B0C6B47B1BC3773BF7E8C6F62901228F8C28CBB18A55AE31341000A650196F931C77A57F2DDF463E5E9EC144B"
    "777DE62AAAB8A8628AC376D282D6ED3864E67982428EBC831D14348F6F2F9193B5045AF2767164E1DFC967C1FB3F2E55"
    "A4BD1BFFE83B9C80D052B985D182EA0ADB2A3B7313D3FE14C8484B1E052588B9B7D2BBD2DF016199ECD06E1557CD0915"
    "B3353BBB64E0EC377FD028370DF92B52C7891428CDC67EB6184B523D1DB246C32F63078490F00EF8D647D148D4795451"
    "5E2327CFEF98C582664B4C0F6CC41659";
static const char modp24_q[] = "8CF83642A709A097B447997640129DA299B1A47D1EB3750BA308B0FE64F5FBD3";

struct dh {
    const struct group *group;
    BN_CTX *ctx;
    BIGNUM *secret;
    BIGNUM *p, *g, *q;  /* MODP; q: of group 24 */
    EC_GROUP *curve;    /* EC */
    uint8_t scalar[32]; /* Curve25519 */
    EVP_PKEY *x25519;   /* made of it when first needed */
    uint8_t public_value[DH_MAX];
};

static void must(int ok)
{
    if (ok == 1)
        return;
    fputs("dh: libcrypto failed\n", stderr);
    abort();
}

static const struct group *find(unsigned number)
{
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        if (groups[i].number == number)
            return &groups[i];
    return NULL;
}

static size_t public_len(const struct group *g)
{
    return g->kind == KIND_CURVE ? 2u * g->field_len : g->field_len;
}

bool dh_known(unsigned group)
{
    return find(group) != NULL;
}

size_t dh_public_len(unsigned group)
{
    const struct group *g = find(group);
    return g ? public_len(g) : 0;
}

static void draw_scalar(struct dh *dh, struct rnd *rnd)
{
    uint8_t b[66];
    const BIGNUM *order = EC_GROUP_get0_order(dh->curve);
    uint8_t top = (uint8_t)(0xFF >> (8 * dh->group->private_len - BN_num_bits(order)));
    do {
        rnd_fill(rnd, b, dh->group->private_len);
        b[0] &= top;
        must(BN_bin2bn(b, dh->group->private_len, dh->secret) != NULL);
    } while (BN_is_zero(dh->secret) || BN_cmp(dh->secret, order) >= 0);
    mem_wipe(b, sizeof b);
}

static void modp_numbers(struct dh *dh)
{
    if (dh->group->kind == KIND_MODP) {
        dh->p = dh->group->prime(NULL);
        dh->g = BN_new();
        must(dh->p && dh->g && BN_set_word(dh->g, 2));
        return;
    }
    must(BN_hex2bn(&dh->p, modp24_p) && BN_hex2bn(&dh->g, modp24_g) && BN_hex2bn(&dh->q, modp24_q));
}

/* Of group 24: 1..q-1 by rejection. */
static void draw_exponent(struct dh *dh, struct rnd *rnd)
{
    uint8_t b[80];
    do {
        rnd_fill(rnd, b, dh->group->private_len);
        if (!dh->q)
            b[0] |= 0x80;
        must(BN_bin2bn(b, dh->group->private_len, dh->secret) != NULL);
    } while (dh->q && (BN_is_zero(dh->secret) || BN_cmp(dh->secret, dh->q) >= 0));
    mem_wipe(b, sizeof b);
}

struct dh *dh_new(unsigned group, struct rnd *rnd)
{
    const struct group *g = find(group);
    if (!g)
        return NULL;
    struct dh *dh = NEW(struct dh);
    dh->group = g;
    if (g->kind == KIND_X25519) {
        rnd_fill(rnd, dh->scalar, sizeof dh->scalar);
        return dh;
    }
    dh->ctx = BN_CTX_secure_new();
    dh->secret = BN_new();
    must(dh->ctx && dh->secret);
    BN_set_flags(dh->secret, BN_FLG_CONSTTIME);
    if (g->kind == KIND_CURVE) {
        dh->curve = EC_GROUP_new_by_curve_name(g->curve);
        must(dh->curve != NULL);
        draw_scalar(dh, rnd);
    } else {
        modp_numbers(dh);
        draw_exponent(dh, rnd);
    }
    return dh;
}

void dh_free(struct dh *dh)
{
    if (!dh)
        return;
    EVP_PKEY_free(dh->x25519);
    BN_clear_free(dh->secret);
    BN_free(dh->p);
    BN_free(dh->g);
    BN_free(dh->q);
    EC_GROUP_free(dh->curve);
    BN_CTX_free(dh->ctx);
    mem_wipe(dh, sizeof *dh);
    mem_free(dh);
}

/* out = base^secret mod p, at the length of p. */
static void power(struct dh *dh, const BIGNUM *base, uint8_t *out)
{
    BIGNUM *r = BN_new();
    must(r && BN_mod_exp_mont_consttime(r, base, dh->secret, dh->p, dh->ctx, NULL) &&
         BN_bn2binpad(r, out, dh->group->field_len) > 0);
    BN_clear_free(r);
}

/* The coordinates of a point, each at the length of the field; y may be NULL. */
static void coordinates(struct dh *dh, const EC_POINT *point, uint8_t *x, uint8_t *y)
{
    BIGNUM *bx = BN_new(), *by = BN_new();
    must(bx && by && EC_POINT_get_affine_coordinates(dh->curve, point, bx, by, dh->ctx) &&
         BN_bn2binpad(bx, x, dh->group->field_len) > 0);
    if (y)
        must(BN_bn2binpad(by, y, dh->group->field_len) > 0);
    BN_clear_free(bx);
    BN_clear_free(by);
}

/* Made once: making it computes the public value as well. */
static EVP_PKEY *x25519_key(struct dh *dh)
{
    if (!dh->x25519)
        dh->x25519 = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, dh->scalar, sizeof dh->scalar);
    must(dh->x25519 != NULL);
    return dh->x25519;
}

void dh_compute_public(struct dh *dh)
{
    if (dh->group->kind == KIND_X25519) {
        size_t len = dh->group->field_len;
        must(EVP_PKEY_get_raw_public_key(x25519_key(dh), dh->public_value, &len));
        return;
    }
    if (dh->group->kind != KIND_CURVE) {
        power(dh, dh->g, dh->public_value);
        return;
    }
    EC_POINT *q = EC_POINT_new(dh->curve);
    must(q && EC_POINT_mul(dh->curve, q, dh->secret, NULL, NULL, dh->ctx));
    coordinates(dh, q, dh->public_value, dh->public_value + dh->group->field_len);
    EC_POINT_clear_free(q);
}

const uint8_t *dh_public(const struct dh *dh)
{
    return dh->public_value;
}

static bool shared_modp(struct dh *dh, const BIGNUM *y, uint8_t *out)
{
    BIGNUM *limit = BN_dup(dh->p);
    must(limit && BN_sub_word(limit, 2));
    bool ok = BN_cmp(y, BN_value_one()) > 0 && BN_cmp(y, limit) <= 0;
    if (ok && dh->q) {
        must(BN_mod_exp(limit, y, dh->q, dh->p, dh->ctx));
        ok = BN_is_one(limit);
    }
    BN_free(limit);
    if (ok)
        power(dh, y, out);
    return ok;
}

/* EC_POINT_set_affine_coordinates refuses a point off the curve, but takes coordinates modulo the prime: their range is
 * checked first. */
static bool shared_curve(struct dh *dh, const BIGNUM *x, const BIGNUM *y, uint8_t *out)
{
    EC_POINT *peer = EC_POINT_new(dh->curve), *q = EC_POINT_new(dh->curve);
    must(peer && q);
    const BIGNUM *p = EC_GROUP_get0_field(dh->curve);
    bool ok = BN_cmp(x, p) < 0 && BN_cmp(y, p) < 0 &&
              EC_POINT_set_affine_coordinates(dh->curve, peer, x, y, dh->ctx) == 1 &&
              EC_POINT_is_on_curve(dh->curve, peer, dh->ctx) == 1;
    if (ok) {
        must(EC_POINT_mul(dh->curve, q, NULL, peer, dh->secret, dh->ctx));
        ok = !EC_POINT_is_at_infinity(dh->curve, q);
    }
    if (ok)
        coordinates(dh, q, out, NULL);
    EC_POINT_free(peer);
    EC_POINT_clear_free(q);
    return ok;
}

/* A peer's value of small order leads to zero, which the library refuses. */
static bool shared_x25519(struct dh *dh, const uint8_t *peer, uint8_t *out)
{
    size_t len = dh->group->field_len;
    EVP_PKEY *ours = x25519_key(dh), *theirs = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, peer, len);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(ours, NULL);
    must(theirs && ctx && EVP_PKEY_derive_init(ctx) == 1);
    bool ok = EVP_PKEY_derive_set_peer(ctx, theirs) == 1 && EVP_PKEY_derive(ctx, out, &len) == 1;
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(theirs);
    return ok;
}

static bool shared_numbers(struct dh *dh, const uint8_t *peer, uint8_t *out)
{
    size_t field = dh->group->field_len;
    bool curve = dh->group->kind == KIND_CURVE;
    BIGNUM *a = BN_bin2bn(peer, (int)field, NULL), *b = curve ? BN_bin2bn(peer + field, (int)field, NULL) : NULL;
    must(a && (b || !curve));
    bool ok = curve ? shared_curve(dh, a, b, out) : shared_modp(dh, a, out);
    BN_free(a);
    BN_free(b);
    return ok;
}

bool dh_compute_shared(struct dh *dh, const uint8_t *peer, size_t peer_len, struct key *secret)
{
    uint8_t out[DH_MAX];
    if (peer_len != public_len(dh->group))
        return false;
    bool ok = dh->group->kind == KIND_X25519 ? shared_x25519(dh, peer, out) : shared_numbers(dh, peer, out);
    if (ok)
        key_set(secret, out, dh->group->field_len);
    mem_wipe(out, sizeof out);
    return ok;
}
