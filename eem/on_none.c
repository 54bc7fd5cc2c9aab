/* on_none.c: event none: nothing happens until somebody types `event manager run NAME [arguments]`. The arguments are
 * $_none_arg1 to $_none_arg15, their number $_none_argc. The one who typed it waits for the end of the run, unless the
 * event says `sync no`. */
#include <stdio.h>
#include <string.h>

#include "eem/eem_local.h"

static bool check(const struct event_conf *ev, char why[128])
{
    (void)ev;
    (void)why;
    return true;
}

static void nothing(struct policy *p)
{
    (void)p;
}

static void describe(const struct event_conf *ev, const char *applet_name, struct text *out)
{
    text_printf(out, "policyname {%s} sync {%s}", applet_name, ev->sync_no ? "no" : "yes");
}

enum eem_run_outcome eem_run(struct eem *e, const char *name, const char *const *argv, size_t argc,
                             void (*done)(void *arg, bool ok), void *arg, bool *waits)
{
    struct policy *p = eem_policy_find(e, name);
    if (!p)
        return EEM_RUN_UNKNOWN;
    if (p->detector != &detector_none)
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
    struct run *r = eem_trigger(p, &vars);
    if (!r)
        return EEM_RUN_QUEUE_FULL;
    *waits = !p->ev->sync_no;
    if (*waits) {
        r->done = done;
        r->arg = arg;
    }
    return EEM_RUN_STARTED;
}

static void forget(struct run *r, const void *arg)
{
    for (; r; r = r->next)
        if (r->arg == arg)
            r->done = NULL;
}

void eem_run_forget(struct eem *e, const void *arg)
{
    forget(e->running, arg);
    for (size_t i = 0; i < JOB_CLASSES; i++)
        forget(e->classes[i].queue_head, arg);
}

const struct detector detector_none = {
    .type = EEM_NONE, .name = "none", .check = check, .arm = nothing, .disarm = nothing, .describe = describe};
