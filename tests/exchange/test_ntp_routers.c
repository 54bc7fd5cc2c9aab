/* test_ntp_routers.c: two routers on a wire: one has its clock set by hand and is the master, the other follows it by NTP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "espial/loop.h"
#include "tests/sim/box.h"

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
    box_type_all(b, "one", "configure terminal\nno ntp master\nend");
    box_run(b, 3600 * US_PER_S);
    assert_true(box_type(b, "two", "show clock")[0] == '.');
    assert_non_null(strstr(box_type(b, "two", "show ntp status"), "Clock is unsynchronized, stratum 16, no reference clock\n"));
    assert_non_null(strstr(box_type(b, "two", "show running-config | include ^ntp"), "ntp logging\nntp server 10.0.0.1 iburst\n"));
    box_type_all(b, "two", "configure terminal\nno ntp server 10.0.0.1\nend");
    assert_non_null(strstr(box_type(b, "two", "show ntp status"), "%NTP is not enabled.\n"));
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_routers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
