/* What RFC 7296 section 2.21.3 makes of messages that are authentic and cannot be understood: INVALID_SYNTAX, and the IKE
 * SA is over at both ends; and of one that comes too early: nothing. */
#include "tests/exchange/ikev2_box.h"

static struct rig *up(uint64_t seed)
{
    struct rig *r = rig_new_with(seed, "", "", "");
    assert_true(rig_ping(r, 0, 5) >= 4);
    rig_quiet(r, 1, 1);
    return r;
}

static unsigned syntax_said(const struct rig *r, const char *node)
{
    struct v2_stat_row row;

    for (size_t at = 0; v2_stat_notify_next(rig_v2(r, node), &at, &row);)
        if (row.type == V2N_INVALID_SYNTAX)
            return (unsigned)row.n[V2_TX_RES];
    return 0;
}

/* Each alone, in a new SA. What is in order stands beside, and does no harm. */
static void requests(void **state)
{
    (void)state;
#define NONCE16 V2_NONE, 0, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
    static const struct {
        const char *what;
        uint8_t exchange, first, bytes[64];
        size_t len;
        bool fatal;
    } rows[] = {
        {"nothing", V2_INFORMATIONAL, V2_NONE, {0}, 0, false},
        {"a notify nobody knows", V2_INFORMATIONAL, V2_NOTIFY, {0, 0, 0, 8, 0, 0, 0xA0, 0}, 8, false},
        {"a notify cut", V2_INFORMATIONAL, V2_NOTIFY, {0, 0, 0, 7, 0, 0, 0x40}, 7, true},
        {"a notify whose SPI is cut", V2_INFORMATIONAL, V2_NOTIFY, {0, 0, 0, 11, 3, 4, 0x40, 9, 1, 2, 3}, 11, true},
        {"a delete of an SPI nobody knows",
         V2_INFORMATIONAL,
         V2_DELETE,
         {0, 0, 0, 12, 3, 4, 0, 1, 1, 2, 3, 4},
         12,
         false},
        {"a delete that says two and has one",
         V2_INFORMATIONAL,
         V2_DELETE,
         {0, 0, 0, 12, 3, 4, 0, 2, 1, 2, 3, 4},
         12,
         true},
        {"a delete of the IKE SA with an SPI",
         V2_INFORMATIONAL,
         V2_DELETE,
         {0, 0, 0, 16, 1, 8, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8},
         16,
         true},
        {"a delete cut", V2_INFORMATIONAL, V2_DELETE, {0, 0, 0, 7, 3, 4, 0}, 7, true},
        {"a nonce of 15 bytes",
         V2_CREATE_CHILD_SA,
         V2_NONCE,
         {0, 0, 0, 19, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
         19,
         true},
        {"a child without a proposal", V2_CREATE_CHILD_SA, V2_NONCE, {NONCE16}, 20, true},
        {"a rekey without a public value",
         V2_CREATE_CHILD_SA,
         V2_SA,
         {V2_NONCE, 0, 0, 28, 0, 0, 0, 24, 1, 1, 8, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 8, 1, 0, 0, 3, NONCE16},
         48,
         true},
        {"a proposal longer than its payload",
         V2_CREATE_CHILD_SA,
         V2_SA,
         {0, 0, 0, 12, 0, 0, 0, 9, 1, 3, 0, 0},
         12,
         true},
        {"IKE_AUTH once more", V2_IKE_AUTH, V2_NONE, {0}, 0, true},
        {"an exchange nobody knows", 99, V2_NONE, {0}, 0, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rig *r = up(1);
        rig_say(r, 500, rows[i].exchange, rows[i].first, rows[i].bytes, rows[i].len);
        unsigned said = syntax_said(r, "right"), sas = rig_sas(r, 1);
        if (said != rows[i].fatal || sas == rows[i].fatal)
            fail_msg("%s: INVALID_SYNTAX said %u times, %u SAs", rows[i].what, said, sas);
        assert_int_equal(rig_v2(r, "right")->half_open, 0);
        assert_int_equal(ipsec_totals(rig_ipsec(r, "right")).transient, 0);
        rig_free(r);
    }
}

static enum wire_verdict lose_exchange(struct rig *r, int from, const uint8_t *ike, size_t len)
{
    (void)from, (void)len;
    return ike[18] == r->exchange && r->left ? (r->left--, WIRE_LOSE) : WIRE_PASS;
}

/* INVALID_SYNTAX as the answer to any request of ours: the SA is over here too. */
static void answers(void **state)
{
    (void)state;
    static const uint8_t said[] = {0, 0, 0, 8, 0, 0, 0, V2N_INVALID_SYNTAX};
    for (int k = 0; k < 3; k++) {
        struct rig *r = up(1);
        uint8_t out[256];
        r->judge = lose_exchange;
        r->exchange = k < 2 ? V2_CREATE_CHILD_SA : V2_INFORMATIONAL;
        r->left = 100;
        if (k == 0)
            v2_child_rekey(rig_child(r, 0));
        else if (k == 1)
            v2_rekey_begin(rig_sa(r, 0));
        else
            v2_info_probe(rig_sa(r, 0));
        box_run(r->b, S / 10);
        const struct v2_x *x = rig_sa(r, 0)->queue;
        assert_true(x && x->sent);
        struct v2_sa *right = rig_sa(r, 1);
        struct v2_hdr h = {.version = 0x20, .exchange = r->exchange, .flags = V2_FLAG_RESPONSE, .mid = x->mid};
        memcpy(h.ispi, right->ispi, 8);
        memcpy(h.rspi, right->rspi, 8);
        size_t len =
            v2_sk_seal(right->seal, rig_ike(r, "right")->env.rnd, &h, V2_NOTIFY, said, sizeof said, out, sizeof out);
        rig_inject(r, 1, 500, out, len);
        assert_int_equal(rig_sas(r, 0), 0);
        assert_int_equal(rig_children(r, 0), 0);
        assert_int_equal(ipsec_totals(rig_ipsec(r, "left")).transient, 0);
        rig_free(r);
    }
}

/* The responder's first request overtakes its answer to IKE_AUTH: it is not heard until the SA is up. */
static void too_early(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    r->judge = lose_exchange;
    r->exchange = V2_INFORMATIONAL; /* nothing of it yet */
    r->left = 0;
    wire_set(r->wire, &(struct wire_params){.delay_us = 10000});
    (void)rig_v2(r, "left");
    box_start(r->b, "left", "ping 10.2.0.1 source Loopback0 repeat 1 timeout 0");
    r->exchange = V2_IKE_AUTH;
    r->left = 0;
    for (int i = 0; i < 100 && !r->seen[V2_IKE_AUTH][0]; i++)
        box_run(r->b, S / 1000);
    r->left = 100; /* the answer */
    for (int i = 0; i < 100 && !(rig_v2(r, "right")->all && v2_sa_up(rig_v2(r, "right")->all)); i++)
        box_run(r->b, S / 1000);
    v2_info_probe(rig_v2(r, "right")->all);
    box_run(r->b, S / 2);
    assert_int_equal(r->seen[V2_INFORMATIONAL][0], 1);
    assert_int_equal(r->seen[V2_INFORMATIONAL][1], 0);
    assert_int_equal(syntax_said(r, "left"), 0);
    assert_int_equal(rig_v2(r, "left")->all->state, V2_I_AUTH);
    r->left = 0;
    box_run(r->b, 20 * S);
    assert_int_equal(r->seen[V2_INFORMATIONAL][1], 1);
    rig_quiet(r, 1, 1);
    rig_free(r);
}

/* Answers to IKE_SA_INIT are not proved: one that refuses is no reason to give up, one that comes again and again is. */
static void refused_by_anybody(void **state)
{
    (void)state;
    for (int truly = 0; truly < 2; truly++) {
        struct rig *r = rig_new(1);
        if (truly)
            box_type_all(r->b, "right",
                         "configure terminal\ncrypto ikev2 proposal X\nencryption 3des\nintegrity md5\ngroup 2\n"
                         "crypto ikev2 policy X\nproposal X\nend");
        wire_set(r->wire, &(struct wire_params){.delay_us = 50000});
        box_start(r->b, "left", "ping 10.2.0.1 source Loopback0 repeat 12 timeout 1");
        for (int i = 0; i < 100 && !r->taped; i++)
            box_run(r->b, S / 1000);
        struct v2_sa *sa = rig_v2(r, "left")->all;
        assert_non_null(sa);
        uint32_t id = sa->tunnel_id;
        uint8_t m[36] = {[16] = V2_NOTIFY,
                         0x20,
                         V2_IKE_SA_INIT,
                         V2_FLAG_RESPONSE,
                         [27] = 36,
                         [31] = 8,
                         [35] = V2N_NO_PROPOSAL_CHOSEN};
        memcpy(m, sa->ispi, 8);
        rig_inject(r, 1, 500, m, sizeof m);
        box_run(r->b, 1 * S);
        if (!truly) {
            assert_int_equal(rig_sas(r, 0), 1);
            assert_int_equal(r->seen[V2_IKE_SA_INIT][0], 1);
        } else {
            const struct v2 *v2 = rig_v2(r, "left");
            assert_true(v2->all && v2->all->tunnel_id == id); /* refused twice */
            box_run(r->b, 2 * S);
            assert_true(!v2->all || v2->all->tunnel_id != id);
        }
        rig_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests),
        cmocka_unit_test(answers),
        cmocka_unit_test(too_early),
        cmocka_unit_test(refused_by_anybody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
