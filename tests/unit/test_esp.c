/* test_esp.c: packets through SAs: known answers for every transform and mode, both ways, made by an independent
 * implementation; every byte spoiled in turn; what comes out of an SA but may not go on; sizes; padding.
 *
 * The packets were made with scapy 2.5 (scapy.layers.ipsec), with key = bytes 0x10, 0x11 ... and authentication key =
 * bytes 0x80, 0x81 ..., e.g. the first row: inner = IP(src='10.1.0.1', dst='10.2.0.9', id=0x1234, ttl=63,
 * tos=0x28)/ICMP(type=8, id=7, seq=1)/(b'espial '*5) sa = SecurityAssociation(ESP, spi=0xB761863E,
 * crypt_algo='AES-CBC', crypt_key=bytes(range(0x10, 0x20)), auth_algo='HMAC-SHA1-96', auth_key=bytes(range(0x80,
 * 0x94)), tunnel_header=IP(src='192.0.2.1', dst='192.0.2.2', ttl=255, id=0x4242, tos=0x28)) bytes(sa.encrypt(inner,
 * seq_num=1, iv=b'\x42'*16)).hex() DES is 'DES', 3DES '3DES', SHA-2 'SHA2-256-128' 'SHA2-384-192' 'SHA2-512-256'; GCM
 * takes the salt as the last 4 bytes of its key and iv=bytes(7)+b'\1'; NAT-T adds nat_t_header=UDP(sport=4500,
 * dport=4500), its length (which scapy leaves at 8) put right and a checksum of 0; transport mode leaves tunnel_header
 * out and has inner = IP(src='192.0.2.1', dst='192.0.2.2', id=0x77, ttl=64)/ICMP(type=8, id=7, seq=1)/(b'espial '*5);
 * AH is SecurityAssociation(AH, ...). GMAC, which scapy has not, was made with Python's cryptography over the packet that NULL
 * makes with an IV: AESGCM(key).encrypt(salt + iv, b'', esp) gives its ICV.
 */
#include "tests/unit/esp_box.h"

#include "espial/crypto.h"

#define HOSTS                                                                                                          \
    "4500003f007700004001f643c0000201c000020208005f6d0007000165737069616c2065737069616c2065737069616c2065737069616c20" \
    "65737069"                                                                                                         \
    "616c20"

static const struct kat {
    const char *name;
    uint8_t proto;
    enum cipher_alg cipher;
    uint16_t bits;
    enum hash_alg auth;
    enum ipsec_mode mode;
    bool udp;
    const char *inner, *packet;
} kats[] = {
    {"AES_CBC 128 SHA1", PROTO_ESP, CIPHER_AES_CBC, 128, HASH_SHA1, IPSEC_TUNNEL, false, INNER,
     "4528008842420000ff32f4d5c0000201c0000202b761863e00000001424242424242424242424242424242423fc3bf070fbea0c643740c22d"
     "6066f13"
     "491ea0bde0b88aa50b8d90b94f444bd9e5e79896abbf44c898100c89be2703710f8317452f2c72d146cfb8ce0e21d7e481258208d3843a462"
     "2f2f0c0"
     "5bfb04aa64126c0acaaebbb7216b45b5"},
    {"AES_CBC 192 SHA256", PROTO_ESP, CIPHER_AES_CBC, 192, HASH_SHA256, IPSEC_TUNNEL, false, INNER,
     "4528008c42420000ff32f4d1c0000201c0000202b761863e0000000142424242424242424242424242424242473c6f94c5468bcdcfc62fdf9"
     "c9678e7"
     "2321e901d6ad09df61d0d4abce166f98586419a4f3262411a23fc4edd8f7ae1722bed8be43eb9134a280c58af32d831bda42c8f15f56e205c"
     "97bce37"
     "e1b5b1b9026fe157f1b764ce0f05e64d9abda907"},
    {"AES_CBC 256 SHA384", PROTO_ESP, CIPHER_AES_CBC, 256, HASH_SHA384, IPSEC_TUNNEL, false, INNER,
     "4528009442420000ff32f4c9c0000201c0000202b761863e0000000142424242424242424242424242424242885b6af6c5809dc1bf274489c"
     "cfbe13f"
     "3f94aac337ed7ffb70dd3c708d86214636319fcfc7b65cce77dfb70014a71edaa45daeabdea4b3ca46408a7613a51bcb84713dfcb5ad31b28"
     "d251976"
     "63e2ba931fb05fd39f9677e16b74c2ed9e373b2a8b9473afd87864f5"},
    {"AES_CBC 256 SHA512", PROTO_ESP, CIPHER_AES_CBC, 256, HASH_SHA512, IPSEC_TUNNEL, false, INNER,
     "4528009c42420000ff32f4c1c0000201c0000202b761863e0000000142424242424242424242424242424242885b6af6c5809dc1bf274489c"
     "cfbe13f"
     "3f94aac337ed7ffb70dd3c708d86214636319fcfc7b65cce77dfb70014a71edaa45daeabdea4b3ca46408a7613a51bcb84713dfcb5ad31b28"
     "d251976"
     "63e2ba93f5bb2432952f4d2d69f09f5b7c41c6bb7555e3cc63e386f42ff26cd95752ca76"},
    {"AES_CBC 128 MD5", PROTO_ESP, CIPHER_AES_CBC, 128, HASH_MD5, IPSEC_TUNNEL, false, INNER,
     "4528008842420000ff32f4d5c0000201c0000202b761863e00000001424242424242424242424242424242423fc3bf070fbea0c643740c22d"
     "6066f13"
     "491ea0bde0b88aa50b8d90b94f444bd9e5e79896abbf44c898100c89be2703710f8317452f2c72d146cfb8ce0e21d7e481258208d3843a462"
     "2f2f0c0"
     "5bfb04aaf2402101b6bbfd3f5eeaae4b"},
    {"3DES_CBC 0 SHA1", PROTO_ESP, CIPHER_3DES_CBC, 0, HASH_SHA1, IPSEC_TUNNEL, false, INNER,
     "4528007842420000ff32f4e5c0000201c0000202b761863e000000014242424242424242e5dd5c07d370b1fca195a26803730c14c04a4595e"
     "4e1774a"
     "ba4db08f2c9107f8b7d3c4280a41be3bea7d831b296c34ecbf5ef8649693d733fd702e200e8a5bd0a16cd9c67e5267cef626ff84a124333a2"
     "ec0d9a1"},
    {"DES_CBC 0 MD5", PROTO_ESP, CIPHER_DES_CBC, 0, HASH_MD5, IPSEC_TUNNEL, false, INNER,
     "4528007842420000ff32f4e5c0000201c0000202b761863e000000014242424242424242068aeaaa2573fcd15e76f54befa1d5b4b76066aac"
     "969b68e"
     "66a79776eb5a71f6daa2dd82e82bb3c3cb7537fa72d0548aefcbfba5234515d302365a0c2b34f2f2f83ab637b6286103efc18f5392f8b5bee"
     "cae95b2"},
    {"NULL 0 SHA256", PROTO_ESP, CIPHER_NULL, 0, HASH_SHA256, IPSEC_TUNNEL, false, INNER,
     "4528007042420000ff32f4edc0000201c0000202b761863e000000014528003f123400003f0155560a0100010a02000908005f6d000700016"
     "5737069"
     "616c2065737069616c2065737069616c2065737069616c2065737069616c2001020303042bacdc42fa2c9f09dfd248c4d7809888"},
    {"AES_GCM 128 NONE", PROTO_ESP, CIPHER_AES_GCM, 128, HASH_NONE, IPSEC_TUNNEL, false, INNER,
     "4528007842420000ff32f4e5c0000201c0000202b761863e000000010000000000000001889df17f5dd6d2b0710d511da64c5d726d93d66ed"
     "34d3e64"
     "ffc4037fae420392276a6511c4a3914ade40648e3a6dd3a09a995c70944f53ac5f72c08f4246d30781421e8247bbae0bccac520e0e44d05bc"
     "40d5516"},
    {"AES_GCM 192 NONE", PROTO_ESP, CIPHER_AES_GCM, 192, HASH_NONE, IPSEC_TUNNEL, false, INNER,
     "4528007842420000ff32f4e5c0000201c0000202b761863e000000010000000000000001f368dd7b25564d4494e9f498f290445ae793896b6"
     "a1e3319"
     "aeae54ad2ca8b369839af4f079f1a9e034f05205d417744d84c6ecdac5edb90248db81fbc9fa1a123b655913815e23a07bc668260054eba5f"
     "2c24448"},
    {"AES_GCM 256 NONE", PROTO_ESP, CIPHER_AES_GCM, 256, HASH_NONE, IPSEC_TUNNEL, false, INNER,
     "4528007842420000ff32f4e5c0000201c0000202b761863e00000001000000000000000134e6ab2de6782ea60156bdb7104ee81ced479b929"
     "be3cc1b"
     "9f27d5ccc9e9477c45581b21e7bd384313accb9fb4d3329d7556050250d6f53e057e21e9da995cd3a256224d1cfca6434badc091c4c5e3cde"
     "ba65c60"},
    {"AES_GMAC 128 NONE", PROTO_ESP, CIPHER_AES_GMAC, 128, HASH_NONE, IPSEC_TUNNEL, false, INNER,
     "4528007842420000ff32f4e5c0000201c0000202b761863e0000000100000000000000014528003f123400003f0155560a0100010a0200"
     "0908005f6d0007000165737069616c2065737069616c2065737069616c2065737069616c2065737069616c2001"
     "020303044390d108616183e3333b88c08f3657f0"},
    {"AES_GMAC 192 NONE", PROTO_ESP, CIPHER_AES_GMAC, 192, HASH_NONE, IPSEC_TUNNEL, false, INNER,
     "4528007842420000ff32f4e5c0000201c0000202b761863e0000000100000000000000014528003f123400003f0155560a0100010a0200"
     "0908005f6d0007000165737069616c2065737069616c2065737069616c2065737069616c2065737069616c2001"
     "02030304f5e73e832e4b0327245917113448b42a"},
    {"AES_GMAC 256 NONE", PROTO_ESP, CIPHER_AES_GMAC, 256, HASH_NONE, IPSEC_TUNNEL, false, INNER,
     "4528007842420000ff32f4e5c0000201c0000202b761863e0000000100000000000000014528003f123400003f0155560a0100010a0200"
     "0908005f6d0007000165737069616c2065737069616c2065737069616c2065737069616c2065737069616c2001"
     "02030304a84e1ea4173a1396990e2f203257ca5c"},
    {"NAT-T", PROTO_ESP, CIPHER_AES_CBC, 128, HASH_SHA1, IPSEC_TUNNEL, true, INNER,
     "4528009042420000ff11f4eec0000201c000020211941194007c0000b761863e00000001424242424242424242424242424242423fc3bf070"
     "fbea0c6"
     "43740c22d6066f13491ea0bde0b88aa50b8d90b94f444bd9e5e79896abbf44c898100c89be2703710f8317452f2c72d146cfb8ce0e21d7e48"
     "1258208"
     "d3843a4622f2f0c05bfb04aa64126c0acaaebbb7216b45b5"},
    {"transport", PROTO_ESP, CIPHER_AES_CBC, 128, HASH_SHA1, IPSEC_TRANSPORT, false, HOSTS,
     "45000068007700004032f5e9c0000201c0000202b761863e000000014242424242424242424242424242424286b37758c3949c436c0e59c42"
     "4f6f752"
     "b790dc81ce15b8eb663ca261eed2f5603034b6dbd9f7ba2f1f7d0eca9b67ce716d8fbf6e7a040302b3ee9d30"},
    {"AH MD5", PROTO_AH, CIPHER_NULL, 0, HASH_MD5, IPSEC_TUNNEL, false, INNER,
     "4528006b42420000ff33f4f1c0000201c000020204040000b761863e00000001e06016b61cf698339a3492e94528003f123400003f0155560"
     "a010001"
     "0a02000908005f6d0007000165737069616c2065737069616c2065737069616c2065737069616c2065737069616c20"},
    {"AH SHA1", PROTO_AH, CIPHER_NULL, 0, HASH_SHA1, IPSEC_TUNNEL, false, INNER,
     "4528006b42420000ff33f4f1c0000201c000020204040000b761863e000000010fbe69deddd950ecbb2af14e4528003f123400003f0155560"
     "a010001"
     "0a02000908005f6d0007000165737069616c2065737069616c2065737069616c2065737069616c2065737069616c20"},
    {"AH SHA256", PROTO_AH, CIPHER_NULL, 0, HASH_SHA256, IPSEC_TUNNEL, false, INNER,
     "4528006f42420000ff33f4edc0000201c000020204050000b761863e0000000155aa225e51c64c1a309f6d61de1697064528003f123400003"
     "f015556"
     "0a0100010a02000908005f6d0007000165737069616c2065737069616c2065737069616c2065737069616c2065737069616c20"},
    {"AH SHA384", PROTO_AH, CIPHER_NULL, 0, HASH_SHA384, IPSEC_TUNNEL, false, INNER,
     "4528007742420000ff33f4e5c0000201c000020204070000b761863e00000001f4457118c900895ae7ebacc404d55b34525b1c949e032a154"
     "528003f"
     "123400003f0155560a0100010a02000908005f6d0007000165737069616c2065737069616c2065737069616c2065737069616c20657370696"
     "16c20"},
    {"AH SHA512", PROTO_AH, CIPHER_NULL, 0, HASH_SHA512, IPSEC_TUNNEL, false, INNER,
     "4528007f42420000ff33f4ddc0000201c000020204090000b761863e0000000120477ef4c73ac8a6ed0d1438ec110d527c9e00ab0428d9348"
     "810112f"
     "cca67b134528003f123400003f0155560a0100010a02000908005f6d0007000165737069616c2065737069616c2065737069616c206573706"
     "9616c20"
     "65737069616c20"},
    {"AH transport", PROTO_AH, CIPHER_NULL, 0, HASH_SHA1, IPSEC_TRANSPORT, false, HOSTS,
     "45000057007700004033f5f9c0000201c000020201040000b761863e000000019f15c60b55b3f671dd4f9d7308005f6d00070001657370696"
     "16c2065"
     "737069616c2065737069616c2065737069616c2065737069616c20"},
};
#define KATS (sizeof kats / sizeof kats[0])

static struct ipsec_transform transform_of(const struct kat *k)
{
    return (struct ipsec_transform){
        .proto = k->proto, .cipher = k->cipher, .key_bits = k->bits, .auth = k->auth, .mode = k->mode};
}

static void encapsulate(void **state)
{
    (void)state;
    for (size_t i = 0; i < KATS; i++) {
        const struct kat *k = &kats[i];
        struct ipsec_transform t = transform_of(k);
        struct box *b = end_new(true, k->mode == IPSEC_TRANSPORT);
        uint8_t inner[256], want[512];
        size_t len = unhex(k->inner, inner), want_len = unhex(k->packet, want);
        struct ipsec_flow_info f;
        install(b, true, &t, k->udp);
        box_put(b, STAGE_CRYPTO_OUT, inner, len, false);
        assert_int_equal(b->ngot, 1);
        assert_int_equal(b->got[0].stage, STAGE_IP4_ROUTE);
        if (b->got[0].len != want_len || memcmp(b->got[0].data, want, want_len))
            fail_msg("%s: another packet than expected", k->name);
        box_flow(b, &f);
        assert_int_equal(f.n.encaps, 1);
        assert_int_equal(flow_send_errors(&f.n), 0);
        box_free(b);
    }
}

static void decapsulate(void **state)
{
    (void)state;
    for (size_t i = 0; i < KATS; i++) {
        const struct kat *k = &kats[i];
        struct ipsec_transform t = transform_of(k);
        struct box *b = end_new(false, k->mode == IPSEC_TRANSPORT);
        uint8_t want[256], data[512];
        size_t want_len = unhex(k->inner, want), len = unhex(k->packet, data);
        struct ipsec_flow_info f;
        install(b, false, &t, k->udp);
        box_put(b, STAGE_ESP_IN, data, len, k->udp);
        if (b->ngot != 1 || b->got[0].stage != STAGE_IP4_IN || b->got[0].len != want_len ||
            memcmp(b->got[0].data, want, want_len))
            fail_msg("%s: the packet inside is another one", k->name);
        /* The same again is a replay. */
        box_put(b, STAGE_ESP_IN, data, len, k->udp);
        assert_int_equal(b->ngot, 1);
        assert_int_equal(box_dropped(b, DROP_IN_CD_SW_IPSEC_ANTI_REPLAY_FAIL), 1);
        box_flow(b, &f);
        assert_int_equal(f.n.decaps, 1);
        assert_int_equal(f.n.verify, 1);
        assert_int_equal(f.n.replay_failed, 1);
        assert_int_equal(flow_recv_errors(&f.n), 1);
        box_free(b);
    }
}

/* What ESP or AH does not protect: the outer header, but for what finds the SA or is summed. */
static bool covered(const struct kat *k, size_t at)
{
    size_t udp = k->udp ? 8 : 0;
    if (k->proto == PROTO_ESP)
        return at >= 20 + udp;
    return at >= 20 || at == 4 || at == 5 || (at >= 12 && at < 16); /* AH: identification, source */
}

static void spoiled(void **state)
{
    (void)state;
    for (size_t i = 0; i < KATS; i++) {
        const struct kat *k = &kats[i];
        struct ipsec_transform t = transform_of(k);
        struct box *b = end_new(false, k->mode == IPSEC_TRANSPORT);
        uint8_t data[512];
        size_t len = unhex(k->packet, data), sent = 0, spi_at = 20 + (k->udp ? 8 : 0) + (k->proto == PROTO_AH ? 4 : 0);
        struct ipsec_pair_info pair;
        struct ipsec_flow_info f;
        uint64_t in, out;
        install(b, false, &t, k->udp);
        for (size_t at = 0; at < len; at++) {
            if (!covered(k, at))
                continue;
            uint64_t inv = box_dropped(b, DROP_INV_SPI), mac = box_dropped(b, DROP_IN_CD_SW_IPSEC_MAC_EXCEPTION);
            uint64_t replay = box_dropped(b, DROP_IN_CD_SW_IPSEC_ANTI_REPLAY_FAIL),
                     size = box_dropped(b, DROP_IN_PKT_HEADPAD_LEN_ERR);
            uint8_t bit = (uint8_t)(1u << (at % 8));
            data[at] ^= bit;
            box_put(b, STAGE_ESP_IN, data, len, k->udp);
            data[at] ^= bit;
            sent++;
            if (at >= spi_at && at < spi_at + 4)
                assert_int_equal(box_dropped(b, DROP_INV_SPI), inv + 1);
            else if (k->proto == PROTO_AH && at == 21) /* AH's own length */
                assert_int_equal(box_dropped(b, DROP_IN_PKT_HEADPAD_LEN_ERR), size + 1);
            else /* sequence number 1 spoiled to 0 is refused before the sum */
                assert_int_equal(box_dropped(b, DROP_IN_CD_SW_IPSEC_MAC_EXCEPTION) +
                                     box_dropped(b, DROP_IN_CD_SW_IPSEC_ANTI_REPLAY_FAIL),
                                 mac + replay + 1);
        }
        /* Nothing moved: no window, no count of traffic, no sign of life; the true packet is still welcome. */
        size_t cursor = 0;
        assert_true(ipsec_pair_next(b->ips, 0, &cursor, &pair));
        assert_int_equal(pair.seq_in, 0);
        assert_int_equal(pair.packets_in, 0);
        assert_int_equal(pair.left_kb_in, 4608000);
        sad_activity(b->ips, 0, &in, &out);
        assert_int_equal(in, 0);
        box_flow(b, &f);
        assert_int_equal(f.n.decaps, 0);
        assert_int_equal(f.n.verify, 0);
        assert_int_equal(b->ngot, 0);
        assert_true(sent >= len - 36);
        vloop_run_for(b->loop, 1);
        box_put(b, STAGE_ESP_IN, data, len, k->udp);
        assert_int_equal(b->ngot, 1);
        sad_activity(b->ips, 0, &in, &out);
        assert_int_equal(in, 1);
        box_free(b);
    }
}

/* Cut anywhere, with lengths to match or not: refused, and nothing is read past the end. */
static void cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < KATS; i++) {
        const struct kat *k = &kats[i];
        struct ipsec_transform t = transform_of(k);
        struct box *b = end_new(false, k->mode == IPSEC_TRANSPORT);
        uint8_t data[512], copy[512];
        size_t len = unhex(k->packet, data);
        install(b, false, &t, k->udp);
        for (size_t n = 0; n < len; n++) {
            memcpy(copy, data, n);
            box_put(b, STAGE_ESP_IN, copy, n, k->udp);
            if (n < 20)
                continue;
            put16(copy + 2, (uint16_t)n);
            box_put(b, STAGE_ESP_IN, copy, n, k->udp);
            if (k->udp && n >= 28) {
                put16(copy + 24, (uint16_t)(n - 20));
                box_put(b, STAGE_ESP_IN, copy, n, true);
            }
        }
        assert_int_equal(b->ngot, 0);
        box_put(b, STAGE_ESP_IN, data, len, k->udp);
        assert_int_equal(b->ngot, 1);
        box_free(b);
    }
}

/* An authentic ESP packet over NULL and SHA-1 with any contents: the peer is who it says, but what it says is wrong. */
static void put_null(struct box *b, uint32_t seq, const void *clear, size_t len)
{
    uint8_t p[512], sum[20], key[20];
    size_t total = 20 + 8 + len + 12;
    memset(p, 0, 20);
    p[0] = 0x45;
    put16(p + 2, (uint16_t)total);
    p[8] = 64;
    p[9] = 50;
    put32(p + 12, LEFT);
    put32(p + 16, RIGHT);
    put32(p + 20, SPI);
    put32(p + 24, seq);
    memcpy(p + 28, clear, len);
    box_key(key, sizeof key, 0x80);
    hmac_parts(HASH_SHA1, key, sizeof key, &BYTES(p + 20, 8 + len), 1, sum);
    memcpy(p + 28 + len, sum, 12);
    box_put(b, STAGE_ESP_IN, p, total, false);
}

static void inside(void **state)
{
    (void)state;
    static const struct ipsec_transform t = {.proto = PROTO_ESP, .cipher = CIPHER_NULL, .auth = HASH_SHA1};
    struct box *b = end_new(false, false);
    struct ipsec_flow_info f;
    uint8_t in[128], bad[128];
    size_t len = unhex(INNER, in), all = len + 5; /* 63 + 3 of padding + 2: a multiple of 4 */
    install(b, false, &t, false);
    memcpy(in + len, (const uint8_t[]){1, 2, 3, 3, 4}, 5);
    put_null(b, 1, in, all);
    assert_int_equal(b->ngot, 1);
    assert_int_equal(b->got[0].len, len);

    memcpy(bad, in, all);
    bad[len + 1] = 7; /* padding that does not count */
    put_null(b, 2, bad, all);
    assert_int_equal(box_dropped(b, DROP_IN_PKT_HEADPAD_LEN_ERR), 1);
    memcpy(bad, in, all);
    bad[all - 2] = 200; /* more padding than payload */
    put_null(b, 3, bad, all);
    assert_int_equal(box_dropped(b, DROP_IN_PKT_HEADPAD_LEN_ERR), 2);
    memcpy(bad, in, all);
    bad[all - 1] = 41; /* IPv6 inside */
    put_null(b, 4, bad, all);
    assert_int_equal(box_dropped(b, DROP_IN_CD_SW_IPSEC_NH_MISMATCH), 1);
    memcpy(bad, in, all);
    bad[0] = 0x65;
    put_null(b, 5, bad, all);
    bad[0] = 0x44; /* a header of 16 bytes */
    put_null(b, 6, bad, all);
    memcpy(bad, in, all);
    put16(bad + 2, (uint16_t)(len + 1)); /* longer than what is there */
    put_null(b, 7, bad, all);
    assert_int_equal(box_dropped(b, DROP_IN_PKT_IPVER_INVALID), 3);
    memcpy(bad, in, all);
    put32(bad + 12, A(10, 9, 0, 1)); /* not from the peer's network */
    put_null(b, 8, bad, all);
    memcpy(bad, in, all);
    put32(bad + 16, A(10, 1, 0, 9)); /* not to ours */
    put_null(b, 9, bad, all);
    assert_int_equal(box_dropped(b, DROP_IN_US_CL_V4_PKT_FAILED_POLICY), 2);
    memcpy(bad, in, all);
    bad[all - 1] = 59; /* a dummy */
    put_null(b, 10, bad, all);
    assert_int_equal(b->ngot, 1);
    put_null(b, 11, "\0\4", 2); /* an empty tunnel packet is not a multiple of 4 */
    assert_int_equal(box_dropped(b, DROP_IN_PKT_HEADPAD_LEN_ERR), 3);
    put_null(b, 11, "\1\2\2\4", 4);
    assert_int_equal(box_dropped(b, DROP_IN_PKT_IPVER_INVALID), 4);
    /* A total length short of the payload is padding of another kind (RFC 4303 section 2.7): taken. */
    memcpy(bad, in, all);
    put16(bad + 2, 60);
    put_null(b, 12, bad, all);
    assert_int_equal(b->ngot, 2);
    assert_int_equal(b->got[1].len, 60);

    box_flow(b, &f);
    assert_int_equal(f.n.verify, 12);
    assert_int_equal(f.n.decaps, 2);
    assert_int_equal(f.n.invalid_identity, 2);
    assert_int_equal(f.n.invalid_prot, 1);
    assert_int_equal(f.n.decaps_failed, 6);
    assert_int_equal(f.n.invalid_len, 1);
    assert_int_equal(flow_recv_errors(&f.n), 10);
    box_free(b);
}

/* Every length of payload comes back as it went, for each cipher: padding. */
static void lengths(void **state)
{
    (void)state;
    for (size_t i = 0; i < KATS; i++) {
        const struct kat *k = &kats[i];
        if (k->mode == IPSEC_TRANSPORT)
            continue;
        struct ipsec_transform t = transform_of(k);
        struct box *l = end_new(true, false), *r = end_new(false, false);
        install(l, true, &t, k->udp);
        install(r, false, &t, k->udp);
        for (size_t size = 28; size < 28 + 40; size++) {
            put_sized(l, size, false);
            assert_int_equal(l->ngot, 1);
            r->ngot = 0;
            box_put(r, STAGE_ESP_IN, l->got[0].data, l->got[0].len, k->udp);
            assert_int_equal(r->ngot, 1);
            assert_int_equal(r->got[0].len, size);
            assert_int_equal(r->got[0].data[20], 8);
        }
        box_free(l);
        box_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encapsulate),
        cmocka_unit_test(decapsulate),
        cmocka_unit_test(spoiled),
        cmocka_unit_test(cut),
        cmocka_unit_test(inside),
        cmocka_unit_test(lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
