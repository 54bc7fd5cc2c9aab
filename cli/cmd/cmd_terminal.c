/* cmd_terminal.c: the session's own terminal: `terminal ...`, `show terminal`, `show history`, `show aliases`, `show
 * privilege`, `show users`, `show line`. Settings are of this session alone and work at privilege 1, because automation turns the pager
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

static void timeout_words(uint32_t seconds, char out[16])
{
    if (seconds)
        snprintf(out, 16, "%02u:%02u:%02u", seconds / 3600 % 100, seconds / 60 % 60, seconds % 60);
    else
        str_copy(out, 16, "never");
}

static enum cmd_result show_terminal(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    struct session_view v;
    char idle[16], active[16];
    session_view(c->shell, &v);
    timeout_words(v.exec_timeout_s, idle);
    span_format((loop_now(cli->env.loop) - v.started_us) / US_PER_S, active);
    out_printf(c->out, "Line %u, Location: \"%s\", Type: \"\"\n", v.tty, v.location);
    out_printf(c->out, "Length: %u lines, Width: %u columns\n", v.length, v.width);
    out_printf(c->out, "Status: PSI Enabled, Ready, Active, Automore %s\n", v.terminal && v.length ? "On" : "Off");
    out_printf(c->out, "Capabilities: %s\n", v.monitor ? "Receives Logging Output" : "none");
    out_text(c->out, "Modem state: Ready\n");
    out_text(c->out, "Special Chars: Escape  Hold  Stop  Start  Disconnect  Activation\n");
    out_text(c->out, "                ^^x    none   -     -       none\n");
    out_text(c->out, "Timeouts:      Idle EXEC    Idle Session   Modem Answer  Session   Dispatch\n");
    out_printf(c->out, "               %-13s never                        none     not set\n", idle);
    out_printf(c->out, "Time since activation: %s\n", active);
    out_text(c->out, "Editing is enabled.\n");
    out_printf(c->out, "History is %s, history size is %u.\n", v.is_history_on ? "enabled" : "disabled", v.history);
    return CMD_OK;
}

static enum cmd_result show_users(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    struct shell *sh;
    out_text(c->out, "    Line       User       Host(s)              Idle       Location\n");
    for (size_t cursor = 0; (sh = shells_next(cli->shells, &cursor)) != NULL;) {
        struct session_view v;
        char line[16], idle[16];
        session_view(sh, &v);
        if (v.n < 0)
            continue;
        uint64_t s = (loop_now(cli->env.loop) - v.active_us) / US_PER_S;
        snprintf(line, sizeof line, "%s %d", v.vty ? "vty" : "con", v.n);
        snprintf(idle, sizeof idle, "%02u:%02u:%02u", (unsigned)(s / 3600 % 100), (unsigned)(s / 60 % 60),
                 (unsigned)(s % 60));
        out_printf(c->out, "%c%3u %-9s %-10s %-20s %-10s %s\n", sh == c->shell ? '*' : ' ', v.tty, line, v.user, "idle",
                   idle, v.location);
    }
    out_text(c->out, "\n  Interface    User               Mode         Idle     Peer Address\n\n");
    return CMD_OK;
}

static bool line_taken(struct cli *cli, bool vty, int n, struct shell **sh)
{
    for (size_t cursor = 0; (*sh = shells_next(cli->shells, &cursor)) != NULL;) {
        struct session_view v;
        session_view(*sh, &v);
        if (v.n == n && v.vty == vty)
            return true;
    }
    return false;
}

static enum cmd_result show_line(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    out_text(c->out, "   Tty Typ     Tx/Rx    A Modem  Roty AccO AccI   Uses   Noise  Overruns   Int\n");
    for (int tty = 0; tty <= VTY_LINES; tty++) {
        struct shell *sh;
        bool vty = tty > 0, taken = line_taken(cli, vty, vty ? tty - 1 : 0, &sh);
        out_printf(c->out, "%c%6d %s              -    -      -    -    - %6u       0     0/0       -\n",
                   taken ? '*' : ' ', tty, vty ? "VTY" : "CTY",
                   shells_line_uses(cli->shells, vty, vty ? (unsigned)tty - 1 : 0));
    }
    out_text(c->out, "\n");
    return CMD_OK;
}

static enum cmd_result nothing(struct cmd_ctx *c)
{
    (void)c;
    return CMD_OK; /* line editing is the terminal's and always on */
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "terminal", "Set terminal line parameters"),
    HELP(EXEC, "terminal no", "Negate a command or set its defaults"),
    DO(EXEC, 0, "terminal length <lines:0-512>", do_length,
       "Set number of lines on a screen|Number of lines on screen (0 for no pausing)"),
    DO(EXEC, 0, "terminal width <columns:0-512>", do_width,
       "Set width of the display terminal|Number of characters on a screen line"),
    DO(EXEC, 0, "terminal history [size <size:0-256>]", do_history,
       "Enable and control the command history function|Set history buffer size|Size of history buffer"),
    DO(EXEC, 0, "terminal monitor", do_monitor, "Copy debug output to the current terminal line"),
    DO(EXEC, 0, "terminal editing", nothing, "Enable command line editing"),
    DO(EXEC, 0, "terminal no length", do_length, "Set number of lines on a screen"),
    DO(EXEC, 0, "terminal no width", do_width, "Set width of the display terminal"),
    DO(EXEC, 0, "terminal no history [size=size]", do_no_history,
       "Enable and control the command history function|Set history buffer size"),
    DO(EXEC, 0, "terminal no monitor", do_no_monitor, "Copy debug output to the current terminal line"),
    HELP(EXEC, "show", "Show running system information"),
    DO(EXEC, 1, "show history", show_history, "Display the session command history"),
    DO(EXEC, 1, "show aliases", show_aliases, "Display alias commands"),
    DO(EXEC, 0, "show privilege", show_privilege, "Show current privilege level"),
    DO(EXEC, 1, "show terminal", show_terminal, "Display terminal configuration parameters"),
    DO(EXEC, 1, "show users", show_users, "Display information about terminal lines"),
    DO(EXEC, 1, "show line", show_line, "TTY line information"),
};
const struct cmd_table cli_table_terminal = CMD_TABLE("cli/cmd/cmd_terminal", rows);
