/* Whose work the time is: slices of a made-up steady clock, set right by a made-up processor clock; averages, seconds, minutes and hours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "espial/account.h"
#include "espial/bus.h"
#include "espial/loop.h"
#include "espial/mem.h"
#include "tests/sim/vloop.h"

#define MS UINT64_C(1000000)
#define S  (1000 * MS)

struct clocks {
    struct loop *loop;
    struct account *a;
    uint64_t fast, cpu;
    unsigned looked; /* how often the dear clock was read */
};

static uint64_t fast(void *arg)
{
    return ((struct clocks *)arg)->fast;
}

static uint64_t cpu(void *arg)
{
    struct clocks *c = arg;
    c->looked++;
    return c->cpu;
}

static int setup(void **state)
{
    struct clocks *c = NEW(struct clocks);
    c->loop = vloop_new(0);
    account_free(c->loop->account);
    c->fast = 1000 * S;
    c->cpu = 7 * MS; /* used before anybody counted */
    c->a = account_new(c->loop, &(const struct account_clock){.fast = fast, .cpu = cpu, .arg = c});
    account_enter(c->loop, ACCOUNT_LOOP);
    *state = c;
    return 0;
}

static int teardown(void **state)
{
    struct clocks *c = *state;
    vloop_free(c->loop); /* and its account */
    mem_free(c);
    return 0;
}

/* The steady clock and the processor go on by this much. */
static void work(struct clocks *c, uint64_t ns)
{
    c->fast += ns;
    c->cpu += ns;
}

static void doze(struct clocks *c, uint64_t ns)
{
    account_sleep(c->a);
    c->fast += ns;
    account_wake(c->a, ACCOUNT_LOOP);
}

static struct account_row row(struct clocks *c, enum account_owner who)
{
    struct account_row rows[ACCOUNT_OWNERS], total;
    account_read(c->a, rows, &total);
    return rows[who];
}

static struct account_row all(struct clocks *c)
{
    struct account_row total;
    account_read(c->a, NULL, &total);
    return total;
}

static void near(double got, double want)
{
    if (got < want - 1e-6 || got > want + 1e-6)
        fail_msg("%.9f, not %.9f", got, want);
}

static void slices(void **state)
{
    struct clocks *c = *state;
    work(c, 1 * MS);
    enum account_owner was = account_enter(c->loop, ACCOUNT_IKE);
    assert_int_equal(was, ACCOUNT_LOOP);
    work(c, 5 * MS);
    enum account_owner in = account_enter(c->loop, ACCOUNT_LOGGER);
    work(c, 2 * MS);
    account_leave(c->loop, in);
    work(c, 3 * MS);
    assert_int_equal(account_enter(c->loop, ACCOUNT_IKE), ACCOUNT_IKE); /* no switch, no invocation */
    account_leave(c->loop, was);
    assert_int_equal(account_owner(c->loop), ACCOUNT_LOOP);
    assert_int_equal(row(c, ACCOUNT_IKE).runtime_ns, 8 * MS);
    assert_int_equal(row(c, ACCOUNT_IKE).invoked, 1);
    assert_int_equal(row(c, ACCOUNT_LOGGER).runtime_ns, 2 * MS);
    assert_int_equal(row(c, ACCOUNT_LOOP).runtime_ns, 1 * MS);
    assert_int_equal(row(c, ACCOUNT_INIT).runtime_ns, 7 * MS);
    assert_int_equal(all(c).runtime_ns, 18 * MS);
}

/* Another program had the processor half of the time: the sum is that of the processor clock. */
static void preempted(void **state)
{
    struct clocks *c = *state;
    account_enter(c->loop, ACCOUNT_IP);
    c->fast += 30 * MS;
    c->cpu += 15 * MS;
    account_leave(c->loop, ACCOUNT_LOOP);
    c->fast += 10 * MS;
    c->cpu += 5 * MS;
    assert_int_equal(row(c, ACCOUNT_IP).runtime_ns, 15 * MS);
    assert_int_equal(row(c, ACCOUNT_LOOP).runtime_ns, 5 * MS);
}

/* What no slice covers, the system calls around waiting, is the loop's. */
static void uncovered(void **state)
{
    struct clocks *c = *state;
    doze(c, 20 * MS);
    c->cpu += 4 * MS;
    assert_int_equal(row(c, ACCOUNT_LOOP).runtime_ns, 4 * MS);
}

/* The dear clock is read about ten times a second however often owners change. */
static void cheap(void **state)
{
    struct clocks *c = *state;
    unsigned before = c->looked;
    for (int i = 0; i < 100000; i++) {
        enum account_owner was = account_enter(c->loop, i & 1 ? ACCOUNT_IP : ACCOUNT_ESP);
        work(c, 5000);
        account_leave(c->loop, was);
        work(c, 5000);
    }
    assert_in_range(c->looked - before, 5, 12); /* one second went by */
    assert_int_equal(row(c, ACCOUNT_IP).runtime_ns, 250 * MS);
    assert_int_equal(row(c, ACCOUNT_ESP).runtime_ns, 250 * MS);
}

/* Half a processor for five seconds, then nothing: the five-second figure is gone after five more, the damped ones fall as IOS's do. */
static void averages(void **state)
{
    struct clocks *c = *state;
    for (int i = 0; i < 50; i++) {
        account_enter(c->loop, ACCOUNT_EXEC);
        work(c, 50 * MS);
        account_leave(c->loop, ACCOUNT_LOOP);
        doze(c, 50 * MS);
    }
    struct account_row r = row(c, ACCOUNT_EXEC);
    near(r.five_s, 0.5);
    near(r.one_min, 0.5 * 0.07995558537);  /* 1 - e^(-5/60) */
    near(r.five_min, 0.5 * 0.01652854617); /* 1 - e^(-5/300) */
    near(all(c).five_s, 0.5);
    doze(c, 4 * S);
    near(row(c, ACCOUNT_EXEC).five_s, 0.5); /* those five seconds are not over */
    doze(c, 1 * S);
    near(row(c, ACCOUNT_EXEC).five_s, 0);
    near(row(c, ACCOUNT_EXEC).one_min, 0.5 * 0.07995558537 * 0.92004441463);
    doze(c, 3600 * S);
    near(row(c, ACCOUNT_EXEC).one_min, 0);
}

static void history(void **state)
{
    struct clocks *c = *state;
    struct account_span m;
    near(account_second(c->a, 0), -1);
    assert_false(account_minute(c->a, 0, &m));
    work(c, 300 * MS);
    doze(c, 700 * MS);
    work(c, 900 * MS);
    doze(c, 2100 * MS); /* second 1 was busy, 2 and 3 slept through */
    all(c);
    near(account_second(c->a, 0), 0);
    near(account_second(c->a, 1), 0);
    near(account_second(c->a, 2), 0.9);
    near(account_second(c->a, 3), 0.3);
    near(account_second(c->a, 4), -1);
    doze(c, 56 * S);
    all(c);
    assert_true(account_minute(c->a, 0, &m));
    near(m.average, 1.2 / 60);
    near(m.most, 0.9);
    assert_false(account_minute(c->a, 1, &m));
    doze(c, 3540 * S);
    all(c);
    assert_true(account_hour(c->a, 0, &m));
    near(m.average, 1.2 / 3600);
    near(m.most, 0.9);
    assert_true(account_minute(c->a, 59, &m));
    near(m.most, 0.9);
    doze(c, 60 * S);
    all(c);
    assert_true(account_minute(c->a, 59, &m)); /* the busy one has left the ring */
    near(m.most, 0);
    doze(c, 400 * 86400 * S); /* longer than anything kept */
    all(c);
    assert_true(account_hour(c->a, 71, &m));
    assert_false(account_hour(c->a, 72, &m));
    near(account_second(c->a, 59), 0);
}

/* One command that takes three and a half seconds makes each of them busy, not the last one 350%. */
static void long_slice(void **state)
{
    struct clocks *c = *state;
    account_enter(c->loop, ACCOUNT_EXEC);
    work(c, 3500 * MS);
    account_leave(c->loop, ACCOUNT_LOOP);
    doze(c, 500 * MS);
    all(c);
    near(account_second(c->a, 0), 0.5);
    near(account_second(c->a, 1), 1);
    near(account_second(c->a, 2), 1);
    near(account_second(c->a, 3), 1);
    assert_int_equal(row(c, ACCOUNT_EXEC).runtime_ns, 3500 * MS);
}

static void again(void **state)
{
    struct clocks *c = *state;
    work(c, 3 * S);
    account_restart(c->a);
    assert_int_equal(account_owner(c->loop), ACCOUNT_INIT);
    work(c, 2 * MS);
    assert_int_equal(all(c).runtime_ns, 2 * MS);
    assert_int_equal(row(c, ACCOUNT_INIT).runtime_ns, 2 * MS);
    near(account_second(c->a, 0), -1);
}

/* Timers, deferred work and subscribers run on the time of those who made them. */
struct seen {
    struct loop *loop;
    enum account_owner timer, deferred, fact;
};

static void on_timer(void *arg)
{
    ((struct seen *)arg)->timer = account_owner(((struct seen *)arg)->loop);
}

static void on_deferred(void *arg)
{
    ((struct seen *)arg)->deferred = account_owner(((struct seen *)arg)->loop);
}

static void on_fact(void *arg, const void *fact)
{
    (void)fact;
    ((struct seen *)arg)->fact = account_owner(((struct seen *)arg)->loop);
}

static void inherited(void **state)
{
    struct clocks *c = *state;
    struct seen seen = {.loop = c->loop};
    struct timer t;
    struct deferred d = {.fn = on_deferred, .arg = &seen};
    struct bus *bus = bus_new(c->loop);
    const struct fact_config fact = {.line = 1};
    account_enter(c->loop, ACCOUNT_IKE);
    timer_init(&t, c->loop, on_timer, &seen);
    account_enter(c->loop, ACCOUNT_EEM);
    bus_subscribe(bus, FACT_CONFIG_CHANGED, on_fact, &seen);
    account_enter(c->loop, ACCOUNT_EXEC);
    timer_set(&t, 1000);
    loop_defer(c->loop, &d);
    bus_publish(bus, FACT_CONFIG_CHANGED, &fact, sizeof fact);
    account_enter(c->loop, ACCOUNT_LOOP);
    vloop_run_for(c->loop, 2000);
    assert_int_equal(seen.timer, ACCOUNT_IKE);
    assert_int_equal(seen.deferred, ACCOUNT_EXEC);
    assert_int_equal(seen.fact, ACCOUNT_EEM);
    assert_int_equal(account_owner(c->loop), ACCOUNT_LOOP);
    timer_clear(&t);
    bus_free(bus);
}

/* The loop looks about for 30 ms instead of sleeping, then sleeps, then works, then looks for 20 ms: that is its runtime, and in no share. In the end it yields to
 * another program for long: then even the looks before that count as its work, since nobody knows which part they were. */
static void looking_is_no_work(void **state)
{
    struct clocks *c = *state;
    account_enter(c->loop, ACCOUNT_SNMP);
    work(c, 10 * MS);
    account_sleep(c->a);
    account_look(c->a);
    work(c, 30 * MS);
    account_sleep(c->a);
    c->fast += 500 * MS;
    account_wake(c->a, ACCOUNT_SNMP);
    work(c, 5 * MS);
    account_sleep(c->a);
    account_look(c->a);
    work(c, 20 * MS);
    account_wake(c->a, ACCOUNT_IKE);
    work(c, 1 * MS);
    account_enter(c->loop, ACCOUNT_LOOP);
    assert_int_equal(row(c, ACCOUNT_SNMP).runtime_ns, 15 * MS);
    assert_int_equal(row(c, ACCOUNT_IKE).runtime_ns, 1 * MS);
    assert_int_equal(row(c, ACCOUNT_LOOP).runtime_ns, 50 * MS);
    account_sleep(c->a);
    account_look(c->a);
    work(c, 20 * MS);
    c->fast += 400 * MS; /* somebody else's */
    account_look(c->a);
    account_sleep(c->a);
    c->fast += 1 * MS;
    account_wake(c->a, ACCOUNT_IKE);
    assert_int_equal(row(c, ACCOUNT_IKE).runtime_ns, 1 * MS);
    assert_int_equal(row(c, ACCOUNT_SNMP).runtime_ns, 15 * MS);
    assert_int_equal(row(c, ACCOUNT_LOOP).runtime_ns, 70 * MS);
    assert_int_equal(all(c).runtime_ns, 86 * MS + 7 * MS); /* with what was used before */
    doze(c, 4600 * MS);
    near(all(c).five_s, 0.036 / 5);
    near(row(c, ACCOUNT_LOOP).five_s, 0.020 / 5);
    near(row(c, ACCOUNT_SNMP).five_s, 0.015 / 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(looking_is_no_work, setup, teardown),
        cmocka_unit_test_setup_teardown(slices, setup, teardown),     cmocka_unit_test_setup_teardown(preempted, setup, teardown),
        cmocka_unit_test_setup_teardown(uncovered, setup, teardown),  cmocka_unit_test_setup_teardown(cheap, setup, teardown),
        cmocka_unit_test_setup_teardown(averages, setup, teardown),   cmocka_unit_test_setup_teardown(history, setup, teardown),
        cmocka_unit_test_setup_teardown(long_slice, setup, teardown), cmocka_unit_test_setup_teardown(again, setup, teardown),
        cmocka_unit_test_setup_teardown(inherited, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
