/* applet.c: an applet as data: its defaults, its order, its copies and its lines.
 *
 * The configuration that the grammar edits and the applet that is in force are different things: leaving the mode makes
 * an immutable deep copy, held by the registry and by every run that began with it. So an applet may be edited, or
 * removed, while it runs; the run ends as it began, the next one is the new version. Actions are kept in the order of
 * their labels compared as strings, as IOS does: 10.0 comes after 1.0 and before 2.0. */
#include <string.h>

#include "eem/eem_local.h"
#include "eem/resource_conf.h"
#include "espial/mem.h"

void event_conf_init(void *event_conf)
{
    struct event_conf *ev = event_conf;
    ev->type = EEM_UNSET;
    ev->occurs = 1;
    ev->sync = EEM_SYNC_UNSAID;
    ev->average_factor = 1;
    ev->state = EEM_ANY;
    ev->route_change = EEM_ROUTE_ALL;
    ev->exit_op = EEM_OPS;
    ev->priority = EEM_PRIORITY_ALL;
    ev->maxrun = EEM_MAXRUN_DEFAULT;
}

uint64_t applet_maxrun(const struct applet_conf *a)
{
    uint64_t most = EEM_MAXRUN_DEFAULT;
    bool said = false;
    CONF_EACH(const struct event_conf, ev, &a->events)
    {
        if (ev->maxrun == EEM_MAXRUN_DEFAULT)
            continue;
        if (!ev->maxrun)
            return 0;
        if (!said || ev->maxrun > most)
            most = ev->maxrun;
        said = true;
    }
    return most;
}

void trigger_conf_init(void *trigger_conf)
{
    struct trigger_conf *t = trigger_conf;
    t->occurs = 1;
    conf_list_init(&t->attributes, sizeof(struct attribute_conf), NULL, NULL);
}

void trigger_conf_fini(void *trigger_conf)
{
    struct trigger_conf *t = trigger_conf;
    conf_list_clear(&t->attributes);
}

size_t trigger_operands(const struct trigger_conf *t, struct eem_operand out[EEM_OPERANDS_MAX])
{
    const struct eem_operand all[EEM_OPERANDS_MAX] = {
        {t->tag0, t->track0, EEM_JOIN_NONE}, {t->tag1, t->track1, t->join1}, {t->tag2, t->track2, t->join2},
        {t->tag3, t->track3, t->join3},      {t->tag4, t->track4, t->join4}, {t->tag5, t->track5, t->join5},
        {t->tag6, t->track6, t->join6},      {t->tag7, t->track7, t->join7},
    };
    size_t n = 0;
    while (t->correlate && n < EEM_OPERANDS_MAX && (all[n].tag[0] || all[n].track)) {
        out[n] = all[n];
        n++;
    }
    return n;
}

void action_conf_init(void *action_conf)
{
    struct action_conf *a = action_conf;
    a->priority = EEM_PRIORITY_UNSET;
}

static int by_label(const void *a, const void *b)
{
    const struct action_conf *x = a, *y = b;
    return strcmp(x->label, y->label);
}

static int by_name(const void *a, const void *b)
{
    const struct environment_conf *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static int by_classes(const void *a, const void *b)
{
    const struct threads_conf *x = a, *y = b;
    return strcmp(x->classes, y->classes);
}

void applet_conf_init(void *applet_conf)
{
    struct applet_conf *a = applet_conf;
    conf_list_init(&a->events, sizeof(struct event_conf), NULL, NULL);
    conf_list_init(&a->triggers, sizeof(struct trigger_conf), NULL, trigger_conf_fini);
    conf_list_init(&a->actions, sizeof(struct action_conf), by_label, NULL);
}

void applet_conf_fini(void *applet_conf)
{
    struct applet_conf *a = applet_conf;
    conf_list_clear(&a->events);
    conf_list_clear(&a->triggers);
    conf_list_clear(&a->actions);
}

void eem_conf_init(void *eem_conf)
{
    struct eem_conf *c = eem_conf;
    conf_list_init(&c->environment, sizeof(struct environment_conf), by_name, NULL);
    conf_list_init(&c->applets, sizeof(struct applet_conf), NULL, applet_conf_fini);
    conf_list_init(&c->class_threads, sizeof(struct threads_conf), by_classes, NULL);
    conf_list_init(&c->script_threads, sizeof(struct threads_conf), by_classes, NULL);
    c->default_script_threads = EEM_SCRIPT_THREADS_DEFAULT;
    conf_list_init(&c->resources, sizeof(struct resource_conf), NULL, resource_conf_fini);
    c->mib_root = EEM_MIB_CLASSIC;
    c->history_events = EEM_HISTORY_DEFAULT;
    c->history_traps = EEM_HISTORY_DEFAULT;
    c->threads = EEM_THREADS_DEFAULT;
    c->session_privilege = 1;
}

void eem_conf_fini(void *eem_conf)
{
    struct eem_conf *c = eem_conf;
    conf_list_clear(&c->environment);
    conf_list_clear(&c->applets);
    conf_list_clear(&c->class_threads);
    conf_list_clear(&c->script_threads);
    conf_list_clear(&c->resources);
}

static void copy_list(struct conf_list *to, const struct conf_list *from)
{
    for (size_t i = 0; i < from->n; i++) {
        void *item = mem_new(from->item_size);
        memcpy(item, from->v[i], from->item_size);
        conf_list_add(to, item);
    }
}

struct applet *applet_new(const struct applet_conf *from)
{
    struct applet *a = NEW(struct applet);
    a->refs = 1;
    a->conf = *from;
    applet_conf_init(&a->conf);
    copy_list(&a->conf.events, &from->events);
    copy_list(&a->conf.actions, &from->actions);
    CONF_EACH(const struct trigger_conf, t, &from->triggers)
    {
        struct trigger_conf *copy = NEW(struct trigger_conf);
        *copy = *t;
        conf_list_init(&copy->attributes, sizeof(struct attribute_conf), NULL, NULL);
        copy_list(&copy->attributes, &t->attributes);
        conf_list_add(&a->conf.triggers, copy);
    }
    a->blocks = flow_blocks(&a->conf, NULL, NULL);
    return a;
}

struct applet *applet_ref(struct applet *a)
{
    a->refs++;
    return a;
}

void applet_unref(struct applet *a)
{
    if (!a || --a->refs)
        return;
    applet_conf_fini(&a->conf);
    mem_free(a->blocks);
    mem_free(a);
}
