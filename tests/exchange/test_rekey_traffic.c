/* Rekeys under traffic that never pauses: every ping of both directions comes back, over hours of short lifetimes: IPsec SAs by seconds and by kilobytes, IKE SAs, begun
 * by one end and by both at once, on wires that let packets overtake each other. And nothing grows. */
#include <malloc.h>

#include "tests/exchange/lab.h"

#define HOUR 3600.0

struct rekeyed {
    unsigned installs;            /* pairs, at each end */
    unsigned hub_pairs, spoke_pairs; /* most there were at one time */
    unsigned ike;                 /* IKE SAs that came and went */
};

static const struct wire_params whole = {.delay_us = 1000}, lively = {.delay_us = 2000, .jitter_us = 80000};

static void both_start(struct lab *l, uint64_t gap, uint32_t size)
{
    stream_start(&l->hub, gap, size);
    stream_start(&l->spoke, gap, size);
}

/* What was under way has time to come back. */
static void none_lost(struct lab *l)
{
    stream_stop(&l->hub);
    stream_stop(&l->spoke);
    lab_run(l, 1);
    if (l->hub.sent != l->hub.back || l->spoke.sent != l->spoke.back)
        fail_msg("hub: %u of %u came back; spoke: %u of %u", l->hub.back, l->hub.sent, l->spoke.back, l->spoke.sent);
}

/* An hour of pings, looked at every second. */
static struct rekeyed hour(struct lab *l, uint64_t gap, uint32_t size)
{
    struct rekeyed r = {0};
    uint64_t had = ipsec_totals(lab_ipsec(l, "hub")).installed, dead = ike_counts(lab_ike(l, "hub")).dead_total;
    both_start(l, gap, size);
    for (double at = 0; at < HOUR; at++) {
        lab_run(l, 1);
        unsigned h = lab_pairs(l, "hub"), s = lab_pairs(l, "spoke");
        r.hub_pairs = h > r.hub_pairs ? h : r.hub_pairs;
        r.spoke_pairs = s > r.spoke_pairs ? s : r.spoke_pairs;
        if (!h || !s)
            fail_msg("after %.0f s: pairs %u and %u", at, h, s);
    }
    none_lost(l);
    r.installs = (unsigned)(ipsec_totals(lab_ipsec(l, "hub")).installed - had);
    r.ike = (unsigned)(ike_counts(lab_ike(l, "hub")).dead_total - dead);
    assert_true(lab_agree(l));
    return r;
}

static void quiet(struct lab *l)
{
    for (int i = 0; i < 2; i++) {
        const char *node = i ? "hub" : "spoke";
        struct ipsec_totals t = ipsec_totals(lab_ipsec(l, node));
        assert_int_equal(t.invalid_spi, 0);
        assert_int_equal(t.transient_drops, 0);
        assert_int_equal(box_log_count(l->box, node, 0, "RECVD_PKT_INV_SPI"), 0);
        assert_int_equal(box_log_count(l->box, node, 0, "REPLAY_ERR"), 0);
        if (box_log_count(l->box, node, 0, "IKMP")) /* nor does IKE say a word */
            fail_msg("%s: %s", node, strstr(box_log(l->box, node), "IKMP"));
    }
}

/* 120 s: the end that began asks 30 s before the end. In an hour 40 times; never more than the old and the new one. */
static void by_seconds(void **state)
{
    (void)state;
    for (int jitter = 0; jitter < 2; jitter++) {
        struct lab l;
        lab_new(&l, 100 + (uint64_t)jitter);
        lab_conf_both(&l, "crypto ipsec security-association lifetime seconds 120");
        lab_tunnel(&l);
        wire_set(l.hub_wire, jitter ? &lively : &whole);
        wire_set(l.spoke_wire, jitter ? &lively : &whole);
        struct rekeyed r = hour(&l, jitter ? 40000 : 100000, 100);
        assert_in_range(r.installs, 39, 41);
        assert_int_equal(r.hub_pairs, 2);
        assert_int_equal(r.spoke_pairs, 2);
        assert_int_equal(r.ike, 0);
        quiet(&l);
        lab_free(&l);
    }
}

/* 2560 KB each way, at 14 KB/s: 256 KB are left after 165 s. */
static void by_kilobytes(void **state)
{
    struct lab l;
    (void)state;
    lab_new(&l, 110);
    lab_conf_both(&l, "crypto ipsec security-association lifetime kilobytes 2560");
    lab_tunnel(&l);
    struct rekeyed r = hour(&l, 100000, 700); /* of both streams, request or reply, 20 a second each way */
    assert_in_range(r.installs, 20, 23);
    assert_int_equal(r.hub_pairs, 2);
    assert_int_equal(r.spoke_pairs, 2);
    quiet(&l);
    lab_free(&l);
}

/* Phase 1 of 300 s under it, renewed at 270 s; with perfect forward secrecy in phase 2. */
static void with_ike(void **state)
{
    struct lab l;
    (void)state;
    lab_new(&l, 120);
    lab_conf_both(&l, "crypto isakmp policy 10\nlifetime 300\ngroup 19\nexit\ncrypto map CMAP 10 ipsec-isakmp\nset pfs group19\nset security-association lifetime seconds 120");
    box_type(l.box, "spoke", "clear crypto session");
    lab_tunnel(&l);
    wire_set(l.hub_wire, &lively);
    wire_set(l.spoke_wire, &lively);
    struct rekeyed r = hour(&l, 200000, 100);
    assert_in_range(r.installs, 39, 41);
    assert_in_range(r.ike, 12, 14);
    assert_true(lab_ike_sas(&l, "hub") >= 1);
    quiet(&l);
    lab_free(&l);
}

/* Both ends are told at the same moment, as if both had made the pair, every 20 s or so. */
static void both_at_once(void **state)
{
    struct lab l;
    (void)state;
    lab_new(&l, 130);
    lab_tunnel(&l);
    wire_set(l.hub_wire, &lively);
    wire_set(l.spoke_wire, &lively);
    both_start(&l, 20000, 100);
    for (int round = 0; round < 60; round++) {
        struct ipsec_pair_info h, s;
        assert_true(lab_current(&l, "hub", &h) && lab_current(&l, "spoke", &s));
        ike_soft_expire(lab_ike(&l, "hub"), &(struct sa_pair_info){.id = h.id});
        if (round % 3 == 1)
            lab_run(&l, 10); /* whoever answered the last time leaves the other 10 s: they meet */
        ike_soft_expire(lab_ike(&l, "spoke"), &(struct sa_pair_info){.id = s.id});
        lab_run(&l, 20 + round % 7 * 0.003);
        assert_true(lab_pairs(&l, "hub") <= 4 && lab_pairs(&l, "spoke") <= 4);
    }
    lab_run(&l, 60);
    none_lost(&l);
    assert_true(ipsec_totals(lab_ipsec(&l, "hub")).installed >= 40);
    assert_int_equal(lab_pairs(&l, "hub"), 1);
    assert_int_equal(lab_pairs(&l, "spoke"), 1);
    assert_true(lab_agree(&l));
    quiet(&l);
    lab_free(&l);
}

/* The third message of a quick mode, kept by the wire. */
struct kept {
    uint8_t frame[600];
    size_t len;
    uint32_t mid;
    unsigned of_mid;
};

static enum wire_verdict keep_third(void *arg, int from, uint8_t *frame, size_t len)
{
    struct kept *k = arg;
    const uint8_t *ike = frame + 14 + 20 + 8;

    (void)from;
    if (len < 14 + 28 + 28 || frame[14 + 9] != 17 || get16(frame + 14 + 20) != 500 || ike[18] != 32 || k->len)
        return WIRE_PASS;
    k->of_mid = get32(ike + 20) == k->mid ? k->of_mid + 1 : 1;
    k->mid = get32(ike + 20);
    if (k->of_mid < 3)
        return WIRE_PASS;
    assert_int_equal(from, 0);
    assert_true(len <= sizeof k->frame);
    memcpy(k->frame, frame, len);
    k->len = len;
    return WIRE_LOSE;
}

/* The other end has the third message three seconds late: who made the pair sends by the former one until then, and no longer. */
static void third_late(void **state)
{
    struct lab l;
    struct ipsec_pair_info old, now;
    struct kept k = {0};
    (void)state;
    lab_new(&l, 135);
    lab_tunnel(&l);
    both_start(&l, 20000, 100);
    wire_tap(l.spoke_wire, keep_third, &k);
    assert_true(lab_current(&l, "spoke", &old));
    ike_soft_expire(lab_ike(&l, "spoke"), &(struct sa_pair_info){.id = old.id});
    lab_run(&l, 3);
    assert_true(k.len);
    assert_int_equal(lab_pairs(&l, "spoke"), 2);
    assert_true(lab_current(&l, "spoke", &now) && now.id == old.id);
    wire_inject(l.spoke_wire, 0, k.frame, k.len);
    lab_run(&l, 0.1);
    assert_true(lab_current(&l, "spoke", &now) && now.id != old.id);
    lab_run(&l, 5);
    none_lost(&l);
    assert_true(lab_agree(&l));
    lab_free(&l);
}

/* The tunnel itself was begun by both at the same moment, so that either side holds a pair that it made; then an hour of lifetimes of 120 s. */
static void begun_by_both(void **state)
{
    (void)state;
    for (unsigned lag = 0; lag <= 6; lag++) {
        struct lab l;
        lab_new(&l, 140 + lag);
        lab_conf_both(&l, "crypto ipsec security-association lifetime seconds 120\ncrypto isakmp policy 10\nlifetime 400");
        stream_start(&l.hub, 100000, 100);
        lab_run(&l, lag * 0.001);
        stream_start(&l.spoke, 100000, 100);
        lab_run(&l, 10);
        assert_true(lab_agree(&l));
        struct rekeyed r = hour(&l, lag ? 500000 : 100000, 100);
        assert_in_range(r.installs, 39, 44);
        assert_true(r.hub_pairs <= 3 && r.spoke_pairs <= 3);
        lab_run(&l, 70); /* the old IKE SAs of a renewal at that moment have gone */
        assert_true(lab_ike_sas(&l, "hub") <= 2 && lab_ike_sas(&l, "spoke") <= 2);
        quiet(&l);
        lab_free(&l);
    }
}

/* Both ends want the tunnel, one a little later than the other, through every moment of the exchange: they agree at once, nothing more is negotiated, nothing is lost
 * from then on. On wires where packets overtake each other a quick mode may come before the main mode is over; it is repeated 10 s later. */
static void begun_at_any_lag(void **state)
{
    (void)state;
    for (unsigned lag = 0; lag < 100; lag++) {
        struct lab l;
        lab_new(&l, 1000 + lag);
        if (lag % 2) {
            wire_set(l.hub_wire, &(struct wire_params){.delay_us = 1000, .jitter_us = 3000});
            wire_set(l.spoke_wire, &(struct wire_params){.delay_us = 1000, .jitter_us = 3000});
        }
        struct stream *first = lag % 4 < 2 ? &l.hub : &l.spoke, *second = lag % 4 < 2 ? &l.spoke : &l.hub;
        stream_start(first, 100000, 100);
        lab_run(&l, lag * 0.0004);
        stream_start(second, 100000, 100);
        lab_run(&l, lag % 2 ? 35 : 3);
        if (!lab_agree(&l) || !lab_pairs(&l, "hub") || lab_pairs(&l, "hub") > 2) {
            lab_tails(&l, 2000);
            fail_msg("lag %u: pairs %u and %u", lag, lab_pairs(&l, "hub"), lab_pairs(&l, "spoke"));
        }
        uint64_t made = ipsec_totals(lab_ipsec(&l, "hub")).installed + ipsec_totals(lab_ipsec(&l, "spoke")).installed;
        both_start(&l, 100000, 100);
        lab_run(&l, 120);
        none_lost(&l);
        assert_int_equal(ipsec_totals(lab_ipsec(&l, "hub")).installed + ipsec_totals(lab_ipsec(&l, "spoke")).installed, made);
        if (lag % 2 == 0)
            quiet(&l);
        lab_free(&l);
    }
}

/* Hundreds of rekeys later there is as much of everything as after the first. */
struct holding {
    unsigned pairs, ike, transient, flows, packets, timers;
};

static struct holding holds(struct lab *l, const char *node)
{
    struct ipsec_totals t = ipsec_totals(lab_ipsec(l, node));
    struct graph *g = dataplane_graph(lab_dp(l, node));
    return (struct holding){t.pairs, lab_ike_sas(l, node), t.transient, t.flows, graph_pool(g, false).used + graph_pool(g, true).used, (unsigned)box_loop(l->box)->heap_len};
}

static void nothing_grows(void **state)
{
    struct lab l;
    (void)state;
    lab_new(&l, 150);
    lab_conf_both(&l, "crypto ipsec security-association lifetime seconds 120\ncrypto isakmp policy 10\nlifetime 300");
    lab_tunnel(&l);
    struct holding was[2], is[2];
    unsigned made[2];
    both_start(&l, 500000, 100);
    lab_run(&l, 190); /* between two rekeys, the first one over */
    for (int i = 0; i < 2; i++) {
        was[i] = holds(&l, i ? "hub" : "spoke");
        made[i] = graph_pool(dataplane_graph(lab_dp(&l, i ? "hub" : "spoke")), false).made;
        assert_int_equal(was[i].transient, 0);
    }
    lab_run(&l, 2700 * 6);
    size_t heap = mallinfo2().uordblks; /* what malloc keeps at hand has settled */
    lab_run(&l, 2700 * 8); /* both lifetimes fit into it: the same moment between rekeys */
    for (int i = 0; i < 2; i++) {
        is[i] = holds(&l, i ? "hub" : "spoke");
        assert_int_equal(is[i].pairs, was[i].pairs);
        assert_int_equal(is[i].ike, was[i].ike);
        assert_int_equal(is[i].transient, 0);
        assert_int_equal(is[i].flows, was[i].flows);
        assert_int_equal(is[i].packets, was[i].packets);
        assert_in_range(is[i].timers, was[i].timers > 10 ? was[i].timers - 10 : 0, was[i].timers + 10);
        assert_int_equal(graph_pool(dataplane_graph(lab_dp(&l, i ? "hub" : "spoke")), false).made, made[i]);
    }
    size_t heap_now = mallinfo2().uordblks;
    if (heap_now > heap + 32768) /* where malloc counts: not under a sanitizer */
        fail_msg("%zu bytes more", heap_now - heap);
    none_lost(&l);
    assert_true(ipsec_totals(lab_ipsec(&l, "hub")).installed > 300);
    lab_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_seconds),    cmocka_unit_test(by_kilobytes),  cmocka_unit_test(with_ike),
        cmocka_unit_test(both_at_once),  cmocka_unit_test(third_late), cmocka_unit_test(begun_by_both), cmocka_unit_test(nothing_grows), cmocka_unit_test(begun_at_any_lag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
