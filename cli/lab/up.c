/* up.c: bring a lab up, look at it, take it down.
 *
 * `up` makes the folders, puts each node's startup-config into its nvram (the first time, or with --fresh), listens on the control sockets itself so that
 * nothing races with a starting node, and starts one process per router: this same program with `run`. A node says on a pipe when it is at its prompt;
 * `up` returns when all have. A node that runs already is left alone, so `up` also brings back one that died. If one cannot start, its own words are printed and the others are stopped again. The nodes then belong to nobody: they end
 * when asked to (`down`, over the control socket) or by a signal. Nodes of kind syslog are processes of the same program too (collector.c), with sockets made here. A router's SSH port is one of those
 * too: it stays the same however often the router reloads. */
#include "cli/lab/lab.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/lab/collector.h"
#include "cli/lab/host.h"
#include "cli/lab/place.h"
#include "espial/text.h"

#define START_TIMEOUT_MS 20000
#define SSH_FILE         "ssh" /* of a node: ADDR:PORT */
#define SNMP_FILE        "snmp"

struct starting {
    int dir_fd, ready_fd;
    pid_t pid;
    bool runs; /* before we came */
    bool ready;
};

static int complain(int status, const char *what, const char *why)
{
    fprintf(stderr, "espial: %s%s%s\n", what, why ? ": " : "", why ? why : "");
    return status;
}

static bool copy_file(int from, int to)
{
    char buf[16384];
    for (ssize_t n; (n = read(from, buf, sizeof buf)) != 0;) {
        if (n < 0 || write(to, buf, (size_t)n) != n)
            return false;
    }
    return fsync(to) == 0;
}

/* nvram/startup-config of a node: the topology's file, unless the node has one already. 0, or the exit status that tells what is wrong. */
static int put_config(const struct topology *t, const struct lab_node *n, int node_fd, char err[512])
{
    char path[1100];
    struct stat st;
    if (mkdirat(node_fd, "nvram", 0700) < 0 && errno != EEXIST) {
        snprintf(err, 512, "%s/nvram: %s", n->name, strerror(errno));
        return 3;
    }
    if (!*n->config || fstatat(node_fd, "nvram/startup-config", &st, 0) == 0)
        return 0;
    snprintf(path, sizeof path, "%s%s%s", *n->config == '/' ? "" : t->folder, *n->config == '/' ? "" : "/", n->config);
    int from = open(path, O_RDONLY | O_CLOEXEC);
    if (from < 0 || fstat(from, &st) < 0 || !S_ISREG(st.st_mode)) {
        snprintf(err, 512, "%s: %s", path, from < 0 ? strerror(errno) : "not a file");
        if (from >= 0)
            close(from);
        return 2;
    }
    int to = openat(node_fd, "nvram/startup-config.new", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok = to >= 0 && copy_file(from, to) &&
              renameat(node_fd, "nvram/startup-config.new", node_fd, "nvram/startup-config") == 0;
    if (!ok)
        snprintf(err, 512, "%s: cannot copy it for %s: %s", path, n->name, strerror(errno));
    if (to >= 0)
        close(to);
    close(from);
    return ok ? 0 : 3;
}

/* Remove a folder and what is in it, following no link. */
static void forget_folder(int dir_fd, const char *name)
{
    int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (!d) {
        if (fd >= 0)
            close(fd);
        return;
    }
    for (struct dirent *e; (e = readdir(d));) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        if (unlinkat(fd, e->d_name, 0) < 0 && errno == EISDIR)
            forget_folder(fd, e->d_name);
    }
    closedir(d);
    unlinkat(dir_fd, name, AT_REMOVEDIR);
}

/* This same program with these words, as a process of its own: 0 /dev/null, 1 and 2 the node's `output`, 3 its control socket, 4 a pipe on which it says that it is
 * ready, 5 and on `more`. */
static bool spawn(const char *name, char **argv, const int *more, int nmore, struct starting *s, char err[512])
{
    int pipe_fds[2];
    int control = place_listen(s->dir_fd, "control");
    int output = openat(s->dir_fd, "output", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (control < 0 || output < 0 || pipe2(pipe_fds, O_CLOEXEC) < 0) {
        snprintf(err, 512, "%s: %s", name, strerror(control < 0 ? -control : errno));
        return false;
    }
    s->pid = fork();
    if (s->pid == 0) {
        int above = 5 + nmore;
        int fds[5 + LAB_LINKS_MAX] = {open("/dev/null", O_RDONLY | O_CLOEXEC), output, output, control, pipe_fds[1]};
        for (int i = 0; i < nmore; i++)
            fds[5 + i] = more[i];
        for (int i = 0; i < above; i++)
            fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, above);
        setsid();
        for (int i = 0; i < above; i++) {
            if (dup2(fds[i], i) < 0)
                _exit(127);
        }
        execv("/proc/self/exe", argv);
        _exit(127);
    }
    close(control);
    close(output);
    close(pipe_fds[1]);
    s->ready_fd = pipe_fds[0];
    if (s->pid < 0)
        snprintf(err, 512, "%s: %s", name, strerror(errno));
    return s->pid > 0;
}

/* The word of --link for one end of a link. */
static void link_word(const struct topology *t, size_t l, int side, const struct collector_ports *ports, char *out,
                      size_t cap)
{
    const struct lab_link *link = &t->links[l];
    const char *ifname = link->end[side].ifname;
    char lab[512];
    place_path(t->name, NULL, lab);
    if (*link->spec)
        snprintf(out, cap, "%s=%s", ifname, link->spec);
    else if (t->nodes[link->end[1].node].kind == LAB_SYSLOG)
        snprintf(out, cap, "%s=slirp:map=%u:%u", ifname, COLLECTOR_PORT, ports->port[l]);
    else /* both ends name the same path; the link tells them apart (dataplane/link/link_unix.c) */
        snprintf(out, cap, "%s=unix:%s/link%zu", ifname, lab, l);
}

/* A socket on which a node's clients come: of this machine's loopback, a free port; it is the node's for its life, and the file `name` says which. Negative: none. */
static int open_port(int dir_fd, int type, const char *name)
{
    uint16_t port = 0;
    char where[64];
    int fd = host_socket(type, INADDR_LOOPBACK, &port);
    int file = openat(dir_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && file >= 0;
    if (ok) {
        int n = snprintf(where, sizeof where, "127.0.0.1:%u", port);
        ok = write(file, where, (size_t)n) == n;
    }
    if (file >= 0)
        close(file);
    if (!ok && fd >= 0)
        close(fd);
    return ok ? fd : -1;
}

static void port_place(int dir_fd, const char *name, char out[64])
{
    FILE *f = place_read(dir_fd, name);
    if (!f || !fgets(out, 64, f))
        out[0] = '\0';
    out[strcspn(out, "\n")] = '\0';
    if (f)
        fclose(f);
}

static bool start_router(const struct topology *t, size_t i, unsigned time_scale, const char *export_keys,
                         const struct collector_ports *ports, struct starting *s, char err[512])
{
    const struct lab_node *n = &t->nodes[i];
    char state[512], words[28 + 2 * LAB_LINKS_MAX][640];
    char *argv[sizeof words / sizeof words[0] + 1];
    size_t argc = 0;
#define ARG(...) (snprintf(words[argc], sizeof words[argc], __VA_ARGS__), argv[argc] = words[argc], argc++)

    place_path(t->name, n->name, state);
    ARG("espial");
    ARG("run");
    ARG("--hostname");
    ARG("%s", n->name);
    ARG("--state");
    ARG("%s", state);
    ARG("--platform");
    ARG("%s", n->platform);
    ARG("--time-scale");
    ARG("%u", time_scale);
    ARG("--stay");
    ARG("--control-fd");
    ARG("3");
    ARG("--ready-fd");
    ARG("4");
    if (export_keys) {
        ARG("--export-keys");
        ARG("%s.%s", export_keys, n->name);
    }
    for (size_t l = 0; l < t->nlinks; l++) {
        for (int side = 0; side < lab_ends(&t->links[l]); side++) {
            if (t->links[l].end[side].node != i)
                continue;
            ARG("--link");
            link_word(t, l, side, ports, words[argc], sizeof words[argc]);
            argv[argc] = words[argc];
            argc++;
        }
    }
    int ports_open[2], nports = 0;
    int ssh = open_port(s->dir_fd, SOCK_STREAM, SSH_FILE), snmp = open_port(s->dir_fd, SOCK_DGRAM, SNMP_FILE);
    if (ssh >= 0) {
        ARG("--ssh-fd");
        ARG("%d", 5 + nports);
        ports_open[nports++] = ssh;
    }
    if (snmp >= 0) {
        ARG("--snmp-fd");
        ARG("%d", 5 + nports);
        ports_open[nports++] = snmp;
    }
    argv[argc] = NULL;
#undef ARG
    bool ok = spawn(n->name, argv, ports_open, nports, s, err);
    for (int p = 0; p < nports; p++)
        close(ports_open[p]);
    return ok;
}

static bool start_collector(const struct topology *t, size_t i, const struct collector_ports *ports, struct starting *s,
                            char err[512])
{
    char state[512], *argv[5 + LAB_LINKS_MAX] = {(char[]){"espial"}, (char[]){"lab"}, (char[]){"collect"}, state};
    int socks[LAB_LINKS_MAX], n = 0;

    place_path(t->name, t->nodes[i].name, state);
    for (size_t l = 0; l < t->nlinks; l++) {
        if (lab_leads_to(&t->links[l], i)) {
            argv[4 + n] = (char *)t->nodes[t->links[l].end[0].node].name;
            socks[n++] = ports->sock[l];
        }
    }
    return spawn(t->nodes[i].name, argv, socks, n, s, err);
}

/* The last line a node printed before it gave up. */
static void last_words(const struct starting *s, char out[256])
{
    char line[1100];
    FILE *f = place_read(s->dir_fd, "output");
    out[0] = '\0';
    while (f && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        if (*line)
            str_copy(out, 256, line);
    }
    if (f)
        fclose(f);
}

static int64_t now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static bool wait_ready(const struct topology *t, struct starting *s, char err[512])
{
    int64_t end = now_ms() + START_TIMEOUT_MS;
    for (size_t i = 0; i < t->nnodes; i++) {
        struct pollfd p = {.fd = s[i].ready_fd, .events = POLLIN};
        char byte;
        if (s[i].runs)
            continue;
        int left = (int)(end - now_ms());
        int got = poll(&p, 1, left > 0 ? left : 0);
        if (got > 0 && read(s[i].ready_fd, &byte, 1) == 1) {
            s[i].ready = true;
            continue;
        }
        char words[256];
        last_words(&s[i], words);
        snprintf(err, 512, "%s did not start: %s", t->nodes[i].name,
                 got == 0 ? "no prompt in time"
                 : *words ? words
                          : "it ended without a word");
        return false;
    }
    return true;
}

/* What a node said while it booted: damaged lines of its startup-config, warnings. */
static void repeat_words(const struct lab_node *n, const struct starting *s)
{
    char line[1100];
    FILE *f = place_read(s->dir_fd, "output");
    if (!f)
        return;
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        fprintf(stderr, "%s: %s\n", n->name, line);
    }
    fclose(f);
}

static void stop_node(int node_fd)
{
    const char *stop[] = {"stop"};
    char buf[256];
    int fd = place_connect(node_fd, "control");
    if (fd < 0)
        return;
    if (lab_request(fd, stop, 1, -1)) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        while (poll(&p, 1, 5000) > 0 && read(fd, buf, sizeof buf) > 0)
            ;
    }
    close(fd);
    unlinkat(node_fd, "control", 0);
}

static bool node_runs(int lab_fd, const char *name)
{
    char err[512];
    int node_fd = place_node(lab_fd, name, false, err);
    int c = node_fd < 0 ? -1 : place_connect(node_fd, "control");
    if (c >= 0)
        close(c);
    if (node_fd >= 0)
        close(node_fd);
    return c >= 0;
}

int lab_up(const char *topology, unsigned time_scale, bool fresh, const char *export_keys)
{
    char err[512];
    struct topology *t = NEW(struct topology);
    struct starting *s = mem_array(LAB_NODES_MAX, sizeof *s);
    struct collector_ports *ports = NEW(struct collector_ports);
    int status = 0, lab_fd = -1;

    if (!topology_read(topology, t, err)) {
        status = complain(2, err, NULL);
        goto out;
    }
    lab_fd = place_lab(t->name, true, err);
    if (lab_fd < 0) {
        status = complain(3, err, NULL);
        goto out;
    }
    size_t running = 0, started = 0;
    for (size_t i = 0; i < t->nnodes; i++)
        running += s[i].runs = node_runs(lab_fd, t->nodes[i].name);
    if (running == t->nnodes) {
        printf("Lab %s is up already.\n", t->name);
        goto out;
    }
    for (size_t i = 0; fresh && i < t->nnodes; i++) {
        if (!s[i].runs)
            forget_folder(lab_fd, t->nodes[i].name);
    }
    for (size_t i = 0; i < t->nnodes; i++) {
        bool collector = t->nodes[i].kind == LAB_SYSLOG;
        if (s[i].runs && !collector)
            continue;
        int refusal = 0;
        s[i].dir_fd = place_node(lab_fd, t->nodes[i].name, true, err);
        if (s[i].dir_fd < 0 || (collector && !collector_ports(t, i, s[i].dir_fd, s[i].runs, ports, err)))
            refusal = 3;
        else if (!collector)
            refusal = put_config(t, &t->nodes[i], s[i].dir_fd, err);
        if (refusal) {
            status = complain(refusal, err, NULL);
            goto out;
        }
    }
    bool ok = true;
    for (; ok && started < t->nnodes; started++) {
        struct starting *n = &s[started];
        if (n->runs)
            continue;
        ok = t->nodes[started].kind == LAB_SYSLOG ? start_collector(t, started, ports, n, err)
                                                  : start_router(t, started, time_scale, export_keys, ports, n, err);
    }
    ok = ok && wait_ready(t, s, err);
    if (!ok) {
        status = complain(3, err, NULL);
        for (size_t i = 0; i < started; i++) {
            if (s[i].dir_fd > 0 && !s[i].runs)
                stop_node(s[i].dir_fd);
        }
        goto out;
    }
    for (size_t i = 0; i < t->nnodes; i++) {
        if (!s[i].runs)
            repeat_words(&t->nodes[i], &s[i]);
    }
    printf("Lab %s is up:", t->name);
    for (size_t i = 0; i < t->nnodes; i++)
        printf(" %s", t->nodes[i].name);
    printf("\n");
out:
    for (size_t i = 0; i < t->nnodes; i++) {
        if (s[i].dir_fd > 0)
            close(s[i].dir_fd);
        if (s[i].ready_fd > 0)
            close(s[i].ready_fd);
    }
    for (size_t l = 0; l < LAB_LINKS_MAX; l++) {
        if (ports->sock[l] > 0)
            close(ports->sock[l]);
    }
    if (lab_fd >= 0)
        close(lab_fd);
    mem_free(ports);
    mem_free(s);
    mem_free(t);
    return status;
}

/* The lab asked for, or the one that is up, opened. -1 after complaining. */
static int open_lab(const char *lab, char name[LAB_NAME_MAX])
{
    char err[512];
    if (lab)
        str_copy(name, LAB_NAME_MAX, lab);
    else if (!place_current(name, err)) {
        complain(0, err, NULL);
        return -1;
    }
    int fd = place_lab(name, false, err);
    if (fd < 0)
        complain(0, err, NULL);
    return fd;
}

int lab_status(const char *lab)
{
    char name[LAB_NAME_MAX], nodes[LAB_NODES_MAX][LAB_NAME_MAX];
    int fd = open_lab(lab, name);
    if (fd < 0)
        return 3;
    size_t n = place_list(fd, nodes, LAB_NODES_MAX), up = 0;
    printf("Lab %s\n", name);
    for (size_t i = 0; i < n; i++) {
        bool runs = node_runs(fd, nodes[i]);
        char path[512], err[512];
        int node_fd = place_node(fd, nodes[i], false, err);
        place_path(name, nodes[i], path);
        up += runs;
        printf("  %-16s %s", nodes[i], runs ? "up" : "down");
        char ssh[64] = "", snmp[64] = "";
        if (node_fd >= 0 && collector_folder(node_fd))
            printf("%*s%s/" COLLECTOR_FILE, runs ? 5 : 3, "", path);
        else if (node_fd >= 0 && runs)
            port_place(node_fd, SSH_FILE, ssh), port_place(node_fd, SNMP_FILE, snmp);
        if (*ssh)
            printf("     ssh %s", ssh);
        if (*snmp)
            printf("     snmp %s", snmp);
        printf("\n");
        if (node_fd >= 0)
            close(node_fd);
    }
    close(fd);
    return up ? 0 : 1;
}

int lab_down(const char *lab)
{
    char name[LAB_NAME_MAX], nodes[LAB_NODES_MAX][LAB_NAME_MAX], err[512];
    int fd = open_lab(lab, name);
    if (fd < 0)
        return 3;
    size_t n = place_list(fd, nodes, LAB_NODES_MAX);
    for (size_t i = 0; i < n; i++) {
        int node_fd = place_node(fd, nodes[i], false, err);
        if (node_fd >= 0) {
            stop_node(node_fd);
            close(node_fd);
        }
    }
    close(fd);
    printf("Lab %s is down.\n", name);
    return 0;
}
