/* test_gre_codec.c: the GRE header, after RFC 2784 section 2 and RFC 2890 section 2: bytes written by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/tunnel/gre.h"

static void reads(void **state)
{
    static const struct {
        uint8_t bytes[16];
        size_t len;
        enum gre_answer answer;
        uint32_t key, seq;
        uint16_t proto;
        uint32_t head;
    } rows[] = {
        {{0x00, 0x00, 0x08, 0x00}, 4, GRE_OK, 0, 0, 0x0800, 4},
        {{0x00, 0x00, 0x08, 0x00, 0x45}, 5, GRE_OK, 0, 0, 0x0800, 4},
        {{0x00, 0x00, 0x08}, 3, GRE_SHORT, 0, 0, 0, 0},
        {{0x20, 0x00, 0x08, 0x00, 0x12, 0x34, 0x56, 0x78}, 8, GRE_OK, 0x12345678, 0, 0x0800, 8},
        {{0x20, 0x00, 0x08, 0x00, 0x12, 0x34, 0x56}, 7, GRE_SHORT, 0, 0, 0, 0},
        {{0x10, 0x00, 0x86, 0xDD, 0x00, 0x00, 0x01, 0x02}, 8, GRE_OK, 0, 0x102, 0x86DD, 8},
        {{0x30, 0x00, 0x08, 0x00, 0, 0, 0, 9, 0, 0, 0, 8}, 12, GRE_OK, 9, 8, 0x0800, 12},
        /* 0xB000 + 0x0800 + 0x0007 + 0x0001 = 0xB808: the checksum is its complement */
        {{0xB0, 0x00, 0x08, 0x00, 0x47, 0xF7, 0, 0, 0, 0, 0, 7, 0, 0, 0, 1}, 16, GRE_OK, 7, 1, 0x0800, 16},
        {{0xB0, 0x00, 0x08, 0x00, 0x47, 0xF6, 0, 0, 0, 0, 0, 7, 0, 0, 0, 1}, 16, GRE_SUM, 0, 0, 0, 0},
        {{0xB0, 0x00, 0x08, 0x00, 0x47, 0xF7, 0, 0, 0, 0, 0, 7, 0, 0, 0}, 15, GRE_SHORT, 0, 0, 0, 0},
        {{0x80, 0x00, 0x08, 0x00}, 4, GRE_SHORT, 0, 0, 0, 0},
        {{0x40, 0x00, 0x08, 0x00, 0, 0, 0, 0}, 8, GRE_VERSION, 0, 0, 0, 0}, /* routing, RFC 1701 */
        {{0x08, 0x00, 0x08, 0x00}, 4, GRE_VERSION, 0, 0, 0, 0},             /* bit 4 */
        {{0x04, 0x00, 0x08, 0x00}, 4, GRE_VERSION, 0, 0, 0, 0},             /* bit 5 */
        {{0x03, 0xF8, 0x08, 0x00}, 4, GRE_OK, 0, 0, 0x0800, 4},             /* bits 6-12 are not looked at */
        {{0x30, 0x01, 0x88, 0x0B, 0, 0, 0, 0, 0, 0, 0, 0}, 12, GRE_VERSION, 0, 0, 0, 0}, /* PPTP */
        {{0x00, 0x00, 0x00, 0x00}, 4, GRE_OK, 0, 0, 0, 4}, /* a keepalive that came back */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gre h;
        enum gre_answer a = gre_read(rows[i].bytes, rows[i].len, &h);
        if (a != rows[i].answer)
            fail_msg("row %zu: %d, not %d", i, a, rows[i].answer);
        if (a != GRE_OK)
            continue;
        assert_int_equal(h.key, rows[i].key);
        assert_int_equal(h.seq, rows[i].seq);
        assert_int_equal(h.proto, rows[i].proto);
        assert_int_equal(h.len, rows[i].head);
    }
}

static void writes(void **state)
{
    static const uint8_t all[16] = {0xB0, 0x00, 0x08, 0x00, 0x47, 0xF7, 0, 0, 0, 0, 0, 7, 0, 0, 0, 1};
    static const uint8_t key[8] = {0x20, 0x00, 0x08, 0x00, 0xFF, 0xFF, 0xFF, 0xFE};
    static const uint8_t odd[9] = {0x80, 0x00, 0x08, 0x00, 0x74,
                                   0xFF, 0,    0,    0x03}; /* 0x8000 + 0x0800 + 0x0300 = 0x8B00 */
    struct gre h = {.has_sum = true, .has_key = true, .has_seq = true, .key = 7, .seq = 1, .proto = GRE_PROTO_IP4};
    uint8_t b[32];

    (void)state;
    assert_int_equal(gre_size(&h), 16);
    memset(b, 0xEE, sizeof b);
    gre_write(b, &h, 0);
    assert_memory_equal(b, all, sizeof all);
    assert_int_equal(b[16], 0xEE);
    h = (struct gre){.has_key = true, .key = 0xFFFFFFFE, .proto = GRE_PROTO_IP4};
    assert_int_equal(gre_size(&h), 8);
    gre_write(b, &h, 0);
    assert_memory_equal(b, key, sizeof key);
    h = (struct gre){.has_sum = true, .proto = GRE_PROTO_IP4};
    b[8] = 3; /* a payload of one byte */
    gre_write(b, &h, 1);
    assert_memory_equal(b, odd, sizeof odd);
    assert_int_equal(gre_read(b, 9, &h), GRE_OK);
    b[8] = 4;
    assert_int_equal(gre_read(b, 9, &h), GRE_SUM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),
        cmocka_unit_test(writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
