/* logtime.c: from the stamps of a saved log to the time between its lines.
 *
 *     dates      the difference; year by year where stamps have none: December is followed by January of the next
 *     uptime     the difference; a smaller one is a reload, and no time passes
 *     no stamp   no time passes
 *
 * A clock that is set is no time that passes: when the mark changes ('*' never set, to none) and the date with it, when
 * the date goes back by more than a minute, or forward by more than a month, the calendar jumps and timers do not.
 * Lines that are a little older than the one before (servers mix their senders) happen at the time of that one. */
#include "eem/logtime.h"

#include <stdlib.h>
#include <string.h>

#include "espial/clock.h"
#include "espial/loop.h"

#define SECOND_US  INT64_C(1000000)
#define MINUTE_US  (60 * SECOND_US)
#define DAY_US     (86400 * SECOND_US)
#define HALF_YEAR  (180 * DAY_US)
#define LEAP_US    (31 * DAY_US)
#define SET_MIN_US (2 * SECOND_US)

void logtime_init(struct logtime *t, struct clock *clock, bool local, int year)
{
    *t = (struct logtime){.clock = clock, .local = local, .year = year};
}

static int64_t in_year(const struct logtime *t, const struct logline *l, int year)
{
    const struct clock_conf *conf = clock_conf(t->clock);
    struct wall_time w = l->when;
    w.year = year;
    if (l->has_offset)
        return wall_join(&w) - l->offset_min * MINUTE_US;
    if (l->zone[0] && !strcmp(l->zone, conf->summer.name))
        return wall_join(&w) - conf->summer.offset_min * MINUTE_US;
    if (l->zone[0] && !strcmp(l->zone, conf->zone.name))
        return wall_join(&w) - conf->zone.offset_min * MINUTE_US;
    if (!l->zone[0] && t->local)
        return clock_from_local(t->clock, &w);
    return wall_join(&w);
}

int64_t logtime_wall(const struct logtime *t, const struct logline *l)
{
    if (l->has_year)
        return in_year(t, l, l->when.year);
    int64_t wall = in_year(t, l, t->year);
    if (!t->begun || t->last != LOGLINE_DATE)
        return wall;
    if (wall - t->wall_us < -HALF_YEAR)
        return in_year(t, l, t->year + 1);
    if (wall - t->wall_us > HALF_YEAR)
        return in_year(t, l, t->year - 1);
    return wall;
}

static struct logtime_step by_date(struct logtime *t, const struct logline *l)
{
    int64_t wall = logtime_wall(t, l), delta = wall - t->wall_us;
    struct logtime_step s = {.wall_us = wall};
    bool marked = !l->by_collector && l->mark != t->mark && llabs(delta) > SET_MIN_US;
    if (!t->begun || t->last != LOGLINE_DATE || marked || delta < -MINUTE_US || delta > LEAP_US) {
        s.set = true;
        t->stepped += t->begun && t->last == LOGLINE_DATE;
        if (marked && !l->has_year && t->begun) /* between two clocks nothing tells the year */
            s.wall_us = in_year(t, l, t->year);
    } else if (delta < 0) {
        t->backward++;
        s.wall_us = t->wall_us;
    } else {
        s.elapsed_us = (uint64_t)delta;
    }
    if (!l->has_year)
        t->year = wall_split(s.wall_us).year;
    t->wall_us = s.wall_us;
    if (!l->by_collector)
        t->mark = l->mark;
    t->last = LOGLINE_DATE;
    return s;
}

static struct logtime_step by_uptime(struct logtime *t, const struct logline *l)
{
    struct logtime_step s = {0};
    if (t->begun && t->last == LOGLINE_UPTIME && l->uptime_s >= t->uptime_s)
        s.elapsed_us = (l->uptime_s - t->uptime_s) * US_PER_S;
    t->backward += t->begun && t->last == LOGLINE_UPTIME && l->uptime_s < t->uptime_s;
    t->uptime_s = l->uptime_s;
    t->wall_us += (int64_t)s.elapsed_us;
    t->last = LOGLINE_UPTIME;
    return s;
}

struct logtime_step logtime_next(struct logtime *t, const struct logline *l)
{
    struct logtime_step s = {0};
    if (l->stamp == LOGLINE_DATE)
        s = by_date(t, l);
    else if (l->stamp == LOGLINE_UPTIME)
        s = by_uptime(t, l);
    else
        return s;
    t->begun = true;
    return s;
}
