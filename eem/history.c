/* history.c: the jobs that have ended and the traps that were sent, as `show event manager history` lists them and the
 * MIB's history table counts them.
 *
 * Three rings of at most EEM_HISTORY_MAX entries, kept at the configured size: the oldest falls out. Entries are copies,
 * so an applet that is gone still has its past. A job enters that of the show when it has ended (in that order), with the
 * time of its event; it enters that of the MIB with its event, in the order of the events, and what becomes of it is
 * written there. When job numbers begin again at 1 the MIB's entries are flushed, so that they stay in order. */
#include <stdio.h>
#include <string.h>

#include "eem/eem_local.h"
#include "espial/text.h"

static void drop_oldest(size_t *first, size_t *n, size_t keep)
{
    while (*n > keep) {
        *first = (*first + 1) % EEM_HISTORY_MAX;
        (*n)--;
    }
}

void history_trim(struct eem *e)
{
    drop_oldest(&e->history.first, &e->history.n, e->conf.history_events);
    drop_oldest(&e->history.traps_first, &e->history.traps_n, e->conf.history_traps);
    drop_oldest(&e->history.events_first, &e->history.events_n, e->conf.history_events);
}

/* "_syslog_msg" is msg here. */
static const char *short_name(const char *name)
{
    const char *second = name[0] == '_' ? strchr(name + 1, '_') : NULL;
    return second && second[1] ? second + 1 : name;
}

static void add_details(const struct run *r, char out[EEM_DETAILS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < r->event_vars && i < r->vars.n && n + 1 < EEM_DETAILS_MAX; i++) {
        const char *value = r->vars.v[i].value;
        value += value[0] == '\n'; /* a message's own */
        if (value[0])
            n += (size_t)snprintf(out + n, EEM_DETAILS_MAX - n, "%s%s {%s}", n ? " " : "",
                                  short_name(r->vars.v[i].name), value);
    }
}

void history_ended(struct eem *e, const struct run *r, bool ok)
{
    struct history *h = &e->history;
    struct mib_event *event = history_event_of(e, r->job);
    if (event) {
        event->ended = true;
        event->exit_status = run_exit_status(r);
    }
    if (!e->conf.history_events)
        return;
    drop_oldest(&h->first, &h->n, e->conf.history_events - 1);
    struct ended_job *job = &h->jobs[(h->first + h->n++) % EEM_HISTORY_MAX];
    *job = (struct ended_job){.job = r->job,
                              .event_name = r->event_name,
                              .job_class = r->job_class,
                              .event_wall = r->event_wall,
                              .ok = ok};
    str_copy(job->applet, sizeof job->applet, r->applet->conf.name);
    add_details(r, job->details);
}

void eem_clear_history(struct eem *e)
{
    e->history.n = e->history.traps_n = e->history.events_n = 0;
}

void history_trap(struct eem *e, const char *applet, bool policy)
{
    struct history *h = &e->history;
    if (!e->conf.history_traps)
        return;
    drop_oldest(&h->traps_first, &h->traps_n, e->conf.history_traps - 1);
    struct sent_trap *trap = &h->traps[(h->traps_first + h->traps_n++) % EEM_HISTORY_MAX];
    *trap = (struct sent_trap){.policy = policy, .wall = clock_wall(e->env.clock)};
    str_copy(trap->applet, sizeof trap->applet, applet);
}

void history_event(struct eem *e, const struct run *r)
{
    struct history *h = &e->history;
    if (!e->conf.history_events)
        return;
    drop_oldest(&h->events_first, &h->events_n, r->job == 1 ? 0 : e->conf.history_events - 1);
    struct mib_event *event = &h->events[(h->events_first + h->events_n++) % EEM_HISTORY_MAX];
    *event = (struct mib_event){.job = r->job, .ntypes = r->ntypes};
    memcpy(event->types, r->types, sizeof event->types);
    str_copy(event->applet, sizeof event->applet, r->applet->conf.name);
}

struct mib_event *history_event_from(struct eem *e, uint32_t from)
{
    struct history *h = &e->history;
    for (size_t i = 0; i < h->events_n; i++) {
        struct mib_event *event = &h->events[(h->events_first + i) % EEM_HISTORY_MAX];
        if (event->job >= from)
            return event;
    }
    return NULL;
}

struct mib_event *history_event_of(struct eem *e, uint32_t job)
{
    struct mib_event *event = history_event_from(e, job);
    return event && event->job == job ? event : NULL;
}

bool eem_history_next(const struct eem *e, size_t *cursor, struct eem_job_info *out)
{
    const struct history *h = &e->history;
    if (*cursor >= h->n)
        return false;
    const struct ended_job *job = &h->jobs[(h->first + (*cursor)++) % EEM_HISTORY_MAX];
    *out = (struct eem_job_info){
        .job = job->job,
        .applet = job->applet,
        .event_name = job->event_name,
        .class_name = sched_class_name(job->job_class),
        .event_wall = job->event_wall,
        .status = job->ok ? "success" : "abort",
        .details = job->details,
    };
    return true;
}

bool eem_trap_history_next(const struct eem *e, size_t *cursor, struct eem_trap_info *out)
{
    const struct history *h = &e->history;
    if (*cursor >= h->traps_n)
        return false;
    const struct sent_trap *trap = &h->traps[(h->traps_first + (*cursor)++) % EEM_HISTORY_MAX];
    *out = (struct eem_trap_info){.applet = trap->applet, .policy = trap->policy, .wall = trap->wall};
    return true;
}
