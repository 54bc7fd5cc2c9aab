/* What a peer that has proved itself may send although we never do: a DELETE and an INITIAL-CONTACT for the same SA in
 * one message, an SA named twice, the commit bit (RFC 2408 section 3.1), RESPONDER-LIFETIME long after (RFC 2407 section
 * 4.6.3.1); and more dead SAs than are kept. */
#include "tests/exchange/ike_says.h"

static void contact_then_delete(struct msg_wr *m, void *old)
{
    write_contact(m);
    write_delete(m, old);
}

static void delete_twice(struct msg_wr *m, void *old)
{
    write_delete(m, old);
    write_delete(m, old);
}

/* Two SAs between A and B; in one message on the newer one A ends the older one in two ways. */
static void test_ended_twice(void **state)
{
    (void)state;
    void (*const bodies[])(struct msg_wr *, void *) = {delete_then_contact, contact_then_delete, delete_twice};
    for (unsigned i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct world *w = world_new(700 + i);
        struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
        acquire(a);
        run_s(w, 2);
        struct ike_sa *old = a->ike->all;
        struct ike_sa *newer = ike_begin(peer_get(a->ike, ADDR_A, ADDR_B, 500), "");
        run_s(w, 2);
        assert_int_equal(sas_up(b), 2);
        say(newer, bodies[i], old);
        run_s(w, 1);
        assert_int_equal(sas_up(b), 1);
        assert_int_equal(ike_counts(b->ike).dead, 1);
        say(newer, delete_twice, newer); /* the one that carries it */
        run_s(w, 1);
        assert_int_equal(sas_up(b), 0);
        assert_int_equal(ike_counts(b->ike).dead, 2);
        world_free(w);
    }
}

/* 70 SAs one after the other, all dead within a minute: 64 are kept, the newest; what is in hand is not freed. */
static void test_many_dead(void **state)
{
    (void)state;
    struct world *w = world_new(710);
    struct side *a = &w->side[SIDE_A];
    for (unsigned i = 1; i <= IKE_DEAD_MAX + 6; i++) {
        acquire(a);
        run_s(w, 0.5);
        assert_int_equal(sas_up(a), 1);
        ike_clear_session(a->ike, 0, 0, 0);
        assert_int_equal(ike_counts(a->ike).dead, i < IKE_DEAD_MAX ? i : IKE_DEAD_MAX);
    }
    struct ike_sa_info info;
    size_t at = 0;
    unsigned n = 0;
    run_s(w, 0.1);
    while (ike_sa_next(a->ike, &at, &info)) {
        assert_true(info.dead);
        assert_int_equal(info.conn_id, 1001 + 6 + n++);
    }
    assert_int_equal(n, IKE_DEAD_MAX);
    run_s(w, 61);
    assert_int_equal(ike_counts(a->ike).dead, 0);
    world_free(w);
}

/* Many living SAs go at once when there is room for few dead ones. */
static void test_all_at_once(void **state)
{
    (void)state;
    struct world *w = world_new(720);
    struct side *a = &w->side[SIDE_A];
    acquire(a);
    run_s(w, 2);
    for (unsigned i = 1; i < IKE_DEAD_MAX + 6; i++)
        assert_non_null(ike_begin(peer_get(a->ike, ADDR_A, ADDR_B, 500), ""));
    run_s(w, 5);
    unsigned up = sas_up(a);
    assert_true(up > 6);
    for (unsigned i = 0; i <= IKE_DEAD_MAX - up; i++) {
        assert_non_null(ike_begin(peer_get(a->ike, ADDR_A, ADDR_B, 500), ""));
        run_s(w, 0.2);
    }
    ike_clear_sas(a->ike, 0);
    assert_int_equal(sas_up(a), 0);
    assert_int_equal(ike_counts(a->ike).dead, IKE_DEAD_MAX);
    run_s(w, 130); /* those that got no answer die first */
    assert_int_equal(ike_counts(a->ike).dead, 0);
    world_free(w);
}

/* A begins IKE SAs without end: B keeps the newest. */
static void test_anew_without_end(void **state)
{
    (void)state;
    struct world *w = world_new(730);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    acquire(a);
    run_s(w, 2);
    for (unsigned i = 0; i < 2 * IKE_SAME_MAX; i++) {
        struct ike_sa *sa = ike_begin(peer_get(a->ike, ADDR_A, ADDR_B, 500), "");
        assert_non_null(sa);
        run_s(w, 0.5);
        ike_sa_kill(sa, "Forgotten"); /* B is not told */
        assert_in_range(sas_up(b), 2, IKE_SAME_MAX);
    }
    assert_int_equal(sas_up(b), IKE_SAME_MAX);
    assert_true(both_flow(w));
    world_free(w);
}

/* The same from behind a translator that gives it another port each time (by hand here): each port is a peer. */
static void test_anew_from_new_ports(void **state)
{
    (void)state;
    struct world *w = world_new(732);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    unsigned peers = 0;
    acquire(a);
    run_s(w, 2);
    for (unsigned i = 0; i < 2 * IKE_SAME_MAX; i++) {
        for (struct ike_peer *p = peer_first(b->ike, ADDR_B, ADDR_A); p; p = p->here)
            if (!p->translated) {
                p->translated = true;
                p->port = (uint16_t)(20000 + i);
            }
        struct ike_sa *sa = ike_begin(peer_get(a->ike, ADDR_A, ADDR_B, 500), "");
        assert_non_null(sa);
        run_s(w, 0.5);
        ike_sa_kill(sa, "Forgotten");
        assert_in_range(sas_up(b), 2, IKE_SAME_MAX);
    }
    for (struct ike_peer *p = peer_first(b->ike, ADDR_B, ADDR_A); p; p = p->here)
        peers++;
    assert_in_range(peers, IKE_SAME_MAX, IKE_SAME_MAX + 1); /* that of the pair, too */
    assert_int_equal(sas_up(b), IKE_SAME_MAX);
    world_free(w);
}

/* Many that have one address, as a gateway of users has: each with an identity of its own (by hand here), all stay. */
static void test_many_at_one_address(void **state)
{
    (void)state;
    struct world *w = world_new(731);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    unsigned who = 0;
    acquire(a);
    run_s(w, 2);
    for (unsigned i = 0; i < 2 * IKE_SAME_MAX; i++) {
        struct ike_sa *sa = ike_begin(peer_get(a->ike, ADDR_A, ADDR_B, 500), "");
        run_s(w, 0.5);
        ike_sa_kill(sa, "Forgotten");
        for (struct ike_sa *q = peer_get(b->ike, ADDR_B, ADDR_A, 500)->sas; q; q = q->peer_next)
            if (strncmp(q->peer_id, "user", 4) != 0)
                snprintf(q->peer_id, sizeof q->peer_id, "user%u@example.com", who++);
    }
    assert_int_equal(sas_up(b), 2 * IKE_SAME_MAX); /* the first one A has deleted */
    world_free(w);
}

/* Many questions in one message have one answer. */
static void three_questions(struct msg_wr *m, void *arg)
{
    const struct ike_sa *sa = arg;
    uint8_t spi[2 * COOKIE_LEN], seq[4] = {0};

    memcpy(spi, sa->icookie, COOKIE_LEN);
    memcpy(spi + COOKIE_LEN, sa->rcookie, COOKIE_LEN);
    for (seq[3] = 1; seq[3] <= 3; seq[3]++)
        msg_notify(m, IPROTO_ISAKMP, N_R_U_THERE, spi, sizeof spi, seq, sizeof seq);
}

static void test_questions_in_one(void **state)
{
    (void)state;
    struct world *w = world_new(740);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    acquire(a);
    run_s(w, 2);
    uint64_t said = b->ike->all->traffic[IKE_OUT].notifies;
    say(a->ike->all, three_questions, a->ike->all);
    run_s(w, 1);
    assert_int_equal(b->ike->all->traffic[IKE_OUT].notifies, said + 1);
    world_free(w);
}

/* However many ports it has behind its translator, IKE SAs with one address are not all there are. */
static void test_all_from_one(void **state)
{
    (void)state;
    struct world *w = world_new(750);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    struct ike_sa held[IKE_PEER_SA_MAX - 1];
    acquire(a);
    run_s(w, 2);
    struct ike_sa *up = b->ike->all;
    memset(held, 0, sizeof held);
    for (unsigned i = 0; i < IKE_PEER_SA_MAX - 1; i++) /* places that are taken */
        held[i].peer_next = i ? &held[i - 1] : NULL;
    up->peer_next = &held[IKE_PEER_SA_MAX - 2];
    (void)ike_begin(peer_get(a->ike, ADDR_A, ADDR_B, 500), "");
    run_s(w, 1);
    assert_int_equal(ike_counts(b->ike).active + ike_counts(b->ike).negotiating, 1);
    up->peer_next = &held[IKE_PEER_SA_MAX - 3];
    run_s(w, 10.5); /* the question is repeated */
    assert_true(ike_counts(b->ike).active + ike_counts(b->ike).negotiating > 1);
    for (struct ike_sa *sa = b->ike->all; sa; sa = sa->next)
        if (sa->peer_next == &held[IKE_PEER_SA_MAX - 3])
            sa->peer_next = NULL;
    world_free(w);
}

static enum fate set_commit(struct world *w, struct side *from, enum msg_name name, uint8_t *data, size_t len)
{
    (void)w;
    if (from->which == SIDE_B && name != OTHER && len > 19)
        data[19] |= FLAG_COMMIT;
    return FATE_PASS;
}

static void connected(struct msg_wr *m, void *arg)
{
    uint8_t spi[4];

    put32(spi, *(uint32_t *)arg);
    msg_notify(m, IPROTO_ESP, N_CONNECTED, spi, sizeof spi, NULL, 0);
}

/* B sets the commit bit wherever it can; A neither sets it nor waits for CONNECTED, which may come or not. */
static void test_commit_bit(void **state)
{
    (void)state;
    struct world *w = world_new(730);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    w->judge = set_commit;
    acquire(a);
    run_s(w, 2);
    assert_true(both_flow(w));
    for (unsigned i = 0; i < w->taped; i++)
        assert_int_equal(w->tape[i].data[19] & FLAG_COMMIT, 0); /* as sent, before the judge */
    uint32_t spi = b->ips.pairs[0].p.spi_in;
    *ike_debug_isakmp(a->ike) = true;
    say(b->ike->all, connected, &spi);
    run_s(w, 1);
    assert_int_equal(log_count(a, "processing NOTIFY CONNECTED protocol 3"), 1);
    assert_true(both_flow(w));
    acquire(b); /* and with B as the one who begins */
    ike_soft_expire(b->ike, &(struct sa_pair_info){.id = b->ips.current});
    run_s(w, 15);
    assert_true(both_flow(w));
    assert_int_equal(a->ips.installs, 2);
    assert_true(settled(a) && settled(b));
    world_free(w);
}

static void lifetime(struct msg_wr *m, void *arg)
{
    uint8_t data[12] = {0x80, 11, 0, 1, 0, 12, 0, 4};

    put32(data + 8, *(uint32_t *)arg);
    msg_notify(m, IPROTO_ISAKMP, N_RESPONDER_LIFETIME, NULL, 0, data, sizeof data);
}

static uint32_t left(struct side *s)
{
    struct ike_sa_info i;
    size_t at = 0;

    assert_true(ike_sa_next(s->ike, &at, &i));
    return i.left_s;
}

/* RESPONDER-LIFETIME apart: shortens, never lengthens, and not below what `lifetime` takes. */
static void test_responder_lifetime(void **state)
{
    (void)state;
    struct world *w = world_new(740);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    acquire(a);
    run_s(w, 2);
    *ike_debug_isakmp(a->ike) = true;
    static const struct {
        uint32_t told, left;
    } rows[] = {{3600, 3600}, {7200, 3600}, {59, 3600}, {0, 3600}, {0xFFFFFFFF, 3600}, {600, 600}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t told = rows[i].told;
        say(b->ike->all, lifetime, &told);
        run_s(w, 1);
        assert_in_range(left(a), rows[i].left - 20, rows[i].left);
    }
    assert_int_equal(log_count(a, "processing NOTIFY RESPONDER_LIFETIME protocol 1"), 6);
    assert_int_equal(log_count(a, "ISAKMP: (1001):processing responder lifetime"), 6);
    assert_int_equal(log_count(a, "ISAKMP: (1001):start processing isakmp responder lifetime"), 6);
    assert_int_equal(log_count(a, "restart ike sa timer to 3600 secs"), 1);
    assert_int_equal(log_count(a, "restart ike sa timer to "), 2);
    run_s(w, 600); /* renewed before its end, from which it is shown for a minute */
    assert_int_equal(sas_up(a), 1);
    assert_false(ike_sa_up(a->ike->all));
    world_free(w);
}

/* ---- refusals ---- */
struct refusal {
    uint8_t proto, spi_len;
    uint16_t type;
    uint8_t spi[16];
    bool ends;
};

static void refusal(struct msg_wr *m, void *arg)
{
    const struct refusal *r = arg;

    msg_notify(m, r->proto, r->type, r->spi, r->spi_len, NULL, 0);
}

static enum fate lose_qm1(struct world *w, struct side *from, enum msg_name name, uint8_t *data, size_t len)
{
    (void)w, (void)data, (void)len;
    return from->which == SIDE_A && name == QM1 ? FATE_LOSE : FATE_PASS;
}

/* An IKE SA, and of A one quick mode that B does not answer. */
static struct world *unanswered(uint64_t seed)
{
    struct world *w = world_new(seed);
    struct side *a = &w->side[SIDE_A];

    w->judge = lose_qm1;
    *ike_debug_isakmp(a->ike) = true;
    acquire(a);
    run_s(w, 2);
    assert_int_equal(sas_up(a), 1);
    assert_int_equal(a->sent[QM1], 1);
    return w;
}

/* RFC 2408 section 3.14.1: an error that names no SPI, as several peers say that they refuse a quick mode, can mean only
 * the one that has no answer. What is no error, or concerns something else, means none. */
static void test_refused_without_spi(void **state)
{
    (void)state;
    static const struct refusal rows[] = {
        {IPROTO_ESP, 0, N_NO_PROPOSAL_CHOSEN, {0}, true},
        {IPROTO_ESP, 4, N_NO_PROPOSAL_CHOSEN, {0}, true}, /* 0 is no SPI */
        {IPROTO_ISAKMP, 0, N_INVALID_ID_INFORMATION, {0}, true},
        {IPROTO_ISAKMP, 0, N_PAYLOAD_MALFORMED, {0}, true},
        {IPROTO_ISAKMP, 0, 8191, {0}, true},
        {IPROTO_ISAKMP, 0, 8192, {0}, false},
        {IPROTO_ISAKMP, 0, 0, {0}, false},
        {IPROTO_ISAKMP, 0, N_CONNECTED, {0}, false},
        {IPROTO_ESP, 0, N_INVALID_SPI, {0}, false},
        {IPROTO_ISAKMP, 0, N_INVALID_COOKIE, {0}, false},
        {IPROTO_ESP, 4, N_NO_PROPOSAL_CHOSEN, {1, 2, 3, 4}, false},      /* another's */
        {IPROTO_ISAKMP, 16, N_NO_PROPOSAL_CHOSEN, {1, 2, 3, 4}, false}, /* another IKE SA's */
        {IPROTO_ESP, 2, N_NO_PROPOSAL_CHOSEN, {0}, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct world *w = unanswered(750 + i);
        struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
        struct refusal r = rows[i];
        say(b->ike->all, refusal, &r);
        run_s(w, 1);
        if (log_count(a, "error TRUE reason \"Delete Larval\"") != rows[i].ends)
            fail_msg("row %zu", i);
        assert_int_equal(a->ips.acquire_failed, rows[i].ends);
        assert_int_equal(a->ips.failures, rows[i].ends);
        assert_int_equal(log_count(a, "processing NOTIFY PROPOSAL_NOT_CHOSEN protocol 3"),
                         r.type == N_NO_PROPOSAL_CHOSEN && r.proto == IPROTO_ESP);
        w->judge = NULL; /* it is asked again where it ended, and else sent again */
        acquire(a);
        run_s(w, 2);
        assert_int_equal(both_flow(w), rows[i].ends);
        run_s(w, 10);
        assert_true(both_flow(w));
        assert_int_equal(sas_up(a), 1);
        world_free(w);
    }
}

/* By the cookies of the SA that carries it, too; not without the SA's hash, and not in the clear. */
static void test_refused_by_whom(void **state)
{
    (void)state;
    struct world *w = unanswered(770);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    struct refusal r = {IPROTO_ISAKMP, 16, N_NO_PROPOSAL_CHOSEN, {0}, true};
    struct isakmp_hdr h = {.exchange = EX_INFO, .mid = 77};
    uint8_t buf[128];
    struct msg_wr m;

    memcpy(h.icookie, b->ike->all->icookie, COOKIE_LEN);
    memcpy(h.rcookie, b->ike->all->rcookie, COOKIE_LEN);
    for (int hashed = 0; hashed < 2; hashed++) {
        h.mid++;
        h.flags = hashed ? FLAG_ENCRYPT : 0;
        msg_begin(&m, buf, sizeof buf - 16, &h);
        if (hashed) {
            msg_open(&m, PL_HASH);
            wr_zero(&m.w, hash_len(a->ike->all->suite.hash));
            msg_close(&m);
        }
        msg_notify(&m, IPROTO_ESP, N_NO_PROPOSAL_CHOSEN, NULL, 0, NULL, 0);
        if (hashed) {
            v1_send_once(b->ike->all, h.mid, &m);
        } else {
            size_t len = msg_end(&m, 1);
            ike_transmit_to(b->ike, ADDR_B, ADDR_A, 500, 500, buf, len);
        }
        run_s(w, 1);
        assert_int_equal(a->ips.acquire_failed, 0);
    }
    memcpy(r.spi, h.icookie, COOKIE_LEN);
    memcpy(r.spi + COOKIE_LEN, h.rcookie, COOKIE_LEN);
    say(b->ike->all, refusal, &r);
    run_s(w, 1);
    assert_int_equal(a->ips.acquire_failed, 1);
    world_free(w);
}

/* With two of ours, or one of ours and the peer's own under way, nobody knows which of them is meant. */
static void test_refused_which(void **state)
{
    (void)state;
    struct world *w = unanswered(780);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    struct refusal r = {IPROTO_ESP, 0, N_NO_PROPOSAL_CHOSEN, {0}, false};
    struct ipsec_policy other = a->ips.policy;

    other.remote_sel.addr = 0x0A090000u;
    ike_acquire(a->ike, &other);
    run_s(w, 1);
    assert_int_equal(a->sent[QM1], 2);
    say(b->ike->all, refusal, &r);
    run_s(w, 1);
    assert_int_equal(a->ips.acquire_failed, 0);
    struct ike_node *first = a->ike->all->nodes;
    r.spi_len = 4;
    put32(r.spi, first->qm->spi_esp);
    say(b->ike->all, refusal, &r);
    run_s(w, 1);
    assert_int_equal(a->ips.acquire_failed, 1);
    r.spi_len = 0; /* one is left */
    say(b->ike->all, refusal, &r);
    run_s(w, 1);
    assert_int_equal(a->ips.acquire_failed, 2);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ended_twice), cmocka_unit_test(test_many_dead),          cmocka_unit_test(test_all_at_once), cmocka_unit_test(test_anew_without_end),
        cmocka_unit_test(test_anew_from_new_ports), cmocka_unit_test(test_many_at_one_address),
        cmocka_unit_test(test_questions_in_one), cmocka_unit_test(test_all_from_one),
        cmocka_unit_test(test_commit_bit),  cmocka_unit_test(test_responder_lifetime),
        cmocka_unit_test(test_refused_without_spi), cmocka_unit_test(test_refused_by_whom), cmocka_unit_test(test_refused_which),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
