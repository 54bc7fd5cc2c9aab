/* Both ends at once: in main mode, in quick mode, in a rekey; with and without losses. They end with tunnels that
 * agree, and nothing flaps. */
#include "tests/exchange/ike_world.h"

/* A seeded judge: loses, repeats and holds back a share of everything. */
struct chance {
    struct rnd *rnd;
    unsigned percent;
};

static enum fate by_chance(struct world *w, struct side *from, enum msg_name name, uint8_t *data, size_t len)
{
    struct chance *c = w->judge_arg;
    (void)from;
    (void)name;
    (void)data;
    (void)len;
    if (w->left <= 0 || rnd_u32(c->rnd) % 100 >= c->percent)
        return FATE_PASS;
    static const enum fate fates[] = {FATE_LOSE, FATE_LOSE, FATE_REPEAT, FATE_HOLD};
    return fates[rnd_u32(c->rnd) % 4];
}

static void test_both_acquire(void **state)
{
    (void)state;
    /* b begins that much after a, us: across every message of the exchange (5 ms each way) */
    for (unsigned lag = 0; lag <= 60000; lag += 2500) {
        struct world *w = world_new(10 + lag);
        struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
        acquire(a);
        vloop_run_for(w->loop, lag);
        if (!b->ips.current)
            acquire(b);
        run_s(w, 30);
        if (!both_flow(w) || pairs_of(a) != 1 || pairs_of(b) != 1)
            fail_msg("lag %u us: pairs %u and %u", lag, pairs_of(a), pairs_of(b));
        unsigned installs = a->ips.installs + b->ips.installs;
        run_s(w, 1000);
        assert_true(both_flow(w));
        assert_int_equal(a->ips.installs + b->ips.installs, installs); /* no flap */
        assert_int_equal(a->ips.deletes + b->ips.deletes, 0);
        assert_true(settled(a) && settled(b));
        assert_true(sas_up(a) >= 1 && sas_up(a) == sas_up(b));
        world_free(w);
    }
}

/* The cookies of each INFO that A sends. */
struct told {
    uint8_t cookie[4][8];
    unsigned n;
};

static enum fate by_which(struct world *w, struct side *from, enum msg_name name, uint8_t *data, size_t len)
{
    struct told *t = w->judge_arg;

    (void)len;
    if (from == &w->side[SIDE_A] && name == INFO && t->n < 4)
        memcpy(t->cookie[t->n++], data, 8);
    return FATE_PASS;
}

/* Where two IKE SAs stand, as both have begun, a DELETE goes by each: the other end may know the pair under one alone. */
static void test_deleted_by_each(void **state)
{
    (void)state;
    struct world *w = world_new(7);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    struct told told = {.n = 0};
    acquire(a);
    acquire(b);
    run_s(w, 30);
    assert_true(both_flow(w));
    assert_int_equal(sas_up(a), 2);
    w->judge = by_which;
    w->judge_arg = &told;
    sad_delete(&a->ips, a->ips.current, SA_GONE_CLEARED);
    run_s(w, 1);
    assert_int_equal(told.n, 2);
    assert_memory_not_equal(told.cookie[0], told.cookie[1], 8);
    assert_int_equal(pairs_of(b), 0);
    world_free(w);
}

/* On one IKE SA, both want the same flow at the same moment: the higher address's exchange is the one that counts. */
static void test_both_quick(void **state)
{
    (void)state;
    struct world *w = world_new(3);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    acquire(a);
    run_s(w, 2);
    sad_delete(&a->ips, a->ips.current, SA_GONE_CLEARED);
    run_s(w, 1);
    unsigned before = a->ips.installs;
    acquire(a);
    acquire(b);
    run_s(w, 1);
    assert_true(both_flow(w));
    assert_int_equal(a->ips.installs, before + 1);
    assert_false(fake_pair(&a->ips, a->ips.current)->p.initiator);
    assert_true(fake_pair(&b->ips, b->ips.current)->p.initiator);
    run_s(w, 60);
    assert_int_equal(pairs_of(a), 1);
    assert_true(settled(a) && settled(b));
    world_free(w);
}

/* Both are told to rekey at the same moment: one successor, the old pair gone after it, no moment without a tunnel. */
static void test_both_rekey(void **state)
{
    (void)state;
    struct world *w = world_new(4);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    acquire(a);
    run_s(w, 2);
    for (int round = 0; round < 5; round++) {
        struct sa_pair_info ia = fake_info(fake_pair(&a->ips, a->ips.current)),
                            ib = fake_info(fake_pair(&b->ips, b->ips.current));
        ike_soft_expire(a->ike, &ia);
        ike_soft_expire(b->ike, &ib);
        for (int i = 0; i < 400; i++) {
            run_s(w, 0.1);
            assert_true(flows(a, b) && flows(b, a));
        }
        assert_int_equal(pairs_of(a), 1);
        assert_int_equal(pairs_of(b), 1);
        assert_int_not_equal(a->ips.current, ia.id);
    }
    world_free(w);
}

/* A thousand seeds: both want a tunnel, a fifth of everything is lost, repeated or late for ten minutes; then the wire
 * is whole. Whatever happened, soon after both agree. */
static void test_a_thousand_seeds(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        struct world *w = world_new(10000 + seed);
        struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
        struct chance c = {rnd_seeded_new(seed), 20};
        w->judge = by_chance;
        w->judge_arg = &c;
        w->left = 1;
        acquire(a);
        if (seed % 2)
            acquire(b);
        for (int i = 0; i < 20; i++) {
            run_s(w, 30);
            if (!a->ips.current)
                acquire(a);
            if (!b->ips.current)
                acquire(b);
            if (seed % 5 == 0 && i % 4 == 3 && a->ips.current) {
                struct sa_pair_info info = fake_info(fake_pair(&a->ips, a->ips.current));
                ike_soft_expire(a->ike, &info);
            }
        }
        w->left = 0;
        run_s(w, 200);
        if (!settled(a) || !settled(b))
            fail_msg("seed %llu: not settled", (unsigned long long)seed);
        /* what one end believes and the other does not know: the stray packet heals it */
        for (int k = 0; k < 2; k++) {
            struct side *s = &w->side[k], *o = &w->side[1 - k];
            struct fake_pair *f = fake_pair(&s->ips, s->ips.current);
            if (f && !flows(s, o)) {
                ike_invalid_spi(o->ike, s->addr, o->addr, PROTO_ESP, f->p.spi_out, "Ethernet0/0", false);
                run_s(w, 2);
            }
        }
        if (!a->ips.current)
            acquire(a);
        run_s(w, 2);
        if (!b->ips.current)
            acquire(b);
        run_s(w, 5);
        if (!both_flow(w))
            fail_msg("seed %llu: no tunnel: sends %d %d, SAs up %u %u, pairs %u %u", (unsigned long long)seed,
                     flows(a, b), flows(b, a), sas_up(a), sas_up(b), pairs_of(a), pairs_of(b));
        rnd_free(c.rnd);
        world_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_acquire),
        cmocka_unit_test(test_deleted_by_each),
        cmocka_unit_test(test_both_quick),
        cmocka_unit_test(test_both_rekey),
        cmocka_unit_test(test_a_thousand_seeds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
