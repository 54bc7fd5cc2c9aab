/* host_snmp.c: datagrams of one UDP socket of this machine, handed to the router's agent, and its responses handed back.
 *
 * The agent judges them as any other (community, access list, user): the sender is the address on this machine. Several are taken a turn, so that a walk does not
 * pay for a turn each, and not more, so that a flood leaves room for the rest of the router; what the kernel's buffer cannot hold it drops, and says how many
 * those were with the next one that is read (SO_RXQ_OVFL): they are the input queue's drops of `show snmp`. While the agent is off they are read and
 * not answered. */
#include "cli/app/host_snmp.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "espial/inet.h"
#include "espial/loop.h"
#include "espial/mem.h"
#include "snmp/snmp.h"

#define A_TURN 32

struct host_snmp {
    struct fd_watch watch;
    struct snmp *snmp;
    int fd;
    uint32_t dropped; /* what the kernel has said so far */
    uint8_t in[SNMP_MESSAGE_MAX + 1]; /* one octet more: a longer one is seen to be too long */
};

static void reply(void *arg, const struct udp_from *to, const uint8_t *data, size_t len)
{
    const struct host_snmp *h = arg;
    struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(to->sport), .sin_addr.s_addr = htonl(to->src)};
    (void)!sendto(h->fd, data, len, 0, (struct sockaddr *)&peer, sizeof peer);
}

/* The kernel's count, when it came with the datagram. */
static void take_drops(struct host_snmp *h, struct msghdr *m)
{
    uint32_t all;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL || c->cmsg_len < CMSG_LEN(sizeof all))
            continue;
        memcpy(&all, CMSG_DATA(c), sizeof all);
        snmp_dropped(h->snmp, all - h->dropped);
        h->dropped = all;
    }
}

static void on_fd(void *arg, unsigned events)
{
    struct host_snmp *h = arg;
    (void)events;
    for (int i = 0; i < A_TURN; i++) {
        struct sockaddr_in peer;
        _Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(uint32_t))];
        struct iovec data = {.iov_base = h->in, .iov_len = sizeof h->in};
        struct msghdr m = {.msg_name = &peer, .msg_namelen = sizeof peer, .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        ssize_t n = recvmsg(h->fd, &m, 0);
        if (n < 0)
            return;
        take_drops(h, &m);
        struct udp_from from = {.src = ntohl(peer.sin_addr.s_addr), .sport = ntohs(peer.sin_port), .dport = 161};
        snmp_serve(h->snmp, &from, h->in, (size_t)n, reply, h);
    }
}

struct host_snmp *host_snmp_new(struct loop *loop, struct snmp *s, int fd)
{
    struct host_snmp *h = NEW(struct host_snmp);
    h->snmp = s;
    h->fd = fd;
    (void)!setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &(int){1}, sizeof(int)); /* without it nothing is counted */
    fd_watch(&h->watch, loop, fd, FD_READ, on_fd, h);
    return h;
}

void host_snmp_free(struct host_snmp *h)
{
    if (!h)
        return;
    fd_unwatch(&h->watch);
    mem_free(h);
}
