/* wire.h: a virtual cable between two routers of one process: it delays, loses, swaps, repeats and corrupts frames, by
 * chance that a seed repeats. */
#ifndef ESPIAL_TESTS_SIM_WIRE_H
#define ESPIAL_TESTS_SIM_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataplane/link/link.h"
#include "espial/rand.h"

struct wire;
struct wire_params {    /* chances are per million frames */
    uint64_t delay_us;  /* each frame */
    uint64_t jitter_us; /* up to this much more, uniformly; frames may overtake each other */
    uint32_t loss, swap, repeat, corrupt;
};
/* rnd is borrowed; it is only asked when a chance or the jitter is not 0. Wires die with wire_free, after both routers
 * or before them. */
struct wire *wire_new(struct loop *loop, struct rnd *rnd, const struct wire_params *p);
void wire_free(struct wire *w); /* NULL-safe */
void wire_set(struct wire *w, const struct wire_params *p);
/* The two ends, 0 and 1: each is given to one router (dataplane_link_attach takes it over). An end may be taken again
 * after its router was freed (a reload). */
struct link *wire_end(struct wire *w, int end);
/* Pull or plug the cable: with false both ends lose carrier and everything underway is lost. */
void wire_plug(struct wire *w, bool plugged);

/* See, and judge, every frame as it is sent by end `from`, before chance acts on it. */
enum wire_verdict { WIRE_PASS, WIRE_LOSE, WIRE_TWICE, WIRE_CORRUPT };
typedef enum wire_verdict wire_tap_fn(void *arg, int from, uint8_t *frame, size_t len);
void wire_tap(struct wire *w, wire_tap_fn *fn, void *arg);
/* Put a frame on the wire as if end `from` had sent it (the tap does not see it). */
void wire_inject(struct wire *w, int from, const uint8_t *frame, size_t len);

/* So many frames reach end `to` with a wrong check sequence: its hardware throws them away and counts them. */
void wire_damage(struct wire *w, int to, unsigned frames);

struct wire_stats {
    uint64_t sent, delivered, lost, repeated, corrupted, swapped;
};
struct wire_stats wire_stats(const struct wire *w, int from);
#endif
