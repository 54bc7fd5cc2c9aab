/* link_unix.c: a cable between two routers of one machine: "unix:PATH", the same PATH at both ends.
 *
 * PATH names the cable, not an end. Each end takes one of two sides, PATH.0 or PATH.1, whichever is free: a side is
 * taken by holding a lock on PATH.N.lock, which the kernel drops when a router dies, so that a side left by a crash can
 * be taken again at once and its stale socket removed without a race. A third router is refused. Frames are datagrams:
 * received on the socket bound to the own side, sent through a second one connected to the other side. Both ends may
 * start first, stop and start again, in any order: the next frame finds whoever has the other side by then (dgram.c).
 *
 * Who may plug in is who may enter the folder of PATH; sockets and locks are made for the owner alone. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "dataplane/link/dgram_local.h"
#include "espial/text.h"

struct link_unix {
    struct dgram d; /* first */
    int lock;
    struct sockaddr_un own, other;
};

static void unix_lost(struct dgram *d)
{
    if (d->tx_fd >= 0)
        close(d->tx_fd);
    d->tx_fd = -1;
}

static void unix_reach(struct dgram *d)
{
    struct link_unix *u = (struct link_unix *)d;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return;
    if (connect(fd, (struct sockaddr *)&u->other, sizeof u->other) < 0)
        close(fd);
    else
        d->tx_fd = fd;
}

static void unix_end(struct dgram *d)
{
    struct link_unix *u = (struct link_unix *)d;

    unix_lost(d);
    if (d->rx_fd >= 0) {
        unlink(u->own.sun_path);
        close(d->rx_fd);
    }
    if (u->lock >= 0)
        close(u->lock);
}

/* Take side 0 or 1; -EBUSY when another holds it. */
static int take_side(struct link_unix *u, const char *path, int side)
{
    char name[sizeof u->own.sun_path + 8];
    mode_t mask;
    int fd, err = 0;

    snprintf(name, sizeof name, "%s.%d.lock", path, side);
    u->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (u->lock < 0)
        return -errno;
    if (flock(u->lock, LOCK_EX | LOCK_NB) < 0) {
        err = errno == EWOULDBLOCK ? -EBUSY : -errno;
        close(u->lock);
        u->lock = -1;
        return err;
    }
    u->own.sun_family = u->other.sun_family = AF_UNIX;
    snprintf(u->own.sun_path, sizeof u->own.sun_path, "%.105s.%d", path, side);
    snprintf(u->other.sun_path, sizeof u->other.sun_path, "%.105s.%d", path, !side);
    unlink(u->own.sun_path);
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    mask = umask(077);
    if (fd < 0 || bind(fd, (struct sockaddr *)&u->own, sizeof u->own) < 0)
        err = -errno;
    umask(mask);
    if (err && fd >= 0)
        close(fd);
    if (!err)
        u->d.rx_fd = fd;
    return err;
}

struct link *link_unix_new(struct loop *loop, const char *path, char err[LINK_ERROR_MAX])
{
    struct link_unix *u = NEW(struct link_unix);
    int r = -ENAMETOOLONG;

    u->lock = u->d.rx_fd = u->d.tx_fd = -1;
    u->d.reach = unix_reach;
    u->d.lost = unix_lost;
    u->d.end = unix_end;
    snprintf(u->d.link.spec, sizeof u->d.link.spec, "unix:%.120s", path);
    if (*path && strlen(path) + sizeof ".0" <= sizeof u->own.sun_path) {
        r = take_side(u, path, 0);
        if (r == -EBUSY)
            r = take_side(u, path, 1);
    }
    if (!r)
        r = dgram_start(&u->d, loop);
    if (!r)
        return &u->d.link;
    snprintf(err, LINK_ERROR_MAX, "unix:%.150s: %s", path,
             r == -EBUSY ? "both ends of this cable are in use" : strerror(-r));
    unix_end(&u->d);
    mem_free(u->d.room);
    mem_free(u);
    return NULL;
}
