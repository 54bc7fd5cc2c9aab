/* test_esp_vector.c: packets that go through ESP together: duplicates and a moving window inside one vector, SAs that end
 * in the middle of one, vectors of many SAs and transforms, and extended sequence numbers (RFC 4303 section 2.2.1)
 * across 2^32. What is sent is what the other end's encapsulation made. */
#include "dataplane/ipsec/ipsec_local.h"
#include "tests/unit/esp_box.h"

#define MANY 130
struct wire {
    uint8_t data[256];
    size_t len;
};

static const struct ipsec_transform gcm = {.proto = PROTO_ESP, .cipher = CIPHER_AES_GCM, .key_bits = 128},
                                    cbc = {.proto = PROTO_ESP,
                                           .cipher = CIPHER_AES_CBC,
                                           .key_bits = 256,
                                           .auth = HASH_SHA256},
                                    ah = {.proto = PROTO_AH, .auth = HASH_SHA256};
static const struct ipsec_transform all[] = {
    {.proto = PROTO_ESP, .cipher = CIPHER_AES_GCM, .key_bits = 128},
    {.proto = PROTO_ESP, .cipher = CIPHER_AES_GCM, .key_bits = 256},
    {.proto = PROTO_ESP, .cipher = CIPHER_AES_CBC, .key_bits = 128, .auth = HASH_SHA1},
    {.proto = PROTO_ESP, .cipher = CIPHER_AES_CBC, .key_bits = 192, .auth = HASH_SHA384},
    {.proto = PROTO_ESP, .cipher = CIPHER_AES_CBC, .key_bits = 256, .auth = HASH_SHA512},
    {.proto = PROTO_ESP, .cipher = CIPHER_3DES_CBC, .auth = HASH_MD5},
    {.proto = PROTO_ESP, .cipher = CIPHER_NULL, .auth = HASH_SHA256},
    {.proto = PROTO_AH, .auth = HASH_SHA256},
    {.proto = PROTO_AH, .auth = HASH_MD5},
};
#define ALL (sizeof all / sizeof all[0])

/* All at once. */
static void put_all(struct box *b, enum stage_id stage, const struct wire *w, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        struct packet *p = packet_new(b->graph, w[i].len);
        assert_non_null(p);
        memcpy(p->l3, w[i].data, w[i].len);
        p->len = (uint32_t)w[i].len;
        p->iif = b->ifc;
        p->oif = stage == STAGE_CRYPTO_OUT ? b->ifc : NULL;
        graph_next(b->graph, p, stage);
    }
    graph_run(b->graph);
}

/* n plain packets; each says its number. */
static void plain(struct wire *w, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        w[i].len = unhex(INNER, w[i].data);
        put16(w[i].data + 4, (uint16_t)(i + 1));
    }
}

static unsigned number_of(const struct box_packet *p)
{
    return get16(p->data + 4);
}

/* The left end's SA encapsulates n packets, in one vector. */
static void sealed(struct box *left, struct wire *w, unsigned n)
{
    struct wire in[60];
    plain(in, n);
    left->ngot = 0;
    put_all(left, STAGE_CRYPTO_OUT, in, n);
    assert_int_equal(left->ngot, n);
    for (unsigned i = 0; i < n; i++) {
        w[i].len = left->got[i].len;
        memcpy(w[i].data, left->got[i].data, w[i].len);
    }
}

static void duplicates_of(const struct ipsec_transform *t)
{
    static const uint8_t order[] = {1, 2, 2, 3, 1, 5, 4, 4, 5, 6};
    struct box *l = end_new(true, false), *r = end_new(false, false);
    struct wire w[8], v[sizeof order + 1];
    struct ipsec_flow_info f;
    install(l, true, t, false);
    install(r, false, t, false);
    sealed(l, w, 6);
    for (unsigned i = 0; i < sizeof order; i++)
        v[i + 1] = w[order[i] - 1];
    v[0] = w[0]; /* forged: the number of packet 1, which comes after it */
    v[0].data[w[0].len - 1] ^= 1;
    put_all(r, STAGE_ESP_IN, v, sizeof order + 1);
    static const uint8_t want[] = {1, 2, 3, 5, 4, 6};
    assert_int_equal(r->ngot, sizeof want);
    for (unsigned i = 0; i < sizeof want; i++)
        assert_int_equal(number_of(&r->got[i]), want[i]);
    assert_int_equal(box_dropped(r, DROP_IN_CD_SW_IPSEC_ANTI_REPLAY_FAIL), 4);
    assert_int_equal(box_dropped(r, DROP_IN_CD_SW_IPSEC_MAC_EXCEPTION), 1);
    box_flow(r, &f);
    assert_int_equal(f.n.verify, 6);
    assert_int_equal(f.n.decaps, 6);
    assert_int_equal(f.n.replay_failed, 4);
    assert_int_equal(f.n.verify_failed, 1);
    box_free(l);
    box_free(r);
}

static void duplicates(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALL; i++)
        duplicates_of(&all[i]);
}

/* Two copies of each of 60 packets and more, beyond one batch. */
static void twice(void **state)
{
    (void)state;
    struct box *l = end_new(true, false), *r = end_new(false, false);
    static struct wire w[60], v[MANY];
    install(l, true, &gcm, false);
    install(r, false, &gcm, false);
    sealed(l, w, 60);
    for (unsigned i = 0; i < MANY; i++)
        v[i] = w[i % 60];
    put_all(r, STAGE_ESP_IN, v, MANY);
    assert_int_equal(r->ngot, 60);
    for (unsigned i = 0; i < 60; i++)
        assert_int_equal(number_of(&r->got[i]), i + 1);
    assert_int_equal(box_dropped(r, DROP_IN_CD_SW_IPSEC_ANTI_REPLAY_FAIL), MANY - 60);
    box_free(l);
    box_free(r);
}

/* The window moves between packets of one vector: 100 makes 36 too old, and 37 not. */
static void window(void **state)
{
    (void)state;
    static const uint8_t order[] = {20, 100, 36, 37, 21};
    struct box *l = end_new(true, false), *r = end_new(false, false);
    static struct wire w[120], v[5];
    install(l, true, &cbc, false);
    install(r, false, &cbc, false);
    sealed(l, w, 60);
    sealed(l, w + 60, 60);
    for (unsigned i = 0; i < 5; i++)
        v[i] = w[order[i] - 1];
    put_all(r, STAGE_ESP_IN, v, 5);
    assert_int_equal(r->ngot, 3);
    assert_int_equal(number_of(&r->got[0]), 20);
    assert_int_equal(number_of(&r->got[1]), 40); /* of the second sixty */
    assert_int_equal(number_of(&r->got[2]), 37);
    assert_int_equal(box_dropped(r, DROP_IN_CD_SW_IPSEC_ANTI_REPLAY_FAIL), 2);
    box_free(l);
    box_free(r);
}

static uint32_t install_kb(struct box *b, bool left, const struct ipsec_transform *t, uint32_t kb)
{
    uint8_t key[128];
    struct sa_pair_params p = params_of(b, left, t, key, keymat(t, key));
    p.policy.life_kb = kb;
    uint32_t id = sad_install(b->ips, &p);
    assert_int_not_equal(id, 0);
    sad_enable_outbound(b->ips, id);
    return id;
}

/* As IKE does with its DELETE. */
static void tell(void *arg, const struct sa_pair_info *pair, enum sa_gone why)
{
    struct box *b = arg;
    struct packet *p = packet_new(b->graph, 100);

    box_gone(b, pair, why);
    p->len = 1;
    graph_next(b->graph, p, STAGE_IP4_ROUTE);
}

/* What was sealed by the SA that its volume ends leaves before the word that it is over. */
static void told_last(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALL; i++) {
        struct box *b = end_new(true, false);
        static struct wire w[60];

        install_kb(b, true, &all[i], 1);
        ipsec_set_up(b->ips, &(struct ipsec_up){.arg = b, .gone = tell});
        plain(w, 60);
        put_all(b, STAGE_CRYPTO_OUT, w, 7); /* so that it is used up among others that go with it */
        put_all(b, STAGE_CRYPTO_OUT, w, 60);
        assert_int_equal(b->ngone, 1);
        assert_int_equal(b->why[0], SA_GONE_EXPIRED);
        assert_int_equal(b->ngot, 18);
        for (unsigned k = 0; k < 17; k++)
            assert_int_not_equal(b->got[k].len, 1);
        assert_int_equal(b->got[17].len, 1);
        box_free(b);
    }
}

/* 1 KB is used up by the 17th packet of 63 bytes. */
static void used_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALL; i++) {
        struct box *l = end_new(true, false), *r = end_new(false, false);
        static struct wire w[60];
        install(l, true, &all[i], false);
        install_kb(r, false, &all[i], 1);
        sealed(l, w, 60);
        put_all(r, STAGE_ESP_IN, w, 60);
        assert_int_equal(r->ngot, 17);
        assert_int_equal(box_dropped(r, DROP_INV_SPI), 43);
        box_turn(r);
        assert_int_equal(r->ngone, 1);
        assert_int_equal(r->why[0], SA_GONE_EXPIRED);
        assert_int_equal(r->nstray, 1);

        struct box *o = end_new(true, false);
        install_kb(o, true, &all[i], 1);
        plain(w, 60);
        put_all(o, STAGE_CRYPTO_OUT, w, 60);
        assert_int_equal(o->ngot, 17);
        assert_int_equal(box_dropped(o, DROP_OUT_IPV4_SA_NOT_FOUND), 43);
        box_turn(o);
        assert_int_equal(o->ngone, 1);
        box_free(l);
        box_free(r);
        box_free(o);
    }
}

static void on_gone(void *arg, const struct sa_pair_info *pair, enum sa_gone why)
{
    struct box *b = arg;
    (void)pair, (void)why;
    sad_delete_peer(b->ips, 0, SA_GONE_CLEARED);
}

/* One SA ends, and whoever hears of it deletes the other, whose packets come later in the same vector. */
static void all_gone(void **state)
{
    (void)state;
    struct box *l = end_new(true, false), *r = end_new(false, false);
    static struct wire w[60];
    uint8_t key[128];
    install(l, true, &gcm, false);
    sealed(l, w, 30);
    sad_delete_peer(l->ips, 0, SA_GONE_CLEARED);
    struct sa_pair_params p = params_of(l, true, &cbc, key, keymat(&cbc, key));
    p.spi_out = 0x5000;
    sad_enable_outbound(l->ips, sad_install(l->ips, &p));
    sealed(l, w + 30, 30);
    install_kb(r, false, &gcm, 1);
    p = params_of(r, false, &cbc, key, keymat(&cbc, key));
    p.spi_in = 0x5000;
    assert_int_not_equal(sad_install(r->ips, &p), 0);
    ipsec_set_up(r->ips, &(struct ipsec_up){.arg = r, .gone = on_gone});
    struct wire v[60];
    for (unsigned i = 0; i < 30; i++) {
        v[2 * i] = w[i];
        v[2 * i + 1] = w[30 + i];
    }
    put_all(r, STAGE_ESP_IN, v, 60);
    assert_int_equal(r->ngot, 17 + 16);
    assert_int_equal(box_dropped(r, DROP_INV_SPI), 60 - 33);
    box_turn(r);
    box_free(l);
    box_free(r);
}

/* Every transform in one vector, each SA with a few packets, shuffled. */
static void mixture(void **state)
{
    (void)state;
    struct box *r = end_new(false, false);
    static struct wire w[ALL][6], v[ALL * 6];
    uint8_t key[128];
    for (size_t k = 0; k < ALL; k++) {
        struct box *l = end_new(true, false);
        struct sa_pair_params p = params_of(l, true, &all[k], key, keymat(&all[k], key));
        p.spi_out = 0x7000 + (uint32_t)k;
        sad_enable_outbound(l->ips, sad_install(l->ips, &p));
        sealed(l, w[k], 6);
        p = params_of(r, false, &all[k], key, keymat(&all[k], key));
        p.spi_in = 0x7000 + (uint32_t)k;
        assert_int_not_equal(sad_install(r->ips, &p), 0);
        box_free(l);
    }
    unsigned n = 0;
    for (unsigned i = 0; i < 6; i++)
        for (size_t k = 0; k < ALL; k++)
            v[n++] = w[(k * 4 + i) % ALL][i];
    put_all(r, STAGE_ESP_IN, v, n);
    assert_int_equal(r->ngot, n);
    for (unsigned i = 0; i < n; i++)
        assert_int_equal(number_of(&r->got[i]), i / ALL + 1);
    box_free(r);
}

static struct sa_pair *pair_of(struct box *b)
{
    size_t at = 0;
    return table_next(b->ips->by_id, &at);
}

/* From two below 2^32 to beyond it: only the lower half goes on the wire. */
static void extended(void **state)
{
    (void)state;
    static const uint64_t last = UINT64_C(0x6FFFFFFFD);
    for (size_t i = 0; i < ALL; i++) {
        struct ipsec_transform t = all[i];
        struct box *l = end_new(true, false), *r = end_new(false, false);
        struct wire w[8];
        t.esn = true;
        install(l, true, &t, false);
        install(r, false, &t, false);
        sealed(l, w, 1); /* number 1, the ordinary way */
        put_all(r, STAGE_ESP_IN, w, 1);
        assert_int_equal(r->ngot, 1);
        pair_of(l)->seq_out = last;
        pair_of(r)->replay.top = last;
        sealed(l, w, 6);
        uint32_t at = t.proto == PROTO_AH ? 28 : 24;
        assert_int_equal(get32(w[1].data + at), 0xFFFFFFFF);
        assert_int_equal(get32(w[2].data + at), 0);
        assert_int_equal(get32(w[5].data + at), 3);
        /* 0xFFFFFFFE is late, and still known to be of the former round. */
        struct wire v[] = {w[1], w[2], w[4], w[0], w[2], w[5]};
        r->ngot = 0;
        put_all(r, STAGE_ESP_IN, v, 3);
        put_all(r, STAGE_ESP_IN, v + 3, 3);
        assert_int_equal(r->ngot, 5);
        static const uint8_t want[] = {2, 3, 5, 1, 6};
        for (unsigned k = 0; k < 5; k++)
            assert_int_equal(number_of(&r->got[k]), want[k]);
        assert_int_equal(box_dropped(r, DROP_IN_CD_SW_IPSEC_ANTI_REPLAY_FAIL), 1);
        assert_true(pair_of(r)->replay.top == UINT64_C(0x700000003));
        /* The very same packets a round later are not authentic. */
        pair_of(r)->replay.top = UINT64_C(0x7FFFFFFFD);
        r->ngot = 0;
        put_all(r, STAGE_ESP_IN, w + 3, 1);
        assert_int_equal(r->ngot, 0);
        assert_int_equal(box_dropped(r, DROP_IN_CD_SW_IPSEC_MAC_EXCEPTION), 1);
        box_free(l);
        box_free(r);
    }
}

/* Number 0x700000003, made by scapy (SecurityAssociation with esn_en); of the second, whose upper half scapy leaves out,
 * the ICV by Python's hmac. */
static void foreign(void **state)
{
    (void)state;
    static const struct {
        const struct ipsec_transform *t;
        const char *packet;
    } rows[] = {
        {&gcm, "45000078000100004032f64fc0000201c0000202b761863e0000000342424242424242429a826fda5ed4f8b849c61601"
               "9ade2ff6e9b1b72c43fc386f61b8bf9a4bf703eeaa94e1c70e3046a3b892c869f74650e99284f3782212275915cc7cf2"
               "1fbd81b2a6aa1be8547f46a3bc06ebfba592e6102edf8638"},
        {&cbc, "4500008c000100004032f63bc0000201c0000202b761863e0000000342424242424242424242424242424242885b6af6"
               "c5809dc1bf274489ccfbe13f3f94aac337ed7ffb70dd3c708d86214636319fcfc7b65cce77dfb70014a71edaa45daeab"
               "dea4b3ca46408a7613a51bcb84713dfcb5ad31b28d25197663e2ba936d4ae0690db8a4dff6151ac30d220ec0"},
        {&ah, "4500006f000100004033f657c0000201c000020204050000b761863e00000003a82a26bc0006e4766d5a1a654bdff4e1"
              "4528003f123400003f0155560a0100010a02000908005f6d0007000165737069616c2065737069616c2065737069616c"
              "2065737069616c2065737069616c20"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ipsec_transform t = *rows[i].t;
        struct box *r = end_new(false, false);
        struct wire w;
        uint8_t inner[128];
        size_t len = unhex(INNER, inner);
        t.esn = true;
        install(r, false, &t, false);
        pair_of(r)->replay.top = UINT64_C(0x6FFFFFFF0);
        w.len = unhex(rows[i].packet, w.data);
        put_all(r, STAGE_ESP_IN, &w, 1);
        assert_int_equal(r->ngot, 1);
        assert_int_equal(r->got[0].len, len);
        assert_memory_equal(r->got[0].data, inner, len);
        assert_true(pair_of(r)->replay.top == UINT64_C(0x700000003));
        box_free(r);
    }
}

/* An end that does not know of extended numbers cannot read them, nor the other way round. */
static void one_sided(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALL; i++)
        for (int which = 0; which < 2; which++) {
            struct ipsec_transform t[2] = {all[i], all[i]};
            struct box *l = end_new(true, false), *r = end_new(false, false);
            struct wire w[1];
            t[which].esn = true;
            install(l, true, &t[0], false);
            install(r, false, &t[1], false);
            sealed(l, w, 1);
            put_all(r, STAGE_ESP_IN, w, 1);
            assert_int_equal(r->ngot, 0);
            assert_int_equal(box_dropped(r, DROP_IN_CD_SW_IPSEC_MAC_EXCEPTION), 1);
            box_free(l);
            box_free(r);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(duplicates), cmocka_unit_test(twice),     cmocka_unit_test(window),
        cmocka_unit_test(used_up), cmocka_unit_test(told_last),    cmocka_unit_test(all_gone),  cmocka_unit_test(mixture),
        cmocka_unit_test(extended),   cmocka_unit_test(one_sided), cmocka_unit_test(foreign),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
