/* test_order.c: numbered things in order, with holes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "espial/order.h"

static int things[1001];

static void holes(void **state)
{
    struct order o = {0};
    uint32_t n = 0;
    (void)state;
    assert_null(order_from(&o, 0, &n));
    for (uint32_t i = 1; i <= 1000; i++)
        order_add(&o, i * 2, &things[i]);
    assert_int_equal(order_count(&o), 1000);
    assert_ptr_equal(order_from(&o, 0, &n), &things[1]);
    assert_int_equal(n, 2);
    assert_ptr_equal(order_from(&o, 3, &n), &things[2]);
    assert_int_equal(n, 4);
    assert_null(order_remove(&o, 5));
    assert_ptr_equal(order_remove(&o, 4), &things[2]);
    assert_null(order_remove(&o, 4));
    assert_ptr_equal(order_from(&o, 3, &n), &things[3]);
    /* all but the last, from the front and from the back */
    for (uint32_t i = 3; i < 600; i++)
        assert_ptr_equal(order_remove(&o, i * 2), &things[i]);
    for (uint32_t i = 999; i >= 600; i--)
        assert_ptr_equal(order_remove(&o, i * 2), &things[i]);
    assert_int_equal(order_count(&o), 2);
    assert_ptr_equal(order_from(&o, 3, &n), &things[1000]);
    assert_int_equal(n, 2000);
    assert_null(order_from(&o, 2001, &n));
    order_add(&o, UINT32_MAX, &things[0]);
    assert_ptr_equal(order_from(&o, 2001, NULL), &things[0]);
    order_fini(&o);
    assert_int_equal(order_count(&o), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(holes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
