/* logtime.h: the time that a saved log goes by. */
#ifndef EEM_LOGTIME_H
#define EEM_LOGTIME_H

#include "eem/logline.h"

struct clock;

struct logtime {
    struct clock *clock; /* for the names and rules of its zones */
    bool local;          /* stamps without a zone's name are local time */
    int year;            /* of stamps that do not say theirs */
    bool begun;
    enum logline_stamp last;
    int64_t wall_us; /* of the last line, UTC */
    char mark;
    uint64_t uptime_s;
    uint64_t stepped;  /* how often the clock was set between two lines */
    uint64_t backward; /* lines that are older than the one before */
};
/* What the next line says about time. */
struct logtime_step {
    uint64_t elapsed_us; /* since the line before */
    bool set;            /* the calendar was set, too: */
    int64_t wall_us;     /* it is this now */
};
void logtime_init(struct logtime *t, struct clock *clock, bool local, int year);
struct logtime_step logtime_next(struct logtime *t, const struct logline *l);
/* The calendar time of a line with a date, UTC; before the first call of logtime_next with the year given. */
int64_t logtime_wall(const struct logtime *t, const struct logline *l);
#endif
