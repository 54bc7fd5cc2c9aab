/* link_device.c: network interfaces of this machine: "tap:NAME" and "packet:IFNAME". Both need CAP_NET_ADMIN or
 * CAP_NET_RAW: root, or a user namespace of one's own.
 *
 * tap: the router is at the far end of a TAP interface of the kernel, which is made when there is none of that name (and
 * goes with the router then), or taken over when its owner made it beforehand (`ip tuntap add`). It is set up, so that
 * frames pass; its addresses are the owner's business. packet: an interface that there is, as a container gives its
 * veth: frames by a packet socket in promiscuous mode, sent as they are, heard all but those the machine itself sends.
 *
 * Reading: up to LINK_BATCH frames a turn. Writing: at once; the kernel's queue is the only one, and a frame that finds
 * it full is lost, as on a wire. A tag that the driver has taken off is not put back: frames with one are ignored. What
 * it does not do: follow the interface's carrier; when it is taken away, reading ends and frames are lost. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>

#include "dataplane/limits.h"
#include "dataplane/link/link.h"
#include "espial/loop.h"
#include "espial/text.h"

struct link_device {
    struct link link; /* first */
    int fd;
    bool tap;
    struct fd_watch watch;
    uint8_t frame[LINK_FRAME_MAX + 1];
};

/* One frame's length; 0 for one that is not for us, negative when there is none (or no device any more). */
static ssize_t receive(struct link_device *d)
{
    if (d->tap)
        return read(d->fd, d->frame, sizeof d->frame);
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
    } control;
    struct iovec iov = {.iov_base = d->frame, .iov_len = sizeof d->frame};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control};
    ssize_t n = recvmsg(d->fd, &m, MSG_DONTWAIT);
    for (struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL; c; c = CMSG_NXTHDR(&m, c)) {
        struct tpacket_auxdata aux;
        if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA || c->cmsg_len < CMSG_LEN(sizeof aux))
            continue;
        memcpy(&aux, CMSG_DATA(c), sizeof aux);
        if (aux.tp_status & TP_STATUS_VLAN_VALID)
            return 0;
    }
    return n;
}

static void on_readable(void *arg, unsigned events)
{
    struct link_device *d = arg;
    unsigned got = 0;
    (void)events;

    while (got < LINK_BATCH) {
        ssize_t n = receive(d);
        if (n < 0) {
            if (errno != EAGAIN && errno != EINTR && errno != ENETDOWN)
                fd_unwatch(&d->watch); /* taken away */
            break;
        }
        got++;
        if (n > 0 && n <= LINK_FRAME_MAX && d->link.rx)
            d->link.rx(d->link.arg, d->frame, (size_t)n);
    }
    if (got && d->link.rx_end)
        d->link.rx_end(d->link.arg);
}

static bool device_send(struct link *l, const uint8_t *frame, size_t len)
{
    struct link_device *d = (struct link_device *)l;

    if (len > LINK_FRAME_MAX)
        return false;
    return (d->tap ? write(d->fd, frame, len) : send(d->fd, frame, len, MSG_DONTWAIT | MSG_NOSIGNAL)) == (ssize_t)len;
}

static void device_free(struct link *l)
{
    struct link_device *d = (struct link_device *)l;

    fd_unwatch(&d->watch);
    if (d->fd >= 0)
        close(d->fd);
    mem_free(d);
}

static const struct link_ops device_ops = {.send = device_send, .free = device_free};

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
    int on = 1, fd = -1;

    at.sll_ifindex = all.mr_ifindex = (int)if_nametoindex(name);
    if (at.sll_ifindex)
        fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); /* nothing is heard before it is bound */
    if (fd >= 0 && setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) == 0 &&
        setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof on) == 0 &&
        setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) == 0 &&
        bind(fd, (struct sockaddr *)&at, sizeof at) == 0)
        return fd;
    return give_up(fd);
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
    d->fd = fd;
    d->tap = tap;
    r = fd_watch(&d->watch, loop, fd, FD_READ, on_readable, d);
    if (r == 0)
        return &d->link;
    snprintf(err, LINK_ERROR_MAX, "%s:%.100s: %s", kind, name, strerror(-r));
    device_free(&d->link);
    return NULL;
}
