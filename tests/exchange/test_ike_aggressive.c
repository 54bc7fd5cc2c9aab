/* Aggressive mode (RFC 2409 section 5.4) between two engines: both halves, by address and by name, with what may go
 * wrong on the wire; and the profiles and keyrings that decide who is spoken to with which key. */
#include "tests/exchange/ike_world.h"

static struct ike_profile_conf *add_profile(struct ike *ike, const char *name, uint8_t kind, const char *text)
{
    struct ike_profile_conf *p = mem_new(sizeof *p);
    struct ike_match_conf *m = mem_new(sizeof *m);

    memset(p, 0, sizeof *p);
    ike_profile_conf_init(p);
    snprintf(p->name, sizeof p->name, "%s", name);
    *m = (struct ike_match_conf){.kind = kind, .mask = 0xFFFFFFFF};
    snprintf(m->text, sizeof m->text, "%s", text);
    conf_list_add(&p->matches, m);
    conf_list_add(&ike->conf.profiles, p);
    return p;
}

static struct ike_keyring_conf *add_keyring(struct ike *ike, const char *name, const char *key, const char *host,
                                            uint32_t addr)
{
    struct ike_keyring_conf *k = mem_new(sizeof *k);
    struct ike_psk_conf *psk = mem_new(sizeof *psk);

    memset(k, 0, sizeof *k);
    memset(psk, 0, sizeof *psk);
    ike_keyring_conf_init(k);
    ike_psk_conf_init(psk);
    snprintf(k->name, sizeof k->name, "%s", name);
    snprintf(psk->key, sizeof psk->key, "%s", key);
    psk->kind = host ? IKE_PSK_HOST : IKE_PSK_ADDRESS;
    snprintf(psk->host, sizeof psk->host, "%s", host ? host : "");
    psk->addr = addr;
    conf_list_add(&k->psks, psk);
    conf_list_add(&ike->conf.keyrings, k);
    return k;
}

/* A's side begins in aggressive mode, under the profile HUB. */
static void begins_so(struct side *a)
{
    struct ike_profile_conf *p = add_profile(a->ike, "HUB", IKE_MATCH_ADDRESS, "");

    p->initiate = IKE_MODE_AGGRESSIVE;
    snprintf(a->ips.policy.ike_profile, sizeof a->ips.policy.ike_profile, "HUB");
}

static void test_three_messages(void **state)
{
    (void)state;
    struct world *w = world_new(1);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];

    begins_so(a);
    acquire(a);
    for (int i = 0; i < 400 && !a->sent[AM3]; i++)
        run_s(w, 0.005);
    run_s(w, 0.03); /* not on the heels of AM3 */
    assert_int_equal(a->sent[AM3], 1);
    assert_int_equal(a->sent[QM1], 0);
    run_s(w, 2);
    assert_true(both_flow(w));
    assert_int_equal(a->sent[AM1], 1);
    assert_int_equal(b->sent[AM2], 1);
    assert_int_equal(a->sent[AM3], 1);
    assert_int_equal(a->sent[MM1] + b->sent[MM2], 0);
    assert_true(settled(a) && settled(b));
    world_free(w);
}

/* Any message lost, repeated, held back or spoilt once: it comes about all the same, and one pair is used. */
static enum fate once(struct world *w, struct side *from, enum msg_name name, uint8_t *data, size_t len)
{
    (void)from;
    if (name != w->target || !w->left)
        return FATE_PASS;
    w->left--;
    if (w->fate == FATE_SPOIL) {
        data[len - 1] ^= 0x40;
        return FATE_PASS;
    }
    return w->fate;
}

static void test_wire_faults(void **state)
{
    (void)state;
    for (int target = AM1; target <= AM3; target++)
        for (int fate = FATE_LOSE; fate <= FATE_SPOIL; fate++) {
            struct world *w = world_new(100 + (uint64_t)target * 10 + (uint64_t)fate);
            struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
            begins_so(a);
            w->judge = once;
            w->target = (enum msg_name)target;
            w->fate = (enum fate)fate;
            w->left = 1;
            acquire(a);
            run_s(w, 45);
            if (!both_flow(w)) {
                log_dump(a);
                log_dump(b);
                fail_msg("%s, fate %d: no tunnel", msg_names[target], fate);
            }
            assert_int_equal(pairs_of(a), 1);
            assert_int_equal(pairs_of(b), 1);
            run_s(w, 120);
            assert_true(settled(a) && settled(b));
            world_free(w);
        }
}

/* Another key: nothing comes about, nothing is left, and it takes the time of the retransmissions, not a loop. */
static void test_other_key(void **state)
{
    (void)state;
    struct world *w = world_new(2);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];

    begins_so(a);
    add_psk(b->ike, "other", ADDR_A, 0xFFFFFFFF);
    acquire(a);
    run_s(w, 5);
    assert_int_equal(a->sent[AM1], 1);
    assert_int_equal(sas_up(a) + sas_up(b), 0);
    assert_int_equal(log_count(a, "%CRYPTO-6-IKMP_AUTH_FAIL: Authentication method 4 failed with host 198.51.100.2"),
                     1);
    run_s(w, 130);
    assert_in_range(a->sent[AM1], 2, 6);
    assert_int_equal(a->ips.acquire_failed, 1);
    assert_true(settled(a) && settled(b));
    world_free(w);
}

/* Nobody knows A's address; its name chooses the key, and so does B's. Case does not matter. */
static void test_by_name(void **state)
{
    (void)state;
    struct world *w = world_new(3);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];

    conf_list_clear(&b->ike->conf.psks);
    add_keyring(b->ike, "KR", "cisco123", "SPOKE.example", 0);
    struct ike_profile_conf *p = add_profile(b->ike, "SPOKES", IKE_MATCH_HOST_DOMAIN, "example");
    snprintf(p->keyring, sizeof p->keyring, "KR");
    p->self = IKE_SELF_USER_FQDN;
    snprintf(p->self_name, sizeof p->self_name, "hub@example");
    begins_so(a);
    ((struct ike_match_conf *)((struct ike_profile_conf *)a->ike->conf.profiles.v[0])->matches.v[0])->kind =
        IKE_MATCH_USER;
    snprintf(((struct ike_match_conf *)((struct ike_profile_conf *)a->ike->conf.profiles.v[0])->matches.v[0])->text,
             IKE_ID_MAX, "hub@example");
    a->ike->conf.identity = IKE_IDENTITY_HOSTNAME;
    *ike_debug_isakmp(b->ike) = true;
    acquire(a);
    run_s(w, 2);
    assert_true(both_flow(w));
    assert_int_equal(log_count(b, "peer matches SPOKES profile"), 1);
    struct ike_sa_info i;
    size_t at = 0;
    assert_true(ike_sa_next(a->ike, &at, &i));
    assert_string_equal(i.peer_id, "hub@example");
    assert_string_equal(i.profile, "HUB");
    /* Main mode cannot choose so: the name comes after the key. */
    ((struct ike_profile_conf *)a->ike->conf.profiles.v[0])->initiate = IKE_MODE_MAIN;
    side_reload(b);
    conf_list_clear(&b->ike->conf.psks);
    add_keyring(b->ike, "KR", "cisco123", "spoke.example", 0);
    *ike_debug_isakmp(b->ike) = true;
    ike_clear_session(a->ike, 0, 0, 0);
    acquire(a);
    run_s(w, 70);
    assert_int_equal(sas_up(a), 0);
    assert_in_range(log_count(b, "No pre-shared key with 192.0.2.1!"), 1, 10);
    world_free(w);
}

static void test_disabled(void **state)
{
    (void)state;
    for (int who = SIDE_A; who <= SIDE_B; who++) {
        struct world *w = world_new(4);
        struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
        begins_so(a);
        w->side[who].ike->conf.aggressive_disable = true;
        acquire(a);
        run_s(w, 70);
        assert_int_equal(sas_up(a) + sas_up(b), 0);
        assert_int_equal(a->sent[AM1], who == SIDE_A ? 0 : 6);
        assert_int_equal(b->sent[AM2], 0);
        assert_int_equal(log_count(&w->side[who], "%CRYPTO-5-IKMP_AG_MODE_DISABLED: Unable to initiate or respond to "
                                                  "Aggressive Mode while disabled"),
                         who == SIDE_A ? 1 : log_count(b, "IKMP_AG_MODE_DISABLED"));
        assert_int_equal(a->ips.acquire_failed, 1);
        world_free(w);
    }
}

/* The profile of the map says who the hub is, and it is not. */
static void test_wrong_hub(void **state)
{
    (void)state;
    for (int mode = IKE_MODE_MAIN; mode <= IKE_MODE_AGGRESSIVE; mode++) {
        struct world *w = world_new(5);
        struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
        struct ike_profile_conf *p = add_profile(a->ike, "HUB", IKE_MATCH_HOST, "other.example");
        p->initiate = (uint8_t)mode;
        snprintf(a->ips.policy.ike_profile, sizeof a->ips.policy.ike_profile, "HUB");
        acquire(a);
        run_s(w, 5);
        assert_int_equal(sas_up(a) + pairs_of(a) + pairs_of(b), 0);
        run_s(w, 70);
        assert_int_equal(sas_up(b), 0);
        assert_true(settled(a) && settled(b));
        world_free(w);
    }
}

/* Main mode finds the key by address; the profile that the identity chooses must have the same. */
static void test_keyrings(void **state)
{
    static const struct {
        const char *key;
        uint32_t local;
        bool up;
    } rows[] = {{"cisco123", 0, true}, {"cisco123", ADDR_B, true}, {"cisco123", ADDR_A, false}, {"another", 0, false}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct world *w = world_new(6 + i);
        struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
        struct ike_keyring_conf *k = add_keyring(b->ike, "KR", rows[i].key, NULL, ADDR_A);
        struct ike_profile_conf *p = add_profile(b->ike, "P", IKE_MATCH_ADDRESS, "");
        snprintf(p->keyring, sizeof p->keyring, "KR");
        k->local_addr = rows[i].local;
        acquire(a);
        run_s(w, 5);
        assert_int_equal(sas_up(b), rows[i].up);
        assert_int_equal(both_flow(w), rows[i].up);
        world_free(w);
    }
}

/* A map that names a profile is for those who match it, in quick mode too. */
static void test_map_of_another(void **state)
{
    (void)state;
    for (int fits = 0; fits < 2; fits++) {
        struct world *w = world_new(40);
        struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
        add_profile(b->ike, "P", fits ? IKE_MATCH_ADDRESS : IKE_MATCH_HOST, "other.example");
        snprintf(b->ips.policy.ike_profile, sizeof b->ips.policy.ike_profile, "P");
        acquire(a);
        run_s(w, 3);
        assert_int_equal(sas_up(b), 1);
        assert_int_equal(both_flow(w), fits);
        assert_int_equal(pairs_of(b), fits);
        world_free(w);
    }
}

/* Fifty AM1 from forged addresses and cookies: the places are bounded, and an honest one gets in. */
static void test_flood(void **state)
{
    (void)state;
    struct world *w = world_new(9);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];

    begins_so(a);
    acquire(a);
    run_s(w, 0.001);
    assert_int_equal(w->tape[0].name, AM1);
    for (unsigned i = 0; i < 50; i++) {
        uint8_t copy[ISAKMP_OUT_MAX];
        memcpy(copy, w->tape[0].data, w->tape[0].len);
        copy[0] ^= (uint8_t)(i + 1);
        struct udp_from from = {.src = ADDR_A, .dst = ADDR_B, .sport = (uint16_t)(1000 + i), .dport = 500};
        b->rx500(b->rx_arg, &from, copy, w->tape[0].len);
        assert_in_range(ike_counts(b->ike).half_open, 1, IKE_HALF_OPEN_PEER_MAX);
        run_s(w, 0.01);
    }
    run_s(w, 15);
    assert_true(both_flow(w));
    run_s(w, 120);
    assert_true(settled(a) && settled(b));
    world_free(w);
}

/* One end begins in aggressive, the other in main mode, at once. */
static void test_mixed_modes(void **state)
{
    (void)state;
    struct world *w = world_new(10);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];

    begins_so(a);
    acquire(a);
    acquire(b);
    run_s(w, 5);
    assert_true(both_flow(w));
    run_s(w, 120);
    assert_true(both_flow(w));
    assert_true(settled(a) && settled(b));
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_three_messages), cmocka_unit_test(test_wire_faults),
        cmocka_unit_test(test_other_key),      cmocka_unit_test(test_by_name),
        cmocka_unit_test(test_disabled),       cmocka_unit_test(test_wrong_hub),
        cmocka_unit_test(test_keyrings),       cmocka_unit_test(test_flood),
        cmocka_unit_test(test_map_of_another), cmocka_unit_test(test_mixed_modes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
