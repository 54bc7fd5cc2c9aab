/* event_rows.h: what the rows of `event ...` have in common; they stand in several files, by where the events come from. */
#ifndef EEM_EVENT_ROWS_H
#define EEM_EVENT_ROWS_H

#include "eem/cmd/cmd.h"
#include "eem/cmd/words.h"
#include "eem/eem.h"

extern const struct cmd_scope eem_event_scope;

/* A row of the list of an applet's events: `sent` begins with the detector's word, which says the type (syslog=type:11). */
#define EVENT(sent, text, ...)                                                                                         \
    LINE(CONFIG_APPLET, &eem_event_scope, NULL, struct applet_conf, events, "event [tag <word:tag>] " sent, text,      \
         KEY_TXT(struct event_conf, tag), NUM(struct event_conf, type), NUM(struct event_conf, maxrun),                \
         NUM(struct event_conf, ratelimit) __VA_OPT__(, ) __VA_ARGS__)
#define EV(field)       NUM(struct event_conf, field)
#define EV_TXT(field)   TXT(struct event_conf, field)

#define OPS_OF(field)   "{gt|ge|eq|ne|lt|le}=" field
#define TYPES_OF(field) "{value|increment|rate}=" field
#define TYPES_HELP      "Compare the value|Compare how far it has moved|Compare how fast it moves"
#define EXITS                                                                                                          \
    "[exit-comb {or|and}=exit_comb]|[exit-val <arg:exit_val>]|[exit-op " OPS_OF("exit_op") "]|[exit-type " TYPES_OF(  \
        "exit_type") "]|[exit-time <seconds:exit_time>]|[exit-event {false=exit_event:0|true=exit_event:1}]|"          \
                     "[average-factor <average_factor:1-64>]"
#define EXITS_HELP                                                                                                     \
    "How exit value and exit time are combined|One of them|Both|Exit value|Value|Exit comparison|" OPS_HELP            \
    "|What is compared at exit|" TYPES_HELP                                                                            \
    "|Time after which the event is possible again|Seconds|Raise an event at exit too|No|Yes|Samples that a rate is "  \
    "averaged over|Number of samples"
#define EXITS_BINDS                                                                                                    \
    EV(exit_comb), EV_TXT(exit_val), EV(exit_op), EV(exit_type), EV(exit_time), EV(exit_event), EV(average_factor)
#endif
