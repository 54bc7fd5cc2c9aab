/* carrier.c: is an interface of this machine there, set up, and plugged in?
 *
 * The kernel tells of every change of every interface (rtnetlink, RTM_NEWLINK and RTM_DELLINK). What it tells is only
 * taken as a hint: the state is asked for anew by the interface's name, so a message that was lost, or one of another
 * interface, does no harm. It needs no privilege. An interface that was deleted and made again has another number.
 *
 * What it does not do: look into other network namespaces; an interface that has moved there has gone. */
#include "dataplane/link/carrier.h"

#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "espial/loop.h"
#include "espial/mem.h"
#include "espial/text.h"

struct carrier {
    int fd;
    struct fd_watch watch;
    char name[IFNAMSIZ];
    unsigned ifindex;
    bool up;
    void (*changed)(void *arg);
    void *arg;
};

/* Any socket answers these. */
static void look(struct carrier *c)
{
    struct ifreq r = {0};

    c->ifindex = if_nametoindex(c->name);
    str_copy(r.ifr_name, sizeof r.ifr_name, c->name);
    c->up = c->ifindex && ioctl(c->fd, SIOCGIFFLAGS, &r) == 0 && (r.ifr_flags & IFF_UP) && (r.ifr_flags & IFF_RUNNING);
}

static void on_told(void *arg, unsigned events)
{
    struct carrier *c = arg;
    char text[8192];
    (void)events;

    while (recv(c->fd, text, sizeof text, MSG_DONTWAIT) > 0)
        ;
    look(c);
    c->changed(c->arg);
}

struct carrier *carrier_new(struct loop *loop, const char *name, void (*changed)(void *arg), void *arg)
{
    struct sockaddr_nl links = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};
    struct carrier *c = NEW(struct carrier);

    c->changed = changed;
    c->arg = arg;
    str_copy(c->name, sizeof c->name, name);
    c->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (c->fd < 0 || bind(c->fd, (struct sockaddr *)&links, sizeof links) != 0 ||
        fd_watch(&c->watch, loop, c->fd, FD_READ, on_told, c) < 0) {
        carrier_free(c);
        return NULL;
    }
    look(c);
    return c;
}

void carrier_free(struct carrier *c)
{
    if (!c)
        return;
    fd_unwatch(&c->watch);
    if (c->fd >= 0)
        close(c->fd);
    mem_free(c);
}

unsigned carrier_ifindex(const struct carrier *c)
{
    return c->ifindex;
}

bool carrier_up(const struct carrier *c)
{
    return c->up;
}
