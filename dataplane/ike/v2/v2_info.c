/* INFORMATIONAL (RFC 7296 sections 1.4, 1.5, 2.4, 2.21, 3.10, 3.11), both halves, and the few words said without an SA.
 *
 *   HDR, SK{[N,] [D,] ...}  -->
 *                          <--  HDR, SK{[N,] [D,] ...}
 *
 *   DELETE of children      the peer's inbound SPIs; answered with ours. Unknown ones are not mentioned.
 *   DELETE of the IKE SA    answered with nothing; then it and its children are gone (v2_pair.c: some linger)
 *   nothing                 is the peer there? any answer says so
 *   INVALID_SPI             the peer gets packets of a child that it does not know: that child is deleted (it carries
 *                           the SPI as data and an SPI of size 0; a copy in the SPI field is read too)
 *   INVALID_SELECTORS       the peer drops a packet that is outside of the selectors of its child: kept with the errors. We
 *                           say it where `crypto isakmp invalid-spi-recovery` is on
 *   AUTHENTICATION_FAILED   the responder was not proved to the initiator: the SA is gone
 *   SET_WINDOW_SIZE         more of our requests may be on their way
 *   other notifies          ignored
 *
 * Without an SA. A request for an SPI that nobody has is answered with INVALID_IKE_SPI, ten a second. One INVALID_SPI
 * outside of an SA is only a hint (section 1.5): when an SA with its source has a child with that SPI, the peer is
 * asked whether it is there, once a second at most; it is never answered. */
#include <string.h>

#include "dataplane/ike/v2/v2_local.h"

#define REFUSALS 10

/* ---- ours ---- */
void v2_info_delete(struct v2_sa *sa, uint8_t ip_proto, uint32_t spi, uint32_t pair)
{
    uint8_t proto = v2_proto_of(ip_proto);
    struct v2_x *x = NULL;

    if (!v2_sa_up(sa) && sa->state != V2_REKEYED)
        return;
    for (struct v2_x *q = sa->queue; q; q = q->next)
        if (q->kind == V2X_DEL_CHILD && !q->sent && q->proto == proto && q->nspis < V2_DELETES_MAX)
            x = q;
    if (!x && sa->nqueue >= V2_QUEUE_MAX)
        return;
    if (!x) {
        x = v2_x_new(sa, V2X_DEL_CHILD);
        x->proto = proto;
    }
    x->pairs[x->nspis] = pair;
    x->spis[x->nspis++] = spi;
    v2_x_ready(x);
}

void v2_info_invalid_spi(struct v2_sa *sa, uint32_t spi)
{
    struct v2_x *x;

    if (!v2_sa_up(sa) || sa->nqueue >= V2_QUEUE_MAX)
        return;
    x = v2_x_new(sa, V2X_NOTIFY);
    x->notify.type = V2N_INVALID_SPI;
    put32(x->notify.data, spi);
    x->notify.len = 4;
    v2_x_ready(x);
}

/* Section 3.10.1: the SPI is that of the child, the data how the packet begins. Nothing is said that the peer could not be told
 * now: the next packet will do. */
void v2_info_invalid_selectors(const struct v2_child *c, const uint8_t *start, size_t len)
{
    struct v2_sa *sa = c->sa;
    struct v2_x *x;

    if (!v2_sa_up(sa) || v2_x_kind(sa, V2X_NOTIFY) || !sa->peer || !v2_peer_may_tell(sa->peer))
        return;
    TR(sa, "Sending INVALID_SELECTORS notify [SPI: 0x%X]", c->spi_in);
    x = v2_x_new(sa, V2X_NOTIFY);
    x->notify.type = V2N_INVALID_SELECTORS;
    x->notify.proto = c->proto;
    put32(x->notify.spi, c->spi_in);
    x->notify.len = (uint8_t)(len < sizeof x->notify.data ? len : sizeof x->notify.data);
    memcpy(x->notify.data, start, x->notify.len);
    v2_x_ready(x);
}

void v2_info_probe(struct v2_sa *sa)
{
    if (!v2_sa_up(sa) || sa->in_flight || v2_x_kind(sa, V2X_LIVE))
        return;
    TR(sa, "Sending DPD/liveness query");
    sa->v2->stats.dpd_sent++;
    v2_x_ready(v2_x_new(sa, V2X_LIVE));
}

void v2_info_say_last(struct v2_sa *sa, uint16_t type)
{
    uint8_t inner[64];
    struct v2_wr w;

    v2_begin_inner(&w, inner, sizeof inner);
    if (type)
        v2_put_notify(&w, V2_PROTO_NONE, type, NULL, 0, NULL, 0);
    else
        v2_put_delete(&w, V2_PROTO_IKE, 0, NULL, 0);
    v2_send_last(sa, &w);
}

bool v2_info_ask(struct v2_x *x, struct v2_wr *w)
{
    uint8_t spis[4 * V2_DELETES_MAX];
    unsigned n = 0;

    switch (x->kind) {
    case V2X_DEL_IKE: v2_put_delete(w, V2_PROTO_IKE, 0, NULL, 0); return true;
    case V2X_NOTIFY:
        v2_put_notify(w, x->notify.proto, x->notify.type, x->notify.spi, x->notify.proto ? 4 : 0, x->notify.data,
                      x->notify.len);
        return true;
    case V2X_DEL_CHILD: break;
    default: return true;
    }
    for (unsigned i = 0; i < x->nspis; i++) {
        if (x->pairs[i] && !v2_child_find(x->sa->v2, x->pairs[i]))
            continue;
        x->pairs[n] = x->pairs[i];
        x->spis[n] = x->spis[i];
        TR_EVENT(x->sa, "Sending DELETE INFO message for IPsec SA [SPI: 0x%X]", x->spis[n]);
        put32(spis + 4 * (size_t)n, x->spis[n]);
        n++;
    }
    x->nspis = n;
    if (!n)
        return false;
    v2_put_delete(w, x->proto, 4, spis, n);
    return true;
}

void v2_info_conclude(struct v2_x *x, const struct v2_msg *m)
{
    struct v2_sa *sa = x->sa;

    (void)m;
    TR(sa, "Processing ACK to informational exchange");
    if (x->kind == V2X_DEL_IKE) {
        v2_sa_kill(sa, "Deleted", SA_GONE_CLEARED);
        return;
    }
    for (unsigned i = 0; x->kind == V2X_DEL_CHILD && i < x->nspis; i++) {
        struct v2_child *c = v2_child_find(sa->v2, x->pairs[i]);
        if (c)
            v2_child_gone(c, SA_GONE_REKEYED);
    }
}

/* ---- the peer's ---- */
#define DELETES_SAID 512 /* in one answer, which must not be too long to send; the peer has said them itself */
static void take_delete(struct v2_sa *sa, const struct v2_delete_body *d, struct v2_wr *w, unsigned *said)
{
    uint8_t spis[4 * V2_DELETES_MAX];
    unsigned n = 0;

    v2_trace_key_engine(sa, "key_engine_delete_sas): rec'd delete notify from ISAKMP");
    for (uint16_t i = 0; i < d->n; i++) {
        struct v2_child *c = v2_child_by_spi(sa, d->proto, get32(d->spis + 4 * (size_t)i));
        uint32_t ours = c ? c->spi_in : 0;
        if (!c) {
            v2_done(&sa->v2->stats.gone, false);
            TR(sa, "Processing DELETE INFO message for IPsec SA [SPI: 0x%X]: not found",
               get32(d->spis + 4 * (size_t)i));
            continue;
        }
        if (!v2_child_peer_deletes(c) || ++*said > DELETES_SAID)
            continue;
        put32(spis + 4 * (size_t)n++, ours);
        if (n == V2_DELETES_MAX) {
            v2_put_delete(w, d->proto, 4, spis, n);
            n = 0;
        }
    }
    if (n)
        v2_put_delete(w, d->proto, 4, spis, n);
}

/* ESP or AH: the notify does not say. */
static struct v2_child *sender(const struct v2_sa *sa, uint32_t spi)
{
    struct v2_child *c = v2_child_by_spi(sa, V2_PROTO_ESP, spi);

    return c ? c : v2_child_by_spi(sa, V2_PROTO_AH, spi);
}

static void take_invalid_spi(struct v2_sa *sa, const struct v2_notify_body *n)
{
    uint32_t spi = n->len == 4 ? get32(n->data) : n->spi_len == 4 ? get32(n->spi) : 0;
    struct v2_child *c = sender(sa, spi);

    TR(sa, "Processing INVALID_SPI notify [SPI: 0x%X]", spi);
    if (spi && c && c->state == V2C_UP && c->turn)
        v2_child_delete(c);
}

/* The peer drops what we send by one of its pairs: its policy differs from ours. Nothing that a rekey would mend. */
static void take_invalid_selectors(struct v2_sa *sa, const struct v2_notify_body *n)
{
    uint32_t spi = n->spi_len == 4 ? get32(n->spi) : 0;

    if (n->len >= 20 && n->data[0] >> 4 == 4)
        v2_error(sa->v2, sa, sa->remote,
                 "Received INVALID_SELECTORS notify [SPI: 0x%X]: packet from %s to %s, protocol %u", spi,
                 IP4(get32(n->data + 12)), IP4(get32(n->data + 16)), n->data[9]);
    else
        v2_error(sa->v2, sa, sa->remote, "Received INVALID_SELECTORS notify [SPI: 0x%X]", spi);
}

/* CSCvd40554: a parser that wants an SPI of four bytes in INVALID_SPI, where RFC 7296 has it in the data. */
bool v2_info_misread(const struct v2_sa *sa, const struct v2_msg *m)
{
    struct v2_notify_body n;

    return m->hdr.exchange == V2_INFORMATIONAL && v2_notify_find(&m->ps, V2N_INVALID_SPI, &n) && n.spi_len == 0 &&
           fault_strikes(sa->v2->ike->env.faults, FAULT_SPI_SIZE, 0);
}

void v2_info_answer(struct v2_sa *sa, struct v2_slot *s, const struct v2_msg *m)
{
    uint8_t inner[V2_INNER_MAX];
    struct v2_delete_body d;
    struct v2_notify_body n;
    bool ends = false, failed = false;
    unsigned said = 0;
    struct v2_wr w;

    v2_begin_inner(&w, inner, sizeof inner);
    for (unsigned i = 0; i < m->ps.n; i++) {
        const struct v2_payload *p = &m->ps.v[i];
        if (p->type == V2_DELETE && v2_delete(p, &d) == CODEC_OK) {
            if (d.proto == V2_PROTO_IKE)
                ends = true;
            else if (d.spi_len == 4)
                take_delete(sa, &d, &w, &said);
        } else if (p->type == V2_NOTIFY && v2_notify(p, &n) == CODEC_OK) {
            if (n.type == V2N_INVALID_SPI)
                take_invalid_spi(sa, &n);
            else if (n.type == V2N_INVALID_SELECTORS)
                take_invalid_selectors(sa, &n);
            else if (n.type == V2N_AUTHENTICATION_FAILED)
                failed = true;
            else if (n.type == V2N_SET_WINDOW_SIZE && n.len == 4 && get32(n.data) > sa->peer_window)
                sa->peer_window = (uint16_t)(get32(n.data) > V2_WINDOW_MAX ? V2_WINDOW_MAX : get32(n.data));
        }
    }
    v2_respond(sa, s, &w);
    if (ends || failed) {
        TR_EVENT(sa, "Processing DELETE INFO message for IKEv2 SA [ISPI: 0x%08X%08X RSPI: 0x%08X%08X]",
                 get32(sa->ispi), get32(sa->ispi + 4), get32(sa->rspi), get32(sa->rspi + 4));
        if (failed)
            sa->v2->stats.auth_failed++;
        v2_rekey_inherit(sa);
        v2_sa_enter(sa, V2_CLOSING);
        if (ends)
            v2_children_leave(sa, SA_GONE_PEER_DELETE);
        v2_sa_kill(sa, failed ? "Authentication failed" : "Deleted by the peer", SA_GONE_PEER_DELETE);
        return;
    }
    v2_pump(sa);
}

/* ---- without an SA ---- */
void v2_send_bare(struct v2 *v2, const struct udp_from *from, bool floated, const struct v2_hdr *request, uint16_t type,
                  const void *data, size_t len)
{
    struct v2_hdr h = {.version = 0x20, .exchange = request->exchange, .mid = request->mid};
    uint64_t now = v2_now(v2);
    uint8_t buf[256];
    struct v2_wr w;

    if (now - v2->refusals_at >= US_PER_S) {
        v2->refusals_at = now;
        v2->refusals = 0;
    }
    bool on_the_way =
        type == V2N_COOKIE || type == V2N_INVALID_KE_PAYLOAD; /* to an SA: strangers must not use those up */
    if (!on_the_way && v2->refusals++ >= REFUSALS)
        return;
    memcpy(h.ispi, request->ispi, V2_SPI);
    memcpy(h.rspi, request->rspi, V2_SPI);
    h.flags = (uint8_t)(V2_FLAG_RESPONSE | (request->flags & V2_FLAG_INITIATOR ? 0 : V2_FLAG_INITIATOR));
    v2_begin(&w, buf, sizeof buf, &h);
    v2_put_notify(&w, V2_PROTO_NONE, type, NULL, 0, data, len);
    size_t n = v2_end(&w);
    if (!n)
        return;
    v2_count_exchange(v2, h.exchange, true, false);
    v2_count_notify(v2, type, true, false);
    v2_trace_packet(v2, NULL, true, from->src, from->sport, from->dst, from->dport, buf, n);
    ike_transmit_to(v2->ike, from->dst, from->src, floated ? 4500 : 500, from->sport, buf, n);
}

/* A child of an SA with the sender that sends with this SPI. */
static struct v2_sa *sends_with(struct v2 *v2, const struct udp_from *from, uint32_t spi)
{
    struct v2_peer *p = v2_peer_find(v2, from->dst, from->src);

    for (struct v2_sa *sa = p ? p->sas : NULL; sa; sa = sa->peer_next)
        if (v2_sa_up(sa) && sender(sa, spi))
            return sa;
    return NULL;
}

void v2_info_outside(struct v2 *v2, const struct v2_msg *m)
{
    const struct v2_hdr *h = &m->hdr;
    struct v2_payloads ps;
    struct v2_notify_body n;
    uint64_t now = v2_now(v2);

    v2->stats.bad_messages++;
    v2->ike->bad_messages++;
    if (h->flags & V2_FLAG_RESPONSE)
        return;
    if (h->exchange == V2_INFORMATIONAL && h->next == V2_NOTIFY) {
        if (v2_payloads(h->next, m->raw + V2_HDR, m->raw_len - V2_HDR, &ps) != CODEC_OK ||
            !v2_notify_find(&ps, V2N_INVALID_SPI, &n) || n.len != 4)
            return;
        v2_count_exchange(v2, h->exchange, false, true);
        v2_count_notify(v2, V2N_INVALID_SPI, false, true);
        struct v2_sa *sa =
            v2->hints_at && now - v2->hints_at < US_PER_S ? NULL : sends_with(v2, m->from, get32(n.data));
        if (!sa)
            return;
        v2->hints_at = now;
        TR(sa, "Unprotected INVALID_SPI notify [SPI: 0x%X]: asking whether the peer is there", get32(n.data));
        v2_info_probe(sa);
        return;
    }
    v2->ike->worked.unknown_sa++;
    v2_trace(v2, NULL, m->from->src, V2_DEBUG_ERROR, "Couldn't find matching SA: Detected an invalid IKE SPI");
    v2_send_bare(v2, m->from, m->floated, h, V2N_INVALID_IKE_SPI, NULL, 0);
}
