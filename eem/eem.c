/* eem.c: the event manager of one router: what is registered, and the way from an event to a queued run.
 *
 *     bus: syslog line, trap heard, ...   loop: timers   shell's gate   console: event manager run
 *                 \                          |             |             /
 *                  on_*.c: does this event concern this watch?
 *                                  trigger.c: ratelimit, join with the policy's other events, occurs, period, delay
 *                                  sched.c: class queue, threads
 *                                  run.c: one action after the other
 *
 * A policy is an applet in force: a copy of its configuration, with a watch for each of its events: the event's detector
 * and that detector's state. Registration happens when the applet's mode is left; an applet without an event is not
 * registered, and an earlier version of it is taken out of force. So is one whose events nothing joins, or whose blocks
 * do not pair. */
#include "eem/eem.h"

#include <stdio.h>
#include <string.h>

#include "eem/eem_local.h"
#include "eem/lint.h"
#include "eem/patterns.h"
#include "espial/mem.h"
#include "espial/regex.h"

MSG(NO_EVENT, "HA_EM", 4, "FMPD_NO_EVENT", 0, "No event configured for applet %s");
MSG(NO_ACTION, "HA_EM", 6, "FMPD_NO_ACTION", 0, "No action configured for applet %s");
MSG(NO_TAG, "HA_EM", 4, "FMPD_NOTAG", 0, "Tag %s in the trigger of applet %s is that of no event");
MSG(BAD_CONFIG, "HA_EM", 6, "FMPD_EEM_CONFIG", 0, "%s: %s");

MSG(INERT, "HA_EM", 6, "FMPD_EEM_CONFIG", 0, "%s: event %s: nothing in this router raises %s");

MSG(GAVE_UP, "HA_EM", 4, "FMS_PATTERN", 60000,
    "A regular expression of applet %s takes too long and is given up: no match");

static const struct {
    enum fact_type type;
    void (*fn)(void *eem, const void *fact);
} heard[] = {
    {FACT_SYSLOG, on_syslog_fact}, {FACT_TRAP_HEARD, on_trap_fact}, {FACT_CONFIG_CHANGED, on_config_fact},
    {FACT_TRACK, on_track_fact},   {FACT_ROUTE, on_route_fact},     {FACT_LINK, on_link_fact},
    {FACT_IPSLA, on_ipsla_fact},   {FACT_COMMAND, info_command_fact},
};

static void prepare(void *arg)
{
    patterns_prepare(((struct eem *)arg)->patterns);
}

struct eem *eem_new(const struct eem_env *env)
{
    struct eem *e = NEW(struct eem);
    e->env = *env;
    eem_conf_init(&e->conf);
    for (size_t i = 0; i < EEM_UNSET; i++)
        e->watching[i].tail = &e->watching[i].head;
    e->patterns = patterns_new();
    timer_init(&e->prepare, env->loop, prepare, e);
    sched_init(e);
    debug_init(e);
    if (env->gate)
        *env->gate = (struct gate){.arg = e, .ask = cli_ask, .forget = cli_forget, .wants = cli_wants};
    if (env->trap_gate)
        *env->trap_gate = (struct trap_gate){.arg = e, .wants = trap_wants, .pass = trap_pass};
    if (env->object_gate)
        *env->object_gate =
            (struct object_gate){.arg = e, .wants = object_wants, .ask = object_ask, .forget = object_forget};
    e->began = loop_now(env->loop);
    for (size_t i = 0; i < sizeof heard / sizeof heard[0]; i++)
        bus_subscribe(env->bus, heard[i].type, heard[i].fn, e);
    return e;
}

struct eem_conf *eem_conf(struct eem *e)
{
    return &e->conf;
}

void eem_conf_changed(struct eem *e)
{
    history_trim(e);
    sched_kick(e);
}

struct files *eem_files(const struct eem *e)
{
    return e->env.files;
}

const struct clock *eem_clock(const struct eem *e)
{
    return e->env.clock;
}

struct eem_debug *eem_debug(struct eem *e)
{
    return &e->debug;
}

struct policy *eem_policy_find(const struct eem *e, const char *name)
{
    for (size_t i = 0; i < e->npolicies; i++)
        if (!strcmp(e->policies[i]->applet->conf.name, name))
            return e->policies[i];
    return NULL;
}

static void watch_begin(struct eem *e, struct watch *w)
{
    struct watching *all = &e->watching[w->ev->type];
    debug_watch(w, true);
    w->link = all->tail;
    *all->tail = w;
    all->tail = &w->next;
    if (w->detector->arm)
        w->detector->arm(w);
}

static void watch_end(struct eem *e, struct watch *w)
{
    struct watching *all = &e->watching[w->ev->type];
    debug_watch(w, false);
    if (w->detector->disarm)
        w->detector->disarm(w);
    *w->link = w->next;
    if (w->next)
        w->next->link = w->link;
    else
        all->tail = w->link;
    vars_free(&w->vars);
}

static void policy_free(struct policy *p)
{
    order_remove(&p->eem->registrations, p->number);
    trigger_fini(p);
    for (size_t i = 0; i < p->nwatches; i++)
        watch_end(p->eem, &p->watches[i]);
    mem_free(p->watches);
    applet_unref(p->applet);
    mem_free(p);
}

void eem_unregister(struct eem *e, const char *name)
{
    for (size_t i = 0; i < e->npolicies; i++) {
        if (strcmp(e->policies[i]->applet->conf.name, name))
            continue;
        policy_free(e->policies[i]);
        memmove(e->policies + i, e->policies + i + 1, (e->npolicies - i - 1) * sizeof(struct policy *));
        e->npolicies--;
        return;
    }
}

/* Environment variables in what an event compares with ("$_pattern"); a '$' that begins none is left, it may be the end
 * of a line. */
static void fill_in(const struct eem *e, char *text, size_t cap)
{
    struct text out = {0};
    text_add(&out, "");
    for (const char *s = text; *s;) {
        const struct environment_conf *best = NULL;
        size_t longest = 0;
        CONF_EACH(const struct environment_conf, env, &e->conf.environment)
        {
            size_t n = strlen(env->name);
            if (*s == '$' && n > longest && !strncmp(s + 1, env->name, n)) {
                best = env;
                longest = n;
            }
        }
        if (best)
            text_add(&out, best->value);
        else
            text_addn(&out, s, 1);
        s += best ? 1 + longest : 1;
    }
    str_copy(text, cap, text_str(&out));
    text_free(&out);
}

static void event_fill_in(const struct eem *e, struct event_conf *ev)
{
    if (!e->conf.environment.n)
        return;
    fill_in(e, ev->pattern, sizeof ev->pattern);
    fill_in(e, ev->cron, sizeof ev->cron);
    fill_in(e, ev->oid_val, sizeof ev->oid_val);
}

bool eem_event_check(const struct event_conf *ev, char why[128])
{
    const struct detector *d = detector_of(ev->type);
    if (!d) {
        str_copy(why, 128, "unknown event");
        return false;
    }
    return !d->check || d->check(ev, why);
}

bool eem_event_possible(const struct eem *e, const struct event_conf *ev, char why[128])
{
    struct event_conf filled = *ev;
    event_fill_in(e, &filled);
    return eem_event_check(&filled, why);
}

void pattern_gave_up(struct eem *e, const char *applet)
{
    e->patterns_given_up++;
    msg_post(e->env.log, &GAVE_UP, applet);
}

bool watch_matches(const struct watch *w, struct regex *re, const char *text, size_t len)
{
    unsigned before = regex_gave_up(re);
    bool is = regex_match(re, text, len);
    if (regex_gave_up(re) != before)
        pattern_gave_up(w->policy->eem, w->policy->applet->conf.name);
    return is;
}

struct complaint {
    struct eem *eem;
    const struct applet_conf *applet;
    bool any;
};

static void complain(void *arg, size_t at, const char *what)
{
    struct complaint *c = arg;
    (void)at;
    c->any = true;
    msg_post(c->eem->env.log, &BAD_CONFIG, c->applet->name, what);
}

static enum eem_registered judge(struct eem *e, const struct applet_conf *a)
{
    char why[128];
    if (!a->events.n) {
        msg_post(e->env.log, &NO_EVENT, a->name);
        return EEM_NOT_NO_EVENT;
    }
    if (!trigger_check(a, why)) {
        const char *tag = trigger_unknown_tag(a);
        if (tag)
            msg_post(e->env.log, &NO_TAG, tag, a->name);
        else
            msg_post(e->env.log, &BAD_CONFIG, a->name, why);
        return EEM_NOT_MANY_EVENTS;
    }
    CONF_EACH(const struct event_conf, ev, &a->events)
    {
        if (eem_event_possible(e, ev, why))
            continue;
        msg_post(e->env.log, &BAD_CONFIG, a->name, why);
        return EEM_NOT_BAD_EVENT;
    }
    struct complaint c = {.eem = e, .applet = a};
    mem_free(flow_blocks(a, complain, &c));
    if (c.any)
        return EEM_NOT_BAD_BLOCKS;
    if (!a->actions.n)
        msg_post(e->env.log, &NO_ACTION, a->name);
    return EEM_REGISTERED;
}

static struct policy *policy_new(struct eem *e, const struct applet_conf *a)
{
    struct policy *p = NEW(struct policy);
    p->eem = e;
    p->applet = applet_new(a);
    p->registered_wall = clock_wall(e->env.clock);
    p->number = ++e->last_registration;
    order_add(&e->registrations, p->number, p);
    p->nwatches = p->applet->conf.events.n;
    p->watches = mem_array(p->nwatches, sizeof *p->watches);
    for (size_t i = 0; i < p->nwatches; i++) {
        struct event_conf *ev = p->applet->conf.events.v[i];
        event_fill_in(e, ev);
        p->watches[i] = (struct watch){.policy = p, .ev = ev, .detector = detector_of(ev->type)};
    }
    trigger_init(p);
    return p;
}

/* A new version takes the place of the old one in the list. */
static void put_in_force(struct eem *e, struct policy *p)
{
    size_t at = 0;
    while (at < e->npolicies && strcmp(e->policies[at]->applet->conf.name, p->applet->conf.name))
        at++;
    if (at < e->npolicies) {
        policy_free(e->policies[at]);
    } else {
        e->policies = mem_resize(e->policies, e->npolicies + 1, sizeof(struct policy *));
        e->npolicies++;
    }
    e->policies[at] = p;
}

enum eem_registered eem_register(struct eem *e, const struct applet_conf *a)
{
    enum eem_registered verdict = judge(e, a);
    if (e->conf.lint)
        eem_lint_registered(e, a);
    if (verdict != EEM_REGISTERED) {
        eem_unregister(e, a->name);
        return verdict;
    }
    enum account_owner was = account_enter(e->env.loop, ACCOUNT_EEM);
    struct policy *p = policy_new(e, a);
    put_in_force(e, p);
    for (size_t i = 0; i < p->nwatches; i++) {
        watch_begin(e, &p->watches[i]);
        const struct detector *d = p->watches[i].detector;
        const char *mute = d->inert ? "it" : d->mute ? d->mute(p->watches[i].ev) : NULL;
        if (mute)
            msg_post(e->env.log, &INERT, a->name, d->name, mute);
    }
    account_leave(e->env.loop, was);
    return EEM_REGISTERED;
}

void eem_stop(struct eem *e)
{
    if (e->stopped)
        return;
    e->stopped = true;
    for (size_t i = 0; i < sizeof heard / sizeof heard[0]; i++)
        bus_unsubscribe(e->env.bus, heard[i].type, heard[i].fn, e);
    sched_stop(e);
    for (size_t i = 0; i < e->npolicies; i++)
        trigger_fini(e->policies[i]);
    objects_stop(e);
    if (e->env.gate)
        *e->env.gate = (struct gate){0};
    if (e->env.trap_gate)
        *e->env.trap_gate = (struct trap_gate){0};
    if (e->env.object_gate)
        *e->env.object_gate = (struct object_gate){0};
}

void eem_free(struct eem *e)
{
    if (!e)
        return;
    eem_stop(e);
    debug_fini(e);
    for (size_t i = 0; i < e->npolicies; i++)
        policy_free(e->policies[i]);
    mem_free(e->policies);
    order_fini(&e->registrations);
    timer_clear(&e->prepare);
    patterns_free(e->patterns);
    mem_free(e->counters);
    mem_free(e->links);
    resource_free(e);
    contexts_free(e);
    eem_conf_fini(&e->conf);
    mem_free(e);
}

bool eem_policy_next(const struct eem *e, size_t *cursor, struct eem_policy_info *out)
{
    if (*cursor >= e->npolicies)
        return false;
    const struct policy *p = e->policies[(*cursor)++];
    *out = (struct eem_policy_info){
        .conf = &p->applet->conf,
        .event_name = p->nwatches > 1 ? "multiple" : p->watches[0].detector->name,
        .class_name = p->applet->conf.class_name[0] ? p->applet->conf.class_name : "default",
        .registered_wall = p->registered_wall,
        .maxrun = applet_maxrun(&p->applet->conf),
        .triggered = p->applet->triggered,
        .suppressed = p->applet->suppressed,
        .run_us_total = p->applet->run_us_total,
        .run_us_max = p->applet->run_us_max,
        .runs = p->applet->runs,
    };
    return true;
}

void eem_event_describe(const struct event_conf *ev, const char *applet_name, struct text *out)
{
    const struct detector *d = detector_of(ev->type);
    if (d && d->describe)
        d->describe(ev, applet_name, out);
}

const char *eem_event_name(const struct event_conf *ev)
{
    const struct detector *d = detector_of(ev->type);
    return d ? d->name : "";
}

void eem_trigger_describe(const struct trigger_conf *t, struct text *out)
{
    trigger_describe(t, out);
}

bool eem_int(const char *s, int64_t low, int64_t high, int64_t *out)
{
    static const char blanks[] = " \t\r\n";
    char digits[24];
    s += strspn(s, blanks);
    size_t n = strcspn(s, blanks);
    if (n >= sizeof digits || s[n + strspn(s + n, blanks)])
        return false;
    memcpy(digits, s, n);
    digits[n] = '\0';
    return str_int(digits, low, high, out);
}

bool eem_compare(uint8_t op, const char *value, const char *wanted)
{
    int64_t a, b;
    int order;
    if (eem_int(value, INT64_MIN, INT64_MAX, &a) && eem_int(wanted, INT64_MIN, INT64_MAX, &b))
        order = (a > b) - (a < b);
    else
        order = strcmp(value, wanted);
    switch ((enum eem_op)op) {
    case EEM_GT: return order > 0;
    case EEM_GE: return order >= 0;
    case EEM_EQ: return order == 0;
    case EEM_NE: return order != 0;
    case EEM_LT: return order < 0;
    case EEM_LE: return order <= 0;
    case EEM_OPS: break;
    }
    return false;
}
