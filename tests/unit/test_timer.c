/* test_timer.c: timers, deferred work and descriptors, on the virtual loop and on the real one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/linger.h"
#include "tests/sim/vloop.h"

/* What happened, as letters in order. */
struct trace {
    struct loop *loop;
    char s[64];
    size_t n;
    uint64_t at[64];
};

struct tracer {
    struct timer timer;
    struct deferred defer;
    struct trace *trace;
    char name;
    void (*then)(struct tracer *);
    struct tracer *other;
    int left;
};

static void trace_add(struct tracer *t)
{
    t->trace->at[t->trace->n] = loop_now(t->trace->loop);
    t->trace->s[t->trace->n++] = t->name;
}

static void fired(void *arg)
{
    struct tracer *t = arg;
    trace_add(t);
    if (t->then)
        t->then(t);
}

static struct tracer tracer(struct trace *trace, char name)
{
    struct tracer t = {.trace = trace, .name = name};
    return t;
}

static void tracer_arm(struct tracer *t)
{
    timer_init(&t->timer, t->trace->loop, fired, t);
    t->defer = (struct deferred){.fn = fired, .arg = t};
}

static void timers_fire_in_order(void **state)
{
    (void)state;
    struct trace tr = {.loop = vloop_new(1000)};
    struct tracer t[5];
    for (int i = 0; i < 5; i++) {
        t[i] = tracer(&tr, (char)('a' + i));
        tracer_arm(&t[i]);
    }
    timer_set(&t[0].timer, 30);
    timer_set(&t[1].timer, 10);
    timer_set(&t[2].timer, 20);
    timer_set(&t[3].timer, 10); /* after b: the same time, set later */
    timer_set(&t[4].timer, 10);
    timer_set(&t[1].timer, 20); /* moved: now behind c */
    timer_clear(&t[4].timer);
    timer_clear(&t[4].timer);
    assert_true(timer_pending(&t[0].timer));
    assert_false(timer_pending(&t[4].timer));
    assert_int_equal(timer_left(&t[0].timer), 30);
    assert_int_equal(timer_left(&t[4].timer), 0);

    vloop_run_for(tr.loop, 20);
    assert_string_equal(tr.s, "dcb");
    assert_int_equal(loop_now(tr.loop), 20);
    assert_int_equal(loop_wall(tr.loop), 1020);
    assert_int_equal(timer_left(&t[0].timer), 10);
    vloop_run_for(tr.loop, 5);
    assert_int_equal(loop_now(tr.loop), 25);
    vloop_run_for(tr.loop, 100);
    assert_string_equal(tr.s, "dcba");
    assert_int_equal(tr.at[0], 10);
    assert_int_equal(tr.at[1], 20);
    assert_int_equal(tr.at[2], 20);
    assert_int_equal(tr.at[3], 30);
    assert_int_equal(loop_now(tr.loop), 125);
    assert_false(vloop_step(tr.loop));
    vloop_free(tr.loop);
}

static void set_other_now(struct tracer *t)
{
    timer_set(&t->other->timer, 0);
}

static void set_self_again(struct tracer *t)
{
    if (t->left-- > 0)
        timer_set(&t->timer, 0);
}

static void zero_delay_waits_for_the_next_turn(void **state)
{
    (void)state;
    struct trace tr = {.loop = vloop_new(0)};
    struct tracer a = tracer(&tr, 'a'), b = tracer(&tr, 'b'), c = tracer(&tr, 'c');
    tracer_arm(&a);
    tracer_arm(&b);
    tracer_arm(&c);
    a.then = set_other_now;
    a.other = &c;
    timer_set(&a.timer, 0);
    timer_set(&b.timer, 0);
    assert_true(vloop_step(tr.loop));
    assert_string_equal(tr.s, "ab"); /* c was set by a: the next turn */
    assert_true(vloop_step(tr.loop));
    assert_string_equal(tr.s, "abc");

    a.then = set_self_again;
    a.left = 3;
    timer_set(&a.timer, 5);
    for (int i = 0; i < 4; i++)
        assert_true(vloop_step(tr.loop)); /* one a turn */
    assert_false(vloop_step(tr.loop));
    assert_string_equal(tr.s, "abcaaaa");
    assert_int_equal(loop_now(tr.loop), 5);
    vloop_free(tr.loop);
}

static void clear_other(struct tracer *t)
{
    timer_clear(&t->other->timer);
}

static void a_callback_may_clear_one_due_with_it(void **state)
{
    (void)state;
    struct trace tr = {.loop = vloop_new(0)};
    struct tracer a = tracer(&tr, 'a'), b = tracer(&tr, 'b');
    tracer_arm(&a);
    tracer_arm(&b);
    a.then = clear_other;
    a.other = &b;
    timer_set(&a.timer, 1);
    timer_set(&b.timer, 1);
    vloop_run_for(tr.loop, 10);
    assert_string_equal(tr.s, "a");
    vloop_free(tr.loop);
}

static void defer_other(struct tracer *t)
{
    loop_defer(t->trace->loop, &t->other->defer);
}

static void deferred_work_ends_the_turn(void **state)
{
    (void)state;
    struct trace tr = {.loop = vloop_new(0)};
    struct tracer a = tracer(&tr, 'a'), b = tracer(&tr, 'b'), c = tracer(&tr, 'c'), d = tracer(&tr, 'd');
    tracer_arm(&a);
    tracer_arm(&b);
    tracer_arm(&c);
    tracer_arm(&d);
    a.then = defer_other;
    a.other = &c;
    c.then = defer_other; /* deferred work may defer more: the same turn */
    c.other = &d;
    timer_set(&a.timer, 1);
    timer_set(&b.timer, 1);
    assert_true(vloop_step(tr.loop));
    assert_string_equal(tr.s, "abcd");

    memset(tr.s, 0, sizeof tr.s);
    tr.n = 0;
    a.then = c.then = NULL;
    loop_defer(tr.loop, &a.defer);
    loop_defer(tr.loop, &b.defer);
    loop_defer(tr.loop, &a.defer); /* once is enough */
    loop_defer(tr.loop, &c.defer);
    loop_undefer(tr.loop, &c.defer); /* the last */
    loop_undefer(tr.loop, &c.defer);
    loop_defer(tr.loop, &d.defer);
    loop_undefer(tr.loop, &b.defer); /* one in the middle */
    uint64_t before = loop_now(tr.loop);
    timer_set(&b.timer, 7);
    assert_true(vloop_step(tr.loop));
    assert_string_equal(tr.s, "ad");
    assert_int_equal(loop_now(tr.loop), before); /* before time moves */
    vloop_free(tr.loop);
}

struct circle {
    struct loop *loop;
    struct deferred d;
    struct timer *timer;
    unsigned n;
};

static void go_round(void *arg)
{
    struct circle *c = arg;
    if (c->n++ == 0)
        timer_set(c->timer, 0);
    loop_defer(c->loop, &c->d);
}

/* Deferred work that defers itself for ever: a timer due meanwhile gets its turn. */
static void a_circle_of_deferred_work_does_not_starve_timers(void **state)
{
    (void)state;
    struct trace tr = {.loop = vloop_new(0)};
    struct tracer a = tracer(&tr, 'a');
    struct circle c = {.loop = tr.loop};
    tracer_arm(&a);
    c.d = (struct deferred){.fn = go_round, .arg = &c};
    c.timer = &a.timer;
    loop_defer(tr.loop, &c.d);
    assert_true(vloop_step(tr.loop));
    assert_true(c.n > 1);
    assert_true(vloop_step(tr.loop));
    assert_string_equal(tr.s, "a");
    loop_undefer(tr.loop, &c.d);
    assert_false(vloop_step(tr.loop));
    vloop_free(tr.loop);
}

/* Hundreds of timers set, moved and cleared at random fire in the order of (deadline, last set). */
struct random_timer {
    struct timer timer;
    uint64_t due, order;
    bool set;
};
struct random_run {
    struct loop *loop;
    uint64_t last_due, last_order;
    size_t fired;
};
struct random_arg {
    struct random_timer *t;
    struct random_run *run;
};

static void random_fired(void *arg)
{
    struct random_arg *a = arg;
    assert_true(a->t->set);
    assert_int_equal(loop_now(a->run->loop), a->t->due);
    assert_true(a->t->due > a->run->last_due || (a->t->due == a->run->last_due && a->t->order > a->run->last_order));
    a->run->last_due = a->t->due;
    a->run->last_order = a->t->order;
    a->run->fired++;
    a->t->set = false;
}

static void heap_agrees_with_a_model(void **state)
{
    enum { TIMERS = 500, STEPS = 20000 };
    (void)state;
    static struct random_timer t[TIMERS];
    static struct random_arg arg[TIMERS];
    struct random_run run = {.loop = vloop_new(0)};
    uint32_t x = 12345;
    size_t want = 0;
    for (int i = 0; i < TIMERS; i++) {
        arg[i] = (struct random_arg){&t[i], &run};
        timer_init(&t[i].timer, run.loop, random_fired, &arg[i]);
    }
    for (uint64_t step = 1; step <= STEPS; step++) {
        x = x * 1664525 + 1013904223;
        struct random_timer *r = &t[(x >> 8) % TIMERS];
        if (x >> 30 == 0) {
            timer_clear(&r->timer);
            r->set = false;
        } else {
            uint64_t delay = x >> 20 & 255;
            timer_set(&r->timer, delay);
            r->due = loop_now(run.loop) + delay;
            r->order = step;
            r->set = true;
        }
        if (step % 100 == 0)
            vloop_run_for(run.loop, 40);
    }
    for (int i = 0; i < TIMERS; i++) {
        assert_int_equal(timer_pending(&t[i].timer), t[i].set);
        want += t[i].set;
    }
    run.fired = 0;
    vloop_run_for(run.loop, 1000);
    assert_int_equal(run.fired, want);
    vloop_free(run.loop);
}

static bool trace_has_three(void *arg)
{
    return ((struct trace *)arg)->n >= 3;
}

static void rearm(struct tracer *t)
{
    timer_set(&t->timer, 10);
}

static void run_until(void **state)
{
    (void)state;
    struct trace tr = {.loop = vloop_new(0)};
    struct tracer a = tracer(&tr, 'a');
    tracer_arm(&a);
    a.then = rearm;
    timer_set(&a.timer, 10);
    assert_true(vloop_run_until(tr.loop, trace_has_three, &tr, 1000));
    assert_int_equal(loop_now(tr.loop), 30);
    tr.n = 0;
    assert_false(vloop_run_until(tr.loop, trace_has_three, &tr, 25));
    assert_int_equal(loop_now(tr.loop), 55);
    timer_clear(&a.timer);
    assert_int_equal(timer_left(&a.timer), 0);
    timer_set(&a.timer, UINT64_MAX); /* "never" does not wrap */
    vloop_run_for(tr.loop, UINT64_C(1) << 60);
    assert_int_equal(tr.n, 2);
    vloop_free(tr.loop);
}

static void no_descriptors_in_virtual_time(void **state)
{
    (void)state;
    struct loop *loop = vloop_new(0);
    struct fd_watch w = {0};
    assert_int_equal(fd_watch(&w, loop, 0, FD_READ, NULL, NULL), -ENOSYS);
    fd_unwatch(&w);
    vloop_free(loop);
}

/* The real loop. */
struct real {
    struct loop *loop;
    struct fd_watch in, out;
    struct timer timer;
    struct deferred defer;
    int fds[2];
    char got[16];
    size_t n;
    int turns;
};

static void on_readable(void *arg, unsigned events)
{
    struct real *r = arg;
    assert_int_equal(events, FD_READ);
    ssize_t n = read(r->in.fd, r->got + r->n, 1); /* level-triggered: the rest comes again */
    if (n == 1)
        r->n++;
    if (n <= 0 || r->n == 3) {
        fd_unwatch(&r->in);
        loop_real_stop(r->loop);
    }
}

static void on_writable(void *arg, unsigned events)
{
    struct real *r = arg;
    assert_int_equal(events, FD_WRITE);
    assert_int_equal(write(r->fds[1], "xyz", 3), 3);
    fd_unwatch(&r->out); /* in its own callback */
    fd_unwatch(&r->out);
}

static void real_descriptors(void **state)
{
    (void)state;
    struct real r = {.loop = loop_real_new(1)};
    assert_non_null(r.loop);
    assert_int_equal(pipe(r.fds), 0);
    assert_int_equal(fd_watch(&r.in, r.loop, r.fds[0], FD_READ | FD_WRITE, on_readable, &r), 0);
    assert_int_equal(fd_watch(&r.in, r.loop, r.fds[0], FD_READ, on_readable, &r), 0); /* changed */
    assert_int_equal(fd_watch(&r.out, r.loop, r.fds[1], FD_WRITE, on_writable, &r), 0);
    loop_real_run(r.loop);
    assert_int_equal(r.n, 3);
    assert_memory_equal(r.got, "xyz", 3);
    close(r.fds[0]);
    close(r.fds[1]);
    struct fd_watch bad = {0};
    assert_int_equal(fd_watch(&bad, r.loop, r.fds[0], FD_READ, on_readable, &r), -EBADF);
    assert_null(bad.impl);
    loop_real_free(r.loop);
}

/* Plain files and /dev/null never block: they count as readable, to their end. */
static void real_files_are_always_ready(void **state)
{
    (void)state;
    struct real r = {.loop = loop_real_new(1)};
    FILE *f = tmpfile();
    assert_non_null(f);
    assert_int_equal(write(fileno(f), "ab", 2), 2);
    lseek(fileno(f), 0, SEEK_SET);
    assert_int_equal(fd_watch(&r.in, r.loop, fileno(f), FD_READ, on_readable, &r), 0);
    loop_real_run(r.loop);
    assert_int_equal(r.n, 2);
    fclose(f);

    int null = open("/dev/null", O_RDONLY);
    assert_int_equal(fd_watch(&r.in, r.loop, null, FD_READ, on_readable, &r), 0);
    loop_real_run(r.loop);
    assert_int_equal(r.n, 2);
    close(null);
    loop_real_free(r.loop);
}

static void stop(void *arg)
{
    loop_real_stop(((struct real *)arg)->loop);
}

static void defer_stop(void *arg)
{
    struct real *r = arg;
    loop_defer(r->loop, &r->defer);
}

static void real_time_runs_scaled(void **state)
{
    (void)state;
    struct real r = {.loop = loop_real_new(100000)};
    int64_t wall = loop_wall(r.loop);
    uint64_t now = loop_now(r.loop);
    r.defer = (struct deferred){.fn = stop, .arg = &r};
    timer_init(&r.timer, r.loop, defer_stop, &r);
    timer_set(&r.timer, 600 * US_PER_S); /* 6 ms */
    loop_real_run(r.loop);
    assert_true(loop_now(r.loop) >= now + 600 * US_PER_S);
    assert_true(loop_wall(r.loop) >= wall + (int64_t)(600 * US_PER_S));
    assert_false(timer_pending(&r.timer));
    loop_real_free(r.loop);
}

static void defer_again(void *arg)
{
    struct real *r = arg;
    if (++r->turns == 5000) /* more than one turn takes: the rest must not wait for an event */
        loop_real_stop(r->loop);
    else
        loop_defer(r->loop, &r->defer);
}

static void real_deferred_work_is_not_forgotten(void **state)
{
    (void)state;
    struct real r = {.loop = loop_real_new(1)};
    r.defer = (struct deferred){.fn = defer_again, .arg = &r};
    loop_defer(r.loop, &r.defer);
    loop_real_run(r.loop);
    assert_int_equal(r.turns, 5000);
    loop_real_free(r.loop);
    loop_real_free(NULL);
}

/* A millisecond of work in each piece, and always one more: a descriptor that is ready is looked at after a few. */
static void work_on(void *arg)
{
    struct real *r = arg;
    uint64_t end = loop_now(r->loop) + 1000;
    while (loop_now(r->loop) < end)
        ;
    if (++r->turns == 500)
        loop_real_stop(r->loop);
    else
        loop_defer(r->loop, &r->defer);
}

static void real_long_work_leaves_descriptors_their_turn(void **state)
{
    (void)state;
    struct real r = {.loop = loop_real_new(1)};
    r.defer = (struct deferred){.fn = work_on, .arg = &r};
    assert_int_equal(pipe(r.fds), 0);
    assert_int_equal(write(r.fds[1], "xyz", 3), 3);
    assert_int_equal(fd_watch(&r.in, r.loop, r.fds[0], FD_READ, on_readable, &r), 0);
    loop_defer(r.loop, &r.defer);
    loop_real_run(r.loop);
    assert_int_equal(r.n, 3);
    assert_true(r.turns < 100);
    loop_undefer(r.loop, &r.defer);
    close(r.fds[0]);
    close(r.fds[1]);
    loop_real_free(r.loop);
}

/* How long to look before sleeping: none, until a sleep was short; twice as long after each that was; none again as soon as a wait was long; as it is while looking finds. */
static void lingering(void **state)
{
    static const struct {
        uint32_t was, next, waited;
        bool slept;
    } waits[] = {
        {0, 0, 1000000, true}, {0, 0, 201, true},    {0, 20, 200, true},     {0, 20, 1, true},  {20, 40, 25, true},  {40, 80, 100, true},
        {160, 200, 190, true}, {200, 200, 30, false}, {80, 80, 79, false},   {200, 0, 201, true}, {20, 0, 5000, true}, {200, 200, 200, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        struct linger_state l = {.us = waits[i].was};
        linger_waited(&l, 5000000, 5000000 + waits[i].waited, waits[i].slept);
        assert_int_equal(l.us, waits[i].next);
    }
}

/* Somebody else wants the processor: no looking for five milliseconds. */
static void lingering_gives_way(void **state)
{
    (void)state;
    struct linger_state l = {.us = 200};
    linger_gave_way(&l, 1020);
    assert_int_equal(l.us, 0);
    linger_waited(&l, 1020, 1100, true);
    assert_int_equal(l.us, 0);
    linger_waited(&l, 6000, 6019, true);
    assert_int_equal(l.us, 0);
    linger_waited(&l, 6000, 6020, true);
    assert_int_equal(l.us, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lingering),
        cmocka_unit_test(lingering_gives_way),
        cmocka_unit_test(timers_fire_in_order),
        cmocka_unit_test(zero_delay_waits_for_the_next_turn),
        cmocka_unit_test(a_callback_may_clear_one_due_with_it),
        cmocka_unit_test(deferred_work_ends_the_turn),
        cmocka_unit_test(a_circle_of_deferred_work_does_not_starve_timers),
        cmocka_unit_test(heap_agrees_with_a_model),
        cmocka_unit_test(run_until),
        cmocka_unit_test(no_descriptors_in_virtual_time),
        cmocka_unit_test(real_descriptors),
        cmocka_unit_test(real_files_are_always_ready),
        cmocka_unit_test(real_time_runs_scaled),
        cmocka_unit_test(real_deferred_work_is_not_forgotten),
        cmocka_unit_test(real_long_work_leaves_descriptors_their_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
