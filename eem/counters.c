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

#include "eem/crossing.h"
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

static void arm(struct watch *w)
{
    crossing_init(w->state = NEW(struct crossing), w->ev);
    (void)find(w->policy->eem, w->ev->name);
}

static void disarm(struct watch *w)
{
    mem_free(w->state);
}

static void changed(struct eem *e, const struct counter *c)
{
    uint64_t now = loop_now(e->env.loop);
    EEM_WATCHES(w, e, EEM_COUNTER)
    {
        struct crossed crossed;
        if (strcmp(w->ev->name, c->name) || !crossing_sample(w->state, now, c->value, &crossed))
            continue;
        struct vars vars = {0};
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

bool eem_counter_next(const struct eem *e, size_t *cursor, const char **name, int32_t *value)
{
    if (*cursor >= e->ncounters)
        return false;
    const struct counter *c = &e->counters[(*cursor)++];
    *name = c->name;
    *value = c->value;
    return true;
}

static void describe(const struct event_conf *ev, const char *applet_name, struct text *out)
{
    (void)applet_name;
    text_printf(out, "name {%s}", ev->name);
    crossing_describe(ev, out);
}

static const char variables[] =
    "_counter_name _counter_value";
const struct detector detector_counter = {.type = EEM_COUNTER,
                                          .name = "counter",
                                          .check = crossing_check,
                                          .arm = arm,
                                          .disarm = disarm,
                                          .describe = describe,
                                          .variables = variables};
