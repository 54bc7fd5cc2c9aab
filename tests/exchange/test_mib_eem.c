/* test_mib_eem.c: CISCO-EMBEDDED-EVENT-MGR-MIB: events, what they led to and policies as a manager reads them, under both roots; the root of what is sent. */
#include "tests/exchange/mib_box.h"

#include "espial/loop.h"

#define OLD     "1.3.6.1.4.1.9.10.91."
#define CURRENT "1.3.6.1.4.1.9.10.134."

static struct box *one(void)
{
    struct box *b = box_new(7);
    box_node(b, "a",
             "hostname a\nclock timezone X 2 30\nevent manager history size events 3\n"
             "event manager applet says trap\n event none\n action 1 snmp-trap intdata1 -7 strdata \"hello\"\n action 2 exit 5\n"
             "event manager applet heard\n event tag A syslog pattern \"NEVER\"\n event tag B none\n trigger\n  correlate event A or event B\n action 1 wait 100\n");
    box_boot(b);
    box_run(b, 10 * US_PER_S);
    return b;
}

static void event_map(void **state)
{
    (void)state;
    struct box *b = one();
    static const struct mib_fact map[] = {
        {"2.0", "STRING: application"}, {"2.6", "STRING: timer watchdog"}, {"2.11", "STRING: syslog"}, {"3.11", "STRING: A message of the log"}, {"2.13", "-"},
        {"2.29", "STRING: snmp-notification"}, {"2.255", "-"}, {"2.256", "-"}, {"2.267", "-"}, {NULL, NULL},
    };
    mib_facts(b, "a", OLD "1.1.1.1.", map);
    mib_facts(b, "a", CURRENT "1.1.1.1.", map);
    assert_int_equal(mib_instances(b, "a", OLD "1.1.1.1.2"), 28);
    assert_int_equal(mib_instances(b, "a", OLD "1.1.1.1.3"), 28);
    box_free(b);
}

static void history(void **state)
{
    (void)state;
    struct box *b = one();
    for (int i = 0; i < 2; i++) {
        const char *root = i ? CURRENT "1.2." : OLD "1.2.";
        mib_facts(b, "a", root, (const struct mib_fact[]){{"1.0", "INTEGER: 3"}, {"2.0", "-"}, {"3.1.7.1", "-"}, {NULL, NULL}});
    }
    box_type(b, "a", "event manager run says");
    for (int i = 0; i < 2; i++) {
        const char *root = i ? CURRENT "1.2." : OLD "1.2.";
        mib_facts(b, "a", root, (const struct mib_fact[]){
            {"2.0", "Gauge32: 1"}, {"3.1.2.1", "Gauge32: 20"}, {"3.1.3.1", "Gauge32: 0"}, {"3.1.5.1", "Gauge32: 0"}, {"3.1.6.1", "STRING: "}, {"3.1.7.1", "STRING: says"},
            {"3.1.8.1", "INTEGER: 5"}, {"3.1.9.1", "INTEGER: -7"}, {"3.1.10.1", "-"}, {"3.1.11.1", "STRING: hello"}, {"3.1.12.1", "INTEGER: 1"}, /* the server's came last */
            {"3.1.16.1", i ? "Gauge32: 0" : "-"}, {NULL, NULL}});
    }
    /* one that still runs: no exit status, nothing sent; then the oldest falls out */
    box_start(b, "a", "event manager run heard");
    box_run(b, US_PER_S);
    mib_facts(b, "a", OLD "1.2.3.1.", (const struct mib_fact[]){{"7.2", "STRING: heard"}, {"8.2", "-"}, {"9.2", "-"}, {"12.2", "-"}, {NULL, NULL}});
    box_run(b, 200 * US_PER_S);
    mib_is(b, "a", OLD "1.2.3.1.8.2", "INTEGER: 0");
    box_type(b, "a", "event manager run says");
    box_type(b, "a", "event manager run says");
    mib_facts(b, "a", OLD "1.2.", (const struct mib_fact[]){{"2.0", "Gauge32: 4"}, {"3.1.7.1", "-"}, {"3.1.7.2", "STRING: heard"}, {"3.1.7.4", "STRING: says"}, {NULL, NULL}});
    assert_int_equal(mib_instances(b, "a", OLD "1.2.3.1.7"), 3);
    assert_int_equal(mib_instances(b, "a", OLD "1.2.3.1.9"), 2);
    assert_true(mib_walk(b, "a") > 300);
    /* a set is the configuration's line, and the oldest go at once */
    struct trap_var v = {.type = TRAP_INT, .num = 51};
    bool writable;
    mib_name(&v, OLD "1.2.1.0");
    assert_int_equal(mib_set(router_mib(box_router(b, "a")), &v, true, &writable), MIB_SET_WRONG_VALUE);
    v.num = 1;
    assert_int_equal(mib_set(router_mib(box_router(b, "a")), &v, true, &writable), MIB_SET_OK);
    assert_non_null(strstr(box_type(b, "a", "show running-config | include history size"), "event manager history size events 1\n"));
    assert_int_equal(mib_instances(b, "a", OLD "1.2.3.1.7"), 1);
    mib_is(b, "a", CURRENT "1.2.3.1.7.4", "STRING: says");
    box_free(b);
}

static void policies(void **state)
{
    (void)state;
    struct box *b = one();
    mib_facts(b, "a", OLD "1.3.1.1.", (const struct mib_fact[]){
        {"2.1", "STRING: says"}, {"3.1", "Gauge32: 20"}, {"4.1", "Gauge32: 0"}, {"7.1", "INTEGER: 1"}, {"8.1", "INTEGER: 1"}, {"9.1", "INTEGER: 1"}, {"12.1", "-"}, {"13.1", "Counter32: 0"},
        {"2.2", "STRING: heard"}, {"3.2", "Gauge32: 11"}, {"4.2", "Gauge32: 20"}, {"5.2", "Gauge32: 0"}, {"9.2", "INTEGER: 2"}, {"14.1", "-"}, {"2.3", "-"}, {NULL, NULL}});
    mib_is(b, "a", CURRENT "1.3.1.1.4.2", "Gauge32: 20");
    mib_is(b, "a", CURRENT "1.3.1.1.17.2", "Gauge32: 0");
    box_type_all(b, "a", "clock set 10:20:30 5 March 2027");
    box_type(b, "a", "event manager run says");
    mib_is(b, "a", OLD "1.3.1.1.13.1", "Counter32: 1");
    struct trap_var v = {0};
    mib_name(&v, OLD "1.3.1.1.12.1");
    assert_int_equal(mib_get(router_mib(box_router(b, "a")), &v), MIB_FOUND);
    assert_int_equal(v.len, 11);
    assert_memory_equal(v.data, ((const uint8_t[]){0x07, 0xeb, 3, 5, 10, 20}), 6); /* RFC 2579: 2027-3-5,10:20 */
    assert_in_range(v.data[6], 30, 35);
    assert_memory_equal(v.data + 8, ((const uint8_t[]){'+', 2, 30}), 3);
    /* a new version is a new registration; one that goes takes its entry along */
    box_type_all(b, "a", "configure terminal\nevent manager applet says\n action 3 exit 6\nend");
    mib_is(b, "a", OLD "1.3.1.1.2.1", "-");
    mib_is(b, "a", OLD "1.3.1.1.2.3", "STRING: says");
    mib_is(b, "a", OLD "1.3.1.1.13.3", "Counter32: 0");
    box_type_all(b, "a", "configure terminal\nno event manager applet heard\nend");
    mib_is(b, "a", OLD "1.3.1.1.2.2", "-");
    assert_int_equal(mib_instances(b, "a", OLD "1.3.1.1.2"), 1);
    box_free(b);
}

struct caught {
    unsigned n;
    struct fact_trap last;
};
static void wanted(void *arg, const void *fact)
{
    struct caught *c = arg;
    c->last = *(const struct fact_trap *)fact;
    c->n++;
}

static void root_of_what_is_sent(void **state)
{
    (void)state;
    struct box *b = one();
    struct caught c = {0};
    bus_subscribe(router_bus(box_router(b, "a")), FACT_TRAP_WANTED, wanted, &c);
    box_type(b, "a", "event manager run says");
    assert_int_equal(c.n, 2);
    assert_int_equal(c.last.trap_oid[8], 91);
    assert_int_equal(c.last.vars[0].oid[8], 91);
    box_type_all(b, "a", "configure terminal\nevent manager mib-root 134\nend");
    assert_non_null(strstr(box_type(b, "a", "show running-config | include mib-root"), "event manager mib-root 134\n"));
    box_type(b, "a", "event manager run says");
    assert_int_equal(c.n, 4);
    assert_int_equal(c.last.trap_oid[8], 134);
    assert_int_equal(c.last.vars[0].oid[8], 134);
    mib_is(b, "a", CURRENT "1.2.3.1.9.2", "INTEGER: -7");
    box_type_all(b, "a", "configure terminal\nno event manager mib-root\nend");
    box_type(b, "a", "event manager run says");
    assert_int_equal(c.last.trap_oid[8], 91);
    bus_unsubscribe(router_bus(box_router(b, "a")), FACT_TRAP_WANTED, wanted, &c);
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(event_map),
        cmocka_unit_test(history),
        cmocka_unit_test(policies),
        cmocka_unit_test(root_of_what_is_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
