/* Hostile bytes, seeded and short: every message of an exchange, spoiled in many ways, thrown at both ends in every
 * state. Nothing crashes; what has not been proved moves no SA, no pair, no reservation; memory and the log stay
 * bounded. */
#include "tests/exchange/ike_world.h"

struct picture {
    unsigned active, negotiating, half_open, dead, pairs, installs, deletes, reserved, peers;
    uint32_t current;
};

static struct picture picture(struct side *s)
{
    struct ike_counts c = ike_counts(s->ike);
    struct picture p = {c.active,       c.negotiating, c.half_open,
                        c.dead,         pairs_of(s),   s->ips.installs,
                        s->ips.deletes, reserved(s),   (unsigned)table_count(s->ike->peers),
                        s->ips.current};
    return p;
}

/* One of: bits, a random run, a cut end, bytes behind (with or without the header saying so), a field set to an
 * extreme, two messages mixed. */
static size_t spoil(struct rnd *r, uint8_t *b, size_t len, size_t cap, const uint8_t *other, size_t other_len)
{
    unsigned kind = rnd_u32(r) % 7, times = 1 + rnd_u32(r) % 4;
    static const uint8_t extremes[] = {0, 1, 3, 4, 0x7F, 0x80, 0xFF};
    while (times--) {
        size_t at = rnd_u32(r) % len;
        switch (kind) {
        case 0: b[at] ^= 1u << rnd_u32(r) % 8; break;
        case 1: rnd_fill(r, b + at, len - at < 16 ? len - at : 16); break;
        case 2:
            len = 1 + rnd_u32(r) % len;
            if (len >= 28 && rnd_u32(r) % 2)
                put32(b + 24, (uint32_t)len);
            break;
        case 3:
            if (len + 32 < cap) {
                rnd_fill(r, b + len, 32);
                len += rnd_u32(r) % 32;
                if (len >= 28 && rnd_u32(r) % 2)
                    put32(b + 24, (uint32_t)len);
            }
            break;
        case 4: b[at] = extremes[rnd_u32(r) % sizeof extremes]; break;
        case 5:
            if (at < other_len)
                memcpy(b + at, other + at, other_len - at < len - at ? other_len - at : len - at);
            break;
        default:
            if (len >= 28)
                b[16 + rnd_u32(r) % 4] = (uint8_t)rnd_u32(r);
        }
    }
    return len;
}

/* An up tunnel, and 60000 spoiled messages of its own making to both ends, from the right address. */
static void test_established(void **state)
{
    (void)state;
    struct world *w = world_new(70);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    struct rnd *r = rnd_seeded_new(7);
    a->ike->conf.keepalive = 0;
    acquire(a);
    run_s(w, 2);
    ike_invalid_spi(a->ike, ADDR_B, ADDR_A, PROTO_ESP, 99999, "Ethernet0/0", false); /* an INFORMATIONAL on tape too */
    run_s(w, 2);
    assert_true(both_flow(w));
    unsigned taped = w->taped;
    assert_in_range(taped, 10, 20);
    struct picture before[2] = {picture(a), picture(b)};
    for (unsigned i = 0; i < 60000; i++) {
        uint8_t bytes[2048];
        unsigned k = rnd_u32(r) % taped, other = rnd_u32(r) % taped;
        int to = (int)(rnd_u32(r) % 2);
        size_t len = w->tape[k].len;
        memcpy(bytes, w->tape[k].data, len);
        len = spoil(r, bytes, len, sizeof bytes, w->tape[other].data, w->tape[other].len);
        struct udp_from from = {.src = w->side[1 - to].addr, .dst = w->side[to].addr, .sport = 500, .dport = 500};
        /* A first message is no secret: whoever sends one gets a half-open SA, bounded below. Here only what claims to
         * belong to an exchange. */
        static const uint8_t none[8];
        if (len >= 16 && memcmp(bytes + 8, none, 8) == 0)
            continue;
        unsigned was = w->taped;
        if (rnd_u32(r) % 8 == 0) {
            uint8_t marked[2052] = {0};
            memcpy(marked + 4, bytes, len);
            recv_4500(w->side[to].ike, &from, marked, len + 4);
        } else {
            recv_500(w->side[to].ike, &from, bytes, len);
        }
        (void)was;
    }
    struct picture after[2] = {picture(a), picture(b)};
    assert_memory_equal(before, after, sizeof before);
    run_s(w, 100);
    assert_true(both_flow(w));
    assert_true(settled(a) && settled(b));
    assert_in_range(log_count(a, "%CRYPTO-"), 0, 12); /* limited by source and minute */
    /* and it still works */
    struct sa_pair_info info = fake_info(fake_pair(&a->ips, a->ips.current));
    ike_soft_expire(a->ike, &info);
    run_s(w, 2);
    assert_true(both_flow(w) && a->ips.current != info.id);
    rnd_free(r);
    world_free(w);
}

/* Into every state of an exchange: before each message of ours arrives, spoiled ones do. Encrypted ones change nothing;
 * the exchange succeeds. */
struct barrage {
    struct rnd *rnd;
    bool encrypted_only;
    unsigned thrown;
};

static enum fate barrage(struct world *w, struct side *from, enum msg_name name, uint8_t *data, size_t len)
{
    struct barrage *b = w->judge_arg;
    struct side *to = &w->side[1 - from->which];
    struct udp_from where = {.src = from->addr, .dst = to->addr, .sport = 500, .dport = 500};
    (void)name;
    if (b->encrypted_only && !(data[19] & FLAG_ENCRYPT))
        return FATE_PASS;
    for (int i = 0; i < 40; i++) {
        uint8_t copy[2048];
        unsigned other = rnd_u32(b->rnd) % w->taped;
        memcpy(copy, data, len);
        size_t n = spoil(b->rnd, copy, len, sizeof copy, w->tape[other].data, w->tape[other].len);
        if (b->encrypted_only && (n < ISAKMP_HDR || memcmp(copy, data, len < n ? len : n) == 0 || name == MM5))
            continue; /* unchanged; or MM5, whose tail nothing protects (test_ike_main_quick.c) */
        launch(w, to, &where, copy, n, 1000);
        b->thrown++;
    }
    return FATE_PASS;
}

static void test_every_state(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct world *w = world_new(700 + seed);
        struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
        struct barrage c = {.rnd = rnd_seeded_new(seed), .encrypted_only = true};
        w->judge = barrage;
        w->judge_arg = &c;
        for (int k = 0; k < 2; k++)
            w->side[k].ips.policy.pfs_group = seed % 2 ? 19 : 0;
        acquire(a);
        run_s(w, 3);
        if (!both_flow(w) || pairs_of(a) != 1 || pairs_of(b) != 1)
            fail_msg("seed %llu: pairs %u and %u", (unsigned long long)seed, pairs_of(a), pairs_of(b));
        assert_in_range(c.thrown, 40, 1000);
        w->judge = NULL;
        run_s(w, 120);
        assert_true(both_flow(w) && settled(a) && settled(b));
        rnd_free(c.rnd);
        world_free(w);
    }
    /* The unprotected messages too: an attempt may fail, as IKEv1 cannot help; what remains is clean and bounded. */
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct world *w = world_new(800 + seed);
        struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
        struct barrage c = {.rnd = rnd_seeded_new(seed)};
        w->judge = barrage;
        w->judge_arg = &c;
        acquire(a);
        run_s(w, 3);
        assert_in_range(ike_counts(b->ike).half_open, 0, IKE_HALF_OPEN_PEER_MAX);
        w->judge = NULL;
        run_s(w, 300);
        assert_true(settled(a) && settled(b));
        if (!both_flow(w)) {
            ike_clear_session(a->ike, 0, 0, 0);
            ike_clear_session(b->ike, 0, 0, 0);
            run_s(w, 1);
            acquire(a);
            run_s(w, 3);
        }
        if (!both_flow(w))
            fail_msg("seed %llu: no tunnel afterwards", (unsigned long long)seed);
        rnd_free(c.rnd);
        world_free(w);
    }
}

/* Noise from everywhere: no SA, no peer, few log lines. */
static void test_noise(void **state)
{
    (void)state;
    struct world *w = world_new(90);
    struct side *b = &w->side[SIDE_B];
    struct rnd *r = rnd_seeded_new(9);
    for (unsigned i = 0; i < 50000; i++) {
        uint8_t bytes[256];
        size_t len = rnd_u32(r) % sizeof bytes;
        rnd_fill(r, bytes, len);
        if (len >= 28 && i % 2) { /* as far as a header goes, right */
            bytes[17] = 0x10;
            bytes[18] = EX_MAIN;
            bytes[19] = 0;
            if (i % 4 == 1)
                memset(bytes + 8, 0, 8);
            put32(bytes + 20, 0);
            put32(bytes + 24, (uint32_t)len);
        }
        struct udp_from from = {.src = rnd_u32(r), .dst = ADDR_B, .sport = (uint16_t)rnd_u32(r), .dport = 500};
        if (i % 5)
            recv_500(b->ike, &from, bytes, len);
        else
            recv_4500(b->ike, &from, bytes, len);
        if (i % 5000 == 0)
            run_s(w, 1);
    }
    struct picture p = picture(b);
    assert_int_equal(p.active + p.negotiating + p.half_open + p.dead + p.peers + p.reserved, 0);
    assert_in_range(log_count(b, "%CRYPTO-"), 1, 130); /* ten a second in all */
    assert_int_equal(b->sent[INFO], 0);
    rnd_free(r);
    world_free(w);
}

static enum fate lose_mm3(struct world *w, struct side *from, enum msg_name name, uint8_t *data, size_t len)
{
    (void)w, (void)from, (void)data, (void)len;
    return name == MM3 ? FATE_LOSE : FATE_PASS;
}

/* Who has not seen our cookie cannot make us do sums: an answer to MM2 without it (a forged source never saw MM2) is no MM3. */
static void test_cookie_not_returned(void **state)
{
    (void)state;
    struct world *w = world_new(91);
    struct side *b = &w->side[SIDE_B];
    struct udp_from from = {.src = ADDR_A, .dst = ADDR_B, .sport = 500, .dport = 500};
    uint8_t m[2048];
    w->judge = lose_mm3;
    acquire(&w->side[SIDE_A]);
    run_s(w, 1);
    assert_int_equal(w->tape[w->taped - 1].name, MM3);
    size_t len = w->tape[w->taped - 1].len;
    memcpy(m, w->tape[w->taped - 1].data, len);
    memset(m + 8, 0, 8);
    recv_500(b->ike, &from, m, len);
    run_s(w, 0.1);
    assert_int_equal(b->ike->all->state, IKE_R_MM2);
    assert_int_equal(b->sent[MM4], 0);
    recv_500(b->ike, &from, w->tape[w->taped - 1].data, len); /* with it, it is */
    run_s(w, 0.1);
    assert_int_equal(b->sent[MM4], 1);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_established), cmocka_unit_test(test_every_state),
                                       cmocka_unit_test(test_noise),
                                       cmocka_unit_test(test_cookie_not_returned)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
