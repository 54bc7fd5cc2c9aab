/* Dead peer detection: when a probe goes out, when it does not, and what a dead peer takes with it. */
#include "tests/exchange/ike_world.h"

#include "dataplane/ike/v1/v1.h"

static struct world *up(uint64_t seed, uint16_t sec, uint16_t retry, bool periodic)
{
    struct world *w = world_new(seed);
    struct side *a = &w->side[SIDE_A];
    a->ike->conf.keepalive = sec;
    a->ike->conf.keepalive_retry = retry;
    a->ike->conf.keepalive_periodic = periodic;
    ike_conf_changed(a->ike);
    acquire(a);
    run_s(w, 1);
    assert_true(both_flow(w));
    return w;
}

static void test_off(void **state)
{
    (void)state;
    struct world *w = up(30, 0, 2, true);
    run_s(w, 600);
    assert_int_equal(w->side[SIDE_A].sent[INFO] + w->side[SIDE_B].sent[INFO], 0);
    world_free(w);
}

static void test_periodic(void **state)
{
    (void)state;
    struct world *w = up(31, 10, 2, true);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    run_s(w, 99);
    assert_in_range(a->sent[INFO], 8, 10);
    assert_int_equal(b->sent[INFO], a->sent[INFO]); /* each answered */
    unsigned before = a->sent[INFO];
    for (int i = 0; i < 20; i++) { /* traffic in is proof enough */
        a->ips.last_in = loop_now(w->loop);
        run_s(w, 5);
    }
    assert_int_equal(a->sent[INFO], before);
    /* b dies: last proof + 10 s, five probes 2 s apart, dead 2 s after the last */
    a->ips.last_in = loop_now(w->loop);
    b->deaf = true;
    run_s(w, 19);
    assert_int_equal(a->sent[INFO], before + 5);
    assert_int_equal(sas_up(a), 1);
    run_s(w, 2);
    assert_int_equal(sas_up(a), 0);
    assert_int_equal(pairs_of(a), 0);
    assert_int_equal(a->sent[INFO], before + 5);
    world_free(w);
}

/* A peer that has not said that it knows probes is not probed, until it probes itself. */
static void test_unannounced(void **state)
{
    (void)state;
    struct world *w = up(39, 10, 2, true);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    struct ike_sa *sa = a->ike->all, *theirs = b->ike->all;
    uint8_t spi[2 * COOKIE_LEN], seq[4] = {1};

    sa->dpd = false;
    ike_conf_changed(a->ike);
    run_s(w, 100);
    assert_int_equal(a->sent[INFO], 0);
    memcpy(spi, sa->icookie, COOKIE_LEN);
    memcpy(spi + COOKIE_LEN, sa->rcookie, COOKIE_LEN);
    v1_info_notify(theirs, IPROTO_ISAKMP, N_R_U_THERE, spi, sizeof spi, seq, sizeof seq);
    run_s(w, 0.1);
    assert_int_equal(a->sent[INFO], 1);
    b->deaf = true;
    run_s(w, 22);
    assert_int_equal(a->sent[INFO], 1 + 5);
    assert_int_equal(sas_up(a), 0);
    world_free(w);
}

static void packet_out(struct world *w, struct side *s)
{
    s->ips.last_out = loop_now(w->loop);
    if (s->ips.watched) {
        s->ips.watched = false;
        ike_owner_sends(s->ike, s->ips.watched_owner, s->addr, w->side[!s->which].addr);
    }
}

static void test_on_demand(void **state)
{
    (void)state;
    struct world *w = up(32, 10, 3, false);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    run_s(w, 300);
    assert_int_equal(a->sent[INFO], 0); /* idle: none */
    packet_out(w, a);
    run_s(w, 0.1);
    assert_int_equal(a->sent[INFO], 1); /* nothing in for long, something out: at once */
    assert_int_equal(b->sent[INFO], 1);
    run_s(w, 100);
    assert_int_equal(a->sent[INFO], 1);
    b->deaf = true;
    for (int i = 0; i < 10; i++) {
        packet_out(w, a);
        run_s(w, 1);
    }
    run_s(w, 20);
    assert_int_equal(sas_up(a), 0);
    assert_int_equal(pairs_of(a), 0);
    world_free(w);
}

/* Single losses do not kill; an answer with another number, or for another SA, counts for nothing. */
static enum fate lose_some(struct world *w, struct side *from, enum msg_name name, uint8_t *data, size_t len)
{
    (void)from;
    (void)data;
    (void)len;
    return name == INFO && w->left-- > 0 ? FATE_LOSE : FATE_PASS;
}

static void test_losses(void **state)
{
    (void)state;
    struct world *w = up(33, 10, 2, true);
    struct side *a = &w->side[SIDE_A];
    w->judge = lose_some;
    w->left = 4;
    run_s(w, 30);
    assert_int_equal(sas_up(a), 1);
    assert_true(both_flow(w));
    world_free(w);
}

/* b reloaded without its SAs: it answers nothing, says so in its log, limited; a finds out and begins anew. */
static void test_reloaded_peer(void **state)
{
    (void)state;
    struct world *w = up(34, 10, 2, true);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    side_reload(b);
    run_s(w, 22);
    assert_int_equal(sas_up(a), 0);
    assert_int_equal(
        log_count(b, "%CRYPTO-4-IKMP_NO_SA: IKE message from 192.0.2.1 has no SA and is not an initialization offer"),
        1);
    acquire(a);
    run_s(w, 1);
    assert_true(both_flow(w));
    world_free(w);
}

static void test_session_messages(void **state)
{
    (void)state;
    struct world *w = world_new(35);
    struct side *a = &w->side[SIDE_A];
    a->ike->conf.logging_session = true;
    acquire(a);
    run_s(w, 1);
    assert_int_equal(
        log_count(a, "%CRYPTO-5-SESSION_STATUS: Crypto tunnel is UP  .  Peer 198.51.100.2:500       Id: 198.51.100.2"),
        1);
    struct sa_pair_info info = fake_info(fake_pair(&a->ips, a->ips.current));
    ike_soft_expire(a->ike, &info);
    run_s(w, 60);
    assert_int_equal(log_count(a, "SESSION_STATUS"), 1); /* a rekey is no news */
    ike_clear_session(a->ike, 0, 0, 0);
    run_s(w, 1);
    assert_int_equal(
        log_count(a, "%CRYPTO-5-SESSION_STATUS: Crypto tunnel is DOWN.  Peer 198.51.100.2:500       Id: 198.51.100.2"),
        1);
    assert_int_equal(log_count(a, "SESSION_STATUS"), 2);
    world_free(w);
}

/* RFC 3706 section 6.2: a probe's number says whether it is new; one that lies behind is not answered, the last again is,
 * once a second. */
static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        uint32_t seq;
        bool later; /* by a second */
        bool answered;
    } rows[] = {{100, false, true},        {101, false, true},  {100, false, false},       {101, false, false},
                {101, true, true},         {50, true, false},   {105, false, true},        {0x7FFFFFFF, false, true},
                {0x80000000u, false, true}, {5, false, false},  {0xFFFFFFFFu, false, true}, {2, false, true}};
    struct world *w = up(37, 0, 2, true);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    struct ike_sa *sa = a->ike->all;
    uint8_t spi[2 * COOKIE_LEN], seq[4];

    memcpy(spi, sa->icookie, COOKIE_LEN);
    memcpy(spi + COOKIE_LEN, sa->rcookie, COOKIE_LEN);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned before = b->sent[INFO];
        run_s(w, rows[i].later ? 1.1 : 0.1);
        put32(seq, rows[i].seq);
        v1_info_notify(sa, IPROTO_ISAKMP, N_R_U_THERE, spi, sizeof spi, seq, sizeof seq);
        run_s(w, 0.1);
        if (b->sent[INFO] - before != rows[i].answered)
            fail_msg("row %zu: %u", i, rows[i].seq);
    }
    world_free(w);
}

/* A probe and an answer of long ago, sent again: they prove nothing, whatever has been forgotten meanwhile. */
static void test_recorded(void **state)
{
    (void)state;
    struct world *w = up(38, 10, 2, true);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    unsigned at[2] = {0};

    run_s(w, 15);
    for (unsigned i = 0; i < w->taped; i++)
        if (w->tape[i].name == INFO)
            at[w->tape[i].from] = i; /* the first probe of a, the first answer of b */
    assert_true(at[SIDE_A] && at[SIDE_B]);
    run_s(w, 1500); /* more than 64 of each */
    b->deaf = true;
    run_s(w, 5);
    uint64_t alive[2] = {a->ike->all->peer->last_rx, b->ike->all->peer->last_rx};
    unsigned sent = b->sent[INFO];
    b->deaf = false;
    for (int i = 0; i < 2; i++) {
        struct side *to = &w->side[!i];
        struct udp_from from = {.src = w->side[i].addr, .dst = to->addr, .sport = 500, .dport = 500};
        launch(w, to, &from, w->tape[at[i]].data, w->tape[at[i]].len, 1000);
    }
    run_s(w, 0.1);
    assert_int_equal(a->ike->all->peer->last_rx, alive[0]);
    assert_int_equal(b->ike->all->peer->last_rx, alive[1]);
    assert_int_equal(b->sent[INFO], sent);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_recorded), cmocka_unit_test(test_off),    cmocka_unit_test(test_periodic),      cmocka_unit_test(test_on_demand), cmocka_unit_test(test_unannounced),
        cmocka_unit_test(test_losses), cmocka_unit_test(test_reloaded_peer), cmocka_unit_test(test_session_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
