/* An IKE SA replaced by a new one (CREATE_CHILD_SA, RFC 7296 sections 1.3.2, 2.8, 2.8.2, 2.18, 2.25.2), both halves.
 *
 *   HDR, SK{SA(new SPIi), Ni, KEi}  -->
 *                              <--  HDR, SK{SA(new SPIr), Nr, KEr}  or  HDR, SK{N(error)}
 *
 * The new SA inherits ports, identities, profile and children; message ids begin at zero, the window at 1. Who asked
 * sends DELETE on the old SA; who answered moves the children at once and keeps the old SA for that DELETE, a minute at
 * most. A rekey is not answered (TEMPORARY_FAILURE) while children are being made, replaced or deleted, nor while the
 * peer leaves V2_RETIRED_MAX old ones undeleted; and is only sent when nothing of ours is on its way.
 *
 * The pseudorandom function stays that of the old SA wherever both ends still allow it: where it changes, section 2.18
 * takes the old one for SKEYSEED and the new one for all that comes of it, but strongSwan (5.9) the old one for both,
 * and then neither end could read the other.
 *
 * Both at once: each answers the other and moves nothing. When the own answer is there, the SA made with the lowest of
 * the four nonces is closed by who asked for it, the other one inherits, and its asker deletes the old SA. When the old
 * SA is deleted by the peer first (our own request was lost), or our own request is refused because the peer closes the
 * old SA already, the peer's new SA inherits. */
#include <string.h>

#include "dataplane/ike/v2/v2_local.h"

static void public_made(void *arg, bool ok)
{
    struct v2_neg *n = arg;

    (void)ok;
    v2_x_ready(n->x);
}

/* What an SA may be replaced with; any_prf: the peer no longer takes the pseudorandom function that it has. */
static unsigned proposals(const struct v2_sa *sa, bool any_prf, struct v2_proposal v[V2_PROPOSALS_MAX])
{
    unsigned n = v2_conf_proposals(&sa->v2->conf, sa->local, v, NULL);
    unsigned kept = any_prf ? 0 : v2_with_prf(v, n, sa->suite.prf);

    return kept ? kept : n;
}

static void ask_for(struct v2_sa *sa, unsigned group, unsigned restarts, bool any_prf)
{
    struct v2_x *x = v2_x_new(sa, V2X_REKEY);
    struct v2_neg *n = x->neg = v2_neg_new(sa, true);

    n->x = x;
    n->restarts = restarts;
    n->any_prf = any_prf;
    n->group = group;
    v2_spi_make(sa->v2, n->ispi);
    v2_neg_nonce(n);
    v2_dh_begin(&n->dh, sa->v2, group, V2P_I_IKE_CHILD_INT);
    dh_job_run(&n->dh, true, NULL, 0, public_made, n);
}

static void begin(struct v2_sa *sa, bool any_prf)
{
    struct v2_proposal v[V2_PROPOSALS_MAX];
    unsigned n = proposals(sa, any_prf, v);

    if (!n || !v[0].ngroup)
        return;
    TR(sa, "Rekeying the IKEv2 SA");
    ask_for(sa, v2_offers_group(v, n, sa->suite.group) ? sa->suite.group : v[0].group[0], 0, any_prf);
}

void v2_rekey_begin(struct v2_sa *sa)
{
    if (v2_sa_up(sa) && !v2_x_kind(sa, V2X_REKEY))
        begin(sa, false);
}

bool v2_rekey_ask(struct v2_x *x, struct v2_wr *w)
{
    struct v2_proposal v[V2_PROPOSALS_MAX];
    struct v2_neg *n = x->neg;
    unsigned count = proposals(x->sa, n->any_prf, v);

    if (!count)
        return false;
    x->sa->v2->perf.child_is_ike = true;
    v2_write_ike_offer(w, v, count, n->ispi);
    v2_put(w, V2_NONCE, n->ni, n->ni_len);
    v2_put_ke(w, (uint16_t)n->group, dh_public(n->dh.dh), dh_public_len(n->group));
    return true;
}

/* The new SA, up; its keys from the old one's. */
static struct v2_sa *successor(struct v2_neg *n)
{
    struct v2_sa *old = n->sa, *sa = v2_sa_new(old->v2, old->local, old->remote, n->initiator);

    v2_perf_rate(sa->v2, n->initiator ? V2R_OUT_IKE_CHILD : V2R_IN_IKE_CHILD);
    if (n->initiator)
        v2_perf_note(sa->v2, V2P_CHILD, n->began);

    memcpy(sa->ispi, n->ispi, V2_SPI);
    memcpy(sa->rspi, n->rspi, V2_SPI);
    memcpy(sa->profile, old->profile, sizeof sa->profile);
    sa->session_id = old->session_id;
    sa->local_port = old->local_port;
    sa->peer_port = old->peer_port;
    sa->local_id = old->local_id;
    sa->remote_id = old->remote_id;
    sa->natt = old->natt;
    sa->nat_local = old->nat_local;
    sa->nat_remote = old->nat_remote;
    sa->frag = old->frag;
    sa->ios = old->ios;
    sa->ppk = old->ppk;
    sa->suite = n->suite;
    sa->keys = NEW(struct v2_keys);
    v2_keys_rekey(sa->keys, &sa->suite, old->suite.prf, &old->keys->d, BYTES(n->dh.shared.b, n->dh.shared.len),
                  BYTES(n->ni, n->ni_len), BYTES(n->nr, n->nr_len), sa->ispi, sa->rspi);
    v2_sa_keyed(sa);
    v2_sa_insert(sa);
    v2_sa_established(sa);
    sa->v2->stats.rekeys_ike++;
    return sa;
}

/* Children, and what waits to be asked. */
static void inherit(struct v2_sa *to, struct v2_sa *from)
{
    while (from->children)
        v2_child_move(from->children, to);
    for (struct v2_x *x = from->queue, *next; x; x = next) {
        next = x->next;
        if (!x->sent && x->kind == V2X_DEL_CHILD) {
            for (unsigned i = 0; i < x->nspis; i++)
                if (!x->pairs[i] || v2_child_find(to->v2, x->pairs[i]))
                    v2_info_delete(to, v2_proto_ip(x->proto), x->spis[i], x->pairs[i]);
            v2_x_drop(x);
            continue;
        }
        if (x->sent || x->concluding || x->kind != V2X_CHILD || !x->neg || !x->neg->want)
            continue;
        struct ike_want *w = x->neg->want;
        uint32_t old = x->neg->old;
        x->neg->want = NULL;
        v2_x_drop(x);
        v2_child_begin(to, w, old);
    }
    from->kept_session = true;
    to->in_session = from->in_session;
}

static void retire(struct v2_sa *old)
{
    v2_sa_enter(old, V2_REKEYED);
    v2_timers_old(old);
}

/* The old one was ended by us meanwhile: the peer has a new one all the same, perhaps with its children, and is told. */
static bool overtaken(const struct v2_sa *old, struct v2_sa *young)
{
    if (v2_sa_up(old))
        return false;
    young->kept_session = true;
    v2_sa_close(young, "Its predecessor was ended");
    return true;
}

/* The SA that the peer made meanwhile in place of the same one, if it is up. */
static struct v2_sa *crossing(const struct v2_neg *n)
{
    struct v2_sa *theirs = n->crossed ? v2_sa_find(n->sa->v2, n->crossed_sa) : NULL;

    return theirs && v2_sa_up(theirs) ? theirs : NULL;
}

static void leave_to(struct v2_sa *theirs, struct v2_sa *old)
{
    theirs->kept_session = false;
    inherit(theirs, old);
    retire(old);
    v2_pump(theirs);
}

/* Ours has come to nothing, the peer's to a new SA: that one inherits. False: there is none. */
static bool adopt(struct v2_neg *n)
{
    struct v2_sa *theirs = crossing(n);

    if (theirs && !overtaken(n->sa, theirs))
        leave_to(theirs, n->sa);
    return theirs != NULL;
}

/* ---- initiator ---- */
static void made(struct v2_neg *n)
{
    struct v2_sa *old = n->sa, *sa = successor(n), *theirs = crossing(n);

    if (overtaken(old, sa))
        return;
    if (theirs && v2_neg_yields(n)) {
        TR(sa, "Crossing rekeys: the peer's IKEv2 SA is kept");
        sa->kept_session = true;
        v2_sa_close(sa, "Redundant");
        leave_to(theirs, old);
        return;
    }
    if (theirs) {
        TR(sa, "Crossing rekeys: our IKEv2 SA is kept");
        theirs->superseded = theirs->kept_session = true;
        v2_timers_redundant(theirs);
    }
    inherit(sa, old);
    v2_sa_close(old, "Rekeyed");
    v2_pump(sa);
}

static void shared_made(void *arg, bool ok)
{
    struct v2_neg *n = arg;
    struct v2_x *x = n->x;
    struct v2_sa *sa = n->sa;

    if (ok)
        made(n);
    else if (!adopt(n))
        v2_error(sa->v2, sa, sa->remote, "Rekey: the peer's KE payload is not a public value of its group");
    if (sa->state != V2_DEAD)
        v2_x_drop(x);
    v2_pump(sa);
}

void v2_rekey_conclude(struct v2_x *x, const struct v2_msg *m)
{
    struct v2_neg *n = x->neg;
    struct v2_sa *sa = x->sa;
    const struct v2_payload *sap = v2_one(&m->ps, V2_SA), *kep = v2_one(&m->ps, V2_KE), *nonce = v2_nonce(&m->ps);
    struct v2_proposal v[V2_PROPOSALS_MAX];
    unsigned count = proposals(sa, n->any_prf, v);
    struct v2_notify_body nb;
    struct v2_sa_body body;
    struct v2_ke_body ke;

    sa->v2->perf.child_is_ike = true;
    if (!sap && v2_notify_error(&m->ps, &nb)) {
        if (adopt(n))
            return;
        v2_error(sa->v2, sa, sa->remote, "Rekey of the IKEv2 SA: %s", v2_notify_said(nb.type));
        unsigned group = nb.type == V2N_INVALID_KE_PAYLOAD && nb.len == 2 ? get16(nb.data) : 0;
        if (group && group != n->group && v2_offers_group(v, count, group) && n->restarts < V2_RESTARTS_MAX)
            ask_for(sa, group, n->restarts + 1, n->any_prf);
        else if (nb.type == V2N_NO_PROPOSAL_CHOSEN && !n->any_prf)
            begin(sa, true);
        else if (nb.type == V2N_TEMPORARY_FAILURE)
            v2_timers_rekey_again(sa);
        return;
    }
    if (!sap || !kep || !nonce || v2_sa(sap, &body) != CODEC_OK || v2_ke(kep, &ke) != CODEC_OK ||
        !v2_match_ike(&body, v, count, &n->suite, n->rspi) || n->suite.group != n->group || ke.group != n->group ||
        ke.len != dh_public_len(n->group)) {
        v2_error(sa->v2, sa, sa->remote, "Rekey of the IKEv2 SA: the peer's choice is none of the proposals offered");
        v2_sa_close(sa, "Rekey failed"); /* the peer has an SA that we cannot use */
        return;
    }
    memcpy(n->nr, nonce->body, nonce->len);
    n->nr_len = nonce->len;
    (void)v2_x_conclude_later(x);
    dh_job_run(&n->dh, false, ke.data, ke.len, shared_made, n);
}

/* ---- responder ---- */
static void answer_shared(void *arg, bool ok)
{
    struct v2_neg *n = arg;
    struct v2_slot *s = n->slot;
    struct v2_sa *sa = n->sa;
    struct v2_x *x = v2_x_kind(sa, V2X_REKEY);
    uint8_t inner[V2_INNER_MAX];
    struct v2_wr w;

    if (!ok) {
        v2_malformed(sa, s);
        return;
    }
    sa->v2->perf.child_is_ike = true;
    v2_spi_make(sa->v2, n->rspi);
    struct v2_sa *young = successor(n);
    v2_begin_inner(&w, inner, sizeof inner);
    v2_write_ike_choice(&w, &n->suite, n->rspi);
    v2_put(&w, V2_NONCE, n->nr, n->nr_len);
    v2_put_ke(&w, n->suite.group, dh_public(n->dh.dh), dh_public_len(n->group));
    v2_respond(sa, s, &w);
    if (overtaken(sa, young)) {
        v2_slot_settle(s);
        return;
    }
    if (x && (x->sent || x->concluding)) {
        v2_neg_cross(x->neg, n);
        memcpy(x->neg->crossed_sa, n->rspi, V2_SPI);
        young->kept_session = true;
    } else {
        if (x)
            v2_x_drop(x);
        inherit(young, sa);
        retire(sa);
    }
    v2_slot_settle(s);
    v2_pump(sa);
    v2_pump(young);
}

void v2_rekey_answer(struct v2_sa *sa, struct v2_slot *s, const struct v2_msg *m)
{
    const struct v2_payload *sap = v2_one(&m->ps, V2_SA), *kep = v2_one(&m->ps, V2_KE), *nonce = v2_nonce(&m->ps);
    struct v2_proposal v[V2_PROPOSALS_MAX];
    unsigned count = proposals(sa, false, v);
    struct v2_sa_body body;
    struct v2_suite suite;
    struct v2_ke_body ke;
    uint8_t spi[V2_SPI], group[2];
    const struct v2_x *ours = v2_x_kind(sa, V2X_REKEY);

    if (v2_busy(sa) || (ours && ours->neg && ours->neg->crossed) || /* once is enough */
        v2_peer_retired(sa) >= V2_RETIRED_MAX) {
        v2_respond_notify(sa, s, V2N_TEMPORARY_FAILURE, NULL, 0);
        return;
    }
    if (!kep || !nonce || v2_sa(sap, &body) != CODEC_OK || v2_ke(kep, &ke) != CODEC_OK) {
        v2_malformed(sa, s);
        return;
    }
    if (!v2_choose_ike(&body, v, count, &suite, spi) && !v2_choose_ike(&body, v, proposals(sa, true, v), &suite, spi)) {
        v2_respond_notify(sa, s, V2N_NO_PROPOSAL_CHOSEN, NULL, 0);
        return;
    }
    if (ke.group != suite.group || ke.len != dh_public_len(suite.group)) {
        put16(group, suite.group);
        v2_respond_notify(sa, s, V2N_INVALID_KE_PAYLOAD, group, sizeof group);
        return;
    }
    struct v2_neg *n = v2_neg_new(sa, false);
    n->slot = s;
    n->suite = suite;
    n->group = suite.group;
    memcpy(n->ispi, spi, V2_SPI);
    memcpy(n->ni, nonce->body, nonce->len);
    n->ni_len = nonce->len;
    v2_neg_nonce(n);
    s->neg = n;
    s->pending = true;
    v2_dh_begin(&n->dh, sa->v2, n->group, V2P_R_IKE_CHILD_INT);
    dh_job_run(&n->dh, true, ke.data, ke.len, answer_shared, n);
}

void v2_rekey_inherit(struct v2_sa *sa)
{
    struct v2_x *x = v2_x_kind(sa, V2X_REKEY);
    struct v2_sa *theirs = x && x->neg ? crossing(x->neg) : NULL;

    if (!theirs)
        return;
    theirs->kept_session = false;
    inherit(theirs, sa);
    v2_pump(theirs);
}
