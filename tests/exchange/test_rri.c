/* test_rri.c: routes that SAs bring with them (reverse-route), in all its forms, on whole routers: when they are there,
 * where they lead, when they go. Words of `show ip route` as devices print them. */
#include "tests/exchange/star.h"

static bool route(struct box *b, const char *node, const char *text)
{
    return strstr(box_type(b, node, "show ip route static"), text) != NULL;
}

/* While there are SAs; the hub has no other way to the spoke's network than by its default. */
static void while_up(void **state)
{
    struct box *b = star(830, hub, 2);
    (void)state;
    conf(b, "hub", "crypto dynamic-map DYN 10\nreverse-route");
    assert_false(route(b, "hub", "10.1.1.0"));
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    assert_int_equal(pings(b, "s2", FROM_SPOKE), 4);
    assert_true(route(b, "hub", "10.1.1.0/24 [1/0] via 192.0.1.1"));
    assert_true(route(b, "hub", "10.1.2.0/24 [1/0] via 192.0.2.1"));
    assert_null(strstr(box_type(b, "hub", "show running-config"), "ip route 10.1"));
    assert_int_equal(pings(b, "hub", "ping 10.1.2.1 source Loopback0 timeout 1"), 5);
    box_type(b, "s1", "clear crypto session");
    box_run(b, US_PER_S);
    assert_false(route(b, "hub", "10.1.1.0"));
    assert_true(route(b, "hub", "10.1.2.0/24"));
    /* A peer that is found dead takes its routes with it. */
    conf(b, "hub", "crypto isakmp keepalive 10 2 periodic");
    box_run(b, 15 * US_PER_S);
    assert_true(route(b, "hub", "10.1.2.0/24"));
    conf(b, "s2", "interface Ethernet0/0\nshutdown");
    box_run(b, 60 * US_PER_S);
    assert_false(route(b, "hub", "10.1.2.0"));
    box_free(b);
}

/* The lines change with SAs up: the routes follow at once. */
static void forms(void **state)
{
    struct box *b = star(831, hub, 1);
    (void)state;
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    assert_false(route(b, "hub", "10.1.1.0"));
    conf(b, "hub", "crypto dynamic-map DYN 10\nreverse-route");
    assert_true(route(b, "hub", "10.1.1.0/24 [1/0] via 192.0.1.1"));
    conf(b, "hub", "crypto dynamic-map DYN 10\nset reverse-route distance 20");
    assert_true(route(b, "hub", "10.1.1.0/24 [20/0] via 192.0.1.1"));
    conf(b, "hub", "crypto dynamic-map DYN 10\nreverse-route remote-peer 192.0.0.254");
    assert_true(route(b, "hub", "10.1.1.0/24 [20/0] via 192.0.0.254"));
    assert_false(route(b, "hub", "192.0.1.1"));
    conf(b, "hub", "crypto dynamic-map DYN 10\nreverse-route remote-peer 192.0.0.254 gateway");
    assert_true(route(b, "hub", "10.1.1.0/24 [20/0] via 192.0.1.1"));
    assert_true(route(b, "hub", "192.0.1.1/32 [20/0] via 192.0.0.254") ||
                route(b, "hub", "192.0.1.1 [20/0] via 192.0.0.254"));
    assert_int_equal(pings(b, "hub", "ping 10.1.1.1 source Loopback0 timeout 1"), 5);
    conf(b, "hub", "crypto dynamic-map DYN 10\nno reverse-route");
    assert_false(route(b, "hub", "10.1.1.0"));
    assert_false(route(b, "hub", "192.0.1.1"));
    box_free(b);
}

/* set reverse-route tag, gateway: a mark on the routes, another next hop for them. A tunnel whose other end is behind
 * such a route comes up with it, and goes with it. */
static void tag_and_gateway(void **state)
{
    struct box *b = star(833, hub, 1);
    (void)state;
    conf(b, "hub",
         "crypto dynamic-map DYN 10\nreverse-route\nset reverse-route tag 77\nset reverse-route gateway 192.0.0.254\n"
         "interface Tunnel5\nip address 172.16.5.1 255.255.255.252\ntunnel source Loopback0\n"
         "tunnel destination 10.1.1.1\nno ip route 0.0.0.0 0.0.0.0 192.0.0.254\n"
         "ip route 192.0.0.0 255.255.0.0 192.0.0.254");
    assert_non_null(strstr(box_type(b, "hub", "show interfaces Tunnel5"), "line protocol is down"));
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    assert_true(route(b, "hub", "10.1.1.0/24 [1/0] via 192.0.0.254"));
    assert_non_null(strstr(box_type(b, "hub", "show ip route 10.1.1.0"),
                           "  Known via \"static\", distance 1, metric 0\n"
                           "  Tag 77\n"
                           "  Routing Descriptor Blocks:\n"
                           "  * 192.0.0.254\n"
                           "      Route metric is 0, traffic share count is 1\n"
                           "      Route tag 77\n"));
    assert_non_null(strstr(box_type(b, "hub", "show interfaces Tunnel5"), "line protocol is up"));
    assert_int_equal(pings(b, "hub", "ping 10.1.1.1 source Loopback0 timeout 1"), 5);
    assert_non_null(strstr(box_type(b, "hub", "show running-config | section dynamic-map"),
                           " set reverse-route tag 77\n set reverse-route gateway 192.0.0.254\n reverse-route\n"));
    conf(b, "hub", "crypto dynamic-map DYN 10\nno set reverse-route gateway\nset reverse-route tag 78");
    assert_true(route(b, "hub", "10.1.1.0/24 [1/0] via 192.0.1.1"));
    assert_non_null(strstr(box_type(b, "hub", "show ip route 10.1.1.0"), "  Tag 78\n"));
    box_type(b, "hub", "clear crypto session");
    box_run(b, US_PER_S);
    assert_false(route(b, "hub", "10.1.1.0"));
    assert_non_null(strstr(box_type(b, "hub", "show interfaces Tunnel5"), "line protocol is down"));
    conf(b, "hub", "ip route 10.9.0.0 255.255.0.0 192.0.0.254 20 tag 5");
    assert_non_null(strstr(box_type(b, "hub", "show ip route 10.9.0.0"), "distance 20, metric 0\n  Tag 5\n"));
    assert_non_null(
        strstr(box_type(b, "hub", "show running-config"), "ip route 10.9.0.0 255.255.0.0 192.0.0.254 20 tag 5\n"));
    box_free(b);
}

/* Of a static entry: with SAs, or always; by way of whichever peer is the current one. */
static void of_lines(void **state)
{
    struct box *b = star(832, hub, 1);
    (void)state;
    conf(b, "s1", "crypto map CM 10 ipsec-isakmp\nreverse-route static");
    assert_true(route(b, "s1", "10.0.0.0/24 [1/0] via 192.0.0.1") || route(b, "s1", "10.0.0.0 [1/0] via 192.0.0.1"));
    conf(b, "s1", "crypto map CM 10 ipsec-isakmp\nset peer 192.0.2.1\nno set peer 192.0.0.1");
    assert_true(strstr(box_type(b, "s1", "show ip route static"), "via 192.0.2.1") != NULL);
    conf(b, "s1", "crypto map CM 10 ipsec-isakmp\nset peer 192.0.0.1\nno set peer 192.0.2.1\nreverse-route");
    assert_null(strstr(box_type(b, "s1", "show ip route static"), "via 192.0.0.1"));
    assert_int_equal(pings(b, "s1", FROM_SPOKE), 4);
    assert_non_null(strstr(box_type(b, "s1", "show ip route static"), "via 192.0.0.1"));
    conf(b, "s1", "interface Ethernet0/0\nno crypto map");
    assert_null(strstr(box_type(b, "s1", "show ip route static"), "via 192.0.0.1"));
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(while_up),
        cmocka_unit_test(forms),
        cmocka_unit_test(tag_and_gateway),
        cmocka_unit_test(of_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
