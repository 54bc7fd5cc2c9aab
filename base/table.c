/* table.c: a hash map from keys of one fixed size to pointers, in order of insertion.
 *
 * Entries (hash, value, key) stand in one dense array in the order they came; beside it an index of 64-bit slots over a power of two, each holding half of
 * the hash and the entry's number, is probed linearly. A lookup touches the index, and an entry only when half its hash agrees: no allocation, O(1). Removing leaves
 * holes in both; when the array is full it is closed up (and doubled, kept or halved by what is alive) and the index is made anew, so holes never outgrow the living and
 * the index is at most half full, holes included.
 *
 * The hash is SipHash-1-3 (Aumasson and Bernstein, 2012) under the caller's seed: whoever chooses keys on the wire (SPIs, cookies, addresses) cannot choose
 * collisions. Cursors are places in the array: they survive removals, not insertions. Not for several threads. */
#include "espial/table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "espial/mem.h"

enum { TABLE_MIN = 8 };
#define SLOT_EMPTY UINT64_C(0)
#define SLOT_HOLE  UINT64_C(1)
#define SLOT_BASE  2 /* a slot's low half: the entry's number + SLOT_BASE */

struct entry {
    void *value; /* NULL: a hole */
    uint64_t hash;
    unsigned char key[];
};

struct table {
    size_t key_size, stride;
    uint64_t k0, k1;
    size_t len, cap, live; /* of the entries; cap is a power of two, the index has 2 * cap slots */
    unsigned char *entries;
    uint64_t *index;
};

static inline uint64_t rotl(uint64_t v, int n)
{
    return v << n | v >> (64 - n);
}

#define SIP_ROUND(a, b, c, d)                                                                                          \
    do {                                                                                                               \
        a += b, b = rotl(b, 13) ^ a, a = rotl(a, 32);                                                                  \
        c += d, d = rotl(d, 16) ^ c;                                                                                   \
        a += d, d = rotl(d, 21) ^ a;                                                                                   \
        c += b, b = rotl(b, 17) ^ c, c = rotl(c, 32);                                                                  \
    } while (0)

static uint64_t table_hash(const struct table *t, const void *key)
{
    uint64_t a = t->k0 ^ UINT64_C(0x736f6d6570736575), b = t->k1 ^ UINT64_C(0x646f72616e646f6d);
    uint64_t c = t->k0 ^ UINT64_C(0x6c7967656e657261), d = t->k1 ^ UINT64_C(0x7465646279746573);
    const unsigned char *p = key;
    size_t left = t->key_size;
    uint64_t m;

    for (; left >= 8; p += 8, left -= 8) {
        memcpy(&m, p, 8);
        d ^= m;
        SIP_ROUND(a, b, c, d);
        a ^= m;
    }
    m = (uint64_t)t->key_size << 56;
    for (size_t i = 0; i < left; i++)
        m |= (uint64_t)p[i] << 8 * i;
    d ^= m;
    SIP_ROUND(a, b, c, d);
    a ^= m;
    c ^= 0xFF;
    SIP_ROUND(a, b, c, d);
    SIP_ROUND(a, b, c, d);
    SIP_ROUND(a, b, c, d);
    return a ^ b ^ c ^ d;
}

static inline struct entry *entry_at(const struct table *t, size_t i)
{
    return (struct entry *)(t->entries + i * t->stride);
}

struct table *table_new(size_t key_size, uint64_t hash_seed)
{
    struct table *t = NEW(struct table);
    t->key_size = key_size;
    t->stride = (sizeof(struct entry) + key_size + 7) / 8 * 8;
    t->k0 = hash_seed;
    t->k1 = rotl(hash_seed, 32) * UINT64_C(0x9E3779B97F4A7C15) + 1;
    t->cap = TABLE_MIN;
    t->entries = mem_array(t->cap, t->stride);
    t->index = mem_array(2 * t->cap, sizeof *t->index);
    return t;
}

void table_free(struct table *t)
{
    if (!t)
        return;
    mem_free(t->entries);
    mem_free(t->index);
    mem_free(t);
}

/* The slot of a key, or the empty slot that ends its search. */
static uint64_t *table_slot(const struct table *t, const void *key, uint64_t hash)
{
    size_t mask = 2 * t->cap - 1;
    for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
        uint64_t *slot = &t->index[i];
        if (*slot == SLOT_EMPTY)
            return slot;
        if (*slot == SLOT_HOLE || *slot >> 32 != hash >> 32)
            continue;
        const struct entry *e = entry_at(t, (size_t)(uint32_t)*slot - SLOT_BASE);
        if (e->hash == hash && memcmp(e->key, key, t->key_size) == 0)
            return slot;
    }
}

static inline uint64_t slot_of(uint64_t hash, size_t at)
{
    return (hash >> 32) << 32 | (uint32_t)(at + SLOT_BASE);
}

/* Close up the holes, at the capacity that suits the living. */
static void table_rebuild(struct table *t)
{
    size_t cap = t->cap;
    if (t->live > cap / 2)
        cap *= 2;
    else if (t->live < cap / 8 && cap > TABLE_MIN)
        cap /= 2;
    if (cap > UINT32_C(1) << 30)
        abort();

    size_t n = 0;
    for (size_t i = 0; i < t->len; i++) {
        if (!entry_at(t, i)->value)
            continue;
        if (i != n)
            memmove(entry_at(t, n), entry_at(t, i), t->stride);
        n++;
    }
    t->len = n;
    if (cap != t->cap) {
        t->entries = mem_resize(t->entries, cap, t->stride);
        t->index = mem_resize(t->index, 2 * cap, sizeof *t->index);
        t->cap = cap;
    }
    memset(t->index, 0, 2 * cap * sizeof *t->index);
    for (size_t i = 0; i < n; i++) {
        uint64_t hash = entry_at(t, i)->hash;
        size_t at = (size_t)hash & (2 * cap - 1);
        while (t->index[at] != SLOT_EMPTY)
            at = (at + 1) & (2 * cap - 1);
        t->index[at] = slot_of(hash, i);
    }
}

void *table_find(const struct table *t, const void *key)
{
    uint64_t slot = *table_slot(t, key, table_hash(t, key));
    return slot == SLOT_EMPTY ? NULL : entry_at(t, (size_t)(uint32_t)slot - SLOT_BASE)->value;
}

void *table_put(struct table *t, const void *key, void *value)
{
    if (!value)
        abort();
    uint64_t hash = table_hash(t, key);
    uint64_t *slot = table_slot(t, key, hash);
    if (*slot != SLOT_EMPTY) {
        struct entry *e = entry_at(t, (size_t)(uint32_t)*slot - SLOT_BASE);
        void *old = e->value;
        e->value = value;
        return old;
    }
    if (t->len == t->cap) {
        table_rebuild(t);
        slot = table_slot(t, key, hash);
    }
    struct entry *e = entry_at(t, t->len);
    e->value = value;
    e->hash = hash;
    memcpy(e->key, key, t->key_size);
    *slot = slot_of(hash, t->len);
    t->len++;
    t->live++;
    return NULL;
}

void *table_remove(struct table *t, const void *key)
{
    uint64_t *slot = table_slot(t, key, table_hash(t, key));
    if (*slot == SLOT_EMPTY)
        return NULL;
    struct entry *e = entry_at(t, (size_t)(uint32_t)*slot - SLOT_BASE);
    void *old = e->value;
    e->value = NULL;
    *slot = SLOT_HOLE;
    t->live--;
    if (t->live == 0 && t->len > t->cap / 2) { /* emptied: iterate over nothing, not over holes */
        t->len = 0;
        memset(t->index, 0, 2 * t->cap * sizeof *t->index);
    }
    return old;
}

size_t table_count(const struct table *t)
{
    return t->live;
}

void *table_next(const struct table *t, size_t *cursor)
{
    while (*cursor < t->len) {
        void *value = entry_at(t, (*cursor)++)->value;
        if (value)
            return value;
    }
    return NULL;
}
