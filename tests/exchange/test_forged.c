/* Forged ESP against whole routers: ten thousand packets from sources of chance, in the peer's name, with the right SPI, at a router that has forgotten. What is said, and
 * what IKE begins, stays bounded; good traffic does not notice; nothing is kept. */
#include "tests/exchange/lab.h"

#define PACKETS 10000

struct forger {
    struct lab lab;
    struct rnd *rnd;
    uint8_t ether[14];              /* of a frame from isp to hub */
    unsigned begun;                 /* first messages of main modes that the hub began */
    unsigned info;                  /* INFORMATIONAL from the hub */
    uint8_t cookies[8][8];          /* of those main modes */
};

static enum wire_verdict watch(void *arg, int from, uint8_t *frame, size_t len)
{
    static const uint8_t none[8];
    struct forger *f = arg;
    if (len < 34 + 8 + 28 || get16(frame + 12) != 0x0800)
        return WIRE_PASS;
    if (from == 1) {
        memcpy(f->ether, frame, sizeof f->ether);
        return WIRE_PASS;
    }
    const uint8_t *udp = frame + 34, *ike = udp + 8;
    if (frame[23] != PROTO_UDP || get16(udp + 2) != 500)
        return WIRE_PASS;
    f->info += ike[18] == 5 || (ike[18] == 37 && !(ike[19] & 0x20)); /* of IKEv2: a request */
    if (ike[18] != 2 || memcmp(ike + 8, none, 8) != 0)
        return WIRE_PASS;
    for (unsigned i = 0; i < f->begun && i < 8; i++)
        if (memcmp(f->cookies[i], ike, 8) == 0)
            return WIRE_PASS;
    memcpy(f->cookies[f->begun % 8], ike, 8);
    f->begun++;
    return WIRE_PASS;
}

static const char ikev2[] =
    "configure terminal\ncrypto ikev2 keyring K\npeer ANY\naddress 0.0.0.0 0.0.0.0\npre-shared-key drawbridge\nexit\nexit\n"
    "crypto ikev2 profile V2\nmatch identity remote address 0.0.0.0\nauthentication remote pre-share\n"
    "authentication local pre-share\nkeyring local K\nexit\ncrypto isakmp invalid-spi-recovery\n"
    "crypto map CMAP 10 ipsec-isakmp\nset ikev2-profile V2\nend";

static void begin_with(struct forger *f, uint64_t seed, const char *lines)
{
    *f = (struct forger){.rnd = rnd_seeded_new(~seed)}; /* never the numbers that the routers draw */
    lab_new(&f->lab, seed);
    if (lines) {
        box_type_all(f->lab.box, "hub", lines);
        box_type_all(f->lab.box, "spoke", lines);
    }
    wire_tap(f->lab.hub_wire, watch, f);
    lab_tunnel(&f->lab);
    assert_int_equal(get16(f->ether + 12), 0x0800);
    f->begun = f->info = 0;
}

static void begin(struct forger *f, uint64_t seed)
{
    begin_with(f, seed, NULL);
}

static void end(struct forger *f)
{
    lab_free(&f->lab);
    rnd_free(f->rnd);
}

/* An ESP packet to the hub, of a size of chance and garbage inside. */
static void forge(struct forger *f, uint32_t src, uint32_t spi, uint32_t seq)
{
    uint8_t frame[14 + 20 + 8 + 1024];
    uint32_t room = 16 * (2 + rnd_u32(f->rnd) % 60);
    uint8_t *ip = frame + 14;
    size_t len = 20 + 8 + room;
    memcpy(frame, f->ether, 14);
    memset(ip, 0, 20);
    ip[0] = 0x45;
    put16(ip + 2, (uint16_t)len);
    put16(ip + 4, (uint16_t)rnd_u32(f->rnd));
    ip[8] = 254;
    ip[9] = PROTO_ESP;
    put32(ip + 12, src);
    put32(ip + 16, HUB_ADDR);
    put16(ip + 10, ip_cksum_fold(ip_cksum_add(0, ip, 20)));
    put32(ip + 20, spi);
    put32(ip + 24, seq);
    rnd_fill(f->rnd, ip + 28, room);
    wire_inject(f->lab.hub_wire, 1, frame, 14 + len);
}

static uint32_t stranger(struct forger *f)
{
    uint32_t a;
    do
        a = rnd_u32(f->rnd);
    while (a >> 24 == 0 || a >> 24 == 127 || a >> 24 >= 224 || a >> 24 == 10 || a >> 8 == HUB_ADDR >> 8 || a == SPOKE_ADDR);
    return a;
}

static uint32_t some_spi(struct forger *f)
{
    return rnd_u32(f->rnd) | 256;
}

static void traffic(struct forger *f)
{
    stream_start(&f->lab.hub, 50000, 200);
    stream_start(&f->lab.spoke, 50000, 200);
}

static void traffic_good(struct forger *f)
{
    stream_stop(&f->lab.hub);
    stream_stop(&f->lab.spoke);
    lab_run(&f->lab, 1);
    assert_true(f->lab.hub.sent > 100);
    assert_int_equal(f->lab.hub.back, f->lab.hub.sent);
    assert_int_equal(f->lab.spoke.back, f->lab.spoke.sent);
}

static uint64_t strays(struct forger *f)
{
    return drop_count(dataplane_graph(lab_dp(&f->lab, "hub")), DROP_INV_SPI, DROP_SINCE_BOOT).packets;
}

/* No two lines of one flow within a minute: here, none at all in a log shorter than that. */
static void lines_differ(const char *log, const char *mark)
{
    char src[256][64];
    unsigned n = 0;
    for (const char *at = strstr(log, mark); at; at = strstr(at + 1, mark)) {
        const char *from = strstr(at, "srcaddr=");
        assert_non_null(from);
        snprintf(src[n % 256], sizeof src[0], "%.*s", (int)strcspn(from, ","), from);
        for (unsigned i = 0; i < n && i < 256; i++)
            assert_string_not_equal(src[i], src[n]);
        assert_true(++n <= 256);
    }
}

/* From everywhere, 1000 a second. Each is counted; at most 256 flows are spoken of in a minute; IKE does nothing for strangers, whatever is configured. */
static void from_everywhere(void **state)
{
    struct forger f;
    struct ipsec_pair_info before, after;
    (void)state;
    begin(&f, 400);
    struct lab *l = &f.lab;
    assert_true(lab_current(l, "hub", &before));
    size_t from = box_log_len(l->box, "hub");
    uint64_t had = strays(&f);
    size_t timers = box_loop(l->box)->heap_len;
    traffic(&f);
    for (int i = 0; i < PACKETS; i++) {
        forge(&f, stranger(&f), some_spi(&f), rnd_u32(f.rnd));
        lab_run(l, 0.001);
    }
    traffic_good(&f);
    assert_int_equal(strays(&f) - had, PACKETS);
    unsigned lines = (unsigned)box_log_count(l->box, "hub", from, "RECVD_PKT_INV_SPI");
    assert_in_range(lines, 200, 256);
    lines_differ(box_log(l->box, "hub") + from, "RECVD_PKT_INV_SPI");
    assert_int_equal(f.begun + f.info, 0);
    assert_true(lab_current(l, "hub", &after));
    assert_int_equal(after.id, before.id);
    assert_int_equal(lab_ike_sas(l, "hub"), 1);
    assert_in_range(box_loop(l->box)->heap_len, timers > 10 ? timers - 10 : 0, timers + 10);
    struct graph *g = dataplane_graph(lab_dp(l, "hub"));
    assert_int_equal(graph_pool(g, false).used + graph_pool(g, true).used, 0);
    /* The next minute has its own. */
    lab_run(l, 61);
    from = box_log_len(l->box, "hub");
    forge(&f, stranger(&f), some_spi(&f), 1);
    lab_run(l, 0.1);
    assert_int_equal(box_log_count(l->box, "hub", from, "RECVD_PKT_INV_SPI"), 1);
    end(&f);
}

/* In the peer's name, which has an IKE SA: one line a minute, at most ten DELETEs a second, and the spoke, who knows none of those SPIs, loses nothing. With IKEv2 a DELETE
 * names several SPIs, and each may have its INVALID_SPI. */
static void peers_name(uint64_t seed, const char *lines, unsigned least, unsigned most)
{
    struct forger f;
    struct ipsec_pair_info before, after;
    begin_with(&f, seed, lines);
    struct lab *l = &f.lab;
    assert_true(lab_current(l, "spoke", &before));
    size_t from = box_log_len(l->box, "hub"), from2 = box_log_len(l->box, "spoke");
    traffic(&f);
    for (int i = 0; i < PACKETS; i++) {
        forge(&f, SPOKE_ADDR, some_spi(&f), rnd_u32(f.rnd));
        lab_run(l, 0.001);
    }
    traffic_good(&f);
    assert_int_equal(box_log_count(l->box, "hub", from, "RECVD_PKT_INV_SPI"), 1);
    assert_in_range(f.info, least, most);
    assert_int_equal(f.begun, 0);
    assert_true(lab_current(l, "spoke", &after));
    assert_int_equal(after.id, before.id);
    assert_int_equal(box_log_count(l->box, "spoke", from2, "%CRYPTO"), 0);
    lab_run(l, 61);
    forge(&f, SPOKE_ADDR, some_spi(&f), 1);
    lab_run(l, 1);
    assert_int_equal(box_log_count(l->box, "hub", from, "RECVD_PKT_INV_SPI"), 2);
    end(&f);
}

static void in_peers_name(void **state)
{
    (void)state;
    peers_name(401, NULL, 90, 120);
}

static void in_peers_name_v2(void **state)
{
    (void)state;
    peers_name(411, ikev2, 100, 240);
}

/* With the SPI of the SA itself: the window does not move for what is not authentic; one line a minute. */
static void right_spi(void **state)
{
    struct forger f;
    struct ipsec_pair_info p, after;
    (void)state;
    begin(&f, 402);
    struct lab *l = &f.lab;
    assert_true(lab_current(l, "hub", &p));
    size_t from = box_log_len(l->box, "hub");
    traffic(&f);
    for (int i = 0; i < PACKETS; i++) {
        forge(&f, SPOKE_ADDR, p.spi_in, p.seq_in + 1000 + rnd_u32(f.rnd) % 1000000);
        lab_run(l, 0.001);
    }
    traffic_good(&f);
    assert_true(lab_current(l, "hub", &after));
    assert_int_equal(after.id, p.id);
    assert_true(after.seq_in < p.seq_in + 1000);
    assert_int_equal(box_log_count(l->box, "hub", from, "RECVD_PKT_MAC_ERR"), 1);
    assert_int_equal(box_log_count(l->box, "hub", from, "RECVD_PKT_INV_SPI"), 0);
    assert_int_equal(f.begun + f.info, 0);
    end(&f);
}

/* The hub has forgotten everything and may begin (invalid-spi-recovery), the spoke is away: one attempt a minute, whatever comes in its name, and none for strangers. */
static void hold_down(void **state)
{
    struct forger f;
    (void)state;
    begin(&f, 403);
    struct lab *l = &f.lab;
    lab_reload(l, "hub");
    wire_plug(l->spoke_wire, false);
    lab_run(l, 3);
    size_t from = box_log_len(l->box, "hub");
    for (int i = 0; i < PACKETS; i++) { /* 300 s */
        forge(&f, i % 4 ? SPOKE_ADDR : stranger(&f), some_spi(&f), 1 + rnd_u32(f.rnd) % 1000);
        lab_run(l, 0.03);
    }
    assert_in_range(f.begun, 4, 6);
    assert_int_equal(f.info, 0);
    assert_in_range(box_log_count(l->box, "hub", from, "srcaddr=11.1.1.3"), 4, 6);
    assert_int_equal(lab_ike_sas(l, "hub"), 0);
    assert_int_equal(lab_pairs(l, "hub"), 0);
    /* An attempt that succeeds is one, too: when its SA goes, the next waits for its minute. */
    wire_plug(l->spoke_wire, true);
    lab_run(l, 120);
    f.begun = 0;
    for (int i = 0; i < 50; i++) {
        forge(&f, SPOKE_ADDR, some_spi(&f), 1);
        lab_run(l, 1);
        box_type(l->box, "hub", "clear crypto isakmp");
    }
    assert_int_equal(f.begun, 1);
    lab_run(l, 60);
    lab_tunnel(l);
    end(&f);
}

/* Without the command nothing is begun at all, and what was forged changes nothing of the black hole. */
static void no_command(void **state)
{
    struct forger f;
    (void)state;
    begin(&f, 404);
    struct lab *l = &f.lab;
    lab_conf(l, "hub", "no crypto isakmp invalid-spi-recovery");
    box_type(l->box, "hub", "write memory");
    lab_reload(l, "hub");
    lab_run(l, 3);
    for (int i = 0; i < PACKETS; i++) {
        forge(&f, i % 2 ? SPOKE_ADDR : stranger(&f), some_spi(&f), 1);
        lab_run(l, 0.001);
    }
    assert_int_equal(f.begun + f.info, 0);
    assert_int_equal(lab_pairs(l, "spoke"), 1);
    end(&f);
}

/* Strangers have used up what the limiter keeps: the peer that the crypto map names is heard all the same, at its first packet. */
static void strangers_do_not_silence_the_peer(void **state)
{
    struct forger f;
    (void)state;
    begin(&f, 700);
    struct lab *l = &f.lab;
    for (unsigned i = 0; i < 2000; i++) {
        forge(&f, stranger(&f), some_spi(&f), 1);
        if (i % 64 == 0)
            lab_run(l, 0.001);
    }
    lab_run(l, 0.1);
    size_t from = box_log_len(l->box, "hub");
    forge(&f, stranger(&f), some_spi(&f), 1);
    lab_run(l, 0.1);
    assert_int_equal(box_log_count(l->box, "hub", from, "RECVD_PKT_INV_SPI"), 0);
    for (unsigned i = 0; i < 10; i++)
        forge(&f, SPOKE_ADDR, some_spi(&f), 1);
    lab_run(l, 0.1);
    assert_int_equal(box_log_count(l->box, "hub", from, "RECVD_PKT_INV_SPI"), 1);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_everywhere), cmocka_unit_test(in_peers_name), cmocka_unit_test(in_peers_name_v2), cmocka_unit_test(right_spi), cmocka_unit_test(hold_down), cmocka_unit_test(no_command), cmocka_unit_test(strangers_do_not_silence_the_peer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
