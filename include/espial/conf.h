/* conf.h: what was asked. A configuration object is flat data (numbers, addresses, fixed-size text) plus lists of such objects. The grammar writes it through
 * the bindings of cmd.h; engines read it. */
#ifndef ESPIAL_CONF_H
#define ESPIAL_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A list of configuration objects, owned: v[i] points to an object of item_size bytes allocated with mem_new. Order: that of insertion, or sorted when cmp is set. */
struct conf_list {
    void **v;
    size_t n, cap;
    size_t item_size;
    int (*cmp)(const void *a, const void *b);
    void (*fini)(void *item); /* frees what the item owns (its own lists); may be NULL */
    struct conf_index *index; /* conf.c: ways to find items by what they say */
};
/* An empty list of objects of item_size bytes, kept in the order of cmp (NULL: as they come). */
void conf_list_init(struct conf_list *l, size_t item_size, int (*cmp)(const void *, const void *),
                    void (*fini)(void *));
/* Insert an object (taken over) at its place. */
void conf_list_add(struct conf_list *l, void *item);
void conf_list_remove(struct conf_list *l, size_t i); /* frees it */
void conf_list_clear(struct conf_list *l);            /* frees all */
/* An item that `same` accepts, found by a hash of what is sought; NULL: none. who: what hash and same go by (which fields); one index is kept for each who, made
 * when it is first asked for. An item whose fields are changed in place is found again after conf_list_changed. */
typedef uint64_t conf_hash_fn(const void *who, const void *item);
typedef bool conf_same_fn(const void *who, const void *item, const void *like);
/* An item of the list says something else now: it goes to where it belongs, in the order and in the indexes. The item may have left the list: then nothing happens. */
void conf_list_changed(struct conf_list *l, void *item);
void *conf_list_find(struct conf_list *l, const void *who, conf_hash_fn *hash, conf_same_fn *same, const void *like);
#define CONF_EACH(type, var, list)                                                                                     \
    for (size_t var##_i = 0; var##_i < (list)->n; var##_i++)                                                           \
        for (type *var = (list)->v[var##_i], *var##_once = var; var##_once; var##_once = NULL)
#endif
