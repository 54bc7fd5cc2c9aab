/* CREATE_CHILD_SA for children (RFC 7296 sections 1.3.1, 1.3.3, 2.8, 2.25), both halves.
 *
 *   HDR, SK{[N(REKEY_SA)], SA, Ni, [KEi], TSi, TSr, N...}  -->
 *                                     <--  HDR, SK{SA, Nr, [KEr], TSi, TSr, N...}  or  HDR, SK{N(error)}
 *
 * Replacing: who asked deletes the old pair once it has the new one. When both ends replace the same pair at once, each
 * answers the other, and the pair made with the lowest of the four nonces is closed by who asked for it; the other's
 * asker deletes the old pair. Only who still waits for its own answer can know of the crossing (section 2.8.1).
 *
 *   the peer asks to replace                 answer
 *   a pair that is not here (any more)       CHILD_SA_NOT_FOUND
 *   one that we are deleting                 TEMPORARY_FAILURE
 *   one of a flow, time and again, that never has its old ones deleted    TEMPORARY_FAILURE
 *   one that we are replacing                as usual; nonces decide later
 *   anything, while we replace the IKE SA    TEMPORARY_FAILURE
 *
 *   we are told                              then
 *   TEMPORARY_FAILURE                        again in 3 to 5 s, if the pair is still there; a new child five times, in the
 *                                            queue meanwhile, or at once below an IKE SA that takes the place of this one
 *   SINGLE_PAIR_REQUIRED                     asked anew for the two hosts of the packet
 *   CHILD_SA_NOT_FOUND                       our pair goes; a new one is asked for
 *   NO_ADDITIONAL_SAS, other errors          the pair lives to its end
 *
 * With perfect forward secrecy the sums run on a worker; the exchange stands meanwhile, and so does every message that
 * would cross it (v2_busy). */
#include <string.h>

#include "dataplane/ike/v2/v2_local.h"

/* Octets, then length. */
static bool nonce_lower(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    int d = memcmp(a, b, a_len < b_len ? a_len : b_len);

    return d < 0 || (d == 0 && a_len < b_len);
}

static struct bytes lower_of(const struct v2_neg *n)
{
    return nonce_lower(n->ni, n->ni_len, n->nr, n->nr_len) ? BYTES(n->ni, n->ni_len) : BYTES(n->nr, n->nr_len);
}

void v2_neg_cross(struct v2_neg *ours, const struct v2_neg *theirs)
{
    struct bytes low = lower_of(theirs);

    ours->crossed = true;
    memcpy(ours->low, low.p, low.len);
    ours->low_len = low.len;
}

bool v2_neg_yields(const struct v2_neg *ours)
{
    struct bytes low = lower_of(ours);

    return ours->crossed && nonce_lower(low.p, low.len, ours->low, ours->low_len);
}

/* ---- initiator ---- */
static bool answered_meanwhile(const struct v2_sa *sa, const struct ike_want *w)
{
    for (const struct v2_child *c = v2_of_flow(sa->v2, &w->policy); c; c = c->older)
        if (c->sa == sa && c->state == V2C_UP && c->installed > w->since)
            return true;
    return false;
}

static struct v2_x *asking(const struct v2_sa *sa, const struct ipsec_policy *flow)
{
    for (struct v2_x *x = sa->queue; x; x = x->next)
        if (x->kind == V2X_CHILD && x->neg && v2_flow_same(&x->neg->policy, flow))
            return x;
    return NULL;
}

static void public_made(void *arg, bool ok)
{
    struct v2_neg *n = arg;

    (void)ok;
    v2_x_ready(n->x);
}

void v2_child_begin(struct v2_sa *sa, struct ike_want *w, uint32_t old)
{
    struct v2 *v2 = sa->v2;
    bool answered = !old && answered_meanwhile(sa, w);
    struct v2_x *same = asking(sa, &w->policy), *x;

    if (same && same->neg->want && !answered) {
        same->neg->want->acquire |= w->acquire;
        ike_want_free(w);
        return;
    }
    if (answered || same || !v2_ts_allowed(sa, &w->policy) || !w->policy.ntransforms || sa->nqueue >= V2_QUEUE_MAX ||
        (w->policy.pfs_group && !dh_known(w->policy.pfs_group))) {
        v2_want_done(v2, w, answered);
        return;
    }
    x = v2_x_new(sa, V2X_CHILD);
    struct v2_neg *n = x->neg = v2_neg_new(sa, true);
    n->x = x;
    n->want = w;
    n->policy = w->policy;
    n->old = old;
    if (!v2_neg_reserve(n, w->policy.transforms[0].proto)) {
        v2_x_drop(x);
        return;
    }
    v2_neg_nonce(n);
    n->group = w->policy.pfs_group;
    if (!n->group) {
        v2_x_ready(x);
        return;
    }
    v2_dh_begin(&n->dh, v2, n->group, V2P_I_IPSEC_CHILD_INT);
    dh_job_run(&n->dh, true, NULL, 0, public_made, n);
}

void v2_child_rekey(struct v2_child *c)
{
    struct v2_sa *sa = c->sa;
    struct ike_want *w;

    if (!v2_sa_up(sa) || c->state != V2C_UP || c->deleting || v2_x_of_pair(sa, c->id))
        return;
    w = NEW(struct ike_want);
    w->since = v2_now(sa->v2);
    if (!spd_find_again(sa->v2->ike->env.ipsec, &c->policy, &c->policy.local_sel, &c->policy.remote_sel, &w->policy) ||
        !w->policy.ikev2) {
        ike_want_free(w);
        return;
    }
    v2_child_begin(sa, w, c->id);
}

bool v2_child_ask(struct v2_x *x, struct v2_wr *w)
{
    struct v2_neg *n = x->neg;
    uint8_t spi[4];

    if (n->old) {
        struct v2_child *c = v2_child_find(n->sa->v2, n->old);
        if (!c || c->state != V2C_UP || c->deleting)
            return false;
        put32(spi, c->spi_in);
        v2_put_notify(w, c->proto, V2N_REKEY_SA, spi, sizeof spi, NULL, 0);
    }
    n->sa->v2->perf.child_is_ike = false;
    TR(n->sa, "Generating CREATE_CHILD_SA message");
    v2_trace_child_offer(n->sa, &n->policy);
    v2_child_write_offer(n, w, true);
    return true;
}

/* Nothing is wrong with the peer, so no other one is asked in its place. */
static bool put_off(struct v2_neg *n)
{
    struct ike_want *w = n->want;

    if (!w || n->old || w->put_off >= V2_PUT_OFFS_MAX)
        return false;
    w->put_off++;
    struct v2_x *later = v2_x_new(n->sa, V2X_CHILD);
    later->neg = v2_neg_new(n->sa, true);
    later->neg->x = later;
    later->neg->want = w;
    later->neg->policy = w->policy;
    n->want = NULL;
    timer_set(&later->timer, v2_again(n->sa->v2));
    return true;
}

void v2_child_again(struct v2_x *x)
{
    struct v2_sa *sa = x->sa;
    struct ike_want *w = x->neg->want;

    x->neg->want = NULL;
    v2_x_drop(x);
    if (v2_sa_up(sa))
        v2_child_begin(sa, w, 0);
    else
        v2_want_done(sa->v2, w, false);
}

/* The peer takes single pairs of addresses alone (section 2.9): that of the packet, as nothing else is to be sent yet. */
static bool single_pair(struct v2_neg *n)
{
    struct ike_want *w = n->want;
    struct v2_sa *sa = n->sa;
    struct ipsec_policy p;

    if (!w || n->old || !w->policy.first.there ||
        (w->policy.local_sel.mask == UINT32_MAX && w->policy.remote_sel.mask == UINT32_MAX))
        return false;
    struct selector local = w->policy.local_sel, remote = w->policy.remote_sel;
    ipsec_first_hosts(&w->policy.first, &local, &remote);
    if (!spd_find_again(sa->v2->ike->env.ipsec, &w->policy, &local, &remote, &p) || !p.ikev2)
        return false;
    p.first = w->policy.first;
    w->policy = p;
    n->want = NULL;
    v2_child_begin(sa, w, 0);
    return true;
}

static void refused(struct v2_x *x, uint16_t why)
{
    struct v2_neg *n = x->neg;
    struct v2_sa *sa = x->sa;
    struct v2_child *old = v2_child_find(sa->v2, n->old);

    if (n->crossed || (n->old && !old)) {
        v2_neg_settle(n, n->crossed); /* what was asked for has come from the other side, or is gone */
        return;
    }
    v2_error(sa->v2, sa, sa->remote, "CREATE_CHILD_SA: %s", v2_notify_said(why));
    v2_child_failed(sa, why);
    if (why == V2N_CHILD_SA_NOT_FOUND && old) {
        struct ike_want *w = n->want;
        uint8_t proto = v2_proto_ip(old->proto);
        uint32_t spi = old->spi_in;
        n->want = NULL;
        v2_child_gone(old, SA_GONE_PEER_DELETE);
        v2_info_delete(sa, proto, spi, 0); /* it may have come into being there behind our question */
        if (w)
            v2_child_begin(sa, w, 0);
    } else if (why == V2N_TEMPORARY_FAILURE && old) {
        old->again = true;
        timer_set(&old->timer, v2_again(sa->v2));
    } else if ((why == V2N_TEMPORARY_FAILURE && put_off(n)) || (why == V2N_SINGLE_PAIR_REQUIRED && single_pair(n))) {
        return;
    }
    v2_neg_settle(n, false);
}

/* CSCsl68327: the old pair goes here before the other end, which is told, has switched over. */
static void forget(struct v2_child *old)
{
    struct v2_sa *sa = old->sa;

    if (!fault_strikes(sa->v2->ike->env.faults, FAULT_OLD_FIRST, 0)) {
        v2_child_delete(old);
        return;
    }
    v2_info_delete(sa, v2_proto_ip(old->proto), old->spi_in, 0);
    v2_child_remove(old, SA_GONE_REKEYED);
}

/* Another one of its flow sends already. */
static bool sent_for(const struct v2_child *c)
{
    for (const struct v2_child *q = v2_of_flow(c->sa->v2, &c->policy); q; q = q->older)
        if (q != c && q->turn && q->state == V2C_UP && !q->deleting)
            return true;
    return false;
}

static void made(struct v2_neg *n)
{
    struct v2_sa *sa = n->sa;
    struct v2_child *c = v2_child_install(n), *old = v2_child_find(sa->v2, n->old), *theirs;

    if (!c) {
        v2_info_delete(sa, n->proto, n->spi, 0); /* the peer has it */
        v2_neg_settle(n, false);
        return;
    }
    v2_perf_note(sa->v2, V2P_CHILD, n->began);
    theirs = n->crossed ? v2_child_find(sa->v2, n->crossed_pair) : NULL;
    if (theirs && v2_neg_yields(n)) {
        TR(sa, "Crossing rekeys: the peer's is kept");
        v2_child_delete(c);
        if (!old)
            v2_child_enable(theirs);
        else if (!timer_pending(&theirs->timer) && !theirs->turn)
            timer_set(&theirs->timer, V2_SWITCH_US);
    } else if (n->beside && sent_for(c)) {
        TR(sa, "The peer has narrowed it to what there is already");
        v2_child_delete(c);
    } else {
        v2_child_enable(c);
        if (theirs) {
            TR(sa, "Crossing rekeys: ours is kept");
            timer_clear(&theirs->timer);
        }
        if (old) {
            old->state = V2C_REPLACED;
            old->by = c->id;
            timer_clear(&old->timer);
            sa->v2->stats.rekeys_child++;
            forget(old);
        }
    }
    v2_neg_settle(n, true);
}

static void shared_made(void *arg, bool ok)
{
    struct v2_neg *n = arg;
    struct v2_x *x = n->x;
    struct v2_sa *sa = n->sa;

    if (ok)
        made(n);
    else
        v2_info_delete(sa, n->proto, n->spi, 0);
    v2_x_drop(x);
    v2_pump(sa);
}

void v2_child_conclude(struct v2_x *x, const struct v2_msg *m)
{
    struct v2_neg *n = x->neg;
    struct v2_ke_body ke;
    uint16_t why = v2_child_read_answer(n, &m->ps, true);

    x->sa->v2->perf.child_is_ike = false;
    if (why) {
        if (v2_one(&m->ps, V2_SA))
            v2_info_delete(x->sa, n->proto, n->spi, 0); /* the peer has it */
        refused(x, why);
        return;
    }
    if (!n->choice.group) {
        made(n);
        return;
    }
    const struct v2_payload *kep = v2_one(&m->ps, V2_KE);
    if (!kep || v2_ke(kep, &ke) != CODEC_OK) /* looked at before */
        return;
    (void)v2_x_conclude_later(x);
    dh_job_run(&n->dh, false, ke.data, ke.len, shared_made, n);
}

/* ---- responder ---- */
static void refuse(struct v2_sa *sa, struct v2_slot *s, struct v2_neg *n, uint16_t why)
{
    uint8_t group[2];

    put16(group, n->choice.group);
    v2_error(sa->v2, sa, sa->remote, "CREATE_CHILD_SA refused: %s", v2_notify_said(why));
    v2_child_failed(sa, why);
    if (why == V2N_INVALID_SYNTAX) {
        v2_malformed(sa, s);
        return;
    }
    v2_respond_notify(sa, s, why, group, why == V2N_INVALID_KE_PAYLOAD ? sizeof group : 0);
}

/* Ours for the same pair is on its way: it has been crossed. */
static void cross(struct v2_sa *sa, const struct v2_neg *n, const struct v2_child *c)
{
    struct v2_x *x = v2_x_of_pair(sa, n->old);

    if (!x)
        return;
    if (!x->sent && !x->concluding) {
        v2_x_drop(x);
        return;
    }
    v2_neg_cross(x->neg, n);
    x->neg->crossed_pair = c->id;
}

static void answer_made(struct v2_neg *n)
{
    struct v2_sa *sa = n->sa;
    struct v2_slot *s = n->slot;
    struct v2_child *c = v2_child_install(n), *old = v2_child_find(sa->v2, n->old);
    uint8_t inner[V2_INNER_MAX];
    struct v2_wr w;

    sa->v2->perf.child_is_ike = false;
    if (!c) {
        refuse(sa, s, n, V2N_NO_PROPOSAL_CHOSEN);
        return;
    }
    v2_begin_inner(&w, inner, sizeof inner);
    v2_child_write_answer(n, &w, true);
    v2_respond(sa, s, &w);
    if (!old) {
        v2_child_answered(c);
        return;
    }
    sa->v2->stats.rekeys_child++;
    cross(sa, n, c);
    old->state = V2C_REPLACED; /* crossed: by whom, the answer to ours tells */
    old->again = false;
    timer_clear(&old->timer);
    old->by = c->id;
    timer_set(&c->timer, V2_SWITCH_US);
}

static void answer_shared(void *arg, bool ok)
{
    struct v2_neg *n = arg;
    struct v2_slot *s = n->slot;
    struct v2_sa *sa = n->sa;

    if (!ok) {
        refuse(sa, s, n, V2N_INVALID_SYNTAX);
        return;
    }
    answer_made(n);
    v2_slot_settle(s);
    v2_pump(sa);
}

/* The peer goes on replacing and deletes nothing of what it has replaced. */
static bool piled_up(const struct v2_child *old)
{
    unsigned n = 0;

    for (const struct v2_child *c = v2_of_flow(old->sa->v2, &old->policy); c; c = c->older)
        n += c->state == V2C_REPLACED && c->sa == old->sa;
    return n >= V2_REPLACED_MAX;
}

/* The pair that REKEY_SA names. False: answered. */
static bool find_old(struct v2_sa *sa, struct v2_slot *s, const struct v2_msg *m, struct v2_neg *n)
{
    struct v2_notify_body nb;
    struct v2_child *old;

    if (!v2_notify_find(&m->ps, V2N_REKEY_SA, &nb))
        return true;
    old = nb.spi_len == 4 ? v2_child_by_spi(sa, nb.proto, get32(nb.spi)) : NULL;
    if (!old || old->state == V2C_LINGER) {
        uint8_t inner[64];
        struct v2_wr w;
        v2_begin_inner(&w, inner, sizeof inner);
        v2_put_notify(&w, nb.proto, V2N_CHILD_SA_NOT_FOUND, nb.spi, nb.spi_len, NULL, 0);
        v2_respond(sa, s, &w);
        return false;
    }
    if (old->deleting || old->state == V2C_REPLACED || piled_up(old)) {
        v2_respond_notify(sa, s, V2N_TEMPORARY_FAILURE, NULL, 0);
        return false;
    }
    n->old = old->id;
    return true;
}

void v2_create_answer(struct v2_sa *sa, struct v2_slot *s, const struct v2_msg *m)
{
    const struct v2_payload *sap = v2_one(&m->ps, V2_SA), *kep = v2_one(&m->ps, V2_KE);
    struct v2_x *rekey = v2_x_kind(sa, V2X_REKEY);
    struct v2_sa_body body;
    struct v2_ke_body ke;

    sa->v2->perf.child_is_ike = sap && v2_sa(sap, &body) == CODEC_OK && body.n && body.v[0].protocol == V2_PROTO_IKE;
    if (sa->v2->perf.child_is_ike) {
        v2_rekey_answer(sa, s, m);
        return;
    }
    if (rekey && (rekey->sent || rekey->concluding)) {
        v2_respond_notify(sa, s, V2N_TEMPORARY_FAILURE, NULL, 0);
        return;
    }
    struct v2_neg *n = v2_neg_new(sa, false);
    n->slot = s;
    if (!find_old(sa, s, m, n)) {
        v2_neg_free(n);
        return;
    }
    uint16_t why = v2_child_read_offer(n, &m->ps, true);
    if (why) {
        refuse(sa, s, n, why);
        v2_neg_free(n);
        return;
    }
    v2_neg_nonce(n);
    if (!n->group) {
        answer_made(n);
        v2_neg_free(n);
        return;
    }
    s->neg = n;
    s->pending = true;
    if (v2_ke(kep, &ke) != CODEC_OK) /* looked at before */
        return;
    v2_dh_begin(&n->dh, sa->v2, n->group, V2P_R_IPSEC_CHILD_INT);
    dh_job_run(&n->dh, true, ke.data, ke.len, answer_shared, n);
}
