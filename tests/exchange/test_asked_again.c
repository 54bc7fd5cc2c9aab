/* test_asked_again.c: a flow that the peer refuses, under a stream of packets: how often it is asked for. */
#include "tests/exchange/crypto_pair.h"

static unsigned times(struct box *b, const char *node, size_t from, const char *text)
{
    unsigned n = 0;

    for (const char *at = box_log(b, node) + from; (at = strstr(at, text)); at += strlen(text))
        n++;
    return n;
}

/* Packets of one flow, 20 a second. */
static void stream(struct box *b, unsigned seconds)
{
    for (unsigned i = 0; i < seconds * 20; i++) {
        box_start(b, "r1", PAIR_PING " repeat 1 timeout 0");
        box_run(b, US_PER_S / 20);
    }
}

/* Once a second at most; and what the peer takes now is there at the next question. */
static void refused_flow(struct box *b, const char *debug, const char *asked)
{
    box_type_all(b, "r2",
                 "configure terminal\ncrypto ipsec transform-set OTHER esp-aes 192 esp-sha512-hmac\n"
                 "crypto map VPN 10 ipsec-isakmp\nset transform-set OTHER\nend");
    box_type(b, "r1", debug);
    stream(b, 2); /* with the IKE SA */
    size_t from = box_log_len(b, "r1");
    stream(b, 10);
    assert_in_range(times(b, "r1", from, asked), 5, 11);
    box_type_all(b, "r2", "configure terminal\ncrypto map VPN 10 ipsec-isakmp\nset transform-set TS\nend");
    stream(b, 2);
    pair_has(b, "r1", PAIR_PING, "(5/5)");
    box_free(b);
}

static void ikev1(void **state)
{
    (void)state;
    refused_flow(crypto_pair("", NULL), "debug crypto isakmp", "beginning Quick Mode exchange");
}

static void ikev2(void **state)
{
    (void)state;
    refused_flow(crypto_pair_ikev2(), "debug crypto ikev2", "Generating CREATE_CHILD_SA message");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ikev1),
        cmocka_unit_test(ikev2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
