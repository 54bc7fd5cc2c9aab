/* on_resource.c: event resource policy: the processor or memory crossed a threshold of a `resource policy`.
 *
 *     every second, while a policy is in use (user global NAME):
 *       level is quiet:  the value stands at or above `rising` for its interval  -> up, the event
 *       level is raised: it stands below `falling` for its interval              -> down, the event
 *
 * critical, major and minor are watched each for itself. The processor's value is that of `show processes cpu` for the
 * last five seconds, memory's the part of the Processor pool that is used; both in percent. Without `falling` the way
 * back is the way up. Nothing is looked at while no policy is in use. */
#include <inttypes.h>
#include <string.h>

#include "eem/eem_local.h"
#include "eem/resource_conf.h"
#include "espial/mem.h"

#define LOOK_US US_PER_S

static const char *const levels[RESOURCE_LEVELS] = {"critical", "major", "minor"};

void resource_owner_conf_init(void *owner_conf)
{
    conf_list_init(&((struct resource_owner_conf *)owner_conf)->thresholds, sizeof(struct threshold_conf), NULL, NULL);
}

void resource_owner_conf_fini(void *owner_conf)
{
    conf_list_clear(&((struct resource_owner_conf *)owner_conf)->thresholds);
}

void resource_system_conf_init(void *system_conf)
{
    conf_list_init(&((struct resource_system_conf *)system_conf)->owners, sizeof(struct resource_owner_conf), NULL,
                   resource_owner_conf_fini);
}

void resource_system_conf_fini(void *system_conf)
{
    conf_list_clear(&((struct resource_system_conf *)system_conf)->owners);
}

void resource_policy_conf_init(void *policy_conf)
{
    conf_list_init(&((struct resource_policy_conf *)policy_conf)->systems, sizeof(struct resource_system_conf), NULL,
                   resource_system_conf_fini);
}

void resource_policy_conf_fini(void *policy_conf)
{
    conf_list_clear(&((struct resource_policy_conf *)policy_conf)->systems);
}

void resource_conf_init(void *resource_conf)
{
    conf_list_init(&((struct resource_conf *)resource_conf)->policies, sizeof(struct resource_policy_conf), NULL,
                   resource_policy_conf_fini);
}

void resource_conf_fini(void *resource_conf)
{
    conf_list_clear(&((struct resource_conf *)resource_conf)->policies);
}

/* ---- which policy is in use */

static const struct resource_policy_conf *in_use(const struct eem *e)
{
    const struct resource_conf *c = e->conf.resources.n ? e->conf.resources.v[0] : NULL;
    if (!c || !c->user[0])
        return NULL;
    CONF_EACH(const struct resource_policy_conf, p, &c->policies)
    if (!strcmp(p->name, c->user))
        return p;
    return NULL;
}

/* ---- watching it */

static void raise(struct eem *e, const struct resource_policy_conf *policy, const struct resource_owner_conf *owner,
                  const struct threshold_conf *t, bool up, int64_t value)
{
    EEM_WATCHES(w, e, EEM_RESOURCE)
    {
        struct vars vars = {0};
        if (strcmp(w->ev->name, policy->name))
            continue;
        vars_setf(&vars, "_resource_configured_threshold", "%u", up || !t->falling ? t->rising : t->falling);
        vars_setf(&vars, "_resource_current_value", "%" PRId64, value);
        vars_set(&vars, "_resource_direction", up ? "up" : "down");
        vars_set(&vars, "_resource_level", levels[t->level % RESOURCE_LEVELS]);
        vars_set(&vars, "_resource_notify_data_flag", "0");
        vars_setf(&vars, "_resource_owner_id", "%u", owner->kind);
        vars_set(&vars, "_resource_owner_name", owner->kind == RESOURCE_CPU ? "cpu" : "memory");
        vars_set(&vars, "_resource_policy_id", "1");
        vars_set(&vars, "_resource_policy_name", policy->name);
        vars_set(&vars, "_resource_policy_violation_flag", up ? "1" : "0");
        vars_setf(&vars, "_resource_time_sent", "%" PRId64, clock_wall(e->env.clock) / 1000000);
        vars_set(&vars, "_resource_user_id", "0");
        vars_set(&vars, "_resource_user_name", "global");
        eem_trigger(w, &vars);
    }
}

static void judge(struct eem *e, const struct resource_policy_conf *policy, const struct resource_owner_conf *owner,
                  const struct threshold_conf *t, int64_t value)
{
    struct resource_watched *s = &e->resource->watched[owner->kind == RESOURCE_MEMORY][t->level % RESOURCE_LEVELS];
    uint64_t now = loop_now(e->env.loop), interval = s->up ? t->falling_interval : t->rising_interval;
    bool turning = s->up ? value < (t->falling ? t->falling : t->rising) : value >= t->rising;
    if (!turning) {
        s->turning = false;
        return;
    }
    if (!s->turning)
        s->since = now;
    s->turning = true;
    if (now - s->since < interval * US_PER_S)
        return;
    s->turning = false;
    s->up = !s->up;
    raise(e, policy, owner, t, s->up, value);
}

static void look(void *arg)
{
    struct eem *e = arg;
    const struct resource_policy_conf *p = in_use(e);
    if (!p || e->stopped)
        return;
    timer_set(&e->resource->timer, LOOK_US);
    CONF_EACH(const struct resource_system_conf, system, &p->systems)
    CONF_EACH(const struct resource_owner_conf, owner, &system->owners)
    {
        int64_t value;
        if (!e->env.resource || !e->env.resource(e->env.arg, owner->kind == RESOURCE_CPU ? "cpu" : "memory", &value))
            continue;
        CONF_EACH(const struct threshold_conf, t, &owner->thresholds)
        judge(e, p, owner, t, value);
    }
}

/* What stood raised under an earlier version is forgotten: the new thresholds are crossed anew. */
void eem_resources_changed(struct eem *e)
{
    if (!e->resource) {
        e->resource = NEW(struct resource);
        timer_init(&e->resource->timer, e->env.loop, look, e);
    }
    memset(e->resource->watched, 0, sizeof e->resource->watched);
    timer_set(&e->resource->timer, LOOK_US);
}

void resource_free(struct eem *e)
{
    if (e->resource)
        timer_clear(&e->resource->timer);
    mem_free(e->resource);
}

static void describe(const struct event_conf *ev, const char *applet_name, struct text *out)
{
    (void)applet_name;
    text_printf(out, "policy {%s}", ev->name);
}

static const char variables[] =
    "_resource_configured_threshold _resource_current_value _resource_direction _resource_level "
    "_resource_notify_data_flag _resource_owner_id _resource_owner_name _resource_policy_id "
    "_resource_policy_name _resource_policy_violation_flag _resource_time_sent _resource_user_id "
    "_resource_user_name";
const struct detector detector_resource = {
    .type = EEM_RESOURCE, .name = "resource", .describe = describe, .variables = variables};
