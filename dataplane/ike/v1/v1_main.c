/* Main mode with pre-shared keys (RFC 2409 sections 5 and 5.4), both halves.
 *
 *   initiator                                  responder
 *   HDR, SA, VID                 MM1  -->
 *                               <--   MM2      HDR, SA, VID
 *   HDR, KE, Ni, VID, NAT-D x2   MM3  -->
 *                               <--   MM4      HDR, KE, Nr, VID, NAT-D x2
 *   HDR*, IDii, HASH_I, [N]      MM5  -->                                  N: INITIAL-CONTACT when we know nothing of
 * the peer
 *                               <--   MM6      HDR*, IDir, HASH_R
 *
 * The key is chosen by the peer's address (main mode encrypts the identity with it), so any well-formed identity is
 * taken and only shown. NAT is looked for when both sent the vendor id of RFC 3947; if there is one, the initiator goes
 * to port 4500 with MM5 and the responder follows it.
 *
 * MM1 to MM4 are not authenticated: what does not fit is refused without a trace in the SA, and the one who waits goes
 * on waiting. The half-open SAs of the responder are bounded in all and by address, before anything is allocated. The
 * sums of Diffie-Hellman run elsewhere (dh_job.c); meanwhile the SA is in a state that takes no message. A peer whose
 * MM5 does not decrypt has another key: IKMP_BAD_MESSAGE, and nothing changes. */
#include <string.h>

#include "dataplane/ike/engine.h"

#define NONCE_LEN 32
#define MESSAGE(name, sa, extra)                                                                                       \
    uint8_t name##_buf[ISAKMP_OUT_MAX];                                                                                \
    struct msg_wr name;                                                                                                \
    begin_message(&name, name##_buf, sa, extra)

static void begin_message(struct msg_wr *m, uint8_t *buf, const struct ike_sa *sa, uint8_t flags)
{
    struct isakmp_hdr h = {.exchange = EX_MAIN, .flags = flags};

    memcpy(h.icookie, sa->icookie, COOKIE_LEN);
    memcpy(h.rcookie, sa->rcookie, COOKIE_LEN);
    msg_begin(m, buf, ISAKMP_OUT_MAX, &h);
}

static bool find_psk(struct ike *ike, const struct ike_sa *sa, uint32_t peer, struct key *out)
{
    const struct ike_psk_conf *psk = ike_conf_psk(&ike->conf, peer);

    if (!psk) {
        trace(ike, sa, peer, TRACE_ERROR, "No pre-shared key with %s!", IP4(peer));
        return false;
    }
    trace(ike, sa, peer, TRACE_NORMAL, "found peer pre-shared key matching %s", IP4(peer));
    if (out)
        key_set(out, psk->key, strlen(psk->key));
    return true;
}

static void keep_sai(struct p1_scratch *p1, const uint8_t *body, size_t len)
{
    mem_free(p1->sai);
    p1->sai = mem_new(len);
    memcpy(p1->sai, body, len);
    p1->sai_len = len;
}

/* ---- MM1 ---- */
bool v1_main_begin(struct ike_sa *sa)
{
    struct ike *ike = sa->ike;
    struct p1_suite *ours = sa->p1->ours;
    unsigned n = sa->p1->nours = p1_suites(&ike->conf, ours);

    TRACE(sa, "local port 500, remote port 500");
    TRACE(sa, "set new node 0 to QM_IDLE      ");
    TRACE(sa, "insert sa successfully sa = %llX", 0x80000000ULL + (unsigned long long)ike->next_peer * 0x100);
    TRACE(sa, "Can not start Aggressive mode, trying Main mode.");
    if (!find_psk(ike, sa, sa->remote, &sa->p1->psk))
        return false;
    if (!n) {
        ike_msg(ike, IKE_MSG_NO_PSK_POLICY, sa->remote, NULL);
        return false;
    }
    cookie_make(ike, sa->remote, sa->icookie);
    cookie_insert(sa);
    MESSAGE(m, sa, 0);
    p1_write_offer(&m, ours, n);
    keep_sai(sa->p1, m.w.base + ISAKMP_HDR + 4, m.w.bad ? 0 : m.w.len - ISAKMP_HDR - 4);
    TRACE(sa, "constructed NAT-T vendor-rfc3947 ID");
    v1_peer_write_vendor(&m, VENDOR_NATT_RFC3947);
    ike_sa_enter(sa, IKE_I_MM1, "IKE_MESG_FROM_IPSEC", "IKE_SA_REQ_MM");
    TRACE(sa, "beginning Main Mode exchange");
    v1_send(&sa->slot, &m, true, false);
    return true;
}

/* A place for one more half-open SA with this peer. When all are taken, the oldest whose initiator has not yet shown
 * that it reads our answers gives way: anyone can send first messages in the peer's name, and would keep it out. */
static bool make_place(struct ike_peer *p)
{
    struct ike_sa *oldest = NULL;

    if (!p || p->half_open < IKE_HALF_OPEN_PEER_MAX)
        return true;
    for (struct ike_sa *sa = p->sas; sa; sa = sa->peer_next)
        if (sa->half_open && (sa->state == IKE_R_MM1 || sa->state == IKE_R_MM2))
            oldest = sa;
    if (oldest)
        ike_sa_kill(oldest, "A newer negotiation takes its place");
    return oldest;
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

    if (!ike->on)
        return;
    if (ike->half_open >= IKE_HALF_OPEN_MAX || ike->nsas >= IKE_SA_MAX) {
        admission_dropped(ike);
        trace(ike, NULL, from->src, TRACE_ERROR, "too many negotiations under way: packet from %s dropped",
              IP4(from->src));
        return;
    }
    if (codec_payloads(h->next, data + ISAKMP_HDR, len - ISAKMP_HDR, false, &ps) != CODEC_OK ||
        !(sap = payload_one(&ps, PL_SA)) || codec_sa(sap, &body) != CODEC_OK) {
        ike->bad_messages++;
        ike_msg(ike, IKE_MSG_BAD, from->src, NULL);
        return;
    }
    if (!find_psk(ike, NULL, from->src, NULL)) {
        ike->bad_messages++;
        return;
    }
    n = p1_suites(&ike->conf, ours);
    choice = p1_choose(NULL, &body, ours, n, &agreed);
    if (choice < 0) {
        ike->bad_messages++;
        if (!n)
            ike_msg(ike, IKE_MSG_NO_PSK_POLICY, from->src, NULL);
        trace(ike, NULL, from->src, TRACE_ERROR, "no offers accepted!");
        trace(ike, NULL, from->src, TRACE_ERROR, "phase 1 SA policy not acceptable! (local %s remote %s)",
              IP4(from->dst), IP4(from->src));
        v1_info_refuse(ike, from, floated, h, N_NO_PROPOSAL_CHOSEN);
        ike_msg(ike, IKE_MSG_MODE_FAILURE, from->src, "Main Mode");
        return;
    }
    if (!make_place(peer_find(ike, from->dst, from->src))) {
        trace(ike, NULL, from->src, TRACE_ERROR, "too many negotiations under way: packet from %s dropped",
              IP4(from->src));
        return;
    }
    if (!admission_ike(ike, from->dst, from->src, true))
        return;
    struct ike_sa *sa = ike_sa_new(ike, from->dst, from->src, false, "crypto_isakmp_process_block");
    struct p1_scratch *p1 = sa->p1;
    memcpy(sa->icookie, h->icookie, COOKIE_LEN);
    cookie_make(ike, from->src, sa->rcookie);
    cookie_insert(sa);
    sa->peer_port = from->sport;
    sa->local_port = floated ? 4500 : 500;
    timers_half_open(sa);
    struct v1_msg m = {.hdr = *h};
    struct bytes all = BYTES(data, len);
    hash_parts(HASH_SHA256, &all, 1, m.sum);
    TRACE(sa, "local port %u, remote port %u", sa->local_port, sa->peer_port);
    TRACE(sa, "insert sa successfully sa = %llX", 0x80000000ULL + (unsigned long long)ike->next_peer * 0x100);
    ike_sa_enter(sa, IKE_R_MM1, "IKE_MESG_FROM_PEER", "IKE_MM_EXCH");
    v1_commit(&sa->slot, &m);
    TRACE(sa, "processing SA payload. message ID = 0");
    v1_peer_read_vendors(sa, &ps);
    (void)find_psk(ike, sa, from->src, &p1->psk);
    TRACE(sa, "local preshared key found");
    TRACE(sa, "Scanning profiles for xauth ...");
    (void)p1_choose(sa, &body, ours, n, &sa->suite);
    TRACE(sa, "Started lifetime timer: %u.", agreed.life_s);
    keep_sai(p1, sap->body, sap->len);
    sa->block = cipher_block(agreed.cipher);
    ike_sa_enter(sa, IKE_R_MM1, "IKE_MESG_INTERNAL", "IKE_PROCESS_MAIN_MODE");

    MESSAGE(r, sa, 0);
    p1_write_choice(&r, &body.v[choice]);
    if (sa->natt) {
        TRACE(sa, "constructed NAT-T vendor-rfc3947 ID");
        v1_peer_write_vendor(&r, VENDOR_NATT_RFC3947);
    }
    v1_send(&sa->slot, &r, false, true);
    ike_sa_enter(sa, IKE_R_MM2, "IKE_MESG_INTERNAL", "IKE_PROCESS_COMPLETE");
}

/* ---- MM3, MM4 ---- */
static void make_key_exchange(struct ike_sa *sa)
{
    struct p1_scratch *p1 = sa->p1;

    rnd_fill(sa->ike->env.rnd, sa->initiator ? p1->nonce_i : p1->nonce_r, NONCE_LEN);
    *(sa->initiator ? &p1->nonce_i_len : &p1->nonce_r_len) = NONCE_LEN;
    memcpy(sa->initiator ? p1->gx_i : p1->gx_r, dh_public(p1->dh.dh), dh_public_len(sa->suite.group));
}

static void send_key_exchange(struct ike_sa *sa)
{
    struct p1_scratch *p1 = sa->p1;
    size_t glen = dh_public_len(sa->suite.group);

    MESSAGE(m, sa, 0);
    msg_payload(&m, PL_KE, dh_public(p1->dh.dh), glen);
    msg_payload(&m, PL_NONCE, sa->initiator ? p1->nonce_i : p1->nonce_r, NONCE_LEN);
    v1_peer_write_vendor(&m, VENDOR_UNITY);
    v1_peer_write_vendor(&m, VENDOR_DPD);
    v1_peer_write_vendor(&m, VENDOR_XAUTH);
    v1_peer_write_nat_d(sa, &m);
    v1_send(&sa->slot, &m, sa->initiator, !sa->initiator);
}

/* KE and nonce of the other side are there, once each and of the right lengths. */
static bool read_key_exchange(const struct ike_sa *sa, const struct payloads *ps, const struct payload **ke,
                              const struct payload **nonce)
{
    *ke = payload_one(ps, PL_KE);
    *nonce = payload_one(ps, PL_NONCE);
    return *ke && *nonce && (*ke)->len == dh_public_len(sa->suite.group) && (*nonce)->len >= NONCE_MIN &&
           (*nonce)->len <= NONCE_MAX;
}

static void take_key_exchange(struct ike_sa *sa, const struct payload *ke, const struct payload *nonce)
{
    struct p1_scratch *p1 = sa->p1;

    TRACE(sa, "processing KE payload. message ID = 0");
    memcpy(sa->initiator ? p1->gx_r : p1->gx_i, ke->body, ke->len);
    TRACE(sa, "processing NONCE payload. message ID = 0");
    memcpy(sa->initiator ? p1->nonce_r : p1->nonce_i, nonce->body, nonce->len);
    *(sa->initiator ? &p1->nonce_r_len : &p1->nonce_i_len) = nonce->len;
    (void)find_psk(sa->ike, sa, sa->remote, NULL);
}

/* g^xy is known: everything else follows. */
static void derive(struct ike_sa *sa)
{
    struct ike *ike = sa->ike;
    struct p1_scratch *p1 = sa->p1;
    size_t glen = dh_public_len(sa->suite.group);
    struct ike_keys *k = sa->keys = NEW(struct ike_keys);

    trace_engine(ike, sa->remote, "crypto_engine: Create DH shared secret");
    k->prf = sa->suite.hash;
    keys_skeyid_psk(k->prf, BYTES(p1->psk.b, p1->psk.len), BYTES(p1->nonce_i, p1->nonce_i_len),
                    BYTES(p1->nonce_r, p1->nonce_r_len), &k->skeyid);
    keys_derive(k, BYTES(p1->dh.shared.b, p1->dh.shared.len), sa->icookie, sa->rcookie, p1_key_len(&sa->suite));
    keys_iv_main(sa->suite.hash, BYTES(p1->gx_i, glen), BYTES(p1->gx_r, glen), sa->slot.iv, sa->block);
    sa->enc = cipher_new(sa->suite.cipher, true, k->enc.b, k->enc.len, NULL);
    sa->dec = cipher_new(sa->suite.cipher, false, k->enc.b, k->enc.len, NULL);
    sa->conn_id = ike->next_conn_id++;
    trace_engine(ike, sa->remote, "crypto_engine: Create IKE SA");
    if (ike->env.export_key)
        ike->env.export_key(ike->env.export_arg, sa->icookie, k->enc.b, k->enc.len);
}

static void got_public(void *arg, bool ok) /* initiator, after MM2 */
{
    struct ike_sa *sa = arg;

    (void)ok;
    make_key_exchange(sa);
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
    (void)find_psk(sa->ike, sa, sa->remote, NULL);
    TRACE(sa, "local preshared key found");
    TRACE(sa, "Scanning profiles for xauth ...");
    (void)p1_match(sa, &body, ours, n, &sa->suite);
    TRACE(sa, "Started lifetime timer: %u.", sa->suite.life_s);
    sa->block = cipher_block(sa->suite.cipher);
    ike_sa_enter(sa, IKE_I_MM2, "IKE_MESG_INTERNAL", "IKE_PROCESS_MAIN_MODE");
    trace_engine(sa->ike, sa->remote, "crypto_engine: Create DH");
    dh_job_begin(&sa->p1->dh, sa->ike, sa->suite.group);
    dh_job_run(&sa->p1->dh, true, NULL, 0, got_public, sa);
    return V1_TAKEN;
}

static void got_shared_responder(void *arg, bool ok)
{
    struct ike_sa *sa = arg;

    if (!ok) {
        ike_msg(sa->ike, IKE_MSG_MODE_FAILURE, sa->remote, "Main Mode");
        ike_sa_kill(sa, "Bad Diffie-Hellman value");
        return;
    }
    make_key_exchange(sa);
    derive(sa);
    ike_sa_enter(sa, IKE_R_MM3, "IKE_MESG_INTERNAL", "IKE_PROCESS_MAIN_MODE");
    send_key_exchange(sa);
    ike_sa_enter(sa, IKE_R_MM4, "IKE_MESG_INTERNAL", "IKE_PROCESS_COMPLETE");
}

static enum v1_outcome take_mm3(struct ike_sa *sa, struct v1_msg *m)
{
    const struct payload *ke, *nonce;

    if (!read_key_exchange(sa, &m->ps, &ke, &nonce)) {
        ike_msg(sa->ike, IKE_MSG_BAD, sa->remote, NULL);
        return V1_REFUSED;
    }
    ike_sa_enter(sa, IKE_R_MM3, "IKE_MESG_FROM_PEER", "IKE_MM_EXCH");
    v1_commit(&sa->slot, m);
    timers_half_open(sa);
    take_key_exchange(sa, ke, nonce);
    v1_peer_read_vendors(sa, &m->ps);
    v1_peer_look_for_nat(sa, &m->ps, m->from);
    trace_engine(sa->ike, sa->remote, "crypto_engine: Create DH");
    dh_job_begin(&sa->p1->dh, sa->ike, sa->suite.group);
    dh_job_run(&sa->p1->dh, true, ke->body, ke->len, got_shared_responder, sa);
    return V1_TAKEN;
}

/* ---- MM5, MM6 ---- */
static void write_id(struct ike_sa *sa, struct msg_wr *m)
{
    struct ike *ike = sa->ike;
    uint16_t port = sa->local_port == 4500 ? 0 : 500;
    const char *name = ike->conf.identity == IKE_IDENTITY_HOSTNAME && ike->env.hostname
                           ? ike->env.hostname(ike->env.hostname_arg)
                           : NULL;
    size_t len = name ? strlen(name) : 4;

    TRACE(sa, "SA is doing ");
    TRACE(sa, "pre-shared key authentication using id type %s", name ? "ID_FQDN" : "ID_IPV4_ADDR");
    TRACE(sa, "ID payload \n        next-payload : 8\n        type         : %d", name ? ID_FQDN : ID_IPV4_ADDR);
    if (name)
        TRACE(sa, "   FQDN name    : %s", name);
    else
        TRACE(sa, "   address      : %s", IP4(sa->local));
    TRACE(sa, "   protocol     : 17 \n        port         : %u \n        length       : %zu", port, 8 + len);
    TRACE(sa, "Total payload length: %zu", 8 + len);
    if (name)
        msg_id_bytes(m, ID_FQDN, PROTO_UDP, port, name, len);
    else
        msg_id_addr(m, PROTO_UDP, port, sa->local);
}

/* prf over our view or the other's: side says whose hash it is. */
static void auth_hash(const struct ike_sa *sa, bool of_initiator, struct bytes id, uint8_t *out)
{
    const struct p1_scratch *p1 = sa->p1;
    size_t glen = dh_public_len(sa->suite.group);
    struct bytes gi = BYTES(p1->gx_i, glen), gr = BYTES(p1->gx_r, glen), sai = BYTES(p1->sai, p1->sai_len);

    trace_engine(sa->ike, sa->remote, "crypto_engine: Generate IKE hash");
    if (of_initiator)
        keys_hash_main(sa->keys, gi, gr, sa->icookie, sa->rcookie, sai, id, out);
    else
        keys_hash_main(sa->keys, gr, gi, sa->rcookie, sa->icookie, sai, id, out);
}

static void send_auth(struct ike_sa *sa)
{
    uint8_t sum[HASH_MAX], cookies[2 * COOKIE_LEN];
    bool first = sa->initiator && !peer_sa_up(sa->peer) && !sad_count_peer(sa->ike->env.ipsec, sa->remote);

    if (first)
        TRACE(sa, "Send initial contact");
    MESSAGE(m, sa, FLAG_ENCRYPT);
    size_t id_at = m.w.len + 4;
    write_id(sa, &m);
    auth_hash(sa, sa->initiator, BYTES(m.w.base + id_at, m.w.len - id_at), sum);
    msg_payload(&m, PL_HASH, sum, hash_len(sa->suite.hash));
    if (first) {
        memcpy(cookies, sa->icookie, COOKIE_LEN);
        memcpy(cookies + COOKIE_LEN, sa->rcookie, COOKIE_LEN);
        msg_notify(&m, IPROTO_ISAKMP, N_INITIAL_CONTACT, cookies, sizeof cookies, NULL, 0);
    }
    v1_send(&sa->slot, &m, sa->initiator, !sa->initiator);
}

static void got_shared_initiator(void *arg, bool ok)
{
    struct ike_sa *sa = arg;

    if (!ok) {
        ike_msg(sa->ike, IKE_MSG_MODE_FAILURE, sa->remote, "Main Mode");
        ike_sa_kill(sa, "Bad Diffie-Hellman value");
        return;
    }
    derive(sa);
    if (sa->nat_local || sa->nat_remote)
        sa->local_port = sa->peer_port = 4500;
    ike_sa_enter(sa, IKE_I_MM4, "IKE_MESG_INTERNAL", "IKE_PROCESS_MAIN_MODE");
    send_auth(sa);
    ike_sa_enter(sa, IKE_I_MM5, "IKE_MESG_INTERNAL", "IKE_PROCESS_COMPLETE");
}

static enum v1_outcome take_mm4(struct ike_sa *sa, struct v1_msg *m)
{
    const struct payload *ke, *nonce;

    if (!read_key_exchange(sa, &m->ps, &ke, &nonce)) {
        ike_msg(sa->ike, IKE_MSG_BAD, sa->remote, NULL);
        return V1_REFUSED;
    }
    ike_sa_enter(sa, IKE_I_MM4, "IKE_MESG_FROM_PEER", "IKE_MM_EXCH");
    v1_commit(&sa->slot, m);
    take_key_exchange(sa, ke, nonce);
    v1_peer_read_vendors(sa, &m->ps);
    v1_peer_look_for_nat(sa, &m->ps, m->from);
    dh_job_run(&sa->p1->dh, false, ke->body, ke->len, got_shared_initiator, sa);
    return V1_TAKEN;
}

/* ID and HASH of the other side prove it. */
static bool proved(struct ike_sa *sa, const struct payloads *ps, struct id_body *id)
{
    const struct payload *idp = payload_one(ps, PL_ID), *hash = payload_one(ps, PL_HASH);
    uint8_t sum[HASH_MAX];
    size_t hlen = hash_len(sa->suite.hash);

    if (!idp || !hash || codec_id(idp, id) != CODEC_OK || hash->len != hlen) {
        ike_msg(sa->ike, IKE_MSG_BAD, sa->remote, NULL);
        return false;
    }
    auth_hash(sa, !sa->initiator, BYTES(idp->body, idp->len), sum);
    if (!mem_equal_ct(sum, hash->body, hlen)) {
        ike_msg(sa->ike, IKE_MSG_AUTH_FAIL, sa->remote, NULL);
        return false;
    }
    return true;
}

static void show_id(struct ike_sa *sa, const struct id_body *id)
{
    id_text(id, sa->peer_id, sizeof sa->peer_id);
    TRACE(sa, "processing ID payload. message ID = 0");
    TRACE(sa, "ID payload \n        next-payload : 8\n        type         : %u", id->type);
    TRACE(sa, "   %s : %s", id->type == ID_IPV4_ADDR ? "address     " : "name        ", sa->peer_id);
    TRACE(sa, "   protocol     : %u \n        port         : %u \n        length       : %u", id->proto, id->port,
          8u + id->len);
    trace(sa->ike, NULL, sa->remote, TRACE_NORMAL, "peer matches *none* of the profiles");
    TRACE(sa, "processing HASH payload. message ID = 0");
}

static void read_contact(struct ike_sa *sa, const struct payloads *ps)
{
    const struct payload *p;
    struct notify_body n;

    for (unsigned i = 0; (p = payload_nth(ps, PL_NOTIFY, i)); i++)
        if (codec_notify(p, &n) == CODEC_OK && n.type == N_INITIAL_CONTACT && n.doi == 1) {
            TRACE(sa, "processing NOTIFY INITIAL_CONTACT protocol %u\n        spi 0, message ID = 0, sa = 0x%X",
                  n.proto, sa->conn_id);
            peer_initial_contact(sa);
        }
}

static void authenticated(struct ike_sa *sa)
{
    TRACE(sa, "SA authentication status:\n        authenticated");
    TRACE(sa, "SA has been authenticated with %s", IP4(sa->remote));
}

static void insert_peer(struct ike_sa *sa)
{
    trace(sa->ike, NULL, sa->remote, TRACE_NORMAL, "Trying to insert a peer %s/%s/%u/, ", IP4(sa->local),
          IP4(sa->remote), sa->peer_port);
    trace(sa->ike, NULL, sa->remote, TRACE_NORMAL, " and inserted successfully %llX.",
          0x80000000ULL + (unsigned long long)sa->peer->handle * 0x100);
}

static void complete(struct ike_sa *sa)
{
    memcpy(sa->last_block, sa->slot.iv, sizeof sa->last_block);
    ike_sa_enter(sa, IKE_P1_COMPLETE, "IKE_MESG_INTERNAL", "IKE_PROCESS_COMPLETE");
    ike_sa_established(sa);
    timers_sa_established(sa);
}

static enum v1_outcome take_mm5(struct ike_sa *sa, struct v1_msg *m)
{
    struct id_body id;

    if (!proved(sa, &m->ps, &id))
        return V1_REFUSED;
    ike_sa_enter(sa, IKE_R_MM5, "IKE_MESG_FROM_PEER", "IKE_MM_EXCH");
    v1_commit(&sa->slot, m);
    show_id(sa, &id);
    authenticated(sa);
    read_contact(sa, &m->ps);
    insert_peer(sa);
    ike_sa_enter(sa, IKE_R_MM5, "IKE_MESG_INTERNAL", "IKE_PROCESS_MAIN_MODE");
    send_auth(sa);
    complete(sa);
    if (sa->suite.offered_s > sa->suite.life_s) {
        uint8_t spi[2 * COOKIE_LEN], data[12] = {0x80, 11, 0, 1, 0, 12, 0, 4};
        memcpy(spi, sa->icookie, COOKIE_LEN);
        memcpy(spi + COOKIE_LEN, sa->rcookie, COOKIE_LEN);
        put32(data + 8, sa->suite.life_s);
        v1_info_notify(sa, IPROTO_ISAKMP, N_RESPONDER_LIFETIME, spi, sizeof spi, data, sizeof data);
    }
    ike_sa_enter(sa, IKE_P1_COMPLETE, "IKE_MESG_INTERNAL", "IKE_PHASE1_COMPLETE");
    peer_sa_established(sa);
    return V1_TAKEN;
}

static enum v1_outcome take_mm6(struct ike_sa *sa, struct v1_msg *m)
{
    struct id_body id;

    if (!proved(sa, &m->ps, &id))
        return V1_REFUSED;
    ike_sa_enter(sa, IKE_I_MM6, "IKE_MESG_FROM_PEER", "IKE_MM_EXCH");
    v1_commit(&sa->slot, m);
    show_id(sa, &id);
    authenticated(sa);
    insert_peer(sa);
    complete(sa);
    ike_sa_enter(sa, IKE_P1_COMPLETE, "IKE_MESG_INTERNAL", "IKE_PHASE1_COMPLETE");
    peer_sa_established(sa);
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

static bool ask(struct ike_sa *sa, struct ike_node *n)
{
    (void)n;
    return v1_main_begin(sa);
}

const struct v1_exchange v1_main_exchange = {
    .type = EX_MAIN,
    .legal_states = 1u << IKE_I_MM1 | 1u << IKE_I_MM3 | 1u << IKE_I_MM5 | 1u << IKE_R_MM2 | 1u << IKE_R_MM4,
    .ask = ask,
    .answer = answer,
    .conclude = conclude,
};
