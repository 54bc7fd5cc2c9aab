/* host_snmp.c: datagrams of one UDP socket of this machine, handed to the router's agent, and its responses handed back.
 *
 * The agent judges them as any other (community, access list, user): the sender is the address on this machine. As many as are there are taken with one call, so that
 * a walk, whose next question comes only after the answer, pays for no call that finds nothing; a few calls a turn, so that a flood leaves room for the rest of the
 * router. What the kernel's buffer cannot hold it drops, and says how many
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

#define A_CALL 4
#define A_TURN 8 /* calls */

struct host_snmp {
    struct fd_watch watch;
    struct snmp *snmp;
    int fd;
    uint32_t dropped; /* what the kernel has said so far */
    uint8_t in[A_CALL][SNMP_MESSAGE_MAX + 1]; /* one octet more: a longer one is seen to be too long */
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

/* How many came, at most A_CALL. */
static int take(struct host_snmp *h)
{
    struct sockaddr_in peers[A_CALL];
    _Alignas(struct cmsghdr) uint8_t control[A_CALL][CMSG_SPACE(sizeof(uint32_t))];
    struct iovec data[A_CALL];
    struct mmsghdr m[A_CALL];
    for (int i = 0; i < A_CALL; i++) {
        data[i] = (struct iovec){.iov_base = h->in[i], .iov_len = sizeof h->in[i]};
        m[i].msg_hdr = (struct msghdr){.msg_name = &peers[i],
                                       .msg_namelen = sizeof peers[i],
                                       .msg_iov = &data[i],
                                       .msg_iovlen = 1,
                                       .msg_control = control[i],
                                       .msg_controllen = sizeof control[i]};
    }
    int n = recvmmsg(h->fd, m, A_CALL, MSG_DONTWAIT, NULL);
    for (int i = 0; i < n; i++) {
        take_drops(h, &m[i].msg_hdr);
        struct udp_from from = {
            .src = ntohl(peers[i].sin_addr.s_addr), .sport = ntohs(peers[i].sin_port), .dport = 161};
        snmp_serve(h->snmp, &from, h->in[i], m[i].msg_len, reply, h);
    }
    return n;
}

static void on_fd(void *arg, unsigned events)
{
    (void)events;
    for (int calls = 0; calls < A_TURN && take(arg) == A_CALL; calls++)
        ;
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
