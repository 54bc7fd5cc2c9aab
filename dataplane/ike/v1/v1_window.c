/* Messages of IKEv1 exchanges: which exchange one belongs to, whether it is a repeat, decryption, and the sending and
 * repeating of our own.
 *
 * Order of proof. The SA is known by its cookies. Then: exchange type -> repeat of the last message taken? (answered
 * with the stored reply, at most once a second) -> our cookie given back (who forged its address has not seen it)
 * -> state of the SA -> message id known, new, or used before -> encrypted as it must be -> length a multiple of the
 * block -> decrypt with a copy of the IV -> shape of all payloads -> the exchange proves HASH. Only v1_commit, called
 * by the exchange then, moves the IV and remembers the message. A message refused anywhere before has changed nothing.
 *
 * Retransmission (10 s, 5 times: timers.c) repeats the stored bytes. Repeats of the peer are answered by the side that
 * has no timer of its own: the responder, and the initiator of quick mode after QM3.
 *
 * Message ids (RFC 2408 section 3.1): chance, never zero. Those of quick modes and requests for
 * configuration, whoever began them, are remembered (the last 1024 of an SA), those of INFORMATIONAL that the peer sent too (64), so that a recorded message does not work
 * twice and a late repeat to a forgotten exchange is not taken for a new one. */
#include <string.h>

#include "dataplane/ike/v1/v1.h"

#define USED_MIDS_MAX 1024

static const struct v1_exchange *const exchanges[] = {&v1_main_exchange, &v1_aggressive_exchange, &v1_quick_exchange,
                                                      &v1_info_exchange, &v1_config_exchange};

void v1_slot_init(struct v1_slot *s, struct ike_sa *sa, struct ike_node *node)
{
    s->sa = sa;
    s->node = node;
    timer_init(&s->retransmit, sa->ike->env.loop, timers_retransmit, s);
}

void v1_slot_fini(struct v1_slot *s)
{
    timer_clear(&s->retransmit);
    mem_free(s->tx);
    s->tx = NULL;
}

static bool mid_used(const struct ike_sa *sa, uint8_t exchange, uint32_t mid)
{
    const uint32_t *v = exchange == EX_INFO ? sa->seen_info : sa->used_mids;
    unsigned n = exchange == EX_INFO ? sa->seen_n : sa->used_n;

    for (unsigned i = 0; i < n; i++)
        if (v[i] == mid)
            return true;
    return false;
}

static void mid_remember(struct ike_sa *sa, uint8_t exchange, uint32_t mid)
{
    if (exchange == EX_INFO) {
        sa->seen_info[sa->seen_at++ % 64] = mid;
        if (sa->seen_n < 64)
            sa->seen_n++;
        return;
    }
    if (sa->used_n < USED_MIDS_MAX) {
        if (sa->used_n % 16 == 0)
            sa->used_mids = mem_resize(sa->used_mids, sa->used_n + 16, sizeof *sa->used_mids);
        sa->used_mids[sa->used_n++] = mid;
    } else {
        sa->used_mids[sa->used_at++ % USED_MIDS_MAX] = mid;
    }
}

uint32_t v1_new_mid(struct ike_sa *sa)
{
    uint32_t mid;

    do
        mid = rnd_u32(sa->ike->env.rnd);
    while (!mid || ike_node_find(sa, mid) || mid_used(sa, EX_QUICK, mid));
    return mid;
}

uint32_t v1_quick_mid(struct ike_sa *sa)
{
    uint32_t mid = v1_new_mid(sa);

    mid_remember(sa, EX_QUICK, mid);
    return mid;
}

void v1_say_retransmitting(const struct v1_slot *s)
{
    if (s->node)
        TRACE(s->sa, "retransmitting phase 2 %s       %u ...", ike_sa_show_state(s->sa), s->node->mid);
    else
        TRACE(s->sa, "retransmitting phase 1 %s...", ike_sa_show_state(s->sa));
}

static void send_again(struct v1_slot *s)
{
    struct ike_sa *sa = s->sa;
    uint64_t now = loop_now(sa->ike->env.loop);
    int phase = s->node ? 2 : 1;
    bool refused = s->node && s->node->refused;

    if (!(refused || (s->tx && s->answered_by_repeat)) || (s->repeated_at && now - s->repeated_at < US_PER_S))
        return;
    s->repeated_at = now;
    if (refused) { /* what said so was lost */
        v1_quick_say_refused(s->node);
        return;
    }
    TRACE(sa, "retransmitting due to retransmit phase %d", phase);
    v1_say_retransmitting(s);
    ike_transmit(sa, s->tx, s->tx_len);
}

static void answer_repeat(struct v1_slot *s)
{
    TRACE(s->sa, "phase %d packet is a duplicate of a previous packet.", s->node ? 2 : 1);
    send_again(s);
}

static void bad(struct ike_sa *sa, const char *why)
{
    sa->ike->bad_messages++;
    sa->traffic[IKE_IN].drops++;
    TRACE_ERR(sa, "%s", why);
    ike_msg(sa->ike, IKE_MSG_BAD, sa->remote, NULL);
}

static bool phase1(uint8_t exchange)
{
    return exchange == EX_MAIN || exchange == EX_AGGRESSIVE;
}

/* Is a message in this state encrypted as it should be? The third of aggressive mode may be or not (RFC 2409 section
 * 5.4). */
static bool rightly_encrypted(const struct ike_sa *sa, uint8_t exchange, bool encrypted)
{
    if (exchange == EX_AGGRESSIVE && sa->state == IKE_R_AM2)
        return true;
    return encrypted == (!phase1(exchange) || sa->state == IKE_I_MM5 || sa->state == IKE_R_MM4);
}

/* RFC 2409 appendix B: zeros up to the nearest block; in phase 1 nothing else protects what follows HASH. Some add a whole
 * block to messages that need none, of zeros (strongSwan), or any number of blocks of anything, the last byte of which
 * tells how many bytes are before it or how many there are, modulo 256 (racoon). */
static bool padding_fits(const uint8_t *p, size_t len, size_t block)
{
    uint8_t any = 0;

    if (len < block || p[len - 1] == (uint8_t)(len - 1) || p[len - 1] == (uint8_t)len)
        return true;
    for (size_t i = 0; i < len; i++)
        any |= p[i];
    return len == block && !any;
}

void v1_receive(struct ike_sa *sa, struct v1_msg *m)
{
    uint8_t plain[ISAKMP_MSG_MAX], iv[16];
    const struct isakmp_hdr *h = &m->hdr;
    const struct v1_exchange *x = NULL;
    struct ike_node *n = NULL;
    struct v1_slot *s = NULL;

    ike_traffic_count(&sa->traffic[IKE_IN], m->raw_len);
    for (size_t i = 0; i < sizeof exchanges / sizeof exchanges[0]; i++)
        if (exchanges[i]->type == h->exchange)
            x = exchanges[i];
    if (!x || phase1(h->exchange) != (h->mid == 0)) {
        if (x && h->exchange == EX_INFO)
            TRACE_ERR(sa, "ignoring unprotected informational message");
        else
            bad(sa, "unexpected exchange type or message ID");
        return;
    }
    if (phase1(h->exchange))
        s = &sa->slot;
    else if ((n = ike_node_find(sa, h->mid)))
        s = &n->slot;
    struct bytes all = BYTES(m->raw, m->raw_len);
    hash_parts(HASH_SHA256, &all, 1, m->sum);
    if (s && s->rx && memcmp(s->rx_sum, m->sum, sizeof m->sum) == 0) {
        answer_repeat(s);
        return;
    }
    static const uint8_t none[COOKIE_LEN];
    if (memcmp(h->rcookie, none, COOKIE_LEN) == 0) {
        TRACE(sa, "message without our cookie is no repeat of the first one: ignored");
        return;
    }
    if (!(x->legal_states & 1u << sa->state)) {
        if (sa->state == IKE_R_AM2 && !phase1(h->exchange)) { /* it thinks that phase 1 is done: AM3 was lost */
            send_again(&sa->slot);
            return;
        }
        if (h->exchange == EX_QUICK)
            ike_msg(sa->ike, IKE_MSG_NOT_AUTH, sa->remote, NULL);
        return;
    }
    m->fresh = !phase1(h->exchange) && !n;
    bool full = h->exchange == EX_QUICK && sa->under_way[0] + sa->under_way[1] >= IKE_NODES_MAX;
    if (m->fresh && (full || mid_used(sa, h->exchange, h->mid)))
        return;
    if (n && (n->pending || !n->qm || h->exchange != EX_QUICK))
        return;
    bool encrypted = h->flags & FLAG_ENCRYPT;
    if (!rightly_encrypted(sa, h->exchange, encrypted)) {
        if (encrypted)
            bad(sa, "encrypted message before there are keys");
        else
            ike_msg(sa->ike, IKE_MSG_NOT_ENCRYPTED, sa->remote, NULL);
        return;
    }
    const uint8_t *body = m->raw + ISAKMP_HDR;
    size_t len = m->raw_len - ISAKMP_HDR;
    if (encrypted) {
        if (!len || len % sa->block) {
            sa->ike->worked.decrypt_failed++;
            bad(sa, "encrypted message is not a whole number of blocks");
            return;
        }
        if (s)
            memcpy(iv, s->iv, sa->block);
        else
            keys_iv_phase2(sa->suite.hash, sa->last_block, h->mid, iv, sa->block);
        trace_engine(sa, "crypto_engine: Decrypt IKE packet");
        if (!cipher_cbc(sa->dec, iv, body, plain, len))
            return;
        memcpy(m->next_iv, body + len - sa->block, sa->block);
        body = plain;
    }
    enum codec_result res = codec_payloads(h->next, body, len, encrypted, &m->ps);
    if (res == CODEC_OK && encrypted && !padding_fits(body + m->ps.used, len - m->ps.used, sa->block))
        res = CODEC_LENGTH;
    if (res == CODEC_OK) {
        m->end = body + m->ps.used;
        bool ours = phase1(h->exchange) ? sa->initiator : n && n->initiator;
        if ((ours ? x->conclude : x->answer)(sa, n, m) == V1_REFUSED) { /* taken: sa may be gone */
            sa->ike->bad_messages++;
            sa->traffic[IKE_IN].drops++;
            sa->traffic[ours ? IKE_OUT : IKE_IN].invalids += h->exchange == EX_QUICK;
        }
    } else {
        sa->ike->worked.decrypt_failed += encrypted;
        bad(sa, codec_result_text(res));
    }
    if (encrypted)
        mem_wipe(plain, len);
}

void v1_commit(struct v1_slot *s, const struct v1_msg *m)
{
    struct ike_sa *sa = s->sa;

    memcpy(s->rx_sum, m->sum, sizeof s->rx_sum);
    s->rx = true;
    s->tries = 0;
    s->repeated_at = 0;
    timer_clear(&s->retransmit);
    mem_free(s->tx);
    s->tx = NULL;
    if (m->hdr.flags & FLAG_ENCRYPT) {
        memcpy(s->iv, m->next_iv, sa->block);
        v1_proved(sa, m);
    }
}

void v1_proved(struct ike_sa *sa, const struct v1_msg *m)
{
    if (m->fresh)
        mid_remember(sa, m->hdr.exchange, m->hdr.mid);
    sa->peer->last_rx = loop_now(sa->ike->env.loop);
    if (m->floated && ike_sa_up(sa))
        peer_moved(sa->peer, m->from->sport);
    if (sa->nat_local || sa->nat_remote || m->floated) {
        sa->local_port = m->floated ? 4500 : 500;
        sa->peer_port = m->from->sport;
    }
    if (sa->peer->translated && ike_sa_up(sa))
        sa->peer->port = sa->peer_port;
}

/* Ends the message, encrypts it from `iv` when its header says so, and moves iv. Its length; 0 when it did not fit. */
static size_t finish(struct ike_sa *sa, struct msg_wr *m, uint8_t *iv)
{
    bool encrypt = !m->w.bad && m->w.base[19] & FLAG_ENCRYPT;
    size_t len = msg_end(m, encrypt ? sa->block : 1);

    if (!len || !encrypt)
        return len;
    uint8_t *body = m->w.base + ISAKMP_HDR;
    trace_engine(sa, "crypto_engine: Encrypt IKE packet");
    if (!cipher_cbc(sa->enc, iv, body, body, len - ISAKMP_HDR))
        return 0;
    memcpy(iv, m->w.base + len - sa->block, sa->block);
    return len;
}

void v1_send(struct v1_slot *s, struct msg_wr *m, bool expect, bool repeat)
{
    size_t len = finish(s->sa, m, s->iv);

    if (!len) {
        TRACE_ERR(s->sa, "message too long to send");
        return;
    }
    mem_free(s->tx);
    s->tx = mem_new(len);
    memcpy(s->tx, m->w.base, len);
    s->tx_len = len;
    s->tries = 0;
    s->answered_by_repeat = repeat;
    ike_transmit(s->sa, s->tx, s->tx_len);
    if (expect)
        timer_set(&s->retransmit, IKE_RETRANSMIT_US);
    else
        timer_clear(&s->retransmit);
}

void v1_send_once(struct ike_sa *sa, uint32_t mid, struct msg_wr *m)
{
    uint8_t iv[16];

    keys_iv_phase2(sa->suite.hash, sa->last_block, mid, iv, sa->block);
    size_t len = finish(sa, m, iv);
    if (len)
        ike_transmit(sa, m->w.base, len);
}
