/* The MTU of a tunnel's path: learnt from the router in between, shown, used for what comes after, forgotten in time; and not to be had by forgery. */
#include "tests/exchange/lab.h"

#include "dataplane/net/iface.h"
#include "tests/sim/wire.h"

static const char *path_line(struct box *b)
{
    return box_type(b, "hub", "show crypto ipsec sa | include path mtu");
}

static void learnt_and_forgotten(void **state)
{
    struct box *b = box_incident(6);
    (void)state;

    box_type_all(b, "isp", "configure terminal\ninterface Ethernet0/1\nip mtu 1300\nend");
    box_type(b, "hub", "ping 10.2.0.1 source Loopback0");
    /* 1500 - 20 - 8 - 16 (IV) - 16 (ICV) = 1440: whole blocks, less two bytes of trailer */
    assert_string_equal(path_line(b), "     plaintext mtu 1438, path mtu 1500, ip mtu 1500, ip mtu idb Ethernet0/0\n");
    const char *got = box_type(b, "hub", "ping 10.2.0.1 source Loopback0 size 1400 df-bit repeat 2 timeout 2");
    assert_non_null(strstr(got, "\n.M\n")); /* lost on the way; told what fits */
    /* 1300 - 60 = 1240: 77 blocks are 1232, less two */
    assert_string_equal(path_line(b), "     plaintext mtu 1230, path mtu 1300, ip mtu 1500, ip mtu idb Ethernet0/0\n");
    assert_non_null(strstr(box_type(b, "hub", "ping 10.2.0.1 source Loopback0 size 1230 df-bit"), "!!!!!\n"));
    assert_non_null(strstr(box_type(b, "hub", "ping 10.2.0.1 source Loopback0 size 1400"), "!!!!!\n"));
    box_run(b, 601 * US_PER_S);
    assert_string_equal(path_line(b), "     plaintext mtu 1438, path mtu 1500, ip mtu 1500, ip mtu idb Ethernet0/0\n");
    box_free(b);
}

/* An error as a router on the way would make it, about an ESP packet. */
struct forged {
    uint32_t from, orig_src, orig_dst, spi, seq;
    uint16_t mtu, orig_len;
    bool df;
};

static void forge(struct lab *l, const struct forged *f)
{
    uint8_t p[14 + 20 + 8 + 20 + 8] = {0}, *ip = p + 14, *icmp = ip + 20, *quoted = icmp + 8;
    struct iface *hub = iface_by_name(dataplane_net(lab_dp(l, "hub")), "Ethernet0/0");

    memcpy(p, hub->mac, 6);
    p[6] = 2;
    put16(p + 12, 0x0800);
    ip[0] = 0x45;
    put16(ip + 2, sizeof p - 14);
    ip[8] = 64;
    ip[9] = PROTO_ICMP;
    put32(ip + 12, f->from);
    put32(ip + 16, HUB_ADDR);
    put16(ip + 10, ip_cksum_fold(ip_cksum_add(0, ip, 20)));
    quoted[0] = 0x45;
    put16(quoted + 2, f->orig_len);
    put16(quoted + 6, f->df ? 0x4000 : 0);
    quoted[8] = 200;
    quoted[9] = PROTO_ESP;
    put32(quoted + 12, f->orig_src);
    put32(quoted + 16, f->orig_dst);
    put32(quoted + 20, f->spi);
    put32(quoted + 24, f->seq);
    icmp[0] = ICMP_UNREACHABLE;
    icmp[1] = ICMP_UNR_FRAG;
    put16(icmp + 6, f->mtu);
    put16(icmp + 2, ip_cksum_fold(ip_cksum_add(0, icmp, 36)));
    wire_inject(l->hub_wire, 1, p, sizeof p);
    lab_run(l, 0.1);
}

static void forgeries(void **state)
{
    struct lab l;
    (void)state;

    lab_new(&l, 7);
    box_type(l.box, "hub", "ping 10.2.0.1 source Loopback0 repeat 10");
    const char *line = box_type(l.box, "hub", "show crypto ipsec sa | include outbound spi");
    uint32_t spi = (uint32_t)strtoul(strstr(line, "0x") + 2, NULL, 16);
    const struct forged right = {.from = ISP_ADDR,
                                 .orig_src = HUB_ADDR,
                                 .orig_dst = SPOKE_ADDR,
                                 .spi = spi,
                                 .seq = 3,
                                 .mtu = 1280,
                                 .orig_len = 1480,
                                 .df = true};
    struct forged wrong[9];
    for (size_t i = 0; i < 9; i++)
        wrong[i] = right;
    wrong[0].spi++;
    wrong[1].seq = 0;
    wrong[2].seq = 100000; /* not sent yet */
    wrong[3].mtu = 575;
    wrong[4].mtu = 0;
    wrong[5].mtu = 1500;      /* no less than what is assumed */
    wrong[6].orig_len = 1280; /* it would have fitted */
    wrong[7].df = false;
    wrong[8].orig_dst = ISP_ADDR;
    for (size_t i = 0; i < 9; i++) {
        forge(&l, &wrong[i]);
        if (!strstr(path_line(l.box), "path mtu 1500"))
            fail_msg("forgery %zu is believed", i);
    }
    forge(&l, &right);
    assert_non_null(strstr(path_line(l.box), "path mtu 1280"));
    lab_free(&l);
}

/* ESP in UDP: the router in between quotes enough to tell the SA by. */
static void learnt_in_udp(void **state)
{
    struct box *b = box_new(8);
    char text[2048], name[4];
    (void)state;

    for (int i = 1; i <= 2; i++) {
        snprintf(name, sizeof name, "r%d", i);
        snprintf(text, sizeof text,
                 "hostname %s\ncrypto ikev2 keyring K\n peer ANY\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key secret\n"
                 "crypto ikev2 profile P\n match identity remote address 0.0.0.0\n authentication remote pre-share\n"
                 " authentication local pre-share\n keyring local K\n nat force-encap\n"
                 "crypto ipsec transform-set T esp-aes esp-sha-hmac\n mode tunnel\n"
                 "crypto ipsec profile S\n set transform-set T\n set ikev2-profile P\n"
                 "interface Ethernet0/0\n ip address 192.0.%d.1 255.255.255.0\n"
                 "interface Tunnel0\n ip address 172.16.0.%d 255.255.255.0\n tunnel source Ethernet0/0\n"
                 " tunnel mode ipsec ipv4\n tunnel destination 192.0.%d.1\n tunnel protection ipsec profile S\n"
                 "ip route 0.0.0.0 0.0.0.0 192.0.%d.254\n",
                 name, i, i, 3 - i, i);
        box_node(b, name, text);
    }
    box_node(b, "isp", "hostname isp\ninterface Ethernet0/0\n ip address 192.0.1.254 255.255.255.0\n"
                       "interface Ethernet0/1\n ip address 192.0.2.254 255.255.255.0\n ip mtu 1300\n");
    box_link(b, "r1", "Ethernet0/0", "isp", "Ethernet0/0");
    box_link(b, "r2", "Ethernet0/0", "isp", "Ethernet0/1");
    box_boot(b);
    box_run(b, 10 * US_PER_S);
    const char *got = box_type(b, "r1", "ping 172.16.0.2 size 1400 df-bit repeat 2 timeout 1");
    assert_null(strstr(got, "!"));
    /* 1300 - 20 - 8 (UDP) - 8 - 16 - 12 = 1236: 77 blocks are 1232, less two */
    assert_string_equal(box_type(b, "r1", "show crypto ipsec sa | include path mtu"),
                        "     plaintext mtu 1230, path mtu 1300, ip mtu 1500, ip mtu idb Ethernet0/0\n");
    assert_non_null(strstr(box_type(b, "r1", "ping 172.16.0.2 size 1230 df-bit"), "!!!!!\n"));
    assert_non_null(strstr(box_type(b, "r1", "ping 172.16.0.2 size 1400"), "!!!!!\n"));
    box_free(b);
}

/* In transport mode there is no other header whose DF could be cleared: what does not fit is said to who sent it, here a GRE
 * tunnel that looks for its path's MTU. */
static void df_stays_in_transport_mode(void **state)
{
    struct box *b = box_new(9);
    char text[2048], name[4];
    (void)state;

    for (int i = 1; i <= 2; i++) {
        int o = 3 - i;
        snprintf(name, sizeof name, "r%d", i);
        snprintf(text, sizeof text,
                 "hostname %s\ncrypto isakmp policy 10\n encryption aes\n authentication pre-share\n group 14\n"
                 "crypto isakmp key k address 0.0.0.0\ncrypto ipsec df-bit clear\n"
                 "crypto ipsec transform-set T esp-aes esp-sha-hmac\n mode transport\n"
                 "crypto map CM 10 ipsec-isakmp\n set peer 192.0.%d.1\n set transform-set T\n match address 101\n"
                 "access-list 101 permit gre host 192.0.%d.1 host 192.0.%d.1\n"
                 "interface Ethernet0/0\n ip address 192.0.%d.1 255.255.255.0\n crypto map CM\n"
                 "interface Tunnel0\n ip address 172.16.0.%d 255.255.255.0\n tunnel source Ethernet0/0\n"
                 " tunnel destination 192.0.%d.1\n tunnel path-mtu-discovery\nip route 0.0.0.0 0.0.0.0 192.0.%d.254\n",
                 name, o, i, o, i, i, o, i);
        box_node(b, name, text);
    }
    box_node(b, "isp", "hostname isp\ninterface Ethernet0/0\n ip address 192.0.1.254 255.255.255.0\n"
                       "interface Ethernet0/1\n ip address 192.0.2.254 255.255.255.0\n ip mtu 1000\n");
    box_link(b, "r1", "Ethernet0/0", "isp", "Ethernet0/0");
    box_link(b, "r2", "Ethernet0/0", "isp", "Ethernet0/1");
    box_boot(b);
    box_run(b, 10 * US_PER_S);
    box_type(b, "r1", "ping 172.16.0.2");
    box_type(b, "r1", "ping 172.16.0.2 size 1400 df-bit timeout 1"); /* the first is told of on the way, the second here */
    /* 1000 - 20 - 8 - 16 - 12 = 944: 59 blocks, less two, and the header of 20 */
    assert_string_equal(box_type(b, "r1", "show interfaces Tunnel0 | include Path dest"),
                        "  Path destination 192.0.2.1: MTU 962\n");
    assert_non_null(strstr(box_type(b, "r1", "ping 172.16.0.2 size 938 df-bit"), "!!!!!\n"));
    assert_null(strstr(box_type(b, "r1", "ping 172.16.0.2 size 939 df-bit timeout 1"), "!"));
    assert_non_null(strstr(box_type(b, "r1", "ping 172.16.0.2 size 1400"), "!!!!!\n"));
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(learnt_and_forgotten), cmocka_unit_test(forgeries),
                                       cmocka_unit_test(learnt_in_udp), cmocka_unit_test(df_stays_in_transport_mode)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
