/* test_mib_cryptomap.c: CISCO-IPSEC-MIB: what is configured, as rows and as notifications of its changes. r1 has map VPN with entry 10 on Ethernet0/0, policy 10, and
 * what each test adds. The index of a set is its name with its length in front: "VPN" is 3.86.80.78, "Z" is 1.90. */
#include "tests/exchange/crypto_pair.h"
#include "tests/exchange/mib_box.h"

#define ROOT "1.3.6.1.4.1.9.10.62.1."
#define TRAP "1.3.6.1.4.1.9.10.62.2.0."
#define VPN  "3.86.80.78"

/* Lines that may be answered with a note: an entry without a peer is one. */
static void type(struct box *b, const char *node, const char *lines)
{
    char line[512];
    for (; *lines; lines += lines[0] == '\n') {
        size_t n = strcspn(lines, "\n");
        snprintf(line, sizeof line, "%.*s", (int)n, lines);
        const char *said = box_type(b, node, line);
        if (strstr(said, "^") || (strstr(said, "% ") && !strstr(said, "% NOTE")))
            fail_msg("%s: %s", line, said);
        lines += n;
    }
}

static void settings(void **state)
{
    struct box *b = crypto_pair("crypto isakmp keepalive 30\ncrypto isakmp identity hostname\n", NULL);
    char oid[128];
    (void)state;
    type(b, "r1",
         "configure terminal\ncrypto isakmp policy 5\nencryption 3des\nhash md5\nauthentication pre-share\ngroup "
         "2\nlifetime 3600\n"
         "crypto ipsec security-association lifetime seconds 1800\n"
         "crypto dynamic-map DYN 1\nset transform-set TS\ncrypto dynamic-map DYN 2\nset transform-set TS\ncrypto "
         "dynamic-map OTHER 1\nset transform-set TS\n"
         "crypto map VPN 20 ipsec-isakmp dynamic DYN\ncrypto map Z 1 ipsec-isakmp\ndescription to the left\nset peer "
         "10.0.0.9\nset peer 10.0.0.8\nset pfs group2\n"
         "set security-association lifetime seconds 900\nend");
    mib_facts(b, "r1", ROOT,
              (const struct mib_fact[]){
                  {"1.1.0", "INTEGER: 1"},
                  {"1.2.0", "INTEGER: 2"}, /* hostname */
                  {"1.3.0", "INTEGER: 30"},
                  {"1.4.0", "INTEGER: 2"},
                  {"1.5.1.2.5", "INTEGER: 3"}, /* 3DES */
                  {"1.5.1.3.5", "INTEGER: 2"}, /* MD5 */
                  {"1.5.1.4.5", "INTEGER: 2"}, /* preSharedKey */
                  {"1.5.1.5.5", "INTEGER: 3"}, /* group 2 */
                  {"1.5.1.6.5", "INTEGER: 3600"},
                  {"1.5.1.2.10", "INTEGER: 1"}, /* AES, SHA-256, group 19: no code */
                  {"1.5.1.3.10", "INTEGER: 1"},
                  {"1.5.1.5.10", "INTEGER: 1"},
                  {"1.5.1.6.10", "INTEGER: 86400"},
                  {"1.5.1.2.6", "-"},
                  {"2.1.1.0", "Gauge32: 1800"},
                  {"2.1.2.0", "Gauge32: 4608000"},
                  {"2.1.3.0", "Gauge32: 2"},
                  {"2.1.5.0", "Gauge32: 2"},
                  {"2.3.1.1.2." VPN, "Gauge32: 2"},
                  {"2.3.1.1.3." VPN, "Gauge32: 1"},
                  {"2.3.1.1.6." VPN, "Gauge32: 1"},
                  {"2.3.1.1.8." VPN, "Gauge32: 0"},
                  {"2.3.1.1.2.1.90", "Gauge32: 1"},
                  {"2.3.2.1.2.3.68.89.78", "Gauge32: 2"},
                  {"2.3.2.1.3.3.68.89.78", "Gauge32: 1"},
                  {"2.3.2.1.3.5.79.84.72.69.82", "Gauge32: 0"},
                  {"2.3.3.1.2." VPN ".10", "INTEGER: 2"},
                  {"2.3.3.1.4." VPN ".10", "Hex: 0A000002"},
                  {"2.3.3.1.5." VPN ".10", "INTEGER: 1"},
                  {"2.3.3.1.7." VPN ".10", "INTEGER: 0"},
                  {"2.3.3.1.2." VPN ".20", "INTEGER: 4"}, /* stands for a dynamic map */
                  {"2.3.3.1.4." VPN ".20", "-"},
                  {"2.3.3.1.3.1.90.1", "STRING: to the left"},
                  {"2.3.3.1.4.1.90.1", "Hex: 0A000009"},
                  {"2.3.3.1.5.1.90.1", "INTEGER: 2"},
                  {"2.3.3.1.6.1.90.1", "INTEGER: 3"},
                  {"2.3.3.1.7.1.90.1", "INTEGER: 900"},
                  {"3.2.0", "INTEGER: 1"},
                  {0},
              });
    assert_int_equal(mib_instances(b, "r1", ROOT "1.5.1.2"), 2);
    assert_int_equal(mib_instances(b, "r1", ROOT "2.3.4.1.2"), 1);
    snprintf(oid, sizeof oid, ROOT "2.3.4.1.2.%u." VPN, mib_iface(b, "r1", "Ethernet0/0"));
    mib_is(b, "r1", oid, "INTEGER: 1"); /* attached */
    snprintf(oid, sizeof oid, ROOT "2.3.4.1.1.%u." VPN, mib_iface(b, "r1", "Ethernet0/0"));
    mib_is(b, "r1", oid, "INTEGER: 2"); /* not a tunnel */
    pair_up(b);
    mib_is(b, "r1", ROOT "2.3.1.1.8." VPN, "Gauge32: 2");
    box_type_all(b, "r1", "configure terminal\nno crypto isakmp keepalive\nend");
    mib_is(b, "r1", ROOT "1.3.0", "-"); /* its least is 10 s */
    mib_walk(b, "r1");
    box_free(b);
}

static void changes(void **state)
{
    struct box *b = crypto_pair("", NULL);
    struct heard h = {0};
    (void)state;
    bus_subscribe(router_bus(box_router(b, "r1")), FACT_TRAP_WANTED, hear, &h);
    type(b, "r1", "configure terminal\ncrypto isakmp policy 20\nhash md5\nexit\nno crypto isakmp policy 10\nend");
    assert_int_equal(h.n, 2);
    was(&h, 0, "isakmp policy add", TRAP "1", VARS({ROOT "1.4.0", "INTEGER: 2"}));
    was(&h, 1, "isakmp policy delete", TRAP "2", VARS({ROOT "1.4.0", "INTEGER: 1"}));
    type(b, "r1",
         "configure terminal\ncrypto dynamic-map DYN 1\nset transform-set TS\ncrypto map VPN 20 ipsec-isakmp dynamic "
         "DYN\ncrypto map Z 1 ipsec-isakmp\nset peer 10.0.0.9\nend");
    assert_int_equal(h.n, 4);
    was(&h, 2, "ipsec cryptomap add", TRAP "3",
        VARS({ROOT "2.3.3.1.2." VPN ".20", "INTEGER: 4"}, {ROOT "2.3.1.1.2." VPN, "Gauge32: 2"}));
    was(&h, 3, "ipsec cryptomap add", TRAP "3",
        VARS({ROOT "2.3.3.1.2.1.90.1", "INTEGER: 2"}, {ROOT "2.3.1.1.2.1.90", "Gauge32: 1"}));
    /* another map in its place: one goes, one comes */
    type(b, "r1", "configure terminal\ninterface Ethernet0/0\ncrypto map Z\nend");
    assert_int_equal(h.n, 6);
    size_t off = strcmp(h.v[4].kind, "ipsec cryptomap detach") ? 5 : 4;
    was(&h, off, "ipsec cryptomap detach", TRAP "6", VARS({ROOT "2.3.1.1.2." VPN, "Gauge32: 2"}));
    was(&h, 9 - off, "ipsec cryptomap attach", TRAP "5",
        VARS({ROOT "2.3.1.1.2.1.90", "Gauge32: 1"}, {ROOT "2.3.1.1.3.1.90", "Gauge32: 1"},
             {ROOT "2.3.1.1.6.1.90", "Gauge32: 0"}));
    type(b, "r1", "configure terminal\nno crypto map VPN 20\nend");
    assert_int_equal(h.n, 7);
    was(&h, 6, "ipsec cryptomap delete", TRAP "4", VARS({ROOT "2.3.1.1.2." VPN, "Gauge32: 1"}));
    /* other lines are nothing to tell */
    type(b, "r1",
         "configure terminal\ninterface Ethernet0/0\ndescription here\ncrypto map Z 1\nset peer 10.0.0.8\nend");
    assert_int_equal(h.n, 7);
    box_free(b);
}

/* From one router to the other: each is sent when its own line of `enable traps` is there. */
static void over_the_wire(void **state)
{
    struct box *b = crypto_pair("", NULL);
    struct heard h = {0};
    (void)state;
    mib_hear(b, "r2", &h);
    type(b, "r1",
         "configure terminal\nsnmp-server enable traps isakmp policy add\nsnmp-server enable traps ipsec cryptomap "
         "delete\n"
         "snmp-server host 10.0.0.2 version 2c public\nend");
    box_run(b, US_PER_S);
    h.n = 0;
    type(b, "r1",
         "configure terminal\ncrypto isakmp policy 20\nexit\nno crypto isakmp policy 20\ncrypto map Z 1 "
         "ipsec-isakmp\nexit\nno crypto map Z 1\nend");
    box_run(b, US_PER_S);
    assert_int_equal(h.n, 2);
    was(&h, 0, "", TRAP "1", VARS({ROOT "1.4.0", "INTEGER: 2"}));
    was(&h, 1, "", TRAP "4", VARS({ROOT "2.3.1.1.2.1.90", "Gauge32: 0"}));
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings),
        cmocka_unit_test(changes),
        cmocka_unit_test(over_the_wire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
