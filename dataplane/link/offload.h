/* offload.h: frames that a kernel has left unfinished: see offload.c. */
#ifndef DATAPLANE_LINK_OFFLOAD_H
#define DATAPLANE_LINK_OFFLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct virtio_net_hdr;

#define OFFLOAD_FRAME_MAX (14 + 65535) /* before it is cut */

/* Hands on what the frame becomes: itself, with its sum made in place, or its segments, one after another in `room`
 * (LINK_FRAME_MAX bytes). False, and nothing was handed on: it is not what h says, or of a kind that is not cut here. */
bool offload_finish(const struct virtio_net_hdr *h, uint8_t *frame, size_t len, uint8_t *room,
                    void (*each)(void *arg, const uint8_t *frame, size_t len), void *arg);
#endif
