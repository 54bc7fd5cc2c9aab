/* test_whole_config.c: a whole configuration typed in any order, expected in IOS's order, saved, and the same after a reload. The expected text is written by
 * hand after what routers print. What each line does alone: test_reference_lines.c, test_reference_crypto.c.
 */
#include "espial/loop.h"
#include "tests/exchange/config_box.h"

/* As somebody types it who has it from several tickets: no order, abbreviated, defaults said aloud. */
static const char typed_whole[] = "event manager applet watch\n"
                                  "ev sys pat \"CRYPTO-4-RECVD_PKT_INV_SPI\" occurs 2 period 60\n"
                                  "act 9 sys pri info msg \"DONE\"\n"
                                  "act 1 cli com \"enable\"\n"
                                  "act 8.1 snmp-tr strdata \"\" intdata1 2323232\n"
                                  "act 7 wait 18\n"
                                  "desc what it is for\n"
                                  "ev man env _where lab 7\n"
                                  "snmp-s man\n"
                                  "snmp-s host 11.1.1.3 ver 2c public event-m\n"
                                  "snmp-s ena tr ev\n"
                                  "snmp-s conta noc@example.net\n"
                                  "snmp-s loc Rack 7\n"
                                  "snmp-s trap-s lo0\n"
                                  "snmp-s com public\n"
                                  "access-l 101 per ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255\n"
                                  "int e0/0\n"
                                  "cry ips df clear\n"
                                  "ip add 10.0.0.1 255.255.255.0\n"
                                  "cry map VPN\n"
                                  "int lo0\n"
                                  "ip add 10.1.0.1 255.255.255.0\n"
                                  "cry ips tra SECOND esp-3des esp-sha-hmac\n"
                                  "mode trans\n"
                                  "cry ips tra FIRST esp-sha256-hmac esp-aes 256\n"
                                  "mode tunnel\n"
                                  "cry map VPN 20 ipsec-isakmp\n"
                                  "mat add 102\n"
                                  "set tra FIRST\n"
                                  "set peer 10.0.0.3\n"
                                  "cry map VPN 10 ipsec-i\n"
                                  "mat add 101\n"
                                  "set pfs group19\n"
                                  "set trans FIRST SECOND\n"
                                  "set sec life kil dis\n"
                                  "set sec life sec 600\n"
                                  "set peer 10.0.0.3\n"
                                  "set peer 10.0.0.2\n"
                                  "desc to the branch\n"
                                  "cry ips frag after\n"
                                  "cry ips df set\n"
                                  "cry ips sec rep w 1024\n"
                                  "cry ips sec life kil 10000\n"
                                  "cry ips sec life sec 7200\n"
                                  "cry isa nat keep 20\n"
                                  "cry isa keepa 10 3 per\n"
                                  "cry isa inv\n"
                                  "cry isa id host\n"
                                  "cry isa key other add 10.0.0.0 255.255.255.0\n"
                                  "cry isa key cisco123 add 10.0.0.2\n"
                                  "cry isa pol 20\n"
                                  "group 2\n"
                                  "authen pre\n"
                                  "encr 3des\n"
                                  "cry isa pol 10\n"
                                  "life 3600\n"
                                  "gr 14\n"
                                  "authen pre\n"
                                  "hash sha256\n"
                                  "encr aes 256\n"
                                  "cry log ses\n";

static const char whole[] = "hostname r1\n"
                            "!\n"
                            "boot-start-marker\n"
                            "boot-end-marker\n"
                            "!\n"
                            "no aaa new-model\n"
                            "!\n"
                            "crypto logging session\n"
                            "!\n"
                            "crypto isakmp policy 10\n"
                            " encryption aes 256\n"
                            " hash sha256\n"
                            " authentication pre-share\n"
                            " group 14\n"
                            " lifetime 3600\n"
                            "!\n"
                            "crypto isakmp policy 20\n"
                            " encryption 3des\n"
                            " authentication pre-share\n"
                            " group 2\n"
                            "crypto isakmp key other address 10.0.0.0 255.255.255.0\n"
                            "crypto isakmp key cisco123 address 10.0.0.2\n"
                            "crypto isakmp identity hostname\n"
                            "crypto isakmp invalid-spi-recovery\n"
                            "crypto isakmp keepalive 10 3 periodic\n"
                            "crypto isakmp nat keepalive 20\n"
                            "!\n"
                            "crypto ipsec security-association lifetime seconds 7200\n"
                            "crypto ipsec security-association lifetime kilobytes 10000\n"
                            "crypto ipsec security-association replay window-size 1024\n"
                            "!\n"
                            "crypto ipsec transform-set FIRST esp-aes 256 esp-sha256-hmac\n"
                            "crypto ipsec transform-set SECOND esp-3des esp-sha-hmac\n"
                            " mode transport\n"
                            "crypto ipsec df-bit set\n"
                            "crypto ipsec fragmentation after-encryption\n"
                            "!\n"
                            "crypto map VPN 10 ipsec-isakmp\n"
                            " description to the branch\n"
                            " set peer 10.0.0.3\n"
                            " set peer 10.0.0.2\n"
                            " set security-association lifetime seconds 600\n"
                            " set security-association lifetime kilobytes disable\n"
                            " set transform-set FIRST SECOND\n"
                            " set pfs group19\n"
                            " match address 101\n"
                            "crypto map VPN 20 ipsec-isakmp\n"
                            " set peer 10.0.0.3\n"
                            " set transform-set FIRST\n"
                            " match address 102\n"
                            "!\n"
                            "interface Loopback0\n"
                            " ip address 10.1.0.1 255.255.255.0\n"
                            "!\n"
                            "interface Ethernet0/0\n"
                            " ip address 10.0.0.1 255.255.255.0\n"
                            " crypto map VPN\n"
                            " crypto ipsec df-bit clear\n"
                            "!\n"
                            "access-list 101 permit ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255\n"
                            "!\n"
                            "snmp-server community public RO\n"
                            "snmp-server trap-source Loopback0\n"
                            "snmp-server location Rack 7\n"
                            "snmp-server contact noc@example.net\n"
                            "snmp-server enable traps event-manager\n"
                            "snmp-server host 11.1.1.3 version 2c public event-manager\n"
                            "snmp-server manager\n"
                            "!\n"
                            "line con 0\n"
                            "line vty 0 4\n"
                            " login\n"
                            "!\n"
                            "event manager environment _where lab 7\n"
                            "event manager applet watch\n"
                            " description what it is for\n"
                            " event syslog pattern \"CRYPTO-4-RECVD_PKT_INV_SPI\" occurs 2 period 60\n"
                            " action 1 cli command \"enable\"\n"
                            " action 7 wait 18\n"
                            " action 8.1 snmp-trap intdata1 2323232 strdata \"\"\n"
                            " action 9 syslog priority informational msg \"DONE\"\n"
                            "!\n";

/* From hostname to the last section. */
static void body_of(const char *config, char out[CONFIG_MAX])
{
    const char *from = strstr(config, "hostname "), *to = strstr(config, "\nend\n");
    assert_non_null(from);
    assert_non_null(to);
    snprintf(out, CONFIG_MAX, "%.*s", (int)(to - from), from);
}

static void whole_configuration(void **state)
{
    char now[CONFIG_MAX], body[CONFIG_MAX], line[512];
    (void)state;
    struct box *b = one_router("hostname r1\n");
    for (const char *at = typed_whole; *at;) {
        size_t n = strcspn(at, "\n");
        snprintf(line, sizeof line, "%.*s", (int)n, at);
        const char *said = box_type(b, NODE, line);
        if (strchr(said, '^') || strstr(said, "% I"))
            fail_msg("%s: %s", line, said);
        at += n + 1;
    }
    box_type(b, NODE, "end");
    config_of(b, now);
    body_of(now, body);
    assert_string_equal(body, whole);

    /* saved, and the same after a reload, byte for byte; saved again, the same file */
    const char *said = box_type(b, NODE, "write memory");
    assert_non_null(strstr(said, "[OK]"));
    char saved[CONFIG_MAX], again[CONFIG_MAX];
    snprintf(saved, sizeof saved, "%s", box_file(b, NODE, "nvram:startup-config"));
    assert_non_null(strstr(saved, now));
    box_reload(b, NODE);
    box_run(b, 2 * US_PER_S);
    size_t at = box_log_len(b, NODE);
    config_of(b, again);
    assert_string_equal(again, now);
    box_type(b, NODE, "write memory");
    const char *resaved = strstr(box_file(b, NODE, "nvram:startup-config"), "\nversion ");
    assert_non_null(resaved);
    assert_string_equal(resaved + 1, strstr(saved, "\nversion ") + 1);
    assert_int_equal(box_log_count(b, NODE, at, "rror"), 0);
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
