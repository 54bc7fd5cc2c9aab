/* The IKEv2 codec: messages written by hand after RFC 7296 section 3, each malformed length in its place, selectors
 * narrowed by hand, and what our own writer makes read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/ike/v2/v2_codec.h"
#include "dataplane/ipsec/sad.h"

static void test_header(void **state)
{
    (void)state;
    static const struct {
        uint8_t version;
        size_t len;
        uint32_t said;
        enum codec_result want;
    } rows[] = {
        {0x20, 28, 28, CODEC_OK},
        {0x2F, 28, 28, CODEC_OK},
        {0x20, 27, 27, CODEC_LENGTH},
        {0x20, 0, 0, CODEC_LENGTH},
        {0x20, 28, 27, CODEC_LENGTH},
        {0x20, 28, 29, CODEC_LENGTH},
        {0x20, 40, 28, CODEC_LENGTH},
        {0x20, 28, 0xFFFFFFFF, CODEC_LENGTH},
        {0x10, 28, 28, CODEC_VERSION},
        {0x30, 28, 28, CODEC_VERSION},
        {0x20, V2_MSG_MAX, V2_MSG_MAX, CODEC_OK},
        {0x20, V2_MSG_MAX + 1, V2_MSG_MAX + 1, CODEC_LENGTH},
    };
    static uint8_t b[V2_MSG_MAX + 1];
    struct v2_hdr h;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (uint8_t j = 0; j < 16; j++)
            b[j] = (uint8_t)(j + 1);
        b[16] = V2_SA;
        b[17] = rows[i].version;
        b[18] = V2_IKE_AUTH;
        b[19] = 0x28;
        put32(b + 20, 7);
        put32(b + 24, rows[i].said);
        if (v2_header(b, rows[i].len, &h) != rows[i].want)
            fail_msg("row %zu", i);
    }
    put32(b + 24, 28);
    b[17] = 0x20;
    assert_int_equal(v2_header(b, 28, &h), CODEC_OK);
    assert_memory_equal(h.ispi, "\1\2\3\4\5\6\7\10", 8);
    assert_memory_equal(h.rspi, "\11\12\13\14\15\16\17\20", 8);
    assert_int_equal(h.next, V2_SA);
    assert_int_equal(h.exchange, V2_IKE_AUTH);
    assert_int_equal(h.flags, V2_FLAG_INITIATOR | V2_FLAG_RESPONSE);
    assert_int_equal(h.mid, 7);
}

static void test_chain(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        uint8_t first;
        uint8_t bytes[24];
        size_t len;
        enum codec_result want;
        unsigned n;
        uint8_t critical;
    } rows[] = {
        {"none", V2_NONE, {0}, 0, CODEC_OK, 0, 0},
        {"none, but bytes", V2_NONE, {0}, 4, CODEC_LENGTH, 0, 0},
        {"one, empty body", V2_NONCE, {0, 0, 0, 4}, 4, CODEC_OK, 1, 0},
        {"one", V2_NONCE, {0, 0, 0, 6, 7, 8}, 6, CODEC_OK, 1, 0},
        {"reserved bits mean nothing", V2_NONCE, {0, 0x7F, 0, 4}, 4, CODEC_OK, 1, 0},
        {"two", V2_KE, {V2_NONCE, 0, 0, 5, 9, 0, 0, 0, 6, 7, 8}, 11, CODEC_OK, 2, 0},
        {"said to follow, does not", V2_KE, {V2_NONCE, 0, 0, 5, 9}, 5, CODEC_PAYLOAD, 0, 0},
        {"length 3", V2_NONCE, {0, 0, 0, 3}, 4, CODEC_PAYLOAD, 0, 0},
        {"length 0", V2_NONCE, {0, 0, 0, 0}, 4, CODEC_PAYLOAD, 0, 0},
        {"one byte beyond", V2_NONCE, {0, 0, 0, 7, 7, 8}, 6, CODEC_PAYLOAD, 0, 0},
        {"one byte less", V2_NONCE, {0, 0, 0, 5, 7, 8}, 6, CODEC_LENGTH, 0, 0},
        {"far beyond", V2_NONCE, {0, 0, 0xFF, 0xFF, 7, 8}, 6, CODEC_PAYLOAD, 0, 0},
        {"generic header cut", V2_NONCE, {0, 0, 0}, 3, CODEC_PAYLOAD, 0, 0},
        {"unknown, stepped over", 99, {V2_NONCE, 0, 0, 5, 1, 0, 0, 0, 4}, 9, CODEC_OK, 1, 0},
        {"unknown and critical", 99, {V2_NONCE, 0x80, 0, 5, 1, 0, 0, 0, 4}, 9, CODEC_OK, 1, 99},
        {"of IKEv1, critical", 1, {0, 0x80, 0, 4}, 4, CODEC_OK, 0, 1},
        {"known and critical", V2_NONCE, {0, 0x80, 0, 4}, 4, CODEC_OK, 1, 0},
        {"the first critical one is named", 98, {97, 0x80, 0, 4, 0, 0x80, 0, 4}, 8, CODEC_OK, 0, 98},
        {"unknown, length 2", 99, {0, 0, 0, 2}, 4, CODEC_PAYLOAD, 0, 0},
        {"SK ends the chain", V2_SK, {V2_IDI, 0, 0, 6, 1, 2}, 6, CODEC_OK, 1, 0},
        {"SK, bytes behind", V2_SK, {V2_IDI, 0, 0, 5, 1, 0, 0, 0, 4}, 9, CODEC_LENGTH, 0, 0},
        {"SKF behind a notify", V2_NOTIFY, {V2_SKF, 0, 0, 4, 0, 0, 0, 5, 1}, 9, CODEC_OK, 2, 0},
    };
    struct v2_payloads ps;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum codec_result res = v2_payloads(rows[i].first, rows[i].bytes, rows[i].len, &ps);
        if (res != rows[i].want || (res == CODEC_OK && (ps.n != rows[i].n || ps.bad_critical != rows[i].critical)))
            fail_msg("%s: result %d, %u payloads, critical %u", rows[i].what, res, ps.n, ps.bad_critical);
    }
    assert_int_equal(v2_payloads(V2_SK, rows[19].bytes, 6, &ps), CODEC_OK);
    assert_int_equal(ps.v[0].next, V2_IDI);
    uint8_t many[4 * (V2_PAYLOADS_MAX + 1)];
    for (int n = V2_PAYLOADS_MAX; n <= V2_PAYLOADS_MAX + 1; n++) {
        for (int i = 0; i < n; i++) {
            put32(many + 4 * i, 4);
            many[4 * i] = i + 1 < n ? V2_VENDOR : V2_NONE;
        }
        assert_int_equal(v2_payloads(V2_VENDOR, many, 4 * (size_t)n, &ps),
                         n > V2_PAYLOADS_MAX ? CODEC_TOO_MANY : CODEC_OK);
    }
}

static void test_finding(void **state)
{
    (void)state;
    static const uint8_t chain[] = {V2_VENDOR, 0, 0, 5, 'a', V2_NONCE, 0, 0, 5, 'b',
                                    V2_VENDOR, 0, 0, 5, 'c', 0,        0, 0, 5, 'd'};
    struct v2_payloads ps;
    assert_int_equal(v2_payloads(V2_SA, chain, sizeof chain, &ps), CODEC_OK);
    assert_int_equal(v2_count(&ps, V2_VENDOR), 2);
    assert_null(v2_one(&ps, V2_VENDOR));
    assert_null(v2_one(&ps, V2_KE));
    assert_int_equal(v2_one(&ps, V2_NONCE)->body[0], 'c');
    assert_int_equal(v2_nth(&ps, V2_VENDOR, 0)->body[0], 'b');
    assert_int_equal(v2_nth(&ps, V2_VENDOR, 1)->body[0], 'd');
    assert_null(v2_nth(&ps, V2_VENDOR, 2));
}

/* Two proposals: IKE with AES-CBC 256, SHA1; ESP (SPI 4 bytes) with AES-GCM 128 and an attribute nobody knows. */
static const uint8_t good_sa[] = {
    2, 0, 0, 28, 1, 1, 0, 2,                                             /* proposal: 0-7 */
    3, 0, 0, 12, 1, 0, 0, 12, 0x80, 14,   1,    0,                       /* transform: 8-19 */
    0, 0, 0, 8,  3, 0, 0, 2,                                             /* transform: 20-27 */
    0, 0, 0, 30, 2, 3, 4, 1,  0xB7, 0x61, 0x86, 0x3E,                    /* proposal: 28-39 */
    0, 0, 0, 18, 1, 0, 0, 20, 0x80, 14,   0,    128,  0, 77, 0, 2, 9, 9, /* transform: 40-57 */
};

static enum codec_result read_sa(const uint8_t *b, size_t len, struct v2_sa_body *out)
{
    struct v2_payload p = {.type = V2_SA, .body = b, .len = (uint16_t)len};
    return v2_sa(&p, out);
}

static void test_sa(void **state)
{
    (void)state;
    struct v2_sa_body body;
    assert_int_equal(sizeof good_sa, 58);
    assert_int_equal(read_sa(good_sa, sizeof good_sa, &body), CODEC_OK);
    assert_int_equal(body.n, 2);
    assert_int_equal(body.nt, 3);
    assert_int_equal(body.v[0].protocol, V2_PROTO_IKE);
    assert_int_equal(body.v[0].n, 2);
    assert_int_equal(body.t[0].id, 12);
    assert_int_equal(body.t[0].key_bits, 256);
    assert_false(body.t[0].strange);
    assert_int_equal(body.t[1].type, V2_T_INTEG);
    assert_int_equal(body.v[1].first, 2);
    assert_int_equal(body.v[1].number, 2);
    assert_int_equal(get32(body.v[1].spi), 0xB761863E);
    assert_true(body.t[2].strange);
    static const struct {
        const char *what;
        size_t at;
        uint8_t value;
        enum codec_result want;
    } spoilt[] = {
        {"proposal's last is 3", 0, 3, CODEC_BODY},
        {"first said to be the last", 0, 0, CODEC_BODY},
        {"reserved is not looked at", 1, 1, CODEC_OK},
        {"proposal one longer", 3, 29, CODEC_BODY},
        {"proposal one shorter", 3, 27, CODEC_BODY},
        {"proposal of 7 bytes", 3, 7, CODEC_BODY},
        {"SPI of one byte eats a transform", 6, 1, CODEC_BODY},
        {"SPI of 9", 34, 9, CODEC_BODY},
        {"SPI of 3", 34, 3, CODEC_BODY},
        {"SPI of 255", 34, 255, CODEC_BODY},
        {"one transform said, two there", 7, 1, CODEC_BODY},
        {"three said", 7, 3, CODEC_BODY},
        {"first transform said to be the last", 8, 0, CODEC_BODY},
        {"transform reserved", 9, 1, CODEC_OK},
        {"transform one shorter", 11, 11, CODEC_BODY},
        {"transform one longer", 11, 13, CODEC_BODY},
        {"transform of 7 bytes", 11, 7, CODEC_BODY},
        {"second transform's last is 3", 20, 3, CODEC_BODY},
        {"a third proposal said", 28, 2, CODEC_BODY},
        {"attribute one longer", 55, 3, CODEC_BODY},
        {"attribute one shorter", 55, 1, CODEC_BODY},
    };
    for (size_t i = 0; i < sizeof spoilt / sizeof spoilt[0]; i++) {
        uint8_t b[sizeof good_sa];
        memcpy(b, good_sa, sizeof b);
        b[spoilt[i].at] = spoilt[i].value;
        enum codec_result res = read_sa(b, sizeof b, &body);
        if (res != spoilt[i].want)
            fail_msg("%s: %d", spoilt[i].what, res);
    }
    for (size_t len = 0; len < sizeof good_sa; len++)
        if (read_sa(good_sa, len, &body) == CODEC_OK)
            fail_msg("cut to %zu bytes", len);
}

static void test_sa_bounds(void **state)
{
    (void)state;
    static uint8_t b[8 * (V2_SA_TRANSFORMS_MAX + 16)];
    struct v2_sa_body body;
    static const unsigned some[] = {61, V2_SA_PROPOSALS_MAX, V2_SA_PROPOSALS_MAX + 1};
    for (unsigned k = 0; k < sizeof some / sizeof some[0]; k++) { /* proposals without a transform */
        unsigned n = some[k];
        memset(b, 0, sizeof b);
        for (unsigned i = 0; i < n; i++) {
            b[8 * i] = i + 1 < n ? 2 : 0;
            b[8 * i + 3] = 8;
        }
        assert_int_equal(read_sa(b, 8 * n, &body), n > V2_SA_PROPOSALS_MAX ? CODEC_TOO_MANY : CODEC_OK);
    }
    for (unsigned n = V2_SA_TRANSFORMS_MAX - 1; n <= V2_SA_TRANSFORMS_MAX + 1; n += 2) { /* proposals of 200 transforms, and what is left of n */
        size_t at = 0;
        memset(b, 0, sizeof b);
        for (unsigned left = n; left;) {
            unsigned count = left < 200 ? left : 200;
            left -= count;
            b[at] = left ? 2 : 0;
            put16(b + at + 2, (uint16_t)(8 + 8 * count));
            b[at + 7] = (uint8_t)count;
            at += 8;
            for (unsigned i = 0; i < count; i++, at += 8) {
                b[at] = i + 1 < count ? 3 : 0;
                b[at + 3] = 8;
            }
        }
        assert_int_equal(read_sa(b, at, &body), n > V2_SA_TRANSFORMS_MAX ? CODEC_TOO_MANY : CODEC_OK);
    }
    /* two key lengths, or one as TLV, or none at all: never a cipher of that length */
    static const uint8_t twice[] = {0, 0, 0, 24, 1, 1, 0, 1, 0, 0, 0, 16, 1, 0, 0, 12, 0x80, 14, 1, 0, 0x80, 14, 1, 0};
    assert_int_equal(read_sa(twice, sizeof twice, &body), CODEC_OK);
    assert_true(body.t[0].strange);
    static const uint8_t tlv[] = {0, 0, 0, 22, 1, 1, 0, 1, 0, 0, 0, 14, 1, 0, 0, 12, 0, 14, 0, 2, 1, 0};
    assert_int_equal(read_sa(tlv, sizeof tlv, &body), CODEC_OK);
    assert_true(body.t[0].strange);
    assert_int_equal(body.t[0].key_bits, 0);
}

static void test_bodies(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        uint8_t type;
        uint8_t bytes[16];
        size_t len;
        enum codec_result want;
    } rows[] = {
        {"KE", V2_KE, {0, 14, 0, 0, 9}, 5, CODEC_OK},
        {"KE, reserved", V2_KE, {0, 14, 7, 7, 9}, 5, CODEC_OK},
        {"KE without a value", V2_KE, {0, 14, 0, 0}, 4, CODEC_BODY},
        {"KE cut", V2_KE, {0, 14, 0}, 3, CODEC_BODY},
        {"notify", V2_NOTIFY, {0, 0, 0x40, 4}, 4, CODEC_OK},
        {"notify cut", V2_NOTIFY, {0, 0, 0x40}, 3, CODEC_BODY},
        {"notify with SPI", V2_NOTIFY, {3, 4, 0x40, 9, 1, 2, 3, 4}, 8, CODEC_OK},
        {"notify, SPI one short", V2_NOTIFY, {3, 4, 0x40, 9, 1, 2, 3}, 7, CODEC_BODY},
        {"notify, SPI and data", V2_NOTIFY, {3, 4, 0x40, 9, 1, 2, 3, 4, 5}, 9, CODEC_OK},
        {"delete IKE", V2_DELETE, {1, 0, 0, 0}, 4, CODEC_OK},
        {"delete IKE with a byte", V2_DELETE, {1, 0, 0, 0, 0}, 5, CODEC_BODY},
        {"delete IKE, one SPI", V2_DELETE, {1, 0, 0, 1}, 4, CODEC_BODY},
        {"delete IKE, SPI size 8", V2_DELETE, {1, 8, 0, 0}, 4, CODEC_BODY},
        {"delete ESP", V2_DELETE, {3, 4, 0, 1, 1, 2, 3, 4}, 8, CODEC_OK},
        {"delete ESP, two", V2_DELETE, {3, 4, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8}, 12, CODEC_OK},
        {"delete ESP, one short", V2_DELETE, {3, 4, 0, 1, 1, 2, 3}, 7, CODEC_BODY},
        {"delete ESP, one more", V2_DELETE, {3, 4, 0, 1, 1, 2, 3, 4, 5}, 9, CODEC_BODY},
        {"delete ESP, said 65535", V2_DELETE, {3, 4, 0xFF, 0xFF, 1, 2, 3, 4}, 8, CODEC_BODY},
        {"delete ESP, SPI size 0", V2_DELETE, {3, 0, 0, 5}, 4, CODEC_BODY},
        {"delete AH", V2_DELETE, {2, 4, 0, 1, 1, 2, 3, 4}, 8, CODEC_OK},
        {"delete cut", V2_DELETE, {3, 4, 0}, 3, CODEC_BODY},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct v2_payload p = {.type = rows[i].type, .body = rows[i].bytes, .len = (uint16_t)rows[i].len};
        struct v2_ke_body ke;
        struct v2_notify_body n;
        struct v2_delete_body d;
        enum codec_result res = p.type == V2_KE       ? v2_ke(&p, &ke)
                                : p.type == V2_NOTIFY ? v2_notify(&p, &n)
                                                      : v2_delete(&p, &d);
        struct v2_payloads one = {.n = 1, .v = {p}};
        if (res != rows[i].want || v2_bodies(&one) != res)
            fail_msg("%s: %d, %d among others", rows[i].what, res, v2_bodies(&one));
    }
    struct v2_payloads ps;
    struct v2_notify_body n;
    static const uint8_t chain[] = {V2_NOTIFY, 0,    0, 8, 0, 0,  0x40, 4, V2_NOTIFY, 0, 0,   7,   3,
                                    4,         0x40, 0, 0, 0, 11, 0,    0, 0x40,      6, 'a', 'b', 'c'};
    assert_int_equal(v2_payloads(V2_NOTIFY, chain, sizeof chain, &ps), CODEC_OK);
    assert_int_equal(v2_bodies(&ps), CODEC_BODY);
    assert_true(v2_notify_find(&ps, V2N_COOKIE, &n)); /* behind one that is malformed */
    assert_int_equal(n.len, 3);
    assert_memory_equal(n.data, "abc", 3);
    assert_false(v2_notify_find(&ps, V2N_REKEY_SA, &n));
    assert_string_equal(v2_notify_name(16388), "NAT_DETECTION_SOURCE_IP");
    assert_string_equal(v2_notify_name(14), "NO_PROPOSAL_CHOSEN");
    assert_null(v2_notify_name(12345));
    assert_string_equal(v2_exchange_name(36), "CREATE_CHILD_SA");
    assert_null(v2_exchange_name(33));
    assert_null(v2_exchange_name(38));
}

static void test_selectors(void **state)
{
    (void)state;
    static const uint8_t v4[] = {7, 17, 0, 16, 0, 53, 0, 53, 10, 1, 0, 0, 10, 1, 0, 255};
    static const struct {
        const char *what;
        size_t at;
        uint8_t value;
        enum codec_result want;
        unsigned n, skipped;
    } rows[] = {
        {"as it is", 4, 7, CODEC_OK, 1, 0},
        {"IPv6 type, short", 4, 8, CODEC_OK, 0, 1},
        {"length 15", 7, 15, CODEC_BODY, 0, 0},
        {"length 17", 7, 17, CODEC_BODY, 0, 0},
        {"length 3", 7, 3, CODEC_BODY, 0, 0},
        {"said none", 0, 0, CODEC_BODY, 0, 0},
        {"said two", 0, 2, CODEC_BODY, 0, 0},
        {"said 255", 0, 255, CODEC_BODY, 0, 0},
        {"reserved", 1, 1, CODEC_OK, 1, 0},
        {"ports upside down", 8, 1, CODEC_OK, 0, 1},
        {"addresses upside down", 16, 9, CODEC_OK, 0, 1},
    };
    struct v2_ts_body out;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t b[4 + sizeof v4] = {1};
        memcpy(b + 4, v4, sizeof v4);
        b[rows[i].at] = rows[i].value;
        struct v2_payload p = {.type = V2_TSI, .body = b, .len = sizeof b};
        enum codec_result res = v2_tsb(&p, &out);
        if (res != rows[i].want || (res == CODEC_OK && (out.n != rows[i].n || out.skipped != rows[i].skipped)))
            fail_msg("%s: %d, %u and %u", rows[i].what, res, out.n, out.skipped);
    }
    uint8_t b[4 + 40 * sizeof v4] = {40};
    for (unsigned i = 0; i < 40; i++)
        memcpy(b + 4 + i * sizeof v4, v4, sizeof v4);
    struct v2_payload p = {.type = V2_TSI, .body = b, .len = sizeof b};
    assert_int_equal(v2_tsb(&p, &out), CODEC_OK);
    assert_int_equal(out.n, V2_TS_MAX);
    assert_int_equal(out.skipped, 40 - V2_TS_MAX);
    assert_int_equal(out.v[0].proto, 17);
    assert_int_equal(out.v[0].port_lo, 53);
    assert_int_equal(out.v[0].lo, 0x0A010000);
    assert_int_equal(out.v[0].hi, 0x0A0100FF);
}

static void test_narrowing(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct v2_ts ts;
        struct selector within, want;
        bool fits, exact;
    } rows[] = {
        {"all of 0/0 within a net",
         {0, 0, 65535, 0, 0xFFFFFFFF},
         {0x0A010000, 0xFFFF0000, 0, 0},
         {0x0A010000, 0xFFFF0000, 0, 0},
         true,
         false},
        {"the same net",
         {0, 0, 65535, 0x0A010000, 0x0A01FFFF},
         {0x0A010000, 0xFFFF0000, 0, 0},
         {0x0A010000, 0xFFFF0000, 0, 0},
         true,
         true},
        {"0/0 in 0/0", {0, 0, 65535, 0, 0xFFFFFFFF}, {0, 0, 0, 0}, {0, 0, 0, 0}, true, true},
        {"a net within 0/0",
         {0, 0, 65535, 0x0A010000, 0x0A01FFFF},
         {0, 0, 0, 0},
         {0x0A010000, 0xFFFF0000, 0, 0},
         true,
         true},
        {"one host within a net",
         {0, 0, 65535, 0x0A010005, 0x0A010005},
         {0x0A010000, 0xFFFF0000, 0, 0},
         {0x0A010005, 0xFFFFFFFF, 0, 0},
         true,
         true},
        {"no common address", {0, 0, 65535, 0x0A020000, 0x0A02FFFF}, {0x0A010000, 0xFFFF0000, 0, 0}, {0}, false, false},
        {"just below", {0, 0, 65535, 0, 0x0A00FFFF}, {0x0A010000, 0xFFFF0000, 0, 0}, {0}, false, false},
        {"a range that is no subnet",
         {0, 0, 65535, 0x0A010001, 0x0A01000F},
         {0x0A010000, 0xFFFF0000, 0, 0},
         {0x0A010008, 0xFFFFFFF8, 0, 0},
         true,
         false},
        {"two hosts across a boundary",
         {0, 0, 65535, 0x0A010001, 0x0A010002},
         {0, 0, 0, 0},
         {0x0A010001, 0xFFFFFFFF, 0, 0},
         true,
         false},
        {"the last address of all",
         {0, 0, 65535, 0xFFFFFFFF, 0xFFFFFFFF},
         {0, 0, 0, 0},
         {0xFFFFFFFF, 0xFFFFFFFF, 0, 0},
         true,
         true},
        {"a protocol within any",
         {17, 0, 65535, 0, 0xFFFFFFFF},
         {0x0A010000, 0xFFFF0000, 0, 0},
         {0x0A010000, 0xFFFF0000, 17, 0},
         true,
         false},
        {"any within a protocol",
         {0, 0, 65535, 0x0A010000, 0x0A01FFFF},
         {0x0A010000, 0xFFFF0000, 47, 0},
         {0x0A010000, 0xFFFF0000, 47, 0},
         true,
         false},
        {"another protocol", {6, 0, 65535, 0, 0xFFFFFFFF}, {0x0A010000, 0xFFFF0000, 17, 0}, {0}, false, false},
        {"a port within any", {17, 53, 53, 0, 0xFFFFFFFF}, {0, 0, 17, 0}, {0, 0, 17, 53}, true, true},
        {"any within a port", {17, 0, 65535, 0, 0xFFFFFFFF}, {0, 0, 17, 53}, {0, 0, 17, 53}, true, false},
        {"another port", {17, 54, 60, 0, 0xFFFFFFFF}, {0, 0, 17, 53}, {0}, false, false},
        {"a range of ports", {17, 1000, 2000, 0, 0xFFFFFFFF}, {0, 0, 17, 0}, {0, 0, 17, 1000}, true, false},
        {"port 0 alone", {17, 0, 0, 0, 0xFFFFFFFF}, {0, 0, 17, 0}, {0}, false, false},
        {"a mask with holes, all of it",
         {0, 0, 65535, 0, 0xFFFFFFFF},
         {0x0A010003, 0xFFFF00FF, 0, 0},
         {0x0A010003, 0xFFFF00FF, 0, 0},
         true,
         false},
        {"a mask with holes, half",
         {0, 0, 65535, 0x0A010003, 0x0A017FFF},
         {0x0A010003, 0xFFFF00FF, 0, 0},
         {0},
         false,
         false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct selector out = {0};
        bool exact = false;
        bool fits = v2_ts_narrow(&rows[i].ts, &rows[i].within, &out, &exact);
        if (fits != rows[i].fits)
            fail_msg("%s: fits %d", rows[i].what, fits);
        if (fits && (out.addr != rows[i].want.addr || out.mask != rows[i].want.mask ||
                     out.proto != rows[i].want.proto || out.port != rows[i].want.port || exact != rows[i].exact))
            fail_msg("%s: %08x/%08x/%u/%u exact %d", rows[i].what, out.addr, out.mask, out.proto, out.port, exact);
    }
    struct v2_ts ts;
    v2_ts_of(&(struct selector){0x0A010203, 0xFFFFFF00, 17, 53}, &ts);
    assert_int_equal(ts.lo, 0x0A010200);
    assert_int_equal(ts.hi, 0x0A0102FF);
    assert_int_equal(ts.port_lo, 53);
    assert_int_equal(ts.port_hi, 53);
    v2_ts_of(&(struct selector){0, 0, 0, 0}, &ts);
    assert_int_equal(ts.hi, 0xFFFFFFFF);
    assert_int_equal(ts.port_hi, 65535);
}

/* Worked out by hand: 10.0.0.64/26 is the greatest block of 10.0.0.10-10.0.0.130 around 10.0.0.100. */
static void test_around(void **state)
{
    (void)state;
    static const struct {
        struct v2_ts ts;
        uint8_t proto;
        uint32_t addr;
        uint16_t port;
        struct selector want; /* mask 0 and addr 1: not in it */
    } rows[] = {
        {{0, 0, 65535, 0x0A000000, 0x0A0000FF}, 1, 0x0A000064, 0, {0x0A000000, 0xFFFFFF00, 0, 0}},
        {{0, 0, 65535, 0x0A00000A, 0x0A000082}, 1, 0x0A000064, 0, {0x0A000040, 0xFFFFFFC0, 0, 0}},
        {{0, 0, 65535, 0x0A00000A, 0x0A000082}, 1, 0x0A000082, 0, {0x0A000082, 0xFFFFFFFF, 0, 0}},
        {{0, 0, 65535, 0x0A00000A, 0x0A000082}, 1, 0x0A000083, 0, {1, 0, 0, 0}},
        {{0, 0, 65535, 0, 0xFFFFFFFF}, 6, 0x0A000083, 80, {0, 0, 0, 0}},
        {{6, 0, 65535, 0, 0xFFFFFFFF}, 6, 0x0A000083, 80, {0, 0, 6, 0}},
        {{6, 0, 65535, 0, 0xFFFFFFFF}, 17, 0x0A000083, 80, {1, 0, 0, 0}},
        {{6, 50, 90, 0x0A000083, 0x0A000083}, 6, 0x0A000083, 80, {0x0A000083, 0xFFFFFFFF, 6, 80}},
        {{6, 50, 90, 0x0A000083, 0x0A000083}, 6, 0x0A000083, 91, {1, 0, 0, 0}},
        {{6, 0, 90, 0x0A000083, 0x0A000083}, 6, 0x0A000083, 0, {0x0A000083, 0xFFFFFFFF, 6, 1}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct selector out = {.addr = 1};
        bool in = v2_ts_around(&rows[i].ts, rows[i].proto, rows[i].addr, rows[i].port, &out);
        assert_int_equal(in, rows[i].want.addr != 1);
        if (in && (out.addr != rows[i].want.addr || out.mask != rows[i].want.mask || out.proto != rows[i].want.proto ||
                   out.port != rows[i].want.port))
            fail_msg("row %zu: %08x/%08x/%u/%u", i, out.addr, out.mask, out.proto, out.port);
    }
}

static void test_writing(void **state)
{
    (void)state;
    static const uint8_t want[] = {1,  2,  3,  4,  5,     6,    7,  8, 9, 10, 11, 12,
                                   13, 14, 15, 16, V2_KE, 0x20, 34, 8, 0, 0,  0,  3};
    struct v2_hdr h = {.ispi = {1, 2, 3, 4, 5, 6, 7, 8},
                       .rspi = {9, 10, 11, 12, 13, 14, 15, 16},
                       .exchange = V2_IKE_SA_INIT,
                       .flags = V2_FLAG_INITIATOR,
                       .mid = 3};
    static const uint8_t spi[] = {1, 2, 3, 4};
    struct v2_ts ts = {6, 0, 65535, 0x0A000000, 0x0A0000FF};
    uint8_t buf[256];
    struct v2_wr m;
    v2_begin(&m, buf, sizeof buf, &h);
    v2_put_ke(&m, 19, "key", 3);
    v2_put_notify(&m, V2_PROTO_ESP, V2N_REKEY_SA, spi, 4, "dd", 2);
    v2_put_delete(&m, V2_PROTO_ESP, 4, spi, 1);
    v2_put_ts(&m, V2_TSI, &ts, 1);
    v2_put_id(&m, V2_IDR, ID_FQDN, "a", 1);
    size_t len = v2_end(&m);
    assert_int_equal(len, 28 + 11 + 14 + 12 + 24 + 9);
    static const uint8_t chain[] = {
        V2_NOTIFY, 0, 0, 11, 0, 19, 0,    0, 'k', 'e', 'y',               /* KE */
        V2_DELETE, 0, 0, 14, 3, 4,  0x40, 9, 1,   2,   3,   4,  'd', 'd', /* NOTIFY */
        V2_TSI,    0, 0, 12, 3, 4,  0,    1, 1,   2,   3,   4,            /* DELETE */
        V2_IDR,    0, 0, 24, 1, 0,  0,    0, 7,   6,   0,   16, 0,   0,   255, 255, 10,
        0,         0, 0, 10, 0, 0,  255,  0, 0,   0,   9,   2,  0,   0,   0,   'a',
    };
    assert_memory_equal(buf, want, 24);
    assert_int_equal(get32(buf + 24), len);
    assert_memory_equal(buf + 28, chain, sizeof chain);
    struct v2_hdr back;
    assert_int_equal(v2_header(buf, len, &back), CODEC_OK);
    assert_int_equal(back.next, V2_KE);
    for (size_t cap = 0; cap < len; cap++) { /* never past the capacity, and never a message that lacks its end */
        memset(buf, 0xEE, sizeof buf);
        v2_begin(&m, buf, cap, &h);
        v2_put_ke(&m, 19, "key", 3);
        v2_put_notify(&m, V2_PROTO_ESP, V2N_REKEY_SA, spi, 4, "dd", 2);
        v2_put_delete(&m, V2_PROTO_ESP, 4, spi, 1);
        v2_put_ts(&m, V2_TSI, &ts, 1);
        v2_put_id(&m, V2_IDR, ID_FQDN, "a", 1);
        assert_int_equal(v2_end(&m), 0);
        assert_int_equal(buf[cap], 0xEE);
    }
    v2_begin_inner(&m, buf, sizeof buf);
    assert_int_equal(v2_end(&m), 0);
    assert_int_equal(m.first, V2_NONE);
    v2_put(&m, V2_NONCE, "n", 1);
    v2_put(&m, V2_VENDOR, NULL, 0);
    assert_int_equal(m.first, V2_NONCE);
    assert_int_equal(v2_end(&m), 9);
    assert_memory_equal(buf, "\x2b\0\0\5n\0\0\0\4", 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header),    cmocka_unit_test(test_chain),     cmocka_unit_test(test_finding),
        cmocka_unit_test(test_sa),        cmocka_unit_test(test_sa_bounds), cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_selectors), cmocka_unit_test(test_narrowing), cmocka_unit_test(test_around), cmocka_unit_test(test_writing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
