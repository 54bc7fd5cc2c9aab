/* test_show_engine.c: what the crypto engine did, what was agreed with peers, SAs by address, and sessions picked and
 * cleared by their ends. Layouts by hand after real devices; figures follow from the story. */
#include "tests/exchange/crypto_pair.h"

static void engine(void **state)
{
    (void)state;
    struct box *b = crypto_pair("", NULL);

    pair_up(b);
    pair_says(b, "r1", "show crypto eli",
              "Hardware Encryption : INACTIVE\n"
              " Number of hardware crypto engines = 0\n"
              "\n"
              " CryptoEngine Software Crypto Engine details: state = Active\n"
              " Capability    : DES, 3DES, AES, GCM, GMAC, P-256, P-384, P-521, ESN\n"
              "\n"
              " IPSec-Session :     2 active, 200000 max, 0 failed, 2 created\n"
              "\n"
              " Number of DH's pregenerated = 0\n"
              " DH lifetime = 0 seconds\n"
              " DH calculations: P1 1, SS 1\n"
              "\n"
              "crypto engine 1:Software Crypto Engine\n"
              " DH in use/freeing/free - 0/0/4096\n");
    pair_has(b, "r1", "show crypto eli all",
             " IKE-Session   :     1 active,  4096 max, 0 failed, 1 created\n"
             " IKEv2-Session :     0 active, 16384 max, 0 failed, 0 created\n"
             " DH            :     0 active(0/0),  4096 max, 0 failed, ");
    pair_says(b, "r1", "clear crypto sa", "");
    pair_has(b, "r1", "show crypto eli", " IPSec-Session :     0 active, 200000 max, 0 failed, 2 created\n");
    pair_has(b, "r1", "show crypto engine brief", "crypto engine type:   software\n");
    struct crypto *cr = crypto_new(CRYPTO_BEST); /* another one on the same machine chooses the same */
    char want[256];
    snprintf(want, sizeof want, "                      3DES:   %s\n                       AES:   %s\n                   AES-GCM:   %s\n",
             crypto_cipher_by(cr, CIPHER_3DES_CBC), crypto_cipher_by(cr, CIPHER_AES_CBC), crypto_cipher_by(cr, CIPHER_AES_GCM));
    pair_has(b, "r1", "show crypto engine configuration", want);
    snprintf(want, sizeof want, "               HMAC-SHA256:   %s\n", crypto_hash_by(cr, HASH_SHA256));
    pair_has(b, "r1", "show crypto engine configuration", want);
    crypto_free(cr);
    pair_has(b, "r1", "show crypto isakmp stats", "  SAs begun since boot:           1\n");
    box_free(b);
}

static void failed(void **state)
{
    (void)state;
    struct box *b = crypto_pair("", NULL);

    box_type_all(b, "r2", "configure terminal\nno crypto isakmp enable\nend");
    pair_has(b, "r1", PAIR_PING, "(0/5)");
    box_run(b, 120 * US_PER_S);
    pair_has(b, "r1", "show crypto eli all", " IKE-Session   :     0 active,  4096 max, 1 failed, 1 created\n");
    pair_has(b, "r1", "show crypto isakmp stats", "  SAs failed in negotiation:      1\n");
    box_free(b);
}

static void peers(void **state)
{
    (void)state;
    struct box *b = crypto_pair("", NULL);

    pair_says(b, "r1", "show crypto isakmp peers config", "ISAKMP Peers Configuration\n");
    pair_up(b);
    pair_says(b, "r1", "show crypto isakmp peers config",
              "ISAKMP Peers Configuration\n"
              "Peer: 10.0.0.2\n"
              "  Key Exchange: IKEv1\n"
              "  Authentication Method: Pre-Shared Key\n"
              "  Encryption: AES-256\n"
              "  Hashing: SHA-256\n"
              "  DH Group: Group 19\n"
              "  Lifetime: 86400 seconds\n"
              "  Local ID: 10.0.0.1\n"
              "  Remote ID: 10.0.0.2\n"
              "\n");
    pair_says(b, "r1", "show crypto isakmp peer 10.0.0.2",
              "Peer: 10.0.0.2 Port: 500 Local: 10.0.0.1\n Phase1 id: 10.0.0.2\n");
    pair_says(b, "r1", "show crypto isakmp peer 10.0.0.3", "");
    pair_says(b, "r1", "show crypto isakmp sa nat",
              "IPv4 Crypto ISAKMP SA\ndst             src             state          conn-id status\n\n"
              "IPv6 Crypto ISAKMP SA\n\n");
    box_free(b);
}

static void by_address(void **state)
{
    char want[2048];
    (void)state;
    struct box *b = crypto_pair("", NULL);

    pair_says(b, "r1", "show crypto ipsec sa address", "\nNo SAs found\n");
    pair_up(b);
    struct ipsec_pair_info p = pair_newest(b, "r1");
#define HALF(dst, conn, flow)                                                                                          \
    "dest address: " dst "\n"                                                                                          \
    "   protocol: ESP\n"                                                                                               \
    "      spi: 0x%X(%u)\n"                                                                                            \
    "        transform: esp-256-aes esp-sha256-hmac ,\n"                                                               \
    "        in use settings ={Tunnel, }\n"                                                                            \
    "        conn id: " conn ", flow_id: CSR:" flow ", sibling_flags FFFFFFFF80004048, crypto map: VPN\n"              \
    "        sa timing: remaining key lifetime (k/sec): (4607999/%u)\n"                                                \
    "        IV size: 16 bytes\n"                                                                                      \
    "        replay detection support: Y\n"                                                                            \
    "        Status: ACTIVE(ACTIVE)\n"
    snprintf(want, sizeof want, HALF("10.0.0.1", "2001", "1") "\n" HALF("10.0.0.2", "2002", "2"), p.spi_in, p.spi_in,
             p.left_s, p.spi_out, p.spi_out, p.left_s);
    pair_says(b, "r1", "show crypto ipsec sa address", want);
    pair_says(b, "r1", "show crypto ipsec sa standby", "\nNo SAs found\n");
    pair_says(b, "r1", "show crypto ipsec sa vrf RED", "\nNo SAs found\n");
    pair_has(b, "r1", "show crypto ipsec sa active", "current outbound spi: 0x");
    box_free(b);
}

#define NONE "Crypto session current status\n\n"
static void sessions(void **state)
{
    (void)state;
    struct box *b = crypto_pair("", NULL);

    pair_up(b);
    pair_says(b, "r1", "show crypto session fvrf RED", NONE);
    pair_says(b, "r1", "show crypto session ivrf RED", NONE);
    pair_says(b, "r1", "show crypto session username bob", NONE);
    pair_says(b, "r1", "show crypto session groups", NONE);
    pair_says(b, "r1", "show crypto session local 10.0.0.9", NONE);
    pair_says(b, "r1", "show crypto session remote 10.0.0.2 port 4500", NONE);
    pair_has(b, "r1", "show crypto session remote 10.0.0.2 port 500", "UP-ACTIVE");
    pair_has(b, "r1", "show crypto session local 10.0.0.1", "UP-ACTIVE");
    pair_has(b, "r1", "show crypto session interface Ethernet0/0 detail", "UP-ACTIVE");
    pair_has(b, "r1", "show crypto session detail",
             "      Phase1_id: 10.0.0.2\n      Desc: (none)\n  Session ID: 0  \n"
             "  IKEv1 SA: local 10.0.0.1/500 remote 10.0.0.2/500 Active \n"
             "          Capabilities:(none) connid:1001 lifetime:23:59:");
    box_type_all(b, "r1",
                 "configure terminal\ncrypto isakmp peer address 10.0.0.2\ndescription branch two\nend");
    pair_has(b, "r1", "show crypto session detail", "      Desc: branch two\n");

    /* what names another session leaves this one alone */
    pair_says(b, "r1", "clear crypto session remote 10.0.0.2 port 4500", "");
    pair_says(b, "r1", "clear crypto session local 10.0.0.9", "");
    pair_says(b, "r1", "clear crypto session fvrf RED", "");
    pair_says(b, "r1", "clear crypto session username bob", "");
    pair_says(b, "r1", "clear crypto sa vrf RED", "");
    pair_has(b, "r1", "show crypto session", "UP-ACTIVE");

    pair_says(b, "r1", "clear crypto sa", ""); /* IKE stays */
    box_run(b, US_PER_S);
    pair_has(b, "r1", "show crypto session", "Session status: UP-IDLE     \n");
    pair_has(b, "r1", "show crypto session brief", " UI\n");
    pair_says(b, "r1", "clear crypto session local 10.0.0.1 remote 10.0.0.2", "");
    pair_has(b, "r1", "show crypto session", "Session status: DOWN     \n");
    pair_has(b, "r1", "show crypto isakmp sa count", "Active ISAKMP SA's: 0\n");
    box_free(b);
}

/* Both ends have fragmentation: a capability of the SA, wherever capabilities stand. */
static void capabilities(void **state)
{
    (void)state;
    struct box *b = crypto_pair("crypto isakmp fragmentation\n", NULL);

    pair_up(b);
    pair_has(b, "r1", "show crypto session detail", "          Capabilities:F connid:1001 lifetime:23:59:");
    pair_has(b, "r1", "show crypto isakmp sa detail", " F  \n       Engine-id:Conn-id =  SW:1\n");
    box_free(b);
}

/* Of r1's quick mode only the first message comes through. */
static enum wire_verdict only_first(void *arg, int from, uint8_t *f, size_t len)
{
    unsigned *seen = arg;

    if (from != 0 || len < 42 + 28 || f[23] != 17 || f[42 + 18] != 32)
        return WIRE_PASS;
    return (*seen)++ ? WIRE_LOSE : WIRE_PASS;
}

/* Until quick mode's third message has come, the answerer takes packets of the new SA and sends none. */
static void half_open(void **state)
{
    unsigned seen = 0;
    struct wire *wire;
    (void)state;
    struct box *b = crypto_pair("", &wire);

    wire_tap(wire, only_first, &seen);
    pair_has(b, "r1", PAIR_PING " repeat 1", "(0/1)");
    assert_true(seen >= 2);
    const char *said = box_type(b, "r2", "show crypto ipsec sa"), *out = strstr(said, "     outbound esp sas:");
    assert_non_null(out);
    const char *in = strstr(said, "        Status: ACTIVE(ACTIVE)\n");
    assert_true(in && in < out);
    assert_non_null(strstr(out, "        Status: ACTIVE(PENDING)\n"));
    box_free(b);
}

static enum wire_verdict nothing_passes(void *arg, int from, uint8_t *frame, size_t len)
{
    (void)arg, (void)from, (void)frame, (void)len;
    return WIRE_LOSE;
}

/* clear crypto isakmp ends what is being negotiated, too; the next packet begins anew and need not wait for repeats. */
static void cleared_while_negotiating(void **state)
{
    struct wire *wire;
    (void)state;
    struct box *b = crypto_pair("", &wire);

    pair_has(b, "r1", "ping 10.0.0.2", "!!!!\n"); /* addresses are known */
    wire_tap(wire, nothing_passes, NULL);
    pair_has(b, "r1", PAIR_PING " repeat 1", "(0/1)");
    pair_has(b, "r1", "show crypto isakmp sa", "MM_NO_STATE          0 ACTIVE\n");
    wire_tap(wire, NULL, NULL);
    box_type(b, "r1", "clear crypto isakmp");
    pair_has(b, "r1", "show crypto isakmp sa", "MM_NO_STATE          0 ACTIVE (deleted)\n");
    pair_has(b, "r1", "show crypto isakmp sa count", "Currently being negotiated ISAKMP SA's: 0\n");
    pair_has(b, "r1", PAIR_PING " timeout 1", "(4/5)");
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(engine),     cmocka_unit_test(failed),   cmocka_unit_test(peers),
        cmocka_unit_test(by_address), cmocka_unit_test(sessions), cmocka_unit_test(capabilities),
        cmocka_unit_test(half_open),  cmocka_unit_test(cleared_while_negotiating),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
