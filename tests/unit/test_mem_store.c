/* test_mem_store.c: pieces of a store: zeroed, at lines of 64 bytes, apart from each other, wiped when given back; few and many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "espial/mem.h"

enum { MANY = 4000 }; /* of these sizes: more than one large page */

static size_t size_of(size_t i)
{
    static const size_t sizes[] = {1920, 640, 64, 1, 9000};
    return sizes[i % 5];
}

static void assert_filled(const uint8_t *p, size_t size, uint8_t with)
{
    for (size_t i = 0; i < size; i++)
        assert_int_equal(p[i], with);
}

/* Each is written full of its own number; afterwards each still has it. */
static void test_apart(void **state)
{
    (void)state;
    struct store *s = store_new();
    static uint8_t *p[MANY];
    for (size_t i = 0; i < MANY; i++) {
        p[i] = store_take(s, size_of(i));
        assert_int_equal((uintptr_t)p[i] % 64, 0);
        assert_filled(p[i], size_of(i), 0);
        memset(p[i], (int)(i % 255 + 1), size_of(i));
    }
    for (size_t i = 0; i < MANY; i++)
        assert_filled(p[i], size_of(i), (uint8_t)(i % 255 + 1));
    for (size_t i = 0; i < MANY; i += 2)
        store_give(s, p[i], size_of(i));
    for (size_t i = 0; i < MANY; i += 2) {
        p[i] = store_take(s, size_of(i));
        assert_filled(p[i], size_of(i), 0);
        memset(p[i], (int)(i % 255 + 1), size_of(i));
    }
    for (size_t i = 0; i < MANY; i++) {
        assert_filled(p[i], size_of(i), (uint8_t)(i % 255 + 1));
        store_give(s, p[i], size_of(i));
    }
    p[0] = store_take(s, 100); /* after all were back */
    assert_filled(p[0], 100, 0);
    store_give(s, p[0], 100);
    store_free(s);
    store_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_apart)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
