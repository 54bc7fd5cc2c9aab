/* test_eem_run.c: applets in virtual time, from the event to the last action. A router here is a loop, a bus, a log and
 * a shell that writes down what it is told; everything observable (lines logged, lines typed, traps asked for) goes
 * into one story with the time in front, and the story is compared with one written by hand.
 *
 *     incident:   hub: %CRYPTO-4-RECVD_PKT_INV_SPI --> command_hub --- 18 s --> trap  ==>  spoke: notification -->
 * spoke_app
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "eem/eem.h"
#include "espial/bus.h"
#include "espial/debug.h"
#include "espial/loop.h"
#include "espial/msg.h"
#include "espial/shell.h"
#include "espial/text.h"
#include "tests/sim/vloop.h"

#define WALL_START (INT64_C(1615382566) * 1000000) /* Wed Mar 10 13:22:46 2021 UTC */
#define CLI_US     (10 * US_PER_MS)                /* how long the fake router takes to answer */

/* ---- a router without cli */

struct box;
struct shell {
    struct shell_base base;
    struct box *box;
    struct timer timer;
    shell_done_fn *done;
    void *arg;
    char line[300], until[64], prompt[32];
    struct text output;
    struct shell *next;
};
struct box {
    struct shells shells; /* first */
    struct loop *loop;
    struct bus *bus;
    struct log *log;
    struct debug_registry *debug;
    struct eem *eem;
    const char *hostname;
    unsigned vtys; /* free */
    struct shell *open;
    struct text story;
    struct fact_trap trap; /* the last one asked for */
    unsigned traps;
    char origin[128];
    bool quiet; /* no story */
};

static void tell(struct box *b, const char *what, const char *text)
{
    uint64_t ms = loop_now(b->loop) / US_PER_MS;
    if (!b->quiet)
        text_printf(&b->story, "%u.%03u %s%s\n", (unsigned)(ms / 1000), (unsigned)(ms % 1000), what, text);
}

/* What the fake router prints. "hang" never ends; "bye" ends the session; "reload" asks. */
static void shell_answer(void *arg)
{
    struct shell *sh = arg;
    if (!strcmp(sh->line, "hang"))
        return;
    if (!strcmp(sh->line, "enable"))
        snprintf(sh->prompt, sizeof sh->prompt, "%s#", sh->box->hostname);
    struct shell_result r = {0};
    text_clear(&sh->output);
    text_add(&sh->output, "\n");
    if (!strcmp(sh->line, "reload") && sh->until[0]) {
        text_add(&sh->output, "Proceed with reload? [confirm]");
        r.matched = true;
    } else if (!strcmp(sh->line, "long")) {
        for (unsigned i = 1; i <= 22; i++)
            text_printf(&sh->output, "line %u\n", i);
    } else if (!strncmp(sh->line, "show", 4)) {
        text_printf(&sh->output, "<%s>\n", sh->line);
    }
    if (!r.matched)
        text_add(&sh->output, sh->prompt);
    r.output = text_str(&sh->output);
    r.len = sh->output.len;
    r.closed = !strcmp(sh->line, "bye");
    sh->done(sh->arg, &r);
}

static struct shell *fake_open(struct shells *s, const struct shell_params *p)
{
    struct box *b = (struct box *)s;
    assert_true(p->vty && p->echo && !p->config_file);
    assert_int_equal(p->privilege, 1);
    str_copy(b->origin, sizeof b->origin, p->origin);
    if (!b->vtys)
        return NULL;
    b->vtys--;
    struct shell *sh = NEW(struct shell);
    sh->base.shells = s;
    sh->box = b;
    snprintf(sh->prompt, sizeof sh->prompt, "%s>", b->hostname);
    timer_init(&sh->timer, b->loop, shell_answer, sh);
    sh->next = b->open;
    b->open = sh;
    tell(b, "open", "");
    return sh;
}

static void fake_type(struct shell *sh, const char *line, const char *until, shell_done_fn *done, void *arg)
{
    assert_false(timer_pending(&sh->timer));
    str_copy(sh->line, sizeof sh->line, line);
    str_copy(sh->until, sizeof sh->until, until ? until : "");
    sh->done = done;
    sh->arg = arg;
    timer_set(&sh->timer, CLI_US);
    tell(sh->box, sh->prompt, line);
}

static void fake_close(struct shell *sh)
{
    struct shell **at = &sh->box->open;
    while (*at != sh)
        at = &(*at)->next;
    *at = sh->next;
    sh->box->vtys++;
    tell(sh->box, "close", "");
    timer_clear(&sh->timer);
    text_free(&sh->output);
    mem_free(sh);
}

static const char *fake_prompt(struct shell *sh)
{
    return sh->prompt;
}

static const struct shells_ops fake_ops = {
    .open = fake_open, .type = fake_type, .close = fake_close, .prompt = fake_prompt};

static void on_line(void *arg, const void *fact)
{
    const struct fact_syslog *f = fact;
    tell(arg, "", f->line + f->text_at);
}

static void on_trap(void *arg, const void *fact)
{
    struct box *b = arg;
    b->trap = *(const struct fact_trap *)fact;
    b->traps++;
    tell(b, "trap ", b->trap.kind);
}

static const char *hostname(void *arg)
{
    return ((struct box *)arg)->hostname;
}

static void box_open(struct box *b, struct loop *loop, const char *name)
{
    *b = (struct box){.shells = {&fake_ops}, .loop = loop, .hostname = name, .vtys = 5};
    b->bus = bus_new(loop);
    b->log = log_new(loop, b->bus);
    b->debug = debug_registry_new();
    bus_subscribe(b->bus, FACT_SYSLOG, on_line, b);
    bus_subscribe(b->bus, FACT_TRAP_WANTED, on_trap, b);
    b->eem = eem_new(&(struct eem_env){.loop = loop,
                                       .bus = b->bus,
                                       .log = b->log,
                                       .shells = &b->shells,
                                       .debug = b->debug,
                                       .hostname = hostname,
                                       .arg = b});
}

static void box_close(struct box *b)
{
    eem_free(b->eem);
    assert_null(b->open);
    log_free(b->log);
    bus_free(b->bus);
    debug_registry_free(b->debug);
    text_free(&b->story);
}

static int setup(void **state)
{
    struct box *b = NEW(struct box);
    box_open(b, vloop_new(WALL_START), "hub");
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct box *b = *state;
    struct loop *loop = b->loop;
    box_close(b);
    vloop_free(loop);
    mem_free(b);
    return 0;
}

static void expect(struct box *b, const char *story)
{
    assert_string_equal(text_str(&b->story), story);
    text_clear(&b->story);
}

/* ---- applets as data */

static struct event_conf *event(struct applet_conf *a, enum eem_event_type type)
{
    struct event_conf *ev = NEW(struct event_conf);
    event_conf_init(ev);
    ev->type = (uint8_t)type;
    conf_list_clear(&a->events);
    conf_list_add(&a->events, ev);
    return ev;
}

static struct event_conf *applet(struct applet_conf *a, const char *name, enum eem_event_type type)
{
    *a = (struct applet_conf){0};
    applet_conf_init(a);
    str_copy(a->name, sizeof a->name, name);
    return event(a, type);
}

static struct action_conf *action(struct applet_conf *a, const char *label, enum action_verb verb, const char *text)
{
    struct action_conf *act = NEW(struct action_conf);
    action_conf_init(act);
    str_copy(act->label, sizeof act->label, label);
    act->verb = (uint8_t)verb;
    str_copy(act->text, sizeof act->text, text);
    conf_list_add(&a->actions, act);
    return act;
}

static void wait_action(struct applet_conf *a, const char *label, uint32_t seconds)
{
    action(a, label, ACTION_WAIT, "")->wait = seconds;
}

static void go(struct box *b, struct applet_conf *a)
{
    assert_int_equal(eem_register(b->eem, a), EEM_REGISTERED);
    applet_conf_fini(a);
}

/* Register a syslog applet that is triggered by "%TEST-5-name". */
static struct event_conf *on_test(struct applet_conf *a, const char *name)
{
    struct event_conf *ev = applet(a, name, EEM_SYSLOG);
    snprintf(ev->pattern, sizeof ev->pattern, "TEST-5-%s", name);
    return ev;
}

static void post(struct box *b, const char *mnemonic)
{
    msg_post_text(b->log, "TEST", 5, mnemonic, "x");
}

static struct eem_job_info last_job(struct box *b)
{
    struct eem_job_info job = {.status = "none"};
    for (size_t cursor = 0; eem_history_next(b->eem, &cursor, &job);)
        ;
    return job;
}

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
    trap->int1 = 2323232;
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

static void check_trap_name(const struct trap_var *v, uint32_t column, uint32_t index)
{
    const uint32_t oid[] = {1, 3, 6, 1, 4, 1, 9, 10, 91, 1, 2, 3, 1, column, index};
    assert_int_equal(v->oid_len, 15);
    assert_memory_equal(v->oid, oid, sizeof oid);
}

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
    action(&a, "3", ACTION_INFO_ROUTERNAME, "");
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
              "0.010 %HA_EM-6-LOG: A: [\n<show version>\nhub>]\n"
              "0.010 %HA_EM-6-LOG: A: hub TEST A 5 *Mar 10 13:22:46.000\n"
              "0.010 %HA_EM-3-LOG: A: two\nlines\n"
              "0.010 %SITE-6-LOG: A: own facility\n"
              "0.010 %HA_EM-6-LOG: A: *Mar 10 13:22:46.000: %TEST-5-A: x\n"
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

static void test_what_is_not_registered(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    on_test(&a, "A");
    action(&a, "1", ACTION_SYSLOG, "x");
    assert_int_equal(eem_register(b->eem, &a), EEM_REGISTERED);
    conf_list_clear(&a.events);
    assert_int_equal(eem_register(b->eem, &a), EEM_NOT_NO_EVENT);
    applet_conf_fini(&a);
    post(b, "A");
    vloop_run_for(b->loop, US_PER_S);
    expect(b, "0.000 %HA_EM-4-FMPD_NO_EVENT: No event configured for applet A\n"
              "0.000 %TEST-5-A: x\n");
    on_test(&a, "B");
    assert_int_equal(eem_register(b->eem, &a), EEM_REGISTERED); /* no action: registered, runs nothing */
    applet_conf_fini(&a);
    post(b, "B");
    vloop_run_for(b->loop, US_PER_S);
    expect(b, "1.000 %HA_EM-6-FMPD_NO_ACTION: No action configured for applet B\n"
              "1.000 %TEST-5-B: x\n");
    assert_string_equal(last_job(b).status, "success");
}

/* ---- many runs */

static void test_trigger_while_running(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    eem_conf(b->eem)->threads = 1;
    eem_conf_changed(b->eem);
    on_test(&a, "A");
    wait_action(&a, "1", 2);
    action(&a, "2", ACTION_SYSLOG, "$_job_id");
    go(b, &a);
    post(b, "A");
    post(b, "A");
    vloop_run_for(b->loop, US_PER_S);
    struct eem_job_info job;
    size_t cursor = 0;
    assert_true(eem_active_next(b->eem, &cursor, &job));
    assert_int_equal(job.job, 1);
    assert_false(eem_active_next(b->eem, &cursor, &job));
    cursor = 0;
    assert_true(eem_pending_next(b->eem, &cursor, &job));
    assert_int_equal(job.job, 2);
    assert_false(eem_pending_next(b->eem, &cursor, &job));
    vloop_run_for(b->loop, 10 * US_PER_S);
    expect(b, "0.000 %TEST-5-A: x\n"
              "0.000 %TEST-5-A: x\n"
              "2.000 %HA_EM-6-LOG: A: 1\n"
              "4.000 %HA_EM-6-LOG: A: 2\n");
    eem_conf(b->eem)->threads = 2;
    eem_conf_changed(b->eem);
    post(b, "A");
    post(b, "A");
    vloop_run_for(b->loop, 10 * US_PER_S);
    expect(b, "11.000 %TEST-5-A: x\n"
              "11.000 %TEST-5-A: x\n"
              "13.000 %HA_EM-6-LOG: A: 3\n"
              "13.000 %HA_EM-6-LOG: A: 4\n");
}

/* An applet that matches its own message runs for ever, but at most 64 times a second; others still get their turn. */
static void test_circle(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    struct event_conf *ev = applet(&a, "loop", EEM_SYSLOG);
    str_copy(ev->pattern, sizeof ev->pattern, "HA_EM-6-LOG: loop|TEST-5-A");
    action(&a, "1", ACTION_SYSLOG, "again");
    go(b, &a);
    on_test(&a, "B");
    action(&a, "1", ACTION_SYSLOG, "honest");
    go(b, &a);
    b->quiet = true;
    post(b, "A");
    vloop_run_for(b->loop, 10 * US_PER_S);
    struct eem_policy_info p;
    size_t cursor = 0;
    assert_true(eem_policy_next(b->eem, &cursor, &p));
    assert_true(p.runs > 600 && p.runs <= 11 * 64);
    post(b, "B");
    vloop_run_for(b->loop, 2 * US_PER_S);
    assert_true(eem_policy_next(b->eem, &cursor, &p));
    assert_int_equal(p.runs, 1);
}

static void test_queue_bound(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    eem_conf(b->eem)->threads = 1;
    on_test(&a, "A");
    wait_action(&a, "1", 1);
    go(b, &a);
    b->quiet = true;
    post(b, "A");
    vloop_run_for(b->loop, US_PER_MS);
    for (unsigned i = 0; i < 300; i++)
        post(b, "A");
    b->quiet = false;
    vloop_run_for(b->loop, US_PER_MS);
    const char *first =
        strstr(text_str(&b->story),
               "%HA_EM-4-FMS_QUEUE_FULL: Queue of class default is full (256 jobs), event for applet A is discarded\n");
    assert_non_null(first);
    assert_null(strstr(first + 10, "%HA_EM-4-FMS_QUEUE_FULL"));
    b->quiet = true;
    vloop_run_for(b->loop, 400 * US_PER_S);
    struct eem_policy_info p;
    size_t cursor = 0;
    assert_true(eem_policy_next(b->eem, &cursor, &p));
    assert_int_equal(p.runs, 257);
    assert_int_equal(p.suppressed, 44);
}

static void test_freed_while_running(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    eem_conf(b->eem)->threads = 2;
    on_test(&a, "A");
    action(&a, "1", ACTION_CLI, "hang");
    go(b, &a);
    for (unsigned i = 0; i < 4; i++)
        post(b, "A");
    vloop_run_for(b->loop, US_PER_S);
    assert_int_equal(b->vtys, 3); /* teardown frees the eem: both sessions must be closed, and nothing leaks */
}

/* ---- events */

static void test_occurs_priority_ratelimit(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    struct event_conf *ev = on_test(&a, "A");
    ev->occurs = 3;
    ev->period = 10000;
    action(&a, "1", ACTION_SYSLOG, "third");
    go(b, &a);
    for (unsigned i = 0; i < 2; i++) {
        post(b, "A"); /* 0 and 6: then 12, 18: never three within ten seconds */
        vloop_run_for(b->loop, 6 * US_PER_S);
    }
    post(b, "A");
    vloop_run_for(b->loop, 6 * US_PER_S);
    text_clear(&b->story);
    post(b, "A"); /* 18 */
    vloop_run_for(b->loop, US_PER_S);
    post(b, "A"); /* 19, with 12: three in 7 seconds */
    vloop_run_for(b->loop, US_PER_S);
    post(b, "A"); /* 20: counting began anew */
    vloop_run_for(b->loop, US_PER_S);
    expect(b, "18.000 %TEST-5-A: x\n"
              "19.000 %TEST-5-A: x\n"
              "19.000 %HA_EM-6-LOG: A: third\n"
              "20.000 %TEST-5-A: x\n");

    on_test(&a, "B")->priority = LOG_WARN;
    action(&a, "1", ACTION_SYSLOG, "bad enough");
    go(b, &a);
    post(b, "B");
    msg_post_text(b->log, "XTEST-5-B TEST", 4, "B", "TEST-5-B");
    vloop_run_for(b->loop, US_PER_S);
    expect(b, "21.000 %TEST-5-B: x\n"
              "21.000 %XTEST-5-B TEST-4-B: TEST-5-B\n"
              "21.000 %HA_EM-6-LOG: B: bad enough\n");

    on_test(&a, "C")->ratelimit = 5000;
    action(&a, "1", ACTION_SYSLOG, "not too often");
    go(b, &a);
    for (unsigned i = 0; i < 7; i++) {
        post(b, "C");
        vloop_run_for(b->loop, US_PER_S);
    }
    expect(b, "22.000 %TEST-5-C: x\n"
              "22.000 %HA_EM-6-LOG: C: not too often\n"
              "23.000 %TEST-5-C: x\n"
              "24.000 %TEST-5-C: x\n"
              "25.000 %TEST-5-C: x\n"
              "26.000 %TEST-5-C: x\n"
              "27.000 %TEST-5-C: x\n"
              "27.000 %HA_EM-6-LOG: C: not too often\n"
              "28.000 %TEST-5-C: x\n");
}

static void test_timers(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    applet(&a, "once", EEM_COUNTDOWN)->time = 2500;
    action(&a, "1", ACTION_SYSLOG, "$_timer_type $_timer_time");
    go(b, &a);
    applet(&a, "dog", EEM_WATCHDOG)->time = 2000;
    action(&a, "1", ACTION_SYSLOG, "$_timer_type $_event_type_string");
    go(b, &a);
    applet(&a, "when", EEM_ABSOLUTE)->time = (uint64_t)(WALL_START / 1000) + 3000;
    action(&a, "1", ACTION_SYSLOG, "$_timer_type");
    go(b, &a);
    str_copy(applet(&a, "clock", EEM_CRON)->cron, EEM_TEXT_MAX, "*/2 * * * *"); /* it is 13:22:46 */
    action(&a, "1", ACTION_SYSLOG, "$_event_pub_time");
    go(b, &a);
    vloop_run_for(b->loop, 5 * US_PER_S);
    expect(b, "2.000 %HA_EM-6-LOG: dog: watchdog timer watchdog\n"
              "2.500 %HA_EM-6-LOG: once: countdown 2.500\n"
              "3.000 %HA_EM-6-LOG: when: absolute\n"
              "4.000 %HA_EM-6-LOG: dog: watchdog timer watchdog\n");
    eem_unregister(b->eem, "dog");
    vloop_run_for(b->loop, 300 * US_PER_S);
    expect(b, "74.000 %HA_EM-6-LOG: clock: Wed Mar10 13:24:00 2021\n"
              "194.000 %HA_EM-6-LOG: clock: Wed Mar10 13:26:00 2021\n");
}

static void run_done(void *arg, bool ok)
{
    struct box *b = arg;
    tell(b, "done ", ok ? "ok" : "failed");
}

static void test_event_manager_run(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    bool waits = false;
    const char *const args[] = {"one", "two"};
    applet(&a, "hand", EEM_NONE);
    action(&a, "1", ACTION_SYSLOG, "$_none_argc: $_none_arg1 $_none_arg2 <$_none_arg3>");
    wait_action(&a, "2", 3);
    go(b, &a);
    on_test(&a, "A");
    action(&a, "1", ACTION_SYSLOG, "x");
    go(b, &a);
    assert_int_equal(eem_run(b->eem, "nobody", args, 2, run_done, b, &waits), EEM_RUN_UNKNOWN);
    assert_int_equal(eem_run(b->eem, "A", args, 2, run_done, b, &waits), EEM_RUN_NOT_NONE);
    assert_int_equal(eem_run(b->eem, "hand", args, 2, run_done, b, &waits), EEM_RUN_STARTED);
    assert_true(waits);
    expect(b, "");
    vloop_run_for(b->loop, 10 * US_PER_S);
    expect(b, "0.000 %HA_EM-6-LOG: hand: 2: one two <>\n"
              "3.000 done ok\n");
    assert_int_equal(eem_run(b->eem, "hand", args, 0, run_done, b, &waits), EEM_RUN_STARTED);
    vloop_run_for(b->loop, US_PER_S);
    eem_run_forget(b->eem, b);
    vloop_run_for(b->loop, 10 * US_PER_S);
    expect(b, "10.000 %HA_EM-6-LOG: hand: 0:   <>\n");
    assert_int_equal(eem_run(b->eem, "hand", args, 0, run_done, b, &waits), EEM_RUN_STARTED);
    vloop_run_for(b->loop, US_PER_S);
    text_clear(&b->story);
    eem_stop(b->eem); /* who waits is told; nothing starts any more */
    expect(b, "22.000 done failed\n");
    assert_int_equal(eem_run(b->eem, "hand", args, 0, run_done, b, &waits), EEM_RUN_QUEUE_FULL);
}

static void test_event_manager_run_without_waiting(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    bool waits = true;
    applet(&a, "hand", EEM_NONE)->sync_no = true;
    go(b, &a);
    text_clear(&b->story);
    assert_int_equal(eem_run(b->eem, "hand", NULL, 0, run_done, b, &waits), EEM_RUN_STARTED);
    assert_false(waits);
    vloop_run_for(b->loop, 10 * US_PER_S);
    assert_null(strstr(text_str(&b->story), "done"));
}

static void test_traps(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    on_test(&a, "A");
    a.trap = true;
    struct action_conf *t = action(&a, "1", ACTION_SNMP_TRAP, "from $_syslog_mnemonic");
    t->has_int2 = t->has_str = true;
    t->int2 = -5;
    go(b, &a);
    post(b, "A");
    b->quiet = true;
    while (!b->traps)
        assert_true(vloop_step(b->loop));
    assert_int_equal(b->trap.vars[6].type, TRAP_NONE);
    assert_int_equal(b->trap.vars[7].num, -5);
    assert_int_equal(b->trap.vars[8].len, 6);
    assert_memory_equal(b->trap.vars[8].data, "from A", 6);
    vloop_run_for(b->loop, US_PER_S);
    assert_int_equal(b->traps, 2); /* and the server's own, after the run */
    static const uint32_t server_event[] = {1, 3, 6, 1, 4, 1, 9, 10, 91, 0, 1};
    assert_memory_equal(b->trap.trap_oid, server_event, sizeof server_event);
    assert_int_equal(b->trap.nvars, 7);
    check_trap_name(&b->trap.vars[6], 8, 1);
    assert_int_equal(b->trap.vars[6].type, TRAP_INT);
    struct eem_trap_info info;
    size_t cursor = 0;
    assert_true(eem_trap_history_next(b->eem, &cursor, &info));
    assert_true(info.policy);
    assert_true(eem_trap_history_next(b->eem, &cursor, &info));
    assert_false(info.policy);
}

static void test_history_size(void **state)
{
    struct box *b = *state;
    struct applet_conf a;
    on_test(&a, "A");
    wait_action(&a, "1", 1);
    go(b, &a);
    b->quiet = true;
    for (unsigned i = 0; i < 12; i++)
        post(b, "A");
    vloop_run_for(b->loop, 30 * US_PER_S);
    struct eem_job_info job;
    size_t cursor = 0, n = 0;
    while (eem_history_next(b->eem, &cursor, &job))
        assert_int_equal(job.job, 3 + n++);
    assert_int_equal(n, 10);
    eem_conf(b->eem)->history_events = 2;
    eem_conf_changed(b->eem);
    cursor = n = 0;
    while (eem_history_next(b->eem, &cursor, &job))
        assert_int_equal(job.job, 11 + n++);
    assert_int_equal(n, 2);
    eem_conf(b->eem)->history_events = 0;
    eem_conf_changed(b->eem);
    post(b, "A");
    vloop_run_for(b->loop, 30 * US_PER_S);
    cursor = 0;
    assert_false(eem_history_next(b->eem, &cursor, &job));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_hub),
        T(test_spoke),
        T(test_notification_variables),
        T(test_maxrun),
        T(test_maxrun_in_wait_and_none),
        T(test_no_vty),
        T(test_session_ends_by_itself),
        T(test_variables),
        T(test_pattern_and_debug),
        T(test_edit_during_run),
        T(test_remove_during_run),
        T(test_what_is_not_registered),
        T(test_trigger_while_running),
        T(test_circle),
        T(test_queue_bound),
        T(test_freed_while_running),
        T(test_occurs_priority_ratelimit),
        T(test_timers),
        T(test_event_manager_run),
        T(test_event_manager_run_without_waiting),
        T(test_traps),
        T(test_history_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
