/* test_tunnel_recovery.c: how a protected tunnel finds back after one end has forgotten its SAs: rows of the recovery table for GRE
 * with protection and sVTI. */
#include "tests/exchange/protected_tunnel.h"

/* An end that was reloaded asks for SAs by itself: the hole lasts no longer than its start, whatever is configured. */
static void reloaded(struct tunnel_box *t)
{
    assert_true(secured(t, "left", true, WITHIN));
    box_run(t->b, 30 * US_PER_S);
    prints(t, "left", PING, FIVE);
    box_reload(t->b, "right");
    box_run(t->b, 5 * US_PER_S);
    prints(t, "left", PING, FIVE);
    prints(t, "right", BACK, FIVE);
}

static void gre_reload(void **state)
{
    reloaded(both(state, 28, IKE SET_TRANSPORT PROFILE, PROTECTED));
}

static void svti_reload(void **state)
{
    reloaded(both(state, 29, IKE "crypto isakmp invalid-spi-recovery\n" SET_TUNNEL PROFILE, SVTI));
}

/* The end that forgot only answers: row "IKE SA absent": with the command it begins main mode and says what it does not
 * know; the other end's tunnel then asks for new SAs. Without it, the hole lasts. */
static void forgotten(void **state, uint64_t seed, const char *tunnel, bool command)
{
    char right[1200];

    snprintf(right, sizeof right, "%s%s%s%s responder-only\n", IKE,
             command ? "crypto isakmp invalid-spi-recovery\n" : "",
             strstr(tunnel, "mode ipsec") ? SET_TUNNEL : SET_TRANSPORT, PROFILE);
    struct tunnel_box *t =
        tunnel_box(*state, seed, strstr(tunnel, "mode ipsec") ? IKE SET_TUNNEL PROFILE : IKE SET_TRANSPORT PROFILE,
                   tunnel, right, tunnel);
    assert_true(secured(t, "left", true, WITHIN));
    box_run(t->b, 30 * US_PER_S);
    prints(t, "left", PING, FIVE);
    size_t from = box_log_len(t->b, "right");
    box_reload(t->b, "right");
    box_run(t->b, 5 * US_PER_S);
    assert_int_equal(box_log_count(t->b, "right", from, "INV_SPI"), 0);
    box_start(t->b, "left", PING);
    assert_true(box_wait_log(t->b, "right", from, "%CRYPTO-4-RECVD_PKT_INV_SPI", 5 * US_PER_S));
    box_run(t->b, 15 * US_PER_S);
    assert_true(box_done(t->b, "left"));
    prints(t, "left", PING, command ? FIVE : NONE);
}

static void gre_recovers(void **state)
{
    forgotten(state, 30, PROTECTED, true);
}

static void gre_black_hole(void **state)
{
    forgotten(state, 31, PROTECTED, false);
}

static void svti_recovers(void **state)
{
    forgotten(state, 32, SVTI, true);
}

static void svti_black_hole(void **state)
{
    forgotten(state, 33, SVTI, false);
}

/* Row "IKE SA there": the end that forgot only its IPsec SAs says so in the IKE SA that there is, command or not. */
static void ike_sa_there(void **state, uint64_t seed, const char *set, const char *tunnel)
{
    char left[1000], right[1000];

    snprintf(left, sizeof left, "%s%s%s", IKE, set, PROFILE);
    snprintf(right, sizeof right, "%s responder-only\n", left);
    struct tunnel_box *t = tunnel_box(*state, seed, left, tunnel, right, tunnel);
    assert_true(secured(t, "left", true, WITHIN));
    box_run(t->b, 30 * US_PER_S);
    t->lose = true;
    box_type(t->b, "right", "clear crypto sa"); /* what it says about that is lost */
    box_run(t->b, US_PER_S);
    t->lose = false;
    prints(t, "left", "show crypto sockets", "Socket State: Open");
    size_t from = box_log_len(t->b, "right");
    box_start(t->b, "left", PING);
    assert_true(box_wait_log(t->b, "right", from, "%CRYPTO-4-RECVD_PKT_INV_SPI", 3 * US_PER_S));
    assert_true(secured(t, "right", true, 3 * US_PER_S));
    box_run(t->b, 12 * US_PER_S);
    assert_true(box_done(t->b, "left"));
    prints(t, "left", PING, FIVE);
    prints(t, "right", "show crypto isakmp sa", "1001 ACTIVE");
    prints_not(t, "right", "show crypto isakmp sa", "1002");
}

static void gre_delete(void **state)
{
    ike_sa_there(state, 39, SET_TRANSPORT, PROTECTED);
}

static void svti_delete(void **state)
{
    ike_sa_there(state, 40, SET_TUNNEL, SVTI);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TUNNEL_TEST(gre_reload),    TUNNEL_TEST(svti_reload),     TUNNEL_TEST(gre_recovers), TUNNEL_TEST(gre_black_hole),
        TUNNEL_TEST(svti_recovers), TUNNEL_TEST(svti_black_hole), TUNNEL_TEST(gre_delete),   TUNNEL_TEST(svti_delete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
