/* copy.c: scp's own protocol (that of rcp), server side: `scp -t PATH` takes files, `scp -f PATH` gives one. Netmiko and NAPALM speak it; `scp -O` of OpenSSH 9 too.
 *
 *   -t   we: NUL   client: [T times]  C0644 SIZE NAME    we: NUL   client: SIZE bytes, NUL    we: NUL or an error   ... end of input
 *   -f   client: NUL   [-p: we: T time 0 time 0   client: NUL]   we: C0644 SIZE NAME    client: NUL   we: SIZE bytes, NUL    client: NUL   end
 *
 * An error is a byte 1 (this file) or 2 (all is over), a text and a line end. Files are in disk0: and nvram:, at most FILE_MOST bytes, read and written in pieces as they
 * go; an incoming one replaces the old one when it is whole (libssh2 leaves out the NUL behind it and ends the input), so nobody sees half of it. Folders (-r) are refused. It wants `ip scp server enable` and privilege 15. */
#include <stdio.h>
#include <string.h>

#include "cli/ssh/sshd_local.h"
#include "espial/file.h"
#include "espial/mem.h"

#define FILE_MOST (64u << 20)
#define LINE_MOST 1024
#define PIECE     32768u
#define AHEAD     262144u /* bytes handed to the connection before it has passed them on */

enum copy_state { TAKES_LINE, TAKES_BYTES, TAKES_END, WAITS_START, WAITS_TIMES, WAITS_NAME, WAITS_END };

struct copy {
    enum copy_state state;
    char path[512];  /* as asked */
    char target[768]; /* of the file under way */
    char line[LINE_MOST];
    size_t line_len;
    struct file_reader *reader;
    struct file_writer *writer;  /* NULL while TAKES_BYTES: it failed, and the rest is passed over */
    enum file_result fault;
    uint64_t want; /* bytes of the file that are still to come, or to go */
    bool sending, failed, times;
};

/* The next word of a command line as a shell would see it; false at its end. */
static bool word(const char **at, char *out, size_t cap)
{
    const char *s = *at + strspn(*at, " \t");
    size_t n = 0;
    char quote = 0;
    if (!*s)
        return false;
    for (; *s && (quote || (*s != ' ' && *s != '\t')); s++) {
        char c = *s;
        if (quote ? c == quote : c == '\'' || c == '"') {
            quote = quote ? 0 : c;
            continue;
        }
        if (c == '\\' && quote != '\'' && s[1])
            c = *++s;
        if (n + 1 < cap)
            out[n++] = c;
    }
    out[n] = '\0';
    *at = s;
    return true;
}

bool copy_is(const char *command)
{
    char first[8];
    return word(&command, first, sizeof first) && !strcmp(first, "scp") && strstr(command, " -");
}

static void say(struct conn *c, char kind, const char *text)
{
    char line[LINE_MOST];
    int n = snprintf(line, sizeof line, "%c%.900s\n", kind, text);
    conn_out(c, line, (size_t)n);
}

static void yes(struct conn *c)
{
    conn_out(c, "", 1);
}

static void end(struct conn *c, bool failed)
{
    copy_stop(c);
    conn_exit(c, failed);
}

static void fail(struct conn *c, const char *text)
{
    say(c, 2, text);
    end(c, true);
}

/* "%s: No such file or directory" */
static void file_fault(struct conn *c, const char *path, enum file_result r, bool all_over)
{
    char text[900];
    snprintf(text, sizeof text, "%.700s: %s", path, file_result_text(r));
    if (all_over) {
        fail(c, text);
    } else {
        say(c, 1, text);
        c->copy->failed = true;
    }
}

/* ---- giving: -f ---- */

static void feed(struct conn *c)
{
    struct copy *p = c->copy;
    char piece[PIECE];
    while (p->sending && !c->dead && conn_backlog(c) < AHEAD) {
        size_t n = 0, most = p->want < sizeof piece ? (size_t)p->want : sizeof piece;
        enum file_result r = most ? file_reader_get(p->reader, piece, most, &n) : FILE_OK;
        if (r != FILE_OK || (most && !n)) { /* it was promised whole: there is no word for this in the protocol */
            end(c, true);
            return;
        }
        if (!most) {
            p->sending = false;
            p->state = WAITS_END;
            yes(c);
            return;
        }
        p->want -= n;
        conn_out(c, piece, n);
    }
}

static void give(struct conn *c)
{
    struct copy *p = c->copy;
    struct file_info info;
    char line[LINE_MOST];
    enum file_result r = file_open(c->ssh->env.files, p->path, &p->reader, &info);
    if (r == FILE_OK && info.size > FILE_MOST)
        r = FILE_TOO_BIG;
    if (r != FILE_OK) {
        file_fault(c, p->path, r, true);
        return;
    }
    if (p->times) {
        unsigned long long t = (unsigned long long)(info.mtime_us / US_PER_S);
        p->times = false;
        p->state = WAITS_TIMES;
        file_reader_free(p->reader);
        p->reader = NULL;
        conn_out(c, line, (size_t)snprintf(line, sizeof line, "T%llu 0 %llu 0\n", t, t));
        return;
    }
    const char *slash = strrchr(
        p->path, '/'); /* the name as it was asked for: a client refuses another, and `disk0:x` is one name to it */
    int n = snprintf(line, sizeof line, "C0644 %llu %s\n", (unsigned long long)info.size, slash ? slash + 1 : p->path);
    p->want = info.size;
    p->state = WAITS_NAME;
    conn_out(c, line, (size_t)n);
}

/* The client's answer while a file is given: NUL, or an error of its own. */
static void answered(struct conn *c, uint8_t byte)
{
    if (byte != 0) {
        end(c, true);
        return;
    }
    switch (c->copy->state) {
    case WAITS_START:
    case WAITS_TIMES: give(c); break;
    case WAITS_NAME:
        c->copy->sending = true;
        feed(c);
        break;
    default: end(c, false); break;
    }
}

/* ---- taking: -t ---- */

/* Where a file called `name` goes: into a folder that was named, or under the very name. */
static bool target_of(struct conn *c, const char *name)
{
    struct copy *p = c->copy;
    struct file_info info;
    size_t len = strlen(p->path);
    bool folder =
        !len || strchr(":/", p->path[len - 1]) || (file_stat(c->ssh->env.files, p->path, &info) == FILE_OK && info.dir);
    int n;
    if (folder)
        n = snprintf(p->target, sizeof p->target, "%s%s%s", p->path, !len || strchr(":/", p->path[len - 1]) ? "" : "/",
                     name);
    else
        n = snprintf(p->target, sizeof p->target, "%s", p->path);
    return n > 0 && (size_t)n < sizeof p->target && !strchr(name, '/') && name[0];
}

static void begin_file(struct conn *c)
{
    struct copy *p = c->copy;
    char *at = p->line + 1, *mode = strsep(&at, " "), *size = at ? strsep(&at, " ") : NULL;
    uint64_t avail = 0, total;
    if (!at || strlen(mode) != 4 || strspn(mode, "01234567") != 4 || !str_uint(size, 0, INT64_MAX, &p->want) ||
        !target_of(c, at)) {
        fail(c, "protocol error: not a file's line");
        return;
    }
    struct file_info info;
    enum file_result r = FILE_OK;
    if (file_stat(c->ssh->env.files, p->target, &info) == FILE_OK && info.dir)
        r = FILE_IS_DIR;
    if (r == FILE_OK && p->want > FILE_MOST)
        r = FILE_TOO_BIG;
    if (r == FILE_OK)
        r = file_space(c->ssh->env.files, p->target, &total, &avail);
    if (r == FILE_OK && p->want > avail)
        r = FILE_NO_SPACE;
    if (r == FILE_OK)
        r = file_create(c->ssh->env.files, p->target, &p->writer);
    if (r != FILE_OK) {
        file_fault(c, p->target, r, false); /* the client goes on with its next file */
        return;
    }
    p->fault = FILE_OK;
    p->state = p->want ? TAKES_BYTES : TAKES_END;
    yes(c);
}

static void take_line(struct conn *c)
{
    struct copy *p = c->copy;
    switch (p->line[0]) {
    case 'C': begin_file(c); break;
    case 'T': yes(c); break; /* times: files here have the time at which they came */
    case 'D': fail(c, "folders are not copied"); break;
    case 1:
    case 2: end(c, true); break;
    default: fail(c, "protocol error"); break;
    }
}

static void end_file(struct conn *c, uint8_t byte)
{
    struct copy *p = c->copy;
    p->state = TAKES_LINE;
    if (byte != 0) { /* the client could not read it to its end */
        p->failed = true;
        file_writer_free(p->writer);
        p->writer = NULL;
        if (byte > 2)
            fail(c, "protocol error");
        return;
    }
    enum file_result r = p->writer ? file_writer_commit(p->writer) : p->fault;
    p->writer = NULL;
    if (r == FILE_OK)
        yes(c);
    else
        file_fault(c, p->target, r, false);
}

static void take_piece(struct copy *p, const uint8_t *b, size_t len)
{
    if (p->writer && (p->fault = file_writer_put(p->writer, b, len)) != FILE_OK) {
        file_writer_free(p->writer);
        p->writer = NULL;
    }
}

void copy_input(struct conn *c, const uint8_t *b, size_t len)
{
    while (len && c->copy && !c->dead) {
        struct copy *p = c->copy;
        size_t used = 1;
        switch (p->state) {
        case TAKES_LINE:
            if (*b != '\n') {
                if (p->line_len + 1 >= sizeof p->line || *b == '\0')
                    fail(c, "protocol error: no end of line");
                else
                    p->line[p->line_len++] = (char)*b;
                break;
            }
            p->line[p->line_len] = '\0';
            p->line_len = 0;
            take_line(c);
            break;
        case TAKES_BYTES:
            used = len < p->want ? len : (size_t)p->want;
            take_piece(p, b, used);
            p->want -= used;
            if (!p->want)
                p->state = TAKES_END;
            break;
        case TAKES_END: end_file(c, *b); break;
        default: answered(c, *b); break;
        }
        b += used;
        len -= used;
    }
}

bool copy_takes(const struct conn *c)
{
    return !c->copy || conn_backlog(c) < AHEAD;
}

void copy_drained(struct conn *c)
{
    if (c->copy)
        feed(c);
}

void copy_ended(struct conn *c)
{
    if (c->copy && c->copy->state == TAKES_END)
        end_file(c, 0);
    if (c->copy)
        end(c, c->copy->failed || c->copy->state != TAKES_LINE || c->copy->line_len);
}

void copy_stop(struct conn *c)
{
    if (!c->copy)
        return;
    file_reader_free(c->copy->reader);
    file_writer_free(c->copy->writer);
    mem_free(c->copy);
    c->copy = NULL;
}

void copy_start(struct conn *c, const char *command)
{
    struct copy *p = NEW(struct copy);
    char w[512] = "";
    bool to = false, from = false, words = false, folders = false;
    c->copy = p;
    c->state = CONN_COPY;
    conn_answer(c, true);
    if (c->dead)
        return;
    word(&command, w, sizeof w); /* scp */
    while (word(&command, w, sizeof w)) {
        if (!words && !strcmp(w, "--")) {
            words = true;
        } else if (!words && w[0] == '-') {
            to = to || strchr(w, 't');
            from = from || strchr(w, 'f');
            folders = folders || strchr(w, 'r');
            p->times = p->times || strchr(w, 'p');
        } else {
            words = true;
            str_copy(p->path, sizeof p->path, w);
        }
    }
    if (!c->ssh->conf.scp)
        fail(c, "Administratively disabled.");
    else if (c->grant.privilege < 15)
        fail(c, "Privilege denied.");
    else if (to == from || folders)
        fail(c, folders ? "folders are not copied" : "protocol error: neither -t nor -f");
    else if (from)
        p->state = WAITS_START;
    else
        yes(c);
}
