/* test_dynamic_map.c: a hub whose crypto map is dynamic and spokes that come from anywhere: who may come, with what;
 * what the hub protects, refuses and does not begin; what is left when they go. Whole routers.
 *
 *   s1 .. s3 (10.1.N.1) -- isp -- hub (10.0.0.1)       the hub knows no spoke: a wildcard key, a dynamic map */
#include "tests/exchange/star.h"

/* Three spokes; none is begun with, each is answered, each has its own flow; the hub can then speak first. */
static void three(void **state)
{
    struct box *b = star(801, hub, 3);
    struct ipsec_flow_info f;
    (void)state;
    /* Nobody has come: nothing to protect, nobody to ask. It goes out in the clear, as any other packet. */
    assert_int_equal(pings(b, "hub", "ping 10.1.1.1 source Loopback0 timeout 1"), 0);
    assert_int_equal(ipsec_totals(ips(b, "hub")).acquires, 0);
    assert_int_equal(ipsec_totals(ips(b, "hub")).flows, 0);
    for (int i = 1; i <= 3; i++) {
        char name[8], back[64];
        snprintf(name, sizeof name, "s%d", i);
        snprintf(back, sizeof back, "ping 10.1.%d.1 source Loopback0 timeout 1", i);
        assert_int_equal(pings(b, name, FROM_SPOKE), 4);
        assert_int_equal(pings(b, "hub", back), 5);
        assert_int_equal(ipsec_totals(ips(b, "hub")).flows, i);
    }
    for (size_t at = 0; ipsec_flow_next(ips(b, "hub"), &at, &f);) {
        assert_true(f.dynamic);
        assert_string_equal(f.map, "CM");
        assert_int_equal(f.local_sel.addr, 0x0A000000);
        assert_int_equal(f.remote_sel.addr, 0x0A010000 | (f.peer >> 8 & 0xFF) << 8);
        assert_int_equal(f.n.encaps, 9); /* four answers, five questions */
        assert_int_equal(f.n.decaps, 9);
    }
    assert_false(spd_peer_is_static(ips(b, "hub"), 0xC0000001, 0xC0000101));
    /* The spoke goes: so does its flow, and only it. */
    box_type(b, "s2", "clear crypto sa");
    box_run(b, US_PER_S);
    assert_int_equal(ipsec_totals(ips(b, "hub")).flows, 2);
    assert_int_equal(pings(b, "hub", "ping 10.1.2.1 source Loopback0 timeout 1"), 0);
    assert_int_equal(pings(b, "hub", "ping 10.1.3.1 source Loopback0 timeout 1"), 5);
    assert_int_equal(pings(b, "s2", FROM_SPOKE), 4);
    /* The map goes from the interface. */
    conf(b, "hub", "interface Ethernet0/0\nno crypto map");
    assert_int_equal(pairs(b, "hub"), 0);
    assert_int_equal(ipsec_totals(ips(b, "hub")).flows, 0);
    box_free(b);
}

/* What was negotiated below a dynamic entry is an entry of its own, numbered from 65536, and keeps its number as long as its SAs are there. */
static void shown(void **state)
{
    struct box *b = star(809, hub, 2);
    const char *said;
    (void)state;
#define STATIC_PART "Crypto Map IPv4 \"CM\" 10 ipsec-isakmp\n\tDynamic map template tag: DYN\n"
#define CHILD(seq, n)                                                                                                  \
    "Crypto Map IPv4 \"CM\" " seq " ipsec-isakmp\n"                                                                     \
    "\tPeer = 192.0." n ".1\n"                                                                                         \
    "\tAccess-List SS dynamic: False\n"                                                                               \
    "\tExtended IP access list \n"                                                                                    \
    "\t    access-list  permit ip 10.0.0.0 0.0.0.255 10.1." n ".0 0.0.0.255\n"                                        \
    "\t    dynamic (created from dynamic map DYN/10)\n"                                                               \
    "\tCurrent peer: 192.0." n ".1\n"                                                                                 \
    "\tSecurity association lifetime: 4608000 kilobytes/3600 seconds\n"                                               \
    "\tDualstack (Y/N): N\n"                                                                                          \
    "\n"                                                                                                              \
    "\tResponder-Only (Y/N): N\n"                                                                                     \
    "\tPFS (Y/N): N\n"                                                                                                \
    "\tMixed-mode : Disabled\n"                                                                                       \
    "\tTransform sets={ \n"                                                                                           \
    "\t\tT:  { esp-aes esp-sha-hmac  } , \n"                                                                          \
    "\t}\n"
#define USERS "\tInterfaces using crypto map CM:\n\t\tEthernet0/0\n\n"
    assert_string_equal(box_type(b, "hub", "show crypto map"), STATIC_PART USERS);
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    assert_string_equal(box_type(b, "hub", "show crypto map"), STATIC_PART "\n" CHILD("65536", "1") USERS);
    assert_int_equal(pings(b, "s2", FROM_SPOKE), 4);
    assert_string_equal(box_type(b, "hub", "show crypto map"),
                        STATIC_PART "\n" CHILD("65536", "1") "\n" CHILD("65537", "2") USERS);
    assert_non_null(strstr(box_type(b, "hub", "show crypto session"), "Active SAs: 2, origin: dynamic crypto map\n"));
    assert_non_null(strstr(box_type(b, "s1", "show crypto session"), "Active SAs: 2, origin: crypto map\n"));
    said = box_type(b, "hub", "show crypto ipsec sa");
    assert_non_null(strstr(said, "     PERMIT, flags={}\n"));
    assert_null(strstr(said, "origin_is_acl"));
    box_type(b, "s1", "clear crypto sa");
    box_run(b, US_PER_S);
    assert_string_equal(box_type(b, "hub", "show crypto map"), STATIC_PART "\n" CHILD("65537", "2") USERS);
    /* No flow is left, but where the peer came in the map is still. */
    assert_non_null(strstr(box_type(b, "hub", "show crypto session interface Ethernet0/0"),
                           "Interface: Ethernet0/0\nSession status: UP-IDLE     \nPeer: 192.0.1.1 port 500 \n"));
    box_free(b);
}

/* An access list and a peer in the dynamic map bound what may be negotiated; what the list permits is never clear. */
static void bounded(void **state)
{
    struct box *b = star(802, hub, 2);
    (void)state;
    conf(b, "hub",
         "access-list 120 permit ip 10.0.0.0 0.0.0.255 10.1.1.0 0.0.0.255\n"
         "access-list 121 permit ip 10.0.0.0 0.0.0.255 10.1.0.0 0.0.255.255\n"
         "crypto dynamic-map DYN 10\nmatch address 120");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    assert_int_equal(pings(b, "s2", FROM_SPOKE), 0);
    assert_int_equal(pairs(b, "hub"), 1);
    /* A second entry takes what the first does not. */
    conf(b, "hub", "crypto dynamic-map DYN 20\nmatch address 121\nset peer 192.0.3.1");
    assert_int_equal(pings(b, "s2", FROM_SPOKE), 0);
    conf(b, "hub", "crypto dynamic-map DYN 20\nno set peer 192.0.3.1");
    assert_int_equal(pings(b, "s2", FROM_SPOKE), 4);
    assert_int_equal(pairs(b, "hub"), 2);
    /* Narrower than the line: a flow of its own. */
    conf(b, "s2", "no access-list 101\naccess-list 101 permit ip host 10.1.2.1 host 10.0.0.1");
    assert_int_equal(pings(b, "s2", FROM_SPOKE), 4);
    /* The list shrinks: the SAs that it does not allow any more go. */
    conf(b, "hub", "crypto dynamic-map DYN 20\nmatch address 120");
    assert_int_equal(pairs(b, "hub"), 1);
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 5);
    /* Permitted, and no SA: neither out nor in in the clear. */
    box_type(b, "hub", "clear crypto sa");
    box_run(b, US_PER_S);
    assert_int_equal(pings(b, "hub", "ping 10.1.1.1 source Loopback0 timeout 1"), 0);
    assert_non_null(strstr(box_type(b, "hub", "show platform hardware qfp active feature ipsec datapath drops"),
                           "OUT_V4_PKT_HIT_DENY_DROP_SP"));
    conf(b, "isp",
         "ip route 10.0.0.0 255.255.255.0 192.0.0.1\ninterface Loopback0\nip address 10.1.1.77 255.255.255.0");
    size_t from = box_log_len(b, "hub");
    assert_int_equal(pings(b, "isp", "ping 10.0.0.1 source Loopback0 timeout 1"), 0);
    assert_int_equal(box_log_count(b, "hub", from, "%CRYPTO-4-RECVD_PKT_NOT_IPSEC"), 1);
    box_free(b);
}

/* Both renew: SAs outlive their lifetime under traffic, whichever end's is the shorter. */
static void renewed(void **state)
{
    struct box *b = star(803, hub, 1);
    (void)state;
    conf(b, "hub", "crypto ipsec security-association lifetime seconds 120");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    for (int i = 0; i < 8; i++) {
        box_run(b, 60 * US_PER_S);
        assert_int_equal(
            pings(b, i % 2 ? "hub" : "s1", i % 2 ? "ping 10.1.1.1 source Loopback0 timeout 1" : FROM_SPOKE), 5);
    }
    assert_int_equal(ipsec_totals(ips(b, "hub")).flows, 1);
    box_free(b);
}

/* Transport mode between the two ends themselves; the spoke's set decides. */
static void transport(void **state)
{
    struct box *b = star(804, hub, 1);
    struct ipsec_pair_info p;
    size_t at = 0;
    (void)state;
    conf(b, "hub", "crypto ipsec transform-set T esp-aes esp-sha-hmac\nmode transport");
    conf(b, "s1",
         "crypto ipsec transform-set T esp-aes esp-sha-hmac\nmode transport\n"
         "no access-list 101\naccess-list 101 permit ip host 192.0.1.1 host 192.0.0.1");
    assert_int_equal(pings(b, "s1", "ping 192.0.0.1 timeout 1"), 4);
    assert_true(ipsec_pair_next(ips(b, "hub"), 0, &at, &p));
    assert_int_equal(p.transform.mode, IPSEC_TRANSPORT);
    assert_int_equal(pings(b, "hub", "ping 192.0.1.1 timeout 1"), 5);
    box_free(b);
}

/* A spoke moves: the same selectors from another address; packets follow the SAs that were made last. */
static void moved(void **state)
{
    struct box *b = star(805, hub, 2);
    struct ipsec_flow_info f;
    unsigned n = 0;
    (void)state;
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    conf(b, "s1", "interface Ethernet0/0\nshutdown");
    conf(b, "s2",
         "interface Loopback0\nip address 10.1.1.1 255.255.255.0\n"
         "no access-list 101\naccess-list 101 permit ip 10.1.1.0 0.0.0.255 10.0.0.0 0.0.0.255");
    assert_int_equal(pings(b, "s2", FROM_SPOKE), 4);
    assert_int_equal(pings(b, "hub", "ping 10.1.1.1 source Loopback0 timeout 1"), 5);
    for (size_t at = 0; ipsec_flow_next(ips(b, "hub"), &at, &f);)
        n++;
    assert_int_equal(n, 2); /* each peer has its own, until the first one's SAs end */
    box_free(b);
}

/* A static entry in front of the dynamic one takes its own peer; several dynamic maps, several numbers. */
static void in_order(void **state)
{
    struct box *b = star(806, hub, 2);
    struct ipsec_flow_info f;
    unsigned n = 0, m = 0;
    (void)state;
    conf(b, "hub",
         "access-list 110 permit ip 10.0.0.0 0.0.0.255 10.1.1.0 0.0.0.255\n"
         "crypto dynamic-map LATER 7\nset transform-set T\n"
         "crypto map CM 20 ipsec-isakmp dynamic LATER");
    box_type(b, "hub", "configure terminal");
    assert_non_null(strstr(box_type(b, "hub", "crypto map CM 5 ipsec-isakmp"), "% NOTE"));
    box_type_all(b, "hub", "set peer 192.0.1.1\nset transform-set T\nmatch address 110\nend");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    assert_int_equal(pings(b, "s2", FROM_SPOKE), 4);
    for (size_t at = 0; ipsec_flow_next(ips(b, "hub"), &at, &f); n++) {
        m += f.seq == 5 && !f.dynamic && f.pairs == 1 && f.peer == 0xC0000101;
        m += f.seq == 10 && f.dynamic && f.pairs == 1 && f.peer == 0xC0000201;
    }
    assert_int_equal(n, 2);
    assert_int_equal(m, 2);
    assert_true(spd_peer_is_static(ips(b, "hub"), 0xC0000001, 0xC0000101));
    assert_false(spd_peer_is_static(ips(b, "hub"), 0xC0000001, 0xC0000201));
    box_free(b);
}

/* Entries for the same flows: the one whose profile the peer has matched, whose transforms it offers. Its pairs stay its own when they are renewed. */
static void several(void **state)
{
    struct box *b = star(811, hub, 2);
    struct ipsec_flow_info f;
    unsigned met = 0;
    (void)state;
    box_type(b, "hub", "configure terminal"); /* a profile is incomplete at first, and says so */
    box_type(b, "hub", "crypto isakmp profile NOBODY");
    box_type(b, "hub", "crypto isakmp profile S1");
    box_type(b, "hub", "end");
    conf(b, "hub",
         "crypto keyring K1\npre-shared-key address 0.0.0.0 0.0.0.0 key secret\nexit\n"
         "crypto isakmp profile NOBODY\nmatch identity host other.example.com\nkeyring K1\nexit\n"
         "crypto isakmp profile S1\nkeyring K1\nmatch identity address 192.0.1.1 255.255.255.255\nexit\n"
         "crypto ipsec transform-set G esp-gcm 256\nexit\n"
         "crypto dynamic-map DYN 10\nset isakmp-profile NOBODY\nexit\n"
         "crypto dynamic-map DYN 20\nset isakmp-profile S1\nset transform-set G\nexit\n"
         "crypto dynamic-map DYN 30\nset isakmp-profile S1\nset transform-set T\nset pfs group14\nexit\n"
         "crypto dynamic-map DYN 40\nset isakmp-profile S1\nset transform-set T\nexit\n"
         "crypto dynamic-map DYN 50\nset transform-set G");
    conf(b, "s2", "crypto ipsec transform-set G esp-gcm 256\nexit\ncrypto map CM 10 ipsec-isakmp\nset transform-set G");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    assert_int_equal(pings(b, "s2", FROM_SPOKE), 4);
    for (size_t at = 0; ipsec_flow_next(ips(b, "hub"), &at, &f);)
        met += f.dyn_seq == (f.peer == 0xC0000101 ? 40 : 50);
    assert_int_equal(met, 2);
    /* What none of them takes is refused. */
    conf(b, "s2", "crypto ipsec transform-set G esp-gcm");
    box_type(b, "s2", "clear crypto sa");
    assert_int_equal(pings(b, "s2", FROM_SPOKE), 0);
    box_free(b);
}

static void several_v2(void **state)
{
    struct box *b = star(812, hub, 2);
    struct ipsec_flow_info f;
    unsigned met = 0;
    (void)state;
    conf(b, "hub",
         IKEV2 "crypto ikev2 profile NOBODY\nmatch identity remote fqdn other.example.com\n"
               "authentication remote pre-share\nauthentication local pre-share\nkeyring local K\nexit\n"
               "crypto ipsec security-association lifetime seconds 120\n"
               "crypto ipsec transform-set G esp-gcm 256\nexit\n"
               "crypto dynamic-map DYN 10\nset ikev2-profile NOBODY\nexit\n"
               "crypto dynamic-map DYN 20\nset ikev2-profile V2\nset transform-set G\nexit\n"
               "crypto dynamic-map DYN 30\nset ikev2-profile V2\nset transform-set T");
    conf(b, "s1", IKEV2 "crypto map CM 10 ipsec-isakmp\nset ikev2-profile V2");
    conf(b, "s2",
         IKEV2 "crypto ipsec transform-set G esp-gcm 256\nexit\n"
               "crypto map CM 10 ipsec-isakmp\nset ikev2-profile V2\nset transform-set G");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    assert_int_equal(pings(b, "s2", FROM_SPOKE), 4);
    for (int i = 0; i < 8; i++) { /* the hub renews them */
        box_run(b, 60 * US_PER_S);
        assert_int_equal(pings(b, "hub", "ping 10.1.1.1 source Loopback0 timeout 1"), 5);
        assert_int_equal(pings(b, "hub", "ping 10.1.2.1 source Loopback0 timeout 1"), 5);
    }
    for (size_t at = 0; ipsec_flow_next(ips(b, "hub"), &at, &f);)
        met += f.dyn_seq == (f.peer == 0xC0000101 ? 30 : 20);
    assert_int_equal(met, 2);
    box_free(b);
}

/* The recovery table's row: a hub that lost everything begins with nobody, whatever is configured. */
static void no_recovery(void **state)
{
    struct box *b = star(807, hub, 1);
    size_t from;
    (void)state;
    conf(b, "hub", "crypto isakmp invalid-spi-recovery");
    box_type(b, "hub", "write memory");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    box_reload(b, "hub");
    box_run(b, 5 * US_PER_S);
    from = box_log_len(b, "hub");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 0);
    assert_int_equal(box_log_count(b, "hub", from, "%CRYPTO-4-RECVD_PKT_INV_SPI"), 1);
    assert_int_equal(pairs(b, "hub"), 0);
    assert_non_null(strstr(box_type(b, "hub", "show crypto isakmp sa"), "IPv4 Crypto ISAKMP SA"));
    assert_null(strstr(box_type(b, "hub", "show crypto isakmp sa"), "192.0.1.1"));
    box_free(b);
}

/* ip access-group of an entry: what is inside is held against a list, in what comes out of SAs and in what goes in. */
static void inside(void **state)
{
    struct box *b = star(808, hub, 1);
    (void)state;
    conf(b, "hub",
         "access-list 130 deny icmp any host 10.0.0.1 echo\naccess-list 130 permit ip any any\n"
         "crypto dynamic-map DYN 10\nset ip access-group 130 in");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 0);
    assert_int_equal(pairs(b, "hub"), 1);
    assert_int_equal(pings(b, "hub", "ping 10.1.1.1 source Loopback0 timeout 1"), 5);
    conf(b, "hub",
         "access-list 131 deny icmp host 10.0.0.1 any echo\naccess-list 131 permit ip any any\n"
         "crypto dynamic-map DYN 10\nno set ip access-group 130 in\nset ip access-group 131 out");
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 5);
    assert_int_equal(pings(b, "hub", "ping 10.1.1.1 source Loopback0 timeout 1"), 0);
    /* The lists count, and a list that is changed is the one that holds. */
    assert_non_null(strstr(box_type(b, "hub", "show access-lists 131"), "echo (5 matches)"));
    conf(b, "hub", "no access-list 131\naccess-list 131 permit ip any any");
    assert_int_equal(pings(b, "hub", "ping 10.1.1.1 source Loopback0 timeout 1"), 5);
    assert_int_equal(pairs(b, "hub"), 1);
    box_free(b);
}

static uint64_t came(struct box *b)
{
    struct ipsec_flow_info f;
    size_t at = 0;
    return ipsec_flow_next(ips(b, "hub"), &at, &f) ? f.n.decaps : 0;
}

/* What fits, and what is done with what does not, by crypto map on whole routers: DF, cut before or after encryption, a
 * path that narrows. */
static void sizes(void **state)
{
    static const char at[] = "show crypto ipsec sa | include plaintext";
    struct box *b = star(810, hub, 1);
    (void)state;
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    assert_non_null(
        strstr(box_type(b, "s1", at), "plaintext mtu 1438, path mtu 1500, ip mtu 1500, ip mtu idb Ethernet0/0"));
    assert_int_equal(pings(b, "s1", FROM_SPOKE " size 1438 df-bit"), 5);
    assert_int_equal(pings(b, "s1", FROM_SPOKE " size 1439 df-bit"), 0);
    assert_int_equal(pings(b, "s1", FROM_SPOKE " size 9000"), 5);
    /* Cut before encryption: two of ESP; after it: one, in pieces that the hub puts together. */
    uint64_t before = came(b);
    assert_int_equal(pings(b, "s1", FROM_SPOKE " size 1450 repeat 1"), 1);
    assert_int_equal(came(b) - before, 2);
    conf(b, "s1", "crypto ipsec fragmentation after-encryption");
    assert_int_equal(pings(b, "s1", FROM_SPOKE " size 1450 repeat 1"), 1);
    assert_int_equal(came(b) - before, 3);
    conf(b, "s1", "interface Ethernet0/0\ncrypto ipsec fragmentation before-encryption\ncrypto ipsec df-bit clear");
    assert_int_equal(pings(b, "s1", FROM_SPOKE " size 1439 repeat 1"), 1);
    assert_int_equal(came(b) - before, 5);                               /* the interface's own line counts more */
    assert_int_equal(pings(b, "s1", FROM_SPOKE " size 1439 df-bit"), 5); /* cut all the same */
    assert_int_equal(came(b) - before, 15);
    conf(b, "s1", "crypto map CM 10 ipsec-isakmp\nset security-association dfbit copy"); /* the entry's, more still */
    assert_int_equal(pings(b, "s1", FROM_SPOKE " size 1439 df-bit"), 0);
    conf(b, "s1", "interface Ethernet0/0\nno crypto ipsec df-bit\nexit\ncrypto map CM 10 ipsec-isakmp\n"
                  "set security-association dfbit clear");
    assert_int_equal(pings(b, "s1", FROM_SPOKE " size 1439 df-bit"), 5);
    assert_non_null(strstr(box_type(b, "s1", "show running-config | section crypto map"),
                           " set security-association dfbit clear\n"));
    conf(b, "s1", "crypto map CM 10 ipsec-isakmp\nno set security-association dfbit");
    /* The way gets narrow: the router in between says so about ESP with DF. */
    conf(b, "s1",
         "interface Ethernet0/0\nno crypto ipsec df-bit\nno crypto ipsec fragmentation\nexit\nno crypto ipsec "
         "fragmentation");
    conf(b, "isp", "interface Ethernet0/0\nip mtu 1300");
    assert_int_equal(pings(b, "s1", FROM_SPOKE " size 1438 df-bit"), 0);
    /* floor((1300 - 20 - 8 - 16 - 12) / 16) * 16 - 2 */
    assert_non_null(
        strstr(box_type(b, "s1", at), "plaintext mtu 1230, path mtu 1300, ip mtu 1500, ip mtu idb Ethernet0/0"));
    assert_int_equal(pings(b, "s1", FROM_SPOKE " size 1230 df-bit"), 5);
    assert_int_equal(pings(b, "s1", FROM_SPOKE " size 1231 df-bit"), 0);
    assert_int_equal(pings(b, "s1", FROM_SPOKE " size 3000"), 5);
    box_run(b, 601 * US_PER_S);
    assert_non_null(strstr(box_type(b, "s1", at), "path mtu 1500"));
    box_free(b);
}

/* The same with IKEv2: answered, never begun with; each its own flow; renewed by either end; gone with its spoke;
 * bounded by the list. */
static void ikev2(void **state)
{
    struct box *b = star(809, hub, 3);
    struct ipsec_flow_info f;
    unsigned n = 0;
    (void)state;
    conf(b, "hub",
         IKEV2 "crypto ipsec security-association lifetime seconds 120\n"
               "access-list 120 permit ip 10.0.0.0 0.0.0.255 10.1.0.0 0.0.255.255\n"
               "crypto dynamic-map DYN 10\nset ikev2-profile V2\nmatch address 120");
    for (int i = 1; i <= 3; i++) {
        char name[8];
        snprintf(name, sizeof name, "s%d", i);
        conf(b, name, IKEV2 "crypto map CM 10 ipsec-isakmp\nset ikev2-profile V2");
    }
    assert_int_equal(pings(b, "hub", "ping 10.1.1.1 source Loopback0 timeout 1"), 0);
    assert_int_equal(ipsec_totals(ips(b, "hub")).acquires, 0);
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    assert_int_equal(pings(b, "s2", FROM_SPOKE), 4);
    assert_int_equal(pings(b, "s3", FROM_SPOKE), 4);
    for (size_t at = 0; ipsec_flow_next(ips(b, "hub"), &at, &f); n++) {
        assert_true(f.dynamic);
        assert_int_equal(f.remote_sel.addr, 0x0A010000 | (f.peer >> 8 & 0xFF) << 8);
        assert_int_equal(f.remote_sel.mask, 0xFFFFFF00);
    }
    assert_int_equal(n, 3);
    assert_non_null(strstr(box_type(b, "hub", "show crypto ikev2 sa"), "192.0.0.1/500         192.0.2.1/500"));
    for (int i = 0; i < 8; i++) {
        box_run(b, 60 * US_PER_S);
        assert_int_equal(
            pings(b, i % 2 ? "hub" : "s1", i % 2 ? "ping 10.1.1.1 source Loopback0 timeout 1" : FROM_SPOKE), 5);
    }
    box_type(b, "s1", "clear crypto ikev2 sa");
    box_run(b, US_PER_S);
    assert_int_equal(pings(b, "hub", "ping 10.1.1.1 source Loopback0 timeout 1"), 0);
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three), cmocka_unit_test(bounded),  cmocka_unit_test(renewed),     cmocka_unit_test(transport),
        cmocka_unit_test(moved), cmocka_unit_test(in_order), cmocka_unit_test(no_recovery), cmocka_unit_test(inside),
        cmocka_unit_test(shown), cmocka_unit_test(ikev2),    cmocka_unit_test(sizes),
        cmocka_unit_test(several), cmocka_unit_test(several_v2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
