/* test_eem_events.c: every event that the router's own state raises: facts in, what fired with which variables out.
 * Stories are written by hand. */
#include "eem/resource_conf.h"
#include "tests/exchange/eem_says.h"

/* ---- syslog */

static void test_syslog_parts(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    COPY(says(&a, "mnemonic", EEM_SYSLOG, "$_syslog_facility $_syslog_mnemonic $_syslog_priority")->mnemonic,
         "^UP(DOWN)?$");
    go(b, &a);
    COPY(says(&a, "facility", EEM_SYSLOG, "$_syslog_mnemonic")->facility, "^LI");
    go(b, &a);
    struct event_conf *ev = says(&a, "both", EEM_SYSLOG, "$_syslog_msg");
    COPY(ev->pattern, "changed");
    COPY(ev->facility, "^LINK$");
    go(b, &a);
    ev = says(&a, "severe", EEM_SYSLOG, "$_syslog_mnemonic");
    ev->sev_minor = ev->sev_notification = true; /* 3 and 5 */
    COPY(ev->pattern, "changed|lost");
    go(b, &a);
    ev = says(&a, "stamp", EEM_SYSLOG, "$_syslog_timestamp"); /* its own message too */
    COPY(ev->timestamp, "13:22:4[6]");
    ev->ratelimit = 1000;
    go(b, &a);
    msg_post_text(b->log, "LINK", 3, "UPDOWN", "Interface changed");
    run(b, US_PER_MS);
    expect(b, "0.000 %LINK-3-UPDOWN: Interface changed\n"
              "0.000 %HA_EM-6-LOG: mnemonic: LINK UPDOWN 3\n"
              "0.000 %HA_EM-6-LOG: facility: UPDOWN\n"
              "0.000 %HA_EM-6-LOG: both: \n  *Mar 10 13:22:46.000: %LINK-3-UPDOWN: Interface changed\n"
              "0.000 %HA_EM-6-LOG: severe: UPDOWN\n"
              "0.000 %HA_EM-6-LOG: stamp: *Mar 10 13:22:46.000\n");
}

/* ---- crossing: event interface */

struct sample {
    int64_t value;
    const char *said; /* NULL: nothing */
};

static void samples(struct box *b, const struct sample *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        text_clear(&b->story);
        b->counter = v[i].value;
        run(b, 10 * US_PER_S);
        const char *got = strchr(text_str(&b->story), '%');
        char expected[200];
        snprintf(expected, sizeof expected, "%%HA_EM-6-LOG: w: %s\n", v[i].said ? v[i].said : "");
        if (!v[i].said ? got != NULL : !got || strcmp(got, expected))
            fail_msg("sample %zu: %s", i, got ? got : "nothing");
    }
}
#define SAMPLES(b, v) samples(b, v, sizeof(v) / sizeof((v)[0]))

static struct event_conf *on_counter(struct applet_conf *a)
{
    struct event_conf *ev =
        says(a, "w", EEM_INTERFACE, "$_interface_value $_interface_delta_value $_interface_exit_event");
    COPY(ev->name, "Ethernet0/0");
    ev->poll = 10000;
    ev->entry_op = EEM_GE;
    COPY(ev->entry_val, "5");
    return ev;
}

static void test_value_without_exit(void **state)
{
    static const struct sample v[] = {{4, NULL}, {5, "5 1 0"}, {6, "6 1 0"}, {-1, NULL}, {3, NULL}, {9, "9 3 0"}};
    struct box *b = *state;
    struct applet_conf a;
    on_counter(&a);
    go(b, &a);
    run(b, 0);
    SAMPLES(b, v);
}

static void test_exit_value(void **state)
{
    static const struct sample v[] = {{5, "5 0 0"}, {9, NULL}, {2, NULL}, {1, "1 -4 1"}, {4, NULL}, {6, "6 5 0"}};
    struct box *b = *state;
    struct applet_conf a;
    struct event_conf *ev = on_counter(&a);
    ev->exit_op = EEM_LT;
    COPY(ev->exit_val, "2");
    ev->exit_event = true;
    go(b, &a);
    SAMPLES(b, v);
}

/* Ten seconds a sample: 30 s after the entry it may happen again, or with `and` when the value has come back too. */
static void test_exit_time(void **state)
{
    static const struct sample v[] = {{5, "5 0 0"}, {6, NULL}, {7, NULL}, {8, NULL}, {9, "9 4 0"}, {9, NULL}};
    static const struct sample both[] = {{5, "5 0 0"}, {1, NULL}, {1, NULL},   {8, NULL},
                                         {9, NULL},    {1, NULL}, {7, "7 2 0"}};
    struct box *b = *state;
    struct applet_conf a;
    on_counter(&a)->exit_time = 30000;
    go(b, &a);
    SAMPLES(b, v);
    eem_unregister(b->eem, "w");
    struct event_conf *ev = on_counter(&a);
    ev->exit_time = 30000;
    ev->exit_op = EEM_LT;
    COPY(ev->exit_val, "2");
    ev->exit_comb = EEM_EXIT_AND;
    go(b, &a);
    SAMPLES(b, both);
}

/* Counted from the last event, or from the first sample. */
static void test_increment(void **state)
{
    static const struct sample v[] = {{100, NULL}, {104, NULL},      {105, "105 5 0"},
                                      {109, NULL}, {111, "111 6 0"}, {111, NULL}};
    struct box *b = *state;
    struct applet_conf a;
    on_counter(&a)->entry_type = EEM_INCREMENT;
    go(b, &a);
    SAMPLES(b, v);
}

/* Steps 2, 10, 2, 2, 20: averages of two are 6, 6, 2, 11. */
static void test_rate(void **state)
{
    static const struct sample v[] = {{10, NULL}, {12, NULL}, {2, "2 -8 0"}, {4, "4 2 0"}, {6, NULL}, {26, "26 22 0"}};
    struct box *b = *state;
    struct applet_conf a;
    struct event_conf *ev = on_counter(&a);
    ev->entry_type = EEM_RATE;
    ev->average_factor = 2;
    go(b, &a);
    SAMPLES(b, v);
}

/* ---- snmp */

static bool get_value(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    (void)row;
    (void)at;
    out->num = ((struct box *)self)->counter;
    return out->num >= 0;
}

static void test_snmp(void **state)
{
    static const struct mib_row rows[] = {
        {.name = "x", .oid = "1.3.6.1.4.1.9.9.1", .type = TRAP_UNSIGNED, .get = get_value}};
    static const struct mib_rows table = MIB_ROWS("TEST-MIB", rows);
    static const struct sample exact[] = {{89, NULL}, {91, "1.3.6.1.4.1.9.9.1.0 91 2"}, {95, NULL}, {39, NULL},
                                          {-1, NULL}, {92, "1.3.6.1.4.1.9.9.1.0 92 1"}};
    struct box *b = *state;
    struct applet_conf a;
    char err[128];
    assert_true(mib_add(b->mib, &table, b, err));
    for (unsigned next = 0; next < 2; next++) {
        struct event_conf *ev = says(&a, "w", EEM_SNMP, "$_snmp_oid $_snmp_oid_val $_snmp_oid_delta_val");
        COPY(ev->oid, next ? "1.3.6.1.4.1.9.9" : "1.3.6.1.4.1.9.9.1.0");
        ev->get_next = next;
        ev->poll = 10000;
        ev->entry_op = EEM_GT;
        COPY(ev->entry_val, "90");
        ev->exit_op = EEM_LT;
        COPY(ev->exit_val, "40");
        go(b, &a);
        SAMPLES(b, exact);
    }
    mib_remove(b->mib, b);
}

/* ---- facts of the bus */

static void test_track(void **state)
{
    static const struct {
        uint32_t number;
        bool up;
        const char *story;
    } facts[] = {
        {1, false, "%HA_EM-6-LOG: down: 1 down\n%HA_EM-6-LOG: any: 1 down\n"},
        {1, true, "%HA_EM-6-LOG: any: 1 up\n"},
        {2, false, ""},
    };
    struct box *b = *state;
    struct applet_conf a;
    struct event_conf *ev = says(&a, "down", EEM_TRACK, "$_track_number $_track_state");
    ev->number = 1;
    ev->state = EEM_DOWN;
    go(b, &a);
    says(&a, "any", EEM_TRACK, "$_track_number $_track_state")->number = 1;
    go(b, &a);
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        struct fact_track f = {.number = facts[i].number, .up = facts[i].up};
        struct text said = {0};
        text_clear(&b->story);
        bus_publish(b->bus, FACT_TRACK, &f, sizeof f);
        run(b, US_PER_MS);
        text_add(&said, "");
        for (const char *s = text_str(&b->story); *s; s = strchr(s, '\n') + 1)
            text_addn(&said, strchr(s, '%'), strcspn(strchr(s, '%'), "\n") + 1);
        assert_string_equal(text_str(&said), facts[i].story);
        text_free(&said);
    }
}

static void test_config(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    struct fact_config f = {0}; /* a line changed something */
    says(&a, "w", EEM_CONFIG, "$_event_type_string $_event_type");
    go(b, &a);
    bus_publish(b->bus, FACT_CONFIG_CHANGED, &f, sizeof f);
    run(b, US_PER_MS);
    expect(b, "");
    f.left = true;
    bus_publish(b->bus, FACT_CONFIG_CHANGED, &f, sizeof f);
    run(b, US_PER_MS);
    expect(b, "0.001 %HA_EM-6-LOG: w: config 24\n");
}

static void test_routing(void **state)
{
    static const struct {
        const char *network;
        uint8_t ge, le, ne, type, protocol;
        const char *fits; /* of the routes below */
    } facts[] = {
        {"10.0.0.0/8", 0, 0, 0, EEM_ROUTE_ALL, 0, "a"},
        {"10.0.0.0/8", 16, 0, 0, EEM_ROUTE_ALL, 0, "bcd"},
        {"10.0.0.0/8", 0, 24, 0, EEM_ROUTE_ALL, 0, "abc"},
        {"10.0.0.0/8", 16, 24, 0, EEM_ROUTE_ALL, 0, "bc"},
        {"10.0.0.0/8", 0, 0, 24, EEM_ROUTE_ALL, 0, "abd"},
        {"0.0.0.0/0", 0, 32, 0, EEM_ROUTE_ALL, 0, "abcde"},
        {"0.0.0.0/0", 0, 0, 0, EEM_ROUTE_ALL, 0, "e"},
        {"0.0.0.0/0", 0, 32, 0, ROUTE_ADDED, 0, "ad"},
        {"0.0.0.0/0", 0, 32, 0, ROUTE_MODIFIED, 0, "c"},
        {"0.0.0.0/0", 0, 32, 0, EEM_ROUTE_ALL, 2, "d"},   /* connected */
        {"0.0.0.0/0", 0, 32, 0, ROUTE_REMOVED, 12, "be"}, /* static */
    };
    static const struct fact_route routes[] = {
        {.network = 0x0a000000, .prefix_len = 8, .change = ROUTE_ADDED, .protocol = "static", .distance = 1},
        {.network = 0x0a010000, .prefix_len = 16, .change = ROUTE_REMOVED, .protocol = "static"},
        {.network = 0x0a010100, .prefix_len = 24, .change = ROUTE_MODIFIED, .protocol = "static"},
        {.network = 0x0a010101,
         .prefix_len = 32,
         .change = ROUTE_ADDED,
         .protocol = "connected",
         .ifname = "Ethernet0/1"},
        {.network = 0, .prefix_len = 0, .change = ROUTE_REMOVED, .protocol = "static", .gateway = 0xc0000201},
    };
    struct box *b = *state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        struct applet_conf a;
        char fits[8] = "";
        size_t n = 0;
        struct event_conf *ev = says(&a, "w", EEM_ROUTING, "fired");
        COPY(ev->network, facts[i].network);
        ev->ge = facts[i].ge;
        ev->le = facts[i].le;
        ev->ne = facts[i].ne;
        ev->route_change = facts[i].type;
        ev->protocol = facts[i].protocol;
        go(b, &a);
        for (size_t k = 0; k < 5; k++) {
            text_clear(&b->story);
            bus_publish(b->bus, FACT_ROUTE, &routes[k], sizeof routes[k]);
            run(b, US_PER_MS);
            if (strstr(text_str(&b->story), "fired"))
                fits[n++] = "abcde"[k];
        }
        if (strcmp(fits, facts[i].fits))
            fail_msg("%zu: %s fit, not %s", i, fits, facts[i].fits);
    }
}

static void test_routing_variables(void **state)
{
    static const struct fact_route gone = {.network = 0xc0a80000,
                                           .prefix_len = 16,
                                           .change = ROUTE_REMOVED,
                                           .protocol = "static",
                                           .distance = 250,
                                           .metric = 7,
                                           .gateway = 0x0a000001,
                                           .ifname = "Ethernet0/1"};
    struct box *b = *state;
    struct applet_conf a;
    struct event_conf *ev = says(
        &a, "w", EEM_ROUTING,
        "$_routing_type $_routing_network $_routing_mask $_routing_prefix_len $_routing_protocol $_routing_distance "
        "$_routing_metric $_routing_lastgateway $_routing_lastinterface $_routing_afi $_routing_time");
    COPY(ev->network, "192.168.0.0/16");
    eem_conf(b->eem)->routing_delay = 5000;
    go(b, &a);
    for (unsigned i = 0; i < 2; i++) { /* within the first five seconds, and later */
        run(b, 3 * US_PER_S);
        bus_publish(b->bus, FACT_ROUTE, &gone, sizeof gone);
        run(b, 0);
    }
    run(b, US_PER_MS);
    expect(b, "6.000 %HA_EM-6-LOG: w: remove 192.168.0.0 255.255.0.0 16 static 250 7 10.0.0.1 Ethernet0/1 ipv4 "
              "1615382572.000\n");
}

static void test_ipsla(void **state)
{
    static const struct fact_ipsla slow = {.operation = 3,
                                           .dst = 0xc0000207,
                                           .reaction = "rtt",
                                           .threshold = "immediate",
                                           .occurred = true,
                                           .rising = 500,
                                           .falling = 300,
                                           .count = 1,
                                           .measured = 612};
    struct box *b = *state;
    struct applet_conf a;
    struct event_conf *ev =
        says(&a, "w", EEM_IPSLA,
             "$_ipsla_oper_id $_ipsla_condition $_ipsla_react_type $_ipsla_threshold_type $_ipsla_dest_ip_addr "
             "$_ipsla_threshold_rising $_ipsla_threshold_falling $_ipsla_measured_threshold_value");
    ev->number = 3;
    ev->has_number = true;
    ev->reaction = 16; /* rtt */
    go(b, &a);
    ev = says(&a, "other", EEM_IPSLA, "no");
    ev->number = 3;
    ev->has_number = true;
    ev->reaction = 17; /* timeout */
    go(b, &a);
    bus_publish(b->bus, FACT_IPSLA, &slow, sizeof slow);
    run(b, US_PER_MS);
    expect(b, "0.000 %HA_EM-6-LOG: w: 3 Occurred rtt immediate 192.0.2.7 500 300 612\n");
}

static void test_links(void **state)
{
    static const struct {
        const char *ifname;
        bool admin, line;
        const char *fired;
    } facts[] = {
        {"Ethernet0/0", true, false, "link "},      {"Ethernet0/0", true, true, "line "},
        {"Ethernet0/0", true, false, "line down "}, {"Ethernet0/0", false, false, "link "},
        {"Ethernet0/1", true, true, "link line "},  {"Loopback0", true, true, ""},
    };
    static const char *const names[] = {"link", "line", "down"};
    struct box *b = *state;
    for (size_t i = 0; i < 3; i++) {
        struct applet_conf a;
        struct event_conf *ev =
            says(&a, names[i], EEM_ND, "fired $_nd_short_local_intf_name $_nd_intf_linkstatus $_nd_intf_linestatus");
        ev->by_regexp = i < 2;
        COPY(ev->pattern, "^Eth");
        COPY(ev->name, "Ethernet0/0");
        ev->link_event = i == 0 ? 9 : 0;
        ev->line_event = i == 1 ? 3 : i == 2 ? 2 : 0;
        go(b, &a);
    }
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        struct fact_link f = {.admin_up = facts[i].admin, .line_up = facts[i].line};
        char fired[64] = "";
        COPY(f.ifname, facts[i].ifname);
        text_clear(&b->story);
        bus_publish(b->bus, FACT_LINK, &f, sizeof f);
        run(b, US_PER_MS);
        for (size_t k = 0; k < 3; k++) {
            char wanted[80];
            snprintf(wanted, sizeof wanted, "%s: fired Et0/%c %s %s\n", names[k],
                     facts[i].ifname[strlen(facts[i].ifname) - 1], f.admin_up ? "up" : "admindown",
                     f.line_up ? "up" : "down");
            if (strstr(text_str(&b->story), wanted))
                snprintf(fired + strlen(fired), sizeof fired - strlen(fired), "%s ", names[k]);
        }
        if (strcmp(fired, facts[i].fired))
            fail_msg("%zu: %s fired, not %s:\n%s", i, fired, facts[i].fired, text_str(&b->story));
    }
}

static void test_inert(void **state)
{
    static const enum eem_event_type types[] = {EEM_ENV, EEM_GOLD, EEM_IDENTITY, EEM_IOSWD, EEM_MAT,
                                                EEM_NF,  EEM_OIR,  EEM_RF,       EEM_RPC};
    static const char *const names[] = {"env", "gold", "identity", "ioswdsysmon", "mat", "nf", "oir", "rf", "rpc"};
    struct box *b = *state;
    struct applet_conf a;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        char line[120];
        says(&a, "w", types[i], "never");
        go(b, &a);
        run(b, 0);
        snprintf(line, sizeof line, "0.000 %%HA_EM-6-FMPD_EEM_CONFIG: w: event %s: nothing in this router raises it\n",
                 names[i]);
        expect(b, line);
    }
    struct event_conf *ev = says(&a, "w", EEM_ND, "x");
    COPY(ev->name, "Ethernet0/0");
    ev->cdp = 4;
    ev->line_event = 3;
    go(b, &a);
    run(b, 0);
    expect(b, "0.000 %HA_EM-6-FMPD_EEM_CONFIG: w: event neighbor-discovery: nothing in this router raises cdp\n");
}

/* ---- resource policies */

/* Rising 70 for 3 s, falling 20 for 2 s, of the processor (critical); rising 90 at once (major). */
static void configure_resource(struct box *b)
{
    struct resource_conf *c = NEW(struct resource_conf);
    struct resource_policy_conf *p = NEW(struct resource_policy_conf);
    struct resource_system_conf *system = NEW(struct resource_system_conf);
    struct resource_owner_conf *owner = NEW(struct resource_owner_conf);
    struct threshold_conf *critical = NEW(struct threshold_conf), *major = NEW(struct threshold_conf);
    resource_conf_init(c);
    resource_policy_conf_init(p);
    resource_system_conf_init(system);
    resource_owner_conf_init(owner);
    *critical = (struct threshold_conf){
        .level = RESOURCE_CRITICAL, .rising = 70, .rising_interval = 3, .falling = 20, .falling_interval = 2};
    *major = (struct threshold_conf){.level = RESOURCE_MAJOR, .rising = 90};
    owner->kind = RESOURCE_CPU;
    conf_list_add(&owner->thresholds, critical);
    conf_list_add(&owner->thresholds, major);
    conf_list_add(&system->owners, owner);
    COPY(p->name, "busy");
    conf_list_add(&p->systems, system);
    conf_list_add(&c->policies, p);
    COPY(c->user, "busy");
    conf_list_add(&eem_conf(b->eem)->resources, c);
    eem_resources_changed(b->eem);
}

static void test_resource(void **state)
{
    static const struct {
        unsigned seconds, percent;
    } load[] = {{2, 75}, {1, 10}, {4, 80}, {5, 30}, {1, 10}, {1, 50}, {3, 5}, {1, 95}, {1, 80}};
    struct box *b = *state;
    struct applet_conf a;
    COPY(says(&a, "w", EEM_RESOURCE,
              "$_resource_level $_resource_direction $_resource_current_value $_resource_configured_threshold")
             ->name,
         "busy");
    go(b, &a);
    COPY(says(&a, "other", EEM_RESOURCE, "no")->name, "idle");
    go(b, &a);
    configure_resource(b);
    run(b, US_PER_MS);
    for (size_t i = 0; i < sizeof load / sizeof load[0]; i++) {
        b->percent = load[i].percent;
        run(b, load[i].seconds * US_PER_S);
    }
    expect(b, "7.000 %HA_EM-6-LOG: w: critical up 80 70\n"   /* above since 4 s */
              "17.000 %HA_EM-6-LOG: w: critical down 5 20\n" /* below since 15 s */
              "18.000 %HA_EM-6-LOG: w: major up 95 90\n"
              "19.000 %HA_EM-6-LOG: w: major down 80 90\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {T(test_syslog_parts),
                                       T(test_value_without_exit),
                                       T(test_exit_value),
                                       T(test_exit_time),
                                       T(test_increment),
                                       T(test_rate),
                                       T(test_snmp),
                                       T(test_track),
                                       T(test_config),
                                       T(test_routing),
                                       T(test_routing_variables),
                                       T(test_ipsla),
                                       T(test_links),
                                       T(test_inert),
                                       T(test_resource)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
