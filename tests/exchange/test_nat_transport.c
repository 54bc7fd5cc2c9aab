/* Transport mode with a translator in between: each end knows the other by an address that the other does not know of itself. IKEv2 replaces addresses in selectors for that
 * (RFC 7296 section 2.23.1), for IKEv1 the answerer does the same with identities; in tunnel mode nothing is replaced. */
#include "tests/exchange/nat_lab.h"

#define V2 "crypto ikev2 keyring KR\npeer P\naddress 0.0.0.0 0.0.0.0\npre-shared-key espial-training\nexit\nexit\n" \
           "crypto ikev2 profile PROF\nmatch identity remote any\nauthentication local pre-share\nauthentication remote pre-share\nkeyring local KR\nexit\n"

/* GRE between 11.1.1.3, behind the translator, and the hub, which knows it as 213.163.222.1. */
static void begin(struct lab *l, struct nat *n, uint64_t seed, const char *mode, bool v2)
{
    char text[2048];

    lab_new(l, seed);
    *n = (struct nat){.lab = l, .next = 20001};
    wire_tap(l->hub_wire, translate, n);
    lab_conf(l, "hub", "crypto isakmp key espial-training address 213.163.222.1");
    for (int i = 0; i < 2; i++) {
        snprintf(text, sizeof text,
                 "interface Ethernet0/0\nno crypto map\nexit\n%scrypto ipsec transform-set TT esp-aes 256 esp-sha256-hmac\nmode %s\nexit\n"
                 "crypto ipsec profile IP\nset transform-set TT\n%sexit\ninterface Tunnel0\nip address 10.9.0.%d 255.255.255.0\n"
                 "tunnel source Ethernet0/0\ntunnel destination %s\ntunnel protection ipsec profile IP\nexit",
                 v2 ? V2 : "", mode, v2 ? "set ikev2-profile PROF\n" : "", i + 1, i ? "213.163.222.7" : "213.163.222.1");
        lab_conf(l, i ? "spoke" : "hub", text);
    }
    lab_run(l, 60);
}

static bool says(struct lab *l, const char *node, const char *line, const char *text)
{
    const char *said = box_type(l->box, node, line);
    if (!strstr(said, text))
        print_message("%s: no \"%s\" in %s\n", node, text, said);
    return strstr(said, text) != NULL;
}

static void gre(uint64_t seed, bool v2)
{
    struct lab l;
    struct nat n;

    begin(&l, &n, seed, "transport require", v2);
    assert_true(says(&l, "spoke", "ping 10.9.0.1", "!!!!"));
    assert_true(says(&l, "hub", "ping 10.9.0.2", "!!!!!"));
    assert_true(says(&l, "hub", "show crypto ipsec sa", "Transport UDP-Encaps"));
    assert_true(says(&l, "hub", "show crypto ipsec sa", "remote ident (addr/mask/prot/port): (213.163.222.1/255.255.255.255/47/0)"));
    assert_true(says(&l, "spoke", "show crypto ipsec sa", "local  ident (addr/mask/prot/port): (11.1.1.3/255.255.255.255/47/0)"));
    assert_int_equal(n.raw_esp, 0);
    /* New ones, begun by either end: where the hub begins, its own selectors are the strangers. */
    for (int i = 0; i < 2; i++) {
        struct ipsec_pair_info was, is;
        assert_true(lab_current(&l, "spoke", &was));
        box_type(l.box, i ? "hub" : "spoke", "clear crypto sa");
        assert_true(says(&l, i ? "hub" : "spoke", i ? "ping 10.9.0.2" : "ping 10.9.0.1", "!!!"));
        assert_true(lab_current(&l, "spoke", &is));
        assert_int_not_equal(was.spi_in, is.spi_in);
    }
    assert_true(says(&l, "spoke", "ping 10.9.0.1", "!!!!!"));
    lab_free(&l);
}

static void gre_v2(void **state)
{
    (void)state;
    gre(320, true);
}

static void gre_v1(void **state)
{
    (void)state;
    gre(321, false);
}

/* In tunnel mode the addresses are those of the packet inside, and differ: nothing comes about. */
static void tunnel_mode(void **state)
{
    (void)state;
    for (int v2 = 0; v2 < 2; v2++) {
        struct lab l;
        struct nat n;
        begin(&l, &n, 322 + (uint64_t)v2, "tunnel", v2);
        assert_int_equal(lab_pairs(&l, "hub") + lab_pairs(&l, "spoke"), 0);
        lab_free(&l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gre_v2),
        cmocka_unit_test(gre_v1),
        cmocka_unit_test(tunnel_mode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
