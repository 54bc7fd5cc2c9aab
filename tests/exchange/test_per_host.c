/* test_per_host.c: set security-association level per-host: each pair of hosts has SAs of its own, asked for by the first packet
 * between them, in both versions of IKE; the other end, which has not configured it, goes along. Between the two ends of the
 * tunnel they may be in transport mode. */
#include "tests/exchange/crypto_pair.h"

#define IDENT(local, remote)                                                                                           \
    "   local  ident (addr/mask/prot/port): (" local "/255.255.255.255/0/0)\n"                                         \
    "   remote ident (addr/mask/prot/port): (" remote "/255.255.255.255/0/0)\n"

static struct box *pair_of(bool v2, const char *more)
{
    struct box *b = crypto_pair(v2 ? PAIR_IKEV2 : "", NULL);
    char text[512];

    for (int i = 1; i <= 2; i++) {
        snprintf(text, sizeof text,
                 "configure terminal\ninterface Loopback0\nip address 192.168.%d.2 255.255.255.0 secondary\n"
                 "crypto map VPN 10\n%s%send",
                 i, v2 ? "set ikev2-profile PROF\n" : "", i == 1 ? more : "");
        box_type_all(b, i == 1 ? "r1" : "r2", text);
    }
    return b;
}

static void count(struct box *b, unsigned sas)
{
    char want[32];
    snprintf(want, sizeof want, "IPsec SA total: %u,", sas);
    pair_has(b, "r1", "show crypto ipsec sa count", want);
    pair_has(b, "r2", "show crypto ipsec sa count", want);
}

static void each_pair_of_hosts(void **state)
{
    struct box *b = pair_of(*state != NULL, "set security-association level per-host\n");

    pair_has(b, "r1", "ping 192.168.2.1 source 192.168.1.1", "(4/5)");
    count(b, 2);
    pair_has(b, "r1", "show crypto ipsec sa", IDENT("192.168.1.1", "192.168.2.1"));
    pair_has(b, "r2", "show crypto ipsec sa", IDENT("192.168.2.1", "192.168.1.1"));
    /* another host: SAs of its own, at once; the first ones go on */
    pair_has(b, "r1", "ping 192.168.2.2 source 192.168.1.1", "(4/5)");
    pair_has(b, "r1", "ping 192.168.2.2 source 192.168.1.2", "(4/5)");
    pair_has(b, "r1", "ping 192.168.2.1 source 192.168.1.1", "(5/5)");
    count(b, 6);
    pair_has(b, "r1", "show crypto ipsec sa", IDENT("192.168.1.1", "192.168.2.2"));
    pair_has(b, "r1", "show crypto ipsec sa", IDENT("192.168.1.2", "192.168.2.2"));
    pair_has(b, "r2", "ping 192.168.1.2 source 192.168.2.2", "(5/5)");
    box_type(b, "r1", "clear crypto session");
    box_run(b, 2 * US_PER_S);
    /* r2 asks for all that its line permits, which IKEv1 can only take as it is */
    pair_has(b, "r2", "ping 192.168.1.2 source 192.168.2.2", "(4/5)");
    pair_has(b, "r2", "ping 192.168.1.1 source 192.168.2.2", *state ? "(4/5)" : "(5/5)");
    count(b, *state ? 4 : 2);
    pair_has(b, "r1", "show running-config", " set security-association level per-host\n");
    box_free(b);
}

/* Without it one pair carries all of the line. */
static void one_for_all(void **state)
{
    struct box *b = pair_of(*state != NULL, "");

    pair_has(b, "r1", "ping 192.168.2.1 source 192.168.1.1", "(4/5)");
    pair_has(b, "r1", "ping 192.168.2.2 source 192.168.1.2", "(5/5)");
    count(b, 2);
    box_free(b);
}

/* Refused by the other end: the next packet of whatever hosts asks again, and does not wait for the one before it. */
static void refused(void **state)
{
    struct box *b = pair_of(*state != NULL, "set security-association level per-host\n");

    box_type_all(b, "r2", "configure terminal\ncrypto ipsec transform-set TS esp-aes 256 esp-sha512-hmac\nend");
    pair_has(b, "r1", "ping 192.168.2.1 source 192.168.1.1 repeat 1", "(0/1)");
    box_run(b, US_PER_S);
    box_type_all(b, "r2", "configure terminal\ncrypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac\nend");
    pair_has(b, "r1", "ping 192.168.2.2 source 192.168.1.1", "(4/5)");
    count(b, 2);
    box_free(b);
}

/* The first peer is not there: the second one is asked, for the same hosts. */
static void other_peer(void **state)
{
    struct box *b = pair_of(*state != NULL, "set security-association level per-host\nno set peer 10.0.0.2\n"
                                            "set peer 10.0.0.9\nset peer 10.0.0.2\nexit\n"
                                            "crypto isakmp key cisco123 address 10.0.0.9\n");

    pair_has(b, "r1", "ping 192.168.2.2 source 192.168.1.1 repeat 1", "(0/1)");
    box_run(b, 180 * US_PER_S);
    pair_has(b, "r1", "ping 192.168.2.2 source 192.168.1.1", "(5/5)");
    pair_has(b, "r1", "show crypto ipsec sa", IDENT("192.168.1.1", "192.168.2.2"));
    count(b, 2);
    box_free(b);
}

/* With crypto ipsec optional: SAs of one pair of hosts do not let the next pair go on in the clear until it is time to retry. */
static void optional(void **state)
{
    struct box *b = pair_of(*state != NULL, "set security-association level per-host\n");

    pair_has(b, "r1", "ping 192.168.2.1 source 192.168.1.1", "(4/5)");
    for (int i = 1; i <= 2; i++)
        box_type_all(b, i == 1 ? "r1" : "r2", "configure terminal\ncrypto ipsec optional\nend");
    pair_has(b, "r1", "ping 192.168.2.2 source 192.168.1.2", "(5/5)");
    box_run(b, US_PER_S);
    pair_has(b, "r1", "show crypto ipsec sa", IDENT("192.168.1.2", "192.168.2.2"));
    box_free(b);
}

/* Every pair of SAs at that node is between two hosts, and there are some. */
static void hosts_alone(struct box *b, const char *node)
{
    struct ipsec_pair_info p;
    unsigned n = 0;

    for (size_t at = 0; ipsec_pair_next(pair_ipsec(b, node), 0, &at, &p); n++)
        if (p.local_sel.mask != UINT32_MAX || p.remote_sel.mask != UINT32_MAX)
            fail_msg("%s: a pair as wide as the line:\n%s", node, box_type(b, node, "show crypto ipsec sa"));
    assert_true(n > 0);
}

static void both_ping(struct box *b, const char *r1, const char *r2)
{
    const char *const nodes[] = {"r1", "r2"}, *const lines[] = {r1, r2};

    for (int i = 0; i < 2; i++)
        box_start(b, nodes[i], lines[i]);
    for (int s = 0; s < 60 && !(box_done(b, "r1") && box_done(b, "r2")); s++)
        box_run(b, US_PER_S);
    for (int i = 0; i < 2; i++)
        hosts_alone(b, nodes[i]);
    for (int i = 0; i < 2; i++)
        pair_has(b, nodes[i], lines[i], "(5/5)");
}

/* Both ends begin, each before it has heard of the other: first without an IKE SA, then below one. */
static void both_at_once(void **state)
{
    struct box *b = pair_of(*state != NULL, "set security-association level per-host\n");

    box_type_all(b, "r2", "configure terminal\ncrypto map VPN 10\nset security-association level per-host\nend");
    both_ping(b, "ping 192.168.2.1 source 192.168.1.1", "ping 192.168.1.1 source 192.168.2.1");
    both_ping(b, "ping 192.168.2.2 source 192.168.1.2", "ping 192.168.1.2 source 192.168.2.2");
    both_ping(b, "ping 192.168.2.2 source 192.168.1.1", "ping 192.168.1.2 source 192.168.2.1");
    box_free(b);
}

/* IKEv2: what the other end asks for as wide as its line is narrowed to the hosts of the packet, which stand first (RFC 7296
 * section 2.9); also where both begin at once. */
static void narrowed(void **state)
{
    struct box *b = pair_of(true, "set security-association level per-host\n");

    (void)state;
    pair_has(b, "r2", "ping 192.168.1.1 source 192.168.2.1", "(4/5)");
    count(b, 2);
    pair_has(b, "r1", "show crypto ipsec sa", IDENT("192.168.1.1", "192.168.2.1"));
    pair_has(b, "r2", "show crypto ipsec sa", IDENT("192.168.2.1", "192.168.1.1"));
    pair_has(b, "r2", "ping 192.168.1.2 source 192.168.2.1", "(4/5)");
    pair_has(b, "r2", "ping 192.168.1.1 source 192.168.2.1", "(5/5)");
    count(b, 4);
    hosts_alone(b, "r1");
    box_type(b, "r1", "clear crypto session");
    box_run(b, 2 * US_PER_S);
    both_ping(b, "ping 192.168.2.1 source 192.168.1.1", "ping 192.168.1.1 source 192.168.2.1");
    both_ping(b, "ping 192.168.2.2 source 192.168.1.2", "ping 192.168.1.2 source 192.168.2.2");
    both_ping(b, "ping 192.168.2.2 source 192.168.1.1", "ping 192.168.1.2 source 192.168.2.1");
    box_free(b);
}

/* The line is wider than the two ends of the tunnel, the SAs of their own packets are not: transport mode, whoever asks. */
static void transport(void **state)
{
    for (int begins = 1; begins <= 2; begins++)
        for (int required = 0; required < 2; required++) {
            struct box *b = pair_of(*state != NULL, "set security-association level per-host\n");
            char text[320];

            for (int i = 1; i <= 2; i++) {
                snprintf(text, sizeof text,
                         "configure terminal\ncrypto map VPN 10\nset security-association level per-host\nexit\n"
                         "crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac\nmode transport%s\nexit\n"
                         "no access-list 101\naccess-list 101 permit icmp 10.0.0.0 0.0.0.255 10.0.0.0 0.0.0.255\nend",
                         required ? " require" : "");
                box_type_all(b, i == 1 ? "r1" : "r2", text);
            }
            pair_has(b, begins == 1 ? "r1" : "r2", begins == 1 ? "ping 10.0.0.2" : "ping 10.0.0.1", "(4/5)");
            count(b, 2);
            pair_has(b, "r1", "show crypto ipsec sa", "in use settings ={Transport, }");
            pair_has(b, "r2", "show crypto ipsec sa", "in use settings ={Transport, }");
            box_free(b);
        }
}

#define BOTH(name, fn)                                                                                                 \
    {name ", IKEv1", fn, NULL, NULL, NULL}, {name ", IKEv2", fn, NULL, NULL, (void *)"2"}
int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH("each pair of hosts", each_pair_of_hosts),
        BOTH("one for all", one_for_all),
        BOTH("refused", refused),
        BOTH("other peer", other_peer),
        BOTH("optional", optional),
        BOTH("both at once", both_at_once),
        BOTH("transport", transport),
        {"narrowed, IKEv2", narrowed, NULL, NULL, NULL},
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
