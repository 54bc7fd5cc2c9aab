/* Frames that come together, of which neighbours go to one destination or to another, from one source or another: each goes its own way, whatever was found for the one before
 * it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "dataplane/net/arp.h"
#include "dataplane/net/net_conf.h"
#include "espial/buf.h"
#include "espial/text.h"
#include "tests/fuzz/frames.h"
#include "tests/sim/netbox.h"
#include "tests/sim/vloop.h"

struct mix {
    struct loop *loop;
    struct netbox box;
    struct wire *w[2];
    char left[2][1024]; /* by each wire: "last byte of the destination's hardware address:last bytes of the packet's destination " */
};

static enum wire_verdict seen(char *left, const uint8_t *f, size_t len)
{
    if (len >= 34 && get16(f + 12) == 0x0800) {
        size_t n = strlen(left);
        snprintf(left + n, 1024 - n, "%x:%u.%u ", f[5], f[14 + 18], f[14 + 19]);
    }
    return WIRE_LOSE;
}

static enum wire_verdict on_w0(void *arg, int from, uint8_t *f, size_t len)
{
    return from == 0 ? seen(((struct mix *)arg)->left[0], f, len) : WIRE_PASS;
}

static enum wire_verdict on_w1(void *arg, int from, uint8_t *f, size_t len)
{
    return from == 0 ? seen(((struct mix *)arg)->left[1], f, len) : WIRE_PASS;
}

static void neighbour(struct mix *t, const char *addr, const char *mac)
{
    struct arp_conf *c = NEW(struct arp_conf);

    c->addr = addr_of(addr);
    str_copy(c->mac, sizeof c->mac, mac);
    conf_list_add(&net_conf(t->box.net)->arps, c);
    arp_statics_changed(t->box.net, NULL);
}

static int setup(void **state)
{
    struct mix *t = NEW(struct mix);

    t->loop = vloop_new(0);
    netbox_init(&t->box, t->loop, 1);
    for (int i = 0; i < 2; i++)
        t->w[i] = wire_new(t->loop, NULL, NULL);
    netbox_plug(&t->box, "Ethernet0/0", t->w[0], 0, "10.0.0.1/24");
    netbox_plug(&t->box, "Ethernet0/1", t->w[1], 0, "10.0.1.1/24");
    netbox_route(&t->box, "172.16.0.0/16", "10.0.1.2");
    netbox_route(&t->box, "172.17.0.0/16", "10.0.0.3");
    netbox_route(&t->box, "172.18.0.0/16", "Null0");
    neighbour(t, "10.0.1.2", "0200.0000.00a2");
    neighbour(t, "10.0.1.9", "0200.0000.00a9");
    neighbour(t, "10.0.0.3", "0200.0000.00b3");
    vloop_run_for(t->loop, 2 * US_PER_S);
    wire_tap(t->w[0], on_w0, t);
    wire_tap(t->w[1], on_w1, t);
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    struct mix *t = *state;

    netbox_end(&t->box);
    wire_free(t->w[0]);
    wire_free(t->w[1]);
    vloop_free(t->loop);
    mem_free(t);
    return 0;
}

/* Of one batch, by the first interface: pairs of source and destination. */
static void together(struct mix *t, const char *const pairs[][2], size_t n)
{
    struct link *l = wire_end(t->w[0], 0);

    for (size_t i = 0; i < n; i++) {
        uint8_t f[FRAME_MAX], data[8] = {0};
        size_t len = frame_ip(f, PROTO_UDP, addr_of(pairs[i][1]), 0, data, sizeof data);
        put32(f + FRAME_ETH + 12, addr_of(pairs[i][0]));
        frame_sum(f, len);
        l->rx(l->arg, f, len);
    }
    l->rx_end(l->arg);
    vloop_run_for(t->loop, US_PER_S / 10);
}

static void each_its_own_way(void **state)
{
    static const char *const pairs[][2] = {
        {"10.0.0.2", "172.16.0.1"}, {"10.0.0.2", "172.16.0.1"}, /* the same again */
        {"10.0.0.2", "172.17.0.1"}, {"10.0.0.2", "172.16.0.2"}, /* one gateway, another destination */
        {"10.0.0.2", "10.0.1.9"},   {"10.0.0.2", "10.0.1.9"},   /* on the wire itself */
        {"10.0.0.2", "172.18.0.1"}, {"10.0.0.2", "172.18.0.1"}, /* thrown away */
        {"10.0.0.2", "192.0.2.1"},  {"10.0.0.2", "172.16.0.3"}, /* no route, and one again */
        {"10.0.0.2", "10.0.1.255"}, {"10.0.0.2", "10.0.1.9"},   /* another wire's broadcast */
    };
    struct mix *t = *state;

    together(t, pairs, sizeof pairs / sizeof pairs[0]);
    assert_string_equal(t->left[1], "a2:0.1 a2:0.1 a2:0.2 a9:1.9 a9:1.9 a2:0.3 a9:1.9 ");
    assert_non_null(strstr(t->left[0], "b3:0.1 "));
    assert_int_equal(netbox_drops(&t->box, DROP_IP_NULL0), 2);
    assert_int_equal(netbox_drops(&t->box, DROP_IP_NO_ROUTE), 1);
    assert_int_equal(netbox_drops(&t->box, DROP_IP_BROADCAST), 1);
}

static void martians_among_others(void **state)
{
    static const char *const pairs[][2] = {
        {"10.0.0.2", "172.16.0.1"},  {"10.0.0.2", "127.0.0.1"}, /* a good source, and where nothing may go */
        {"127.0.0.1", "172.16.0.2"}, {"10.0.0.2", "172.16.0.3"}, {"10.0.0.1", "172.16.0.4"}, /* our own */
        {"10.0.0.1", "172.16.0.5"},  {"10.0.1.1", "172.16.0.6"}, {"0.0.0.0", "172.16.0.7"},
        {"10.0.0.2", "172.16.0.8"},  {"224.0.0.1", "172.16.0.9"},
    };
    struct mix *t = *state;

    together(t, pairs, sizeof pairs / sizeof pairs[0]);
    assert_string_equal(t->left[1], "a2:0.1 a2:0.3 a2:0.8 ");
    assert_int_equal(netbox_drops(&t->box, DROP_IP_MARTIAN), 7);
}

/* No source at all, before any was looked at: in each batch. */
static void martians_first(void **state)
{
    static const char *const pairs[][2] = {
        {"0.0.0.0", "172.16.0.1"}, {"0.0.0.0", "172.16.0.2"}, {"10.0.0.2", "172.16.0.3"}, {"0.0.0.0", "172.16.0.4"}};
    struct mix *t = *state;

    together(t, pairs, sizeof pairs / sizeof pairs[0]);
    together(t, pairs, 1);
    assert_string_equal(t->left[1], "a2:0.3 ");
    assert_int_equal(netbox_drops(&t->box, DROP_IP_MARTIAN), 4);
}

/* Those for a neighbour whose address is still asked for wait; the others don't. */
static void one_unknown(void **state)
{
    static const char *const pairs[][2] = {
        {"10.0.0.2", "10.0.1.9"}, {"10.0.0.2", "10.0.1.77"}, {"10.0.0.2", "10.0.1.77"}, {"10.0.0.2", "10.0.1.9"}};
    struct mix *t = *state;

    together(t, pairs, sizeof pairs / sizeof pairs[0]);
    assert_string_equal(t->left[1], "a9:1.9 a9:1.9 ");
    neighbour(t, "10.0.1.77", "0200.0000.0077");
    vloop_run_for(t->loop, US_PER_S / 10);
    assert_string_equal(t->left[1], "a9:1.9 a9:1.9 77:1.77 77:1.77 ");
}

/* What was found for one batch does not hold for the next. */
static void changed_between(void **state)
{
    static const char *const pairs[][2] = {{"10.0.0.2", "172.16.0.1"}, {"10.0.0.2", "172.16.0.1"}};
    struct mix *t = *state;

    together(t, pairs, 2);
    netbox_route(&t->box, "172.16.0.1/32", "10.0.1.9");
    together(t, pairs, 2);
    assert_string_equal(t->left[1], "a2:0.1 a2:0.1 a9:0.1 a9:0.1 ");
    netbox_addr(&t->box, "Loopback0", "10.0.0.2/32"); /* the source is our own now */
    together(t, pairs, 2);
    assert_int_equal(netbox_drops(&t->box, DROP_IP_MARTIAN), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_its_own_way, setup, teardown),
        cmocka_unit_test_setup_teardown(martians_among_others, setup, teardown),
        cmocka_unit_test_setup_teardown(martians_first, setup, teardown),
        cmocka_unit_test_setup_teardown(one_unknown, setup, teardown),
        cmocka_unit_test_setup_teardown(changed_between, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
