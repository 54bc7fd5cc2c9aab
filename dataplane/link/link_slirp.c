/* link_slirp.c: this machine's own services behind an interface, without root: "slirp:[net=...][,host=...][,map=...]".
 *
 * libslirp plays a small network (10.0.2.0/24) with one host in it, 10.0.2.2, which is this machine: ARP and ping it
 * answers itself, UDP and TCP it carries to the same port of 127.0.0.1 through ordinary sockets of this process. Nothing
 * listens: no port of the router is reachable from here. No packet leaves the machine: slirp_guard.c lets none through,
 * and the sockets are bound to 127.0.0.1, so that nobody elsewhere can answer in a service's place either.
 *
 * A turn: a frame is handed to libslirp as it is sent; whatever libslirp wants to say waits in a queue (LINK_QUEUE) until
 * the end of the loop's turn, where the sockets that are ready are served, the queue goes to the receiver, and libslirp
 * is asked what it waits for next. Its sockets become fd watches, its timeout one timer; with no conversation open there
 * is neither, so an idle link does not wake. UDP conversations end four minutes after their last packet.
 *
 * Bounds: SOCKETS_MAX sockets at once: beyond that only packets of conversations that are known pass, so that a router
 * gone wild cannot take the process's descriptors. Memory of libslirp is glib's: running out ends the process, as
 * everywhere here.
 *
 * What it does not do: fragments from the router (slirp_guard.c says why), DHCP, DNS, TFTP of libslirp's own (switched off), IPv6, ports forwarded inwards. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include <libslirp.h>

#include "dataplane/limits.h"
#include "dataplane/link/slirp_local.h"
#include "espial/loop.h"

#define SOCKETS_MAX 128
#define FLOWS       1024
#define NO_TIMEOUT  UINT32_MAX
#define LAZY_MS     1000 /* what libslirp answers when it waits for nothing */

struct slirp_frame {
    struct slirp_frame *next;
    size_t len;
    uint8_t data[];
};

struct link_slirp {
    struct link link; /* first */
    struct loop *loop;
    struct slirp_spec spec;
    struct sockaddr_in loopback; /* libslirp keeps the pointer */
    Slirp *slirp;
    struct pollfd fds[SOCKETS_MAX];
    struct fd_watch watches[SOCKETS_MAX];
    short watched[SOCKETS_MAX];
    int nfds;
    unsigned sockets; /* that libslirp has open */
    struct timer wake;
    struct deferred turn;
    struct slirp_frame *queue, **queue_tail;
    unsigned queued;
    uint32_t flows[FLOWS]; /* conversations seen, by hash: who may go on when there are too many */
};

struct slirp_timer {
    struct timer timer;
    struct link_slirp *owner;
    SlirpTimerId id;
    void *cb_opaque;
};

/* ---- what libslirp asks for ---- */

static ssize_t cb_send(const void *bytes, size_t len, void *opaque)
{
    struct link_slirp *s = opaque;

    if (len <= LINK_FRAME_MAX && s->queued < LINK_QUEUE) {
        struct slirp_frame *f = mem_new(sizeof *f + len);
        f->len = len;
        memcpy(f->data, bytes, len);
        slirp_guard_in(&s->spec, f->data, len);
        *s->queue_tail = f;
        s->queue_tail = &f->next;
        s->queued++;
        loop_defer(s->loop, &s->turn);
    }
    return (ssize_t)len;
}

static void cb_guest_error(const char *msg, void *opaque)
{
    (void)msg; /* a bad packet of the router's own making: its counters are elsewhere */
    (void)opaque;
}

static int64_t cb_clock(void *opaque)
{
    return (int64_t)(loop_now(((struct link_slirp *)opaque)->loop) * 1000);
}

static void on_slirp_timer(void *arg)
{
    struct slirp_timer *t = arg;

    slirp_handle_timer(t->owner->slirp, t->id, t->cb_opaque);
    loop_defer(t->owner->loop, &t->owner->turn);
}

static void *cb_timer_new(SlirpTimerId id, void *cb_opaque, void *opaque)
{
    struct slirp_timer *t = NEW(struct slirp_timer);

    t->owner = opaque;
    t->id = id;
    t->cb_opaque = cb_opaque;
    timer_init(&t->timer, t->owner->loop, on_slirp_timer, t);
    return t;
}

static void cb_timer_free(void *timer, void *opaque)
{
    struct slirp_timer *t = timer;
    (void)opaque;

    timer_clear(&t->timer);
    mem_free(t);
}

static void cb_timer_mod(void *timer, int64_t expire_ms, void *opaque)
{
    struct slirp_timer *t = timer;
    int64_t now_ms = cb_clock(opaque) / 1000000;

    timer_set(&t->timer, expire_ms > now_ms ? (uint64_t)(expire_ms - now_ms) * US_PER_MS : 0);
}

static void cb_register(int fd, void *opaque)
{
    struct link_slirp *s = opaque;
    (void)fd;

    s->sockets++;
}

/* About to be closed: forgotten now, as the number may come back at once as another socket. */
static void cb_unregister(int fd, void *opaque)
{
    struct link_slirp *s = opaque;

    if (s->sockets)
        s->sockets--;
    for (int i = 0; i < s->nfds; i++) {
        if (s->fds[i].fd == fd) {
            fd_unwatch(&s->watches[i]);
            s->fds[i].fd = -1;
            s->watched[i] = 0;
        }
    }
}

static void cb_notify(void *opaque)
{
    struct link_slirp *s = opaque;

    loop_defer(s->loop, &s->turn);
}

static const SlirpCb callbacks = {
    .send_packet = cb_send,
    .guest_error = cb_guest_error,
    .clock_get_ns = cb_clock,
    .timer_new_opaque = cb_timer_new,
    .timer_free = cb_timer_free,
    .timer_mod = cb_timer_mod,
    .register_poll_fd = cb_register,
    .unregister_poll_fd = cb_unregister,
    .notify = cb_notify,
};

/* ---- what libslirp waits for ---- */

static void on_ready(void *arg, unsigned events)
{
    struct link_slirp *s = arg;
    (void)events;

    loop_defer(s->loop, &s->turn);
}

static int add_poll(int fd, int events, void *opaque)
{
    struct link_slirp *s = opaque;
    short want = (short)((events & SLIRP_POLL_IN ? POLLIN : 0) | (events & SLIRP_POLL_OUT ? POLLOUT : 0) |
                         (events & SLIRP_POLL_PRI ? POLLPRI : 0));

    if (s->nfds == SOCKETS_MAX)
        return -1;
    int i = s->nfds++;
    if (s->watches[i].impl && (s->fds[i].fd != fd || s->watched[i] != want))
        fd_unwatch(&s->watches[i]);
    s->fds[i] = (struct pollfd){.fd = fd, .events = want};
    return i;
}

static int get_revents(int i, void *opaque)
{
    const struct link_slirp *s = opaque;

    if (i < 0 || i >= s->nfds || s->fds[i].fd < 0)
        return 0;
    short r = s->fds[i].revents;
    return (r & POLLIN ? SLIRP_POLL_IN : 0) | (r & POLLOUT ? SLIRP_POLL_OUT : 0) | (r & POLLPRI ? SLIRP_POLL_PRI : 0) |
           (r & POLLERR ? SLIRP_POLL_ERR : 0) | (r & POLLHUP ? SLIRP_POLL_HUP : 0);
}

static void watch_again(struct link_slirp *s)
{
    uint32_t timeout_ms = NO_TIMEOUT;
    int had = s->nfds;

    s->nfds = 0;
    slirp_pollfds_fill(s->slirp, &timeout_ms, add_poll, s);
    for (int i = s->nfds; i < had; i++) {
        fd_unwatch(&s->watches[i]);
        s->watched[i] = 0;
    }
    for (int i = 0; i < s->nfds; i++) {
        unsigned events = (s->fds[i].events & POLLIN ? FD_READ : 0u) | (s->fds[i].events & POLLOUT ? FD_WRITE : 0u);
        if (!s->watches[i].impl && events)
            fd_watch(&s->watches[i], s->loop, s->fds[i].fd, events, on_ready, s);
        s->watched[i] = s->fds[i].events;
    }
    if (timeout_ms < LAZY_MS || s->nfds)
        timer_set(&s->wake, (timeout_ms < LAZY_MS ? timeout_ms : LAZY_MS) * US_PER_MS);
    else
        timer_clear(&s->wake);
}

static void deliver(struct link_slirp *s)
{
    bool any = s->queue;

    while (s->queue) {
        struct slirp_frame *f = s->queue;
        s->queue = f->next;
        if (!s->queue)
            s->queue_tail = &s->queue;
        s->queued--;
        if (s->link.rx)
            s->link.rx(s->link.arg, f->data, f->len);
        mem_free(f);
    }
    if (any && s->link.rx_end)
        s->link.rx_end(s->link.arg);
}

static void on_turn(void *arg)
{
    struct link_slirp *s = arg;
    int n = s->nfds ? poll(s->fds, (nfds_t)s->nfds, 0) : 0;

    slirp_pollfds_poll(s->slirp, n < 0, get_revents, s);
    deliver(s);
    watch_again(s);
}

/* ---- the link ---- */

/* No room for another conversation: may this one go on? */
static bool may_pass(struct link_slirp *s, uint32_t flow)
{
    uint32_t *slot = &s->flows[flow % FLOWS];

    if (*slot == flow)
        return true;
    if (s->sockets >= SOCKETS_MAX)
        return false;
    *slot = flow;
    return true;
}

static bool slirp_send(struct link *l, const uint8_t *frame, size_t len)
{
    struct link_slirp *s = (struct link_slirp *)l;
    uint8_t copy[SLIRP_FRAME_MAX];
    uint32_t flow = 0;

    if (len > sizeof copy)
        return false;
    memcpy(copy, frame, len);
    switch (slirp_guard_out(&s->spec, copy, len, &flow)) {
    case SLIRP_DROP: return true; /* it was sent, and nobody was there */
    case SLIRP_ARP: break;
    case SLIRP_IP:
        if (!may_pass(s, flow))
            return true;
        break;
    }
    slirp_input(s->slirp, copy, (int)len);
    loop_defer(s->loop, &s->turn);
    return true;
}

static void slirp_free(struct link *l)
{
    struct link_slirp *s = (struct link_slirp *)l;

    if (s->slirp)
        slirp_cleanup(s->slirp);
    for (int i = 0; i < SOCKETS_MAX; i++)
        fd_unwatch(&s->watches[i]);
    loop_undefer(s->loop, &s->turn);
    timer_clear(&s->wake);
    while (s->queue) {
        struct slirp_frame *f = s->queue;
        s->queue = f->next;
        mem_free(f);
    }
    mem_free(s);
}

static const struct link_ops slirp_ops = {.send = slirp_send, .free = slirp_free};

static struct in_addr in_addr(uint32_t a)
{
    return (struct in_addr){.s_addr = htonl(a)};
}

struct link *link_slirp_new(struct loop *loop, const char *words, char err[LINK_ERROR_MAX])
{
    struct slirp_spec spec;

    if (!slirp_spec_read(words, &spec, err))
        return NULL;
    struct link_slirp *s = NEW(struct link_slirp);
    snprintf(s->link.spec, sizeof s->link.spec, "slirp:%.120s", words);
    s->link.ops = &slirp_ops;
    s->link.carrier = true;
    s->loop = loop;
    s->spec = spec;
    s->loopback = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = in_addr(INADDR_LOOPBACK)};
    s->queue_tail = &s->queue;
    s->turn = (struct deferred){.fn = on_turn, .arg = s};
    timer_init(&s->wake, loop, on_turn, s);
    const SlirpConfig config = {
        .version = 4,
        .in_enabled = true,
        .vnetwork = in_addr(spec.net),
        .vnetmask = in_addr(spec.mask),
        .vhost = in_addr(spec.host),
        .vnameserver = in_addr(spec.spare[0]),
        .vdhcp_start = in_addr(spec.spare[1]),
        .outbound_addr = &s->loopback,
        .disable_dns = true,
        .disable_dhcp = true,
    };
    s->slirp = slirp_new(&config, &callbacks, s);
    if (s->slirp)
        return &s->link;
    snprintf(err, LINK_ERROR_MAX, "slirp:%.120s: libslirp %.40s refuses it", words, slirp_version_string());
    slirp_free(&s->link);
    return NULL;
}
