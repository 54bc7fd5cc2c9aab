/* desk.h: a router's event manager on a desk: no network, no terminal, a clock that goes by a saved log. */
#ifndef CLI_OFFLINE_DESK_H
#define CLI_OFFLINE_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/grammar/grammar.h"
#include "eem/eem.h"
#include "espial/gate.h"
#include "espial/text.h"

struct bus;
struct clock;
struct config;
struct files;
struct log;
struct loop;

#define DESK_TRACKS_MAX 64

struct desk {
    struct loop *loop;
    struct clock *clock;
    struct bus *bus;
    struct log *log;
    struct files *files; /* in memory */
    struct gate gate;    /* event cli */
    struct eem *eem;
    struct grammar *grammar;
    struct cmd_table *tables; /* the event manager's rows without those of EXEC */
    char hostname[64];
    bool named; /* by the configuration; else the hostname is the one that every router begins with */
    bool local_stamps; /* service timestamps log datetime localtime */
    struct desk_track {
        uint32_t number;
        bool up, stub;
    } tracks[DESK_TRACKS_MAX]; /* `track N` of the configuration, and those that the log speaks of */
    size_t ntracks;
    struct desk_track *in_track; /* whose lines stand here in the configuration; NULL: none */
};
/* wall_us: what the calendar says when the log begins. shells: who answers `action cli`; may be NULL. */
struct desk *desk_new(int64_t wall_us, struct shells *shells, const struct eem_observer *observer);
void desk_free(struct desk *d); /* NULL-safe */
/* A line of the configuration that is not the event manager's, but says something about it (hostname, clock timezone,
 * service timestamps, track and default-state behind it). */
void desk_other_line(struct desk *d, const char *line);
/* The log says that an object has changed, whatever it was taken for before; one that nobody has spoken of is made. */
void desk_track_changed(struct desk *d, uint32_t number, bool up);

/* Lines typed into configuration, one by one, as a session does. */
struct typist {
    struct desk *desk;
    enum cmd_mode mode;
    void *obj;
    struct match match;
};
enum typed {
    TYPED_TAKEN,
    TYPED_EMPTY,   /* blanks, or a comment */
    TYPED_UNKNOWN, /* not the event manager's; the mode stays */
    TYPED_REFUSED, /* the event manager's, and wrong: said holds the router's words */
};
void typist_begin(struct typist *t, struct desk *d);
enum typed typist_line(struct typist *t, const char *line, struct text *said);
/* Leave the mode for that which holds it; for global configuration. */
void typist_exit(struct typist *t, struct text *said);
void typist_leave(struct typist *t, struct text *said);
#endif
