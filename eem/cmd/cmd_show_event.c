/* cmd_show_event.c: `show event manager ...`, `event manager run`, `debug event manager`.
 *
 * Layouts are those of classic IOS; columns are padded to fixed widths. Times of events print the month and the day as
 * one word ("Mar10"), times of registration do not. `event manager run` keeps its line until the applet has ended,
 * unless the event says `sync no`; an interrupt gives the prompt back, the applet runs on. */
#include <stdio.h>
#include <string.h>

#include "eem/cmd/cmd.h"
#include "eem/eem.h"
#include "espial/clock.h"
#include "espial/mem.h"

/* ---- show */

static const char *event_time(struct cmd_ctx *c, int64_t wall, char out[32])
{
    struct wall_time t = clock_local(eem_clock(c->self), wall);
    snprintf(out, 32, "%s %s%2d %02d:%02d:%02d %d", day_names[t.wday], month_names[t.mon], t.day, t.hour, t.min, t.sec,
             t.year);
    return out;
}

static const char *registered_time(struct cmd_ctx *c, int64_t wall, char out[32])
{
    struct wall_time t = clock_local(eem_clock(c->self), wall);
    snprintf(out, 32, "%s %s %2d %02d:%02d:%02d %d", day_names[t.wday], month_names[t.mon], t.day, t.hour, t.min, t.sec,
             t.year);
    return out;
}

/* The actions as running-config has them. */
static void show_actions(struct cmd_ctx *c, const struct applet_conf *applet)
{
    struct text all = {0};
    c->host->say(c->shell, CONFIG_APPLET, applet, &all);
    for (const char *s = text_str(&all); *s;) {
        size_t n = strcspn(s, "\n");
        if (str_starts(s, "action ") || str_starts(s, "set "))
            out_printf(c->out, " %.*s\n", (int)n, s);
        s += n + (s[n] == '\n');
    }
    text_free(&all);
}

static enum cmd_result show_registered(struct cmd_ctx *c)
{
    struct eem_policy_info p;
    struct text line = {0};
    unsigned no = 0;
    for (size_t cursor = 0; eem_policy_next(c->self, &cursor, &p);) {
        char when[32];
        if (!no)
            out_printf(c->out, "%-5s%-10s%-8s%-20s%-6s%-26s%s\n", "No.", "Class", "Type", "Event Type", "Trap",
                       "Time Registered", "Name");
        out_printf(c->out, "%-5u%-10s%-8s%-20s%-6s%-26s%s\n", ++no, "applet", "user", p.event_name,
                   p.conf->trap ? "On" : "Off", registered_time(c, p.registered_wall, when), p.conf->name);
        unsigned nth = 0;
        CONF_EACH(const struct event_conf, ev, &p.conf->events)
        {
            text_clear(&line);
            eem_event_describe(ev, p.conf->name, &line);
            if (p.conf->events.n > 1)
                out_printf(c->out, " %u: %s: ", ++nth, eem_event_name(ev));
            else
                out_text(c->out, " ");
            out_printf(c->out, "%s\n", text_str(&line));
        }
        CONF_EACH(const struct trigger_conf, t, &p.conf->triggers)
        {
            text_clear(&line);
            eem_trigger_describe(t, &line);
            out_text(c->out, text_str(&line));
        }
        out_printf(c->out, " maxrun %llu.%03llu\n", (unsigned long long)p.maxrun / 1000,
                   (unsigned long long)p.maxrun % 1000);
        show_actions(c, p.conf);
        out_text(c->out, "\n");
    }
    text_free(&line);
    return CMD_OK;
}

static void show_jobs(struct cmd_ctx *c, bool (*next)(const struct eem *, size_t *, struct eem_job_info *))
{
    struct eem_job_info job;
    unsigned no = 0;
    for (size_t cursor = 0; next(c->self, &cursor, &job);) {
        char when[32];
        if (!no) {
            out_text(c->out, "Key: p - Priority        :L - Low, H - High, N - Normal, Z - Last\n"
                             "     s - Scheduling node :A - Active, S - Standby\n\n");
            out_printf(c->out, "%-5s%-12s%-2s%-2s%-8s%-26s%-20s%s\n", "no.", "job id", "p", "s", "status",
                       "time of event", "event type", "name");
        }
        out_printf(c->out, "%-5u%-12u%-2s%-2s%-8s%-26s%-20sapplet: %s\n", ++no, job.job, "N", "A", job.status,
                   event_time(c, job.event_wall, when), job.event_name, job.applet);
    }
}

static enum cmd_result show_active(struct cmd_ctx *c)
{
    show_jobs(c, eem_active_next);
    return CMD_OK;
}

static enum cmd_result show_pending(struct cmd_ctx *c)
{
    show_jobs(c, eem_pending_next);
    return CMD_OK;
}

static enum cmd_result show_history_events(struct cmd_ctx *c)
{
    struct eem_job_info job;
    unsigned no = 0;
    out_printf(c->out, "%-5s%-7s%-5s%-9s%-25s%-18s%s\n", "No.", "Job Id", "Proc", "Status", "Time of Event",
               "Event Type", "Name");
    for (size_t cursor = 0; eem_history_next(c->self, &cursor, &job);) {
        char when[32];
        out_printf(c->out, "%-5u%-7u%-5s%-9s%-25s%-18sapplet: %s\n", ++no, job.job, "Actv", job.status,
                   event_time(c, job.event_wall, when), job.event_name, job.applet);
    }
    return CMD_OK;
}

static enum cmd_result show_history_traps(struct cmd_ctx *c)
{
    struct eem_trap_info trap;
    unsigned no = 0;
    out_printf(c->out, "%-5s%-27s%-14s%s\n", "No.", "Time", "Trap Type", "Name");
    for (size_t cursor = 0; eem_trap_history_next(c->self, &cursor, &trap);) {
        char when[32];
        out_printf(c->out, "%-5u%-27s%-14sapplet: %s\n", ++no, event_time(c, trap.wall, when),
                   trap.policy ? "policy" : "server", trap.applet);
    }
    return CMD_OK;
}

static enum cmd_result show_environment(struct cmd_ctx *c)
{
    unsigned no = 0;
    const char *only = cmd_has(c, "name") ? cmd_str(c, "name") : NULL;
    const struct eem_conf *conf = eem_conf(c->self);
    CONF_EACH(const struct environment_conf, env, &conf->environment)
    {
        if (only) {
            if (!strcmp(only, env->name)) {
                out_printf(c->out, "%s\n", env->value);
                return CMD_OK;
            }
            continue;
        }
        if (!no)
            out_printf(c->out, "%-5s%-30s%-30s\n", "No.", "Name", "Value");
        out_printf(c->out, "%-5u%-30s%-30s\n", ++no, env->name, env->value);
    }
    if (only) {
        out_printf(c->out, "%% Environment variable %s is not defined\n", only);
        return CMD_FAIL;
    }
    return CMD_OK;
}

/* ---- event manager run */

struct waiting {
    struct eem *eem;
    const struct cmd_host *host;
    struct shell *shell;
    struct out *out;
    void (*answer)(void *arg, const char *line); /* of gets; NULL: nothing was asked */
    void *answer_arg;
};

static void run_puts(void *arg, const char *text)
{
    out_text(((struct waiting *)arg)->out, text);
}

static void answered(void *arg, const char *line)
{
    struct waiting *w = arg;
    void (*answer)(void *, const char *) = w->answer;
    w->answer = NULL;
    answer(w->answer_arg, line);
}

static void run_gets(void *arg, void (*answer)(void *aarg, const char *line), void *aarg)
{
    struct waiting *w = arg;
    w->answer = answer;
    w->answer_arg = aarg;
    w->host->ask(w->shell, "", false, answered, w);
}

static void run_ended(void *arg, const struct eem_run_end *end)
{
    struct waiting *w = arg;
    (void)end; /* what went wrong was logged */
    cmd_done(w->host, w->shell, CMD_OK);
    mem_free(w);
}

static void run_interrupted(void *arg, bool closing)
{
    struct waiting *w = arg;
    eem_run_forget(w->eem, w);
    if (w->answer)
        w->answer(w->answer_arg, NULL);
    if (!closing)
        cmd_done(w->host, w->shell, CMD_FAIL);
    mem_free(w);
}

static enum cmd_result do_run(struct cmd_ctx *c)
{
    const char *argv[EEM_RUN_ARGS];
    size_t argc = 0;
    while (argc < EEM_RUN_ARGS && (argv[argc] = cmd_nth(c, "argument", argc)))
        argc++;
    struct waiting *w = NEW(struct waiting);
    *w = (struct waiting){.eem = c->self, .host = c->host, .shell = c->shell, .out = c->out};
    const struct eem_caller caller = {.done = run_ended, .put = run_puts, .get = run_gets, .arg = w};
    bool waits;
    enum eem_run_outcome outcome = eem_run(c->self, cmd_str(c, "name"), argv, argc, &caller, &waits);
    if (outcome == EEM_RUN_STARTED && waits) {
        c->host->on_abort(c->shell, run_interrupted, w);
        return CMD_WAIT;
    }
    mem_free(w);
    switch (outcome) {
    case EEM_RUN_STARTED: return CMD_OK;
    case EEM_RUN_UNKNOWN: out_printf(c->out, "%% EEM policy %s is not registered\n", cmd_str(c, "name")); break;
    case EEM_RUN_NOT_NONE:
        out_printf(c->out, "%% EEM policy %s is not registered with event none\n", cmd_str(c, "name"));
        break;
    case EEM_RUN_QUEUE_FULL:
        out_printf(c->out, "%% EEM policy %s cannot be run now: suppressed by its rate limit or the queue is full\n",
                   cmd_str(c, "name"));
        break;
    }
    return CMD_FAIL;
}

static enum cmd_result do_debug(struct cmd_ctx *c)
{
    eem_debug(c->self)->action_cli = !c->no;
    out_printf(c->out, "Debug EEM action cli debugging is %s\n", c->no ? "off" : "on");
    return CMD_OK;
}

static enum cmd_result do_debug_mail(struct cmd_ctx *c)
{
    eem_debug(c->self)->action_mail = !c->no;
    out_printf(c->out, "Debug EEM action mail debugging is %s\n", c->no ? "off" : "on");
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "show event", "Event related show commands"),
    HELP(EXEC, "show event manager", "Show Event Manager information"),
    HELP(EXEC, "show event manager policy", "Show Event Manager policies"),
    HELP(EXEC, "show event manager history", "Show Event Manager history"),
    DO(EXEC, 1, "show event manager policy registered", show_registered, "Registered policies"),
    DO(EXEC, 1, "show event manager policy active", show_active, "Running policies"),
    DO(EXEC, 1, "show event manager policy pending", show_pending, "Policies waiting to run"),
    DO(EXEC, 1, "show event manager history events", show_history_events, "Events that triggered policies"),
    DO(EXEC, 1, "show event manager history traps", show_history_traps, "Traps sent"),
    DO(EXEC, 1, "show event manager environment [all|<word:name>]", show_environment,
       "Environment variables|All environment variables|Name of an environment variable"),
    HELP(EXEC, "event", "Event related commands"),
    HELP(EXEC, "event manager", "Event manager commands"),
    DO(EXEC, 15, "event manager run <word:name> [<word:argument>...]", do_run,
       "Run a registered policy|Name of policy|Argument of policy"),
    HELP(EXEC, "debug event", "Event related debugging"),
    HELP(EXEC, "debug event manager", "Event manager debugging"),
    HELP(EXEC, "debug event manager action", "Debug actions of policies"),
    DO_NO(EXEC, 15, "debug event manager action cli", do_debug, "Debug CLI actions"),
    DO_NO(EXEC, 15, "debug event manager action mail", do_debug_mail, "Debug mail actions"),
};

const struct cmd_table eem_table_show = CMD_TABLE("eem/cmd/cmd_show_event", rows);
