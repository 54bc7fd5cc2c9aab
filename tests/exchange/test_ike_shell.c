/* IKE from the command line: every line of its configuration typed and printed back as a user writes it, undone by no;
 * refusals and warnings; the shows of two real routers over a wire: up, rekeyed by hand, cleared, and with the
 * conditions of debugging. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "espial/loop.h"
#include "tests/sim/box.h"

static void has(struct box *b, const char *node, const char *line, const char *text)
{
    const char *said = box_type(b, node, line);
    if (!strstr(said, text))
        fail_msg("%s: no \"%s\" in:\n%s", line, text, said);
}

static void lacks(struct box *b, const char *node, const char *line, const char *text)
{
    const char *said = box_type(b, node, line);
    if (strstr(said, text))
        fail_msg("%s: \"%s\" in:\n%s", line, text, said);
}

struct typed {
    const char *line, *printed, *no; /* printed NULL: nothing, it is the default */
};
static const struct typed global[] = {
    {"crypto isakmp key cisco123 address 10.0.0.2", "crypto isakmp key cisco123 address 10.0.0.2\n",
     "no crypto isakmp key cisco123 address 10.0.0.2"},
    {"crypto isakmp key 0 cisco address 0.0.0.0 0.0.0.0", "crypto isakmp key cisco address 0.0.0.0 0.0.0.0\n",
     "no crypto isakmp key cisco address 0.0.0.0 0.0.0.0"},
    {"cry isa key k address 10.1.0.0 255.255.0.0 no-xauth",
     "crypto isakmp key k address 10.1.0.0 255.255.0.0 no-xauth\n", "no cry isa key k address 10.1.0.0 255.255.0.0"},
    {"crypto isakmp keepalive 30 30 periodic", "crypto isakmp keepalive 30 30 periodic\n",
     "no crypto isakmp keepalive"},
    {"crypto isakmp keepalive 10", "crypto isakmp keepalive 10\n", "no crypto isakmp keepalive"},
    {"crypto isakmp keepalive 10 3 on-demand", "crypto isakmp keepalive 10 3\n", "no crypto isakmp keepalive 10 3"},
    {"crypto isakmp invalid-spi-recovery", "crypto isakmp invalid-spi-recovery\n",
     "no crypto isakmp invalid-spi-recovery"},
    {"crypto isakmp identity hostname", "crypto isakmp identity hostname\n", "no crypto isakmp identity"},
    {"crypto isakmp identity address", NULL, "no crypto isakmp identity"},
    {"crypto isakmp nat keepalive 20", "crypto isakmp nat keepalive 20\n", "no crypto isakmp nat keepalive"},
    {"no crypto isakmp enable", "no crypto isakmp enable\n", "crypto isakmp enable"},
    {"crypto logging session", "crypto logging session\n", "no crypto logging session"},
};
static const struct typed policy[] = {
    {"encryption des", NULL, "no encryption"},
    {"encr 3des", " encryption 3des\n", "no encr"},
    {"encr aes", " encryption aes\n", "no encr"},
    {"encryption aes 128", " encryption aes\n", "no encr"},
    {"encr aes 192", " encryption aes 192\n", "no encryption aes 192"},
    {"encr aes 256", " encryption aes 256\n", "default encryption"},
    {"hash md5", " hash md5\n", "no hash"},
    {"hash sha", NULL, "no hash"},
    {"hash sha256", " hash sha256\n", "no hash"},
    {"hash sha384", " hash sha384\n", "no hash"},
    {"hash sha512", " hash sha512\n", "no hash"},
    {"authentication pre-share", " authentication pre-share\n", "no authentication"},
    {"authen rsa-sig", NULL, "no authentication"},
    {"authentication rsa-encr", " authentication rsa-encr\n", "no authentication"},
    {"group 1", NULL, "no group"},
    {"group 2", " group 2\n", "no group"},
    {"group 5", " group 5\n", "no group"},
    {"group 14", " group 14\n", "no group"},
    {"group 15", " group 15\n", "no group"},
    {"group 16", " group 16\n", "no group"},
    {"group 19", " group 19\n", "no group"},
    {"group 20", " group 20\n", "no group"},
    {"group 21", " group 21\n", "no group"},
    {"lifetime 60", " lifetime 60\n", "no lifetime"},
    {"lifetime 86400", NULL, "no lifetime"},
};

static const char *config_of(struct box *b)
{
    const char *said = box_type(b, "r1", "do show running-config"), *at = strstr(said, "version ");
    return at ? at : said; /* before it: size and date */
}

static void each(struct box *b, const struct typed *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char before[16384];
        snprintf(before, sizeof before, "%s", config_of(b));
        const char *said = box_type(b, "r1", v[i].line);
        if (said[0])
            fail_msg("%s: %s", v[i].line, said);
        said = config_of(b);
        if (v[i].printed ? !strstr(said, v[i].printed) : strcmp(said, before) != 0)
            fail_msg("%s printed as:\n%s", v[i].line, said);
        said = box_type(b, "r1", v[i].no);
        if (said[0])
            fail_msg("%s: %s", v[i].no, said);
        if (strcmp(config_of(b), before) != 0)
            fail_msg("%s leaves:\n%s", v[i].no, config_of(b));
    }
}

static void test_lines(void **state)
{
    (void)state;
    struct box *b = box_new(1);
    box_node(b, "r1", "hostname r1\n");
    box_boot(b);
    box_run(b, US_PER_S);
    box_type(b, "r1", "configure terminal");
    each(b, global, sizeof global / sizeof global[0]);
    box_type(b, "r1", "crypto isakmp policy 7");
    each(b, policy, sizeof policy / sizeof policy[0]);
    /* leaving a policy with the default DES and group 1 */
    const char *said = box_type(b, "r1", "exit");
    assert_non_null(strstr(said, "weaker encryption algorithm"));
    assert_non_null(strstr(said, "weaker dh group"));
    box_type_all(b, "r1", "crypto isakmp policy 3\nencr aes\ngroup 19");
    assert_string_equal(box_type(b, "r1", "exit"), "");
    said = config_of(b); /* by priority */
    assert_non_null(strstr(said, "crypto isakmp policy 3\n encryption aes\n group 19\n"));
    assert_true(strstr(said, "crypto isakmp policy 3\n") < strstr(said, "crypto isakmp policy 7\n"));
    box_type_all(b, "r1", "no crypto isakmp policy 7");
    assert_null(strstr(config_of(b), "policy 7"));
    static const char *const refused[] = {
        "crypto isakmp key 6 sealed address 10.0.0.9",
        "crypto isakmp key k address 10.0.0.0 255.0.255.0",
        "crypto isakmp keepalive 9",
        "crypto isakmp keepalive 10 61",
        "crypto isakmp policy 10001",
        "crypto isakmp policy 0",
        "crypto isakmp nat keepalive 4",
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char before[16384];
        snprintf(before, sizeof before, "%s", config_of(b));
        if (!strchr(box_type(b, "r1", refused[i]), '%'))
            fail_msg("%s: accepted", refused[i]);
        assert_string_equal(config_of(b), before);
    }
    box_free(b);
}

/* A key is not changed by typing another one for the same address: it is taken away first, and 0.0.0.0 is one address, with or without its mask. */
static void test_keys(void **state)
{
    struct box *b = box_new(1);
    (void)state;
    box_node(b, "r1", "hostname r1\ncrypto isakmp key old address 10.0.0.2\ncrypto isakmp key any address 0.0.0.0 0.0.0.0\n");
    box_boot(b);
    box_type(b, "r1", "show running-config | redirect disk0:old.cfg");
    box_type(b, "r1", "configure terminal");
    assert_string_equal(box_type(b, "r1", "crypto isakmp key old address 10.0.0.2"), "");
    assert_string_equal(box_type(b, "r1", "crypto isakmp key new address 10.0.0.2"),
                        "A pre-shared key for address mask 10.0.0.2 255.255.255.255 already exists!\n");
    assert_string_equal(box_type(b, "r1", "crypto isakmp key new address 0.0.0.0"),
                        "A pre-shared key for address mask 0.0.0.0 255.255.255.255 already exists!\n");
    has(b, "r1", "do show running-config | include key old", "crypto isakmp key old address 10.0.0.2\n");
    assert_string_equal(box_type(b, "r1", "no crypto isakmp key any address 0.0.0.0"), "");
    lacks(b, "r1", "do show running-config", "key any");
    box_type_all(b, "r1", "no crypto isakmp key old address 10.0.0.2\ncrypto isakmp key new address 10.0.0.2\nend");
    has(b, "r1", "show running-config", "\ncrypto isakmp key new address 10.0.0.2\n");
    has(b, "r1", "configure replace disk0:old.cfg force", "Total number of passes: 1\nRollback Done\n");
    has(b, "r1", "show running-config",
        "\ncrypto isakmp key old address 10.0.0.2\ncrypto isakmp key any address 0.0.0.0 0.0.0.0\n");
    box_free(b);
}

static const char common[] = "crypto isakmp policy 10\n encryption aes 256\n hash sha256\n authentication pre-share\n "
                             "group 19\ncrypto isakmp key cisco123 address 0.0.0.0 0.0.0.0\n"
                             "crypto ipsec transform-set TS esp-aes 256 esp-sha-hmac\n";

static struct box *pair(void)
{
    struct box *b = box_new(2);
    for (int i = 1; i <= 2; i++) {
        char text[2048], name[4];
        int o = 3 - i;
        snprintf(name, sizeof name, "r%d", i);
        snprintf(text, sizeof text,
                 "hostname r%d\n%saccess-list 101 permit ip 192.168.%d.0 0.0.0.255 192.168.%d.0 0.0.0.255\ncrypto map "
                 "VPN 10 ipsec-isakmp\n set peer 10.0.0.%d\n"
                 " set transform-set TS\n set pfs group19\n match address 101\ninterface Loopback0\n ip address "
                 "192.168.%d.1 255.255.255.0\ninterface Ethernet0/0\n"
                 " ip address 10.0.0.%d 255.255.255.0\n crypto map VPN\n no shutdown\nip route 192.168.%d.0 "
                 "255.255.255.0 10.0.0.%d\n",
                 i, common, i, o, o, i, i, o, o);
        box_node(b, name, text);
    }
    box_link(b, "r1", "Ethernet0/0", "r2", "Ethernet0/0");
    box_boot(b);
    box_run(b, 5 * US_PER_S);
    return b;
}
#define PING "ping 192.168.2.1 source 192.168.1.1"

static void test_shows(void **state)
{
    (void)state;
    struct box *b = pair();
    has(b, "r1", "show crypto session", "Session status: DOWN     \nPeer: 10.0.0.2 port 500 \n");
    box_type(b, "r1", PING);
    has(b, "r1", PING, "100 percent (5/5)");
    has(b, "r1", "show crypto isakmp sa",
        "IPv4 Crypto ISAKMP SA\n"
        "dst             src             state          conn-id status\n"
        "10.0.0.2        10.0.0.1        QM_IDLE           1001 ACTIVE\n"
        "\n"
        "IPv6 Crypto ISAKMP SA\n");
    has(b, "r2", "sh cry isa sa",
        "\n10.0.0.2        10.0.0.1        QM_IDLE           1001 ACTIVE\n"); /* dst is the responder on both */
    has(b, "r1", "show crypto isakmp sa detail",
        "\n1001  10.0.0.1        10.0.0.2               ACTIVE aes  sha256 psk  19 23:59:5");
    has(b, "r1", "show crypto isakmp sa detail", "\n       Engine-id:Conn-id =  SW:1\n");
    has(b, "r1", "show crypto isakmp sa count",
        "Active ISAKMP SA's: 1\n\nStandby ISAKMP SA's: 0\n\nCurrently being negotiated ISAKMP SA's: 0\n\nDead ISAKMP "
        "SA's: 0\n");
    has(b, "r1", "show crypto isakmp policy",
        "Global IKE policy\n"
        "Protection suite of priority 10\n"
        "\tencryption algorithm:\tAES - Advanced Encryption Standard (256 bit keys).\n"
        "\thash algorithm:\t\tSecure Hash Standard 2 (256 bit)\n"
        "\tauthentication method:\tPre-Shared Key\n"
        "\tDiffie-Hellman group:\t#19 (256 bit)\n"
        "\tlifetime:\t\t86400 seconds, no volume limit\n");
    has(b, "r1", "show crypto isakmp key",
        "Keyring      Hostname/Address                            Preshared Key\n\ndefault      0.0.0.0        "
        "[0.0.0.0]                    cisco123\n");
    has(b, "r1", "show crypto isakmp peers", "Peer: 10.0.0.2 Port: 500 Local: 10.0.0.1\n Phase1 id: 10.0.0.2\n");
    has(b, "r1", "show crypto engine connections active", " 1001  IKE     SHA256+AES256");
    has(b, "r1", "show crypto session",
        "Crypto session current status\n"
        "\n"
        "Interface: Ethernet0/0\n"
        "Session status: UP-ACTIVE     \n"
        "Peer: 10.0.0.2 port 500 \n"
        "  Session ID: 0  \n"
        "  IKEv1 SA: local 10.0.0.1/500 remote 10.0.0.2/500 Active \n"
        "  IPSEC FLOW: permit ip 192.168.1.0/255.255.255.0 192.168.2.0/255.255.255.0 \n"
        "        Active SAs: 2, origin: crypto map\n");
    has(b, "r1", "show crypto session detail",
        "Peer: 10.0.0.2 port 500 fvrf: (none) ivrf: (none)\n"
        "      Phase1_id: 10.0.0.2\n"
        "      Desc: (none)\n"
        "  Session ID: 0  \n"
        "  IKEv1 SA: local 10.0.0.1/500 remote 10.0.0.2/500 Active \n"
        "          Capabilities:(none) connid:1001 lifetime:23:59:");
    has(b, "r1", "show crypto session detail", "        Inbound:  #pkts dec'ed 9 drop 0 life (KB/Sec) 46079");
    has(b, "r1", "show crypto session brief",
        "\n10.0.0.2        Et0/0                        10.0.0.2                 00:00:0");
    lacks(b, "r1", "show crypto session remote 10.0.0.3", "Interface");
    has(b, "r1", "show crypto session remote 10.0.0.2 detail", "Interface: Ethernet0/0\n");
    lacks(b, "r1", "show crypto session local 10.0.0.2", "Interface");
    has(b, "r1", "show crypto session interface Ethernet0/0", "UP-ACTIVE");

    assert_string_equal(box_type(b, "r1", "clear crypto isakmp"), "");
    box_run(b, US_PER_S);
    for (int i = 1; i <= 2; i++) {
        const char *node = i == 1 ? "r1" : "r2";
        has(b, node, "show crypto isakmp sa", "MM_NO_STATE       1001 ACTIVE (deleted)\n");
        has(b, node, "show crypto session", "UP-NO-IKE     \n");
    }
    has(b, "r1", PING, "100 percent (5/5)"); /* nobody needs IKE for that */
    box_run(b, 61 * US_PER_S);
    lacks(b, "r1", "show crypto isakmp sa", "deleted");
    assert_string_equal(box_type(b, "r1", "clear crypto session"), "");
    box_run(b, US_PER_S);
    has(b, "r1", "show crypto session", "Session status: DOWN     \n");
    box_type(b, "r1", PING);
    has(b, "r1", PING, "100 percent (5/5)");
    has(b, "r1", "show crypto isakmp sa", "QM_IDLE           1002 ACTIVE\n");
    box_type(b, "r1", "clear crypto isakmp 1");
    has(b, "r1", "show crypto isakmp sa", "QM_IDLE           1002 ACTIVE\n");
    box_type(b, "r1", "clear crypto isakmp 1002");
    has(b, "r1", "show crypto isakmp sa", "ACTIVE (deleted)");
    box_free(b);
}

static void test_debug(void **state)
{
    (void)state;
    struct box *b = pair();
    assert_string_equal(box_type(b, "r1", "debug crypto isakmp"), "Crypto ISAKMP debugging is on\n");
    assert_string_equal(box_type(b, "r1", "debug crypto ipsec"), "Crypto IPSEC debugging is on\n");
    assert_string_equal(box_type(b, "r1", "debug crypto engine"), "Crypto Engine debugging is on\n");
    has(b, "r1", "show debug",
        "Cryptographic Subsystem:\n  Crypto ISAKMP debugging is on\n  Crypto Engine debugging is on\n  Crypto IPSEC "
        "debugging is on\n");
    box_type(b, "r1", "debug crypto condition peer ipv4 10.9.9.9");
    has(b, "r1", "show crypto debug-condition", "Crypto conditional debug currently is turned ON\n");
    has(b, "r1", "show crypto debug-condition", "IKE peer IP address filters:\n10.9.9.9\n");
    size_t from = box_log_len(b, "r1");
    box_type(b, "r1", PING);
    assert_int_equal(box_log_count(b, "r1", from, "ISAKMP"), 0);
    assert_int_equal(box_log_count(b, "r1", from, "IPSEC("), 0);
    box_type(b, "r1", "clear crypto session");
    box_type(b, "r1", "debug crypto condition peer ipv4 10.0.0.0 subnet 255.255.255.0");
    box_run(b, US_PER_S);
    from = box_log_len(b, "r1");
    box_type(b, "r1", PING);
    assert_int_equal(box_log_count(b, "r1", from, "ISAKMP: (0):beginning Main Mode exchange"), 1);
    assert_int_equal(box_log_count(b, "r1", from, "IPSEC(sa_request)"), 1);
    assert_int_equal(box_log_count(b, "r1", from, "IPSEC(create_sa): sa created"), 2);
    assert_int_equal(box_log_count(b, "r1", from, "IPSEC(key_engine_enable_outbound)"), 1);
    assert_true(box_log_count(b, "r1", from, "crypto_engine: Create DH") >= 1);
    assert_string_equal(box_type(b, "r1", "no debug crypto ipsec"), "Crypto IPSEC debugging is off\n");
    assert_string_equal(box_type(b, "r1", "undebug crypto engine"), "Crypto Engine debugging is off\n");
    has(b, "r1", "show debug", "Cryptographic Subsystem:\n  Crypto ISAKMP debugging is on\n");
    box_type(b, "r1", "debug crypto engine");
    has(b, "r1", "undebug all", "All possible debugging has been turned off");
    lacks(b, "r1", "show debug", "Crypto");
    has(b, "r1", "show crypto debug-condition", "turned ON"); /* conditions stay */
    box_type(b, "r1", "clear crypto session");
    box_run(b, US_PER_S);
    from = box_log_len(b, "r1");
    box_type(b, "r1", PING);
    assert_int_equal(box_log_count(b, "r1", from, "ISAKMP: "), 0);
    assert_int_equal(box_log_count(b, "r1", from, "crypto_engine"), 0);
    box_type(b, "r1", "no debug crypto condition peer ipv4 10.9.9.9");
    lacks(b, "r1", "show crypto debug-condition", "10.9.9.9");
    box_type(b, "r1", "debug crypto condition reset");
    has(b, "r1", "show crypto debug-condition", "turned OFF");
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines), cmocka_unit_test(test_shows), cmocka_unit_test(test_keys),
                                       cmocka_unit_test(test_debug)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
