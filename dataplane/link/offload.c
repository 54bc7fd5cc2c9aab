/* offload.c: what a network card would do to a frame on its way out. A kernel that sends over a veth leaves it undone,
 * since it hopes that nobody will ever look: the sum of UDP or TCP holds only its pseudo-header, and many segments of one
 * stream are one frame of up to 64 KB. A packet socket tells so in front of each frame (struct virtio_net_hdr,
 * PACKET_VNET_HDR); a router must finish it, for what it sends on goes where nobody knows of that.
 *
 * A sum is made from where it begins to the end of the frame, over the pseudo-header's sum that stands in its place.
 * Cutting (TCP over IPv4, and UDP of one size after another): each piece gets the headers with its own length,
 * identification (counted up), sequence number and sums; FIN and PSH stay on the last, CWR on the first (RFC 3168
 * section 6.1.2). Not here: IPv6 (the router has none), UDP to be fragmented (kernels since 4.14 do not ask for it). */
#include "dataplane/link/offload.h"

#include <linux/virtio_net.h>
#include <string.h>

#include "dataplane/link/link.h"
#include "espial/buf.h"
#include "espial/ip.h"

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5
#endif

enum { ETH = 14, ETH_IP4 = 0x0800, IP = 20, TCP = 20, UDP = 8, FIN = 0x01, PSH = 0x08, CWR = 0x80 };

static bool sum_made(const struct virtio_net_hdr *h, uint8_t *frame, size_t len)
{
    size_t from = h->csum_start, at = from + h->csum_offset;

    if (at + 2 > len)
        return false;
    uint16_t sum = ip_cksum_fold(ip_cksum_add(0, frame + from, len - from));
    put16(frame + at, sum ? sum : 0xFFFF); /* the same number; of UDP, 0 would mean that there is none */
    return true;
}

static void ip_finish(uint8_t *ip, size_t ihl, size_t len, uint16_t id)
{
    put16(ip + 2, (uint16_t)len);
    put16(ip + 4, id);
    put16(ip + 10, 0);
    put16(ip + 10, ip_cksum_fold(ip_cksum_add(0, ip, ihl)));
}

/* The whole sum of TCP or UDP, into the field at sum_at of its header. */
static void l4_finish(const uint8_t *ip, uint8_t *l4, size_t len, size_t sum_at)
{
    put16(l4 + sum_at, 0);
    uint16_t sum = ip_cksum_l4(get32(ip + 12), get32(ip + 16), ip[9], l4, len);
    put16(l4 + sum_at, sum ? sum : 0xFFFF);
}

static bool cut(uint8_t proto, size_t size, const uint8_t *frame, size_t len, uint8_t *room,
                void (*each)(void *arg, const uint8_t *frame, size_t len), void *arg)
{
    const uint8_t *ip = frame + ETH;

    if (len < ETH + IP || get16(frame + 12) != ETH_IP4 || ip[0] >> 4 != 4 || ip[9] != proto || size == 0)
        return false;
    size_t ihl = (ip[0] & 15u) * 4u, head = ETH + ihl + (proto == PROTO_TCP ? TCP : UDP);
    if (ihl < IP || head > len)
        return false;
    const uint8_t *l4 = ip + ihl;
    if (proto == PROTO_TCP) {
        size_t doff = (l4[12] >> 4) * 4u;
        head = ETH + ihl + doff;
        if (doff < TCP || head > len)
            return false;
    }
    if (head == len || head + size > LINK_FRAME_MAX)
        return false;
    for (size_t at = head; at < len; at += size) {
        size_t n = len - at < size ? len - at : size;
        bool last = at + n == len;
        memcpy(room, frame, head);
        memcpy(room + head, frame + at, n);
        uint8_t *to = room + ETH + ihl;
        ip_finish(room + ETH, ihl, head - ETH + n, (uint16_t)(get16(ip + 4) + (at - head) / size));
        if (proto == PROTO_TCP) {
            put32(to + 4, get32(l4 + 4) + (uint32_t)(at - head));
            to[13] &= (uint8_t) ~((last ? 0 : FIN | PSH) | (at == head ? 0 : CWR));
            l4_finish(room + ETH, to, head - ETH - ihl + n, 16);
        } else {
            put16(to + 4, (uint16_t)(UDP + n));
            l4_finish(room + ETH, to, UDP + n, 6);
        }
        each(arg, room, head + n);
    }
    return true;
}

bool offload_finish(const struct virtio_net_hdr *h, uint8_t *frame, size_t len, uint8_t *room,
                    void (*each)(void *arg, const uint8_t *frame, size_t len), void *arg)
{
    switch (h->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) {
    case VIRTIO_NET_HDR_GSO_NONE:
        if (len > LINK_FRAME_MAX || ((h->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) && !sum_made(h, frame, len)))
            return false;
        each(arg, frame, len);
        return true;
    case VIRTIO_NET_HDR_GSO_TCPV4: return cut(PROTO_TCP, h->gso_size, frame, len, room, each, arg);
    case VIRTIO_NET_HDR_GSO_UDP_L4: return cut(PROTO_UDP, h->gso_size, frame, len, room, each, arg);
    default: return false;
    }
}
