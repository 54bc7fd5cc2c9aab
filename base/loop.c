/* loop.c: the real loop, on libevent. The only file that sees libevent.
 *
 * libevent watches the file descriptors; one of them is a timer, armed for the earliest deadline of the heap in base/timer.c. (libevent's own precise timer is set
 * again before each wait, a system call for every packet; ours when the deadline moves.) A turn is: descriptors that are ready, timers that are due, deferred
 * work; then libevent blocks until there is a descriptor or the deadline (a loop that was called again at once looks a few microseconds longer first: base/linger.h).
 * With nothing pending it blocks for ever: an idle router does not wake.
 *
 * The clock is CLOCK_MONOTONIC since the loop was made, times the scale. The calendar is the system's when the scale is 1; otherwise it starts at the system's and
 * runs with the loop's clock, so that stamps and timers agree.
 *
 * Descriptors that epoll refuses because they never block (plain files and /dev/null as standard input) count as always ready, as poll(2) has them. Everything runs on
 * one thread; loop_real_stop is for that thread too. */
#include "espial/loop.h"

#include <errno.h>
#include <event2/event.h>
#include <sched.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/linger.h"
#include "espial/account.h"
#include "espial/mem.h"

struct loop_real {
    struct loop common; /* first */
    struct event_base *base;
    struct event *deadline;
    int deadline_fd;
    uint64_t armed; /* loop time the deadline is set to; UINT64_MAX: to none, or it is over */
    uint64_t start_us;
    int64_t wall_start_us;
    unsigned scale;
    struct linger_state linger; /* looks that long before it sleeps */
    bool waits;
    uint64_t woke_us; /* when it last ceased to wait */
    bool stop;
    struct watch *always; /* watches of descriptors that never block */
};

struct watch {
    struct loop_real *loop;
    struct fd_watch *w;
    struct event *ev;
    short events;
    bool is_always;
    struct watch *next;
};

static uint64_t clock_us(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (uint64_t)ts.tv_sec * US_PER_S + (uint64_t)ts.tv_nsec / 1000;
}

static uint64_t real_now(struct loop *loop)
{
    struct loop_real *r = (struct loop_real *)loop;
    return (clock_us(CLOCK_MONOTONIC) - r->start_us) * r->scale;
}

static int64_t real_wall(struct loop *loop)
{
    struct loop_real *r = (struct loop_real *)loop;
    if (r->scale == 1)
        return (int64_t)clock_us(CLOCK_REALTIME);
    return r->wall_start_us + (int64_t)real_now(loop);
}

static void real_woken(struct loop_real *r)
{
    if (r->waits)
        r->woke_us = clock_us(CLOCK_MONOTONIC);
    r->waits = false;
}

static void on_fd(evutil_socket_t fd, short what, void *arg)
{
    struct watch *watch = arg;
    struct fd_watch *w = watch->w;
    struct loop *loop = &watch->loop->common;
    unsigned events = (what & EV_READ ? FD_READ : 0) | (what & EV_WRITE ? FD_WRITE : 0);
    (void)fd;
    real_woken(watch->loop);
    if (loop->account)
        account_wake(loop->account, w->owner ? w->owner : ACCOUNT_LOOP);
    w->fn(w->arg, events);
}

static void watch_forget(struct watch *watch)
{
    if (watch->is_always) {
        struct watch **at = &watch->loop->always;
        while (*at != watch)
            at = &(*at)->next;
        *at = watch->next;
        watch->is_always = false;
    }
    if (watch->ev) {
        event_free(watch->ev);
        watch->ev = NULL;
    }
}

static void real_fd_clear(struct loop *loop, struct fd_watch *w)
{
    (void)loop;
    struct watch *watch = w->impl;
    w->impl = NULL;
    watch_forget(watch);
    mem_free(watch);
}

static int real_fd_set(struct loop *loop, struct fd_watch *w, unsigned events)
{
    struct loop_real *r = (struct loop_real *)loop;
    struct watch *watch = w->impl;
    if (!watch) {
        watch = NEW(struct watch);
        watch->loop = r;
        watch->w = w;
        w->impl = watch;
    }
    watch_forget(watch);
    watch->events = (short)((events & FD_READ ? EV_READ : 0) | (events & FD_WRITE ? EV_WRITE : 0));
    if (!watch->events) {
        real_fd_clear(loop, w);
        return 0;
    }

    int err = ENOMEM;
    watch->ev = event_new(r->base, w->fd, watch->events | EV_PERSIST, on_fd, watch);
    if (watch->ev) {
        errno = 0;
        if (event_add(watch->ev, NULL) == 0)
            return 0;
        err = errno ? errno : EIO;
        event_free(watch->ev);
        watch->ev = NULL;
    }
    if (err == EPERM) {
        watch->ev = event_new(r->base, -1, EV_PERSIST, on_fd, watch);
        if (watch->ev) {
            watch->is_always = true;
            watch->next = r->always;
            r->always = watch;
            return 0;
        }
        err = ENOMEM;
    }
    real_fd_clear(loop, w);
    return -err;
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
    struct loop_real *r = arg;
    (void)fd;
    (void)what;
    real_woken(r);
    r->armed = UINT64_MAX;
}

/* Wake for the earliest deadline: the timer is set again only when that has changed, and not for one that is over: setting and hearing it takes ten times as long
 * as the turn. */
static void real_arm(struct loop_real *r)
{
    uint64_t due = loop_next_due(&r->common);
    if (due == r->armed)
        return;
    if (due <= real_now(&r->common)) {
        event_active(r->deadline, EV_READ, 0);
        return;
    }
    struct itimerspec at = {0}; /* never */
    if (due < UINT64_MAX / 2) { /* of the loop's 64 bits of microseconds the first half is 290,000 years */
        uint64_t us = r->start_us + due / r->scale + (due % r->scale != 0);
        at.it_value = (struct timespec){.tv_sec = (time_t)(us / US_PER_S), .tv_nsec = (long)(us % US_PER_S) * 1000};
    }
    timerfd_settime(r->deadline_fd, TFD_TIMER_ABSTIME, &at, NULL);
    r->armed = due;
}

static const struct loop_ops real_ops = {
    .now = real_now,
    .wall = real_wall,
    .fd_set = real_fd_set,
    .fd_clear = real_fd_clear,
};

/* libevent's own warnings: each comes back as a result that is looked at. */
static void log_nothing(int severity, const char *text)
{
    (void)severity;
    (void)text;
}

struct loop *loop_real_new(unsigned time_scale)
{
    event_set_log_callback(log_nothing);
    struct event_config *cfg = event_config_new();
    if (!cfg)
        return NULL;
    event_config_set_flag(cfg, EVENT_BASE_FLAG_NOLOCK);
    struct event_base *base = event_base_new_with_config(cfg);
    event_config_free(cfg);
    if (!base)
        return NULL;

    struct loop_real *r = NEW(struct loop_real);
    loop_common_init(&r->common, &real_ops);
    r->base = base;
    r->scale = time_scale ? time_scale : 1;
    r->start_us = clock_us(CLOCK_MONOTONIC);
    r->wall_start_us = (int64_t)clock_us(CLOCK_REALTIME);
    r->armed = UINT64_MAX;
    r->deadline_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (r->deadline_fd >= 0) /* by edge: nobody reads how often it went off */
        r->deadline = event_new(base, r->deadline_fd, EV_READ | EV_PERSIST | EV_ET, on_deadline, r);
    if (!r->deadline || event_add(r->deadline, NULL) != 0) {
        loop_real_free(&r->common);
        return NULL;
    }
    return &r->common;
}

void loop_real_free(struct loop *loop)
{
    if (!loop)
        return;
    struct loop_real *r = (struct loop_real *)loop;
    if (r->deadline)
        event_free(r->deadline);
    if (r->deadline_fd >= 0)
        close(r->deadline_fd);
    event_base_free(r->base);
    loop_common_free(loop);
    mem_free(r);
}

/* Call those whose descriptors are ready and the deadline, when there are any. */
static void real_look(struct loop_real *r)
{
    event_base_loop(r->base, EVLOOP_ONCE | EVLOOP_NONBLOCK | EVLOOP_NO_EXIT_ON_EMPTY);
}

static void real_linger(struct loop_real *r, uint64_t until)
{
    struct account *account = r->common.account;
    uint64_t now = 0;
    if (account)
        account_look(account);
    bool gave_way = false;
    do {
        real_look(r);
        if (!r->waits)
            return;
        if (gave_way) { /* and not to somebody who had something for us */
            linger_gave_way(&r->linger, now);
            break;
        }
        uint64_t before = clock_us(CLOCK_MONOTONIC);
        sched_yield();
        now = clock_us(CLOCK_MONOTONIC);
        gave_way = now - before >= LINGER_YIELD_US;
        if (gave_way && account)
            account_look(account); /* that time was somebody else's */
    } while (gave_way || now < until);
    if (account)
        account_sleep(account);
}

static void real_wait(struct loop_real *r)
{
    uint64_t began = clock_us(CLOCK_MONOTONIC);
    r->waits = true;
    if (r->linger.us)
        real_linger(r, began + r->linger.us);
    bool slept = r->waits;
    if (slept)
        event_base_loop(r->base, EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY);
    if (!r->waits)
        linger_waited(&r->linger, began, r->woke_us, slept);
    r->waits = false;
}

void loop_real_run(struct loop *loop)
{
    struct loop_real *r = (struct loop_real *)loop;
    r->stop = false;
    account_enter(loop, ACCOUNT_LOOP);
    for (;;) {
        loop_run_due(loop, real_now(loop));
        if (r->stop)
            break;
        for (struct watch *watch = r->always; watch; watch = watch->next)
            event_active(watch->ev, watch->events, 0);
        real_arm(r);
        if (loop->account)
            account_sleep(loop->account);
        if (loop->deferred_head)
            real_look(r);
        else
            real_wait(r);
        if (loop->account)
            account_wake(loop->account, (enum account_owner)loop->account_at); /* nobody else was woken */
    }
}

void loop_real_stop(struct loop *loop)
{
    ((struct loop_real *)loop)->stop = true;
}
