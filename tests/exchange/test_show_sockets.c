/* test_show_sockets.c: what `show crypto sockets internal` and `show crypto ipsec internal dual` count, from a tunnel's
 * first hour to its end; and the small forms of the crypto shows and clears. */
#include <stdlib.h>

#include "tests/exchange/tunnel_box.h"

#define IPSEC                                                                                                          \
    "crypto isakmp policy 10\n encryption aes 256\n hash sha256\n authentication pre-share\n group 19\n"               \
    "crypto isakmp key cisco123 address 0.0.0.0\n"                                                                     \
    "crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac\n mode transport\n"                                     \
    "crypto ipsec profile P\n set transform-set TS\n"
#define PROTECTED " tunnel protection ipsec profile P\n"
#define INTERNAL  "show crypto sockets internal"
#define DUAL      "show crypto ipsec internal dual"

static void counts(struct tunnel_box *t, const char *a, unsigned na, const char *b, unsigned nb)
{
    char want[160];
    snprintf(want, sizeof want, " %-26s: %-10u%-26s: %u ", a, na, b, nb);
    prints(t, "left", INTERNAL, want);
}

static void filters(struct tunnel_box *t, unsigned applied, unsigned removed, unsigned failed, unsigned retrieval)
{
    char want[512];
    snprintf(want, sizeof want,
             "SUCCESS Statistics\n\n  Apply traffic filter success   : %u\n  Remove traffic filter success  : %u\n\n"
             "ERROR Statistics\n\n  No IPv6 enabled                : 0\n  Apply traffic filter failed    : %u\n",
             applied, removed, failed);
    prints(t, "left", DUAL, want);
    snprintf(want, sizeof want, "  ACL retrieval failed           : %u\n", retrieval);
    prints(t, "left", DUAL, want);
}

static void test_a_life(void **state)
{
    struct tunnel_box *t = both(state, 31, IPSEC, PROTECTED);
    prints(t, "left", PING, FIVE);
    counts(t, "Open Socket", 1, "Close Socket", 0);
    counts(t, "Socket Up", 1, "Socket Down", 0);
    counts(t, "Socket Ready", 1, "Conn Down", 0);
    prints(t, "left", INTERNAL, "Crypto Secure Socket IPSec Events\n\nSocket Up                 : 1         Socket down               : 0");
    filters(t, 1, 0, 0, 0);
    /* SAs come anew, the filter stays */
    box_type(t->b, "left", "clear crypto session");
    box_run(t->b, 5 * US_PER_S);
    prints(t, "left", PING, FIVE);
    counts(t, "Socket Up", 2, "Socket Down", 1);
    filters(t, 1, 0, 0, 0);
    /* a profile that is not there is no filter */
    box_type_all(t->b, "left", "configure terminal\ninterface Tunnel0\ntunnel protection ipsec profile NONE\nend");
    box_run(t->b, US_PER_S);
    filters(t, 1, 1, 1, 1);
    counts(t, "Socket Up", 2, "Socket Down", 2);
    counts(t, "General Error", 1, "Socket Error", 0);
    box_type_all(t->b, "left", "configure terminal\ninterface Tunnel0\ntunnel protection ipsec profile P\nend");
    box_run(t->b, 5 * US_PER_S);
    filters(t, 2, 1, 1, 1);
    box_type_all(t->b, "left", "configure terminal\ninterface Tunnel0\nshutdown\nend");
    box_run(t->b, US_PER_S);
    filters(t, 2, 2, 1, 1);
    counts(t, "Open Socket", 1, "Close Socket", 1);
    prints(t, "left", INTERNAL, "Message Stats - SM Busy\n-----------------------\nCreate Listener Map       : 0           Detach Listener Map       : 0          \n");
}

/* Nobody answers: the negotiations that brought nothing are errors of the socket. */
static void test_in_vain(void **state)
{
    struct tunnel_box *t = tunnel_box(*state, 32, IPSEC, PROTECTED, "", "");
    box_run(t->b, 200 * US_PER_S);
    const char *said = strstr(box_type(t->b, "left", INTERNAL), "Socket Error              : ");
    assert_non_null(said);
    assert_in_range(atoi(said + 28), 1, 20);
    counts(t, "Socket Up", 0, "Socket Down", 0);
}

/* Less fits through the path: noticed once. */
static void test_mtu(void **state)
{
    struct tunnel_box *t = both(state, 33, IPSEC, PROTECTED " tunnel path-mtu-discovery\n");
    prints(t, "left", PING, FIVE);
    counts(t, "MTU Changed", 0, "LB Notify", 0);
    box_type_all(t->b, "mid", "configure terminal\ninterface Ethernet0/1\nip mtu 1300\nend");
    (void)box_type(t->b, "left", PING " size 1400 df-bit");
    counts(t, "MTU Changed", 1, "LB Notify", 0);
}

static void test_small_forms(void **state)
{
    struct tunnel_box *t = both(state, 34, IPSEC "ip host other 198.51.100.1\n", PROTECTED);
    prints(t, "left", PING, FIVE);
    prints(t, "left", "show crypto ipsec profile tag P", "IPSEC profile P\n");
    prints_not(t, "left", "show crypto ipsec profile tag P", "IPSEC profile default");
    prints_not(t, "left", "show crypto ipsec profile tag X", "IPSEC profile");
    prints(t, "left", "show crypto isakmp sa active detail", "198.51.100.1");
    prints_not(t, "left", "show crypto isakmp sa standby detail", "198.51.100.1");
    prints(t, "left", "show crypto isakmp peers 198.51.100.1 config", "Peer: 198.51.100.1\n  Key Exchange: IKEv1\n");
    prints_not(t, "left", "show crypto isakmp peers 198.51.100.2 config", "Peer:");
    prints(t, "left", "show crypto session active", "Session status: UP-ACTIVE");
    prints_not(t, "left", "show crypto session standby", "Session status");
    prints_not(t, "left", "show crypto session isakmp profile X", "Session status");
    prints(t, "left", "clear crypto sa peer nobody", "% Unrecognized host or address: nobody\n");
    prints(t, "left", "show crypto session", "UP-ACTIVE");
    box_type(t->b, "left", "clear crypto sa peer other");
    box_run(t->b, US_PER_S);
    counts(t, "Socket Up", 2, "Socket Down", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TUNNEL_TEST(test_a_life),
        TUNNEL_TEST(test_in_vain),
        TUNNEL_TEST(test_mtu),
        TUNNEL_TEST(test_small_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
