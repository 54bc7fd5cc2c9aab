/* control.c: serves the clients of a node's control socket: console, exec, mark, wait, capture, status, stop (cli/lab/control.h).
 *
 * The socket lies in a folder that only its owner enters, so whoever can connect may do everything. Each client asks one thing. The log is kept here as well,
 * across reloads, numbered line by line and bounded (LOG_KEEP lines): that is what `wait` searches, from boot or from a mark; a mark older than what is
 * kept means the oldest line kept. A client that is gone takes its pending request with it. */
#include "cli/app/control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/app/console.h"
#include "cli/app/outbox.h"
#include "cli/app/router.h"
#include "cli/lab/control.h"
#include "dataplane/dataplane.h"
#include "espial/bus.h"
#include "espial/ip.h"
#include "espial/regex.h"
#include "espial/shell.h"

#define CLIENTS_MAX 64
#define LOG_KEEP    16384u
#define WORDS_MAX   260

enum client_kind { CLIENT_READING, CLIENT_EXEC, CLIENT_WAIT, CLIENT_CONSOLE, CLIENT_DONE };

struct client {
    struct control *control;
    struct client *next;
    enum client_kind kind;
    int fd, passed_fd;
    struct fd_watch watch;
    struct outbox out;
    struct deferred close;
    struct timer again; /* reading goes on when the console has caught up */
    struct text request;
    uint32_t want; /* bytes of the request; 0 until known */
    const char *words[WORDS_MAX];
    size_t nwords, at;
    struct shell *shell;
    struct regex *regex;
    bool script; /* at the console, and no person */
};

struct control {
    struct loop *loop;
    int fd;
    struct fd_watch watch;
    struct console *console;
    struct router *router;
    void (*stop)(void *arg);
    void *stop_arg;
    struct client *clients;
    size_t nclients;
    char *log[LOG_KEEP];
    uint64_t log_next;  /* number of the next line */
    uint64_t log_boot;  /* the first since boot */
};

static void frame(struct client *c, char kind, const char *s, size_t len)
{
    char head[5] = {kind};
    uint32_t n = (uint32_t)len;
    memcpy(head + 1, &n, sizeof n);
    outbox_write(&c->out, head, sizeof head);
    outbox_write(&c->out, s, len);
}

static void client_free(void *arg)
{
    struct client *c = arg;
    struct control *ctl = c->control;
    for (struct client **p = &ctl->clients; *p; p = &(*p)->next) {
        if (*p == c) {
            *p = c->next;
            ctl->nclients--;
            break;
        }
    }
    if (c->kind == CLIENT_CONSOLE)
        console_detach(ctl->console);
    shell_close(c->shell);
    regex_free(c->regex);
    loop_undefer(ctl->loop, &c->close);
    timer_clear(&c->again);
    fd_unwatch(&c->watch);
    outbox_free(&c->out);
    if (c->passed_fd >= 0)
        close(c->passed_fd);
    close(c->fd);
    text_free(&c->request);
    mem_free(c);
}

static void on_drained(void *arg)
{
    struct client *c = arg;
    if (c->kind == CLIENT_DONE)
        loop_defer(c->control->loop, &c->close);
    else if (c->kind == CLIENT_CONSOLE)
        console_drained(c->control->console);
}

/* The last frame; the client goes once it is written. */
static void finish(struct client *c, int status)
{
    char code = (char)status;
    frame(c, CONTROL_EXIT, &code, 1);
    c->kind = CLIENT_DONE;
    if (outbox_empty(&c->out))
        loop_defer(c->control->loop, &c->close);
}

static void refuse(struct client *c, int status, const char *why)
{
    struct text t = {0};
    text_printf(&t, "espial: %s\n", why);
    frame(c, CONTROL_ERR, t.s, t.len);
    text_free(&t);
    finish(c, status);
}

static void exec_next(struct client *c);

static void exec_done(void *arg, const struct shell_result *r)
{
    struct client *c = arg;
    if (r->len)
        frame(c, CONTROL_OUT, r->output, r->len);
    if (r->refused) {
        finish(c, 1);
        return;
    }
    if (r->closed)
        c->shell = NULL;
    exec_next(c);
}

static void exec_next(struct client *c)
{
    if (c->at == c->nwords || !c->shell)
        finish(c, 0);
    else
        shell_type(c->shell, c->words[c->at++], NULL, exec_done, c);
}

static void start_exec(struct client *c)
{
    struct shell_params p = {.user = "", .origin = "console by console", .privilege = 15};
    c->kind = CLIENT_EXEC;
    c->at = 1;
    c->shell = shell_open(router_shells(c->control->router), &p);
    if (!c->shell) {
        refuse(c, 3, "no session can be opened");
        return;
    }
    exec_next(c);
}

static void start_wait(struct client *c)
{
    struct control *ctl = c->control;
    char why[128];
    uint64_t since = ctl->log_boot;
    if (c->nwords != 3 || (strcmp(c->words[2], "boot") && !str_uint(c->words[2], 0, UINT64_MAX, &since))) {
        refuse(c, 2, "not a mark");
        return;
    }
    c->regex = regex_new(c->words[1], REGEX_IOS, why, NULL);
    if (!c->regex) {
        refuse(c, 2, why);
        return;
    }
    if (ctl->log_next > LOG_KEEP && since < ctl->log_next - LOG_KEEP)
        since = ctl->log_next - LOG_KEEP;
    for (; since < ctl->log_next; since++) {
        const char *line = ctl->log[since % LOG_KEEP];
        if (regex_match(c->regex, line, strlen(line))) {
            finish(c, 0);
            return;
        }
    }
    c->kind = CLIENT_WAIT;
}

static void start_capture(struct client *c)
{
    char name[IFNAME_MAX];
    if (c->nwords != 2 || !ifname_parse(c->words[1], name) || c->passed_fd < 0) {
        refuse(c, 1, "no such interface");
        return;
    }
    int fd = c->passed_fd;
    c->passed_fd = -1;
    int e = dataplane_capture(router_dataplane(c->control->router), name, fd);
    if (e < 0)
        refuse(c, 1, e == -ENODEV ? "no such interface" : strerror(-e));
    else
        finish(c, 0);
}

static void viewer_write(void *arg, const char *bytes, size_t len)
{
    struct client *c = arg;
    outbox_write(&c->out, bytes, len);
}

static bool viewer_full(void *arg)
{
    const struct client *c = arg;
    return outbox_full(&c->out);
}

static void viewer_left(void *arg)
{
    struct client *c = arg;
    c->kind = CLIENT_DONE;
    if (outbox_empty(&c->out))
        loop_defer(c->control->loop, &c->close);
}

static void start_console(struct client *c)
{
    static const char raw = CONTROL_RAW;
    uint64_t rows = 0, columns = 0;
    struct viewer v = {.write = viewer_write, .full = viewer_full, .left = viewer_left, .arg = c};
    if (c->nwords == 3) {
        str_uint(c->words[1], 0, 512, &rows);
        str_uint(c->words[2], 0, 512, &columns);
    }
    v.rows = (unsigned)rows;
    v.columns = (unsigned)columns;
    v.script = c->script = rows == 0;
    v.crlf = !v.script;
    if (console_taken(c->control->console)) {
        refuse(c, 3, "somebody is at this console already");
        return;
    }
    outbox_write(&c->out, &raw, 1);
    if (!console_attach(c->control->console, &v)) {
        viewer_left(c);
        return;
    }
    c->kind = CLIENT_CONSOLE;
}

static void start(struct client *c)
{
    struct control *ctl = c->control;
    const char *verb = c->nwords ? c->words[0] : "";
    char line[128];
    if (!strcmp(verb, "stop")) {
        ctl->stop(ctl->stop_arg);
    } else if (!strcmp(verb, "mark")) {
        int n = snprintf(line, sizeof line, "%llu\n", (unsigned long long)ctl->log_next);
        frame(c, CONTROL_OUT, line, (size_t)n);
        finish(c, 0);
    } else if (!strcmp(verb, "wait")) {
        start_wait(c);
    } else if (!ctl->router) {
        refuse(c, 3, "the router is reloading");
    } else if (!strcmp(verb, "exec")) {
        start_exec(c);
    } else if (!strcmp(verb, "console")) {
        start_console(c);
    } else if (!strcmp(verb, "capture")) {
        start_capture(c);
    } else if (!strcmp(verb, "status")) {
        int n = snprintf(line, sizeof line, "%s\n", router_hostname(ctl->router));
        frame(c, CONTROL_OUT, line, (size_t)n);
        finish(c, 0);
    } else {
        refuse(c, 2, "not a request");
    }
}

/* Split the request at its NULs; false when it is not whole or not well-formed. */
static bool split(struct client *c)
{
    const char *s = c->request.s + sizeof c->want, *end = s + c->want;
    if (c->want == 0 || end[-1] != '\0')
        return false;
    for (; s < end; s += strlen(s) + 1) {
        if (c->nwords == WORDS_MAX)
            return false;
        c->words[c->nwords++] = s;
    }
    return true;
}

/* Receive, with the descriptor that may come along. */
static ssize_t receive(struct client *c, char *buf, size_t len)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec iov = {.iov_base = buf, .iov_len = len};
    struct msghdr m = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control.room};
    ssize_t n = recvmsg(c->fd, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    struct cmsghdr *h = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
    if (h && h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS && h->cmsg_len == CMSG_LEN(sizeof(int))) {
        if (c->passed_fd >= 0)
            close(c->passed_fd);
        memcpy(&c->passed_fd, CMSG_DATA(h), sizeof c->passed_fd);
    }
    return n;
}

static void on_bytes(void *arg, unsigned events);

static void typed(struct client *c, const char *bytes, size_t len)
{
    if (!console_input(c->control->console, bytes, len)) {
        fd_unwatch(&c->watch);
        timer_set(&c->again, 10 * US_PER_MS);
    }
}

static void read_again(void *arg)
{
    struct client *c = arg;
    if (console_ready(c->control->console))
        fd_watch(&c->watch, c->control->loop, c->fd, FD_READ, on_bytes, c);
    else
        timer_set(&c->again, 10 * US_PER_MS);
}

static void on_bytes(void *arg, unsigned events)
{
    struct client *c = arg;
    char buf[8192];
    (void)events;
    ssize_t n = receive(c, buf, sizeof buf);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0 || c->out.broken) {
        if (n == 0 && c->script) { /* a script's end: what it typed is carried out */
            fd_unwatch(&c->watch);
            console_end_input(c->control->console);
        } else {
            client_free(c);
        }
        return;
    }
    if (c->kind == CLIENT_CONSOLE) {
        typed(c, buf, (size_t)n);
        return;
    }
    if (c->kind != CLIENT_READING)
        return;
    text_addn(&c->request, buf, (size_t)n);
    if (c->request.len < sizeof c->want)
        return;
    memcpy(&c->want, c->request.s, sizeof c->want);
    if (c->want > CONTROL_REQUEST_MAX) {
        client_free(c);
        return;
    }
    if (c->request.len < sizeof c->want + c->want)
        return;
    if (!split(c)) {
        refuse(c, 2, "not a request");
        return;
    }
    start(c);
    size_t used = sizeof c->want + c->want;
    if (c->kind == CLIENT_CONSOLE && c->request.len > used)
        typed(c, c->request.s + used, c->request.len - used);
}

static void on_client(void *arg, unsigned events)
{
    struct control *ctl = arg;
    (void)events;
    int fd = accept4(ctl->fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    if (ctl->nclients == CLIENTS_MAX) {
        close(fd);
        return;
    }
    struct client *c = NEW(struct client);
    c->control = ctl;
    c->fd = fd;
    c->passed_fd = -1;
    c->close = (struct deferred){.fn = client_free, .arg = c};
    outbox_init(&c->out, ctl->loop, fd);
    timer_init(&c->again, ctl->loop, read_again, c);
    c->out.drained = on_drained;
    c->out.arg = c;
    c->next = ctl->clients;
    ctl->clients = c;
    ctl->nclients++;
    fd_watch(&c->watch, ctl->loop, fd, FD_READ, on_bytes, c);
}

static void on_syslog(void *arg, const void *fact)
{
    struct control *ctl = arg;
    const struct fact_syslog *f = fact;
    char **slot = &ctl->log[ctl->log_next++ % LOG_KEEP];
    mem_free(*slot);
    *slot = mem_strdup(f->line);
    for (struct client *c = ctl->clients, *next; c; c = next) {
        next = c->next;
        if (c->kind == CLIENT_WAIT && regex_match(c->regex, f->line, strlen(f->line)))
            finish(c, 0);
    }
}

struct control *control_new(struct loop *loop, int listen_fd, struct console *console, void (*stop)(void *arg),
                            void *arg)
{
    struct control *ctl = NEW(struct control);
    ctl->loop = loop;
    ctl->fd = listen_fd;
    ctl->console = console;
    ctl->stop = stop;
    ctl->stop_arg = arg;
    fd_watch(&ctl->watch, loop, listen_fd, FD_READ, on_client, ctl);
    return ctl;
}

void control_free(struct control *ctl)
{
    if (!ctl)
        return;
    control_set_router(ctl, NULL);
    for (struct client *c = ctl->clients, *next; c; c = next) {
        next = c->next;
        outbox_finish(&c->out, 100);
        client_free(c);
    }
    fd_unwatch(&ctl->watch);
    close(ctl->fd);
    for (size_t i = 0; i < LOG_KEEP; i++)
        mem_free(ctl->log[i]);
    mem_free(ctl);
}

void control_set_router(struct control *ctl, struct router *r)
{
    if (ctl->router && !r) {
        bus_unsubscribe(router_bus(ctl->router), FACT_SYSLOG, on_syslog, ctl);
        for (struct client *c = ctl->clients; c; c = c->next) {
            shell_close(c->shell); /* its router goes */
            c->shell = NULL;
            if (c->kind == CLIENT_EXEC)
                finish(c, 0); /* the command that reloaded the router was carried out */
        }
    }
    ctl->router = r;
    if (r) {
        ctl->log_boot = ctl->log_next;
        bus_subscribe(router_bus(r), FACT_SYSLOG, on_syslog, ctl);
    }
}
