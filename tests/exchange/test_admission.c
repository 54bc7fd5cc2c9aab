/* test_admission.c: call admission between a hub and two spokes: what is refused, what is not, what is counted and
 * logged. The layout is a device's, by hand. */
#include "tests/exchange/crypto_pair.h"
#include "tests/exchange/mib_box.h"

#define STATS "show crypto call admission statistics"
#define RULE  "---------------------------------------------------------------------\n"
#define HUB   "10.0.%d.1"

/* hub --- s1 (10.0.1.2), hub --- s2 (10.0.2.2); networks 192.168.0.0/24 behind the hub, 192.168.1.0 and .2.0 */
#define V1 "crypto isakmp policy 10\n encryption aes\n authentication pre-share\n group 19\ncrypto isakmp key k address 0.0.0.0\n"
#define V2 "crypto ikev2 keyring K\n peer ANY\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key k\n" \
           "crypto ikev2 profile P\n match identity remote any\n authentication local pre-share\n authentication remote pre-share\n keyring local K\n"
static struct box *star_of(bool v2)
{
    const char *ike = v2 ? V2 : V1, *profile = v2 ? " set ikev2-profile P\n" : "";
    struct box *b = box_new(5);
    char text[4096];

    snprintf(text, sizeof text,
             "hostname hub\nlogging buffered 100000 debugging\n%s"
             "crypto ipsec transform-set TS esp-aes esp-sha-hmac\n mode tunnel\n"
             "crypto map A 10 ipsec-isakmp\n set peer 10.0.1.2\n set transform-set TS\n match address 101\n%s"
             "crypto map B 10 ipsec-isakmp\n set peer 10.0.2.2\n set transform-set TS\n match address 102\n%s"
             "interface Loopback0\n ip address 192.168.0.1 255.255.255.0\n"
             "interface Ethernet0/0\n ip address 10.0.1.1 255.255.255.0\n crypto map A\n"
             "interface Ethernet0/1\n ip address 10.0.2.1 255.255.255.0\n crypto map B\n"
             "ip route 192.168.1.0 255.255.255.0 10.0.1.2\nip route 192.168.11.0 255.255.255.0 10.0.1.2\n"
             "ip route 192.168.2.0 255.255.255.0 10.0.2.2\n"
             "access-list 101 permit ip 192.168.0.0 0.0.0.255 192.168.1.0 0.0.0.255\n"
             "access-list 101 permit ip 192.168.0.0 0.0.0.255 192.168.11.0 0.0.0.255\n"
             "access-list 102 permit ip 192.168.0.0 0.0.0.255 192.168.2.0 0.0.0.255\n",
             ike, profile, profile);
    box_node(b, "hub", text);
    for (int i = 1; i <= 2; i++) {
        char name[4];
        snprintf(name, sizeof name, "s%d", i);
        snprintf(text, sizeof text,
                 "hostname s%d\nlogging buffered 100000 debugging\n%s"
                 "crypto ipsec transform-set TS esp-aes esp-sha-hmac\n mode tunnel\n"
                 "crypto map M 10 ipsec-isakmp\n set peer 10.0.%d.1\n set transform-set TS\n match address 101\n%s"
                 "interface Loopback0\n ip address 192.168.%d.1 255.255.255.0\n"
                 "interface Loopback1\n ip address 192.168.1%d.1 255.255.255.0\n"
                 "interface Ethernet0/0\n ip address 10.0.%d.2 255.255.255.0\n crypto map M\n"
                 "ip route 192.168.0.0 255.255.255.0 10.0.%d.1\n"
                 "access-list 101 permit ip 192.168.%d.0 0.0.0.255 192.168.0.0 0.0.0.255\n"
                 "access-list 101 permit ip 192.168.1%d.0 0.0.0.255 192.168.0.0 0.0.0.255\n",
                 i, ike, i, profile, i, i, i, i, i, i);
        box_node(b, name, text);
    }
    box_link(b, "hub", "Ethernet0/0", "s1", "Ethernet0/0");
    box_link(b, "hub", "Ethernet0/1", "s2", "Ethernet0/0");
    box_boot(b);
    box_run(b, 5 * US_PER_S);
    return b;
}

static struct box *star(void)
{
    return star_of(false);
}

static void set(struct box *b, const char *node, const char *line)
{
    box_type(b, node, "configure terminal");
    pair_says(b, node, line, "");
    box_type(b, node, "end");
}

static void statistics(void **state)
{
    (void)state;
    struct box *b = star();

    pair_has(b, "s1", "ping 192.168.0.1 source 192.168.1.1", "(4/5)");
    pair_says(b, "s1", STATS,
              RULE "               Crypto Call Admission Control Statistics\n" RULE
                   "System Resource Limit:        0 Max IKE SAs:     0 Max in nego:  1000\n"
                   "Total IKE SA Count:           1 active:          1 negotiating:     0\n"
                   "Incoming IKE Requests:        0 accepted:        0 rejected:        0\n"
                   "Outgoing IKE Requests:        1 accepted:        1 rejected:        0\n"
                   "Rejected IKE Requests:        0 rsrc low:        0 Active SA limit: 0\n"
                   "                                                   In-neg SA limit: 0\n"
                   "IKE packets dropped at dispatch:        0\n"
                   "\n"
                   "Max IPSEC SAs:     0\n"
                   "Total IPSEC SA Count:           1 active:          1 negotiating:     0\n"
                   "Incoming IPSEC Requests:        0 accepted:        0 rejected:        0\n"
                   "Outgoing IPSEC Requests:        1 accepted:        1 rejected:        0\n"
                   "SA Strength Enforcement Rejects:  incoming:        0 outgoing:        0\n"
                   "\n"
                   "Phase1.5 SAs under negotiation:         0  \n");
    pair_has(b, "hub", STATS, "Incoming IKE Requests:        1 accepted:        1 rejected:        0\n");
    pair_has(b, "hub", STATS, "Incoming IPSEC Requests:        1 accepted:        1 rejected:        0\n");
    pair_says(b, "hub", "clear crypto call admission statistics", "");
    pair_has(b, "hub", STATS, "Incoming IKE Requests:        0 accepted:        0 rejected:        0\n");
    box_free(b);
}

#define FLOW      "1.3.6.1.4.1.9.9.171."

/* What a limit refused is a failure of the system, with the addresses of its ends, and is notified when SNMP has enabled that. */
static void failures(void **state)
{
    (void)state;
    struct box *b = star();
    struct heard h = {0};
    static const char s2[] = "1.15.48.49.48.46.48.48.48.46.48.48.50.46.48.48."; /* 010.000.002.00 with type and length */
    char local[160], remote[160];

    set(b, "hub", "crypto call admission limit ike sa 1");
    set(b, "hub", "crypto call admission limit ipsec sa 1");
    bus_subscribe(router_bus(box_router(b, "hub")), FACT_TRAP_WANTED, hear, &h);
    mib_is(b, "hub", FLOW "1.6.3.0", "INTEGER: 2");
    assert_int_equal(mib_put(b, "hub", FLOW "1.6.3.0", TRAP_INT, 1), MIB_SET_OK);
    assert_int_equal(mib_put(b, "hub", FLOW "1.6.9.0", TRAP_INT, 1), MIB_SET_OK);
    pair_has(b, "s1", "ping 192.168.0.1 source 192.168.1.1", "(4/5)");
    h.n = 0; /* that the tunnel began */
    pair_has(b, "s2", "ping 192.168.0.1 source 192.168.2.1 repeat 1", "(0/1)");
    mib_is(b, "hub", FLOW "1.5.2.1.1.2.1", "INTEGER: 9"); /* sysCapExceeded */
    assert_true(h.n >= 1);
    snprintf(local, sizeof local, FLOW "1.2.2.1.6.%s49.%s50.1", s2, s2);
    snprintf(remote, sizeof remote, FLOW "1.2.2.1.7.%s49.%s50.1", s2, s2);
    was(&h, 0, "isakmp system", FLOW "2.0.3", VARS({local, "Hex: 0A000201"}, {remote, "Hex: 0A000202"}));
    /* a second flow of the first peer is one pair too many */
    h.n = 0;
    pair_has(b, "s1", "ping 192.168.0.1 source 192.168.11.1 repeat 1", "(0/1)");
    mib_is(b, "hub", FLOW "1.5.3.1.1.2.1", "INTEGER: 12"); /* capacity */
    mib_is(b, "hub", FLOW "1.5.3.1.1.4.1", "-");
    assert_true(h.n >= 1);
    assert_string_equal(h.v[0].kind, "ipsec system");
    assert_int_equal(h.v[0].nvars, 4);
    assert_true(is_named(&h.v[0].vars[2], FLOW "1.3.2.1.10.0"));
    assert_true(is_named(&h.v[0].vars[3], FLOW "1.3.4.1.4.0.1"));
    assert_int_equal(h.v[0].vars[3].num, 2);
    box_free(b);
}

static void ike_limit(void **state)
{
    (void)state;
    struct box *b = star();

    set(b, "hub", "crypto call admission limit ike sa 1");
    pair_has(b, "hub", "show running-config | include admission", "crypto call admission limit ike sa 1\n");
    pair_has(b, "s1", "ping 192.168.0.1 source 192.168.1.1", "(4/5)");

    /* a second peer: refused, counted, said; nothing is left of it */
    size_t from = box_log_len(b, "hub");
    pair_has(b, "s2", "ping 192.168.0.1 source 192.168.2.1", "(0/5)");
    assert_int_equal(box_log_count(b, "hub", from,
                                   "%CRYPTO-4-IKE_DENY_SA_REQ: IKE denied an INCOMING SA request from 10.0.2.2 to "
                                   "10.0.2.1 due to IKE SA LIMIT REACHED"),
                     1);
    pair_has(b, "hub", "show crypto isakmp sa count", "Active ISAKMP SA's: 1\n");
    pair_has(b, "hub", "show crypto isakmp sa count", "Currently being negotiated ISAKMP SA's: 0\n");
    pair_has(b, "hub", STATS, "System Resource Limit:        0 Max IKE SAs:     1 Max in nego:  1000\n");
    assert_null(strstr(box_type(b, "hub", STATS), "Active SA limit: 0\n"));

    /* the hub itself cannot begin either; each packet asks again */
    from = box_log_len(b, "hub");
    pair_has(b, "hub", "ping 192.168.2.1 source 192.168.0.1", "(0/5)");
    assert_int_equal(box_log_count(b, "hub", from, "IKE denied an OUTGOING SA request from 10.0.2.1 to 10.0.2.2"), 1);
    pair_has(b, "hub", STATS, "Outgoing IKE Requests:        5 accepted:        0 rejected:        5\n");

    /* the peer that is there may renew its SA */
    pair_says(b, "s1", "clear crypto sa", "");
    pair_has(b, "s1", "ping 192.168.0.1 source 192.168.1.1", "(4/5)");

    set(b, "hub", "no crypto call admission limit ike sa 1");
    box_run(b, 60 * US_PER_S);
    pair_has(b, "s2", "ping 192.168.0.1 source 192.168.2.1", "!!");
    box_free(b);
}

static void ipsec_limit(void **state)
{
    (void)state;
    struct box *b = star();

    set(b, "hub", "crypto call admission limit ipsec sa 1");
    pair_has(b, "s1", "ping 192.168.0.1 source 192.168.1.1", "(4/5)");
    size_t from = box_log_len(b, "hub");
    pair_has(b, "s1", "ping 192.168.0.1 source 192.168.11.1", "(0/5)");
    assert_int_equal(box_log_count(b, "hub", from,
                                   "IKE denied an INCOMING SA request from 10.0.1.2 to 10.0.1.1 due to IPSEC SA "
                                   "LIMIT REACHED"),
                     1);
    pair_has(b, "hub", STATS, "Max IPSEC SAs:     1\n");
    pair_has(b, "hub", STATS, "Incoming IPSEC Requests:        6 accepted:        1 rejected:        5\n");

    /* the one that is there is renewed in its time */
    box_start(b, "s1", "ping 192.168.0.1 source 192.168.1.1 repeat 2000 timeout 2 size 100");
    pair_has(b, "hub", "show crypto ipsec sa count", "IPsec SA total: 2, ");
    struct ipsec_pair_info before = pair_newest(b, "hub");
    box_run(b, 3590 * US_PER_S);
    assert_int_not_equal(pair_newest(b, "hub").spi_in, before.spi_in);
    box_free(b);
}

/* The same of IKEv2: its children are counted and limited; what is there is renewed. */
static void ipsec_limit_v2(void **state)
{
    (void)state;
    struct box *b = star_of(true);

    set(b, "hub", "crypto call admission limit ipsec sa 1");
    pair_has(b, "s1", "ping 192.168.0.1 source 192.168.1.1", "(4/5)");
    pair_has(b, "hub", STATS, "Incoming IPSEC Requests:        1 accepted:        1 rejected:        0\n");
    pair_has(b, "s1", STATS, "Outgoing IPSEC Requests:        1 accepted:        1 rejected:        0\n");
    pair_has(b, "s1", STATS, "Total IPSEC SA Count:           1 active:          1 negotiating:     0\n");
    size_t from = box_log_len(b, "hub");
    pair_has(b, "s1", "ping 192.168.0.1 source 192.168.11.1", "(0/5)");
    assert_int_equal(box_log_count(b, "hub", from,
                                   "IKE denied an INCOMING SA request from 10.0.1.2 to 10.0.1.1 due to IPSEC SA "
                                   "LIMIT REACHED"),
                     1);
    pair_has(b, "hub", "show crypto ipsec sa count", "IPsec SA total: 2, ");

    box_start(b, "s1", "ping 192.168.0.1 source 192.168.1.1 repeat 2000 timeout 2 size 100");
    struct ipsec_pair_info before = pair_newest(b, "hub");
    box_run(b, 3590 * US_PER_S);
    assert_int_not_equal(pair_newest(b, "hub").spi_in, before.spi_in);
    box_free(b);
}

/* A pair of AH over ESP is one pair, while it is negotiated and afterwards. */
static void bundles(void **state)
{
    (void)state;
    struct box *b = star();
    static const char *const nodes[] = {"hub", "s1", "s2"};

    for (int i = 0; i < 3; i++) {
        box_type_all(b, nodes[i], "configure terminal\ncrypto ipsec transform-set TS ah-sha-hmac esp-aes\nend");
        box_type(b, nodes[i], "clear crypto sa");
    }
    set(b, "hub", "crypto call admission limit ipsec sa 2");
    pair_has(b, "s1", "ping 192.168.0.1 source 192.168.1.1", "(4/5)");
    pair_has(b, "hub", "show crypto ipsec sa count", "IPsec SA total: 4, ");
    pair_has(b, "hub", STATS, "Total IPSEC SA Count:           1 active:          1 negotiating:     0\n");
    pair_has(b, "s1", "ping 192.168.0.1 source 192.168.11.1", "(4/5)");
    pair_has(b, "hub", STATS, "Total IPSEC SA Count:           2 active:          2 negotiating:     0\n");
    pair_has(b, "s2", "ping 192.168.0.1 source 192.168.2.1", "(0/5)");
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statistics),
        cmocka_unit_test(failures), cmocka_unit_test(ike_limit),
        cmocka_unit_test(ipsec_limit),
        cmocka_unit_test(ipsec_limit_v2),
        cmocka_unit_test(bundles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
