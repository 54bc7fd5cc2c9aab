/* msg.h: messages. A message row is declared once beside the code that posts it; posting goes: rate limit -> one text -> logging buffer -> FACT_SYSLOG on the
 * bus (terminals, EEM, snmp) and the syslog hosts. Debug lines go the same way with severity 7 and no %FAC-SEV-MNEMONIC. */
#ifndef ESPIAL_MSG_H
#define ESPIAL_MSG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/clock.h"

struct log;
struct loop;
struct bus;
struct inet;
struct streams;

struct msg_row {
    const char *facility, *mnemonic;
    uint8_t severity;
    uint32_t limit_ms; /* at most one per key in this time; 0: no limit */
    const char *fmt;   /* printf format of the text after "%FAC-SEV-MNEMONIC: " */
};
/* MSG(MSG_INV_SPI, "CRYPTO", 4, "RECVD_PKT_INV_SPI", 60000, "decaps: ... destaddr=%s"); */
#define MSG(name, fac, sev, mnem, limit, format)                                                                       \
    static const struct msg_row name = {                                                                               \
        .facility = fac, .mnemonic = mnem, .severity = sev, .limit_ms = limit, .fmt = format}

/* Post with the arguments of row->fmt. msg_post_key: the limit counts per (row, key); a suppressed message never existed (no buffer, no fact). The table of keys
 * is bounded. Returns false when it was suppressed. */
bool msg_post(struct log *log, const struct msg_row *row, ...);
bool msg_post_key(struct log *log, const struct msg_row *row, uint64_t key, ...);
/* As msg_post_key, for a key that no stranger can make up (a configured peer's): it is heard when strangers have used up the row's table. Who has to look that up asks
 * first whether it matters. */
bool msg_post_trusted(struct log *log, const struct msg_row *row, uint64_t key, ...);
bool msg_crowded(const struct log *log, const struct msg_row *row);
/* A severity and text made at run time (EEM's action syslog): "%facility-severity-mnemonic: text". Further lines of the text are indented: none of them
 * looks like a message of its own. */
void msg_post_text(struct log *log, const char *facility, uint8_t severity, const char *mnemonic, const char *text);
/* A debug line (severity 7); the caller has tested its own debug bit. A text with newlines becomes several lines of one message; one that ends
 * with two has an empty line behind it. */
void msg_debug(struct log *log, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

enum log_level { LOG_OFF = -1, LOG_EMERG, LOG_ALERT, LOG_CRIT, LOG_ERROR, LOG_WARN, LOG_NOTICE, LOG_INFO, LOG_DEBUG };
extern const char *const log_level_names[8]; /* "emergencies" .. "debugging" */

/* What was asked (written by cli/cmd/cmd_logging.c through the grammar; read by the log). */
#define LOG_HOSTS_MAX 16
#define LOG_MDS_MAX   16
#define LOG_MD_NAME   9
/* A message discriminator: what of a stream of messages a destination gets. Every part that is there must agree: an `includes` matches, a `drops` does not. */
enum log_md_action { LOG_MD_NONE, LOG_MD_DROPS, LOG_MD_INCLUDES };
struct log_md {
    char name[LOG_MD_NAME];
    uint8_t severity_action, facility_action, mnemonics_action, body_action; /* enum log_md_action */
    uint8_t severities;                                                      /* bit n: severity n */
    char facility[64], mnemonics[64], body[128];                             /* regular expressions */
    uint32_t rate;                                                           /* messages a second; 0: any */
};
struct log_host {
    uint32_t addr;
    uint16_t port; /* 514; 601 over TCP */
    bool tcp;
    char md[LOG_MD_NAME]; /* "": none */
};
enum log_origin { LOG_ORIGIN_NONE, LOG_ORIGIN_HOSTNAME, LOG_ORIGIN_IP, LOG_ORIGIN_STRING };
/* Destinations, as numbers of bits in fact_syslog.held and of counters. */
enum log_dest {
    LOG_TO_CONSOLE,
    LOG_TO_MONITOR,
    LOG_TO_BUFFER,
    LOG_TO_HOST /* + i */,
    LOG_DESTS = LOG_TO_HOST + LOG_HOSTS_MAX
};
struct stamp_conf { /* service timestamps log|debug */
    int kind;   /* 0 none, 1 uptime, 2 datetime */
    bool msec, localtime, show_timezone, year;
};
struct log_conf {
    bool on;
    bool sequence;              /* service sequence-numbers */
    int console, monitor, buffered, trap; /* enum log_level; LOG_OFF disabled */
    uint32_t buffer_size;       /* bytes */
    struct stamp_conf stamp_log, stamp_debug;
    int facility;               /* 0-23, local7 = 23 */
    char source_if[32];
    struct log_host hosts[LOG_HOSTS_MAX];
    unsigned nhosts;
    struct log_md mds[LOG_MDS_MAX];
    unsigned nmds;
    char console_md[LOG_MD_NAME], monitor_md[LOG_MD_NAME], buffered_md[LOG_MD_NAME]; /* "": none */
    enum log_origin origin;     /* before each message to a host */
    char origin_text[64];       /* LOG_ORIGIN_STRING */
    bool counter;               /* the N of the wire format; logging message-counter syslog */
    bool count;                 /* logging count */
    uint32_t rate;              /* messages a second, in all; 0: any */
    bool rate_console, rate_all; /* of the console alone; debug lines too */
    int rate_except;            /* up to this severity not limited; LOG_OFF none */
};
void log_conf_init(
    struct log_conf *
        c); /* IOS defaults: on, console/monitor/buffered debugging, trap informational, 4096 bytes, datetime msec for both */

/* With the configuration of log_conf_init; the caller owns it, loop and bus outlive it. */
struct log *log_new(struct loop *loop, struct bus *bus);
void log_free(struct log *log); /* NULL-safe */
struct log_conf *log_conf(struct log *log);   /* the live configuration; call log_conf_changed after writing */
void log_conf_changed(struct log *log);
/* Source for syslog hosts; NULL until the dataplane is up, and again before it goes (the socket is closed then). The log opens its own UDP socket (base/loghost.c). */
void log_set_inet(struct log *log, struct inet *inet);
/* For hosts over TCP; NULL: there are none, and such hosts stay down. */
void log_set_streams(struct log *log, struct streams *streams);
/* For `logging origin-id hostname`. */
void log_set_hostname(struct log *log, const char *(*hostname)(void *arg), void *arg);
/* The calendar that messages are stamped with; without one (in a test of something else) the loop's, never set. Uptime begins where the log began. */
void log_set_clock(struct log *log, const struct clock *clock);
/* Now as `service timestamps` wants it: "*Mar 12 18:22:10.706", the mark by the clock's source, without a trailing colon; "" for none. */
char *log_stamp(const struct log *log, const struct stamp_conf *c, char out[64]);
/* The buffer, oldest first: cursor from 0; NULL at the end. */
const char *log_buffer_next(const struct log *log, size_t *cursor);
void log_buffer_clear(struct log *log);
struct log_stats {
    uint64_t console, monitor, buffered, trap, dropped, rate_limited, host_sent[LOG_HOSTS_MAX];
    bool host_down[LOG_HOSTS_MAX];    /* the last message could not be sent; it waits */
    uint64_t md_dropped[LOG_DESTS];   /* by a discriminator's patterns */
    uint64_t md_limited[LOG_DESTS];   /* by its rate */
};
/* `logging count`: how often each message was said since it was switched on (or cleared), by facility, in the order of their first time. */
struct log_count {
    char facility[24], mnemonic[40], last[64]; /* last: when, "*May  1 06:13:57.803" */
    uint8_t severity;
    uint64_t n;
};
/* *n of them, valid until the next message. */
const struct log_count *log_counts(const struct log *log, size_t *n);
/* Is this a regular expression that a discriminator can use? */
bool log_md_pattern_ok(const char *pattern);
struct log_stats *log_stats(struct log *log); /* terminals add to console and monitor themselves */
#endif
