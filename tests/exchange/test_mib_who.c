/* test_mib_who.c: who may do what and where notifications go, as SNMP-VIEW-BASED-ACM-MIB, SNMP-USER-BASED-SM-MIB, SNMP-COMMUNITY-MIB, SNMP-TARGET-MIB and
 * SNMP-NOTIFICATION-MIB say it of a known configuration. Indices by hand: a name is its length and its letters (RFC 2578 section 7.7), without the length where it is IMPLIED. */
#include "tests/exchange/mib_box.h"

#include "espial/loop.h"

#define VACM   "1.3.6.1.6.3.16.1."
#define USM    "1.3.6.1.6.3.15.1.2."
#define TARGET "1.3.6.1.6.3.12.1."
#define NOTIFY "1.3.6.1.6.3.13.1.1.1."
#define COMMUN "1.3.6.1.6.3.18.1.1.1."
#define ENGINE "5.1.2.3.4.5" /* with its length */

static struct box *one(void)
{
    struct box *b = box_new(7);
    box_node(b, "a", "hostname a\nsnmp-server engineID local 0102030405\nsnmp-server community pub RO\nsnmp-server community rw view all RW\nsnmp-server view all iso included\n"
                     "snmp-server view all ifEntry.*.7 excluded\nsnmp-server context blue\nsnmp-server group G v3 auth write all\nsnmp-server group G v3 auth context bl match prefix read all\n"
                     "snmp-server group pub v1\nsnmp-server user tom G v3 auth sha password1 priv aes 256 password2\nsnmp-server host 10.0.0.9 trp\n"
                     "snmp-server host 10.0.0.2 informs version 3 auth tom udp-port 5000\n");
    box_boot(b);
    return b;
}

static void groups(void **state)
{
    struct box *b = one();
    (void)state;
    mib_facts(b, "a", VACM, VARS({"1.1.1.0", "STRING: "}, {"1.1.1.4.98.108.117.101", "STRING: blue"}, {"1.1.1.1.98", "-"},
                                 {"2.1.3.1.3.112.117.98", "STRING: pub"}, {"2.1.3.2.2.114.119", "STRING: rw"}, {"2.1.4.2.2.114.119", "INTEGER: 4"},
                                 {"2.1.3.1.3.116.114.112", "STRING: trp"}, {"2.1.4.1.3.116.114.112", "INTEGER: 2"},
                                 {"2.1.3.3.3.116.111.109", "STRING: G"}, {"2.1.5.3.3.116.111.109", "INTEGER: 1"}, {"2.1.3.1.3.116.111.109", "-"}));
    /* group, context, model, level */
    mib_facts(b, "a", VACM "4.1.", VARS({"4.1.71.0.3.2", "INTEGER: 1"}, {"5.1.71.0.3.2", "STRING: v1default"}, {"6.1.71.0.3.2", "STRING: all"},
                                        {"7.1.71.0.3.2", "STRING: *tv.FFFFFFFF.FFFFFFFF.FFFFFFFF.F"}, {"8.1.71.0.3.2", "INTEGER: 3"}, {"9.1.71.0.3.2", "INTEGER: 1"},
                                        {"4.1.71.2.98.108.3.2", "INTEGER: 2"}, {"5.1.71.2.98.108.3.2", "STRING: all"}, {"7.1.71.2.98.108.3.2", "STRING: "}, {"4.1.71.0.3.1", "-"},
                                        {"5.2.114.119.0.2.1", "STRING: all"}, {"6.2.114.119.0.2.1", "STRING: all"},
                                        {"8.3.112.117.98.0.1.1", "INTEGER: 4"}, /* the community's, not the line's */
                                        {"5.3.116.114.112.0.1.1", "STRING: "}, {"7.3.116.114.112.0.1.1", "STRING: *tv.FFFFFFFF.FFFFFFFF.FFFFFFFF.F"}));
    mib_facts(b, "a", VACM "5.2.1.", VARS({"3.3.97.108.108.1.1", "STRING: "}, {"4.3.97.108.108.1.1", "INTEGER: 1"},
                                          {"3.3.97.108.108.11.1.3.6.1.2.1.2.2.1.0.7", "Hex: FFBF"}, {"4.3.97.108.108.11.1.3.6.1.2.1.2.2.1.0.7", "INTEGER: 2"},
                                          {"4.9.118.49.100.101.102.97.117.108.116.7.1.3.6.1.6.3.15", "INTEGER: 2"}, {"5.9.118.49.100.101.102.97.117.108.116.7.1.3.6.1.6.3.15", "INTEGER: 4"}));
    assert_int_equal(mib_instances(b, "a", VACM "2.1.3"), 9);    /* ILMI, pub, rw, trp for two models each, and tom */
    assert_int_equal(mib_instances(b, "a", VACM "4.1.5"), 10);   /* ... and G in two contexts */
    assert_int_equal(mib_instances(b, "a", VACM "5.2.1.3"), 9);  /* 6 that are always there, 2 of `all`, *tv */
    /* a name that does not fit into the one of an instance is no row, and stops nobody */
    box_type_all(b, "a", "configure terminal\nsnmp-server group ABCDEFGHIJKLMNOPQRSTUVWXYZ012345 v3 auth context ABCDEFGHIJKLMNOPQRSTUVWXYZ012345\nend");
    assert_int_equal(mib_instances(b, "a", VACM "4.1.5"), 10);
    mib_walk(b, "a");
    box_free(b);
}

static void users_and_communities(void **state)
{
    struct box *b = one();
    (void)state;
    mib_facts(b, "a", USM, VARS({"1.0", "INTEGER: 0"}, {"2.1.3." ENGINE ".3.116.111.109", "STRING: tom"}, {"2.1.4." ENGINE ".3.116.111.109", "OID: 0.0"},
                                {"2.1.5." ENGINE ".3.116.111.109", "OID: 1.3.6.1.6.3.10.1.1.3"}, {"2.1.6." ENGINE ".3.116.111.109", "STRING: "},
                                {"2.1.8." ENGINE ".3.116.111.109", "OID: 1.3.6.1.4.1.9.12.6.1.2"}, {"2.1.12." ENGINE ".3.116.111.109", "INTEGER: 3"},
                                {"2.1.13." ENGINE ".3.116.111.109", "INTEGER: 1"}, {"2.1.13." ENGINE ".3.116.111.110", "-"}));
    mib_facts(b, "a", COMMUN, VARS({"2.99.105.115.99.111.48", "STRING: ILMI"}, {"2.99.105.115.99.111.49", "STRING: pub"}, {"3.99.105.115.99.111.50", "STRING: rw"},
                                   {"4.99.105.115.99.111.50", "Hex: 0102030405"}, {"7.99.105.115.99.111.48", "INTEGER: 5"}, {"8.99.105.115.99.111.51", "-"}));
    /* another engine has other users, and the walk goes on */
    box_type_all(b, "a", "configure terminal\nsnmp-server engineID local 0102030406\nend");
    assert_int_equal(mib_instances(b, "a", USM "2.1.3"), 0);
    /* the most there can be of an engine and a name do not fit: none of it is shown */
    box_type_all(b, "a", "configure terminal\nsnmp-server engineID local 0102030405060708091011121314151617181920212223242526272829303132\n"
                         "snmp-server user ABCDEFGHIJKLMNOPQRSTUVWXYZ012345 G v3\nsnmp-server user tom G v3\nend");
    assert_int_equal(mib_instances(b, "a", USM "2.1.3"), 1);
    mib_walk(b, "a");
    box_free(b);
}

static void targets(void **state)
{
    struct box *b = one();
    (void)state;
#define TOM "49.48.46.48.46.48.46.50.46.53.48.48.48" /* 10.0.0.2.5000 */
#define TRP "49.48.46.48.46.48.46.57.46.49.54.50"    /* 10.0.0.9.162 */
    mib_facts(b, "a", TARGET, VARS({"2.1.2." TOM, "OID: 1.3.6.1.6.1.1"}, {"2.1.3." TOM, "Hex: 0A0000021388"}, {"2.1.4." TOM, "INTEGER: 1500"}, {"2.1.5." TOM, "INTEGER: 3"},
                                   {"2.1.6." TOM, "STRING: inform"}, {"2.1.7." TOM, "STRING: 10.0.0.2.5000"}, {"2.1.6." TRP, "STRING: trap"}, {"2.1.4." TRP, "INTEGER: 0"},
                                   {"2.1.9." TRP, "INTEGER: 1"}, {"3.1.2." TOM, "INTEGER: 3"}, {"3.1.3." TOM, "INTEGER: 3"}, {"3.1.4." TOM, "STRING: tom"}, {"3.1.5." TOM, "INTEGER: 2"},
                                   {"3.1.2." TRP, "INTEGER: 0"}, {"3.1.3." TRP, "INTEGER: 1"}, {"3.1.4." TRP, "STRING: trp"}, {"3.1.5." TRP, "INTEGER: 1"}));
    mib_facts(b, "a", NOTIFY, VARS({"2.105.110.102.111.114.109", "STRING: inform"}, {"3.105.110.102.111.114.109", "INTEGER: 2"}, {"3.116.114.97.112", "INTEGER: 1"}));
    box_type_all(b, "a", "configure terminal\nno snmp-server host 10.0.0.2 informs version 3 auth tom udp-port 5000\nend");
    mib_is(b, "a", TARGET "2.1.9." TOM, "-");
    mib_is(b, "a", NOTIFY "3.105.110.102.111.114.109", "-");
    assert_int_equal(mib_instances(b, "a", TARGET "2.1.9"), 1);
    /* a second line of the same address and port has a name of its own */
    box_type_all(b, "a", "configure terminal\nsnmp-server host 10.0.0.9 version 2c other\nend");
    mib_is(b, "a", TARGET "3.1.4." TRP ".45.50", "STRING: other");
    mib_is(b, "a", TARGET "3.1.4." TRP, "STRING: trp");
    mib_is(b, "a", TARGET "2.1.7." TRP ".45.50", "STRING: 10.0.0.9.162-2");
    assert_int_equal(mib_instances(b, "a", TARGET "2.1.9"), 2);
    box_free(b);
}

/* Nothing of all this can be set, made or destroyed. */
static void not_writable(void **state)
{
    struct box *b = one();
    struct mib *m = router_mib(box_router(b, "a"));
    (void)state;
    static const char *const names[] = {USM "1.0", USM "2.1.13." ENGINE ".3.116.111.109", USM "2.1.13." ENGINE ".3.116.111.110", USM "2.1.6." ENGINE ".3.116.111.109", VACM "5.1.0",
                                        VACM "2.1.5.3.3.116.111.109", VACM "4.1.9.1.71.0.3.2", VACM "5.2.1.6.3.97.108.108.1.1", COMMUN "8.99.105.115.99.111.57", TARGET "1.0",
                                        TARGET "2.1.9." TRP, NOTIFY "5.116.114.97.112"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct trap_var v = {.type = TRAP_INT, .num = 6};
        bool writable = true;
        mib_name(&v, names[i]);
        (void)!mib_set(m, &v, false, &writable);
        assert_false(writable);
    }
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups),
        cmocka_unit_test(users_and_communities),
        cmocka_unit_test(targets),
        cmocka_unit_test(not_writable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
