/* wire.c: a virtual cable: see wire.h.
 *
 * A frame sent becomes a timer that delivers it. Swapping holds a frame back until the next one of its direction has
 * been sent (or 10 ms have passed). Corrupting flips one bit behind the Ethernet header, so that the damage is the
 * router's to find. An end outlives its router: freeing the link unplugs the router from the wire, no more. */
#include "tests/sim/wire.h"

#include <string.h>

#include "espial/loop.h"
#include "espial/mem.h"

enum { SWAP_HOLD_US = 10000 };

struct frame {
    struct wire *wire;
    struct timer timer;
    struct frame *next, **self;
    int from;
    size_t len;
    uint8_t data[];
};
struct end {
    struct link link; /* first */
    struct wire *wire;
    bool taken;
    struct frame *held; /* to be swapped with the next one */
    struct wire_stats stats;
};
struct wire {
    struct loop *loop;
    struct rnd *rnd;
    struct wire_params p;
    struct end ends[2];
    struct frame *frames;
    wire_tap_fn *tap;
    void *tap_arg;
    bool freed, plugged;
};

static void frame_free(struct frame *f)
{
    timer_clear(&f->timer);
    *f->self = f->next;
    if (f->next)
        f->next->self = f->self;
    if (f->wire->ends[f->from].held == f)
        f->wire->ends[f->from].held = NULL;
    mem_free(f);
}

static void deliver(void *arg)
{
    struct frame *f = arg;
    struct end *to = &f->wire->ends[!f->from];

    if (to->taken && to->link.rx) {
        f->wire->ends[f->from].stats.delivered++;
        to->link.rx(to->link.arg, f->data, f->len);
        if (to->link.rx_end)
            to->link.rx_end(to->link.arg);
    }
    frame_free(f);
}

static bool chance(struct wire *w, uint32_t per_million)
{
    return per_million && rnd_u32(w->rnd) % 1000000 < per_million;
}

static uint64_t delay(struct wire *w)
{
    return w->p.delay_us + (w->p.jitter_us ? rnd_u32(w->rnd) % (w->p.jitter_us + 1) : 0);
}

static struct frame *launch(struct wire *w, int from, const uint8_t *data, size_t len, uint64_t us)
{
    struct frame *f = mem_new(sizeof *f + len);

    f->wire = w;
    f->from = from;
    f->len = len;
    memcpy(f->data, data, len);
    f->next = w->frames;
    f->self = &w->frames;
    if (f->next)
        f->next->self = &f->next;
    w->frames = f;
    timer_init(&f->timer, w->loop, deliver, f);
    timer_set(&f->timer, us);
    return f;
}

static void flip(struct wire *w, uint8_t *data, size_t len)
{
    enum { ETHERNET = 14 };
    if (len <= ETHERNET)
        return;
    uint32_t bit = w->rnd ? rnd_u32(w->rnd) : 7;
    data[ETHERNET + bit / 8 % (len - ETHERNET)] ^= (uint8_t)(1u << bit % 8);
}

static bool wire_send(struct link *l, const uint8_t *data, size_t len)
{
    struct end *e = (struct end *)l;
    struct wire *w = e->wire;
    int from = e == &w->ends[1];
    enum wire_verdict verdict = WIRE_PASS;
    uint8_t copy[LINK_FRAME_MAX];

    if (len > sizeof copy || !w->plugged)
        return false;
    memcpy(copy, data, len);
    e->stats.sent++;
    if (w->tap)
        verdict = w->tap(w->tap_arg, from, copy, len);
    if (verdict == WIRE_LOSE || chance(w, w->p.loss)) {
        e->stats.lost++;
        return true;
    }
    if (verdict == WIRE_CORRUPT || chance(w, w->p.corrupt)) {
        e->stats.corrupted++;
        flip(w, copy, len);
    }
    if (verdict == WIRE_TWICE || chance(w, w->p.repeat)) {
        e->stats.repeated++;
        launch(w, from, copy, len, delay(w));
    }
    struct frame *before = e->held;
    e->held = NULL;
    if (!before && chance(w, w->p.swap)) {
        e->stats.swapped++;
        e->held = launch(w, from, copy, len, delay(w) + SWAP_HOLD_US);
        return true;
    }
    launch(w, from, copy, len, delay(w));
    if (before)
        timer_set(&before->timer, delay(w));
    return true;
}

static void wire_end_free(struct link *l)
{
    struct end *e = (struct end *)l;
    struct wire *w = e->wire;

    e->taken = false;
    e->link.rx = NULL;
    e->link.rx_end = NULL;
    e->link.changed = NULL;
    if (w->freed && !w->ends[0].taken && !w->ends[1].taken)
        mem_free(w);
}

static const struct link_ops wire_ops = {.send = wire_send, .free = wire_end_free};

struct wire *wire_new(struct loop *loop, struct rnd *rnd, const struct wire_params *p)
{
    struct wire *w = NEW(struct wire);

    w->loop = loop;
    w->rnd = rnd;
    w->plugged = true;
    if (p)
        w->p = *p;
    for (int i = 0; i < 2; i++) {
        w->ends[i].link.ops = &wire_ops;
        w->ends[i].link.carrier = true;
        w->ends[i].wire = w;
        memcpy(w->ends[i].link.spec, "wire", sizeof "wire");
    }
    return w;
}

void wire_free(struct wire *w)
{
    if (!w)
        return;
    while (w->frames)
        frame_free(w->frames);
    w->plugged = false;
    w->freed = true;
    if (!w->ends[0].taken && !w->ends[1].taken)
        mem_free(w);
}

void wire_set(struct wire *w, const struct wire_params *p)
{
    w->p = *p;
}

struct link *wire_end(struct wire *w, int end)
{
    w->ends[end].taken = true;
    return &w->ends[end].link;
}

void wire_plug(struct wire *w, bool plugged)
{
    w->plugged = plugged;
    while (!plugged && w->frames)
        frame_free(w->frames);
    for (int i = 0; i < 2; i++) {
        struct link *l = &w->ends[i].link;
        bool changed = l->carrier != plugged;
        l->carrier = plugged;
        if (changed && l->changed)
            l->changed(l->arg);
    }
}

void wire_tap(struct wire *w, wire_tap_fn *fn, void *arg)
{
    w->tap = fn;
    w->tap_arg = arg;
}

void wire_inject(struct wire *w, int from, const uint8_t *frame, size_t len)
{
    launch(w, from, frame, len, w->p.delay_us);
}

void wire_damage(struct wire *w, int to, unsigned frames)
{
    w->ends[to].link.damaged += frames;
}

struct wire_stats wire_stats(const struct wire *w, int from)
{
    return w->ends[from].stats;
}
