/* link_udp.c: a cable over UDP: "udp:LPORT:HOST:RPORT", one raw Ethernet frame per datagram, as GNS3, Dynamips and
 * QEMU's dgram netdev have it.
 *
 * The socket is bound to LPORT and connected to HOST:RPORT, so that nobody else's datagrams are taken for frames;
 * towards a HOST of this machine it is bound to the loopback address alone. A refused datagram means that the other end
 * has not started: the frame is lost, the next one is tried again. HOST is looked up once, at the start. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/link/dgram_local.h"
#include "espial/text.h"

static void udp_stay(struct dgram *d)
{
    (void)d;
}

static void udp_end(struct dgram *d)
{
    if (d->rx_fd >= 0)
        close(d->rx_fd);
}

static bool is_loopback(const struct sockaddr *a)
{
    if (a->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)a)->sin_addr.s_addr) >> 24 == 127;
    return a->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)a)->sin6_addr);
}

/* A socket bound to lport and connected to a; or a negative errno. */
static int udp_socket(const struct addrinfo *a, uint16_t lport)
{
    struct sockaddr_storage own = {.ss_family = (sa_family_t)a->ai_family};
    int fd = socket(a->ai_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -errno;
    if (a->ai_family == AF_INET) {
        struct sockaddr_in *in = (struct sockaddr_in *)&own;
        in->sin_port = htons(lport);
        in->sin_addr.s_addr = htonl(is_loopback(a->ai_addr) ? INADDR_LOOPBACK : INADDR_ANY);
    } else {
        struct sockaddr_in6 *in = (struct sockaddr_in6 *)&own;
        in->sin6_port = htons(lport);
        in->sin6_addr = is_loopback(a->ai_addr) ? in6addr_loopback : in6addr_any;
    }
    if (bind(fd, (struct sockaddr *)&own, a->ai_addrlen) < 0 || connect(fd, a->ai_addr, a->ai_addrlen) < 0) {
        int err = -errno;
        close(fd);
        return err;
    }
    return fd;
}

struct link *link_udp_new(struct loop *loop, uint16_t lport, const char *host, uint16_t rport, char err[LINK_ERROR_MAX])
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV}, *found;
    char service[8];
    const char *why = NULL;
    int r;

    snprintf(service, sizeof service, "%u", rport);
    r = getaddrinfo(host, service, &hints, &found);
    if (r) {
        snprintf(err, LINK_ERROR_MAX, "udp:%u:%.100s:%u: %s", lport, host, rport, gai_strerror(r));
        return NULL;
    }
    struct dgram *d = NEW(struct dgram);
    snprintf(d->link.spec, sizeof d->link.spec, "udp:%u:%.100s:%u", lport, host, rport);
    d->reach = d->lost = udp_stay;
    d->end = udp_end;
    d->rx_fd = udp_socket(found, lport);
    freeaddrinfo(found);
    if (d->rx_fd < 0)
        why = strerror(-d->rx_fd);
    d->tx_fd = d->rx_fd;
    if (!why && (r = dgram_start(d, loop)) < 0)
        why = strerror(-r);
    if (!why)
        return &d->link;
    snprintf(err, LINK_ERROR_MAX, "udp:%u:%.100s:%u: %s", lport, host, rport, why);
    udp_end(d);
    mem_free(d->room);
    mem_free(d);
    return NULL;
}
