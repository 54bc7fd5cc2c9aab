/* test_gre.c: GRE between two routers: what stands on the wire, keys, checksums, sequence numbers, keepalives, recursive
 * routing, fragments, path MTU, tunnels within tunnels. */
#include "tests/exchange/tunnel_box.h"

static void plain(void **state)
{
    struct tunnel_box *t = tunnel_box(*state, 1, "", "", "", "");

    tunnel_forget(t);
    prints(t, "left", PING, FIVE);
    assert_int_equal(t->gre, 10);
    assert_int_equal(t->icmp, 0);
    /* RFC 2784: no flags, protocol 0x0800; around an echo of 100 bytes. */
    const uint8_t *ip = t->last;
    assert_int_equal(t->last_len, 124);
    assert_int_equal(ip[0], 0x45);
    assert_int_equal(get16(ip + 2), 124);
    assert_int_equal(get16(ip + 6), 0);
    assert_int_equal(ip[8], 255);
    assert_int_equal(get32(ip + 12), LEFT);
    assert_int_equal(get32(ip + 16), RIGHT);
    assert_int_equal(get32(ip + 20), 0x00000800);
    assert_int_equal(get32(ip + 24 + 12), 0x0A010001);
    assert_int_equal(get32(ip + 24 + 16), 0x0A020001);
    prints(t, "left", "show interfaces Tunnel0",
           "Tunnel0 is up, line protocol is up \n"
           "  Hardware is Tunnel\n"
           "  Internet address is 172.16.0.1/30\n"
           "  MTU 9976 bytes, BW 100 Kbit/sec, DLY 50000 usec, \n"
           "     reliability 255/255, txload 1/255, rxload 1/255\n"
           "  Encapsulation TUNNEL, loopback not set\n"
           "  Keepalive not set\n"
           "  Tunnel linestate evaluation up\n"
           "  Tunnel source 192.0.2.1 (Ethernet0/0), destination 198.51.100.1\n"
           "  Tunnel protocol/transport GRE/IP\n"
           "    Key disabled, sequencing disabled\n"
           "    Checksumming of packets disabled\n"
           "  Tunnel TTL 255, Fast tunneling enabled\n"
           "  Tunnel transport MTU 1476 bytes\n"
           "  Tunnel transmit bandwidth 8000 (kbps)\n"
           "  Tunnel receive bandwidth 8000 (kbps)\n");
    prints(t, "left", "show interfaces Tunnel0", "     5 packets input, 620 bytes, 0 no buffer\n");
    prints(t, "left", "show interfaces Tunnel0", "     5 packets output, 620 bytes, 0 underruns\n");
    prints(t, "left", "show ip interface Tunnel0", "  MTU is 1476 bytes\n");
    prints(t, "left", "show ip interface brief",
           "Tunnel0                    172.16.0.1      YES NVRAM  up                    up      \n");
    prints(t, "left", "traceroute 10.2.0.1 source Loopback1", "  1 10.2.0.1 ");
}

static void key_sum_sequence(void **state)
{
    const char *both =
        " tunnel key 4000000000\n tunnel checksum\n tunnel sequence-datagrams\n tunnel ttl 9\n tunnel tos 32\n";
    struct tunnel_box *t = tunnel_box(*state, 2, "", both, "", both);

    prints(t, "left", PING, FIVE);
    const uint8_t *ip = t->last;
    assert_int_equal(ip[1], 32);
    assert_int_equal(ip[8], 9);
    assert_int_equal(get32(ip + 20), 0xB0000800); /* C, K and S */
    assert_int_equal(get16(ip + 26), 0);
    assert_int_equal(get32(ip + 28), 4000000000u);
    assert_int_equal(get32(ip + 32), 4); /* the fifth */
    assert_int_equal(ip_cksum_fold(ip_cksum_add(0, ip + 20, t->last_len - 20)), 0);
    prints(t, "left", "show interfaces Tunnel0",
           "    Key 0xEE6B2800, sequencing enabled\n    Checksumming of packets enabled\n");
    prints(t, "left", "show interfaces Tunnel0", "  Tunnel transport MTU 1464 bytes\n");
}

static void wrong_key(void **state)
{
    struct tunnel_box *t = tunnel_box(*state, 3, "", " tunnel key 1\n", "", " tunnel key 2\n");

    assert_true(tunnel_up(t, "left")); /* nobody knows yet */
    prints(t, "left", PING, NONE);
    assert_int_equal(tunnel_drops(t, "right", DROP_GRE_KEY), 5);
    box_type_all(t->b, "right", "configure terminal\ninterface Tunnel0\nno tunnel key\nend");
    prints(t, "left", PING, NONE);
    assert_int_equal(tunnel_drops(t, "right", DROP_GRE_KEY), 10);
    box_type_all(t->b, "right", "configure terminal\ninterface Tunnel0\ntunnel key 1\nend");
    prints(t, "left", PING, FIVE);
}

static void order_is_kept(void **state)
{
    struct tunnel_box *t =
        tunnel_box(*state, 4, "", " tunnel sequence-datagrams\n", "", " tunnel sequence-datagrams\n");
    const struct wire_params twice = {.delay_us = 1000, .repeat = 1000000};

    prints(t, "left", PING, FIVE);
    assert_int_equal(tunnel_drops(t, "right", DROP_GRE_ORDER), 0);
    wire_set(t->right_wire, &twice);
    prints(t, "left", PING, FIVE);
    assert_int_equal(tunnel_drops(t, "right", DROP_GRE_ORDER), 5);
    assert_int_equal(tunnel_drops(t, "left", DROP_GRE_ORDER), 5);
}

static void keepalives(void **state)
{
    struct tunnel_box *t = tunnel_box(*state, 5, "", " keepalive 5 3\n tunnel key 7\n", "", " tunnel key 7\n");

    box_run(t->b, 60 * US_PER_S);
    assert_true(tunnel_up(t, "left"));
    prints(t, "left", "show interfaces Tunnel0", "  Keepalive set (5 sec), retries 3\n");
    /* Outer IPv4 and GRE, then the answer: from right to left, GRE of protocol 0. */
    const uint8_t *ip = t->last;
    assert_int_equal(t->last_len, 56);
    assert_int_equal(get32(ip + 20), 0x20000800);
    assert_int_equal(get32(ip + 24), 7);
    assert_int_equal(get32(ip + 28 + 12), RIGHT);
    assert_int_equal(get32(ip + 28 + 16), LEFT);
    assert_int_equal(ip[28 + 9], PROTO_GRE);
    assert_int_equal(get32(ip + 48), 0x20000000);
    assert_int_equal(get32(ip + 52), 7);
    size_t from = box_log_len(t->b, "left");
    prints(t, "left", "debug tunnel keepalive", "Tunnel keepalive debugging is on\n");
    assert_true(box_wait_log(t->b, "left", from,
                             "Tunnel0: sending keepalive, 198.51.100.1->192.0.2.1 (len=28 ttl=255), counter=1",
                             6 * US_PER_S));
    assert_true(box_wait_log(t->b, "left", from,
                             "Tunnel0: keepalive received, 198.51.100.1->192.0.2.1 (len=28 ttl=253), resetting counter",
                             6 * US_PER_S));
    prints(t, "left", "undebug tunnel keepalive", "Tunnel keepalive debugging is off\n");
    from = box_log_len(t->b, "left");
    wire_plug(t->right_wire, false);
    box_run(t->b, 14 * US_PER_S);
    assert_true(tunnel_up(t, "left"));
    assert_true(
        box_wait_log(t->b, "left", from, "Line protocol on Interface Tunnel0, changed state to down", 10 * US_PER_S));
    prints(t, "left", "show interfaces Tunnel0", "  Tunnel linestate evaluation down - keepalive not answered\n");
    prints_not(t, "left", "show ip route", "172.16.0.0");
    from = box_log_len(t->b, "left");
    wire_plug(t->right_wire, true);
    assert_true(
        box_wait_log(t->b, "left", from, "Line protocol on Interface Tunnel0, changed state to up", 10 * US_PER_S));
    prints(t, "left", PING, FIVE);
}

static void recursion(void **state)
{
    struct tunnel_box *t = tunnel_box(*state, 6, "", "", "", "");
    size_t from = box_log_len(t->b, "left");

    assert_true(tunnel_up(t, "left"));
    box_type_all(t->b, "left", "configure terminal\nip route 198.51.100.0 255.255.255.0 Tunnel0\nend");
    assert_true(box_wait_log(t->b, "left", from,
                             "%TUN-5-RECURDOWN: Tunnel0 temporarily disabled due to recursive routing", US_PER_S));
    assert_true(
        box_wait_log(t->b, "left", from, "Line protocol on Interface Tunnel0, changed state to down", US_PER_S));
    assert_false(tunnel_up(t, "left"));
    /* A minute later it tries again, and fails again. */
    from = box_log_len(t->b, "left");
    assert_true(box_wait_log(t->b, "left", from, "%TUN-5-RECURDOWN", 61 * US_PER_S));
    box_type_all(t->b, "left", "configure terminal\nno ip route 198.51.100.0 255.255.255.0 Tunnel0\nend");
    from = box_log_len(t->b, "left");
    assert_true(
        box_wait_log(t->b, "left", from, "Line protocol on Interface Tunnel0, changed state to up", 61 * US_PER_S));
    prints(t, "left", PING, FIVE);
}

static void line_protocol(void **state)
{
    struct tunnel_box *t = tunnel_box(*state, 7, "", "", "", "");

    box_type_all(t->b, "left", "configure terminal\ninterface Tunnel0\nno tunnel destination\nend");
    prints(t, "left", "show interfaces Tunnel0",
           "  Tunnel linestate evaluation down - no IPv4 tunnel destination address\n  Tunnel source 192.0.2.1 "
           "(Ethernet0/0)\n");
    box_type_all(
        t->b, "left",
        "configure terminal\ninterface Tunnel0\ntunnel destination 198.51.100.1\ntunnel source 192.0.2.1\nend");
    assert_true(tunnel_up(t, "left"));
    prints(t, "left", PING, FIVE);
    /* Another with the same ends and key is no tunnel; with a key of its own it is one. */
    box_type_all(
        t->b, "left",
        "configure terminal\ninterface Tunnel1\ntunnel source Ethernet0/0\ntunnel destination 198.51.100.1\nend");
    prints(t, "left", "show interfaces Tunnel1", "Tunnel1 is up, line protocol is down");
    box_type_all(t->b, "left", "configure terminal\ninterface Tunnel1\ntunnel key 3\nend");
    prints(t, "left", "show interfaces Tunnel1", "Tunnel1 is up, line protocol is up");
    prints(t, "left", PING, FIVE);
    box_type_all(t->b, "left", "configure terminal\ninterface Tunnel0\nshutdown\nend");
    prints(t, "left", "show interfaces Tunnel0", "Tunnel0 is administratively down, line protocol is down");
    prints(t, "right", BACK, NONE);
    box_type_all(t->b, "left", "configure terminal\ninterface Tunnel0\nno shutdown\nend");
    assert_true(tunnel_comes(t, "left", true, 3 * US_PER_S));
    prints(t, "left", PING, FIVE);
    wire_plug(t->left_wire, false);
    assert_true(tunnel_comes(t, "left", false, 3 * US_PER_S));
    prints(t, "left", "show interfaces Tunnel0", "down - no IPv4 tunnel source address");
    wire_plug(t->left_wire, true);
    assert_true(tunnel_comes(t, "left", true, 5 * US_PER_S));
    box_type_all(t->b, "left", "configure terminal\nno interface Tunnel0\nend");
    prints(t, "left", "show interfaces Tunnel0", "% Interface Tunnel0 does not exist");
    prints(t, "right", BACK, NONE);
    prints(t, "left", "ping 198.51.100.1", FIVE);
}

/* An end without the tunnel says that it serves no GRE. */
static void stranger(void **state)
{
    struct tunnel_box *t = tunnel_box(*state, 8, "", "", "", " shutdown\n tunnel destination 203.0.113.9\n");

    tunnel_forget(t);
    prints(t, "left", PING, NONE);
    assert_int_equal(tunnel_drops(t, "right", DROP_GRE_STRANGER), 5);
    assert_true(t->icmp > 0);
}

static void sizes(void **state)
{
    struct tunnel_box *t = tunnel_box(*state, 9, "", "", "", "");

    prints(t, "left", PING " size 1476 df-bit", FIVE);
    assert_int_equal(t->last_len, 1500);
    prints(t, "left", PING " size 1477 df-bit", NONE);
    prints(t, "left", PING " size 9000", FIVE);
    /* Cut before the tunnel: every GRE packet is whole. */
    assert_int_equal(get16(t->last + 6), 0);
    /* A tunnel that takes what the path does not: cut outside, put together by the other end. */
    box_type_all(t->b, "left", "configure terminal\ninterface Tunnel0\nip mtu 1500\nend");
    prints(t, "left", PING " size 1500 df-bit", FIVE);
    assert_int_not_equal(get16(t->last + 6) & 0x3FFF, 0);
}

static void path_mtu(void **state)
{
    struct tunnel_box *t = tunnel_box(*state, 10, "", " tunnel path-mtu-discovery\n", "", "");

    box_type_all(t->b, "mid", "configure terminal\ninterface Ethernet0/1\nip mtu 1400\nend");
    prints(t, "left", PING " size 1476 df-bit",
           "Success rate is 0 percent (0/5)"); /* the first tells, the rest are told */
    prints(t, "left", "show interfaces Tunnel0",
           "  Path MTU Discovery, ager 10 mins, min MTU 92\n  Path destination 198.51.100.1: MTU 1400\n  Tunnel "
           "transport MTU 1376 bytes\n");
    prints(t, "left", PING " size 1376 df-bit", FIVE);
    prints(t, "left", PING " size 1476", FIVE);
    box_run(t->b, 601 * US_PER_S);
    prints(t, "left", "show interfaces Tunnel0", "  Tunnel transport MTU 1476 bytes\n");
}

/* Tunnel1 lies within Tunnel0, and so on; the fifth is one too many. */
static void nested(void **state)
{
    struct tunnel_box *t = tunnel_box(*state, 11, "", "", "", "");

    for (int i = 1; i <= 4; i++)
        for (int side = 1; side <= 2; side++) {
            char text[400];
            snprintf(text, sizeof text,
                     "configure terminal\ninterface Tunnel%d\nip address 172.16.%d.%d 255.255.255.252\ntunnel source "
                     "172.16.%d.%d\n"
                     "tunnel destination 172.16.%d.%d\nend",
                     i, i, side, i - 1, side, i - 1, 3 - side);
            box_type_all(t->b, side == 1 ? "left" : "right", text);
        }
    tunnel_forget(t);
    prints(t, "left", "ping 172.16.3.2", FIVE);
    assert_int_equal(t->last_len, 100 + 4 * 24);
    assert_int_equal(t->gre, 10);
    prints(t, "left", "show interfaces Tunnel3", "line protocol is up");
    prints(t, "left", "show interfaces Tunnel3", "  Tunnel transport MTU 1404 bytes\n");
    prints(t, "left", "ping 172.16.4.2", NONE);
    assert_int_equal(tunnel_drops(t, "left", DROP_TUNNEL_LOOP), 0);
}

/* Access lists of the tunnel see what is inside. */
static void access_lists(void **state)
{
    struct tunnel_box *t =
        tunnel_box(*state, 12, "", "", "access-list 101 permit icmp host 10.1.0.1 any\n", " ip access-group 101 in\n");

    prints(t, "left", PING, FIVE);
    prints(t, "left", "ping 172.16.0.2", "Success rate is 0 percent");
    prints(t, "right", "show access-lists", "(5 matches)");
}

/* Without an address of its own: that of a loopback, routes by the interface alone. */
static void unnumbered(void **state)
{
    struct tunnel_box *t = tunnel_box(*state, 13, "", "", "", "");

    box_type_all(t->b, "left",
                 "configure terminal\ninterface Tunnel0\nip unnumbered Loopback1\nexit\nno ip route 10.2.0.1 "
                 "255.255.255.255 172.16.0.2\nip route 10.2.0.1 255.255.255.255 Tunnel0\nend");
    box_type_all(t->b, "right",
                 "configure terminal\ninterface Tunnel0\nip unnumbered Loopback1\nexit\nno ip route 10.1.0.1 "
                 "255.255.255.255 172.16.0.1\nip route 10.1.0.1 255.255.255.255 Tunnel0\nend");
    prints(t, "left", "show running-config interface Tunnel0",
           "interface Tunnel0\n ip unnumbered Loopback1\n tunnel source Ethernet0/0\n");
    /* What was typed last takes the place of the other; taking back what is not there takes nothing. */
    for (int i = 0; i < 2; i++) {
        box_type_all(t->b, "left",
                     i ? "configure terminal\ninterface Tunnel0\nno ip unnumbered Loopback1\nno ip unnumbered\nend"
                       : "configure terminal\ninterface Tunnel0\nip unnumbered Loopback9\nip address 172.16.0.9 "
                         "255.255.255.252\nend");
        prints(t, "left", "show running-config interface Tunnel0",
               "interface Tunnel0\n ip address 172.16.0.9 255.255.255.252\n tunnel source Ethernet0/0\n");
    }
    box_type_all(t->b, "left", "configure terminal\ninterface Tunnel0\nno ip address\nend");
    prints(t, "left", "show running-config interface Tunnel0",
           "interface Tunnel0\n no ip address\n tunnel source Ethernet0/0\n");
    box_type_all(t->b, "left",
                 "configure terminal\ninterface Tunnel0\nip unnumbered Loopback1\nno ip address\nend");
    prints(t, "left", "show running-config interface Tunnel0",
           "interface Tunnel0\n ip unnumbered Loopback1\n tunnel source Ethernet0/0\n");
    prints(t, "left", "ping 10.2.0.1", FIVE); /* from 10.1.0.1 */
    prints(t, "left", "show interfaces Tunnel0", "  Interface is unnumbered. Using address of Loopback1 (10.1.0.1)\n");
    prints_not(t, "left", "show ip route", "Tunnel0, 10.1.0.1");
    prints_not(t, "left", "show ip route", "172.16.0.0");
    box_type_all(t->b, "left", "configure terminal\ninterface Loopback1\nip address 10.1.0.9 255.255.255.255\nend");
    prints(t, "left", "show ip interface brief", "Tunnel0                    10.1.0.9 ");
    prints(t, "right", "ping 10.1.0.1", NONE);
    box_type_all(t->b, "left", "configure terminal\ninterface Loopback1\nip address 10.1.0.1 255.255.255.255\nend");
    prints(t, "right", "ping 10.1.0.1", FIVE);
    box_type_all(t->b, "left", "configure terminal\ninterface Tunnel0\nip address 172.16.0.1 255.255.255.252\nend");
    prints(t, "left", "show interfaces Tunnel0", "  Internet address is 172.16.0.1/30\n");
    prints_not(t, "left", "show running-config interface Tunnel0", "unnumbered");
    box_type(t->b, "left", "configure terminal");
    box_type(t->b, "left", "interface Ethernet0/0");
    prints(t, "left", "ip unnumbered Loopback1", "Point-to-point (non-multi-access) interfaces only\n");
    box_type(t->b, "left", "end");
    box_type_all(t->b, "right", "configure terminal\nno interface Loopback1\nend");
    prints(t, "right", "show ip interface brief", "Tunnel0                    unassigned ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TUNNEL_TEST(plain),      TUNNEL_TEST(key_sum_sequence), TUNNEL_TEST(wrong_key),     TUNNEL_TEST(order_is_kept),
        TUNNEL_TEST(keepalives), TUNNEL_TEST(recursion),        TUNNEL_TEST(line_protocol), TUNNEL_TEST(stranger),
        TUNNEL_TEST(sizes),      TUNNEL_TEST(path_mtu),         TUNNEL_TEST(nested),        TUNNEL_TEST(access_lists),
        TUNNEL_TEST(unnumbered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
