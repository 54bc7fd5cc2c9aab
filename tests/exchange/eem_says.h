/* eem_says.h: for tests of events: an applet that says one line when its event happens. */
#ifndef ESPIAL_TESTS_EEM_SAYS_H
#define ESPIAL_TESTS_EEM_SAYS_H

#include "tests/exchange/eem_box.h"

/* An applet that says one line. */
static inline struct event_conf *says(struct applet_conf *a, const char *name, enum eem_event_type type, const char *text)
{
    struct event_conf *ev = applet(a, name, type);
    action(a, "1", ACTION_SYSLOG, text);
    return ev;
}

#define COPY(field, text) str_copy(field, sizeof(field), text)

static inline void run(struct box *b, uint64_t us)
{
    vloop_run_for(b->loop, us);
}

#endif
