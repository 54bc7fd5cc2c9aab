/* dh.c: Diffie-Hellman for IKE: MODP groups 1 2 5 14 15 16 (RFC 2409 section 6, RFC 3526) and the NIST curves 19 20 21
 * (RFC 5903).
 *
 * The private value is drawn from the given source when the object is made (so that a seeded run repeats), the two sums
 * are separate calls for work_run; while one runs elsewhere nobody else touches the object. Exponents of the MODP
 * groups are as long as estimate 2 of RFC 3526 section 8 asks (at least 256 bits), with the top bit set; scalars of the
 * curves are uniform in 1..n-1 by rejection. Sums take constant time in the private value. A peer's value must have
 * exactly the group's length; MODP: 2 <= y <= p-2 (the primes are safe ones, so that leaves no small subgroup); curves:
 * coordinates below the field prime and on the curve (cofactor 1). The shared secret keeps its leading zeros; of a
 * point it is x alone. Not here: group 24, and the reuse of a private value for two peers.
 */
#include "espial/crypto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

static const struct group {
    unsigned number;
    BIGNUM *(*prime)(BIGNUM *); /* NULL: a curve */
    int curve;
    uint16_t field_len;   /* bytes of p */
    uint16_t private_len; /* bytes of the private value */
} groups[] = {
    {1, BN_get_rfc2409_prime_768, 0, 96, 32},    {2, BN_get_rfc2409_prime_1024, 0, 128, 32},
    {5, BN_get_rfc3526_prime_1536, 0, 192, 32},  {14, BN_get_rfc3526_prime_2048, 0, 256, 40},
    {15, BN_get_rfc3526_prime_3072, 0, 384, 53}, {16, BN_get_rfc3526_prime_4096, 0, 512, 60},
    {19, NULL, NID_X9_62_prime256v1, 32, 32},    {20, NULL, NID_secp384r1, 48, 48},
    {21, NULL, NID_secp521r1, 66, 66},
};

struct dh {
    const struct group *group;
    BN_CTX *ctx;
    BIGNUM *secret;
    BIGNUM *p;       /* MODP */
    EC_GROUP *curve; /* EC */
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
    return g->prime ? g->field_len : 2u * g->field_len;
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

struct dh *dh_new(unsigned group, struct rnd *rnd)
{
    const struct group *g = find(group);
    if (!g)
        return NULL;
    struct dh *dh = NEW(struct dh);
    dh->group = g;
    dh->ctx = BN_CTX_secure_new();
    dh->secret = BN_new();
    must(dh->ctx && dh->secret);
    BN_set_flags(dh->secret, BN_FLG_CONSTTIME);
    if (g->prime) {
        uint8_t b[64];
        rnd_fill(rnd, b, g->private_len);
        b[0] |= 0x80;
        dh->p = g->prime(NULL);
        must(dh->p && BN_bin2bn(b, g->private_len, dh->secret));
        mem_wipe(b, sizeof b);
    } else {
        dh->curve = EC_GROUP_new_by_curve_name(g->curve);
        must(dh->curve != NULL);
        draw_scalar(dh, rnd);
    }
    return dh;
}

void dh_free(struct dh *dh)
{
    if (!dh)
        return;
    BN_clear_free(dh->secret);
    BN_free(dh->p);
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

void dh_compute_public(struct dh *dh)
{
    if (dh->group->prime) {
        BIGNUM *two = BN_new();
        must(two && BN_set_word(two, 2));
        power(dh, two, dh->public_value);
        BN_free(two);
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

bool dh_compute_shared(struct dh *dh, const uint8_t *peer, size_t peer_len, struct key *secret)
{
    size_t field = dh->group->field_len;
    uint8_t out[DH_MAX];
    if (peer_len != public_len(dh->group))
        return false;
    BIGNUM *a = BN_bin2bn(peer, (int)field, NULL),
           *b = dh->group->prime ? NULL : BN_bin2bn(peer + field, (int)field, NULL);
    must(a && (b || dh->group->prime));
    bool ok = dh->group->prime ? shared_modp(dh, a, out) : shared_curve(dh, a, b, out);
    if (ok)
        key_set(secret, out, field);
    BN_free(a);
    BN_free(b);
    mem_wipe(out, sizeof out);
    return ok;
}
