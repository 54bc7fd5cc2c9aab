/* collector.c: a lab's own syslog server, so that its logs can be kept without another program: nodes of `kind: syslog`.
 *
 * Each link of a collector goes to one router, behind a slirp: interface: what the router sends to port 514 of 10.0.2.2 comes to one UDP socket of this process on
 * 127.0.0.1, and only that router's does. So a line is known by the wire it came over, as by its source address elsewhere. Datagrams are appended to `messages` in the
 * node's folder, one line each, as they come:
 *
 *     2026-11-22T07:13:47.727Z hub local7.debug 46: *Nov 22 07:13:47.727: ISAKMP: ...
 *
 * (when it arrived, on this machine's clock; from whom; facility and severity of its <PRI>; the rest as sent, control characters as dots). At FILE_MAX bytes the file
 * becomes messages.1 and a new one begins. The ports are the kernel's choice; `ports` in the folder keeps them, so that a router that is started again finds a collector
 * that went on, and the other way round.
 *
 * On its control socket it answers `stop` and `status` alone. No timers: it wakes for a line, a client or a signal. It ends when the lab goes down, or by a signal. */
#include "cli/lab/collector.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/lab/control.h"
#include "cli/lab/host.h"
#include "cli/lab/place.h"
#include "espial/text.h"

#define FILE_MAX     (64 << 20)
#define DATAGRAM_MAX 2048
#define CLIENT_WAIT  1 /* seconds that a client may take to say what it wants */
#define PORTS        "ports"

struct collector {
    const char *folder;
    int dir_fd, file, signal_fd;
    off_t size;
    uint64_t lines;
    char **routers;
    struct pollfd fds[2 + LAB_LINKS_MAX]; /* signals, control, sockets */
    nfds_t nfds;
    bool stop;
};

/* ---- before it runs: its ports ---- */

static int bind_loopback(uint16_t *port)
{
    const int room = 4 << 20;
    int fd = host_socket(SOCK_DGRAM, INADDR_LOOPBACK, port);
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room); /* a burst of debugs; as much as we are given */
    return fd;
}

/* The port that an interface of the collector had when it was started last; 0: none. */
static uint16_t last_port(int node_fd, const char *ifname)
{
    char line[128], name[IFNAME_MAX];
    unsigned port = 0, found = 0;
    FILE *f = place_read(node_fd, PORTS);
    if (!f)
        return 0;
    while (fgets(line, sizeof line, f)) {
        if (sscanf(line, "%31s %u", name, &port) == 2 && port <= 65535 && !strcmp(name, ifname))
            found = port;
    }
    fclose(f);
    return (uint16_t)found;
}

static bool write_ports(const struct topology *t, size_t node, int node_fd, const struct collector_ports *p)
{
    int fd = openat(node_fd, PORTS, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok = fd >= 0;
    for (size_t l = 0; ok && l < t->nlinks; l++) {
        if (lab_leads_to(&t->links[l], node))
            ok = dprintf(fd, "%s %u %s\n", t->links[l].end[1].ifname, p->port[l],
                         t->nodes[t->links[l].end[0].node].name) > 0;
    }
    if (fd >= 0)
        close(fd);
    return ok;
}

bool collector_ports(const struct topology *t, size_t node, int node_fd, bool runs, struct collector_ports *p,
                     char err[512])
{
    for (size_t l = 0; l < t->nlinks; l++) {
        const struct lab_link *link = &t->links[l];
        if (!lab_leads_to(link, node))
            continue;
        p->port[l] = last_port(node_fd, link->end[1].ifname);
        if (runs && !p->port[l]) {
            snprintf(err, 512, "%s runs without %s: take the lab down first", t->nodes[node].name, link->end[1].ifname);
            return false;
        }
        if (runs)
            continue;
        int fd = bind_loopback(&p->port[l]);
        if (fd < 0) {
            p->port[l] = 0;
            fd = bind_loopback(&p->port[l]);
        }
        if (fd >= 0) {
            p->sock[l] = fd;
        } else {
            snprintf(err, 512, "%s: no UDP port: %s", t->nodes[node].name, strerror(-fd));
            return false;
        }
    }
    if (runs || write_ports(t, node, node_fd, p))
        return true;
    snprintf(err, 512, "%s/" PORTS ": %s", t->nodes[node].name, strerror(errno));
    return false;
}

bool collector_folder(int node_fd)
{
    struct stat st;
    return fstatat(node_fd, PORTS, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

/* ---- the process ---- */

static int cannot(const char *what)
{
    fprintf(stderr, "espial: %s: %s\n", what, strerror(errno));
    return 3;
}

static bool open_file(struct collector *c)
{
    struct stat st;
    c->file = openat(c->dir_fd, COLLECTOR_FILE, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (c->file < 0 || fstat(c->file, &st) < 0)
        return false;
    c->size = st.st_size;
    return true;
}

/* "<191>46: ..." -> "local7.debug", and what follows; a datagram without one is "-" and whole. */
static const char *take_pri(const char *s, char out[32])
{
    static const char *const facility[] = {"kern",   "user",     "mail",    "daemon", "auth",     "syslog",
                                           "lpr",    "news",     "uucp",    "cron",   "authpriv", "ftp",
                                           "ntp",    "security", "console", "clock",  "local0",   "local1",
                                           "local2", "local3",   "local4",  "local5", "local6",   "local7"};
    static const char *const severity[] = {"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"};
    unsigned pri = 0;
    int n = 0;
    snprintf(out, 32, "-");
    if (sscanf(s, "<%3u>%n", &pri, &n) != 1 || !n || pri > 191)
        return s;
    snprintf(out, 32, "%s.%s", facility[pri / 8], severity[pri % 8]);
    return s + n;
}

static void write_line(struct collector *c, const char *router, char *datagram, size_t len)
{
    char line[DATAGRAM_MAX + 128], pri[32];
    struct timespec ts;
    while (len && (datagram[len - 1] == '\n' || !datagram[len - 1]))
        len--;
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)datagram[i] < ' ' || datagram[i] == 0x7F)
            datagram[i] = '.';
    }
    datagram[len] = '\0';
    clock_gettime(CLOCK_REALTIME, &ts);
    struct wall_time w = wall_split((int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000);
    const char *rest = take_pri(datagram, pri);
    int n = snprintf(line, sizeof line, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ %s %s %s\n", w.year, w.mon + 1, w.day,
                     w.hour, w.min, w.sec, w.msec, router, pri, rest);
    if (c->size + n > FILE_MAX) {
        close(c->file);
        renameat(c->dir_fd, COLLECTOR_FILE, c->dir_fd, COLLECTOR_FILE ".1");
        if (!open_file(c)) {
            c->stop = true;
            cannot(COLLECTOR_FILE);
            return;
        }
    }
    ssize_t written = write(c->file, line, (size_t)n); /* a full disk loses lines, as it does for any collector */
    c->size += written > 0 ? written : 0;
    c->lines += written == n;
}

static void take_lines(struct collector *c, size_t i)
{
    char datagram[DATAGRAM_MAX + 1];
    for (int left = 256; left; left--) { /* the others are heard too */
        ssize_t n = recv(c->fds[i].fd, datagram, DATAGRAM_MAX, MSG_DONTWAIT);
        if (n < 0)
            return;
        write_line(c, c->routers[i - 2], datagram, (size_t)n);
    }
}

static void answer(int fd, char kind, const char *text, char status)
{
    char head[5] = {kind}, end[6] = {CONTROL_EXIT};
    uint32_t len = (uint32_t)strlen(text), one = 1;
    memcpy(head + 1, &len, sizeof len);
    memcpy(end + 1, &one, sizeof one);
    end[5] = status;
    if (send(fd, head, sizeof head, MSG_NOSIGNAL) > 0 && send(fd, text, len, MSG_NOSIGNAL) >= 0)
        send(fd, end, sizeof end, MSG_NOSIGNAL);
}

/* One client, who is this lab's owner: a request of one word, answered at once. */
static void serve(struct collector *c)
{
    char words[64] = "", text[640];
    uint32_t len = 0;
    struct timeval patience = {.tv_sec = CLIENT_WAIT};
    int fd = accept4(c->fds[1].fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (recv(fd, &len, sizeof len, MSG_WAITALL) == sizeof len && len &&
        recv(fd, words, len < sizeof words ? len : sizeof words - 1, MSG_WAITALL) > 0) {
        if (!strcmp(words, "stop")) {
            c->stop = true;
            return; /* the socket closes when the process has ended */
        } else if (!strcmp(words, "status")) {
            snprintf(text, sizeof text, "%s/" COLLECTOR_FILE ": %llu lines\n", c->folder, (unsigned long long)c->lines);
            answer(fd, CONTROL_OUT, text, 0);
        } else {
            snprintf(text, sizeof text, "espial: a collector has no prompt: read %s/" COLLECTOR_FILE "\n", c->folder);
            answer(fd, CONTROL_ERR, text, 2);
        }
    }
    close(fd);
}

static bool open_all(struct collector *c)
{
    c->dir_fd = open(c->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (c->dir_fd < 0)
        return false;
    if (flock(c->dir_fd, LOCK_EX | LOCK_NB) < 0 || !open_file(c))
        return false;
    signal(SIGPIPE, SIG_IGN);
    c->signal_fd = host_signals();
    return c->signal_fd >= 0;
}

int collector_run(const char *folder, char **routers)
{
    struct collector c = {.folder = folder, .routers = routers, .dir_fd = -1, .file = -1};
    if (!open_all(&c))
        return cannot(folder);
    c.fds[c.nfds++] = (struct pollfd){.fd = c.signal_fd, .events = POLLIN};
    c.fds[c.nfds++] = (struct pollfd){.fd = 3, .events = POLLIN};
    for (int i = 0; i < LAB_LINKS_MAX && routers[i]; i++)
        c.fds[c.nfds++] = (struct pollfd){.fd = COLLECTOR_FD + i, .events = POLLIN};
    if (write(4, "", 1) < 0)
        return cannot("ready");
    close(4);
    while (!c.stop) {
        if (poll(c.fds, c.nfds, -1) < 0 && errno != EINTR)
            return cannot("poll");
        for (size_t i = 2; i < c.nfds; i++) {
            if (c.fds[i].revents)
                take_lines(&c, i);
        }
        c.stop = c.stop || c.fds[0].revents;
        if (c.fds[1].revents)
            serve(&c);
    }
    for (size_t i = 2; i < c.nfds; i++) /* what had come when we were told */
        take_lines(&c, i);
    return 0;
}
