/* Single clauses of RFC 2407, 2408 and 2409 at an engine of IKEv1, one a test: which, docs/conformance.md says. */
#include "tests/exchange/ike_world.h"

#include "dataplane/ike/propose.h"
#include "dataplane/ike/v1/v1.h"

/* One transform of one proposal, its attributes given as bytes. */
static void sa_of(struct sa_body *out, uint8_t protocol, uint8_t id, const uint8_t *attrs, size_t len)
{
    static uint8_t buf[512];
    struct isakmp_hdr h = {.exchange = EX_MAIN};
    uint8_t spi[4] = {1, 2, 3, 4};
    struct payloads ps;
    struct msg_wr m;

    msg_begin(&m, buf, sizeof buf, &h);
    msg_sa_open(&m);
    size_t prop = msg_proposal_open(&m, false, 1, protocol, spi, protocol == IPROTO_ISAKMP ? 0 : 4, 1);
    size_t at = msg_transform_open(&m, false, 1, id);
    wr_bytes(&m.w, attrs, len);
    msg_transform_close(&m, at);
    msg_proposal_close(&m, prop);
    msg_close(&m);
    size_t n = msg_end(&m, 1);
    assert_true(n > 0);
    assert_int_equal(codec_payloads(PL_SA, buf + ISAKMP_HDR, n - ISAKMP_HDR, false, &ps), CODEC_OK);
    assert_int_equal(codec_sa(payload_one(&ps, PL_SA), out), CODEC_OK);
}

struct row {
    const char *what;
    uint8_t attrs[64];
    size_t len;
    bool taken;
};
#define ROW(what, taken, ...) {what, {__VA_ARGS__}, sizeof((uint8_t[]){__VA_ARGS__}), taken}

/* RFC 2408 section 3.3: an attribute may be written in four bytes; a value is what it is, not its lower half. RFC 2409
 * appendix A: life types are seconds and kilobytes. */
static void attributes_of_phase1(void **state)
{
    (void)state;
#define AES128 0x80, 1, 0, 7, 0x80, 2, 0, 2, 0x80, 3, 0, 1
    static const struct row rows[] = {
        ROW("short", true, AES128, 0x80, 14, 0, 128, 0x80, 4, 0, 14),
        ROW("long", true, AES128, 0, 14, 0, 4, 0, 0, 0, 128, 0, 4, 0, 4, 0, 0, 0, 14),
        ROW("in eight bytes", true, AES128, 0, 14, 0, 8, 0, 0, 0, 0, 0, 0, 0, 128, 0x80, 4, 0, 14),
        ROW("a key length of 65536 and 128", false, AES128, 0, 14, 0, 4, 0, 1, 0, 128, 0x80, 4, 0, 14),
        ROW("a group of 256 and 14", false, AES128, 0x80, 14, 0, 128, 0x80, 4, 1, 14),
        ROW("a group of 65536 and 14", false, AES128, 0x80, 14, 0, 128, 0, 4, 0, 4, 0, 1, 0, 14),
        ROW("a method of 256 and 1", false, AES128, 0x80, 14, 0, 128, 0x80, 4, 0, 14, 0x80, 3, 1, 1),
        ROW("a cipher of 65536 and 7", false, AES128, 0x80, 14, 0, 128, 0x80, 4, 0, 14, 0, 1, 0, 4, 0, 1, 0, 7),
        ROW("an attribute nobody knows", false, AES128, 0x80, 14, 0, 128, 0x80, 4, 0, 14, 0x80, 13, 0, 1),
        ROW("a life of seconds", true, AES128, 0x80, 14, 0, 128, 0x80, 4, 0, 14, 0x80, 11, 0, 1, 0, 12, 0, 4, 0, 1, 0, 0),
        ROW("a life of kilobytes", true, AES128, 0x80, 14, 0, 128, 0x80, 4, 0, 14, 0x80, 11, 0, 2, 0x80, 12, 1, 0),
        ROW("a life of something else", false, AES128, 0x80, 14, 0, 128, 0x80, 4, 0, 14, 0x80, 11, 0, 3, 0x80, 12, 1, 0),
    };
    const struct p1_suite ours = {.cipher = CIPHER_AES_CBC, .key_bits = 128, .hash = HASH_SHA1, .auth = 1, .group = 14, .life_s = 86400};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct p1_suite out;
        struct sa_body body;
        sa_of(&body, IPROTO_ISAKMP, 1, rows[i].attrs, rows[i].len);
        if ((p1_choose(NULL, &body, &ours, 1, &out) == 0) != rows[i].taken)
            fail_msg("%s", rows[i].what);
    }
}

/* RFC 2407 section 4.5: the same of phase 2; what is said twice must be the same (4.5.3); a life is seconds or kilobytes. */
static void attributes_of_phase2(void **state)
{
    (void)state;
#define TUNNEL_SHA 0x80, 4, 0, 1, 0x80, 5, 0, 2
    static const struct row rows[] = {
        ROW("short", true, TUNNEL_SHA, 0x80, 6, 0, 128, 0x80, 3, 0, 14),
        ROW("long", true, TUNNEL_SHA, 0, 6, 0, 4, 0, 0, 0, 128, 0, 3, 0, 4, 0, 0, 0, 14),
        ROW("a key length of 65536 and 128", false, TUNNEL_SHA, 0, 6, 0, 4, 0, 1, 0, 128, 0x80, 3, 0, 14),
        ROW("a group of 65536 and 14", false, TUNNEL_SHA, 0x80, 6, 0, 128, 0, 3, 0, 4, 0, 1, 0, 14),
        ROW("a mode of 65536 and 1", false, 0, 4, 0, 4, 0, 1, 0, 1, 0x80, 5, 0, 2, 0x80, 6, 0, 128, 0x80, 3, 0, 14),
        ROW("an attribute nobody knows", false, TUNNEL_SHA, 0x80, 6, 0, 128, 0x80, 3, 0, 14, 0x80, 9, 0, 1),
        ROW("a life of something else", false, TUNNEL_SHA, 0x80, 6, 0, 128, 0x80, 3, 0, 14, 0x80, 1, 0, 3),
        ROW("a mode twice", true, TUNNEL_SHA, 0x80, 6, 0, 128, 0x80, 3, 0, 14, 0, 4, 0, 4, 0, 0, 0, 1),
        ROW("two modes", false, 0x80, 4, 0, 2, TUNNEL_SHA, 0x80, 6, 0, 128, 0x80, 3, 0, 14),
        ROW("two groups", false, TUNNEL_SHA, 0x80, 6, 0, 128, 0x80, 3, 0, 5, 0x80, 3, 0, 14),
        ROW("two key lengths", false, TUNNEL_SHA, 0x80, 6, 1, 0, 0x80, 6, 0, 128, 0x80, 3, 0, 14),
        ROW("two authenticators", false, 0x80, 5, 0, 1, TUNNEL_SHA, 0x80, 6, 0, 128, 0x80, 3, 0, 14),
        ROW("a life twice", true, TUNNEL_SHA, 0x80, 6, 0, 128, 0x80, 3, 0, 14, 0x80, 1, 0, 1, 0x80, 2, 14, 16, 0x80, 1, 0, 1, 0, 2, 0, 4,
            0, 0, 14, 16),
        ROW("two lives in seconds", false, TUNNEL_SHA, 0x80, 6, 0, 128, 0x80, 3, 0, 14, 0x80, 1, 0, 1, 0x80, 2, 14, 16, 0x80, 1, 0, 1, 0x80,
            2, 1, 44),
        ROW("two lives in kilobytes", false, TUNNEL_SHA, 0x80, 6, 0, 128, 0x80, 3, 0, 14, 0x80, 1, 0, 2, 0x80, 2, 14, 16, 0x80, 2, 1, 44),
        ROW("both lives", true, TUNNEL_SHA, 0x80, 6, 0, 128, 0x80, 3, 0, 14, 0x80, 1, 0, 1, 0x80, 2, 14, 16, 0x80, 1, 0, 2, 0, 2, 0, 4,
            0, 0x46, 0x50, 0),
    };
    struct world *w = world_new(1);
    struct side *a = &w->side[SIDE_A];
    acquire(a);
    run_s(w, 2);
    struct ipsec_policy p = a->ips.policy;
    p.transforms[0] = (struct ipsec_transform){PROTO_ESP, CIPHER_AES_CBC, 128, HASH_SHA1, IPSEC_TUNNEL};
    p.pfs_group = 14;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct p2_choice out;
        struct sa_body body;
        sa_of(&body, IPROTO_ESP, 12, rows[i].attrs, rows[i].len);
        if (p2_choose(a->ike->all, &body, &p, false, true, &out) != rows[i].taken)
            fail_msg("%s", rows[i].what);
    }
    world_free(w);
}

/* One transform of a proposal of number 1, as the peer might say it. */
struct part {
    uint8_t protocol, id, spi, attrs[24], len;
};
#define PART(protocol, id, spi, ...) {protocol, id, spi, {__VA_ARGS__}, sizeof((uint8_t[]){__VA_ARGS__})}

static void sa_of_parts(struct sa_body *out, const struct part *v)
{
    *out = (struct sa_body){0};
    for (; v->protocol; v++) {
        struct sa_transform *t = &out->v[out->n++];
        *t = (struct sa_transform){.proposal = 1, .protocol = v->protocol, .number = 1, .id = v->id, .spi_len = 4, .bundle = true, .attrs = rd_of(v->attrs, v->len)};
        t->spi[2] = v->spi;
    }
}

/* RFC 2408 section 4.2: what has one proposal number is taken whole or not at all. */
static void both_or_none(void **state)
{
    (void)state;
#define AH_TUNNEL(...)  PART(IPROTO_AH, 3, 7, 0x80, 4, 0, 1, 0x80, 5, 0, 2, __VA_ARGS__)
#define ESP_TUNNEL(...) PART(IPROTO_ESP, 12, 9, 0x80, 4, 0, 1, 0x80, 5, 0, 2, 0x80, 6, 0, 128, __VA_ARGS__)
#define GROUP           0x80, 3, 0, 14
#define LIFE(s)         0x80, 1, 0, 1, 0x80, 2, 0, s
    static const struct {
        const char *what;
        struct part v[4];
        bool taken;
    } rows[] = {
        {"AH first", {AH_TUNNEL(GROUP), ESP_TUNNEL(GROUP)}, true},
        {"ESP first", {ESP_TUNNEL(GROUP), AH_TUNNEL(GROUP)}, true},
        {"AH in transport mode over a tunnel", {PART(IPROTO_AH, 3, 7, 0x80, 4, 0, 2, 0x80, 5, 0, 2, GROUP), ESP_TUNNEL(GROUP)}, true},
        {"AH in tunnel mode over transport", {AH_TUNNEL(GROUP), PART(IPROTO_ESP, 12, 9, 0x80, 4, 0, 2, 0x80, 5, 0, 2, 0x80, 6, 0, 128, GROUP)}, false},
        {"the second AH", {PART(IPROTO_AH, 2, 7, 0x80, 4, 0, 1, 0x80, 5, 0, 1, GROUP), AH_TUNNEL(GROUP), ESP_TUNNEL(GROUP)}, true},
        {"another AH", {PART(IPROTO_AH, 2, 7, 0x80, 4, 0, 1, 0x80, 5, 0, 1, GROUP), ESP_TUNNEL(GROUP)}, false},
        {"AH whose attribute is of another hash", {PART(IPROTO_AH, 3, 7, 0x80, 4, 0, 1, 0x80, 5, 0, 1, GROUP), ESP_TUNNEL(GROUP)}, false},
        {"a group of one of them", {AH_TUNNEL(LIFE(200)), ESP_TUNNEL(GROUP)}, false},
        {"extended numbers of one of them", {AH_TUNNEL(GROUP, 0x80, 11, 0, 1), ESP_TUNNEL(GROUP)}, false},
        {"with IPCOMP", {AH_TUNNEL(GROUP), ESP_TUNNEL(GROUP), PART(IPROTO_IPCOMP, 2, 1, 0x80, 4, 0, 1)}, false},
        {"ESP twice", {ESP_TUNNEL(GROUP), PART(IPROTO_ESP, 12, 8, 0x80, 4, 0, 1, 0x80, 5, 0, 2, 0x80, 6, 0, 128, GROUP)}, false},
        {"one AH, and ESP of two SPIs", {AH_TUNNEL(GROUP), ESP_TUNNEL(GROUP), PART(IPROTO_ESP, 12, 8, 0x80, 4, 0, 1, 0x80, 5, 0, 2, 0x80, 6, 0, 128, GROUP)}, false},
        {"in UDP", {PART(IPROTO_AH, 3, 7, 0x80, 4, 0, 3, 0x80, 5, 0, 2, GROUP), PART(IPROTO_ESP, 12, 9, 0x80, 4, 0, 3, 0x80, 5, 0, 2, 0x80, 6, 0, 128, GROUP)}, false},
        {"the shorter life", {AH_TUNNEL(GROUP, LIFE(200)), ESP_TUNNEL(GROUP, LIFE(240))}, true},
    };
    struct world *w = world_new(1);
    struct side *a = &w->side[SIDE_A];
    acquire(a);
    run_s(w, 2);
    struct ipsec_policy p = a->ips.policy;
    p.transforms[0] = (struct ipsec_transform){
        .proto = PROTO_ESP, .cipher = CIPHER_AES_CBC, .key_bits = 128, .auth = HASH_SHA1, .over = HASH_SHA1};
    p.pfs_group = 14;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct p2_choice out;
        struct sa_body body;
        sa_of_parts(&body, rows[i].v);
        if (p2_choose(a->ike->all, &body, &p, true, true, &out) != rows[i].taken)
            fail_msg("%s", rows[i].what);
        if (!rows[i].taken)
            continue;
        assert_int_equal(out.spi, 9 << 8);
        assert_int_equal(out.over.spi, 7 << 8);
        assert_int_equal(body.v[out.place].protocol, IPROTO_ESP);
        assert_int_equal(body.v[out.over.place].id, 3);
    }
    struct p2_choice out;
    struct sa_body body;
    sa_of_parts(&body, rows[13].v);
    assert_true(p2_choose(a->ike->all, &body, &p, true, true, &out));
    assert_int_equal(out.life_s, 200);
    p.transforms[0].over = HASH_NONE; /* nor one of the two where one is wanted */
    assert_false(p2_choose(a->ike->all, &body, &p, true, true, &out));
    assert_false(p2_match(a->ike->all, &body, &p, false, &out));
    world_free(w);
}

/* RFC 2407 section 4.6.2: an identity of phase 1 has neither protocol nor port, or UDP's and 500 (RFC 3947: or what it floats
 * to); any other ends the exchange. */
static const struct port {
    uint8_t proto;
    uint16_t port;
    bool taken;
} ports[] = {{0, 0, true},    {17, 500, true}, {17, 0, true},   {17, 4500, true}, {17, 501, false},
             {0, 500, false}, {6, 500, false}, {6, 0, false},   {47, 0, false}};

static enum fate other_port(struct world *w, struct side *from, enum msg_name name, uint8_t *data, size_t len)
{
    const struct port *p = w->judge_arg;
    struct payloads ps;

    (void)from;
    if (name != AM1)
        return FATE_PASS;
    assert_int_equal(codec_payloads(data[16], data + ISAKMP_HDR, len - ISAKMP_HDR, false, &ps), CODEC_OK);
    uint8_t *id = data + (payload_one(&ps, PL_ID)->body - data);
    id[1] = p->proto;
    put16(id + 2, p->port);
    return FATE_PASS;
}

static void port_of_identity(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
        struct world *w = world_new(1);
        struct side *a = &w->side[SIDE_A], *b = &w->side[SIDE_B];
        uint8_t addr[4] = {192, 0, 2, 1};
        struct id_body id = {.type = ID_IPV4_ADDR, .proto = ports[i].proto, .port = ports[i].port, .data = addr, .len = 4};
        acquire(a);
        run_s(w, 2);
        assert_int_equal(identity_take(b->ike->all, &id), ports[i].taken); /* MM5 and MM6 */
        world_free(w);

        w = world_new(1);
        a = &w->side[SIDE_A], b = &w->side[SIDE_B];
        struct ike_peer_conf *c = mem_new(sizeof *c);
        *c = (struct ike_peer_conf){.addr = ADDR_B, .endpoint = IKE_ENDPOINT_ADDRESS, .endpoint_addr = ADDR_A};
        snprintf(c->password, sizeof c->password, "cisco123");
        conf_list_add(&a->ike->conf.peers, c);
        w->judge = other_port;
        w->judge_arg = (void *)(uintptr_t)&ports[i];
        acquire(a);
        run_s(w, 1);
        assert_int_equal(a->sent[AM1], 1);
        assert_int_equal(b->sent[AM2] > 0, ports[i].taken);
        assert_int_equal(b->ike->nsas > 0, ports[i].taken);
        world_free(w);
    }
}

/* RFC 2408 section 3.1: a minor version above ours is not taken. */
static enum fate newer(struct world *w, struct side *from, enum msg_name name, uint8_t *data, size_t len)
{
    (void)w, (void)from, (void)len;
    if (name == MM1)
        data[17] = 0x11;
    return FATE_PASS;
}

static void minor_version(void **state)
{
    (void)state;
    struct world *w = world_new(1);
    w->judge = newer;
    acquire(&w->side[SIDE_A]);
    run_s(w, 1);
    assert_int_equal(w->side[SIDE_A].sent[MM1], 1);
    assert_int_equal(w->side[SIDE_B].sent[MM2], 0);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attributes_of_phase1),
        cmocka_unit_test(attributes_of_phase2),
        cmocka_unit_test(both_or_none),
        cmocka_unit_test(port_of_identity),
        cmocka_unit_test(minor_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
