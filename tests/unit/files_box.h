/* files_box.h: a place for files, in memory or in a folder of its own on disk, removed after the test; and a test's row for either or both. */
#ifndef ESPIAL_TESTS_FILES_BOX_H
#define ESPIAL_TESTS_FILES_BOX_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "espial/file.h"

struct place {
    struct files *f;
    char dir[64]; /* of the disk; empty in memory */
    int fd;
};

static inline int memory_setup(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    p->fd = -1;
    p->f = files_memory_new();
    *state = p;
    return 0;
}

static inline int disk_setup(void **state)
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

static inline void remove_tree(int parent, const char *name)
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

static inline int teardown(void **state)
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

static inline void expect_content(struct files *f, const char *path, const char *want)
{
    struct text t = {0};
    assert_int_equal(file_read(f, path, &t), FILE_OK);
    assert_string_equal(text_str(&t), want);
    text_free(&t);
}

#define BOTH(test)                                                                                                     \
    cmocka_unit_test_setup_teardown(test, memory_setup, teardown), cmocka_unit_test_setup_teardown(test, disk_setup, teardown)
#define DISK(test) cmocka_unit_test_setup_teardown(test, disk_setup, teardown)
#define MEMORY(test) cmocka_unit_test_setup_teardown(test, memory_setup, teardown)

#endif
