/* test_mib_ip.c: IP-MIB, UDP-MIB, IP-FORWARD-MIB: counters, addresses, neighbours, sockets and routes of a known router. */
#include "tests/exchange/mib_box.h"

#include "espial/loop.h"

#define IP  "1.3.6.1.2.1.4."
#define FWD "1.3.6.1.2.1.4.24."

static struct box *pair(void)
{
    struct box *b = box_new(7);
    box_node(b, "a",
             "hostname a\ninterface GigabitEthernet0/0\n ip address 10.0.0.1 255.255.255.0\n ip address 10.0.9.1 255.255.255.0 secondary\n"
             "interface Loopback0\n ip address 1.1.1.1 255.255.255.255\n"
             "ip route 172.16.0.0 255.255.0.0 10.0.0.2\nip route 172.16.0.0 255.255.0.0 10.0.0.254\nip route 172.16.0.0 255.255.255.0 10.0.0.3\nip route 192.0.2.0 255.255.255.0 Null0\n");
    box_node(b, "b", "interface GigabitEthernet0/0\n ip address 10.0.0.2 255.255.255.0\n");
    box_link(b, "a", "GigabitEthernet0/0", "b", "GigabitEthernet0/0");
    box_boot(b);
    box_run(b, 30 * US_PER_S);
    return b;
}

static void addresses(void **state)
{
    (void)state;
    struct box *b = pair();
    /* 10.0.9.1 = 167774465, 255.255.255.0 = 4294967040, 1.1.1.1 = 16843009 */
    mib_facts(b, "a", IP "20.1.", (const struct mib_fact[]){
        {"1.10.0.9.1", "IpAddress: 167774465"}, {"2.10.0.9.1", "INTEGER: 1"}, {"3.10.0.9.1", "IpAddress: 4294967040"}, {"4.10.0.0.1", "INTEGER: 1"}, {"5.10.0.0.1", "INTEGER: 65535"},
        {"1.1.1.1.1", "IpAddress: 16843009"}, {"2.1.1.1.1", "INTEGER: 2"}, {"3.1.1.1.1", "IpAddress: 4294967295"}, {"1.10.0.0.2", "-"}, {"1.10.0.0", "-"}, {"1.10.0.0.257", "-"},
        {"1.10.0.0.1.0", "-"}, {NULL, NULL}});
    assert_int_equal(mib_instances(b, "a", IP "20.1.1"), 3);
    box_free(b);
}

static void neighbours(void **state)
{
    (void)state;
    struct box *b = pair();
    mib_is(b, "a", IP "22.1.4.1.10.0.0.1", "INTEGER: 4"); /* our own */
    mib_is(b, "a", IP "22.1.4.1.10.0.0.2", "-");
    box_type(b, "a", "ping 10.0.0.2");
    mib_is(b, "a", IP "22.1.1.1.10.0.0.2", "INTEGER: 1");
    mib_is(b, "a", IP "22.1.3.1.10.0.0.2", "IpAddress: 167772162");
    mib_is(b, "a", IP "22.1.4.1.10.0.0.2", "INTEGER: 3");
    char mac[MIB_TEXT];
    strcpy(mac, mib_read(b, "b", "1.3.6.1.2.1.2.2.1.6.1", (char[MIB_TEXT]){0}));
    mib_is(b, "a", IP "22.1.2.1.10.0.0.2", mac);
    box_start(b, "a", "ping 10.0.0.77"); /* nobody */
    box_run(b, US_PER_S);
    mib_is(b, "a", IP "22.1.4.1.10.0.0.77", "-");
    assert_int_equal(mib_instances(b, "a", IP "22.1.1"), 3);
    assert_true(mib_walk(b, "a") > 300);
    box_free(b);
}

/* What comes behind a name, cut or odd as it may be. */
static void next_is(struct box *b, const char *oid, const char *want)
{
    struct trap_var v = {0};
    char got[400] = "";
    mib_name(&v, oid);
    assert_true(mib_next(router_mib(box_router(b, "a")), &v));
    for (size_t i = 0; i < v.oid_len; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%u", i ? "." : "", v.oid[i]);
    assert_string_equal(got, want);
}

/* A walk is in the order of addresses, and sees at once what came and went. */
static void walks_follow_what_comes_and_goes(void **state)
{
    (void)state;
    struct box *b = pair();
    assert_int_equal(mib_instances(b, "a", IP "22.1.2"), 2);
    assert_int_equal(mib_instances(b, "a", IP "34.1.3"), 3);
    box_type_all(b, "a", "configure terminal\narp 10.0.0.200 0200.0000.00c8 ARPA\narp 10.0.0.9 0200.0000.0009 ARPA\nend");
    assert_int_equal(mib_instances(b, "a", IP "22.1.2"), 4);
    assert_int_equal(mib_instances(b, "a", IP "35.1.4"), 4);
    next_is(b, IP "22.1.2", IP "22.1.2.1.10.0.0.1");
    next_is(b, IP "22.1.2.1", IP "22.1.2.1.10.0.0.1");
    next_is(b, IP "22.1.2.1.10.0.0.1", IP "22.1.2.1.10.0.0.9");
    next_is(b, IP "22.1.2.1.10.0.0.9.0", IP "22.1.2.1.10.0.0.200");
    next_is(b, IP "22.1.2.1.10.0.0.4000000000", IP "22.1.2.1.10.0.9.1");
    next_is(b, IP "22.1.2.1.10.0.9.1", IP "22.1.3.1.10.0.0.1");
    next_is(b, IP "35.1.4.1.1", IP "35.1.4.1.1.4.10.0.0.1");
    next_is(b, IP "35.1.4.1.1.3.99", IP "35.1.4.1.1.4.10.0.0.1");
    next_is(b, IP "35.1.4.1.1.5", IP "35.1.5.1.1.4.10.0.0.1");
    next_is(b, IP "20.1.2", IP "20.1.2.1.1.1.1");
    next_is(b, IP "20.1.2.1.1.1.1", IP "20.1.2.10.0.0.1");
    next_is(b, IP "32.1.5.1", IP "32.1.5.1.1.4.10.0.0.0.24");
    next_is(b, IP "32.1.5.1.1.4.10.0.9.0.24", IP "32.1.5.2.1.4.1.1.1.1.32");
    box_type_all(b, "a", "configure terminal\nno arp 10.0.0.200\ninterface Loopback0\nip address 1.1.1.2 255.255.255.255\ninterface GigabitEthernet0/0\nno ip address 10.0.9.1 255.255.255.0 secondary\nend");
    assert_int_equal(mib_instances(b, "a", IP "22.1.2"), 2);
    assert_int_equal(mib_instances(b, "a", IP "32.1.5"), 2);
    next_is(b, IP "20.1.2", IP "20.1.2.1.1.1.2");
    next_is(b, IP "20.1.2.1.1.1.2", IP "20.1.2.10.0.0.1");
    next_is(b, IP "20.1.2.10.0.0.1", IP "20.1.3.1.1.1.2");
    box_type_all(b, "a", "configure terminal\ninterface GigabitEthernet0/0\nshutdown\nend");
    assert_int_equal(mib_instances(b, "a", IP "22.1.2"), 0);
    assert_int_equal(mib_instances(b, "a", IP "20.1.2"), 2);
    assert_true(mib_walk(b, "a") > 300);
    box_free(b);
}

static void counters(void **state)
{
    (void)state;
    struct box *b = pair();
    mib_facts(b, "a", IP, (const struct mib_fact[]){{"1.0", "INTEGER: 1"}, {"2.0", "INTEGER: 255"}, {"13.0", "INTEGER: 30"}, {"14.0", "Counter32: 0"}, {NULL, NULL}});
    int64_t echos = mib_number(b, "a", "1.3.6.1.2.1.5.21.0"), delivered = mib_number(b, "a", IP "9.0"), none = mib_number(b, "a", IP "12.0");
    box_type(b, "a", "ping 10.0.0.2"); /* five; the first waits for ARP and is lost, as on IOS, or not */
    int64_t back = mib_number(b, "a", "1.3.6.1.2.1.5.9.0");
    assert_int_equal(mib_number(b, "a", "1.3.6.1.2.1.5.21.0"), echos + 5);
    assert_in_range(back, 4, 5);
    assert_int_equal(mib_number(b, "a", IP "9.0"), delivered + back);
    assert_int_equal(mib_number(b, "b", "1.3.6.1.2.1.5.8.0"), back);
    assert_int_equal(mib_number(b, "b", "1.3.6.1.2.1.5.22.0"), back);
    box_type(b, "a", "ping 203.0.113.1");
    assert_int_equal(mib_number(b, "a", IP "12.0"), none); /* refused before it is a packet */
    /* two fragments a packet, five packets */
    box_type(b, "a", "ping 10.0.0.2 size 2000");
    assert_int_equal(mib_number(b, "a", IP "14.0"), 10);
    assert_int_equal(mib_number(b, "a", IP "15.0"), 5);
    assert_int_equal(mib_number(b, "a", IP "17.0"), 5);
    assert_int_equal(mib_number(b, "a", IP "19.0"), 10);
    box_free(b);
}

/* RFC 4293: what is of a version or has a type of address. */
static void by_version(void **state)
{
    (void)state;
    struct box *b = pair();
    int64_t in = mib_number(b, "a", IP "31.1.1.18.1"), out = mib_number(b, "a", IP "31.1.1.21.1"), none = mib_number(b, "a", IP "31.1.1.8.1");
    int64_t in_if = mib_number(b, "a", IP "31.3.1.4.1.1"), out_if = mib_number(b, "a", IP "31.3.1.31.1.1");
    box_type(b, "a", "ping 10.0.0.2");
    int64_t back = mib_number(b, "a", "1.3.6.1.2.1.5.9.0");
    assert_int_equal(mib_number(b, "a", IP "31.1.1.18.1"), in + back);
    assert_int_equal(mib_number(b, "a", IP "31.1.1.19.1"), in + back);
    assert_int_equal(mib_number(b, "a", IP "31.1.1.21.1"), out + 5);
    assert_int_equal(mib_number(b, "a", IP "31.3.1.3.1.1"), in_if + back);
    assert_int_equal(mib_number(b, "a", IP "31.3.1.31.1.1"), out_if + back); /* what waited for ARP in vain was not sent */
    assert_int_equal(mib_number(b, "a", "1.3.6.1.2.1.5.30.1.3.1.0"), back);
    assert_int_equal(mib_number(b, "a", "1.3.6.1.2.1.5.30.1.4.1.8"), 5);
    mib_is(b, "a", "1.3.6.1.2.1.5.30.1.3.1.8", "Counter32: 0");
    mib_is(b, "a", "1.3.6.1.2.1.5.30.1.3.1.5", "-"); /* a redirect: there was none */
    assert_int_equal(mib_number(b, "a", "1.3.6.1.2.1.5.29.1.2.1"), mib_number(b, "a", "1.3.6.1.2.1.5.1.0"));
    /* b sends by a what a has no way for: that is a datagram of another's */
    box_type_all(b, "b", "configure terminal\nip route 203.0.113.0 255.255.255.0 10.0.0.1\nend");
    box_type(b, "b", "ping 203.0.113.1");
    assert_int_equal(mib_number(b, "a", IP "31.1.1.8.1"), none + 5);
    assert_int_equal(mib_number(b, "a", IP "31.1.1.22.1"), 0);
    mib_facts(b, "a", IP, (const struct mib_fact[]){
        {"28.1.2.1", "INTEGER: 65535"}, {"28.1.3.1", "INTEGER: 1"}, {"28.1.4.1", "Gauge32: 1000"}, {"28.1.3.3", "-"},
        {"31.1.1.3.2", "-"}, {"31.3.1.3.1.3", "-"}, {"31.3.1.3.2.1", "-"},
        {"32.1.5.1.1.4.10.0.0.0.24", "INTEGER: 2"}, {"32.1.6.1.1.4.10.0.9.0.24", "INTEGER: 1"}, {"32.1.8.2.1.4.1.1.1.1.32", "Gauge32: 4294967295"}, {"32.1.5.1.1.4.10.0.0.0.25", "-"},
        {"34.1.3.1.4.10.0.9.1", "INTEGER: 1"}, {"34.1.3.1.4.1.1.1.1", "INTEGER: 2"}, {"34.1.4.1.4.10.0.0.1", "INTEGER: 1"},
        {"34.1.5.1.4.10.0.0.1", "OID: 1.3.6.1.2.1.4.32.1.5.1.1.4.10.0.0.0.24"}, {"34.1.6.1.4.10.0.0.1", "INTEGER: 2"}, {"34.1.7.1.4.10.0.0.1", "INTEGER: 1"},
        {"34.1.10.1.4.10.0.0.1", "INTEGER: 1"}, {"34.1.3.1.4.10.0.0.2", "-"}, {"34.1.3.2.4.10.0.0.1", "-"},
        {"35.1.6.1.1.4.10.0.0.1", "INTEGER: 5"}, {"35.1.6.1.1.4.10.0.0.2", "INTEGER: 3"}, {"35.1.7.1.1.4.10.0.0.2", "INTEGER: 1"}, {"35.1.8.1.1.4.10.0.0.2", "INTEGER: 1"},
        {"35.1.6.1.1.4.10.0.0.77", "-"}, {"35.1.6.1.2.4.10.0.0.2", "-"}, {NULL, NULL}});
    char mac[MIB_TEXT];
    strcpy(mac, mib_read(b, "b", "1.3.6.1.2.1.2.2.1.6.1", (char[MIB_TEXT]){0}));
    mib_is(b, "a", IP "35.1.4.1.1.4.10.0.0.2", mac);
    assert_int_equal(mib_instances(b, "a", IP "34.1.3"), 3);
    assert_int_equal(mib_instances(b, "a", IP "32.1.5"), 3);
    assert_int_equal(mib_instances(b, "a", IP "31.3.1.3"), 2);
    box_free(b);
}

static void sockets(void **state)
{
    (void)state;
    struct box *b = pair();
    mib_is(b, "a", "1.3.6.1.2.1.7.5.1.2.0.0.0.0.161", "-");
    box_type_all(b, "a", "configure terminal\nsnmp-server community public\nend");
    box_run(b, US_PER_S);
    mib_is(b, "a", "1.3.6.1.2.1.7.5.1.2.0.0.0.0.161", "INTEGER: 161");
    mib_is(b, "a", "1.3.6.1.2.1.7.5.1.1.0.0.0.0.161", "IpAddress: 0");
    mib_is(b, "a", "1.3.6.1.2.1.7.5.1.2.0.0.0.1.161", "-");
    mib_is(b, "a", "1.3.6.1.2.1.7.7.1.8.1.4.0.0.0.0.161.0.0.0.1", "Gauge32: 0");
    mib_is(b, "a", "1.3.6.1.2.1.7.7.1.8.1.4.0.0.0.0.162.0.0.0.1", "-");
    assert_int_equal(mib_number(b, "a", "1.3.6.1.2.1.7.8.0"), mib_number(b, "a", "1.3.6.1.2.1.7.1.0"));
    mib_is(b, "a", "1.3.6.1.2.1.7.5.1.2.0.0.0.0.65697", "-"); /* 161 and 65536 */
    box_free(b);
}

static void routes(void **state)
{
    (void)state;
    struct box *b = pair();
    /* connected 10.0.0.0/24, 10.0.9.0/24, local 10.0.0.1, 10.0.9.1, 1.1.1.1/32; two paths, a longer one, a discard */
    mib_is(b, "a", FWD "3.0", "Gauge32: 9");
    mib_is(b, "a", FWD "6.0", "Gauge32: 9");
    assert_int_equal(mib_instances(b, "a", FWD "4.1.1"), 9);
    assert_int_equal(mib_instances(b, "a", FWD "7.1.8"), 9);
    mib_facts(b, "a", FWD "4.1.", (const struct mib_fact[]){
        {"1.10.0.0.0.255.255.255.0.0.0.0.0.0", "IpAddress: 167772160"}, {"2.10.0.0.0.255.255.255.0.0.0.0.0.0", "IpAddress: 4294967040"}, {"5.10.0.0.0.255.255.255.0.0.0.0.0.0", "INTEGER: 1"},
        {"6.10.0.0.0.255.255.255.0.0.0.0.0.0", "INTEGER: 3"}, {"7.10.0.0.0.255.255.255.0.0.0.0.0.0", "INTEGER: 2"}, {"16.10.0.0.0.255.255.255.0.0.0.0.0.0", "INTEGER: 1"},
        {"4.172.16.0.0.255.255.0.0.0.10.0.0.2", "IpAddress: 167772162"}, {"6.172.16.0.0.255.255.0.0.0.10.0.0.2", "INTEGER: 4"}, {"7.172.16.0.0.255.255.0.0.0.10.0.0.254", "INTEGER: 3"},
        {"5.172.16.0.0.255.255.255.0.0.10.0.0.3", "INTEGER: 1"}, {"11.172.16.0.0.255.255.255.0.0.10.0.0.3", "INTEGER: 0"}, {"12.172.16.0.0.255.255.255.0.0.10.0.0.3", "INTEGER: -1"},
        {"6.192.0.2.0.255.255.255.0.0.0.0.0.0", "INTEGER: 2"}, {"6.172.16.0.0.255.255.0.0.0.10.0.0.3", "-"}, {"6.172.16.0.0.255.255.0.0.1.10.0.0.2", "-"}, {NULL, NULL}});
    mib_facts(b, "a", FWD "7.1.", (const struct mib_fact[]){
        {"8.1.4.10.0.0.0.24.2.0.0.0.0", "INTEGER: 3"}, {"7.1.4.1.1.1.1.32.2.0.0.0.0", "INTEGER: 2"}, {"8.1.4.172.16.0.0.16.2.0.0.1.4.10.0.0.254", "INTEGER: 4"},
        {"9.1.4.172.16.0.0.16.2.0.0.1.4.10.0.0.2", "INTEGER: 3"}, {"8.1.4.192.0.2.0.24.2.0.0.0.0", "INTEGER: 5"}, {"8.1.4.192.0.2.0.24.2.0.0.1.4.0.0.0.0", "-"}, {NULL, NULL}});
    /* next of a name that is shorter, or between two */
    struct trap_var v = {0};
    mib_name(&v, FWD "4.1.1.172.16");
    assert_true(mib_next(router_mib(box_router(b, "a")), &v));
    assert_int_equal(v.oid[v.oid_len - 1], 2); /* by 10.0.0.2 */
    assert_true(mib_next(router_mib(box_router(b, "a")), &v));
    assert_int_equal(v.oid[v.oid_len - 1], 254);
    assert_true(mib_next(router_mib(box_router(b, "a")), &v));
    assert_int_equal(v.oid[v.oid_len - 1], 3);
    /* one that goes leaves no gap */
    box_type_all(b, "a", "configure terminal\nno ip route 172.16.0.0 255.255.0.0 10.0.0.2\nend");
    mib_is(b, "a", FWD "3.0", "Gauge32: 8");
    mib_is(b, "a", FWD "4.1.6.172.16.0.0.255.255.0.0.0.10.0.0.2", "-");
    assert_true(mib_walk(b, "a") > 300);
    box_free(b);
}

/* RFC 1213: a destination each, by its address; the shortest of those that begin alike. RFC 4293: the routers behind 0.0.0.0/0. */
static void routes_by_destination(void **state)
{
    (void)state;
    struct box *b = pair();
    assert_int_equal(mib_instances(b, "a", IP "21.1.1"), 7); /* 172.16.0.0/16, by two hops, and /24 are one */
    mib_facts(b, "a", IP "21.1.", (const struct mib_fact[]){
        {"1.10.0.0.0", "IpAddress: 167772160"}, {"2.10.0.0.0", "INTEGER: 1"}, {"7.10.0.0.0", "IpAddress: 167772161"}, {"8.10.0.0.0", "INTEGER: 3"}, {"9.10.0.0.0", "INTEGER: 2"},
        {"11.10.0.0.0", "IpAddress: 4294967040"}, {"7.172.16.0.0", "IpAddress: 167772162"}, {"8.172.16.0.0", "INTEGER: 4"}, {"9.172.16.0.0", "INTEGER: 3"},
        {"11.172.16.0.0", "IpAddress: 4294901760"}, {"7.192.0.2.0", "IpAddress: 0"}, {"8.192.0.2.0", "INTEGER: 1"}, {"12.10.0.0.1", "INTEGER: -1"}, {"13.10.0.0.1", "OID: 0.0"},
        {"1.10.0.0.2", "-"}, {"1.10.0.0", "-"}, {"1.10.0.0.0.0", "-"}, {"1.0.0.0.0", "-"}, {NULL, NULL}});
    next_is(b, IP "21.1.7", IP "21.1.7.1.1.1.1");
    next_is(b, IP "21.1.7.10.0.0", IP "21.1.7.10.0.0.0");
    next_is(b, IP "21.1.7.10.0.0.1.5", IP "21.1.7.10.0.9.0");
    assert_int_equal(mib_instances(b, "a", IP "37.1.4"), 0);
    box_type_all(b, "a", "configure terminal\nip route 0.0.0.0 0.0.0.0 10.0.0.2\nip route 0.0.0.0 0.0.0.0 10.0.9.7\nend");
    mib_is(b, "a", IP "21.1.11.0.0.0.0", "IpAddress: 0");
    assert_int_equal(mib_instances(b, "a", IP "37.1.4"), 2);
    mib_facts(b, "a", IP "37.1.", (const struct mib_fact[]){{"4.1.4.10.0.0.2.1", "Gauge32: 65535"}, {"5.1.4.10.0.9.7.1", "INTEGER: 0"}, {"5.1.4.10.0.9.7.2", "-"}, {NULL, NULL}});
    assert_true(mib_walk(b, "a") > 300);
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses), cmocka_unit_test(neighbours), cmocka_unit_test(walks_follow_what_comes_and_goes), cmocka_unit_test(counters), cmocka_unit_test(by_version), cmocka_unit_test(sockets), cmocka_unit_test(routes), cmocka_unit_test(routes_by_destination),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
