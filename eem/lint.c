/* lint.c: looking at an applet before its event does: a table of checks, one function each, and what they share.
 *
 * A check says what will happen, at the action or event that makes it happen; it says nothing where it is not sure.
 * Findings are told to the caller with the applet, the place and the name of the check: `espial eem lint` makes lines of
 * files of them, a router with `event manager lint` messages at registration. The checks of the text of a configuration
 * (quotes, lines that replace others) are where that text is read, cli/offline. */
#include "eem/lint.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "eem/lint_local.h"
#include "espial/mem.h"

static void say(struct lint *l, enum eem_place place, const char *name, const char *fmt, va_list ap)
{
    struct text t = {0};
    text_vprintf(&t, fmt, ap);
    const struct eem_finding f = {
        .applet = l->a, .place = place, .name = name, .check = l->check, .text = text_str(&t)};
    l->found++;
    l->env->say(l->env->arg, &f);
    text_free(&t);
}

void lint_at(struct lint *l, const struct action_conf *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(l, EEM_AT_ACTION, a->label, fmt, ap);
    va_end(ap);
}

void lint_event(struct lint *l, const struct event_conf *ev, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(l, EEM_AT_EVENT, ev->tag, fmt, ap);
    va_end(ap);
}

void lint_applet(struct lint *l, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(l, EEM_AT_APPLET, "", fmt, ap);
    va_end(ap);
}

bool lint_is_goto(const struct action_conf *a)
{
    return a->verb == ACTION_IF && a->more[0];
}

bool lint_is_target(const struct lint *l, const struct action_conf *a)
{
    for (size_t i = 0; i < LINT_NACTIONS(l); i++)
        if (lint_is_goto(lint_action(l, i)) && !strcmp(lint_action(l, i)->more, a->label))
            return true;
    return false;
}

bool lint_word(const char *word, const char *full, size_t least)
{
    size_t n = strcspn(word, " \t|");
    return n >= least && n <= strlen(full) && !strncasecmp(word, full, n);
}

const char *lint_next_word(const char *s)
{
    s += strcspn(s, " \t");
    return s + strspn(s, " \t");
}

/* ---- checks of the frame */

static void events(struct lint *l)
{
    char why[128] = "";
    if (!l->a->events.n)
        lint_applet(l, "it has no event, and is never registered");
    CONF_EACH(const struct event_conf, ev, &l->a->events)
    {
        const struct detector *d = detector_of(ev->type);
        if (!eem_event_check(ev, why))
            lint_event(l, ev, "the event cannot be used: %s", why);
        else if (d->inert)
            lint_event(l, ev, "nothing in this router raises event %s", d->name);
    }
    if (l->a->events.n && !trigger_check(l->a, why))
        lint_applet(l, "%s", why);
    if (l->a->events.n && !LINT_NACTIONS(l))
        lint_applet(l, "it has no action, and does nothing");
}

static void pairing(void *arg, size_t at, const char *what)
{
    struct lint *l = arg;
    lint_at(l, lint_action(l, at), "%s: the applet is not registered", what);
}

static void blocks(struct lint *l)
{
    mem_free(flow_blocks(l->a, pairing, l));
}

static const struct {
    const char *name;
    void (*check)(struct lint *l);
    bool flow; /* only where blocks pair */
} checks[] = {
    {"events", events, false},
    {"blocks", blocks, false},
    {"labels", lint_labels, false},
    {"goto", lint_goto, false},
    {"never", lint_never, false},
    {"everything", lint_everything, false},
    {"own-lines", lint_own_lines, false},
    {"dialect", lint_dialect, false},
    {"globs", lint_globs, false},
    {"variables", lint_variables, true},
    {"regexp-results", lint_regexp_results, true},
    {"unreachable", lint_unreachable, true},
    {"endless", lint_loops, true},
    {"waits", lint_waits, true},
    {"enable", lint_enable, true},
    {"prompts", lint_prompts, true},
    {"modes", lint_modes, true},
    {"line-ends", lint_line_ends, false},
    {"sync", lint_sync, false},
    {"abbreviations", lint_abbreviations, false},
};

const char *eem_lint_check(size_t i)
{
    return i < sizeof checks / sizeof checks[0] ? checks[i].name : NULL;
}

static void not_paired(void *arg, size_t at, const char *what)
{
    (void)at;
    (void)what;
    *(bool *)arg = false;
}

size_t eem_lint(const struct applet_conf *a, const struct eem_lint_env *env)
{
    struct lint l = {.a = a, .env = env, .paired = true};
    l.blocks = flow_blocks(a, not_paired, &l.paired);
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        if (checks[i].flow && !l.paired)
            continue;
        l.check = checks[i].name;
        checks[i].check(&l);
    }
    mem_free(l.blocks);
    return l.found;
}

void eem_finding_text(const struct eem_finding *f, struct text *out)
{
    text_printf(out, "%s: ", f->applet->name);
    if (f->place == EEM_AT_ACTION)
        text_printf(out, "action %s: ", f->name);
    else if (f->place == EEM_AT_EVENT && f->name[0])
        text_printf(out, "event tag %s: ", f->name);
    text_add(out, f->text);
}

/* ---- in a router */

MSG(FINDING, "HA_EM", 4, "FMPD_LINT", 0, "%s");

/* What the checks of one applet are told, and who listens. */
struct here {
    struct eem *eem;
    void (*tell)(void *arg, const struct eem_finding *f);
    void *arg;
};

static void say_here(void *arg, const struct eem_finding *f)
{
    const struct here *h = arg;
    h->tell(h->arg, f);
}

static bool spell_here(void *arg, const char *mode, const char *line, struct text *full)
{
    const struct eem_env *env = &((struct here *)arg)->eem->env;
    return env->spell && env->spell(env->arg, mode, line, full);
}

size_t eem_lint_here(struct eem *e, const struct applet_conf *a, void (*tell)(void *arg, const struct eem_finding *f),
                     void *arg)
{
    struct here h = {.eem = e, .tell = tell, .arg = arg};
    const struct eem_lint_env env = {.conf = &e->conf,
                                     .quiet_prompts = e->env.quiet_prompts && e->env.quiet_prompts(e->env.arg),
                                     .spell = spell_here,
                                     .say = say_here,
                                     .arg = &h};
    return eem_lint(a, &env);
}

static void log_finding(void *arg, const struct eem_finding *f)
{
    const struct eem *e = arg;
    struct text t = {0};
    eem_finding_text(f, &t);
    msg_post(e->env.log, &FINDING, text_str(&t));
    text_free(&t);
}

void eem_lint_registered(struct eem *e, const struct applet_conf *a)
{
    (void)eem_lint_here(e, a, log_finding, e);
}
