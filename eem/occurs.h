/* occurs.h: the Nth time within a period: of event syslog and event cli. */
#ifndef EEM_OCCURS_H
#define EEM_OCCURS_H

#include <stdbool.h>
#include <stdint.h>

#include "espial/mem.h"

struct event_conf;
struct text;
struct watch;

#define OCCURS_MAX 32
struct occurs {
    uint64_t seen[OCCURS_MAX]; /* loop times of the last ones */
    unsigned n;
};
/* What the watch waits for was there once more (w->matched counts it): is it the event? */
bool occurs_enough(struct occurs *o, struct watch *w) MUST_USE;
/* " occurs 3 period 60.000"; nothing when not asked. */
void occurs_describe(const struct event_conf *ev, struct text *out);
#endif
