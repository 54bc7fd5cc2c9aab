/* debug crypto condition, typed at two routers: each kind keeps the lines of IKE and IPsec that it fits and no others;
 * what is not known yet needs `unmatched`; conditions outlive undebug all; show crypto debug-condition lists them. */
#include "tests/exchange/crypto_pair.h"

static void quiet(struct box *b)
{
    box_type(b, "r1", "clear crypto session");
    box_run(b, 2 * US_PER_S);
}

/* The condition alone, then a negotiation: where r1's lines of it begin. */
static size_t again(struct box *b, const char *condition)
{
    size_t from;

    box_type(b, "r1", "debug crypto condition reset");
    quiet(b);
    pair_says(b, "r1", condition, "");
    from = box_log_len(b, "r1");
    box_type(b, "r1", PAIR_PING);
    return from;
}

static void count(struct box *b, size_t from, const char *text, size_t least, size_t most)
{
    size_t n = box_log_count(b, "r1", from, text);
    if (n < least || n > most)
        fail_msg("%s: %zu times, not %zu to %zu, in:\n%s", text, n, least, most, box_log(b, "r1") + from);
}

static void debugs(struct box *b)
{
    box_type_all(b, "r1", "debug crypto isakmp\ndebug crypto ipsec\ndebug crypto engine");
}

static void test_local(void **state)
{
    struct box *b = crypto_pair("", NULL);
    size_t from;

    (void)state;
    debugs(b);
    from = again(b, "debug crypto condition local ipv4 10.0.0.9");
    count(b, from, "ISAKMP", 0, 0);
    count(b, from, "IPSEC(", 0, 0);
    count(b, from, "crypto_engine", 0, 0);
    from = again(b, "debug crypto condition local ipv4 10.0.0.1");
    count(b, from, "ISAKMP: (0):beginning Main Mode exchange", 1, 1);
    count(b, from, "IPSEC(create_sa): sa created", 2, 2);
    count(b, from, "crypto_engine: Create DH", 1, 9);
    from = again(b, "debug crypto condition fvrf global");
    count(b, from, "ISAKMP: (0):beginning Main Mode exchange", 1, 1);
    count(b, from, "IPSEC(create_sa): sa created", 2, 2);
    pair_says(b, "r1", "debug crypto condition ivrf RED", "% VRF RED does not exist\n");
    box_free(b);
}

/* What the responder says of the flow it is asked for: these two have no IPSEC in front as the others have. */
static void test_responder(void **state)
{
    struct box *b = crypto_pair("", NULL);

    (void)state;
    box_type(b, "r2", "debug crypto ipsec");
    pair_up(b);
    if (!strstr(box_log(b, "r2"), ": Crypto mapdb : proxy_match\n"
                                  "        src addr     : 192.168.2.0\n"
                                  "        dst addr     : 192.168.1.0\n"
                                  "        protocol     : 0\n"
                                  "        src port     : 0\n"
                                  "        dst port     : 0\n"))
        fail_msg("no proxy_match in:\n%s", box_log(b, "r2"));
    assert_int_equal(box_log_count(b, "r2", 0, ": (ipsec_process_proposal)Map Accepted: VPN, 10"), 1);
    assert_int_equal(box_log_count(b, "r2", 0, "IPSEC(key_engine): got a queue event with 1 KMI message(s)"), 2);
    assert_int_equal(box_log_count(b, "r2", 0, "IPSEC(create_sa): sa created,"), 2);
    box_free(b);
}

static void test_connid(void **state)
{
    struct box *b = crypto_pair("", NULL);
    size_t from;

    (void)state;
    debugs(b);
    from = again(b, "debug crypto condition connid 1001"); /* the first IKE SA's, once there are keys */
    count(b, from, "ISAKMP: (0):", 0, 0);
    count(b, from, "ISAKMP: (1001):SA has been authenticated with 10.0.0.2", 1, 1);
    count(b, from, "IPSEC(create_sa)", 0, 0);
    quiet(b);
    pair_says(b, "r1", "debug crypto condition unmatched isakmp", "");
    from = box_log_len(b, "r1");
    box_type(b, "r1", PAIR_PING); /* this one is 1002: only what comes before its keys */
    count(b, from, "ISAKMP: (0):beginning Main Mode exchange", 1, 1);
    count(b, from, "(1002):", 0, 0);
    box_type(b, "r1", "debug crypto condition reset");
    quiet(b);
    box_type(b, "r1", "debug crypto condition connid 1");
    pair_up(b);
    uint32_t conn = 2000 + pair_newest(b, "r1").id; /* the inbound SA's */
    char line[80];
    snprintf(line, sizeof line, "debug crypto condition connid %u", conn + 1);
    pair_says(b, "r1", line, "");
    from = box_log_len(b, "r1");
    box_type(b, "r1", "clear crypto sa");
    count(b, from, "IPSEC(delete_sa): deleting SA", 2, 2);
    count(b, from, "crypto_engine: Delete IPSec SA", 1, 1);
    count(b, from, "ISAKMP", 0, 0);

    /* the same pair by a flow id, which no IKE SA has */
    for (uint32_t off = 0; off < 3; off++) {
        box_type(b, "r1", "debug crypto condition reset");
        box_type(b, "r1", "debug crypto condition flowid 999999 engine-id 1");
        pair_up(b);
        snprintf(line, sizeof line, "debug crypto condition flowid %u engine-id 1", pair_newest(b, "r1").id + off);
        pair_says(b, "r1", line, "");
        from = box_log_len(b, "r1");
        box_type(b, "r1", "clear crypto sa");
        count(b, from, "IPSEC(delete_sa): deleting SA", off < 2 ? 2 : 0, off < 2 ? 2 : 0);
        count(b, from, "ISAKMP", 0, 0);
    }
    box_free(b);
}

static void test_spi(void **state)
{
    struct box *b = crypto_pair("", NULL);
    char line[80];
    size_t from;

    (void)state;
    debugs(b);
    from = again(b, "debug crypto condition spi 256");
    count(b, from, "ISAKMP", 0, 0);
    count(b, from, "IPSEC(", 0, 0);
    from = box_log_len(b, "r1");
    box_type(b, "r1", "clear crypto isakmp");
    box_run(b, US_PER_S);
    count(b, from, "ISAKMP", 0, 0);
    quiet(b);
    pair_up(b);
    snprintf(line, sizeof line, "debug crypto condition spi %u", pair_newest(b, "r1").spi_out);
    pair_says(b, "r1", line, "");
    from = box_log_len(b, "r1");
    box_type(b, "r1", "clear crypto isakmp"); /* the IKE SA that the SPI's peer has */
    box_run(b, US_PER_S);
    count(b, from, "ISAKMP: (", 1, 99);
    from = box_log_len(b, "r1");
    box_type(b, "r1", "clear crypto sa");
    count(b, from, "IPSEC(delete_sa): deleting SA", 2, 2);
    box_free(b);
}

/* By what the peer says it is: nothing before it has said so, and of IPsec what its address then stands for. */
static void test_hostname(void **state)
{
    struct box *b = crypto_pair("crypto isakmp identity hostname\n", NULL);
    size_t from;

    (void)state;
    debugs(b);
    from = again(b, "debug crypto condition peer hostname r3");
    count(b, from, "ISAKMP", 0, 0);
    count(b, from, "IPSEC(", 0, 0);
    box_type(b, "r1", "debug crypto condition unmatched isakmp");
    quiet(b);
    from = box_log_len(b, "r1");
    box_type(b, "r1", PAIR_PING);
    count(b, from, "ISAKMP: (0):beginning Main Mode exchange", 1, 1);
    count(b, from, "SA has been authenticated with 10.0.0.2", 0, 0);
    from = again(b, "debug crypto condition peer hostname R2");
    count(b, from, "ISAKMP: (0):beginning Main Mode exchange", 0, 0);
    count(b, from, "SA has been authenticated with 10.0.0.2", 1, 1);
    count(b, from, "IPSEC(create_sa): sa created", 2, 2);
    pair_says(b, "r1", "no debug crypto condition peer hostname r2", "");
    from = again(b, "debug crypto condition peer group R2"); /* a group is its very bytes */
    count(b, from, "SA has been authenticated with 10.0.0.2", 0, 0);
    from = again(b, "debug crypto condition peer group r2");
    count(b, from, "SA has been authenticated with 10.0.0.2", 1, 1);
    pair_says(b, "r1", "no debug crypto condition peer group r2", "");
    pair_says(b, "r1", "show crypto debug-condition peer", "Crypto conditional debug currently is turned OFF\n");
    box_free(b);
}

static void test_profile(void **state)
{
    struct box *b = crypto_pair("", NULL);
    size_t from;

    (void)state;
    box_type(b, "r1", "configure terminal");
    box_type(b, "r1", "crypto isakmp profile OFFICE"); /* says that it is not complete yet */
    box_type_all(b, "r1",
                 "keyring default\nmatch identity address 10.0.0.2\n"
                 "crypto map VPN 10 ipsec-isakmp\nset isakmp-profile OFFICE\nend");
    debugs(b);
    from = again(b, "debug crypto condition isakmp profile OTHER");
    count(b, from, "ISAKMP", 0, 0);
    count(b, from, "IPSEC(", 0, 0);
    from = again(b, "debug crypto condition isakmp profile OFFICE");
    count(b, from, "ISAKMP: (0):beginning Main Mode exchange", 1, 1);
    count(b, from, "IPSEC(create_sa): sa created", 2, 2);
    box_free(b);
}

static void test_show(void **state)
{
    struct box *b = crypto_pair("", NULL);

    (void)state;
    box_type_all(b, "r1",
                 "debug crypto condition peer ipv4 10.1.1.1\ndebug crypto condition peer ipv4 10.1.1.2\n"
                 "debug crypto condition peer ipv4 10.2.0.0 subnet 255.255.0.0\ndebug crypto condition connid 2001\n"
                 "debug crypto condition peer hostname r2.example.net\ndebug crypto condition peer group SPOKES\n"
                 "debug crypto condition flowid 5\n"
                 "debug crypto condition spi 4096\ndebug crypto condition local ipv4 10.0.0.1\n"
                 "debug crypto condition isakmp profile OFFICE\ndebug crypto condition fvrf global\n"
                 "debug crypto condition ivrf global\ndebug crypto condition unmatched ipsec\nundebug all");
    pair_says(b, "r1", "show crypto debug-condition",
              "Crypto conditional debug currently is turned ON\n"
              "IKE debug context unmatched flag: OFF\n"
              "IPsec debug context unmatched flag: ON\n"
              "Crypto Engine debug context unmatched flag: OFF\n"
              "\nIKE peer IP address filters:\n10.1.1.1 10.1.1.2\n"
              "\nIKE peer hostname filters:\nr2.example.net\n"
              "\nIKE peer group filters:\nSPOKES\n"
              "\nIKE peer IP subnet filters:\n10.2.0.0 255.255.0.0\n"
              "\nConnection-id filters:\n2001\n"
              "\nFlow-id filters:\n5\n"
              "\nSPI filters:\n0x1000(4096)\n"
              "\nLocal IP address filters:\n10.0.0.1\n"
              "\nISAKMP profile filters:\nOFFICE\n"
              "\nFVRF filters:\nglobal\n"
              "\nIVRF filters:\nglobal\n");
    pair_says(b, "r1", "show crypto debug-condition spi",
              "Crypto conditional debug currently is turned ON\n\nSPI filters:\n0x1000(4096)\n");
    box_type_all(b, "r1",
                 "no debug crypto condition peer ipv4 10.1.1.1\nno debug crypto condition connid 2001\n"
                 "no debug crypto condition flowid 5 engine-id 1\n"
                 "no debug crypto condition peer hostname r2.example.net\n"
                 "no debug crypto condition peer group SPOKES\n"
                 "no debug crypto condition spi 4096\nno debug crypto condition local ipv4 10.0.0.1\n"
                 "no debug crypto condition isakmp profile OFFICE\nno debug crypto condition fvrf global\n"
                 "no debug crypto condition ivrf global\nno debug crypto condition unmatched ipsec\n"
                 "no debug crypto condition peer ipv4 10.2.0.0 subnet 255.255.0.0");
    pair_says(b, "r1", "show crypto debug-condition all",
              "Crypto conditional debug currently is turned ON\n"
              "IKE debug context unmatched flag: OFF\n"
              "IPsec debug context unmatched flag: OFF\n"
              "Crypto Engine debug context unmatched flag: OFF\n"
              "\nIKE peer IP address filters:\n10.1.1.2\n");
    box_type(b, "r1", "debug crypto condition reset");
    pair_says(b, "r1", "show crypto debug-condition peer", "Crypto conditional debug currently is turned OFF\n");
    for (int i = 1; i <= 16; i++) {
        char line[80];
        snprintf(line, sizeof line, "debug crypto condition isakmp profile P%d", i);
        pair_says(b, "r1", line, "");
    }
    pair_says(b, "r1", "debug crypto condition isakmp profile P17", "% Too many debug conditions\n");
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_local),   cmocka_unit_test(test_responder),
                                       cmocka_unit_test(test_connid),  cmocka_unit_test(test_spi),
                                       cmocka_unit_test(test_profile), cmocka_unit_test(test_hostname),
                                       cmocka_unit_test(test_show)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
