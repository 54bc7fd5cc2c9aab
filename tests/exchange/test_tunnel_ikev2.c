/* test_tunnel_ikev2.c: protected tunnels whose SAs are negotiated by IKEv2: GRE in transport mode, sVTI; renewal, idle rekeys, an end that was reloaded, an end that
 * only answers. */
#include "tests/exchange/tunnel_box.h"

#define PING   "ping 10.2.0.1 source Loopback1"
#define FIVE   "Success rate is 100 percent (5/5)"
#define NONE   "Success rate is 0 percent (0/5)"
#define WITHIN (10 * US_PER_S)

#define IKE                                                                                                            \
    "crypto ikev2 keyring K\n peer ANY\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key drawbridge\n"                      \
    "crypto ikev2 profile V2\n match identity remote address 0.0.0.0\n authentication remote pre-share\n"              \
    " authentication local pre-share\n keyring local K\n"
#define TRANSPORT "crypto ipsec transform-set TS esp-gcm 256\n mode transport\n"
#define WHOLE     "crypto ipsec transform-set TS esp-gcm 256\n"
#define PROFILE   "crypto ipsec profile P\n set transform-set TS\n set ikev2-profile V2\n"
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

static bool secured(struct tunnel_box *t, const char *node, uint64_t us)
{
    for (uint64_t at = 0; at < us; at += 100 * US_PER_MS) {
        if (strstr(box_type(t->b, node, "show crypto sockets"), "Socket State: Open"))
            return true;
        box_run(t->b, 100 * US_PER_MS);
    }
    return false;
}

static void gre(void **state)
{
    struct tunnel_box *t = tunnel_box(*state, 51, IKE TRANSPORT PROFILE, PROTECTED, IKE TRANSPORT PROFILE, PROTECTED);

    assert_true(secured(t, "left", WITHIN));
    assert_true(secured(t, "right", WITHIN));
    tunnel_forget(t);
    prints(t, "left", PING, FIVE);
    assert_int_equal(t->esp, 10);
    assert_int_equal(t->gre + t->icmp, 0);
    prints(t, "left", "show crypto ipsec sa", "in use settings ={Transport, }");
    prints(t, "left", "show crypto ipsec sa",
           "   local  ident (addr/mask/prot/port): (192.0.2.1/255.255.255.255/47/0)\n");
    prints(t, "left", "show interfaces Tunnel0", "  Tunnel transport MTU 1442 bytes\n"); /* 1466 - 24 */
    prints(t, "left", "show crypto ikev2 sa", "READY");
}

static void svti(void **state)
{
    struct tunnel_box *t = tunnel_box(*state, 52, IKE WHOLE PROFILE, SVTI, IKE WHOLE PROFILE, SVTI);

    assert_true(tunnel_comes(t, "left", true, WITHIN));
    assert_true(tunnel_comes(t, "right", true, WITHIN));
    prints(t, "left", PING, FIVE);
    prints(t, "left", "show interfaces Tunnel0", "  Tunnel transport MTU 1446 bytes\n");
    prints(t, "left", PING " size 1446 df-bit", FIVE);
    prints(t, "left", "show crypto ipsec sa", "   remote ident (addr/mask/prot/port): (0.0.0.0/0.0.0.0/0/0)\n");
    /* Three hours without a packet: renewed in time. */
    size_t left = box_log_len(t->b, "left"), right = box_log_len(t->b, "right");
    box_run(t->b, 3 * 3600 * US_PER_S);
    assert_int_equal(box_log_count(t->b, "left", left, "LINEPROTO"), 0);
    assert_int_equal(box_log_count(t->b, "right", right, "LINEPROTO"), 0);
    prints(t, "left", PING, FIVE);
    box_type(t->b, "left", "clear crypto session");
    assert_true(tunnel_comes(t, "left", true, WITHIN));
    assert_true(tunnel_comes(t, "right", true, WITHIN));
    prints(t, "left", PING, FIVE);
}

static void reloaded(void **state)
{
    struct tunnel_box *t = tunnel_box(*state, 53, IKE WHOLE PROFILE, SVTI, IKE WHOLE PROFILE, SVTI);

    assert_true(tunnel_comes(t, "left", true, WITHIN));
    box_run(t->b, 30 * US_PER_S);
    box_reload(t->b, "right");
    box_run(t->b, 8 * US_PER_S);
    prints(t, "left", PING, FIVE);
    prints(t, "right", "ping 10.1.0.1 source Loopback1", FIVE);
}

/* An end that only answers begins nothing in IKEv2, where no SA is made without a child: the command does not heal it. */
static void forgotten(void **state, uint64_t seed, bool command)
{
    char right[1200];

    snprintf(right, sizeof right, "%s%s" WHOLE PROFILE " responder-only\n", IKE,
             command ? "crypto isakmp invalid-spi-recovery\n" : "");
    struct tunnel_box *t = tunnel_box(*state, seed, IKE WHOLE PROFILE, SVTI, right, SVTI);
    assert_true(tunnel_comes(t, "left", true, WITHIN));
    box_run(t->b, 30 * US_PER_S);
    prints(t, "left", PING, FIVE);
    size_t from = box_log_len(t->b, "right");
    box_reload(t->b, "right");
    box_run(t->b, 5 * US_PER_S);
    tunnel_forget(t);
    box_start(t->b, "left", PING);
    assert_true(box_wait_log(t->b, "right", from, "%CRYPTO-4-RECVD_PKT_INV_SPI", 5 * US_PER_S));
    box_run(t->b, 15 * US_PER_S);
    assert_true(box_done(t->b, "left"));
    prints(t, "left", PING, NONE);
    assert_int_equal(t->udp, 0); /* nobody has said a word to left */
}

static void black_hole(void **state)
{
    forgotten(state, 54, false);
}

static void only_answers(void **state)
{
    forgotten(state, 55, true);
}

/* The tunnel names the profile of IKEv2 itself. */
static void named_by_tunnel(void **state)
{
    const char *more = IKE WHOLE "crypto ipsec profile P\n set transform-set TS\n",
               *tunnel = " tunnel mode ipsec ipv4\n tunnel protection ipsec profile P ikev2-profile V2\n";
    struct tunnel_box *t = tunnel_box(*state, 56, more, tunnel, more, tunnel);

    assert_true(tunnel_comes(t, "left", true, WITHIN));
    prints(t, "left", PING, FIVE);
    prints(t, "left", "show crypto ikev2 sa", "READY");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(gre, setup, teardown),
        cmocka_unit_test_setup_teardown(svti, setup, teardown),
        cmocka_unit_test_setup_teardown(reloaded, setup, teardown),
        cmocka_unit_test_setup_teardown(black_hole, setup, teardown),
        cmocka_unit_test_setup_teardown(only_answers, setup, teardown),
        cmocka_unit_test_setup_teardown(named_by_tunnel, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
