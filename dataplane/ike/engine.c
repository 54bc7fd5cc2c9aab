/* The IKE engine of one router: made and freed, switched on and off, and what its neighbours tell it.
 *
 * IKE is ON while `crypto isakmp enable` stands and an interface has a crypto map: then UDP 500 and 4500 are open.
 * Going OFF ends every IKE SA with a DELETE; IPsec SAs belong to ipsec and stay.
 *
 * An acquire or a renewal becomes a want: taken at once by the newest established SA of that peer, else kept with the
 * peer until the main mode begun for it is done. When both ends begin at the same time each has an SA as initiator and
 * one as responder; both are kept, the one that came up last is used, and only the side that made an SA or a pair
 * renews it at once (timers.c).
 *
 * Free the engine before ipsec: it gives back the SPIs it reserved. */
#include <string.h>

#include "dataplane/ike/engine.h"
#include "dataplane/ike/ike_show.h"
#include "dataplane/ike/v1/v1.h"
#include "dataplane/ike/v2/v2.h"
#include "dataplane/ipsec/ipsec.h"
#include "espial/debug.h"
#include "espial/text.h"

static void all_debugs(void *arg, bool on)
{
    ike_debug_set(arg, on, on);
}

void ike_debug_set(struct ike *ike, bool ipsec, bool engine)
{
    ike->debug_ipsec = ipsec;
    ike->debug_engine = engine;
}

bool *ike_debug_isakmp(struct ike *ike)
{
    return &ike->debug_isakmp;
}

struct ike *ike_new(const struct ike_env *env)
{
    struct ike *ike = NEW(struct ike);
    uint64_t seed;

    ike->env = *env;
    ike_conf_init(&ike->conf);
    admission_conf_init(&ike->admission_conf);
    rnd_fill(env->rnd, &seed, sizeof seed);
    rnd_fill(env->rnd, ike->secret, sizeof ike->secret);
    ike->by_cookies = table_new(2 * COOKIE_LEN, seed);
    ike->dead = table_new(2 * COOKIE_LEN, seed + 4);
    ike->half = table_new(COOKIE_LEN + 4, seed + 1);
    ike->peers = table_new(sizeof(uint32_t), seed + 2);
    ike->hosts = table_new(8, seed + 5);
    ike->pairs = table_new(sizeof(uint32_t), seed + 3);
    ike->all_end = &ike->all;
    ike->died_end = &ike->died;
    ike->next_conn_id = 1001;
    ike->log_tokens = IKE_LOG_BURST;
    ike->limits = recovery_new(ike);
    ike->frags = frag_store_new();
    ike->books = ike_books_new();
    ike->v2 = v2_new(ike);
    ipsec_set_engine_rows(env->ipsec, ike_engine_rows, ike);
    const struct debug_item item = {"Cryptographic Subsystem", "Crypto ISAKMP debugging", &ike->debug_isakmp};
    if (env->debug)
        debug_register(env->debug, &item, 1, all_debugs, ike);
    return ike;
}

void ike_free(struct ike *ike)
{
    struct ike_pair *pair;
    struct ike_peer *p;
    size_t at = 0;

    if (!ike)
        return;
    ike->debug_isakmp = ike->debug_ipsec = ike->debug_engine = false;
    ike->conf.logging_session = false;
    ike->on = false;
    ike->env.hostname = ike->env.domain = NULL; /* who keeps them has gone before */
    ike_tunnel_watch(ike, NULL, NULL);
    v2_free(ike->v2);
    ike->v2 = NULL;
    while ((pair = table_next(ike->pairs, &at)))
        peer_pair_free(pair);
    while (ike->all)
        ike_sa_free(ike->all);
    for (at = 0; (p = table_next(ike->peers, &at));)
        peer_fail_wants(p);
    for (at = 0; (p = table_next(ike->peers, &at));)
        peer_free(p);
    udp_close(ike->udp500);
    udp_close(ike->udp4500);
    ipsec_set_engine_rows(ike->env.ipsec, NULL, NULL);
    if (ike->env.debug)
        debug_unregister(ike->env.debug, ike);
    table_free(ike->by_cookies);
    table_free(ike->dead);
    table_free(ike->half);
    table_free(ike->peers);
    table_free(ike->hosts);
    table_free(ike->pairs);
    recovery_free(ike->limits);
    frag_store_free(ike->frags);
    ike_errors_fini(&ike->errors);
    ike_books_free(ike->books);
    ike_conf_fini(&ike->conf);
    mem_wipe(ike, sizeof *ike);
    mem_free(ike);
}

struct v2 *ike_v2(struct ike *ike)
{
    return ike->v2;
}

struct ike_errors *ike_errors(struct ike *ike)
{
    return &ike->errors;
}

struct ike_conf *ike_conf(struct ike *ike)
{
    return &ike->conf;
}

static void turn_on(struct ike *ike)
{
    ike->udp500 = udp_open(ike->env.inet, 500, recv_500, ike);
    ike->udp4500 = udp_open(ike->env.inet, 4500, recv_4500, ike);
    ike->on = true;
    ike_msg(ike, IKE_MSG_ON, 0, NULL);
}

static void turn_off(struct ike *ike)
{
    ike_clear_sas(ike, 0);
    v2_turn_off(ike->v2);
    for (struct ike_sa *sa = ike->all, *next; sa; sa = next) {
        next = sa->next;
        if (sa->peer)
            ike_sa_kill(sa, "ISAKMP is off");
    }
    udp_close(ike->udp500);
    udp_close(ike->udp4500);
    ike->udp500 = ike->udp4500 = NULL;
    ike->on = false;
    ike_msg(ike, IKE_MSG_OFF, 0, NULL);
}

void ike_map_changed(struct ike *ike)
{
    bool want = ike->conf.enable && spd_active(ike->env.ipsec);

    if (want && !ike->on)
        turn_on(ike);
    else if (!want && ike->on)
        turn_off(ike);
}

void ike_addresses_changed(struct ike *ike, bool (*ours)(void *arg, uint32_t addr), void *arg)
{
    for (struct ike_sa *sa = ike->all, *next; sa; sa = next) {
        next = sa->next;
        if (sa->peer && !ours(arg, sa->local))
            ike_sa_kill(sa, "Local address is gone");
    }
    v2_addresses_changed(ike->v2, ours, arg);
}

void ike_conf_changed(struct ike *ike)
{
    struct ike_peer *p;
    size_t at = 0;

    ike_map_changed(ike);
    while ((p = table_next(ike->peers, &at)))
        timers_dpd_update(p);
    for (struct ike_sa *sa = ike->all; sa; sa = sa->next)
        if (ike_sa_up(sa) && sa->nat_local && ike->conf.nat_keepalive && !timer_pending(&sa->nat_keepalive))
            timer_set(&sa->nat_keepalive, ike->conf.nat_keepalive * US_PER_S);
}

struct ike_sa *ike_begin(struct ike_peer *p, const char *profile)
{
    struct ike *ike = p->ike;

    if (!ike->on || ike->nsas >= IKE_SA_MAX || ike->negotiating - ike->half_open >= IKE_HALF_OPEN_MAX)
        goto cannot;
    if (!admission_ike(ike, p->local, p->addr, false))
        goto cannot;
    if (profile[0] && !identity_profile_named(ike, profile)) {
        trace(ike, NULL, p->addr, TRACE_ERROR, "ISAKMP profile %s is missing or incomplete", profile);
        goto cannot;
    }
    struct ike_sa *sa = ike_sa_new(p, true, "isakmp_initiator");
    str_copy(sa->profile, sizeof sa->profile, profile);
    sa->aggressive = identity_aggressive(ike, p->addr, profile);
    if (p->translated) { /* it can be reached where it was heard alone */
        sa->local_port = 4500;
        sa->peer_port = p->port;
    }
    if (sa->aggressive ? v1_aggressive_begin(sa) : v1_main_begin(sa))
        return sa;
    TRACE_ERR(sa, "construct_initial_message: Can not start %s mode", sa->aggressive ? "Aggressive" : "Main");
    TRACE(sa, "Unlocking peer struct 0x%llX for isadb_unlock_peer_delete_sa(), count %u", peer_trace_handle(p),
          peer_refs(p) - 1);
    ike_sa_free(sa);
    return NULL;
cannot:
    peer_settle(p);
    return NULL;
}

void ike_want_flow(struct ike *ike, struct ike_want *w)
{
    const struct ipsec_policy *flow = &w->policy;
    struct ike_peer *p = peer_of_flow(ike, flow);
    struct ike_sa *sa = p ? peer_sa_for(p, flow) : NULL;
    char profile[IKE_NAME_MAX];

    if (ike->on && flow->ikev2) {
        v2_want_flow(ike->v2, w);
        return;
    }
    if (!ike->on || (flow->answer_only && !sa)) {
        if (w->acquire)
            spd_acquire_done(ike->env.ipsec, flow, false);
        ike_want_free(w);
        return;
    }
    if (sa) {
        v1_quick_begin(sa, w);
        return;
    }
    str_copy(profile, sizeof profile, flow->ike_profile);
    uint32_t peer = flow->peer;
    bool under_way = p && peer_negotiates_for(p, flow);
    if (!under_way)
        trace(ike, NULL, peer, TRACE_NORMAL, "SA request profile is %s", profile[0] ? profile : "(NULL)");
    if (!p)
        p = peer_get(ike, flow->local, peer, 500);
    if (!peer_want(p, w) || under_way)
        return;
    if (!ike_begin(p, profile)) {
        trace(ike, NULL, peer, TRACE_ERROR, "Error while processing SA request: Failed to initialize SA");
        trace(ike, NULL, peer, TRACE_ERROR, "Error while processing KMI message 0, error 2.");
        peer_fail_wants(p);
        peer_settle(p);
    }
}

void ike_acquire(struct ike *ike, const struct ipsec_policy *want)
{
    struct ike_want *w = NEW(struct ike_want);

    *w = (struct ike_want){.policy = *want, .acquire = true, .since = loop_now(ike->env.loop)};
    ike_want_flow(ike, w);
}

void ike_soft_expire(struct ike *ike, const struct sa_pair_info *info)
{
    struct ike_pair *pair = table_find(ike->pairs, &info->id);

    if (v2_soft_expire(ike->v2, info))
        return;
    if (pair)
        timers_pair_soft(pair);
}

void ike_pair_gone(struct ike *ike, const struct sa_pair_info *info, enum sa_gone why)
{
    struct ike_pair *pair = table_find(ike->pairs, &info->id);
    struct ike_peer *p = pair ? pair->peer : peer_find(ike, info->policy.local, info->policy.peer);

    trace_pair_gone(ike, info);
    if (ike->v2 && v2_pair_gone(ike->v2, info, why))
        return;
    if (why != SA_GONE_PEER_DELETE && why != SA_GONE_IKE_LOST && ike->on) {
        if (p && info->over_in) /* what names either half ends both: if one is lost, the other has said it */
            (void)peer_delete_ipsec(p, PROTO_AH, info->over_in);
        if (!p || !peer_delete_ipsec(p, info->policy.transforms[0].proto, info->spi_in))
            trace(ike, NULL, info->policy.peer, TRACE_ERROR,
                  "ignoring request to send delete notify (no ISAKMP sa) src %s dst %s for SPI 0x%X",
                  IP4(info->policy.local), IP4(info->policy.peer), info->spi_in);
    }
    if (pair) {
        p = pair->peer;
        peer_pair_free(pair);
        peer_settle(p);
    }
}

void ike_delete_sa(struct ike_sa *sa, bool tell, const char *reason)
{
    if (sa->state == IKE_DEST_SA)
        return;
    ike_sa_say_deleting(sa, reason);
    if (tell && ike_sa_up(sa))
        v1_info_delete_ike(sa);
    ike_sa_end(sa, reason);
}

void ike_clear_sas(struct ike *ike, uint32_t conn_id)
{
    for (struct ike_sa *sa = ike->all, *next; sa; sa = next) {
        next = sa->next;
        if (sa->peer && (!conn_id || sa->conn_id == conn_id))
            ike_delete_sa(sa, true, "Cleared by user");
    }
}

void ike_clear_session(struct ike *ike, uint32_t local, uint32_t peer, uint16_t port)
{
    v2_clear_session(ike->v2, local, peer, port);
    ipsec_clear_session(ike->env.ipsec, local, peer, port);
    for (struct ike_sa *sa = ike->all, *next; sa; sa = next) {
        next = sa->next;
        if (sa->peer && (!peer || sa->remote == peer) && (!local || sa->local == local) &&
            (!port || sa->peer_port == port))
            ike_delete_sa(sa, true, "Cleared by user");
    }
}
