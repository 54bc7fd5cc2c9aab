/* The ISAKMP codec: messages written by hand after RFC 2408, each malformed length in its place, and what our own
 * writer makes read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/ike/codec.h"

static const uint8_t cookies[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

/* Header of a message of `total` bytes that begins with payload type `next`. */
static size_t header(uint8_t *b, uint8_t next, uint8_t version, uint32_t total)
{
    memcpy(b, cookies, 16);
    b[16] = next;
    b[17] = version;
    b[18] = EX_MAIN;
    b[19] = 0;
    put32(b + 20, 0x11223344);
    put32(b + 24, total);
    return 28;
}

static void test_header(void **state)
{
    (void)state;
    static const struct {
        uint8_t version;
        size_t len;
        uint32_t said;
        enum codec_result want;
    } rows[] = {
        {0x10, 28, 28, CODEC_OK},         {0x11, 28, 28, CODEC_VERSION}, /* RFC 2408 section 3.1 */
        {0x10, 27, 27, CODEC_LENGTH},     {0x10, 0, 0, CODEC_LENGTH},
        {0x10, 28, 27, CODEC_LENGTH},     {0x10, 28, 29, CODEC_LENGTH},
        {0x10, 40, 28, CODEC_LENGTH},     {0x10, 28, 0xFFFFFFFF, CODEC_LENGTH},
        {0x20, 28, 28, CODEC_VERSION},    {0x00, 28, 28, CODEC_VERSION},
        {0x10, 8193, 8193, CODEC_LENGTH}, {0x10, 8192, 8192, CODEC_OK},
    };
    static uint8_t b[9000];
    struct isakmp_hdr h;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        header(b, PL_SA, rows[i].version, rows[i].said);
        if (codec_header(b, rows[i].len, &h) != rows[i].want)
            fail_msg("row %zu", i);
    }
    header(b, PL_SA, 0x10, 28);
    assert_int_equal(codec_header(b, 28, &h), CODEC_OK);
    assert_memory_equal(h.icookie, cookies, 8);
    assert_memory_equal(h.rcookie, cookies + 8, 8);
    assert_int_equal(h.mid, 0x11223344);
    assert_int_equal(h.next, PL_SA);
}

static void test_payload_chain(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        uint8_t first;
        uint8_t bytes[24];
        size_t len;
        bool padded;
        enum codec_result want;
        unsigned n;
    } rows[] = {
        {"none", PL_NONE, {0}, 0, false, CODEC_OK, 0},
        {"none, but bytes", PL_NONE, {0}, 4, false, CODEC_LENGTH, 0},
        {"one, empty body", PL_NONCE, {0, 0, 0, 4}, 4, false, CODEC_OK, 1},
        {"one", PL_NONCE, {0, 0, 0, 6, 7, 8}, 6, false, CODEC_OK, 1},
        {"two", PL_KE, {PL_NONCE, 0, 0, 5, 9, 0, 0, 0, 6, 7, 8}, 11, false, CODEC_OK, 2},
        {"said to follow, does not", PL_KE, {PL_NONCE, 0, 0, 5, 9}, 5, false, CODEC_PAYLOAD, 0},
        {"length 3", PL_NONCE, {0, 0, 0, 3}, 4, false, CODEC_PAYLOAD, 0},
        {"length 0", PL_NONCE, {0, 0, 0, 0}, 4, false, CODEC_PAYLOAD, 0},
        {"one byte beyond", PL_NONCE, {0, 0, 0, 7, 7, 8}, 6, false, CODEC_PAYLOAD, 0},
        {"far beyond", PL_NONCE, {0, 0, 0xFF, 0xFF, 7, 8}, 6, false, CODEC_PAYLOAD, 0},
        {"generic header cut", PL_NONCE, {0, 0, 0}, 3, false, CODEC_PAYLOAD, 0},
        {"reserved", PL_NONCE, {0, 1, 0, 4}, 4, false, CODEC_RESERVED, 0},
        {"unknown type", 15, {0, 0, 0, 4}, 4, false, CODEC_PAYLOAD, 0},
        {"unknown type behind", PL_NONCE, {99, 0, 0, 4, 0, 0, 0, 4}, 8, false, CODEC_PAYLOAD, 0},
        {"private type", 130, {0, 0, 0, 4}, 4, false, CODEC_OK, 1},
        {"padding where allowed", PL_HASH, {0, 0, 0, 5, 1, 0, 0, 0}, 8, true, CODEC_OK, 1},
        {"padding where not", PL_HASH, {0, 0, 0, 5, 1, 0, 0, 0}, 8, false, CODEC_LENGTH, 0},
    };
    struct payloads ps;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum codec_result res = codec_payloads(rows[i].first, rows[i].bytes, rows[i].len, rows[i].padded, &ps);
        if (res != rows[i].want || (res == CODEC_OK && ps.n != rows[i].n))
            fail_msg("%s: result %d, %u payloads", rows[i].what, res, ps.n);
    }
    uint8_t many[4 * (PAYLOADS_MAX + 1)];
    for (int n = PAYLOADS_MAX; n <= PAYLOADS_MAX + 1; n++) {
        for (int i = 0; i < n; i++) {
            put32(many + 4 * i, 4);
            many[4 * i] = i + 1 < n ? PL_VENDOR : PL_NONE;
        }
        assert_int_equal(codec_payloads(PL_VENDOR, many, 4 * (size_t)n, false, &ps),
                         n > PAYLOADS_MAX ? CODEC_TOO_MANY : CODEC_OK);
    }
}

/* One proposal (ESP, SPI 4 bytes), two transforms: the second with a basic and a 4-byte attribute. */
static const uint8_t good_sa[] = {
    0,    0, 0, 1,  0, 0,  0, 1,                                                       /* DOI, situation */
    0,    0, 0, 48, 1, 3,  4, 2, 0xB7, 0x61, 0x86, 0x3E,                               /* proposal: bytes 8-19 */
    3,    0, 0, 12, 1, 12, 0, 0, 0x80, 4,    0,    1,                                  /* transform: 20-31 */
    0,    0, 0, 24, 2, 3,  0, 0, 0x80, 1,    0,    1,    0, 2, 0, 4, 0, 1, 0x51, 0x80, /* transform: 32-55 */
    0x80, 5, 0, 2,
};

static enum codec_result read_sa(const uint8_t *b, size_t len, struct sa_body *out)
{
    struct payload p = {.type = PL_SA, .body = b, .len = (uint16_t)len};
    return codec_sa(&p, out);
}

static void test_sa(void **state)
{
    (void)state;
    struct sa_body body;
    struct attr a;
    assert_int_equal(sizeof good_sa, 56);
    assert_int_equal(read_sa(good_sa, sizeof good_sa, &body), CODEC_OK);
    assert_int_equal(body.n, 2);
    assert_int_equal(body.v[0].id, 12);
    assert_int_equal(body.v[1].id, 3);
    assert_int_equal(body.v[1].protocol, 3);
    assert_int_equal(get32(body.v[1].spi), 0xB761863E);
    assert_false(body.v[0].bundle);
    struct rd r = body.v[1].attrs;
    assert_true(attr_next(&r, &a) && a.basic && a.type == 1 && a.value == 1);
    assert_true(attr_next(&r, &a) && !a.basic && a.type == 2 && a.value == 86400);
    assert_true(attr_next(&r, &a) && a.type == 5 && a.value == 2);
    assert_false(attr_next(&r, &a));
    static const struct {
        const char *what;
        size_t at;
        uint8_t value;
        enum codec_result want;
    } spoilt[] = {
        {"another DOI", 3, 2, CODEC_BODY},
        {"another situation", 7, 2, CODEC_BODY},
        {"proposal's next", 8, 3, CODEC_BODY},
        {"said to follow: a proposal", 8, 2, CODEC_BODY},
        {"proposal reserved", 9, 1, CODEC_RESERVED},
        {"proposal longer than the payload", 11, 49, CODEC_BODY},
        {"proposal shorter than its transforms", 11, 47, CODEC_BODY},
        {"proposal length 0", 11, 0, CODEC_BODY},
        {"SPI eats the transforms", 14, 48, CODEC_BODY},
        {"SPI of 17", 14, 17, CODEC_BODY},
        {"no transforms said", 15, 0, CODEC_BODY},
        {"one transform said, two there", 15, 1, CODEC_BODY},
        {"three said", 15, 3, CODEC_BODY},
        {"first transform's next is none", 20, 0, CODEC_BODY},
        {"transform reserved", 21, 1, CODEC_RESERVED},
        {"transform length 7", 23, 7, CODEC_BODY},
        {"transform beyond", 23, 200, CODEC_BODY},
        {"transform reserved2", 26, 1, CODEC_RESERVED},
        {"last transform's next", 32, 3, CODEC_BODY},
        {"attribute cut", 35, 22, CODEC_BODY},
        {"attribute longer than the transform", 47, 9, CODEC_BODY},
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
        assert_int_not_equal(read_sa(good_sa, len, &body), CODEC_OK);
    /* As strongSwan offers ChaCha20 alone, for which IKEv1 has no number: nothing to choose from, but well formed. */
    static const uint8_t empty[] = {0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 12, 1, 3, 4, 0, 0xB7, 0x61, 0x86, 0x3E};
    assert_int_equal(read_sa(empty, sizeof empty, &body), CODEC_OK);
    assert_int_equal(body.n, 0);
}

/* AH and ESP under one number bind each other; more transforms than we look at are refused. */
static void test_sa_bundles_and_bounds(void **state)
{
    (void)state;
    uint8_t buf[4096];
    struct isakmp_hdr h = {.exchange = EX_QUICK};
    struct msg_wr m;
    struct payloads ps;
    struct sa_body body;
    uint32_t spi = 0x01020304;
    msg_begin(&m, buf, sizeof buf, &h);
    msg_sa_open(&m);
    for (int i = 0; i < 3; i++) {
        size_t p = msg_proposal_open(&m, i < 2, i < 2 ? 1 : 2, i == 0 ? IPROTO_AH : IPROTO_ESP, &spi, 4, 1);
        size_t t = msg_transform_open(&m, false, 1, 3);
        msg_attr(&m, 4, 1);
        msg_transform_close(&m, t);
        msg_proposal_close(&m, p);
    }
    msg_close(&m);
    size_t len = msg_end(&m, 1);
    assert_int_equal(codec_payloads(buf[16], buf + 28, len - 28, false, &ps), CODEC_OK);
    assert_int_equal(codec_sa(&ps.v[0], &body), CODEC_OK);
    assert_int_equal(body.n, 3);
    assert_true(body.v[0].bundle && body.v[1].bundle && !body.v[2].bundle);
    for (int n = SA_TRANSFORMS_MAX; n <= SA_TRANSFORMS_MAX + 1; n++) {
        msg_begin(&m, buf, sizeof buf, &h);
        msg_sa_open(&m);
        size_t p = msg_proposal_open(&m, false, 1, IPROTO_ISAKMP, NULL, 0, (uint8_t)n);
        for (int i = 0; i < n; i++)
            msg_transform_close(&m, msg_transform_open(&m, i + 1 < n, (uint8_t)(i + 1), 1));
        msg_proposal_close(&m, p);
        msg_close(&m);
        len = msg_end(&m, 1);
        assert_int_equal(codec_payloads(buf[16], buf + 28, len - 28, false, &ps), CODEC_OK);
        assert_int_equal(codec_sa(&ps.v[0], &body), n > SA_TRANSFORMS_MAX ? CODEC_TOO_MANY : CODEC_OK);
    }
}

static enum codec_result body_of(int kind, const uint8_t *b, size_t len)
{
    struct payload p = {.body = b, .len = (uint16_t)len};
    struct id_body id;
    struct notify_body n;
    struct delete_body d;
    return kind == PL_ID ? codec_id(&p, &id) : kind == PL_NOTIFY ? codec_notify(&p, &n) : codec_delete(&p, &d);
}

static void test_bodies(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int kind;
        uint8_t b[32];
        size_t len;
        enum codec_result want;
    } rows[] = {
        {"address", PL_ID, {1, 17, 1, 0xF4, 192, 0, 2, 1}, 8, CODEC_OK},
        {"address of 3", PL_ID, {1, 17, 1, 0xF4, 192, 0, 2}, 7, CODEC_BODY},
        {"address of 5", PL_ID, {1, 17, 1, 0xF4, 192, 0, 2, 1, 1}, 9, CODEC_BODY},
        {"subnet", PL_ID, {4, 0, 0, 0, 10, 0, 0, 0, 255, 0, 0, 0}, 12, CODEC_OK},
        {"subnet without mask", PL_ID, {4, 0, 0, 0, 10, 0, 0, 0}, 8, CODEC_BODY},
        {"name", PL_ID, {2, 17, 0, 0, 'h', 'u', 'b'}, 7, CODEC_OK},
        {"empty name", PL_ID, {2, 17, 0, 0}, 4, CODEC_BODY},
        {"cut", PL_ID, {1, 17, 1}, 3, CODEC_BODY},
        {"notify", PL_NOTIFY, {0, 0, 0, 1, 3, 4, 0, 11, 1, 2, 3, 4}, 12, CODEC_OK},
        {"notify without SPI", PL_NOTIFY, {0, 0, 0, 1, 1, 0, 0, 14}, 8, CODEC_OK},
        {"notify whose SPI is not there", PL_NOTIFY, {0, 0, 0, 1, 3, 4, 0, 11, 1, 2, 3}, 11, CODEC_BODY},
        {"notify with SPI of 17", PL_NOTIFY, {0, 0, 0, 1, 3, 17, 0, 11}, 25, CODEC_BODY},
        {"notify cut", PL_NOTIFY, {0, 0, 0, 1, 3, 4, 0}, 7, CODEC_BODY},
        {"delete", PL_DELETE, {0, 0, 0, 1, 3, 4, 0, 1, 1, 2, 3, 4}, 12, CODEC_OK},
        {"delete of two", PL_DELETE, {0, 0, 0, 1, 3, 4, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8}, 16, CODEC_OK},
        {"delete of two, one there", PL_DELETE, {0, 0, 0, 1, 3, 4, 0, 2, 1, 2, 3, 4}, 12, CODEC_BODY},
        {"delete with bytes behind", PL_DELETE, {0, 0, 0, 1, 3, 4, 0, 1, 1, 2, 3, 4, 5}, 13, CODEC_BODY},
        {"delete of none", PL_DELETE, {0, 0, 0, 1, 3, 4, 0, 0}, 8, CODEC_BODY},
        {"delete of 65535", PL_DELETE, {0, 0, 0, 1, 3, 4, 0xFF, 0xFF, 1, 2, 3, 4}, 12, CODEC_BODY},
        {"delete with SPI size 0", PL_DELETE, {0, 0, 0, 1, 3, 0, 0, 1}, 8, CODEC_BODY},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum codec_result res = body_of(rows[i].kind, rows[i].b, rows[i].len);
        if (res != rows[i].want)
            fail_msg("%s: %d", rows[i].what, res);
    }
}

/* draft-ietf-ipsec-isakmp-mode-cfg-05 section 3.2: type, reserved, 16 bits of identifier, attributes. */
static void test_config(void **state)
{
    (void)state;
    static const uint8_t ask[] = {1, 0, 0x12, 0x34, 0x00, 0x01, 0x00, 0x00, 0x80, 0x05, 0x00, 0x01};
    struct payload p = {.body = ask, .len = sizeof ask};
    struct config_body c;
    struct attr a;
    assert_int_equal(codec_config(&p, &c), CODEC_OK);
    assert_int_equal(c.type, CFG_REQUEST);
    assert_int_equal(c.id, 0x1234);
    assert_true(attr_next(&c.attrs, &a) && a.type == 1 && !a.basic && a.len == 0);
    assert_true(attr_next(&c.attrs, &a) && a.type == 5 && a.basic && a.value == 1);
    assert_false(attr_next(&c.attrs, &a));
    for (size_t len = 0; len < sizeof ask; len++) { /* whole only without attributes, and behind the first */
        p.len = (uint16_t)len;
        assert_int_equal(codec_config(&p, &c), len == 4 || len == 8 ? CODEC_OK : CODEC_BODY);
    }
}

static void test_id_text(void **state)
{
    (void)state;
    char out[12];
    struct id_body id = {.type = ID_FQDN, .data = (const uint8_t *)"a\x1b[2Jb very long name", .len = 21};
    id_text(&id, out, sizeof out);
    assert_string_equal(out, "a.[2Jb.very"); /* nothing that drives a terminal, cut to fit */
    id = (struct id_body){.type = ID_KEY_ID, .data = (const uint8_t *)"\x01\xFF", .len = 2};
    id_text(&id, out, sizeof out);
    assert_string_equal(out, "01FF");
}

static void test_vendors(void **state)
{
    (void)state;
    for (int v = VENDOR_OTHER + 1; v < VENDORS; v++) {
        size_t len;
        const uint8_t *b = vendor_bytes((enum vendor)v, &len);
        struct payload p = {.body = b, .len = (uint16_t)len};
        assert_int_equal(codec_vendor(&p), v);
        p.len--;
        assert_int_equal(codec_vendor(&p), v == VENDOR_FRAGMENTATION ? v : VENDOR_OTHER);
    }
    static const uint8_t cisco_fragmentation[] = {0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8, 0x85, 0x25, 0xe7,
                                                  0xde, 0x7f, 0x00, 0xd6, 0xc2, 0xd3, 0xc0, 0,    0,    0};
    struct payload p = {.body = cisco_fragmentation, .len = sizeof cisco_fragmentation};
    assert_int_equal(codec_vendor(&p), VENDOR_FRAGMENTATION);
}

/* Our writer: exact bytes of a small message, padding to the block, and an overflow that is remembered. */
static void test_writer(void **state)
{
    (void)state;
    uint8_t buf[256], small[40];
    struct isakmp_hdr h = {.exchange = EX_INFO, .flags = FLAG_ENCRYPT, .mid = 0xA0B0C0D0};
    struct msg_wr m;
    memcpy(h.icookie, cookies, 8);
    memcpy(h.rcookie, cookies + 8, 8);
    msg_begin(&m, buf, sizeof buf, &h);
    msg_payload(&m, PL_HASH, "\x11\x22", 2);
    msg_notify(&m, IPROTO_ESP, N_INVALID_SPI, "\xB7\x61\x86\x3E", 4, NULL, 0);
    size_t len = msg_end(&m, 16);
    static const uint8_t want[] = {
        1,  2,       3,    4,       5,    6,    7,    8,    9,    10, 11, 12, 13, 14,        15,
        16, PL_HASH, 0x10, EX_INFO, 1,    0xA0, 0xB0, 0xC0, 0xD0, 0,  0,  0,  60, PL_NOTIFY, 0,
        0,  6,       0x11, 0x22,    0,    0,    0,    16,   0,    0,  0,  1,  3,  4,         0,
        11, 0xB7,    0x61, 0x86,    0x3E, 0,    0,    0,    0,    0,  0,  0,  0,  0,         0,
    };
    assert_int_equal(len, sizeof want);
    assert_memory_equal(buf, want, sizeof want);
    msg_begin(&m, small, sizeof small, &h);
    msg_payload(&m, PL_HASH, buf, 30);
    msg_payload(&m, PL_NONCE, buf, 4);
    assert_int_equal(msg_end(&m, 16), 0);
    /* 65535 is basic, 65536 is not */
    msg_begin(&m, buf, sizeof buf, &h);
    size_t at = m.w.len;
    msg_attr(&m, 12, 65535);
    msg_attr(&m, 12, 86400);
    assert_memory_equal(buf + at, "\x80\x0c\xff\xff\x00\x0c\x00\x04\x00\x01\x51\x80", 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header),  cmocka_unit_test(test_payload_chain),
        cmocka_unit_test(test_sa),      cmocka_unit_test(test_sa_bundles_and_bounds),
        cmocka_unit_test(test_bodies),  cmocka_unit_test(test_id_text),
        cmocka_unit_test(test_vendors), cmocka_unit_test(test_writer),
        cmocka_unit_test(test_config),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
