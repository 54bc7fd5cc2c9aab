/* clock.h: the router's calendar: what time it takes it to be, how far that can be trusted, and in which zone it is shown. One a router. It begins as the
 * loop's calendar, never set ('*'), in UTC; `clock set` and NTP move it, `clock timezone` and `clock summer-time` say how it is shown. Everything that prints
 * or stores a time of day asks it (never loop_wall); intervals are loop_now's business and do not change when the clock is set. base/clock.c. */
#ifndef ESPIAL_CLOCK_H
#define ESPIAL_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
    /* When summer begins and ends, in the wall time then valid. week 1-5 (5: the last), day 0 = Sunday, month 1-12. */
    struct clock_rule {
        uint8_t week, day, month, hour, minute;
    } begins, ends;
};

struct clock *clock_new(struct loop *loop);
void clock_free(struct clock *c); /* NULL-safe */
struct clock_conf *clock_conf(struct clock *c); /* the live one, written by cli/cmd */

/* Calendar time, us since 1970-01-01 UTC. */
int64_t clock_wall(const struct clock *c);
/* Set it to `utc_us`. CLOCK_BY_NTP with a small difference is a step all the same: who slews calls it often. */
void clock_set(struct clock *c, int64_t utc_us, enum clock_setter by);
/* NTP lost its servers: the mark becomes '.' if NTP had set it. */
void clock_lost(struct clock *c);
enum clock_source clock_mark(const struct clock *c);
enum clock_setter clock_by(const struct clock *c);
/* The zone valid at utc_us: its name and offset in minutes. */
const struct clock_zone *clock_zone_at(const struct clock *c, int64_t utc_us);
/* "18:57:38.347 UTC Mon Oct 19 2015", in the zone; without the mark. */
char *clock_text(const struct clock *c, int64_t utc_us, bool msec, char out[64]);
#endif
