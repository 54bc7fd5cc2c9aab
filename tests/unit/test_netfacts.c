/* test_netfacts.c: what is told of interfaces and routes, and that each change is told once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/svc/netfacts.h"
#include "espial/ip.h"
#include "espial/loop.h"
#include "espial/mem.h"
#include "espial/text.h"
#include "tests/sim/netbox.h"
#include "tests/sim/vloop.h"

struct world {
    struct loop *loop;
    struct netbox b;
    struct wire *w;
    struct netfacts *facts;
    struct text links, routes;
    unsigned nroutes;
};

static void on_link(void *arg, const void *fact)
{
    const struct fact_link *f = fact;

    text_printf(&((struct world *)arg)->links, "%s %d%d;", f->ifname, f->admin_up, f->line_up);
}

static void on_route(void *arg, const void *fact)
{
    static const char signs[] = {[ROUTE_ADDED] = '+', [ROUTE_REMOVED] = '-', [ROUTE_MODIFIED] = '='};
    const struct fact_route *f = fact;
    struct world *w = arg;

    w->nroutes++;
    assert_int_equal(f->metric, 0);
    if (w->nroutes < 100)
        text_printf(&w->routes, "%c%s/%u %s %u %s %s;", signs[f->change], IP4(f->network), f->prefix_len, f->protocol,
                    f->distance, IP4(f->gateway), f->ifname);
}

static int setup(void **state)
{
    static struct world w;

    memset(&w, 0, sizeof w);
    w.loop = vloop_new(0);
    netbox_init(&w.b, w.loop, 1);
    w.facts = netfacts_new(w.loop, w.b.bus, w.b.net);
    bus_subscribe(w.b.bus, FACT_LINK, on_link, &w);
    bus_subscribe(w.b.bus, FACT_ROUTE, on_route, &w);
    w.w = wire_new(w.loop, NULL, NULL);
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;

    netfacts_free(w->facts);
    netbox_end(&w->b);
    wire_free(w->w);
    vloop_free(w->loop);
    text_free(&w->links);
    text_free(&w->routes);
    return 0;
}

/* Everything told since the last time. */
static void told(struct world *w, const char *links, const char *routes)
{
    vloop_run_for(w->loop, 3 * US_PER_S);
    assert_string_equal(text_str(&w->links), links);
    assert_string_equal(text_str(&w->routes), routes);
    text_clear(&w->links);
    text_clear(&w->routes);
}

static void shutdown_if(struct world *w, const char *name, bool shut)
{
    struct if_conf *c = netbox_conf(&w->b, name);

    c->shutdown = shut;
    iface_conf_changed(w->b.net, c, false);
}

static void interfaces(void **state)
{
    struct world *w = *state;

    netbox_plug(&w->b, "Ethernet0/0", w->w, 0, "10.0.0.1/24");
    told(w, "Ethernet0/0 11;",
         "+10.0.0.0/24 connected 0 0.0.0.0 Ethernet0/0;+10.0.0.1/32 local 0 0.0.0.0 Ethernet0/0;");
    netbox_addr(&w->b, "Loopback0", "192.0.2.1/32");
    told(w, "Loopback0 11;", "+192.0.2.1/32 connected 0 0.0.0.0 Loopback0;");
    shutdown_if(w, "Ethernet0/0", true);
    told(w, "Ethernet0/0 00;",
         "-10.0.0.0/24 connected 0 0.0.0.0 Ethernet0/0;-10.0.0.1/32 local 0 0.0.0.0 Ethernet0/0;");
    shutdown_if(w, "Ethernet0/0", true); /* nothing new */
    told(w, "", "");
    shutdown_if(w, "Ethernet0/0", false);
    told(w, "Ethernet0/0 10;Ethernet0/0 11;",
         "+10.0.0.0/24 connected 0 0.0.0.0 Ethernet0/0;+10.0.0.1/32 local 0 0.0.0.0 Ethernet0/0;");
    shutdown_if(w, "Loopback0", true);
    told(w, "Loopback0 00;", "-192.0.2.1/32 connected 0 0.0.0.0 Loopback0;");
    /* another address */
    netbox_addr(&w->b, "Ethernet0/0", "10.0.0.2/24");
    told(w, "", "-10.0.0.1/32 local 0 0.0.0.0 Ethernet0/0;+10.0.0.2/32 local 0 0.0.0.0 Ethernet0/0;");
}

static void carrier(void **state)
{
    struct world *w = *state;

    netbox_plug(&w->b, "Ethernet0/0", w->w, 0, "10.0.0.1/24");
    vloop_run_for(w->loop, 3 * US_PER_S);
    text_clear(&w->links);
    text_clear(&w->routes);
    wire_plug(w->w, false);
    told(w, "Ethernet0/0 10;",
         "-10.0.0.0/24 connected 0 0.0.0.0 Ethernet0/0;-10.0.0.1/32 local 0 0.0.0.0 Ethernet0/0;");
}

static void statics(void **state)
{
    struct world *w = *state;
    struct conf_list *routes = &net_conf(w->b.net)->routes;
    struct route_conf c = {.prefix = 0xC6336400u, .mask = 0xFFFFFF00u, .hop = 0x0A000009u, .distance = 1};

    netbox_plug(&w->b, "Ethernet0/0", w->w, 0, "10.0.0.1/24");
    vloop_run_for(w->loop, 3 * US_PER_S);
    text_clear(&w->links);
    text_clear(&w->routes);
    netbox_route(&w->b, "172.16.0.0/12", "10.0.0.9");
    told(w, "", "+172.16.0.0/12 static 1 10.0.0.9 Ethernet0/0;");
    netbox_route(&w->b, "172.16.0.0/12", "10.0.0.7"); /* a second path */
    told(w, "", "=172.16.0.0/12 static 1 10.0.0.7 Ethernet0/0;");
    conf_list_remove(routes, 0);
    route_rebuild(w->b.net);
    told(w, "", "=172.16.0.0/12 static 1 10.0.0.7 Ethernet0/0;");
    ((struct route_conf *)routes->v[0])->distance = 200;
    route_rebuild(w->b.net);
    told(w, "", "=172.16.0.0/12 static 200 10.0.0.7 Ethernet0/0;");
    netbox_addr(&w->b, "Loopback0", "172.16.0.1/12"); /* connected takes its place */
    told(w, "Loopback0 11;",
         "-172.16.0.0/12 static 200 10.0.0.7 Ethernet0/0;+172.16.0.0/12 connected 0 0.0.0.0 Loopback0;"
         "+172.16.0.1/32 local 0 0.0.0.0 Loopback0;");
    netbox_route(&w->b, "192.168.0.0/16", "Null0");
    told(w, "", "+192.168.0.0/16 static 1 0.0.0.0 Null0;");
    /* of somebody else's making; gone and back in one turn is no change */
    struct route_extra *x = route_put(w->b.net, &c);
    told(w, "", "+198.51.100.0/24 static 1 10.0.0.9 Ethernet0/0;");
    route_take_back(w->b.net, x);
    x = route_put(w->b.net, &c);
    told(w, "", "");
    route_take_back(w->b.net, x);
    told(w, "", "-198.51.100.0/24 static 1 10.0.0.9 Ethernet0/0;");
}

/* More at once than the bus holds: none is lost. */
static void many(void **state)
{
    struct world *w = *state;
    struct conf_list *routes = &net_conf(w->b.net)->routes;
    enum { MANY = 10000 };

    netbox_addr(&w->b, "Loopback0", "192.0.2.1/32");
    vloop_run_for(w->loop, US_PER_S);
    w->nroutes = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        struct route_conf *c = NEW(struct route_conf);
        *c = (struct route_conf){.prefix = 0x0B000000u + (i << 8), .mask = 0xFFFFFF00u, .distance = 1};
        str_copy(c->ifname, sizeof c->ifname, "Null0");
        conf_list_add(routes, c);
    }
    route_rebuild(w->b.net);
    vloop_run_for(w->loop, US_PER_S);
    assert_int_equal(w->nroutes, MANY);
    conf_list_clear(routes);
    route_rebuild(w->b.net);
    vloop_run_for(w->loop, US_PER_S);
    assert_int_equal(w->nroutes, 2 * MANY);
    assert_int_equal(bus_overflows(w->b.bus), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(interfaces, setup, teardown),
        cmocka_unit_test_setup_teardown(carrier, setup, teardown),
        cmocka_unit_test_setup_teardown(statics, setup, teardown),
        cmocka_unit_test_setup_teardown(many, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
