/* Main and quick mode against who is no peer: recorded messages played again, floods of first messages, some in a peer's name. */
#include "tests/exchange/ike_world.h"

/* Recorded messages played again, at both ends, long after: nothing moves. */
static void test_replay_of_everything(void **state)
{
    (void)state;
    struct world *w = world_new(650);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    acquire(a);
    run_s(w, 2);
    sad_delete(&a->ips, a->ips.current, SA_GONE_CLEARED);
    acquire(a);
    run_s(w, 70);
    unsigned n = w->taped;
    struct ike_counts ca = ike_counts(a->ike), cb = ike_counts(b->ike);
    unsigned installs = a->ips.installs + b->ips.installs, deletes = a->ips.deletes + b->ips.deletes;
    for (unsigned i = 0; i < n; i++)
        for (int to = 0; to < 2; to++) {
            struct udp_from from = {.src = w->side[1 - to].addr, .dst = w->side[to].addr, .sport = 500, .dport = 500};
            recv_500(w->side[to].ike, &from, w->tape[i].data, w->tape[i].len);
            run_s(w, 2);
        }
    assert_int_equal(a->ips.installs + b->ips.installs, installs);
    assert_int_equal(a->ips.deletes + b->ips.deletes, deletes);
    assert_int_equal(ike_counts(a->ike).active, ca.active);
    assert_int_equal(ike_counts(b->ike).active, cb.active);
    assert_true(both_flow(w));
    run_s(w, 120);
    assert_true(settled(a) && settled(b));
    world_free(w);
}

/* The half-open table is bounded, in all and by address. */
static void test_half_open_bounds(void **state)
{
    (void)state;
    struct world *w = world_new(660);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    b->deaf = true;
    acquire(a);
    run_s(w, 1);
    b->deaf = false;
    assert_int_equal(w->tape[0].name, MM1);
    uint8_t mm1[1024];
    size_t len = w->tape[0].len;
    memcpy(mm1, w->tape[0].data, len);
    for (uint32_t i = 0; i < 3000; i++) {
        put32(mm1, i + 1);
        struct udp_from from = {.src = 0x0B000000 + i / 20, .dst = ADDR_B, .sport = 500, .dport = 500};
        recv_500(b->ike, &from, mm1, len);
        if (i == 19)
            assert_int_equal(ike_counts(b->ike).half_open, IKE_HALF_OPEN_PEER_MAX);
    }
    assert_int_equal(ike_counts(b->ike).half_open, IKE_HALF_OPEN_MAX);
    run_s(w, 61);
    assert_int_equal(ike_counts(b->ike).half_open, 0);
    struct ike_peer_info pi;
    size_t at = 0;
    assert_false(ike_peer_next(b->ike, &at, &pi) && pi.remote != ADDR_A);
    world_free(w);
}

/* First messages in a peer's name fill its places; who cannot read the answers cannot keep the peer out. */
static void test_half_open_forged(void **state)
{
    (void)state;
    struct world *w = world_new(661);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    b->deaf = true;
    acquire(a);
    run_s(w, 1);
    uint8_t mm1[1024];
    size_t len = w->tape[0].len;
    assert_int_equal(w->tape[0].name, MM1);
    memcpy(mm1, w->tape[0].data, len);
    for (uint32_t i = 0; i < 500; i++) {
        put32(mm1, i + 1);
        struct udp_from from = {.src = ADDR_A, .dst = ADDR_B, .sport = 500, .dport = 500};
        recv_500(b->ike, &from, mm1, len);
        assert_in_range(ike_counts(b->ike).half_open, 1, IKE_HALF_OPEN_PEER_MAX);
    }
    b->deaf = false; /* the peer's own repeats come through */
    run_s(w, 25);
    assert_true(both_flow(w));
    run_s(w, 61);
    assert_int_equal(ike_counts(b->ike).half_open, 0);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_of_everything),
        cmocka_unit_test(test_half_open_bounds),
        cmocka_unit_test(test_half_open_forged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
