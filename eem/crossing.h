/* crossing.h: a value that crosses a threshold and comes back: of event interface, snmp and counter. */
#ifndef EEM_CROSSING_H
#define EEM_CROSSING_H

#include <stdbool.h>
#include <stdint.h>

#include "eem/eem_conf.h"
#include "espial/mem.h"

struct text;

#define CROSSING_SAMPLES 64 /* the largest average-factor */
struct crossing {
    const struct event_conf *ev;
    int64_t entry, exit;
    bool raised;                      /* the event happened at: */
    uint64_t raised_at;               /* loop time; until the exit is crossed nothing happens */
    bool seen;                        /* there was a sample */
    int64_t base, last;               /* the value when the event last happened (or first seen); the sample before */
    uint64_t steps[CROSSING_SAMPLES]; /* rate: how far the last samples were apart */
    uint32_t nsteps, at;
};
struct crossed {
    bool exit; /* it came back (exit-event true) */
    int64_t value, delta;
};
/* Are the values numbers, and those of the exit given together? */
bool crossing_check(const struct event_conf *ev, char why[128]) MUST_USE;
/* ev must stay; crossing_check has accepted it. */
void crossing_init(struct crossing *c, const struct event_conf *ev);
/* One more sample, at loop time now. True: the event happens. */
bool crossing_sample(struct crossing *c, uint64_t now, int64_t value, struct crossed *out) MUST_USE;
/* " entry-op {gt} entry-val {5} ..." */
void crossing_describe(const struct event_conf *ev, struct text *out);
#endif
