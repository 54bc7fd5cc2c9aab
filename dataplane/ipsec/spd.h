/* spd.h: policy questions IKE asks. */
#ifndef DATAPLANE_IPSEC_SPD_H
#define DATAPLANE_IPSEC_SPD_H

#include "dataplane/ipsec/sad.h"

enum spd_answer {
    SPD_OK,
    SPD_NO_MAP,      /* no crypto map on the interface of `local` names this peer */
    SPD_NO_SELECTOR, /* maps name the peer, but no ACL line fits these selectors ("proxy identities not supported") */
    SPD_UNFIT,       /* entries have such selectors, but none of them was what the question wants besides */
};
/* What else must hold of an entry. p: its policy with the selectors that were asked for. */
typedef bool spd_fits(void *arg, const struct ipsec_policy *p);
/* As spd_find_policy; of the entries with such selectors, asked in order, the first that fits. SPD_UNFIT: none does, and *out is of the first. */
enum spd_answer spd_find_fit(struct ipsec *ips, uint32_t local, uint32_t peer, const struct selector *local_sel,
                             const struct selector *remote_sel, spd_fits *fits, void *arg, struct ipsec_policy *out);
/* A peer proposes (quick mode): local_sel/remote_sel from our point of view. Fills *out with the entry's policy and those selectors. */
static inline enum spd_answer spd_find_policy(struct ipsec *ips, uint32_t local, uint32_t peer,
                                              const struct selector *local_sel, const struct selector *remote_sel,
                                              struct ipsec_policy *out)
{
    return spd_find_fit(ips, local, peer, local_sel, remote_sel, NULL, NULL, out);
}
/* The policy, as it is now, of the entry that `had` is of, for these selectors; of the first entry that has them when that one has not. False: none has. */
bool spd_find_again(struct ipsec *ips, const struct ipsec_policy *had, const struct selector *local_sel,
                    const struct selector *remote_sel, struct ipsec_policy *out);
/* Every flow of the maps of `local` that name this peer, as its policy with the flow's whole selectors, in order: for
 * narrowing. each returns true to end the walk; then so does this. */
bool spd_each_flow(struct ipsec *ips, uint32_t local, uint32_t peer,
                   bool (*each)(void *arg, const struct ipsec_policy *p), void *arg);
/* Is this address a statically configured peer (`set peer`) of a map on the interface that owns `local`? For invalid-SPI recovery (crypto.md 5.3). */
bool spd_peer_is_static(struct ipsec *ips, uint32_t local, uint32_t peer);
/* Does any interface have a crypto map? IKE is ON only then. */
bool spd_active(struct ipsec *ips);
/* The acquire for this flow has ended (SA installed or failed): packets may ask again. */
void spd_acquire_done(struct ipsec *ips, const struct ipsec_policy *want, bool ok);
#endif
