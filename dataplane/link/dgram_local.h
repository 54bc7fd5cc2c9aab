/* dgram_local.h: what links over datagram sockets share: see dgram.c. */
#ifndef DATAPLANE_LINK_DGRAM_LOCAL_H
#define DATAPLANE_LINK_DGRAM_LOCAL_H

#include <sys/socket.h>

#include "dataplane/link/link.h"
#include "espial/loop.h"

#define DGRAM_VECTOR 16 /* frames read by one system call */

struct dgram_frame {
    struct dgram_frame *next;
    size_t len;
    uint8_t data[];
};
struct dgram {
    struct link link; /* first */
    struct loop *loop;
    int rx_fd, tx_fd; /* may be the same; tx_fd is -1 while nobody is there */
    struct fd_watch rx_watch, tx_watch;
    /* Try to reach the other end: sets tx_fd, or leaves it -1. */
    void (*reach)(struct dgram *);
    /* The other end has gone: closes tx_fd where that is its own. */
    void (*lost)(struct dgram *);
    void (*end)(struct dgram *); /* free what the kind owns, but for d itself */
    struct dgram_frame *queue, **queue_tail;
    struct mmsghdr msgs[DGRAM_VECTOR];
    struct iovec iov[DGRAM_VECTOR];
    uint8_t *room; /* DGRAM_VECTOR buffers of LINK_FRAME_MAX + 1 bytes */
};
extern const struct link_ops dgram_ops;
/* Fill the shared part and begin to read rx_fd. 0 or a negative errno. */
int dgram_start(struct dgram *d, struct loop *loop);
#endif
