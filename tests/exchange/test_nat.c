/* Whole routers with an address translator between them (RFC 3947, 3948): it stands where the isp meets the hub, and shows the spoke as 213.163.222.1 with ports of its own
 * choice. IKE and ESP float to UDP 4500; stray packets are reported as without it; keepalives hold the translator's memory; a translator that forgets is survived. */
#include "tests/exchange/nat_lab.h"

static void begin(struct lab *l, struct nat *n, uint64_t seed, const char *both)
{
    lab_new(l, seed);
    *n = (struct nat){.lab = l, .next = 20001};
    wire_tap(l->hub_wire, translate, n);
    lab_conf(l, "hub",
             "crypto isakmp key espial-training address 213.163.222.1\ncrypto map CMAP 10 ipsec-isakmp\nno set peer 11.1.1.3\nset peer 213.163.222.1");
    if (both)
        lab_conf_both(l, both);
    lab_tunnel(l);
}

static bool shows(struct lab *l, const char *node, const char *line, const char *text)
{
    const char *said = box_type(l->box, node, line);
    if (!strstr(said, text))
        print_message("%s: no \"%s\" in %s\n", node, text, said);
    return strstr(said, text) != NULL;
}

/* Four messages on 500, the rest on 4500; no ESP outside UDP; shows say so. */
static void floats(void **state)
{
    struct lab l;
    struct nat n;
    (void)state;
    begin(&l, &n, 300, NULL);
    assert_int_equal(n.ike500[0], 2);
    assert_int_equal(n.ike500[1], 2);
    assert_int_equal(n.ike4500[1], 3); /* MM5, QM1, QM3 */
    assert_int_equal(n.ike4500[0], 2);
    assert_int_equal(n.raw_esp + n.unknown, 0);
    assert_true(n.esp[0] >= 14 && n.esp[1] >= 14);
    for (int i = 0; i < 2; i++) {
        const char *node = i ? "hub" : "spoke";
        struct ike_sa_info sa;
        size_t at = 0;
        assert_true(shows(&l, node, "show crypto ipsec sa", "in use settings ={Tunnel UDP-Encaps, }"));
        assert_true(shows(&l, node, "show crypto ipsec sa", i ? "current_peer 213.163.222.1 port 4500" : "current_peer 213.163.222.7 port 4500"));
        assert_true(shows(&l, node, "show crypto ipsec sa", "plaintext mtu 1422, path mtu 1500"));
        assert_true(ike_sa_next(lab_ike(&l, node), &at, &sa));
        assert_true(sa.natt);
        assert_int_equal(sa.local_port, 4500);
        assert_int_equal(sa.peer_port, i ? n.map[1].outside : 4500);
    }
    assert_true(shows(&l, "hub", "show crypto isakmp sa detail", "213.163.222.1"));
    assert_true(strstr(box_type(l.box, "spoke", "ping 10.1.0.1 source Loopback0 size 1500"), "100 percent") != NULL); /* in two, each in UDP */
    assert_true(lab_agree(&l));
    lab_free(&l);
}

/* What IPsec is asked for is UDP-encapsulated too. */
static void debug_says_udp(void **state)
{
    static const char *const nodes[] = {"hub", "spoke"};
    struct lab l;
    struct nat n;
    (void)state;
    begin(&l, &n, 310, NULL);
    for (int i = 0; i < 2; i++)
        box_type(l.box, nodes[i], "debug crypto ipsec");
    box_type(l.box, "spoke", "clear crypto sa");
    box_type(l.box, "spoke", "ping 10.1.0.1 source Loopback0");
    for (int i = 0; i < 2; i++)
        assert_true(shows(&l, nodes[i], "show logging", " (Tunnel-UDP), \n    lifedur= 0s and 0kb, \n"));
    lab_free(&l);
}

/* The hub forgets: the same line as without UDP, protocol 50. It cannot begin with a peer behind a translator; the spoke's detection ends it. */
static void stray(void **state)
{
    struct lab l;
    struct nat n;
    char line[256];
    struct ipsec_pair_info p;
    (void)state;
    begin(&l, &n, 301, NULL);
    lab_conf(&l, "hub", "event manager applet seen\nevent syslog pattern \"CRYPTO-4-RECVD_PKT_INV_SPI.*srcaddr=213.163.222.1\"\naction 1 syslog msg \"SEEN\"");
    box_type(l.box, "hub", "write memory");
    assert_true(lab_current(&l, "spoke", &p));
    lab_reload(&l, "hub");
    lab_run(&l, 3);
    size_t from = box_log_len(l.box, "hub");
    stream_start(&l.spoke, US_PER_S, 100);
    lab_run(&l, 5);
    snprintf(line, sizeof line, "%%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for destaddr=213.163.222.7, prot=50, spi=0x%X(%u), srcaddr=213.163.222.1, input interface=Ethernet0/0",
             p.spi_out, p.spi_out);
    assert_int_equal(box_log_count(l.box, "hub", from, line), 1);
    assert_int_equal(box_log_count(l.box, "hub", from, "SEEN"), 1);
    assert_true(drop_count(dataplane_graph(lab_dp(&l, "hub")), DROP_INV_SPI, DROP_SINCE_BOOT).packets >= 5);
    lab_run(&l, 50);
    assert_int_equal(box_log_count(l.box, "hub", from, "RECVD_PKT_INV_SPI"), 1);
    assert_true(lab_agree(&l) && lab_pairs(&l, "hub"));
    assert_true(lab_ping(&l, "hub") && lab_ping(&l, "spoke"));
    lab_free(&l);
}

/* CSCsq59183: the same, and nobody says a word; the drop is counted all the same. */
static void stray_unsaid(void **state)
{
    struct lab l;
    struct nat n;
    (void)state;
    begin(&l, &n, 301, NULL);
    lab_conf(&l, "hub", "event manager applet seen\nevent syslog pattern \"CRYPTO-4-RECVD_PKT_INV_SPI.*srcaddr=213.163.222.1\"\naction 1 syslog msg \"SEEN\"");
    box_type(l.box, "hub", "write memory");
    lab_reload(&l, "hub");
    lab_run(&l, 3);
    box_type(l.box, "hub", "test crypto fault CSCsq59183");
    size_t from = box_log_len(l.box, "hub");
    stream_start(&l.spoke, US_PER_S, 100);
    lab_run(&l, 5);
    assert_int_equal(box_log_count(l.box, "hub", from, "RECVD_PKT_INV_SPI"), 0);
    assert_int_equal(box_log_count(l.box, "hub", from, "SEEN"), 0);
    assert_true(drop_count(dataplane_graph(lab_dp(&l, "hub")), DROP_INV_SPI, DROP_SINCE_BOOT).packets >= 5);
    lab_free(&l);
}

/* The hub keeps its IKE SA, which knows the way through the translator: a DELETE over 4500. */
static void delete_over_4500(void **state)
{
    struct lab l;
    struct nat n;
    (void)state;
    begin(&l, &n, 302, NULL);
    wire_tap(l.hub_wire, NULL, NULL);
    lab_conf(&l, "hub", "interface Ethernet0/0\nshutdown");
    box_type(l.box, "hub", "clear crypto sa");
    lab_conf(&l, "hub", "interface Ethernet0/0\nno shutdown");
    lab_run(&l, 4);
    wire_tap(l.hub_wire, translate, &n);
    assert_int_equal(lab_pairs(&l, "spoke"), 1);
    forget(&n);
    (void)lab_ping(&l, "spoke");
    assert_true(n.ike4500[0] >= 1);
    assert_int_equal(n.ike500[0] + n.ike500[1], 0);
    assert_true(lab_ping(&l, "spoke"));
    assert_int_equal(lab_ike_sas(&l, "hub"), 1);
    lab_free(&l);
}

/* Keepalives: one byte 0xFF from the end behind the translator alone; they keep the way in open. Without them it closes. */
static void keepalive(void **state)
{
    (void)state;
    for (int with = 0; with < 2; with++) {
        struct lab l;
        struct nat n;
        begin(&l, &n, 303, NULL);
        if (with)
            lab_conf_both(&l, "crypto isakmp nat keepalive 20");
        n.forgets = 60 * US_PER_S;
        forget(&n);
        lab_run(&l, 600);
        assert_int_equal(n.keepalives[0], 0);
        assert_in_range(n.keepalives[1], with ? 29 : 0, with ? 31 : 0);
        assert_true(lab_ping(&l, "hub") == (with == 1));
        assert_true((n.unknown > 0) == (with == 0));
        if (with) /* without them the hub has just found its peer dead, or is about to */
            assert_int_equal(lab_pairs(&l, "hub"), 1);
        if (with)
            lab_conf(&l, "spoke", "no crypto isakmp nat keepalive");
        forget(&n);
        lab_run(&l, 100);
        assert_int_equal(n.keepalives[1], 0);
        lab_free(&l);
    }
}

/* Rekeys through it, for an hour, both ways: nothing is lost, nothing leaves 4500. */
static void rekeys(void **state)
{
    struct lab l;
    struct nat n;
    (void)state;
    begin(&l, &n, 304, "crypto ipsec security-association lifetime seconds 120\ncrypto isakmp policy 10\nlifetime 300");
    forget(&n);
    stream_start(&l.hub, 250000, 100);
    stream_start(&l.spoke, 250000, 100);
    lab_run(&l, 3600);
    stream_stop(&l.hub);
    stream_stop(&l.spoke);
    lab_run(&l, 1);
    assert_int_equal(l.hub.back, l.hub.sent);
    assert_int_equal(l.spoke.back, l.spoke.sent);
    assert_int_equal(n.raw_esp + n.unknown, 0);
    assert_true(ipsec_totals(lab_ipsec(&l, "hub")).installed >= 39);
    lab_free(&l);
}

/* The translator starts anew: other ports. The spoke's next authentic word shows the hub where it is now. */
static void moved(void **state)
{
    struct lab l;
    struct nat n;
    (void)state;
    begin(&l, &n, 305, NULL);
    stream_start(&l.spoke, US_PER_S, 100);
    stream_start(&l.hub, US_PER_S, 100);
    lab_run(&l, 20);
    assert_true(l.spoke.sent - l.spoke.back <= 1);
    n.n = 0;
    lab_run(&l, 30);
    unsigned sent = l.hub.sent, back = l.hub.back, sent2 = l.spoke.sent, back2 = l.spoke.back;
    lab_run(&l, 30);
    assert_in_range(l.hub.back - back, l.hub.sent - sent - 1, l.hub.sent - sent + 1);
    assert_in_range(l.spoke.back - back2, l.spoke.sent - sent2 - 1, l.spoke.sent - sent2 + 1);
    lab_free(&l);
}

#define V2_BOTH "crypto ikev2 keyring KR\npeer P\naddress 0.0.0.0 0.0.0.0\npre-shared-key espial-training\nexit\nexit\n" \
                "crypto ikev2 profile PROF\nmatch identity remote any\nauthentication local pre-share\nauthentication remote pre-share\nkeyring local KR\nexit\n" \
                "crypto map CMAP 10 ipsec-isakmp\nset ikev2-profile PROF\nexit\ncrypto ikev2 dpd 10 2 periodic"

/* What either of IKE and ESP has learnt of where the peer is now, the other goes by (RFC 7296 section 2.23): a DELETE that the hub sends after ESP came from another port
 * arrives, and so does ESP after a word of IKE alone. */
static void moved_for_both(uint64_t seed, const char *both)
{
    struct lab l;
    struct nat n;
    char port[32];
    begin(&l, &n, seed, both);
    n.n = 0;
    assert_true(strstr(box_type(l.box, "spoke", "ping 10.1.0.1 source Loopback0 repeat 2"), "100 percent") != NULL);
    snprintf(port, sizeof port, "/%u Active", mapping(&n, 4500, false) < 0 ? 0 : n.map[mapping(&n, 4500, false)].outside);
    assert_true(shows(&l, "hub", "show crypto session", port));
    box_type(l.box, "hub", "clear crypto sa");
    lab_run(&l, 2);
    assert_true(shows(&l, "spoke", "show crypto ipsec sa count", "IPsec SA total: 0"));
    assert_true(strstr(box_type(l.box, "spoke", "ping 10.1.0.1 source Loopback0 repeat 3"), "!!") != NULL);
    n.n = 0;
    lab_run(&l, 30); /* the spoke asks whether the hub is there */
    assert_true(strstr(box_type(l.box, "hub", "ping 10.2.0.1 source Loopback0 repeat 3"), "100 percent") != NULL);
    lab_free(&l);
}

static void moved_v1(void **state)
{
    (void)state;
    moved_for_both(306, "crypto isakmp keepalive 10 periodic");
}

static void moved_v2(void **state)
{
    (void)state;
    moved_for_both(307, V2_BOTH);
}

/* The translator has a tunnel of its own with the hub: two peers at one address. */
static enum wire_verdict beside(void *arg, int from, uint8_t *frame, size_t len)
{
    const uint8_t *ip = frame + 14, *udp = ip + 20;
    bool own = len >= 34 + 8 && get16(frame + 12) == 0x0800 && from == 0 && get32(ip + 16) == ISP_ADDR &&
               (ip[9] != PROTO_UDP || get16(udp + 2) == 500 || get16(udp + 2) == 4500);
    return own ? WIRE_PASS : translate(arg, from, frame, len);
}

static void two_at_one_address(uint64_t seed, const char *phase1, const char *entry)
{
    static const char isp[] = "no ip domain lookup\ncrypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac\nmode tunnel\nexit\n"
                              "crypto map M 10 ipsec-isakmp\nset peer 213.163.222.7\nset transform-set TS\nmatch address 101\nexit\n"
                              "access-list 101 permit ip 10.3.0.0 0.0.0.255 10.1.0.0 0.0.0.255\ninterface Loopback0\nip address 10.3.0.1 255.255.255.0\n"
                              "interface Ethernet0/0\ncrypto map M\nexit\nip route 10.1.0.0 255.255.255.0 213.163.222.7";
    struct lab l;
    struct nat n;
    char line[60];
    lab_new(&l, seed);
    n = (struct nat){.lab = &l, .next = 20001};
    wire_tap(l.hub_wire, beside, &n);
    lab_conf(&l, "hub", "crypto isakmp key espial-training address 0.0.0.0\ninterface Ethernet0/0\nno crypto map CMAP\nexit\nno crypto map CMAP 10\n"
                        "crypto dynamic-map D 10\nset transform-set TS");
    lab_conf(&l, "hub", "crypto map CMAP 10 ipsec-isakmp dynamic D\ninterface Ethernet0/0\ncrypto map CMAP");
    box_type(l.box, "isp", "configure terminal"); /* it notes that the map has no peer yet */
    box_type(l.box, "isp", "crypto map M 10 ipsec-isakmp");
    box_type(l.box, "isp", "end");
    lab_conf(&l, "isp", isp);
    if (phase1[0]) {
        lab_conf_both(&l, phase1);
        lab_conf(&l, "isp", phase1);
        lab_conf(&l, "hub", "crypto dynamic-map D 10\nset ikev2-profile P");
        lab_conf(&l, "spoke", entry);
        lab_conf(&l, "isp", "crypto map M 10 ipsec-isakmp\nset ikev2-profile P");
    } else {
        lab_conf(&l, "isp", "crypto isakmp policy 10\nencryption aes 256\nhash sha256\nauthentication pre-share\ngroup 14\nexit\n"
                            "crypto isakmp key espial-training address 213.163.222.7");
    }
    (void)box_type(l.box, "isp", "ping 10.1.0.1 source Loopback0");
    assert_true(strstr(box_type(l.box, "isp", "ping 10.1.0.1 source Loopback0"), "100 percent (5/5)") != NULL);
    (void)lab_ping(&l, "spoke");
    assert_true(lab_ping(&l, "spoke"));
    assert_true(shows(&l, "hub", "show crypto session", "Peer: 213.163.222.1 port 500 "));
    snprintf(line, sizeof line, "Peer: 213.163.222.1 port %u ", n.map[1].outside);
    assert_true(shows(&l, "hub", "show crypto session", line));
    snprintf(line, sizeof line, "show crypto session remote 213.163.222.1 port %u", n.map[1].outside);
    assert_true(shows(&l, "hub", line, "10.2.0.0/255.255.255.0"));
    assert_false(strstr(box_type(l.box, "hub", line), "10.3.0.0/255.255.255.0") != NULL);
    assert_true(shows(&l, "hub", "show crypto session remote 213.163.222.1 port 500", "10.3.0.0/255.255.255.0"));
    assert_false(strstr(box_type(l.box, "hub", "show crypto session remote 213.163.222.1 port 500"), "10.2.0.0/255.255.255.0") != NULL);
    lab_free(&l);
}

static void two_at_one_address_v1(void **state)
{
    (void)state;
    two_at_one_address(330, "", "");
}

static void two_at_one_address_v2(void **state)
{
    (void)state;
    two_at_one_address(331,
                       "crypto ikev2 keyring K\npeer ANY\naddress 0.0.0.0 0.0.0.0\npre-shared-key espial-training\nexit\nexit\n"
                       "crypto ikev2 profile P\nmatch identity remote any\nauthentication local pre-share\nauthentication remote pre-share\nkeyring local K",
                       "crypto map CMAP 10 ipsec-isakmp\nset ikev2-profile P");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_at_one_address_v1), cmocka_unit_test(two_at_one_address_v2),
        cmocka_unit_test(floats), cmocka_unit_test(debug_says_udp), cmocka_unit_test(stray), cmocka_unit_test(stray_unsaid), cmocka_unit_test(delete_over_4500), cmocka_unit_test(keepalive), cmocka_unit_test(rekeys), cmocka_unit_test(moved), cmocka_unit_test(moved_v1), cmocka_unit_test(moved_v2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
