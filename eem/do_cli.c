/* do_cli.c: action cli: type a command into the router's own shell.
 *
 * The first command of a run opens a session on a free vty, in user EXEC; all commands of the run share it, modes
 * included; it is closed when the run ends. What a command printed, from the end of the echoed line to the next prompt,
 * is $_cli_result: it begins with a line end, its lines end with CR LF as on a terminal. With `pattern` the action ends when the pattern has been seen, and not at a prompt that it does not
 * fit; the next command is the answer. A line end inside a command, of a value, is Return: what is behind it is typed when the prompt is there again, and $_cli_result is
 * all of it. A question that no pattern awaits, and a pattern that never comes, keep the run
 * until maxrun ends it, as on IOS. That a router refused a command is no error of the action: the text is in $_cli_result. Errors
 * are a session that cannot be had, and one that has ended under us (an applet that types `exit`).
 *
 * `debug event manager action cli` shows the session line by line, the output cut after DEBUG_LINES. */
#include <string.h>

#include "eem/eem_local.h"
#include "eem/patterns.h"
#include "espial/mem.h"

#define DEBUG_LINES 20

MSG(CLI_CONNECT, "HA_EM", 3, "FMPD_CLI_CONNECT", 0,
    "Unable to establish CLI session: no tty lines available, minimum of 2 required by EEM");
MSG(CLI_WRITE, "HA_EM", 3, "FMPD_CLI_WRITE", 0, "Unable to send CLI command: the session has been closed");

static void debug_line(struct run *r, const char *kind, const char *s, size_t len)
{
    if (!r->eem->debug.action_cli)
        return;
    struct text t = {0};
    text_printf(&t, "%s : DEBUG(cli_lib) : : %s : ", r->applet->conf.name, kind);
    text_addn(&t, s, len);
    msg_post_text(r->eem->env.log, "HA_EM", LOG_INFO, "LOG", text_str(&t));
    text_free(&t);
}

static void debug_text(struct run *r, const char *kind, const char *s)
{
    debug_line(r, kind, s, strlen(s));
}

static void debug_output(struct run *r, const char *s, size_t len)
{
    if (!r->eem->debug.action_cli)
        return;
    const char *end = s + len;
    if (s < end && *s == '\r')
        s++;
    if (s < end && *s == '\n')
        s++;
    for (unsigned lines = 0; s < end; lines++) {
        if (lines == DEBUG_LINES) {
            debug_text(r, "CTL", "20+ lines read from cli, debug output truncated");
            return;
        }
        const char *stop = memchr(s, '\n', (size_t)(end - s));
        const char *next = stop ? stop + 1 : end;
        if (!stop)
            stop = end;
        while (stop > s && stop[-1] == '\r')
            stop--;
        debug_line(r, "OUT", s, (size_t)(stop - s));
        s = next;
    }
}

static bool open_session(struct run *r)
{
    struct eem *e = r->eem;
    const char *user = e->conf.session_user;
    char *origin = mem_printf("console by %s on vty0 (EEM:%s)", user, r->applet->conf.name);
    struct shell_params params = {
        .user = user,
        .origin = origin,
        .privilege = (uint8_t)e->conf.session_privilege,
        .vty = true,
        .echo = true,
        .patient = true,
        .applet = r->applet->conf.name,
        .bypass_authorization = r->applet->conf.bypass};
    debug_text(r, "CTL", "cli_open called.");
    r->shell = e->env.shells ? shell_open(e->env.shells, &params) : NULL;
    mem_free(origin);
    if (!r->shell) {
        msg_post(e->env.log, &CLI_CONNECT);
        return false;
    }
    const char *prompt = shell_prompt(r->shell);
    debug_text(r, "OUT", prompt);
    return true;
}

void cli_close_session(struct run *r)
{
    if (!r->shell)
        return;
    debug_text(r, "CTL", "cli_close called.");
    shell_close(r->shell);
    r->shell = NULL;
}

/* A terminal's lines end with CR LF; the first line end is that of the echo, and alone. */
static bool keep_result(struct run *r, const char *s, size_t len)
{
    struct text t = {0};
    size_t echo = len && s[0] == '\n';
    text_addn(&t, s, echo);
    text_add_crlf(&t, s + echo, len - echo);
    bool ok = vars_setn(&r->vars, "_cli_result", text_str(&t), t.len);
    text_free(&t);
    return ok;
}

static void answered(void *arg, const struct shell_result *result);

/* Up to its next line end, which is Return; the action's pattern is for what its last line makes. */
static void type_line(struct run *r)
{
    const char *s = text_str(&r->cli_typed) + r->cli_at;
    size_t n = strcspn(s, "\r\n");
    char *line = mem_strndup(s, n);
    n += s[n] == '\r' && s[n + 1] == '\n' ? 2 : s[n] != '\0';
    if (r->eem->debug.action_cli) {
        char *in = mem_printf("%s%s", r->cli_question ? "" : shell_prompt(r->shell), line);
        debug_text(r, "IN ", in);
        mem_free(in);
    }
    if (r->cli_at) /* a terminal shows it behind what the line before printed */
        text_add(&r->cli_printed, line);
    r->cli_at += n;
    char *until = r->doing->pattern[0] && r->cli_at == r->cli_typed.len ? pattern_translate(r->doing->pattern) : NULL;
    r->state = RUN_CLI;
    shell_type(r->shell, line, until, answered, r);
    mem_free(until);
    mem_free(line);
}

void cli_clear(struct run *r)
{
    text_free(&r->cli_typed);
    text_free(&r->cli_printed);
}

static void answered(void *arg, const struct shell_result *result)
{
    struct run *r = arg;
    r->cli_question = result->matched;
    text_addn(&r->cli_printed, result->output, result->len);
    debug_output(r, result->output, result->len);
    if (result->closed) {
        cli_close_session(r);
        r->cli_over = true;
    } else if (r->cli_at < r->cli_typed.len) {
        type_line(r);
        return;
    }
    bool ok = keep_result(r, text_str(&r->cli_printed), r->cli_printed.len);
    cli_clear(r);
    run_resume(r, ok);
}

static enum step perform(struct run *r, const struct action_conf *a)
{
    struct text *line = &r->cli_typed;
    cli_clear(r);
    r->cli_at = 0;
    bool ok = run_expand(r, a->text, line);
    while (line->len && (line->s[line->len - 1] == '\r' ||
                         line->s[line->len - 1] == '\n')) /* of a value: no more than Return itself */
        line->s[--line->len] = '\0';
    if (ok && r->cli_over) {
        msg_post(r->eem->env.log, &CLI_WRITE);
        ok = false;
    }
    if (ok && !r->shell)
        ok = open_session(r);
    if (ok)
        type_line(r);
    return ok ? STEP_PENDING : STEP_FAILED;
}

const struct action_kind action_cli = {.perform = perform};
