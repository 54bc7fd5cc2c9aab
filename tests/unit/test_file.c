/* test_file.c: what is done to files and folders: one list of cases for the folder on disk and the one in memory. */
#include "tests/unit/files_box.h"

static void replace_append_read(void **state)
{
    struct files *f = ((struct place *)*state)->f;
    struct text t = {0};
    assert_int_equal(file_read(f, "disk0:hub.txt", &t), FILE_NOT_FOUND);
    assert_int_equal(file_replace(f, "disk0:hub.txt", "one\n", 4), FILE_OK);
    expect_content(f, "disk0:hub.txt", "one\n");
    assert_int_equal(file_append(f, "disk0:hub.txt", "two\n", 4), FILE_OK);
    expect_content(f, "disk0:hub.txt", "one\ntwo\n");
    assert_int_equal(file_replace(f, "disk0:hub.txt", "x", 1), FILE_OK);
    expect_content(f, "disk0:hub.txt", "x");
    assert_int_equal(file_append(f, "disk0:new.txt", "", 0), FILE_OK); /* append makes the file */
    expect_content(f, "disk0:new.txt", "");
    assert_int_equal(file_replace(f, "disk0:bin", "a\0b", 3), FILE_OK);
    text_add(&t, "before:");
    assert_int_equal(file_read(f, "disk0:bin", &t), FILE_OK); /* appended to what is there */
    assert_int_equal(t.len, 10);
    assert_memory_equal(t.s, "before:a\0b", 11);
    text_free(&t);
}

static void folders(void **state)
{
    struct files *f = ((struct place *)*state)->f;
    struct file_info info;
    struct text t = {0};
    assert_int_equal(file_replace(f, "disk0:logs/a", "1", 1), FILE_NOT_FOUND);
    assert_int_equal(file_append(f, "disk0:logs/a", "1", 1), FILE_NOT_FOUND);
    assert_int_equal(file_mkdir(f, "disk0:logs"), FILE_OK);
    assert_int_equal(file_mkdir(f, "disk0:logs"), FILE_EXISTS);
    assert_int_equal(file_mkdir(f, "disk0:"), FILE_EXISTS);
    assert_int_equal(file_mkdir(f, "disk0:no/such"), FILE_NOT_FOUND);
    assert_int_equal(file_mkdir(f, "disk0:logs/old"), FILE_OK);
    assert_int_equal(file_replace(f, "disk0:logs/a", "123", 3), FILE_OK);
    assert_int_equal(file_append(f, "disk0:/logs/old/b", "12", 2), FILE_OK);
    expect_content(f, "disk0:logs/old/b", "12");

    assert_int_equal(file_mkdir(f, "disk0:logs/a"), FILE_EXISTS);
    assert_int_equal(file_replace(f, "disk0:logs", "x", 1), FILE_IS_DIR);
    assert_int_equal(file_append(f, "disk0:logs", "x", 1), FILE_IS_DIR);
    assert_int_equal(file_read(f, "disk0:logs", &t), FILE_IS_DIR);
    assert_int_equal(file_delete(f, "disk0:logs"), FILE_IS_DIR);
    assert_int_equal(file_delete(f, "disk0:"), FILE_IS_DIR);
    assert_int_equal(file_read(f, "disk0:logs/a/b", &t), FILE_NOT_DIR);
    assert_int_equal(file_append(f, "disk0:logs/a/b", "x", 1), FILE_NOT_DIR);
    assert_int_equal(t.len, 0);

    assert_int_equal(file_stat(f, "disk0:logs", &info), FILE_OK);
    assert_true(info.dir);
    assert_string_equal(info.name, "logs");
    assert_int_equal(info.size, 0);
    assert_int_equal(file_stat(f, "disk0:logs/a", &info), FILE_OK);
    assert_false(info.dir);
    assert_string_equal(info.name, "a");
    assert_int_equal(info.size, 3);
    assert_int_equal(file_stat(f, "disk0:", &info), FILE_OK);
    assert_true(info.dir);
    assert_int_equal(file_stat(f, "disk0:logs/none", &info), FILE_NOT_FOUND);
    assert_int_equal(file_stat(f, "disk0:none/none", &info), FILE_NOT_FOUND);
    text_free(&t);
}

static void renaming(void **state)
{
    struct files *f = ((struct place *)*state)->f;
    struct file_info info;
    assert_int_equal(file_replace(f, "disk0:a", "1", 1), FILE_OK);
    assert_int_equal(file_replace(f, "disk0:b", "2", 1), FILE_OK);
    assert_int_equal(file_mkdir(f, "disk0:d"), FILE_OK);
    assert_int_equal(file_rename(f, "disk0:a", "disk0:b"), FILE_EXISTS);
    assert_int_equal(file_rename(f, "disk0:a", "disk0:d"), FILE_EXISTS);
    assert_int_equal(file_rename(f, "disk0:none", "disk0:x"), FILE_NOT_FOUND);
    assert_int_equal(file_rename(f, "disk0:a", "disk0:none/x"), FILE_NOT_FOUND);
    assert_int_equal(file_rename(f, "disk0:a", "disk0:b/x"), FILE_NOT_DIR);
    assert_int_equal(file_rename(f, "disk0:a", "nvram:a"), FILE_BAD_NAME);
    assert_int_equal(file_rename(f, "disk0:a", "disk0:../a"), FILE_BAD_NAME);
    assert_int_equal(file_rename(f, "disk0:", "disk0:x"), FILE_IS_DIR);
    assert_int_equal(file_rename(f, "disk0:d", "disk0:d/e"), FILE_BAD_NAME);
    expect_content(f, "disk0:a", "1");
    assert_int_equal(file_rename(f, "flash:a", "disk0:d/c"), FILE_OK); /* one file system under two names */
    expect_content(f, "disk0:d/c", "1");
    assert_int_equal(file_stat(f, "disk0:a", &info), FILE_NOT_FOUND);
    assert_int_equal(file_rename(f, "disk0:d", "disk0:e"), FILE_OK); /* with what is in it */
    expect_content(f, "disk0:e/c", "1");
    assert_int_equal(file_stat(f, "disk0:d/c", &info), FILE_NOT_FOUND);
}

static void removing_folders(void **state)
{
    struct files *f = ((struct place *)*state)->f;
    struct file_info *v;
    size_t n;
    assert_int_equal(file_mkdir(f, "disk0:d"), FILE_OK);
    assert_int_equal(file_mkdir(f, "disk0:dd"), FILE_OK);
    assert_int_equal(file_replace(f, "disk0:d/a", "1", 1), FILE_OK);
    assert_int_equal(file_rmdir(f, "disk0:d"), FILE_NOT_EMPTY);
    assert_int_equal(file_rmdir(f, "disk0:d/a"), FILE_NOT_DIR);
    assert_int_equal(file_rmdir(f, "disk0:none"), FILE_NOT_FOUND);
    assert_int_equal(file_rmdir(f, "disk0:"), FILE_IS_DIR);
    assert_int_equal(file_delete(f, "disk0:d/a"), FILE_OK);
    assert_int_equal(file_rmdir(f, "disk0:d"), FILE_OK);
    assert_int_equal(file_rmdir(f, "disk0:d"), FILE_NOT_FOUND);

    assert_int_equal(file_replace(f, "disk0:dd/a", "1", 1), FILE_OK);
    assert_int_equal(file_replace(f, "disk0:x", "1", 1), FILE_OK);
    assert_int_equal(file_replace(f, "nvram:x", "1", 1), FILE_OK);
    assert_int_equal(file_format(f, "disk0:dd"), FILE_BAD_NAME);
    assert_int_equal(file_format(f, "tftp:"), FILE_NO_SYSTEM);
    assert_int_equal(file_format(f, "flash:"), FILE_OK);
    assert_int_equal(file_list(f, "disk0:", &v, &n), FILE_OK);
    assert_int_equal(n, 0);
    mem_free(v);
    expect_content(f, "nvram:x", "1");
    assert_int_equal(file_replace(f, "disk0:x", "2", 1), FILE_OK);
}

static void in_pieces(void **state)
{
    struct files *f = ((struct place *)*state)->f;
    struct file_writer *w, *w2;
    struct file_reader *r;
    struct file_info info;
    char buf[8];
    size_t n;
    assert_int_equal(file_create(f, "disk0:none/a", &w), FILE_NOT_FOUND);
    assert_null(w);
    assert_int_equal(file_create(f, "disk0:", &w), FILE_IS_DIR);
    assert_int_equal(file_replace(f, "disk0:a", "old", 3), FILE_OK);
    assert_int_equal(file_create(f, "disk0:a", &w), FILE_OK);
    assert_int_equal(file_writer_put(w, "hel", 3), FILE_OK);
    expect_content(f, "disk0:a", "old"); /* until it is whole */
    assert_int_equal(file_create(f, "disk0:a", &w2), FILE_OK);
    assert_int_equal(file_writer_put(w2, "other", 5), FILE_OK);
    assert_int_equal(file_writer_put(w, "lo world", 8), FILE_OK);
    assert_int_equal(file_open(f, "disk0:a", &r, &info), FILE_OK);
    assert_int_equal(info.size, 3);
    assert_int_equal(file_writer_commit(w), FILE_OK);
    expect_content(f, "disk0:a", "hello world");
    assert_int_equal(file_reader_get(r, buf, sizeof buf, &n), FILE_OK); /* what was opened */
    assert_int_equal(n, 3);
    assert_memory_equal(buf, "old", 3);
    assert_int_equal(file_reader_get(r, buf, sizeof buf, &n), FILE_OK);
    assert_int_equal(n, 0);
    file_reader_free(r);
    file_writer_free(w2);
    expect_content(f, "disk0:a", "hello world");

    assert_int_equal(file_open(f, "flash:/a", &r, NULL), FILE_OK);
    assert_int_equal(file_reader_get(r, buf, 8, &n), FILE_OK);
    assert_memory_equal(buf, "hello wo", 8);
    assert_int_equal(file_reader_get(r, buf, 8, &n), FILE_OK);
    assert_int_equal(n, 3);
    assert_memory_equal(buf, "rld", 3);
    file_reader_free(r);
    assert_int_equal(file_open(f, "disk0:none", &r, NULL), FILE_NOT_FOUND);
    assert_int_equal(file_open(f, "disk0:", &r, NULL), FILE_IS_DIR);
    assert_null(r);
    file_reader_free(NULL);
    file_writer_free(NULL);

    static char piece[1024 * 1024];
    assert_int_equal(file_create(f, "disk0:big", &w), FILE_OK);
    for (int i = 0; i < 64; i++)
        assert_int_equal(file_writer_put(w, piece, sizeof piece), FILE_OK);
    assert_int_equal(file_writer_put(w, piece, 1), FILE_TOO_BIG);
    file_writer_free(w);
    assert_int_equal(file_stat(f, "disk0:big", &info), FILE_NOT_FOUND);
}

static int64_t fixed_wall(void *arg)
{
    return *(int64_t *)arg;
}

static void times_are_the_routers(void **state)
{
    struct files *f = ((struct place *)*state)->f;
    int64_t now = INT64_C(1363112530123456); /* 2013 */
    struct file_info info;
    files_set_wall(f, fixed_wall, &now);
    assert_int_equal(file_replace(f, "disk0:a", "1", 1), FILE_OK);
    assert_int_equal(file_mkdir(f, "disk0:d"), FILE_OK);
    assert_int_equal(file_append(f, "disk0:b", "1", 1), FILE_OK);
    static const char *const names[] = {"disk0:a", "disk0:d", "disk0:b"};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(file_stat(f, names[i], &info), FILE_OK);
        assert_int_equal(info.mtime_us, now);
    }
    int64_t then = now;
    now += 5000000;
    assert_int_equal(file_append(f, "disk0:a", "2", 1), FILE_OK);
    assert_int_equal(file_stat(f, "disk0:a", &info), FILE_OK);
    assert_int_equal(info.mtime_us, now);
    assert_int_equal(file_rename(f, "disk0:b", "disk0:c"), FILE_OK); /* another name is no other content */
    assert_int_equal(file_stat(f, "disk0:c", &info), FILE_OK);
    assert_int_equal(info.mtime_us, then);
}

static void listing_is_sorted(void **state)
{
    struct files *f = ((struct place *)*state)->f;
    struct file_info *v;
    size_t n;
    assert_int_equal(file_list(f, "disk0:", &v, &n), FILE_OK);
    assert_int_equal(n, 0);
    mem_free(v);
    assert_int_equal(file_mkdir(f, "disk0:m"), FILE_OK);
    assert_int_equal(file_replace(f, "disk0:z", "12345", 5), FILE_OK);
    assert_int_equal(file_replace(f, "disk0:a", "", 0), FILE_OK);
    assert_int_equal(file_replace(f, "disk0:m/inner", "1", 1), FILE_OK);
    assert_int_equal(file_replace(f, "disk0:mm", "1", 1), FILE_OK);
    assert_int_equal(file_replace(f, "nvram:startup-config", "!", 1), FILE_OK);
    assert_int_equal(file_list(f, "flash:/", &v, &n), FILE_OK);
    assert_int_equal(n, 4);
    assert_string_equal(v[0].name, "a");
    assert_string_equal(v[1].name, "m");
    assert_true(v[1].dir);
    assert_string_equal(v[2].name, "mm");
    assert_string_equal(v[3].name, "z");
    assert_int_equal(v[3].size, 5);
    mem_free(v);
    assert_int_equal(file_list(f, "disk0:m", &v, &n), FILE_OK);
    assert_int_equal(n, 1);
    assert_string_equal(v[0].name, "inner");
    mem_free(v);
    assert_int_equal(file_list(f, "nvram:", &v, &n), FILE_OK);
    assert_int_equal(n, 1);
    mem_free(v);
    assert_int_equal(file_list(f, "disk0:a", &v, &n), FILE_NOT_DIR);
    assert_null(v);
    assert_int_equal(file_list(f, "disk0:none", &v, &n), FILE_NOT_FOUND);
    assert_int_equal(file_list(f, "disk2:", &v, &n), FILE_NO_SYSTEM);
}

static void deleting(void **state)
{
    struct files *f = ((struct place *)*state)->f;
    struct text t = {0};
    assert_int_equal(file_replace(f, "disk0:a", "1", 1), FILE_OK);
    assert_int_equal(file_replace(f, "disk0:b", "2", 1), FILE_OK);
    assert_int_equal(file_delete(f, "disk0:a"), FILE_OK);
    assert_int_equal(file_delete(f, "disk0:a"), FILE_NOT_FOUND);
    assert_int_equal(file_read(f, "disk0:a", &t), FILE_NOT_FOUND);
    expect_content(f, "disk0:b", "2");
    text_free(&t);
}

static void sizes_are_bounded(void **state)
{
    struct files *f = ((struct place *)*state)->f;
    const size_t max = 64 * 1024 * 1024;
    char *big = calloc(1, max + 1);
    memset(big, 'x', max + 1);
    assert_int_equal(file_replace(f, "disk0:big", big, max + 1), FILE_TOO_BIG);
    assert_int_equal(file_append(f, "disk0:big", big, max + 1), FILE_TOO_BIG);
    assert_int_equal(file_append(f, "disk0:big", big, max), FILE_OK);
    assert_int_equal(file_append(f, "disk0:big", "y", 1), FILE_TOO_BIG);
    struct text t = {0};
    assert_int_equal(file_read(f, "disk0:big", &t), FILE_OK);
    assert_int_equal(t.len, max);
    text_free(&t);
    free(big);
}

static void space(void **state)
{
    struct files *f = ((struct place *)*state)->f;
    uint64_t total = 0, avail = 0;
    assert_int_equal(file_space(f, "disk0:", &total, &avail), FILE_OK);
    assert_true(total > 0 && avail > 0 && avail <= total);
    assert_int_equal(file_space(f, "x:", &total, &avail), FILE_NO_SYSTEM);
}

static void results_have_texts(void **state)
{
    (void)state;
    for (int r = FILE_OK; r <= FILE_IO; r++)
        assert_true(file_result_text((enum file_result)r)[0]);
    assert_string_equal(file_result_text(FILE_NOT_FOUND), "No such file or directory");
    assert_string_equal(file_result_text(FILE_IS_DIR), "Is a directory");
    assert_string_equal(file_result_text(FILE_NO_SYSTEM), "No such device");
}

static void memory_fills_up(void **state)
{
    struct files *f = ((struct place *)*state)->f;
    const size_t max = 64 * 1024 * 1024;
    char *big = calloc(1, max);
    uint64_t total, avail;
    assert_int_equal(file_replace(f, "disk0:a", big, max), FILE_OK);
    assert_int_equal(file_replace(f, "disk0:b", big, max - 10), FILE_OK);
    assert_int_equal(file_space(f, "disk0:", &total, &avail), FILE_OK);
    assert_int_equal(avail, 10);
    assert_int_equal(file_replace(f, "disk0:c", "12345678901", 11), FILE_NO_SPACE);
    assert_int_equal(file_append(f, "disk0:c", "12345678901", 11), FILE_NO_SPACE);
    expect_content(f, "disk0:c", "1234567890"); /* the prefix that fitted */
    assert_int_equal(file_replace(f, "nvram:c", "1", 1), FILE_OK); /* the other system has its own */
    assert_int_equal(file_delete(f, "disk0:a"), FILE_OK);
    assert_int_equal(file_append(f, "disk0:c", "1", 1), FILE_OK);
    assert_int_equal(file_space(f, "disk0:", &total, &avail), FILE_OK);
    assert_int_equal(avail, max - 1);
    free(big);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(replace_append_read),
        BOTH(folders),
        BOTH(renaming),
        BOTH(removing_folders),
        BOTH(in_pieces),
        BOTH(times_are_the_routers),
        BOTH(listing_is_sorted),
        BOTH(deleting),
        BOTH(sizes_are_bounded),
        BOTH(space),
        cmocka_unit_test(results_have_texts),
        MEMORY(memory_fills_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
