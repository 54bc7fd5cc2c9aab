/* test_evtrace.c: the event traces of the crypto subsystem: a tunnel's life as IPsec and IKE told each other, and the
 * ways to look at it. Texts by hand after real devices'; stamps are left out of the comparison. */
#include "tests/exchange/crypto_pair.h"

#include "dataplane/ipsec/evtrace.h"

#define SHOW "show monitor event-trace crypto "

/* The i-th line of a trace, without its stamp; "" past the end. */
static const char *line(struct box *b, const char *node, enum evtrace_id id, unsigned i)
{
    struct evtrace_entry e;
    size_t at = 0;

    while (evtrace_next(ipsec_evtrace(pair_ipsec(b, node)), id, 0, &at, &e))
        if (!i--)
            return e.text;
    return "";
}

static const char *event(struct box *b, const char *node, unsigned i)
{
    return line(b, node, EV_IPSEC_EVENT, i);
}

static void story(void **state)
{
    char want[512];
    (void)state;
    struct box *b = crypto_pair("", NULL);

    pair_up(b);
    struct ipsec_pair_info p = pair_newest(b, "r1");
#define PROXIES "loc: 10.0.0.1, rem: 10.0.0.2, l_proxy: 192.168.1.0/0/256, r_proxy: 192.168.2.0/0/256"
    assert_string_equal(event(b, "r1", 0), "IPSEC-EVENT:IPSEC-SEND-KMI:  SESSION ID:0, KMI Sent: IPSEC key engine->"
                                           "Crypto IKMP:KEY_ENG_REQUEST_SAS, " PROXIES);
    assert_string_equal(event(b, "r1", 1),
                        "IPSEC-EVENT:IPSEC-RECV-KMI:  SESSION ID:0, KMI Received: Crypto IKMP->IPSEC "
                        "key engine:KEY_MGR_CREATE_IPSEC_SAS, " PROXIES);
    snprintf(want, sizeof want,
             "IPSEC-EVENT:IPSEC-CREATE-SA:  SESSION ID:0, sa create : (sa) sa_dest= 10.0.0.1, sa_proto= 50, sa_spi= "
             "0x%X(%u), sa_trans= esp-aes 256 esp-sha256-hmac , sa_conn_id= 2001, sa_lifetime(k/sec)= (4608000/3600)",
             p.spi_in, p.spi_in);
    assert_string_equal(event(b, "r1", 2), want);
    assert_string_equal(event(b, "r1", 3), "IPSEC-EVENT:IPSEC-CREATE-SA:  SESSION ID:0, sa create : (sa),  " PROXIES);
    assert_string_equal(event(b, "r1", 6),
                        "IPSEC-EVENT:IPSEC-RECV-KMI:  SESSION ID:0, KMI Received: Crypto IKMP->IPSEC "
                        "key engine:KEY_MGR_SA_ENABLE_OUTBOUND, loc: 10.0.0.1, rem: 10.0.0.2, "
                        "prot: 3");
    assert_string_equal(event(b, "r1", 7), "");

    /* deleted here, and there because the peer said so */
    pair_says(b, "r1", "clear crypto sa", "");
    box_run(b, US_PER_S);
    snprintf(want, sizeof want,
             "IPSEC-EVENT:IPSEC-DELETE-SA:  SESSION ID:0, sa delete : (sa) sa_dest = 10.0.0.1, sa_proto = 50, sa_spi = "
             "0x%X(%u), sa_trans = esp-aes 256 esp-sha256-hmac , sa_conn_id = 2001, sa_lifetime(k/sec) = "
             "(4608000/3600)",
             p.spi_in, p.spi_in);
    assert_string_equal(event(b, "r1", 7), want);
    assert_string_equal(event(b, "r1", 11), "IPSEC-EVENT:IPSEC-SEND-KMI:  SESSION ID:0, KMI Sent: IPSEC key engine->"
                                            "Crypto IKMP:KEY_ENG_DELETE_SAS, loc: 10.0.0.1, rem: 10.0.0.2, port "
                                            "loc/rem: 500/500, prot: DOI-3");
    assert_non_null(strstr(event(b, "r2", 6), "KMI Received: Crypto IKMP->IPSEC key engine:KEY_MGR_DELETE_SAS, "));
    box_free(b);
}

/* `first` and the following lines of the IKEv2 events, each behind the names of its SA and its ends. */
static void ikev2_lines(struct box *b, const char *node, unsigned first, const char *const *want)
{
    char head[96];
    unsigned from = node[1] == '1' ? 1 : 2;

    snprintf(head, sizeof head, "SA ID:1 SESSION ID:1 Remote: 10.0.0.%u/500 Local: 10.0.0.%u/500  ", 3 - from, from);
    for (; *want; want++, first++) {
        const char *got = line(b, node, EV_IKEV2_EVENT, first);
        if (strncmp(got, head, strlen(head)) != 0 || strcmp(got + strlen(head), *want) != 0)
            fail_msg("%s: line %u is\n%s\ninstead of\n%s%s", node, first, got, head, *want);
    }
    assert_string_equal(line(b, node, EV_IKEV2_EVENT, first), "");
}

static void ikev2(void **state)
{
    char sent[96];
    (void)state;
    struct box *b = crypto_pair_ikev2();

    pair_up(b);
    assert_string_equal(line(b, "r1", EV_IKEV2_INTERNAL, 0),
                        "SA ID:0 SESSION ID:0    IKEV2-RECV-KMI: KMI Received: KEY_ENG_REQUEST_SAS, KMI source: IPSEC "
                        "key engine, KMI dest: Crypto IKEv2, local: 10.0.0.1, remote: 10.0.0.2");
    assert_string_equal(line(b, "r1", EV_IKEV2_INTERNAL, 1), "");
    assert_string_equal(line(b, "r2", EV_IKEV2_INTERNAL, 0), ""); /* nobody asked there */
    ikev2_lines(b, "r1", 0,
                (const char *[]){"(I) Sending IKEv2 IKE_SA_INIT Exchange REQUEST",
                                 "(I) Received IKEv2 IKE_SA_INIT Exchange RESPONSE", "Completed SA init exchange",
                                 "(I) Sending IKEv2 IKE_AUTH Exchange REQUEST",
                                 "(I) Received IKEv2 IKE_AUTH Exchange RESPONSE",
                                 "Session with IKE ID PAIR(10.0.0.2 , 10.0.0.1) is UP", NULL});
    ikev2_lines(b, "r2", 0,
                (const char *[]){"(R) Received IKEv2 IKE_SA_INIT Exchange REQUEST",
                                 "(R) Sending IKEv2 IKE_SA_INIT Exchange RESPONSE", "Completed SA init exchange",
                                 "(R) Received IKEv2 IKE_AUTH Exchange REQUEST",
                                 "(R) Sending IKEv2 IKE_AUTH Exchange RESPONSE",
                                 "Session with IKE ID PAIR(10.0.0.1 , 10.0.0.2) is UP", NULL});

    snprintf(sent, sizeof sent, "Sending DELETE INFO message for IPsec SA [SPI: 0x%X]", pair_newest(b, "r1").spi_in);
    pair_says(b, "r1", "clear crypto sa", "");
    box_run(b, US_PER_S);
    ikev2_lines(b, "r1", 6,
                (const char *[]){sent, "(I) Sending IKEv2 INFORMATIONAL Exchange REQUEST",
                                 "(I) IKEv2 INFORMATIONAL Exchange Contains: DELETE",
                                 "(I) Received IKEv2 INFORMATIONAL Exchange RESPONSE",
                                 "(I) IKEv2 INFORMATIONAL Exchange Contains: DELETE", NULL});
    assert_string_equal(line(b, "r1", EV_IKEV2_ERROR, 0), "");

    /* the other key is not ours: an error, and no debug is on */
    pair_says(b, "r1", "clear crypto session", "");
    box_run(b, US_PER_S);
    box_type_all(b, "r2",
                 "configure terminal\ncrypto ikev2 keyring KR\npeer ALL\npre-shared-key not-this\nend");
    pair_has(b, "r1", PAIR_PING, "(0/5)");
    pair_has(b, "r2", SHOW "ikev2 error all", " Remote: 10.0.0.1/500 Local: 10.0.0.2/500  ");
    box_free(b);
}

static unsigned lines(const char *text)
{
    unsigned n = 0;

    for (; (text = strstr(text, "IPSEC-EVENT:")); text++)
        n++;
    return n;
}

static void ways_to_look(void **state)
{
    (void)state;
    struct box *b = crypto_pair("", NULL);

    pair_says(b, "r1", SHOW "ipsec event all", "");
    pair_says(b, "r1", SHOW "all detail",
              "pki_event:\n\n\npki_internal_event:\n\nTracing currently disabled, from exec command\n\n\n"
              "pki_error:\n\n\nikev2_event:\n\n\nikev2_internal_event:\n\n\nikev2_error:\n\n\n"
              "ikev2_exception:\n\n\nipsec_event:\n\n\nipsec_error:\n\n\nipsec_exception:\n\n"
              "interrupt context allocation count = 0\n");
    pair_up(b);
    assert_int_equal(lines(box_type(b, "r1", SHOW "ipsec event all")), 7);
    assert_int_equal(lines(box_type(b, "r1", SHOW "ipsec event latest")), 7);
    assert_int_equal(lines(box_type(b, "r1", SHOW "ipsec event latest")), 0);
    pair_has(b, "r1", SHOW "merged all detail", ": ipsec_event: IPSEC-EVENT:IPSEC-CREATE-SA:  SESSION ID:0, sa create");
    box_run(b, 10 * 60 * US_PER_S);
    pair_says(b, "r1", "clear crypto sa", "");
    assert_int_equal(lines(box_type(b, "r1", SHOW "ipsec event latest")), 5);
    assert_int_equal(lines(box_type(b, "r1", SHOW "ipsec event back 5")), 5);
    assert_int_equal(lines(box_type(b, "r1", SHOW "ipsec event back 0:11")), 12);
    assert_int_equal(lines(box_type(b, "r1", SHOW "ipsec event from-boot")), 12);
    assert_int_equal(lines(box_type(b, "r1", SHOW "ipsec event from-boot 300")), 5);
    pair_says(b, "r1", SHOW "ipsec event back soon", "% Invalid time span\n");

    pair_says(b, "r1", "monitor event-trace crypto ipsec event disable", "");
    pair_up(b);
    pair_has(b, "r1", SHOW "ipsec event all", "Tracing currently disabled, from exec command\n");
    assert_int_equal(lines(box_type(b, "r1", SHOW "ipsec event all")), 12);
    pair_says(b, "r1", "monitor event-trace crypto ipsec event enable", "");
    pair_says(b, "r1", "monitor event-trace crypto ipsec event clear", "");
    pair_says(b, "r1", SHOW "ipsec event all", "Tracing currently enabled, from exec command\n");
    box_free(b);
}

/* However much happens: a ring. */
static void bounded(void **state)
{
    (void)state;
    struct box *b = crypto_pair("", NULL);
    struct evtrace *t = ipsec_evtrace(pair_ipsec(b, "r1"));

    for (unsigned i = 0; i < 3 * EVTRACE_SIZE; i++)
        evtrace_add(t, EV_IPSEC_EVENT, "number %u", i);
    assert_string_equal(event(b, "r1", 0), "number 2000");
    assert_string_equal(event(b, "r1", EVTRACE_SIZE - 1), "number 2999");
    assert_string_equal(event(b, "r1", EVTRACE_SIZE), "");
    box_free(b);
}

/* From a time of day on, in the router's own time and zone; the sizes. */
static void from_the_clock(void **state)
{
    (void)state;
    struct box *b = crypto_pair("clock timezone CET 1\n", NULL);
    const char *before = "IPSEC-CREATE-SA";

    box_type(b, "r1", "clock set 12:00:00 10 March 2026");
    pair_up(b);
    pair_has(b, "r1", SHOW "ipsec event clock 12:00", before);
    pair_has(b, "r1", SHOW "ipsec event clock 11:59 10 March", before);
    pair_has(b, "r1", SHOW "ipsec event clock 13:00", before); /* yesterday's */
    pair_has(b, "r1", SHOW "ipsec event clock 12:01 10 Mar", before); /* of the year before */
    box_run(b, 120 * US_PER_S);
    pair_says(b, "r1", SHOW "ipsec event clock 12:01", "");
    pair_says(b, "r1", SHOW "ipsec event clock 12:02 10 march detail", "");
    pair_has(b, "r1", SHOW "ipsec event clock 12:00", before);
    pair_says(b, "r1", SHOW "ipsec event clock 25:00", "% Invalid time\n");
    pair_says(b, "r1", SHOW "ipsec event clock 12:00 10 Brumaire", "% Invalid time\n");
    pair_says(b, "r1", SHOW "ipsec event clock 12:00 31 February", "% Invalid time\n");
    pair_says(b, "r1", SHOW "ipsec event clock 12:00 29 February", "% Invalid time\n"); /* 2026 */
    pair_has(b, "r1", SHOW "ipsec event clock 12:00 28 February", before);
    pair_has(b, "r1", SHOW "merged clock 12:00", before);
    pair_says(b, "r1", SHOW "ikev2 error parameters", "Trace has 1000 entries\nStacktrace is disabled by default\n");
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_the_clock), cmocka_unit_test(story),
        cmocka_unit_test(ikev2),
        cmocka_unit_test(ways_to_look),
        cmocka_unit_test(bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
