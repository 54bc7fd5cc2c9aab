/* test_ike_refused.c: the notification that refuses an IKEv1 quick mode is lost. Nobody repeats it by himself, but the quick
 * mode is repeated, and is refused again: who asked must not wait a minute, and leave the other's own unanswered as long. */
#include "tests/exchange/crypto_pair.h"

#include "dataplane/ike/codec.h"
#include "espial/buf.h"

static enum wire_verdict lose_info(void *arg, int from, uint8_t *frame, size_t len)
{
    unsigned *lost = arg;

    if (from || len < 14 + 20 + 8 + ISAKMP_HDR || frame[23] != 17 || get16(frame + 36) != 500 || frame[60] != EX_INFO)
        return WIRE_PASS;
    return ++*lost == 1 ? WIRE_LOSE : WIRE_PASS;
}

static void again(void **state)
{
    struct wire *w;
    struct box *b = crypto_pair("", &w);
    unsigned lost = 0, at = 0;
    (void)state;

    box_type_all(b, "r1", "configure terminal\ncrypto ipsec transform-set TS esp-gcm 256\nend");
    wire_tap(w, lose_info, &lost);
    (void)box_type(b, "r2", "ping 192.168.1.1 source 192.168.2.1 repeat 1 timeout 1");
    assert_int_equal(lost, 1);
    box_type_all(b, "r1", "configure terminal\ncrypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac\nend");
    while (at < 100 && !strstr(box_type(b, "r1", PAIR_PING " repeat 1 timeout 1"), "(1/1)"))
        at++;
    assert_in_range(lost, 2, 3);
    assert_in_range(at, 1, 25);
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(again)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
