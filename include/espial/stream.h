/* stream.h: byte streams (TCP) that the router opens to others, for syslog and mail. The router has no TCP of its own behind inet.h yet: until then the root hands over streams
 * that run over this machine's sockets (cli/app/host_stream.c), so what uses them reaches what this machine reaches, from its addresses. In simulation there are
 * none (NULL), or a test's own. */
#ifndef ESPIAL_STREAM_H
#define ESPIAL_STREAM_H

#include <stddef.h>
#include <stdint.h>

struct streams;
struct stream;

/* Never called from inside a verb below. */
struct stream_events {
    void (*ready)(void *arg); /* connected, or room to write again after a short write */
    void (*down)(void *arg);  /* refused, reset or closed by the other end: close it */
    /* The other end sent these bytes, valid during the call, which may close the stream. NULL: they are thrown away. */
    void (*data)(void *arg, const void *bytes, size_t len);
};
struct streams_ops {
    struct stream *(*open)(struct streams *, uint32_t addr, uint16_t port, const struct stream_events *, void *arg);
    size_t (*write)(struct stream *, const void *data, size_t len);
    void (*close)(struct stream *);
};
struct streams {
    const struct streams_ops *ops;
};
struct stream_base { /* first member of every struct stream */
    struct streams *streams;
};
/* Begin to connect; NULL when there is no descriptor for it. */
static inline struct stream *stream_open(struct streams *s, uint32_t addr, uint16_t port,
                                         const struct stream_events *ev, void *arg)
{
    return s->ops->open(s, addr, port, ev, arg);
}
/* How many bytes were taken, 0 to len; 0 before the first `ready` and after `down`. */
static inline size_t stream_write(struct stream *s, const void *data, size_t len)
{
    return ((struct stream_base *)s)->streams->ops->write(s, data, len);
}
static inline void stream_close(struct stream *s)
{
    if (s)
        ((struct stream_base *)s)->streams->ops->close(s);
}
#endif
