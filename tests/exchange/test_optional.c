/* test_optional.c: crypto ipsec optional: in the clear, both ways, while there are no SAs; protected as soon as there are. */
#include "tests/exchange/crypto_pair.h"

#include "espial/buf.h"
#include "tests/sim/wire.h"

struct seen {
    unsigned esp, icmp, ike;
    bool deaf; /* nobody hears IKE */
};

static enum wire_verdict look(void *arg, int from, uint8_t *f, size_t len)
{
    struct seen *s = arg;

    (void)from;
    if (len < 34 || get16(f + 12) != 0x0800)
        return WIRE_PASS;
    s->esp += f[23] == 50;
    s->icmp += f[23] == 1;
    s->ike += f[23] == 17;
    return f[23] == 17 && s->deaf ? WIRE_LOSE : WIRE_PASS;
}

static void optional(void **state)
{
    bool v2 = *state != NULL;
    struct seen s = {0};
    struct wire *wire;
    struct box *b = crypto_pair(v2 ? "crypto ipsec optional\n" PAIR_IKEV2 : "crypto ipsec optional\n", &wire);
    wire_tap(wire, look, &s);
    for (int i = 1; v2 && i <= 2; i++)
        box_type_all(b, i == 1 ? "r1" : "r2", "configure terminal\ncrypto map VPN 10\nset ikev2-profile PROF\nend");
    /* the first packet and its answer go as they are and ask for SAs, from both ends; the last ones go by them */
    pair_has(b, "r1", PAIR_PING, "(5/5)");
    assert_in_range(s.icmp, 2, 9);
    assert_int_equal(s.icmp + s.esp, 10);
    box_run(b, US_PER_S);
    s = (struct seen){0};
    pair_has(b, "r1", PAIR_PING, "(5/5)");
    assert_int_equal(s.esp, 10);
    assert_int_equal(s.icmp, 0);
    /* what could be protected and is not is no longer taken */
    box_run(b, 3 * US_PER_S);
    s.deaf = true;
    box_type_all(b, "r1", "configure terminal\nno access-list 101\naccess-list 101 permit ip host 192.168.9.9 host 192.168.9.8\nend");
    assert_true(ipsec_totals(pair_ipsec(b, "r2")).pairs > 0);
    s.icmp = 0;
    pair_has(b, "r1", PAIR_PING, "(0/5)");
    assert_int_equal(s.icmp, 5);
    box_free(b);
}

static void refused_for_now(void **state)
{
    (void)state;
    struct seen s = {0};
    struct wire *wire;
    struct box *b = crypto_pair("crypto ipsec optional retry 60\n", &wire);
    box_type_all(b, "r2", "configure terminal\ncrypto ipsec transform-set TS esp-aes 256 esp-sha512-hmac\nend");
    wire_tap(wire, look, &s);
    pair_has(b, "r1", PAIR_PING, "(5/5)");
    assert_int_equal(s.esp, 0);
    box_run(b, 5 * US_PER_S);
    assert_true(s.ike > 0);
    s.ike = 0;
    pair_has(b, "r1", PAIR_PING, "(5/5)"); /* nobody asks again yet */
    box_run(b, 5 * US_PER_S);
    assert_int_equal(s.ike, 0);
    pair_has(b, "r1", "show crypto ipsec sa", "#send errors 0,");
    box_type_all(b, "r2", "configure terminal\ncrypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac\nend");
    box_run(b, 60 * US_PER_S);
    pair_has(b, "r1", PAIR_PING, "(5/5)");
    box_run(b, US_PER_S);
    s.icmp = 0;
    pair_has(b, "r1", PAIR_PING, "(5/5)");
    assert_int_equal(s.icmp, 0);
    /* without it nothing goes in the clear */
    box_type_all(b, "r1", "configure terminal\nno crypto ipsec optional\nend");
    box_type_all(b, "r2", "configure terminal\nno crypto ipsec optional\ncrypto ipsec transform-set TS esp-aes esp-sha-hmac\nend");
    box_type(b, "r1", "clear crypto sa");
    box_run(b, US_PER_S);
    pair_has(b, "r1", PAIR_PING, "(0/5)");
    assert_int_equal(s.icmp, 0);
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {.name = "IKEv1", .test_func = optional},
        {.name = "IKEv2", .test_func = optional, .initial_state = (void *)"2"},
        cmocka_unit_test(refused_for_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
