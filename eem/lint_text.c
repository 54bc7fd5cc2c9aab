/* lint_text.c: checks of words: labels, patterns, globs. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "eem/lint_local.h"
#include "eem/patterns.h"
#include "espial/mem.h"
#include "espial/regex.h"

/* ---- labels */

/* Letters in front, then numbers with dots between. */
static bool numeric(const char *label, size_t *prefix)
{
    size_t n = 0;
    while (isalpha((unsigned char)label[n]))
        n++;
    *prefix = n;
    if (!label[n])
        return false;
    return label[n + strspn(label + n, "0123456789.")] == '\0';
}

/* Number by number: 1.10 is behind 1.9. A part with a zero in front is a fraction: 1.05 is before 1.1. */
static int by_number(const char *a, const char *b)
{
    while (*a || *b) {
        size_t na = strspn(a, "0123456789"), nb = strspn(b, "0123456789");
        if (!na || !nb) {
            if (na != nb)
                return na ? 1 : -1;
        } else {
            unsigned long long x = strtoull(a, NULL, 10), y = strtoull(b, NULL, 10);
            bool fraction = (na > 1 && *a == '0') || (nb > 1 && *b == '0');
            int order = fraction ? strncmp(a, b, na < nb ? na : nb) : (x > y) - (x < y);
            if (order)
                return order;
        }
        a += na + (a[na] == '.');
        b += nb + (b[nb] == '.');
    }
    return 0;
}

static size_t typed_at(const struct lint *l, const char *label)
{
    return l->env->typed ? l->env->typed(l->env->arg, l->a, label) : 0;
}

/* Actions are kept in the order of their labels as strings. */
static void order_of_labels(struct lint *l)
{
    for (size_t i = 1; i < LINT_NACTIONS(l); i++) {
        const struct action_conf *second = lint_action(l, i);
        size_t p1, p2;
        if (!numeric(second->label, &p2))
            continue;
        for (size_t k = 0; k < i; k++) {
            const struct action_conf *first = lint_action(l, k);
            size_t t1 = typed_at(l, first->label), t2 = typed_at(l, second->label);
            if (!numeric(first->label, &p1))
                continue;
            if (!p1 != !p2 && t1 > t2 && t2) {
                lint_at(l, first,
                        "it runs before action %s, which was typed before it: digits come before letters in labels",
                        second->label);
                return;
            }
            if (p1 != p2 || strncasecmp(first->label, second->label, p1) ||
                by_number(first->label + p1, second->label + p2) <= 0)
                continue;
            if (t1 && t2 && t1 < t2) /* typed in the order in which they run */
                continue;
            lint_at(l, first, "it runs before action %s: labels are compared as strings, not as numbers",
                    second->label);
            return;
        }
    }
}

static void odd_letters(struct lint *l)
{
    size_t plain = 0, prefix;
    const struct action_conf *odd = NULL;
    for (size_t i = 0; i < LINT_NACTIONS(l); i++) {
        const char *label = lint_action(l, i)->label;
        if (numeric(label, &prefix) && !prefix)
            plain++;
        else if (strpbrk(label, "OolI") && strpbrk(label, "0123456789.") && !label[strspn(label, "0123456789.OolI")])
            odd = lint_action(l, i);
    }
    if (odd && plain + 1 == LINT_NACTIONS(l) && plain)
        lint_at(l, odd, "its label has a letter where all others have digits alone: is it a typing error?");
}

void lint_labels(struct lint *l)
{
    order_of_labels(l);
    odd_letters(l);
}

/* ---- patterns */

static bool matches(const char *pattern, const char *text)
{
    char why[128];
    struct regex *re = pattern_compile(pattern, REGEX_EVENT, why);
    bool is = re && regex_match(re, text, strlen(text));
    regex_free(re);
    return is;
}

static bool sets_status(const struct lint *l)
{
    for (size_t i = 0; i < LINT_NACTIONS(l); i++) {
        const struct action_conf *a = lint_action(l, i);
        if (!strcmp(a->var, "_exit_status") || (a->verb == ACTION_EXIT && a->text[0]))
            return true;
    }
    return false;
}

/* Lines and commands that have nothing in common but that they are lines and commands. */
static bool fits_all(const struct event_conf *ev)
{
    static const char *const lines[] = {"%Q-7-Z: ~", "%HX-0-Y: ^", "%K_J-3-V_W: |"}, *const commands[] = {"~", "8 w",
                                                                                                          "Q|"};
    const char *const *samples = ev->type == EEM_CLI ? commands : lines;
    for (size_t i = 0; i < 3; i++)
        if (!ev->pattern[0] || !matches(ev->pattern, samples[i]))
            return false;
    return true;
}

void lint_everything(struct lint *l)
{
    CONF_EACH(const struct event_conf, ev, &l->a->events)
    {
        if (!fits_all(ev))
            continue;
        if (ev->type == EEM_SYSLOG && !ev->facility[0] && !ev->mnemonic[0])
            lint_event(l, ev, "pattern {%s} matches every line of the log, the applet's own included", ev->pattern);
        else if (ev->type == EEM_CLI && (ev->skip || (ev->sync && !sets_status(l))))
            lint_event(l, ev, "pattern {%s} matches every command, and none of them runs any more", ev->pattern);
    }
}

static bool configures(const struct lint *l)
{
    for (size_t i = 0; i < LINT_NACTIONS(l); i++)
        if (lint_action(l, i)->verb == ACTION_CLI && lint_word(lint_action(l, i)->text, "configure", 4))
            return true;
    return false;
}

/* An action's line as it will be logged, with nothing for its variables. */
static char *own_line(const struct applet_conf *of, const struct action_conf *a)
{
    struct text t = {0};
    text_printf(&t, "%%%s-%u-LOG: %s: ", a->facility[0] ? a->facility : "HA_EM",
                a->priority < EEM_PRIORITY_UNSET ? a->priority : 6u, of->name);
    for (const char *s = a->text; *s;) {
        size_t n = strcspn(s, "$");
        text_addn(&t, s, n);
        s += n;
        if (!*s)
            break;
        s++;
        while (isalnum((unsigned char)*s) || *s == '_')
            s++;
    }
    char *copy = mem_strdup(text_str(&t));
    text_free(&t);
    return copy;
}

/* An action of this applet whose line fits the pattern; NULL: none. */
static const struct action_conf *logs(const struct applet_conf *a, struct regex *re)
{
    CONF_EACH(const struct action_conf, act, &a->actions)
    {
        char *line = act->verb == ACTION_SYSLOG ? own_line(a, act) : NULL;
        bool is = line && regex_match(re, line, strlen(line));
        mem_free(line);
        if (is)
            return act;
    }
    return NULL;
}

/* Two applets that are each other's event. */
static void others_lines(struct lint *l, const struct event_conf *ev)
{
    char why[128];
    struct regex *mine = pattern_compile(ev->pattern, REGEX_EVENT, why);
    CONF_EACH(const struct applet_conf, other, &l->env->conf->applets)
    {
        if (!mine || !strcmp(other->name, l->a->name) || other->events.n != 1 || !logs(other, mine))
            continue;
        const struct event_conf *theirs = other->events.v[0];
        if (theirs->type != EEM_SYSLOG || theirs->ratelimit || theirs->occurs > 1 || !theirs->pattern[0])
            continue;
        struct regex *re = pattern_compile(theirs->pattern, REGEX_EVENT, why);
        const struct action_conf *act = re ? logs(l->a, re) : NULL;
        if (act)
            lint_at(l, act, "what it logs is the event of applet %s, and what that logs is this applet's, for ever",
                    other->name);
        regex_free(re);
    }
    regex_free(mine);
}

static void own_lines_of(struct lint *l, const struct event_conf *ev)
{
    for (size_t i = 0; i < LINT_NACTIONS(l); i++) {
        const struct action_conf *a = lint_action(l, i);
        if (a->verb != ACTION_SYSLOG || (a->priority < EEM_PRIORITY_UNSET ? a->priority : 6u) > ev->priority ||
            (ev->facility[0] && !matches(ev->facility, a->facility[0] ? a->facility : "HA_EM")) ||
            (ev->mnemonic[0] && !matches(ev->mnemonic, "LOG")))
            continue;
        char *line = own_line(l->a, a);
        if (strstr(a->text, "$_syslog_msg") && !strchr(ev->pattern, '^'))
            lint_at(l, a, "it logs the line that the pattern fits, which is this applet's event again, for ever");
        else if (matches(ev->pattern, line))
            lint_at(l, a, "what it logs fits the applet's own pattern {%s}, for ever", ev->pattern);
        mem_free(line);
    }
    others_lines(l, ev);
    char *configured = mem_printf("%%SYS-5-CONFIG_I: Configured from console by  on vty0 (EEM:%s)", l->a->name);
    if (configures(l) && matches(ev->pattern, configured) && ev->priority >= 5 && !ev->facility[0] && !ev->mnemonic[0])
        lint_event(l, ev, "the applet configures, and pattern {%s} fits what is logged then, for ever", ev->pattern);
    mem_free(configured);
}

/* Does this action raise the event whenever it is done? */
static bool raises(const struct lint *l, const struct action_conf *a, const struct event_conf *ev)
{
    if (ev->type == EEM_APPLICATION)
        return a->verb == ACTION_PUBLISH_EVENT && a->sub_system == ev->sub_system && a->number == ev->number;
    return ev->type == EEM_NONE && a->verb == ACTION_POLICY && !strcmp(a->text, l->a->name);
}

/* Those that stand in no block are done in each run. */
static void own_events_of(struct lint *l, const struct event_conf *ev)
{
    unsigned depth = 0;
    for (size_t i = 0; i < LINT_NACTIONS(l); i++) {
        const struct action_conf *a = lint_action(l, i);
        if (lint_is_goto(a))
            return; /* who knows what it jumps over */
        depth += a->verb == ACTION_IF || a->verb == ACTION_WHILE || a->verb == ACTION_FOREACH;
        depth -= a->verb == ACTION_END && depth;
        if (!depth && raises(l, a, ev))
            lint_at(l, a, "it raises this applet's own event again, for ever");
    }
}

/* $_syslog_msg begins with a line end, and a command ends there. */
void lint_line_ends(struct lint *l)
{
    for (size_t i = 0; i < LINT_NACTIONS(l); i++) {
        const struct action_conf *a = lint_action(l, i);
        if (a->verb == ACTION_CLI && strstr(a->text, "$_syslog_msg"))
            lint_at(l, a,
                    "$_syslog_msg begins with a line end, which ends the command there: `string trimleft` it first");
    }
}

void lint_own_lines(struct lint *l)
{
    CONF_EACH(const struct event_conf, ev, &l->a->events)
    {
        if (l->a->events.n == 1 && !ev->ratelimit)
            own_events_of(l, ev);
        if (l->a->events.n == 1 && !ev->ratelimit && ev->type == EEM_CONFIG && configures(l))
            lint_event(l, ev, "the applet configures, which is its own event again, for ever");
        if (ev->type == EEM_SYSLOG && ev->pattern[0] && !ev->ratelimit && !fits_all(ev) &&
            l->a->events.n == 1) /* else it is said already */
            own_lines_of(l, ev);
    }
}

/* "\b", "{3}": what these are in other dialects; `letters` behind a backslash that are none here. Action regexp knows what Tcl's know: not those of Perl. */
static const char *foreign(const char *pattern, const char *letters, bool tcl)
{
    for (const char *s = pattern; *s; s++) {
        if (*s == '\\' && s[1]) {
            if (strchr(letters, s[1]))
                return s;
            s++;
        } else if (tcl) {
            if (*s == '(' && s[1] == '?' && s[2] && !strchr(":=!i", s[2]))
                return s;
        } else if (*s == '{' && isdigit((unsigned char)s[1]) && s > pattern) {
            size_t n = 1 + strspn(s + 1, "0123456789,");
            if (s[n] == '}')
                return s;
        } else if (*s == '(' && s[1] == '?') {
            return s;
        }
    }
    return NULL;
}

/* "[1-24]": a class of single signs where a number is meant. */
static const char *number_class(const char *pattern)
{
    for (const char *s = pattern; *s; s++) {
        if (*s == '\\' && s[1]) {
            s++;
            continue;
        }
        if (*s != '[')
            continue;
        const char *end = strchr(s + 2, ']');
        for (const char *c = s + 1; end && c + 3 < end; c++)
            if (isdigit((unsigned char)c[0]) && c[1] == '-' && isdigit((unsigned char)c[2]) &&
                isdigit((unsigned char)c[3]) && (c + 4 == end || !isdigit((unsigned char)c[4])) &&
                (c + 4 == end || c[4] != '-'))
                return s;
        if (!end)
            return NULL;
        s = end;
    }
    return NULL;
}

/* "Gigabit*0/1", "Interface *,": a star as in globs, behind a plain sign, with something else to follow. */
static const char *glob_star(const char *pattern)
{
    bool class = false;
    for (const char *s = pattern; *s; s++) {
        if (*s == '\\' && s[1]) {
            s++;
            continue;
        }
        if (*s == '[' || *s == ']')
            class = *s == '[';
        if (class || s[0] == '*' || s[1] != '*' || !s[2])
            continue;
        bool letter = isalnum((unsigned char)s[0]) && s > pattern && s[-1] != '\\' &&
                      (isalnum((unsigned char)s[2]) || strchr("/,:-", s[2]));
        if ((letter && s[2] != s[0]) || (s[0] == ' ' && (s[2] == ',' || s[2] == ':')))
            return s;
    }
    return NULL;
}

static void misread(struct lint *l, const struct event_conf *ev)
{
    const char *number = number_class(ev->pattern), *star = glob_star(ev->pattern);
    if (number)
        lint_event(l, ev, "\"%.*s\" in its pattern is one sign of those, and no number",
                   (int)(strchr(number, ']') - number + 1), number);
    if (star)
        lint_event(l, ev, "\"%.2s\" in its pattern is any number of \"%.1s\": any text is \".*\"", star, star);
}

void lint_dialect(struct lint *l)
{
    CONF_EACH(const struct event_conf, ev, &l->a->events)
    {
        const char *at = foreign(ev->pattern, "bB", false);
        misread(l, ev);
        if (at)
            lint_event(l, ev,
                       "\"%.2s\" in its pattern is not what it is in other regular expressions: every sign of it means "
                       "itself here",
                       at);
    }
    for (size_t i = 0; i < LINT_NACTIONS(l); i++) {
        const struct action_conf *a = lint_action(l, i);
        bool searches = a->verb == ACTION_REGEXP;
        const char *at =
            searches || a->verb == ACTION_CLI ? foreign(a->pattern, searches ? "bB" : "dwsDWSbB", searches) : NULL;
        if (at)
            lint_at(l, a,
                    "\"%.2s\" in its pattern is not what it is in other regular expressions: every sign of it means "
                    "itself here",
                    at);
    }
}

/* string match takes a glob: `.*` wants a point. */
void lint_globs(struct lint *l)
{
    for (size_t i = 0; i < LINT_NACTIONS(l); i++) {
        const struct action_conf *a = lint_action(l, i);
        if (a->verb != ACTION_STRING || a->kind != EEM_STRING_MATCH)
            continue;
        if (strstr(a->text, ".*") || a->text[0] == '^' || strchr(a->text, '|'))
            lint_at(l, a,
                    "\"%s\" looks like a regular expression, but `string match` takes a glob: `*` for any text, and a "
                    "point for a point",
                    a->text);
        else if (!strpbrk(a->text, "*?[$"))
            lint_at(l, a, "\"%s\" fits only the very same text: a glob needs `*` on both sides to find a part",
                    a->text);
    }
}
