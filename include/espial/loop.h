/* loop.h: time and events. One loop carries a whole router (or, in simulation, several). Two implementations: base/loop.c (libevent, real
 * clock) and tests/sim/vloop.c (virtual clock that jumps to the next timer). Both share the timer heap of base/timer.c.
 * All times are microseconds. Everything runs on the loop's thread; callbacks never nest: a timer set with delay 0 runs in a later turn. */
#ifndef ESPIAL_LOOP_H
#define ESPIAL_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define US_PER_MS UINT64_C(1000)
#define US_PER_S  UINT64_C(1000000)

struct account; /* account.h */
struct loop;

/* A one-shot timer, embedded in its owner. timer_init once; timer_set re-arms (replacing an earlier deadline); timer_clear is idempotent and
 * must be called before the owner is freed. Timers with equal deadlines fire in the order they were set. */
struct timer {
    struct loop *loop;
    void (*fn)(void *arg);
    void *arg;
    uint64_t due;    /* loop time in us; valid while pending */
    uint64_t order;  /* tie-break */
    size_t heap_pos; /* 0: not pending */
    uint8_t owner;   /* enum account_owner: who made it; its callback runs on their time */
};

/* Work for the end of the current loop turn (of a later one, where much is waiting), before the loop sleeps. Re-arming while queued is a no-op. */
struct deferred {
    void (*fn)(void *arg);
    void *arg;
    struct deferred *next;
    bool queued;
    uint8_t owner; /* who deferred it */
};

enum fd_events { FD_READ = 1, FD_WRITE = 2 };

struct fd_watch {
    struct loop *loop;
    int fd;
    void (*fn)(void *arg, unsigned events);
    void *arg;
    void *impl; /* owned by the loop; NULL when not watching */
    uint8_t owner; /* who watches first */
};

struct loop_ops {
    uint64_t (*now)(struct loop *);
    int64_t (*wall)(struct loop *);
    void (*rearm)(struct loop *); /* the earliest deadline, or the deferred queue, changed */
    int (*fd_set)(struct loop *, struct fd_watch *, unsigned events);
    void (*fd_clear)(struct loop *, struct fd_watch *);
};

/* The shared part; an implementation embeds it as its first member. */
struct loop {
    const struct loop_ops *ops;
    struct timer **heap; /* 1-based binary heap, owned */
    size_t heap_len, heap_cap;
    uint64_t order;
    struct deferred *deferred_head, **deferred_tail;
    struct account *account; /* NULL: nobody keeps account */
    uint8_t account_at;      /* enum account_owner: who works now */
};

/* Monotonic time since the loop began, in us (scaled by --time-scale). */
uint64_t loop_now(struct loop *loop);
/* Calendar time, us since 1970-01-01 UTC (scaled from the start of the process). */
int64_t loop_wall(struct loop *loop);
/* Have d called at the end of this turn, in the order of deferring; one that waits already keeps its place. */
void loop_defer(struct loop *loop, struct deferred *d);
/* Take a deferred back (before its owner is freed). O(queued). */
void loop_undefer(struct loop *loop, struct deferred *d);

/* A timer calls fn once, delay_us of the loop's time after it was set; set again, it is moved. Its owner clears it before the memory goes. */
void timer_init(struct timer *t, struct loop *loop, void (*fn)(void *arg), void *arg);
void timer_set(struct timer *t, uint64_t delay_us);
void timer_clear(struct timer *t); /* also of one that is not set */
static inline bool timer_pending(const struct timer *t)
{
    return t->heap_pos != 0;
}
/* Time until it fires, us; 0 when not pending. */
uint64_t timer_left(const struct timer *t);

/* Watch fd for `events` (FD_READ|FD_WRITE); level-triggered; calling again changes the events; 0 or a negative errno. In simulation: -ENOSYS. */
int fd_watch(struct fd_watch *w, struct loop *loop, int fd, unsigned events, void (*fn)(void *arg, unsigned events),
             void *arg);
void fd_unwatch(struct fd_watch *w);

/* For loop implementations (base/timer.c). */
void loop_common_init(struct loop *loop, const struct loop_ops *ops);
void loop_common_free(struct loop *loop);
/* Earliest deadline, or UINT64_MAX. */
uint64_t loop_next_due(const struct loop *loop);
/* Run every timer due at `now` (those set meanwhile wait for the next turn), then the deferred queue until empty (of more than
 * a thousand pieces, or of two milliseconds, the rest waits for the next turn, which then must not block). Returns how many ran. */
size_t loop_run_due(struct loop *loop, uint64_t now);

/* The real loop. `time_scale` >= 1: its clock runs that many times as fast as the wall's. NULL when it cannot be made. */
struct loop *loop_real_new(unsigned time_scale);
void loop_real_free(struct loop *loop);
/* Run until loop_real_stop. */
void loop_real_run(struct loop *loop);
void loop_real_stop(struct loop *loop);
#endif
