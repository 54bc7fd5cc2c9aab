/* logstamp.c: the stamps of saved logs, each read where it stands:
 *
 *     *Mar  1 2026 18:46:11.123 CET:     a router's; year, fraction, mark and zone may be left out
 *     00:00:12:  1d02h:  3w4d:  1y2w:    its uptime
 *     2026-03-01T18:46:11.5+01:00        RFC 5424's, also with +0100, blank or tab, slashes, comma
 *     [2026-03-01 18:46:11]  Sun 2026-03-01 18:46:11 CET  Sun Mar  1 18:46:11 2026  03-01-2026 18:46:11  1772390771.5
 *
 * What is not of these forms, or no time of day or calendar (25:00:00, Mar 40), is no stamp. */
#include <ctype.h>
#include <string.h>

#include "eem/logline_local.h"
#include "espial/clock.h"
#include "espial/loop.h"

#define EPOCH_MIN 315532800  /* 1980 */
#define EPOCH_MAX 4102444800 /* 2100 */

bool scan_number(struct scan *c, unsigned least, unsigned most, uint64_t *v)
{
    unsigned n = 0;
    *v = 0;
    while (c->s + n < c->end && isdigit((unsigned char)c->s[n]) && n < most) {
        *v = *v * 10 + (uint64_t)(c->s[n] - '0');
        n++;
    }
    if (n < least || (c->s + n < c->end && isdigit((unsigned char)c->s[n])))
        return false;
    c->s += n;
    return true;
}

/* ".123", ".123456", ",123": into milliseconds. */
static int fraction(struct scan *c)
{
    int ms = 0, digits = 0;
    if ((!scan_at(c, '.') && !scan_at(c, ',')) || c->s + 1 >= c->end || !isdigit((unsigned char)c->s[1]))
        return 0;
    for (c->s++; c->s < c->end && isdigit((unsigned char)*c->s); c->s++)
        if (digits < 3) {
            ms = ms * 10 + (*c->s - '0');
            digits++;
        }
    for (; digits < 3; digits++)
        ms *= 10;
    return ms;
}

/* "18:46:11.123" */
static bool time_of_day(struct scan *c, struct wall_time *w)
{
    uint64_t h, m, s;
    if (!scan_number(c, 1, 2, &h) || !scan_take(c, ':') || !scan_number(c, 2, 2, &m) || !scan_take(c, ':') ||
        !scan_number(c, 2, 2, &s))
        return false;
    if (h > 23 || m > 59 || s > 60)
        return false;
    w->hour = (int)h;
    w->min = (int)m;
    w->sec = s > 59 ? 59 : (int)s;
    w->msec = fraction(c);
    return true;
}

static bool month(struct scan *c, int *mon)
{
    for (int i = 0; i < 12 && c->end - c->s >= 3; i++)
        if (!strncasecmp(c->s, month_names[i], 3)) {
            *mon = i;
            c->s += 3;
            return true;
        }
    return false;
}

/* "CET", "GMT+1" behind a blank, before the colon that ends the stamp. */
static void zone_name(struct scan *c, struct logline *l)
{
    struct scan try = *c;
    size_t n = 0;
    if (!scan_blanks(&try))
        return;
    while (try.s + n < try.end && isalpha((unsigned char)try.s[n]) && n < sizeof l->zone - 1)
        n++;
    if (try.s + n < try.end && (try.s[n] == '+' || try.s[n] == '-'))
        for (n++; try.s + n < try.end && isdigit((unsigned char)try.s[n]) && n < sizeof l->zone - 1;)
            n++;
    if (!n || try.s + n >= try.end || try.s[n] != ':')
        return;
    memcpy(l->zone, try.s, n);
    l->zone[n] = '\0';
    c->s = try.s + n;
}

/* "*Mar  1 2026 18:46:11.123 CET". An IOS stamp ends with a colon, a collector's does not. */
bool stamp_date(struct scan *c, struct logline *out, bool *ios)
{
    struct scan try = *c;
    struct logline l = {.stamp = LOGLINE_DATE};
    uint64_t day, year;
    if (scan_at(&try, '*') || scan_at(&try, '.'))
        l.mark = *try.s++;
    struct scan first = try;
    if (scan_number(&first, 4, 4, &year) && scan_blanks(&first)) { /* as NX-OS has it */
        l.when.year = (int)year;
        l.has_year = true;
        try = first;
    }
    if (!month(&try, &l.when.mon) || !scan_blanks(&try) || !scan_number(&try, 1, 2, &day) || day < 1 || day > 31)
        return false;
    scan_blanks(&try);
    struct scan before = try;
    if (!l.has_year && scan_number(&try, 4, 4, &year) && scan_blanks(&try)) {
        l.when.year = (int)year;
        l.has_year = true;
    } else {
        try = before;
    }
    l.when.day = (int)day;
    if (!time_of_day(&try, &l.when))
        return false;
    zone_name(&try, &l);
    *ios = scan_at(&try, ':');
    if (!*ios && (try.s >= try.end || (*try.s != ' ' && *try.s != '\t' && *try.s != ']')))
        return false;
    out->stamp = l.stamp;
    out->mark = l.mark;
    out->has_year = l.has_year;
    out->when = l.when;
    memcpy(out->zone, l.zone, sizeof out->zone);
    out->has_offset = false;
    c->s = try.s + *ios;
    return true;
}

/* "2026-03-01T18:46:11.5+01:00" */
bool stamp_iso(struct scan *c, struct logline *l)
{
    struct scan try = *c;
    struct wall_time w = {0};
    bool slash = false;
    uint64_t year, mon, day, oh, om;
    if (!scan_number(&try, 4, 4, &year) || !(slash = scan_take(&try, '/'), slash || scan_take(&try, '-')) ||
        !scan_number(&try, 2, 2, &mon) || !scan_take(&try, slash ? '/' : '-') || !scan_number(&try, 2, 2, &day) ||
        mon < 1 || mon > 12 || day < 1 || day > 31)
        return false;
    if ((!scan_take(&try, 'T') && !scan_take(&try, ' ') && !scan_take(&try, '\t')) || !time_of_day(&try, &w))
        return false;
    int sign = scan_at(&try, '-') ? -1 : 1;
    int offset = 0;
    bool known = true;
    if (scan_take(&try, '+') || scan_take(&try, '-')) {
        struct scan whole = try;
        if (scan_number(&whole, 4, 4, &om)) { /* +0100 */
            oh = om / 100;
            om %= 100;
            try = whole;
        } else if (!scan_number(&try, 2, 2, &oh) || !scan_take(&try, ':') || !scan_number(&try, 2, 2, &om)) {
            return false;
        }
        offset = sign * (int)(oh * 60 + om);
    } else {
        known = scan_take(&try, 'Z');
    }
    w.year = (int)year;
    w.mon = (int)mon - 1;
    w.day = (int)day;
    l->stamp = LOGLINE_DATE;
    l->mark = 0;
    l->has_year = true;
    l->when = w;
    l->zone[0] = '\0';
    l->has_offset = known;
    l->offset_min = offset;
    *c = try;
    return true;
}

/* "00:00:12", "1d02h", "3w4d", "1y2w": up to the colon behind it. */
bool stamp_uptime(struct scan *c, struct logline *l)
{
    static const struct {
        char big, small;
        uint64_t big_s, small_s;
    } spans[] = {{'d', 'h', 86400, 3600}, {'w', 'd', 604800, 86400}, {'y', 'w', 31536000, 604800}};
    struct scan try = *c;
    struct wall_time w = {0};
    uint64_t a, b;
    if (scan_number(&try, 1, 5, &a)) {
        for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
            struct scan more = try;
            if (scan_take(&more, spans[i].big) && scan_number(&more, 1, 2, &b) && scan_take(&more, spans[i].small) &&
                scan_take(&more, ':')) {
                l->stamp = LOGLINE_UPTIME;
                l->uptime_s = a * spans[i].big_s + b * spans[i].small_s;
                *c = more;
                return true;
            }
        }
    }
    try = *c;
    if (!time_of_day(&try, &w) || !scan_take(&try, ':'))
        return false;
    l->stamp = LOGLINE_UPTIME;
    l->uptime_s = (uint64_t)(w.hour * 3600 + w.min * 60 + w.sec);
    *c = try;
    return true;
}

/* "Thu " */
static bool weekday(struct scan *c)
{
    static const char *const names[] = {"Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun "};
    for (size_t i = 0; i < 7 && c->end - c->s > 4; i++)
        if (!memcmp(c->s, names[i], 4)) {
            c->s += 4;
            return true;
        }
    return false;
}

/* "CET" behind a blank, before a blank. */
static void zone_word(struct scan *c, struct logline *l)
{
    struct scan try = *c;
    size_t n = 0;
    if (!scan_take(&try, ' '))
        return;
    while (try.s + n < try.end && isupper((unsigned char)try.s[n]))
        n++;
    if (n < 3 || n >= sizeof l->zone || try.s + n >= try.end || try.s[n] != ' ')
        return;
    memcpy(l->zone, try.s, n);
    l->zone[n] = '\0';
    c->s = try.s + n;
}

/* "03-12-2026 18:46:12": the month first, unless it cannot be one. */
static bool american(struct scan *c, struct logline *l)
{
    struct scan try = *c;
    uint64_t mon, day, year;
    if (!scan_number(&try, 2, 2, &mon) || !scan_take(&try, '-') || !scan_number(&try, 2, 2, &day) ||
        !scan_take(&try, '-') || !scan_number(&try, 4, 4, &year) || !scan_blanks(&try))
        return false;
    if (mon > 12) {
        uint64_t other = mon;
        mon = day;
        day = other;
    }
    if (mon < 1 || mon > 12 || day < 1 || day > 31 || !time_of_day(&try, &l->when))
        return false;
    l->when.year = (int)year;
    l->when.mon = (int)mon - 1;
    l->when.day = (int)day;
    l->has_year = true;
    *c = try;
    return true;
}

/* Seconds since 1970, or microseconds where journald exports them. */
static bool epoch(struct scan *c, struct logline *l)
{
    static const char field[] = "__REALTIME_TIMESTAMP=";
    struct scan try = *c;
    uint64_t seconds, us = 0;
    if (scan_prefix(&try, field)) {
        if (!scan_number(&try, 16, 16, &us) || try.s != try.end)
            return false;
        seconds = us / US_PER_S;
        us %= US_PER_S;
    } else {
        if (!scan_number(&try, 10, 10, &seconds))
            return false;
        us = (uint64_t)fraction(&try) * US_PER_MS;
        if (!scan_at(&try, ' ') && !scan_at(&try, '\t'))
            return false;
    }
    if (seconds < EPOCH_MIN || seconds > EPOCH_MAX)
        return false;
    l->when = wall_split((int64_t)(seconds * US_PER_S + us));
    l->has_year = l->has_offset = true;
    *c = try;
    return true;
}

bool stamp_other(struct scan *c, struct logline *out)
{
    struct scan try = *c;
    struct logline l = *out;
    uint64_t year;
    bool ios = false, bracket = scan_take(&try, '['), day = weekday(&try), is;
    l.stamp = LOGLINE_DATE;
    l.mark = 0;
    l.has_year = l.has_offset = false;
    l.zone[0] = '\0';
    if ((is = stamp_iso(&try, &l)) && day)
        zone_word(&try, &l);
    else if (!is && (day || bracket) && (is = stamp_date(&try, &l, &ios))) {
        struct scan more = try;
        if (!l.has_year && scan_blanks(&more) && scan_number(&more, 4, 4, &year)) {
            l.when.year = (int)year;
            l.has_year = true;
            try = more;
        }
    }
    if (!is && !(bracket || day))
        is = american(&try, &l) || epoch(&try, &l);
    if (!is || ios || (bracket && !scan_take(&try, ']')))
        return false;
    *out = l;
    *c = try;
    return true;
}
