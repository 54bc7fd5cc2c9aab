/* Access lists at work on whole routers: what is counted, logged and refused. The layouts are those of real devices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "espial/loop.h"
#include "tests/sim/box.h"

static void expect_show(struct box *b, const char *node, const char *line, const char *want)
{
    assert_string_equal(box_type(b, node, line), want);
}

/* Each packet that leaves by the map's interface counts at the lines that decided: the one that starts the negotiation and is lost too. */
static void crypto_lists_count(void **state)
{
    struct box *b = box_incident(3);
    (void)state;

    box_type(b, "spoke", "ping 10.1.0.1 source Loopback0 repeat 5");
    expect_show(b, "spoke", "show access-lists", "Extended IP access list 101\n    10 permit ip 10.2.0.0 0.0.0.255 10.1.0.0 0.0.0.255 (5 matches)\n");
    expect_show(b, "hub", "show access-lists 101", "Extended IP access list 101\n    10 permit ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255 (4 matches)\n");
    box_type(b, "spoke", "clear access-list counters 101");
    expect_show(b, "spoke", "show ip access-lists 101", "Extended IP access list 101\n    10 permit ip 10.2.0.0 0.0.0.255 10.1.0.0 0.0.0.255\n");
    box_type(b, "spoke", "ping 10.1.0.1 source Loopback0 repeat 1");
    expect_show(b, "spoke", "show ip access-lists 101", "Extended IP access list 101\n    10 permit ip 10.2.0.0 0.0.0.255 10.1.0.0 0.0.0.255 (1 match)\n");
    /* two lines of denial come first: they let the packet on to the next entry, and count */
    static const char *const typed[] = {"configure terminal",
                                        "no access-list 101",
                                        "access-list 101 deny icmp any any",
                                        "access-list 101 permit ip 10.2.0.0 0.0.0.255 10.1.0.0 0.0.0.255",
                                        "access-list 102 deny icmp any any echo-reply",
                                        "access-list 102 deny icmp host 10.2.0.1 any",
                                        "access-list 103 permit ip 10.2.0.0 0.0.0.255 10.1.0.0 0.0.0.255",
                                        "crypto map CMAP 20 ipsec-isakmp",
                                        "set peer 213.163.222.7",
                                        "set transform-set TS",
                                        "match address 102",
                                        "crypto map CMAP 30 ipsec-isakmp",
                                        "set peer 213.163.222.7",
                                        "set transform-set TS",
                                        "match address 103",
                                        "end"};
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++)
        box_type(b, "spoke", typed[i]);
    box_type(b, "spoke", "ping 10.1.0.1 source Loopback0 repeat 7 timeout 1");
    expect_show(b, "spoke", "show access-lists",
                "Extended IP access list 101\n    10 deny icmp any any (7 matches)\n    20 permit ip 10.2.0.0 0.0.0.255 10.1.0.0 0.0.0.255\n"
                "Extended IP access list 102\n    10 deny icmp any any echo-reply\n    20 deny icmp host 10.2.0.1 any (7 matches)\n"
                "Extended IP access list 103\n    10 permit ip 10.2.0.0 0.0.0.255 10.1.0.0 0.0.0.255 (7 matches)\n");
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(crypto_lists_count)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
