/* ring.h: the frames that a packet socket hears, in memory that the kernel and the router share (Linux's PACKET_RX_RING,
 * TPACKET_V2): see ring.c. */
#ifndef DATAPLANE_LINK_RING_H
#define DATAPLANE_LINK_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/virtio_net.h>

struct ring;
/* Of a packet socket that is not bound yet and has PACKET_VNET_HDR. NULL: the kernel refused (errno). It lives on when
 * the socket is closed; ring_free ends it. */
struct ring *ring_new(int fd);
void ring_free(struct ring *r); /* NULL-safe */

struct ring_frame {
    uint8_t *bytes; /* in the ring: may be written to */
    size_t len;
    struct virtio_net_hdr head;
    bool whole;  /* false: it is longer than a slot ... */
    bool queued; /* ... and all of it is the next that recvmsg gives */
    bool tagged; /* with an 802.1Q tag that the driver took off */
};
/* The next frame, in the order in which they came; false: there is none now. It is the caller's until ring_next. */
bool ring_look(const struct ring *r, struct ring_frame *f);
void ring_next(struct ring *r);
/* Frames of that socket that found the ring full, since this was last asked. */
uint32_t ring_lost(int fd);
#endif
