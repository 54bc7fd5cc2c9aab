/* mem.h: allocation. Out of memory ends the process with one line: no caller tests for NULL. Nothing here is used per packet. */
#ifndef ESPIAL_MEM_H
#define ESPIAL_MEM_H

#include <stddef.h>

#define MUST_USE __attribute__((warn_unused_result))

void *mem_new(size_t size) __attribute__((malloc, returns_nonnull));                    /* zeroed */
void *mem_array(size_t n, size_t size) __attribute__((malloc, returns_nonnull));        /* zeroed; overflow checked */
void *mem_resize(void *p, size_t n, size_t size)
    __attribute__((returns_nonnull)); /* overflow checked; grown part is not zeroed */
void *mem_aligned(size_t size, size_t align)
    __attribute__((malloc, returns_nonnull)); /* zeroed; align: a power of two, 16 or more */
char *mem_strdup(const char *s) __attribute__((malloc, returns_nonnull));
char *mem_strndup(const char *s, size_t n) __attribute__((malloc, returns_nonnull));
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2), malloc, returns_nonnull));
void mem_free(void *p); /* NULL-safe */
#define NEW(type) ((type *)mem_new(sizeof(type)))

/* A pool: object-lived data freed at once. */
struct pool;
struct pool *pool_new(void);
void *pool_alloc(struct pool *p, size_t size); /* zeroed, aligned for any type */
char *pool_strdup(struct pool *p, const char *s);
void pool_free(struct pool *p); /* NULL-safe */

/* A store: pieces of a few sizes that come and go, close together in memory. */
struct store;
struct store *store_new(void);
void *store_take(struct store *s, size_t size)
    __attribute__((returns_nonnull)); /* zeroed, at the beginning of a line of 64 bytes */
void store_give(struct store *s, void *piece, size_t size);                       /* the same size; wiped */
void store_free(struct store *s);                                                 /* and all pieces; NULL-safe */
#endif
