/* cmd_debug.c: the debugs of all engines at once: show debug, undebug all, no debug all, debug all. The bits are the
 * engines' (espial/debug.h); so are the rows that switch one of them (`debug crypto isakmp`).
 */
#include <string.h>

#include "cli/cmd/cmd_local.h"
#include "espial/debug.h"

static enum cmd_result show_debug(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    const char *heading = NULL;
    const struct debug_item *item;
    for (size_t cursor = 0; (item = debug_next(cli->env.debug, &cursor)) != NULL;) {
        if (!*item->on)
            continue;
        if (!heading || strcmp(heading, item->subsystem))
            out_printf(c->out, "%s%s:\n", heading ? "\n" : "", item->subsystem);
        heading = item->subsystem;
        out_printf(c->out, "  %s is on\n", item->text);
    }
    if (heading)
        out_text(c->out, "\n");
    return CMD_OK;
}

static enum cmd_result off(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    debug_set_all(cli->env.debug, false);
    out_text(c->out, "All possible debugging has been turned off\n");
    return CMD_OK;
}

static void all_answer(void *arg, const char *text)
{
    struct cmd_ctx *c = arg;
    struct cli *cli = c->self;
    if (text[0] != 'y' && text[0] != 'Y') {
        cmd_done(c->host, c->shell, CMD_FAIL);
        return;
    }
    debug_set_all(cli->env.debug, true);
    out_text(c->out, "All possible debugging has been turned on\n");
    cmd_done(c->host, c->shell, CMD_OK);
}

static enum cmd_result do_debug_all(struct cmd_ctx *c)
{
    if (c->no)
        return off(c);
    c->host->ask(c->shell, "This may severely impact network performance. Continue? (yes/[no]): ", false, all_answer,
                 c);
    return CMD_WAIT;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "debug", "Debugging functions (see also 'undebug')"),
    DO_NO(EXEC, 15, "debug all", do_debug_all, "Enable all debugging"),
    HELP(EXEC, "undebug", "Disable debugging functions (see also 'debug')"),
    DO(EXEC, 15, "undebug all", off, "All debugging functions"),
    DO(EXEC, 1, "show debugging", show_debug, "State of each debugging option"),
};
const struct cmd_table cli_table_debug = CMD_TABLE("cli/cmd/cmd_debug", rows);
