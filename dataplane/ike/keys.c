/* Key derivation of IKEv1 with pre-shared keys: SKEYID and its children, the authentication hashes of main and quick
 * mode, initialisation vectors, KEYMAT for IPsec, and the hash of NAT discovery.
 *
 * Every function is one formula of RFC 2409 (sections 5, 5.5, 5.7, appendix B) or RFC 3947 (section 3.2) over lists of
 * byte ranges, so that it can be read against the text and checked with vectors computed elsewhere. prf is HMAC with
 * the negotiated hash. Nothing is kept; intermediate material is wiped. */
#include <string.h>

#include "dataplane/ike/keys.h"
#include "espial/buf.h"

void ike_keys_wipe(struct ike_keys *k)
{
    key_wipe(&k->skeyid);
    key_wipe(&k->d);
    key_wipe(&k->a);
    key_wipe(&k->e);
    key_wipe(&k->enc);
}

static void prf(enum hash_alg h, const struct key *key, const struct bytes *parts, size_t n, uint8_t *out)
{
    hmac_parts(h, key->b, key->len, parts, n, out);
}

void keys_skeyid_psk(enum hash_alg h, struct bytes psk, struct bytes ni, struct bytes nr, struct key *skeyid)
{
    uint8_t sum[HASH_MAX];
    struct bytes parts[] = {ni, nr};

    hmac_parts(h, psk.p, psk.len, parts, 2, sum);
    key_set(skeyid, sum, hash_len(h));
    mem_wipe(sum, sizeof sum);
}

static void grow_cipher_key(struct ike_keys *k, size_t enc_len)
{
    size_t hlen = hash_len(k->prf);
    uint8_t out[KEY_MAX], block[HASH_MAX];
    static const uint8_t zero = 0;

    if (enc_len <= k->e.len) {
        key_set(&k->enc, k->e.b, enc_len);
        return;
    }
    struct bytes part = BYTES(&zero, 1);
    for (size_t at = 0; at < enc_len; at += hlen) {
        prf(k->prf, &k->e, &part, 1, block);
        memcpy(out + at, block, enc_len - at < hlen ? enc_len - at : hlen);
        part = BYTES(block, hlen);
    }
    key_set(&k->enc, out, enc_len);
    mem_wipe(out, sizeof out);
    mem_wipe(block, sizeof block);
}

void keys_derive(struct ike_keys *k, struct bytes gxy, const uint8_t *icookie, const uint8_t *rcookie, size_t enc_len)
{
    uint8_t sum[HASH_MAX];
    size_t hlen = hash_len(k->prf);
    struct key *child[] = {&k->d, &k->a, &k->e};
    struct bytes former = BYTES(NULL, 0);

    for (uint8_t i = 0; i < 3; i++) {
        struct bytes parts[] = {former, gxy, BYTES(icookie, 8), BYTES(rcookie, 8), BYTES(&i, 1)};
        prf(k->prf, &k->skeyid, i ? parts : parts + 1, i ? 5 : 4, sum);
        key_set(child[i], sum, hlen);
        former = BYTES(child[i]->b, hlen);
    }
    mem_wipe(sum, sizeof sum);
    grow_cipher_key(k, enc_len);
}

void keys_iv_main(enum hash_alg hash, struct bytes gxi, struct bytes gxr, uint8_t *iv, size_t len)
{
    uint8_t sum[HASH_MAX];
    struct bytes parts[] = {gxi, gxr};

    hash_parts(hash, parts, 2, sum);
    memcpy(iv, sum, len);
}

void keys_iv_phase2(enum hash_alg hash, const uint8_t *last_block, uint32_t mid, uint8_t *iv, size_t len)
{
    uint8_t sum[HASH_MAX], m[4];
    struct bytes parts[] = {BYTES(last_block, len), BYTES(m, 4)};

    put32(m, mid);
    hash_parts(hash, parts, 2, sum);
    memcpy(iv, sum, len);
}

void keys_hash_main(const struct ike_keys *k, struct bytes own_gx, struct bytes other_gx, const uint8_t *own_cookie,
                    const uint8_t *other_cookie, struct bytes sai, struct bytes id, uint8_t *out)
{
    struct bytes parts[] = {own_gx, other_gx, BYTES(own_cookie, 8), BYTES(other_cookie, 8), sai, id};

    prf(k->prf, &k->skeyid, parts, 6, out);
}

#define MID_PARTS_MAX 4
void keys_hash_mid(const struct ike_keys *k, uint32_t mid, const struct bytes *parts, size_t n, uint8_t *out)
{
    uint8_t m[4];
    struct bytes all[1 + MID_PARTS_MAX] = {BYTES(m, 4)};

    put32(m, mid);
    for (size_t i = 0; i < n && i < MID_PARTS_MAX; i++)
        all[1 + i] = parts[i];
    prf(k->prf, &k->a, all, 1 + n, out);
}

void keys_hash3(const struct ike_keys *k, uint32_t mid, struct bytes ni, struct bytes nr, uint8_t *out)
{
    uint8_t m[5] = {0};
    struct bytes parts[] = {BYTES(m, 5), ni, nr};

    put32(m + 1, mid);
    prf(k->prf, &k->a, parts, 3, out);
}

void keys_keymat(const struct ike_keys *k, struct bytes gxy, uint8_t protocol, uint32_t spi, struct bytes ni,
                 struct bytes nr, uint8_t *out, size_t len)
{
    uint8_t head[5], block[HASH_MAX];
    size_t hlen = hash_len(k->prf);
    struct bytes parts[] = {BYTES(block, 0), gxy, BYTES(head, 5), ni, nr};

    head[0] = protocol;
    put32(head + 1, spi);
    for (size_t at = 0; at < len; at += hlen) {
        uint8_t sum[HASH_MAX];
        prf(k->prf, &k->d, parts, 5, sum);
        memcpy(block, sum, hlen);
        parts[0].len = hlen;
        memcpy(out + at, block, len - at < hlen ? len - at : hlen);
        mem_wipe(sum, sizeof sum);
    }
    mem_wipe(block, sizeof block);
}

void keys_nat_d(enum hash_alg hash, const uint8_t *icookie, const uint8_t *rcookie, uint32_t addr, uint16_t port,
                uint8_t *out)
{
    uint8_t where[6];
    struct bytes parts[] = {BYTES(icookie, 8), BYTES(rcookie, 8), BYTES(where, 6)};

    put32(where, addr);
    put16(where + 4, port);
    hash_parts(hash, parts, 3, out);
}
