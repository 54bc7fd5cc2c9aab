/* How tunnels end, on whole routers: by lifetime without traffic, by each of the clears, by dead peer detection (crypto.md sections 2.7 and 5.5): what goes over the wire
 * for it, what the other end does, and how the tunnel comes back. */
#include "tests/exchange/lab.h"

/* What passes the hub's wire, by direction: 0 from the hub, 1 towards it. */
struct watch {
    unsigned main_mode[2], quick[2], info[2], esp[2], clear[2];
    bool eat_esp_from_hub;
};

static enum wire_verdict watch(void *arg, int from, uint8_t *frame, size_t len)
{
    struct watch *w = arg;
    if (len < 34 || get16(frame + 12) != 0x0800)
        return WIRE_PASS;
    const uint8_t *ip = frame + 14, *udp = ip + 20;
    if (ip[9] == PROTO_ESP) {
        w->esp[from]++;
        return w->eat_esp_from_hub && from == 0 ? WIRE_LOSE : WIRE_PASS;
    }
    if (ip[9] != PROTO_UDP || len < 34 + 8 + 28 || get16(udp + 2) != 500) {
        w->clear[from] += ip[9] == PROTO_ICMP;
        return WIRE_PASS;
    }
    uint8_t exchange = udp[8 + 18];
    w->main_mode[from] += exchange == 2;
    w->quick[from] += exchange == 32;
    w->info[from] += exchange == 5;
    return WIRE_PASS;
}

static void forget(struct watch *w)
{
    *w = (struct watch){.eat_esp_from_hub = w->eat_esp_from_hub};
}

static unsigned ike_frames(const struct watch *w)
{
    return w->main_mode[0] + w->main_mode[1] + w->quick[0] + w->quick[1] + w->info[0] + w->info[1];
}

static void begin(struct lab *l, struct watch *w, uint64_t seed, const char *both)
{
    *w = (struct watch){0};
    lab_new(l, seed);
    if (both)
        lab_conf_both(l, both);
    wire_tap(l->hub_wire, watch, w);
    lab_tunnel(l);
}

static uint32_t conn_id(struct lab *l, const char *node)
{
    struct ike_sa_info sa;
    for (size_t at = 0; ike_sa_next(lab_ike(l, node), &at, &sa);)
        if (sa.up)
            return sa.conn_id;
    return 0;
}

static bool shows(struct lab *l, const char *node, const char *line, const char *text)
{
    return strstr(box_type(l->box, node, line), text) != NULL;
}

/* The pair that carried the first pings is renewed once, its successor carries nothing and is not; the IKE SA has nothing left to serve. No word after that. */
static void idle(void **state)
{
    struct lab l;
    struct watch w;
    (void)state;
    begin(&l, &w, 200, "crypto ipsec security-association lifetime seconds 120\ncrypto isakmp policy 10\nlifetime 300");
    forget(&w);
    lab_run(&l, 100);
    assert_int_equal(w.quick[0] + w.quick[1], 3);
    lab_run(&l, 60);
    assert_int_equal(lab_pairs(&l, "hub"), 1);
    assert_true(lab_agree(&l));
    lab_run(&l, 90);
    assert_int_equal(lab_pairs(&l, "hub") + lab_pairs(&l, "spoke"), 0);
    assert_int_equal(w.quick[0] + w.quick[1], 3);
    assert_true(shows(&l, "hub", "show crypto session", "Session status: UP-IDLE"));
    lab_run(&l, 60);
    assert_true(lab_clean(&l));
    assert_int_equal(w.main_mode[0] + w.main_mode[1], 0);
    assert_true(shows(&l, "hub", "show crypto session", "Session status: DOWN"));
    assert_true(shows(&l, "spoke", "show crypto session", "Session status: DOWN"));
    assert_true(shows(&l, "spoke", "show crypto ipsec sa", "current outbound spi: 0x0(0)"));
    forget(&w);
    lab_run(&l, 3600);
    assert_int_equal(ike_frames(&w) + w.esp[0] + w.esp[1], 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(box_log_count(l.box, i ? "hub" : "spoke", 0, "%CRYPTO-4"), 0);
    lab_tunnel(&l);
    lab_free(&l);
}

/* The hard lifetime when the other end is away: each end cleans up by itself. Detection off. */
static void apart(void **state)
{
    struct lab l;
    struct watch w;
    (void)state;
    begin(&l, &w, 201, "no crypto isakmp keepalive\ncrypto ipsec security-association lifetime seconds 120\ncrypto isakmp policy 10\nlifetime 300");
    stream_start(&l.spoke, US_PER_S, 100);
    lab_run(&l, 5);
    wire_tap(l.hub_wire, NULL, NULL);
    wire_set(l.hub_wire, &(struct wire_params){.delay_us = 1000, .loss = 1000000});
    struct ipsec_pair_info p;
    assert_true(lab_current(&l, "spoke", &p));
    lab_run(&l, p.left_s - 0.5);
    assert_int_equal(lab_pairs(&l, "spoke"), 1);
    lab_run(&l, 2);
    assert_int_equal(lab_pairs(&l, "spoke"), 0);
    stream_stop(&l.spoke);
    lab_run(&l, 240);
    assert_true(lab_clean(&l));
    wire_set(l.hub_wire, &(struct wire_params){.delay_us = 1000});
    lab_tunnel(&l);
    lab_free(&l);
}

/* clear crypto sa: a DELETE a pair, the other end drops it too; the IKE SA stays, and the next packet needs quick mode alone. */
static void clear_sa(void **state)
{
    static const char *const lines[] = {"clear crypto sa", "clear crypto sa peer 213.163.222.7", "clear crypto sa map CMAP"};
    struct lab l;
    struct watch w;
    (void)state;
    begin(&l, &w, 202, NULL);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        uint32_t id = conn_id(&l, "hub");
        forget(&w);
        assert_string_equal(box_type(l.box, "spoke", "clear crypto sa peer 192.0.2.99"), "");
        lab_run(&l, 1);
        assert_int_equal(lab_pairs(&l, "hub") + lab_pairs(&l, "spoke"), 2);
        assert_int_equal(ike_frames(&w), 0);
        assert_string_equal(box_type(l.box, "spoke", lines[i]), "");
        lab_run(&l, 1);
        assert_int_equal(lab_pairs(&l, "hub") + lab_pairs(&l, "spoke"), 0);
        assert_int_equal(w.info[1], 1);
        assert_int_equal(ike_frames(&w), 1);
        assert_int_equal(lab_ike_sas(&l, "hub") + lab_ike_sas(&l, "spoke"), 2);
        assert_true(shows(&l, "hub", "show crypto session", "Session status: UP-IDLE"));
        lab_run(&l, 60); /* a crypto map waits for the next packet */
        assert_int_equal(w.quick[0] + w.quick[1] + w.main_mode[0] + w.main_mode[1], 0);
        lab_tunnel(&l);
        assert_int_equal(w.main_mode[0] + w.main_mode[1], 0);
        assert_int_equal(w.quick[0] + w.quick[1], 3);
        assert_int_equal(conn_id(&l, "hub"), id);
    }
    lab_free(&l);
}

/* One SA of two pairs, by its SPI, with its sibling: here while a rekey has left two. */
static void clear_entry(void **state)
{
    struct lab l;
    struct watch w;
    struct ipsec_pair_info now, old = {0}, p;
    char line[96];
    (void)state;
    begin(&l, &w, 203, "crypto ipsec security-association lifetime seconds 120");
    lab_run(&l, 95);
    assert_int_equal(lab_pairs(&l, "spoke"), 2);
    assert_true(lab_current(&l, "spoke", &now));
    for (size_t at = 0; ipsec_pair_next(lab_ipsec(&l, "spoke"), 0, &at, &p);)
        if (!p.current)
            old = p;
    snprintf(line, sizeof line, "clear crypto sa entry 213.163.222.7 esp %u", old.spi_out);
    assert_string_equal(box_type(l.box, "spoke", line), "");
    lab_run(&l, 1);
    assert_int_equal(lab_pairs(&l, "spoke"), 1);
    assert_int_equal(lab_pairs(&l, "hub"), 1);
    assert_true(lab_current(&l, "spoke", &p));
    assert_int_equal(p.id, now.id);
    assert_true(lab_agree(&l));
    assert_true(lab_ping(&l, "spoke"));
    lab_free(&l);
}

/* clear crypto isakmp: the IKE SA goes at both ends, traffic does not notice; the rekey of the pair brings a new one. Without an IKE SA a clear of pairs cannot be told. */
static void clear_isakmp(void **state)
{
    struct lab l;
    struct watch w;
    (void)state;
    begin(&l, &w, 204, "crypto ipsec security-association lifetime seconds 120");
    stream_start(&l.spoke, 100000, 100);
    stream_start(&l.hub, 100000, 100);
    forget(&w);
    box_type(l.box, "hub", "clear crypto isakmp");
    lab_run(&l, 1);
    assert_int_equal(lab_ike_sas(&l, "hub") + lab_ike_sas(&l, "spoke"), 0);
    assert_int_equal(lab_pairs(&l, "hub") + lab_pairs(&l, "spoke"), 2);
    assert_int_equal(ike_frames(&w), 1);
    lab_run(&l, 85);
    assert_int_equal(ike_frames(&w), 1);
    lab_run(&l, 20);
    assert_true(w.main_mode[1] == 3 && w.main_mode[0] == 3);
    assert_int_equal(lab_ike_sas(&l, "hub") + lab_ike_sas(&l, "spoke"), 2);
    lab_run(&l, 60);
    stream_stop(&l.spoke);
    stream_stop(&l.hub);
    lab_run(&l, 1);
    assert_int_equal(l.spoke.back, l.spoke.sent);
    assert_int_equal(l.hub.back, l.hub.sent);
    assert_int_equal(lab_pairs(&l, "hub") + lab_pairs(&l, "spoke"), 2);

    /* Now the hub forgets its pair and has nobody to tell. */
    box_type(l.box, "hub", "clear crypto isakmp");
    lab_run(&l, 1);
    box_type(l.box, "hub", "debug crypto isakmp");
    size_t from = box_log_len(l.box, "hub");
    forget(&w);
    box_type(l.box, "hub", "clear crypto sa");
    lab_run(&l, 1);
    assert_int_equal(ike_frames(&w), 0);
    assert_int_equal(box_log_count(l.box, "hub", from, "ignoring request to send delete notify (no ISAKMP sa) src 213.163.222.7 dst 11.1.1.3 for SPI 0x"), 1);
    assert_int_equal(lab_pairs(&l, "spoke"), 1);
    (void)lab_ping(&l, "spoke"); /* into the void: the hub finds out, and begins (invalid-spi-recovery) */
    assert_int_equal(box_log_count(l.box, "hub", from, "RECVD_PKT_INV_SPI"), 1);
    assert_true(w.main_mode[0] >= 3);
    struct ike_sa_info sa;
    bool by_hub = false;
    for (size_t at = 0; ike_sa_next(lab_ike(&l, "hub"), &at, &sa);)
        by_hub |= sa.up && sa.initiator;
    assert_true(by_hub);
    lab_tunnel(&l);
    assert_true(lab_agree(&l));
    lab_free(&l);
}

/* clear crypto session: everything at both ends, and everything anew with the next packet. */
static void clear_session(void **state)
{
    struct lab l;
    struct watch w;
    (void)state;
    begin(&l, &w, 205, NULL);
    for (int i = 0; i < 2; i++) {
        uint32_t id = conn_id(&l, "hub");
        forget(&w);
        box_type(l.box, "hub", "clear crypto session remote 192.0.2.99");
        lab_run(&l, 1);
        assert_int_equal(ike_frames(&w), 0);
        box_type(l.box, i ? "hub" : "spoke", !i ? "clear crypto session" : "clear crypto session remote 11.1.1.3");
        lab_run(&l, 1);
        assert_true(lab_clean(&l));
        assert_int_equal(w.info[!i], 2); /* the pair, the IKE SA */
        assert_int_equal(ike_frames(&w), 2);
        lab_tunnel(&l);
        assert_int_equal(w.main_mode[0] + w.main_mode[1], 6);
        assert_int_equal(conn_id(&l, "hub"), id + 1);
    }
    lab_free(&l);
}

/* On demand: a tunnel that is idle, or that is answered, is never probed. Packets out and nothing in for 10 s: a probe, at once and then every 10 s, while the peer says
 * that it lives. */
static void detect_on_demand(void **state)
{
    struct lab l;
    struct watch w;
    (void)state;
    begin(&l, &w, 206, NULL); /* the sample: crypto isakmp keepalive 10 */
    forget(&w);
    lab_run(&l, 1803);
    assert_int_equal(ike_frames(&w), 0);
    stream_start(&l.spoke, 1000 * US_PER_S, 100); /* one packet: whoever was silent for so long is asked with it */
    lab_run(&l, 0.1);
    assert_int_equal(w.info[1], 1);
    assert_true(w.info[0] >= 1);
    lab_run(&l, 60);
    assert_int_equal(w.info[1], 1 + (w.info[0] > 1)); /* the hub's packet out may have had its own reason */
    forget(&w);
    stream_start(&l.spoke, 25 * US_PER_S, 100);
    lab_run(&l, 310);
    assert_int_equal(l.spoke.back, l.spoke.sent);
    assert_true(ike_frames(&w) <= 2 * l.spoke.sent); /* a packet after a silence of 25 s may be a reason, its answer ends it */
    stream_start(&l.spoke, 5 * US_PER_S, 100);
    lab_run(&l, 2);
    forget(&w);
    lab_run(&l, 300);
    assert_int_equal(ike_frames(&w), 0);
    assert_int_equal(l.spoke.back, l.spoke.sent);
    stream_start(&l.spoke, US_PER_S, 100);
    w.eat_esp_from_hub = true;
    forget(&w);
    uint32_t id = conn_id(&l, "spoke");
    lab_run(&l, 300);
    assert_in_range(w.info[1], 27, 31);
    assert_int_equal(w.info[0], w.info[1]);
    assert_int_equal(conn_id(&l, "spoke"), id);
    assert_int_equal(lab_pairs(&l, "spoke"), 1);
    assert_int_equal(w.main_mode[0] + w.main_mode[1] + w.quick[0] + w.quick[1], 0);
    lab_free(&l);
}

/* Periodic: idle tunnels too; an answer proves both ends to each other, so that one exchange in 10 s is enough for both. Traffic makes it needless. */
static void detect_periodic(void **state)
{
    struct lab l;
    struct watch w;
    (void)state;
    begin(&l, &w, 207, "crypto isakmp keepalive 10 2 periodic");
    forget(&w);
    lab_run(&l, 600);
    assert_in_range(w.info[0] + w.info[1], 2 * 55, 4 * 61);
    assert_int_equal(w.info[0], w.info[1]);
    stream_start(&l.spoke, 5 * US_PER_S, 100);
    lab_run(&l, 20);
    forget(&w);
    lab_run(&l, 600);
    assert_int_equal(ike_frames(&w), 0);
    lab_free(&l);
}

/* The hub's cable is out: the spoke sees only that nobody answers. */
static void peer_gone(void **state)
{
    (void)state;
    for (int periodic = 0; periodic < 2; periodic++) {
        struct lab l;
        struct watch w;
        begin(&l, &w, 208 + (uint64_t)periodic, periodic ? "crypto isakmp keepalive 10 2 periodic" : NULL);
        /* Idle and on demand nothing is lost by a pause of any length. */
        struct ipsec_pair_info before, after;
        assert_true(lab_current(&l, "spoke", &before));
        wire_plug(l.hub_wire, false);
        lab_run(&l, periodic ? 18 : 600);
        assert_int_equal(lab_pairs(&l, "spoke"), 1);
        if (periodic) { /* 10 s after the last proof, five times 2 s */
            lab_run(&l, 6);
            assert_int_equal(lab_pairs(&l, "spoke") + lab_ike_sas(&l, "spoke"), 0);
        }
        wire_plug(l.hub_wire, true);
        lab_run(&l, 3);
        if (!periodic) {
            assert_true(lab_ping(&l, "spoke"));
            assert_true(lab_current(&l, "spoke", &after));
            assert_int_equal(after.spi_out, before.spi_out);
        }
        lab_tunnel(&l);
        /* With traffic the end comes 20 s after the last answer. */
        stream_start(&l.spoke, US_PER_S, 100);
        lab_run(&l, 10);
        wire_plug(l.hub_wire, false);
        lab_run(&l, 18);
        assert_int_equal(lab_pairs(&l, "spoke"), 1);
        lab_run(&l, 5);
        assert_int_equal(lab_pairs(&l, "spoke") + lab_ike_sas(&l, "spoke"), 0);
        assert_true(shows(&l, "spoke", "show crypto session", "Session status: DOWN"));
        lab_run(&l, 100);
        wire_plug(l.hub_wire, true);
        /* Back: what the hub still holds is older than the spoke's INITIAL-CONTACT, and goes. */
        uint64_t began = lab_now(&l);
        do
            lab_run(&l, 1);
        while (!(lab_agree(&l) && lab_pairs(&l, "spoke")) && lab_now(&l) - began < 120 * US_PER_S);
        assert_true(lab_now(&l) - began <= 60 * US_PER_S);
        assert_true(lab_ping(&l, "spoke"));
        assert_int_equal(lab_pairs(&l, "hub"), 1);
        assert_int_equal(lab_pairs(&l, "spoke"), 1);
        assert_int_equal(lab_ike_sas(&l, "hub"), 1);
        lab_free(&l);
    }
}

/* A peer of a crypto map that is dead gives its turn to the next one of the entry. */
static void next_peer(void **state)
{
    struct lab l;
    struct watch w;
    (void)state;
    begin(&l, &w, 210, NULL);
    lab_conf(&l, "spoke", "crypto isakmp key espial-training address 213.163.222.8\ncrypto map CMAP 10 ipsec-isakmp\nset peer 213.163.222.8");
    assert_true(lab_ping(&l, "spoke"));
    stream_start(&l.spoke, US_PER_S, 100);
    lab_run(&l, 5);
    wire_plug(l.hub_wire, false);
    lab_run(&l, 60);
    wire_plug(l.hub_wire, true);
    assert_true(shows(&l, "spoke", "show crypto map", "Current peer: 213.163.222.8"));
    lab_run(&l, 3);
    lab_conf(&l, "hub", "interface Ethernet0/0\nip address 213.163.222.8 255.255.255.0");
    uint64_t began = lab_now(&l);
    do
        lab_run(&l, 1);
    while (!(lab_agree(&l) && lab_pairs(&l, "spoke")) && lab_now(&l) - began < 150 * US_PER_S);
    struct ipsec_pair_info p;
    assert_true(lab_current(&l, "spoke", &p));
    assert_int_equal(p.peer, HUB_ADDR + 1);
    assert_true(lab_ping(&l, "spoke"));
    lab_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idle),          cmocka_unit_test(apart),         cmocka_unit_test(clear_sa),         cmocka_unit_test(clear_entry),
        cmocka_unit_test(clear_isakmp),  cmocka_unit_test(clear_session), cmocka_unit_test(detect_on_demand), cmocka_unit_test(detect_periodic),
        cmocka_unit_test(peer_gone),     cmocka_unit_test(next_peer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
