/* cmd_try.c: applets tried before their event does: `event manager applet NAME test LINE` says whether a line of the log (or a
 * command, spelled out) would trigger an applet, and why not; `show event manager lint` what is doubtful in applets. With `event manager lint` in the
 * configuration the same is logged whenever an applet is registered. Nothing is run. */
#include <string.h>

#include "eem/cmd/cmd.h"
#include "eem/eem.h"
#include "eem/lint.h"
#include "eem/why.h"

static enum cmd_result do_test(struct cmd_ctx *c)
{
    struct text said = {0};
    bool known = eem_try(c->self, cmd_str(c, "name"), cmd_str(c, "line"), &said);
    if (known)
        out_text(c->out, text_str(&said));
    else
        out_printf(c->out, "%% EEM policy %s is not registered\n", cmd_str(c, "name"));
    text_free(&said);
    return known ? CMD_OK : CMD_FAIL;
}

static void say(void *arg, const struct eem_finding *f)
{
    struct text t = {0};
    eem_finding_text(f, &t);
    out_printf(arg, "%s. [%s]\n", text_str(&t), f->check);
    text_free(&t);
}

static enum cmd_result show_lint(struct cmd_ctx *c)
{
    struct eem_conf *conf = eem_conf(c->self);
    const char *only = cmd_has(c, "name") ? cmd_str(c, "name") : NULL;
    size_t applets = 0, found = 0;
    CONF_EACH(const struct applet_conf, a, &conf->applets)
    {
        if (only && strcmp(only, a->name))
            continue;
        applets++;
        found += eem_lint_here(c->self, a, say, c->out);
    }
    if (only && !applets) {
        out_printf(c->out, "%% EEM policy %s is not configured\n", only);
        return CMD_FAIL;
    }
    out_printf(c->out, "%zu warning%s in %zu applet%s\n", found, found == 1 ? "" : "s", applets,
               applets == 1 ? "" : "s");
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    DO(EXEC, 1, "show event manager lint [<word:name>]", show_lint, "What is doubtful in applets|Name of an applet"),
    HELP(EXEC, "event manager applet", "Applets"),
    DO(EXEC, 15, "event manager applet <word:name> test <line:line>", do_test,
       "Name of the applet|Say whether a line of the log or a command would trigger it|The line, or the command in "
       "full"),
};

const struct cmd_table eem_table_try = CMD_TABLE("eem/cmd/cmd_try", rows);
