/* test_manual.c: pairs keyed by hand, in one router: when they are there, what they are made of, which SPIs are theirs, what IKE is told. */
#include "tests/unit/sad_box.h"

#include "espial/text.h"

#define CIPHER "000102030405060708090a0b0c0d0e0f"
#define AUTH   "202122232425262728292a2b2c2d2e2f30313233"

static struct cryptomap_conf *entry(struct box *b)
{
    return ipsec_conf(b->ips)->maps.v[0];
}

static void set_key(struct cryptomap_conf *c, unsigned key, uint32_t spi, const char *cipher, const char *auth)
{
    c->keys[key].spi = spi;
    str_copy(c->keys[key].cipher, sizeof c->keys[key].cipher, cipher);
    str_copy(c->keys[key].auth, sizeof c->keys[key].auth, auth);
}

static void again(struct box *b)
{
    ipsec_conf_changed(b->ips);
    box_turn(b);
}

/* The hub of sad_box.h, its entry keyed by hand: in 300, out 301. */
static struct box *hand_new(void)
{
    struct box *b = hub_new();
    struct cryptomap_conf *c = entry(b);
    c->manual = true;
    set_key(c, KEY_ESP_IN, 300, CIPHER, AUTH);
    set_key(c, KEY_ESP_OUT, 301, CIPHER, AUTH);
    again(b);
    return b;
}

static unsigned pairs(struct box *b)
{
    return ipsec_totals(b->ips).pairs;
}

static struct ipsec_pair_info only(struct box *b)
{
    struct ipsec_pair_info p;
    size_t at = 0;
    assert_int_equal(pairs(b), 1);
    assert_true(ipsec_pair_next(b->ips, 0, &at, &p));
    return p;
}

static void there(void **state)
{
    (void)state;
    struct box *b = hand_new();
    struct ipsec_pair_info p = only(b);
    assert_true(p.manual);
    assert_int_equal(p.spi_in, 300);
    assert_int_equal(p.spi_out, 301);
    assert_int_equal(p.life_s, 0);
    assert_int_equal(p.life_kb, 0);
    assert_int_equal(p.replay_window, 0);
    assert_true(p.outbound && p.current && p.programmed);
    assert_int_equal(send(b), 301);
    vloop_run_for(b->loop, 30 * 86400 * US_PER_S); /* no lifetime */
    assert_int_equal(only(b).id, p.id);
    assert_int_equal(send(b), 301);
    box_turn(b);
    assert_int_equal(b->nsoft + b->nacquired + b->ngone, 0);
    box_free(b);
}

/* It is there as long as all is said that it takes, and made of what is said. */
static void made_of(void **state)
{
    (void)state;
    struct box *b = hand_new();
    struct cryptomap_conf *c = entry(b);
    uint32_t id = only(b).id;
    again(b); /* nothing changed */
    assert_int_equal(only(b).id, id);
    c->keys[KEY_ESP_OUT].auth[1] = '1'; /* a key */
    again(b);
    assert_int_not_equal(only(b).id, id);
    id = only(b).id;
    c->keys[KEY_ESP_OUT].spi = 302;
    again(b);
    assert_int_not_equal(only(b).id, id);
    assert_int_equal(send(b), 302);
    c->keys[KEY_ESP_IN].auth[38] = '\0'; /* a byte too short */
    again(b);
    assert_int_equal(pairs(b), 0);
    assert_int_equal(send(b), 0); /* not in the clear, and nobody is asked */
    box_turn(b);
    assert_int_equal(b->nacquired, 0);
    set_key(c, KEY_ESP_IN, 300, CIPHER "ff", AUTH "00"); /* longer ones are cut */
    again(b);
    assert_int_equal(send(b), 302);
    set_key(c, KEY_ESP_IN, 0, "", "");
    again(b);
    assert_int_equal(pairs(b), 0);
    set_key(c, KEY_ESP_IN, 300, CIPHER, AUTH);
    again(b);
    assert_int_equal(pairs(b), 1);
    c->acl[0] = '\0';
    again(b);
    assert_int_equal(pairs(b), 0);
    assert_int_equal(b->ngone, 0);
    box_free(b);
}

/* What changes hands between IKE and the keyboard. */
static void other_way(void **state)
{
    (void)state;
    struct box *b = hand_new();
    struct cryptomap_conf *c = entry(b);
    c->manual = false;
    again(b);
    assert_int_equal(pairs(b), 0);
    install(b, 400, 401, true, true);
    assert_int_equal(send(b), 401);
    c->manual = true;
    again(b);
    assert_int_equal(only(b).spi_in, 300);
    assert_int_equal(send(b), 301);
    assert_int_equal(b->ngone, 1); /* that of IKE's */
    box_free(b);
}

static void not_fit(void **state)
{
    (void)state;
    struct session_key_conf keys[SESSION_KEYS] = {0};
    struct ipsec_transform t = aes;
    for (unsigned k = 0; k < SESSION_KEYS; k++) {
        keys[k].spi = 256 + k;
        str_copy(keys[k].cipher, sizeof keys[k].cipher, CIPHER);
        str_copy(keys[k].auth, sizeof keys[k].auth, AUTH);
    }
    assert_int_equal(manual_judge(&t, keys).lack, MANUAL_FITS);
    assert_false(manual_judge(&t, keys).longer);
    t.key_bits = 256;
    struct manual_verdict v = manual_judge(&t, keys);
    assert_int_equal(v.lack, MANUAL_SHORT);
    assert_int_equal(v.key, KEY_ESP_IN);
    assert_false(v.auth);
    assert_int_equal(v.need, 32);
    assert_int_equal(v.have, 16);
    t.key_bits = 128;
    t.auth = HASH_SHA256;
    v = manual_judge(&t, keys);
    assert_true(v.lack == MANUAL_SHORT && v.auth && v.need == 32 && v.have == 20);
    t.auth = HASH_MD5;
    assert_true(manual_judge(&t, keys).lack == MANUAL_FITS && manual_judge(&t, keys).longer);
    t.esn = true;
    assert_int_equal(manual_judge(&t, keys).lack, MANUAL_ESN);
    t = (struct ipsec_transform){.proto = PROTO_ESP, .cipher = CIPHER_AES_GCM, .key_bits = 128};
    assert_int_equal(manual_judge(&t, keys).lack, MANUAL_AEAD);
    t.cipher = CIPHER_AES_GMAC;
    assert_int_equal(manual_judge(&t, keys).lack, MANUAL_AEAD);
    t = aes;
    t.over = HASH_SHA1;
    assert_int_equal(manual_judge(&t, keys).lack, MANUAL_FITS);
    keys[KEY_AH_OUT].spi = 0;
    v = manual_judge(&t, keys);
    assert_true(v.lack == MANUAL_UNSET && v.key == KEY_AH_OUT);
}

/* An SPI is the inbound one of one pair. */
static void spi_once(void **state)
{
    (void)state;
    struct box *b = hand_new();
    struct sa_pair_params p = pair_of(b, 300, 401, true);
    assert_int_equal(sad_install(b->ips, &p), 0);
    assert_int_equal(only(b).spi_out, 301);

    /* One that IKE has reserved, the entry waits for. */
    uint32_t spi = sad_reserve_spi(b->ips, HUB, PROTO_ESP);
    entry(b)->keys[KEY_ESP_IN].spi = spi;
    again(b);
    assert_int_equal(pairs(b), 0);
    assert_true(sad_is_transient(b->ips, HUB, PROTO_ESP, spi));
    sad_release_spi(b->ips, HUB, PROTO_ESP, spi);
    box_turn(b);
    assert_int_equal(only(b).spi_in, spi);
    box_free(b);
}

/* The SPI that IKE would draw next. */
static uint32_t next_drawn(uint32_t manual)
{
    struct box *b = hand_new();
    entry(b)->keys[KEY_ESP_IN].spi = manual;
    again(b);
    assert_int_equal(only(b).spi_in, manual);
    if (manual != 300) { /* in the configuration, but not installed at this moment */
        ipsec_clear(b->ips);
        assert_int_equal(pairs(b), 0);
    }
    uint32_t spi = sad_reserve_spi(b->ips, HUB, PROTO_ESP);
    box_free(b);
    return spi;
}

static void not_drawn(void **state)
{
    (void)state;
    uint32_t spi = next_drawn(300);
    assert_int_equal(next_drawn(300), spi);
    assert_int_not_equal(next_drawn(spi), spi);
}

/* IKE counts, finds and deletes its own. */
static void not_of_ike(void **state)
{
    (void)state;
    struct box *b = hand_new();
    uint64_t in, out;
    assert_int_equal(sad_count_peer(b->ips, SPOKE), 0);
    assert_int_equal(sad_find_pair(b->ips, SPOKE, PROTO_ESP, 301, true), 0);
    send(b);
    sad_activity(b->ips, 0, &in, &out);
    assert_int_equal(in + out, 0);
    assert_false(spd_peer_is_static(b->ips, HUB, SPOKE));
    assert_true(map_peer_configured(b->ips, SPOKE)); /* it is not a stranger: what is said of it is not lost in a crowd */
    struct ipsec_flow_info f;
    struct ipsec_policy policy;
    box_flow(b, &f);
    assert_int_equal(spd_find_policy(b->ips, HUB, SPOKE, &f.local_sel, &f.remote_sel, &policy), SPD_NO_MAP);
    box_free(b);
}

/* Each clear: another pair, from number 1, in the same turn's end. */
static void cleared(void **state)
{
    (void)state;
    struct box *b = hand_new();
    for (int way = 0; way < 6; way++) {
        uint32_t id = only(b).id;
        send(b);
        assert_int_equal(send(b), 301);
        assert_int_equal(only(b).seq_out, way ? 3 : 2);
        struct ipsec_flow_info f;
        box_flow(b, &f);
        switch (way) {
        case 0: assert_int_equal(ipsec_clear(b->ips), 1); break;
        case 1: assert_int_equal(sad_delete_peer(b->ips, SPOKE, SA_GONE_CLEARED), 1); break;
        case 2: assert_int_equal(ipsec_clear_map(b->ips, "CMAP"), 1); break;
        case 3: assert_true(ipsec_clear_entry(b->ips, HUB, PROTO_ESP, 300)); break;
        case 4: assert_true(ipsec_clear_entry(b->ips, SPOKE, PROTO_ESP, 301)); break;
        case 5: assert_int_equal(ipsec_clear_flow(b->ips, f.id), 1); break;
        }
        box_turn(b);
        assert_int_not_equal(only(b).id, id);
        assert_int_equal(send(b), 301);
        assert_int_equal(get32(b->got[0].data + 24), 1);
        ipsec_clear_counters(b->ips);
        assert_int_equal(only(b).seq_out, 1); /* counters alone */
    }
    assert_int_equal(b->ngone, 0);
    box_free(b);
}

/* Numbers go round: nobody will make another pair (RFC 4303 section 3.3.3). */
static void round_again(void **state)
{
    (void)state;
    struct box *b = hand_new();
    static const uint32_t numbers[] = {UINT32_MAX, 0, 1, 2};
    sad_lookup(b->ips, HUB, PROTO_ESP, 300)->seq_out = UINT32_MAX - 1;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        assert_int_equal(send(b), 301);
        assert_int_equal(get32(b->got[0].data + 24), numbers[i]);
    }
    box_turn(b);
    assert_int_equal(b->nsoft, 0);
    box_free(b);
}

/* The keys of an entry go with it. (Those of pairs: tests/live/test_wiped.py.) */
static void wiped(void **state)
{
    (void)state;
    struct cryptomap_conf c = {.manual = true};
    cryptomap_conf_init(&c);
    set_key(&c, KEY_AH_OUT, 300, CIPHER, AUTH);
    cryptomap_conf_fini(&c);
    for (unsigned k = 0; k < SESSION_KEYS; k++)
        for (size_t i = 0; i < sizeof c.keys[k]; i++)
            assert_int_equal(((const uint8_t *)&c.keys[k])[i], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there),      cmocka_unit_test(made_of),  cmocka_unit_test(other_way),
        cmocka_unit_test(not_fit),    cmocka_unit_test(spi_once), cmocka_unit_test(not_drawn),
        cmocka_unit_test(not_of_ike), cmocka_unit_test(cleared),  cmocka_unit_test(round_again),
        cmocka_unit_test(wiped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
