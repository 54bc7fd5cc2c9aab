/* msg.c: messages: rate limit -> one text -> logging buffer -> FACT_SYSLOG.
 *
 * The text is made once, here, with its timestamp; buffer, terminals, EEM and hosts all carry the same bytes. A message that the limit suppresses never
 * existed. `logging buffered LEVEL` gates the buffer, `logging trap LEVEL` the hosts (base/loghost.c), discriminators any of them (base/discriminate.c); console and monitor sessions hear every fact and
 * gate by the levels in log_conf themselves. `no logging on` silences everything: nothing is kept or published, only counted as dropped.
 *
 * Lines: "[SEQ: ][STAMP: ]%FAC-SEV-MNEMONIC: text", or "[SEQ: ][STAMP: ]text" for debug. A text may hold newlines (%SYS-5-RESTART does): one message, one fact;
 * one made at run time (an applet's) has its further lines indented, so that none passes for a message of its own. A text is cut at SYSLOG_TEXT_MAX with its
 * prefix; a trailing newline and carriage returns are dropped, and other control characters, which could drive a terminal, become dots. A debug line that ends
 * with two newlines has an empty line behind it, on terminals and in the buffer.
 *
 * When the bus was full, facts were lost to EEM and terminals: one %SYS-3-LOGGER_DROPPED a minute at most says how many since the last one; it is in the buffer
 * whatever the bus does. */
#include "base/log_local.h"

#include <stdio.h>
#include <string.h>

#include "espial/account.h"
#include "espial/mem.h"
#include "espial/text.h"

enum { TEXT_INDENT = 2 };

MSG(MSG_OVERFLOW, "SYS", 3, "LOGGER_DROPPED", 60000, "System dropped %llu events, the event queue was full");

const char *const log_level_names[8] = {"emergencies", "alerts",        "critical",      "errors",
                                        "warnings",    "notifications", "informational", "debugging"};

void log_conf_init(struct log_conf *c)
{
    const struct stamp_conf stamp = {.kind = 2, .msec = true};
    *c = (struct log_conf){
        .on = true,
        .console = LOG_DEBUG,
        .monitor = LOG_DEBUG,
        .buffered = LOG_DEBUG,
        .trap = LOG_INFO,
        .buffer_size = 4096,
        .stamp_log = stamp,
        .stamp_debug = stamp,
        .facility = 23,
        .counter = true,
        .rate_except = LOG_OFF,
    };
}

static void log_tell_overflow(void *arg)
{
    struct log *log = arg;
    uint64_t lost = bus_overflows(log->bus) - log->overflows_told;
    if (lost == 0)
        return;
    if (msg_post(log, &MSG_OVERFLOW, (unsigned long long)lost))
        log->overflows_told += lost;
    else if (log->conf.on)
        timer_set(&log->overflow_later, MSG_OVERFLOW.limit_ms * US_PER_MS);
}

struct log *log_new(struct loop *loop, struct bus *bus)
{
    struct log *log = NEW(struct log);
    log->loop = loop;
    log->bus = bus;
    log->born = loop_now(loop);
    log_conf_init(&log->conf);
    log->buf = logbuf_new(log->conf.buffer_size);
    /* The place in memory is chance enough: the table of limits is bounded per row whatever its hash. */
    log->limit = limit_new((uint64_t)(uintptr_t)log ^ (uint64_t)loop_wall(loop));
    log->overflow = (struct deferred){.fn = log_tell_overflow, .arg = log};
    timer_init(&log->overflow_later, loop, log_tell_overflow, log);
    loghost_init(log);
    return log;
}

void log_free(struct log *log)
{
    if (!log)
        return;
    loghost_fini(log);
    loop_undefer(log->loop, &log->overflow);
    timer_clear(&log->overflow_later);
    limit_free(log->limit);
    logbuf_free(log->buf);
    discriminate_free(log);
    msgcount_clear(log);
    mem_free(log);
}

struct log_conf *log_conf(struct log *log)
{
    return &log->conf;
}

void log_conf_changed(struct log *log)
{
    logbuf_resize(log->buf, log->conf.buffer_size);
    if (log->conf.buffered == LOG_OFF)
        logbuf_clear(log->buf);
    if (!log->conf.count)
        msgcount_clear(log);
    discriminate_conf_changed(log);
    loghost_conf_changed(log);
}

void log_set_clock(struct log *log, const struct clock *clock)
{
    log->clock = clock;
}

struct log_stats *log_stats(struct log *log)
{
    loghost_stats(log);
    return &log->stats;
}

const char *log_buffer_next(const struct log *log, size_t *cursor)
{
    return logbuf_next(log->buf, cursor);
}

void log_buffer_clear(struct log *log)
{
    logbuf_clear(log->buf);
}

/* Append a text to a line of SYSLOG_TEXT_MAX, made fit for a terminal. indent: how many blanks stand before its further lines. spaced: an empty line at its end
 * stays. */
static void line_add_text(char *line, size_t len, const char *text, unsigned indent, bool spaced)
{
    size_t all = strlen(text), n = all;
    while (n && (text[n - 1] == '\n' || text[n - 1] == '\r'))
        n--;
    for (size_t i = 0; i < n && len + 1 < SYSLOG_TEXT_MAX; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '\r')
            continue;
        line[len++] = (c < ' ' && c != '\n' && c != '\t') || c == 0x7F ? '.' : (char)c;
        for (unsigned k = 0; c == '\n' && k < indent && len + 1 < SYSLOG_TEXT_MAX; k++)
            line[len++] = ' ';
    }
    if (spaced && all - n > 1 && len + 1 < SYSLOG_TEXT_MAX)
        line[len++] = '\n';
    line[len] = '\0';
}

/* `no logging on`: nothing is said. */
static bool log_silent(struct log *log)
{
    if (log->conf.on)
        return false;
    log->stats.dropped++;
    return true;
}

/* The message's own place: behind its text nothing is decided any more but where it goes. False: there were too many of late. facility "" for a debug line. */
static bool log_emit(struct log *log, const char *facility, uint8_t severity, const char *mnemonic, const char *text,
                     unsigned indent)
{
    struct fact_syslog f = {
        .wall_us = log_wall(log), .severity = severity, .debug = !*facility, .own = log->host.sending};
    const struct log_conf *c = &log->conf;
    if (!rate_pass(log, severity, f.debug, &f.held))
        return false;
    enum account_owner was = account_enter(log->loop, ACCOUNT_LOGGER);
    char stamp[64];
    size_t len = 0;

    f.seq = ++log->seq;
    str_copy(f.facility, sizeof f.facility, facility);
    str_copy(f.mnemonic, sizeof f.mnemonic, mnemonic);
    if (c->sequence)
        len += (size_t)snprintf(f.line, sizeof f.line, "%06llu: ", (unsigned long long)f.seq);
    log_stamp(log, f.debug ? &c->stamp_debug : &c->stamp_log, stamp);
    if (*stamp)
        len += (size_t)snprintf(f.line + len, sizeof f.line - len, "%s: ", stamp);
    f.text_at = (uint16_t)len;
    if (!f.debug)
        len += (size_t)snprintf(f.line + len, sizeof f.line - len, "%%%s-%u-%s: ", f.facility, severity, f.mnemonic);
    line_add_text(f.line, len, text, indent, f.debug);

    f.held |= discriminate(log, &f, text);
    msgcount_add(log, &f);
    if (severity <= c->buffered && !(f.held >> LOG_TO_BUFFER & 1)) {
        logbuf_push(log->buf, f.line);
        log->stats.buffered++;
    }
    if (severity <= c->trap)
        log->stats.trap++;
    uint64_t lost = bus_overflows(log->bus);
    bus_publish(log->bus, FACT_SYSLOG, &f, sizeof f);
    if (bus_overflows(log->bus) != lost)
        log->stats.dropped++;
    if (bus_overflows(log->bus) != log->overflows_told && !timer_pending(&log->overflow_later))
        loop_defer(log->loop, &log->overflow);
    account_leave(log->loop, was);
    return true;
}

static bool log_vpost(struct log *log, const struct msg_row *row, uint64_t key, bool trusted, va_list ap)
{
    char text[SYSLOG_TEXT_MAX];
    if (log_silent(log))
        return false;
    if (row->limit_ms && !limit_pass(log->limit, row, key, loop_now(log->loop), row->limit_ms * US_PER_MS, trusted)) {
        log->stats.rate_limited++;
        return false;
    }
    if (vsnprintf(text, sizeof text, row->fmt, ap) < 0)
        text[0] = '\0';
    return log_emit(log, row->facility, row->severity, row->mnemonic, text, 0);
}

bool msg_post(struct log *log, const struct msg_row *row, ...)
{
    va_list ap;
    va_start(ap, row);
    bool said = log_vpost(log, row, 0, false, ap);
    va_end(ap);
    return said;
}

bool msg_post_key(struct log *log, const struct msg_row *row, uint64_t key, ...)
{
    va_list ap;
    va_start(ap, key);
    bool said = log_vpost(log, row, key, false, ap);
    va_end(ap);
    return said;
}

bool msg_post_trusted(struct log *log, const struct msg_row *row, uint64_t key, ...)
{
    va_list ap;
    va_start(ap, key);
    bool said = log_vpost(log, row, key, true, ap);
    va_end(ap);
    return said;
}

bool msg_crowded(const struct log *log, const struct msg_row *row)
{
    return limit_crowded(log->limit, row);
}

void msg_post_text(struct log *log, const char *facility, uint8_t severity, const char *mnemonic, const char *text)
{
    if (!log_silent(log))
        log_emit(log, facility, severity > LOG_DEBUG ? LOG_DEBUG : severity, mnemonic, text, TEXT_INDENT);
}

void msg_debug(struct log *log, const char *fmt, ...)
{
    char text[SYSLOG_TEXT_MAX];
    va_list ap;
    if (log_silent(log))
        return;
    va_start(ap, fmt);
    if (vsnprintf(text, sizeof text, fmt, ap) < 0)
        text[0] = '\0';
    va_end(ap);
    log_emit(log, "", LOG_DEBUG, "", text, 0);
}
