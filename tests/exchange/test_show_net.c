/* What the network shows count, held against packets that were really sent: r1 (10.0.1.1) -- r2 -- r3 (10.0.2.3, loopback 10.3.3.3). An echo of 100 bytes is a frame of 114. */
#include "tests/exchange/three_routers.h"

#include "dataplane/dataplane.h"
#include "dataplane/net/icmp.h"
#include "dataplane/net/iface.h"
#include "dataplane/net/net.h"
#include "espial/buf.h"
#include "espial/inet.h"

static int setup(void **state)
{
    struct box *b = three_routers(7, "", " load-interval 30\n", "");

    box_type(b, "r1", "ping 10.3.3.3"); /* everybody knows everybody's hardware address */
    *state = b;
    return 0;
}

static void clear(struct box *b, const char *node)
{
    box_type(b, node, "clear counters"); /* a program that types answers yes */
}

static void frames(void **state)
{
    struct box *b = *state;

    clear(b, "r2");
    box_type(b, "r1", "ping 10.3.3.3");                        /* 5 through r2 and back */
    box_type(b, "r1", "ping 10.0.1.2 repeat 3");               /* 3 to r2 itself */
    box_type(b, "r1", "ping 10.0.1.255 repeat 2 timeout 1");   /* 2 to everybody, answered by r2 */
    types(b, "r2", "show interfaces Ethernet0/0",
          "     10 packets input, 1140 bytes, 0 no buffer\n"
          "     Received 2 broadcasts (0 IP multicasts)\n"
          "     0 runts, 0 giants, 0 throttles \n"
          "     0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored\n"
          "     0 watchdog, 0 multicast, 0 pause input\n"
          "     10 packets output, 1140 bytes, 0 underruns\n");
    types(b, "r2", "show interfaces Ethernet0/0 counters",
          "Et0/0               1140              8              0              2 \n");
    types(b, "r2", "show interfaces counters",
          "Et0/0               1140             10              0              0 \n"
          "Et0/1                570              5              0              0 \n");
    types(b, "r2", "show interfaces Ethernet0/0 stats",
          "Ethernet0/0\n"
          "          Switching path    Pkts In   Chars In   Pkts Out  Chars Out\n"
          "               Processor          5        570          5        570\n"
          "             Route cache          5        570          5        570\n"
          "                   Total         10       1140         10       1140\n");
    types(b, "r2", "show interfaces Ethernet0/1 accounting",
          "Ethernet0/1 \n"
          "                Protocol    Pkts In   Chars In   Pkts Out  Chars Out\n"
          "                      IP          5        570          5        570\n");
    types(b, "r2", "show interfaces Ethernet0/0", "  Last input 00:00:0");
    box_run(b, 100 * US_PER_S);
    types(b, "r2", "show interfaces Ethernet0/1", "  Last input 00:01:4");
    types(b, "r2", "show interfaces Ethernet0/1", "  Last clearing of \"show interface\" counters 00:01:4");
    types(b, "r1", "show interfaces Ethernet0/0", "  Last clearing of \"show interface\" counters never\n");
}

/* A new address asked for: one broadcast of 60 bytes out, one answer in. */
static void arp_frames(void **state)
{
    struct box *b = *state;

    box_type_all(b, "r1", "configure terminal\ninterface Ethernet0/0\nip address 10.0.7.1 255.255.255.0 secondary\nend");
    box_type_all(b, "r2", "configure terminal\ninterface Ethernet0/0\nip address 10.0.7.2 255.255.255.0 secondary\nend");
    types(b, "r2", "show ip interface Ethernet0/0", "  Secondary address 10.0.7.2/24\n");
    box_run(b, 1 * US_PER_S); /* what they announced has arrived */
    clear(b, "r1");
    box_type(b, "r1", "ping 10.0.7.2 repeat 1");
    types(b, "r1", "show interfaces Ethernet0/0 accounting",
          "                      IP          1        114          1        114\n"
          "                     ARP          1         60          1         60\n");
    types(b, "r1", "show arp", "Internet  10.0.7.2                0   aabb.cc");
    types(b, "r2", "show arp", "Internet  10.0.7.2                -   aabb.cc");
}

struct stream {
    struct net *net;
    struct timer timer;
    uint16_t seq;
};

static void stream_send(void *arg)
{
    struct stream *s = arg;

    assert_int_equal(icmp_echo(s->net, 0, 0x0A000102, 77, s->seq++, 100, false, 64), 0);
    timer_set(&s->timer, 100 * US_PER_MS);
}

/* Ten echoes a second, 9120 bit/s: after the load interval an average stands at 1 - 1/e of it (63%), after ten of them at all of it. What is read is at most five seconds
 * old: 29 to 34 seconds give 62% to 68%. */
static void rates(void **state)
{
    struct box *b = *state;
    struct stream s = {.net = dataplane_net(router_dataplane(box_router(b, "r1")))};

    box_run(b, 1000 * US_PER_S); /* what came before is forgotten */
    timer_init(&s.timer, box_loop(b), stream_send, &s);
    timer_set(&s.timer, 0);
    box_run(b, 34 * US_PER_S);
    types(b, "r2", "show interfaces Ethernet0/0", "  30 second input rate 6000 bits/sec, 6 packets/sec\n"
                                                   "  30 second output rate 6000 bits/sec, 6 packets/sec\n");
    types(b, "r1", "show interfaces Ethernet0/0", "  5 minute input rate 1000 bits/sec, 1 packets/sec\n");
    box_run(b, 270 * US_PER_S);
    types(b, "r2", "show interfaces Ethernet0/0", "  30 second input rate 9000 bits/sec, 10 packets/sec\n");
    types(b, "r2", "show interfaces summary",
          "* Ethernet0/0                   0         0         0         0      9000        10      9000        10         0\n");
    types(b, "r1", "show interfaces Ethernet0/0", "  5 minute output rate 6000 bits/sec, 6 packets/sec\n");
    timer_clear(&s.timer);
    box_run(b, 300 * US_PER_S);
    types(b, "r2", "show interfaces Ethernet0/0", "  30 second input rate 0 bits/sec, 0 packets/sec\n");
    types(b, "r1", "show interfaces Ethernet0/0", "  5 minute output rate 2000 bits/sec, 2 packets/sec\n");
}

static void static_arp(void **state)
{
    struct box *b = *state;

    box_type_all(b, "r1", "configure terminal\narp 10.0.1.77 aabb.cc00.7777 ARPA\narp 10.99.0.1 aabb.cc00.7778 ARPA\nend");
    types(b, "r1", "show arp",
          "Internet  10.0.1.77               -   aabb.cc00.7777  ARPA   Ethernet0/0\n");
    assert_null(strstr(box_type(b, "r1", "show arp"), "10.99.0.1")); /* on nobody's network */
    types(b, "r1", "show ip arp summary", "3 IP ARP entries, with 0 of them incomplete\n");
    types(b, "r1", "show arp summary", "Total number of Static ARP entries: 1.\n");
    types(b, "r1", "show arp summary", "Interface           Entry Count\nEthernet0/0             3\n");
    clear(b, "r1");
    types(b, "r1", "ping 10.0.1.77 repeat 2 timeout 1", "..\n"); /* sent, without asking; nobody has that address */
    types(b, "r1", "show interfaces Ethernet0/0 accounting",
          "                      IP          0          0          2        228\n");
    assert_null(strstr(box_type(b, "r1", "show interfaces Ethernet0/0 accounting"), "ARP"));
    box_type(b, "r1", "clear arp-cache");
    box_run(b, 20 * US_PER_S);
    types(b, "r1", "show ip arp 10.0.1.77", "aabb.cc00.7777");
    box_type_all(b, "r1", "configure terminal\ninterface Ethernet0/0\nshutdown\nend");
    assert_null(strstr(box_type(b, "r1", "show arp"), "10.0.1.77"));
    box_type_all(b, "r1", "configure terminal\ninterface Ethernet0/0\nno shutdown\nend");
    box_run(b, 5 * US_PER_S);
    types(b, "r1", "show arp 10.0.1.77", "aabb.cc00.7777");
    box_type_all(b, "r1", "configure terminal\nno arp 10.0.1.77\nend");
    assert_null(strstr(box_type(b, "r1", "show arp"), "10.0.1.77"));
}

static unsigned long long counted(struct box *b, const char *node, const char *before)
{
    const char *at = strstr(box_type(b, node, "show ip traffic"), before);
    unsigned long long n = 0;

    if (!at || sscanf(at + strlen(before), "%llu", &n) != 1)
        fail_msg("show ip traffic without %s", before);
    return n;
}

static void traffic(void **state)
{
    struct box *b = *state;
    unsigned long long total = counted(b, "r2", "  Rcvd:  "), sent = counted(b, "r2", "  Bcast: ");

    box_type(b, "r1", "ping 10.3.3.3 repeat 4"); /* r2 receives 4 echoes and 4 replies */
    assert_int_equal(counted(b, "r2", "  Rcvd:  "), total + 8);
    box_type(b, "r2", "ping 10.0.1.255 repeat 1 timeout 1");
    assert_int_equal(counted(b, "r2", "  Bcast: "), sent);
    types(b, "r2", "show ip traffic", "  Bcast: 0 received, 1 sent\n");
    types(b, "r1", "show ip traffic", "  Bcast: 1 received, 0 sent\n");
}

/* What others send is counted by its kind, though nobody here listens to it. */
static void icmp_heard(void **state)
{
    struct box *b = box_new(5);
    uint8_t frame[14 + 20 + 8] = {0}, *ip = frame + 14, *m = ip + 20;

    (void)state;
    box_node(b, "r", "hostname r\ninterface Ethernet0/0\n ip address 10.0.1.1 255.255.255.0\n");
    box_node(b, "p", "hostname p\ninterface Ethernet0/0\n ip address 10.0.1.2 255.255.255.0\n");
    struct wire *w = box_link(b, "r", "Ethernet0/0", "p", "Ethernet0/0");
    box_boot(b);
    box_run(b, 3 * US_PER_S);
    memcpy(frame, iface_by_name(dataplane_net(router_dataplane(box_router(b, "r"))), "Ethernet0/0")->mac, 6);
    memcpy(frame + 6, "\x02\0\0\0\0\1\x08\0", 8);
    ip[0] = 0x45;
    put16(ip + 2, 28);
    ip[8] = 64;
    ip[9] = 1;
    put32(ip + 12, 0x0A000102);
    put32(ip + 16, 0x0A000101);
    put16(ip + 10, ip_cksum_fold(ip_cksum_add(0, ip, 20)));
    for (uint8_t type = 4; type <= 19; type++) { /* type times each, but for those that are answered or counted before */
        if (type == 6 || type == 7 || type == 8 || type == 11)
            continue;
        m[0] = type;
        put16(m + 2, 0);
        put16(m + 2, ip_cksum_fold(ip_cksum_add(0, m, 8)));
        for (unsigned n = 0; n < type; n++)
            wire_inject(w, 1, frame, sizeof frame);
        box_run(b, US_PER_S);
    }
    types(b, "r", "show ip traffic",
          "ICMP statistics:\n"
          "  Rcvd: 0 format errors, 0 checksum errors, 5 redirects, 0 unreachable\n"
          "        0 echo, 0 echo reply, 17 mask requests, 18 mask replies, 4 quench\n"
          "        12 parameter, 13 timestamp, 14 timestamp replies, 15 info request, 19 other\n"
          "        10 irdp solicitations, 9 irdp advertisements\n"
          "        0 time exceeded, 16 info replies\n");
    /* protocols that nobody speaks are counted unread: 6 of TCP, 2 of PIM; one packet has two NOPs, a router alert, an end */
    for (unsigned n = 0; n < 8; n++) {
        ip[9] = n < 6 ? 6 : 103;
        put16(ip + 10, 0);
        put16(ip + 10, ip_cksum_fold(ip_cksum_add(0, ip, 20)));
        wire_inject(w, 1, frame, sizeof frame);
    }
    ip[0] = 0x47;
    memcpy(ip + 20, "\1\1\x94\4\0\0\0\0", 8);
    put16(ip + 10, 0);
    put16(ip + 10, ip_cksum_fold(ip_cksum_add(0, ip, 28)));
    wire_inject(w, 1, frame, sizeof frame);
    box_run(b, US_PER_S);
    types(b, "r", "show ip traffic",
          "  Opts:  1 end, 2 nop, 0 basic security, 0 loose source route\n"
          "         0 timestamp, 0 extended security, 0 record route\n"
          "         0 stream ID, 0 strict source route, 1 alert, 0 cipso, 0 ump\n"
          "         0 other\n");
    types(b, "r", "show ip traffic", "TCP statistics:\n  Rcvd: 6 total, 0 checksum errors, 6 no port\n  Sent: 0 total\n");
    types(b, "r", "show ip traffic", "PIMv2 statistics: Sent/Received\n  Total: 0/3, 0 checksum errors, 0 format errors\n");
    box_free(b);
}

static void routes(void **state)
{
    struct box *b = *state;

    types(b, "r2", "show ip route 10.3.3.3",
          "Routing entry for 10.3.3.0/24\n"
          "  Known via \"static\", distance 1, metric 0\n"
          "  Routing Descriptor Blocks:\n"
          "  * 10.0.2.3\n"
          "      Route metric is 0, traffic share count is 1\n");
    types(b, "r2", "show ip route summary",
          "Route Source    Networks    Subnets     Replicates  Overhead    Memory (bytes)\n"
          "connected       0           4           0           ");
    types(b, "r2", "show ip route static",
          "      10.0.0.0/8 is variably subnetted, 5 subnets, 2 masks\n"
          "S        10.3.3.0/24 [1/0] via 10.0.2.3\n");
    types(b, "r1", "show ip route", "Gateway of last resort is 10.0.1.2 to network 0.0.0.0\n\n"
                                     "S*    0.0.0.0/0 [1/0] via 10.0.1.2\n"
                                     "      10.0.0.0/8 is variably subnetted, 2 subnets, 2 masks\n"
                                     "C        10.0.1.0/24 is directly connected, Ethernet0/0\n"
                                     "L        10.0.1.1/32 is directly connected, Ethernet0/0\n");
}

/* One frame of four is too short for a header: after ten load intervals 255 * 3/4 = 191.25 of 255 is left, and ten after the last of them all of it is back. */
static void reliability(void **state)
{
    static const uint8_t frame[60] = {0x02, 0, 0, 0, 0, 9, 0x02, 0, 0, 0, 0, 8, 8, 0}; /* somebody else's */
    struct box *b = box_new(9);
    (void)state;

    box_node(b, "r1", "hostname r1\n");
    box_node(b, "r2", "hostname r2\ninterface Ethernet0/0\n ip address 10.0.1.2 255.255.255.0\n load-interval 30\n");
    struct wire *wire = box_link(b, "r1", "Ethernet0/0", "r2", "Ethernet0/0");
    box_boot(b);
    box_run(b, 3 * US_PER_S);
    types(b, "r2", "show interfaces Ethernet0/0", "     reliability 255/255, ");
    for (int i = 0; i < 1200; i++) {
        for (int k = 0; k < 4; k++)
            wire_inject(wire, 0, frame, k ? sizeof frame : 10);
        box_run(b, 250 * US_PER_MS);
    }
    types(b, "r2", "show interfaces Ethernet0/0", "     reliability 191/255, ");
    types(b, "r2", "show interfaces Ethernet0/0", "     1200 input errors, ");
    box_run(b, 300 * US_PER_S);
    types(b, "r2", "show interfaces Ethernet0/0", "     reliability 255/255, ");
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(frames, setup, teardown), cmocka_unit_test_setup_teardown(arp_frames, setup, teardown),
        cmocka_unit_test_setup_teardown(rates, setup, teardown),  cmocka_unit_test_setup_teardown(static_arp, setup, teardown),
        cmocka_unit_test_setup_teardown(traffic, setup, teardown), cmocka_unit_test_setup_teardown(routes, setup, teardown),
        cmocka_unit_test(icmp_heard),                              cmocka_unit_test(reliability),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
