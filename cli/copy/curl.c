/* curl.c: what needs TCP, in a child over the host's sockets, until the router has TCP of its own: ftp: http: https: by
 * the program curl, scp: by this program again (scp_child.c).
 *
 *     start: pipes, the child          RUNNING: its output goes to `take`, its complaints into a small buffer
 *     the child has ended: what is left in the pipes is read, then `ended`
 *
 * The child is told what to do on its standard input (curl_config.c, scp_child.c), gets an empty environment, and for a put the file as descriptor 3. Bytes are counted here and
 * bounded, whatever the server announced; cancelling kills the child. For a put the marks come at the end, since curl tells nothing before.
 * Certificates of https are verified against the host's own list. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/copy/copy_local.h"
#include "cli/copy/curl_config.h"
#include "cli/copy/scp_child.h"
#include "espial/child.h"
#include "espial/crypto.h"

#define MARK_BYTES (64u * 1024)

struct tool {
    const char *program; /* NULL: this one */
    const char *argv[5];
    void (*config)(const struct url *u, bool put, struct text *out);
    enum transfer_end (*end)(int code, unsigned http);
};
static enum transfer_end scp_end(int code, unsigned http)
{
    (void)http;
    if (!code)
        return TRANSFER_OK;
    code -= SCP_CHILD_ENDS;
    return code > TRANSFER_OK && code < TRANSFER_ENDS ? (enum transfer_end)code : TRANSFER_UNDEFINED;
}
static const struct tool curl_tool = {"/usr/bin/curl", {"curl", "-q", "--config", "-", NULL}, curl_config, curl_end},
                         scp_tool = {NULL, {"espial", SCP_CHILD_WORD, NULL}, scp_config, scp_end};

static const struct tool *tool_of(const struct transfer *t)
{
    return t->p.url.scheme == URL_SCP ? &scp_tool : &curl_tool;
}

struct curl {
    struct transfer common; /* first */
    struct child *child;
    struct fd_watch out, err;
    int out_fd, err_fd; /* -1: closed */
    bool started;
    uint64_t marked;
    char said[2048];
    size_t said_len;
};

static void give_up(struct curl *c, enum transfer_end e)
{
    transfer_end(&c->common, e, false);
}

static void drop(struct fd_watch *w, int *fd)
{
    fd_unwatch(w);
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void mark(struct curl *c, uint64_t bytes)
{
    if (!c->started) {
        c->started = true;
        c->common.p.started(c->common.p.arg, NULL);
    }
    for (; c->marked < bytes; c->marked += MARK_BYTES)
        c->common.p.mark(c->common.p.arg, '!');
}

/* The next bytes of a pipe; 0: none now, or no more, and then it is closed. */
static size_t read_pipe(struct fd_watch *w, int *fd, char *buf, size_t cap)
{
    ssize_t n;
    do
        n = read(*fd, buf, cap);
    while (n < 0 && errno == EINTR);
    if (n == 0 || (n < 0 && errno != EAGAIN))
        drop(w, fd);
    return n > 0 ? (size_t)n : 0;
}

/* What the child wrote. False: c is gone. */
static bool read_out(struct curl *c)
{
    static const size_t turn = 1024 * 1024;
    struct transfer *t = &c->common;
    char buf[65536];
    size_t n;
    for (size_t got = 0; c->out_fd >= 0 && got < turn && (n = read_pipe(&c->out, &c->out_fd, buf, sizeof buf));
         got += n) {
        if (t->p.put)
            continue; /* what a server answers to a put is nobody's */
        if (n > FILE_SIZE_MAX - t->bytes) {
            give_up(c, TRANSFER_TOO_BIG);
            return false;
        }
        t->bytes += n;
        mark(c, t->bytes);
        if (!t->p.take(t->p.arg, buf, n)) {
            give_up(c, TRANSFER_LOCAL);
            return false;
        }
    }
    return true;
}

static void on_out(void *arg, unsigned events)
{
    (void)events;
    read_out(arg);
}

static void on_err(void *arg, unsigned events)
{
    struct curl *c = arg;
    char buf[1024];
    size_t n;
    (void)events;
    while (c->err_fd >= 0 && (n = read_pipe(&c->err, &c->err_fd, buf, sizeof buf))) {
        size_t room = sizeof c->said - 1 - c->said_len, keep = n < room ? n : room;
        memcpy(c->said + c->said_len, buf, keep);
        c->said_len += keep;
    }
}

static void on_end(void *arg, int status)
{
    struct curl *c = arg;
    struct transfer *t = &c->common;
    c->child = NULL;
    for (uint64_t before = UINT64_MAX; c->out_fd >= 0 && t->bytes != before;) { /* what it left in the pipe */
        before = t->bytes;
        if (!read_out(c))
            return;
    }
    if (c->err_fd >= 0)
        on_err(c, FD_READ);
    const char *at = strrchr(c->said, '@');
    unsigned http = at ? (unsigned)strtoul(at + 1, NULL, 10) : 0;
    enum transfer_end e = WIFEXITED(status) ? tool_of(t)->end(WEXITSTATUS(status), http) : TRANSFER_UNDEFINED;
    if (e == TRANSFER_OK && t->p.put)
        t->bytes = t->p.size;
    if (e == TRANSFER_OK)
        mark(c, t->bytes);
    give_up(c, e);
}

/* The bytes of give, in a file without a name. */
static int spool(const struct transfer_params *p)
{
    char buf[65536];
    int fd = memfd_create("copy", MFD_CLOEXEC);
    uint64_t all = 0;
    for (size_t n = sizeof buf; fd >= 0 && n == sizeof buf;) {
        bool ok = p->give(p->arg, buf, sizeof buf, &n);
        all += n;
        if (!ok || all > FILE_SIZE_MAX || write(fd, buf, n) != (ssize_t)n) {
            close(fd);
            return -1;
        }
    }
    if (fd >= 0)
        lseek(fd, 0, SEEK_SET);
    return fd;
}

/* A pipe with this text in it and nothing more to come. */
static int pipe_with(const struct text *t)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return -1;
    bool whole = write(ends[1], t->s, t->len) == (ssize_t)t->len; /* a pipe holds 64 kB at least */
    close(ends[1]);
    fcntl(ends[0], F_SETFL, 0);
    if (whole)
        return ends[0];
    close(ends[0]);
    return -1;
}

static bool run(struct curl *c, int in, int out, int err, int file)
{
    const struct tool *tool = tool_of(&c->common);
    struct child_params p = {.program = tool->program,
                             .argv = tool->argv,
                             .fds = (int[]){in, out, err, file},
                             .nfds = c->common.p.put ? 4 : 3,
                             .ended = on_end,
                             .arg = c};
    c->child = child_spawn(c->common.copier->children, &p);
    return c->child != NULL;
}

static bool listen_to(struct curl *c)
{
    struct loop *loop = c->common.copier->loop;
    fcntl(c->out_fd, F_SETFL, O_NONBLOCK);
    fcntl(c->err_fd, F_SETFL, O_NONBLOCK);
    return fd_watch(&c->out, loop, c->out_fd, FD_READ, on_out, c) == 0 &&
           fd_watch(&c->err, loop, c->err_fd, FD_READ, on_err, c) == 0;
}

static void curl_start(struct transfer *t)
{
    struct curl *c = (struct curl *)t;
    struct text config = {0};
    int out[2] = {-1, -1}, err[2] = {-1, -1}, file = -1, in = -1;
    if (!t->copier->children) {
        give_up(c, TRANSFER_NONE);
        return;
    }
    if (t->p.put && t->p.size > FILE_SIZE_MAX) {
        give_up(c, TRANSFER_TOO_BIG);
        return;
    }
    if (t->p.put)
        file = t->p.fd >= 0 ? t->p.fd : spool(&t->p);
    tool_of(t)->config(&t->p.url, t->p.put, &config);
    in = pipe_with(&config);
    mem_wipe(config.s, config.len);
    text_free(&config);
    bool ok = in >= 0 && (!t->p.put || file >= 0) && pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0;
    ok = ok && run(c, in, out[1], err[1], file);
    bool none = !ok && errno == ENOENT;
    if (ok) {
        c->out_fd = out[0];
        c->err_fd = err[0];
        ok = listen_to(c);
        out[0] = err[0] = -1;
    }
    const int mine[] = {in, out[0], out[1], err[0], err[1], t->p.put && t->p.fd < 0 ? file : -1};
    for (size_t i = 0; i < sizeof mine / sizeof mine[0]; i++)
        if (mine[i] >= 0)
            close(mine[i]);
    if (!ok)
        give_up(c, none ? TRANSFER_NONE : TRANSFER_LOCAL);
}

static void curl_fini(struct transfer *t, bool cancelled)
{
    struct curl *c = (struct curl *)t;
    (void)cancelled;
    child_kill(c->child);
    drop(&c->out, &c->out_fd);
    drop(&c->err, &c->err_fd);
}

static const struct transfer_ops curl_ops = {.start = curl_start, .fini = curl_fini};

struct transfer *curl_transfer_new(void)
{
    struct curl *c = NEW(struct curl);
    c->common.ops = &curl_ops;
    c->out_fd = c->err_fd = -1;
    return &c->common;
}
