/* conf.h: what was asked. A configuration object is flat data (numbers, addresses, fixed-size text) plus lists of such objects. The grammar writes it through
 * the bindings of cmd.h; engines read it. */
#ifndef ESPIAL_CONF_H
#define ESPIAL_CONF_H

#include <stddef.h>

/* A list of configuration objects, owned: v[i] points to an object of item_size bytes allocated with mem_new. Order: that of insertion, or sorted when cmp is set. */
struct conf_list {
    void **v;
    size_t n, cap;
    size_t item_size;
    int (*cmp)(const void *a, const void *b);
    void (*fini)(void *item); /* frees what the item owns (its own lists); may be NULL */
};
void conf_list_init(struct conf_list *l, size_t item_size, int (*cmp)(const void *, const void *), void (*fini)(void *));
/* Insert an object (taken over) at its place. */
void conf_list_add(struct conf_list *l, void *item);
void conf_list_remove(struct conf_list *l, size_t i); /* frees it */
void conf_list_clear(struct conf_list *l);            /* frees all */
#define CONF_EACH(type, var, list) for (size_t var##_i = 0; var##_i < (list)->n; var##_i++) for (type *var = (list)->v[var##_i], *var##_once = var; var##_once; var##_once = NULL)
#endif
