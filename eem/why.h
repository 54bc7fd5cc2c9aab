/* why.h: why an event did not happen by a line of the log. */
#ifndef EEM_WHY_H
#define EEM_WHY_H

#include <stdbool.h>

struct eem;
struct event_conf;
struct fact_syslog;
struct fact_track;
struct text;

/* A line of the log, and what it tells other detectors than syslog. */
struct eem_moment {
    const struct fact_syslog *line; /* NULL: nothing was logged, it is a command of a session */
    const struct fact_track *track; /* an object has changed; NULL: it does not say so */
    const char *command, *mode;     /* somebody typed this, in full; NULL: nobody */
    bool configured;                /* configuration was left */
};
/* Does the event's detector recognise this moment? Otherwise out gets one or more lines (without a last '\n') that say why
 * not. What comes behind the detector (ratelimit, occurs, the trigger) is not looked at. */
bool eem_why(const struct event_conf *ev, const struct eem_moment *m, struct text *out);
/* Would this line of a log (or, without a %FACILITY-SEVERITY-MNEMONIC, this command in full) trigger the applet? out gets lines that say so, or why not, each with its end. Nothing is
 * triggered. False: it is not registered. */
bool eem_try(const struct eem *e, const char *name, const char *line, struct text *out);
#endif
