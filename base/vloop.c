/* vloop.c: virtual time. The clock is a number; a turn runs what is due at it, and when nothing is due it jumps to the earliest deadline of the shared heap (base/timer.c).
 * File descriptors do not exist here: fd_watch answers -ENOSYS, and wires are simulated with timers.
 *
 * A run that goes on for ever at one instant (timers of delay 0 that set each other) would hang a test: after a million turns without time passing the
 * program aborts and says so. A replay, whose applets are not ours, lets such turns take time instead (vloop_pace).
 *
 * Work: the sum runs at once, its done by a timer of delay 0, so that completion is always a later turn and in the order asked for. */
#include "espial/vloop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "espial/account.h"
#include "espial/mem.h"

enum { STILL_MAX = 1000000 };

struct vloop {
    struct loop common; /* first */
    uint64_t now;
    int64_t wall_start_us;
    unsigned still; /* turns since the clock moved by itself */
    unsigned pace_turns;
    uint64_t pace_us; /* 0: turns take no time */
};

static uint64_t v_now(struct loop *loop)
{
    return ((struct vloop *)loop)->now;
}

static int64_t v_wall(struct loop *loop)
{
    struct vloop *v = (struct vloop *)loop;
    return v->wall_start_us + (int64_t)v->now;
}

static int v_fd_set(struct loop *loop, struct fd_watch *w, unsigned events)
{
    (void)loop;
    (void)w;
    (void)events;
    return -ENOSYS;
}

static void v_fd_clear(struct loop *loop, struct fd_watch *w)
{
    (void)loop;
    (void)w;
}

static const struct loop_ops v_ops = {.now = v_now, .wall = v_wall, .fd_set = v_fd_set, .fd_clear = v_fd_clear};

/* Sums take no virtual time: whose they are is kept, how long they took is not. */
static uint64_t v_fast(void *arg)
{
    return ((struct vloop *)arg)->now * 1000;
}

static uint64_t v_cpu(void *arg)
{
    (void)arg;
    return 0;
}

struct loop *vloop_new(int64_t wall_start_us)
{
    struct vloop *v = NEW(struct vloop);
    loop_common_init(&v->common, &v_ops);
    v->wall_start_us = wall_start_us;
    account_new(&v->common, &(const struct account_clock){.fast = v_fast, .cpu = v_cpu, .arg = v});
    return &v->common;
}

void vloop_free(struct loop *loop)
{
    if (!loop)
        return;
    account_free(loop->account);
    loop_common_free(loop);
    mem_free(loop);
}

/* A turn, if there is anything to do up to `limit`. */
static bool v_turn(struct vloop *v, uint64_t limit)
{
    struct loop *loop = &v->common;
    if (!loop->deferred_head) {
        uint64_t due = loop_next_due(loop);
        if (due == UINT64_MAX || due > limit)
            return false;
        if (due > v->now) {
            v->now = due;
            v->still = 0;
        }
    }
    if (++v->still > v->pace_turns && v->pace_us) {
        v->now += v->pace_us;
    } else if (v->still > STILL_MAX) {
        fprintf(stderr, "vloop: a million turns at %llu us: work sets itself again for ever\n",
                (unsigned long long)v->now);
        abort();
    }
    loop_run_due(loop, v->now);
    return true;
}

void vloop_pace(struct loop *loop, unsigned turns, uint64_t us)
{
    struct vloop *v = (struct vloop *)loop;
    v->pace_turns = turns;
    v->pace_us = us;
}

static uint64_t v_end(const struct vloop *v, uint64_t us)
{
    return us < UINT64_MAX - 1 - v->now ? v->now + us : UINT64_MAX - 1;
}

static void v_move(struct vloop *v, uint64_t to)
{
    if (to > v->now) {
        v->now = to;
        v->still = 0;
    }
}

bool vloop_step(struct loop *loop)
{
    return v_turn((struct vloop *)loop, UINT64_MAX - 1);
}

void vloop_run_for(struct loop *loop, uint64_t us)
{
    struct vloop *v = (struct vloop *)loop;
    uint64_t end = v_end(v, us);
    v->still = 0;
    while (v_turn(v, end))
        ;
    v_move(v, end);
}

bool vloop_run_until(struct loop *loop, bool (*pred)(void *arg), void *arg, uint64_t us_max)
{
    struct vloop *v = (struct vloop *)loop;
    uint64_t end = v_end(v, us_max);
    while (!pred(arg)) {
        if (!v_turn(v, end)) {
            v_move(v, end);
            return pred(arg);
        }
    }
    return true;
}

struct work_job {
    struct vwork *owner;
    struct timer timer;
    void (*done)(void *arg);
    void *arg;
    struct work_job *next;
};

struct vwork {
    struct work common; /* first */
    struct loop *loop;
    struct work_job *jobs;
};

static void job_unlink(struct work_job *job)
{
    struct work_job **at = &job->owner->jobs;
    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
}

static void job_done(void *arg)
{
    struct work_job *job = arg;
    void (*done)(void *) = job->done;
    void *done_arg = job->arg;
    job_unlink(job);
    mem_free(job);
    done(done_arg);
}

static struct work_job *vwork_run(struct work *w, void (*fn)(void *arg), void *arg, void (*done)(void *arg))
{
    struct vwork *v = (struct vwork *)w;
    struct work_job *job = NEW(struct work_job);
    job->owner = v;
    job->done = done;
    job->arg = arg;
    job->next = v->jobs;
    v->jobs = job;
    timer_init(&job->timer, v->loop, job_done, job);
    timer_set(&job->timer, 0);
    fn(arg);
    return job;
}

static void vwork_cancel(struct work *w, struct work_job *job)
{
    (void)w;
    timer_clear(&job->timer);
    job_unlink(job);
    mem_free(job);
}

static const struct work_ops vwork_ops = {.run = vwork_run, .cancel = vwork_cancel};

struct work *vwork_new(struct loop *loop)
{
    struct vwork *v = NEW(struct vwork);
    v->common.ops = &vwork_ops;
    v->loop = loop;
    return &v->common;
}

void vwork_free(struct work *w)
{
    if (!w)
        return;
    struct vwork *v = (struct vwork *)w;
    while (v->jobs)
        vwork_cancel(w, v->jobs);
    mem_free(v);
}
