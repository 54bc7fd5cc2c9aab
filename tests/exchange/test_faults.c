/* Named defects (test crypto fault): each shows its symptom when it is on and none when it is off, in the incident's lab with SAs of 120 seconds, pings that never pause and
 * wires of 5 ms. CSCsq59183 needs a translator: tests/exchange/test_nat.c. */
#include "tests/exchange/lab.h"

static const struct wire_params slow = {.delay_us = 2500}, lively = {.delay_us = 2500, .jitter_us = 20000};

struct seen {
    unsigned lost;       /* pings of both ends */
    size_t hub, spoke;   /* RECVD_PKT_INV_SPI */
    size_t from[2];      /* where the logs of hub and spoke began */
};

static void begin(struct lab *l, uint64_t seed)
{
    lab_new(l, seed);
    lab_conf_both(l, "crypto ipsec security-association lifetime seconds 120");
    wire_set(l->hub_wire, &slow);
    wire_set(l->spoke_wire, &slow);
    lab_tunnel(l);
}

static struct seen watch(struct lab *l, double seconds)
{
    struct seen s = {.from = {box_log_len(l->box, "hub"), box_log_len(l->box, "spoke")}};
    stream_start(&l->hub, 100000, 100);
    stream_start(&l->spoke, 100000, 100);
    lab_run(l, seconds);
    stream_stop(&l->hub);
    stream_stop(&l->spoke);
    lab_run(l, 1);
    s.lost = l->hub.sent - l->hub.back + l->spoke.sent - l->spoke.back;
    s.hub = box_log_count(l->box, "hub", s.from[0], "RECVD_PKT_INV_SPI");
    s.spoke = box_log_count(l->box, "spoke", s.from[1], "RECVD_PKT_INV_SPI");
    return s;
}

static void sound(struct lab *l, double seconds)
{
    struct seen s = watch(l, seconds);
    if (s.lost || s.hub + s.spoke) {
        lab_tails(l, 2000);
        fail_msg("%u lost; invalid SPIs: hub %zu, spoke %zu", s.lost, s.hub, s.spoke);
    }
}

/* The defect is gone, and what it had begun: the old pair outlives its rekey by half a minute. */
static void healed(struct lab *l)
{
    lab_run(l, 60);
    (void)lab_ping(l, "spoke");
    lab_tunnel(l);
    sound(l, 300);
}

/* "spi=0x%X" of the first INV_SPI line behind `from`. */
static uint32_t spi_told(struct lab *l, const char *node, size_t from)
{
    const char *at = strstr(box_log(l->box, node) + from, "RECVD_PKT_INV_SPI");
    assert_non_null(at);
    at = strstr(at, "spi=0x");
    assert_non_null(at);
    return (uint32_t)strtoul(at + 4, NULL, 16);
}

/* A rekey loses some packets: the initiator has thrown the old SA away, the responder still sends with it. The log names the old SPI; then all is well until the next rekey. */
static void old_first(void **state)
{
    (void)state;
    struct lab l;
    struct ipsec_pair_info before;
    begin(&l, 1);
    sound(&l, 200); /* a rekey without it */
    box_type(l.box, "hub", "test crypto fault CSCsl68327 window 1000");
    box_type(l.box, "spoke", "test crypto fault CSCsl68327 window 1000");
    assert_true(lab_current(&l, "spoke", &before));
    struct seen s = watch(&l, 100);
    assert_in_range(s.lost, 1, 40);
    assert_int_equal(s.spoke, 1);
    assert_int_equal(s.hub, 0);
    assert_int_equal(spi_told(&l, "spoke", s.from[1]), before.spi_in);
    assert_true(lab_agree(&l));
    box_type(l.box, "hub", "no test crypto fault");
    box_type(l.box, "spoke", "no test crypto fault");
    healed(&l);
    lab_free(&l);
}

/* The new SPI is in the table, ACTIVE, and packets that carry it are called invalid; not while few SAs are installed. */
static void late_program(void **state)
{
    (void)state;
    struct lab l;
    begin(&l, 2);
    box_type(l.box, "hub", "test crypto fault CSCtr14840 window 1000 threshold 8");
    assert_non_null(strstr(box_type(l.box, "hub", "show crypto fault"),
                           "Fault       State  Percent  Every  Above pairs Window(ms) Occasions  Strikes    Effect\n"));
    assert_non_null(strstr(box_type(l.box, "hub", "show crypto fault"),
                           "\nCSCtr14840  on     100      0      8           1000       0          0          new SAs "));
    sound(&l, 200);
    box_type(l.box, "hub", "test crypto fault CSCtr14840 window 1000");
    struct seen s = watch(&l, 100);
    assert_true(s.lost > 0);
    assert_int_equal(s.hub, 1);
    struct ipsec_pair_info now;
    assert_true(lab_current(&l, "hub", &now));
    assert_true(lab_agree(&l));
    box_type(l.box, "hub", "no test crypto fault");
    healed(&l);
    lab_free(&l);
}

/* While it has not reached the data plane: listed, ACTIVE, unknown. */
static void late_program_listed(void **state)
{
    (void)state;
    struct lab l;
    char want[32];
    begin(&l, 3);
    box_type(l.box, "hub", "clear crypto sa");
    lab_run(&l, 2);
    box_type(l.box, "hub", "test crypto fault CSCtr14840 window 60000");
    size_t from = box_log_len(l.box, "hub");
    stream_start(&l.spoke, 100000, 100);
    assert_true(box_wait_log(l.box, "hub", from, "RECVD_PKT_INV_SPI", 20 * US_PER_S));
    stream_stop(&l.spoke);
    snprintf(want, sizeof want, "spi: 0x%X(", spi_told(&l, "hub", from));
    const char *sas = strstr(box_type(l.box, "hub", "show crypto ipsec sa"), want);
    assert_non_null(sas);
    assert_non_null(strstr(sas, "Status: ACTIVE(ACTIVE)"));
    lab_free(&l);
}

/* The responder (hub) sends on its new SA before quick mode is over: the initiator has reserved the SPI and not installed it. Its transient table keeps it quiet; without one
 * (CSCvn31824 with no delay) it calls its own coming SPI invalid. */
static void early_out(void **state)
{
    (void)state;
    struct lab l;
    begin(&l, 4);
    wire_set(l.hub_wire, &lively); /* ESP may overtake QM2 */
    sound(&l, 200);
    assert_int_equal(ipsec_totals(lab_ipsec(&l, "spoke")).transient_drops, 0);
    box_type(l.box, "hub", "test crypto fault CSCty30063");
    stream_start(&l.hub, 1000, 100); /* one a millisecond: some fall into the gap */
    lab_run(&l, 100);
    stream_stop(&l.hub);
    assert_true(ipsec_totals(lab_ipsec(&l, "spoke")).transient_drops > 0);
    box_type(l.box, "spoke", "test crypto fault CSCvn31824 window 0");
    size_t from = box_log_len(l.box, "spoke");
    stream_start(&l.hub, 1000, 100);
    assert_true(box_wait_log(l.box, "spoke", from, "RECVD_PKT_INV_SPI", 200 * US_PER_S));
    stream_stop(&l.hub);
    box_type(l.box, "hub", "no test crypto fault");
    box_type(l.box, "spoke", "no test crypto fault");
    healed(&l);
    lab_free(&l);
}

/* A packet comes before its SA is installed: ISAKMP tells the peer to delete the new SA. */
static void kills_new(void **state)
{
    (void)state;
    struct lab l;
    begin(&l, 5);
    sound(&l, 200);
    box_type(l.box, "spoke", "test crypto fault CSCvn31824 window 1000");
    box_type(l.box, "hub", "debug crypto isakmp");
    size_t hub = box_log_len(l.box, "hub");
    struct seen s = watch(&l, 100);
    assert_true(s.lost > 0);
    assert_true(s.spoke > 0);
    char want[64];
    snprintf(want, sizeof want, "(SPI:0x%X)", spi_told(&l, "spoke", s.from[1]));
    assert_non_null(strstr(box_log(l.box, "hub") + hub, want)); /* Enqueued KEY_MGR_DELETE_SAS for IPSEC SA (SPI:0x...) */
    box_type(l.box, "hub", "undebug all");
    box_type(l.box, "spoke", "no test crypto fault");
    healed(&l);
    lab_free(&l);
}

/* An SPI that begins with FF is never found: one way is a black hole, and each packet of it has the good SA deleted. */
static void spi_ff(void **state)
{
    (void)state;
    struct lab l;
    begin(&l, 6);
    sound(&l, 10);
    box_type(l.box, "hub", "test crypto fault CSCvp16730");
    box_type(l.box, "hub", "clear crypto sa");
    lab_run(&l, 2);
    struct seen s = watch(&l, 20);
    assert_true(s.lost > 100);
    assert_true(s.hub > 0);
    assert_int_equal(spi_told(&l, "hub", s.from[0]) >> 24, 0xFF);
    box_type(l.box, "hub", "no test crypto fault");
    box_type(l.box, "hub", "clear crypto sa");
    healed(&l);
    lab_free(&l);
}

/* What is on is told: in the log, by show version; a reload ends it. */
static void told(void **state)
{
    (void)state;
    struct lab l;
    begin(&l, 7);
    assert_null(strstr(box_type(l.box, "hub", "show version"), "Injected"));
    box_type(l.box, "hub", "test crypto fault cscvp16730 probability 30 every 2");
    assert_non_null(strstr(box_log(l.box, "hub"), "%CRYPTO-4-FAULT_ON: Injected fault CSCvp16730 is on: "));
    assert_non_null(strstr(box_type(l.box, "hub", "show version"), "\nInjected fault CSCvp16730 is on: "));
    assert_null(strstr(box_type(l.box, "hub", "show running-config"), "fault"));
    assert_non_null(strstr(box_type(l.box, "hub", "test crypto fault CSCvp16730 window 10"), "% CSCvp16730 has no window"));
    lab_reload(&l, "hub");
    assert_null(strstr(box_type(l.box, "hub", "show version"), "Injected"));
    lab_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_first), cmocka_unit_test(late_program), cmocka_unit_test(late_program_listed), cmocka_unit_test(early_out),
        cmocka_unit_test(kills_new), cmocka_unit_test(spi_ff),       cmocka_unit_test(told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
