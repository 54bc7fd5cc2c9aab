/* v2_ppk.h: postquantum preshared keys (RFC 8784), for the two first exchanges. v2_ppk.c says how; while IKE_AUTH is not
 * done, what is agreed is in struct v2_first. */
#ifndef DATAPLANE_IKE_V2_V2_PPK_H
#define DATAPLANE_IKE_V2_V2_PPK_H

#include "dataplane/ike/v2/v2_local.h"

void v2_ppk_begin(struct v2_sa *sa, const struct v2_profile_conf *p); /* initiator: has this peer one? */
/* IKE_SA_INIT: USE_PPK, and whether the peer says so. false: one is required, and the responder does without. */
void v2_ppk_write_init(const struct v2_sa *sa, struct v2_wr *w);
bool v2_ppk_read_init(struct v2_sa *sa, const struct v2_payloads *ps);
/* Initiator: is AUTH to be made with one? Then sk_p is the SK_pi for it. */
bool v2_ppk_asks(const struct v2_sa *sa, struct key *sk_p);
void v2_ppk_write_request(const struct v2_sa *sa, struct v2_wr *w); /* PPK_IDENTITY */
/* Initiator: the keys are mixed from now on if the responder, whose identity is known, has taken the offer. false: it had to,
 * or another one is required with that identity under this profile. */
bool v2_ppk_conclude(struct v2_sa *sa, const struct v2_profile_conf *p, const struct v2_payloads *ps);
/* Responder: what the request says of it, held against the profile (the identity is known). The keys are mixed from now on,
 * or they are not; then instead, when it is not empty, stands for the data of AUTH. false: AUTHENTICATION_FAILED. */
bool v2_ppk_answer(struct v2_sa *sa, const struct v2_profile_conf *p, const struct v2_payloads *ps,
                   struct bytes *instead);
void v2_ppk_write_answer(const struct v2_sa *sa, struct v2_wr *w); /* PPK_IDENTITY without one: agreed */
void v2_ppk_failed(struct v2_sa *sa, bool required);               /* counted: no proof with it, or none without it */
#endif
