/* Everything IKE decides about time: what a deadline or an absence means. Other files only set facts and call here.
 *
 *   retransmission   10 s x 5, then the exchange is dead (phase 1: the SA). Of main mode only the initiator repeats: a
 *                    responder that repeated would send five packets to whatever address was forged. In quick mode
 *                    the responder repeats QM2 too, since QM3 has no answer. A QM1 is not repeated where a newer IKE
 *                    SA has come up meanwhile: that is asked.
 *   half open        60 s without progress as responder; then the SA is forgotten
 *   IKE lifetime     soft at nine tenths (at most 300 s before the end; the responder half as long before): a new main
 *                    mode if the peer has IPsec SAs; at the end DELETE. An SA that a newer one of ours replaces goes
 *                    30 s after.
 *   IPsec pair       ipsec says when the soft lifetime is over. Only the current pair of a flow is renewed: at once by
 *                    the side that made it, 10 s later by the other. The old pair goes 30 s after the new one is in
 *                    use.
 *   dead peer        RFC 3706. periodic: a probe SEC after the last proof of life; on-demand: with the first packet
 *                    that goes out later than that (ipsec tells of it: an idle tunnel costs one timer in SEC).
 *                    Unanswered, it is repeated every RETRY; after 5 the peer is dead: all SAs with it go. Proof is any
 *                    authentic ESP or IKE from it.
 *   NAT keepalive    one byte 0xFF every N s while a translator is in front of us
 *   settling         50 ms between AM3 and what follows it, which a peer of several threads could look at first
 *   reaping          dead SAs 60 s, finished exchanges 50 s (they answer repeats) */
#include <string.h>

#include "dataplane/ike/engine.h"
#include "dataplane/ike/v1/v1.h"
#include "dataplane/ike/v2/v2.h"

#define SOFT_MARGIN_S 300
#define DPD_PROBES    5
#define SETTLE_US     (50 * US_PER_MS)

static void sa_life(void *arg);
static void sa_reap(void *arg);
static void nat_keepalive(void *arg);

static void sa_settle(void *arg)
{
    peer_sa_settled(arg);
}

void timers_sa_init(struct ike_sa *sa)
{
    struct loop *loop = sa->ike->env.loop;

    timer_init(&sa->life, loop, sa_life, sa);
    timer_init(&sa->reap, loop, sa_reap, sa);
    timer_init(&sa->nat_keepalive, loop, nat_keepalive, sa);
    timer_init(&sa->settle, loop, sa_settle, sa);
}

void timers_settle(struct ike_sa *sa)
{
    timer_set(&sa->settle, SETTLE_US);
}

void timers_next(struct ike_sa *sa)
{
    if (!timer_pending(&sa->settle))
        timer_set(&sa->settle, 0);
}

void timers_half_open(struct ike_sa *sa)
{
    timer_set(&sa->life, IKE_HALF_OPEN_US);
}

static uint64_t margin_of(const struct ike_sa *sa, uint64_t life_us)
{
    uint64_t margin = life_us / 10;

    if (margin > SOFT_MARGIN_S * US_PER_S)
        margin = SOFT_MARGIN_S * US_PER_S;
    return sa->initiator ? margin : margin / 2;
}

uint32_t timers_sa_soft_s(const struct ike_sa *sa)
{
    return (uint32_t)(margin_of(sa, sa->suite.life_s * (uint64_t)US_PER_S) / US_PER_S);
}

static void arm_life(struct ike_sa *sa)
{
    uint64_t now = loop_now(sa->ike->env.loop), margin = margin_of(sa, sa->expires - sa->established), at;

    at = sa->life_soft_done || sa->superseded ? sa->expires : sa->expires - margin;
    timer_set(&sa->life, at > now ? at - now : 0);
}

void timers_sa_life(struct ike_sa *sa, uint32_t life_s)
{
    uint64_t end = sa->established + life_s * US_PER_S;

    sa->suite.life_s = life_s;
    sa->expires = end;
    arm_life(sa);
}

void timers_sa_established(struct ike_sa *sa)
{
    struct ike *ike = sa->ike;

    timers_sa_life(sa, sa->suite.life_s);
    if (sa->nat_local && ike->conf.nat_keepalive)
        timer_set(&sa->nat_keepalive, ike->conf.nat_keepalive * US_PER_S);
}

void timers_sa_retire(struct ike_sa *sa)
{
    uint64_t end = loop_now(sa->ike->env.loop) + IKE_OLD_PAIR_US;

    if (end < sa->expires)
        sa->expires = end;
    arm_life(sa);
}

/* Only what we may begin ourselves is renewed by us. */
static bool worth_renewing(const struct ike_peer *p)
{
    for (const struct ike_pair *q = p->pairs; q; q = q->next)
        if (!q->info.policy.answer_only)
            return true;
    return false;
}

static void sa_life(void *arg)
{
    struct ike_sa *sa = arg;

    if (!ike_sa_up(sa)) {
        ike_sa_kill(sa, "Negotiation timed out");
        return;
    }
    if (loop_now(sa->ike->env.loop) >= sa->expires) {
        ike_delete_sa(sa, true, "SA lifetime expired");
        return;
    }
    sa->life_soft_done = true;
    arm_life(sa);
    if (!sa->superseded && worth_renewing(sa->peer) && !peer_sa_negotiating(sa->peer))
        ike_begin(sa->peer, sa->profile);
}

static void sa_reap(void *arg)
{
    ike_sa_free(arg);
}

static void nat_keepalive(void *arg)
{
    struct ike_sa *sa = arg;
    static const uint8_t byte = 0xFF;

    if (!sa->ike->conf.nat_keepalive || !sa->ike->udp4500)
        return;
    if (udp_send(sa->ike->udp4500, sa->local, sa->remote, sa->peer_port, &byte, 1))
        TRACE_ERR(sa, "NAT keepalive to %s not sent", IP4(sa->remote));
    timer_set(&sa->nat_keepalive, sa->ike->conf.nat_keepalive * US_PER_S);
}

/* Nobody answered a quick mode. A peer that has proved nothing since it began does not know this IKE SA any more (it
 * was restarted): the SA goes too, so that the next packet begins anew instead of asking a deaf SA for the rest of its
 * lifetime. */
static void phase2_dead(struct ike_node *n)
{
    struct ike_sa *sa = n->sa;
    bool deaf = n->initiator && sa->peer && sa->peer->last_rx < n->began;

    v1_quick_dead(n);
    if (deaf)
        ike_delete_sa(sa, false, "Death by retransmission P2");
}

/* Nobody answered a first message of quick mode, and there is a newer IKE SA: the peer that began it may have dropped the
 * one we asked by without a word (charon does when it is asked by that one at this moment), so we ask by the newer. */
static bool asked_by_newer(struct ike_node *n)
{
    struct ike_sa *newer = n->want && n->state == QM_I_QM1 ? peer_sa_for(n->sa->peer, &n->qm->policy) : NULL;
    struct ike_want *w = n->want;

    if (!newer || newer == n->sa)
        return false;
    n->want = NULL;
    ike_node_done(n, true, "Phase 1 was renewed");
    v1_quick_begin(newer, w);
    return true;
}

void timers_retransmit(void *arg)
{
    struct v1_slot *s = arg;
    struct ike_sa *sa = s->sa;
    int phase = s->node ? 2 : 1;

    if (s->node && asked_by_newer(s->node))
        return;
    if (s->tries >= IKE_RETRANSMITS) {
        if (s->node)
            phase2_dead(s->node);
        else
            ike_sa_kill(sa, "Death by retransmission P1");
        return;
    }
    s->tries++;
    v1_say_retransmitting(s);
    if (s->node)
        TRACE(sa, "incrementing error counter on node, attempt %u of %u: retransmit phase 2", s->tries,
              IKE_RETRANSMITS);
    TRACE(sa, "incrementing error counter on sa, attempt %u of %u: retransmit phase %d", s->tries, IKE_RETRANSMITS,
          phase);
    if (s->node)
        TRACE(sa, "retransmitting phase 2 %u %s      ", s->node->mid, ike_sa_show_state(sa));
    else
        TRACE(sa, "retransmitting phase 1 %s", ike_sa_show_state(sa));
    ike_transmit(sa, s->tx, s->tx_len);
    timer_set(&s->retransmit, IKE_RETRANSMIT_US);
}

void timers_node_purge(void *arg)
{
    struct ike_node *n = arg;

    TRACE(n->sa, "purging node %u", n->mid);
    ike_node_free(n);
}

static void renew(struct ike_pair *pair)
{
    struct ike *ike = pair->ike;
    const struct ipsec_policy *had = &pair->info.policy;
    struct ike_want *w;

    if (!pair->current || pair->doomed || had->answer_only || v1_quick_busy(pair->peer, had))
        return;
    w = NEW(struct ike_want);
    w->since = loop_now(ike->env.loop);
    if (!spd_find_again(ike->env.ipsec, had, &had->local_sel, &had->remote_sel, &w->policy)) {
        ike_want_free(w);
        return;
    }
    trace_sa_request(ike, &w->policy);
    ike_want_flow(ike, w);
}

void timers_pair_soft(struct ike_pair *pair)
{
    if (!pair->current || pair->doomed)
        return;
    if (pair->initiator)
        renew(pair);
    else
        timer_set(&pair->timer, IKE_REKEY_YIELD_US);
}

void timers_pair(void *arg)
{
    struct ike_pair *pair = arg;

    if (pair->doomed)
        (void)sad_delete(pair->ike->env.ipsec, pair->id, pair->silent ? SA_GONE_PEER_DELETE : SA_GONE_REKEYED);
    else
        renew(pair);
}

static void dpd_probe(struct ike_sa *sa)
{
    struct ike_peer *p = sa->peer;
    uint8_t spi[2 * COOKIE_LEN], seq[4];

    if (!p->dpd_sent) {
        if (!p->dpd_seq)
            p->dpd_seq = rnd_u32(sa->ike->env.rnd) & 0x7FFFFFFF;
        p->dpd_first = loop_now(sa->ike->env.loop);
        p->dpd_seq++;
    }
    p->dpd_sent++;
    memcpy(spi, sa->icookie, COOKIE_LEN);
    memcpy(spi + COOKIE_LEN, sa->rcookie, COOKIE_LEN);
    put32(seq, p->dpd_seq);
    v1_info_notify(sa, IPROTO_ISAKMP, N_R_U_THERE, spi, sizeof spi, seq, sizeof seq);
    ike_sa_enter(sa, IKE_P1_COMPLETE, "IKE_MESG_FROM_TIMER", "IKE_TIMER_IM_ALIVE");
}

static void peer_dead(struct ike_peer *p)
{
    struct ike *ike = p->ike;
    struct ike_sa *sa = p->sas, *next;

    trace(ike, peer_sa_up(p), p->addr, TRACE_NORMAL, "peer %s not responding!", IP4(p->addr));
    p->dpd_sent = 0;
    p->held = true;
    peer_lose_pairs(p, SA_GONE_IKE_LOST, UINT64_MAX);
    for (; sa; sa = next) {
        next = sa->peer_next;
        ike_delete_sa(sa, false, "P1 errcounter exceeded (PEERS_ALIVE_TIMER)");
    }
    p->held = false;
    peer_settle(p);
}

/* Loop time of the last proof that the peer lives. */
static uint64_t proof_of_life(struct ike_peer *p, uint64_t *last_out)
{
    uint64_t in = 0;

    *last_out = 0;
    sad_activity(p->ike->env.ipsec, peer_owner(p), &in, last_out);
    return in > p->last_rx ? in : p->last_rx;
}

void timers_dpd(void *arg)
{
    struct ike_peer *p = arg;
    struct ike_sa *sa = peer_sa_up(p);
    struct ike_keepalive k = sa ? identity_keepalive(sa) : (struct ike_keepalive){0};
    uint64_t now = loop_now(p->ike->env.loop), out, proof, due;

    if (!k.every || !sa->dpd)
        return;
    proof = proof_of_life(p, &out);
    if (p->dpd_sent && proof > p->dpd_first)
        p->dpd_sent = 0;
    if (p->dpd_sent)
        TRACE(sa, "DPD incrementing error counter (%u/%u)", p->dpd_sent, DPD_PROBES);
    if (p->dpd_sent >= DPD_PROBES) {
        peer_dead(p);
        return;
    }
    due = proof + k.every * US_PER_S;
    if (p->dpd_sent || (now >= due && (k.periodic || out > proof))) {
        dpd_probe(sa);
        timer_set(&p->dpd, k.retry * US_PER_S);
    } else {
        if (now >= due)
            sad_watch(p->ike->env.ipsec, peer_owner(p));
        timer_set(&p->dpd, now < due ? due - now : k.every * US_PER_S);
    }
}

void ike_owner_sends(struct ike *ike, uint32_t owner, uint32_t local, uint32_t addr)
{
    uint32_t number = owner >> 1;
    struct ike_peer *p = owner & 1 ? NULL : table_find(ike->peers, &number);

    if (owner & 1)
        v2_sa_sends(ike->v2, number, local, addr);
    else if (p && !p->dpd_sent)
        timers_dpd(p);
}

void timers_dpd_update(struct ike_peer *p)
{
    struct ike_sa *sa = peer_sa_up(p);
    struct ike_keepalive k = sa ? identity_keepalive(sa) : (struct ike_keepalive){0};

    if (!k.every || !sa->dpd) {
        timer_clear(&p->dpd);
        p->dpd_sent = 0;
    } else if (!timer_pending(&p->dpd)) {
        timer_set(&p->dpd, k.every * US_PER_S);
    }
}

void timers_dpd_ack(struct ike_sa *sa, uint32_t seq)
{
    struct ike_peer *p = sa->peer;

    TRACE(sa, "DPD/R_U_THERE_ACK received from peer %s, sequence 0x%X", IP4(sa->remote), seq);
    if (p->dpd_sent && seq == p->dpd_seq)
        p->dpd_sent = 0;
}
