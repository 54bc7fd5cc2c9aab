/* cmd_system.c: reload.
 *
 * It asks about unsaved changes, then for a confirmation by one key, posts %SYS-5-RELOAD and hands over to the
 * root. A program that answers nothing gets "no" to the first question and "yes" to the second.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/cmd/cmd_local.h"
#include "cli/shell/store.h"

MSG(MSG_RELOAD, "SYS", 5, "RELOAD", 0, "Reload requested by %s. Reload Reason: Reload Command.");

const char *session_by(const struct session_view *v)
{
    const char *by = strstr(v->origin, " by ");
    return by ? by + 4 : "console";
}

/* ---- reload ---- */

static const char save_question[] = "\nSystem configuration has been modified. Save? [yes/no]: ";
static const char proceed_question[] = "Proceed with reload? [confirm]";

static void proceed_answer(void *arg, const char *text)
{
    struct cmd_ctx *c = arg;
    struct cli *cli = c->self;
    struct session_view v;
    if (text[0] && text[0] != 'y' && text[0] != 'Y') {
        cmd_done(c->host, c->shell, CMD_FAIL);
        return;
    }
    session_view(c->shell, &v);
    msg_post(cli->env.log, &MSG_RELOAD, session_by(&v));
    if (!v.terminal) /* a terminal stays busy, so that nothing typed ahead reaches the router that goes */
        cmd_done(c->host, c->shell, CMD_OK);
    cli->env.reload(cli->env.arg);
}

static void ask_proceed(struct cmd_ctx *c)
{
    c->host->ask(c->shell, proceed_question, true, proceed_answer, c);
}

static bool answers(const char *text, const char *word)
{
    size_t n = strlen(text);
    return n > 0 && n <= strlen(word) && !strncasecmp(text, word, n);
}

static void save_answer(void *arg, const char *text)
{
    struct cmd_ctx *c = arg;
    struct session_view v;
    session_view(c->shell, &v);
    if (answers(text, "yes")) {
        if (save_config(c, STARTUP_CONFIG) != CMD_OK) {
            cmd_done(c->host, c->shell, CMD_FAIL);
            return;
        }
    } else if (!answers(text, "no") && (v.terminal || text[0])) {
        out_text(c->out, "% Please answer 'yes' or 'no'.\n");
        c->host->ask(c->shell, save_question + 1, false, save_answer, c);
        return;
    }
    ask_proceed(c);
}

static enum cmd_result do_reload(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    if (!cli->env.reload) {
        out_text(c->out, "% This router cannot be reloaded\n");
        return CMD_FAIL;
    }
    if (shells_config_history(cli->shells)->unsaved)
        c->host->ask(c->shell, save_question, false, save_answer, c);
    else
        ask_proceed(c);
    return CMD_WAIT;
}

static const struct cmd_row rows[] = {
    DO(EXEC, 15, "reload", do_reload, "Halt and perform a cold restart"),
};
const struct cmd_table cli_table_system = CMD_TABLE("cli/cmd/cmd_system", rows);
