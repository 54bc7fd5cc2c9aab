/* Renewal: of IPsec pairs on their soft lifetime (make before break), of the IKE SA before its end, and what happens
 * when it cannot be had. */
#include "tests/exchange/ike_world.h"

static struct sa_pair_info current(struct side *s)
{
    struct fake_pair *f = fake_pair(&s->ips, s->ips.current);
    assert_non_null(f);
    return fake_info(f);
}

/* At every moment of a rekey what either end sends is taken in by the other; the old pair lives on for 30 s. */
static void test_pair(void **state)
{
    (void)state;
    for (int who = 0; who < 2; who++) {
        struct world *w = world_new(40 + (uint64_t)who);
        struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B], *s = &w->side[who];
        for (int k = 0; k < 2; k++)
            w->side[k].ips.policy.pfs_group = 19;
        acquire(a);
        run_s(w, 2);
        struct sa_pair_info old = current(s);
        ike_soft_expire(s->ike, &old);
        uint64_t began = loop_now(w->loop), switched = 0;
        for (int i = 0; i < 5000; i++) {
            vloop_run_for(w->loop, 10000);
            if (!both_flow(w))
                fail_msg("who %d: at %d ms nobody takes in what is sent: %d %d", who, i * 10, flows(a, b), flows(b, a));
            if (!switched && s->ips.current != old.id)
                switched = loop_now(w->loop);
            if (switched && loop_now(w->loop) < switched + 29 * US_PER_S)
                assert_int_equal(pairs_of(s), 2);
        }
        assert_true(switched);
        /* the end that made the pair cannot know when the other has read its last message */
        assert_int_equal(s->ips.later_us, 5 * US_PER_S);
        assert_int_equal((who == SIDE_A ? b : a)->ips.later_us, 0);
        if (who == SIDE_A) /* made the pair: at once; the other leaves it ten seconds */
            assert_in_range(switched - began, 0, US_PER_S);
        else
            assert_in_range(switched - began, 10 * US_PER_S, 11 * US_PER_S);
        assert_int_equal(pairs_of(a), 1);
        assert_int_equal(pairs_of(b), 1);
        assert_null(fake_pair(&s->ips, old.id));
        assert_int_equal(a->ips.acquire_failed + b->ips.acquire_failed, 0);
        world_free(w);
    }
}

static enum fate lose_info_of_b(struct world *w, struct side *from, enum msg_name name, uint8_t *data, size_t len)
{
    (void)data;
    (void)len;
    return from == &w->side[SIDE_B] && name == INFO ? FATE_LOSE : FATE_PASS;
}

/* A pair that the other end has replaced, and whose DELETE never comes, goes all the same. */
static void test_left_behind(void **state)
{
    (void)state;
    struct world *w = world_new(45);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    acquire(a);
    run_s(w, 2);
    struct sa_pair_info old = current(b);
    w->judge = lose_info_of_b;
    ike_soft_expire(b->ike, &old);
    run_s(w, 20);
    assert_false(fake_pair(&a->ips, a->ips.current)->p.initiator);
    assert_int_equal(pairs_of(a), 2);
    run_s(w, 60);
    assert_int_equal(pairs_of(b), 1);
    assert_int_equal(pairs_of(a), 2);
    run_s(w, 60);
    assert_int_equal(pairs_of(a), 1);
    assert_true(both_flow(w));
    world_free(w);
}

/* The IKE SA is gone when a pair wants renewal: main mode first. */
static void test_pair_without_ike(void **state)
{
    (void)state;
    struct world *w = world_new(42);
    struct side *a = &w->side[SIDE_A];
    acquire(a);
    run_s(w, 2);
    ike_clear_sas(a->ike, 0);
    run_s(w, 1);
    struct sa_pair_info old = current(a);
    ike_soft_expire(a->ike, &old);
    run_s(w, 2);
    assert_true(both_flow(w));
    assert_int_not_equal(a->ips.current, old.id);
    assert_int_equal(sas_up(a), 1);
    /* the old pairs were there: this main mode did not say INITIAL-CONTACT, so b kept them */
    assert_int_equal(pairs_of(&w->side[SIDE_B]), 2);
    run_s(w, 40);
    assert_int_equal(pairs_of(a), 1);
    world_free(w);
}

/* A rekey whose policy has gone from the configuration is not begun. */
static void test_pair_without_policy(void **state)
{
    (void)state;
    struct world *w = world_new(43);
    struct side *a = &w->side[SIDE_A];
    acquire(a);
    run_s(w, 2);
    a->ips.no_selector = true;
    unsigned before = a->sent[QM1];
    struct sa_pair_info old = current(a);
    ike_soft_expire(a->ike, &old);
    run_s(w, 60);
    assert_int_equal(a->sent[QM1], before);
    world_free(w);
}

/* Phase 1 of 1000 s: renewed at 900 s by the side that began it, the old one gone 30 s later; the pairs do not notice.
 * Over an hour there is always an SA. */
static void test_ike_sa(void **state)
{
    (void)state;
    struct world *w = world_new(44);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    for (int k = 0; k < 2; k++)
        ((struct ike_policy_conf *)w->side[k].ike->conf.policies.v[0])->lifetime = 1000;
    acquire(a);
    run_s(w, 2);
    uint32_t pair = a->ips.current;
    run_s(w, 890);
    assert_int_equal(a->sent[MM1], 1);
    run_s(w, 20);
    assert_int_equal(a->sent[MM1], 2);
    assert_int_equal(b->sent[MM1], 0);
    assert_int_equal(sas_up(a), 2);
    run_s(w, 30);
    assert_int_equal(sas_up(a), 1);
    assert_int_equal(sas_up(b), 1);
    for (int i = 0; i < 360; i++) {
        run_s(w, 10);
        assert_true(sas_up(a) >= 1 && sas_up(b) >= 1);
    }
    assert_int_equal(a->ips.current, pair);
    assert_true(both_flow(w));
    assert_int_equal(b->sent[MM1], 0);
    world_free(w);
}

static enum fate lose_qm1(struct world *w, struct side *from, enum msg_name name, uint8_t *data, size_t len)
{
    (void)data, (void)len;
    return from == &w->side[SIDE_A] && name == QM1 && w->left && w->left-- ? FATE_LOSE : FATE_PASS;
}

/* b begins a new IKE SA and drops the old one, by which a asks meanwhile, without a word: ten seconds later a asks by the new one. */
static void test_asked_by_old(void **state)
{
    (void)state;
    struct world *w = world_new(49);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    acquire(a);
    run_s(w, 2);
    for (int k = 0; k < 2; k++)
        sad_delete(&w->side[k].ips, w->side[k].ips.current, SA_GONE_IKE_LOST);
    struct ike_peer *p = peer_first(b->ike, b->ips.policy.local, b->ips.policy.peer);
    struct ike_sa *old = peer_sa_up(p);
    assert_non_null(ike_begin(p, ""));
    w->judge = lose_qm1;
    w->left = 1;
    acquire(a);
    run_s(w, 1);
    assert_int_equal(sas_up(a), 2);
    ike_delete_sa(old, false, "as charon does");
    assert_int_equal(w->left, 0);
    assert_int_equal(pairs_of(a), 0);
    run_s(w, 10);
    assert_int_equal(pairs_of(a), 1);
    assert_int_equal(pairs_of(b), 1);
    assert_int_equal(a->ips.acquire_failed, 0);
    world_free(w);
}

/* Without IPsec SAs an IKE SA is not renewed: it ends, with a DELETE. */
static void test_ike_sa_idle(void **state)
{
    (void)state;
    struct world *w = world_new(45);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    for (int k = 0; k < 2; k++)
        ((struct ike_policy_conf *)w->side[k].ike->conf.policies.v[0])->lifetime = 1000;
    acquire(a);
    run_s(w, 2);
    sad_delete(&a->ips, a->ips.current, SA_GONE_CLEARED);
    run_s(w, 990);
    assert_int_equal(sas_up(a), 1);
    run_s(w, 20);
    assert_int_equal(sas_up(a) + sas_up(b), 0);
    assert_int_equal(a->sent[MM1], 1);
    world_free(w);
}

/* The other end is away when the IKE SA would be renewed: the attempt dies, the SA ends at its time, the pair stays
 * until ipsec ends it. */
static void test_ike_sa_fails(void **state)
{
    (void)state;
    struct world *w = world_new(46);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    for (int k = 0; k < 2; k++)
        ((struct ike_policy_conf *)w->side[k].ike->conf.policies.v[0])->lifetime = 1000;
    acquire(a);
    run_s(w, 2);
    b->deaf = true;
    run_s(w, 1100);
    assert_int_equal(sas_up(a), 0);
    assert_int_equal(pairs_of(a), 1);
    assert_true(settled(a));
    world_free(w);
}

/* ISAKMP goes off with the configuration: SAs end, nothing more is answered; on again it works. */
static void test_off_and_on(void **state)
{
    (void)state;
    struct world *w = world_new(47);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    assert_int_equal(log_count(a, "%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is ON"), 1);
    acquire(a);
    run_s(w, 2);
    a->ike->conf.enable = false;
    ike_conf_changed(a->ike);
    assert_int_equal(log_count(a, "%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is OFF"), 1);
    run_s(w, 1);
    assert_int_equal(sas_up(a) + sas_up(b), 0);
    acquire(a);
    assert_int_equal(a->ips.acquire_failed, 1);
    a->ike->conf.enable = true;
    ike_conf_changed(a->ike);
    acquire(a);
    run_s(w, 2);
    assert_true(both_flow(w));
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pair),
        cmocka_unit_test(test_left_behind),
        cmocka_unit_test(test_pair_without_ike),
        cmocka_unit_test(test_pair_without_policy),
        cmocka_unit_test(test_ike_sa),
        cmocka_unit_test(test_asked_by_old), cmocka_unit_test(test_ike_sa_idle),
        cmocka_unit_test(test_ike_sa_fails),
        cmocka_unit_test(test_off_and_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
