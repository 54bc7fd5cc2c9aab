/* test_link_facts.c: what is told of a tunnel's line and of the routes over it, once for each change. */
#include "dataplane/svc/track.h"
#include "espial/bus.h"
#include "tests/exchange/tunnel_box.h"

struct heard {
    struct text links, routes;
};

static void on_link(void *arg, const void *fact)
{
    const struct fact_link *f = fact;

    text_printf(&((struct heard *)arg)->links, "%s %d%d;", f->ifname, f->admin_up, f->line_up);
}

static void on_route(void *arg, const void *fact)
{
    const struct fact_route *f = fact;

    text_printf(&((struct heard *)arg)->routes, "%d %s/%u %s %s %s;", f->change, IP4(f->network), f->prefix_len,
                f->protocol, IP4(f->gateway), f->ifname);
}

static void told(struct tunnel_box *t, struct heard *h, const char *links, const char *routes)
{
    box_run(t->b, 60 * US_PER_S);
    assert_string_equal(text_str(&h->links), links);
    assert_string_equal(text_str(&h->routes), routes);
    text_clear(&h->links);
    text_clear(&h->routes);
}

/* What was behind the tunnel is then sought by the default route, and back. */
#define ROUTES_GONE                                                                                                    \
    "2 10.2.0.1/32 static 172.16.0.2 Ethernet0/0;1 172.16.0.0/30 connected 0.0.0.0 Tunnel0;"                           \
    "1 172.16.0.1/32 local 0.0.0.0 Tunnel0;"
#define ROUTES_BACK                                                                                                    \
    "2 10.2.0.1/32 static 172.16.0.2 Tunnel0;0 172.16.0.0/30 connected 0.0.0.0 Tunnel0;"                               \
    "0 172.16.0.1/32 local 0.0.0.0 Tunnel0;"

static void tunnels(void **state)
{
    struct tunnel_box *t =
        tunnel_box(*state, 11, "track 1 interface Tunnel0 line-protocol\n", " keepalive 5 3\n", "", "");
    struct heard h = {0};
    bool up;

    bus_subscribe(router_bus(box_router(t->b, "left")), FACT_LINK, on_link, &h);
    bus_subscribe(router_bus(box_router(t->b, "left")), FACT_ROUTE, on_route, &h);
    t->lose = true; /* keepalives find out */
    told(t, &h, "Tunnel0 10;", ROUTES_GONE);
    assert_true(track_state(dataplane_track(router_dataplane(box_router(t->b, "left"))), 1, &up));
    assert_false(up);
    t->lose = false;
    told(t, &h, "Tunnel0 11;", ROUTES_BACK);
    assert_true(track_state(dataplane_track(router_dataplane(box_router(t->b, "left"))), 1, &up) && up);
    box_type_all(t->b, "left", "configure terminal\ninterface Tunnel0\nshutdown\nend");
    told(t, &h, "Tunnel0 00;", ROUTES_GONE);
    box_type_all(t->b, "left", "configure terminal\nno interface Tunnel0\nend");
    told(t, &h, "", "");
    text_free(&h.links);
    text_free(&h.routes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {TUNNEL_TEST(tunnels)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
