/* drop.def, the graph and its pools: ids and names of the QFP, counters and their two clears, bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "dataplane/drop.h"
#include "dataplane/graph.h"
#include "dataplane/limits.h"
#include "espial/mem.h"
#include "tests/sim/vloop.h"

static const struct drop_row *row_of_id(unsigned id)
{
    for (unsigned i = 0; i < DROP_REASONS; i++)
        if (drop_rows[i].qfp_id == id)
            return &drop_rows[i];
    return NULL;
}

/* Typed from a device's `show platform hardware qfp active feature ipsec datapath drops all`. */
static void qfp_rows(void **state)
{
    static const struct {
        unsigned id;
        const char *name, *global;
    } facts[] = {
        {1, "IN_V4_PKT_HIT_INVALID_SA", "IpsecInvalidSa"},
        {4, "IN_US_V4_PKT_SA_NOT_FOUND_SPI", "IpsecInput"},
        {8, "IN_US_CL_V4_PKT_FAILED_POLICY", "IpsecInput"},
        {19, "IN_CD_SW_IPSEC_ANTI_REPLAY_FAIL", "IpsecInput"},
        {32, "OUT_V4_PKT_HIT_INVALID_SA", "IpsecInvalidSa"},
        {33, "OUT_V4_PKT_HIT_IKE_START_SP", "IpsecIkeIndicate"},
        {35, "OUT_V4_PKT_HIT_DENY_DROP_SP", "IpsecDenyDrop"},
        {44, "OUT_CD_SW_IPSEC_HARD_EXPIRY", "IpsecOutput"},
        {46, "OUT_CD_SW_IPSEC_DETECT_SEQ_OVEFLOW", "IpsecOutput"},
        {62, "IN_CD_SW_IPSEC_MAC_EXCEPTION", "IpsecInput"},
        {116, "CD_IN_PKT_OUT_OF_WINDOW", "IpsecInput"},
    };
    static const unsigned gaps[] = {16, 22, 42, 47, 58, 66, 67, 71, 88, 90, 107, 117};
    unsigned n = 0, before = 0;
    (void)state;

    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        assert_non_null(row_of_id(facts[i].id));
        assert_string_equal(row_of_id(facts[i].id)->qfp_name, facts[i].name);
        assert_string_equal(row_of_id(facts[i].id)->global, facts[i].global);
    }
    for (size_t i = 0; i < sizeof gaps / sizeof gaps[0]; i++)
        assert_null(row_of_id(gaps[i]));
    for (unsigned i = 0; i < DROP_REASONS; i++) {
        if (!drop_rows[i].qfp_id)
            continue;
        assert_true(drop_rows[i].qfp_id > before); /* once each, in order */
        before = drop_rows[i].qfp_id;
        n++;
    }
    assert_int_equal(n, 73); /* the rows that device printed */
    assert_string_equal(drop_rows[DROP_INV_SPI].qfp_name, "IN_US_V4_PKT_SA_NOT_FOUND_SPI");
    assert_string_equal(drop_rows[DROP_IP_NO_ROUTE].name, "IP_NO_ROUTE");
}

struct seen {
    unsigned n;
    uint32_t len;
};
static void hear(void *arg, const struct packet *p)
{
    struct seen *s = arg;

    s->n++;
    s->len = p->len;
}

static void counters(void **state)
{
    struct loop *loop = vloop_new(0);
    struct graph *g = graph_new(loop);
    struct seen seen = {0};
    (void)state;

    drop_listen(g, DROP_INV_SPI, hear, &seen);
    for (unsigned i = 1; i <= 3; i++) {
        struct packet *p = packet_new(g, 100);
        p->len = i * 10;
        graph_drop(g, p, DROP_INV_SPI);
    }
    assert_int_equal(drop_count(g, DROP_INV_SPI, DROP_GLOBAL).packets, 0); /* not yet run */
    graph_run(g);
    assert_int_equal(drop_count(g, DROP_INV_SPI, DROP_GLOBAL).packets, 3);
    assert_int_equal(drop_count(g, DROP_INV_SPI, DROP_GLOBAL).bytes, 60);
    assert_int_equal(seen.n, 3);
    assert_int_equal(seen.len, 30);
    assert_int_equal(drop_cleared_at(g, DROP_GLOBAL), 0);
    vloop_run_for(loop, 5 * US_PER_S);
    drop_clear(g, DROP_GLOBAL);
    assert_int_equal(drop_count(g, DROP_INV_SPI, DROP_GLOBAL).packets, 0);
    assert_int_equal(drop_count(g, DROP_INV_SPI, DROP_FEATURE).packets, 3); /* the other view keeps its own */
    assert_int_equal(drop_count(g, DROP_INV_SPI, DROP_SINCE_BOOT).packets, 3);
    assert_int_equal(drop_cleared_at(g, DROP_GLOBAL), 5 * US_PER_S);
    graph_drop(g, packet_new(g, 100), DROP_INV_SPI);
    graph_run(g);
    assert_int_equal(drop_count(g, DROP_INV_SPI, DROP_GLOBAL).packets, 1);
    graph_free(g);
    vloop_free(loop);
}

static void turn_back(void *self, struct graph *g, struct packet **v, unsigned n)
{
    unsigned *most = self;

    *most = n > *most ? n : *most;
    for (unsigned i = 0; i < n; i++) {
        if (v[i]->encaps++ < 3)
            graph_next(g, v[i], STAGE_IP4_IN);
        else
            graph_next(g, v[i], STAGE_ICMP_IN); /* nobody serves it here */
        graph_run(g);                           /* from inside: returns at once */
    }
}

static void stages(void **state)
{
    struct loop *loop = vloop_new(0);
    struct graph *g = graph_new(loop);
    unsigned most = 0;
    (void)state;

    graph_set(g, STAGE_IP4_IN, turn_back, &most);
    for (unsigned i = 0; i < 1000; i++)
        graph_next(g, packet_new(g, 100), STAGE_IP4_IN);
    graph_kick(g);
    graph_kick(g);
    assert_int_equal(graph_pool(g, false).used, 1000);
    vloop_run_for(loop, 0);
    assert_int_equal(most, GRAPH_VECTOR);
    assert_int_equal(drop_count(g, DROP_NO_STAGE, DROP_SINCE_BOOT).packets, 1000);
    assert_int_equal(graph_pool(g, false).used, 0);
    graph_free(g);
    vloop_free(loop);
}

static void pools(void **state)
{
    struct loop *loop = vloop_new(0);
    struct graph *g = graph_new(loop);
    static struct packet *all[POOL_SMALL_PACKETS];
    (void)state;

    assert_int_equal(graph_pool(g, false).made, 0); /* nothing before it is needed */
    for (unsigned i = 0; i < POOL_SMALL_PACKETS; i++) {
        all[i] = packet_new(g, PACKET_SMALL);
        assert_non_null(all[i]);
        assert_ptr_equal(all[i]->l3, all[i]->base + PACKET_ROOM);
        assert_true(all[i]->cap >= PACKET_ROOM + PACKET_SMALL + PACKET_TAIL);
        memset(all[i]->base, 0xEE, all[i]->cap); /* the whole of it is ours */
    }
    assert_null(packet_new(g, 1));
    assert_int_equal(graph_pool(g, false).refused, 1);
    for (unsigned i = 0; i < POOL_SMALL_PACKETS; i++)
        packet_done(g, all[i]);
    assert_int_equal(graph_pool(g, false).used, 0);
    assert_int_equal(graph_pool(g, false).made, POOL_SMALL_PACKETS);

    struct packet *big = packet_new(g, PACKET_LARGE);
    assert_non_null(big);
    big->len = 60000;
    memset(big->l3, 0x5A, big->len);
    big->udp_encap = true;
    struct packet *copy = packet_copy(g, big);
    assert_int_equal(copy->len, 60000);
    assert_memory_equal(copy->l3, big->l3, 60000);
    assert_true(copy->udp_encap && copy->base != big->base);
    assert_int_equal(graph_pool(g, true).used, 2);
    assert_null(packet_new(g, PACKET_LARGE + 1));
    packet_done(g, big);
    packet_done(g, copy);
    graph_free(g);
    vloop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(qfp_rows), cmocka_unit_test(counters), cmocka_unit_test(stages),
                                       cmocka_unit_test(pools)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
