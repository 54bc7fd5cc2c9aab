/* scp_child.c: one file by scp:, over the host's sockets: SSH by libssh, and upon it the protocol of the old scp
 * program, which is the one that routers speak.
 *
 *     get: exec "scp -f PATH"   \0 ->   <- C0644 SIZE NAME   \0 ->   <- bytes \0   \0 ->
 *     put: exec "scp -t PATH"   <- \0   C0644 SIZE NAME ->   <- \0   bytes \0 ->   <- \0
 *
 * Where one of the \0 of the other side is a 1 or a 2, the rest of the line says what is wrong. The process is exec'ed
 * afresh, does this and ends; its exit status says how. Passwords are tried as such, then as
 * keyboard-interactive. Host keys are not verified, as on IOS. It runs two hours at most, and waits a minute for a word. */
#include "cli/copy/scp_child.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libssh/libssh.h>

#include "espial/crypto.h"

enum { IN = 0, OUT = 1, FILE_FD = 3, CONNECT_MS = 15000, WORD_MS = 60000, LIFE_S = 7200, LINE = 512 };

struct job {
    char host[128], port[8], user[64], password[64], path[192];
    bool put;
    ssh_session session;
    ssh_channel channel;
};

void scp_config(const struct url *u, bool put, struct text *out)
{
    char port[8];
    snprintf(port, sizeof port, "%u", u->port ? u->port : 22);
    const char *const fields[] = {u->host, port, u->user, u->password, u->path, put ? "put" : "get"};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        text_addn(out, fields[i], strlen(fields[i]) + 1); /* a password may hold anything but this */
}

/* ---- what is asked ---- */

/* The next field, with its NUL. */
static bool field(const char **at, const char *end, char *out, size_t cap)
{
    size_t n = strnlen(*at, (size_t)(end - *at));
    if (*at + n == end || !str_copy(out, cap, *at))
        return false;
    *at += n + 1;
    return true;
}

static bool read_job(struct job *j)
{
    char all[1024], way[8];
    const char *at = all;
    size_t len = 0;
    for (ssize_t n = 1; n > 0 && len < sizeof all; len += n > 0 ? (size_t)n : 0)
        n = read(IN, all + len, sizeof all - len);
    const char *end = all + len;
    bool ok = field(&at, end, j->host, sizeof j->host) && field(&at, end, j->port, sizeof j->port) &&
              field(&at, end, j->user, sizeof j->user) && field(&at, end, j->password, sizeof j->password) &&
              field(&at, end, j->path, sizeof j->path) && field(&at, end, way, sizeof way);
    j->put = ok && !strcmp(way, "put");
    mem_wipe(all, sizeof all);
    return ok;
}

/* ---- the connection ---- */

static enum transfer_end connect_end(int error)
{
    switch (error) {
    case ECONNREFUSED: return TRANSFER_REFUSED;
    case ETIMEDOUT: return TRANSFER_TIMEOUT;
    case EHOSTUNREACH:
    case ENETUNREACH: return TRANSFER_NO_ROUTE;
    }
    return TRANSFER_UNDEFINED;
}

static int connect_one(const struct addrinfo *a, enum transfer_end *why)
{
    int error = 0, fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);
    socklen_t len = sizeof error;
    if (fd < 0 || (connect(fd, a->ai_addr, a->ai_addrlen) < 0 && errno != EINPROGRESS)) {
        error = errno;
    } else {
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        if (poll(&p, 1, CONNECT_MS) != 1)
            error = ETIMEDOUT;
        else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
            error = errno;
    }
    if (fd >= 0 && !error && fcntl(fd, F_SETFL, 0) == 0)
        return fd;
    *why = connect_end(error);
    if (fd >= 0)
        close(fd);
    return -1;
}

static int connect_to(const struct job *j, enum transfer_end *why)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *all;
    char host[sizeof j->host];
    int fd = -1;
    size_t n = strlen(j->host);
    bool bracketed = n > 2 && j->host[0] == '[' && j->host[n - 1] == ']';
    str_copy(host, sizeof host, bracketed ? j->host + 1 : j->host);
    if (bracketed)
        host[n - 2] = 0;
    *why = TRANSFER_NO_HOST;
    if (getaddrinfo(host, j->port, &hints, &all))
        return -1;
    for (const struct addrinfo *a = all; a && fd < 0; a = a->ai_next)
        fd = connect_one(a, why);
    freeaddrinfo(all);
    return fd;
}

static bool log_in(struct job *j)
{
    if (ssh_userauth_none(j->session, NULL) == SSH_AUTH_SUCCESS)
        return true;
    int ways = ssh_userauth_list(j->session, NULL), r = SSH_AUTH_DENIED;
    if (ways & SSH_AUTH_METHOD_PASSWORD)
        r = ssh_userauth_password(j->session, NULL, j->password);
    if (r == SSH_AUTH_SUCCESS || !(ways & SSH_AUTH_METHOD_INTERACTIVE))
        return r == SSH_AUTH_SUCCESS;
    while ((r = ssh_userauth_kbdint(j->session, NULL, NULL)) == SSH_AUTH_INFO)
        for (int i = 0; i < ssh_userauth_kbdint_getnprompts(j->session); i++)
            ssh_userauth_kbdint_setanswer(j->session, (unsigned)i, j->password);
    return r == SSH_AUTH_SUCCESS;
}

static enum transfer_end open_session(struct job *j)
{
    enum transfer_end why;
    int no = 0, fd = connect_to(j, &why);
    long seconds = WORD_MS / 1000;
    if (fd < 0)
        return why;
    j->session = ssh_new();
    /* SSH_OPTIONS_FD is the host; SSH_OPTIONS_HOST, which libssh takes in fewer forms, only labels it */
    if (!j->session || ssh_options_set(j->session, SSH_OPTIONS_HOST, "peer") < 0 ||
        ssh_options_set(j->session, SSH_OPTIONS_FD, &fd) < 0 ||
        ssh_options_set(j->session, SSH_OPTIONS_USER, j->user) < 0 ||
        ssh_options_set(j->session, SSH_OPTIONS_PROCESS_CONFIG, &no) < 0 ||
        ssh_options_set(j->session, SSH_OPTIONS_KNOWNHOSTS, "/dev/null") < 0 ||
        ssh_options_set(j->session, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null") < 0 ||
        ssh_options_set(j->session, SSH_OPTIONS_TIMEOUT, &seconds) < 0 || ssh_connect(j->session) != SSH_OK)
        return TRANSFER_PROTOCOL;
    return log_in(j) ? TRANSFER_OK : TRANSFER_DENIED;
}

/* A shell over there must read the name as it stands; a router would take quotes for a part of it. */
static void quote(const char *s, struct text *out)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
    if (s[0] && !s[strspn(s, plain)]) {
        text_add(out, s);
        return;
    }
    text_add(out, "'");
    for (; *s; s++) {
        if (*s == '\'')
            text_add(out, "'\\''");
        else
            text_addn(out, s, 1);
    }
    text_add(out, "'");
}

static bool begin(struct job *j)
{
    struct text command = {0};
    text_printf(&command, "scp -%c ", j->put ? 't' : 'f');
    if (j->path[0] == '-')
        text_add(&command, "./");
    quote(j->path, &command);
    j->channel = ssh_channel_new(j->session);
    bool ok = j->channel && ssh_channel_open_session(j->channel) == SSH_OK &&
              ssh_channel_request_exec(j->channel, text_str(&command)) == SSH_OK;
    text_free(&command);
    return ok;
}

/* ---- words ---- */

static bool say(struct job *j, const void *data, size_t len)
{
    return ssh_channel_write(j->channel, data, (uint32_t)len) == (int)len;
}

/* Up to len bytes; 0: it ended, or said nothing for a minute. */
static size_t hear(struct job *j, void *buf, size_t len)
{
    int n = ssh_channel_read_timeout(j->channel, buf, (uint32_t)len, 0, WORD_MS);
    return n > 0 ? (size_t)n : 0;
}

/* A line, without its end. False: there is none. */
static bool hear_line(struct job *j, char line[LINE])
{
    size_t n = 0;
    for (char c; hear(j, &c, 1); n++) {
        if (c == '\n') {
            line[n < LINE - 1 ? n : LINE - 1] = 0;
            return true;
        }
        if (n < LINE - 1)
            line[n] = c;
        else if (n > 65536)
            return false;
    }
    return false;
}

static enum transfer_end complaint(struct job *j)
{
    char line[LINE];
    if (!hear_line(j, line))
        return TRANSFER_UNDEFINED;
    return strstr(line, "No such file")        ? TRANSFER_NOT_FOUND
           : strstr(line, "ermission denied")  ? TRANSFER_DENIED
           : strstr(line, "space")             ? TRANSFER_FULL
                                               : TRANSFER_UNDEFINED;
}

static enum transfer_end ended_early(struct job *j)
{
    return ssh_channel_is_eof(j->channel) || ssh_channel_is_closed(j->channel) ? TRANSFER_PROTOCOL : TRANSFER_TIMEOUT;
}

/* The other side's \0. */
static enum transfer_end acknowledged(struct job *j)
{
    char c;
    if (!hear(j, &c, 1))
        return ended_early(j);
    return c == 0 ? TRANSFER_OK : c == 1 || c == 2 ? complaint(j) : TRANSFER_PROTOCOL;
}

/* ---- the file ---- */

static bool keep(const char *data, size_t len)
{
    while (len) {
        ssize_t n = write(OUT, data, len);
        if (n <= 0 && errno != EINTR)
            return false;
        if (n > 0) {
            data += n;
            len -= (size_t)n;
        }
    }
    return true;
}

static enum transfer_end get(struct job *j)
{
    char c, line[LINE], buf[32768];
    unsigned long long size;
    do { /* T: times, which nobody asked for */
        if (!say(j, "", 1) || !hear(j, &c, 1))
            return ended_early(j);
        if (c == 1 || c == 2)
            return complaint(j);
        if (!hear_line(j, line))
            return ended_early(j);
    } while (c == 'T');
    char *end, *at = strchr(line, ' ');
    if (c != 'C' || !at)
        return TRANSFER_PROTOCOL;
    size = strtoull(at + 1, &end, 10);
    if (end == at + 1 || *end != ' ' || at[1] == '-')
        return TRANSFER_PROTOCOL;
    if (size > FILE_SIZE_MAX)
        return TRANSFER_TOO_BIG;
    if (!say(j, "", 1))
        return ended_early(j);
    while (size) {
        size_t n = hear(j, buf, size < sizeof buf ? (size_t)size : sizeof buf);
        if (!n)
            return ended_early(j);
        if (!keep(buf, n))
            return TRANSFER_LOCAL;
        size -= n;
    }
    enum transfer_end e = acknowledged(j);
    if (e == TRANSFER_OK)
        say(j, "", 1);
    return e;
}

static enum transfer_end put(struct job *j)
{
    char buf[32768], line[LINE];
    struct stat st;
    enum transfer_end e = acknowledged(j);
    const char *slash = strrchr(j->path, '/'), *name = slash ? slash + 1 : j->path;
    if (e != TRANSFER_OK)
        return e;
    if (fstat(FILE_FD, &st) < 0)
        return TRANSFER_LOCAL;
    int n = snprintf(line, sizeof line, "C0644 %llu %s\n", (unsigned long long)st.st_size, name);
    if (!say(j, line, (size_t)n))
        return ended_early(j);
    e = acknowledged(j);
    for (off_t left = st.st_size; e == TRANSFER_OK && left > 0;) {
        ssize_t got = read(FILE_FD, buf, left < (off_t)sizeof buf ? (size_t)left : sizeof buf);
        if (got <= 0)
            return TRANSFER_LOCAL;
        if (!say(j, buf, (size_t)got))
            return ended_early(j);
        left -= got;
    }
    if (e == TRANSFER_OK)
        e = say(j, "", 1) ? acknowledged(j) : ended_early(j);
    return e;
}

int scp_child_main(void)
{
    struct job j = {0};
    signal(SIGPIPE, SIG_IGN);
    alarm(LIFE_S);
    if (!read_job(&j))
        return SCP_CHILD_ENDS + TRANSFER_LOCAL;
    enum transfer_end e = open_session(&j);
    mem_wipe(j.password, sizeof j.password);
    if (e == TRANSFER_OK)
        e = !begin(&j) ? TRANSFER_PROTOCOL : j.put ? put(&j) : get(&j);
    if (j.channel) {
        ssh_channel_send_eof(j.channel);
        ssh_channel_close(j.channel);
    }
    if (j.session) {
        ssh_disconnect(j.session);
        ssh_free(j.session); /* the channel goes with it */
    }
    return e == TRANSFER_OK ? 0 : SCP_CHILD_ENDS + (int)e;
}
