/* child.h: child processes, all through one broker that the root makes (cli/app/broker.c): exec'ed afresh, with nothing but the descriptors named here, a
 * minimal environment and /dev/null for what is not given; reaped by the broker (pidfd on the loop), killed with the router. In simulation there is none (NULL). */
#ifndef ESPIAL_CHILD_H
#define ESPIAL_CHILD_H

#include <stddef.h>

struct children;
struct child;

struct child_params {
    const char *program;     /* absolute path; NULL: this program itself (/proc/self/exe) */
    const char *const *argv; /* ends with NULL; argv[0] included */
    const int *
        fds; /* become 0, 1, 2, 3 ... in the child; -1: /dev/null. Borrowed: the caller closes its own copies after the call */
    size_t nfds;             /* at least 3 */
    /* The child has ended (status as of waitpid); never called from inside child_spawn or child_kill. The handle is gone when it returns. */
    void (*ended)(void *arg, int status);
    void *arg;
};
struct children_ops {
    struct child *(*spawn)(struct children *, const struct child_params *);
    void (*kill)(struct child *);
};
struct children {
    const struct children_ops *ops;
    unsigned running, most; /* no more than `most` at a time */
};
struct child_base { /* first member of every struct child */
    struct children *children;
};
/* NULL with errno: too many children (EAGAIN), or fork or exec failed. */
static inline struct child *child_spawn(struct children *c, const struct child_params *p)
{
    return c->ops->spawn(c, p);
}
/* SIGKILL, and forget it: `ended` is not called any more (the broker reaps it all the same). NULL-safe. */
static inline void child_kill(struct child *c)
{
    if (c)
        ((struct child_base *)c)->children->ops->kill(c);
}
#endif
