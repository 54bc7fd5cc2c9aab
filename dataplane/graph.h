/* graph.h: making and freeing a graph, and what a show or a test asks of it. The verbs for stages are in stage.h. */
#ifndef DATAPLANE_GRAPH_H
#define DATAPLANE_GRAPH_H

#include "dataplane/stage.h"

struct drops;
struct loop;
struct graph *graph_new(struct loop *loop);
/* All packets must be back or only queued inside the graph. NULL-safe. */
void graph_free(struct graph *g);
struct loop *graph_loop(const struct graph *g);
struct drops *graph_drops(const struct graph *g); /* for drop.c */

struct pool_stats {
    unsigned bound, made, used; /* packets: most there may be, allocated so far, out of the pool now */
    unsigned most;              /* out of the pool at once, so far */
    size_t each;                /* bytes that one packet takes */
    uint64_t taken, refused;    /* packet_new: that gave a packet, that met the bound */
};
struct pool_stats graph_pool(const struct graph *g, bool large);
#endif
