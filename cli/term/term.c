/* term.c: joins a person's keys (edit.c), the screen (render.c) and a session (cli/shell/session.h).
 *
 * Bytes typed wait in a queue. At a prompt or a question they are edited key by key; for [confirm] and --More-- they are
 * handed over as keys; while a command runs they stay in the queue (typed ahead), except those that interrupt (Ctrl-C,
 * the escape character Ctrl-^, and Ctrl-Z where it does not mean the end of configuration): these go past it and throw
 * away what was typed before them. So a pasted configuration of any length loses nothing as long as the caller stops
 * reading when term_input says that enough is waiting; a line is taken in each turn of the loop, so that packets, timers
 * and log lines have their turn between two lines. CR, LF and CR LF are one Enter each; NUL is dropped, and an `x` right
 * behind the escape character belongs to it (Ctrl-^ x).
 *
 * What the session writes goes to the screen at once; a log line that comes in at the prompt leaves the unfinished input
 * where it stands, and with `logging synchronous` it is drawn again. `?` and Tab look at the line up to the cursor; help
 * that is longer than a page is paged, and the line waits meanwhile. */
#include "cli/term/term.h"

#include <string.h>

#include "cli/term/edit.h"
#include "cli/term/render.h"

#define QUEUE_ENOUGH (256u * 1024)
#define OUT_ENOUGH   16384u /* of one turn's output, before it is handed over and the reader looked at */

struct term {
    struct channel channel; /* first: the session calls back with it */
    struct term_params p;
    struct shell *sh;
    struct edit *edit;
    struct render render;
    struct text queue;
    size_t queue_at;
    struct text out;
    bool question;   /* what is drawn is the line of an answer */
    bool drawn;      /* the prompt (or nothing, for a question) stands and a line is being edited */
    bool after_cr;   /* a following LF belongs to it */
    bool closed;
    bool ended;      /* no more input will come */
    bool pumping;
    bool own_write;  /* the session answers a call of ours: no interruption of the line */
    bool handed;     /* a line went to the session: its notice comes, in a later turn */
    bool keeps_line; /* help is shown: the line being edited comes back behind it */
    bool escaped;    /* the last byte was the escape character */
    bool line_ended; /* so did what was shown last */
    size_t history;  /* 0: the line typed; n: the n-th last */
    char typed[1024]; /* the line before going up the history */
};

static void flush(struct term *t)
{
    if (!t->out.len)
        return;
    t->line_ended = t->out.s[t->out.len - 1] == '\n';
    t->p.write(t->p.arg, t->out.s, t->out.len);
    text_clear(&t->out);
}

static bool is_full(const struct term *t)
{
    return t->p.full && t->p.full(t->p.arg);
}

/* Text of the session for the screen. */
static void emit(struct term *t, const char *s, size_t len)
{
    (t->p.newline_is_crlf ? text_add_crlf : text_addn)(&t->out, s, len);
}

static void draw(struct term *t)
{
    struct session_view v;
    size_t len, cursor;
    const char *line = edit_line(t->edit, &len, &cursor);
    session_view(t->sh, &v);
    if (session_state(t->sh) != SESSION_SECRET)
        render_line(&t->render, line, len, cursor, v.width, &t->out);
}

static void start_line(struct term *t)
{
    bool prompt = session_state(t->sh) == SESSION_PROMPT;
    t->question = !prompt;
    render_start(&t->render, prompt ? session_prompt(t->sh) : "", &t->out);
    t->drawn = true;
    if (t->keeps_line) {
        t->keeps_line = false;
        draw(t);
        return;
    }
    struct session_view v;
    session_view(t->sh, &v);
    edit_set_plain(t->edit, !v.is_editing);
    edit_set(t->edit, "");
    t->history = 0;
}

static bool edits(enum session_state s)
{
    return s == SESSION_PROMPT || s == SESSION_ANSWER || s == SESSION_SECRET;
}

static void sync(struct term *t)
{
    if (!t->closed && !t->drawn && edits(session_state(t->sh)))
        start_line(t);
}

static void end_line(struct term *t)
{
    render_finish(&t->render, &t->out);
    emit(t, "\n", 1);
    t->drawn = false;
}

static void history_move(struct term *t, bool up)
{
    size_t len, cursor;
    if (session_state(t->sh) != SESSION_PROMPT || (!up && t->history == 0))
        return;
    size_t want = up ? t->history + 1 : t->history - 1;
    const char *text = want ? session_history(t->sh, want - 1) : t->typed;
    if (!text)
        return;
    if (t->history == 0)
        str_copy(t->typed, sizeof t->typed, edit_line(t->edit, &len, &cursor));
    t->history = want;
    edit_set(t->edit, text);
}

/* The line up to the cursor. */
static void typed_so_far(struct term *t, char line[1024])
{
    size_t len, cursor;
    const char *all = edit_line(t->edit, &len, &cursor);
    memcpy(line, all, cursor);
    line[cursor] = '\0';
}

static void help(struct term *t)
{
    char line[1024];
    typed_so_far(t, line);
    /* The `?` is seen behind what was typed, and is no part of the line. */
    render_finish(&t->render, &t->out);
    emit(t, "?\n", 2);
    t->drawn = false;
    t->keeps_line = true;
    session_help_page(t->sh, line);
}

static void complete(struct term *t)
{
    struct text more = {0};
    char line[1024];
    typed_so_far(t, line);
    session_complete(t->sh, line, &more);
    end_line(t);
    edit_put(t->edit, text_str(&more));
    text_free(&more);
    t->keeps_line = true;
}

/* Enter, or Ctrl-Z: hand the line over. */
static void submit(struct term *t, bool ctrl_z)
{
    char line[1024];
    size_t len, cursor;
    str_copy(line, sizeof line, edit_line(t->edit, &len, &cursor));
    if (ctrl_z)
        text_add(&t->out, "^Z");
    end_line(t);
    edit_set(t->edit, "");
    if (ctrl_z) {
        struct session_view v;
        session_view(t->sh, &v);
        t->handed = v.mode != EXEC || session_state(t->sh) != SESSION_PROMPT;
        session_ctrl_z(t->sh, line);
    } else {
        t->handed = true;
        session_line(t->sh, line);
    }
}

/* The session ends the line. */
static void interrupt_question(struct term *t)
{
    render_finish(&t->render, &t->out);
    edit_set(t->edit, "");
    t->drawn = false;
    t->handed = true;
    session_interrupt(t->sh);
}

static void on_event(struct term *t, enum edit_event event)
{
    bool prompt = session_state(t->sh) == SESSION_PROMPT;
    switch (event) {
    case EDIT_WAIT:
        break;
    case EDIT_FULL:
        text_add(&t->out, "\a");
        break;
    case EDIT_MORE:
        draw(t);
        break;
    case EDIT_ENTER:
        submit(t, false);
        break;
    case EDIT_HELP:
        if (prompt) {
            help(t);
        } else {
            edit_add(t->edit, "?");
            draw(t);
        }
        break;
    case EDIT_TAB:
        if (prompt)
            complete(t);
        break;
    case EDIT_UP:
    case EDIT_DOWN:
        history_move(t, event == EDIT_UP);
        draw(t);
        break;
    case EDIT_REDRAW:
        term_redraw(t);
        break;
    case EDIT_END:
        submit(t, true);
        break;
    case EDIT_BREAK:
        if (!prompt) {
            interrupt_question(t);
            break;
        }
        text_add(&t->out, "^C");
        end_line(t);
        edit_set(t->edit, "");
        session_interrupt(t->sh);
        break;
    }
}

static bool is_escape(const struct session_view *v, char c)
{
    return v->escape && (unsigned char)c == v->escape;
}

/* A key in the queue that stops what runs; what was typed before it is forgotten. */
static bool interrupt_in_queue(struct term *t)
{
    struct session_view v;
    session_view(t->sh, &v);
    for (size_t i = t->queue.len; i > t->queue_at; i--) {
        char c = t->queue.s[i - 1];
        if (c == 0x03 || is_escape(&v, c) || (c == 0x1A && v.mode == EXEC)) {
            t->queue_at = i;
            t->escaped = is_escape(&v, c);
            return true;
        }
    }
    return false;
}

/* The escape character where nothing runs: nothing happens, but an `x` belongs to it. */
static bool takes_escape(struct term *t, char c, enum session_state state)
{
    struct session_view v;
    bool was = t->escaped;
    t->escaped = false;
    if (was && (c == 'x' || c == 'X'))
        return true;
    if ((unsigned char)c >= ' ' && c != 0x7F)
        return false; /* the common case */
    session_view(t->sh, &v);
    if (!is_escape(&v, c) || c == 0x03)
        return c == 0x1E && state == SESSION_PROMPT;
    t->escaped = true;
    if (state == SESSION_ANSWER || state == SESSION_SECRET)
        interrupt_question(t);
    return state != SESSION_KEY;
}

static void pump(struct term *t)
{
    if (t->pumping)
        return;
    t->pumping = true;
    t->own_write = true;
    t->handed = false;
    while (!t->closed && !t->handed && t->queue_at < t->queue.len) {
        const char *p = t->queue.s + t->queue_at;
        size_t n = t->queue.len - t->queue_at, used = 1;
        enum session_state state = session_state(t->sh);
        if (state == SESSION_BUSY) {
            if (interrupt_in_queue(t)) {
                session_interrupt(t->sh);
                continue;
            }
            break;
        }
        if (is_full(t))
            break; /* whoever answers with more text waits for the reader of what is there */
        bool lf_of_cr = t->after_cr && *p == '\n';
        t->after_cr = *p == '\r';
        if (*p == '\0' || lf_of_cr) {
            t->queue_at++;
            continue;
        }
        if (takes_escape(t, *p, state)) {
            t->queue_at++;
            continue;
        }
        if (state == SESSION_KEY) {
            t->drawn = false;
            t->queue_at++;
            session_key(t->sh, t->escaped ? 0x1E : *p);
            continue;
        }
        sync(t);
        enum edit_event event = edit_key(t->edit, p, n, &used);
        t->queue_at += used;
        on_event(t, event);
        if (event == EDIT_WAIT)
            break;
        sync(t);
    }
    if (t->queue_at == t->queue.len) {
        text_clear(&t->queue);
        t->queue_at = 0;
    }
    if (!t->closed)
        sync(t);
    if (t->ended && !t->closed && !t->handed && t->queue_at == t->queue.len && session_state(t->sh) != SESSION_BUSY) {
        if (t->sh)
            session_free(t->sh);
        t->sh = NULL;
        t->closed = true;
    }
    t->own_write = false;
    t->pumping = false;
    flush(t);
    if (t->closed && t->p.closed)
        t->p.closed(t->p.arg);
}

/* More was typed. Behind a line that was handed over it waits for the session's notice: what that line made others say (the log, where a terminal shows it) comes first. */
static void pump_typed(struct term *t)
{
    if (!t->handed || session_state(t->sh) != SESSION_PROMPT)
        pump(t);
}

static struct term *of(struct channel *c)
{
    return (struct term *)c;
}

static void on_write(struct channel *c, const char *s, size_t len)
{
    struct term *t = of(c);
    size_t n, cursor;
    emit(t, s, len);
    if (t->drawn && !t->own_write) {
        edit_line(t->edit, &n, &cursor);
        render_interrupted(&t->render, n);
    }
    if (!t->pumping)
        flush(t);
}

static bool on_at_start(struct channel *c)
{
    const struct term *t = of(c);
    return t->out.len ? t->out.s[t->out.len - 1] == '\n' : t->line_ended;
}

static bool on_full(struct channel *c)
{
    struct term *t = of(c);
    if (t->out.len >= OUT_ENOUGH)
        flush(t);
    return is_full(t);
}

static void on_changed(struct channel *c)
{
    struct term *t = of(c);
    if (!t->pumping && t->drawn && t->question && session_state(t->sh) == SESSION_PROMPT)
        end_line(t); /* nobody waits for the answer any more */
    if (!t->pumping)
        pump(t); /* what was typed ahead goes on, or the prompt is drawn */
}

static void on_redraw(struct channel *c)
{
    struct term *t = of(c);
    if (t->drawn) {
        render_start(&t->render, session_state(t->sh) == SESSION_PROMPT ? session_prompt(t->sh) : "", &t->out);
        draw(t);
    }
    if (!t->pumping)
        flush(t);
}

static void on_closed(struct channel *c)
{
    struct term *t = of(c);
    t->closed = true;
    t->sh = NULL;
    if (!t->pumping) {
        flush(t);
        if (t->p.closed)
            t->p.closed(t->p.arg);
    }
}

struct term *term_new(const struct term_params *p)
{
    struct term *t = NEW(struct term);
    t->p = *p;
    t->p.session.channel = &t->channel;
    t->channel = (struct channel){.write = on_write,
                                  .full = on_full,
                                  .changed = on_changed,
                                  .redraw = on_redraw,
                                  .closed = on_closed,
                                  .at_start = on_at_start};
    t->edit = edit_new();
    if (t->edit) {
        struct session_params sp = p->session;
        sp.channel = &t->channel;
        t->sh = session_new(p->shells, &sp);
    }
    if (!t->sh) {
        edit_free(t->edit);
        mem_free(t);
        return NULL;
    }
    return t;
}

void term_free(struct term *t)
{
    if (!t)
        return;
    if (t->sh)
        session_free(t->sh);
    edit_free(t->edit);
    text_free(&t->queue);
    text_free(&t->out);
    mem_free(t);
}

bool term_input(struct term *t, const char *bytes, size_t len)
{
    if (t->closed)
        return true;
    if (t->queue_at > QUEUE_ENOUGH) { /* give back what is consumed */
        memmove(t->queue.s, t->queue.s + t->queue_at, t->queue.len - t->queue_at);
        t->queue.len -= t->queue_at;
        t->queue_at = 0;
    }
    text_addn(&t->queue, bytes, len);
    session_touch(t->sh);
    pump_typed(t);
    return term_waiting(t) < QUEUE_ENOUGH;
}

void term_drained(struct term *t)
{
    if (t->closed || t->pumping)
        return;
    session_drained(t->sh);
    if (!t->closed)
        pump(t);
}

void term_end_input(struct term *t)
{
    t->ended = true;
    if (!t->closed)
        pump_typed(t);
}

size_t term_waiting(const struct term *t)
{
    return t->queue.len - t->queue_at;
}

const char *term_waiting_bytes(const struct term *t)
{
    return text_str(&t->queue) + t->queue_at;
}

void term_redraw(struct term *t)
{
    if (t->closed)
        return;
    emit(t, "\n", 1);
    if (t->drawn) {
        render_start(&t->render, session_state(t->sh) == SESSION_PROMPT ? session_prompt(t->sh) : "", &t->out);
        draw(t);
    }
    if (!t->pumping)
        flush(t);
}

void term_prompt(struct term *t)
{
    if (t->closed || t->pumping || t->drawn)
        return;
    pump(t);
}

void term_set_crlf(struct term *t, bool crlf)
{
    t->p.newline_is_crlf = crlf;
}

enum channel_end term_ended_by(const struct term *t)
{
    return t->channel.ended;
}

struct shell *term_session(struct term *t)
{
    return t->sh;
}
