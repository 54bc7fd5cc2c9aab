/* What the debugs of IKEv2 tell, in the words of captures of real routers: which policy was found, what is offered, what
 * the key engine is told; `packet` opens each message, so that a notification's SPI size can be read (that of CSCvd40554: test_ikev2_down.c). And the crypto
 * engine's numbers: one sequence for the keys of IKEv1 and IKEv2. */
#include "tests/exchange/crypto_pair.h"

static struct box *plain_pair(void)
{
    struct box *b = crypto_pair("no service timestamps debug\n" PAIR_IKEV2, NULL);

    for (int i = 1; i <= 2; i++)
        box_type_all(b, i == 1 ? "r1" : "r2", "configure terminal\ncrypto map VPN 10\nset ikev2-profile PROF\nend");
    return b;
}

static void test_default_and_ipsec(void **state)
{
    (void)state;
    struct box *b = plain_pair();
    for (int i = 1; i <= 2; i++)
        box_type_all(b, i == 1 ? "r1" : "r2", "debug crypto ikev2\ndebug crypto ipsec");
    pair_up(b);
    pair_has(b, "r1", "show logging",
             "IKEv2:Searching Policy with fvrf 0, local address 10.0.0.1\nIKEv2:Found Policy 'POL'\n");
    pair_has(b, "r2", "show logging",
             "IKEv2:Searching Policy with fvrf 0, local address 10.0.0.2\nIKEv2:Found Policy 'POL'\n");
    pair_has(b, "r1", "show logging",
             "IKE Proposal: 1, SPI size: 0 (initial negotiation), \nNum. transforms: 4\n"
             "   AES-CBC   SHA256   SHA256   DH_GROUP_256_ECP/Group 19\n");
    pair_has(b, "r1", "show logging",
             " NOTIFY(NAT_DETECTION_DESTINATION_IP) \nIKEv2:(SESSION ID = 1,SA ID = 1):Insert SA\n");
    pair_has(b, "r1", "show logging",
             "IKEv2:(SESSION ID = 1,SA ID = 1):ESP Proposal: 1, SPI size: 4 (IPSec negotiation), \nNum. transforms: 3\n"
             "   AES-CBC   SHA256   Don't use ESN\n");
    for (int i = 1; i <= 2; i++) {
        const char *node = i == 1 ? "r1" : "r2";
        pair_has(b, node, "show logging",
                 "IPSEC(key_engine): got a queue event with 1 KMI message(s)\nCrypto mapdb : proxy_match\n");
        pair_has(b, node, "show logging",
                 "IPSEC(key_engine): got a queue event with 1 KMI message(s)\n"
                 "IPSEC(key_engine_enable_outbound): rec'd enable notify from ISAKMP\n");
    }
    box_type(b, "r1", "clear crypto sa");
    box_run(b, US_PER_S);
    pair_has(b, "r2", "show logging",
             "IPSEC(key_engine): got a queue event with 1 KMI message(s)\n"
             "IPSEC(key_engine_delete_sas): rec'd delete notify from ISAKMP\n");
    box_free(b);
}

static void test_packet(void **state)
{
    (void)state;
    struct box *b = plain_pair();
    box_type(b, "r2", "debug crypto ikev2 packet");
    pair_up(b);
    pair_has(b, "r2", "show logging",
             "IKEv2-PAK:Next payload: SA, version: 2.0 Exchange type: IKE_SA_INIT, flags: INITIATOR Message id: 0, length: ");
    pair_has(b, "r2", "show logging",
             "IKEv2-PAK:(SESSION ID = 1,SA ID = 1): IDi  Next payload: AUTH, reserved: 0x0, length: 12\n"
             "IKEv2-PAK:(SESSION ID = 1,SA ID = 1): AUTH  Next payload: SA, reserved: 0x0, length: 40\n");
    pair_has(b, "r2", "show logging",
             "IKEv2-PAK: NOTIFY(NAT_DETECTION_SOURCE_IP)  Next payload: NOTIFY, reserved: 0x0, length: 28\n"
             "    Security protocol id: Unknown - 0, spi size: 0, type: NAT_DETECTION_SOURCE_IP\n");
    box_free(b);
}

static void test_engine_numbers(void **state)
{
    (void)state;
    struct box *b = plain_pair();
    for (int i = 1; i <= 2; i++) {
        char text[512];
        int o = 3 - i;
        snprintf(text, sizeof text,
                 "configure terminal\ninterface Loopback1\nip address 172.16.%d.1 255.255.255.0\nexit\n"
                 "access-list 102 permit ip 172.16.%d.0 0.0.0.255 172.16.%d.0 0.0.0.255\n"
                 "crypto map VPN 20 ipsec-isakmp\nset peer 10.0.0.%d\nset transform-set TS\nmatch address 102\nexit\n"
                 "ip route 172.16.%d.0 255.255.255.0 10.0.0.%d\nend",
                 i, i, o, o, o, o);
        for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
            box_type(b, i == 1 ? "r1" : "r2", line); /* a new entry of a map is answered with a note */
    }
    pair_up(b);
    pair_has(b, "r1", "ping 172.16.2.1 source 172.16.1.1", "(4/5)");
    pair_has(b, "r1", "show crypto engine connections active",
             " 1001  IKEv2   SHA256+AES256             0        0        0 10.0.0.1\n"
             " 1002  IKE     SHA256+AES256             0        0        0 10.0.0.1\n"
             " 2001  IPsec ");
    pair_has(b, "r1", "show crypto isakmp sa", "QM_IDLE           1002 ACTIVE\n");
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_and_ipsec),
        cmocka_unit_test(test_packet),
        cmocka_unit_test(test_engine_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
