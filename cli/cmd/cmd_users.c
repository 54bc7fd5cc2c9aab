/* cmd_users.c: who is on which line, and what one may do about it: show users, who, show line, clear line, send.
 *
 * Lines are con 0 (tty 0) and vty 0-15 (tty 1-16); sessions without a line (the startup file being read) are not
 * listed. `show line N` and `show terminal` share one block; the rows of it that no engine stands behind on this router
 * (speeds, modems, outgoing connections) say so or are left out. `send` asks for a text, ended by Ctrl-Z, and then whether to send it.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cmd/cmd_local.h"

#define TEXT_MAX (8u * 1024) /* of a message; the rest is dropped */

static struct shell *on_line(struct cli *cli, bool vty, unsigned n)
{
    struct shell *sh;
    for (size_t cursor = 0; (sh = shells_next(cli->shells, &cursor)) != NULL;) {
        struct session_view v;
        session_view(sh, &v);
        if (v.n == (int)n && v.vty == vty)
            return sh;
    }
    return NULL;
}

/* ---- show ---- */

static void hms(uint64_t seconds, char out[16])
{
    snprintf(out, 16, "%02u:%02u:%02u", (unsigned)(seconds / 3600), (unsigned)(seconds / 60 % 60),
             (unsigned)(seconds % 60));
}

static enum cmd_result show_users(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    bool all = cmd_has(c, "all");
    out_text(c->out, "    Line       User       Host(s)              Idle       Location\n");
    for (unsigned tty = 0; tty <= VTY_LINES; tty++) {
        struct shell *sh = on_line(cli, tty > 0, tty ? tty - 1 : 0);
        struct session_view v = {.user = "", .location = ""};
        char line[16], idle[16];
        if (!sh && !all)
            continue;
        if (sh)
            session_view(sh, &v);
        snprintf(line, sizeof line, "%s %u", tty ? "vty" : "con", tty ? tty - 1 : 0);
        hms(sh && sh != c->shell ? (loop_now(cli->env.loop) - v.active_us) / US_PER_S : 0, idle);
        out_printf(c->out, "%c%3u %-9s %-10s %-20s %-10s %s\n", sh && sh == c->shell ? '*' : ' ', tty, line, v.user,
                   sh ? "idle" : "", idle, v.location);
    }
    out_text(c->out, "\n  Interface    User               Mode         Idle     Peer Address\n\n");
    return CMD_OK;
}

static void line_row(struct cli *cli, struct out *out, unsigned tty)
{
    bool vty = tty > 0;
    unsigned n = vty ? tty - 1 : 0;
    const struct line_conf *l = line_conf_of(&cli->sys, vty, n);
    out_printf(out, "%c%6u %s              -    -      -    %-4.4s %-4.4s %4u       0     0/0       -\n",
               on_line(cli, vty, n) ? '*' : ' ', tty, vty ? "VTY" : "CTY", l && l->acl_out[0] ? l->acl_out : "-",
               l && l->acl_in[0] ? l->acl_in : "-", shells_line_uses(cli->shells, vty, n));
}

static void escape_words(uint8_t c, char out[8])
{
    if (c == 0)
        str_copy(out, 8, "none");
    else if (c == 30)
        str_copy(out, 8, "^^x");
    else if (c < 0x20 || c == 0x7F)
        snprintf(out, 8, "^%c", c ^ 0x40);
    else
        snprintf(out, 8, c < 0x7F ? "%c" : "%u", c);
}

void line_show(struct cli *cli, struct out *out, bool vty, unsigned n, const struct shell *sh)
{
    const struct line_conf *l = line_conf_of(&cli->sys, vty, n);
    struct line_settings set = {
        .length = 24, .width = 80, .history = 10, .exec_timeout_s = 600, .is_editing = true, .escape = 30};
    struct session_view v = {.location = ""};
    char idle[16] = "never", session[16] = "never", active[16] = "never", escape[8];
    line_conf_settings(&cli->sys, vty, n, &set);
    if (sh) {
        session_view(sh, &v);
        span_format((loop_now(cli->env.loop) - v.started_us) / US_PER_S, active);
    } else {
        v.length = set.length;
        v.width = set.width;
        v.exec_timeout_s = set.exec_timeout_s;
        v.escape = set.escape;
        v.is_editing = set.is_editing;
        v.history = set.history;
        v.is_history_on = true;
    }
    bool lets_in =
        vty && (!l || l->transport_in == 0 || l->transport_in == 1 || l->transport_in == 3 || l->transport_in == 5);
    if (v.exec_timeout_s)
        hms(v.exec_timeout_s, idle);
    if (l && l->session_timeout)
        hms(l->session_timeout * 60u, session);
    escape_words(v.escape, escape);
    out_printf(out, "Line %u, Location: \"\", Type: \"\"\n", vty ? n + 1 : 0);
    out_printf(out, "Length: %u lines, Width: %u columns\n", v.length, v.width);
    out_text(out, "Baud rate (TX/RX) is 9600/9600");
    if (!vty)
        out_printf(out, ", no parity, %u stopbits, 8 databits", l ? l->stopbits : 2);
    out_text(out, "\n");
    out_printf(out, "Status: %s\n", sh ? "PSI Enabled, Ready, Active, Automore On" : "No Exit Banner");
    out_printf(out, "Capabilities: %s\n", v.monitor ? "Receives Logging Output" : "none");
    out_printf(out, "Modem state: %s\n", sh ? "Ready" : "Idle");
    out_text(out, "Special Chars: Escape  Hold  Stop  Start  Disconnect  Activation\n");
    out_printf(out, "                %-6s none   -     -       none\n", escape);
    out_text(out, "Timeouts:      Idle EXEC    Idle Session   Modem Answer  Session   Dispatch\n");
    out_printf(out, v.exec_timeout_s ? "               %-15s" : "                %-14s", idle);
    out_printf(out, "%-12s                 none     not set\n", session);
    out_printf(out,
               "                            Idle Session Disconnect Warning\n"
               "                              never\n"
               "                            Login-sequence User Response\n"
               "                             00:00:%02u\n",
               LOGIN_ANSWER_S);
    out_text(out, "                            Autoselect Initial Wait\n"
                  "                              not set\n"
                  "Modem type is unknown.\n"
                  "Session limit is not set.\n");
    out_printf(out, "Time since activation: %s\n", active);
    out_printf(out, "Editing is %s.\n", v.is_editing ? "enabled" : "disabled");
    out_printf(out, "History is %s, history size is %u.\n", v.is_history_on ? "enabled" : "disabled", v.history);
    out_text(out, "DNS resolution in show commands is disabled\n"
                  "Full user help is disabled\n");
    out_printf(out, "Allowed input transports are %s.\n", lets_in ? "ssh" : "none");
    out_text(out, "Allowed output transports are none.\n"
                  "Preferred transport is none.\n"
                  "Shell: disabled\n"
                  "Shell trace: off\n"
                  "No output characters are padded\n"
                  "No special data dispatching characters\n");
}

/* tty: a number given as such; else con 0 or a vty. */
static unsigned named_tty(const struct cmd_ctx *c)
{
    return cmd_has(c, "tty") ? (unsigned)cmd_int(c, "tty") : cmd_has(c, "vty") ? (unsigned)cmd_int(c, "vty") + 1 : 0;
}

static enum cmd_result show_line(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    bool one = cmd_has(c, "tty") || cmd_has(c, "vty") || cmd_has(c, "con");
    out_text(c->out, "   Tty Typ     Tx/Rx    A Modem  Roty AccO AccI   Uses   Noise  Overruns   Int\n");
    unsigned first = one ? named_tty(c) : 0, last = !one                 ? VTY_LINES
                                                    : cmd_has(c, "last") ? 1 + (unsigned)cmd_int(c, "last")
                                                                         : first;
    for (unsigned tty = first; tty <= last; tty++)
        line_row(cli, c->out, tty);
    out_text(c->out, "\n");
    for (unsigned tty = first; one && tty <= last; tty++) {
        unsigned n = tty ? tty - 1 : 0;
        line_show(cli, c->out, tty > 0, n, on_line(cli, tty > 0, n));
        out_text(c->out, "\n");
    }
    return CMD_OK;
}

/* ---- clear line ---- */

static void clear_answer(void *arg, const char *text)
{
    struct cmd_ctx *c = arg;
    if (!confirmed(text)) {
        cmd_done(c->host, c->shell, CMD_FAIL);
        return;
    }
    unsigned tty = named_tty(c);
    struct shell *sh = on_line(c->self, tty > 0, tty ? tty - 1 : 0);
    if (sh)
        session_hang_up(sh);
    out_text(c->out, " [OK]\n");
    cmd_done(c->host, c->shell, CMD_OK);
}

static enum cmd_result clear_line(struct cmd_ctx *c)
{
    struct session_view v;
    session_view(c->shell, &v);
    if (v.n >= 0 && v.tty == named_tty(c)) {
        out_text(c->out, "% Not allowed to clear current line\n");
        return CMD_FAIL;
    }
    c->host->ask(c->shell, "[confirm]", true, clear_answer, c);
    return CMD_WAIT;
}

/* ---- send ---- */

struct sending {
    struct waiting w; /* first */
    int tty; /* -1: all */
    struct text text;
};

static void sending_free(struct waiting *w)
{
    struct sending *s = (struct sending *)w;
    text_free(&s->text);
    mem_free(s);
}

static void deliver(const struct sending *s)
{
    const struct cmd_ctx *c = s->w.c;
    struct session_view from, v;
    struct shell *sh;
    struct text message = {0};
    char to[16] = "all terminals";
    session_view(c->shell, &from);
    if (s->tty >= 0)
        snprintf(to, sizeof to, "tty%d", s->tty);
    text_printf(&message, "\n\n\n\a***\n***\n*** Message from tty%u to %s:\n***\n", from.tty, to);
    text_addn(&message, text_str(&s->text), s->text.len);
    for (size_t cursor = 0; (sh = shells_next(((struct cli *)c->self)->shells, &cursor)) != NULL;) {
        session_view(sh, &v);
        if (v.n >= 0 && (s->tty < 0 || v.tty == (uint32_t)s->tty))
            session_message(sh, text_str(&message));
    }
    text_free(&message);
}

static void send_confirmed(void *arg, const char *text)
{
    struct sending *s = arg;
    bool yes = confirmed(text);
    if (yes)
        deliver(s);
    waiting_end(&s->w, yes ? CMD_OK : CMD_FAIL);
}

static void send_line(void *arg, const char *text)
{
    struct sending *s = arg;
    const struct cmd_ctx *c = s->w.c;
    if (!strcmp(text, "\x1a")) {
        c->host->ask(c->shell, "Send message? [confirm]", true, send_confirmed, s);
        return;
    }
    if (s->text.len + strlen(text) < TEXT_MAX)
        text_printf(&s->text, "%s\n", text);
    c->host->ask_text(c->shell, send_line, s);
}

static enum cmd_result do_send(struct cmd_ctx *c)
{
    struct sending *s = NEW(struct sending);
    s->tty = cmd_has(c, "everybody") ? -1 : (int)named_tty(c);
    out_text(c->out, "Enter message, end with CTRL/Z; abort with CTRL/C:\n");
    waiting_begin(&s->w, c, sending_free);
    c->host->ask_text(c->shell, send_line, s);
    return CMD_WAIT;
}

static enum cmd_result send_log(struct cmd_ctx *c)
{
    static const char *const names[8] = {"USERLOG_EMERG",   "USERLOG_ALERT",  "USERLOG_CRIT", "USERLOG_ERR",
                                         "USERLOG_WARNING", "USERLOG_NOTICE", "USERLOG_INFO", "USERLOG_DEBUG"};
    struct cli *cli = c->self;
    struct session_view v;
    struct text t = {0};
    uint8_t severity = cmd_has(c, "severity") ? (uint8_t)cmd_int(c, "severity") : 7;
    session_view(c->shell, &v);
    text_printf(&t, "Message from tty%u(user id: %s): %s", v.tty, v.user, cmd_str(c, "text"));
    msg_post_text(cli->env.log, "SYS", severity, names[severity], text_str(&t));
    text_free(&t);
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    DO(EXEC, 1, "show users [all=all]", show_users,
       "Display information about terminal lines|Include information about inactive ports"),
    DO(EXEC, 1, "who [all=all]", show_users,
       "Display information about active users|Include information about inactive ports"),
    DO(EXEC, 1, "systat [all=all]", show_users,
       "Display information about terminal lines|Include information about inactive ports"),
    DO(EXEC, 1, "show line [<tty:0-16>|console=con <0-0>|vty <vty:0-15> [<last:1-15>]]", show_line,
       "TTY line information|Line number|Primary terminal line|Line number|Virtual terminal|First Line number|Last "
       "Line number"),
    HELP(EXEC, "clear", "Reset functions"),
    DO(EXEC, 15, "clear line {<tty:0-16>|console=con <0-0>|vty <vty:0-15>}", clear_line,
       "Reset a terminal line|Line number|Primary terminal line|Line number|Virtual terminal|Line number"),
    HELP(EXEC, "send", "Send a message to other tty lines"),
    DO(EXEC, 15, "send {*=everybody|<tty:0-16>|console=con <0-0>|vty <vty:0-15>}", do_send,
       "All tty lines|Send a message to a specific line|Primary terminal line|Line number|Virtual terminal|Line "
       "number"),
    DO(EXEC, 15, "send log [<severity:0-7>] <line:text>", send_log,
       "Send a log message to the syslog process|Severity of the message|Text of the message"),
};
const struct cmd_table cli_table_users = CMD_TABLE("cli/cmd/cmd_users", rows);
