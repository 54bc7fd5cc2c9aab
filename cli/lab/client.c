/* client.c: the client's side of a node's control socket: a console on this terminal, commands, waiting for a log line.
 *
 * The console puts this terminal into raw mode and copies bytes; the router edits, echoes and pages by itself. Ctrl-] leaves it (the lab runs on), as does
 * `exit` at the router's EXEC prompt. Output of exec goes to stdout as it comes, alone; the exit status is the router's answer. */
#include "cli/lab/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "cli/lab/control.h"
#include "cli/lab/place.h"
#include "espial/text.h"

#define CONSOLE_LEAVE 0x1D /* Ctrl-] */

/* A connection to a node's control socket; lab NULL: the one that is up. After saying why on stderr: -2 there is no such node, -3 it does not run. */
static int lab_connect(const char *lab, const char *node)
{
    char name[LAB_NAME_MAX], err[512];
    int status = -3, lab_fd = -1, node_fd = -1;
    if (lab)
        str_copy(name, sizeof name, lab);
    else if (!place_current(name, err))
        goto out;
    lab_fd = place_lab(name, false, err);
    if (lab_fd < 0)
        goto out;
    if (!*node || *node == '.' || strchr(node, '/') || (node_fd = place_node(lab_fd, node, false, err)) < 0) {
        snprintf(err, sizeof err, "lab %s has no node %s", name, node);
        status = -2;
        goto out;
    }
    status = place_connect(node_fd, "control");
    if (status < 0) {
        snprintf(err, sizeof err, "%s is not running", node);
        status = -3;
    }
out:
    if (status < 0)
        fprintf(stderr, "espial: %s\n", err);
    if (lab_fd >= 0)
        close(lab_fd);
    if (node_fd >= 0)
        close(node_fd);
    return status;
}

bool lab_request(int fd, const char *const *words, size_t n, int fd_to_pass)
{
    struct text t = {0};
    uint32_t len = 0;
    text_addn(&t, (const char *)&len, sizeof len);
    for (size_t i = 0; i < n; i++)
        text_addn(&t, words[i], strlen(words[i]) + 1);
    len = (uint32_t)(t.len - sizeof len);
    memcpy(t.s, &len, sizeof len);

    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec iov = {.iov_base = t.s, .iov_len = t.len};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
    if (fd_to_pass >= 0) {
        m.msg_control = control.room;
        m.msg_controllen = sizeof control.room;
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &fd_to_pass, sizeof fd_to_pass);
    }
    bool ok = len <= CONTROL_REQUEST_MAX;
    if (!ok)
        errno = E2BIG;
    while (ok && iov.iov_len) {
        ssize_t sent = sendmsg(fd, &m, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        ok = sent > 0;
        if (ok) {
            iov.iov_base = (char *)iov.iov_base + sent;
            iov.iov_len -= (size_t)sent;
            m.msg_control = NULL;
            m.msg_controllen = 0;
        }
    }
    text_free(&t);
    return ok;
}

static int64_t now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Read exactly len bytes before `deadline` (ms, 0: none). 1 done, 0 the time is up, -1 the other side is gone. */
static int read_all(int fd, void *buf, size_t len, int64_t deadline)
{
    char *p = buf;
    while (len) {
        struct pollfd pfd = {.fd = fd, .events = POLLIN};
        int64_t left = deadline ? deadline - now_ms() : -1;
        int got = poll(&pfd, 1, deadline ? (int)(left > 0 ? left : 0) : -1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            return 0;
        ssize_t n = read(fd, p, len);
        if (n <= 0)
            return -1;
        p += n;
        len -= (size_t)n;
    }
    return 1;
}

#define ANSWER_RAW (-1)
/* Print an answer's frames; its exit status, 1 when the time is up, 3 when the node went away. ANSWER_RAW: what follows is a console's. */
static int answer(int fd, int64_t deadline)
{
    for (;;) {
        char kind;
        uint32_t len;
        int got = read_all(fd, &kind, 1, deadline);
        if (got == 1 && kind == CONTROL_RAW)
            return ANSWER_RAW;
        if (got == 1)
            got = read_all(fd, &len, sizeof len, deadline);
        if (got == 0)
            return 1;
        if (got < 0)
            break;
        unsigned char code = 3;
        if (kind == CONTROL_EXIT)
            return len == 1 && read_all(fd, &code, 1, deadline) == 1 ? code : 3;
        char buf[8192];
        while (len) {
            size_t part = len < sizeof buf ? len : sizeof buf;
            if (read_all(fd, buf, part, deadline) != 1)
                goto gone;
            fwrite(buf, 1, part, kind == CONTROL_ERR ? stderr : stdout);
            len -= (uint32_t)part;
        }
        fflush(stdout);
    }
gone:
    fprintf(stderr, "espial: the node went away\n");
    return 3;
}

static int request(const char *lab, const char *node, const char *const *words, size_t n, int fd_to_pass,
                   int64_t deadline)
{
    int fd = lab_connect(lab, node);
    if (fd < 0)
        return -fd;
    int status = 3;
    if (!lab_request(fd, words, n, fd_to_pass))
        fprintf(stderr, "espial: %s: %s\n", node, strerror(errno));
    else
        status = answer(fd, deadline);
    close(fd);
    return status;
}

int lab_exec(const char *lab, const char *node, char **commands)
{
    const char *words[256] = {"exec"};
    size_t n = 1;
    for (; *commands; commands++) {
        if (n == sizeof words / sizeof words[0]) {
            fprintf(stderr, "espial: too many commands (255 at most)\n");
            return 2;
        }
        words[n++] = *commands;
    }
    return request(lab, node, words, n, -1, 0);
}

int lab_mark(const char *lab, const char *node)
{
    return request(lab, node, (const char *const[]){"mark"}, 1, -1, 0);
}

int lab_wait(const char *lab, const char *node, const char *regex, unsigned timeout_s, const char *since)
{
    return request(lab, node, (const char *const[]){"wait", regex, since}, 3, -1, now_ms() + (int64_t)timeout_s * 1000);
}

int lab_capture(const char *lab, const char *node, const char *ifname, const char *file)
{
    int out = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (out < 0) {
        fprintf(stderr, "espial: %s: %s\n", file, strerror(errno));
        return 2;
    }
    int status = request(lab, node, (const char *const[]){"capture", ifname}, 2, out, 0);
    close(out);
    return status;
}

static bool copy_bytes(int from, int to, bool leave_key)
{
    char buf[4096];
    ssize_t n = read(from, buf, sizeof buf);
    if (n <= 0)
        return n < 0 && (errno == EINTR || errno == EAGAIN);
    char *key = leave_key ? memchr(buf, CONSOLE_LEAVE, (size_t)n) : NULL;
    ssize_t len = key ? key - buf : n;
    for (ssize_t at = 0; at < len;) {
        ssize_t done = write(to, buf + at, (size_t)(len - at));
        if (done < 0 && errno != EINTR)
            return false;
        at += done > 0 ? done : 0;
    }
    return !key;
}

int lab_console(const char *lab, const char *node)
{
    struct termios old, raw;
    bool tty = isatty(0) && tcgetattr(0, &old) == 0;
    char rows[16], cols[16];
    struct winsize ws;
    str_copy(rows, sizeof rows, tty ? "24" : "0");
    str_copy(cols, sizeof cols, tty ? "80" : "0");
    if (tty && ioctl(1, TIOCGWINSZ, &ws) == 0 && ws.ws_row && ws.ws_col) {
        snprintf(rows, sizeof rows, "%u", ws.ws_row);
        snprintf(cols, sizeof cols, "%u", ws.ws_col);
    }
    int fd = lab_connect(lab, node);
    if (fd < 0)
        return -fd;
    if (!lab_request(fd, (const char *const[]){"console", rows, cols}, 3, -1)) {
        fprintf(stderr, "espial: %s: %s\n", node, strerror(errno));
        close(fd);
        return 3;
    }
    int status = answer(fd, 0);
    if (status != ANSWER_RAW) {
        close(fd);
        return status;
    }
    if (tty) {
        printf("Console of %s. Ctrl-] leaves it; the lab goes on running until `espial lab down`.\n", node);
        fflush(stdout);
        raw = old;
        cfmakeraw(&raw);
        tcsetattr(0, TCSANOW, &raw);
    }
    struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
    for (bool on = true; on;) {
        if (poll(p, 2, -1) < 0 && errno != EINTR)
            break;
        if (p[0].revents)
            on = copy_bytes(fd, 1, false);
        if (on && p[1].revents && !copy_bytes(0, fd, tty)) {
            if (tty)
                break;
            /* End of a script on stdin: no more will come; what the router still says is read to its end. */
            shutdown(fd, SHUT_WR);
            p[1].fd = -1;
        }
    }
    if (tty) {
        tcsetattr(0, TCSANOW, &old);
        printf("\n");
    }
    close(fd);
    return 0;
}
