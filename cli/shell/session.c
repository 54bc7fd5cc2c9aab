/* session.c: one user, or one program that types: a line at a time through states.
 *
 *            line                      handler returned CMD_WAIT
 *   PROMPT ---------> (exec.c runs it) -------------------------> BUSY
 *     ^                   |     |                                  |  ask()
 *     |   done, output    |     +-- ask() --> ANSWER|SECRET|KEY <--+
 *     +-------------------+                        | answer
 *     ^        --More-- : KEY, until the rest is shown or stopped
 *
 * A line that arrives while the session is not at its prompt is queued; when the prompt is reached, or a question is
 * asked, the oldest is taken, in a loop turn of its own, echoed and run. Nothing that a handler calls re-enters a
 * handler: answers, queued lines, results and the terminal's notices come from one deferred step.
 *
 * In a session without a terminal nobody pages, a question whose text `until` does not await gets its default answer
 * (an empty line) unless the one who typed answers by himself or is patient, and the text is captured for the one who typed. The exec-timeout runs only
 * for terminals.
 */
#include "cli/shell/shell_local.h"

#include <stdio.h>
#include <string.h>

MSG(MSG_LOGOUT, "SYS", 6, "LOGOUT", 0, "User %s has exited tty session %u(%s)");
MSG(MSG_EXPIRE, "SYS", 6, "TTY_EXPIRE_TIMER", 0, "(exec timer expired, tty %u (%s)), user %s");

/* ---- out ---- */

void session_notify(struct shell *sh)
{
    if (!sh->channel)
        return;
    sh->notify_due = true;
    loop_defer(sh->maker->env.loop, &sh->step);
}

/* Did what `until` awaits arrive? Looked for in the newest text only, so that long output costs its length once. */
void session_look(struct shell *sh)
{
    if (!sh->until || sh->matched)
        return;
    size_t from = sh->capture.len > UNTIL_WINDOW ? sh->capture.len - UNTIL_WINDOW : 0;
    if (regex_match(sh->until, text_str(&sh->capture) + from, sh->capture.len - from)) {
        sh->matched = true;
        sh->deliver_due = true;
        loop_defer(sh->maker->env.loop, &sh->step);
    }
}

void session_emit(struct shell *sh, const char *s, size_t len)
{
    if (sh->closing)
        return;
    if (sh->channel) {
        sh->channel->write(sh->channel, s, len);
        return;
    }
    held_add(&sh->capture, s, len);
    if (sh->waiting)
        session_look(sh);
}

void session_say(struct shell *sh, const char *s)
{
    session_emit(sh, s, strlen(s));
}

/* ---- the course of a line ---- */

static void remember(struct shell *sh, const char *line)
{
    if (!sh->history_on || !line[strspn(line, " \t")])
        return;
    lines_add(&sh->history[sh->mode != EXEC], line, sh->set.history);
}

void session_at_prompt(struct shell *sh)
{
    if (sh->quitting) {
        sh->close_due = true;
        sh->deliver_due = !sh->channel;
        sh->state = SESSION_CLOSED;
        loop_defer(sh->maker->env.loop, &sh->step);
        return;
    }
    sh->state = SESSION_PROMPT;
    if (sh->queue.n) {
        sh->state = SESSION_BUSY;
        sh->next_due = true;
        loop_defer(sh->maker->env.loop, &sh->step);
        return;
    }
    if (!sh->channel) {
        if (sh->echo)
            session_say(sh, session_prompt(sh));
        session_look(sh);
        if (sh->patient && sh->until && !sh->matched)
            return;
        sh->deliver_due = true;
        loop_defer(sh->maker->env.loop, &sh->step);
        return;
    }
    session_touch(sh);
    session_notify(sh);
}

/* The prompt follows when all of a command's output is shown. */
static void prompt_behind_output(struct shell *sh)
{
    sh->state = SESSION_BUSY;
    if (output_end(&sh->output))
        session_at_prompt(sh);
}

void session_output_drained(struct shell *sh)
{
    session_at_prompt(sh);
}

void session_output_room(struct shell *sh)
{
    if (sh->ask.on)
        sh->output.midline = false; /* the question's text is the last of it */
    sh->room_due = sh->room_fn != NULL;
    if (sh->room_due)
        loop_defer(sh->maker->env.loop, &sh->step);
}

/* A line of a configuration file that was refused: which one, before what was said about it. */
static void name_line(struct shell *sh, const char *line)
{
    struct text t = {0};
    text_printf(&t, "%s, line %u:\n", sh->file_name, sh->line_number);
    quote_line(&t, line, SIZE_MAX);
    text_addn(&t, text_str(&sh->capture), sh->capture.len);
    text_free(&sh->capture);
    sh->capture = t;
}

void session_over(struct shell *sh, enum cmd_result r)
{
    if (away_sends(sh, r))
        return;
    sh->waiting = false;
    sh->abort_fn = NULL;
    sh->room_fn = NULL;
    sh->ask.on = false;
    if (r == CMD_FAIL)
        sh->refused = true;
    if (sh->keeps && !sh->refused)
        session_changed(sh);
    sh->keeps = false;
    if (sh->ran) {
        struct fact_command f = {.privilege = sh->privilege};
        struct session_view v;
        session_view(sh, &v);
        f.line = v.tty;
        str_copy(f.user, sizeof f.user, sh->user);
        session_mode_name(sh->ran_mode, f.mode);
        str_copy(f.text, sizeof f.text, sh->match.expanded);
        bus_publish(sh->maker->env.bus, FACT_COMMAND, &f, sizeof f);
    }
    prompt_behind_output(sh);
}

static void execute(struct shell *sh, const char *line)
{
    sh->in_handler = true;
    sh->done_early = false;
    enum exec_result r = exec_line(sh, line);
    sh->in_handler = false;
    bool early = sh->done_early;
    if (r == EXEC_WAIT && !early) {
        sh->waiting = true;
        if (!sh->channel)
            session_look(sh);
        return;
    }
    session_over(sh, sh->refused ? CMD_FAIL : CMD_OK);
    if (sh->config_file && sh->refused)
        name_line(sh, line);
}

static void session_run(struct shell *sh, const char *line)
{
    sh->state = SESSION_BUSY;
    sh->refused = sh->ran = false;
    sh->line_number++;
    output_begin(&sh->output);
    remember(sh, line);
    execute(sh, line);
}

static void run_next(struct shell *sh)
{
    if (!sh->queue.n) {
        session_at_prompt(sh);
        return;
    }
    char *line = lines_take(&sh->queue);
    session_say(sh, session_prompt(sh));
    session_say(sh, line);
    session_say(sh, "\n");
    session_run(sh, line);
    mem_free(line);
}

/* What a program typed has its result. The callback may type again, or close the shell. */
static void deliver(struct shell *sh)
{
    shell_done_fn *done = sh->done;
    struct loop *loop = sh->maker->env.loop;
    struct text t = {0};
    if (!done)
        return;
    if (sh->echo)
        text_add(&t, "\n");
    text_addn(&t, text_str(&sh->capture), sh->capture.len);
    struct shell_result r = {.output = text_str(&t),
                             .len = t.len,
                             .refused = sh->refused,
                             .matched = sh->matched,
                             .asked = sh->ask.on,
                             .closed = sh->state == SESSION_CLOSED};
    sh->done = NULL;
    text_clear(&sh->capture);
    regex_free(sh->until);
    sh->until = NULL;
    enum account_owner was = account_enter(loop, sh->done_owner);
    done(sh->done_arg, &r);
    account_leave(loop, was);
    text_free(&t);
}

/* Calls that may end in a handler, a result or a terminal are bracketed: the session lives until the last of them
 * returns. */
static void call_in(struct shell *sh)
{
    sh->depth++;
}
static void call_out(struct shell *sh)
{
    if (--sh->depth == 0 && sh->doomed)
        session_teardown(sh);
}

void session_doom(struct shell *sh)
{
    sh->done = NULL;
    if (sh->channel && sh->user[0] && !sh->login.on) {
        struct session_view v;
        session_view(sh, &v);
        msg_post(sh->maker->env.log, &MSG_LOGOUT, sh->user, v.tty, sh->location);
        sh->user[0] = 0;
    }
    login_end(sh);
    if (sh->depth == 0) {
        session_teardown(sh);
        return;
    }
    sh->doomed = sh->closing = true;
    sh->channel = NULL;
}

static void session_disconnect(struct shell *sh, enum channel_end why)
{
    struct channel *ch = sh->channel;
    ch->ended = why;
    session_doom(sh);
    ch->closed(ch);
}

void session_resume(struct shell *sh, const char *line)
{
    enum account_owner was = account_enter(sh->maker->env.loop, ACCOUNT_EXEC);
    struct loop *loop = sh->maker->env.loop;
    call_in(sh);
    sh->waiting = false;
    if (sh->ask.on) { /* nobody waits for the answer any more */
        sh->ask.on = false;
        sh->state = SESSION_BUSY;
    }
    execute(sh, line);
    sh->passed = sh->named.asked = false;
    call_out(sh);
    account_leave(loop, was);
}

static void step(void *arg)
{
    struct shell *sh = arg;
    struct loop *loop = sh->maker->env.loop;
    enum account_owner was = account_enter(loop, ACCOUNT_EXEC);
    call_in(sh);
    if (sh->answer_due) {
        sh->answer_due = false;
        session_take_answer(sh);
    }
    if (sh->room_due) {
        void (*fn)(void *) = sh->room_fn;
        sh->room_due = false;
        sh->room_fn = NULL;
        if (fn)
            fn(sh->room_arg);
    }
    if (sh->next_due) {
        sh->next_due = false;
        run_next(sh);
    }
    if (sh->deliver_due) {
        sh->deliver_due = false;
        deliver(sh);
    }
    if (sh->notify_due && sh->channel && !sh->close_due) {
        sh->notify_due = false;
        sh->channel->changed(sh->channel);
    }
    if (sh->login_due && sh->channel && !sh->close_due) {
        sh->login_due = false;
        login_begin(sh);
    }
    if (sh->close_due && sh->channel)
        session_disconnect(sh, sh->close_why);
    call_out(sh);
    account_leave(loop, was);
}

static void idle_fire(void *arg)
{
    struct shell *sh = arg;
    if ((sh->state == SESSION_BUSY && !output_waits(&sh->output)) || sh->login.on) {
        session_touch(sh);
        return;
    }
    if (sh->user[0]) {
        struct session_view v;
        session_view(sh, &v);
        msg_post(sh->maker->env.log, &MSG_EXPIRE, v.tty, login_place(sh), sh->user);
    }
    session_disconnect(sh, CHANNEL_TIMEOUT);
}

static void absolute_fire(void *arg)
{
    struct shell *sh = arg;
    session_say(sh, "\n*\n*\n* Line timeout expired\n*\n*\n");
    session_disconnect(sh, CHANNEL_TIMEOUT);
}

/* Counted from the beginning of the session, whatever it does. */
void session_limit(struct shell *sh)
{
    uint64_t age = loop_now(sh->maker->env.loop) - sh->started_us, limit = sh->set.absolute_timeout_s * US_PER_S;
    if (sh->channel && limit)
        timer_set(&sh->absolute, limit > age ? limit - age : 0);
    else
        timer_clear(&sh->absolute);
}

void session_touch(struct shell *sh)
{
    sh->active_us = loop_now(sh->maker->env.loop);
    if (sh->channel && sh->set.exec_timeout_s)
        timer_set(&sh->idle, sh->set.exec_timeout_s * US_PER_S);
    else
        timer_clear(&sh->idle);
}

/* ---- what a terminal calls ---- */

enum session_state session_state(const struct shell *sh)
{
    return sh->output.more ? SESSION_KEY : sh->state;
}

static void do_line(struct shell *sh, const char *text)
{
    session_touch(sh);
    switch (session_state(sh)) {
    case SESSION_PROMPT: session_run(sh, text); break;
    case SESSION_ANSWER:
    case SESSION_SECRET: session_answer(sh, text, FROM_TYPED); break;
    case SESSION_KEY:
        if (sh->output.more)
            for (size_t i = 0; sh->output.more && text[i]; i++)
                output_key(&sh->output, text[i]);
        else
            session_answer(sh, text[0] ? (char[2]){text[0], 0} : "", FROM_TYPED);
        break;
    case SESSION_BUSY:
        if (sh->queue.n < QUEUE_MAX)
            lines_add(&sh->queue, text, QUEUE_MAX);
        break;
    case SESSION_CLOSED: break;
    }
}

static void leave_configuration(struct shell *sh)
{
    output_begin(&sh->output);
    session_enter(sh, EXEC, NULL);
    prompt_behind_output(sh);
}

/* line_ended: the terminal is on a fresh line already. */
static void interrupt(struct shell *sh, bool line_ended)
{
    session_touch(sh);
    if (output_waits(&sh->output)) {
        output_key(&sh->output, 0x03);
        return;
    }
    if (sh->state == SESSION_PROMPT) {
        if (sh->mode != EXEC) {
            leave_configuration(sh);
        }
        return;
    }
    if (sh->login.on) {
        login_interrupt(sh);
        return;
    }
    if (!sh->waiting)
        return;
    for (size_t i = 0; i < sh->queue.n; i++)
        mem_free(sh->queue.v[i]);
    sh->queue.n = 0;
    sh->next_due = sh->answer_due = false;
    if (sh->ask.on) {
        sh->ask.on = false;
        sh->state = SESSION_BUSY;
        if (!line_ended)
            session_say(sh, "\n");
        if (!sh->abort_fn) {
            session_over(sh, CMD_FAIL);
            return;
        }
    }
    if (sh->abort_fn) {
        void (*fn)(void *, bool) = sh->abort_fn;
        sh->abort_fn = NULL;
        sh->room_fn = NULL;
        fn(sh->abort_arg, false);
    }
}

static void do_key(struct shell *sh, char c)
{
    session_touch(sh);
    if (sh->output.more) {
        output_key(&sh->output, c);
        session_notify(sh);
    } else if (sh->ask.on && sh->ask.key) {
        if (c == 0x03 || c == 0x1A || c == 0x1E)
            interrupt(sh, false);
        else
            session_answer(sh, c == '\r' || c == '\n' ? "" : (char[2]){c, 0}, FROM_TYPED);
    }
}

static void do_ctrl_z(struct shell *sh, const char *text)
{
    if (sh->state == SESSION_ANSWER && sh->ask.ctrl_z) {
        if (text[0])
            session_answer(sh, text, FROM_TYPED);
        if (sh->ask.on && sh->ask.ctrl_z)
            session_answer(sh, "\x1a", FROM_TYPED);
        return;
    }
    if (sh->state == SESSION_ANSWER || sh->state == SESSION_SECRET) {
        interrupt(sh, true);
        return;
    }
    if (sh->state != SESSION_PROMPT || sh->mode == EXEC)
        return;
    if (text[strspn(text, " \t")])
        do_line(sh, text);
    if (sh->state == SESSION_PROMPT) {
        leave_configuration(sh);
    }
}

void session_line(struct shell *sh, const char *text)
{
    call_in(sh);
    do_line(sh, text);
    call_out(sh);
}
void session_key(struct shell *sh, char c)
{
    call_in(sh);
    do_key(sh, c);
    call_out(sh);
}
void session_interrupt(struct shell *sh)
{
    call_in(sh);
    interrupt(sh, false);
    call_out(sh);
}
void session_drained(struct shell *sh)
{
    enum account_owner was = account_enter(sh->maker->env.loop, ACCOUNT_EXEC);
    call_in(sh);
    if (sh->output.stalled)
        session_touch(sh); /* somebody reads */
    output_resume(&sh->output);
    call_out(sh);
    account_leave(sh->maker->env.loop, was);
}
void session_ctrl_z(struct shell *sh, const char *text)
{
    call_in(sh);
    do_ctrl_z(sh, text);
    call_out(sh);
}

/* ---- beginning and end ---- */

void session_init(struct shell *sh, struct maker *m)
{
    sh->base.shells = &m->shells;
    sh->maker = m;
    sh->mode = EXEC;
    session_set_cwd(sh, "disk0:/");
    sh->state = SESSION_PROMPT;
    sh->history_on = true;
    sh->step = (struct deferred){.fn = step, .arg = sh};
    sh->started_us = loop_now(m->env.loop);
    timer_init(&sh->idle, m->env.loop, idle_fire, sh);
    timer_init(&sh->absolute, m->env.loop, absolute_fire, sh);
    login_init(sh);
    output_init(&sh->output, sh);
    session_touch(sh);
    struct shell **p = &m->first;
    while (*p)
        p = &(*p)->next;
    *p = sh;
}

void session_teardown(struct shell *sh)
{
    sh->closing = true;
    sh->state = SESSION_CLOSED;
    if (sh->abort_fn) {
        void (*fn)(void *, bool) = sh->abort_fn;
        sh->abort_fn = NULL;
        fn(sh->abort_arg, true);
    }
    sh->waiting = false;
    session_enter(sh, EXEC, NULL);
    for (struct shell **p = &sh->maker->first; *p; p = &(*p)->next)
        if (*p == sh) {
            *p = sh->next;
            break;
        }
    timer_clear(&sh->idle);
    timer_clear(&sh->absolute);
    login_end(sh);
    loop_undefer(sh->maker->env.loop, &sh->step);
    output_fini(&sh->output);
    lines_clear(&sh->queue);
    lines_clear(&sh->history[0]);
    lines_clear(&sh->history[1]);
    text_free(&sh->capture);
    mem_free(sh->held);
    regex_free(sh->until);
    mem_free(sh);
}
