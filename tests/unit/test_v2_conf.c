/* The questions IKEv2 asks of its configuration: smart defaults and what replaces them, which policy counts where, which
 * profile is the most exact, which key belongs to whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/ike/v2/v2_conf.h"
#include "espial/mem.h"

static void *add(struct conf_list *list, void (*init)(void *))
{
    void *item = mem_new(list->item_size);
    if (init)
        init(item);
    conf_list_add(list, item);
    return item;
}

static struct v2_proposal_conf *proposal(struct v2_conf *c, const char *name)
{
    struct v2_proposal_conf *p = add(&c->proposals, v2_proposal_conf_init);
    strcpy(p->name, name);
    return p;
}

static struct v2_policy_conf *policy(struct v2_conf *c, const char *name, const char *what, uint32_t local)
{
    struct v2_policy_conf *p = mem_new(sizeof *p);
    v2_policy_conf_init(p);
    strcpy(p->name, name);
    if (what)
        strcpy(((struct v2_name_conf *)add(&p->proposals, NULL))->name, what);
    if (local)
        ((struct v2_local_conf *)add(&p->locals, NULL))->addr = local;
    conf_list_add(&c->policies, p);
    return p;
}

static struct v2_id id_of(uint8_t type, const char *text)
{
    struct v2_id id = {.type = type, .len = (uint8_t)strlen(text)};
    memcpy(id.bytes, text, id.len);
    return id;
}

static struct v2_id id_addr(uint32_t a)
{
    struct v2_id id = {.type = ID_IPV4_ADDR, .len = 4};
    put32(id.bytes, a);
    return id;
}

static void test_defaults(void **state)
{
    (void)state;
    struct v2_conf c;
    struct v2_proposal v[V2_PROPOSALS_MAX];
    v2_conf_init(&c);
    assert_int_equal(c.window, 5);
    assert_int_equal(c.frag_mtu, 576);
    assert_int_equal(c.cookie_challenge, UINT16_MAX);
    assert_int_equal(v2_conf_proposals(&c, 0x0A000001, v, NULL), 1);
    assert_int_equal(v[0].nencr, 1);
    assert_int_equal(v[0].encr[0].cipher, CIPHER_AES_CBC);
    assert_int_equal(v[0].encr[0].bits, 256);
    assert_int_equal(v[0].ninteg, 2);
    assert_int_equal(v[0].integ[0], HASH_SHA512);
    assert_int_equal(v[0].prf[1], HASH_SHA384);
    assert_int_equal(v[0].ngroup, 3);
    assert_int_equal(v[0].group[0], 19);
    /* one line of `default` typed: the others stay */
    struct v2_proposal_conf *p = proposal(&c, "default");
    p->group[0] = 14;
    assert_int_equal(v2_conf_proposals(&c, 0x0A000001, v, NULL), 1);
    assert_int_equal(v[0].ngroup, 1);
    assert_int_equal(v[0].group[0], 14);
    assert_int_equal(v[0].ninteg, 2);
    /* a policy `default` with another proposal, or for another address */
    struct v2_policy_conf *pol = policy(&c, "default", NULL, 0x0A000001);
    assert_int_equal(v2_conf_proposals(&c, 0x0A000001, v, NULL), 1);
    assert_int_equal(v2_conf_proposals(&c, 0x0A000002, v, NULL), 0);
    strcpy(((struct v2_name_conf *)add(&pol->proposals, NULL))->name, "missing");
    assert_int_equal(v2_conf_proposals(&c, 0x0A000001, v, NULL), 0);
    v2_conf_fini(&c);
}

static void test_policies(void **state)
{
    (void)state;
    struct v2_conf c;
    struct v2_proposal v[V2_PROPOSALS_MAX];
    v2_conf_init(&c);
    struct v2_proposal_conf *gcm = proposal(&c, "gcm"), *cbc = proposal(&c, "cbc"), *half = proposal(&c, "half");
    gcm->encr[0] = 7; /* aes-gcm-256 */
    gcm->encr[1] = 6;
    gcm->prf[0] = 4; /* sha384 */
    gcm->group[0] = 20;
    cbc->encr[0] = 3; /* aes-cbc-128 */
    cbc->integ[0] = 2;
    cbc->group[0] = 5;
    half->encr[0] = 5;
    half->group[0] = 14; /* no integrity */
    policy(&c, "b", "cbc", 0);
    struct v2_policy_conf *a = policy(&c, "a", "gcm", 0x0A000001);
    policy(&c, "0", "half", 0); /* first by name, but without a complete proposal */
    strcpy(((struct v2_name_conf *)add(&a->proposals, NULL))->name, "half");
    strcpy(((struct v2_name_conf *)add(&a->proposals, NULL))->name, "cbc");
    assert_int_equal(v2_conf_proposals(&c, 0x0A000001, v, NULL), 2);
    assert_int_equal(v[0].encr[0].cipher, CIPHER_AES_GCM);
    assert_int_equal(v[0].encr[0].bits, 256);
    assert_int_equal(v[0].encr[1].bits, 128);
    assert_int_equal(v[0].prf[0], HASH_SHA384);
    assert_int_equal(v[0].ninteg, 0);
    assert_int_equal(v[1].prf[0], HASH_SHA1);
    assert_int_equal(v2_conf_proposals(&c, 0x0A000009, v, NULL), 1);
    assert_int_equal(v[0].encr[0].bits, 128);
    for (int i = 0; i < 20; i++) /* bounded */
        strcpy(((struct v2_name_conf *)add(&a->proposals, NULL))->name, "cbc");
    assert_int_equal(v2_conf_proposals(&c, 0x0A000001, v, NULL), V2_PROPOSALS_MAX);
    v2_conf_fini(&c);
}

static struct v2_profile_conf *profile(struct v2_conf *c, const char *name, uint8_t kind, uint32_t addr, uint32_t mask,
                                       const char *text)
{
    struct v2_profile_conf *p = add(&c->profiles, v2_profile_conf_init);
    struct v2_match_conf *m = add(&p->matches, NULL);
    strcpy(p->name, name);
    *m = (struct v2_match_conf){.kind = kind, .addr = addr, .mask = mask};
    strcpy(m->text, text);
    v2_match_conf_settle(m);
    p->auth_local = p->auth_remote = V2_AUTH_PRE_SHARE;
    return p;
}

static uint32_t port_addr(void *arg, const char *ifname)
{
    (void)arg;
    return strcmp(ifname, "Ethernet0/0") == 0 ? 0xC0000202 : 0;
}

static void test_profiles(void **state)
{
    (void)state;
    struct v2_conf c;
    v2_conf_init(&c);
    profile(&c, "any", V2_MATCH_ANY, 0, 0, "");
    profile(&c, "all", V2_MATCH_ADDRESS, 0, 0, "");
    profile(&c, "net8", V2_MATCH_ADDRESS, 0x0A000000, 0xFF000000, "");
    profile(&c, "net24", V2_MATCH_ADDRESS, 0x0A010200, 0xFFFFFF00, "");
    profile(&c, "host", V2_MATCH_ADDRESS, 0x0A010203, 0, "");
    profile(&c, "local", V2_MATCH_ADDRESS, 0x0A010204, 0, "")->match_local = 0xC0000201;
    strcpy(profile(&c, "port", V2_MATCH_ADDRESS, 0x0A010207, 0, "")->match_if, "Ethernet0/0");
    profile(&c, "off", V2_MATCH_ADDRESS, 0x0A010205, 0, "")->shutdown = true;
    profile(&c, "half", V2_MATCH_ADDRESS, 0x0A010206, 0, "")->auth_remote = V2_AUTH_NONE;
    profile(&c, "fqdn", V2_MATCH_FQDN, 0, 0, "r1.example.com");
    profile(&c, "dom", V2_MATCH_FQDN_DOMAIN, 0, 0, "example.com");
    profile(&c, "dom2", V2_MATCH_FQDN_DOMAIN, 0, 0, "b.example.com");
    profile(&c, "mail", V2_MATCH_EMAIL, 0, 0, "a@example.com");
    profile(&c, "mdom", V2_MATCH_EMAIL_DOMAIN, 0, 0, "example.com");
    profile(&c, "kid", V2_MATCH_KEY_ID, 0, 0, "k1");
    const struct {
        struct v2_id id;
        uint32_t local;
        const char *want;
    } rows[] = {
        {id_addr(0x0A010203), 1, "host"},
        {id_addr(0x0A0102FF), 1, "net24"},
        {id_addr(0x0AFF0000), 1, "net8"},
        {id_addr(0xC0000299), 1, "all"},
        {id_addr(0x0A010204), 1, "net24"},
        {id_addr(0x0A010204), 0xC0000201, "local"},
        {id_addr(0x0A010207), 0xC0000202, "port"},
        {id_addr(0x0A010207), 0xC0000201, "net24"},
        {id_addr(0x0A010205), 1, "net24"},
        {id_addr(0x0A010206), 1, "net24"},
        {id_of(ID_FQDN, "R1.example.COM"), 1, "fqdn"},
        {id_of(ID_FQDN, "r2.example.com"), 1, "dom"},
        {id_of(ID_FQDN, "r2.b.example.com"), 1, "dom2"},
        {id_of(ID_FQDN, "example.com"), 1, "dom"},
        {id_of(ID_FQDN, "badexample.com"), 1, "any"},
        {id_of(ID_USER_FQDN, "a@example.com"), 1, "mail"},
        {id_of(ID_USER_FQDN, "b@example.com"), 1, "mdom"},
        {id_of(ID_USER_FQDN, "b@x.example.com"), 1, "any"},
        {id_of(ID_USER_FQDN, "r1.example.com"), 1, "any"},
        {id_of(ID_KEY_ID, "k1"), 1, "kid"},
        {id_of(ID_KEY_ID, "K1"), 1, "any"},
        {id_of(ID_IPV4_ADDR, "abc"), 1, "any"}, /* three bytes are no address */
    };
    const struct v2_names names = {.if_addr = port_addr};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct v2_profile_conf *p = v2_conf_profile_for(&c, &names, rows[i].local, &rows[i].id);
        if (!p || strcmp(p->name, rows[i].want))
            fail_msg("row %zu: %s, not %s", i, p ? p->name : "none", rows[i].want);
    }
    assert_null(v2_conf_profile(&c, "off"));
    assert_null(v2_conf_profile(&c, "half"));
    assert_null(v2_conf_profile(&c, "nobody"));
    assert_string_equal(v2_conf_profile(&c, "dom")->name, "dom");
    conf_list_remove(&c.profiles, 0);
    struct v2_id stranger = id_of(ID_KEY_ID, "x");
    assert_null(v2_conf_profile_for(&c, NULL, 1, &stranger));
    v2_conf_fini(&c);
}

static void test_identities(void **state)
{
    (void)state;
    struct v2_conf c;
    struct v2_id id;
    char text[64];
    v2_conf_init(&c);
    struct v2_profile_conf *p = profile(&c, "p", V2_MATCH_ANY, 0, 0, "");
    v2_conf_local_id(p, 0xC0000201, &id);
    v2_id_text(&id, text, sizeof text);
    assert_int_equal(id.type, ID_IPV4_ADDR);
    assert_string_equal(text, "192.0.2.1");
    p->local_id_kind = V2_MATCH_ADDRESS;
    p->local_id_addr = 0x0A000001;
    v2_conf_local_id(p, 0xC0000201, &id);
    v2_id_text(&id, text, sizeof text);
    assert_string_equal(text, "10.0.0.1");
    p->local_id_kind = V2_MATCH_FQDN;
    strcpy(p->local_id, "r1.example.com");
    v2_conf_local_id(p, 0xC0000201, &id);
    v2_id_text(&id, text, sizeof text);
    assert_int_equal(id.type, ID_FQDN);
    assert_string_equal(text, "r1.example.com");
    v2_id_text(&id, text, 4); /* cut, never past the end */
    assert_string_equal(text, "r1.");
    id = id_of(ID_KEY_ID, "\1\xFF");
    v2_id_text(&id, text, sizeof text);
    assert_string_equal(text, "01FF");
    id = id_of(ID_KEY_ID, "hub");
    v2_id_text(&id, text, sizeof text);
    assert_string_equal(text, "hub");
    id = id_of(ID_FQDN, "a\x1B[2J");
    v2_id_text(&id, text, sizeof text);
    assert_string_equal(text, "a.[2J");
    v2_conf_fini(&c);
}

static bool look_up(void *arg, const char *name, uint32_t *out)
{
    *out = 0xC0000207;
    return strcmp(name, arg) == 0;
}

static void check_key(const struct v2_conf *c, const struct v2_profile_conf *p, bool local, uint32_t peer,
                      const struct v2_id *id, const char *want)
{
    struct key k = {0};
    const struct v2_names names = {look_up, (char[]){"spoke"}};
    bool have = v2_conf_key(c, &names, p, local, peer, id, &k);
    if (have != (want != NULL) || (have && (k.len != strlen(want) || memcmp(k.b, want, k.len))))
        fail_msg("%s: %.*s", want ? want : "none", have ? k.len : 4, have ? (char *)k.b : "none");
}

static void test_keys(void **state)
{
    (void)state;
    struct v2_conf c;
    v2_conf_init(&c);
    struct v2_profile_conf *p = profile(&c, "p", V2_MATCH_ANY, 0, 0, "");
    check_key(&c, p, true, 0x0A000001, NULL, NULL);
    strcpy(p->keyring, "ring");
    check_key(&c, p, true, 0x0A000001, NULL, NULL);
    struct v2_keyring_conf *k = add(&c.keyrings, v2_keyring_conf_init);
    strcpy(k->name, "ring");
    struct v2_peer_conf *all = add(&k->peers, v2_peer_conf_init), *net = add(&k->peers, v2_peer_conf_init),
                        *host = add(&k->peers, v2_peer_conf_init), *name = add(&k->peers, v2_peer_conf_init);
    all->has_addr = net->has_addr = host->has_addr = true; /* 0.0.0.0 typed without a mask */
    strcpy(all->key, "everybody");
    net->addr = 0x0A000000;
    net->mask = 0xFF000000;
    strcpy(net->key_local, "mine");
    strcpy(net->key_remote, "theirs");
    host->addr = 0x0A000001;
    strcpy(host->key, "636973636F");
    host->hex = true;
    name->id_kind = V2_MATCH_FQDN;
    strcpy(name->id, "r1.example.com");
    strcpy(name->key, "named");
    struct v2_id r1 = id_of(ID_FQDN, "r1.example.com"), r2 = id_of(ID_FQDN, "r2.example.com");
    struct v2_peer_conf *host_name = add(&k->peers, v2_peer_conf_init), *unknown = add(&k->peers, v2_peer_conf_init);
    strcpy(host_name->hostname, "spoke"); /* the table says 192.0.2.7 */
    strcpy(host_name->key, "looked up");
    strcpy(unknown->hostname, "nobody");
    strcpy(unknown->key, "never");
    check_key(&c, p, true, 0xC0000207, NULL, "looked up");
    check_key(&c, p, true, 0xC0000201, NULL, "everybody");
    check_key(&c, p, true, 0x0A000002, NULL, "mine");
    check_key(&c, p, false, 0x0A000002, NULL, "theirs");
    check_key(&c, p, false, 0x0A000001, NULL, "cisco");
    check_key(&c, p, false, 0x0A000001, &r1, "named");
    check_key(&c, p, false, 0x0A000001, &r2, "cisco");
    strcpy(p->key_local, "own");
    check_key(&c, p, true, 0x0A000001, &r1, "own");
    check_key(&c, p, false, 0x0A000001, &r1, "named");
    host->key[1] = '\0'; /* half a byte is no key */
    check_key(&c, p, false, 0x0A000001, &r2, NULL);
    v2_conf_fini(&c);
}

static void check_ppk(const struct v2_conf *c, const struct v2_profile_conf *p, uint32_t peer, const struct v2_id *id,
                      const char *want, size_t len, bool required)
{
    struct v2_ppk k;
    bool have = v2_conf_ppk(c, NULL, p, peer, id, &k);
    assert_int_equal(have, want != NULL);
    assert_string_equal(k.id, want ? want : "");
    assert_int_equal(k.len, len);
    assert_int_equal(k.required, required);
}

/* PPKs are found as shared keys are, in the keyring that `keyring ppk` names and in no other. */
static void test_ppks(void **state)
{
    (void)state;
    struct v2_conf c;
    v2_conf_init(&c);
    struct v2_profile_conf *p = profile(&c, "p", V2_MATCH_ANY, 0, 0, "");
    struct v2_keyring_conf *k = add(&c.keyrings, v2_keyring_conf_init);
    struct v2_peer_conf *host = add(&k->peers, v2_peer_conf_init), *all = add(&k->peers, v2_peer_conf_init);
    strcpy(k->name, "ring");
    strcpy(p->keyring, "ring");
    host->has_addr = all->has_addr = true;
    host->addr = 0x0A000001;
    strcpy(host->ppk_id, "host");
    strcpy(host->ppk_key, "00ff10");
    host->ppk_hex = host->ppk_required = true;
    strcpy(all->key, "no PPK of everybody's");
    check_ppk(&c, p, 0x0A000001, NULL, NULL, 0, false);
    assert_false(v2_conf_ppk_may(&c, NULL, 1, 0x0A000001));
    strcpy(p->keyring_ppk, "nowhere");
    check_ppk(&c, p, 0x0A000001, NULL, NULL, 0, false);
    strcpy(p->keyring_ppk, "ring");
    check_ppk(&c, p, 0x0A000001, NULL, "host", 3, true);
    check_ppk(&c, p, 0x0A000002, NULL, NULL, 0, false);
    assert_true(v2_conf_ppk_may(&c, NULL, 1, 0x0A000001));
    assert_false(v2_conf_ppk_may(&c, NULL, 1, 0x0A000002));
    /* By identity: whoever it will be may have it, and who is another falls back on the address. */
    struct v2_peer_conf *name = add(&k->peers, v2_peer_conf_init);
    struct v2_id r1 = id_of(ID_FQDN, "r1.example.com"), r2 = id_of(ID_FQDN, "r2.example.com");
    name->id_kind = V2_MATCH_FQDN;
    strcpy(name->id, "r1.example.com");
    check_ppk(&c, p, 0x0A000001, &r1, "host", 3, true); /* the block has none yet */
    strcpy(name->ppk_id, "name");
    memset(name->ppk_key, 'k', V2_KEY_MAX);
    check_ppk(&c, p, 0x0A000001, &r1, "name", V2_KEY_MAX, false);
    check_ppk(&c, p, 0x0A000002, &r1, "name", V2_KEY_MAX, false);
    check_ppk(&c, p, 0x0A000002, &r2, NULL, 0, false);
    assert_true(v2_conf_ppk_may(&c, NULL, 1, 0x0A000002));
    p->match_local = 7; /* the profile of another address */
    assert_false(v2_conf_ppk_may(&c, NULL, 1, 0x0A000001));
    assert_true(v2_conf_ppk_may(&c, NULL, 7, 0x0A000001));
    p->shutdown = true;
    assert_false(v2_conf_ppk_may(&c, NULL, 7, 0x0A000001));
    v2_conf_fini(&c);
}

/* A peer that is taken out of its keyring leaves no key in freed memory. */
static void test_removed_peer_is_wiped(void **state)
{
    (void)state;
    static const struct v2_peer_conf none;
    struct v2_keyring_conf k = {0};
    struct v2_peer_conf p = {0};
    v2_keyring_conf_init(&k);
    assert_non_null(k.peers.fini);
    memset(p.key, 'k', sizeof p.key);
    memset(p.key_local, 'l', sizeof p.key_local);
    memset(p.key_remote, 'r', sizeof p.key_remote);
    memset(p.ppk_key, 'q', sizeof p.ppk_key);
    k.peers.fini(&p);
    assert_memory_equal(p.key, none.key, sizeof p.key);
    assert_memory_equal(p.key_local, none.key_local, sizeof p.key_local);
    assert_memory_equal(p.key_remote, none.key_remote, sizeof p.key_remote);
    assert_memory_equal(p.ppk_key, none.ppk_key, sizeof p.ppk_key);
    v2_keyring_conf_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults), cmocka_unit_test(test_policies),
        cmocka_unit_test(test_profiles), cmocka_unit_test(test_identities),
        cmocka_unit_test(test_keys),     cmocka_unit_test(test_removed_peer_is_wiped),
        cmocka_unit_test(test_ppks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
