/* Messages in pieces, and peers behind one address translator, between IKE engines in virtual time. */
#include "tests/exchange/ike_world.h"

/* Group 16: a public value of 512 bytes makes messages longer than a datagram of 576 may carry. */
static void take_pieces(struct world *w, bool a, bool b)
{
    for (int k = 0; k < 2; k++)
        ((struct ike_policy_conf *)w->side[k].ike->conf.policies.v[0])->group = 16;
    w->side[SIDE_A].ike->conf.fragmentation = a;
    w->side[SIDE_B].ike->conf.fragmentation = b;
}

static void test_both_take_pieces(void **state)
{
    (void)state;
    for (int who = 0; who < 4; who++) {
        struct world *w = world_new(1 + (uint64_t)who);
        struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
        take_pieces(w, who & 1, who & 2);
        acquire(a);
        run_s(w, 3);
        assert_true(both_flow(w));
        assert_int_equal(a->sent[PIECE], who == 3 ? 2 : 0); /* MM3: 28 + 516 + 36 + 60 of vendors + 48 of NAT-D */
        assert_int_equal(b->sent[PIECE], who == 3 ? 2 : 0);
        for (unsigned i = 0; i < w->taped; i++)
            assert_true(w->tape[i].name != PIECE || w->tape[i].len + 28 <= 576);
        world_free(w);
    }
}

static enum fate shuffle(struct world *w, struct side *from, enum msg_name name, uint8_t *data, size_t len)
{
    (void)from;
    (void)data;
    (void)len;
    if (name != PIECE)
        return FATE_PASS;
    switch (w->left++ % 4) {
    case 0: return FATE_HOLD; /* the first comes last */
    case 1: return FATE_REPEAT;
    default: return FATE_PASS;
    }
}

static enum fate lose_second(struct world *w, struct side *from, enum msg_name name, uint8_t *data, size_t len)
{
    (void)from;
    (void)data;
    (void)len;
    return name == PIECE && ++w->left == 2 ? FATE_LOSE : FATE_PASS;
}

static void test_pieces_shuffled(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct world *w = world_new(10);
        take_pieces(w, true, true);
        w->judge = k ? lose_second : shuffle;
        acquire(&w->side[SIDE_A]);
        run_s(w, 40);
        assert_true(both_flow(w));
        world_free(w);
    }
}

/* A piece: header, generic header, id, number, last, bytes. */
static size_t piece(uint8_t *out, const uint8_t *cookies, uint16_t id, uint8_t number, uint8_t last,
                    const uint8_t *data, size_t len)
{
    memset(out, 0, 36);
    memcpy(out, cookies, 16);
    out[16] = PL_FRAGMENT;
    out[17] = 0x10;
    out[18] = EX_MAIN;
    put32(out + 24, (uint32_t)(36 + len));
    put16(out + 30, (uint16_t)(8 + len));
    put16(out + 32, id);
    out[34] = number;
    out[35] = last;
    memcpy(out + 36, data, len);
    return 36 + len;
}

/* What strangers and peers send in pieces that never make a message: nothing of it lasts, and a negotiation goes on. */
static void test_hostile_pieces(void **state)
{
    (void)state;
    struct world *w = world_new(20);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    uint8_t junk[ISAKMP_MSG_MAX] = {0}, buf[ISAKMP_MSG_MAX], cookies[16] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct udp_from from = {.src = 0x0A000001, .dst = ADDR_B, .sport = 500, .dport = 500};

    take_pieces(w, true, true);
    for (unsigned i = 0; i < 2000; i++) {
        from.src = 0x0A000000u + i % 500;
        from.sport = (uint16_t)(500 + i % 7);
        cookies[0] = (uint8_t)i;
        size_t n = piece(buf, cookies, (uint16_t)(i / 3), (uint8_t)(i % 70), i % 5 == 0, junk, 100 + i % 2000);
        b->rx500(b->rx_arg, &from, buf, n);
    }
    /* A whole that is a piece again; a whole of one piece without a message in it; a piece without bytes. */
    size_t inner = piece(junk, cookies, 1, 1, 1, (const uint8_t *)"x", 1);
    from.src = 0x0B000001;
    b->rx500(b->rx_arg, &from, buf, piece(buf, cookies, 9, 1, 1, junk, inner));
    b->rx500(b->rx_arg, &from, buf, piece(buf, cookies, 10, 1, 1, (const uint8_t *)"zz", 2));
    b->rx500(b->rx_arg, &from, buf, piece(buf, cookies, 11, 1, 1, junk, 0));
    assert_int_equal(ike_counts(b->ike).half_open + ike_counts(b->ike).negotiating, 0);
    assert_int_equal(table_count(b->ike->peers), 0);
    /* In the middle of a negotiation, with its cookies. */
    acquire(a);
    run_s(w, 0.016); /* MM1, MM2 and MM3 are out */
    for (unsigned i = 0; i < w->taped; i++)
        if (w->tape[i].name == MM2)
            memcpy(cookies, w->tape[i].data, 16);
    from.src = ADDR_A;
    from.sport = 500;
    for (unsigned i = 0; i < 20; i++)
        b->rx500(b->rx_arg, &from, buf, piece(buf, cookies, (uint16_t)(100 + i), (uint8_t)(1 + i), 0, junk, 400));
    run_s(w, 40);
    assert_true(both_flow(w));
    run_s(w, 70);
    assert_true(settled(a) && settled(b));
    world_free(w);
}

/* Some number all their messages alike (strongSwan): what is left over of one message must not get into the next, nor
 * a forged last piece stand in the way for ever. */
static void test_left_over_piece(void **state)
{
    (void)state;
    for (int forged = 0; forged < 2; forged++) {
        struct world *w = world_new(22);
        struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
        struct udp_from from = {.src = ADDR_A, .dst = ADDR_B, .sport = 500, .dport = 500};
        uint8_t buf[ISAKMP_MSG_MAX], junk[100] = {0};
        const uint8_t *qm1 = NULL;
        size_t n = 0;

        take_pieces(w, true, true);
        acquire(a);
        run_s(w, 3);
        assert_true(both_flow(w));
        b->deaf = true;
        unsigned before = w->taped;
        a->ike->conf.fragmentation = false; /* goes whole, to be cut here */
        acquire(a);
        run_s(w, 1);
        for (unsigned i = before; i < w->taped; i++)
            if (w->tape[i].name == QM1) {
                qm1 = w->tape[i].data;
                n = w->tape[i].len;
            }
        assert_non_null(qm1);
        b->deaf = false;
        unsigned pairs = b->ips.installs;
        if (forged) { /* the same message's, never to be whole; its time passes */
            size_t len = piece(buf, qm1, 1, 9, 1, junk, sizeof junk);
            buf[18] = EX_QUICK;
            memcpy(buf + 20, qm1 + 20, 4);
            b->rx500(b->rx_arg, &from, buf, len);
            b->deaf = true;
            run_s(w, 11);
            b->deaf = false;
        } else { /* of phase 1, late */
            b->rx500(b->rx_arg, &from, buf, piece(buf, qm1, 1, 2, 1, junk, sizeof junk));
        }
        for (int k = 0; k < 2; k++) {
            size_t at = k ? n / 2 : 0, some = k ? n - at : n / 2;
            size_t len = piece(buf, qm1, 1, (uint8_t)(k + 1), (uint8_t)k, qm1 + at, some);
            buf[18] = EX_QUICK;
            memcpy(buf + 20, qm1 + 20, 4);
            b->rx500(b->rx_arg, &from, buf, len);
        }
        run_s(w, 1);
        assert_int_equal(b->ips.installs, pairs + 1);
        world_free(w);
    }
}

/* A first message in pieces from nobody known, as a peer sends it that is forced to. */
static void test_first_in_pieces(void **state)
{
    (void)state;
    struct world *w = world_new(21);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    struct udp_from from = {.src = ADDR_A, .dst = ADDR_B, .sport = 500, .dport = 500};
    uint8_t buf[ISAKMP_MSG_MAX];

    take_pieces(w, true, true);
    b->deaf = true;
    acquire(a);
    run_s(w, 1);
    assert_int_equal(w->tape[0].name, MM1);
    b->deaf = false;
    const uint8_t *mm1 = w->tape[0].data;
    size_t n = w->tape[0].len, half = n / 2;
    b->rx500(b->rx_arg, &from, buf, piece(buf, mm1, 1, 2, 1, mm1 + half, n - half));
    assert_int_equal(ike_counts(b->ike).half_open, 0);
    b->rx500(b->rx_arg, &from, buf, piece(buf, mm1, 1, 1, 0, mm1, half));
    assert_int_equal(ike_counts(b->ike).half_open, 1);
    run_s(w, 3);
    assert_true(both_flow(w));
    world_free(w);
}

#define NAT 0xCB007101u /* 203.0.113.1 */
static unsigned living(struct side *s)
{
    unsigned n = 0;
    for (int i = 0; i < PAIRS; i++)
        n += s->ips.pairs[i].used && s->ips.pairs[i].enabled;
    return n;
}

static uint16_t port_of(struct side *hub, uint32_t net)
{
    for (int i = 0; i < PAIRS; i++)
        if (hub->ips.pairs[i].used && hub->ips.pairs[i].p.policy.remote_sel.addr == net)
            return hub->ips.pairs[i].p.peer_port;
    return 0;
}

/* Two spokes behind one address: the hub serves both, each on its port; neither's INITIAL-CONTACT, DELETE, restart or
 * death touches the other. */
static void test_two_behind_one(void **state)
{
    (void)state;
    struct world *w = world_new(30);
    struct side *a = &w->side[SIDE_A], *hub = &w->side[SIDE_B], *c = world_third(w, 31, NAT);

    acquire(a);
    run_s(w, 2);
    assert_true(flows(a, hub));
    acquire(c);
    run_s(w, 2);
    assert_true(flows(a, hub) && flows(c, hub));
    assert_int_equal(living(hub), 2);
    assert_int_equal(sas_up(hub), 2);
    assert_int_equal(port_of(hub, NET_A), 24500);
    assert_int_equal(port_of(hub, NET_C), 34500);
    struct ike_peer_info p;
    size_t at = 0;
    unsigned peers = 0;
    while (ike_peer_next(hub->ike, &at, &p)) {
        assert_true(p.port == 24500 || p.port == 34500);
        assert_int_equal(p.pairs, 1);
        peers++;
    }
    assert_int_equal(peers, 2);

    /* C forgets everything and comes back: A's pair stays. */
    side_reload(c);
    acquire(c);
    run_s(w, 5);
    assert_true(flows(a, hub) && flows(c, hub));
    assert_int_equal(living(hub), 2);

    /* A ends in order. */
    ike_clear_session(a->ike, 0, 0, 0);
    sad_delete_peer(&a->ips, 0, SA_GONE_CLEARED);
    run_s(w, 2);
    assert_true(flows(c, hub));
    assert_int_equal(living(hub), 1);
    assert_int_equal(port_of(hub, NET_A), 0);
    world_free(w);
}

/* One of them dies without a word: only it is found dead. */
static void test_one_dies(void **state)
{
    (void)state;
    struct world *w = world_new(32);
    struct side *a = &w->side[SIDE_A], *hub = &w->side[SIDE_B], *c = world_third(w, 33, NAT);

    hub->ike->conf.keepalive = 10;
    hub->ike->conf.keepalive_periodic = 1;
    ike_conf_changed(hub->ike);
    acquire(a);
    acquire(c);
    run_s(w, 3);
    assert_int_equal(living(hub), 2);
    c->deaf = true;
    run_s(w, 40);
    assert_int_equal(living(hub), 1);
    assert_int_equal(port_of(hub, NET_C), 0);
    assert_true(flows(a, hub));
    assert_int_equal(sas_up(hub), 1);
    world_free(w);
}

/* The hub renews both: each quick mode goes to the port of the one it is for. */
static void test_hub_renews(void **state)
{
    (void)state;
    struct world *w = world_new(34);
    struct side *a = &w->side[SIDE_A], *hub = &w->side[SIDE_B], *c = world_third(w, 35, NAT);

    acquire(a);
    acquire(c);
    run_s(w, 3);
    for (int i = 0; i < PAIRS; i++)
        if (hub->ips.pairs[i].used && hub->ips.pairs[i].enabled) {
            struct sa_pair_info info = fake_info(&hub->ips.pairs[i]);
            ike_soft_expire(hub->ike, &info);
        }
    run_s(w, 60);
    assert_int_equal(living(hub), 2);
    assert_int_equal(port_of(hub, NET_A), 24500);
    assert_int_equal(port_of(hub, NET_C), 34500);
    assert_int_equal(hub->ips.installs, 4);
    assert_int_equal(a->ips.installs, 2);
    assert_int_equal(c->ips.installs, 2);
    assert_true(flows(a, hub) && flows(c, hub));
    /* And when the hub has lost a pair: the flow goes to the one that had it. */
    for (int i = 0; i < PAIRS; i++)
        if (hub->ips.pairs[i].used)
            sad_delete(&hub->ips, hub->ips.pairs[i].id, SA_GONE_CLEARED);
    run_s(w, 1);
    assert_int_equal(living(a) + living(c), 0);
    struct ipsec_policy flow = hub->ips.policy;
    ike_acquire(hub->ike, &flow);
    flow.remote_sel.addr = NET_C;
    ike_acquire(hub->ike, &flow);
    run_s(w, 3);
    assert_int_equal(living(a), 1);
    assert_int_equal(living(c), 1);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_take_pieces), cmocka_unit_test(test_pieces_shuffled),
        cmocka_unit_test(test_hostile_pieces),   cmocka_unit_test(test_left_over_piece),
        cmocka_unit_test(test_first_in_pieces),
        cmocka_unit_test(test_two_behind_one),   cmocka_unit_test(test_one_dies),
        cmocka_unit_test(test_hub_renews),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
