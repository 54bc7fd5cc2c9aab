/* test_esp_policy.c: what is decided about a packet before and after ESP: whether it is protected at all, what clear ones may pass, what fits, DF and
 * fragments; and what a transform is called.
 */
#include "dataplane/ipsec/ipsec_local.h"
#include "tests/unit/esp_box.h"

/* The policy before encapsulation: other traffic passes, IKE passes, no SA is asked for once. */
static void outward(void **state)
{
    (void)state;
    struct box *b = end_new(true, false);
    uint8_t in[128], other[128], udp[28] = {0};
    size_t len = unhex(INNER, in);
    struct ipsec_flow_info f;
    memcpy(other, in, len);
    put32(other + 16, A(10, 3, 0, 1));
    box_put(b, STAGE_CRYPTO_OUT, other, len, false);
    assert_int_equal(b->ngot, 1);
    assert_int_equal(b->got[0].stage, STAGE_IP4_OUT);
    assert_memory_equal(b->got[0].data, other, len);
    for (int i = 0; i < 15; i++)
        box_put(b, STAGE_CRYPTO_OUT, in, len, false);
    assert_int_equal(b->ngot, 1);
    assert_int_equal(b->nacquired, 0); /* never from inside a packet's way */
    box_turn(b);
    assert_int_equal(b->nacquired, 1);
    assert_int_equal(box_dropped(b, DROP_OUT_V4_PKT_HIT_IKE_START_SP), 15);
    box_flow(b, &f);
    assert_int_equal(flow_send_errors(&f.n), 15);
    assert_int_equal(b->acquired[0].peer, RIGHT);
    assert_int_equal(b->acquired[0].local, LEFT);
    assert_int_equal(b->acquired[0].local_sel.addr, A(10, 1, 0, 0));
    assert_int_equal(b->acquired[0].remote_sel.mask, 0xFFFF0000);
    assert_int_equal(b->acquired[0].ntransforms, 1); /* the set "default": esp-aes esp-sha-hmac */
    assert_int_equal(b->acquired[0].transforms[0].cipher, CIPHER_AES_CBC);
    assert_int_equal(b->acquired[0].transforms[0].key_bits, 128);
    assert_int_equal(b->acquired[0].transforms[0].auth, HASH_SHA1);
    assert_int_equal(b->acquired[0].life_s, 3600);
    assert_int_equal(b->acquired[0].life_kb, 4608000);
    assert_int_equal(b->acquired[0].replay_window, 64);
    /* Until IKE says that it has ended, or 30 s. */
    vloop_run_for(b->loop, 29 * US_PER_S);
    box_put(b, STAGE_CRYPTO_OUT, in, len, false);
    box_turn(b);
    assert_int_equal(b->nacquired, 1);
    spd_acquire_done(b->ips, &b->acquired[0], false);
    box_put(b, STAGE_CRYPTO_OUT, in, len, false);
    box_turn(b);
    assert_int_equal(b->nacquired, 2);
    vloop_run_for(b->loop, 30 * US_PER_S);
    box_put(b, STAGE_CRYPTO_OUT, in, len, false);
    box_turn(b);
    assert_int_equal(b->nacquired, 3);

    /* IKE of the router itself, though `permit ip any any` fits it. */
    box_acl(b, ACL_PROTO_IP, 0, UINT32_MAX, 0, UINT32_MAX, false);
    udp[0] = 0x45;
    put16(udp + 2, sizeof udp);
    udp[9] = PROTO_UDP;
    put32(udp + 12, LEFT);
    put32(udp + 16, RIGHT);
    put16(udp + 20, 500);
    put16(udp + 22, 500);
    put16(udp + 24, 8);
    for (int local = 0; local < 2; local++) {
        struct packet *p = packet_new(b->graph, sizeof udp);
        memcpy(p->l3, udp, sizeof udp);
        p->len = sizeof udp;
        p->oif = b->ifc;
        p->from_local = local;
        graph_next(b->graph, p, STAGE_CRYPTO_OUT);
        graph_run(b->graph);
        assert_int_equal(b->ngot, local ? 2 : 1);
    }
    box_free(b);
}

/* Clear packets where policy wants protected ones. */
static void inward(void **state)
{
    (void)state;
    struct box *b = end_new(false, false);
    uint8_t in[128];
    size_t len = unhex(INNER, in);
    for (int i = 0; i < 3; i++)
        box_put(b, STAGE_CRYPTO_CHECK, in, len, false);
    assert_int_equal(b->ngot, 0);
    assert_int_equal(box_dropped(b, DROP_IN_TRANS_CL_V4_PKT_FAILED_POLICY), 3);
    box_turn(b);
    assert_int_equal(b->nlines, 1);
    assert_string_equal(b->lines[0], "%CRYPTO-4-RECVD_PKT_NOT_IPSEC: Rec'd packet not an IPSEC packet. (ip) "
                                     "vrf/dest_addr= /10.2.0.9, src_addr= 10.1.0.1, prot= 1");
    put32(in + 12, A(10, 7, 0, 1));
    box_put(b, STAGE_CRYPTO_CHECK, in, len, false);
    assert_int_equal(b->ngot, 1);
    assert_int_equal(b->got[0].stage, STAGE_IP4_ROUTE_IN);
    box_free(b);
}

/* A part of a UDP packet may be IKE's when it is behind the first, and to us. */
static void udp_parts(void **state)
{
    static const struct {
        uint16_t field, port;
        bool transit, passes;
    } parts[] = {{0x2000, 500, false, true}, {0x2000, 4500, false, true}, {0x2000, 161, false, false},
                 {0, 161, false, false},     {0x2003, 0, false, true},    {3, 0, false, true},
                 {3, 0, true, false}};
    struct box *b = end_new(true, false);
    unsigned passed = 0;
    (void)state;

    box_acl(b, ACL_PROTO_IP, 0, UINT32_MAX, 0, UINT32_MAX, false);
    for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++) {
        uint8_t udp[28] = {0x45, [9] = PROTO_UDP};
        put16(udp + 2, sizeof udp);
        put16(udp + 6, parts[i].field);
        put32(udp + 12, RIGHT);
        put32(udp + 16, parts[i].transit ? A(10, 1, 0, 1) : LEFT);
        put16(udp + 22, parts[i].port);
        box_put(b, STAGE_CRYPTO_CHECK, udp, sizeof udp, false);
        passed += parts[i].passes;
        assert_int_equal(b->ngot, passed);
    }
    box_free(b);
}

/* What was found out about each of a thousand kinds of packets is still known when they have all gone by once more: no
 * place is fought for, or there are as many as there may be. */
static void many_kinds(void **state)
{
    (void)state;
    struct box *b = end_new(true, false);
    map_sync(b->ips);
    for (unsigned round = 0; round < 12; round++) {
        b->ips->cache_pushed = false;
        for (uint32_t i = 0; i < 1000; i++) {
            struct flow f = {.src = A(10, 1, 0, 0) + i, .dst = A(10, 2, 0, 0) + i * 7919 % 65536, .proto = PROTO_UDP};
            assert_non_null(spd_lookup(b->ips, b->ifc->crypto, &f, WAY_OUT)->flow);
        }
    }
    assert_true(!b->ips->cache_pushed || b->ips->cache_lines == FLOW_CACHE);
    box_free(b);
}

static void sizes(void **state)
{
    (void)state;
    static const struct ipsec_transform t = {
        .proto = PROTO_ESP, .cipher = CIPHER_AES_CBC, .key_bits = 128, .auth = HASH_SHA1};
    struct box *b = end_new(true, false);
    struct ipsec_flow_info f;
    box_flow(b, &f);
    assert_int_equal(f.plain_mtu, 1500); /* no SA yet */
    install(b, true, &t, false);
    box_flow(b, &f);
    assert_int_equal(f.plain_mtu, 1438);
    assert_int_equal(f.path_mtu, 1500);
    for (int df = 0; df < 2; df++) {
        put_sized(b, 1438, df); /* fits exactly */
        assert_int_equal(b->ngot, 1);
        assert_int_equal(b->got[0].len, 1496);
        assert_int_equal(get16(b->got[0].data + 6), df ? 0x4000 : 0); /* DF is copied */
    }
    put_sized(b, 1439, false); /* two fragments, each encapsulated */
    assert_int_equal(b->ngot, 2);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(b->got[i].data[9], PROTO_ESP);
        assert_true(b->got[i].len <= 1500);
        assert_int_equal(get16(b->got[i].data + 6), 0); /* whole outside */
    }
    put_sized(b, 1439, true);
    assert_int_equal(box_dropped(b, DROP_OUT_CANNOT_FRAG_DF_SET_PKT), 1);
    assert_int_equal(b->ngot, 1); /* ICMP: fragmentation needed, with what fits */
    assert_int_equal(b->got[0].data[9], PROTO_ICMP);
    assert_int_equal(b->got[0].data[20], 3);
    assert_int_equal(b->got[0].data[21], 4);
    assert_int_equal(get16(b->got[0].data + 26), 1438);
    box_flow(b, &f);
    assert_int_equal(f.n.encaps_failed, 1);

    ipsec_conf(b->ips)->df = DF_CLEAR;
    ipsec_conf_changed(b->ips);
    put_sized(b, 1439, true); /* cut before encryption all the same */
    assert_int_equal(b->ngot, 2);
    for (unsigned i = 0; i < 2; i++) {
        assert_true(b->got[i].len <= 1500);
        assert_int_equal(get16(b->got[i].data + 6), 0);
    }
    ipsec_conf(b->ips)->frag_after = true;
    ipsec_conf_changed(b->ips);
    put_sized(b, 1439, true);
    assert_int_equal(b->ngot, 1);
    assert_true(b->got[0].len > 1500); /* the outer packet will be fragmented */
    assert_int_equal(get16(b->got[0].data + 6), 0);
    ipsec_conf(b->ips)->frag_after = false;
    ipsec_conf(b->ips)->df = DF_SET;
    ipsec_conf_changed(b->ips);
    put_sized(b, 1000, false);
    assert_int_equal(get16(b->got[0].data + 6), 0x4000);
    /* The interface's own line counts more. */
    b->ifconf->ipsec_df = 1 + DF_CLEAR;
    iface_conf_changed(b->net, b->ifconf, false);
    put_sized(b, 1000, true);
    assert_int_equal(get16(b->got[0].data + 6), 0);
    b->ifconf->ipsec_df = 0;
    ipsec_conf(b->ips)->df = DF_COPY;
    ipsec_conf(b->ips)->frag_after = true;
    b->ifconf->ipsec_frag = 1;
    ipsec_conf_changed(b->ips);
    put_sized(b, 1439, false);
    assert_int_equal(b->ngot, 2);
    b->ifconf->ipsec_frag = 0;
    put_sized(b, 1439, false);
    assert_int_equal(b->ngot, 1);
    assert_true(b->got[0].len > 1500);

    /* Up to the largest packet there is; beyond it, not. */
    put_sized(b, 65400, false);
    assert_int_equal(b->ngot, 1);
    put_sized(b, 65535, false);
    assert_int_equal(b->ngot, 0);
    assert_int_equal(box_dropped(b, DROP_OUT_INFRA_V4_PKT_LEN_TOO_BIG), 1);
    box_free(b);
}

/* The table of crypto.md's plaintext MTU: path 1500; tunnel, transport, tunnel in UDP, transport in UDP. */
static void plain_mtu(void **state)
{
    (void)state;
    static const struct {
        enum cipher_alg cipher;
        enum hash_alg auth;
        uint32_t want[4];
    } rows[] = {
        {CIPHER_AES_CBC, HASH_MD5, {1438, 1458, 1422, 1442}},
        {CIPHER_AES_CBC, HASH_SHA1, {1438, 1458, 1422, 1442}},
        {CIPHER_AES_CBC, HASH_SHA256, {1438, 1458, 1422, 1442}},
        {CIPHER_AES_CBC, HASH_SHA384, {1422, 1442, 1422, 1442}},
        {CIPHER_AES_CBC, HASH_SHA512, {1422, 1442, 1406, 1426}},
        {CIPHER_3DES_CBC, HASH_SHA1, {1446, 1466, 1438, 1458}},
        {CIPHER_DES_CBC, HASH_MD5, {1446, 1466, 1438, 1458}},
        {CIPHER_AES_GCM, HASH_NONE, {1446, 1466, 1438, 1458}},
        {CIPHER_AES_GMAC, HASH_NONE, {1446, 1466, 1438, 1458}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int n = 0; n < 4; n++) {
            struct ipsec_transform t = {.proto = PROTO_ESP,
                                        .cipher = rows[i].cipher,
                                        .key_bits = 128,
                                        .auth = rows[i].auth,
                                        .mode = n & 1 ? IPSEC_TRANSPORT : IPSEC_TUNNEL};
            assert_int_equal(ipsec_plain_mtu(&t, n >= 2, 1500), rows[i].want[n]);
        }
    static const struct ipsec_transform ah = {.proto = PROTO_AH, .auth = HASH_SHA1, .mode = IPSEC_TRANSPORT},
                                        aht = {.proto = PROTO_AH, .auth = HASH_SHA1};
    assert_int_equal(ipsec_plain_mtu(&ah, false, 1500), 1476);
    assert_int_equal(ipsec_plain_mtu(&aht, false, 1500), 1456);
    assert_int_equal(ipsec_plain_mtu(&aht, false, 20), 0);
    /* AH over ESP: 1500 - 20 - 24 (28) - 8 - 16 - 12 is 1420 (1416): 88 blocks of 16 less two, and 20 in transport mode. */
    struct ipsec_transform both = {
        .proto = PROTO_ESP, .cipher = CIPHER_AES_CBC, .key_bits = 128, .auth = HASH_SHA1, .over = HASH_MD5};
    assert_int_equal(ipsec_plain_mtu(&both, false, 1500), 1406);
    both.over = HASH_SHA256;
    both.mode = IPSEC_TRANSPORT;
    assert_int_equal(ipsec_plain_mtu(&both, false, 1500), 1426);
}

/* Congestion on the way (RFC 6040 section 4.2): told to the packet inside when that is asked for and it is capable. */
static void congestion(void **state)
{
    (void)state;
#define LOST 0xFF
    static const struct {
        bool propagate, ah;
        uint8_t inner, outer, want;
    } rows[] = {
        {false, false, 0x2A, 0x2B, 0x2A}, {true, false, 0x2A, 0x2B, 0x2B}, {true, false, 0x29, 0x2B, 0x2B},
        {true, false, 0x28, 0x2B, LOST},  {true, false, 0x2A, 0x2A, 0x2A}, {true, false, 0x2A, 0xFE, 0x2A},
        {true, false, 0x2A, 0xFF, 0x2B},  {true, false, 0x2B, 0x28, 0x2B}, {true, true, 0x2A, 0x2B, 0x2B},
        {true, false, 0x2A, 0x29, 0x29},  {true, false, 0x29, 0x2A, 0x29}, {true, false, 0x28, 0x29, 0x28},
        {true, false, 0x28, 0x2A, 0x28},  {true, false, 0x29, 0x28, 0x29}, {true, false, 0x2A, 0x28, 0x2A},
        {true, false, 0x2B, 0x29, 0x2B},  {false, false, 0x28, 0x2B, 0x28}, {false, false, 0x2A, 0x29, 0x2A},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct ipsec_transform t = {.proto = rows[i].ah ? PROTO_AH : PROTO_ESP,
                                          .cipher = rows[i].ah ? CIPHER_NULL : CIPHER_AES_CBC,
                                          .key_bits = rows[i].ah ? 0 : 128,
                                          .auth = HASH_SHA1};
        struct box *left = end_new(true, false), *right = end_new(false, false);
        uint8_t key[128], in[128];
        size_t len = unhex(INNER, in), key_len = keymat(&t, key);
        struct sa_pair_params p = params_of(right, false, &t, key, key_len);
        install(left, true, &t, false);
        p.policy.ecn = rows[i].propagate;
        assert_int_not_equal(sad_install(right->ips, &p), 0);
        in[1] = rows[i].inner;
        put16(in + 10, 0);
        put16(in + 10, ip_cksum_fold(ip_cksum_add(0, in, 20)));
        box_put(left, STAGE_CRYPTO_OUT, in, len, false);
        assert_int_equal(left->ngot, 1);
        assert_int_equal(left->got[0].data[1], rows[i].inner); /* outward it is copied */
        left->got[0].data[1] = rows[i].outer;
        box_put(right, STAGE_ESP_IN, left->got[0].data, left->got[0].len, false);
        assert_int_equal(right->ngot, rows[i].want != LOST);
        if (rows[i].want == LOST) {
            assert_int_equal(box_dropped(right, DROP_IN_UNEXP_CD_SW_IPSEC_EXCEPTION), 1);
            box_free(left);
            box_free(right);
            continue;
        }
        assert_int_equal(right->got[0].data[1], rows[i].want);
        assert_int_equal(ip_cksum_fold(ip_cksum_add(0, right->got[0].data, 20)), 0);
        in[1] = rows[i].want;
        put16(in + 10, get16(right->got[0].data + 10));
        assert_memory_equal(right->got[0].data, in, len);
        box_free(left);
        box_free(right);
    }
}

static void names(void **state)
{
    (void)state;
    static const struct {
        struct ipsec_transform t;
        const char *text, *engine;
    } rows[] = {
        {{.proto = PROTO_ESP, .cipher = CIPHER_AES_CBC, .key_bits = 256, .auth = HASH_SHA256},
         "esp-256-aes esp-sha256-hmac ",
         "AES256+SHA256"},
        {{.proto = PROTO_ESP, .cipher = CIPHER_AES_CBC, .key_bits = 128, .auth = HASH_SHA1},
         "esp-aes esp-sha-hmac ",
         "AES128+SHA"},
        {{.proto = PROTO_ESP, .cipher = CIPHER_AES_GCM, .key_bits = 256}, "esp-gcm 256 ", "AES-GCM256"},
        {{.proto = PROTO_ESP, .cipher = CIPHER_AES_GMAC, .key_bits = 256}, "esp-gmac 256 ", "AES-GMAC256"},
        {{.proto = PROTO_ESP, .cipher = CIPHER_AES_GMAC, .key_bits = 128}, "esp-gmac ", "AES-GMAC128"},
        {{.proto = PROTO_ESP, .cipher = CIPHER_3DES_CBC, .auth = HASH_MD5}, "esp-3des esp-md5-hmac ", "3DES+MD5"},
        {{.proto = PROTO_ESP, .cipher = CIPHER_NULL, .auth = HASH_SHA512}, "esp-null esp-sha512-hmac ", "NULL+SHA512"},
        {{.proto = PROTO_AH, .auth = HASH_SHA1}, "ah-sha-hmac ", "SHA"},
    };
    char out[IPSEC_TRANSFORM_TEXT];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_string_equal(ipsec_transform_text(&rows[i].t, out), rows[i].text);
        assert_string_equal(ipsec_engine_text(&rows[i].t, out), rows[i].engine);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outward),    cmocka_unit_test(inward),     cmocka_unit_test(udp_parts),
        cmocka_unit_test(sizes),      cmocka_unit_test(many_kinds), cmocka_unit_test(plain_mtu),
        cmocka_unit_test(congestion), cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
