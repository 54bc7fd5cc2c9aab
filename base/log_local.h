/* log_local.h: the running log, for base/msg.c, stamp.c, logbuf.c, limit.c and loghost.c only. */
#ifndef BASE_LOG_LOCAL_H
#define BASE_LOG_LOCAL_H

#include "espial/bus.h"
#include "espial/loop.h"
#include "espial/msg.h"

struct logbuf;
struct limit;
struct udp_sock;

/* One syslog host as last applied, and what waits for it. */
#define LOG_QUEUE_MAX 100
struct loghost_to {
    struct log *log;
    struct log_host conf;
    uint64_t sent, md_dropped, md_limited;
    char *queue[LOG_QUEUE_MAX]; /* ring of whole messages as they go out */
    unsigned first, n;
    size_t written; /* TCP: of the oldest */
    struct timer retry;
    struct stream *stream;
    bool down;
};
/* Whom the log sends to; what base/loghost.c remembers. */
struct loghost {
    struct inet *inet;
    struct streams *streams;
    struct udp_sock *sock;
    struct loghost_to *to[LOG_HOSTS_MAX];
    unsigned n;
    uint64_t sent; /* messages, the N of the wire format */
    bool sending;
};

/* So many a second, counted in whole seconds from the first. */
struct log_window {
    uint64_t began;
    uint32_t n;
};

/* A discriminator ready for use. */
struct log_md_run {
    struct regex *facility, *mnemonics, *body;
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
    const char *(*hostname)(void *arg);
    void *hostname_arg;
    struct log_md mds[LOG_MDS_MAX]; /* as compiled */
    struct log_md_run md_run[LOG_MDS_MAX];
    unsigned nmds;
    struct log_window all, console, windows[LOG_DESTS];
    struct log_count *counts;
    size_t ncounts;
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

/* discriminate.c */
void discriminate_conf_changed(struct log *log);
void discriminate_free(struct log *log);
/* For which destinations is a message not? Those whose level it is beyond are not asked. */
uint32_t discriminate(struct log *log, const struct fact_syslog *f, const char *text);
/* `logging rate-limit`: may it be said at all? Otherwise it is counted. Adds the console to *held when that alone has had enough. */
bool rate_pass(struct log *log, uint8_t severity, bool debug, uint32_t *held);

/* msgcount.c */
void msgcount_add(struct log *log, const struct fact_syslog *f);
void msgcount_clear(struct log *log);

/* loghost.c */
void loghost_init(struct log *log);
void loghost_fini(struct log *log);
void loghost_conf_changed(struct log *log);
void loghost_stats(struct log *log); /* what log_stats tells of hosts */
#endif
