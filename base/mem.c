/* mem.c: allocation that never fails for its caller, and pools.
 *
 * Running out of memory is not an event a router can handle sensibly in a thousand places: one line goes to standard error and the process ends (a lab
 * starts each router as its own process, and saved files are whole at any moment, so ending loses nothing that was saved). All memory is zeroed, so that
 * "all zero" can mean "nothing yet" in every structure of the house.
 *
 * A pool is a chain of chunks that grow geometrically; what does not fit a quarter of a chunk gets a chunk of its own. A pool gives nothing back until
 * it is freed: it suits data that lives as long as its owner. Nothing here is called per packet. */
#include "espial/mem.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POOL_CHUNK_MIN = 1024, POOL_CHUNK_MAX = 64 * 1024 };

struct pool_chunk {
    struct pool_chunk *next;
    size_t used, cap;
    alignas(max_align_t) unsigned char data[];
};

struct pool {
    struct pool_chunk *chunks; /* the first one is being filled */
    size_t next_cap;
};

static _Noreturn void mem_end(void)
{
    fputs("espial: out of memory\n", stderr);
    exit(3);
}

void *mem_new(size_t size)
{
    void *p = calloc(1, size ? size : 1);
    if (!p)
        mem_end();
    return p;
}

void *mem_array(size_t n, size_t size)
{
    if (n == 0 || size == 0)
        return mem_new(1);
    void *p = calloc(n, size); /* checks n * size itself */
    if (!p)
        mem_end();
    return p;
}

void *mem_aligned(size_t size, size_t align)
{
    void *p = NULL;
    if (posix_memalign(&p, align, size ? size : 1))
        mem_end();
    return memset(p, 0, size);
}

void *mem_resize(void *p, size_t n, size_t size)
{
    if (n == 0 || size == 0)
        n = size = 1;
    p = reallocarray(p, n, size);
    if (!p)
        mem_end();
    return p;
}

char *mem_strdup(const char *s)
{
    return mem_strndup(s, strlen(s));
}

char *mem_strndup(const char *s, size_t n)
{
    n = strnlen(s, n);
    char *copy = mem_new(n + 1);
    memcpy(copy, s, n);
    return copy;
}

char *mem_printf(const char *fmt, ...)
{
    char *s;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&s, fmt, ap);
    va_end(ap);
    if (n < 0)
        mem_end();
    return s;
}

void mem_free(void *p)
{
    free(p);
}

struct pool *pool_new(void)
{
    struct pool *p = NEW(struct pool);
    p->next_cap = POOL_CHUNK_MIN;
    return p;
}

static struct pool_chunk *pool_chunk_new(size_t cap)
{
    struct pool_chunk *c = mem_new(sizeof *c + cap);
    c->cap = cap;
    return c;
}

void *pool_alloc(struct pool *p, size_t size)
{
    const size_t align = alignof(max_align_t);
    if (size > SIZE_MAX / 2)
        mem_end();
    size = size ? (size + align - 1) / align * align : align;

    struct pool_chunk *c = p->chunks;
    if (c && c->cap - c->used >= size) {
        void *at = c->data + c->used;
        c->used += size;
        return at;
    }
    if (size > p->next_cap / 4) { /* its own chunk, behind the one being filled */
        c = pool_chunk_new(size);
        c->used = size;
        if (p->chunks) {
            c->next = p->chunks->next;
            p->chunks->next = c;
        } else {
            p->chunks = c;
        }
        return c->data;
    }
    c = pool_chunk_new(p->next_cap);
    if (p->next_cap < POOL_CHUNK_MAX)
        p->next_cap *= 2;
    c->next = p->chunks;
    p->chunks = c;
    c->used = size;
    return c->data;
}

char *pool_strdup(struct pool *p, const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(pool_alloc(p, n), s, n);
}

void pool_free(struct pool *p)
{
    if (!p)
        return;
    for (struct pool_chunk *c = p->chunks, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    free(p);
}
