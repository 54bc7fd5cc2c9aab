/* test_mib_failures.c: failures as CISCO-IPSEC-FLOW-MONITOR-MIB tells them: counted, kept with their reason, notified when SNMP has enabled that; and the switches
 * themselves. r1 (10.0.0.1) begins; both ends know each other by their addresses. */
#include "tests/exchange/crypto_pair.h"
#include "tests/exchange/mib_box.h"

#define ROOT "1.3.6.1.4.1.9.9.171.1."
#define TRAP "1.3.6.1.4.1.9.9.171.2.0."
#define PADDED                                                                                                         \
    "15.48.49.48.46.48.48.48.46.48.48.48.46.48.48." /* 010.000.000.00 with its length, but for the last digit */
#define PEERS "1." PADDED "49.1." PADDED "50.1"

/* Of those heard the i-th of this kind. */
static size_t nth(const struct heard *h, const char *kind, size_t i)
{
    for (size_t k = 0; k < h->n; k++) {
        if (!strcmp(h->v[k].kind, kind) && !i--)
            return k;
    }
    fail_msg("no %s", kind);
    return 0;
}

/* r2 wants another cipher: of IKEv1 the initiator is told by a notification, of IKEv2 by the answer. */
static void refused(struct box *b)
{
    struct heard h = {0};
    bus_subscribe(router_bus(box_router(b, "r1")), FACT_TRAP_WANTED, hear, &h);
    box_type_all(b, "r2",
                 "configure terminal\ncrypto ipsec transform-set OTHER esp-3des esp-sha-hmac\nexit\ncrypto map VPN "
                 "10\nset transform-set OTHER\nend");
    box_type(b, "r1", PAIR_PING);
    mib_facts(b, "r1", ROOT,
              (const struct mib_fact[]){
                  {"5.3.1.1.2.1", "INTEGER: 4"}, /* proposalFailure */
                  {"5.3.1.1.4.1", "-"},          /* of no tunnel */
                  {"5.3.1.1.5.1", "-"},          /* of no SA */
                  {"5.3.1.1.6.1", "Hex: 0A000002"},
                  {"5.3.1.1.7.1", "Hex: 0A000001"},
                  {"3.1.1.0", "Gauge32: 0"},
                  {0},
              });
    mib_is(b, "r2", ROOT "5.3.1.1.2.1", "INTEGER: 4");
    mib_is(b, "r2", ROOT "5.3.1.1.6.1", "Hex: 0A000001");
    was(&h, nth(&h, "ipsec setup", 0), "ipsec setup", TRAP "10",
        VARS({ROOT "2.2.1.6." PEERS, "Hex: 0A000001"}, {ROOT "2.2.1.7." PEERS, "Hex: 0A000002"}));
    pair_has(b, "r1", "show crypto mib ipsec flowmib failure", "Proposal failure");
    mib_walk(b, "r1");
    box_free(b);
}
static void refused_v1(void **state)
{
    (void)state;
    refused(crypto_pair("", NULL));
}
static void refused_v2(void **state)
{
    (void)state;
    refused(crypto_pair_ikev2());
}

/* IKE and ESP for SAs that a restart has forgotten: counted, in both histories, notified. */
static void unknown(void **state)
{
    struct box *b = crypto_pair("crypto isakmp keepalive 10 periodic\n", NULL);
    struct heard h = {0};
    (void)state;
    uint32_t spi = pair_forgotten(b);
    bus_subscribe(router_bus(box_router(b, "r2")), FACT_TRAP_WANTED, hear, &h);
    box_type(b, "r1", PAIR_PING);
    box_run(b, 15 * US_PER_S);
    assert_true(mib_number(b, "r2", ROOT "2.1.26.0") >= 1);
    assert_true(mib_number(b, "r2", ROOT "3.1.29.0") >= 4);
    mib_facts(b, "r2", ROOT,
              (const struct mib_fact[]){
                  {"5.2.1.1.2.1", "INTEGER: 16"}, /* nonExistentSa */
                  {"5.2.1.1.8.1", "Hex: 0A000002"},
                  {"5.2.1.1.9.1", "Hex: 0A000001"},
                  {"5.3.1.1.2.1", "INTEGER: 6"},
                  {"5.3.1.1.4.1", "-"},
                  {0},
              });
    assert_int_equal((uint32_t)mib_number(b, "r2", ROOT "5.3.1.1.5.1"), spi);
    assert_int_equal(h.v[nth(&h, "ipsec no-sa", 0)].nvars, 0);
    const struct fact_trap *t = &h.v[nth(&h, "isakmp no-sa", 0)];
    assert_int_equal(t->nvars, 2);
    assert_true(is_named(&t->vars[1], ROOT "2.2.1.7.1." PADDED "50.1." PADDED "49.1"));
    box_free(b);
}

/* A packet that does not fit and must not be cut: one failure a minute, of that tunnel and SA. */
static void too_big(void **state)
{
    struct box *b = crypto_pair("", NULL);
    char spi[32];
    (void)state;
    pair_up(b);
    for (int i = 0; i < 3; i++)
        box_type(b, "r1", PAIR_PING " size 1490 df-bit repeat 5 timeout 1");
    assert_int_equal(mib_number(b, "r1", ROOT "3.2.1.50.1"), 15);
    snprintf(spi, sizeof spi, "INTEGER: %d", (int)pair_newest(b, "r1").spi_out);
    mib_facts(b, "r1", ROOT,
              (const struct mib_fact[]){
                  {"5.3.1.1.2.1", "INTEGER: 8"}, /* encryptFailure */
                  {"5.3.1.1.4.1", "INTEGER: 1"},
                  {"5.3.1.1.5.1", spi},
                  {"5.3.1.1.6.1", "Hex: 0A000001"},
                  {"5.3.1.1.2.2", "-"},
                  {0},
              });
    box_run(b, 60 * US_PER_S);
    box_type(b, "r1", PAIR_PING " size 1490 df-bit repeat 1 timeout 1");
    mib_is(b, "r1", ROOT "5.3.1.1.2.2", "INTEGER: 8");
    box_free(b);
}

/* The keys do not agree: what r1 encrypts is no message once r2 has decrypted it. */
static void wrong_key(void **state)
{
    struct box *b = crypto_pair("", NULL);
    (void)state;
    box_type_all(b, "r2",
                 "configure terminal\nno crypto isakmp key cisco123 address 10.0.0.1\ncrypto isakmp key another "
                 "address 10.0.0.1\nend");
    box_type(b, "r1", PAIR_PING);
    assert_true(mib_number(b, "r2", ROOT "2.1.24.0") >= 1);
    mib_is(b, "r1", ROOT "2.1.24.0", "Counter32: 0");
    box_free(b);
}

static void switches(void **state)
{
    struct box *b = crypto_pair("", NULL);
    struct heard h = {0};
    (void)state;
    mib_hear(b, "r2", &h);
    box_type_all(b, "r1",
                 "configure terminal\nsnmp-server enable traps ipsec tunnel start\nsnmp-server host 10.0.0.2 version "
                 "2c public\nend");
    box_run(b, US_PER_S);
    mib_facts(
        b, "r1", ROOT "6.",
        (const struct mib_fact[]){
            {"1.0", "INTEGER: 2"}, {"7.0", "INTEGER: 1"}, {"13.0", "INTEGER: 2"}, {"3.0", "INTEGER: 2"}, {"4.0", "-"}, {0}});
    /* a line of the configuration, and the other way round */
    assert_int_equal(mib_put(b, "r1", ROOT "6.1.0", TRAP_INT, 1), MIB_SET_OK);
    assert_int_equal(mib_put(b, "r1", ROOT "6.7.0", TRAP_INT, 2), MIB_SET_OK);
    assert_int_equal(mib_put(b, "r1", ROOT "6.7.0", TRAP_INT, 3), MIB_SET_WRONG_VALUE);
    pair_has(b, "r1", "show running-config", "snmp-server enable traps isakmp tunnel start\n");
    assert_null(strstr(box_type(b, "r1", "show running-config"), "ipsec tunnel start"));
    assert_int_equal(mib_put(b, "r1", "1.3.6.1.4.1.9.10.62.1.4.5.0", TRAP_INT, 1), MIB_SET_OK);
    pair_has(b, "r1", "show running-config", "snmp-server enable traps ipsec cryptomap attach\n");
    /* of failures there is no line */
    assert_int_equal(mib_put(b, "r1", ROOT "6.11.0", TRAP_INT, 1), MIB_SET_OK);
    assert_null(strstr(box_type(b, "r1", "show running-config"), "early"));
    pair_up(b);
    box_type(b, "r1", "clear crypto sa");
    box_run(b, US_PER_S);
    assert_int_equal(h.n, 2);
    assert_true(h.v[0].trap_oid[h.v[0].trap_oid_len - 1] == 1);  /* cikeTunnelStart */
    assert_true(h.v[1].trap_oid[h.v[1].trap_oid_len - 1] == 11); /* cipSecEarlyTunTerm */
    box_type_all(b, "r1", "configure terminal\nno snmp-server enable traps\nend");
    mib_is(b, "r1", ROOT "6.11.0", "INTEGER: 2");
    box_type_all(b, "r1", "configure terminal\nsnmp-server enable traps\nend");
    mib_is(b, "r1", ROOT "6.11.0", "INTEGER: 2");
    mib_is(b, "r1", ROOT "6.8.0", "INTEGER: 1");
    mib_walk(b, "r1");
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused_v1), cmocka_unit_test(refused_v2), cmocka_unit_test(unknown),
        cmocka_unit_test(too_big),    cmocka_unit_test(wrong_key),  cmocka_unit_test(switches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
