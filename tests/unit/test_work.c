/* test_work.c: slow sums: on the thread, cancelled in each place a job can be, and the virtual twin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "tests/sim/vloop.h"

struct job {
    struct loop *loop;
    int gate[2]; /* fn waits for a byte when gate[0] is not 0 */
    pthread_t ran_on;
    int ran, done;
    char name;
    char *order;
    bool stop;
};

static void sum(void *arg)
{
    struct job *j = arg;
    char c;
    j->ran_on = pthread_self();
    if (!j->gate[0] || read(j->gate[0], &c, 1) == 1)
        j->ran++;
}

static void done(void *arg)
{
    struct job *j = arg;
    assert_int_equal(j->ran, 1);
    j->done++;
    if (j->order)
        strncat(j->order, &j->name, 1);
    if (j->stop)
        loop_real_stop(j->loop);
}

static void runs_on_a_thread_and_ends_on_the_loop(void **state)
{
    (void)state;
    char order[8] = "";
    struct loop *loop = loop_real_new(1);
    struct work *w = work_thread_new(loop);
    struct job a = {.loop = loop, .name = 'a', .order = order}, b = {.loop = loop, .name = 'b', .order = order, .stop = true};
    work_run(w, sum, &a, done);
    work_run(w, sum, &b, done);
    assert_int_equal(a.done, 0); /* never from inside */
    loop_real_run(loop);
    assert_string_equal(order, "ab");
    assert_false(pthread_equal(a.ran_on, pthread_self()));
    work_thread_free(w);
    loop_real_free(loop);
}

static void cancels_waiting_running_and_ended(void **state)
{
    (void)state;
    struct loop *loop = loop_real_new(1);
    struct work *w = work_thread_new(loop);
    struct job a = {.loop = loop}, b = {.loop = loop}, c = {.loop = loop, .stop = true};
    assert_int_equal(pipe(a.gate), 0);
    struct work_job *ja = work_run(w, sum, &a, done);
    struct work_job *jb = work_run(w, sum, &b, done);
    work_cancel(w, jb); /* waiting behind a: never runs */
    assert_int_equal(write(a.gate[1], "g", 1), 1);
    work_cancel(w, ja); /* running, about to run, or ended: waits; a is ours again */
    work_run(w, sum, &c, done);
    loop_real_run(loop);
    assert_int_equal(a.done, 0);
    assert_int_equal(b.ran, 0);
    assert_int_equal(b.done, 0);
    assert_int_equal(c.done, 1);
    close(a.gate[0]);
    close(a.gate[1]);
    work_thread_free(w);
    loop_real_free(loop);
}

struct chain {
    struct work *work;
    struct work_job *victim;
    struct job first, second, third;
};

static void chain_sum(void *arg)
{
    sum(&((struct chain *)arg)->first);
}

static void chain_done(void *arg)
{
    struct chain *c = arg;
    work_cancel(c->work, c->victim);
    work_run(c->work, sum, &c->third, done);
}

static void done_may_start_and_cancel_others(void **state)
{
    (void)state;
    struct loop *loop = loop_real_new(1);
    struct chain c = {.work = work_thread_new(loop), .third = {.loop = loop, .stop = true}};
    work_run(c.work, chain_sum, &c, chain_done);
    c.victim = work_run(c.work, sum, &c.second, done);
    loop_real_run(loop);
    assert_int_equal(c.first.ran, 1);
    assert_int_equal(c.second.done, 0);
    assert_int_equal(c.third.done, 1);
    work_thread_free(c.work);
    loop_real_free(loop);
}

static void freed_with_work_to_do(void **state)
{
    (void)state;
    struct loop *loop = loop_real_new(1);
    struct work *w = work_thread_new(loop);
    static struct job j[50];
    memset(j, 0, sizeof j);
    for (int i = 0; i < 50; i++)
        work_run(w, sum, &j[i], done);
    work_thread_free(w); /* waits for the one running; the others are forgotten */
    for (int i = 0; i < 50; i++)
        assert_int_equal(j[i].done, 0);
    work_thread_free(work_thread_new(loop)); /* no job, no thread */
    work_thread_free(NULL);
    loop_real_free(loop);
}

static void virtual_twin(void **state)
{
    (void)state;
    char order[8] = "";
    struct loop *loop = vloop_new(0);
    struct work *w = vwork_new(loop);
    struct job a = {.name = 'a', .order = order}, b = {.name = 'b', .order = order}, c = {.name = 'c', .order = order};
    work_run(w, sum, &a, done);
    struct work_job *jb = work_run(w, sum, &b, done);
    work_run(w, sum, &c, done);
    assert_int_equal(a.ran, 1);
    assert_string_equal(order, "");
    work_cancel(w, jb);
    vloop_step(loop);
    assert_string_equal(order, "ac");
    assert_int_equal(loop_now(loop), 0);
    work_run(w, sum, &b, done);
    vwork_free(w);
    vloop_run_for(loop, 1);
    assert_string_equal(order, "ac");
    vloop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_on_a_thread_and_ends_on_the_loop), cmocka_unit_test(cancels_waiting_running_and_ended),
        cmocka_unit_test(done_may_start_and_cancel_others),      cmocka_unit_test(freed_with_work_to_do),
        cmocka_unit_test(virtual_twin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
