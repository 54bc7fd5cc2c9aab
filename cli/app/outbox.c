/* outbox.c: output that never blocks the loop. Bytes are written at once when the descriptor takes them; the rest waits in memory, bounded, and goes when the
 * descriptor becomes writable. A reader that is gone or never reads breaks the box; its owner sees `broken` and hangs up. */
#include "cli/app/outbox.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define ENOUGH 65536u

void outbox_init(struct outbox *o, struct loop *loop, int fd)
{
    memset(o, 0, sizeof *o);
    o->loop = loop;
    o->fd = fd;
}

bool outbox_empty(const struct outbox *o)
{
    return o->broken || o->at == o->text.len;
}

bool outbox_full(const struct outbox *o)
{
    return !o->broken && o->text.len - o->at >= ENOUGH;
}

static bool writable_now(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    return poll(&p, 1, 0) > 0;
}

static void on_writable(void *arg, unsigned events);

static void push(struct outbox *o)
{
    while (!outbox_empty(o) && writable_now(o->fd)) {
        size_t left = o->text.len - o->at;
        ssize_t n = write(o->fd, o->text.s + o->at,
                          left < 4096 ? left : 4096); /* a pipe takes this much when poll says it takes any */
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            break;
        if (n < 0) {
            o->broken = true;
            break;
        }
        o->at += (size_t)n;
    }
    if (outbox_empty(o)) {
        text_clear(&o->text);
        o->at = 0;
    } else if (!o->watch.impl) {
        fd_watch(&o->watch, o->loop, o->fd, FD_WRITE, on_writable, o);
    }
}

static void on_writable(void *arg, unsigned events)
{
    struct outbox *o = arg;
    (void)events;
    push(o);
    if (!outbox_empty(o))
        return;
    fd_unwatch(&o->watch);
    if (o->drained)
        o->drained(o->arg);
}

void outbox_write(struct outbox *o, const char *bytes, size_t len)
{
    if (o->broken)
        return;
    if (o->text.len - o->at + len > OUTBOX_MAX) {
        o->broken = true;
        return;
    }
    text_addn(&o->text, bytes, len);
    push(o);
}

void outbox_finish(struct outbox *o, int ms)
{
    struct pollfd p = {.fd = o->fd, .events = POLLOUT};
    while (!outbox_empty(o) && poll(&p, 1, ms) > 0 && !(p.revents & (POLLERR | POLLHUP)))
        push(o);
}

void outbox_free(struct outbox *o)
{
    fd_unwatch(&o->watch);
    text_free(&o->text);
}
