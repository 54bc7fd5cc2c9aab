/* Datagrams in and out: from UDP 500 and 4500 to the SA they belong to, and back.
 *
 * A datagram goes: exact length -> header -> known SA by cookies and address -> v1/v1_window.c (repeat? decrypt, shape,
 * proof) -> the exchange. A message of no SA is looked at only when it can begin one (no responder cookie, main or
 * aggressive mode, not encrypted); everything else is counted and, limited, logged, but for late words to an SA that died a moment ago:
 * when both ends end one at the same time their DELETEs cross. Nothing on this way allocates or changes an SA.
 *
 * Port 4500 carries IKE behind four zero bytes (RFC 3948 section 2.2); one byte 0xFF is a NAT keepalive, and ESP never
 * comes up here. The peer's address must be the SA's: a peer that moves has to begin anew; its port may change behind a
 * translator, once a message has proved it. */
#include <string.h>

#include "dataplane/ike/engine.h"
#include "dataplane/ike/v1/v1.h"
#include "dataplane/ike/v2/v2.h"

static void bad_message(struct ike *ike, uint32_t src, enum codec_result why)
{
    ike->bad_messages++;
    trace(ike, NULL, src, TRACE_ERROR, "%s in message from %s", codec_result_text(why), IP4(src));
    ike_msg(ike, IKE_MSG_BAD, src, NULL);
}

static struct ike_sa *find_sa(struct ike *ike, const struct isakmp_hdr *h, uint32_t src)
{
    static const uint8_t none[COOKIE_LEN];

    if (memcmp(h->rcookie, none, COOKIE_LEN) == 0) {
        struct ike_sa *sa = cookie_find_half(ike, h->icookie, src);
        return sa && !sa->initiator ? sa : NULL; /* our own first message, reflected, is nobody's */
    }
    struct ike_sa *sa = cookie_find(ike, h->icookie, h->rcookie);
    if (!sa) {
        sa = cookie_find_half(ike, h->icookie, src);
        if (sa && !(sa->initiator && (sa->state == IKE_I_MM1 || sa->state == IKE_I_AM1)))
            sa = NULL;
    }
    return sa && sa->remote == src ? sa : NULL;
}

static void take(struct ike *ike, const struct udp_from *from, bool floated, const uint8_t *data, size_t len);

/* A piece of a message: when it was the last that was missing, the whole goes the same way. It cannot be a piece again. */
static void take_piece(struct ike *ike, struct ike_sa *sa, const struct udp_from *from, bool floated,
                       const struct isakmp_hdr *h, const uint8_t *data, size_t len)
{
    uint8_t *whole;
    size_t n;

    if (!v1_frag_take(ike, sa, from, h, data, len, &whole, &n))
        return;
    if (n > ISAKMP_HDR && whole[16] != PL_FRAGMENT)
        take(ike, from, floated, whole, n);
    else
        ike->bad_messages++;
    mem_free(whole);
}

static void take(struct ike *ike, const struct udp_from *from, bool floated, const uint8_t *data, size_t len)
{
    static const uint8_t none[COOKIE_LEN];
    struct v1_msg m = {.from = from, .raw = data, .raw_len = len, .floated = floated};
    char state[40];

    enum codec_result res = codec_header(data, len, &m.hdr);
    if (res == CODEC_VERSION) {
        v2_receive(ike->v2, from, floated, data, len);
        return;
    }
    if (res != CODEC_OK || memcmp(m.hdr.icookie, none, COOKIE_LEN) == 0) {
        bad_message(ike, from->src, res);
        return;
    }
    struct ike_sa *sa = find_sa(ike, &m.hdr, from->src);
    if (m.hdr.next == PL_FRAGMENT) {
        if (sa || memcmp(m.hdr.rcookie, none, COOKIE_LEN) == 0)
            take_piece(ike, sa, from, floated, &m.hdr, data, len);
        else
            ike->bad_messages++;
        return;
    }
    if (sa) {
        TRACE_PAK(sa, "received packet from %s dport %u sport %u Global %s", IP4(from->src), from->dport, from->sport,
                  trace_role_state(sa, state));
        v1_receive(sa, &m);
        return;
    }
    if (memcmp(m.hdr.rcookie, none, COOKIE_LEN) == 0 && m.hdr.mid == 0 && !(m.hdr.flags & FLAG_ENCRYPT)) {
        trace(ike, NULL, from->src, TRACE_PAK, "received packet from %s dport %u sport %u Global (N) NEW SA",
              IP4(from->src), from->dport, from->sport);
        if (m.hdr.exchange == EX_MAIN) {
            v1_main_new(ike, from, floated, &m.hdr, data, len);
            return;
        }
        if (m.hdr.exchange == EX_AGGRESSIVE) {
            v1_aggressive_new(ike, from, floated, &m.hdr, data, len);
            return;
        }
    }
    ike->bad_messages++;
    if (cookie_dead(ike, m.hdr.icookie, m.hdr.rcookie, from->src))
        return;
    ike->worked.unknown_sa++;
    if (ike_msg(ike, IKE_MSG_NO_SA, from->src,
                NULL)) /* strangers wash out the history no faster than they fill the log */
        ike_books_stray(ike, from->dst, from->src);
}

void recv_500(void *arg, const struct udp_from *from, const uint8_t *data, size_t len)
{
    take(arg, from, false, data, len);
}

void recv_4500(void *arg, const struct udp_from *from, const uint8_t *data, size_t len)
{
    static const uint8_t marker[4];

    if (len < sizeof marker || memcmp(data, marker, sizeof marker) != 0)
        return;
    take(arg, from, true, data + sizeof marker, len - sizeof marker);
}

void ike_transmit_to(struct ike *ike, uint32_t local, uint32_t remote, uint16_t local_port, uint16_t peer_port,
                     const uint8_t *msg, size_t len)
{
    uint8_t with_marker[4 + ISAKMP_OUT_MAX];
    struct udp_sock *sock = local_port == 4500 ? ike->udp4500 : ike->udp500;
    int err;

    if (!sock || len > ISAKMP_OUT_MAX)
        return;
    if (local_port == 4500) {
        memset(with_marker, 0, 4);
        memcpy(with_marker + 4, msg, len);
        err = udp_send(sock, local, remote, peer_port, with_marker, len + 4);
    } else {
        err = udp_send(sock, local, remote, peer_port, msg, len);
    }
    if (err)
        trace(ike, NULL, remote, TRACE_ERROR, "cannot send to %s: error %d", IP4(remote), -err);
}

void ike_transmit(struct ike_sa *sa, const uint8_t *msg, size_t len)
{
    char state[40];

    TRACE_PAK(sa, "sending packet to %s my_port %u peer_port %u %s", IP4(sa->remote), sa->local_port, sa->peer_port,
              trace_role_state(sa, state));
    TRACE(sa, "Sending an IKE IPv4 Packet.");
    ike_traffic_count(&sa->traffic[IKE_OUT], len);
    if (!v1_frag_send(sa, msg, len))
        ike_transmit_to(sa->ike, sa->local, sa->remote, sa->local_port, sa->peer_port, msg, len);
}
