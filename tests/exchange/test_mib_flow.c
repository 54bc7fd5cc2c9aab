/* test_mib_flow.c: CISCO-IPSEC-FLOW-MONITOR-MIB through the life of a tunnel: up, cleared through SNMP, in the history, failures. r1 (10.0.0.1) begins; both
 * ends know each other by their addresses. */
#include "tests/exchange/crypto_pair.h"
#include "tests/exchange/mib_box.h"

#define ROOT   "1.3.6.1.4.1.9.9.171.1."
#define PADDED "15.48.49.48.46.48.48.48.46.48.48.48.46.48.48." /* 010.000.000.00 with its length, but for the last digit */
#define PEERS  "1." PADDED "49.1." PADDED "50.1"

static void up(void **state)
{
    struct box *b = crypto_pair("", NULL);
    (void)state;
    mib_is(b, "r1", ROOT "2.1.1.0", "Gauge32: 0");
    assert_int_equal(mib_instances(b, "r1", ROOT "2.3.1.2"), 0);
    pair_up(b); /* four packets of a hundred bytes each way; the first one found no SA */
    mib_facts(b, "r1", ROOT, (const struct mib_fact[]){
        {"1.1.0", "INTEGER: 1"},
        {"2.1.1.0", "Gauge32: 1"},
        {"2.1.2.0", "Counter32: 0"},
        {"2.1.4.0", "Counter32: 4"},  /* three answers of main mode, one of quick mode */
        {"2.1.12.0", "Counter32: 5"}, /* three, and two of quick mode */
        {"2.1.15.0", "Counter32: 1"},
        {"2.1.19.0", "Counter32: 1"},
        {"2.1.20.0", "Counter32: 0"},
        {"2.3.1.2.1", "INTEGER: 1"},
        {"2.3.1.3.1", "STRING: 010.000.000.001"},
        {"2.3.1.4.1", "Hex: 0A000001"},
        {"2.3.1.5.1", "STRING: "},
        {"2.3.1.7.1", "STRING: 010.000.000.002"},
        {"2.3.1.8.1", "Hex: 0A000002"},
        {"2.3.1.10.1", "INTEGER: 1"},
        {"2.3.1.11.1", "INTEGER: 1"}, /* group 19: no code */
        {"2.3.1.12.1", "INTEGER: 1"}, /* AES: no code */
        {"2.3.1.14.1", "INTEGER: 2"},
        {"2.3.1.15.1", "INTEGER: 86400"},
        {"2.3.1.17.1", "INTEGER: 300"},
        {"2.3.1.28.1", "Counter32: 5"},
        {"2.3.1.35.1", "INTEGER: 1"},
        {"2.2.1.6." PEERS, "Hex: 0A000001"},
        {"2.2.1.7." PEERS, "Hex: 0A000002"},
        {"2.2.1.9." PEERS, "INTEGER: 1"},
        {"2.4.1.7." PEERS ".1", "INTEGER: 1"}, /* the peer's only tunnel of IPsec */
        {"2.4.1.7." PEERS ".2", "-"},
        {"2.1.24.0", "Counter32: 0"},
        {"2.1.25.0", "Counter32: 0"},
        {"2.1.26.0", "Counter32: 0"},
        {"3.1.1.0", "Gauge32: 1"},
        {"3.1.3.0", "Counter32: 400"},
        {"3.1.4.0", "Counter64: 400"},
        {"3.1.9.0", "Counter32: 4"},
        {"3.1.17.0", "Counter64: 400"},
        {"3.1.22.0", "Counter32: 4"},
        {"3.1.23.0", "Counter32: 1"},
        {"3.2.1.2.1", "INTEGER: 1"},
        {"3.2.1.3.1", "INTEGER: 1"},
        {"3.2.1.4.1", "Hex: 0A000001"},
        {"3.2.1.5.1", "Hex: 0A000002"},
        {"3.2.1.6.1", "INTEGER: 1"},
        {"3.2.1.7.1", "INTEGER: 1"},
        {"3.2.1.8.1", "INTEGER: 4608000"},
        {"3.2.1.9.1", "INTEGER: 3600"},
        {"3.2.1.15.1", "Gauge32: 2"},
        {"3.2.1.16.1", "INTEGER: 1"},
        {"3.2.1.26.1", "Counter32: 400"},
        {"3.2.1.27.1", "Counter64: 400"},
        {"3.2.1.28.1", "Counter32: 0"},
        {"3.2.1.32.1", "Counter32: 4"},
        {"3.2.1.40.1", "Counter64: 400"},
        {"3.2.1.45.1", "Counter32: 4"},
        {"3.2.1.51.1", "INTEGER: 1"},
        {"3.3.1.3.1.1", "INTEGER: 3"},
        {"3.3.1.4.1.1", "Hex: C0A80100"},
        {"3.3.1.5.1.1", "Hex: FFFFFF00"},
        {"3.3.1.6.1.1", "INTEGER: 0"},
        {"3.3.1.10.1.1", "Hex: C0A80200"},
        {"3.4.1.2.1.1", "INTEGER: 1"},
        {"3.4.1.2.1.2", "INTEGER: 2"},
        {"3.4.1.4.1.1", "INTEGER: 2"},
        {"3.4.1.5.1.2", "INTEGER: 1"},
        {"3.4.1.5.1.3", "-"},
        {"3.2.1.51.2", "-"},
        {0},
    });
    struct ipsec_pair_info p = pair_newest(b, "r1");
    assert_int_equal(mib_number(b, "r1", ROOT "3.4.1.3.1.1"), p.spi_in);
    assert_int_equal(mib_number(b, "r1", ROOT "3.4.1.3.1.2"), p.spi_out);
    /* 1/100 s */
    int64_t active = mib_number(b, "r1", ROOT "2.3.1.16.1");
    box_run(b, 7 * US_PER_S);
    assert_int_equal(mib_number(b, "r1", ROOT "2.3.1.16.1") - active, 700);
    /* the show and the MIB number a tunnel alike */
    pair_has(b, "r1", "show crypto mib ike flowmib tunnel", "  Index:                       1         \n");
    mib_walk(b, "r1");
    box_free(b);
}

static void down(void **state)
{
    struct box *b = crypto_pair("", NULL);
    (void)state;
    pair_up(b);
    box_run(b, 10 * US_PER_S);
    assert_int_equal(mib_put(b, "r1", ROOT "3.2.1.51.9", TRAP_INT, 2), MIB_SET_NO_CREATION);
    assert_int_equal(mib_put(b, "r1", ROOT "3.2.1.51.1", TRAP_INT, 3), MIB_SET_WRONG_VALUE);
    assert_int_equal(mib_put(b, "r1", ROOT "3.2.1.51.1", TRAP_INT, 2), MIB_SET_OK);
    box_run(b, US_PER_S);
    mib_facts(b, "r1", ROOT, (const struct mib_fact[]){
        {"3.1.1.0", "Gauge32: 0"},
        {"3.1.2.0", "Counter32: 1"},
        {"3.2.1.51.1", "-"},
        {"4.3.1.1.2.1", "INTEGER: 3"}, /* operRequest */
        {"4.3.1.1.3.1", "INTEGER: 1"},
        {"4.3.1.1.4.1", "INTEGER: 1"}, /* the IKE tunnel that negotiated it */
        {"2.4.1.7." PEERS ".1", "-"},
        {"4.3.1.1.26.1", "Counter64: 400"},
        {"4.3.1.1.14.1", "Counter32: 2"},
        {"4.3.2.1.2.1", "INTEGER: 1"},
        {"4.3.2.1.6.1", "Hex: C0A80100"},
        {"2.1.10.0", "Counter32: 0"},
        {"2.1.18.0", "Counter32: 1"}, /* its DELETE */
        {0},
    });
    mib_is(b, "r2", ROOT "4.3.1.1.2.1", "INTEGER: 4"); /* peerDelRequest */
    mib_is(b, "r2", ROOT "2.1.10.0", "Counter32: 1");
    assert_int_equal(mib_put(b, "r1", ROOT "2.3.1.35.1", TRAP_INT, 2), MIB_SET_OK);
    box_run(b, US_PER_S);
    mib_facts(b, "r1", ROOT, (const struct mib_fact[]){
        {"2.1.1.0", "Gauge32: 0"},
        {"2.1.2.0", "Counter32: 1"},
        {"4.2.1.1.2.1", "INTEGER: 3"},
        {"4.2.1.1.3.1", "INTEGER: 1"},
        {"4.2.1.1.8.1", "STRING: 010.000.000.002"},
        {"4.2.1.1.22.1", "Counter32: 1"},
        {0},
    });
    mib_is(b, "r2", ROOT "4.2.1.1.2.1", "INTEGER: 4");
    assert_int_equal(mib_instances(b, "r1", ROOT "2.2.1.6"), 0);
    /* again: the next number */
    pair_up(b);
    mib_is(b, "r1", ROOT "2.3.1.35.2", "INTEGER: 1");
    mib_is(b, "r1", ROOT "2.2.1.9." PEERS, "INTEGER: 2");
    mib_is(b, "r1", ROOT "3.2.1.2.2", "INTEGER: 2");
    mib_walk(b, "r1");
    box_free(b);
}

/* An IKE that nobody answers, and ESP that nobody knows. */
static void failures(void **state)
{
    struct box *b = crypto_pair("", NULL);
    (void)state;
    box_type_all(b, "r2", "configure terminal\ninterface Ethernet0/0\nno crypto map VPN\nend");
    box_type(b, "r1", PAIR_PING);
    box_run(b, 120 * US_PER_S);
    mib_facts(b, "r1", ROOT, (const struct mib_fact[]){
        {"5.2.1.1.2.1", "INTEGER: 3"}, /* peerLost */
        {"5.2.1.1.5.1", "STRING: 010.000.000.001"},
        {"5.2.1.1.9.1", "Hex: 0A000002"},
        {"2.1.20.0", "Counter32: 1"},
        {0},
    });
    box_type_all(b, "r2", "configure terminal\ninterface Ethernet0/0\ncrypto map VPN\nend");
    pair_up(b);
    struct ipsec_pair_info p = pair_newest(b, "r1");
    box_reload(b, "r2");
    box_run(b, 10 * US_PER_S);
    box_type(b, "r1", PAIR_PING);
    mib_facts(b, "r2", ROOT, (const struct mib_fact[]){
        {"5.3.1.1.2.1", "INTEGER: 6"}, /* nonExistentSa */
        {"5.3.1.1.6.1", "Hex: 0A000001"},
        {"5.3.1.1.7.1", "Hex: 0A000002"},
        {"5.3.1.1.2.2", "-"}, /* one a minute, as its message */
        {0},
    });
    assert_int_equal((uint32_t)mib_number(b, "r2", ROOT "5.3.1.1.5.1"), p.spi_out);
    assert_true(mib_number(b, "r2", ROOT "3.1.29.0") >= 4);
    mib_walk(b, "r2");
    box_free(b);
}

static void ikev2(void **state)
{
    struct box *b = crypto_pair_ikev2();
    (void)state;
    pair_up(b);
    mib_facts(b, "r1", ROOT, (const struct mib_fact[]){
        {"2.1.1.0", "Gauge32: 1"},
        {"2.3.1.7.1", "STRING: 010.000.000.002"},
        {"2.3.1.10.1", "INTEGER: 1"},
        {"2.3.1.35.1", "INTEGER: 1"},
        {"2.2.1.9." PEERS, "INTEGER: 1"},
        {"3.2.1.2.1", "INTEGER: 1"},
        {"2.4.1.7." PEERS ".1", "INTEGER: 1"},
        {0},
    });
    assert_int_equal(mib_put(b, "r1", ROOT "2.3.1.35.1", TRAP_INT, 2), MIB_SET_OK);
    box_run(b, US_PER_S);
    mib_is(b, "r1", ROOT "4.2.1.1.2.1", "INTEGER: 3");
    mib_is(b, "r2", ROOT "4.2.1.1.2.1", "INTEGER: 4");
    mib_is(b, "r1", ROOT "2.1.1.0", "Gauge32: 0");
    mib_is(b, "r1", ROOT "4.3.1.1.4.1", "INTEGER: 1");
    box_free(b);
}

/* Several tunnels of one peer, and two peers with one tunnel: cikePeerCorrTable numbers a peer's from 1, the oldest first. */
static void tunnels_of_a_peer(void **state)
{
    struct box *b = crypto_pair("access-list 101 permit ip host 10.9.9.1 host 10.9.9.2\naccess-list 101 permit ip host 10.9.9.2 host 10.9.9.1\n", NULL);
    (void)state;
    box_type_all(b, "r1", "configure terminal\ninterface Loopback9\nip address 10.9.9.1 255.255.255.255\nip route 10.9.9.2 255.255.255.255 10.0.0.2\nend");
    box_type_all(b, "r2", "configure terminal\ninterface Loopback9\nip address 10.9.9.2 255.255.255.255\nip route 10.9.9.1 255.255.255.255 10.0.0.1\nend");
    pair_up(b);
    pair_has(b, "r1", "ping 10.9.9.2 source 10.9.9.1", "(4/5)");
    mib_facts(b, "r1", ROOT, (const struct mib_fact[]){
        {"3.1.1.0", "Gauge32: 2"},
        {"2.4.1.7." PEERS ".1", "INTEGER: 1"},
        {"2.4.1.7." PEERS ".2", "INTEGER: 2"},
        {"2.4.1.7." PEERS ".3", "-"},
        {"2.4.1.7." PEERS, "-"},
        {"3.2.1.2.2", "INTEGER: 1"},
        {0},
    });
    assert_int_equal(mib_instances(b, "r1", ROOT "2.4.1.7"), 2);
    assert_int_equal(mib_put(b, "r1", ROOT "3.2.1.51.1", TRAP_INT, 2), MIB_SET_OK);
    box_run(b, US_PER_S);
    mib_is(b, "r1", ROOT "2.4.1.7." PEERS ".1", "INTEGER: 2");
    assert_int_equal(mib_instances(b, "r1", ROOT "2.4.1.7"), 1);
    mib_walk(b, "r1");
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(up),
        cmocka_unit_test(down),
        cmocka_unit_test(failures),
        cmocka_unit_test(ikev2),
        cmocka_unit_test(tunnels_of_a_peer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
