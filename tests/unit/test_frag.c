/* Pieces: how a packet is cut, which pieces make a packet again, and what ends one. Pieces are injected into a box with
 * one interface; what was put together reaches a stage of the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "dataplane/limits.h"
#include "dataplane/net/frag.h"
#include "dataplane/net/stat.h"
#include "espial/buf.h"
#include "tests/sim/netbox.h"
#include "tests/sim/vloop.h"

enum { PROTO_TEST = 50, MORE = 0x2000, DF = 0x4000 }; /* protocol 50 goes to ESP_IN, which the test takes */

struct pieces {
    struct loop *loop;
    struct netbox box;
    struct wire *wire;
    unsigned whole;      /* packets put together (or never cut) */
    uint8_t last[65536]; /* the last of them */
    uint32_t last_len;
    bool by_sa;      /* it came by an SA */
    unsigned judged; /* of the whole ones, at the crypto map */
    const char *by;  /* the interface of the next piece; NULL: Ethernet0/0 */
    unsigned outs;
    uint8_t out[64][1600]; /* what ipv4_fragment made */
    uint32_t out_len[64];
    uint8_t icmp_type, icmp_code; /* of the last ICMP packet that left */
    unsigned icmps;
};

static void take_whole(void *self, struct graph *g, struct packet **v, unsigned n)
{
    struct pieces *t = self;

    for (unsigned i = 0; i < n; i++) {
        t->whole++;
        t->last_len = v[i]->len;
        t->by_sa = v[i]->decapsulated;
        memcpy(t->last, v[i]->l3, v[i]->len);
        graph_drop(g, v[i], DROP_DONE);
    }
}

static void take_out(void *self, struct graph *g, struct packet **v, unsigned n)
{
    struct pieces *t = self;

    for (unsigned i = 0; i < n; i++) {
        if (v[i]->l3[9] == PROTO_ICMP) {
            t->icmps++;
            t->icmp_type = v[i]->l3[20];
            t->icmp_code = v[i]->l3[21];
        } else if (t->outs < 64) {
            t->out_len[t->outs] = v[i]->len;
            memcpy(t->out[t->outs++], v[i]->l3, v[i]->len);
        }
        graph_drop(g, v[i], DROP_DONE);
    }
}

static int setup(void **state)
{
    struct pieces *t = NEW(struct pieces);

    t->loop = vloop_new(0);
    netbox_init(&t->box, t->loop, 1);
    t->wire = wire_new(t->loop, NULL, NULL);
    netbox_plug(&t->box, "Ethernet0/0", t->wire, 0, "10.0.0.1/24");
    vloop_run_for(t->loop, 2 * US_PER_S);
    graph_set(t->box.graph, STAGE_ESP_IN, take_whole, t);
    graph_set(t->box.graph, STAGE_ETH_OUT, take_out, t);
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    struct pieces *t = *state;

    graph_run(t->box.graph);
    netbox_end(&t->box);
    wire_free(t->wire);
    vloop_free(t->loop);
    mem_free(t);
    return 0;
}

static void header(uint8_t *ip, uint32_t len, uint16_t id, uint16_t field)
{
    memset(ip, 0, 20);
    ip[0] = 0x45;
    put16(ip + 2, (uint16_t)len);
    put16(ip + 4, id);
    put16(ip + 6, field);
    ip[8] = 64;
    ip[9] = PROTO_TEST;
    put32(ip + 12, addr_of("10.0.0.9"));
    put32(ip + 16, addr_of("10.0.0.1"));
    put16(ip + 10, ip_cksum_fold(ip_cksum_add(0, ip, 20)));
}

/* Bytes [at, at+len) of packet `id`, whose byte n is n*7+id. */
static void piece_by(struct pieces *t, uint16_t id, uint32_t at, uint32_t len, bool more, bool by_sa)
{
    struct packet *p = packet_new(t->box.graph, 20 + len);

    assert_non_null(p);
    p->len = 20 + len;
    p->iif = iface_by_name(t->box.net, t->by ? t->by : "Ethernet0/0");
    p->decapsulated = by_sa;
    header(p->l3, p->len, id, (uint16_t)(at / 8 | (more ? MORE : 0)));
    for (uint32_t i = 0; i < len; i++)
        p->l3[20 + i] = (uint8_t)((at + i) * 7 + id);
    graph_next(t->box.graph, p, STAGE_IP4_IN);
    graph_run(t->box.graph);
}

static void piece(struct pieces *t, uint16_t id, uint32_t at, uint32_t len, bool more)
{
    piece_by(t, id, at, len, more, false);
}

static void whole_is(struct pieces *t, unsigned count, uint16_t id, uint32_t len)
{
    assert_int_equal(t->whole, count);
    assert_int_equal(t->last_len, 20 + len);
    assert_int_equal(get16(t->last + 2), 20 + len);
    assert_int_equal(get16(t->last + 6), 0);
    assert_int_equal(ip_cksum_fold(ip_cksum_add(0, t->last, 20)), 0);
    for (uint32_t i = 0; i < len; i++)
        assert_int_equal(t->last[20 + i], (uint8_t)(i * 7 + id));
    assert_int_equal(netbox_used(&t->box), 0);
}

static void any_order(void **state)
{
    struct pieces *t = *state;
    static const uint8_t orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

    for (uint16_t k = 0; k < 6; k++) {
        for (unsigned i = 0; i < 3; i++) {
            uint8_t n = orders[k][i];
            piece(t, k, n * 80u, n == 2 ? 13 : 80, n != 2);
        }
        whole_is(t, k + 1u, k, 173);
    }
}

/* What came by an SA is what came by it in all its pieces, whichever of them was the first. */
static void pieces_in_clear(void **state)
{
    struct pieces *t = *state;

    for (uint16_t by = 0; by < 4; by++) {
        piece_by(t, by, 0, 80, true, by & 1);
        piece_by(t, by, 80, 16, false, by & 2);
        whole_is(t, by + 1u, by, 96);
        assert_int_equal(t->by_sa, by == 3);
    }
}

static void take_check(void *self, struct graph *g, struct packet **v, unsigned n)
{
    struct pieces *t = self;

    for (unsigned i = 0; i < n; i++) {
        t->judged += !(get16(v[i]->l3 + 6) & 0x3FFF);
        graph_next(g, v[i], STAGE_IP4_ROUTE_IN);
    }
}

/* What has a piece that did not come by an SA meets the crypto map as a whole, whichever interface the first came by. */
static void whole_meets_the_map(void **state)
{
    struct pieces *t = *state;

    netbox_plug(&t->box, "Ethernet0/1", t->wire, 1, "10.0.1.1/24");
    graph_set(t->box.graph, STAGE_CRYPTO_CHECK, take_check, t);
    iface_by_name(t->box.net, "Ethernet0/0")->crypto = t;
    for (uint16_t by = 0; by < 4; by++) {
        piece_by(t, by, 0, 80, true, by & 1);
        piece_by(t, by, 80, 16, false, by & 2);
        whole_is(t, by + 1u, by, 96);
        assert_int_equal(t->judged, by < 3 ? by + 1 : 3);
    }
    t->by = "Ethernet0/1";
    piece_by(t, 9, 0, 80, true, false);
    t->by = NULL;
    piece_by(t, 9, 80, 16, false, false);
    whole_is(t, 5, 9, 96);
    assert_int_equal(t->judged, 4);
    iface_by_name(t->box.net, "Ethernet0/0")->crypto = NULL;
}

static void repetition_is_ignored(void **state)
{
    struct pieces *t = *state;

    piece(t, 1, 0, 80, true);
    piece(t, 1, 0, 80, true);
    piece(t, 1, 160, 8, false);
    piece(t, 1, 160, 8, false);
    piece(t, 1, 80, 80, true);
    whole_is(t, 1, 1, 168);
    assert_int_equal(netbox_drops(&t->box, DROP_REASS_OVERLAP), 0);
}

static void two_packets_at_once(void **state)
{
    struct pieces *t = *state;

    piece(t, 1, 0, 80, true);
    piece(t, 2, 80, 16, false);
    piece(t, 1, 80, 16, false);
    assert_int_equal(t->whole, 1);
    piece(t, 2, 0, 80, true);
    whole_is(t, 2, 2, 96);
}

static void overlap_ends_it(void **state)
{
    struct pieces *t = *state;
    static const struct {
        uint32_t at, len;
        bool more;
    } bad[] = {{72, 16, true},
               {8, 16, true},
               {0, 88, true},
               {0, 72, true},
               {80, 8, false} /* behind, but then it is the last */};

    for (uint16_t i = 0; i < 4; i++) {
        piece(t, i, 0, 80, true);
        piece(t, i, bad[i].at, bad[i].len, bad[i].more);
        assert_int_equal(netbox_drops(&t->box, DROP_REASS_OVERLAP), 2 * (i + 1)); /* both pieces */
        piece(t, i, 80, 8, false); /* what comes later begins a new one that never gets whole */
    }
    assert_int_equal(t->whole, 0);
}

static void beyond_the_end(void **state)
{
    struct pieces *t = *state;

    piece(t, 1, 80, 8, false);
    piece(t, 1, 160, 8, true); /* behind the last */
    assert_int_equal(netbox_drops(&t->box, DROP_REASS_BAD), 2);
    piece(t, 2, 160, 8, true);
    piece(t, 2, 80, 8, false); /* a last one that is not */
    assert_int_equal(netbox_drops(&t->box, DROP_REASS_BAD), 4);
    piece(t, 3, 0, 81, true); /* no multiple of 8 */
    assert_int_equal(netbox_drops(&t->box, DROP_REASS_BAD), 5);
    piece(t, 4, 65528, 16, false); /* the ping of death */
    assert_int_equal(netbox_drops(&t->box, DROP_REASS_BIG), 1);
    assert_int_equal(netbox_used(&t->box), 0);
}

static void greatest_packet(void **state)
{
    struct pieces *t = *state;

    for (uint32_t at = 0; at < 65515; at += 1480)
        piece(t, 9, at, at + 1480 < 65515 ? 1480 : 65515 - at, at + 1480 < 65515);
    whole_is(t, 1, 9, 65515);
}

static void time_runs_out(void **state)
{
    struct pieces *t = *state;

    piece(t, 1, 0, 80, true);
    piece(t, 2, 80, 80, true);
    vloop_run_for(t->loop, REASS_TIMEOUT_US - US_PER_S);
    assert_int_equal(netbox_drops(&t->box, DROP_REASS_TIMEOUT), 0);
    vloop_run_for(t->loop, 2 * US_PER_S);
    assert_int_equal(netbox_drops(&t->box, DROP_REASS_TIMEOUT), 2);
    assert_int_equal(t->icmps, 1); /* about the one whose head had come */
    assert_int_equal(t->icmp_type, ICMP_TIME_EXCEEDED);
    assert_int_equal(t->icmp_code, 1);
    assert_int_equal(net_stat(t->box.net)->reass_timeouts, 2);
    assert_int_equal(netbox_used(&t->box), 0);
}

static void bounds(void **state)
{
    struct pieces *t = *state;

    for (uint16_t id = 0; id < 500; id++)
        piece(t, id, 0, 80, true);
    assert_int_equal(netbox_used(&t->box), REASS_PER_SOURCE);
    assert_int_equal(netbox_drops(&t->box, DROP_REASS_MANY), 500 - REASS_PER_SOURCE);
    for (uint32_t i = 0; i <= REASS_FRAGMENTS; i++)
        piece(t, 1000, i * 16, 8, true); /* with holes */
    assert_int_equal(netbox_used(&t->box), REASS_PER_SOURCE - 1);
}

/* ---- cutting ---- */

static struct packet *packet_of(struct pieces *t, uint32_t len, uint16_t field)
{
    struct packet *p = packet_new(t->box.graph, len);

    p->len = len;
    p->oif = iface_by_name(t->box.net, "Ethernet0/0");
    header(p->l3, len, 77, field);
    for (uint32_t i = 20; i < len; i++)
        p->l3[i] = (uint8_t)i;
    return p;
}

static void cut(void **state)
{
    struct pieces *t = *state;
    static const uint32_t lens[] = {1500, 1500, 1060};
    uint32_t at = 0;

    ipv4_fragment(t->box.net, packet_of(t, 4020, 0), 1500, STAGE_ETH_OUT);
    graph_run(t->box.graph);
    assert_int_equal(t->outs, 3);
    for (unsigned i = 0; i < 3; i++) {
        const uint8_t *ip = t->out[i];
        assert_int_equal(t->out_len[i], lens[i]);
        assert_int_equal(get16(ip + 2), lens[i]);
        assert_int_equal(get16(ip + 4), 77);
        assert_int_equal(get16(ip + 6), (at / 8) | (i < 2 ? MORE : 0));
        assert_int_equal(ip_cksum_fold(ip_cksum_add(0, ip, 20)), 0);
        for (uint32_t k = 20; k < lens[i]; k++)
            assert_int_equal(ip[k], (uint8_t)(at + k));
        at += lens[i] - 20;
    }
    assert_int_equal(netbox_used(&t->box), 0);
}

/* A piece cut again keeps its place and "more"; 577 - 20 is no multiple of 8: pieces of 552. */
static void cut_a_piece(void **state)
{
    struct pieces *t = *state;

    ipv4_fragment(t->box.net, packet_of(t, 1020, 100 | MORE), 577, STAGE_ETH_OUT);
    graph_run(t->box.graph);
    assert_int_equal(t->outs, 2);
    assert_int_equal(t->out_len[0], 572);
    assert_int_equal(get16(t->out[0] + 6), 100 | MORE);
    assert_int_equal(get16(t->out[1] + 6), (100 + 552 / 8) | MORE);
}

/* RFC 791: the record route option (7, not copied) goes into the first piece alone, the stream option (136, copied)
 * into all. */
static void options(void **state)
{
    struct pieces *t = *state;
    struct packet *p = packet_of(t, 1500, 0);

    p->l3[0] = 0x48; /* 12 bytes of options */
    memcpy(p->l3 + 20, "\x07\x07\x04\0\0\0\0\x88\x04\x12\x34\0", 12);
    ipv4_fragment(t->box.net, p, 800, STAGE_ETH_OUT);
    graph_run(t->box.graph);
    assert_int_equal(t->outs, 2);
    assert_int_equal(t->out[0][0], 0x48);
    assert_memory_equal(t->out[0] + 20, "\x07\x07\x04\0\0\0\0\x88\x04\x12\x34\0", 12);
    assert_int_equal(t->out[1][0], 0x46);
    assert_memory_equal(t->out[1] + 20, "\x88\x04\x12\x34", 4);
    assert_int_equal(ip_cksum_fold(ip_cksum_add(0, t->out[1], 24)), 0);
    /* (800 - 32) & ~7 = 768 in the first; 1500 - 32 - 768 = 700 in the second */
    assert_int_equal(t->out_len[0], 800);
    assert_int_equal(t->out_len[1], 24 + 700);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(any_order),
        T(pieces_in_clear),
        T(whole_meets_the_map),
        T(repetition_is_ignored),
        T(two_packets_at_once),
        T(overlap_ends_it),
        T(beyond_the_end),
        T(greatest_packet),
        T(time_runs_out),
        T(bounds),
        T(cut),
        T(cut_a_piece),
        T(options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
