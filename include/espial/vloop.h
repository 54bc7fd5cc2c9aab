/* vloop.h: the loop in virtual time, for simulation tests and for logs that are replayed in their own time. Its clock stands still while work runs and jumps to the next timer; nothing waits, nothing wakes
 * by itself, and the same calls give the same run. Several routers may share one. */
#ifndef ESPIAL_VLOOP_H
#define ESPIAL_VLOOP_H

#include "espial/loop.h"
#include "espial/work.h"

/* Loop time 0 is wall_start_us on the calendar (us since 1970 UTC). */
struct loop *vloop_new(int64_t wall_start_us);
void vloop_free(struct loop *loop); /* NULL-safe */
/* Work that sets itself again at one instant takes time after all: every turn behind the first `turns` of an instant moves the clock by `us`. Without this (us 0) a
 * million such turns end the program with a message. */
void vloop_pace(struct loop *loop, unsigned turns, uint64_t us);

/* One turn: what is due and deferred now; when there is nothing, jump to the next timer and run that. False when there is no timer either. */
bool vloop_step(struct loop *loop);
/* Run everything due within the next us microseconds; afterwards the clock has moved by exactly that. */
void vloop_run_for(struct loop *loop, uint64_t us);
/* Run until pred(arg) holds, tested before the first turn and after each; false when it did not within us_max (the clock has then moved by that). */
bool vloop_run_until(struct loop *loop, bool (*pred)(void *arg), void *arg, uint64_t us_max);

/* work.h's twin: fn runs inside work_run, done in a later turn, in order. */
struct work *vwork_new(struct loop *loop);
void vwork_free(struct work *w); /* NULL-safe; jobs not done are forgotten */
#endif
