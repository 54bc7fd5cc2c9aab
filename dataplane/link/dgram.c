/* dgram.c: links whose frames are datagrams of a socket.
 *
 * Reading: when the socket is readable, up to LINK_BATCH frames are read, DGRAM_VECTOR by system call, and handed up
 * one by one; rx_end tells the receiver to move what it got. A datagram over LINK_FRAME_MAX is not a frame of ours and
 * is ignored. Writing: straight to the socket. When the other end is slow to read (a burst of fragments), frames wait
 * in a queue of LINK_QUEUE and leave in order as soon as the socket takes them; beyond that they are refused. When
 * nobody is there the frame is lost, as on a cable whose other end is unplugged, and the next one looks again: an end
 * that starts later, or again, is found by the next frame sent to it.
 *
 * What it does not do: say whether the other end is there. The carrier is always up, as on a switch port. */
#include "dataplane/link/dgram_local.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/limits.h"

static void queue_clear(struct dgram *d)
{
    d->link.lost += d->link.queued;
    while (d->queue) {
        struct dgram_frame *f = d->queue;
        d->queue = f->next;
        mem_free(f);
    }
    d->queue_tail = &d->queue;
    d->link.queued = 0;
    fd_unwatch(&d->tx_watch);
}

static void lose(struct dgram *d)
{
    queue_clear(d);
    d->lost(d);
}

/* 1 sent, 0 the socket is full, -1 nobody takes it. */
static int put(struct dgram *d, const uint8_t *frame, size_t len)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        if (d->tx_fd < 0)
            d->reach(d);
        if (d->tx_fd < 0)
            return -1;
        if (send(d->tx_fd, frame, len, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
            return 1;
        if (errno == EAGAIN || errno == ENOBUFS)
            return 0;
        if (errno == EMSGSIZE)
            return -1;
        lose(d); /* refused: the end we knew has gone; perhaps another is there already */
    }
    return -1;
}

static void on_writable(void *arg, unsigned events);

static void wait_writable(struct dgram *d)
{
    if (!d->tx_watch.impl)
        fd_watch(&d->tx_watch, d->loop, d->tx_fd, FD_WRITE, on_writable, d);
}

static void on_writable(void *arg, unsigned events)
{
    struct dgram *d = arg;
    (void)events;

    while (d->queue) {
        struct dgram_frame *f = d->queue;
        d->queue = f->next;
        if (!d->queue)
            d->queue_tail = &d->queue;
        d->link.queued--;
        int r = put(d, f->data, f->len);
        if (r == 0) { /* full again: it keeps its place */
            f->next = d->queue;
            if (!d->queue)
                d->queue_tail = &f->next;
            d->queue = f;
            d->link.queued++;
            wait_writable(d); /* on the socket there is now: put may have found another end */
            return;
        }
        d->link.lost += r < 0;
        mem_free(f);
    }
    queue_clear(d);
}

static bool dgram_send(struct link *l, const uint8_t *frame, size_t len)
{
    struct dgram *d = (struct dgram *)l;

    if (len > LINK_FRAME_MAX)
        return false;
    if (!d->queue) {
        int r = put(d, frame, len);
        if (r)
            return r > 0;
    }
    if (d->link.queued >= LINK_QUEUE)
        return false;
    struct dgram_frame *f = mem_new(sizeof *f + len);
    f->len = len;
    memcpy(f->data, frame, len);
    *d->queue_tail = f;
    d->queue_tail = &f->next;
    if (!d->link.queued++)
        wait_writable(d);
    return true;
}

static void on_readable(void *arg, unsigned events)
{
    struct dgram *d = arg;
    unsigned got = 0;
    int n;
    (void)events;

    do {
        n = recvmmsg(d->rx_fd, d->msgs, DGRAM_VECTOR, MSG_DONTWAIT, NULL);
        for (int i = 0; i < n; i++)
            if (d->link.rx && d->msgs[i].msg_len <= LINK_FRAME_MAX)
                d->link.rx(d->link.arg, d->iov[i].iov_base, d->msgs[i].msg_len);
        got += n > 0 ? (unsigned)n : 0;
    } while (n == DGRAM_VECTOR && got < LINK_BATCH);
    if (got && d->link.rx_end)
        d->link.rx_end(d->link.arg);
}

int dgram_start(struct dgram *d, struct loop *loop)
{
    d->link.ops = &dgram_ops;
    d->link.carrier = true;
    d->loop = loop;
    d->queue_tail = &d->queue;
    d->room = mem_array(DGRAM_VECTOR, LINK_FRAME_MAX + 1);
    for (int i = 0; i < DGRAM_VECTOR; i++) {
        d->iov[i] = (struct iovec){.iov_base = d->room + i * (LINK_FRAME_MAX + 1), .iov_len = LINK_FRAME_MAX + 1};
        d->msgs[i].msg_hdr = (struct msghdr){.msg_iov = &d->iov[i], .msg_iovlen = 1};
    }
    return fd_watch(&d->rx_watch, loop, d->rx_fd, FD_READ, on_readable, d);
}

static void dgram_free(struct link *l)
{
    struct dgram *d = (struct dgram *)l;

    queue_clear(d);
    fd_unwatch(&d->rx_watch);
    d->end(d);
    mem_free(d->room);
    mem_free(d);
}

const struct link_ops dgram_ops = {.send = dgram_send, .free = dgram_free};
