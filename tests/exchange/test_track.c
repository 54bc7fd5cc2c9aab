/* test_track.c: tracked objects on a router: what each kind follows, what is said of it and to whom, delays, static routes
 * that hold by one, and that nothing turns in circles without end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/dataplane.h"
#include "dataplane/svc/track.h"
#include "espial/bus.h"
#include "espial/loop.h"
#include "espial/text.h"
#include "tests/sim/box.h"

struct world {
    struct box *b;
    struct wire *w;
    struct text facts;
};

static void on_fact(void *arg, const void *fact)
{
    const struct fact_track *f = fact;

    text_printf(&((struct world *)arg)->facts, "%u%s ", f->number, f->up ? "+" : "-");
}

static int setup(void **state)
{
    static struct world w;

    memset(&w, 0, sizeof w);
    w.b = box_new(7);
    box_node(w.b, "r",
             "hostname r\ninterface Ethernet0/0\n ip address 10.0.0.1 255.255.255.0\n"
             "interface Loopback0\n ip address 192.0.2.1 255.255.255.0\n");
    box_node(w.b, "z", "hostname z\ninterface Ethernet0/0\n ip address 10.0.0.2 255.255.255.0\n");
    w.w = box_link(w.b, "r", "Ethernet0/0", "z", "Ethernet0/0");
    box_boot(w.b);
    box_run(w.b, 3 * US_PER_S);
    bus_subscribe(router_bus(box_router(w.b, "r")), FACT_TRACK, on_fact, &w);
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;

    box_free(w->b);
    text_free(&w->facts);
    return 0;
}

static void conf(struct world *w, const char *lines)
{
    box_type(w->b, "r", "configure terminal");
    box_type_all(w->b, "r", lines);
    box_type(w->b, "r", "end");
}

static void prints(struct world *w, const char *line, const char *expected)
{
    const char *got = box_type(w->b, "r", line);

    if (!strstr(got, expected))
        fail_msg("%s printed:\n%s\nwithout:\n%s", line, got, expected);
}

static void prints_not(struct world *w, const char *line, const char *unexpected)
{
    const char *got = box_type(w->b, "r", line);

    if (strstr(got, unexpected))
        fail_msg("%s printed:\n%s\nwith:\n%s", line, got, unexpected);
}

/* The facts since the last time. */
static void facts(struct world *w, const char *expected)
{
    assert_string_equal(text_str(&w->facts), expected);
    text_clear(&w->facts);
}

static void logged(struct world *w, size_t from, const char *text, size_t times)
{
    if (box_log_count(w->b, "r", from, text) != times)
        fail_msg("not %zu times \"%s\" in:\n%s", times, text, box_log(w->b, "r") + from);
}

static void interfaces(void **state)
{
    struct world *w = *state;
    size_t from = box_log_len(w->b, "r");

    conf(w, "track 1 interface Ethernet0/0 line-protocol\n"
            "track 2 interface Ethernet0/0 ip routing\n"
            "track 3 interface Tunnel9 line-protocol\n");
    facts(w, "1+ 2+ ");
    logged(w, from, "%TRACK-6-STATE: 1 interface Et0/0 line-protocol Down -> Up", 1);
    logged(w, from, "%TRACK-6-STATE: 2 interface Et0/0 ip routing Down -> Up", 1);
    logged(w, from, "%TRACK-6-STATE: 3", 0);
    box_run(w->b, 27 * US_PER_S);
    prints(
        w, "show track 1",
        "Track 1\n  Interface Ethernet0/0 line-protocol\n  Line protocol is Up\n    1 change, last change 00:00:27\n");
    prints(w, "show track 3", "  Line protocol is Down (hw not present)\n    1 change, last change 00:00:27\n");

    conf(w, "interface Ethernet0/0\nno ip address\n");
    facts(w, "2- ");
    prints(w, "show track 2", "  IP routing is Down (no IP addr)\n    2 changes, last change 00:00:00\n");
    conf(w, "interface Ethernet0/0\nip address 10.0.0.1 255.255.255.0\n");
    facts(w, "2+ ");

    from = box_log_len(w->b, "r");
    wire_plug(w->w, false);
    box_run(w->b, 5 * US_PER_S);
    facts(w, "1- 2- ");
    logged(w, from, "%TRACK-6-STATE: 1 interface Et0/0 line-protocol Up -> Down", 1);
    prints(w, "show track 1", "  Line protocol is Down (hw down)\n");
    wire_plug(w->w, true);
    box_run(w->b, 5 * US_PER_S);
    facts(w, "1+ 2+ ");
    conf(w, "interface Ethernet0/0\nshutdown\n");
    facts(w, "1- 2- ");
    prints(w, "show track interface",
           "  Line protocol is Down (hw admin-down)\n    4 changes, last change 00:00:00\nTrack 2\n");
    prints(w, "show track brief",
           "Track Type        Instance                   Parameter        State Last Change\n"
           "1     interface   Ethernet0/0                line-protocol    Down  00:00:00\n"
           "2     interface   Ethernet0/0                ip routing       Down  00:00:00\n"
           "3     interface   Tunnel9                    line-protocol    Down  00:00:37\n");
    conf(w, "no track 1\n");
    prints_not(w, "show track", "Track 1\n");
    facts(w, "");
}

static void routes(void **state)
{
    struct world *w = *state;

    conf(w, "track 1 ip route 192.0.2.0 255.255.255.0 reachability\n"
            "track 2 ip route 172.16.52.0 255.255.255.0 metric threshold\ndelay up 2 down 1\n"
            "track 3 ip route 172.16.52.0 255.255.255.0 reachability\ndelay up 20 down 10\n"
            "track 4 ip route 192.0.2.0 255.255.255.128 reachability\n");
    facts(w, "1+ ");
    prints(w, "show track 1",
           "Track 1\n  IP route 192.0.2.0 255.255.255.0 reachability\n  Reachability is Up (connected)\n"
           "    1 change, last change 00:00:00\n  First-hop interface is Loopback0\n");
    prints(w, "show track 2",
           "Track 2\n  IP route 172.16.52.0 255.255.255.0 metric threshold\n  Metric threshold is Down (no route)\n"
           "    1 change, last change 00:00:00\n  Metric threshold down 255 up 254\n  Delay up 2 secs, down 1 sec\n"
           "  First-hop interface is unknown\n");
    conf(w, "ip route 172.16.52.0 255.255.255.0 10.0.0.2\n");
    box_run(w->b, 1100 * US_PER_MS);
    facts(w, "");
    prints(w, "show track 2", "  Metric threshold is Down (no route), delayed Up (1 sec remaining) (static/0/0)\n");
    box_run(w->b, US_PER_S);
    facts(w, "2+ ");
    prints(w, "show track 2", "  Metric threshold is Up (static/0/0)\n    2 changes, last change 00:00:00\n");
    prints(w, "show track 2", "  First-hop interface is Ethernet0/0\n");
    prints(w, "show track 3", "  Reachability is Down (no ip route), delayed Up (18 secs remaining) (static)\n");
    box_run(w->b, 20 * US_PER_S);
    facts(w, "3+ ");
    /* gone for less than the delay: nobody hears of it */
    conf(w, "no ip route 172.16.52.0 255.255.255.0 10.0.0.2\n");
    box_run(w->b, 500 * US_PER_MS);
    conf(w, "ip route 172.16.52.0 255.255.255.0 10.0.0.2\n");
    box_run(w->b, 30 * US_PER_S);
    facts(w, "");
    conf(w, "no ip route 172.16.52.0 255.255.255.0 10.0.0.2\n");
    box_run(w->b, 30 * US_PER_S);
    facts(w, "2- 3- ");
    prints(w, "show track 3",
           "  Reachability is Down (no ip route)\n    3 changes, last change 00:00:20\n"
           "  Delay up 20 secs, down 10 secs\n  First-hop interface is unknown (was Ethernet0/0)\n");
    prints(w, "show running-config | section track",
           "track 2 ip route 172.16.52.0 255.255.255.0 metric threshold\n delay down 1 up 2\n");
}

static void lists(void **state)
{
    struct world *w = *state;
    struct track *t = dataplane_track(router_dataplane(box_router(w->b, "r")));
    bool up;

    conf(w, "track 1 stub-object\ntrack 2 stub-object\ndefault-state up\ntrack 3 stub-object\n"
            "track 10 list boolean and\nobject 1\nobject 2\n"
            "track 11 list boolean or\nobject 1\nobject 2\n"
            "track 12 list boolean and\nobject 2 not\nobject 1\n"
            "track 13 list threshold percentage\nobject 1\nobject 2\nobject 3\nthreshold percentage up 60 down 30\n"
            "track 14 list threshold weight\nobject 1 weight 15\nobject 2 weight 20\nobject 3 weight 30\n"
            "threshold weight up 45 down 10\n"
            "track 15 list boolean and\nobject 99\n");
    text_clear(&w->facts);
    prints(w, "show track brief", "10    list                                   boolean          Down ");
    prints(w, "show track 11", "  List boolean or\n  Boolean OR is Up\n");
    prints(w, "show track 11", "    object 1 Down\n    object 2 Up\n");
    prints(w, "show track 15", "    object 99 Undefined\n");
    prints(w, "show track 2", "Track 2\n  Stub-object\n  State is Up\n");
    prints(w, "show track 2",
           "  Tracked by:\n    Track-list 10\n    Track-list 11\n    Track-list 12\n    Track-list 13\n");

    assert_true(track_exists(t, 1));
    assert_false(track_exists(t, 99));
    assert_false(track_exists(t, 4000000000u));
    assert_false(track_state(t, 99, &up));
    assert_false(track_set_stub(t, 99, true));
    assert_false(track_set_stub(t, 10, true)); /* no stub */
    assert_true(track_state(t, 1, &up));
    assert_false(up);
    assert_true(track_set_stub(t, 1, true));
    box_run(w->b, US_PER_MS);
    /* 1 and 2: 66% and 35; 14 stays down */
    facts(w, "1+ 10+ 13+ ");
    prints(w, "show track 13", "  Threshold percentage is Up (66/100)\n");
    prints(w, "show track 14", "  Threshold weight is Down (35/65)\n");
    prints(w, "show track 14",
           "    object 2 weight 20 Up\n    object 3 weight 30 Down\n  Threshold weight down 10 up 45\n");
    box_run(w->b, 2 * US_PER_S);
    assert_true(track_set_stub(t, 3, true));
    box_run(w->b, 2 * US_PER_S);
    facts(w, "3+ 14+ ");
    assert_true(track_set_stub(t, 2, false));
    box_run(w->b, 2 * US_PER_S);
    facts(w, "2- 10- 12+ "); /* 13 at 66%, 14 at 45 */
    assert_true(track_set_stub(t, 3, false));
    box_run(w->b, 2 * US_PER_S);
    facts(w, "3- "); /* between the bounds: 33%, 15 */
    assert_true(track_set_stub(t, 1, false));
    box_run(w->b, 2 * US_PER_S);
    facts(w, "1- 11- 12- 13- 14- ");
    assert_true(track_set_stub(t, 1, false)); /* as it is */
    box_run(w->b, 2 * US_PER_S);
    facts(w, "");
}

static void static_routes(void **state)
{
    struct world *w = *state;
    struct track *t = dataplane_track(router_dataplane(box_router(w->b, "r")));

    conf(w, "ip route 0.0.0.0 0.0.0.0 10.0.0.2 track 5\nip route 0.0.0.0 0.0.0.0 10.0.0.3 200 name backup\n");
    prints(w, "show ip route", "S*    0.0.0.0/0 [200/0] via 10.0.0.3\n"); /* there is no object 5 */
    prints(w, "show ip route track-table", " ip route 0.0.0.0 0.0.0.0 10.0.0.2 track 5 state is [down]\n");
    conf(w, "track 5 stub-object\n");
    prints(w, "show ip route", "S*    0.0.0.0/0 [200/0] via 10.0.0.3\n");
    assert_true(track_set_stub(t, 5, true));
    box_run(w->b, US_PER_MS);
    prints(w, "show ip route", "S*    0.0.0.0/0 [1/0] via 10.0.0.2\n");
    prints(w, "show ip route track-table", " ip route 0.0.0.0 0.0.0.0 10.0.0.2 track 5 state is [up]\n");
    prints(w, "show track 5", "  Tracked by:\n    Static IP Routing 0\n");
    prints(w, "show running-config | include ip route",
           "ip route 0.0.0.0 0.0.0.0 10.0.0.2 track 5\nip route 0.0.0.0 0.0.0.0 10.0.0.3 200 name backup\n");
    assert_true(track_set_stub(t, 5, false));
    box_run(w->b, US_PER_MS);
    prints(w, "show ip route", "S*    0.0.0.0/0 [200/0] via 10.0.0.3\n");
    assert_true(track_set_stub(t, 5, true));
    box_run(w->b, US_PER_MS);
    conf(w, "no track 5\n");
    prints(w, "show ip route", "S*    0.0.0.0/0 [200/0] via 10.0.0.3\n");
}

/* A route that is there while it is not, and a list that holds two others that hold each other. */
static void circles(void **state)
{
    struct world *w = *state;
    size_t from = box_log_len(w->b, "r");

    conf(w, "track 1 ip route 198.51.100.0 255.255.255.0 reachability\n"
            "track 2 list boolean and\nobject 1 not\n"
            "ip route 198.51.100.0 255.255.255.0 10.0.0.2 track 2\n"
            "track 3 list boolean and\nobject 4 not\ntrack 4 list boolean and\nobject 3\n");
    box_run(w->b, 150 * US_PER_S);
    size_t ones = box_log_count(w->b, "r", from, "STATE: 1 ip route"),
           threes = box_log_count(w->b, "r", from, "STATE: 3 ");
    assert_in_range(ones, 10, 24); /* two in 15 seconds */
    assert_in_range(threes, 100, 310);
    prints(w, "show track timers", "ip route         15             ");
}

static void refusals(void **state)
{
    struct world *w = *state;

    conf(w, "track 1 interface Ethernet0/0 line-protocol\n");
    box_type(w->b, "r", "configure terminal");
    prints(w, "track 1 stub-object", "Cannot change tracked object 1 - delete old config first\n");
    prints(w, "track 2", "% Incomplete command.");
    prints(w, "track 2 ip route 10.0.0.1 255.255.255.0 reachability", "%Inconsistent address and mask\n");
    prints(w, "track 1001 stub-object", "% Invalid input detected");
    box_type(w->b, "r", "track 1");
    prints(w, "object 3", "% Invalid input detected");
    box_type(w->b, "r", "track 2 list boolean or");
    prints(w, "object 2", "% A list cannot contain itself\n");
    box_type(w->b, "r", "end");
    conf(w, "no track 1\ntrack 1 stub-object\n");
    prints(w, "show track 1", "Stub-object");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(interfaces, setup, teardown),
        cmocka_unit_test_setup_teardown(routes, setup, teardown),
        cmocka_unit_test_setup_teardown(lists, setup, teardown),
        cmocka_unit_test_setup_teardown(static_routes, setup, teardown),
        cmocka_unit_test_setup_teardown(circles, setup, teardown),
        cmocka_unit_test_setup_teardown(refusals, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
