/* ike_says.h: what an IKE SA of a test says in INFORMATIONAL under its keys, in whatever order and with whatever behind it. */
#ifndef TESTS_IKE_SAYS_H
#define TESTS_IKE_SAYS_H
#include "tests/exchange/ike_world.h"

#include "dataplane/ike/v1/v1.h"

/* An INFORMATIONAL under sa with whatever body writes; what pad has stands behind it, outside of the hash. */
static inline void say_padded(struct ike_sa *sa, void (*body)(struct msg_wr *m, void *arg), void *arg, struct bytes pad)
{
    struct isakmp_hdr h = {.exchange = EX_INFO, .flags = FLAG_ENCRYPT, .mid = v1_new_mid(sa)};
    size_t hlen = hash_len(sa->suite.hash), at;
    uint8_t buf[1024], sum[HASH_MAX];
    struct msg_wr m;

    memcpy(h.icookie, sa->icookie, COOKIE_LEN);
    memcpy(h.rcookie, sa->rcookie, COOKIE_LEN);
    msg_begin(&m, buf, sizeof buf - 16, &h);
    msg_open(&m, PL_HASH);
    at = wr_hole(&m.w, hlen);
    msg_close(&m);
    size_t from = m.w.len;
    body(&m, arg);
    struct bytes rest = BYTES(buf + from, m.w.len - from);
    keys_hash_mid(sa->keys, h.mid, &rest, 1, sum);
    memcpy(buf + at, sum, hlen);
    if (pad.len) {
        assert_int_equal((m.w.len - ISAKMP_HDR) % sa->block, 0); /* needs no padding by itself */
        wr_bytes(&m.w, pad.p, pad.len);
    }
    v1_send_once(sa, h.mid, &m);
}

static inline void say(struct ike_sa *sa, void (*body)(struct msg_wr *m, void *arg), void *arg)
{
    say_padded(sa, body, arg, BYTES(NULL, 0));
}

static inline void write_delete(struct msg_wr *m, const struct ike_sa *sa)
{
    msg_open(m, PL_DELETE);
    wr_u32(&m->w, 1);
    wr_u8(&m->w, IPROTO_ISAKMP);
    wr_u8(&m->w, 2 * COOKIE_LEN);
    wr_u16(&m->w, 1);
    wr_bytes(&m->w, sa->icookie, COOKIE_LEN);
    wr_bytes(&m->w, sa->rcookie, COOKIE_LEN);
    msg_close(m);
}

static inline void write_contact(struct msg_wr *m)
{
    msg_notify(m, IPROTO_ISAKMP, N_INITIAL_CONTACT, NULL, 0, NULL, 0);
}

static inline void delete_then_contact(struct msg_wr *m, void *old)
{
    write_delete(m, old);
    write_contact(m);
}

#endif
