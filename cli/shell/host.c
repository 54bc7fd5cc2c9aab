/* host.c: what a running command may ask of its session (struct cmd_host), and how its questions are answered.
 *
 * A question is text without a line end; then the session waits for one line, one line unseen, one key, or a raw line of
 * which nothing is a command. The answer comes from the terminal, from what was typed ahead, or, in a session without a
 * terminal, from nobody: then it is the default, an empty line, except that a raw line is never made up: the one who
 * types by program gives it with his next line, as he does every answer if he said that he would.
 */
#include "cli/shell/shell_local.h"

#include <string.h>

#include "cli/config/config.h"

static void host_done(struct shell *sh, enum cmd_result r)
{
    if (sh->in_handler) {
        sh->done_early = true;
        sh->refused = sh->refused || r == CMD_FAIL;
        return;
    }
    if (sh->waiting)
        session_over(sh, r);
}

static void host_on_abort(struct shell *sh, void (*fn)(void *arg, bool closing), void *arg)
{
    sh->abort_fn = fn;
    sh->abort_arg = arg;
}

void session_ask(struct shell *sh, const char *prompt, struct asking how)
{
    output_flush(&sh->output);
    if (!output_waits(&sh->output))
        output_begin(&sh->output); /* a page begins again */
    out_text(&sh->output.out, prompt);
    sh->output.midline = false;
    sh->ask = how;
    sh->state = how.key ? SESSION_KEY : how.secret ? SESSION_SECRET : SESSION_ANSWER;
    if (!sh->channel) {
        session_look(sh);
        if (sh->matched)
            return;
    }
    if (!sh->channel && (how.raw || sh->answers) && !sh->queue.n) {
        sh->deliver_due = true; /* the one who types goes on with the answer */
        loop_defer(sh->maker->env.loop, &sh->step);
        return;
    }
    if (!sh->channel && sh->patient && !sh->queue.n)
        return;
    if (!sh->channel || sh->queue.n) {
        sh->answer_due = true;
        loop_defer(sh->maker->env.loop, &sh->step);
        return;
    }
    session_notify(sh);
}

static void host_ask(struct shell *sh, const char *prompt, bool key, void (*answer)(void *arg, const char *text),
                     void *arg)
{
    session_ask(sh, prompt, (struct asking){.on = true, .key = key, .answer = answer, .arg = arg});
}

static void host_ask_secret(struct shell *sh, const char *prompt, void (*answer)(void *arg, const char *text),
                            void *arg)
{
    session_ask(sh, prompt, (struct asking){.on = true, .secret = true, .answer = answer, .arg = arg});
}

static void host_ask_raw(struct shell *sh, void (*answer)(void *arg, const char *text), void *arg)
{
    session_ask(sh, "", (struct asking){.on = true, .raw = true, .answer = answer, .arg = arg});
}

static void host_ask_text(struct shell *sh, void (*answer)(void *arg, const char *text), void *arg)
{
    session_ask(sh, "", (struct asking){.on = true, .raw = true, .ctrl_z = true, .answer = answer, .arg = arg});
}

static bool host_room(struct shell *sh, void (*on_room)(void *arg), void *arg)
{
    if (!output_waits(&sh->output))
        return true;
    sh->room_fn = on_room;
    sh->room_arg = arg;
    return false;
}

static void host_end(struct shell *sh)
{
    session_enter(sh, EXEC, NULL);
}

static void host_quit(struct shell *sh)
{
    sh->quitting = true;
}

static void host_set_privilege(struct shell *sh, uint8_t level)
{
    sh->privilege = level;
}

static void host_say(struct shell *sh, enum cmd_mode mode, const void *obj, struct text *out)
{
    config_say_object(sh->maker->grammar, mode, obj, out);
}

const struct cmd_host session_host = {
    .done = host_done,
    .on_abort = host_on_abort,
    .ask = host_ask,
    .enter = session_enter,
    .enter_each = session_enter_each,
    .end = host_end,
    .quit = host_quit,
    .set_privilege = host_set_privilege,
    .ask_secret = host_ask_secret,
    .ask_raw = host_ask_raw,
    .ask_text = host_ask_text,
    .room = host_room,
    .say = host_say,
};

/* The question is answered: end its line, unless the one who typed saw to that, and tell the handler. */
void session_answer(struct shell *sh, const char *text, enum answer_from from)
{
    struct asking a = sh->ask;
    sh->ask.on = false;
    sh->state = SESSION_BUSY;
    if (from == FROM_QUEUE && !a.secret)
        session_say(sh, text);
    if (from != FROM_TYPED || (a.key && sh->channel))
        session_say(sh, "\n");
    a.answer(a.arg, text);
}

void session_take_answer(struct shell *sh)
{
    if (!sh->ask.on)
        return;
    if (!sh->queue.n) {
        if (!sh->channel)
            session_answer(sh, "", FROM_NOBODY);
        return;
    }
    char *line = lines_take(&sh->queue);
    if (sh->ask.key && line[0]) {
        /* One key of the line is the answer; the rest of it stays typed ahead. */
        char key[2] = {line[0], 0};
        sh->queue.v = mem_resize(sh->queue.v, sh->queue.n + 1, sizeof *sh->queue.v);
        memmove(sh->queue.v + 1, sh->queue.v, sh->queue.n * sizeof *sh->queue.v);
        sh->queue.v[0] = mem_strdup(line + 1);
        sh->queue.n++;
        session_answer(sh, key, FROM_QUEUE);
    } else {
        session_answer(sh, line, FROM_QUEUE);
    }
    mem_free(line);
}

void session_answer_defaults(struct shell *sh)
{
    for (int i = 0; i < 8 && sh->waiting && sh->ask.on && !sh->ask.raw; i++)
        session_line(sh, "");
}
