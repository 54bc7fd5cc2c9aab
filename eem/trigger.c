/* trigger.c: from an event to a trigger: how long after the last one, joined with which others, how often.
 *
 *     event -> ratelimit -> no `trigger` ---------------------------------------------> run
 *                        -> noted under its tag; is the correlation true now?
 *                             no  -> wait for others
 *                             yes -> count; `occurs` times reached? -> `delay` -------> run, and everything begins anew
 *
 * An event under a tag is true from its Nth time (attribute tag T occurs N) until the trigger fires or the period ends;
 * `track N` is true while the object is up. Operands are joined from left to right: `and`, `or`, and `andnot` (what
 * stands left, and not the operand). The period begins with the first event and ends after so many seconds, when all is
 * forgotten; with period-start it begins at the times of a cron entry, and what happens between two periods is not
 * counted. Where `and` joins and no period is given, it is three minutes. Whether an event did not happen is known at the end of a period: a correlation with `andnot` waits for it;
 * without a period it is judged at each event. A run has the variables of all events that led to it, those of the last
 * one on top. */
#include <stdio.h>
#include <string.h>

#include "eem/cron.h"
#include "eem/eem_local.h"
#include "espial/mem.h"

#define AND_PERIOD_MS 180000

static const char *const join_names[] = {"", "or", "and", "andnot"};

static bool has_andnot(const struct eem_operand *ops, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (ops[i].join == EEM_JOIN_ANDNOT)
            return true;
    return false;
}

static uint32_t needed(const struct trigger_conf *t, const char *tag)
{
    CONF_EACH(const struct attribute_conf, a, &t->attributes)
    if (!strcmp(a->tag, tag))
        return a->occurs;
    return 1;
}

static bool operand_true(const struct policy *p, const struct eem_operand *op)
{
    const struct eem_env *env = &p->eem->env;
    bool up = false;
    if (!op->tag[0])
        return env->track_get && env->track_get(env->arg, op->track, &up) && up;
    for (size_t i = 0; i < p->nwatches; i++)
        if (!strcmp(p->watches[i].ev->tag, op->tag) && p->watches[i].occurred >= needed(p->trigger, op->tag))
            return true;
    return false;
}

/* Without correlate every event does, once it has occurred often enough. */
static bool condition(const struct policy *p)
{
    struct eem_operand ops[EEM_OPERANDS_MAX];
    size_t n = trigger_operands(p->trigger, ops);
    bool result = false;
    for (size_t i = 0; i < n; i++) {
        bool is = operand_true(p, &ops[i]);
        switch ((enum eem_join)ops[i].join) {
        case EEM_JOIN_NONE: result = is; break;
        case EEM_JOIN_OR: result = result || is; break;
        case EEM_JOIN_AND: result = result && is; break;
        case EEM_JOIN_ANDNOT: result = result && !is; break;
        }
    }
    for (size_t i = 0; !n && i < p->nwatches; i++)
        result |= p->watches[i].occurred >= needed(p->trigger, p->watches[i].ev->tag);
    return result;
}

static void forget_events(struct policy *p)
{
    for (size_t i = 0; i < p->nwatches; i++) {
        p->watches[i].occurred = 0;
        vars_free(&p->watches[i].vars);
    }
}

static void begin_anew(struct policy *p)
{
    forget_events(p);
    p->times = 0;
    p->window = false;
    timer_clear(&p->window_end);
}

/* ---- the run */

static void delay_over(void *arg)
{
    struct run *r = arg;
    run_unlink(r);
    r->delayed_by = NULL;
    timer_clear(&r->maxrun);
    struct eem_caller caller = r->caller;
    if (sched_submit(r->eem, r))
        return;
    r->applet->suppressed++;
    run_free(r);
    if (caller.done)
        caller.done(caller.arg, &(struct eem_run_end){.ok = false});
}

static struct run *queue(struct watch *w, struct vars *vars)
{
    struct policy *p = w->policy;
    struct eem *e = p->eem;
    if (++e->last_job == 0)
        e->last_job = 1;
    struct run *r = run_new(p, w, vars, e->last_job);
    if (p->trigger && p->trigger->delay) {
        run_link(&p->delayed, r);
        r->delayed_by = p;
        timer_init(&r->step, e->env.loop, delay_over, r);
        timer_set(&r->step, p->trigger->delay * US_PER_MS);
    } else if (!sched_submit(e, r)) {
        p->applet->suppressed++;
        observe_event(w, EEM_SEEN_QUEUE_FULL, r->job, 0, 0);
        run_free(r);
        return NULL;
    }
    p->applet->triggered++;
    history_event(e, r);
    observe_event(w, EEM_SEEN_TRIGGERED, r->job, 0, 0);
    return r;
}

/* The condition is true once more. */
static struct run *fire(struct watch *w)
{
    struct policy *p = w->policy;
    p->times++;
    if (p->times < p->trigger->occurs) {
        forget_events(p);
        return NULL;
    }
    struct vars vars = {0};
    for (size_t i = 0; i < p->nwatches; i++)
        if (&p->watches[i] != w)
            vars_add(&vars, &p->watches[i].vars);
    vars_add(&vars, &w->vars);
    struct run *r = queue(w, &vars);
    begin_anew(p);
    return r;
}

static void window_ended(void *arg)
{
    struct policy *p = arg;
    struct eem_operand ops[EEM_OPERANDS_MAX];
    struct watch *last = NULL;
    for (size_t i = 0; i < p->nwatches; i++)
        if (p->watches[i].occurred && (!last || p->watches[i].last_trigger > last->last_trigger))
            last = &p->watches[i];
    if (last && has_andnot(ops, trigger_operands(p->trigger, ops)) && condition(p) &&
        p->times + 1 >= p->trigger->occurs)
        fire(last);
    else
        begin_anew(p);
}

/* When the period that we are in began, by its cron entry; -1: we are between two. */
static int64_t period_began(const struct policy *p)
{
    const struct clock *clock = p->eem->env.clock;
    int64_t now = clock_wall(clock), offset = clock_zone_at(clock, now)->offset_min * INT64_C(60000000);
    struct cron c;
    if (!cron_parse(p->trigger->period_start, &c))
        return -1;
    int64_t length = (int64_t)(p->trigger->period * US_PER_MS), at = cron_next(&c, now - length + offset);
    return at >= 0 && at - offset <= now ? at - offset : -1;
}

/* How long events are remembered, ms; 0: as long as it takes. */
static uint64_t memory_of(const struct trigger_conf *t)
{
    struct eem_operand ops[EEM_OPERANDS_MAX];
    uint64_t period = t->period;
    for (size_t i = trigger_operands(t, ops); i-- && !period;)
        if (ops[i].join == EEM_JOIN_AND)
            period = AND_PERIOD_MS;
    return period;
}

/* Is this event within a period? The first one begins it. */
static bool counts(struct policy *p)
{
    const struct trigger_conf *t = p->trigger;
    uint64_t left = memory_of(t) * US_PER_MS;
    if (!left || p->window)
        return true;
    if (t->period_start[0]) {
        int64_t began = period_began(p);
        if (began < 0)
            return false;
        left -= (uint64_t)(clock_wall(p->eem->env.clock) - began);
    }
    p->window = true;
    timer_set(&p->window_end, left);
    return true;
}

struct run *eem_trigger(struct watch *w, struct vars *vars)
{
    struct policy *p = w->policy;
    struct eem *e = p->eem;
    uint64_t now = loop_now(e->env.loop);
    e->raised[w->ev->type]++;
    debug_event(w, vars, NULL);
    bool too_soon = w->ev->ratelimit && w->triggered && now - w->last_trigger < w->ev->ratelimit * US_PER_MS;
    if (e->stopped || too_soon) {
        debug_event(w, NULL, "is suppressed by its rate limit");
        p->applet->suppressed++;
        if (too_soon)
            observe_event(w, EEM_SEEN_RATELIMIT, 0, w->ev->ratelimit - (now - w->last_trigger) / US_PER_MS, 0);
        vars_free(vars);
        return NULL;
    }
    if (p->trigger && !counts(p)) {
        observe_event(w, EEM_SEEN_BETWEEN, 0, 0, 0);
        debug_event(w, NULL, "falls between two periods");
        vars_free(vars);
        return NULL;
    }
    struct run *r = NULL;
    uint64_t suppressed = p->applet->suppressed;
    if (!p->trigger) {
        r = queue(w, vars);
    } else {
        struct eem_operand ops[EEM_OPERANDS_MAX];
        vars_free(&w->vars);
        w->vars = *vars;
        *vars = (struct vars){0};
        w->occurred += w->occurred < UINT32_MAX;
        bool at_end = p->trigger->period && has_andnot(ops, trigger_operands(p->trigger, ops));
        if (!at_end && condition(p))
            r = fire(w);
        if (!r && p->applet->suppressed == suppressed)
            observe_event(w, EEM_SEEN_JOINED, 0, p->times, p->trigger->occurs);
        if (!r)
            debug_event(w, NULL, "waits for other events of its trigger");
    }
    if (p->applet->suppressed == suppressed) {
        w->triggered++;
        w->last_trigger = now;
    }
    return r;
}

/* An object went up or down: it may be what a correlation waited for. */
void trigger_track_changed(struct eem *e, uint32_t number)
{
    for (size_t i = 0; i < e->npolicies; i++) {
        struct policy *p = e->policies[i];
        struct eem_operand ops[EEM_OPERANDS_MAX];
        size_t n = p->trigger ? trigger_operands(p->trigger, ops) : 0;
        bool concerned = false;
        for (size_t k = 0; k < n; k++)
            concerned |= !ops[k].tag[0] && ops[k].track == number;
        if (!concerned || (p->trigger->period && (has_andnot(ops, n) || !counts(p))))
            continue;
        if (condition(p) && !e->stopped)
            fire(&p->watches[0]);
    }
}

bool eem_delayed(const struct eem *e)
{
    for (size_t i = 0; i < e->npolicies; i++)
        if (e->policies[i]->delayed)
            return true;
    return false;
}

void trigger_init(struct policy *p)
{
    timer_init(&p->window_end, p->eem->env.loop, window_ended, p);
    p->trigger = p->applet->conf.triggers.n ? p->applet->conf.triggers.v[0] : NULL;
}

void trigger_fini(struct policy *p)
{
    timer_clear(&p->window_end);
    while (p->delayed) {
        struct run *r = p->delayed;
        struct eem_caller caller = r->caller;
        run_unlink(r);
        run_free(r);
        if (caller.done)
            caller.done(caller.arg, &(struct eem_run_end){.ok = false});
    }
}

static bool has_tag(const struct applet_conf *a, const char *tag)
{
    CONF_EACH(const struct event_conf, ev, &a->events)
    if (!strcmp(ev->tag, tag))
        return true;
    return false;
}

const char *trigger_unknown_tag(const struct applet_conf *a)
{
    struct eem_operand ops[EEM_OPERANDS_MAX];
    CONF_EACH(const struct trigger_conf, t, &a->triggers)
    {
        size_t n = trigger_operands(t, ops);
        for (size_t i = 0; i < n; i++)
            if (ops[i].tag[0] && !has_tag(a, ops[i].tag))
                return ops[i].tag;
    }
    return NULL;
}

bool trigger_check(const struct applet_conf *a, char why[128])
{
    const struct trigger_conf *t = a->triggers.n ? a->triggers.v[0] : NULL;
    struct cron c;
    if (a->events.n > EEM_OPERANDS_MAX) {
        str_copy(why, 128, "more than 8 events, applet is not registered");
        return false;
    }
    if (a->events.n > 1 && !(t && t->correlate)) {
        str_copy(why, 128, "several events and no trigger that joins them, applet is not registered");
        return false;
    }
    if (!t)
        return true;
    if (t->period_start[0] && (!cron_parse(t->period_start, &c) || !t->period)) {
        str_copy(why, 128, "period-start needs a valid cron entry and a period, applet is not registered");
        return false;
    }
    const char *tag = trigger_unknown_tag(a);
    if (tag)
        snprintf(why, 128, "correlate names the tag %s that no event has, applet is not registered", tag);
    return !tag;
}

static void add_seconds(struct text *out, const char *word, uint64_t ms)
{
    text_printf(out, " %s %llu.%03llu", word, (unsigned long long)ms / 1000, (unsigned long long)ms % 1000);
}

void trigger_describe(const struct trigger_conf *t, struct text *out)
{
    struct eem_operand ops[EEM_OPERANDS_MAX];
    size_t n = trigger_operands(t, ops);
    text_printf(out, " trigger occurs %u", t->occurs);
    if (t->period)
        add_seconds(out, "period", t->period);
    if (t->period_start[0])
        text_printf(out, " period-start \"%s\"", t->period_start);
    if (t->delay)
        add_seconds(out, "delay", t->delay);
    text_add(out, "\n");
    if (n) {
        text_add(out, "  correlate");
        for (size_t i = 0; i < n; i++) {
            if (i)
                text_printf(out, " %s", join_names[ops[i].join]);
            if (ops[i].tag[0])
                text_printf(out, " event %s", ops[i].tag);
            else
                text_printf(out, " track %u", ops[i].track);
        }
        text_add(out, "\n");
    }
    CONF_EACH(const struct attribute_conf, a, &t->attributes)
    text_printf(out, "  attribute tag %s occurs %u\n", a->tag, a->occurs);
}

bool eem_raise(struct eem *e, const char *name, const char *const *vars, const char *const *values, size_t n)
{
    struct policy *p = eem_policy_find(e, name);
    if (!p)
        return false;
    struct vars all = {0};
    for (size_t i = 0; i < n; i++)
        (void)vars_set(&all, vars[i], values[i]);
    eem_trigger(&p->watches[0], &all);
    return true;
}
