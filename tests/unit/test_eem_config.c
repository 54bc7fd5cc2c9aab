/* test_eem_config.c: the incident's applets as people type them, and as running-config prints them; what `show event
 * manager` says about them. The lines on the left are those of the two routers' configurations, the lines on the right
 * are written by hand after IOS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/config/config.h"
#include "cli/grammar/grammar.h"
#include "eem/cmd/cmd.h"
#include "eem/eem.h"
#include "espial/clock.h"
#include "espial/bus.h"
#include "espial/loop.h"
#include "espial/msg.h"
#include "tests/sim/vloop.h"

/* Words that other folders' tables explain. */
static const struct cmd_row other_rows[] = {
    HELP(EXEC, "show", "Show running system information"),
    HELP(EXEC, "debug", "Debugging functions"),
    HELP(EXEC, "clear", "Reset functions"),
};
static const struct cmd_table other = CMD_TABLE("tests", other_rows);

struct page {
    struct out out; /* first */
    struct text text;
};
struct desk {
    struct loop *loop;
    struct clock *clock;
    struct bus *bus;
    struct log *log;
    struct eem *eem;
    struct grammar *grammar;
    struct page page;
    struct text said; /* messages */
    enum cmd_mode mode;
    void *obj;
    struct match match;
    bool waiting; /* a command has not ended */
};

static void page_write(struct out *o, const char *s, size_t len)
{
    text_addn(&((struct page *)o)->text, s, len);
}

static void on_line(void *arg, const void *fact)
{
    const struct fact_syslog *f = fact;
    text_printf(&((struct desk *)arg)->said, "%s\n", f->line + f->text_at);
}

static int setup(void **state)
{
    static const struct cmd_table *const tables[] = {&other, &eem_table_applet, &eem_table_event, &eem_table_event_watch, &eem_table_event_inert, &eem_table_trigger, &eem_table_action, &eem_table_show,
                                                    &eem_table_show_policy, &eem_table_show_server, &eem_table_scheduler};
    struct desk *d = NEW(struct desk);
    d->loop = vloop_new(INT64_C(1615382566) * 1000000); /* Wed Mar 10 13:22:46 2021 */
    d->clock = clock_new(d->loop);
    d->bus = bus_new(d->loop);
    d->log = log_new(d->loop, d->bus);
    bus_subscribe(d->bus, FACT_SYSLOG, on_line, d);
    d->eem = eem_new(&(struct eem_env){.loop = d->loop, .clock = d->clock, .bus = d->bus, .log = d->log});
    d->page.out.write = page_write;
    d->mode = CONFIG;
    struct text err = {0};
    d->grammar = grammar_new(tables, (void *const[]){NULL, d->eem, d->eem, d->eem, d->eem, d->eem, d->eem, d->eem, d->eem, d->eem, d->eem}, 11, &err);
    assert_string_equal(text_str(&err), "");
    text_free(&err);
    *state = d;
    return 0;
}

static int teardown(void **state)
{
    struct desk *d = *state;
    grammar_free(d->grammar);
    eem_free(d->eem);
    log_free(d->log);
    bus_free(d->bus);
    clock_free(d->clock);
    vloop_free(d->loop);
    text_free(&d->page.text);
    text_free(&d->said);
    mem_free(d);
    return 0;
}

static void leave(struct desk *d, enum cmd_mode mode, void *obj)
{
    enum cmd_mode old = d->mode;
    void *old_obj = d->obj;
    d->mode = mode;
    d->obj = obj;
    config_leave(d->grammar, old, old_obj, mode, obj, &d->page.out);
}

/* One line, as a session types it: in the mode, else in CONFIG. */
static enum match_result type(struct desk *d, const char *line)
{
    struct config_next next = {0};
    enum match_result r = grammar_match(d->grammar, d->mode, 15, line, &d->match);
    if (r != MATCH_OK && r != MATCH_COMMENT && r != MATCH_EMPTY && d->mode != CONFIG) {
        enum match_result again = grammar_match(d->grammar, CONFIG, 15, line, &d->match);
        if (again != MATCH_OK)
            return r;
        leave(d, CONFIG, NULL);
        r = again;
    }
    if (r == MATCH_OK && config_run(d->grammar, &d->match, d->obj, &d->page.out, &next) == CONFIG_ENTER)
        leave(d, next.mode, next.obj);
    return r;
}

static void type_all(struct desk *d, const char *const *lines)
{
    for (; *lines; lines++) {
        enum match_result r = type(d, *lines);
        if (r != MATCH_OK && r != MATCH_COMMENT)
            fail_msg("refused: %s", *lines);
    }
    leave(d, CONFIG, NULL);
    vloop_run_for(d->loop, US_PER_MS);
}

static void expect_running(struct desk *d, const char *head, const char *expected)
{
    struct text got = {0};
    assert_true(config_running_section(d->grammar, head, &got));
    assert_string_equal(text_str(&got), expected);
    text_free(&got);
}

static void host_done(struct shell *sh, enum cmd_result r)
{
    (void)r;
    ((struct desk *)sh)->waiting = false;
}

static void host_say(struct shell *sh, enum cmd_mode mode, const void *obj, struct text *out)
{
    config_say_object(((struct desk *)sh)->grammar, mode, obj, out);
}

static void host_on_abort(struct shell *sh, void (*fn)(void *arg, bool closing), void *arg)
{
    (void)sh;
    (void)fn;
    (void)arg;
}

static enum cmd_result exec(struct desk *d, const char *line)
{
    static const struct cmd_host host = {.done = host_done, .on_abort = host_on_abort, .say = host_say};
    text_clear(&d->page.text);
    assert_int_equal(grammar_match(d->grammar, EXEC, 15, line, &d->match), MATCH_OK);
    struct cmd_ctx c = {.self = d->match.self,
                        .out = &d->page.out,
                        .shell = (struct shell *)d,
                        .host = &host,
                        .no = d->match.no,
                        .privilege = 15,
                        .vals = d->match.vals,
                        .nvals = d->match.nvals,
                        .line = d->match.expanded};
    enum cmd_result r = d->match.row->fn(&c);
    d->waiting = r == CMD_WAIT;
    return r;
}

static const char *const hub[] = {
    "!",
    "event manager applet command_hub",
    " event syslog pattern \"CRYPTO-4-RECVD_PKT_INV_SPI.*srcaddr=11.1.1.3\"",
    " action 1 cli command \"enable\"",
    " action 2 syslog msg \"command_hub is running ...\" priority informational",
    " action 3 cli command \"show crypto sockets | append disk0:hub.txt\"",
    " action 4 cli command \"show crypto isa sa | append disk0:hub.txt\"",
    " action 5 cli command \"show crypto ipsec sa detail | append disk0:hub.txt\"",
    " action 6 cli command \"show dmvpn detail | append disk0:hub.txt\"",
    " action 7 wait 18",
    " action 8 cli command \"undebug all\"",
    " action 8.1 snmp-trap intdata1 2323232 strdata \"\"",
    " action 9 syslog priority informational msg \"DONE ON HUB\"",
    "!",
    NULL,
};
#define HUB_ACTIONS                                                                                                    \
    " action 1 cli command \"enable\"\n"                                                                               \
    " action 2 syslog priority informational msg \"command_hub is running ...\"\n"                                     \
    " action 3 cli command \"show crypto sockets | append disk0:hub.txt\"\n"                                           \
    " action 4 cli command \"show crypto isa sa | append disk0:hub.txt\"\n"                                            \
    " action 5 cli command \"show crypto ipsec sa detail | append disk0:hub.txt\"\n"                                   \
    " action 6 cli command \"show dmvpn detail | append disk0:hub.txt\"\n"                                             \
    " action 7 wait 18\n"                                                                                              \
    " action 8 cli command \"undebug all\"\n"                                                                          \
    " action 8.1 snmp-trap intdata1 2323232 strdata \"\"\n"                                                            \
    " action 9 syslog priority informational msg \"DONE ON HUB\"\n"

static const char *const spoke[] = {
    "event manager applet spoke_app",
    " event snmp-notification oid 1.3.6.1.4.1.9.10.91.1.2.3.1.9. oid-val \"2323232\" op eq src-ip-address "
    "213.163.222.7 maxrun 35",
    " action 1.0 syslog msg \"Received trap from Hub...\"",
    " action 2.0 cli command \"enable\"",
    " action 3.0 cli command \"undebug all\"",
    " action 4.0 syslog msg \"DONE ON SPOKE\"",
    NULL,
};

static void test_incident(void **state)
{
    struct desk *d = *state;
    type_all(d, hub);
    type_all(d, spoke);
    expect_running(d, "event manager applet command_hub",
                   "event manager applet command_hub\n"
                   " event syslog pattern \"CRYPTO-4-RECVD_PKT_INV_SPI.*srcaddr=11.1.1.3\"\n" HUB_ACTIONS);
    expect_running(d, "event manager applet spoke_app",
                   "event manager applet spoke_app\n"
                   " event snmp-notification oid 1.3.6.1.4.1.9.10.91.1.2.3.1.9. oid-val \"2323232\" op eq "
                   "src-ip-address 213.163.222.7 maxrun 35\n"
                   " action 1.0 syslog msg \"Received trap from Hub...\"\n"
                   " action 2.0 cli command \"enable\"\n"
                   " action 3.0 cli command \"undebug all\"\n"
                   " action 4.0 syslog msg \"DONE ON SPOKE\"\n");
    assert_int_equal(exec(d, "show event manager policy registered"), CMD_OK);
    assert_string_equal(
        text_str(&d->page.text),
        "No.  Class     Type    Event Type          Trap  Time Registered           Name\n"
        "1    applet    user    syslog              Off   Wed Mar 10 13:22:46 2021  command_hub\n"
        " pattern {CRYPTO-4-RECVD_PKT_INV_SPI.*srcaddr=11.1.1.3}\n"
        " maxrun 20.000\n" HUB_ACTIONS "\n"
        "2    applet    user    snmp-notification   Off   Wed Mar 10 13:22:46 2021  spoke_app\n"
        " oid {1.3.6.1.4.1.9.10.91.1.2.3.1.9.} oid-val {2323232} op {eq} src-ip-address {213.163.222.7}\n"
        " maxrun 35.000\n"
        " action 1.0 syslog msg \"Received trap from Hub...\"\n"
        " action 2.0 cli command \"enable\"\n"
        " action 3.0 cli command \"undebug all\"\n"
        " action 4.0 syslog msg \"DONE ON SPOKE\"\n\n");
    assert_string_equal(text_str(&d->said), "");
}

/* Every row of the mode: abbreviated and in another order on the left, in full on the right. */
static void test_rows(void **state)
{
    static const struct {
        const char *typed, *printed;
    } facts[] = {
        {"desc what it does", " description what it does\n"},
        {"event none", " event none\n"},
        {"event none sync no maxrun 3", " event none sync no maxrun 3\n"},
        {"event none ratel 4 def 2.5 sync no", " event none sync no default 2.500 ratelimit 4\n"},
        {"ev sysl occ 3 patt \"a b\" per 60 prio err maxr 2.5",
         " event syslog pattern \"a b\" occurs 3 period 60 priority errors maxrun 2.500\n"},
        {"event tag t1 syslog pattern UPDOWN ratelimit 10", " event tag t1 syslog pattern \"UPDOWN\" ratelimit 10\n"},
        {"event snmp-notification op ge oid-val 5 dest-ip-address 10.0.0.1 oid 1.3.6.1",
         " event snmp-notification oid 1.3.6.1 oid-val \"5\" op ge dest-ip-address 10.0.0.1\n"},
        {"event timer watchdog time 5", " event timer watchdog time 5\n"},
        {"event timer countdown name later time 2.5", " event timer countdown time 2.500 name later\n"},
        {"event timer absolute time 1615382566", " event timer absolute time 1615382566\n"},
        {"event timer cron cron-entry \"1 9 * * 1-5\" name nine",
         " event timer cron cron-entry \"1 9 * * 1-5\" name nine\n"},
        {"event timer cron cron-entry \"@reboot\" maxrun 60", " event timer cron cron-entry \"@reboot\" maxrun 60\n"},
        {"event cli pattern \"^(ex|logo)\" mode \"exec\" enter maxrun 1",
         " event cli pattern \"^(ex|logo)\" enter mode exec maxrun 1\n"},
        {"event cli pattern ^conf sync yes", " event cli pattern \"^conf\" sync yes\n"},
        {"event cli pattern ^conf sync no skip no", " event cli pattern \"^conf\" sync no skip no\n"},
        {"event snmp oid \"1.3.6.1.2.1.1.3.0\" get-type next entry-op gt entry-val 85 poll-interval 30",
         " event snmp oid 1.3.6.1.2.1.1.3.0 get-type next entry-op gt entry-val 85 poll-interval 30\n"},
        {"event config maxrun 5", " event configuration maxrun 5\n"},
        {"event syslog severity-major mnemonic UPDOWN facility \"LINK|LINEPROTO\"",
         " event syslog facility \"LINK|LINEPROTO\" mnemonic \"UPDOWN\" severity-major\n"},
        {"event tag 1.0 interface name FastEthernet0/2 parameter input_errors_crc entry-op ge entry-val 1 entry-type "
         "increment poll-interval 60",
         " event tag 1.0 interface name FastEthernet0/2 parameter input_errors_crc poll-interval 60 entry-val 1 entry-op ge "
         "entry-type increment\n"},
        {"event interface name e0/0 parameter rxload entry-op gt entry-val 200 exit-op lt exit-val 100 exit-time 30 "
         "exit-comb and exit-event true average-factor 4 poll-interval 5",
         " event interface name Ethernet0/0 parameter rxload poll-interval 5 entry-val 200 entry-op gt exit-comb and "
         "exit-val 100 exit-op lt exit-time 30 exit-event true average-factor 4\n"},
        {"event snmp oid 1.3.6.1.4.1.9.9.109.1.1.1.1.3.1 get-type exact entry-op gt entry-val 90 exit-op lt exit-val 40 "
         "poll-interval 10 maxrun 90",
         " event snmp oid 1.3.6.1.4.1.9.9.109.1.1.1.1.3.1 get-type exact entry-op gt entry-val 90 exit-val 40 exit-op lt "
         "poll-interval 10 maxrun 90\n"},
        {"event counter name c entry-op gt entry-val 5", " event counter name c entry-val 5 entry-op gt\n"},
        {"event track 100 state down", " event track 100 state down\n"},
        {"event track 100", " event track 100\n"},
        {"event routing network 0.0.0.0/0 protocol connected type add ge 1",
         " event routing network 0.0.0.0/0 ge 1 type add protocol connected\n"},
        {"event routing network 10.0.0.0/8 vrf name \"^A\"", " event routing network 10.0.0.0/8 vrf name \"^A\"\n"},
        {"event ipsla operation-id 9 reaction-type jitterSDAvg group-name G",
         " event ipsla group-name G operation-id 9 reaction-type jitterSDAvg\n"},
        {"event neighbor-discovery interface regexp .*Ethernet[0-9/]+$ cdp add line-event up",
         " event neighbor-discovery interface regexp \".*Ethernet[0-9/]+$\" cdp add line-event up\n"},
        {"event snmp-object oid 1.3.6.1.4.1.9.9.91. type int sync yes skip no istable yes default 3",
         " event snmp-object oid 1.3.6.1.4.1.9.9.91. type int sync yes skip no istable yes default 3\n"},
        {"event snmp-notification oid 1.3.6.1. oid-val 1 op eq direction outgoing msg-op drop",
         " event snmp-notification oid 1.3.6.1. oid-val \"1\" op eq direction outgoing msg-op drop\n"},
        {"event env severity major", " event environmental severity major\n"},
        {"event gold card 3 severity-major new-failure true", " event gold card 3 new-failure true severity-major\n"},
        {"event identity interface e0/0 authz success aaa-attribute x",
         " event identity interface Ethernet0/0 authz success aaa-attribute x\n"},
        {"event ioswd timewin 5 sub12-op or sub1 cpu-proc taskname A op gt val 90 period 10 is-percent true sub2 mem-proc "
         "taskname B op lt val 5 period 2.5",
         " event ioswdsysmon timewin 5 sub12-op or sub1 cpu-proc taskname A op gt val 90 period 10 is-percent true sub2 "
         "mem-proc taskname B op lt val 5 period 2.500\n"},
        {"event mat interface regexp ^Gi type add hold-down 2", " event mat interface regexp \"^Gi\" type add hold-down 2\n"},
        {"event mat mac-address 0011.2233.4455", " event mat mac-address 0011.2233.4455\n"},
        {"event nf monitor-name \"M\" event-type create exit-event-type delete event1 entry-value \"1\" field counter "
         "bytes",
         " event nf monitor-name \"M\" event-type create exit-event-type delete event1 entry-value \"1\" field counter "
         "bytes\n"},
        {"event oir event removal", " event oir event removal\n"},
        {"event oir", " event oir\n"},
        {"event rf event RF_PROG_ACTIVE", " event rf event RF_PROG_ACTIVE\n"},
        {"event rpc default 5", " event rpc default 5\n"},
        {"action 1.0 cli command \"reload\" pattern \"confirm\"",
         " action 1.0 cli command \"reload\" pattern \"confirm\"\n"},
        {"act 1.0 cli com \"say \\\"hi\\\"\"", " action 1.0 cli command \"say \\\"hi\\\"\"\n"},
        {"action 1.0 syslog facility \"F\" msg \"m\" priority debugging",
         " action 1.0 syslog priority debugging msg \"m\" facility \"F\"\n"},
        {"action 1.0 syslog msg word", " action 1.0 syslog msg \"word\"\n"},
        {"action 1.0 wait 31536000", " action 1.0 wait 31536000\n"},
        {"action 1.0 snmp-trap strdata \"s\" intdata2 -7", " action 1.0 snmp-trap intdata2 -7 strdata \"s\"\n"},
        {"action 1.0 snmp-trap", " action 1.0 snmp-trap\n"},
        {"action 1.0 info type routername", " action 1.0 info type routername\n"},
        /* as people write them */
        {"ACT .5 Sysl Prio Err M word", " action .5 syslog priority errors msg \"word\"\n"},
        {"action 000.100.010 syslog priority 3 msg no quotes at all ",
         " action 000.100.010 syslog priority errors msg \"no quotes at all\"\n"},
        {"action a1010 cli command show ip interface brief | include up",
         " action a1010 cli command \"show ip interface brief | include up\"\n"},
        {"action 1 cli command \"not closed", " action 1 cli command \"not closed\"\n"},
        {"action 1 cli command \"description \"two words\"\"",
         " action 1 cli command \"description \\\"two words\\\"\"\n"},
        {"action 1 cli command \"action 1 cli command \"enable\" pattern \"x\"\"",
         " action 1 cli command \"action 1 cli command \\\"enable\\\" pattern \\\"x\\\"\"\n"},
        {"action 1 cli command \"a\" pattern \"b\"", " action 1 cli command \"a\" pattern \"b\"\n"},
        {"action 1 syslog msg \"a \"b\" c\"", " action 1 syslog msg \"a \\\"b\\\" c\"\n"},
        {"action 1 syslog msg 'single'  two", " action 1 syslog msg \"'single'  two\"\n"},
        {"action 1 syslog msg \"\"", " action 1 syslog msg \"\"\n"},
        {"action 1 puts nonewline hello there", " action 1 puts nonewline \"hello there\"\n"},
        {"set 2.0 _exit_status 1", " set 2.0 _exit_status \"1\"\n"},
        /* files, mail, other policies */
        {"action 1 file open fh flash:/a.txt a+", " action 1 file open fh flash:/a.txt a+\n"},
        {"action 1 file puts fh nonewline \"$x\"", " action 1 file puts fh nonewline \"$x\"\n"},
        {"action 1 file gets fh line", " action 1 file gets fh line\n"},
        {"action 1 file read fh v 20", " action 1 file read fh v 20\n"},
        {"action 1 file write fh text $n", " action 1 file write fh \"text\" $n\n"},
        {"action 1 file close fh", " action 1 file close fh\n"},
        {"action 1 file delete flash:x", " action 1 file delete flash:x\n"},
        {"action 1 mail server \"$_email_server\" to a@b from \"c@d\" subject \"s t\"",
         " action 1 mail server \"$_email_server\" to \"a@b\" from \"c@d\" subject \"s t\"\n"},
        {"action 1 mail server s to t from f cc c subject s body b source-interface lo0 port 2525",
         " action 1 mail server \"s\" to \"t\" from \"f\" cc \"c\" subject \"s\" body \"b\" port 2525 source-interface "
         "Loopback0\n"},
        {"action 1 publish-event sub-system 798 type 4294967295 arg1 x arg2 \"y z\" arg4 $a",
         " action 1 publish-event sub-system 798 type 4294967295 arg1 x arg2 \"y z\" arg4 $a\n"},
        {"event application sub-system 798 type 1 maxrun 5", " event application sub-system 798 type 1 maxrun 5\n"},
        {"action 1 policy other", " action 1 policy other\n"},
        {"action 1 cns-event msg \"t\"", " action 1 cns-event msg \"t\"\n"},
        {"action 1 reload", " action 1 reload\n"},
        {"action 1 force-switchover", " action 1 force-switchover\n"},
        {"action 1 help", " action 1 help\n"},
        {"action 1 snmp-object-value counter64 $x next-oid 1.3.6.1",
         " action 1 snmp-object-value counter64 $x next-oid 1.3.6.1\n"},
        {"action 1 info type snmp oid 1.3.6.1.2.1.1.5.0 get-type exact community public ipaddr 10.0.0.1",
         " action 1 info type snmp oid 1.3.6.1.2.1.1.5.0 get-type exact community public ipaddr 10.0.0.1\n"},
        {"action 1 info type snmp oid 1.3.6 set-type octet \"00 1B\"",
         " action 1 info type snmp oid 1.3.6 set-type octet \"00 1B\"\n"},
        {"action 1 info type snmp getid", " action 1 info type snmp getid\n"},
        {"action 1 info type snmp var v oid 1.3.6.1 int 4", " action 1 info type snmp var v oid 1.3.6.1 int 4\n"},
        {"action 1 info type snmp trap enterprise-oid 1.3 generic-trapnum 6 specific-trapnum 7 trap-oid 1.3.1 trap-var v",
         " action 1 info type snmp trap enterprise-oid 1.3 generic-trapnum 6 specific-trapnum 7 trap-oid 1.3.1 trap-var v\n"},
        {"action 1 info type snmp inform trap-oid 1.3 trap-var v community c ipaddr 10.0.0.1",
         " action 1 info type snmp inform trap-oid 1.3 trap-var v community c ipaddr 10.0.0.1\n"},
        {"action 1 info type cli frequency", " action 1 info type cli frequency\n"},
        {"action 1 info type syslog history", " action 1 info type syslog history\n"},
        {"action 1 info type interface-names include \"Ethernet\"",
         " action 1 info type interface-names include Ethernet\n"},
        {"action 1 info type interface-names", " action 1 info type interface-names\n"},
    };
    struct desk *d = *state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        char expected[400];
        assert_int_equal(type(d, "event manager applet a"), MATCH_OK);
        if (type(d, facts[i].typed) != MATCH_OK)
            fail_msg("refused: %s", facts[i].typed);
        assert_string_equal(text_str(&d->page.text), "");
        leave(d, CONFIG, NULL);
        snprintf(expected, sizeof expected, "event manager applet a\n%s", facts[i].printed);
        expect_running(d, "event manager applet a", expected);
        assert_int_equal(type(d, "no event manager applet a"), MATCH_OK);
    }
    assert_int_equal(eem_conf(d->eem)->applets.n, 0);
}

static void test_refused(void **state)
{
    static const char *const lines[] = {
        "event syslog pattern a occurs 33",
        "event snmp-notification oid 1.3.6.1. op eq", /* oid-val is mandatory */
        "event snmp-notification oid 1.3.6.1. oid-val 5 op wc",
        "event syslog pattern a queue_priority high",
        "action 1.0 mail server x",
        "action 1.0 syslog priority informational",
        "action 1.0 syslog priority 8 msg x",
        "action 1.0 publish-event sub-system 1 type 1",
        "action 1.0 file open fh flash:x b",
        "action 1.0 mail server s to t from f",
        "action 1.0 set v two words",
        "action 1.0 syslog msg \"text\" facilty X", /* what stands behind a closed quote is no text */
        "action 1.0 cli command \"enable\" #enter",
        "action 1.0 cli command \"enable\" pattern a b",
        "action 1.0 puts \"a\" b",
        "event snmp oid \"1.3 get-type next entry-op gt entry-val 85 poll-interval 30",
    };
    struct desk *d = *state;
    assert_int_equal(type(d, "event manager applet a"), MATCH_OK);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (type(d, lines[i]) == MATCH_OK)
            fail_msg("accepted: %s", lines[i]);
    assert_int_equal(type(d, "action 1.0 wait 0"), MATCH_OK); /* well formed, but out of range */
    assert_non_null(strstr(text_str(&d->page.text), "% Invalid time to wait: "));
    assert_int_equal(type(d, "action 1.0 snmp-trap intdata1 2147483648"), MATCH_OK);
    assert_non_null(strstr(text_str(&d->page.text), "% Invalid integer: "));
    text_clear(&d->page.text);
    assert_int_equal(((struct applet_conf *)eem_conf(d->eem)->applets.v[0])->actions.n, 0);
    text_clear(&d->page.text);
    assert_int_equal(type(d, "event syslog pattern \"a(b\""), MATCH_OK); /* well formed, but no regular expression */
    assert_non_null(strstr(text_str(&d->page.text), "% Invalid event: "));
    text_clear(&d->page.text);
    assert_int_equal(type(d, "event timer cron cron-entry \"61 * * * *\""), MATCH_OK);
    assert_string_equal(text_str(&d->page.text), "% Invalid event: invalid cron entry\n");
    assert_int_equal(((struct applet_conf *)eem_conf(d->eem)->applets.v[0])->events.n, 0);
    text_clear(&d->page.text);
    assert_int_equal(type(d, "event manager applet b class 7"), MATCH_OK);
    assert_string_equal(text_str(&d->page.text), "% Class must be default or a letter from A to Z\n");
}

static void test_editing(void **state)
{
    struct desk *d = *state;
    static const char *const lines[] = {
        "event manager applet e",
        "event none",
        "event syslog pattern one",
        "action 8.1 wait 1",
        "action 9 wait 2",
        "action 10 wait 3",
        "action 8 wait 4",
        "action 9 cli command \"x\"",
        "no action 8.1",
        NULL,
    };
    type_all(d, lines);
    expect_running(d, "event manager applet e",
                   "event manager applet e\n event syslog pattern \"one\"\n action 10 wait 3\n action 8 wait 4\n "
                   "action 9 cli command \"x\"\n");
    struct eem_policy_info p;
    size_t cursor = 0;
    assert_true(eem_policy_next(d->eem, &cursor, &p));
    assert_int_equal(p.conf->actions.n, 3);

    /* Inside the mode the earlier version stays in force. */
    type(d, "event manager applet e");
    type(d, "event none");
    cursor = 0;
    assert_true(eem_policy_next(d->eem, &cursor, &p));
    assert_string_equal(p.event_name, "syslog");
    leave(d, CONFIG, NULL);
    cursor = 0;
    assert_true(eem_policy_next(d->eem, &cursor, &p));
    assert_string_equal(p.event_name, "none");

    type(d, "event manager applet e");
    type(d, "no event none");
    leave(d, CONFIG, NULL);
    vloop_run_for(d->loop, US_PER_MS);
    assert_string_equal(text_str(&d->said), "%HA_EM-4-FMPD_NO_EVENT: No event configured for applet e\n");
    cursor = 0;
    assert_false(eem_policy_next(d->eem, &cursor, &p));
}

static void test_globals_and_shows(void **state)
{
    struct desk *d = *state;
    static const char *const lines[] = {
        "event manager environment _email_to noc@example.net",
        "event manager environment Aa two words",
        "event manager history size events 5",
        "event manager session cli username eem privilege 15",
        "event manager applet hand class B trap",
        "event none",
        "action 1 syslog msg \"$_none_arg1\"",
        NULL,
    };
    type_all(d, lines);
    expect_running(d, "event manager",
                   "event manager environment Aa two words\n"
                   "event manager environment _email_to noc@example.net\n"
                   "event manager session cli username \"eem\" privilege 15\n"
                   "event manager history size events 5\n"
                   "event manager applet hand class B trap\n"
                   " event none\n"
                   " action 1 syslog msg \"$_none_arg1\"\n");
    assert_int_equal(exec(d, "show event manager environment"), CMD_OK);
    assert_string_equal(text_str(&d->page.text), "No.  Name                          Value                         \n"
                                                 "1    Aa                            two words                     \n"
                                                 "2    _email_to                     noc@example.net               \n");
    assert_int_equal(exec(d, "show event manager environment Aa"), CMD_OK);
    assert_string_equal(text_str(&d->page.text), "Aa: two words\n");
    assert_int_equal(exec(d, "event manager run hand hello"), CMD_WAIT);
    vloop_run_for(d->loop, 5 * US_PER_S);
    assert_false(d->waiting);
    assert_string_equal(text_str(&d->said), "%HA_EM-6-LOG: hand: hello\n");
    assert_int_equal(exec(d, "show event manager history events"), CMD_OK);
    assert_string_equal(text_str(&d->page.text),
                        "No.  Job Id Proc Status   Time of Event            Event Type        Name\n"
                        "1    1      Actv success  Wed Mar10 13:22:46 2021  none              applet: hand\n");
    assert_int_equal(exec(d, "event manager run nobody"), CMD_FAIL);
    assert_string_equal(text_str(&d->page.text), "EEM policy nobody not registered with event none Event Detector\n");
    assert_int_equal(exec(d, "debug event manager action cli"), CMD_OK);
    assert_string_equal(text_str(&d->page.text), "Debug EEM action cli debugging is on\n");
    assert_true(eem_debug(d->eem)->action_cli);
    assert_int_equal(exec(d, "no debug event manager action cli"), CMD_OK);
    assert_false(eem_debug(d->eem)->action_cli);
    assert_int_equal(type(d, "no event manager environment Aa"), MATCH_OK);
    assert_int_equal(type(d, "no event manager history size events"), MATCH_OK);
    assert_int_equal(type(d, "no event manager session cli username"), MATCH_OK);
    expect_running(d, "event manager environment", "event manager environment _email_to noc@example.net\n");
    assert_int_equal(eem_conf(d->eem)->history_events, EEM_HISTORY_DEFAULT);
    assert_int_equal(eem_conf(d->eem)->session_privilege, 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {T(test_incident), T(test_rows), T(test_refused), T(test_editing),
                                       T(test_globals_and_shows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
