/* copy_run.c: one copy from end to end, in pieces: a source that is read (a file, running-config as text, null:) or that comes (a remote file), a destination
 * that is written (a file, startup-config, null:), typed when it is whole (running-config: a merge, as on IOS) or sent (a remote file).
 *
 *     local -> local     a timer moves a piece each turn of the loop
 *     remote -> local    the transfer hands over what comes
 *     local -> remote    the transfer takes what it wants
 *     remote -> remote   the first whole into memory (bounded as every file is), then the second
 *
 * Nothing of a destination file is seen before all of it is there. The job ends with IOS's line of bytes and seconds, in the router's time. */
#include "cli/cmd/copy_run.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/shell/lock.h"
#include "cli/shell/store.h"
#include "espial/crypto.h"
#include "espial/inet.h"
#include "espial/secret.h"

enum { PIECE = 65536, PIECES_A_TURN = 16 };

struct copy_job {
    struct cmd_ctx *c;
    struct cli *cli;
    struct copy_end from, to;
    void (*done)(void *arg, enum cmd_result r);
    void *arg;
    struct timer turn;
    struct transfer *transfer;
    bool sending, started, marked;
    uint64_t began_us, bytes, size;
    enum file_result why; /* of TRANSFER_LOCAL */
    /* the source */
    struct file_reader *reader;
    struct text text; /* running-config, or what came for another remote file */
    size_t at;
    /* the destination */
    struct file_writer *writer;
    struct text *whole; /* what is typed, sent or shown when all is there; NULL: a file, or null: */
    struct text merge;
};

bool copy_end_of(struct cmd_ctx *c, const char *typed, struct copy_end *out)
{
    struct cli *cli = c->self;
    char path[256];
    *out = (struct copy_end){.kind = COPY_FILE};
    if (url_is_remote(typed)) {
        out->kind = COPY_REMOTE;
        if (url_parse(typed, &out->url))
            return true;
        out_printf(c->out, "%%Error parsing filename (%s)\n", "Bad file name");
        return false;
    }
    if (!strncasecmp(typed, "null:", 5)) {
        out->kind = COPY_NULL;
        return true;
    }
    if (!strcasecmp(typed, "system:running-config") || !strcasecmp(typed, "system:/running-config")) {
        out->kind = COPY_RUNNING;
        return true;
    }
    enum file_result r = file_resolve(session_cwd(c->shell), typed, path);
    if (r == FILE_OK)
        r = file_canonical(cli->env.files, path, out->path);
    if (r != FILE_OK) {
        file_error(c, "opening", typed, r);
        return false;
    }
    if (file_same(cli->env.files, out->path, STARTUP_CONFIG))
        out->kind = COPY_STARTUP;
    return true;
}

char *copy_end_text(const struct copy_end *e, char out[URL_TEXT_MAX])
{
    switch (e->kind) {
    case COPY_REMOTE: return url_text(&e->url, out);
    case COPY_RUNNING: str_copy(out, URL_TEXT_MAX, "system:/running-config"); break;
    case COPY_NULL: str_copy(out, URL_TEXT_MAX, "null:"); break;
    case COPY_STARTUP:
    case COPY_FILE: str_copy(out, URL_TEXT_MAX, e->path); break;
    }
    return out;
}

static void job_free(struct copy_job *j)
{
    timer_clear(&j->turn);
    transfer_cancel(j->transfer);
    file_reader_free(j->reader);
    file_writer_free(j->writer);
    text_free(&j->text);
    text_free(&j->merge);
    mem_free(j);
}

void copy_cancel(struct copy_job *j)
{
    if (j)
        job_free(j);
}

static void job_end(struct copy_job *j, enum cmd_result r)
{
    void (*done)(void *, enum cmd_result) = j->done;
    void *arg = j->arg;
    job_free(j);
    done(arg, r);
}

static void fail(struct copy_job *j, const char *what, const struct copy_end *e, const char *why)
{
    char name[URL_TEXT_MAX];
    if (j->marked)
        out_text(j->c->out, "\n");
    out_printf(j->c->out, "%%Error %s %s (%s)\n", what, copy_end_text(e, name), why);
    job_end(j, CMD_FAIL);
}

static void fail_file(struct copy_job *j, const char *what, const struct copy_end *e, enum file_result r)
{
    fail(j, what, e, file_result_text(r));
}

static void tell_bytes(struct copy_job *j)
{
    uint64_t ms = (loop_now(j->cli->env.loop) - j->began_us) / US_PER_MS, n = j->bytes;
    if (!ms)
        ms = 1;
    out_printf(j->c->out, "%llu bytes copied in %llu.%03llu secs (%llu bytes/sec)\n", (unsigned long long)n,
               (unsigned long long)(ms / 1000), (unsigned long long)(ms % 1000), (unsigned long long)(n * 1000 / ms));
}

static void merge(struct copy_job *j, struct text *said)
{
    struct session_view v;
    char name[URL_TEXT_MAX];
    session_view(j->c->shell, &v);
    store_type(j->cli->shells, text_str(j->whole), j->whole->len, copy_end_text(&j->from, name), v.origin, false, said);
}

/* ---- pieces ---- */

/* The next bytes of a local source; *n < max: the last. */
static enum file_result pull(struct copy_job *j, void *buf, size_t max, size_t *n)
{
    *n = 0;
    if (!j->reader) {
        *n = j->text.len - j->at < max ? j->text.len - j->at : max;
        memcpy(buf, text_str(&j->text) + j->at, *n);
        j->at += *n;
        return FILE_OK;
    }
    while (*n < max) {
        size_t got;
        enum file_result r = file_reader_get(j->reader, (char *)buf + *n, max - *n, &got);
        if (r != FILE_OK || !got)
            return r;
        *n += got;
    }
    return FILE_OK;
}

static enum file_result push(struct copy_job *j, const void *data, size_t len)
{
    j->bytes += len;
    if (j->writer)
        return file_writer_put(j->writer, data, len);
    if (j->whole) {
        if (len > FILE_SIZE_MAX - j->whole->len)
            return FILE_TOO_BIG;
        text_addn(j->whole, data, len);
    }
    return FILE_OK;
}

static void send_begin(struct copy_job *j);

/* All of it is there. */
static void arrived(struct copy_job *j)
{
    if (j->writer) {
        struct file_writer *w = j->writer;
        j->writer = NULL;
        enum file_result r = file_writer_commit(w);
        if (r != FILE_OK) {
            fail_file(j, "writing", &j->to, r);
            return;
        }
    }
    if (j->to.kind == COPY_REMOTE) { /* from another one */
        j->bytes = 0;
        j->size = j->text.len;
        j->whole = NULL;
        send_begin(j);
        return;
    }
    if (j->from.kind == COPY_REMOTE) {
        out_printf(j->c->out, "%s[OK - %llu bytes]\n\n", j->marked ? "\n" : "", (unsigned long long)j->bytes);
        if (j->whole && j->whole != &j->merge) {
            job_end(j, CMD_OK);
            return;
        }
    }
    if (j->whole) {
        struct text said = {0};
        if (!shell_config_take(j->c->shell, 0, j->c->out)) { /* locked while it came */
            job_end(j, CMD_FAIL);
            return;
        }
        merge(j, &said);
        out_write(j->c->out, text_str(&said), said.len);
        text_free(&said);
    }
    tell_bytes(j);
    job_end(j, CMD_OK);
}

static void on_turn(void *arg)
{
    struct copy_job *j = arg;
    char buf[PIECE];
    for (int i = 0; i < PIECES_A_TURN; i++) {
        size_t n;
        enum file_result r = pull(j, buf, sizeof buf, &n);
        if (r != FILE_OK) {
            fail_file(j, "reading", &j->from, r);
            return;
        }
        r = push(j, buf, n);
        if (r != FILE_OK) {
            fail_file(j, "writing", &j->to, r);
            return;
        }
        if (n < sizeof buf) {
            arrived(j);
            return;
        }
    }
    timer_set(&j->turn, 0);
}

/* ---- transfers ---- */

static bool on_take(void *arg, const void *data, size_t len)
{
    struct copy_job *j = arg;
    j->why = push(j, data, len);
    return j->why == FILE_OK;
}

static bool on_give(void *arg, void *buf, size_t max, size_t *n)
{
    struct copy_job *j = arg;
    j->why = pull(j, buf, max, n);
    return j->why == FILE_OK;
}

static void on_started(void *arg, const char *ifname)
{
    struct copy_job *j = arg;
    const struct url *u = j->sending ? &j->to.url : &j->from.url;
    struct out *out = j->c->out;
    j->started = true;
    if (j->sending)
        out_printf(out, u->scheme == URL_TFTP ? "" : "Writing %s ", url_leaf(u));
    else if (u->scheme == URL_TFTP)
        out_printf(out, "Loading %s from %s (via %s): ", u->path, u->host, ifname ? ifname : "local");
    else
        out_printf(out, "Loading %s ", u->path);
    j->marked = !j->sending || u->scheme != URL_TFTP;
}

static void on_mark(void *arg, char c)
{
    struct copy_job *j = arg;
    if (c == '.' && !j->started)
        return; /* before the first answer nothing stands on the line */
    out_write(j->c->out, &c, 1);
    j->marked = true;
}

static void on_ended(void *arg, enum transfer_end e, uint64_t bytes)
{
    struct copy_job *j = arg;
    const struct copy_end *remote = j->sending ? &j->to : &j->from, *local = j->sending ? &j->from : &j->to;
    (void)bytes;
    j->transfer = NULL;
    if (e == TRANSFER_LOCAL && j->why != FILE_OK) {
        fail_file(j, j->sending ? "reading" : "writing", local, j->why);
    } else if (e != TRANSFER_OK) {
        fail(j, !j->started ? "opening" : j->sending ? "writing" : "reading", remote, transfer_end_text(e));
    } else if (j->sending) {
        if (j->marked)
            out_text(j->c->out, "\n");
        j->bytes = j->size;
        tell_bytes(j);
        job_end(j, CMD_OK);
    } else {
        arrived(j);
    }
}

/* `ip ftp username` and `ip ftp password` stand in for what a URL does not say. */
static void ftp_login(const struct cli *cli, struct url *u)
{
    char clear[SECRET_PASSWORD_MAX + 1];
    const struct sys_conf *sys = &cli->sys;
    if (!u->has_user && sys->ftp_user[0])
        u->has_user = str_copy(u->user, sizeof u->user, sys->ftp_user);
    if (u->has_user && !u->has_password && sys->ftp_password[0] &&
        secret_lift(sys->ftp_password_type, sys->ftp_password, clear)) {
        u->has_password = str_copy(u->password, sizeof u->password, clear);
        mem_wipe(clear, sizeof clear);
    }
}

/* The router's own UDP goes to addresses: a name that the router knows becomes one. What children fetch is the host's business. */
static struct url addressed(const struct cli *cli, const struct url *u)
{
    struct url to = *u;
    uint32_t addr;
    if (u->scheme == URL_TFTP && cli_resolve(cli, u->host, &addr))
        str_copy(to.host, sizeof to.host, IP4(addr));
    if (u->scheme == URL_FTP)
        ftp_login(cli, &to);
    return to;
}

static void transfer_begin(struct copy_job *j, const struct url *u)
{
    const struct sys_conf *sys = &j->cli->sys;
    struct inet *inet = j->cli->env.inet;
    j->started = j->marked = false;
    struct transfer_params p = {
        .url = addressed(j->cli, u),
        .put = j->sending,
        .size = j->size,
        .fd = j->sending && j->reader ? file_reader_fd(j->reader) : -1,
        .source = inet && sys->tftp_source[0] ? inet_if_addr(inet, sys->tftp_source) : 0,
        .block_size = sys->tftp_block,
        .take = on_take,
        .give = on_give,
        .started = on_started,
        .mark = on_mark,
        .ended = on_ended,
        .arg = j,
    };
    j->transfer = transfer_start(j->cli->copier, &p);
}

static void send_begin(struct copy_job *j)
{
    j->sending = true;
    transfer_begin(j, &j->to.url);
}

static void fetch_begin(struct copy_job *j)
{
    char name[URL_TEXT_MAX];
    out_printf(j->c->out, "Accessing %s...\n", url_text(&j->from.url, name));
    transfer_begin(j, &j->from.url);
}

/* ---- beginning ---- */

static enum file_result open_source(struct copy_job *j)
{
    struct file_info info;
    switch (j->from.kind) {
    case COPY_RUNNING: store_running(j->cli->shells, false, &j->text); break;
    case COPY_STARTUP:
    case COPY_FILE: {
        enum file_result r = file_open(j->cli->env.files, j->from.path, &j->reader, &info);
        j->size = r == FILE_OK ? info.size : 0;
        return r;
    }
    case COPY_NULL:
    case COPY_REMOTE: break;
    }
    j->size = j->text.len;
    return FILE_OK;
}

static enum file_result open_dest(struct copy_job *j)
{
    switch (j->to.kind) {
    case COPY_STARTUP:
    case COPY_FILE: return file_create(j->cli->env.files, j->to.path, &j->writer);
    case COPY_RUNNING: j->whole = &j->merge; break;
    case COPY_REMOTE: j->whole = j->from.kind == COPY_REMOTE ? &j->text : NULL; break;
    case COPY_NULL: break;
    }
    return FILE_OK;
}

static struct copy_job *job_new(struct cmd_ctx *c, void (*done)(void *, enum cmd_result), void *arg)
{
    struct copy_job *j = NEW(struct copy_job);
    j->c = c;
    j->cli = c->self;
    j->done = done;
    j->arg = arg;
    j->began_us = loop_now(j->cli->env.loop);
    return j;
}

static void begin(void *arg)
{
    struct copy_job *j = arg;
    if (j->to.kind == COPY_RUNNING && !shell_config_take(j->c->shell, 0, j->c->out)) {
        job_end(j, CMD_FAIL);
        return;
    }
    enum file_result r = open_source(j);
    if (r != FILE_OK) {
        fail_file(j, "opening", &j->from, r);
        return;
    }
    r = open_dest(j);
    if (r != FILE_OK) {
        fail_file(j, "opening", &j->to, r);
        return;
    }
    timer_init(&j->turn, j->cli->env.loop, on_turn, j);
    if (j->from.kind == COPY_REMOTE)
        fetch_begin(j);
    else if (j->to.kind == COPY_REMOTE)
        send_begin(j);
    else
        on_turn(j);
}

struct copy_job *copy_run(struct cmd_ctx *c, const struct copy_end *from, const struct copy_end *to,
                          void (*done)(void *arg, enum cmd_result r), void *arg)
{
    struct copy_job *j = job_new(c, done, arg);
    j->from = *from;
    j->to = *to;
    timer_init(&j->turn, j->cli->env.loop, begin, j);
    timer_set(&j->turn, 0);
    return j;
}

struct copy_job *copy_fetch(struct cmd_ctx *c, const struct url *from, struct text *text,
                            void (*done)(void *arg, enum cmd_result r), void *arg)
{
    struct copy_job *j = job_new(c, done, arg);
    j->from = (struct copy_end){.kind = COPY_REMOTE, .url = *from};
    j->to.kind = COPY_NULL;
    j->whole = text;
    timer_init(&j->turn, j->cli->env.loop, on_turn, j);
    fetch_begin(j);
    return j;
}

/* ---- a text sent without a word ---- */

struct copy_send {
    struct transfer *transfer;
    struct text text;
    size_t at;
    void (*done)(void *arg, enum transfer_end e);
    void *arg;
};

static bool send_give(void *arg, void *buf, size_t max, size_t *n)
{
    struct copy_send *s = arg;
    *n = s->text.len - s->at < max ? s->text.len - s->at : max;
    memcpy(buf, text_str(&s->text) + s->at, *n);
    s->at += *n;
    return true;
}

static bool send_take(void *arg, const void *data, size_t len)
{
    (void)arg, (void)data, (void)len;
    return false;
}

static void send_started(void *arg, const char *ifname)
{
    (void)arg, (void)ifname;
}

static void send_mark(void *arg, char c)
{
    (void)arg, (void)c;
}

static void send_free(struct copy_send *s)
{
    text_free(&s->text);
    mem_free(s);
}

static void send_ended(void *arg, enum transfer_end e, uint64_t bytes)
{
    struct copy_send *s = arg;
    void (*done)(void *, enum transfer_end) = s->done;
    void *done_arg = s->arg;
    (void)bytes;
    send_free(s);
    done(done_arg, e);
}

struct copy_send *copy_send(struct cli *cli, const struct url *to, struct text *text,
                            void (*done)(void *arg, enum transfer_end e), void *arg)
{
    struct copy_send *s = NEW(struct copy_send);
    s->text = *text;
    *text = (struct text){0};
    s->done = done;
    s->arg = arg;
    struct transfer_params p = {
        .url = addressed(cli, to),
        .put = true,
        .size = s->text.len,
        .fd = -1,
        .source = cli->env.inet && cli->sys.tftp_source[0] ? inet_if_addr(cli->env.inet, cli->sys.tftp_source) : 0,
        .block_size = cli->sys.tftp_block,
        .take = send_take,
        .give = send_give,
        .started = send_started,
        .mark = send_mark,
        .ended = send_ended,
        .arg = s,
    };
    s->transfer = transfer_start(cli->copier, &p);
    return s;
}

void copy_send_cancel(struct copy_send *s)
{
    if (!s)
        return;
    transfer_cancel(s->transfer);
    send_free(s);
}
