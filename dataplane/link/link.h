/* link.h: a cable's end: frames out, frames in. Where the frames go is the implementation's: a unix socket, UDP, or in
 * simulation another router of the same process. */
#ifndef DATAPLANE_LINK_LINK_H
#define DATAPLANE_LINK_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/mem.h"

struct link;
struct loop;

#define LINK_FRAME_MAX 9234 /* a jumbo frame: 9216 and an Ethernet header with one tag */
#define LINK_ERROR_MAX 256

struct link_ops {
    /* One whole frame; false when it was not taken (queue full, nobody at the other end). The bytes are copied or sent
     * before it returns. */
    bool (*send)(struct link *, const uint8_t *frame, size_t len);
    void (*free)(struct link *);
    void (*look)(struct link *); /* bring `damaged` and `overrun` up to date; NULL: they are, or nobody checks */
};
/* Embedded first in each kind. The receiver sets rx, rx_end, changed and arg (link_attach) and is called from the loop,
 * never from inside send. */
struct link {
    const struct link_ops *ops;
    bool carrier;                                            /* is a cable plugged in? */
    bool kept; /* its opener ends it (link_end): link_free lets go of it */
    unsigned queued;                                         /* frames that wait to leave, LINK_QUEUE at most */
    uint64_t lost;                                           /* frames that were taken by send, but did not leave */
    uint64_t refused;                                        /* frames that came, but are none that rx could take */
    uint64_t damaged; /* frames whose check sequence was wrong; rx never saw them */
    uint64_t overrun;                                        /* frames that came faster than they were read, likewise */
    void (*rx)(void *arg, const uint8_t *frame, size_t len); /* frame is valid during the call */
    void (*rx_end)(void *arg);                               /* after a batch */
    void (*changed)(void *arg);                              /* carrier changed */
    void *arg;
    char spec[128]; /* as asked: "unix:/run/x", for messages */
};

/* A link by its word of the command line: "unix:PATH", "udp:LPORT:HOST:RPORT" "slirp:[WORDS]", "tap:NAME" or
 * "packet:IFNAME". NULL, with one line of reason in err. */
struct link *link_open(struct loop *loop, const char *spec, char err[LINK_ERROR_MAX]);
/* Whether such a word opens what only a privileged program may: an interface of this machine. */
bool link_privileged(const char *spec);
/* The kinds, for link_open and for who holds the parts already. */
struct link *link_unix_new(struct loop *loop, const char *path, char err[LINK_ERROR_MAX]);
struct link *link_udp_new(struct loop *loop, uint16_t lport, const char *host, uint16_t rport,
                          char err[LINK_ERROR_MAX]);
struct link *link_device_new(struct loop *loop, bool tap, const char *name, char err[LINK_ERROR_MAX]);
struct link *link_slirp_new(struct loop *loop, const char *words, char err[LINK_ERROR_MAX]);

static inline bool link_send(struct link *l, const uint8_t *frame, size_t len)
{
    return l->ops->send(l, frame, len);
}
static inline void link_attach(struct link *l, void (*rx)(void *, const uint8_t *, size_t), void (*rx_end)(void *),
                               void (*changed)(void *), void *arg)
{
    l->rx = rx;
    l->rx_end = rx_end;
    l->changed = changed;
    l->arg = arg;
}
/* NULL-safe. Nothing is called afterwards. One that is kept can be attached again, and has counted nothing then. */
static inline void link_free(struct link *l)
{
    if (l && l->kept) {
        link_attach(l, NULL, NULL, NULL, NULL);
        l->lost = l->refused = l->damaged = l->overrun = 0;
    } else if (l) {
        l->ops->free(l);
    }
}
/* Of one that was kept. NULL-safe. */
static inline void link_end(struct link *l)
{
    if (l)
        l->ops->free(l);
}
#endif
