/* Three routers in a row on virtual wires: r1 (10.0.1.1) -- r2 (10.0.1.2, 10.0.2.2) -- r3 (10.0.2.3,
 * loopback 10.3.3.3). What a ping meets on its way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "espial/buf.h"
#include "espial/inet.h"
#include "espial/ip.h"
#include "espial/text.h"
#include "dataplane/net/arp.h"
#include "dataplane/net/stat.h"
#include "tests/sim/netbox.h"
#include "tests/sim/vloop.h"

struct row {
    struct loop *loop;
    struct rnd *chance;
    struct wire *w12, *w23;
    struct netbox r1, r2, r3;
    struct netping ping;
};

static int setup(void **state)
{
    static const struct wire_params still = {.delay_us = 1000};
    struct row *t = NEW(struct row);

    t->loop = vloop_new(1457807000LL * 1000000);
    t->chance = rnd_seeded_new(7);
    t->w12 = wire_new(t->loop, t->chance, &still);
    t->w23 = wire_new(t->loop, t->chance, &still);
    netbox_init(&t->r1, t->loop, 1);
    netbox_init(&t->r2, t->loop, 2);
    netbox_init(&t->r3, t->loop, 3);
    netbox_plug(&t->r1, "Ethernet0/0", t->w12, 0, "10.0.1.1/24");
    netbox_plug(&t->r2, "Ethernet0/0", t->w12, 1, "10.0.1.2/24");
    netbox_plug(&t->r2, "Ethernet0/1", t->w23, 0, "10.0.2.2/24");
    netbox_plug(&t->r3, "Ethernet0/0", t->w23, 1, "10.0.2.3/24");
    netbox_addr(&t->r3, "Loopback0", "10.3.3.3/32");
    netbox_route(&t->r1, "0.0.0.0/0", "10.0.1.2");
    netbox_route(&t->r2, "10.3.3.0/24", "10.0.2.3");
    netbox_route(&t->r3, "0.0.0.0/0", "10.0.2.2");
    netping_init(&t->ping, &t->r1);
    vloop_run_for(t->loop, 3 * US_PER_S);
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    struct row *t = *state;

    netping_end(&t->ping);
    netbox_end(&t->r1);
    netbox_end(&t->r2);
    netbox_end(&t->r3);
    wire_free(t->w12);
    wire_free(t->w23);
    rnd_free(t->chance);
    vloop_free(t->loop);
    mem_free(t);
    return 0;
}

static void all_back(struct row *t)
{
    assert_int_equal(netbox_used(&t->r1), 0);
    assert_int_equal(netbox_used(&t->r2), 0);
    assert_int_equal(netbox_used(&t->r3), 0);
}

static void interfaces_come_up(void **state)
{
    struct row *t = *state;

    assert_true(iface_by_name(t->r1.net, "Ethernet0/0")->up);
    assert_int_equal(netbox_logged(&t->r1, "%LINK-3-UPDOWN: Interface Ethernet0/0, changed state to up"), 1);
    assert_int_equal(
        netbox_logged(&t->r1, "%LINEPROTO-5-UPDOWN: Line protocol on Interface Ethernet0/0, changed state to up"), 1);
    assert_int_equal(
        netbox_logged(&t->r3, "%LINEPROTO-5-UPDOWN: Line protocol on Interface Loopback0, changed state to up"), 1);
    assert_int_equal(netbox_logged(&t->r3, "%LINK"), 1);
}

static void echo_through(void **state)
{
    struct row *t = *state;

    assert_int_equal(netping_send(&t->ping, "10.3.3.3", 1, 100, false, 255), 0);
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(t->ping.replies, 1);
    assert_int_equal(t->ping.last.from, addr_of("10.3.3.3"));
    assert_int_equal(t->ping.last.seq, 1);
    assert_int_equal(t->ping.last.len, 100);
    /* r2 asked for and answered on both sides; r1 knows r2 */
    struct arp_row rows[8];
    assert_int_equal(arp_rows(t->r1.net, rows, 8), 2);
    assert_int_equal(rows[1].addr, addr_of("10.0.1.2"));
    assert_true(rows[1].complete && !rows[1].own);
    assert_memory_equal(rows[1].mac, "\xaa\xbb\xcc\x00\x02\x00", 6);
    assert_int_equal(net_stat(t->r2.net)->ip_forwarded, 2);
    all_back(t);
}

static void ttl_runs_out(void **state)
{
    struct row *t = *state;

    netping_send(&t->ping, "10.3.3.3", 1, 100, false, 1);
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(t->ping.errors, 1);
    assert_int_equal(t->ping.last.type, ICMP_TIME_EXCEEDED);
    assert_int_equal(t->ping.last.from, addr_of("10.0.1.2"));
    assert_int_equal(t->ping.last.orig_dst, addr_of("10.3.3.3"));
    assert_int_equal(netbox_drops(&t->r2, DROP_IP_TTL), 1);
    /* with 2 it arrives: r3 is the end, not a hop */
    netping_send(&t->ping, "10.3.3.3", 2, 100, false, 2);
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(t->ping.replies, 1);
    all_back(t);
}

static void no_route(void **state)
{
    struct row *t = *state;

    netping_send(&t->ping, "172.16.0.1", 1, 100, false, 255);
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(t->ping.errors, 1);
    assert_int_equal(t->ping.last.type, ICMP_UNREACHABLE);
    assert_int_equal(t->ping.last.code, ICMP_UNR_HOST);
    assert_int_equal(netbox_drops(&t->r2, DROP_IP_NO_ROUTE), 1);
    /* r3 sends it back to r2, which has no route for the loopback's other addresses but 10.3.3.0/24: it circles until
     * its time is up */
    netping_send(&t->ping, "10.3.3.9", 2, 100, false, 255);
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(t->ping.last.type, ICMP_TIME_EXCEEDED);
    assert_int_equal(netbox_drops(&t->r2, DROP_IP_TTL) + netbox_drops(&t->r3, DROP_IP_TTL), 1);
    all_back(t);
}

static void unreachables_are_rare(void **state)
{
    struct row *t = *state;

    for (uint16_t i = 0; i < 10; i++) {
        netping_send(&t->ping, "172.16.0.1", i, 100, false, 255);
        vloop_run_for(t->loop, 100 * US_PER_MS);
    }
    assert_int_equal(netbox_drops(&t->r2, DROP_IP_NO_ROUTE), 10);
    assert_int_equal(t->ping.errors, 2); /* one each 500 ms */
}

static void unreachables_as_asked(void **state)
{
    struct row *t = *state;
    struct if_conf *c = netbox_conf(&t->r2, "Ethernet0/0");

    net_conf(t->r2.net)->unr_limited = false;
    for (uint16_t i = 0; i < 10; i++)
        netping_send(&t->ping, "172.16.0.1", i, 100, false, 255);
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(t->ping.errors, 10);
    net_conf(t->r2.net)->unr_limited = true;
    net_conf(t->r2.net)->unr_ms = 100;
    for (uint16_t i = 0; i < 10; i++) {
        netping_send(&t->ping, "172.16.0.1", i, 100, false, 255);
        vloop_run_for(t->loop, 50 * US_PER_MS);
    }
    assert_int_equal(t->ping.errors, 15);
    c->unreachables = false;
    vloop_run_for(t->loop, US_PER_S);
    netping_send(&t->ping, "172.16.0.1", 1, 100, false, 255);
    netping_send(&t->ping, "10.3.3.3", 2, 100, false, 1); /* the other errors are told as before */
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(t->ping.errors, 16);
    assert_int_equal(t->ping.last.type, ICMP_TIME_EXCEEDED);
}

/* r2 sends r1's packet back to the link that it came from. */
static void redirects(void **state)
{
    struct row *t = *state;

    netbox_route(&t->r2, "10.5.0.0/16", "10.0.1.77");
    netping_send(&t->ping, "10.5.0.1", 1, 100, false, 255);
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(net_stat(t->r2.net)->icmp_out_redirect, 1);
    assert_int_equal(net_stat(t->r1.net)->icmp_in_redirect, 1);
    assert_int_equal(t->ping.errors, 0);
    /* not from afar: r3 sends back to r2 what came from r1 */
    netping_send(&t->ping, "10.3.3.9", 2, 100, false, 10);
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(net_stat(t->r3.net)->icmp_out_redirect, 0);
    netbox_conf(&t->r2, "Ethernet0/0")->redirects = false;
    netping_send(&t->ping, "10.5.0.1", 3, 100, false, 255);
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(net_stat(t->r2.net)->icmp_out_redirect, 1);
    vloop_run_for(t->loop, 10 * US_PER_S);
}

/* r1 believes that 10.0.2.0 is on its own link; r2 answers for it while it may. */
static void proxy_arp(void **state)
{
    struct row *t = *state;
    struct if_conf *c = netbox_conf(&t->r1, "Ethernet0/0");

    c->mask = 0xFFFF0000;
    iface_conf_changed(t->r1.net, c, false);
    netping_send(&t->ping, "10.0.2.3", 1, 100, false, 255);
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(t->ping.replies, 1);
    assert_int_equal(net_stat(t->r2.net)->arp_out_proxy, 1);
    netbox_conf(&t->r2, "Ethernet0/0")->proxy_arp = false;
    netping_send(&t->ping, "10.0.2.4", 2, 100, false, 255);
    vloop_run_for(t->loop, 10 * US_PER_S);
    assert_int_equal(net_stat(t->r2.net)->arp_out_proxy, 1);
}

/* What was not heard of for so long is asked for again half a minute before, and then forgotten. */
static void arp_timeout(void **state)
{
    struct row *t = *state;
    struct arp_row rows[8];

    netbox_conf(&t->r1, "Ethernet0/0")->arp_timeout = 60;
    netping_send(&t->ping, "10.0.1.2", 1, 100, false, 255);
    vloop_run_for(t->loop, US_PER_S);
    uint64_t asked = net_stat(t->r1.net)->arp_out_request;
    vloop_run_for(t->loop, 28 * US_PER_S);
    assert_int_equal(net_stat(t->r1.net)->arp_out_request, asked);
    vloop_run_for(t->loop, 3 * US_PER_S);
    assert_int_equal(net_stat(t->r1.net)->arp_out_request, asked + 1);
    assert_int_equal(arp_rows(t->r1.net, rows, 8), 2);
}

static void nobody_there(void **state)
{
    struct row *t = *state;

    netping_send(&t->ping, "10.0.2.77", 1, 100, false, 255);
    vloop_run_for(t->loop, 2 * US_PER_S);
    assert_int_equal(t->ping.errors, 0); /* r2 still asks for it */
    vloop_run_for(t->loop, 4 * US_PER_S);
    assert_int_equal(t->ping.errors, 1);
    assert_int_equal(t->ping.last.code, ICMP_UNR_HOST);
    assert_int_equal(netbox_drops(&t->r2, DROP_ARP_FAILED), 1);
    assert_int_equal(net_stat(t->r2.net)->arp_out_request,
                     2 + 4); /* two announcements; r1 it knows, who asked for it */
    all_back(t);
}

static void df_needs_fragments(void **state)
{
    struct row *t = *state;
    struct if_conf *c = netbox_conf(&t->r2, "Ethernet0/1");

    c->ip_mtu = 1400;
    iface_conf_changed(t->r2.net, c, false);
    netping_send(&t->ping, "10.3.3.3", 1, 1500, true, 255);
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(t->ping.errors, 1);
    assert_int_equal(t->ping.last.code, ICMP_UNR_FRAG);
    assert_int_equal(t->ping.last.mtu, 1400);
    assert_int_equal(netbox_drops(&t->r2, DROP_IP_DF), 1);
    netping_send(&t->ping, "10.3.3.3", 2, 1400, true, 255);
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(t->ping.replies, 1);
    /* without DF r2 cuts it */
    netping_send(&t->ping, "10.3.3.3", 3, 1500, false, 255);
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(t->ping.replies, 2);
    assert_int_equal(net_stat(t->r2.net)->frag_made, 2);
    assert_int_equal(net_stat(t->r3.net)->reass_ok, 1);
    all_back(t);
}

static void big_pings(void **state)
{
    struct row *t = *state;

    netping_send(&t->ping, "10.3.3.3", 1, 18024, false, 255);
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(t->ping.replies, 1);
    assert_int_equal(t->ping.last.len, 18024);
    assert_int_equal(net_stat(t->r1.net)->frag_made, 13); /* 18004 bytes in pieces of 1480 */
    all_back(t);
}

static void reassembly_under_loss(void **state)
{
    struct row *t = *state;
    static const struct wire_params bad = {
        .delay_us = 1000, .jitter_us = 4000, .loss = 30000, .swap = 100000, .repeat = 100000};
    unsigned sent = 200;

    wire_set(t->w12, &bad);
    for (unsigned i = 0; i < sent; i++) {
        netping_send(&t->ping, "10.3.3.3", (uint16_t)i, 6000, false, 255);
        vloop_run_for(t->loop, 100 * US_PER_MS);
    }
    vloop_run_for(t->loop, 60 * US_PER_S);
    /* ten pieces each way, each lost with 3%: 0.97^10 = 74% expected; and never two answers for what came twice */
    assert_in_range(t->ping.replies, sent * 60 / 100, sent * 88 / 100);
    assert_int_equal(net_stat(t->r1.net)->reass_ok, t->ping.replies);
    assert_true(netbox_drops(&t->r3, DROP_REASS_TIMEOUT) > 0);
    assert_int_equal(netbox_drops(&t->r3, DROP_REASS_OVERLAP), 0);
    all_back(t);
}

static enum wire_verdict flip_ttl(void *arg, int from, uint8_t *frame, size_t len)
{
    (void)arg;
    if (from == 0 && len > 22 && frame[12] == 8 && frame[13] == 0)
        frame[14 + 8] ^= 1; /* the header no longer sums up */
    return WIRE_PASS;
}

static enum wire_verdict flip_data(void *arg, int from, uint8_t *frame, size_t len)
{
    (void)arg;
    if (from == 0 && len > 60 && frame[12] == 8 && frame[13] == 0)
        frame[14 + 40] ^= 0x10;
    return WIRE_PASS;
}

static void damage_is_counted(void **state)
{
    struct row *t = *state;

    wire_tap(t->w12, flip_ttl, NULL);
    netping_send(&t->ping, "10.3.3.3", 1, 100, false, 255);
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(netbox_drops(&t->r2, DROP_IP_CHECKSUM), 1);
    assert_int_equal(net_stat(t->r2.net)->in_checksum, 1);
    wire_tap(t->w12, flip_data, NULL); /* passes r2, whose business it is not, and ends at r3 */
    netping_send(&t->ping, "10.3.3.3", 2, 100, false, 255);
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(netbox_drops(&t->r3, DROP_ICMP_BAD), 1);
    assert_int_equal(t->ping.replies + t->ping.errors, 0);
    all_back(t);
}

static void lists_stop_packets(void **state)
{
    struct row *t = *state;
    struct ace_conf *c = netbox_ace(&t->r2, 101);

    c->action = ACL_DENY;
    c->proto = PROTO_ICMP;
    c->dst_kind = ACL_ADDR_HOST;
    c->dst = addr_of("10.3.3.3");
    netbox_ace(&t->r2, 101);
    acl_conf_changed(t->r2.net, "101");
    struct if_conf *ic = netbox_conf(&t->r2, "Ethernet0/0");
    str_copy(ic->acl_in, sizeof ic->acl_in, "101");
    iface_conf_changed(t->r2.net, ic, false);
    netping_send(&t->ping, "10.3.3.3", 1, 100, false, 255);
    netping_send(&t->ping, "10.0.2.3", 2, 100, false, 255);
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(t->ping.replies, 1);
    assert_int_equal(t->ping.errors, 1);
    assert_int_equal(netbox_drops(&t->r2, DROP_IP_ACL_IN), 1);
    struct acl *a = acl_find(t->r2.net, "101");
    assert_int_equal(acl_rules(a), 2);
    assert_int_equal(acl_rule(a, 0)->seq, 10);
    assert_int_equal(acl_rule(a, 0)->hits, 1);
    assert_int_equal(acl_rule(a, 1)->seq, 20);
    assert_int_equal(acl_rule(a, 1)->hits, 1);
}

static void shutdown_stops(void **state)
{
    struct row *t = *state;
    struct if_conf *c = netbox_conf(&t->r2, "Ethernet0/1");

    c->shutdown = true;
    iface_conf_changed(t->r2.net, c, false);
    netping_send(&t->ping, "10.3.3.3", 1, 100, false, 255);
    vloop_run_for(t->loop, 2 * US_PER_S);
    assert_int_equal(t->ping.errors, 1); /* its route went with the interface */
    assert_int_equal(
        netbox_logged(&t->r2, "%LINK-5-CHANGED: Interface Ethernet0/1, changed state to administratively down"), 1);
    assert_int_equal(
        netbox_logged(&t->r2, "%LINEPROTO-5-UPDOWN: Line protocol on Interface Ethernet0/1, changed state to down"), 1);
    c->shutdown = false;
    iface_conf_changed(t->r2.net, c, false);
    vloop_run_for(t->loop, 2 * US_PER_S);
    netping_send(&t->ping, "10.3.3.3", 2, 100, false, 255);
    vloop_run_for(t->loop, 2 * US_PER_S);
    assert_int_equal(t->ping.replies, 1);
}

static void cable_pulled(void **state)
{
    struct row *t = *state;

    wire_plug(t->w12, false);
    assert_int_equal(netping_send(&t->ping, "10.3.3.3", 1, 100, false, 255), -EHOSTUNREACH);
    vloop_run_for(t->loop, 2 * US_PER_S);
    assert_int_equal(netbox_logged(&t->r1, "%LINK-3-UPDOWN: Interface Ethernet0/0, changed state to down"), 1);
    wire_plug(t->w12, true);
    vloop_run_for(t->loop, 2 * US_PER_S);
    netping_send(&t->ping, "10.3.3.3", 1, 100, false, 255);
    vloop_run_for(t->loop, 2 * US_PER_S);
    assert_int_equal(t->ping.replies, 1);
}

static void own_addresses(void **state)
{
    struct row *t = *state;

    netping_send(&t->ping, "10.0.1.1", 1, 100, false, 255);
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(t->ping.replies, 1);
    assert_int_equal(wire_stats(t->w12, 0).sent, 1); /* the announcement alone */
}

struct heard {
    unsigned n;
    struct udp_from from;
    uint8_t data[16];
    size_t len;
};
static void on_udp(void *arg, const struct udp_from *from, const uint8_t *data, size_t len)
{
    struct heard *h = arg;

    h->n++;
    h->from = *from;
    h->len = len;
    memcpy(h->data, data, len < sizeof h->data ? len : sizeof h->data);
}

static void udp_between(void **state)
{
    struct row *t = *state;
    struct heard h1 = {0}, h3 = {0};
    struct inet *i1 = net_inet(t->r1.net), *i3 = net_inet(t->r3.net);
    struct udp_sock *a = udp_open(i1, 0, on_udp, &h1), *b = udp_open(i3, 500, on_udp, &h3);
    uint8_t big[3000] = {1};

    assert_non_null(a);
    assert_null(udp_open(i3, 500, on_udp, &h3));
    assert_int_equal(udp_send(a, 0, addr_of("10.3.3.3"), 500, "hello", 5), 0);
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(h3.n, 1);
    assert_int_equal(h3.from.src, addr_of("10.0.1.1"));
    assert_int_equal(h3.from.sport, a->port);
    assert_memory_equal(h3.data, "hello", 5);
    assert_int_equal(udp_send(b, addr_of("10.3.3.3"), h3.from.src, h3.from.sport, big, sizeof big), 0);
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(h1.n, 1);
    assert_int_equal(h1.len, 3000);
    assert_int_equal(h1.from.src, addr_of("10.3.3.3"));
    assert_int_equal(udp_send(b, addr_of("10.3.3.4"), h3.from.src, 1, big, 1), -EADDRNOTAVAIL);
    assert_int_equal(udp_send(b, 0, h3.from.src, 1, big, 65508), -EMSGSIZE);
    assert_int_equal(inet_source_for(i3, addr_of("10.0.1.1")), addr_of("10.0.2.3"));
    assert_int_equal(inet_if_addr(i3, "Loopback0"), addr_of("10.3.3.3"));
    udp_close(a);
    udp_close(b);
    all_back(t);
}

static void take_esp(void *self, struct graph *g, struct packet **v, unsigned n)
{
    unsigned *taken = self;

    for (unsigned i = 0; i < n; i++) {
        assert_true(v[i]->udp_encap);
        assert_int_equal(v[i]->l3[0], 0x45);
        ++*taken;
        graph_drop(g, v[i], DROP_DONE);
    }
}

static void port_4500(void **state)
{
    struct row *t = *state;
    struct heard h = {0};
    unsigned esp_in = 0;
    struct udp_sock *a = udp_open(net_inet(t->r1.net), 4500, on_udp, &h),
                    *b = udp_open(net_inet(t->r3.net), 4500, on_udp, &h);
    uint32_t to = addr_of("10.3.3.3");

    graph_set(t->r3.graph, STAGE_ESP_IN, take_esp, &esp_in);
    udp_send(a, 0, to, 4500, "\xff", 1);                     /* keepalive */
    udp_send(a, 0, to, 4500, "\0\0\0\0ike", 7);              /* IKE */
    udp_send(a, 0, to, 4500, "\x12\x34\x56\x78\0\0\0\1", 8); /* ESP */
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(h.n, 1);
    assert_int_equal(h.len, 7);
    assert_int_equal(esp_in, 1);
    udp_close(b);
    udp_send(a, 0, to, 4500, "\x12\x34\x56\x78\0\0\0\1", 8); /* nobody has the port: it is not special */
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(esp_in, 1);
    assert_int_equal(netbox_drops(&t->r3, DROP_UDP_PORT), 1);
    udp_close(a);
    all_back(t);
}

static void duplicate_address(void **state)
{
    struct row *t = *state;

    netbox_addr(&t->r2, "Ethernet0/0", "10.0.1.1/24");
    vloop_run_for(t->loop, US_PER_S);
    assert_int_equal(
        netbox_logged(&t->r1, "%IP-4-DUPADDR: Duplicate address 10.0.1.1 on Ethernet0/0, sourced by aabb.cc00.0200"),
        1);
}

static void arp_ages(void **state)
{
    struct row *t = *state;
    struct arp_row rows[4];

    netping_send(&t->ping, "10.0.1.2", 1, 100, false, 255);
    vloop_run_for(t->loop, US_PER_S);
    uint64_t asked = net_stat(t->r1.net)->arp_out_request;
    /* asked again a minute before its four hours are over, and kept */
    vloop_run_for(t->loop, (uint64_t)(4 * 3600 + 60) * US_PER_S);
    assert_int_equal(net_stat(t->r1.net)->arp_out_request, asked + 1);
    assert_int_equal(arp_rows(t->r1.net, rows, 4), 2);
    /* with the cable's other end deaf it goes */
    struct if_conf *c = netbox_conf(&t->r2, "Ethernet0/0");
    c->shutdown = true;
    iface_conf_changed(t->r2.net, c, false);
    vloop_run_for(t->loop, (uint64_t)(4 * 3600 + 60) * US_PER_S);
    assert_int_equal(arp_rows(t->r1.net, rows, 4), 1);
}

/* A packet that waits for an address names the interface it came in by: it does not wait longer than that one is there. */
static void held_no_longer_than_its_interface(void **state)
{
    struct row *t = *state;
    struct if_conf *gone = netbox_conf(&t->r3, "Loopback0");
    unsigned used = netbox_used(&t->r3);

    for (unsigned i = 0; i < 3; i++) { /* the second stays */
        struct packet *p = packet_new(t->r3.graph, 28);
        static const uint8_t head[28] = {0x45, 0, 0, 28, 0, 9, 0, 0, 64, 17, 0, 0, 10, 0, 1, 1, 10, 0, 2, 77, 1, 2, 3, 4, 0, 8};
        memcpy(p->l3, head, sizeof head);
        put16(p->l3 + 10, ip_cksum_fold(ip_cksum_add(0, head, 20)));
        p->len = sizeof head;
        p->iif = iface_by_name(t->r3.net, i == 1 ? "Ethernet0/0" : "Loopback0");
        p->oif = iface_by_name(t->r3.net, "Ethernet0/0");
        p->next_hop = 0x0A00024D;
        graph_next(t->r3.graph, p, STAGE_IP4_OUT);
    }
    graph_run(t->r3.graph);
    assert_int_equal(netbox_used(&t->r3), used + 3);
    uint64_t before = netbox_drops(&t->r3, DROP_IF_DOWN);
    iface_conf_changed(t->r3.net, gone, true);
    assert_int_equal(netbox_drops(&t->r3, DROP_IF_DOWN), before + 2);
    assert_int_equal(netbox_used(&t->r3), used + 1);
    vloop_run_for(t->loop, 10 * US_PER_S);
    assert_int_equal(netbox_used(&t->r3), used);
    assert_int_equal(netbox_drops(&t->r3, DROP_IF_DOWN), before + 2);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(interfaces_come_up),    T(echo_through),      T(ttl_runs_out),       T(no_route),
        T(unreachables_are_rare), T(unreachables_as_asked), T(redirects), T(proxy_arp), T(arp_timeout), T(nobody_there),      T(df_needs_fragments), T(big_pings),
        T(reassembly_under_loss), T(damage_is_counted), T(lists_stop_packets), T(shutdown_stops),
        T(cable_pulled),          T(own_addresses),     T(udp_between),        T(port_4500),
        T(duplicate_address),     T(arp_ages),
        T(held_no_longer_than_its_interface),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
