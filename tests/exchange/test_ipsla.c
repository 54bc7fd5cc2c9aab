/* test_ipsla.c: IP SLA operations between two routers on a wire whose delay and losses the test sets: schedules, results,
 * reactions of every threshold type, what tracks them, and what is shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/dataplane.h"
#include "dataplane/svc/ipsla.h"
#include "espial/buf.h"
#include "espial/bus.h"
#include "espial/ip.h"
#include "espial/loop.h"
#include "espial/text.h"
#include "tests/exchange/mib_box.h"
#include "tests/sim/box.h"

struct world {
    struct box *b;
    struct wire *w;
    struct text facts;
    unsigned echoes; /* that r sent */
    size_t last_len; /* of the last one, from its IPv4 header */
    uint8_t last[200];
    bool lose, spoil;
};

static void on_fact(void *arg, const void *fact)
{
    const struct fact_ipsla *f = fact;

    assert_int_equal(f->dst, 0x0A000002);
    text_printf(&((struct world *)arg)->facts, "%u %s %s %s %lld %lld %lld %lld %lld;", f->operation, f->reaction,
                f->threshold, f->occurred ? "occurred" : "cleared", (long long)f->rising, (long long)f->falling,
                (long long)f->count, (long long)f->count2, (long long)f->measured);
}

static enum wire_verdict tap(void *arg, int from, uint8_t *frame, size_t len)
{
    struct world *w = arg;

    if (len < 42 || get16(frame + 12) != 0x0800 || frame[23] != PROTO_ICMP)
        return WIRE_PASS;
    if (from == 0 && frame[34] == 8) {
        w->echoes++;
        w->last_len = len - 14;
        memcpy(w->last, frame + 14, w->last_len < sizeof w->last ? w->last_len : sizeof w->last);
    }
    if (from == 1 && w->spoil) { /* another byte, and the checksum made right */
        frame[len - 1] ^= 0xFF;
        put16(frame + 36, 0);
        put16(frame + 36, ip_cksum_fold(ip_cksum_add(0, frame + 34, len - 34)));
    }
    return w->lose ? WIRE_LOSE : WIRE_PASS;
}

static int setup(void **state)
{
    static struct world w;

    memset(&w, 0, sizeof w);
    w.b = box_new(9);
    box_node(w.b, "r",
             "hostname r\ninterface Ethernet0/0\n ip address 10.0.0.1 255.255.255.0\n"
             "interface Loopback0\n ip address 192.0.2.1 255.255.255.255\n");
    box_node(w.b, "z",
             "hostname z\ninterface Ethernet0/0\n ip address 10.0.0.2 255.255.255.0\n"
             "ip route 192.0.2.1 255.255.255.255 10.0.0.1\n");
    w.w = box_link(w.b, "r", "Ethernet0/0", "z", "Ethernet0/0");
    wire_tap(w.w, tap, &w);
    box_boot(w.b);
    box_run(w.b, 3 * US_PER_S);
    box_type(w.b, "r", "ping 10.0.0.2"); /* ARP is done */
    w.echoes = 0;
    bus_subscribe(router_bus(box_router(w.b, "r")), FACT_IPSLA, on_fact, &w);
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;

    box_free(w->b);
    text_free(&w->facts);
    return 0;
}

#define RTTMON "1.3.6.1.4.1.9.9.42."

static void conf(struct world *w, const char *lines)
{
    box_type(w->b, "r", "configure terminal");
    box_type_all(w->b, "r", lines);
    box_type(w->b, "r", "end");
}

static void prints(struct world *w, const char *line, const char *expected)
{
    const char *got = box_type(w->b, "r", line);

    if (!strstr(got, expected))
        fail_msg("%s printed:\n%s\nwithout:\n%s", line, got, expected);
}

static void facts(struct world *w, const char *expected)
{
    assert_string_equal(text_str(&w->facts), expected);
    text_clear(&w->facts);
}

static void delay(struct world *w, uint64_t ms)
{
    const struct wire_params p = {.delay_us = ms * US_PER_MS};

    wire_set(w->w, &p);
}

static struct ipsla_info info(struct world *w, uint32_t number)
{
    struct ipsla_info i;

    assert_true(ipsla_info(dataplane_ipsla(router_dataplane(box_router(w->b, "r"))), number, &i));
    assert_int_equal(i.conf->number, number);
    return i;
}

static void runs(void **state)
{
    struct world *w = *state;

    delay(w, 4); /* a way */
    conf(w, "ip sla 1\nicmp-echo 10.0.0.2 source-interface Loopback0\nfrequency 5\ntimeout 1000\nthreshold 20\n"
            "request-data-size 64\ntos 32\n");
    box_run(w->b, 20 * US_PER_S);
    assert_int_equal(w->echoes, 0); /* nobody scheduled it */
    prints(w, "show ip sla statistics",
           "IPSLAs Latest Operation Statistics\n\nIPSLA operation id: 1\nNumber of successes: Unknown\n"
           "Number of failures: Unknown\nOperation time to live: 0\n");
    prints(w, "show ip sla summary", "^1           icmp-echo   10.0.0.2          -           Unknown     -\n");
}

static void schedule(void **state)
{
    struct world *w = *state;

    delay(w, 4);
    conf(w, "ip sla 1\nicmp-echo 10.0.0.2 source-interface Loopback0\nfrequency 5\ntimeout 1000\nthreshold 20\n"
            "request-data-size 64\ntos 32\nip sla schedule 1 life forever start-time now\n");
    box_run(w->b, 12 * US_PER_S);
    assert_int_equal(w->echoes, 3); /* at 0, 5, 10 */
    assert_int_equal(w->last_len, 20 + 8 + 64);
    assert_int_equal(w->last[1], 32);
    assert_int_equal(get32(w->last + 12), 0xC0000201);
    assert_int_equal(get32(w->last + 16), 0x0A000002);
    assert_int_equal(get16(w->last + 28), 0xABCD);
    prints(w, "show ip sla statistics 1",
           "IPSLA operation id: 1\n        Latest RTT: 8 milliseconds\nLatest operation start time: *");
    prints(w, "show ip sla statistics 1",
           "Latest operation return code: OK\nNumber of successes: 3\nNumber of failures: 0\n"
           "Operation time to live: Forever\n");
    prints(w, "show ip sla summary",
           "*1           icmp-echo   10.0.0.2          RTT=8       OK          2 seconds ago\n");
    prints(
        w, "show ip sla configuration 1",
        "IP SLAs Configuration:\nEntry Number: 1\n   Owner: -\n   Tag: -\n   Type of operation to perform: icmp-echo\n"
        "   Target address: 10.0.0.2\n   Source interface: Loopback0\n   Type Of Service parameter: 0x20\n"
        "   Request size (ARR data bytes): 64\n   Timeout (milliseconds): 1000\n   Frequency (seconds): 5\n"
        "   Verify data: No\n   Next Scheduled Start Time: Start Time already passed\n   Life (seconds): Forever\n"
        "   Status of entry (SNMP RowStatus): Active\n");
    prints(w, "show ip sla application",
           "Estimated system max number of entries: 65535\n\nEstimated number of configurable operations: 65534\n"
           "Number of Entries configured  : 1\nNumber of active Entries      : 1\n"
           "Number of pending Entries     : 0\nNumber of inactive Entries    : 0\n"
           "Time of last change in whole IP SLAs: *");
    box_type(w->b, "r", "configure terminal");
    box_type(w->b, "r", "ip sla 1");
    prints(w, "frequency 7", "Entry already running and cannot be modified\n");
    box_type(w->b, "r", "end");
    /* gone with all that hangs on it */
    conf(w, "ip sla reaction-configuration 1 react timeout threshold-type immediate\nno ip sla 1\n");
    w->echoes = 0;
    box_run(w->b, 20 * US_PER_S);
    assert_int_equal(w->echoes, 0);
    assert_null(strstr(box_type(w->b, "r", "show running-config"), "ip sla"));

    conf(w, "ip sla 2\nicmp-echo 10.0.0.2 source-ip 10.0.0.1\nfrequency 1\n"
            "ip sla schedule 2 life 10 start-time after 0:01:00\n");
    box_run(w->b, 59 * US_PER_S);
    assert_int_equal(w->echoes, 0);
    prints(w, "show ip sla summary", "~2           icmp-echo   10.0.0.2          -           Unknown     -\n");
    box_run(w->b, 6500 * US_PER_MS);
    assert_int_equal(w->echoes, 6);
    prints(w, "show ip sla statistics 2", "Operation time to live: 5 sec\n");
    box_run(w->b, 20 * US_PER_S);
    assert_int_equal(w->echoes, 10);
    assert_int_equal(info(w, 2).state, IPSLA_INACTIVE);
    prints(w, "show running-config | section ip sla",
           "ip sla 2\n icmp-echo 10.0.0.2 source-ip 10.0.0.1\n frequency 1\n"
           "ip sla schedule 2 life 10 start-time after 00:01:00\n");
}

static void tracked(void **state)
{
    struct world *w = *state;
    size_t from = box_log_len(w->b, "r");

    delay(w, 4);
    conf(w, "ip sla 34\nicmp-echo 10.0.0.2\nfrequency 5\ntimeout 1000\nthreshold 20\n"
            "ip sla schedule 34 start-time now life forever\n"
            "track 34 ip sla 34 state\ntrack 35 rtr 34 reachability\ntrack 36 ip sla 99\n"
            "ip route 0.0.0.0 0.0.0.0 10.0.0.2 track 35\n");
    box_run(w->b, 2 * US_PER_S);
    assert_int_equal(box_log_count(w->b, "r", from, "%TRACK-6-STATE: 34 ip sla 34 state Down -> Up"), 1);
    assert_int_equal(box_log_count(w->b, "r", from, "%TRACK-6-STATE: 35 ip sla 34 reachability Down -> Up"), 1);
    prints(w, "show track 34",
           "Track 34\n  IP SLA 34 state\n  State is Up\n    2 changes, last change 00:00:01\n"
           "  Latest operation return code: OK\n  Latest RTT (millisecs) 8\n");
    prints(w, "show track 36",
           "  State is Down\n    1 change, last change 00:00:02\n  Latest operation return code: Unknown\n");
    prints(w, "show ip route static", "S*    0.0.0.0/0 [1/0] via 10.0.0.2\n");
    prints(w, "show running-config | include track", "track 34 ip sla 34\ntrack 35 ip sla 34 reachability\n");
    delay(w, 30); /* over the threshold: no good state, but reachable */
    box_run(w->b, 6 * US_PER_S);
    prints(w, "show track 34",
           "  State is Down\n    3 changes, last change 00:00:02\n  Latest operation return code: Over threshold\n"
           "  Latest RTT (millisecs) 60\n");
    prints(w, "show track 35", "  Reachability is Up\n");
    prints(w, "show ip sla statistics 34 details", "Over thresholds occurred: TRUE\n");
    w->lose = true;
    box_run(w->b, 10 * US_PER_S);
    prints(w, "show track 35", "  Reachability is Down\n    3 changes, last change 00:00:0");
    prints(w, "show track 35", "  Latest operation return code: Timeout\n  Tracked by:\n    Static IP Routing 0\n");
    prints(w, "show ip sla statistics 34", "        Latest RTT: NoConnection/Busy/Timeout\n");
    assert_null(strstr(box_type(w->b, "r", "show ip route static"), "S*"));
    w->lose = false;
    box_run(w->b, 60 * US_PER_S);
    prints(w, "show track 35", "  Reachability is Up\n");
    conf(w, "no ip sla schedule 34\n");
    prints(w, "show track 35", "  Reachability is Down\n");
}

#define RTT(type) "ip sla reaction-configuration 1 react rtt threshold-value 50 20 threshold-type " type "\n"
#define ECHO      "ip sla 1\nicmp-echo 10.0.0.2\nfrequency 1\ntimeout 500\n"

/* One run with this way there and back; 0: lost. */
static void one(struct world *w, unsigned rtt)
{
    w->lose = !rtt;
    delay(w, rtt ? rtt / 2 : 1);
    box_run(w->b, US_PER_S);
}

static void reactions(void **state)
{
    struct world *w = *state;

    conf(w, "ip sla enable reaction-alerts\n" ECHO RTT(
                "immediate") "ip sla reaction-configuration 1 react timeout threshold-type consecutive 2\n"
                             "ip sla reaction-configuration 1 react connectionLoss threshold-type immediate\n"
                             "ip sla schedule 1 start-time after 0:00:01 life forever\n");
    box_run(w->b, 500 * US_PER_MS); /* runs fall into the middle of one() */
    one(w, 10);
    facts(w, "");
    one(w, 50); /* not above */
    facts(w, "");
    one(w, 60);
    facts(w, "1 rtt immediate occurred 50 20 1 1 60;");
    one(w, 80);
    one(w, 30); /* between */
    facts(w, "");
    one(w, 0); /* has no time */
    facts(w, "");
    one(w, 0);
    facts(w, "1 timeout consecutive occurred 0 0 2 2 1;");
    prints(w, "show ip sla reaction-configuration 1",
           "Entry number: 1\nIndex: 3\nReaction: timeout\nThreshold Type: Consecutive\nThreshold Count: 2\n"
           "Action Type: None\nReaction occurred: TRUE\n");
    one(w, 0);
    one(w, 10);
    facts(w, "1 rtt immediate cleared 50 20 1 1 10;");
    one(w, 10);
    facts(w, "1 timeout consecutive cleared 0 0 2 2 0;");

    conf(w, "no ip sla enable reaction-alerts\n");
    one(w, 60);
    one(w, 10);
    facts(w, "");
}

static void x_of_y(void **state)
{
    struct world *w = *state;

    conf(w, "ip sla enable reaction-alerts\n" ECHO RTT(
                "xofy 2 4") "ip sla schedule 1 start-time after 0:00:01 life forever\n");
    box_run(w->b, 500 * US_PER_MS); /* runs fall into the middle of one() */
    one(w, 60);
    one(w, 10);
    one(w, 10);
    facts(w, "");
    one(w, 60);
    facts(w, "1 rtt xofy occurred 50 20 2 4 60;");
    one(w, 30);
    one(w, 10);
    facts(w, ""); /* what was before it occurred does not count */
    one(w, 10);
    facts(w, "1 rtt xofy cleared 50 20 2 4 10;");
}

static void average(void **state)
{
    struct world *w = *state;

    conf(w, "ip sla enable reaction-alerts\n" ECHO RTT(
                "average 3") "ip sla schedule 1 start-time after 0:00:01 life forever\n");
    box_run(w->b, 500 * US_PER_MS); /* runs fall into the middle of one() */
    one(w, 200);
    one(w, 10);
    facts(w, ""); /* not three yet */
    one(w, 10);
    facts(w, "1 rtt average occurred 50 20 3 3 73;");
    one(w, 10);
    facts(w, "1 rtt average cleared 50 20 3 3 10;");
}

static void never_and_log(void **state)
{
    struct world *w = *state;
    size_t from = box_log_len(w->b, "r");

    conf(w, "ip sla enable reaction-alerts\nip sla logging traps\n" ECHO
            "ip sla reaction-configuration 1 react timeout threshold-type immediate action-type trapOnly\n" RTT(
                "never") "ip sla schedule 1 start-time after 0:00:01 life forever\n");
    box_run(w->b, 500 * US_PER_MS); /* runs fall into the middle of one() */
    one(w, 80);
    facts(w, "");
    one(w, 0);
    assert_int_equal(
        box_log_count(w->b, "r", from, "%RTT-3-IPSLATHRESHOLD: IP SLAs(1): Threshold Occurred for timeout"), 1);
    one(w, 0);
    one(w, 10);
    one(w, 10);
    assert_int_equal(box_log_count(w->b, "r", from, "%RTT-3-IPSLATHRESHOLD: IP SLAs(1): Threshold Cleared for timeout"),
                     1);
    facts(w, "1 timeout immediate occurred 0 0 1 1 1;1 timeout immediate cleared 0 0 1 1 0;");
    prints(w, "show running-config | include reaction",
           "ip sla reaction-configuration 1 react rtt threshold-value 50 20\n"
           "ip sla reaction-configuration 1 react timeout threshold-type immediate action-type trapOnly\n"
           "ip sla enable reaction-alerts\n");
}

/* rttMonNotification of a reaction that is a trap, and of no other; over the wire when it is enabled. */
static void traps(void **state)
{
    struct world *w = *state;
    struct heard wanted = {0}, heard = {0};

    bus_subscribe(router_bus(box_router(w->b, "r")), FACT_TRAP_WANTED, hear, &wanted);
    bus_subscribe(router_bus(box_router(w->b, "z")), FACT_TRAP_HEARD, hear, &heard);
    box_type_all(w->b, "z", "configure terminal\nsnmp-server manager\nsnmp-server host 10.0.0.1 version 2c public\nend");
    conf(w, "snmp-server host 10.0.0.2 version 2c public ipsla\n" ECHO "tag a-tag-of-more-than-16\n"
            "ip sla reaction-configuration 1 react rtt threshold-value 50 20 threshold-type immediate action-type trapOnly\n"
            "ip sla reaction-configuration 1 react timeout threshold-type immediate\n"
            "ip sla schedule 1 start-time after 0:00:01 life forever\n");
    box_run(w->b, 500 * US_PER_MS); /* runs fall into the middle of one() */
    one(w, 60);
    was(&wanted, 0, "ipsla", RTTMON "2.0.5",
        VARS({RTTMON "1.2.1.1.3.1", "STRING: a-tag-of-more-th"}, {RTTMON "1.4.1.1.5.1.0.0.0", "Hex: 0A000002"},
             {RTTMON "1.2.19.1.2.1.2", "INTEGER: 1"}, {RTTMON "1.2.19.1.10.1.2", "INTEGER: 1"},
             {RTTMON "1.2.19.1.9.1.2", "INTEGER: 60"}, {RTTMON "1.2.19.1.5.1.2", "INTEGER: 50"},
             {RTTMON "1.2.19.1.6.1.2", "INTEGER: 20"}, {RTTMON "1.2.2.1.33.1", "STRING: "}));
    one(w, 0); /* a time-out has no trap */
    assert_int_equal(wanted.n, 1);
    assert_int_equal(heard.n, 0); /* not enabled */
    conf(w, "snmp-server enable traps ipsla\n");
    one(w, 10);
    one(w, 10);
    assert_int_equal(wanted.n, 2);
    assert_int_equal(wanted.v[1].vars[3].num, 2); /* false: cleared */
    assert_int_equal(heard.n, 1);
    prints(w, "show running-config | include snmp",
           "snmp-server enable traps ipsla\nsnmp-server host 10.0.0.2 version 2c public ipsla\n");
}

static void verified(void **state)
{
    struct world *w = *state;

    conf(w, ECHO "verify-data\n");
    mib_is(w->b, "r", RTTMON "1.2.1.1.9.1", "INTEGER: 2"); /* notInService until it is scheduled */
    conf(w, "ip sla schedule 1 start-time after 0:00:01 life forever\n");
    mib_is(w->b, "r", RTTMON "1.2.1.1.9.1", "INTEGER: 1");
    box_run(w->b, 500 * US_PER_MS); /* runs fall into the middle of one() */
    one(w, 10);
    assert_int_equal(info(w, 1).code, IPSLA_OK);
    w->spoil = true;
    one(w, 10);
    assert_int_equal(info(w, 1).code, IPSLA_VERIFY);
    assert_int_equal(info(w, 1).failures, 1);
}

/* A reply that comes after its time-out is not that of the next run. */
static void late(void **state)
{
    struct world *w = *state;

    delay(w, 400);
    conf(w, ECHO "ip sla schedule 1 start-time now life forever\n");
    box_run(w->b, 10 * US_PER_S);
    struct ipsla_info i = info(w, 1);
    assert_int_equal(i.code, IPSLA_TIMEOUT);
    assert_int_equal(i.successes, 0);
    assert_in_range(i.failures, 9, 10);
}

static void prompts(void **state)
{
    struct world *w = *state;

    box_type(w->b, "r", "configure terminal");
    prints(w, "ip sla schedule 7 start-time now", "%Entry 7 is not configured\n");
    prints(w, "ip sla reaction-configuration 7 react rtt", "%Entry 7 is not configured\n");
    box_type(w->b, "r", "end");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {T(runs),    T(schedule),      T(tracked),  T(reactions), T(x_of_y),
                                       T(average), T(never_and_log), T(traps), T(verified), T(late),      T(prompts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
