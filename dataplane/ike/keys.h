/* keys.h: the sums of IKEv1 (RFC 2409 sections 5 and 5.5, appendix B) on plain bytes: no SA, no message, no clock. */
#ifndef DATAPLANE_IKE_KEYS_H
#define DATAPLANE_IKE_KEYS_H

#include "espial/crypto.h"

/* What one IKE SA is keyed with. prf is HMAC of the negotiated hash. */
struct ike_keys {
    enum hash_alg prf;
    struct key skeyid, d, a, e; /* SKEYID, SKEYID_d, SKEYID_a, SKEYID_e */
    struct key enc;             /* the cipher's key, cut from or grown out of SKEYID_e */
};
void ike_keys_wipe(struct ike_keys *k);

/* SKEYID = prf(pre-shared-key, Ni_b | Nr_b). */
void keys_skeyid_psk(enum hash_alg prf, struct bytes psk, struct bytes ni, struct bytes nr, struct key *skeyid);
/* SKEYID_d, _a, _e from k->skeyid, g^xy and the cookies (8 bytes each), and the cipher key of enc_len bytes (appendix
 * B: K1 | K2 | ... when SKEYID_e is too short). */
void keys_derive(struct ike_keys *k, struct bytes gxy, const uint8_t *icookie, const uint8_t *rcookie, size_t enc_len);
/* IV of phase 1: the first `len` bytes of hash(g^xi | g^xr). */
void keys_iv_main(enum hash_alg hash, struct bytes gxi, struct bytes gxr, uint8_t *iv, size_t len);
/* IV of a phase-2 exchange: hash(last cipher block of phase 1 | message id). */
void keys_iv_phase2(enum hash_alg hash, const uint8_t *last_block, uint32_t mid, uint8_t *iv, size_t len);

/* HASH_I and HASH_R of main mode: prf(SKEYID, g^x(own) | g^x(other) | CKY(own) | CKY(other) | SAi_b | ID(own)_b). */
void keys_hash_main(const struct ike_keys *k, struct bytes own_gx, struct bytes other_gx, const uint8_t *own_cookie,
                    const uint8_t *other_cookie, struct bytes sai, struct bytes id, uint8_t *out);
/* prf(SKEYID_a, M-ID | parts...): HASH(1), HASH(2) (parts begin with Ni_b) and the hash of INFORMATIONAL. */
void keys_hash_mid(const struct ike_keys *k, uint32_t mid, const struct bytes *parts, size_t n, uint8_t *out);
/* HASH(3) = prf(SKEYID_a, 0 | M-ID | Ni_b | Nr_b). */
void keys_hash3(const struct ike_keys *k, uint32_t mid, struct bytes ni, struct bytes nr, uint8_t *out);
/* KEYMAT = prf+(SKEYID_d, [g(qm)^xy |] protocol | SPI | Ni_b | Nr_b), `len` bytes. gxy may be empty. */
void keys_keymat(const struct ike_keys *k, struct bytes gxy, uint8_t protocol, uint32_t spi, struct bytes ni,
                 struct bytes nr, uint8_t *out, size_t len);
/* NAT-D: hash(CKY-I | CKY-R | address | port), RFC 3947 section 3.2. */
void keys_nat_d(enum hash_alg hash, const uint8_t *icookie, const uint8_t *rcookie, uint32_t addr, uint16_t port,
                uint8_t *out);
#endif
