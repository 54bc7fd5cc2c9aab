/* test_dpd_alone.c: dead peer detection of an IKE SA whose peer lives for somebody else. What comes in by the pairs of another IKE
 * SA, of whichever version, is no proof that the peer still has this one (RFC 7296 section 2.4): it may have been restarted and
 * have made that other one anew. */
#include "tests/exchange/crypto_pair.h"

#define DPD PAIR_IKEV2 "crypto isakmp keepalive 10 2 periodic\ncrypto ikev2 dpd 10 2 periodic\n"

/* Both flows are up; r2 forgets them, and makes one anew itself and goes on sending by it. r1 finds out about the other: its
 * packets go through again. */
static void heals(const char *lost, const char *lives, const char *lives_back)
{
    struct box *b = crypto_pair_both(DPD);
    char line[96];
    (void)box_type(b, "r1", lost);
    (void)box_type(b, "r1", lives);
    box_reload(b, "r2");
    box_run(b, 5 * US_PER_S);
    for (int i = 0; i < 40; i++) { /* ten seconds of silence and five probes are half of that */
        snprintf(line, sizeof line, "%s repeat 1 timeout 1", lives_back);
        (void)box_type(b, "r2", line);
        snprintf(line, sizeof line, "%s repeat 1 timeout 1", lost);
        (void)box_type(b, "r1", line);
    }
    snprintf(line, sizeof line, "%s repeat 5 timeout 1", lost);
    pair_has(b, "r1", line, "Success rate is 100 percent (5/5)");
    box_free(b);
}

static void of_v1(void **state)
{
    (void)state;
    heals(PAIR_PING, PAIR_PING_V2, "ping 172.16.1.1 source 172.16.2.1");
}

static void of_v2(void **state)
{
    (void)state;
    heals(PAIR_PING_V2, PAIR_PING, "ping 192.168.1.1 source 192.168.2.1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_v1),
        cmocka_unit_test(of_v2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
