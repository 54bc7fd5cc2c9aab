/* forward.c: what bench_forward.sh needs in C: a forwarder that does nothing, and the pump that drives all forwarders.
 *
 * `forward noop IF1 IF2` hands every frame of one interface to the other, unread, by packet sockets: out of a ring shared
 * with the kernel, 64 to a system call: as little as a forwarder of that kind can do. `forward pump NETNS1 IF1 NETNS2 IF2 MAC SIZE WINDOW SECONDS` sends UDP
 * packets of SIZE bytes from 10.1.0.9 to 10.2.0.9 out of IF1 to MAC and counts those that come in by IF2, with at most
 * WINDOW on their way: as fast as what is in between can, and no faster. Packets that have not come after a while count as lost.
 * It shares the processors with those it drives, so it takes as little of them as it can: the kernel cuts one large frame
 * into BATCH packets and sums them (IF1 is told not to), and what comes lies in a ring; when enough are on their way it
 * sleeps for a small part of the time that those take, rather than being woken by each that arrives.
 * Prints packets a second, and how many in a hundred were lost.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>

#define BATCH   64
#define FRAME   2048
#define GSO_UDP 5    /* VIRTIO_NET_HDR_GSO_UDP_L4 of newer headers */
#define REST    150  /* ns, times WINDOW: the pump sleeps when enough are on their way */
#define LATE    0.05 /* seconds without a packet after which those on their way are lost */

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    perror(what);
    exit(1);
}

#define SLOTS 4096 /* of FRAME bytes */
struct ring {
    int fd;
    uint8_t *slots;
    unsigned at;
};

/* Before it is bound: nothing is heard until then. */
static void make_ring(int fd, struct ring *r)
{
    int version = TPACKET_V2;
    struct tpacket_req all = {
        .tp_block_size = 65536, .tp_block_nr = SLOTS / (65536 / FRAME), .tp_frame_size = FRAME, .tp_frame_nr = SLOTS};
    must(setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version) == 0, "PACKET_VERSION");
    must(setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &all, sizeof all) == 0, "PACKET_RX_RING");
    *r = (struct ring){.fd = fd};
    r->slots = mmap(NULL, (size_t)SLOTS * FRAME, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    must(r->slots != MAP_FAILED, "mmap");
}

static int open_on(const char *name, struct ring *r)
{
    int on = 1, room = 8 << 20;
    struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
    struct packet_mreq all = {.mr_type = PACKET_MR_PROMISC};
    int fd = socket(AF_PACKET, SOCK_RAW, 0);
    at.sll_ifindex = all.mr_ifindex = (int)if_nametoindex(name);
    must(fd >= 0 && at.sll_ifindex, name);
    must(setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) == 0, "PACKET_IGNORE_OUTGOING");
    must(setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on) == 0, "PACKET_QDISC_BYPASS");
    must(setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) == 0, "PACKET_ADD_MEMBERSHIP");
    must(setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) == 0, "SO_RCVBUFFORCE");
    if (r)
        make_ring(fd, r);
    must(bind(fd, (struct sockaddr *)&at, sizeof at) == 0, "bind");
    return fd;
}

static struct mmsghdr msgs[BATCH];
static struct iovec iov[BATCH];

static void give(int fd, unsigned n)
{
    for (unsigned at = 0; at < n;) {
        int r = sendmmsg(fd, msgs + at, n - at, MSG_DONTWAIT);
        at += r > 0 ? (unsigned)r : 1;
    }
}

static struct tpacket2_hdr *slot(const struct ring *r, unsigned ahead)
{
    return (struct tpacket2_hdr *)(void *)(r->slots + (size_t)((r->at + ahead) % SLOTS) * FRAME);
}

/* Up to BATCH frames go on from where they lie. */
static void pass(struct ring *r, int to)
{
    unsigned n = 0;
    for (struct tpacket2_hdr *h; n < BATCH; n++) {
        h = slot(r, n);
        if (!(__atomic_load_n(&h->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
            break;
        iov[n] = (struct iovec){.iov_base = (uint8_t *)h + h->tp_mac, .iov_len = h->tp_snaplen};
        msgs[n] = (struct mmsghdr){.msg_hdr = {.msg_iov = &iov[n], .msg_iovlen = 1}};
    }
    give(to, n);
    for (unsigned i = 0; i < n; i++)
        __atomic_store_n(&slot(r, i)->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
    r->at = (r->at + n) % SLOTS;
}

static _Noreturn void noop(const char *a, const char *b)
{
    struct ring r[2];
    struct pollfd p[2] = {{.fd = open_on(a, &r[0]), .events = POLLIN}, {.fd = open_on(b, &r[1]), .events = POLLIN}};
    puts("ready");
    fflush(stdout);
    for (;;) {
        poll(p, 2, -1);
        for (unsigned k = 0; k < 2; k++)
            pass(&r[k], p[1 - k].fd);
    }
}

static void enter(const char *netns)
{
    char path[256];
    snprintf(path, sizeof path, "/run/netns/%s", netns);
    int ns = open(path, O_RDONLY);
    must(ns >= 0 && setns(ns, CLONE_NEWNET) == 0, path);
    close(ns);
}

/* For frames that the kernel is to cut and to sum, as this interface will not. */
static int open_burst(const char *name)
{
    int on = 1, fd = socket(AF_PACKET, SOCK_RAW, 0);
    struct ethtool_value sums = {.cmd = ETHTOOL_STXCSUM, .data = 0};
    struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(name)};
    struct ifreq r = {.ifr_data = (void *)&sums};
    snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
    must(fd >= 0 && ioctl(fd, SIOCETHTOOL, &r) == 0, name);
    must(setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) == 0, "PACKET_VNET_HDR");
    must(bind(fd, (struct sockaddr *)&at, sizeof at) == 0, "bind");
    return fd;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void put16be(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

struct burst {
    struct virtio_net_hdr head;
    uint8_t frame[14 + 65535];
    unsigned n;
    size_t len;
};

/* One Ethernet frame that the kernel cuts into as many as go in, BATCH at most, each with an IPv4 packet of `size` bytes: UDP. */
static void make(struct burst *b, const char *mac, unsigned size)
{
    static const uint8_t ends[] = {10, 1, 0, 9, 10, 2, 0, 9};
    unsigned m[6], data = size - 28;
    uint8_t *f = b->frame, *ip = f + 14;
    must(sscanf(mac, "%x:%x:%x:%x:%x:%x", &m[0], &m[1], &m[2], &m[3], &m[4], &m[5]) == 6, "MAC");
    b->n = data * BATCH < 65535 - 28 ? BATCH : (65535 - 28) / data;
    b->len = 14 + 28 + b->n * data;
    b->head = (struct virtio_net_hdr){.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
                                      .gso_type = GSO_UDP,
                                      .hdr_len = 14 + 28,
                                      .gso_size = (uint16_t)data,
                                      .csum_start = 14 + 20,
                                      .csum_offset = 6};
    for (unsigned i = 0; i < 6; i++)
        f[i] = (uint8_t)m[i];
    f[6] = 2;
    f[11] = 9;
    put16be(f + 12, ETH_P_IP);
    ip[0] = 0x45;
    put16be(ip + 2, 28 + b->n * data);
    ip[8] = 64;
    ip[9] = 17;
    memcpy(ip + 12, ends, sizeof ends);
    put16be(ip + 20, 4567);
    put16be(ip + 22, 4568);
    put16be(ip + 24, 8 + b->n * data);
    /* Of the pseudo-header: the kernel adds the rest, and makes the IP header's anew. */
    uint32_t sum = 17 + 8 + b->n * data;
    for (unsigned i = 0; i < sizeof ends; i += 2)
        sum += (uint32_t)ends[i] << 8 | ends[i + 1];
    sum = (sum & 0xFFFF) + (sum >> 16);
    put16be(ip + 26, (sum + (sum >> 16)) & 0xFFFF);
}

static bool ours(const uint8_t *f, size_t len)
{
    return len >= 42 && f[12] == 8 && f[13] == 0 && f[14 + 9] == 17 && f[36] == 4568 >> 8 && f[37] == (4568 & 0xFF);
}

/* Those of ours among what has come. */
static unsigned take(struct ring *r)
{
    unsigned got = 0;
    for (struct tpacket2_hdr *h; __atomic_load_n(&(h = slot(r, 0))->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER;) {
        got += ours((uint8_t *)h + h->tp_mac, h->tp_snaplen);
        __atomic_store_n(&h->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
        r->at = (r->at + 1) % SLOTS;
    }
    return got;
}

static int pump(char **a)
{
    static struct burst burst;
    struct ring back;
    enter(a[0]);
    int out = open_burst(a[1]);
    enter(a[2]);
    open_on(a[3], &back);
    make(&burst, a[4], (unsigned)atoi(a[5]));
    const struct iovec all[] = {{.iov_base = &burst.head, .iov_len = sizeof burst.head},
                                {.iov_base = burst.frame, .iov_len = burst.len}};
    prctl(PR_SET_TIMERSLACK, 1UL);
    double seconds = atof(a[7]), began = now(), last = began, t;
    unsigned long sent = 0, got = 0, lost = 0, window = strtoul(a[6], NULL, 10);
    const struct timespec rest = {.tv_nsec = REST * atol(a[6])};
    while ((t = now()) - began < seconds) {
        unsigned n = take(&back);
        got += n;
        if (n)
            last = t;
        if (sent - got - lost + burst.n <= window) {
            must(writev(out, all, 2) > 0, "a burst");
            sent += burst.n;
        } else {
            clock_nanosleep(CLOCK_MONOTONIC, 0, &rest, NULL);
        }
        if (t - last > LATE) {
            lost = sent - got;
            last = t;
        }
    }
    printf("%.0f %.2f\n", (double)got / seconds, sent ? 100.0 * (double)lost / (double)sent : 0);
    return got ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 4 && !strcmp(argv[1], "noop"))
        noop(argv[2], argv[3]);
    if (argc == 10 && !strcmp(argv[1], "pump"))
        return pump(argv + 2);
    fputs("usage: forward noop IF1 IF2 | pump NETNS1 IF1 NETNS2 IF2 MAC SIZE WINDOW SECONDS\n", stderr);
    return 2;
}
