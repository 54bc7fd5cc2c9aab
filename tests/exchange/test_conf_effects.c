/* test_conf_effects.c: what lines of configuration do that no other story shows: built-in policies, NAT traversal switched off
 * and forced, keys of IKEv2 chosen by identities of every kind, dead peer detection of one ISAKMP profile, SAs that look for no
 * replay. */
#include "tests/exchange/crypto_pair.h"

#include "tests/sim/wire.h"

static void both(struct box *b, const char *lines)
{
    char text[1024];
    snprintf(text, sizeof text, "configure terminal\n%s\nend", lines);
    box_type_all(b, "r1", text);
    box_type_all(b, "r2", text);
}

static void lacks(struct box *b, const char *node, const char *line, const char *what)
{
    const char *said = box_type(b, node, line);
    if (strstr(said, what))
        fail_msg("%s# %s\n%s\n-- has: %s", node, line, said, what);
}

/* Without a policy of its own a router offers the eight built-in ones, unless they are taken away. */
static void built_in_policies(void **state)
{
    (void)state;
    struct box *b = crypto_pair("", NULL);
    both(b, "no crypto isakmp policy 10\nno crypto isakmp default policy");
    box_type(b, "r1", PAIR_PING);
    lacks(b, "r1", "show crypto isakmp sa", "QM_IDLE");
    lacks(b, "r1", "show crypto isakmp policy", "priority");
    pair_has(b, "r1", "show running-config", "\nno crypto isakmp default policy\n");
    both(b, "crypto isakmp default policy");
    box_run(b, 60 * US_PER_S);
    pair_up(b);
    pair_has(b, "r1", "show crypto isakmp sa detail", " aes  sha    psk  5 ");
    box_free(b);
}

static void no_nat_traversal(void **state)
{
    (void)state;
    struct box *b = crypto_pair("no crypto ipsec nat-transparency udp-encapsulation\n", NULL);
    box_type(b, "r2", "debug crypto isakmp");
    box_type(b, "r1", "debug crypto isakmp");
    pair_up(b);
    lacks(b, "r1", "show logging", "constructed NAT-T");
    lacks(b, "r2", "show logging", "vendor ID is NAT-T");
    lacks(b, "r2", "show logging", "received payload type 20");
    both(b, "crypto ipsec nat-transparency udp-encapsulation");
    box_type(b, "r1", "clear crypto session");
    box_run(b, 5 * US_PER_S);
    pair_up(b);
    pair_has(b, "r1", "show logging", "constructed NAT-T vendor-rfc3947 ID");
    pair_has(b, "r2", "show logging", "received payload type 20");
    box_free(b);
}

static void forced_encapsulation(void **state)
{
    (void)state;
    struct box *b = crypto_pair_ikev2();
    box_type_all(b, "r1", "configure terminal\ncrypto ikev2 profile PROF\nnat force-encap\nend");
    pair_up(b);
    for (int i = 1; i <= 2; i++) {
        const char *node = i == 1 ? "r1" : "r2";
        pair_has(b, node, "show crypto ipsec sa", "in use settings ={Tunnel UDP-Encaps, }");
        pair_has(b, node, "show crypto ipsec sa", " port 4500\n");
        pair_has(b, node, "show crypto ikev2 sa", "/4500 ");
    }
    box_free(b);
}

/* The responder knows the initiator by its identity alone; the key of another identity is not taken. */
static void keys_by_identity(void **state)
{
    static const struct {
        const char *local, *remote, *match;
    } cases[] = {
        {"email joe@example.com", "email joe@example.com", "email joe@example.com"},
        {"email joe@example.com", "email domain example.com", "email domain example.com"},
        {"fqdn r1.example.com", "fqdn domain example.com", "fqdn r1.example.com"},
        {"key-id branch-7", "key-id branch-7", "key-id branch-7"},
        {"address 192.168.1.1", "address 192.168.1.1", "address 192.168.1.1"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int good = 0; good < 2; good++) {
            struct box *b = crypto_pair_ikev2();
            char text[512];
            snprintf(text, sizeof text, "configure terminal\ncrypto ikev2 profile PROF\nidentity local %s\nend", cases[i].local);
            box_type_all(b, "r1", text);
            snprintf(text, sizeof text,
                     "configure terminal\nno crypto ikev2 keyring KR\ncrypto ikev2 keyring KR\n"
                     "peer OTHER\nidentity key-id somebody\npre-shared-key not-it\nexit\n"
                     "peer THIS\nidentity %s\npre-shared-key %s\n"
                     "crypto ikev2 profile PROF\nmatch identity remote %s\nend",
                     cases[i].remote, good ? "cisco123" : "another", cases[i].match);
            box_type_all(b, "r2", text);
            const char *said = box_type(b, "r1", PAIR_PING);
            if ((strstr(said, "(4/5)") != NULL) != good)
                fail_msg("%s, key of %s, %s: %s", cases[i].local, cases[i].remote, good ? "right" : "wrong", said);
            pair_has(b, "r2", "show crypto ikev2 stats exchange", good ? "INITIAL_CONTACT" : "AUTHENTICATION_FAILED");
            box_free(b);
        }
}

/* keepalive of a profile: 20 s and five probes 3 s apart, though there is none for all. */
static void keepalive_of_a_profile(void **state)
{
    (void)state;
    struct wire *wire;
    struct box *b = crypto_pair("", &wire);
    for (int i = 1; i <= 2; i++) {
        const char *node = i == 1 ? "r1" : "r2";
        box_type(b, node, "configure terminal");
        box_type(b, node, "crypto isakmp profile IP"); /* "incomplete", so far */
        box_type_all(b, node, "match identity address 10.0.0.0 255.255.255.0\nkeepalive 20 retry 3\nend");
    }
    pair_up(b);
    pair_has(b, "r1", "show crypto isakmp sa detail", " D  \n");
    pair_has(b, "r1", "show crypto session detail", "Capabilities:D ");
    wire_set(wire, &(struct wire_params){.loss = 1000000});
    box_start(b, "r1", "ping 192.168.2.1 source 192.168.1.1 repeat 100");
    box_run(b, 30 * US_PER_S);
    pair_has(b, "r2", "show crypto isakmp sa", "QM_IDLE");
    box_run(b, 12 * US_PER_S);
    assert_int_equal(ipsec_totals(pair_ipsec(b, "r1")).pairs, 0);
    box_free(b);
}

static enum wire_verdict each_twice(void *arg, int from, uint8_t *f, size_t len)
{
    (void)arg;
    (void)from;
    return len > 34 && f[12] == 8 && f[13] == 0 && f[23] == 50 ? WIRE_TWICE : WIRE_PASS;
}

static void replays(void **state)
{
    static const struct {
        const char *global, *map;
        bool looked_for;
    } cases[] = {
        {"", "", true},
        {"crypto ipsec security-association replay disable\n", "", false},
        {"", "set security-association replay disable\n", false},
        {"crypto ipsec security-association replay disable\n", "set security-association replay window-size 128\n", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int v2 = 0; v2 < 2; v2++) {
            struct wire *wire;
            struct box *b = crypto_pair(v2 ? PAIR_IKEV2 : "", &wire);
            char text[256];
            snprintf(text, sizeof text, "%scrypto map VPN 10\n%s%s", cases[i].global, cases[i].map,
                     v2 ? "set ikev2-profile PROF" : "description v1");
            both(b, text);
            wire_tap(wire, each_twice, NULL);
            pair_up(b);
            pair_has(b, "r2", "show crypto ipsec sa detail",
                     cases[i].looked_for ? "##pkts replay failed (rcv): 4" : "##pkts replay failed (rcv): 0");
            pair_has(b, "r2", "show crypto ipsec sa",
                     cases[i].looked_for ? "        replay detection support: Y" : "        replay detection support: N\n");
            pair_has(b, "r2", "show crypto ipsec sa", cases[i].looked_for ? "#pkts decaps: 4," : "#pkts decaps: 8,");
            box_free(b);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(built_in_policies),    cmocka_unit_test(no_nat_traversal),
        cmocka_unit_test(forced_encapsulation), cmocka_unit_test(keys_by_identity),
        cmocka_unit_test(keepalive_of_a_profile), cmocka_unit_test(replays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
