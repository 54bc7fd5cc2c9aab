/* Interfaces, routes, lists and pings as a user has them: typed at the command line of three routers in a row, with
 * IOS's texts. r1 (10.0.1.1) -- r2 -- r3 (10.0.2.3, loopback 10.3.3.3). */
#include "tests/exchange/three_routers.h"

#include "dataplane/dataplane.h"
#include "dataplane/graph.h"
#include "dataplane/net/route.h"

static int setup(void **state)
{
    *state = three_routers(5,
                           "interface Ethernet0/0\n description to r2\ninterface Loopback0\n ip address 192.0.2.1 255.255.255.255\n"
                           "ip route 172.20.0.0 255.255.0.0 Null0 250\n",
                           "", "ip route 192.0.2.1 255.255.255.255 10.0.1.1\n");
    return 0;
}

static void prints_nothing(struct box *b, const char *node, const char *line)
{
    assert_string_equal(box_type(b, node, line), "");
}

static void ping(void **state)
{
    struct box *b = *state;

    types(b, "r1", "ping 10.3.3.3",
          "Type escape sequence to abort.\n"
          "Sending 5, 100-byte ICMP Echos to 10.3.3.3, timeout is 2 seconds:\n"
          "!!!!!\n"
          "Success rate is 100 percent (5/5), round-trip min/avg/max = ");
    types(b, "r1", "ping 10.3.3.3 repeat 72 size 5000 source Loopback0",
          "Sending 72, 5000-byte ICMP Echos to 10.3.3.3, timeout is 2 seconds:\n"
          "Packet sent with a source address of 192.0.2.1\n"
          "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!\n"
          "!!\n"
          "Success rate is 100 percent (72/72), round-trip");
    types(b, "r1", "ping 10.77.0.1 timeout 1", "timeout is 1 seconds:\nU.U.U\nSuccess rate is 0 percent (0/5)\n");
    types(b, "r1", "ping hub", "% Unrecognized host or address, or protocol not running.\n");
    types(b, "r1", "ping 10.3.3.3 source 10.0.1.9",
          "% Invalid source address- IP address not on any of our up interfaces\n");
    types(b, "r1", "ping 10.0.1.255 repeat 1", "timeout is 2 seconds:\n\nReply to request 0 from 10.0.1.2, ");
}

static void ping_meets_a_small_link(void **state)
{
    struct box *b = *state;

    box_type_all(b, "r2", "configure terminal\ninterface Ethernet0/1\nip mtu 1400\nend");
    types(b, "r1", "ping 10.3.3.3 df-bit size 1401 repeat 3 timeout 1",
          "Packet sent with the DF bit set\nM.M\nSuccess rate is 0 percent (0/3)\n");
    types(b, "r1", "ping 10.3.3.3 df-bit size 1400 repeat 3", "!!!\n");
    types(b, "r2", "show platform hardware qfp active statistics drop",
          "MaxTu                                           3                    4203  \n");
}

static void ping_interrupted(void **state)
{
    struct box *b = *state;

    box_start(b, "r1", "ping 172.20.0.1 repeat 1000");
    box_run(b, 5 * US_PER_S);
    assert_false(box_done(b, "r1"));
    struct pool_stats pool = graph_pool(dataplane_graph(router_dataplane(box_router(b, "r1"))), false);
    assert_int_equal(pool.used, 0);
    /* the router goes while its ping is on: no memory is lost or touched (the sanitizers look) */
    box_reload(b, "r1");
    box_run(b, 3 * US_PER_S);
    types(b, "r1", "ping 10.3.3.3", "!!!!!\n");
}

static void traceroute(void **state)
{
    struct box *b = *state;
    const char *got = box_type(b, "r1", "traceroute 10.3.3.3");

    assert_non_null(strstr(got, "Type escape sequence to abort.\nTracing the route to 10.3.3.3\nVRF info: (vrf in "
                                "name/id, vrf out name/id)\n  1 10.0.1.2 "));
    assert_non_null(strstr(got, "\n  2 10.3.3.3 "));
    assert_non_null(strstr(got, " msec * ")); /* one unreachable each 500 ms */
    assert_null(strstr(got, "\n  3"));
    types(b, "r1", "traceroute 10.77.0.1 probe 1", "  1 10.0.1.2 !H \n");
    types(b, "r1", "traceroute 172.20.0.1 timeout 1 ttl 3 4", "  3  *  *  * \n  4  *  *  * \n");
}

static void routes_shown(void **state)
{
    struct box *b = *state;

    types(b, "r1", "show ip route",
          "Gateway of last resort is 10.0.1.2 to network 0.0.0.0\n\n"
          "S*    0.0.0.0/0 [1/0] via 10.0.1.2\n"
          "      10.0.0.0/8 is variably subnetted, 2 subnets, 2 masks\n"
          "C        10.0.1.0/24 is directly connected, Ethernet0/0\n"
          "L        10.0.1.1/32 is directly connected, Ethernet0/0\n"
          "S     172.20.0.0/16 is directly connected, Null0\n"
          "      192.0.2.0/32 is subnetted, 1 subnets\n"
          "C        192.0.2.1 is directly connected, Loopback0\n");
    types(b, "r3", "show ip route static", "S*    0.0.0.0/0 [1/0] via 10.0.2.2\n");
    types(b, "r2", "show ip route 10.3.3.3",
          "Routing entry for 10.3.3.0/24\n  Known via \"static\", distance 1, metric 0\n  Routing Descriptor Blocks:\n "
          " * 10.0.2.3\n");
    types(b, "r2", "show ip route 10.9.0.0", "% Subnet not in table\n");
    types(b, "r2", "show ip route 99.0.0.0", "% Network not in table\n");
    box_type(b, "r1", "configure terminal");
    types(b, "r1", "ip route 10.1.1.1 255.255.255.0 10.0.1.2", "%Inconsistent address and mask\n");
    types(b, "r1", "ip route 10.1.1.0 255.255.255.0 10.0.1.1", "%Invalid next hop address (it's this router)\n");
    prints_nothing(b, "r1", "no ip route 172.20.0.0 255.255.0.0 Null0");
    box_type(b, "r1", "end");
    assert_null(strstr(box_type(b, "r1", "show ip route"), "172.20"));
}

/* Tags and names in any order; they are printed in that of devices, and are no part of the key. */
static void tags_and_names(void **state)
{
    struct box *b = *state;

    box_type(b, "r1", "configure terminal");
    prints_nothing(b, "r1", "ip route 203.0.113.0 255.255.255.0 10.0.1.2 5 name east tag 7");
    prints_nothing(b, "r1", "ip route 203.0.114.0 255.255.255.0 Null0 tag 4294967295");
    prints_nothing(b, "r1", "ip route 203.0.115.0 255.255.255.0 Ethernet0/0 10.0.1.2 name west");
    box_type(b, "r1", "end");
    types(b, "r1", "show running-config", "\nip route 203.0.113.0 255.255.255.0 10.0.1.2 5 tag 7 name east\n"
                                           "ip route 203.0.114.0 255.255.255.0 Null0 tag 4294967295\n"
                                           "ip route 203.0.115.0 255.255.255.0 Ethernet0/0 10.0.1.2 name west\n");
    types(b, "r1", "show ip route 203.0.113.9",
          "Routing entry for 203.0.113.0/24\n  Known via \"static\", distance 5, metric 0\n  Tag 7\n  Routing Descriptor Blocks:\n"
          "  * 10.0.1.2\n      Route metric is 0, traffic share count is 1\n      Route tag 7\n");
    types(b, "r1", "show ip route 203.0.115.9", "distance 1, metric 0\n  Routing Descriptor Blocks:\n");
    box_type(b, "r1", "configure terminal");
    prints_nothing(b, "r1", "ip route 203.0.113.0 255.255.255.0 10.0.1.2 tag 8");
    prints_nothing(b, "r1", "no ip route 203.0.114.0 255.255.255.0 Null0");
    box_type(b, "r1", "end");
    types(b, "r1", "show running-config", "\nip route 203.0.113.0 255.255.255.0 10.0.1.2 tag 8\nip route 203.0.115.0 ");
}

static void interfaces_shown(void **state)
{
    struct box *b = *state;

    types(b, "r1", "show ip interface brief",
          "Interface                  IP-Address      OK? Method Status                Protocol\n"
          "Ethernet0/0                10.0.1.1        YES NVRAM  up                    up      \n"
          "Loopback0                  192.0.2.1       YES NVRAM  up                    up      \n");
    types(b, "r1", "show interfaces Ethernet0/0", "Ethernet0/0 is up, line protocol is up \n  Hardware is ");
    types(b, "r1", "show interfaces Ethernet0/0",
          "  Description: to r2\n  Internet address is 10.0.1.1/24\n  MTU 1500 bytes, BW 10000 Kbit/sec, DLY 1000 "
          "usec, \n");
    box_type(b, "r1", "ping 10.0.1.2 repeat 1");
    /* one ARP request (the announcement was the first) and one echo, each 60 and 114 bytes */
    types(b, "r1", "show interfaces Ethernet0/0", "     3 packets output, 234 bytes, 0 underruns\n");
    types(b, "r1", "show interfaces description", "Et0/0                          up             up       to r2\n");
    types(b, "r1", "show interfaces Ethernet0/3", "% Interface Ethernet0/3 does not exist\n");
    box_type_all(b, "r1",
                 "configure terminal\ninterface Ethernet0/0\nshutdown\ninterface Ethernet0/3\nip address 10.5.5.5 "
                 "255.255.255.0");
    types(b, "r1", "ip address 192.0.2.9 255.255.255.0", "% 192.0.2.0 overlaps with Loopback0\n");
    types(b, "r1", "ip address 10.5.5.0 255.255.255.0", "Bad mask /24 for address 10.5.5.0\n");
    types(b, "r1", "interface Null0", "% Interface Null0 is not supported\n");
    box_type(b, "r1", "end");
    types(b, "r1", "show ip interface brief",
          "Ethernet0/0                10.0.1.1        YES NVRAM  administratively down down    \n"
          "Ethernet0/3                10.5.5.5        YES manual down                  down    \n");
    assert_true(box_wait_log(
        b, "r1", 0, "%LINK-5-CHANGED: Interface Ethernet0/0, changed state to administratively down", US_PER_S));
    assert_true(box_wait_log(b, "r1", 0,
                             "%LINEPROTO-5-UPDOWN: Line protocol on Interface Ethernet0/0, changed state to down",
                             2 * US_PER_S));
}

static void port_without_configuration(void **state)
{
    struct box *b = *state;

    box_type(b, "r1", "configure terminal");
    types(b, "r1", "no interface Ethernet0/0", "% Removal of physical interfaces is not permitted\n");
    types(b, "r1", "do show running-config interface Ethernet0/0", " ip address 10.0.1.1 255.255.255.0\n");
    box_type_all(b, "r1", "default interface Ethernet0/0\ninterface Ethernet0/9\nno interface Ethernet0/9\nend");
    types(b, "r1", "show running-config interface Ethernet0/0", "interface Ethernet0/0\n no ip address\nend\n");
    assert_null(strstr(box_type(b, "r1", "show ip interface brief"), "Ethernet0/9")); /* it has no cable */
    box_type_all(b, "r1",
                 "configure terminal\ninterface Ethernet0/0\nip address 10.0.1.1 255.255.255.0\nip address 10.8.8.1 "
                 "255.255.255.0 secondary\nend");
    types(b, "r1", "show running-config interface Ethernet0/0",
          "interface Ethernet0/0\n ip address 10.0.1.1 255.255.255.0\n ip address 10.8.8.1 255.255.255.0 "
          "secondary\nend\n");
    types(b, "r1", "show ip interface Ethernet0/0", "  Secondary address 10.8.8.1/24\n");
    box_type_all(b, "r1", "configure terminal\ninterface Ethernet0/0"); /* an address that is not there takes none away */
    types(b, "r1", "no ip address 10.0.1.9 255.255.255.0", "Invalid address\n");
    types(b, "r1", "no ip address 10.0.1.1 255.255.0.0", "Invalid address\n");
    box_type(b, "r1", "end");
    types(b, "r1", "show running-config interface Ethernet0/0", " ip address 10.0.1.1 255.255.255.0\n");
    types(b, "r1", "ping 10.8.8.1 repeat 1", "!\n");
    types(b, "r1", "ping 10.3.3.3", "!!!!!\n");
}

/* Without the hop all routes to a prefix go, and no others. */
static void routes_removed(void **state)
{
    struct box *b = *state;

    box_type_all(b, "r1",
                 "configure terminal\nip route 198.51.100.0 255.255.255.0 10.0.1.2\nip route 198.51.100.0 255.255.255.0 "
                 "10.0.1.3 200\nip route 198.51.100.0 255.255.255.0 Null0 250\nip route 198.51.100.0 255.255.255.128 "
                 "10.0.1.2");
    types(b, "r1", "ip route 198.51.100.0 255.255.255.0", "% Incomplete command.\n");
    prints_nothing(b, "r1", "no ip route 198.51.100.0 255.255.255.0");
    types(b, "r1", "no ip route 198.51.100.0 255.255.255.0", "%No matching route to delete\n");
    types(b, "r1", "do show running-config | include ip route",
          "ip route 0.0.0.0 0.0.0.0 10.0.1.2\nip route 172.20.0.0 255.255.0.0 Null0 250\n"
          "ip route 198.51.100.0 255.255.255.128 10.0.1.2\n");
    box_type(b, "r1", "end");
    types(b, "r1", "show ip route static", "      198.51.100.0/25 is subnetted, 1 subnets\nS        198.51.100.0 ");
}

/* Of two routes to a prefix only the one to Null0 discards, whichever was typed last; the prefix is shared between them. */
static void null_beside_hop(void **state)
{
    struct box *b = *state;
    unsigned through = 0;

    for (int last = 0; last < 2; last++) {
        box_type_all(b, "r1", last ? "configure terminal\nip route 198.51.100.0 255.255.255.0 Null0\nip route 198.51.100.0 255.255.255.0 10.0.1.2\nend"
                                   : "configure terminal\nip route 198.51.100.0 255.255.255.0 10.0.1.2\nip route 198.51.100.0 255.255.255.0 Null0\nend");
        const char *said = box_type(b, "r1", "show ip route 198.51.100.0");
        if (!strstr(said, "10.0.1.2\n") || !strstr(said, " directly connected, via Null0\n"))
            fail_msg("%d: %s", last, said);
        for (unsigned i = 0; i < 64; i++) {
            struct route_hop hop;
            enum route_verdict v = route_lookup(dataplane_net(router_dataplane(box_router(b, "r1"))), 0xC6336400u + i, &hop);
            assert_true(v == ROUTE_VIA || v == ROUTE_DISCARD);
            through += v == ROUTE_VIA;
        }
        box_type_all(b, "r1", "configure terminal\nno ip route 198.51.100.0 255.255.255.0\nend");
    }
    assert_in_range(through, 32, 96);
}

static void lists(void **state)
{
    struct box *b = *state;

    box_type_all(b, "r2",
                 "configure terminal\n"
                 "access-list 101 remark first\n"
                 "access-list 101 permit ip 10.0.1.1 0.0.0.0 0.0.0.0 255.255.255.255\n"
                 "access-list 101 permit udp any eq isakmp host 192.0.2.9 eq non500-isakmp\n"
                 "access-list 101 permit tcp 10.1.2.3 0.0.255.255 range 10 20 any established\n"
                 "access-list 101 permit 50 any any\n"
                 "ip access-list extended EDGE\n"
                 "permit gre any any\n"
                 "5 deny icmp any any echo\n"
                 "permit icmp any any\n"
                 "interface Ethernet0/0\n"
                 "ip access-group EDGE in\n"
                 "end");
    types(b, "r2", "show running-config", " ip access-group EDGE in\n");
    types(b, "r2", "show running-config",
          "ip access-list extended EDGE\n 5 deny icmp any any echo\n permit gre any any\n permit icmp any any\n");
    types(b, "r2", "show running-config",
          "access-list 101 remark first\n"
          "access-list 101 permit ip host 10.0.1.1 any\n"
          "access-list 101 permit udp any eq isakmp host 192.0.2.9 eq non500-isakmp\n"
          "access-list 101 permit tcp 10.1.0.0 0.0.255.255 range 10 ftp-data any established\n"
          "access-list 101 permit esp any any\n");
    types(b, "r1", "ping 10.3.3.3 repeat 1", "U\n");
    types(b, "r2", "show access-lists",
          "Extended IP access list 101\n"
          "    10 permit ip host 10.0.1.1 any\n"
          "    20 permit udp any eq isakmp host 192.0.2.9 eq non500-isakmp\n"
          "    30 permit tcp 10.1.0.0 0.0.255.255 range 10 ftp-data any established\n"
          "    40 permit esp any any\n"
          "Extended IP access list EDGE\n"
          "    5 deny icmp any any echo (1 match)\n"
          "    10 permit gre any any\n"
          "    20 permit icmp any any\n");
    types(b, "r2", "show platform hardware qfp active statistics drop",
          "Ipv4Acl                                         1                     100  \n");
    /* Ports have their names wherever they stand, typed so or not. */
    box_type_all(b, "r2",
                 "configure terminal\n"
                 "access-list 102 permit tcp any range 20 25 any range 1000 bgp\n"
                 "access-list 102 permit tcp any neq 22 any gt www\n"
                 "access-list 102 permit udp any lt 53 any range 67 bootpc\n"
                 "end");
    types(b, "r2", "show running-config",
          "access-list 102 permit tcp any range ftp-data smtp any range 1000 bgp\n"
          "access-list 102 permit tcp any neq 22 any gt www\n"
          "access-list 102 permit udp any lt domain any range bootps bootpc\n");
    types(b, "r2", "show access-lists 102",
          "    10 permit tcp any range ftp-data smtp any range 1000 bgp\n"
          "    20 permit tcp any neq 22 any gt www\n"
          "    30 permit udp any lt domain any range bootps bootpc\n");
    box_type_all(b, "r2",
                 "configure terminal\n"
                 "access-list 103 deny tcp host 198.51.100.9 host 198.51.110.9 eq telnet ack\n"
                 "access-list 103 permit tcp any any syn log\n"
                 "end");
    types(b, "r2", "show running-config",
          "access-list 103 deny tcp host 198.51.100.9 host 198.51.110.9 eq telnet ack\n"
          "access-list 103 permit tcp any any syn log\n");
    types(b, "r2", "show access-lists 103",
          "    10 deny tcp host 198.51.100.9 host 198.51.110.9 eq telnet ack\n"
          "    20 permit tcp any any syn log\n");
    box_type_all(b, "r2", "configure terminal\nno access-list 103\nend");
    box_type_all(b, "r2", "configure terminal\nno access-list 102 permit tcp any range 20 25 any range 1000 179\nend");
    assert_null(strstr(box_type(b, "r2", "show access-lists 102"), "ftp-data"));
    box_type_all(b, "r2", "configure terminal\nno access-list 102\nend");
    /* Typed again, with the address as it was typed, a line is still the same one. */
    box_type_all(b, "r2",
                 "configure terminal\n"
                 "access-list 101 permit tcp 10.1.2.3 0.0.255.255 range 10 20 any established\n"
                 "no access-list 101 permit ip 10.0.1.1 0.0.0.0 0.0.0.0 255.255.255.255\n"
                 "end");
    types(b, "r2", "show access-lists 101",
          "Extended IP access list 101\n"
          "    20 permit udp any eq isakmp host 192.0.2.9 eq non500-isakmp\n"
          "    30 permit tcp 10.1.0.0 0.0.255.255 range 10 ftp-data any established\n"
          "    40 permit esp any any\n");
    assert_null(strstr(box_type(b, "r2", "show access-lists 101"), "    50 "));
    box_type_all(b, "r2", "configure terminal\nip access-list extended EDGE\nno 5\nend");
    types(b, "r1", "ping 10.3.3.3", "!!!!!\n");
    types(b, "r2", "show access-lists EDGE",
          "Extended IP access list EDGE\n    10 permit gre any any\n    20 permit icmp any any (5 matches)\n");
    box_type(b, "r2", "clear access-list counters");
    types(b, "r2", "show access-lists EDGE", "    20 permit icmp any any\n");
    box_type_all(b, "r2", "configure terminal\nno access-list 101\nno ip access-list extended EDGE\nend");
    assert_string_equal(box_type(b, "r2", "show access-lists"), "");
    types(b, "r1", "ping 10.3.3.3", "!!!!!\n"); /* a list that is not there lets all pass */
    box_type(b, "r2", "configure terminal");
    types(b, "r2", "access-list 101 permit ip any any time-range T", "% Invalid input detected at '^' marker.");
    types(b, "r2", "ip access-list extended 99", "% Invalid access list name.\n");
}

static void arp_shown(void **state)
{
    struct box *b = *state;

    box_type(b, "r1", "ping 10.0.1.2");
    types(b, "r1", "show arp",
          "Protocol  Address          Age (min)  Hardware Addr   Type   Interface\n"
          "Internet  10.0.1.1                -   ");
    types(b, "r1", "show arp", "\nInternet  10.0.1.2                0   ");
    box_run(b, 61 * US_PER_S);
    types(b, "r1", "show ip arp 10.0.1.2", "\nInternet  10.0.1.2                1   ");
    box_type(b, "r1", "clear arp-cache");
    box_run(b, US_PER_S);
    types(b, "r1", "show ip arp 10.0.1.2", "\nInternet  10.0.1.2                0   ");
}

static void drops_shown(void **state)
{
    struct box *b = *state;

    types(b, "r2", "show platform hardware qfp active statistics drop",
          "Last clearing of QFP drops statistics : never\n\n"
          "-------------------------------------------------------------------------\n"
          "Global Drop Stats                         Packets                  Octets  \n"
          "-------------------------------------------------------------------------\n");
    box_type(b, "r1", "ping 10.77.0.1 repeat 2 timeout 0");
    box_run(b, US_PER_S);
    types(b, "r2", "show platform hardware qfp active statistics drop clear",
          "Ipv4NoRoute                                     2                     200  \n");
    assert_null(strstr(box_type(b, "r2", "show platform hardware qfp active statistics drop"), "Ipv4NoRoute"));
    types(b, "r2", "show platform hardware qfp active statistics drop all",
          "Ipv4NoRoute                                     0                       0  \n");
    types(b, "r2", "show platform hardware qfp active feature ipsec datapath drops all",
          "------------------------------------------------------------------------\n"
          "Drop Type  Name                                     Packets             \n"
          "------------------------------------------------------------------------\n"
          "        1  IN_V4_PKT_HIT_INVALID_SA                                    0\n"
          "        2  IN_CLEAR_US_V4_PSTATE_SB_FAILED                             0\n");
    assert_null(strstr(box_type(b, "r2", "show platform hardware qfp active feature ipsec datapath drops"), "IN_"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(ping),
        T(ping_meets_a_small_link),
        T(ping_interrupted),
        T(traceroute),
        T(routes_shown),
        T(tags_and_names),
        T(interfaces_shown),
        T(port_without_configuration),
        T(routes_removed),
        T(null_beside_hop),
        T(lists),
        T(arp_shown),
        T(drops_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
