/* test_eem_info.c: action info and snmp-object-value, over a MIB of a few rows written here. */
#include "eem/eem_local.h"
#include "espial/mib.h"
#include "tests/exchange/eem_box.h"

/* ---- a MIB: a name that can be written, a number, an address, octets; and a table with entries 2 and 7 */

struct store {
    struct mib *mib;
    char name[32];
};

static bool get(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct store *s = self;
    static const uint8_t mac[] = {0x00, 0x1b, 0xff};
    static const uint32_t product[] = {1, 3, 6, 1, 4, 1, 9, 1, 5};
    switch (row->which) {
    case 1:
        out->len = (uint16_t)strlen(s->name);
        memcpy(out->data, s->name, out->len);
        return true;
    case 2: out->num = 4294967295; return true;
    case 3: out->num = 0x0a000001; return true;
    case 4:
        out->len = sizeof mac;
        memcpy(out->data, mac, sizeof mac);
        return true;
    case 5:
        out->len = 9;
        memcpy(out->oid_val, product, sizeof product);
        return true;
    default: out->num = (int64_t)at->v[0] * 10; return true;
    }
}

static enum mib_set set(void *self, const struct mib_row *row, const struct mib_index *at, const struct trap_var *v,
                        bool commit)
{
    struct store *s = self;
    (void)row;
    (void)at;
    if (v->type != TRAP_STRING)
        return MIB_SET_WRONG_TYPE;
    if (v->len >= sizeof s->name)
        return MIB_SET_WRONG_LENGTH;
    if (commit) {
        memcpy(s->name, v->data, v->len);
        s->name[v->len] = '\0';
    }
    return MIB_SET_OK;
}

static bool next(void *self, struct mib_index *at)
{
    (void)self;
    if (at->n && at->v[0] >= 7)
        return false;
    at->v[0] = at->n && at->v[0] >= 2 ? 7 : 2;
    at->n = 1;
    return true;
}

static const struct mib_table table = {.next = next};
static const struct mib_row rows[] = {
    {.name = "sysDescr", .oid = "1.3.6.1.2.1.1.1", .type = TRAP_STRING, .get = get, .which = 1},
    {.name = "sysObjectID", .oid = "1.3.6.1.2.1.1.2", .type = TRAP_OID, .get = get, .which = 5},
    {.name = "sysUpTime", .oid = "1.3.6.1.2.1.1.3", .type = TRAP_TICKS, .get = get, .which = 2},
    {.name = "sysContact", .oid = "1.3.6.1.2.1.1.4", .type = TRAP_STRING, .get = get, .which = 1},
    {.name = "sysName", .oid = "1.3.6.1.2.1.1.5", .type = TRAP_STRING, .get = get, .set = set, .which = 1},
    {.name = "sysLocation", .oid = "1.3.6.1.2.1.1.6", .type = TRAP_STRING, .get = get, .which = 1},
    {.name = "someAddress", .oid = "1.3.6.1.9.1", .type = TRAP_IP, .get = get, .which = 3},
    {.name = "someOctets", .oid = "1.3.6.1.9.2", .type = TRAP_STRING, .get = get, .which = 4},
    {.name = "someCount", .oid = "1.3.6.1.9.3", .type = TRAP_COUNTER, .get = get, .which = 2},
    {.name = "entryNumber", .oid = "1.3.6.1.9.4.1.2", .type = TRAP_INT, .table = &table, .get = get},
};
static const struct mib_rows all = MIB_ROWS("TEST-MIB", rows);

static const char *ifname(void *arg, size_t i)
{
    static const char *const names[] = {"Ethernet0/0", "Ethernet0/1", "Loopback0", "Tunnel1"};
    (void)arg;
    return i < 4 ? names[i] : NULL;
}

static bool own_addr(void *arg, uint32_t addr)
{
    (void)arg;
    return addr == 0x0a000001;
}

struct desk {
    struct box box; /* first */
    struct store store;
};

static int setup_mib(void **state)
{
    char err[128];
    struct desk *d = NEW(struct desk);
    struct box *b = &d->box;
    struct store *s = &d->store;
    box_open(b, vloop_new(WALL_START), "hub");
    *state = b;
    str_copy(s->name, sizeof s->name, "hub");
    s->mib = mib_new();
    assert_true(mib_add(s->mib, &all, s, err));
    b->eem->env.mib = s->mib;
    b->eem->env.ifname = ifname;
    b->eem->env.own_addr = own_addr;
    return 0;
}

static struct action_conf *info(struct applet_conf *a, const char *label, enum eem_info kind, const char *text)
{
    struct action_conf *act = action(a, label, ACTION_INFO, text);
    act->kind = (uint8_t)kind;
    return act;
}

static void run(struct box *b, struct applet_conf *a)
{
    bool waits;
    char name[EEM_NAME_MAX];
    str_copy(name, sizeof name, a->name);
    go(b, a);
    assert_int_equal(eem_run(b->eem, name, NULL, 0, NULL, &waits), EEM_RUN_STARTED);
    vloop_run_for(b->loop, US_PER_MS);
}

/* One get: what the variables hold afterwards, or the error. */
static void test_get(void **state)
{
    static const struct {
        const char *oid, *community, *ipaddr;
        bool next;
        const char *said;
    } facts[] = {
        {"1.3.6.1.2.1.1.5.0", "", "", false, "1.3.6.1.2.1.1.5.0 hub"},
        {".1.3.6.1.2.1.1.5.0", "public", "10.0.0.1", false, "1.3.6.1.2.1.1.5.0 hub"},
        {"1.3.6.1.2.1.1.5.0", "public", "127.0.0.1", false, "1.3.6.1.2.1.1.5.0 hub"},
        {"1.3.6.1.2.1.1.5", "", "", true, "1.3.6.1.2.1.1.5.0 hub"},
        {"sysname.0", "", "", false, "1.3.6.1.2.1.1.5.0 hub"},
        {"sysUpTime.0", "", "", false, "1.3.6.1.2.1.1.3.0 4294967295"},
        {"someAddress.0", "", "", false, "1.3.6.1.9.1.0 10.0.0.1"},
        {"someOctets.0", "", "", false, "1.3.6.1.9.2.0 00 1B FF"},
        {"sysObjectID.0", "", "", false, "1.3.6.1.2.1.1.2.0 1.3.6.1.4.1.9.1.5"},
        {"entryNumber.7", "", "", false, "1.3.6.1.9.4.1.2.7 70"},
        {"entryNumber", "", "", true, "1.3.6.1.9.4.1.2.2 20"},
        {"entryNumber.2", "", "", true, "1.3.6.1.9.4.1.2.7 70"},
        {"1.3.6.1.2.1.1.5", "", "", false, "FH_ENOSNMPDATA"},
        {"1.3.6.1.9.9", "", "", true, "FH_ENOSNMPDATA"},
        {"bgp.2.0", "", "", false, "FH_ESTATVALUE"},
        {"1.3.6.", "", "", true, "FH_ESTATVALUE"},
        {"$none", "", "", false, "FH_EMEMORY"},
        {"1.3.6.1.2.1.1.5.0", "public", "10.0.0.2", false, "FH_ENOSNMPDATA"},
    };
    struct box *b = *state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        struct applet_conf a;
        char expected[160];
        applet(&a, "t", EEM_NONE);
        action(&a, "1", ACTION_HANDLE_ERROR, "")->kind = EEM_ERROR_IGNORE;
        struct action_conf *act = info(&a, "2", EEM_INFO_SNMP_GET, facts[i].oid);
        act->op = facts[i].next;
        str_copy(act->more, EEM_TEXT_MAX, facts[i].community);
        str_copy(act->x, EEM_TEXT_MAX, facts[i].ipaddr);
        action(&a, "3", ACTION_SYSLOG, facts[i].said[0] == 'F' ? "$_error" : "$_info_snmp_oid $_info_snmp_value");
        text_clear(&b->story);
        run(b, &a);
        snprintf(expected, sizeof expected, "LOG: t: %s\n", facts[i].said);
        if (!strstr(text_str(&b->story), expected))
            fail_msg("%s: %s", facts[i].oid, text_str(&b->story));
    }
    assert_non_null(strstr(text_str(&b->story),
                           "%HA_EM-3-FMPD_SNMP: fh_snmp: Cannot ask the agent at 10.0.0.2: "
                           "no route\n"));
    text_clear(&b->story);
}

enum { SET_COUNTER, SET_GAUGE, SET_INT, SET_IPV4, SET_OCTET, SET_STRING, SET_UINT }; /* places in the row */

static void test_set(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    applet(&a, "t", EEM_NONE);
    struct action_conf *act = info(&a, "1", EEM_INFO_SNMP_SET, "sysName.0");
    act->op = SET_STRING;
    str_copy(act->pattern, EEM_TEXT_MAX, "spoke $_event_id");
    action(&a, "2", ACTION_SYSLOG, "$_info_snmp_oid $_info_snmp_value");
    act = info(&a, "3", EEM_INFO_SNMP_SET, "sysName.0");
    act->op = SET_OCTET;
    str_copy(act->pattern, EEM_TEXT_MAX, "68 75 6A");
    action(&a, "4", ACTION_HANDLE_ERROR, "")->kind = EEM_ERROR_IGNORE;
    act = info(&a, "5", EEM_INFO_SNMP_SET, "sysName.0"); /* not this type */
    act->op = SET_INT;
    str_copy(act->pattern, EEM_TEXT_MAX, "5");
    action(&a, "6", ACTION_SYSLOG, "$_error");
    act = info(&a, "7", EEM_INFO_SNMP_SET, "sysDescr.0"); /* read-only */
    act->op = SET_STRING;
    action(&a, "8", ACTION_SYSLOG, "$_error");
    act = info(&a, "9", EEM_INFO_SNMP_SET, "someCount.0"); /* no such value */
    act->op = SET_COUNTER;
    str_copy(act->pattern, EEM_TEXT_MAX, "4294967296");
    action(&a, "91", ACTION_SYSLOG, "$_error");
    run(b, &a);
    assert_string_equal(((struct desk *)b)->store.name, "huj");
    expect(b, "0.000 %HA_EM-6-LOG: t: 1.3.6.1.2.1.1.5.0 spoke 1\n"
              "0.000 %HA_EM-6-LOG: t: FH_ENOSNMPDATA\n"
              "0.000 %HA_EM-6-LOG: t: FH_ENOSNMPDATA\n"
              "0.000 %HA_EM-6-LOG: t: FH_EBADFMT\n");
}

static void test_getid(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    applet(&a, "t", EEM_NONE);
    info(&a, "1", EEM_INFO_SNMP_GETID, "");
    action(&a, "2", ACTION_SYSLOG,
           "$_info_snmp_sysname_oid $_info_snmp_sysname_value $_info_snmp_syslocation_oid $_info_snmp_syscontact_value "
           "$_info_snmp_sysuptime_value $_info_snmp_sysobjectid_value $_info_snmp_sysdescr_oid");
    run(b, &a);
    expect(b, "0.000 %HA_EM-6-LOG: t: 1.3.6.1.2.1.1.5.0 hub 1.3.6.1.2.1.1.6.0 hub 4294967295 1.3.6.1.4.1.9.1.5 "
              "1.3.6.1.2.1.1.1.0\n");
}

static void keeps(struct applet_conf *a, const char *label, const char *name, const char *oid, uint8_t type,
                  const char *value)
{
    struct action_conf *act = info(a, label, EEM_INFO_SNMP_VAR, oid);
    str_copy(act->var, sizeof act->var, name);
    str_copy(act->pattern, EEM_TEXT_MAX, value);
    act->op = type;
}

static void test_notifications(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    applet(&a, "t", EEM_NONE);
    keeps(&a, "1", "v", "1.3.6.1.4.1.9.9.1", SET_INT, "-4");
    keeps(&a, "2", "w", "1.3.6.1.4.1.9.9.2", SET_STRING, "other");
    keeps(&a, "3", "v", "sysName.0", SET_STRING, "$_event_type_string");
    keeps(&a, "4", "v", "1.3.6.1.4.1.9.9.3", SET_IPV4, "192.0.2.1");
    str_copy(info(&a, "5", EEM_INFO_SNMP_TRAP, "1.3.6.1.4.1.9.1.226.0.2")->var, EEM_NAME_MAX, "v");
    run(b, &a);
    expect(b, "0.000 trap event-manager\n");
    static const uint32_t name[] = {1, 3, 6, 1, 4, 1, 9, 1, 226, 0, 2}, sys_name[] = {1, 3, 6, 1, 2, 1, 1, 5, 0};
    assert_int_equal(b->trap.trap_oid_len, 11);
    assert_memory_equal(b->trap.trap_oid, name, sizeof name);
    assert_int_equal(b->trap.dst, 0);
    assert_int_equal(b->trap.nvars, 3);
    assert_int_equal(b->trap.vars[0].type, TRAP_INT);
    assert_int_equal(b->trap.vars[0].num, -4);
    assert_memory_equal(b->trap.vars[1].oid, sys_name, sizeof sys_name);
    assert_int_equal(b->trap.vars[1].len, 4);
    assert_memory_equal(b->trap.vars[1].data, "none", 4);
    assert_int_equal(b->trap.vars[2].type, TRAP_IP);
    assert_int_equal(b->trap.vars[2].num, 0xc0000201);
    applet(&a, "t", EEM_NONE);
    keeps(&a, "1", "v", "1.3.6.1.4.1.9.9.1", SET_INT, "1");
    struct action_conf *act = info(&a, "2", EEM_INFO_SNMP_INFORM, "1.3.6.1.4.1.9.1.226.0.2");
    str_copy(act->var, EEM_NAME_MAX, "v");
    str_copy(act->x, EEM_TEXT_MAX, "192.0.2.9");
    str_copy(info(&a, "3", EEM_INFO_SNMP_TRAP, "1.3.6.1")->var, EEM_NAME_MAX, "nothing");
    run(b, &a);
    assert_int_equal(b->trap.dst, 0xc0000209);
    expect(b, "0.001 trap event-manager\n"
              "0.001 %HA_EM-3-FMPD_ERROR: Error executing applet t statement 3\n");
}

static void test_interface_names(void **state)
{
    static const struct {
        enum eem_names op;
        const char *text, *names;
    } facts[] = {
        {EEM_NAMES_ALL, "", "Ethernet0/0 Ethernet0/1 Loopback0 Tunnel1"},
        {EEM_NAMES_INCLUDE, "Ethernet", "Ethernet0/0 Ethernet0/1"},
        {EEM_NAMES_EXCLUDE, "Ethernet", "Loopback0 Tunnel1"},
        {EEM_NAMES_REGEXP, "^(T|L).*[01]$", "Loopback0 Tunnel1"},
        {EEM_NAMES_INCLUDE, "Serial", ""},
    };
    struct box *b = *state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        struct applet_conf a;
        char expected[160];
        applet(&a, "t", EEM_NONE);
        info(&a, "1", EEM_INFO_INTERFACE_NAMES, facts[i].text)->op = (uint8_t)facts[i].op;
        action(&a, "2", ACTION_SYSLOG, "[$_info_interface_names]");
        run(b, &a);
        snprintf(expected, sizeof expected, "0.00%zu %%HA_EM-6-LOG: t: [%s]\n", i, facts[i].names);
        expect(b, expected);
    }
    struct applet_conf a;
    applet(&a, "t", EEM_NONE);
    info(&a, "1", EEM_INFO_INTERFACE_NAMES, "a(b")->op = EEM_NAMES_REGEXP;
    run(b, &a);
    expect(b, "0.005 %HA_EM-3-FMPD_ERROR: Error executing applet t statement 1\n");
}

static void test_frequency_and_history(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    struct event_conf *ev = on_test(&a, "A");
    ev->occurs = 2;
    ev->period = 60500;
    action(&a, "1", ACTION_HELP, "");
    go(b, &a);
    b->quiet = true;
    vloop_run_for(b->loop, 1500 * US_PER_MS);
    for (int i = 0; i < 5; i++)
        post(b, "A");
    struct fact_command f = {.text = "show clock"};
    for (int i = 0; i < 25; i++) {
        snprintf(f.text, sizeof f.text, "show clock %d", i);
        bus_publish(b->bus, FACT_COMMAND, &f, sizeof f);
    }
    vloop_run_for(b->loop, US_PER_S);
    b->quiet = false;
    applet(&a, "t", EEM_NONE);
    info(&a, "1", EEM_INFO_SYSLOG_FREQUENCY, "");
    action(&a, "2", ACTION_SYSLOG, "$_info_syslog_frequency");
    info(&a, "3", EEM_INFO_CLI_HISTORY, "");
    action(&a, "4", ACTION_STRING, "$_info_cli_history")->kind = EEM_STRING_RANGE;
    str_copy(((struct action_conf *)a.actions.v[3])->pattern, EEM_TEXT_MAX, "0");
    str_copy(((struct action_conf *)a.actions.v[3])->more, EEM_TEXT_MAX, "51");
    action(&a, "5", ACTION_SYSLOG, "$_string_result");
    info(&a, "6", EEM_INFO_SYSLOG_HISTORY, "");
    action(&a, "7", ACTION_REGEXP, "$_info_syslog_history");
    str_copy(((struct action_conf *)a.actions.v[6])->pattern, EEM_TEXT_MAX, "msg {[^\n]*%TEST-5-A: x}");
    action(&a, "8", ACTION_SYSLOG, "$_regexp_result");
    info(&a, "9", EEM_INFO_CLI_FREQUENCY, "");
    action(&a, "91", ACTION_SYSLOG, "[$_info_cli_frequency]");
    run(b, &a);
    /* 1615382566 and 1.5 s; five lines make two pairs; the first five of 25 commands are forgotten */
    expect(
        b,
        "2.500 %HA_EM-6-LOG: t: time_sec 1615382567 time_msec 500 match_count 5 raise_count 2 occurs 2 period_sec 60 "
        "period_msec 500 pattern {TEST-5-A}\n"
        "2.500 %HA_EM-6-LOG: t: time_sec 1615382567 time_msec 500 cmd {show clock 5}\n"
        "2.500 %HA_EM-6-LOG: t: 1\n"
        "2.500 %HA_EM-6-LOG: t: []\n");
}

struct ending {
    bool done, object;
    struct trap_var var;
};

static void ended(void *arg, const struct eem_run_end *end)
{
    struct ending *e = arg;
    e->done = true;
    e->object = end->object != NULL;
    if (end->object)
        e->var = *end->object;
}

static void test_object_value(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    struct ending e = {0};
    const struct eem_caller caller = {.done = ended, .arg = &e};
    bool waits;
    applet(&a, "t", EEM_NONE);
    action(&a, "1", ACTION_SNMP_OBJECT_VALUE, "7")->op = 3; /* int */
    struct action_conf *act = action(&a, "2", ACTION_SNMP_OBJECT_VALUE, "id $_event_id");
    act->op = 7; /* string: the last one stands */
    str_copy(act->pattern, EEM_TEXT_MAX, "1.3.6.2");
    go(b, &a);
    assert_int_equal(eem_run(b->eem, "t", NULL, 0, &caller, &waits), EEM_RUN_STARTED);
    vloop_run_for(b->loop, US_PER_MS);
    assert_true(e.done && e.object);
    assert_int_equal(e.var.type, TRAP_STRING);
    assert_int_equal(e.var.len, 4);
    assert_memory_equal(e.var.data, "id 1", 4);
    assert_int_equal(e.var.oid_len, 4);
    assert_int_equal(e.var.oid[3], 2);
    expect(b, "");
}

static int teardown_mib(void **state)
{
    struct desk *d = *state;
    struct loop *loop = d->box.loop;
    box_close(&d->box);
    vloop_free(loop);
    mib_free(d->store.mib);
    mem_free(d);
    return 0;
}

#define M(name) cmocka_unit_test_setup_teardown(name, setup_mib, teardown_mib)

int main(void)
{
    const struct CMUnitTest tests[] = {M(test_get),
                                       M(test_set),
                                       M(test_getid),
                                       M(test_notifications),
                                       M(test_interface_names),
                                       M(test_frequency_and_history),
                                       M(test_object_value)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
