/* test_applets.c: the applets of tests/applets, written after those that people publish, each run by its event on a
 * whole router, and what came of it. */
#include "espial/bus.h"
#include "espial/mem.h"
#include "espial/mib.h"
#include "espial/msg.h"
#include "espial/shell.h"
#include "tests/exchange/applet_site.h"

static bool logged(struct box *b, const char *text, uint64_t seconds)
{
    return box_wait_log(b, R1, 0, text, seconds * US_PER_S);
}

static void post(struct box *b, const char *facility, uint8_t severity, const char *mnemonic, const char *text)
{
    msg_post_text(router_log(box_router(b, R1)), facility, severity, mnemonic, text);
    box_run(b, 2 * US_PER_S);
}

static void log_commands(struct site *s)
{
    struct box *b = s->box;
    assert_true(said(b, "sh clo", "UTC")); /* it ran */
    assert_true(logged(b, "%HA_EM-6-LOG: LOG-COMMANDS: show clock", 1));
    box_type_all(b, R1, "configure terminal\nhostname R1\nend");
    assert_true(logged(b, "LOG-COMMANDS: hostname R1", 1));
}

static void no_reload(struct site *s)
{
    struct box *b = s->box;
    assert_string_equal(box_type(b, R1, "rel in 5"), "");
    assert_true(logged(b, "%HA_EM-4-LOG: NO-RELOAD: reload is not allowed here,  tried: reload in 5", 1));
    assert_true(said(b, "show reload", "No reload is scheduled"));
}

static void exit_guard(struct site *s)
{
    struct box *b = s->box;
    box_type(b, R1, "reload in 5");
    assert_true(said(b, "show reload", "Reload scheduled"));
    assert_true(said(b, "logout", "cancel it first"));
    box_type(b, R1, "reload cancel");
    assert_true(said(b, "show reload", "No reload"));
}

static void dampening(struct site *s)
{
    struct box *b = s->box;
    for (int i = 0; i < 3; i++)
        post(b, "LINEPROTO", 5, "UPDOWN", "Line protocol on Interface Ethernet0/0, changed state to down");
    assert_true(logged(b, "%HA_EM-3-LOG: DAMP: Ethernet0/0 flaps, it is shut for 300 seconds", 2));
    assert_true(said(b, "show ip interface brief", "administratively down"));
    assert_true(said(b, "show event manager policy registered", "UNDAMP"));
    box_run(b, 310 * US_PER_S);
    assert_false(said(b, "show ip interface brief", "administratively down"));
    assert_false(said(b, "show running-config | include ^event manager applet", "UNDAMP"));
}

static void nightly(struct site *s)
{
    struct box *b = s->box;
    /* it is Tue Mar 12 18:22:10 2013 */
    box_type(b, R1, "clock set 17:00:30 12 March 2013");
    box_run(b, 31 * US_PER_S);
    assert_true(said(b, "show ip route", "203.0.113.0"));
    box_type(b, R1, "clock set 09:00:30 13 March 2013");
    box_run(b, 31 * US_PER_S);
    assert_false(said(b, "show ip route", "203.0.113.0"));
    box_type(b, R1, "clock set 17:00:30 16 March 2013"); /* a Saturday */
    box_run(b, 31 * US_PER_S);
    assert_false(said(b, "show ip route", "203.0.113.0"));
    box_type(b, R1, "clock set 23:59:30 12 March 2013");
    size_t from = box_log_len(b, R1);
    box_run(b, 60 * US_PER_S);
    assert_int_equal(box_log_count(b, R1, from, "%HA_EM-2-LOG: MIDNIGHT: reload at midnight"), 1);
    assert_int_equal(box_log_count(b, R1, from, "%SYS-5-RESTART"), 1);
}

static void default_route(struct site *s)
{
    struct box *b = s->box;
    assert_true(logged(b, "%SYS-5-RESTART", 1));
    box_run(b, 2 * US_PER_S);
    assert_true(said(b, "show running-config | include ^ip route", "ip route 0.0.0.0 0.0.0.0 198.51.100.2 250"));
    post(b, "BGP", 5, "ADJCHANGE", "neighbor 192.0.2.2 Up");
    assert_true(said(b, "show running-config | include ^ip route", "ip route 0.0.0.0 0.0.0.0 192.0.2.2"));
    assert_false(said(b, "show running-config | include ^ip route", "198.51.100.2 250"));
    post(b, "BGP", 5, "ADJCHANGE", "neighbor 192.0.2.2 Down Peer closed the session");
    assert_true(said(b, "show running-config | include ^ip route", "ip route 0.0.0.0 0.0.0.0 198.51.100.2 250"));
    assert_false(said(b, "show running-config | include ^ip route", "ip route 0.0.0.0 0.0.0.0 192.0.2.2"));
    post(b, "BGP", 5, "ADJCHANGE", "neighbor 192.0.2.9 Up");
    assert_true(said(b, "show running-config | include ^ip route", "198.51.100.2 250"));
}

static void extended_ping(struct site *s)
{
    struct box *b = s->box;
    const char *out = box_type(b, R1, "event manager run PING");
    if (!strstr(out, "Sending 20, 100-byte ICMP Echos to 192.0.2.2, timeout is 1 seconds") ||
        !strstr(out, "Packet sent with a source address of 10.0.0.1") || !strstr(out, "(20/20)"))
        fail_msg("%s", out);
}

static void stack(struct site *s)
{
    struct box *b = s->box;
    box_put(b, R1, "disk0:one", "x");
    box_put(b, R1, "disk0:three", "x");
    box_type(b, R1, "event manager run RENUMBER");
    assert_true(logged(b, "%HA_EM-6-LOG: RENUMBER: found 2", 30));
    assert_true(logged(b, "%HA_EM-6-LOG: RENUMBER: done", 30)); /* to its end, though it is gone */
    assert_false(said(b, "show running-config", "RENUMBER"));
    assert_false(said(b, "show running-config", "stack_list"));
    assert_null(strstr(box_file(b, R1, "nvram:startup-config"), "RENUMBER"));
    assert_false(said(b, "dir disk0:", " one"));
    assert_false(said(b, "dir disk0:", " three"));
    assert_true(said(b, "event manager run RENUMBER", "not registered"));
}

static void upgrade(struct site *s)
{
    struct box *b = s->box;
    post(b, "TEST", 5, "UPGRADE-WANTED", "x");
    assert_true(logged(b, "%HA_EM-6-LOG: UPGRADE: error was FH_EMEMORY", 1));
    assert_true(said(b, "show event manager environment upgrade_state", "running"));
    box_start(b, R1, "event manager run UPGRADE");
    assert_true(logged(b, "%HA_EM-6-LOG: UPGRADE: already running", 5));
    box_run(b, 35 * US_PER_S);
    box_put(b, R1, "disk0:image.bin", "x");
    assert_true(logged(b, "%HA_EM-6-LOG: UPGRADE: there 1 after 4 tries", 12));
    assert_true(said(b, "show event manager environment upgrade_state", "idle"));
    assert_int_equal(box_log_count(b, R1, 0, "FMPD_"), 0);
}

static void tunnel_swap(struct site *s)
{
    struct box *b = s->box;
    box_type_all(b, R1, "configure terminal\ninterface Tunnel0\nip address 172.16.0.1 255.255.255.0\n"
                        "tunnel source Ethernet0/0\ntunnel destination 192.0.2.2\nend");
    const char *out = box_type(b, R1, "show clock detail");
    if (strcmp(out, "swapping\nthe source is Ethernet0/1\n"))
        fail_msg("%s", out);
    assert_true(said(b, "show running-config interface Tunnel0", "tunnel destination 198.51.100.2"));
}

static void health(struct site *s)
{
    struct box *b = s->box;
    box_type(b, R1, "clock set 04:59:50 13 March 2013");
    box_run(b, 15 * US_PER_S);
    /* a question of copy or its timeouts end the run at last */
    assert_true(logged(b, "%HA_EM-6-LOG: HEALTH: health of Mar 13 is written", 130));
    const char *text = box_file(b, R1, "disk0:health-Mar-13.txt");
    if (!strstr(text, "uptime is") || !strstr(text, "CPU utilization") || !strstr(text, "Loopback0"))
        fail_msg("%s", text);
}

static void script(struct site *s)
{
    struct box *b = s->box;
    box_type_all(b, R1, "configure terminal\nend");
    /* there is no script here; the command was typed with the message, and what the router said of it was read */
    assert_true(logged(b, "script said", 5));
    assert_true(logged(b, "% Invalid input detected", 1));
    assert_int_equal(box_log_count(b, R1, 0, "FMPD_"), 0);
}

static void ping_test(struct site *s)
{
    struct box *b = s->box;
    box_type(b, R1, "event manager run PingTest");
    assert_true(logged(b, "%HA_EM-6-LOG: PingTest: PASS: ", 5));
    box_type_all(b, R2, "configure terminal\ninterface Ethernet0/0\nshutdown\nend");
    box_start(b, R1, "event manager run PingTest");
    box_run(b, 40 * US_PER_S);
    /* ten timeouts of two seconds are maxrun */
    assert_true(logged(b, "%HA_EM-4-FMS_POLICY_TIMEOUT: Policy 'PingTest' has hit its maximum execution time of 20.000", 1));
}

/* ---- the ones that need more than a line */

static void mailed(struct site *s, const char *const *texts)
{
    for (int i = 0; i < 50 && (!s->mailer.opened || s->mailer.open); i++)
        box_run(s->box, US_PER_S / 10);
    assert_int_equal(s->mailer.addr, 0xc0000202);
    assert_int_equal(s->mailer.port, 25);
    for (; *texts; texts++) {
        if (!strstr(text_str(&s->mailer.last), *texts))
            fail_msg("no \"%s\" in the mail:\n%s\nlog:\n%s", *texts, text_str(&s->mailer.last), box_log(s->box, R1));
    }
}
#define MAILED(s, ...) mailed(s, (const char *const[]){__VA_ARGS__, NULL})

/* A session that is asked a question and answers. */
struct desk {
    struct text said;
    bool done, matched;
};

static void desk_done(void *arg, const struct shell_result *r)
{
    struct desk *d = arg;
    text_clear(&d->said);
    text_addn(&d->said, r->output, r->len);
    d->done = true;
    d->matched = r->matched;
}

static void desk_type(struct box *b, struct shell *sh, struct desk *d, const char *line, const char *until)
{
    *d = (struct desk){.said = d->said};
    shell_type(sh, line, until, desk_done, d);
    for (int i = 0; i < 100 && !d->done; i++)
        box_run(b, US_PER_S / 10);
    if (!d->done || (until && !d->matched))
        fail_msg("%s: %s", line, text_str(&d->said));
}

static void guard_configuration(struct site *s)
{
    struct box *b = s->box;
    const struct shell_params p = {.user = "", .origin = "console by console", .privilege = 15};
    struct shell *sh = shell_open(router_shells(box_router(b, R1)), &p);
    struct desk d = {0};
    assert_non_null(sh);
    desk_type(b, sh, &d, "configure terminal", "\\[Y/N\\]\\?");
    desk_type(b, sh, &d, "No", NULL);
    assert_string_equal(shell_prompt(sh), "R1(config)#"); /* it ran */
    desk_type(b, sh, &d, "end", NULL);
    assert_true(said(b, "show reload", "No reload is scheduled"));
    desk_type(b, sh, &d, "configure terminal", "\\[Y/N\\]\\?");
    desk_type(b, sh, &d, "Yes", NULL);
    assert_non_null(strstr(text_str(&d.said), "The router reloads in 15 minutes; reload cancel takes it back"));
    assert_string_equal(shell_prompt(sh), "R1(config)#");
    assert_true(said(b, "show reload", "Reload scheduled in 15 minutes by  on vty0 (EEM:GUARD-CONFIG)"));
    shell_close(sh);
    text_free(&d.said);
    box_type(b, R1, "reload cancel");
    assert_true(said(b, "show reload", "No reload is scheduled"));
    assert_int_equal(box_log_count(b, R1, 0, "FMPD_"), 0);
}

/* This router speaks no BGP: the object of its AS number is the test's, and the lines that configure BGP are refused. */
static bool local_as(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    (void)self;
    (void)row;
    (void)at;
    out->num = 65001;
    return true;
}
static const struct mib_row bgp_row[] = {
    {.name = "bgpLocalAs", .oid = "1.3.6.1.2.1.15.2", .type = TRAP_INT, .get = local_as}};
static const struct mib_rows bgp_rows = MIB_ROWS("BGP4-MIB", bgp_row);

static void flapping_neighbor(struct site *s)
{
    struct box *b = s->box;
    char err[128];
    assert_true(mib_add(router_mib(box_router(b, R1)), &bgp_rows, NULL, err));
    box_type(b, R1, "debug event manager action cli");
    post(b, "BGP", 5, "ADJCHANGE", "neighbor 192.0.2.2 Down Peer closed the session");
    box_run(b, 61 * US_PER_S);
    for (int i = 0; i < 2; i++)
        post(b, "BGP", 5, "ADJCHANGE", "neighbor 192.0.2.2 Down Peer closed the session");
    assert_int_equal(box_log_count(b, R1, 0, "FLAPPING-NEIGHBOR: neighbor"), 0); /* not three within a minute */
    post(b, "BGP", 5, "ADJCHANGE", "neighbor 192.0.2.2 Down Peer closed the session");
    assert_true(logged(b, "IN  : R1(config)#router bgp 65001", 1));
    assert_true(logged(b, "neighbor 192.0.2.2 shutdown", 1));
    assert_true(logged(b, "%HA_EM-6-LOG: FLAPPING-NEIGHBOR: neighbor 192.0.2.2 was shut down", 1));
    MAILED(s, "RCPT TO:<noc@example.net>\r\n", "Subject: 192.0.2.2 flaps\r\n",
           "%BGP-5-ADJCHANGE: neighbor 192.0.2.2 Down Peer closed");
    assert_int_equal(s->mailer.opened, 1);
}

static void address_changed(struct site *s)
{
    struct box *b = s->box;
    box_run(b, 30 * US_PER_S); /* those of the boot are over */
    size_t from = box_log_len(b, R1);
    s->mailer.opened = 0;
    box_type_all(b, R1, "configure terminal\ninterface Ethernet0/1\nip address 203.0.113.9 255.255.255.128\nend");
    assert_true(box_wait_log(b, R1, from, "%HA_EM-6-LOG: ADDRESS-CHANGED: 203.0.113.0/255.255.255.128 on Ethernet0/1", US_PER_S));
    MAILED(s, "Subject: address of Ethernet0/1\r\n", "Ethernet0/1                203.0.113.9     YES manual up                    up");
}

static void two_uplinks(struct site *s)
{
    struct box *b = s->box;
    wire_plug(s->first, false);
    assert_true(logged(b, "%HA_EM-6-LOG: UPLINK-DOWN: object 100 is down: backup in use", 20));
    assert_true(said(b, "show ip route", "0.0.0.0/0 [1/0] via 198.51.100.2"));
    size_t from = box_log_len(b, R1);
    wire_plug(s->first, true);
    assert_true(box_wait_log(b, R1, from, "%HA_EM-6-LOG: UPLINK-UP: object 100 is up: primary in use", 20 * US_PER_S));
    assert_false(said(b, "show ip route", "via 198.51.100.2"));
}

static void route_by_the_clock(struct site *s)
{
    struct box *b = s->box;
    static const struct {
        const char *clock;
        bool there;
    } facts[] = {
        {"08:59:58 13 March 2013", true},  {"16:59:58 13 March 2013", false}, {"08:59:58 14 March 2013", true},
        {"16:59:58 15 March 2013", false}, {"08:59:58 16 March 2013", false}, /* a Saturday */
    };
    assert_false(said(b, "show ip route", "203.0.113.0"));
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        char line[64];
        snprintf(line, sizeof line, "clock set %s", facts[i].clock);
        box_type(b, R1, line);
        box_run(b, 5 * US_PER_S);
        assert_int_equal(said(b, "show ip route", "203.0.113.0"), facts[i].there);
        assert_true(said(b, "show track 17", facts[i].there ? "State is Up" : "State is Down"));
    }
}

static void half_an_hour_dead(struct site *s)
{
    struct box *b = s->box;
    size_t from = box_log_len(b, R1);
    box_run(b, 1700 * US_PER_S);
    assert_int_equal(box_log_count(b, R1, from, "DEAD"), 0);
    assert_true(box_wait_log(b, R1, from, "%HA_EM-2-LOG: DEAD: no answer for half an hour: reload", 110 * US_PER_S));
    assert_true(box_wait_log(b, R1, from, "%SYS-5-RESTART", 5 * US_PER_S));
}

static void difference(struct site *s)
{
    struct box *b = s->box;
    box_type_all(b, R2, "configure terminal\naccess-list 101 deny icmp any any echo\naccess-list 101 permit ip any any\n"
                        "interface Ethernet0/0\nip access-group 101 in\nend");
    box_type_all(b, R1, "configure terminal\naccess-list 101 deny icmp any any echo\naccess-list 101 permit ip any any\n"
                        "interface Ethernet0/0\nip access-group 101 in\nend");
    for (int i = 1; i <= 2; i++) {
        box_type(b, R2, "ping 192.0.2.1 size 1400 repeat 3 timeout 1"); /* in */
        box_run(b, 3 * US_PER_S);
        assert_int_equal(box_log_count(b, R1, 0, "%HA_EM-6-LOG: ALARM: difference is "), i);
        box_type(b, R1, "ping 192.0.2.2 size 1400 repeat 3 timeout 1"); /* as much out */
        box_run(b, 3 * US_PER_S);
    }
    assert_int_equal(box_log_count(b, R1, 0, "FMPD_"), 0);
}

static void sla_timeout(struct site *s)
{
    struct box *b = s->box;
    box_run(b, 60 * US_PER_S);
    size_t from = box_log_len(b, R1);
    wire_plug(s->first, false);
    assert_true(box_wait_log(b, R1, from, "%HA_EM-3-LOG: SLA-DOWN: operation 1 does not answer", 20 * US_PER_S));
    box_run(b, 60 * US_PER_S);
    assert_int_equal(box_log_count(b, R1, from, "SLA-"), 1);
    from = box_log_len(b, R1);
    wire_plug(s->first, true);
    assert_true(box_wait_log(b, R1, from, "%HA_EM-3-LOG: SLA-UP: operation 1 answers", 20 * US_PER_S));
    box_run(b, 60 * US_PER_S);
    assert_int_equal(box_log_count(b, R1, from, "SLA-"), 1);
}

static void busy_processor(struct site *s)
{
    struct box *b = s->box;
    box_run(b, 20 * US_PER_S);
    assert_int_equal(box_log_count(b, R1, 0, "BUSY"), 0);
    box_busy(b, 97);
    assert_true(logged(b, "%HA_EM-6-LOG: BUSY: busy: 97", 20));
    /* the file's name is the second of the event */
    const char *dir = box_type(b, R1, "dir disk0:"), *name = strstr(dir, "cpu-13631125");
    char file[64];
    assert_non_null(name);
    snprintf(file, sizeof file, "disk0:%.*s", (int)strcspn(name, " \n"), name);
    assert_non_null(strstr(box_file(b, R1, file), "CPU utilization for five seconds: 97%/"));
}

static void heard(void *arg, const void *fact)
{
    *(struct fact_trap *)arg = *(const struct fact_trap *)fact;
}

static void busy_trap(struct site *s)
{
    struct box *b = s->box;
    struct fact_trap trap = {0};
    box_type_all(b, R2, "configure terminal\nsnmp-server community public ro\nsnmp-server manager\nend");
    bus_subscribe(router_bus(box_router(b, R2)), FACT_TRAP_HEARD, heard, &trap);
    box_type_all(b, R1, "configure terminal\nresource policy\npolicy busy global\nsystem\ncpu total\n"
                        "critical rising 90 interval 5 falling 20 interval 5\nend\nconfigure terminal\nresource policy\n"
                        "user global busy\nend");
    box_run(b, 20 * US_PER_S);
    assert_int_equal(trap.nvars, 0);
    box_busy(b, 95);
    box_run(b, 20 * US_PER_S);
    const struct trap_var *v = &trap.vars[trap.nvars - 1];
    assert_true(trap.nvars > 0);
    assert_int_equal(v->type, TRAP_STRING);
    assert_int_equal(v->len, strlen("CPU at 95 percent"));
    assert_memory_equal(v->data, "CPU at 95 percent", v->len);
}

static void interface_down_mail(struct site *s)
{
    wire_plug(s->second, false);
    MAILED(s, "RCPT TO:<noc@example.net>\r\n", "Subject: R1: Ethernet0/1 is down\r\n",
           "%LINEPROTO-5-UPDOWN: Line protocol on Interface Ethernet0/1, changed state to down",
           "Ethernet0/1                198.51.100.1    YES NVRAM  down                  down");
}

static void after_reload_mail(struct site *s)
{
    struct box *b = s->box;
    box_run(b, 16 * US_PER_S);
    assert_int_equal(s->mailer.opened, 0);
    box_run(b, 2 * US_PER_S);
    MAILED(s, "Subject: R1 has restarted\r\n", "R1 uptime is 0 minutes");
    s->mailer.opened = 0;
    box_reload(b, R1);
    box_run(b, 25 * US_PER_S);
    MAILED(s, "Subject: R1 has restarted\r\n");
}

static void later(struct site *s)
{
    struct box *b = s->box;
    wire_plug(s->first, false);
    box_run(b, 20 * US_PER_S);
    box_type_all(b, R1, "configure terminal\nno event manager applet LATER\nend"); /* the start was an `up` too */
    assert_false(said(b, "show running-config | include ^event manager applet", "LATER"));
    wire_plug(s->first, true);
    box_run(b, 20 * US_PER_S);
    assert_true(said(b, "show running-config | section ^event manager applet LATER",
                     " event timer countdown time 600\n action 1.0 cli command \" enable\"\n"
                     " action 1.1 cli command \" configure terminal\"\n action 1.2 syslog msg \" ten minutes later\"\n"));
    assert_false(logged(b, "LATER:", 560));
    assert_true(logged(b, "%HA_EM-6-LOG: LATER:  ten minutes later", 40));
}

static void high_cpu(struct site *s)
{
    struct box *b = s->box;
    box_busy(b, 85);
    box_run(b, 40 * US_PER_S);
    assert_int_equal(box_log_count(b, R1, 0, "HighCPU"), 0);
    box_busy(b, 99);
    assert_true(logged(b, "%HA_EM-6-LOG: HighCPU: CPU is busy: 9", 25));
    box_run(b, 60 * US_PER_S);
    box_busy(b, 50); /* not below 40 */
    box_run(b, 60 * US_PER_S);
    box_busy(b, 99);
    box_run(b, 60 * US_PER_S);
    assert_int_equal(box_log_count(b, R1, 0, "HighCPU"), 1);
    box_busy(b, 10);
    box_run(b, 30 * US_PER_S);
    box_busy(b, 99);
    box_run(b, 60 * US_PER_S);
    assert_int_equal(box_log_count(b, R1, 0, "HighCPU"), 2);
    const char *file = box_file(b, R1, "flash:cpu.txt");
    const char *first = strstr(file, "CPU utilization for five seconds: 9");
    if (!first || !strstr(first + 1, "CPU utilization for five seconds: 9") || !strstr(file, " UTC Tue Mar 12 2013"))
        fail_msg("%s", file);
}

static void crc_anywhere(struct site *s)
{
    struct box *b = s->box;
    box_run(b, 70 * US_PER_S);
    wire_damage(s->first, 0, 9);
    box_run(b, 60 * US_PER_S);
    assert_int_equal(box_log_count(b, R1, 0, "HA_EM-3-LOG: CRC"), 0);
    wire_damage(s->first, 0, 1);
    wire_damage(s->second, 0, 25);
    assert_true(logged(b, "%HA_EM-3-LOG: CRC: Ethernet0/0: input_errors_crc grew by 10", 61));
    assert_true(logged(b, "%HA_EM-3-LOG: CRC: Ethernet0/1: input_errors_crc grew by 25", 61));
    assert_true(said(b, "show interfaces Ethernet0/1", "25 input errors, 25 CRC, 0 frame, 0 overrun, 0 ignored"));
    assert_int_equal(box_log_count(b, R1, 0, "HA_EM-3-LOG: CRC"), 2);
}

/* No protocol finds neighbors here, which is said; what it would do with one is seen by hand, with what the event would say in
 * the environment. */
static void neighbor(struct site *s)
{
    struct box *b = s->box;
    assert_int_equal(box_log_count(b, R1, 0, "CDP-UPDATE"), 1);
    assert_true(logged(b, "%HA_EM-6-FMPD_EEM_CONFIG: CDP-UPDATE: event neighbor-discovery: nothing in this router raises cdp", 1));
    assert_true(said(b, "show event manager policy registered", "interface regexp {Ethernet.*} cdp {add}"));
    box_type_all(b, R1, "configure terminal\nevent manager environment _nd_local_intf_name Ethernet0/1\n"
                        "event manager environment _nd_port_id GigabitEthernet1/0/7\n"
                        "event manager environment _nd_cdp_entry_name SW12.example.net\n"
                        "event manager applet CDP-UPDATE\nevent none\nend");
    box_type(b, R1, "event manager run CDP-UPDATE");
    box_run(b, US_PER_S);
    assert_true(said(b, "show running-config interface Ethernet0/1", " description to SW12 GigabitEthernet1/0/7\n"));
    box_type_all(b, R1, "configure terminal\ninterface Ethernet0/1\nno description\n"
                        "event manager environment _nd_cdp_entry_name printer\nend");
    box_type(b, R1, "event manager run CDP-UPDATE");
    box_run(b, US_PER_S);
    assert_false(said(b, "show running-config interface Ethernet0/1", "description"));
    assert_int_equal(box_log_count(b, R1, 0, "FMPD_ERROR"), 0);
}

static const struct {
    const char *file;
    void (*run)(struct site *s);
} applets[] = {
    {"01_log_commands", log_commands},
    {"02_no_reload", no_reload},
    {"03_reload_before_configure", guard_configuration},
    {"04_reload_pending", exit_guard},
    {"05_flapping_neighbor", flapping_neighbor},
    {"06_address_changed", address_changed},
    {"07_dampening", dampening},
    {"08_two_uplinks", two_uplinks},
    {"09_route_by_the_clock", route_by_the_clock},
    {"10_nightly", nightly},
    {"11_half_an_hour_dead", half_an_hour_dead},
    {"12_crc_anywhere", crc_anywhere},
    {"13_difference", difference},
    {"14_sla_timeout", sla_timeout},
    {"15_default_route", default_route},
    {"16_busy_processor", busy_processor},
    {"17_busy_trap", busy_trap},
    {"18_extended_ping", extended_ping},
    {"19_interface_down_mail", interface_down_mail},
    {"20_after_reload_mail", after_reload_mail},
    {"21_stack", stack},
    {"22_upgrade", upgrade},
    {"23_neighbor", neighbor},
    {"24_tunnel_swap", tunnel_swap},
    {"25_health_check", health},
    {"26_script", script},
    {"27_later", later},
    {"28_high_cpu", high_cpu},
    {"29_ping_test", ping_test},
};

static void run_applet(void **state)
{
    size_t i = (size_t)(uintptr_t)*state;
    struct site s;
    start(&s, applets[i].file);
    applets[i].run(&s);
    box_free(s.box);
    mailer_end(&s.mailer);
}

int main(void)
{
    struct CMUnitTest tests[sizeof applets / sizeof applets[0]];
    size_t n = sizeof applets / sizeof applets[0];
    for (size_t i = 0; i < n; i++)
        tests[i] = (struct CMUnitTest){
            .name = applets[i].file, .test_func = run_applet, .initial_state = (void *)(uintptr_t)i};
    return _cmocka_run_group_tests("applets", tests, n, NULL, NULL);
}
