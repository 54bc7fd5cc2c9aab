/* test_reload.c: a router that goes while something of it is under way, and configuration that goes while something uses it. Nothing may outlive its owner: the sanitizers
 * look on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "espial/loop.h"
#include "tests/sim/box.h"

/* Every debug is on when the tunnel's two ends go, each at its time. */
static void debugs_and_a_tunnel(void **state)
{
    static const char *const debugs[] = {"debug crypto isakmp", "debug crypto ipsec", "debug crypto engine"};
    struct box *b = box_incident(11);
    (void)state;

    for (size_t i = 0; i < 3; i++) {
        box_type(b, "hub", debugs[i]);
        box_type(b, "spoke", debugs[i]);
    }
    box_type(b, "spoke", "ping 10.1.0.1 source Loopback0");
    assert_non_null(strstr(box_type(b, "hub", "show crypto isakmp sa"), "QM_IDLE"));
    size_t from = box_log_len(b, "hub");
    box_reload(b, "hub");
    assert_int_equal(box_log_count(b, "hub", from, "IPSEC(delete_sa)"), 0); /* a router that is reloaded says nothing of the SAs it forgets */
    box_run(b, 2 * US_PER_S);
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(debugs_and_a_tunnel)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
