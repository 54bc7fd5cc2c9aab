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
 * named in FMPD_ERROR and ends the run, unless `handle-error` has said otherwise: `warn` logs and goes on, `ignore` goes
 * on in silence with the name of the failure in $_error. Conditions and loops (flow.c) move `pc`. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "eem/eem_local.h"
#include "espial/mem.h"

MSG(ACTION_ERROR, "HA_EM", 3, "FMPD_ERROR", 0, "Error executing applet %s statement %s");
MSG(UNKNOWN_ENV, "HA_EM", 3, "FMPD_UNKNOWN_ENV", 0, "fh_parse_var: could not find environment variable: %s");
MSG(BAD_OPERAND, "HA_EM", 3, "FMPD_OPERAND_INVALID", 0, "invalid operand in action, expecting: %s, received: %s");
MSG(POLICY_TIMEOUT, "HA_EM", 4, "FMS_POLICY_TIMEOUT", 0,
    "Policy '%s' has hit its maximum execution time of %u.%03u seconds, and so has been halted");

MSG(POLICY_ENDLESS, "HA_EM", 4, "FMS_POLICY_ENDLESS", 0,
    "Policy '%s' has no maximum execution time, has executed %u actions without waiting, and so has been halted");

#define BREATH   256     /* actions */
#define RESTLESS 1000000 /* actions without a wait, where no maxrun ends a run */

static void step(void *arg);
static void expired(void *arg);
static void waited_enough(void *arg);

struct run *run_new(struct policy *p, const struct watch *w, struct vars *vars, uint32_t job)
{
    struct run *r = NEW(struct run);
    r->eem = p->eem;
    r->applet = applet_ref(p->applet);
    r->event_string = w->detector->name;
    r->event_name = p->nwatches > 1 ? "multiple" : w->detector->name;
    r->maxrun_ms = applet_maxrun(&p->applet->conf);
    r->types[r->ntypes++] = w->ev->type;
    for (size_t i = 0; i < p->nwatches && p->trigger; i++)
        if (&p->watches[i] != w && p->watches[i].occurred && r->ntypes < EEM_OPERANDS_MAX)
            r->types[r->ntypes++] = p->watches[i].ev->type;
    r->job_class = sched_class_of(&p->applet->conf);
    r->job = job;
    r->event_wall = clock_wall(p->eem->env.clock);
    r->vars = *vars;
    r->event_vars = vars->n;
    *vars = (struct vars){0};
    enum account_owner was = account_enter(p->eem->env.loop, ACCOUNT_EEM);
    timer_init(&r->step, p->eem->env.loop, step, r);
    timer_init(&r->maxrun, p->eem->env.loop, expired, r);
    timer_init(&r->patience, p->eem->env.loop, waited_enough, r);
    account_leave(p->eem->env.loop, was);
    return r;
}

void run_free(struct run *r)
{
    if (!r)
        return;
    timer_clear(&r->step);
    timer_clear(&r->maxrun);
    timer_clear(&r->patience);
    if (r->pending_stop)
        r->pending_stop(r);
    cli_close_session(r);
    cli_clear(r);
    files_close(r);
    mem_free(r->varbinds);
    mem_free(r->object);
    while (r->nloops)
        mem_free(r->loops[--r->nloops].list);
    mem_free(r->loops);
    vars_free(&r->vars);
    applet_unref(r->applet);
    mem_free(r);
}

const char eem_event_variables[] = "_event_id _job_id _event_type _event_type_string _event_pub_time _event_pub_sec "
                                   "_event_pub_msec _event_severity";

static void common_vars(struct run *r)
{
    int64_t wall = r->event_wall;
    struct wall_time t = clock_local(r->eem->env.clock, wall);
    vars_setf(&r->vars, "_event_id", "%u", r->job);
    vars_setf(&r->vars, "_job_id", "%u", r->job);
    vars_setf(&r->vars, "_event_type", "%u", r->types[0]);
    vars_set(&r->vars, "_event_type_string", r->event_string);
    vars_setf(&r->vars, "_event_pub_time", "%s %s%2d %02d:%02d:%02d %d", day_names[t.wday], month_names[t.mon], t.day,
              t.hour, t.min, t.sec, t.year);
    vars_setf(&r->vars, "_event_pub_sec", "%lld", (long long)(wall / 1000000));
    vars_setf(&r->vars, "_event_pub_msec", "%03d", t.msec);
    vars_set(&r->vars, "_event_severity", "severity-normal");
}

void run_start(struct run *r)
{
    common_vars(r);
    r->started = loop_now(r->eem->env.loop);
    r->applet->ran_wall = clock_wall(r->eem->env.clock);
    r->state = RUN_STEP;
    timer_init(&r->step, r->eem->env.loop, step, r); /* it may have been that of `delay` */
    if (r->maxrun_ms)
        timer_set(&r->maxrun, r->maxrun_ms * US_PER_MS);
    timer_set(&r->step, 0);
    observe_began(r);
}

static void account(struct run *r)
{
    struct applet *a = r->applet;
    uint64_t took = loop_now(r->eem->env.loop) - r->started;
    a->runs++;
    a->run_us_total += took;
    if (took > a->run_us_max)
        a->run_us_max = took;
    r->eem->runs++;
    r->eem->run_us_total += took;
}

static void ended(struct run *r, bool ok)
{
    struct eem *e = r->eem;
    struct eem_caller caller = r->caller;
    struct trap_var *object = r->object;
    struct eem_run_end end = {.ok = ok, .exit_status = run_exit_status(r), .object = object};
    r->object = NULL;
    cli_close_session(r);
    files_close(r);
    observe_ended(r, ok);
    if (r->applet->conf.trap)
        trap_server_event(r);
    account(r);
    history_ended(e, r, ok);
    debug_ended(r, ok);
    sched_ended(e, r);
    run_free(r);
    if (caller.done)
        caller.done(caller.arg, &end);
    mem_free(object);
}

/* The next action, in a later turn; after so many the run draws breath, so that a loop without end leaves time to pass. */
static void go_on(struct run *r)
{
    timer_set(&r->step, ++r->steps % BREATH ? 0 : US_PER_MS);
}

static void failed(struct run *r)
{
    const struct action_conf *a = r->applet->conf.actions.v[r->pc - 1];
    if (!r->error)
        r->error = "FH_EFAIL";
    observe_step(r, a, EEM_STEP_FAILED);
    (void)vars_set(&r->vars, "_error", r->error);
    r->error = NULL;
    if (r->on_error != ON_ERROR_IGNORE)
        msg_post(r->eem->env.log, &ACTION_ERROR, r->applet->conf.name, a->label);
    if (r->on_error == ON_ERROR_EXIT)
        ended(r, false);
    else
        go_on(r);
}

static void step(void *arg)
{
    struct run *r = arg;
    r->state = RUN_STEP;
    if (r->doing) /* a wait is over */
        observe_step(r, r->doing, EEM_STEP_DONE);
    if (!r->maxrun_ms && r->steps - r->rested > RESTLESS) {
        msg_post(r->eem->env.log, &POLICY_ENDLESS, r->applet->conf.name, RESTLESS);
        ended(r, false);
        return;
    }
    if (r->pc >= r->applet->conf.actions.n) {
        ended(r, true);
        return;
    }
    const struct action_conf *a = r->applet->conf.actions.v[r->pc++];
    const struct action_kind *kind = action_kind_of(a->verb);
    observe_step(r, a, EEM_STEP_BEGINS);
    switch (kind ? kind->perform(r, a) : STEP_FAILED) {
    case STEP_NEXT:
        observe_step(r, a, EEM_STEP_DONE);
        go_on(r);
        break;
    case STEP_PENDING: observe_step(r, a, EEM_STEP_PENDING); break;
    case STEP_FAILED: failed(r); break;
    case STEP_END:
        observe_step(r, a, EEM_STEP_DONE);
        ended(r, true);
        break;
    }
}

static void expired(void *arg)
{
    struct run *r = arg;
    r->timed_out = !r->halted;
    if (r->timed_out)
        msg_post(r->eem->env.log, &POLICY_TIMEOUT, r->applet->conf.name, (unsigned)(r->maxrun_ms / 1000),
             (unsigned)(r->maxrun_ms % 1000));
    ended(r, false);
}

static void waited_enough(void *arg)
{
    struct run *r = arg;
    struct eem_caller caller = r->caller;
    r->caller = (struct eem_caller){0};
    if (caller.done)
        caller.done(caller.arg, &(struct eem_run_end){.ok = false});
}

void run_halt(struct run *r)
{
    r->halted = true;
    timer_set(&r->maxrun, 0);
}

void run_resume(struct run *r, bool ok)
{
    if (!ok) {
        failed(r);
        return;
    }
    observe_step(r, r->doing, EEM_STEP_DONE);
    go_on(r);
}

void run_wait(struct run *r, uint64_t us)
{
    r->state = RUN_WAIT;
    r->rested = r->steps;
    timer_set(&r->step, us);
}

bool run_expand(struct run *r, const char *in, struct text *out)
{
    char missing[64];
    if (vars_expand(&r->vars, &r->eem->conf.environment, in, out, missing))
        return true;
    r->error = "FH_EMEMORY";
    if (r->on_error != ON_ERROR_IGNORE)
        msg_post(r->eem->env.log, &UNKNOWN_ENV, missing);
    return false;
}

void run_unescape(const char *s, struct text *out)
{
    text_add(out, "");
    while (*s) {
        size_t n = strcspn(s, "\\");
        text_addn(out, s, n);
        s += n;
        char stands = !s[0] ? '\0' : s[1] == 'n' ? '\n' : s[1] == 'r' ? '\r' : s[1] == 't' ? '\t' : '\0';
        if (stands) {
            text_addn(out, &stands, 1);
            s += 2;
        } else if (*s) {
            text_addn(out, s++, 1);
        }
    }
}

bool run_expand_text(struct run *r, const char *in, struct text *out)
{
    struct text raw = {0}, full = {0};
    run_unescape(in, &raw);
    bool ok = run_expand(r, text_str(&raw), &full);
    text_add(out, "");
    text_add_lf(out, text_str(&full), full.len);
    text_free(&full);
    text_free(&raw);
    return ok;
}

char *run_value(struct run *r, const char *in)
{
    struct text t = {0};
    if (!run_expand(r, in, &t)) {
        text_free(&t);
        return NULL;
    }
    char *value = mem_strndup(text_str(&t), t.len);
    text_free(&t);
    return value;
}

bool run_bad_operand(struct run *r, const char *expected, const char *got)
{
    r->error = "FH_EBADFMT";
    if (r->on_error != ON_ERROR_IGNORE)
        msg_post(r->eem->env.log, &BAD_OPERAND, expected, got);
    return false;
}

bool run_number(struct run *r, const char *in, int64_t low, int64_t high, int64_t *out)
{
    char *value = run_value(r, in);
    if (!value)
        return false;
    bool ok = eem_int(value, low, high, out), any = low == INT64_MIN && high == INT64_MAX;
    if (!ok && any) {
        ok = run_bad_operand(r, "an integer", value);
    } else if (!ok) {
        char range[64];
        snprintf(range, sizeof range, "%" PRId64 " to %" PRId64, low, high);
        ok = run_bad_operand(r, range, value);
    }
    mem_free(value);
    return ok;
}

bool run_set(struct run *r, const char *name, const char *value)
{
    if (vars_set(&r->vars, name[0] == '$' ? name + 1 : name, value))
        return true;
    r->error = "FH_EMEMORY";
    return false;
}

int32_t run_exit_status(const struct run *r)
{
    const char *status = vars_get(&r->vars, "_exit_status");
    int64_t v = 0;
    return status && str_int(status, INT32_MIN, INT32_MAX, &v) ? (int32_t)v : 0;
}
