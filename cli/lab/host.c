/* host.c: sockets and signals of the machine, as a router (cli/app/run.c), a lab's maker (up.c) and its collector (collector.c) take them. */
#include "cli/lab/host.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define LISTEN_BACKLOG 128

int host_socket(int type, uint32_t addr, uint16_t *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(addr), .sin_port = htons(*port)};
    socklen_t len = sizeof at;
    const int one = 1;
    int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (type == SOCK_STREAM) /* a listener that went a moment ago does not hold its port */
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || (type == SOCK_STREAM && listen(fd, LISTEN_BACKLOG) < 0) ||
        getsockname(fd, (struct sockaddr *)&at, &len) < 0) {
        int e = errno;
        close(fd);
        return -e;
    }
    *port = ntohs(at.sin_port);
    return fd;
}

int host_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    int fd = signalfd(-1, &signals, SFD_CLOEXEC);
    return fd < 0 ? -errno : fd;
}
