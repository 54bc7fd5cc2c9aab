/* on_poll.c: event interface and event snmp: a value that is looked at again and again.
 *
 *     every poll-interval: read -> crossing.c: has it crossed the entry, or come back? -> the event
 *
 * The first look is one interval after registration. event interface reads a counter of `show interfaces` by IOS's name
 * for it, event snmp the object of a name (get-type exact) or the first one behind it (next) in the router's own
 * tree. What is not there is looked for again at the next interval and changes nothing; nor does a value that is no
 * number. */
#include <inttypes.h>
#include <string.h>

#include "eem/crossing.h"
#include "eem/eem_local.h"
#include "eem/objects.h"
#include "espial/mem.h"
#include "espial/mib.h"

#define POLL_MIN_MS 1000

struct polled {
    struct watch *watch;
    struct timer timer;
    struct crossing crossing;
    struct trap_var var; /* snmp: what was read */
};

static bool read_interface(struct polled *p, int64_t *value)
{
    const struct eem_env *env = &p->watch->policy->eem->env;
    const struct event_conf *ev = p->watch->ev;
    return env->counter && env->counter(env->arg, ev->name, eem_interface_parameters[ev->parameter], value);
}

static bool read_snmp(struct polled *p, int64_t *value)
{
    struct mib *mib = p->watch->policy->eem->env.mib;
    bool prefix;
    p->var = (struct trap_var){0};
    if (!mib || !object_name(p->watch->ev->oid, p->var.oid, &p->var.oid_len, &prefix))
        return false;
    if (p->watch->ev->get_next ? !mib_next(mib, &p->var) : mib_get(mib, &p->var) != MIB_FOUND)
        return false;
    switch (p->var.type) {
    case TRAP_INT:
    case TRAP_UNSIGNED:
    case TRAP_COUNTER:
    case TRAP_TICKS:
    case TRAP_COUNTER64: *value = p->var.num; return true;
    case TRAP_STRING: {
        char text[24] = "";
        if (p->var.len >= sizeof text)
            return false;
        memcpy(text, p->var.data, p->var.len);
        return str_int(text, INT64_MIN, INT64_MAX, value);
    }
    case TRAP_IP:
    case TRAP_OID:
    case TRAP_NONE: break;
    }
    return false;
}

static void set_vars(const struct polled *p, const struct crossed *x, struct vars *vars)
{
    const struct event_conf *ev = p->watch->ev;
    if (ev->type == EEM_INTERFACE) {
        vars_set(vars, "_interface_name", ev->name);
        vars_set(vars, "_interface_parameter", eem_interface_parameters[ev->parameter]);
        vars_set(vars, "_interface_is_increment", ev->entry_type == EEM_INCREMENT ? "1" : "0");
        vars_setf(vars, "_interface_value", "%" PRId64, x->value);
        vars_setf(vars, "_interface_delta_value", "%" PRId64, x->delta);
        vars_set(vars, "_interface_exit_event", x->exit ? "1" : "0");
    } else {
        struct text oid = {0};
        object_add_name(&oid, p->var.oid, p->var.oid_len, '.');
        vars_set(vars, "_snmp_oid", text_str(&oid));
        text_free(&oid);
        vars_setf(vars, "_snmp_oid_val", "%" PRId64, x->value);
        vars_setf(vars, "_snmp_oid_delta_val", "%" PRId64, x->delta);
        vars_set(vars, "_snmp_exit_event", x->exit ? "1" : "0");
    }
}

static void look(void *arg)
{
    struct polled *p = arg;
    struct crossed x;
    int64_t value;
    timer_set(&p->timer, p->watch->ev->poll * US_PER_MS);
    if (!(p->watch->ev->type == EEM_SNMP ? read_snmp : read_interface)(p, &value))
        return;
    if (!crossing_sample(&p->crossing, loop_now(p->watch->policy->eem->env.loop), value, &x))
        return;
    struct vars vars = {0};
    set_vars(p, &x, &vars);
    eem_trigger(p->watch, &vars);
}

static bool check(const struct event_conf *ev, char why[128])
{
    uint32_t oid[TRAP_OID_MAX];
    uint8_t len;
    bool prefix;
    if (ev->type == EEM_SNMP && !object_name(ev->oid, oid, &len, &prefix))
        str_copy(why, 128, "invalid object identifier");
    else if (ev->poll < POLL_MIN_MS)
        str_copy(why, 128, "poll-interval must be at least 1 second");
    else
        return crossing_check(ev, why);
    return false;
}

static void arm(struct watch *w)
{
    struct polled *p = w->state = NEW(struct polled);
    p->watch = w;
    crossing_init(&p->crossing, w->ev);
    timer_init(&p->timer, w->policy->eem->env.loop, look, p);
    timer_set(&p->timer, w->ev->poll * US_PER_MS);
}

static void disarm(struct watch *w)
{
    struct polled *p = w->state;
    timer_clear(&p->timer);
    mem_free(p);
}

static void describe_interface(const struct event_conf *ev, const char *applet_name, struct text *out)
{
    (void)applet_name;
    text_printf(out, "name {%s} parameter {%s}", ev->name, eem_interface_parameters[ev->parameter]);
    crossing_describe(ev, out);
}

static void describe_snmp(const struct event_conf *ev, const char *applet_name, struct text *out)
{
    (void)applet_name;
    text_printf(out, "oid {%s} get-type {%s}", ev->oid, ev->get_next ? "next" : "exact");
    crossing_describe(ev, out);
}

static const char interface_variables[] = "_interface_name _interface_parameter _interface_is_increment "
                                          "_interface_value _interface_delta_value _interface_exit_event";
static const char snmp_variables[] = "_snmp_oid _snmp_oid_val _snmp_oid_delta_val _snmp_exit_event";
const struct detector detector_interface = {.type = EEM_INTERFACE,
                                            .name = "interface",
                                            .check = check,
                                            .arm = arm,
                                            .disarm = disarm,
                                            .describe = describe_interface,
                                            .variables = interface_variables};
const struct detector detector_snmp = {
    .type = EEM_SNMP, .name = "snmp", .check = check, .arm = arm, .disarm = disarm, .describe = describe_snmp,
    .variables = snmp_variables};
