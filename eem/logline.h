/* logline.h: one line of a saved log, as a router showed it, a syslog server kept it, or somebody pasted it. */
#ifndef EEM_LOGLINE_H
#define EEM_LOGLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/text.h"

struct fact_syslog;

enum logline_stamp { LOGLINE_NO_STAMP, LOGLINE_UPTIME, LOGLINE_DATE };
struct logline {
    enum logline_stamp stamp;
    char mark;             /* '*' never set, '.' lost, else 0 */
    bool has_year;         /* when.year was written */
    struct wall_time when; /* LOGLINE_DATE: the fields as written; wday is not set */
    char zone[8];          /* "CET"; "" for none */
    bool has_offset;       /* RFC 5424: minutes east of UTC in offset_min */
    int offset_min;
    uint64_t uptime_s; /* LOGLINE_UPTIME */
    bool by_collector; /* the stamp is that of a syslog server or of the datagram, not of the router's own text */
    int pri;           /* <189>; -1 for none */
    bool has_seq;
    uint64_t seq;     /* service sequence-numbers, or the counter of the datagram */
    uint8_t severity; /* of the message, else of pri, else 7 */
    bool debug;       /* no %FAC-SEV-MNEMONIC */
    char facility[24], mnemonic[40];
    size_t begin;   /* where the router's own line begins: its sequence number, stamp or % */
    size_t text_at; /* from begin to the text behind the stamp */
    size_t host_at, host_len; /* who sent it, as a server says; 0 long: nothing does */
};
/* line: without its end, len bytes of which none need be text. Never fails: what is not understood is text. */
void logline_read(const char *line, size_t len, struct logline *out);
/* Did this host send it: is its name a word of what stands in front, or does the line begin with its prompt? */
bool logline_from(const char *line, size_t len, const struct logline *l, const char *host);
/* The fact that the line is; its text is cut and made fit as the log's own are. */
void logline_fact(const char *line, size_t len, const struct logline *l, int64_t wall_us, struct fact_syslog *out);
#endif
