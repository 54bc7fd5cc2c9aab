/* host_snmp.c: datagrams of one UDP socket of this machine, handed to the router's agent, and its responses handed back.
 *
 * The agent judges them as any other (community, access list, user): the sender is the address on this machine. Several are taken a turn, so that a walk does not
 * pay for a turn each, and not more, so that a flood leaves room for the rest of the router; what the kernel's buffer cannot hold it drops. While the agent is off they are read and
 * not answered. */
#include "cli/app/host_snmp.h"

#include <netinet/in.h>
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
    uint8_t in[SNMP_MESSAGE_MAX + 1]; /* one octet more: a longer one is seen to be too long */
};

static void reply(void *arg, const struct udp_from *to, const uint8_t *data, size_t len)
{
    const struct host_snmp *h = arg;
    struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(to->sport), .sin_addr.s_addr = htonl(to->src)};
    (void)!sendto(h->fd, data, len, 0, (struct sockaddr *)&peer, sizeof peer);
}

static void on_fd(void *arg, unsigned events)
{
    struct host_snmp *h = arg;
    (void)events;
    for (int i = 0; i < A_TURN; i++) {
        struct sockaddr_in peer;
        socklen_t len = sizeof peer;
        ssize_t n = recvfrom(h->fd, h->in, sizeof h->in, 0, (struct sockaddr *)&peer, &len);
        if (n < 0)
            return;
        struct udp_from from = {.src = ntohl(peer.sin_addr.s_addr), .sport = ntohs(peer.sin_port), .dport = 161};
        snmp_serve(h->snmp, &from, h->in, (size_t)n, reply, h);
    }
}

struct host_snmp *host_snmp_new(struct loop *loop, struct snmp *s, int fd)
{
    struct host_snmp *h = NEW(struct host_snmp);
    h->snmp = s;
    h->fd = fd;
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
