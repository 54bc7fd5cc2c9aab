/* lint_cli.c: checks of the commands that an applet types or waits for: who may type them, in which mode they are. The
 * commands are looked at in the order of the labels as if every branch were taken; after a branch that types nothing is
 * taken for known that could differ. */
#include <string.h>

#include "eem/lint_local.h"
#include "eem/patterns.h"
#include "espial/regex.h"

/* Commands of privileged EXEC: word, least letters. What stands in user EXEC too is not here. */
static const struct {
    const char *word;
    size_t least;
} privileged[] = {
    {"configure", 4},  {"write", 2},          {"copy", 3},       {"clear", 2},
    {"debug", 3},      {"undebug", 1},        {"reload", 3},     {"delete", 3},
    {"erase", 2},      {"more", 2},           {"dir", 3},        {"archive", 2},
    {"monitor", 3},    {"event", 2},          {"tclsh", 3},      {"test", 3},
    {"verify", 3},     {"rename", 3},         {"mkdir", 2},      {"no", 2},
    {"send", 3},       {"install", 3},        {"guestshell", 6}, {"hw-module", 3},
    {"redundancy", 4}, {"service-module", 9}, {"format", 3},     {"squeeze", 2},
};

static bool needs_enable(const char *command)
{
    for (size_t i = 0; i < sizeof privileged / sizeof privileged[0]; i++)
        if (lint_word(command, privileged[i].word, privileged[i].least))
            return true;
    const char *what = lint_next_word(command);
    return lint_word(command, "show", 2) &&
           (lint_word(what, "running-config", 3) || lint_word(what, "startup-config", 4) ||
            lint_word(what, "tech-support", 4) || lint_word(what, "archive", 4));
}

const char *lint_command(const struct action_conf *a)
{
    return a->verb == ACTION_CLI ? a->text + strspn(a->text, " ") : NULL;
}

void lint_enable(struct lint *l)
{
    if (l->env->conf->session_privilege > 1)
        return;
    for (size_t i = 0; i < LINT_NACTIONS(l); i++) {
        const char *command = lint_command(lint_action(l, i));
        if (!command)
            continue;
        if (lint_word(command, "enable", 2) || command[0] == '$')
            return;
        if (needs_enable(command)) {
            lint_at(l, lint_action(l, i),
                    "\"%.40s\" is typed in user EXEC, where it is refused: `enable` has to come first", command);
            return;
        }
    }
}

/* ---- modes */

static bool branches(const struct action_conf *a)
{
    return a->verb == ACTION_IF || a->verb == ACTION_ELSE || a->verb == ACTION_ELSEIF || a->verb == ACTION_END ||
           a->verb == ACTION_WHILE || a->verb == ACTION_FOREACH;
}

int lint_configures(const char *c)
{
    const char *what = lint_next_word(c);
    if (lint_word(c, "configure", 4) && (!what[0] || lint_word(what, "terminal", 1) || lint_word(what, "exclusive", 1)))
        return 1;
    return !strcmp(c, "end") || !strcmp(c, "^Z") ? 0 : -1;
}

/* Where a session is, as far as that is certain: -1 unknown, 0 EXEC, 1 configuration, 2 a mode below it. */
static int depth_behind(int depth, const char *c)
{
    static const char *const below[] = {"interface", "router", "line", "route-map", "class-map", "policy-map"};
    static const char *const stays[] = {"no", "shutdown", "description", "do"};
    if (depth < 0)
        return -1;
    if (lint_configures(c) >= 0)
        return lint_configures(c);
    if (lint_word(c, "exit", 2) || lint_word(c, "quit", 1))
        return depth - (depth > 0);
    if (!depth)
        return lint_word(c, "tclsh", 3) || lint_word(c, "telnet", 3) || lint_word(c, "ssh", 2) || c[0] == '$' ? -1 : 0;
    for (size_t i = 0; i < sizeof below / sizeof below[0]; i++)
        if (lint_word(c, below[i], 3))
            return 2;
    for (size_t i = 0; i < sizeof stays / sizeof stays[0]; i++)
        if (lint_word(c, stays[i], 2))
            return depth;
    return -1;
}

static bool leaves_session(int depth, const char *c)
{
    return !depth && (lint_word(c, "exit", 2) || lint_word(c, "quit", 1) || lint_word(c, "logout", 3));
}

bool lint_types_more(const struct lint *l, size_t at)
{
    for (size_t i = at + 1; i < LINT_NACTIONS(l); i++)
        if (lint_action(l, i)->verb == ACTION_CLI)
            return true;
    return false;
}

/* `exit` in EXEC ends the session, and with it what is typed behind it. */
static void lint_session(struct lint *l)
{
    int depth = 0;
    for (size_t i = 0; i < LINT_NACTIONS(l); i++) {
        const struct action_conf *a = lint_action(l, i);
        const char *c = lint_command(a);
        if (branches(a) || lint_is_target(l, a))
            depth = -1;
        if (!c)
            continue;
        if (leaves_session(depth, c) && lint_types_more(l, i)) {
            lint_at(l, a,
                    "\"%.40s\" is typed in EXEC and ends the session: the next command fails, and the run with it", c);
            return;
        }
        depth = depth_behind(depth, c);
    }
}

/* ---- EXEC commands in configuration mode */

static bool exec_only(const char *c)
{
    static const struct {
        const char *word;
        size_t least;
    } words[] = {{"show", 2},  {"ping", 4},    {"copy", 3},   {"write", 3},
                 {"debug", 3}, {"undebug", 3}, {"reload", 4}, {"clear", 3}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (lint_word(c, words[i].word, words[i].least))
            return true;
    return false;
}

void lint_modes(struct lint *l)
{
    bool config = false, exec = true, applet = false;
    for (size_t i = 0; i < LINT_NACTIONS(l); i++) {
        const struct action_conf *a = lint_action(l, i);
        const char *c = lint_command(a);
        if (branches(a) || lint_is_target(l, a))
            config = exec = false;
        if (!c)
            continue;
        if (lint_configures(c) >= 0) {
            config = lint_configures(c) == 1;
            exec = !config;
            applet = false;
        } else if (!strncmp(c, "exit", 4) || c[0] == '$') {
            config = exec = false; /* out of which mode is not followed */
        } else if (config && !applet && exec_only(c)) {
            lint_at(l, a,
                    "\"%.40s\" is typed in configuration mode, where it is refused: `end` has to come first, or `do` "
                    "stand before it",
                    c);
            config = false;
        } else if (exec && (lint_word(c, "interface", 3) || lint_word(c, "router", 4) || lint_word(c, "hostname", 4) ||
                            (lint_word(c, "ip", 2) && lint_word(lint_next_word(c), "route", 3)))) {
            lint_at(l, a,
                    "\"%.40s\" is a line of configuration, but typed in EXEC: `configure terminal` has to come first",
                    c);
            exec = false;
        }
        applet |= lint_word(c, "event", 2);
    }
    lint_session(l);
}

/* ---- event cli sync yes */

void lint_sync(struct lint *l)
{
    const struct action_conf *sets = NULL;
    bool asynchronous = l->a->events.n > 0;
    for (size_t i = 0; i < LINT_NACTIONS(l) && !sets; i++) {
        const struct action_conf *a = lint_action(l, i);
        if (!strcmp(a->var, "_exit_status") || (a->verb == ACTION_EXIT && a->text[0]))
            sets = a;
    }
    CONF_EACH(const struct event_conf, ev, &l->a->events)
    {
        asynchronous &= ev->type == EEM_CLI && !ev->sync;
        if (ev->type == EEM_CLI && ev->sync && !sets)
            lint_event(l, ev, "%s and no action that sets _exit_status: commands that fit never run",
                       ev->sync == EEM_SYNC_YES ? "`sync yes`" : "no `sync`, which is `sync yes`,");
    }
    if (asynchronous && sets && sets->verb != ACTION_EXIT)
        lint_at(l, sets, "with `sync no` nothing looks at _exit_status: `skip` alone decides whether the command runs");
}

/* ---- event cli: patterns are held against commands in full */

/* The words of a pattern that is nothing but words: "sh run" of "^sh run.*". False: it is more. */
static bool plain_words(const char *pattern, char out[EEM_TEXT_MAX])
{
    str_copy(out, EEM_TEXT_MAX, pattern + (pattern[0] == '^'));
    size_t n = strlen(out);
    if (n >= 2 && !strcmp(out + n - 2, ".*"))
        out[n -= 2] = '\0';
    if (n && out[n - 1] == '$')
        out[--n] = '\0';
    return n && !strpbrk(out, "\\[](){}|*+?.^$");
}

void lint_abbreviations(struct lint *l)
{
    CONF_EACH(const struct event_conf, ev, &l->a->events)
    {
        char words[EEM_TEXT_MAX], why[128];
        struct text full = {0};
        if (ev->type != EEM_CLI || ev->tab_key || ev->question || !l->env->spell || !plain_words(ev->pattern, words) ||
            !l->env->spell(l->env->arg, cli_mode_name(ev->mode), words, &full)) {
            text_free(&full);
            continue;
        }
        struct regex *re = pattern_compile(ev->pattern, REGEX_EVENT, why);
        if (re && !regex_match(re, text_str(&full), full.len))
            lint_event(l, ev,
                       "commands are spelled out before patterns are held against them: \"%s\" is \"%s\", which {%s} "
                       "does not fit",
                       words, text_str(&full), ev->pattern);
        regex_free(re);
        text_free(&full);
    }
}
