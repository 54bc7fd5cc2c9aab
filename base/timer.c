/* timer.c: what the real and the virtual loop share: the heap of timers and the queue of deferred work.
 *
 * Timers stand in a binary heap of pointers (1-based, so that position 0 can mean "not pending"), ordered by deadline and then by the order in which they were
 * set; setting, moving and clearing are O(log n) because each timer knows its place. Nothing here asks the system for the time: the implementation's `now` does.
 *
 * One turn: loop_run_due takes every timer due at `now` that was set before the turn began, then the deferred queue. A timer set by a callback waits
 * for the next turn even when it is due at once, so two owners may hand each other work for ever without starving file descriptors. Deferred work that defers more work is
 * run in the same turn until nothing is left, but at most DEFER_MAX pieces, and none is begun after TURN_US: a circle costs turns, it does not stop the clock, and
 * what takes long in many pieces (commands typed ahead) leaves descriptors their turn in between. In virtual time nothing takes long. */
#include "espial/loop.h"

#include "espial/account.h"
#include "espial/mem.h"

enum { HEAP_MIN = 32, DEFER_MAX = 1000, TURN_US = 2000 };

uint64_t loop_now(struct loop *loop)
{
    return loop->ops->now(loop);
}

int64_t loop_wall(struct loop *loop)
{
    return loop->ops->wall(loop);
}

static void loop_rearm(struct loop *loop)
{
    if (loop->ops->rearm)
        loop->ops->rearm(loop);
}

static inline bool timer_before(const struct timer *a, const struct timer *b)
{
    return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static inline void heap_place(struct loop *loop, struct timer *t, size_t at)
{
    loop->heap[at] = t;
    t->heap_pos = at;
}

static void heap_up(struct loop *loop, struct timer *t, size_t at)
{
    for (; at > 1 && timer_before(t, loop->heap[at / 2]); at /= 2)
        heap_place(loop, loop->heap[at / 2], at);
    heap_place(loop, t, at);
}

static void heap_down(struct loop *loop, struct timer *t, size_t at)
{
    for (;;) {
        size_t child = 2 * at;
        if (child > loop->heap_len)
            break;
        if (child < loop->heap_len && timer_before(loop->heap[child + 1], loop->heap[child]))
            child++;
        if (!timer_before(loop->heap[child], t))
            break;
        heap_place(loop, loop->heap[child], at);
        at = child;
    }
    heap_place(loop, t, at);
}

static void heap_remove(struct loop *loop, struct timer *t)
{
    size_t at = t->heap_pos;
    struct timer *last = loop->heap[loop->heap_len--];
    t->heap_pos = 0;
    if (last == t)
        return;
    if (at > 1 && timer_before(last, loop->heap[at / 2]))
        heap_up(loop, last, at);
    else
        heap_down(loop, last, at);
}

void timer_init(struct timer *t, struct loop *loop, void (*fn)(void *arg), void *arg)
{
    *t = (struct timer){.loop = loop, .fn = fn, .arg = arg, .owner = (uint8_t)account_owner(loop)};
}

void timer_set(struct timer *t, uint64_t delay_us)
{
    struct loop *loop = t->loop;
    uint64_t now = loop_now(loop);
    if (t->heap_pos)
        heap_remove(loop, t);
    t->due = delay_us < UINT64_MAX - 1 - now ? now + delay_us : UINT64_MAX - 1;
    t->order = loop->order++;
    if (loop->heap_len + 1 >= loop->heap_cap) {
        loop->heap_cap = loop->heap_cap ? loop->heap_cap * 2 : HEAP_MIN;
        loop->heap = mem_resize(loop->heap, loop->heap_cap, sizeof(struct timer *));
    }
    loop->heap_len++;
    heap_up(loop, t, loop->heap_len);
    if (t->heap_pos == 1)
        loop_rearm(loop);
}

void timer_clear(struct timer *t)
{
    if (!t->heap_pos)
        return;
    bool was_first = t->heap_pos == 1;
    heap_remove(t->loop, t);
    if (was_first)
        loop_rearm(t->loop);
}

uint64_t timer_left(const struct timer *t)
{
    if (!t->heap_pos)
        return 0;
    uint64_t now = loop_now(t->loop);
    return t->due > now ? t->due - now : 0;
}

void loop_defer(struct loop *loop, struct deferred *d)
{
    if (d->queued)
        return;
    bool first = !loop->deferred_head;
    d->queued = true;
    d->owner = (uint8_t)account_owner(loop);
    d->next = NULL;
    *loop->deferred_tail = d;
    loop->deferred_tail = &d->next;
    if (first)
        loop_rearm(loop);
}

void loop_undefer(struct loop *loop, struct deferred *d)
{
    if (!d->queued)
        return;
    struct deferred **at = &loop->deferred_head;
    while (*at && *at != d)
        at = &(*at)->next;
    if (!*at)
        return;
    *at = d->next;
    if (!d->next)
        loop->deferred_tail = at;
    d->queued = false;
    d->next = NULL;
}

int fd_watch(struct fd_watch *w, struct loop *loop, int fd, unsigned events, void (*fn)(void *arg, unsigned events),
             void *arg)
{
    w->loop = loop;
    w->fd = fd;
    w->fn = fn;
    w->arg = arg;
    if (!w->impl)
        w->owner = (uint8_t)account_owner(loop);
    return loop->ops->fd_set(loop, w, events);
}

void fd_unwatch(struct fd_watch *w)
{
    if (w->impl)
        w->loop->ops->fd_clear(w->loop, w);
}

void loop_common_init(struct loop *loop, const struct loop_ops *ops)
{
    *loop = (struct loop){.ops = ops};
    loop->deferred_tail = &loop->deferred_head;
}

void loop_common_free(struct loop *loop)
{
    for (size_t i = 1; i <= loop->heap_len; i++)
        loop->heap[i]->heap_pos = 0;
    mem_free(loop->heap);
    loop->heap = NULL;
    loop->heap_len = loop->heap_cap = 0;
    loop->deferred_head = NULL;
    loop->deferred_tail = &loop->deferred_head;
}

uint64_t loop_next_due(const struct loop *loop)
{
    return loop->heap_len ? loop->heap[1]->due : UINT64_MAX;
}

size_t loop_run_due(struct loop *loop, uint64_t now)
{
    size_t ran = 0;
    uint64_t turn = loop->order;
    enum account_owner was = account_owner(loop);
    while (loop->heap_len) {
        struct timer *t = loop->heap[1];
        if (t->due > now || t->order >= turn)
            break;
        heap_remove(loop, t);
        account_enter(loop, t->owner ? t->owner : was);
        t->fn(t->arg);
        ran++;
    }
    uint64_t end = loop->deferred_head ? loop_now(loop) + TURN_US : 0;
    for (size_t n = 0; loop->deferred_head && n < DEFER_MAX && (n == 0 || loop_now(loop) < end); n++) {
        struct deferred *d = loop->deferred_head;
        loop->deferred_head = d->next;
        if (!d->next)
            loop->deferred_tail = &loop->deferred_head;
        d->queued = false;
        d->next = NULL;
        account_enter(loop, d->owner ? d->owner : was);
        d->fn(d->arg);
        ran++;
    }
    account_leave(loop, was);
    return ran;
}
