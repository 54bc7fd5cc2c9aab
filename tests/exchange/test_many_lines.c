/* test_many_lines.c: a map entry of many lines. Each has SAs of its own: all of them come up together, live for the same time,
 * and are renewed together, whichever version of IKE it is. */
#include "tests/exchange/crypto_pair.h"

#include "dataplane/ike/engine.h"
#include "espial/text.h"

#define LINES 300
#define LIFE  120

static struct box *many(bool ikev2)
{
    struct box *b = ikev2 ? crypto_pair_ikev2() : crypto_pair("", NULL);
    for (int i = 1; i <= 2; i++) {
        struct text t = {0};
        text_printf(&t, "configure terminal\ncrypto ipsec security-association lifetime seconds %d\n", LIFE);
        text_printf(&t, "no access-list 101\nip route 10.%d.0.0 255.255.0.0 10.0.0.%d\ninterface Loopback1\n", 3 - i,
                    3 - i);
        for (int k = 0; k < LINES; k++)
            text_printf(&t, "ip address 10.%d.%d.%d 255.255.255.255%s\n", i, k / 100, 1 + k % 100,
                        k ? " secondary" : "");
        text_add(&t, "exit\n");
        for (int k = 0; k < LINES; k++)
            text_printf(&t, "access-list 101 permit ip host 10.%d.%d.%d host 10.%d.%d.%d\n", i, k / 100, 1 + k % 100,
                        3 - i, k / 100, 1 + k % 100);
        text_add(&t, "end");
        box_type_all(b, i == 1 ? "r1" : "r2", text_str(&t));
        text_free(&t);
    }
    return b;
}

/* A packet of each line, there and back within so many seconds: how many. */
static unsigned through(struct box *b, unsigned timeout)
{
    unsigned n = 0;
    for (int k = 0; k < LINES; k++) {
        char line[96];
        snprintf(line, sizeof line, "ping 10.2.%d.%d source 10.1.%d.%d repeat 1 timeout %u", k / 100, 1 + k % 100,
                 k / 100, 1 + k % 100, timeout);
        n += strstr(box_type(b, "r1", line), "(1/1)") != NULL;
    }
    return n;
}

static void lives(bool ikev2)
{
    struct box *b = many(ikev2);
    assert_int_equal(through(b, 0), 0);
    box_run(b, 3 * US_PER_S);
    assert_int_equal(ipsec_totals(pair_ipsec(b, "r1")).pairs, LINES);
    for (int s = 0; s < 3 * LIFE; s += 15) {
        assert_int_equal(through(b, 1), LINES);
        box_run(b, 15 * US_PER_S);
    }
    assert_int_equal(ipsec_totals(pair_ipsec(b, "r2")).transient, 0);
    for (int i = 0; i < 2 && !ikev2; i++) { /* what is kept of exchanges that are over stays bounded */
        const struct ike_sa *sa = dataplane_ike(router_dataplane(box_router(b, i ? "r1" : "r2")))->all;
        assert_int_equal(sa->under_way[0] + sa->under_way[1], 0);
        assert_true(sa->nnodes <= IKE_NODES_KEPT);
    }
    box_free(b);
}

static void ikev1(void **state)
{
    (void)state;
    lives(false);
}

static void ikev2(void **state)
{
    (void)state;
    lives(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ikev1), cmocka_unit_test(ikev2)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
