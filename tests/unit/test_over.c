/* test_over.c: AH over ESP in one pair, packet by packet: which of the two refuses what, and what each refusal leaves as it was. */
#include "tests/unit/esp_box.h"

#include "dataplane/ipsec/ipsec_local.h"

#define AH_SPI   0x0A0B0C0Du
#define AH_OTHER 0x0D0C0B0Au
#define AH_SIZE  24u /* of SHA-1 */

static const struct ipsec_transform both = {
    .proto = PROTO_ESP, .cipher = CIPHER_AES_CBC, .key_bits = 128, .auth = HASH_SHA256, .over = HASH_SHA1};
static uint8_t ah_key[HASH_MAX];

static struct sa_pair_params params_over(struct box *b, bool left, const struct ipsec_transform *t, const uint8_t *key, size_t len)
{
    struct sa_pair_params p = params_of(b, left, t, key, len);
    box_key(ah_key, sizeof ah_key, 0x33);
    p.over.spi_in = left ? AH_OTHER : AH_SPI;
    p.over.spi_out = left ? AH_SPI : AH_OTHER;
    p.over.key_in = p.over.key_out = ah_key;
    return p;
}

static struct sa_pair *end_over(struct box *b, bool left, const struct ipsec_transform *t)
{
    uint8_t key[128];
    struct sa_pair_params p = params_over(b, left, t, key, keymat(t, key));
    uint32_t id = sad_install(b->ips, &p);
    assert_int_not_equal(id, 0);
    sad_enable_outbound(b->ips, id);
    return table_find(b->ips->by_id, &id);
}

struct sent {
    uint8_t data[512];
    size_t len;
};

static void make(struct box *left, struct sent *out)
{
    put_sized(left, 100, false);
    assert_int_equal(left->ngot, 1);
    assert_int_equal(left->got[0].stage, STAGE_IP4_ROUTE);
    out->len = left->got[0].len;
    memcpy(out->data, left->got[0].data, out->len);
}

/* An AH as the peer would make it, over what stands there. */
static void sign(struct sent *s)
{
    struct mac *m = mac_new(HASH_SHA1, ah_key, hash_len(HASH_SHA1));
    uint8_t still[512], sum[HASH_MAX];
    memcpy(still, s->data, s->len);
    still[1] = still[6] = still[7] = still[8] = still[10] = still[11] = 0;
    memset(still + 32, 0, 12);
    mac_sum(m, (struct bytes[]){BYTES(still, s->len)}, 1, sum);
    memcpy(s->data + 32, sum, 12);
    mac_free(m);
}

/* How many packets came out. */
static unsigned take(struct box *right, const struct sent *s)
{
    right->ngot = 0;
    box_put(right, STAGE_ESP_IN, s->data, s->len, false);
    return right->ngot;
}

static void each_window(void **state)
{
    struct box *left = end_new(true, false), *right = end_new(false, false);
    struct sa_pair *l = end_over(left, true, &both), *r = end_over(right, false, &both);
    struct sent one, two, three, again;
    (void)state;
    make(left, &one);
    make(left, &two);
    make(left, &three);
    assert_int_equal(one.data[9], PROTO_AH);
    assert_int_equal(one.data[20], PROTO_ESP);
    assert_int_equal(get32(one.data + 24), AH_SPI);
    assert_int_equal(get32(one.data + 28), 1);
    assert_int_equal(get32(one.data + 20 + AH_SIZE), SPI);
    assert_int_equal(get32(one.data + 20 + AH_SIZE + 4), 1);
    again = one;
    sign(&again);
    assert_memory_equal(again.data, one.data, one.len); /* the value is what it should be */
    assert_int_equal(take(right, &one), 1);
    assert_int_equal(right->got[0].len, 100);
    assert_int_equal(take(right, &one), 0); /* of AH's window */
    assert_int_equal(box_dropped(right, DROP_IN_CD_SW_IPSEC_ANTI_REPLAY_FAIL), 1);
    put32(again.data + 28, 2); /* the ESP once more, under an AH of the next number */
    sign(&again);
    assert_int_equal(take(right, &again), 0);
    assert_int_equal(box_dropped(right, DROP_IN_CD_SW_IPSEC_ANTI_REPLAY_FAIL), 2);
    assert_int_equal(r->over->replay.top, 2);
    assert_int_equal(r->replay.top, 1);
    assert_int_equal(take(right, &two), 0); /* AH has seen that number */
    assert_int_equal(r->replay.top, 1);
    assert_int_equal(take(right, &three), 1);
    assert_int_equal(r->over->replay.top, 3);
    assert_int_equal(r->replay.top, 3);
    assert_int_equal(r->flow->n.replay_failed, 3);
    assert_int_equal(l->out.packets, 3);
    assert_int_equal(r->in.packets, 2);
    box_free(left);
    box_free(right);
}

/* An authentic AH over something else than the ESP of its pair. */
static void strange(void **state)
{
    struct box *left = end_new(true, false), *right = end_new(false, false);
    struct sent s;
    (void)state;
    end_over(left, true, &both);
    struct sa_pair *r = end_over(right, false, &both);
    make(left, &s);
    s.data[20] = 6;
    sign(&s);
    assert_int_equal(take(right, &s), 0);
    assert_int_equal(box_dropped(right, DROP_IN_CD_SW_IPSEC_NH_MISMATCH), 1);
    make(left, &s);
    put32(s.data + 20 + AH_SIZE, SPI + 1);
    sign(&s);
    assert_int_equal(take(right, &s), 0);
    assert_int_equal(box_dropped(right, DROP_IN_CD_SW_IPSEC_NH_MISMATCH), 2);
    make(left, &s);
    s.len = 20 + AH_SIZE + 4; /* cut off in the ESP's head */
    put16(s.data + 2, (uint16_t)s.len);
    sign(&s);
    assert_int_equal(take(right, &s), 0);
    assert_int_equal(box_dropped(right, DROP_IN_CD_SW_IPSEC_NH_MISMATCH), 3);
    assert_int_equal(r->flow->n.invalid_prot, 3);
    assert_int_equal(r->over->replay.top, 3); /* AH was right */
    assert_int_equal(r->replay.top, 0);
    make(left, &s); /* an ESP that is no whole number of blocks */
    s.len -= 4;
    put16(s.data + 2, (uint16_t)s.len);
    sign(&s);
    assert_int_equal(take(right, &s), 0);
    assert_int_equal(box_dropped(right, DROP_IN_PKT_HEADPAD_LEN_ERR), 1);
    make(left, &s); /* its ICV spoiled, and AH made anew over that */
    s.data[s.len - 1] ^= 1;
    sign(&s);
    assert_int_equal(take(right, &s), 0);
    assert_int_equal(box_dropped(right, DROP_IN_CD_SW_IPSEC_MAC_EXCEPTION), 1);
    make(left, &s);
    assert_int_equal(take(right, &s), 1);
    box_free(left);
    box_free(right);
}

/* Every byte that is covered; nothing moves. */
static void spoiled(void **state)
{
    struct box *left = end_new(true, false), *right = end_new(false, false);
    struct sent s;
    (void)state;
    end_over(left, true, &both);
    struct sa_pair *r = end_over(right, false, &both);
    make(left, &s);
    for (size_t at = 4; at < s.len; at++) {
        if ((at >= 6 && at < 12) || (at >= 16 && at < 20)) /* what routers change, the sum, what finds the SA */
            continue;
        s.data[at] ^= (uint8_t)(1u << at % 8);
        assert_int_equal(take(right, &s), 0);
        s.data[at] ^= (uint8_t)(1u << at % 8);
    }
    assert_int_equal(r->over->replay.top + r->replay.top + r->in.packets, 0);
    assert_int_equal(take(right, &s), 1);
    box_free(left);
    box_free(right);
}

/* Extended numbers of both, over the end of their lower half. */
static void extended(void **state)
{
    struct box *left = end_new(true, false), *right = end_new(false, false);
    struct ipsec_transform t = both;
    struct sent s[4];
    (void)state;
    t.esn = true;
    struct sa_pair *l = end_over(left, true, &t), *r = end_over(right, false, &t);
    l->seq_out = UINT32_MAX - 2;
    r->replay.top = r->over->replay.top = UINT32_MAX - 2;
    for (int i = 0; i < 4; i++)
        make(left, &s[i]);
    assert_int_equal(get32(s[3].data + 28), 1);
    static const int order[] = {0, 3, 1, 2};
    for (int i = 0; i < 4; i++)
        assert_int_equal(take(right, &s[order[i]]), 1);
    for (int i = 0; i < 4; i++)
        assert_int_equal(take(right, &s[i]), 0);
    assert_true(r->replay.top == UINT64_C(0x100000001) && r->over->replay.top == r->replay.top);
    box_free(left);
    box_free(right);
}

/* Reserved and not installed: not a word. Installed with half of what it needs, or twice: not at all. */
static void installed(void **state)
{
    struct box *b = end_new(false, false), *left = end_new(true, false);
    struct sent s;
    uint8_t key[128];
    (void)state;
    end_over(left, true, &both);
    make(left, &s);
    struct sa_pair_params good = params_over(b, false, &both, key, keymat(&both, key)), p = good;
    p.over.spi_in = 0;
    assert_int_equal(sad_install(b->ips, &p), 0);
    p = good;
    p.over.spi_out = 255;
    assert_int_equal(sad_install(b->ips, &p), 0);
    p = good;
    p.udp_encap = true;
    assert_int_equal(sad_install(b->ips, &p), 0);
    p = good;
    p.spi_in = sad_reserve_spi(b->ips, RIGHT, PROTO_ESP);
    p.over.spi_in = sad_reserve_spi(b->ips, RIGHT, PROTO_AH);
    put32(s.data + 24, p.over.spi_in);
    assert_int_equal(take(b, &s), 0);
    assert_int_equal(ipsec_totals(b->ips).transient_drops, 1);
    uint32_t id = sad_install(b->ips, &p);
    assert_int_not_equal(id, 0);
    assert_int_equal(ipsec_totals(b->ips).transient, 0);
    assert_int_equal(ipsec_totals(b->ips).pairs, 2);
    assert_int_equal(sad_find_pair(b->ips, LEFT, PROTO_AH, p.over.spi_out, true), id);
    assert_int_equal(sad_find_pair(b->ips, LEFT, PROTO_AH, p.over.spi_in, false), id);
    assert_int_equal(sad_find_pair(b->ips, LEFT, PROTO_ESP, p.spi_out, true), id);
    assert_int_equal(sad_find_pair(b->ips, LEFT, PROTO_AH, p.spi_out, true), 0);
    struct sa_pair_params same = p;
    same.spi_in = 0x5555;
    assert_int_equal(sad_install(b->ips, &same), 0); /* that SPI of AH is taken */
    assert_true(sad_delete(b->ips, id, SA_GONE_CLEARED));
    assert_int_equal(b->gone[0].over_in, p.over.spi_in);
    assert_int_equal(b->gone[0].over_out, p.over.spi_out);
    assert_int_equal(take(b, &s), 0);
    assert_int_equal(ipsec_totals(b->ips).invalid_spi, 1);
    assert_int_equal(ipsec_totals(b->ips).pairs, 0);
    box_free(b);
    box_free(left);
}

/* The pair ends with the first of two packets that come at once: what finds none any more is the AH of the second. */
static void ended(void **state)
{
    struct box *left = end_new(true, false), *right = end_new(false, false);
    (void)state;
    end_over(left, true, &both);
    struct sa_pair *r = end_over(right, false, &both);
    r->hard_bytes = 100;
    pair_limit(r);
    for (int i = 0; i < 2; i++) {
        struct sent s;
        make(left, &s);
        struct packet *p = packet_new(right->graph, s.len);
        memcpy(p->l3, s.data, s.len);
        p->len = (uint32_t)s.len;
        p->iif = right->ifc;
        graph_next(right->graph, p, STAGE_ESP_IN);
    }
    graph_run(right->graph);
    box_turn(right);
    assert_int_equal(right->ngot, 1);
    assert_int_equal(right->why[0], SA_GONE_EXPIRED);
    assert_int_equal(box_dropped(right, DROP_INV_SPI), 1);
    assert_int_equal(right->nstray, 1);
    assert_int_equal(right->stray.spi, AH_SPI);
    assert_int_equal(right->stray.proto, PROTO_AH);
    box_free(left);
    box_free(right);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_window), cmocka_unit_test(strange),   cmocka_unit_test(spoiled),
        cmocka_unit_test(extended),    cmocka_unit_test(installed), cmocka_unit_test(ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
