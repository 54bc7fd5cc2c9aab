/* test_reference_crypto.c: the lines of configuration that this router takes for ISAKMP, IPsec, IKEv2 and crypto maps, each tried as reference_lines.h says. What is
 * refused: test_refused_lines.c. A whole configuration: test_whole_config.c. */
#include "tests/exchange/reference_lines.h"

#define WEAK_CIPHER "%Warning: weaker encryption algorithm is deprecated\n"
#define WEAK_HASH   "%Warning: weaker hash algorithm is deprecated\n"
#define MAP_NOTE                                                                                                       \
    "% NOTE: This new crypto map will remain disabled until a peer\n\tand a valid access list have been configured.\n"

/* ---- ISAKMP */

static const struct line isakmp_global[] = {
    {"no cry isa ena", "no crypto isakmp enable", "cry isa en", NULL},
    {"cry isa ena", NULL, NULL, NULL},
    {"cry isa ide host", "crypto isakmp identity hostname", "no cry isa ide", NULL},
    {"cry ikev2 lim max-in 9", "crypto ikev2 limit max-in-negotation-sa 9", "no cry ikev2 lim max-in 9", NULL},
    {"cry ikev2 lim max-in 9 inc", "crypto ikev2 limit max-in-negotation-sa 9 incoming", "no cry ikev2 lim max-in 9 inc", NULL},
    {"cry ikev2 lim max-in 9 out", "crypto ikev2 limit max-in-negotation-sa 9 outgoing", "no cry ikev2 lim max-in 9 out", NULL},
    {"cry ikev2 lim q sa 100", "crypto ikev2 limit queue sa-init 100", "no cry ikev2 lim q sa", NULL},
    {"crypto isakmp identity address", NULL, NULL, NULL},
    {"cry isa keepa 10", "crypto isakmp keepalive 10", "no cry isa keepa", NULL},
    {"cry isa keepa 10 2", "crypto isakmp keepalive 10", "no cry isa keepa 10", NULL},
    {"cry isa keepa 3600 60 on", "crypto isakmp keepalive 3600 60", "no cry isa keepa", NULL},
    {"cry isa keepa 30 30 per", "crypto isakmp keepalive 30 30 periodic", "no cry isa keepa", NULL},
    {"cry isa keepa 10 per", "crypto isakmp keepalive 10 periodic", "no cry isa keepa", NULL},
    {"cry isa perf", "crypto isakmp performance", "no cry isa perf", NULL},
    {"cry isa inv", "crypto isakmp invalid-spi-recovery", "no cry isa inv", NULL},
    {"cry isa nat keep 5", "crypto isakmp nat keepalive 5", "no cry isa nat keep", NULL},
    {"cry isa nat k 3600", "crypto isakmp nat keepalive 3600", "no cry isa nat k 3600", NULL},
    {"cry isa key cisco123 add 10.0.0.2", "crypto isakmp key cisco123 address 10.0.0.2", NULL, NULL},
    {"cry isa key 0 cisco123 add 10.0.0.2 255.255.255.255", "crypto isakmp key cisco123 address 10.0.0.2",
     "no cry isa key 0 cisco123 add 10.0.0.2", NULL},
    {"cry isa key WhatsLongest! add 10.0.0.0 255.255.255.0",
     "crypto isakmp key WhatsLongest! address 10.0.0.0 255.255.255.0", NULL, NULL},
    {"cry isa key any address 0.0.0.0", "crypto isakmp key any address 0.0.0.0", NULL, NULL},
    {"cry isa key other hostname r2.example.com", "crypto isakmp key other hostname r2.example.com",
     "no cry isa key other host r2.example.com", NULL},
    {"cry isa agg dis", "crypto isakmp aggressive-mode disable", "no cry isa agg dis", NULL},
    {"cry isa frag", "crypto isakmp fragmentation", "no cry isa frag", NULL},
    {"cry isa diag err", "crypto isakmp diagnose error", "no cry isa diag err", NULL},
    {"crypto isakmp diagnose error 50", "crypto isakmp diagnose error", "no crypto isakmp diagnose error 50", NULL},
    {"crypto isakmp diagnose error 1000", "crypto isakmp diagnose error 1000", "no crypto isakmp diagnose error", NULL},
    {"no cry isa def pol", "no crypto isakmp default policy", "cry isa def pol", NULL},
    {"no cry ips nat-t udp", "no crypto ipsec nat-transparency udp-encapsulation",
     "cry ips nat-t udp", NULL},
    {"cry isa key any add 0.0.0.0 0.0.0.0 no-x", "crypto isakmp key any address 0.0.0.0 0.0.0.0 no-xauth", NULL, NULL},
    {"cry isa pol 1", "crypto isakmp policy 1", "no cry isa pol 1", NULL},
    {"cry isa pol 10000", "crypto isakmp policy 10000", NULL, NULL},
    {"cry log ses", "crypto logging session", "no cry log ses", NULL},
};

static const struct line isakmp_policy[] = {
    {"enc des", NULL, NULL, NULL},
    {"encr 3des", " encryption 3des", "no encr", NULL},
    {"encr aes", " encryption aes", "no enc", NULL},
    {"encr aes 128", " encryption aes", "no encr aes", NULL},
    {"enc aes 192", " encryption aes 192", "no enc", NULL},
    {"e aes 256", " encryption aes 256", "no enc aes 256", NULL},
    {"hash sha", NULL, NULL, NULL},
    {"has md5", " hash md5", "no hash", NULL},
    {"hash sha256", " hash sha256", "no ha", NULL},
    {"ha sha384", " hash sha384", "no hash", NULL},
    {"h sha512", " hash sha512", "no hash", NULL},
    {"authen rsa-s", NULL, NULL, NULL},
    {"auth rsa-e", " authentication rsa-encr", "no auth", NULL},
    {"authentic pre", " authentication pre-share", "no authen", NULL},
    {"group 1", NULL, NULL, NULL},
    {"gr 2", " group 2", "no group", NULL},
    {"gr 5", " group 5", "no group", NULL},
    {"gr 14", " group 14", "no group 14", NULL},
    {"g 15", " group 15", "no group", NULL},
    {"gr 16", " group 16", "no group", NULL},
    {"gr 19", " group 19", "no group", NULL},
    {"gr 20", " group 20", "no group", NULL},
    {"gr 21", " group 21", "no group", NULL},
    {"life 60", " lifetime 60", "no life", NULL},
    {"lif 28800", " lifetime 28800", "no lifetime 28800", NULL},
    {"lifetime 86400", NULL, NULL, NULL},
};

static void isakmp(void **state)
{
    (void)state;
    struct box *b = one_router("hostname r1\n");
    EACH(b, NULL, isakmp_global);
    EACH(b, "cry isa pol 10", isakmp_policy);
    box_free(b);
}

/* ---- IPsec */

static const struct line ipsec_global[] = {
    {"cry ips sec life sec 3600", NULL, NULL, NULL},
    {"cry ips sec life sec 120", "crypto ipsec security-association lifetime seconds 120", "no cry ips sec life sec",
     NULL},
    {"cry ipsec sec life s 86400", "crypto ipsec security-association lifetime seconds 86400",
     "no cry ips sec life sec 86400", NULL},
    {"cry ips sec life sec 2592000", "crypto ipsec security-association lifetime seconds 2592000", NULL, NULL},
    {"cry ips sec life kil 4608000", NULL, NULL, NULL},
    {"cry ips sec life kil 2560", "crypto ipsec security-association lifetime kilobytes 2560",
     "no cry ips sec life kil", NULL},
    {"cry ips sec life k 4294967295", "crypto ipsec security-association lifetime kilobytes 4294967295", NULL, NULL},
    {"cry ips sec life kil dis", "crypto ipsec security-association lifetime kilobytes disable",
     "no cry ips sec life kil", NULL},
    {"cry ips sec rep win 64", NULL, NULL, NULL},
    {"cry ips sec rep win 128", "crypto ipsec security-association replay window-size 128", "no cry ips sec rep win",
     NULL},
    {"cry ips sec rep win 256", "crypto ipsec security-association replay window-size 256", NULL, NULL},
    {"cry ips sec rep win 512", "crypto ipsec security-association replay window-size 512", NULL, NULL},
    {"cry ips sec rep w 1024", "crypto ipsec security-association replay window-size 1024", "no cry ips sec rep win",
     NULL},
    {"cry ips sec rep dis", "crypto ipsec security-association replay disable", "no cry ips sec rep dis", NULL},
    {"cry ips df copy", NULL, NULL, NULL},
    {"cry ips df cl", "crypto ipsec df-bit clear", "no cry ips df", NULL},
    {"cry ips df set", "crypto ipsec df-bit set", "no cry ips df", NULL},
    {"cry ips frag bef", NULL, NULL, NULL},
    {"cry ips frag aft", "crypto ipsec fragmentation after-encryption", "no cry ips frag", NULL},
    {"cry ips tra T esp-aes esp-sha-", "crypto ipsec transform-set T esp-aes esp-sha-hmac", "no cry ips tra T", NULL},
    {"cry ips tra T esp-aes 128 esp-sha-hmac", "crypto ipsec transform-set T esp-aes esp-sha-hmac", "no cry ips tra T",
     NULL},
    {"cry ips tra T esp-aes 192 esp-sha256", "crypto ipsec transform-set T esp-aes 192 esp-sha256-hmac",
     "no cry ips tra T", NULL},
    {"cry ips tra T esp-sha384 esp-aes 256", "crypto ipsec transform-set T esp-aes 256 esp-sha384-hmac",
     "no cry ips tra T", NULL},
    {"cry ips tra T esp-aes 256 esp-sha512", "crypto ipsec transform-set T esp-aes 256 esp-sha512-hmac",
     "no cry ips tra T", NULL},
    {"cry ips tra T esp-gcm", "crypto ipsec transform-set T esp-gcm", "no cry ips tra T", NULL},
    {"cry ips tra T esp-gc 128", "crypto ipsec transform-set T esp-gcm", "no cry ips tra T", NULL},
    {"cry ips opt", "crypto ipsec optional", "no cry ips opt", NULL},
    {"cry ips opt ret 60", "crypto ipsec optional retry 60", "no cry ips opt", NULL},
    {"cry ips tra T esp-gm", "crypto ipsec transform-set T esp-gmac", "no cry ips tra T", NULL},
    {"cry ips tra T esp-gm 256", "crypto ipsec transform-set T esp-gmac 256", "no cry ips tra T", NULL},
    {"cry ips tra T esp-gcm 192", "crypto ipsec transform-set T esp-gcm 192", "no cry ips tra T", NULL},
    {"cry ips tra T esp-gcm 256", "crypto ipsec transform-set T esp-gcm 256", "no cry ips tra T", NULL},
    {"cry ips tra T esp-null esp-sha-hmac", "crypto ipsec transform-set T esp-null esp-sha-hmac", "no cry ips tra T",
     NULL},
    {"cry ips tra T esp-3des esp-sha-hmac", "crypto ipsec transform-set T esp-3des esp-sha-hmac", "no cry ips tra T",
     WEAK_CIPHER},
    {"cry ips sec idle 60", "crypto ipsec security-association idle-time 60", "no cry ips sec idle", NULL},
    {"cry ips sec dum pps 25", "crypto ipsec security-association dummy pps 25", "no cry ips sec dum pps", NULL},
    {"cry ips sec dum pps 0", NULL, NULL, NULL},
    {"cry ips sec dum sec 3600", "crypto ipsec security-association dummy seconds 3600", "no cry ips sec dum", NULL},
    {"cry ips sec life day 30", "crypto ipsec security-association lifetime days 30", "no cry ips sec life day", NULL},
    {"cry ips tra T esp-des esp-md5", "crypto ipsec transform-set T esp-des esp-md5-hmac", "no cry ips tra T",
     WEAK_CIPHER WEAK_HASH},
    {"cry ips tra T ah-md5", "crypto ipsec transform-set T ah-md5-hmac", "no cry ips tra T", WEAK_HASH},
    {"cry ips tra T ah-sha-", "crypto ipsec transform-set T ah-sha-hmac", "no cry ips tra T", NULL},
    {"cry ips tra T ah-sha256", "crypto ipsec transform-set T ah-sha256-hmac", "no cry ips tra T", NULL},
    {"cry ips tra T ah-sha384", "crypto ipsec transform-set T ah-sha384-hmac", "no cry ips tra T", NULL},
    {"cry ips tra T ah-sha512", "crypto ipsec transform-set T ah-sha512-hmac", "no cry ips tra T", NULL},
    {"crypto map VPN 1 ipsec-i", "crypto map VPN 1 ipsec-isakmp", "no crypto map VPN 1", MAP_NOTE},
    {"cry map VPN 65535 ipsec-isakmp", "crypto map VPN 65535 ipsec-isakmp", "no cry map VPN", MAP_NOTE},
    {"cry map VPN 65535 ipsec-is dyn D", "crypto map VPN 65535 ipsec-isakmp dynamic D", "no cry map VPN 65535", NULL},
    {"cry dyn D 10", "crypto dynamic-map D 10", "no cry dyn D 10", NULL},
    {"cry dyn D 65535", "crypto dynamic-map D 65535", "no cry dyn D", NULL},
    {"cry map VPN loc lo0", "crypto map VPN local-address Loopback0", "no cry map VPN local", NULL},
    {"cry map VPN isa P", "crypto map VPN isakmp-profile P", "no cry map VPN isakmp", NULL},
    {"cry ips ipv4-deny clear", "crypto ipsec ipv4-deny clear", "no cry ips ipv4", NULL},
    {"cry ips ipv4-deny jump", NULL, NULL, NULL},
    {"cry ips ipv4-deny drop", "crypto ipsec ipv4-deny drop", "def cry ips ipv4-deny", NULL},
};

static const struct line transform_set[] = {
    {"mode tun", NULL, NULL, NULL},
    {"mode tr", " mode transport", "no mode", NULL},
    {"mode tr req", " mode transport require", "no mode", NULL},
    {"esn", " esn", "no esn", NULL},
};

static const struct line ipsec_profile[] = {
    {"rev", " reverse-route", "no rev", NULL},
    {"set rev dis 20", " set reverse-route distance 20", "no set rev dis", NULL},
    {"set rev tag 7", " set reverse-route tag 7", "no set rev tag", NULL},
    {"set rev gat 10.0.0.9", " set reverse-route gateway 10.0.0.9", "no set rev gat", NULL},
    {"resp", " responder-only", "no resp", NULL},
};

static const struct line crypto_map[] = {
    {"desc to the branch, over the ISP", " description to the branch, over the ISP", "no desc", NULL},
    {"set peer 10.0.0.2", " set peer 10.0.0.2", "no set peer 10.0.0.2", NULL},
    {"set peer 10.0.0.2 def", " set peer 10.0.0.2 default", "no set peer 10.0.0.2", NULL},
    {"set peer r2.example.net dyn", " set peer r2.example.net dynamic", "no set peer r2.example.net", NULL},
    {"set peer r2 dyn def", " set peer r2 dynamic default", "no set peer r2", NULL},
    {"set sec life sec 120", " set security-association lifetime seconds 120", "no set sec life sec", NULL},
    {"set sec life sec 3600", " set security-association lifetime seconds 3600", "no set sec life sec", NULL},
    {"set sec life sec 2592000", " set security-association lifetime seconds 2592000", NULL, NULL},
    {"set sec life kil 2560", " set security-association lifetime kilobytes 2560", "no set sec life kil", NULL},
    {"set sec life kil dis", " set security-association lifetime kilobytes disable", "no set sec life kil", NULL},
    {"set sec life day 2", " set security-association lifetime days 2", "no set sec life days", NULL},
    {"set sec idle 60", " set security-association idle-time 60", "no set sec idle", NULL},
    {"set sec idle 60 def", " set security-association idle-time 60 default", "no set sec idle", NULL},
    {"set sec idle 86400", " set security-association idle-time 86400", "no set sec idle-time 86400", NULL},
    {"set sec dum pps 1", " set security-association dummy pps 1", "no set sec dum pps", NULL},
    {"set sec dum pps 0", " set security-association dummy pps 0", "no set sec dum", NULL},
    {"set sec dum sec 60", " set security-association dummy seconds 60", "no set sec dum sec 60", NULL},
    {"set sec rep dis", " set security-association replay disable", "no set sec rep", NULL},
    {"set sec rep win 512", " set security-association replay window-size 512", "no set sec rep win", NULL},
    {"set sec dfb cl", " set security-association dfbit clear", "no set sec dfb", NULL},
    {"set sec dfbit copy", " set security-association dfbit copy", "no set sec dfb", NULL},
    {"set sec ecn pro", " set security-association ecn propagate", "no set sec ecn", NULL},
    {"set sec ecn dis", " set security-association ecn discard", "no set sec ecn discard", NULL},
    {"set isa PROF", " set isakmp-profile PROF", "no set isa", NULL},
    {"set id I", " set identity I", "no set id", NULL},
    {"set sec lev per", " set security-association level per-host", "no set sec lev per-host", NULL},
    {"set ikev2 PROF", " set ikev2-profile PROF", "no set ikev2-profile PROF", NULL},
    {"set tra T1", " set transform-set T1", "no set tra", NULL},
    {"set trans T1 T2 T3 T4 T5 T6", " set transform-set T1 T2 T3 T4 T5 T6", "no set trans", NULL},
    {"set pfs", " set pfs group1", "no set pfs", NULL},
    {"set pfs group1", " set pfs group1", "no set pfs", NULL},
    {"set pfs group2", " set pfs group2", "no set pfs", NULL},
    {"set pfs group5", " set pfs group5", "no set pfs", NULL},
    {"set pfs group14", " set pfs group14", "no set pfs", NULL},
    {"set pfs group15", " set pfs group15", "no set pfs", NULL},
    {"set pfs group16", " set pfs group16", "no set pfs", NULL},
    {"set pfs group19", " set pfs group19", "no set pfs", NULL},
    {"set pfs group20", " set pfs group20", "no set pfs", NULL},
    {"set pfs group21", " set pfs group21", "no set pfs group21", NULL},
    {"set pfs group17", " set pfs group17", "no set pfs group17", NULL},
    {"set pfs group18", " set pfs group18", "no set pfs group18", NULL},
    {"set pfs group24", " set pfs group24", "no set pfs group24", NULL},
    {"set pfs group31", " set pfs group31", "no set pfs group31", NULL},
    {"mat add 101", " match address 101", "no mat add", NULL},
    {"set ip acc 110 in", " set ip access-group 110 in", "no set ip access-group 110 in", NULL},
    {"set ip acc INSIDE out", " set ip access-group INSIDE out", "no set ip acc INSIDE out", NULL},
    {"rev", " reverse-route", "no rev", NULL},
    {"rev stat", " reverse-route static", "no reverse-route static", NULL},
    {"rev rem 10.0.0.9", " reverse-route remote-peer 10.0.0.9", "no rev", NULL},
    {"rev rem 10.0.0.9 gat", " reverse-route remote-peer 10.0.0.9 gateway", "no rev", NULL},
    {"rev rem 10.0.0.9 gat sta", " reverse-route remote-peer 10.0.0.9 gateway static", "no rev", NULL},
    {"set rev dis 5", " set reverse-route distance 5", "no set rev dis", NULL},
    {"set rev tag 4294967295", " set reverse-route tag 4294967295", "no set rev tag", NULL},
    {"set rev gat 10.0.0.9", " set reverse-route gateway 10.0.0.9", "no set rev gat", NULL},
    {"match add TO-BRANCH", " match address TO-BRANCH", "no match address TO-BRANCH", NULL},
};

static const struct line interface[] = {
    {"cry map VPN", " crypto map VPN", "no cry map", NULL},
    {"cry ips df cop", " crypto ipsec df-bit copy", "no cry ips df", NULL},
    {"cry ips df cl", " crypto ipsec df-bit clear", "no cry ips df", NULL},
    {"cry ips df set", " crypto ipsec df-bit set", "no cry ips df", NULL},
    {"cry ips frag bef", " crypto ipsec fragmentation before-encryption", "no cry ips frag", NULL},
    {"cry ips frag aft", " crypto ipsec fragmentation after-encryption", "no cry ips frag", NULL},
    {"no ip redir", " no ip redirects", NULL, NULL},
    {"no ip unr", " no ip unreachables", NULL, NULL},
    {"no ip prox", " no ip proxy-arp", NULL, NULL},
    {"arp ti 300", " arp timeout 300", "no arp ti", NULL},
    {"arp timeout 14400", NULL, "no arp ti", NULL},
    {"dup auto", " duplex auto", "no dup", NULL},
    {"dup full", " duplex full", "no dup", NULL},
    {"spe auto", " speed auto", "no spe", NULL},
    {"spe 100", " speed 100", "no spe", NULL},
    {"neg auto", " negotiation auto", "no neg auto", NULL},
};

static const struct line tunnel[] = {
    {"tun des 192.0.2.8", " tunnel destination 192.0.2.8", "no tun des", NULL},
    {"tun des far", " tunnel destination 192.0.2.9", "no tunnel destination", NULL},
};
static const struct line isakmp_profile[] = {
    {"ma id gr SPOKES", " match identity group SPOKES", NULL, NULL},
    {"ma id a 10.2.0.0 255.255.0.0", " match identity address 10.2.0.0 255.255.0.0", NULL, NULL},
    {"ma id ho do example.com", " match identity host domain example.com", NULL, NULL},
};
static const struct line ikev2_profile[] = {
    {"ma add lo 10.0.0.1", " match address local 10.0.0.1", "no match address local", NULL},
    {"ma add lo int e0/0", " match address local interface Ethernet0/0", "no match address local", NULL},
};
static const struct line proposal[] = {
    {"group 1 2 5 14 15 16 19 20 21 24", " group 1 2 5 14 15 16 19 20 21 24", "no group", NULL},
    {"gr 17 18 31 1 2 5 14 15 16 19 20 21 24", " group 17 18 31 1 2 5 14 15 16 19 20 21 24", "no group", NULL},
};

static void ipsec(void **state)
{
    (void)state;
    struct box *b = one_router("hostname r1\ninterface Ethernet0/0\n ip address 10.0.0.1 255.255.255.0\n");
    EACH(b, NULL, ipsec_global);
    EACH(b, "cry ips tra T esp-aes esp-sha-hmac", transform_set);
    go(b, NULL);
    silent(b, "crypto ipsec profile IP");
    EACH(b, "crypto ipsec profile IP", ipsec_profile);
    box_type(b, NODE, "crypto isakmp profile ISA");
    EACH(b, "crypto isakmp profile ISA", isakmp_profile);
    box_type(b, NODE, "crypto ikev2 profile V2");
    EACH(b, "crypto ikev2 profile V2", ikev2_profile);
    for (char set[] = "cry ips tra T1 esp-gcm"; set[13] <= '6'; set[13]++)
        box_type(b, NODE, set);
    box_type(b, NODE, "crypto map VPN 10 ipsec-isakmp");
    EACH(b, "cry map VPN 10", crypto_map);
    EACH(b, "int e0/0", interface);
    box_type_all(b, NODE, "exit\nip host far 192.0.2.9");
    EACH(b, "int tu0", tunnel);
    EACH(b, "cry ikev2 prop P", proposal);
    /* peers: a list in the order typed */
    box_type_all(b, NODE,
                 "cry map VPN 10\nset peer 10.0.0.3\nset peer 10.0.0.2\nset peer 10.0.0.4\nno set peer 10.0.0.3");
    char now[CONFIG_MAX];
    config_of(b, now);
    assert_non_null(strstr(now, "crypto map VPN 10 ipsec-isakmp\n set peer 10.0.0.2\n set peer 10.0.0.4\n!\n"));
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(isakmp), cmocka_unit_test(ipsec)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
