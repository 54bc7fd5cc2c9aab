/* test_tunnel_ikev2.c: protected tunnels whose SAs are negotiated by IKEv2: GRE in transport mode (USE_TRANSPORT_MODE)
 * and in tunnel mode, sVTI; SAs that come by themselves, renewal, idle rekeys, an end that was reloaded, an end that
 * only answers. */
#include "tests/exchange/tunnel_box.h"

#define WITHIN (20 * US_PER_S)

#define IKE                                                                                                            \
    "crypto ikev2 keyring K\n peer ANY\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key drawbridge\n"                      \
    "crypto ikev2 profile V2\n match identity remote address 0.0.0.0\n authentication remote pre-share\n"              \
    " authentication local pre-share\n keyring local K\n"
#define TRANSPORT "crypto ipsec transform-set TS esp-gcm 256\n mode transport\n"
#define WHOLE     "crypto ipsec transform-set TS esp-gcm 256\n"
#define PROFILE   "crypto ipsec profile P\n set transform-set TS\n set ikev2-profile V2\n"
#define PROTECTED " tunnel protection ipsec profile P\n"
#define SHORT     PROFILE " set security-association lifetime seconds 120\n"
#define SVTI      " tunnel mode ipsec ipv4\n" PROTECTED

/* One READY SA with a child, and nothing else. */
static bool secured(struct tunnel_box *t, const char *node, uint64_t us)
{
    return comes_to(t, node, "show crypto ikev2 session", "Status:UP-ACTIVE, IKE count:1, CHILD count:1", true, us);
}

static void gre(void **state)
{
    struct tunnel_box *t = both(state, 51, IKE TRANSPORT PROFILE, PROTECTED);

    assert_true(secured(t, "left", WITHIN));
    assert_true(secured(t, "right", WITHIN));
    tunnel_forget(t);
    prints(t, "left", PING, FIVE);
    assert_int_equal(t->esp, 10);
    assert_int_equal(t->gre + t->icmp, 0);
    /* IPv4 20, ESP 8, IV 8, GRE 4 + packet 100 + 2 + padding 2, ICV 16 */
    assert_int_equal(t->last_len, 20 + 8 + 8 + 108 + 16);
    prints(t, "left", "show crypto ipsec sa", "in use settings ={Transport, }");
    prints(t, "left", "show crypto ipsec sa",
           "   local  ident (addr/mask/prot/port): (192.0.2.1/255.255.255.255/47/0)\n");
    prints(t, "left", "show interfaces Tunnel0", "  Tunnel transport MTU 1442 bytes\n"); /* 1466 - 24 */
    prints(t, "left", "show crypto ikev2 session detailed", "mode transport\n");
    prints(t, "left", "show crypto ikev2 session",
           "Child sa: local selector  192.0.2.1/0 - 192.0.2.1/65535\n"
           "          remote selector 198.51.100.1/0 - 198.51.100.1/65535\n");
    prints(t, "left", "show crypto session", "Interface: Tunnel0\nProfile: V2\nSession status: UP-ACTIVE     \n");
    prints(t, "left", "show crypto session", "  IPSEC FLOW: permit 47 host 192.0.2.1 host 198.51.100.1 \n");
    prints(t, "left", "show crypto ikev2 sa", "PRF: SHA512, Hash: SHA512, DH Grp:19");
    prints(t, "left", "show crypto ikev2 sa", "READY");
}

static void gre_tunnel(void **state)
{
    struct tunnel_box *t = both(state, 32, IKE WHOLE PROFILE, PROTECTED);

    assert_true(secured(t, "left", WITHIN));
    prints(t, "left", PING, FIVE);
    prints(t, "right", "show crypto ipsec sa", "in use settings ={Tunnel, }");
}

/* Transport mode is a wish: what one end does not ask for, or not grant, becomes tunnel mode; nothing goes in clear. */
static void modes_differ(void **state)
{
    struct tunnel_box *t = tunnel_box(*state, 33, IKE TRANSPORT PROFILE, PROTECTED, IKE WHOLE PROFILE, PROTECTED);

    assert_true(secured(t, "left", WITHIN));
    tunnel_forget(t);
    prints(t, "left", PING, FIVE);
    assert_int_equal(t->gre + t->icmp, 0);
    prints(t, "left", "show crypto ikev2 session detailed", "mode tunnel\n");
    prints(t, "right", "show crypto ikev2 session detailed", "mode tunnel\n");
}

/* Two lifetimes of pings, rekeys from either end. */
static void svti_rekeyed(void **state)
{
    struct tunnel_box *t = both(state, 34, IKE WHOLE SHORT, SVTI);

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
        prints(t, "right", BACK, FIVE);
    }
    assert_true(secured(t, "left", WITHIN));
    prints(t, "left", "show crypto ikev2 stats exchange", "\nCREATE_CHILD_SA ");
    /* one end forgets everything: the other is told by the new SA's INITIAL_CONTACT */
    box_reload(t->b, "right");
    assert_true(tunnel_comes(t, "right", true, 60 * US_PER_S));
    assert_true(secured(t, "left", WITHIN));
    prints(t, "left", PING, FIVE);
    prints(t, "right", BACK, FIVE);
    /* cleared: it comes back by itself */
    box_type(t->b, "left", "clear crypto ikev2 sa");
    assert_true(tunnel_comes(t, "left", true, 60 * US_PER_S));
    assert_true(secured(t, "right", WITHIN));
    prints(t, "left", PING, FIVE);
}

static void svti(void **state)
{
    struct tunnel_box *t = both(state, 52, IKE WHOLE PROFILE, SVTI);

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
    struct tunnel_box *t = both(state, 53, IKE WHOLE PROFILE, SVTI);

    assert_true(tunnel_comes(t, "left", true, WITHIN));
    box_run(t->b, 30 * US_PER_S);
    box_reload(t->b, "right");
    box_run(t->b, 8 * US_PER_S);
    prints(t, "left", PING, FIVE);
    prints(t, "right", BACK, FIVE);
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

/* A responder-only end lets its SAs end rather than renew them; the other one asks for new ones then. */
static void only_answers_renewals(void **state)
{
    struct tunnel_box *t = tunnel_box(*state, 57, IKE WHOLE PROFILE, SVTI, IKE WHOLE SHORT " responder-only\n", SVTI);
    unsigned asked = 0, answered = 0;

    assert_true(tunnel_comes(t, "left", true, WITHIN));
    box_run(t->b, 600 * US_PER_S);
    const char *said = strstr(box_type(t->b, "right", "show crypto ikev2 stats exchange"), "\nCREATE_CHILD_SA ");
    assert_non_null(said);
    assert_int_equal(sscanf(said, " CREATE_CHILD_SA %u %u", &asked, &answered), 2);
    assert_int_equal(asked, 0);
    assert_true(answered >= 4);
    assert_true(tunnel_comes(t, "left", true, WITHIN));
    prints(t, "left", PING, FIVE);
}

/* The tunnel names the profile of IKEv2 itself. */
static void named_by_tunnel(void **state)
{
    const char *more = IKE WHOLE "crypto ipsec profile P\n set transform-set TS\n",
               *tunnel = " tunnel mode ipsec ipv4\n tunnel protection ipsec profile P ikev2-profile V2\n";
    struct tunnel_box *t = both(state, 56, more, tunnel);

    assert_true(tunnel_comes(t, "left", true, WITHIN));
    prints(t, "left", PING, FIVE);
    prints(t, "left", "show crypto ikev2 sa", "READY");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TUNNEL_TEST(gre),
        TUNNEL_TEST(gre_tunnel),
        TUNNEL_TEST(modes_differ),
        TUNNEL_TEST(svti),
        TUNNEL_TEST(svti_rekeyed),
        TUNNEL_TEST(reloaded),
        TUNNEL_TEST(black_hole),
        TUNNEL_TEST(only_answers),
        TUNNEL_TEST(only_answers_renewals),
        TUNNEL_TEST(named_by_tunnel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
