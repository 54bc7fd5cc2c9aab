/* text.h: growable text, and small helpers on strings. */
#ifndef ESPIAL_TEXT_H
#define ESPIAL_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Growable text, always NUL-ended once written to; {0} is a valid empty one. */
struct text {
    char *s;
    size_t len, cap;
};
/* Appended; s may not be a part of t. */
void text_add(struct text *t, const char *s);
void text_addn(struct text *t, const char *s, size_t n);
void text_add_crlf(struct text *t, const char *s, size_t n); /* every LF as CR LF */
void text_add_lf(struct text *t, const char *s, size_t n);   /* every CR LF as LF */
void text_printf(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(struct text *t, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
void text_clear(struct text *t); /* empty, keeps the memory */
void text_free(struct text *t);
static inline const char *text_str(const struct text *t)
{
    return t->s ? t->s : "";
}

/* Copy, truncating; always NUL-ends. False when it did not fit. */
bool str_copy(char *dst, size_t cap, const char *src);
bool str_starts(const char *s, const char *prefix);
bool str_iprefix(const char *word, const char *full); /* is word a case-insensitive prefix of full? */
/* Whole-string unsigned decimal in [lo, hi]. */
bool str_uint(const char *s, uint64_t lo, uint64_t hi, uint64_t *out);
/* The same in hexadecimal, with or without 0x in front; leading zeros do not count. */
bool str_hex(const char *s, uint64_t lo, uint64_t hi, uint64_t *out);
/* The n bytes that the first hexadecimal digits of s stand for, two a byte; what follows is not looked at. False: there are not so many. */
bool str_unhex(const char *s, uint8_t *out, size_t n);
bool str_int(const char *s, int64_t lo, int64_t hi, int64_t *out);

/* Calendar fields of a wall time (us since 1970 UTC), without locale or time zone. */
struct wall_time {
    int year, mon /* 0-11 */, day /* 1-31 */, hour, min, sec, msec, wday /* 0=Sunday */;
};
/* The fields of a time, in the proleptic Gregorian calendar; times before 1970 too. */
struct wall_time wall_split(int64_t wall_us);
/* Back: of year, mon, day, hour, min, sec and msec, which may lie beyond their usual ranges. wday is not looked at. */
int64_t wall_join(const struct wall_time *w);
extern const char *const month_names[12]; /* "Jan".. */
extern const char *const day_names[7];    /* "Sun".. */
/* IOS spans: "00:01:23", "1d02h", "3w4d", "1y2w" from seconds. */
char *span_format(uint64_t seconds, char out[16]);
#endif
