/* cmd_replace.c: configure replace, configure memory; configure confirm, configure revert, and the trials they end.
 *
 * The question before a replacement is IOS's, and left out with `force`. The file must be a configuration: text, with
 * lines, indented as configurations are. What happens then is cli/shell/replace.c.
 *
 * A change on trial (`configure terminal revert ...`, `configure replace ... time N`) needs the archive, as on IOS: a
 * copy of the running configuration is written there first. What a trial is, is in cli/shell/rollback.c.
 */
#include <string.h>
#include <strings.h>

#include "cli/cmd/cmd_local.h"
#include "cli/cmd/config_read.h"
#include "cli/config/tree.h"
#include "cli/shell/archive.h"
#include "cli/shell/lock.h"
#include "cli/shell/replace.h"
#include "cli/shell/rollback.h"
#include "cli/shell/store.h"

struct replacing {
    struct waiting w; /* first */
    struct config_tree *to;
    bool list, revert;
    unsigned minutes; /* of a trial; 0: none */
};

static void replacing_free(struct waiting *w)
{
    struct replacing *r = (struct replacing *)w;
    config_tree_free(r->to);
    mem_free(r);
}

bool config_trial(struct cmd_ctx *c, unsigned minutes, bool idle)
{
    struct cli *cli = c->self;
    struct session_view v;
    char name[256];
    if (!archive_is_on(cli->archive)) {
        out_text(c->out, "%Turn config archive on before using Rollback Confirmed Change\n");
        return false;
    }
    if (rollback_pending(cli->rollback)) {
        out_text(c->out, "%A Rollback Confirmed Change is already pending\n");
        return false;
    }
    enum file_result e = archive_save(cli->archive, name);
    if (e != FILE_OK) {
        file_error(c, "opening", name, e);
        return false;
    }
    session_view(c->shell, &v);
    out_printf(c->out, "Rollback Confirmed Change: Backing up current running config to %s\n\n", name);
    rollback_start(cli->rollback, &v, name, minutes, idle);
    return true;
}

static enum cmd_result replace_now(struct replacing *r)
{
    struct cli *cli = r->w.c->self;
    if (!shell_config_take(r->w.c->shell, 0, r->w.c->out))
        return CMD_FAIL; /* somebody locked it while the file came or the question stood */
    if (r->minutes && !config_trial(r->w.c, r->minutes, false))
        return CMD_FAIL;
    struct session_view v;
    session_view(r->w.c->shell, &v);
    struct replace_params p = {.user = v.user, .origin = v.origin, .list = r->list, .revert = r->revert};
    return store_replace(cli->shells, r->to, &p, r->w.c->out) == REPLACE_DONE ? CMD_OK : CMD_FAIL;
}

static void replace_answer(void *arg, const char *text)
{
    struct replacing *r = arg;
    bool yes = text[0] && !strncasecmp(text, "yes", strlen(text));
    enum cmd_result result = yes ? replace_now(r) : CMD_FAIL;
    waiting_end(&r->w, result);
}

static enum cmd_result replace_by(struct cmd_ctx *c, const struct config_text *file)
{
    struct text err = {0};
    struct replacing *r = NEW(struct replacing);
    *r = (struct replacing){.list = cmd_has(c, "list"), .revert = cmd_has(c, "error")};
    waiting_begin(&r->w, c, replacing_free);
    r->minutes = (unsigned)(cmd_has(c, "timer") ? cmd_int(c, "timer") : cmd_int(c, "minutes"));
    r->to = config_tree_new(text_str(&file->text), file->text.len, &err);
    if (!r->to) {
        out_printf(c->out, "%%The input file is not a valid config file. (%s)\n", text_str(&err));
        text_free(&err);
        waiting_end(&r->w, CMD_FAIL);
        return CMD_WAIT;
    }
    if (cmd_has(c, "force")) {
        enum cmd_result result = replace_now(r);
        waiting_end(&r->w, result);
        return CMD_WAIT;
    }
    out_text(c->out, "This will apply all necessary additions and deletions\n"
                     "to replace the current running configuration with the\n"
                     "contents of the specified configuration file, which is\n"
                     "assumed to be a complete configuration, not a partial\n");
    c->host->ask(c->shell, "configuration. Enter Y if you are sure you want to proceed. ? [no]: ", false,
                 replace_answer, r);
    return CMD_WAIT;
}

static enum cmd_result do_replace(struct cmd_ctx *c)
{
    const char *url = cmd_str(c, "url");
    return shell_config_take(c->shell, 0, c->out) ? config_read(c, &url, 1, replace_by) : CMD_FAIL;
}

static enum cmd_result do_memory(struct cmd_ctx *c)
{
    if (!shell_config_take(c->shell, 0, c->out))
        return CMD_FAIL;
    struct cli *cli = c->self;
    struct text t = {0}, said = {0};
    struct session_view v;
    enum file_result e = file_read(cli->env.files, STARTUP_CONFIG, &t);
    if (e == FILE_OK) {
        session_view(c->shell, &v);
        store_type(cli->shells, text_str(&t), t.len, "startup-config", v.origin, false, &said);
        out_write(c->out, text_str(&said), said.len);
    }
    text_free(&t);
    text_free(&said);
    return e == FILE_OK ? CMD_OK : file_error(c, "opening", STARTUP_CONFIG, e);
}

static enum cmd_result none_pending(struct cmd_ctx *c)
{
    out_text(c->out, "%No Rollback Confirmed Change pending\n");
    return CMD_FAIL;
}

static enum cmd_result do_confirm(struct cmd_ctx *c)
{
    struct session_view v;
    session_view(c->shell, &v);
    return rollback_confirm(((struct cli *)c->self)->rollback, &v) ? CMD_OK : none_pending(c);
}

static enum cmd_result do_revert(struct cmd_ctx *c)
{
    struct rollback *r = ((struct cli *)c->self)->rollback;
    struct session_view v;
    if (!rollback_pending(r))
        return none_pending(c);
    session_view(c->shell, &v);
    if (cmd_has(c, "timer"))
        rollback_timer(r, &v, (unsigned)cmd_int(c, "timer"), false);
    else if (cmd_has(c, "idle"))
        rollback_timer(r, &v, (unsigned)cmd_int(c, "idle"), true);
    else if (shell_config_take(c->shell, 0, c->out))
        rollback_now(r, c->out);
    else
        return CMD_FAIL;
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    DO(EXEC, 15, "configure memory", do_memory, "Configure from NV memory"),
    DO(EXEC, 15,
       "configure replace <url> &{[list=list]|[force=force]|[time <minutes:1-120>]|[revert trigger error=error [timer "
       "<timer:1-120>]]}",
       do_replace,
       "Replace the running-config with a new config file|Config file URL|List the commands applied in each pass|"
       "Forcibly replace without prompting|Time for confirming the change|Minutes|Parameters for reverting the "
       "original configuration|Trigger to revert the configuration|Revert upon an error|Time for confirming the "
       "change|Minutes"),
    DO(EXEC, 15, "configure confirm", do_confirm, "Confirm replacement of running-config with a new config file"),
    HELP(EXEC, "configure revert", "Parameters for reverting the configuration"),
    DO(EXEC, 15, "configure revert now", do_revert, "Revert the configuration immediately"),
    DO(EXEC, 15, "configure revert timer <timer:1-120>", do_revert, "Revert after a time|Minutes"),
    DO(EXEC, 15, "configure revert timer idle <idle:1-120>", do_revert,
       "|Revert when the session has been idle|Minutes"),
    {.kind = CMD_DO_ROW,
     .mode = EXEC,
     .priv = 15,
     .flags = CMD_HIDDEN,
     .sentence = "configure revert idle <idle:1-120>",
     .fn = do_revert,
     .help = "Revert when the session has been idle|Minutes"},
};
const struct cmd_table cli_table_replace = CMD_TABLE("cli/cmd/cmd_replace", rows);
