/* test_snmp_config.c: `snmp-server` lines as people type them and as running-config prints them. The lines are those of
 * the command reference and of the two routers of the incident; the expected texts are written by hand after IOS. */
#include "tests/exchange/snmp_box.h"

#include "cli/config/config.h"
#include "cli/grammar/grammar.h"
#include "snmp/cmd/cmd.h"

/* Words that other folders' tables explain. */
static const struct cmd_row other_rows[] = {
    HELP(EXEC, "show", "Show running system information"),
    HELP(CONFIG, "logging", "Modify message logging facilities"),
    HELP(EXEC, "debug", "Debugging functions (see also 'undebug')"),
    HELP(EXEC, "undebug", "Disable debugging functions (see also 'debug')"),
};
static const struct cmd_table other = CMD_TABLE("tests", other_rows);

struct page {
    struct out out; /* first */
    struct text text;
};
struct desk {
    struct loop *loop;
    struct box *box;
    struct grammar *grammar;
    struct page page;
    struct match match;
};

static void page_write(struct out *o, const char *s, size_t len)
{
    text_addn(&((struct page *)o)->text, s, len);
}

static int setup(void **state)
{
    static const struct cmd_table *const tables[] = {&other, &snmp_table_access, &snmp_table, &snmp_table_show};
    struct desk *d = NEW(struct desk);
    d->loop = vloop_new(0);
    d->box = box_new(d->loop, 0x0a000001);
    d->page.out.write = page_write;
    struct text err = {0};
    d->grammar = grammar_new(tables, (void *const[]){NULL, d->box->snmp, d->box->snmp, d->box->snmp}, 4, &err);
    assert_string_equal(text_str(&err), "");
    text_free(&err);
    *state = d;
    return 0;
}

static int teardown(void **state)
{
    struct desk *d = *state;
    grammar_free(d->grammar);
    box_free(d->box);
    vloop_free(d->loop);
    text_free(&d->page.text);
    mem_free(d);
    return 0;
}

static enum cmd_result perform(struct desk *d)
{
    struct cmd_ctx c = {.self = d->match.self,
                        .out = &d->page.out,
                        .no = d->match.no,
                        .privilege = 15,
                        .vals = d->match.vals,
                        .nvals = d->match.nvals};
    return d->match.row->fn(&c);
}

/* One line of configuration. False when it was refused, by the grammar or by the row. */
static bool type(struct desk *d, const char *line)
{
    struct config_next next = {0};
    text_clear(&d->page.text);
    if (grammar_match(d->grammar, CONFIG, 15, line, &d->match) != MATCH_OK)
        return false;
    if (d->match.row->kind == CMD_DO_ROW)
        return perform(d) == CMD_OK;
    return config_run(d->grammar, &d->match, NULL, &d->page.out, &next) == CONFIG_TAKEN;
}

static void type_all(struct desk *d, const char *const *lines)
{
    for (; *lines; lines++)
        if (!type(d, *lines))
            fail_msg("refused: %s", *lines);
    vloop_run_for(d->loop, 0);
}
#define TYPE(d, ...) type_all((d), (const char *const[]){__VA_ARGS__, NULL})

static void expect_running(struct desk *d, const char *expected)
{
    struct text got = {0};
    config_running_section(d->grammar, "snmp-server", &got);
    assert_string_equal(text_str(&got), expected);
    text_free(&got);
}

static const char *exec(struct desk *d, const char *line)
{
    text_clear(&d->page.text);
    assert_int_equal(grammar_match(d->grammar, EXEC, 15, line, &d->match), MATCH_OK);
    assert_int_equal(perform(d), CMD_OK);
    return text_str(&d->page.text);
}

static void the_incidents_lines(void **state)
{
    struct desk *d = *state;
    TYPE(d, "snmp-server enable traps event-manager", "snmp-server host 11.1.1.3 public event-manager",
         "snmp-server manager");
    expect_running(d, "snmp-server enable traps event-manager\n"
                      "snmp-server host 11.1.1.3 public event-manager\n"
                      "snmp-server manager\n");
    const struct snmp_conf *c = snmp_conf(d->box->snmp);
    assert_true(c->traps_event_manager && c->manager);
    assert_int_equal(c->hosts.n, 1);
    const struct snmp_host_conf *h = c->hosts.v[0];
    assert_int_equal(h->addr, 0x0b010103);
    assert_int_equal(h->version, SNMP_HOST_V1);
    assert_int_equal(h->udp_port, 162);
    assert_string_equal(h->community, "public");
    assert_true(h->only_event_manager && !h->only_config && !h->only_syslog && !h->only_snmp);
    assert_true(box_listens(d->box, 162));
}

static void every_form_prints_in_full(void **state)
{
    struct desk *d = *state;
    TYPE(d, "snmp-s man", "snmp-server host 10.0.0.2 traps version 2c s3cret udp-port 1162 syslog config",
         "snmp-server host 10.0.0.3 version 1 public", "snmp-server ena tr sy",
         "snmp-server enable traps snmp authentication", "snmp-server enable traps config",
         "snmp-server contact NOC, room 4", "snmp-server location Rack 4, row B", "snmp-server trap-source lo0",
         "snmp-server community private rw", "snmp-server community public", "snmp-server community Monitoring RO");
    expect_running(d, "snmp-server community private RW\n"
                      "snmp-server community public RO\n"
                      "snmp-server community Monitoring RO\n"
                      "snmp-server trap-source Loopback0\n"
                      "snmp-server location Rack 4, row B\n"
                      "snmp-server contact NOC, room 4\n"
                      "snmp-server enable traps snmp authentication\n"
                      "snmp-server enable traps config\n"
                      "snmp-server enable traps syslog\n"
                      "snmp-server host 10.0.0.2 version 2c s3cret udp-port 1162 config syslog\n"
                      "snmp-server host 10.0.0.3 public\n"
                      "snmp-server manager\n");
}

static void no_takes_lines_away(void **state)
{
    struct desk *d = *state;
    TYPE(d, "snmp-server community public RO", "snmp-server location here", "snmp-server host 10.0.0.2 public",
         "snmp-server host 10.0.0.3 public config", "snmp-server enable traps", "snmp-server manager");
    expect_running(d, "snmp-server community public RO\n"
                      "snmp-server location here\n"
                      "snmp-server enable traps snmp authentication linkdown linkup coldstart warmstart\n"
                      "snmp-server enable traps config\n"
                      "snmp-server enable traps config-copy\n"
                      "snmp-server enable traps entity\n"
                      "snmp-server enable traps event-manager\n"
                      "snmp-server enable traps syslog\n"
                      "snmp-server enable traps isakmp policy add\n"
                      "snmp-server enable traps isakmp policy delete\n"
                      "snmp-server enable traps isakmp tunnel start\n"
                      "snmp-server enable traps isakmp tunnel stop\n"
                      "snmp-server enable traps ipsec cryptomap add\n"
                      "snmp-server enable traps ipsec cryptomap delete\n"
                      "snmp-server enable traps ipsec cryptomap attach\n"
                      "snmp-server enable traps ipsec cryptomap detach\n"
                      "snmp-server enable traps ipsec tunnel start\n"
                      "snmp-server enable traps ipsec tunnel stop\n"
                      "snmp-server enable traps ipsla\n"
                      "snmp-server host 10.0.0.2 public\n"
                      "snmp-server host 10.0.0.3 public config\n"
                      "snmp-server manager\n");
    TYPE(d, "no snmp-server community public RO", "no snmp-server location", "no snmp-server host 10.0.0.2",
         "no snmp-server enable traps syslog", "no snmp-server enable traps config-copy", "no snmp-server enable traps entity", "no snmp-server enable traps isakmp policy add", "no snmp-server enable traps isakmp policy delete",
         "no snmp-server enable traps ipsec cryptomap add", "no snmp-server enable traps ipsec cryptomap delete",
         "no snmp-server enable traps ipsec cryptomap attach", "no snmp-server enable traps ipsec cryptomap detach", "no snmp-server enable traps isakmp tunnel start",
         "no snmp-server enable traps isakmp tunnel stop", "no snmp-server enable traps ipsec tunnel start",
         "no snmp-server enable traps ipsec tunnel stop", "no snmp-server enable traps ipsla", "no snmp-server enable traps snmp linkup coldstart", "no snmp-server manager");
    expect_running(d, "snmp-server enable traps snmp authentication linkdown warmstart\n"
                      "snmp-server enable traps config\n"
                      "snmp-server enable traps event-manager\n"
                      "snmp-server host 10.0.0.3 public config\n");
    assert_false(box_listens(d->box, 162));
    TYPE(d, "no snmp-server enable traps");
    expect_running(d, "snmp-server host 10.0.0.3 public config\n");
    TYPE(d, "no snmp-server host 10.0.0.3 public config");
    expect_running(d, "");
}

static void no_snmp_server_takes_all(void **state)
{
    struct desk *d = *state;
    assert_string_equal(exec(d, "show snmp"), "%SNMP agent not enabled\n");
    TYPE(d, "snmp-server community public", "snmp-server host 10.0.0.2 public", "snmp-server enable traps",
         "snmp-server manager", "snmp-server contact me");
    assert_string_equal(exec(d, "sh snmp contact"), "me\n");
    TYPE(d, "no snmp-server");
    expect_running(d, "");
    assert_false(box_listens(d->box, 162));
    assert_string_equal(exec(d, "show snmp"), "%SNMP agent not enabled\n");
    assert_false(type(d, "snmp-server"));
}

static void snmp_kind_alone_means_all_it_has(void **state)
{
    struct desk *d = *state;
    TYPE(d, "snmp-server enable traps snmp");
    expect_running(d, "snmp-server enable traps snmp authentication linkdown linkup coldstart warmstart\n");
    TYPE(d, "no snmp-server enable traps snmp");
    expect_running(d, "");
    struct text help = {0};
    grammar_help(d->grammar, CONFIG, 15, "snmp-server enable traps ", 80, NULL, &help);
    assert_string_equal(text_str(&help), "  config         Enable SNMP config traps\n"
                                         "  config-copy    Enable SNMP config-copy traps\n"
                                         "  entity         Enable SNMP entity traps\n"
                                         "  event-manager  Enable SNMP Embedded Event Manager traps\n"
                                         "  ipsec          Enable IPsec traps\n"
                                         "  ipsla          Enable SNMP IP SLA traps\n"
                                         "  isakmp         Enable ISAKMP traps\n"
                                         "  snmp           Enable SNMP traps\n"
                                         "  syslog         Enable SNMP syslog traps\n"
                                         "  <cr>\n\n");
    text_free(&help);
}

static void lines_of_one_host_stand_beside_each_other(void **state)
{
    struct desk *d = *state;
    TYPE(d, "snmp-server host 10.0.0.2 public syslog", "snmp-server host 10.0.0.2 version 2c private", "snmp-server host 10.0.0.2 public udp-port 1162",
         "snmp-server host 10.0.0.2 version 2c public", "snmp-server host 10.0.0.2 informs version 2c public",
         "snmp-server host 10.0.0.2 version 3 auth tom", "snmp-server host 10.0.0.2 version 3 priv tom", "snmp-server host 10.0.0.3 public",
         "snmp-server host 10.0.0.2 public config");
    expect_running(d, "snmp-server host 10.0.0.2 public config\n"
                      "snmp-server host 10.0.0.2 version 2c private\n"
                      "snmp-server host 10.0.0.2 public udp-port 1162\n"
                      "snmp-server host 10.0.0.2 version 2c public\n"
                      "snmp-server host 10.0.0.2 informs version 2c public\n"
                      "snmp-server host 10.0.0.2 version 3 auth tom\n"
                      "snmp-server host 10.0.0.2 version 3 priv tom\n"
                      "snmp-server host 10.0.0.3 public\n");
    TYPE(d, "no snmp-server host 10.0.0.2 public", "no snmp-server host 10.0.0.2 version 2c private", "no snmp-server host 10.0.0.2 version 3 priv tom");
    expect_running(d, "snmp-server host 10.0.0.2 public udp-port 1162\n"
                      "snmp-server host 10.0.0.2 version 2c public\n"
                      "snmp-server host 10.0.0.2 informs version 2c public\n"
                      "snmp-server host 10.0.0.2 version 3 auth tom\n"
                      "snmp-server host 10.0.0.3 public\n");
    TYPE(d, "no snmp-server host 10.0.0.2 traps");
    expect_running(d, "snmp-server host 10.0.0.2 informs version 2c public\n"
                      "snmp-server host 10.0.0.3 public\n");
    TYPE(d, "snmp-server host 10.0.0.2 version 2c public", "no snmp-server host 10.0.0.2 informs");
    expect_running(d, "snmp-server host 10.0.0.3 public\n"
                      "snmp-server host 10.0.0.2 version 2c public\n");
    TYPE(d, "snmp-server host 10.0.0.2 public", "no snmp-server host 10.0.0.2", "no snmp-server host 10.0.0.3", "snmp-server host 10.0.0.2 version 2c private");
    expect_running(d, "snmp-server host 10.0.0.2 version 2c private\n");
    TYPE(d, "snmp-server community x RW", "snmp-server community x RO");
    expect_running(d, "snmp-server community x RO\n"
                      "snmp-server host 10.0.0.2 version 2c private\n");
}

static void what_is_not_here_is_refused(void **state)
{
    struct desk *d = *state;
    static const char *const lines[] = {
        "snmp-server host 10.0.0.2 informs public",
        "snmp-server host 10.0.0.2 informs",
        "snmp-server host 10.0.0.2 informs config",
        "snmp-server host 10.0.0.2 version 3",
        "snmp-server host 10.0.0.2",
        "snmp-server host 10.0.0.256 public",
        "snmp-server host 10.0.0.2 public udp-port 65536",
        "snmp-server host 10.0.0.2 public ospf",
        "snmp-server enable traps ospf",
        "snmp-server enable informs",
        "snmp-server user bob group v3 auth md5",
        "snmp-server user bob group v3 auth md5 short",
        "snmp-server user bob group v3 priv des password",
        "snmp-server view all nowhere included",
        "snmp-server view all 1.3.6.x included",
        "snmp-server view all iso",
        "snmp-server group g v3",
        "snmp-server engineID local 8000000",
        "snmp-server engineID local 80000009",
        "snmp-server packetsize 483",
        "snmp-server packetsize 8193",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        if (type(d, lines[i]))
            fail_msg("taken: %s", lines[i]);
    expect_running(d, "");
    assert_false(snmp_running(d->box->snmp));
}

/* In the order of IOS; each as its own command reference writes it. */
static void access_lines_are_kept(void **state)
{
    struct desk *d = *state;
    static const char *const lines[] = {
        "snmp-server community secret view mib2 rw 33", "snmp-server community public RO OPS", "snmp-server view mib2 mib-2 included", "snmp-server view mib2 ifEntry.*.3 excluded",
        "snmp-server group staff v3 priv write mib2 read mib2 access 10", "snmp-server group staff v2c notify mib2",
        "snmp-server group staff v3 auth context shop read mib2", "snmp-server group staff v3 auth context sh match prefix", "snmp-server context shop", "snmp-server user guest staff v2c access 12", "snmp-server user guest staff v1", "snmp-server engineID local 800000090300AABBCC000100",
        "snmp-server packetsize 2048", "snmp-server queue-length 50", "snmp-server chassis-id R-42", "snmp-server tftp-server-list 55",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        if (!type(d, lines[i]))
            fail_msg("refused: %s", lines[i]);
    expect_running(d, "snmp-server engineID local 800000090300AABBCC000100\n"
                      "snmp-server context shop\n"
                      "snmp-server group staff v3 priv read mib2 write mib2 access 10\n"
                      "snmp-server group staff v2c notify mib2\n"
                      "snmp-server group staff v3 auth context shop read mib2\n"
                      "snmp-server group staff v3 auth context sh match prefix\n"
                      "snmp-server user guest staff v2c access 12\n"
                      "snmp-server user guest staff v1\n"
                      "snmp-server view mib2 mib-2 included\n"
                      "snmp-server view mib2 ifEntry.*.3 excluded\n"
                      "snmp-server community secret view mib2 RW 33\n"
                      "snmp-server community public RO OPS\n"
                      "snmp-server packetsize 2048\n"
                      "snmp-server queue-length 50\n"
                      "snmp-server chassis-id R-42\n"
                      "snmp-server tftp-server-list 55\n");
    assert_true(type(d, "no snmp-server view mib2"));
    assert_true(type(d, "no snmp-server user guest staff v1"));
    assert_true(type(d, "no snmp-server user guest staff v2c"));
    assert_true(type(d, "no snmp-server group staff v3 priv"));
    assert_true(type(d, "no snmp-server group staff v3 auth context shop"));
    assert_true(type(d, "no snmp-server community secret"));
    assert_true(type(d, "no snmp-server packetsize"));
    expect_running(d, "snmp-server engineID local 800000090300AABBCC000100\n"
                      "snmp-server context shop\n"
                      "snmp-server group staff v2c notify mib2\n"
                      "snmp-server group staff v3 auth context sh match prefix\n"
                      "snmp-server community public RO OPS\n"
                      "snmp-server queue-length 50\n"
                      "snmp-server chassis-id R-42\n"
                      "snmp-server tftp-server-list 55\n");
}

static void debug_goes_on_and_off(void **state)
{
    struct desk *d = *state;
    assert_string_equal(exec(d, "debug snmp packets"), "SNMP packet debugging is on\n");
    assert_true(snmp_debugging_packets(d->box->snmp));
    assert_string_equal(exec(d, "no debug snmp packets"), "SNMP packet debugging is off\n");
    assert_false(snmp_debugging_packets(d->box->snmp));
    assert_string_equal(exec(d, "debug snmp requests"), "SNMP requests debugging is on\n");
    assert_string_equal(exec(d, "debug snmp headers"), "SNMP packet headers debugging is on\n");
    assert_string_equal(exec(d, "undebug snmp requests"), "SNMP requests debugging is off\n");
    assert_false(snmp_debugging_packets(d->box->snmp));
    snmp_debug_packets(d->box->snmp, true);
    assert_string_equal(exec(d, "un snmp pack"), "SNMP packet debugging is off\n");
    assert_false(snmp_debugging_packets(d->box->snmp));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_incidents_lines),
        TEST(every_form_prints_in_full),
        TEST(no_takes_lines_away),
        TEST(no_snmp_server_takes_all),
        TEST(snmp_kind_alone_means_all_it_has),
        TEST(lines_of_one_host_stand_beside_each_other),
        TEST(what_is_not_here_is_refused), TEST(access_lines_are_kept),
        TEST(debug_goes_on_and_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
