/* test_ip.c: addresses, masks, MAC addresses, interface names and the Internet checksum, as tables of facts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "espial/buf.h"
#include "espial/ip.h"

static void quads(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        bool ok;
        uint32_t a;
    } facts[] = {
        {"192.0.2.1", true, 0xC0000201}, {"0.0.0.0", true, 0},         {"255.255.255.255", true, 0xFFFFFFFF},
        {"213.163.222.7", true, 0xD5A3DE07}, {"10.20.100.9", true, 0x0A146409},
        {"256.1.1.1", false},  {"1.2.3", false},       {"1.2.3.4.5", false}, {"1.2.3.4 ", false}, {" 1.2.3.4", false},
        {"1..2.3", false},     {"", false},            {"01.2.3.4", false},  {"1.2.3.00", false}, {"1.2.3.0004", false},
        {"1.2.3.-4", false},   {"1.2.3.a", false},     {"1.2.3.", false},    {"+1.2.3.4", false}, {"099.1.1.1", false},
        {"4294967296.1.1.1", false},
    };
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        uint32_t a = 0x12345678;
        if (ip4_parse(facts[i].s, &a) != facts[i].ok)
            fail_msg("%s", facts[i].s);
        assert_int_equal(a, facts[i].ok ? facts[i].a : 0x12345678);
        if (facts[i].ok)
            assert_string_equal(IP4(a), facts[i].s);
    }
    char pair[64];
    snprintf(pair, sizeof pair, "%s %s", IP4(0x0A000001), IP4(0x0A0000FE)); /* two in one call */
    assert_string_equal(pair, "10.0.0.1 10.0.0.254");
}

static void masks(void **state)
{
    (void)state;
    assert_int_equal(ip4_mask(0), 0);
    assert_int_equal(ip4_mask(24), 0xFFFFFF00);
    assert_int_equal(ip4_mask(32), 0xFFFFFFFF);
    for (unsigned n = 0; n <= 32; n++)
        assert_int_equal(ip4_mask_len(ip4_mask(n)), n);
    assert_int_equal(ip4_mask_len(0x000000FF), -1);
    assert_int_equal(ip4_mask_len(0xFF00FF00), -1);
    assert_int_equal(ip4_mask_len(0xFFFFFFFD), -1);
    assert_int_equal(ip4_mask_len(1), -1);
}

static void macs(void **state)
{
    (void)state;
    const uint8_t m[6] = {0xaa, 0xbb, 0xcc, 0x00, 0x01, 0x00};
    assert_string_equal(MAC(m), "aabb.cc00.0100");
}

static void checksums(void **state)
{
    (void)state;
    /* RFC 1071 section 3: sum ddf2 */
    const uint8_t rfc[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    assert_int_equal(ip_cksum_fold(ip_cksum_add(0, rfc, sizeof rfc)), 0xFFFF - 0xddf2);
    /* an IPv4 header that is right, b861 at 10 */
    uint8_t ip[] = {0x45, 0, 0, 0x73, 0, 0, 0x40, 0, 0x40, 0x11, 0xb8, 0x61, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0, 0xc7};
    assert_int_equal(ip_cksum_fold(ip_cksum_add(0, ip, sizeof ip)), 0);
    put16(ip + 10, 0);
    assert_int_equal(ip_cksum_fold(ip_cksum_add(0, ip, sizeof ip)), 0xb861);
    /* an odd end is padded with zero */
    const uint8_t odd[] = {0x12, 0x34, 0x56};
    assert_int_equal(ip_cksum_fold(ip_cksum_add(0, odd, 3)), 0xFFFF - (0x1234 + 0x5600));
    assert_int_equal(ip_cksum_fold(ip_cksum_add(0, odd, 0)), 0xFFFF);
}

static void checksum_of_segment(void **state)
{
    (void)state;
    /* UDP 53 to 53 with "A", from 192.0.2.1 to 192.0.2.2: c000+0201+c000+0202+0011+0009 + 0035+0035+0009+4100 = 1c590 */
    const uint8_t udp[] = {0, 53, 0, 53, 0, 9, 0, 0, 'A'};
    assert_int_equal(ip_cksum_l4(0xC0000201, 0xC0000202, 17, udp, sizeof udp), 0xFFFF - 0xC591);
}

/* RFC 1624 section 4: HC = DD2F, m = 5555, m' = 3285; what eqn. 2 gets wrong is 0000. */
static void checksum_followed(void **state)
{
    (void)state;
    uint8_t sum[2] = {0xDD, 0x2F};
    ip_cksum_follow(sum, 0x5555, 0x3285);
    assert_int_equal(get16(sum), 0x0000);
    ip_cksum_follow(sum, 0x3285, 0x5555);
    assert_int_equal(get16(sum), 0xDD2F);
}

static void checksum_in_pieces(void **state)
{
    (void)state;
    static uint8_t b[65536 + 3];
    for (size_t i = 0; i < sizeof b; i++)
        b[i] = (uint8_t)(i * 131 + i / 251 + 0xF0);
    for (size_t off = 0; off < 4; off++) { /* any alignment */
        uint64_t slow = 0;
        for (size_t i = 0; i < 65536; i += 2)
            slow += get16(b + off + i);
        while (slow >> 16)
            slow = (slow & 0xFFFF) + (slow >> 16);
        uint16_t want = (uint16_t)~slow;
        assert_int_equal(ip_cksum_fold(ip_cksum_add(0, b + off, 65536)), want);
        for (size_t cut = 0; cut <= 64; cut += 2)
            assert_int_equal(ip_cksum_fold(ip_cksum_add(ip_cksum_add(0, b + off, cut), b + off + cut, 65536 - cut)), want);
    }
    memset(b, 0xFF, sizeof b);
    assert_int_equal(ip_cksum_fold(ip_cksum_add(0xFFFFFFFF, b, 65536)), 0);
}

static void interface_names(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *name; /* NULL: refused */
    } facts[] = {
        {"e0/0", "Ethernet0/0"},
        {"Ethernet0/0", "Ethernet0/0"},
        {"ETHERNET 0/0", "Ethernet0/0"},
        {"gi0/0", "GigabitEthernet0/0"},
        {"Gi 0/0", "GigabitEthernet0/0"},
        {"g  0/0", "GigabitEthernet0/0"},
        {"gig0/0/0", "GigabitEthernet0/0/0"},
        {"f1", "FastEthernet1"},
        {"fa0/1.100", "FastEthernet0/1.100"},
        {"ethernet0/0.4294967295", "Ethernet0/0.4294967295"},
        {"te1/1/1", "TenGigabitEthernet1/1/1"},
        {"tu0", "Tunnel0"},
        {"tunnel2147483647", "Tunnel2147483647"},
        {"lo0", "Loopback0"},
        {"l 10", "Loopback10"},
        {"Loopback2147483647", "Loopback2147483647"},
        {"n0", "Null0"},
        {"null 0", "Null0"},
        {"gi00/01", "GigabitEthernet0/1"},
        {"GigabitEthernet0/0/0.4294967295", "GigabitEthernet0/0/0.4294967295"}, /* 31 characters: the longest that fits */
        {"t0", NULL},  /* TenGigabitEthernet or Tunnel */
        {"x0", NULL},
        {"0/0", NULL},
        {"", NULL},
        {"gi", NULL},
        {"gi ", NULL},
        {" gi0/0", NULL},
        {"gi0/0 ", NULL},
        {"gi0/", NULL},
        {"gi0/0/0/0", NULL},
        {"gi0/0.", NULL},
        {"gi0/0.1.2", NULL},
        {"gi0/0.4294967296", NULL},
        {"gi256", NULL},
        {"gi-1", NULL},
        {"lo2147483648", NULL},
        {"lo0/0", NULL},
        {"lo0.1", NULL},
        {"null1", NULL},
        {"ethernets0/0", NULL},
        {"e0/99999999999999999999", NULL},
        {"TenGigabitEthernet255/255/255.4294967295", NULL}, /* does not fit */
    };
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        char out[IFNAME_MAX] = "untouched";
        bool ok = ifname_parse(facts[i].typed, out);
        if (ok != (facts[i].name != NULL))
            fail_msg("\"%s\" gave %s", facts[i].typed, ok ? out : "nothing");
        assert_string_equal(out, ok ? facts[i].name : "untouched");
    }
}

static void every_unique_prefix_of_every_type(void **state)
{
    (void)state;
    for (size_t t = 0; ifname_types[t]; t++) {
        for (size_t n = 1; n <= strlen(ifname_types[t]); n++) {
            char typed[40], want[40], out[IFNAME_MAX];
            snprintf(typed, sizeof typed, "%.*s0", (int)n, ifname_types[t]);
            snprintf(want, sizeof want, "%s0", ifname_types[t]);
            if (ifname_types[t][0] == 'T' && n == 1) {
                assert_false(ifname_parse(typed, out));
            } else {
                assert_true(ifname_parse(typed, out));
                assert_string_equal(out, want);
            }
        }
        if (t) /* in alphabetical order, for `?` */
            assert_true(strcmp(ifname_types[t - 1], ifname_types[t]) < 0);
    }
}

static void short_names(void **state)
{
    (void)state;
    static const char *const facts[][2] = {
        {"Ethernet0/0", "Et0/0"}, {"GigabitEthernet0/0/0.100", "Gi0/0/0.100"}, {"Tunnel1", "Tu1"},
        {"Loopback0", "Lo0"},     {"TenGigabitEthernet1/1", "Te1/1"},          {"FastEthernet4", "Fa4"},
        {"Null0", "Nu0"},         {"Vlan1", "Vlan1"},
    };
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        char out[IFNAME_MAX];
        ifname_short(facts[i][0], out);
        assert_string_equal(out, facts[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quads),
        cmocka_unit_test(masks),
        cmocka_unit_test(macs),
        cmocka_unit_test(checksums),
        cmocka_unit_test(checksum_of_segment),
        cmocka_unit_test(checksum_followed),
        cmocka_unit_test(checksum_in_pieces),
        cmocka_unit_test(interface_names),
        cmocka_unit_test(every_unique_prefix_of_every_type),
        cmocka_unit_test(short_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
