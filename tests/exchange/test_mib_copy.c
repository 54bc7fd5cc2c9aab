/* test_mib_copy.c: CISCO-CONFIG-COPY-MIB: configurations copied by sets of a manager. */
#include "tests/exchange/mib_box.h"

#include "espial/loop.h"

#define COPY "1.3.6.1.4.1.9.9.96.1.1.1.1."

static struct box *one(void)
{
    struct box *b = box_new(7);
    box_node(b, "a", "hostname a\naccess-list 5 permit 10.0.0.9\nsnmp-server tftp-server-list 5\nsnmp-server location here\n"
                     "interface GigabitEthernet0/0\n ip address 10.0.0.1 255.255.255.0\n");
    box_node(b, "b", "interface GigabitEthernet0/0\n ip address 10.0.0.2 255.255.255.0\n");
    box_link(b, "a", "GigabitEthernet0/0", "b", "GigabitEthernet0/0");
    box_boot(b);
    box_run(b, 30 * US_PER_S);
    return b;
}

static enum mib_set put(struct box *b, const char *column, enum trap_type type, int64_t n)
{
    char oid[64];
    snprintf(oid, sizeof oid, COPY "%s", column);
    return mib_put(b, "a", oid, type, n);
}

static enum mib_set put_text(struct box *b, const char *column, const char *text)
{
    struct trap_var v = {.type = TRAP_STRING, .len = (uint16_t)strlen(text)};
    char oid[64];
    snprintf(oid, sizeof oid, COPY "%s", column);
    memcpy(v.data, text, v.len);
    return mib_put_var(b, "a", oid, &v);
}

/* An entry 1: what from where to where, and createAndGo. */
static void ask(struct box *b, int from, int to, int64_t server, const char *file)
{
    assert_int_equal(put(b, "3.1", TRAP_INT, from), MIB_SET_OK);
    assert_int_equal(put(b, "4.1", TRAP_INT, to), MIB_SET_OK);
    assert_int_equal(put(b, "5.1", TRAP_IP, server), MIB_SET_OK);
    assert_int_equal(put_text(b, "6.1", file), MIB_SET_OK);
    assert_int_equal(put(b, "14.1", TRAP_INT, 4), MIB_SET_OK);
}

/* Running-config to startup-config and to a file; the row goes after five minutes. */
static void a_row_is_a_copy(void **state)
{
    struct box *b = one();
    (void)state;
    assert_int_equal(put(b, "14.5", TRAP_INT, 4), MIB_SET_OK); /* createAndGo, before its columns: one message */
    assert_int_equal(put(b, "3.5", TRAP_INT, 4), MIB_SET_OK);
    assert_int_equal(put(b, "4.5", TRAP_INT, 3), MIB_SET_OK);
    mib_facts(b, "a", COPY, (const struct mib_fact[]){{"2.5", "INTEGER: 1"}, {"10.5", "INTEGER: 1"}, {"11.5", "-"}, {"14.5", "INTEGER: 1"}, {NULL, NULL}});
    box_run(b, 5 * US_PER_S);
    mib_facts(b, "a", COPY, (const struct mib_fact[]){{"10.5", "INTEGER: 3"}, {"13.5", "-"}, {"5.5", "-"}, {"8.5", "STRING: "}, {"9.5", "INTEGER: 2"}, {NULL, NULL}});
    assert_true(mib_number(b, "a", COPY "12.5") >= mib_number(b, "a", COPY "11.5"));
    assert_non_null(strstr(box_type(b, "a", "show startup-config | include location"), "snmp-server location here\n"));
    assert_int_equal(put(b, "3.5", TRAP_INT, 1), MIB_SET_INCONSISTENT); /* it is done */
    assert_int_equal(put(b, "14.5", TRAP_INT, 4), MIB_SET_INCONSISTENT);
    /* in steps */
    assert_int_equal(put(b, "14.3", TRAP_INT, 5), MIB_SET_OK);
    box_run(b, US_PER_S);
    mib_is(b, "a", COPY "14.3", "INTEGER: 2"); /* notInService */
    assert_int_equal(put(b, "3.3", TRAP_INT, 3), MIB_SET_OK);
    assert_int_equal(put(b, "4.3", TRAP_INT, 2), MIB_SET_OK);
    assert_int_equal(put_text(b, "6.3", "disk0:kept.txt"), MIB_SET_OK);
    assert_int_equal(put(b, "14.3", TRAP_INT, 1), MIB_SET_OK);
    box_run(b, 5 * US_PER_S);
    mib_is(b, "a", COPY "10.3", "INTEGER: 3");
    assert_non_null(strstr(box_type(b, "a", "more disk0:kept.txt"), "snmp-server location here\n"));
    assert_int_equal(mib_instances(b, "a", COPY "14"), 2);
    assert_true(mib_walk(b, "a") > 300);
    assert_int_equal(put(b, "14.3", TRAP_INT, 6), MIB_SET_OK);
    mib_is(b, "a", COPY "14.3", "-");
    box_run(b, 301 * US_PER_S);
    assert_int_equal(mib_instances(b, "a", COPY "14"), 0);
    box_free(b);
}

/* What cannot be done fails, with its cause; values that cannot be are refused; columns alone make no row; there are ten at most. */
static void what_cannot_be_copied(void **state)
{
    struct box *b = one();
    (void)state;
    static const struct {
        int protocol, from, to;
        int64_t server;
        const char *file, *cause;
    } cases[] = {
        {1, 4, 4, 0, "", "INTEGER: 1"},                /* to itself */
        {2, 4, 1, 0x0a000009, "x", "INTEGER: 6"},      /* by rcp, ftp ...: unsupportedProtocol */
        {1, 4, 1, 0x0a000009, "a b", "INTEGER: 2"},    /* badFileName */
        {1, 4, 1, 0x0a000009, "", "INTEGER: 2"},
        {1, 4, 1, 0x0a000002, "x", "INTEGER: 9"},      /* not in tftp-server-list */
        {1, 2, 4, 0, "disk0:none", "INTEGER: 2"},      /* no such file */
        {1, 4, 1, 0x0a000009, "x", "INTEGER: 3"},      /* nobody answers: timeout */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(put(b, "2.1", TRAP_INT, cases[i].protocol), MIB_SET_OK);
        ask(b, cases[i].from, cases[i].to, cases[i].server, cases[i].file);
        box_run(b, 120 * US_PER_S);
        mib_is(b, "a", COPY "10.1", "INTEGER: 4");
        mib_is(b, "a", COPY "13.1", cases[i].cause);
        assert_int_equal(put(b, "14.1", TRAP_INT, 6), MIB_SET_OK);
    }
    assert_int_equal(put(b, "2.1", TRAP_INT, 6), MIB_SET_WRONG_VALUE);
    assert_int_equal(put(b, "3.1", TRAP_INT, 5), MIB_SET_WRONG_VALUE); /* terminal */
    assert_int_equal(put(b, "14.1", TRAP_INT, 1), MIB_SET_INCONSISTENT);
    assert_int_equal(put(b, "14.1", TRAP_INT, 7), MIB_SET_WRONG_VALUE);
    assert_int_equal(put(b, "3.0", TRAP_INT, 4), MIB_SET_NO_CREATION);
    assert_int_equal(put_text(b, "16.1", "xyz"), MIB_SET_WRONG_LENGTH);
    assert_int_equal(put(b, "3.1", TRAP_INT, 4), MIB_SET_OK);
    box_run(b, US_PER_S);
    assert_int_equal(put(b, "14.1", TRAP_INT, 1), MIB_SET_INCONSISTENT);
    for (int i = 1; i <= 11; i++) {
        char column[16];
        snprintf(column, sizeof column, "14.%d", i);
        assert_int_equal(put(b, column, TRAP_INT, 5), i <= 10 ? MIB_SET_OK : MIB_SET_UNAVAILABLE);
    }
    assert_int_equal(mib_instances(b, "a", COPY "14"), 10);
    box_free(b);
}

/* A copy that waits for a server ends when its row does, or the router. */
static void a_copy_that_runs_ends(void **state)
{
    (void)state;
    for (int how = 0; how < 2; how++) {
        struct box *b = one();
        ask(b, 4, 1, 0x0a000009, "x");
        box_run(b, US_PER_S);
        mib_is(b, "a", COPY "10.1", "INTEGER: 2");
        assert_int_equal(put(b, "3.1", TRAP_INT, 3), MIB_SET_INCONSISTENT);
        if (how) {
            box_reload(b, "a");
            box_run(b, 30 * US_PER_S);
        } else {
            assert_int_equal(put(b, "14.1", TRAP_INT, 6), MIB_SET_OK);
        }
        mib_is(b, "a", COPY "10.1", "-");
        box_run(b, 60 * US_PER_S);
        box_free(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_a_copy),
        cmocka_unit_test(what_cannot_be_copied),
        cmocka_unit_test(a_copy_that_runs_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
