/* Postquantum preshared keys (RFC 8784) between two routers: who has which and insists or not, what each case comes to;
 * first messages sent again; rekeys; requests and answers that do not say what they should. */
#include "tests/exchange/ikev2_box.h"

#define A     "ppk manual id alpha key TheFirstOfTheTwoSecrets"
#define A_REQ A " required"
#define A_HEX "ppk manual id alpha key hex 54686546697273744F6654686554776F53656372657473" /* the same bytes */
#define A_BAD "ppk manual id alpha key TheFirstOfTheTwoSecretz"
#define B     "ppk manual id beta key TheOtherOfTheTwoSecrets"
#define B_REQ B " required"

static void give(struct rig *r, int node, const char *ppk)
{
    char text[256];

    if (!ppk)
        return;
    snprintf(text, sizeof text,
             "configure terminal\ncrypto ikev2 keyring K\npeer ANY\n%s\ncrypto ikev2 profile P\nkeyring ppk K\nend",
             ppk);
    box_type_all(r->b, node_names[node], text);
}

static struct rig *pair_of(uint64_t seed, int from, const char *initiator, const char *responder)
{
    struct rig *r = rig_new(seed);

    give(r, from, initiator);
    give(r, 1 - from, responder);
    return r;
}

static struct v2_stats stats(const struct rig *r, int node)
{
    struct v2_stats s;

    v2_stats(rig_v2(r, node_names[node]), &s);
    return s;
}

/* The notify of this type in the message, or NULL. */
static const struct v2_payload *has_notify(const uint8_t *ike, size_t len, uint16_t type)
{
    static struct v2_payloads ps;
    struct v2_notify_body n;
    const struct v2_payload *p;

    assert_int_equal(v2_payloads(ike[16], ike + V2_HDR, len - V2_HDR, &ps), CODEC_OK);
    for (unsigned i = 0; (p = v2_nth(&ps, V2_NOTIFY, i)); i++)
        if (v2_notify(p, &n) == CODEC_OK && n.type == type)
            return p;
    return NULL;
}

/* ---- sections 3 and 4: every pair of configurations ---- */

enum outcome {
    WITH,      /* both use it */
    WITHOUT,   /* the SA stands as if there were none */
    WITHOUT_N, /* that too, with the data of NO_PPK_AUTH as proof */
    REFUSED,   /* AUTHENTICATION_FAILED */
    GONE       /* the initiator leaves after IKE_SA_INIT */
};
static const struct {
    const char *initiator, *responder;
    enum outcome comes;
} rows[] = {
    {NULL, NULL, WITHOUT},   {NULL, A, WITHOUT},   {NULL, A_REQ, REFUSED}, {A, NULL, WITHOUT},  {A, A, WITH},
    {A, A_HEX, WITH},        {A, A_REQ, WITH},     {A, B, WITHOUT_N},      {A, B_REQ, REFUSED}, {A, A_BAD, REFUSED},
    {A_REQ, NULL, GONE},     {A_REQ, A, WITH},     {A_REQ, A_REQ, WITH},   {A_REQ, B, REFUSED}, {A_REQ, B_REQ, REFUSED},
    {A_REQ, A_BAD, REFUSED}, {A_REQ, A_HEX, WITH},
};

static void one_case(size_t i, int from)
{
    const char *mine = rows[i].initiator, *theirs = rows[i].responder;
    enum outcome comes = rows[i].comes;
    struct rig *r = pair_of(i + 1, from, mine, theirs);
    bool stands = comes == WITH || comes == WITHOUT || comes == WITHOUT_N;

    print_message("%s begins: %s | %s\n", node_names[from], mine ? mine : "none", theirs ? theirs : "none");
    if (stands) {
        assert_true(rig_ping(r, from, 5) >= 4);
        rig_quiet(r, 1, 1);
        for (int n = 0; n < 2; n++)
            assert_int_equal(rig_sa(r, n)->ppk, comes == WITH);
        assert_memory_equal(rig_sa(r, 0)->keys->d.b, rig_sa(r, 1)->keys->d.b, rig_sa(r, 0)->keys->d.len);
        assert_int_equal(rig_ping(r, 1 - from, 5), 5);
    } else {
        assert_int_equal(rig_ping(r, from, 1), 0);
        assert_int_equal(rig_sas(r, 0) + rig_sas(r, 1), 0);
        assert_int_equal(r->seen[V2_IKE_AUTH][0] == 0, comes == GONE);
        assert_int_equal(r->seen[V2_IKE_AUTH][1] == 0, comes == GONE);
        assert_int_equal(stats(r, 1 - from).auth_failed > 0, comes == REFUSED);
    }
    /* USE_PPK both ways when both may, never from who has none. */
    assert_int_equal(has_notify(r->tape[0].data, r->tape[0].len, V2N_USE_PPK) != NULL, mine != NULL);
    assert_int_equal(has_notify(r->tape[1].data, r->tape[1].len, V2N_USE_PPK) != NULL, mine && theirs);
    assert_int_equal(stats(r, 1 - from).ppk_mismatches > 0,
                     comes == WITHOUT_N || (theirs && mine && strstr(theirs, "beta")));
    bool insists = (mine && strstr(mine, "required")) || (theirs && strstr(theirs, "required"));
    uint64_t failed = stats(r, 0).ppk_failed + stats(r, 1).ppk_failed;
    assert_int_equal(failed > 0, !stands);
    assert_true(stats(r, 0).ppk_failed_required + stats(r, 1).ppk_failed_required <= (insists ? failed : 0));
    rig_free(r);
}

static void table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int from = 0; from < 2; from++)
            one_case(i, from);
}

/* A keyring of PPKs that has none for this peer is none; a block by identity holds one for who proves to be that. */
static void blocks(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    box_type_all(r->b, "left",
                 "configure terminal\ncrypto ikev2 keyring Q\npeer OTHER\naddress 10.0.0.9\n" A_REQ
                 "\ncrypto ikev2 profile P\nkeyring ppk Q\nend");
    assert_true(rig_ping(r, 0, 5) >= 4);
    assert_false(rig_sa(r, 0)->ppk);
    assert_int_equal(stats(r, 0).ppk_missing, 1);
    assert_null(has_notify(r->tape[0].data, r->tape[0].len, V2N_USE_PPK));
    rig_free(r);

    r = rig_new(2);
    give(r, 0, A_REQ);
    box_type_all(r->b, "right",
                 "configure terminal\ncrypto ikev2 keyring Q\npeer BY-NAME\nidentity address 10.0.0.1\n" A
                 "\ncrypto ikev2 profile P\nkeyring ppk Q\nend");
    assert_true(rig_ping(r, 0, 5) >= 4);
    assert_true(rig_sa(r, 0)->ppk && rig_sa(r, 1)->ppk);
    rig_free(r);

    r = rig_new(3); /* the key alone does nothing: the profile has to name the keyring */
    box_type_all(r->b, "left", "configure terminal\ncrypto ikev2 keyring K\npeer ANY\n" A_REQ "\nend");
    assert_true(rig_ping(r, 0, 5) >= 4);
    assert_false(rig_sa(r, 0)->ppk);
    rig_free(r);
}

/* A block by identity that insists: who begins knows no identity before the answer to IKE_AUTH, and leaves then. */
static void insists_by_identity(void **state)
{
    (void)state;
    static const char by_name[] =
        "configure terminal\ncrypto ikev2 keyring Q\npeer BY-NAME\nidentity address 10.0.0.2\n%s\n"
        "%s\ncrypto ikev2 profile P\nkeyring ppk Q\nend";
    static const struct {
        const char *block, *other, *right;
        bool stands, with;
    } odd[] = {
        {A_REQ, "exit", NULL, false, false},
        {A_REQ, "exit", A, false, false},
        {A, "exit", A, true, false},
        {A_REQ, "exit\npeer ANY\naddress 0.0.0.0 0.0.0.0\n" B, B, false, false},
        {A_REQ, "exit\npeer ANY\naddress 0.0.0.0 0.0.0.0\n" A, A, true, true},
        {A_REQ, "address 10.0.0.2", A, true, true},
        {B, "exit\npeer ANY\naddress 0.0.0.0 0.0.0.0\n" A, A, true, true},
    };
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        char text[512];
        struct rig *r = rig_new(40 + i);
        give(r, 1, odd[i].right);
        snprintf(text, sizeof text, by_name, odd[i].block, odd[i].other);
        box_type_all(r->b, "left", text);
        bool came = rig_ping(r, 0, 5) >= 4;
        if (came != odd[i].stands || (came && rig_sa(r, 0)->ppk != odd[i].with))
            fail_msg("row %zu: %s", i, came ? "stands" : "refused");
        if (!came) {
            assert_true(stats(r, 0).ppk_failed_required > 0);
            rig_quiet(r, 0, 0);
        }
        rig_free(r);
    }
}

/* Who cuts USE_PPK out of a first message changes what both ends sign. */
static uint16_t cut_from;
static enum wire_verdict cut_use_ppk(struct rig *r, int from, const uint8_t *ike, size_t len)
{
    static const uint8_t blank[4] = {0, 0, V2N_USE_PPK >> 8, V2N_USE_PPK & 255};
    (void)r;
    for (size_t i = V2_HDR; from == cut_from && ike[18] == V2_IKE_SA_INIT && i + 4 <= len; i++)
        if (!memcmp(ike + i, blank, 4))
            put16((uint8_t *)ike + i + 2, 40960); /* a status of nobody's */
    return WIRE_PASS;
}

static void cut_out(void **state)
{
    (void)state;
    static const char *const who[] = {A, A_REQ};
    for (unsigned i = 0; i < 8; i++) {
        struct rig *r = pair_of(60 + i, 0, who[i & 1], who[i >> 1 & 1]);
        cut_from = i >> 2;
        r->judge = cut_use_ppk;
        assert_int_equal(rig_ping(r, 0, 2), 0);
        assert_int_equal(rig_sas(r, 0) + rig_sas(r, 1), 0);
        rig_free(r);
    }
}

/* ---- keys ---- */

/* Section 3 by hand: SK_d = prf(PPK, SK_d' | 01) where the hash makes as much as the key is long; the rest stays. */
static struct v2_keys before;
static bool taken;
static enum wire_verdict take_keys(struct rig *r, int from, const uint8_t *ike, size_t len)
{
    (void)len;
    const struct v2_sa *sa = rig_v2(r, "left")->all;
    if (from == 0 && ike[18] == V2_IKE_AUTH && sa && sa->keys && !taken) {
        before = *sa->keys;
        taken = true;
    }
    return WIRE_PASS;
}

static void mixed_by_hand(void **state)
{
    (void)state;
    static const char ppk[] = "TheFirstOfTheTwoSecrets";
    static const uint8_t one[] = {1};
    uint8_t want[HASH_MAX];
    struct rig *r = pair_of(1, 0, A, A);
    taken = false;
    r->judge = take_keys;
    assert_true(rig_ping(r, 0, 5) >= 4);
    assert_true(taken);
    const struct v2_sa *sa = rig_sa(r, 1);
    struct bytes d[] = {BYTES(before.d.b, before.d.len), BYTES(one, 1)};
    assert_int_equal(hash_len(sa->suite.prf), before.d.len);
    hmac_parts(sa->suite.prf, ppk, sizeof ppk - 1, d, 2, want);
    assert_memory_equal(sa->keys->d.b, want, before.d.len);
    assert_memory_equal(sa->keys->ei.b, before.ei.b, before.ei.len);
    assert_memory_equal(sa->keys->ar.b, before.ar.b, before.ar.len);
    rig_free(r);
}

static void rekeys(void **state)
{
    (void)state;
    for (int by = 0; by < 2; by++) {
        struct rig *r = pair_of(7, 0, A_REQ, A_REQ);
        assert_true(rig_ping(r, 0, 5) >= 4);
        v2_child_rekey(rig_child(r, by));
        box_run(r->b, 20 * S);
        rig_quiet(r, 1, 1);
        assert_int_equal(rig_ping(r, 1, 5), 5);
        const uint32_t id = rig_sa(r, by)->tunnel_id;
        v2_rekey_begin(rig_sa(r, by));
        box_run(r->b, 20 * S);
        rig_quiet(r, 1, 1);
        assert_true(rig_sa(r, by)->tunnel_id != id);
        assert_true(rig_sa(r, 0)->ppk && rig_sa(r, 1)->ppk);
        v2_child_rekey(rig_child(r, 1 - by));
        box_run(r->b, 20 * S);
        rig_quiet(r, 1, 1);
        assert_int_equal(rig_ping(r, 0, 5), 5);
        assert_int_equal(r->seen[V2_IKE_AUTH][0], 1);
        rig_free(r);
    }
}

/* Section 3: a request that is sent again, with a cookie or another group, says USE_PPK again. */
static void restarts(void **state)
{
    (void)state;
    struct rig *r = pair_of(5, 0, A_REQ, A_REQ);
    unsigned requests = 0;
    box_type_all(r->b, "right",
                 "configure terminal\ncrypto ikev2 cookie-challenge 0\ncrypto ikev2 proposal default\ngroup 14\nend");
    assert_true(rig_ping(r, 0, 5) >= 3);
    assert_true(rig_sa(r, 0)->ppk && rig_sa(r, 1)->ppk);
    for (unsigned i = 0; i < r->taped; i++)
        if (r->tape[i].from == 0 && r->tape[i].data[18] == V2_IKE_SA_INIT) {
            requests++;
            assert_non_null(has_notify(r->tape[i].data, r->tape[i].len, V2N_USE_PPK));
        }
    assert_true(requests >= 3); /* bare, with a cookie, with the group */
    rig_free(r);
}

/* In fragments; and anew beside an SA that stands, begun by the other end. */
static void in_pieces(void **state)
{
    (void)state;
    struct rig *r = rig_new_with(6, "crypto ikev2 fragmentation mtu 150\n", "", "");
    give(r, 0, A);
    give(r, 1, A_REQ);
    assert_true(rig_ping(r, 0, 5) >= 4);
    assert_true(stats(r, 0).fragments_out >= 2 && stats(r, 1).fragments_out >= 2);
    assert_true(rig_sa(r, 0)->ppk && rig_sa(r, 1)->ppk);
    assert_non_null(v2_negotiate(rig_v2(r, "right"), RIGHT, LEFT, "P"));
    box_run(r->b, 10 * S);
    for (int n = 0; n < 2; n++) {
        assert_int_equal(rig_sas(r, n), 2);
        for (const struct v2_sa *sa = rig_v2(r, node_names[n])->all; sa; sa = sa->next)
            assert_true(sa->ppk && !sa->first);
    }
    assert_int_equal(rig_ping(r, 1, 5), 5);
    rig_free(r);
}

/* ---- requests and answers of IKE_AUTH, rewritten ---- */

static enum wire_verdict lose_auth(struct rig *r, int from, const uint8_t *ike, size_t len)
{
    (void)len;
    return from == r->left && ike[18] == V2_IKE_AUTH ? WIRE_LOSE : WIRE_PASS;
}

struct rewrite {
    const char *what;
    uint16_t drop;   /* these notifies are left out; 0 none */
    uint16_t add;    /* and this one stands at the end; 0 none */
    uint8_t data[8]; /* of it, then so many bytes more */
    size_t len, more;
    int copies;
    bool plain; /* AUTH is one without a PPK */
};

/* The message of IKE_AUTH on the tape, opened with that end's own keys. */
static void open_auth(struct rig *r, int from, struct v2_hdr *h, struct v2_payloads *in)
{
    static uint8_t plain[4096];
    const struct v2_sa *sa = rig_v2(r, node_names[from])->all;
    const struct v2_keys *k = sa->keys;
    const uint8_t *m = NULL;
    struct v2_payloads ps;
    size_t len = 0, plain_len;

    for (unsigned i = 0; i < r->taped; i++)
        if (r->tape[i].from == from && r->tape[i].data[18] == V2_IKE_AUTH) {
            m = r->tape[i].data;
            len = r->tape[i].len;
        }
    assert_non_null(m);
    assert_int_equal(v2_header(m, len, h), CODEC_OK);
    assert_int_equal(v2_payloads(h->next, m + V2_HDR, len - V2_HDR, &ps), CODEC_OK);
    struct v2_sk *open = v2_sk_new(&sa->suite, false, from ? &k->er : &k->ei, from ? &k->ar : &k->ai);
    assert_true(v2_sk_open(open, m, len, &ps.v[0], plain, sizeof plain, &plain_len));
    v2_sk_free(open);
    assert_int_equal(v2_payloads(ps.v[0].next, plain, plain_len, in), CODEC_OK);
}

/* The responder's AUTH as it would be without a PPK, out of what the initiator knows, whose keys are not mixed yet. */
static void plain_auth(struct rig *r, const struct v2_payloads *in, uint8_t body[4 + HASH_MAX])
{
    const struct v2_sa *sa = rig_v2(r, "left")->all;
    const struct v2_first *f = sa->first;
    const struct v2_payload *id = v2_one(in, V2_IDR);

    v2_keys_auth_psk(sa->suite.prf, BYTES("cisco123", 8), BYTES(f->theirs, f->theirs_len), BYTES(f->ni, f->ni_len),
                     &sa->keys->pr, BYTES(id->body, id->len), body + 4);
}

/* That message changed and sealed again. */
static void say_otherwise(struct rig *r, int from, const struct rewrite *row)
{
    static uint8_t out[4096], inner[4096], data[1024];
    struct v2_sa *sa = rig_v2(r, node_names[from])->all;
    uint8_t auth[4 + HASH_MAX] = {2};
    struct v2_payloads in;
    struct v2_notify_body n;
    struct v2_hdr h;
    struct v2_wr w;

    open_auth(r, from, &h, &in);
    v2_begin_inner(&w, inner, sizeof inner);
    for (unsigned i = 0; i < in.n; i++) {
        const struct v2_payload *p = &in.v[i];
        if (row->plain && p->type == V2_AUTH) {
            plain_auth(r, &in, auth);
            v2_put(&w, p->type, auth, p->len);
        } else if (p->type != V2_NOTIFY || v2_notify(p, &n) != CODEC_OK || n.type != row->drop) {
            v2_put(&w, p->type, p->body, p->len);
        }
    }
    memset(data, 'x', sizeof data);
    memcpy(data, row->data, row->len);
    for (int i = 0; row->add && i < row->copies; i++)
        v2_put_notify(&w, V2_PROTO_NONE, row->add, NULL, 0, data, row->len + row->more);
    size_t len =
        v2_sk_seal(sa->seal, rig_ike(r, node_names[from])->env.rnd, &h, w.first, inner, w.w.len, out, sizeof out);
    assert_true(len > 0 && len < 2000);
    r->judge = NULL;
    rig_inject(r, from, 500, out, len);
}

static struct rig *without_auth(int loses, const char *left, const char *right)
{
    struct rig *r = pair_of(3, 0, left, right);

    r->judge = lose_auth;
    r->left = loses;
    box_start(r->b, "left", "ping 10.2.0.1 source Loopback0 repeat 1 timeout 0");
    for (int i = 0; i < 1000 && !r->seen[V2_IKE_AUTH][loses]; i++)
        box_run(r->b, S / 1000);
    assert_true(r->seen[V2_IKE_AUTH][loses] > 0);
    return r;
}

static void odd_requests(void **state)
{
    (void)state;
    enum { PLAIN = 1, MIXED = 2, NOT = 0 };
    static const struct {
        struct rewrite how;
        const char *right;
        int comes;
    } odd[] = {
        {{"as it was", 0, 0, {0}, 0, 0, 0, false}, A, MIXED},
        {{"no PPK_IDENTITY", V2N_PPK_IDENTITY, 0, {0}, 0, 0, 0, false}, A, NOT},
        {{"no NO_PPK_AUTH", V2N_NO_PPK_AUTH, 0, {0}, 0, 0, 0, false}, A, MIXED},
        {{"no NO_PPK_AUTH, another identity", V2N_NO_PPK_AUTH, 0, {0}, 0, 0, 0, false}, B, NOT},
        {{"an empty identity", V2N_PPK_IDENTITY, V2N_PPK_IDENTITY, {0}, 0, 0, 1, false}, A, PLAIN},
        {{"an empty identity, required", V2N_PPK_IDENTITY, V2N_PPK_IDENTITY, {0}, 0, 0, 1, false}, A_REQ, NOT},
        {{"a type without an identity", V2N_PPK_IDENTITY, V2N_PPK_IDENTITY, {2}, 1, 0, 1, false}, A, PLAIN},
        {{"a type of no meaning", V2N_PPK_IDENTITY, V2N_PPK_IDENTITY, {0, 'a', 'l', 'p', 'h', 'a'}, 6, 0, 1, false},
         A,
         PLAIN},
        {{"an opaque one", V2N_PPK_IDENTITY, V2N_PPK_IDENTITY, {1, 'a', 'l', 'p', 'h', 'a'}, 6, 0, 1, false}, A, PLAIN},
        {{"a part of ours", V2N_PPK_IDENTITY, V2N_PPK_IDENTITY, {2, 'a', 'l', 'p'}, 4, 0, 1, false}, A, PLAIN},
        {{"ours and a byte", V2N_PPK_IDENTITY, V2N_PPK_IDENTITY, {2, 'a', 'l', 'p', 'h', 'a'}, 6, 1, 1, false},
         A,
         PLAIN},
        {{"ours", V2N_PPK_IDENTITY, V2N_PPK_IDENTITY, {2, 'a', 'l', 'p', 'h', 'a'}, 6, 0, 1, false}, A, MIXED},
        {{"a long one", V2N_PPK_IDENTITY, V2N_PPK_IDENTITY, {2, 'a', 'l', 'p', 'h', 'a'}, 6, 900, 1, false}, A, PLAIN},
        {{"ten of them", V2N_PPK_IDENTITY, V2N_PPK_IDENTITY, {2, 'a', 'l', 'p'}, 4, 20, 10, false}, A, PLAIN},
        {{"a NO_PPK_AUTH that is empty", V2N_NO_PPK_AUTH, V2N_NO_PPK_AUTH, {0}, 0, 0, 1, false}, B, NOT},
        {{"a NO_PPK_AUTH that is short", V2N_NO_PPK_AUTH, V2N_NO_PPK_AUTH, {1, 2, 3}, 3, 0, 1, false}, B, NOT},
        {{"a NO_PPK_AUTH that is wrong", V2N_NO_PPK_AUTH, V2N_NO_PPK_AUTH, {0}, 0, 64, 1, false}, B, NOT},
        {{"a NO_PPK_AUTH that is long", V2N_NO_PPK_AUTH, V2N_NO_PPK_AUTH, {0}, 0, 1000, 1, false}, B, NOT},
        {{"a second NO_PPK_AUTH", 0, V2N_NO_PPK_AUTH, {0}, 0, 64, 1, false}, B, PLAIN},
        {{"a second identity", 0, V2N_PPK_IDENTITY, {2, 'x'}, 2, 0, 1, false}, A, MIXED},
    };
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        struct rig *r = without_auth(0, A, odd[i].right);
        say_otherwise(r, 0, &odd[i].how);
        const struct v2_sa *sa = rig_sa(r, 1);
        int came = !sa ? NOT : sa->ppk ? MIXED : PLAIN;
        if (came != odd[i].comes)
            fail_msg("%s: %d", odd[i].how.what, came);
        rig_free(r);
    }
}

/* Who insists does not say how it would be without. */
static void requests(void **state)
{
    (void)state;
    static const struct {
        const char *left;
        bool identity, without;
    } said[] = {{NULL, false, false}, {A, true, true}, {A_REQ, true, false}};
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        struct rig *r = without_auth(0, said[i].left, A);
        struct v2_payloads in;
        struct v2_notify_body n;
        struct v2_hdr h;
        open_auth(r, 0, &h, &in);
        assert_int_equal(v2_notify_find(&in, V2N_PPK_IDENTITY, &n), said[i].identity);
        assert_true(!said[i].identity || (n.len == 6 && !memcmp(n.data, "\2alpha", 6)));
        assert_int_equal(v2_notify_find(&in, V2N_NO_PPK_AUTH, &n), said[i].without);
        assert_true(!said[i].without || n.len == hash_len(rig_v2(r, "left")->all->suite.prf));
        rig_free(r);
    }
}

/* Nobody agreed on one: what IKE_AUTH says of it is nothing. */
static void not_agreed(void **state)
{
    (void)state;
    static const struct rewrite named = {"ours", 0, V2N_PPK_IDENTITY, {2, 'a', 'l', 'p', 'h', 'a'}, 6, 0, 1, false};
    static const struct rewrite agreed = {"an agreement", 0, V2N_PPK_IDENTITY, {0}, 0, 0, 1, false};
    struct rig *r = without_auth(0, NULL, A);
    say_otherwise(r, 0, &named);
    assert_non_null(rig_sa(r, 1));
    assert_false(rig_sa(r, 1)->ppk);
    rig_free(r);
    r = without_auth(1, NULL, A);
    say_otherwise(r, 1, &agreed);
    assert_non_null(rig_sa(r, 0));
    assert_false(rig_sa(r, 0)->ppk);
    rig_free(r);
}

/* The initiator does not take an answer for what it is not. */
static void odd_answers(void **state)
{
    (void)state;
    static const struct rewrite silent = {"no PPK_IDENTITY", V2N_PPK_IDENTITY, 0, {0}, 0, 0, 0, false};
    static const struct rewrite agreed = {"an agreement", 0, V2N_PPK_IDENTITY, {0}, 0, 0, 1, false};
    static const struct rewrite talks = {"with data", V2N_PPK_IDENTITY, V2N_PPK_IDENTITY, {2, 'a'}, 2, 40, 1, false};
    static const struct rewrite plain = {"a proof without one", V2N_PPK_IDENTITY, 0, {0}, 0, 0, 0, true};
    static const struct {
        const struct rewrite *how;
        const char *left, *right;
        bool stands;
    } odd[] = {
        {&plain, A, A, true},       {&plain, A_REQ, A, false}, {&silent, A, A, false},
        {&silent, A_REQ, A, false}, {&agreed, A, B, false},    {&talks, A, A, true},
    };
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        struct rig *r = without_auth(1, odd[i].left, odd[i].right);
        say_otherwise(r, 1, odd[i].how);
        if ((rig_sa(r, 0) != NULL) != odd[i].stands)
            fail_msg("%s, row %zu", odd[i].how->what, i);
        rig_free(r);
    }
}

/* ---- what is shown ---- */

static void shown(void **state)
{
    (void)state;
    struct rig *r = pair_of(2, 0, A, A_REQ);
    box_type(r->b, "left", "debug crypto ikev2");
    assert_true(rig_ping(r, 0, 5) >= 4);
    assert_non_null(strstr(box_log(r->b, "left"), "Using PPK with id 'alpha'"));
    assert_non_null(strstr(box_type(r->b, "left", "show crypto ikev2 sa"), "Auth verify: PSK, QR\n"));
    assert_non_null(
        strstr(box_type(r->b, "right", "show crypto ikev2 sa detailed"),
               "      Initiator of SA : No\n      Quantum-safe Encryption using Manual PPK\n      PEER TYPE:"));
    assert_non_null(strstr(box_type(r->b, "right", "show crypto ikev2 stats"),
                           "Sessions with Quantum Resistance: 1        Manual: 1        Dynamic: 0       \n"));
    assert_non_null(strstr(box_type(r->b, "right", "show crypto ikev2 stats exchange"), "USE_PPK "));
    rig_free(r);

    r = pair_of(2, 0, A, B);
    assert_true(rig_ping(r, 0, 5) >= 4);
    assert_null(strstr(box_type(r->b, "left", "show crypto ikev2 sa detailed"), "Quantum"));
    assert_null(strstr(box_type(r->b, "left", "show crypto ikev2 sa"), "QR"));
    assert_non_null(strstr(box_type(r->b, "right", "show crypto ikev2 stats"), "PPK Identity Mismatch: 1        \n"));
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),         cmocka_unit_test(blocks),
        cmocka_unit_test(mixed_by_hand), cmocka_unit_test(insists_by_identity),
        cmocka_unit_test(cut_out),       cmocka_unit_test(rekeys),
        cmocka_unit_test(restarts),      cmocka_unit_test(in_pieces),
        cmocka_unit_test(requests),      cmocka_unit_test(odd_requests),
        cmocka_unit_test(not_agreed),    cmocka_unit_test(odd_answers),
        cmocka_unit_test(shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
