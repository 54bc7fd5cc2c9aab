/* test_flowmib.c: the books of the flow monitor MIB through a tunnel's life: up, rekeyed, counters cleared, ended, and
 * what its failures leave. Layouts by hand after real devices; figures follow from the story. */
#include "tests/exchange/crypto_pair.h"

#include "dataplane/ike/ike_show.h"
#include "dataplane/ipsec/flowmib.h"

#define FLOWMIB "show crypto mib ipsec flowmib "

static struct flowmib_tunnel only_tunnel(struct box *b, const char *node)
{
    struct flowmib_tunnel t, other;

    assert_true(flowmib_tunnel_from(pair_ipsec(b, node), 0, &t));
    assert_false(flowmib_tunnel_from(pair_ipsec(b, node), t.index + 1, &other));
    return t;
}

static void life(void **state)
{
    struct flowmib_global g;
    (void)state;
    struct box *b = crypto_pair("", NULL);

    pair_says(b, "r1", FLOWMIB "tunnel", " vrf Global\n");
    pair_up(b); /* four packets of a hundred bytes each way; the first one found no SA */
    pair_says(b, "r1", FLOWMIB "global",
              " vrf Global\n"
              "  Active Tunnels:                   1             \n"
              "  Previous Tunnels:                 0              \n"
              "  In octets:                        400\n"
              "  Out octets:                       400\n"
              "  In packets:                       4             \n"
              "  Out packets:                      4                \n"
              "  Uncompressed encrypted bytes:     400\n"
              "  In packets drops:                 0            \n"
              "  Out packets drops:                1               \n"
              "  In replay drops:                  0            \n"
              "  In authentications:               4        \n"
              "  Out authentications:              4        \n"
              "  In decrypts:                      4        \n"
              "  Out encrypts:                     4        \n"
              "  Compressed bytes:                 0\n"
              "  Uncompressed bytes:               0\n"
              "  In uncompressed bytes:            0\n"
              "  Out uncompressed bytes:           0\n"
              "  In decrypt failures:              0            \n"
              "  Out encrypt failures:             0            \n"
              "  No SA failures:                   0   \n"
              "  Protocol use failures:            0   \n"
              "  System capacity failures:         0   \n"
              "  In authentication failures:       0        \n"
              "  Out authentication failures:      0        \n"
              "\n");
    pair_says(b, "r1", FLOWMIB "endpoint",
              " vrf Global\n"
              "  Index:                       1         \n"
              "  Local type:                  IP address range\n"
              "  Local address:               192.168.1.0 - 192.168.1.255\n"
              "  Protocol:                    0         \n"
              "  Local port:                  0         \n"
              "  Remote type:                 IP address range\n"
              "  Remote address:              192.168.2.0 - 192.168.2.255\n"
              "  Remote port:                 0         \n"
              "\n");

    /* r1 began this pair: it asks for the next one 30 s, or a twentieth of the volume, before the end */
    assert_int_equal(only_tunnel(b, "r1").soft_s, 30);
    /* a rekey is a refresh of the same tunnel; its octets are those of both pairs */
    box_run(b, 3590 * US_PER_S);
    pair_has(b, "r1", PAIR_PING, "(5/5)");
    box_run(b, 60 * US_PER_S);
    struct flowmib_tunnel t = only_tunnel(b, "r1");
    assert_int_equal(t.index, 1);
    assert_int_equal(t.refreshes, 1);
    assert_int_equal(t.expired, 2);
    assert_int_equal(t.sas, 2);
    assert_int_equal(t.out.packets, 9);
    assert_int_equal(t.out.octets, 900);
    assert_in_range(t.active_s, 3640, 3660);

    /* a clear of counters is no business of the books */
    pair_says(b, "r1", "clear crypto sa counters", "");
    flowmib_global(pair_ipsec(b, "r1"), &g);
    assert_int_equal(g.out.packets, 9);
    assert_int_equal(g.out.drops, 1);
    assert_int_equal(only_tunnel(b, "r1").out.packets, 9);
    pair_has(b, "r1", PAIR_PING, "(5/5)");
    assert_int_equal(only_tunnel(b, "r1").out.packets, 14);

    /* the end of it, on both sides, each with its reason */
    pair_says(b, "r1", "clear crypto sa", "");
    box_run(b, US_PER_S);
    pair_says(b, "r1", FLOWMIB "tunnel", " vrf Global\n");
    pair_has(b, "r1", FLOWMIB "history",
             " vrf Global\n  Reason:                      Operation request\n"
             "  Index:                       1         \n"
             "  Local address:               10.0.0.1\n"
             "  Remote address:              10.0.0.2\n"
             "  IPSEC keying:                IKE\n"
             "  Encapsulation mode:          1         \n"
             "  Lifetime (KB):               4608000   \n"
             "  Lifetime (Sec):              3600      \n");
    pair_has(b, "r1", FLOWMIB "history", "  Out packets:                 14        \n");
    pair_has(b, "r2", FLOWMIB "history", "  Reason:                      Peer delete request\n");
    pair_has(
        b, "r1", FLOWMIB "global",
        "  Active Tunnels:                   0             \n  Previous Tunnels:                 1              \n");
    pair_has(b, "r1", PAIR_PING, "(4/5)");
    assert_int_equal(only_tunnel(b, "r1").index, 2);
    assert_int_equal(only_tunnel(b, "r1").out.packets, 4);

    /* the identity itself goes: what it had stays counted */
    box_type_all(b, "r1", "configure terminal\ninterface Ethernet0/0\nno crypto map VPN\nend");
    flowmib_global(pair_ipsec(b, "r1"), &g);
    assert_int_equal(g.out.packets, 18);
    assert_int_equal(g.active, 0);
    assert_int_equal(g.past, 2);
    box_free(b);
}

static void histories(void **state)
{
    char want[256];
    struct flowmib_past p;
    (void)state;
    struct box *b = crypto_pair("", NULL);

    pair_says(b, "r1", FLOWMIB "history tunnel size", "IPSec History Window Size: 200\n");
    box_type_all(b, "r1",
                 "configure terminal\ncrypto mib ipsec flowmib history tunnel size 2\n"
                 "crypto mib ipsec flowmib history failure size 100\nend");
    pair_has(b, "r1", "show running-config | include mib",
             "crypto mib ipsec flowmib history tunnel size 2\ncrypto mib ipsec flowmib history failure size 100\n");
    pair_says(b, "r1", FLOWMIB "history tunnel size", "IPSec History Window Size: 2\n");
    pair_says(b, "r1", FLOWMIB "history failure size", "IPSec Failure Window Size: 100\n");
    for (int i = 0; i < 3; i++) {
        pair_has(b, "r1", PAIR_PING, "(4/5)");
        pair_says(b, "r1", "clear crypto sa", "");
        box_run(b, US_PER_S);
    }
    assert_true(flowmib_past_from(pair_ipsec(b, "r1"), 0, &p));
    assert_int_equal(p.t.index, 2);
    assert_true(flowmib_past_from(pair_ipsec(b, "r1"), p.number + 1, &p));
    assert_int_equal(p.t.index, 3);
    assert_false(flowmib_past_from(pair_ipsec(b, "r1"), p.number + 1, &p));

    /* r2 has reloaded; what r1 still sends is a failure there, and r2 says who */
    pair_has(b, "r1", PAIR_PING, "(4/5)");
    struct ipsec_pair_info pair = pair_newest(b, "r1");
    pair_says(b, "r2", FLOWMIB "failure", " vrf Global\n");
    box_reload(b, "r2");
    box_run(b, 5 * US_PER_S);
    pair_has(b, "r1", PAIR_PING, "(0/5)");
    snprintf(want, sizeof want,
             " vrf Global\n"
             "  Index:                       1         \n"
             "  Reason:                      Non-existent SA\n"
             "  Failure time since reset:    00:00:");
    pair_has(b, "r2", FLOWMIB "failure", want);
    snprintf(want, sizeof want,
             "  Src address:                 10.0.0.1\n"
             "  Destination address:         10.0.0.2\n"
             "  SPI:                         0x%X\n\n",
             pair.spi_out);
    pair_has(b, "r2", FLOWMIB "failure", want);
    pair_has(b, "r2", FLOWMIB "global", "  No SA failures:                   5   \n");
    box_free(b);
}

#define IKE_FLOWMIB "show crypto mib ike flowmib "

/* The books of IKE: main mode is six messages, quick mode three; r1 begins both. */
static void ike(void **state)
{
    (void)state;
    struct box *b = crypto_pair("", NULL);

    pair_says(b, "r1", IKE_FLOWMIB "tunnel", " vrf Global\n");
    pair_up(b);
    pair_says(b, "r1", IKE_FLOWMIB "peer",
              " vrf Global\n"
              "  Index:                       1         \n"
              "  Local type:                  ID_IPV4_ADDR\n"
              "  Local address:               10.0.0.1\n"
              "  Remote type:                 ID_IPV4_ADDR\n"
              "  Remote address:              10.0.0.2\n"
              "\n");
    pair_has(b, "r1", IKE_FLOWMIB "tunnel",
             "  Negotiation mode:            Main Mode\n"
             "  Diffie Hellman Grp:          19        \n"
             "  Encryption algo:             aes\n"
             "  Hash algo:                   sha256\n"
             "  Auth method:                 psk\n"
             "  Lifetime:                    86400     \n");
    pair_has(b, "r1", IKE_FLOWMIB "tunnel",
             "  Policy priority:             10        \n"
             "  Keepalive enabled:           No\n");
    pair_has(b, "r1", IKE_FLOWMIB "tunnel",
             "  In packets:                  4         \n"
             "  In drops:                    0         \n");
    pair_has(b, "r1", IKE_FLOWMIB "tunnel",
             "  Out packets:                 5         \n"
             "  Out drops:                   0         \n"
             "  Out notifys:                 0         \n"
             "  Out P2 exchgs:               1         \n"
             "  Out P2 exchg invalids:       0         \n"
             "  Out P2 exchg rejects:        0         \n"
             "  Out P2 Sa delete requests:   0         \n");
    pair_has(b, "r2", IKE_FLOWMIB "tunnel", "  In P2 exchanges:             1         \n");
    struct ike_traffic r1[IKE_WAYS], r2[IKE_WAYS];
    ike_traffic_all(dataplane_ike(router_dataplane(box_router(b, "r1"))), r1);
    ike_traffic_all(dataplane_ike(router_dataplane(box_router(b, "r2"))), r2);
    assert_true(r1[IKE_OUT].octets > 5 * 28); /* a header each */
    assert_int_equal(r1[IKE_OUT].octets, r2[IKE_IN].octets);
    assert_int_equal(r1[IKE_IN].octets, r2[IKE_OUT].octets);

    pair_says(b, "r1", "clear crypto sa", "");
    box_run(b, US_PER_S);
    pair_has(b, "r1", IKE_FLOWMIB "tunnel", "  Out P2 Sa delete requests:   1         \n");
    pair_has(b, "r2", IKE_FLOWMIB "tunnel", "  In P2 SA delete reqs:        1         \n");

    /* what r2 does not want is a refusal here and there */
    box_type_all(b, "r2",
                 "configure terminal\ncrypto ipsec transform-set OTHER esp-aes esp-sha-hmac\nexit\n"
                 "crypto map VPN 10\nset transform-set OTHER\nend");
    pair_has(b, "r1", PAIR_PING " repeat 1", "(0/1)");
    pair_has(b, "r1", IKE_FLOWMIB "tunnel", "  Out P2 exchg rejects:        1         \n");
    pair_has(b, "r2", IKE_FLOWMIB "tunnel", "  In P2 exchg rejected:        1         \n");
    pair_has(b, "r2", IKE_FLOWMIB "tunnel", "  Out notifys:                 1         \n");

    /* an SA that is gone stays counted */
    pair_says(b, "r1", "clear crypto isakmp", "");
    box_run(b, 120 * US_PER_S);
    pair_says(b, "r1", IKE_FLOWMIB "tunnel", " vrf Global\n");
    pair_has(b, "r1", IKE_FLOWMIB "global",
             " vrf Global\n"
             "  Active Tunnels:                   0");
    pair_has(b, "r1", IKE_FLOWMIB "global", "  Previous Tunnels:                 1");
    pair_has(b, "r1", IKE_FLOWMIB "global", "  Out P2 exchg:                     2");
    pair_has(b, "r1", IKE_FLOWMIB "global", "  Out P2 exchg rejects:             1");
    pair_has(b, "r1", IKE_FLOWMIB "global", "  SAs locally initiated:            1");
    pair_has(b, "r2", IKE_FLOWMIB "global", "  SAs locally initiated:            0");
    box_free(b);
}

/* IKEv2: two messages each way, and the first child is no exchange of its own; a rekey of it is one. */
static void ikev2(void **state)
{
    (void)state;
    struct box *b = crypto_pair_ikev2();

    pair_up(b);
    pair_has(b, "r1", IKE_FLOWMIB "tunnel",
             " vrf Global\n"
             "  Index:                       1         \n"
             "  Local type:                  ID_IPV4_ADDR\n"
             "  Local address:               10.0.0.1\n"
             "  Remote type:                 ID_IPV4_ADDR\n"
             "  Remote address:              10.0.0.2\n"
             "  Negotiation mode:            IKEv2\n"
             "  Diffie Hellman Grp:          19        \n"
             "  Encryption algo:             aes\n"
             "  Hash algo:                   sha256\n");
    pair_has(b, "r1", IKE_FLOWMIB "tunnel", "  Keepalive enabled:           Yes\n");
    pair_has(b, "r1", IKE_FLOWMIB "tunnel", "  In packets:                  2         \n");
    pair_has(b, "r1", IKE_FLOWMIB "tunnel", "  Out packets:                 2         \n");
    pair_has(b, "r1", IKE_FLOWMIB "tunnel", "  Out P2 exchgs:               0         \n");
    pair_has(b, "r1", IKE_FLOWMIB "global", "  Active Tunnels:                   1");
    pair_says(b, "r1", "clear crypto sa", "");
    box_run(b, US_PER_S);
    pair_has(b, "r1", IKE_FLOWMIB "tunnel", "  Out P2 Sa delete requests:   1         \n");
    pair_has(b, "r2", IKE_FLOWMIB "tunnel", "  In P2 SA delete reqs:        1         \n");
    pair_has(b, "r1", PAIR_PING, "(4/5)");
    pair_has(b, "r1", IKE_FLOWMIB "tunnel", "  Out P2 exchgs:               1         \n");
    pair_has(b, "r2", IKE_FLOWMIB "tunnel", "  In P2 exchanges:             1         \n");
    pair_says(b, "r1", "clear crypto ikev2 sa", "");
    box_run(b, US_PER_S);
    pair_has(b, "r1", IKE_FLOWMIB "global", "  Active Tunnels:                   0");
    pair_has(b, "r1", IKE_FLOWMIB "global", "  Previous Tunnels:                 1");
    pair_has(b, "r1", IKE_FLOWMIB "global", "  Out P2 exchg:                     1");
    box_free(b);
}

static void spis(void **state)
{
    char want[512];
    (void)state;
    struct box *b = crypto_pair("", NULL);

    pair_up(b);
    struct ipsec_pair_info p = pair_newest(b, "r1");
    snprintf(want, sizeof want,
             " vrf Global\n"
             "  Tunnel Index:                1         \n"
             "  SPI Index:                   1         \n"
             "  SPI Value:                   0x%X\n"
             "  SPI Direction:               In\n"
             "  SPI Protocol:                ESP\n"
             "  SPI Status:                  Active\n"
             "\n"
             "  SPI Index:                   2         \n"
             "  SPI Value:                   0x%X\n"
             "  SPI Direction:               Out\n"
             "  SPI Protocol:                ESP\n"
             "  SPI Status:                  Active\n"
             "\n",
             p.spi_in, p.spi_out);
    pair_says(b, "r1", FLOWMIB "spi", want);
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(life),
        cmocka_unit_test(histories),
        cmocka_unit_test(spis),
        cmocka_unit_test(ike),
        cmocka_unit_test(ikev2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
