/* xsk.h: frames into an interface without a message of their own each (Linux's AF_XDP, copy mode): see xsk.c. */
#ifndef DATAPLANE_LINK_XSK_H
#define DATAPLANE_LINK_XSK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define XSK_FRAME 2048 /* bytes a frame may have */

struct xsk;
/* Speaks out of this interface; needs CAP_NET_RAW now, nothing later. NULL: this kernel has none, or somebody else has
 * the interface's queue, or may not lock the memory (errno). */
struct xsk *xsk_new(unsigned ifindex);
void xsk_free(struct xsk *x); /* NULL-safe; what waits is lost */

/* The frame is copied and waits for xsk_flush. False: there is no room; XSK_FRAME bytes at most. */
bool xsk_put(struct xsk *x, const uint8_t *frame, size_t len);
enum xsk_outcome {
    XSK_SENT, /* all that waited */
    XSK_LATE, /* some wait for room in the kernel: try again a little later */
    XSK_DOWN, /* they wait for the interface to be set up */
    XSK_GONE, /* the interface is no more: xsk_free is all that is left to do */
};
/* What waits goes, in the order of xsk_put. `lost` grows by the frames that the interface did not take. */
enum xsk_outcome xsk_flush(struct xsk *x, uint64_t *lost);
unsigned xsk_waiting(const struct xsk *x); /* frames */
#endif
