/* exec.c: `ssh host 'show version'`: lines run one after the other at the user's privilege, on a vty, without prompt, echo or pager; the output, then the status:
 * 0, or 1 when a line was refused. What a command asks is shown; the answer is the next line, of the command or of what the client sends behind it. When no line can
 * come any more, or for as long as a terminal may stand idle none came, the command is broken off. Input that nobody asked for is kept up to AHEAD_MAX bytes. */
#include <stdio.h>
#include <string.h>

#include "cli/ssh/sshd_local.h"
#include "espial/mem.h"
#include "espial/shell.h"

#define AHEAD_MAX 4096
#define ANSWER_US (600 * US_PER_S) /* exec-timeout's default */

static void run_next(struct conn *c);

/* Line ends as a terminal wants them, which is what IOS sends whether there is one or not. */
static void out_crlf(struct conn *c, const char *s, size_t len)
{
    struct text t = {0};
    text_add_crlf(&t, s, len);
    conn_out(c, text_str(&t), t.len);
    text_free(&t);
}

static void on_done(void *arg, const struct shell_result *r)
{
    struct conn *c = arg;
    c->refused = c->refused || r->refused;
    c->asked = r->asked;
    if (r->closed)
        c->shell = NULL;
    out_crlf(c, r->output, r->len);
    if (!c->dead)
        run_next(c);
}

/* CR, LF and CR LF are one line end each. */
static void keep(struct conn *c, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (s[i] && (s[i] != '\n' || !c->after_cr))
            text_addn(&c->typed, s[i] == '\r' ? "\n" : s + i, 1);
        c->after_cr = s[i] == '\r';
    }
}

static void end(struct conn *c, const char *why, bool failed)
{
    exec_stop(c);
    conn_out(c, why, strlen(why));
    conn_exit(c, failed);
}

/* The next line into out; false: it has not come whole yet. */
static bool take_line(struct conn *c, char out[SESSION_LINE_MAX], bool *fits)
{
    const char *s = text_str(&c->typed) + c->typed_at, *nl = strchr(s, '\n');
    size_t len = nl ? (size_t)(nl - s) : strlen(s);
    if (!nl && !(len && c->input_ended) && len < SESSION_LINE_MAX)
        return false;
    *fits = len < SESSION_LINE_MAX;
    snprintf(out, SESSION_LINE_MAX, "%.*s", *fits ? (int)len : 0, s);
    c->typed_at += len + (nl != NULL);
    if (c->typed_at > c->command_len) { /* what the client sent and is used up is not kept */
        memmove(c->typed.s + c->command_len, c->typed.s + c->typed_at, c->typed.len + 1 - c->typed_at);
        c->typed.len -= c->typed_at - c->command_len;
        c->typed_at = c->command_len;
    }
    return true;
}

static void run_next(struct conn *c)
{
    char line[SESSION_LINE_MAX] = "";
    bool fits = true;
    if (c->asked && !take_line(c, line, &fits)) {
        if (c->input_ended)
            end(c, "\r\n", true);
        else
            timer_set(&c->limit, ANSWER_US);
        return;
    }
    while (!c->asked && fits && !line[strspn(line, " \t")]) {
        if (!c->shell || c->typed_at == c->command_len) {
            end(c, "", c->refused);
            return;
        }
        take_line(c, line, &fits);
    }
    if (!fits) {
        end(c, "% Line too long\r\n", true);
        return;
    }
    if (c->asked)
        conn_out(c, "\r\n", 2);
    c->asked = false;
    if (!c->dead)
        shell_type(c->shell, line, NULL, on_done, c);
}

void exec_input(struct conn *c, const uint8_t *bytes, size_t len)
{
    size_t ahead = c->typed.len - c->command_len, room = ahead < AHEAD_MAX ? AHEAD_MAX - ahead : 0;
    keep(c, (const char *)bytes, len < room ? len : room);
    if (c->asked) {
        timer_clear(&c->limit);
        run_next(c);
    }
}

void exec_ended(struct conn *c)
{
    c->input_ended = true;
    if (c->asked)
        run_next(c);
}

void exec_start(struct conn *c, const char *command)
{
    char origin[160];
    int line = shells_vty_for(c->ssh->env.shells, SESSION_SSH, c->source);
    snprintf(origin, sizeof origin, "console by %s on vty%d (%s)", c->grant.user, line, c->address);
    const struct shell_params p = {.user = c->grant.user,
                                   .origin = origin,
                                   .privilege = c->grant.privilege,
                                   .vty = true,
                                   .by_person = true,
                                   .answers = true};
    c->shell = line < 0 ? NULL : shell_open(c->ssh->env.shells, &p);
    conn_answer(c, c->shell != NULL);
    if (c->dead)
        return;
    if (!c->shell) {
        conn_exit(c, 1);
        return;
    }
    c->state = CONN_EXEC;
    keep(c, command, strlen(command));
    keep(c, "\n", 1);
    c->after_cr = false;
    c->command_len = c->typed.len;
    run_next(c);
}

void exec_stop(struct conn *c)
{
    shell_close(c->shell);
    c->shell = NULL;
    c->asked = false;
    text_free(&c->typed);
    c->typed_at = c->command_len = 0;
}
