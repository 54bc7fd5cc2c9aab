/* Single clauses of RFC 7296 between two routers, one a test: which, docs/conformance.md says. */
#include "tests/exchange/ikev2_box.h"

static struct rig *up(uint64_t seed)
{
    struct rig *r = rig_new(seed);
    assert_true(rig_ping(r, 0, 5) >= 4);
    rig_quiet(r, 1, 1);
    return r;
}

static enum wire_verdict lose(struct rig *r, int from, const uint8_t *ike, size_t len)
{
    (void)from, (void)len;
    return ike[18] == r->exchange ? WIRE_LOSE : WIRE_PASS;
}

/* An empty INFORMATIONAL of left's, with what stands before SK. */
static size_t informational(struct rig *r, uint8_t *out, size_t cap)
{
    struct v2_sa *sa = rig_sa(r, 0);
    struct v2_hdr h = {.version = 0x20, .exchange = V2_INFORMATIONAL, .mid = sa->next_mid++};

    memcpy(h.ispi, sa->ispi, 8);
    memcpy(h.rspi, sa->rspi, 8);
    h.flags = sa->initiator ? V2_FLAG_INITIATOR : 0;
    return v2_sk_seal(sa->seal, rig_ike(r, "left")->env.rnd, &h, V2_NONE, NULL, 0, out, cap);
}

/* Section 2.11: an answer goes to the address and port that its request came from, a repeated request's too; but only a
 * new message moves the peer. */
static void repeat_from_elsewhere(void **state)
{
    (void)state;
    struct rig *r = up(1);
    uint8_t m[256];
    size_t len = informational(r, m, sizeof m);

    rig_inject(r, 0, 500, m, len);
    assert_int_equal(r->seen[V2_INFORMATIONAL][1], 1);
    assert_int_equal(r->to, 500);
    box_run(r->b, S);
    rig_inject(r, 0, 7777, m, len);
    assert_int_equal(r->to, 7777);
    assert_int_equal(rig_sa(r, 1)->peer_port, 500);
    rig_free(r);

    r = rig_new(1);
    r->judge = lose;
    r->exchange = V2_IKE_AUTH;
    box_start(r->b, "left", "ping 10.2.0.1 source Loopback0 repeat 1 timeout 0");
    for (int i = 0; i < 100 && !r->seen[V2_IKE_AUTH][0]; i++)
        box_run(r->b, S / 1000);
    assert_int_equal(r->tape[0].data[18], V2_IKE_SA_INIT);
    rig_inject(r, 0, 7777, r->tape[0].data, r->tape[0].len);
    assert_int_equal(r->to, 7777);
    rig_free(r);
}

static unsigned said(const struct rig *r, const char *node, uint16_t type)
{
    struct v2_stat_row row;

    for (size_t at = 0; v2_stat_notify_next(rig_v2(r, node), &at, &row);)
        if (row.type == type)
            return (unsigned)row.n[V2_TX_RES];
    return 0;
}

/* The same with a payload of this type and first flags in front of SK, by hand: with the default proposal. */
static size_t with_front(struct rig *r, uint8_t type, uint8_t critical, uint8_t *out)
{
    struct v2_sa *sa = rig_sa(r, 0);
    const struct v2_keys *k = sa->keys;
    const struct key *e = sa->initiator ? &k->ei : &k->er, *a = sa->initiator ? &k->ai : &k->ar;
    struct cipher *c = cipher_new(CIPHER_AES_CBC, true, e->b, e->len, NULL);
    uint8_t sum[HASH_MAX], text[16] = {[15] = 15}, iv[16] = {1};
    size_t at = V2_HDR;

    memset(out, 0, 256);
    memcpy(out, sa->ispi, 8);
    memcpy(out + 8, sa->rspi, 8);
    out[16] = type;
    out[17] = 0x20;
    out[18] = V2_INFORMATIONAL;
    out[19] = sa->initiator ? V2_FLAG_INITIATOR : 0;
    put32(out + 20, sa->next_mid++);
    out[at] = V2_SK;
    out[at + 1] = critical;
    put16(out + at + 2, 8);
    at += 8;
    put16(out + at + 2, 4 + 16 + 16 + 32);
    memcpy(out + at + 4, iv, 16);
    assert_true(cipher_cbc(c, iv, text, out + at + 20, 16));
    cipher_free(c);
    put32(out + 24, (uint32_t)(at + 68));
    hmac_parts(HASH_SHA512, a->b, a->len, &BYTES(out, at + 36), 1, sum);
    memcpy(out + at + 36, sum, 32);
    return at + 68;
}

/* Sections 2.5 and 3.14: SK is the last payload, not always the only one. What stands in front is stepped over, and refused
 * when it is critical and unknown. */
static void payload_in_front(void **state)
{
    (void)state;
    static const struct {
        uint8_t type, critical;
        unsigned refused;
    } rows[] = {{200, 0, 0}, {V2_VENDOR, 0, 0}, {V2_VENDOR, 0x80, 0}, {200, 0x80, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rig *r = up(1);
        uint8_t m[256];
        rig_inject(r, 0, 500, m, with_front(r, rows[i].type, rows[i].critical, m));
        if (r->seen[V2_INFORMATIONAL][1] != 1 ||
            said(r, "right", V2N_UNSUPPORTED_CRITICAL_PAYLOAD) != rows[i].refused)
            fail_msg("row %zu: %u answers", i, r->seen[V2_INFORMATIONAL][1]);
        assert_int_equal(rig_sas(r, 1), 1);
        rig_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repeat_from_elsewhere),
        cmocka_unit_test(payload_in_front),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
