/* on_timer.c: event timer: countdown (once), watchdog (again and again), absolute (at a calendar second) and cron.
 *
 * Countdown and watchdog count from registration, in the router's monotonic time. Absolute and cron look at the
 * calendar: they sleep at most RECHECK at a time and look again, since NTP may steer it meanwhile, and are told when it
 * is set. A cron entry means local time; when the clock is set it begins anew from there, so what was jumped over does
 * not happen and what was jumped back to happens again; an absolute time that was jumped over is due at once. A watchdog
 * is armed anew when it fires, before its run, so the runs do not shift. The cron entry "@reboot" is the moment in which
 * the router has started, for those that its startup configuration registered. */
#include <stdio.h>
#include <string.h>

#include "eem/cron.h"
#include "eem/eem_local.h"
#include "espial/mem.h"

#define TIME_MAX_MS UINT64_C(2085978494999)
#define RECHECK_US (INT64_C(60) * 1000000)

struct due {
    struct watch *watch;
    struct timer timer;
    int64_t at;             /* absolute, cron: wall time, us */
    struct clock_watch set; /* absolute, cron: the clock was set */
};

static const char *type_of(const struct watch *w)
{
    return strchr(w->detector->name, ' ') + 1;
}

static void trigger(struct due *d)
{
    struct vars vars = {0};
    vars_set(&vars, "_timer_type", type_of(d->watch));
    vars_setf(&vars, "_timer_time", "%llu.%03llu", (unsigned long long)d->watch->ev->time / 1000,
              (unsigned long long)d->watch->ev->time % 1000);
    vars_set(&vars, "_timer_remain", "0.000");
    eem_trigger(d->watch, &vars);
}

static void elapsed(void *arg)
{
    struct due *d = arg;
    if (d->watch->ev->type == EEM_WATCHDOG)
        timer_set(&d->timer, d->watch->ev->time * US_PER_MS);
    trigger(d);
}

static struct due *due_new(struct watch *w)
{
    struct due *d = w->state = NEW(struct due);
    d->watch = w;
    return d;
}

static void arm_span(struct watch *w)
{
    struct due *d = due_new(w);
    timer_init(&d->timer, d->watch->policy->eem->env.loop, elapsed, d);
    timer_set(&d->timer, d->watch->ev->time * US_PER_MS);
}

/* ---- by the calendar: d->at is when */

static void sleep_until_due(struct due *d)
{
    int64_t left = d->at - clock_wall(d->watch->policy->eem->env.clock);
    timer_set(&d->timer, left <= 0 ? 0 : (uint64_t)(left < RECHECK_US ? left : RECHECK_US));
}

static void set_cron(struct due *d)
{
    const struct clock *clock = d->watch->policy->eem->env.clock;
    int64_t now = clock_wall(clock);
    struct cron c;
    if (!cron_parse(d->watch->ev->cron, &c))
        return; /* at the start; eem_register has checked it */
    timer_clear(&d->timer);
    int64_t local = cron_next(&c, now + clock_zone_at(clock, now)->offset_min * INT64_C(60000000));
    if (local < 0)
        return;
    struct wall_time w = wall_split(local);
    d->at = clock_from_local(clock, &w);
    if (d->at <= now) /* in the hour that there is twice, of which the first has gone */
        d->at = local - clock_zone_at(clock, now)->offset_min * INT64_C(60000000);
    sleep_until_due(d);
}

static void look(void *arg)
{
    struct due *d = arg;
    if (clock_wall(d->watch->policy->eem->env.clock) < d->at) {
        sleep_until_due(d);
        return;
    }
    if (d->watch->ev->type == EEM_CRON)
        set_cron(d);
    trigger(d);
}

static void clock_was_set(void *arg)
{
    struct due *d = arg;
    if (d->watch->ev->type == EEM_CRON)
        set_cron(d);
    else if (timer_pending(&d->timer))
        sleep_until_due(d);
}

static void follow_calendar(struct due *d)
{
    timer_init(&d->timer, d->watch->policy->eem->env.loop, look, d);
    d->set = (struct clock_watch){.fn = clock_was_set, .arg = d};
    clock_watch(d->watch->policy->eem->env.clock, &d->set);
}

static void arm_absolute(struct watch *w)
{
    struct due *d = due_new(w);
    follow_calendar(d);
    d->at = (int64_t)(d->watch->ev->time * US_PER_MS);
    sleep_until_due(d);
}

static void arm_cron(struct watch *w)
{
    struct due *d = due_new(w);
    follow_calendar(d);
    set_cron(d);
}

void eem_booted(struct eem *e)
{
    EEM_WATCHES(w, e, EEM_CRON)
    if (cron_at_start(w->ev->cron))
        trigger(w->state);
}

static uint64_t left(const struct due *d)
{
    if (d->watch->ev->type == EEM_COUNTDOWN || d->watch->ev->type == EEM_WATCHDOG)
        return timer_left(&d->timer);
    int64_t us = d->at - clock_wall(d->watch->policy->eem->env.clock);
    return us > 0 ? (uint64_t)us : 0;
}

void eem_timers(const struct eem *e, void (*each)(void *arg, const struct eem_timer_info *timer), void *arg)
{
    static const uint8_t types[] = {EEM_COUNTDOWN, EEM_WATCHDOG, EEM_ABSOLUTE, EEM_CRON};
    for (size_t i = 0; i < sizeof types; i++)
        EEM_WATCHES(w, e, types[i])
        {
            const struct due *d = w->state;
            const char *name = w->ev->timer_name[0] ? w->ev->timer_name : w->policy->applet->conf.name;
            if (timer_pending(&d->timer))
                each(arg, &(struct eem_timer_info){name, type_of(w), left(d)});
        }
}

static void disarm(struct watch *w)
{
    struct due *d = w->state;
    timer_clear(&d->timer);
    mem_free(d);
}

static void unfollow(struct watch *w)
{
    struct due *d = w->state;
    clock_unwatch(w->policy->eem->env.clock, &d->set);
    disarm(w);
}

static bool check_time(const struct event_conf *ev, char why[128])
{
    if (ev->time >= 1000 && ev->time <= TIME_MAX_MS)
        return true;
    str_copy(why, 128,
             ev->time < 1000 ? "time must be at least 1 second" : "time must be at most 2085978494.999 seconds");
    return false;
}

static bool check_cron(const struct event_conf *ev, char why[128])
{
    struct cron c;
    if (cron_at_start(ev->cron) || cron_parse(ev->cron, &c))
        return true;
    str_copy(why, 128, "invalid cron entry");
    return false;
}

static void describe(const struct event_conf *ev, const char *applet_name, struct text *out)
{
    (void)applet_name;
    if (ev->timer_name[0])
        text_printf(out, "name {%s} ", ev->timer_name);
    if (ev->type == EEM_CRON)
        text_printf(out, "cron entry {%s}", ev->cron);
    else
        text_printf(out, "time %llu.%03llu", (unsigned long long)ev->time / 1000, (unsigned long long)ev->time % 1000);
}

static const char variables[] = "_timer_type _timer_time _timer_remain";
const struct detector detector_watchdog = {.type = EEM_WATCHDOG,
                                           .name = "timer watchdog",
                                           .check = check_time,
                                           .arm = arm_span,
                                           .disarm = disarm,
                                           .describe = describe, .variables = variables};
const struct detector detector_countdown = {.type = EEM_COUNTDOWN,
                                            .name = "timer countdown",
                                            .check = check_time,
                                            .arm = arm_span,
                                            .disarm = disarm,
                                            .describe = describe, .variables = variables};
const struct detector detector_absolute = {.type = EEM_ABSOLUTE,
                                           .name = "timer absolute",
                                           .check = check_time,
                                           .arm = arm_absolute,
                                           .disarm = unfollow,
                                           .describe = describe, .variables = variables};
const struct detector detector_cron = {.type = EEM_CRON,
                                       .name = "timer cron",
                                       .check = check_cron,
                                       .arm = arm_cron,
                                       .disarm = unfollow,
                                       .describe = describe, .variables = variables};
