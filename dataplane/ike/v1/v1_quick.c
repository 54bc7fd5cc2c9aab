/* Quick mode (RFC 2409 section 5.5), both halves, with or without perfect forward secrecy.
 *
 *   initiator                                            responder
 *   HDR*, HASH(1), SA, Ni, [KE], IDci, IDcr     QM1 -->
 *                                           <-- QM2     HDR*, HASH(2), SA, Nr, [KE], IDci, IDcr, [N]
 *   HDR*, HASH(3)                               QM3 -->                        N: RESPONDER-LIFETIME
 *
 * Make before break. The responder installs the pair before it sends QM2, so that what follows QM3 at once can be taken
 * in; it sends with the new pair only after QM3. The initiator installs on QM2 and sends with the pair after sending
 * QM3; where a former pair carries the flow, 200 ms after it: a peer that takes ESP in faster than it works on QM3 would
 * lose what came in between. QM3 has no answer: the responder repeats QM2 until it comes, and the initiator answers a repeated QM2 with QM3
 * again. A responder that never sees QM3 deletes the pair and says so.
 *
 * Both ends at once, for the same flow: the exchange of the end with the higher address wins. That end does not answer
 * the other's QM1; the other gives its own up when the winner's QM1 comes, and answers that.
 *
 *   QM_READY --QM1 sent--> I_QM1 --QM2 proved--> INSTALL_AWAIT --QM3 sent--> PHASE2_COMPLETE
 *   QM_READY --QM1 proved--> SPI_STARVE --SPI, sums--> INSTALL_AWAIT --QM2 sent--> R_QM2
 *                                                              R_QM2 --QM3 proved--> PHASE2_COMPLETE
 *
 * A node exists only after HASH(1) is right. Keys, lifetimes and the pair itself: v1_pair.c. The commit bit is never set,
 * and CONNECTED not waited for. */
#include <string.h>

#include "dataplane/ike/v1/v1.h"

#define NONCE_LEN 32

static void begin_message(struct msg_wr *m, uint8_t *buf, const struct ike_node *n, size_t *hash_at)
{
    struct isakmp_hdr h = {.exchange = EX_QUICK, .flags = FLAG_ENCRYPT, .mid = n->mid};
    size_t hlen = hash_len(n->sa->suite.hash);

    memcpy(h.icookie, n->sa->icookie, COOKIE_LEN);
    memcpy(h.rcookie, n->sa->rcookie, COOKIE_LEN);
    msg_begin(m, buf, ISAKMP_OUT_MAX, &h);
    msg_open(m, PL_HASH);
    *hash_at = wr_hole(&m->w, hlen);
    msg_close(m);
}

/* HASH(1), or HASH(2) with Ni_b in front, over everything behind the hash payload. */
static void seal_hash(struct msg_wr *m, const struct ike_node *n, size_t hash_at, struct bytes ni)
{
    size_t hlen = hash_len(n->sa->suite.hash);
    uint8_t sum[HASH_MAX];

    if (m->w.bad)
        return;
    struct bytes parts[] = {ni, BYTES(m->w.base + hash_at + hlen, m->w.len - hash_at - hlen)};
    keys_hash_mid(n->sa->keys, n->mid, ni.len ? parts : parts + 1, ni.len ? 2 : 1, sum);
    memcpy(m->w.base + hash_at, sum, hlen);
}

/* The first payload is HASH and holds what it should. */
static bool check_hash(struct ike_sa *sa, const struct v1_msg *m, struct bytes ni)
{
    const struct payload *p = &m->ps.v[0];
    size_t hlen = hash_len(sa->suite.hash);
    uint8_t sum[HASH_MAX];

    if (!m->ps.n || p->type != PL_HASH || p->len != hlen)
        goto refuse;
    struct bytes parts[] = {ni, BYTES(p->body + hlen, (size_t)(m->end - p->body) - hlen)};
    keys_hash_mid(sa->keys, m->hdr.mid, ni.len ? parts : parts + 1, ni.len ? 2 : 1, sum);
    if (mem_equal_ct(sum, p->body, hlen))
        return true;
    sa->ike->worked.hash_failed++;
refuse:
    ike_msg(sa->ike, IKE_MSG_BAD, sa->remote, NULL);
    return false;
}

/* For the history of failures: a negotiation with its peer. */
static void failed(const struct ike_sa *sa, enum flowmib_reason why)
{
    flowmib_fail(sa->ike->env.ipsec, why, sa->remote, sa->local, 0, 0);
}

static bool udp_encap(const struct ike_sa *sa)
{
    return sa->nat_local || sa->nat_remote;
}

static bool offers(const struct ipsec_policy *p, uint8_t proto)
{
    for (unsigned i = 0; i < p->ntransforms; i++)
        if (p->transforms[i].proto == proto || (proto == PROTO_AH && p->transforms[i].over != HASH_NONE))
            return true;
    return false;
}

void v1_quick_scratch_free(struct ike_sa *sa, struct qm_scratch *qm)
{
    struct ipsec *ips = sa->ike->env.ipsec;

    dh_job_end(&qm->dh);
    if (qm->spi_esp)
        sad_release_spi(ips, sa->local, PROTO_ESP, qm->spi_esp);
    if (qm->spi_ah)
        sad_release_spi(ips, sa->local, PROTO_AH, qm->spi_ah);
    mem_free(qm->idci);
    mem_free(qm->idcr);
    mem_free(qm->chosen[0].attrs);
    mem_free(qm->chosen[1].attrs);
    mem_wipe(qm, sizeof *qm);
    mem_free(qm);
}

bool v1_quick_busy(const struct ike_peer *p, const struct ipsec_policy *flow)
{
    for (const struct ike_sa *sa = p->sas; sa; sa = sa->peer_next)
        for (const struct ike_node *n = sa->nodes; n; n = n->next)
            if (n->qm && flow_same(&n->qm->policy, flow))
                return true;
    return false;
}

/* Our own unanswered quick mode for the flow. */
static struct ike_node *own_asking(const struct ike_peer *p, const struct selector *local,
                                   const struct selector *remote)
{
    for (struct ike_sa *sa = p->sas; sa; sa = sa->peer_next)
        for (struct ike_node *n = sa->nodes; n; n = n->next)
            if (n->qm && n->initiator && (n->state == QM_READY || n->state == QM_I_QM1) &&
                v1_flow_same(&n->qm->policy.local_sel, local) && v1_flow_same(&n->qm->policy.remote_sel, remote))
                return n;
    return NULL;
}

/* A pair younger than the question answers it. */
static bool answered_meanwhile(const struct ike_peer *p, const struct ike_want *w)
{
    for (const struct ike_pair *q = p->pairs; q; q = q->next)
        if (q->current && q->installed > w->since && flow_same(&q->info.policy, &w->policy))
            return true;
    return false;
}

/* ---- initiator ---- */
/* RFC 3947 section 5.2: the addresses as we see them, the initiator's first. */
static void write_nat_oa(struct msg_wr *m, const struct ike_node *n)
{
    const struct ike_sa *sa = n->sa;
    uint32_t oa[2] = {n->initiator ? sa->local : sa->remote, n->initiator ? sa->remote : sa->local};

    for (int i = 0; i < 2; i++) {
        if (sa->natt_draft && oa[i] != sa->local) /* the drafts say one's own alone */
            continue;
        msg_open(m, sa->natt_draft ? PL_NAT_OA_DRAFT : PL_NAT_OA);
        wr_u8(&m->w, ID_IPV4_ADDR);
        wr_zero(&m->w, 3);
        wr_u32(&m->w, oa[i]);
        msg_close(m);
    }
}

static void send_qm1(void *arg, bool ok)
{
    struct ike_node *n = arg;
    struct ike_sa *sa = n->sa;
    struct qm_scratch *qm = n->qm;
    const struct ipsec_policy *p = &qm->policy;
    uint8_t buf[ISAKMP_OUT_MAX];
    struct msg_wr m;
    size_t hash_at;

    (void)ok;
    n->pending = false;
    begin_message(&m, buf, n, &hash_at);
    p2_write_offer(&m, p, qm->spi_esp, qm->spi_ah,
                   !udp_encap(sa)   ? P2_UDP_NO
                   : sa->natt_draft ? P2_UDP_DRAFT
                                    : P2_UDP_RFC);
    msg_payload(&m, PL_NONCE, qm->nonce_i, qm->nonce_i_len);
    if (p->pfs_group)
        msg_payload(&m, PL_KE, dh_public(qm->dh.dh), dh_public_len(p->pfs_group));
    v1_flow_write(&m, &p->local_sel);
    v1_flow_write(&m, &p->remote_sel);
    if (udp_encap(sa) && p->ntransforms && p->transforms[0].mode == IPSEC_TRANSPORT)
        write_nat_oa(&m, n);
    seal_hash(&m, n, hash_at, BYTES(NULL, 0));
    v1_send(&n->slot, &m, true, false);
    ike_node_enter(n, QM_I_QM1, "IKE_MESG_INTERNAL", "IKE_INIT_QM");
}

static bool ask(struct ike_sa *sa, struct ike_node *n)
{
    struct qm_scratch *qm = n->qm;
    struct ipsec *ips = sa->ike->env.ipsec;
    const struct ipsec_policy *p = &qm->policy;

    TRACE(sa, "beginning Quick Mode exchange, M-ID of %u", n->mid);
    if (offers(p, PROTO_ESP) && !(qm->spi_esp = sad_reserve_spi(ips, sa->local, PROTO_ESP)))
        return false;
    if (offers(p, PROTO_AH) && !(qm->spi_ah = sad_reserve_spi(ips, sa->local, PROTO_AH)))
        return false;
    TRACE(sa, "QM Initiator gets spi");
    rnd_fill(sa->ike->env.rnd, qm->nonce_i, NONCE_LEN);
    qm->nonce_i_len = NONCE_LEN;
    if (!p->pfs_group) {
        send_qm1(n, true);
        return true;
    }
    if (!dh_known(p->pfs_group))
        return false;
    n->pending = true;
    trace_engine(sa, "crypto_engine: Create DH");
    dh_job_begin(&qm->dh, sa->ike, p->pfs_group);
    dh_job_run(&qm->dh, true, NULL, 0, send_qm1, n);
    return true;
}

bool v1_quick_room(const struct ike_sa *sa)
{
    return sa->under_way[1] < IKE_NODES_OURS && sa->under_way[0] + sa->under_way[1] < IKE_NODES_MAX;
}

void v1_quick_begin(struct ike_sa *sa, struct ike_want *w)
{
    struct ipsec *ips = sa->ike->env.ipsec;
    bool answered = answered_meanwhile(sa->peer, w);
    bool fits = !answered && v1_flow_allowed(sa, &w->policy) && w->policy.ntransforms &&
                !v1_quick_busy(sa->peer, &w->policy);

    if (fits && !v1_quick_room(sa)) {
        (void)peer_want(sa->peer, w);
        return;
    }
    if (!fits || !admission_ipsec(sa->ike, &w->policy, false, false)) {
        if (w->acquire)
            spd_acquire_done(ips, &w->policy, answered);
        ike_want_free(w);
        return;
    }
    struct ike_node *n = ike_node_new(sa, v1_quick_mid(sa), true);
    n->want = w;
    n->qm->policy = w->policy;
    if (!ask(sa, n))
        ike_node_done(n, true, "Cannot begin quick mode");
}

/* QM2 is proved and the sums are done. */
static void finish_initiator(void *arg, bool ok)
{
    struct ike_node *n = arg;
    struct ike_sa *sa = n->sa;
    struct qm_scratch *qm = n->qm;
    struct isakmp_hdr h = {.exchange = EX_QUICK, .flags = FLAG_ENCRYPT, .mid = n->mid};
    uint8_t buf[256], sum[HASH_MAX];
    struct msg_wr m;

    n->pending = false;
    if (!ok || !v1_pair_install(n)) {
        ike_msg(sa->ike, IKE_MSG_MODE_FAILURE, sa->remote, "Quick Mode");
        ike_node_done(n, true, "Delete Larval");
        return;
    }
    memcpy(h.icookie, sa->icookie, COOKIE_LEN);
    memcpy(h.rcookie, sa->rcookie, COOKIE_LEN);
    msg_begin(&m, buf, sizeof buf, &h);
    keys_hash3(sa->keys, n->mid, BYTES(qm->nonce_i, qm->nonce_i_len), BYTES(qm->nonce_r, qm->nonce_r_len), sum);
    msg_payload(&m, PL_HASH, sum, hash_len(sa->suite.hash));
    v1_send(&n->slot, &m, false, true);
    ike_node_done(n, false, "No Error");
    ike_node_enter(n, QM_PHASE2_COMPLETE, "IKE_MESG_FROM_IPSEC", "IPSEC_INSTALL_DONE");
    v1_pair_enable(n);
}

/* QM2. */
static enum v1_outcome conclude(struct ike_sa *sa, struct ike_node *n, struct v1_msg *m)
{
    struct qm_scratch *qm = n->qm;
    const struct payload *sap, *nonce, *ke, *ci, *cr;
    struct selector local, remote;
    struct sa_body body;

    if (n->state != QM_I_QM1 || !check_hash(sa, m, BYTES(qm->nonce_i, qm->nonce_i_len)))
        return V1_REFUSED;
    sap = payload_one(&m->ps, PL_SA);
    nonce = payload_one(&m->ps, PL_NONCE);
    ke = payload_one(&m->ps, PL_KE);
    if (!sap || !nonce || nonce->len < NONCE_MIN || nonce->len > NONCE_MAX || codec_sa(sap, &body) != CODEC_OK) {
        ike_msg(sa->ike, IKE_MSG_BAD, sa->remote, NULL);
        return V1_REFUSED;
    }
    v1_commit(&n->slot, m);
    TRACE(sa, "processing HASH payload. message ID = %u", n->mid);
    TRACE(sa, "processing SA payload. message ID = %u", n->mid);
    bool fits = p2_match(sa, &body, &qm->policy, udp_encap(sa), &qm->choice);
    if (fits) {
        trace_proposal(sa, &qm->policy, &qm->choice);
        v1_flow_trace(sa, &qm->policy, SPD_OK);
    } else {
        ike_msg(sa->ike, IKE_MSG_NOT_OFFERED, sa->remote, "transform");
    }
    if (fits && qm->choice.group && (!ke || ke->len != dh_public_len(qm->choice.group)))
        fits = false;
    TRACE(sa, "processing NONCE payload. message ID = %u", n->mid);
    ci = payload_nth(&m->ps, PL_ID, 0);
    cr = payload_nth(&m->ps, PL_ID, 1);
    if (ci || cr) {
        TRACE(sa, "processing ID payload. message ID = %u", n->mid);
        TRACE(sa, "processing ID payload. message ID = %u", n->mid);
        fits = fits && ci && cr && payload_count(&m->ps, PL_ID) == 2 && v1_flow_read(ci, &local) &&
               v1_flow_read(cr, &remote) && v1_flow_same(&local, &qm->policy.local_sel) &&
               v1_flow_same(&remote, &qm->policy.remote_sel);
    } else {
        /* RFC 2409 section 5.5: without identities the flow is between the two peers themselves. */
        fits = fits && qm->policy.local_sel.addr == sa->local && qm->policy.local_sel.mask == 0xFFFFFFFF &&
               qm->policy.remote_sel.addr == sa->remote && qm->policy.remote_sel.mask == 0xFFFFFFFF;
    }
    if (!fits) {
        failed(sa, FLOWMIB_PROPOSAL);
        ike_msg(sa->ike, IKE_MSG_MODE_FAILURE, sa->remote, "Quick Mode");
        ike_node_done(n, true, "QM rejected");
        return V1_TAKEN;
    }
    memcpy(qm->nonce_r, nonce->body, nonce->len);
    qm->nonce_r_len = nonce->len;
    v1_pair_read_life(n, &m->ps);
    ike_node_enter(n, QM_INSTALL_AWAIT, "IKE_MESG_FROM_PEER", "IKE_QM_EXCH");
    if (!qm->choice.group) {
        finish_initiator(n, true);
        return V1_TAKEN;
    }
    TRACE(sa, "processing KE payload. message ID = %u", n->mid);
    n->pending = true;
    dh_job_run(&qm->dh, false, ke->body, ke->len, finish_initiator, n);
    return V1_TAKEN;
}

/* ---- responder ---- */
void v1_quick_say_refused(struct ike_node *n)
{
    uint8_t b[4];

    put32(b, n->refused_spi);
    v1_info_notify(n->sa, n->refused, N_NO_PROPOSAL_CHOSEN, b, 4, NULL, 0);
}

static void refuse(struct ike_node *n, uint8_t protocol, uint32_t spi)
{
    struct ike_sa *sa = n->sa;

    TRACE_ERR(sa, "IPSec policy invalidated proposal with error 32");
    TRACE_ERR(sa, "phase 2 SA policy not acceptable! (local %s remote %s)", IP4(sa->local), IP4(sa->remote));
    n->refused = protocol;
    n->refused_spi = spi;
    sa->traffic[IKE_IN].rejects++;
    failed(sa, FLOWMIB_PROPOSAL);
    v1_quick_say_refused(n);
    ike_msg(sa->ike, IKE_MSG_MODE_FAILURE, sa->remote, "Quick Mode");
    ike_node_done(n, true, "QM rejected");
    ike_node_enter(n, n->state, "IKE_MESG_FROM_PEER", "IKE_QM_EXCH");
}

/* What was taken of the offer, with our SPI: [0] the ESP, or AH, [1] AH over that ESP. */
static struct sa_transform chosen(const struct qm_scratch *qm, unsigned i, uint32_t spi)
{
    struct sa_transform t = {.proposal = qm->choice.number,
                             .protocol = i ? IPROTO_AH : p2_protocol(qm->choice.transform.proto),
                             .number = i ? qm->choice.over.transform_number : qm->choice.transform_number,
                             .id = qm->chosen[i].id,
                             .spi_len = 4,
                             .attrs = rd_of(qm->chosen[i].attrs, qm->chosen[i].attrs_len)};
    put32(t.spi, spi);
    return t;
}

static void keep_chosen(struct qm_scratch *qm, unsigned i, const struct sa_transform *t)
{
    qm->chosen[i].id = t->id;
    qm->chosen[i].attrs_len = t->attrs.left;
    qm->chosen[i].attrs = v1_flow_keep(t->attrs.p, t->attrs.left);
}

/* Our SPIs for what was chosen. */
static bool reserve(struct ike_sa *sa, struct qm_scratch *qm)
{
    struct ipsec *ips = sa->ike->env.ipsec;
    const struct ipsec_transform *t = &qm->choice.transform;
    bool ah = t->proto == PROTO_AH;

    if (!ah && !(qm->spi_esp = sad_reserve_spi(ips, sa->local, PROTO_ESP)))
        return false;
    return (!ah && t->over == HASH_NONE) || (qm->spi_ah = sad_reserve_spi(ips, sa->local, PROTO_AH));
}

/* The sums are done: install, then QM2. */
static void finish_responder(void *arg, bool ok)
{
    struct ike_node *n = arg;
    struct qm_scratch *qm = n->qm;
    bool ah = qm->choice.transform.proto == PROTO_AH;
    uint32_t spi = ah ? qm->spi_ah : qm->spi_esp, spi_over = qm->spi_ah;
    uint8_t buf[ISAKMP_OUT_MAX];
    struct msg_wr m;
    size_t hash_at;

    n->pending = false;
    if (!ok || !v1_pair_install(n)) {
        refuse(n, p2_protocol(qm->choice.transform.proto), qm->choice.spi);
        return;
    }
    begin_message(&m, buf, n, &hash_at);
    bool over = qm->choice.transform.over != HASH_NONE, after = over && qm->choice.over.place > qm->choice.place;
    struct sa_transform t[2];
    t[over && !after] = chosen(qm, 0, spi);
    if (over)
        t[after] = chosen(qm, 1, spi_over);
    p2_write_choice(&m, t, over ? 2 : 1);
    msg_payload(&m, PL_NONCE, qm->nonce_r, qm->nonce_r_len);
    if (qm->choice.group)
        msg_payload(&m, PL_KE, dh_public(qm->dh.dh), dh_public_len(qm->choice.group));
    if (qm->idci) {
        msg_payload(&m, PL_ID, qm->idci, qm->idci_len);
        msg_payload(&m, PL_ID, qm->idcr, qm->idcr_len);
    }
    if (qm->choice.udp && qm->choice.transform.mode == IPSEC_TRANSPORT)
        write_nat_oa(&m, n);
    if (qm->lifetime_notice_s || qm->lifetime_notice_kb)
        v1_pair_write_life(&m, qm, spi, over ? spi_over : 0);
    seal_hash(&m, n, hash_at, BYTES(qm->nonce_i, qm->nonce_i_len));
    v1_send(&n->slot, &m, true, true);
    ike_node_enter(n, QM_R_QM2, "IKE_MESG_FROM_IPSEC", "IPSEC_INSTALL_DONE");
    if (fault_strikes(n->sa->ike->env.faults, FAULT_EARLY_OUT, 0))
        v1_pair_enable(n);
}

static enum v1_outcome take_qm1(struct ike_sa *sa, struct v1_msg *m)
{
    const struct payload *sap = payload_one(&m->ps, PL_SA), *nonce = payload_one(&m->ps, PL_NONCE),
                         *ke = payload_one(&m->ps, PL_KE);
    unsigned ids = payload_count(&m->ps, PL_ID);
    struct selector local, remote;
    struct ike_node *own = NULL;
    struct sa_body body;

    if (!check_hash(sa, m, BYTES(NULL, 0)))
        return V1_REFUSED;
    if (!sap || !nonce || nonce->len < NONCE_MIN || nonce->len > NONCE_MAX || (ids != 0 && ids != 2) ||
        codec_sa(sap, &body) != CODEC_OK) {
        ike_msg(sa->ike, IKE_MSG_BAD, sa->remote, NULL);
        return V1_REFUSED;
    }
    if (ids == 2 && v1_flow_read(payload_nth(&m->ps, PL_ID, 0), &remote) &&
        v1_flow_read(payload_nth(&m->ps, PL_ID, 1), &local))
        own = own_asking(sa->peer, &local, &remote);
    if (own && sa->local > sa->remote) {
        TRACE(sa, "quick mode %u crosses our own %u for the same flow: not answered", m->hdr.mid, own->mid);
        return V1_REFUSED;
    }
    struct ike_node *n = ike_node_new(sa, m->hdr.mid, false);
    struct qm_scratch *qm = n->qm;
    v1_commit(&n->slot, m);
    if (own) {
        TRACE(sa, "our own quick mode %u gives way to %u for the same flow", own->mid, n->mid);
        ike_node_done(own, true, "Crossed");
    }
    TRACE(sa, "set new node %u to QM_IDLE      ", n->mid);
    TRACE(sa, "processing HASH payload. message ID = %u", n->mid);
    TRACE(sa, "processing SA payload. message ID = %u", n->mid);
    struct v1_offer offer = {&body, ke != NULL};
    enum spd_answer answer = v1_flow_find(sa, &m->ps, &offer, qm);
    if (answer != SPD_OK) {
        enum spd_answer seen = v1_flow_find_seen(sa, &m->ps, &offer, qm);
        answer = seen == SPD_OK || seen == SPD_UNFIT ? seen : answer;
    }
    bool chosen = answer == SPD_OK;
    if (chosen && qm->choice.group && ke->len != dh_public_len(qm->choice.group))
        chosen = false;
    if (chosen)
        trace_proposal(sa, &qm->policy, &qm->choice);
    v1_flow_trace(sa, &qm->policy, answer);
    if (chosen && !admission_ipsec(sa->ike, &qm->policy, true, true))
        chosen = false;
    if (!chosen) {
        const struct sa_transform *first = body.n ? &body.v[0] : NULL;
        refuse(n, first ? first->protocol : IPROTO_ESP, first && first->spi_len == 4 ? get32(first->spi) : 0);
        return V1_TAKEN;
    }
    keep_chosen(qm, 0, &body.v[qm->choice.place]);
    if (qm->choice.transform.over != HASH_NONE)
        keep_chosen(qm, 1, &body.v[qm->choice.over.place]);
    if (qm->choice.life_s > qm->policy.life_s)
        qm->lifetime_notice_s = qm->policy.life_s;
    if (qm->policy.life_kb && qm->choice.life_kb > qm->policy.life_kb)
        qm->lifetime_notice_kb = qm->policy.life_kb;
    TRACE(sa, "processing NONCE payload. message ID = %u", n->mid);
    memcpy(qm->nonce_i, nonce->body, nonce->len);
    qm->nonce_i_len = nonce->len;
    rnd_fill(sa->ike->env.rnd, qm->nonce_r, NONCE_LEN);
    qm->nonce_r_len = NONCE_LEN;
    TRACE(sa, "processing ID payload. message ID = %u", n->mid);
    TRACE(sa, "processing ID payload. message ID = %u", n->mid);
    TRACE(sa, "QM Responder gets spi");
    ike_node_enter(n, QM_SPI_STARVE, "IKE_MESG_FROM_PEER", "IKE_QM_EXCH");
    if (!reserve(sa, qm)) {
        refuse(n, p2_protocol(qm->choice.transform.proto), qm->choice.spi);
        return V1_TAKEN;
    }
    ike_node_enter(n, QM_INSTALL_AWAIT, "IKE_MESG_INTERNAL", "IKE_GOT_SPI");
    if (!qm->choice.group) {
        finish_responder(n, true);
        return V1_TAKEN;
    }
    TRACE(sa, "processing KE payload. message ID = %u", n->mid);
    n->pending = true;
    trace_engine(sa, "crypto_engine: Create DH");
    dh_job_begin(&qm->dh, sa->ike, qm->choice.group);
    dh_job_run(&qm->dh, true, ke->body, ke->len, finish_responder, n);
    return V1_TAKEN;
}

static enum v1_outcome take_qm3(struct ike_sa *sa, struct ike_node *n, struct v1_msg *m)
{
    struct qm_scratch *qm = n->qm;
    const struct payload *p = &m->ps.v[0];
    size_t hlen = hash_len(sa->suite.hash);
    uint8_t sum[HASH_MAX];

    if (n->state != QM_R_QM2)
        return V1_REFUSED;
    keys_hash3(sa->keys, n->mid, BYTES(qm->nonce_i, qm->nonce_i_len), BYTES(qm->nonce_r, qm->nonce_r_len), sum);
    if (!m->ps.n || p->type != PL_HASH || p->len != hlen || !mem_equal_ct(sum, p->body, hlen)) {
        sa->ike->worked.hash_failed++;
        ike_msg(sa->ike, IKE_MSG_BAD, sa->remote, NULL);
        return V1_REFUSED;
    }
    v1_commit(&n->slot, m);
    ike_node_done(n, false, "QM done (await)");
    ike_node_enter(n, QM_PHASE2_COMPLETE, "IKE_MESG_FROM_PEER", "IKE_QM_EXCH");
    v1_pair_enable(n);
    return V1_TAKEN;
}

static enum v1_outcome answer(struct ike_sa *sa, struct ike_node *n, struct v1_msg *m)
{
    return n ? take_qm3(sa, n, m) : take_qm1(sa, m);
}

void v1_quick_dead(struct ike_node *n)
{
    struct ike *ike = n->sa->ike;
    uint32_t pair = n->pair;

    failed(n->sa, FLOWMIB_PEER_UNREACHED);
    ike_node_done(n, true, "Death by retransmission P2");
    if (pair)
        (void)sad_delete(ike->env.ipsec, pair, SA_GONE_CLEARED);
}

const struct v1_exchange v1_quick_exchange = {
    .type = EX_QUICK,
    .legal_states = 1u << IKE_P1_COMPLETE,
    .answer = answer,
    .conclude = conclude,
};
