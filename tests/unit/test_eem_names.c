/* test_eem_names.c: words that stand twice: as literals in the rows of events, where their place becomes a number, and in
 * eem/names.c, where the number is looked up. And the counters of interfaces, which the network half names too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "eem/cmd/cmd.h"
#include "eem/eem_conf.h"

/* The alternatives of the first {...} behind `head` in a sentence of the table that has it, "=..." left away. */
static void same(const char *head, const char *const *names)
{
    for (size_t i = 0; i < eem_table_event_watch.nrows; i++) {
        const char *at = strstr(eem_table_event_watch.rows[i].sentence, head);
        if (!at)
            continue;
        at = strchr(at, '{') + 1;
        for (; *names; names++) {
            size_t len = strcspn(at, "=|}");
            if (len != strlen(*names) || strncmp(at, *names, len) != 0)
                fail_msg("%s: %s is not at its place", head, *names);
            at += strcspn(at, "|}");
            assert_int_equal(*at, names[1] ? '|' : '}');
            at++;
        }
        return;
    }
    fail_msg("no row has %s", head);
}

static void test_names(void **state)
{
    (void)state;
    same(" parameter ", eem_interface_parameters);
    same("[reaction-type ", eem_reactions);
    same("[protocol ", eem_protocols);
    same("[link-event ", eem_link_events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
