/* regex.h: regular expressions, for output filters (IOS dialect) and EEM patterns. base/regex.c alone sees PCRE2. */
#ifndef ESPIAL_REGEX_H
#define ESPIAL_REGEX_H

#include <stdbool.h>
#include <stddef.h>

struct regex;
enum regex_dialect {
    REGEX_IOS, /* POSIX-extended-like, unanchored, case-sensitive; `_` matches , { } ( ) _ blank, start or end; a backslash escapes, in brackets too; no {m,n}, \d, \w (reference cli.md section 4) */
    REGEX_EVENT, /* REGEX_IOS with \s \d \w and their negations; for patterns of EEM's events; not for regex_next_line */
    REGEX_TCL, /* the same with what Tcl's patterns have beside it: \s \d \w, \n \r \t, {m,n}, lazy repetitions, (?: ); for EEM's action regexp; not for regex_next_line */
};
/* NULL when it does not compile; *err (may be NULL) gets a static-lifetime or buffer text, *err_at the offset in pattern. Match limits bound the work
 * of a hostile pattern. */
struct regex *regex_new(const char *pattern, enum regex_dialect dialect, char err[128], size_t *err_at);
void regex_free(struct regex *re); /* NULL-safe */
bool regex_match(struct regex *re, const char *text, size_t len);
/* How often it was given up at the bounds of its work, and so did not match. */
unsigned regex_gave_up(const struct regex *re);
/* Of a text of whole lines, each ended by '\n' (the last too): the first line at or behind `from` (where a line begins) that matches as regex_match would without
 * its '\n'; *start to *end (behind the '\n'). False: none. Much faster than line by line. */
bool regex_next_line(struct regex *re, const char *text, size_t len, size_t from, size_t *start, size_t *end);
/* Sub-matches: start/end offsets into text, SIZE_MAX when unset; group 0 is the whole match. Returns how many groups were filled, 0 for no match. */
size_t regex_groups(struct regex *re, const char *text, size_t len, size_t n, size_t start[], size_t end[]);
/* For explaining: does the pattern match, and if not, how far does it come? The longest way: `pattern_at` is the offset of the first item of the pattern that does
 * not fit, text_from to text_at what everything before it fits. Slow; a pattern that does not compile does not match. */
struct regex_stop {
    size_t pattern_at, text_from, text_at;
    bool gave_up; /* at the bounds of its work */
};
/* True: it matches, and *out says nothing. */
bool regex_stop_at(const char *pattern, enum regex_dialect dialect, const char *text, size_t len,
                   struct regex_stop *out);
#endif
