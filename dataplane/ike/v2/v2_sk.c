/* The encrypted payload of IKEv2 in both directions, whole (SK, RFC 7296 section 3.14) or in fragments (SKF, RFC 7383
 * section 2.5), with a cipher and an integrity algorithm or with AES-GCM for both (RFC 5282).
 *
 *     header | SK: next 0 length | [number total] | IV | inner payloads, padding, pad length | ICV
 *
 * CBC: the ICV is over everything before it. GCM: what lies before the IV is the additional data, the nonce is the salt
 * (last four bytes of SK_e) and the IV, which counts up; with one context for one direction of one SA it never
 * repeats. Proof comes before decryption, and nothing is returned of a message that is not proved. An object holds keys
 * in cipher contexts made once; it is not a state machine: message ids, windows and the putting together of fragments
 * are others' business. */
#include "dataplane/ike/v2/v2_keys.h"

struct v2_sk {
    bool gcm;
    uint8_t iv_len, icv_len, block;
    uint64_t count; /* GCM's IV */
    struct cipher *cipher;
    struct mac *mac;
};

struct v2_sk *v2_sk_new(const struct v2_suite *s, bool seal, const struct key *e, const struct key *a)
{
    struct v2_sk *sk = NEW(struct v2_sk);
    size_t salt = s->encr.cipher == CIPHER_AES_GCM ? 4 : 0;

    sk->gcm = salt != 0;
    sk->iv_len = (uint8_t)v2_suite_iv_len(s);
    sk->icv_len = (uint8_t)v2_suite_icv_len(s);
    sk->block = (uint8_t)cipher_block(s->encr.cipher);
    sk->cipher = cipher_new(s->encr.cipher, seal, e->b, e->len - salt, e->b + e->len - salt);
    if (!sk->gcm)
        sk->mac = mac_new(s->integ, a->b, a->len);
    return sk;
}

void v2_sk_free(struct v2_sk *sk)
{
    if (!sk)
        return;
    cipher_free(sk->cipher);
    mac_free(sk->mac);
    mem_free(sk);
}

static size_t seal(struct v2_sk *sk, struct rnd *rnd, const struct v2_hdr *h, uint8_t first, uint16_t number,
                   uint16_t total, const uint8_t *inner, size_t len, uint8_t *out, size_t cap)
{
    size_t pad = (sk->block - (len + 1) % sk->block) % sk->block, plain = len + pad + 1;
    struct v2_wr m;
    uint8_t sum[HASH_MAX];

    if (len > V2_MSG_MAX)
        return 0;
    v2_begin(&m, out, cap, h);
    v2_open(&m, total ? V2_SKF : V2_SK);
    if (!m.w.bad)
        out[m.open_at] = number <= 1 ? first : V2_NONE;
    if (total) {
        wr_u16(&m.w, number);
        wr_u16(&m.w, total);
    }
    size_t aad = m.w.len, iv_at = wr_hole(&m.w, sk->iv_len), text = m.w.len;
    if (len)
        wr_bytes(&m.w, inner, len);
    for (size_t i = 1; i <= pad; i++)
        wr_u8(&m.w, (uint8_t)i);
    wr_u8(&m.w, (uint8_t)pad);
    size_t icv_at = wr_hole(&m.w, sk->icv_len);
    v2_close(&m);
    size_t end = v2_end(&m);
    if (!end || end > V2_MSG_MAX)
        return 0;
    if (sk->gcm) {
        put32(out + iv_at, (uint32_t)(sk->count >> 32));
        put32(out + iv_at + 4, (uint32_t)sk->count);
        sk->count++;
        if (!cipher_seal(sk->cipher, out + iv_at, out, aad, out + text, out + text, plain, out + icv_at))
            return 0;
    } else {
        rnd_fill(rnd, out + iv_at, sk->iv_len);
        if (!cipher_cbc(sk->cipher, out + iv_at, out + text, out + text, plain))
            return 0;
        mac_sum(sk->mac, &BYTES(out, icv_at), 1, sum);
        memcpy(out + icv_at, sum, sk->icv_len);
    }
    return end;
}

size_t v2_sk_seal(struct v2_sk *sk, struct rnd *rnd, const struct v2_hdr *h, uint8_t first, const uint8_t *inner,
                  size_t len, uint8_t *out, size_t cap)
{
    return seal(sk, rnd, h, first, 0, 0, inner, len, out, cap);
}

size_t v2_sk_seal_fragment(struct v2_sk *sk, struct rnd *rnd, const struct v2_hdr *h, uint8_t first, uint16_t number,
                           uint16_t total, const uint8_t *inner, size_t len, uint8_t *out, size_t cap)
{
    if (!number || number > total)
        return 0;
    return seal(sk, rnd, h, first, number, total, inner, len, out, cap);
}

#define FRAGMENT_LEAST                                                                                                 \
    64 /* carried by a piece, however small the MTU: the least that can be configured has no room for the headers */

size_t v2_sk_fragment_room(const struct v2_suite *s, size_t mtu, bool floated)
{
    size_t around = 20 + 8 + (floated ? 4 : 0) + ISAKMP_HDR + 8 + v2_suite_iv_len(s) + v2_suite_icv_len(s);
    size_t block = cipher_block(s->encr.cipher);

    if (mtu < around + FRAGMENT_LEAST)
        mtu = around + FRAGMENT_LEAST;
    return (mtu - around) / block * block - 1; /* with the pad length */
}

bool v2_skf_numbers(const struct v2_payload *p, uint16_t *number, uint16_t *total)
{
    if (p->type != V2_SKF || p->len < 4)
        return false;
    *number = get16(p->body);
    *total = get16(p->body + 2);
    return *number && *number <= *total;
}

bool v2_sk_open(struct v2_sk *sk, const uint8_t *msg, size_t msg_len, const struct v2_payload *p, uint8_t *out,
                size_t cap, size_t *len)
{
    size_t numbers = p->type == V2_SKF ? 4 : 0, aad = (size_t)(p->body - msg) + numbers;
    uint8_t sum[HASH_MAX];

    if (p->body < msg || aad < numbers + ISAKMP_HDR + 4 || (size_t)(p->body - msg) + p->len != msg_len ||
        p->len < numbers + sk->iv_len + sk->icv_len + 1u)
        return false;
    size_t text = aad + sk->iv_len, icv_at = msg_len - sk->icv_len, n = icv_at - text;
    if (n % sk->block || n > cap)
        return false;
    if (sk->gcm) {
        if (!cipher_open(sk->cipher, msg + aad, msg, aad, msg + text, out, n, msg + icv_at)) {
            mem_wipe(out, n);
            return false;
        }
    } else {
        mac_sum(sk->mac, &BYTES(msg, icv_at), 1, sum);
        if (!mem_equal_ct(sum, msg + icv_at, sk->icv_len) || !cipher_cbc(sk->cipher, msg + aad, msg + text, out, n))
            return false;
    }
    size_t pad = out[n - 1];
    if (pad + 1 > n)
        return false;
    *len = n - pad - 1;
    return true;
}
