/* admission.h: call admission: how many IKE and IPsec SAs may be, and be negotiated at a time; what came of every
 * request. */
#ifndef DATAPLANE_IKE_ADMISSION_H
#define DATAPLANE_IKE_ADMISSION_H

#include <stdbool.h>
#include <stdint.h>

struct ike;
struct ipsec_policy;

struct admission_conf {       /* crypto call admission limit; 0: none */
    uint32_t ike_sa;          /* IKE SAs, those being negotiated too */
    uint32_t ike_negotiating; /* IKE SAs being negotiated: 1000 */
    uint32_t ipsec_sa;        /* IPsec SAs: a pair counts as one, AH over ESP too */
    uint32_t all_negotiating; /* IKE SAs and IPsec SAs being negotiated, together */
};
void admission_conf_init(void *conf);
struct admission_conf *admission_conf(struct ike *ike);

enum { ADMIT_IN, ADMIT_OUT, ADMIT_WAYS };
struct admission_counts {
    struct {
        uint64_t accepted, rejected;
    } ike[ADMIT_WAYS], ipsec[ADMIT_WAYS];
    uint64_t active_limit, negotiating_limit; /* why IKE requests were rejected */
    uint64_t dropped;                         /* first messages dropped unread, because too many were under way */
};
struct admission_info {
    struct admission_conf limit;
    struct admission_counts n;
    unsigned ike_active, ike_negotiating, ipsec_active, ipsec_negotiating;
};
void admission_get(struct ike *ike, struct admission_info *out);
void admission_clear(struct ike *ike);

/* May a new IKE SA with this peer begin? Counts the request; one that is refused is logged. A peer that has an
 * established SA is never refused by the limit of SAs: what is there shall be kept. */
bool admission_ike(struct ike *ike, uint32_t local, uint32_t peer, bool incoming);
/* The same for a pair of IPsec SAs; the successor of a pair of the same flow is never refused. counted: the request itself
 * is among those being negotiated already. */
bool admission_ipsec(struct ike *ike, const struct ipsec_policy *flow, bool incoming, bool counted);
void admission_dropped(struct ike *ike);
#endif
