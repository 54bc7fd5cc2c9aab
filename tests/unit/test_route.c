/* Longest-prefix match, recursive next hops, floating routes, equal paths, and what goes when an interface does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "tests/sim/netbox.h"
#include "tests/sim/vloop.h"

struct table_test {
    struct loop *loop;
    struct netbox box;
    struct wire *w0, *w1;
};

static int setup(void **state)
{
    struct table_test *t = NEW(struct table_test);

    t->loop = vloop_new(0);
    netbox_init(&t->box, t->loop, 1);
    t->w0 = wire_new(t->loop, NULL, NULL);
    t->w1 = wire_new(t->loop, NULL, NULL);
    netbox_plug(&t->box, "Ethernet0/0", t->w0, 0, "10.0.0.1/24");
    netbox_plug(&t->box, "Ethernet0/1", t->w1, 0, "10.0.1.1/30");
    netbox_addr(&t->box, "Loopback0", "192.0.2.1/32");
    vloop_run_for(t->loop, 2 * US_PER_S);
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    struct table_test *t = *state;

    netbox_end(&t->box);
    wire_free(t->w0);
    wire_free(t->w1);
    vloop_free(t->loop);
    mem_free(t);
    return 0;
}

/* "via Ethernet0/0 10.0.0.2", "us Loopback0", "none" ... */
static const char *look(struct table_test *t, const char *dst, char out[64])
{
    struct route_hop hop = {0};
    static const char *const words[] = {"none", "us", "via", "discard", "broadcast"};
    enum route_verdict v = route_lookup(t->box.net, addr_of(dst), &hop);

    if (v == ROUTE_NONE || v == ROUTE_DISCARD)
        snprintf(out, 64, "%s", words[v]);
    else if (v == ROUTE_VIA)
        snprintf(out, 64, "via %s %s", hop.oif->name, IP4(hop.next_hop));
    else
        snprintf(out, 64, "%s %s", words[v], hop.oif->name);
    return out;
}
#define LOOK(dst, expected) assert_string_equal(look(t, dst, (char[64]){0}), expected)

static void connected(void **state)
{
    struct table_test *t = *state;

    LOOK("10.0.0.1", "us Ethernet0/0");
    LOOK("10.0.0.77", "via Ethernet0/0 10.0.0.77");
    LOOK("10.0.0.255", "broadcast Ethernet0/0");
    LOOK("10.0.0.0", "broadcast Ethernet0/0"); /* the old form of a broadcast, RFC 1812 4.2.3.1 */
    LOOK("10.0.1.2", "via Ethernet0/1 10.0.1.2");
    LOOK("10.0.1.3", "broadcast Ethernet0/1");
    LOOK("10.0.1.4", "none");
    LOOK("192.0.2.1", "us Loopback0");
    LOOK("192.0.2.2", "none");
}

static void longest_wins(void **state)
{
    struct table_test *t = *state;

    netbox_route(&t->box, "0.0.0.0/0", "10.0.0.2");
    netbox_route(&t->box, "172.16.0.0/12", "10.0.0.3");
    netbox_route(&t->box, "172.16.5.0/24", "10.0.1.2");
    netbox_route(&t->box, "172.16.5.128/25", "10.0.0.4");
    netbox_route(&t->box, "172.16.5.130/32", "10.0.0.5");
    LOOK("8.8.8.8", "via Ethernet0/0 10.0.0.2");
    LOOK("172.31.255.255", "via Ethernet0/0 10.0.0.3");
    LOOK("172.32.0.0", "via Ethernet0/0 10.0.0.2");
    LOOK("172.16.5.127", "via Ethernet0/1 10.0.1.2");
    LOOK("172.16.5.128", "via Ethernet0/0 10.0.0.4");
    LOOK("172.16.5.130", "via Ethernet0/0 10.0.0.5");
    LOOK("172.16.5.131", "via Ethernet0/0 10.0.0.4");
    LOOK("255.255.255.254", "via Ethernet0/0 10.0.0.2");
    LOOK("10.0.0.77", "via Ethernet0/0 10.0.0.77"); /* connected is longer than the default */
}

static void recursion(void **state)
{
    struct table_test *t = *state;

    netbox_route(&t->box, "198.51.100.0/24", "203.0.113.1"); /* not reachable yet */
    LOOK("198.51.100.1", "none");
    netbox_route(&t->box, "203.0.113.0/24", "10.0.1.2");
    LOOK("198.51.100.1", "via Ethernet0/1 10.0.1.2");
    netbox_route(&t->box, "100.64.0.0/10", "100.64.0.1"); /* leads to itself alone: never in the table */
    LOOK("100.64.0.9", "none");
    netbox_route(&t->box, "100.65.0.0/16", "192.0.2.1"); /* ourselves are no next hop */
    LOOK("100.65.0.9", "none");
}

static void null_and_interface(void **state)
{
    struct table_test *t = *state;

    netbox_route(&t->box, "172.16.0.0/12", "Null0");
    netbox_route(&t->box, "172.16.1.0/24", "Ethernet0/1");
    LOOK("172.17.0.1", "discard");
    LOOK("172.16.1.9", "via Ethernet0/1 172.16.1.9"); /* asked for on the link itself */
}

static void distance_decides(void **state)
{
    struct table_test *t = *state;
    struct conf_list *routes = &net_conf(t->box.net)->routes;

    netbox_route(&t->box, "172.16.0.0/16", "10.0.0.9");
    ((struct route_conf *)routes->v[0])->distance = 250;
    netbox_route(&t->box, "172.16.0.0/16", "10.0.1.2");
    LOOK("172.16.0.1", "via Ethernet0/1 10.0.1.2");
    struct if_conf *c = netbox_conf(&t->box, "Ethernet0/1");
    c->shutdown = true;
    iface_conf_changed(t->box.net, c, false);
    LOOK("172.16.0.1", "via Ethernet0/0 10.0.0.9"); /* the floating one takes over */
    LOOK("10.0.1.1", "none");                       /* and its address is nobody's */
    c->shutdown = false;
    iface_conf_changed(t->box.net, c, false);
    vloop_run_for(t->loop, 2 * US_PER_S);
    LOOK("172.16.0.1", "via Ethernet0/1 10.0.1.2");
}

static void equal_paths(void **state)
{
    struct table_test *t = *state;
    unsigned first = 0, n = 1000;
    struct route_hop hop;

    netbox_route(&t->box, "172.16.0.0/16", "10.0.0.2");
    netbox_route(&t->box, "172.16.0.0/16", "10.0.1.2");
    for (uint32_t i = 0; i < n; i++) {
        assert_int_equal(route_lookup(t->box.net, addr_of("172.16.0.0") + i, &hop), ROUTE_VIA);
        first += hop.next_hop == addr_of("10.0.0.2");
    }
    assert_in_range(first, n / 4, n * 3 / 4);
}

static void sources(void **state)
{
    struct table_test *t = *state;

    netbox_route(&t->box, "0.0.0.0/0", "10.0.1.2");
    assert_int_equal(route_source(t->box.net, addr_of("8.8.8.8")), addr_of("10.0.1.1"));
    assert_int_equal(route_source(t->box.net, addr_of("10.0.0.9")), addr_of("10.0.0.1"));
    assert_int_equal(route_source(t->box.net, addr_of("192.0.2.1")), addr_of("192.0.2.1"));
}

static void many_routes(void **state)
{
    struct table_test *t = *state;
    struct route_hop hop;

    for (uint32_t i = 0; i < 20000; i++) {
        struct route_conf *c = NEW(struct route_conf);
        c->prefix = 0x64000000u + (i << 8);
        c->mask = ip4_mask(24);
        c->distance = 1;
        c->hop = addr_of(i & 1 ? "10.0.0.2" : "10.0.1.2");
        conf_list_add(&net_conf(t->box.net)->routes, c);
    }
    route_rebuild(t->box.net);
    for (uint32_t i = 0; i < 20000; i++) {
        assert_int_equal(route_lookup(t->box.net, 0x64000000u + (i << 8) + (i & 255), &hop), ROUTE_VIA);
        assert_int_equal(hop.next_hop, addr_of(i & 1 ? "10.0.0.2" : "10.0.1.2"));
    }
    assert_int_equal(route_lookup(t->box.net, 0x64000000u + (20000u << 8), &hop), ROUTE_NONE);
}

/* The last route goes: an empty table answers, too. */
static void nothing_left(void **state)
{
    struct table_test *t = *state;
    static const char *const names[] = {"Ethernet0/0", "Ethernet0/1", "Loopback0"};

    for (size_t i = 0; i < 3; i++) {
        struct if_conf *c = netbox_conf(&t->box, names[i]);
        c->shutdown = true;
        iface_conf_changed(t->box.net, c, false);
    }
    vloop_run_for(t->loop, 2 * US_PER_S);
    LOOK("10.0.0.1", "none");
    assert_null(route_at(t->box.net, 0));
}

/* All verdicts against a plain search of the same prefixes. */
static void against_plain_search(void **state)
{
    struct table_test *t = *state;
    struct rnd *r = rnd_seeded_new(11);
    enum { N = 300 };
    uint32_t prefix[N], hop[N];
    unsigned len[N];

    for (unsigned i = 0; i < N; i++) {
        len[i] = 9 + rnd_u32(r) % 24;
        prefix[i] = (0x20000000u | (rnd_u32(r) & 0x003FFFFF)) & ip4_mask(len[i]);
        hop[i] = addr_of("10.0.0.2") + rnd_u32(r) % 200;
        for (unsigned k = 0; k < i; k++)
            if (prefix[k] == prefix[i] && len[k] == len[i])
                hop[i] = 0; /* one of each */
        if (!hop[i])
            continue;
        struct route_conf *c = NEW(struct route_conf);
        *c = (struct route_conf){.prefix = prefix[i], .mask = ip4_mask(len[i]), .hop = hop[i], .distance = 1};
        conf_list_add(&net_conf(t->box.net)->routes, c);
    }
    route_rebuild(t->box.net);
    for (unsigned i = 0; i < 5000; i++) {
        uint32_t dst = i < N ? prefix[i] : 0x20000000u | (rnd_u32(r) & 0x003FFFFF);
        struct route_hop got = {0};
        int best = -1;
        for (unsigned k = 0; k < N; k++)
            if (hop[k] && (dst & ip4_mask(len[k])) == prefix[k] && (best < 0 || len[k] > len[best]))
                best = (int)k;
        assert_int_equal(route_lookup(t->box.net, dst, &got), best < 0 ? ROUTE_NONE : ROUTE_VIA);
        if (best >= 0)
            assert_int_equal(got.next_hop, hop[best]);
    }
    rnd_free(r);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(connected),   T(longest_wins), T(recursion),   T(null_and_interface),   T(distance_decides),
        T(equal_paths), T(sources),      T(many_routes), T(against_plain_search),
        T(nothing_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
