/* v2_propose.h: algorithms of IKEv2 as offers and choices (RFC 7296 section 3.3, 2.7; RFC 8247). On bytes and flat
 * structures: no SA, no state. */
#ifndef DATAPLANE_IKE_V2_V2_PROPOSE_H
#define DATAPLANE_IKE_V2_V2_PROPOSE_H

#include "dataplane/ike/v2/v2_codec.h"
#include "dataplane/ipsec/sad.h"
#include "espial/crypto.h"

#define V2_ALGS_MAX      13
#define V2_PROPOSALS_MAX 8

struct v2_encr {
    enum cipher_alg cipher; /* CIPHER_AES_CBC, CIPHER_3DES_CBC, CIPHER_AES_GCM (16-byte tag) */
    uint16_t bits;
};
/* One IKE proposal: all combinations of the lists, each in order of preference. GCM and CBC never stand in one list on
 * the wire (RFC 5282 section 8): writing splits them. */
struct v2_proposal {
    struct v2_encr encr[V2_ALGS_MAX];
    enum hash_alg integ[V2_ALGS_MAX], prf[V2_ALGS_MAX];
    uint8_t group[V2_ALGS_MAX];
    uint8_t nencr, ninteg, nprf, ngroup;
};
/* What was agreed. */
struct v2_suite {
    struct v2_encr encr;
    enum hash_alg integ; /* HASH_NONE with GCM */
    enum hash_alg prf;
    uint8_t group;
    uint8_t number; /* of the proposal in the offer */
};
/* Those of n proposals that have the pseudorandom function, with that one alone; how many. None: 0, and v stays. */
unsigned v2_with_prf(struct v2_proposal *v, unsigned n, enum hash_alg prf);
/* Is that group, which a peer asks for, in one of them (and known to us)? */
bool v2_offers_group(const struct v2_proposal *v, unsigned n, unsigned group);
size_t v2_suite_key_len(const struct v2_suite *s);   /* SK_e, with the 4-byte salt of GCM */
size_t v2_suite_integ_len(const struct v2_suite *s); /* SK_a; 0 with GCM */
size_t v2_suite_icv_len(const struct v2_suite *s);   /* 12 (96 bits of MD5, SHA1), 16, 24, 32; GCM 16 */
size_t v2_suite_iv_len(const struct v2_suite *s);    /* 16, 8 */

/* SA payload of IKE_SA_INIT (spi NULL) or of an IKE rekey (spi of 8 bytes). */
void v2_write_ike_offer(struct v2_wr *m, const struct v2_proposal *v, unsigned n, const uint8_t *spi);
/* The first offered proposal (theirs in order, ours in order of preference within it) that fits one of ours. False:
 * NO_PROPOSAL_CHOSEN. peer_spi: 8 bytes of a rekey; may be NULL. */
bool v2_choose_ike(const struct v2_sa_body *offer, const struct v2_proposal *ours, unsigned n, struct v2_suite *out,
                   uint8_t *peer_spi);
/* The answer: one proposal, one transform of each kind. */
void v2_write_ike_choice(struct v2_wr *m, const struct v2_suite *s, const uint8_t *spi);
/* Initiator: the answer is one of the combinations that were offered. */
bool v2_match_ike(const struct v2_sa_body *answer, const struct v2_proposal *ours, unsigned n, struct v2_suite *out,
                  uint8_t *peer_spi);

/* Children: one proposal for each transform of the policy; DH groups only when pfs (CREATE_CHILD_SA). ESN: 1 when the
 * transform asks for it, else 0; a transform with esn offers both, 1 first. */
struct v2_child_choice {
    struct ipsec_transform transform; /* mode is not decided here */
    uint32_t spi;                     /* the peer's */
    uint8_t group;                    /* 0 none */
    uint8_t number;
};
void v2_write_child_offer(struct v2_wr *m, const struct ipsec_policy *p, uint32_t spi, bool with_group);
/* with_group false: D-H transforms other than NONE in the offer do not matter (IKE_AUTH). With it: the policy's group
 * must be met; when it has none, no group is chosen unless every proposal demands one that we know. */
bool v2_choose_child(const struct v2_sa_body *offer, const struct ipsec_policy *p, bool with_group,
                     struct v2_child_choice *out);
void v2_write_child_choice(struct v2_wr *m, const struct v2_child_choice *c, uint32_t spi);
bool v2_match_child(const struct v2_sa_body *answer, const struct ipsec_policy *p, bool with_group,
                    struct v2_child_choice *out);
/* "AES-CBC", "SHA512" ...: words of show and debug. */
const char *v2_encr_name(struct v2_encr e); /* AES-CBC, AES-GCM, 3DES, DES */
const char *v2_integ_name(enum hash_alg a); /* MD596 SHA96 SHA256 SHA384 SHA512; None */
const char *v2_prf_name(enum hash_alg a);   /* MD5 SHA1 SHA256 SHA384 SHA512 */
const char *v2_group_name(unsigned group);  /* 2048_MODP 256_ECP ... */
#endif
