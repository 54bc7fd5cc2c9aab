/* Main mode with pre-shared keys (RFC 2409 sections 5 and 5.4), both halves.
 *
 *   initiator                                  responder
 *   HDR, SA, VID                 MM1  -->
 *                               <--   MM2      HDR, SA, VID
 *   HDR, KE, Ni, VID, NAT-D x2   MM3  -->
 *                               <--   MM4      HDR, KE, Nr, VID, NAT-D x2
 *   HDR*, IDii, HASH_I, [N]      MM5  -->           N: INITIAL-CONTACT when we know nothing of the peer
 *                               <--   MM6      HDR*, IDir, HASH_R
 *
 * The key is chosen by the peer's address (main mode encrypts the identity with it); the identity then chooses the
 * profile, whose keyring must have the same key (identity.c). NAT is looked for when both sent the vendor id of RFC 3947
 * or of a draft; if there is one, the initiator goes to port 4500 with MM5 and the responder follows it.
 *
 * MM1 to MM4 are not authenticated: what does not fit is refused without a trace in the SA, and the one who waits goes
 * on waiting. The half-open SAs of the responder are bounded in all and by address, before anything is allocated. The
 * sums of Diffie-Hellman run elsewhere (dh_job.c); meanwhile the SA is in a state that takes no message. A peer whose
 * MM5 does not decrypt has another key: IKMP_BAD_MESSAGE, and nothing changes. */
#include <string.h>

#include "dataplane/ike/v1/v1.h"

#define MESSAGE(name, sa, extra)                                                                                       \
    uint8_t name##_buf[ISAKMP_OUT_MAX];                                                                                \
    struct msg_wr name;                                                                                                \
    v1_p1_message(&name, name##_buf, sa, extra)

static bool find_psk(struct ike_sa *sa, struct key *out)
{
    return identity_psk(sa->ike, sa, sa->local, sa->remote, NULL, out);
}

/* ---- MM1 ---- */
bool v1_main_begin(struct ike_sa *sa)
{
    struct ike *ike = sa->ike;
    struct p1_suite *ours = sa->p1->ours;
    unsigned n = sa->p1->nours = p1_suites(&ike->conf, ours);

    v1_p1_begins(sa);
    TRACE(sa, "Can not start Aggressive mode, trying Main mode.");
    if (!find_psk(sa, &sa->p1->psk)) {
        TRACE_ERR(sa, "No Cert or pre-shared address key. ");
        return false;
    }
    if (!n) {
        ike_msg(ike, IKE_MSG_NO_PSK_POLICY, sa->remote, NULL);
        return false;
    }
    cookie_make(ike, sa->remote, sa->icookie);
    cookie_insert(sa);
    MESSAGE(m, sa, 0);
    p1_write_offer(&m, ours, n);
    v1_p1_keep_sai(sa->p1, m.w.base + ISAKMP_HDR + 4, m.w.bad ? 0 : m.w.len - ISAKMP_HDR - 4);
    v1_peer_write_vendors(sa, &m, VENDORS_FIRST);
    ike_sa_enter(sa, IKE_I_MM1, "IKE_MESG_FROM_IPSEC", "IKE_SA_REQ_MM");
    TRACE(sa, "beginning Main Mode exchange");
    v1_send(&sa->slot, &m, true, false);
    return true;
}

/* A message from nobody known. Only when everything fits is an SA made. */
void v1_main_new(struct ike *ike, const struct udp_from *from, bool floated, const struct isakmp_hdr *h,
                 const uint8_t *data, size_t len)
{
    struct p1_suite ours[P1_SUITES_MAX], agreed;
    struct payloads ps;
    struct sa_body body;
    const struct payload *sap;
    unsigned n;
    int choice;

    if (!ike->on || !v1_p1_room(ike, from))
        return;
    if (codec_payloads(h->next, data + ISAKMP_HDR, len - ISAKMP_HDR, false, &ps) != CODEC_OK ||
        !(sap = payload_one(&ps, PL_SA)) || codec_sa(sap, &body) != CODEC_OK) {
        ike->bad_messages++;
        ike_msg(ike, IKE_MSG_BAD, from->src, NULL);
        return;
    }
    if (!identity_has_psk(ike, from->dst, from->src)) {
        ike->bad_messages++;
        return;
    }
    n = p1_suites(&ike->conf, ours);
    choice = p1_choose(NULL, &body, ours, n, &agreed);
    if (choice < 0) {
        v1_p1_no_choice(ike, from, floated, h, &body);
        return;
    }
    struct ike_sa *sa = v1_p1_answering(ike, from, floated, h);
    if (!sa)
        return;
    struct p1_scratch *p1 = sa->p1;
    struct v1_msg m = {.hdr = *h};
    struct bytes all = BYTES(data, len);
    hash_parts(HASH_SHA256, &all, 1, m.sum);
    ike_sa_enter(sa, IKE_R_MM1, "IKE_MESG_FROM_PEER", "IKE_MM_EXCH");
    v1_commit(&sa->slot, &m);
    TRACE(sa, "processing SA payload. message ID = 0");
    v1_peer_read_vendors(sa, &ps);
    (void)find_psk(sa, &p1->psk);
    v1_p1_scan(sa);
    (void)p1_choose(sa, &body, ours, n, &sa->suite);
    v1_peer_read_vendors(sa, &ps);
    p1->group = sa->suite.group;
    v1_p1_keep_sai(p1, sap->body, sap->len);
    sa->block = cipher_block(agreed.cipher);
    ike_sa_enter(sa, IKE_R_MM1, "IKE_MESG_INTERNAL", "IKE_PROCESS_MAIN_MODE");

    MESSAGE(r, sa, 0);
    p1_write_choice(&r, &body.v[choice]);
    v1_peer_write_vendors(sa, &r, VENDORS_FIRST);
    v1_send(&sa->slot, &r, false, true);
    ike_sa_enter(sa, IKE_R_MM2, "IKE_MESG_INTERNAL", "IKE_PROCESS_COMPLETE");
}

/* ---- MM3, MM4 ---- */
static void send_key_exchange(struct ike_sa *sa)
{
    MESSAGE(m, sa, 0);
    v1_p1_write_ke(sa, &m);
    v1_peer_write_vendors(sa, &m, VENDORS_SECOND);
    v1_peer_write_nat_d(sa, &m);
    v1_send(&sa->slot, &m, sa->initiator, !sa->initiator);
}

/* What MM3 and MM4 say of the other side. */
static void take_key_exchange(struct ike_sa *sa, const struct v1_msg *m, const struct payload *ke,
                              const struct payload *nonce)
{
    v1_p1_take_ke(sa, ke, nonce);
    (void)find_psk(sa, NULL);
    v1_p1_number(sa);
    v1_peer_read_vendors(sa, &m->ps);
    v1_peer_look_for_nat(sa, &m->ps, m->from);
}

static void got_public(void *arg, bool ok) /* initiator, after MM2 */
{
    struct ike_sa *sa = arg;

    (void)ok;
    v1_p1_make_nonce(sa);
    send_key_exchange(sa);
    ike_sa_enter(sa, IKE_I_MM3, "IKE_MESG_INTERNAL", "IKE_PROCESS_COMPLETE");
}

static enum v1_outcome take_mm2(struct ike_sa *sa, struct v1_msg *m)
{
    const struct p1_suite *ours = sa->p1->ours;
    unsigned n = sa->p1->nours;
    struct p1_suite agreed;
    const struct payload *sap = payload_one(&m->ps, PL_SA);
    struct sa_body body;

    if (!sap || codec_sa(sap, &body) != CODEC_OK) {
        ike_msg(sa->ike, IKE_MSG_BAD, sa->remote, NULL);
        return V1_REFUSED;
    }
    if (!p1_match(NULL, &body, ours, n, &agreed)) {
        (void)p1_match(sa, &body, ours, n, &agreed);
        ike_msg(sa->ike, IKE_MSG_NOT_OFFERED, sa->remote, "transform");
        return V1_REFUSED;
    }
    memcpy(sa->rcookie, m->hdr.rcookie, COOKIE_LEN);
    cookie_insert(sa);
    ike_sa_enter(sa, IKE_I_MM2, "IKE_MESG_FROM_PEER", "IKE_MM_EXCH");
    v1_commit(&sa->slot, m);
    TRACE(sa, "processing SA payload. message ID = 0");
    v1_peer_read_vendors(sa, &m->ps);
    (void)find_psk(sa, NULL);
    v1_p1_scan(sa);
    (void)p1_match(sa, &body, ours, n, &sa->suite);
    v1_peer_read_vendors(sa, &m->ps);
    sa->block = cipher_block(sa->suite.cipher);
    ike_sa_enter(sa, IKE_I_MM2, "IKE_MESG_INTERNAL", "IKE_PROCESS_MAIN_MODE");
    trace_engine(sa, "crypto_engine: Create DH");
    sa->p1->group = sa->suite.group;
    dh_job_begin(&sa->p1->dh, sa->ike, sa->suite.group);
    dh_job_run(&sa->p1->dh, true, NULL, 0, got_public, sa);
    return V1_TAKEN;
}

static void got_shared_responder(void *arg, bool ok)
{
    struct ike_sa *sa = arg;

    if (!ok) {
        v1_p1_reject(sa, "Bad Diffie-Hellman value");
        return;
    }
    v1_p1_make_nonce(sa);
    v1_p1_derive(sa);
    v1_p1_keyed(sa);
    ike_sa_enter(sa, IKE_R_MM3, "IKE_MESG_INTERNAL", "IKE_PROCESS_MAIN_MODE");
    send_key_exchange(sa);
    ike_sa_enter(sa, IKE_R_MM4, "IKE_MESG_INTERNAL", "IKE_PROCESS_COMPLETE");
}

static enum v1_outcome take_mm3(struct ike_sa *sa, struct v1_msg *m)
{
    const struct payload *ke, *nonce;

    if (!v1_p1_read_ke(&m->ps, sa->suite.group, &ke, &nonce)) {
        ike_msg(sa->ike, IKE_MSG_BAD, sa->remote, NULL);
        return V1_REFUSED;
    }
    ike_sa_enter(sa, IKE_R_MM3, "IKE_MESG_FROM_PEER", "IKE_MM_EXCH");
    v1_commit(&sa->slot, m);
    timers_half_open(sa);
    take_key_exchange(sa, m, ke, nonce);
    trace_engine(sa, "crypto_engine: Create DH");
    dh_job_begin(&sa->p1->dh, sa->ike, sa->suite.group);
    dh_job_run(&sa->p1->dh, true, ke->body, ke->len, got_shared_responder, sa);
    return V1_TAKEN;
}

/* ---- MM5, MM6 ---- */
static void send_auth(struct ike_sa *sa)
{
    uint8_t sum[HASH_MAX];
    bool first = v1_p1_first(sa);

    if (first)
        TRACE(sa, "Send initial contact");
    MESSAGE(m, sa, FLAG_ENCRYPT);
    size_t id_at = m.w.len + 4;
    v1_p1_write_id(sa, &m);
    v1_p1_hash(sa, sa->initiator, BYTES(m.w.base + id_at, m.w.len - id_at), sum);
    msg_payload(&m, PL_HASH, sum, hash_len(sa->suite.hash));
    if (first)
        v1_p1_write_contact(sa, &m);
    v1_send(&sa->slot, &m, sa->initiator, !sa->initiator);
}

static void got_shared_initiator(void *arg, bool ok)
{
    struct ike_sa *sa = arg;

    if (!ok) {
        v1_p1_reject(sa, "Bad Diffie-Hellman value");
        return;
    }
    v1_p1_derive(sa);
    v1_p1_keyed(sa);
    v1_peer_float(sa);
    ike_sa_enter(sa, IKE_I_MM4, "IKE_MESG_INTERNAL", "IKE_PROCESS_MAIN_MODE");
    send_auth(sa);
    ike_sa_enter(sa, IKE_I_MM5, "IKE_MESG_INTERNAL", "IKE_PROCESS_COMPLETE");
}

static enum v1_outcome take_mm4(struct ike_sa *sa, struct v1_msg *m)
{
    const struct payload *ke, *nonce;

    if (!v1_p1_read_ke(&m->ps, sa->suite.group, &ke, &nonce)) {
        ike_msg(sa->ike, IKE_MSG_BAD, sa->remote, NULL);
        return V1_REFUSED;
    }
    ike_sa_enter(sa, IKE_I_MM4, "IKE_MESG_FROM_PEER", "IKE_MM_EXCH");
    v1_commit(&sa->slot, m);
    take_key_exchange(sa, m, ke, nonce);
    dh_job_run(&sa->p1->dh, false, ke->body, ke->len, got_shared_initiator, sa);
    return V1_TAKEN;
}

/* ID and HASH of the other side prove it. */
static bool proved(struct ike_sa *sa, const struct payloads *ps, struct id_body *id)
{
    const struct payload *idp = payload_one(ps, PL_ID), *hash = payload_one(ps, PL_HASH);

    if (!idp || !hash || codec_id(idp, id) != CODEC_OK || hash->len != hash_len(sa->suite.hash)) {
        ike_msg(sa->ike, IKE_MSG_BAD, sa->remote, NULL);
        return false;
    }
    return v1_p1_proves(sa, BYTES(idp->body, idp->len), hash->body) && v1_p1_sound(sa, ps);
}

static bool identified(struct ike_sa *sa, const struct id_body *id)
{
    v1_p1_show_id(sa, id);
    if (!identity_take(sa, id)) {
        v1_p1_reject(sa, "Identity does not fit");
        return false;
    }
    TRACE(sa, "processing HASH payload. message ID = 0");
    return true;
}

static enum v1_outcome take_mm5(struct ike_sa *sa, struct v1_msg *m)
{
    struct id_body id;

    if (!proved(sa, &m->ps, &id))
        return V1_REFUSED;
    ike_sa_enter(sa, IKE_R_MM5, "IKE_MESG_FROM_PEER", "IKE_MM_EXCH");
    v1_commit(&sa->slot, m);
    if (!identified(sa, &id))
        return V1_TAKEN;
    v1_p1_authenticated(sa, &m->ps);
    ike_sa_enter(sa, IKE_R_MM5, "IKE_MESG_INTERNAL", "IKE_PROCESS_MAIN_MODE");
    send_auth(sa);
    v1_p1_complete(sa, "IKE_MESG_INTERNAL", "IKE_PROCESS_COMPLETE");
    return V1_TAKEN;
}

static enum v1_outcome take_mm6(struct ike_sa *sa, struct v1_msg *m)
{
    struct id_body id;

    if (!proved(sa, &m->ps, &id))
        return V1_REFUSED;
    v1_commit(&sa->slot, m);
    if (!identified(sa, &id))
        return V1_TAKEN;
    v1_p1_authenticated(sa, NULL);
    ike_sa_enter(sa, IKE_I_MM6, "IKE_MESG_FROM_PEER", "IKE_MM_EXCH");
    ike_sa_enter(sa, IKE_I_MM6, "IKE_MESG_INTERNAL", "IKE_PROCESS_MAIN_MODE");
    v1_p1_complete(sa, "IKE_MESG_INTERNAL", "IKE_PROCESS_COMPLETE");
    return V1_TAKEN;
}

static enum v1_outcome answer(struct ike_sa *sa, struct ike_node *n, struct v1_msg *m)
{
    (void)n;
    return sa->state == IKE_R_MM2 ? take_mm3(sa, m) : sa->state == IKE_R_MM4 ? take_mm5(sa, m) : V1_REFUSED;
}

static enum v1_outcome conclude(struct ike_sa *sa, struct ike_node *n, struct v1_msg *m)
{
    (void)n;
    switch (sa->state) {
    case IKE_I_MM1: return take_mm2(sa, m);
    case IKE_I_MM3: return take_mm4(sa, m);
    case IKE_I_MM5: return take_mm6(sa, m);
    default: return V1_REFUSED;
    }
}

const struct v1_exchange v1_main_exchange = {
    .type = EX_MAIN,
    .legal_states = 1u << IKE_I_MM1 | 1u << IKE_I_MM3 | 1u << IKE_I_MM5 | 1u << IKE_R_MM2 | 1u << IKE_R_MM4,
    .answer = answer,
    .conclude = conclude,
};
