/* Single clauses of RFC 7296 between two routers, one a test: which, docs/conformance.md says. */
#include "tests/exchange/ikev2_box.h"

static struct rig *up(uint64_t seed)
{
    struct rig *r = rig_new(seed);
    assert_true(rig_ping(r, 0, 5) >= 4);
    rig_quiet(r, 1, 1);
    return r;
}

static enum wire_verdict lose(struct rig *r, int from, const uint8_t *ike, size_t len)
{
    (void)from, (void)len;
    return ike[18] == r->exchange ? WIRE_LOSE : WIRE_PASS;
}

/* An empty INFORMATIONAL of left's, with what stands before SK. */
static size_t informational(struct rig *r, uint8_t *out, size_t cap)
{
    struct v2_sa *sa = rig_sa(r, 0);
    struct v2_hdr h = {.version = 0x20, .exchange = V2_INFORMATIONAL, .mid = sa->next_mid++};

    memcpy(h.ispi, sa->ispi, 8);
    memcpy(h.rspi, sa->rspi, 8);
    h.flags = sa->initiator ? V2_FLAG_INITIATOR : 0;
    return v2_sk_seal(sa->seal, rig_ike(r, "left")->env.rnd, &h, V2_NONE, NULL, 0, out, cap);
}

/* Section 2.11: an answer goes to the address and port that its request came from, a repeated request's too; but only a
 * new message moves the peer. */
static void repeat_from_elsewhere(void **state)
{
    (void)state;
    struct rig *r = up(1);
    uint8_t m[256];
    size_t len = informational(r, m, sizeof m);

    rig_inject(r, 0, 500, m, len);
    assert_int_equal(r->seen[V2_INFORMATIONAL][1], 1);
    assert_int_equal(r->to, 500);
    box_run(r->b, S);
    rig_inject(r, 0, 7777, m, len);
    assert_int_equal(r->to, 7777);
    assert_int_equal(rig_sa(r, 1)->peer_port, 500);
    rig_free(r);

    r = rig_new(1);
    r->judge = lose;
    r->exchange = V2_IKE_AUTH;
    box_start(r->b, "left", "ping 10.2.0.1 source Loopback0 repeat 1 timeout 0");
    for (int i = 0; i < 100 && !r->seen[V2_IKE_AUTH][0]; i++)
        box_run(r->b, S / 1000);
    assert_int_equal(r->tape[0].data[18], V2_IKE_SA_INIT);
    rig_inject(r, 0, 7777, r->tape[0].data, r->tape[0].len);
    assert_int_equal(r->to, 7777);
    rig_free(r);
}

static unsigned said(const struct rig *r, const char *node, uint16_t type)
{
    struct v2_stat_row row;

    for (size_t at = 0; v2_stat_notify_next(rig_v2(r, node), &at, &row);)
        if (row.type == type)
            return (unsigned)row.n[V2_TX_RES];
    return 0;
}

/* The same with a payload of this type and first flags in front of SK, by hand: with the default proposal. */
static size_t with_front(struct rig *r, uint8_t type, uint8_t critical, uint8_t *out)
{
    struct v2_sa *sa = rig_sa(r, 0);
    const struct v2_keys *k = sa->keys;
    const struct key *e = sa->initiator ? &k->ei : &k->er, *a = sa->initiator ? &k->ai : &k->ar;
    struct cipher *c = cipher_new(CIPHER_AES_CBC, true, e->b, e->len, NULL);
    uint8_t sum[HASH_MAX], text[16] = {[15] = 15}, iv[16] = {1};
    size_t at = V2_HDR;

    memset(out, 0, 256);
    memcpy(out, sa->ispi, 8);
    memcpy(out + 8, sa->rspi, 8);
    out[16] = type;
    out[17] = 0x20;
    out[18] = V2_INFORMATIONAL;
    out[19] = sa->initiator ? V2_FLAG_INITIATOR : 0;
    put32(out + 20, sa->next_mid++);
    out[at] = V2_SK;
    out[at + 1] = critical;
    put16(out + at + 2, 8);
    at += 8;
    put16(out + at + 2, 4 + 16 + 16 + 32);
    memcpy(out + at + 4, iv, 16);
    assert_true(cipher_cbc(c, iv, text, out + at + 20, 16));
    cipher_free(c);
    put32(out + 24, (uint32_t)(at + 68));
    hmac_parts(HASH_SHA512, a->b, a->len, &BYTES(out, at + 36), 1, sum);
    memcpy(out + at + 36, sum, 32);
    return at + 68;
}

/* Sections 2.5 and 3.14: SK is the last payload, not always the only one. What stands in front is stepped over, and refused
 * when it is critical and unknown. */
static void payload_in_front(void **state)
{
    (void)state;
    static const struct {
        uint8_t type, critical;
        unsigned refused;
    } rows[] = {{200, 0, 0}, {V2_VENDOR, 0, 0}, {V2_VENDOR, 0x80, 0}, {200, 0x80, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rig *r = up(1);
        uint8_t m[256];
        rig_inject(r, 0, 500, m, with_front(r, rows[i].type, rows[i].critical, m));
        if (r->seen[V2_INFORMATIONAL][1] != 1 ||
            said(r, "right", V2N_UNSUPPORTED_CRITICAL_PAYLOAD) != rows[i].refused)
            fail_msg("row %zu: %u answers", i, r->seen[V2_INFORMATIONAL][1]);
        assert_int_equal(rig_sas(r, 1), 1);
        rig_free(r);
    }
}

/* Sections 2.5, 2.21.1 and 3.10.1: what is answered to a first message that cannot be understood. INVALID_SYNTAX is for
 * protected messages alone. */
static void first_messages(void **state)
{
    (void)state;
    enum { WHOLE, NO_NONCE, SHORT_KE, OTHER_KE, CRITICAL, MAJOR, MINOR, RESERVED, ROWS };
    static const struct {
        const char *what;
        unsigned answers;
        uint16_t notify;
    } rows[ROWS] = {
        [WHOLE] = {"as it should be", 1, 0},
        [NO_NONCE] = {"without a nonce", 0, 0},
        [SHORT_KE] = {"a public value that is too short", 0, 0},
        [OTHER_KE] = {"a public value of another group", 1, V2N_INVALID_KE_PAYLOAD},
        [CRITICAL] = {"an unknown critical payload", 1, V2N_UNSUPPORTED_CRITICAL_PAYLOAD},
        [MAJOR] = {"version 3", 1, V2N_INVALID_MAJOR_VERSION},
        [MINOR] = {"version 2.15", 1, 0},
        [RESERVED] = {"reserved bits in flags and payloads", 1, 0},
    };
    for (unsigned k = 0; k < 2 * ROWS; k++) {
        bool flooded = k >= ROWS; /* strangers have used up what is said to strangers: but for what helps to an SA */
        unsigned i = k % ROWS, answers = flooded && rows[i].notify && i != OTHER_KE ? 0 : rows[i].answers;
        struct rig *r = rig_new(1);
        struct v2_hdr h = {.ispi = {7, 7}, .version = 0x20, .exchange = V2_IKE_SA_INIT, .flags = V2_FLAG_INITIATOR};
        static const uint8_t sa[] = {0, 0, 0, 44, 1, 1, 0, 4, 3, 0, 0, 12, 1, 0, 0, 12, 0x80, 14, 1, 0, 3, 0,
                                     0, 8,  2, 0, 0, 7, 3, 0, 0, 8, 3, 0, 0, 14, 0, 0, 0, 8, 4, 0, 0, 19};
        uint8_t m[512], ke[64], nonce[32] = {1};
        struct v2_wr w;
        struct v2_stat_row row;
        struct dh *dh = dh_new(19, rig_ike(r, "left")->env.rnd);

        dh_compute_public(dh);
        memcpy(ke, dh_public(dh), 64);
        dh_free(dh);
        v2_begin(&w, m, sizeof m, &h);
        v2_put(&w, V2_SA, sa, sizeof sa);
        v2_put_ke(&w, i == OTHER_KE ? 14 : 19, ke, i == SHORT_KE ? 63 : 64);
        if (i != NO_NONCE)
            v2_put(&w, V2_NONCE, nonce, sizeof nonce);
        if (i == CRITICAL)
            v2_put(&w, 201, nonce, 4);
        size_t len = v2_end(&w);
        if (i == CRITICAL)
            m[len - 7] = 0x80;
        if (i == MAJOR || i == MINOR)
            m[17] = i == MAJOR ? 0x30 : 0x2F;
        if (i == RESERVED) {
            m[19] |= 0xD7;
            m[29] = 0x7F;
        }
        rig_v2(r, "right")->refusals = flooded ? 1000 : 0;
        rig_v2(r, "right")->refusals_at = v2_now(rig_v2(r, "right"));
        rig_inject(r, 0, 500, m, len);
        box_run(r->b, S);
        unsigned of_this = 0, all = 0;
        for (size_t at = 0; v2_stat_notify_next(rig_v2(r, "right"), &at, &row);) {
            of_this += row.type == rows[i].notify ? (unsigned)row.n[V2_TX_RES] : 0;
            all += row.type < V2N_INITIAL_CONTACT ? (unsigned)row.n[V2_TX_RES] : 0;
        }
        if (r->seen[V2_IKE_SA_INIT][1] != answers || all != (rows[i].notify && answers) || of_this != all)
            fail_msg("%s: %u answers, %u errors", rows[i].what, r->seen[V2_IKE_SA_INIT][1], all);
        assert_int_equal(rig_v2(r, "right")->half_open, rows[i].answers && !rows[i].notify);
        rig_free(r);
    }
}

/* Section 1.4.1: the answer to a DELETE names our end of each pair, however many there are. */
static void many_deleted(void **state)
{
    (void)state;
    enum { MORE = 20 };
    struct rig *r = up(1);
    struct v2_sa *sa = rig_sa(r, 0);
    uint8_t inner[8 + 4 * (MORE + 1)] = {0}, plain[1024];
    unsigned n = 0, named = 0;

    for (uint32_t i = 1; i <= MORE; i++) {
        struct ike_want *w = NEW(struct ike_want);
        w->policy = rig_child(r, 0)->policy;
        w->policy.first.there = false;
        w->policy.remote_sel.addr = 0x0A020000 | i << 8;
        w->policy.remote_sel.mask = 0xFFFFFF00;
        w->since = v2_now(sa->v2);
        v2_child_begin(sa, w, 0);
    }
    box_run(r->b, 5 * S);
    rig_quiet(r, 1, MORE + 1);
    for (const struct v2_child *c = sa->children; c; c = c->next)
        put32(inner + 8 + 4 * (size_t)n++, c->spi_in);
    put16(inner + 2, sizeof inner);
    inner[4] = V2_PROTO_ESP;
    inner[5] = 4;
    put16(inner + 6, (uint16_t)n);
    r->taped = 0;
    rig_say(r, 500, V2_INFORMATIONAL, V2_DELETE, inner, sizeof inner);
    assert_int_equal(r->taped, 1);
    assert_int_equal(rig_children(r, 1), 0);
    struct v2_payloads ps;
    struct v2_delete_body d;
    size_t len = 0;
    assert_int_equal(v2_payloads(V2_SK, r->tape[0].data + V2_HDR, r->tape[0].len - V2_HDR, &ps), CODEC_OK);
    uint8_t first = ps.v[0].next;
    assert_true(v2_sk_open(sa->open, r->tape[0].data, r->tape[0].len, &ps.v[0], plain, sizeof plain, &len));
    assert_int_equal(v2_payloads(first, plain, len, &ps), CODEC_OK);
    for (unsigned i = 0; i < ps.n; i++) {
        assert_int_equal(v2_delete(&ps.v[i], &d), CODEC_OK);
        named += d.n;
    }
    assert_int_equal(named, MORE + 1);
    rig_free(r);
}

static enum wire_verdict lose_answer(struct rig *r, int from, const uint8_t *ike, size_t len)
{
    (void)r, (void)len;
    return from == 1 && ike[18] == V2_IKE_AUTH ? WIRE_LOSE : WIRE_PASS;
}

/* Section 2.4: INITIAL_CONTACT may stand in the answer to IKE_AUTH too. What is older and of the same identity goes, the
 * SA that it came with stays; without it both stay. */
static void contact_in_the_answer(void **state)
{
    (void)state;
    static const uint8_t contact[] = {0, 0, 0, 8, 0, 0, V2N_INITIAL_CONTACT >> 8, V2N_INITIAL_CONTACT & 255};
    for (int said = 0; said < 2; said++) {
        struct rig *r = up(1);
        struct v2_payloads ps;
        uint8_t inner[1024], out[1200];
        size_t len = 0, at = said ? sizeof contact : 0;
        uint32_t old = rig_sa(r, 0)->tunnel_id;

        r->judge = lose_answer;
        r->taped = 0;
        struct v2_sa *sa = v2_negotiate(rig_v2(r, "left"), LEFT, RIGHT, "P");
        box_run(r->b, S);
        assert_true(r->taped >= 4 && r->tape[3].from == 1 && r->tape[3].data[18] == V2_IKE_AUTH);
        const uint8_t *answer = r->tape[3].data;
        assert_int_equal(v2_payloads(V2_SK, answer + V2_HDR, r->tape[3].len - V2_HDR, &ps), CODEC_OK);
        assert_true(v2_sk_open(sa->open, answer, r->tape[3].len, &ps.v[0], inner + at, sizeof inner - at, &len));
        memcpy(inner, contact, at);
        inner[0] = said ? ps.v[0].next : inner[0];
        struct v2_hdr h = {.version = 0x20, .exchange = V2_IKE_AUTH, .flags = V2_FLAG_RESPONSE, .mid = 1};
        memcpy(h.ispi, sa->ispi, 8);
        memcpy(h.rspi, sa->rspi, 8);
        struct v2_sa *theirs = v2_sa_find(rig_v2(r, "right"), sa->rspi);
        len = v2_sk_seal(theirs->seal, rig_ike(r, "right")->env.rnd, &h, said ? V2_NOTIFY : ps.v[0].next, inner, at + len,
                         out, sizeof out);
        assert_true(len > 0);
        r->judge = NULL;
        rig_inject(r, 1, 500, out, len);
        assert_int_equal(rig_sas(r, 0), said ? 1 : 2);
        assert_ptr_equal(rig_sa(r, 0), sa);
        assert_int_not_equal(sa->tunnel_id, old);
        assert_int_equal(rig_children(r, 0), said ? 1 : 2);
        assert_ptr_equal(rig_child(r, 0)->sa, sa);
        assert_true(rig_ping(r, 0, 5) >= 4);
        rig_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repeat_from_elsewhere),
        cmocka_unit_test(payload_in_front),
        cmocka_unit_test(first_messages),
        cmocka_unit_test(many_deleted),
        cmocka_unit_test(contact_in_the_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
