/* graph.c: moves vectors of packets between stages, and owns the packets.
 *
 * Each stage has one queue: a vector of GRAPH_VECTOR packets, which is what the stage is handed as it is, and behind it,
 * when that is full, a chain through the packets themselves; so naming a next stage costs two stores, touches no packet
 * and can't fail. graph_run takes the stages in the order of enum stage_id, which is that of a packet's ordinary way
 * through the router, hands each up to GRAPH_VECTOR packets at once, and starts over until every queue is empty: a
 * packet that turns back (encapsulated, reassembled) is taken in the next round. A stage that nobody serves drops what
 * it is given.
 *
 * Packets come from two pools, small and large, made in chunks when first needed up to the bounds of limits.h, and
 * never given back to the heap before the graph ends: forwarding allocates nothing. A packet's buffer has PACKET_ROOM
 * in front of the payload and PACKET_TAIL behind it.
 *
 * What it does not do: know what is in a packet, or which way it goes. */
#include <string.h>

#include "dataplane/drop.h"
#include "dataplane/graph.h"
#include "dataplane/limits.h"
#include "espial/account.h"
#include "espial/loop.h"
#include "espial/mem.h"

#define LINE 64 /* of the cache */

struct pool_chunk {
    _Alignas(LINE) struct pool_chunk *next;
};
#define PACKET_HEAD ((sizeof(struct packet) + LINE - 1) / LINE * LINE)
/* What encapsulates looks at PACKET_ROOM alone, and may leave nothing of it to the link's header. */
_Static_assert(PACKET_HEAD - sizeof(struct packet) >= 14, "an Ethernet header fits between a packet and its room");
struct packet_pool {
    struct packet *free;
    struct pool_chunk *chunks;
    size_t buffer; /* bytes of one packet's buffer */
    unsigned bound, made, used, most, step;
    uint64_t taken, refused;
};
struct stage {
    stage_fn *fn;
    void *self;
};
struct graph {
    struct graph_front front; /* first: see graph_next */
    struct loop *loop;
    struct deferred kick;
    bool running;
    struct stage stages[STAGES];
    struct packet_pool small, large;
    struct drops *drops;
    struct packet **running_vector; /* of the stage that runs */
    struct packet *vectors[STAGES + 1][GRAPH_VECTOR];
};

static void pool_init(struct packet_pool *pool, size_t size, unsigned bound, unsigned step)
{
    pool->buffer = PACKET_ROOM + size + PACKET_TAIL;
    pool->bound = bound;
    pool->step = step;
}

static size_t packet_size(const struct packet_pool *pool)
{
    size_t lines = (PACKET_HEAD + pool->buffer + LINE - 1) / LINE;

    return (lines | 1) * LINE; /* an odd number: packets do not crowd in the same sets of the cache */
}

static void pool_grow(struct packet_pool *pool)
{
    size_t each = packet_size(pool);
    unsigned n = pool->step < pool->bound - pool->made ? pool->step : pool->bound - pool->made;
    struct pool_chunk *chunk = mem_aligned(sizeof *chunk + n * each, LINE);
    uint8_t *at = (uint8_t *)chunk + sizeof *chunk;

    chunk->next = pool->chunks;
    pool->chunks = chunk;
    for (unsigned i = 0; i < n; i++, at += each) {
        struct packet *p = (struct packet *)at;
        p->base = at + PACKET_HEAD;
        p->next = pool->free;
        pool->free = p;
    }
    pool->made += n;
}

static struct packet *pool_take(struct packet_pool *pool)
{
    if (!pool->free) {
        if (pool->made == pool->bound) {
            pool->refused++;
            return NULL;
        }
        pool_grow(pool);
    }
    struct packet *p = pool->free;
    uint8_t *base = p->base;
    pool->free = p->next;
    pool->taken++;
    if (++pool->used > pool->most)
        pool->most = pool->used;
    *p = (struct packet){.base = base, .cap = (uint32_t)pool->buffer, .l3 = base + PACKET_ROOM};
    return p;
}

static void pool_end(struct packet_pool *pool)
{
    while (pool->chunks) {
        struct pool_chunk *c = pool->chunks;
        pool->chunks = c->next;
        mem_free(c);
    }
}

struct packet *packet_at(struct graph *g, size_t size, uint64_t now_us)
{
    if (size > PACKET_LARGE)
        return NULL;
    struct packet *p = pool_take(size <= PACKET_SMALL ? &g->small : &g->large);
    if (p)
        p->rx_us = now_us;
    return p;
}

struct packet *packet_new(struct graph *g, size_t size)
{
    return packet_at(g, size, loop_now(g->loop));
}

struct packet *packet_copy(struct graph *g, const struct packet *p)
{
    struct packet *q = packet_new(g, p->cap > g->small.buffer ? PACKET_LARGE : PACKET_SMALL);

    if (!q)
        return NULL;
    uint8_t *base = q->base;
    uint32_t cap = q->cap;
    *q = *p;
    q->base = base;
    q->cap = cap;
    q->l3 = base + (p->l3 - p->base);
    q->next = NULL;
    memcpy(q->l3, p->l3, p->len);
    return q;
}

void packet_done(struct graph *g, struct packet *p)
{
    struct packet_pool *pool = p->cap == g->small.buffer ? &g->small : &g->large;

    p->next = pool->free;
    pool->free = p;
    pool->used--;
}

struct pool_stats graph_pool(const struct graph *g, bool large)
{
    const struct packet_pool *pool = large ? &g->large : &g->small;

    return (struct pool_stats){.bound = pool->bound,
                               .made = pool->made,
                               .used = pool->used,
                               .most = pool->most,
                               .each = packet_size(pool),
                               .taken = pool->taken,
                               .refused = pool->refused};
}

void graph_set(struct graph *g, enum stage_id id, stage_fn *fn, void *self)
{
    g->stages[id].fn = fn;
    g->stages[id].self = self;
}

void graph_drop(struct graph *g, struct packet *p, enum drop_reason why)
{
    p->drop = (uint8_t)why;
    graph_next(g, p, STAGE_DROP);
}

/* The stage's vector becomes the one that runs, and the other is filled with what waited behind it. */
static unsigned stage_take(struct graph *g, struct graph_queue *s)
{
    struct packet **v = s->vector;
    unsigned n = s->n;

    s->vector = g->running_vector;
    g->running_vector = v;
    for (s->n = 0; s->head && s->n < GRAPH_VECTOR; s->head = s->head->next)
        s->vector[s->n++] = s->head;
    if (!s->head)
        s->tail = &s->head;
    return n;
}

static const uint8_t stage_owner[STAGES] = {
    [STAGE_ETH_IN] = ACCOUNT_NET_INPUT,  [STAGE_IP4_IN] = ACCOUNT_IP,        [STAGE_CRYPTO_CHECK] = ACCOUNT_ESP,
    [STAGE_IP4_ROUTE_IN] = ACCOUNT_IP,   [STAGE_IP4_LOCAL] = ACCOUNT_IP,     [STAGE_IP4_FORWARD] = ACCOUNT_IP,
    [STAGE_GRE_IN] = ACCOUNT_IP,         [STAGE_TUNNEL_IN] = ACCOUNT_IP,     [STAGE_TUNNEL_OUT] = ACCOUNT_IP,
    [STAGE_IP4_ROUTE] = ACCOUNT_IP,      [STAGE_IP4_OUT] = ACCOUNT_IP,       [STAGE_CRYPTO_OUT] = ACCOUNT_ESP,
    [STAGE_ESP_OUT] = ACCOUNT_ESP,       [STAGE_ESP_IN] = ACCOUNT_ESP,       [STAGE_ICMP_IN] = ACCOUNT_IP,
    [STAGE_UDP_IN] = ACCOUNT_IP,         [STAGE_ETH_OUT] = ACCOUNT_NET_OUTPUT, [STAGE_DROP] = ACCOUNT_NONE,
};

static void stage_run(struct graph *g, enum stage_id id)
{
    struct stage *s = &g->stages[id];
    unsigned n = stage_take(g, &g->front.queue[id]);

    account_enter(g->loop, stage_owner[id]);
    if (s->fn)
        s->fn(s->self, g, g->running_vector, n);
    else
        for (unsigned i = 0; i < n; i++)
            graph_drop(g, g->running_vector[i], DROP_NO_STAGE);
}

void graph_run(struct graph *g)
{
    bool any;

    if (g->running)
        return;
    g->running = true;
    enum account_owner was = account_owner(g->loop);
    do {
        any = false;
        for (unsigned id = 0; id < STAGES; id++)
            if (g->front.queue[id].n) {
                stage_run(g, id);
                any = true;
            }
    } while (any);
    account_leave(g->loop, was);
    g->running = false;
}

static void run_kicked(void *arg)
{
    graph_run(arg);
}

void graph_kick(struct graph *g)
{
    loop_defer(g->loop, &g->kick);
}

struct loop *graph_loop(const struct graph *g)
{
    return g->loop;
}

struct drops *graph_drops(const struct graph *g)
{
    return g->drops;
}

struct graph *graph_new(struct loop *loop)
{
    struct graph *g = NEW(struct graph);

    g->loop = loop;
    g->kick = (struct deferred){.fn = run_kicked, .arg = g};
    g->running_vector = g->vectors[STAGES];
    for (unsigned id = 0; id < STAGES; id++) {
        g->front.queue[id].tail = &g->front.queue[id].head;
        g->front.queue[id].vector = g->vectors[id];
    }
    pool_init(&g->small, PACKET_SMALL, POOL_SMALL_PACKETS, POOL_CHUNK);
    pool_init(&g->large, PACKET_LARGE, POOL_LARGE_PACKETS, 1);
    g->drops = drops_new();
    graph_set(g, STAGE_DROP, drop_stage, g->drops);
    return g;
}

void graph_free(struct graph *g)
{
    if (!g)
        return;
    loop_undefer(g->loop, &g->kick);
    pool_end(&g->small);
    pool_end(&g->large);
    drops_free(g->drops);
    mem_free(g);
}
