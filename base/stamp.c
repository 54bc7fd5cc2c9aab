/* stamp.c: the timestamps of messages, as `service timestamps` asks for them.
 *
 * datetime: a mark, "Mon DD [YYYY] HH:MM:SS[.mmm][ ZONE]". The mark tells how far the clock can be trusted, as in `show clock`: "*" never set, "." set by NTP which was
 * lost, nothing when it is right. The day is padded to two with a blank. UTC, or with `localtime` the router's zone and summer time.
 * uptime: the time since the log began, as a span ("00:00:46", "1d02h", "1w2d"), without a mark; setting the clock does not change it. */
#include "base/log_local.h"

#include <stdio.h>

#include "espial/text.h"

int64_t log_wall(const struct log *log)
{
    return log->clock ? clock_wall(log->clock) : loop_wall(log->loop);
}

static void datetime(const struct log *log, const struct stamp_conf *c, char out[64])
{
    static const char *const marks[] = {[CLOCK_UNSET] = "*", [CLOCK_LOST] = ".", [CLOCK_SET] = ""};
    int64_t now = log_wall(log);
    bool local = log->clock && c->localtime;
    struct wall_time w = local ? clock_local(log->clock, now) : wall_split(now);
    char year[16] = "", msec[8] = "";
    if (c->year)
        snprintf(year, sizeof year, " %d", w.year);
    if (c->msec)
        snprintf(msec, sizeof msec, ".%03d", w.msec);
    snprintf(out, 64, "%s%s %2d%s %02d:%02d:%02d%s%s%s", marks[log->clock ? clock_mark(log->clock) : CLOCK_UNSET],
             month_names[w.mon], w.day, year, w.hour, w.min, w.sec, msec, c->show_timezone ? " " : "",
             !c->show_timezone ? ""
             : local           ? clock_zone_at(log->clock, now)->name
                               : "UTC");
}

char *log_stamp(const struct log *log, const struct stamp_conf *c, char out[64])
{
    enum { STAMP_NONE, STAMP_UPTIME, STAMP_DATETIME };
    char span[16];
    out[0] = '\0';
    if (c->kind == STAMP_UPTIME)
        snprintf(out, 64, "%s", span_format((loop_now(log->loop) - log->born) / US_PER_S, span));
    else if (c->kind == STAMP_DATETIME)
        datetime(log, c, out);
    return out;
}
