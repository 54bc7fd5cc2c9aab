/* What main mode and aggressive mode have in common (RFC 2409 section 5): the key, nonces and public values, what is
 * derived from them, identities and the hashes that prove them, and the end of phase 1. The order of messages, and what
 * may be believed when, is theirs (v1_main.c, v1_aggressive.c). */
#include <stdio.h>
#include <string.h>

#include "dataplane/ike/v1/v1.h"

void v1_p1_message(struct msg_wr *m, uint8_t buf[ISAKMP_OUT_MAX], const struct ike_sa *sa, uint8_t flags)
{
    struct isakmp_hdr h = {.exchange = sa->aggressive ? EX_AGGRESSIVE : EX_MAIN, .flags = flags};

    memcpy(h.icookie, sa->icookie, COOKIE_LEN);
    memcpy(h.rcookie, sa->rcookie, COOKIE_LEN);
    msg_begin(m, buf, ISAKMP_OUT_MAX, &h);
}

const char *v1_p1_mode(const struct ike_sa *sa)
{
    return sa->aggressive ? "Aggressive Mode" : "Main Mode";
}

void v1_p1_keep_sai(struct p1_scratch *p1, const uint8_t *body, size_t len)
{
    mem_free(p1->sai);
    p1->sai = mem_new(len ? len : 1);
    memcpy(p1->sai, body, len);
    p1->sai_len = len;
}

void v1_p1_begins(struct ike_sa *sa)
{
    TRACE(sa, "local port %u, remote port %u", sa->local_port, sa->peer_port);
    if (sa->initiator)
        TRACE(sa, "set new node 0 to QM_IDLE      ");
    TRACE(sa, "insert sa successfully sa = %llX", ike_sa_trace_handle(sa));
}

void v1_p1_scan(const struct ike_sa *sa)
{
    char names[128] = "";
    size_t at = 0;

    CONF_EACH(const struct ike_profile_conf, p, &sa->ike->conf.profiles)
    if (at < sizeof names)
        at += (size_t)snprintf(names + at, sizeof names - at, " %s", p->name);
    TRACE(sa, "local preshared key found");
    TRACE(sa, "Scanning profiles for xauth ...%s", names);
}

/* A place for one more half-open SA with this peer. When all are taken, the oldest whose initiator has not yet shown
 * that it reads our answers gives way: anyone can send first messages in the peer's name, and would keep it out. */
static bool make_place(struct ike *ike, uint32_t local, uint32_t addr)
{
    struct ike_sa *oldest = NULL;
    unsigned n = 0, all = 0;

    for (struct ike_peer *p = peer_first(ike, local, addr); p; p = p->here)
        for (struct ike_sa *sa = p->sas; sa; sa = sa->peer_next) {
            all++;
            n += sa->half_open;
            if (sa->half_open &&
                (sa->state == IKE_R_MM1 || sa->state == IKE_R_MM2 || sa->state == IKE_R_AM1 ||
                 sa->state == IKE_R_AM2) &&
                (!oldest || sa->created < oldest->created))
                oldest = sa;
        }
    if (all >= IKE_PEER_SA_MAX)
        return false;
    if (n < IKE_HALF_OPEN_PEER_MAX)
        return true;
    if (oldest)
        ike_sa_kill(oldest, "A newer negotiation takes its place");
    return oldest;
}

bool v1_p1_room(struct ike *ike, const struct udp_from *from)
{
    if (ike->half_open < IKE_HALF_OPEN_MAX && ike->nsas < IKE_SA_MAX)
        return true;
    admission_dropped(ike);
    trace(ike, NULL, from->src, TRACE_ERROR, "too many negotiations under way: packet from %s dropped", IP4(from->src));
    return false;
}

void v1_p1_no_choice(struct ike *ike, const struct udp_from *from, bool floated, const struct isakmp_hdr *h,
                     const struct sa_body *body)
{
    struct ike_sa nobody = {.ike = ike, .local = from->dst, .remote = from->src};
    struct p1_suite ours[P1_SUITES_MAX], agreed;
    unsigned n = p1_suites(&ike->conf, ours);

    ike->bad_messages++;
    if (trace_on(ike, NULL, from->src)) {
        TRACE(&nobody, "processing SA payload. message ID = 0");
        (void)p1_choose(&nobody, body, ours, n, &agreed);
    }
    if (!n)
        ike_msg(ike, IKE_MSG_NO_PSK_POLICY, from->src, NULL);
    trace(ike, NULL, from->src, TRACE_ERROR, "no offers accepted!");
    trace(ike, NULL, from->src, TRACE_ERROR, "phase 1 SA policy not acceptable! (local %s remote %s)", IP4(from->dst),
          IP4(from->src));
    v1_info_refuse(ike, from, floated, h, N_NO_PROPOSAL_CHOSEN);
    ike_msg(ike, IKE_MSG_MODE_FAILURE, from->src, h->exchange == EX_MAIN ? "Main Mode" : "Aggressive Mode");
}

struct ike_sa *v1_p1_answering(struct ike *ike, const struct udp_from *from, bool floated, const struct isakmp_hdr *h)
{
    if (!make_place(ike, from->dst, from->src)) {
        trace(ike, NULL, from->src, TRACE_ERROR, "too many negotiations under way: packet from %s dropped",
              IP4(from->src));
        return NULL;
    }
    if (!admission_ike(ike, from->dst, from->src, true))
        return NULL;
    struct ike_peer *p = peer_get(ike, from->dst, from->src, from->sport);
    struct ike_sa *sa = ike_sa_new(p, false, "crypto_isakmp_process_block");
    sa->peer_port = from->sport;
    sa->aggressive = h->exchange == EX_AGGRESSIVE;
    memcpy(sa->icookie, h->icookie, COOKIE_LEN);
    cookie_make(ike, from->src, sa->rcookie);
    cookie_insert(sa);
    sa->local_port = floated ? 4500 : 500;
    ike_traffic_count(&sa->traffic[IKE_IN], h->length);
    timers_half_open(sa);
    v1_p1_begins(sa);
    return sa;
}

void v1_p1_make_nonce(struct ike_sa *sa)
{
    struct p1_scratch *p1 = sa->p1;

    rnd_fill(sa->ike->env.rnd, sa->initiator ? p1->nonce_i : p1->nonce_r, P1_NONCE_LEN);
    *(sa->initiator ? &p1->nonce_i_len : &p1->nonce_r_len) = P1_NONCE_LEN;
    memcpy(sa->initiator ? p1->gx_i : p1->gx_r, dh_public(p1->dh.dh), dh_public_len(p1->group));
}

void v1_p1_write_ke(struct ike_sa *sa, struct msg_wr *m)
{
    struct p1_scratch *p1 = sa->p1;

    msg_payload(m, PL_KE, dh_public(p1->dh.dh), dh_public_len(p1->group));
    msg_payload(m, PL_NONCE, sa->initiator ? p1->nonce_i : p1->nonce_r, P1_NONCE_LEN);
}

bool v1_p1_read_ke(const struct payloads *ps, unsigned group, const struct payload **ke, const struct payload **nonce)
{
    *ke = payload_one(ps, PL_KE);
    *nonce = payload_one(ps, PL_NONCE);
    return *ke && *nonce && (!group || (*ke)->len == dh_public_len(group)) && (*ke)->len <= DH_MAX &&
           (*nonce)->len >= NONCE_MIN && (*nonce)->len <= NONCE_MAX;
}

void v1_p1_take_ke(struct ike_sa *sa, const struct payload *ke, const struct payload *nonce)
{
    struct p1_scratch *p1 = sa->p1;

    TRACE(sa, "processing KE payload. message ID = 0");
    memcpy(sa->initiator ? p1->gx_r : p1->gx_i, ke->body, ke->len);
    TRACE(sa, "processing NONCE payload. message ID = 0");
    memcpy(sa->initiator ? p1->nonce_r : p1->nonce_i, nonce->body, nonce->len);
    *(sa->initiator ? &p1->nonce_r_len : &p1->nonce_i_len) = nonce->len;
}

void v1_p1_derive(struct ike_sa *sa)
{
    struct p1_scratch *p1 = sa->p1;
    size_t glen = dh_public_len(p1->group);
    struct ike_keys *k = sa->keys = NEW(struct ike_keys);

    trace_engine(sa, "crypto_engine: Create DH shared secret");
    k->prf = sa->suite.hash;
    keys_skeyid_psk(k->prf, BYTES(p1->psk.b, p1->psk.len), BYTES(p1->nonce_i, p1->nonce_i_len),
                    BYTES(p1->nonce_r, p1->nonce_r_len), &k->skeyid);
    keys_derive(k, BYTES(p1->dh.shared.b, p1->dh.shared.len), sa->icookie, sa->rcookie, p1_key_len(&sa->suite));
    keys_iv_main(sa->suite.hash, BYTES(p1->gx_i, glen), BYTES(p1->gx_r, glen), sa->slot.iv, sa->block);
    sa->enc = cipher_new(sa->suite.cipher, true, k->enc.b, k->enc.len, NULL);
    sa->dec = cipher_new(sa->suite.cipher, false, k->enc.b, k->enc.len, NULL);
}

void v1_p1_number(struct ike_sa *sa)
{
    sa->conn_id = sa->ike->next_conn_id++;
}

void v1_p1_keyed(struct ike_sa *sa)
{
    struct ike *ike = sa->ike;

    trace_engine(sa, "crypto_engine: Create IKE SA");
    if (ike->env.export_key)
        ike->env.export_key(ike->env.export_arg, sa->icookie, sa->keys->enc.b, sa->keys->enc.len);
}

static const char *id_name(uint8_t type)
{
    return type == ID_FQDN ? "ID_FQDN" : type == ID_USER_FQDN ? "ID_USER_FQDN" : "ID_IPV4_ADDR";
}

void v1_p1_write_id(struct ike_sa *sa, struct msg_wr *m)
{
    uint16_t port = sa->local_port == 4500 ? 0 : 500;
    struct self_id self;

    identity_self(sa, &self);
    bool addr = self.type == ID_IPV4_ADDR;
    size_t len = addr ? 4 : strlen(self.name);
    TRACE(sa, "SA is doing ");
    TRACE(sa, "pre-shared key authentication using id type %s", id_name(self.type));
    TRACE(sa, "ID payload \n        next-payload : %d\n        type         : %u", sa->aggressive ? 13 : 8, self.type);
    if (addr)
        TRACE(sa, "   address      : %s", IP4(self.addr));
    else
        TRACE(sa, "   %s : %s", self.type == ID_FQDN ? "FQDN name   " : "USER FQDN   ", self.name);
    TRACE(sa, "   protocol     : 17 \n        port         : %u \n        length       : %zu", port, 8 + len);
    TRACE(sa, "Total payload length: %zu", 8 + len);
    if (addr)
        msg_id_addr(m, PROTO_UDP, port, self.addr);
    else
        msg_id_bytes(m, self.type, PROTO_UDP, port, self.name, len);
}

void v1_p1_hash(const struct ike_sa *sa, bool of_initiator, struct bytes id, uint8_t *out)
{
    const struct p1_scratch *p1 = sa->p1;
    size_t glen = dh_public_len(p1->group);
    struct bytes gi = BYTES(p1->gx_i, glen), gr = BYTES(p1->gx_r, glen), sai = BYTES(p1->sai, p1->sai_len);

    trace_engine(sa, "crypto_engine: Generate IKE hash");
    if (of_initiator)
        keys_hash_main(sa->keys, gi, gr, sa->icookie, sa->rcookie, sai, id, out);
    else
        keys_hash_main(sa->keys, gr, gi, sa->rcookie, sa->icookie, sai, id, out);
}

bool v1_p1_proves(struct ike_sa *sa, struct bytes id, const uint8_t *hash)
{
    uint8_t sum[HASH_MAX];

    v1_p1_hash(sa, !sa->initiator, id, sum);
    if (mem_equal_ct(sum, hash, hash_len(sa->suite.hash)))
        return true;
    ike_msg(sa->ike, IKE_MSG_AUTH_FAIL, sa->remote, NULL);
    return false;
}

void v1_p1_show_id(struct ike_sa *sa, const struct id_body *id)
{
    const char *what = id->type == ID_IPV4_ADDR   ? "address     "
                       : id->type == ID_FQDN      ? "FQDN name   "
                       : id->type == ID_USER_FQDN ? "USER FQDN   "
                                                  : "name        ";

    id_text(id, sa->peer_id, sizeof sa->peer_id);
    sa->peer_is_fqdn =
        id->type == ID_FQDN && strlen(sa->peer_id) == id->len && !memcmp(sa->peer_id, id->data, id->len);
    TRACE(sa, "processing ID payload. message ID = 0");
    TRACE(sa, "ID payload \n        next-payload : 8\n        type         : %u", id->type);
    TRACE(sa, "   %s : %s", what, sa->peer_id);
    TRACE(sa, "   protocol     : %u \n        port         : %u \n        length       : %u", id->proto, id->port,
          8u + id->len);
}

bool v1_p1_first(const struct ike_sa *sa)
{
    return sa->initiator && !peer_sa_up(sa->peer) && !sa->peer->npairs;
}

void v1_p1_write_contact(struct ike_sa *sa, struct msg_wr *m)
{
    uint8_t cookies[2 * COOKIE_LEN];

    memcpy(cookies, sa->icookie, COOKIE_LEN);
    memcpy(cookies + COOKIE_LEN, sa->rcookie, COOKIE_LEN);
    msg_notify(m, IPROTO_ISAKMP, N_INITIAL_CONTACT, cookies, sizeof cookies, NULL, 0);
}

/* HASH covers the identity alone: what follows it can be held against the cookies at least. A spoilt message that passed
 * would leave the two ends with different IVs. */
bool v1_p1_sound(const struct ike_sa *sa, const struct payloads *ps)
{
    const struct payload *p;
    struct notify_body n;

    for (unsigned i = 0; (p = payload_nth(ps, PL_NOTIFY, i)); i++)
        if (codec_notify(p, &n) != CODEC_OK || (n.type == N_INITIAL_CONTACT && n.spi_len == 2 * COOKIE_LEN &&
                                                (memcmp(n.spi, sa->icookie, COOKIE_LEN) != 0 ||
                                                 memcmp(n.spi + COOKIE_LEN, sa->rcookie, COOKIE_LEN) != 0))) {
            ike_msg(sa->ike, IKE_MSG_BAD, sa->remote, NULL);
            return false;
        }
    return true;
}

static bool has_contact(struct ike_sa *sa, const struct payloads *ps)
{
    const struct payload *p;
    struct notify_body n;
    bool any = false;

    for (unsigned i = 0; (p = payload_nth(ps, PL_NOTIFY, i)); i++)
        if (codec_notify(p, &n) == CODEC_OK && n.type == N_INITIAL_CONTACT && n.doi <= 1) {
            v1_info_say_notify(sa, &n, 0);
            any = true;
        }
    return any;
}

/* RFC 2407 section 4.6.3.1: the life that the initiator offered is longer than ours. */
static void tell_lifetime(struct ike_sa *sa)
{
    uint8_t spi[2 * COOKIE_LEN], data[12] = {0x80, 11, 0, 1, 0, 12, 0, 4};

    memcpy(spi, sa->icookie, COOKIE_LEN);
    memcpy(spi + COOKIE_LEN, sa->rcookie, COOKIE_LEN);
    put32(data + 8, sa->suite.life_s);
    v1_info_notify(sa, IPROTO_ISAKMP, N_RESPONDER_LIFETIME, spi, sizeof spi, data, sizeof data);
}

void v1_p1_authenticated(struct ike_sa *sa, const struct payloads *ps)
{
    bool contact = ps && has_contact(sa, ps), moved = !sa->initiator && sa->peer_port != sa->peer->port;

    TRACE(sa, "SA authentication status:\n        authenticated");
    TRACE(sa, "SA has been authenticated with %s", IP4(sa->remote));
    if (sa->initiator && (sa->nat_local || sa->nat_remote))
        TRACE(sa, "Setting UDP ENC peer struct 0x%llX sa= 0x%llX", peer_trace_handle(sa->peer),
              ike_sa_trace_handle(sa));
    if (moved) {
        TRACE(sa, "Detected port floating to port = %u", sa->peer_port);
        TRACE(sa, "Trying to find existing peer %s/%s/%u/", IP4(sa->local), IP4(sa->remote), sa->peer_port);
    }
    peer_identify(sa);
    if (contact) {
        TRACE(sa, "SA authentication status:\n        authenticated");
        peer_initial_contact(sa);
    }
    trace(sa->ike, NULL, sa->remote, TRACE_NORMAL, "Trying to insert a peer %s/%s/%u/, ", IP4(sa->local),
          IP4(sa->remote), sa->peer_port);
    trace(sa->ike, NULL, sa->remote, TRACE_NORMAL, " and inserted successfully %llX.", peer_trace_handle(sa->peer));
}

void v1_p1_complete(struct ike_sa *sa, const char *major, const char *minor)
{
    memcpy(sa->last_block, sa->slot.iv, sizeof sa->last_block);
    ike_sa_enter(sa, IKE_P1_COMPLETE, major, minor);
    ike_sa_established(sa);
    timers_sa_established(sa);
    if (!sa->initiator && sa->suite.offered_s > sa->suite.life_s)
        tell_lifetime(sa);
    peer_sa_established(sa);
    ike_sa_enter(sa, IKE_P1_COMPLETE, "IKE_MESG_INTERNAL", "IKE_PHASE1_COMPLETE");
}

void v1_p1_reject(struct ike_sa *sa, const char *reason)
{
    ike_msg(sa->ike, IKE_MSG_MODE_FAILURE, sa->remote, v1_p1_mode(sa));
    if (sa->state == IKE_I_MM5) { /* after MM6: the other end thinks that it is up */
        memcpy(sa->last_block, sa->slot.iv, sizeof sa->last_block);
        v1_info_delete_ike(sa);
    }
    ike_sa_kill(sa, reason);
}
