/* on_none.c: event none: nothing happens until somebody types `event manager run NAME [arguments]`. The arguments are
 * $_none_arg1 to $_none_arg15, their number $_none_argc. The one who typed it waits for the end of the run, unless the
 * event says `sync no`; with `default S` for S seconds at most: the prompt comes back, and the run goes on alone. */
#include <stdio.h>
#include <string.h>

#include "eem/eem_local.h"

static void describe(const struct event_conf *ev, const char *applet_name, struct text *out)
{
    text_printf(out, "policyname {%s} sync {%s}", applet_name, ev->sync_no ? "no" : "yes");
    if (ev->dflt)
        text_printf(out, " default %llu.%03llu", (unsigned long long)ev->dflt / 1000,
                    (unsigned long long)ev->dflt % 1000);
}

static struct watch *none_of(struct policy *p)
{
    for (size_t i = 0; i < p->nwatches; i++)
        if (p->watches[i].ev->type == EEM_NONE)
            return &p->watches[i];
    return NULL;
}

enum eem_run_outcome eem_run(struct eem *e, const char *name, const char *const *argv, size_t argc,
                             const struct eem_caller *caller, bool *waits)
{
    struct policy *p = eem_policy_find(e, name);
    *waits = false;
    if (!p)
        return EEM_RUN_UNKNOWN;
    struct watch *w = none_of(p);
    if (!w)
        return EEM_RUN_NOT_NONE;
    struct vars vars = {0};
    if (argc > EEM_RUN_ARGS)
        argc = EEM_RUN_ARGS;
    vars_setf(&vars, "_none_argc", "%zu", argc);
    for (size_t i = 0; i < EEM_RUN_ARGS; i++) {
        char var[24];
        snprintf(var, sizeof var, "_none_arg%zu", i + 1);
        vars_set(&vars, var, i < argc ? argv[i] : "");
    }
    uint64_t suppressed = p->applet->suppressed;
    struct run *r = eem_trigger(w, &vars);
    if (!r)
        return p->applet->suppressed == suppressed ? EEM_RUN_STARTED : EEM_RUN_QUEUE_FULL;
    *waits = caller && !w->ev->sync_no;
    if (*waits) {
        r->caller = *caller;
        if (w->ev->dflt)
            timer_set(&r->patience, w->ev->dflt * US_PER_MS);
    }
    return EEM_RUN_STARTED;
}

static void forget(struct run *r, const void *arg)
{
    for (; r; r = r->next)
        if (r->caller.arg == arg)
            r->caller = (struct eem_caller){0};
}

void eem_run_forget(struct eem *e, const void *arg)
{
    forget(e->running, arg);
    for (size_t i = 0; i < JOB_CLASSES; i++)
        forget(e->classes[i].queue_head, arg);
    for (size_t i = 0; i < e->npolicies; i++)
        forget(e->policies[i]->delayed, arg);
}

static const char variables[] =
    "_none_argc _none_arg1 _none_arg2 _none_arg3 _none_arg4 _none_arg5 _none_arg6 _none_arg7 "
    "_none_arg8 _none_arg9 _none_arg10 _none_arg11 _none_arg12 _none_arg13 _none_arg14 _none_arg15";
const struct detector detector_none = {.type = EEM_NONE, .name = "none", .describe = describe, .variables = variables};
