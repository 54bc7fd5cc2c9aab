/* From what a quick mode has agreed on to a pair of IPsec SAs: the keys of both directions (RFC 2409 section 5.5), how
 * long it lives, when it is sent with.
 *
 * Lifetimes: the smaller of offer and policy. A responder whose policy is the smaller one says so with RESPONDER-LIFETIME
 * in QM2 (RFC 2407 section 4.6.3.1), and an initiator believes it. Which message does what, and when: v1_quick.c. */
#include "dataplane/ike/v1/v1.h"

/* KEYMAT of one protocol and SPI. */
static void keymat(const struct ike_node *n, uint8_t proto, uint32_t spi, uint8_t *out, size_t len)
{
    const struct qm_scratch *qm = n->qm;

    keys_keymat(n->sa->keys, BYTES(qm->dh.shared.b, qm->choice.group ? qm->dh.shared.len : 0), p2_protocol(proto), spi,
                BYTES(qm->nonce_i, qm->nonce_i_len), BYTES(qm->nonce_r, qm->nonce_r_len), out, len);
}

uint32_t v1_pair_install(struct ike_node *n)
{
    struct ike_sa *sa = n->sa;
    struct qm_scratch *qm = n->qm;
    const struct ipsec_transform *t = &qm->choice.transform;
    uint8_t key_in[2 * HASH_MAX + 64], key_out[2 * HASH_MAX + 64], over_in[HASH_MAX], over_out[HASH_MAX];
    size_t len = sad_keymat_len(t), over_len = hash_len(t->over);
    bool ah = t->proto == PROTO_AH;
    uint32_t *ours = ah ? &qm->spi_ah : &qm->spi_esp;

    if (len > sizeof key_in)
        return 0;
    trace_engine(sa, "crypto_engine: Generate IKE QM keys");
    keymat(n, t->proto, *ours, key_in, len);
    keymat(n, t->proto, qm->choice.spi, key_out, len);
    if (over_len) {
        keymat(n, PROTO_AH, qm->spi_ah, over_in, over_len);
        keymat(n, PROTO_AH, qm->choice.over.spi, over_out, over_len);
    }
    struct sa_pair_params params = {
        .policy = qm->policy,
        .spi_in = *ours,
        .spi_out = qm->choice.spi,
        .initiator = n->initiator,
        .owner = peer_owner(sa->peer),
        .pfs_group = qm->choice.group,
        .udp_encap = qm->choice.udp,
        .local_port = qm->choice.udp ? 4500 : 500,
        .peer_port = !qm->choice.udp          ? 500
                     : sa->local_port == 4500 ? sa->peer_port
                                              : 4500,
        .key_in = key_in,
        .key_out = key_out,
        .key_len = len,
    };
    if (over_len) {
        params.over.spi_in = qm->spi_ah;
        params.over.spi_out = qm->choice.over.spi;
        params.over.key_in = over_in;
        params.over.key_out = over_out;
    }
    params.policy.transforms[0] = *t;
    params.policy.ntransforms = 1;
    params.policy.life_s = p2_smaller_life(qm->policy.life_s, qm->choice.life_s);
    params.policy.life_kb = p2_smaller_life(qm->policy.life_kb, qm->choice.life_kb);
    trace_ipsec(sa, "IPSEC(key_engine): got a queue event with 1 KMI message(s)");
    n->pair = sad_install(sa->ike->env.ipsec, &params);
    mem_wipe(key_in, sizeof key_in);
    mem_wipe(key_out, sizeof key_out);
    mem_wipe(over_in, sizeof over_in);
    mem_wipe(over_out, sizeof over_out);
    if (!n->pair) {
        TRACE_ERR(sa, "IPSec SA (SPI:0x%X) could not be installed", *ours);
        return 0;
    }
    *ours = 0; /* the database's now */
    if (over_len)
        qm->spi_ah = 0;
    TRACE(sa, "Received IPSec Install callback... proceeding with the negotiation");
    if (over_len)
        TRACE(sa, "Successfully installed IPSEC SA (SPI:0x%X) on %s", params.over.spi_in, params.policy.ifname);
    TRACE(sa, "Successfully installed IPSEC SA (SPI:0x%X) on %s", params.spi_in, params.policy.ifname);
    peer_pair_installed(sa->peer, n->pair, &params, n->began);
    return n->pair;
}

void v1_pair_enable(struct ike_node *n)
{
    struct ike *ike = n->sa->ike;

    trace_ipsec(n->sa, "IPSEC(key_engine): got a queue event with 1 KMI message(s)");
    sad_enable_outbound_later(ike->env.ipsec, n->pair, n->initiator ? IKE_SWITCH_US : 0);
    peer_pair_enabled(ike, n->pair);
}

void v1_pair_read_life(struct ike_node *n, const struct payloads *ps)
{
    const struct payload *p;
    struct notify_body nb;
    struct attr a;

    for (unsigned i = 0; (p = payload_nth(ps, PL_NOTIFY, i)); i++) {
        if (codec_notify(p, &nb) != CODEC_OK || nb.type != N_RESPONDER_LIFETIME || nb.doi != 1)
            continue;
        v1_info_say_notify(n->sa, &nb, n->mid);
        TRACE(n->sa, "processing responder lifetime");
        struct rd r = rd_of(nb.data, nb.len);
        uint32_t kind = 1;
        while (attr_next(&r, &a)) {
            if (a.type == 1)
                kind = a.value;
            else if (a.type == 2 && a.value)
                *(kind == 2 ? &n->qm->choice.life_kb : &n->qm->choice.life_s) = a.value;
        }
    }
}

static void write_life(struct msg_wr *m, const struct qm_scratch *qm, uint8_t proto, uint32_t spi)
{
    uint8_t b[4];

    put32(b, spi);
    msg_open(m, PL_NOTIFY);
    wr_u32(&m->w, 1);
    wr_u8(&m->w, p2_protocol(proto));
    wr_u8(&m->w, 4);
    wr_u16(&m->w, N_RESPONDER_LIFETIME);
    wr_bytes(&m->w, b, 4);
    if (qm->lifetime_notice_s) {
        msg_attr(m, 1, 1);
        msg_attr(m, 2, qm->lifetime_notice_s);
    }
    if (qm->lifetime_notice_kb) {
        msg_attr(m, 1, 2);
        msg_attr(m, 2, qm->lifetime_notice_kb);
    }
    msg_close(m);
}

void v1_pair_write_life(struct msg_wr *m, const struct qm_scratch *qm, uint32_t spi, uint32_t spi_over)
{
    write_life(m, qm, qm->choice.transform.proto, spi);
    if (spi_over)
        write_life(m, qm, PROTO_AH, spi_over);
}
