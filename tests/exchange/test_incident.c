/* test_incident.c: the incident as a story: hub and spoke of samples/invalid-spi in one process and virtual time. The hub reloads, the spoke goes on encrypting
 * with what the hub forgot; the log lines, the applets, the trap and the recovery follow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "espial/loop.h"
#include "tests/sim/box.h"

#define PING "ping 10.1.0.1 source Loopback0"

/* The SPI that `show crypto ipsec sa` of a node names as "current outbound spi: 0x68842105(1753489669)". */
static void outbound_spi(struct box *b, const char *node, char spi[32])
{
    const char *key = "current outbound spi: ", *at = strstr(box_type(b, node, "show crypto ipsec sa"), key);
    assert_non_null(at);
    snprintf(spi, 32, "%.*s", (int)strcspn(at + strlen(key), "\n"), at + strlen(key));
    assert_string_not_equal(spi, "0x0(0)");
}

static void tunnel_up(struct box *b)
{
    const char *said = box_type(b, "spoke", PING);
    assert_non_null(strstr(said, "Success rate is"));
    said = box_type(b, "spoke", PING);
    assert_non_null(strstr(said, "Success rate is 100 percent (5/5)"));
    assert_non_null(strstr(box_type(b, "hub", "show crypto isakmp sa"), "QM_IDLE"));
}

static void debugs(struct box *b)
{
    box_type_all(b, "hub", "debug crypto condition peer ipv4 11.1.1.3\ndebug crypto isakmp\ndebug crypto ipsec\ndebug crypto engine");
    box_type_all(b, "spoke", "debug crypto condition peer ipv4 213.163.222.7\ndebug crypto isakmp\ndebug crypto ipsec\ndebug crypto engine");
    for (int i = 0; i < 2; i++) {
        const char *said = box_type(b, i ? "hub" : "spoke", "show debug");
        assert_non_null(strstr(said, "Crypto ISAKMP debugging is on"));
        assert_non_null(strstr(said, "Crypto IPSEC debugging is on"));
        assert_non_null(strstr(said, "Crypto Engine debugging is on"));
    }
}

static void incident(void **state)
{
    char spi[32], line[256];
    (void)state;
    struct box *b = box_incident(1);
    box_type(b, "hub", "sh ip int bri | tee /append disk0:hub.txt");
    tunnel_up(b);
    outbound_spi(b, "spoke", spi);
    box_reload(b, "hub");
    box_run(b, 2 * US_PER_S);
    debugs(b);

    size_t hub = box_log_len(b, "hub"), spoke = box_log_len(b, "spoke");
    box_start(b, "spoke", PING);
    snprintf(line, sizeof line, "%%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for destaddr=213.163.222.7, prot=50, spi=%s, srcaddr=11.1.1.3, input interface=Ethernet0/0", spi);
    assert_true(box_wait_log(b, "hub", hub, line, 5 * US_PER_S));
    assert_true(box_wait_log(b, "hub", hub, "%HA_EM-6-LOG: command_hub: command_hub is running ...", 5 * US_PER_S));

    /* Recovery: the very next pings pass. */
    while (!box_done(b, "spoke"))
        box_run(b, US_PER_S);
    assert_non_null(strstr(box_type(b, "spoke", PING), "Success rate is 100 percent (5/5)"));

    /* The wait of 18 seconds, then the end on both. */
    assert_int_equal(box_log_count(b, "hub", hub, "DONE ON HUB"), 0);
    assert_true(box_wait_log(b, "hub", hub, "%HA_EM-6-LOG: command_hub: DONE ON HUB", 20 * US_PER_S));
    assert_true(box_wait_log(b, "spoke", spoke, "%HA_EM-6-LOG: spoke_app: Received trap from Hub...", 5 * US_PER_S));
    assert_true(box_wait_log(b, "spoke", spoke, "%HA_EM-6-LOG: spoke_app: DONE ON SPOKE", 5 * US_PER_S));
    assert_null(strstr(box_type(b, "hub", "show debug"), "is on"));
    assert_null(strstr(box_type(b, "spoke", "show debug"), "is on"));

    /* One line a minute. */
    assert_int_equal(box_log_count(b, "hub", hub, "RECVD_PKT_INV_SPI"), 1);
    /* Debug lines fell into the 18 seconds. */
    const char *debug = strstr(box_log(b, "hub") + hub, "ISAKMP"), *done = strstr(box_log(b, "hub") + hub, "DONE ON HUB");
    assert_non_null(debug);
    assert_true(debug < done);

    const char *file = box_file(b, "hub", "disk0:hub.txt");
    assert_non_null(strstr(file, "IP-Address      OK? Method Status"));
    assert_non_null(strstr(file, "Number of Crypto Socket connections"));
    assert_non_null(strstr(file, "IPv4 Crypto ISAKMP SA"));
    assert_non_null(strstr(file, "#pkts invalid sa (rcv)"));
    assert_non_null(strstr(file, "Legend: Attrb"));
    box_free(b);
}

/* Without the command and with the peer's DPD off nothing ends the black hole but the lifetime. */
static void black_hole_until_lifetime(void **state)
{
    (void)state;
    struct box *b = box_incident(2);
    box_type_all(b, "spoke", "configure terminal\nno crypto isakmp keepalive\ncrypto map CMAP 10 ipsec-isakmp\nset security-association lifetime seconds 120\nend");
    box_type_all(b, "hub", "configure terminal\nno crypto isakmp invalid-spi-recovery\nno crypto isakmp keepalive\nend\nwrite memory");
    tunnel_up(b);
    box_reload(b, "hub");
    box_run(b, 2 * US_PER_S);
    size_t hub = box_log_len(b, "hub");
    assert_non_null(strstr(box_type(b, "spoke", PING), "Success rate is 0 percent (0/5)"));
    assert_int_equal(box_log_count(b, "hub", hub, "RECVD_PKT_INV_SPI"), 1);
    assert_null(strstr(box_type(b, "hub", "show crypto isakmp sa"), "QM_IDLE"));
    /* Soft lifetime: the spoke's quick mode finds nobody who knows its IKE SA; the hard lifetime then clears the way. */
    uint64_t began = loop_now(box_loop(b));
    bool up = false;
    while (!up && loop_now(box_loop(b)) - began < 400 * US_PER_S)
        up = strstr(box_type(b, "spoke", "ping 10.1.0.1 source Loopback0 repeat 1"), "100 percent") != NULL;
    assert_true(up);
    box_free(b);
}

/* What the applet appended is what the commands show: in the black hole nothing changes meanwhile. */
static void file_is_what_commands_show(struct box *b)
{
    static const char *const commands[] = {"show crypto sockets", "show crypto isa sa", "show crypto ipsec sa detail", "show dmvpn detail"};
    struct text want = {0};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        text_add(&want, box_type(b, "hub", commands[i]));
    assert_true(want.len > 1000);
    assert_string_equal(box_file(b, "hub", "disk0:hub.txt"), want.s);
    text_free(&want);
}

static void black_hole_until_dpd(void **state)
{
    (void)state;
    struct box *b = box_incident(3);
    box_type_all(b, "hub", "configure terminal\nno crypto isakmp invalid-spi-recovery\nend\nwrite memory");
    tunnel_up(b);
    box_reload(b, "hub");
    box_run(b, 2 * US_PER_S);
    assert_non_null(strstr(box_type(b, "spoke", PING), "Success rate is 0 percent (0/5)"));
    file_is_what_commands_show(b);
    uint64_t began = loop_now(box_loop(b));
    bool up = false;
    while (!up && loop_now(box_loop(b)) - began < 120 * US_PER_S)
        up = strstr(box_type(b, "spoke", "ping 10.1.0.1 source Loopback0 repeat 1"), "100 percent") != NULL;
    assert_true(up);
    /* 10 s of silence and 5 probes 2 s apart (crypto.md 5.5): 20 s after the first unanswered packet. */
    assert_true(loop_now(box_loop(b)) - began < 60 * US_PER_S);
    box_free(b);
}

/* With the IKE SA in place a DELETE goes out, with or without the command, and the tunnel comes back. */
static void delete_on_living_ike_sa(void **state)
{
    (void)state;
    for (int with = 0; with < 2; with++) {
        struct box *b = box_incident(4 + (uint64_t)with);
        if (!with)
            box_type_all(b, "hub", "configure terminal\nno crypto isakmp invalid-spi-recovery\nend");
        tunnel_up(b);
        /* The hub forgets the IPsec SAs while the DELETE it sends is lost: its cable is out for a moment. */
        box_type_all(b, "hub", "configure terminal\ninterface Ethernet0/0\nshutdown\nend\nclear crypto sa\nconfigure terminal\ninterface Ethernet0/0\nno shutdown\nend");
        box_run(b, 5 * US_PER_S);
        size_t hub = box_log_len(b, "hub");
        box_type(b, "spoke", PING);
        assert_int_equal(box_log_count(b, "hub", hub, "RECVD_PKT_INV_SPI"), 1);
        assert_non_null(strstr(box_type(b, "spoke", PING), "Success rate is 100 percent (5/5)"));
        box_free(b);
    }
}

static char *whole_log(uint64_t seed)
{
    struct box *b = box_incident(seed);
    box_type(b, "spoke", PING);
    box_reload(b, "hub");
    box_run(b, 2 * US_PER_S);
    debugs(b);
    box_type(b, "spoke", PING);
    box_run(b, 30 * US_PER_S);
    char *log = mem_printf("%s----\n%s", box_log(b, "hub"), box_log(b, "spoke"));
    box_free(b);
    return log;
}

static void same_seed_same_log(void **state)
{
    (void)state;
    char *a = whole_log(7), *again = whole_log(7), *other = whole_log(8);
    assert_string_equal(a, again);
    assert_string_not_equal(a, other); /* the SPI differs */
    mem_free(a);
    mem_free(again);
    mem_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(incident),
        cmocka_unit_test(black_hole_until_lifetime),
        cmocka_unit_test(black_hole_until_dpd),
        cmocka_unit_test(delete_on_living_ike_sa),
        cmocka_unit_test(same_seed_same_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
