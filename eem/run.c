/* run.c: one running applet: a step machine over its sorted actions.
 *
 *                       thread                     action pending (wait)      timer
 *     trigger -> QUEUED --------> STEP --------------> WAIT ----------------> STEP
 *                                  |  \--------------> CLI  --- prompt -----> STEP
 *                                  |      (cli command)
 *                       last action, error, maxrun -> ended: session closed, history, thread given back
 *
 * Nothing here blocks: an action that is done at once is followed by the next one in a later turn of the loop; `wait`
 * is a timer; a typed command answers through a callback. maxrun counts from the moment the run gets its thread, waits
 * and stuck prompts included; when it expires the run is dropped where it stands, with its session. A failed action is
 * named in FMPD_ERROR and ends the run. Conditions and loops will move `pc`; today it only counts. */
#include <string.h>

#include "eem/eem_local.h"
#include "espial/mem.h"

MSG(ACTION_ERROR, "HA_EM", 3, "FMPD_ERROR", 0, "Error executing applet %s statement %s");
MSG(UNKNOWN_ENV, "HA_EM", 3, "FMPD_UNKNOWN_ENV", 0, "fh_parse_var: could not find environment variable: %s");
MSG(POLICY_TIMEOUT, "HA_EM", 4, "FMS_POLICY_TIMEOUT", 0,
    "Policy '%s' has hit its maximum execution time of %u.%03u seconds, and so has been halted");

static void step(void *arg);
static void expired(void *arg);

struct run *run_new(struct policy *p, struct vars *vars, uint32_t job)
{
    struct run *r = NEW(struct run);
    r->eem = p->eem;
    r->applet = applet_ref(p->applet);
    r->detector = p->detector;
    r->ev = p->ev;
    r->job_class = sched_class_of(&p->applet->conf);
    r->job = job;
    r->event_wall = clock_wall(p->eem->env.clock);
    r->vars = *vars;
    *vars = (struct vars){0};
    enum account_owner was = account_enter(p->eem->env.loop, ACCOUNT_EEM);
    timer_init(&r->step, p->eem->env.loop, step, r);
    timer_init(&r->maxrun, p->eem->env.loop, expired, r);
    account_leave(p->eem->env.loop, was);
    return r;
}

void run_free(struct run *r)
{
    if (!r)
        return;
    timer_clear(&r->step);
    timer_clear(&r->maxrun);
    cli_close_session(r);
    vars_free(&r->vars);
    applet_unref(r->applet);
    mem_free(r);
}

void run_start(struct run *r)
{
    r->started = loop_now(r->eem->env.loop);
    r->state = RUN_STEP;
    if (r->ev->maxrun)
        timer_set(&r->maxrun, r->ev->maxrun * US_PER_MS);
    timer_set(&r->step, 0);
}

static void account(struct run *r)
{
    struct policy *p = eem_policy_find(r->eem, r->applet->conf.name);
    if (!p)
        return;
    uint64_t took = loop_now(r->eem->env.loop) - r->started;
    p->runs++;
    p->run_us_total += took;
    if (took > p->run_us_max)
        p->run_us_max = took;
}

static void ended(struct run *r, bool ok)
{
    struct eem *e = r->eem;
    void (*done)(void *arg, bool ok) = r->done;
    void *arg = r->arg;
    cli_close_session(r);
    if (r->applet->conf.trap)
        trap_server_event(r);
    account(r);
    history_ended(e, r, ok);
    sched_ended(e, r);
    run_free(r);
    if (done)
        done(arg, ok);
}

static void failed(struct run *r)
{
    const struct action_conf *a = r->applet->conf.actions.v[r->pc - 1];
    msg_post(r->eem->env.log, &ACTION_ERROR, r->applet->conf.name, a->label);
    ended(r, false);
}

static void step(void *arg)
{
    struct run *r = arg;
    r->state = RUN_STEP;
    if (r->pc >= r->applet->conf.actions.n) {
        ended(r, true);
        return;
    }
    const struct action_conf *a = r->applet->conf.actions.v[r->pc++];
    const struct action_kind *kind = action_kind_of(a->verb);
    switch (kind ? kind->perform(r, a) : STEP_FAILED) {
    case STEP_NEXT: timer_set(&r->step, 0); break;
    case STEP_PENDING: break;
    case STEP_FAILED: failed(r); break;
    }
}

static void expired(void *arg)
{
    struct run *r = arg;
    msg_post(r->eem->env.log, &POLICY_TIMEOUT, r->applet->conf.name, (unsigned)(r->ev->maxrun / 1000),
             (unsigned)(r->ev->maxrun % 1000));
    ended(r, false);
}

void run_resume(struct run *r, bool ok)
{
    if (ok)
        timer_set(&r->step, 0);
    else
        failed(r);
}

void run_wait(struct run *r, uint64_t us)
{
    r->state = RUN_WAIT;
    timer_set(&r->step, us);
}

bool run_expand(struct run *r, const char *in, struct text *out)
{
    char missing[64];
    if (vars_expand(&r->vars, &r->eem->conf.environment, in, out, missing))
        return true;
    msg_post(r->eem->env.log, &UNKNOWN_ENV, missing);
    return false;
}
