/* Call admission (`crypto call admission limit`): the gate before every new SA, in both directions.
 *
 *   limit                  counts                                     default
 *   ike sa                 IKE SAs of either version, established or being negotiated   none
 *   ike in-negotiation-sa  IKE SAs being negotiated                   1000
 *   ipsec sa               pairs of IPsec SAs, one of AH over ESP as one  none
 *   all in-negotiation-sa  IKE and IPsec SAs being negotiated         none
 *
 * Only what is new is refused: an IKE SA that renews one with the same peer and a pair that follows one of the same flow
 * pass the first and the third limit, so that what works goes on working. A refused request leaves nothing behind but
 * its count and one message (limited, as anybody on the wire can cause it). Behind these limits stand the fixed bounds
 * of the engine (engine.h), which cannot be configured away; a first message that meets them is dropped unread. */
#include "dataplane/ike/admission.h"

#include "dataplane/ike/engine.h"
#include "dataplane/ike/ike_show.h"
#include "dataplane/ike/v2/v2.h"
#include "dataplane/ipsec/flowmib.h"
#include "dataplane/ipsec/ipsec.h"

/* As they are negotiated: AH over ESP in one. */
static unsigned pairs_up(const struct ike *ike)
{
    struct ipsec_totals t = ipsec_totals(ike->env.ipsec);

    return t.pairs - t.overs;
}

void admission_conf_init(void *conf)
{
    *(struct admission_conf *)conf = (struct admission_conf){.ike_negotiating = IKE_HALF_OPEN_MAX};
}

struct admission_conf *admission_conf(struct ike *ike)
{
    return &ike->admission_conf;
}

void admission_get(struct ike *ike, struct admission_info *out)
{
    struct ike_counts n = ike_counts(ike);

    v2_counts_add(ike->v2, &n);
    *out = (struct admission_info){
        .limit = ike->admission_conf,
        .n = ike->admission,
        .ike_active = n.active,
        .ike_negotiating = n.negotiating,
        .ipsec_active = pairs_up(ike),
        .ipsec_negotiating = ike->pairs_negotiating,
    };
}

void admission_clear(struct ike *ike)
{
    ike->admission = (struct admission_counts){0};
}

void admission_dropped(struct ike *ike)
{
    ike->admission.dropped++;
    ike->worked.no_room++;
}

/* Failures are kept as often as the message is said. */
static void refused(struct ike *ike, bool phase2, uint32_t local, uint32_t peer, bool incoming, const char *why)
{
    ike->worked.no_room++;
    trace(ike, NULL, peer, TRACE_ERROR, "%s SA request with %s denied by call admission: %s",
          incoming ? "incoming" : "outgoing", IP4(peer), why);
    if (!ike_msg_denied(ike, incoming, incoming ? peer : local, incoming ? local : peer, why))
        return;
    if (phase2)
        flowmib_fail(ike->env.ipsec, FLOWMIB_CAPACITY, peer, local, 0, 0);
    else
        ike_books_full(ike, local, peer);
}

bool admission_ike(struct ike *ike, uint32_t local, uint32_t peer, bool incoming)
{
    const struct admission_conf *c = &ike->admission_conf;
    struct admission_counts *n = &ike->admission;
    const struct ike_peer *p = peer_find(ike, local, peer);
    struct ike_counts now = ike_counts(ike);
    const char *why = NULL;

    v2_counts_add(ike->v2, &now);
    if (c->ike_sa && now.active + now.negotiating >= c->ike_sa && !(p && peer_sa_up(p)) &&
        !v2_has_sa(ike->v2, local, peer)) {
        n->active_limit++;
        why = "IKE SA LIMIT REACHED";
    } else if ((c->ike_negotiating && now.negotiating >= c->ike_negotiating) ||
               (c->all_negotiating && now.negotiating + ike->pairs_negotiating >= c->all_negotiating)) {
        n->negotiating_limit++;
        why = "IN-NEGOTIATION SA LIMIT REACHED";
    }
    int way = incoming ? ADMIT_IN : ADMIT_OUT;
    if (!why) {
        n->ike[way].accepted++;
        return true;
    }
    n->ike[way].rejected++;
    refused(ike, false, local, peer, incoming, why);
    return false;
}

static bool renews(const struct ike *ike, const struct ipsec_policy *flow)
{
    const struct ike_peer *p = peer_find(ike, flow->local, flow->peer);

    for (const struct ike_pair *pair = p ? p->pairs : NULL; pair; pair = pair->next)
        if (flow_same(&pair->info.policy, flow))
            return true;
    return v2_carries(ike->v2, flow);
}

bool admission_ipsec(struct ike *ike, const struct ipsec_policy *flow, bool incoming, bool counted)
{
    const struct admission_conf *c = &ike->admission_conf;
    struct admission_counts *n = &ike->admission;
    unsigned asking = ike->pairs_negotiating - counted;
    const char *why = NULL;

    if (c->ipsec_sa && pairs_up(ike) + asking >= c->ipsec_sa && !renews(ike, flow))
        why = "IPSEC SA LIMIT REACHED";
    else if (c->all_negotiating && ike_counts(ike).negotiating + asking >= c->all_negotiating)
        why = "IN-NEGOTIATION SA LIMIT REACHED";
    int way = incoming ? ADMIT_IN : ADMIT_OUT;
    if (!why) {
        n->ipsec[way].accepted++;
        return true;
    }
    n->ipsec[way].rejected++;
    refused(ike, true, flow->local, flow->peer, incoming, why);
    return false;
}
