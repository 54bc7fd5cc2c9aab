/* drop.c: the only place where a packet dies.
 *
 * Whoever gives up a packet names a row of drop.def (graph_drop); here it is counted under that row, whoever asked to
 * hear of the row is told while the packet can still be read (the invalid SPI), and the buffer goes back to its pool.
 * Counters only grow: clearing a view remembers where it began. Beside them stands a ring of the last half hour in
 * slots of ten seconds, moved on by the next packet that dies or by the next question, so that nobody wakes for it.
 *
 * What it does not do: answer the sender. A stage that owes an ICMP error makes it before it drops. */
#include "dataplane/drop.h"
#include "dataplane/graph.h"
#include "espial/loop.h"
#include "espial/mem.h"

#include <string.h>

const struct drop_row drop_rows[DROP_REASONS] = {
    {.name = "", .qfp_name = "", .global = "", .text = ""},
#define DROP(ename, id, feature, global_name, meaning)                                                                 \
    {.name = &#ename[sizeof "DROP_" - 1], .qfp_id = id, .qfp_name = feature, .global = global_name, .text = meaning},
#include "dataplane/drop.def"
#undef DROP
};

struct drop_listener {
    void (*fn)(void *arg, const struct packet *p);
    void *arg;
};
#define SLOT_US (10 * US_PER_S)
#define SLOTS   (DROP_HISTORY_MAX_S / 10 + 1) /* the one being filled besides */
struct drops {
    struct drop_count n[DROP_REASONS];
    struct drop_count base[DROP_FEATURE + 1][DROP_REASONS]; /* n when the view was cleared */
    uint64_t cleared[DROP_FEATURE + 1];
    struct drop_listener listeners[DROP_REASONS];
    uint32_t recent[SLOTS][DROP_REASONS]; /* packets; slot of loop time t: t / SLOT_US % SLOTS */
    uint64_t slot;                        /* the newest one, not wrapped */
};

struct drops *drops_new(void)
{
    return NEW(struct drops);
}

void drops_free(struct drops *d)
{
    mem_free(d);
}

/* The slot of now; those that were slept through are emptied. */
static uint32_t *recent_now(struct drops *d, uint64_t now)
{
    uint64_t slot = now / SLOT_US, skipped = slot - d->slot;

    if (skipped > SLOTS)
        skipped = SLOTS;
    for (uint64_t i = 0; i < skipped; i++)
        memset(d->recent[(slot - i) % SLOTS], 0, sizeof d->recent[0]);
    d->slot = slot;
    return d->recent[slot % SLOTS];
}

void drop_stage(void *self, struct graph *g, struct packet **v, unsigned n)
{
    struct drops *d = self;
    uint32_t *recent = recent_now(d, loop_now(graph_loop(g)));

    for (unsigned i = 0; i < n; i++) {
        struct packet *p = v[i];
        recent[p->drop]++;
        const struct drop_listener *l = &d->listeners[p->drop];
        d->n[p->drop].packets++;
        d->n[p->drop].bytes += p->len;
        if (l->fn)
            l->fn(l->arg, p);
        packet_done(g, p);
    }
}

struct drop_count drop_count(const struct graph *g, enum drop_reason why, enum drop_view view)
{
    const struct drops *d = graph_drops(g);

    return (struct drop_count){.packets = d->n[why].packets - d->base[view][why].packets,
                               .bytes = d->n[why].bytes - d->base[view][why].bytes};
}

uint64_t drop_recent(const struct graph *g, enum drop_reason why, unsigned seconds)
{
    struct drops *d = graph_drops(g);
    uint64_t n = 0;

    recent_now(d, loop_now(graph_loop(g)));
    for (unsigned i = 0; i <= seconds / 10 && i < SLOTS && i <= d->slot; i++)
        n += d->recent[(d->slot - i) % SLOTS][why];
    return n;
}

void drop_clear(struct graph *g, enum drop_view view)
{
    struct drops *d = graph_drops(g);

    if (view == DROP_SINCE_BOOT)
        return;
    for (unsigned why = 0; why < DROP_REASONS; why++)
        d->base[view][why] = d->n[why];
    d->cleared[view] = loop_now(graph_loop(g));
    if (view == DROP_GLOBAL)
        memset(d->recent, 0, sizeof d->recent);
}

uint64_t drop_cleared_at(const struct graph *g, enum drop_view view)
{
    return graph_drops(g)->cleared[view];
}

void drop_listen(struct graph *g, enum drop_reason why, void (*fn)(void *arg, const struct packet *p), void *arg)
{
    graph_drops(g)->listeners[why] = (struct drop_listener){.fn = fn, .arg = arg};
}
