/* A peer with the right key that takes more than it needs: what is held for it stays bounded, what was good goes on. */
#include "tests/exchange/ikev2_box.h"

static struct rig *up(void)
{
    struct rig *r = rig_new(1);
    wire_set(r->wire, &(struct wire_params){.delay_us = 10000});
    assert_true(rig_ping(r, 0, 5) >= 4);
    rig_quiet(r, 1, 1);
    return r;
}

/* Left deletes nothing. */
static enum wire_verdict no_word(struct rig *r, int from, const uint8_t *ike, size_t len)
{
    (void)r, (void)len;
    return from == 0 && ike[18] == V2_INFORMATIONAL ? WIRE_LOSE : WIRE_PASS;
}

static unsigned put_off(const struct rig *r)
{
    struct v2_stat_row row;

    for (size_t at = 0; v2_stat_notify_next(rig_v2(r, "right"), &at, &row);)
        if (row.type == V2N_TEMPORARY_FAILURE)
            return (unsigned)row.n[V2_TX_RES];
    return 0;
}

/* It replaces the IKE SA as soon as it has been replaced, and leaves the old ones. */
static void replaced_without_end(void **state)
{
    (void)state;
    struct rig *r = up();
    unsigned most = 0;

    r->judge = no_word;
    for (unsigned i = 0; i < 3 * V2_RETIRED_MAX; i++) {
        v2_rekey_begin(rig_sa(r, 0));
        box_run(r->b, S / 10);
        if (rig_v2(r, "right")->nsas > most)
            most = rig_v2(r, "right")->nsas;
    }
    assert_int_equal(most, V2_RETIRED_MAX + 1);
    assert_true(put_off(r) > 0);
    assert_int_equal(rig_ping(r, 0, 5), 5);
    r->judge = NULL; /* it thinks better of it */
    box_run(r->b, 150 * S);
    v2_rekey_begin(rig_sa(r, 0));
    box_run(r->b, 10 * S);
    rig_quiet(r, 1, 1);
    assert_int_equal(rig_ping(r, 1, 5), 5);
    rig_free(r);
}

/* The same of a child. */
static void children_without_end(void **state)
{
    (void)state;
    struct rig *r = up();
    struct v2_child *c, *next;

    for (unsigned i = 0; i < 3 * V2_REPLACED_MAX; i++) {
        c = rig_child(r, 0);
        v2_child_rekey(c);
        box_run(r->b, S / 200); /* asked */
        c->deleting = true;     /* and never told */
        box_run(r->b, S / 5);
        if (rig_child(r, 0) == c)
            c->deleting = false;
        assert_in_range(rig_children(r, 1), 1, V2_REPLACED_MAX + 1);
    }
    assert_int_equal(rig_children(r, 1), V2_REPLACED_MAX + 1);
    assert_true(put_off(r) > 0);
    assert_int_equal(rig_ping(r, 0, 5), 5);
    for (c = rig_child(r, 0); c; c = next) {
        next = c->next;
        if (c->state == V2C_REPLACED) {
            c->deleting = false;
            v2_child_delete(c);
        }
    }
    box_run(r->b, 20 * S);
    rig_quiet(r, 1, 1);
    assert_int_equal(rig_ping(r, 1, 5), 5);
    rig_free(r);
}

/* It replaces and deletes as it should, and at once again: what still takes in is not held without end. */
static void replaced_and_deleted(void **state)
{
    (void)state;
    struct rig *r = up();

    for (unsigned i = 0; i < 10 * V2_LINGER_MAX; i++) {
        for (struct v2_child *c = rig_sa(r, 0)->children; c; c = c->next)
            if (c->state == V2C_UP && !c->deleting) {
                v2_child_rekey(c);
                break;
            }
        box_run(r->b, S / 20);
        for (int n = 0; n < 2; n++)
            assert_in_range(rig_children(r, n), 1, V2_LINGER_MAX + 2);
    }
    assert_int_equal(rig_children(r, 1), V2_LINGER_MAX + 1);
    assert_int_equal(rig_ping(r, 0, 5), 5);
    assert_int_equal(rig_ping(r, 1, 5), 5);
    box_run(r->b, 6 * S);
    rig_quiet(r, 1, 1);
    rig_free(r);
}

/* It authenticates anew, again and again: the newest stay. */
static void anew_without_end(void **state)
{
    (void)state;
    struct rig *r = up();

    r->judge = no_word;
    for (unsigned i = 0; i < 2 * V2_SAME_MAX; i++) {
        assert_non_null(v2_negotiate(rig_v2(r, "left"), LEFT, RIGHT, "P"));
        box_run(r->b, S / 5);
        assert_in_range(rig_v2(r, "right")->nsas, 1, V2_SAME_MAX);
    }
    assert_int_equal(rig_v2(r, "right")->nsas, V2_SAME_MAX);
    assert_in_range(rig_children(r, 1), 1, V2_SAME_MAX + 40); /* some take in for 5 s what is late */
    assert_true(rig_ping(r, 0, 5) >= 4);
    assert_true(rig_ping(r, 1, 5) >= 4);
    rig_free(r);
}

/* One that has an IKE SA for each of its flows, as several connections of strongSwan between the same ends are, is not
 * greedy: all are in use, and stay, also when all are made anew at once. */
static void one_for_each_flow(void **state)
{
    (void)state;
    enum { FLOWS = V2_SAME_MAX + 8 };
    struct rig *r = up();
    char line[128];

    for (int round = 0; round < 2; round++)
        for (unsigned i = 1; i <= FLOWS; i++) {
            struct ike_want *w = NEW(struct ike_want);
            struct selector local = {0x0A010000 + i, 0xFFFFFFFF, 0, 0}, remote = {0x0A020000 + i, 0xFFFFFFFF, 0, 0};
            for (int n = 0; n < 2 && !round; n++) {
                snprintf(line, sizeof line,
                         "configure terminal\naccess-list 101 permit ip host 10.%d.0.%u host 10.%d.0.%u\nend", 1 + n, i,
                         2 - n, i);
                box_type_all(r->b, node_names[n], line);
            }
            assert_int_equal(spd_find_policy(rig_ipsec(r, "left"), LEFT, RIGHT, &local, &remote, &w->policy), SPD_OK);
            w->since = v2_now(rig_v2(r, "left"));
            v2_peer_want(v2_peer_get(rig_v2(r, "left"), LEFT, RIGHT), w);
            assert_non_null(v2_negotiate(rig_v2(r, "left"), LEFT, RIGHT, "P"));
            box_run(r->b, S / 10);
            if (!round)
                rig_quiet(r, 1 + i, 1 + i);
        }
    box_run(r->b, 10 * S);
    for (unsigned i = 1; i <= FLOWS; i++)
        for (int n = 0; n < 2; n++) {
            struct ipsec_policy flow = {.local = n ? RIGHT : LEFT, .peer = n ? LEFT : RIGHT};
            flow.local_sel = (struct selector){(n ? 0x0A020000 : 0x0A010000) + i, 0xFFFFFFFF, 0, 0};
            flow.remote_sel = (struct selector){(n ? 0x0A010000 : 0x0A020000) + i, 0xFFFFFFFF, 0, 0};
            const struct v2_child *c = v2_of_flow(rig_v2(r, node_names[n]), &flow);
            assert_non_null(c);
            assert_int_equal(c->state, V2C_UP);
            assert_true(c->turn);
        }
    assert_in_range(rig_v2(r, "right")->nsas, 1 + FLOWS, 2 * FLOWS);
    rig_free(r);
}

/* New children of one flow, none in place of another; then IKE SAs, under as many identities as it likes. */
static void same_without_end(void **state)
{
    (void)state;
    struct rig *r = up();
    struct v2_stat_row row;
    unsigned refused = 0, inits;

    for (unsigned i = 0; i < V2_SAME_FLOW_MAX + 20; i++) {
        struct ike_want *w = NEW(struct ike_want);
        w->policy = rig_child(r, 0)->policy;
        w->policy.first.there = false;
        w->since = v2_now(rig_v2(r, "left"));
        v2_child_begin(rig_sa(r, 0), w, 0);
        box_run(r->b, S / 20);
        assert_in_range(rig_children(r, 1), 2, V2_SAME_FLOW_MAX);
    }
    for (size_t at = 0; v2_stat_notify_next(rig_v2(r, "right"), &at, &row);)
        refused += row.type == V2N_NO_ADDITIONAL_SAS ? (unsigned)row.n[V2_TX_RES] : 0;
    assert_int_equal(refused, 21);
    box_run(r->b, 6 * S);
    assert_int_equal(rig_ping(r, 0, 5), 5);
    struct v2_peer *p = v2_peer_find(rig_v2(r, "right"), RIGHT, LEFT);
    assert_int_equal(p->nsas, 1);
    p->nsas = V2_PEER_SA_MAX;
    inits = r->seen[V2_IKE_SA_INIT][1];
    assert_non_null(v2_negotiate(rig_v2(r, "left"), LEFT, RIGHT, "P"));
    box_run(r->b, S);
    assert_int_equal(r->seen[V2_IKE_SA_INIT][1], inits);
    p->nsas = V2_PEER_SA_MAX - 1; /* one has gone */
    box_run(r->b, 5 * S);         /* it is asked again */
    assert_int_equal(rig_sas(r, 1), 2);
    assert_int_equal(p->nsas, V2_PEER_SA_MAX);
    p->nsas = 2;
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replaced_without_end), cmocka_unit_test(children_without_end),
        cmocka_unit_test(replaced_and_deleted), cmocka_unit_test(anew_without_end),
        cmocka_unit_test(one_for_each_flow),    cmocka_unit_test(same_without_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
