/* on_timer.c: event timer: countdown (once), watchdog (again and again), absolute (at a calendar second) and cron.
 *
 * Countdown and watchdog count from registration, in the router's monotonic time. Absolute and cron look at the
 * calendar: they sleep at most RECHECK at a time and look again, since NTP may steer it meanwhile, and are told when it
 * is set. A cron entry means local time; when the clock is set it begins anew from there, so what was jumped over does
 * not happen and what was jumped back to happens again; an absolute time that was jumped over is due at once. A watchdog
 * is armed anew when it fires, before its run, so the runs do not shift. */
#include <stdio.h>
#include <string.h>

#include "eem/cron.h"
#include "eem/eem_local.h"

#define RECHECK_US (INT64_C(60) * 1000000)

static void trigger(struct policy *p)
{
    struct vars vars = {0};
    vars_set(&vars, "_timer_type", strchr(p->detector->name, ' ') + 1);
    vars_setf(&vars, "_timer_time", "%llu.%03llu", (unsigned long long)p->ev->time / 1000,
              (unsigned long long)p->ev->time % 1000);
    vars_set(&vars, "_timer_remain", "0.000");
    eem_trigger(p, &vars);
}

static void elapsed(void *arg)
{
    struct policy *p = arg;
    if (p->detector == &detector_watchdog)
        timer_set(&p->timer, p->ev->time * US_PER_MS);
    trigger(p);
}

static void arm_span(struct policy *p)
{
    timer_init(&p->timer, p->eem->env.loop, elapsed, p);
    timer_set(&p->timer, p->ev->time * US_PER_MS);
}

/* ---- by the calendar: p->due is when */

static void sleep_until_due(struct policy *p)
{
    int64_t left = p->due - clock_wall(p->eem->env.clock);
    timer_set(&p->timer, left <= 0 ? 0 : (uint64_t)(left < RECHECK_US ? left : RECHECK_US));
}

static void set_cron(struct policy *p)
{
    const struct clock *clock = p->eem->env.clock;
    int64_t now = clock_wall(clock);
    struct cron c;
    if (!cron_parse(p->ev->cron, &c))
        return; /* eem_register has checked it */
    timer_clear(&p->timer);
    int64_t local = cron_next(&c, now + clock_zone_at(clock, now)->offset_min * INT64_C(60000000));
    if (local < 0)
        return;
    struct wall_time w = wall_split(local);
    p->due = clock_from_local(clock, &w);
    if (p->due <= now) /* in the hour that there is twice, of which the first has gone */
        p->due = local - clock_zone_at(clock, now)->offset_min * INT64_C(60000000);
    sleep_until_due(p);
}

static void look(void *arg)
{
    struct policy *p = arg;
    if (clock_wall(p->eem->env.clock) < p->due) {
        sleep_until_due(p);
        return;
    }
    if (p->detector == &detector_cron)
        set_cron(p);
    trigger(p);
}

static void clock_was_set(void *arg)
{
    struct policy *p = arg;
    if (p->detector == &detector_cron)
        set_cron(p);
    else if (timer_pending(&p->timer))
        sleep_until_due(p);
}

static void follow_calendar(struct policy *p)
{
    timer_init(&p->timer, p->eem->env.loop, look, p);
    p->set = (struct clock_watch){.fn = clock_was_set, .arg = p};
    clock_watch(p->eem->env.clock, &p->set);
}

static void arm_absolute(struct policy *p)
{
    follow_calendar(p);
    p->due = (int64_t)(p->ev->time * US_PER_MS);
    sleep_until_due(p);
}

static void arm_cron(struct policy *p)
{
    follow_calendar(p);
    set_cron(p);
}

static void disarm(struct policy *p)
{
    timer_clear(&p->timer);
}

static void unfollow(struct policy *p)
{
    timer_clear(&p->timer);
    clock_unwatch(p->eem->env.clock, &p->set);
}

static bool check_time(const struct event_conf *ev, char why[128])
{
    if (ev->time >= 1000)
        return true;
    str_copy(why, 128, "time must be at least 1 second");
    return false;
}

static bool check_cron(const struct event_conf *ev, char why[128])
{
    struct cron c;
    if (cron_parse(ev->cron, &c))
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

const struct detector detector_watchdog = {.type = EEM_WATCHDOG,
                                           .name = "timer watchdog",
                                           .check = check_time,
                                           .arm = arm_span,
                                           .disarm = disarm,
                                           .describe = describe};
const struct detector detector_countdown = {.type = EEM_COUNTDOWN,
                                            .name = "timer countdown",
                                            .check = check_time,
                                            .arm = arm_span,
                                            .disarm = disarm,
                                            .describe = describe};
const struct detector detector_absolute = {.type = EEM_ABSOLUTE,
                                           .name = "timer absolute",
                                           .check = check_time,
                                           .arm = arm_absolute,
                                           .disarm = unfollow,
                                           .describe = describe};
const struct detector detector_cron = {.type = EEM_CRON,
                                       .name = "timer cron",
                                       .check = check_cron,
                                       .arm = arm_cron,
                                       .disarm = unfollow,
                                       .describe = describe};
