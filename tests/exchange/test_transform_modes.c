/* test_transform_modes.c: what `mode` and `esn` of a transform set mean in negotiations between whole routers. */
#include "tests/exchange/star.h"

static bool mode_of(struct box *b, enum ipsec_mode *out, bool *esn)
{
    struct ipsec_pair_info p;
    size_t at = 0;
    if (!ipsec_pair_next(ips(b, "hub"), 0, &at, &p))
        return false;
    *out = p.transform.mode;
    *esn = p.transform.esn;
    return true;
}

static void set_lines(struct box *b, const char *node, const char *lines)
{
    conf(b, node, "crypto ipsec transform-set T esp-aes esp-sha-hmac");
    box_type(b, node, "configure terminal");
    box_type(b, node, "crypto ipsec transform-set T esp-aes esp-sha-hmac");
    box_type_all(b, node, lines);
    box_type(b, node, "end");
}

/* A map or profile names sets that there are; one that is named stays. */
static void named_sets(void **state)
{
    static const char *const modes[] = {"crypto map CM 10 ipsec-isakmp", "crypto dynamic-map D 10",
                                        "crypto ipsec profile P"};
    static const char *const users[] = {"crypto map CM 10", "crypto dynamic-map D 10", "ipsec profile P"};
    struct box *b = star(842, hub, 1);
    char said[200];
    (void)state;
    box_type(b, "s1", "configure terminal");
    box_type(b, "s1", "crypto ipsec transform-set U esp-gcm");
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        box_type(b, "s1", modes[i]);
        assert_string_equal(box_type(b, "s1", "set transform-set NOPE"),
                            "ERROR: transform set with tag \"NOPE\" does not exist.\n");
        assert_string_equal(box_type(b, "s1", "set transform-set U NOPE"),
                            "ERROR: transform set with tag \"NOPE\" does not exist.\n");
        assert_null(strstr(box_type(b, "s1", "do show running-config"), "set transform-set U"));
        assert_string_equal(box_type(b, "s1", "set transform-set U default"), "");
        snprintf(said, sizeof said, "%% Transform set U is in use by %s\n", users[i]);
        assert_string_equal(box_type(b, "s1", "no crypto ipsec transform-set U"), said);
        assert_non_null(strstr(box_type(b, "s1", "do show running-config"), "crypto ipsec transform-set U esp-gcm\n"));
        box_type(b, "s1", modes[i]);
        assert_string_equal(box_type(b, "s1", "no set transform-set"), "");
    }
    assert_string_equal(box_type(b, "s1", "no crypto ipsec transform-set U"), "");
    assert_null(strstr(box_type(b, "s1", "do show running-config"), "transform-set U"));
    box_type(b, "s1", "end");
    box_free(b);
}

#define ENDS "ping 192.0.0.1 timeout 1"

/* A set in transport mode takes tunnel mode from a peer who wants no other, unless transport is required; one in tunnel
 * mode takes nothing else. */
static void who_takes_what(void **state)
{
    static const struct {
        const char *hub, *spoke;
        int mode; /* -1: none */
    } rows[] = {
        {"mode tunnel", "mode tunnel", IPSEC_TUNNEL},
        {"mode transport", "mode transport", IPSEC_TRANSPORT},
        {"mode transport", "mode tunnel", IPSEC_TUNNEL},
        {"mode transport require", "mode tunnel", -1},
        {"mode transport require", "mode transport", IPSEC_TRANSPORT},
        {"mode tunnel", "mode transport", -1},
        {"mode tunnel", "mode transport require", -1},
    };
    struct box *b = star(840, hub, 1);
    enum ipsec_mode mode = IPSEC_TUNNEL;
    bool esn;
    (void)state;
    conf(b, "s1", "no access-list 101\naccess-list 101 permit ip host 192.0.1.1 host 192.0.0.1");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        set_lines(b, "hub", rows[i].hub);
        set_lines(b, "s1", rows[i].spoke);
        box_type(b, "s1", "clear crypto session");
        box_run(b, US_PER_S);
        assert_int_equal(pings(b, "s1", ENDS), rows[i].mode < 0 ? 0 : 4);
        assert_int_equal(mode_of(b, &mode, &esn), rows[i].mode >= 0);
        if (rows[i].mode >= 0)
            assert_int_equal((int)mode, rows[i].mode);
    }
    box_free(b);
}

/* What is not between the two ends is tunnelled, or with a set that requires transport mode not carried. */
static void between_others(void **state)
{
    struct box *b = star(841, hub, 1);
    enum ipsec_mode mode;
    bool esn;
    (void)state;
    set_lines(b, "hub", "mode transport");
    set_lines(b, "s1", "mode transport");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    assert_true(mode_of(b, &mode, &esn) && mode == IPSEC_TUNNEL);
    set_lines(b, "hub", "mode transport require");
    box_type(b, "s1", "clear crypto session");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 0);
    set_lines(b, "s1", "mode transport require");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 0);
    box_free(b);
}

/* Extended numbers: both ends or neither. Rekeying keeps them. */
static void extended(void **state)
{
    struct box *b = star(842, hub, 1);
    enum ipsec_mode mode;
    bool esn;
    (void)state;
    set_lines(b, "hub", "esn");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 0);
    set_lines(b, "s1", "esn");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    assert_true(mode_of(b, &mode, &esn) && esn);
    assert_non_null(strstr(box_type(b, "s1", "show crypto ipsec sa"), "in use settings ={Tunnel, esn}"));
    conf(b, "s1", "crypto ipsec security-association lifetime seconds 120");
    box_type(b, "s1", "clear crypto sa");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    for (int i = 0; i < 4; i++) {
        box_run(b, 60 * US_PER_S);
        assert_int_equal(pings(b, "s1", FROM_SPOKE), 5);
    }
    assert_true(mode_of(b, &mode, &esn) && esn);
    conf(b, "hub", "crypto ipsec transform-set T esp-aes esp-sha-hmac\nno esn");
    box_type(b, "s1", "clear crypto sa");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 0);
    box_free(b);
}

/* Lists of sets: the beginner's order decides; AH, GCM and PFS among them. */
static void lists(void **state)
{
    struct box *b = star(843, hub, 1);
    struct ipsec_pair_info p;
    size_t at = 0;
    (void)state;
    conf(b, "hub",
         "crypto ipsec transform-set A ah-sha256-hmac\ncrypto ipsec transform-set G esp-gcm 256\n"
         "crypto dynamic-map DYN 10\nset transform-set T A G");
    conf(b, "s1",
         "crypto ipsec transform-set A ah-sha256-hmac\ncrypto ipsec transform-set G esp-gcm 256\n"
         "crypto ipsec transform-set X esp-aes 256 esp-sha512-hmac\n"
         "crypto map CM 10 ipsec-isakmp\nset transform-set X G A T\nset pfs group24");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    assert_true(ipsec_pair_next(ips(b, "hub"), 0, &at, &p));
    assert_int_equal(p.transform.cipher, CIPHER_AES_GCM);
    assert_int_equal(p.transform.key_bits, 256);
    assert_int_equal(p.pfs_group, 24);
    conf(b, "s1", "crypto map CM 10 ipsec-isakmp\nset transform-set X A T\nno set pfs");
    box_type(b, "s1", "clear crypto sa");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    at = 0;
    assert_true(ipsec_pair_next(ips(b, "hub"), 0, &at, &p));
    assert_int_equal(p.transform.proto, PROTO_AH);
    /* The hub asks for PFS, too: without it, or with another group, nothing comes of it. */
    conf(b, "hub", "crypto dynamic-map DYN 10\nset pfs group14");
    box_type(b, "s1", "clear crypto sa");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 0);
    conf(b, "s1", "crypto map CM 10 ipsec-isakmp\nset pfs group15");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 0);
    conf(b, "s1", "crypto map CM 10 ipsec-isakmp\nset pfs group14");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(named_sets), cmocka_unit_test(who_takes_what), cmocka_unit_test(between_others),
        cmocka_unit_test(extended),   cmocka_unit_test(lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
