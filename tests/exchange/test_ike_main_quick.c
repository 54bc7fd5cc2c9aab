/* Main mode and quick mode between two engines: every message lost, repeated, late or spoiled, once and (lost) for
 * good, and what remains. */
#include "tests/exchange/ike_world.h"

static enum fate hit_target(struct world *w, struct side *from, enum msg_name name, uint8_t *data, size_t len)
{
    (void)from;
    if (name != w->target || w->left <= 0)
        return FATE_PASS;
    w->left--;
    if (w->fate == FATE_SPOIL) {
        data[len - 3] ^= 0x40;
        return FATE_PASS;
    }
    return w->fate;
}

static void take_row(void *ctx, const struct engine_row *r)
{
    *(struct engine_row *)ctx = *r;
}

static void test_plain(void **state)
{
    (void)state;
    struct world *w = world_new(1);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    acquire(a);
    run_s(w, 2);
    assert_true(both_flow(w));
    assert_int_equal(pairs_of(a), 1);
    assert_int_equal(pairs_of(b), 1);
    assert_int_equal(a->ips.acquire_ok, 1);
    assert_true(settled(a) && settled(b));
    assert_int_equal(a->sent[MM1] + a->sent[MM3] + a->sent[MM5] + a->sent[QM1] + a->sent[QM3], 5);
    assert_int_equal(b->sent[MM2] + b->sent[MM4] + b->sent[MM6] + b->sent[QM2], 4);
    assert_int_equal(a->sent[INFO] + b->sent[INFO], 0);
    struct ike_sa_info i;
    size_t at = 0;
    assert_true(ike_sa_next(b->ike, &at, &i));
    assert_string_equal(i.state, "QM_IDLE");
    assert_false(i.initiator);
    assert_int_equal(i.conn_id, 1001);
    assert_string_equal(i.encr, "aes");
    assert_string_equal(i.hash, "sha");
    assert_int_equal(i.group, 19);
    assert_string_equal(i.peer_id, "192.0.2.1");
    struct fake_pair *p = fake_pair(&a->ips, a->ips.current);
    assert_int_equal(p->p.policy.life_s, 3600);
    assert_int_equal(p->p.policy.transforms[0].key_bits, 256);
    assert_true(p->p.initiator);
    struct engine_row row = {0};
    a->ips.rows(a->ips.rows_arg, take_row, &row);
    assert_int_equal(row.id, 1001);
    assert_string_equal(row.type, "IKE");
    assert_string_equal(row.algorithm, "SHA+AES256");
    assert_int_equal(row.addr, ADDR_A);
    world_free(w);
}

/* The responder sends with the pair only when QM3 has come; takes in before. */
static void test_outbound_waits_for_qm3(void **state)
{
    (void)state;
    struct world *w = world_new(2);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    w->judge = hit_target;
    w->target = QM3;
    w->fate = FATE_LOSE;
    w->left = 1;
    acquire(a);
    run_s(w, 5);
    assert_true(flows(a, b)); /* a sends, b is already able to take it in */
    assert_int_equal(b->ips.current, 0);
    run_s(w, 10); /* b repeats QM2 at 10 s, a answers the repeat */
    assert_true(both_flow(w));
    assert_int_equal(a->sent[QM3], 2);
    assert_int_equal(pairs_of(b), 1);
    world_free(w);
}

struct row {
    enum msg_name target;
    enum fate fate;
    double by_s; /* the tunnel is up by then */
};

/* Once each. A loss costs one retransmission (10 s). A repeat or a late message costs nothing more. A spoiled byte:
 * encrypted messages are refused and repeated; an unauthenticated one may be believed (a vendor id, a NAT-D hash), or
 * make the keys differ, which ends that try only. The tail of MM5 behind its hash (the notification) is protected by
 * nothing in IKEv1, but the cookies in it are known: spoiled, it is refused and repeated too. */
static const struct row rows[] = {
    {MM1, FATE_LOSE, 11},  {MM2, FATE_LOSE, 11},  {MM3, FATE_LOSE, 11},  {MM4, FATE_LOSE, 11},  {MM5, FATE_LOSE, 11},
    {MM6, FATE_LOSE, 11},  {QM1, FATE_LOSE, 11},  {QM2, FATE_LOSE, 11},  {QM3, FATE_LOSE, 11},  {MM1, FATE_REPEAT, 1},
    {MM2, FATE_REPEAT, 1}, {MM3, FATE_REPEAT, 1}, {MM4, FATE_REPEAT, 1}, {MM5, FATE_REPEAT, 1}, {MM6, FATE_REPEAT, 1},
    {QM1, FATE_REPEAT, 1}, {QM2, FATE_REPEAT, 1}, {QM3, FATE_REPEAT, 1}, {MM1, FATE_HOLD, 4},   {MM2, FATE_HOLD, 4},
    {MM3, FATE_HOLD, 4},   {MM4, FATE_HOLD, 4},   {MM5, FATE_HOLD, 4},   {MM6, FATE_HOLD, 4},   {QM1, FATE_HOLD, 4},
    {QM2, FATE_HOLD, 4},   {QM3, FATE_HOLD, 4},   {MM5, FATE_SPOIL, 11}, {MM6, FATE_SPOIL, 11}, {QM1, FATE_SPOIL, 11},
    {QM2, FATE_SPOIL, 11}, {QM3, FATE_SPOIL, 11},
};

static void test_each_message(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *r = &rows[i];
        struct world *w = world_new(100 + i);
        struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
        w->judge = hit_target;
        w->target = r->target;
        w->fate = r->fate;
        w->left = 1;
        acquire(a);
        run_s(w, r->by_s);
        if (!both_flow(w) || pairs_of(a) != 1 || pairs_of(b) != 1 || w->left)
            fail_msg("%s with fate %d: pairs %u and %u, flow %d %d, left %d", msg_names[r->target], r->fate,
                     pairs_of(a), pairs_of(b), flows(a, b), flows(b, a), w->left);
        run_s(w, 120);
        if (!both_flow(w) || pairs_of(a) != 1 || pairs_of(b) != 1 || sas_up(a) != 1 || sas_up(b) != 1 || !settled(a) ||
            !settled(b))
            fail_msg("%s with fate %d: not settled", msg_names[r->target], r->fate);
        assert_int_equal(a->ips.deletes + b->ips.deletes, 0);
        world_free(w);
    }
}

/* A message that never gets through: both ends are clean within their limits, and the next packet's try works once the
 * wire does. */
static void test_lost_for_good(void **state)
{
    (void)state;
    static const enum msg_name each[] = {MM1, MM2, MM3, MM4, MM5, MM6, QM1, QM2, QM3};
    for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
        struct world *w = world_new(200 + i);
        struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
        w->judge = hit_target;
        w->target = each[i];
        w->fate = FATE_LOSE;
        w->left = 1000;
        acquire(a);
        run_s(w, 200);
        bool qm3 = each[i] == QM3;
        if (!settled(a) || !settled(b) || pairs_of(b) != 0 || pairs_of(a) != 0)
            fail_msg("%s lost for good: pairs %u and %u, negotiating %u and %u", msg_names[each[i]], pairs_of(a),
                     pairs_of(b), ike_counts(a->ike).negotiating, ike_counts(b->ike).negotiating);
        assert_int_equal(a->ips.acquire_failed, qm3 ? 0 : 1);
        if (each[i] == MM1)
            assert_int_equal(a->sent[MM1], 6); /* and five repeats */
        w->left = 0;
        acquire(a);
        run_s(w, 5);
        if (!both_flow(w))
            fail_msg("%s: the wire is whole again, but no tunnel", msg_names[each[i]]);
        run_s(w, 120);
        assert_true(both_flow(w));
        world_free(w);
    }
}

/* Any byte of MM1-MM4 spoiled: this try works or fails, but both ends end clean and the next one works. */
static int spoil_at;
static enum fate spoil_byte(struct world *w, struct side *from, enum msg_name name, uint8_t *data, size_t len)
{
    (void)from;
    if (name != w->target || w->left <= 0)
        return FATE_PASS;
    w->left--;
    data[(size_t)spoil_at % len] ^= 1 << (spoil_at % 8);
    return FATE_PASS;
}

static void test_spoiled_bytes(void **state)
{
    (void)state;
    for (int name = MM1; name <= MM4; name++) {
        for (spoil_at = 0; spoil_at < 260; spoil_at += 13) {
            struct world *w = world_new(300);
            struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
            w->judge = spoil_byte;
            w->target = (enum msg_name)name;
            w->left = 1;
            acquire(a);
            run_s(w, 150);
            if (!settled(a) || !settled(b) || pairs_of(a) != pairs_of(b))
                fail_msg("%s byte %d: pairs %u and %u", msg_names[name], spoil_at, pairs_of(a), pairs_of(b));
            if (!both_flow(w)) {
                acquire(a);
                run_s(w, 5);
            }
            if (!both_flow(w))
                fail_msg("%s byte %d: no tunnel", msg_names[name], spoil_at);
            world_free(w);
        }
    }
}

/* DELETEs: of a pair, of the SA; both ends drop it, and only the other one sends nothing back. */
static void test_deletes(void **state)
{
    (void)state;
    struct world *w = world_new(620);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    acquire(a);
    run_s(w, 2);
    sad_delete(&a->ips, a->ips.current, SA_GONE_CLEARED);
    run_s(w, 1);
    assert_int_equal(pairs_of(b), 0);
    assert_int_equal(a->sent[INFO], 1);
    assert_int_equal(b->sent[INFO], 0);
    acquire(b);
    run_s(w, 1);
    assert_true(both_flow(w));
    ike_clear_sas(b->ike, 0);
    run_s(w, 1);
    assert_int_equal(sas_up(a) + sas_up(b), 0);
    assert_int_equal(pairs_of(a), 1); /* UP-NO-IKE */
    assert_int_equal(pairs_of(b), 1);
    struct ike_sa_info i;
    size_t at = 0;
    assert_true(ike_sa_next(a->ike, &at, &i));
    assert_true(i.dead);
    assert_string_equal(i.state, "MM_NO_STATE");
    run_s(w, 61);
    at = 0;
    assert_false(ike_sa_next(a->ike, &at, &i));
    acquire(a);
    run_s(w, 2);
    assert_int_equal(sas_up(a), 1);
    ike_clear_session(a->ike, 0, 0, 0);
    run_s(w, 1);
    assert_int_equal(sas_up(a) + sas_up(b) + pairs_of(a) + pairs_of(b), 0);
    world_free(w);
}

/* One end reloads and begins anew: its INITIAL-CONTACT removes what the other still had. */
static void test_initial_contact(void **state)
{
    (void)state;
    struct world *w = world_new(630);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    acquire(a);
    run_s(w, 2);
    uint32_t old = b->ips.pairs[0].id;
    side_reload(a);
    assert_int_equal(pairs_of(b), 1);
    acquire(a);
    run_s(w, 2);
    assert_true(both_flow(w));
    assert_int_equal(pairs_of(b), 1);
    assert_int_equal(sas_up(b), 1);
    assert_null(fake_pair(&b->ips, old));
    /* a second main mode while the first lives carries none */
    ike_begin(peer_get(a->ike, ADDR_A, ADDR_B, 500), "");
    run_s(w, 2);
    assert_int_equal(sas_up(b), 2);
    assert_int_equal(pairs_of(b), 1);
    world_free(w);
}

static const char *name_of_a(void *arg)
{
    return arg;
}

/* crypto isakmp identity hostname: a name goes in MM5 instead of the address; the key is still found by the address. */
static void test_identity(void **state)
{
    (void)state;
    static char name[] = "hub.example";
    struct world *w = world_new(635);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    a->ike->conf.identity = IKE_IDENTITY_HOSTNAME;
    a->ike->env.hostname = name_of_a;
    a->ike->env.hostname_arg = name;
    acquire(a);
    run_s(w, 2);
    assert_true(both_flow(w));
    struct ike_sa_info i;
    size_t at = 0;
    assert_true(ike_sa_next(b->ike, &at, &i));
    assert_string_equal(i.peer_id, "hub.example");
    world_free(w);
}

/* A translator in front of a: both find it, float to 4500 with MM5, and the pair is encapsulated. */
static void test_nat(void **state)
{
    (void)state;
    struct world *w = world_new(640);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    a->nat_addr = 0xCB007105; /* 203.0.113.5 */
    side_policy(b, a->nat_addr, NET_B, NET_A);
    a->ike->conf.nat_keepalive = 20;
    *ike_debug_isakmp(a->ike) = *ike_debug_isakmp(b->ike) = true;
    acquire(a);
    run_s(w, 2);
    assert_true(both_flow(w));
    struct fake_pair *p = fake_pair(&a->ips, a->ips.current), *q = fake_pair(&b->ips, b->ips.current);
    assert_true(p->p.udp_encap && q->p.udp_encap);
    assert_int_equal(p->p.peer_port, 4500);
    assert_int_equal(q->p.peer_port, 24500);
    /* what each says about it; after one NAT-D little is known */
    assert_int_equal(log_count(a, "NAT found, both nodes inside NAT"), 1);
    assert_int_equal(log_count(a, "My hash no match -  this node inside NAT"), 1);
    assert_int_equal(log_count(a, "Setting UDP ENC peer struct 0x7F00"), 1);
    assert_int_equal(log_count(b, "His hash no match - this node outside NAT"), 2);
    assert_int_equal(log_count(b, "Detected port floating to port = 24500"), 1);
    assert_int_equal(log_count(b, "Trying to find existing peer 198.51.100.2/203.0.113.5/24500/"), 1);
    assert_int_equal(log_count(b, "Setting UDP ENC peer struct"), 0);
    unsigned before = a->sent[OTHER];
    run_s(w, 100);
    assert_int_equal(a->sent[OTHER] - before, 5); /* keepalives */
    assert_int_equal(b->sent[OTHER], 0);
    world_free(w);
}

/* The debug lines of a main and quick mode, both roles, at their moments. */
static void test_debug_lines(void **state)
{
    (void)state;
    struct world *w = world_new(670);
    struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
    *ike_debug_isakmp(a->ike) = *ike_debug_isakmp(b->ike) = true;
    acquire(a);
    run_s(w, 2);
    static const char *const initiator[] = {
        "ISAKMP: (0):SA request profile is (NULL)",
        "ISAKMP: (0):Created a peer struct for 198.51.100.2, peer port 500",
        "ISAKMP: (0):Old State = IKE_READY  New State = IKE_I_MM1",
        "ISAKMP: (0):beginning Main Mode exchange",
        "ISAKMP-PAK: (0):sending packet to 198.51.100.2 my_port 500 peer_port 500 (I) MM_NO_STATE",
        "ISAKMP-PAK: (0):received packet from 198.51.100.2 dport 500 sport 500 Global (I) MM_NO_STATE",
        "ISAKMP: (0):Input = IKE_MESG_FROM_PEER, IKE_MM_EXCH",
        "ISAKMP: (0):Old State = IKE_I_MM1  New State = IKE_I_MM2",
        "ISAKMP: (0):      encryption AES-CBC",
        "ISAKMP: (0):      keylength of 256",
        "ISAKMP:      life duration (VPI) of  0x0 0x1 0x51 0x80",
        "ISAKMP: (0):atts are acceptable. Next payload is 0",
        "ISAKMP-PAK: (0):sending packet to 198.51.100.2 my_port 500 peer_port 500 (I) MM_SA_SETUP",
        "ISAKMP: (1001):Send initial contact",
        "ISAKMP-PAK: (1001):sending packet to 198.51.100.2 my_port 500 peer_port 500 (I) MM_KEY_EXCH",
        "ISAKMP: (1001):Old State = IKE_I_MM6  New State = IKE_P1_COMPLETE",
        "ISAKMP: (1001):QM Initiator gets spi",
        "ISAKMP-PAK: (1001):sending packet to 198.51.100.2 my_port 500 peer_port 500 (I) QM_IDLE      ",
        "ISAKMP: (1001):Old State = IKE_QM_READY  New State = IKE_QM_I_QM1",
        "ISAKMP: (1001):Old State = IKE_QM_I_QM1  New State = IKE_QM_IPSEC_INSTALL_AWAIT",
        "ISAKMP: (1001):Received IPSec Install callback... proceeding with the negotiation",
        "error FALSE reason \"No Error\"",
    };
    static const char *const responder[] = {
        "ISAKMP-PAK: (0):received packet from 192.0.2.1 dport 500 sport 500 Global (N) NEW SA",
        "refcount 1 for crypto_isakmp_process_block",
        "ISAKMP: (0):Old State = IKE_READY  New State = IKE_R_MM1",
        "ISAKMP: (0):Checking ISAKMP transform 1 against priority 10 policy",
        "ISAKMP-PAK: (0):sending packet to 192.0.2.1 my_port 500 peer_port 500 (R) MM_SA_SETUP",
        "ISAKMP: (1001):Old State = IKE_R_MM3  New State = IKE_R_MM4",
        "ISAKMP: (1001):processing NOTIFY INITIAL_CONTACT protocol 1",
        "ISAKMP: (1001):Process initial contact,",
        "ISAKMP-PAK: (1001):sending packet to 192.0.2.1 my_port 500 peer_port 500 (R) MM_KEY_EXCH",
        "ISAKMP: (1001):Old State = IKE_R_MM5  New State = IKE_P1_COMPLETE",
        "ISAKMP: (1001):Checking IPSec proposal 1",
        "ISAKMP: (1001):transform 1, ESP_AES ",
        "ISAKMP: (1001):      encaps is 1 (Tunnel)",
        "ISAKMP:      SA life duration (VPI) of  0x0 0x46 0x50 0x0 ",
        "ISAKMP: (1001):QM Responder gets spi",
        "ISAKMP: (1001):Old State = IKE_QM_READY  New State = IKE_QM_SPI_STARVE",
        "ISAKMP: (1001):Old State = IKE_QM_IPSEC_INSTALL_AWAIT  New State = IKE_QM_R_QM2",
        "error FALSE reason \"QM done (await)\"",
    };
    const struct {
        struct side *s;
        const char *const *v;
        size_t n;
    } both[] = {{a, initiator, sizeof initiator / sizeof initiator[0]},
                {b, responder, sizeof responder / sizeof responder[0]}};
    for (int k = 0; k < 2; k++) { /* in this order, others between */
        size_t at = 0, i = 0;
        const char *line;
        while (i < both[k].n && (line = log_buffer_next(both[k].s->log, &at)))
            if (strstr(line, both[k].v[i]))
                i++;
        if (i < both[k].n) {
            log_dump(both[k].s);
            fail_msg("missing: %s", both[k].v[i]);
        }
    }
    /* a condition for another peer silences it */
    log_buffer_clear(a->log);
    assert_true(ike_condition_peer(a->ike, 0x01010101, 0xFFFFFFFF, false));
    acquire(a);
    run_s(w, 1);
    assert_int_equal(log_count(a, "ISAKMP"), 0);
    assert_true(ike_condition_peer(a->ike, ADDR_B, 0xFFFFFFFF, false));
    acquire(a);
    run_s(w, 1);
    assert_int_not_equal(log_count(a, "ISAKMP"), 0);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_outbound_waits_for_qm3),
        cmocka_unit_test(test_each_message),
        cmocka_unit_test(test_lost_for_good),
        cmocka_unit_test(test_spoiled_bytes),
        cmocka_unit_test(test_deletes),
        cmocka_unit_test(test_initial_contact),
        cmocka_unit_test(test_identity),
        cmocka_unit_test(test_nat),
        cmocka_unit_test(test_debug_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
