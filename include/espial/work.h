/* work.h: slow sums (Diffie-Hellman, RSA, scrypt) off the loop's thread. In reality one worker thread; in simulation fn runs at once and done
 * is called in a later turn, in order, so that the same seed gives the same log. */
#ifndef ESPIAL_WORK_H
#define ESPIAL_WORK_H

#include <stdbool.h>

struct work;
struct work_job;

struct work_ops {
    struct work_job *(*run)(struct work *, void (*fn)(void *arg), void *arg, void (*done)(void *arg));
    void (*cancel)(struct work *, struct work_job *);
};
struct work {
    const struct work_ops *ops;
};

/* Run fn(arg) elsewhere, then done(arg) on the loop. fn may touch nothing but arg. The handle is valid until done is called or it is cancelled. */
static inline struct work_job *work_run(struct work *w, void (*fn)(void *arg), void *arg, void (*done)(void *arg))
{
    return w->ops->run(w, fn, arg, done);
}
/* Waits for a running fn to end, then forgets it; done is not called. `arg` may be freed afterwards. */
static inline void work_cancel(struct work *w, struct work_job *job)
{
    w->ops->cancel(w, job);
}

struct loop;
/* base/work.c: the real one, with a thread. */
struct work *work_thread_new(struct loop *loop);
void work_thread_free(struct work *w);
#endif
