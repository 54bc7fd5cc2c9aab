/* test_mib_if.c: IF-MIB: what the interfaces of a known configuration say of themselves, and what sets do to it. */
#include "tests/exchange/mib_box.h"

#include "espial/loop.h"

static struct box *pair(void)
{
    struct box *b = box_new(7);
    box_node(b, "a", "hostname a\ninterface GigabitEthernet0/0\n description to b\n ip address 10.0.0.1 255.255.255.0\ninterface Loopback0\n ip address 1.1.1.1 255.255.255.255\n"
                     "interface Ethernet1/0\n shutdown\ninterface Tunnel7\n no snmp trap link-status\n");
    box_node(b, "b", "interface GigabitEthernet0/0\n ip address 10.0.0.2 255.255.255.0\n");
    box_link(b, "a", "GigabitEthernet0/0", "b", "GigabitEthernet0/0");
    box_boot(b);
    box_run(b, 30 * US_PER_S);
    return b;
}

static const char *of(const char *column, unsigned index, char out[64])
{
    snprintf(out, 64, "1.3.6.1.2.1.%s.%u", column, index);
    return out;
}
#define OF(column, index) of(column, index, (char[64]){0})

#define LIF                 "1.3.6.1.4.1.9.2.2.1.1"
static const char *of_old(int column, unsigned index, char out[64])
{
    snprintf(out, 64, LIF ".%d.%u", column, index);
    return out;
}
#define LIFS(column, index) of_old(column, index, (char[64]){0})

static void what_they_are(void **state)
{
    struct box *b = pair();
    (void)state;
    unsigned gi = mib_iface(b, "a", "GigabitEthernet0/0"), lo = mib_iface(b, "a", "Loopback0"), et = mib_iface(b, "a", "Ethernet1/0"), tu = mib_iface(b, "a", "Tunnel7");

    mib_is(b, "a", "1.3.6.1.2.1.2.1.0", "INTEGER: 4");
    mib_is(b, "a", OF("2.2.1.3", gi), "INTEGER: 6");
    mib_is(b, "a", OF("2.2.1.3", lo), "INTEGER: 24");
    mib_is(b, "a", OF("2.2.1.3", tu), "INTEGER: 131");
    mib_is(b, "a", OF("2.2.1.4", gi), "INTEGER: 1500");
    mib_is(b, "a", OF("2.2.1.5", gi), "Gauge32: 1000000000");
    mib_is(b, "a", OF("2.2.1.7", gi), "INTEGER: 1");
    mib_is(b, "a", OF("2.2.1.8", gi), "INTEGER: 1");
    mib_is(b, "a", OF("2.2.1.7", et), "INTEGER: 2");
    mib_is(b, "a", OF("2.2.1.8", et), "INTEGER: 2");
    mib_is(b, "a", OF("2.2.1.8", tu), "INTEGER: 7"); /* it has no ends */
    mib_is(b, "a", OF("2.2.1.22", gi), "OID: 0.0");
    mib_is(b, "a", OF("31.1.1.1.1", gi), "STRING: Gi0/0");
    mib_is(b, "a", OF("31.1.1.1.1", lo), "STRING: Lo0");
    mib_is(b, "a", OF("31.1.1.1.14", gi), "INTEGER: 1");
    mib_is(b, "a", OF("31.1.1.1.14", tu), "INTEGER: 2");
    mib_is(b, "a", OF("31.1.1.1.15", gi), "Gauge32: 1000");
    mib_is(b, "a", OF("31.1.1.1.17", gi), "INTEGER: 1");
    mib_is(b, "a", OF("31.1.1.1.17", lo), "INTEGER: 2");
    mib_is(b, "a", OF("31.1.1.1.18", gi), "STRING: to b");
    mib_is(b, "a", OF("31.1.1.1.18", lo), "STRING: ");
    mib_is(b, "a", OF("2.2.1.8", 99), "-");
    box_free(b);
}

static void what_they_carry(void **state)
{
    struct box *b = pair();
    (void)state;
    unsigned gi = mib_iface(b, "a", "GigabitEthernet0/0");
    box_type(b, "a", "ping 10.0.0.2 repeat 1"); /* whatever must be asked first has been */
    int64_t in = mib_number(b, "a", OF("31.1.1.1.6", gi)), out = mib_number(b, "a", OF("31.1.1.1.10", gi)), unicasts = mib_number(b, "a", OF("2.2.1.11", gi));
    box_type(b, "a", "ping 10.0.0.2 repeat 3 size 200");
    assert_int_equal(mib_number(b, "a", OF("31.1.1.1.6", gi)) - in, 3 * 214);
    assert_int_equal(mib_number(b, "a", OF("31.1.1.1.10", gi)) - out, 3 * 214);
    assert_int_equal(mib_number(b, "a", OF("2.2.1.10", gi)), in + 3 * 214);
    assert_int_equal(mib_number(b, "a", OF("2.2.1.11", gi)) - unicasts, 3);
    /* for people only */
    box_start(b, "a", "clear counters");
    box_type(b, "a", "");
    assert_int_equal(mib_number(b, "a", OF("31.1.1.1.6", gi)), in + 3 * 214);
    box_free(b);
}

static enum mib_set put(struct box *b, const char *oid, enum trap_type type, int64_t num, const char *text, bool commit)
{
    struct trap_var v = {.type = type, .num = num};
    bool writable;
    mib_name(&v, oid);
    if (text)
        mib_text(&v, text);
    return mib_set(router_mib(box_router(b, "a")), &v, commit, &writable);
}

static void sets(void **state)
{
    struct box *b = pair();
    (void)state;
    unsigned gi = mib_iface(b, "a", "GigabitEthernet0/0");
    assert_int_equal(put(b, OF("2.2.1.7", gi), TRAP_INT, 3, NULL, false), MIB_SET_WRONG_VALUE);
    assert_int_equal(put(b, OF("2.2.1.7", 99), TRAP_INT, 2, NULL, false), MIB_SET_NO_CREATION);
    assert_int_equal(put(b, OF("2.2.1.7", gi), TRAP_STRING, 0, "", false), MIB_SET_WRONG_TYPE);
    assert_int_equal(put(b, OF("2.2.1.7", gi), TRAP_INT, 2, NULL, false), MIB_SET_OK);
    mib_is(b, "a", OF("2.2.1.7", gi), "INTEGER: 1"); /* that was a question */
    assert_int_equal(put(b, OF("2.2.1.7", gi), TRAP_INT, 2, NULL, true), MIB_SET_OK);
    assert_int_equal(put(b, OF("31.1.1.1.18", gi), TRAP_STRING, 0, "by SNMP", true), MIB_SET_OK);
    assert_int_equal(put(b, OF("31.1.1.1.18", gi), TRAP_STRING, 0, "two\nlines", false), MIB_SET_WRONG_VALUE);
#define LONG "0123456789012345678901234567890123456789012345678901234567890123" /* 64 octets, the most there may be */
    assert_int_equal(put(b, OF("31.1.1.1.18", gi), TRAP_STRING, 0, LONG "4", false), MIB_SET_WRONG_LENGTH);
    assert_int_equal(put(b, OF("31.1.1.1.18", gi), TRAP_STRING, 0, LONG, false), MIB_SET_OK);
    box_type_all(b, "a", "configure terminal\ninterface Loopback0\ndescription " LONG "456\nend");
    mib_is(b, "a", OF("31.1.1.1.18", mib_iface(b, "a", "Loopback0")), "STRING: " LONG);
    assert_int_equal(put(b, OF("31.1.1.1.14", gi), TRAP_INT, 2, NULL, true), MIB_SET_OK);
    box_run(b, US_PER_S);
    mib_is(b, "a", OF("2.2.1.7", gi), "INTEGER: 2");
    mib_is(b, "a", OF("2.2.1.8", gi), "INTEGER: 2");
    const char *conf = box_type(b, "a", "show running-config | section interface GigabitEthernet0/0");
    assert_non_null(strstr(conf, " description by SNMP\n"));
    assert_non_null(strstr(conf, " no snmp trap link-status\n"));
    assert_non_null(strstr(conf, " shutdown\n"));
    box_free(b);
}

/* Interfaces that come and go leave their numbers unused; the stack has two rows for each. */
static void come_and_go(void **state)
{
    struct box *b = pair();
    (void)state;
    unsigned lo = mib_iface(b, "a", "Loopback0");
    box_type_all(b, "a", "configure terminal\ninterface Loopback9\nno interface Loopback0\nend");
    assert_int_equal(mib_instances(b, "a", "1.3.6.1.2.1.2.2.1.2"), 4);
    mib_is(b, "a", OF("2.2.1.2", lo), "-");
    mib_is(b, "a", OF("2.2.1.2", 5), "STRING: Loopback9");
    assert_int_equal(mib_instances(b, "a", "1.3.6.1.2.1.31.1.2.1.3"), 8);
    mib_is(b, "a", "1.3.6.1.2.1.31.1.2.1.3.0.5", "INTEGER: 1");
    mib_is(b, "a", "1.3.6.1.2.1.31.1.2.1.3.5.0", "INTEGER: 1");
    mib_is(b, "a", "1.3.6.1.2.1.31.1.2.1.3.0.0", "-");
    assert_true(mib_walk(b, "a") > 4 * 40);
    box_free(b);
}

/* EtherLike-MIB has the Ethernets alone, OLD-CISCO-INTERFACES-MIB all. */
static void as_ethernet_and_of_old(void **state)
{
    struct box *b = pair();
    unsigned g = mib_iface(b, "a", "GigabitEthernet0/0"), lo = mib_iface(b, "a", "Loopback0"), e = mib_iface(b, "a", "Ethernet1/0"), t = mib_iface(b, "a", "Tunnel7");
    (void)state;
    assert_int_equal(mib_instances(b, "a", "1.3.6.1.2.1.10.7.2.1.19"), 2);
    mib_is(b, "a", OF("10.7.2.1.19", g), "INTEGER: 3"); /* fullDuplex */
    mib_is(b, "a", OF("10.7.2.1.3", g), "Counter32: 0");
    assert_int_equal(mib_number(b, "a", OF("10.7.2.1.1", e)), e);
    mib_is(b, "a", OF("10.7.2.1.19", lo), "-");
    box_type(b, "a", "ping 10.0.0.2 repeat 100");
    assert_int_equal(mib_instances(b, "a", LIF ".20"), 4);
    mib_is(b, "a", LIFS(2, g), "INTEGER: 1");
    mib_is(b, "a", LIFS(2, e), "INTEGER: 0");
    mib_is(b, "a", LIFS(20, g), "STRING: up");
    mib_is(b, "a", LIFS(20, e), "STRING: administratively down");
    mib_is(b, "a", LIFS(22, g), "INTEGER: 255");
    mib_is(b, "a", LIFS(28, g), "STRING: to b");
    mib_is(b, "a", LIFS(12, t), "INTEGER: 0");
    mib_is(b, "a", LIFS(3, e), "-"); /* nothing ever came */
    assert_in_range(mib_number(b, "a", LIFS(3, g)), 0, 1000);
    box_run(b, 5 * US_PER_S);
    assert_in_range(mib_number(b, "a", LIFS(3, g)), 4000, 6000); /* ms */
    assert_true(mib_number(b, "a", LIFS(6, g)) > 0); /* a hundred packets are still in the average */
    assert_true(mib_number(b, "a", LIFS(8, g)) > 0);
    box_run(b, 3600 * US_PER_S);
    mib_is(b, "a", LIFS(6, g), "INTEGER: 0");
    mib_walk(b, "a");
    box_free(b);
}

/* Indices are given in the order in which interfaces are made, which a reload changes, unless they are kept. */
static void kept_over_a_reload(void **state)
{
    struct box *b = pair();
    (void)state;
    box_type_all(b, "a", "configure terminal\ninterface Loopback9\ninterface Loopback3\nend\nwrite memory");
    unsigned nine = mib_iface(b, "a", "Loopback9"), three = mib_iface(b, "a", "Loopback3");
    assert_int_equal(three, nine + 1);
    assert_string_equal(box_file(b, "a", "nvram:ifIndex-table"), "");
    box_reload(b, "a");
    box_run(b, 30 * US_PER_S);
    assert_true(mib_iface(b, "a", "Loopback3") < mib_iface(b, "a", "Loopback9")); /* as the configuration lists them */

    box_type_all(b, "a", "configure terminal\nno interface Loopback3\ninterface Loopback4\nsnmp-server ifindex persist\nend\nwrite memory");
    unsigned four = mib_iface(b, "a", "Loopback4"), gi = mib_iface(b, "a", "GigabitEthernet0/0");
    nine = mib_iface(b, "a", "Loopback9");
    box_reload(b, "a");
    box_run(b, 30 * US_PER_S);
    assert_int_equal(mib_iface(b, "a", "Loopback4"), four);
    assert_int_equal(mib_iface(b, "a", "Loopback9"), nine);
    assert_int_equal(mib_iface(b, "a", "GigabitEthernet0/0"), gi);
    assert_true(mib_walk(b, "a") > 100);
    box_type_all(b, "a", "configure terminal\ninterface Loopback1\nend");
    assert_true(mib_iface(b, "a", "Loopback1") > four); /* above all that were kept */

    /* of one interface only; and a table that somebody has written into */
    box_type_all(b, "a", "configure terminal\nno snmp-server ifindex persist\ninterface Loopback1\nsnmp ifindex persist\nend\nwrite memory");
    char line[64];
    snprintf(line, sizeof line, "Loopback1 %u\n", mib_iface(b, "a", "Loopback1"));
    assert_string_equal(box_file(b, "a", "nvram:ifIndex-table"), line);
    box_put(b, "a", "nvram:ifIndex-table", "Loopback1 17\nLoopback9 17\nLoopback9 0\nLoopback9 99999999999\nLoopback4\n 5\nLoopback1 18\nLoopback9 2147483647\nGigabitEthernet0/0 16777215\nx y z\nlast 9");
    box_reload(b, "a");
    box_run(b, 30 * US_PER_S);
    mib_is(b, "a", "1.3.6.1.2.1.2.2.1.2.17", "STRING: Loopback1");
    mib_is(b, "a", "1.3.6.1.2.1.2.2.1.2.16777215", "STRING: GigabitEthernet0/0");
    assert_true(mib_walk(b, "a") > 100);
    box_type_all(b, "a", "configure terminal\ninterface Loopback1\nno snmp ifindex persist\nend\nwrite memory");
    assert_string_equal(box_file(b, "a", "nvram:ifIndex-table"), "");
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_they_are),
        cmocka_unit_test(what_they_carry),
        cmocka_unit_test(sets),
        cmocka_unit_test(come_and_go),
        cmocka_unit_test(kept_over_a_reload),
        cmocka_unit_test(as_ethernet_and_of_old),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
