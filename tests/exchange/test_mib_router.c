/* test_mib_router.c: what the router says of itself: processor, memory, chassis, the last messages and changes of the configuration. */
#include "tests/exchange/mib_box.h"

#include "espial/loop.h"

static struct box *one(void)
{
    struct box *b = box_new(7);
    box_node(b, "a", "hostname a\nlogging history notifications\nlogging history size 3\ninterface Loopback0\n ip address 1.1.1.1 255.255.255.255\n");
    box_boot(b);
    box_run(b, 30 * US_PER_S);
    return b;
}

static void processor_and_memory(void **state)
{
    struct box *b = one();
    (void)state;
    mib_is(b, "a", "1.3.6.1.4.1.9.9.48.1.1.1.2.1", "STRING: Processor");
    mib_is(b, "a", "1.3.6.1.4.1.9.9.48.1.1.1.2.2", "STRING: I/O");
    mib_is(b, "a", "1.3.6.1.4.1.9.9.48.1.1.1.2.3", "-");
    mib_is(b, "a", "1.3.6.1.4.1.9.9.48.1.1.1.4.1", "INTEGER: 1");
    assert_true(mib_number(b, "a", "1.3.6.1.4.1.9.9.48.1.1.1.5.1") > 1000000); /* this very program */
    assert_true(mib_number(b, "a", "1.3.6.1.4.1.9.9.48.1.1.1.6.1") > 1000000);
    /* the same pools, whole: the low and the high half make the 64-bit figure */
    mib_is(b, "a", "1.3.6.1.4.1.9.9.221.1.1.1.1.2.1.1", "INTEGER: 2");
    mib_is(b, "a", "1.3.6.1.4.1.9.9.221.1.1.1.1.3.1.1", "STRING: Processor");
    mib_is(b, "a", "1.3.6.1.4.1.9.9.221.1.1.1.1.3.1.2", "STRING: I/O");
    mib_is(b, "a", "1.3.6.1.4.1.9.9.221.1.1.1.1.3.1.3", "-");
    mib_is(b, "a", "1.3.6.1.4.1.9.9.221.1.1.1.1.3.2.1", "-");
    assert_int_equal(mib_instances(b, "a", "1.3.6.1.4.1.9.9.221.1.1.1.1.18"), 2);
    int64_t low = mib_number(b, "a", "1.3.6.1.4.1.9.9.221.1.1.1.1.8.1.1"), high = mib_number(b, "a", "1.3.6.1.4.1.9.9.221.1.1.1.1.19.1.1");
    int64_t whole = mib_number(b, "a", "1.3.6.1.4.1.9.9.221.1.1.1.1.20.1.1");
    assert_true(low <= UINT32_MAX && llabs(high * 4294967296 + low - whole) < 100000000); /* memory moves between two looks */
    mib_is(b, "a", "1.3.6.1.4.1.9.9.109.1.1.1.1.2.1", "INTEGER: 1");
    mib_is(b, "a", "1.3.6.1.4.1.9.9.109.1.1.1.1.2.2", "-");
    if (box_loop(b)->account) { /* nobody keeps account of virtual time unless told to */
        assert_in_range(mib_number(b, "a", "1.3.6.1.4.1.9.9.109.1.1.1.1.8.1"), 0, 100);
        assert_in_range(mib_number(b, "a", "1.3.6.1.4.1.9.9.109.1.1.1.1.5.1"), 1, 100);
        assert_in_range(mib_number(b, "a", "1.3.6.1.4.1.9.2.1.58.0"), 0, 100);
    } else {
        mib_is(b, "a", "1.3.6.1.4.1.9.9.109.1.1.1.1.8.1", "-");
    }
    assert_true(mib_walk(b, "a") > 100);
    box_free(b);
}

/* sysDescr is whole lines of show version, that of the software first. */
static void description(void **state)
{
    struct box *b = one();
    struct trap_var v = {0};
    char descr[257];
    unsigned lines = 0;
    (void)state;
    mib_name(&v, "1.3.6.1.2.1.1.1.0");
    assert_int_equal(mib_get(router_mib(box_router(b, "a")), &v), MIB_FOUND);
    assert_true(v.len && v.len <= 255); /* DisplayString, RFC 3418 */
    snprintf(descr, sizeof descr, "%.*s", (int)v.len, (const char *)v.data);
    assert_int_equal(strncmp(descr, "Cisco IOS Software", 18), 0);
    const char *said = box_type(b, "a", "show version");
    for (char *line = descr, *end; line; line = end ? end + 2 : NULL, lines++) {
        char whole[260];
        end = strstr(line, "\r\n");
        snprintf(whole, sizeof whole, "%.*s\n", end ? (int)(end - line) : (int)strlen(line), line);
        if (!strstr(said, whole))
            fail_msg("not in show version: %s", whole);
    }
    assert_true(lines >= 3);
    box_free(b);
}

static void chassis(void **state)
{
    struct box *b = one();
    (void)state;
    mib_is(b, "a", "1.3.6.1.2.1.47.1.1.1.1.5.1", "INTEGER: 3");
    mib_is(b, "a", "1.3.6.1.2.1.47.1.1.1.1.4.1", "INTEGER: 0");
    mib_is(b, "a", "1.3.6.1.2.1.47.1.1.1.1.5.2", "-");
    box_type_all(b, "a", "configure terminal\nsnmp-server chassis-id FOX123\nend");
    mib_is(b, "a", "1.3.6.1.2.1.47.1.1.1.1.11.1", "STRING: FOX123");
    box_free(b);
}

/* A port for each interface with a connector, and which interface it is. */
static void ports(void **state)
{
    struct box *b = one();
    (void)state;
    box_type_all(b, "a", "configure terminal\ninterface Loopback7\ninterface GigabitEthernet0/3\ninterface GigabitEthernet0/4\nend");
    unsigned third = mib_iface(b, "a", "GigabitEthernet0/3");
    char oid[64], want[64];
#define PORT(format, index, value) (snprintf(oid, sizeof oid, "1.3.6.1.2.1.47.1." format, index), mib_is(b, "a", oid, value))
    PORT("1.1.1.5.%u", 1000 + third, "INTEGER: 10");
    PORT("1.1.1.7.%u", 1000 + third, "STRING: GigabitEthernet0/3");
    PORT("1.1.1.4.%u", 1000 + third, "INTEGER: 1");
    PORT("1.1.1.11.%u", 1000 + third, "STRING: ");
    PORT("1.1.1.3.%u", 1000 + third, "OID: 0.0");
    snprintf(want, sizeof want, "OID: 1.3.6.1.2.1.2.2.1.1.%u", third);
    PORT("3.2.1.2.%u.0", 1000 + third, want);
    snprintf(want, sizeof want, "INTEGER: %u", 1000 + third);
    PORT("3.3.1.1.1.%u", 1000 + third, want);
    PORT("1.1.1.5.%u", 1000 + mib_iface(b, "a", "Loopback7"), "-"); /* no connector */
    int64_t place = mib_number(b, "a", (snprintf(oid, sizeof oid, "1.3.6.1.2.1.47.1.1.1.1.6.%u", 1000 + third), oid));
    PORT("1.1.1.6.%u", 1000 + mib_iface(b, "a", "GigabitEthernet0/4"), (snprintf(want, sizeof want, "INTEGER: %d", (int)place + 1), want));
    size_t all = mib_instances(b, "a", "1.3.6.1.2.1.47.1.1.1.1.5");
    assert_int_equal(mib_instances(b, "a", "1.3.6.1.2.1.47.1.3.2.1.2"), all - 1);
    assert_int_equal(mib_instances(b, "a", "1.3.6.1.2.1.47.1.3.3.1.1"), all - 1);
    assert_true(mib_number(b, "a", "1.3.6.1.2.1.47.1.4.1.0") == mib_number(b, "a", "1.3.6.1.2.1.31.1.5.0"));
    assert_true(mib_walk(b, "a") > 100);
    box_free(b);
}

#define CLOG "1.3.6.1.4.1.9.9.41.1."
#define CCM  "1.3.6.1.4.1.9.9.43.1.1."

/* A number of the history by the last message's. */
static int64_t newest(struct box *b)
{
    struct trap_var v = {0}, root = {0};
    int64_t at = 0;
    mib_name(&v, CLOG "2.3.1.2");
    mib_name(&root, CLOG "2.3.1.2");
    while (mib_next(router_mib(box_router(b, "a")), &v) && !memcmp(v.oid, root.oid, root.oid_len * sizeof v.oid[0]))
        at = v.oid[root.oid_len];
    return at;
}

static void messages(void **state)
{
    struct box *b = one();
    (void)state;
    mib_is(b, "a", CLOG "1.3.0", "INTEGER: 6"); /* notifications, plus one */
    mib_is(b, "a", CLOG "2.1.0", "INTEGER: 3");
    assert_in_range(mib_instances(b, "a", CLOG "2.3.1.2"), 1, 3);
    char oid[64];
    int64_t n = newest(b);
    box_type_all(b, "a", "configure terminal\ninterface Loopback0\nshutdown\nend");
    box_run(b, 10 * US_PER_S);
    assert_int_equal(mib_instances(b, "a", CLOG "2.3.1.2"), 3);
    bool seen = false;
    for (int64_t i = n; i <= newest(b); i++) {
        char got[MIB_TEXT];
        snprintf(oid, sizeof oid, CLOG "2.3.1.4.%d", (int)i);
        if (strcmp(mib_read(b, "a", oid, got), "STRING: CHANGED"))
            continue;
        seen = true;
        snprintf(oid, sizeof oid, CLOG "2.3.1.2.%d", (int)i);
        mib_is(b, "a", oid, "STRING: LINK");
        snprintf(oid, sizeof oid, CLOG "2.3.1.3.%d", (int)i);
        mib_is(b, "a", oid, "INTEGER: 6");
        snprintf(oid, sizeof oid, CLOG "2.3.1.5.%d", (int)i);
        mib_is(b, "a", oid, "STRING: Interface Loopback0, changed state to administratively down");
    }
    assert_true(seen);
    /* the level is the configuration's, from either side */
    struct trap_var v = {.type = TRAP_INT, .num = 3};
    bool writable;
    mib_name(&v, CLOG "1.3.0");
    assert_int_equal(mib_set(router_mib(box_router(b, "a")), &v, true, &writable), MIB_SET_OK);
    assert_non_null(strstr(box_type(b, "a", "show running-config | include history"), "logging history critical\n"));
    int64_t ignored = mib_number(b, "a", CLOG "1.4.0");
    n = newest(b);
    box_type_all(b, "a", "configure terminal\ninterface Loopback0\nno shutdown\nend");
    box_run(b, 10 * US_PER_S);
    assert_int_equal(newest(b), n);
    assert_true(mib_number(b, "a", CLOG "1.4.0") > ignored);
    box_free(b);
}

static void changes(void **state)
{
    struct box *b = one();
    (void)state;
    size_t was = mib_instances(b, "a", CCM "6.1.3");
    box_run(b, 100 * US_PER_S);
    box_type_all(b, "a", "configure terminal\nhostname other\nend");
    size_t is = mib_instances(b, "a", CCM "6.1.3");
    char oid[64];
    assert_int_equal(is, was + 1);
    static const char *const want[] = {"INTEGER: 1", "INTEGER: 2", "INTEGER: 3"};
    for (unsigned c = 0; c < 3; c++) {
        snprintf(oid, sizeof oid, CCM "6.1.%u.%zu", 3 + c, is);
        mib_is(b, "a", oid, want[c]);
    }
    assert_in_range(mib_number(b, "a", CCM "1.0"), 13000, 14000); /* 1/100 s */
    for (int i = 0; i < 12; i++)
        box_type_all(b, "a", i % 2 ? "configure terminal\nhostname odd\nend" : "configure terminal\nhostname even\nend");
    assert_int_equal(mib_instances(b, "a", CCM "6.1.3"), 10);
    assert_int_equal(mib_number(b, "a", CCM "5.0"), is + 12 - 10);
    box_free(b);
}

/* A configuration is unsaved while it was changed later than it was saved: the two times that managers compare. Several lines are one event. */
static void saved_and_unsaved(void **state)
{
    struct box *b = one();
    (void)state;
    mib_is(b, "a", CCM "2.0", "Ticks: 0");
    mib_is(b, "a", CCM "3.0", "Ticks: 0");
    size_t was = mib_instances(b, "a", CCM "6.1.3");
    box_run(b, 10 * US_PER_S);
    box_type_all(b, "a", "configure terminal\nhostname other\nip domain name example.org\nsnmp-server location here\nend");
    assert_int_equal(mib_instances(b, "a", CCM "6.1.3"), was + 1);
    assert_true(mib_number(b, "a", CCM "1.0") > mib_number(b, "a", CCM "2.0"));
    box_run(b, 10 * US_PER_S);
    box_type(b, "a", "write memory");
    int64_t saved = mib_number(b, "a", CCM "2.0");
    assert_true(saved > mib_number(b, "a", CCM "1.0"));
    assert_int_equal(mib_number(b, "a", CCM "3.0"), saved);
    char oid[64];
    static const char *const want[] = {"INTEGER: 1", "INTEGER: 3", "INTEGER: 4", "INTEGER: 3"}; /* by the command line, running, startup, console */
    for (unsigned c = 0; c < 4; c++) {
        snprintf(oid, sizeof oid, CCM "6.1.%u.%zu", 3 + c, was + 2);
        mib_is(b, "a", oid, want[c]);
    }
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(processor_and_memory),
        cmocka_unit_test(description),
        cmocka_unit_test(chassis), cmocka_unit_test(ports),
        cmocka_unit_test(messages),
        cmocka_unit_test(changes),
        cmocka_unit_test(saved_and_unsaved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
