/* test_buf.c: bounded readers and writers: what they give, and that nothing passes an end. Also the pool and the lists of configuration objects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "espial/buf.h"
#include "espial/cmd.h"
#include "espial/conf.h"
#include "espial/mem.h"

static void reader_reads_big_endian(void **state)
{
    (void)state;
    const uint8_t b[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f};
    struct rd r = rd_of(b, sizeof b);
    assert_int_equal(rd_u8(&r), 0x01);
    assert_int_equal(rd_u16(&r), 0x0203);
    assert_int_equal(rd_u32(&r), 0x04050607);
    assert_true(rd_u64(&r) == UINT64_C(0x08090a0b0c0d0e0f));
    assert_int_equal(r.left, 0);
    assert_false(r.bad);
    assert_int_equal(rd_u8(&r), 0);
    assert_true(r.bad);
}

static void reader_stops_at_its_end(void **state)
{
    (void)state;
    const uint8_t b[] = {1, 2, 3};
    struct rd r = rd_of(b, sizeof b);
    assert_int_equal(rd_u32(&r), 0); /* one byte short */
    assert_true(r.bad);
    assert_int_equal(r.left, 0);
    assert_int_equal(rd_u8(&r), 0); /* bad stays bad, even if a byte was there */
    assert_null(rd_bytes(&r, 0));

    r = rd_of(b, sizeof b);
    assert_null(rd_bytes(&r, SIZE_MAX));
    assert_true(r.bad);

    r = rd_of(NULL, 0);
    rd_bytes(&r, 0);
    assert_false(r.bad);
}

static void sub_reader_is_a_window(void **state)
{
    (void)state;
    const uint8_t b[] = {1, 2, 3, 4};
    struct rd r = rd_of(b, sizeof b);
    struct rd s = rd_sub(&r, 2);
    assert_int_equal(rd_u8(&s), 1);
    assert_int_equal(rd_u16(&s), 0);
    assert_true(s.bad);
    assert_false(r.bad);
    assert_int_equal(rd_u8(&r), 3);
    s = rd_sub(&r, 2);
    assert_true(s.bad && r.bad);
    assert_int_equal(s.left, 0);
}

static void writer_fills_and_stops(void **state)
{
    (void)state;
    uint8_t b[17];
    memset(b, 0xEE, sizeof b);
    struct wr w = wr_of(b, 16);
    size_t at = wr_hole(&w, 2);
    wr_u8(&w, 0xAA);
    wr_u16(&w, 0x0102);
    wr_u32(&w, 0x03040506);
    wr_bytes(&w, "xy", 2);
    wr_zero(&w, 1);
    wr_put16(&w, at, (uint16_t)w.len);
    assert_false(w.bad);
    assert_memory_equal(b, "\x00\x0c\xaa\x01\x02\x03\x04\x05\x06xy\x00", 12);
    wr_u64(&w, 1); /* four are left */
    assert_true(w.bad);
    assert_int_equal(w.len, 12);
    wr_u8(&w, 1);
    assert_int_equal(w.len, 12);
    assert_int_equal(b[12], 0xEE);
    assert_int_equal(b[16], 0xEE);

    w = wr_of(b, 16);
    wr_u64(&w, UINT64_C(0x1122334455667788));
    wr_put32(&w, 4, 0xCAFEBABE);
    assert_memory_equal(b, "\x11\x22\x33\x44\xca\xfe\xba\xbe", 8);
    wr_put32(&w, 5, 0); /* its last byte would be behind what was written */
    assert_true(w.bad);
    w.bad = false;
    wr_put16(&w, SIZE_MAX, 0);
    assert_true(w.bad);
}

static void pool_is_aligned_and_zeroed(void **state)
{
    (void)state;
    struct pool *p = pool_new();
    unsigned char *all[400];
    for (size_t i = 0; i < 400; i++) {
        size_t n = i % 7 == 0 ? 3000 : i;
        all[i] = pool_alloc(p, n);
        assert_int_equal((uintptr_t)all[i] % _Alignof(max_align_t), 0);
        for (size_t j = 0; j < n; j++)
            assert_int_equal(all[i][j], 0);
        memset(all[i], (int)i & 0xFF, n);
    }
    for (size_t i = 0; i < 400; i++)
        for (size_t j = 0; j < (i % 7 == 0 ? 3000 : i); j++)
            assert_int_equal(all[i][j], i & 0xFF);
    assert_string_equal(pool_strdup(p, "hub"), "hub");
    pool_free(p);
    pool_free(NULL);
}

static void strings_are_copied(void **state)
{
    (void)state;
    char *s = mem_strndup("hub.txt", 3);
    assert_string_equal(s, "hub");
    mem_free(s);
    s = mem_strndup("ab", 9);
    assert_string_equal(s, "ab");
    mem_free(s);
    s = mem_printf("%s-%d", "x", 7);
    assert_string_equal(s, "x-7");
    mem_free(s);
}

struct item {
    int key, order;
    char *owned;
};

static int by_key(const void *a, const void *b)
{
    return ((const struct item *)a)->key - ((const struct item *)b)->key;
}

static void item_fini(void *p)
{
    mem_free(((struct item *)p)->owned);
}

static struct item *item_new(int key, int order)
{
    struct item *i = NEW(struct item);
    i->key = key;
    i->order = order;
    i->owned = mem_strdup("owned");
    return i;
}

static void sorted_list_keeps_equals_in_order(void **state)
{
    (void)state;
    const int keys[] = {5, 1, 5, 3, 1, 9, 0, 5};
    const int want[][2] = {{0, 6}, {1, 1}, {1, 4}, {3, 3}, {5, 0}, {5, 2}, {5, 7}, {9, 5}};
    struct conf_list l;
    conf_list_init(&l, sizeof(struct item), by_key, item_fini);
    for (int i = 0; i < 8; i++)
        conf_list_add(&l, item_new(keys[i], i));
    int n = 0;
    CONF_EACH (struct item, it, &l) {
        assert_int_equal(it->key, want[n][0]);
        assert_int_equal(it->order, want[n][1]);
        n++;
    }
    assert_int_equal(n, 8);
    conf_list_remove(&l, 0);
    conf_list_remove(&l, 6);
    conf_list_remove(&l, 6); /* past the end */
    assert_int_equal(l.n, 6);
    assert_int_equal(((struct item *)l.v[0])->order, 1);
    assert_int_equal(((struct item *)l.v[5])->order, 7);
    conf_list_clear(&l);
    assert_int_equal(l.n, 0);
    conf_list_add(&l, item_new(1, 0)); /* usable again */
    conf_list_clear(&l);
}

static void unsorted_list_keeps_typing_order(void **state)
{
    (void)state;
    struct conf_list l;
    conf_list_init(&l, sizeof(struct item), NULL, item_fini);
    for (int i = 0; i < 20; i++)
        conf_list_add(&l, item_new(100 - i, i));
    for (int i = 0; i < 20; i++)
        assert_int_equal(((struct item *)l.v[i])->order, i);
    conf_list_clear(&l);
}

static void values_by_name(void **state)
{
    (void)state;
    const struct cmd_val vals[] = {
        {.name = "peer", .kind = CMD_VAL_INT, .num = 0xC0000201, .text = "192.0.2.1"},
        {.name = "name", .kind = CMD_VAL_TEXT, .text = "a"},
        {.name = "name", .kind = CMD_VAL_TEXT, .text = "b"},
        {.name = "detail", .kind = CMD_VAL_INT, .num = 1},
    };
    const struct cmd_ctx c = {.vals = vals, .nvals = 4};
    assert_true(cmd_has(&c, "detail"));
    assert_false(cmd_has(&c, "det"));
    assert_int_equal(cmd_ip(&c, "peer"), 0xC0000201);
    assert_string_equal(cmd_str(&c, "peer"), "192.0.2.1");
    assert_int_equal(cmd_int(&c, "none"), 0);
    assert_string_equal(cmd_str(&c, "none"), "");
    assert_string_equal(cmd_str(&c, "detail"), "");
    assert_string_equal(cmd_nth(&c, "name", 0), "a");
    assert_string_equal(cmd_nth(&c, "name", 1), "b");
    assert_null(cmd_nth(&c, "name", 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reader_reads_big_endian),     cmocka_unit_test(reader_stops_at_its_end),
        cmocka_unit_test(sub_reader_is_a_window),      cmocka_unit_test(writer_fills_and_stops),
        cmocka_unit_test(pool_is_aligned_and_zeroed),  cmocka_unit_test(strings_are_copied),
        cmocka_unit_test(sorted_list_keeps_equals_in_order), cmocka_unit_test(unsorted_list_keeps_typing_order),
        cmocka_unit_test(values_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
