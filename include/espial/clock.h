/* clock.h: the router's calendar: what time it takes it to be, how far that can be trusted, and in which zone it is shown. One a router. It begins as the
 * loop's calendar (the hardware calendar), never set ('*'), in UTC; `clock set` and NTP move it, `clock timezone` and `clock summer-time` say how it is shown.
 * Everything that prints or stores a time of day asks it (never loop_wall); intervals are loop_now's business and do not change when the clock is set.
 * base/clock.c. */
#ifndef ESPIAL_CLOCK_H
#define ESPIAL_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/text.h"

struct loop;
struct clock;

enum clock_source { CLOCK_UNSET /* '*' */, CLOCK_LOST /* '.': NTP was there and is not */, CLOCK_SET /* no mark */ };
enum clock_setter { CLOCK_BY_NOBODY, CLOCK_BY_USER, CLOCK_BY_NTP };

/* A zone: its name as shown and its distance from UTC, and the same for the summer. */
struct clock_zone {
    char name[8]; /* "UTC" */
    int offset_min;
};
struct clock_conf {
    struct clock_zone zone;
    struct clock_zone summer; /* name "": none; offset_min: in all, from UTC */
    /* When summer begins and ends, in the wall time then valid: on a date (year not 0), else every year: week 1-4, or 5 for the last; day 0 = Sunday. Month 1-12. */
    struct clock_rule {
        uint16_t year;
        uint8_t mday, week, day, month, hour, minute;
    } begins, ends;
};

/* Begins as the loop's calendar, in UTC, not set by anybody. The caller owns it. */
struct clock *clock_new(struct loop *loop);
void clock_free(struct clock *c); /* NULL-safe */
struct clock_conf *
clock_conf(struct clock *c); /* the live one, written by cli/cmd; call clock_conf_changed after writing */
void clock_conf_changed(struct clock *c);

/* Calendar time, us since 1970-01-01 UTC. */
int64_t clock_wall(const struct clock *c);
/* Step it to `utc_us`. */
void clock_set(struct clock *c, int64_t utc_us, enum clock_setter by);
/* NTP steers: phase_us is worked off at 500 us a second from now on (what was left of an earlier one is forgotten), and the calendar runs faster than the loop's by
 * freq_ppb parts in 10^9 (bounded to half a thousandth) until the next call. The clock is then NTP's, as after a step by it. */
void clock_steer(struct clock *c, int64_t phase_us, int64_t freq_ppb);
/* How much of the phase is still to be worked off, us. */
int64_t clock_pending(const struct clock *c);
/* NTP lost its servers: the mark becomes '.' if NTP had set it. */
void clock_lost(struct clock *c);
enum clock_source clock_mark(const struct clock *c);
enum clock_setter clock_by(const struct clock *c);
/* The zone valid at utc_us: its name and offset in minutes. */
const struct clock_zone *clock_zone_at(const struct clock *c, int64_t utc_us);
/* Calendar fields in the zone valid at utc_us, and back (year, mon, day, hour, min, sec, msec count; an hour that there is twice means its first, one that there is
 * not the time an hour later). */
struct wall_time clock_local(const struct clock *c, int64_t utc_us);
int64_t clock_from_local(const struct clock *c, const struct wall_time *w);
/* The summer of the year that utc_us is in (dates: that one): when it begins and ends, us UTC. False when there is none. */
bool clock_summer(const struct clock *c, int64_t utc_us, int64_t *begins, int64_t *ends);
/* "18:57:38.347 UTC Mon Oct 19 2015", in the zone; without the mark. */
char *clock_text(const struct clock *c, int64_t utc_us, bool msec, char out[64]);
/* The same as RFC 2579's DateAndTime: all 11 octets, with the zone's distance from UTC. */
#define CLOCK_DATE 11
void clock_date(const struct clock *c, int64_t utc_us, uint8_t out[CLOCK_DATE]);

/* Be told when the clock was stepped or the zone changed, from inside that call: re-arm timers there, no more. Embedded in its owner; unwatch before that is freed. */
struct clock_watch {
    void (*fn)(void *arg);
    void *arg;
    struct clock_watch *next;
};
void clock_watch(struct clock *c, struct clock_watch *w);
void clock_unwatch(struct clock *c, struct clock_watch *w);
#endif
