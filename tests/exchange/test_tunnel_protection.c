/* test_tunnel_protection.c: tunnels under IPsec between two routers: GRE protected in transport and in tunnel mode, sVTI,
 * GRE within a crypto map: when SAs are asked for and asked for again, what is on the wire, what may come in, sizes,
 * shows. (After one end has forgotten its SAs: test_tunnel_recovery.c.) */
#include "tests/exchange/protected_tunnel.h"

static void gre_transport(void **state)
{
    struct tunnel_box *t = both(state, 21, IKE SET_TRANSPORT PROFILE, PROTECTED);

    assert_true(secured(t, "left", true, WITHIN));
    assert_true(secured(t, "right", true, WITHIN));
    tunnel_forget(t);
    prints(t, "left", PING, FIVE);
    assert_int_equal(t->esp, 10);
    assert_int_equal(t->gre + t->icmp, 0);
    /* IPv4 20, ESP 8, IV 16, GRE 4 + packet 100 + padding 6 + 2, ICV 12 */
    assert_int_equal(t->last_len, 20 + 8 + 16 + 112 + 12);
    prints(t, "left", "show crypto ipsec sa",
           "interface: Tunnel0\n    Crypto map tag: Tunnel0-head-0, local addr 192.0.2.1\n");
    prints(t, "left", "show crypto ipsec sa",
           "   local  ident (addr/mask/prot/port): (192.0.2.1/255.255.255.255/47/0)\n"
           "   remote ident (addr/mask/prot/port): (198.51.100.1/255.255.255.255/47/0)\n"
           "   current_peer 198.51.100.1 port 500\n");
    prints(t, "left", "show crypto ipsec sa",
           "#pkts encaps: 5, #pkts encrypt: 5, #pkts digest: 5\n    #pkts decaps: 5,");
    prints(t, "left", "show crypto ipsec sa",
           "     plaintext mtu 1458, path mtu 1500, ip mtu 1500, ip mtu idb Ethernet0/0\n");
    prints(t, "left", "show crypto ipsec sa", "in use settings ={Transport, }");
    prints(t, "left", "show interfaces Tunnel0", "  Tunnel transport MTU 1434 bytes\n");
    prints(t, "left", "show interfaces Tunnel0", "  Tunnel protection via IPSec (profile \"P\")\n");
    prints(t, "left", PING " size 1434 df-bit", FIVE);
    assert_true(t->last_len <= 1500);
    prints(t, "left", PING " size 1435 df-bit", NONE);
    prints(t, "left", PING " size 5000", FIVE);
    assert_int_equal(get16(t->last + 6) & 0x3FFF, 0);                                      /* never cut outside */
    box_type_all(t->b, "left", "configure terminal\ninterface Tunnel0\nip mtu 1500\nend"); /* unless one asks for it */
    prints(t, "left", PING " size 1500 df-bit", FIVE);
    assert_int_not_equal(get16(t->last + 6) & 0x3FFF, 0);
}

static void gre_tunnel_mode(void **state)
{
    struct tunnel_box *t = both(state, 22, IKE SET_TUNNEL PROFILE, PROTECTED);

    assert_true(secured(t, "left", true, WITHIN));
    prints(t, "left", PING, FIVE);
    prints(t, "left", "show crypto ipsec sa", "plaintext mtu 1438, ");
    prints(t, "left", "show crypto ipsec sa", "in use settings ={Tunnel, }");
    prints(t, "left", "show interfaces Tunnel0", "  Tunnel transport MTU 1414 bytes\n");
    prints(t, "left", PING " size 1414 df-bit", FIVE);
    prints(t, "left", PING " size 5000", FIVE);
}

static void svti(void **state)
{
    struct tunnel_box *t = both(state, 23, IKE SET_TRANSPORT PROFILE, SVTI); /* transport is not for everything */

    assert_true(tunnel_comes(t, "left", true, WITHIN));
    assert_true(tunnel_comes(t, "right", true, WITHIN));
    tunnel_forget(t);
    prints(t, "left", PING, FIVE);
    assert_int_equal(t->esp, 10);
    assert_int_equal(t->gre + t->icmp, 0);
    /* IPv4 20, ESP 8, IV 16, packet 100 + padding 10 + 2, ICV 12: no GRE */
    assert_int_equal(t->last_len, 20 + 8 + 16 + 112 + 12);
    prints(t, "left", "show crypto ipsec sa",
           "   local  ident (addr/mask/prot/port): (0.0.0.0/0.0.0.0/0/0)\n"
           "   remote ident (addr/mask/prot/port): (0.0.0.0/0.0.0.0/0/0)\n");
    prints(t, "left", "show interfaces Tunnel0",
           "  MTU 9938 bytes, BW 100 Kbit/sec, DLY 50000 usec, \n"
           "     reliability 255/255, txload 1/255, rxload 1/255\n"
           "  Encapsulation TUNNEL, loopback not set\n"
           "  Keepalive not set\n"
           "  Tunnel linestate evaluation up\n"
           "  Tunnel source 192.0.2.1 (Ethernet0/0), destination 198.51.100.1\n"
           "  Tunnel protocol/transport IPSEC/IP\n"
           "  Tunnel TTL 255\n"
           "  Tunnel transport MTU 1438 bytes\n"
           "  Tunnel transmit bandwidth 8000 (kbps)\n"
           "  Tunnel receive bandwidth 8000 (kbps)\n"
           "  Tunnel protection via IPSec (profile \"P\")\n");
    prints(t, "left", "show interfaces Tunnel0", "     5 packets input, 500 bytes, 0 no buffer\n");
    prints(t, "left", "show ip interface Tunnel0", "  MTU is 1438 bytes\n");
    prints(t, "left", PING " size 1438 df-bit", FIVE);
    prints(t, "left", PING " size 1439 df-bit", NONE);
    prints(t, "left", PING " size 9000", FIVE);
    prints(t, "left", "show crypto sockets",
           "Number of Crypto Socket connections 1\n\n"
           "   Tu0 Peers (local/remote): 192.0.2.1/198.51.100.1 \n"
           "       Local Ident  (addr/mask/port/prot): (0.0.0.0/0.0.0.0/0/0)\n"
           "       Remote Ident (addr/mask/port/prot): (0.0.0.0/0.0.0.0/0/0)\n"
           "       IPSec Profile: \"P\"\n"
           "       Socket State: Open\n"
           "       Client: \"TUNNEL SEC\" (Client State: Active)\n"
           "Crypto Sockets in Listen state:\n"
           "Client: \"TUNNEL SEC\" Profile: \"P\" Map-name: \"Tunnel0-head-0\"\n");
    prints(t, "left", "show crypto map", "Crypto Map IPv4 \"Tunnel0-head-0\" 65536 ipsec-isakmp\n\tProfile name: P\n");
    prints(t, "left", "show crypto session", "Interface: Tunnel0\n");
    prints(t, "left", "show crypto session", "IPSEC FLOW: permit ip 0.0.0.0/0.0.0.0 0.0.0.0/0.0.0.0");
}

/* Lost SAs are renewed without a packet. */
static void renewed(void **state)
{
    struct tunnel_box *t = both(state, 24, IKE SET_TUNNEL PROFILE, SVTI);

    assert_true(tunnel_comes(t, "left", true, WITHIN));
    box_run(t->b, 120 * US_PER_S);
    size_t from = box_log_len(t->b, "left");
    box_type(t->b, "left", "clear crypto sa");
    assert_true(
        box_wait_log(t->b, "left", from, "Line protocol on Interface Tunnel0, changed state to down", US_PER_S));
    assert_true(tunnel_comes(t, "left", true, 3 * US_PER_S));
    assert_true(tunnel_comes(t, "right", true, 3 * US_PER_S));
    prints(t, "left", PING, FIVE);
    /* Nobody there: asked again and again, ever more slowly. */
    t->lose = true;
    box_type(t->b, "left", "clear crypto session");
    assert_true(tunnel_comes(t, "left", false, 3 * US_PER_S));
    tunnel_forget(t);
    box_run(t->b, 3600 * US_PER_S);
    assert_true(t->udp > 60);
    assert_true(t->udp < 1500);
    t->lose = false;
    assert_true(tunnel_comes(t, "left", true, 130 * US_PER_S));
    prints(t, "left", PING, FIVE);
}

/* Cleared again and again, by whom it may be: SAs came each time, so it is no reason to wait ever longer. */
static void cleared_again(void **state)
{
    struct tunnel_box *t =
        tunnel_box(*state, 39, IKE SET_TUNNEL PROFILE, SVTI, IKE SET_TUNNEL PROFILE " responder-only\n", SVTI);

    for (unsigned i = 0; i < 12; i++) {
        const char *node = i < 6 ? "left" : "right", *word = i % 2 ? "clear crypto sa" : "clear crypto session";
        assert_true(tunnel_comes(t, "left", true, 10 * US_PER_S));
        box_run(t->b, 2 * US_PER_S);
        size_t from = box_log_len(t->b, "left");
        box_type(t->b, node, word);
        assert_true(box_wait_log(t->b, "left", from, "Interface Tunnel0, changed state to down", US_PER_S));
        if (!tunnel_comes(t, "left", true, (i < 6 ? 1 : 9) * US_PER_S))
            fail_msg("%s at %s, the %uth time", word, node, i % 6 + 1);
    }
}

static void nothing_in_clear(void **state)
{
    struct tunnel_box *t = tunnel_box(*state, 25, IKE SET_TRANSPORT PROFILE, PROTECTED, "", "");

    box_run(t->b, 5 * US_PER_S);
    tunnel_forget(t);
    prints(t, "left", PING, NONE); /* the other end speaks no IKE */
    assert_int_equal(t->gre, 0);
    size_t from = box_log_len(t->b, "left");
    prints(t, "right", BACK, NONE); /* comes in clear, and is not taken */
    assert_int_equal(t->gre, 5);
    assert_int_equal(tunnel_drops(t, "left", DROP_IN_US_CL_V4_PKT_FAILED_POLICY), 5);
    assert_int_equal(box_log_count(t->b, "left", from,
                                   "%CRYPTO-4-RECVD_PKT_NOT_IPSEC: Rec'd packet not an IPSEC packet. (ip) "
                                   "vrf/dest_addr= /192.0.2.1, src_addr= 198.51.100.1, prot= 47"),
                     1);
    /* A profile that is not there protects nothing, and lets nothing out. */
    box_type_all(t->b, "left", "configure terminal\nno crypto ipsec profile P\nend");
    tunnel_forget(t);
    prints(t, "left", PING, NONE);
    assert_int_equal(t->gre, 0);
    box_type_all(t->b, "left", "configure terminal\ninterface Tunnel0\nno tunnel protection ipsec profile P\nend");
    prints(t, "left", PING, FIVE);
}

static void responder_only(void **state)
{
    const char *left = IKE SET_TUNNEL PROFILE " responder-only\n";
    struct tunnel_box *t = tunnel_box(*state, 26, left, SVTI, left, SVTI);

    box_run(t->b, 100 * US_PER_S);
    assert_int_equal(t->udp, 0);
    assert_false(tunnel_up(t, "left"));
    box_type_all(t->b, "right", "configure terminal\ncrypto ipsec profile P\nno responder-only\nend");
    assert_true(tunnel_comes(t, "left", true, WITHIN));
    prints(t, "left", PING, FIVE);
}

static void by_crypto_map(void **state)
{
    struct tunnel_box *t = both(state, 27, IKE SET_TRANSPORT, "");

    for (int i = 0; i < 2; i++) {
        const char *node = i ? "right" : "left", *own = i ? "198.51.100.1" : "192.0.2.1",
                   *other = i ? "192.0.2.1" : "198.51.100.1";
        char text[500];
        snprintf(text, sizeof text, "configure terminal\naccess-list 101 permit gre host %s host %s", own, other);
        box_type_all(t->b, node, text);
        box_type(t->b, node, "crypto map M 10 ipsec-isakmp"); /* with a note */
        snprintf(text, sizeof text,
                 "set peer %s\nset transform-set TS\nmatch address 101\ninterface Ethernet0/0\ncrypto map M\nend",
                 other);
        box_type_all(t->b, node, text);
    }
    prints(t, "left", PING, "(4/5)");
    tunnel_forget(t);
    prints(t, "left", PING, FIVE);
    assert_int_equal(t->esp, 10);
    assert_int_equal(t->gre, 0);
    prints(t, "left", PING " size 1500", FIVE);
}

/* SAs of a tunnel that nobody uses are renewed in time: the line protocol stays. */
static void idle(void **state)
{
    struct tunnel_box *t = both(state, 36, IKE SET_TUNNEL PROFILE, SVTI);

    assert_true(tunnel_comes(t, "left", true, WITHIN));
    assert_true(tunnel_comes(t, "right", true, WITHIN));
    size_t left = box_log_len(t->b, "left"), right = box_log_len(t->b, "right");
    box_run(t->b, 3 * 3600 * US_PER_S);
    assert_int_equal(box_log_count(t->b, "left", left, "LINEPROTO"), 0);
    assert_int_equal(box_log_count(t->b, "right", right, "LINEPROTO"), 0);
    prints(t, "left", PING, FIVE);
}

/* IKE is on as long as there is a protected tunnel that is not shut. */
static void shut(void **state)
{
    struct tunnel_box *t = both(state, 37, IKE SET_TUNNEL PROFILE, SVTI);
    size_t from = box_log_len(t->b, "left"), there = box_log_len(t->b, "right");

    assert_true(tunnel_comes(t, "left", true, WITHIN));
    box_type_all(t->b, "left", "configure terminal\ninterface Tunnel0\nshutdown\nend");
    assert_true(box_wait_log(t->b, "left", from, "%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is OFF", US_PER_S));
    assert_true(
        box_wait_log(t->b, "right", there, "Line protocol on Interface Tunnel0, changed state to down", US_PER_S));
    prints(t, "left", "show crypto sockets", "Number of Crypto Socket connections 0\n");
    box_type_all(t->b, "left", "configure terminal\ninterface Tunnel0\nno shutdown\nend");
    assert_true(box_wait_log(t->b, "left", from, "%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is ON", US_PER_S));
    assert_true(tunnel_comes(t, "left", true, 130 * US_PER_S));
    prints(t, "left", PING, FIVE);
}

/* One source, two peers, one tunnel of each kind; and what comes through one is none of the other's. */
static void several(void **state)
{
    struct tunnel_box *t = both(state, 38, IKE SET_TRANSPORT PROFILE, SVTI);

    box_type_all(
        t->b, "left",
        "configure terminal\ninterface Tunnel1\nip address 172.16.1.1 255.255.255.252\ntunnel source Ethernet0/0\n"
        "tunnel destination 192.0.2.2\ntunnel protection ipsec profile P\nend");
    box_type_all(t->b, "mid",
                 "configure terminal\n" IKE SET_TRANSPORT PROFILE
                 "interface Tunnel1\nip address 172.16.1.2 255.255.255.252\ntunnel source Ethernet0/0\n"
                 "tunnel destination 192.0.2.1\ntunnel protection ipsec profile P\nend");
    assert_true(tunnel_comes(t, "left", true, WITHIN));
    box_run(t->b, 10 * US_PER_S);
    tunnel_forget(t);
    prints(t, "left", PING, FIVE);
    prints(t, "left", "ping 172.16.1.2", FIVE);
    assert_int_equal(t->esp, 20);
    assert_int_equal(t->gre + t->icmp, 0);
    prints(t, "left", "show crypto sockets", "Number of Crypto Socket connections 2\n");
    prints(t, "left", "show crypto ipsec sa interface Tunnel1",
           "    Crypto map tag: Tunnel1-head-0, local addr 192.0.2.1\n");
    prints(t, "left", "show crypto ipsec sa interface Tunnel1", "#pkts decaps: 5,");
    /* Another that wants the same SAs gets none, lets nothing out, and says so. */
    box_type_all(
        t->b, "left",
        "configure terminal\ninterface Tunnel2\nip address 172.16.2.1 255.255.255.252\ntunnel source Ethernet0/0\n"
        "tunnel destination 192.0.2.2\ntunnel key 5\ntunnel protection ipsec profile P\nexit\n"
        "ip route 172.16.2.0 255.255.255.252 Null0 250\nend"); /* it is down: not by the default route instead */
    tunnel_forget(t);
    prints(t, "left", "ping 172.16.2.2", NONE);
    assert_int_equal(t->esp + t->gre + t->icmp, 0);
    prints(t, "left", "show interfaces Tunnel2", "Tunnel2 is up, line protocol is down \n");
    prints(t, "left", "show interfaces Tunnel2",
           "  Tunnel linestate evaluation down - another tunnel is protected between these addresses, not shared\n");
    prints(t, "left", "ping 172.16.1.2", FIVE); /* the first one keeps what it has, whatever its number */
    box_type_all(t->b, "left", "configure terminal\nno interface Tunnel1\nend");
    box_run(t->b, 2 * US_PER_S);
    prints(t, "left", "show interfaces Tunnel2", "Tunnel2 is up, line protocol is up \n");
    prints(t, "left", "show crypto ipsec sa", "    Crypto map tag: Tunnel2-head-0, local addr 192.0.2.1\n");
}

/* The one that was there first has the SAs, and keeps them when another one of a lower number comes. */
static void first_keeps(void **state)
{
    struct tunnel_box *t = both(state, 43, IKE SET_TRANSPORT PROFILE, " tunnel key 1\n");

    for (int i = 0; i < 2; i++) {
        char text[300];
        snprintf(text, sizeof text,
                 "configure terminal\ninterface Tunnel7\nip address 172.16.7.%d 255.255.255.252\ntunnel source "
                 "Ethernet0/0\ntunnel destination %s\ntunnel key 7\ntunnel protection ipsec profile P shared\nend",
                 i + 1, i ? "192.0.2.1" : "198.51.100.1");
        box_type_all(t->b, i ? "right" : "left", text);
    }
    assert_true(secured(t, "left", true, WITHIN));
    box_run(t->b, 5 * US_PER_S);
    prints(t, "left", "ping 172.16.7.2", FIVE);
    size_t from = box_log_len(t->b, "left");
    for (int i = 0; i < 2; i++)
        box_type_all(t->b, i ? "right" : "left",
                     "configure terminal\ninterface Tunnel0\ntunnel protection ipsec profile P shared\nend");
    prints(t, "left", "ping 172.16.7.2", FIVE); /* no packet is lost */
    prints(t, "left", PING, FIVE);
    prints(t, "left", "show crypto ipsec sa", "    Crypto map tag: Tunnel7-head-0, local addr 192.0.2.1\n");
    prints_not(t, "left", "show crypto ipsec sa", "Tunnel0-head-0");
    assert_int_equal(box_log_count(t->b, "left", from, "LINEPROTO"), 0);
}

/* Two tunnels between the same addresses, told apart by key, under the same SAs. */
static void shared(void **state)
{
    struct tunnel_box *t =
        both(state, 42, IKE SET_TRANSPORT PROFILE, " tunnel key 1\n tunnel protection ipsec profile P shared\n");

    for (int i = 1; i <= 2; i++) {
        char text[400];
        snprintf(
            text, sizeof text,
            "configure terminal\ninterface Tunnel1\nip address 172.16.1.%d 255.255.255.252\ntunnel source Ethernet0/0\n"
            "tunnel destination %s\ntunnel key 2\ntunnel protection ipsec profile P shared\nend",
            i, i == 1 ? "198.51.100.1" : "192.0.2.1");
        box_type_all(t->b, i == 1 ? "left" : "right", text);
    }
    assert_true(secured(t, "left", true, WITHIN));
    tunnel_forget(t);
    prints(t, "left", PING, FIVE);
    prints(t, "left", "ping 172.16.1.2", FIVE);
    assert_int_equal(t->esp, 20);
    assert_int_equal(t->gre, 0);
    prints(t, "left", "show crypto ipsec sa", "#pkts encaps: 10, ");
    prints(t, "left", "show interfaces Tunnel1", "     5 packets input,");
    /* The one that they belong to goes: the other gets its own. */
    box_type_all(t->b, "left", "configure terminal\nno interface Tunnel0\nend");
    box_run(t->b, 10 * US_PER_S);
    prints(t, "left", "ping 172.16.1.2", FIVE);
    prints(t, "left", "show crypto ipsec sa", "    Crypto map tag: Tunnel1-head-0, local addr 192.0.2.1\n");
    prints(t, "left", "show running-config interface Tunnel1", " tunnel protection ipsec profile P shared\n");
}

/* A tunnel whose ends are loopbacks, and one that lies within another. */
static void layers(void **state)
{
    struct tunnel_box *t = both(state, 41, IKE SET_TUNNEL PROFILE, "");

    box_type_all(t->b, "mid",
                 "configure terminal\nip route 10.1.0.1 255.255.255.255 192.0.2.1\nip route 10.2.0.1 255.255.255.255 "
                 "198.51.100.1\nend");
    for (int i = 1; i <= 2; i++) {
        const char *node = i == 1 ? "left" : "right";
        char text[700];
        snprintf(text, sizeof text,
                 "configure terminal\nno ip route 10.%d.0.1 255.255.255.255 172.16.0.%d\n"
                 "interface Tunnel1\nip address 172.16.1.%d 255.255.255.252\ntunnel source Loopback1\ntunnel "
                 "destination 10.%d.0.1\n"
                 "tunnel mode ipsec ipv4\ntunnel protection ipsec profile P\n"
                 "interface Tunnel2\nip address 172.16.2.%d 255.255.255.252\ntunnel source Tunnel0\ntunnel destination "
                 "172.16.0.%d\n"
                 "tunnel mode ipsec ipv4\ntunnel protection ipsec profile P\nend",
                 3 - i, 3 - i, i, 3 - i, i, 3 - i);
        box_type_all(t->b, node, text);
    }
    box_run(t->b, 10 * US_PER_S);
    prints(t, "left", "ping 172.16.1.2", FIVE);
    prints(t, "left", "show crypto ipsec sa interface Tunnel1", "Tunnel1-head-0, local addr 10.1.0.1\n");
    assert_int_equal(t->last[9], PROTO_ESP);
    prints(t, "left", "ping 172.16.2.2", FIVE);
    assert_int_equal(t->last[9], PROTO_GRE); /* ESP within */
    assert_int_equal(t->last[24 + 9], PROTO_ESP);
    /* floor((1476 - 20 - 8 - 16 - 12) / 16) * 16 - 2 */
    prints(t, "left", "show crypto ipsec sa interface Tunnel2",
           "plaintext mtu 1406, path mtu 1476, ip mtu 1476, ip mtu idb Tunnel0\n");
    prints(t, "left", "ping 172.16.2.2 size 1406 df-bit", FIVE);
    prints(t, "left", "ping 172.16.2.2 size 1407 df-bit", NONE);
    prints(t, "left", "ping 172.16.2.2 size 6000", FIVE);
}

/* The path narrows behind the tunnel: ESP learns, and the tunnel with it. */
static void path_narrows(void **state)
{
    struct tunnel_box *t = both(state, 34, IKE SET_TUNNEL PROFILE, SVTI);

    assert_true(tunnel_comes(t, "left", true, WITHIN));
    box_type_all(t->b, "mid", "configure terminal\ninterface Ethernet0/1\nip mtu 1400\nend");
    prints(t, "left", PING " size 1438 df-bit", "Success rate is 0 percent");
    /* floor((1400 - 20 - 8 - 16 - 12) / 16) * 16 - 2 */
    prints(t, "left", "show crypto ipsec sa", "plaintext mtu 1342, path mtu 1400, ip mtu 1500");
    prints(t, "left", "show interfaces Tunnel0", "  Tunnel transport MTU 1342 bytes\n");
    prints(t, "left", PING " size 1342 df-bit", FIVE);
    prints(t, "left", PING " size 1438", FIVE);
    box_run(t->b, 601 * US_PER_S);
    prints(t, "left", "show interfaces Tunnel0", "  Tunnel transport MTU 1438 bytes\n");
}

/* tunnel path-mtu-discovery says what is believed of the path, and for how long. */
static void path_as_configured(void **state)
{
    struct tunnel_box *t = both(state, 36, IKE SET_TUNNEL PROFILE, SVTI
                                             " tunnel path-mtu-discovery age-timer 20 min-mtu 1300\n");

    assert_true(tunnel_comes(t, "left", true, WITHIN));
    box_type_all(t->b, "mid", "configure terminal\ninterface Ethernet0/1\nip mtu 1200\nend");
    prints(t, "left", PING " size 1438 df-bit", "Success rate is 0 percent");
    prints(t, "left", "show crypto ipsec sa", "plaintext mtu 1438, path mtu 1500, ip mtu 1500"); /* not believed */
    box_type_all(t->b, "mid", "configure terminal\ninterface Ethernet0/1\nip mtu 1400\nend");
    prints(t, "left", PING " size 1438 df-bit", "Success rate is 0 percent");
    prints(t, "left", "show interfaces Tunnel0", "  Tunnel transport MTU 1342 bytes\n");
    box_run(t->b, 601 * US_PER_S);
    prints(t, "left", "show interfaces Tunnel0", "  Tunnel transport MTU 1342 bytes\n");
    box_run(t->b, 600 * US_PER_S);
    prints(t, "left", "show interfaces Tunnel0", "  Tunnel transport MTU 1438 bytes\n");
    box_type_all(t->b, "left", "configure terminal\ninterface Tunnel0\ntunnel path-mtu-discovery age-timer infinite\nend");
    prints(t, "left", PING " size 1438 df-bit", "Success rate is 0 percent");
    box_run(t->b, 2 * 3600 * US_PER_S);
    prints(t, "left", "show interfaces Tunnel0", "  Tunnel transport MTU 1342 bytes\n");
}

static void profiles_shown(void **state)
{
    struct tunnel_box *t = both(state, 35, "", "");

    box_type_all(
        t->b, "left",
        "configure terminal\ncrypto ipsec transform-set TS esp-gcm 256\ncrypto ipsec profile P\n"
        "set transform-set TS\nset pfs group19\nresponder-only\nset security-association lifetime kilobytes disable\n"
        "crypto ipsec profile A\nset ikev2-profile V2\nend");
    prints(t, "left", "show crypto ipsec profile",
           "IPSEC profile A\n"
           "\tIKEv2 Profile: V2\n"
           "\tSecurity association lifetime: 4608000 kilobytes/3600 seconds\n"
           "\tDualstack (Y/N): N\n"
           "\n"
           "\tResponder-Only (Y/N): N\n"
           "\tPFS (Y/N): N\n"
           "\tMixed-mode : Disabled\n"
           "\tTransform sets={ \n"
           "\t\tdefault:  { esp-aes esp-sha-hmac  } , \n"
           "\t}\n"
           "\n"
           "IPSEC profile P\n"
           "\tKilobyte Volume Rekey has been disabled.\n"
           "\tSecurity association lifetime:3600 seconds\n"
           "\tDualstack (Y/N): N\n"
           "\n"
           "\tResponder-Only (Y/N): Y\n"
           "\tPFS (Y/N): Y\n"
           "\t\tDH group: group19\n"
           "\tMixed-mode : Disabled\n"
           "\tTransform sets={ \n"
           "\t\tTS:  { esp-gcm 256  } , \n"
           "\t}\n"
           "\n"
           "IPSEC profile default\n");
    prints(t, "left", "show running-config | section profile",
           "crypto ipsec profile P\n set security-association lifetime kilobytes disable\n set transform-set TS\n set "
           "pfs group19\n responder-only\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TUNNEL_TEST(gre_transport),
        TUNNEL_TEST(gre_tunnel_mode),
        TUNNEL_TEST(svti),
        TUNNEL_TEST(renewed),
        TUNNEL_TEST(cleared_again),
        TUNNEL_TEST(nothing_in_clear),
        TUNNEL_TEST(responder_only),
        TUNNEL_TEST(by_crypto_map),
        TUNNEL_TEST(path_narrows), TUNNEL_TEST(path_as_configured),
        TUNNEL_TEST(profiles_shown),
        TUNNEL_TEST(idle),
        TUNNEL_TEST(shut),
        TUNNEL_TEST(several),
        TUNNEL_TEST(shared),
        TUNNEL_TEST(first_keeps),
        TUNNEL_TEST(layers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
