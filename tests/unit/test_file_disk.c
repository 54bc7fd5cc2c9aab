/* test_file_disk.c: what only a folder on disk has: symbolic links and other kinds of files, what a kill leaves, a disk that is full. */
#include "tests/unit/files_box.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        DISK(disk_makes_its_folders),
        DISK(links_lead_nowhere),
        DISK(a_planted_temporary_is_not_followed),
        DISK(a_linked_system_folder_is_refused),
        DISK(killed_while_replacing),
        DISK(leftovers_are_removed),
        DISK(killed_while_appending),
        DISK(a_failed_replacement_changes_nothing),
        DISK(a_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
