/* table.h: a hash map from fixed-size keys to pointers (SAs by SPI, cookies, flows). Open hashing over a power of two; iteration order is that of insertion,
 * so that shows and simulations are repeatable. No allocation on lookup. The hash is seeded, so that a sender cannot choose collisions. */
#ifndef ESPIAL_TABLE_H
#define ESPIAL_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table;
struct table *table_new(size_t key_size, uint64_t hash_seed);
void table_free(struct table *t); /* NULL-safe; values are the caller's */
void *table_find(const struct table *t, const void *key);
/* Insert or replace; returns the value replaced or NULL. The key is copied. */
void *table_put(struct table *t, const void *key, void *value);
void *table_remove(struct table *t, const void *key); /* the value removed or NULL */
size_t table_count(const struct table *t);
/* Iterate in order of insertion: cursor starts at 0; NULL at the end. Removing the entry just returned is allowed. */
void *table_next(const struct table *t, size_t *cursor);
#endif
