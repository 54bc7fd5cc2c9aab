/* The broker of child processes: what a child gets and does not get, how its end is told, that nothing of it stays behind. Real children of this machine's
 * programs on the real loop. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/app/broker.h"
#include "espial/loop.h"

struct world {
    struct loop *loop;
    struct children *children;
    struct timer late;
    int ended, status;
    bool was_late;
};

static void on_late(void *arg)
{
    struct world *w = arg;
    w->was_late = true;
    loop_real_stop(w->loop);
}

static void on_end(void *arg, int status)
{
    struct world *w = arg;
    w->ended++;
    w->status = status;
    loop_real_stop(w->loop);
}

static int setup(void **state)
{
    static struct world w;
    memset(&w, 0, sizeof w);
    w.loop = loop_real_new(1);
    w.children = broker_new(w.loop, 4);
    timer_init(&w.late, w.loop, on_late, &w);
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    timer_clear(&w->late);
    broker_free(w->children);
    loop_real_free(w->loop);
    return 0;
}

static void run(struct world *w)
{
    timer_set(&w->late, 20 * US_PER_S);
    loop_real_run(w->loop);
    timer_clear(&w->late);
    assert_false(w->was_late);
}

static struct child *sh(struct world *w, const char *script, const int *fds, size_t nfds)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    const struct child_params p = {.program = "/bin/sh", .argv = argv, .fds = fds, .nfds = nfds, .ended = on_end, .arg = w};
    return child_spawn(w->children, &p);
}

static size_t read_all(int fd, char *out, size_t cap)
{
    size_t n = 0;
    for (ssize_t got; n < cap - 1 && (got = read(fd, out + n, cap - 1 - n)) > 0;)
        n += (size_t)got;
    out[n] = '\0';
    return n;
}

/* Status and bytes; the child sees 0, 1, 2 and nothing else, whatever this program has open. */
static void test_descriptors(void **state)
{
    struct world *w = *state;
    int out[2], extra = open("/dev/null", O_RDONLY); /* without O_CLOEXEC: still not passed on */
    char text[256];
    assert_int_equal(pipe(out), 0);
    const int fds[3] = {-1, out[1], -1};
    assert_non_null(sh(w, "ls /proc/self/fd | tr '\\n' ' '; exit 7", fds, 3));
    assert_int_equal(w->children->running, 1);
    close(out[1]);
    read_all(out[0], text, sizeof text);
    run(w);
    assert_string_equal(text, "0 1 2 3 "); /* 3: the folder ls reads */
    assert_true(WIFEXITED(w->status));
    assert_int_equal(WEXITSTATUS(w->status), 7);
    assert_int_equal(w->children->running, 0);
    close(out[0]);
    close(extra);
}

/* Descriptors whose numbers are those of others' places arrive where they were asked for. */
static void test_crossed(void **state)
{
    struct world *w = *state;
    int a[2], b[2];
    char text[64];
    assert_int_equal(pipe(a), 0);
    assert_int_equal(pipe(b), 0);
    int three = fcntl(a[1], F_DUPFD, 3), four = fcntl(b[1], F_DUPFD, 4);
    const int fds[5] = {-1, -1, -1, four, three};
    assert_non_null(sh(w, "echo third >&3; echo fourth >&4", fds, 5));
    close(a[1]), close(b[1]), close(three), close(four);
    read_all(b[0], text, sizeof text);
    assert_string_equal(text, "third\n");
    read_all(a[0], text, sizeof text);
    assert_string_equal(text, "fourth\n");
    run(w);
    close(a[0]), close(b[0]);
}

static void test_environment(void **state)
{
    struct world *w = *state;
    int out[2];
    char text[256];
    setenv("SECRET_OF_THE_PARENT", "x", 1);
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(out), 0);
    const int fds[3] = {-1, out[1], -1};
    const char *const argv[] = {"cat", "/proc/self/environ", NULL};
    const struct child_params p = {.program = "/bin/cat", .argv = argv, .fds = fds, .nfds = 3, .ended = on_end, .arg = w};
    assert_non_null(child_spawn(w->children, &p));
    close(out[1]);
    size_t n = read_all(out[0], text, sizeof text);
    static const char want[] = "PATH=/usr/bin:/bin\0LC_ALL=C";
    assert_int_equal(n, sizeof want);
    assert_memory_equal(text, want, sizeof want);
    run(w);
    close(out[0]);
    assert_int_equal(pipe(out), 0);
    const int again[3] = {-1, out[1], -1};
    assert_non_null(sh(w, "grep -E 'Sig(Ign|Blk)' /proc/self/status | tr -d ' \\t\\n'", again, 3));
    close(out[1]);
    read_all(out[0], text, sizeof text);
    assert_string_equal(text, "SigBlk:0000000000000000SigIgn:0000000000000000");
    run(w);
    close(out[0]);
    signal(SIGPIPE, SIG_DFL);
}

static void test_no_program(void **state)
{
    struct world *w = *state;
    const char *const argv[] = {"nothing", NULL};
    const int fds[3] = {-1, -1, -1};
    const struct child_params p = {.program = "/nonexistent/program", .argv = argv, .fds = fds, .nfds = 3, .ended = on_end, .arg = w};
    errno = 0;
    assert_null(child_spawn(w->children, &p));
    assert_int_equal(errno, ENOENT);
    assert_int_equal(w->children->running, 0);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no zombie */
    assert_int_equal(errno, ECHILD);
}

/* At most four; a killed one is not told of, is reaped, and gives its place back. */
static void test_bound_and_kill(void **state)
{
    struct world *w = *state;
    const int fds[3] = {-1, -1, -1};
    struct child *c[4];
    for (int i = 0; i < 4; i++) {
        c[i] = sh(w, "exec sleep 1000", fds, 3);
        assert_non_null(c[i]);
    }
    assert_null(sh(w, "exit 0", fds, 3));
    assert_int_equal(errno, EAGAIN);
    for (int i = 0; i < 3; i++)
        child_kill(c[i]);
    child_kill(NULL);
    timer_set(&w->late, 20 * US_PER_S);
    while (w->children->running > 1 && !w->was_late) { /* until the three are reaped */
        struct timer soon;
        timer_init(&soon, w->loop, (void (*)(void *))loop_real_stop, w->loop);
        timer_set(&soon, 1000);
        loop_real_run(w->loop);
        timer_clear(&soon);
    }
    timer_clear(&w->late);
    assert_false(w->was_late);
    assert_int_equal(w->ended, 0);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), 0); /* one left, and it runs */
    assert_non_null(sh(w, "exit 3", fds, 3));
    run(w);
    assert_int_equal(WEXITSTATUS(w->status), 3);
}

/* Freed with children running: nobody is called, nothing is left. */
static void test_freed(void **state)
{
    struct world *w = *state;
    const int fds[3] = {-1, -1, -1};
    assert_non_null(sh(w, "exec sleep 1000", fds, 3));
    assert_non_null(sh(w, "exec sleep 1000", fds, 3));
    broker_free(w->children);
    w->children = NULL;
    assert_int_equal(w->ended, 0);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

/* The program dies without a word: its child dies too. */
static void test_parent_dies(void **state)
{
    struct world *w = *state;
    int out[2];
    char text[8];
    assert_int_equal(pipe(out), 0);
    pid_t middle = fork();
    assert_true(middle >= 0);
    if (middle == 0) {
        const int fds[3] = {-1, out[1], -1};
        if (sh(w, "echo; exec sleep 1000", fds, 3))
            pause();
        _exit(1);
    }
    close(out[1]);
    assert_int_equal(read(out[0], text, 1), 1); /* the grandchild runs */
    kill(middle, SIGKILL);
    waitpid(middle, NULL, 0);
    assert_int_equal(read(out[0], text, 1), 0); /* its end of the pipe is closed: it is gone */
    close(out[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_descriptors, setup, teardown), cmocka_unit_test_setup_teardown(test_crossed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_environment, setup, teardown), cmocka_unit_test_setup_teardown(test_no_program, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bound_and_kill, setup, teardown), cmocka_unit_test_setup_teardown(test_freed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_parent_dies, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
