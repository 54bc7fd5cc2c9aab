/* test_refused_lines.c: lines of configuration that real routers take and this one does not, as it has nothing that
 * would do what they say: each is refused with the caret under the word that has no meaning here, or in words, and
 * changes nothing. Whoever builds one of them takes its line out of here and into test_reference_lines.c or test_reference_crypto.c. */
#include "tests/exchange/config_box.h"

struct refused {
    const char *line;
    const char *at; /* the caret stands under this word */
};

static const struct refused refused_global[] = {
    {"ip http server", "http"},
    {"ip source-route", "source-route"},
    {"service pad", "pad"},
    {"cdp run", "cdp"},
    {"crypto isakmp identity dn", "dn"},
    {"crypto isakmp diagnose error 1001", "1001"},
    {"crypto isakmp disconnect-revoked-peers", "disconnect"},
    {"crypto isakmp xauth timeout 30", "xauth"},
    {"crypto isakmp client configuration group G", "client"},
    {"crypto isakmp key k address ipv6 2001:db8::1/128", "ipv6"},
    {"crypto isakmp key k address 10.0.0.0 255.0.255.0", "255.0.255.0"},
    {"crypto isakmp keepalive 9", "9"},
    {"crypto isakmp keepalive 3601", "3601"},
    {"crypto isakmp keepalive 10 61", "61"},
    {"crypto isakmp nat keepalive 4", "4"},
    {"crypto isakmp policy 0", "0"},
    {"crypto isakmp policy 10001", "10001"},
    {"crypto ikev2 authorization policy A", "authorization"},
    {"crypto ikev2 name-mangler N", "name-mangler"},
    {"crypto ikev2 http-url cert", "http-url"},
    {"crypto ikev2 limit queue sa-init 99", "99"},
    {"crypto ikev2 window 201", "201"},
    {"crypto ikev2 window 0", "0"},
    {"crypto ikev2 dpd 9 2 periodic", "9"},
    {"crypto ikev2 dpd 10 61 periodic", "61"},
    {"crypto ikev2 cookie-challenge 1001", "1001"},
    {"crypto ikev2 fragmentation mtu 67", "67"},
    {"crypto pki trustpoint T", "pki"},
    {"crypto ipsec client ezvpn E", "client"},
    {"crypto ipsec nat-transparency spi-matching", "spi-matching"},
    {"crypto ipsec optional retry 59", "59"},
    {"crypto ipsec security-association dummy pps 26", "26"},
    {"crypto ipsec security-association dummy seconds 0", "0"},
    {"crypto ipsec security-association dummy seconds 3601", "3601"},
    {"crypto ipsec security-association ecn copy", "copy"},
    {"crypto ipsec security-association multi-sn", "multi-sn"},
    {"crypto ipsec security-association lifetime seconds 119", "119"},
    {"crypto ipsec security-association lifetime seconds 2592001", "2592001"},
    {"crypto ipsec security-association lifetime kilobytes 2559", "2559"},
    {"crypto ipsec security-association replay window-size 65", "65"},
    {"crypto ipsec transform-set T esp-seal esp-sha-hmac", "esp-seal"},
    {"crypto ipsec transform-set T esp-gmac esp-sha-hmac", "% esp-gcm and esp-gmac have their own authentication"},
    {"crypto ipsec transform-set T esp-aes esp-sha-hmac comp-lzs", "comp-lzs"},
    {"crypto ipsec transform-set T esp-aes 512 esp-sha-hmac", "512"},
    {"crypto ipsec transform-set T esp-aes esp-3des", "esp-3des"},
    {"crypto ipsec transform-set T esp-aes esp-sha-hmac esp-md5-hmac", "esp-md5-hmac"},
    {"crypto logging ezvpn", "ezvpn"},
    {"crypto map VPN 0 ipsec-isakmp", "0"},
    {"crypto map VPN 65536 ipsec-isakmp", "65536"},
    {"crypto dynamic-map D 0", "0"},
    {"crypto map VPN 10 ipsec-isakmp dynamic D discover", "discover"},
    {"crypto map VPN 10 gdoi", "gdoi"},
    {"crypto map VPN 10 ipsec-isakmp profile P", "profile"},
    {"crypto map VPN client authentication list L", "client"},
    {"crypto map VPN redundancy replay-interval inbound 10 outbound 1000", "redundancy"},

    {"snmp-server packetsize 483", "483"},
    {"snmp-server host 10.0.0.5 vrf V public", "V"},
    {"snmp-server host 10.0.0.5 public bgp", "bgp"},
    {"snmp-server host 10.0.0.5 public udp-port 65536", "65536"},
    {"snmp-server enable informs", "informs"},
    {"snmp-server enable traps bgp", "bgp"},

    {"event manager detector rpc max-sessions 3", "3"},
    {"event manager history size events 51", "51"},
    {"event manager detector routing bootup-delay 31536001", "% Invalid delay: 0 to 31536000.999 seconds"},
    {"do event manager run A 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", "% A policy takes 15 arguments at most"},
    {"event manager session cli username eem privilege 16", "16"},
};

static const struct refused refused_policy[] = {
    {"group 3", "3"},          {"group 22", "22"},          {"encryption aes 512", "512"},
    {"encryption rc4", "rc4"}, {"hash sha1", "sha1"},       {"authentication ecdsa-sig", "ecdsa-sig"},
    {"lifetime 59", "59"},     {"lifetime 86401", "86401"},
};

static const struct refused refused_transform_set[] = {
    {"mode beet", "beet"},
    {"mode tunnel require", "require"},
};

static const struct refused refused_map[] = {
    {"set peer 10.0.0.2 dynamic", "% An address is not resolved"},
    {"set peer r2.example.net", "% Unrecognized host or address: r2.example.net"},
    {"set pfs group4", "group4"},
    {"set pfs group22", "group22"},
    {"set security-association dfbit keep", "keep"},
    {"set security-association ecn copy", "copy"},
    {"set security-association lifetime seconds 119", "119"},
    {"set security-association lifetime days 31", "31"},
    {"set security-association idle-time 59", "59"},
    {"set security-association dummy pps 26", "26"},
    {"set security-association dummy seconds 3601", "3601"},
    {"set security-association replay window-size 65", "65"},
    {"set nat demux", "nat"},
    {"set reverse-route tag 0", "0"},
    {"set reverse-route gateway here", "here"},
    {"set reverse-route distance 256", "256"},
    {"reverse-route gateway", "gateway"},
    {"qos pre-classify", "qos"},
    {"dialer pre-classify", "dialer"},
};

static const struct refused refused_ipsec_profile[] = {
    {"reverse-route static", "static"},
    {"reverse-route remote-peer 10.0.0.9", "remote-peer"},
    {"set mixed-mode", "mixed-mode"},
    {"set security-association level per-host", "level"},
    {"set security-policy limit 5", "security-policy"},
    {"redundancy 1 stateful", "1"},
};

static const struct refused refused_interface[] = {
    {"crypto map VPN redundancy G", "redundancy"},   {"crypto ipsec client ezvpn E", "client"},
    {"tunnel mode gre multipoint", "multipoint"}, {"ip nhrp network-id 1", "nhrp"},
};

static const struct refused refused_applet[] = {
    {"event syslog pattern \"x\" occurs 33", "33"},
    {"event syslog", "% Invalid event: pattern, a field or a severity is needed"},
    {"event syslog mnemonic \"a(\"", "% Invalid event: "},
    {"event interface name Ethernet0/0 parameter input_errors poll-interval 5 entry-val x entry-op gt",
     "% Invalid event: entry-val must be an integer"},
    {"event interface name Ethernet0/0 parameter input_errors poll-interval 0.5 entry-val 1 entry-op gt",
     "% Invalid event: poll-interval must be at least 1 second"},
    {"event timer absolute time 2085978495", "% Invalid event: time must be at most 2085978494.999 seconds"},
    {"event interface name Ethernet0/0 parameter input_errors poll-interval 5 entry-val 1 entry-op gt exit-op lt",
     "% Invalid event: exit-op and exit-val belong together"},
    {"event interface name Ethernet0/0 parameter collisions poll-interval 5 entry-val 1 entry-op gt", "collisions"},
    {"event ipsla reaction-type rtt", "% Invalid event: group-name or operation-id is needed"},
    {"event ipsla operation-id 1 reaction-type slow", "slow"},
    {"event oir event eject", "eject"},
    {"event routing network 10.0.0.1/8", "% Invalid event: network must be A.B.C.D/N, without bits beyond N"},
    {"event routing network 10.0.0.0/8 ge 24 le 16", "% Invalid event: lengths must be"},
    {"event routing network 10.0.0.0/8 type gone", "gone"},
    {"event neighbor-discovery interface Ethernet0/0",
     "% Invalid event: cdp, lldp, link-event or line-event is needed"},
    {"event track 0", "0"},
    {"event track 1 state sideways", "sideways"},
    {"event snmp-notification oid 1.3.6.1. oid-val 1 op xx", "xx"},
    {"event snmp-notification oid sysUpTime oid-val 1 op eq", "sysUpTime"},
    {"event snmp-notification oid 1.3.6.1. oid-val 1 op eq msg-op drop",
     "% Invalid event: only outgoing notifications can be dropped"},
    {"event timer cron name X", "% Incomplete command."},
    {"action 1 info type snmp oid 1.3.6.1 get-type all", "all"},
    {"action 1 publish-event sub-system 797 type 1", "797"},
    {"action 1 file open f disk0:x rw", "rw"},
    {"action 1 counter name c op inc value 2147483648", "% Invalid integer: -2147483648 to 2147483647"},
    {"action 1 wait 0", "% Invalid time to wait: 1 to 31536000 seconds"},
    {"action 1 wait 31536001", "% Invalid time to wait: 1 to 31536000 seconds"},
    {"action 1 syslog priority loud msg \"x\"", "loud"},
    {"action 1 snmp-trap intdata1 2147483648", "% Invalid integer: -2147483648 to 2147483647"},
};

/* Refused in words: the parser takes them, the check does not. */
static const struct refused refused_in_words[] = {
    {"crypto isakmp key 6 SEALED address 10.0.0.9", "% Type 6 keys are not supported"},
    {"crypto ipsec transform-set T ah-sha-hmac esp-null", "% esp-null protects nothing without authentication"},
    {"crypto ipsec transform-set T esp-gcm esp-sha-hmac", "% esp-gcm and esp-gmac have their own authentication"},
    {"crypto ipsec transform-set T esp-null", "% esp-null protects nothing without authentication"},
    {"crypto ipsec transform-set T", "% Incomplete command."},
    {"crypto map OTHER 5", "% Incomplete command."},
    {"interface Null0", "% Interface Null0 is not supported"},
    {"crypto map VPN 10 ipsec-isakmp dynamic D", "% Crypto map entry VPN 10 does not stand for a dynamic map"},
    {"crypto isakmp policy", "% Incomplete command."},
    {"crypto isakmp key k", "% Incomplete command."},
    {"snmp-server host 10.0.0.5", "% Incomplete command."},
    {"snmp-server host 10.0.0.5 informs", "% Incomplete command."},
    {"snmp-server host 10.0.0.5 informs public", "% SNMPv1 has no informs: use version 2c or 3"},
    {"event manager policy p.tcl", "% EEM Tcl policies are not supported"},
    {"event manager scheduler applet thread class b number 2", "% Class must be default, a letter from A to Z or a range of them"},
    {"event manager applet A class b", "% Class must be default or a letter from A to Z"},
};

static const struct refused refused_ikev2_profile[] = {
    {"authentication remote rsa-sig", "rsa-sig"},
    {"authentication local eap", "eap"},
    {"config-exchange request", "config-exchange"},
    {"ivrf V", "ivrf"},
    {"lifetime 119", "119"},
    {"match certificate M", "certificate"},
    {"match identity remote address 10.0.0.0 255.0.255.0", "255.0.255.0"},
    {"pki trustpoint T", "pki"},
    {"virtual-template 1", "virtual-template"},
};

static void each_refused(struct box *b, const char *enter, const struct refused *v, size_t n)
{
    char before[CONFIG_MAX], now[CONFIG_MAX], expected[256];
    unsigned faults = 0;

    for (size_t i = 0; i < n; i++) {
        go(b, enter);
        config_of(b, before);
        const char *said = box_type(b, NODE, v[i].line);
        if (v[i].at[0] == '%') {
            if (strncmp(said, v[i].at, strlen(v[i].at)) != 0)
                faults++, print_error("%s: %s\n", v[i].line, said);
        } else {
            /* the last place where the word stands: "set peer" before "peer" */
            const char *at = NULL;
            for (const char *p = v[i].line; (p = strstr(p, v[i].at)); p++)
                if (p == v[i].line || p[-1] == ' ')
                    at = p;
            assert_non_null(at);
            /* IOS points at the first letter that fits no command: inside the word when its beginning does */
            size_t from = (size_t)(at - v[i].line), caret = strspn(said, " ");
            snprintf(expected, sizeof expected, "%*s^\n%% Invalid input detected at '^' marker.\n\n", (int)caret, "");
            if (strcmp(said, expected) != 0 || caret < from || caret >= from + strlen(v[i].at))
                faults++, print_error("%s\n%s", v[i].line, said);
        }
        config_of(b, now);
        if (strcmp(now, before) != 0)
            faults++, print_error("%s: changed the configuration\n", v[i].line);
    }
    assert_int_equal(faults, 0);
}
#define EACH_REFUSED(b, enter, v) each_refused(b, enter, v, sizeof(v) / sizeof((v)[0]))

static void refusals(void **state)
{
    (void)state;
    struct box *b = one_router(
        "hostname r1\ninterface Ethernet0/0\n ip address 10.0.0.1 255.255.255.0\n"
        "crypto isakmp policy 10\n encryption aes\n group 14\ncrypto ipsec transform-set TS esp-aes esp-sha-hmac\n"
        "crypto map VPN 10 ipsec-isakmp\ncrypto ipsec profile IP\nevent manager applet A\ncrypto ikev2 profile P\n");
    EACH_REFUSED(b, NULL, refused_global);
    EACH_REFUSED(b, NULL, refused_in_words);
    EACH_REFUSED(b, "crypto isakmp policy 10", refused_policy);
    EACH_REFUSED(b, "crypto ipsec transform-set TS esp-aes esp-sha-hmac", refused_transform_set);
    EACH_REFUSED(b, "crypto map VPN 10", refused_map);
    EACH_REFUSED(b, "crypto ipsec profile IP", refused_ipsec_profile);
    EACH_REFUSED(b, "crypto ikev2 profile P", refused_ikev2_profile);
    EACH_REFUSED(b, "interface Ethernet0/0", refused_interface);
    EACH_REFUSED(b, "event manager applet A", refused_applet);
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
