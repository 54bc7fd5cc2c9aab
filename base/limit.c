/* limit.c: how often a message may be said: once per (row, key) in the row's time.
 *
 * A key is whatever the poster tells flows apart by (a hash of addresses, an SPI), so it is the sender of packets who chooses it, and the table must be bounded against
 * him: each row holds at most KEYS_MAX keys that still wait; when a row is full, new keys are not spoken of until one of its own has run out, and other rows are not
 * disturbed. A flood of spoofed flows thus costs KEYS_MAX lines in the row's time and a bounded number of bytes. It cannot silence what is said about flows of
 * configured peers: keys that the poster marks as trusted find TRUSTED_MAX further places.
 *
 * Within a row the time is the same for all keys, so the order of posting is the order of running out: expired keys are taken from the front of a list, O(1)
 * for each ever put in. Entries are kept for reuse: a packet that is not spoken of costs two look-ups and no allocation. */
#include "base/log_local.h"

#include "espial/mem.h"
#include "espial/table.h"

enum { ROWS_MAX = 1024, KEYS_MAX = 256, TRUSTED_MAX = 64 };

struct limit_key {
    const void *row;
    uint64_t key;
};

struct limit_entry {
    struct limit_key key;
    uint64_t said;
    bool reserved; /* in one of the places for trusted keys */
    struct limit_entry *next;
};

struct limit_row {
    struct limit_entry *head, **tail;
    unsigned n, reserved;
};

struct limit {
    struct table *rows;    /* row address -> limit_row */
    struct table *entries; /* limit_key -> limit_entry */
    struct limit_entry *spare;
};

struct limit *limit_new(uint64_t hash_seed)
{
    struct limit *l = NEW(struct limit);
    l->rows = table_new(sizeof(const void *), hash_seed);
    l->entries = table_new(sizeof(struct limit_key), hash_seed + 1);
    return l;
}

void limit_free(struct limit *l)
{
    if (!l)
        return;
    size_t cursor = 0;
    for (void *p; (p = table_next(l->entries, &cursor));)
        mem_free(p);
    cursor = 0;
    for (void *p; (p = table_next(l->rows, &cursor));)
        mem_free(p);
    for (struct limit_entry *e = l->spare, *next; e; e = next) {
        next = e->next;
        mem_free(e);
    }
    table_free(l->entries);
    table_free(l->rows);
    mem_free(l);
}

static struct limit_row *limit_row_of(struct limit *l, const void *row)
{
    struct limit_row *r = table_find(l->rows, &row);
    if (!r && table_count(l->rows) < ROWS_MAX) {
        r = NEW(struct limit_row);
        r->tail = &r->head;
        table_put(l->rows, &row, r);
    }
    return r;
}

static void limit_expire(struct limit *l, struct limit_row *r, uint64_t now, uint64_t interval_us)
{
    while (r->head && now - r->head->said >= interval_us) {
        struct limit_entry *e = r->head;
        r->head = e->next;
        if (!r->head)
            r->tail = &r->head;
        if (e->reserved)
            r->reserved--;
        else
            r->n--;
        table_remove(l->entries, &e->key);
        e->next = l->spare;
        l->spare = e;
    }
}

bool limit_crowded(const struct limit *l, const void *row)
{
    const struct limit_row *r = table_find(l->rows, &row);
    return r && r->n >= KEYS_MAX;
}

bool limit_pass(struct limit *l, const void *row, uint64_t key, uint64_t now, uint64_t interval_us, bool trusted)
{
    struct limit_row *r = limit_row_of(l, row);
    if (!r)
        return false;
    limit_expire(l, r, now, interval_us);

    const struct limit_key k = {.row = row, .key = key};
    bool full = r->n >= KEYS_MAX;
    if (table_find(l->entries, &k) || (full && (!trusted || r->reserved >= TRUSTED_MAX)))
        return false;
    struct limit_entry *e = l->spare;
    if (e)
        l->spare = e->next;
    else
        e = NEW(struct limit_entry);
    *e = (struct limit_entry){.key = k, .said = now, .reserved = full};
    table_put(l->entries, &k, e);
    *r->tail = e;
    r->tail = &e->next;
    if (full)
        r->reserved++;
    else
        r->n++;
    return true;
}
