/* Everything IKEv2 decides about time.
 *
 *   retransmission   2 s, then twice as long each time, 5 repeats: a request that nobody answers in 126 s has found
 *                    its SA dead (RFC 7296 section 2.4): SA and children go, and nobody is told. IKE_SA_INIT and
 *                    IKE_AUTH, with which nothing is lost, have 4 repeats and 62 s, so that the next peer of a crypto map
 *                    is asked as soon as with IKEv1 (60 s). A probe of dead peer
 *                    detection is repeated every RETRY seconds instead, 5 times. Responses are never repeated by
 *                    themselves. Who has been heard since the last repeat is not dead: all repeats begin again, once.
 *                    The DELETE of an IKE SA is repeated 3 times: who has answered it may be gone
 *   half open        30 s as responder without a proved IKE_AUTH; one that was refused is kept 10 s for its repeats
 *   IKE lifetime     each end keeps its own (RFC 7296 section 2.8): replaced a tenth before its end (at most 300 s; who
 *                    answered it, half as long before), if it has children, or later with its first; at the end DELETE
 *   a replaced SA    waits 60 s for the other end's DELETE
 *   TEMPORARY_FAILURE  3 s and a bit by chance, then again
 *   dead peer        dpd of the profile, else of the router. periodic: an empty INFORMATIONAL, SEC after the last proof
 *                    of life; on-demand: with the first packet that goes out later than that. Proof is any authentic
 *                    IKE under this IKE SA, and ESP by its children. A request that is on its way for SEC without proof
 *                    is repeated as a probe is
 *   NAT keepalive    one byte 0xFF every N s while a translator is in front of us */
#include <string.h>

#include "dataplane/ike/v2/v2_local.h"

#define SOFT_MARGIN_S     300
#define V2_DELETE_REPEATS 3
#define PATIENCE_US       (V2_RETRANSMIT_US * ((2 << V2_RETRANSMITS) - 1)) /* with a request */
#define FAILED_US         (10 * US_PER_S)

static const struct v2_profile_conf *profile_of(const struct v2_sa *sa)
{
    return sa->profile[0] ? v2_conf_profile(&sa->v2->conf, sa->profile) : NULL;
}

static uint64_t margin_of(const struct v2_sa *sa)
{
    uint64_t margin = (sa->expires - sa->established) / 10;

    if (margin > SOFT_MARGIN_S * US_PER_S)
        margin = SOFT_MARGIN_S * US_PER_S;
    return sa->initiator ? margin : margin / 2;
}

uint32_t v2_timers_soft_s(const struct v2_sa *sa)
{
    return (uint32_t)(margin_of(sa) / US_PER_S);
}

static void arm_life(struct v2_sa *sa)
{
    uint64_t now = v2_now(sa->v2), at;

    at = sa->soft_done || (sa->superseded && !sa->nchildren) ? sa->expires : sa->expires - margin_of(sa);
    timer_set(&sa->life, at > now ? at - now : 0);
}

static void life(void *arg)
{
    struct v2_sa *sa = arg;

    if (sa->state == V2_REKEYED) {
        v2_sa_close(sa, "Rekeyed, and not deleted by the peer");
        return;
    }
    if (sa->state != V2_UP) {
        sa->v2->stats.auth_timeouts += !sa->failed;
        if (!sa->failed)
            v2_error(sa->v2, sa, sa->remote, "Negotiation context locked currently in use or timed out");
        v2_sa_kill(sa, "Negotiation timed out", SA_GONE_IKE_LOST);
        return;
    }
    if (v2_now(sa->v2) >= sa->expires) {
        TR(sa, "IKEv2 SA lifetime expired");
        v2_sa_close(sa, "SA lifetime expired");
        return;
    }
    sa->soft_done = true;
    arm_life(sa);
    if (sa->nchildren)
        v2_rekey_begin(sa);
}

uint64_t v2_again(struct v2 *v2)
{
    return V2_AGAIN_US + rnd_u32(v2->ike->env.rnd) % (2 * US_PER_S);
}

void v2_timers_rekey_again(struct v2_sa *sa)
{
    uint64_t at = v2_now(sa->v2) + v2_again(sa->v2);

    sa->soft_done = false;
    timer_set(&sa->life, (at < sa->expires ? at : sa->expires) - v2_now(sa->v2));
}

void v2_timers_first_child(struct v2_sa *sa)
{
    if (!v2_sa_up(sa) || !sa->soft_done || sa->superseded)
        return;
    sa->soft_done = false;
    timer_set(&sa->life, sa->initiator ? 0 : US_PER_S); /* who answered leaves it to the other */
}

static void nat_keepalive(void *arg)
{
    static const uint8_t byte = 0xFF;
    struct v2_sa *sa = arg;
    const struct v2_profile_conf *p = profile_of(sa);
    uint16_t sec = p && p->nat_keepalive ? p->nat_keepalive : sa->v2->conf.nat_keepalive;

    if (!sec || !sa->nat_local || !sa->v2->ike->udp4500)
        return;
    if (timer_pending(&sa->nat_keepalive) || sa->local_port != 4500)
        return;
    if (udp_send(sa->v2->ike->udp4500, sa->local, sa->remote, sa->peer_port, &byte, 1))
        TR_ERR(sa, "NAT keepalive to %s not sent", IP4(sa->remote));
    timer_set(&sa->nat_keepalive, sec * US_PER_S);
}

void v2_dpd_conf(const struct v2_sa *sa, uint16_t *sec, uint16_t *retry, bool *periodic)
{
    const struct v2_profile_conf *p = profile_of(sa);
    const struct v2_conf *c = &sa->v2->conf;

    if (p && p->dpd) {
        *sec = p->dpd;
        *retry = p->dpd_retry;
        *periodic = p->dpd_periodic;
    } else {
        *sec = c->dpd;
        *retry = c->dpd_retry;
        *periodic = c->dpd_periodic;
    }
}

/* Loop time of the last proof that the peer lives. */
static uint64_t proof_of_life(const struct v2_sa *sa, uint64_t *last_out)
{
    uint64_t in = 0;

    *last_out = 0;
    sad_activity(sa->v2->ike->env.ipsec, v2_owner(sa), &in, last_out);
    return in > sa->last_rx ? in : sa->last_rx;
}

/* A request that is on its way for so long says as much as a probe would, unless it is lost earlier by itself. */
static void as_probe(struct v2_x *x, uint64_t now, uint16_t sec, uint16_t retry)
{
    if (!x->sent || x->probes || now < x->sent_at + sec * US_PER_S ||
        now + V2_RETRANSMITS * retry * US_PER_S > x->sent_at + PATIENCE_US)
        return;
    x->probes = true;
    x->tries = 0;
    timer_set(&x->timer, 0);
}

static void dpd(void *arg)
{
    struct v2_sa *sa = arg;
    uint64_t now = v2_now(sa->v2), out, proof, due;
    uint16_t sec, retry;
    bool periodic;

    v2_dpd_conf(sa, &sec, &retry, &periodic);
    if (!sec || !v2_sa_up(sa))
        return;
    proof = proof_of_life(sa, &out);
    due = proof + sec * US_PER_S;
    if (sa->in_flight) { /* its answer is the proof */
        for (struct v2_x *x = sa->queue; x && now >= due; x = x->next)
            as_probe(x, now, sec, retry);
        timer_set(&sa->dpd, sec * US_PER_S);
        return;
    }
    if (now >= due && (periodic || out > proof)) {
        v2_info_probe(sa);
        timer_set(&sa->dpd, sec * US_PER_S);
        return;
    }
    if (now >= due)
        sad_watch(sa->v2->ike->env.ipsec, v2_owner(sa));
    timer_set(&sa->dpd, now < due ? due - now : sec * US_PER_S);
}

void v2_timers_sends(struct v2_sa *sa)
{
    if (!v2_x_kind(sa, V2X_LIVE))
        dpd(sa);
}

void v2_timers_init(struct v2_sa *sa)
{
    struct loop *loop = sa->v2->ike->env.loop;

    timer_init(&sa->life, loop, life, sa);
    timer_init(&sa->nat_keepalive, loop, nat_keepalive, sa);
    timer_init(&sa->dpd, loop, dpd, sa);
}

void v2_timers_clear(struct v2_sa *sa)
{
    timer_clear(&sa->life);
    timer_clear(&sa->nat_keepalive);
    timer_clear(&sa->dpd);
}

void v2_timers_half_open(struct v2_sa *sa)
{
    timer_set(&sa->life, V2_HALF_OPEN_US);
}

void v2_timers_redundant(struct v2_sa *sa)
{
    sa->expires = v2_now(sa->v2) + V2_OLD_US;
    arm_life(sa);
}

void v2_timers_failed(struct v2_sa *sa)
{
    timer_set(&sa->life, FAILED_US);
}

void v2_timers_conf(struct v2_sa *sa)
{
    uint16_t sec, retry;
    bool periodic;

    v2_dpd_conf(sa, &sec, &retry, &periodic);
    if (!sec)
        timer_clear(&sa->dpd);
    else if (!timer_pending(&sa->dpd))
        timer_set(&sa->dpd, sec * US_PER_S);
    nat_keepalive(sa);
}

void v2_timers_established(struct v2_sa *sa)
{
    const struct v2_profile_conf *p = profile_of(sa);
    uint32_t seconds = p ? p->lifetime : 86400;

    sa->expires = sa->established + seconds * US_PER_S;
    TR(sa, "IKEV2 SA created; inserting SA into database. SA lifetime timer (%u sec) started", seconds);
    arm_life(sa);
    v2_timers_conf(sa);
}

void v2_timers_old(struct v2_sa *sa)
{
    timer_clear(&sa->dpd);
    timer_clear(&sa->nat_keepalive);
    timer_set(&sa->life, V2_OLD_US);
}

/* 0: not repeated so. */
static uint16_t probe_retry(const struct v2_x *x)
{
    uint16_t sec, retry;
    bool periodic;

    v2_dpd_conf(x->sa, &sec, &retry, &periodic);
    return x->probes && sec ? retry : 0;
}

uint64_t v2_timers_wait(const struct v2_x *x)
{
    uint16_t retry = probe_retry(x);

    return retry ? retry * US_PER_S : V2_RETRANSMIT_US << x->tries;
}

bool v2_timers_lost(const struct v2_x *x)
{
    switch (x->kind) {
    case V2X_INIT:
    case V2X_AUTH: return x->tries >= V2_FIRST_REPEATS;
    case V2X_DEL_IKE: return x->tries >= V2_DELETE_REPEATS;
    default: return x->tries >= V2_RETRANSMITS;
    }
}

bool v2_timers_spare(struct v2_x *x)
{
    uint64_t out, silent = v2_timers_wait(x) * (probe_retry(x) ? V2_RETRANSMITS : 1);

    if (x->spared || !v2_sa_up(x->sa) || proof_of_life(x->sa, &out) + silent <= v2_now(x->sa->v2))
        return false;
    x->spared = true;
    x->probes = x->kind == V2X_LIVE;
    x->tries = 0;
    return true;
}
