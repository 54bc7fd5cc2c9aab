/* do_info.c: action info: ask the router about itself. What is answered stands in $_info_* variables.
 *
 *     routername                             $_info_routername
 *     interface-names [include|exclude|regexp S]   $_info_interface_names, parted by blanks
 *     cli frequency, syslog frequency        $_info_cli_frequency: a line for each event cli (syslog) of an applet: how
 *                                            often it matched and raised, and when it last did
 *     cli history, syslog history            $_info_cli_history: the last commands (lines of the logging buffer)
 *                                            The last 32 lines also stand in $_info_syslog_hist_msg_1 (the oldest) to 32
 *     snmp ...                               do_snmp.c
 *
 * Lines are written as the lists of Tcl policies are: names, each before its value, braces around texts. */
#include <stdio.h>
#include <string.h>

#include "eem/eem_local.h"
#include "eem/patterns.h"
#include "espial/mem.h"
#include "espial/regex.h"

enum { LOG_LINES = 50, LOG_VARIABLES = 32 };

static enum step set(struct run *r, const char *name, struct text *t)
{
    bool ok = run_set(r, name, text_str(t));
    text_free(t);
    return ok ? STEP_NEXT : STEP_FAILED;
}

static enum step routername(struct run *r)
{
    const struct eem_env *env = &r->eem->env;
    return run_set(r, "_info_routername", env->hostname ? env->hostname(env->arg) : "") ? STEP_NEXT : STEP_FAILED;
}

/* ---- interface-names */

static enum step interface_names(struct run *r, const struct action_conf *a)
{
    const struct eem_env *env = &r->eem->env;
    struct text t = {0};
    char *wanted = run_value(r, a->text), why[128];
    if (!wanted)
        return STEP_FAILED;
    struct regex *re = a->op == EEM_NAMES_REGEXP ? pattern_compile(wanted, REGEX_IOS, why) : NULL;
    const char *name;
    bool ok = re || a->op != EEM_NAMES_REGEXP;
    for (size_t i = 0; ok && env->ifname && (name = env->ifname(env->arg, i)); i++) {
        bool in = re ? regex_match(re, name, strlen(name)) : strstr(name, wanted) != NULL;
        if (in == (a->op != EEM_NAMES_EXCLUDE) || a->op == EEM_NAMES_ALL)
            text_printf(&t, "%s%s", t.len ? " " : "", name);
    }
    regex_free(re);
    mem_free(wanted);
    if (ok)
        return set(r, "_info_interface_names", &t);
    text_free(&t);
    r->error = "FH_EREGCOMP";
    return STEP_FAILED;
}

/* ---- frequency */

static void add_time(struct text *t, int64_t wall)
{
    text_printf(t, "time_sec %lld time_msec %lld ", (long long)(wall / 1000000), (long long)(wall / 1000 % 1000));
}

static void frequency(struct run *r, uint8_t type, struct text *t)
{
    const struct eem *e = r->eem;
    int64_t now = clock_wall(e->env.clock);
    EEM_WATCHES(w, e, type)
    {
        int64_t last = w->triggered ? now - (int64_t)(loop_now(e->env.loop) - w->last_trigger) : 0;
        add_time(t, last);
        text_printf(t, "match_count %llu raise_count %llu occurs %u period_sec %llu period_msec %llu pattern {%s}\n",
                    (unsigned long long)w->matched, (unsigned long long)w->triggered, w->ev->occurs,
                    (unsigned long long)w->ev->period / 1000, (unsigned long long)w->ev->period % 1000, w->ev->pattern);
    }
}

/* ---- history */

void info_command_fact(void *eem, const void *fact)
{
    struct eem *e = eem;
    const struct fact_command *f = fact;
    struct heard_command *h = &e->commands[e->ncommands++ % EEM_COMMANDS];
    h->wall = clock_wall(e->env.clock);
    str_copy(h->text, sizeof h->text, f->text);
}

static void command_history(const struct eem *e, struct text *t)
{
    for (uint64_t i = e->ncommands > EEM_COMMANDS ? e->ncommands - EEM_COMMANDS : 0; i < e->ncommands; i++) {
        const struct heard_command *h = &e->commands[i % EEM_COMMANDS];
        add_time(t, h->wall);
        text_printf(t, "cmd {%s}\n", h->text);
    }
}

static bool log_history(struct run *r, struct text *t)
{
    struct log *log = r->eem->env.log;
    size_t cursor = 0, n = 0;
    const char *line;
    while (log_buffer_next(log, &cursor))
        n++;
    cursor = 0;
    for (size_t i = 0; (line = log_buffer_next(log, &cursor)); i++) {
        if (i + LOG_LINES >= n)
            text_printf(t, "msg {%s}\n", line);
        if (i + LOG_VARIABLES >= n) {
            char name[40];
            snprintf(name, sizeof name, "_info_syslog_hist_msg_%zu",
                     i + 1 - (n > LOG_VARIABLES ? n - LOG_VARIABLES : 0));
            if (!run_set(r, name, line))
                return false;
        }
    }
    return true;
}

static enum step perform(struct run *r, const struct action_conf *a)
{
    struct text t = {0};
    switch (a->kind) {
    case EEM_INFO_ROUTERNAME: return routername(r);
    case EEM_INFO_INTERFACE_NAMES: return interface_names(r, a);
    case EEM_INFO_CLI_FREQUENCY: frequency(r, EEM_CLI, &t); return set(r, "_info_cli_frequency", &t);
    case EEM_INFO_CLI_HISTORY: command_history(r->eem, &t); return set(r, "_info_cli_history", &t);
    case EEM_INFO_SYSLOG_FREQUENCY: frequency(r, EEM_SYSLOG, &t); return set(r, "_info_syslog_frequency", &t);
    case EEM_INFO_SYSLOG_HISTORY:
        if (log_history(r, &t))
            return set(r, "_info_syslog_history", &t);
        text_free(&t);
        return STEP_FAILED;
    default: return info_snmp(r, a);
    }
}

const struct action_kind action_info = {.perform = perform};
