/* Passwords on their way to yes or no, with a worker that the test plays: one sum at a time, oldest first; who drops his question makes nobody wait. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "cli/aaa/aaa_conf.h"
#include "espial/bus.h"
#include "espial/loop.h"
#include "espial/msg.h"
#include "espial/rand.h"
#include "espial/work.h"
#include "tests/sim/vloop.h"

struct worker {
    struct work work; /* first */
    void (*fn)(void *arg), (*done)(void *arg);
    void *arg;
    unsigned running, most, waits, runs;
};

static struct work_job *w_run(struct work *work, void (*fn)(void *arg), void *arg, void (*done)(void *arg))
{
    struct worker *w = (struct worker *)work;
    w->fn = fn;
    w->done = done;
    w->arg = arg;
    w->runs++;
    if (++w->running > w->most)
        w->most = w->running;
    return (struct work_job *)w;
}

static void w_cancel(struct work *work, struct work_job *job)
{
    struct worker *w = (struct worker *)work;
    (void)job;
    w->waits++;
    w->running--;
}

static const struct work_ops w_ops = {.run = w_run, .cancel = w_cancel};

static void w_end(struct worker *w)
{
    assert_int_equal(w->running, 1);
    w->fn(w->arg);
    w->running--;
    w->done(w->arg);
}

struct fix {
    struct loop *loop;
    struct bus *bus;
    struct log *log;
    struct rnd *rnd;
    struct worker worker;
    struct aaa *aaa;
    char heard[16]; /* who was answered, in order: upper case for yes */
};
struct one {
    struct fix *f;
    char name;
};

static void heard(void *arg, enum aaa_verdict v, const struct aaa_grant *g)
{
    struct one *o = arg;
    size_t n = strlen(o->f->heard);
    (void)g;
    o->f->heard[n] = v == AAA_PASS ? (char)(o->name - 'a' + 'A') : o->name;
}

static void begin(struct fix *f)
{
    *f = (struct fix){.loop = vloop_new(0), .rnd = rnd_seeded_new(1)};
    f->worker.work.ops = &w_ops;
    f->bus = bus_new(f->loop);
    f->log = log_new(f->loop, f->bus);
    f->aaa = aaa_new(&(struct aaa_env){.loop = f->loop, .work = &f->worker.work, .rnd = f->rnd, .log = f->log});
    struct aaa_user *u = aaa_user_make(aaa_conf(f->aaa), "ann");
    u->kind = AAA_USER_PASSWORD;
    strcpy(u->stored, "cisco");
}

static void end(struct fix *f)
{
    aaa_free(f->aaa);
    log_free(f->log);
    bus_free(f->bus);
    rnd_free(f->rnd);
    vloop_free(f->loop);
}

static struct aaa_question *ask(struct one *o, const char *password)
{
    struct aaa_door door = {.vty = true, .source = 0x0A000009, .local_port = 22};
    return aaa_login(o->f->aaa, &door, "ann", password, heard, o);
}

static void one_sum_at_a_time(void **state)
{
    struct fix f;
    struct one a = {&f, 'a'}, b = {&f, 'b'}, c = {&f, 'c'};
    (void)state;
    begin(&f);
    ask(&a, "wrong");
    ask(&b, "cisco");
    ask(&c, "cisco");
    for (int i = 0; i < 3; i++) {
        w_end(&f.worker);
        vloop_run_for(f.loop, 0);
    }
    assert_string_equal(f.heard, "aBC");
    assert_int_equal(f.worker.most, 1);
    end(&f);
}

static void nobody_waits_for_who_has_gone(void **state)
{
    struct fix f;
    struct one a = {&f, 'a'}, b = {&f, 'b'}, c = {&f, 'c'};
    (void)state;
    begin(&f);
    struct aaa_question *first = ask(&a, "cisco"), *second = ask(&b, "cisco");
    ask(&c, "cisco");
    aaa_cancel(first);  /* is being summed */
    aaa_cancel(second); /* is not */
    assert_int_equal(f.worker.waits, 0);
    w_end(&f.worker);
    w_end(&f.worker);
    vloop_run_for(f.loop, 0);
    assert_string_equal(f.heard, "C");
    assert_int_equal(f.worker.runs, 2);
    end(&f);
}

/* The end of a router is the one time when the running sum is waited for. */
static void all_ends_with_the_router(void **state)
{
    struct fix f;
    struct one a = {&f, 'a'}, b = {&f, 'b'};
    (void)state;
    begin(&f);
    aaa_cancel(ask(&a, "cisco"));
    ask(&b, "cisco");
    end(&f);
    assert_int_equal(f.worker.waits, 1);
    assert_int_equal(f.worker.running, 0);
    assert_string_equal(f.heard, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_sum_at_a_time),
        cmocka_unit_test(nobody_waits_for_who_has_gone),
        cmocka_unit_test(all_ends_with_the_router),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
