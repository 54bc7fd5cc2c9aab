/* conf.c: lists of configuration objects. A list owns its items; each was made with mem_new and is freed here, after the list's fini has freed what it owns. With a
 * cmp the list is kept sorted, an item going behind those equal to it; without, items stay in the order they were typed. Insertion moves
 * pointers.
 *
 * A list that is asked for items by what they say (conf_list_find) keeps an index for each way of asking: pointers by hash, open addressing, kept up to date by
 * additions and removals. An index never answers alone: what it finds is compared. */
#include "espial/conf.h"

#include <string.h>

#include "espial/mem.h"

void conf_list_init(struct conf_list *l, size_t item_size, int (*cmp)(const void *, const void *), void (*fini)(void *))
{
    *l = (struct conf_list){.item_size = item_size, .cmp = cmp, .fini = fini};
}

/* ---- indexes ---- */

struct conf_index {
    struct conf_index *next;
    const void *who;
    conf_hash_fn *hash;
    void **slots;
    size_t cap, used; /* used: slots that are not empty; those of removed items count until the index is made anew */
};
static const char gone; /* stands in the slot of a removed item */
#define GONE ((void *)(uintptr_t)&gone)

static void slot_put(struct conf_index *x, void *item)
{
    size_t at = (size_t)x->hash(x->who, item) & (x->cap - 1);
    while (x->slots[at] && x->slots[at] != item)
        at = (at + 1) & (x->cap - 1);
    x->used += !x->slots[at];
    x->slots[at] = item;
}

static void index_make(struct conf_index *x, const struct conf_list *l)
{
    mem_free(x->slots);
    for (x->cap = 64; x->cap < l->n * 3; x->cap *= 2)
        ;
    x->slots = mem_array(x->cap, sizeof *x->slots);
    x->used = 0;
    for (size_t i = 0; i < l->n; i++)
        slot_put(x, l->v[i]);
}

static void index_add(struct conf_list *l, void *item)
{
    for (struct conf_index *x = l->index; x; x = x->next) {
        if (x->used * 3 >= x->cap * 2)
            index_make(x, l); /* the item is in the list already */
        else
            slot_put(x, item);
    }
}

static void index_remove(struct conf_list *l, const void *item)
{
    for (struct conf_index *x = l->index; x; x = x->next) {
        size_t at = (size_t)x->hash(x->who, item) & (x->cap - 1);
        while (x->slots[at] && x->slots[at] != item)
            at = (at + 1) & (x->cap - 1);
        for (size_t i = 0; x->slots[at] != item && i < x->cap; i++)
            at = i; /* changed since: look everywhere */
        if (x->slots[at] == item)
            x->slots[at] = GONE;
    }
}

static void index_free(struct conf_list *l)
{
    while (l->index) {
        struct conf_index *x = l->index;
        l->index = x->next;
        mem_free(x->slots);
        mem_free(x);
    }
}

void *conf_list_find(struct conf_list *l, const void *who, conf_hash_fn *hash, conf_same_fn *same, const void *like)
{
    struct conf_index *x = l->index;
    while (x && x->who != who)
        x = x->next;
    if (!x) {
        x = NEW(struct conf_index);
        *x = (struct conf_index){.next = l->index, .who = who, .hash = hash};
        l->index = x;
        index_make(x, l);
    }
    for (size_t at = (size_t)hash(who, like) & (x->cap - 1); x->slots[at]; at = (at + 1) & (x->cap - 1))
        if (x->slots[at] != GONE && same(who, x->slots[at], like))
            return x->slots[at];
    return NULL;
}

void conf_list_add(struct conf_list *l, void *item)
{
    size_t at = l->n;
    if (l->cmp) {
        size_t lo = 0;
        while (lo < at) {
            size_t mid = lo + (at - lo) / 2;
            if (l->cmp(l->v[mid], item) <= 0)
                lo = mid + 1;
            else
                at = mid;
        }
    }
    if (l->n == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 8;
        l->v = mem_resize(l->v, l->cap, sizeof *l->v);
    }
    memmove(l->v + at + 1, l->v + at, (l->n - at) * sizeof *l->v);
    l->v[at] = item;
    l->n++;
    index_add(l, item);
}

void conf_list_changed(struct conf_list *l, void *item)
{
    size_t i = l->n;
    while (i > 0 && l->v[i - 1] != item) /* mostly the last */
        i--;
    if (i-- == 0)
        return;
    index_remove(l, item);
    if (!l->cmp || ((i == 0 || l->cmp(l->v[i - 1], item) <= 0) && (i + 1 == l->n || l->cmp(item, l->v[i + 1]) <= 0))) {
        index_add(l, item);
        return;
    }
    memmove(l->v + i, l->v + i + 1, (l->n - i - 1) * sizeof *l->v);
    l->n--;
    conf_list_add(l, item);
}

static void conf_item_free(struct conf_list *l, void *item)
{
    if (l->fini)
        l->fini(item);
    mem_free(item);
}

void conf_list_remove(struct conf_list *l, size_t i)
{
    if (i >= l->n)
        return;
    void *item = l->v[i];
    index_remove(l, item);
    l->n--;
    memmove(l->v + i, l->v + i + 1, (l->n - i) * sizeof *l->v);
    conf_item_free(l, item);
}

void conf_list_clear(struct conf_list *l)
{
    index_free(l);
    while (l->n)
        conf_item_free(l, l->v[--l->n]);
    mem_free(l->v);
    l->v = NULL;
    l->cap = 0;
}
