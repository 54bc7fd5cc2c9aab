/* exec.c: `ssh host 'show version'`: lines run one after the other at the user's privilege, on a vty, without prompt, echo or pager; the output, then the status:
 * 0, or 1 when a line was refused. What a command would ask gets its default answer, as in every session without a terminal. */
#include <stdio.h>
#include <string.h>

#include "cli/ssh/sshd_local.h"
#include "espial/mem.h"
#include "espial/shell.h"

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
    if (r->closed)
        c->shell = NULL;
    out_crlf(c, r->output, r->len);
    if (!c->dead)
        run_next(c);
}

static void run_next(struct conn *c)
{
    char *line = NULL;
    while (c->shell && (line = strsep(&c->command_at, "\r\n")) && !line[strspn(line, " \t")])
        ;
    if (!line) {
        exec_stop(c);
        conn_exit(c, c->refused);
    } else if (strlen(line) >= SESSION_LINE_MAX) {
        static const char too_long[] = "% Line too long\r\n";
        exec_stop(c);
        conn_out(c, too_long, sizeof too_long - 1);
        conn_exit(c, 1);
    } else {
        shell_type(c->shell, line, NULL, on_done, c);
    }
}

void exec_start(struct conn *c, const char *command)
{
    char origin[160];
    int line = shells_vty_for(c->ssh->env.shells, SESSION_SSH, c->source);
    snprintf(origin, sizeof origin, "console by %s on vty%d (%s)", c->grant.user, line, c->address);
    const struct shell_params p = {.user = c->grant.user, .origin = origin, .privilege = c->grant.privilege, .vty = true, .by_person = true};
    c->shell = line < 0 ? NULL : shell_open(c->ssh->env.shells, &p);
    conn_answer(c, c->shell != NULL);
    if (c->dead)
        return;
    if (!c->shell) {
        conn_exit(c, 1);
        return;
    }
    c->state = CONN_EXEC;
    c->command = c->command_at = mem_strdup(command);
    run_next(c);
}

void exec_stop(struct conn *c)
{
    shell_close(c->shell);
    c->shell = NULL;
    mem_free(c->command);
    c->command = c->command_at = NULL;
}
