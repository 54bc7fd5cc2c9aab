/* test_tcp_mss.c: ip tcp adjust-mss: which segments are changed, and that their checksum still fits, worked out anew over the pseudo header. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/net/net_local.h"

/* An IPv4 packet with a TCP header of these options, whose checksum is right. */
static uint32_t segment(uint8_t *ip, uint8_t flags, const uint8_t *options, size_t n)
{
    uint32_t len = 20 + 20 + (uint32_t)n + 3;
    uint8_t *tcp = ip + 20;

    memset(ip, 0, len);
    ip[0] = 0x45;
    put16(ip + 2, (uint16_t)len);
    ip[8] = 64;
    ip[9] = PROTO_TCP;
    put32(ip + 12, 0x0A010001);
    put32(ip + 16, 0x0A020001);
    ipv4_checksum(ip);
    put16(tcp, 1024);
    put16(tcp + 2, 80);
    put32(tcp + 4, 0xDEADBEEF);
    tcp[12] = (uint8_t)((20 + n) / 4 << 4);
    tcp[13] = flags;
    put16(tcp + 14, 8192);
    memcpy(tcp + 20, options, n);
    memcpy(tcp + 20 + n, "xyz", 3);
    return len;
}

static uint16_t whole_sum(const uint8_t *ip, uint32_t len)
{
    uint32_t sum = ip_cksum_add(0, ip + 12, 8);

    sum += PROTO_TCP + (len - 20);
    return ip_cksum_fold(ip_cksum_add(sum, ip + 20, len - 20));
}

static void seal(uint8_t *ip, uint32_t len)
{
    put16(ip + 36, 0);
    put16(ip + 36, whole_sum(ip, len));
}

static void lowered(void **state)
{
    static const uint8_t even[4] = {2, 4, 0x05, 0xB4}, odd[8] = {1, 2, 4, 0x05, 0xB4, 1, 1, 0},
                         last[8] = {4, 2, 1, 1, 2, 4, 0xFF, 0xFF};
    static const struct {
        const uint8_t *options;
        size_t n, at;
    } rows[] = {{even, 4, 2}, {odd, 8, 3}, {last, 8, 6}};
    uint8_t ip[128];

    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (uint16_t mss = 500; mss <= 1459; mss = (uint16_t)(mss + 137)) {
            uint32_t len = segment(ip, 2 | (i & 1 ? 16 : 0), rows[i].options, rows[i].n);
            seal(ip, len);
            assert_int_equal(whole_sum(ip, len), 0);
            tcp_adjust_mss(ip, len, mss);
            assert_int_equal(get16(ip + 40 + rows[i].at), mss);
            assert_int_equal(whole_sum(ip, len), 0);
        }
}

static void untouched(uint8_t *ip, uint32_t len)
{
    uint8_t before[128];

    memcpy(before, ip, len);
    tcp_adjust_mss(ip, len, 1300);
    assert_memory_equal(ip, before, len);
}

static void left_alone(void **state)
{
    static const uint8_t mss[4] = {2, 4, 0x05, 0xB4}, small[4] = {2, 4, 0x05, 0x14},
                         ended[8] = {0, 0, 0, 0, 2, 4, 0x05, 0xB4}, cut[4] = {1, 1, 2, 4}, zero[4] = {2, 0, 0x05, 0xB4},
                         beyond[4] = {3, 9, 0, 0}, three[4] = {2, 3, 9, 1};
    uint8_t ip[128];
    uint32_t len;

    (void)state;
    untouched(ip, segment(ip, 16, mss, 4));  /* no SYN */
    untouched(ip, segment(ip, 2, small, 4)); /* 1300 is small enough */
    untouched(ip, segment(ip, 2, ended, 8));
    untouched(ip, segment(ip, 2, cut, 4));
    untouched(ip, segment(ip, 2, zero, 4));
    untouched(ip, segment(ip, 2, beyond, 4));
    untouched(ip, segment(ip, 2, three, 4));
    untouched(ip, segment(ip, 2, mss, 0));
    len = segment(ip, 2, mss, 4);
    ip[9] = PROTO_UDP;
    untouched(ip, len);
    len = segment(ip, 2, mss, 4);
    put16(ip + 6, 1); /* a later piece */
    untouched(ip, len);
    len = segment(ip, 2, mss, 4);
    ip[32] = 0xF0; /* a header longer than the packet */
    untouched(ip, len);
    len = segment(ip, 2, mss, 4);
    untouched(ip, 30); /* cut */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lowered),
        cmocka_unit_test(left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
