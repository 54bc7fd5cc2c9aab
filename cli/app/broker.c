/* broker.c: child processes of one program, behind include/espial/child.h.
 *
 * A child is made with vfork and exec'ed at once, so the price does not grow with the router's memory, and a failed exec is known when child_spawn returns. Between
 * the two only system calls are made: the descriptors named by the caller become 0, 1, 2 ..., every other one is closed, signals get their defaults back, the
 * child gets a session of its own and the kernel's promise to kill it when this program dies in whatever way.
 *
 * Its end is seen through a pidfd on the loop: no signal handler, no wait for "any" child, so libraries that make children of their own are left alone. States:
 * running -> (killed: forgotten by its owner) -> reaped. A killed child keeps its place in `running` until it is reaped, so that a flood of short-lived children
 * cannot pass the bound. */
#include "cli/app/broker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "espial/loop.h"
#include "espial/mem.h"

#define FDS_MAX 16

struct broker {
    struct children common; /* first */
    struct loop *loop;
    struct child *first;
};
struct child {
    struct child_base base; /* first */
    pid_t pid;
    int pidfd;
    struct fd_watch watch;
    void (*ended)(void *arg, int status); /* NULL: killed, nobody asks any more */
    void *arg;
    struct child *next, **link;
};

static void forget(struct child *c)
{
    fd_unwatch(&c->watch);
    close(c->pidfd);
    *c->link = c->next;
    if (c->next)
        c->next->link = c->link;
    c->base.children->running--;
    mem_free(c);
}

static pid_t reap(pid_t pid, int *status, int options)
{
    pid_t got;
    do
        got = waitpid(pid, status, options);
    while (got < 0 && errno == EINTR);
    return got;
}

static void on_end(void *arg, unsigned events)
{
    struct child *c = arg;
    int status = 0;
    (void)events;
    if (reap(c->pid, &status, WNOHANG) == 0)
        return;
    void (*ended)(void *, int) = c->ended;
    void *ended_arg = c->arg;
    forget(c);
    if (ended)
        ended(ended_arg, status);
}

/* In the child, on memory borrowed from the parent: system calls only. */
static int become(const struct child_params *p, pid_t parent)
{
    static const char *const env[] = {"PATH=/usr/bin:/bin", "LC_ALL=C", NULL};
    int high[FDS_MAX];
    struct sigaction dfl = {.sa_handler = SIG_DFL};
    sigset_t none;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return errno;
    if (getppid() != parent)
        _exit(127);
    for (int s = 1; s < _NSIG; s++)
        if (sigaction(s, &dfl, NULL) <
            0) /* the two that the C library keeps for itself: who started us may ignore them */
            syscall(SYS_rt_sigaction, s, &(const struct {unsigned long v[4];}){{0}}, NULL, _NSIG / 8);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    for (size_t i = 0; i < p->nfds; i++) {
        int fd = p->fds[i] >= 0 ? p->fds[i] : open("/dev/null", O_RDWR | O_CLOEXEC);
        high[i] = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, FDS_MAX);
        if (high[i] < 0)
            return errno;
    }
    for (size_t i = 0; i < p->nfds; i++) {
        if (dup2(high[i], (int)i) < 0)
            return errno;
    }
    if (close_range((unsigned)p->nfds, ~0u, CLOSE_RANGE_CLOEXEC) < 0)
        return errno;
    execve(p->program ? p->program : "/proc/self/exe", (char *const *)p->argv, (char *const *)env);
    return errno;
}

static pid_t __attribute__((noinline)) start(const struct child_params *p, volatile int *error)
{
    pid_t parent = getpid();
    pid_t pid = vfork();
    if (pid == 0) {
        *error = become(p, parent);
        _exit(127);
    }
    if (pid < 0)
        *error = errno;
    return pid;
}

static struct child *broker_spawn(struct children *children, const struct child_params *p)
{
    struct broker *b = (struct broker *)children;
    volatile int error = 0;
    sigset_t all, before;
    if (p->nfds < 3 || p->nfds > FDS_MAX || !p->argv[0]) {
        errno = EINVAL;
        return NULL;
    }
    if (children->running >= children->most) {
        errno = EAGAIN;
        return NULL;
    }
    sigfillset(&all); /* no handler runs in the child while it borrows our memory */
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = start(p, &error);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (pid < 0) {
        errno = error;
        return NULL;
    }
    int pidfd = error ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
    struct child *c = NEW(struct child);
    if (!error && pidfd < 0)
        error = errno;
    int e = error ? 0 : fd_watch(&c->watch, b->loop, pidfd, FD_READ, on_end, c);
    if (error || e < 0) {
        kill(pid, SIGKILL);
        reap(pid, NULL, 0);
        if (pidfd >= 0)
            close(pidfd);
        mem_free(c);
        errno = error ? error : -e;
        return NULL;
    }
    c->base.children = children;
    c->pid = pid;
    c->pidfd = pidfd;
    c->ended = p->ended;
    c->arg = p->arg;
    c->next = b->first;
    c->link = &b->first;
    if (b->first)
        b->first->link = &c->next;
    b->first = c;
    children->running++;
    return c;
}

static void broker_kill(struct child *c)
{
    c->ended = NULL;
    kill(c->pid, SIGKILL); /* not reaped yet, so the number is still its own */
}

static const struct children_ops broker_ops = {.spawn = broker_spawn, .kill = broker_kill};

struct children *broker_new(struct loop *loop, unsigned most)
{
    struct broker *b = NEW(struct broker);
    b->common = (struct children){.ops = &broker_ops, .most = most};
    b->loop = loop;
    return &b->common;
}

void broker_free(struct children *children)
{
    struct broker *b = (struct broker *)children;
    if (!b)
        return;
    for (struct child *c = b->first; c; c = c->next)
        kill(c->pid, SIGKILL);
    while (b->first) {
        reap(b->first->pid, NULL, 0);
        forget(b->first);
    }
    mem_free(b);
}
