/* IKEv2 under the other forms of policy: tunnel interfaces, a dynamic map that only answers, transport mode, narrowing,
 * several children, per-profile SAs. */
#include "tests/exchange/ikev2_box.h"

#define COMMON                                                                                                         \
    "crypto ikev2 keyring K\n peer ANY\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key cisco123\n"                        \
    "crypto ikev2 profile P\n match identity remote address 0.0.0.0\n authentication remote pre-share\n"               \
    " authentication local pre-share\n keyring local K\n"                                                              \
    "crypto ipsec transform-set T esp-gcm 256\n mode %s\n"

/* %1 transform mode, %2 the rest: interfaces. Router i is 10.0.0.i, its LAN 10.i.0.1/16. */
static struct rig *two(const char *mode, const char *left, const char *right)
{
    static struct rig r;
    char text[4096];

    r = (struct rig){.b = box_new(3)};
    for (int i = 0; i < 2; i++) {
        int n = snprintf(text, sizeof text, COMMON, mode);
        snprintf(text + n, sizeof text - (size_t)n,
                 "interface Loopback0\n ip address 10.%d.0.1 255.255.0.0\n%sinterface Ethernet0/0\n"
                 " ip address 10.0.0.%d 255.255.255.0\n%slogging buffered 65536\nend\n",
                 i + 1, "", i + 1, i ? right : left);
        box_node(r.b, node_names[i], text);
    }
    r.wire = box_link(r.b, "left", "Ethernet0/0", "right", "Ethernet0/0");
    box_boot(r.b);
    wire_tap(r.wire, rig_tap, &r);
    return &r;
}

#define TUNNEL(mode, me, other)                                                                                        \
    "crypto ipsec profile IP\n set transform-set T\n set ikev2-profile P\n"                                            \
    "interface Tunnel0\n ip address 10.9.0." me " 255.255.255.0\n tunnel source Ethernet0/0\n"                         \
    " tunnel destination 10.0.0." other "\n" mode " tunnel protection ipsec profile IP\n"                              \
    "ip route 10." other ".0.0 255.255.0.0 Tunnel0\n"

static void svti(void **state)
{
    (void)state;
    struct rig *r =
        two("tunnel", TUNNEL(" tunnel mode ipsec ipv4\n", "1", "2"), TUNNEL(" tunnel mode ipsec ipv4\n", "2", "1"));
    box_run(r->b, 30 * S);
    assert_true(rig_ping(r, 0, 10) >= 8);
    box_run(r->b, 30 * S);
    assert_int_equal(rig_ping(r, 1, 5), 5);
    assert_true(rig_sas(r, 0) >= 1 && rig_sas(r, 0) == rig_sas(r, 1));
    const struct v2_child *c = rig_child(r, 0);
    assert_int_equal(c->policy.local_sel.mask | c->policy.remote_sel.mask, 0);
    rig_free(r);
}

static void gre_transport(void **state)
{
    (void)state;
    struct rig *r = two("transport", TUNNEL("", "1", "2"), TUNNEL("", "2", "1"));
    box_run(r->b, 30 * S);
    assert_true(rig_ping(r, 0, 10) >= 8);
    const struct v2_child *c = rig_child(r, 0);
    assert_non_null(c);
    assert_int_equal(c->policy.transforms[0].mode, IPSEC_TRANSPORT);
    assert_int_equal(c->policy.local_sel.proto, PROTO_GRE);
    rig_free(r);
}

static void dynamic_map(void **state)
{
    (void)state;
    struct rig *r =
        two("tunnel",
            " crypto map M\nip route 0.0.0.0 0.0.0.0 10.0.0.2\ncrypto map M 10 ipsec-isakmp\n set peer 10.0.0.2\n"
            " set transform-set T\n set ikev2-profile P\n match address 101\n"
            "access-list 101 permit ip 10.1.0.0 0.0.255.255 10.2.0.0 0.0.255.255\n",
            " crypto map M\nip route 0.0.0.0 0.0.0.0 10.0.0.1\ncrypto dynamic-map D 10\n set transform-set T\n"
            " set ikev2-profile P\ncrypto map M 10 ipsec-isakmp dynamic D\n");
    assert_true(rig_ping(r, 0, 5) >= 4);
    rig_quiet(r, 1, 1);
    assert_int_equal(rig_ping(r, 1, 5), 5);
    rig_free(r);
}

/* The wider side answers with what both have; each side's own list says more or less. */
static void narrowing(void **state)
{
    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        char text[2][1024];
        for (int i = 0; i < 2; i++)
            snprintf(text[i], sizeof text[i],
                     " crypto map M\nip route 0.0.0.0 0.0.0.0 10.0.0.%d\ncrypto map M 10 ipsec-isakmp\n"
                     " set peer 10.0.0.%d\n set transform-set T\n set ikev2-profile P\n match address 101\n"
                     "access-list 101 permit ip 10.%d.0.0 0.0.255.255 10.%d.0.0 0.%d.255.255\n",
                     2 - i, 2 - i, i + 1, i == wide ? 0 : 2 - i, i == wide ? 255 : 0);
        struct rig *r = two("tunnel", text[0], text[1]);
        assert_true(rig_ping(r, 0, 5) >= 4);
        rig_quiet(r, 1, 1);
        assert_int_equal(rig_child(r, wide)->policy.remote_sel.mask, 0xFFFF0000u);
        rig_free(r);
    }
}

/* reverse-route of a profile: the other end, a crypto map, narrows the tunnel's any to its own network, and that is the
 * route there, by way of the tunnel; it goes with the SAs. */
static void routes_of_a_tunnel(void **state)
{
    (void)state;
    struct rig *r = two("tunnel",
                        "crypto ipsec profile IP\n set transform-set T\n set ikev2-profile P\n reverse-route\n"
                        " set reverse-route distance 20\n set reverse-route tag 7\n"
                        "interface Tunnel0\n ip address 10.9.0.1 255.255.255.0\n tunnel source Ethernet0/0\n"
                        " tunnel destination 10.0.0.2\n tunnel mode ipsec ipv4\n tunnel protection ipsec profile IP\n",
                        " crypto map M\nip route 0.0.0.0 0.0.0.0 10.0.0.1\ncrypto map M 10 ipsec-isakmp\n"
                        " set peer 10.0.0.1\n set transform-set T\n set ikev2-profile P\n match address 101\n"
                        "access-list 101 permit ip 10.2.0.0 0.0.255.255 10.1.0.0 0.0.255.255\n");
    box_run(r->b, 30 * S);
    const char *said = box_type(r->b, "left", "show ip route static");
    if (!strstr(said, "10.2.0.0/16") || !strstr(said, "Tunnel0"))
        fail_msg("no route:\n%s\n%s", said, box_type(r->b, "left", "show ip interface brief"));
    assert_non_null(strstr(box_type(r->b, "left", "show ip route 10.2.0.0"), "distance 20"));
    assert_non_null(strstr(box_type(r->b, "left", "show ip route 10.2.0.0"), "Tag 7"));
    assert_int_equal(rig_ping(r, 0, 5), 5);
    assert_int_equal(rig_ping(r, 1, 5), 5);
    box_type_all(r->b, "left", "configure terminal\ncrypto ipsec profile IP\nno reverse-route\nend");
    assert_null(strstr(box_type(r->b, "left", "show ip route static"), "10.2.0.0"));
    box_type_all(r->b, "left", "configure terminal\ncrypto ipsec profile IP\nreverse-route\nend");
    assert_non_null(strstr(box_type(r->b, "left", "show ip route static"), "10.2.0.0"));
    box_type_all(r->b, "right", "configure terminal\ninterface Ethernet0/0\nshutdown\nend");
    box_type(r->b, "left", "clear crypto session");
    box_run(r->b, 5 * S);
    assert_null(strstr(box_type(r->b, "left", "show ip route static"), "10.2.0.0"));
    assert_true(box_log_count(r->b, "left", 0, "Line protocol on Interface Tunnel0, changed state to down") > 0);
    rig_free(r);
}

#define BETWEEN_ENDS(sets, me, other)                                                                                  \
    " crypto map M\ncrypto ipsec transform-set A esp-aes esp-sha-hmac\n mode tunnel\n"                                 \
    "crypto ipsec transform-set B esp-aes esp-sha-hmac\n mode transport\n"                                             \
    "crypto ipsec transform-set C esp-aes esp-sha-hmac\n mode transport require\n"                                     \
    "crypto map M 10 ipsec-isakmp\n set peer 10.0.0." other "\n set transform-set " sets                               \
    "\n set ikev2-profile P\n match address 101\naccess-list 101 permit icmp host 10.0.0." me " host 10.0.0." other "\n"

/* Of several sets the one that is agreed on says the mode. */
static void mode_of_the_set(void **state)
{
    (void)state;
    static const struct {
        const char *left, *right;
        bool up;
        enum ipsec_mode mode;
    } rows[] = {
        {BETWEEN_ENDS("B", "1", "2"), BETWEEN_ENDS("T B", "2", "1"), true, IPSEC_TRANSPORT},
        {BETWEEN_ENDS("B", "1", "2"), BETWEEN_ENDS("T A", "2", "1"), true, IPSEC_TUNNEL},
        {BETWEEN_ENDS("A", "1", "2"), BETWEEN_ENDS("C A", "2", "1"), true, IPSEC_TUNNEL},
        {BETWEEN_ENDS("A", "1", "2"), BETWEEN_ENDS("C", "2", "1"), false, IPSEC_TUNNEL},
        {BETWEEN_ENDS("C", "1", "2"), BETWEEN_ENDS("T C", "2", "1"), true, IPSEC_TRANSPORT},
        {BETWEEN_ENDS("C", "1", "2"), BETWEEN_ENDS("A", "2", "1"), false, IPSEC_TUNNEL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rig *r = two("tunnel", rows[i].left, rows[i].right);
        box_type(r->b, "left", "ping 10.0.0.2 repeat 5 timeout 1");
        for (int node = 0; node < 2; node++) {
            const struct v2_child *c = rig_child(r, node);
            if (!c != !rows[i].up || (c && c->policy.transforms[0].mode != rows[i].mode))
                fail_msg("row %zu, %s: %s", i, node_names[node], c ? "the wrong mode" : "no child");
        }
        rig_free(r);
    }
}

static void several_children(void **state)
{
    (void)state;
    struct rig *r =
        two("tunnel",
            " crypto map M\nip route 0.0.0.0 0.0.0.0 10.0.0.2\ncrypto map M 10 ipsec-isakmp\n set peer 10.0.0.2\n"
            " set transform-set T\n set pfs group14\n set ikev2-profile P\n match address 101\n"
            "access-list 101 permit ip 10.1.0.0 0.0.255.255 10.2.0.0 0.0.255.255\n"
            "access-list 101 permit ip host 10.0.0.1 10.2.0.0 0.0.255.255\n",
            " crypto map M\nip route 0.0.0.0 0.0.0.0 10.0.0.1\ncrypto map M 10 ipsec-isakmp\n set peer 10.0.0.1\n"
            " set transform-set T\n set pfs group14\n set ikev2-profile P\n match address 101\n"
            "access-list 101 permit ip 10.2.0.0 0.0.255.255 10.1.0.0 0.0.255.255\n"
            "access-list 101 permit ip 10.2.0.0 0.0.255.255 host 10.0.0.1\n");
    assert_true(rig_ping(r, 0, 5) >= 4);
    (void)box_type(r->b, "left", "ping 10.2.0.1 repeat 3");
    rig_quiet(r, 1, 2);
    assert_int_equal(r->seen[V2_CREATE_CHILD_SA][0], 1);
    v2_rekey_begin(rig_sa(r, 1));
    box_run(r->b, 5 * S);
    rig_quiet(r, 1, 2);
    box_type(r->b, "left", "clear crypto sa");
    box_run(r->b, 2 * S);
    rig_quiet(r, 1, 0);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(svti),      cmocka_unit_test(gre_transport),    cmocka_unit_test(dynamic_map),
        cmocka_unit_test(narrowing), cmocka_unit_test(routes_of_a_tunnel), cmocka_unit_test(several_children), cmocka_unit_test(mode_of_the_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
