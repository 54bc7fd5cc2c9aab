/* test_track_alone.c: tracked objects without the rest of a router: the words of either platform, what is said once, and that an
 * object that turns in circles does not keep the loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/svc/track.h"
#include "espial/loop.h"
#include "espial/mem.h"
#include "espial/text.h"
#include "tests/sim/netbox.h"
#include "tests/sim/vloop.h"

struct world {
    struct loop *loop;
    struct netbox b;
    struct track *t;
};

static void begin(struct world *w, bool iosxe)
{
    w->loop = vloop_new(0);
    netbox_init(&w->b, w->loop, 1);
    const struct track_env env = {.loop = w->loop, .log = w->b.log, .net = w->b.net, .iosxe = iosxe};
    w->t = track_new(&env);
}

static void end(struct world *w)
{
    track_free(w->t);
    netbox_end(&w->b);
    vloop_free(w->loop);
}

static struct track_conf *object(struct world *w, uint32_t number, enum track_kind kind)
{
    struct track_conf *c = NEW(struct track_conf);

    track_conf_init(c);
    c->number = number;
    c->kind = (uint8_t)kind;
    str_copy(c->ifname, sizeof c->ifname, "Loopback0");
    conf_list_add(&track_conf(w->t)->objects, c);
    return c;
}

static void member(struct track_conf *c, uint32_t number, bool negated)
{
    struct track_member_conf *m = NEW(struct track_member_conf);

    *m = (struct track_member_conf){.object = number, .negated = negated, .weight = 10};
    conf_list_add(&c->members, m);
}

static void words(bool iosxe, const char *up, const char *down)
{
    struct world w;

    begin(&w, iosxe);
    netbox_addr(&w.b, "Loopback0", "192.0.2.1/32");
    track_conf_changed(w.t, object(&w, 4, TRACK_INTERFACE), false);
    vloop_run_for(w.loop, US_PER_S);
    assert_int_equal(netbox_logged(&w.b, up), 1);
    struct if_conf *c = netbox_conf(&w.b, "Loopback0");
    c->shutdown = true;
    iface_conf_changed(w.b.net, c, false);
    vloop_run_for(w.loop, 10 * US_PER_S);
    assert_int_equal(netbox_logged(&w.b, down), 1);
    assert_int_equal(netbox_logged(&w.b, "STATE: 4 "), 2);
    end(&w);
}

static void ios(void **state)
{
    (void)state;
    words(false, "%TRACKING-5-STATE: 4 interface Lo0 line-protocol Down->Up",
          "%TRACKING-5-STATE: 4 interface Lo0 line-protocol Up->Down");
}

static void ios_xe(void **state)
{
    (void)state;
    words(true, "%TRACK-6-STATE: 4 interface Lo0 line-protocol Down -> Up",
          "%TRACK-6-STATE: 4 interface Lo0 line-protocol Up -> Down");
}

/* At loop time 0, too: a list of its own negation. */
static void circle(void **state)
{
    struct world w;
    bool up;

    (void)state;
    begin(&w, true);
    struct track_conf *c = object(&w, 1, TRACK_BOOLEAN);
    member(c, 1, true);
    track_conf_changed(w.t, c, false);
    vloop_run_for(w.loop, 10 * US_PER_S + 1);
    assert_in_range(netbox_logged(&w.b, "STATE: 1 list boolean and"), 10, 23);
    assert_true(track_state(w.t, 1, &up));
    end(&w);
}

/* A thousand lists, each of the one after it. */
static void chain(void **state)
{
    struct world w;
    bool up;

    (void)state;
    begin(&w, true);
    for (uint32_t n = 1; n < TRACK_MAX; n++) {
        struct track_conf *c = object(&w, n, TRACK_BOOLEAN);
        member(c, n + 1, false);
        track_conf_changed(w.t, c, false);
    }
    track_conf_changed(w.t, object(&w, TRACK_MAX, TRACK_STUB), false);
    vloop_run_for(w.loop, US_PER_S);
    assert_true(track_set_stub(w.t, TRACK_MAX, true));
    vloop_run_for(w.loop, US_PER_S);
    assert_true(track_state(w.t, 1, &up) && up);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ios), cmocka_unit_test(ios_xe), cmocka_unit_test(circle),
                                       cmocka_unit_test(chain)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
