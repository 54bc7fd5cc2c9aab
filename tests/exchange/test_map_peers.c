/* test_map_peers.c: crypto map entries with several peers, peers by name, maps with a local address of their own, and
 * what deny lines do. Here the spoke s1 begins, and the routers that it may ask are its peers: hub (192.0.0.1) and s2
 * (192.0.2.1), both with the network 10.0.0.0/24. */
#include "tests/exchange/star.h"

#define HUB 0xC0000001u
#define S2  0xC0000201u

static const char second[] = "interface Loopback0\nip address 10.0.0.1 255.255.255.0\n"
                             "no access-list 101\naccess-list 101 permit ip 10.0.0.0 0.0.0.255 10.1.1.0 0.0.0.255\n"
                             "crypto map CM 10 ipsec-isakmp\nno set peer 192.0.0.1\nset peer 192.0.1.1";

static struct box *two_hubs(uint64_t seed, const char *peers)
{
    struct box *b = star(seed, hub, 2);
    conf(b, "s2", second);
    conf(b, "s1", "crypto isakmp keepalive 10 2 periodic\ncrypto map CM 10 ipsec-isakmp\nno set peer 192.0.0.1");
    conf(b, "s1", peers);
    return b;
}

static uint32_t with(struct box *b)
{
    struct ipsec_flow_info f;
    size_t at = 0;
    return ipsec_flow_next(ips(b, "s1"), &at, &f) && f.spi_out ? f.peer : 0;
}

static void away(struct box *b, const char *node, bool gone)
{
    conf(b, node, gone ? "interface Ethernet0/0\nshutdown" : "interface Ethernet0/0\nno shutdown");
    box_run(b, US_PER_S);
}

/* The first does not answer: the second is asked without another packet, as soon as the first is given up. Then the
 * second dies (DPD): the next packet goes to the first again. */
static void failover(void **state)
{
    struct box *b = two_hubs(820, "crypto map CM 10 ipsec-isakmp\nset peer 192.0.0.1\nset peer 192.0.2.1");
    (void)state;
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    assert_int_equal(with(b), HUB);
    away(b, "hub", true);
    box_run(b, 60 * US_PER_S); /* found dead */
    assert_int_equal(with(b), 0);
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    assert_int_equal(with(b), S2);
    away(b, "hub", false);
    box_run(b, 60 * US_PER_S);
    assert_int_equal(with(b), S2); /* as long as it lives */
    box_type(b, "s1", "clear crypto session");
    box_run(b, US_PER_S);
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    assert_int_equal(with(b), S2);
    away(b, "s2", true);
    box_type(b, "s1", "clear crypto session");
    (void)pings(b, "s1", "ping 10.0.0.1 source Loopback0 timeout 1 repeat 1");
    box_run(b, 100 * US_PER_S); /* no packet after the first */
    assert_int_equal(with(b), HUB);
    box_free(b);
}

/* The same with IKEv2: the first is silent, and is given up after 2 + 4 + 8 + 16 + 32 s, as IKEv1 does after 60. */
static void failover_v2(void **state)
{
    struct box *b = two_hubs(827, "crypto map CM 10 ipsec-isakmp\nset peer 192.0.0.1\nset peer 192.0.2.1");
    (void)state;
    conf(b, "hub", IKEV2 "crypto dynamic-map DYN 10\nset ikev2-profile V2");
    conf(b, "s1", IKEV2 "crypto map CM 10 ipsec-isakmp\nset ikev2-profile V2");
    conf(b, "s2", IKEV2 "crypto map CM 10 ipsec-isakmp\nset ikev2-profile V2");
    away(b, "hub", true);
    uint64_t from = loop_now(box_loop(b));
    (void)pings(b, "s1", "ping 10.0.0.1 source Loopback0 timeout 1 repeat 1");
    while (with(b) != S2 && loop_now(box_loop(b)) - from < 200 * US_PER_S)
        box_run(b, US_PER_S);
    uint64_t took = (loop_now(box_loop(b)) - from) / US_PER_S;
    printf("on to the second peer after %u s\n", (unsigned)took);
    assert_in_range(took, 55, 70);
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 5);
    box_free(b);
}

/* Nobody answers: each is asked once for a packet, and then it is quiet. */
static void nobody(void **state)
{
    struct box *b = two_hubs(821, "crypto map CM 10 ipsec-isakmp\nset peer 192.0.0.1\nset peer 192.0.2.1");
    (void)state;
    away(b, "hub", true);
    away(b, "s2", true);
    (void)pings(b, "s1", "ping 10.0.0.1 source Loopback0 timeout 1 repeat 1");
    box_run(b, 400 * US_PER_S);
    assert_int_equal(ipsec_totals(ips(b, "s1")).acquires, 2);
    box_free(b);
}

#define DEFAULT "crypto map CM 10 ipsec-isakmp\nset peer 192.0.0.1 default\nset peer 192.0.2.1\n"

/* The second one has the SAs, the default can be reached again. */
static struct box *beside_default(uint64_t seed, const char *lines)
{
    struct box *b = two_hubs(seed, lines);
    away(b, "hub", true);
    (void)pings(b, "s1", "ping 10.0.0.1 source Loopback0 timeout 1 repeat 1");
    box_run(b, 100 * US_PER_S);
    assert_int_equal(with(b), S2);
    away(b, "hub", false);
    return b;
}

/* The default is taken again after idleness when that is asked for. */
static void default_peer(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 2; i++) {
        struct box *b = beside_default(822 + 10 * i, i ? DEFAULT "set security-association idle-time 300"
                                                       : DEFAULT "set security-association idle-time 300 default");
        box_run(b, 320 * US_PER_S); /* idle */
        assert_int_equal(with(b), 0);
        assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
        assert_int_equal(with(b), i ? S2 : HUB);
        box_free(b);
    }
}

/* It is also who is asked when another one dies, whoever would follow; and when SAs are cleared. */
static void default_next(void **state)
{
    (void)state;
    struct box *b = beside_default(825, DEFAULT "set peer 192.0.9.9");
    away(b, "s2", true);
    box_run(b, 60 * US_PER_S); /* found dead */
    assert_int_equal(with(b), 0);
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    assert_int_equal(with(b), HUB);
    box_free(b);
    b = beside_default(826, DEFAULT);
    box_type(b, "s1", "clear crypto session");
    box_run(b, US_PER_S);
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    assert_int_equal(with(b), HUB);
    box_free(b);
}

/* By name: looked up before each negotiation, or once. */
static void by_name(void **state)
{
    struct box *b = two_hubs(823, "ip host gate 192.0.0.1\ncrypto map CM 10 ipsec-isakmp\nset peer gate dynamic");
    (void)state;
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    assert_int_equal(with(b), HUB);
    conf(b, "s1", "no ip host gate\nip host gate 192.0.2.1");
    box_type(b, "s1", "clear crypto session");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    assert_int_equal(with(b), S2);
    conf(b, "s1", "no ip host gate");
    box_type(b, "s1", "clear crypto session");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 0);
    assert_non_null(strstr(box_type(b, "s1", "show crypto ipsec sa"), "   current_peer (none) port 500\n"));
    assert_null(strstr(box_type(b, "s1", "show crypto session"), "0.0.0.0 port"));
    assert_non_null(strstr(box_type(b, "s1", "show crypto map"), "\tPeer = gate\n"));
    assert_null(strstr(box_type(b, "s1", "show crypto map"), "Current peer"));
    conf(b, "s1", "ip host gate 192.0.0.1");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    assert_non_null(strstr(box_type(b, "s1", "show crypto ipsec sa"), "   current_peer 192.0.0.1 port 500\n"));
    assert_int_equal(with(b), HUB);
    box_free(b);
}

/* SAs end at a loopback; two interfaces with the map share them, so that the way out may change under them. */
static void local_address(void **state)
{
    struct box *b = star(824, hub, 1);
    struct ipsec_flow_info f;
    unsigned flows = 0;
    (void)state;
    conf(b, "isp", "ip route 10.9.9.1 255.255.255.255 192.0.1.1\nip route 10.0.0.0 255.255.255.0 192.0.0.1");
    conf(b, "s1",
         "interface Loopback9\nip address 10.9.9.1 255.255.255.255\ncrypto map CM local-address Loopback9\n"
         "interface Ethernet0/1\nip address 192.0.9.1 255.255.255.0\ncrypto map CM");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    for (size_t at = 0; ipsec_flow_next(ips(b, "s1"), &at, &f); flows++)
        assert_int_equal(f.local, 0x0A090901);
    assert_int_equal(flows, 1);
    assert_int_equal(pairs(b, "s1"), 1);
    /* The interface that came first loses the map: the other goes on with the same SAs. */
    conf(b, "s1", "interface Ethernet0/1\nno crypto map");
    assert_int_equal(pairs(b, "s1"), 1);
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 5);
    /* Without an address there is nothing to protect with. */
    conf(b, "s1", "interface Loopback9\nno ip address");
    assert_int_equal(pairs(b, "s1"), 0);
    box_free(b);
}

/* A deny line: on to the next entry; out in the clear; not at all. */
static void deny(void **state)
{
    struct box *b = star(825, hub, 1);
    struct ipsec_flow_info f;
    size_t at = 0;
    (void)state;
    conf(b, "isp", "ip route 10.0.0.0 255.255.255.0 192.0.0.1\nip route 10.1.1.0 255.255.255.0 192.0.1.1");
    box_type(b, "s1", "configure terminal");
    box_type(b, "s1", "crypto map CM 5 ipsec-isakmp");
    box_type_all(b, "s1",
                 "set peer 192.0.0.1\nset transform-set T\nmatch address 105\n"
                 "access-list 105 deny ip host 10.1.1.1 any\naccess-list 105 permit ip 10.1.1.0 0.0.0.255 any\nend");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4); /* entry 10 */
    assert_true(ipsec_flow_next(ips(b, "s1"), &at, &f) && f.seq == 5 && !f.n.encaps);
    assert_true(ipsec_flow_next(ips(b, "s1"), &at, &f) && f.seq == 10 && f.n.encaps == 4);
    conf(b, "s1", "crypto ipsec ipv4-deny drop");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 0);
    assert_non_null(strstr(box_type(b, "s1", "show platform hardware qfp active feature ipsec datapath drops"),
                           "OUT_V4_PKT_HIT_DENY_DROP_SP"));
    conf(b, "s1", "crypto ipsec ipv4-deny clear");
    box_type(b, "s1", "clear crypto session");
    box_run(b, US_PER_S);
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 5); /* the hub protects nothing either */
    assert_int_equal(pairs(b, "s1"), 0);
    box_free(b);
}

/* Lines that a peer cannot tell apart, as selectors know no types of ICMP, have one flow: what one end asks for by the one line, the
 * other end needs for the other. The pair stays when a line is added or goes. */
static void alike(void **state)
{
    struct box *b = star(828, hub, 2);
    struct ipsec_flow_info f;
    size_t at = 0, n = 0;
    (void)state;
    conf(b, "s1",
         "no access-list 101\naccess-list 101 permit icmp 10.1.1.0 0.0.0.255 10.0.0.0 0.0.0.255 echo\n"
         "access-list 101 permit icmp 10.1.1.0 0.0.0.255 10.0.0.0 0.0.0.255 echo-reply\n"
         "crypto map CM 10 ipsec-isakmp\nno set peer 192.0.0.1\nset peer 192.0.2.1");
    conf(b, "s2", second);
    conf(b, "s2",
         "no access-list 101\naccess-list 101 permit icmp 10.0.0.0 0.0.0.255 10.1.1.0 0.0.0.255 echo\n"
         "access-list 101 permit icmp 10.0.0.0 0.0.0.255 10.1.1.0 0.0.0.255 echo-reply");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    assert_int_equal(pings(b, "s2", "ping 10.1.1.1 source Loopback0 timeout 1"), 5);
    assert_int_equal(pairs(b, "s1"), 1);
    assert_int_equal(pairs(b, "s2"), 1);
    while (ipsec_flow_next(ips(b, "s1"), &at, &f))
        n++;
    assert_int_equal(n, 1);
    conf(b, "s1", "access-list 101 permit icmp 10.1.1.0 0.0.0.255 10.0.0.0 0.0.0.255");
    conf(b, "s2", "ip access-list extended 101\nno 10");
    assert_int_equal(pairs(b, "s1"), 1);
    assert_int_equal(pairs(b, "s2"), 1);
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 5);
    conf(b, "s1", "interface Ethernet0/0\nno crypto map");
    box_run(b, US_PER_S);
    assert_int_equal(pairs(b, "s2"), 0);
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failover),     cmocka_unit_test(nobody),        cmocka_unit_test(default_peer),
        cmocka_unit_test(default_next), cmocka_unit_test(by_name),       cmocka_unit_test(alike),
        cmocka_unit_test(deny),         cmocka_unit_test(local_address), cmocka_unit_test(failover_v2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
