/* test_bus.c: facts are copied, drained at the end of the turn in order, bounded, and safe against subscribers that come and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "espial/bus.h"
#include "tests/sim/vloop.h"

struct heard {
    struct bus *bus;
    uint32_t spi[16];
    char who[16];
    size_t n;
    struct listener *drop;
    int republish;
};
struct listener {
    struct heard *heard;
    char name;
};

static struct fact_invalid_spi spi_fact(uint32_t spi)
{
    struct fact_invalid_spi f = {.spi = spi, .proto = 50};
    return f;
}

static void publish(struct bus *b, uint32_t spi)
{
    struct fact_invalid_spi f = spi_fact(spi);
    bus_publish(b, FACT_INVALID_SPI, &f, sizeof f);
    memset(&f, 0xEE, sizeof f); /* it was copied */
}

static void on_spi(void *arg, const void *fact)
{
    struct listener *l = arg;
    struct heard *h = l->heard;
    const struct fact_invalid_spi *f = fact;
    assert_int_equal(f->proto, 50);
    assert_true(h->n < 16);
    h->spi[h->n] = f->spi;
    h->who[h->n++] = l->name;
    if (h->drop) {
        bus_unsubscribe(h->bus, FACT_INVALID_SPI, on_spi, h->drop);
        h->drop = NULL;
    }
    if (h->republish) {
        h->republish--;
        publish(h->bus, f->spi + 100);
    }
}

static void facts_wait_for_the_end_of_the_turn(void **state)
{
    (void)state;
    struct loop *loop = vloop_new(0);
    struct heard h = {.bus = bus_new(loop)};
    struct listener a = {&h, 'a'}, b = {&h, 'b'};
    bus_subscribe(h.bus, FACT_INVALID_SPI, on_spi, &a);
    bus_subscribe(h.bus, FACT_INVALID_SPI, on_spi, &b);
    publish(h.bus, 1);
    publish(h.bus, 2);
    assert_int_equal(h.n, 0);
    h.republish = 1;
    assert_true(vloop_step(loop));
    assert_string_equal(h.who, "ababab"); /* what was published meanwhile comes last, in the same turn */
    const uint32_t want[] = {1, 1, 2, 2, 101, 101};
    assert_memory_equal(h.spi, want, sizeof want);
    assert_false(vloop_step(loop));
    bus_free(h.bus);
    vloop_free(loop);
}

static void types_are_apart(void **state)
{
    (void)state;
    struct loop *loop = vloop_new(0);
    struct heard h = {.bus = bus_new(loop)};
    struct listener a = {&h, 'a'};
    bus_subscribe(h.bus, FACT_INVALID_SPI, on_spi, &a);
    struct fact_config c = {.user = "cisco"};
    bus_publish(h.bus, FACT_CONFIG_CHANGED, &c, sizeof c); /* nobody listens */
    assert_false(vloop_step(loop));
    assert_int_equal(h.n, 0);
    bus_free(h.bus);
    vloop_free(loop);
}

static void subscribers_may_leave_while_it_drains(void **state)
{
    (void)state;
    struct loop *loop = vloop_new(0);
    struct heard h = {.bus = bus_new(loop)};
    struct listener a = {&h, 'a'}, b = {&h, 'b'}, c = {&h, 'c'};
    bus_subscribe(h.bus, FACT_INVALID_SPI, on_spi, &a);
    bus_subscribe(h.bus, FACT_INVALID_SPI, on_spi, &b);
    bus_subscribe(h.bus, FACT_INVALID_SPI, on_spi, &c);
    publish(h.bus, 1);
    publish(h.bus, 2);
    h.drop = &b; /* a takes b off before b's turn */
    vloop_step(loop);
    assert_string_equal(h.who, "acac");

    memset(h.who, 0, sizeof h.who);
    h.n = 0;
    h.drop = &a; /* a takes itself off */
    publish(h.bus, 3);
    publish(h.bus, 4);
    vloop_step(loop);
    assert_string_equal(h.who, "acc");

    bus_unsubscribe(h.bus, FACT_INVALID_SPI, on_spi, &c);
    bus_unsubscribe(h.bus, FACT_INVALID_SPI, on_spi, &c);
    publish(h.bus, 5);
    assert_false(vloop_step(loop));
    bus_free(h.bus);
    vloop_free(loop);
}

static void count_fact(void *arg, const void *fact)
{
    const struct fact_trap *t = fact;
    uint32_t *n = arg;
    assert_int_equal(t->src, *n); /* in order, none missing */
    ++*n;
}

static void overflow_is_counted(void **state)
{
    (void)state;
    struct loop *loop = vloop_new(0);
    struct bus *bus = bus_new(loop);
    uint32_t n = 0;
    static struct fact_trap t;
    bus_subscribe(bus, FACT_TRAP_HEARD, count_fact, &n);
    for (uint32_t i = 0; i < 4096 + 10; i++) {
        t.src = i;
        bus_publish(bus, FACT_TRAP_HEARD, &t, sizeof t);
    }
    assert_int_equal(bus_overflows(bus), 10);
    vloop_step(loop);
    assert_int_equal(n, 4096);
    t.src = n;
    bus_publish(bus, FACT_TRAP_HEARD, &t, sizeof t); /* room again */
    vloop_step(loop);
    assert_int_equal(n, 4097);
    assert_int_equal(bus_overflows(bus), 10);
    bus_publish(bus, FACT_TRAP_HEARD, &t, sizeof t);
    bus_free(bus); /* with a fact waiting */
    assert_false(vloop_step(loop));
    vloop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_wait_for_the_end_of_the_turn),
        cmocka_unit_test(types_are_apart),
        cmocka_unit_test(subscribers_may_leave_while_it_drains),
        cmocka_unit_test(overflow_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
