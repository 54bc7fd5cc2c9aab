/* test_idle_time.c: SAs that carry nothing are deleted (crypto ipsec security-association idle-time, and its form for
 * one crypto map): when, at which end, and what the other end is told. */
#include "tests/exchange/lab.h"

static unsigned after(struct lab *l, double seconds)
{
    lab_run(l, seconds);
    return lab_pairs(l, "hub") + lab_pairs(l, "spoke");
}

/* Asked of one end alone: it deletes, and the other follows at its word; the IKE SA stays. The next packet brings the
 * tunnel back. */
static void one_end(void **state)
{
    static const char *const lines[] = {
        "crypto ipsec security-association idle-time 100",
        "no crypto ipsec security-association idle-time\n"
        "crypto map CMAP 10 ipsec-isakmp\nset security-association idle-time 100",
        /* the map's own word goes before the router's */
        "crypto ipsec security-association idle-time 60",
    };
    struct lab l;
    (void)state;
    lab_new(&l, 710);
    lab_conf_both(&l, "no crypto isakmp keepalive");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        lab_conf(&l, "hub", lines[i]);
        box_type(l.box, "hub", "clear crypto sa");
        lab_tunnel(&l);
        assert_int_equal(after(&l, 99), 2);
        assert_int_equal(after(&l, 2), 0);
        assert_int_equal(lab_ike_sas(&l, "hub"), 1);
        assert_int_equal(lab_ike_sas(&l, "spoke"), 1);
    }
    lab_free(&l);
}

/* A packet in either direction begins the time anew. */
static void busy(void **state)
{
    struct lab l;
    (void)state;
    lab_new(&l, 711);
    lab_conf_both(&l, "no crypto isakmp keepalive\ncrypto ipsec security-association idle-time 60");
    lab_tunnel(&l);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(after(&l, 50), 2);
        assert_true(lab_ping(&l, i % 2 ? "hub" : "spoke"));
    }
    assert_int_equal(after(&l, 59), 2);
    assert_int_equal(after(&l, 3), 0);
    lab_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_end),
        cmocka_unit_test(busy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
