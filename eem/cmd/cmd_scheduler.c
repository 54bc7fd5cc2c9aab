/* cmd_scheduler.c: commands to the event manager's engine: `event manager scheduler clear|hold|release|modify`, `clear
 * event manager`, `debug event manager`, `event manager update`.
 *
 * A job is named by its number, as `show event manager policy active` and `pending` print it, or by its class. */
#include <string.h>

#include "eem/cmd/cmd.h"
#include "eem/eem.h"

static bool class_ok(const char *s)
{
    return !strcmp(s, "default") || (s[0] >= 'A' && s[0] <= 'Z' && !s[1]);
}

static enum cmd_result do_jobs(struct cmd_ctx *c)
{
    struct eem_choice which = {.job = (uint32_t)cmd_int(c, "job"),
                               .class_name = cmd_has(c, "class_name") ? cmd_str(c, "class_name") : NULL};
    unsigned n = 0;
    if ((which.class_name && !class_ok(which.class_name)) || (cmd_has(c, "to") && !class_ok(cmd_str(c, "to")))) {
        out_text(c->out, "% Class must be default or a letter from A to Z\n");
        return CMD_FAIL;
    }
    if (cmd_has(c, "script"))
        return CMD_OK; /* there are none */
    if (cmd_has(c, "clear"))
        n = eem_jobs_clear(c->self, &which);
    else if (cmd_has(c, "hold"))
        n = eem_jobs_hold(c->self, &which);
    else if (cmd_has(c, "release"))
        n = eem_jobs_release(c->self, &which);
    else
        n = eem_jobs_modify(c->self, &which, cmd_str(c, "to"));
    if (n || !which.job)
        return CMD_OK;
    out_printf(c->out, "%% EEM job %u is not there\n", which.job);
    return CMD_FAIL;
}

static enum cmd_result do_update(struct cmd_ctx *c)
{
    out_text(c->out, "% EEM Tcl policies are not supported\n");
    return CMD_FAIL;
}

static enum cmd_result do_clear_detector(struct cmd_ctx *c)
{
    if (eem_clear_detector(c->self, cmd_has(c, "name") ? cmd_str(c, "name") : NULL))
        return CMD_OK;
    out_printf(c->out, "%% Event detector %s is not available\n", cmd_str(c, "name"));
    return CMD_FAIL;
}

static enum cmd_result do_clear_statistics(struct cmd_ctx *c)
{
    eem_clear_statistics(c->self);
    return CMD_OK;
}

static enum cmd_result do_clear_history(struct cmd_ctx *c)
{
    eem_clear_history(c->self);
    return CMD_OK;
}

/* ---- debug */

static void put(struct cmd_ctx *c, bool *bit, const char *what, const char *more)
{
    *bit = !c->no;
    out_printf(c->out, "Debug EEM %s%s debugging is %s\n", what, more, c->no ? "off" : "on");
}

static void put_detectors(struct cmd_ctx *c)
{
    struct eem_debug *d = eem_debug(c->self);
    struct eem_detector_info info;
    for (size_t cursor = 0; eem_detector_next(c->self, &cursor, &info);)
        put(c, &d->detectors[cursor - 1], "detector ", info.name);
}

static enum cmd_result do_debug(struct cmd_ctx *c)
{
    struct eem_debug *d = eem_debug(c->self);
    bool all = cmd_has(c, "everything");
    if (all || cmd_has(c, "cli"))
        put(c, &d->action_cli, "action cli", "");
    if (all || cmd_has(c, "mail"))
        put(c, &d->action_mail, "action mail", "");
    if (all || cmd_has(c, "events"))
        put(c, &d->server_events, "server events", "");
    if (all || cmd_has(c, "scheduling"))
        put(c, &d->server_scheduling, "server scheduling", "");
    if (all)
        put_detectors(c);
    return CMD_OK;
}

static enum cmd_result do_debug_detector(struct cmd_ctx *c)
{
    const char *name = cmd_str(c, "name");
    if (cmd_has(c, "all")) {
        put_detectors(c);
        return CMD_OK;
    }
    int bit = eem_detector_bit(name);
    if (bit < 0) {
        out_printf(c->out, "%% Event detector %s is not available\n", name);
        return CMD_FAIL;
    }
    put(c, &eem_debug(c->self)->detectors[bit], "detector ", name);
    return CMD_OK;
}

#define WHICH      "{all|policy <job:1-4294967295>|queue-type {applet|script=script} [class <word:class_name>]}"
#define WHICH_HELP "All jobs|One job|Job id|The jobs of a queue|Applets|Scripts|Of one class|default or a letter"

static const struct cmd_row rows[] = {
    HELP(EXEC, "event", "Event related commands"),
    HELP(EXEC, "event manager", "Event manager commands"),
    HELP(EXEC, "event manager scheduler", "Commands to the scheduler"),
    DO(EXEC, 15, "event manager scheduler clear=clear " WHICH, do_jobs, "End running and waiting jobs|" WHICH_HELP),
    DO(EXEC, 15, "event manager scheduler hold=hold " WHICH, do_jobs, "Hold waiting jobs|" WHICH_HELP),
    DO(EXEC, 15, "event manager scheduler release=release " WHICH, do_jobs, "Let held jobs wait again|" WHICH_HELP),
    DO(EXEC, 15,
       "event manager scheduler modify {all=all|policy <job:1-4294967295>|queue-type {applet|script=script}} class "
       "<word:to>",
       do_jobs,
       "Move waiting jobs to another class|All jobs|One job|Job id|The jobs of a queue|Applets|Scripts|New class|"
       "default or a letter"),
    DO(EXEC, 15, "event manager update user policy [name <word:name>|group <word:name>] [repository <word:where>]",
       do_update, "Update policies|Of the user|Policy files|By name|File|By a pattern|Pattern|Where from|URL"),
    HELP(EXEC, "clear event", "Event related clear commands"),
    HELP(EXEC, "clear event manager", "Event manager clear commands"),
    DO(EXEC, 15, "clear event manager detector counters [all=all|<word:name>]", do_clear_detector,
       "Event detectors|How many events|All detectors|Name of a detector"),
    DO(EXEC, 15, "clear event manager server counters", do_clear_statistics,
       "Server|Statistics of policies and queues"),
    DO(EXEC, 15, "clear event manager statistics", do_clear_statistics, "Statistics of policies and queues"),
    DO(EXEC, 15, "clear event manager history", do_clear_history, "History of events and traps"),
    HELP(EXEC, "debug event", "Event related debugging"),
    HELP(EXEC, "debug event manager", "Event manager debugging"),
    HELP(EXEC, "debug event manager action", "Debug actions of policies"),
    HELP(EXEC, "debug event manager detector", "Debug event detectors"),
    HELP(EXEC, "debug event manager server", "Debug the server"),
    DO_NO(EXEC, 15, "debug event manager action cli=cli", do_debug, "Debug CLI actions"),
    DO_NO(EXEC, 15, "debug event manager action mail=mail", do_debug, "Debug mail actions"),
    DO_NO(EXEC, 15, "debug event manager server events=events", do_debug, "Events that become jobs"),
    DO_NO(EXEC, 15, "debug event manager server scheduling=scheduling", do_debug, "Jobs that start and end"),
    DO_NO(EXEC, 15, "debug event manager all=everything", do_debug, "All of it"),
    DO_NO(EXEC, 15, "debug event manager detector {all=all|<word:name>}", do_debug_detector,
          "All detectors|Name of a detector"),
};

const struct cmd_table eem_table_scheduler = CMD_TABLE("eem/cmd/cmd_scheduler", rows);
