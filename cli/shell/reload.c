/* reload.c: when the router goes down, and who is told.
 *
 *   none --plan--> planned --time over--> going
 *     ^               | |
 *     +----cancel-----+ +-- an hour, half an hour, five minutes, one minute before: a banner on every terminal
 *
 * Times are spoken of as IOS does: by the calendar where that can be trusted, else as a distance. Setting the clock does
 * not move a plan: it was turned into a distance when it was made. What is lost by going is for the one who asks to
 * warn of (unsaved configuration: cli/cmd). */
#include "cli/shell/reload.h"

#include <stdio.h>

#include "cli/shell/session.h"
#include "espial/clock.h"
#include "espial/loop.h"
#include "espial/mem.h"
#include "espial/msg.h"

MSG(MSG_RELOAD, "SYS", 5, "RELOAD", 0, "Reload requested by %s. Reload Reason: %s.");
MSG(MSG_SCHEDULED, "SYS", 5, "SCHEDULED_RELOAD", 0, "Reload requested for %s at %s by %s. Reload Reason: %s.");
MSG(MSG_CANCELLED, "SYS", 5, "SCHEDULED_RELOAD_CANCELLED", 0, " Scheduled reload cancelled at %s");

static const unsigned warnings_s[] = {3600, 1800, 300, 60}; /* before the end */
#define WARNINGS (sizeof warnings_s / sizeof warnings_s[0])

struct reload {
    struct reload_env env;
    struct timer timer;
    uint64_t due_us; /* loop time */
    bool planned;
    char by[96], reason[RELOAD_REASON_MAX];
};

static void tell_all(const struct reload *r, const char *what, const struct shell *but)
{
    char text[128];
    struct shell *sh;
    snprintf(text, sizeof text, "\n\n\n\a***\n*** --- %s ---\n***", what);
    for (size_t cursor = 0; (sh = shells_next(r->env.shells, &cursor)) != NULL;)
        if (sh != but)
            session_message(sh, text);
}

/* To the next warning, or to the end. */
static void arm(struct reload *r)
{
    uint64_t now = loop_now(r->env.loop), left = r->due_us > now ? r->due_us - now : 0;
    for (size_t i = 0; i < WARNINGS; i++)
        if (left > warnings_s[i] * US_PER_S) {
            timer_set(&r->timer, left - warnings_s[i] * US_PER_S);
            return;
        }
    timer_set(&r->timer, left);
}

static void warn(const struct reload *r, uint64_t left_s)
{
    char text[64];
    snprintf(text, sizeof text, "SHUTDOWN in %u:%02u:%02u", (unsigned)(left_s / 3600), (unsigned)(left_s / 60 % 60),
             (unsigned)(left_s % 60));
    tell_all(r, text, NULL);
}

static void fire(void *arg)
{
    struct reload *r = arg;
    uint64_t now = loop_now(r->env.loop);
    if (r->due_us > now) {
        warn(r, (r->due_us - now) / US_PER_S);
        arm(r);
        return;
    }
    reload_now(r, r->by, r->reason, NULL);
}

struct reload *reload_new(const struct reload_env *env)
{
    struct reload *r = NEW(struct reload);
    r->env = *env;
    timer_init(&r->timer, env->loop, fire, r);
    return r;
}

void reload_free(struct reload *r)
{
    if (!r)
        return;
    timer_clear(&r->timer);
    mem_free(r);
}

void reload_plan(struct reload *r, uint64_t in_us, const char *by, const char *reason)
{
    char due[64], now[64];
    int64_t wall = clock_wall(r->env.clock);
    r->planned = true;
    r->due_us = loop_now(r->env.loop) + in_us;
    str_copy(r->by, sizeof r->by, by);
    str_copy(r->reason, sizeof r->reason, reason[0] ? reason : "Reload Command");
    msg_post(r->env.log, &MSG_SCHEDULED, clock_text(r->env.clock, wall + (int64_t)in_us, false, due),
             clock_text(r->env.clock, wall, false, now), r->by, r->reason);
    for (size_t i = 0; i < WARNINGS; i++)
        if (in_us / US_PER_S == warnings_s[i])
            warn(r, warnings_s[i]);
    arm(r);
}

bool reload_cancel(struct reload *r)
{
    char now[64];
    if (!r->planned)
        return false;
    r->planned = false;
    timer_clear(&r->timer);
    tell_all(r, "SHUTDOWN ABORTED", NULL);
    msg_post(r->env.log, &MSG_CANCELLED, clock_text(r->env.clock, clock_wall(r->env.clock), false, now));
    return true;
}

void reload_now(struct reload *r, const char *by, const char *reason, const struct shell *asking)
{
    timer_clear(&r->timer);
    r->planned = false;
    msg_post(r->env.log, &MSG_RELOAD, by, reason[0] ? reason : "Reload Command");
    tell_all(r, "SHUTDOWN NOW", asking);
    r->env.go(r->env.arg);
}

static void count(struct text *out, uint64_t n, const char *unit)
{
    text_printf(out, "%llu %s%s", (unsigned long long)n, unit, n == 1 ? "" : "s");
}

/* "1 hour and 15 minutes", "4 minutes and 51 seconds", "10 minutes". */
static void span(uint64_t s, bool seconds, struct text *out)
{
    uint64_t hours = s / 3600, minutes = s / 60 % 60;
    if (hours)
        count(out, hours, "hour");
    if (hours && minutes)
        text_add(out, " and ");
    if (minutes)
        count(out, minutes, "minute");
    if (hours || (minutes && (!seconds || !(s % 60))))
        return;
    if (minutes)
        text_add(out, " and ");
    count(out, s % 60, "second");
}

void reload_describe(const struct reload *r, uint64_t in_us, const char *by, const char *reason, struct text *out)
{
    char due[64];
    uint64_t s = (in_us + US_PER_S / 2) / US_PER_S;
    text_add(out, "Reload scheduled ");
    if (clock_mark(r->env.clock) == CLOCK_SET) {
        int64_t wall = clock_wall(r->env.clock) + (int64_t)in_us;
        text_printf(out, "for %s (in ", clock_text(r->env.clock, wall, false, due));
        span(s, true, out);
        text_add(out, ")");
    } else {
        text_add(out, "in ");
        span(s, false, out);
    }
    text_printf(out, " by %s\nReload reason: %s\n", by, reason[0] ? reason : "Reload Command");
}

bool reload_show(const struct reload *r, struct text *out)
{
    uint64_t now = loop_now(r->env.loop);
    if (r->planned)
        reload_describe(r, r->due_us > now ? r->due_us - now : 0, r->by, r->reason, out);
    return r->planned;
}
