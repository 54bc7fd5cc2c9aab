/* v2_keys.h: the sums of IKEv2 (RFC 7296 sections 2.13 to 2.18; RFC 5282; RFC 7383) on plain bytes: no SA, no clock. */
#ifndef DATAPLANE_IKE_V2_V2_KEYS_H
#define DATAPLANE_IKE_V2_V2_KEYS_H

#include "dataplane/ike/v2/v2_propose.h"

struct v2_keys {
    struct key d, ai, ar, ei, er, pi, pr; /* SK_d SK_ai SK_ar SK_ei SK_er SK_pi SK_pr; ei, er with GCM's salt */
};
void v2_keys_wipe(struct v2_keys *k);
/* SKEYSEED = prf(Ni | Nr, g^ir); the seven keys from prf+(SKEYSEED, Ni | Nr | SPIi | SPIr). */
void v2_keys_init(struct v2_keys *k, const struct v2_suite *s, struct bytes gir, struct bytes ni, struct bytes nr,
                  const uint8_t *ispi, const uint8_t *rspi);
/* IKE rekey: SKEYSEED = prf_old(SK_d_old, g^ir | Ni | Nr), then as above with the new suite and SPIs. */
void v2_keys_rekey(struct v2_keys *k, const struct v2_suite *s, enum hash_alg old_prf, const struct key *old_d,
                   struct bytes gir, struct bytes ni, struct bytes nr, const uint8_t *ispi, const uint8_t *rspi);
/* prf+(key, seed...), len bytes. */
void v2_prf_plus(enum hash_alg prf, struct bytes key, const struct bytes *seed, size_t n, uint8_t *out, size_t len);
/* KEYMAT of a child: prf+(SK_d, [g^ir |] Ni | Nr); first half for initiator -> responder. */
void v2_keys_child(const struct v2_suite *s, const struct key *d, struct bytes gir, struct bytes ni, struct bytes nr,
                   uint8_t *out, size_t len);
/* AUTH by shared key (section 2.15): prf(prf(psk, "Key Pad for IKEv2"), first message | other's nonce | prf(SK_p, ID
 * body)). out: hash_len(prf) bytes. */
void v2_keys_auth_psk(enum hash_alg prf, struct bytes psk, struct bytes message, struct bytes nonce,
                      const struct key *sk_p, struct bytes id_body, uint8_t *out);
/* RFC 8784 section 3: what SK_d, SK_pi and SK_pr (any one of them, sk) are with a postquantum preshared key: prf+(PPK, sk),
 * as long as sk. out may be sk. */
void v2_keys_mix(enum hash_alg prf, struct bytes ppk, const struct key *sk, struct key *out);
/* NAT_DETECTION: SHA1(SPIi | SPIr | address | port). out: 20 bytes. */
void v2_keys_nat(const uint8_t *ispi, const uint8_t *rspi, uint32_t addr, uint16_t port, uint8_t out[20]);

/* One direction of an IKE SA's protection. Contexts are made once. */
struct v2_sk;
struct v2_sk *v2_sk_new(const struct v2_suite *s, bool seal, const struct key *e, const struct key *a);
void v2_sk_free(struct v2_sk *sk); /* NULL-safe */
/* The whole message: header (flags, exchange, message id as in h; next and length are set here), SK over the inner
 * chain that begins with `first` (V2_NONE and len 0: empty). Returns its length, 0: does not fit. iv from rnd (CBC), a
 * counter (GCM). */
size_t v2_sk_seal(struct v2_sk *sk, struct rnd *rnd, const struct v2_hdr *h, uint8_t first, const uint8_t *inner,
                  size_t len, uint8_t *out, size_t cap);
/* The same as one of several fragments (RFC 7383): number from 1 of total; `first` is written in fragment 1 alone. */
size_t v2_sk_seal_fragment(struct v2_sk *sk, struct rnd *rnd, const struct v2_hdr *h, uint8_t first, uint16_t number,
                           uint16_t total, const uint8_t *inner, size_t len, uint8_t *out, size_t cap);
/* How many inner bytes fit in a datagram of `mtu` bytes IP payload-wise (IP and UDP headers and marker taken off); some 60 at
 * least, though it be longer then. */
size_t v2_sk_fragment_room(const struct v2_suite *s, size_t mtu, bool floated);
/* msg: the whole message as received; p: its SK or SKF payload (last). Proves, decrypts into out (at most cap), strips
 * padding. false: not proved, or malformed. Nothing has changed then. */
MUST_USE bool v2_sk_open(struct v2_sk *sk, const uint8_t *msg, size_t msg_len, const struct v2_payload *p, uint8_t *out,
                         size_t cap, size_t *len);
/* SKF: number and total in front; false: too short, zero, number beyond total. */
bool v2_skf_numbers(const struct v2_payload *p, uint16_t *number, uint16_t *total);
#endif
