/* test_flow_groups.c: flows below one line or one entry of a dynamic map: that a peer who asks for many stays within
 * bounds, that each packet finds the most exact one, and that nothing is left of them. */
#include "tests/unit/sad_box.h"

static struct sa_pair_params narrow(struct box *b, uint32_t n, uint32_t remote, uint32_t mask)
{
    struct sa_pair_params p = pair_of(b, 0x10000 + n, 0x20000 + n, false);
    p.policy.local_sel = (struct selector){.addr = A(10, 1, 0, 0) + n, .mask = UINT32_MAX};
    p.policy.remote_sel = (struct selector){.addr = remote, .mask = mask};
    return p;
}

static uint32_t spi_to(struct box *b, uint32_t src, uint32_t dst)
{
    uint8_t p[84] = {0x45, 0, 0, 84};
    p[8] = 64;
    p[9] = PROTO_ICMP;
    put32(p + 12, src);
    put32(p + 16, dst);
    b->ngot = 0;
    box_put(b, STAGE_CRYPTO_OUT, p, sizeof p, false);
    return b->ngot && b->got[0].stage == STAGE_IP4_ROUTE ? get32(b->got[0].data + 20) : 0;
}

static void below_a_line(void **state)
{
    struct box *b = hub_new();
    unsigned made = 0;
    (void)state;
    for (uint32_t n = 0; n < 1000; n++) {
        struct sa_pair_params p = narrow(b, n, A(10, 2, 0, 1), UINT32_MAX);
        uint32_t id = sad_install(b->ips, &p);
        made += id != 0;
        sad_enable_outbound(b->ips, id);
    }
    assert_int_equal(made, NARROW_FLOWS_MAX);
    assert_int_equal(ipsec_totals(b->ips).flows, NARROW_FLOWS_MAX + 1);
    assert_int_equal(spi_to(b, A(10, 1, 0, 7), A(10, 2, 0, 1)), 0x20007);
    assert_int_equal(spi_to(b, A(10, 1, 0, 7), A(10, 2, 0, 2)), 0);
    ipsec_clear(b->ips);
    box_turn(b);
    assert_int_equal(ipsec_totals(b->ips).flows, 1);
    box_free(b);
}

static struct box *dynamic_new(void)
{
    struct box *b = hub_new();
    struct cryptomap_conf *m = ipsec_conf(b->ips)->maps.v[0], *d = NEW(struct cryptomap_conf);
    cryptomap_conf_init(d);
    str_copy(d->name, sizeof d->name, "DYN");
    d->seq = 10;
    conf_list_add(&ipsec_conf(b->ips)->dynamics, d);
    conf_list_clear(&m->peers);
    m->acl[0] = '\0';
    str_copy(m->dynamic, sizeof m->dynamic, "DYN");
    ipsec_conf_changed(b->ips);
    box_turn(b);
    return b;
}

static struct sa_pair_params dynamic_pair(struct box *b, uint32_t n, uint32_t peer, struct selector remote)
{
    static const uint8_t key[128] = {1, 2, 3};
    static const struct selector any = {0};
    struct sa_pair_params p = {.spi_in = 0x10000 + n,
                               .spi_out = 0x20000 + n,
                               .local_port = 500,
                               .peer_port = 500,
                               .key_in = key,
                               .key_out = key,
                               .key_len = sad_keymat_len(&aes)};
    assert_int_equal(spd_find_policy(b->ips, HUB, peer, &any, &remote, &p.policy), SPD_OK);
    assert_true(p.policy.answer_only);
    p.policy.transforms[0] = aes;
    p.policy.ntransforms = 1;
    return p;
}

/* One peer that asks for everything, one flow after the other: it fills its own measure and nobody else's. */
static void one_greedy_peer(void **state)
{
    struct box *b = dynamic_new();
    unsigned made = 0;
    (void)state;
    for (uint32_t n = 0; n < 2000; n++) {
        struct sa_pair_params p = dynamic_pair(b, n, SPOKE, (struct selector){A(10, 2, 0, 0) + n, UINT32_MAX, 0, 0});
        made += sad_install(b->ips, &p) != 0;
    }
    assert_int_equal(made, PEER_PAIRS_MAX);
    struct sa_pair_params p = dynamic_pair(b, 5000, THIRD, (struct selector){A(10, 2, 0, 0), 0xFFFF0000, 0, 0});
    uint32_t id = sad_install(b->ips, &p);
    assert_int_not_equal(id, 0);
    sad_enable_outbound(b->ips, id);
    assert_int_equal(spi_to(b, A(10, 1, 0, 1), A(10, 2, 99, 1)), 0x20000 + 5000);
    assert_int_equal(sad_delete_peer(b->ips, SPOKE, SA_GONE_CLEARED), PEER_PAIRS_MAX);
    assert_int_equal(ipsec_totals(b->ips).flows, 1);
    box_free(b);
}

/* The same remote side from many peers: so many, and no more. Packets go to the last that was enabled. */
static void one_prefix(void **state)
{
    struct box *b = dynamic_new();
    unsigned made = 0;
    (void)state;
    for (uint32_t n = 0; n < 300; n++) {
        struct sa_pair_params p =
            dynamic_pair(b, n, A(198, 51, 100, 0) + n, (struct selector){A(10, 2, 0, 0), 0xFFFF0000, 0, 0});
        uint32_t id = sad_install(b->ips, &p);
        made += id != 0;
        if (id)
            sad_enable_outbound(b->ips, id);
    }
    assert_int_equal(made, SAME_FLOWS_MAX);
    assert_int_equal(spi_to(b, A(10, 1, 0, 1), A(10, 2, 0, 1)), 0x20000 + SAME_FLOWS_MAX - 1);
    sad_delete_peer(b->ips, A(198, 51, 100, 0) + SAME_FLOWS_MAX - 1, SA_GONE_PEER_DELETE);
    assert_int_equal(spi_to(b, A(10, 1, 0, 1), A(10, 2, 0, 1)), 0x20000 + SAME_FLOWS_MAX - 2);
    box_free(b);
}

/* The most exact prefix first, however they came; what sends not yet is passed by. */
static void most_exact(void **state)
{
    static const struct {
        uint32_t addr, mask;
    } v[] = {{A(10, 2, 0, 0), 0xFFFF0000}, {A(10, 2, 3, 0), 0xFFFFFF00}, {A(10, 2, 3, 4), 0xFFFFFFFF}, {0, 0}};
    struct box *b = dynamic_new();
    uint32_t id[4];
    (void)state;
    for (uint32_t n = 0; n < 4; n++) {
        struct sa_pair_params p =
            dynamic_pair(b, n, A(198, 51, 100, 1) + n, (struct selector){v[n].addr, v[n].mask, 0, 0});
        id[n] = sad_install(b->ips, &p);
        assert_int_not_equal(id[n], 0);
        if (n != 2)
            sad_enable_outbound(b->ips, id[n]);
    }
    assert_int_equal(spi_to(b, A(10, 1, 0, 1), A(10, 2, 3, 4)), 0x20001);
    sad_enable_outbound(b->ips, id[2]);
    assert_int_equal(spi_to(b, A(10, 1, 0, 1), A(10, 2, 3, 4)), 0x20002);
    assert_int_equal(spi_to(b, A(10, 1, 0, 1), A(10, 2, 3, 5)), 0x20001);
    assert_int_equal(spi_to(b, A(10, 1, 0, 1), A(10, 2, 4, 5)), 0x20000);
    assert_int_equal(spi_to(b, A(10, 1, 0, 1), A(172, 16, 0, 1)), 0x20003);
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(below_a_line),
        cmocka_unit_test(one_greedy_peer),
        cmocka_unit_test(one_prefix),
        cmocka_unit_test(most_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
