/* log_local.h: the running log, for base/msg.c, stamp.c, logbuf.c, limit.c and loghost.c only. */
#ifndef BASE_LOG_LOCAL_H
#define BASE_LOG_LOCAL_H

#include "espial/bus.h"
#include "espial/loop.h"
#include "espial/msg.h"

struct logbuf;
struct limit;
struct udp_sock;

/* Whom the log sends to; what base/loghost.c remembers. */
struct loghost {
    struct inet *inet;
    struct udp_sock *sock;
    struct log_host hosts[LOG_HOSTS_MAX]; /* as last applied */
    unsigned nhosts;
    uint64_t sent; /* messages, the N of the wire format */
    bool sending;
};

struct log {
    struct loop *loop;
    struct bus *bus;
    struct log_conf conf;
    struct log_stats stats;
    const struct clock *clock; /* may be NULL */
    uint64_t born; /* loop time */
    uint64_t seq;
    struct logbuf *buf;
    struct limit *limit;
    struct loghost host;
    struct deferred overflow; /* to tell that the bus ran over: after its drain, */
    struct timer overflow_later; /* or when the limit lets it */
    uint64_t overflows_told;
};

/* stamp.c: now, on the log's calendar. */
int64_t log_wall(const struct log *log);

/* logbuf.c: whole messages in a ring of at most `size` bytes. */
struct logbuf *logbuf_new(size_t size);
void logbuf_free(struct logbuf *b); /* NULL-safe */
/* Keeps the newest that fit. */
void logbuf_resize(struct logbuf *b, size_t size);
void logbuf_push(struct logbuf *b, const char *line);
/* Oldest first; cursor from 0. A cursor whose message was overwritten goes on with the oldest. */
const char *logbuf_next(const struct logbuf *b, size_t *cursor);
void logbuf_clear(struct logbuf *b);

/* limit.c: may something be said about (row, key) at `now`, when it may be said once in interval_us? trusted: the key is one that strangers cannot make up, and has
 * a place of its own when they have taken all others. */
struct limit *limit_new(uint64_t hash_seed);
void limit_free(struct limit *l); /* NULL-safe */
bool limit_pass(struct limit *l, const void *row, uint64_t key, uint64_t now, uint64_t interval_us, bool trusted);
/* Has the row no place for another key that is not trusted? */
bool limit_crowded(const struct limit *l, const void *row);

/* loghost.c */
void loghost_init(struct log *log);
void loghost_fini(struct log *log);
void loghost_conf_changed(struct log *log);
#endif
