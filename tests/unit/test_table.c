/* test_table.c: the hash map against a plain model, its order, and iteration under removal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "espial/table.h"

static void finds_what_was_put(void **state)
{
    (void)state;
    struct table *t = table_new(4, 1);
    int a, b;
    uint32_t k = 7, other = 8;
    assert_null(table_find(t, &k));
    assert_null(table_put(t, &k, &a));
    assert_ptr_equal(table_find(t, &k), &a);
    assert_null(table_find(t, &other));
    assert_ptr_equal(table_put(t, &k, &b), &a); /* replaced */
    assert_int_equal(table_count(t), 1);
    assert_ptr_equal(table_remove(t, &k), &b);
    assert_null(table_remove(t, &k));
    assert_null(table_find(t, &k));
    assert_int_equal(table_count(t), 0);
    table_free(t);
    table_free(NULL);
}

static uint32_t next(uint32_t *x)
{
    *x = *x * 1664525 + 1013904223;
    return *x >> 8;
}

/* Keys 0-2047 put and removed at random: the table and an array agree after every step. */
static void agrees_with_a_model(void **state)
{
    enum { KEYS = 2048 };
    (void)state;
    static char value[KEYS];
    static bool there[KEYS];
    for (unsigned size = 1; size <= 20; size++) {
        struct table *t = table_new(size, size * 77);
        uint32_t x = size;
        size_t count = 0;
        memset(there, 0, sizeof there);
        for (int step = 0; step < 30000; step++) {
            uint32_t n = next(&x) % (size == 1 ? 256 : KEYS);
            bool put = next(&x) % 8 < (step / 5000 % 2 ? 2 : 6); /* it grows, shrinks, grows ... */
            unsigned char key[20] = {0};
            key[0] = (unsigned char)n;
            key[size - 1] = (unsigned char)(size == 1 ? n : n >> 8);
            if (size > 2)
                key[1] = (unsigned char)(n * 3);
            assert_ptr_equal(table_find(t, key), there[n] ? &value[n] : NULL);
            void *old = put ? table_put(t, key, &value[n]) : table_remove(t, key);
            assert_ptr_equal(old, there[n] ? &value[n] : NULL);
            count += (size_t)put - (size_t)there[n];
            there[n] = put;
            assert_int_equal(table_count(t), count);
        }
        size_t cursor = 0, seen = 0;
        for (char *v; (v = table_next(t, &cursor)); seen++) {
            assert_true(there[v - value]);
        }
        assert_int_equal(seen, count);
        table_free(t);
    }
}

static void iterates_in_order_of_insertion(void **state)
{
    (void)state;
    static char value[1000];
    struct table *t = table_new(8, 42);
    for (uint64_t i = 0; i < 1000; i++) {
        uint64_t key = i * UINT64_C(0x9E3779B97F4A7C15);
        table_put(t, &key, &value[i]);
    }
    for (uint64_t i = 0; i < 1000; i += 3) {
        uint64_t key = i * UINT64_C(0x9E3779B97F4A7C15);
        table_remove(t, &key);
    }
    uint64_t again = 0;
    table_put(t, &again, &value[0]); /* put again: at the end */
    size_t cursor = 0;
    char *last = value;
    size_t n = 0;
    for (char *v; (v = table_next(t, &cursor)); n++) {
        if (n == table_count(t) - 1)
            assert_ptr_equal(v, &value[0]);
        else
            assert_true(v > last && (v - value) % 3 != 0);
        last = v;
    }
    assert_int_equal(n, 1000 - 334 + 1);
    table_free(t);
}

static void removing_while_iterating(void **state)
{
    (void)state;
    static uint32_t keys[500];
    struct table *t = table_new(4, 3);
    for (uint32_t i = 0; i < 500; i++) {
        keys[i] = i;
        table_put(t, &keys[i], &keys[i]);
    }
    size_t cursor = 0, seen = 0;
    for (uint32_t *v; (v = table_next(t, &cursor)); seen++)
        assert_ptr_equal(table_remove(t, v), v);
    assert_int_equal(seen, 500);
    assert_int_equal(table_count(t), 0);
    cursor = 0;
    assert_null(table_next(t, &cursor));
    for (uint32_t i = 0; i < 500; i++)
        table_put(t, &keys[i], &keys[i]);
    assert_int_equal(table_count(t), 500);
    table_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_put),
        cmocka_unit_test(agrees_with_a_model),
        cmocka_unit_test(iterates_in_order_of_insertion),
        cmocka_unit_test(removing_while_iterating),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
