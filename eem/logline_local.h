/* logline_local.h: a place in a line of a saved log, and the stamps that may stand there; for logline.c and logstamp.c only. */
#ifndef EEM_LOGLINE_LOCAL_H
#define EEM_LOGLINE_LOCAL_H

#include <string.h>

#include "eem/logline.h"

struct scan {
    const char *s, *end;
};

static inline bool scan_at(const struct scan *c, char ch)
{
    return c->s < c->end && *c->s == ch;
}

static inline bool scan_take(struct scan *c, char ch)
{
    if (!scan_at(c, ch))
        return false;
    c->s++;
    return true;
}

static inline bool scan_blanks(struct scan *c)
{
    const char *from = c->s;
    while (c->s < c->end && (*c->s == ' ' || *c->s == '\t'))
        c->s++;
    return c->s > from;
}

static inline bool scan_prefix(struct scan *c, const char *what)
{
    size_t n = strlen(what);
    if ((size_t)(c->end - c->s) < n || memcmp(c->s, what, n))
        return false;
    c->s += n;
    return true;
}

/* Between `least` and `most` digits. */
bool scan_number(struct scan *c, unsigned least, unsigned most, uint64_t *v);
/* Each reads a stamp and goes behind it, or says false and changes nothing. An IOS stamp (*ios) ends with its colon, a collector's does not. */
bool stamp_date(struct scan *c, struct logline *out, bool *ios);
bool stamp_iso(struct scan *c, struct logline *l);
bool stamp_uptime(struct scan *c, struct logline *l);
/* Those of terminals, tools and servers that are none of these: "[2026-03-12 18:46:12]", "Thu 2026-03-12 18:46:12 CET", "Thu Mar 12 18:46:12 2026",
 * "03-12-2026 18:46:12", "1773341172.25", "__REALTIME_TIMESTAMP=1773341172250000". */
bool stamp_other(struct scan *c, struct logline *l);
#endif
