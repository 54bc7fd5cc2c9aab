/* why.h: why an event did not happen by a line of the log. */
#ifndef EEM_WHY_H
#define EEM_WHY_H

#include <stdbool.h>

struct event_conf;
struct fact_syslog;
struct text;

/* Does the event's detector recognise this line? Otherwise out gets one or more lines (without a last '\n') that say why
 * not. What comes behind the detector (ratelimit, occurs, the trigger) is not looked at. */
bool eem_why(const struct event_conf *ev, const struct fact_syslog *f, struct text *out);
#endif
