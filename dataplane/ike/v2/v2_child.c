/* The negotiation that makes a child (RFC 7296 sections 1.2, 1.3.1, 2.7, 2.9): what is offered
 * and chosen, the same for IKE_AUTH and CREATE_CHILD_SA (create: with nonces and perhaps a KE payload of its own).
 *
 * A negotiation holds what waits for its child, the inbound SPI reserved for it, nonces and the Diffie-Hellman sum; it
 * gives back what it still holds when it is freed. Readers of offers and answers return 0 or the notify that says why
 * not, and change nothing but the negotiation. What is made of it: v2_pair.c. */
#include <string.h>

#include "dataplane/ike/v2/v2_local.h"

#define NONCE_LEN 32

static struct ipsec *ipsec_of(const struct v2_sa *sa)
{
    return sa->v2->ike->env.ipsec;
}

/* ---- the negotiation ---- */
struct v2_neg *v2_neg_new(struct v2_sa *sa, bool initiator)
{
    struct v2_neg *n = NEW(struct v2_neg);

    n->sa = sa;
    n->initiator = initiator;
    n->began = v2_now(sa->v2);
    return n;
}

void v2_neg_settle(struct v2_neg *n, bool ok)
{
    struct ike_want *w = n->want;

    n->want = NULL;
    v2_want_done(n->sa->v2, w, ok);
}

void v2_neg_free(struct v2_neg *n)
{
    if (!n)
        return;
    v2_neg_settle(n, false);
    dh_job_end(&n->dh);
    n->sa->v2->ike->pairs_negotiating -= n->admitted;
    if (n->spi)
        sad_release_spi(ipsec_of(n->sa), n->sa->local, n->proto, n->spi);
    mem_wipe(n, sizeof *n);
    mem_free(n);
}

bool v2_neg_reserve(struct v2_neg *n, uint8_t proto)
{
    struct ike *ike = n->sa->v2->ike;

    n->admitted = admission_ipsec(ike, &n->policy, !n->initiator, false);
    if (!n->admitted)
        return false;
    ike->pairs_negotiating++;
    n->proto = proto;
    n->spi = sad_reserve_spi(ipsec_of(n->sa), n->sa->local, proto);
    return n->spi != 0;
}

void v2_neg_nonce(struct v2_neg *n)
{
    rnd_fill(n->sa->v2->ike->env.rnd, n->initiator ? n->ni : n->nr, NONCE_LEN);
    *(n->initiator ? &n->ni_len : &n->nr_len) = NONCE_LEN;
}

static void write_ts(struct v2_wr *w, uint8_t type, const struct selector *s)
{
    struct v2_ts ts;

    v2_ts_of(s, &ts);
    v2_put_ts(w, type, &ts, 1);
}

static bool alone(const struct selector *s, const struct v2_ts *ts)
{
    struct v2_ts all;

    v2_ts_of(s, &all);
    return all.lo == ts->lo && all.hi == ts->hi && all.port_lo == ts->port_lo && all.proto == ts->proto;
}

/* First what began it, so that a peer that has parts of this flow knows which is meant (RFC 7296 section 2.9). */
static void write_asked(struct v2_wr *w, const struct ipsec_policy *p)
{
    const struct ipsec_first *f = &p->first;
    struct v2_ts i[2], r[2];
    unsigned n = 0;

    i[0] = (struct v2_ts){f->proto, f->local_port, f->local_port ? f->local_port : UINT16_MAX, f->local, f->local};
    r[0] = (struct v2_ts){f->proto, f->remote_port, f->remote_port ? f->remote_port : UINT16_MAX, f->remote, f->remote};
    if (f->there && !(alone(&p->local_sel, &i[0]) && alone(&p->remote_sel, &r[0])))
        n++;
    v2_ts_of(&p->local_sel, &i[n]);
    v2_ts_of(&p->remote_sel, &r[n]);
    v2_put_ts(w, V2_TSI, i, n + 1);
    v2_put_ts(w, V2_TSR, r, n + 1);
}

static void write_status(struct v2_wr *w, uint16_t type)
{
    v2_put_notify(w, V2_PROTO_NONE, type, NULL, 0, NULL, 0);
}

void v2_child_write_offer(struct v2_neg *n, struct v2_wr *w, bool create)
{
    const struct ipsec_policy *p = &n->policy;

    v2_write_child_offer(w, p, n->spi, create && p->pfs_group);
    if (create)
        v2_put(w, V2_NONCE, n->ni, n->ni_len);
    if (create && n->group)
        v2_put_ke(w, (uint16_t)n->group, dh_public(n->dh.dh), dh_public_len(n->group));
    write_asked(w, p);
    n->transport = p->transforms[0].mode == IPSEC_TRANSPORT;
    if (n->transport)
        write_status(w, V2N_USE_TRANSPORT_MODE);
    write_status(w, V2N_ESP_TFC_PADDING_NOT_SUPPORTED);
    write_status(w, V2N_NON_FIRST_FRAGMENTS_ALSO);
}

void v2_child_write_answer(struct v2_neg *n, struct v2_wr *w, bool create)
{
    v2_write_child_choice(w, &n->choice, n->spi_in);
    if (create)
        v2_put(w, V2_NONCE, n->nr, n->nr_len);
    if (create && n->choice.group)
        v2_put_ke(w, n->choice.group, dh_public(n->dh.dh), dh_public_len(n->choice.group));
    write_ts(w, V2_TSI, &n->policy.remote_sel);
    write_ts(w, V2_TSR, &n->policy.local_sel);
    if (n->transport)
        write_status(w, V2N_USE_TRANSPORT_MODE);
    write_status(w, V2N_ESP_TFC_PADDING_NOT_SUPPORTED);
    if (n->non_first)
        write_status(w, V2N_NON_FIRST_FRAGMENTS_ALSO);
}

static bool read_nonce(const struct v2_payloads *ps, uint8_t *out, size_t *len)
{
    const struct v2_payload *p = v2_nonce(ps);

    if (!p)
        return false;
    memcpy(out, p->body, p->len);
    *len = p->len;
    return true;
}

void v2_child_failed(const struct v2_sa *sa, uint16_t why)
{
    enum flowmib_reason reason =
        why == V2N_INVALID_SYNTAX      ? FLOWMIB_ENCODING
        : why == V2N_NO_ADDITIONAL_SAS ? FLOWMIB_CAPACITY
        : why == V2N_NO_PROPOSAL_CHOSEN || why == V2N_TS_UNACCEPTABLE || why == V2N_SINGLE_PAIR_REQUIRED
            ? FLOWMIB_PROPOSAL
            : 0;
    if (reason)
        flowmib_fail(sa->v2->ike->env.ipsec, reason, sa->remote, sa->local, 0, 0);
}

/* The group of the only KE payload; 0 none, UINT16_MAX malformed. */
static uint16_t ke_group(const struct v2_payloads *ps)
{
    const struct v2_payload *p = v2_one(ps, V2_KE);
    struct v2_ke_body ke;

    if (!p)
        return v2_count(ps, V2_KE) ? UINT16_MAX : 0;
    if (v2_ke(p, &ke) != CODEC_OK)
        return UINT16_MAX;
    return ke.len == dh_public_len(ke.group) || !dh_known(ke.group) ? ke.group : UINT16_MAX;
}

static uint16_t held(struct v2_neg *n, uint16_t why, uint64_t since)
{
    v2_perf_note(n->sa->v2, V2P_GET_IPSEC_POLICY, since);
    v2_done(&n->sa->v2->stats.policies, !why);
    return why;
}

static uint16_t read_answer(struct v2_neg *n, const struct v2_payloads *ps, bool create)
{
    const struct v2_payload *sap = v2_one(ps, V2_SA);
    struct v2_notify_body nb;
    struct v2_sa_body body;

    if (!sap && v2_notify_error(ps, &nb))
        return nb.type;
    if (!sap || v2_sa(sap, &body) != CODEC_OK || (create && !read_nonce(ps, n->nr, &n->nr_len)))
        return V2N_INVALID_SYNTAX;
    if (!v2_match_child(&body, &n->policy, create, &n->choice) || (create && n->choice.group != ke_group(ps)))
        return V2N_NO_PROPOSAL_CHOSEN;
    n->transport = n->transport && v2_notify_find(ps, V2N_USE_TRANSPORT_MODE, &nb);
    if (!v2_ts_taken(n->sa, ps, n->transport, &n->policy, &n->beside))
        return V2N_TS_UNACCEPTABLE;
    if (!n->transport && n->choice.transform.require)
        return V2N_NO_PROPOSAL_CHOSEN;
    return 0;
}

uint16_t v2_child_read_answer(struct v2_neg *n, const struct v2_payloads *ps, bool create)
{
    uint64_t since = v2_perf_since(n->sa->v2);

    return held(n, read_answer(n, ps, create), since);
}

/* The peer has not asked for transport mode: sets that require it are none. */
static void without_required(struct ipsec_policy *p)
{
    unsigned n = 0;

    for (unsigned i = 0; i < p->ntransforms; i++)
        if (!p->transforms[i].require)
            p->transforms[n++] = p->transforms[i];
    p->ntransforms = n;
}

struct offer {
    const struct v2_sa_body *body;
    bool create, transport;
    struct v2_child_choice *choice;
};

static bool offer_fits(void *arg, const struct ipsec_policy *p)
{
    struct offer *o = arg;
    struct ipsec_policy ours = *p;

    if (!o->transport)
        without_required(&ours);
    return v2_choose_child(o->body, &ours, o->create, o->choice);
}

/* What is offered, held against the flows here. translated: for transport mode alone. */
static uint16_t take_offer(struct v2_neg *n, const struct v2_payloads *ps, const struct v2_sa_body *body, bool create,
                           bool transport, bool translated)
{
    const struct v2_child *old = v2_child_find(n->sa->v2, n->old);
    struct offer o = {body, create, transport, &n->choice};
    struct v2_ts_offer offer = {offer_fits, &o};

    if (!v2_ts_find(n->sa, ps, translated, &offer, old ? &old->policy : NULL, &n->policy))
        return V2N_TS_UNACCEPTABLE;
    if (!offer_fits(&o, &n->policy))
        return V2N_NO_PROPOSAL_CHOSEN;
    n->transport = transport && n->choice.transform.mode == IPSEC_TRANSPORT;
    return translated && !n->transport ? V2N_TS_UNACCEPTABLE : 0;
}

/* What is looked through for each child of a flow, and 20 times a second for those that wait for their turn, stays short. */
static bool crowded(const struct v2_neg *n)
{
    unsigned same = 0;

    for (const struct v2_child *c = n->old ? NULL : v2_of_flow(n->sa->v2, &n->policy); c; c = c->older)
        same++;
    return same >= V2_SAME_FLOW_MAX;
}

static uint16_t read_offer(struct v2_neg *n, const struct v2_payloads *ps, bool create)
{
    const struct v2_payload *sap = v2_one(ps, V2_SA);
    struct v2_sa *sa = n->sa;
    struct v2_notify_body nb;
    struct v2_sa_body body;

    if (!sap || v2_sa(sap, &body) != CODEC_OK || (create && !read_nonce(ps, n->ni, &n->ni_len)) ||
        !v2_one(ps, V2_TSI) || !v2_one(ps, V2_TSR))
        return V2N_INVALID_SYNTAX;
    if (sa->nchildren >= (n->old ? 2 * V2_CHILDREN_MAX : V2_CHILDREN_MAX)) /* one in place of another is none more */
        return V2N_NO_ADDITIONAL_SAS;
    bool transport = v2_notify_find(ps, V2N_USE_TRANSPORT_MODE, &nb), nat = sa->nat_local || sa->nat_remote;
    uint16_t why = take_offer(n, ps, &body, create, transport, transport && nat);
    if (why && transport && nat) {
        uint16_t plain = take_offer(n, ps, &body, create, transport, false);
        why = plain == V2N_TS_UNACCEPTABLE ? why : plain;
    }
    if (why)
        return why;
    if (create && n->choice.group && ke_group(ps) != n->choice.group)
        return ke_group(ps) == UINT16_MAX ? V2N_INVALID_SYNTAX : V2N_INVALID_KE_PAYLOAD;
    if (crowded(n))
        return V2N_NO_ADDITIONAL_SAS;
    n->group = create ? n->choice.group : 0;
    n->non_first = v2_notify_find(ps, V2N_NON_FIRST_FRAGMENTS_ALSO, &nb);
    return v2_neg_reserve(n, n->choice.transform.proto) ? 0 : V2N_NO_ADDITIONAL_SAS;
}

uint16_t v2_child_read_offer(struct v2_neg *n, const struct v2_payloads *ps, bool create)
{
    uint64_t since = v2_perf_since(n->sa->v2);

    return held(n, read_offer(n, ps, create), since);
}
