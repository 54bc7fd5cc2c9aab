/* test_misfits.c: packets that come by a child of IKEv2 and do not fit its selectors: dropped, counted, and told to who sends them
 * (INVALID_SELECTORS, RFC 7296 section 3.10.1, RFC 4301 section 5.2) where that is wanted, within limits. */
#include "dataplane/ipsec/ipsec_local.h"
#include "tests/exchange/crypto_pair.h"

enum { TX_REQ, TX_RES, RX_REQ, RX_RES };

/* Of the row in `show crypto ikev2 stats exchange`. */
static unsigned told(struct box *b, const char *node, unsigned column)
{
    const char *row = strstr(box_type(b, node, "show crypto ikev2 stats exchange"), "INVALID_SELECTORS");
    unsigned n[4] = {0};

    if (row && sscanf(row, "INVALID_SELECTORS %u %u %u %u", &n[0], &n[1], &n[2], &n[3]) != 4)
        fail_msg("no row: %.80s", row);
    return n[column];
}

/* r2 believes that its pair is for one host of r1's network alone, which pings from another one. Its inbound SPI. */
static uint32_t narrowed(struct box *b)
{
    pair_up(b);
    struct ipsec_pair_info p = pair_newest(b, "r2");
    struct sa_pair *sa = table_find(pair_ipsec(b, "r2")->by_id, &p.id);
    sa->remote_sel = (struct selector){.addr = 0xC0A80109, .mask = UINT32_MAX};
    return p.spi_in;
}

static void said(void **state)
{
    struct box *b = crypto_pair_ikev2();
    char want[160];

    (void)state;
    for (int i = 1; i <= 2; i++)
        box_type_all(b, i == 1 ? "r1" : "r2", "configure terminal\ncrypto isakmp invalid-spi-recovery\nend");
    snprintf(want, sizeof want,
             "Received INVALID_SELECTORS notify [SPI: 0x%X]: packet from 192.168.1.1 to 192.168.2.1, protocol 1", narrowed(b));
    pair_has(b, "r1", PAIR_PING " repeat 3", "(0/3)");
    pair_has(b, "r2", "show crypto ipsec sa detail", "#pkts invalid identity (recv) 3,");
    assert_int_equal(told(b, "r2", TX_REQ), 3);
    assert_int_equal(told(b, "r1", RX_REQ), 3);
    pair_has(b, "r1", "show crypto ikev2 diagnose error", want);
    /* no more than ten a second */
    box_run(b, US_PER_S);
    for (int i = 0; i < 100; i++) {
        box_type(b, "r1", PAIR_PING " repeat 1 timeout 0");
        box_run(b, US_PER_S / 50);
    }
    assert_in_range(told(b, "r2", TX_REQ), 3 + 15, 3 + 30);
    pair_has(b, "r1", "show crypto ikev2 sa", "READY");
    box_free(b);
}

static void unsaid(void **state)
{
    struct box *b = crypto_pair_ikev2();

    (void)state;
    (void)narrowed(b);
    pair_has(b, "r1", PAIR_PING " repeat 3", "(0/3)");
    pair_has(b, "r2", "show crypto ipsec sa detail", "#pkts invalid identity (recv) 3,");
    assert_int_equal(told(b, "r2", TX_REQ), 0);
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(said), cmocka_unit_test(unsaid)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
