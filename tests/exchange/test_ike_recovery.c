/* A packet with an SPI that nobody here knows: the decision table of dataplane/ike/recovery.c row by row, its limits,
 * and what it heals. */
#include "tests/exchange/ike_world.h"

static void stray(struct side *at, uint32_t src, uint32_t spi)
{
    ike_invalid_spi(at->ike, src, at->addr, PROTO_ESP, spi, "Ethernet0/0", false);
}

/* IKE SA with the sender: DELETE, with or without the command; the sender drops that pair alone. */
static void test_with_ike_sa(void **state)
{
    (void)state;
    for (int command = 0; command < 2; command++) {
        struct world *w = world_new(20);
        struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
        a->ike->conf.invalid_spi_recovery = command;
        *ike_debug_isakmp(b->ike) = true;
        acquire(a);
        run_s(w, 2);
        /* a loses its pair, not its IKE SA; nobody tells b */
        struct ike *ike = a->ike;
        uint32_t spi = fake_pair(&b->ips, b->ips.current)->p.spi_out;
        a->ike = NULL;
        sad_delete(&a->ips, a->ips.current, SA_GONE_CLEARED);
        a->ike = ike;
        assert_true(pairs_of(b) == 1 && !flows(b, a));
        stray(a, ADDR_B, spi);
        run_s(w, 1);
        assert_int_equal(a->sent[INFO], 1);
        assert_int_equal(pairs_of(b), 0);
        assert_int_equal(sas_up(a), 1);
        assert_int_equal(log_count(b, "processing DELETE payload. message ID = "), 1);
        acquire(b);
        run_s(w, 1);
        assert_true(both_flow(w));
        /* an SPI that b never had: ignored there */
        stray(a, ADDR_B, 0x12345678);
        run_s(w, 1);
        assert_true(both_flow(w));
        world_free(w);
    }
}

/* No IKE SA, command off: nothing on the wire, one debug line; also when the peer is not configured. */
static void test_without(void **state)
{
    (void)state;
    struct world *w = world_new(21);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    *ike_debug_isakmp(a->ike) = true;
    acquire(b);
    run_s(w, 2);
    side_reload(a);
    *ike_debug_isakmp(a->ike) = true;
    unsigned sent = a->sent[MM1] + a->sent[INFO];
    uint32_t spi = fake_pair(&b->ips, b->ips.current)->p.spi_out;
    a->ips.is_static = true;
    stray(a, ADDR_B, spi);
    run_s(w, 5);
    assert_int_equal(a->sent[MM1] + a->sent[INFO], sent);
    char line[160];
    snprintf(line, sizeof line,
             "ISAKMP-ERROR: (0):ignoring request to send delete notify (no ISAKMP sa) src 192.0.2.1 dst 198.51.100.2 "
             "for SPI 0x%X",
             spi);
    assert_int_equal(log_count(a, line), 1);
    assert_int_equal(pairs_of(b), 1); /* the black hole */
    a->ike->conf.invalid_spi_recovery = true;
    a->ips.is_static = false;
    stray(a, ADDR_B, spi);
    stray(a, 0x0A0B0C0D, 7777);
    run_s(w, 5);
    assert_int_equal(a->sent[MM1] + a->sent[INFO], sent);
    assert_int_equal(log_count(a, line), 2);
    world_free(w);
}

/* No IKE SA, command on, static peer: main mode with INITIAL-CONTACT, then DELETE; no quick mode of its own. The peer's
 * next packet makes the tunnel anew. */
static void test_recovery(void **state)
{
    (void)state;
    struct world *w = world_new(22);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    *ike_debug_isakmp(b->ike) = true;
    a->ips.is_static = true;
    acquire(b);
    run_s(w, 2);
    side_reload(a);
    a->ike->conf.invalid_spi_recovery = true;
    memset(a->sent, 0, sizeof a->sent);
    uint32_t spi = fake_pair(&b->ips, b->ips.current)->p.spi_out;
    stray(a, ADDR_B, spi);
    stray(a, ADDR_B, spi);
    run_s(w, 2);
    assert_int_equal(a->sent[MM1], 1);
    assert_int_equal(a->sent[QM1], 0);
    assert_int_equal(a->sent[INFO], 1);
    assert_int_equal(log_count(b, "processing NOTIFY INITIAL_CONTACT protocol 1"), 1);
    assert_int_equal(pairs_of(b), 0);
    assert_int_equal(sas_up(a), 1);
    assert_int_equal(sas_up(b), 1);
    acquire(b);
    run_s(w, 1);
    assert_true(both_flow(w));
    world_free(w);
}

/* While that main mode runs, more strays wait for it; those of one SPI once. */
static void test_negotiating(void **state)
{
    (void)state;
    struct world *w = world_new(23);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    a->ips.is_static = true;
    a->ike->conf.invalid_spi_recovery = true;
    b->deaf = true;
    for (uint32_t i = 0; i < 20; i++)
        stray(a, ADDR_B, 1000 + i % 12);
    run_s(w, 5);
    assert_int_equal(a->sent[MM1], 1);
    b->deaf = false;
    run_s(w, 10);
    assert_int_equal(sas_up(a), 1);
    assert_int_equal(a->sent[INFO], IKE_SPIS_MAX);
    world_free(w);
}

static void test_limits(void **state)
{
    (void)state;
    struct world *w = world_new(24);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    acquire(a);
    run_s(w, 2);
    unsigned before = a->sent[INFO];
    for (int i = 0; i < 100; i++)
        stray(a, ADDR_B, 4711); /* one a second for the same SPI */
    run_s(w, 0.9);
    assert_int_equal(a->sent[INFO], before + 1);
    run_s(w, 0.2);
    stray(a, ADDR_B, 4711);
    assert_int_equal(a->sent[INFO], before + 2);
    run_s(w, 2);
    before = a->sent[INFO];
    for (uint32_t i = 0; i < 1000; i++)
        stray(a, ADDR_B, 100000 + i); /* ten a second for one peer */
    assert_int_equal(a->sent[INFO], before + 10);
    /* hold-down: a recovery that fails is not begun again within a minute */
    side_reload(a);
    a->ike->conf.invalid_spi_recovery = true;
    a->ips.is_static = true;
    b->deaf = true;
    memset(a->sent, 0, sizeof a->sent);
    stray(a, ADDR_B, 1);
    run_s(w, 59);
    stray(a, ADDR_B, 1);
    run_s(w, 2);
    assert_int_equal(a->sent[MM1], 6);
    stray(a, ADDR_B, 1);
    run_s(w, 1);
    assert_int_equal(a->sent[MM1], 7);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_with_ike_sa), cmocka_unit_test(test_without), cmocka_unit_test(test_recovery),
        cmocka_unit_test(test_negotiating), cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
