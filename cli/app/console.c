/* console.c: who sits at con 0. A viewer (this program's own terminal, or a lab's client) attaches and detaches; the session behind it goes on while nobody
 * looks, as on a console server, until `exit` or a reload. What is printed while nobody looks is lost, except the log.
 *
 * `exit` lets the viewer go. A session that ended otherwise (exec-timeout, nobody let in) leaves him before an idle console: "Press RETURN to get started.", and
 * RETURN opens the next session; what else is typed there is thrown away. */
#include "cli/app/console.h"

#include "cli/app/router.h"
#include "cli/term/term.h"
#include "espial/loop.h"

struct console {
    struct loop *loop;
    struct router *router;
    struct term *term;
    struct viewer viewer;
    bool attached, ended;
    bool idle; /* RETURN is awaited */
    struct deferred gone, greet;
    struct text early; /* typed ahead of a reload, and while the router reloads */
};

static void on_write(void *arg, const char *bytes, size_t len)
{
    struct console *c = arg;
    if (c->attached)
        c->viewer.write(c->viewer.arg, bytes, len);
}

static bool is_full(void *arg)
{
    struct console *c = arg;
    return c->attached && c->viewer.full && c->viewer.full(c->viewer.arg);
}

static void on_closed(void *arg)
{
    struct console *c = arg;
    loop_defer(c->loop, &c->gone);
}

static void say_idle(struct console *c)
{
    struct text t = {0};
    text_printf(&t, "\n\n\n\n%s con0 is now available\n\n\n\n\nPress RETURN to get started.\n\n\n\n",
                router_hostname(c->router));
    console_say(c, t.s, t.len);
    text_free(&t);
}

static void after_closed(void *arg)
{
    struct console *c = arg;
    c->idle = c->term && c->router && c->attached && !c->ended && term_ended_by(c->term) != CHANNEL_EXIT;
    term_free(c->term);
    c->term = NULL;
    if (c->idle) {
        say_idle(c);
        return;
    }
    if (c->attached) {
        c->attached = false;
        c->viewer.left(c->viewer.arg);
    }
}

/* No pager, and lines of any length echoed as they are typed. */
static void for_script(struct console *c)
{
    session_set_length(term_session(c->term), 0);
    session_set_width(term_session(c->term), 0);
}

/* A person sees the prompt without a key, below what the boot logged; a script's prompt is drawn before its first line. */
static void show_prompt(void *arg)
{
    struct console *c = arg;
    if (c->term)
        term_prompt(c->term);
}

static void open_session(struct console *c)
{
    struct term_params p = {
        .shells = router_shells(c->router),
        .session = {.vty = false,
                    .n = 0,
                    .user = "",
                    .location = "",
                    .privilege = 1,
                    .length = c->viewer.rows,
                    .width = c->viewer.columns},
        .newline_is_crlf = c->viewer.crlf,
        .write = on_write,
        .full = is_full,
        .closed = on_closed,
        .arg = c,
    };
    c->term = term_new(&p);
    if (c->term && c->viewer.script)
        for_script(c);
    else if (c->term)
        loop_defer(c->loop, &c->greet);
}

struct console *console_new(struct loop *loop)
{
    struct console *c = NEW(struct console);
    c->loop = loop;
    c->gone = (struct deferred){.fn = after_closed, .arg = c};
    c->greet = (struct deferred){.fn = show_prompt, .arg = c};
    return c;
}

void console_free(struct console *c)
{
    if (!c)
        return;
    loop_undefer(c->loop, &c->gone);
    loop_undefer(c->loop, &c->greet);
    term_free(c->term);
    text_free(&c->early);
    mem_free(c);
}

void console_set_router(struct console *c, struct router *r)
{
    if (!r) {
        loop_undefer(c->loop, &c->gone);
        if (c->term)
            text_addn(&c->early, term_waiting_bytes(c->term), term_waiting(c->term));
        term_free(c->term);
        c->term = NULL;
        c->router = NULL;
        c->idle = false;
        return;
    }
    c->router = r;
    if (!c->attached)
        return;
    open_session(c);
    if (c->term && c->early.len)
        term_input(c->term, c->early.s, c->early.len);
    text_clear(&c->early);
    if (c->term && c->ended)
        term_end_input(c->term);
}

bool console_attach(struct console *c, const struct viewer *v)
{
    if (c->attached || !c->router)
        return false;
    c->viewer = *v;
    c->attached = true;
    c->ended = false;
    if (c->term) {
        if (v->rows)
            session_resize(term_session(c->term), v->rows, v->columns);
        if (v->script)
            for_script(c);
        term_set_crlf(c->term, v->crlf);
        term_redraw(c->term);
    } else {
        open_session(c);
    }
    return true;
}

bool console_taken(const struct console *c)
{
    return c->attached;
}

bool console_say(struct console *c, const char *s, size_t len)
{
    if (!c->attached)
        return false;
    struct text t = {0};
    (c->viewer.crlf ? text_add_crlf : text_addn)(&t, s, len);
    c->viewer.write(c->viewer.arg, text_str(&t), t.len);
    text_free(&t);
    return true;
}

void console_detach(struct console *c)
{
    c->attached = c->idle = false;
    console_drained(c); /* what is printed while nobody looks waits for nobody */
}

void console_drained(struct console *c)
{
    if (c->term)
        term_drained(c->term);
}

bool console_input(struct console *c, const char *bytes, size_t len)
{
    if (c->idle) { /* CR LF is one RETURN */
        size_t skip = 0;
        while (skip < len && bytes[skip] != '\r' && bytes[skip] != '\n')
            skip++;
        if (skip == len)
            return true;
        skip += skip + 1 < len && bytes[skip] == '\r' && bytes[skip + 1] == '\n' ? 2 : 1;
        c->idle = false;
        open_session(c);
        bytes += skip;
        len -= skip;
        if (!len)
            return true;
    }
    if (c->term)
        return term_input(c->term, bytes, len);
    text_addn(&c->early, bytes, len);
    return c->early.len < 65536;
}

bool console_ready(const struct console *c)
{
    return c->term && term_waiting(c->term) < 65536;
}

void console_end_input(struct console *c)
{
    c->ended = true;
    c->idle = false;
    if (c->term)
        term_end_input(c->term);
    else if (c->router)
        loop_defer(c->loop, &c->gone);
}
