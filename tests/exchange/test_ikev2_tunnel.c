/* test_ikev2_tunnel.c: tunnels protected by profiles that ask for IKEv2: GRE in transport mode (USE_TRANSPORT_MODE), GRE
 * in tunnel mode, sVTI; SAs that come by themselves, renewed ones, an end that has forgotten everything. */
#include "tests/exchange/tunnel_box.h"

#define PING   "ping 10.2.0.1 source Loopback1"
#define FIVE   "Success rate is 100 percent (5/5)"
#define WITHIN (20 * US_PER_S)

#define IKEV2                                                                                                          \
    "crypto ikev2 keyring KR\n peer ALL\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key drawbridge\n"                     \
    "crypto ikev2 profile V2\n match identity remote address 0.0.0.0\n authentication remote pre-share\n"              \
    " authentication local pre-share\n keyring local KR\n"
#define SET_TRANSPORT "crypto ipsec transform-set TS esp-gcm 256\n mode transport\n"
#define SET_TUNNEL    "crypto ipsec transform-set TS esp-gcm 256\n"
#define PROFILE       "crypto ipsec profile P\n set transform-set TS\n set ikev2-profile V2\n"
#define SHORT                                                                                                          \
    "crypto ipsec profile P\n set transform-set TS\n set ikev2-profile V2\n set security-association lifetime "        \
    "seconds 120\n"
#define PROTECTED " tunnel protection ipsec profile P\n"
#define SVTI      " tunnel mode ipsec ipv4\n" PROTECTED

static int setup(void **state)
{
    static struct tunnel_box t;

    *state = &t;
    return 0;
}

static int teardown(void **state)
{
    tunnel_box_end(*state);
    return 0;
}

static struct tunnel_box *both(void **state, uint64_t seed, const char *more, const char *tunnel)
{
    return tunnel_box(*state, seed, more, tunnel, more, tunnel);
}

/* One READY SA with a child, and nothing else. */
static bool secured(struct tunnel_box *t, const char *node, uint64_t us)
{
    for (uint64_t at = 0; at < us; at += 100 * US_PER_MS) {
        if (strstr(box_type(t->b, node, "show crypto ikev2 session"), "Status:UP-ACTIVE, IKE count:1, CHILD count:1"))
            return true;
        box_run(t->b, 100 * US_PER_MS);
    }
    return false;
}

static void gre_transport(void **state)
{
    struct tunnel_box *t = both(state, 31, IKEV2 SET_TRANSPORT PROFILE, PROTECTED);

    assert_true(secured(t, "left", WITHIN));
    assert_true(secured(t, "right", WITHIN));
    tunnel_forget(t);
    prints(t, "left", PING, FIVE);
    assert_int_equal(t->esp, 10);
    assert_int_equal(t->gre + t->icmp, 0);
    /* IPv4 20, ESP 8, IV 8, GRE 4 + packet 100 + 2 + padding 2, ICV 16 */
    assert_int_equal(t->last_len, 20 + 8 + 8 + 108 + 16);
    prints(t, "left", "show crypto ipsec sa", "in use settings ={Transport, }");
    prints(t, "left", "show crypto ikev2 session detailed", "mode transport\n");
    prints(t, "left", "show crypto ikev2 session",
           "Child sa: local selector  192.0.2.1/0 - 192.0.2.1/65535\n"
           "          remote selector 198.51.100.1/0 - 198.51.100.1/65535\n");
    prints(t, "left", "show crypto session", "Interface: Tunnel0\nProfile: V2\nSession status: UP-ACTIVE     \n");
    prints(t, "left", "show crypto session", "  IPSEC FLOW: permit 47 host 192.0.2.1 host 198.51.100.1 \n");
    prints(t, "left", "show crypto ikev2 sa", "PRF: SHA512, Hash: SHA512, DH Grp:19");
}

static void gre_tunnel(void **state)
{
    struct tunnel_box *t = both(state, 32, IKEV2 SET_TUNNEL PROFILE, PROTECTED);

    assert_true(secured(t, "left", WITHIN));
    prints(t, "left", PING, FIVE);
    prints(t, "right", "show crypto ipsec sa", "in use settings ={Tunnel, }");
}

/* Transport mode is a wish: what one end does not ask for, or not grant, becomes tunnel mode, and nothing goes in clear. */
static void modes_differ(void **state)
{
    struct tunnel_box *t =
        tunnel_box(*state, 33, IKEV2 SET_TRANSPORT PROFILE, PROTECTED, IKEV2 SET_TUNNEL PROFILE, PROTECTED);

    assert_true(secured(t, "left", WITHIN));
    tunnel_forget(t);
    prints(t, "left", PING, FIVE);
    assert_int_equal(t->gre + t->icmp, 0);
    prints(t, "left", "show crypto ikev2 session detailed", "mode tunnel\n");
    prints(t, "right", "show crypto ikev2 session detailed", "mode tunnel\n");
}

static void svti(void **state)
{
    struct tunnel_box *t = both(state, 34, IKEV2 SET_TUNNEL SHORT, SVTI);

    assert_true(tunnel_comes(t, "left", true, WITHIN));
    assert_true(tunnel_comes(t, "right", true, WITHIN));
    assert_true(secured(t, "left", WITHIN));
    prints(t, "left", PING, FIVE);
    prints(t, "left", "show crypto ikev2 session",
           "Child sa: local selector  0.0.0.0/0 - 255.255.255.255/65535\n"
           "          remote selector 0.0.0.0/0 - 255.255.255.255/65535\n");
    /* two lifetimes of pings, none lost */
    prints(t, "left", "ping 10.2.0.1 source Loopback1 repeat 20000", "Success rate is 100 percent (20000/20000)");
    for (int i = 0; i < 5; i++) {
        box_run(t->b, 60 * US_PER_S);
        prints(t, "right", "ping 10.1.0.1 source Loopback1", FIVE);
    }
    assert_true(secured(t, "left", WITHIN));
    prints(t, "left", "show crypto ikev2 stats exchange", "\nCREATE_CHILD_SA ");
    /* one end forgets everything: the other is told by the new SA's INITIAL_CONTACT */
    box_reload(t->b, "right");
    assert_true(tunnel_comes(t, "right", true, 60 * US_PER_S));
    assert_true(secured(t, "left", WITHIN));
    prints(t, "left", PING, FIVE);
    prints(t, "right", "ping 10.1.0.1 source Loopback1", FIVE);
    /* cleared: it comes back by itself */
    box_type(t->b, "left", "clear crypto ikev2 sa");
    assert_true(tunnel_comes(t, "left", true, 60 * US_PER_S));
    assert_true(secured(t, "right", WITHIN));
    prints(t, "left", PING, FIVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(gre_transport, setup, teardown),
        cmocka_unit_test_setup_teardown(gre_tunnel, setup, teardown),
        cmocka_unit_test_setup_teardown(modes_differ, setup, teardown),
        cmocka_unit_test_setup_teardown(svti, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
