/* eem.c: the event manager of one router: what is registered, and the way from an event to a queued run.
 *
 *     bus: syslog line, trap heard      loop: timers      console: event manager run
 *                 \                        |                    /
 *                  on_*.c: does this event concern this policy?
 *                                  eem_trigger: occurs, ratelimit
 *                                  sched.c: class queue, threads
 *                                  run.c: one action after the other
 *
 * A policy is an applet in force: a copy of its configuration, the detector of its event and the detector's state.
 * Registration happens when the applet's mode is left; an applet without an event is not registered, and an earlier
 * version of it is taken out of force. One event per applet: joining tagged events (trigger, correlate) is not there
 * yet, so an applet with several is refused in words. */
#include "eem/eem.h"

#include <stdio.h>
#include <string.h>

#include "eem/eem_local.h"
#include "eem/patterns.h"
#include "espial/debug.h"
#include "espial/mem.h"

MSG(NO_EVENT, "HA_EM", 4, "FMPD_NO_EVENT", 0, "No event configured for applet %s");
MSG(NO_ACTION, "HA_EM", 6, "FMPD_NO_ACTION", 0, "No action configured for applet %s");
MSG(EEM_CONFIG, "HA_EM", 6, "FMPD_EEM_CONFIG", 0, "%s: %s");

const struct detector *detector_of(uint8_t type)
{
    static const struct detector *const all[] = {
        &detector_syslog,    &detector_snmp_notification, &detector_none, &detector_watchdog,
        &detector_countdown, &detector_absolute,          &detector_cron,
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i]->type == type)
            return all[i];
    return NULL;
}

struct eem *eem_new(const struct eem_env *env)
{
    struct eem *e = NEW(struct eem);
    e->env = *env;
    if (!e->env.mib_root)
        e->env.mib_root = EEM_MIB_CLASSIC;
    eem_conf_init(&e->conf);
    e->patterns = patterns_new();
    sched_init(e);
    if (env->debug) {
        const struct debug_item item = {.subsystem = "Embedded Event Manager",
                                        .text = "Debug EEM action cli debugging",
                                        .on = &e->debug.action_cli};
        debug_register(env->debug, &item, 1, NULL, e);
    }
    bus_subscribe(env->bus, FACT_SYSLOG, on_syslog_fact, e);
    bus_subscribe(env->bus, FACT_TRAP_HEARD, on_trap_fact, e);
    return e;
}

struct eem_conf *eem_conf(struct eem *e)
{
    return &e->conf;
}

void eem_conf_changed(struct eem *e)
{
    history_trim(e);
    sched_kick(e);
}

const struct clock *eem_clock(const struct eem *e)
{
    return e->env.clock;
}

struct eem_debug *eem_debug(struct eem *e)
{
    return &e->debug;
}

struct policy *eem_policy_find(const struct eem *e, const char *name)
{
    for (size_t i = 0; i < e->npolicies; i++)
        if (!strcmp(e->policies[i]->applet->conf.name, name))
            return e->policies[i];
    return NULL;
}

static void policy_free(struct policy *p)
{
    timer_clear(&p->timer);
    p->detector->disarm(p);
    applet_unref(p->applet);
    mem_free(p);
}

void eem_unregister(struct eem *e, const char *name)
{
    for (size_t i = 0; i < e->npolicies; i++) {
        if (strcmp(e->policies[i]->applet->conf.name, name))
            continue;
        policy_free(e->policies[i]);
        memmove(e->policies + i, e->policies + i + 1, (e->npolicies - i - 1) * sizeof *e->policies);
        e->npolicies--;
        return;
    }
}

bool eem_event_check(const struct event_conf *ev, char why[128])
{
    const struct detector *d = detector_of(ev->type);
    if (!d) {
        str_copy(why, 128, "unknown event");
        return false;
    }
    return d->check(ev, why);
}

static enum eem_registered judge(struct eem *e, const struct applet_conf *a)
{
    if (!a->events.n) {
        msg_post(e->env.log, &NO_EVENT, a->name);
        return EEM_NOT_NO_EVENT;
    }
    if (a->events.n > 1) {
        msg_post(e->env.log, &EEM_CONFIG, a->name,
                 "several events and no trigger that joins them, applet is not registered");
        return EEM_NOT_MANY_EVENTS;
    }
    char why[128];
    if (!eem_event_check(a->events.v[0], why)) {
        msg_post(e->env.log, &EEM_CONFIG, a->name, why);
        return EEM_NOT_BAD_EVENT;
    }
    if (!a->actions.n)
        msg_post(e->env.log, &NO_ACTION, a->name);
    return EEM_REGISTERED;
}

enum eem_registered eem_register(struct eem *e, const struct applet_conf *a)
{
    enum eem_registered verdict = judge(e, a);
    if (verdict != EEM_REGISTERED) {
        eem_unregister(e, a->name);
        return verdict;
    }
    struct policy *p = NEW(struct policy);
    p->eem = e;
    p->applet = applet_new(a);
    p->ev = p->applet->conf.events.v[0];
    p->detector = detector_of(p->ev->type);
    p->registered_wall = clock_wall(e->env.clock);
    timer_init(&p->timer, e->env.loop, NULL, p);

    /* A new version takes the place of the old one in the list. */
    size_t at = 0;
    while (at < e->npolicies && strcmp(e->policies[at]->applet->conf.name, a->name))
        at++;
    if (at < e->npolicies) {
        policy_free(e->policies[at]);
    } else {
        e->policies = mem_resize(e->policies, e->npolicies + 1, sizeof *e->policies);
        e->npolicies++;
    }
    e->policies[at] = p;
    enum account_owner was = account_enter(e->env.loop, ACCOUNT_EEM);
    p->detector->arm(p);
    account_leave(e->env.loop, was);
    return EEM_REGISTERED;
}

/* The variables that every event has. */
static void common_vars(struct policy *p, struct run *r)
{
    int64_t wall = r->event_wall;
    struct wall_time t = clock_local(p->eem->env.clock, wall);
    vars_setf(&r->vars, "_event_id", "%u", r->job);
    vars_setf(&r->vars, "_job_id", "%u", r->job);
    vars_setf(&r->vars, "_event_type", "%u", p->ev->type);
    vars_set(&r->vars, "_event_type_string", p->detector->name);
    vars_setf(&r->vars, "_event_pub_time", "%s %s%2d %02d:%02d:%02d %d", day_names[t.wday], month_names[t.mon], t.day,
              t.hour, t.min, t.sec, t.year);
    vars_setf(&r->vars, "_event_pub_sec", "%lld", (long long)(wall / 1000000));
    vars_setf(&r->vars, "_event_pub_msec", "%03d", t.msec);
    vars_set(&r->vars, "_event_severity", "severity-normal");
}

struct run *eem_trigger(struct policy *p, struct vars *vars)
{
    struct eem *e = p->eem;
    uint64_t now = loop_now(e->env.loop);
    bool too_soon = p->ev->ratelimit && p->triggered && now - p->last_trigger < p->ev->ratelimit * US_PER_MS;
    if (e->stopped || too_soon) {
        p->suppressed++;
        vars_free(vars);
        return NULL;
    }
    if (++e->last_job == 0)
        e->last_job = 1;
    struct run *r = run_new(p, vars, e->last_job);
    common_vars(p, r);
    if (!sched_submit(e, r)) {
        p->suppressed++;
        run_free(r);
        return NULL;
    }
    p->triggered++;
    p->last_trigger = now;
    return r;
}

void eem_stop(struct eem *e)
{
    if (e->stopped)
        return;
    e->stopped = true;
    bus_unsubscribe(e->env.bus, FACT_SYSLOG, on_syslog_fact, e);
    bus_unsubscribe(e->env.bus, FACT_TRAP_HEARD, on_trap_fact, e);
    sched_stop(e);
}

void eem_free(struct eem *e)
{
    if (!e)
        return;
    eem_stop(e);
    if (e->env.debug)
        debug_unregister(e->env.debug, e);
    for (size_t i = 0; i < e->npolicies; i++)
        policy_free(e->policies[i]);
    mem_free(e->policies);
    patterns_free(e->patterns);
    eem_conf_fini(&e->conf);
    mem_free(e);
}

bool eem_policy_next(const struct eem *e, size_t *cursor, struct eem_policy_info *out)
{
    if (*cursor >= e->npolicies)
        return false;
    const struct policy *p = e->policies[(*cursor)++];
    *out = (struct eem_policy_info){
        .conf = &p->applet->conf,
        .event_name = p->detector->name,
        .class_name = p->applet->conf.class_name[0] ? p->applet->conf.class_name : "default",
        .registered_wall = p->registered_wall,
        .maxrun = p->ev->maxrun,
        .triggered = p->triggered,
        .suppressed = p->suppressed,
        .run_us_total = p->run_us_total,
        .run_us_max = p->run_us_max,
        .runs = p->runs,
    };
    return true;
}

void eem_event_describe(const struct event_conf *ev, const char *applet_name, struct text *out)
{
    const struct detector *d = detector_of(ev->type);
    if (d)
        d->describe(ev, applet_name, out);
}
