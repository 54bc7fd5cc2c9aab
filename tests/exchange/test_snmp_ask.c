/* test_snmp_ask.c: two routers, one asks the other: `snmp get ...` at its prompt in every version, applets with `ipaddr`, silence, loss, and an end in the middle of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "espial/loop.h"
#include "tests/exchange/mib_box.h"

struct pair {
    struct box *b;
    struct wire *wire;
    unsigned requests, lose; /* UDP frames to port 161 that were sent; how many of them are still to be lost */
};

static enum wire_verdict tap(void *arg, int from, uint8_t *frame, size_t len)
{
    struct pair *p = arg;
    (void)from;
    if (len < 42 || frame[12] != 8 || frame[23] != 17 || (frame[36] << 8 | frame[37]) != 161)
        return WIRE_PASS;
    p->requests++;
    if (!p->lose)
        return WIRE_PASS;
    p->lose--;
    return WIRE_LOSE;
}

static void begin(struct pair *p, const char *more)
{
    char manager[2048];
    snprintf(manager, sizeof manager,
             "hostname nms\nno ip domain lookup\ninterface Ethernet0/0\n ip address 10.0.0.1 "
             "255.255.255.0\nsnmp-server manager\n%send\n",
             more);
    *p = (struct pair){.b = box_new(1)};
    box_node(p->b, "nms", manager);
    box_node(p->b, "agent",
             "hostname agent\nno ip domain lookup\ninterface Ethernet0/0\n ip address 10.0.0.2 255.255.255.0\n"
             "snmp-server engineID local 80001F8803AABBCCDDEE\nsnmp-server community public RO\nsnmp-server community "
             "private RW\nsnmp-server contact nobody\nsnmp-server group ops v3 noauth\n"
             "snmp-server group ops v3 auth\nsnmp-server group ops v3 priv write v1default\nsnmp-server user carol ops "
             "v3 auth sha password1 priv aes 128 password2\nend\n");
    p->wire = box_link(p->b, "nms", "Ethernet0/0", "agent", "Ethernet0/0");
    wire_tap(p->wire, tap, p);
    box_boot(p->b);
    box_run(p->b, 5 * US_PER_S);
    box_type(p->b, "nms", "ping 10.0.0.2");
}

static void says(struct pair *p, const char *line, const char *want)
{
    const char *said = box_type(p->b, "nms", line);
    if (strcmp(said, want) != 0)
        fail_msg("%s:\n%s\nwanted:\n%s", line, said, want);
}

static void answers(void **state)
{
    struct pair p;
    (void)state;
    begin(&p, "");
    says(&p, "snmp get v2c 10.0.0.2 public oid sysName.0 .1.3.6.1.2.1.1.4.0 1.3.6.1.2.1.1.4.1 1.3.6.1.9",
         "SNMP Response: reqid 1, errstat 0, erridx 0 \n system.5.0 = agent\n system.4.0 = nobody\n system.4.1 = "
         "NO_SUCH_INSTANCE_EXCEPTION\n internet.9 = NO_SUCH_OBJECT_EXCEPTION\n");
    says(&p, "snmp get v1 10.0.0.2 public oid sysName.0",
         "SNMP Response: reqid 2, errstat 0, erridx 0 \n system.5.0 = agent\n");
    says(
        &p, "snmp get v1 10.0.0.2 public oid sysName.0 sysName.1",
        "SNMP Response: reqid 3, errstat 2, erridx 2 \n system.5.0 = NULL TYPE/VALUE\n system.5.1 = NULL TYPE/VALUE\n");
    says(&p, "snmp get-next v2c 10.0.0.2 public oid ifEntry.1 ifEntry.2",
         "SNMP Response: reqid 4, errstat 0, erridx 0 \n ifIndex.1 = 1\n ifDescr.1 = Ethernet0/0\n");
    says(&p, "snmp get-bulk v2c 10.0.0.2 public non-repeaters 1 max-repetitions 2 oid sysContact sysContact",
         "SNMP Response: reqid 5, errstat 0, erridx 0 \n system.4.0 = nobody\n system.4.0 = nobody\n system.5.0 = "
         "agent\n");
    says(&p, "snmp set v2c 10.0.0.2 public oid sysContact.0 string me",
         "SNMP Response: reqid 6, errstat 6, erridx 1 \n system.4.0 = me\n");
    says(&p, "snmp set v1 10.0.0.2 private oid sysContact.0 string me",
         "SNMP Response: reqid 7, errstat 0, erridx 0 \n system.4.0 = me\n");
    assert_string_equal(box_type(p.b, "agent", "show snmp contact"), "me\n");
    says(&p, "snmp set v2c 10.0.0.2 private oid sysContact.0 integer 5",
         "SNMP Response: reqid 8, errstat 7, erridx 1 \n system.4.0 = 5\n");
    /* what cannot be asked */
    says(&p, "snmp get v2c 10.9.9.9 public oid sysName.0", "%SNMP: Request not sent: no route to the agent\n");
    says(&p, "snmp get v2c 10.0.0.2 public oid sysNome.0", "%Bad OID: sysNome.0\n");
    says(&p, "snmp get v2c 10.0.0.2 public oid system.*", "%Bad OID: system.*\n");
    says(&p, "snmp set v2c 10.0.0.2 private oid sysContact.0 integer x", "%Bad value: x\n");
    says(&p, "snmp get-bulk v1 10.0.0.2 public non-repeaters 0 max-repetitions 2 oid sysContact",
         "% SNMPv1 has no get-bulk: use version 2c or 3\n");
    /* what was answered last is less than 2 ms ago: a round trip is two milliseconds of cable */
    says(&p, "show snmp sessions brief",
         "Destination: 10.0.0.2.161, V2C community: public, Expires in 599 secs\nDestination: 10.0.0.2.161, V1 "
         "community: public, Expires in 599 secs\n"
         "Destination: 10.0.0.2.161, V1 community: private, Expires in 599 secs\nDestination: 10.0.0.2.161, V2C "
         "community: private, Expires in 600 secs\n"
         "Destination: 10.9.9.9.161, V2C community: public, Expires in 600 secs\n");
    box_free(p.b);
}

/* Values as devices print them: names of their own, octets in pairs, 64 bits as hexadecimal. Several objects are set together, or none is. */
static void values(void **state)
{
    struct pair p;
    (void)state;
    begin(&p, "");
    says(&p, "snmp set v2c 10.0.0.2 private oid sysContact.0 string me sysLocation.0 string rack ifAlias.1 string uplink",
         "SNMP Response: reqid 1, errstat 0, erridx 0 \n system.4.0 = me\n system.6.0 = rack\n ifAlias.1 = uplink\n");
    says(&p, "snmp set v2c 10.0.0.2 private oid sysContact.0 string you ifIndex.1 integer 7",
         "SNMP Response: reqid 2, errstat 17, erridx 2 \n system.4.0 = you\n ifIndex.1 = 7\n");
    says(&p, "snmp get v2c 10.0.0.2 public oid sysContact.0 ifHCInMulticastPkts.1 ipAdEntAddr.10.0.0.2",
         "SNMP Response: reqid 3, errstat 0, erridx 0 \n system.4.0 = me\n ifHCInMulticastPkts.1 = 0x000000000\n ipAddrEntry.1.10.0.0.2 = 10.0.0.2\n");
    says(&p, "snmp get v2c 10.0.0.2 public oid snmpEngineID.0", "SNMP Response: reqid 4, errstat 0, erridx 0 \n snmpEngineID.0 = \n80 00  1F 88   03 AA  BB CC    DD EE\n");
    says(&p, "snmp set v2c 10.0.0.2 private oid sysContact.0 string a sysLocation.0 integer x", "%Bad value: x\n");
    box_free(p.b);
}

/* Whom the agent has answered, and what they asked for. */
static void polls(void **state)
{
    struct pair p;
    (void)state;
    begin(&p, "");
    box_type(p.b, "nms", "snmp get v2c 10.0.0.2 public oid sysName.0 ifDescr.1");
    box_type(p.b, "nms", "snmp get-bulk v2c 10.0.0.2 public non-repeaters 0 max-repetitions 5 oid ifDescr");
    box_type(p.b, "nms", "snmp get v2c 10.0.0.2 stranger retry 0 timeout 1 oid sysName.0");
    const char *said = box_type(p.b, "agent", "show snmp stats oid");
    assert_string_equal(strstr(said, "time-stamp"), said);
    const char *name = strstr(said, "system.5\n"), *descr = strstr(said, "ifDescr\n");
    assert_true(name && descr && name < descr && descr[strlen("ifDescr\n")] == '\0');
    assert_int_equal(name[-33], '1');
    assert_int_equal(descr[-33], '2'); /* names of requests, not what they bring */
    box_run(p.b, 61 * US_PER_S);
    said = box_type(p.b, "agent", "show snmp stats hosts");
    assert_string_equal(said, "Request Count                 Last Timestamp                 Address\n"
                              "2                             00:01:02 ago                   10.0.0.1\n");
    box_type_all(p.b, "agent", "clear snmp stats hosts\nclear snmp stats oid");
    assert_string_equal(box_type(p.b, "agent", "show snmp stats hosts"), "Request Count                 Last Timestamp                 Address\n");
    assert_string_equal(box_type(p.b, "agent", "show snmp stats oid"), "time-stamp                       #of times requested              OID\n");
    box_free(p.b);
}

/* Users of version 1 and 2c: strings, each of its version, with the rights of a group. */
static void by_members(void **state)
{
    struct pair p;
    (void)state;
    begin(&p, "");
    box_type_all(p.b, "agent", "configure terminal\nsnmp-server view names sysName included\nsnmp-server group lookers v2c read names\nsnmp-server group movers v1 write v1default\n"
                               "snmp-server user guest lookers v2c\nsnmp-server user hand movers v1 access 20\nsnmp-server user lost nowhere v2c\naccess-list 20 permit 10.0.0.1\nend");
    says(&p, "snmp get v2c 10.0.0.2 guest oid sysName.0 sysContact.0", "SNMP Response: reqid 1, errstat 0, erridx 0 \n system.5.0 = agent\n system.4.0 = NO_SUCH_OBJECT_EXCEPTION\n");
    says(&p, "snmp set v2c 10.0.0.2 guest oid sysName.0 string x", "SNMP Response: reqid 2, errstat 6, erridx 1 \n system.5.0 = x\n"); /* noAccess */
    says(&p, "snmp get v1 10.0.0.2 guest retry 0 timeout 1 oid sysName.0", "%SNMP: Request timed out\n");
    says(&p, "snmp get v2c 10.0.0.2 lost retry 0 timeout 1 oid sysName.0", "%SNMP: Request timed out\n");
    says(&p, "snmp set v1 10.0.0.2 hand oid sysContact.0 string moved", "SNMP Response: reqid 5, errstat 0, erridx 0 \n system.4.0 = moved\n");
    /* vacmGroupName of the member "guest", model 2 */
    mib_is(p.b, "agent", "1.3.6.1.6.3.16.1.2.1.3.2.5.103.117.101.115.116", "STRING: lookers");
    box_type_all(p.b, "agent", "configure terminal\nno access-list 20\naccess-list 20 permit 10.0.0.9\nend");
    says(&p, "snmp get v1 10.0.0.2 hand retry 0 timeout 1 oid sysName.0", "%SNMP: Request timed out\n");
    box_free(p.b);
}

static void by_users(void **state)
{
    struct pair p;
    (void)state;
    begin(&p, "snmp-server engineID remote 10.0.0.2 80001F8803AABBCCDDEE\nsnmp-server user carol ops remote 10.0.0.2 "
              "v3 auth sha password1 priv aes 128 password2\n"
              "snmp-server user dave ops remote 10.0.0.2 v3 auth sha password9\n");
    /* the first one learns the engine's boots and time by a report, and is sent again */
    says(&p, "snmp get v3 priv 10.0.0.2 carol retry 0 oid sysName.0",
         "SNMP Response: reqid 1, errstat 0, erridx 0 \n system.5.0 = agent\n");
    assert_int_equal(p.requests, 2);
    says(&p, "snmp get v3 auth 10.0.0.2 carol retry 0 oid sysName.0",
         "SNMP Response: reqid 2, errstat 0, erridx 0 \n system.5.0 = agent\n");
    says(&p, "snmp get v3 noauth 10.0.0.2 carol retry 0 oid sysName.0",
         "SNMP Response: reqid 3, errstat 0, erridx 0 \n system.5.0 = agent\n");
    says(&p, "snmp set v3 priv 10.0.0.2 carol retry 0 oid sysContact.0 string it",
         "SNMP Response: reqid 4, errstat 0, erridx 0 \n system.4.0 = it\n");
    says(&p, "snmp set v3 auth 10.0.0.2 carol retry 0 oid sysContact.0 string it",
         "SNMP Response: reqid 5, errstat 6, erridx 1 \n system.4.0 = it\n");
    assert_int_equal(p.requests, 6);
    says(&p, "snmp get v3 auth 10.0.0.2 dave retry 0 oid sysName.0",
         "%SNMP: Request timed out\n"); /* nobody there by that name */
    says(&p, "snmp get v3 priv 10.0.0.2 dave oid sysName.0", "%SNMP: Request not sent: no such user of that engine\n");
    says(&p, "snmp get v3 auth 10.0.0.2 mallory oid sysName.0",
         "%SNMP: Request not sent: no such user of that engine\n");
    /* another life of the agent: boots have risen, its time has fallen */
    box_reload(p.b, "agent");
    box_run(p.b, 5 * US_PER_S);
    says(&p, "snmp get v3 priv 10.0.0.2 carol retry 0 oid sysName.0",
         "SNMP Response: reqid 9, errstat 0, erridx 0 \n system.5.0 = agent\n");
    box_free(p.b);
}

static void silence_and_loss(void **state)
{
    struct pair p;
    (void)state;
    begin(&p, "");
    uint64_t from = loop_now(box_loop(p.b));
    says(&p, "snmp get v2c 10.0.0.2 wrong retry 2 timeout 5 oid sysName.0", "%SNMP: Request timed out\n");
    assert_in_range((loop_now(box_loop(p.b)) - from) / US_PER_MS, 15000, 15010);
    assert_int_equal(p.requests, 3);
    p.lose = 2;
    from = loop_now(box_loop(p.b));
    says(&p, "snmp get v2c 10.0.0.2 public oid sysName.0",
         "SNMP Response: reqid 2, errstat 0, erridx 0 \n system.5.0 = agent\n");
    assert_in_range((loop_now(box_loop(p.b)) - from) / US_PER_MS, 6000, 6010); /* two times three seconds */
    assert_int_equal(p.requests, 6);
    p.lose = 100;
    box_start(p.b, "nms", "snmp get v2c 10.0.0.2 public retry 1 timeout 60 oid sysName.0");
    box_run(p.b, 20 * US_PER_S);
    assert_false(box_done(p.b, "nms"));
    box_run(p.b, 101 * US_PER_S);
    assert_true(box_done(p.b, "nms"));
    says(&p, "show snmp sessions",
         "Destination: 10.0.0.2.161, V2C community: wrong, Expires in 472 secs\n  Round-trip-times: 0/0/0 "
         "(min/max/last)\n  packets output\n"
         "    3 Gets, 0 GetNexts, 0 GetBulks, 0 Sets, 0 Informs\n    1 Timeouts, 0 Drops\n  packets input\n    0 "
         "Traps, 0 Informs, 0 Responses (0 errors)\n"
         "Destination: 10.0.0.2.161, V2C community: public, Expires in 599 secs\n  Round-trip-times: 2/2/2 "
         "(min/max/last)\n  packets output\n"
         "    5 Gets, 0 GetNexts, 0 GetBulks, 0 Sets, 0 Informs\n    1 Timeouts, 0 Drops\n  packets input\n    0 "
         "Traps, 0 Informs, 1 Responses (0 errors)\n");
    /* sessions are forgotten after their time */
    box_type_all(p.b, "nms", "configure terminal\nsnmp-server manager session-timeout 460\nend");
    box_run(p.b, 335 * US_PER_S);
    says(&p, "show snmp sessions brief", "Destination: 10.0.0.2.161, V2C community: public, Expires in 124 secs\n");
    /* the end of a router in the middle of a question, and of the one that is asked */
    box_start(p.b, "nms", "snmp get v2c 10.0.0.2 public timeout 60 oid sysName.0");
    box_run(p.b, US_PER_S);
    box_reload(p.b, "nms");
    box_free(p.b);
}

static void applets_ask(void **state)
{
    struct pair p;
    (void)state;
    begin(&p, "event manager applet good\n event none\n action 1 info type snmp oid sysName.0 get-type exact community "
              "public ipaddr 10.0.0.2\n action 2 syslog msg \"$_info_snmp_oid $_info_snmp_value\"\n"
              " action 3 info type snmp oid 1.3.6.1.2.1.1.4 get-type next community public ipaddr 10.0.0.2\n action 4 "
              "syslog msg \"$_info_snmp_oid $_info_snmp_value\"\n"
              " action 5 info type snmp getid community public ipaddr 10.0.0.2\n action 6 syslog msg "
              "\"$_info_snmp_sysname_oid $_info_snmp_sysname_value $_info_snmp_syscontact_value\"\n"
              " action 7 info type snmp oid sysContact.0 set-type string \"applet\" community private ipaddr "
              "10.0.0.2\n action 8 syslog msg \"$_info_snmp_value\"\n"
              "event manager applet bad\n event none\n action 1 handle-error type ignore\n action 2 info type snmp oid "
              "sysName.9 get-type exact community public ipaddr 10.0.0.2\n"
              " action 3 syslog msg \"absent $_error\"\n action 4 info type snmp oid sysName.0 get-type exact "
              "community wrong ipaddr 10.0.0.2\n action 5 syslog msg \"silent $_error\"\n"
              " action 6 info type snmp oid sysContact.0 set-type string \"no\" community public ipaddr 10.0.0.2\n "
              "action 7 syslog msg \"refused $_error\"\n"
              " action 8 info type snmp oid sysName.0 get-type exact community public ipaddr 10.9.9.9\n action 9 "
              "syslog msg \"far $_error\"\n");
    struct box *b = p.b;
    size_t from = box_log_len(b, "nms");
    box_type(b, "nms", "event manager run good");
    assert_true(box_wait_log(b, "nms", from, "good: 1.3.6.1.2.1.1.5.0 agent", 0));
    assert_true(box_wait_log(b, "nms", from, "good: 1.3.6.1.2.1.1.4.0 nobody", 0));
    assert_true(box_wait_log(b, "nms", from, "good: 1.3.6.1.2.1.1.5.0 agent nobody", 0));
    assert_true(box_wait_log(b, "nms", from, "good: applet", 0));
    assert_string_equal(box_type(b, "agent", "show snmp contact"), "applet\n");
    from = box_log_len(b, "nms");
    uint64_t then = loop_now(box_loop(b));
    box_type(b, "nms", "event manager run bad");
    assert_in_range((loop_now(box_loop(b)) - then) / US_PER_S, 12,
                    13); /* four times three seconds for the wrong community */
    assert_true(box_wait_log(b, "nms", from, "bad: absent FH_ENOSNMPDATA", 0));
    assert_true(box_wait_log(b, "nms", from, "bad: silent FH_ENOSNMPDATA", 0));
    assert_true(box_wait_log(b, "nms", from, "bad: refused FH_ENOSNMPDATA", 0));
    assert_true(
        box_wait_log(b, "nms", from, "%HA_EM-3-FMPD_SNMP: fh_snmp: Cannot ask the agent at 10.9.9.9: no route", 0));
    assert_true(box_wait_log(b, "nms", from, "bad: far FH_ENOSNMPDATA", 0));
    /* it ends while it asks, by its time and with its router */
    p.lose = 100;
    box_start(b, "nms", "event manager run good");
    box_run(b, US_PER_S);
    assert_non_null(strstr(box_type(b, "agent", "show snmp contact"), "applet")); /* others go on */
    box_reload(b, "nms");
    box_free(b);
}

static long sent(struct box *b)
{
    return strtol(box_type(b, "agent", "show snmp | include packets output"), NULL, 10);
}

/* What further snmp-server lines do. */
static void settings(void **state)
{
    struct pair p;
    (void)state;
    begin(&p, "snmp-server community public RO\nsnmp-server engineID remote 10.0.0.2 80001F8803AABBCCDDEE\nsnmp-server "
              "user dave ops remote 10.0.0.2 v3 auth sha password9\n");
    struct box *b = p.b;
    box_type_all(b, "agent",
                 "configure terminal\ninterface Loopback7\nip address 10.7.7.7 255.255.255.255\ninterface "
                 "Loopback8\nip address 10.8.8.8 255.255.255.255\n"
                 "snmp-server enable traps snmp linkdown linkup\nsnmp-server host 10.0.0.1 version 2c "
                 "public\nsnmp-server source-interface traps Loopback8\nsnmp-server trap link ietf\nend");
    box_type(b, "nms", "debug snmp packets");
    box_run(b, US_PER_S);
    size_t from = box_log_len(b, "nms");
    box_type_all(b, "agent", "configure terminal\ninterface Loopback7\nshutdown\nend");
    assert_true(box_wait_log(b, "nms", from, "SNMP: Packet received via UDP from 10.8.8.8", 5 * US_PER_S));
    const char *log = box_log(b, "nms") + from;
    assert_non_null(strstr(log, "snmpTrapOID.0 = 1.3.6.1.6.3.1.1.5.3\n 1.3.6.1.2.1.2.2.1.1."));
    assert_non_null(strstr(log, "\n 1.3.6.1.2.1.2.2.1.7.")); /* ifAdminStatus and ifOperStatus, and nothing else */
    assert_non_null(strstr(log, "\n 1.3.6.1.2.1.2.2.1.8."));
    assert_null(strstr(log, "1.3.6.1.2.1.2.2.1.2."));
    assert_null(strstr(log, "1.3.6.1.4.1.9.2.2"));
    box_type_all(b, "agent",
                 "configure terminal\nno snmp-server host 10.0.0.1 public\nsnmp-server host 10.0.0.1 informs version "
                 "2c public\nsnmp-server source-interface informs Loopback8\n"
                 "no snmp-server source-interface traps\ninterface Loopback7\nno shutdown\nend");
    from = box_log_len(b, "nms");
    box_run(b, 5 * US_PER_S);
    assert_null(strstr(box_type(b, "agent", "show running-config | include snmp-server"), "trap-source"));
    assert_non_null(strstr(box_log(b, "nms"), "SNMP: Packet received via UDP from 10.8.8.8\nSNMP: Inform request"));
    /* an unknown user is told so, until it is not */
    box_type(b, "nms", "undebug all");
    long was = sent(b);
    says(&p, "snmp get v3 auth 10.0.0.2 dave retry 0 oid sysName.0", "%SNMP: Request timed out\n");
    assert_int_equal(sent(b), was + 1);
    box_type_all(b, "agent", "configure terminal\nsnmp-server drop unknown-user\nend");
    says(&p, "snmp get v3 auth 10.0.0.2 dave retry 0 oid sysName.0", "%SNMP: Request timed out\n");
    assert_int_equal(sent(b), was + 1);
    /* a manager reloads the router, when it may */
    says(&p, "snmp set v2c 10.0.0.2 private oid 1.3.6.1.4.1.9.2.9.9.0 integer 2",
         "SNMP Response: reqid 3, errstat 12, erridx 1 \n lts.9.0 = 2\n");
    box_type_all(b, "agent", "configure terminal\nsnmp-server system-shutdown\nend");
    says(&p, "snmp set v2c 10.0.0.2 private oid 1.3.6.1.4.1.9.2.9.9.0 integer 3",
         "SNMP Response: reqid 4, errstat 10, erridx 1 \n lts.9.0 = 3\n");
    says(&p, "snmp set v2c 10.0.0.2 public oid 1.3.6.1.4.1.9.2.9.9.0 integer 2",
         "SNMP Response: reqid 5, errstat 6, erridx 1 \n lts.9.0 = 2\n");
    from = box_log_len(b, "agent");
    says(&p, "snmp set v2c 10.0.0.2 private oid 1.3.6.1.4.1.9.2.9.9.0 integer 2",
         "SNMP Response: reqid 6, errstat 0, erridx 0 \n lts.9.0 = 2\n");
    assert_true(box_wait_log(b, "agent", from, "%SYS-5-RESTART", 10 * US_PER_S));
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(answers), cmocka_unit_test(values), cmocka_unit_test(polls), cmocka_unit_test(by_members), cmocka_unit_test(by_users),
                                       cmocka_unit_test(silence_and_loss), cmocka_unit_test(applets_ask),
                                       cmocka_unit_test(settings)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
