/* propose.h: what is offered and what is taken: phase-1 suites and phase-2 transforms as ISAKMP attributes (RFC 2409
 * appendix A, RFC 2407 section 4.5). */
#ifndef DATAPLANE_IKE_PROPOSE_H
#define DATAPLANE_IKE_PROPOSE_H

#include "dataplane/ike/codec.h"
#include "dataplane/ike/ike_conf.h"
#include "dataplane/ipsec/sad.h"

struct ike;
struct ike_sa;

/* One way to protect phase 1. */
struct p1_suite {
    uint16_t priority; /* of the policy it came from */
    enum cipher_alg cipher;
    uint16_t key_bits; /* AES; else 0 */
    enum hash_alg hash;
    uint8_t auth; /* attribute value: 1 pre-shared key, 3 RSA signatures, 4 RSA encryption */
    uint8_t group;
    uint32_t life_s;
    uint32_t offered_s; /* responder: the life the peer offered */
};
size_t p1_key_len(const struct p1_suite *s);
struct p1_suite p1_suite_of(const struct ike_policy_conf *p);

#define P1_SUITES_MAX 32
/* The suites we can really negotiate (pre-shared keys), by priority. */
unsigned p1_suites(const struct ike_conf *c, struct p1_suite out[P1_SUITES_MAX]);
/* The SA payload of MM1. */
void p1_write_offer(struct msg_wr *m, const struct p1_suite *v, unsigned n);
/* Responder: the first offered transform that one of our policies accepts; life is the smaller one. Returns its place
 * in the body, -1: none. sa: whose debug lines; may be NULL (silent). */
int p1_choose(const struct ike_sa *sa, const struct sa_body *body, const struct p1_suite *ours, unsigned n,
              struct p1_suite *out);
/* The SA payload of MM2: the one transform, as it was offered. */
void p1_write_choice(struct msg_wr *m, const struct sa_transform *t);
/* Initiator: is the answer exactly one transform, one that we offered? */
bool p1_match(const struct ike_sa *sa, const struct sa_body *body, const struct p1_suite *ours, unsigned n,
              struct p1_suite *out);

/* What a phase-2 transform says. */
struct p2_choice {
    struct ipsec_transform transform;
    uint32_t spi; /* the peer's */
    uint8_t number, transform_number;
    uint16_t group;           /* 0: no PFS */
    uint32_t life_s, life_kb; /* as offered; 0: not said */
    bool udp;
    int place; /* in the body */
    struct {   /* AH over that ESP: transform.over says whether */
        uint32_t spi;
        uint8_t transform_number;
        int place;
    } over;
};
uint8_t p2_protocol(uint8_t ip_proto); /* PROTO_ESP -> 3, PROTO_AH -> 2 */
/* The SA payload of QM1: one proposal per transform, in order; AH over ESP is two of one number. udp: UDP-encapsulated modes, by the numbers of RFC 3947
 * or those of its drafts. */
enum p2_udp { P2_UDP_NO, P2_UDP_RFC, P2_UDP_DRAFT };
void p2_write_offer(struct msg_wr *m, const struct ipsec_policy *p, uint32_t spi_esp, uint32_t spi_ah, enum p2_udp udp);
/* Responder: the first offered transform that fits the policy. pfs of the policy must be met; another known group is
 * taken when the policy wants none. udp_known: UDP encapsulation may be taken; whether it is, the initiator says (it
 * may see a translator that we do not). */
bool p2_choose(const struct ike_sa *sa, const struct sa_body *body, const struct ipsec_policy *p, bool udp_known,
               bool have_ke, struct p2_choice *out);
/* The SA payload of QM2: what was offered, with our SPIs; n 2: AH over ESP, in the order in which they were offered. */
void p2_write_choice(struct msg_wr *m, const struct sa_transform *t, unsigned n);
/* Initiator: the answer is one transform that we offered, or one of each protocol of AH over ESP. */
bool p2_match(const struct ike_sa *sa, const struct sa_body *body, const struct ipsec_policy *p, bool udp,
              struct p2_choice *out);

/* Of two lives in seconds or kilobytes; 0: not said. */
static inline uint32_t p2_smaller_life(uint32_t a, uint32_t b)
{
    return !a ? b : !b || a < b ? a : b;
}
/* One transform by itself. False: it holds what we do not know. */
bool p2_read(const struct ike_sa *sa, const struct sa_transform *t, struct p2_choice *out);
/* propose_over.c: AH over ESP, at these places of one proposal number. */
bool p2_over_whole(const struct sa_body *body, unsigned esp); /* nothing else has the number of that ESP */
/* The next AH transform of the number from place *ah on; false: none. */
bool p2_over_next(const struct sa_body *body, unsigned esp, unsigned *ah);
bool p2_over_read(const struct ike_sa *sa, const struct sa_body *body, unsigned esp, unsigned ah,
                  struct p2_choice *out);
#endif
