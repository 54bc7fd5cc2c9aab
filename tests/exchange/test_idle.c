/* What an idle lab costs: three routers with a tunnel and nothing to do turn the loop a few times a virtual minute, so that in reality their processes sleep. */
#include "tests/exchange/lab.h"

/* Turns of the loop in that many virtual seconds. */
static unsigned turns(struct lab *l, uint64_t seconds)
{
    uint64_t end = lab_now(l) + seconds * US_PER_S;
    unsigned n = 0;
    while (lab_now(l) < end && vloop_step(box_loop(l->box)))
        n++;
    return n;
}

/* Ten minutes of each, all three routers together; a minute's share of turns at most that many. */
static void bound(struct lab *l, const char *what, double a_minute)
{
    unsigned n = turns(l, 600);
    if (n > 10 * a_minute)
        fail_msg("%s: %.1f turns a minute", what, n / 10.0);
    if (getenv("ESPIAL_IDLE"))
        print_message("%s: %.1f turns a minute\n", what, n / 10.0);
}

static void without_tunnel(void **state)
{
    struct lab l;
    (void)state;
    lab_new(&l, 500);
    lab_run(&l, 300);
    bound(&l, "no tunnel", 1);
    lab_free(&l);
}

static void with_tunnel(void **state)
{
    struct lab l;
    (void)state;
    lab_new(&l, 501);
    lab_conf_both(&l, "no crypto isakmp keepalive");
    lab_tunnel(&l);
    lab_run(&l, 300);
    bound(&l, "tunnel", 1);
    lab_free(&l);
}

/* A look in ten seconds at each end; the first packet after a silence is told of by itself. */
static void on_demand(void **state)
{
    struct lab l;
    (void)state;
    lab_new(&l, 502);
    lab_tunnel(&l);
    lab_run(&l, 300);
    bound(&l, "tunnel, keepalive on-demand", 15);
    lab_free(&l);
}

static void periodic(void **state)
{
    struct lab l;
    (void)state;
    lab_new(&l, 503);
    lab_conf_both(&l, "crypto isakmp keepalive 10 2 periodic");
    lab_tunnel(&l);
    lab_run(&l, 300);
    bound(&l, "tunnel, keepalive periodic", 120);
    lab_free(&l);
}

/* An open session and debugs that have nothing to say cost nothing either. */
static void debugs(void **state)
{
    struct lab l;
    (void)state;
    lab_new(&l, 504);
    lab_conf_both(&l, "no crypto isakmp keepalive");
    lab_tunnel(&l);
    for (int i = 0; i < 2; i++)
        box_type_all(l.box, i ? "hub" : "spoke", "debug crypto isakmp\ndebug crypto ipsec\ndebug crypto engine");
    lab_run(&l, 300);
    bound(&l, "debugs", 1);
    lab_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_tunnel), cmocka_unit_test(with_tunnel), cmocka_unit_test(on_demand), cmocka_unit_test(periodic), cmocka_unit_test(debugs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
