/* test_reference_lines.c: the lines of configuration that this router takes as a whole and for SNMP, applets, tracked objects and IP SLAs, each tried as
 * reference_lines.h says. Those of crypto: test_reference_crypto.c. What is refused: test_refused_lines.c. A whole configuration: test_whole_config.c. */
#include "tests/exchange/reference_lines.h"

/* ---- the router as a whole */

static const struct line system_global[] = {
    {"no serv pad", "no service pad", "default service pad", NULL},
    {"no ip http ser", "no ip http server", "default ip http server", NULL},
    {"no ip http sec", "no ip http secure-server", "default ip http secure-server", NULL},
    {"no ip source-r", "no ip source-route", "default ip source-r", NULL},
    {"no ip boo s", "no ip bootp server", "default ip boo s", NULL},
    {"no cd r", "no cdp run", "default cdp run", NULL},
    {"no ip grat", "no ip gratuitous-arps", "default ip grat", NULL},
    {"no ip icmp rate unr", "no ip icmp rate-limit unreachable", "ip icmp rate unr", NULL},
    {"ip icmp rate unr 100", "ip icmp rate-limit unreachable 100", "default ip icmp rate unr", NULL},
    {"ip icmp rate unr df 100", "ip icmp rate-limit unreachable DF 100", "default ip icmp rate unr df", NULL},
    {"multilink bundle-name authenticated", NULL, NULL, NULL},
    {"spanning-tree extend system-id", NULL, NULL, NULL},
    {"subscriber templating", NULL, NULL, NULL},
    {"no platform punt-keepalive disable-kernel-core", NULL, NULL, NULL},
    {"platform console serial", NULL, NULL, NULL},
    {"ip routing", NULL, NULL, NULL},
    {"no lldp run", NULL, NULL, NULL},
    {"control-p", "control-plane", "no control-p", NULL},
    {"redundancy", "redundancy", "no redundancy", NULL},
};
static const struct line system_interface[] = {
    {"no cdp en", " no cdp enable", "default cdp enable", NULL},
    {"no mop en", " no mop enabled", "default mop enabled", NULL},
    {"no mop sys", " no mop sysid", "default mop sysid", NULL},
};
static const struct line system_redundancy[] = {
    {"mod none", " mode none", "no mod none", NULL},
};

static void system_lines(void **state)
{
    (void)state;
    struct box *b = one_router("hostname r1\ninterface Ethernet0/0\n no ip address\nredundancy\n");
    EACH(b, "redundancy", system_redundancy);
    EACH(b, "interface Ethernet0/0", system_interface);
    box_type(b, NODE, "no redundancy");
    EACH(b, NULL, system_global);
    box_free(b);
}

/* ---- SNMP */

static const struct line snmp[] = {
    {"snmp-s com public", "snmp-server community public RO", "no snmp-s com public", NULL},
    {"snmp-s com public ro", "snmp-server community public RO", "no snmp-s com public", NULL},
    {"snmp-s com s3cret rw", "snmp-server community s3cret RW", "no snmp-s com s3cret", NULL},
    {"snmp-s ifi per", "snmp-server ifindex persist", "no snmp-s ifindex persist", NULL},
    {"snmp-s user guest staff v2c access 12", "snmp-server user guest staff v2c access 12", "no snmp-s user guest staff v2c", NULL},
    {"snmp-s trap-s lo0", "snmp-server trap-source Loopback0", "no snmp-s trap-s", NULL},
    {"snmp-s trap-source e0/0", "snmp-server trap-source Ethernet0/0", "no snmp-server trap-source", NULL},
    {"snmp-s loc Rack 7,  second floor", "snmp-server location Rack 7,  second floor", "no snmp-s loc", NULL},
    {"snmp-s conta noc@example.net", "snmp-server contact noc@example.net", "no snmp-s conta", NULL},
    {"snmp-s ena tr ev", "snmp-server enable traps event-manager", "no snmp-s ena tr ev", NULL},
    {"snmp-s ena traps config", "snmp-server enable traps config", "no snmp-s ena tr config", NULL},
    {"snmp-s ena traps config-c", "snmp-server enable traps config-copy", "no snmp-s ena tr config-c", NULL},
    {"snmp-s host 11.1.1.3 public config-copy", "snmp-server host 11.1.1.3 public config-copy", "no snmp-s host 11.1.1.3", NULL},
    {"snmp-s ena traps ent", "snmp-server enable traps entity", "no snmp-s ena tr ent", NULL},
    {"snmp-s ena traps snmp auth", "snmp-server enable traps snmp authentication", "no snmp-s ena traps snmp", NULL},
    {"snmp-s ena traps isa pol add", "snmp-server enable traps isakmp policy add", "no snmp-s ena traps isa pol add", NULL},
    {"snmp-s ena traps ips cry att", "snmp-server enable traps ipsec cryptomap attach", "no snmp-s ena traps ips cry att", NULL},
    {"snmp-s ena traps sys", "snmp-server enable traps syslog", "no snmp-s ena traps sys", NULL},
    {"snmp-s ena tr",
     "snmp-server enable traps snmp authentication linkdown linkup coldstart warmstart\nsnmp-server enable traps config\nsnmp-server enable traps config-copy\nsnmp-server enable traps entity\n"
     "snmp-server enable traps event-manager\nsnmp-server enable traps syslog\n"
     "snmp-server enable traps isakmp policy add\nsnmp-server enable traps isakmp policy delete\n"
     "snmp-server enable traps isakmp tunnel start\nsnmp-server enable traps isakmp tunnel stop\n"
     "snmp-server enable traps ipsec cryptomap add\nsnmp-server enable traps ipsec cryptomap delete\n"
     "snmp-server enable traps ipsec cryptomap attach\nsnmp-server enable traps ipsec cryptomap detach\n"
     "snmp-server enable traps ipsec tunnel start\nsnmp-server enable traps ipsec tunnel stop\n"
     "snmp-server enable traps ipsla",
     "no snmp-s ena tr", NULL},
    {"snmp-s host 11.1.1.3 public", "snmp-server host 11.1.1.3 public", "no snmp-s host 11.1.1.3", NULL},
    {"snmp-s host 11.1.1.3 traps ver 1 public", "snmp-server host 11.1.1.3 public", "no snmp-s host 11.1.1.3 public",
     NULL},
    {"snmp-s host 11.1.1.3 public event-m", "snmp-server host 11.1.1.3 public event-manager", "no snmp-s host 11.1.1.3",
     NULL},
    {"snmp-s host 11.1.1.3 ver 2c public", "snmp-server host 11.1.1.3 version 2c public", "no snmp-s host 11.1.1.3",
     NULL},
    {"snmp-s host 11.1.1.3 traps v 2c public sys udp 1162 ev config snmp",
     "snmp-server host 11.1.1.3 version 2c public udp-port 1162 config event-manager snmp syslog",
     "no snmp-s host 11.1.1.3", NULL},
    {"snmp-s man", "snmp-server manager", "no snmp-s man", NULL},
    {"snmp-s sou tr lo0", "snmp-server trap-source Loopback0", "no snmp-s sou tr", NULL},
    {"snmp-s sou inf lo0", "snmp-server source-interface informs Loopback0", "no snmp-s sou inf", NULL},
    {"snmp-s trap link ietf", "snmp-server trap link ietf", "no snmp-s trap link ietf", NULL},
    {"snmp-s drop unk", "snmp-server drop unknown-user", "no snmp-s drop unk", NULL},
    {"snmp-s sys", "snmp-server system-shutdown", "no snmp-s sys", NULL},
    {"snmp-s man ses 60", "snmp-server manager session-timeout 60", "no snmp-s man ses", NULL},
};

static void snmp_server(void **state)
{
    (void)state;
    struct box *b = one_router("hostname r1\ninterface Loopback0\n ip address 10.9.9.9 255.255.255.255\n");
    EACH(b, NULL, snmp);
    /* a host is found by its address */
    char now[CONFIG_MAX];
    box_type_all(b, NODE, "snmp-server host 10.0.0.5 first\nsnmp-server host 10.0.0.5 second config\nsnmp-server host 10.0.0.5 second event-manager");
    config_of(b, now);
    assert_non_null(strstr(now, "snmp-server host 10.0.0.5 first\nsnmp-server host 10.0.0.5 second event-manager\n"));
    assert_non_null(strstr(now, "snmp-server host 10.0.0.5 second event-manager\n"));
    silent(b, "no snmp-server");
    config_of(b, now);
    assert_null(strstr(now, "snmp-server"));
    box_free(b);
}

/* ---- applets */

static const struct line eem_global[] = {
    {"ev man env _mail 10.0.0.25 port 25", "event manager environment _mail 10.0.0.25 port 25", "no ev man env _mail",
     NULL},
    {"event man ses cli user eem", "event manager session cli username \"eem\"", "no event man ses cli user", NULL},
    {"ev man ses cli username eem priv 15", "event manager session cli username \"eem\" privilege 15",
     "no ev man ses cli user eem", NULL},
    {"ev man sched app thr cl def num 5", "event manager scheduler applet thread class default number 5",
     "no ev man sched app thr cl def num", NULL},
    {"ev man dir user repos tftp://10.0.0.9/eem", "event manager directory user repository \"tftp://10.0.0.9/eem\"", "no ev man dir user repos",
     NULL},
    {"ev man his size ev 50", "event manager history size events 50", "no ev man his size ev", NULL},
    {"ev man hist size events 10", NULL, NULL, NULL},
    {"ev man hist size tr 0", "event manager history size traps 0", "no ev man hist size tr", NULL},
    {"ev man app A", "event manager applet A", "no ev man app A", NULL},
    {"ev man applet A auth byp", "event manager applet A authorization bypass", "no ev man app A", NULL},
    {"ev man applet A cl B", "event manager applet A class B", "no ev man app A", NULL},
    {"ev man applet A trap", "event manager applet A trap", "no ev man app A", NULL},
    {"ev man applet A auth byp cl B trap", "event manager applet A authorization bypass class B trap",
     "no ev man app A", NULL},
};

static const struct line applet[] = {
    {"desc what it is for", " description what it is for", "no desc", NULL},
    {"ev none", " event none", "no event none", NULL},
    {"ev cli pat \"^ex\" mode exec enter", " event cli pattern \"^ex\" enter mode exec", "no event cli", NULL},
    {"ev cli pat \"^ex\" sync n sk n", " event cli pattern \"^ex\" sync no skip no", "no event cli", NULL},
    {"ev timer cron cron-entry \"@reboot\" maxr 60", " event timer cron cron-entry \"@reboot\" maxrun 60", "no event timer cron", NULL},
    {"ev timer cron cron-entry \"0 9 * jan mon\"", " event timer cron cron-entry \"0 9 * jan mon\"", "no event timer cron", NULL},
    {"ev none sync y", " event none", "no event none", NULL},
    {"ev none sync no maxr 30 rate 5.5", " event none sync no maxrun 30 ratelimit 5.500", "no event none", NULL},
    {"ev sys pat \"CRYPTO-4-RECVD_PKT_INV_SPI.*srcaddr=11.1.1.3\"",
     " event syslog pattern \"CRYPTO-4-RECVD_PKT_INV_SPI.*srcaddr=11.1.1.3\"", "no event syslog", NULL},
    {"ev sys pat IKMP", " event syslog pattern \"IKMP\"", "no event syslog pattern IKMP", NULL},
    {"ev sys occ 3 per 60 pat \"say \\\"x\\\"\" pri err maxr 0 rat 1",
     " event syslog pattern \"say \\\"x\\\"\" occurs 3 period 60 priority errors maxrun 0 ratelimit 1",
     "no event syslog", NULL},
    {"ev syslog pattern \"x\" priority 3", " event syslog pattern \"x\" priority errors", "no event syslog", NULL},
    {"ev syslog pattern \"x\" priority all maxrun 20", " event syslog pattern \"x\"", "no event syslog", NULL},
    {"ev tag one sys pat \"x\"", " event tag one syslog pattern \"x\"", "no event tag one", NULL},
    {"ev tim count tim 5", " event timer countdown time 5", "no event timer countdown", NULL},
    {"ev tim wat ti 60.250 name T maxrun 59.999", " event timer watchdog time 60.250 name T maxrun 59.999",
     "no event timer watchdog", NULL},
    {"ev tim abs name T time 1893456000", " event timer absolute time 1893456000 name T", "no event timer absolute",
     NULL},
    {"ev tim cron cron-e \"0 3 * * 1-5\" name nightly", " event timer cron cron-entry \"0 3 * * 1-5\" name nightly",
     "no event timer cron", NULL},
    {"ev tim cron cron @midnight", " event timer cron cron-entry \"@midnight\"", "no event timer cron", NULL},
    {"ev snmp-n oid 1.3.6.1.4.1.9.10.91.1.2.3.1.9. oid-val \"2323232\" op eq src-ip-address 213.163.222.7 maxrun 35",
     " event snmp-notification oid 1.3.6.1.4.1.9.10.91.1.2.3.1.9. oid-val \"2323232\" op eq src-ip-address "
     "213.163.222.7 maxrun 35",
     "no event snmp-notification", NULL},
    {"ev snmp-not op ne oid-val 7 dest 10.0.0.1 src 10.0.0.2 oid 1.3.6.1.2.1.1.3.0",
     " event snmp-notification oid 1.3.6.1.2.1.1.3.0 oid-val \"7\" op ne src-ip-address 10.0.0.2 dest-ip-address "
     "10.0.0.1",
     "no event snmp-notification", NULL},
    {"act 1 cli com \"enable\"", " action 1 cli command \"enable\"", "no act 1", NULL},
    {"act 1.0 cli command \"reload\" pat \"confirm\"", " action 1.0 cli command \"reload\" pattern \"confirm\"",
     "no act 1.0", NULL},
    {"act 3 cli comm \"show crypto sockets | append disk0:hub.txt\"",
     " action 3 cli command \"show crypto sockets | append disk0:hub.txt\"", "no act 3", NULL},
    {"act a10 sys msg \"DONE ON HUB\"", " action a10 syslog msg \"DONE ON HUB\"", "no action a10", NULL},
    {"action 9 syslog msg \"DONE ON HUB\" priority informational",
     " action 9 syslog priority informational msg \"DONE ON HUB\"", "no action 9", NULL},
    {"act 9 sys fac \"X\" msg hello pri crit", " action 9 syslog priority critical msg \"hello\" facility \"X\"",
     "no action 9", NULL},
    {"act 7 wait 18", " action 7 wait 18", "no act 7", NULL},
    {"act 8.1 snmp-tr intdata1 2323232 strd \"\"", " action 8.1 snmp-trap intdata1 2323232 strdata \"\"",
     "no action 8.1", NULL},
    {"act 8.1 snmp-trap strd \"lost\" intdata2 -2147483648 intdata1 0",
     " action 8.1 snmp-trap intdata1 0 intdata2 -2147483648 strdata \"lost\"", "no action 8.1", NULL},
    {"act 8.1 snmp-tr", " action 8.1 snmp-trap", "no action 8.1", NULL},
    {"act 2 info type routern", " action 2 info type routername", "no action 2", NULL},
};

static void applets(void **state)
{
    (void)state;
    struct box *b = one_router("hostname r1\n");
    EACH(b, NULL, eem_global);
    EACH(b, "ev man app A", applet);
    /* a second event without a tag and a label typed again replace the first; labels sort as strings */
    box_type_all(b, NODE,
                 "ev man app A\nev none\nev sys pat \"x\"\nact 9 wait 1\nact 10 wait 1\nact 8.1 wait 1\nact 8 wait 1\n"
                 "act 9 sys msg \"y\"");
    char now[CONFIG_MAX];
    config_of(b, now);
    assert_non_null(strstr(now,
                           "event manager applet A\n event syslog pattern \"x\"\n action 10 wait 1\n action 8 wait 1\n"
                           " action 8.1 wait 1\n action 9 syslog msg \"y\"\n!\n"));
    box_free(b);
}

/* ---- tracked objects, IP SLAs */

static const struct line track_global[] = {
    {"tr 7 int lo 0 line", "track 7 interface Loopback0 line-protocol", "no track 7", NULL},
    {"track 7 interface e0/0 ip rou", "track 7 interface Ethernet0/0 ip routing", "no tr 7", NULL},
    {"track 1000 ip rou 10.0.0.0 255.0.0.0 rea", "track 1000 ip route 10.0.0.0 255.0.0.0 reachability", "no track 1000",
     NULL},
    {"track 7 ip route 10.0.0.0 255.0.0.0 met thr", "track 7 ip route 10.0.0.0 255.0.0.0 metric threshold", "no track 7",
     NULL},
    {"track 7 ip sla 3 rea", "track 7 ip sla 3 reachability", "no track 7", NULL},
    {"track 7 ip sla 3 state", "track 7 ip sla 3", NULL, NULL},
    {"track 7 rtr 3", "track 7 ip sla 3", NULL, NULL},
    {"track 7 list bool or", "track 7 list boolean or", "no track 7", NULL},
    {"track 7 list thr perc", "track 7 list threshold percentage", NULL, NULL},
    {"track 7 list thr weight", "track 7 list threshold weight", NULL, NULL},
    {"track 7 stub", "track 7 stub-object", "no track 7", NULL},
    {"ip route 172.20.0.0 255.255.0.0 null0 track 7", "ip route 172.20.0.0 255.255.0.0 Null0 track 7", NULL, NULL},
    {"ip route 172.20.0.0 255.255.0.0 10.0.0.3 50 track 7 name isp2",
     "ip route 172.20.0.0 255.255.0.0 10.0.0.3 50 name isp2 track 7", "no ip route 172.20.0.0 255.255.0.0 10.0.0.3",
     NULL},
};
static const struct line track_boolean[] = {
    {"del up 5", " delay up 5", "no delay", NULL},
    {"delay up 5 down 3", " delay down 3 up 5", "no delay", NULL},
    {"obj 3", " object 3", "no obj 3", NULL},
    {"object 3 not", " object 3 not", "no object 3", NULL},
};
static const struct line track_metric[] = {
    {"thr met up 20 down 30", " threshold metric down 30 up 20", "no threshold metric", NULL},
    {"threshold metric up 254 down 255", NULL, NULL, NULL},
};
static const struct line track_percentage[] = {
    {"threshold perc up 51 down 10", " threshold percentage down 10 up 51", "no threshold percentage", NULL},
    {"object 1", " object 1", NULL, NULL},
};
static const struct line track_weight[] = {
    {"thr wei up 30 down 10", " threshold weight down 10 up 30", "no threshold weight", NULL},
    {"object 1 wei 20", " object 1 weight 20", "no object 1", NULL},
    {"object 1 weight 10", " object 1", NULL, NULL},
};
static const struct line track_stub[] = {
    {"default-state up", " default-state up", "no default-state", NULL},
    {"default-state down", NULL, NULL, NULL},
};
static const struct line sla_global[] = {
    {"ip sla 9", "ip sla 9", NULL, NULL},
    {"ip sla enable rea", "ip sla enable reaction-alerts", NULL, NULL},
    {"ip sla log tra", "ip sla logging traps", NULL, NULL},
    {"ip sla sch 5 st now li for", "ip sla schedule 5 life forever start-time now", "no ip sla schedule 5", NULL},
    {"ip sla schedule 5 life 3600 start-time after 0:1:30", "ip sla schedule 5 start-time after 00:01:30",
     "no ip sla schedule 5", NULL},
    {"ip sla reaction-conf 5 react rtt threshold-t imm", "ip sla reaction-configuration 5 react rtt threshold-type immediate",
     "no ip sla reaction-configuration 5 react rtt", NULL},
    {"ip sla reac 5 rea time act trap threshold-type cons 3",
     "ip sla reaction-configuration 5 react timeout threshold-type consecutive 3 action-type trapOnly",
     "no ip sla reaction-configuration 5", NULL},
    {"ip sla reac 5 react rtt threshold-type xofy 2 7 threshold-value 100 50",
     "ip sla reaction-configuration 5 react rtt threshold-value 100 50 threshold-type xofy 2 7", NULL, NULL},
    {"ip sla reac 5 react rtt threshold-type ave 4",
     "ip sla reaction-configuration 5 react rtt threshold-type average 4", NULL, NULL},
};
static const struct line sla_echo[] = {
    {"freq 5", " frequency 5", "no freq", NULL},
    {"timeo 2000", " timeout 2000", "no timeout", NULL},
    {"thres 1000", " threshold 1000", "no threshold", NULL},
    {"tag isp1", " tag isp1", "no tag", NULL},
    {"request-data-size 100", " request-data-size 100", "no request-data-size", NULL},
    {"verify", " verify-data", "no verify", NULL},
    {"frequency 60", NULL, NULL, NULL},
};

static void tracking(void **state)
{
    (void)state;
    struct box *b = one_router("hostname r1\n");
    EACH(b, NULL, track_global);
    EACH(b, "track 5 list boolean and", track_boolean);
    EACH(b, "track 6 ip route 10.0.0.0 255.0.0.0 metric threshold", track_metric);
    EACH(b, "track 8 list threshold percentage", track_percentage);
    EACH(b, "track 9 list threshold weight", track_weight);
    EACH(b, "track 10 stub-object", track_stub);
    go(b, "ip sla 5");
    box_type(b, NODE, "icmp-echo 10.0.0.2 source-interface Ethernet0/0");
    EACH(b, "ip sla 5", sla_echo);
    EACH(b, NULL, sla_global);
    box_free(b);
}

/* ---- default */

static void defaults(void **state)
{
    static const struct {
        const char *enter, *line, *dflt;
    } v[] = {
        {NULL, "cry isa keepa 30 5 per", "default crypto isakmp keepalive"},
        {NULL, "no cry isa ena", "def cry isa ena"},
        {NULL, "cry isa id host", "def cry isa id"},
        {NULL, "cry isa nat keep 20", "def cry isa nat keep"},
        {NULL, "cry ips sec life sec 600", "def cry ips sec life sec"},
        {NULL, "cry ips sec rep dis", "def cry ips sec rep win"},
        {NULL, "cry ips df clear", "def cry ips df"},
        {NULL, "snmp-s loc here", "def snmp-s loc"},
        {NULL, "snmp-s man", "def snmp-s man"},
        {NULL, "ev man his size ev 3", "def ev man his size ev"},
        {"cry isa pol 10", "encr aes 256", "def encr"},
        {"cry isa pol 10", "gr 14", "def group"},
        {"cry isa pol 10", "life 60", "default lifetime 60"},
        {"cry ips tra TS esp-aes esp-sha-hmac", "mode trans", "default mode"},
        {"cry map VPN 10", "set pfs group14", "def set pfs"},
        {"cry map VPN 10", "set sec life kil dis", "def set sec life kil"},
        {"cry map VPN 10", "mat add 101", "def mat add"},
        {"int e0/0", "cry map VPN", "def cry map"},
        {"ev man app A", "desc x", "def desc"},
    };
    char before[CONFIG_MAX], now[CONFIG_MAX];
    (void)state;
    struct box *b = one_router("hostname r1\ninterface Ethernet0/0\n ip address 10.0.0.1 255.255.255.0\n"
                               "crypto map VPN 10 ipsec-isakmp\ncrypto isakmp policy 10\n lifetime 4000\n");
    box_type_all(b, NODE, "cry isa pol 10\nno life\ncry ips tra TS esp-aes esp-sha-hmac\nev man app A");
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        go(b, v[i].enter);
        config_of(b, before);
        silent(b, v[i].line);
        config_of(b, now);
        if (!strcmp(now, before))
            fail_msg("%s changes nothing", v[i].line);
        silent(b, v[i].dflt);
        same_as(b, before, v[i].dflt);
    }
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(system_lines),
        cmocka_unit_test(snmp_server),
        cmocka_unit_test(applets),
        cmocka_unit_test(tracking),
        cmocka_unit_test(defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
