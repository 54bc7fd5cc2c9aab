/* test_gmac.c: AES-GMAC (RFC 4543) negotiated by both versions of IKE, with both lengths of sequence numbers: packets are readable
 * on the wire, and one that was changed there is dropped. */
#include "tests/exchange/crypto_pair.h"

#include "espial/buf.h"
#include "tests/sim/wire.h"

struct seen {
    unsigned esp, readable;
    bool spoil;
};

/* ICMP's 0xABCD, as ping fills its packets, 16 times in a row. */
static enum wire_verdict look(void *arg, int from, uint8_t *f, size_t len)
{
    struct seen *s = arg;

    (void)from;
    if (len < 100 || get16(f + 12) != 0x0800 || f[23] != 50)
        return WIRE_PASS;
    s->esp++;
    for (size_t at = 50; at + 32 < len; at++) {
        unsigned n = 0;
        while (n < 16 && f[at + 2 * n] == 0xAB && f[at + 2 * n + 1] == 0xCD)
            n++;
        if (n == 16) {
            s->readable++;
            if (s->spoil)
                f[at] ^= 1;
            break;
        }
    }
    return WIRE_PASS;
}

static void negotiated(void **state)
{
    const char *how = *state;
    bool v2 = how[0] == '2', esn = how[1] == 'e';
    struct seen seen = {0};
    struct wire *wire;
    struct box *b = crypto_pair(v2 ? PAIR_IKEV2 : "", &wire);
    char text[256];

    snprintf(text, sizeof text, "configure terminal\ncrypto ipsec transform-set TS esp-gmac %s%s\ncrypto map VPN 10\n%send",
             how + 2, esn ? "\nesn" : "", v2 ? "set ikev2-profile PROF\n" : "");
    box_type_all(b, "r1", text);
    box_type_all(b, "r2", text);
    wire_tap(wire, look, &seen);
    pair_up(b);
    assert_int_equal(seen.esp, 8);
    assert_int_equal(seen.readable, 8);
    snprintf(text, sizeof text, "        transform: esp-gmac %s ,\n        in use settings ={Tunnel, %s}\n", how + 2, esn ? "esn" : "");
    pair_has(b, "r1", "show crypto ipsec sa", text);
    pair_has(b, "r1", "show crypto ipsec sa", "        IV size: 8 bytes\n");
    pair_has(b, "r2", "show crypto ipsec sa", "plaintext mtu 1446, path mtu 1500");
    seen.spoil = true;
    pair_has(b, "r1", PAIR_PING, "(0/5)");
    pair_has(b, "r2", "show crypto ipsec sa detail", "#pkts verify failed: 5");
    pair_has(b, "r2", "show logging", "%CRYPTO-4-RECVD_PKT_MAC_ERR");
    seen.spoil = false;
    pair_has(b, "r1", PAIR_PING, "(5/5)");
    /* the other end wants encryption: no */
    box_type_all(b, "r2", "configure terminal\ncrypto ipsec transform-set TS esp-gcm 256\nend");
    box_type(b, "r1", "clear crypto session");
    box_run(b, US_PER_S);
    pair_has(b, "r1", PAIR_PING, "(0/5)");
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {.name = "IKEv1", .test_func = negotiated, .initial_state = (void *)"1-256"},
        {.name = "IKEv1 ESN", .test_func = negotiated, .initial_state = (void *)"1e192"},
        {.name = "IKEv2", .test_func = negotiated, .initial_state = (void *)"2-256"},
        {.name = "IKEv2 ESN", .test_func = negotiated, .initial_state = (void *)"2e256"},
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
