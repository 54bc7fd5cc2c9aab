/* test_mib.c: the tree of managed objects: names in order, holes, tables whose entries come and go, what a set is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "espial/mib.h"

#define ENTRIES_MAX 512
/* A table of one number as index, its entries in `at`, ascending. */
struct world {
    uint32_t at[ENTRIES_MAX];
    size_t n;
    uint32_t hole; /* this entry has no instance in column 2 */
    int64_t written;
    bool stuck;    /* next does not go forward */
};

static bool entry_next(void *self, struct mib_index *at)
{
    struct world *w = self;
    if (w->stuck && at->n)
        return true;
    for (size_t i = 0; i < w->n; i++) {
        if (!at->n || w->at[i] > at->v[0]) {
            *at = (struct mib_index){.v = {w->at[i]}, .n = 1};
            return true;
        }
    }
    return false;
}
static bool entry_has(void *self, const struct mib_index *at)
{
    struct world *w = self;
    for (size_t i = 0; i < w->n; i++)
        if (at->n == 1 && w->at[i] == at->v[0])
            return true;
    return false;
}
static const struct mib_table asked = {.next = entry_next, .has = entry_has}, sought = {.next = entry_next};

static bool get(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct world *w = self;
    if (row->which == 2 && at->n && at->v[0] == w->hole)
        return false;
    out->num = row->which * 1000 + (at->n ? at->v[0] : 0);
    return true;
}
static enum mib_set set(void *self, const struct mib_row *row, const struct mib_index *at, const struct trap_var *v, bool commit)
{
    struct world *w = self;
    (void)row, (void)at;
    if (v->num > 100)
        return MIB_SET_WRONG_VALUE;
    if (commit)
        w->written = v->num;
    return MIB_SET_OK;
}
/* Declared out of order: 1.3.1 a scalar, 1.3.2.1.{1,2} columns, 1.3.10 a scalar (behind 1.3.2: numbers, not letters). */
static const struct mib_row rows[] = {
    {.name = "ten", .oid = "1.3.10", .type = TRAP_INT, .get = get, .which = 10, .set = set},
    {.name = "col2", .oid = "1.3.2.1.2", .type = TRAP_UNSIGNED, .table = &sought, .get = get, .which = 2},
    {.name = "col1", .oid = "1.3.2.1.1", .type = TRAP_UNSIGNED, .table = &asked, .get = get, .which = 1},
    {.name = "one", .oid = "1.3.1", .type = TRAP_COUNTER, .get = get, .which = 9},
};
static const struct mib_rows declared = MIB_ROWS("TEST-MIB", rows);

static struct trap_var named(const char *text)
{
    struct trap_var v = {0};
    for (const char *p = text; *p;) {
        char *end;
        v.oid[v.oid_len++] = (uint32_t)strtoul(p, &end, 10);
        p = *end ? end + 1 : end;
    }
    return v;
}
static const char *text_of(const struct trap_var *v, char out[256])
{
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < v->oid_len; i++)
        n += (size_t)snprintf(out + n, 256 - n, i ? ".%u" : "%u", v->oid[i]);
    return out;
}

static struct mib *made(struct world *w)
{
    char err[128] = "";
    struct mib *m = mib_new();
    assert_true(mib_add(m, &declared, w, err));
    return m;
}

static void walks_in_order_over_holes(void **state)
{
    (void)state;
    struct world w = {.at = {3, 7, 40}, .n = 3, .hole = 7};
    struct mib *m = made(&w);
    static const struct { const char *name; int64_t value; enum trap_type type; } expect[] = {
        {"1.3.1.0", 9000, TRAP_COUNTER}, {"1.3.2.1.1.3", 1003, TRAP_UNSIGNED}, {"1.3.2.1.1.7", 1007, TRAP_UNSIGNED}, {"1.3.2.1.1.40", 1040, TRAP_UNSIGNED},
        {"1.3.2.1.2.3", 2003, TRAP_UNSIGNED}, {"1.3.2.1.2.40", 2040, TRAP_UNSIGNED}, {"1.3.10.0", 10000, TRAP_INT}};
    struct trap_var v = {0};
    char text[256];
    for (size_t i = 0; i < sizeof expect / sizeof expect[0]; i++) {
        assert_true(mib_next(m, &v));
        assert_string_equal(text_of(&v, text), expect[i].name);
        assert_int_equal(v.num, expect[i].value);
        assert_int_equal(v.type, expect[i].type);
    }
    assert_false(mib_next(m, &v));
    mib_free(m);
    mib_free(NULL);
}

static void next_of_any_name(void **state)
{
    (void)state;
    struct world w = {.at = {3, 7}, .n = 2};
    struct mib *m = made(&w);
    static const char *const pairs[][2] = {
        {"0", "1.3.1.0"}, {"1.3", "1.3.1.0"}, {"1.3.1", "1.3.1.0"}, {"1.3.1.0", "1.3.2.1.1.3"}, {"1.3.1.5.9", "1.3.2.1.1.3"}, {"1.3.2", "1.3.2.1.1.3"}, {"1.3.2.1.1", "1.3.2.1.1.3"},
        {"1.3.2.1.1.3.0", "1.3.2.1.1.7"}, {"1.3.2.1.1.4.4.4", "1.3.2.1.1.7"}, {"1.3.2.1.1.9", "1.3.2.1.2.3"}, {"1.3.2.1.4294967295", "1.3.10.0"}, {"1.3.9", "1.3.10.0"}, {"1.3.10", "1.3.10.0"}};
    char text[256];
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct trap_var v = named(pairs[i][0]);
        assert_true(mib_next(m, &v));
        assert_string_equal(text_of(&v, text), pairs[i][1]);
    }
    struct trap_var v = named("1.3.10.0");
    assert_false(mib_next(m, &v));
    v = named("2");
    assert_false(mib_next(m, &v));
    mib_free(m);
}

static void get_finds_no_more_than_is_there(void **state)
{
    (void)state;
    struct world w = {.at = {3, 7}, .n = 2, .hole = 3};
    struct mib *m = made(&w);
    static const struct { const char *name; enum mib_found found; } expect[] = {
        {"1.3.1.0", MIB_FOUND}, {"1.3.1", MIB_NO_INSTANCE}, {"1.3.1.1", MIB_NO_INSTANCE}, {"1.3.1.0.0", MIB_NO_INSTANCE}, {"1.3.2.1.1.3", MIB_FOUND}, {"1.3.2.1.1.4", MIB_NO_INSTANCE},
        {"1.3.2.1.1", MIB_NO_INSTANCE}, {"1.3.2.1.2.7", MIB_FOUND}, {"1.3.2.1.2.8", MIB_NO_INSTANCE}, {"1.3.2.1.2.0", MIB_NO_INSTANCE}, {"1.3.2.1.2.3", MIB_NO_INSTANCE}, {"1.3.2.1.1.3.0", MIB_NO_INSTANCE},
        {"1.3.2.1.2.7.0", MIB_NO_INSTANCE}, {"1.3.2.1.3.3", MIB_NO_OBJECT}, {"1.3.2", MIB_NO_OBJECT}, {"1.3", MIB_NO_OBJECT}, {"", MIB_NO_OBJECT}, {"9.9", MIB_NO_OBJECT}};
    for (size_t i = 0; i < sizeof expect / sizeof expect[0]; i++) {
        struct trap_var v = named(expect[i].name);
        if (mib_get(m, &v) != expect[i].found)
            fail_msg("%s", expect[i].name);
    }
    mib_free(m);
}

/* Before every step entries appear and vanish; what comes is always behind what was, and the walk ends. */
static void walks_while_entries_come_and_go(void **state)
{
    (void)state;
    struct world w = {.n = 0, .hole = 6};
    struct mib *m = made(&w);
    uint32_t x = 1;
    for (int walk = 0; walk < 50; walk++) {
        struct trap_var v = {0}, was = {0};
        unsigned steps = 0;
        do {
            was = v;
            w.n = 0;
            for (uint32_t i = 1; i <= 200; i++) {
                x = x * 1664525 + 1013904223;
                if (x >> 31)
                    w.at[w.n++] = i;
            }
            if (!mib_next(m, &v))
                break;
            size_t n = v.oid_len < was.oid_len ? v.oid_len : was.oid_len, i = 0;
            while (i < n && v.oid[i] == was.oid[i])
                i++;
            assert_true(i < n ? v.oid[i] > was.oid[i] : v.oid_len > was.oid_len);
        } while (++steps < 1000);
        assert_true(steps > 2 && steps < 500);
    }
    mib_free(m);
}

static void a_stuck_table_ends(void **state)
{
    (void)state;
    struct world w = {.at = {5}, .n = 1, .stuck = true};
    struct mib *m = made(&w);
    struct trap_var v = {0};
    unsigned steps = 0;
    while (mib_next(m, &v))
        assert_true(++steps < 10);
    assert_int_equal(steps, 4); /* both scalars, one entry in each column */
    mib_free(m);
}

static void refuses_names_that_overlap(void **state)
{
    (void)state;
    struct world w = {0};
    struct mib *m = made(&w);
    static const char *const bad[] = {"1.3.1", "1.3.2.1.1.5", "1.3.2", "", "1", "1..3", "1.03", "1.3.", ".1.3", "1.3.a", "1.3.4294967296", "1.3.99999999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const struct mib_row more[] = {{.name = "good", .oid = "1.3.99", .get = get}, {.name = "bad", .oid = bad[i], .get = get}};
        const struct mib_rows extra = MIB_ROWS("EXTRA-MIB", more);
        char err[128] = "";
        assert_false(mib_add(m, &extra, &w, err));
        assert_non_null(strstr(err, "EXTRA-MIB"));
        assert_null(mib_row_of(m, named("1.3.99.0").oid, 4)); /* nothing of it was added */
    }
    mib_free(m);
}

static void sets_are_checked_then_done(void **state)
{
    (void)state;
    struct world w = {0};
    struct mib *m = made(&w);
    bool writable;
    struct trap_var v = named("1.3.10.0");
    v.type = TRAP_INT, v.num = 5;
    assert_int_equal(mib_set(m, &v, false, &writable), MIB_SET_OK);
    assert_true(writable);
    assert_int_equal(w.written, 0);
    assert_int_equal(mib_set(m, &v, true, &writable), MIB_SET_OK);
    assert_int_equal(w.written, 5);
    v.num = 101;
    assert_int_equal(mib_set(m, &v, false, &writable), MIB_SET_WRONG_VALUE);
    v.type = TRAP_UNSIGNED;
    assert_int_equal(mib_set(m, &v, false, &writable), MIB_SET_WRONG_TYPE);
    struct trap_var other = named("1.3.10.1");
    assert_int_equal(mib_set(m, &other, false, &writable), MIB_SET_NO_CREATION);
    assert_true(writable);
    other = named("1.3.1.0");
    assert_int_equal(mib_set(m, &other, false, &writable), MIB_SET_FAILED);
    assert_false(writable);
    other = named("1.9");
    assert_int_equal(mib_set(m, &other, false, &writable), MIB_SET_FAILED);
    assert_false(writable);
    mib_free(m);
}

static void lists_and_removes_rows(void **state)
{
    (void)state;
    struct world w = {.at = {1}, .n = 1}, other = {0};
    struct mib *m = made(&w);
    static const struct mib_row more[] = {{.name = "five", .oid = "1.3.5", .type = TRAP_INT, .get = get}};
    static const struct mib_rows extra = MIB_ROWS("EXTRA-MIB", more);
    char err[128];
    assert_true(mib_add(m, &extra, &other, err));
    static const char *const names[] = {"one", "col1", "col2", "five", "ten"};
    size_t cursor = 0;
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(mib_each(m, &cursor)->name, names[i]);
    assert_null(mib_each(m, &cursor));
    assert_string_equal(mib_row_of(m, named("1.3.2.1.2.7").oid, 6)->name, "col2");
    mib_remove(m, &w);
    struct trap_var v = {0};
    assert_true(mib_next(m, &v));
    assert_int_equal(v.oid[2], 5);
    assert_false(mib_next(m, &v));
    mib_free(m);
}

/* Names of 48 numbers: the longest a value can have; entries that would be longer are stepped over. */
static bool long_next(void *self, struct mib_index *at)
{
    (void)self;
    if (at->n)
        return false;
    for (at->n = 0; at->n < TRAP_OID_MAX; at->n++)
        at->v[at->n] = 1;
    return true;
}
static void long_names_stay_within_bounds(void **state)
{
    (void)state;
    static const struct mib_table table = {.next = long_next};
    static const struct mib_row more[] = {{.name = "long", .oid = "1.4.1", .type = TRAP_INT, .table = &table, .get = get}, {.name = "end", .oid = "1.5", .type = TRAP_INT, .get = get}};
    static const struct mib_rows extra = MIB_ROWS("LONG-MIB", more);
    char err[128];
    struct mib *m = mib_new();
    assert_true(mib_add(m, &extra, NULL, err));
    struct trap_var v = {0};
    while (v.oid_len < TRAP_OID_MAX)
        v.oid[v.oid_len++] = 1;
    v.oid[0] = 1, v.oid[1] = 4;
    assert_int_equal(mib_get(m, &v), MIB_NO_INSTANCE);
    assert_true(mib_next(m, &v));
    assert_int_equal(v.oid[1], 5);
    mib_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks_in_order_over_holes), cmocka_unit_test(next_of_any_name), cmocka_unit_test(get_finds_no_more_than_is_there), cmocka_unit_test(walks_while_entries_come_and_go),
        cmocka_unit_test(a_stuck_table_ends), cmocka_unit_test(refuses_names_that_overlap), cmocka_unit_test(sets_are_checked_then_done), cmocka_unit_test(lists_and_removes_rows),
        cmocka_unit_test(long_names_stay_within_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
