/* mib.c: the managed objects of one router, in the order of their names.
 *
 * Rows lie in one array sorted by object identifier; no object's name begins with another's (a name has instances or objects below it, never both), so the
 * row a name belongs to is the last one that is not behind it: one binary search for a get and for a next. What exists of a table is asked anew each time, by
 * index alone: nothing here remembers an entry, so tables may gain and lose entries in the middle of a walk. An instance that its getter says is not there is a hole
 * that next steps over. A table whose next does not go forward is a bug of its owner; its column ends there, so that no walk can run in a circle.
 * Adding sorts what is new and merges it (it happens when a router is made). RFC 3416 section 4.2.2: what "next" means; RFC 2578 section 7.7: an instance's name is the object's and its
 * index, or .0 for a scalar. It knows no views and no communities (snmp/access.c).
 */
#include "espial/mib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node {
    const uint32_t *oid; /* in the names of its set */
    const struct mib_row *row;
    void *self;
    uint8_t len;
};
struct set { /* the names of what was added at once */
    struct set *next;
    const void *self;
    uint32_t names[];
};
struct mib {
    struct node *nodes;
    size_t n;
    struct set *sets;
};

struct mib *mib_new(void)
{
    return NEW(struct mib);
}

void mib_free(struct mib *m)
{
    if (!m)
        return;
    for (struct set *s = m->sets, *next; s; s = next) {
        next = s->next;
        mem_free(s);
    }
    mem_free(m->nodes);
    mem_free(m);
}

static int by_name(const void *a, const void *b)
{
    const struct node *x = a, *y = b;
    return mib_compare(x->oid, x->len, y->oid, y->len);
}

static bool begins(const uint32_t *oid, size_t len, const struct node *n)
{
    return len >= n->len && !memcmp(oid, n->oid, n->len * sizeof(oid[0]));
}

/* "1.3.6.1.2.1.1.1": decimal numbers without leading zeros. One number must stay free for the shortest instance. How many; 0: malformed. */
static uint8_t parse(const char *text, uint32_t oid[TRAP_OID_MAX])
{
    uint8_t len = 0;
    for (const char *p = text;; p++) {
        uint64_t v = 0;
        const char *from = p;
        for (; *p >= '0' && *p <= '9' && v <= UINT32_MAX; p++)
            v = v * 10 + (uint64_t)(*p - '0');
        if (p == from || v > UINT32_MAX || (*from == '0' && p > from + 1) || len == TRAP_OID_MAX - 1)
            return 0;
        oid[len++] = (uint32_t)v;
        if (!*p)
            return len >= 2 ? len : 0;
        if (*p != '.')
            return 0;
    }
}

/* Rows as nodes, in the order of their names. False: a malformed one, in err. */
static bool read_rows(const struct mib_rows *rows, void *self, struct set **set, struct node *nodes, char err[128])
{
    size_t numbers = 0;
    for (size_t i = 0; i < rows->nrows; i++)
        for (const char *p = rows->rows[i].oid; p && *p; p++)
            numbers += *p == '.' || !p[1];
    *set = mem_new(sizeof **set + numbers * sizeof (*set)->names[0]);
    (*set)->self = self;
    uint32_t *at = (*set)->names;
    for (size_t i = 0; i < rows->nrows; i++) {
        const struct mib_row *row = &rows->rows[i];
        uint32_t oid[TRAP_OID_MAX];
        uint8_t len = row->oid && row->get ? parse(row->oid, oid) : 0;
        if (!len) {
            snprintf(err, 128, "%s %s: malformed name", rows->name, row->name);
            return false;
        }
        nodes[i] = (struct node){.oid = memcpy(at, oid, len * sizeof oid[0]), .len = len, .row = row, .self = self};
        at += len;
    }
    qsort(nodes, rows->nrows, sizeof *nodes, by_name);
    return true;
}

bool mib_add(struct mib *m, const struct mib_rows *rows, void *self, char err[128])
{
    struct set *set;
    struct node *fresh = mem_array(rows->nrows, sizeof *fresh), *all = mem_array(m->n + rows->nrows, sizeof *all);
    bool ok = read_rows(rows, self, &set, fresh, err);
    size_t n = 0;
    for (size_t i = 0, k = 0; ok && n < m->n + rows->nrows; n++) {
        bool old = k == rows->nrows || (i < m->n && by_name(&m->nodes[i], &fresh[k]) <= 0);
        all[n] = old ? m->nodes[i++] : fresh[k++];
        if (n && begins(all[n].oid, all[n].len, &all[n - 1])) {
            snprintf(err, 128, "%s %s: its name begins with that of %s", rows->name, all[n].row->name,
                     all[n - 1].row->name);
            ok = false;
        }
    }
    mem_free(fresh);
    mem_free(ok ? m->nodes : all);
    if (!ok) {
        mem_free(set);
        return false;
    }
    m->nodes = all;
    m->n = n;
    set->next = m->sets;
    m->sets = set;
    return true;
}

void mib_remove(struct mib *m, const void *self)
{
    size_t kept = 0;
    for (size_t i = 0; i < m->n; i++) {
        if (m->nodes[i].self != self)
            m->nodes[kept++] = m->nodes[i];
    }
    m->n = kept;
    for (struct set **s = &m->sets; *s;) {
        struct set *gone = *s;
        if (gone->self != self) {
            s = &gone->next;
            continue;
        }
        *s = gone->next;
        mem_free(gone);
    }
}

/* How many rows are not behind this name: the last of them, when there is one, is the only row that the name can belong to. */
static size_t upto(const struct mib *m, const uint32_t *oid, size_t len)
{
    size_t lo = 0, hi = m->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (mib_compare(m->nodes[mid].oid, m->nodes[mid].len, oid, len) <= 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static const struct node *node_of(const struct mib *m, const uint32_t *oid, size_t len)
{
    size_t at = upto(m, oid, len);
    return at && begins(oid, len, &m->nodes[at - 1]) ? &m->nodes[at - 1] : NULL;
}

const struct mib_row *mib_row_of(const struct mib *m, const uint32_t *oid, size_t len)
{
    const struct node *n = node_of(m, oid, len);
    return n ? n->row : NULL;
}

const struct mib_row *mib_each(const struct mib *m, size_t *cursor)
{
    return *cursor < m->n ? m->nodes[(*cursor)++].row : NULL;
}

static void index_of(const struct node *n, const struct trap_var *v, struct mib_index *at)
{
    at->n = (uint8_t)(v->oid_len - n->len);
    memcpy(at->v, v->oid + n->len, at->n * sizeof(at->v[0]));
}

/* Is this the instance of a scalar? Then the index becomes that of the getter's contract, empty. */
static bool scalar(struct mib_index *at)
{
    if (at->n != 1 || at->v[0] != 0)
        return false;
    at->n = 0;
    return true;
}

static bool table_has(const struct node *n, const struct mib_index *at)
{
    const struct mib_table *t = n->row->table;
    if (t->has)
        return t->has(n->self, at);
    /* The first entry behind the greatest index that is smaller: without its last number, or with one less. */
    struct mib_index before = *at;
    if (!before.n)
        return false;
    if (before.v[before.n - 1]) {
        before.v[before.n - 1]--;
        while (before.n < TRAP_OID_MAX)
            before.v[before.n++] = UINT32_MAX;
    } else {
        before.n--;
    }
    return t->next(n->self, &before) && !mib_compare(before.v, before.n, at->v, at->n);
}

static bool read_value(const struct node *n, const struct mib_index *at, struct trap_var *v)
{
    v->type = n->row->type;
    v->num = 0;
    v->len = 0;
    return n->row->get(n->self, n->row, at, v);
}

enum mib_found mib_get(struct mib *m, struct trap_var *v)
{
    const struct node *n = node_of(m, v->oid, v->oid_len);
    struct mib_index at;
    if (!n)
        return MIB_NO_OBJECT;
    index_of(n, v, &at);
    bool there = n->row->table ? at.n && table_has(n, &at) : scalar(&at);
    return there && read_value(n, &at, v) ? MIB_FOUND : MIB_NO_INSTANCE;
}

/* Name and value of the first instance of this object behind index *at. */
static bool next_in(const struct node *n, struct mib_index *at, struct trap_var *v)
{
    if (!n->row->table) {
        if (at->n)
            return false; /* .0 itself, or behind it */
        memcpy(v->oid, n->oid, n->len * sizeof(v->oid[0]));
        v->oid[n->len] = 0;
        v->oid_len = n->len + 1;
        return read_value(n, at, v);
    }
    for (struct mib_index was = *at; n->row->table->next(n->self, at); was = *at) {
        if (mib_compare(at->v, at->n, was.v, was.n) <= 0)
            return false;
        if (n->len + at->n > TRAP_OID_MAX)
            continue;
        memcpy(v->oid, n->oid, n->len * sizeof(v->oid[0]));
        memcpy(v->oid + n->len, at->v, at->n * sizeof(v->oid[0]));
        v->oid_len = (uint8_t)(n->len + at->n);
        if (read_value(n, at, v))
            return true;
    }
    return false;
}

bool mib_next(struct mib *m, struct trap_var *v)
{
    size_t i = upto(m, v->oid, v->oid_len);
    struct mib_index at = {0};
    if (i && begins(v->oid, v->oid_len, &m->nodes[i - 1])) {
        index_of(&m->nodes[i - 1], v, &at);
        if (next_in(&m->nodes[i - 1], &at, v))
            return true;
    }
    for (; i < m->n; i++) {
        at.n = 0;
        if (next_in(&m->nodes[i], &at, v))
            return true;
    }
    return false;
}

enum mib_set mib_set(struct mib *m, const struct trap_var *v, bool commit, bool *writable)
{
    const struct node *n = node_of(m, v->oid, v->oid_len);
    struct mib_index at;
    *writable = n && n->row->set;
    if (!*writable)
        return MIB_SET_FAILED;
    if (v->type != n->row->type)
        return MIB_SET_WRONG_TYPE;
    index_of(n, v, &at);
    if (n->row->table ? !at.n : !scalar(&at))
        return MIB_SET_NO_CREATION;
    return n->row->set(n->self, n->row, &at, v, commit);
}
