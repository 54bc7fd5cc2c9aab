/* IKEv2 SAs and children ended: by hand, by time, by the peer, by silence; invalid SPIs inside and outside of an SA;
 * malformed and forged messages. */
#include "tests/exchange/ikev2_box.h"

static struct rig *up_with(uint64_t seed, const char *global, const char *profile, const char *map)
{
    struct rig *r = rig_new_with(seed, global, profile, map);
    assert_true(rig_ping(r, 0, 5) >= 4);
    rig_quiet(r, 1, 1);
    r->taped = 0;
    memset(r->seen, 0, sizeof r->seen);
    return r;
}

static struct rig *up(uint64_t seed)
{
    return up_with(seed, "", "", "");
}

static void clear_ike(void **state)
{
    (void)state;
    for (int node = 0; node < 2; node++) {
        struct rig *r = up(1);
        assert_int_equal(v2_clear(rig_v2(r, node_names[node]), 0, 0, 0, false), 1);
        box_run(r->b, 1 * S);
        rig_quiet(r, 0, 0);
        assert_int_equal(r->seen[V2_INFORMATIONAL][0], 1);
        assert_int_equal(r->seen[V2_INFORMATIONAL][1], 1);
        assert_true(rig_ping(r, 1, 5) >= 4);
        rig_quiet(r, 1, 1);
        rig_free(r);
    }
}

static void clear_fast(void **state)
{
    (void)state;
    struct rig *r = up(1);
    assert_int_equal(v2_clear(rig_v2(r, "left"), RIGHT, LEFT, rig_sa(r, 0)->tunnel_id, true), 1);
    box_run(r->b, 1 * S);
    assert_int_equal(r->seen[V2_INFORMATIONAL][0], 0);
    assert_int_equal(rig_children(r, 0), 0);
    assert_int_equal(rig_children(r, 1), 1); /* nobody told */
    assert_true(rig_ping(r, 0, 5) >= 4);     /* INITIAL_CONTACT does */
    rig_quiet(r, 1, 1);
    rig_free(r);
}

static void clear_pairs(void **state)
{
    (void)state;
    for (int node = 0; node < 2; node++) {
        struct rig *r = up(1);
        box_type(r->b, node_names[node], "clear crypto sa");
        box_run(r->b, 1 * S);
        rig_quiet(r, 1, 0);
        assert_true(rig_ping(r, 1, 5) >= 4);
        assert_int_equal(r->seen[V2_IKE_AUTH][0], 0);
        assert_int_equal(r->seen[V2_CREATE_CHILD_SA][0], 1);
        rig_quiet(r, 1, 1);
        rig_free(r);
    }
}

/* Both delete the same child at once: section 1.4.1, answers without Delete payload; and the same IKE SA. */
static void crossing_deletes(void **state)
{
    (void)state;
    struct rig *r = up(1);
    wire_set(r->wire, &(struct wire_params){.delay_us = 10000});
    v2_child_delete(rig_child(r, 0));
    v2_child_delete(rig_child(r, 1));
    box_run(r->b, 1 * S);
    rig_quiet(r, 1, 0);
    assert_true(rig_ping(r, 0, 5) >= 4);
    (void)v2_clear(rig_v2(r, "left"), 0, 0, 0, false);
    (void)v2_clear(rig_v2(r, "right"), 0, 0, 0, false);
    box_run(r->b, 20 * S);
    rig_quiet(r, 0, 0);
    rig_free(r);
}

static void clear_session_and_off(void **state)
{
    (void)state;
    struct rig *r = up(1);
    box_type(r->b, "left", "clear crypto session");
    box_run(r->b, 1 * S);
    rig_quiet(r, 0, 0);
    assert_true(rig_ping(r, 0, 5) >= 4);
    box_type_all(r->b, "left", "configure terminal\nno crypto isakmp enable\nend");
    box_run(r->b, 1 * S);
    assert_int_equal(rig_v2(r, "right")->nsas, 0);
    assert_int_equal(rig_v2(r, "left")->nsas, 0);
    rig_free(r);
}

static enum wire_verdict lose_all(struct rig *r, int from, const uint8_t *ike, size_t len)
{
    (void)r, (void)from, (void)ike, (void)len;
    return WIRE_LOSE;
}

static void dpd_periodic(void **state)
{
    (void)state;
    struct rig *r = up_with(1, "", " dpd 10 2 periodic\n", "");
    box_run(r->b, 100 * S);
    assert_in_range(r->seen[V2_INFORMATIONAL][0], 9, 20); /* either end asks, and its asking is proof for the other */
    assert_int_equal(r->seen[V2_INFORMATIONAL][0], r->seen[V2_INFORMATIONAL][1]);
    rig_quiet(r, 1, 1);
    wire_plug(r->wire, false);
    box_run(r->b, 24 * S); /* 10 + 5 * 2, and what is left of the interval */
    assert_int_equal(rig_v2(r, "left")->nsas, 0);
    assert_int_equal(rig_v2(r, "right")->nsas, 0);
    assert_int_equal(ipsec_totals(rig_ipsec(r, "left")).pairs, 0);
    rig_free(r);
}

static void dpd_on_demand(void **state)
{
    (void)state;
    struct rig *r = up_with(1, "crypto ikev2 dpd 10 3 on-demand\n", "", "");
    box_run(r->b, 100 * S);
    assert_int_equal(r->seen[V2_INFORMATIONAL][0], 0); /* idle: nothing */
    r->judge = lose_all;
    box_type_all(r->b, "right", "configure terminal\ninterface Loopback0\nshutdown\nend");
    (void)rig_ping(r, 0, 1);
    box_run(r->b, 45 * S);
    assert_true(r->seen[V2_INFORMATIONAL][0] >= 6);
    assert_int_equal(rig_v2(r, "left")->nsas, 0);
    rig_free(r);
}

/* The incident with IKEv2: right has forgotten everything, left goes on sending. */
static void reload_with_recovery(void **state)
{
    (void)state;
    struct rig *r = rig_new_with(1, "crypto isakmp invalid-spi-recovery\n", "", "");
    assert_true(rig_ping(r, 0, 5) >= 4);
    box_type(r->b, "left", "write memory");
    box_type(r->b, "right", "write memory");
    box_reload(r->b, "right");
    wire_tap(r->wire, rig_tap, r);
    box_run(r->b, 5 * S);
    memset(r->seen, 0, sizeof r->seen);
    (void)rig_ping(r, 0, 2);
    box_run(r->b, 5 * S);
    assert_int_equal(r->seen[V2_IKE_AUTH][0], 1);
    assert_true(rig_sa(r, 1)->initiator);
    assert_int_equal(rig_ping(r, 0, 5), 5);
    rig_quiet(r, 1, 1);
    rig_free(r);
}

static void reload_without(void **state)
{
    (void)state;
    struct rig *r = up(1);
    box_type(r->b, "right", "write memory");
    box_reload(r->b, "right");
    box_run(r->b, 5 * S);
    assert_int_equal(rig_ping(r, 0, 3), 0); /* the black hole */
    assert_int_equal(r->seen[V2_IKE_SA_INIT][0], 0);
    assert_int_equal(rig_v2(r, "right")->nsas, 0);
    assert_true(rig_ping(r, 1, 5) >= 4); /* the other way heals it */
    rig_quiet(r, 1, 1);
    rig_free(r);
}

/* With an IKE SA: DELETE of the SPI that right does not know, whatever is configured. */
static void stray_inside(void **state)
{
    (void)state;
    struct rig *r = up(1);
    struct v2_child *c = rig_child(r, 1);
    uint32_t id = c->id;
    v2_child_free(c);
    (void)sad_delete(rig_ipsec(r, "right"), id, SA_GONE_PEER_DELETE);
    (void)rig_ping(r, 0, 1);
    box_run(r->b, 1 * S);
    assert_int_equal(r->seen[V2_INFORMATIONAL][0], 1);
    assert_int_equal(r->seen[V2_INFORMATIONAL][1], 1);
    rig_quiet(r, 1, 0);
    assert_true(rig_ping(r, 0, 5) >= 4);
    rig_quiet(r, 1, 1);
    rig_free(r);
}

/* INVALID_SPI inside an SA carries the SPI as data. */
static void invalid_spi_inside(void **state)
{
    (void)state;
    struct rig *r = up(1);
    v2_info_invalid_spi(rig_sa(r, 1), 0x12345678);
    box_run(r->b, 1 * S);
    rig_quiet(r, 1, 1);
    v2_info_invalid_spi(rig_sa(r, 1), rig_child(r, 0)->spi_out);
    box_run(r->b, 1 * S);
    rig_quiet(r, 1, 0);
    rig_free(r);
}

/* CSCvd40554: the peer's parser wants an SPI of size 4, answers INVALID_SYNTAX, and the flap begins. */
static void invalid_spi_with_fault(void **state)
{
    (void)state;
    struct rig *r = up(1);
    box_type(r->b, "left", "test crypto fault CSCvd40554");
    box_type(r->b, "left", "debug crypto ikev2 packet");
    v2_info_invalid_spi(rig_sa(r, 1), 0x12345678);
    box_run(r->b, 1 * S);
    assert_int_equal(rig_v2(r, "right")->nsas, 0);
    assert_int_equal(box_log_count(r->b, "left", 0,
                                   " NOTIFY(INVALID_SPI)  Next payload: NONE, reserved: 0x0, length: 12\n"
                                   "    Security protocol id: Unknown - 0, spi size: 0, type: INVALID_SPI"),
                     1);
    box_type(r->b, "left", "no test crypto fault");
    assert_true(rig_ping(r, 1, 5) >= 4);
    rig_free(r);
}

static void inject(struct rig *r, int from, const uint8_t *ike, size_t n)
{
    rig_inject(r, from, 500, ike, n);
}

/* Outside of an SA it is a hint: one probe, and nothing changes. It is never answered. */
static void invalid_spi_outside(void **state)
{
    (void)state;
    struct rig *r = up(1);
    uint8_t m[40] = {
        1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 9, 9, 9, 9, V2_NOTIFY, 0x20, V2_INFORMATIONAL, V2_FLAG_INITIATOR};
    put32(m + 24, 40);
    put16(m + 30, 12);
    put16(m + 34, V2N_INVALID_SPI);
    put32(m + 36, 0x11223344);
    inject(r, 1, m, sizeof m);
    assert_int_equal(r->seen[V2_INFORMATIONAL][0], 0);
    put32(m + 36, rig_child(r, 0)->spi_out);
    inject(r, 1, m, sizeof m);
    assert_int_equal(r->seen[V2_INFORMATIONAL][0], 1); /* the probe; what is injected passes no tap */
    assert_int_equal(r->seen[V2_INFORMATIONAL][1], 1);
    inject(r, 1, m, sizeof m);
    assert_int_equal(r->seen[V2_INFORMATIONAL][0], 1);
    rig_quiet(r, 1, 1);
    rig_free(r);
}

/* Recorded messages do nothing twice, whole or spoiled. */
static void replays(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    assert_true(rig_ping(r, 0, 5) >= 4);
    v2_child_rekey(rig_child(r, 0));
    box_run(r->b, 10 * S);
    unsigned n = r->taped;
    uint32_t spi = rig_child(r, 0)->spi_in;
    for (unsigned i = 0; i < n; i++)
        for (int spoil = 0; spoil < 2; spoil++) {
            uint8_t m[2048];
            memcpy(m, r->tape[i].data, r->tape[i].len);
            if (spoil)
                m[r->tape[i].len - 1] ^= 1;
            inject(r, r->tape[i].from, m, r->tape[i].len);
        }
    box_run(r->b, 40 * S);
    rig_quiet(r, 1, 1);
    assert_int_equal(rig_child(r, 0)->spi_in, spi);
    assert_int_equal(rig_ping(r, 0, 5), 5);
    rig_free(r);
}

static void other_versions(void **state)
{
    (void)state;
    struct rig *r = up(1);
    uint8_t m[28] = {1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0, V2_SA, 0x30, V2_IKE_SA_INIT, V2_FLAG_INITIATOR};
    put32(m + 24, 28);
    inject(r, 1, m, sizeof m);
    assert_int_equal(r->taped, 1);
    assert_int_equal(r->tape[0].from, 0);
    assert_int_equal(r->tape[0].data[17], 0x20);
    assert_int_equal(get16(r->tape[0].data + 34), V2N_INVALID_MAJOR_VERSION);
    /* a request for an SPI of nobody */
    m[17] = 0x20;
    m[18] = V2_CREATE_CHILD_SA;
    m[12] = 7;
    inject(r, 1, m, sizeof m);
    assert_int_equal(r->taped, 2);
    assert_int_equal(get16(r->tape[1].data + 34), V2N_INVALID_IKE_SPI);
    rig_free(r);
}

/* First messages without end: bounded, and gone after 30 s; the peer with a cookie still gets in. */
static void flood(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    uint8_t m[2048];
    assert_true(rig_ping(r, 0, 5) >= 4);
    size_t n = r->tape[0].len;
    assert_int_equal(r->tape[0].data[18], V2_IKE_SA_INIT);
    memcpy(m, r->tape[0].data, n);
    for (unsigned i = 0; i < 40; i++) {
        put32(m, 0xAABB0000 + i);
        inject(r, 0, m, n);
    }
    /* half of the room of the address whose sender brings no cookie; who does still gets in */
    assert_int_equal(rig_v2(r, "right")->half_open, V2_HALF_OPEN_PEER_MAX / 2);
    (void)v2_clear(rig_v2(r, "left"), 0, 0, 0, false);
    box_run(r->b, 1 * S);
    assert_true(rig_ping(r, 0, 5) >= 4);
    box_run(r->b, 31 * S);
    rig_quiet(r, 1, 1);
    rig_free(r);
}

/* Not what a peer may say, inside the protection: INVALID_SYNTAX, and the SA is over; an unknown critical payload is
 * refused, an unknown other one is not seen. */
static void bad_inside(void **state)
{
    (void)state;
    struct rig *r = up(1);
    rig_say(r, 500, V2_INFORMATIONAL, 200, (const uint8_t[]){0, 0, 0, 4}, 4);
    rig_say(r, 500, V2_INFORMATIONAL, 200, (const uint8_t[]){0, 0x80, 0, 4}, 4);
    struct v2_stat_row row;
    unsigned refused = 0;
    for (size_t at = 0; v2_stat_notify_next(rig_v2(r, "right"), &at, &row);)
        if (row.type == V2N_UNSUPPORTED_CRITICAL_PAYLOAD)
            refused += (unsigned)row.n[V2_TX_RES];
    assert_int_equal(refused, 1);
    assert_int_equal(rig_sas(r, 1), 1);
    rig_say(r, 500, V2_INFORMATIONAL, V2_NOTIFY, (const uint8_t[]){0, 0, 0, 99, 1, 2}, 6);
    assert_int_equal(rig_sas(r, 1), 0);
    for (size_t at = 0, n = 0; v2_stat_notify_next(rig_v2(r, "right"), &at, &row); n++)
        if (row.type == V2N_INVALID_SYNTAX)
            refused += (unsigned)row.n[V2_TX_RES];
    assert_int_equal(refused, 2);
    rig_free(r);
}

/* RFC 7296 section 2.3: request X waits for the answers to all requests up to X - N, however few are on their way. */
static uint32_t first_mid, last_mid;

static enum wire_verdict lose_one(struct rig *r, int from, const uint8_t *ike, size_t len)
{
    (void)len;
    if (from || ike[18] != V2_INFORMATIONAL || ike[19] & V2_FLAG_RESPONSE)
        return WIRE_PASS;
    if (!r->left++)
        first_mid = get32(ike + 20);
    last_mid = get32(ike + 20);
    return last_mid == first_mid && r->left < 20 ? WIRE_LOSE : WIRE_PASS;
}

static void window_waits_for_the_oldest(void **state)
{
    (void)state;
    struct rig *r = rig_new_with(1, "crypto ikev2 window 2\n", "", "");
    assert_true(rig_ping(r, 0, 5) >= 4);
    assert_int_equal(rig_sa(r, 0)->peer_window, 2);
    r->judge = lose_one;
    r->left = 0;
    for (uint32_t i = 0; i < 4; i++)
        v2_info_invalid_spi(rig_sa(r, 0), 0x12345678 + i);
    box_run(r->b, 1 * S);
    assert_int_equal(last_mid, first_mid + 1);
    assert_int_equal(rig_sa(r, 0)->in_flight, 1);
    r->left = 20;
    box_run(r->b, 10 * S);
    assert_int_equal(last_mid, first_mid + 3);
    rig_quiet(r, 1, 1);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clear_ike),
        cmocka_unit_test(clear_fast),
        cmocka_unit_test(clear_pairs),
        cmocka_unit_test(crossing_deletes),
        cmocka_unit_test(clear_session_and_off),
        cmocka_unit_test(dpd_periodic),
        cmocka_unit_test(dpd_on_demand),
        cmocka_unit_test(reload_with_recovery),
        cmocka_unit_test(reload_without),
        cmocka_unit_test(stray_inside),
        cmocka_unit_test(invalid_spi_inside),
        cmocka_unit_test(invalid_spi_with_fault),
        cmocka_unit_test(invalid_spi_outside),
        cmocka_unit_test(replays),
        cmocka_unit_test(other_versions),
        cmocka_unit_test(flood),
        cmocka_unit_test(bad_inside),
        cmocka_unit_test(window_waits_for_the_oldest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
