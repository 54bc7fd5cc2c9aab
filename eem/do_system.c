/* do_system.c: actions that reach beyond their run: other policies and the router itself.
 *
 *     publish-event sub-system 798 type N arg1 A ..  event application of every applet that waits for it
 *     policy NAME                                    a run of that applet, which must have `event none`; nobody waits
 *                                                    for its end
 *     cns-event msg T                                there is no CNS gateway: the event is logged
 *     reload                                         at once, nothing is asked and nothing saved
 *     force-switchover                               there is no second processor: fails, and says so
 *     help                                           nothing: there is no parser help to read or set
 */
#include "eem/eem_local.h"
#include "espial/mem.h"

MSG(NO_POLICY, "HA_EM", 3, "FMPD_ACTION_NOPOLICY", 0, "fh_run_policy: Cannot run policy %s: %s");
MSG(SWITCHOVER, "HA_EM", 3, "FMPD_SWITCH_HARDWARE", 0,
    "fh_force_switchover: Unable to switch over: there is no standby processor");
MSG(CNS_EVENT, "HA_EM", 6, "FMPD_CNS_EVENT", 0, "%s: %s");
MSG(RELOAD, "SYS", 5, "RELOAD", 0, "Reload requested by Embedded Event Manager. Reload Reason: EEM policy %s.");

static enum step failed(struct run *r, const char *error)
{
    r->error = error;
    return STEP_FAILED;
}

static enum step publish(struct run *r, const struct action_conf *a)
{
    const char *const texts[4] = {a->text, a->pattern, a->more, a->x};
    char *values[4] = {NULL};
    bool ok = true;
    for (int i = 0; i < 4 && ok; i++)
        ok = (values[i] = run_value(r, texts[i])) != NULL;
    if (ok)
        application_published(r->eem, a->sub_system, a->number, (const char *const *)values);
    for (int i = 0; i < 4; i++)
        mem_free(values[i]);
    return ok ? STEP_NEXT : STEP_FAILED;
}

static enum step policy(struct run *r, const struct action_conf *a)
{
    char *name = run_value(r, a->text);
    bool waits;
    if (!name)
        return STEP_FAILED;
    const char *why = NULL;
    switch (eem_run(r->eem, name, NULL, 0, NULL, &waits)) {
    case EEM_RUN_STARTED: break;
    case EEM_RUN_UNKNOWN: why = "it is not registered"; break;
    case EEM_RUN_NOT_NONE: why = "it is not registered with event none"; break;
    case EEM_RUN_QUEUE_FULL: why = "its rate limit, or the queue is full"; break;
    }
    if (why)
        msg_post(r->eem->env.log, &NO_POLICY, name, why);
    mem_free(name);
    return why ? failed(r, "FH_ENOSUCHEID") : STEP_NEXT;
}

static enum step cns_event(struct run *r, const struct action_conf *a)
{
    struct text t = {0};
    bool ok = run_expand_text(r, a->text, &t);
    if (ok)
        msg_post(r->eem->env.log, &CNS_EVENT, r->applet->conf.name, text_str(&t));
    text_free(&t);
    return ok ? STEP_NEXT : STEP_FAILED;
}

static enum step reload(struct run *r, const struct action_conf *a)
{
    (void)a;
    if (!r->eem->env.reload)
        return failed(r, "FH_ESYSERR");
    msg_post(r->eem->env.log, &RELOAD, r->applet->conf.name);
    r->eem->env.reload(r->eem->env.arg);
    return STEP_END;
}

static enum step force_switchover(struct run *r, const struct action_conf *a)
{
    (void)a;
    msg_post(r->eem->env.log, &SWITCHOVER);
    return failed(r, "FH_ESWITCHHARDWARE");
}

static enum step help(struct run *r, const struct action_conf *a)
{
    (void)r;
    (void)a;
    return STEP_NEXT;
}

const struct action_kind action_publish_event = {publish}, action_policy = {policy}, action_cns_event = {cns_event},
                         action_reload = {reload}, action_force_switchover = {force_switchover}, action_help = {help};
