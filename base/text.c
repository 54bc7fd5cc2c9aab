/* text.c: growable text, small helpers on strings, and calendar fields.
 *
 * A struct text doubles as it grows and is always NUL-ended once written to; text may hold NUL bytes when they were added with text_addn (a file's content).
 * Parsers of numbers take the whole string or nothing: no sign where none is due, no blanks, no overflow. The calendar is the proleptic Gregorian one in UTC,
 * computed from days since 1970 without libc's locale or time zone, for any 64-bit count of microseconds, also before 1970. */
#include "espial/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "espial/mem.h"

/* Room for n more bytes and the NUL. */
static void text_room(struct text *t, size_t n)
{
    if (t->cap - t->len > n)
        return;
    size_t want = t->len + n + 1, cap = t->cap ? t->cap : 64;
    if (want < n)
        abort();
    while (cap < want)
        cap = cap > SIZE_MAX / 2 ? want : cap * 2;
    t->s = mem_resize(t->s, cap, 1);
    t->cap = cap;
}

void text_addn(struct text *t, const char *s, size_t n)
{
    text_room(t, n);
    if (n)
        memcpy(t->s + t->len, s, n);
    t->len += n;
    t->s[t->len] = '\0';
}

void text_add_crlf(struct text *t, const char *s, size_t n)
{
    for (const char *nl; n && (nl = memchr(s, '\n', n));) {
        text_addn(t, s, (size_t)(nl - s));
        text_addn(t, "\r\n", 2);
        n -= (size_t)(nl - s) + 1;
        s = nl + 1;
    }
    text_addn(t, s, n);
}

void text_add_lf(struct text *t, const char *s, size_t n)
{
    const char *end = s + n;
    for (const char *nl; s < end && (nl = memchr(s, '\n', (size_t)(end - s)));) {
        text_addn(t, s, (size_t)(nl - s) - (nl > s && nl[-1] == '\r'));
        text_addn(t, "\n", 1);
        s = nl + 1;
    }
    text_addn(t, s, (size_t)(end - s));
}

void text_add(struct text *t, const char *s)
{
    text_addn(t, s, strlen(s));
}

void text_vprintf(struct text *t, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    text_room(t, 120);
    int n = vsnprintf(t->s + t->len, t->cap - t->len, fmt, ap);
    if (n < 0) {
        t->s[t->len] = '\0';
        n = 0;
    } else if ((size_t)n >= t->cap - t->len) {
        text_room(t, (size_t)n);
        vsnprintf(t->s + t->len, t->cap - t->len, fmt, again);
    }
    va_end(again);
    t->len += (size_t)n;
}

void text_printf(struct text *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    text_vprintf(t, fmt, ap);
    va_end(ap);
}

void text_clear(struct text *t)
{
    t->len = 0;
    if (t->s)
        t->s[0] = '\0';
}

void text_free(struct text *t)
{
    mem_free(t->s);
    *t = (struct text){0};
}

bool str_copy(char *dst, size_t cap, const char *src)
{
    if (cap == 0)
        return false;
    size_t n = strnlen(src, cap);
    bool fits = n < cap;
    if (!fits)
        n = cap - 1;
    memcpy(dst, src, n);
    dst[n] = '\0';
    return fits;
}

bool str_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_iprefix(const char *word, const char *full)
{
    return strncasecmp(word, full, strlen(word)) == 0;
}

bool str_uint(const char *s, uint64_t lo, uint64_t hi, uint64_t *out)
{
    uint64_t v = 0;
    if (!*s)
        return false;
    for (; *s; s++) {
        if (*s < '0' || *s > '9')
            return false;
        unsigned d = (unsigned)(*s - '0');
        if (v > (UINT64_MAX - d) / 10)
            return false;
        v = v * 10 + d;
    }
    if (v < lo || v > hi)
        return false;
    *out = v;
    return true;
}

bool str_hex(const char *s, uint64_t lo, uint64_t hi, uint64_t *out)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t v = 0;
    if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
        s += 2;
    if (!*s)
        return false;
    for (; *s; s++) {
        const char *d = strchr(digits, *s >= 'A' && *s <= 'F' ? *s - 'A' + 'a' : *s);
        if (!d || v >> 60)
            return false;
        v = v << 4 | (uint64_t)(d - digits);
    }
    if (v < lo || v > hi)
        return false;
    *out = v;
    return true;
}

bool str_unhex(const char *s, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < 2 * n; i++) {
        char c = s[i], low = (char)(c | 0x20);
        if (!(c >= '0' && c <= '9') && !(low >= 'a' && low <= 'f'))
            return false;
        unsigned v = c <= '9' ? (unsigned)(c - '0') : (unsigned)(low - 'a') + 10;
        out[i / 2] = (uint8_t)(i % 2 ? out[i / 2] << 4 | v : v);
    }
    return true;
}

bool str_int(const char *s, int64_t lo, int64_t hi, int64_t *out)
{
    bool minus = *s == '-';
    uint64_t u;
    if (!str_uint(s + minus, 0, minus ? (uint64_t)INT64_MAX + 1 : INT64_MAX, &u))
        return false;
    int64_t v = minus ? (u ? -(int64_t)(u - 1) - 1 : 0) : (int64_t)u;
    if (v < lo || v > hi)
        return false;
    *out = v;
    return true;
}

const char *const month_names[12] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
const char *const day_names[7] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

static int64_t floor_div(int64_t a, int64_t b, int64_t *rest)
{
    int64_t q = a / b, r = a % b;
    if (r < 0) {
        r += b;
        q--;
    }
    *rest = r;
    return q;
}

struct wall_time wall_split(int64_t wall_us)
{
    enum { DAYS_400Y = 146097, DAYS_100Y = 36524, DAYS_4Y = 1461 };
    struct wall_time w;
    int64_t us, in_day, day_of_era;
    int64_t seconds = floor_div(wall_us, 1000000, &us);
    int64_t days = floor_div(seconds, 86400, &in_day);
    int64_t rest;

    w.msec = (int)(us / 1000);
    w.hour = (int)(in_day / 3600);
    w.min = (int)(in_day / 60 % 60);
    w.sec = (int)(in_day % 60);
    floor_div(days + 4, 7, &rest); /* 1970-01-01 was a Thursday */
    w.wday = (int)rest;

    /* Count from 0000-03-01, so that the leap day is a year's last: eras of 400 years, then centuries, fours and years; the last of each group may be longer. */
    int64_t era = floor_div(days + 719468, DAYS_400Y, &day_of_era);
    int64_t century = day_of_era / DAYS_100Y;
    if (century == 4)
        century = 3;
    int64_t d = day_of_era - century * DAYS_100Y;
    int64_t four = d / DAYS_4Y;
    d -= four * DAYS_4Y;
    int64_t year = d / 365;
    if (year == 4)
        year = 3;
    d -= year * 365;
    int64_t month = (5 * d + 2) / 153; /* 0 is March */
    w.day = (int)(d - (153 * month + 2) / 5 + 1);
    w.mon = (int)(month < 10 ? month + 2 : month - 10);
    w.year = (int)(era * 400 + century * 100 + four * 4 + year + (month >= 10));
    return w;
}

int64_t wall_join(const struct wall_time *w)
{
    int64_t rest;
    int64_t year = w->year + floor_div(w->mon, 12, &rest);
    int64_t month = rest;           /* 0-11, of this year */
    int64_t m = (month + 10) % 12;  /* months since March */
    int64_t y = year - (month < 2); /* years begin in March */
    int64_t era = floor_div(y, 400, &rest);
    int64_t day_of_era = rest * 365 + rest / 4 - rest / 100 + (153 * m + 2) / 5 + w->day - 1;
    int64_t days = era * 146097 + day_of_era - 719468;
    return (((days * 24 + w->hour) * 60 + w->min) * 60 + w->sec) * 1000000 + w->msec * INT64_C(1000);
}

char *span_format(uint64_t seconds, char out[16])
{
    uint64_t days = seconds / 86400, years = days / 365;
    if (days == 0)
        snprintf(out, 16, "%02u:%02u:%02u", (unsigned)(seconds / 3600), (unsigned)(seconds / 60 % 60),
                 (unsigned)(seconds % 60));
    else if (days < 7)
        snprintf(out, 16, "%ud%02uh", (unsigned)days, (unsigned)(seconds / 3600 % 24));
    else if (years == 0)
        snprintf(out, 16, "%uw%ud", (unsigned)(days / 7), (unsigned)(days % 7));
    else
        snprintf(out, 16, "%uy%uw", (unsigned)(years > 99999999 ? 99999999 : years), (unsigned)(days % 365 / 7));
    return out;
}
