/* counters.c: named counters: `action counter` changes them, `event counter` waits for them to cross a value, and
 * applets use them as mailboxes.
 *
 *     value crosses `entry-val entry-op` -> the event happens, and is disarmed
 *     value crosses `exit-val exit-op`   -> armed again
 *
 * A counter begins to exist, at 0, when it is first named by an action or an event; values are Integer32 and stop at its
 * ends. There are at most COUNTERS_MAX. */
#include "eem/counters.h"

#include <inttypes.h>
#include <string.h>

#include <stdio.h>

#include "eem/eem_local.h"
#include "espial/mem.h"

static struct counter *find(struct eem *e, const char *name)
{
    for (size_t i = 0; i < e->ncounters; i++)
        if (!strcmp(e->counters[i].name, name))
            return &e->counters[i];
    if (e->ncounters == COUNTERS_MAX)
        return NULL;
    e->counters = mem_resize(e->counters, e->ncounters + 1, sizeof *e->counters);
    struct counter *c = &e->counters[e->ncounters++];
    *c = (struct counter){0};
    str_copy(c->name, sizeof c->name, name);
    return c;
}

static bool crosses(uint8_t op, int64_t value, const char *wanted)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    return eem_compare(op, text, wanted);
}

struct counting {
    bool disarmed;
};

static void arm(struct watch *w)
{
    w->state = NEW(struct counting);
    (void)find(w->policy->eem, w->ev->name);
}

static void disarm(struct watch *w)
{
    mem_free(w->state);
}

static void changed(struct eem *e, const struct counter *c)
{
    EEM_WATCHES(w, e, EEM_COUNTER)
    {
        struct counting *s = w->state;
        if (strcmp(w->ev->name, c->name))
            continue;
        if (s->disarmed) {
            s->disarmed = !crosses(w->ev->exit_op, c->value, w->ev->exit_val);
            continue;
        }
        if (!crosses(w->ev->entry_op, c->value, w->ev->entry_val))
            continue;
        struct vars vars = {0};
        s->disarmed = true;
        vars_set(&vars, "_counter_name", c->name);
        vars_setf(&vars, "_counter_value", "%" PRId32, c->value);
        eem_trigger(w, &vars);
    }
}

bool counter_apply(struct eem *e, const char *name, enum counter_op op, int32_t by, int32_t *value)
{
    struct counter *c = find(e, name);
    if (!c)
        return false;
    int64_t v = c->value;
    switch (op) {
    case COUNTER_NOP: break;
    case COUNTER_INC: v += by; break;
    case COUNTER_DEC: v -= by; break;
    case COUNTER_SET: v = by; break;
    }
    v = v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : v;
    bool is_new = v != c->value;
    c->value = (int32_t)v;
    *value = c->value;
    if (is_new)
        changed(e, c);
    return true;
}

static bool check(const struct event_conf *ev, char why[128])
{
    int64_t n;
    if (str_int(ev->entry_val, INT32_MIN, INT32_MAX, &n) && str_int(ev->exit_val, INT32_MIN, INT32_MAX, &n))
        return true;
    str_copy(why, 128, "entry-val and exit-val must be integers");
    return false;
}

static void describe(const struct event_conf *ev, const char *applet_name, struct text *out)
{
    (void)applet_name;
    text_printf(out, "name {%s} entry-val %s entry-op %s exit-val %s exit-op %s", ev->name, ev->entry_val,
                eem_op_names[ev->entry_op % EEM_OPS], ev->exit_val, eem_op_names[ev->exit_op % EEM_OPS]);
}

const struct detector detector_counter = {
    .type = EEM_COUNTER, .name = "counter", .check = check, .arm = arm, .disarm = disarm, .describe = describe};
