/* lint_never.c: checks of what is accepted and then never happens: events that nothing can raise, patterns that no message
 * fits, expressions that do not compile, questions to nobody. */
#include <ctype.h>
#include <string.h>

#include "eem/counters.h"
#include "eem/cron.h"
#include "eem/lint_local.h"
#include "eem/patterns.h"
#include "espial/regex.h"

static bool names_variable(const char *text)
{
    for (const char *s = text; (s = strchr(s, '$')); s++)
        if (isalnum((unsigned char)s[1]) || s[1] == '_')
            return true;
    return false;
}

/* Does an applet of the configuration, or the one looked at, do what this says? */
static bool any_action(const struct lint *l, const struct event_conf *ev,
                       bool (*does)(const struct action_conf *a, const struct event_conf *ev))
{
    CONF_EACH(const struct applet_conf, other, &l->env->conf->applets)
    CONF_EACH(const struct action_conf, a, &other->actions)
    if (does(a, ev))
        return true;
    for (size_t i = 0; i < LINT_NACTIONS(l); i++)
        if (does(lint_action(l, i), ev))
            return true;
    return false;
}

static bool moves_counter(const struct action_conf *a, const struct event_conf *ev)
{
    return a->verb == ACTION_COUNTER && a->kind != COUNTER_NOP && (strchr(a->text, '$') || !strcmp(a->text, ev->name));
}

static bool publishes(const struct action_conf *a, const struct event_conf *ev)
{
    return a->verb == ACTION_PUBLISH_EVENT && a->sub_system == ev->sub_system && a->number == ev->number;
}

/* "-5-UPDOWN" of "%LINEPROTO-5-UPDOWN": 5; -1: the pattern does not say, or not once. */
static int severity_of(const char *pattern)
{
    int severity = -1;
    if (strpbrk(pattern, "|["))
        return -1;
    for (const char *s = strchr(pattern, '-'); s && s[1] && s[2]; s = strchr(s + 1, '-')) {
        if (s == pattern || !isupper((unsigned char)s[-1]) || s[1] < '0' || s[1] > '7' || s[2] != '-' ||
            !isupper((unsigned char)s[3]))
            continue;
        if (severity >= 0)
            return -1;
        severity = s[1] - '0';
    }
    return severity;
}

static void severities(struct lint *l, const struct event_conf *ev)
{
    int severity = severity_of(ev->pattern);
    unsigned named = syslog_severities(ev);
    if (severity > ev->priority || (severity >= 0 && named && !(named & 1u << severity)))
        lint_event(l, ev,
                   "its pattern wants a message of severity %d, and its priority or severity lets none of these pass",
                   severity);
}

/* Messages about links name interfaces in full. */
static void interface_names(struct lint *l, const struct event_conf *ev)
{
    static const struct {
        const char *brief, *full;
    } names[] = {{"Gi", "GigabitEthernet"}, {"Fa", "FastEthernet"}, {"Et", "Ethernet"}, {"Te", "TenGigabitEthernet"},
                 {"Lo", "Loopback"},        {"Tu", "Tunnel"},       {"Se", "Serial"},   {"Vl", "Vlan"}};
    if (!strstr(ev->pattern, "LINK-") && !strstr(ev->pattern, "LINEPROTO-"))
        return;
    for (const char *s = ev->pattern; *s; s++)
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            bool begins = s == ev->pattern || !isalpha((unsigned char)s[-1]);
            if (!begins || strncmp(s, names[i].brief, 2) || !isdigit((unsigned char)s[2]))
                continue;
            lint_event(l, ev, "these messages name interfaces in full, %s%.*s and not %.*s: the pattern never fits",
                       names[i].full, (int)strspn(s + 2, "0123456789/."), s + 2,
                       2 + (int)strspn(s + 2, "0123456789/."), s);
            return;
        }
}

static void event(struct lint *l, const struct event_conf *ev)
{
    struct cron c;
    if (ev->type == EEM_CRON && cron_parse(ev->cron, &c) && cron_next(&c, 0) < 0)
        lint_event(l, ev, "no day fits its cron entry \"%s\"", ev->cron);
    if (ev->type == EEM_COUNTER && !names_variable(ev->name) && !any_action(l, ev, moves_counter))
        lint_event(l, ev, "no applet changes counter %s, which never comes to its entry value", ev->name);
    if (ev->type == EEM_APPLICATION && !any_action(l, ev, publishes))
        lint_event(l, ev, "no applet publishes sub-system %u type %u", (unsigned)ev->sub_system, (unsigned)ev->number);
    if (ev->type == EEM_SYSLOG) {
        severities(l, ev);
        interface_names(l, ev);
        lint_messages(l, ev);
    }
}

/* Does somebody wait at a terminal while the applet runs? */
static bool has_terminal(const struct lint *l)
{
    CONF_EACH(const struct event_conf, ev, &l->a->events)
    if ((ev->type == EEM_NONE && !ev->sync_no) || (ev->type == EEM_CLI && ev->sync))
        return true;
    return false;
}

void lint_never(struct lint *l)
{
    bool terminal = has_terminal(l);
    CONF_EACH(const struct event_conf, ev, &l->a->events)
    event(l, ev);
    for (size_t i = 0; i < LINT_NACTIONS(l); i++) {
        const struct action_conf *a = lint_action(l, i);
        char why[128];
        if (a->verb == ACTION_GETS && !terminal && l->a->events.n)
            lint_at(l, a,
                    "nobody is at a terminal to answer `gets`, which fails: only `event none` and `event cli ... sync "
                    "yes` have one");
        if (a->verb != ACTION_REGEXP || names_variable(a->pattern))
            continue;
        struct regex *re = pattern_compile(a->pattern, REGEX_TCL, why);
        if (!re)
            lint_at(l, a, "\"%s\" is no regular expression (%s), and the run ends here", a->pattern, why);
        regex_free(re);
    }
}
