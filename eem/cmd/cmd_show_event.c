/* cmd_show_event.c: `show event manager environment` and `event manager run`.
 *
 * `event manager run` keeps its line until the applet has ended,
 * unless the event says `sync no` or its `default` is over; an interrupt gives the prompt back, the applet runs on. */
#include <string.h>

#include "eem/cmd/cmd.h"
#include "eem/eem.h"
#include "espial/mem.h"

/* ---- show */

static enum cmd_result show_environment(struct cmd_ctx *c)
{
    unsigned no = 0;
    const char *only = cmd_has(c, "name") ? cmd_str(c, "name") : NULL;
    const struct eem_conf *conf = eem_conf(c->self);
    CONF_EACH(const struct environment_conf, env, &conf->environment)
    {
        if (only) {
            if (!strcmp(only, env->name)) {
                out_printf(c->out, "%s: %s\n", env->name, env->value);
                return CMD_OK;
            }
            continue;
        }
        if (!no)
            out_printf(c->out, "%-5s%-30s%-30s\n", "No.", "Name", "Value");
        out_printf(c->out, "%-5u%-30s%-30s\n", ++no, env->name, env->value);
    }
    if (only) {
        out_text(c->out, "Environment variable not found\n");
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
    if (w->answer)
        answered(w, NULL);
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
    if (cmd_nth(c, "argument", EEM_RUN_ARGS)) {
        out_printf(c->out, "%% A policy takes %d arguments at most\n", EEM_RUN_ARGS);
        return CMD_FAIL;
    }
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
    case EEM_RUN_UNKNOWN:
    case EEM_RUN_NOT_NONE:
        out_printf(c->out, "EEM policy %s not registered with event none Event Detector\n", cmd_str(c, "name"));
        break;
    case EEM_RUN_QUEUE_FULL:
        out_printf(c->out, "%% EEM policy %s cannot be run now: suppressed by its rate limit or the queue is full\n",
                   cmd_str(c, "name"));
        break;
    }
    return CMD_FAIL;
}

static const struct cmd_row rows[] = {
    DO(EXEC, 1, "show event manager environment [all|<word:name>]", show_environment,
       "Environment variables|All environment variables|Name of an environment variable"),
    DO(EXEC, 15, "event manager run <word:name> [<word:argument>...]", do_run,
       "Run a registered policy|Name of policy|Argument of policy"),
};

const struct cmd_table eem_table_show = CMD_TABLE("eem/cmd/cmd_show_event", rows);
