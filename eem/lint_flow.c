/* lint_flow.c: checks of what follows what: variables before they are set, actions that are never reached, waits that
 * maxrun ends, loops that nothing ends.
 *
 * Variables: in the order of the labels everything that an earlier action may have set counts as set, whatever branch it
 * stands in; within a loop later actions of it count too, and with a `goto` all actions do. So what is reported is never
 * set on any way. */
#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

#include "eem/lint_local.h"
#include "espial/mem.h"

/* ---- variables */

/* What these verbs leave behind. */
static const struct {
    const char *name;
    uint8_t verb;
} results[] = {
    {"_cli_result", ACTION_CLI},    {"_regexp_result", ACTION_REGEXP}, {"_string_result", ACTION_STRING},
    {"_result", ACTION_ADD},        {"_result", ACTION_SUBTRACT},      {"_result", ACTION_MULTIPLY},
    {"_result", ACTION_DIVIDE},     {"_remainder", ACTION_DIVIDE},     {"_counter_value_remain", ACTION_COUNTER},
    {"_track_state", ACTION_TRACK},
};

static bool among(const char *names, const char *name)
{
    size_t n = strlen(name);
    for (const char *s = names; s && (s = strstr(s, name)); s += n)
        if ((s == names || s[-1] == ' ') && (!s[n] || s[n] == ' '))
            return true;
    return false;
}

/* What an event that nothing raises would bring is nobody's mistake. */
static bool by_event(const struct applet_conf *a, const char *name)
{
    if (among(eem_event_variables, name))
        return true;
    CONF_EACH(const struct event_conf, ev, &a->events)
    {
        const struct detector *d = detector_of(ev->type);
        if (!d)
            continue;
        if (among(d->variables, name) || (name[0] == '_' && (d->inert || (d->mute && d->mute(ev)))))
            return true;
        if (ev->type == EEM_SNMP_NOTIFICATION && name[0] == '_' && isdigit((unsigned char)name[1]))
            return true; /* a varbind by its OID */
    }
    return false;
}

static const char *bare(const char *name)
{
    return name[0] == '$' ? name + 1 : name;
}

static bool counts(const struct action_conf *a)
{
    return a->verb == ACTION_INCREMENT || a->verb == ACTION_DECREMENT;
}

static bool sets(const struct action_conf *a, const char *name)
{
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++)
        if (a->verb == results[i].verb && !strcmp(name, results[i].name))
            return true;
    if (a->verb == ACTION_INFO && str_starts(name, "_info_"))
        return true;
    if (a->verb == ACTION_CONTEXT && a->kind == EEM_CONTEXT_RETRIEVE)
        return !a->pattern[0] || strchr(a->pattern, '$') || !fnmatch(a->pattern, name, 0) ||
               str_starts(name, a->pattern);
    if (counts(a) || (a->verb == ACTION_FILE && a->kind == EEM_FILE_OPEN))
        return false;
    return !strcmp(bare(a->var), name) || !strcmp(bare(a->sub1), name) || !strcmp(bare(a->sub2), name) ||
           !strcmp(bare(a->sub3), name);
}

static bool in_environment(const struct lint *l, const char *name)
{
    CONF_EACH(const struct environment_conf, env, &l->env->conf->environment)
    if (!strcmp(env->name, name))
        return true;
    return false;
}

/* The last action that may come before `at`. */
static size_t horizon(const struct lint *l, size_t at)
{
    size_t last = at;
    for (size_t i = 0; i < LINT_NACTIONS(l); i++) {
        const struct action_conf *a = lint_action(l, i);
        if (lint_is_goto(a))
            return LINT_NACTIONS(l);
        bool loop = a->verb == ACTION_WHILE || a->verb == ACTION_FOREACH;
        if (loop && i < at && l->blocks[i].end >= at && l->blocks[i].end > last && l->blocks[i].end < LINT_NACTIONS(l))
            last = l->blocks[i].end;
    }
    return last;
}

static bool may_be_set(const struct lint *l, size_t at, const char *name)
{
    size_t end = horizon(l, at);
    if (by_event(l->a, name) || in_environment(l, name))
        return true;
    bool counting = counts(lint_action(l, at));
    for (size_t i = 0; i < end && i < LINT_NACTIONS(l); i++) {
        const struct action_conf *a = lint_action(l, i);
        if (sets(a, name) && (i != at || end > at))
            return true;
        if (!counting && counts(a) && !strcmp(bare(a->var), name)) /* where it is unset has been said there */
            return true;
    }
    return false;
}

static bool set_anywhere(const struct lint *l, const char *name)
{
    for (size_t i = 0; i < LINT_NACTIONS(l); i++)
        if (sets(lint_action(l, i), name))
            return true;
    return false;
}

static bool tells_errors(const struct lint *l)
{
    for (size_t i = 0; i < LINT_NACTIONS(l); i++)
        if (lint_action(l, i)->verb == ACTION_HANDLE_ERROR)
            return true;
    return false;
}

struct use {
    struct lint *l;
    size_t at;
    char last[64];
};

static void check_name(struct use *u, const char *name)
{
    struct lint *l = u->l;
    if (!strcmp(u->last, name) || may_be_set(l, u->at, name) || (!strcmp(name, "_error") && tells_errors(l)))
        return;
    str_copy(u->last, sizeof u->last, name);
    if (set_anywhere(l, name))
        lint_at(l, lint_action(l, u->at), "$%s is used here and set only later", name);
    else if (!strcmp(name, "_error"))
        lint_at(l, lint_action(l, u->at), "$_error is set only after `handle-error`");
    else if (name[0] == '_')
        lint_at(l, lint_action(l, u->at), "$%s is set neither by this applet's event nor by an action before", name);
    else
        lint_at(l, lint_action(l, u->at), "$%s is never set, and is no `event manager environment` variable", name);
}

#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

static void names_of(struct use *u, const char *text)
{
    for (const char *s = text; (s = strchr(s, '$'));) {
        size_t n = 0;
        char name[64];
        s++;
        while (isalnum((unsigned char)s[n]) || s[n] == '_')
            n++;
        if (n && n < sizeof name) {
            memcpy(name, s, n);
            name[n] = '\0';
            check_name(u, name);
        }
        size_t inside = !n && *s == '(' && (isalpha((unsigned char)s[1]) || s[1] == '_') ? strspn(s + 1, WORD) : 0;
        if (inside && s[1 + inside] == ')')
            lint_at(u->l, lint_action(u->l, u->at),
                    "\"$(%.*s)\" is no variable here, it stands as it is: variables are $name", (int)inside, s + 1);
        s += n;
    }
}

void lint_variables(struct lint *l)
{
    for (size_t i = 0; i < LINT_NACTIONS(l); i++) {
        const struct action_conf *a = lint_action(l, i);
        struct use u = {.l = l, .at = i};
        if (a->verb == ACTION_COMMENT || a->verb == ACTION_HELP)
            continue;
        const char *const texts[] = {a->text, a->pattern, a->more, a->x, a->y, a->z, a->int1, a->int2};
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++)
            if (!(lint_is_goto(a) && texts[k] == a->more))
                names_of(&u, texts[k]);
        if (counts(a))
            check_name(&u, bare(a->var));
    }
}

/* ---- matches of a regexp that may not have matched */

static bool tests_result(const struct action_conf *a)
{
    bool test = a->verb == ACTION_IF || a->verb == ACTION_ELSEIF || a->verb == ACTION_WHILE;
    return test && (strstr(a->text, "$_regexp_result") || strstr(a->pattern, "$_regexp_result"));
}

static bool uses(const struct action_conf *a, const char *name)
{
    const char *const texts[] = {a->text, a->pattern, a->more, a->x, a->int1, a->int2};
    size_t n = strlen(name);
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++)
        for (const char *s = texts[k]; (s = strchr(s, '$')); s++)
            if (!strncmp(s + 1, name, n) && !isalnum((unsigned char)s[1 + n]) && s[1 + n] != '_')
                return true;
    return false;
}

/* Does it look in the very line for a part of what every event's pattern has? */
static bool event_says_so(const struct lint *l, const struct action_conf *re)
{
    if (strcmp(re->text, "$_syslog_msg") || !re->pattern[0] || !l->a->events.n)
        return false;
    CONF_EACH(const struct event_conf, ev, &l->a->events)
    if (ev->type != EEM_SYSLOG || !strstr(ev->pattern, re->pattern) || strchr(ev->pattern, '|'))
        return false;
    return true;
}

/* Is name set by this regexp alone? */
static bool only_here(const struct lint *l, size_t at, const char *name)
{
    for (size_t i = 0; i < LINT_NACTIONS(l); i++)
        if (i != at && sets(lint_action(l, i), name))
            return false;
    return !by_event(l->a, name) && !in_environment(l, name);
}

void lint_regexp_results(struct lint *l)
{
    for (size_t i = 0; i < LINT_NACTIONS(l); i++) {
        const struct action_conf *re = lint_action(l, i);
        const char *const names[] = {re->var, re->sub1, re->sub2, re->sub3};
        if (re->verb != ACTION_REGEXP || event_says_so(l, re))
            continue;
        bool said = false;
        for (size_t k = 0; k < 4 && !said; k++) {
            const char *name = bare(names[k]);
            if (!name[0] || !only_here(l, i, name))
                continue;
            for (size_t j = i + 1; j < LINT_NACTIONS(l) && !said && !tests_result(lint_action(l, j)); j++) {
                if (!uses(lint_action(l, j), name))
                    continue;
                lint_at(l, lint_action(l, j),
                        "$%s is set only when the regexp of action %s matches, and nothing looks at $_regexp_result in "
                        "between",
                        name, re->label);
                said = true;
            }
        }
    }
}

/* ---- never reached */

static bool leaves(const struct action_conf *a)
{
    return a->verb == ACTION_EXIT || a->verb == ACTION_BREAK || a->verb == ACTION_CONTINUE || a->verb == ACTION_RELOAD;
}

static bool ends_block(const struct action_conf *a)
{
    return a->verb == ACTION_END || a->verb == ACTION_ELSE || a->verb == ACTION_ELSEIF;
}

/* $_cli_result ends with the next prompt, so it is never empty. */
static bool asks_for_nothing(const struct action_conf *a, enum eem_op op)
{
    return a->op == op && !strcmp(a->text, "$_cli_result") && !a->pattern[0];
}

/* Both sides are constants, and it holds. */
static bool always(const struct action_conf *a)
{
    return asks_for_nothing(a, EEM_NE) ||
           (!strchr(a->text, '$') && !strchr(a->pattern, '$') && eem_compare(a->op, a->text, a->pattern));
}

static bool never(const struct action_conf *a)
{
    return asks_for_nothing(a, EEM_EQ) ||
           (!strchr(a->text, '$') && !strchr(a->pattern, '$') && !eem_compare(a->op, a->text, a->pattern));
}

/* The head of the if-chain that ends at `end`; SIZE_MAX: it ends a loop. */
static size_t head_of(const struct lint *l, size_t end)
{
    for (size_t i = 0; i < end; i++)
        if (lint_action(l, i)->verb == ACTION_IF && !lint_is_goto(lint_action(l, i)) && l->blocks[i].end == end)
            return i;
    return SIZE_MAX;
}

/* May what follows the action at `last` be reached from it? Not behind one that leaves, nor behind an if-chain whose
 * branches all do. */
static bool goes_on(const struct lint *l, size_t last)
{
    const struct action_conf *a = lint_action(l, last);
    size_t head = a->verb == ACTION_END ? head_of(l, last) : SIZE_MAX;
    bool has_else = false;
    if (head == SIZE_MAX)
        return !leaves(a);
    for (size_t i = head; i < last; i = l->blocks[i].next) {
        has_else |= lint_action(l, i)->verb == ACTION_ELSE;
        if (l->blocks[i].next <= i || l->blocks[i].next == i + 1 || goes_on(l, l->blocks[i].next - 1))
            return true;
        if (lint_action(l, i)->verb == ACTION_ELSE)
            break;
    }
    return !has_else;
}

static void behind_blocks(struct lint *l)
{
    for (size_t i = 0; i + 1 < LINT_NACTIONS(l); i++) {
        const struct action_conf *a = lint_action(l, i), *next = lint_action(l, i + 1);
        if (a->verb == ACTION_IF && !lint_is_goto(a) && always(a) && l->blocks[i].next < l->blocks[i].end) {
            const struct action_conf *other = lint_action(l, l->blocks[i].next + 1);
            if (!ends_block(other) && !lint_is_target(l, other))
                lint_at(l, other, "it is never reached: the condition of action %s always holds", a->label);
        }
        if (a->verb == ACTION_END && !goes_on(l, i) && !ends_block(next) && next->verb != ACTION_COMMENT &&
            !lint_is_target(l, next))
            lint_at(l, next, "it is never reached: every branch before it leaves");
    }
}

void lint_unreachable(struct lint *l)
{
    for (size_t i = 0; i + 1 < LINT_NACTIONS(l); i++) {
        const struct action_conf *a = lint_action(l, i), *next = lint_action(l, i + 1);
        if (a->verb == ACTION_IF && !lint_is_goto(a) && never(a) && !ends_block(next))
            lint_at(l, next, "it is never reached: the condition of action %s never holds", a->label);
        if (!leaves(a) || ends_block(next) || next->verb == ACTION_COMMENT || lint_is_target(l, next))
            continue;
        const char *what = a->verb == ACTION_EXIT       ? "ends the run"
                           : a->verb == ACTION_RELOAD   ? "reloads the router"
                           : a->verb == ACTION_CONTINUE ? "goes back to the head of the loop"
                                                        : "leaves the loop";
        lint_at(l, next, "it is never reached: action %s %s", a->label, what);
    }
    behind_blocks(l);
}

/* Does an action change a variable that the condition looks at? */
static bool moves(const struct action_conf *in, const struct action_conf *condition)
{
    const char *const both[] = {condition->text, condition->pattern};
    for (size_t b = 0; b < 2; b++)
        for (const char *s = both[b]; (s = strchr(s, '$')); s++) {
            char name[64];
            size_t n = 0;
            while ((isalnum((unsigned char)s[1 + n]) || s[1 + n] == '_') && n < sizeof name - 1) {
                name[n] = s[1 + n];
                n++;
            }
            name[n] = '\0';
            if (n && (sets(in, name) || (counts(in) && !strcmp(bare(in->var), name))))
                return true;
        }
    return false;
}

void lint_loops(struct lint *l)
{
    for (size_t i = 0; i < LINT_NACTIONS(l); i++) {
        const struct action_conf *a = lint_action(l, i);
        bool ends = false;
        if (a->verb != ACTION_WHILE || never(a))
            continue;
        for (size_t k = i + 1; k < l->blocks[i].end && k < LINT_NACTIONS(l) && !ends; k++) {
            const struct action_conf *in = lint_action(l, k);
            ends = in->verb == ACTION_BREAK || in->verb == ACTION_EXIT || in->verb == ACTION_RELOAD ||
                   lint_is_goto(in) || moves(in, a);
        }
        if (ends)
            continue;
        lint_at(l, a,
                always(a)
                    ? "the loop never ends: its condition always holds, and nothing leaves it"
                    : "the loop never ends: nothing in it changes what its condition looks at, and nothing leaves it");
    }
}

/* ---- waits and maxrun */

void lint_waits(struct lint *l)
{
    uint64_t sum = 0, given = applet_maxrun(l->a), maxrun = given ? given : UINT64_MAX;
    unsigned depth = 0;
    for (size_t i = 0; i < LINT_NACTIONS(l); i++) {
        const struct action_conf *a = lint_action(l, i);
        int64_t seconds;
        bool opens = (a->verb == ACTION_IF && !lint_is_goto(a)) || a->verb == ACTION_WHILE || a->verb == ACTION_FOREACH;
        if (lint_is_goto(a))
            return; /* who knows what it jumps over */
        depth += opens;
        depth -= a->verb == ACTION_END && depth;
        if (a->verb != ACTION_WAIT || !str_int(a->text, 1, 31536000, &seconds))
            continue;
        uint64_t here = sum + (uint64_t)seconds * 1000;
        if (here >= maxrun) {
            lint_at(
                l, a,
                "it waits until %llu seconds after the beginning at least, and maxrun ends the run after %llu.%03llu",
                (unsigned long long)(here / 1000), (unsigned long long)(maxrun / 1000),
                (unsigned long long)(maxrun % 1000));
            return;
        }
        if (!depth)
            sum = here;
    }
}

void lint_goto(struct lint *l)
{
    for (size_t i = 0; i < LINT_NACTIONS(l); i++) {
        const struct action_conf *a = lint_action(l, i);
        bool there = !lint_is_goto(a);
        for (size_t k = 0; k < LINT_NACTIONS(l) && !there; k++)
            there = !strcmp(lint_action(l, k)->label, a->more);
        if (!there)
            lint_at(l, a, "there is no action %s to go to", a->more);
    }
}
