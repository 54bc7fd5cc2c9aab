/* test_eem_run.c: one applet in virtual time, from the event to the last action: the incident on hub and spoke, maxrun, sessions that fail, variables, and an
 * applet that is changed or removed while it runs.
 *
 *     incident:   hub: %CRYPTO-4-RECVD_PKT_INV_SPI --> command_hub --- 18 s --> trap  ==>  spoke: notification --> spoke_app */
#include "tests/exchange/eem_box.h"

/* ---- the incident */

MSG(INV_SPI, "CRYPTO", 4, "RECVD_PKT_INV_SPI", 0,
    "decaps: rec'd IPSEC packet has invalid spi for destaddr=%s, prot=50, spi=%s, srcaddr=%s, input interface=%s");

static void hub_applet(struct applet_conf *a)
{
    struct event_conf *ev = applet(a, "command_hub", EEM_SYSLOG);
    str_copy(ev->pattern, sizeof ev->pattern, "CRYPTO-4-RECVD_PKT_INV_SPI.*srcaddr=11.1.1.3");
    struct action_conf *nine = action(a, "9", ACTION_SYSLOG, "DONE ON HUB"); /* labels decide, not the order of entry */
    nine->priority = LOG_INFO;
    struct action_conf *trap = action(a, "8.1", ACTION_SNMP_TRAP, "");
    trap->has_int1 = trap->has_str = true;
    str_copy(trap->int1, sizeof trap->int1, "2323232");
    action(a, "8", ACTION_CLI, "undebug all");
    wait_action(a, "7", 18);
    action(a, "1", ACTION_CLI, "enable");
    action(a, "2", ACTION_SYSLOG, "command_hub is running ...")->priority = LOG_INFO;
    action(a, "3", ACTION_CLI, "show crypto sockets | append disk0:hub.txt");
    action(a, "4", ACTION_CLI, "show crypto isa sa | append disk0:hub.txt");
    action(a, "5", ACTION_CLI, "show crypto ipsec sa detail | append disk0:hub.txt");
    action(a, "6", ACTION_CLI, "show dmvpn detail | append disk0:hub.txt");
}

static void inv_spi(struct box *b, const char *src)
{
    msg_post(b->log, &INV_SPI, "213.163.222.7", "0x68842105(1753489669)", src, "Ethernet0/0");
}

#define INV_SPI_LINE(src)                                                                                              \
    "%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for destaddr=213.163.222.7, prot=50, "    \
    "spi=0x68842105(1753489669), "                                                                                     \
    "srcaddr=" src ", input interface=Ethernet0/0\n"

static void test_hub(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    hub_applet(&a);
    go(b, &a);
    inv_spi(b, "11.1.1.4"); /* another peer: not ours */
    vloop_run_for(b->loop, US_PER_S);
    expect(b, "0.000 " INV_SPI_LINE("11.1.1.4"));
    inv_spi(b, "11.1.1.3");
    vloop_run_for(b->loop, 60 * US_PER_S);
    expect(b, "1.000 " INV_SPI_LINE("11.1.1.3") "1.000 open\n"
                                                "1.000 hub>enable\n"
                                                "1.010 %HA_EM-6-LOG: command_hub: command_hub is running ...\n"
                                                "1.010 hub#show crypto sockets | append disk0:hub.txt\n"
                                                "1.020 hub#show crypto isa sa | append disk0:hub.txt\n"
                                                "1.030 hub#show crypto ipsec sa detail | append disk0:hub.txt\n"
                                                "1.040 hub#show dmvpn detail | append disk0:hub.txt\n"
                                                "19.050 hub#undebug all\n"
                                                "19.060 trap event-manager\n"
                                                "19.060 %HA_EM-6-LOG: command_hub: DONE ON HUB\n"
                                                "19.060 close\n");
    assert_string_equal(b->origin, "console by  on vty0 (EEM:command_hub)");

    static const uint32_t policy_event[] = {1, 3, 6, 1, 4, 1, 9, 10, 91, 0, 2};
    const struct fact_trap *t = &b->trap;
    assert_int_equal(t->trap_oid_len, 11);
    assert_memory_equal(t->trap_oid, policy_event, sizeof policy_event);
    assert_int_equal(t->nvars, 9);
    static const struct {
        uint32_t column;
        enum trap_type type;
        int64_t num;
        const char *text;
    } vars[9] = {
        {2, TRAP_UNSIGNED, 11, NULL}, {3, TRAP_UNSIGNED, 0, NULL}, {4, TRAP_UNSIGNED, 0, NULL},
        {5, TRAP_UNSIGNED, 0, NULL},  {6, TRAP_STRING, 0, ""},     {7, TRAP_STRING, 0, "command_hub"},
        {9, TRAP_INT, 2323232, NULL}, {10, TRAP_NONE, 0, NULL},    {11, TRAP_STRING, 0, ""},
    };
    for (size_t i = 0; i < 9; i++) {
        check_trap_name(&t->vars[i], vars[i].column, 1);
        assert_int_equal(t->vars[i].type, vars[i].type);
        assert_int_equal(t->vars[i].num, vars[i].num);
        if (vars[i].text) {
            assert_int_equal(t->vars[i].len, strlen(vars[i].text));
            assert_memory_equal(t->vars[i].data, vars[i].text, t->vars[i].len);
        }
    }
    struct eem_job_info job = last_job(b);
    assert_string_equal(job.status, "success");
    assert_string_equal(job.applet, "command_hub");
    assert_string_equal(job.event_name, "syslog");
    assert_int_equal(job.job, 1);
    assert_true(job.event_wall == WALL_START + 1000000);

    inv_spi(b, "11.1.1.3"); /* the index rises with every event */
    vloop_run_for(b->loop, 60 * US_PER_S);
    check_trap_name(&b->trap.vars[6], 9, 2);
    assert_int_equal(b->traps, 2);
}

static void spoke_applet(struct applet_conf *a)
{
    struct event_conf *ev = applet(a, "spoke_app", EEM_SNMP_NOTIFICATION);
    str_copy(ev->oid, sizeof ev->oid, "1.3.6.1.4.1.9.10.91.1.2.3.1.9.");
    str_copy(ev->oid_val, sizeof ev->oid_val, "2323232");
    ev->op = EEM_EQ;
    ev->src_ip = 0xD5A3DE07; /* 213.163.222.7 */
    ev->maxrun = 35000;
    action(a, "1.0", ACTION_SYSLOG, "Received trap from Hub...");
    action(a, "2.0", ACTION_CLI, "enable");
    action(a, "3.0", ACTION_CLI, "undebug all");
    action(a, "4.0", ACTION_SYSLOG, "DONE ON SPOKE");
}

/* Two routers in one process: what the hub asks to be sent is heard by the spoke. */
static void test_spoke(void **state)
{
    struct box *hub = *state, *spoke = NEW(struct box);
    struct applet_conf a;
    box_open(spoke, hub->loop, "spoke");
    hub_applet(&a);
    go(hub, &a);
    spoke_applet(&a);
    go(spoke, &a);
    inv_spi(hub, "11.1.1.3");
    vloop_run_for(hub->loop, 20 * US_PER_S);
    assert_int_equal(hub->traps, 1);
    assert_int_equal(spoke->story.len, 0);

    struct fact_trap heard = hub->trap;
    heard.src = 0x0A000001; /* from somebody else */
    bus_publish(spoke->bus, FACT_TRAP_HEARD, &heard, sizeof heard);
    vloop_run_for(hub->loop, 10 * US_PER_S);
    assert_int_equal(spoke->story.len, 0);

    heard.src = 0xD5A3DE07;
    heard.dst = 0x0B010103;
    bus_publish(spoke->bus, FACT_TRAP_HEARD, &heard, sizeof heard);
    vloop_run_for(hub->loop, 10 * US_PER_S);
    expect(spoke, "30.000 %HA_EM-6-LOG: spoke_app: Received trap from Hub...\n"
                  "30.000 open\n"
                  "30.000 spoke>enable\n"
                  "30.010 spoke#undebug all\n"
                  "30.020 %HA_EM-6-LOG: spoke_app: DONE ON SPOKE\n"
                  "30.020 close\n");
    assert_string_equal(last_job(spoke).event_name, "snmp-notification");
    box_close(spoke);
    mem_free(spoke);
}

static void test_notification_variables(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    spoke_applet(&a);
    conf_list_clear(&a.actions);
    action(&a, "1", ACTION_SYSLOG,
           "$_snmp_notif_oid = $_snmp_notif_oid_val from $_snmp_notif_src_ip_addr to $_snmp_notif_dest_ip_addr");
    action(&a, "2", ACTION_SYSLOG, "$_1_3_6_1_4_1_9_10_91_1_2_3_1_7_5 $_snmp_notif_trap_oid");
    action(&a, "3", ACTION_SYSLOG, "$_snmp_notif_ent_oid $_snmp_notif_gen_trap $_snmp_notif_spec_trap");
    action(&a, "4", ACTION_SYSLOG,
           "$_event_type $_event_type_string $_job_id $_event_pub_sec $_event_pub_msec $_event_pub_time");
    go(b, &a);
    struct fact_trap t = {.src = 0xD5A3DE07,
                          .dst = 0x0B010103,
                          .nvars = 2,
                          .trap_oid = {1, 3, 6, 1, 4, 1, 9, 10, 91, 0, 2},
                          .trap_oid_len = 11};
    t.vars[0] = (struct trap_var){.oid = {1, 3, 6, 1, 4, 1, 9, 10, 91, 1, 2, 3, 1, 7, 5},
                                  .oid_len = 15,
                                  .type = TRAP_STRING,
                                  .len = 3,
                                  .data = "hub"};
    t.vars[1] = (struct trap_var){
        .oid = {1, 3, 6, 1, 4, 1, 9, 10, 91, 1, 2, 3, 1, 9, 5}, .oid_len = 15, .type = TRAP_INT, .num = 2323232};
    bus_publish(b->bus, FACT_TRAP_HEARD, &t, sizeof t);
    vloop_run_for(b->loop, US_PER_S);
    expect(b,
           "0.000 %HA_EM-6-LOG: spoke_app: 1.3.6.1.4.1.9.10.91.1.2.3.1.9.5 = 2323232 from 213.163.222.7 to 11.1.1.3\n"
           "0.000 %HA_EM-6-LOG: spoke_app: hub 1.3.6.1.4.1.9.10.91.0.2\n"
           "0.000 %HA_EM-6-LOG: spoke_app: 1.3.6.1.4.1.9.10.91 6 2\n"
           "0.000 %HA_EM-6-LOG: spoke_app: 29 snmp-notification 1 1615382566 000 Wed Mar10 13:22:46 2021\n");
}

/* In versions 2c and 3 the type is a varbind, snmpTrapOID.0, and its value can be asked for. */
static void test_notification_type(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    spoke_applet(&a);
    struct event_conf *ev = a.events.v[0];
    str_copy(ev->oid, sizeof ev->oid, "1.3.6.1.6.3.1.1.4.1.0");
    str_copy(ev->oid_val, sizeof ev->oid_val, "1.3.6.1.4.1.9.9.43.2.0.1");
    conf_list_clear(&a.actions);
    action(&a, "1", ACTION_SYSLOG, "$_snmp_notif_oid = $_snmp_notif_oid_val");
    go(b, &a);
    struct fact_trap t = {.src = 0xD5A3DE07, .version = 1, .trap_oid = {1, 3, 6, 1, 4, 1, 9, 9, 43, 2, 0, 1}, .trap_oid_len = 12};
    bus_publish(b->bus, FACT_TRAP_HEARD, &t, sizeof t); /* version 1 has no such varbind */
    t.version = 2;
    t.trap_oid[11] = 2;
    bus_publish(b->bus, FACT_TRAP_HEARD, &t, sizeof t);
    vloop_run_for(b->loop, US_PER_S);
    assert_int_equal(b->story.len, 0);
    t.trap_oid[11] = 1;
    bus_publish(b->bus, FACT_TRAP_HEARD, &t, sizeof t);
    vloop_run_for(b->loop, US_PER_S);
    expect(b, "1.000 %HA_EM-6-LOG: spoke_app: 1.3.6.1.6.3.1.1.4.1.0 = 1.3.6.1.4.1.9.9.43.2.0.1\n");
}

/* ---- time and errors */

static void test_maxrun(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    on_test(&a, "A");
    action(&a, "1", ACTION_CLI, "enable");
    wait_action(&a, "2", 15);
    action(&a, "3", ACTION_CLI, "hang");
    action(&a, "4", ACTION_SYSLOG, "never");
    go(b, &a);
    post(b, "A");
    vloop_run_for(b->loop, 60 * US_PER_S);
    expect(b, "0.000 %TEST-5-A: x\n"
              "0.000 open\n"
              "0.000 hub>enable\n"
              "15.010 hub#hang\n"
              "20.000 close\n"
              "20.000 %HA_EM-4-FMS_POLICY_TIMEOUT: Policy 'A' has hit its maximum execution time of 20.000 seconds, "
              "and so has been halted\n");
    assert_string_equal(last_job(b).status, "abort");
    assert_int_equal(b->vtys, 5);
}

static void test_maxrun_in_wait_and_none(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    on_test(&a, "A")->maxrun = 1500;
    wait_action(&a, "1", 2);
    action(&a, "2", ACTION_SYSLOG, "never");
    go(b, &a);
    on_test(&a, "B")->maxrun = 0; /* no limit */
    wait_action(&a, "1", 3600);
    action(&a, "2", ACTION_SYSLOG, "after an hour");
    go(b, &a);
    post(b, "A");
    post(b, "B");
    vloop_run_for(b->loop, 7200 * US_PER_S);
    expect(b, "0.000 %TEST-5-A: x\n"
              "0.000 %TEST-5-B: x\n"
              "1.500 %HA_EM-4-FMS_POLICY_TIMEOUT: Policy 'A' has hit its maximum execution time of 1.500 seconds, and "
              "so has been halted\n"
              "3600.000 %HA_EM-6-LOG: B: after an hour\n");
}

static void test_no_vty(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    b->vtys = 0;
    on_test(&a, "A");
    action(&a, "1.0", ACTION_CLI, "enable");
    action(&a, "2.0", ACTION_SYSLOG, "never");
    go(b, &a);
    post(b, "A");
    vloop_run_for(b->loop, US_PER_S);
    expect(b, "0.000 %TEST-5-A: x\n"
              "0.000 %HA_EM-3-FMPD_CLI_CONNECT: Unable to establish CLI session: no tty lines available, minimum of 2 "
              "required by EEM\n"
              "0.000 %HA_EM-3-FMPD_ERROR: Error executing applet A statement 1.0\n");
    assert_string_equal(last_job(b).status, "abort");
}

static void test_session_ends_by_itself(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    on_test(&a, "A");
    action(&a, "1", ACTION_CLI, "bye");
    action(&a, "2", ACTION_SYSLOG, "gone");
    action(&a, "3", ACTION_CLI, "enable");
    action(&a, "4", ACTION_SYSLOG, "never");
    go(b, &a);
    post(b, "A");
    vloop_run_for(b->loop, US_PER_S);
    expect(b, "0.000 %TEST-5-A: x\n"
              "0.000 open\n"
              "0.000 hub>bye\n"
              "0.010 close\n"
              "0.010 %HA_EM-6-LOG: A: gone\n"
              "0.010 %HA_EM-3-FMPD_CLI_WRITE: Unable to send CLI command: the session has been closed\n"
              "0.010 %HA_EM-3-FMPD_ERROR: Error executing applet A statement 3\n");
}

static void test_variables(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    struct environment_conf *env = NEW(struct environment_conf);
    str_copy(env->name, sizeof env->name, "what");
    str_copy(env->value, sizeof env->value, "version");
    conf_list_add(&eem_conf(b->eem)->environment, env);
    str_copy(on_test(&a, "A")->pattern, EEM_TEXT_MAX, "^%TEST-5-A"); /* anchored: not the lines below that quote it */
    action(&a, "1", ACTION_CLI, "show $what");
    action(&a, "2", ACTION_SYSLOG, "[$_cli_result]");
    action(&a, "3", ACTION_INFO, "");
    action(&a, "4", ACTION_SYSLOG,
           "$_info_routername $_syslog_facility $_syslog_mnemonic $_syslog_priority $_syslog_timestamp");
    action(&a, "5", ACTION_SYSLOG, "two\\nlines")->priority = LOG_ERROR;
    str_copy(action(&a, "6", ACTION_SYSLOG, "own facility")->facility, 24, "SITE");
    action(&a, "7", ACTION_SYSLOG, "$_syslog_msg");
    action(&a, "8", ACTION_SYSLOG, "$nobody");
    action(&a, "9", ACTION_SYSLOG, "never");
    go(b, &a);
    post(b, "A");
    vloop_run_for(b->loop, US_PER_S);
    expect(b, "0.000 %TEST-5-A: x\n"
              "0.000 open\n"
              "0.000 hub>show version\n"
              "0.010 %HA_EM-6-LOG: A: [\n  <show version>\n  hub>]\n"
              "0.010 %HA_EM-6-LOG: A: hub TEST A 5 *Mar 10 13:22:46.000\n"
              "0.010 %HA_EM-3-LOG: A: two\n  lines\n"
              "0.010 %SITE-6-LOG: A: own facility\n"
              "0.010 %HA_EM-6-LOG: A: \n  *Mar 10 13:22:46.000: %TEST-5-A: x\n"
              "0.010 close\n"
              "0.010 %HA_EM-3-FMPD_UNKNOWN_ENV: fh_parse_var: could not find environment variable: nobody\n"
              "0.010 %HA_EM-3-FMPD_ERROR: Error executing applet A statement 8\n");
}

static void test_pattern_and_debug(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    eem_debug(b->eem)->action_cli = true;
    on_test(&a, "A");
    str_copy(action(&a, "1", ACTION_CLI, "reload")->pattern, 64, "confirm_it");
    action(&a, "2", ACTION_CLI, "y");
    action(&a, "3", ACTION_CLI, "show x");
    go(b, &a);
    post(b, "A");
    vloop_run_for(b->loop, 5 * US_PER_MS);
    assert_string_equal(b->open->until, "confirm\\_it"); /* '_' is itself to the shell, too */
    vloop_run_for(b->loop, US_PER_S);
#define D "%HA_EM-6-LOG: A : DEBUG(cli_lib) : : "
    expect(b, "0.000 %TEST-5-A: x\n"
              "0.000 open\n"
              "0.000 hub>reload\n"
              "0.000 " D "CTL : cli_open called.\n"
              "0.000 " D "OUT : hub>\n"
              "0.000 " D "IN  : hub>reload\n"
              "0.010 " D "OUT : Proceed with reload? [confirm]\n"
              "0.010 hub>y\n"
              "0.010 " D "IN  : y\n"
              "0.020 " D "OUT : hub>\n"
              "0.020 hub>show x\n"
              "0.020 " D "IN  : hub>show x\n"
              "0.030 " D "OUT : <show x>\n"
              "0.030 " D "OUT : hub>\n"
              "0.030 close\n"
              "0.030 " D "CTL : cli_close called.\n");
    on_test(&a, "B");
    action(&a, "1", ACTION_CLI, "long");
    go(b, &a);
    post(b, "B");
    vloop_run_for(b->loop, US_PER_S);
    const char *story = text_str(&b->story);
    assert_non_null(strstr(story, "OUT : line 20\n"));
    assert_null(strstr(story, "OUT : line 21\n"));
    assert_non_null(strstr(story, "CTL : 20+ lines read from cli, debug output truncated\n"));
    debug_set_all(b->debug, false);
    assert_false(eem_debug(b->eem)->action_cli);
}

/* ---- registration */

static void test_edit_during_run(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    on_test(&a, "A");
    wait_action(&a, "1", 5);
    action(&a, "2", ACTION_SYSLOG, "old");
    go(b, &a);
    post(b, "A");
    vloop_run_for(b->loop, US_PER_S);
    on_test(&a, "A");
    action(&a, "1", ACTION_SYSLOG, "new");
    go(b, &a);
    post(b, "A");
    vloop_run_for(b->loop, 10 * US_PER_S);
    expect(b, "0.000 %TEST-5-A: x\n"
              "1.000 %TEST-5-A: x\n"
              "1.000 %HA_EM-6-LOG: A: new\n"
              "5.000 %HA_EM-6-LOG: A: old\n");

    post(b, "A");
    vloop_run_for(b->loop, 10 * US_PER_MS);
    eem_unregister(b->eem, "A"); /* removed: what runs goes on, nothing new starts */
    post(b, "A");
    vloop_run_for(b->loop, 10 * US_PER_S);
    expect(b, "11.000 %TEST-5-A: x\n"
              "11.000 %HA_EM-6-LOG: A: new\n"
              "11.010 %TEST-5-A: x\n");
    size_t cursor = 0;
    struct eem_policy_info p;
    assert_false(eem_policy_next(b->eem, &cursor, &p));
}

static void test_remove_during_run(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    on_test(&a, "A");
    wait_action(&a, "1", 5);
    action(&a, "2", ACTION_SYSLOG, "still here");
    go(b, &a);
    post(b, "A");
    vloop_run_for(b->loop, US_PER_S);
    eem_unregister(b->eem, "A");
    vloop_run_for(b->loop, 10 * US_PER_S);
    expect(b, "0.000 %TEST-5-A: x\n"
              "5.000 %HA_EM-6-LOG: A: still here\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_hub),
        T(test_spoke),
        T(test_notification_variables),
        T(test_notification_type),
        T(test_maxrun),
        T(test_maxrun_in_wait_and_none),
        T(test_no_vty),
        T(test_session_ends_by_itself),
        T(test_variables),
        T(test_pattern_and_debug),
        T(test_edit_during_run),
        T(test_remove_during_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
