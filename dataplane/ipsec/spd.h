/* spd.h: policy questions IKE asks. */
#ifndef DATAPLANE_IPSEC_SPD_H
#define DATAPLANE_IPSEC_SPD_H

#include "dataplane/ipsec/sad.h"

enum spd_answer {
    SPD_OK,
    SPD_NO_MAP,      /* no crypto map on the interface of `local` names this peer */
    SPD_NO_SELECTOR, /* maps name the peer, but no ACL line fits these selectors ("proxy identities not supported") */
};
/* A peer proposes (quick mode): local_sel/remote_sel from our point of view. Fills *out with the entry's policy and those selectors. */
enum spd_answer spd_find_policy(struct ipsec *ips, uint32_t local, uint32_t peer, const struct selector *local_sel, const struct selector *remote_sel, struct ipsec_policy *out);
/* Every flow of the maps of `local` that name this peer, as its policy with the flow's whole selectors, in order: for
 * narrowing. each returns true to end the walk; then so does this. */
bool spd_each_flow(struct ipsec *ips, uint32_t local, uint32_t peer, bool (*each)(void *arg, const struct ipsec_policy *p), void *arg);
/* Is this address a statically configured peer (`set peer`) of a map on the interface that owns `local`? For invalid-SPI recovery (crypto.md 5.3). */
bool spd_peer_is_static(struct ipsec *ips, uint32_t local, uint32_t peer);
/* Does any interface have a crypto map? IKE is ON only then. */
bool spd_active(struct ipsec *ips);
/* The acquire for this flow has ended (SA installed or failed): packets may ask again. */
void spd_acquire_done(struct ipsec *ips, const struct ipsec_policy *want, bool ok);
#endif
