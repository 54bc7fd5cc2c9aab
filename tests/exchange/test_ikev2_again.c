/* What IKEv2 does when there is more than one way to a child: IKE SAs made anew while the old one carries traffic
 * (reauthentication, RFC 7296 section 2.8.3), one without a child (RFC 6023), the peer's port, CSCsl68327. */
#include "tests/exchange/ikev2_box.h"

static struct rig *up(uint64_t seed, const char *global)
{
    struct rig *r = rig_new_with(seed, global, "", "");
    wire_set(r->wire, &(struct wire_params){.delay_us = 10000});
    assert_true(rig_ping(r, 0, 5) >= 4);
    rig_quiet(r, 1, 1);
    r->taped = 0;
    memset(r->seen, 0, sizeof r->seen);
    return r;
}

static enum wire_verdict lose(struct rig *r, int from, const uint8_t *ike, size_t len)
{
    (void)from, (void)len;
    if (ike[18] != r->exchange || (ike[19] & V2_FLAG_RESPONSE) != r->flags || r->left == 0)
        return WIRE_PASS;
    r->left--;
    return WIRE_LOSE;
}

static struct v2_sa *another(struct rig *r, int node)
{
    return v2_negotiate(rig_v2(r, node_names[node]), node ? RIGHT : LEFT, node ? LEFT : RIGHT, "P");
}

static void finish(struct rig *r, int node)
{
    for (int i = 0; i < 100 && !box_done(r->b, node_names[node]); i++)
        box_run(r->b, 1 * S);
}

/* Either end makes a new IKE SA with a child of the same flow, then deletes the old one, while either end pings. Its answer
 * is lost once: who answered must not send with a pair that the other end has not got yet. */
static void reauthentication(void **state)
{
    (void)state;
    for (int k = 0; k < 4; k++) {
        int node = k & 1, asks = k >> 1;
        struct rig *r = up(1 + (uint64_t)k, "");
        struct v2_sa *old = rig_sa(r, node);
        box_start(r->b, node_names[asks], asks ? "ping 10.1.0.1 source Loopback0 repeat 600 timeout 1"
                                               : "ping 10.2.0.1 source Loopback0 repeat 600 timeout 1");
        box_run(r->b, 1 * S);
        r->judge = lose;
        r->exchange = V2_IKE_AUTH;
        r->flags = V2_FLAG_RESPONSE;
        r->left = 1;
        assert_non_null(another(r, node));
        box_run(r->b, 3 * S);
        assert_int_equal(r->left, 0);
        assert_int_equal(rig_sas(r, node), 2);
        v2_sa_close(old, "Made anew");
        finish(r, asks);
        if (!strstr(box_output(r->b, node_names[asks]), "(600/600)"))
            fail_msg("%d: %s", k, box_output(r->b, node_names[asks]));
        rig_quiet(r, 1, 1);
        assert_int_equal(rig_ping(r, 0, 5), 5);
        assert_int_equal(rig_ping(r, 1, 5), 5);
        rig_free(r);
    }
}

/* The old child takes in what is late, and then it is gone. */
static void old_child_lingers(void **state)
{
    (void)state;
    struct rig *r = up(1, "");
    uint32_t old = rig_child(r, 1)->id;
    struct v2_sa *sa = rig_sa(r, 0);
    assert_non_null(another(r, 0));
    box_run(r->b, S / 5);
    struct v2_child *young = rig_child(r, 1);
    assert_int_not_equal(young->id, old);
    assert_int_equal(young->turn, 0);
    v2_sa_close(sa, "Made anew");
    box_run(r->b, S / 5);
    assert_true(young->turn > 0);
    assert_non_null(v2_child_find(rig_v2(r, "right"), old));
    assert_int_equal(v2_child_find(rig_v2(r, "right"), old)->state, V2C_LINGER);
    assert_int_equal(rig_sas(r, 1), 1);
    box_run(r->b, 6 * S);
    assert_null(v2_child_find(rig_v2(r, "right"), old));
    rig_quiet(r, 1, 1);
    rig_free(r);
}

/* The old SA is not deleted, as by a peer that was restarted and knows nothing of it: who answered the new one sends with
 * it as soon as the other end does, and not before. */
static void heard(void **state)
{
    (void)state;
    struct rig *r = up(1, "");
    assert_non_null(another(r, 0));
    box_run(r->b, S);
    struct v2_child *young = rig_child(r, 1);
    assert_int_equal(young->turn, 0);
    assert_int_equal(rig_ping(r, 0, 1), 1);
    box_run(r->b, S / 10);
    assert_int_equal(rig_sas(r, 1), 2);
    assert_true(young->turn > 0);
    rig_free(r);
}

/* Nor does the one that answered lose much when it alone speaks: the peer is asked under the old SA, which it has no
 * more, and a second of silence is enough. */
static void forgotten(void **state)
{
    (void)state;
    struct rig *r = up(1, "");
    struct v2_sa *old = rig_sa(r, 0);
    struct v2_child *was = rig_child(r, 1);
    box_start(r->b, "right", "ping 10.1.0.1 source Loopback0 repeat 400 timeout 1");
    box_run(r->b, S / 2);
    assert_non_null(another(r, 0));
    while (!r->seen[V2_IKE_AUTH][0]) /* so that it says no INITIAL_CONTACT */
        box_run(r->b, S / 500);
    uint64_t began = loop_now(box_loop(r->b));
    v2_sa_kill(old, "Forgotten", SA_GONE_IKE_LOST);
    while (rig_child(r, 1) == was)
        box_run(r->b, S / 500);
    assert_int_equal(rig_child(r, 1)->turn, 0);
    while (!rig_child(r, 1)->turn)
        box_run(r->b, S / 500);
    assert_in_range(loop_now(box_loop(r->b)) - began, 1 * S, 5 * S / 4);
    assert_true(r->seen[V2_INFORMATIONAL][0] > 0);
    finish(r, 1);
    unsigned percent, got = 0;
    const char *said = strstr(box_output(r->b, "right"), "Success rate");
    assert_non_null(said);
    assert_int_equal(sscanf(said, "Success rate is %u percent (%u/400)", &percent, &got), 2);
    assert_in_range(got, 398, 400);
    box_run(r->b, 130 * S); /* and the SA that nobody answers for goes */
    rig_quiet(r, 1, 1);
    rig_free(r);
}

/* Nobody deletes the old SA: after 5 s both ends send with the new child. And when it is the new SA that goes, the old one
 * carries on at once. */
static void both_stay(void **state)
{
    (void)state;
    for (int node = 0; node < 2; node++) {
        struct rig *r = up(1, "");
        struct v2_sa *young = another(r, 0);
        assert_non_null(young);
        box_run(r->b, 6 * S);
        rig_quiet(r, 2, 2);
        assert_true(rig_child(r, 0)->turn > 1 && rig_child(r, 1)->turn > 1);
        box_start(r->b, node_names[node], node ? "ping 10.1.0.1 source Loopback0 repeat 100 timeout 1"
                                               : "ping 10.2.0.1 source Loopback0 repeat 100 timeout 1");
        box_run(r->b, S / 2);
        v2_sa_close(young, "Enough");
        finish(r, node);
        unsigned percent, got = 0;
        const char *said = strstr(box_output(r->b, node_names[node]), "Success rate");
        assert_non_null(said);
        assert_int_equal(sscanf(said, "Success rate is %u percent (%u/100)", &percent, &got), 2);
        assert_true(got >= 99); /* what was on its way */
        rig_quiet(r, 1, 1);
        rig_free(r);
    }
}

/* A pair that waits for its turn gets it when the one before it goes, however that goes. */
static void the_one_that_waits(void **state)
{
    (void)state;
    struct rig *r = up(1, "");
    uint32_t old = rig_child(r, 1)->id;
    assert_non_null(another(r, 0));
    box_run(r->b, S / 5);
    struct v2_child *young = rig_child(r, 1);
    assert_int_equal(young->turn, 0);
    (void)sad_delete(rig_ipsec(r, "right"), old, SA_GONE_CLEARED);
    assert_true(young->turn > 0);
    box_run(r->b, 10 * S);
    assert_int_equal(rig_ping(r, 1, 5), 5);
    rig_quiet(r, 2, 1);
    rig_free(r);
}

/* RFC 6023: IKE_AUTH with identity and proof alone. The message is left's own, what speaks of a child taken out. */
static void childless(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    uint8_t plain[4096], inner[4096], out[4096];
    struct v2_payloads ps;
    struct v2_notify_body nb;
    struct v2_hdr h;
    struct v2_wr w;
    size_t len;
    r->judge = lose;
    r->exchange = V2_IKE_AUTH;
    r->left = 1;
    (void)rig_ping(r, 0, 1);
    /* what the responder says of it */
    assert_int_equal(r->tape[1].data[18], V2_IKE_SA_INIT);
    assert_int_equal(v2_payloads(r->tape[1].data[16], r->tape[1].data + V2_HDR, r->tape[1].len - V2_HDR, &ps), CODEC_OK);
    assert_true(v2_notify_find(&ps, 16418, &nb));
    assert_int_equal(nb.len, 0);
    assert_int_equal(v2_payloads(r->tape[0].data[16], r->tape[0].data + V2_HDR, r->tape[0].len - V2_HDR, &ps), CODEC_OK);
    assert_false(v2_notify_find(&ps, 16418, &nb));
    const uint8_t *m = r->tape[2].data;
    assert_int_equal(v2_header(m, r->tape[2].len, &h), CODEC_OK);
    assert_int_equal(h.exchange, V2_IKE_AUTH);
    assert_int_equal(v2_payloads(h.next, m + V2_HDR, r->tape[2].len - V2_HDR, &ps), CODEC_OK);
    struct v2_sa *left = v2_sa_find(rig_v2(r, "left"), h.ispi), *right = v2_sa_find(rig_v2(r, "right"), h.rspi);
    assert_true(v2_sk_open(right->open, m, r->tape[2].len, &ps.v[0], plain, sizeof plain, &len));
    assert_int_equal(v2_payloads(ps.v[0].next, plain, len, &ps), CODEC_OK);
    v2_begin_inner(&w, inner, sizeof inner);
    for (unsigned i = 0; i < ps.n; i++)
        if (ps.v[i].type == V2_IDI || ps.v[i].type == V2_AUTH)
            v2_put(&w, ps.v[i].type, ps.v[i].body, ps.v[i].len);
    len = v2_sk_seal(left->seal, rig_ike(r, "left")->env.rnd, &h, w.first, inner, w.w.len, out, sizeof out);
    assert_true(len > 0);
    rig_inject(r, 0, 500, out, len);
    assert_int_equal(rig_sas(r, 1), 1);
    assert_int_equal(rig_children(r, 1), 0);
    assert_int_equal(ipsec_totals(rig_ipsec(r, "right")).transient, 0);
    /* the answer has no child and no complaint */
    m = r->tape[r->taped - 1].data;
    assert_int_equal(m[18], V2_IKE_AUTH);
    assert_int_equal(v2_payloads(m[16], m + V2_HDR, r->tape[r->taped - 1].len - V2_HDR, &ps), CODEC_OK);
    assert_true(v2_sk_open(left->open, m, r->tape[r->taped - 1].len, &ps.v[0], plain, sizeof plain, &len));
    assert_int_equal(v2_payloads(ps.v[0].next, plain, len, &ps), CODEC_OK);
    assert_non_null(v2_one(&ps, V2_AUTH));
    assert_null(v2_one(&ps, V2_SA));
    assert_false(v2_notify_error(&ps, &nb));
    assert_true(rig_ping(r, 0, 5) >= 4); /* CREATE_CHILD_SA */
    assert_int_equal(r->seen[V2_CREATE_CHILD_SA][0], 1);
    rig_quiet(r, 1, 1);
    rig_free(r);
}

/* A piece of a message is seen on the way and sent again from elsewhere, before the message is whole. A whole new message
 * from another port moves it. */
static void port_of_a_fragment(void **state)
{
    (void)state;
    struct rig *r = up(1, "crypto ikev2 fragmentation mtu 200\n");
    r->judge = lose;
    r->exchange = V2_CREATE_CHILD_SA;
    r->flags = 0;
    r->left = 100;
    v2_child_rekey(rig_child(r, 0));
    box_run(r->b, S / 10);
    assert_int_equal(r->tape[0].data[16], V2_SKF);
    assert_int_equal(get16(r->tape[0].data + 32), 1); /* number, total */
    assert_true(get16(r->tape[0].data + 34) > 1);
    rig_inject(r, 0, 7777, r->tape[0].data, r->tape[0].len);
    assert_int_equal(rig_sa(r, 1)->peer_port, 500);
    r->left = 0;
    box_run(r->b, 20 * S);
    assert_int_equal(rig_sa(r, 1)->peer_port, 500);
    rig_quiet(r, 1, 1);
    rig_say(r, 7777, V2_INFORMATIONAL, V2_NONE, NULL, 0);
    assert_int_equal(rig_sa(r, 1)->peer_port, 7777);
    rig_free(r);
}

/* CSCsl68327: the initiator of a rekey has thrown the old pair away, the responder switches over late. */
static void old_first(void **state)
{
    (void)state;
    struct rig *r = up(1, "");
    box_start(r->b, "right", "ping 10.1.0.1 source Loopback0 repeat 100 timeout 1");
    box_run(r->b, S / 5);
    size_t from = strlen(box_log(r->b, "left"));
    box_type(r->b, "left", "test crypto fault CSCsl68327 window 1500");
    uint32_t old = rig_child(r, 0)->id;
    v2_child_rekey(rig_child(r, 0));
    box_run(r->b, S / 10);
    assert_null(v2_child_find(rig_v2(r, "left"), old)); /* sound: it lingers */
    assert_int_equal(rig_children(r, 0), 1);
    finish(r, 1);
    box_run(r->b, 10 * S);
    rig_quiet(r, 1, 1);
    box_type(r->b, "right", "test crypto fault CSCsl68327 window 1500");
    box_start(r->b, "right", "ping 10.1.0.1 source Loopback0 repeat 100 timeout 1");
    box_run(r->b, S / 5);
    v2_child_rekey(rig_child(r, 0));
    finish(r, 1);
    assert_null(strstr(box_output(r->b, "right"), "(100/100)"));
    assert_non_null(strstr(box_log(r->b, "left") + from, "%CRYPTO-4-RECVD_PKT_INV_SPI"));
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reauthentication),   cmocka_unit_test(old_child_lingers), cmocka_unit_test(heard), cmocka_unit_test(forgotten), cmocka_unit_test(both_stay),
        cmocka_unit_test(the_one_that_waits), cmocka_unit_test(childless),         cmocka_unit_test(port_of_a_fragment),
        cmocka_unit_test(old_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
