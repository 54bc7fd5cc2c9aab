/* test_ikev2_narrow.c: a peer that has less than our line asks for (RFC 7296 section 2.9): several parts of it, each of which
 * gets its pair when a packet wants it; or none that the packet is in, which must not bring one pair after the other. */
#include "tests/exchange/ikev2_box.h"

static void conf(struct rig *r, const char *node, const char *lines)
{
    char text[1024];

    box_type(r->b, node, "configure terminal");
    snprintf(text, sizeof text, "%s", lines);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        box_type(r->b, node, line);
    box_type(r->b, node, "end");
}

/* Left's line is to 10.0.0.0/8; right has 10.2.1.0/24 and 10.2.2.0/24. */
static struct rig *parts(const char *right)
{
    struct rig *r = rig_new(7);

    conf(r, "left", "no access-list 101\naccess-list 101 permit ip 10.1.0.0 0.0.255.255 10.0.0.0 0.255.255.255");
    conf(r, "right",
         "interface Loopback0\nip address 10.2.1.1 255.255.255.0\ninterface Loopback1\nip address 10.2.2.1 "
         "255.255.255.0\nno access-list 101");
    conf(r, "right", right);
    return r;
}

static bool answered(struct rig *r, const char *node, const char *ping)
{
    return strstr(box_type(r->b, node, ping), "(5/5)");
}

static void each_its_own(void **state)
{
    (void)state;
    struct rig *r = parts("access-list 101 permit ip 10.2.1.0 0.0.0.255 10.1.0.0 0.0.255.255\n"
                          "access-list 101 permit ip 10.2.2.0 0.0.0.255 10.1.0.0 0.0.255.255");
    (void)answered(r, "left", "ping 10.2.2.1 source Loopback0 repeat 5");
    assert_true(answered(r, "left", "ping 10.2.2.1 source Loopback0 repeat 5"));
    rig_quiet(r, 1, 1);
    (void)answered(r, "left", "ping 10.2.1.1 source Loopback0 repeat 5");
    assert_true(answered(r, "left", "ping 10.2.1.1 source Loopback0 repeat 5"));
    rig_quiet(r, 1, 2);
    assert_true(answered(r, "right", "ping 10.1.0.1 source Loopback0 repeat 5"));
    assert_true(answered(r, "right", "ping 10.1.0.1 source Loopback1 repeat 5"));
    /* again, after one is gone */
    box_type(r->b, "right", "clear crypto sa");
    (void)answered(r, "left", "ping 10.2.1.1 source Loopback0 repeat 5");
    assert_true(answered(r, "left", "ping 10.2.1.1 source Loopback0 repeat 5"));
    rig_quiet(r, 1, 1);
    assert_non_null(
        strstr(box_type(r->b, "left", "show crypto ikev2 session"), "remote selector 10.2.1.0/0 - 10.2.1.255/65535"));
    rig_free(r);
}

static void left_out(void **state)
{
    (void)state;
    struct rig *r = parts("access-list 101 permit ip 10.2.1.0 0.0.0.255 10.1.0.0 0.0.255.255");
    (void)answered(r, "left", "ping 10.2.1.1 source Loopback0 repeat 5");
    assert_true(answered(r, "left", "ping 10.2.1.1 source Loopback0 repeat 5"));
    rig_quiet(r, 1, 1);
    unsigned before = r->seen[V2_CREATE_CHILD_SA][0];
    assert_false(answered(r, "left", "ping 10.2.2.1 source Loopback0 repeat 90 timeout 2")); /* three minutes */
    assert_in_range(r->seen[V2_CREATE_CHILD_SA][0] - before, 1, 4);
    box_run(r->b, S);
    rig_quiet(r, 1, 1);
    assert_true(answered(r, "left", "ping 10.2.1.1 source Loopback0 repeat 5"));
    /* Packets for many: one question a second, and no pair of them stays. */
    before = r->seen[V2_CREATE_CHILD_SA][0];
    for (int i = 0; i < 40; i++) {
        char line[64];
        snprintf(line, sizeof line, "ping 10.9.0.%d source Loopback0 repeat 1 timeout 0", i + 1);
        box_type(r->b, "left", line);
        box_run(r->b, S / 4);
    }
    assert_in_range(r->seen[V2_CREATE_CHILD_SA][0] - before, 2, 12);
    box_run(r->b, S);
    rig_quiet(r, 1, 1);
    /* What the peer has now is had within a second. */
    conf(r, "right", "access-list 101 permit ip 10.2.2.0 0.0.0.255 10.1.0.0 0.0.255.255");
    (void)answered(r, "left", "ping 10.2.2.1 source Loopback0 repeat 5");
    assert_true(answered(r, "left", "ping 10.2.2.1 source Loopback0 repeat 5"));
    rig_quiet(r, 1, 2);
    rig_free(r);
}

/* A child that is replaced keeps its selectors, though the request to replace it offers more, and has not lost them to another
 * flow within what is offered (RFC 7296 section 2.9.2). */
static void replaced(void **state)
{
    static const struct v2_ts from = {0, 0, UINT16_MAX, 0x0A010000, 0x0A01FFFF}, to = {0, 0, UINT16_MAX, 0x0A000000, 0x0AFFFFFF};
    static const uint8_t nonce[32];

    (void)state;
    struct rig *r = parts("access-list 101 permit ip 10.2.1.0 0.0.0.255 10.1.0.0 0.0.255.255\n"
                          "access-list 101 permit ip 10.2.2.0 0.0.0.255 10.1.0.0 0.0.255.255");
    (void)answered(r, "left", "ping 10.2.2.1 source Loopback0 repeat 5");
    (void)answered(r, "left", "ping 10.2.1.1 source Loopback0 repeat 5");
    rig_quiet(r, 1, 2);
    for (uint32_t net = 0x0A020100; net <= 0x0A020200; net += 0x100) {
        const struct v2_child *old = rig_child(r, 1), *young;
        uint8_t inner[1024], spi[4];
        struct v2_wr w;

        while (old && (old->policy.local_sel.addr != net || old->state != V2C_UP))
            old = old->next;
        assert_non_null(old);
        put32(spi, old->spi_out);
        v2_begin_inner(&w, inner, sizeof inner);
        v2_put_notify(&w, V2_PROTO_ESP, V2N_REKEY_SA, spi, 4, NULL, 0);
        v2_write_child_offer(&w, &old->policy, 0x1000 + net, false);
        v2_put(&w, V2_NONCE, nonce, sizeof nonce);
        v2_put_ts(&w, V2_TSI, &from, 1);
        v2_put_ts(&w, V2_TSR, &to, 1);
        rig_say(r, 500, V2_CREATE_CHILD_SA, w.first, inner, w.w.len);
        assert_int_equal(old->state, V2C_REPLACED);
        young = v2_child_find(rig_v2(r, "right"), old->by);
        assert_non_null(young);
        assert_int_equal(young->policy.local_sel.addr, net);
        assert_int_equal(young->policy.local_sel.mask, 0xFFFFFF00);
    }
    rig_free(r);
}

static enum wire_verdict lose_left(struct rig *r, int from, const uint8_t *ike, size_t len)
{
    (void)r, (void)len;
    return from == 0 && ike[18] == V2_CREATE_CHILD_SA ? WIRE_LOSE : WIRE_PASS;
}

/* Told SINGLE_PAIR_REQUIRED, one asks anew for the pair of the packet (section 2.9); each pair of hosts gets its own so. */
static void single_pairs(void **state)
{
    (void)state;
    struct rig *r = parts("access-list 101 permit ip 10.2.0.0 0.0.255.255 10.1.0.0 0.0.255.255");

    (void)answered(r, "left", "ping 10.2.1.1 source Loopback0 repeat 5");
    box_type(r->b, "left", "clear crypto sa");
    box_run(r->b, S);
    rig_quiet(r, 1, 0);
    for (unsigned i = 1; i <= 2; i++) {
        struct v2_sa *right = rig_sa(r, 1);
        uint8_t inner[64], out[256];
        char line[64];
        struct v2_wr w;

        r->judge = lose_left;
        snprintf(line, sizeof line, "ping 10.2.%u.1 source Loopback0 repeat 1 timeout 0", i);
        box_type(r->b, "left", line);
        box_run(r->b, S / 10);
        r->judge = NULL;
        struct v2_hdr h = {.version = 0x20,
                           .exchange = V2_CREATE_CHILD_SA,
                           .flags = (uint8_t)(V2_FLAG_RESPONSE | (right->initiator ? V2_FLAG_INITIATOR : 0)),
                           .mid = rig_sa(r, 0)->next_mid - 1};
        memcpy(h.ispi, right->ispi, 8);
        memcpy(h.rspi, right->rspi, 8);
        v2_begin_inner(&w, inner, sizeof inner);
        v2_put_notify(&w, V2_PROTO_NONE, V2N_SINGLE_PAIR_REQUIRED, NULL, 0, NULL, 0);
        size_t n = v2_sk_seal(right->seal, rig_ike(r, "right")->env.rnd, &h, w.first, inner, w.w.len, out, sizeof out);
        rig_inject(r, 1, 500, out, n);
        box_run(r->b, S);
        rig_quiet(r, 1, i);
        assert_int_equal(rig_child(r, 1)->policy.local_sel.addr, 0x0A020001 + 256 * i);
        assert_int_equal(rig_child(r, 1)->policy.local_sel.mask, UINT32_MAX);
        assert_int_equal(rig_child(r, 1)->policy.remote_sel.mask, UINT32_MAX);
        snprintf(line, sizeof line, "ping 10.2.%u.1 source Loopback0 repeat 5", i);
        assert_true(answered(r, "left", line));
    }
    rig_free(r);
}

static bool asked(void *arg, const struct ipsec_policy *p)
{
    (void)p;
    ++*(unsigned *)arg;
    return false;
}

/* What is offered is held against a policy once, however many selectors come with it. */
static void many_selectors(void **state)
{
    struct rig *r = parts("access-list 101 permit ip 10.2.1.0 0.0.0.255 10.1.0.0 0.0.255.255\n"
                          "access-list 101 permit ip 10.2.2.0 0.0.0.255 10.1.0.0 0.0.255.255");
    struct v2_ts all[V2_TS_MAX];
    struct v2_payloads ps;
    struct ipsec_policy found;
    uint8_t inner[2048];
    struct v2_wr w;
    unsigned n = 0;
    (void)state;

    (void)answered(r, "left", "ping 10.2.2.1 source Loopback0 repeat 5");
    for (unsigned i = 0; i < V2_TS_MAX; i++)
        all[i] = (struct v2_ts){0, 0, UINT16_MAX, 0x0A010000 - i, 0x0A02FFFF + i};
    v2_begin_inner(&w, inner, sizeof inner);
    v2_put_ts(&w, V2_TSI, all, V2_TS_MAX);
    v2_put_ts(&w, V2_TSR, all, V2_TS_MAX);
    assert_int_equal(v2_payloads(w.first, inner, w.w.len, &ps), CODEC_OK);
    const struct v2_ts_offer offer = {asked, &n};
    assert_true(v2_ts_find(rig_sa(r, 1), &ps, false, &offer, NULL, &found));
    assert_int_equal(n, 2);
    assert_int_equal(found.local_sel.mask, 0xFFFFFF00);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_its_own), cmocka_unit_test(left_out),
                                       cmocka_unit_test(replaced), cmocka_unit_test(single_pairs),
                                       cmocka_unit_test(many_selectors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
