/* test_dummy_tunnel.c: dummy packets (RFC 4303 section 2.6) of protected tunnels, as their IPsec profile asks for them. */
#include "tests/exchange/protected_tunnel.h"

#include "dataplane/ipsec/ipsec.h"

static void dummies(struct tunnel_box *t, const char *rate, unsigned n)
{
    char lines[160];
    snprintf(lines, sizeof lines, "configure terminal\ncrypto ipsec profile P\nset security-association dummy %s\nend", rate);
    box_type_all(t->b, "left", lines);
    box_run(t->b, US_PER_MS);
    tunnel_forget(t);
    box_run(t->b, 30 * US_PER_S);
    assert_int_equal(t->esp, n);
    assert_int_equal(t->gre + t->icmp, 0);
}

static void check(struct tunnel_box *t)
{
    dummies(t, "pps 10", 300);
    assert_true(t->last_len <= 1500);
    dummies(t, "seconds 10", 3);
    prints(t, "left", "show crypto ipsec sa", "#pkts encaps: 5, #pkts encrypt: 5, #pkts digest: 5\n    #pkts decaps: 5,");
    prints(t, "right", "show crypto ipsec sa", "#pkts encaps: 5, #pkts encrypt: 5, #pkts digest: 5\n    #pkts decaps: 5,");
    dummies(t, "pps 0", 0);
    prints(t, "left", PING, FIVE);
}

static void gre_transport(void **state)
{
    struct tunnel_box *t = both(state, 121, IKE SET_TRANSPORT PROFILE, PROTECTED);
    assert_true(secured(t, "left", true, WITHIN));
    assert_true(secured(t, "right", true, WITHIN));
    prints(t, "left", PING, FIVE);
    prints(t, "left", "show crypto ipsec sa", "in use settings ={Transport, }");
    check(t);
}

static void svti(void **state)
{
    struct tunnel_box *t = both(state, 122, IKE SET_TUNNEL PROFILE, SVTI);
    assert_true(tunnel_comes(t, "left", true, WITHIN));
    assert_true(tunnel_comes(t, "right", true, WITHIN));
    prints(t, "left", PING, FIVE);
    prints(t, "left", "show crypto ipsec sa", "in use settings ={Tunnel, }");
    check(t);
}

static uint64_t carried(struct tunnel_box *t, const char *node, bool in)
{
    struct ipsec *ips = dataplane_ipsec(router_dataplane(box_router(t->b, node)));
    struct ipsec_flow_info f;
    for (size_t at = 0; ipsec_flow_next(ips, &at, &f);)
        if (!strcmp(f.ifname, "Tunnel0"))
            return in ? f.n.decaps : f.n.encaps;
    fail();
    return 0;
}

/* Of a tunnel within another one: to that one they are packets as all others. */
static void within(void **state)
{
    struct tunnel_box *t = both(state, 123, IKE SET_TUNNEL PROFILE, SVTI);
    for (int i = 1; i <= 2; i++) {
        char text[400];
        snprintf(text, sizeof text,
                 "configure terminal\ncrypto ipsec profile Q\nset transform-set TS\n%s"
                 "interface Tunnel2\nip address 172.16.2.%d 255.255.255.252\ntunnel source Tunnel0\ntunnel destination "
                 "172.16.0.%d\ntunnel mode ipsec ipv4\ntunnel protection ipsec profile Q\nend",
                 i == 1 ? "set security-association dummy pps 10\n" : "", i, 3 - i);
        box_type_all(t->b, i == 1 ? "left" : "right", text);
    }
    box_run(t->b, 10 * US_PER_S);
    prints(t, "left", "ping 172.16.2.2", FIVE);
    box_run(t->b, 10 * US_PER_MS);
    uint64_t out = carried(t, "left", false), in = carried(t, "right", true);
    tunnel_forget(t);
    box_run(t->b, 30 * US_PER_S);
    assert_int_equal(t->esp, 300);
    assert_int_equal(carried(t, "left", false), out + 300);
    assert_int_equal(carried(t, "right", true), in + 300);
    prints(t, "left", "ping 172.16.2.2", FIVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TUNNEL_TEST(gre_transport),
        TUNNEL_TEST(svti),
        TUNNEL_TEST(within),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
