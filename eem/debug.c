/* debug.c: what `debug event manager` shows of the server's work, and the list of detectors it can be asked for.
 *
 *     detector NAME       a watch begins or ends; an event concerned an applet, with its variables; why it started no run
 *     server events       a job was queued
 *     server scheduling   a job got a thread, or ended
 *
 * Debugs of actions are printed where the actions are. A detector is called by the first word of its events' names
 * (timer for timer cron); those that nothing here raises have none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eem/eem_local.h"
#include "espial/debug.h"
#include "espial/mem.h"

#define SUBSYSTEM "Embedded Event Manager"

static void family(const char *name, char out[32])
{
    snprintf(out, 32, "%.*s", (int)strcspn(name, " "), name);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static size_t all_names(char out[EEM_DETECTORS_MAX][32])
{
    size_t n = 0;
    for (unsigned type = 0; type < EEM_UNSET && n < EEM_DETECTORS_MAX; type++) {
        const struct detector *d = detector_of((uint8_t)type);
        bool known = !d || d->inert;
        char name[32] = "";
        if (!known)
            family(d->name, name);
        for (size_t i = 0; i < n; i++)
            known |= !strcmp(out[i], name);
        if (!known)
            str_copy(out[n++], 32, name);
    }
    qsort(out, n, sizeof out[0], by_name);
    return n;
}

int eem_detector_bit(const char *name)
{
    char names[EEM_DETECTORS_MAX][32];
    size_t n = all_names(names);
    for (size_t i = 0; i < n; i++)
        if (!strcmp(names[i], name))
            return (int)i;
    return -1;
}

bool eem_detector_is(const char *name, unsigned type)
{
    const struct detector *d = detector_of((uint8_t)type);
    char own[32];
    if (!d)
        return false;
    family(d->name, own);
    return !strcmp(own, name);
}

bool eem_detector_next(const struct eem *e, size_t *cursor, struct eem_detector_info *out)
{
    char names[EEM_DETECTORS_MAX][32];
    size_t n = all_names(names);
    if (*cursor >= n)
        return false;
    *out = (struct eem_detector_info){0};
    out->variables = "";
    for (unsigned type = 0; type < EEM_UNSET; type++)
        if (eem_detector_is(names[*cursor], type)) {
            const struct detector *d = detector_of((uint8_t)type);
            out->events += e->raised[type];
            out->variables = d->variables ? d->variables : "";
        }
    snprintf(out->name, sizeof out->name, "%s", names[*cursor]);
    (*cursor)++;
    return true;
}

bool eem_clear_detector(struct eem *e, const char *name)
{
    if (name && eem_detector_bit(name) < 0)
        return false;
    for (unsigned type = 0; type < EEM_UNSET; type++)
        if (!name || eem_detector_is(name, type))
            e->raised[type] = 0;
    return true;
}

void eem_clear_statistics(struct eem *e)
{
    e->triggered = e->dropped = e->runs = e->run_us_total = e->throttled = e->patterns_given_up = 0;
    e->queued_max = 0;
    for (size_t i = 0; i < e->npolicies; i++) {
        struct applet *a = e->policies[i]->applet;
        a->triggered = a->suppressed = a->runs = a->run_us_total = a->run_us_max = 0;
    }
}

void debug_init(struct eem *e)
{
    if (!e->env.debug)
        return;
    char names[EEM_DETECTORS_MAX][32];
    size_t n = all_names(names);
    const struct debug_item fixed[] = {
        {SUBSYSTEM, "Debug EEM action cli debugging", &e->debug.action_cli},
        {SUBSYSTEM, "Debug EEM action mail debugging", &e->debug.action_mail},
        {SUBSYSTEM, "Debug EEM server events debugging", &e->debug.server_events},
        {SUBSYSTEM, "Debug EEM server scheduling debugging", &e->debug.server_scheduling},
    };
    debug_register(e->env.debug, fixed, sizeof fixed / sizeof fixed[0], NULL, e);
    e->debug_names = mem_array(n, sizeof *e->debug_names);
    for (size_t i = 0; i < n; i++) {
        snprintf(e->debug_names[i], sizeof *e->debug_names, "Debug EEM detector %s debugging", names[i]);
        const struct debug_item item = {SUBSYSTEM, e->debug_names[i], &e->debug.detectors[i]};
        debug_register(e->env.debug, &item, 1, NULL, e);
    }
}

void debug_fini(struct eem *e)
{
    if (e->env.debug)
        debug_unregister(e->env.debug, e);
    mem_free(e->debug_names);
}

/* ---- the lines */

static bool wanted(const struct watch *w, char name[32])
{
    const struct eem_debug *d = &w->policy->eem->debug;
    bool any = false;
    for (size_t i = 0; i < EEM_DETECTORS_MAX; i++)
        any |= d->detectors[i];
    if (!any)
        return false;
    family(w->detector->name, name);
    int bit = eem_detector_bit(name);
    return bit >= 0 && d->detectors[bit];
}

void debug_watch(const struct watch *w, bool begins)
{
    char name[32];
    if (!wanted(w, name))
        return;
    struct text what = {0};
    eem_event_describe(w->ev, w->policy->applet->conf.name, &what);
    msg_debug(w->policy->eem->env.log, "fh_fd_%s: applet %s %s: %s", name, w->policy->applet->conf.name,
              begins ? "waits for" : "waits no more for", text_str(&what));
    text_free(&what);
}

void debug_event(const struct watch *w, const struct vars *vars, const char *what)
{
    char name[32];
    if (!wanted(w, name))
        return;
    struct log *log = w->policy->eem->env.log;
    const char *applet = w->policy->applet->conf.name;
    if (what) {
        msg_debug(log, "fh_fd_%s: event of applet %s %s", name, applet, what);
        return;
    }
    msg_debug(log, "fh_fd_%s: event of applet %s%s%s", name, applet, w->ev->tag[0] ? ", tag " : "", w->ev->tag);
    for (size_t i = 0; i < vars->n; i++)
        if (vars->v[i].value[0])
            msg_debug(log, "fh_fd_%s:  %s = %s", name, vars->v[i].name, vars->v[i].value);
}

void debug_queued(const struct run *r)
{
    if (r->eem->debug.server_events)
        msg_debug(r->eem->env.log, "fh_server: job %u: event %s, applet %s, class %s: queued behind %u", r->job,
                  r->event_string, r->applet->conf.name, sched_class_name(r->job_class),
                  r->eem->classes[r->job_class].queued);
}

void debug_started(const struct run *r)
{
    if (r->eem->debug.server_scheduling)
        msg_debug(r->eem->env.log, "fh_schedule: job %u: applet %s starts, %u running in class %s", r->job,
                  r->applet->conf.name, r->eem->classes[r->job_class].running, sched_class_name(r->job_class));
}

void debug_ended(const struct run *r, bool ok)
{
    if (!r->eem->debug.server_scheduling)
        return;
    uint64_t ms = (loop_now(r->eem->env.loop) - r->started) / US_PER_MS;
    msg_debug(r->eem->env.log, "fh_schedule: job %u: applet %s ended after %u.%03u seconds: %s", r->job,
              r->applet->conf.name, (unsigned)(ms / 1000), (unsigned)(ms % 1000), ok ? "success" : "abort");
}
