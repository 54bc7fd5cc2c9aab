/* test_parts_protected.c: what is cut before encryption stays whole to policy: every part goes by the SA of the packet it
 * was, also where the line that permits the packet asks for what only its first part has. Nothing goes in the clear. */
#include "tests/exchange/crypto_pair.h"

#include "espial/buf.h"
#include "tests/exchange/three_routers.h"

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

/* Lines of which one may have a note. */
static void typed(struct box *b, const char *node, const char *all)
{
    char line[256];

    for (const char *p = all; *p; p += strcspn(p, "\n"), p += *p == '\n') {
        snprintf(line, sizeof line, "%.*s", (int)strcspn(p, "\n"), p);
        (void)box_type(b, node, line);
    }
}

/* The same of what comes in parts already: r1 cuts, r2 protects what goes to r3, by a line for echo requests alone. */
static void in_transit(void **state)
{
    static const char *const crypto =
        "configure terminal\ncrypto isakmp policy 10\nencryption aes\nauthentication pre-share\ngroup 14\nexit\n"
        "crypto isakmp key k address 0.0.0.0\ncrypto ipsec transform-set T esp-aes esp-sha-hmac\nexit\n"
        "crypto map M 10 ipsec-isakmp\nset peer %s\nset transform-set T\nmatch address 150\nexit\n"
        "access-list 150 permit icmp host %s host %s %s\ninterface %s\ncrypto map M\nend";
    struct box *b = three_routers(17, "interface Ethernet0/0\n ip mtu 600\n", "", "");
    char lines[1024];
    (void)state;

    snprintf(lines, sizeof lines, crypto, "10.0.2.3", "10.0.1.1", "10.3.3.3", "echo", "Ethernet0/1");
    typed(b, "r2", lines);
    snprintf(lines, sizeof lines, crypto, "10.0.2.2", "10.3.3.3", "10.0.1.1", "echo-reply", "Ethernet0/0");
    typed(b, "r3", lines);
    types(b, "r1", "ping 10.3.3.3", "(4/5)");
    types(b, "r1", "ping 10.3.3.3 size 1400 repeat 1", "(1/1)");
    /* 1400 bytes by 600: three parts */
    types(b, "r2", "show crypto ipsec sa", "#pkts encaps: 7, #pkts encrypt: 7, #pkts digest: 7");
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts),
        cmocka_unit_test(in_transit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
