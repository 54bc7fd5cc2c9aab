/* gate.c: the question asked of whoever watches commands (include/espial/gate.h) before one runs.
 *
 *     line accepted -> ask -> GO   it runs (a refused one: its error is told)
 *                          -> SKIP nothing happens; the prompt comes
 *                          -> HOLD the session is busy -> resume: it runs, or it does not
 *
 * While it is held the watcher may write to the terminal and ask for a line there. An interruption or the end of the
 * session tells the watcher to forget it. A held line is matched again when it may run: what it names may have changed
 * meanwhile. The startup file and other files are not asked about; nor are keys, beyond whether they do anything. */
#include <stdio.h>
#include <string.h>

#include "cli/shell/shell_local.h"
#include "espial/gate.h"
#include "espial/mem.h"

static const struct gate *watcher(const struct shell *sh, enum gate_key key)
{
    const struct gate *g = sh->maker->env.gate;
    return g && g->arg && !sh->config_file && g->wants(g->arg, key) ? g : NULL;
}

void session_mode_name(enum cmd_mode mode, char out[24])
{
    if (mode == EXEC)
        str_copy(out, 24, "exec");
    else
        snprintf(out, 24, "%.*s", (int)strcspn(cmd_modes[mode].prompt + 1, ")"), cmd_modes[mode].prompt + 1);
}

/* ---- the terminal of a held line */

static void put(void *term, const char *text)
{
    struct shell *sh = term;
    out_text(&sh->output.out, text);
}

static void answered(void *arg, const char *text)
{
    struct shell *sh = arg;
    void (*answer)(void *, const char *) = sh->held_answer;
    sh->held_answer = NULL;
    if (answer)
        answer(sh->held_arg, text);
}

static void get(void *term, void (*answer)(void *arg, const char *line), void *arg)
{
    struct shell *sh = term;
    sh->held_answer = answer;
    sh->held_arg = arg;
    session_ask(sh, "", (struct asking){.on = true, .answer = answered, .arg = sh});
}

static void ask_of(struct shell *sh, enum gate_key key, enum cmd_mode mode, const char *text, const char *typed,
                   char mode_name[24], struct gate_question *q)
{
    struct session_view v;
    session_view(sh, &v);
    session_mode_name(mode, mode_name);
    *q = (struct gate_question){.key = key,
                                .text = text,
                                .typed = typed,
                                .mode = mode_name,
                                .user = sh->user,
                                .host = sh->location,
                                .tty = v.tty,
                                .privilege = sh->privilege,
                                .by = sh->applet[0] ? sh->applet : NULL,
                                .term = sh,
                                .put = put,
                                .get = get};
}

static void held_over(struct shell *sh)
{
    mem_free(sh->held);
    sh->held = NULL;
    sh->abort_fn = NULL;
}

static void resume(void *session, bool run)
{
    struct shell *sh = session;
    char *line = sh->held;
    sh->held = NULL;
    sh->abort_fn = NULL;
    if (sh->held_answer)
        answered(sh, NULL);
    sh->passed = run;
    session_resume(sh, run ? line : "");
    mem_free(line);
}

static void interrupted(void *arg, bool closing)
{
    struct shell *sh = arg;
    const struct gate *g = sh->maker->env.gate;
    void (*answer)(void *, const char *) = sh->held_answer;
    sh->held_answer = NULL;
    if (g->arg)
        g->forget(g->arg, sh);
    if (answer)
        answer(sh->held_arg, NULL);
    held_over(sh);
    if (!closing)
        session_over(sh, CMD_FAIL);
}

enum gate_verdict gate_line(struct shell *sh, enum cmd_mode mode, const char *text, const char *typed, bool refused)
{
    const struct gate *g = watcher(sh, GATE_ENTER);
    struct gate_question q;
    char mode_name[24];
    if (sh->passed) {
        sh->passed = false;
        return GATE_GO;
    }
    if (!g)
        return GATE_GO;
    ask_of(sh, GATE_ENTER, mode, text, typed, mode_name, &q);
    q.refused = refused;
    enum gate_verdict verdict = g->ask(g->arg, &q, resume, sh);
    if (verdict == GATE_HOLD) {
        sh->held = mem_strdup(typed);
        sh->abort_fn = interrupted;
        sh->abort_arg = sh;
    }
    return verdict;
}

bool gate_key(struct shell *sh, enum gate_key key, enum cmd_mode mode, const char *partial)
{
    const struct gate *g = watcher(sh, key);
    struct gate_question q;
    char mode_name[24];
    if (!g)
        return true;
    ask_of(sh, key, mode, partial, partial, mode_name, &q);
    q.put = NULL;
    q.get = NULL;
    return g->ask(g->arg, &q, NULL, NULL) != GATE_SKIP;
}
