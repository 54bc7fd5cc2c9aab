/* test_identity.c: crypto identity: only peers that call themselves by one of its names have SAs by the maps and profiles that
 * name it: as initiator and as responder, in both versions of IKE; and its configuration. */
#include "tests/exchange/crypto_pair.h"

#define BACK "ping 192.168.1.1 source 192.168.2.1"

/* r1 calls itself r1.example.com. */
static struct box *pair_of(bool v2)
{
    struct box *b = crypto_pair(v2 ? PAIR_IKEV2 : "", NULL);

    box_type_all(b, "r1", "configure terminal\nip domain name example.com\ncrypto isakmp identity hostname\nend");
    for (int i = 1; v2 && i <= 2; i++)
        box_type_all(b, i == 1 ? "r1" : "r2",
                     "configure terminal\ncrypto map VPN 10\nset ikev2-profile PROF\n"
                     "crypto ikev2 profile PROF\nmatch identity remote any\nend");
    if (v2)
        box_type_all(b, "r1", "configure terminal\ncrypto ikev2 profile PROF\nidentity local fqdn r1.example.com\nend");
    return b;
}

static void names(struct box *b, const char *lines)
{
    char text[512];
    snprintf(text, sizeof text, "configure terminal\nno crypto identity FRIENDS\n%s\ncrypto map VPN 10\nset identity FRIENDS\nend",
             lines);
    box_type_all(b, "r2", text);
    box_type(b, "r1", "clear crypto session");
    box_type(b, "r2", "clear crypto session");
    box_run(b, 2 * US_PER_S);
}

static void has_sas(struct box *b, const char *ping, bool from_r1, bool want)
{
    box_type(b, from_r1 ? "r1" : "r2", ping);
    box_run(b, 2 * US_PER_S);
    pair_has(b, from_r1 ? "r1" : "r2", ping, want ? "(5/5)" : "(0/5)");
    pair_has(b, "r2", "show crypto ipsec sa count", want ? "total: 2" : "total: 0");
}

static void who_may(void **state)
{
    bool v2 = *state != NULL;
    struct box *b = pair_of(v2);
    const char *up = v2 ? "READY" : "QM_IDLE", *sa = v2 ? "show crypto ikev2 sa" : "show crypto isakmp sa";

    names(b, "crypto identity FRIENDS\nfqdn somebody.example.com\nfqdn R1.example.COM");
    has_sas(b, PAIR_PING, true, true);
    names(b, "crypto identity FRIENDS\nfqdn somebody.example.com");
    has_sas(b, PAIR_PING, true, false);
    pair_has(b, "r2", sa, up); /* who it is was in order */
    has_sas(b, BACK, false, false);
    names(b, ""); /* an identity that is not there is nobody's */
    has_sas(b, BACK, false, false);
    names(b, "crypto identity FRIENDS\nfqdn r1.example.com");
    has_sas(b, BACK, false, true);
    /* r2 goes by its address, which is no name */
    box_type_all(b, "r1", "configure terminal\ncrypto identity R2\nfqdn r2\nfqdn 10.0.0.2\ncrypto map VPN 10\nset identity R2\nend");
    names(b, "crypto identity FRIENDS\nfqdn r1.example.com");
    box_type(b, "r1", v2 ? "debug crypto ikev2 error" : "debug crypto isakmp");
    has_sas(b, PAIR_PING, true, false);
    pair_has(b, "r1", "show logging", v2 ? "First child not made: the peer may not have it" : "peer 10.0.0.2 is not of crypto identity R2");
    box_type_all(b, "r1", "configure terminal\ncrypto map VPN 10\nno set identity\nend");
    names(b, "crypto identity FRIENDS\nfqdn r1.example.com");
    has_sas(b, PAIR_PING, true, true);
    box_free(b);
}

/* A name is one byte by byte: what a debug line shows as dots is none. */
static void looks_like(void **state)
{
    bool v2 = *state != NULL;
    struct box *b = pair_of(v2);

    box_type_all(b, "r1", v2 ? "configure terminal\ncrypto ikev2 profile PROF\nidentity local fqdn r1\xE9""example\xE9""com\nend"
                             : "configure terminal\nip domain name example\xE9""com\nend");
    names(b, "crypto identity FRIENDS\nfqdn r1.example.com");
    has_sas(b, PAIR_PING, true, false);
    pair_has(b, "r2", v2 ? "show crypto ikev2 sa" : "show crypto isakmp sa", v2 ? "READY" : "QM_IDLE");
    has_sas(b, BACK, false, false);
    box_free(b);
}

static void kept(void **state)
{
    (void)state;
    struct box *b = crypto_pair("", NULL);
    box_type_all(b, "r1",
                 "configure terminal\ncrypto identity A\ndescription of friends\nfqdn b.example.com\nfqdn a.example.com\n"
                 "crypto map VPN 10\nset identity A\nend");
    pair_has(b, "r1", "show running-config",
             "!\ncrypto identity A\n description of friends\n fqdn b.example.com\n fqdn a.example.com\n!\n"
             "crypto map VPN 10 ipsec-isakmp\n");
    pair_has(b, "r1", "show running-config", " set identity A\n");
    box_type_all(b, "r1", "configure terminal\ncrypto identity A\nno fqdn b.example.com\nno description\nend");
    pair_has(b, "r1", "show running-config", "!\ncrypto identity A\n fqdn a.example.com\n!\n");
    box_type_all(b, "r1", "configure terminal\nno crypto identity A\ncrypto map VPN 10\ndefault set identity\nend");
    assert_null(strstr(box_type(b, "r1", "show running-config"), "identity A"));
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {.name = "IKEv1", .test_func = who_may},
        {.name = "IKEv2", .test_func = who_may, .initial_state = (void *)"2"},
        {.name = "looks like it, IKEv1", .test_func = looks_like},
        {.name = "looks like it, IKEv2", .test_func = looks_like, .initial_state = (void *)"2"},
        cmocka_unit_test(kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
