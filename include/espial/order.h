/* order.h: things that are numbered as they come (from 1, no number twice) and go at any time, found by number and walked in its order: the entries of conceptual
 * tables whose index is such a number. */
#ifndef ESPIAL_ORDER_H
#define ESPIAL_ORDER_H

#include <stddef.h>
#include <stdint.h>

struct order_slot {
    uint32_t number;
    void *value; /* NULL: gone */
};
struct order { /* zeroed: empty */
    struct order_slot *v;
    size_t n, cap, gone;
};
/* number: above all that ever were; value: not NULL, stays the caller's. */
void order_add(struct order *o, uint32_t number, void *value);
/* The value, or NULL when there is none. */
void *order_remove(struct order *o, uint32_t number);
/* The value of the least number that is `from` or more, NULL at the end; *number (may be NULL) becomes that number. */
void *order_from(struct order *o, uint32_t from, uint32_t *number);
static inline size_t order_count(const struct order *o)
{
    return o->n - o->gone;
}
void order_fini(struct order *o); /* empty again; values are the caller's */
#endif
