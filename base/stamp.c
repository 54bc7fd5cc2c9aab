/* stamp.c: the timestamps of messages, as `service timestamps` asks for them.
 *
 * datetime: a mark, "Mon DD [YYYY] HH:MM:SS[.mmm][ UTC]". The mark tells how far the clock can be trusted, as in `show clock`: "*" never set, "." set by NTP which was
 * lost, nothing when it is right. The day is padded to two with a blank. The router keeps UTC: `localtime` is UTC too.
 * uptime: the time since the log began, as a span ("00:00:46", "1d02h", "1w2d"), without a mark. */
#include "base/log_local.h"

#include <stdio.h>

#include "espial/text.h"

char *log_stamp(const struct log *log, const struct stamp_conf *c, int64_t wall_us, char out[64])
{
    enum { STAMP_NONE, STAMP_UPTIME, STAMP_DATETIME };
    out[0] = '\0';
    if (c->kind == STAMP_UPTIME) {
        int64_t up = (int64_t)(loop_now(log->loop) - log->born) - (loop_wall(log->loop) - wall_us);
        char span[16];
        snprintf(out, 64, "%s", span_format(up > 0 ? (uint64_t)up / US_PER_S : 0, span));
    } else if (c->kind == STAMP_DATETIME) {
        struct wall_time w = wall_split(wall_us);
        const char *mark = log->clock == CLOCK_UNSET ? "*" : log->clock == CLOCK_LOST ? "." : "";
        char year[16] = "", msec[8] = "";
        if (c->year)
            snprintf(year, sizeof year, " %d", w.year);
        if (c->msec)
            snprintf(msec, sizeof msec, ".%03d", w.msec);
        snprintf(out, 64, "%s%s %2d%s %02d:%02d:%02d%s%s", mark, month_names[w.mon], w.day, year, w.hour, w.min, w.sec,
                 msec, c->show_timezone ? " UTC" : "");
    }
    return out;
}
