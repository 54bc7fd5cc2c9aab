/* test_esp_fuzz.c: hostile packets into ESP_IN, many and repeatable: noise, true packets with bytes changed, cut or
 * moved, and authentic packets whose contents are noise (a peer that has the keys and ill will). Run it with
 * sanitizers. Nothing may be read or written outside of the packet, every packet ends somewhere, and what is not
 * authentic moves nothing.
 */
#include "tests/unit/ipsec_box.h"

#include "espial/crypto.h"

#define US   A(192, 0, 2, 2)
#define PEER A(192, 0, 2, 1)
#define SPI  0x2000u

static uint32_t chance(uint64_t *s)
{
    *s = *s * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*s >> 33);
}

static struct box *us_new(const struct ipsec_transform *t, bool udp)
{
    static uint8_t key[128];
    struct box *b = box_new(US, PEER);
    struct ipsec_flow_info f;
    bool hosts = t->mode == IPSEC_TRANSPORT;
    box_acl(b, ACL_PROTO_IP, hosts ? US : 0, hosts ? 0 : UINT32_MAX, hosts ? PEER : 0, hosts ? 0 : UINT32_MAX, false);
    box_flow(b, &f);
    box_key(key, sizeof key, 0x10);
    struct sa_pair_params p = {
        .policy = {.map = "CMAP",
                   .seq = 10,
                   .ifname = "Ethernet0/0",
                   .local = US,
                   .peer = PEER,
                   .local_sel = f.local_sel,
                   .remote_sel = f.remote_sel,
                   .transforms = {*t},
                   .ntransforms = 1,
                   .replay_window = 64},
        .spi_in = SPI,
        .spi_out = 0x3000,
        .udp_encap = udp,
        .local_port = 4500,
        .peer_port = 4500,
        .key_in = key,
        .key_out = key,
        .key_len = sad_keymat_len(t),
    };
    assert_int_not_equal(sad_install(b->ips, &p), 0);
    return b;
}

/* An IPv4 packet around ESP or AH (in UDP), with lengths that fit. */
static size_t frame(uint8_t *p, uint8_t proto, bool udp, const uint8_t *body, size_t len)
{
    size_t at = 20;
    memset(p, 0, 28);
    p[0] = 0x45;
    p[9] = udp ? PROTO_UDP : proto;
    put32(p + 12, PEER);
    put32(p + 16, US);
    if (udp) {
        put16(p + 24, (uint16_t)(8 + len));
        at += 8;
    }
    memcpy(p + at, body, len);
    put16(p + 2, (uint16_t)(at + len));
    return at + len;
}

static void feed(struct box *b, const uint8_t *p, size_t len, bool udp)
{
    b->ngot = 0;
    box_put(b, STAGE_ESP_IN, p, len, udp);
    if (b->ngot) { /* what came out is an IPv4 packet of its own length */
        const struct box_packet *q = &b->got[0];
        assert_int_equal(b->ngot, 1);
        assert_true(q->len >= 20);
        assert_int_equal(q->data[0] >> 4, 4);
        assert_int_equal(get16(q->data + 2), q->len);
    }
    assert_int_equal(graph_pool(b->graph, false).used + graph_pool(b->graph, true).used, 0);
}

static const struct ipsec_transform all[] = {
    {.proto = PROTO_ESP, .cipher = CIPHER_AES_CBC, .key_bits = 128, .auth = HASH_SHA1},
    {.proto = PROTO_ESP, .cipher = CIPHER_3DES_CBC, .auth = HASH_SHA512},
    {.proto = PROTO_ESP, .cipher = CIPHER_NULL, .auth = HASH_SHA256},
    {.proto = PROTO_ESP, .cipher = CIPHER_AES_GCM, .key_bits = 256},
    {.proto = PROTO_ESP, .cipher = CIPHER_NULL, .auth = HASH_SHA256, .mode = IPSEC_TRANSPORT},
    {.proto = PROTO_AH, .auth = HASH_SHA1},
    {.proto = PROTO_AH, .auth = HASH_SHA256, .mode = IPSEC_TRANSPORT},
};

/* Anything at all, with the outer shape right often enough to get further. */
static void noise(void **state)
{
    (void)state;
    for (size_t t = 0; t < sizeof all / sizeof all[0]; t++) {
        uint64_t s = 77 + t;
        bool udp = t == 0;
        struct box *b = us_new(&all[t], udp);
        for (int i = 0; i < 20000; i++) {
            uint8_t body[256], p[400];
            size_t len = chance(&s) % sizeof body;
            for (size_t j = 0; j < len; j++)
                body[j] = (uint8_t)chance(&s);
            if (len >= 8 && chance(&s) % 4)
                put32(body + (all[t].proto == PROTO_AH ? 4 : 0), SPI);
            if (len >= 2 && all[t].proto == PROTO_AH && chance(&s) % 2)
                body[1] = (uint8_t)(chance(&s) % 12);
            size_t n = frame(p, all[t].proto, udp, body, len);
            for (uint32_t spoil = chance(&s) % 4; spoil < 2; spoil++)
                p[chance(&s) % (n < 28 ? n : 28)] = (uint8_t)chance(&s);
            feed(b, p, n, udp);
            assert_int_equal(b->ngot, 0);
        }
        struct ipsec_pair_info info;
        size_t at = 0;
        assert_true(ipsec_pair_next(b->ips, 0, &at, &info));
        assert_int_equal(info.packets_in, 0);
        assert_int_equal(info.seq_in, 0);
        box_free(b);
    }
}

/* The key is right, the contents are not. NULL cipher and AH, so that every byte of the contents can be chosen. */
static void authentic(void **state)
{
    (void)state;
    for (size_t t = 0; t < sizeof all / sizeof all[0]; t++) {
        const struct ipsec_transform *tr = &all[t];
        if (tr->proto == PROTO_ESP && tr->cipher != CIPHER_NULL)
            continue;
        uint64_t s = 99 + t;
        bool ah = tr->proto == PROTO_AH, udp = !ah;
        struct box *b = us_new(tr, udp);
        uint8_t key[64];
        size_t icv = tr->auth == HASH_SHA1 ? 12 : 16;
        unsigned in = 0;
        box_key(key, sizeof key, 0x10);
        for (uint32_t seq = 1; seq <= 30000; seq++) {
            uint8_t body[320] = {0}, p[400], sum[HASH_MAX];
            size_t clear = chance(&s) % 200, head = ah ? 12 + icv : 8;
            if (!ah)
                clear = clear / 4 * 4 + 4;
            for (size_t j = 0; j < clear; j++)
                body[head + j] = (uint8_t)chance(&s);
            /* Often enough an IPv4 header of nearly right lengths, and nearly right padding. */
            if (clear >= 24 && chance(&s) % 2) {
                body[head] = (uint8_t)(0x44 + chance(&s) % 3);
                put16(body + head + 2, (uint16_t)(clear - chance(&s) % 8));
            }
            if (!ah) {
                body[head + clear - 1] = (uint8_t)(chance(&s) % 3 ? 4 : chance(&s));
                uint32_t pad = chance(&s) % 6;
                body[head + clear - 2] = (uint8_t)pad;
                for (uint32_t j = 0; j < pad && j + 2 < clear; j++)
                    body[head + clear - 3 - j] = (uint8_t)(pad - j);
                put32(body, SPI);
                put32(body + 4, seq);
                hmac_parts(tr->auth, key, hash_len(tr->auth), &BYTES(body, head + clear), 1, sum);
                memcpy(body + head + clear, sum, icv);
            } else {
                body[0] = (uint8_t)(chance(&s) % 3 ? 4 : chance(&s));
                body[1] = (uint8_t)((12 + icv) / 4 - 2);
                put32(body + 4, SPI);
                put32(body + 8, seq);
            }
            size_t n = frame(p, tr->proto, udp, body, head + clear + (ah ? 0 : icv));
            if (ah) { /* the sum over the packet as it stands: nothing in this header may change but zeros */
                hmac_parts(tr->auth, key, hash_len(tr->auth), &BYTES(p, n), 1, sum);
                memcpy(p + 20 + 12, sum, icv);
            }
            feed(b, p, n, udp);
            in += b->ngot;
        }
        struct ipsec_flow_info f;
        box_flow(b, &f);
        assert_int_equal(f.n.verify, 30000); /* each was authentic */
        assert_int_equal(f.n.decaps, in);
        assert_true(in > 500 && in < 30000);
        box_free(b);
    }
}

/* The other side: any IPv4 packet at all, out through an SA, comes in again as it was. */
static void there_and_back(void **state)
{
    (void)state;
    for (size_t t = 0; t < sizeof all / sizeof all[0]; t++) {
        if (all[t].mode == IPSEC_TRANSPORT)
            continue;
        uint64_t s = 5 + t;
        static uint8_t key[128];
        box_key(key, sizeof key, 0x10);
        struct box *l = box_new(PEER, US), *r = us_new(&all[t], false);
        box_acl(l, ACL_PROTO_IP, 0, UINT32_MAX, 0, UINT32_MAX, false);
        struct ipsec_flow_info f;
        box_flow(l, &f);
        struct sa_pair_params p = {
            .policy = {.map = "CMAP",
                       .seq = 10,
                       .ifname = "Ethernet0/0",
                       .local = PEER,
                       .peer = US,
                       .local_sel = f.local_sel,
                       .remote_sel = f.remote_sel,
                       .transforms = {all[t]},
                       .ntransforms = 1},
            .spi_in = 0x3000,
            .spi_out = SPI,
            .key_in = key,
            .key_out = key,
            .key_len = sad_keymat_len(&all[t]),
        };
        uint32_t id = sad_install(l->ips, &p);
        assert_int_not_equal(id, 0);
        sad_enable_outbound(l->ips, id);
        for (int i = 0; i < 2000; i++) {
            uint8_t in[1400];
            size_t ihl = 20 + chance(&s) % 11 * 4, len = ihl + chance(&s) % (sizeof in - ihl);
            for (size_t j = 0; j < len; j++)
                in[j] = (uint8_t)chance(&s);
            in[0] = (uint8_t)(0x40 | ihl / 4);
            put16(in + 2, (uint16_t)len);
            l->ngot = 0;
            box_put(l, STAGE_CRYPTO_OUT, in, len, false);
            assert_int_equal(l->ngot, 1);
            feed(r, l->got[0].data, l->got[0].len, false);
            assert_int_equal(r->ngot, 1);
            assert_int_equal(r->got[0].len, len);
            assert_memory_equal(r->got[0].data, in, len);
        }
        box_free(l);
        box_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(noise), cmocka_unit_test(authentic),
                                       cmocka_unit_test(there_and_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
