/* IKEv2 SAs and children replaced: by either end, by both at once, with lost messages at every point, under traffic; the
 * rules of RFC 7296 sections 2.8, 2.8.1, 2.8.2 and 2.25. After each story both ends agree and nothing is half done. */
#include "tests/exchange/ikev2_box.h"

#define DELAY_US 10000

static struct rig *up(uint64_t seed, const char *map)
{
    struct rig *r = rig_new_with(seed, "", "", map);
    wire_set(r->wire, &(struct wire_params){.delay_us = DELAY_US});
    assert_true(rig_ping(r, 0, 5) >= 4);
    rig_quiet(r, 1, 1);
    r->taped = 0;
    memset(r->seen, 0, sizeof r->seen);
    return r;
}

static void rekey_child(struct rig *r, int node)
{
    v2_child_rekey(rig_child(r, node));
}

static void rekey_ike(struct rig *r, int node)
{
    v2_rekey_begin(rig_sa(r, node));
}

/* The end of a story: old things gone, one child on one SA, packets pass both ways. */
static void settled(struct rig *r)
{
    rig_quiet(r, 1, 1);
    assert_int_equal(rig_ping(r, 0, 5), 5);
    assert_int_equal(rig_ping(r, 1, 5), 5);
}

static const char *const pfs[] = {"", " set pfs group19\n"};

static void child_by_either(void **state)
{
    (void)state;
    for (int node = 0; node < 2; node++)
        for (int k = 0; k < 2; k++) {
            struct rig *r = up(1, pfs[k]);
            uint32_t old = rig_child(r, node)->id, spi = rig_child(r, node)->spi_in;
            rekey_child(r, node);
            box_run(r->b, 1 * S);
            assert_int_equal(r->seen[V2_CREATE_CHILD_SA][0], 1);
            assert_int_equal(r->seen[V2_INFORMATIONAL][0], 1);
            assert_int_equal(rig_children(r, 0), 2); /* the old one still takes in */
            box_run(r->b, 10 * S);
            assert_null(v2_child_find(rig_v2(r, node_names[node]), old));
            assert_int_not_equal(rig_child(r, node)->spi_in, spi);
            settled(r);
            rig_free(r);
        }
}

static void no_packet_lost(void **state)
{
    (void)state;
    struct rig *r = up(1, pfs[1]);
    box_start(r->b, "left", "ping 10.2.0.1 source Loopback0 repeat 1000 timeout 1");
    for (int i = 0; i < 8; i++) {
        box_run(r->b, 1 * S);
        rekey_child(r, i & 1);
        if (i == 4)
            box_run(r->b, 100000);
        rekey_ike(r, i >> 1 & 1);
    }
    for (int i = 0; i < 100 && !box_done(r->b, "left"); i++)
        box_run(r->b, 1 * S);
    assert_non_null(strstr(box_output(r->b, "left"), "(1000/1000)"));
    box_run(r->b, 70 * S);
    settled(r);
    rig_free(r);
}

static enum wire_verdict lose(struct rig *r, int from, const uint8_t *ike, size_t len)
{
    (void)from;
    (void)len;
    if (ike[18] != r->exchange || (ike[19] & V2_FLAG_RESPONSE) != r->flags || r->left == 0)
        return WIRE_PASS;
    r->left--;
    return WIRE_LOSE;
}

static const struct {
    uint8_t exchange, flags;
} points[] = {{V2_CREATE_CHILD_SA, 0},
              {V2_CREATE_CHILD_SA, V2_FLAG_RESPONSE},
              {V2_INFORMATIONAL, 0},
              {V2_INFORMATIONAL, V2_FLAG_RESPONSE}};

static void child_with_losses(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++)
        for (int node = 0; node < 2; node++) {
            struct rig *r = up(i + 1, pfs[i & 1]);
            r->judge = lose;
            r->exchange = points[i].exchange;
            r->flags = points[i].flags;
            r->left = 2;
            rekey_child(r, node);
            box_run(r->b, 1 * S);
            assert_int_equal(rig_ping(r, 0, 5), 5); /* meanwhile */
            assert_int_equal(rig_ping(r, 1, 5), 5);
            box_run(r->b, 30 * S);
            settled(r);
            rig_free(r);
        }
}

/* Both replace the same child at once: section 2.8.1. Different seeds draw different nonces. */
static void child_by_both(void **state)
{
    unsigned by_left = 0, by_right = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct rig *r = up(seed, pfs[seed & 1]);
        rekey_child(r, 0);
        rekey_child(r, 1);
        box_run(r->b, 1 * S);
        assert_int_equal(r->seen[V2_CREATE_CHILD_SA][0], 2);
        assert_int_equal(r->seen[V2_CREATE_CHILD_SA][1], 2);
        assert_int_equal(r->seen[V2_INFORMATIONAL][0], 2); /* each deletes one: the loser its own, the winner the old */
        box_run(r->b, 10 * S);
        settled(r);
        if (rig_child(r, 0)->initiator)
            by_left++;
        else
            by_right++;
        assert_true(rig_child(r, 0)->initiator != rig_child(r, 1)->initiator);
        rig_free(r);
    }
    assert_true(by_left && by_right);
}

static void child_by_both_with_losses(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 24; seed++) {
        struct rig *r = up(seed, pfs[seed & 1]);
        r->judge = lose;
        r->exchange = points[seed % 4].exchange;
        r->flags = points[seed % 4].flags;
        r->left = 1 + (int)(seed / 4 % 3);
        rekey_child(r, 0);
        rekey_child(r, 1);
        box_run(r->b, 3 * S);
        assert_int_equal(rig_ping(r, 0, 3), 3);
        box_run(r->b, 60 * S);
        settled(r);
        rig_free(r);
    }
}

/* The later request finds the pair being deleted: TEMPORARY_FAILURE, and nothing is left to do. */
static void child_late(void **state)
{
    (void)state;
    for (int after = 1; after < 60; after += 3) {
        struct rig *r = up(1, pfs[1]);
        rekey_child(r, 0);
        box_run(r->b, (uint64_t)after * 1000);
        struct v2_child *c = rig_child(r, 1);
        while (c && c->next)
            c = c->next; /* the oldest */
        v2_child_rekey(c);
        box_run(r->b, 20 * S);
        settled(r);
        rig_free(r);
    }
}

static void ike_by_either(void **state)
{
    (void)state;
    for (int node = 0; node < 2; node++) {
        struct rig *r = up(1, "");
        uint32_t child = rig_child(r, 0)->id, tunnel = rig_sa(r, 0)->tunnel_id, session = rig_sa(r, 0)->session_id;
        assert_int_equal(rig_sa(r, 1 - node)->peer_window, 5);
        rekey_ike(r, node);
        box_run(r->b, 2 * S);
        assert_int_not_equal(rig_sa(r, 0)->tunnel_id, tunnel);
        for (int end = 0; end < 2; end++)
            assert_int_equal(rig_sa(r, end)->peer_window, 1); /* RFC 7296 section 2.18 */
        assert_int_equal(rig_sa(r, 0)->session_id, session);
        assert_int_equal(rig_sa(r, node)->initiator, true);
        assert_int_equal(rig_child(r, 0)->id, child);
        settled(r);
        rekey_child(r, 1 - node); /* under the new keys */
        box_run(r->b, 10 * S);
        settled(r);
        rig_free(r);
    }
}

static void ike_with_losses(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++)
        for (int node = 0; node < 2; node++) {
            struct rig *r = up(i + 1, "");
            r->judge = lose;
            r->exchange = points[i].exchange;
            r->flags = points[i].flags;
            r->left = 2;
            rekey_ike(r, node);
            box_run(r->b, 80 * S);
            settled(r);
            rig_free(r);
        }
}

static void ike_by_both(void **state)
{
    unsigned by_left = 0, by_right = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct rig *r = up(seed, "");
        rekey_ike(r, 0);
        rekey_ike(r, 1);
        box_run(r->b, 5 * S);
        assert_int_equal(r->seen[V2_CREATE_CHILD_SA][0], 2);
        settled(r);
        if (rig_sa(r, 0)->initiator)
            by_left++;
        else
            by_right++;
        rig_free(r);
    }
    assert_true(by_left && by_right);
}

static void ike_by_both_with_losses(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 24; seed++) {
        struct rig *r = up(seed, "");
        r->judge = lose;
        r->exchange = points[seed % 4].exchange;
        r->flags = points[seed % 4].flags;
        r->left = 1 + (int)(seed / 4 % 3);
        rekey_ike(r, 0);
        rekey_ike(r, 1);
        box_run(r->b, 120 * S);
        settled(r);
        rig_free(r);
    }
}

/* A child and the IKE SA replaced at once, from the two ends and with all small delays: TEMPORARY_FAILURE decides. */
static void ike_and_child(void **state)
{
    (void)state;
    for (int gap = 0; gap < 50; gap += 4)
        for (int node = 0; node < 2; node++) {
            struct rig *r = up(1, pfs[gap / 4 & 1]);
            uint32_t tunnel = rig_sa(r, 0)->tunnel_id;
            rekey_ike(r, node);
            box_run(r->b, (uint64_t)gap * 1000);
            rekey_child(r, 1 - node);
            box_run(r->b, 90 * S);
            assert_int_not_equal(rig_sa(r, 0)->tunnel_id, tunnel);
            settled(r);
            rig_free(r);
        }
}

static void child_and_ike(void **state)
{
    (void)state;
    for (int gap = 0; gap < 50; gap += 4)
        for (int node = 0; node < 2; node++) {
            struct rig *r = up(1, pfs[gap / 4 & 1]);
            rekey_child(r, node);
            box_run(r->b, (uint64_t)gap * 1000);
            rekey_ike(r, 1 - node);
            box_run(r->b, 90 * S);
            settled(r);
            rig_free(r);
        }
}

/* Ended by its owner at every point of its replacement, by one end or both: also while a sum is on its way. */
static void ike_cleared_meanwhile(void **state)
{
    (void)state;
    for (int gap = 0; gap < 60; gap += 6)
        for (int k = 0; k < 4; k++) {
            struct rig *r = up(1 + (uint64_t)k, "");
            rekey_ike(r, 0);
            if (k & 1)
                rekey_ike(r, 1);
            box_run(r->b, (uint64_t)gap * 1000);
            box_type(r->b, node_names[k >> 1], "clear crypto ikev2 sa");
            box_run(r->b, 40 * S);
            (void)rig_ping(r, 0, 5);
            settled(r);
            rig_free(r);
        }
}

/* By themselves: the IKE SA before the end of its lifetime, the child before its own, under traffic. */
static void by_time(void **state)
{
    (void)state;
    struct rig *r = rig_new_with(1, "", " lifetime 300\n", " set security-association lifetime seconds 120\n");
    struct v2_stats st;
    unsigned sent = 0, back = 0;
    (void)rig_ping(r, 0, 2);
    for (int i = 0; i < 120; i++) {
        back += rig_ping(r, i & 1, 1);
        sent++;
        box_run(r->b, 10 * S);
    }
    assert_int_equal(back, sent);
    v2_stats(rig_v2(r, "left"), &st);
    assert_in_range(st.rekeys_ike, 4, 5);
    assert_in_range(st.rekeys_child, 12, 15);
    assert_int_equal(rig_sas(r, 0), 1);
    assert_int_equal(rig_ping(r, 0, 5), 5);
    rig_free(r);
}

/* An IKE SA without a child is not replaced before its end; one that gets its first child so late is, and that child outlives it. */
static void by_time_late_child(void **state)
{
    (void)state;
    for (int k = 0; k < 4; k++) {
        struct rig *r = rig_new_with(1 + (uint64_t)k, "", " lifetime 300\n", "");
        uint64_t start = loop_now(box_loop(r->b)), late = k < 2 ? 280 : 290; /* who answered thinks of it at 285 s */
        (void)rig_ping(r, 0, 2);
        box_type(r->b, "left", "clear crypto sa");
        box_run(r->b, start + late * S - loop_now(box_loop(r->b)));
        assert_int_equal(rig_ping(r, k & 1, 5), 4);
        for (unsigned i = 0; i < 40; i++) {
            if (rig_ping(r, i & 1, 1) != 1)
                fail_msg("%d: lost %u s later", k, i);
            box_run(r->b, 1 * S);
        }
        assert_int_equal(rig_sas(r, 0), 1);
        assert_int_equal(rig_sas(r, 1), 1);
        rig_free(r);
    }
}

/* Out of the blue: a rekey for a pair that is not there. */
static void child_not_found(void **state)
{
    (void)state;
    struct rig *r = up(1, "");
    struct v2_child *c = rig_child(r, 1);
    uint32_t id = c->id;
    v2_child_free(c); /* right forgets it without a word */
    (void)sad_delete(rig_ipsec(r, "right"), id, SA_GONE_PEER_DELETE);
    rekey_child(r, 0);
    box_run(r->b, 20 * S);
    settled(r);
    rig_free(r);
}

static enum wire_verdict lose_left(struct rig *r, int from, const uint8_t *ike, size_t len)
{
    (void)r, (void)len;
    return from == 0 && ike[18] == V2_CREATE_CHILD_SA && !(ike[19] & V2_FLAG_RESPONSE) ? WIRE_LOSE : WIRE_PASS;
}

/* Section 2.25: who is told TEMPORARY_FAILURE when it asks for a new child asks again later. It is no failure of the peer's: the next
 * one of the map is not asked. later: the IKE SA is not replaced in the end, but the peer can again. */
static void new_child_put_off(void **state)
{
    (void)state;
    for (int later = 0; later < 2; later++) {
        struct rig *r = up(3, " set peer 10.0.0.9\n");
        box_type(r->b, "right", "clear crypto sa");
        box_run(r->b, 1 * S);
        rig_quiet(r, 1, 0);
        r->judge = lose_left;
        rekey_ike(r, 0);
        box_run(r->b, S / 10);
        box_start(r->b, "right", "ping 10.1.0.1 source Loopback0 repeat 1 timeout 0");
        box_run(r->b, S);
        assert_int_equal(r->seen[V2_CREATE_CHILD_SA][1], 1); /* the refusal */
        rig_children(r, 1);
        if (later)
            v2_x_drop(v2_x_kind(rig_sa(r, 0), V2X_REKEY)); /* left thinks better of it */
        r->judge = NULL;
        box_run(r->b, 10 * S);
        rig_quiet(r, 1, 1);
        assert_int_equal(rig_ping(r, 1, 5), 5);
        assert_non_null(strstr(box_type(r->b, "right", "show crypto map"), "Current peer: 10.0.0.1"));
        rig_free(r);
    }
}

/* One that is always busy is left alone in the end. */
static void always_busy(void **state)
{
    (void)state;
    struct rig *r = up(4, "");
    box_type(r->b, "right", "clear crypto sa");
    box_run(r->b, 1 * S);
    unsigned before = r->seen[V2_CREATE_CHILD_SA][1];
    r->judge = lose_left;
    rekey_ike(r, 0);
    box_run(r->b, S / 10);
    box_start(r->b, "right", "ping 10.1.0.1 source Loopback0 repeat 1 timeout 0");
    box_run(r->b, 60 * S);
    assert_int_equal(r->seen[V2_CREATE_CHILD_SA][1] - before, 6);
    assert_int_equal(rig_sa(r, 1)->nqueue, 0);
    rig_free(r);
}

/* An IKE SA with as many children as it may have takes no more, but replaces those that it has. */
static void full(void **state)
{
    (void)state;
    struct rig *r = up(6, "");
    uint32_t spi = rig_child(r, 0)->spi_in;

    rig_sa(r, 1)->nchildren += V2_CHILDREN_MAX - 1;
    rekey_child(r, 0);
    box_run(r->b, 10 * S);
    assert_int_not_equal(rig_child(r, 0)->spi_in, spi);
    assert_int_equal(rig_ping(r, 0, 5), 5);
    box_type(r->b, "left", "clear crypto sa");
    box_run(r->b, S);
    rig_sa(r, 1)->nchildren++;
    assert_int_equal(rig_ping(r, 0, 5), 0);
    rig_sa(r, 1)->nchildren -= V2_CHILDREN_MAX;
    box_run(r->b, 10 * S);
    (void)rig_ping(r, 0, 5);
    settled(r);
    rig_free(r);
}

static void hashes(struct rig *r, int node, const char *list)
{
    char line[80];

    snprintf(line, sizeof line, "integrity %s", list);
    box_type(r->b, node_names[node], "configure terminal");
    box_type(r->b, node_names[node], "crypto ikev2 proposal default");
    box_type(r->b, node_names[node], line);
    box_type(r->b, node_names[node], "end");
}

/* The pseudorandom function stays, whoever would rather have which, as long as both have it; then it changes. */
static void prf_kept(void **state)
{
    (void)state;
    for (int node = 0; node < 2; node++) {
        struct rig *r = rig_new(5);
        hashes(r, 0, "sha256 sha384");
        hashes(r, 1, "sha384 sha256");
        assert_true(rig_ping(r, 0, 5) >= 4);
        enum hash_alg had = rig_sa(r, 0)->suite.prf;
        for (int turn = 0; turn < 2; turn++) { /* the other's choice at least once */
            rekey_ike(r, node ^ turn);
            box_run(r->b, 5 * S);
            settled(r);
            assert_int_equal(rig_sa(r, 0)->suite.prf, had);
        }
        assert_int_equal(r->seen[V2_CREATE_CHILD_SA][0], 2);
        hashes(r, 0, had == HASH_SHA256 ? "sha384" : "sha256");
        rekey_ike(r, node);
        box_run(r->b, 5 * S);
        settled(r);
        assert_int_not_equal(rig_sa(r, 0)->suite.prf, had);
        rig_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(child_by_either),
        cmocka_unit_test(no_packet_lost),
        cmocka_unit_test(child_with_losses),
        cmocka_unit_test(child_by_both),
        cmocka_unit_test(child_by_both_with_losses),
        cmocka_unit_test(child_late),
        cmocka_unit_test(ike_by_either),
        cmocka_unit_test(ike_with_losses),
        cmocka_unit_test(ike_by_both),
        cmocka_unit_test(ike_by_both_with_losses),
        cmocka_unit_test(ike_and_child),
        cmocka_unit_test(child_and_ike),
        cmocka_unit_test(ike_cleared_meanwhile),
        cmocka_unit_test(by_time),
        cmocka_unit_test(by_time_late_child),
        cmocka_unit_test(child_not_found),
        cmocka_unit_test(prf_kept),
        cmocka_unit_test(new_child_put_off),
        cmocka_unit_test(always_busy),
        cmocka_unit_test(full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
