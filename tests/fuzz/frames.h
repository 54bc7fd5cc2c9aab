/* frames.h: Ethernet frames of every kind that a router understands, as seeds for spoiling: for fuzz_frame.c and test_ipv4_fuzz.c. The router is aabb.cc00.0100 with
 * 10.0.0.1, the sender its neighbour 10.0.0.2; 10.9.9.9 lies behind the router. */
#ifndef ESPIAL_TESTS_FRAMES_H
#define ESPIAL_TESTS_FRAMES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "espial/buf.h"
#include "espial/ip.h"

enum { FRAME_ETH = 14, FRAME_KINDS = 9, FRAME_MAX = 2048 };
#define FRAME_US  0x0A000001u
#define FRAME_FAR 0x0A090909u

static inline size_t frame_ip(uint8_t *f, uint8_t proto, uint32_t dst, uint16_t field, const void *payload, size_t len)
{
    static const uint8_t to_us[FRAME_ETH] = {0xaa, 0xbb, 0xcc, 0, 1, 0, 0xaa, 0xbb, 0xcc, 0, 2, 0, 8, 0};
    uint8_t *ip = f + FRAME_ETH;

    memcpy(f, to_us, FRAME_ETH);
    memset(ip, 0, 20);
    ip[0] = 0x45;
    put16(ip + 2, (uint16_t)(20 + len));
    put16(ip + 4, 99);
    put16(ip + 6, field);
    ip[8] = 64;
    ip[9] = proto;
    put32(ip + 12, 0x0A000002u);
    put32(ip + 16, dst);
    memcpy(ip + 20, payload, len);
    return FRAME_ETH + 20 + len;
}

/* One of FRAME_KINDS; chance chooses its particulars. f holds FRAME_MAX bytes. IP checksums are left to frame_sum. */
static inline size_t frame_seed(unsigned kind, uint32_t chance, uint8_t *f)
{
    uint32_t dst = chance & 1 ? FRAME_US : FRAME_FAR;
    uint8_t data[600] = {0};

    switch (kind) {
    case 0: /* ARP request, or reply */
        frame_ip(f, 0, 0, 0, data, 8);
        put16(f + 12, 0x0806);
        memcpy(f + FRAME_ETH, "\0\1\x08\0\6\4\0\1\xaa\xbb\xcc\0\2\0\x0a\0\0\2\0\0\0\0\0\0\x0a\0\0\1", 28);
        f[FRAME_ETH + 7] = (uint8_t)(1 + (chance >> 1 & 1));
        return FRAME_ETH + 28;
    case 1: /* echo */
        data[0] = 8;
        put16(data + 2, ip_cksum_fold(ip_cksum_add(0, data, 64)));
        return frame_ip(f, PROTO_ICMP, dst, 0, data, 64);
    case 2: /* an error that quotes one of ours */
        data[0] = 3;
        data[1] = 4;
        frame_ip(data + 8, PROTO_UDP, FRAME_FAR, 0, "\x01\xf4\x01\xf4\0\x08\0\0", 8);
        memmove(data + 8, data + 8 + FRAME_ETH, 28);
        put32(data + 8 + 12, FRAME_US);
        put16(data + 2, ip_cksum_fold(ip_cksum_add(0, data, 36)));
        return frame_ip(f, PROTO_ICMP, FRAME_US, 0, data, 36);
    case 3: /* UDP 4500 */
        put16(data, 4500);
        put16(data + 2, 4500);
        put16(data + 4, 40);
        put32(data + 8, chance >> 1 & 1);
        return frame_ip(f, PROTO_UDP, dst, 0, data, 40);
    case 4: /* UDP to nobody */
        put16(data + 2, 7);
        put16(data + 4, 8);
        return frame_ip(f, PROTO_UDP, dst, 0, data, 8);
    case 5: /* a piece */
        return frame_ip(f, PROTO_UDP, dst, (uint16_t)((chance >> 1 & 1 ? 0x2000 : 0) | (chance >> 2 & 7)), data, 8 * (1 + (chance >> 5) % 6));
    case 6: { /* options */
        size_t n = frame_ip(f, PROTO_ICMP, dst, 0, data, 100);
        f[FRAME_ETH] = 0x48;
        memcpy(f + FRAME_ETH + 20, "\x07\x07\x04\0\0\0\0\x83\x04\x04\0\0", 12);
        return n;
    }
    case 7: /* ESP, AH, TCP, GRE */
        return frame_ip(f, (uint8_t)(chance >> 1 & 1 ? PROTO_ESP : chance >> 8), dst, 0, data, 100);
    default: /* too big for the other side */
        return frame_ip(f, PROTO_UDP, FRAME_FAR, chance >> 1 & 1 ? 0x4000 : 0, data, 600);
    }
}

/* A right IPv4 header checksum, where there is a header. */
static inline void frame_sum(uint8_t *f, size_t len)
{
    size_t ihl = len >= FRAME_ETH + 20 ? (f[FRAME_ETH] & 15u) * 4u : 0;

    if (ihl < 20 || FRAME_ETH + ihl > len)
        return;
    put16(f + FRAME_ETH + 10, 0);
    put16(f + FRAME_ETH + 10, ip_cksum_fold(ip_cksum_add(0, f + FRAME_ETH, ihl)));
}
#endif
