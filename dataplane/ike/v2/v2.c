/* IKEv2 of one router: made and freed with the IKE engine, and what IKE's neighbours tell it.
 *
 * A flow that needs a pair becomes a want: taken at once by the newest established SA with that peer under the flow's
 * profile, else kept with the peer until the SA begun for it is there; the first want travels in IKE_AUTH. An SA is
 * begun only for a policy that says IKEv2 and names a profile that is complete. A pair is a child of an SA
 * (v2_child.c); what ipsec reports about it comes here by its number.
 *
 * Calls of v2.h are made by ike/engine.c, ike/recv.c and ike/recovery.c; nothing is called upwards. */
#include <string.h>

#include "dataplane/ike/ike_show.h"
#include "dataplane/ike/v2/v2_local.h"
#include "dataplane/ipsec/ipsec.h"
#include "espial/debug.h"

static uint32_t if_addr(void *inet, const char *ifname)
{
    return inet_if_addr(inet, ifname);
}

struct v2 *v2_new(struct ike *ike)
{
    struct v2 *v2 = NEW(struct v2);
    uint64_t seed;

    v2->ike = ike;
    v2->names = (struct v2_names){ike->env.resolve, ike->env.hostname_arg, if_addr, ike->env.inet};
    v2_conf_init(&v2->conf);
    rnd_fill(ike->env.rnd, &seed, sizeof seed);
    v2->by_spi = table_new(V2_SPI, seed);
    v2->half = table_new(V2_SPI + 4, seed + 1);
    v2->peers = table_new(8, seed + 2);
    v2->children = table_new(sizeof(uint32_t), seed + 3);
    v2->ids = table_new(V2_IDS_KEY, seed + 4);
    v2->flows = table_new(V2_FLOW_KEY, seed + 5);
    v2->outbound = table_new(V2_OUTBOUND_KEY, seed + 6);
    v2->all_end = &v2->all;
    v2->bury = (struct deferred){.fn = v2_bury, .arg = v2};
    static const char *const texts[V2_DEBUGS] = {"IKEv2 default debugging", "IKEv2 error debugging",
                                                 "IKEv2 packet debugging", "IKEv2 internal debugging"};
    struct debug_item items[V2_DEBUGS];
    for (int i = 0; i < V2_DEBUGS; i++)
        items[i] = (struct debug_item){"IKEV2", texts[i], &v2->debug[i]};
    if (ike->env.debug)
        debug_register(ike->env.debug, items, V2_DEBUGS, NULL, v2);
    return v2;
}

void v2_free(struct v2 *v2)
{
    struct v2_peer *p;
    size_t at;

    if (!v2)
        return;
    memset(v2->debug, 0, sizeof v2->debug);
    v2->conf.logging = false;
    for (at = 0; (p = table_next(v2->peers, &at));)
        v2_peer_fail(p, "");
    while (v2->all)
        v2_sa_kill(v2->all, "The router ends", SA_GONE_IKE_LOST);
    v2_bury(v2);
    loop_undefer(v2->ike->env.loop, &v2->bury);
    if (v2->ike->env.debug)
        debug_unregister(v2->ike->env.debug, v2);
    for (at = 0; (p = table_next(v2->peers, &at));)
        v2_peer_settle(p);
    table_free(v2->by_spi);
    table_free(v2->half);
    table_free(v2->peers);
    table_free(v2->children);
    table_free(v2->ids);
    table_free(v2->flows);
    table_free(v2->outbound);
    ike_errors_fini(&v2->errors);
    v2_conf_fini(&v2->conf);
    mem_wipe(v2, sizeof *v2);
    mem_free(v2);
}

struct v2_conf *v2_conf(struct v2 *v2)
{
    return &v2->conf;
}

bool *v2_debug(struct v2 *v2, int which)
{
    return &v2->debug[which];
}

void v2_conf_changed(struct v2 *v2)
{
    for (struct v2_sa *sa = v2->all; sa; sa = sa->next)
        if (v2_sa_up(sa))
            v2_timers_conf(sa);
}

void v2_turn_off(struct v2 *v2)
{
    for (struct v2_sa *sa = v2->all, *next; sa; sa = next) {
        next = sa->next;
        if (sa->state == V2_UP || sa->state == V2_REKEYED)
            v2_info_say_last(sa, 0);
        v2_sa_kill(sa, "ISAKMP is off", SA_GONE_CLEARED);
    }
}

void v2_addresses_changed(struct v2 *v2, bool (*ours)(void *arg, uint32_t addr), void *arg)
{
    for (struct v2_sa *sa = v2->all, *next; sa; sa = next) {
        next = sa->next;
        if (!ours(arg, sa->local))
            v2_sa_kill(sa, "Local address is gone", SA_GONE_CLEARED);
    }
}

void v2_want_flow(struct v2 *v2, struct ike_want *w)
{
    uint32_t local = w->policy.local, addr = w->policy.peer;
    char profile[V2_NAME_MAX];
    struct v2_peer *p = v2_peer_find(v2, local, addr);
    struct v2_sa *sa;

    v2_event_request(v2, &w->policy);
    memcpy(profile, w->policy.ike_profile, sizeof profile);
    profile[sizeof profile - 1] = 0;
    sa = p ? v2_peer_up(p, profile) : NULL;
    if (sa) {
        v2_child_begin(sa, w, 0);
        return;
    }
    if (w->policy.answer_only) {
        v2_want_done(v2, w, false);
        return;
    }
    p = v2_peer_get(v2, local, addr);
    v2_peer_want(p, w);
    if (v2_peer_negotiating(p, profile))
        return;
    if (!v2_negotiate(v2, local, addr, profile) && (p = v2_peer_find(v2, local, addr))) {
        v2_peer_fail(p, profile);
        v2_peer_settle(p);
    }
}

bool v2_soft_expire(struct v2 *v2, const struct sa_pair_info *pair)
{
    struct v2_child *c = v2_child_find(v2, pair->id);

    if (!c)
        return pair->policy.ikev2;
    if (!(pair->policy.answer_only && pair->policy.protection)) /* responder-only: not even that */
        v2_child_rekey(c);
    return true;
}

bool v2_pair_gone(struct v2 *v2, const struct sa_pair_info *pair, enum sa_gone why)
{
    struct v2_child *c = v2_child_find(v2, pair->id);

    if (!c)
        return pair->policy.ikev2;
    struct v2_sa *sa = c->sa;
    bool tell = c->state != V2C_LINGER && !c->deleting && why != SA_GONE_PEER_DELETE && why != SA_GONE_IKE_LOST;
    uint8_t proto = v2_proto_ip(c->proto);
    struct ipsec_policy flow = c->policy;
    bool lingers = c->state == V2C_LINGER;
    v2_child_free(c);
    if (!lingers)
        v2_flow_settle(v2, &flow);
    if (tell && (v2_sa_up(sa) || sa->state == V2_REKEYED))
        v2_info_delete(sa, proto, pair->spi_in, 0);
    return true;
}

void v2_moved(struct v2_sa *sa, uint16_t port)
{
    if (sa->local_port != 4500 || sa->peer_port == port)
        return;
    sa->peer_port = port;
    for (const struct v2_child *c = sa->children; c; c = c->next)
        sad_move(sa->v2->ike->env.ipsec, c->id, port);
}

void v2_pair_moved(struct v2 *v2, uint32_t pair, uint16_t port)
{
    const struct v2_child *c = v2_child_find(v2, pair);

    if (c)
        v2_moved(c->sa, port);
}

bool v2_has_sa(const struct v2 *v2, uint32_t local, uint32_t peer)
{
    struct v2_peer *p = v2_peer_find(v2, local, peer);

    return p && (v2_peer_up(p, "") || v2_peer_negotiating(p, ""));
}

bool v2_peer_id(const struct v2 *v2, uint32_t local, uint32_t peer, char *out, size_t cap)
{
    const struct v2_peer *p = v2_peer_find(v2, local, peer);
    const struct v2_sa *sa = p ? p->sas : NULL;

    while (sa && !sa->remote_id.len)
        sa = sa->peer_next;
    if (sa)
        v2_id_text(&sa->remote_id, out, cap);
    return sa != NULL;
}

bool v2_is_for(struct v2 *v2, uint32_t local, uint32_t peer, bool *answers)
{
    struct ipsec_policy policy;
    bool found = v2_ts_first(v2, local, peer, "", &policy);

    *answers = found && policy.answer_only;
    return found;
}

bool v2_invalid_spi(struct v2 *v2, uint32_t local, uint32_t peer, uint8_t proto, uint32_t spi, bool may_begin)
{
    struct v2_peer *p = v2_peer_find(v2, local, peer);
    struct v2_sa *sa = p ? v2_peer_up(p, "") : NULL;
    struct ipsec_policy policy;

    if (sa) {
        if (!v2_peer_may_tell(p))
            return true;
        v2_info_delete(sa, proto, spi, 0);
        if (v2->ike->conf.invalid_spi_recovery)
            v2_info_invalid_spi(sa, spi);
        return true;
    }
    if (p && v2_peer_negotiating(p, "")) {
        v2_peer_remember(p, proto, spi);
        return true;
    }
    if (!may_begin || !v2_ts_first(v2, local, peer, "", &policy))
        return false;
    if (policy.answer_only) /* we begin no SA without a child, and this is none of IKEv1's */
        return true;
    struct ike_want *w = NEW(struct ike_want);
    *w = (struct ike_want){.policy = policy, .since = v2_now(v2)};
    v2_want_flow(v2, w);
    p = v2_peer_find(v2, local, peer);
    if (p && p->sas)
        v2_peer_remember(p, proto, spi);
    return p && p->sas;
}

void v2_invalid_selectors(struct v2 *v2, uint32_t pair, const uint8_t *start, size_t len)
{
    const struct v2_child *c = v2_child_find(v2, pair);

    if (c)
        v2_info_invalid_selectors(c, start, len);
}

bool v2_carries(const struct v2 *v2, const struct ipsec_policy *flow)
{
    return v2_of_flow(v2, flow) != NULL;
}

void v2_sa_sends(struct v2 *v2, uint32_t tunnel_id, uint32_t local, uint32_t peer)
{
    struct v2_peer *p = v2_peer_find(v2, local, peer);

    for (struct v2_sa *sa = p ? p->sas : NULL; sa; sa = sa->peer_next)
        if (sa->tunnel_id == tunnel_id && v2_sa_up(sa)) {
            v2_timers_sends(sa);
            return;
        }
}

unsigned v2_clear(struct v2 *v2, uint32_t remote, uint32_t local, uint32_t tunnel_id, bool fast)
{
    unsigned n = 0;

    for (struct v2_sa *sa = v2->all, *next; sa; sa = next) {
        next = sa->next;
        if ((remote && sa->remote != remote) || (local && sa->local != local) ||
            (tunnel_id && sa->tunnel_id != tunnel_id) || (sa->state == V2_CLOSING && !fast))
            continue;
        n++;
        if (fast)
            v2_sa_kill(sa, "Cleared by user", SA_GONE_CLEARED);
        else
            v2_sa_close(sa, "Cleared by user");
    }
    return n;
}

void v2_clear_session(struct v2 *v2, uint32_t local, uint32_t remote, uint16_t remote_port)
{
    for (struct v2_sa *sa = v2->all, *next; sa; sa = next) {
        next = sa->next;
        if ((!remote || sa->remote == remote) && (!local || sa->local == local) &&
            (!remote_port || sa->peer_port == remote_port))
            v2_sa_close(sa, "Cleared by user");
    }
}

void v2_counts_add(const struct v2 *v2, struct ike_counts *out)
{
    out->negotiating += v2->negotiating_in + v2->negotiating_out;
    out->half_open += v2->half_open;
    out->active += v2->nsas - v2->negotiating_in - v2->negotiating_out;
}
