/* IKEv2 between two routers: the first exchanges, lost and repeated messages, cookies, another group, fragments, wrong
 * keys, and children that are refused. */
#include "tests/exchange/ikev2_box.h"

static void ping_brings_it_up(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    unsigned got = rig_ping(r, 0, 5);
    if (got < 4)
        fail_msg("%u of 5\n%s\n%s", got, box_log(r->b, "left"), box_log(r->b, "right"));
    assert_int_equal(r->seen[V2_IKE_SA_INIT][0], 1);
    assert_int_equal(r->seen[V2_IKE_SA_INIT][1], 1);
    assert_int_equal(r->seen[V2_IKE_AUTH][0], 1);
    assert_int_equal(r->seen[V2_IKE_AUTH][1], 1);
    rig_quiet(r, 1, 1);
    assert_true(rig_sa(r, 0)->initiator);
    assert_false(rig_sa(r, 1)->initiator);
    assert_int_equal(rig_sa(r, 0)->peer_window, 5);
    assert_int_equal(rig_ping(r, 1, 5), 5);
    rig_free(r);
}

/* Loses the first r->left messages of one kind. */
static enum wire_verdict lose(struct rig *r, int from, const uint8_t *ike, size_t len)
{
    (void)from;
    (void)len;
    if (ike[18] != r->exchange || (ike[19] & V2_FLAG_RESPONSE) != r->flags || r->left == 0)
        return WIRE_PASS;
    r->left--;
    return WIRE_LOSE;
}

static void any_message_may_be_lost(void **state)
{
    static const struct {
        uint8_t exchange, flags;
    } which[] = {
        {V2_IKE_SA_INIT, 0}, {V2_IKE_SA_INIT, V2_FLAG_RESPONSE}, {V2_IKE_AUTH, 0}, {V2_IKE_AUTH, V2_FLAG_RESPONSE}};
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct rig *r = rig_new(i + 1);
        r->judge = lose;
        r->exchange = which[i].exchange;
        r->flags = which[i].flags;
        r->left = 3; /* repeats after 2, 4 and 8 s: the fourth comes through at 14 s */
        (void)rig_ping(r, 0, 1);
        box_run(r->b, 15 * S);
        rig_quiet(r, 1, 1);
        assert_int_equal(rig_ping(r, 0, 5), 5);
        rig_free(r);
    }
}

/* So many negotiations have ended so, as the log has it. */
static void assert_aborted(struct rig *r, const char *node, const char *why, unsigned n)
{
    char want[160];
    snprintf(want, sizeof want, "%%IKEV2-3-NEG_ABORT: Negotiation aborted due to ERROR: %s", why);
    assert_int_equal(box_log_count(r->b, node, 0, want), n);
    assert_int_equal(box_log_count(r->b, node, 0, "NEG_ABORT"), n);
}

static void silence_ends_it(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    r->judge = lose;
    r->exchange = V2_IKE_SA_INIT;
    r->flags = V2_FLAG_RESPONSE;
    r->left = 1000;
    (void)rig_ping(r, 0, 1);
    box_run(r->b, 58 * S); /* the ping waited for 2 */
    assert_int_equal(rig_v2(r, "left")->nsas, 1);
    assert_int_equal(rig_v2(r, "right")->nsas, 0); /* half open for 30 s */
    box_run(r->b, 4 * S); /* given up at 62 s */
    assert_int_equal(rig_v2(r, "left")->nsas, 0);
    box_run(r->b, 70 * S);
    rig_quiet(r, 0, 0);
    assert_aborted(r, "left", "Maximum number of retransmissions reached", 1);
    assert_aborted(r, "right", "Negotiation context locked currently in use or timed out", 1);
    assert_int_equal(r->seen[V2_IKE_SA_INIT][0], 5); /* 0, 2, 6, 14, 30 s */
    rig_free(r);
}

static enum wire_verdict twice(struct rig *r, int from, const uint8_t *ike, size_t len)
{
    (void)r, (void)from, (void)ike, (void)len;
    return WIRE_TWICE;
}

static void everything_twice(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    r->judge = twice;
    assert_true(rig_ping(r, 0, 5) >= 4);
    box_run(r->b, 10 * S);
    rig_quiet(r, 1, 1);
    rig_free(r);
}

static void both_begin(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    for (int i = 0; i < 2; i++)
        box_type(r->b, node_names[i], "debug crypto ikev2");
    wire_set(r->wire, &(struct wire_params){.delay_us = 20000});
    box_start(r->b, "left", "ping 10.2.0.1 source Loopback0 repeat 10");
    box_start(r->b, "right", "ping 10.1.0.1 source Loopback0 repeat 10");
    box_run(r->b, 60 * S);
    assert_true(box_done(r->b, "left") && box_done(r->b, "right"));
    assert_non_null(strstr(box_output(r->b, "left"), "Success rate is 90"));
    for (int i = 0; i < 2; i++) { /* both are kept, and both ends agree which is used */
        assert_int_equal(rig_sas(r, i), 2);
        assert_int_equal(rig_v2(r, node_names[i])->negotiating_in + rig_v2(r, node_names[i])->negotiating_out, 0);
        /* Neither says that its SA is the only one: it knows of the other's. Libreswan would drop that without a word. */
        assert_int_equal(box_log_count(r->b, node_names[i], 0, "Process initial contact"), 0);
    }
    assert_int_equal(rig_ping(r, 0, 5), 5);
    assert_int_equal(rig_ping(r, 1, 5), 5);
    rig_free(r);
}

/* Two IKE SAs of the same ends are one session: it comes up once, and goes down with the last of them. */
static void one_session(void **state)
{
    static const char said[] = "%CRYPTO-5-IKEV2_SESSION_STATUS: Crypto tunnel v2 is ";
    (void)state;
    struct rig *r = rig_new_with(1, "crypto logging ikev2\n", "", "");
    wire_set(r->wire, &(struct wire_params){.delay_us = 20000});
    box_start(r->b, "left", "ping 10.2.0.1 source Loopback0 repeat 10");
    box_start(r->b, "right", "ping 10.1.0.1 source Loopback0 repeat 10");
    box_run(r->b, 60 * S);
    assert_int_equal(rig_sas(r, 0), 2);
    v2_sa_close(rig_sa(r, 0), "One of two");
    box_run(r->b, 10 * S);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(rig_sas(r, i), 1);
        assert_int_equal(box_log_count(r->b, node_names[i], 0, said), 1);
    }
    box_type(r->b, "left", "clear crypto session");
    box_run(r->b, 10 * S);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(rig_sas(r, i), 0);
        assert_int_equal(box_log_count(r->b, node_names[i], 0, said), 2);
        assert_int_equal(box_log_count(r->b, node_names[i], 0, "Crypto tunnel v2 is DOWN.  Peer "), 1);
    }
    rig_free(r);
}

static void cookies(void **state)
{
    (void)state;
    struct rig *r = rig_new_with(1, "crypto ikev2 cookie-challenge 0\n", "", "");
    struct v2_stats st;
    assert_true(rig_ping(r, 0, 5) >= 4);
    assert_int_equal(r->seen[V2_IKE_SA_INIT][0], 2);
    assert_int_equal(r->seen[V2_IKE_SA_INIT][1], 2);
    v2_stats(rig_v2(r, "right"), &st);
    assert_int_equal(st.cookies_sent, 1);
    rig_quiet(r, 1, 1);
    /* the answer to the first is a notify alone, for no SPI of the responder */
    assert_int_equal(r->tape[1].data[16], V2_NOTIFY);
    assert_int_equal(get32(r->tape[1].data + 8) | get32(r->tape[1].data + 12), 0);
    /* the request comes again, the cookie first */
    assert_int_equal(r->tape[2].data[16], V2_NOTIFY);
    assert_memory_equal(r->tape[0].data, r->tape[2].data, 8);
    rig_free(r);
}

static void another_group(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    box_type_all(r->b, "right",
                 "configure terminal\ncrypto ikev2 proposal X\nencryption aes-cbc-256\nintegrity sha512\ngroup 14\n"
                 "crypto ikev2 policy X\nproposal X\nend");
    assert_true(rig_ping(r, 0, 5) >= 4);
    assert_int_equal(r->seen[V2_IKE_SA_INIT][0], 2);
    assert_int_equal(rig_sa(r, 0)->suite.group, 14);
    rig_quiet(r, 1, 1);
    rig_free(r);
}

static void nothing_in_common(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    box_type_all(r->b, "right",
                 "configure terminal\ncrypto ikev2 proposal X\nencryption 3des\nintegrity md5\ngroup 2\n"
                 "crypto ikev2 policy X\nproposal X\nend");
    assert_int_equal(rig_ping(r, 0, 2), 0);
    box_run(r->b, 10 * S); /* refused three times */
    assert_aborted(r, "left", "Received NO_PROPOSAL_CHOSEN notify", 1);
    assert_aborted(r, "right", "Failed to find a matching proposal or policy", 1);
    rig_quiet(r, 0, 0);
    rig_free(r);
}

static void gcm(void **state)
{
    (void)state;
    struct rig *r = rig_new_with(1,
                                 "crypto ikev2 proposal X\n encryption aes-gcm-256\n prf sha384\n group 20\n"
                                 "crypto ikev2 policy X\n proposal X\n",
                                 "", "");
    assert_true(rig_ping(r, 0, 5) >= 4);
    assert_int_equal(rig_sa(r, 0)->suite.encr.cipher, CIPHER_AES_GCM);
    assert_int_equal(rig_sa(r, 0)->suite.prf, HASH_SHA384);
    rig_quiet(r, 1, 1);
    rig_free(r);
}

static void wrong_key(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct v2_stats st;
    box_type_all(r->b, "right", "configure terminal\ncrypto ikev2 keyring K\npeer ANY\npre-shared-key other\nend");
    assert_int_equal(rig_ping(r, 0, 2), 0);
    box_run(r->b, 30 * S);
    v2_stats(rig_v2(r, "right"), &st);
    assert_true(st.auth_failed >= 1);
    v2_stats(rig_v2(r, "left"), &st);
    assert_true(st.auth_failed >= 1);
    assert_aborted(r, "left", "Auth exchange failed", 1); /* once a minute, however often */
    assert_aborted(r, "right", "Failed to authenticate the IKE SA", 1);
    rig_quiet(r, 0, 0);
    rig_free(r);
}

static void unknown_identity(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    box_type_all(r->b, "left", "configure terminal\ncrypto ikev2 profile P\nidentity local fqdn left.example.com\nend");
    assert_int_equal(rig_ping(r, 0, 2), 0);
    box_run(r->b, 30 * S);
    rig_quiet(r, 0, 0);
    box_type_all(r->b, "right",
                 "configure terminal\ncrypto ikev2 profile P\nmatch identity remote fqdn domain example.com\nend");
    assert_true(rig_ping(r, 0, 5) >= 4);
    assert_int_equal(rig_sa(r, 1)->remote_id.type, 2);
    rig_quiet(r, 1, 1);
    rig_free(r);
}

/* The IKE SA stands without its child; the child comes with the next packet once it can be. */
static void child_refused(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    box_type_all(r->b, "right",
                 "configure terminal\ncrypto ipsec transform-set U esp-3des esp-md5-hmac\ncrypto map M 10\n"
                 "set transform-set U\nend");
    assert_int_equal(rig_ping(r, 0, 2), 0);
    rig_quiet(r, 1, 0);
    box_type_all(r->b, "right", "configure terminal\ncrypto map M 10\nset transform-set T\nend");
    assert_true(rig_ping(r, 0, 5) >= 4);
    assert_int_equal(r->seen[V2_IKE_AUTH][0], 1);
    rig_quiet(r, 1, 1);
    rig_free(r);
}

static void fragments(void **state)
{
    (void)state;
    /* a long identity makes IKE_AUTH longer than 400 bytes */
    struct rig *r = rig_new_with(1, "crypto ikev2 fragmentation mtu 200\n", "", "");
    struct v2_stats st;
    assert_true(rig_ping(r, 0, 5) >= 4);
    v2_stats(rig_v2(r, "left"), &st);
    assert_true(st.fragments_out >= 2 && st.fragments_in >= 2);
    for (unsigned i = 0; i < r->taped; i++)
        if (r->tape[i].data[18] == V2_IKE_AUTH) {
            assert_int_equal(r->tape[i].data[16], V2_SKF);
            assert_true(r->tape[i].len + 28 <= 200);
        }
    rig_quiet(r, 1, 1);
    rig_free(r);
}

static void fragment_lost(void **state)
{
    (void)state;
    struct rig *r = rig_new_with(1, "crypto ikev2 fragmentation mtu 200\n", "", "");
    r->judge = lose;
    r->exchange = V2_IKE_AUTH;
    r->flags = 0;
    r->left = 1;
    (void)rig_ping(r, 0, 1);
    box_run(r->b, 5 * S);
    rig_quiet(r, 1, 1);
    rig_free(r);
}

static void limits(void **state)
{
    (void)state;
    struct rig *r = rig_new_with(1, "crypto ikev2 limit max-sa 1\n", "", "");
    assert_true(rig_ping(r, 0, 5) >= 4);
    assert_null(v2_negotiate(rig_v2(r, "left"), LEFT, RIGHT, "P"));
    struct v2_stats st;
    v2_stats(rig_v2(r, "left"), &st);
    assert_int_equal(st.outgoing_rejected, 1);
    rig_free(r);
}

/* One negotiation that left began and nobody answers: may another begin, and may right's come? */
static void limits_of_ways(void **state)
{
    static const struct {
        const char *limit;
        bool out, in;
    } cases[] = {{"", true, true},
                 {"crypto ikev2 limit max-in-negotation-sa 1 outgoing\n", false, true},
                 {"crypto ikev2 limit max-in-negotation-sa 1 incoming\n", true, true},
                 {"crypto ikev2 limit max-in-negotation-sa 1\n", false, false}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rig *r = rig_new_with(1, cases[i].limit, "", "");
        struct v2_stats st;
        box_run(r->b, 5 * S);
        assert_non_null(v2_negotiate(rig_v2(r, "left"), LEFT, 0x0A000009u, "P"));
        assert_int_equal(v2_negotiate(rig_v2(r, "left"), LEFT, 0x0A000008u, "P") != NULL, cases[i].out);
        assert_int_equal(rig_ping(r, 1, 5) >= 4, cases[i].in);
        v2_stats(rig_v2(r, "left"), &st);
        assert_int_equal(st.outgoing_rejected, !cases[i].out);
        assert_int_equal(st.incoming_rejected > 0, !cases[i].in);
        rig_free(r);
    }
}

/* First requests whose sums are still to be made: so many and no more. */
static void limit_of_the_queue(void **state)
{
    (void)state;
    struct rig *r = rig_new_with(1, "crypto ikev2 limit queue sa-init 100\n", "", "");
    struct v2 *v2 = rig_v2(r, "right");
    uint8_t m[2048];
    assert_true(rig_ping(r, 0, 5) >= 4);
    struct udp_from from = {.dst = RIGHT, .sport = 500, .dport = 500};
    memcpy(m, r->tape[0].data, r->tape[0].len);
    for (unsigned i = 0; i < 130; i++) {
        put32(m, 0xAABB0000 + i);
        from.src = LEFT + 0x10000 + i % 100;
        v2_receive(v2, &from, false, m, r->tape[0].len);
    }
    struct v2_stats s;
    v2_stats(v2, &s);
    assert_int_equal(s.queue_full, 30);
    assert_int_equal(v2->half_open, 100);
    assert_non_null(strstr(box_type(r->b, "right", "show crypto ikev2 stats"),
                           "Total init sa request rejected due to queue limit : 30      \n"));
    box_run(r->b, 1 * S); /* made */
    assert_int_equal(v2->nqueued, 0);
    put32(m, 0xAACC0000);
    v2_receive(v2, &from, false, m, r->tape[0].len);
    v2_stats(v2, &s);
    assert_int_equal(s.queue_full, 30);
    rig_free(r);
}

/* The limits of call admission count both versions. */
static void admission(void **state)
{
    (void)state;
    struct rig *r = rig_new_with(1, "crypto call admission limit ike sa 1\n", "", "");
    assert_true(rig_ping(r, 0, 5) >= 4);
    assert_null(v2_negotiate(rig_v2(r, "left"), LEFT, 0x0A000009u, "P"));
    struct v2_sa *renewal = v2_negotiate(rig_v2(r, "left"), LEFT, RIGHT, "P");
    assert_non_null(renewal); /* what works goes on working */
    box_run(r->b, 2 * S);
    assert_int_equal(rig_sas(r, 1), 2);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ping_brings_it_up),
        cmocka_unit_test(any_message_may_be_lost),
        cmocka_unit_test(silence_ends_it),
        cmocka_unit_test(everything_twice),
        cmocka_unit_test(both_begin),
        cmocka_unit_test(one_session),
        cmocka_unit_test(cookies),
        cmocka_unit_test(another_group),
        cmocka_unit_test(nothing_in_common),
        cmocka_unit_test(gcm),
        cmocka_unit_test(wrong_key),
        cmocka_unit_test(unknown_identity),
        cmocka_unit_test(child_refused),
        cmocka_unit_test(fragments),
        cmocka_unit_test(fragment_lost),
        cmocka_unit_test(limits),
        cmocka_unit_test(limits_of_ways), cmocka_unit_test(limit_of_the_queue),
        cmocka_unit_test(admission),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
