/* conn.c: the router's half of one SSH connection: frames from its child in, frames back, and what they make happen.
 *
 *   EXCHANGE --READY--> LOGIN --passed--> IN --SHELL--> SHELL --+
 *      |                  |               |---EXEC---> EXEC  ---+--> END --> freed
 *      |                  |               '---EXEC scp-> COPY --+     ^
 *      '------ time-out, a frame that does not fit, the child gone ---'
 *
 * Timers: `limit` is ip ssh time-out until something runs (the child has an alarm as well, for when this side is slow), and a few seconds in END.
 *
 * Memory: bytes for the client wait here, at most OUT_MAX of them. From OUT_ENOUGH on a session runs no further line, and its command's output waits in the session
 * (cli/shell/output.c); log lines still come, and who does not even take those is hung up on when the bound is reached. Bytes from the client wait in the child and in its socket when the session has enough. A child that breaks the protocol is killed: it is
 * either broken or somebody else's by now. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/ssh/sshd_local.h"
#include "cli/term/term.h"
#include "espial/child.h"
#include "espial/crypto.h"
#include "espial/mem.h"

#define OUT_MAX      (8u << 20)
#define OUT_EXEC_MAX (40u << 20) /* a command's whole output is there at once */
#define OUT_ENOUGH   65536u      /* no more of a command's output, and no more files, while so much waits */
#define IN_ENOUGH    4096u       /* typed ahead: what each of these lines prints has to wait here too */
#define SIZE_MOST    512u /* lines and columns */
#define END_US       (5 * US_PER_S)

static void on_events(void *arg, unsigned events);
static void update(struct conn *c);

static void finish(void *arg)
{
    conn_free(arg);
}

void conn_drop(struct conn *c)
{
    if (c->dead)
        return;
    c->dead = true;
    fd_unwatch(&c->watch);
    timer_clear(&c->limit);
    timer_clear(&c->again);
    child_kill(c->child);
    c->child = NULL;
    aaa_cancel(c->question);
    c->question = NULL;
    loop_defer(c->ssh->env.loop, &c->finish);
}

static void on_limit(void *arg)
{
    conn_drop(arg);
}

static void look_again(void *arg)
{
    update(arg);
}

static bool is_taken(const struct sshd *s, unsigned number)
{
    for (const struct conn *c = s->conns; c; c = c->next)
        if (c->number == number)
            return true;
    return false;
}

struct conn *conn_new(struct sshd *s, int fd, uint32_t source)
{
    struct conn *c = NEW(struct conn), **last = &s->conns;
    c->ssh = s;
    while (is_taken(s, c->number))
        c->number++;
    c->fd = fd;
    c->source = source;
    ip4_format(source, c->address);
    c->finish = (struct deferred){.fn = finish, .arg = c};
    timer_init(&c->limit, s->env.loop, on_limit, c);
    timer_init(&c->again, s->env.loop, look_again, c);
    timer_set(&c->limit, s->conf.timeout_s * US_PER_S);
    while (*last)
        last = &(*last)->next;
    *last = c;
    update(c);
    return c;
}

void conn_set_child(struct conn *c, struct child *child)
{
    c->child = child;
}

static void hang_up(struct conn *c)
{
    term_free(c->term);
    c->term = NULL;
    exec_stop(c);
    copy_stop(c);
}

void conn_free(struct conn *c)
{
    c->dead = true;
    hang_up(c);
    login_closed(c);
    for (struct conn **at = &c->ssh->conns; *at; at = &(*at)->next)
        if (*at == c) {
            *at = c->next;
            break;
        }
    loop_undefer(c->ssh->env.loop, &c->finish);
    timer_clear(&c->limit);
    timer_clear(&c->again);
    fd_unwatch(&c->watch);
    aaa_cancel(c->question);
    child_kill(c->child);
    close(c->fd);
    text_free(&c->out);
    mem_free(c);
}

const char *conn_state_text(const struct conn *c)
{
    switch (c->state) {
    case CONN_EXCHANGE: return "Key exchange";
    case CONN_LOGIN: return "Authenticating";
    case CONN_IN: return "Authenticated";
    case CONN_END: return "Closing";
    default: return "Session started";
    }
}

/* ---- frames to the child ---- */

static bool send_frame(struct conn *c, const void *frame, size_t len)
{
    ssize_t n;
    do
        n = send(c->fd, frame, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n >= 0)
        return true;
    if (errno != EAGAIN)
        conn_drop(c);
    return false;
}

void conn_answer(struct conn *c, bool yes)
{
    const uint8_t frame[2] = {SSH_F_ANSWER, yes};
    if (!c->dead && !send_frame(c, frame, sizeof frame))
        conn_drop(c); /* it waits for nothing else, so there was room */
}

size_t conn_backlog(const struct conn *c)
{
    return c->out.len - c->out_at;
}

static void push(struct conn *c)
{
    uint8_t frame[1 + SSH_DATA_MAX];
    frame[0] = SSH_F_DATA;
    while (!c->dead && conn_backlog(c)) {
        size_t n = conn_backlog(c) < SSH_DATA_MAX ? conn_backlog(c) : SSH_DATA_MAX;
        memcpy(frame + 1, c->out.s + c->out_at, n);
        if (!send_frame(c, frame, 1 + n))
            return;
        c->out_at += n;
    }
    if (c->dead)
        return;
    c->out_at = 0;
    if (c->out.cap > OUT_ENOUGH)
        text_free(&c->out);
    else
        text_clear(&c->out);
    if (c->exit_due) {
        const uint8_t exit[5] = {SSH_F_EXIT, 0, 0, 0, (uint8_t)c->exit_status};
        c->exit_due = !send_frame(c, exit, sizeof exit);
    }
}

void conn_out(struct conn *c, const char *bytes, size_t len)
{
    if (c->dead || c->state == CONN_END)
        return;
    if (conn_backlog(c) + len > (c->state == CONN_EXEC ? OUT_EXEC_MAX : OUT_MAX)) {
        conn_drop(c); /* it does not read */
        return;
    }
    if (c->out_at > OUT_ENOUGH) {
        memmove(c->out.s, c->out.s + c->out_at, c->out.len - c->out_at);
        c->out.len -= c->out_at;
        c->out_at = 0;
    }
    text_addn(&c->out, bytes, len);
    push(c);
    update(c);
}

void conn_exit(struct conn *c, uint32_t status)
{
    if (c->dead || c->state == CONN_END)
        return;
    c->state = CONN_END;
    c->exit_due = true;
    c->exit_status = status;
    timer_set(&c->limit, conn_backlog(c) ? c->ssh->conf.timeout_s * US_PER_S : END_US);
    push(c);
    update(c);
}

/* ---- a session on a vty ---- */

static bool is_full(void *arg)
{
    struct conn *c = arg;
    bool full = !c->dead && conn_backlog(c) >= OUT_ENOUGH;
    c->holding = c->holding || full;
    return full;
}

static void go_on(struct conn *c)
{
    if (c->dead || !c->holding || c->state != CONN_SHELL || conn_backlog(c) >= OUT_ENOUGH)
        return;
    c->holding = false;
    term_drained(c->term);
}

static void on_write(void *arg, const char *bytes, size_t len)
{
    conn_out(arg, bytes, len);
}

static void on_closed(void *arg)
{
    conn_exit(arg, 0); /* the term is freed with the connection */
}

static void start_shell(struct conn *c)
{
    int line = shells_vty_for(c->ssh->env.shells, SESSION_SSH, c->source);
    struct term_params p = {
        .shells = c->ssh->env.shells,
        .session = {.vty = true,
                    .n = line,
                    .user = c->grant.user,
                    .location = c->address,
                    .is_logged_in = true,
                    .privilege = c->grant.privilege},
        .newline_is_crlf = true,
        .write = on_write,
        .full = is_full,
        .closed = on_closed,
        .arg = c,
    };
    if (c->pty) {
        p.session.length = c->rows;
        p.session.width = c->columns;
    }
    conn_answer(c, line >= 0);
    if (c->dead)
        return;
    if (line < 0) {
        conn_exit(c, 1);
        return;
    }
    c->state = CONN_SHELL;
    timer_clear(&c->limit);
    c->term = term_new(&p);
    if (!c->term) {
        conn_exit(c, 1);
        return;
    }
    conn_out(c, "\r\n", 2);
    if (!c->dead && c->state == CONN_SHELL)
        term_prompt(c->term);
}

static void start_exec(struct conn *c, struct rd *r)
{
    char command[SSH_FRAME_MAX];
    sshd_read_text(r, command, sizeof command);
    if (!sshd_read_ended(r)) {
        conn_drop(c);
        return;
    }
    timer_clear(&c->limit);
    if (copy_is(command))
        copy_start(c, command);
    else
        exec_start(c, command);
}

/* ---- frames from the child ---- */

static void take_size(struct conn *c, struct rd *r)
{
    uint32_t columns = rd_u32(r), rows = rd_u32(r);
    if (!sshd_read_ended(r)) {
        conn_drop(c);
        return;
    }
    c->columns = columns < SIZE_MOST ? columns : SIZE_MOST;
    c->rows = rows < SIZE_MOST ? rows : SIZE_MOST;
    if (c->term && c->state == CONN_SHELL)
        session_resize(term_session(c->term), c->rows, c->columns);
}

static void take_bytes(struct conn *c, const uint8_t *bytes, size_t len)
{
    if (c->state == CONN_SHELL) {
        term_input(c->term, (const char *)bytes, len);
        c->stopped = true; /* update looks */
        update(c);
    } else if (c->state == CONN_COPY) {
        copy_input(c, bytes, len);
    } else if (c->state == CONN_EXEC) {
        exec_input(c, bytes, len);
    }
}

static void take_eof(struct conn *c)
{
    if (c->state == CONN_SHELL)
        term_end_input(c->term);
    else if (c->state == CONN_COPY)
        copy_ended(c);
    else if (c->state == CONN_EXEC)
        exec_ended(c);
    else if (c->state == CONN_IN)
        conn_exit(c, 1);
}

static void take_pty(struct conn *c, struct rd *r)
{
    char terminal[64];
    sshd_read_text(r, terminal, sizeof terminal);
    c->pty = true;
    take_size(c, r);
}

void conn_frame(struct conn *c, const uint8_t *frame, size_t len)
{
    if (c->dead)
        return;
    if (!len || len > SSH_FRAME_MAX) {
        conn_drop(c);
        return;
    }
    struct rd r = rd_of(frame + 1, len - 1);
    unsigned name = frame[0];
    if (c->state == CONN_END)
        return; /* it was told to end; what crosses is passed over */
    if (c->state == CONN_EXCHANGE && name == SSH_F_READY)
        login_ready(c, &r);
    else if (c->state == CONN_LOGIN && name == SSH_F_PASSWORD && !c->question)
        login_password(c, &r);
    else if (c->state == CONN_LOGIN && name == SSH_F_KEY && !c->question)
        login_key(c, &r);
    else if (c->state == CONN_IN && name == SSH_F_PTY)
        take_pty(c, &r);
    else if (c->state >= CONN_IN && name == SSH_F_WINDOW)
        take_size(c, &r);
    else if (c->state == CONN_IN && name == SSH_F_SHELL && len == 1)
        start_shell(c);
    else if (c->state == CONN_IN && name == SSH_F_EXEC)
        start_exec(c, &r);
    else if (c->state == CONN_IN && name == SSH_F_SUBSYSTEM)
        conn_answer(c, false);
    else if (c->state > CONN_IN && name == SSH_F_DATA && len > 1)
        take_bytes(c, frame + 1, len - 1);
    else if (c->state >= CONN_IN && name == SSH_F_EOF && len == 1)
        take_eof(c);
    else
        conn_drop(c);
}

static void from_child(struct conn *c)
{
    uint8_t frame[SSH_FRAME_MAX + 1];
    ssize_t n = recv(c->fd, frame, sizeof frame, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0)
        conn_drop(c); /* the child ended */
    else
        conn_frame(c, frame, (size_t)n);
    mem_wipe(frame, n > 0 ? (size_t)n : 0); /* it may have held a password */
}

static void on_events(void *arg, unsigned events)
{
    struct conn *c = arg;
    if (events & FD_WRITE) {
        push(c);
        if (!c->dead && c->state == CONN_COPY && conn_backlog(c) < OUT_ENOUGH)
            copy_drained(c);
        go_on(c);
    }
    if (!c->dead && events & FD_READ)
        from_child(c);
    update(c);
}

/* Reads the child, or does not, as room allows. */
static void update(struct conn *c)
{
    if (c->dead)
        return;
    if (c->state == CONN_SHELL && c->stopped)
        c->stopped = term_waiting(c->term) >= IN_ENOUGH;
    bool takes =
        c->state == CONN_SHELL ? !c->stopped : conn_backlog(c) < OUT_ENOUGH && (c->state != CONN_COPY || copy_takes(c));
    if (c->stopped && c->state == CONN_SHELL && !c->holding)
        timer_set(&c->again, 5 * US_PER_MS);
    unsigned want = (takes || c->state == CONN_END ? FD_READ : 0) |
                    (conn_backlog(c) || c->exit_due || (c->holding && c->state == CONN_SHELL) ? FD_WRITE : 0);
    if (want == c->watched && (c->watch.impl || !want))
        return;
    c->watched = want;
    if (!want)
        fd_unwatch(&c->watch);
    else if (fd_watch(&c->watch, c->ssh->env.loop, c->fd, want, on_events, c) == -EBADF)
        conn_drop(c);
}

void conn_child_ended(void *arg, int status)
{
    struct conn *c = arg;
    (void)status;
    c->child = NULL;
    if (c->dead)
        return;
    for (int i = 0; i < 64 && !c->dead && c->state != CONN_END;
         i++) { /* what it said before it ended; its end of the socket is closed */
        from_child(c);
    }
    if (!c->dead)
        conn_drop(c);
}
