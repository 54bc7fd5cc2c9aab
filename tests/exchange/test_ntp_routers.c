/* test_ntp_routers.c: two routers on a wire: one has its clock set by hand and is the master, the other follows it by NTP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "espial/loop.h"
#include "tests/exchange/mib_box.h"
#include "tests/sim/box.h"

#define NTP "1.3.6.1.4.1.9.9.168.1."

static void two_routers(void **state)
{
    (void)state;
    struct box *b = box_new(1);
    box_node(b, "one", "hostname one\ninterface Ethernet0/0\n ip address 10.0.0.1 255.255.255.0\n no shutdown\n!\nntp master 3\n");
    box_node(b, "two", "hostname two\ninterface Ethernet0/0\n ip address 10.0.0.2 255.255.255.0\n no shutdown\n!\nntp logging\nntp server 10.0.0.1 iburst\n");
    box_link(b, "one", "Ethernet0/0", "two", "Ethernet0/0");
    box_boot(b);
    box_type(b, "one", "clock set 12:00:00 1 jan 2030");
    size_t from = box_log_len(b, "two");
    assert_true(box_wait_log(b, "two", from, "%NTP-5-PEERSYNC: NTP synced to peer 10.0.0.1", 900 * US_PER_S));
    assert_non_null(strstr(box_type(b, "two", "show clock detail"), " UTC Tue Jan 1 2030\nTime source is NTP\n"));
    assert_true(box_output(b, "two")[0] == '1');
    const char *text = box_type(b, "two", "show ntp status");
    assert_non_null(strstr(text, "Clock is synchronized, stratum 4, reference is 10.0.0.1       \n"));
    assert_non_null(strstr(text, "loopfilter state is 'CTRL' (Normal Controlled Loop), drift is "));
    text = box_type(b, "two", "show ntp associations");
    assert_non_null(strstr(text, "\n  address         ref clock       st   when   poll reach  delay  offset   disp\n"
                                 "*~10.0.0.1        127.127.1.1      3 "));
    assert_non_null(strstr(box_type(b, "one", "show ntp associations"), "*~127.127.1.1     .LOCL.           2 "));
    text = box_type(b, "two", "show ntp associations detail");
    assert_non_null(strstr(text, "10.0.0.1 configured, ipv4, our_master, sane, valid, stratum 3\nref ID 127.127.1.1    , time "));
    mib_facts(b, "two", NTP, (const struct mib_fact[]){
        {"1.1.0", "INTEGER: 0"},
        {"1.2.0", "INTEGER: 4"},
        {"1.6.0", "Hex: 0A000001"},
        {"1.11.0", "INTEGER: 6"}, /* syncToRemoteServer */
        {"2.1.1.3.1", "IpAddress: 167772161"},
        {"2.1.1.4.1", "INTEGER: 123"},
        {"2.1.1.8.1", "INTEGER: 3"},
        {"2.1.1.9.1", "INTEGER: 3"},
        {"2.1.1.15.1", "Hex: 7F7F0101"},
        {"2.1.1.9.2", "-"},
        {0},
    });
    assert_int_equal(mib_number(b, "two", NTP "1.9.0"), 1);
    assert_int_equal(1 << mib_number(b, "two", NTP "2.1.1.11.1"), mib_number(b, "two", NTP "2.1.1.22.1"));
    struct trap_var v = {0};
    mib_name(&v, NTP "1.10.0"); /* 1 January 2030, 12 o'clock, is 4102488000 seconds after 1900: F486FFC0 */
    assert_int_equal(mib_get(router_mib(box_router(b, "two")), &v), MIB_FOUND);
    assert_int_equal(v.len, 8);
    uint32_t seconds = (uint32_t)v.data[0] << 24 | (uint32_t)v.data[1] << 16 | (uint32_t)v.data[2] << 8 | v.data[3];
    assert_in_range(seconds - 4102488000u, 0, 900);
    mib_name(&v, NTP "2.1.1.24.1"); /* a wire of microseconds: less than 2 ms, which are 131/65536 s */
    assert_int_equal(mib_get(router_mib(box_router(b, "two")), &v), MIB_FOUND);
    assert_int_equal(v.len, 4);
    assert_true(v.data[0] == 0 && v.data[1] == 0 && v.data[2] == 0 && v.data[3] <= 131);
    mib_is(b, "one", NTP "1.11.0", "INTEGER: 4"); /* syncToLocal */
    mib_walk(b, "one");
    box_type_all(b, "one", "configure terminal\nno ntp master\nend");
    box_run(b, 3600 * US_PER_S);
    assert_true(box_type(b, "two", "show clock")[0] == '.');
    assert_non_null(strstr(box_type(b, "two", "show ntp status"), "Clock is unsynchronized, stratum 16, no reference clock\n"));
    mib_is(b, "two", NTP "1.11.0", "INTEGER: 3");
    mib_is(b, "two", NTP "1.1.0", "INTEGER: 3");
    assert_non_null(strstr(box_type(b, "two", "show running-config | include ^ntp"), "ntp logging\nntp server 10.0.0.1 iburst\n"));
    box_type_all(b, "two", "configure terminal\nno ntp server 10.0.0.1\nend");
    assert_non_null(strstr(box_type(b, "two", "show ntp status"), "%NTP is not enabled.\n"));
    mib_is(b, "two", NTP "1.11.0", "INTEGER: 2");
    assert_int_equal(mib_instances(b, "two", NTP "2.1.1.9"), 0);
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_routers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
