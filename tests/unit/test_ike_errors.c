/* test_ike_errors.c: the ring of IKE's last errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/ike/errors.h"

static void newest_first(void **state)
{
    struct ike_errors e = {0};
    size_t at = 0;
    char text[16];
    (void)state;

    assert_null(ike_errors_next(&e, &at));
    for (int i = 0; i < 7; i++) {
        snprintf(text, sizeof text, "error %d", i);
        ike_errors_add(&e, 3, 1, text);
    }
    assert_int_equal(e.n, 3);
    assert_int_equal(e.dropped, 4);
    assert_string_equal(ike_errors_next(&e, &at)->text, "error 6");
    assert_string_equal(ike_errors_next(&e, &at)->text, "error 5");
    assert_string_equal(ike_errors_next(&e, &at)->text, "error 4");
    assert_null(ike_errors_next(&e, &at));
    ike_errors_clear(&e);
    at = 0;
    assert_null(ike_errors_next(&e, &at));
    assert_int_equal(e.dropped, 0);
    ike_errors_fini(&e);
}

static void again_counts_up(void **state)
{
    struct ike_errors e = {0};
    size_t at = 0;
    char text[2 * IKE_ERROR_TEXT];
    (void)state;

    ike_errors_add(&e, 5, 1, "a");
    ike_errors_add(&e, 5, 1, "a");
    ike_errors_add(&e, 5, 2, "a"); /* of another peer */
    ike_errors_add(&e, 5, 1, "a");
    assert_int_equal(e.n, 3);
    assert_int_equal(ike_errors_next(&e, &at)->count, 1);
    assert_int_equal(ike_errors_next(&e, &at)->count, 1);
    assert_int_equal(ike_errors_next(&e, &at)->count, 2);
    memset(text, 'x', sizeof text - 1); /* longer than is kept: cut, and known again */
    text[sizeof text - 1] = '\0';
    ike_errors_add(&e, 5, 1, text);
    ike_errors_add(&e, 5, 1, text);
    at = 0;
    const struct ike_error *one = ike_errors_next(&e, &at);
    assert_int_equal(one->count, 2);
    assert_int_equal(strlen(one->text), IKE_ERROR_TEXT - 1);
    ike_errors_fini(&e);
}

static void another_size(void **state)
{
    struct ike_errors e = {0};
    size_t at = 0;
    (void)state;

    ike_errors_add(&e, 5, 1, "a");
    ike_errors_add(&e, 1, 1, "b"); /* begins anew */
    ike_errors_add(&e, 1, 1, "c");
    assert_string_equal(ike_errors_next(&e, &at)->text, "c");
    assert_null(ike_errors_next(&e, &at));
    assert_int_equal(e.dropped, 1);
    ike_errors_add(&e, 0, 1, "d"); /* none */
    at = 0;
    assert_null(ike_errors_next(&e, &at));
    ike_errors_fini(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(newest_first),
        cmocka_unit_test(again_counts_up),
        cmocka_unit_test(another_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
