/* drop.c: the only place where a packet dies.
 *
 * Whoever gives up a packet names a row of drop.def (graph_drop); here it is counted under that row, whoever asked to
 * hear of the row is told while the packet can still be read (the invalid SPI), and the buffer goes back to its pool.
 * Counters only grow: clearing a view remembers where it began.
 *
 * What it does not do: answer the sender. A stage that owes an ICMP error makes it before it drops. */
#include "dataplane/drop.h"
#include "dataplane/graph.h"
#include "espial/loop.h"
#include "espial/mem.h"

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
struct drops {
    struct drop_count n[DROP_REASONS];
    struct drop_count base[DROP_FEATURE + 1][DROP_REASONS]; /* n when the view was cleared */
    uint64_t cleared[DROP_FEATURE + 1];
    struct drop_listener listeners[DROP_REASONS];
};

struct drops *drops_new(void)
{
    return NEW(struct drops);
}

void drops_free(struct drops *d)
{
    mem_free(d);
}

void drop_stage(void *self, struct graph *g, struct packet **v, unsigned n)
{
    struct drops *d = self;

    for (unsigned i = 0; i < n; i++) {
        struct packet *p = v[i];
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

void drop_clear(struct graph *g, enum drop_view view)
{
    struct drops *d = graph_drops(g);

    if (view == DROP_SINCE_BOOT)
        return;
    for (unsigned why = 0; why < DROP_REASONS; why++)
        d->base[view][why] = d->n[why];
    d->cleared[view] = loop_now(graph_loop(g));
}

uint64_t drop_cleared_at(const struct graph *g, enum drop_view view)
{
    return graph_drops(g)->cleared[view];
}

void drop_listen(struct graph *g, enum drop_reason why, void (*fn)(void *arg, const struct packet *p), void *arg)
{
    graph_drops(g)->listeners[why] = (struct drop_listener){.fn = fn, .arg = arg};
}
