/* test_snmp_v3.c: notifications under SNMPv3 from one agent to another: whose engine decides, what proves them, when they are too old. (That the bytes are those of RFC
 * 3414 is shown beside Debian's tools in tests/live/test_snmp.py.)
 *
 *   hub 213.163.222.7, engine 80000009010A       trap, inform -->       spoke 11.1.1.3, engine 80000009010B
 */
#include "espial/crypto.h"
#include "snmp/sums.h"
#include "snmp/usm.h"
#include "tests/exchange/snmp_pair.h"

#define HUB_ENGINE   "80000009010A"
#define SPOKE_ENGINE "80000009010B"

enum { SHA = 2, AES128 = 2 };

/* snmp-server user NAME group [remote ADDR] v3 [auth sha PASSWORD [priv aes 128 sealed123]] */
static void user(struct box *b, const char *name, uint32_t remote, const char *engine, int level, const char *password)
{
    uint8_t id[32];
    struct snmp_user_spec u = {.name = name, .group = "group", .acl = "", .auth = level ? SHA : 0, .priv = level == 2 ? AES128 : 0, .auth_secret = password, .priv_secret = "sealed123",
                               .remote_addr = remote, .remote_port = remote ? 162 : 0, .remote_engine = id};
    u.remote_engine_len = engine ? snmp_hex(engine, id, sizeof id) : 0;
    assert_true(snmp_user_set(b->snmp, &u));
}

/* snmp-server group group v3 LEVEL */
static struct snmp_group_conf *group(struct box *b, int level)
{
    struct snmp_group_conf *g = NEW(struct snmp_group_conf);
    *g = (struct snmp_group_conf){.name = "group", .model = SNMP_GROUP_V3, .level = level};
    conf_list_add(&snmp_conf(b->snmp)->groups, g);
    snmp_conf_changed(b->snmp);
    return g;
}

static void engines(struct box *b, const char *own, uint32_t peer, const char *others)
{
    struct snmp_remote_conf *r = NEW(struct snmp_remote_conf);
    *r = (struct snmp_remote_conf){.addr = peer, .udp_port = 162};
    str_copy(r->engine, sizeof r->engine, others);
    str_copy(snmp_conf(b->snmp)->engine_id, sizeof snmp_conf(b->snmp)->engine_id, own);
    conf_list_add(&snmp_conf(b->snmp)->remotes, r);
    snmp_conf_changed(b->snmp);
    vloop_run_for(b->loop, 0);
}

static int setup(void **state)
{
    struct pair *p = pair_new();
    engines(p->hub, HUB_ENGINE, SPOKE, SPOKE_ENGINE);
    engines(p->spoke, SPOKE_ENGINE, HUB, HUB_ENGINE);
    snmp_conf(p->hub->snmp)->traps_event_manager = true;
    snmp_conf(p->spoke->snmp)->manager = true;
    snmp_conf(p->spoke->snmp)->traps_authentication = true;
    box_host(p->spoke, HUB, "public");
    p->host = box_host(p->hub, SPOKE, "carol");
    p->host->version = SNMP_HOST_V3;
    p->host->level = 2;
    group(p->hub, 0);
    group(p->spoke, 1);
    vloop_run_for(p->loop, 100 * US_PER_S);
    *state = p;
    return 0;
}

/* One varbind: 1.3.6.1.4.1.9.10.91.1.2.3.1.9.7 = 2323232. */
static void want_of(struct box *b)
{
    struct fact_trap t = {.kind = "event-manager", .trap_oid = {1, 3, 6, 1, 4, 1, 9, 10, 91, 0, 2}, .trap_oid_len = 11, .nvars = 1};
    t.vars[0] = (struct trap_var){.oid = {1, 3, 6, 1, 4, 1, 9, 10, 91, 1, 2, 3, 1, 9, 7}, .oid_len = 15, .type = TRAP_INT, .num = 2323232};
    snmp_conf_changed(b->snmp); /* whatever the test has set by hand */
    bus_publish(b->bus, FACT_TRAP_WANTED, &t, sizeof t);
    vloop_run_for(b->loop, 0);
}

static void want(struct pair *p)
{
    want_of(p->hub);
}

static void carry(struct pair *p, bool back, size_t i)
{
    assert_true(box_carry(back ? p->spoke : p->hub, i, back ? p->hub : p->spoke));
    vloop_run_for(p->loop, 0);
}

static void assert_heard(const struct pair *p, size_t n)
{
    static const uint32_t trap_oid[] = {1, 3, 6, 1, 4, 1, 9, 10, 91, 0, 2};
    assert_int_equal(p->spoke->nheard, n);
    const struct fact_trap *t = &p->spoke->heard[n - 1];
    assert_int_equal(t->version, 3);
    assert_int_equal(t->src, HUB);
    assert_int_equal(t->dst, SPOKE);
    assert_int_equal(t->trap_oid_len, 11);
    assert_memory_equal(t->trap_oid, trap_oid, sizeof trap_oid);
    assert_int_equal(t->nvars, 1);
    assert_int_equal(t->vars[0].num, 2323232);
}

static void a_trap_is_the_senders_users(void **state)
{
    struct pair *p = *state;
    user(p->hub, "carol", 0, NULL, 2, "password1");
    user(p->spoke, "carol", HUB, HUB_ENGINE, 2, "password1");
    want(p);
    assert_null(memmem(p->hub->sent[0].data, p->hub->sent[0].len, "\x23\x73\x20", 3)); /* 2323232 is hidden */
    carry(p, false, 0);
    assert_heard(p, 1);
    assert_int_equal(snmp_stats(p->spoke->snmp)->in_traps, 1);
    p->host->level = 1;
    want(p);
    assert_non_null(memmem(p->hub->sent[1].data, p->hub->sent[1].len, "\x23\x73\x20", 3));
    carry(p, false, 1);
    assert_heard(p, 2);
    assert_int_equal(p->spoke->nsent, 0); /* a trap is not answered */
}

/* The salt and the hidden part of a message, which ends with it: 04 08 SALT 04 LENGTH ... */
static const uint8_t *hidden_of(const struct box_datagram *d, const uint8_t **salt, size_t *len)
{
    for (size_t i = 0; i + 14 < d->len; i++) {
        const uint8_t *p = d->data + i;
        size_t head = p[10] == 4 && p[11] == 0x81 ? 3 : p[10] == 4 && p[11] == 0x82 ? 4 : 2;
        *len = head == 3 ? p[12] : head == 4 ? (size_t)(p[12] << 8 | p[13]) : p[11];
        if (p[0] == 4 && p[1] == 8 && p[10] == 4 && i + 10 + head + *len == d->len) {
            *salt = p + 2;
            return p + 10 + head;
        }
    }
    fail_msg("nothing is hidden");
    return NULL;
}

/* 3DES. The key of "maplesyrup" for this engine is that of the samples of draft-reeder-snmpv3-usm-3desede: 24 octets of it, and 8 that the salt makes a vector of. */
static void triple_des(void **state)
{
    static const uint8_t keys[2][32] = {
        {0x52, 0x6f, 0x5e, 0xed, 0x9f, 0xcc, 0xe2, 0x6f, 0x89, 0x64, 0xc2, 0x93, 0x07, 0x87, 0xd8, 0x2b, 0x79, 0xef, 0xf4, 0x4a, 0x90, 0x65, 0x0e, 0xe0, 0xa3, 0xa4, 0x0a, 0xbf, 0xac, 0x5a, 0xcc, 0x12},
        {0x66, 0x95, 0xfe, 0xbc, 0x92, 0x88, 0xe3, 0x62, 0x82, 0x23, 0x5f, 0xc7, 0x15, 0x1f, 0x12, 0x84, 0x97, 0xb3, 0x8f, 0x3f, 0x9b, 0x8b, 0x6d, 0x78, 0x93, 0x6b, 0xa6, 0xe7, 0xd1, 0x9d, 0xfd, 0x9c}};
    static const char engine[] = "000000000000000000000002";
    struct pair *p = *state;
    struct snmp_user_spec u = {.name = "carol", .group = "group", .acl = "", .priv = 5, .auth_secret = "password1", .priv_secret = "maplesyrup"};
    str_copy(snmp_conf(p->hub->snmp)->engine_id, sizeof snmp_conf(p->hub->snmp)->engine_id, engine);
    snmp_conf_changed(p->hub->snmp);
    engines(p->spoke, SPOKE_ENGINE, HUB, engine);
    for (size_t i = 0; i < 2; i++) {
        uint8_t id[32], iv[8], plain[512];
        const uint8_t *salt = NULL, *hidden;
        size_t len = 0;
        u.auth = (int)i + 1; /* MD5, SHA */
        assert_true(snmp_user_set(p->hub->snmp, &u));
        want(p);
        hidden = hidden_of(&p->hub->sent[i], &salt, &len);
        assert_true(len <= sizeof plain && len % 8 == 0);
        for (size_t k = 0; k < 8; k++)
            iv[k] = keys[i][24 + k] ^ salt[k];
        struct cipher *c = cipher_new(CIPHER_3DES_CBC, false, keys[i], 24, NULL);
        assert_true(cipher_cbc(c, iv, hidden, plain, len));
        cipher_free(c);
        assert_int_equal(plain[0], 0x30);
        assert_non_null(memmem(plain, len, "\x23\x73\x20", 3)); /* 2323232 */
        struct snmp_user_spec there = u;
        there.remote_addr = HUB, there.remote_port = 162, there.remote_engine = id;
        there.remote_engine_len = snmp_hex(engine, id, sizeof id);
        assert_true(snmp_user_set(p->spoke->snmp, &there));
        carry(p, false, i);
        assert_heard(p, i + 1);
    }
}

/* The same message with `more` octets of zero behind its scoped PDU, hidden and signed anew. */
static void pad(struct box_datagram *d, enum usm_priv priv, size_t more)
{
    uint8_t id[32], auth[USM_KEY_MAX], key[USM_KEY_MAX], iv[16], plain[512] = {0}, hidden[512], out[1024], mac[USM_MAC_MAX] = {0};
    size_t engine_len = snmp_hex(HUB_ENGINE, id, sizeof id), from;
    struct rd r = rd_of(d->data, d->len), body = ber_of(&r, BER_SEQUENCE);
    struct v3 *m = NEW(struct v3);
    assert_int_equal(ber_int(&body), 3);
    assert_true(v3_parse(body, m));
    assert_true(sums_key(USM_SHA, "password1", id, engine_len, auth) && sums_key(USM_SHA, "sealed123", id, engine_len, key));
    struct rd sealed = m->body, inner = ber_of(&sealed, BER_OCTETS);
    for (size_t i = 0; i < 8; i++) {
        iv[i] = priv == USM_DES ? key[8 + i] ^ m->priv.p[i] : (uint8_t)((i < 4 ? m->boots : m->time) >> 8 * (3 - i % 4));
        iv[8 + i] = m->priv.p[i];
    }
    assert_true(sums_cipher(priv, false, key, iv, inner.p, plain, inner.left));
    memset(plain + inner.left, 0, more);
    assert_true(sums_cipher(priv, true, key, iv, plain, hidden, inner.left + more));
    struct bw w = bw_of(out, sizeof out);
    bw_octets(&w, BER_OCTETS, hidden, inner.left + more);
    from = bw_len(&w);
    bw_octets(&w, BER_OCTETS, m->priv.p, 8);
    bw_octets(&w, BER_OCTETS, mac, 12);
    size_t mac_at = w.at + 2;
    bw_octets(&w, BER_OCTETS, m->user_name.p, m->user_name.left);
    bw_int(&w, m->time);
    bw_int(&w, m->boots);
    bw_octets(&w, BER_OCTETS, m->engine.p, m->engine.left);
    bw_wrap(&w, BER_SEQUENCE, from);
    bw_wrap(&w, BER_OCTETS, from);
    from = bw_len(&w);
    bw_int(&w, USM_MODEL);
    bw_octets(&w, BER_OCTETS, &m->flags, 1);
    bw_int(&w, m->max_size);
    bw_int(&w, m->id);
    bw_wrap(&w, BER_SEQUENCE, from);
    bw_int(&w, 3);
    bw_wrap(&w, BER_SEQUENCE, 0);
    assert_true(!w.bad && sums_mac(USM_SHA, auth, out + w.at, bw_len(&w), mac));
    memcpy(out + mac_at, mac, 12);
    d->len = bw_len(&w);
    memcpy(d->data, out + w.at, d->len);
    mem_free(m);
}

/* RFC 3414, 8.1.1.2: what lies behind the scoped PDU is padding and nobody's business. pysnmp adds a whole block, also to AES. */
static void padding_is_not_looked_at(void **state)
{
    static const struct {
        enum usm_priv priv;
        size_t more;
    } cases[] = {{USM_AES128, 1}, {USM_AES128, 16}, {USM_DES, 8}};
    struct pair *p = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct snmp_user_spec u = {.name = "carol", .group = "group", .acl = "", .auth = SHA, .priv = (int)cases[i].priv, .auth_secret = "password1", .priv_secret = "sealed123"};
        uint8_t id[32];
        assert_true(snmp_user_set(p->hub->snmp, &u));
        u.remote_addr = HUB, u.remote_port = 162, u.remote_engine = id;
        u.remote_engine_len = snmp_hex(HUB_ENGINE, id, sizeof id);
        assert_true(snmp_user_set(p->spoke->snmp, &u));
        want(p);
        pad(&p->hub->sent[i], cases[i].priv, cases[i].more);
        carry(p, false, i);
        assert_heard(p, i + 1);
    }
}

/* The group has rows for signed messages only. */
static void the_level_is_the_groups(void **state)
{
    struct pair *p = *state;
    user(p->hub, "carol", 0, NULL, 1, "password1");
    user(p->spoke, "carol", HUB, HUB_ENGINE, 1, "password1");
    p->host->level = 0;
    want(p);
    carry(p, false, 0);
    assert_int_equal(p->spoke->nheard, 0);
    assert_int_equal(snmp_stats(p->spoke->snmp)->in_bad_uses, 1);
}

static void wrong_keys_and_strangers_are_refused_silently(void **state)
{
    struct pair *p = *state;
    user(p->hub, "carol", 0, NULL, 2, "password1");
    want(p);
    carry(p, false, 0);
    assert_int_equal(snmp_stats(p->spoke->snmp)->usm_unknown_engines, 1); /* nobody of that engine is known */
    user(p->spoke, "dave", HUB, HUB_ENGINE, 2, "password1");
    carry(p, false, 0);
    assert_int_equal(snmp_stats(p->spoke->snmp)->usm_unknown_users, 1);
    vloop_run_for(p->loop, 2 * US_PER_S);
    user(p->spoke, "carol", HUB, HUB_ENGINE, 2, "password2");
    carry(p, false, 0);
    assert_int_equal(snmp_stats(p->spoke->snmp)->usm_wrong_digests, 1);
    assert_int_equal(box_logged(p->spoke, "%SNMP-3-AUTHFAIL: Authentication failure for SNMP req from host 213.163.222.7"), 2);
    assert_int_equal(p->spoke->nheard, 0);
    assert_int_equal(p->spoke->nsent, 0); /* neither a report nor an authenticationFailure */
}

/* RFC 3414, 3.2 7b: 150 s behind what the engine's own messages said, or of an earlier boot. */
static void old_traps_are_refused(void **state)
{
    struct pair *p = *state;
    user(p->hub, "carol", 0, NULL, 1, "password1");
    user(p->spoke, "carol", HUB, HUB_ENGINE, 1, "password1");
    p->host->level = 1;
    want(p);
    carry(p, false, 0);
    vloop_run_for(p->loop, 149 * US_PER_S);
    carry(p, false, 0); /* repeated within the window: heard again, and it does not turn the clock back */
    assert_heard(p, 2);
    vloop_run_for(p->loop, 2 * US_PER_S);
    carry(p, false, 0);
    assert_int_equal(p->spoke->nheard, 2);
    assert_int_equal(snmp_stats(p->spoke->snmp)->usm_not_in_window, 1);
    want(p);
    carry(p, false, 1);
    assert_heard(p, 3);
}

static void an_inform_is_the_receivers_users(void **state)
{
    struct pair *p = *state;
    user(p->hub, "carol", SPOKE, SPOKE_ENGINE, 2, "password1");
    user(p->spoke, "carol", 0, NULL, 2, "password1");
    p->host->informs = 1;
    want(p);
    carry(p, false, 0); /* boots 0: told ours, in a signed report */
    assert_int_equal(p->spoke->nheard, 0);
    assert_int_equal(p->spoke->nsent, 1);
    carry(p, true, 0);
    assert_int_equal(p->hub->nsent, 2); /* again at once */
    carry(p, false, 1);
    assert_heard(p, 1);
    assert_int_equal(snmp_stats(p->spoke->snmp)->in_informs, 1);
    assert_int_equal(snmp_host_stats(p->hub->snmp, 0)->queued, 1);
    carry(p, true, 1);
    assert_int_equal(snmp_host_stats(p->hub->snmp, 0)->queued, 0); /* acknowledged */
    vloop_run_for(p->loop, 60 * US_PER_S);
    want(p); /* his clock is known now */
    carry(p, false, 2);
    assert_heard(p, 2);
}

/* RFC 3413, 3.3: the notification's name and its objects must all be in the notify view of the group's row. */
static void the_notify_view_decides_what_goes_out(void **state)
{
    static const char *const subtrees[] = {"1.3.6.1.4.1.9.10.91.0", "1.3.6.1.4.1.9.10.91.1"};
    struct pair *p = *state;
    user(p->hub, "carol", 0, NULL, 2, "password1");
    want(p);
    assert_int_equal(p->hub->nsent, 1); /* no view named: all of it */
    struct snmp_group_conf *g = snmp_conf(p->hub->snmp)->groups.v[0];
    str_copy(g->notify, sizeof g->notify, "told");
    want(p);
    assert_int_equal(p->hub->nsent, 1); /* no such view */
    for (size_t i = 0; i < 2; i++) {
        struct snmp_view_conf *v = NEW(struct snmp_view_conf);
        str_copy(v->name, sizeof v->name, "told");
        str_copy(v->subtree, sizeof v->subtree, subtrees[i]);
        conf_list_add(&snmp_conf(p->hub->snmp)->views, v);
        snmp_conf_changed(p->hub->snmp);
        want(p);
        assert_int_equal(p->hub->nsent, 1 + i); /* its name alone is not enough */
    }
    assert_int_equal(snmp_host_stats(p->hub->snmp, 0)->dropped, 2);
    g->level = 2;
    p->host->level = 1; /* no row of the group is for this level */
    want(p);
    assert_int_equal(p->hub->nsent, 2);
    assert_int_equal(snmp_host_stats(p->hub->snmp, 0)->dropped, 1); /* of this line, which is another */
}

/* Two informs that nobody acknowledges: their numbers rise, each waits for its 15 s, and is gone after the third repetition. */
static void pending_informs_are_listed(void **state)
{
    struct pair *p = *state;
    struct snmp_pending w[2];
    p->host->version = SNMP_HOST_V2C;
    p->host->informs = 1;
    snmp_debug_requests(p->hub->snmp, true);
    want(p);
    vloop_run_for(p->loop, 5 * US_PER_S);
    want(p);
    assert_true(snmp_pending(p->hub->snmp, 0, &w[0]));
    assert_true(snmp_pending(p->hub->snmp, 1, &w[1]));
    assert_false(snmp_pending(p->hub->snmp, 2, &(struct snmp_pending){0}));
    assert_int_equal(w[1].request_id, w[0].request_id + 1);
    assert_int_equal(w[0].addr, SPOKE);
    assert_int_equal(w[0].port, 162);
    assert_ptr_equal(w[0].host, p->host);
    assert_int_equal(w[0].expires, 10);
    assert_int_equal(w[1].expires, 15);
    assert_int_equal(box_logged(p->hub, "SNMP Manager API: request"), 2);
    assert_int_equal(box_logged(p->hub, "dest: 11.1.1.3.162, community: carol"), 2);
    assert_int_equal(box_logged(p->hub, "retries: 3, timeout: 15"), 2);
    vloop_run_for(p->loop, 60 * US_PER_S);
    assert_false(snmp_pending(p->hub->snmp, 0, &w[0]));
}

/* The name of a user is no community: what comes under it in version 1 or 2c is a stranger's. */
static void a_users_name_opens_nothing(void **state)
{
    struct pair *p = *state;
    user(p->hub, "carol", 0, NULL, 2, "password1");
    snmp_conf(p->hub->snmp)->manager = true;
    snmp_conf_changed(p->hub->snmp);
    struct snmp_host_conf *h = snmp_conf(p->spoke->snmp)->hosts.v[0];
    str_copy(h->community, sizeof h->community, "carol");
    snmp_conf(p->spoke->snmp)->traps_event_manager = true;
    want_of(p->spoke);
    carry(p, true, 0);
    assert_int_equal(p->hub->nheard, 0);
    assert_int_equal(snmp_stats(p->hub->snmp)->in_bad_communities, 1);
}

/* An inform under keys of the sender's own engine is none: the receiver's engine decides. */
static void an_inform_of_a_foreign_engine_is_none(void **state)
{
    struct pair *p = *state;
    user(p->hub, "carol", SPOKE, HUB_ENGINE, 1, "password1"); /* as if spoke had the hub's engine */
    user(p->spoke, "carol", HUB, HUB_ENGINE, 1, "password1");
    struct snmp_remote_conf *r = snmp_conf(p->hub->snmp)->remotes.v[0];
    str_copy(r->engine, sizeof r->engine, HUB_ENGINE);
    p->host->informs = 1;
    p->host->level = 1;
    want(p);
    carry(p, false, 0);
    assert_int_equal(p->spoke->nheard, 0);
    assert_int_equal(p->spoke->nsent, 0);
    assert_int_equal(snmp_stats(p->spoke->snmp)->invalid_msgs, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, pair_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_trap_is_the_senders_users),
        TEST(triple_des),
        TEST(padding_is_not_looked_at),
        TEST(the_level_is_the_groups),
        TEST(wrong_keys_and_strangers_are_refused_silently),
        TEST(old_traps_are_refused),
        TEST(an_inform_is_the_receivers_users),
        TEST(the_notify_view_decides_what_goes_out),
        TEST(pending_informs_are_listed),
        TEST(a_users_name_opens_nothing),
        TEST(an_inform_of_a_foreign_engine_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
