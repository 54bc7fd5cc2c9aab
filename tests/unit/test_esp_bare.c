/* test_esp_bare.c: ESP encryption without authentication: the packet of scapy's AES-CBC and HMAC-SHA1 in test_esp.c less
 * its ICV (and 12 bytes less in the outer header's length, which its sum shows), both ways; what cannot be proved is not
 * acted upon: numbers and ports; what makes no sense is refused. */
#include "tests/unit/esp_box.h"

#include "espial/crypto.h"

#define BARE                                                                                                           \
    "4528007c42420000ff32f4e1c0000201c0000202b761863e00000001424242424242424242424242424242423fc3bf070fbea0c643740c22d" \
    "6066f13491ea0bde0b88aa50b8d90b94f444bd9e5e79896abbf44c898100c89be2703710f8317452f2c72d146cfb8ce0e21d7e481258208d3" \
    "843a4622f2f0c05bfb04aa"

static const struct ipsec_transform aes = {.proto = PROTO_ESP, .cipher = CIPHER_AES_CBC, .key_bits = 128};

static void out(void **state)
{
    (void)state;
    struct box *b = end_new(true, false);
    uint8_t inner[256], want[512];
    size_t len = unhex(INNER, inner), want_len = unhex(BARE, want);
    struct ipsec_flow_info f;
    install(b, true, &aes, false);
    box_put(b, STAGE_CRYPTO_OUT, inner, len, false);
    assert_int_equal(b->ngot, 1);
    assert_int_equal(b->got[0].len, want_len);
    assert_memory_equal(b->got[0].data, want, want_len);
    box_flow(b, &f);
    assert_int_equal(f.n.encaps, 1);
    assert_int_equal(f.n.digest, 0);
    box_free(b);
}

static void in(void **state)
{
    (void)state;
    struct box *b = end_new(false, false);
    uint8_t want[256], data[512];
    size_t want_len = unhex(INNER, want), len = unhex(BARE, data), cursor = 0;
    struct ipsec_flow_info f;
    struct ipsec_pair_info pair;
    install(b, false, &aes, false);
    for (int i = 1; i <= 2; i++) { /* a number proves nothing: the same again is no replay */
        box_put(b, STAGE_ESP_IN, data, len, false);
        assert_int_equal(b->ngot, i);
        assert_int_equal(b->got[i - 1].len, want_len);
        assert_memory_equal(b->got[i - 1].data, want, want_len);
    }
    box_flow(b, &f);
    assert_int_equal(f.n.decaps, 2);
    assert_int_equal(f.n.verify, 0);
    assert_int_equal(flow_recv_errors(&f.n), 0);
    assert_true(ipsec_pair_next(b->ips, 0, &cursor, &pair));
    assert_int_equal(pair.replay_window, 0);
    for (size_t n = 0; n < len; n++) /* cut anywhere */
        box_put(b, STAGE_ESP_IN, data, n, false);
    assert_int_equal(b->ngot, 2);
    box_free(b);
}

/* With an ICV the newest packet says where the peer is now; without one anybody could. */
static void port(void **state)
{
    (void)state;
    uint8_t data[512], udp[8] = {0x13, 0x88, 0x11, 0x94, 0, 112, 0, 0}; /* from 5000 to 4500 */
    struct box *b = end_new(false, false);
    struct ipsec_pair_info pair;
    size_t len = unhex(BARE, data), cursor = 0;
    install(b, false, &aes, true);
    memmove(data + 28, data + 20, len - 20);
    memcpy(data + 20, udp, sizeof udp);
    data[9] = PROTO_UDP;
    put16(data + 2, (uint16_t)(len + 8));
    box_put(b, STAGE_ESP_IN, data, len + 8, true);
    assert_int_equal(b->ngot, 1);
    assert_true(ipsec_pair_next(b->ips, 0, &cursor, &pair));
    assert_int_equal(pair.peer_port, 4500);
    box_free(b);
}

static void refused(void **state)
{
    (void)state;
    static const struct ipsec_transform bad[] = {
        {.proto = PROTO_ESP, .cipher = CIPHER_NULL},
        {.proto = PROTO_ESP, .cipher = CIPHER_AES_CBC, .key_bits = 128, .esn = true},
        {.proto = PROTO_ESP, .cipher = CIPHER_AES_CBC, .key_bits = 100},
        {.proto = PROTO_AH},
    };
    struct box *b = end_new(true, false);
    uint8_t key[128];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct sa_pair_params p = params_of(b, true, &bad[i], key, keymat(&bad[i], key));
        assert_int_equal(sad_install(b->ips, &p), 0);
    }
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(out),
        cmocka_unit_test(in),
        cmocka_unit_test(port),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
