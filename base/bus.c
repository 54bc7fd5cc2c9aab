/* bus.c: the queue of facts.
 *
 * Publishing copies a fact behind the others and defers the drain to the end of the loop's turn; nobody is called back from inside its own work. Facts stand
 * one behind the other in a growing arena; the drain swaps the arena with a second, empty one, so facts published by subscribers queue up behind without moving
 * what is being read, and are drained in the same turn's next round. In steady state nothing is allocated.
 *
 * Bounded at BUS_MAX facts waiting: what comes then is counted and forgotten (base/msg.c writes one line about it). Subscribers of a type are called in the order they
 * subscribed; one that leaves during a drain is not called again, one that comes sees the next fact. */
#include "espial/bus.h"

#include <stdlib.h>
#include <string.h>

#include "espial/account.h"
#include "espial/loop.h"
#include "espial/mem.h"

enum { BUS_MAX = 4096, ARENA_MIN = 4096, ARENA_KEEP = 256 * 1024 };

static const size_t fact_size[FACT_TYPES] = {
    [FACT_SYSLOG] = sizeof(struct fact_syslog),
    [FACT_CONFIG_CHANGED] = sizeof(struct fact_config),
    [FACT_COMMAND] = sizeof(struct fact_command),
    [FACT_TRAP_WANTED] = sizeof(struct fact_trap),
    [FACT_TRAP_HEARD] = sizeof(struct fact_trap),
    [FACT_INVALID_SPI] = sizeof(struct fact_invalid_spi),
    [FACT_TRACK] = sizeof(struct fact_track),
    [FACT_ROUTE] = sizeof(struct fact_route),
    [FACT_LINK] = sizeof(struct fact_link),
    [FACT_IPSLA] = sizeof(struct fact_ipsla),
};

struct subscriber {
    void (*fn)(void *arg, const void *fact); /* NULL: left during a drain */
    void *arg;
    enum account_owner owner; /* who subscribed: it hears on its own time */
};

struct subscribers {
    struct subscriber *v;
    size_t n, cap;
    bool holes;
};

struct arena {
    unsigned char *data;
    size_t len, cap;
};

struct bus {
    struct loop *loop;
    struct deferred drain;
    struct arena filling, draining;
    size_t waiting;
    bool in_drain;
    uint64_t overflows;
    struct subscribers subs[FACT_TYPES];
};

/* A fact in an arena: its type in 8 bytes, then the fact, padded to 8. */
enum { FACT_HEAD = 8 };

static size_t fact_room(enum fact_type type)
{
    return FACT_HEAD + (fact_size[type] + 7) / 8 * 8;
}

static void subs_close_up(struct subscribers *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->v[i].fn)
            s->v[n++] = s->v[i];
    s->n = n;
    s->holes = false;
}

static void bus_deliver(struct bus *b, enum fact_type type, const void *fact)
{
    struct subscribers *s = &b->subs[type];
    size_t n = s->n;
    enum account_owner was = account_owner(b->loop);
    for (size_t i = 0; i < n; i++) {
        struct subscriber sub = s->v[i];
        if (!sub.fn)
            continue;
        account_enter(b->loop, sub.owner);
        sub.fn(sub.arg, fact);
    }
    account_leave(b->loop, was);
    if (s->holes)
        subs_close_up(s);
}

static void bus_drain(void *arg)
{
    struct bus *b = arg;
    struct arena a = b->filling;
    b->filling = b->draining;
    b->draining = a;
    b->in_drain = true;
    for (size_t at = 0; at < a.len;) {
        enum fact_type type;
        memcpy(&type, a.data + at, sizeof type);
        b->waiting--;
        bus_deliver(b, type, a.data + at + FACT_HEAD);
        at += fact_room(type);
    }
    b->in_drain = false;
    b->draining.len = 0;
    if (b->draining.cap > ARENA_KEEP) {
        mem_free(b->draining.data);
        b->draining = (struct arena){0};
    }
}

struct bus *bus_new(struct loop *loop)
{
    struct bus *b = NEW(struct bus);
    b->loop = loop;
    b->drain = (struct deferred){.fn = bus_drain, .arg = b};
    return b;
}

void bus_free(struct bus *b)
{
    if (!b)
        return;
    loop_undefer(b->loop, &b->drain);
    for (size_t i = 0; i < FACT_TYPES; i++)
        mem_free(b->subs[i].v);
    mem_free(b->filling.data);
    mem_free(b->draining.data);
    mem_free(b);
}

void bus_publish(struct bus *b, enum fact_type type, const void *fact, size_t size)
{
    if ((unsigned)type >= FACT_TYPES || size != fact_size[type])
        abort();
    if (b->subs[type].n == 0)
        return;
    if (b->waiting >= BUS_MAX) {
        b->overflows++;
        return;
    }
    struct arena *a = &b->filling;
    size_t room = fact_room(type);
    if (a->cap - a->len < room) {
        size_t cap = a->cap ? a->cap * 2 : ARENA_MIN;
        while (cap - a->len < room)
            cap *= 2;
        a->data = mem_resize(a->data, cap, 1);
        a->cap = cap;
    }
    memcpy(a->data + a->len, &type, sizeof type);
    memcpy(a->data + a->len + FACT_HEAD, fact, size);
    a->len += room;
    b->waiting++;
    loop_defer(b->loop, &b->drain);
}

void bus_subscribe(struct bus *b, enum fact_type type, void (*fn)(void *arg, const void *fact), void *arg)
{
    if ((unsigned)type >= FACT_TYPES)
        abort();
    struct subscribers *s = &b->subs[type];
    if (s->n == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 4;
        s->v = mem_resize(s->v, s->cap, sizeof *s->v);
    }
    s->v[s->n++] = (struct subscriber){fn, arg, account_owner(b->loop)};
}

void bus_unsubscribe(struct bus *b, enum fact_type type, void (*fn)(void *arg, const void *fact), void *arg)
{
    struct subscribers *s = &b->subs[type];
    for (size_t i = 0; i < s->n; i++) {
        if (s->v[i].fn != fn || s->v[i].arg != arg)
            continue;
        s->v[i].fn = NULL;
        s->holes = true;
        if (!b->in_drain)
            subs_close_up(s);
        return;
    }
}

uint64_t bus_overflows(const struct bus *b)
{
    return b->overflows;
}
