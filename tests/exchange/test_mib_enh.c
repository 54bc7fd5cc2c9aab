/* test_mib_enh.c: CISCO-ENHANCED-IPSEC-FLOW-MIB beside the older flow monitor: the same tunnels with codes for what is in use today, SAs with their own counters. r1
 * (10.0.0.1) begins; ESP is AES-256 with SHA-256. */
#include "tests/exchange/crypto_pair.h"
#include "tests/exchange/mib_box.h"

#define ROOT "1.3.6.1.4.1.9.9.432.1."
#define OLD  "1.3.6.1.4.1.9.9.171.1."

static void life(struct box *b, const char *control)
{
    pair_up(b); /* four packets of a hundred bytes each way; the first one found no SA */
    struct ipsec_pair_info p = pair_newest(b, "r1");
    mib_facts(b, "r1", ROOT, (const struct mib_fact[]){
        {"1.1.1.0", "Gauge32: 1"},
        {"1.1.2.0", "Counter64: 0"},
        {"1.1.3.0", "Counter64: 400"},
        {"1.1.5.0", "Counter64: 4"},
        {"1.1.15.0", "Counter64: 1"},
        {"1.1.18.0", "Counter64: 4"},
        {"1.2.1.2.1", "INTEGER: 1"}, /* ipv4 */
        {"1.2.1.3.1", "Hex: 0A000001"},
        {"1.2.1.5.1", "Hex: 0A000002"},
        {"1.2.1.6.1", control},
        {"1.2.1.7.1", "Gauge32: 1"},
        {"1.2.1.8.1", "INTEGER: 1"},
        {"1.2.1.9.1", "INTEGER: 1"},
        {"1.2.1.10.1", "INTEGER: 1"}, /* no translator */
        {"1.2.1.11.1", "Gauge32: 4608000"},
        {"1.2.1.12.1", "Gauge32: 3600"},
        {"1.2.1.18.1", "Gauge32: 2"},
        {"1.2.1.19.1", "INTEGER: 2"},  /* notDH: no PFS */
        {"1.2.1.20.1", "INTEGER: 15"}, /* espAes256 */
        {"1.2.1.21.1", "Gauge32: 256"},
        {"1.2.1.22.1", "INTEGER: 1"},
        {"1.2.1.23.1", "INTEGER: 6"}, /* hmacSha256 */
        {"1.2.1.31.1", "Gauge32: 1500"},
        {"1.2.1.32.1", "Counter64: 400"},
        {"1.2.1.34.1", "Counter32: 4"},
        {"1.2.1.47.1", "Counter32: 4"},
        {"1.2.1.54.1", "INTEGER: 4"},
        {"1.3.1.3.1.1", "INTEGER: 4"}, /* idIpv4AddrSubnet */
        {"1.3.1.5.1.1", "Hex: C0A80100"},
        {"1.3.1.15.1.1", "Hex: FFFFFF00"},
        {"1.4.1.3.1.3.1", "INTEGER: 2"}, /* inbound; 3: ESP */
        {"1.4.1.3.1.3.2", "INTEGER: 3"},
        {"1.4.1.5.1.3.2", "INTEGER: 2"},
        {"1.4.1.3.1.3.3", "-"},
        {"1.4.1.3.1.2.1", "-"},
        {"1.5.1.6.1.3.1.2", "Counter64: 400"},
        {"1.5.1.8.1.3.1.2", "Counter64: 4"},
        {"1.5.1.17.1.3.1.2", "Counter64: 0"},
        {"1.5.1.15.1.3.2.3", "Counter64: 400"},
        {"1.5.1.21.1.3.2.3", "Counter64: 4"},
        {"1.5.1.21.1.3.2.2", "-"}, /* the second is outbound */
        {"2.1.1.1.0", "Gauge32: 200"},
        {"3.1.1.1.0", "Gauge32: 200"},
        {0},
    });
    assert_int_equal(mib_number(b, "r1", ROOT "1.4.1.4.1.3.1"), p.spi_in);
    assert_int_equal(mib_number(b, "r1", ROOT "1.5.1.4.1.3.2.3"), p.spi_out);
    char oid[96];
    snprintf(oid, sizeof oid, ROOT "1.6.1.1.%d.1", (int)mib_number(b, "r1", ROOT "1.2.1.53.1"));
    mib_is(b, "r1", oid, "INTEGER: 4");
    assert_int_equal(mib_instances(b, "r1", ROOT "1.6.1.1"), 1);
    struct trap_var v = {0};
    snprintf(oid, sizeof oid, ROOT "1.6.1.1.%d.4294967295", (int)mib_number(b, "r1", ROOT "1.2.1.53.1"));
    mib_name(&v, oid);
    assert_true(mib_next(router_mib(box_router(b, "r1")), &v)); /* the next object, not the same one again */
    assert_true(is_named(&v, ROOT "2.1.1.1.0"));
    mib_walk(b, "r1");
    assert_int_equal(mib_put(b, "r1", ROOT "1.2.1.54.1", TRAP_INT, 6), MIB_SET_WRONG_VALUE);
    assert_int_equal(mib_put(b, "r1", ROOT "1.2.1.54.9", TRAP_INT, 5), MIB_SET_NO_CREATION);
    assert_int_equal(mib_put(b, "r1", ROOT "1.2.1.54.1", TRAP_INT, 4), MIB_SET_OK);
    assert_int_equal(mib_put(b, "r1", ROOT "1.2.1.54.1", TRAP_INT, 5), MIB_SET_OK);
    box_run(b, US_PER_S);
    mib_facts(b, "r1", ROOT, (const struct mib_fact[]){
        {"1.1.1.0", "Gauge32: 0"},
        {"1.1.2.0", "Counter64: 1"},
        {"1.2.1.54.1", "-"},
        {"2.2.1.2.1", "INTEGER: 3"}, /* operRequest */
        {"2.2.1.3.1", "Gauge32: 1"},
        {"2.2.1.8.1", control},
        {"2.2.1.9.1", "Gauge32: 1"},
        {"2.2.1.19.1", "INTEGER: 15"},
        {"2.2.1.20.1", "Gauge32: 256"},
        {"2.2.1.31.1", "Counter64: 400"},
        {"2.2.1.46.1", "Counter32: 4"},
        {"2.3.1.2.1", "Gauge32: 1"},
        {"2.3.1.5.1", "INTEGER: 4"},
        {"2.3.1.7.1", "Hex: C0A80100"},
        {0},
    });
    assert_int_equal(mib_instances(b, "r1", ROOT "1.4.1.3"), 0);
    /* one setting in two places */
    assert_int_equal(mib_put(b, "r1", ROOT "2.1.1.1.0", TRAP_UNSIGNED, 1), MIB_SET_WRONG_VALUE);
    assert_int_equal(mib_put(b, "r1", ROOT "2.1.1.1.0", TRAP_UNSIGNED, 20), MIB_SET_OK);
    mib_is(b, "r1", OLD "4.1.1.1.0", "INTEGER: 20");
    mib_is(b, "r1", OLD "5.1.1.1.0", "INTEGER: 200");
    assert_int_equal(mib_put(b, "r1", ROOT "3.1.1.1.0", TRAP_UNSIGNED, 30), MIB_SET_OK);
    mib_is(b, "r1", OLD "5.1.1.1.0", "INTEGER: 30");
    mib_walk(b, "r1");
    box_free(b);
}
static void by_ikev1(void **state)
{
    (void)state;
    life(crypto_pair("", NULL), "INTEGER: 5");
}
static void by_ikev2(void **state)
{
    (void)state;
    life(crypto_pair_ikev2(), "INTEGER: 6");
}

/* Codes of other transforms, and an SPI above 2^31 in a failure. */
static void codes(void **state)
{
    static const struct {
        const char *set, *cipher, *bits, *ah, *esp;
    } t[] = {
        {"esp-gcm 256", "INTEGER: 2", "Gauge32: 256", "INTEGER: 1", "INTEGER: 1"},
        {"esp-3des esp-md5-hmac", "INTEGER: 4", "Gauge32: 192", "INTEGER: 1", "INTEGER: 3"},
        {"esp-null esp-sha-hmac", "INTEGER: 12", "Gauge32: 0", "INTEGER: 1", "INTEGER: 4"},
        {"ah-sha512-hmac", "INTEGER: 1", "Gauge32: 0", "INTEGER: 8", "INTEGER: 1"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        struct box *b = crypto_pair("", NULL);
        char lines[256];
        snprintf(lines, sizeof lines, "configure terminal\ncrypto ipsec transform-set N %s\nexit\ncrypto map VPN 10\nset transform-set N\nset pfs group14\nend", t[i].set);
        box_type_all(b, "r1", lines);
        box_type_all(b, "r2", lines);
        pair_up(b);
        mib_facts(b, "r1", ROOT "1.2.1.", (const struct mib_fact[]){
            {"19.1", "INTEGER: 12"}, {"20.1", t[i].cipher}, {"21.1", t[i].bits}, {"22.1", t[i].ah}, {"23.1", t[i].esp}, {0}});
        assert_int_equal(mib_instances(b, "r1", strstr(t[i].set, "ah-") ? ROOT "1.4.1.3.1.2" : ROOT "1.4.1.3.1.3"), 2);
        mib_walk(b, "r1");
        box_free(b);
    }
}

static void unknown_spi(void **state)
{
    struct box *b = crypto_pair("", NULL);
    (void)state;
    uint32_t spi = pair_forgotten(b);
    box_type(b, "r1", PAIR_PING);
    mib_facts(b, "r2", ROOT "3.2.1.", (const struct mib_fact[]){
        {"2.1", "INTEGER: 6"}, {"4.1", "-"}, {"6.1", "INTEGER: 1"}, {"7.1", "Hex: 0A000001"}, {"9.1", "Hex: 0A000002"}, {0}});
    assert_int_equal(mib_number(b, "r2", ROOT "3.2.1.5.1"), spi);
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_ikev1),
        cmocka_unit_test(by_ikev2),
        cmocka_unit_test(codes),
        cmocka_unit_test(unknown_spi),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
