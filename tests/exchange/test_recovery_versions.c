/* test_recovery_versions.c: invalid-spi-recovery towards a peer with which both versions of IKE negotiate, each its own entry of
 * the map. Whose pair an unknown SPI is of, the packet does not say: what the router that has forgotten begins, and whom it
 * tells, must heal the pairs of either version, whichever the packets come by. */
#include "tests/exchange/crypto_pair.h"

static struct box *both_versions(bool v1_up, bool v2_up)
{
    struct box *b = crypto_pair_both(PAIR_IKEV2 "crypto isakmp invalid-spi-recovery\n");
    if (v1_up)
        (void)box_type(b, "r1", PAIR_PING);
    if (v2_up)
        (void)box_type(b, "r1", PAIR_PING_V2);
    return b;
}

/* r2 forgets everything; so long a stream of r1's, a packet a second, then goes through. */
static void heals(struct box *b, const char *first, const char *then)
{
    char long_ping[96];
    box_reload(b, "r2");
    box_run(b, 5 * US_PER_S);
    for (int i = 0; i < 2; i++) {
        snprintf(long_ping, sizeof long_ping, "%s repeat 6 timeout 1", i ? then : first);
        (void)box_type(b, "r1", long_ping);
        snprintf(long_ping, sizeof long_ping, "%s repeat 5 timeout 1", i ? then : first);
        pair_has(b, "r1", long_ping, "Success rate is 100 percent (5/5)");
    }
    box_free(b);
}

static void by_v1(void **state)
{
    (void)state;
    heals(both_versions(true, true), PAIR_PING, PAIR_PING_V2);
}

static void by_v2(void **state)
{
    (void)state;
    heals(both_versions(true, true), PAIR_PING_V2, PAIR_PING);
}

/* The other version had no SAs to lose. */
static void one_alone(void **state)
{
    (void)state;
    heals(both_versions(true, false), PAIR_PING, PAIR_PING);
    heals(both_versions(false, true), PAIR_PING_V2, PAIR_PING_V2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_v1),
        cmocka_unit_test(by_v2),
        cmocka_unit_test(one_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
