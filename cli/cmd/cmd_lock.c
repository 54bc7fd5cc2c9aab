/* cmd_lock.c: `configuration mode exclusive`, show and clear configuration lock. `configure terminal lock` is in
 * cmd_mode.c; what the lock is, in cli/shell/lock.c. With `auto` each `configure terminal` takes it, with `manual` (and
 * without a word) only one that says `lock`. */
#include "cli/cmd/cmd_local.h"
#include "cli/shell/lock.h"
#include "espial/account.h"

static enum cmd_result show_lock(struct cmd_ctx *c)
{
    struct text t = {0};
    shells_lock_show(((struct cli *)c->self)->shells, &t);
    out_write(c->out, text_str(&t), t.len);
    text_free(&t);
    return CMD_OK;
}

static void clear_answer(void *arg, const char *key)
{
    struct cmd_ctx *c = arg;
    bool yes = confirmed(key);
    if (yes)
        shells_lock_clear(((struct cli *)c->self)->shells);
    cmd_done(c->host, c->shell, yes ? CMD_OK : CMD_FAIL);
}

static enum cmd_result do_clear(struct cmd_ctx *c)
{
    if (!shells_is_locked(((struct cli *)c->self)->shells)) {
        out_text(c->out, "%Configuration mode is not locked\n");
        return CMD_FAIL;
    }
    out_printf(c->out, "Process <%d> is holding the EXCLUSIVE LOCK.\n", ACCOUNT_EXEC);
    c->host->ask(c->shell, "Do you want to clear the lock? [confirm]", true, clear_answer, c);
    return CMD_WAIT;
}

static const struct cmd_row rows[] = {
    HELP(CONFIG, "configuration", "Configuration access"),
    HELP(CONFIG, "configuration mode", "Configuration mode"),
    SET(CONFIG, &sys_scope,
        "configuration mode exclusive {auto=exclusive:1|manual=exclusive:2} [expire <exclusive_s:30-600>]",
        "Exclusive configuration mode|Lock the configuration mode automatically|Lock the configuration mode on demand|"
        "Time after which an idle lock expires|Seconds",
        NUM(struct sys_conf, exclusive), NUM(struct sys_conf, exclusive_s)),
    HELP(EXEC, "show configuration", "Contents of Non-Volatile memory"),
    DO(EXEC, 15, "show configuration lock", show_lock, "Configuration lock"),
    HELP(EXEC, "clear configuration", "Configuration access"),
    DO(EXEC, 15, "clear configuration lock", do_clear, "Configuration lock"),
};
const struct cmd_table cli_table_lock = CMD_TABLE("cli/cmd/cmd_lock", rows);
