/* traps.h: the notifications of the dataplane. */
#ifndef DATAPLANE_MIB_TRAPS_H
#define DATAPLANE_MIB_TRAPS_H

struct dataplane;
struct dp_traps;

/* The dataplane needs a bus. To be freed before it. */
struct dp_traps *dp_traps_new(struct dataplane *dp);
/* The startup configuration has been read: what is configured from now on is notified. */
void dp_traps_booted(struct dp_traps *w);
void dp_traps_free(struct dp_traps *w); /* NULL-safe */
#endif
