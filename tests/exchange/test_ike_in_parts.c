/* test_ike_in_parts.c: IKE messages that the network cuts in parts, towards a router whose crypto map protects all that goes
 * between the two addresses. The parts behind the first do not say their ports; IKE passes in the clear all the same. */
#include "tests/exchange/crypto_pair.h"

static void main_mode(void **state)
{
    struct box *b = crypto_pair("", NULL);
    (void)state;

    for (int i = 1; i <= 2; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "configure terminal\nno access-list 101\naccess-list 101 permit ip host 10.0.0.%d host 10.0.0.%d\n"
                 "crypto isakmp policy 10\ngroup 16\nexit\ncrypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac\n"
                 "mode transport\nexit\ninterface Ethernet0/0\nip mtu 500\nend",
                 i, 3 - i);
        box_type_all(b, i == 1 ? "r1" : "r2", text);
    }
    (void)box_type(b, "r1", "ping 10.0.0.2");
    pair_has(b, "r1", "ping 10.0.0.2", "Success rate is 100 percent (5/5)");
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(main_mode)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
