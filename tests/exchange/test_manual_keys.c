/* test_manual_keys.c: crypto map ... ipsec-manual between two whole routers: every kind of transform both ways without IKE; a wrong key;
 * an end that is cleared or restarted; settings changed while packets flow; entries that are not complete; lines that are refused; entries
 * of IKE beside. */
#include "dataplane/ipsec/spd.h"
#include "espial/buf.h"
#include "tests/exchange/crypto_pair.h"
#include "tests/exchange/mib_box.h"
#include "tests/sim/wire.h"

#define ETH   14
#define FORTH "ping 192.168.2.1 source 192.168.1.1 timeout 1"
#define BACK  "ping 192.168.1.1 source 192.168.2.1 timeout 1"
#define C16   "000102030405060708090a0b0c0d0e0f"
#define C32   C16 "101112131415161718191a1b1c1d1e1f"
#define A20   "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3"
#define A64   "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf" C32 "d0d1d2d3d4d5d6d7d8d9dadbdcdddedf"

static unsigned pings(struct box *b, const char *node, const char *line)
{
    const char *said = box_type(b, node, line), *at = strstr(said, "percent (");
    unsigned got = 0;
    if (at)
        (void)sscanf(at, "percent (%u", &got);
    return got;
}

/* Notes and warnings may come. */
static void conf(struct box *b, const char *node, const char *lines)
{
    char line[400];
    box_type(b, node, "configure terminal");
    for (const char *at = lines; *at; at += strspn(at, "\n")) {
        size_t len = strcspn(at, "\n");
        snprintf(line, sizeof line, "%.*s", (int)len, at);
        box_type(b, node, line);
        at += len;
    }
    box_type(b, node, "end");
}

struct seen {
    unsigned esp, ah, ike, clear;
    uint32_t spi[2], seq[2]; /* of the last one, by end; of AH over ESP those of AH */
};

static enum wire_verdict look(void *arg, int from, uint8_t *f, size_t len)
{
    struct seen *s = arg;
    const uint8_t *ip = f + ETH;
    if (len < ETH + 40 || f[12] != 8 || f[13])
        return WIRE_PASS;
    s->esp += ip[9] == 50;
    s->ah += ip[9] == 51;
    s->ike += ip[9] == 17;
    s->clear += ip[9] == 1;
    if (ip[9] == 50 || ip[9] == 51) {
        s->spi[from] = get32(ip + (ip[9] == 50 ? 20 : 24));
        s->seq[from] = get32(ip + (ip[9] == 50 ? 24 : 28));
    }
    return WIRE_PASS;
}

/* r1 and r2 of crypto_pair.h without IKE; set: the transforms of TS, and its mode; esp, ah: keys of both ways, NULL: none. */
static struct box *hands(const char *set, const char *esp, const char *ah, const char *more, struct seen *s)
{
    struct box *b = box_new(7);
    for (int i = 1; i <= 2; i++) {
        char text[4096], name[4], keys[2048] = "";
        int o = 3 - i;
        snprintf(name, sizeof name, "r%d", i);
        for (int way = 0; way < 2; way++) { /* r1 receives by 1001, r2 by 1002 */
            const char *word = way ? "outbound" : "inbound";
            unsigned spi = 1000 + (unsigned)(way ? o : i);
            size_t at = strlen(keys);
            if (esp)
                snprintf(keys + at, sizeof keys - at, " set session-key %s esp %u %s\n", word, spi, esp);
            at = strlen(keys);
            if (ah)
                snprintf(keys + at, sizeof keys - at, " set session-key %s ah %u %s\n", word, spi + 1000, ah);
        }
        snprintf(text, sizeof text,
                 "hostname r%d\nlogging buffered 1000000 debugging\n%s"
                 "crypto ipsec transform-set TS %s\n"
                 "crypto map VPN 10 ipsec-manual\n set peer 10.0.0.%d\n%s set transform-set TS\n match address 101\n"
                 "interface Loopback0\n ip address 192.168.%d.1 255.255.255.0\n"
                 "interface Ethernet0/0\n ip address 10.0.0.%d 255.255.255.0\n crypto map VPN\n"
                 "ip route 192.168.%d.0 255.255.255.0 10.0.0.%d\n"
                 "access-list 101 permit ip 192.168.%d.0 0.0.0.255 192.168.%d.0 0.0.0.255\n",
                 i, more, set, o, keys, i, i, o, o, i, o);
        box_node(b, name, text);
    }
    struct wire *w = box_link(b, "r1", "Ethernet0/0", "r2", "Ethernet0/0");
    box_boot(b);
    box_run(b, 5 * US_PER_S);
    box_type(b, "r1", "ping 10.0.0.2"); /* who is who on the cable */
    if (s) {
        *s = (struct seen){0};
        wire_tap(w, look, s);
    }
    return b;
}

static struct box *plain(struct seen *s)
{
    return hands("esp-aes esp-sha-hmac", "cipher " C16 " authenticator " A20, NULL, "", s);
}

static void transforms(void **state)
{
    static const struct {
        const char *set, *esp, *ah;
    } rows[] = {
        {"esp-aes esp-sha-hmac", "cipher " C16 " authenticator " A20, NULL},
        {"esp-aes 256 esp-sha512-hmac", "cipher " C32 " authenticator " A64, NULL},
        {"esp-3des esp-md5-hmac", "cipher 0123456789abcdef23456789abcdef01456789abcdef0123 authenticator " C16, NULL},
        {"esp-des", "cipher 0123456789abcdef", NULL},
        {"esp-null esp-sha256-hmac", "authenticator " C32, NULL},
        {"ah-sha-hmac", NULL, A20},
        {"ah-sha256-hmac", NULL, C32},
        {"ah-sha-hmac esp-aes esp-sha-hmac", "cipher " C16 " authenticator " A20, A20},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct seen s;
        struct box *b = hands(rows[i].set, rows[i].esp, rows[i].ah, "", &s);
        unsigned plus = rows[i].ah ? 1000 : 0;
        assert_int_equal(pings(b, "r1", FORTH), 5); /* not even the first one is lost */
        assert_int_equal(pings(b, "r2", BACK), 5);
        assert_int_equal(rows[i].ah ? s.ah : s.esp, 20);
        assert_int_equal(s.ike + s.clear, 0);
        assert_int_equal(s.spi[0], 1002 + plus);
        assert_int_equal(s.spi[1], 1001 + plus);
        assert_int_equal(s.seq[0], 10);
        pair_has(b, "r1", "show crypto ipsec sa", "#pkts encaps: 10, #pkts encrypt: 10");
        pair_has(b, "r1", "show crypto ipsec sa", "#pkts decaps: 10, #pkts decrypt: 10");
        box_free(b);
    }
}

static void transport(void **state)
{
    (void)state;
    struct seen s;
    struct box *b = hands("esp-aes esp-sha-hmac\n mode transport", "cipher " C16 " authenticator " A20, NULL, "", &s);
    pair_has(b, "r1", "show crypto ipsec sa", "in use settings ={Tunnel, }"); /* not between the ends */
    for (int i = 1; i <= 2; i++) {
        char acl[100];
        snprintf(acl, sizeof acl, "no access-list 101\naccess-list 101 permit icmp host 10.0.0.%d host 10.0.0.%d", i,
                 3 - i);
        conf(b, i == 1 ? "r1" : "r2", acl);
    }
    pair_has(b, "r1", "show crypto ipsec sa", "in use settings ={Transport, }");
    assert_int_equal(pings(b, "r1", "ping 10.0.0.2"), 5);
    assert_int_equal(s.esp, 10);
    assert_int_equal(s.clear, 0);
    box_free(b);
}

/* GRE between the two, in transport mode: what is sent through a tunnel goes by the same keys. */
static void gre(void **state)
{
    (void)state;
    struct seen s;
    struct box *b = hands("esp-aes esp-sha-hmac\n mode transport require", "cipher " C16 " authenticator " A20, NULL, "", &s);
    for (int i = 1; i <= 2; i++) {
        char lines[400];
        snprintf(lines, sizeof lines,
                 "no access-list 101\naccess-list 101 permit gre host 10.0.0.%d host 10.0.0.%d\n"
                 "interface Tunnel0\nip address 10.200.0.%d 255.255.255.252\ntunnel source Ethernet0/0\n"
                 "tunnel destination 10.0.0.%d",
                 i, 3 - i, i, 3 - i);
        conf(b, i == 1 ? "r1" : "r2", lines);
    }
    box_run(b, 5 * US_PER_S);
    assert_int_equal(pings(b, "r1", "ping 10.200.0.2"), 5);
    assert_int_equal(s.esp, 10);
    pair_has(b, "r1", "show crypto ipsec sa", "(10.0.0.1/255.255.255.255/47/0)");
    pair_has(b, "r1", "show crypto ipsec sa", "in use settings ={Transport, }");
    box_free(b);
}

static void wrong_key(void **state)
{
    (void)state;
    struct seen s;
    struct box *b = plain(&s);
    size_t from = box_log_len(b, "r2");
    conf(b, "r2", "crypto map VPN 10\nset session-key inbound esp 1002 cipher " C16 " authenticator 00" A20);
    assert_int_equal(pings(b, "r1", FORTH), 0);
    assert_true(box_log_count(b, "r2", from, "%CRYPTO-4-RECVD_PKT_MAC_ERR: decrypt: mac verify failed"));
    pair_has(b, "r2", "show crypto ipsec sa detail", "#pkts verify failed: 5");
    conf(b, "r2", "crypto map VPN 10\nset session-key inbound esp 1002 cipher " C16 " authenticator " A20);
    assert_int_equal(pings(b, "r1", FORTH), 5);
    assert_int_equal(s.ike, 0);
    box_free(b);
}

/* One end begins anew, the other end does not care: numbers are not held against a window. */
static void one_end_anew(void **state)
{
    static const char *const lines[] = {"clear crypto sa",
                                        "clear crypto sa peer 10.0.0.2",
                                        "clear crypto sa map VPN",
                                        "clear crypto sa entry 10.0.0.1 esp 1001",
                                        "clear crypto sa entry 10.0.0.2 esp 1002",
                                        "clear crypto sa spi 1001",
                                        "clear crypto session"};
    (void)state;
    struct seen s;
    struct box *b = plain(&s);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_int_equal(pings(b, "r1", FORTH), 5);
        pair_says(b, "r1", lines[i], "");
        assert_int_equal(pings(b, "r1", FORTH), 5);
        assert_int_equal(s.seq[0], 5);
        box_type(b, "r1", "clear crypto sa");
    }
    assert_int_equal(s.seq[1], 70); /* r2's were never made anew */
    box_type(b, "r2", "clear crypto sa counters");
    pair_has(b, "r2", "show crypto ipsec sa", "#pkts encaps: 0,");
    assert_int_equal(pings(b, "r1", FORTH), 5);
    assert_int_equal(s.seq[1], 75);
    box_type(b, "r1", "write memory");
    box_reload(b, "r1");
    box_run(b, 5 * US_PER_S);
    assert_int_equal(pings(b, "r2", BACK), 5);
    assert_int_equal(s.seq[0], 5);
    assert_int_equal(s.ike, 0);
    assert_null(strstr(box_log(b, "r2"), "REPLAY"));
    box_free(b);
}

static void changed(void **state)
{
    (void)state;
    struct seen s;
    struct box *b = plain(&s);
    size_t from = box_log_len(b, "r2");
    assert_int_equal(pings(b, "r1", FORTH), 5);
    /* Another SPI: r2 does not know it until it is told, and says so. */
    conf(b, "r1", "crypto map VPN 10\nset session-key outbound esp 4294967295 cipher " C16 " authenticator " A20);
    assert_int_equal(pings(b, "r1", FORTH), 0);
    assert_true(box_log_count(
        b, "r2", from, "has invalid spi for destaddr=10.0.0.2, prot=50, spi=0xFFFFFFFF(4294967295), srcaddr=10.0.0.1"));
    conf(b, "r2", "crypto map VPN 10\nset session-key inbound esp 4294967295 cipher " C16 " authenticator " A20);
    assert_int_equal(pings(b, "r1", FORTH), 5);
    assert_int_equal(s.spi[0], UINT32_MAX);
    /* Another transform set, with another mode. */
    for (int i = 1; i <= 2; i++)
        conf(b, i == 1 ? "r1" : "r2",
             "crypto ipsec transform-set MD esp-aes esp-md5-hmac\ncrypto map VPN 10\nset transform-set MD");
    assert_int_equal(pings(b, "r2", BACK), 5);
    pair_has(b, "r1", "show crypto ipsec sa", "transform: esp-aes esp-md5-hmac ,");
    assert_int_equal(s.seq[0], 5);
    /* Its set becomes one that cannot be: no SA, nothing in the clear. */
    s.clear = 0;
    conf(b, "r1", "crypto ipsec transform-set MD esp-gcm");
    assert_int_equal(pings(b, "r1", FORTH), 0);
    pair_has(b, "r1", "show crypto ipsec sa", "current outbound spi: 0x0(0)");
    pair_has(b, "r1", "show crypto map", "no session keys for its transform set!");
    conf(b, "r1", "crypto ipsec transform-set MD esp-aes esp-md5-hmac");
    assert_int_equal(pings(b, "r1", FORTH), 5);
    /* The map leaves the interface, and comes back. */
    conf(b, "r1", "interface Ethernet0/0\nno crypto map");
    pair_says(b, "r1", "show crypto ipsec sa", "\nNo SAs found\n");
    conf(b, "r1", "interface Ethernet0/0\ncrypto map VPN");
    assert_int_equal(pings(b, "r1", FORTH), 5);
    assert_int_equal(s.ike + s.clear, 0);
    /* A key is taken away; the peer; all of it. */
    conf(b, "r1", "crypto map VPN 10\nno set session-key inbound esp");
    pair_has(b, "r1", "show crypto ipsec sa", "current outbound spi: 0x0(0)");
    conf(b, "r1", "crypto map VPN 10\nset session-key inbound esp 1001 cipher " C16 " authenticator " A20);
    assert_int_equal(pings(b, "r1", FORTH), 5);
    conf(b, "r1", "crypto map VPN 10\nno set peer 10.0.0.2");
    pair_says(b, "r1", "show crypto ipsec sa", "\nNo SAs found\n");
    conf(b, "r1", "crypto map VPN 10\nset peer 10.0.0.2");
    assert_int_equal(pings(b, "r1", FORTH), 5);
    conf(b, "r1", "interface Ethernet0/0\nno crypto map\nno crypto map VPN 10");
    pair_says(b, "r1", "show running-config | include session-key", "");
    pair_says(b, "r1", "show crypto map", "No crypto maps found.\n");
    box_free(b);
}

/* The first permit line, and no other. */
static void one_line(void **state)
{
    (void)state;
    struct seen s;
    struct box *b = plain(&s);
    conf(b, "r1",
         "interface Loopback1\nip address 192.168.11.1 255.255.255.0\n"
         "access-list 101 permit ip 192.168.11.0 0.0.0.255 any");
    conf(b, "r2", "ip route 192.168.11.0 255.255.255.0 10.0.0.1");
    assert_int_equal(pings(b, "r1", "ping 10.0.0.2 source 192.168.11.1 timeout 1"), 5);
    assert_int_equal(s.clear, 10);
    assert_int_equal(pings(b, "r1", FORTH), 5);
    assert_int_equal(s.esp, 10);
    box_free(b);
}

/* An entry of IKE's with the same peer: each has its own, and what ends the one does not end the other. */
static void beside_ike(void **state)
{
    static const char ike[] =
        "crypto isakmp policy 10\n encryption aes 256\n hash sha256\n authentication pre-share\n group 19\n"
        "crypto isakmp key cisco123 address 10.0.0.0 255.255.255.0\ncrypto isakmp invalid-spi-recovery\n";
    (void)state;
    struct seen s;
    struct box *b = hands("esp-aes esp-sha-hmac", "cipher " C16 " authenticator " A20, NULL, ike, &s);
    size_t from = box_log_len(b, "r2");
    /* An unknown SPI of a peer that is keyed by hand starts no IKE. */
    conf(b, "r1", "crypto map VPN 10\nset session-key outbound esp 5000 cipher " C16 " authenticator " A20);
    assert_int_equal(pings(b, "r1", FORTH), 0);
    assert_true(box_log_count(b, "r2", from, "RECVD_PKT_INV_SPI"));
    assert_int_equal(s.ike, 0);
    conf(b, "r1", "crypto map VPN 10\nset session-key outbound esp 1002 cipher " C16 " authenticator " A20);
    for (int i = 1; i <= 2; i++) {
        char lines[500];
        snprintf(
            lines, sizeof lines,
            "interface Loopback1\nip address 172.16.%d.1 255.255.255.0\nip route 172.16.%d.0 255.255.255.0 10.0.0.%d\n"
            "access-list 102 permit ip 172.16.%d.0 0.0.0.255 172.16.%d.0 0.0.0.255\n"
            "crypto map VPN 20 ipsec-isakmp\nset peer 10.0.0.%d\nset transform-set TS\nmatch address 102",
            i, 3 - i, 3 - i, i, 3 - i, 3 - i);
        conf(b, i == 1 ? "r1" : "r2", lines);
    }
    assert_int_equal(pings(b, "r1", "ping 172.16.2.1 source 172.16.1.1"), 4);
    assert_int_equal(pings(b, "r1", FORTH), 5);
    struct ipsec *ips = pair_ipsec(b, "r1");
    assert_int_equal(ipsec_totals(ips).pairs, 2);
    assert_int_equal(sad_count_peer(ips, 0x0A000002), 1);
    uint32_t seq = s.seq[0];
    box_type(b, "r1", "write memory");
    box_type(b, "r2", "write memory");
    box_reload(b, "r2"); /* begins IKE anew, with INITIAL-CONTACT */
    box_run(b, 5 * US_PER_S);
    assert_int_equal(pings(b, "r2", "ping 172.16.1.1 source 172.16.2.1"), 4);
    assert_int_equal(pings(b, "r1", FORTH), 5);
    assert_int_equal(s.seq[0], seq + 5);
    box_type(b, "r2", "clear crypto isakmp");
    box_run(b, 2 * US_PER_S);
    assert_int_equal(pings(b, "r1", FORTH), 5);
    assert_int_equal(s.seq[0], seq + 10);
    box_free(b);
}

static void refused(void **state)
{
    (void)state;
    struct box *b = plain(NULL);
    conf(b, "r1",
         "crypto ipsec transform-set BIG esp-aes 256 esp-sha-hmac\n"
         "crypto ipsec transform-set G esp-gcm\ncrypto ipsec transform-set GM esp-gmac\n"
         "crypto ipsec transform-set E esp-aes esp-sha-hmac\nesn\ncrypto ipsec transform-set AH ah-sha-hmac");
    box_type_all(b, "r1", "configure terminal\ncrypto map VPN 10");
    pair_says(b, "r1", "set transform-set G",
              "% Transform set G cannot be keyed manually: AES-GCM and AES-GMAC must not have a fixed key\n");
    pair_says(b, "r1", "set transform-set GM",
              "% Transform set GM cannot be keyed manually: AES-GCM and AES-GMAC must not have a fixed key\n");
    pair_says(b, "r1", "set transform-set E",
              "% Transform set E cannot be keyed manually: extended sequence numbers are negotiated\n");
    pair_says(b, "r1", "set transform-set BIG",
              "% Invalid key length: transform set BIG needs 32 bytes of inbound esp cipher, not 16\n");
    pair_says(b, "r1", "set transform-set NONE", "ERROR: transform set with tag \"NONE\" does not exist.\n");
    pair_says(b, "r1", "set session-key outbound esp 1002 cipher " C16 " authenticator " C16,
              "% Invalid key length: transform set TS needs 20 bytes of outbound esp authenticator, not 16\n");
    pair_says(b, "r1", "set session-key outbound esp 1002 cipher " C16,
              "% Invalid key length: transform set TS needs 20 bytes of outbound esp authenticator, not 0\n");
    pair_says(b, "r1", "set session-key outbound esp 1002 cipher 00112 authenticator " A20,
              "% A session key has two hexadecimal digits for each of its bytes\n");
    pair_says(b, "r1", "set session-key outbound esp 1002 cipher " C16 " authenticator " A20 "ff",
              "%Warning: a session key is longer than transform set TS needs: it is cut\n");
    pair_says(b, "r1", "set peer 10.0.0.3", "% An ipsec-manual crypto map entry has one peer: remove 10.0.0.2 first\n");
    pair_has(b, "r1", "set session-key inbound esp 255 cipher " C16, "% Invalid input detected at '^' marker.");
    pair_has(b, "r1", "set session-key inbound esp 256 cipher 0123xy", "% Invalid input detected at '^' marker.");
    pair_has(b, "r1", "set pfs group14", "% Invalid input detected at '^' marker.");
    pair_has(b, "r1", "set security-association lifetime seconds 3600", "% Invalid input detected at '^' marker.");
    box_type(b, "r1", "exit");
    pair_says(b, "r1", "crypto map VPN 10 ipsec-isakmp",
              "% Crypto map entry VPN 10 is ipsec-manual: remove it first\n");
    /* An SPI twice. */
    box_type(b, "r1", "crypto map VPN 30 ipsec-manual");
    pair_says(b, "r1", "set session-key inbound esp 1001 cipher " C16,
              "% SPI 1001 is the inbound esp SPI of crypto map VPN 10\n");
    pair_says(b, "r1", "set session-key inbound ah 1001 " A20, ""); /* another protocol's */
    pair_says(b, "r1", "set session-key outbound esp 1002 cipher " C16, "");
    pair_says(b, "r1", "set peer 10.0.0.2", "% SPI 1002 is the outbound esp SPI of crypto map VPN 10\n");
    pair_says(b, "r1", "set peer 10.0.0.3", ""); /* another one's */
    pair_says(b, "r1", "set transform-set AH", "");
    box_type(b, "r1", "end");
    assert_int_equal(pings(b, "r1", FORTH), 5);
    box_free(b);
}

/* Two maps that end at one address, with one SPI: the first one has it, and when it goes, the other. */
static void spi_of_two_maps(void **state)
{
    (void)state;
    struct box *b = plain(NULL);
    conf(b, "r1",
         "interface Ethernet0/1\nip address 10.9.0.1 255.255.255.0\nno shutdown\n"
         "access-list 103 permit ip any 192.168.30.0 0.0.0.255\n"
         "crypto map W 10 ipsec-manual\nset peer 10.9.0.2\nset transform-set TS\nmatch address 103\n"
         "set session-key inbound esp 1001 cipher " C16 " authenticator " A20 "\n"
         "set session-key outbound esp 1002 cipher " C16 " authenticator " A20 "\n"
         "crypto map W local-address Ethernet0/0\ninterface Ethernet0/1\ncrypto map W");
    struct ipsec *ips = pair_ipsec(b, "r1");
    assert_int_equal(ipsec_totals(ips).pairs, 1);
    assert_string_equal(pair_newest(b, "r1").map, "VPN");
    conf(b, "r1", "crypto map VPN 10\nset session-key inbound esp 1003 cipher " C16 " authenticator " A20);
    assert_int_equal(ipsec_totals(ips).pairs, 2);
    box_free(b);
}

/* What IKE has negotiated for an entry is not installed below one keyed by hand that has its number by then. */
static void in_place_of_ike(void **state)
{
    (void)state;
    struct box *b = crypto_pair("", NULL);
    struct ipsec *ips = pair_ipsec(b, "r1");
    const struct selector local = {.addr = 0xC0A80100, .mask = 0xFFFFFF00},
                          remote = {.addr = 0xC0A80200, .mask = 0xFFFFFF00};
    const uint8_t keys[64] = {0};
    struct sa_pair_params p = {
        .spi_in = 5000, .spi_out = 5001, .local_port = 500, .peer_port = 500, .key_in = keys, .key_out = keys};
    assert_int_equal(spd_find_policy(ips, 0x0A000001, 0x0A000002, &local, &remote, &p.policy), SPD_OK);
    p.key_len = sad_keymat_len(&p.policy.transforms[0]);
    conf(b, "r1",
         "interface Ethernet0/0\nno crypto map VPN\nno crypto map VPN 10\n"
         "crypto map VPN 10 ipsec-manual\nset peer 10.0.0.2\nset transform-set TS\nmatch address 101\n"
         "set session-key inbound esp 1001 cipher " C32 " authenticator " C32 "\n"
         "set session-key outbound esp 1002 cipher " C32 " authenticator " C32 "\n"
         "interface Ethernet0/0\ncrypto map VPN");
    assert_int_equal(sad_install(ips, &p), 0);
    assert_int_equal(ipsec_totals(ips).pairs, 1);
    assert_int_equal(pair_newest(b, "r1").spi_in, 1001);
    box_free(b);
}

/* A set that has become one which its keys do not fit is still the entry's when the router comes up again. */
static void set_of_a_reload(void **state)
{
    (void)state;
    struct box *b = plain(NULL);
    conf(b, "r1", "crypto ipsec transform-set TS esp-gcm");
    assert_int_equal(ipsec_totals(pair_ipsec(b, "r1")).pairs, 0);
    box_type(b, "r1", "write memory");
    box_reload(b, "r1");
    box_run(b, 5 * US_PER_S);
    pair_has(b, "r1", "show running-config", " set transform-set TS\n");
    assert_int_equal(ipsec_totals(pair_ipsec(b, "r1")).pairs, 0); /* none of the default set */
    conf(b, "r1", "crypto ipsec transform-set TS esp-aes esp-sha-hmac");
    assert_int_equal(pings(b, "r1", "ping 10.0.0.2"), 5);
    assert_int_equal(pings(b, "r1", FORTH), 5);
    box_free(b);
}

static void shown(void **state)
{
    (void)state;
    struct box *b = plain(NULL);
    assert_int_equal(pings(b, "r1", FORTH), 5);
    pair_has(b, "r1", "show crypto isakmp sa", "IPv4 Crypto ISAKMP SA\n");
    pair_has(b, "r1", "show crypto session",
             "Session status: UP-NO-IKE     \nPeer: 10.0.0.2 port 500 \n  IPSEC FLOW: permit ip ");
    pair_has(b, "r1", "show crypto session brief", "UK");
    pair_has(b, "r1", "show crypto ipsec sa count", "IPsec SA total: 2, active: 2, rekeying: 0,");
    pair_has(b, "r1", "show crypto engine connections active", "IPsec   AES128+SHA");
    mib_facts(b, "r1", "1.3.6.1.4.1.9.",
              (const struct mib_fact[]){
                  {"10.62.1.2.3.1.1.3.3.86.80.78", "Gauge32: 0"},    /* cipsStaticCryptomapSetNumIsakmp of VPN */
                  {"10.62.1.2.3.1.1.4.3.86.80.78", "Gauge32: 1"},    /* ...NumManual */
                  {"10.62.1.2.3.3.1.2.3.86.80.78.10", "INTEGER: 1"}, /* cipsStaticCryptomapType */
                  {"9.171.1.3.2.1.6.1", "INTEGER: 2"},               /* cipSecTunKeyType: manual */
                  {"9.171.1.3.2.1.2.1", "INTEGER: 0"},               /* cipSecTunIkeTunnelIndex */
                  {NULL, NULL},
              });
    /* Keys are for those who may see the configuration. */
    pair_has(b, "r1", "show crypto map", "\t\tcipher key: " C16 ",\n\t\tauth_key: " A20 ",\n");
    box_type(b, "r1", "disable 1");
    pair_has(b, "r1", "show crypto map", "\t\tcipher key: *****,\n\t\tauth_key: *****,\n");
    box_type(b, "r1", "enable");
    box_free(b);
}

/* The log of commands hides them where it hides keys. */
static void hidden(void **state)
{
    (void)state;
    struct box *b = plain(NULL);
    conf(b, "r1", "archive\nlog config\nlogging enable\nhidekeys");
    conf(b, "r1", "crypto map VPN 10\nset session-key inbound esp 1007 cipher " C16 " authenticator " A20);
    const char *said = box_type(b, "r1", "show archive log config all");
    assert_non_null(strstr(said, "set session-key *****"));
    assert_null(strstr(said, C16));
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transforms),      cmocka_unit_test(transport),       cmocka_unit_test(gre),
        cmocka_unit_test(wrong_key),       cmocka_unit_test(one_end_anew),    cmocka_unit_test(changed),
        cmocka_unit_test(one_line),        cmocka_unit_test(beside_ike),      cmocka_unit_test(refused),
        cmocka_unit_test(spi_of_two_maps), cmocka_unit_test(in_place_of_ike), cmocka_unit_test(set_of_a_reload),
        cmocka_unit_test(shown),           cmocka_unit_test(hidden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
