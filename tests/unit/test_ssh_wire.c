/* The frames between a router and the child of an SSH connection, and base64 (RFC 4648 section 10's examples). Frames are written out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/ssh/wire.h"
#include "espial/text.h"

static void test_write(void **state)
{
    static const uint8_t want[] = {33, 0, 0, 0, 3, 'b', 'o', 'b', 0, 0, 0, 0, 1, 0x12, 0x34, 0x56, 0x78};
    struct sshd_writer w;
    (void)state;
    sshd_write_start(&w, SSH_F_PASSWORD);
    sshd_write_text(&w, "bob");
    sshd_write_text(&w, "");
    wr_u8(&w.wr, 1);
    wr_u32(&w.wr, 0x12345678);
    assert_false(w.wr.bad);
    assert_int_equal(w.wr.len, sizeof want);
    assert_memory_equal(w.b, want, sizeof want);
}

static void test_writer_is_full(void **state)
{
    static uint8_t much[SSH_FRAME_MAX];
    struct sshd_writer w;
    (void)state;
    sshd_write_start(&w, SSH_F_EXEC);
    sshd_write_bytes(&w, much, SSH_FRAME_MAX - 5); /* name and length before it: full to the last byte */
    assert_false(w.wr.bad);
    assert_int_equal(w.wr.len, SSH_FRAME_MAX);
    wr_u8(&w.wr, 1);
    assert_true(w.wr.bad);
    sshd_write_start(&w, SSH_F_EXEC);
    sshd_write_bytes(&w, much, SSH_FRAME_MAX - 4);
    assert_true(w.wr.bad);
    sshd_write_bytes(&w, much, SIZE_MAX);
    assert_true(w.wr.bad);
}

static void test_read(void **state)
{
    static const uint8_t frame[] = {0, 0, 0, 3, 'b', 'o', 'b', 0, 0, 0, 0, 7, 0, 0, 0, 80};
    struct rd r = rd_of(frame, sizeof frame);
    char text[4];
    size_t len;
    (void)state;
    sshd_read_text(&r, text, sizeof text);
    assert_string_equal(text, "bob");
    sshd_read_bytes(&r, &len);
    assert_int_equal(len, 0);
    assert_int_equal(rd_u8(&r), 7);
    assert_false(sshd_read_ended(&r));
    assert_int_equal(rd_u32(&r), 80);
    assert_true(sshd_read_ended(&r));
    assert_int_equal(rd_u8(&r), 0);
    assert_false(sshd_read_ended(&r)); /* one too many spoils it */
}

/* Lengths that lie, a text with a NUL, one that is too long for its place: refused, and so is everything behind them. */
static void test_read_bad(void **state)
{
    static const uint8_t lies[] = {0xFF, 0xFF, 0xFF, 0xFF, 'x'}, one_short[] = {0, 0, 0, 2, 'x'}, nul[] = {0, 0, 0, 2, 'x', 0, 9}, cut[] = {0, 0, 1};
    static const struct {
        const uint8_t *p;
        size_t len;
    } bad[] = {{lies, sizeof lies}, {one_short, sizeof one_short}, {nul, sizeof nul}, {cut, sizeof cut}, {NULL, 0}};
    char text[8];
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct rd r = rd_of(bad[i].p, bad[i].len);
        memset(text, 'z', sizeof text);
        sshd_read_text(&r, text, sizeof text);
        assert_string_equal(text, "");
        assert_int_equal(rd_u8(&r), 0);
        assert_false(sshd_read_ended(&r));
    }
    static const uint8_t four[] = {0, 0, 0, 4, 'a', 'b', 'c', 'd'};
    struct rd r = rd_of(four, sizeof four);
    sshd_read_text(&r, text, 4); /* three and the end */
    assert_true(r.bad);
    r = rd_of(four, sizeof four);
    sshd_read_text(&r, text, 5);
    assert_true(sshd_read_ended(&r));
    assert_string_equal(text, "abcd");
}

static void test_base64(void **state)
{
    static const char *const pairs[][2] = {{"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
    uint8_t out[16];
    struct text t = {0};
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        size_t n = strlen(pairs[i][0]);
        assert_int_equal(base64_decode(pairs[i][1], strlen(pairs[i][1]), out, sizeof out), n);
        assert_memory_equal(out, pairs[i][0], n);
        text_clear(&t);
        base64_encode(pairs[i][0], n, 0, &t);
        assert_string_equal(text_str(&t), pairs[i][1]);
    }
    text_clear(&t);
    base64_encode("foobar", 6, 3, &t);
    assert_string_equal(text_str(&t), "Zm9\nvYm\nFy");
    text_free(&t);
    assert_int_equal(base64_decode(" Zm9\r\nvYm\tFy\n", 13, out, sizeof out), 6);
    assert_int_equal(base64_decode("Zm9vYg", 6, out, sizeof out), 4); /* no padding at all is how many keys are pasted */
    static const char *const bad[] = {"Z", "Zg=", "Zg===", "Z=g=", "Zm9v!", "Zh==", "Zm9=", "", "Zg==Zg=="};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(base64_decode(bad[i], strlen(bad[i]), out, sizeof out), 0);
    assert_int_equal(base64_decode("Zm9vYmFy", 8, out, 5), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write),    cmocka_unit_test(test_writer_is_full), cmocka_unit_test(test_read),
        cmocka_unit_test(test_read_bad), cmocka_unit_test(test_base64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
