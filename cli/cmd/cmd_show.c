/* cmd_show.c: the configuration shown: show running-config [all | interface X], show startup-config, write terminal.
 * The text is made anew each time, from the bound fields; the header is IOS's, whose first three lines backup programs
 * drop unread.
 */
#include <string.h>

#include "cli/cmd/cmd_local.h"
#include "cli/config/config.h"
#include "cli/shell/store.h"

static void header(struct cmd_ctx *c, size_t bytes)
{
    out_printf(c->out, "Building configuration...\n\nCurrent configuration : %zu bytes\n", bytes);
}

static enum cmd_result show_running(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    struct text t = {0};
    store_running(cli->shells, cmd_has(c, "all"), &t);
    header(c, t.len);
    out_write(c->out, t.s, t.len);
    out_text(c->out, "\n");
    text_free(&t);
    return CMD_OK;
}

static enum cmd_result show_running_interface(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    struct text head = {0}, t = {0};
    text_printf(&head, "interface %s", cmd_str(c, "ifname"));
    text_add(&t, "!\n");
    bool found = config_running_section(cli->grammar, head.s, &t);
    if (found) {
        text_add(&t, "end\n");
        header(c, t.len);
        out_write(c->out, t.s, t.len);
        out_text(c->out, "\n");
    } else {
        out_printf(c->out, "%% Interface %s does not exist\n", cmd_str(c, "ifname"));
    }
    text_free(&head);
    text_free(&t);
    return found ? CMD_OK : CMD_FAIL;
}

static enum cmd_result show_startup(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    struct text t = {0};
    uint64_t total, avail;
    enum file_result r = file_read(cli->env.files, STARTUP_CONFIG, &t);
    if (r == FILE_NOT_FOUND) {
        out_text(c->out, "startup-config is not present\n");
    } else if (r != FILE_OK) {
        text_free(&t);
        return file_error(c, "opening", STARTUP_CONFIG, r);
    } else {
        if (file_space(cli->env.files, STARTUP_CONFIG, &total, &avail) == FILE_OK)
            out_printf(c->out, "Using %zu out of %llu bytes\n", t.len, (unsigned long long)total);
        out_write(c->out, text_str(&t), t.len);
    }
    text_free(&t);
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    DO(EXEC, 15, "show running-config [all=all]", show_running,
       "Current operating configuration|Configuration with defaults"),
    DO(EXEC, 15, "show running-config interface <ifname>", show_running_interface,
       "|Show interface configuration|Interface"),
    DO(EXEC, 15, "show startup-config", show_startup, "Contents of startup configuration"),
    HELP(EXEC, "write", "Write running configuration to memory, network, or terminal"),
    DO(EXEC, 15, "write terminal", show_running, "Write to terminal"),
};
const struct cmd_table cli_table_show = CMD_TABLE("cli/cmd/cmd_show", rows);
