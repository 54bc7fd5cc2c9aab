/* Aggressive mode with pre-shared keys (RFC 2409 section 5.4), both halves.
 *
 *   initiator                                          responder
 *   HDR, SA, KE, Ni, IDii, VID             AM1  -->
 *                                         <--   AM2    HDR, SA, KE, Nr, IDir, VID, NAT-D x2, HASH_R
 *   HDR*, HASH_I, NAT-D x2, [N]            AM3  -->
 *
 * Identities go in the clear and come first: they choose profile and key, so that peers whose address nobody knows can
 * have keys of their own; and whoever asks gets a hash made with the key to guess at, which is why it can be disabled
 * (`crypto isakmp aggressive-mode disable`). The group cannot be negotiated, since g^x comes with the offer: all our
 * offers have that of the first policy, and as responder only policies count whose group is as long as what came. A
 * translator is known after AM2 to the initiator, which goes to port 4500 with AM3, and after AM3 to the responder.
 *
 * AM1 costs the responder a sum and shows no cookie: it is bounded like every half-open negotiation, and nothing is
 * believed before AM3. AM2 can be proved only once g^xy is there: what it said is kept, and if its hash does not fit,
 * forgotten again; AM1 goes on being repeated. The last message may come encrypted or not (ours is); INITIAL-CONTACT
 * counts only in an encrypted one. */
#include <string.h>

#include "dataplane/ike/v1/v1.h"

#define MESSAGE(name, sa, extra)                                                                                       \
    uint8_t name##_buf[ISAKMP_OUT_MAX];                                                                                \
    struct msg_wr name;                                                                                                \
    v1_p1_message(&name, name##_buf, sa, extra)

/* Those of ours with this group (by is_length: whose public values are so long). The number left. */
static unsigned same_group(struct p1_suite *v, unsigned n, size_t want, bool is_length)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < n; i++)
        if ((is_length ? dh_public_len(v[i].group) : v[i].group) == want)
            v[kept++] = v[i];
    return kept;
}

/* ---- AM1 ---- */
static void send_am1(void *arg, bool ok)
{
    struct ike_sa *sa = arg;
    struct p1_scratch *p1 = sa->p1;

    (void)ok;
    v1_p1_make_nonce(sa);
    MESSAGE(m, sa, 0);
    p1_write_offer(&m, p1->ours, p1->nours);
    v1_p1_keep_sai(p1, m.w.base + ISAKMP_HDR + 4, m.w.bad ? 0 : m.w.len - ISAKMP_HDR - 4);
    v1_p1_write_ke(sa, &m);
    size_t id_at = m.w.len + 4;
    v1_p1_write_id(sa, &m);
    if (!m.w.bad) {
        mem_free(p1->own_id);
        p1->own_id_len = m.w.len - id_at;
        p1->own_id = v1_flow_keep(m.w.base + id_at, p1->own_id_len);
    }
    v1_peer_write_vendors(sa, &m, VENDORS_FIRST | VENDORS_SECOND);
    ike_sa_enter(sa, IKE_I_AM1, "IKE_MESG_FROM_IPSEC", "IKE_SA_REQ_AM");
    TRACE(sa, "beginning Aggressive Mode exchange");
    v1_send(&sa->slot, &m, true, false);
}

bool v1_aggressive_begin(struct ike_sa *sa)
{
    struct ike *ike = sa->ike;
    struct p1_scratch *p1 = sa->p1;
    unsigned n = p1_suites(&ike->conf, p1->ours);

    v1_p1_begins(sa);
    if (ike->conf.aggressive_disable) {
        ike_msg(ike, IKE_MSG_AG_DISABLED, sa->remote, NULL);
        return false;
    }
    if (!identity_psk(ike, sa, sa->local, sa->remote, NULL, &p1->psk))
        return false;
    if (!n) {
        ike_msg(ike, IKE_MSG_NO_PSK_POLICY, sa->remote, NULL);
        return false;
    }
    p1->nours = same_group(p1->ours, n, p1->ours[0].group, false);
    p1->group = p1->ours[0].group;
    cookie_make(ike, sa->remote, sa->icookie);
    cookie_insert(sa);
    trace_engine(sa, "crypto_engine: Create DH");
    dh_job_begin(&p1->dh, ike, p1->group);
    dh_job_run(&p1->dh, true, NULL, 0, send_am1, sa);
    return true;
}

/* g^xy of the responder is there: AM2. */
static void send_am2(void *arg, bool ok)
{
    struct ike_sa *sa = arg;
    struct p1_scratch *p1 = sa->p1;
    uint8_t sum[HASH_MAX];

    if (!ok) {
        v1_p1_reject(sa, "Bad Diffie-Hellman value");
        return;
    }
    v1_p1_make_nonce(sa);
    v1_p1_derive(sa);
    v1_p1_number(sa);
    v1_p1_keyed(sa);
    TRACE(sa, "SKEYID state generated");
    MESSAGE(m, sa, 0);
    const struct sa_transform t = {.proposal = p1->chosen_proposal,
                                   .protocol = IPROTO_ISAKMP,
                                   .number = p1->chosen_number,
                                   .id = 1,
                                   .attrs = rd_of(p1->chosen_attrs, p1->chosen_attrs_len)};
    p1_write_choice(&m, &t);
    v1_p1_write_ke(sa, &m);
    size_t id_at = m.w.len + 4;
    v1_p1_write_id(sa, &m);
    v1_p1_hash(sa, false, BYTES(m.w.base + id_at, m.w.len - id_at), sum);
    v1_peer_write_vendors(sa, &m, VENDORS_FIRST | VENDORS_SECOND);
    v1_peer_write_nat_d(sa, &m);
    msg_payload(&m, PL_HASH, sum, hash_len(sa->suite.hash));
    v1_send(&sa->slot, &m, false, true);
    ike_sa_enter(sa, IKE_R_AM2, "IKE_MESG_FROM_PEER", "IKE_AM_EXCH");
}

/* A message from nobody known. Only when everything fits is an SA made. */
void v1_aggressive_new(struct ike *ike, const struct udp_from *from, bool floated, const struct isakmp_hdr *h,
                       const uint8_t *data, size_t len)
{
    struct p1_suite ours[P1_SUITES_MAX], agreed;
    const struct payload *sap, *ke, *nonce, *idp;
    struct payloads ps;
    struct sa_body body;
    struct id_body id;
    int choice;

    if (!ike->on)
        return;
    if (ike->conf.aggressive_disable) {
        ike->bad_messages++;
        ike_msg(ike, IKE_MSG_AG_DISABLED, from->src, NULL);
        return;
    }
    if (!v1_p1_room(ike, from))
        return;
    if (codec_payloads(h->next, data + ISAKMP_HDR, len - ISAKMP_HDR, false, &ps) != CODEC_OK ||
        !(sap = payload_one(&ps, PL_SA)) || codec_sa(sap, &body) != CODEC_OK || !v1_p1_read_ke(&ps, 0, &ke, &nonce) ||
        !(idp = payload_one(&ps, PL_ID)) || codec_id(idp, &id) != CODEC_OK) {
        ike->bad_messages++;
        ike_msg(ike, IKE_MSG_BAD, from->src, NULL);
        return;
    }
    unsigned all = p1_suites(&ike->conf, ours), n = same_group(ours, all, ke->len, true);
    choice = p1_choose(NULL, &body, ours, n, &agreed);
    if (choice < 0) {
        v1_p1_no_choice(ike, from, floated, h, &body);
        return;
    }
    struct ike_sa who = {.ike = ike, .local = from->dst, .remote = from->src}, *sa;
    struct key psk;
    v1_p1_show_id(&who, &id);
    if (!identity_take(&who, &id) || !identity_psk(ike, &who, from->dst, from->src, &id, &psk)) {
        ike->bad_messages++;
        return;
    }
    if (!(sa = v1_p1_answering(ike, from, floated, h))) {
        key_wipe(&psk);
        return;
    }
    struct p1_scratch *p1 = sa->p1;
    key_set(&p1->psk, psk.b, psk.len);
    key_wipe(&psk);
    memcpy(sa->profile, who.profile, sizeof sa->profile);
    memcpy(sa->peer_id, who.peer_id, sizeof sa->peer_id);
    sa->peer_is_fqdn = who.peer_is_fqdn;
    struct v1_msg m = {.hdr = *h};
    struct bytes raw = BYTES(data, len);
    hash_parts(HASH_SHA256, &raw, 1, m.sum);
    v1_commit(&sa->slot, &m);
    ike_sa_enter(sa, IKE_R_AM1, "IKE_MESG_FROM_PEER", "IKE_AM_EXCH");
    TRACE(sa, "processing SA payload. message ID = 0");
    v1_peer_read_vendors(sa, &ps);
    v1_p1_scan(sa);
    (void)p1_choose(sa, &body, ours, n, &sa->suite);
    sa->block = cipher_block(agreed.cipher);
    p1->group = agreed.group;
    p1->chosen_proposal = body.v[choice].proposal;
    p1->chosen_number = body.v[choice].number;
    p1->chosen_attrs_len = body.v[choice].attrs.left;
    p1->chosen_attrs = v1_flow_keep(body.v[choice].attrs.p, p1->chosen_attrs_len);
    p1->peer_id = v1_flow_keep(idp->body, idp->len);
    p1->peer_id_len = idp->len;
    v1_p1_keep_sai(p1, sap->body, sap->len);
    v1_p1_take_ke(sa, ke, nonce);
    trace_engine(sa, "crypto_engine: Create DH");
    dh_job_begin(&p1->dh, ike, p1->group);
    dh_job_run(&p1->dh, true, ke->body, ke->len, send_am2, sa);
}

/* ---- AM2, AM3 ---- */
/* AM2 was not from the peer: back to waiting for it. */
static void forget_answer(struct ike_sa *sa)
{
    struct p1_scratch *p1 = sa->p1;

    cookie_remove(sa);
    memset(sa->rcookie, 0, COOKIE_LEN);
    cookie_insert(sa);
    ike_keys_wipe(sa->keys);
    mem_free(sa->keys);
    cipher_free(sa->enc);
    cipher_free(sa->dec);
    sa->keys = NULL;
    sa->enc = sa->dec = NULL;
    key_wipe(&p1->dh.shared);
    sa->natt = sa->nat_local = sa->nat_remote = sa->dpd = sa->fragments = false;
    sa->suite = (struct p1_suite){0};
    ike_sa_enter(sa, IKE_I_AM1, "IKE_MESG_INTERNAL", "IKE_PROCESS_ERROR");
}

static void send_am3(struct ike_sa *sa)
{
    struct p1_scratch *p1 = sa->p1;
    uint8_t sum[HASH_MAX];
    bool first = v1_p1_first(sa);

    if (first)
        TRACE(sa, "Send initial contact");
    MESSAGE(m, sa, FLAG_ENCRYPT);
    v1_p1_hash(sa, true, BYTES(p1->own_id, p1->own_id_len), sum);
    msg_payload(&m, PL_HASH, sum, hash_len(sa->suite.hash));
    v1_peer_write_nat_d(sa, &m);
    if (first)
        v1_p1_write_contact(sa, &m);
    v1_send(&sa->slot, &m, false, true);
}

static void got_shared(void *arg, bool ok)
{
    struct ike_sa *sa = arg;
    struct p1_scratch *p1 = sa->p1;
    struct v1_msg am2 = {0};
    struct id_body id;
    struct payload idp = {.type = PL_ID, .body = p1->peer_id, .len = (uint16_t)p1->peer_id_len};

    v1_p1_derive(sa);
    if (!ok || codec_id(&idp, &id) != CODEC_OK ||
        !v1_p1_proves(sa, BYTES(p1->peer_id, p1->peer_id_len), p1->peer_hash)) {
        ike_msg(sa->ike, IKE_MSG_MODE_FAILURE, sa->remote, v1_p1_mode(sa));
        forget_answer(sa);
        return;
    }
    memcpy(am2.sum, p1->peer_sum, sizeof am2.sum);
    v1_commit(&sa->slot, &am2);
    v1_p1_number(sa);
    v1_p1_keyed(sa);
    v1_p1_show_id(sa, &id);
    if (!identity_take(sa, &id)) {
        v1_p1_reject(sa, "Identity does not fit");
        return;
    }
    TRACE(sa, "processing HASH payload. message ID = 0");
    v1_p1_authenticated(sa, NULL);
    v1_peer_float(sa);
    send_am3(sa);
    v1_p1_complete(sa, "IKE_MESG_FROM_PEER", "IKE_AM_EXCH");
}

static enum v1_outcome take_am2(struct ike_sa *sa, struct v1_msg *m)
{
    struct p1_scratch *p1 = sa->p1;
    const struct payload *sap = payload_one(&m->ps, PL_SA), *hash = payload_one(&m->ps, PL_HASH),
                         *idp = payload_one(&m->ps, PL_ID), *ke, *nonce;
    struct p1_suite agreed;
    struct sa_body body;
    struct id_body id;

    if (!sap || codec_sa(sap, &body) != CODEC_OK || !v1_p1_read_ke(&m->ps, p1->group, &ke, &nonce) || !idp ||
        codec_id(idp, &id) != CODEC_OK || !hash || hash->len > HASH_MAX) {
        ike_msg(sa->ike, IKE_MSG_BAD, sa->remote, NULL);
        return V1_REFUSED;
    }
    if (!p1_match(NULL, &body, p1->ours, p1->nours, &agreed) || hash->len != hash_len(agreed.hash)) {
        (void)p1_match(sa, &body, p1->ours, p1->nours, &agreed);
        ike_msg(sa->ike, IKE_MSG_NOT_OFFERED, sa->remote, "transform");
        return V1_REFUSED;
    }
    cookie_remove(sa);
    memcpy(sa->rcookie, m->hdr.rcookie, COOKIE_LEN);
    cookie_insert(sa);
    ike_sa_enter(sa, IKE_I_AM2, "IKE_MESG_FROM_PEER", "IKE_AM_EXCH");
    TRACE(sa, "processing SA payload. message ID = 0");
    (void)p1_match(sa, &body, p1->ours, p1->nours, &sa->suite);
    sa->block = cipher_block(sa->suite.cipher);
    v1_peer_read_vendors(sa, &m->ps);
    v1_p1_take_ke(sa, ke, nonce);
    v1_peer_look_for_nat(sa, &m->ps, m->from);
    mem_free(p1->peer_id);
    p1->peer_id = v1_flow_keep(idp->body, idp->len);
    p1->peer_id_len = idp->len;
    memcpy(p1->peer_hash, hash->body, hash->len);
    memcpy(p1->peer_sum, m->sum, sizeof p1->peer_sum);
    dh_job_run(&p1->dh, false, ke->body, ke->len, got_shared, sa);
    return V1_TAKEN;
}

static enum v1_outcome take_am3(struct ike_sa *sa, struct v1_msg *m)
{
    struct p1_scratch *p1 = sa->p1;
    const struct payload *hash = payload_one(&m->ps, PL_HASH);
    bool encrypted = m->hdr.flags & FLAG_ENCRYPT;

    if (!hash || hash->len != hash_len(sa->suite.hash)) {
        ike_msg(sa->ike, IKE_MSG_BAD, sa->remote, NULL);
        return V1_REFUSED;
    }
    if (!v1_p1_proves(sa, BYTES(p1->peer_id, p1->peer_id_len), hash->body) || !v1_p1_sound(sa, &m->ps))
        return V1_REFUSED;
    v1_commit(&sa->slot, m);
    TRACE(sa, "processing HASH payload. message ID = 0");
    v1_peer_look_for_nat(sa, &m->ps, m->from);
    v1_proved(sa, m);
    v1_p1_authenticated(sa, encrypted ? &m->ps : NULL);
    v1_p1_complete(sa, "IKE_MESG_FROM_PEER", "IKE_AM_EXCH");
    return V1_TAKEN;
}

static enum v1_outcome answer(struct ike_sa *sa, struct ike_node *n, struct v1_msg *m)
{
    (void)n;
    return take_am3(sa, m);
}

static enum v1_outcome conclude(struct ike_sa *sa, struct ike_node *n, struct v1_msg *m)
{
    (void)n;
    return take_am2(sa, m);
}

const struct v1_exchange v1_aggressive_exchange = {
    .type = EX_AGGRESSIVE,
    .legal_states = 1u << IKE_I_AM1 | 1u << IKE_R_AM2,
    .answer = answer,
    .conclude = conclude,
};
