/* test_ipsec_cli.c: the lines of crypto ipsec and crypto map as people type them, as running-config prints them, and
 * what the shows say, word for word after real layouts. One router; its SAs are installed by hand so that every number
 * is known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/dataplane.h"
#include "dataplane/ipsec/ipsec.h"
#include "dataplane/ipsec/spd.h"
#include "espial/loop.h"
#include "espial/text.h"
#include "tests/sim/box.h"

#define LOCAL 0xC0000201u
#define PEER  0xC0000202u

static const char config[] = "hostname r\n"
                             "interface Ethernet0/0\n"
                             " ip address 192.0.2.1 255.255.255.0\n"
                             " crypto map CMAP\n"
                             "access-list 101 permit ip 10.1.0.0 0.0.255.255 10.2.0.0 0.0.255.255\n"
                             "access-list 101 permit tcp host 10.5.0.1 eq 80 any\n";

static int setup(void **state)
{
    struct box *b = box_new(1);
    box_node(b, "r", config);
    box_node(b, "p", "hostname p\ninterface Ethernet0/0\n ip address 192.0.2.2 255.255.255.0\n");
    box_link(b, "r", "Ethernet0/0", "p", "Ethernet0/0");
    box_boot(b);
    box_run(b, 3 * US_PER_S);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    box_free(*state);
    return 0;
}

static void expect(struct box *b, const char *line, const char *want)
{
    assert_string_equal(box_type(b, "r", line), want);
}

/* Several lines; notes and warnings are fine, errors are not. */
static void typed(struct box *b, const char *all)
{
    char line[256];
    for (const char *p = all; *p; p += strcspn(p, "\n"), p += *p == '\n') {
        snprintf(line, sizeof line, "%.*s", (int)strcspn(p, "\n"), p);
        const char *said = box_type(b, "r", line);
        if (strstr(said, "% ") && !strstr(said, "% NOTE"))
            fail_msg("%s: %s", line, said);
    }
}

/* The crypto part of running-config, from its first crypto line to the interfaces. */
static void expect_running(struct box *b, const char *want)
{
    const char *all = box_type(b, "r", "show running-config | begin ^crypto"), *end = strstr(all, "interface ");
    char got[4096] = "";
    if (str_starts(all, "crypto")) {
        assert_non_null(end);
        snprintf(got, sizeof got, "%.*s", (int)(end - all), all);
    }
    assert_string_equal(got, want);
}

static void lines(void **state)
{
    struct box *b = *state;
    expect_running(b, "");
    typed(b, "configure terminal\n"
             "crypto ipsec security-association lifetime seconds 7200\n"
             "crypto ipsec security-association lifetime kilobytes 10000\n"
             "crypto ipsec security-association replay window-size 1024\n"
             "crypto ipsec df-bit clear\n"
             "crypto ipsec fragmentation after-encryption\n"
             "crypto ipsec transform-set AES esp-aes 256 esp-sha256-hmac\n"
             "mode transport\n"
             "crypto ipsec transform-set ORDER esp-sha512-hmac esp-aes 192\n"
             "crypto ipsec transform-set GCM esp-gcm 256\n"
             "crypto ipsec transform-set OLD esp-3des esp-md5-hmac\n"
             "crypto ipsec transform-set NONE esp-null esp-sha-hmac\n"
             "crypto ipsec transform-set AUTH ah-sha-hmac\n"
             "crypto ipsec transform-set BOTH esp-sha256-hmac esp-aes 256 ah-md5-hmac\n"
             "crypto ipsec transform-set D esp-des esp-sha384-hmac\n"
             "crypto ipsec transform-set S128 esp-aes 128 esp-sha-hmac\n"
             "crypto map CMAP 10 ipsec-isakmp\n"
             "description to the branch\n"
             "match address 101\n"
             "set pfs group14\n"
             "set transform-set AES GCM\n"
             "set security-association lifetime seconds 3000\n"
             "set security-association lifetime kilobytes disable\n"
             "set peer 192.0.2.2\n"
             "set peer 192.0.2.3\n"
             "crypto map CMAP 5 ipsec-isakmp\n"
             "end");
    expect_running(b, "crypto ipsec security-association lifetime seconds 7200\n"
                      "crypto ipsec security-association lifetime kilobytes 10000\n"
                      "crypto ipsec security-association replay window-size 1024\n"
                      "!\n"
                      "crypto ipsec transform-set AES esp-aes 256 esp-sha256-hmac\n"
                      " mode transport\n"
                      "crypto ipsec transform-set AUTH ah-sha-hmac\n"
                      "crypto ipsec transform-set BOTH ah-md5-hmac esp-aes 256 esp-sha256-hmac\n"
                      "crypto ipsec transform-set D esp-des esp-sha384-hmac\n"
                      "crypto ipsec transform-set GCM esp-gcm 256\n"
                      "crypto ipsec transform-set NONE esp-null esp-sha-hmac\n"
                      "crypto ipsec transform-set OLD esp-3des esp-md5-hmac\n"
                      "crypto ipsec transform-set ORDER esp-aes 192 esp-sha512-hmac\n"
                      "crypto ipsec transform-set S128 esp-aes esp-sha-hmac\n"
                      "crypto ipsec df-bit clear\n"
                      "crypto ipsec fragmentation after-encryption\n"
                      "!\n"
                      "crypto map CMAP 5 ipsec-isakmp\n"
                      "crypto map CMAP 10 ipsec-isakmp\n"
                      " description to the branch\n"
                      " set peer 192.0.2.2\n"
                      " set peer 192.0.2.3\n"
                      " set security-association lifetime seconds 3000\n"
                      " set security-association lifetime kilobytes disable\n"
                      " set transform-set AES GCM\n"
                      " set pfs group14\n"
                      " match address 101\n"
                      "!\n");
    /* And away again, each in its own way. */
    typed(b, "configure terminal\n"
             "no crypto ipsec security-association lifetime seconds\n"
             "no crypto ipsec security-association lifetime kilobytes 10000\n"
             "crypto ipsec security-association replay disable\n"
             "default crypto ipsec df-bit\n"
             "no crypto ipsec fragmentation after-encryption\n"
             "no crypto ipsec transform-set OLD\n"
             "no crypto ipsec transform-set D\n"
             "no crypto ipsec transform-set AUTH\n"
             "no crypto ipsec transform-set BOTH\n"
             "no crypto ipsec transform-set NONE\n"
             "no crypto ipsec transform-set ORDER\n"
             "no crypto ipsec transform-set S128\n"
             "crypto ipsec transform-set AES\n"
             "no mode transport\n"
             "crypto map CMAP 10\n"
             "no set peer 192.0.2.3\n"
             "no set pfs\n"
             "no description\n"
             "no set security-association lifetime seconds\n"
             "set transform-set GCM\n"
             "exit\n"
             "no crypto map CMAP 5 ipsec-isakmp\n"
             "end");
    expect_running(b, "crypto ipsec security-association replay disable\n"
                      "!\n"
                      "crypto ipsec transform-set AES esp-aes 256 esp-sha256-hmac\n"
                      "crypto ipsec transform-set GCM esp-gcm 256\n"
                      "!\n"
                      "crypto map CMAP 10 ipsec-isakmp\n"
                      " set peer 192.0.2.2\n"
                      " set security-association lifetime kilobytes disable\n"
                      " set transform-set GCM\n"
                      " match address 101\n"
                      "!\n");
    typed(b, "configure terminal\ninterface Ethernet0/0\nno crypto map\nexit\nno crypto map CMAP\nno crypto ipsec "
             "transform-set AES\nno crypto ipsec "
             "transform-set GCM\ndefault crypto ipsec security-association replay disable\nend");
    expect_running(b, "");
}

static void refusals(void **state)
{
    struct box *b = *state;
    box_type(b, "r", "configure terminal");
    expect(b, "crypto map NEW 1 ipsec-isakmp",
           "% NOTE: This new crypto map will remain disabled until a peer\n"
           "\tand a valid access list have been configured.\n");
    expect(b, "crypto map NEW 1 ipsec-isakmp", ""); /* entered again: no note */
    expect(b, "crypto ipsec transform-set X esp-des esp-md5-hmac",
           "%Warning: weaker encryption algorithm is deprecated\n%Warning: weaker hash algorithm is deprecated\n");
    expect(b, "exit", "");
    expect(b, "crypto ipsec transform-set BAD", "% Incomplete command.\n\n");
    static const char *const bad[] = {
        "crypto ipsec transform-set BAD esp-gcm 256 esp-sha-hmac",
        "crypto ipsec transform-set BAD esp-null",
        "crypto ipsec transform-set BAD ah-sha-hmac ah-md5-hmac esp-aes",
        "crypto ipsec transform-set BAD ah-sha-hmac esp-gcm esp-sha-hmac",
        "crypto ipsec transform-set BAD esp-aes 100 esp-sha-hmac",
        "crypto ipsec transform-set BAD esp-aes esp-3des esp-sha-hmac",
        "crypto ipsec transform-set BAD comp-lzs",
        "crypto ipsec security-association lifetime seconds 119",
        "crypto ipsec security-association lifetime kilobytes 2559",
        "crypto ipsec security-association replay window-size 65",
        "crypto map CMAP 0 ipsec-isakmp",
        "crypto map CMAP 65536 ipsec-isakmp",
        "crypto map CMAP 7",
        "no crypto map ABSENT",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *said = box_type(b, "r", bad[i]);
        if (!strstr(said, "% "))
            fail_msg("taken: %s: \"%s\"", bad[i], said);
    }
    box_type(b, "r", "end");
    assert_null(strstr(box_type(b, "r", "show running-config"), "BAD"));
}

/* A map that interfaces have keeps an entry; without them it goes as a whole by its name. What was said of it as a
 * whole stays when its last entry goes, and goes by the name then. */
static void in_use(void **state)
{
    static const char *const two = "% Crypto-map U is in use by interface(s): Et0/0, Et0/1\n"
                                   "  Please remove the crypto map from the above interface(s) first\n";
    struct box *b = *state;

    typed(b, "configure terminal\ncrypto map U local-address Loopback0\ncrypto map U 10 ipsec-isakmp\nexit\n"
             "crypto map U 20 ipsec-isakmp\nexit\ninterface Ethernet0/0\ncrypto map U\ninterface Ethernet0/1\n"
             "crypto map U\nend");
    box_type(b, "r", "configure terminal");
    expect(b, "no crypto map U", two);
    expect(b, "no crypto map U 10 ipsec-isakmp", "");
    expect(b, "no crypto map U 20 ipsec-isakmp", two);
    expect(b, "no crypto map U 20", two);
    typed(b, "interface Ethernet0/1\nno crypto map\nexit");
    expect(b, "no crypto map U",
           "% Crypto-map U is in use by interface(s): Et0/0\n"
           "  Please remove the crypto map from the above interface(s) first\n");
    box_type(b, "r", "end");
    assert_non_null(strstr(box_type(b, "r", "show running-config"), "crypto map U 20 ipsec-isakmp"));
    typed(b, "configure terminal\ninterface Ethernet0/0\nno crypto map\nexit\nno crypto map U\nend");
    assert_null(strstr(box_type(b, "r", "show running-config"), "crypto map"));
    typed(b, "configure terminal\ncrypto map U local-address Loopback0\ncrypto map U 10 ipsec-isakmp\nexit\n"
             "no crypto map U 10\nend");
    assert_non_null(strstr(box_type(b, "r", "show running-config"), "crypto map U local-address Loopback0\n"));
    box_type(b, "r", "configure terminal");
    expect(b, "no crypto map U", "");
    expect(b, "no crypto map U", "% Could not find crypto map entry U\n");
    box_type(b, "r", "end");
    assert_null(strstr(box_type(b, "r", "show running-config"), "crypto map"));
}

static uint32_t install(struct box *b, const struct ipsec_transform *t, uint32_t spi_in, uint32_t spi_out,
                        bool initiator)
{
    static const uint8_t key[128];
    struct ipsec *ips = dataplane_ipsec(router_dataplane(box_router(b, "r")));
    struct sa_pair_params p = {
        .policy = {.map = "CMAP",
                   .seq = 10,
                   .ifname = "Ethernet0/0",
                   .local = LOCAL,
                   .peer = PEER,
                   .local_sel = {.addr = 0x0A010000, .mask = 0xFFFF0000},
                   .remote_sel = {.addr = 0x0A020000, .mask = 0xFFFF0000},
                   .transforms = {*t},
                   .ntransforms = 1,
                   .life_s = 3600,
                   .life_kb = 4608000,
                   .replay_window = 64},
        .spi_in = spi_in,
        .spi_out = spi_out,
        .initiator = initiator,
        .pfs_group = 14,
        .local_port = 500,
        .peer_port = 500,
        .key_in = key,
        .key_out = key,
        .key_len = sad_keymat_len(t),
    };
    uint32_t id = sad_install(ips, &p);
    assert_int_not_equal(id, 0);
    sad_enable_outbound(ips, id);
    return id;
}

static const struct ipsec_transform aes = {
    .proto = PROTO_ESP, .cipher = CIPHER_AES_CBC, .key_bits = 256, .auth = HASH_SHA256};

#define MAP "configure terminal\ncrypto map CMAP 10 ipsec-isakmp\nset peer 192.0.2.2\nmatch address 101\nend"
#define IDENT(lnet, lmask, proto, lport, rnet, rmask)                                                                  \
    "   protected vrf: (none)\n"                                                                                       \
    "   local  ident (addr/mask/prot/port): (" lnet "/" lmask "/" proto "/" lport ")\n"                                \
    "   remote ident (addr/mask/prot/port): (" rnet "/" rmask "/" proto "/0)\n"                                        \
    "   current_peer 192.0.2.2 port 500\n"                                                                             \
    "     PERMIT, flags={origin_is_acl,}\n"
#define NO_PACKETS                                                                                                     \
    "    #pkts encaps: 0, #pkts encrypt: 0, #pkts digest: 0\n"                                                         \
    "    #pkts decaps: 0, #pkts decrypt: 0, #pkts verify: 0\n"                                                         \
    "    #pkts compressed: 0, #pkts decompressed: 0\n"                                                                 \
    "    #pkts not compressed: 0, #pkts compr. failed: 0\n"                                                            \
    "    #pkts not decompressed: 0, #pkts decompress failed: 0\n"
#define ENDPOINTS "     local crypto endpt.: 192.0.2.1, remote crypto endpt.: 192.0.2.2\n"
#define NO_SAS                                                                                                         \
    "     plaintext mtu 1500, path mtu 1500, ip mtu 1500, ip mtu idb Ethernet0/0\n"                                    \
    "     current outbound spi: 0x0(0)\n"                                                                              \
    "     PFS (Y/N): N, DH group: none\n"                                                                              \
    "\n"                                                                                                               \
    "     inbound esp sas:\n\n     inbound ah sas:\n\n     inbound pcp sas:\n\n"                                       \
    "     outbound esp sas:\n\n     outbound ah sas:\n\n     outbound pcp sas:\n"

static void sas(void **state)
{
    struct box *b = *state;
    expect(b, "show crypto ipsec sa", "\nNo SAs found\n");
    typed(b, MAP);
    install(b, &aes, 0xA54D38A4, 0x2E8482F8, true);
    expect(b, "show crypto ipsec sa",
           "\ninterface: Ethernet0/0\n"
           "    Crypto map tag: CMAP, local addr 192.0.2.1\n"
           "\n" IDENT("10.1.0.0", "255.255.0.0", "0", "0", "10.2.0.0", "255.255.0.0") NO_PACKETS
           "    #send errors 0, #recv errors 0\n"
           "\n" ENDPOINTS "     plaintext mtu 1438, path mtu 1500, ip mtu 1500, ip mtu idb Ethernet0/0\n"
           "     current outbound spi: 0x2E8482F8(780436216)\n"
           "     PFS (Y/N): Y, DH group: group14\n"
           "\n"
           "     inbound esp sas:\n"
           "      spi: 0xA54D38A4(2773301412)\n"
           "        transform: esp-256-aes esp-sha256-hmac ,\n"
           "        in use settings ={Tunnel, }\n"
           "        conn id: 2001, flow_id: CSR:1, sibling_flags FFFFFFFF80004048, crypto map: CMAP\n"
           "        sa timing: remaining key lifetime (k/sec): (4608000/3600)\n"
           "        IV size: 16 bytes\n"
           "        replay detection support: Y\n"
           "        Status: ACTIVE(ACTIVE)\n"
           "\n"
           "     inbound ah sas:\n"
           "\n"
           "     inbound pcp sas:\n"
           "\n"
           "     outbound esp sas:\n"
           "      spi: 0x2E8482F8(780436216)\n"
           "        transform: esp-256-aes esp-sha256-hmac ,\n"
           "        in use settings ={Tunnel, }\n"
           "        conn id: 2002, flow_id: CSR:2, sibling_flags FFFFFFFF80004048, crypto map: CMAP\n"
           "        sa timing: remaining key lifetime (k/sec): (4608000/3600)\n"
           "        IV size: 16 bytes\n"
           "        replay detection support: Y\n"
           "        Status: ACTIVE(ACTIVE)\n"
           "\n"
           "     outbound ah sas:\n"
           "\n"
           "     outbound pcp sas:\n"
           "\n" IDENT("10.5.0.1", "255.255.255.255", "6", "80", "0.0.0.0", "0.0.0.0") NO_PACKETS
           "    #send errors 0, #recv errors 0\n"
           "\n" ENDPOINTS NO_SAS);
    expect(b, "show crypto ipsec sa count", "IPsec SA total: 2, active: 2, rekeying: 0, unused: 0, invalid: 0\n");
    expect(b, "show crypto engine connections active",
           "Crypto Engine Connections\n"
           "\n"
           "   ID  Type    Algorithm           Encrypt  Decrypt LastSeqN IP-Address\n"
           " 2001  IPsec   AES256+SHA256             0        0        0 192.0.2.1\n"
           " 2002  IPsec   AES256+SHA256             0        0        0 192.0.2.1\n"
           "\n");
    /* A ping counts in its places: 100 bytes, and the answer does not come. */
    typed(b, "configure terminal\nip route 10.2.0.0 255.255.0.0 192.0.2.2\ninterface Loopback0\n"
             "ip address 10.1.0.1 255.255.255.0\nend");
    box_type(b, "r", "ping 10.2.0.1 source Loopback0 repeat 3 timeout 0");
    const char *said = box_type(b, "r", "show crypto ipsec sa");
    assert_non_null(strstr(said, "    #pkts encaps: 3, #pkts encrypt: 3, #pkts digest: 3\n"));
    said = box_type(b, "r", "show crypto engine connections active");
    assert_non_null(strstr(said, " 2002  IPsec   AES256+SHA256             3        0        0 192.0.2.1\n"));
    box_type(b, "r", "clear crypto sa counters");
    assert_non_null(strstr(box_type(b, "r", "show crypto ipsec sa"), NO_PACKETS));
    /* clear crypto sa: the SA is gone, the next packet is a send error. */
    expect(b, "clear crypto sa entry 192.0.2.1 esp 0xA54D38A4", "");
    box_type(b, "r", "ping 10.2.0.1 source Loopback0 repeat 2 timeout 0");
    said = box_type(b, "r", "show crypto ipsec sa identity");
    assert_non_null(strstr(said, "    #send errors 2, #recv errors 0\n"));
    assert_null(strstr(said, "inbound esp sas"));
}

static void forms(void **state)
{
    static const struct ipsec_transform gcm = {
        .proto = PROTO_ESP, .cipher = CIPHER_AES_GCM, .key_bits = 256, .mode = IPSEC_TRANSPORT};
    static const struct ipsec_transform ah = {.proto = PROTO_AH, .auth = HASH_SHA1};
    struct box *b = *state;
    const char *said;
    typed(b, MAP);
    install(b, &gcm, 0x1001, 0x2001, false);
    install(b, &ah, 0x1003, 0x2003, false);
    said = box_type(b, "r", "show crypto ipsec sa peer 192.0.2.2 detail");
    assert_non_null(strstr(said, "    #pkts no sa (send) 0, #pkts invalid sa (rcv) 0\n"
                                 "    #pkts encaps failed (send) 0, #pkts decaps failed (rcv) 0\n"
                                 "    #pkts invalid prot (recv) 0, #pkts verify failed: 0\n"
                                 "    #pkts invalid identity (recv) 0, #pkts invalid len (rcv) 0\n"
                                 "    #pkts replay rollover (send): 0, #pkts replay rollover (rcv) 0\n"
                                 "    ##pkts replay failed (rcv): 0\n"
                                 "    #pkts tagged (send): 0, #pkts untagged (rcv): 0\n"
                                 "    #pkts not tagged (send): 0, #pkts not untagged (rcv): 0\n"
                                 "    #pkts internal err (send): 0, #pkts internal err (recv) 0\n"
                                 "\n" ENDPOINTS));
    assert_non_null(strstr(said, "     inbound esp sas:\n"
                                 "      spi: 0x1001(4097)\n"
                                 "        transform: esp-gcm 256 ,\n"
                                 "        in use settings ={Transport, }\n"
                                 "        conn id: 2001, flow_id: CSR:1, sibling_flags FFFFFFFF80000008, crypto map: "
                                 "CMAP\n"
                                 "        sa timing: remaining key lifetime (k/sec): (4608000/3600)\n"
                                 "        IV size: 8 bytes\n"));
    assert_non_null(strstr(said, "     inbound ah sas:\n"
                                 "      spi: 0x1003(4099)\n"
                                 "        transform: ah-sha-hmac ,\n"
                                 "        in use settings ={Tunnel, }\n"
                                 "        conn id: 2003, flow_id: CSR:3, sibling_flags FFFFFFFF80000058, crypto map: "
                                 "CMAP\n"
                                 "        sa timing: remaining key lifetime (k/sec): (4608000/3600)\n"
                                 "        replay detection support: Y  replay window size: 64\n"));
    expect(b, "show crypto ipsec sa count", "IPsec SA total: 4, active: 2, rekeying: 2, unused: 0, invalid: 0\n");
    expect(b, "show crypto ipsec sa peer 192.0.2.9", "\nNo SAs found\n");
    expect(b, "show crypto ipsec sa map OTHER detail", "\nNo SAs found\n");
    assert_non_null(strstr(box_type(b, "r", "show crypto ipsec sa interface Ethernet0/0"), "interface: Ethernet0/0"));
    assert_non_null(strstr(box_type(b, "r", "sh cry ips sa map CMAP"), "Crypto map tag: CMAP"));
    box_type(b, "r", "clear crypto sa peer 192.0.2.9");
    assert_non_null(strstr(box_type(b, "r", "show crypto ipsec sa count"), "total: 4"));
    box_type(b, "r", "clear crypto sa peer 192.0.2.2");
    assert_non_null(strstr(box_type(b, "r", "show crypto ipsec sa count"), "total: 0"));
    assert_non_null(strstr(box_type(b, "r", "clear crypto sa entry 192.0.2.2 esp zero"), "% Invalid SPI"));
}

static void maps(void **state)
{
    struct box *b = *state;
    expect(b, "show crypto map", "No crypto maps found.\n");
    expect(b, "show crypto ipsec security-association lifetime",
           "Security association lifetime: 4608000 kilobytes/3600 seconds\n");
    typed(b, MAP);
    typed(b, "configure terminal\ncrypto ipsec transform-set T1 esp-aes 256 esp-sha256-hmac\n"
             "crypto map CMAP 10\nset transform-set T1\nset pfs group19\ncrypto map SPARE 20 ipsec-isakmp\n"
             "set peer 192.0.2.7\nend");
    expect(b, "show crypto map",
           "Crypto Map IPv4 \"CMAP\" 10 ipsec-isakmp\n"
           "\tPeer = 192.0.2.2\n"
           "\tAccess-List SS dynamic: False\n"
           "\tExtended IP access list 101\n"
           "\tCurrent peer: 192.0.2.2\n"
           "\tSecurity association lifetime: 4608000 kilobytes/3600 seconds\n"
           "\tDualstack (Y/N): N\n"
           "\n"
           "\tResponder-Only (Y/N): N\n"
           "\tPFS (Y/N): Y\n"
           "\tDH group:  group19\n"
           "\tMixed-mode : Disabled\n"
           "\tTransform sets={ \n"
           "\t\tT1:  { esp-256-aes esp-sha256-hmac  } , \n"
           "\t}\n"
           "\tInterfaces using crypto map CMAP:\n"
           "\t\tEthernet0/0\n"
           "\n"
           "Crypto Map IPv4 \"SPARE\" 20 ipsec-isakmp\n"
           "\tWARNING: This crypto map is in an incomplete state!\n"
           "\t\t(missing peer or access-list definitions)\n"
           "\tPeer = 192.0.2.7\n"
           "\tAccess-List SS dynamic: False\n"
           "\tNo matching address list set.\n"
           "\tSecurity association lifetime: 4608000 kilobytes/3600 seconds\n"
           "\tDualstack (Y/N): N\n"
           "\n"
           "\tResponder-Only (Y/N): N\n"
           "\tPFS (Y/N): N\n"
           "\tMixed-mode : Disabled\n"
           "\tTransform sets={ \n"
           "\t\tdefault:  { esp-aes esp-sha-hmac  } , \n"
           "\t}\n"
           "\tInterfaces using crypto map SPARE:\n"
           "\n");
    assert_null(strstr(box_type(b, "r", "show crypto map tag SPARE"), "CMAP"));
    expect(b, "show crypto ipsec transform-set",
           "Transform set default: { esp-aes esp-sha-hmac  } \n   will negotiate = { Transport,  }, \n\n"
           "Transform set T1: { esp-256-aes esp-sha256-hmac  } \n   will negotiate = { Tunnel,  }, \n\n");
}

static void no_tunnels(void **state)
{
    struct box *b = *state;
    expect(b, "show crypto sockets", "\nNumber of Crypto Socket connections 0\n\nCrypto Sockets in Listen state:\n\n");
    static const char legend[] = "Legend: Attrb --> S - Static, D - Dynamic, I - Incomplete\n"
                                 "\tN - NATed, L - Local, X - No Socket\n"
                                 "\tT1 - Route Installed, T2 - Nexthop-override, B - BGP\n"
                                 "\tC - CTS Capable, I2 - Temporary\n"
                                 "\t# Ent --> Number of NHRP entries with same NBMA peer\n"
                                 "\tNHS Status: E --> Expecting Replies, R --> Responding, W --> Waiting\n"
                                 "\tUpDn Time --> Up or Down Time for a Tunnel\n"
                                 "==========================================================================\n\n";
    expect(b, "show dmvpn", legend);
    assert_true(str_starts(box_type(b, "r", "show dmvpn detail"), legend));
    assert_non_null(strstr(box_type(b, "r", "show dmvpn detail"), "Crypto Session Details: \n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines, setup, teardown),
        cmocka_unit_test_setup_teardown(refusals, setup, teardown),
        cmocka_unit_test_setup_teardown(in_use, setup, teardown),
        cmocka_unit_test_setup_teardown(sas, setup, teardown),
        cmocka_unit_test_setup_teardown(forms, setup, teardown),
        cmocka_unit_test_setup_teardown(maps, setup, teardown),
        cmocka_unit_test_setup_teardown(no_tunnels, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
