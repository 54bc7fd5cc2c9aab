/* test_parts_protected.c: what is cut before encryption stays whole to policy: every part goes by the SA of the packet it
 * was, also where the line that permits the packet asks for what only its first part has. Nothing goes in the clear. */
#include "tests/exchange/crypto_pair.h"

#include "espial/buf.h"

struct seen {
    unsigned esp, clear; /* IPv4 of the two networks */
};

static enum wire_verdict look(void *arg, int from, uint8_t *frame, size_t len)
{
    struct seen *s = arg;

    (void)from;
    if (len < 34 || get16(frame + 12) != 0x0800)
        return WIRE_PASS;
    s->esp += frame[23] == 50;
    s->clear += (get32(frame + 26) >> 16) == 0xC0A8;
    return WIRE_PASS;
}

static void parts(void **state)
{
    struct seen s = {0};
    struct wire *w;
    struct box *b = crypto_pair("", &w);
    (void)state;

    box_type_all(b, "r1",
                 "configure terminal\nno access-list 101\n"
                 "access-list 101 permit icmp host 192.168.1.1 host 192.168.2.1 echo\nend");
    box_type_all(b, "r2",
                 "configure terminal\nno access-list 101\n"
                 "access-list 101 permit icmp host 192.168.2.1 host 192.168.1.1 echo-reply\nend");
    wire_tap(w, look, &s);
    pair_has(b, "r1", PAIR_PING " size 4000", "(4/5)");
    assert_int_equal(s.clear, 0);
    assert_int_equal(s.esp, 4 * 2 * 3); /* 4000 bytes in parts of 1438 at most */
    box_type_all(b, "r1", "configure terminal\ncrypto ipsec df-bit clear\nend");
    pair_has(b, "r1", PAIR_PING " size 1500 repeat 1", "(1/1)");
    assert_int_equal(s.clear, 0);
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
