/* conf.c: lists of configuration objects. A list owns its items; each was made with mem_new and is freed here, after the list's fini has freed what it owns. With a
 * cmp the list is kept sorted, an item going behind those equal to it; without, items stay in the order they were typed. Lists are short (peers, lines,
 * policies): insertion moves pointers, nothing is hashed. */
#include "espial/conf.h"

#include <string.h>

#include "espial/mem.h"

void conf_list_init(struct conf_list *l, size_t item_size, int (*cmp)(const void *, const void *), void (*fini)(void *))
{
    *l = (struct conf_list){.item_size = item_size, .cmp = cmp, .fini = fini};
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
    l->n--;
    memmove(l->v + i, l->v + i + 1, (l->n - i) * sizeof *l->v);
    conf_item_free(l, item);
}

void conf_list_clear(struct conf_list *l)
{
    while (l->n)
        conf_item_free(l, l->v[--l->n]);
    mem_free(l->v);
    l->v = NULL;
    l->cap = 0;
}
