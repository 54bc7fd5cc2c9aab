/* applet.c: an applet as data: its defaults, its order, its copies and its lines.
 *
 * The configuration that the grammar edits and the applet that is in force are different things: leaving the mode makes
 * an immutable deep copy, held by the registry and by every run that began with it. So an applet may be edited, or
 * removed, while it runs; the run ends as it began, the next one is the new version. Actions are kept in the order of
 * their labels compared as strings, as IOS does: 10.0 comes after 1.0 and before 2.0. */
#include <string.h>

#include "eem/eem_local.h"
#include "espial/mem.h"
#include "espial/text.h"

void event_conf_init(void *event_conf)
{
    struct event_conf *ev = event_conf;
    ev->occurs = 1;
    ev->priority = EEM_PRIORITY_ALL;
    ev->maxrun = EEM_MAXRUN_DEFAULT;
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

void applet_conf_init(void *applet_conf)
{
    struct applet_conf *a = applet_conf;
    conf_list_init(&a->events, sizeof(struct event_conf), NULL, NULL);
    conf_list_init(&a->actions, sizeof(struct action_conf), by_label, NULL);
}

void applet_conf_fini(void *applet_conf)
{
    struct applet_conf *a = applet_conf;
    conf_list_clear(&a->events);
    conf_list_clear(&a->actions);
}

void eem_conf_init(void *eem_conf)
{
    struct eem_conf *c = eem_conf;
    conf_list_init(&c->environment, sizeof(struct environment_conf), by_name, NULL);
    conf_list_init(&c->applets, sizeof(struct applet_conf), NULL, applet_conf_fini);
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
    mem_free(a);
}

const struct action_kind *action_kind_of(uint8_t verb)
{
    static const struct action_kind *const kinds[ACTION_VERBS] = {
        [ACTION_CLI] = &action_cli,
        [ACTION_SYSLOG] = &action_syslog,
        [ACTION_WAIT] = &action_wait,
        [ACTION_SNMP_TRAP] = &action_snmp_trap,
        [ACTION_INFO_ROUTERNAME] = &action_info,
    };
    return verb < ACTION_VERBS ? kinds[verb] : NULL;
}

void action_quote(const char *s, struct text *out)
{
    text_add(out, "\"");
    for (; *s; s++) {
        if (*s == '"')
            text_add(out, "\\");
        text_addn(out, s, 1);
    }
    text_add(out, "\"");
}

void eem_action_text(const struct action_conf *a, struct text *out)
{
    text_printf(out, "%s ", a->label);
    const struct action_kind *kind = action_kind_of(a->verb);
    if (kind)
        kind->print(a, out);
}
