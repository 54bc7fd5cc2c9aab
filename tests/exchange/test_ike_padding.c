/* What may follow the payloads of an encrypted IKEv1 message. RFC 2409 appendix B has zeros up to the nearest block; KAME's racoon, whose descendants are in many
 * telephones, adds bytes of any value of which the last tells how many stand before it, a whole block of them where none are needed. */
#include "tests/exchange/ike_world.h"

#include "dataplane/ike/v1/v1.h"

/* A DELETE of the SA that carries it and an INITIAL-CONTACT, whole blocks together with their hash, and pad behind them. */
static void let_go(struct ike_sa *sa, const uint8_t *pad, size_t len)
{
    struct isakmp_hdr h = {.exchange = EX_INFO, .flags = FLAG_ENCRYPT, .mid = v1_new_mid(sa)};
    size_t hlen = hash_len(sa->suite.hash), at;
    uint8_t buf[700], sum[HASH_MAX];
    struct msg_wr m;

    memcpy(h.icookie, sa->icookie, COOKIE_LEN);
    memcpy(h.rcookie, sa->rcookie, COOKIE_LEN);
    msg_begin(&m, buf, sizeof buf - 16, &h);
    msg_open(&m, PL_HASH);
    at = wr_hole(&m.w, hlen);
    msg_close(&m);
    size_t from = m.w.len;
    msg_open(&m, PL_DELETE);
    wr_u32(&m.w, 1);
    wr_u8(&m.w, IPROTO_ISAKMP);
    wr_u8(&m.w, 2 * COOKIE_LEN);
    wr_u16(&m.w, 1);
    wr_bytes(&m.w, sa->icookie, COOKIE_LEN);
    wr_bytes(&m.w, sa->rcookie, COOKIE_LEN);
    msg_close(&m);
    msg_notify(&m, IPROTO_ISAKMP, N_INITIAL_CONTACT, NULL, 0, NULL, 0);
    struct bytes rest = BYTES(buf + from, m.w.len - from);
    keys_hash_mid(sa->keys, h.mid, &rest, 1, sum);
    memcpy(buf + at, sum, hlen);
    assert_int_equal((m.w.len - ISAKMP_HDR) % sa->block, 0); /* needs no padding by itself */
    wr_bytes(&m.w, pad, len);
    v1_send_once(sa, h.mid, &m);
}

static void test_rows(void **state)
{
    static const struct {
        const char *what;
        size_t len;
        uint8_t fill, last;
        bool fits;
    } rows[] = {
        {"none", 0, 0, 0, true},
        {"a block of zeros", 16, 0, 0, true},
        {"a block that says 15, as racoon's", 16, 0xC7, 15, true},
        {"a block that says 16, as racoon's without exclusive_tail", 16, 0xC7, 16, true},
        {"two blocks that say 31, as racoon's with randomize_length", 32, 0xC7, 31, true},
        {"256 bytes that say 255", 256, 0xC7, 255, true},
        {"352 bytes that say 95, which is 351", 352, 0xC7, 95, true},
        {"a block of anything", 16, 0xC7, 0xC7, false},
        {"a block that says 14", 16, 0xC7, 14, false},
        {"a block that says 31", 16, 0xC7, 31, false},
        {"two blocks that say 15", 32, 0, 15, false},
        {"two blocks of zeros", 32, 0, 0, false},
        {"272 bytes that say 14", 272, 0xC7, 14, false},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct world *w = world_new(900 + i);
        struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
        uint8_t pad[352];
        acquire(a);
        run_s(w, 2);
        assert_int_equal(sas_up(b), 1);
        memset(pad, rows[i].fill, sizeof pad);
        if (rows[i].len)
            pad[rows[i].len - 1] = rows[i].last;
        let_go(a->ike->all, pad, rows[i].len);
        run_s(w, 1);
        if (sas_up(b) != !rows[i].fits)
            fail_msg("%s: the peer has %u SAs", rows[i].what, sas_up(b));
        world_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
