/* INFORMATIONAL exchanges (RFC 2409 section 5.7, RFC 2408 sections 3.14, 3.15): DELETE, notifications, dead peer
 * detection (RFC 3706).
 *
 * One message, no answer, a message id of its own: HDR*, HASH(M-ID | rest), N or D. Sent only under an established SA.
 * Received: the hash is proved first, then
 *
 *   DELETE of IPsec SPIs    the peer's inbound, our outbound SPIs: those pairs go; unknown ones are ignored
 *   DELETE of ISAKMP        the SA with those cookies, when it is one with this peer
 *   R-U-THERE               answered with the same number, when it names this SA's cookies; not one whose number lies
 *                           before the last, and the last again once a second (RFC 3706 section 6.2)
 *   R-U-THERE-ACK           timers.c
 *   INITIAL-CONTACT         as in the last message of phase 1, for peers that say it apart; once an SA
 *   RESPONDER-LIFETIME      shortens this SA's life (protocol ISAKMP)
 *   errors                  end our quick mode whose SPI they name; without an SPI, the only one that has no answer
 *   others                  shown under debug
 *
 * The one message without protection that we send is the refusal of a first message (NO-PROPOSAL-CHOSEN), at most ten a
 * second; none is believed. Message ids guard against repeats but for probes and their answers: those come for ever, and
 * have numbers of their own. */
#include <string.h>

#include "dataplane/ike/v1/v1.h"

#define INFO_MAX 512

static uint32_t new_node(struct ike_sa *sa)
{
    uint32_t mid = v1_new_mid(sa);

    TRACE(sa, "set new node %u to QM_IDLE      ", mid);
    return mid;
}

void v1_hashed_begin(struct msg_wr *m, uint8_t *buf, size_t cap, const struct ike_sa *sa, uint8_t exchange,
                     uint32_t mid)
{
    struct isakmp_hdr h = {.exchange = exchange, .flags = FLAG_ENCRYPT, .mid = mid};

    memcpy(h.icookie, sa->icookie, COOKIE_LEN);
    memcpy(h.rcookie, sa->rcookie, COOKIE_LEN);
    msg_begin(m, buf, cap - 16, &h);
    msg_open(m, PL_HASH);
    wr_hole(&m->w, hash_len(sa->suite.hash));
    msg_close(m);
}

bool v1_hashed_end(struct msg_wr *m, const struct ike_sa *sa, uint32_t mid)
{
    size_t hash_at = ISAKMP_HDR + 4, body_at = hash_at + hash_len(sa->suite.hash);
    uint8_t sum[HASH_MAX];

    if (m->w.bad)
        return false;
    struct bytes rest = BYTES(m->w.base + body_at, m->w.len - body_at);
    keys_hash_mid(sa->keys, mid, &rest, 1, sum);
    memcpy(m->w.base + hash_at, sum, body_at - hash_at);
    return true;
}

bool v1_hashed_right(const struct ike_sa *sa, const struct v1_msg *m)
{
    const struct payload *p = &m->ps.v[0];
    size_t hlen = hash_len(sa->suite.hash);
    uint8_t sum[HASH_MAX];

    if (!m->ps.n || p->type != PL_HASH || p->len != hlen)
        return false;
    struct bytes rest = BYTES(p->body + hlen, (size_t)(m->end - p->body) - hlen);
    keys_hash_mid(sa->keys, m->hdr.mid, &rest, 1, sum);
    if (mem_equal_ct(sum, p->body, hlen))
        return true;
    sa->ike->worked.hash_failed++;
    return false;
}

static void send_info(struct ike_sa *sa, uint32_t mid, void (*body)(struct msg_wr *m, const void *arg), const void *arg)
{
    uint8_t buf[INFO_MAX];
    struct msg_wr m;

    v1_hashed_begin(&m, buf, sizeof buf, sa, EX_INFO, mid);
    body(&m, arg);
    if (!v1_hashed_end(&m, sa, mid))
        return;
    v1_send_once(sa, mid, &m);
    TRACE(sa, "purging node %u", mid);
}

struct delete_args {
    uint8_t proto, spi_len;
    uint8_t spi[16];
};

static void write_delete(struct msg_wr *m, const void *arg)
{
    const struct delete_args *a = arg;

    msg_open(m, PL_DELETE);
    wr_u32(&m->w, 1);
    wr_u8(&m->w, a->proto);
    wr_u8(&m->w, a->spi_len);
    wr_u16(&m->w, 1);
    wr_bytes(&m->w, a->spi, a->spi_len);
    msg_close(m);
}

void v1_info_delete_ipsec(struct ike_sa *sa, uint8_t ip_proto, uint32_t spi)
{
    struct delete_args a = {.proto = p2_protocol(ip_proto), .spi_len = 4};

    put32(a.spi, spi);
    sa->traffic[IKE_OUT].deletes++;
    send_info(sa, new_node(sa), write_delete, &a);
    ike_sa_enter(sa, sa->state, "IKE_MESG_FROM_IPSEC", "IKE_PHASE2_DEL");
}

void v1_info_delete_ike(struct ike_sa *sa)
{
    struct delete_args a = {.proto = IPROTO_ISAKMP, .spi_len = 2 * COOKIE_LEN};

    memcpy(a.spi, sa->icookie, COOKIE_LEN);
    memcpy(a.spi + COOKIE_LEN, sa->rcookie, COOKIE_LEN);
    send_info(sa, new_node(sa), write_delete, &a);
}

/* As IOS says them, and where it is not known how, as RFC 2408 section 3.14.1 and RFC 2407 section 4.6.3 do. */
static const char *notify_name(uint16_t type)
{
    static const struct {
        uint16_t type;
        const char *name;
    } names[] = {
        {N_INVALID_PAYLOAD_TYPE, "INVALID_PAYLOAD_TYPE"},
        {N_DOI_NOT_SUPPORTED, "DOI_NOT_SUPPORTED"},
        {N_INVALID_COOKIE, "INVALID_COOKIE"},
        {N_INVALID_MAJOR_VERSION, "INVALID_MAJOR_VERSION"},
        {N_INVALID_EXCHANGE_TYPE, "INVALID_EXCHANGE_TYPE"},
        {N_INVALID_FLAGS, "INVALID_FLAGS"},
        {N_INVALID_MESSAGE_ID, "INVALID_MESSAGE_ID"},
        {N_INVALID_PROTOCOL_ID, "INVALID_PROTOCOL_ID"},
        {N_INVALID_SPI, "INVALID_SPI"},
        {N_INVALID_TRANSFORM_ID, "INVALID_TRANSFORM_ID"},
        {N_ATTRIBUTES_NOT_SUPPORTED, "ATTRIBUTES_NOT_SUPPORTED"},
        {N_NO_PROPOSAL_CHOSEN, "PROPOSAL_NOT_CHOSEN"},
        {N_BAD_PROPOSAL_SYNTAX, "BAD_PROPOSAL_SYNTAX"},
        {N_PAYLOAD_MALFORMED, "PAYLOAD_MALFORMED"},
        {N_INVALID_KEY_INFORMATION, "INVALID_KEY_INFORMATION"},
        {N_INVALID_ID_INFORMATION, "INVALID_ID_INFO"},
        {N_INVALID_HASH_INFORMATION, "INVALID_HASH_INFORMATION"},
        {N_AUTHENTICATION_FAILED, "AUTHENTICATION_FAILED"},
        {N_CONNECTED, "CONNECTED"},
        {N_RESPONDER_LIFETIME, "RESPONDER_LIFETIME"},
        {N_REPLAY_STATUS, "REPLAY_STATUS"},
        {N_INITIAL_CONTACT, "INITIAL_CONTACT"},
        {N_R_U_THERE, "DPD/R_U_THERE"},
        {N_R_U_THERE_ACK, "DPD/R_U_THERE_ACK"},
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].type == type)
            return names[i].name;
    return "UNKNOWN";
}

/* An SA of IKE is shown by the place of its structure. */
static uint32_t spi_shown(const struct ike_sa *sa, const void *spi, uint8_t len)
{
    return len == 4 ? get32(spi) : (uint32_t)ike_sa_trace_handle(sa);
}

struct notify_args {
    uint8_t proto, spi_len;
    uint16_t type;
    const void *spi, *data;
    size_t len;
};

static void write_notify(struct msg_wr *m, const void *arg)
{
    const struct notify_args *a = arg;

    msg_notify(m, a->proto, a->type, a->spi, a->spi_len, a->data, a->len);
}

void v1_info_notify(struct ike_sa *sa, uint8_t proto, uint16_t type, const void *spi, uint8_t spi_len, const void *data,
                    size_t len)
{
    struct notify_args a = {.proto = proto, .spi_len = spi_len, .type = type, .spi = spi, .data = data, .len = len};
    uint32_t mid = new_node(sa);

    sa->traffic[IKE_OUT].notifies++;
    TRACE(sa, "Sending NOTIFY %s protocol %u\n        spi %u, message ID = %u", notify_name(type), proto,
          spi_shown(sa, spi, spi_len), mid);
    if (type == N_R_U_THERE || type == N_R_U_THERE_ACK)
        TRACE(sa, "seq. no 0x%X", get32(data));
    send_info(sa, mid, write_notify, &a);
}

#define REFUSALS 10
void v1_info_refuse(struct ike *ike, const struct udp_from *from, bool floated, const struct isakmp_hdr *first,
                    uint16_t type)
{
    struct isakmp_hdr h = {.exchange = EX_INFO, .mid = rnd_u32(ike->env.rnd) | 1};
    uint64_t now = loop_now(ike->env.loop);
    uint8_t buf[INFO_MAX];
    struct msg_wr m;

    if (now - ike->refusals_at >= US_PER_S) {
        ike->refusals_at = now;
        ike->refusals = 0;
    }
    if (ike->refusals++ >= REFUSALS)
        return;
    memcpy(h.icookie, first->icookie, COOKIE_LEN);
    cookie_make(ike, from->src, h.rcookie);
    msg_begin(&m, buf, sizeof buf, &h);
    msg_notify(&m, IPROTO_ISAKMP, type, NULL, 0, NULL, 0);
    size_t len = msg_end(&m, 1);
    if (len)
        ike_transmit_to(ike, from->dst, from->src, floated ? 4500 : 500, from->sport, buf, len);
}

/* R-U-THERE and its answer name this SA and carry a number. */
static bool is_dpd(const struct ike_sa *sa, const struct notify_body *n)
{
    return n->proto == IPROTO_ISAKMP && n->spi_len == 2 * COOKIE_LEN && memcmp(n->spi, sa->icookie, COOKIE_LEN) == 0 &&
           memcmp(n->spi + COOKIE_LEN, sa->rcookie, COOKIE_LEN) == 0 && n->len == 4;
}

static bool dpd_in(const struct ike_sa *sa, const struct payloads *ps, uint16_t type, uint32_t *seq)
{
    const struct payload *p;
    struct notify_body n;

    for (unsigned i = 0; (p = payload_nth(ps, PL_NOTIFY, i)); i++)
        if (codec_notify(p, &n) == CODEC_OK && n.doi <= 1 && n.type == type && is_dpd(sa, &n)) {
            *seq = get32(n.data);
            return true;
        }
    return false;
}

/* Something that proves that the peer is there now. old: a repeat, to be dropped. */
static bool is_news(struct ike_sa *sa, struct v1_msg *m, bool *old)
{
    uint64_t now = loop_now(sa->ike->env.loop);
    uint32_t seq;

    *old = false;
    if (dpd_in(sa, &m->ps, N_R_U_THERE, &seq)) {
        int32_t ahead = sa->dpd_known ? (int32_t)(seq - sa->dpd_heard) : 1;
        *old = ahead < 0 || (ahead == 0 && now - sa->dpd_answered < US_PER_S);
        if (*old)
            return false;
        m->fresh = false;
        sa->dpd_known = true;
        sa->dpd_heard = seq;
        sa->dpd_answered = now;
        return ahead > 0;
    }
    if (dpd_in(sa, &m->ps, N_R_U_THERE_ACK, &seq)) {
        m->fresh = false;
        return sa->peer->dpd_sent && seq == sa->peer->dpd_seq;
    }
    return true;
}

/* RFC 2408 section 3.14.1: an error, and none that is about ESP or an IKE SA that somebody does not know. */
static bool may_refuse(uint16_t type)
{
    return type && type < 8192 && type != N_INVALID_COOKIE && type != N_INVALID_SPI;
}

/* No SPI, that of nothing, or the cookies of the SA that carries it: the notification names no quick mode. */
static bool names_none(const struct ike_sa *sa, const struct notify_body *n)
{
    return n->spi_len == 0 || (n->spi_len == 4 && !get32(n->spi)) ||
           (n->spi_len == 2 * COOKIE_LEN && memcmp(n->spi, sa->icookie, COOKIE_LEN) == 0 &&
            memcmp(n->spi + COOKIE_LEN, sa->rcookie, COOKIE_LEN) == 0);
}

/* The one quick mode that the peer can mean; NULL: none, or one of several. */
static struct ike_node *only_unanswered(const struct ike_sa *sa)
{
    struct ike_node *only = NULL;
    unsigned seen = 0;

    for (struct ike_node *q = sa->nodes; q; q = q->next)
        if (q->qm && (q->state == QM_I_QM1 || q->state == QM_R_QM2)) {
            seen++;
            only = q;
        }
    return seen == 1 && only->initiator ? only : NULL;
}

static struct ike_node *refused_node(const struct ike_sa *sa, const struct notify_body *n)
{
    if (names_none(sa, n))
        return only_unanswered(sa);
    for (struct ike_node *q = sa->nodes; n->spi_len == 4 && q; q = q->next)
        if (q->qm && q->initiator && q->state == QM_I_QM1 &&
            (q->qm->spi_esp == get32(n->spi) || q->qm->spi_ah == get32(n->spi)))
            return q;
    return NULL;
}

/* Our quick mode that the peer refuses is over: the notification names our SPI, or none and there is but one. */
static void quick_refused(struct ike_sa *sa, const struct notify_body *n)
{
    struct ike_node *q = may_refuse(n->type) ? refused_node(sa, n) : NULL;

    if (!q)
        return;
    sa->traffic[IKE_OUT].rejects++;
    flowmib_fail(sa->ike->env.ipsec, FLOWMIB_PROPOSAL, sa->remote, sa->local, 0, 0);
    ike_msg(sa->ike, IKE_MSG_MODE_FAILURE, sa->remote, "Quick Mode");
    ike_node_done(q, true, "Delete Larval");
}

static void take_lifetime(struct ike_sa *sa, const struct notify_body *n)
{
    struct rd r = rd_of(n->data, n->len);
    struct attr a;
    bool seconds = true;

    if (n->proto != IPROTO_ISAKMP)
        return;
    TRACE(sa, "SA authentication status:\n        authenticated");
    TRACE(sa, "processing responder lifetime");
    TRACE(sa, "start processing isakmp responder lifetime");
    while (attr_next(&r, &a)) {
        if (a.type == 11)
            seconds = a.value == 1;
        else if (a.type == 12 && seconds && a.value >= 60 && a.value < sa->suite.life_s) {
            TRACE(sa, "restart ike sa timer to %u secs", a.value);
            timers_sa_life(sa, a.value);
        }
    }
}

void v1_info_say_notify(const struct ike_sa *sa, const struct notify_body *n, uint32_t mid)
{
    TRACE(sa, "processing NOTIFY %s protocol %u\n        spi %u, message ID = %u, sa = 0x%llX", notify_name(n->type),
          n->proto, n->spi_len == 4 ? get32(n->spi) : 0, mid, ike_sa_trace_handle(sa));
}

/* dpd: a question of this message has been answered, and one answer is enough. */
static void take_notify(struct ike_sa *sa, const struct payload *p, uint32_t mid, bool *dpd)
{
    struct notify_body n;

    if (codec_notify(p, &n) != CODEC_OK || n.doi > 1)
        return;
    sa->traffic[IKE_IN].notifies++;
    v1_info_say_notify(sa, &n, mid);
    switch (n.type) {
    case N_R_U_THERE:
        if (is_dpd(sa, &n) && !*dpd) {
            *dpd = true;
            TRACE(sa, "DPD/R_U_THERE received from peer %s, sequence 0x%X", IP4(sa->remote), get32(n.data));
            v1_info_notify(sa, IPROTO_ISAKMP, N_R_U_THERE_ACK, n.spi, n.spi_len, n.data, 4);
            sa->dpd = true; /* racoon that did not begin never says so in a vendor id: ours came too late for it */
            timers_dpd_update(sa->peer);
        }
        break;
    case N_R_U_THERE_ACK:
        if (is_dpd(sa, &n))
            timers_dpd_ack(sa, get32(n.data));
        break;
    case N_RESPONDER_LIFETIME: take_lifetime(sa, &n); break;
    case N_INITIAL_CONTACT:
        if (!sa->contact_taken)
            peer_initial_contact(sa);
        sa->contact_taken = true;
        break;
    default: quick_refused(sa, &n); break;
    }
}

static bool of_ipsec(const struct delete_body *d)
{
    return (d->proto == IPROTO_ESP || d->proto == IPROTO_AH) && d->spi_len == 4;
}

static void delete_ipsec(struct ike_sa *sa, const struct delete_body *d)
{
    struct ike *ike = sa->ike;
    uint8_t proto = d->proto == IPROTO_AH ? PROTO_AH : PROTO_ESP;

    sa->traffic[IKE_IN].deletes++;
    trace_ipsec(sa, "IPSEC(key_engine): got a queue event with 1 KMI message(s)");
    trace_ipsec(sa, "IPSEC(key_engine_delete_sas): rec'd delete notify from ISAKMP");
    for (uint16_t i = 0; i < d->n; i++) {
        uint32_t spi = get32(d->spis + 4 * i), id = sad_find_pair(ike->env.ipsec, sa->remote, proto, spi, true);
        const struct ike_pair *pair = table_find(ike->pairs, &id);
        trace_ipsec(sa, "IPSEC(key_engine_delete_sas): delete SA with spi 0x%X proto %u for %s", spi, proto,
                    IP4(sa->remote));
        if (pair && pair->peer == sa->peer)
            (void)sad_delete(ike->env.ipsec, id, SA_GONE_PEER_DELETE);
    }
}

/* The SA that a DELETE names: this one or another with the same peer. */
static struct ike_sa *named_sa(struct ike_sa *sa, const uint8_t *spi)
{
    struct ike_sa *q = cookie_find(sa->ike, spi, spi + COOKIE_LEN);

    return q && q->peer == sa->peer && ike_sa_up(q) ? q : NULL;
}

/* The SAs with this peer that a message asks to delete, each once. */
struct doomed {
    struct ike_sa *v[4];
    unsigned n;
};

static void doom(struct doomed *d, struct ike_sa *sa)
{
    for (unsigned i = 0; i < d->n; i++)
        if (d->v[i] == sa)
            return;
    if (!sa || d->n == sizeof d->v / sizeof d->v[0])
        return;
    d->v[d->n++] = sa;
    ike_sa_say_deleting(sa, "No reason");
}

/* DELETE is carried out when the whole message has been read. */
static void take_delete(struct ike_sa *sa, const struct delete_body *d, uint32_t mid, struct doomed *doomed)
{
    TRACE(sa, "processing DELETE payload. message ID = %u", mid);
    if (d->proto == IPROTO_ISAKMP && d->spi_len == 2 * COOKIE_LEN)
        doom(doomed, named_sa(sa, d->spis));
    if (!of_ipsec(d))
        return;
    TRACE(sa, "peer does not do paranoid keepalives.");
    for (uint16_t i = 0; i < d->n; i++)
        TRACE(sa, "Enqueued KEY_MGR_DELETE_SAS for IPSEC SA (SPI:0x%X)", get32(d->spis + 4 * i));
}

static enum v1_outcome answer(struct ike_sa *sa, struct ike_node *node, struct v1_msg *m)
{
    struct doomed doomed = {.n = 0};
    const struct payload *p;
    struct delete_body d;

    (void)node;
    if (!v1_hashed_right(sa, m)) {
        ike_msg(sa->ike, IKE_MSG_BAD, sa->remote, NULL);
        return V1_REFUSED;
    }
    bool dpd = false, old, news = is_news(sa, m, &old);
    if (old) {
        TRACE_ERR(sa, "DPD/R_U_THERE repeated: ignored");
        return V1_REFUSED;
    }
    if (news)
        v1_proved(sa, m);
    TRACE(sa, "set new node %u to QM_IDLE      ", m->hdr.mid);
    TRACE(sa, "processing HASH payload. message ID = %u", m->hdr.mid);
    for (unsigned i = 1; i < m->ps.n; i++) {
        p = &m->ps.v[i];
        if (p->type == PL_NOTIFY)
            take_notify(sa, p, m->hdr.mid, &dpd);
        else if (p->type == PL_DELETE && codec_delete(p, &d) == CODEC_OK && d.doi <= 1)
            take_delete(sa, &d, m->hdr.mid, &doomed);
    }
    TRACE(sa, "deleting node %u error FALSE reason \"Informational (in) state 1\"", m->hdr.mid);
    if (payload_nth(&m->ps, PL_NOTIFY, 0))
        ike_sa_enter(sa, sa->state, "IKE_MESG_FROM_PEER", "IKE_INFO_NOTIFY");
    for (unsigned i = 0; (p = payload_nth(&m->ps, PL_DELETE, i)); i++)
        if (codec_delete(p, &d) == CODEC_OK && d.doi <= 1 && of_ipsec(&d))
            delete_ipsec(sa, &d);
    for (unsigned k = 0; k < doomed.n; k++) { /* sa itself may be among them */
        ike_sa_end(doomed.v[k], "No reason");
        ike_sa_say_dead(doomed.v[k], "IKE_MESG_FROM_PEER", "IKE_MM_EXCH");
    }
    return V1_TAKEN;
}

const struct v1_exchange v1_info_exchange = {
    .type = EX_INFO,
    .legal_states = 1u << IKE_P1_COMPLETE,
    .answer = answer,
    .conclude = answer,
};
