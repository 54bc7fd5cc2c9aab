/* test_crypto_messages.c: the messages of IPsec and IKE, each by what really causes it, whole lines by hand after
 * published ones: a packet repeated, one changed on its way, one in the clear, a session that comes up and goes, an IKE
 * message for an SA that is gone, one without its encryption, a quick mode before phase 1 is done, a wrong key. */
#include "tests/exchange/crypto_pair.h"

#include "espial/buf.h"

struct meddler {
    uint8_t last[2048]; /* the last frame of r1 that the filter let through */
    size_t len;
    int proto;         /* of IPv4: keep frames of it */
    bool corrupt, cut; /* corrupt: change the last byte of ESP; cut: lose all that r1 sends by UDP 500 */
};

static enum wire_verdict meddle(void *arg, int from, uint8_t *frame, size_t len)
{
    struct meddler *m = arg;

    if (from != 0 || len < 42 || get16(frame + 12) != 0x0800)
        return WIRE_PASS;
    if (frame[23] == 17 && m->cut)
        return WIRE_LOSE;
    if (frame[23] != m->proto)
        return WIRE_PASS;
    memcpy(m->last, frame, len);
    m->len = len;
    if (m->corrupt && frame[23] == 50)
        frame[len - 1] ^= 1;
    return WIRE_PASS;
}

static size_t count(struct box *b, const char *node, size_t from, const char *text)
{
    return box_log_count(b, node, from, text);
}

static void replayed(void **state)
{
    struct meddler m = {.proto = 50};
    struct wire *w;
    char want[256];
    (void)state;
    struct box *b = crypto_pair("", &w);

    wire_tap(w, meddle, &m);
    pair_up(b);
    struct ipsec_pair_info p = pair_newest(b, "r2");
    size_t from = box_log_len(b, "r2");
    for (int i = 0; i < 3; i++) {
        wire_inject(w, 0, m.last, m.len);
        box_run(b, US_PER_S);
    }
    assert_int_equal(count(b, "r2", from, "%CRYPTO-4-PKT_REPLAY_ERR: decrypt: replay check failed"), 1);
    assert_int_equal(count(b, "r2", from, "        connection id=2001, sequence number=4"), 1);
    snprintf(want, sizeof want,
             " %%IPSEC-3-REPLAY_ERROR: IPSec SA receives anti-replay error, DP Handle 1, src_addr 10.0.0.1, dest_addr "
             "10.0.0.2, SPI 0x%x",
             p.spi_in);
    assert_int_equal(count(b, "r2", from, want), 1);
    assert_int_equal(count(b, "r2", from, "%IOSXE-3-PLATFORM: R0/0: cpp_cp: QFP:0.0 Thread:000 TS:0000000"), 1);
    pair_has(b, "r2", "show crypto ipsec sa detail", "    ##pkts replay failed (rcv): 3\n");
    pair_has(b, "r2", "show platform hardware qfp active feature ipsec datapath drops",
             "       19  IN_CD_SW_IPSEC_ANTI_REPLAY_FAIL                             3\n");
    box_run(b, 61 * US_PER_S); /* a minute later it is said again */
    wire_inject(w, 0, m.last, m.len);
    box_run(b, US_PER_S);
    assert_int_equal(count(b, "r2", from, "%CRYPTO-4-PKT_REPLAY_ERR: "), 2);
    box_free(b);
}

static void changed_on_its_way(void **state)
{
    struct meddler m = {.proto = 50};
    struct wire *w;
    char want[256];
    (void)state;
    struct box *b = crypto_pair("", &w);

    wire_tap(w, meddle, &m);
    pair_up(b);
    struct ipsec_pair_info p = pair_newest(b, "r2");
    size_t from = box_log_len(b, "r2");
    m.corrupt = true;
    pair_has(b, "r1", PAIR_PING " repeat 2 timeout 1", "(0/2)");
    snprintf(want, sizeof want,
             "%%CRYPTO-4-RECVD_PKT_MAC_ERR: decrypt: mac verify failed for connection id=2001 spi=%08X seqno=00000005",
             p.spi_in);
    assert_int_equal(count(b, "r2", from, want), 1);
    snprintf(want, sizeof want,
             " %%IPSEC-3-HMAC_ERROR: IPSec SA receives HMAC error, DP Handle 1, src_addr 10.0.0.1, dest_addr 10.0.0.2, "
             "SPI 0x%x",
             p.spi_in);
    assert_int_equal(count(b, "r2", from, want), 1);
    pair_has(b, "r2", "show crypto ipsec sa detail", "#pkts verify failed: 2\n");
    box_free(b);
}

static void in_the_clear(void **state)
{
    (void)state;
    struct box *b = crypto_pair("", NULL);

    box_type_all(b, "r1", "configure terminal\ninterface Ethernet0/0\nno crypto map VPN\nend");
    size_t from = box_log_len(b, "r2");
    pair_has(b, "r1", PAIR_PING " repeat 3 timeout 1", "(0/3)");
    assert_int_equal(count(b, "r2", from,
                           "%CRYPTO-4-RECVD_PKT_NOT_IPSEC: Rec'd packet not an IPSEC packet. (ip) vrf/dest_addr= "
                           "/192.168.2.1, src_addr= 192.168.1.1, prot= 1"),
                     1);
    box_free(b);
}

static void sessions(void **state)
{
    (void)state;
    struct box *b = crypto_pair("crypto logging session\n", NULL);
    size_t from = box_log_len(b, "r1");

    pair_up(b);
    assert_int_equal(
        count(b, "r1", from, "%CRYPTO-5-SESSION_STATUS: Crypto tunnel is UP  .  Peer 10.0.0.2:500       Id: 10.0.0.2"),
        1);
    assert_int_equal(count(b, "r1", from, "is DOWN"), 0);
    pair_says(b, "r1", "clear crypto session", "");
    box_run(b, US_PER_S);
    for (int i = 1; i <= 2; i++) {
        char want[128], node[4];
        snprintf(node, sizeof node, "r%d", i);
        snprintf(want, sizeof want,
                 "%%CRYPTO-5-SESSION_STATUS: Crypto tunnel is DOWN.  Peer 10.0.0.%d:500       Id: 10.0.0.%d", 3 - i,
                 3 - i);
        assert_int_equal(count(b, node, 0, want), 1);
    }
    box_free(b);
}

/* The peer has lost the SA; what comes under it is no offer. */
static void no_sa(void **state)
{
    struct meddler m = {.proto = 17};
    struct wire *w;
    (void)state;
    struct box *b = crypto_pair("crypto isakmp keepalive 10 2 periodic\n", &w);

    pair_up(b);
    box_reload(b, "r2");
    size_t from = box_log_len(b, "r2");
    wire_tap(w, meddle, &m);
    assert_true(box_wait_log(b, "r2", from,
                             "%CRYPTO-4-IKMP_NO_SA: IKE message from 10.0.0.1 has no SA and is not an initialization "
                             "offer",
                             60 * US_PER_S));
    box_free(b);
}

/* r2's choice, another key length put into it on its way. */
static enum wire_verdict shorten_key(void *arg, int from, uint8_t *frame, size_t len)
{
    static const uint8_t bits256[] = {0x80, 14, 1, 0};

    (void)arg;
    for (size_t i = 42; from == 1 && i + 4 <= len; i++)
        if (!memcmp(frame + i, bits256, 4)) {
            put16(frame + i + 2, 128);
            put16(frame + 40, 0);
        }
    return WIRE_PASS;
}

static void not_offered(void **state)
{
    struct wire *w;
    (void)state;
    struct box *b = crypto_pair("", &w);

    wire_tap(w, shorten_key, NULL);
    size_t from = box_log_len(b, "r1");
    pair_has(b, "r1", PAIR_PING " repeat 1", "(0/1)");
    assert_int_equal(
        count(b, "r1", from, "%CRYPTO-6-IKMP_SA_NOT_OFFERED: Remote peer 10.0.0.2 responded with attribute "), 1);
    assert_int_equal(count(b, "r1", from, " not offered or changed"), 1);
    box_free(b);
}

/* Message 3 of main mode is kept, what follows is lost; then it comes again and says that it is quick mode. */
struct halfway {
    uint8_t third[2048];
    size_t len;
};

static enum wire_verdict stop_halfway(void *arg, int from, uint8_t *frame, size_t len)
{
    struct halfway *h = arg;

    if (from != 0 || len < 42 + 28 || frame[23] != 17)
        return WIRE_PASS;
    if (h->len && (len != h->len || memcmp(frame + 42, h->third + 42, len - 42) != 0))
        return WIRE_LOSE;
    if (get32(frame + 42 + 8)) { /* the responder's cookie is known */
        memcpy(h->third, frame, len);
        h->len = len;
    }
    return WIRE_PASS;
}

static void not_authenticated(void **state)
{
    struct halfway h = {.len = 0};
    struct wire *w;
    (void)state;
    struct box *b = crypto_pair("", &w);

    wire_tap(w, stop_halfway, &h);
    pair_has(b, "r1", PAIR_PING " repeat 1", "(0/1)");
    assert_int_not_equal(h.len, 0);
    size_t from = box_log_len(b, "r2");
    h.third[42 + 18] = 32;
    put32(h.third + 42 + 20, 0x12345678);
    put16(h.third + 40, 0);
    wire_inject(w, 0, h.third, h.len);
    box_run(b, US_PER_S);
    assert_int_equal(count(b, "r2", from,
                           "%CRYPTO-6-IKMP_SA_NOT_AUTH: Cannot accept Quick Mode exchange from 10.0.0.1 if SA is not "
                           "authenticated!"),
                     1);
    box_free(b);
}

static void recompute(uint8_t *frame)
{
    put16(frame + 40, 0); /* the UDP checksum may be left out */
}

/* A message of the SA, its encryption flag taken off on the way. */
static void not_encrypted(void **state)
{
    struct meddler m = {.proto = 17};
    struct wire *w;
    (void)state;
    struct box *b = crypto_pair("", &w);

    wire_tap(w, meddle, &m);
    pair_up(b);
    size_t from = box_log_len(b, "r2");
    m.last[42 + 19] &= (uint8_t)~1u;
    put32(m.last + 42 + 20, 0x12345678); /* a new message id: no repeat */
    recompute(m.last);
    wire_inject(w, 0, m.last, m.len);
    box_run(b, US_PER_S);
    assert_int_equal(count(b, "r2", from,
                           "%CRYPTO-6-IKMP_NOT_ENCRYPTED: IKE packet from 10.0.0.1 was not encrypted and it "
                           "should've been."),
                     1);
    box_free(b);
}

/* Main mode with a key that is not the peer's: its message 5 makes no sense; nobody is let in. */
static void wrong_key(void **state)
{
    (void)state;
    struct box *b = crypto_pair("", NULL);

    box_type_all(b, "r2",
                 "configure terminal\nno crypto isakmp key cisco123 address 10.0.0.1\n"
                 "crypto isakmp key other address 10.0.0.1\nend");
    size_t from = box_log_len(b, "r2");
    pair_has(b, "r1", PAIR_PING, "(0/5)");
    assert_int_equal(count(b, "r2", from,
                           "%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from 10.0.0.1 failed its sanity check or is "
                           "malformed"),
                     1);
    pair_has(b, "r2", "show crypto isakmp sa count", "Active ISAKMP SA's: 0\n");
    box_free(b);
}

/* No policy in common. */
static void no_policy(void **state)
{
    (void)state;
    struct box *b = crypto_pair("", NULL);

    box_type_all(b, "r2", "configure terminal\ncrypto isakmp policy 10\nhash sha512\nend");
    size_t from = box_log_len(b, "r2");
    pair_has(b, "r1", PAIR_PING, "(0/5)");
    assert_int_equal(
        count(b, "r2", from, "%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Main Mode failed with peer at 10.0.0.1"), 1);
    /* What fails next is another mode: it is said within the same minute, too. */
    box_type_all(b, "r2", "configure terminal\ncrypto isakmp policy 10\nhash sha256\nexit\n"
                          "crypto ipsec transform-set TS esp-aes 192 esp-sha256-hmac\nend");
    for (int i = 0; i < 2; i++)
        (void)box_type(b, "r1", PAIR_PING);
    for (int i = 1; i <= 2; i++)
        assert_int_equal(count(b, i == 1 ? "r1" : "r2", i == 1 ? 0 : from,
                               i == 1 ? "IKMP_MODE_FAILURE: Processing of Quick Mode failed with peer at 10.0.0.2"
                                      : "IKMP_MODE_FAILURE: Processing of Quick Mode failed with peer at 10.0.0.1"),
                         1);
    box_free(b);
}

static void on_and_off(void **state)
{
    (void)state;
    struct box *b = crypto_pair("", NULL);

    size_t from = box_log_len(b, "r1");
    box_type_all(b, "r1", "configure terminal\nno crypto isakmp enable\ncrypto isakmp enable\nend");
    assert_int_equal(count(b, "r1", from, "%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is OFF"), 1);
    assert_int_equal(count(b, "r1", from, "%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is ON"), 1);
    box_free(b);
}

#define AGGRESSIVE                                                                                                     \
    "configure terminal\ncrypto isakmp peer address 10.0.0.2\nset aggressive-mode password %s\n"                       \
    "set aggressive-mode client-endpoint ipv4-address 10.0.0.1\nend"

static void aggressive(struct box *b, const char *password)
{
    char lines[256];

    snprintf(lines, sizeof lines, AGGRESSIVE, password);
    box_type_all(b, "r1", lines);
}

/* The responder's hash is made with another key. */
static void not_him(void **state)
{
    (void)state;
    struct box *b = crypto_pair("", NULL);

    aggressive(b, "other");
    size_t from = box_log_len(b, "r1");
    pair_has(b, "r1", PAIR_PING " repeat 1", "(0/1)");
    assert_int_equal(
        count(b, "r1", from, "%CRYPTO-6-IKMP_AUTH_FAIL: Authentication method 4 failed with host 10.0.0.2"), 1);
    box_free(b);
}

static void not_aggressive(void **state)
{
    (void)state;
    struct box *b = crypto_pair("", NULL);

    box_type_all(b, "r2", "configure terminal\ncrypto isakmp aggressive-mode disable\nend");
    aggressive(b, "cisco123");
    size_t from = box_log_len(b, "r2");
    pair_has(b, "r1", PAIR_PING " repeat 1", "(0/1)");
    assert_int_equal(count(b, "r2", from,
                           "%CRYPTO-5-IKMP_AG_MODE_DISABLED: Unable to initiate or respond to Aggressive Mode while "
                           "disabled"),
                     1);
    box_free(b);
}

/* No SA is made for an offer that no policy takes, but the debug tells what about it does not fit. */
static void not_our_policy(void **state)
{
    static const char *const want[] = {
        "ISAKMP: (0):Checking ISAKMP transform 1 against priority 10 policy",
        "ISAKMP: (0):      keylength of 256",
        "ISAKMP: (0):Diffie-Hellman group offered does not match policy!",
        "ISAKMP: (0):atts are not acceptable. Next payload is 0",
        "ISAKMP-ERROR: (0):no offers accepted!",
        "ISAKMP-ERROR: (0):phase 1 SA policy not acceptable! (local 10.0.0.2 remote 10.0.0.1)",
    };
    (void)state;
    for (int mode = 0; mode < 2; mode++) {
        struct box *b = crypto_pair("", NULL);

        if (mode)
            aggressive(b, "cisco123");
        box_type_all(b, "r2", "configure terminal\ncrypto isakmp policy 10\ngroup 14\nend\ndebug crypto isakmp");
        size_t from = box_log_len(b, "r2");
        pair_has(b, "r1", PAIR_PING " repeat 1", "(0/1)");
        for (size_t i = 0; i < sizeof want / sizeof *want; i++)
            if (count(b, "r2", from, want[i]) != 1)
                fail_msg("%s mode: \"%s\" is not there once", mode ? "aggressive" : "main", want[i]);
        pair_has(b, "r2", "show crypto isakmp sa count", "Active ISAKMP SA's: 0");
        box_free(b);
    }
}

/* The last errors of IKE are kept without any debug. */
static void errors_kept(void **state)
{
    (void)state;
    struct box *b = crypto_pair("crypto isakmp diagnose error 2\n", NULL);

    pair_says(b, "r1", "show crypto isakmp diagnose error",
              "Exit Path Table - status: enable, current entry 0, deleted 0, max allow 2\n");
    box_type_all(b, "r1", "configure terminal\nno crypto isakmp key cisco123 address 10.0.0.2\nend");
    pair_has(b, "r1", PAIR_PING " repeat 1", "(0/1)");
    pair_says(b, "r1", "show crypto isakmp diagnose error",
              "Exit Path Table - status: enable, current entry 2, deleted 3, max allow 2\n"
              "\nError(1): Error while processing KMI message 0, error 2.\n"
              "\nError(1): Error while processing SA request: Failed to initialize SA\n");
    pair_says(b, "r1", "clear crypto isakmp diagnose error", "");
    pair_says(b, "r1", "show crypto isakmp diagnose error",
              "Exit Path Table - status: enable, current entry 0, deleted 0, max allow 2\n");
    box_type_all(b, "r1", "configure terminal\nno crypto isakmp diagnose error\nend");
    pair_has(b, "r1", PAIR_PING " repeat 1", "(0/1)");
    pair_says(b, "r1", "show crypto isakmp diagnose error",
              "Exit Path Table - status: disable, current entry 0, deleted 0, max allow 50\n");
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replayed),
        cmocka_unit_test(changed_on_its_way),
        cmocka_unit_test(in_the_clear),
        cmocka_unit_test(sessions),
        cmocka_unit_test(no_sa),
        cmocka_unit_test(not_encrypted),
        cmocka_unit_test(wrong_key),
        cmocka_unit_test(no_policy),
        cmocka_unit_test(on_and_off),
        cmocka_unit_test(not_offered),
        cmocka_unit_test(not_authenticated),
        cmocka_unit_test(not_him),
        cmocka_unit_test(not_aggressive),
        cmocka_unit_test(not_our_policy),
        cmocka_unit_test(errors_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
