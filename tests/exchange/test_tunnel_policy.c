/* test_tunnel_policy.c: `tunnel protection ipsec policy ipv4`: a tunnel in ipsec mode whose traffic selectors are the
 * permit lines of an access list, by both versions of IKE. Each router has a second host behind it, Loopback2. */
#include "tests/exchange/protected_tunnel.h"

#include <stdlib.h>

#define LINES_LEFT                                                                                                     \
    "ip access-list extended VPN\n permit ip host 10.1.0.1 host 10.2.0.1\n permit ip 10.1.1.0 0.0.0.255 10.2.1.0 "     \
    "0.0.0.255\n"
#define LINES_RIGHT                                                                                                    \
    "ip access-list extended VPN\n permit ip host 10.2.0.1 host 10.1.0.1\n permit ip 10.2.1.0 0.0.0.255 10.1.1.0 "     \
    "0.0.0.255\n"
#define MORE_LEFT "interface Loopback2\n ip address 10.1.1.1 255.255.255.255\nip route 10.2.1.0 255.255.255.0 Tunnel0\n"
#define MORE_RIGHT                                                                                                     \
    "interface Loopback2\n ip address 10.2.1.1 255.255.255.255\nip route 10.1.1.0 255.255.255.0 Tunnel0\n"
#define POLICY  SVTI " tunnel protection ipsec policy ipv4 VPN\n"
#define SECOND  "ping 10.2.1.1 source Loopback2"
#define BETWEEN "ping 10.2.1.1 source Loopback1" /* no line's */
#define IKE2                                                                                                           \
    "crypto ikev2 keyring K\n peer ANY\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key drawbridge\n"                      \
    "crypto ikev2 profile V2\n match identity remote address 0.0.0.0\n authentication remote pre-share\n"              \
    " authentication local pre-share\n keyring local K\n"
#define V1        IKE SET_TUNNEL PROFILE
#define V2        IKE2 SET_TUNNEL PROFILE " set ikev2-profile V2\n"
#define SA        "show crypto ipsec sa interface Tunnel0"
#define FIRST_SA  "   local  ident (addr/mask/prot/port): (10.1.0.1/255.255.255.255/0/0)\n"
#define SECOND_SA "   local  ident (addr/mask/prot/port): (10.1.1.0/255.255.255.0/0/0)\n"
#define ANY_SA    "   local  ident (addr/mask/prot/port): (0.0.0.0/0.0.0.0/0/0)\n"

/* ike: with the set and the profile; last: more lines of that profile at right. */
static struct tunnel_box *pair(void **state, uint64_t seed, const char *ike, const char *last)
{
    char left[2048], right[2048];

    snprintf(left, sizeof left, "%s" LINES_LEFT MORE_LEFT, ike);
    snprintf(right, sizeof right, "%s%s" LINES_RIGHT MORE_RIGHT, ike, last);
    return tunnel_box(*state, seed, left, POLICY, right, POLICY);
}

/* How many pairs of SAs send. */
static bool pairs(struct tunnel_box *t, const char *node, unsigned n)
{
    for (unsigned i = 0; i < 100; i++) {
        const char *got = box_type(t->b, node, "show crypto ipsec sa | include current outbound spi");
        unsigned up = 0;
        for (const char *s = got; (s = strstr(s, "current outbound spi: 0x")); s++)
            up += strncmp(s, "current outbound spi: 0x0(", 26) != 0;
        if (up == n)
            return true;
        box_run(t->b, 100 * US_PER_MS);
    }
    return false;
}

/* A number that is shown of the SAs of one line. */
static unsigned shown_of(struct tunnel_box *t, const char *node, const char *line, const char *label, int base)
{
    const char *at = strstr(box_type(t->b, node, SA), line);

    assert_non_null(at);
    at = strstr(at, label);
    assert_non_null(at);
    return (unsigned)strtoul(at + strlen(label), NULL, base);
}

static unsigned sent(struct tunnel_box *t, const char *node, const char *line)
{
    return shown_of(t, node, line, "#pkts encaps: ", 10);
}

static unsigned spi(struct tunnel_box *t, const char *line)
{
    return shown_of(t, "left", line, "current outbound spi: ", 16);
}

static void type(struct tunnel_box *t, const char *node, const char *const *lines)
{
    box_type(t->b, node, "configure terminal");
    for (; *lines; lines++)
        box_type(t->b, node, *lines);
    box_type(t->b, node, "end");
}
#define TYPE(t, node, ...) type(t, node, (const char *const[]){__VA_ARGS__, NULL})

/* Traffic of each line by its own SAs; that of none dies by the row of a packet that no SA is for. */
static void by_lines(struct tunnel_box *t)
{
    assert_true(tunnel_comes(t, "left", true, WITHIN));
    assert_true(tunnel_comes(t, "right", true, WITHIN));
    assert_true(pairs(t, "left", 2));
    prints_not(t, "left", SA, ANY_SA);
    unsigned first = sent(t, "left", FIRST_SA), second = sent(t, "left", SECOND_SA);
    prints(t, "left", PING, FIVE);
    assert_int_equal(sent(t, "left", FIRST_SA), first + 5);
    assert_int_equal(sent(t, "left", SECOND_SA), second);
    prints(t, "left", SECOND, FIVE);
    assert_int_equal(sent(t, "left", FIRST_SA), first + 5);
    assert_int_equal(sent(t, "left", SECOND_SA), second + 5);
    prints(t, "right", BACK, FIVE);
    tunnel_forget(t);
    uint64_t drops = tunnel_drops(t, "left", DROP_OUT_IPV4_SA_NOT_FOUND);
    prints(t, "left", BETWEEN, NONE);
    assert_int_equal(tunnel_drops(t, "left", DROP_OUT_IPV4_SA_NOT_FOUND), drops + 5);
    assert_int_equal(t->esp + t->icmp + t->udp, 0);
}

static void shown(struct tunnel_box *t)
{
    prints(t, "left", "show crypto map",
           "\tExtended IP access list VPN\n"
           "\t    access-list  permit ip host 10.1.0.1 host 10.2.0.1\n"
           "\t    access-list  permit ip 10.1.1.0 0.0.0.255 10.2.1.0 0.0.0.255\n");
    prints(t, "left", "show crypto sockets",
           "       Local Ident  (addr/mask/port/prot): (10.1.0.1/255.255.255.255/0/0)\n"
           "       Remote Ident (addr/mask/port/prot): (10.2.0.1/255.255.255.255/0/0)\n"
           "       Local Ident  (addr/mask/port/prot): (10.1.1.0/255.255.255.0/0/0)\n"
           "       Remote Ident (addr/mask/port/prot): (10.2.1.0/255.255.255.0/0/0)\n");
    prints(t, "left", "show running-config interface Tunnel0",
           " tunnel protection ipsec policy ipv4 VPN\n tunnel protection ipsec profile P\n");
}

/* Cleared; an hour and more of both lines, renewed. */
static void kept(struct tunnel_box *t)
{
    box_type(t->b, "left", "clear crypto sa");
    assert_true(tunnel_comes(t, "left", true, WITHIN));
    assert_true(pairs(t, "left", 2));
    prints(t, "left", PING, FIVE);
    prints(t, "left", SECOND, FIVE);
    size_t from = box_log_len(t->b, "left");
    unsigned first = spi(t, FIRST_SA), second = spi(t, SECOND_SA);
    for (unsigned i = 0; i < 45; i++) {
        box_run(t->b, 100 * US_PER_S);
        prints(t, "left", PING, FIVE);
        prints(t, "right", "ping 10.1.1.1 source Loopback2", FIVE);
    }
    assert_int_equal(box_log_count(t->b, "left", from, "LINEPROTO"), 0);
    assert_true(pairs(t, "left", 2));
    assert_int_not_equal(spi(t, FIRST_SA), first);
    assert_int_not_equal(spi(t, SECOND_SA), second);
}

/* Another list on both ends: what a line had and still has stays; what none has any more goes with its SAs. */
static void changed(struct tunnel_box *t)
{
    unsigned first = sent(t, "left", FIRST_SA);

    TYPE(t, "left", "ip access-list extended VPN", "no permit ip 10.1.1.0 0.0.0.255 10.2.1.0 0.0.0.255",
         "permit ip host 10.1.0.1 10.2.1.0 0.0.0.255");
    TYPE(t, "right", "ip access-list extended VPN", "no permit ip 10.2.1.0 0.0.0.255 10.1.1.0 0.0.0.255",
         "permit ip 10.2.1.0 0.0.0.255 host 10.1.0.1");
    box_run(t->b, 2 * US_PER_S);
    assert_true(tunnel_up(t, "left"));
    prints_not(t, "left", SA, SECOND_SA);
    assert_true(sent(t, "left", FIRST_SA) >= first);
    prints(t, "left", SECOND, NONE);
    box_type(t->b, "left", BETWEEN); /* asks */
    prints(t, "left", BETWEEN, FIVE);
    assert_true(pairs(t, "left", 2));
    /* a line that denies takes from the lines after it */
    TYPE(t, "left", "ip access-list extended VPN", "5 deny icmp host 10.1.0.1 host 10.2.0.1");
    uint64_t drops = tunnel_drops(t, "left", DROP_OUT_IPV4_SA_NOT_FOUND);
    prints(t, "left", PING, NONE);
    assert_int_equal(tunnel_drops(t, "left", DROP_OUT_IPV4_SA_NOT_FOUND), drops + 5);
    prints(t, "left", BETWEEN, FIVE);
    /* no list: all of it again */
    TYPE(t, "left", "interface Tunnel0", "no tunnel protection ipsec policy ipv4 VPN");
    TYPE(t, "right", "interface Tunnel0", "no tunnel protection ipsec policy ipv4");
    assert_true(comes_to(t, "left", SA, ANY_SA, true, WITHIN));
    assert_true(tunnel_comes(t, "left", true, 30 * US_PER_S));
    assert_true(tunnel_comes(t, "right", true, 30 * US_PER_S));
    assert_true(pairs(t, "left", 1));
    prints_not(t, "left", SA, FIRST_SA);
    prints(t, "left", SECOND, FIVE);
    prints(t, "left", PING, FIVE);
    /* a list that is not there permits nothing */
    TYPE(t, "left", "interface Tunnel0", "tunnel protection ipsec policy ipv4 NOWHERE");
    assert_true(tunnel_comes(t, "left", false, WITHIN));
    prints(t, "left", "show crypto sockets", "Socket State: Closed");
    prints(t, "left", "show crypto sockets", "(Client State: Idle)");
}

static void ikev1(void **state)
{
    struct tunnel_box *t = pair(state, 71, V1, "");

    by_lines(t);
    shown(t);
    kept(t);
    changed(t);
}

static void ikev2(void **state)
{
    struct tunnel_box *t = pair(state, 72, V2, "");

    by_lines(t);
    kept(t);
    changed(t);
}

/* One end alone begins: the other answers for each line. */
static void one_asks(void **state, uint64_t seed, const char *ike)
{
    struct tunnel_box *t = pair(state, seed, ike, " responder-only\n");

    by_lines(t);
    assert_true(pairs(t, "right", 2));
    prints(t, "right", "ping 10.1.1.1 source Loopback2", FIVE);
}

static void one_asks_v1(void **state)
{
    one_asks(state, 73, V1);
}

static void one_asks_v2(void **state)
{
    one_asks(state, 74, V2);
}

/* Reverse routes of a tunnel lead into it to what its lines name. */
static void routes(void **state)
{
    struct tunnel_box *t = tunnel_box(
        *state, 75, V2 " reverse-route\n" LINES_LEFT "interface Loopback2\n ip address 10.1.1.1 255.255.255.255\n",
        POLICY, V2 " reverse-route\n" LINES_RIGHT "interface Loopback2\n ip address 10.2.1.1 255.255.255.255\n",
        POLICY);

    assert_true(tunnel_comes(t, "left", true, WITHIN));
    assert_true(pairs(t, "left", 2));
    prints(t, "left", "show ip route 10.2.1.0 255.255.255.0", "directly connected, via Tunnel0");
    prints(t, "left", SECOND, FIVE);
    prints(t, "left", BETWEEN, NONE);
    TYPE(t, "left", "ip access-list extended VPN", "no permit ip 10.1.1.0 0.0.0.255 10.2.1.0 0.0.0.255");
    box_run(t->b, US_PER_S);
    prints_not(t, "left", "show ip route", "10.2.1.0/24");
    prints(t, "left", PING, FIVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {TUNNEL_TEST(ikev1), TUNNEL_TEST(ikev2), TUNNEL_TEST(one_asks_v1),
                                       TUNNEL_TEST(one_asks_v2), TUNNEL_TEST(routes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
