/* test_offload.c: frames as a kernel hands them to a packet socket, unfinished: a sum made where it belongs; TCP and UDP
 * cut, each piece held against sums computed here the plain way (RFC 1071); what does not fit its head is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <linux/virtio_net.h>

#include "dataplane/link/link.h"
#include "dataplane/link/offload.h"
#include "espial/buf.h"
#include "tests/unit/crypto_vectors.h"

struct seen {
    unsigned n;
    size_t len[64];
    uint8_t frame[64][2048];
};

static void on_frame(void *arg, const uint8_t *frame, size_t len)
{
    struct seen *s = arg;
    assert_true(s->n < 64 && len <= sizeof s->frame[0]);
    s->len[s->n] = len;
    memcpy(s->frame[s->n++], frame, len);
}

static bool finish(struct seen *s, const struct virtio_net_hdr *h, const uint8_t *frame, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1), *room = malloc(LINK_FRAME_MAX); /* each to its byte, for the sanitizers */
    memcpy(copy, frame, len);
    s->n = 0;
    bool ok = offload_finish(h, copy, len, room, on_frame, s);
    free(copy);
    free(room);
    return ok;
}

static uint32_t plain_sum(uint32_t sum, const uint8_t *p, size_t len)
{
    for (size_t i = 0; i < len; i++)
        sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
    return sum;
}

static uint16_t fold(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)sum;
}

/* Both sums of a whole packet are right: with them in place everything adds up to 0xFFFF. */
static void assert_sums(const uint8_t *frame, size_t len)
{
    const uint8_t *ip = frame + 14;
    size_t ihl = (ip[0] & 15u) * 4u, l4 = len - 14 - ihl;
    assert_int_equal(get16(ip + 2), len - 14);
    assert_int_equal(fold(plain_sum(0, ip, ihl)), 0xFFFF);
    uint32_t sum = plain_sum(0, ip + 12, 8) + ip[9] + (uint32_t)l4;
    assert_int_equal(fold(plain_sum(sum, ip + ihl, l4)), 0xFFFF);
}

#define ETHER "0202020202020606060606060800"

/* UDP from 10.0.0.1 port 1 to 10.0.0.2 port 2, "ab": 0a00+0001+0a00+0002+0011+000a = 141e is what the kernel has put in;
 * 0001+0002+000a+6162 more make 758d, whose complement is 8a72. */
static void sum(void **state)
{
    (void)state;
    struct seen s;
    uint8_t frame[64], want[64];
    size_t len = unhex(ETHER "4500001e00010000401166cb0a0000010a000002" "00010002000a141e6162", frame);
    struct virtio_net_hdr h = {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 34, .csum_offset = 6};
    assert_int_equal(len, 44);
    memcpy(want, frame, len);
    put16(want + 40, 0x8a72);
    assert_true(finish(&s, &h, frame, len));
    assert_int_equal(s.n, 1);
    assert_int_equal(s.len[0], len);
    assert_memory_equal(s.frame[0], want, len);
    h.flags = 0; /* finished already */
    assert_true(finish(&s, &h, frame, len));
    assert_memory_equal(s.frame[0], frame, len);
    h.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
    for (unsigned at = 0; at < 5; at++) { /* beyond the end */
        static const uint16_t places[5][2] = {{34, 9}, {43, 0}, {44, 0}, {65535, 6}, {34, 65535}};
        h.csum_start = places[at][0];
        h.csum_offset = places[at][1];
        assert_false(finish(&s, &h, frame, len));
        assert_int_equal(s.n, 0);
    }
    h.csum_start = 34;
    h.csum_offset = 8; /* the last place there is */
    assert_true(finish(&s, &h, frame, len));
}

/* Ten bytes of TCP with a timestamp option, FIN PSH ACK CWR, to be cut after four. */
#define TCP_FRAME                                                                                                      \
    ETHER "4502003e12ff4000400600000a0000010a000002" "04d20050fffffffd0000000780995000000000000101080a0000000100000002" \
          "30313233343536373839"

static void tcp(void **state)
{
    (void)state;
    static const struct {
        size_t len;
        uint16_t id;
        uint32_t seq;
        uint8_t flags;
        const char *data;
    } want[] = {{4, 0x12ff, 0xfffffffd, 0x90, "0123"}, {4, 0x1300, 1, 0x10, "4567"}, {2, 0x1301, 5, 0x19, "89"}};
    struct seen s;
    uint8_t frame[128];
    size_t len = unhex(TCP_FRAME, frame);
    struct virtio_net_hdr h = {
        .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .gso_type = VIRTIO_NET_HDR_GSO_TCPV4 | VIRTIO_NET_HDR_GSO_ECN, .gso_size = 4};
    assert_int_equal(len, 14 + 62);
    frame[14 + 20 + 13] = 0x99;
    assert_true(finish(&s, &h, frame, len));
    assert_int_equal(s.n, 3);
    for (unsigned i = 0; i < 3; i++) {
        const uint8_t *ip = s.frame[i] + 14, *t = ip + 20;
        assert_int_equal(s.len[i], 14 + 20 + 32 + want[i].len);
        assert_memory_equal(s.frame[i], frame, 16);
        assert_int_equal(get16(ip + 4), want[i].id);
        assert_int_equal(get16(ip + 6), 0x4000);
        assert_int_equal(get32(t + 4), want[i].seq);
        assert_int_equal(t[13], want[i].flags);
        assert_memory_equal(t + 20, frame + 14 + 40, 12);
        assert_memory_equal(t + 32, want[i].data, want[i].len);
        assert_sums(s.frame[i], s.len[i]);
    }
}

static void udp(void **state)
{
    (void)state;
    struct seen s;
    uint8_t frame[64];
    size_t len = unhex(ETHER "4500002500010000401166c40a0000010a000002" "000100020011000030313233343536373839"
                             , frame);
    struct virtio_net_hdr h = {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .gso_type = 5, .gso_size = 7};
    assert_true(finish(&s, &h, frame, len));
    assert_int_equal(s.n, 2);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(s.len[i], 14 + 28 + (i ? 3 : 7));
        assert_int_equal(get16(s.frame[i] + 38), 8 + (i ? 3 : 7));
        assert_memory_equal(s.frame[i] + 42, i ? "789" : "0123456", i ? 3 : 7);
        assert_sums(s.frame[i], s.len[i]);
    }
}

/* 64 KB of a stream in segments of 1460. */
static void whole(void **state)
{
    (void)state;
    static uint8_t frame[OFFLOAD_FRAME_MAX];
    struct seen s;
    unhex(TCP_FRAME, frame);
    frame[14 + 20 + 12] = 0x50;
    put16(frame + 16, 65535);
    struct virtio_net_hdr h = {.gso_type = VIRTIO_NET_HDR_GSO_TCPV4, .gso_size = 1460};
    assert_true(finish(&s, &h, frame, sizeof frame));
    assert_int_equal(s.n, 45); /* 65495 bytes: 44 of 1460 and 1255 */
    assert_int_equal(s.len[43], 1514);
    assert_int_equal(s.len[44], 54 + 1255);
    for (unsigned i = 0; i < s.n; i++)
        assert_sums(s.frame[i], s.len[i]);
}

static void refused(void **state)
{
    (void)state;
    struct seen s;
    uint8_t frame[128], bad[128];
    size_t len = unhex(TCP_FRAME, frame);
    static const struct {
        size_t at;
        uint8_t to;
    } rows[] = {{12, 0x86}, {14, 0x65}, {14, 0x44}, {14, 0x4F}, {23, 17}, {46, 0x40}, {46, 0xF0}};
    struct virtio_net_hdr h = {.gso_type = VIRTIO_NET_HDR_GSO_TCPV4, .gso_size = 4};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        memcpy(bad, frame, len);
        bad[rows[i].at] = rows[i].to;
        assert_false(finish(&s, &h, bad, len));
    }
    for (size_t n = 0; n <= 66; n++) /* no byte of data */
        assert_false(finish(&s, &h, frame, n));
    assert_true(finish(&s, &h, frame, 67));
    h.gso_size = 0;
    assert_false(finish(&s, &h, frame, len));
    h.gso_size = LINK_FRAME_MAX - 65;
    assert_false(finish(&s, &h, frame, len));
    h.gso_size = 4;
    h.gso_type = VIRTIO_NET_HDR_GSO_TCPV6;
    assert_false(finish(&s, &h, frame, len));
    h.gso_type = VIRTIO_NET_HDR_GSO_UDP;
    assert_false(finish(&s, &h, frame, len));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sum), cmocka_unit_test(tcp), cmocka_unit_test(udp), cmocka_unit_test(whole), cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
