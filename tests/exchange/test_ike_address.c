/* test_ike_address.c: an interface's address changes, or goes, under IKE SAs that end there: the router keeps none that it
 * could not speak by, those of other addresses stay, and what is shut down keeps its address and its SAs. */
#include "tests/exchange/crypto_pair.h"

static void up(struct box *b, bool v2)
{
    if (v2)
        for (int i = 1; i <= 2; i++)
            box_type_all(b, i == 1 ? "r1" : "r2", "configure terminal\ncrypto map VPN 10\nset ikev2-profile PROF\nend");
    pair_up(b);
}

static void has_sa(struct box *b, const char *node, bool v2, bool want)
{
    const char *said = box_type(b, node, v2 ? "show crypto ikev2 sa" : "show crypto isakmp sa");

    if ((strstr(said, v2 ? "READY" : "QM_IDLE") != NULL) != want)
        fail_msg("%s, IKEv%d: an IKE SA is %swanted\n%s", node, v2 ? 2 : 1, want ? "" : "not ", said);
}

static void changed(void **state)
{
    bool v2 = *state != NULL;
    struct box *b = crypto_pair(v2 ? PAIR_IKEV2 : "", NULL);

    up(b, v2);
    has_sa(b, "r1", v2, true);
    box_type_all(b, "r1", "configure terminal\ninterface Ethernet0/0\nshutdown\nend");
    box_run(b, US_PER_S);
    has_sa(b, "r1", v2, true);
    box_type_all(b, "r1", "configure terminal\ninterface Ethernet0/0\nno shutdown\nend");
    box_run(b, 3 * US_PER_S);
    pair_has(b, "r1", PAIR_PING, "(5/5)");
    /* Another interface's address is not the matter of this SA. */
    box_type_all(b, "r1",
                 "configure terminal\ninterface Loopback1\nip address 172.16.9.1 255.255.255.0\n"
                 "no ip address\nexit\nno interface Loopback1\nend");
    has_sa(b, "r1", v2, true);
    box_type_all(b, "r1", "configure terminal\ninterface Ethernet0/0\nip address 10.0.0.3 255.255.255.0\nend");
    has_sa(b, "r1", v2, false);
    has_sa(b, "r2", v2, true); /* who can tell it? */
    pair_has(b, "r1", "show crypto ipsec sa", "current outbound spi: 0x0(0)");
    /* Back again: a new SA, at once. */
    box_type_all(b, "r1", "configure terminal\ninterface Ethernet0/0\nip address 10.0.0.1 255.255.255.0\nend");
    box_run(b, US_PER_S);
    pair_has(b, "r1", PAIR_PING, "(4/5)");
    has_sa(b, "r1", v2, true);
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {.name = "IKEv1", .test_func = changed},
        {.name = "IKEv2", .test_func = changed, .initial_state = (void *)"2"},
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
