/* drop.h: what is known about packets that died. The rows are those of drop.def. Two clears exist, as on IOS-XE: that
 * of the global drop statistics and that of the IPsec datapath feature; neither touches the other's view, and the
 * counts since boot stay. */
#ifndef DATAPLANE_DROP_H
#define DATAPLANE_DROP_H

#include "dataplane/stage.h"

struct drop_row {
    const char *name; /* enum name without DROP_ */
    uint16_t qfp_id;  /* 0: not a row of the IPsec datapath feature */
    const char *qfp_name;
    const char *global; /* row of the global statistics; "" is never shown */
    const char *text;
};
extern const struct drop_row drop_rows[DROP_REASONS]; /* indexed by enum drop_reason; [DROP_NONE] is empty */

struct drop_count {
    uint64_t packets, bytes;
};
enum drop_view { DROP_SINCE_BOOT, DROP_GLOBAL, DROP_FEATURE };
/* Counted since the view was last cleared. Bytes are those from the packet's current header. */
struct drop_count drop_count(const struct graph *g, enum drop_reason why, enum drop_view view);
/* Packets that died in the last so many seconds (to a multiple of ten), never more than DROP_HISTORY_MAX_S; clearing
 * DROP_GLOBAL forgets them. */
#define DROP_HISTORY_MAX_S 1800
uint64_t drop_recent(const struct graph *g, enum drop_reason why, unsigned seconds);
void drop_clear(struct graph *g, enum drop_view view);
/* Loop time (us) of the last clear of that view; 0: never (since boot). */
uint64_t drop_cleared_at(const struct graph *g, enum drop_view view);

/* Tell arg about every packet that dies for this reason, before it goes back to the pool (at most one listener per
 * reason; NULL fn ends it). fn may make packets and post messages; it may not keep p. */
void drop_listen(struct graph *g, enum drop_reason why, void (*fn)(void *arg, const struct packet *p), void *arg);

/* For graph.c: the counters of one graph, and their stage. */
struct drops *drops_new(void);
void drops_free(struct drops *d);
stage_fn drop_stage;
#endif
