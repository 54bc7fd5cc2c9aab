/* test_ikev2_show.c: the shows of IKEv2, word for word, over two routers that negotiated by themselves: never up, up,
 * cleared, refused; and its configuration as running-config prints it.
 *
 * Layouts are written by hand after those of real routers. What differs from run to run (SPIs, seconds) is taken from
 * the running engine, and an SPI must be the same at both ends. */
#include "tests/exchange/crypto_pair.h"

#include "dataplane/ike/ike.h"
#include "dataplane/ike/v2/v2_show.h"

static struct v2_sa_info only_sa(struct box *b, const char *node)
{
    struct v2_sa_info i;
    size_t at = 0;
    const struct v2 *v2 = ike_v2(dataplane_ike(router_dataplane(box_router(b, node))));
    assert_true(v2_sa_next(v2, &at, &i));
    return i;
}

static void hex(const uint8_t spi[8], char out[17])
{
    for (int i = 0; i < 8; i++)
        snprintf(out + 2 * i, 3, "%02X", spi[i]);
}

#define TABLE                                                                                                          \
    "Tunnel-id Local                 Remote                fvrf/ivrf            Status \n"                             \
    "1         10.0.0.1/500          10.0.0.2/500          none/none            READY  \n"                             \
    "      Encr: AES-CBC, keysize: 256, PRF: SHA256, Hash: SHA256, DH Grp:19, Auth sign: PSK, Auth verify: PSK\n"

static void test_never_up(void **state)
{
    (void)state;
    struct box *b = crypto_pair_ikev2();
    pair_says(b, "r1", "show crypto ikev2 sa", "");
    pair_says(b, "r1", "show crypto ikev2 session", "");
    pair_says(b, "r1", "show crypto ikev2 count",
              "    0 Negotiating SAs\n    0 Session\n    0 Active SAs\n    0 Created SAs\n    0 Deleted SAs\n"
              "    0 Marked for Deletion SAs\n");
    pair_says(b, "r1", "show crypto ikev2 diagnose error",
              "Exit Path Table - status: enable, current entry 0, deleted 0, max allow 5\n");
    pair_says(b, "r1", "show crypto ikev2 proposal",
              " IKEv2 proposal: default \n"
              "     Encryption : AES-CBC-256\n"
              "     Integrity  : SHA512 SHA384\n"
              "     PRF        : SHA512 SHA384\n"
              "     DH Group   : DH_GROUP_256_ECP/Group 19 DH_GROUP_2048_MODP/Group 14 DH_GROUP_521_ECP/Group 21\n"
              " IKEv2 proposal: P\n"
              "     Encryption : AES-CBC-256\n"
              "     Integrity  : SHA256\n"
              "     PRF        : SHA256\n"
              "     DH Group   : DH_GROUP_256_ECP/Group 19\n");
    pair_says(b, "r1", "show crypto ikev2 policy",
              " IKEv2 policy : default\n"
              "      Match fvrf : any\n"
              "      Match address local : any\n"
              "      Proposal    : default\n"
              "\n"
              " IKEv2 policy : POL\n"
              "      Match fvrf  : global\n"
              "      Match address local : any\n"
              "      Proposal    : P\n");
    box_free(b);
}

static void test_up(void **state)
{
    (void)state;
    struct box *b = crypto_pair_ikev2();
    char want[4096], ours[17], theirs[17];
    pair_up(b);
    struct v2_sa_info i = only_sa(b, "r1"), other = only_sa(b, "r2");
    assert_memory_equal(i.local_spi, other.remote_spi, 8);
    assert_memory_equal(i.remote_spi, other.local_spi, 8);
    hex(i.local_spi, ours);
    hex(i.remote_spi, theirs);
    snprintf(want, sizeof want,
             " IPv4 Crypto IKEv2  SA \n\n" TABLE "      Life/Active Time: 86400/%u sec\n\n"
             " IPv6 Crypto IKEv2  SA \n\n",
             i.active_s);
    pair_says(b, "r1", "show crypto ikev2 sa", want);
    snprintf(want, sizeof want,
             TABLE "      Life/Active Time: 86400/%u sec\n"
                   "      CE id: 0, Session-id: 1\n"
                   "      Local spi: %s       Remote spi: %s\n"
                   "      Status Description: Negotiation done\n"
                   "      Local id: 10.0.0.1\n"
                   "      Remote id: 10.0.0.2\n"
                   "      Local req msg id:  2              Remote req msg id:  0         \n"
                   "      Local next msg id: 2              Remote next msg id: 0         \n"
                   "      Local req queued:  0              Remote req queued:  0         \n"
                   "      Local window:      5              Remote window:      5         \n"
                   "      DPD configured for 10 seconds, retry 2\n"
                   "      Fragmentation not  configured.\n"
                   "      Dynamic Route Update: disabled\n"
                   "      Extended Authentication not configured.\n"
                   "      NAT-T is not detected  \n"
                   "      Cisco Trust Security SGT is disabled\n"
                   "      Initiator of SA : Yes\n"
                   "      PEER TYPE: IOS-XE\n\n",
             i.active_s, ours, theirs);
    pair_says(b, "r1", "show crypto ikev2 sa remote 10.0.0.2 detailed", want);
    pair_says(b, "r1", "show crypto ikev2 sa local 10.0.0.2", "");
    snprintf(want, sizeof want,
             TABLE "      Life/Active Time: 86400/%u sec\n"
                   "      CE id: 0, Session-id: 1\n"
                   "      Local spi: %s       Remote spi: %s\n\n",
             i.active_s, ours, theirs);
    pair_says(b, "r1", "show crypto ikev2 sa local 10.0.0.1", want);
    struct ipsec_pair_info p = pair_newest(b, "r1"), q = pair_newest(b, "r2");
    assert_int_equal(p.spi_in, q.spi_out);
    snprintf(want, sizeof want,
             " IPv4 Crypto IKEv2 Session \n\nSession-id:1, Status:UP-ACTIVE, IKE count:1, CHILD count:1\n\n" TABLE
             "      Life/Active Time: 86400/%u sec\n"
             "Child sa: local selector  192.168.1.0/0 - 192.168.1.255/65535\n"
             "          remote selector 192.168.2.0/0 - 192.168.2.255/65535\n"
             "          ESP spi in/out: 0x%X/0x%X  \n\n"
             " IPv6 Crypto IKEv2 Session \n\n",
             i.active_s, p.spi_in, p.spi_out);
    pair_says(b, "r1", "show crypto ikev2 session", want);
    pair_has(b, "r1", "show crypto ikev2 session detailed",
             "          AH spi in/out: 0x0/0x0  \n          CPI in/out: 0x0/0x0  \n"
             "          Encr: AES-CBC, keysize: 256, esp_hmac: SHA256\n"
             "          ah_hmac: None, comp: IPCOMP_NONE, mode tunnel\n");
    pair_says(b, "r1", "show crypto isakmp peers config",
              "ISAKMP Peers Configuration\n"
              "Peer: 10.0.0.2\n"
              "  Key Exchange: IKEv2\n"
              "  Authentication Method: Pre-Shared Key\n"
              "  Encryption: AES-256\n"
              "  Hashing: SHA-256\n"
              "  DH Group: Group 19\n"
              "  Lifetime: 86400 seconds\n"
              "  Local ID: 10.0.0.1\n"
              "  Remote ID: 10.0.0.2\n"
              "\n");
    pair_has(b, "r1", "show crypto eli all",
             " IKE-Session   :     0 active,  4096 max, 0 failed, 0 created\n"
             " IKEv2-Session :     1 active, 16384 max, 0 failed, 1 created\n");
    pair_says(b, "r1", "show crypto session",
              "Crypto session current status\n\nInterface: Ethernet0/0\nProfile: PROF\nSession status: UP-ACTIVE     \n"
              "Peer: 10.0.0.2 port 500 \n  Session ID: 1  \n"
              "  IKEv2 SA: local 10.0.0.1/500 remote 10.0.0.2/500 Active \n"
              "  IPSEC FLOW: permit ip 192.168.1.0/255.255.255.0 192.168.2.0/255.255.255.0 \n"
              "        Active SAs: 2, origin: crypto map\n\n");
    uint32_t left = i.life_s - i.active_s;
    snprintf(want, sizeof want, "          Capabilities:D connid:1 lifetime:%02u:%02u:%02u\n", left / 3600,
             left / 60 % 60, left % 60);
    pair_has(b, "r1", "show crypto session detail", want);
    pair_has(b, "r1", "show crypto engine connections active",
             " 1001  IKEv2   SHA256+AES256             0        0        0 10.0.0.1\n");
    pair_says(b, "r1", "show crypto isakmp sa",
              "IPv4 Crypto ISAKMP SA\ndst             src             state          conn-id status\n\n"
              "IPv6 Crypto ISAKMP SA\n\n");
    pair_has(b, "r1", "show crypto ikev2 profile", "\nIKEv2 profile: PROF\n Ref Count: 1\n");
    pair_has(b, "r1", "show crypto ikev2 stats exchange",
             "EXCHANGES\n\n"
             "IKE_SA_INIT                            1          0          0          1\n"
             "IKE_AUTH                               1          0          0          1\n\n"
             "ERROR NOTIFY\n\n\nOTHER NOTIFY\n\n");
    pair_has(b, "r2", "show crypto ikev2 stats exchange",
             "NAT_DETECTION_SOURCE_IP                0          1          1          0\n");
    pair_has(b, "r2", "show crypto ikev2 stats exchange", "\nNO_NAT                                  1\n");
    pair_has(b, "r2", "show crypto ikev2 stats",
             "Total incoming IKEv2 SA Count:    1        active:        1        negotiating: 0     \n"
             "Total outgoing IKEv2 SA Count:    0        active:        0        negotiating: 0     \n"
             "Incoming IKEv2 Requests: 1        accepted:      1        rejected:    0       \n");
    pair_has(b, "r1", "show logging",
             "%CRYPTO-5-IKEV2_SESSION_STATUS: Crypto tunnel v2 is UP.  Peer 10.0.0.2:500       Id: 10.0.0.2");
    pair_says(b, "r1", "clear crypto ikev2 sa local 10.0.0.9", "");
    only_sa(b, "r1");
    pair_says(b, "r1", "clear crypto ikev2 sa remote 10.0.0.2", "");
    box_run(b, US_PER_S);
    pair_says(b, "r1", "show crypto ikev2 sa", "");
    pair_says(b, "r2", "show crypto ikev2 session", "");
    pair_has(b, "r2", "show crypto ikev2 count", "    1 Created SAs\n    1 Deleted SAs\n");
    pair_says(b, "r2", "clear crypto ikev2 stats", "");
    pair_has(b, "r2", "show crypto ikev2 stats",
             "Incoming IKEv2 Requests: 0        accepted:      0        rejected:    0");
    box_free(b);
}

static void test_refused(void **state)
{
    (void)state;
    struct box *b = crypto_pair_ikev2();
    box_type_all(b, "r2",
                 "configure terminal\ncrypto ikev2 keyring KR\npeer ALL\npre-shared-key not-this\nexit\nexit\n"
                 "crypto ikev2 cookie-challenge 0\nend");
    pair_has(b, "r1", PAIR_PING, "Success rate is 0 percent (0/5)");
    pair_has(b, "r1", "show crypto ikev2 stats exchange",
             "ERROR NOTIFY\n\nAUTHENTICATION_FAILED                  0          0          0");
    pair_has(b, "r2", "show crypto ikev2 stats exchange", "\nCOOKIE                                 0");
    const char *said = box_type(b, "r2", "show crypto ikev2 stats");
    unsigned asked = 0, accepted = 0, rejected = 0, none = 0;
    const char *at = strstr(said, "Incoming IKEV2 Cookie Challenged Requests: ");
    assert_non_null(at);
    assert_int_equal(
        sscanf(at, "Incoming IKEV2 Cookie Challenged Requests: %u accepted: %u rejected: %u rejected no cookie: %u",
               &asked, &accepted, &rejected, &none),
        4);
    assert_true(accepted >= 1);
    assert_int_equal(rejected, 0);
    assert_int_equal(none, asked);
    pair_has(b, "r2", "show crypto ikev2 diagnose error",
             "Exit Path Table - status: enable, current entry 1, deleted 0, max allow 5\n\nError(");
    pair_says(b, "r2", "clear crypto ikev2 diagnose error", "");
    pair_says(b, "r2", "show crypto ikev2 diagnose error",
              "Exit Path Table - status: enable, current entry 0, deleted 0, max allow 5\n");
    box_free(b);
}

static void test_debug_words(void **state)
{
    (void)state;
    struct box *b = crypto_pair_ikev2();
    pair_says(b, "r1", "debug crypto ikev2", "IKEv2 default debugging is on\n");
    pair_says(b, "r1", "debug crypto ikev2 error", "IKEv2 error debugging is on\n");
    pair_says(b, "r1", "debug crypto ikev2 packet", "IKEv2 packet debugging is on\n");
    pair_has(b, "r1", "show debugging", "  IKEv2 error debugging is on\n");
    pair_says(b, "r1", "undebug crypto ikev2 error", "IKEv2 error debugging is off\n");
    pair_says(b, "r1", "no debug crypto ikev2 packet", "IKEv2 packet debugging is off\n");
    box_type(b, "r1", "undebug all");
    pair_up(b);
    assert_null(strstr(box_type(b, "r1", "show logging"), "IKEv2:"));
    box_free(b);
}

/* The connection id of an IKEv2 SA is its tunnel id; conditions judge its lines like IKEv1's. */
static void test_debug_conditions(void **state)
{
    (void)state;
    static const struct {
        const char *condition;
        bool said;
    } cases[] = {{"connid 77", false},
                 {"connid 1", true},
                 {"local ipv4 10.0.0.9", false},
                 {"local ipv4 10.0.0.1", true},
                 {"peer ipv4 10.0.0.9", false},
                 {"peer ipv4 10.0.0.2", true},
                 {"peer hostname 10.0.0.9", false},
                 {"peer hostname 10.0.0.2", true},
                 {"spi 256", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct box *b = crypto_pair_ikev2();
        char line[80];
        snprintf(line, sizeof line, "debug crypto condition %s", cases[i].condition);
        pair_says(b, "r1", line, "");
        box_type(b, "r1", "debug crypto ikev2");
        pair_up(b);
        if ((box_log_count(b, "r1", 0, "IKEv2:(SESSION ID = 1,SA ID = 1):") > 0) != cases[i].said)
            fail_msg("%s: %s", line, cases[i].said ? "nothing said" : "still said");
        box_free(b);
    }
}

/* Errors come with the default debug as well as with their own. */
static void test_debug_of_errors(void **state)
{
    static const char *const words[] = {"debug crypto ikev2", "debug crypto ikev2 error"};

    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct box *b = crypto_pair_ikev2();
        box_type_all(b, "r2", "configure terminal\ncrypto ikev2 profile PROF\nno authentication remote pre-share\nend");
        box_type(b, "r2", words[i]);
        box_type(b, "r1", PAIR_PING " repeat 1");
        pair_has(b, "r2", "show logging",
                 "IKEv2-ERROR:(SESSION ID = 1,SA ID = 1):: IKEv2 profile not found for peer ID '10.0.0.1'");
        box_free(b);
    }
}

/* As typed in any order, as printed. */
static void test_running_config(void **state)
{
    (void)state;
    struct box *b = crypto_pair_ikev2();
    box_type_all(b, "r1",
                 "configure terminal\n"
                 "crypto ikev2 dpd 30 5 periodic\n"
                 "crypto ikev2 window 20\n"
                 "crypto ikev2 profile B\n"
                 "shutdown\n"
                 "nat force-encap\n"
                 "identity local fqdn r1.example.com\n"
                 "match identity remote address 0.0.0.0\n"
                 "match identity remote address 192.0.2.1\n"
                 "match identity remote fqdn domain example.com\n"
                 "lifetime 3600\n"
                 "crypto ikev2 keyring K2\n"
                 "peer X\n"
                 "pre-shared-key remote theirs\n"
                 "pre-shared-key local hex 0aFF\n"
                 "address 192.0.2.1\n"
                 "crypto ikev2 policy A\n"
                 "proposal G\n"
                 "proposal P\n"
                 "match address local 10.0.0.1\n"
                 "crypto ikev2 proposal G\n"
                 "group 20 31\n"
                 "prf sha512 sha1\n"
                 "encryption aes-gcm-256 aes-gcm-128\n"
                 "end");
    pair_has(
        b, "r1", "show running-config",
        "crypto logging ikev2\n!\n"
        "crypto ikev2 proposal P\n encryption aes-cbc-256\n integrity sha256\n group 19\n!\n"
        "crypto ikev2 proposal G\n encryption aes-gcm-256 aes-gcm-128\n prf sha512 sha1\n group 20 31\n!\n"
        "crypto ikev2 policy A\n match address local 10.0.0.1\n proposal G\n proposal P\n!\n"
        "crypto ikev2 policy POL\n proposal P\n!\n"
        "crypto ikev2 keyring KR\n peer ALL\n  address 10.0.0.0 255.255.255.0\n  pre-shared-key cisco123\n!\n"
        "crypto ikev2 keyring K2\n peer X\n  address 192.0.2.1\n  pre-shared-key local hex 0aFF\n"
        "  pre-shared-key remote theirs\n!\n"
        "crypto ikev2 profile PROF\n match identity remote address 10.0.0.0 255.255.255.0\n"
        " authentication remote pre-share\n authentication local pre-share\n keyring local KR\n dpd 10 2 on-demand\n!\n"
        "crypto ikev2 profile B\n match identity remote address 0.0.0.0\n"
        " match identity remote address 192.0.2.1 255.255.255.255\n match identity remote fqdn domain example.com\n"
        " identity local fqdn r1.example.com\n lifetime 3600\n nat force-encap\n shutdown\n!\n"
        "crypto ikev2 window 20\ncrypto ikev2 dpd 30 5 periodic\ncrypto ikev2 diagnose error 5\n!\n");
    pair_has(b, "r1", "show running-config", " set ikev2-profile PROF\n");
    box_free(b);
}

#define SERVICES(policies, made, gone, dh)                                                                            \
    "--------------------------------------------------------------\n"                                                 \
    "IPSEC OPERATION                              PASSED     FAILED\n"                                                 \
    "--------------------------------------------------------------\n"                                                 \
    "IPSEC POLICY VERIFICATION                         " policies "\nSA CREATION                                       " \
    made "\nSA DELETION                                       " gone "\n"                                             \
    "--------------------------------------------------------------\n"                                                 \
    "CRYPTO ENGINE OPERATION                      PASSED     FAILED\n"                                                 \
    "--------------------------------------------------------------\n"                                                 \
    "DH PUBKEY GENERATED                               " dh "\nDH SHARED SECKEY GENERATED                        " dh "\n"

/* What others did for IKEv2, and the handles of its SAs. */
static void test_services(void **state)
{
    (void)state;
    struct box *b = crypto_pair_ikev2();
    pair_has(b, "r1", "show crypto ikev2 stats ext-service", SERVICES("0          0", "0          0", "0          0", "0          0"));
    pair_up(b);
    pair_has(b, "r1", "show crypto ikev2 stats ext-service", SERVICES("1          0", "1          0", "0          0", "1          0"));
    pair_has(b, "r2", "show crypto ikev2 stats ext-service", SERVICES("1          0", "1          0", "0          0", "1          0"));
    pair_says(b, "r1", "show crypto ikev2 stats psh",
              "------------------IKEV2 PSH STATS----------------------\n\nikev2 psh requested: 1\n"
              "ikev2 psh request success: 1\nikev2 psh return requested: 0\nikev2 psh return success: 0\n");
    box_type(b, "r1", "clear crypto ikev2 sa");
    box_run(b, US_PER_S);
    pair_has(b, "r2", "show crypto ikev2 stats ext-service", SERVICES("1          0", "1          0", "1          0", "1          0"));
    pair_has(b, "r1", "show crypto ikev2 stats psh", "ikev2 psh return requested: 1\nikev2 psh return success: 1\n");
    /* nothing that both have: refused by the one, and no answer to the other */
    box_type_all(b, "r2", "configure terminal\ncrypto ipsec transform-set TS esp-aes esp-sha-hmac\nend");
    box_type(b, "r1", PAIR_PING);
    pair_has(b, "r2", "show crypto ikev2 stats ext-service", "IPSEC POLICY VERIFICATION                         1          5\n"); /* each ping asked */
    pair_has(b, "r2", "show crypto ikev2 stats ext-service", "SA CREATION                                       1          0");
    box_type(b, "r2", "clear crypto ikev2 stats exchange");
    pair_has(b, "r2", "show crypto ikev2 stats ext-service", "SA CREATION                                       1          0");
    box_type(b, "r2", "clear crypto ikev2 stats ext-service");
    pair_has(b, "r2", "show crypto ikev2 stats ext-service", SERVICES("0          0", "0          0", "0          0", "0          0"));
    pair_has(b, "r1", "show crypto ikev2 stats reconnect",
             "Total incoming reconnect connection: 0\nSuccess reconnect connection: 0\n");
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_services),
        cmocka_unit_test(test_never_up),       cmocka_unit_test(test_up),
        cmocka_unit_test(test_refused),        cmocka_unit_test(test_debug_words), cmocka_unit_test(test_debug_conditions),
        cmocka_unit_test(test_debug_of_errors),
        cmocka_unit_test(test_running_config),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
