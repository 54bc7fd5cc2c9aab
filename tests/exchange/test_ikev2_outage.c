/* test_ikev2_outage.c: the wire is cut for a minute while a request waits for its answer, and is whole again before the last
 * repeat has been waited for. The peer is heard by other messages then: the SA is not dead (RFC 7296 section 2.4). */
#include "tests/exchange/crypto_pair.h"

static enum wire_verdict cut(void *arg, int from, uint8_t *frame, size_t len)
{
    (void)arg, (void)from, (void)frame, (void)len;
    return WIRE_LOSE;
}

static struct wire *cable;

/* r1 tells r2 of a pair that it has deleted, and is not heard for so many seconds. */
static struct box *unheard(unsigned seconds)
{
    struct box *b = crypto_pair(PAIR_IKEV2, &cable);

    for (int i = 1; i <= 2; i++)
        box_type_all(b, i == 1 ? "r1" : "r2",
                     "configure terminal\ncrypto map VPN 10\nset ikev2-profile PROF\ncrypto ikev2 profile PROF\n"
                     "no dpd\nend");
    pair_up(b);
    wire_tap(cable, cut, NULL);
    box_type(b, "r1", "clear crypto sa");
    box_run(b, seconds * US_PER_S);
    return b;
}

static void heard_again(void **state)
{
    struct box *b = unheard(80);
    (void)state;

    wire_tap(cable, NULL, NULL);
    box_run(b, 3 * US_PER_S);
    (void)box_type(b, "r1", PAIR_PING);
    pair_has(b, "r1", PAIR_PING, "(5/5)");
    for (int i = 0; i < 30; i++) {
        pair_has(b, "r1", PAIR_PING " repeat 1", "(1/1)");
        box_run(b, 4 * US_PER_S);
    }
    assert_null(strstr(box_log(b, "r1"), "v2 is DOWN"));
    assert_int_equal(ipsec_totals(pair_ipsec(b, "r1")).pairs, 1);
    assert_int_equal(ipsec_totals(pair_ipsec(b, "r2")).pairs, 1);
    box_free(b);
}

static void silent(void **state)
{
    struct box *b = unheard(125);
    (void)state;

    assert_null(strstr(box_log(b, "r1"), "v2 is DOWN"));
    box_run(b, 2 * US_PER_S);
    assert_non_null(strstr(box_log(b, "r1"), "v2 is DOWN"));
    box_free(b);
}

/* Dead peer detection does not wait for a request that is on its way: it is its probe. */
static void forgotten(void **state)
{
    struct box *b = crypto_pair_ikev2();
    unsigned at = 0;
    (void)state;

    pair_up(b);
    for (int i = 1; i <= 2; i++)
        box_type(b, i == 1 ? "r1" : "r2", "write memory");
    box_reload(b, "r2");
    box_run(b, 5 * US_PER_S);
    box_type(b, "r1", "clear crypto sa");
    while (at < 200 && !strstr(box_type(b, "r1", PAIR_PING " repeat 1 timeout 1"), "(1/1)"))
        at++;
    assert_in_range(at, 15, 30); /* ten seconds of silence, five repeats of two seconds, and the new SA */
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(heard_again), cmocka_unit_test(silent),
                                       cmocka_unit_test(forgotten)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
