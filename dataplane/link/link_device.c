/* link_device.c: network interfaces of this machine: "tap:NAME" and "packet:IFNAME". Both need CAP_NET_ADMIN or
 * CAP_NET_RAW: root, or a user namespace of one's own.
 *
 * tap: the router is at the far end of a TAP interface of the kernel, which is made when there is none of that name (and
 * goes with the router then), or taken over when its owner made it beforehand (`ip tuntap add`). It is set up, so that
 * frames pass; its addresses are the owner's business. packet: an interface that there is, as a container gives its
 * veth: frames by a packet socket in promiscuous mode, sent as they are, heard all but those the machine itself sends.
 *
 * Reading: up to LINK_BATCH frames a turn, of a packet socket all by one system call. Writing: to a TAP at once; to a
 * packet socket at the end of the turn, or when DEVICE_OUT frames are together, again by one call (and past the
 * interface's queueing discipline). The kernel's queue is the only one, and a frame that finds it full is lost, as on a
 * wire; it is counted as lost. A frame of this machine's own kernel may be unfinished (sums, segments): a packet socket
 * says so in front of each frame, and offload.c finishes it; a TAP has it finished. A tag that the driver has taken off
 * is not put back: frames with one are refused, and so are those too long or too odd to finish; they are counted. Frames
 * that the driver has found damaged are counted by the kernel, which is asked when somebody looks (packet: alone). What
 * it does not do: follow the interface's carrier; when it is taken away, reading ends and frames are lost. */
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
#include "dataplane/link/link.h"
#include "dataplane/link/offload.h"
#include "espial/loop.h"
#include "espial/text.h"

#define DEVICE_OUT   64           /* frames that are written together */
#define DEVICE_BYTES (128 * 1024) /* and their bytes, at most */
#define DEVICE_IN    (65536 + 25 * 64) /* room for a frame: an odd number of lines of the cache, so that they do not crowd */

union control { /* of one received frame */
    struct cmsghdr head;
    char room[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
};
struct link_device {
    struct link link; /* first */
    struct loop *loop;
    int fd;
    bool tap;
    char name[IFNAMSIZ];
    uint32_t crc_seen; /* the kernel's count when it was last asked; it goes round at 32 bits */
    struct fd_watch watch;
    uint8_t *frames; /* in: LINK_BATCH of DEVICE_IN bytes, touched as far as frames are long; of a TAP one */
    struct virtio_net_hdr heads[LINK_BATCH];
    uint8_t segment[LINK_FRAME_MAX];
    struct mmsghdr in[LINK_BATCH];
    struct iovec in_at[LINK_BATCH][2]; /* head and frame */
    union control control[LINK_BATCH];
    struct deferred flush;
    uint8_t *out_bytes; /* DEVICE_BYTES; NULL: TAP */
    size_t out_len;
    unsigned nout;
    struct virtio_net_hdr finished; /* head of all that leaves */
    struct mmsghdr out[DEVICE_OUT];
    struct iovec out_at[DEVICE_OUT][2];
};

static bool tagged(struct msghdr *m)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        struct tpacket_auxdata aux;
        if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA || c->cmsg_len < CMSG_LEN(sizeof aux))
            continue;
        memcpy(&aux, CMSG_DATA(c), sizeof aux);
        return aux.tp_status & TP_STATUS_VLAN_VALID;
    }
    return false;
}

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
        ssize_t n = read(d->fd, d->frames, LINK_FRAME_MAX + 1);
        if (n < 0)
            return got ? got : -1;
        got++;
        hand_up(d, d->frames, (size_t)n);
    }
    return got;
}

static int read_packets(struct link_device *d)
{
    for (int i = 0; i < LINK_BATCH; i++)
        d->in[i].msg_hdr.msg_controllen = sizeof d->control[i]; /* the last call wrote into it */
    int n = recvmmsg(d->fd, d->in, LINK_BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < n; i++) {
        size_t len = d->in[i].msg_len;
        bool whole = !tagged(&d->in[i].msg_hdr) && len > sizeof d->heads[i] &&
                     len <= sizeof d->heads[i] + OFFLOAD_FRAME_MAX;
        d->link.refused += !whole || !offload_finish(&d->heads[i], d->in_at[i][1].iov_base, len - sizeof d->heads[i],
                                                     d->segment, hand_up, d);
    }
    return n;
}

static void on_readable(void *arg, unsigned events)
{
    struct link_device *d = arg;
    (void)events;
    int got = d->tap ? read_tap(d) : read_packets(d);
    if (got < 0 && errno != EAGAIN && errno != EINTR && errno != ENETDOWN && errno != EINVAL)
        fd_unwatch(&d->watch); /* taken away; EINVAL: a frame for which the kernel has no head, and which is gone */
    if (got > 0 && d->link.rx_end)
        d->link.rx_end(d->link.arg);
}

/* What is together goes. A frame that the kernel refuses is lost; those behind it are tried. */
static void flush(void *arg)
{
    struct link_device *d = arg;
    for (unsigned at = 0; at < d->nout;) {
        int n = sendmmsg(d->fd, d->out + at, d->nout - at, MSG_DONTWAIT | MSG_NOSIGNAL);
        d->link.lost += n <= 0;
        at += n > 0 ? (unsigned)n : 1;
    }
    d->nout = 0;
    d->out_len = 0;
}

static bool packet_send(struct link_device *d, const uint8_t *frame, size_t len)
{
    if (d->nout == DEVICE_OUT || d->out_len + len > DEVICE_BYTES)
        flush(d);
    if (d->nout == 0)
        loop_defer(d->loop, &d->flush);
    memcpy(d->out_bytes + d->out_len, frame, len);
    d->out_at[d->nout][1] = (struct iovec){.iov_base = d->out_bytes + d->out_len, .iov_len = len};
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

    fd_unwatch(&d->watch);
    loop_undefer(d->loop, &d->flush);
    if (d->nout)
        flush(d);
    if (d->fd >= 0)
        close(d->fd);
    mem_free(d->frames);
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

    if (d->tap || !kernel_crc(d->name, &now))
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

static int open_tap(const char *name)
{
    struct ifreq r = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

    str_copy(r.ifr_name, sizeof r.ifr_name, name);
    if (fd >= 0 && ioctl(fd, TUNSETIFF, &r) == 0 && set_up(r.ifr_name))
        return fd;
    return give_up(fd);
}

static int open_packet(const char *name)
{
    struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
    struct packet_mreq all = {.mr_type = PACKET_MR_PROMISC};
    int on = 1, room = 4 << 20, fd = -1;

    at.sll_ifindex = all.mr_ifindex = (int)if_nametoindex(name);
    if (at.sll_ifindex)
        fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); /* nothing is heard before it is bound */
    if (fd >= 0 && setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) == 0 &&
        setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof on) == 0 &&
        setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) == 0 &&
        setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on) == 0 &&
        setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) == 0 &&
        bind(fd, (struct sockaddr *)&at, sizeof at) == 0) {
        if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0) /* bursts wait rather than die */
            (void)!setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
        return fd;
    }
    return give_up(fd);
}

static void make_room(struct link_device *d)
{
    d->flush = (struct deferred){.fn = flush, .arg = d};
    d->frames = mem_array(d->tap ? 1 : LINK_BATCH, d->tap ? LINK_FRAME_MAX + 1 : DEVICE_IN);
    if (d->tap)
        return;
    d->out_bytes = mem_new(DEVICE_BYTES);
    for (unsigned i = 0; i < LINK_BATCH; i++) {
        d->in_at[i][0] = (struct iovec){.iov_base = &d->heads[i], .iov_len = sizeof d->heads[i]};
        d->in_at[i][1] = (struct iovec){.iov_base = d->frames + i * (size_t)DEVICE_IN, .iov_len = OFFLOAD_FRAME_MAX + 1};
        d->in[i].msg_hdr = (struct msghdr){.msg_iov = d->in_at[i], .msg_iovlen = 2, .msg_control = &d->control[i]};
    }
    for (unsigned i = 0; i < DEVICE_OUT; i++) {
        d->out_at[i][0] = (struct iovec){.iov_base = &d->finished, .iov_len = sizeof d->finished};
        d->out[i].msg_hdr = (struct msghdr){.msg_iov = d->out_at[i], .msg_iovlen = 2};
    }
}

struct link *link_device_new(struct loop *loop, bool tap, const char *name, char err[LINK_ERROR_MAX])
{
    const char *kind = tap ? "tap" : "packet";
    struct link_device *d;
    int fd = -1, r;

    errno = EINVAL;
    if (*name && strlen(name) < IFNAMSIZ && !strpbrk(name, "/% \t\n:"))
        fd = tap ? open_tap(name) : open_packet(name);
    if (fd < 0) {
        snprintf(err, LINK_ERROR_MAX, "%s:%.100s: %s", kind, name, strerror(errno));
        return NULL;
    }
    d = NEW(struct link_device);
    snprintf(d->link.spec, sizeof d->link.spec, "%s:%s", kind, name);
    d->link.ops = &device_ops;
    d->link.carrier = true;
    d->loop = loop;
    d->fd = fd;
    d->tap = tap;
    str_copy(d->name, sizeof d->name, name);
    if (!tap)
        (void)kernel_crc(name, &d->crc_seen);
    make_room(d);
    r = fd_watch(&d->watch, loop, fd, FD_READ, on_readable, d);
    if (r == 0)
        return &d->link;
    snprintf(err, LINK_ERROR_MAX, "%s:%.100s: %s", kind, name, strerror(-r));
    device_free(&d->link);
    return NULL;
}
