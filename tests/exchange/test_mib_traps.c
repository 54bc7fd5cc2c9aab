/* test_mib_traps.c: what the dataplane wants notified: interfaces and tunnels that come and go. r1 begins; both ends know each other by their addresses. */
#include "tests/exchange/crypto_pair.h"
#include "tests/exchange/mib_box.h"

#define FLOW    "1.3.6.1.4.1.9.9.171."
#define PADDED  "15.48.49.48.46.48.48.48.46.48.48.48.46.48.48."
#define PEERS   "1." PADDED "49.1." PADDED "50.1"
#define LINK(n) "1.3.6.1.6.3.1.1.5." #n

static void tunnels(void **state)
{
    struct box *b = crypto_pair("", NULL);
    struct heard h = {0};
    (void)state;
    bus_subscribe(router_bus(box_router(b, "r1")), FACT_TRAP_WANTED, hear, &h);
    pair_up(b);
    assert_int_equal(h.n, 2);
    was(&h, 0, "isakmp tunnel start", FLOW "2.0.1",
        VARS({FLOW "1.2.2.1.6." PEERS, "Hex: 0A000001"}, {FLOW "1.2.2.1.7." PEERS, "Hex: 0A000002"}, {FLOW "1.2.3.1.15.1", "INTEGER: 86400"}));
    was(&h, 1, "ipsec tunnel start", FLOW "2.0.7", VARS({FLOW "1.3.2.1.9.1", "INTEGER: 3600"}, {FLOW "1.3.2.1.8.1", "INTEGER: 4608000"}));
    /* a rekey is the same tunnel */
    box_run(b, 3590 * US_PER_S);
    pair_has(b, "r1", PAIR_PING, "(5/5)");
    box_run(b, 60 * US_PER_S);
    assert_int_equal(h.n, 2);
    box_type(b, "r1", "clear crypto session");
    box_run(b, US_PER_S);
    assert_int_equal(h.n, 5);
    assert_string_equal(h.v[2].kind, "ipsec early-end"); /* cleared: neither expired nor followed */
    assert_true(is_named(&h.v[2].vars[0], FLOW "1.3.2.1.10.1"));
    assert_true(is_named(&h.v[2].vars[1], FLOW "1.3.4.1.4.1.1"));
    assert_int_equal(h.v[2].vars[1].num, 2); /* esp */
    assert_int_equal(h.v[2].nvars, 2);
    assert_string_equal(h.v[3].kind, "ipsec tunnel stop");
    assert_true(is_named(&h.v[3].vars[0], FLOW "1.3.2.1.10.1"));
    assert_int_equal(h.v[3].nvars, 1);
    assert_in_range(h.v[3].vars[0].num, 365000, 367000); /* 1/100 s */
    assert_string_equal(h.v[4].kind, "isakmp tunnel stop");
    assert_true(is_named(&h.v[4].vars[2], FLOW "1.2.3.1.16.1"));
    assert_in_range(h.v[4].vars[2].num, 365000, 367000);
    /* the end of the router is no end of a tunnel to be told */
    pair_up(b);
    size_t n = h.n;
    box_reload(b, "r1");
    assert_int_equal(h.n, n);
    box_free(b);
}

static void links(void **state)
{
    struct box *b = crypto_pair("", NULL);
    struct heard h = {0};
    (void)state;
    bus_subscribe(router_bus(box_router(b, "r1")), FACT_TRAP_WANTED, hear, &h);
    box_type_all(b, "r1", "configure terminal\ninterface Loopback7\nend");
    uint32_t index = 0;
    assert_int_equal(h.n, 1);
    index = (uint32_t)h.v[0].vars[0].num;
    char names[4][64];
    static const char *const columns[] = {"1.3.6.1.2.1.2.2.1.1", "1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.2.2.1.3", "1.3.6.1.4.1.9.2.2.1.1.20"};
    for (size_t i = 0; i < 4; i++)
        snprintf(names[i], sizeof names[i], "%s.%u", columns[i], index);
    char number[32];
    snprintf(number, sizeof number, "INTEGER: %u", index);
    was(&h, 0, "snmp linkup", LINK(4), VARS({names[0], number}, {names[1], "STRING: Loopback7"}, {names[2], "INTEGER: 24"}, {names[3], "STRING: up"}));
    box_type_all(b, "r1", "configure terminal\ninterface Loopback7\nshutdown\nend");
    box_run(b, 10 * US_PER_S);
    assert_int_equal(h.n, 2);
    was(&h, 1, "snmp linkdown", LINK(3),
        VARS({names[0], number}, {names[1], "STRING: Loopback7"}, {names[2], "INTEGER: 24"}, {names[3], "STRING: administratively down"}));
    box_type_all(b, "r1", "configure terminal\ninterface Loopback7\nno snmp trap link-status\nno shutdown\nend");
    box_run(b, 10 * US_PER_S);
    assert_int_equal(h.n, 2);
    box_free(b);
}

/* From one router to the other, over the wire. */
static void over_the_wire(void **state)
{
    struct box *b = crypto_pair("", NULL);
    struct heard h = {0};
    (void)state;
    mib_hear(b, "r2", &h);
    box_type_all(b, "r1", "configure terminal\nsnmp-server enable traps isakmp tunnel start\nsnmp-server enable traps ipsec tunnel start\nsnmp-server enable traps snmp linkup coldstart\n"
                          "snmp-server host 10.0.0.2 informs version 2c public ipsec snmp\nend");
    box_run(b, US_PER_S);
    pair_up(b);
    box_run(b, US_PER_S);
    assert_int_equal(h.n, 1); /* isakmp is enabled, and not asked for */
    was(&h, 0, "", FLOW "2.0.7", VARS({FLOW "1.3.2.1.9.1", "INTEGER: 3600"}, {FLOW "1.3.2.1.8.1", "INTEGER: 4608000"}));
    pair_has(b, "r1", "show snmp", "    Logging to 10.0.0.2.162, 0/10, 1 sent, 0 dropped.\n");
    /* the agent begins with the router, before any interface is up: the first try finds no way, later ones do */
    box_type(b, "r1", "write memory");
    box_reload(b, "r1");
    box_run(b, 60 * US_PER_S);
    bool cold = false, up = false;
    for (size_t i = 1; i < h.n; i++) {
        struct trap_var named = {.oid_len = h.v[i].trap_oid_len};
        memcpy(named.oid, h.v[i].trap_oid, sizeof h.v[i].trap_oid);
        cold |= is_named(&named, LINK(1));
        up |= is_named(&named, LINK(4));
    }
    assert_true(cold && up);
    box_free(b);
}

/* entConfigChange, without varbinds: once for what comes within five seconds. */
static void entities(void **state)
{
    struct box *b = crypto_pair("", NULL);
    struct heard h = {0};
    (void)state;
    box_type_all(b, "r2", "configure terminal\nsnmp-server community public\nsnmp-server manager\nend");
    box_type_all(b, "r1", "configure terminal\ninterface Loopback1\nsnmp-server enable traps entity\nsnmp-server host 10.0.0.2 version 2c public\nend");
    bus_subscribe(router_bus(box_router(b, "r2")), FACT_TRAP_HEARD, hear, &h);
    box_run(b, 30 * US_PER_S);
    assert_int_equal(h.n, 0); /* what was there when the agent began */
    box_type_all(b, "r1", "configure terminal\ninterface Loopback2\ndescription no change\nend");
    box_run(b, US_PER_S);
    assert_int_equal(h.n, 1);
    was(&h, 0, "", "1.3.6.1.2.1.47.2.0.1", (const struct mib_fact[]){{NULL, NULL}});
    box_type_all(b, "r1", "configure terminal\ninterface Loopback3\ninterface Loopback4\nno interface Loopback2\nend");
    box_run(b, US_PER_S);
    assert_int_equal(h.n, 1);
    box_run(b, 10 * US_PER_S);
    assert_int_equal(h.n, 2);
    box_type_all(b, "r1", "configure terminal\nhostname other\nend");
    box_run(b, 10 * US_PER_S);
    assert_int_equal(h.n, 2);
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tunnels),
        cmocka_unit_test(links), cmocka_unit_test(entities),
        cmocka_unit_test(over_the_wire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
