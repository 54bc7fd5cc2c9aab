/* clock.c: the router's calendar: the loop's calendar, plus what `clock set` and NTP have moved it by.
 *
 * The distance is kept as of a moment of loop time. Two things change it from there on, both pure functions of the time gone by, so that nothing ticks: a phase
 * that is worked off at 500 us a second, and a frequency. Neither ever makes the calendar stand still or go back; a step does.
 *
 * Marks:   '*' UNSET --clock set, NTP--> ' ' SET --NTP lost its servers--> '.' LOST --clock set, NTP--> ' ' SET.   A clock set by hand is never lost.
 *
 * Zones: local time is UTC plus the zone's minutes. Summer begins at a time of day of the standard zone and ends at one of the summer zone; where it begins later in
 * the year than it ends (the south) it lasts over the new year. Between is decided in UTC, so an hour that exists twice is never ambiguous on the way out; on
 * the way in (clock_from_local) it means the first of the two.
 *
 * After a reload there is a new clock, and it begins with the loop's calendar again: the hardware calendar, which `clock set` does not move. */
#include "espial/clock.h"

#include <stdio.h>
#include <string.h>

#include "espial/loop.h"
#include "espial/mem.h"

enum { SLEW_PPM = 500, FREQ_MAX_PPB = 500000 };
#define MINUTE_US INT64_C(60000000)


struct clock {
    struct loop *loop;
    struct clock_conf conf;
    enum clock_source mark;
    enum clock_setter by;
    int64_t offset_us; /* from the loop's calendar, at `since` */
    uint64_t since;    /* loop time */
    int64_t phase_us, freq_ppb;
    struct clock_watch *watches;
};

struct clock *clock_new(struct loop *loop)
{
    struct clock *c = NEW(struct clock);
    c->loop = loop;
    c->since = loop_now(loop);
    str_copy(c->conf.zone.name, sizeof c->conf.zone.name, "UTC");
    return c;
}

void clock_free(struct clock *c)
{
    mem_free(c);
}

struct clock_conf *clock_conf(struct clock *c)
{
    return &c->conf;
}

static void tell(struct clock *c)
{
    for (struct clock_watch *w = c->watches, *next; w; w = next) {
        next = w->next;
        w->fn(w->arg);
    }
}

void clock_conf_changed(struct clock *c)
{
    tell(c);
}

void clock_watch(struct clock *c, struct clock_watch *w)
{
    w->next = c->watches;
    c->watches = w;
}

void clock_unwatch(struct clock *c, struct clock_watch *w)
{
    struct clock_watch **p = &c->watches;
    while (*p && *p != w)
        p = &(*p)->next;
    if (*p)
        *p = w->next;
}

/* How much of the phase has been worked off. */
static int64_t slewed(const struct clock *c, int64_t elapsed)
{
    int64_t can = elapsed / 1000 * SLEW_PPM / 1000;
    if (c->phase_us < 0)
        return c->phase_us > -can ? c->phase_us : -can;
    return c->phase_us < can ? c->phase_us : can;
}

static int64_t distance(const struct clock *c)
{
    int64_t elapsed = (int64_t)(loop_now(c->loop) - c->since);
    return c->offset_us + slewed(c, elapsed) + elapsed / 1000 * c->freq_ppb / 1000000;
}

int64_t clock_wall(const struct clock *c)
{
    return loop_wall(c->loop) + distance(c);
}

static void rebase(struct clock *c, int64_t offset_us, int64_t phase_us)
{
    c->offset_us = offset_us;
    c->phase_us = phase_us;
    c->since = loop_now(c->loop);
}

static void believe(struct clock *c, enum clock_setter by)
{
    c->by = by;
    c->mark = by == CLOCK_BY_NOBODY ? CLOCK_UNSET : CLOCK_SET;
}

void clock_set(struct clock *c, int64_t utc_us, enum clock_setter by)
{
    rebase(c, utc_us - loop_wall(c->loop), 0);
    believe(c, by);
    tell(c);
}

void clock_steer(struct clock *c, int64_t phase_us, int64_t freq_ppb)
{
    rebase(c, distance(c), phase_us);
    c->freq_ppb = freq_ppb > FREQ_MAX_PPB ? FREQ_MAX_PPB : freq_ppb < -FREQ_MAX_PPB ? -FREQ_MAX_PPB : freq_ppb;
    believe(c, CLOCK_BY_NTP);
}

int64_t clock_pending(const struct clock *c)
{
    return c->phase_us - slewed(c, (int64_t)(loop_now(c->loop) - c->since));
}

void clock_lost(struct clock *c)
{
    if (c->by == CLOCK_BY_NTP)
        c->mark = CLOCK_LOST;
}

enum clock_source clock_mark(const struct clock *c)
{
    return c->mark;
}

enum clock_setter clock_by(const struct clock *c)
{
    return c->by;
}

/* ---- zones ---- */

static int days_of_month(int year, int month)
{
    static const uint8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[(month + 11) % 12];
}

/* The moment a rule means in a year, as us in its own zone. */
static int64_t rule_at(const struct clock_rule *r, int year)
{
    struct wall_time w = {.year = r->year ? r->year : year,
                          .mon = (r->month + 11) % 12,
                          .day = r->mday ? r->mday : 1,
                          .hour = r->hour,
                          .min = r->minute};
    if (!r->year) {
        w.day = 1;
        int first = wall_split(wall_join(&w)).wday, last = days_of_month(year, r->month);
        w.day += (r->day - first + 7) % 7 + 7 * (r->week > 5 ? 4 : r->week ? r->week - 1 : 0);
        while (w.day > last)
            w.day -= 7;
    }
    return wall_join(&w);
}

bool clock_summer(const struct clock *c, int64_t utc_us, int64_t *begins, int64_t *ends)
{
    const struct clock_conf *f = &c->conf;
    if (!f->summer.name[0])
        return false;
    int year = wall_split(utc_us + f->zone.offset_min * MINUTE_US).year;
    *begins = rule_at(&f->begins, year) - f->zone.offset_min * MINUTE_US;
    *ends = rule_at(&f->ends, year) - f->summer.offset_min * MINUTE_US;
    return true;
}

const struct clock_zone *clock_zone_at(const struct clock *c, int64_t utc_us)
{
    int64_t begins, ends;
    if (!clock_summer(c, utc_us, &begins, &ends))
        return &c->conf.zone;
    bool south = ends < begins && !c->conf.begins.year;
    bool summer = south ? utc_us >= begins || utc_us < ends : utc_us >= begins && utc_us < ends;
    return summer ? &c->conf.summer : &c->conf.zone;
}

struct wall_time clock_local(const struct clock *c, int64_t utc_us)
{
    return wall_split(utc_us + clock_zone_at(c, utc_us)->offset_min * MINUTE_US);
}

int64_t clock_from_local(const struct clock *c, const struct wall_time *w)
{
    int64_t local = wall_join(w), standard = local - c->conf.zone.offset_min * MINUTE_US;
    int64_t summer = local - c->conf.summer.offset_min * MINUTE_US;
    return c->conf.summer.name[0] && clock_zone_at(c, summer) == &c->conf.summer ? summer : standard;
}

char *clock_text(const struct clock *c, int64_t utc_us, bool msec, char out[64])
{
    struct wall_time w = clock_local(c, utc_us);
    char fraction[8] = "";
    if (msec)
        snprintf(fraction, sizeof fraction, ".%03d", w.msec);
    snprintf(out, 64, "%02d:%02d:%02d%s %s %s %s %d %d", w.hour, w.min, w.sec, fraction, clock_zone_at(c, utc_us)->name,
             day_names[w.wday], month_names[w.mon], w.day, w.year);
    return out;
}

void clock_date(const struct clock *c, int64_t utc_us, uint8_t out[CLOCK_DATE])
{
    struct wall_time w = clock_local(c, utc_us);
    int off = clock_zone_at(c, utc_us)->offset_min, far = off < 0 ? -off : off;
    const uint8_t date[CLOCK_DATE] = {(uint8_t)(w.year >> 8), (uint8_t)w.year, (uint8_t)(w.mon + 1), (uint8_t)w.day,
                                      (uint8_t)w.hour, (uint8_t)w.min, (uint8_t)w.sec, (uint8_t)(w.msec / 100),
                                      off < 0 ? '-' : '+', (uint8_t)(far / 60), (uint8_t)(far % 60)};
    memcpy(out, date, sizeof date);
}
