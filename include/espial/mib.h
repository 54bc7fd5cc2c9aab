/* mib.h: managed objects: the one way to read (and for a few, to write) a value of an engine from outside it. Rows are declared beside what they read, one table of
 * rows a MIB; the router's struct mib (base/mib.c) keeps all of them in the order of their names. snmp answers requests from it, eem reads it for `event snmp` and
 * `action info type snmp`. A value is a struct trap_var (bus.h), its `oid` the whole name with the instance. */
#ifndef ESPIAL_MIB_H
#define ESPIAL_MIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "espial/bus.h"
#include "espial/mem.h"

struct mib;

struct mib_index {
    uint32_t v[TRAP_OID_MAX];
    uint8_t n;
};

/* The entries of a conceptual table, in the lexicographic order of their index. Entries may come and go between calls: `next` finds its place by the index alone. */
struct mib_table {
    /* The first entry behind *at (n == 0: the first of all); *at becomes its index. False: there is none. Not linear for large tables. */
    bool (*next)(void *self, struct mib_index *at);
    /* Is there an entry of this index? NULL: found with next. */
    bool (*has)(void *self, const struct mib_index *at);
};

/* What RFC 3416 section 4.2.5 calls wrongType ... commitFailed. NO_CREATION: there is no such entry and none can be made (a table's set says so itself). */
enum mib_set { MIB_SET_OK, MIB_SET_WRONG_TYPE, MIB_SET_WRONG_LENGTH, MIB_SET_WRONG_VALUE, MIB_SET_INCONSISTENT, MIB_SET_UNAVAILABLE, MIB_SET_FAILED, MIB_SET_NO_CREATION };

struct mib_row {
    const char *name;             /* "ifInOctets" */
    const char *oid;              /* of the object, without the instance: "1.3.6.1.2.1.2.2.1.10" */
    uint8_t type;                 /* enum trap_type */
    const struct mib_table *table; /* NULL: a scalar, whose instance is .0 */
    /* Fill type-specific fields of *out (type is set before; it may be made TRAP_NONE, or another type where the MIB leaves it open). False: this entry has no such
     * instance. `at` is the entry's index (n 0 for a scalar). */
    bool (*get)(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out);
    /* Write; NULL: read-only. With commit false only the check is made. The value's type is the row's. A set of several objects checks all, then commits all: a
     * check may not lean on another one's commit. */
    enum mib_set (*set)(void *self, const struct mib_row *row, const struct mib_index *at, const struct trap_var *value, bool commit);
    uint32_t which;               /* for getters shared by several rows */
};

struct mib_rows {
    const char *name; /* "IF-MIB": shows and start-up errors */
    const struct mib_row *rows;
    size_t nrows;
};
#define MIB_ROWS(mname, rowsv) {.name = mname, .rows = rowsv, .nrows = sizeof(rowsv) / sizeof((rowsv)[0])}

/* Without rows; the caller owns it. */
struct mib *mib_new(void);
void mib_free(struct mib *m); /* NULL-safe */
/* Rows stay the caller's (constant). False, with the offending row's name in err, and nothing added: a malformed name, a repeated one, or one that begins with
 * another row's (columns are rows, tables and entries are not). */
bool mib_add(struct mib *m, const struct mib_rows *rows, void *self, char err[128]) MUST_USE;
void mib_remove(struct mib *m, const void *self);
/* The value of v->oid. MIB_NO_OBJECT: no row of that name; MIB_NO_INSTANCE: a row, no such entry. */
enum mib_found { MIB_FOUND, MIB_NO_OBJECT, MIB_NO_INSTANCE };
enum mib_found mib_get(struct mib *m, struct trap_var *v) MUST_USE;
/* The first instance behind v->oid (any length, also 0), whose name and value replace it. False: the end. */
bool mib_next(struct mib *m, struct trap_var *v) MUST_USE;
/* *writable false: no row of that name, or one that is read-only (then MIB_SET_FAILED). */
enum mib_set mib_set(struct mib *m, const struct trap_var *v, bool commit, bool *writable) MUST_USE;
/* The row that v->oid belongs to, or NULL; for shows and views. */
const struct mib_row *mib_row_of(const struct mib *m, const uint32_t *oid, size_t len);
/* All rows in order: cursor from 0; NULL at the end. */
const struct mib_row *mib_each(const struct mib *m, size_t *cursor);

/* Values, for getters. */
static inline void mib_octets(struct trap_var *v, const void *p, size_t n)
{
    v->len = (uint16_t)(n < sizeof v->data ? n : sizeof v->data);
    memcpy(v->data, p, v->len);
}
static inline void mib_text(struct trap_var *v, const char *s)
{
    mib_octets(v, s, strnlen(s, sizeof v->data));
}
/* What exceeds 32 bits is said to be the most there is. */
static inline uint32_t mib_most32(uint64_t n)
{
    return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}
/* A share (0 to 1) in percent, rounded. */
static inline uint32_t mib_percent(double share)
{
    return share >= 1 ? 100 : (uint32_t)(share * 100 + 0.5);
}
/* An IPv4 address as a string of four octets. */
static inline void mib_ip_octets(struct trap_var *v, uint32_t addr)
{
    mib_octets(v, (const uint8_t[]){(uint8_t)(addr >> 24), (uint8_t)(addr >> 16), (uint8_t)(addr >> 8), (uint8_t)addr}, 4);
}
/* The least index of one number behind *at that a table of such indices may have: 0 when *at is empty. False: there is none. What follows the first number of
 * *at does not count: an entry of the same number lies before it. */
static inline bool mib_behind(const struct mib_index *at, uint32_t *from)
{
    *from = at->n ? at->v[0] + 1 : 0;
    return !at->n || at->v[0] != UINT32_MAX;
}
/* The order of names and of indices. */
static inline int mib_compare(const uint32_t *a, size_t alen, const uint32_t *b, size_t blen)
{
    for (size_t i = 0; i < alen && i < blen; i++) {
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    }
    return alen == blen ? 0 : alen < blen ? -1 : 1;
}
/* For tables that are looked through entry by entry: keep in *best (n 0: none yet) the least index behind *at. */
static inline void mib_least(struct mib_index *best, const struct mib_index *candidate, const struct mib_index *at)
{
    if (mib_compare(candidate->v, candidate->n, at->v, at->n) > 0 && (!best->n || mib_compare(candidate->v, candidate->n, best->v, best->n) < 0))
        *best = *candidate;
}
/* An IPv4 address as four numbers of an index, put behind those that are there; and read from place `i`. False: it is none. */
static inline void mib_index_ip(struct mib_index *at, uint32_t addr)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        at->v[at->n++] = addr >> shift & 255;
}
static inline bool mib_ip_at(const struct mib_index *at, size_t i, uint32_t *addr)
{
    if (at->n < i + 4 || (at->v[i] | at->v[i + 1] | at->v[i + 2] | at->v[i + 3]) > 255)
        return false;
    *addr = at->v[i] << 24 | at->v[i + 1] << 16 | at->v[i + 2] << 8 | at->v[i + 3];
    return true;
}
/* Octets as numbers of an index, behind those that are there; with their length before them unless the index ends with them (IMPLIED). False: there is no room, and the
 * index is empty, which no entry's is. */
static inline bool mib_index_octets(struct mib_index *at, const void *p, size_t n, bool implied)
{
    size_t need = n + !implied;
    if (at->n + need > TRAP_OID_MAX) {
        at->n = 0;
        return false;
    }
    if (!implied)
        at->v[at->n++] = (uint32_t)n;
    for (size_t i = 0; i < n; i++)
        at->v[at->n++] = ((const uint8_t *)p)[i];
    return true;
}
static inline void mib_index1(struct mib_index *at, uint32_t v)
{
    at->v[0] = v;
    at->n = 1;
}
#endif
