/* cron.c: cron entries: which minutes of the calendar they name.
 *
 * Each field becomes a set of bits; the next minute is found by skipping whole days and hours that do not fit, so a
 * search touches a few thousand candidates at worst. Day of month and day of week are joined as in every cron: when
 * both are restricted, either suffices. Sunday is 0 and 7. */
#include "eem/cron.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "espial/text.h"

#define MINUTE_US INT64_C(60000000)
#define HOUR_US   (60 * MINUTE_US)
#define DAY_US    (24 * HOUR_US)

static bool number(const char **s, unsigned lo, unsigned hi, unsigned *out)
{
    unsigned v = 0, digits = 0;
    for (; **s >= '0' && **s <= '9' && digits < 3; (*s)++, digits++)
        v = v * 10 + (unsigned)(**s - '0');
    *out = v;
    return digits && v >= lo && v <= hi;
}

/* What the numbers of a field may be, and the names that stand for the first of them. */
struct range {
    unsigned lo, hi, nnames;
    const char *const *names;
};

static bool field_ends(char c)
{
    return !c || c == ' ' || c == '\t';
}

/* A month or a weekday by the first three letters of its name, alone in its field as in every cron. */
static bool named(const char **s, const struct range *of, uint64_t *bits)
{
    for (unsigned i = 0; i < of->nnames; i++)
        if (!strncasecmp(*s, of->names[i], 3) && field_ends((*s)[3])) {
            *bits |= UINT64_C(1) << (of->lo + i);
            *s += 3;
            return true;
        }
    return false;
}

/* One comma-separated item: "*", "5", "1-5", each with "/step". */
static bool item(const char **s, unsigned lo, unsigned hi, uint64_t *bits)
{
    unsigned from = lo, to = hi, step = 1;
    if (**s == '*') {
        (*s)++;
    } else {
        if (!number(s, lo, hi, &from))
            return false;
        to = from;
        if (**s == '-') {
            (*s)++;
            if (!number(s, from, hi, &to))
                return false;
        } else if (**s == '/') {
            to = hi;
        }
    }
    if (**s == '/') {
        (*s)++;
        if (!number(s, 1, hi ? hi : 1, &step))
            return false;
    }
    for (unsigned v = from; v <= to; v += step)
        *bits |= UINT64_C(1) << v;
    return true;
}

static bool field(const char **s, const struct range *of, uint64_t *bits)
{
    *bits = 0;
    *s += strspn(*s, " \t");
    if (named(s, of, bits))
        return true;
    for (;;) {
        if (!item(s, of->lo, of->hi, bits))
            return false;
        if (**s != ',')
            break;
        (*s)++;
    }
    return field_ends(**s);
}

static const char *shorthand(const char *entry)
{
    static const char *const known[][2] = {
        {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"}, {"@weekly", "0 0 * * 0"},
        {"@daily", "0 0 * * *"},  {"@midnight", "0 0 * * *"}, {"@hourly", "0 * * * *"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (!strcmp(entry, known[i][0]))
            return known[i][1];
    return entry;
}

bool cron_at_start(const char *entry)
{
    return !strcmp(entry, "@reboot");
}

bool cron_parse(const char *entry, struct cron *c)
{
    static const struct range of_hour = {.hi = 59}, of_day = {.hi = 23}, of_month = {.lo = 1, .hi = 31},
                              of_year = {.lo = 1, .hi = 12, .nnames = 12, .names = month_names},
                              of_week = {.hi = 7, .nnames = 7, .names = day_names};
    const char *s = shorthand(entry);
    uint64_t minutes, hours, days, months, weekdays;
    if (!field(&s, &of_hour, &minutes) || !field(&s, &of_day, &hours))
        return false;
    bool any_day = s[strspn(s, " \t")] == '*';
    if (!field(&s, &of_month, &days) || !field(&s, &of_year, &months))
        return false;
    bool any_weekday = s[strspn(s, " \t")] == '*';
    if (!field(&s, &of_week, &weekdays) || s[strspn(s, " \t")])
        return false;
    if (weekdays & 1 << 7)
        weekdays |= 1;
    *c = (struct cron){
        .minutes = minutes,
        .hours = (uint32_t)hours,
        .days = (uint32_t)days,
        .months = (uint16_t)months,
        .weekdays = (uint8_t)(weekdays & 0x7f),
        .any_day = any_day,
        .any_weekday = any_weekday,
    };
    return true;
}

static bool day_fits(const struct cron *c, const struct wall_time *t)
{
    bool day = c->days >> t->day & 1, weekday = c->weekdays >> t->wday & 1;
    return c->any_day || c->any_weekday ? day && weekday : day || weekday;
}

int64_t cron_next(const struct cron *c, int64_t wall)
{
    int64_t at = (wall / MINUTE_US + 1) * MINUTE_US, end = wall + 9 * 366 * DAY_US;
    while (at < end) {
        struct wall_time t = wall_split(at);
        if (!(c->months >> (t.mon + 1) & 1) || !day_fits(c, &t))
            at = (at / DAY_US + 1) * DAY_US;
        else if (!(c->hours >> t.hour & 1))
            at = (at / HOUR_US + 1) * HOUR_US;
        else if (!(c->minutes >> t.min & 1))
            at += MINUTE_US;
        else
            return at;
    }
    return -1;
}
