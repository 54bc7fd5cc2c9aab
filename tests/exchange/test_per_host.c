/* test_per_host.c: set security-association level per-host: each pair of hosts has SAs of its own, asked for by the first packet
 * between them, in both versions of IKE; the other end, which has not configured it, goes along. */
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
    /* r2 asks for all that its line permits */
    pair_has(b, "r2", "ping 192.168.1.2 source 192.168.2.2", "(4/5)");
    pair_has(b, "r2", "ping 192.168.1.1 source 192.168.2.2", "(5/5)");
    count(b, 2);
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
