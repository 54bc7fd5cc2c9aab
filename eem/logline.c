/* logline.c: reading lines of saved logs. Where such a line comes from decides what stands before the message:
 *
 *     000123: *Mar  1 18:46:11.123 CET: %SYS-5-CONFIG_I: text         show logging, a console
 *     00:00:12: %LINK-3-UPDOWN: text        1d02h: ...                uptime stamps
 *     <189>45: R1: *Mar  1 18:46:11: %SYS-5-CONFIG_I: text            RFC 3164 as the router sends it
 *     Mar  1 18:46:11 10.0.0.1 45: *Mar  1 18:46:11: %SYS-...         as a syslog server keeps it
 *     2026-03-01T18:46:11.5+01:00 host 45: ...                        the same with newer stamps
 *     2026-03-01 18:46:11  Local7.Notice  10.0.0.1  45: ...           other servers: words between their stamp and the line
 *     <189>1 2026-03-01T18:46:11.5Z host app proc id - text           RFC 5424, also without its priority
 *     71 <189>1 2026-03-01T18:46:11.5Z ...                            a frame of RFC 6587: its length in front
 *     anything                                                        no stamp at all
 *
 * What a server or a datagram put in front is taken off, so that patterns see the line that the router saw: sequence
 * number, the router's own stamp, the message. Its time is that of the router's stamp where there is one, else of what
 * was in front. The message is the first %FACILITY-SEVERITY-MNEMONIC: near the beginning; without one it is a debug
 * line. Nothing here knows what year it is or what a zone's name means (logtime.c). */
#include "eem/logline.h"

#include <ctype.h>
#include <string.h>

#include "eem/logline_local.h"
#include "espial/bus.h"

#define DIGITS_MAX  18
#define TEXT_AHEAD  96 /* how far behind the stamp a message may begin ("R0/0: ...") */
#define HEADERS_MAX 8  /* pieces in front of a line */
#define SENDER_MAX  3  /* words between a server's stamp and the router's line: host, facility.severity ... */

/* Behind a word that no blank is in; false at the end of the line. */
static bool word(struct scan *c)
{
    const char *from = c->s;
    while (c->s < c->end && *c->s != ' ' && *c->s != '\t')
        c->s++;
    return c->s > from && scan_blanks(c);
}

static void structured_data(struct scan *c)
{
    bool quoted = false;
    if (!scan_at(c, '[')) {
        word(c);
        return;
    }
    for (; c->s < c->end; c->s++) {
        if (*c->s == '\\' && c->s + 1 < c->end)
            c->s++;
        else if (*c->s == '"')
            quoted = !quoted;
        else if (*c->s == ']' && !quoted && (c->s + 1 >= c->end || c->s[1] != '['))
            break;
    }
    if (c->s < c->end)
        c->s++;
    scan_blanks(c);
}

/* Is it "Local7.Notice", "auth.err": a facility and a severity? */
static bool facility_and_severity(const char *s, size_t n)
{
    static const char *const levels[] = {"emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"};
    const char *dot = memchr(s, '.', n);
    for (size_t i = 0; dot && i < sizeof levels / sizeof levels[0]; i++)
        if ((size_t)(s + n - dot) > strlen(levels[i]) && !strncasecmp(dot + 1, levels[i], strlen(levels[i])))
            return true;
    return false;
}

/* The first of the words up to `end` that is a name is who sent the line. */
static void note_host(const char *line, const char *s, const char *end, struct logline *l)
{
    while (s < end && !l->host_len) {
        size_t n = 0;
        while (s + n < end && s[n] != ' ' && s[n] != '\t')
            n++;
        size_t name = n && s[n - 1] == ':' ? n - 1 : n;
        if (name && !(name == 1 && *s == '-') && !facility_and_severity(s, name)) {
            l->host_at = (size_t)(s - line);
            l->host_len = name;
        }
        s += n + 1;
    }
}

/* VERSION SP TIMESTAMP SP HOST SP APP SP PROCID SP MSGID SP SD [SP MSG]: RFC 5424 section 6. Without a priority in front only
 * its stamp tells it from other lines. */
static bool rfc5424(struct scan *c, struct logline *l, const char *line)
{
    struct scan try = *c;
    uint64_t version;
    if (!scan_number(&try, 1, 2, &version) || version != 1 || !scan_take(&try, ' '))
        return false;
    if (!(l->pri >= 0 && scan_at(&try, '-') && word(&try)) && !(stamp_iso(&try, l) && scan_blanks(&try)))
        return false;
    const char *host = try.s, *app = NULL;
    for (unsigned i = 0; i < 4; i++, app = app ? app : try.s)
        if (!word(&try))
            return false;
    structured_data(&try);
    if (try.end - try.s >= 3 && !memcmp(try.s, "\xEF\xBB\xBF", 3))
        try.s += 3;
    l->by_collector = l->stamp != LOGLINE_NO_STAMP;
    note_host(line, host, app, l);
    *c = try;
    return true;
}

static bool upper(char c)
{
    return isupper((unsigned char)c) || isdigit((unsigned char)c) || c == '_';
}

/* "%FAC[-SUB]-SEV-MNEMONIC:" at s. */
static bool message(const char *s, const char *end, struct logline *l)
{
    const char *p = s + 1;
    if (s >= end || *s != '%' || p >= end || !upper(*p))
        return false;
    while (p < end && (upper(*p) || (*p == '-' && p + 1 < end && upper(p[1])))) {
        bool severity = *p == '-' && p + 2 < end && p[1] >= '0' && p[1] <= '7' && p[2] == '-';
        if (!severity) {
            p++;
            continue;
        }
        const char *m = p + 3;
        while (m < end && (upper(*m) || *m == '-'))
            m++;
        if (m < end && *m == ':' && m > p + 3 && (size_t)(p - s) <= sizeof l->facility &&
            (size_t)(m - p - 3) < sizeof l->mnemonic) {
            memcpy(l->facility, s + 1, (size_t)(p - s - 1));
            l->facility[p - s - 1] = '\0';
            memcpy(l->mnemonic, p + 3, (size_t)(m - p - 3));
            l->mnemonic[m - p - 3] = '\0';
            l->severity = (uint8_t)(p[1] - '0');
            l->debug = false;
            return true;
        }
        p++;
    }
    return false;
}

static void find_message(struct scan c, struct logline *l)
{
    const char *stop = c.end - c.s > TEXT_AHEAD ? c.s + TEXT_AHEAD : c.end;
    for (const char *s = c.s; s < stop; s++)
        if (*s == '%' && message(s, c.end, l))
            return;
}

/* "45: ", "000123: ": a number that a blank or a stamp follows behind its colon. */
static bool sequence(struct scan *c, struct logline *l, bool *padded)
{
    struct scan try = *c;
    uint64_t v;
    if (!scan_number(&try, 1, DIGITS_MAX, &v) || !scan_take(&try, ':') || !scan_blanks(&try))
        return false;
    *padded = try.s - c->s >= 6 + 2;
    l->has_seq = true;
    l->seq = v;
    *c = try;
    return true;
}

/* "R1: " of `logging origin-id`, or a server's tag: taken off only where something of a router's line follows. */
static bool origin(struct scan *c)
{
    struct scan try = *c;
    struct logline l = {0};
    bool ios;
    if (scan_at(&try, '%') || !word(&try) || try.s[-1] != ' ')
        return false;
    const char *colon = try.s - 1;
    while (colon > c->s && (*colon == ' ' || *colon == '\t'))
        colon--;
    if (*colon != ':')
        return false;
    struct scan look = try;
    if (!message(try.s, try.end, &l) && !stamp_date(&look, &l, &ios) && !stamp_uptime(&look, &l) &&
        !sequence(&look, &l, &ios))
        return false;
    *c = try;
    return true;
}

/* The same where nothing says that a server wrote the line: in front of a router's date alone. */
static bool named(struct scan *c)
{
    struct scan try = *c;
    struct logline l = {0};
    bool ios = false;
    if (!origin(&try))
        return false;
    struct scan look = try;
    if (!stamp_date(&look, &l, &ios) || !ios)
        return false;
    *c = try;
    return true;
}

/* Host and the like, that a server puts behind its own stamp: up to where something of a router's line begins, else a word. */
static void sender(struct scan *c)
{
    struct scan try = *c;
    struct logline l;
    bool ios;
    for (unsigned words = 0; words <= SENDER_MAX; words++) {
        struct scan look = try;
        if (message(try.s, try.end, &l) || (stamp_date(&look, &l, &ios) && ios) || stamp_uptime(&look, &l) ||
            sequence(&look, &l, &ios)) {
            *c = try;
            return;
        }
        if (!word(&try))
            break;
    }
    word(c);
}

/* "71 <189>": RFC 6587 section 3.4.1. */
static void frame_length(struct scan *c)
{
    struct scan try = *c;
    uint64_t v;
    if (scan_number(&try, 1, 6, &v) && scan_take(&try, ' ') && scan_at(&try, '<'))
        *c = try;
}

static void read_pri(struct scan *c, struct logline *l)
{
    struct scan try = *c;
    uint64_t v;
    if (scan_take(&try, '<') && scan_number(&try, 1, 3, &v) && v <= 191 && scan_take(&try, '>')) {
        l->pri = (int)v;
        l->severity = (uint8_t)(v & 7);
        *c = try;
    }
}

void logline_read(const char *line, size_t len, struct logline *l)
{
    struct scan c = {line, line + len};
    *l = (struct logline){.pri = -1, .severity = 7, .debug = true};
    while (c.end > c.s && (c.end[-1] == '\r' || c.end[-1] == '\n'))
        c.end--;
    if (c.end - c.s >= 3 && !memcmp(c.s, "\xEF\xBB\xBF", 3))
        c.s += 3;
    scan_blanks(&c);
    frame_length(&c);
    const char *begin = c.s;
    bool exported = scan_prefix(&c, "MESSAGE=");
    read_pri(&c, l);
    bool own = false;
    bool foreign = rfc5424(&c, l, line) || l->pri >= 0 || exported; /* somebody else's words stand in front */
    if (foreign)
        begin = c.s;
    for (unsigned piece = 0; piece < HEADERS_MAX && !own; piece++) {
        struct scan here = c;
        bool ios = true, padded = false;
        const char *host = NULL;
        scan_blanks(&here);
        if (stamp_date(&here, l, &ios)) {
            own = ios;
            l->by_collector = !ios;
            scan_blanks(&here);
            host = ios ? NULL : here.s;
            if (!ios)
                sender(&here);
        } else if ((stamp_iso(&here, l) && scan_blanks(&here)) || (!piece && (here = c, stamp_other(&here, l)))) {
            scan_blanks(&here);
            l->by_collector = true;
            ios = false;
            host = here.s;
            sender(&here);
        } else if (stamp_uptime(&here, l)) {
            own = true;
            l->by_collector = false;
            scan_blanks(&here);
        } else if (sequence(&here, l, &padded)) {
            ios = padded || !foreign;
        } else if ((foreign ? origin(&here) : piece < 2 && named(&here)) ||
                   (!piece && scan_at(&here, ':') && scan_take(&here, ':') && scan_blanks(&here))) {
            ios = false;
            host = c.s;
        } else {
            break;
        }
        if (!ios) { /* what follows is the router's own */
            foreign = true;
            begin = here.s;
            if (host)
                note_host(line, host, here.s, l);
        }
        c = here;
    }
    l->begin = (size_t)(begin - line);
    l->text_at = (size_t)(c.s - begin);
    find_message(c, l);
}

static bool same_name(const char *s, size_t n, const char *host)
{
    return n == strlen(host) && !strncasecmp(s, host, n);
}

bool logline_from(const char *line, size_t len, const struct logline *l, const char *host)
{
    size_t front = l->begin < len ? l->begin : len, n;
    for (size_t at = 0; at < front; at += n + 1) {
        for (n = 0; at + n < front && line[at + n] != ' ' && line[at + n] != '\t';)
            n++;
        if (same_name(line + at, n, host) || (n && line[at + n - 1] == ':' && same_name(line + at, n - 1, host)))
            return true;
    }
    n = strlen(host);
    return len > n && !strncasecmp(line, host, n) && strchr("#>(", line[n]);
}

void logline_fact(const char *line, size_t len, const struct logline *l, int64_t wall_us, struct fact_syslog *f)
{
    size_t begin = l->begin < len ? l->begin : len, n = 0;
    f->wall_us = wall_us;
    f->seq = l->seq;
    f->severity = l->severity;
    f->debug = l->debug;
    f->held = 0;
    f->own = false;
    str_copy(f->facility, sizeof f->facility, l->facility);
    str_copy(f->mnemonic, sizeof f->mnemonic, l->mnemonic);
    for (size_t i = begin; i < len && n < sizeof f->line - 1; i++) {
        unsigned char c = (unsigned char)line[i];
        if (c == '\r' || c == '\n')
            continue;
        f->line[n++] = (c < ' ' && c != '\t') || c == 0x7F ? '.' : (char)c;
    }
    f->line[n] = '\0';
    f->text_at = (uint16_t)(l->text_at < n ? l->text_at : n);
}
