/* xsk.c: how frames go into an interface in batches. To sendmmsg each frame is a message: a header and a vector to copy
 * and to check, a look into the frame for where its payload begins; about a third of what sending over a veth takes. An
 * AF_XDP socket (Linux's Documentation/networking/af_xdp.rst) takes frames out of memory that it shares with
 * the router instead: the router writes a frame into a free chunk and names the chunk in a ring, one system call sends
 * all that are named, and the kernel names in a second ring the chunks that are free again.
 *
 * It is bound in copy mode: the kernel copies each frame into a buffer of its own and hands that to the driver as it does
 * for a packet socket past the queueing discipline. So any interface will do, nothing of its settings changes, no program
 * is attached, and who else uses it does not notice. An interface's queue has room for one such socket.
 *
 *   free --xsk_put--> named --xsk_flush--> the kernel's --sent, or thrown away--> free
 *
 * A chunk is in the kernel's hands until the far end (a veth) or the card is done with the frame. A named frame can't be
 * taken back: one that the kernel has no room for, or whose interface is set down, stays where it is, as in a card's
 * ring, and goes first at the next xsk_flush; where such frames have all the room, nothing else makes any. Not here:
 * receiving, which would take an XDP program and the interface's frames away from everybody else. */
#include "dataplane/link/xsk.h"

#include <errno.h>
#include <linux/if_xdp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "espial/mem.h"

enum {
    CHUNKS = 256, /* a power of two: the rings have as many places, so none is ever full */
    FILL = 2 /* places of the ring for receiving, which must be there */
};

/* A ring of the kernel's: who writes moves `head`, who reads moves `tail`; both only grow, and go round at 32 bits. */
struct shared {
    void *map;
    size_t size;
    uint32_t *head, *tail;
};
struct xsk {
    int fd;
    uint8_t *chunks; /* CHUNKS of XSK_FRAME bytes: pages of their own, so that what is still read is nobody else's */
    struct shared out, back;
    struct xdp_desc *named;
    const uint64_t *done;
    uint32_t head; /* of `out`, with what has been put since */
    unsigned nfree;
    uint16_t free[CHUNKS]; /* the one that was used last is taken first: it is still in the cache */
};

static bool set(int fd, int what, const void *value, size_t size)
{
    return setsockopt(fd, SOL_XDP, what, value, (socklen_t)size) == 0;
}

/* The ring at that offset, whose entries have so many bytes; where they begin. NULL: errno. */
static void *share(int fd, const struct xdp_ring_offset *at, size_t each, off_t offset, struct shared *s)
{
    s->size = at->desc + CHUNKS * each;
    s->map = mmap(NULL, s->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
    if (s->map == MAP_FAILED) {
        s->map = NULL;
        return NULL;
    }
    s->head = (uint32_t *)(void *)((uint8_t *)s->map + at->producer);
    s->tail = (uint32_t *)(void *)((uint8_t *)s->map + at->consumer);
    return (uint8_t *)s->map + at->desc;
}

static bool open_out(struct xsk *x, unsigned ifindex)
{
    const struct xdp_umem_reg memory = {
        .addr = (uintptr_t)x->chunks, .len = CHUNKS * XSK_FRAME, .chunk_size = XSK_FRAME};
    const struct sockaddr_xdp at = {.sxdp_family = AF_XDP, .sxdp_flags = XDP_COPY, .sxdp_ifindex = ifindex};
    const int places = CHUNKS, fill = FILL;
    struct xdp_mmap_offsets where;
    socklen_t size = sizeof where;

    x->fd = socket(AF_XDP, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return x->fd >= 0 && set(x->fd, XDP_UMEM_REG, &memory, sizeof memory) &&
           set(x->fd, XDP_UMEM_FILL_RING, &fill, sizeof fill) &&
           set(x->fd, XDP_UMEM_COMPLETION_RING, &places, sizeof places) &&
           set(x->fd, XDP_TX_RING, &places, sizeof places) &&
           getsockopt(x->fd, SOL_XDP, XDP_MMAP_OFFSETS, &where, &size) == 0 && size == sizeof where &&
           (x->named = share(x->fd, &where.tx, sizeof *x->named, XDP_PGOFF_TX_RING, &x->out)) != NULL &&
           (x->done = share(x->fd, &where.cr, sizeof *x->done, (off_t)XDP_UMEM_PGOFF_COMPLETION_RING, &x->back)) !=
               NULL &&
           bind(x->fd, (const struct sockaddr *)&at, sizeof at) == 0;
}

struct xsk *xsk_new(unsigned ifindex)
{
    struct xsk *x = NEW(struct xsk);

    x->fd = -1;
    x->chunks = mmap(NULL, CHUNKS * XSK_FRAME, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    while (x->nfree < CHUNKS) {
        x->free[x->nfree] = (uint16_t)x->nfree;
        x->nfree++;
    }
    if (x->chunks != MAP_FAILED && open_out(x, ifindex))
        return x;
    int err = errno;
    xsk_free(x);
    errno = err;
    return NULL;
}

void xsk_free(struct xsk *x)
{
    if (!x)
        return;
    if (x->fd >= 0)
        close(x->fd);
    if (x->out.map)
        munmap(x->out.map, x->out.size);
    if (x->back.map)
        munmap(x->back.map, x->back.size);
    if (x->chunks != MAP_FAILED)
        munmap(x->chunks, CHUNKS * XSK_FRAME); /* the kernel holds the pages until the last frame has left */
    mem_free(x);
}

/* Chunks that the kernel is done with are free. */
static void take_back(struct xsk *x)
{
    uint32_t head = __atomic_load_n(x->back.head, __ATOMIC_ACQUIRE), at = *x->back.tail;

    for (; at != head && x->nfree < CHUNKS; at++)
        x->free[x->nfree++] = (uint16_t)(x->done[at % CHUNKS] / XSK_FRAME % CHUNKS);
    __atomic_store_n(x->back.tail, at, __ATOMIC_RELEASE);
}

bool xsk_put(struct xsk *x, const uint8_t *frame, size_t len)
{
    if (x->nfree == 0)
        take_back(x);
    if (x->nfree == 0)
        return false;
    uint64_t at = (uint64_t)x->free[--x->nfree] * XSK_FRAME;
    memcpy(x->chunks + at, frame, len);
    x->named[x->head++ % CHUNKS] = (struct xdp_desc){.addr = at, .len = (uint32_t)len};
    return true;
}

unsigned xsk_waiting(const struct xsk *x)
{
    return x->head - __atomic_load_n(x->out.tail, __ATOMIC_ACQUIRE);
}

/* The kernel takes some tens of frames a call (EAGAIN: there are more), and stops at one that the interface has thrown
 * away (EBUSY); it moves `tail` past those that it has taken. */
enum xsk_outcome xsk_flush(struct xsk *x, uint64_t *lost)
{
    enum xsk_outcome how = XSK_SENT;
    unsigned left;

    __atomic_store_n(x->out.head, x->head, __ATOMIC_RELEASE);
    while (how == XSK_SENT && (left = xsk_waiting(x)) != 0) {
        int err = sendto(x->fd, NULL, 0, MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0) < 0 ? errno : 0;
        *lost += err == EBUSY;
        if (err == ENETDOWN)
            how = XSK_DOWN;
        else if (err && err != EBUSY && err != EAGAIN && err != ENOBUFS && err != ENOMEM && err != EINTR)
            how = XSK_GONE;
        else if (xsk_waiting(x) == left)
            how = XSK_LATE;
    }
    take_back(x);
    return how;
}
