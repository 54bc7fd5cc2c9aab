/* order.c: an array in the order of numbers, which is that of coming: adding appends, finding is a binary search. What goes leaves a hole; the holes are
 * closed before the next look (so that a look never walks over many of them) and when they are half of what there is. So a look after changes is linear once,
 * and removing thousands without a look in between stays cheap.
 */
#include "espial/order.h"

#include "espial/mem.h"

static void close_holes(struct order *o)
{
    size_t kept = 0;
    for (size_t i = 0; i < o->n; i++) {
        if (o->v[i].value)
            o->v[kept++] = o->v[i];
    }
    o->n = kept;
    o->gone = 0;
}

void order_add(struct order *o, uint32_t number, void *value)
{
    if (o->n == o->cap) {
        o->cap = o->cap ? o->cap * 2 : 16;
        o->v = mem_resize(o->v, o->cap, sizeof *o->v);
    }
    o->v[o->n++] = (struct order_slot){.number = number, .value = value};
}

/* The first slot whose number is `from` or more. */
static size_t place(const struct order *o, uint32_t from)
{
    size_t lo = 0, hi = o->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (o->v[mid].number < from)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

void *order_remove(struct order *o, uint32_t number)
{
    size_t at = place(o, number);
    if (at == o->n || o->v[at].number != number)
        return NULL;
    void *value = o->v[at].value;
    o->v[at].value = NULL;
    o->gone += value != NULL;
    if (o->gone > o->n / 2)
        close_holes(o);
    return value;
}

void *order_from(struct order *o, uint32_t from, uint32_t *number)
{
    if (o->gone)
        close_holes(o);
    size_t at = place(o, from);
    if (at == o->n)
        return NULL;
    if (number)
        *number = o->v[at].number;
    return o->v[at].value;
}

void order_fini(struct order *o)
{
    mem_free(o->v);
    *o = (struct order){0};
}
