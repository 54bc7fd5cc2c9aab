/* sched.c: which run gets a thread, and when.
 *
 * Every trigger is a new run, also of an applet that is running already. Runs of a class (default, A-Z) start in order
 * of their events; `event manager scheduler` says how many of a class may run at once (32 by default), the others are
 * pending. "Threads" are only places: all runs share the loop, each gives it back after every action.
 *
 * A message of a run may start applets, the same one included; two bounds keep such a circle from eating the router. A
 * class holds at most SCHED_QUEUE_MAX pending runs, each little more than the variables of its event; further triggers are
 * lost and counted, and one line says so until the queue has emptied to half. And at most STARTS_MAX runs start within a
 * second, of which no more than STARTS_TURN in one turn of the loop, which leaves it to everybody else in between; a
 * line a minute at most says when a second was used up.
 *
 * Classes that one line of `event manager scheduler applet thread` names share their threads; every other class has as
 * many as the default class. `suspend` starts nothing until it is taken back; a job that is held waits beside its queue
 * until it is released, and comes back to the place that its event gives it. */
#include <malloc.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "eem/eem_local.h"

#define STARTS_MAX  1000
#define STARTS_TURN 16
#define SWOLLEN     10000 /* jobs whose memory, tens of megabytes, is worth giving back */

MSG(QUEUE_FULL, "HA_EM", 4, "FMS_QUEUE_FULL", 60000,
    "Queue of class %s is full (%d jobs), event for applet %s is discarded");

MSG(TOO_OFTEN, "HA_EM", 4, "FMS_STARTS", 60000, "More than %d policies were started within a second, others wait");

static const char *const class_names[JOB_CLASSES] = {
    "default", "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M",
    "N",       "O", "P", "Q", "R", "S", "T", "U", "V", "W", "X", "Y", "Z",
};

const char *sched_class_name(uint8_t job_class)
{
    return class_names[job_class < JOB_CLASSES ? job_class : 0];
}

uint8_t sched_class_of(const struct applet_conf *a)
{
    for (uint8_t i = 1; i < JOB_CLASSES; i++)
        if (!strcmp(a->class_name, class_names[i]))
            return i;
    return 0;
}

void run_link(struct run **head, struct run *r)
{
    r->link = head;
    r->next = *head;
    if (r->next)
        r->next->link = &r->next;
    *head = r;
}

void run_unlink(struct run *r)
{
    *r->link = r->next;
    if (r->next)
        r->next->link = r->link;
    r->next = NULL;
    r->link = NULL;
}

static void unqueue(struct job_class *c, struct run *r)
{
    if (!r->next)
        c->queue_tail = r->link;
    run_unlink(r);
    c->queued--;
}

static struct run *take(struct job_class *c)
{
    struct run *r = c->queue_head;
    unqueue(c, r);
    return r;
}

/* The line of threads that serves a class; NULL: the class has threads of its own. */
static const struct threads_conf *serves(const struct eem *e, size_t job_class)
{
    CONF_EACH(const struct threads_conf, t, &e->conf.class_threads)
    {
        char name = job_class ? class_names[job_class][0] : '\0', last = t->classes[1] ? t->classes[2] : t->classes[0];
        if (name >= t->classes[0] && name <= last)
            return t;
    }
    return NULL;
}

static unsigned busy(const struct eem *e, const struct threads_conf *t)
{
    unsigned n = 0;
    for (size_t i = 1; i < JOB_CLASSES; i++)
        if (serves(e, i) == t)
            n += e->classes[i].running;
    return n;
}

static bool has_thread(const struct eem *e, size_t job_class)
{
    const struct threads_conf *t = serves(e, job_class);
    return t ? busy(e, t) < t->number : e->classes[job_class].running < e->conf.threads;
}

static bool may_start(struct eem *e)
{
    uint64_t now = loop_now(e->env.loop);
    if (!e->started_this_second || now - e->second_began >= US_PER_S) {
        e->second_began = now;
        e->started_this_second = 0;
    }
    if (e->started_this_second < STARTS_MAX) {
        e->started_this_second++;
        return true;
    }
    msg_post(e->env.log, &TOO_OFTEN, STARTS_MAX);
    e->throttled++;
    timer_set(&e->dispatch, e->second_began + US_PER_S - now);
    return false;
}

/* The flood is over. */
static void subside(struct eem *e)
{
    if (!e->swollen || e->running)
        return;
    for (size_t i = 0; i < JOB_CLASSES; i++)
        if (e->classes[i].queue_head || e->classes[i].held)
            return;
    e->swollen = false;
    (void)malloc_trim(0); /* milliseconds, and the machine has it back */
}

static void dispatch(void *arg)
{
    struct eem *e = arg;
    unsigned now = 0;
    subside(e);
    if (e->conf.suspended)
        return;
    for (size_t i = 0; i < JOB_CLASSES; i++) {
        struct job_class *c = &e->classes[i];
        while (c->queue_head && has_thread(e, i)) {
            if (now++ == STARTS_TURN) {
                timer_set(&e->dispatch, 0);
                return;
            }
            if (!may_start(e))
                return;
            struct run *r = take(c);
            if (c->queued <= SCHED_QUEUE_MAX / 2)
                c->overflowing = false;
            c->running++;
            run_link(&e->running, r);
            debug_started(r);
            run_start(r);
        }
    }
}

void sched_init(struct eem *e)
{
    timer_init(&e->dispatch, e->env.loop, dispatch, e);
    for (size_t i = 0; i < JOB_CLASSES; i++)
        e->classes[i].queue_tail = &e->classes[i].queue_head;
}

void sched_kick(struct eem *e)
{
    if (!timer_pending(&e->dispatch))
        timer_set(&e->dispatch, 0);
}

bool sched_submit(struct eem *e, struct run *r)
{
    struct job_class *c = &e->classes[r->job_class];
    if (c->queued >= SCHED_QUEUE_MAX) {
        if (!c->overflowing)
            msg_post(e->env.log, &QUEUE_FULL, sched_class_name(r->job_class), SCHED_QUEUE_MAX, r->applet->conf.name);
        c->overflowing = true;
        e->dropped++;
        return false;
    }
    debug_queued(r);
    e->triggered++;
    r->link = c->queue_tail;
    *c->queue_tail = r;
    c->queue_tail = &r->next;
    if (++c->queued > e->queued_max)
        e->queued_max = c->queued;
    e->swollen |= c->queued > SWOLLEN;
    sched_kick(e);
    return true;
}

void sched_ended(struct eem *e, struct run *r)
{
    run_unlink(r);
    e->classes[r->job_class].running--;
    sched_kick(e);
}

/* Nobody waits for it any longer. */
static void drop(struct run *r)
{
    struct eem_caller caller = r->caller;
    run_free(r);
    if (caller.done)
        caller.done(caller.arg, &(struct eem_run_end){.ok = false});
}

void sched_stop(struct eem *e)
{
    timer_clear(&e->dispatch);
    while (e->running) {
        struct run *r = e->running;
        run_unlink(r);
        e->classes[r->job_class].running--;
        drop(r);
    }
    for (size_t i = 0; i < JOB_CLASSES; i++)
        for (struct job_class *c = &e->classes[i]; c->queue_head || c->held;) {
            struct run *r = c->held;
            if (r)
                run_unlink(r);
            else
                r = take(c);
            drop(r);
        }
}

static void describe(const struct run *r, const char *status, struct eem_job_info *out)
{
    *out = (struct eem_job_info){
        .job = r->job,
        .applet = r->applet->conf.name,
        .event_name = r->event_name,
        .class_name = sched_class_name(r->job_class),
        .event_wall = r->event_wall,
        .status = status,
    };
}

/* The one that was begun after it: those begun last stand first. */
static const struct run *begun_after(const struct eem *e, const struct run *r)
{
    return r->link == &e->running ? NULL : (const struct run *)((const char *)r->link - offsetof(struct run, next));
}

bool eem_active_next(const struct eem *e, struct eem_job_cursor *cursor, struct eem_job_info *out)
{
    if (!cursor->next && !cursor->list++)
        for (const struct run *r = e->running; r; r = r->next)
            cursor->next = r;
    if (!cursor->next)
        return false;
    describe(cursor->next, "running", out);
    cursor->next = begun_after(e, cursor->next);
    return true;
}

/* Queues of all classes, then what is held beside them. */
bool eem_pending_next(const struct eem *e, struct eem_job_cursor *cursor, struct eem_job_info *out)
{
    while (!cursor->next) {
        if (cursor->list == 2 * JOB_CLASSES)
            return false;
        const struct job_class *c = &e->classes[cursor->list % JOB_CLASSES];
        cursor->next = cursor->list < JOB_CLASSES ? c->queue_head : c->held;
        cursor->list++;
    }
    describe(cursor->next, cursor->list <= JOB_CLASSES ? "pend" : "held", out);
    cursor->next = cursor->next->next;
    return true;
}

/* ---- event manager scheduler clear, hold, release, modify */

static bool chosen(const struct run *r, const struct eem_choice *which)
{
    return (!which->job || r->job == which->job) &&
           (!which->class_name || !strcmp(sched_class_name(r->job_class), which->class_name));
}

/* Behind those of earlier events. */
static void put_back(struct job_class *c, struct run *r)
{
    struct run **at = &c->queue_head,
               *end = *at ? (struct run *)(void *)((char *)c->queue_tail - offsetof(struct run, next)) : NULL;
    if (end && end->job < r->job)
        at = c->queue_tail;
    while (*at && (*at)->job < r->job)
        at = &(*at)->next;
    bool last = !*at;
    run_link(at, r);
    if (last)
        c->queue_tail = &r->next;
    c->queued++;
}

unsigned eem_jobs_clear(struct eem *e, const struct eem_choice *which)
{
    unsigned n = 0;
    for (struct run *r = e->running, *next; r; r = next) {
        next = r->next;
        if (chosen(r, which)) {
            run_halt(r);
            n++;
        }
    }
    for (size_t i = 0; i < JOB_CLASSES; i++) {
        struct job_class *c = &e->classes[i];
        for (struct run *r = c->queue_head, *next; r; r = next) {
            next = r->next;
            if (!chosen(r, which))
                continue;
            unqueue(c, r);
            drop(r);
            n++;
        }
        for (struct run *r = c->held, *next; r; r = next) {
            next = r->next;
            if (!chosen(r, which))
                continue;
            run_unlink(r);
            drop(r);
            n++;
        }
    }
    return n;
}

unsigned eem_jobs_hold(struct eem *e, const struct eem_choice *which)
{
    unsigned n = 0;
    for (size_t i = 0; i < JOB_CLASSES; i++) {
        struct job_class *c = &e->classes[i];
        struct run **end = &c->held;
        while (*end)
            end = &(*end)->next;
        for (struct run *r = c->queue_head, *next; r; r = next) {
            next = r->next;
            if (!chosen(r, which))
                continue;
            unqueue(c, r);
            run_link(end, r);
            end = &r->next;
            n++;
        }
    }
    return n;
}

unsigned eem_jobs_release(struct eem *e, const struct eem_choice *which)
{
    unsigned n = 0;
    for (size_t i = 0; i < JOB_CLASSES; i++)
        for (struct run *r = e->classes[i].held, *next; r; r = next) {
            next = r->next;
            if (!chosen(r, which))
                continue;
            run_unlink(r);
            put_back(&e->classes[i], r);
            n++;
        }
    sched_kick(e);
    return n;
}

unsigned eem_jobs_modify(struct eem *e, const struct eem_choice *which, const char *class_name)
{
    uint8_t to = 0;
    unsigned n = 0;
    while (to < JOB_CLASSES && strcmp(class_names[to], class_name))
        to++;
    for (size_t i = 0; i < JOB_CLASSES && to < JOB_CLASSES; i++)
        for (struct run *r = e->classes[i].queue_head, *next; r; r = next) {
            next = r->next;
            if (i == to || !chosen(r, which))
                continue;
            unqueue(&e->classes[i], r);
            r->job_class = to;
            put_back(&e->classes[to], r);
            n++;
        }
    sched_kick(e);
    return n;
}

bool eem_threads_next(const struct eem *e, size_t *cursor, struct eem_threads_info *out)
{
    const struct conf_list *more = &e->conf.class_threads;
    size_t at = (*cursor)++;
    if (!at) {
        *out = (struct eem_threads_info){"default", e->conf.threads, e->classes[0].running};
        return true;
    }
    if (at > more->n)
        return false;
    const struct threads_conf *t = more->v[at - 1];
    *out = (struct eem_threads_info){t->classes, t->number, busy(e, t)};
    return true;
}

void eem_queue_info(const struct eem *e, struct eem_queue_info *out)
{
    uint64_t us = e->run_us_total;
    *out = (struct eem_queue_info){.triggered = e->triggered, .dropped = e->dropped, .max = SCHED_QUEUE_MAX};
    for (size_t i = 0; i < JOB_CLASSES; i++)
        out->size += e->classes[i].queued;
    out->average_us = e->runs ? us / e->runs : 0;
    out->largest = e->queued_max;
    out->throttled = e->throttled;
    out->given_up = e->patterns_given_up;
}
