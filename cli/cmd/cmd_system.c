/* cmd_system.c: the router as a machine: show version, reload.
 *
 * show version follows IOS's layout line by line, because programs read it (the train in the first line, "uptime is",
 * "image file is", "bytes of memory", "board ID"), and says in it that the software is espial, with its own version.
 * Facts about memory and interfaces come from the root.
 *
 * reload asks about unsaved changes, then for a confirmation by one key, posts %SYS-5-RELOAD and hands over to the
 * root. A program that answers nothing gets "no" to the first question and "yes" to the second.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/cmd/cmd_local.h"
#include "cli/shell/store.h"

MSG(MSG_RELOAD, "SYS", 5, "RELOAD", 0, "Reload requested by %s. Reload Reason: Reload Command.");

void uptime_format(uint64_t seconds, struct text *out)
{
    static const struct {
        uint64_t seconds;
        const char *name;
    } units[] = {{365 * 86400, "year"}, {7 * 86400, "week"}, {86400, "day"}, {3600, "hour"}, {60, "minute"}};
    const char *comma = "";
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        uint64_t n = seconds / units[i].seconds;
        seconds %= units[i].seconds;
        bool last = i + 1 == sizeof units / sizeof units[0];
        if (!n && !(last && !comma[0]))
            continue;
        text_printf(out, "%s%llu %s%s", comma, (unsigned long long)n, units[i].name, n == 1 ? "" : "s");
        comma = ", ";
    }
}

const char *session_by(const struct session_view *v)
{
    const char *by = strstr(v->origin, " by ");
    return by ? by + 4 : "console";
}

/* ---- show version ---- */

static void version_head(const struct cli *cli, struct text *t)
{
    const char *v = cli->env.version;
    if (cli->env.iosxe) {
        text_printf(t, "Cisco IOS XE Software, Version %s\n", v);
        text_printf(t, "Cisco IOS Software [espial], espial Software (ESPIAL-M), Version %s, RELEASE SOFTWARE\n", v);
    } else {
        text_printf(t, "Cisco IOS Software, espial Software (ESPIAL-M), Version %s, RELEASE SOFTWARE\n", v);
    }
    text_printf(t,
                "espial %s is free software in the likeness of IOS. It is neither made nor\nendorsed by Cisco Systems "
                "and contains none of its software.\n",
                v);
}

static enum cmd_result show_version(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    const struct cli_env *env = &cli->env;
    struct cli_memory memory;
    char restarted[64];
    struct text t = {0};
    version_head(cli, &t);
    text_printf(&t, "\nROM: espial%s\n\n", env->iosxe ? " IOS-XE ROMMON" : " bootstrap");
    text_printf(&t, "%s uptime is ", cli_hostname(cli));
    uptime_format((loop_now(env->loop) - cli->born_us) / US_PER_S, &t);
    text_printf(&t, "\nSystem returned to ROM by %s\n", env->returned ? env->returned : "power-on");
    text_printf(&t, "System restarted at %s\n", clock_text(env->clock, cli->born_wall_us, false, restarted));
    text_printf(&t, "System image file is \"bootflash:espial-%s\"\n", env->version);
    text_printf(&t, "Last reload reason: %s\n\n",
                env->returned && !strcmp(env->returned, "reload") ? "Reload Command" : "PowerOn");
    if (env->memory && env->memory(env->arg, &memory))
        text_printf(&t, "Cisco espial (revision %s) processor with %lluK/%lluK bytes of memory.\n", env->version,
                    (unsigned long long)((memory.processor.total - memory.io.total) / 1024), (unsigned long long)(memory.io.total / 1024));
    else
        text_printf(&t, "Cisco espial (revision %s) processor\n", env->version);
    if (env->serial) {
        text_printf(&t, "Processor board ID %s\n", env->serial);
    } else {
        text_add(&t, "Processor board ID ESPIAL-");
        for (const char *p = cli_hostname(cli); *p; p++)
            text_printf(&t, "%c", *p >= 'a' && *p <= 'z' ? *p - 32 : *p);
        text_add(&t, "\n");
    }
    if (env->version_lines)
        env->version_lines(env->arg, &t);
    uint64_t size, avail;
    if (file_space(env->files, "nvram:", &size, &avail) == FILE_OK)
        text_printf(&t, "%lluK bytes of non-volatile configuration memory.\n", (unsigned long long)(size / 1024));
    text_add(&t, "\nConfiguration register is 0x2102\n\n");
    out_write(c->out, t.s, t.len);
    text_free(&t);
    return CMD_OK;
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
    DO(EXEC, 1, "show version", show_version, "System hardware and software status"),
    DO(EXEC, 15, "reload", do_reload, "Halt and perform a cold restart"),
};
const struct cmd_table cli_table_system = CMD_TABLE("cli/cmd/cmd_system", rows);
