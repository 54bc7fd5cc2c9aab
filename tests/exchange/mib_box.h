/* mib_box.h: the managed objects of a router of a box, read as an agent would read them: values as text, whole walks. */
#ifndef ESPIAL_TESTS_MIB_BOX_H
#define ESPIAL_TESTS_MIB_BOX_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "espial/bus.h"
#include "espial/mib.h"
#include "tests/sim/box.h"

#define MIB_TEXT 1100

static inline void mib_name(struct trap_var *v, const char *oid)
{
    v->oid_len = 0;
    for (const char *p = oid; *p;) {
        char *end;
        assert_true(v->oid_len < TRAP_OID_MAX);
        v->oid[v->oid_len++] = (uint32_t)strtoul(p, &end, 10);
        p = *end ? end + 1 : end;
    }
}

/* "INTEGER: 1", "Counter32: 2", "STRING: text", "Hex: 0A000001" for octets that are no text ... */
static inline const char *mib_say(const struct trap_var *v, char out[MIB_TEXT])
{
    static const char *const types[] = {"INTEGER", "Gauge32", "Counter32", "Ticks", "IpAddress", "STRING", "OID", "Counter64", "none"};
    bool text = true;
    switch (v->type) {
    case TRAP_STRING:
        for (size_t i = 0; i < v->len; i++)
            text = text && (v->data[i] == '\r' || v->data[i] == '\n' || (v->data[i] >= 0x20 && v->data[i] <= 0x7e));
        if (text) {
            snprintf(out, MIB_TEXT, "STRING: %.*s", (int)v->len, (const char *)v->data);
            break;
        }
        snprintf(out, MIB_TEXT, "Hex: ");
        for (size_t i = 0; i < v->len; i++)
            snprintf(out + 5 + 2 * i, 3, "%02X", v->data[i]);
        break;
    case TRAP_OID:
        snprintf(out, MIB_TEXT, "OID: ");
        for (size_t i = 0; i < v->len; i++)
            snprintf(out + strlen(out), MIB_TEXT - strlen(out), "%s%" PRIu32, i ? "." : "", v->oid_val[i]);
        break;
    default: snprintf(out, MIB_TEXT, "%s: %" PRId64, types[v->type], v->num);
    }
    return out;
}

/* Of a name with its instance; "-" when there is none. */
static inline const char *mib_read(struct box *b, const char *node, const char *oid, char out[MIB_TEXT])
{
    struct trap_var v = {0};
    mib_name(&v, oid);
    if (mib_get(router_mib(box_router(b, node)), &v) != MIB_FOUND)
        return "-";
    return mib_say(&v, out);
}
#define mib_is(b, node, oid, want) assert_string_equal(mib_read(b, node, oid, (char[MIB_TEXT]){0}), want)
static inline int64_t mib_number(struct box *b, const char *node, const char *oid)
{
    struct trap_var v = {0};
    mib_name(&v, oid);
    assert_int_equal(mib_get(router_mib(box_router(b, node)), &v), MIB_FOUND);
    return v.num;
}

/* Set as an agent does: checked, then committed. v is without its name. */
static inline enum mib_set mib_put_var(struct box *b, const char *node, const char *oid, struct trap_var *v)
{
    struct mib *m = router_mib(box_router(b, node));
    bool writable;
    mib_name(v, oid);
    enum mib_set r = mib_set(m, v, false, &writable);
    assert_true(writable);
    return r == MIB_SET_OK ? mib_set(m, v, true, &writable) : r;
}

static inline enum mib_set mib_put(struct box *b, const char *node, const char *oid, enum trap_type type, int64_t value)
{
    return mib_put_var(b, node, oid, &(struct trap_var){.type = type, .num = value});
}

/* Several: {name, value}, ended by NULL. */
struct mib_fact {
    const char *oid, *want;
};
static inline void mib_facts(struct box *b, const char *node, const char *root, const struct mib_fact *f)
{
    char oid[256], got[MIB_TEXT], want[2 * MIB_TEXT], is[2 * MIB_TEXT];
    for (; f->oid; f++) {
        snprintf(oid, sizeof oid, "%s%s", root, f->oid);
        snprintf(is, sizeof is, "%s = %s", oid, mib_read(b, node, oid, got));
        snprintf(want, sizeof want, "%s = %s", oid, f->want);
        assert_string_equal(is, want);
    }
}

/* Processor time and memory are this machine's and go on between two looks. */
static inline bool mib_moves(const struct trap_var *v)
{
    static const uint32_t cisco[] = {1, 3, 6, 1, 4, 1, 9}, host[] = {1, 3, 6, 1, 2, 1, 25};
    if (v->oid_len > 8 && !memcmp(v->oid, host, sizeof host))
        return v->oid[7] != 1;
    if (v->oid_len < 10 || memcmp(v->oid, cisco, sizeof cisco))
        return false;
    return v->oid[7] == 2 || (v->oid[7] == 9 && (v->oid[8] == 48 || v->oid[8] == 109 || v->oid[8] == 221));
}

/* Walk all: in strict order, and each value is also what a get of that name says. Returns how many. */
static inline size_t mib_walk(struct box *b, const char *node)
{
    struct mib *m = router_mib(box_router(b, node));
    struct trap_var v = {0}, was, again;
    size_t n = 0;
    for (was = v; mib_next(m, &v); was = v, n++) {
        size_t k = 0;
        while (k < was.oid_len && k < v.oid_len && was.oid[k] == v.oid[k])
            k++;
        assert_true(k == was.oid_len ? v.oid_len > k : k < v.oid_len && v.oid[k] > was.oid[k]);
        again = v;
        assert_int_equal(mib_get(m, &again), MIB_FOUND);
        assert_int_equal(again.type, v.type);
        if (!mib_moves(&v))
            assert_int_equal(again.num, v.num);
        assert_int_equal(again.len, v.len);
        assert_true(n < 100000);
    }
    return n;
}
/* How many instances an object has. */
static inline size_t mib_instances(struct box *b, const char *node, const char *oid)
{
    struct mib *m = router_mib(box_router(b, node));
    struct trap_var v = {0}, root = {0};
    size_t n = 0;
    mib_name(&root, oid);
    mib_name(&v, oid);
    while (mib_next(m, &v) && v.oid_len > root.oid_len && !memcmp(v.oid, root.oid, root.oid_len * sizeof v.oid[0]))
        n++;
    return n;
}

/* An interface's index by its name. */
static inline unsigned mib_iface(struct box *b, const char *node, const char *name)
{
    char oid[64], got[MIB_TEXT], want[64];
    snprintf(want, sizeof want, "STRING: %s", name);
    for (unsigned i = 1; i < 20; i++) {
        snprintf(oid, sizeof oid, "1.3.6.1.2.1.2.2.1.2.%u", i);
        if (!strcmp(mib_read(b, node, oid, got), want))
            return i;
    }
    fail_msg("no %s", name);
    return 0;
}

/* ---- notifications: what a subscriber of FACT_TRAP_WANTED or FACT_TRAP_HEARD was told ---- */

#define HEARD_MAX 32
struct heard {
    struct fact_trap v[HEARD_MAX];
    size_t n;
};

static inline void hear(void *arg, const void *fact)
{
    struct heard *h = arg;
    assert_true(h->n < HEARD_MAX);
    h->v[h->n++] = *(const struct fact_trap *)fact;
}

/* The node is a manager from now on, and what it hears goes to h. */
static inline void mib_hear(struct box *b, const char *node, struct heard *h)
{
    bus_subscribe(router_bus(box_router(b, node)), FACT_TRAP_HEARD, hear, h);
    box_type_all(b, node, "configure terminal\nsnmp-server community public RO\nsnmp-server manager\nend");
}

static inline bool is_named(const struct trap_var *v, const char *oid)
{
    struct trap_var want = {0};
    mib_name(&want, oid);
    return want.oid_len == v->oid_len && !memcmp(want.oid, v->oid, v->oid_len * sizeof v->oid[0]);
}

/* The i-th: its kind, its name, and {name, value} of its varbinds. */
static inline void was(const struct heard *h, size_t i, const char *kind, const char *oid, const struct mib_fact *vars)
{
    char text[MIB_TEXT];
    assert_true(i < h->n);
    const struct fact_trap *t = &h->v[i];
    struct trap_var named = {.oid_len = t->trap_oid_len};
    memcpy(named.oid, t->trap_oid, sizeof t->trap_oid);
    assert_string_equal(t->kind, kind);
    assert_true(is_named(&named, oid));
    size_t n = 0;
    for (; vars[n].oid; n++) {
        assert_true(n < t->nvars);
        assert_true(is_named(&t->vars[n], vars[n].oid));
        assert_string_equal(mib_say(&t->vars[n], text), vars[n].want);
    }
    assert_int_equal(t->nvars, n);
}
#define VARS(...) (const struct mib_fact[]){__VA_ARGS__, {0}}
#endif
