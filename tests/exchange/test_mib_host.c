/* test_mib_host.c: what the router stores and runs, as HOST-RESOURCES-MIB and CISCO-FLASH-MIB say it: the files that `dir` lists, sizes that `show file systems` prints. */
#include "tests/exchange/mib_box.h"

#include "espial/loop.h"

#define FLASH "1.3.6.1.4.1.9.9.10.1.1."
#define HOST  "1.3.6.1.2.1.25."

static struct box *one(void)
{
    struct box *b = box_new(7);
    box_node(b, "a", "hostname a\n");
    box_boot(b);
    box_run(b, 20 * US_PER_S);
    return b;
}

/* The numbers of `show file systems`' row of this file system. */
static void space(struct box *b, const char *prefix, long long *total, long long *avail)
{
    const char *said = box_type(b, "a", "show file systems"), *row = strstr(said, prefix);
    assert_non_null(row);
    while (row > said && row[-1] != '\n')
        row--;
    assert_int_equal(sscanf(row + 1, "%lld %lld", total, avail), 2);
}

static void file_systems(void **state)
{
    struct box *b = one();
    long long total, avail;
    (void)state;
    space(b, "disk0:", &total, &avail);
    mib_is(b, "a", FLASH "1.0", "Gauge32: 2");
    mib_facts(b, "a", FLASH "2.1.", VARS({"7.1", "STRING: disk0"}, {"7.2", "STRING: nvram"}, {"7.3", "-"}, {"8.1", "STRING: disk"}, {"5.1", "Gauge32: 1"}, {"11.1", "INTEGER: 3"},
                                         {"12.1", "Ticks: 0"}, {"13.1", "INTEGER: 2"}, {"14.2", "INTEGER: 1"}, {"15.1", "STRING: disk0"}));
    assert_int_equal(mib_number(b, "a", FLASH "2.1.16.1"), total);
    assert_int_equal(mib_number(b, "a", FLASH "2.1.2.1"), total > UINT32_MAX ? UINT32_MAX : total);
    assert_int_equal(mib_number(b, "a", FLASH "4.1.1.14.1.1"), avail);
    mib_facts(b, "a", FLASH "4.1.1.", VARS({"7.1.1", "INTEGER: 2"}, {"8.1.1", "INTEGER: 3"}, {"10.2.1", "STRING: nvram:1"}, {"11.1.1", "INTEGER: 2"}, {"10.1.2", "-"}, {"10.3.1", "-"}));
    assert_int_equal(mib_number(b, "a", HOST "2.3.1.5.3"), total / 1024);
    assert_int_equal(mib_number(b, "a", HOST "2.3.1.6.3"), (total - avail) / 1024);
    box_free(b);
}

static void files(void **state)
{
    struct box *b = one();
    char got[MIB_TEXT];
    (void)state;
    int64_t was = mib_number(b, "a", FLASH "4.1.1.6.1.1");
    /* what is changed through the router is seen at once */
    box_type_all(b, "a", "mkdir disk0:logs\n\nshow clock | redirect disk0:logs/clock.txt\nshow clock | redirect disk0:a.txt\nshow clock | append disk0:a.txt");
    assert_int_equal(mib_number(b, "a", FLASH "4.1.1.6.1.1"), was + 3);
    mib_facts(b, "a", FLASH "4.2.1.1.", VARS({"5.1.1.1", "STRING: a.txt"}, {"6.1.1.1", "INTEGER: 1"}, {"4.1.1.1", "INTEGER: 3"}, {"5.1.1.2", "STRING: logs"}, {"6.1.1.2", "INTEGER: 4"},
                                             {"5.1.1.3", "STRING: logs/clock.txt"}, {"5.1.2.1", "-"}, {"5.1.1.0", "-"}));
    assert_int_equal(mib_number(b, "a", FLASH "4.2.1.1.2.1.1.1"), 2 * mib_number(b, "a", FLASH "4.2.1.1.2.1.1.3"));
    assert_int_equal(strlen(mib_read(b, "a", FLASH "4.2.1.1.7.1.1.1", got)), strlen("Hex: ") + 22); /* DateAndTime, with the zone */
    mib_walk(b, "a");
    box_type_all(b, "a", "delete /force disk0:a.txt");
    mib_is(b, "a", FLASH "4.2.1.1.5.1.1.1", "STRING: logs");
    box_type_all(b, "a", "write memory");
    int64_t n = mib_number(b, "a", FLASH "4.1.1.6.2.1");
    bool found = false;
    for (int64_t i = 1; i <= n; i++) {
        char oid[64];
        snprintf(oid, sizeof oid, FLASH "4.2.1.1.5.2.1.%d", (int)i);
        if (strcmp(mib_read(b, "a", oid, got), "STRING: startup-config"))
            continue;
        found = true;
        snprintf(oid, sizeof oid, FLASH "4.2.1.1.6.2.1.%d", (int)i);
        mib_is(b, "a", oid, "INTEGER: 2");
    }
    assert_true(found);
    /* rows that go in the middle of a walk: the next one is found from where it stood */
    struct trap_var v = {0};
    mib_name(&v, FLASH "4.2.1.1.5.1.1.1");
    box_type_all(b, "a", "delete /force disk0:logs/clock.txt");
    assert_true(mib_next(router_mib(box_router(b, "a")), &v));
    assert_true(v.oid_len == 19 && v.oid[16] == 2); /* disk0: has ended: the first of nvram: */
    box_free(b);
}

static void host(void **state)
{
    struct box *b = one();
    (void)state;
    mib_is(b, "a", HOST "1.1.0", mib_read(b, "a", "1.3.6.1.2.1.1.3.0", (char[MIB_TEXT]){0}));
    mib_is(b, "a", HOST "1.6.0", "Gauge32: 15");
    mib_is(b, "a", HOST "1.7.0", "INTEGER: 0");
    mib_facts(b, "a", HOST "2.3.1.", VARS({"1.1", "INTEGER: 1"}, {"2.1", "OID: 1.3.6.1.2.1.25.2.1.2"}, {"3.1", "STRING: Processor"}, {"3.2", "STRING: I/O"}, {"4.1", "INTEGER: 1024"},
                                          {"2.3", "OID: 1.3.6.1.2.1.25.2.1.9"}, {"3.3", "STRING: disk0"}, {"2.4", "OID: 1.3.6.1.2.1.25.2.1.1"}, {"3.5", "-"}));
    assert_int_equal(mib_number(b, "a", HOST "2.2.0"), mib_number(b, "a", HOST "2.3.1.5.1"));
    mib_facts(b, "a", HOST "3.2.1.", VARS({"2.1", "OID: 1.3.6.1.2.1.25.3.1.3"}, {"5.1", "INTEGER: 2"}, {"2.2", "OID: 1.3.6.1.2.1.25.3.1.6"}, {"3.3", "STRING: nvram"}, {"3.4", "-"}));
    mib_facts(b, "a", HOST "4.", VARS({"2.1.1.1", "INTEGER: 1"}, {"2.1.2.8", "STRING: Crypto IKMP"}, {"2.1.6.8", "INTEGER: 2"}, {"2.1.7.13", "INTEGER: 1"}, {"2.1.7.8", "INTEGER: 3"},
                                      {"2.1.2.0", "-"}, {"2.1.2.16", "-"}));
    assert_int_equal(mib_instances(b, "a", HOST "4.2.1.2"), 15);
    int64_t sessions = mib_number(b, "a", HOST "1.5.0");
    size_t listed = 0;
    for (const char *p = box_type(b, "a", "show users"); (p = strstr(p, "idle")) != NULL; p++)
        listed++;
    assert_int_equal(listed, sessions);
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(file_systems),
        cmocka_unit_test(files),
        cmocka_unit_test(host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
