/* owner.h: what the pairs of one owner have in common: when they were last heard and last sent with, for dead peer
 * detection (sad.h). */
#ifndef DATAPLANE_IPSEC_OWNER_H
#define DATAPLANE_IPSEC_OWNER_H

#include <stdbool.h>
#include <stdint.h>

struct ipsec;
struct ipsec_owner {            /* exists while a pair of it does; touched by each packet */
    uint64_t last_in, last_out; /* loop time, us */
    bool watched, sends;        /* sad_watch; its packet has gone: told at the end of the turn */
    uint32_t number;            /* IKE's (sa_pair_params.owner) */
    uint32_t local, peer;       /* of the packet */
    unsigned pairs;
    struct ipsec_owner *next_sends;
};
#define OWNER_HAND UINT32_MAX /* of pairs keyed by hand */

void owners_init(struct ipsec *ips, uint64_t seed);
void owners_fini(struct ipsec *ips);
struct ipsec_owner *owner_take(struct ipsec *ips, uint32_t number);
void owner_drop(struct ipsec *ips, struct ipsec_owner *o);
void owner_sends(struct ipsec *ips, struct ipsec_owner *o, uint32_t local, uint32_t peer); /* it is watched */
void owners_out(struct ipsec *ips);                                                        /* at the end of the turn */
#endif
