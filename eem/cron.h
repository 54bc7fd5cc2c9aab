/* cron.h: five-field cron entries. */
#ifndef EEM_CRON_H
#define EEM_CRON_H

#include <stdbool.h>
#include <stdint.h>

struct cron {
    uint64_t minutes;     /* bit n: minute n */
    uint32_t hours, days; /* days: bit 1-31 */
    uint16_t months;      /* bit 1-12 */
    uint8_t weekdays;     /* bit 0 Sunday - 6 */
    bool any_day, any_weekday;
};
/* "minute hour day month weekday" with lists, ranges and steps, or @hourly @daily @midnight @weekly @monthly @yearly
 * @annually. Months and weekdays may be named by three letters. False when it is none of those. */
bool cron_parse(const char *entry, struct cron *c);
/* The first minute after `wall` (us since 1970 UTC) that fits; -1 when none does within nine years (February 30). */
int64_t cron_next(const struct cron *c, int64_t wall);
/* "@reboot": once, when the router has started, and at no minute. */
bool cron_at_start(const char *entry);
#endif
