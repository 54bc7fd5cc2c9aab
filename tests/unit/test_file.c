/* test_file.c: the file systems: one list of cases for the folder on disk and the one in memory; then what only a disk has: symbolic links, other kinds of
 * files, what a kill leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "espial/file.h"

struct place {
    struct files *f;
    char dir[64]; /* of the disk; empty in memory */
    int fd;
};

static int memory_setup(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    p->fd = -1;
    p->f = files_memory_new();
    *state = p;
    return 0;
}

static int disk_setup(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    snprintf(p->dir, sizeof p->dir, "/tmp/espial-test-XXXXXX");
    if (!mkdtemp(p->dir))
        return -1;
    p->fd = open(p->dir, O_RDONLY | O_DIRECTORY);
    p->f = files_new(p->fd);
    *state = p;
    return p->f ? 0 : -1;
}

static void remove_tree(int parent, const char *name)
{
    if (unlinkat(parent, name, 0) == 0)
        return;
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (fd < 0)
        return;
    DIR *d = fdopendir(fd);
    for (struct dirent *e; (e = readdir(d));)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            remove_tree(fd, e->d_name);
    closedir(d);
    unlinkat(parent, name, AT_REMOVEDIR);
}

static int teardown(void **state)
{
    struct place *p = *state;
    files_free(p->f);
    if (p->fd >= 0)
        close(p->fd);
    if (p->dir[0])
        remove_tree(AT_FDCWD, p->dir);
    free(p);
    return 0;
}

static void expect_content(struct files *f, const char *path, const char *want)
{
    struct text t = {0};
    assert_int_equal(file_read(f, path, &t), FILE_OK);
    assert_string_equal(text_str(&t), want);
    text_free(&t);
}

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

static void names_and_aliases(void **state)
{
    struct files *f = ((struct place *)*state)->f;
    static const struct {
        const char *typed, *canonical;
        enum file_result r;
    } facts[] = {
        {"disk0:hub.txt", "disk0:/hub.txt", FILE_OK},
        {"disk0:/hub.txt", "disk0:/hub.txt", FILE_OK},
        {"hub.txt", "disk0:/hub.txt", FILE_OK},
        {"/hub.txt", "disk0:/hub.txt", FILE_OK},
        {"flash:hub.txt", "flash:/hub.txt", FILE_OK},
        {"Flash0:/hub.txt", "flash0:/hub.txt", FILE_OK},
        {"bootflash:hub.txt", "bootflash:/hub.txt", FILE_OK},
        {"DISK0://a//b/", "disk0:/a/b", FILE_OK},
        {"disk0:", "disk0:/", FILE_OK},
        {"nvram:startup-config", "nvram:/startup-config", FILE_OK},
        {"NVRAM:", "nvram:/", FILE_OK},
        {"disk0:a b.txt", "disk0:/a b.txt", FILE_OK},
        {"disk0:...", "disk0:/...", FILE_OK},
        {"disk0:.hidden", "disk0:/.hidden", FILE_OK},
        {"tftp://10.0.0.1/x", NULL, FILE_NO_SYSTEM},
        {"disk1:x", NULL, FILE_NO_SYSTEM},
        {":x", NULL, FILE_NO_SYSTEM},
        {"disk0:../x", NULL, FILE_BAD_NAME},
        {"disk0:a/../../x", NULL, FILE_BAD_NAME},
        {"..", NULL, FILE_BAD_NAME},
        {"disk0:/.", NULL, FILE_BAD_NAME},
        {"disk0:a/./b", NULL, FILE_BAD_NAME},
        {"disk0:.~hub.txt", NULL, FILE_BAD_NAME}, /* the storage's own */
        {"disk0:a\nb", NULL, FILE_BAD_NAME},
        {"disk0:\x1b[2J", NULL, FILE_BAD_NAME},
        {"disk0:a:b", NULL, FILE_BAD_NAME},
        {"1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g", "disk0:/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g", FILE_OK},
        {"1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g/h", NULL, FILE_BAD_NAME},
    };
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        char out[256] = "";
        if (file_canonical(f, facts[i].typed, out) != facts[i].r)
            fail_msg("%s", facts[i].typed);
        if (facts[i].canonical)
            assert_string_equal(out, facts[i].canonical);
    }
    char name[300], out[256];
    memset(name, 'x', sizeof name);
    name[127] = '\0';
    assert_int_equal(file_canonical(f, name, out), FILE_OK);
    assert_int_equal(file_replace(f, name, "1", 1), FILE_OK);
    expect_content(f, name, "1");
    name[127] = 'x';
    name[128] = '\0';
    assert_int_equal(file_canonical(f, name, out), FILE_BAD_NAME);
    name[128] = 'x';
    for (int i = 100; i < 299; i += 100)
        name[i] = '/';
    name[299] = '\0';
    assert_int_equal(file_canonical(f, name, out), FILE_BAD_NAME); /* too long in all */
    name[245] = '\0';
    assert_int_equal(file_canonical(f, name, out), FILE_BAD_NAME);
    name[244] = '\0';
    assert_int_equal(file_canonical(f, name, out), FILE_OK);
    assert_int_equal(strlen(out), strlen("disk0:/") + 244); /* with "bootflash:/" it would be 256 with the NUL */

    assert_int_equal(file_replace(f, "flash:hub.txt", "one", 3), FILE_OK);
    expect_content(f, "disk0:/hub.txt", "one");
    expect_content(f, "hub.txt", "one");
    struct text t = {0};
    assert_int_equal(file_read(f, "nvram:hub.txt", &t), FILE_NOT_FOUND);
    assert_int_equal(file_read(f, "disk0:../disk0/hub.txt", &t), FILE_BAD_NAME);
    assert_int_equal(file_replace(f, "disk0:../x", "", 0), FILE_BAD_NAME);
    assert_int_equal(file_append(f, "disk1:x", "", 0), FILE_NO_SYSTEM);
    assert_int_equal(file_read(f, "disk0:", &t), FILE_IS_DIR);
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

static void names_where_one_stands(void **state)
{
    struct files *f = ((struct place *)*state)->f;
    static const struct {
        const char *cwd, *typed, *whole;
    } facts[] = {
        {"disk0:/", "x", "disk0:/x"},
        {"flash:/logs", "x", "flash:/logs/x"},
        {"flash:/logs", "a/b", "flash:/logs/a/b"},
        {"flash:/logs", "/x", "flash:/x"},
        {"flash:/logs", "flash:x", "flash:/x"}, /* a named system begins at its root */
        {"flash:/logs", "NVRAM:startup-config", "nvram:/startup-config"},
        {"flash:/logs", "", "flash:/logs"},
        {"flash:/logs", ".", "flash:/logs"},
        {"flash:/logs/old", "..", "flash:/logs"},
        {"flash:/logs/old", "../..", "flash:/"},
        {"flash:/logs", "../x/./y", "flash:/x/y"},
        {"nvram:/", "x", "nvram:/x"},
        {"disk0:/a", "disk0:b/../c", "disk0:/c"},
        {"disk0:/a", "tftp://10.0.0.1/x/../y", "tftp://10.0.0.1/x/../y"},
    };
    static const char *const outside[] = {"..", "../x", "a/../../x", "../../x", "disk0:..", "/..", "disk0:/../etc", "../.."};
    char out[256];
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        assert_int_equal(file_resolve(facts[i].cwd, facts[i].typed, out), FILE_OK);
        assert_string_equal(out, facts[i].whole);
    }
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        struct file_info info;
        assert_int_equal(file_resolve("disk0:/", outside[i], out), FILE_OK);
        assert_int_equal(file_stat(f, out, &info), FILE_BAD_NAME);
    }
    char name[300];
    memset(name, 'n', sizeof name);
    for (size_t len = 200; len < 299; len++) { /* whatever fits, none overruns */
        name[len] = '\0';
        enum file_result r = file_resolve("disk0:/a/b/c", name, out);
        assert_true(r == FILE_OK ? strlen(out) == len + strlen("disk0:/a/b/c/") : r == FILE_BAD_NAME);
        assert_true(len < 242 ? r == FILE_OK : r == FILE_BAD_NAME);
        name[len] = 'n';
    }
    assert_true(file_same(f, "flash:x", "disk0:/x"));
    assert_true(file_same(f, "x", "bootflash:/x"));
    assert_false(file_same(f, "nvram:x", "disk0:x"));
    assert_false(file_same(f, "x", "x/y"));
    assert_false(file_same(f, "..", ".."));
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

/* How many names of the folder begin with ".~". */
static int temporaries(const struct place *p, const char *folder)
{
    int fd = openat(p->fd, folder, O_RDONLY | O_DIRECTORY), n = 0;
    DIR *d = fdopendir(fd);
    for (struct dirent *e; (e = readdir(d));)
        n += strncmp(e->d_name, ".~", 2) == 0;
    closedir(d);
    return n;
}

static void disk_makes_its_folders(void **state)
{
    const struct place *p = *state;
    struct stat st;
    assert_int_equal(fstatat(p->fd, "disk0", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(fstatat(p->fd, "nvram", &st, 0), 0);
    assert_int_equal(file_replace(p->f, "nvram:startup-config", "x", 1), FILE_OK);
    assert_int_equal(fstatat(p->fd, "nvram/startup-config", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(temporaries(p, "nvram"), 0);
    assert_null(files_new(-1));
    assert_int_equal(errno, EBADF);
}

static void links_lead_nowhere(void **state)
{
    const struct place *p = *state;
    struct text t = {0};
    struct file_info info, *v;
    size_t n;
    int secret = openat(p->fd, "secret", O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(secret, "secret", 6), 6);
    close(secret);
    assert_int_equal(symlinkat("../secret", p->fd, "disk0/link"), 0);
    assert_int_equal(symlinkat("../nothing", p->fd, "disk0/dangling"), 0);
    assert_int_equal(symlinkat("..", p->fd, "disk0/up"), 0);
    assert_int_equal(symlinkat("/", p->fd, "disk0/root"), 0);
    assert_int_equal(mkfifoat(p->fd, "disk0/fifo", 0600), 0);

    assert_int_equal(file_read(p->f, "disk0:link", &t), FILE_NOT_FOUND);
    assert_int_equal(file_read(p->f, "disk0:up/secret", &t), FILE_NOT_FOUND);
    assert_int_equal(file_read(p->f, "disk0:root/etc/passwd", &t), FILE_NOT_FOUND);
    assert_int_equal(file_read(p->f, "disk0:fifo", &t), FILE_NOT_FOUND); /* and does not hang */
    assert_int_equal(t.len, 0);
    assert_int_equal(file_append(p->f, "disk0:link", "x", 1), FILE_NOT_FOUND);
    assert_int_equal(file_append(p->f, "disk0:dangling", "x", 1), FILE_NOT_FOUND);
    assert_int_equal(file_append(p->f, "disk0:fifo", "x", 1), FILE_NOT_FOUND);
    assert_int_equal(file_append(p->f, "disk0:up/new", "x", 1), FILE_NOT_FOUND);
    assert_int_equal(file_replace(p->f, "disk0:up/new", "x", 1), FILE_NOT_FOUND);
    assert_int_equal(file_mkdir(p->f, "disk0:up/new"), FILE_NOT_FOUND);
    assert_int_equal(file_delete(p->f, "disk0:up/secret"), FILE_NOT_FOUND);
    assert_int_equal(file_delete(p->f, "disk0:link"), FILE_NOT_FOUND);
    assert_int_equal(file_stat(p->f, "disk0:link", &info), FILE_NOT_FOUND);
    assert_int_equal(file_list(p->f, "disk0:up", &v, &n), FILE_NOT_FOUND);
    assert_int_equal(file_list(p->f, "disk0:", &v, &n), FILE_OK);
    assert_int_equal(n, 0);
    mem_free(v);

    assert_int_equal(file_replace(p->f, "disk0:link", "mine", 4), FILE_OK); /* takes the link's place */
    expect_content(p->f, "disk0:link", "mine");
    struct stat st;
    assert_int_equal(fstatat(p->fd, "secret", &st, 0), 0);
    assert_int_equal(st.st_size, 6);
    assert_int_equal(fstatat(p->fd, "nothing", &st, 0), -1);
    assert_int_equal(fstatat(p->fd, "new", &st, 0), -1);
    text_free(&t);
}

/* A link planted where the next temporary goes. */
static void a_planted_temporary_is_not_followed(void **state)
{
    const struct place *p = *state;
    struct stat st;
    assert_int_equal(symlinkat("../victim", p->fd, "disk0/.~1"), 0); /* the first */
    assert_int_equal(file_replace(p->f, "disk0:a", "1", 1), FILE_OK);
    expect_content(p->f, "disk0:a", "1");
    assert_int_equal(fstatat(p->fd, "victim", &st, 0), -1);
    assert_int_equal(temporaries(p, "disk0"), 0);
}

static void a_linked_system_folder_is_refused(void **state)
{
    const struct place *p = *state;
    assert_int_equal(mkdirat(p->fd, "other", 0700), 0);
    int other = openat(p->fd, "other", O_RDONLY | O_DIRECTORY);
    assert_int_equal(symlinkat("../disk0", p->fd, "other/disk0"), 0);
    assert_null(files_new(other));
    close(other);
}

/* A child replaces one file over and over, with 20000 times one letter; it is killed at any moment; then the file is one of them, whole. */
static void killed_while_replacing(void **state)
{
    enum { LEN = 20000, ROUNDS = 25 };
    struct place *p = *state;
    static char body[LEN];
    for (int round = 0; round < ROUNDS; round++) {
        int tell[2];
        assert_int_equal(pipe(tell), 0);
        pid_t pid = fork();
        if (pid == 0) {
            for (unsigned i = 0;; i++) {
                memset(body, 'a' + (int)(i % 26), LEN);
                if (file_replace(p->f, "disk0:f", body, LEN) != FILE_OK || write(tell[1], "x", 1) != 1)
                    _exit(1);
            }
        }
        char c;
        for (int i = 0; i <= round % 5; i++)
            assert_int_equal(read(tell[0], &c, 1), 1);
        for (volatile int spin = 0; spin < round * 3000; spin++) /* elsewhere in a replacement each time */
            ;
        kill(pid, SIGKILL);
        int status;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status));
        close(tell[0]);
        close(tell[1]);

        struct text t = {0};
        assert_int_equal(file_read(p->f, "disk0:f", &t), FILE_OK);
        assert_int_equal(t.len, LEN);
        for (size_t i = 1; i < LEN; i++)
            assert_int_equal(t.s[i], t.s[0]);
        text_free(&t);

        struct file_info *v;
        size_t n;
        assert_int_equal(file_list(p->f, "disk0:", &v, &n), FILE_OK); /* what was left is not shown */
        assert_int_equal(n, 1);
        mem_free(v);
        files_free(p->f);
        p->f = files_new(p->fd); /* and is gone after the next start */
        assert_int_equal(temporaries(p, "disk0"), 0);
    }
}

/* What a kill left, in every folder, is removed at the next start; nothing else is. */
static void leftovers_are_removed(void **state)
{
    struct place *p = *state;
    assert_int_equal(file_mkdir(p->f, "disk0:d"), FILE_OK);
    assert_int_equal(file_replace(p->f, "disk0:d/keep", "1", 1), FILE_OK);
    static const char *const left[] = {"disk0/.~x", "disk0/d/.~y", "nvram/.~startup-config"};
    for (int i = 0; i < 3; i++)
        close(openat(p->fd, left[i], O_WRONLY | O_CREAT, 0600));
    files_free(p->f);
    p->f = files_new(p->fd);
    assert_int_equal(temporaries(p, "disk0") + temporaries(p, "disk0/d") + temporaries(p, "nvram"), 0);
    expect_content(p->f, "disk0:d/keep", "1");
}

/* A child appends numbered lines and is killed: what is there is a prefix of what was written. */
static void killed_while_appending(void **state)
{
    struct place *p = *state;
    int tell[2];
    assert_int_equal(pipe(tell), 0);
    pid_t pid = fork();
    if (pid == 0) {
        for (unsigned i = 0;; i++) {
            char line[16];
            int n = snprintf(line, sizeof line, "%08u\n", i);
            if (file_append(p->f, "disk0:log", line, (size_t)n) != FILE_OK || write(tell[1], "x", 1) != 1)
                _exit(1);
        }
    }
    char c;
    for (int i = 0; i < 500; i++)
        assert_int_equal(read(tell[0], &c, 1), 1);
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    close(tell[0]);
    close(tell[1]);
    struct text t = {0};
    assert_int_equal(file_read(p->f, "disk0:log", &t), FILE_OK);
    assert_true(t.len >= 500 * 9);
    for (size_t at = 0, i = 0; at < t.len; at += 9, i++) {
        char want[16];
        int n = snprintf(want, sizeof want, "%08u\n", (unsigned)i);
        assert_memory_equal(t.s + at, want, t.len - at < 9 ? t.len - at : (size_t)n);
    }
    text_free(&t);
}

/* A replacement that cannot be written whole leaves the old file and no temporary. The limit on file sizes stands in for a full disk, in a child. */
static void a_failed_replacement_changes_nothing(void **state)
{
    const struct place *p = *state;
    assert_int_equal(file_replace(p->f, "disk0:a", "old", 3), FILE_OK);
    pid_t pid = fork();
    if (pid == 0) {
        static char big[10000];
        const struct rlimit limit = {5000, 5000};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        _exit((int)file_replace(p->f, "disk0:a", big, sizeof big));
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), FILE_TOO_BIG);
    expect_content(p->f, "disk0:a", "old");
    assert_int_equal(temporaries(p, "disk0"), 0);
}

/* A file system of 256 kB that fills up: in a mount namespace of its own, which needs privileges or user namespaces. */
static int on_a_full_disk(const char *dir)
{
    static char body[200 * 1024];
    struct files *f;
    struct file_info info;
    struct text t = {0};
    if (unshare(CLONE_NEWNS) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
        return 77;
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || mount("none", dir, "tmpfs", 0, "size=256k") < 0)
        return 77;
    int fd = open(dir, O_RDONLY | O_DIRECTORY);
    if (!(f = files_new(fd)) || file_replace(f, "disk0:a", body, sizeof body) != FILE_OK)
        return 1;
    memset(body, 'x', sizeof body);
    if (file_replace(f, "disk0:a", body, sizeof body) != FILE_NO_SPACE)
        return 2;
    if (file_read(f, "disk0:a", &t) != FILE_OK || t.len != sizeof body || t.s[0] || t.s[t.len - 1])
        return 3; /* the old one, whole */
    if (file_append(f, "disk0:log", body, sizeof body) != FILE_NO_SPACE || file_stat(f, "disk0:log", &info) != FILE_OK)
        return 4;
    text_free(&t);
    if (!info.size || info.size >= sizeof body || file_read(f, "disk0:log", &t) != FILE_OK || t.s[info.size - 1] != 'x')
        return 5; /* the prefix that fitted */
    text_free(&t);
    if (file_delete(f, "disk0:log") != FILE_OK || file_replace(f, "disk0:b", body, 20000) != FILE_OK)
        return 6; /* no temporary took its place */
    files_free(f);
    close(fd);
    return 0;
}

static void a_full_disk(void **state)
{
    const struct place *p = *state;
    pid_t pid = fork();
    if (pid == 0)
        _exit(on_a_full_disk(p->dir));
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        print_message("no mount namespace can be had here\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

#define BOTH(test)                                                                                                     \
    cmocka_unit_test_setup_teardown(test, memory_setup, teardown), cmocka_unit_test_setup_teardown(test, disk_setup, teardown)
#define DISK(test) cmocka_unit_test_setup_teardown(test, disk_setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(replace_append_read),
        BOTH(names_and_aliases),
        BOTH(folders),
        BOTH(renaming),
        BOTH(removing_folders),
        BOTH(in_pieces),
        BOTH(times_are_the_routers),
        BOTH(names_where_one_stands),
        BOTH(listing_is_sorted),
        BOTH(deleting),
        BOTH(sizes_are_bounded),
        BOTH(space),
        cmocka_unit_test(results_have_texts),
        cmocka_unit_test_setup_teardown(memory_fills_up, memory_setup, teardown),
        DISK(disk_makes_its_folders),
        DISK(links_lead_nowhere),
        DISK(a_planted_temporary_is_not_followed),
        DISK(a_linked_system_folder_is_refused),
        DISK(leftovers_are_removed),
        DISK(killed_while_replacing),
        DISK(killed_while_appending),
        DISK(a_failed_replacement_changes_nothing),
        DISK(a_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
