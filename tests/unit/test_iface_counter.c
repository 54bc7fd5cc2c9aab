/* test_iface_counter.c: an interface's counters by the names that `event interface parameter` has for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "espial/loop.h"
#include "tests/sim/netbox.h"
#include "tests/sim/vloop.h"

static int64_t counter(struct netbox *b, const char *name)
{
    int64_t v = -1;

    assert_true(iface_counter(b->net, "Ethernet0/0", name, &v));
    return v;
}

/* A broadcast of a protocol that nobody speaks, and half an Ethernet header. */
static void frames(struct wire *w, unsigned broadcasts, unsigned runts)
{
    uint8_t frame[1250] = {255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 9, 0x88, 0xB5};

    while (broadcasts--)
        wire_inject(w, 1, frame, sizeof frame);
    while (runts--)
        wire_inject(w, 1, frame, 7);
}

static void names(void **state)
{
    const char *name, *last = "";
    size_t n = 0;

    (void)state;
    for (; (name = iface_counter_name(n)); n++, last = name)
        assert_true(strcmp(last, name) < 0);
    assert_int_equal(n, 22);
}

static void values(void **state)
{
    struct loop *loop = vloop_new(0);
    struct wire *w = wire_new(loop, NULL, NULL);
    struct netbox b;
    int64_t v;

    (void)state;
    netbox_init(&b, loop, 1);
    netbox_plug(&b, "Ethernet0/0", w, 0, "10.0.0.1/24");
    vloop_run_for(loop, 3 * US_PER_S);
    assert_false(iface_counter(b.net, "Ethernet0/1", "rxload", &v));
    assert_false(iface_counter(b.net, "Ethernet0/0", "rxlod", &v));
    for (size_t i = 0; iface_counter_name(i); i++)
        assert_true(iface_counter(b.net, "Ethernet0/0", iface_counter_name(i), &v));
    assert_int_equal(counter(&b, "rxload"), 1);
    assert_int_equal(counter(&b, "reliability"), 255);
    frames(w, 3, 2);
    vloop_run_for(loop, US_PER_S);
    assert_int_equal(counter(&b, "receive_broadcasts"), 3);
    assert_int_equal(counter(&b, "input_errors"), 2);
    assert_int_equal(counter(&b, "receive_runts"), 2);
    assert_int_equal(counter(&b, "input_errors_crc"), 0);
    /* 1,000 frames of 1,250 bytes a second, for 30 minutes: 10 Mbit/s, which is all that an Ethernet has */
    for (unsigned s = 0; s < 1800; s++) {
        for (unsigned k = 0; k < 100; k++) {
            frames(w, 10, 0);
            vloop_run_for(loop, US_PER_S / 100);
        }
    }
    assert_in_range(counter(&b, "receive_rate_pps"), 995, 1000);
    assert_in_range(counter(&b, "receive_rate_bps"), 9950000, 10000000);
    assert_in_range(counter(&b, "rxload"), 253, 255);
    assert_int_equal(counter(&b, "txload"), 1);
    assert_int_equal(counter(&b, "transmit_rate_pps"), 0);
    iface_clear_counters(b.net, NULL);
    assert_int_equal(counter(&b, "input_errors"), 0);
    assert_in_range(counter(&b, "rxload"), 253, 255);
    netbox_end(&b);
    wire_free(w);
    vloop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names), cmocka_unit_test(values)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
