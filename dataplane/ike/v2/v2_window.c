/* Messages of an IKEv2 SA: whose they are, their order, their proof, and the sending and repeating of our own (RFC 7296
 * sections 2.1 to 2.4, 2.6, 2.21, 2.23).
 *
 * Order of proof. Length and header -> the SA of our SPI, with the other SPI and the sender's address -> the message id:
 * a response must be awaited, a request must stand in the window or be the last one of its place -> the integrity value
 * of SK, or of one fragment -> shape of all payloads -> the exchange. Until the integrity value is right, nothing has
 * changed but a counter. A message that is proved and malformed is fatal (INVALID_SYNTAX, section 2.21.3).
 *
 * Our requests wait in a queue and are sent, in order, when fewer are on their way than the peer's window (1 until it
 * says SET_WINDOW_SIZE); some go alone (an IKE SA's rekey, its DELETE). The payloads are written when it is sent, not
 * when it is asked for, so that what has been overtaken by events asks for nothing. The peer's requests fill places of
 * our window; each keeps its answer until the place is taken again, and a repeat (its first fragment) is answered with
 * it, to the port that the repeat came from (section 2.11), at most four times a second. While a place waits for a
 * Diffie-Hellman sum, repeats of its request are not heard.
 *
 * A proved message that is not a repeat says that the peer lives, and at which port: behind a translator it may change,
 * and some (MOBIKE) go to port 4500 without one. Of a message in fragments only the last to arrive says so: one alone,
 * seen on the way and sent again from elsewhere, is no news of the peer. */
#include <string.h>

#include "dataplane/ike/v2/v2_local.h"

const struct v2_ask_row v2_asks[V2X_KINDS] = {
    [V2X_INIT] = {V2_IKE_SA_INIT, 0, true, NULL, NULL},
    [V2X_AUTH] = {V2_IKE_AUTH, V2_IN(V2_I_AUTH), true, v2_auth_ask, v2_auth_conclude},
    [V2X_CHILD] = {V2_CREATE_CHILD_SA, V2_IN(V2_UP), false, v2_child_ask, v2_child_conclude},
    [V2X_REKEY] = {V2_CREATE_CHILD_SA, V2_IN(V2_UP), true, v2_rekey_ask, v2_rekey_conclude},
    [V2X_DEL_CHILD] = {V2_INFORMATIONAL, V2_IN(V2_UP) | V2_IN(V2_REKEYED), false, v2_info_ask, v2_info_conclude},
    [V2X_DEL_IKE] = {V2_INFORMATIONAL, V2_IN(V2_CLOSING), true, v2_info_ask, v2_info_conclude},
    [V2X_LIVE] = {V2_INFORMATIONAL, V2_IN(V2_UP), false, v2_info_ask, v2_info_conclude},
    [V2X_NOTIFY] = {V2_INFORMATIONAL, V2_IN(V2_UP), false, v2_info_ask, v2_info_conclude},
};
static const struct v2_answer_row answers[] = {
    {V2_IKE_AUTH, V2_IN(V2_R_INIT), v2_auth_answer},
    {V2_CREATE_CHILD_SA, V2_IN(V2_UP), v2_create_answer},
    {V2_INFORMATIONAL, V2_IN(V2_UP) | V2_IN(V2_REKEYED) | V2_IN(V2_CLOSING), v2_info_answer},
};

/* ---- our requests ---- */
static void retransmit(void *arg)
{
    struct v2_x *x = arg;
    struct v2_sa *sa = x->sa;

    if (!x->sent) {
        v2_child_again(x);
        return;
    }
    if (v2_timers_lost(x) && !v2_timers_spare(x)) {
        sa->v2->stats.timeouts++;
        v2_error(sa->v2, sa, sa->remote, "Maximum number of retransmissions reached");
        v2_rekey_inherit(sa);
        sa->v2->stats.dpd_dead += x->probes;
        v2_sa_kill(sa, "Maximum number of retransmissions reached", SA_GONE_IKE_LOST);
        return;
    }
    x->tries++;
    sa->v2->stats.retransmits++;
    TR(sa, "Retransmitting packet");
    v2_transmit(sa, &x->tx);
    timer_set(&x->timer, v2_timers_wait(x));
}

struct v2_x *v2_x_new(struct v2_sa *sa, enum v2_kind kind)
{
    struct v2_x *x = NEW(struct v2_x), **at = &sa->queue;

    *x = (struct v2_x){.sa = sa, .kind = kind, .probes = kind == V2X_LIVE};
    timer_init(&x->timer, sa->v2->ike->env.loop, retransmit, x);
    while (*at)
        at = &(*at)->next;
    *at = x;
    sa->nqueue++;
    return x;
}

static void x_unlink(struct v2_x *x)
{
    struct v2_sa *sa = x->sa;

    for (struct v2_x **at = &sa->queue; *at; at = &(*at)->next)
        if (*at == x) {
            *at = x->next;
            sa->nqueue--;
            sa->in_flight -= x->sent;
            break;
        }
    x->next = NULL;
    timer_clear(&x->timer);
}

static void x_free(struct v2_x *x)
{
    timer_clear(&x->timer);
    v2_wire_free(&x->tx);
    v2_neg_free(x->neg);
    mem_free(x);
}

void v2_x_drop(struct v2_x *x)
{
    x_unlink(x);
    x_free(x);
}

void v2_x_ready(struct v2_x *x)
{
    x->ready = true;
    v2_pump(x->sa);
}

struct v2_x *v2_x_conclude_later(struct v2_x *x)
{
    struct v2_x *later = v2_x_new(x->sa, x->kind);

    later->concluding = true;
    later->neg = x->neg;
    later->neg->x = later;
    x->neg = NULL;
    return later;
}

struct v2_x *v2_x_of_pair(const struct v2_sa *sa, uint32_t pair)
{
    for (struct v2_x *x = sa->queue; x && pair; x = x->next)
        if (x->kind == V2X_CHILD && x->neg && x->neg->old == pair)
            return x;
    return NULL;
}

struct v2_x *v2_x_kind(const struct v2_sa *sa, enum v2_kind kind)
{
    for (struct v2_x *x = sa->queue; x; x = x->next)
        if (x->kind == kind)
            return x;
    return NULL;
}

bool v2_busy(const struct v2_sa *sa)
{
    for (const struct v2_x *x = sa->queue; x; x = x->next)
        if ((x->sent && (x->kind == V2X_CHILD || x->kind == V2X_DEL_CHILD)) ||
            (x->concluding && x->kind == V2X_CHILD))
            return true;
    for (unsigned i = 0; i < sa->window; i++)
        if (sa->slots[i].pending)
            return true;
    return false;
}

void v2_wire_free(struct v2_wire *t)
{
    mem_free(t->b);
    *t = (struct v2_wire){0};
}

static void transmit(struct v2_sa *sa, const struct v2_wire *tx, uint16_t from, uint16_t to)
{
    uint64_t since = v2_perf_since(sa->v2);

    for (size_t at = 0; at + 2 <= tx->len;) {
        size_t len = get16(tx->b + at);
        at += 2;
        ike_traffic_count(&sa->traffic[IKE_OUT], len);
        v2_trace_packet(sa->v2, sa, true, sa->remote, to, sa->local, from, tx->b + at, len);
        ike_transmit_to(sa->v2->ike, sa->local, sa->remote, from, to, tx->b + at, len);
        at += len;
    }
    if (tx->len > 2 + V2_HDR)
        v2_perf_message(sa->v2, tx->b + 2, true, since);
}

void v2_transmit(struct v2_sa *sa, const struct v2_wire *tx)
{
    transmit(sa, tx, sa->local_port, sa->peer_port);
}

void v2_transmit_again(struct v2_sa *sa, const struct v2_wire *tx, const struct v2_msg *repeat)
{
    transmit(sa, tx, repeat->floated ? 4500 : 500, repeat->from->sport);
}

static struct v2_hdr header(const struct v2_sa *sa, uint8_t exchange, bool response, uint32_t mid)
{
    struct v2_hdr h = {.version = 0x20, .exchange = exchange, .mid = mid};

    memcpy(h.ispi, sa->ispi, V2_SPI);
    memcpy(h.rspi, sa->rspi, V2_SPI);
    h.flags = (uint8_t)((sa->initiator ? V2_FLAG_INITIATOR : 0) | (response ? V2_FLAG_RESPONSE : 0));
    return h;
}

static struct v2_x *next_of(const struct v2_sa *sa)
{
    for (struct v2_x *x = sa->queue; x; x = x->next)
        if ((x->sent || x->concluding) && v2_asks[x->kind].alone)
            return NULL;
    for (struct v2_x *x = sa->queue; x; x = x->next)
        if (!x->sent && x->ready && (v2_asks[x->kind].legal_states & V2_IN(sa->state)))
            return v2_asks[x->kind].alone && (sa->in_flight || v2_busy(sa)) ? NULL : x;
    return NULL;
}

/* Request X waits for the answers to all up to X - N (section 2.3), not only to all but N. */
static bool room(const struct v2_sa *sa)
{
    if (sa->in_flight >= sa->peer_window)
        return false;
    for (const struct v2_x *x = sa->queue; x && sa->in_flight; x = x->next)
        if (x->sent && sa->next_mid - x->mid >= sa->peer_window)
            return false;
    return true;
}

void v2_pump(struct v2_sa *sa)
{
    uint8_t inner[V2_INNER_MAX];
    struct v2_wr w;
    struct v2_x *x;

    while (sa->state != V2_DEAD && room(sa) && (x = next_of(sa))) {
        v2_begin_inner(&w, inner, sizeof inner);
        if (!v2_asks[x->kind].ask(x, &w)) {
            v2_x_drop(x);
            continue;
        }
        struct v2_hdr h = header(sa, v2_asks[x->kind].exchange, false, sa->next_mid);
        if (w.w.bad || !v2_wire_seal(sa, &h, &w, &x->tx)) {
            v2_error(sa->v2, sa, sa->remote, "Message too long to send");
            v2_x_drop(x);
            continue;
        }
        v2_count_message(sa->v2, sa, h.exchange, w.first, inner, w.w.len, false, false);
        x->mid = sa->next_mid++;
        x->sent = true;
        x->sent_at = v2_now(sa->v2);
        sa->in_flight++;
        v2_transmit(sa, &x->tx);
        timer_set(&x->timer, v2_timers_wait(x));
        mem_wipe(inner, w.w.len);
    }
}

void v2_send_init(struct v2_x *x, const uint8_t *msg, size_t len)
{
    struct v2_sa *sa = x->sa;

    v2_wire_free(&x->tx);
    v2_wire_add(&x->tx, msg, len);
    if (!x->sent)
        sa->in_flight++;
    x->sent = true;
    x->tries = 0;
    x->sent_at = v2_now(sa->v2);
    sa->next_mid = 1;
    mem_free(sa->first->ours);
    sa->first->ours = mem_new(len);
    memcpy(sa->first->ours, msg, len);
    sa->first->ours_len = len;
    v2_count_message(sa->v2, sa, V2_IKE_SA_INIT, msg[16], msg + V2_HDR, len - V2_HDR, false, false);
    v2_transmit(sa, &x->tx);
    timer_set(&x->timer, v2_timers_wait(x));
}

void v2_send_last(struct v2_sa *sa, struct v2_wr *w)
{
    struct v2_hdr h = header(sa, V2_INFORMATIONAL, false, sa->next_mid);
    struct v2_wire tx = {0};

    if (w->w.bad || !sa->seal || !v2_wire_seal(sa, &h, w, &tx))
        return;
    sa->next_mid++;
    v2_count_message(sa->v2, sa, h.exchange, w->first, w->w.base, w->w.len, false, false);
    v2_transmit(sa, &tx);
    v2_wire_free(&tx);
}

/* ---- the peer's requests ---- */
void v2_slot_settle(struct v2_slot *s)
{
    struct v2_neg *n = s->neg;

    s->neg = NULL;
    s->pending = false;
    v2_neg_free(n);
}

void v2_flush(struct v2_sa *sa)
{
    while (sa->queue)
        v2_x_drop(sa->queue);
    for (unsigned i = 0; sa->slots && i < sa->window; i++) {
        v2_slot_settle(&sa->slots[i]);
        v2_wire_free(&sa->slots[i].tx);
    }
}

void v2_respond(struct v2_sa *sa, struct v2_slot *s, struct v2_wr *w)
{
    struct v2_hdr h = header(sa, s->exchange, true, s->mid);
    struct v2_wr none;
    uint8_t nothing[1];

    if (!w) {
        v2_begin_inner(&none, nothing, sizeof nothing);
        w = &none;
    }
    v2_wire_free(&s->tx);
    s->pending = false;
    if (w->w.bad || !v2_wire_seal(sa, &h, w, &s->tx)) {
        v2_error(sa->v2, sa, sa->remote, "Message too long to send");
        return;
    }
    v2_count_message(sa->v2, sa, h.exchange, w->first, w->w.base, w->w.len, true, false);
    v2_transmit(sa, &s->tx);
}

void v2_respond_notify(struct v2_sa *sa, struct v2_slot *s, uint16_t type, const void *data, size_t len)
{
    uint8_t inner[128];
    struct v2_wr w;

    v2_begin_inner(&w, inner, sizeof inner);
    v2_put_notify(&w, V2_PROTO_NONE, type, NULL, 0, data, len);
    v2_respond(sa, s, &w);
}

static void answer_repeat(struct v2_sa *sa, struct v2_slot *s, const struct v2_msg *m)
{
    uint64_t now = v2_now(sa->v2);

    if (s->pending || !s->tx.len || (s->repeated_at && now - s->repeated_at < V2_REPEAT_US))
        return;
    s->repeated_at = now;
    sa->v2->stats.retransmits++;
    TR(sa, "Received a retransmitted request, retransmitting the response");
    v2_transmit_again(sa, &s->tx, m);
}

static void bad(struct v2 *v2, struct v2_sa *sa, uint32_t src, const char *why)
{
    if (sa)
        sa->traffic[IKE_IN].drops++;
    v2->stats.bad_messages++;
    v2->ike->bad_messages++;
    v2_trace(v2, sa, src, V2_DEBUG_ERROR, "%s", why);
}

/* Authentic, whole, and not seen before. */
static void proved(struct v2_sa *sa, const struct v2_msg *m)
{
    sa->last_rx = v2_now(sa->v2);
    sa->local_port = m->floated ? 4500 : 500;
    v2_moved(sa, m->from->sport);
    sa->peer_port = m->from->sport;
}

void v2_malformed(struct v2_sa *sa, struct v2_slot *s)
{
    bad(sa->v2, sa, sa->remote, "Malformed payloads in a protected request");
    v2_respond_notify(sa, s, V2N_INVALID_SYNTAX, NULL, 0);
    v2_sa_kill(sa, "Invalid syntax", SA_GONE_IKE_LOST);
}

static void take_request(struct v2_sa *sa, struct v2_slot *s, const struct v2_msg *m, bool malformed)
{
    const struct v2_answer_row *row = NULL;

    v2_wire_free(&s->tx);
    *s = (struct v2_slot){.mid = m->hdr.mid, .used = true, .exchange = m->hdr.exchange};
    while (sa->slots[sa->rx_next % sa->window].used && sa->slots[sa->rx_next % sa->window].mid == sa->rx_next)
        sa->rx_next++;
    if (malformed || v2_info_misread(sa, m)) {
        v2_malformed(sa, s);
        return;
    }
    if (m->ps.bad_critical) {
        v2_respond_notify(sa, s, V2N_UNSUPPORTED_CRITICAL_PAYLOAD, &m->ps.bad_critical, 1);
        return;
    }
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        if (answers[i].exchange == m->hdr.exchange)
            row = &answers[i];
    if (row && (row->legal_states & V2_IN(sa->state)))
        row->answer(sa, s, m);
    else if (row && row->exchange == V2_CREATE_CHILD_SA)
        v2_respond_notify(sa, s, V2N_TEMPORARY_FAILURE, NULL, 0);
    else
        v2_malformed(sa, s);
}

static void take_response(struct v2_x *x, const struct v2_msg *m, bool malformed)
{
    struct v2_sa *sa = x->sa;
    struct v2_notify_body nb;
    bool over = !malformed && v2_notify_find(&m->ps, V2N_INVALID_SYNTAX, &nb);

    malformed |= m->ps.bad_critical != V2_NONE;
    if (malformed || over)
        v2_rekey_inherit(sa);
    x_unlink(x);
    if (malformed) {
        bad(sa->v2, sa, sa->remote, "Malformed payloads in a protected response");
        v2_sa_kill(sa, "Invalid syntax", SA_GONE_IKE_LOST);
    } else if (over) {
        v2_error(sa->v2, sa, sa->remote, "Received INVALID_SYNTAX notify: the IKE SA is over");
        v2_sa_kill(sa, "Invalid syntax", SA_GONE_IKE_LOST);
    } else {
        v2_asks[x->kind].conclude(x, m);
    }
    x_free(x);
    v2_pump(sa);
}

static struct v2_x *awaited(const struct v2_sa *sa, const struct v2_hdr *h)
{
    for (struct v2_x *x = sa->queue; x; x = x->next)
        if (x->sent && x->mid == h->mid && x->kind != V2X_INIT && v2_asks[x->kind].exchange == h->exchange)
            return x;
    return NULL;
}

/* The place of a request: known (repeat), or free. NULL: outside of the window, or too early: while we wait for the answer
 * to IKE_AUTH, which it has overtaken. */
static struct v2_slot *place_of(struct v2_sa *sa, uint32_t mid, bool *repeat)
{
    struct v2_slot *s = &sa->slots[mid % sa->window];
    bool open = v2_sa_up(sa) || sa->state == V2_REKEYED || sa->state == V2_CLOSING;

    *repeat = s->used && s->mid == mid;
    if (*repeat)
        return s;
    if (sa->failed || s->pending || sa->state == V2_I_AUTH || mid - sa->rx_next >= (open ? sa->window : 1u))
        return NULL;
    return s;
}

static void take(struct v2_sa *sa, struct v2_msg *m)
{
    struct v2 *v2 = sa->v2;
    const struct v2_hdr *h = &m->hdr;
    struct v2_payloads outer;
    struct v2_slot *s = NULL;
    struct v2_x *x = NULL;
    uint16_t number = 1, total = 1;
    bool repeat = false, response = h->flags & V2_FLAG_RESPONSE;
    uint8_t *plain = v2->plain;
    size_t len;

    if (!sa->open)
        return;
    if (response ? !(x = awaited(sa, h)) : !(s = place_of(sa, h->mid, &repeat)))
        return;
    enum codec_result res = v2_payloads(h->next, m->raw + V2_HDR, m->raw_len - V2_HDR, &outer);
    const struct v2_payload *p = res == CODEC_OK && outer.n ? &outer.v[outer.n - 1] : NULL;
    struct v2_notify_body nb;
    if (res == CODEC_OK && x && x->kind == V2X_DEL_IKE && v2_notify_find(&outer, V2N_INVALID_IKE_SPI, &nb)) {
        v2_sa_kill(sa, "Deleted, and the peer knows it no more", SA_GONE_CLEARED);
        return;
    }
    if (!p || (p->type != V2_SK && p->type != V2_SKF)) {
        bad(v2, sa, sa->remote, "Unprotected message where a protected one is due");
        return;
    }
    uint64_t since = v2_perf_since(v2);
    if ((p->type == V2_SKF && (!sa->frag || !v2_skf_numbers(p, &number, &total))) ||
        !v2_sk_open(sa->open, m->raw, m->raw_len, p, plain, V2_MSG_MAX, &len)) {
        v2->ike->worked.hash_failed++;
        bad(v2, sa, sa->remote, "Integrity check of a message failed");
        return;
    }
    v2_perf_note(v2, V2P_DECRYPT, since);
    if (repeat) {
        if (number == 1)
            answer_repeat(sa, s, m);
        return;
    }
    uint8_t first = p->next;
    if (p->type == V2_SKF) {
        size_t piece = len;
        v2->stats.fragments_in++;
        len = v2_frag_take(sa, h, number, total, first, plain, len, v2->whole, V2_MSG_MAX, &first);
        mem_wipe(plain, piece);
        plain = v2->whole;
        if (!len)
            return;
    }
    proved(sa, m);
    res = v2_payloads(first, plain, len, &m->ps);
    if (outer.bad_critical && !m->ps.bad_critical)
        m->ps.bad_critical = outer.bad_critical;
    if (res == CODEC_OK)
        res = v2_bodies(&m->ps);
    v2_count_message(v2, sa, h->exchange, res == CODEC_OK ? first : V2_NONE, plain, len, response, true);
    v2_trace_inner(sa, "Payload contents:", first, plain, len); /* a malformed one as far as it goes */
    if (response)
        take_response(x, m, res != CODEC_OK);
    else
        take_request(sa, s, m, res != CODEC_OK);
    mem_wipe(plain, len);
}

static void take_init(struct v2 *v2, struct v2_msg *m)
{
    static const uint8_t none[V2_SPI];
    const struct v2_hdr *h = &m->hdr;
    bool response = h->flags & V2_FLAG_RESPONSE, initiator = h->flags & V2_FLAG_INITIATOR;
    enum codec_result res;

    if (response == initiator || h->mid != 0 || (!response && memcmp(h->rspi, none, V2_SPI) != 0)) {
        bad(v2, NULL, m->from->src, "IKE_SA_INIT with impossible header");
        return;
    }
    struct v2_sa *sa = response ? v2_sa_find(v2, h->ispi) : NULL;
    if (response && (!sa || !sa->initiator || sa->state != V2_I_INIT || sa->remote != m->from->src))
        return;
    v2_trace_packet(v2, sa, false, m->from->src, m->from->sport, m->from->dst, m->from->dport, m->raw, m->raw_len);
    res = v2_payloads(h->next, m->raw + V2_HDR, m->raw_len - V2_HDR, &m->ps);
    if (sa)
        ike_traffic_count(&sa->traffic[IKE_IN], m->raw_len);
    v2_count_message(v2, sa, V2_IKE_SA_INIT, res == CODEC_OK ? h->next : V2_NONE, m->raw + V2_HDR, m->raw_len - V2_HDR,
                     response, true);
    if (res != CODEC_OK) {
        bad(v2, sa, m->from->src, codec_result_text(res));
    } else if (m->ps.bad_critical) {
        bad(v2, sa, m->from->src, "Unknown critical payload");
        if (!response)
            v2_send_bare(v2, m->from, m->floated, h, V2N_UNSUPPORTED_CRITICAL_PAYLOAD, &m->ps.bad_critical, 1);
    } else if (response) {
        v2_init_response(sa, m);
    } else {
        v2_init_request(v2, m);
    }
}

static void receive(struct v2 *v2, const struct udp_from *from, bool floated, const uint8_t *data, size_t len)
{
    static const uint8_t none[V2_SPI];
    struct v2_msg m = {.from = from, .floated = floated, .raw = data, .raw_len = len};
    enum codec_result res = v2_header(data, len, &m.hdr);

    if (len >= V2_HDR && data[17] >> 4 > 2 && !(data[19] & V2_FLAG_RESPONSE)) {
        m.hdr = (struct v2_hdr){.exchange = data[18], .flags = data[19], .mid = get32(data + 20)};
        memcpy(m.hdr.ispi, data, V2_SPI);
        memcpy(m.hdr.rspi, data + 8, V2_SPI);
        v2_send_bare(v2, from, floated, &m.hdr, V2N_INVALID_MAJOR_VERSION, NULL, 0);
    }
    if (res != CODEC_OK || memcmp(m.hdr.ispi, none, V2_SPI) == 0) {
        bad(v2, NULL, from->src, codec_result_text(res));
        return;
    }
    if (m.hdr.exchange == V2_IKE_SA_INIT) {
        take_init(v2, &m);
        return;
    }
    bool theirs = m.hdr.flags & V2_FLAG_INITIATOR;
    struct v2_sa *sa = v2_sa_find(v2, theirs ? m.hdr.rspi : m.hdr.ispi);
    if (sa && (sa->initiator == theirs || sa->remote != from->src ||
               memcmp(theirs ? sa->ispi : sa->rspi, theirs ? m.hdr.ispi : m.hdr.rspi, V2_SPI) != 0))
        sa = NULL;
    v2_trace_packet(v2, sa, false, from->src, from->sport, from->dst, from->dport, data, len);
    if (!sa) {
        v2_info_outside(v2, &m);
        return;
    }
    ike_traffic_count(&sa->traffic[IKE_IN], len);
    take(sa, &m);
}

void v2_receive(struct v2 *v2, const struct udp_from *from, bool floated, const uint8_t *data, size_t len)
{
    uint64_t since = v2_perf_since(v2);

    v2->perf.queued++;
    receive(v2, from, floated, data, len);
    if (len >= V2_HDR)
        v2_perf_message(v2, data, false, since);
}
