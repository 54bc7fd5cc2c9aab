/* ISAKMP messages in pieces (`crypto isakmp fragmentation`): the form that Cisco and Microsoft devices speak, told by a
 * vendor id.
 *
 * A piece is an ISAKMP message of its own, not encrypted, with the cookies, exchange and message id of the one it
 * belongs to and a single payload of type 132: 16 bits that name the whole message, 8 bits of the piece's number from
 * 1, 8 bits of flags (1: the last), then its bytes. Put together they are the message as it would have been sent,
 * header and all, which then goes its usual way (recv.c): a repeat is seen there, and nothing is believed of it yet.
 *
 * Pieces prove nothing, so all of this is bounded: an SA keeps the pieces of one message at a time, those of another
 * number, exchange or message id take their place; strangers, whose first message may come so, share a few places, two
 * for an address, in which the oldest gives way. A message has at most 64 pieces and 8192 bytes, and a place in it is
 * filled once. What is not whole after ten seconds is dropped with the next piece that needs its place.
 *
 * We take pieces while the command stands, and send what does not fit in a datagram of 576 bytes so to peers that have
 * told us that they take them. */
#include <string.h>

#include "dataplane/ike/v1/v1.h"

#define FRAG_HDR    4   /* behind the generic payload header */
#define FRAG_IP_MAX 576 /* of a datagram that carries a piece: what every host takes in */
#define FRAG_PIECE  (FRAG_IP_MAX - 20 - 8 - 4 - ISAKMP_HDR - 4 - FRAG_HDR)
#define FRAG_OLD_US (10 * US_PER_S)

struct frag_set {
    uint16_t id;
    uint8_t exchange; /* of the message; some number all their messages alike */
    uint32_t mid;
    uint64_t began; /* loop time */
    unsigned last;  /* number of the last piece; 0: not seen */
    unsigned have;
    size_t bytes;
    struct {
        uint8_t *p;
        uint16_t len;
    } piece[IKE_FRAGS_MAX];
};

struct frag_store { /* first messages of nobody known */
    struct {
        uint32_t src, dst;
        uint16_t sport;
        uint8_t icookie[COOKIE_LEN];
        struct frag_set *set;
    } place[IKE_FRAG_STRANGERS];
};

static void set_free(struct frag_set *s)
{
    for (unsigned i = 0; s && i < IKE_FRAGS_MAX; i++)
        mem_free(s->piece[i].p);
    mem_free(s);
}

struct frag_store *frag_store_new(void)
{
    return NEW(struct frag_store);
}

void frag_store_free(struct frag_store *s)
{
    for (unsigned i = 0; s && i < IKE_FRAG_STRANGERS; i++)
        set_free(s->place[i].set);
    mem_free(s);
}

void v1_frag_forget(struct ike_sa *sa)
{
    set_free(sa->frags);
    sa->frags = NULL;
}

/* Where a stranger's pieces go; the place may be empty. */
static struct frag_set **stranger(struct ike *ike, const struct udp_from *from, const struct isakmp_hdr *h)
{
    struct frag_store *s = ike->frags;
    uint64_t now = loop_now(ike->env.loop);
    unsigned mine = 0, at = IKE_FRAG_STRANGERS;

    for (unsigned i = 0; i < IKE_FRAG_STRANGERS; i++) {
        struct frag_set *set = s->place[i].set;
        if (set && now - set->began > FRAG_OLD_US) {
            set_free(set);
            s->place[i].set = set = NULL;
        }
        if (set && s->place[i].src == from->src) {
            if (s->place[i].sport == from->sport && s->place[i].dst == from->dst &&
                memcmp(s->place[i].icookie, h->icookie, COOKIE_LEN) == 0)
                return &s->place[i].set;
            mine++;
        }
    }
    for (unsigned i = 0; i < IKE_FRAG_STRANGERS; i++) { /* a free one, else the oldest; of this address if it has two */
        const struct frag_set *set = s->place[i].set;
        if (mine >= 2 && !(set && s->place[i].src == from->src))
            continue;
        if (at == IKE_FRAG_STRANGERS || !set || (s->place[at].set && set->began < s->place[at].set->began))
            at = i;
    }
    set_free(s->place[at].set);
    s->place[at].set = NULL;
    s->place[at].src = from->src;
    s->place[at].dst = from->dst;
    s->place[at].sport = from->sport;
    memcpy(s->place[at].icookie, h->icookie, COOKIE_LEN);
    return &s->place[at].set;
}

/* One piece into its set. False: it does not belong there. */
static bool keep(struct frag_set *s, unsigned number, bool last, const uint8_t *data, size_t len)
{
    if (s->piece[number - 1].p || (s->last && number > s->last) || (last && s->last) || s->bytes + len > ISAKMP_MSG_MAX)
        return false;
    for (unsigned i = number; last && i < IKE_FRAGS_MAX; i++)
        if (s->piece[i].p)
            return false;
    s->piece[number - 1].p = mem_new(len);
    s->piece[number - 1].len = (uint16_t)len;
    memcpy(s->piece[number - 1].p, data, len);
    s->bytes += len;
    s->have++;
    if (last)
        s->last = number;
    return true;
}

bool v1_frag_take(struct ike *ike, struct ike_sa *sa, const struct udp_from *from, const struct isakmp_hdr *h,
                  const uint8_t *data, size_t len, uint8_t **whole, size_t *whole_len)
{
    struct payloads ps;
    const struct payload *p;

    if (!ike->conf.fragmentation || h->flags & FLAG_ENCRYPT ||
        codec_payloads(h->next, data + ISAKMP_HDR, len - ISAKMP_HDR, false, &ps) != CODEC_OK || ps.n != 1 ||
        (p = &ps.v[0])->len <= FRAG_HDR) {
        ike->bad_messages++;
        return false;
    }
    uint16_t id = get16(p->body);
    unsigned number = p->body[2];
    bool last = p->body[3] & 1;
    if (!number || number > IKE_FRAGS_MAX) {
        ike->bad_messages++;
        return false;
    }
    struct frag_set **at = sa ? &sa->frags : stranger(ike, from, h);
    if (*at && ((*at)->id != id || (*at)->exchange != h->exchange || (*at)->mid != h->mid ||
                loop_now(ike->env.loop) - (*at)->began > FRAG_OLD_US)) {
        set_free(*at);
        *at = NULL;
    }
    if (!*at) {
        *at = NEW(struct frag_set);
        (*at)->id = id;
        (*at)->exchange = h->exchange;
        (*at)->mid = h->mid;
        (*at)->began = loop_now(ike->env.loop);
    }
    trace(ike, sa, from->src, TRACE_NORMAL, "received fragment %u of message %u from %s", number, id, IP4(from->src));
    if (!keep(*at, number, last, p->body + FRAG_HDR, p->len - FRAG_HDR))
        return false;
    if (!(*at)->last || (*at)->have != (*at)->last)
        return false;
    *whole = mem_new((*at)->bytes);
    *whole_len = 0;
    for (unsigned i = 0; i < (*at)->last; i++) {
        memcpy(*whole + *whole_len, (*at)->piece[i].p, (*at)->piece[i].len);
        *whole_len += (*at)->piece[i].len;
    }
    set_free(*at);
    *at = NULL;
    return true;
}

bool v1_frag_send(struct ike_sa *sa, const uint8_t *msg, size_t len)
{
    struct isakmp_hdr h = {.exchange = msg[18], .mid = get32(msg + 20)};
    uint8_t buf[FRAG_IP_MAX];
    struct msg_wr m;

    if (!sa->fragments || !sa->ike->conf.fragmentation || len + 20 + 8 + 4 <= FRAG_IP_MAX)
        return false;
    memcpy(h.icookie, msg, COOKIE_LEN);
    memcpy(h.rcookie, msg + COOKIE_LEN, COOKIE_LEN);
    sa->frag_id++;
    for (size_t at = 0, n; at < len; at += n) {
        n = len - at < FRAG_PIECE ? len - at : FRAG_PIECE;
        msg_begin(&m, buf, sizeof buf, &h);
        msg_open(&m, PL_FRAGMENT);
        wr_u16(&m.w, sa->frag_id);
        wr_u8(&m.w, (uint8_t)(at / FRAG_PIECE + 1));
        wr_u8(&m.w, at + n == len);
        wr_bytes(&m.w, msg + at, n);
        msg_close(&m);
        size_t size = msg_end(&m, 1);
        if (size)
            ike_transmit_to(sa->ike, sa->local, sa->remote, sa->local_port, sa->peer_port, buf, size);
    }
    return true;
}
