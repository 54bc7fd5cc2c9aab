/* What two engines agree on in main and quick mode: every suite, whose preference and whose lifetime counts, and what is refused, with its words in the log. */
#include "tests/exchange/ike_world.h"

struct suite {
    uint8_t enc, bits, hash, group;
    struct ipsec_transform t;
    unsigned pfs;
};
static const struct suite suites[] = {
    {IKE_ENC_AES, IKE_BITS_128, IKE_HASH_SHA, 14, {PROTO_ESP, CIPHER_AES_CBC, 128, HASH_SHA1, IPSEC_TUNNEL}, 14},
    {IKE_ENC_AES, IKE_BITS_192, IKE_HASH_SHA256, 5, {PROTO_ESP, CIPHER_AES_CBC, 192, HASH_SHA256, IPSEC_TRANSPORT}, 5},
    {IKE_ENC_AES, IKE_BITS_256, IKE_HASH_SHA384, 20, {PROTO_ESP, CIPHER_AES_GCM, 256, HASH_NONE, IPSEC_TUNNEL}, 20},
    {IKE_ENC_AES, IKE_BITS_256, IKE_HASH_SHA512, 21, {PROTO_ESP, CIPHER_AES_CBC, 256, HASH_SHA512, IPSEC_TUNNEL}, 21},
    {IKE_ENC_3DES, 0, IKE_HASH_SHA, 2, {PROTO_ESP, CIPHER_3DES_CBC, 0, HASH_SHA1, IPSEC_TUNNEL}, 2},
    {IKE_ENC_3DES, 0, IKE_HASH_MD5, 2, {PROTO_ESP, CIPHER_NULL, 0, HASH_SHA384, IPSEC_TUNNEL}, 0},
    {IKE_ENC_DES, 0, IKE_HASH_MD5, 1, {PROTO_ESP, CIPHER_DES_CBC, 0, HASH_MD5, IPSEC_TUNNEL}, 1},
    {IKE_ENC_AES, IKE_BITS_256, IKE_HASH_SHA256, 15, {PROTO_AH, CIPHER_NULL, 0, HASH_SHA256, IPSEC_TUNNEL}, 0},
    {IKE_ENC_AES, IKE_BITS_256, IKE_HASH_SHA256, 16, {PROTO_ESP, CIPHER_AES_GCM, 128, HASH_NONE, IPSEC_TUNNEL}, 16},
};

static void test_suites(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++) {
        struct world *w = world_new(400 + i);
        const struct suite *s = &suites[i];
        for (int k = 0; k < 2; k++) {
            struct side *side = &w->side[k];
            conf_list_clear(&side->ike->conf.policies);
            add_policy(side->ike, 20, s->enc, s->bits, s->hash, s->group, 3600);
            side->ips.policy.transforms[0] = s->t;
            side->ips.policy.pfs_group = s->pfs;
        }
        acquire(&w->side[SIDE_A]);
        run_s(w, 5);
        if (!both_flow(w))
            fail_msg("suite %zu", i);
        struct fake_pair *p = fake_pair(&w->side[SIDE_B].ips, w->side[SIDE_B].ips.current);
        assert_int_equal(p->p.pfs_group, s->pfs);
        assert_int_equal(p->p.policy.transforms[0].proto, s->t.proto);
        assert_int_equal(p->p.policy.transforms[0].mode, s->t.mode);
        world_free(w);
    }
}

/* The responder takes its own most preferred policy that the initiator offers, with the smaller life; the initiator
 * hears of it. */
static void test_choice_and_lifetimes(void **state)
{
    (void)state;
    struct world *w = world_new(500);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    conf_list_clear(&a->ike->conf.policies);
    conf_list_clear(&b->ike->conf.policies);
    add_policy(a->ike, 10, IKE_ENC_3DES, 0, IKE_HASH_SHA, 2, 86400);
    add_policy(a->ike, 20, IKE_ENC_AES, IKE_BITS_256, IKE_HASH_SHA256, 19, 86400);
    add_policy(b->ike, 5, IKE_ENC_AES, IKE_BITS_256, IKE_HASH_SHA256, 19, 3000);
    add_policy(b->ike, 6, IKE_ENC_3DES, 0, IKE_HASH_SHA, 2, 86400);
    a->ips.policy.ntransforms = 2;
    a->ips.policy.transforms[1] = (struct ipsec_transform){PROTO_ESP, CIPHER_AES_GCM, 128, HASH_NONE, IPSEC_TUNNEL};
    b->ips.policy.transforms[0] = a->ips.policy.transforms[1];
    b->ips.policy.life_s = 600;
    b->ips.policy.life_kb = 100000;
    acquire(a);
    run_s(w, 5);
    assert_true(both_flow(w));
    struct ike_sa_info i;
    size_t at = 0;
    assert_true(ike_sa_next(a->ike, &at, &i));
    assert_int_equal(i.group, 19);
    assert_in_range(i.left_s, 2990, 3000);
    struct fake_pair *p = fake_pair(&a->ips, a->ips.current);
    assert_int_equal(p->p.policy.life_s, 600);
    assert_int_equal(p->p.policy.life_kb, 100000);
    assert_int_equal(p->p.policy.transforms[0].cipher, CIPHER_AES_GCM);
    world_free(w);
}

static void test_refusals(void **state)
{
    (void)state;
    struct world *w = world_new(600);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    /* another key: MM5 does not decrypt, nothing comes up, both are clean */
    conf_list_clear(&b->ike->conf.psks);
    add_psk(b->ike, "other", ADDR_A, 0xFFFFFFFF);
    acquire(a);
    run_s(w, 5);
    assert_int_equal(
        log_count(b, "%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from 192.0.2.1 failed its sanity check or is malformed"),
        1);
    run_s(w, 140);
    assert_int_equal(sas_up(a) + sas_up(b), 0);
    assert_true(settled(a) && settled(b));
    assert_int_equal(a->ips.acquire_failed, 1);
    /* no key at all: nothing is answered, nothing kept */
    conf_list_clear(&b->ike->conf.psks);
    acquire(a);
    run_s(w, 1);
    assert_int_equal(ike_counts(b->ike).half_open, 0);
    run_s(w, 100);
    /* no common policy */
    add_psk(b->ike, "cisco123", 0, 0);
    conf_list_clear(&b->ike->conf.policies);
    add_policy(b->ike, 10, IKE_ENC_AES, IKE_BITS_128, IKE_HASH_SHA, 19, 86400);
    acquire(a);
    run_s(w, 1);
    assert_int_equal(log_count(b, "%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Main Mode failed with peer at 192.0.2.1"),
                     1);
    assert_int_equal(ike_counts(b->ike).half_open, 0);
    run_s(w, 100);
    /* phase 1 fits, phase 2 does not: the IKE SA stays, the quick mode ends at once */
    add_policy(b->ike, 20, IKE_ENC_AES, IKE_BITS_256, IKE_HASH_SHA, 19, 86400);
    b->ips.no_selector = true;
    unsigned failed = a->ips.acquire_failed;
    acquire(a);
    run_s(w, 2);
    assert_int_equal(sas_up(a), 1);
    assert_int_equal(a->ips.acquire_failed, failed + 1);
    assert_int_equal(log_count(a, "Processing of Quick Mode failed with peer at 198.51.100.2"), 1);
    assert_true(settled(a) && settled(b));
    b->ips.no_selector = false;
    b->ips.policy.pfs_group = 14; /* demanded, not offered */
    acquire(a);
    run_s(w, 2);
    assert_int_equal(pairs_of(a) + pairs_of(b), 0);
    a->ips.policy.pfs_group = 14;
    acquire(a);
    run_s(w, 2);
    assert_true(both_flow(w));
    world_free(w);
}

/* rsa-sig alone: nothing can be negotiated, and the log says why. */
static void test_unusable_policy(void **state)
{
    (void)state;
    struct world *w = world_new(610);
    struct side *a = &w->side[SIDE_A];
    conf_list_clear(&a->ike->conf.policies);
    add_policy(a->ike, 10, IKE_ENC_AES, 0, IKE_HASH_SHA, 14, 86400)->authentication = IKE_AUTH_RSA_SIG;
    acquire(a);
    run_s(w, 1);
    assert_int_equal(log_count(a, "%CRYPTO-4-IKMP_NO_PSK_POLICY"), 1);
    assert_int_equal(a->ips.acquire_failed, 1);
    assert_int_equal(a->sent[MM1], 0);
    assert_true(settled(a));
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_suites),
        cmocka_unit_test(test_choice_and_lifetimes),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_unusable_policy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
