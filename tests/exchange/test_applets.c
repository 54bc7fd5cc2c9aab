/* test_applets.c: the applets of tests/applets, written after those that people publish, each run by its event on a
 * whole router, and what came of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "espial/loop.h"
#include "espial/msg.h"
#include "tests/sim/box.h"

#define R1 "R1"
#define R2 "R2"

static const char base[] = "hostname R1\n"
                           "logging buffered 100000 debugging\n"
                           "interface Loopback0\n ip address 10.0.0.1 255.255.255.255\n"
                           "interface Ethernet0/0\n ip address 192.0.2.1 255.255.255.0\n"
                           "interface Ethernet0/1\n ip address 198.51.100.1 255.255.255.0\n";
static const char other[] = "hostname R2\n"
                            "interface Ethernet0/0\n ip address 192.0.2.2 255.255.255.0\n"
                            "interface Ethernet0/1\n ip address 198.51.100.2 255.255.255.0\n"
                            "ip route 10.0.0.1 255.255.255.255 192.0.2.1\n";

static struct box *with(const char *file)
{
    char config[16384], path[512];
    snprintf(path, sizeof path, "%s/applets/%s.cfg", TESTS_DIR, file);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    size_t n = (size_t)snprintf(config, sizeof config, "%s", base);
    n += fread(config + n, 1, sizeof config - 1 - n, f);
    assert_true(n < sizeof config - 1);
    config[n] = '\0';
    fclose(f);
    struct box *b = box_new(1);
    box_node(b, R1, config);
    box_node(b, R2, other);
    box_link(b, R1, "Ethernet0/0", R2, "Ethernet0/0");
    box_link(b, R1, "Ethernet0/1", R2, "Ethernet0/1");
    box_boot(b);
    assert_int_equal(box_log_count(b, R1, 0, "Invalid input"), 0);
    box_run(b, US_PER_S);
    return b;
}

static bool said(struct box *b, const char *line, const char *text)
{
    return strstr(box_type(b, R1, line), text) != NULL;
}

static bool logged(struct box *b, const char *text, uint64_t seconds)
{
    return box_wait_log(b, R1, 0, text, seconds * US_PER_S);
}

static void post(struct box *b, const char *facility, uint8_t severity, const char *mnemonic, const char *text)
{
    msg_post_text(router_log(box_router(b, R1)), facility, severity, mnemonic, text);
    box_run(b, 2 * US_PER_S);
}

static void log_commands(struct box *b)
{
    assert_true(said(b, "sh clo", "UTC")); /* it ran */
    assert_true(logged(b, "%HA_EM-6-LOG: LOG-COMMANDS: show clock", 1));
    box_type_all(b, R1, "configure terminal\nhostname R1\nend");
    assert_true(logged(b, "LOG-COMMANDS: hostname R1", 1));
}

static void no_reload(struct box *b)
{
    assert_string_equal(box_type(b, R1, "rel in 5"), "");
    assert_true(logged(b, "%HA_EM-4-LOG: NO-RELOAD: reload is not allowed here,  tried: reload in 5", 1));
    assert_true(said(b, "show reload", "No reload is scheduled"));
}

static void exit_guard(struct box *b)
{
    box_type(b, R1, "reload in 5");
    assert_true(said(b, "show reload", "Reload scheduled"));
    assert_true(said(b, "logout", "cancel it first"));
    box_type(b, R1, "reload cancel");
    assert_true(said(b, "show reload", "No reload"));
}

static void dampening(struct box *b)
{
    for (int i = 0; i < 3; i++)
        post(b, "LINEPROTO", 5, "UPDOWN", "Line protocol on Interface Ethernet0/0, changed state to down");
    assert_true(logged(b, "%HA_EM-3-LOG: DAMP: Ethernet0/0 flaps, it is shut for 300 seconds", 2));
    assert_true(said(b, "show ip interface brief", "administratively down"));
    assert_true(said(b, "show event manager policy registered", "UNDAMP"));
    box_run(b, 310 * US_PER_S);
    assert_false(said(b, "show ip interface brief", "administratively down"));
    assert_false(said(b, "show running-config | include ^event manager applet", "UNDAMP"));
}

static void nightly(struct box *b)
{
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

static void default_route(struct box *b)
{
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

static void extended_ping(struct box *b)
{
    const char *out = box_type(b, R1, "event manager run PING");
    if (!strstr(out, "Sending 20, 100-byte ICMP Echos to 192.0.2.2, timeout is 1 seconds") ||
        !strstr(out, "Packet sent with a source address of 10.0.0.1") || !strstr(out, "(20/20)"))
        fail_msg("%s", out);
}

static void stack(struct box *b)
{
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

static void upgrade(struct box *b)
{
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

static void tunnel_swap(struct box *b)
{
    box_type_all(b, R1, "configure terminal\ninterface Tunnel0\nip address 172.16.0.1 255.255.255.0\n"
                        "tunnel source Ethernet0/0\ntunnel destination 192.0.2.2\nend");
    const char *out = box_type(b, R1, "show clock detail");
    if (strcmp(out, "swapping\nthe source is Ethernet0/1\n"))
        fail_msg("%s", out);
    assert_true(said(b, "show running-config interface Tunnel0", "tunnel destination 198.51.100.2"));
}

static void health(struct box *b)
{
    box_type(b, R1, "clock set 04:59:50 13 March 2013");
    box_run(b, 15 * US_PER_S);
    /* a question of copy or its timeouts end the run at last */
    assert_true(logged(b, "%HA_EM-6-LOG: HEALTH: health of Mar 13 is written", 130));
    const char *text = box_file(b, R1, "disk0:health-Mar-13.txt");
    if (!strstr(text, "uptime is") || !strstr(text, "CPU utilization") || !strstr(text, "Loopback0"))
        fail_msg("%s", text);
}

static void script(struct box *b)
{
    box_type_all(b, R1, "configure terminal\nend");
    /* there is no script here; the command was typed with the message, and what the router said of it was read */
    assert_true(logged(b, "script said", 5));
    assert_true(logged(b, "% Invalid input detected", 1));
    assert_int_equal(box_log_count(b, R1, 0, "FMPD_"), 0);
}

static void ping_test(struct box *b)
{
    box_type(b, R1, "event manager run PingTest");
    assert_true(logged(b, "%HA_EM-6-LOG: PingTest: PASS: ", 5));
    box_type_all(b, R2, "configure terminal\ninterface Ethernet0/0\nshutdown\nend");
    box_start(b, R1, "event manager run PingTest");
    box_run(b, 40 * US_PER_S);
    /* ten timeouts of two seconds are maxrun */
    assert_true(logged(b, "%HA_EM-4-FMS_POLICY_TIMEOUT: Policy 'PingTest' has hit its maximum execution time of 20.000", 1));
}

static const struct {
    const char *file;
    void (*run)(struct box *b);
} applets[] = {
    {"01_log_commands", log_commands},
    {"02_no_reload", no_reload},
    {"04_reload_pending", exit_guard},
    {"07_dampening", dampening},
    {"10_nightly", nightly},
    {"15_default_route", default_route},
    {"18_extended_ping", extended_ping},
    {"21_stack", stack},
    {"22_upgrade", upgrade},
    {"24_tunnel_swap", tunnel_swap},
    {"25_health_check", health},
    {"26_script", script},
    {"29_ping_test", ping_test},
};

static void run_applet(void **state)
{
    size_t i = (size_t)(uintptr_t)*state;
    struct box *b = with(applets[i].file);
    applets[i].run(b);
    box_free(b);
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
