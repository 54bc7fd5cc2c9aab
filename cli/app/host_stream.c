/* host_stream.c: TCP for a router that has none of its own: streams over this machine's sockets, non-blocking, in the one loop.
 *
 *   CONNECTING --writable, no error--> UP --write was short--> FULL --writable--> UP
 *        `------- error ----------------`-- error, or the other end closed ------> DOWN (told once; the owner closes)
 *
 * What the other end sends goes to the owner, a piece a turn, or is thrown away when he does not listen (syslog). An address means what it means on this machine. */
#include "cli/app/host_stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "espial/mem.h"

enum state { CONNECTING, UP, FULL, DOWN };

struct host_streams {
    struct streams base; /* first */
    struct loop *loop;
};
struct stream {
    struct stream_base base; /* first */
    const struct stream_events *ev;
    void *arg;
    struct fd_watch watch;
    struct timer failed; /* connect failed at once: told later */
    int fd;
    enum state state;
};

static struct loop *loop_of(const struct stream *s)
{
    return ((struct host_streams *)s->base.streams)->loop;
}

static void on_fd(void *arg, unsigned events);

static void watch(struct stream *s, unsigned events)
{
    fd_watch(&s->watch, loop_of(s), s->fd, events, on_fd, s);
}

static void down(void *arg)
{
    struct stream *s = arg;
    fd_unwatch(&s->watch);
    s->state = DOWN;
    s->ev->down(s->arg);
}

static bool broken(int fd)
{
    int error = 0;
    socklen_t len = sizeof error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0 || error != 0;
}

static void on_fd(void *arg, unsigned events)
{
    struct stream *s = arg;
    if (events & FD_READ && s->state != CONNECTING) {
        char piece[4096];
        ssize_t n = recv(s->fd, piece, sizeof piece, MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
            down(s);
            return;
        }
        if (n > 0 && s->ev->data) {
            s->ev->data(s->arg, piece, (size_t)n); /* it may be closed now; room to write is told in the next turn */
            return;
        }
    }
    if (!(events & FD_WRITE) || (s->state != CONNECTING && s->state != FULL))
        return;
    if (broken(s->fd)) {
        down(s);
        return;
    }
    s->state = UP;
    watch(s, FD_READ);
    s->ev->ready(s->arg);
}

static struct stream *host_open(struct streams *streams, uint32_t addr, uint16_t port, const struct stream_events *ev,
                                void *arg)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(addr)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return NULL;
    struct stream *s = NEW(struct stream);
    *s = (struct stream){.base.streams = streams, .ev = ev, .arg = arg, .fd = fd, .state = CONNECTING};
    timer_init(&s->failed, loop_of(s), down, s);
    if (connect(fd, (const struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS)
        timer_set(&s->failed, 0);
    else
        watch(s, FD_WRITE);
    return s;
}

static size_t host_write(struct stream *s, const void *data, size_t len)
{
    if (s->state != UP)
        return 0;
    ssize_t n = send(s->fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    size_t took = n > 0 ? (size_t)n : 0;
    if (took < len) { /* no room, or an error that the watch will tell of */
        s->state = FULL;
        watch(s, FD_READ | FD_WRITE);
    }
    return took;
}

static void host_close(struct stream *s)
{
    timer_clear(&s->failed);
    if (s->state != DOWN)
        fd_unwatch(&s->watch);
    close(s->fd);
    mem_free(s);
}

static const struct streams_ops ops = {.open = host_open, .write = host_write, .close = host_close};

struct streams *host_streams_new(struct loop *loop)
{
    struct host_streams *s = NEW(struct host_streams);
    s->base.ops = &ops;
    s->loop = loop;
    return &s->base;
}

void host_streams_free(struct streams *s)
{
    mem_free(s);
}
