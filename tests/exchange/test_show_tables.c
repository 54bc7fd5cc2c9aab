/* test_show_tables.c: the tables beside the SAs: SPIs, transform sets, what the quantum flow processor holds and
 * dropped. Layouts by hand after real devices; figures follow from the story. */
#include "tests/exchange/crypto_pair.h"

#include "dataplane/ipsec/evtrace.h"
#include "dataplane/ipsec/sad.h"

#define RULE "-------------------------------------------------------------------------\n"
#define WIDE                                                                                                           \
    "---------------------------------------------------------------------------------------------------------------"  \
    "----------\n"
#define DROPS "show platform hardware qfp active statistics drop"

static void spi_lookup(void **state)
{
    char want[512];
    (void)state;
    struct box *b = crypto_pair("", NULL);
    uint64_t born = evtrace_born(ipsec_evtrace(pair_ipsec(b, "r1")));
    pair_up(b);
    struct ipsec_pair_info p = pair_newest(b, "r1");

    snprintf(want, sizeof want,
             "Active SPI table\n     SPI Prot Local Address            Type\n  Handle VRF  Remote Address           "
             "IDB\n%8X esp 10.0.0.1 IKE 40000001 0 10.0.0.2 1\n",
             p.spi_in);
    pair_says(b, "r1", "show crypto ipsec spi-lookup", want);

    /* reserved for a negotiation: not yet an SA */
    uint64_t since = loop_now(box_loop(b)) - born;
    uint32_t spi = sad_reserve_spi(pair_ipsec(b, "r1"), 0x0A000001, PROTO_ESP);
    size_t len = strlen(want);
    snprintf(want + len, sizeof want - len,
             "\nTransient SPI table\n     SPI   HANDLE R Time created\n%8X 40000002 0 %u\n", spi,
             (unsigned)(since / US_PER_S));
    pair_says(b, "r1", "show crypto ipsec spi-lookup detail", want);
    sad_release_spi(pair_ipsec(b, "r1"), 0x0A000001, PROTO_ESP, spi);
    pair_has(b, "r1", "show crypto ipsec spi-lookup detail", "R Time created\n");
    assert_null(strstr(box_type(b, "r1", "show crypto ipsec spi-lookup detail"), "40000002"));
    box_free(b);
}

static void sets(void **state)
{
    (void)state;
    struct box *b = crypto_pair("", NULL);
#define DFLT "Transform set default: { esp-aes esp-sha-hmac  } \n   will negotiate = { Transport,  }, \n\n"
#define TS   "Transform set TS: { esp-256-aes esp-sha256-hmac  } \n   will negotiate = { Tunnel,  }, \n\n"
    pair_says(b, "r1", "show crypto ipsec default transform-set", DFLT);
    pair_says(b, "r1", "show crypto ipsec transform-set", DFLT TS);
    pair_says(b, "r1", "show crypto ipsec transform-set tag TS", TS);
    pair_says(b, "r1", "show crypto ipsec transform-set tag NONE", "");
    box_free(b);
}

static void datapath(void **state)
{
    char want[2048];
    (void)state;
    struct box *b = crypto_pair("", NULL);
    pair_up(b);
    struct ipsec_pair_info p = pair_newest(b, "r1");

    snprintf(want, sizeof want,
             "QFP ipsec sa Information\n"
             "\n"
             "         QFP sa  id: 1\n"
             "          pal sa id: 1\n"
             "         QFP spd id: 1\n"
             "          QFP sp id: 1\n"
             "            QFP spi: 0x%x(%u)\n"
             "         crypto ctx: 0x0000000000000001\n"
             "              flags: 0x11 (Details below)\n"
             "                   : src:IKE  valid:Yes  soft-life-expired:No  hard-life-expired:No\n"
             "                   : replay-check:Yes  proto:ESP  mode:Receive-only  direction:Ingress\n"
             "                   : qos_preclassify:No  qos_group:No\n"
             "                   : frag_type:BEFORE_ENCRYPT  df_bit_type:COPY\n"
             "                   : sar_enable:No  getvpn_mode:SNDRCV_SA\n"
             "                   : doing_translation:No  assigned_outside_rport:No\n"
             "                   : inline_tagging_enabled:No\n"
             "          qos_group: 0x0\n"
             "                mtu: 0x0=0\n"
             "            mtu_adj: 0x0=0\n"
             " ext_ar window_size: 0\n"
             "  ext_ar window top: 0\n",
             p.spi_in, p.spi_in);
    pair_has(b, "r1", "show platform hardware qfp active feature ipsec sa 1", want);
    pair_has(b, "r1", "show platform hardware qfp active feature ipsec sa 2",
             "mode:Active  direction:Egress\n                   : qos_preclassify:No  qos_group:No\n");
    pair_has(b, "r1", "show platform hardware qfp active feature ipsec sa 2", "                mtu: 0x59e=1438\n");
    pair_has(b, "r1", "show platform hardware qfp active feature ipsec sa 2",
             "     local endpoint: 10.0.0.1\n    remote endpoint: 10.0.0.2\n");
    pair_says(b, "r1", "show platform hardware qfp active feature ipsec sa 3", "% SA not found\n");
    pair_has(b, "r1", "show platform hardware qfp active feature ipsec state",
             "QFP IPSEC state:\n"
             "\n"
             " Configured throughput sucessfully:unlimited \n"
             "Message counter:\n"
             "  Type                  Request          Reply (OK)       Reply (Error)    \n"
             "  -----------------------------------------------------------------------\n"
             "  Initialize            1                1                0              \n"
             "  SA_add                2                2                0              \n"
             "  SA_remove             0                0                0              \n");

    /* by its SPI: both halves go */
    snprintf(want, sizeof want, "clear crypto sa spi 0x%X", p.spi_out);
    pair_says(b, "r1", want, "");
    pair_has(b, "r1", "show platform hardware qfp active feature ipsec state",
             "  SA_remove             2                2                0              \n");
    pair_says(b, "r1", "clear crypto sa spi 255", "% Invalid SPI\n");
    box_free(b);
}

static void drops(void **state)
{
    (void)state;
    struct box *b = crypto_pair("", NULL);

    pair_has(b, "r1", DROPS " clear", "Last clearing of QFP drops statistics : ");
    pair_has(b, "r1", DROPS, "drops statistics : ");
    pair_has(b, "r1", DROPS,
             RULE "Global Drop Stats                         Packets                  Octets  \n" RULE
                  "The Global drop stats were all zero\n");
    box_type(b, "r2", "configure terminal");
    box_type(b, "r2", "ip route 10.99.0.0 255.255.0.0 10.0.0.1");
    box_type(b, "r2", "end");
    box_type(b, "r2", "ping 10.99.0.1 repeat 3 timeout 0");
    box_run(b, US_PER_S);
#define HEAD                                                                                                           \
    WIDE "Global Drop Stats                           1-Min                   5-Min                  30-Min          " \
         "           All\n" WIDE
    pair_has(b, "r1", DROPS " history",
             HEAD "Ipv4NoRoute                                     3                       3                       3 "
                  "                      3\n");
    box_run(b, 120 * US_PER_S);
    pair_has(b, "r1", "show drops history qfp",
             "------------------ show platform hardware qfp active statistics drop history ------------------\n\n"
             "Last clearing of QFP drops statistics : ");
    pair_has(b, "r1", "show drops history qfp", " (2m 1s ago)\n\n" WIDE);
    pair_has(b, "r1", "show drops history qfp",
             HEAD "Ipv4NoRoute                                     0                       3                       3 "
                  "                      3\n");
    box_run(b, 200 * US_PER_S);
    pair_has(b, "r1", DROPS " history",
             HEAD "Ipv4NoRoute                                     0                       0                       3 "
                  "                      3\n");
    box_run(b, 1500 * US_PER_S);
    pair_has(b, "r1", DROPS " history",
             HEAD "Ipv4NoRoute                                     0                       0                       0 "
                  "                      3\n");
    pair_has(b, "r1", DROPS " history clear", "Ipv4NoRoute");
    pair_has(b, "r1", DROPS " history", HEAD "The Global drop stats were all zero\n");
    box_free(b);
}

static void maps(void **state)
{
    (void)state;
    struct box *b = crypto_pair("", NULL);

    pair_says(b, "r1", "show crypto dynamic-map", "No crypto map templates found.\n");
    box_type_all(b, "r1",
                 "configure terminal\ncrypto dynamic-map DYN 10\nset transform-set TS\nset pfs group14\nexit\n"
                 "crypto map VPN 20 ipsec-isakmp dynamic DYN\nend");
    pair_says(b, "r1", "show crypto dynamic-map",
              "Crypto Map Template\"DYN\" 10\n"
              "\tAccess-List SS dynamic: False\n"
              "\tNo matching address list set.\n"
              "\tSecurity association lifetime: 4608000 kilobytes/3600 seconds\n"
              "\tDualstack (Y/N): N\n"
              "\n"
              "\tResponder-Only (Y/N): N\n"
              "\tPFS (Y/N): Y\n"
              "\tDH group:  group14\n"
              "\tMixed-mode : Disabled\n"
              "\tTransform sets={ \n"
              "\t\tTS:  { esp-256-aes esp-sha256-hmac  } , \n"
              "\t}\n"
              "\n");
    pair_says(b, "r1", "show crypto dynamic-map tag NONE", "No crypto map templates found.\n");
    pair_has(b, "r1", "show crypto map",
             "Crypto Map IPv4 \"VPN\" 20 ipsec-isakmp\n"
             "\tDynamic map template tag: DYN\n"
             "\tInterfaces using crypto map VPN:\n"
             "\t\tEthernet0/0\n"
             "\n");
    pair_has(b, "r1", "show crypto map interface Ethernet0/0", "Crypto Map IPv4 \"VPN\" 10 ipsec-isakmp\n");
    pair_says(b, "r1", "show crypto map interface Loopback0", "No crypto maps found.\n");

    /* an idle time is said where there is one: the map's own, else that of all */
    pair_says(b, "r1", "show crypto ipsec security-association idle-time", "");
    box_type_all(b, "r1",
                 "configure terminal\ncrypto ipsec security-association idle-time 600\ncrypto map VPN 10\n"
                 "set security-association idle-time 300\nend");
    pair_says(b, "r1", "show crypto ipsec security-association idle-time",
              "Security association idletime: 600 seconds\n");
    pair_has(b, "r1", "show crypto map",
             "\tSecurity association lifetime: 4608000 kilobytes/3600 seconds\n"
             "\tSecurity association idletime: 300 seconds\n"
             "\tDualstack (Y/N): N\n");
    pair_has(b, "r1", "show crypto dynamic-map", "\tSecurity association idletime: 600 seconds\n");
    box_free(b);
}

static void keys_and_profiles(void **state)
{
    (void)state;
    struct box *b = crypto_pair("", NULL);

    pair_says(b, "r1", "show crypto isakmp profile", "");
    box_type_all(b, "r1",
                 "configure terminal\ncrypto keyring KR\npre-shared-key address 10.9.0.0 255.255.0.0 key abc\n"
                 "pre-shared-key hostname far.example key def\nexit");
    box_type(b, "r1", "crypto isakmp profile P1"); /* says that it is incomplete still */
    box_type_all(b, "r1",
                 "keyring KR\nmatch identity address 10.9.1.1 255.255.255.255\n"
                 "match identity host far.example\nend");
    pair_says(b, "r1", "show crypto isakmp key",
              "Keyring      Hostname/Address                            Preshared Key\n"
              "\n"
              "default      10.0.0.2                                    cisco123\n"
              "KR           10.9.0.0       [255.255.0.0]                abc\n"
              "KR           far.example                                 def\n");
    pair_says(b, "r1", "show crypto isakmp profile tag P1",
              "IKEv1 PROFILE P1\n"
              " Ref Count = 1\n"
              "   Identities matched are:\n"
              "    ip-address 10.9.1.1 255.255.255.255 \n"
              "    host far.example \n"
              "   Certificate maps matched are:\n"
              "   keyring(s): KR\n"
              "   trustpoint(s): <all>\n");
    pair_says(b, "r1", "show crypto isakmp profile tag P2", "");
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spi_lookup), cmocka_unit_test(sets), cmocka_unit_test(datapath),
        cmocka_unit_test(drops),      cmocka_unit_test(maps), cmocka_unit_test(keys_and_profiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
