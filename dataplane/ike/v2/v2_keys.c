/* Key derivation of IKEv2 (RFC 7296 sections 2.13 to 2.18): SKEYSEED, the seven keys of an IKE SA, KEYMAT of its
 * children, proof by shared key, the hash of NAT detection (2.23); RFC 8784's mixing of a postquantum preshared key.
 *
 * Each function is one formula over lists of byte ranges, to be read against the text and checked with NIST's vectors.
 * prf is HMAC with the negotiated hash, so that keys of any length are taken whole: the cutting of nonces for ciphers
 * with keys of one size does not arise. After a rekey SKEYSEED is still made with the old SA's prf, what grows out of it
 * with the new one's (2.18). Nothing is kept; what is in between is wiped. Encryption: v2_sk.c. */
#include "dataplane/ike/v2/v2_keys.h"

void v2_keys_wipe(struct v2_keys *k)
{
    mem_wipe(k, sizeof *k);
}

#define SEED_PARTS_MAX 6
void v2_prf_plus(enum hash_alg prf, struct bytes key, const struct bytes *seed, size_t n, uint8_t *out, size_t len)
{
    uint8_t t[HASH_MAX], count = 0;
    size_t hlen = hash_len(prf);
    struct bytes parts[SEED_PARTS_MAX + 2] = {BYTES(t, 0)};

    if (n > SEED_PARTS_MAX)
        n = SEED_PARTS_MAX;
    for (size_t i = 0; i < n; i++)
        parts[1 + i] = seed[i];
    parts[1 + n] = BYTES(&count, 1);
    struct mac *mac = mac_new(prf, key.p, key.len);
    for (size_t at = 0; at < len; at += hlen) {
        uint8_t sum[HASH_MAX];
        count++;
        mac_derive(mac, parts, n + 2, sum);
        memcpy(t, sum, hlen);
        parts[0].len = hlen;
        memcpy(out + at, t, len - at < hlen ? len - at : hlen);
        mem_wipe(sum, sizeof sum);
    }
    mac_free(mac);
    mem_wipe(t, sizeof t);
}

/* The seven keys in their order, out of SKEYSEED. */
static void grow(struct v2_keys *k, const struct v2_suite *s, const uint8_t *skeyseed, size_t seed_len, struct bytes ni,
                 struct bytes nr, const uint8_t *ispi, const uint8_t *rspi)
{
    uint8_t all[3 * HASH_MAX + 2 * HASH_MAX + 2 * 36];
    size_t prf = hash_len(s->prf), a = v2_suite_integ_len(s), e = v2_suite_key_len(s), at = 0;
    const struct {
        struct key *key;
        size_t len;
    } cut[] = {{&k->d, prf}, {&k->ai, a}, {&k->ar, a}, {&k->ei, e}, {&k->er, e}, {&k->pi, prf}, {&k->pr, prf}};
    struct bytes seed[] = {ni, nr, BYTES(ispi, 8), BYTES(rspi, 8)};

    v2_prf_plus(s->prf, BYTES(skeyseed, seed_len), seed, 4, all, 3 * prf + 2 * a + 2 * e);
    for (size_t i = 0; i < sizeof cut / sizeof cut[0]; i++) {
        key_set(cut[i].key, all + at, cut[i].len);
        at += cut[i].len;
    }
    mem_wipe(all, sizeof all);
}

void v2_keys_init(struct v2_keys *k, const struct v2_suite *s, struct bytes gir, struct bytes ni, struct bytes nr,
                  const uint8_t *ispi, const uint8_t *rspi)
{
    uint8_t nonces[2 * V2_NONCE_MAX], skeyseed[HASH_MAX];
    size_t ni_len = ni.len < V2_NONCE_MAX ? ni.len : V2_NONCE_MAX;
    size_t nr_len = nr.len < V2_NONCE_MAX ? nr.len : V2_NONCE_MAX;

    memcpy(nonces, ni.p, ni_len);
    memcpy(nonces + ni_len, nr.p, nr_len);
    hmac_parts(s->prf, nonces, ni_len + nr_len, &gir, 1, skeyseed);
    grow(k, s, skeyseed, hash_len(s->prf), ni, nr, ispi, rspi);
    mem_wipe(skeyseed, sizeof skeyseed);
}

void v2_keys_rekey(struct v2_keys *k, const struct v2_suite *s, enum hash_alg old_prf, const struct key *old_d,
                   struct bytes gir, struct bytes ni, struct bytes nr, const uint8_t *ispi, const uint8_t *rspi)
{
    uint8_t skeyseed[HASH_MAX];
    struct bytes parts[] = {gir, ni, nr};

    hmac_parts(old_prf, old_d->b, old_d->len, parts, 3, skeyseed);
    grow(k, s, skeyseed, hash_len(old_prf), ni, nr, ispi, rspi);
    mem_wipe(skeyseed, sizeof skeyseed);
}

void v2_keys_child(const struct v2_suite *s, const struct key *d, struct bytes gir, struct bytes ni, struct bytes nr,
                   uint8_t *out, size_t len)
{
    struct bytes seed[] = {gir, ni, nr};

    v2_prf_plus(s->prf, BYTES(d->b, d->len), gir.len ? seed : seed + 1, gir.len ? 3 : 2, out, len);
}

void v2_keys_auth_psk(enum hash_alg prf, struct bytes psk, struct bytes message, struct bytes nonce,
                      const struct key *sk_p, struct bytes id_body, uint8_t *out)
{
    static const char pad[] = "Key Pad for IKEv2";
    uint8_t key[HASH_MAX], id[HASH_MAX];
    size_t hlen = hash_len(prf);

    hmac_parts(prf, psk.p, psk.len, &BYTES(pad, sizeof pad - 1), 1, key);
    hmac_parts(prf, sk_p->b, sk_p->len, &id_body, 1, id);
    struct bytes octets[] = {message, nonce, BYTES(id, hlen)};
    hmac_parts(prf, key, hlen, octets, 3, out);
    mem_wipe(key, sizeof key);
    mem_wipe(id, sizeof id);
}

void v2_keys_mix(enum hash_alg prf, struct bytes ppk, const struct key *sk, struct key *out)
{
    uint8_t mixed[HASH_MAX];
    size_t len = sk->len < sizeof mixed ? sk->len : sizeof mixed;

    v2_prf_plus(prf, ppk, &BYTES(sk->b, sk->len), 1, mixed, len);
    key_set(out, mixed, len);
    mem_wipe(mixed, sizeof mixed);
}

void v2_keys_nat(const uint8_t *ispi, const uint8_t *rspi, uint32_t addr, uint16_t port, uint8_t out[20])
{
    uint8_t where[6];
    struct bytes parts[] = {BYTES(ispi, 8), BYTES(rspi, 8), BYTES(where, 6)};

    put32(where, addr);
    put16(where + 4, port);
    hash_parts(HASH_SHA1, parts, 3, out);
}
