/* work.c: one worker thread for slow sums.
 *
 * Jobs go through three places, all behind one lock: waiting (in order), running (one), ended. The thread takes from the first and moves to the last, and writes an eventfd
 * that the loop watches; the loop's callback takes ended jobs one by one and calls done without the lock. A job is freed before its done is called, so
 * done may start another. Cancelling takes a job out of wherever it is; for a running one it waits until fn has ended, because fn still uses arg.
 *
 * The thread is made with the first job (most labs' routers never need a second thread at start) and blocks every signal. If none can be made, the sum runs
 * on the loop's thread: slow, but right. No timers, no file-level state. */
#include "espial/work.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "espial/account.h"
#include "espial/loop.h"
#include "espial/mem.h"

struct work_job {
    void (*fn)(void *arg);
    void (*done)(void *arg);
    void *arg;
    enum account_owner owner; /* who asked: done runs on their time, the sum is the worker's own */
    struct work_job *next;
};

struct job_queue {
    struct work_job *head, **tail;
};

struct work_thread {
    struct work common; /* first */
    struct loop *loop;
    struct fd_watch watch;
    int efd;
    pthread_t thread;
    bool started, stop;
    pthread_mutex_t lock;
    pthread_cond_t wake;  /* the worker: a job came, or stop */
    pthread_cond_t ended; /* a canceller: the running job has ended */
    struct job_queue waiting, finished;
    struct work_job *running;
};

static void queue_init(struct job_queue *q)
{
    q->head = NULL;
    q->tail = &q->head;
}

static void queue_push(struct job_queue *q, struct work_job *job)
{
    job->next = NULL;
    *q->tail = job;
    q->tail = &job->next;
}

static struct work_job *queue_pop(struct job_queue *q)
{
    struct work_job *job = q->head;
    if (job) {
        q->head = job->next;
        if (!job->next)
            q->tail = &q->head;
    }
    return job;
}

static bool queue_take(struct job_queue *q, struct work_job *job)
{
    for (struct work_job **at = &q->head; *at; at = &(*at)->next) {
        if (*at != job)
            continue;
        *at = job->next;
        if (!job->next)
            q->tail = at;
        return true;
    }
    return false;
}

static void work_tell(struct work_thread *w)
{
    const uint64_t one = 1;
    ssize_t n;
    do
        n = write(w->efd, &one, sizeof one);
    while (n < 0 && errno == EINTR);
}

static void *work_main(void *arg)
{
    struct work_thread *w = arg;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (!w->stop && !w->waiting.head)
            pthread_cond_wait(&w->wake, &w->lock);
        if (w->stop)
            break;
        struct work_job *job = queue_pop(&w->waiting);
        w->running = job;
        pthread_mutex_unlock(&w->lock);
        job->fn(job->arg);
        pthread_mutex_lock(&w->lock);
        w->running = NULL;
        queue_push(&w->finished, job);
        pthread_cond_broadcast(&w->ended);
        work_tell(w);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static void on_ended(void *arg, unsigned events)
{
    struct work_thread *w = arg;
    uint64_t count;
    (void)events;
    if (read(w->efd, &count, sizeof count) < 0 && errno != EAGAIN && errno != EINTR)
        return;
    for (;;) {
        pthread_mutex_lock(&w->lock);
        struct work_job *job = queue_pop(&w->finished);
        pthread_mutex_unlock(&w->lock);
        if (!job)
            return;
        void (*done)(void *) = job->done;
        void *done_arg = job->arg;
        enum account_owner was = account_enter(w->loop, job->owner);
        mem_free(job);
        done(done_arg);
        account_leave(w->loop, was);
    }
}

static bool work_start(struct work_thread *w)
{
    if (w->started)
        return true;
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    w->started = pthread_create(&w->thread, NULL, work_main, w) == 0;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    clockid_t used;
    if (w->started && w->loop->account && pthread_getcpuclockid(w->thread, &used) == 0)
        account_thread(w->loop->account, used, ACCOUNT_WORKER);
    return w->started;
}

static struct work_job *thread_run(struct work *work, void (*fn)(void *arg), void *arg, void (*done)(void *arg))
{
    struct work_thread *w = (struct work_thread *)work;
    struct work_job *job = NEW(struct work_job);
    job->fn = fn;
    job->arg = arg;
    job->owner = account_owner(w->loop);
    job->done = done;
    bool threaded = work_start(w);
    if (!threaded)
        fn(arg);
    pthread_mutex_lock(&w->lock);
    queue_push(threaded ? &w->waiting : &w->finished, job);
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    if (!threaded)
        work_tell(w);
    return job;
}

static void thread_cancel(struct work *work, struct work_job *job)
{
    struct work_thread *w = (struct work_thread *)work;
    pthread_mutex_lock(&w->lock);
    if (!queue_take(&w->waiting, job)) {
        while (w->running == job)
            pthread_cond_wait(&w->ended, &w->lock);
        queue_take(&w->finished, job);
    }
    pthread_mutex_unlock(&w->lock);
    mem_free(job);
}

static const struct work_ops thread_ops = {.run = thread_run, .cancel = thread_cancel};

struct work *work_thread_new(struct loop *loop)
{
    struct work_thread *w = NEW(struct work_thread);
    w->common.ops = &thread_ops;
    w->loop = loop;
    queue_init(&w->waiting);
    queue_init(&w->finished);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, NULL);
    pthread_cond_init(&w->ended, NULL);
    w->efd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (w->efd < 0 || fd_watch(&w->watch, loop, w->efd, FD_READ, on_ended, w) < 0) {
        work_thread_free(&w->common);
        return NULL;
    }
    return &w->common;
}

void work_thread_free(struct work *work)
{
    if (!work)
        return;
    struct work_thread *w = (struct work_thread *)work;
    if (w->started) {
        pthread_mutex_lock(&w->lock);
        w->stop = true;
        pthread_cond_signal(&w->wake);
        pthread_mutex_unlock(&w->lock);
        if (w->loop->account)
            account_thread_end(w->loop->account);
        pthread_join(w->thread, NULL);
    }
    struct work_job *job;
    while ((job = queue_pop(&w->waiting)) || (job = queue_pop(&w->finished)))
        mem_free(job);
    fd_unwatch(&w->watch);
    if (w->efd >= 0)
        close(w->efd);
    pthread_cond_destroy(&w->ended);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    mem_free(w);
}
