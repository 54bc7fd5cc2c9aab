/* cmd_terminal.c: the session's own terminal: `terminal ...`, `show terminal`, `show history`, `show aliases`, `show
 * privilege`. Settings are of this session alone and work at privilege 1, because automation turns the pager
 * off before anything else.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cmd/cmd_local.h"

static enum cmd_result do_length(struct cmd_ctx *c)
{
    session_set_length(c->shell, cmd_has(c, "lines") ? (unsigned)cmd_int(c, "lines") : 24);
    return CMD_OK;
}

static enum cmd_result do_width(struct cmd_ctx *c)
{
    session_set_width(c->shell, cmd_has(c, "columns") ? (unsigned)cmd_int(c, "columns") : 80);
    return CMD_OK;
}

static enum cmd_result do_history(struct cmd_ctx *c)
{
    struct session_view v;
    session_view(c->shell, &v);
    session_set_history(c->shell, true, cmd_has(c, "size") ? (unsigned)cmd_int(c, "size") : v.history);
    return CMD_OK;
}

static enum cmd_result do_no_history(struct cmd_ctx *c)
{
    struct session_view v;
    session_view(c->shell, &v);
    session_set_history(c->shell, cmd_has(c, "size") && v.is_history_on, cmd_has(c, "size") ? 10 : v.history);
    return CMD_OK;
}

static enum cmd_result do_monitor(struct cmd_ctx *c)
{
    struct session_view v;
    session_view(c->shell, &v);
    if (!v.vty && v.n == 0) {
        out_text(c->out, "% Console already monitors\n");
        return CMD_OK;
    }
    session_set_monitor(c->shell, true);
    return CMD_OK;
}

static enum cmd_result do_no_monitor(struct cmd_ctx *c)
{
    session_set_monitor(c->shell, false);
    return CMD_OK;
}

static enum cmd_result show_history(struct cmd_ctx *c)
{
    size_t n = 0;
    while (session_history(c->shell, n))
        n++;
    while (n--)
        out_printf(c->out, "  %s\n", session_history(c->shell, n));
    return CMD_OK;
}

/* One block a mode: "Interface configuration mode aliases:" from the heading of its `?`. */
static enum cmd_result show_aliases(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    bool first = true;
    for (enum cmd_mode mode = EXEC; mode < CMD_MODES; mode++) {
        struct alias a;
        const char *heading = cmd_modes[mode].heading, *end = strstr(heading, " commands:");
        for (size_t i = 0; alias_nth(cli->shells, mode, i, &a); i++) {
            if (i == 0)
                out_printf(c->out, "%s%.*s mode aliases:\n", first ? "" : "\n",
                           (int)(end ? (size_t)(end - heading) : strlen(heading)), heading);
            first = false;
            out_printf(c->out, "  %-20s  %s\n", a.name, a.command);
        }
    }
    return CMD_OK;
}

static enum cmd_result show_privilege(struct cmd_ctx *c)
{
    out_printf(c->out, "Current privilege level is %u\n", c->privilege);
    return CMD_OK;
}

static enum cmd_result show_terminal(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    struct session_view v;
    session_view(c->shell, &v);
    line_show(cli, c->out, v.vty, v.n < 0 ? 0 : (unsigned)v.n, c->shell);
    return CMD_OK;
}

static enum cmd_result do_editing(struct cmd_ctx *c)
{
    session_set_editing(c->shell, !cmd_has(c, "off"));
    return CMD_OK;
}

static enum cmd_result do_stamps(struct cmd_ctx *c)
{
    session_set_stamped(c->shell, !cmd_has(c, "off"));
    return CMD_OK;
}

/* A character by its number, by itself, or by a word. */
static enum cmd_result do_escape(struct cmd_ctx *c)
{
    const char *word = cmd_str(c, "character");
    uint64_t n;
    if (cmd_has(c, "default"))
        session_set_escape(c->shell, 30);
    else if (cmd_has(c, "none"))
        session_set_escape(c->shell, 0);
    else if (word[0] && !word[1] && (word[0] < '0' || word[0] > '9'))
        session_set_escape(c->shell, (uint8_t)word[0]);
    else if (word[0] == '^' && word[1] >= '@' && word[1] <= '_' && !word[2]) /* Ctrl-V and the key */
        session_set_escape(c->shell, (uint8_t)(word[1] ^ 0x40));
    else if (str_uint(word, 0, 255, &n))
        session_set_escape(c->shell, (uint8_t)n);
    else {
        out_text(c->out, "% Invalid character\n");
        return CMD_FAIL;
    }
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "terminal", "Set terminal line parameters"),
    HELP(EXEC, "terminal no", "Negate a command or set its defaults"),
    DO(EXEC, 1, "terminal length <lines:0-512>", do_length,
       "Set number of lines on a screen|Number of lines on screen (0 for no pausing)"),
    DO(EXEC, 1, "terminal width <columns:0-512>", do_width,
       "Set width of the display terminal|Number of characters on a screen line"),
    DO(EXEC, 1, "terminal history [size <size:0-256>]", do_history,
       "Enable and control the command history function|Set history buffer size|Size of history buffer"),
    DO(EXEC, 1, "terminal monitor", do_monitor, "Copy debug output to the current terminal line"),
    DO(EXEC, 1, "terminal editing", do_editing, "Enable command line editing"),
    DO(EXEC, 1, "terminal no editing=off", do_editing, "Enable command line editing"),
    DO(EXEC, 1, "terminal exec prompt timestamp", do_stamps,
       "Configure EXEC|EXEC prompt|Print timestamps for show commands"),
    DO(EXEC, 1, "terminal no exec=off prompt timestamp", do_stamps,
       "Configure EXEC|EXEC prompt|Print timestamps for show commands"),
    HELP(EXEC, "terminal escape-character", "Change the current line's escape character"),
    DO(EXEC, 1, "terminal escape-character <word:character>", do_escape,
       "Escape character or its ASCII decimal equivalent"),
    DO(EXEC, 1, "terminal escape-character DEFAULT=default", do_escape, "Use default escape character"),
    DO(EXEC, 1, "terminal escape-character NONE=none", do_escape, "Disable escape entirely"),
    DO(EXEC, 1, "terminal no escape-character=default", do_escape, "Change the current line's escape character"),
    DO(EXEC, 1, "terminal no length", do_length, "Set number of lines on a screen"),
    DO(EXEC, 1, "terminal no width", do_width, "Set width of the display terminal"),
    DO(EXEC, 1, "terminal no history [size=size]", do_no_history,
       "Enable and control the command history function|Set history buffer size"),
    DO(EXEC, 1, "terminal no monitor", do_no_monitor, "Copy debug output to the current terminal line"),
    HELP(EXEC, "show", "Show running system information"),
    DO(EXEC, 1, "show history", show_history, "Display the session command history"),
    DO(EXEC, 1, "show aliases", show_aliases, "Display alias commands"),
    DO(EXEC, 1, "show privilege", show_privilege, "Show current privilege level"),
    DO(EXEC, 1, "show terminal", show_terminal, "Display terminal configuration parameters"),
};
const struct cmd_table cli_table_terminal = CMD_TABLE("cli/cmd/cmd_terminal", rows);
