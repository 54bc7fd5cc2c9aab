/* link_device.c: network interfaces of this machine: "tap:NAME" and "packet:IFNAME". Both need CAP_NET_ADMIN or
 * CAP_NET_RAW: root, or a user namespace of one's own.
 *
 * tap: the router is at the far end of a TAP interface of the kernel, which is made when there is none of that name (and
 * goes with the router then), or taken over when its owner made it beforehand (`ip tuntap add`). It is set up, so that
 * frames pass; its addresses are the owner's business. packet: an interface that there is, as a container gives its
 * veth: frames by a packet socket in promiscuous mode, sent as they are, heard all but those the machine itself sends.
 *
 * Reading: up to LINK_BATCH frames a turn from a TAP, DEVICE_IN or DEVICE_BYTES from a packet socket, whose frames lie in
 * memory that the kernel shares (ring.c): as many as stay in the cache until they have left. A turn that finds DEVICE_BUSY
 * of them is in a stream: frames are then looked for each turn, unasked, until a turn finds none.
 * Writing: to a TAP at once; to a packet: interface at the end of the turn, or when DEVICE_OUT
 * frames are together, past its queueing discipline, out of shared memory where this machine has that (xsk.c); frames
 * longer than the interface's own, and all where it has not, by one sendmmsg and a second packet socket, which hears
 * nothing and needs no head in front of a frame. The kernel's queue is the only one, and a frame that finds it full is
 * lost, as on a wire; it is counted as lost. A frame of this machine's own kernel may be unfinished (sums, segments): a packet socket
 * says so in front of each frame, and offload.c finishes it; a TAP has it finished. A tag that the driver has taken off
 * is not put back: frames with one are refused, and so are those too long or too odd to finish; they are counted. Frames
 * that the driver has found damaged, and those that found the ring full, are counted by the kernel, which is asked when
 * somebody looks (packet: alone).
 *
 * The carrier is the interface's own (carrier.c): an interface that is set down, unplugged or taken away is a cable that
 * is pulled. When one of that name is there again, the packet sockets are bound to it (the shared memory is not: its
 * frames are all messages), and a TAP taken over, which needs no privilege unless it has an owner. A TAP may be moved to
 * another namespace, and its carrier is then not seen any more: it is taken to be up. It is set down for as long as the
 * move takes, so a carrier is lost when it is away for CARRIER_LOSS_US. */
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/if_link.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>

#include "dataplane/limits.h"
#include "dataplane/link/carrier.h"
#include "dataplane/link/link.h"
#include "dataplane/link/offload.h"
#include "dataplane/link/ring.h"
#include "dataplane/link/xsk.h"
#include "espial/loop.h"
#include "espial/text.h"

#define CARRIER_LOSS_US (100 * US_PER_MS)
#define DEVICE_OUT      128          /* frames that are written together */
#define DEVICE_BYTES    (128 * 1024) /* and their bytes, at most; of those that are read, too */
#define DEVICE_LATE_US  US_PER_MS    /* for which the kernel is left alone when it has no room */
#define DEVICE_IN       256          /* frames of a packet socket that are read before others get their turn */
#define DEVICE_BUSY     32           /* as many at once are a stream */

struct link_device {
    struct link link; /* first */
    struct loop *loop;
    int fd;
    bool tap;
    char name[IFNAMSIZ];
    struct carrier *carrier; /* NULL: this machine does not tell of it */
    struct timer loss;       /* of the carrier, until it is believed */
    unsigned ifindex;        /* of the interface that is read from and written to */
    uint32_t crc_seen;       /* the kernel's count when it was last asked; it goes round at 32 bits */
    struct fd_watch watch;
    struct timer busy; /* frames are looked for each turn, and the descriptor is not watched */
    uint8_t *frame;    /* in: of a TAP; or one that is longer than a slot of the ring */
    struct ring *ring; /* NULL: TAP */
    uint8_t segment[LINK_FRAME_MAX];
    struct deferred flush;
    uint8_t *out_bytes; /* DEVICE_BYTES; NULL: TAP */
    size_t out_len;
    unsigned nout;
    struct xsk *xsk;    /* NULL: none to be had */
    size_t xsk_most;    /* bytes of a frame that goes that way */
    unsigned nxsk;      /* together there */
    struct timer again; /* some of them are late */
    int out_fd;         /* of a packet socket */
    struct mmsghdr out[DEVICE_OUT];
    struct iovec out_at[DEVICE_OUT];
};

static void hand_up(void *arg, const uint8_t *frame, size_t len)
{
    struct link_device *d = arg;
    if (len == 0 || len > LINK_FRAME_MAX)
        d->link.refused++;
    else if (d->link.rx)
        d->link.rx(d->link.arg, frame, len);
}

/* Frames read; negative: none (or no device any more). */
static int read_tap(struct link_device *d)
{
    int got = 0;
    while (got < LINK_BATCH) {
        ssize_t n = read(d->fd, d->frame, LINK_FRAME_MAX + 1);
        if (n < 0)
            return got ? got : -1;
        got++;
        hand_up(d, d->frame, (size_t)n);
    }
    return got;
}

/* A frame that did not fit into its slot. False: there is none, or none that can be finished. */
static bool read_long(struct link_device *d)
{
    struct virtio_net_hdr head;
    struct iovec at[2] = {{.iov_base = &head, .iov_len = sizeof head},
                          {.iov_base = d->frame, .iov_len = OFFLOAD_FRAME_MAX + 1}};
    struct msghdr m = {.msg_iov = at, .msg_iovlen = 2};
    ssize_t n = recvmsg(d->fd, &m, MSG_DONTWAIT);

    return n > (ssize_t)sizeof head && n <= (ssize_t)(sizeof head + OFFLOAD_FRAME_MAX) &&
           offload_finish(&head, d->frame, (size_t)n - sizeof head, d->segment, hand_up, d);
}

static void read_slot(struct link_device *d, const struct ring_frame *f)
{
    bool taken;

    if (f->whole)
        taken = !f->tagged && offload_finish(&f->head, f->bytes, f->len, d->segment, hand_up, d);
    else
        taken = f->queued && read_long(d) && !f->tagged;
    d->link.refused += !taken;
}

static int read_packets(struct link_device *d)
{
    struct ring_frame f;
    int got = 0;
    size_t bytes = 0;

    for (; got < DEVICE_IN && bytes < DEVICE_BYTES && ring_look(d->ring, &f); got++) {
        bytes += f.len;
        read_slot(d, &f);
        ring_next(d->ring);
    }
    if (got)
        return got;
    errno = EAGAIN;
    (void)read_long(d); /* what else made it readable: an error of the socket */
    return -1;
}

static void on_readable(void *arg, unsigned events);

static int watch(struct link_device *d)
{
    return fd_watch(&d->watch, d->loop, d->fd, FD_READ, on_readable, d);
}

static void on_busy(void *arg)
{
    on_readable(arg, FD_READ);
}

/* While a descriptor is watched, who sends to it looks for somebody to wake with each frame. That costs more than to look
 * once a turn. */
static void follow_stream(struct link_device *d, int got)
{
    if (got >= DEVICE_BUSY)
        fd_unwatch(&d->watch);
    if (d->watch.impl)
        return;
    if (got > 0)
        timer_set(&d->busy, 0);
    else
        (void)watch(d);
}

static void on_readable(void *arg, unsigned events)
{
    struct link_device *d = arg;
    (void)events;
    int got = d->tap ? read_tap(d) : read_packets(d);
    if (got < 0 && errno != EAGAIN && errno != EINTR && errno != ENETDOWN && errno != EINVAL)
        fd_unwatch(&d->watch); /* taken away; EINVAL: a frame for which the kernel has no head, and which is gone */
    else if (!d->tap)
        follow_stream(d, got);
    if (got > 0 && d->link.rx_end)
        d->link.rx_end(d->link.arg);
}

/* Frames are sent as messages from now on: for another socket the privilege is gone. */
static void xsk_over(struct link_device *d)
{
    if (!d->xsk)
        return;
    d->link.lost += xsk_waiting(d->xsk);
    d->nxsk = 0;
    xsk_free(d->xsk);
    d->xsk = NULL;
    timer_clear(&d->again);
}

static void flush_xsk(void *arg)
{
    struct link_device *d = arg;

    d->nxsk = 0;
    switch (xsk_flush(d->xsk, &d->link.lost)) {
    case XSK_SENT:
    case XSK_DOWN: break;
    case XSK_LATE: timer_set(&d->again, DEVICE_LATE_US); break;
    case XSK_GONE: xsk_over(d);
    }
}

/* What is together goes. A frame that the kernel refuses is lost; those behind it are tried. */
static void flush(void *arg)
{
    struct link_device *d = arg;

    if (d->xsk && xsk_waiting(d->xsk)) /* from before, too: they may have all the room */
        flush_xsk(d);
    for (unsigned at = 0; at < d->nout;) {
        int n = sendmmsg(d->out_fd, d->out + at, d->nout - at, MSG_DONTWAIT | MSG_NOSIGNAL);
        d->link.lost += n <= 0;
        at += n > 0 ? (unsigned)n : 1;
    }
    d->nout = 0;
    d->out_len = 0;
}

/* Of the two ways a frame can take only one has frames together, so they leave in the order in which they came. */
static bool by_xsk(struct link_device *d, size_t len)
{
    bool that_way = d->xsk && len <= d->xsk_most;

    if (that_way ? d->nout > 0 || d->nxsk == DEVICE_OUT
                 : d->nxsk > 0 || d->nout == DEVICE_OUT || d->out_len + len > DEVICE_BYTES)
        flush(d);
    if (d->nout + d->nxsk == 0)
        loop_defer(d->loop, &d->flush);
    return that_way && d->xsk;
}

static bool packet_send(struct link_device *d, const uint8_t *frame, size_t len)
{
    if (by_xsk(d, len)) {
        bool room = xsk_put(d->xsk, frame, len);
        d->nxsk += room;
        d->link.lost += !room;
        return true;
    }
    memcpy(d->out_bytes + d->out_len, frame, len);
    d->out_at[d->nout] = (struct iovec){.iov_base = d->out_bytes + d->out_len, .iov_len = len};
    d->out_len += len;
    d->nout++;
    return true;
}

static bool device_send(struct link *l, const uint8_t *frame, size_t len)
{
    struct link_device *d = (struct link_device *)l;

    if (len > LINK_FRAME_MAX)
        return false;
    return d->tap ? write(d->fd, frame, len) == (ssize_t)len : packet_send(d, frame, len);
}

static void device_free(struct link *l)
{
    struct link_device *d = (struct link_device *)l;

    if (d->carrier)
        timer_clear(&d->loss);
    carrier_free(d->carrier);
    timer_clear(&d->busy);
    fd_unwatch(&d->watch);
    loop_undefer(d->loop, &d->flush);
    flush(d);
    timer_clear(&d->again);
    xsk_free(d->xsk);
    if (d->fd >= 0)
        close(d->fd);
    if (d->out_fd >= 0)
        close(d->out_fd);
    ring_free(d->ring);
    mem_free(d->frame);
    mem_free(d->out_bytes);
    mem_free(d);
}

/* What the kernel has counted; false: the interface is gone. */
static bool kernel_crc(const char *name, uint32_t *crc)
{
    struct ifaddrs *all, *i;

    if (getifaddrs(&all) != 0)
        return false;
    for (i = all; i; i = i->ifa_next)
        if (i->ifa_addr && i->ifa_addr->sa_family == AF_PACKET && i->ifa_data && !strcmp(i->ifa_name, name))
            break;
    if (i)
        *crc = ((const struct rtnl_link_stats *)i->ifa_data)->rx_crc_errors;
    freeifaddrs(all);
    return i != NULL;
}

static void device_look(struct link *l)
{
    struct link_device *d = (struct link_device *)l;
    uint32_t now;

    if (d->tap)
        return;
    if (d->fd >= 0)
        l->overrun += ring_lost(d->fd);
    if (!kernel_crc(d->name, &now))
        return;
    l->damaged += now - d->crc_seen;
    d->crc_seen = now;
}

static const struct link_ops device_ops = {.send = device_send, .free = device_free, .look = device_look};

/* Close what was opened (if it was); errno still says why. */
static int give_up(int fd)
{
    int err = errno;

    if (fd >= 0)
        close(fd);
    errno = err;
    return -1;
}

static bool set_up(const char *name)
{
    struct ifreq r = {0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0;

    str_copy(r.ifr_name, sizeof r.ifr_name, name);
    ok = ok && ioctl(fd, SIOCGIFFLAGS, &r) == 0;
    if (ok && !(r.ifr_flags & IFF_UP)) {
        r.ifr_flags |= IFF_UP;
        ok = ioctl(fd, SIOCSIFFLAGS, &r) == 0;
    }
    (void)give_up(fd);
    return ok;
}

static bool take_tap(int fd, const char *name)
{
    struct ifreq r = {.ifr_flags = IFF_TAP | IFF_NO_PI};

    str_copy(r.ifr_name, sizeof r.ifr_name, name);
    return ioctl(fd, TUNSETIFF, &r) == 0;
}

static int open_tap(const char *name)
{
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

    if (fd >= 0 && take_tap(fd, name) && set_up(name))
        return fd;
    return give_up(fd);
}

/* Bound to an interface, a packet socket hears it; promiscuous for as long as that interface lives. */
static bool listen_at(int fd, int ifindex)
{
    struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = ifindex};
    struct packet_mreq all = {.mr_type = PACKET_MR_PROMISC, .mr_ifindex = ifindex};

    return setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) == 0 &&
           bind(fd, (struct sockaddr *)&at, sizeof at) == 0;
}

static bool speak_at(int fd, int ifindex)
{
    struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_ifindex = ifindex};

    return bind(fd, (struct sockaddr *)&at, sizeof at) == 0;
}

/* Hears everything, but nothing before it is bound; what it hears goes into the ring. */
static int open_ears(int ifindex, struct ring **ring)
{
    int on = 1, room = 4 << 20, fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    *ring = NULL;
    if (fd >= 0 && setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) == 0 &&
        setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) == 0 && (*ring = ring_new(fd)) != NULL &&
        listen_at(fd, ifindex)) {
        if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0) /* bursts wait rather than die */
            (void)!setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
        return fd;
    }
    ring_free(*ring);
    *ring = NULL;
    return give_up(fd);
}

/* Only speaks. */
static int open_mouth(int ifindex)
{
    int on = 1, fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd >= 0 && setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on) == 0 && speak_at(fd, ifindex))
        return fd;
    return give_up(fd);
}

/* Longer ones are sent as messages, so that the kernel says what it thinks of them. */
static void learn_mtu(struct link_device *d)
{
    struct ifreq r = {0};

    str_copy(r.ifr_name, sizeof r.ifr_name, d->name);
    if (ioctl(d->out_fd, SIOCGIFMTU, &r) == 0)
        d->xsk_most = r.ifr_mtu + ETH_HLEN < XSK_FRAME ? (size_t)r.ifr_mtu + ETH_HLEN : XSK_FRAME;
}

static bool open_packet(struct link_device *d, const char *name)
{
    int ifindex = (int)if_nametoindex(name);

    if (ifindex)
        d->fd = open_ears(ifindex, &d->ring);
    if (d->fd >= 0)
        d->out_fd = open_mouth(ifindex);
    if (d->out_fd < 0)
        return false;
    d->xsk = xsk_new((unsigned)ifindex);
    learn_mtu(d);
    return true;
}

/* The TAP behind the descriptor is there, wherever it may have been moved to. */
static bool tap_held(const struct link_device *d)
{
    struct ifreq r = {0};

    return ioctl(d->fd, TUNGETIFF, &r) == 0;
}

/* To the interface that has the name now. */
static bool taken_again(struct link_device *d)
{
    int now = (int)carrier_ifindex(d->carrier);

    return d->tap ? take_tap(d->fd, d->name) : listen_at(d->fd, now) && speak_at(d->out_fd, now);
}

static void set_carrier(struct link_device *d, bool up)
{
    if (d->link.carrier == up)
        return;
    d->link.carrier = up;
    if (d->link.changed)
        d->link.changed(d->link.arg);
}

static void carrier_lost(void *arg)
{
    set_carrier(arg, false);
}

static void on_carrier(void *arg)
{
    struct link_device *d = arg;
    unsigned now = carrier_ifindex(d->carrier);
    bool up = carrier_up(d->carrier);

    if (!d->tap)
        learn_mtu(d);
    if (now != d->ifindex && d->tap && tap_held(d)) {
        up = true;
    } else if (now != d->ifindex && now && taken_again(d)) {
        d->ifindex = now;
        d->crc_seen = 0;
        xsk_over(d); /* it may still speak out of the former one, under another name */
        if (!d->watch.impl && !timer_pending(&d->busy))
            (void)watch(d);
    } else if (now != d->ifindex) {
        up = false;
    }
    if (up) {
        timer_clear(&d->loss);
        set_carrier(d, true);
    } else if (d->link.carrier && !timer_pending(&d->loss)) {
        timer_set(&d->loss, CARRIER_LOSS_US);
    }
}

static void follow(struct link_device *d)
{
    timer_init(&d->loss, d->loop, carrier_lost, d);
    d->carrier = carrier_new(d->loop, d->name, on_carrier, d);
    d->ifindex = d->carrier ? carrier_ifindex(d->carrier) : 0;
    d->link.carrier = !d->carrier || carrier_up(d->carrier);
}

static void make_room(struct link_device *d)
{
    d->flush = (struct deferred){.fn = flush, .arg = d};
    timer_init(&d->busy, d->loop, on_busy, d);
    timer_init(&d->again, d->loop, flush_xsk, d);
    d->frame = mem_new(d->tap ? LINK_FRAME_MAX + 1 : OFFLOAD_FRAME_MAX + 1);
    if (d->tap)
        return;
    d->out_bytes = mem_new(DEVICE_BYTES);
    for (unsigned i = 0; i < DEVICE_OUT; i++)
        d->out[i].msg_hdr = (struct msghdr){.msg_iov = &d->out_at[i], .msg_iovlen = 1};
}

struct link *link_device_new(struct loop *loop, bool tap, const char *name, char err[LINK_ERROR_MAX])
{
    const char *kind = tap ? "tap" : "packet";
    struct link_device *d = NEW(struct link_device);
    int r = EINVAL;

    d->loop = loop;
    d->fd = d->out_fd = -1;
    d->tap = tap;
    str_copy(d->name, sizeof d->name, name);
    make_room(d);
    if (*name && strlen(name) < IFNAMSIZ && !strpbrk(name, "/% \t\n:")) {
        errno = 0;
        if (tap)
            d->fd = open_tap(name);
        r = (tap ? d->fd >= 0 : open_packet(d, name)) ? 0 : errno;
    }
    if (r == 0)
        r = -watch(d);
    if (r != 0) {
        snprintf(err, LINK_ERROR_MAX, "%s:%.100s: %s", kind, name, strerror(r));
        device_free(&d->link);
        return NULL;
    }
    snprintf(d->link.spec, sizeof d->link.spec, "%s:%s", kind, name);
    d->link.ops = &device_ops;
    follow(d);
    if (!tap)
        (void)kernel_crc(name, &d->crc_seen);
    return &d->link;
}
