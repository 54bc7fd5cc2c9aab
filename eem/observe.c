/* observe.c: telling the one who looks on (eem_env.observer) what happens: events as their detectors see them, runs
 * and their steps. A router has no observer, and these calls end at once; `espial eem test` makes its report of them.
 * An action that takes time is told three times: that it begins, that it is pending, and what became of it. */
#include "eem/eem_local.h"

static struct eem_run_seen view(const struct run *r)
{
    return (struct eem_run_seen){
        .applet = &r->applet->conf,
        .job = r->job,
        .took_us = loop_now(r->eem->env.loop) - r->started,
        .maxrun_ms = r->maxrun_ms,
        .error = r->error,
        .exit_status = run_exit_status(r),
        .vars = &r->vars,
    };
}

void observe_event(const struct watch *w, enum eem_seen what, uint32_t job, uint64_t n, uint64_t of)
{
    const struct eem_observer *o = w->policy->eem->env.observer;
    if (!o)
        return;
    const struct eem_event_seen seen = {
        .applet = &w->policy->applet->conf, .event = w->ev, .what = what, .job = job, .n = n, .of = of};
    o->event(o->arg, &seen);
}

void observe_began(const struct run *r)
{
    const struct eem_observer *o = r->eem->env.observer;
    if (!o)
        return;
    struct eem_run_seen seen = view(r);
    o->began(o->arg, &seen);
}

void observe_step(struct run *r, const struct action_conf *a, enum eem_step step)
{
    const struct eem_observer *o = r->eem->env.observer;
    r->doing = step == EEM_STEP_BEGINS || step == EEM_STEP_PENDING ? a : NULL;
    if (!o || !a)
        return;
    struct eem_run_seen seen = view(r);
    o->step(o->arg, &seen, a, step);
}

bool observe_mail(const struct run *r, const struct eem_mail_seen *mail)
{
    const struct eem_observer *o = r->eem->env.observer;
    if (!o || !o->mail)
        return false;
    struct eem_run_seen seen = view(r);
    o->mail(o->arg, &seen, mail);
    return true;
}

void observe_ended(const struct run *r, bool ok)
{
    const struct eem_observer *o = r->eem->env.observer;
    if (!o)
        return;
    struct eem_run_seen seen = view(r);
    o->ended(o->arg, &seen, ok ? EEM_END_SUCCESS : r->timed_out ? EEM_END_TIMEOUT : EEM_END_ABORT);
}
