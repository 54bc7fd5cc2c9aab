/* Access lists at work on whole routers: what is counted, logged and refused. The layouts are those of real devices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "espial/loop.h"
#include "espial/text.h"
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
    expect_show(b, "spoke", "show access-lists",
                "Extended IP access list 101\n    10 permit ip 10.2.0.0 0.0.0.255 10.1.0.0 0.0.0.255 (5 matches)\n");
    expect_show(b, "hub", "show access-lists 101",
                "Extended IP access list 101\n    10 permit ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255 (4 matches)\n");
    box_type(b, "spoke", "clear access-list counters 101");
    expect_show(b, "spoke", "show ip access-lists 101",
                "Extended IP access list 101\n    10 permit ip 10.2.0.0 0.0.0.255 10.1.0.0 0.0.0.255\n");
    box_type(b, "spoke", "ping 10.1.0.1 source Loopback0 repeat 1");
    expect_show(b, "spoke", "show ip access-lists 101",
                "Extended IP access list 101\n    10 permit ip 10.2.0.0 0.0.0.255 10.1.0.0 0.0.0.255 (1 match)\n");
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
                "Extended IP access list 101\n    10 deny icmp any any (7 matches)\n    20 permit ip 10.2.0.0 "
                "0.0.0.255 10.1.0.0 0.0.0.255\n"
                "Extended IP access list 102\n    10 deny icmp any any echo-reply\n    20 deny icmp host 10.2.0.1 any "
                "(7 matches)\n"
                "Extended IP access list 103\n    10 permit ip 10.2.0.0 0.0.0.255 10.1.0.0 0.0.0.255 (7 matches)\n");
    box_free(b);
}

/* r1 (10.0.1.1, loopback 10.9.9.9) -- r2 (10.0.1.2). */
static struct box *pair(const char *list, const char *lines)
{
    struct box *b = box_new(4);

    box_node(b, "r1",
             "hostname r1\ninterface Ethernet0/0\n ip address 10.0.1.1 255.255.255.0\n"
             "interface Loopback0\n ip address 10.9.9.9 255.255.255.255\n");
    struct text t = {0};
    text_printf(&t,
                "hostname r2\nno service timestamps log\ninterface Ethernet0/0\n ip address 10.0.1.2 255.255.255.0\n "
                "ip access-group %s in\n"
                "ip route 10.9.9.9 255.255.255.255 10.0.1.1\n%s",
                list, lines);
    box_node(b, "r2", text_str(&t));
    text_free(&t);
    box_link(b, "r1", "Ethernet0/0", "r2", "Ethernet0/0");
    box_boot(b);
    box_run(b, 3 * US_PER_S);
    return b;
}

static void expect_log(struct box *b, const char *node, size_t from, const char *text, size_t times)
{
    if (box_log_count(b, node, from, text) != times)
        fail_msg("%zu times, not %zu: %s\nin\n%s", box_log_count(b, node, from, text), times, text,
                 box_log(b, node) + from);
}

/* The first packet is said at once, those after it every five minutes, and silence forgets. */
static void first_and_summaries(void **state)
{
    struct box *b = pair("101", "ip access-list extended 101\n permit icmp any any echo log\n deny udp any any range 1 "
                                "65535 log-input\n permit ip any any log");
    (void)state;

    size_t from = box_log_len(b, "r2");
    box_type(b, "r1", "ping 10.0.1.2 repeat 3");
    expect_log(b, "r2", from, "%SEC-6-IPACCESSLOGDP: list 101 permitted icmp 10.0.1.1 -> 10.0.1.2 (8/0), 1 packet\n",
               1);
    expect_log(b, "r2", from, "IPACCESSLOGDP", 1);
    box_type(b, "r1", "ping 10.0.1.2 repeat 1 source Loopback0");
    expect_log(b, "r2", from, "permitted icmp 10.9.9.9 -> 10.0.1.2 (8/0), 1 packet\n", 1);
    box_run(b, 301 * US_PER_S);
    expect_log(b, "r2", from, "permitted icmp 10.0.1.1 -> 10.0.1.2 (8/0), 2 packets\n", 1);
    expect_log(b, "r2", from, "IPACCESSLOGDP", 3);
    box_run(b, 301 * US_PER_S); /* nothing came: forgotten */
    box_type(b, "r1", "ping 10.0.1.2 repeat 1");
    expect_log(b, "r2", from, "permitted icmp 10.0.1.1 -> 10.0.1.2 (8/0), 1 packet\n", 2);
    /* a traceroute's datagrams: the line asks for ports, so they are known; the wire they came by is */
    from = box_log_len(b, "r2");
    box_type(b, "r1", "traceroute 10.0.1.2 probe 1 ttl 1 1 timeout 1");
    assert_int_equal(box_log_count(b, "r2", from, "%SEC-6-IPACCESSLOGP: list 101 denied udp 10.0.1.1("), 1);
    assert_int_equal(box_log_count(b, "r2", from, ") (Ethernet0/0 aabb.cc00.0100) -> 10.0.1.2(33434), 1 packet\n"), 1);
    /* changing the list says what was counted, and begins anew */
    box_type(b, "r1", "ping 10.0.1.2 repeat 4");
    from = box_log_len(b, "r2");
    box_type_all(b, "r2", "configure terminal\nip access-list extended 101\nno 20\nend");
    expect_log(b, "r2", from, "permitted icmp 10.0.1.1 -> 10.0.1.2 (8/0), 4 packets\n", 1);
    /* a line that does not ask for ports has not seen them */
    box_type(b, "r1", "traceroute 10.0.1.2 probe 1 ttl 1 1 timeout 1");
    expect_log(b, "r2", from, "%SEC-6-IPACCESSLOGP: list 101 permitted udp 10.0.1.1(0) -> 10.0.1.2(0), 1 packet\n", 1);
    box_free(b);
}

/* A scan from more addresses than are remembered: the log is bounded, and the rest is counted. */
static void a_scan(void **state)
{
    struct box *b = pair("102", "\naccess-list 102 permit ip any any log");
    struct text line = {0};
    (void)state;

    box_type_all(b, "r1", "configure terminal\ninterface Loopback0");
    size_t from = box_log_len(b, "r2");
    for (unsigned i = 0; i < 260; i++) {
        text_clear(&line);
        text_printf(&line, "ip address 10.8.%u.%u 255.255.255.255", i / 200, i % 200 + 1);
        box_type(b, "r1", text_str(&line));
        box_type(b, "r1", "do ping 10.0.1.2 repeat 1 timeout 0 source Loopback0");
        box_run(b, 10 * US_PER_MS);
    }
    box_run(b, 2 * US_PER_S);
    expect_log(b, "r2", from, "IPACCESSLOGDP: list 102 permitted icmp 10.8.", 256);
    expect_log(b, "r2", from, "IPACCESSLOGRL", 0);
    box_run(b, 302 * US_PER_S);
    expect_log(b, "r2", from, "%SEC-6-IPACCESSLOGRL: access-list logging rate-limited or missed 4 packets\n", 1);
    text_free(&line);
    box_free(b);
}

/* Standard lists look at sources; shows have their own layout; places can be given anew. */
static void standard(void **state)
{
    struct box *b = pair("WORK", "\nip access-list standard WORK\n 10 deny 10.9.9.9 log\n permit 10.0.0.0 "
                                 "0.255.255.255\naccess-list 1 permit any");
    (void)state;

    assert_non_null(strstr(box_type(b, "r1", "ping 10.0.1.2 repeat 2 timeout 1"), "!!\n"));
    assert_non_null(strstr(box_type(b, "r1", "ping 10.0.1.2 repeat 2 timeout 1 source Loopback0"), "U.\n"));
    expect_log(b, "r2", 0, "%SEC-6-IPACCESSLOGS: list WORK denied 10.9.9.9 1 packet\n", 1);
    expect_show(b, "r2", "show access-lists",
                "Standard IP access list 1\n    10 permit any\n"
                "Standard IP access list WORK\n    10 deny   10.9.9.9 log (2 matches)\n    20 permit 10.0.0.0, "
                "wildcard bits 0.255.255.255 (2 matches)\n");
    box_type_all(b, "r2",
                 "configure terminal\n"
                 "ip access-list resequence WORK 100 5\n"
                 "ip access-list standard WORK\n"
                 "102 permit host 10.9.9.9\n"
                 "no 100\n"
                 "exit\n"
                 "access-list 1 deny 10.1.1.1 0.0.0.0\n"
                 "access-list 1300 permit 10.1.1.9 0.0.0.255\n"
                 "end");
    expect_show(b, "r2", "show access-lists",
                "Standard IP access list 1\n    10 permit any\n    20 deny   10.1.1.1\n"
                "Standard IP access list 1300\n    10 permit 10.1.1.0, wildcard bits 0.0.0.255\n"
                "Standard IP access list WORK\n    102 permit 10.9.9.9\n    105 permit 10.0.0.0, wildcard bits "
                "0.255.255.255 (2 matches)\n");
    expect_show(b, "r2", "show running-config | section access-list",
                "ip access-list standard WORK\n 102 permit 10.9.9.9\n permit 10.0.0.0 0.255.255.255\n"
                "access-list 1 permit any\naccess-list 1 deny 10.1.1.1\naccess-list 1300 permit 10.1.1.0 0.0.0.255\n");
    assert_non_null(strstr(box_type(b, "r1", "ping 10.0.1.2 repeat 2 timeout 1 source Loopback0"), "!!\n"));
    box_type(b, "r2", "configure terminal");
    assert_string_equal(box_type(b, "r2", "ip access-list extended WORK"),
                        "% A named Standard IP access list with this name already exists\n");
    assert_string_equal(box_type(b, "r2", "ip access-list standard 101"), "% Invalid access list name.\n");
    assert_string_equal(box_type(b, "r2", "no access-list 1300"), "");
    assert_string_equal(box_type(b, "r2", "ip access-list resequence WORK 4294967 2147483647"), "");
    assert_string_equal(box_type(b, "r2", "ip access-list resequence NONE 1 1"),
                        "% Access-list with that name does not exist.\n");
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(crypto_lists_count), cmocka_unit_test(first_and_summaries),
                                       cmocka_unit_test(a_scan), cmocka_unit_test(standard)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
