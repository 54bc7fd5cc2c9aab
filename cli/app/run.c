/* run.c: a router in the real world: its state directory, its loop, chance, links, terminal and signals.
 *
 * Everything that outlives a reload is here; struct router is made again from the same environment each time. The state directory (nvram/, disk0/) is locked:
 * two routers cannot share it. The console is this program's terminal (raw while it runs), or stdin when that is no terminal: then lines are read as typed, and
 * the end of input ends the session and the program, unless --stay says otherwise. */
#include "cli/app/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "cli/app/broker.h"
#include "cli/app/console.h"
#include "cli/app/control.h"
#include "cli/app/host_stream.h"
#include "cli/app/outbox.h"
#include "cli/app/privilege.h"
#include "cli/app/router.h"
#include "cli/lab/host.h"
#include "cli/lab/place.h"
#include "dataplane/dataplane.h"
#include "dataplane/ike/ike.h"
#include "dataplane/ipsec/ipsec.h"
#include "dataplane/link/link.h"
#include "dataplane/net/iface.h"
#include "espial/account.h"
#include "espial/file.h"
#include "espial/loop.h"
#include "espial/rand.h"
#include "espial/work.h"

#define CHILDREN_MAX 128 /* SSH connections and file transfers at a time */

struct run {
    const struct run_options *o;
    struct router_env env;
    struct account *account;
    struct router *router;
    struct console *console;
    struct control *control;
    struct outbox out;
    struct fd_watch in_watch, signal_watch;
    struct timer in_again;
    struct deferred reload, begin;
    struct termios saved_tty;
    FILE *keys;
    int state_fd, signal_fd;
    struct link **devices; /* one for each --link, open across reloads; NULL: the router opens it */
    int ssh[RUN_SSH_MAX], snmp[RUN_SSH_MAX]; /* open across reloads */
    int status;
    bool raw, input_open, stopping;
    char state[512];
};

static int cannot(const char *what, const char *why)
{
    fprintf(stderr, "espial: %s: %s\n", what, why);
    return 3;
}

static void stop(void *arg)
{
    struct run *r = arg;
    r->stopping = true;
    loop_real_stop(r->env.loop);
}

static void on_signal(void *arg, unsigned events)
{
    struct run *r = arg;
    struct signalfd_siginfo si;
    (void)events;
    if (read(r->signal_fd, &si, sizeof si) == sizeof si)
        stop(r);
}

/* ---- this program's own terminal ---- */

static void on_input(void *arg, unsigned events)
{
    struct run *r = arg;
    char buf[16384];
    (void)events;
    ssize_t n = read(0, buf, sizeof buf);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n <= 0) {
        fd_unwatch(&r->in_watch);
        timer_clear(&r->in_again);
        r->input_open = false;
        console_end_input(r->console);
        return;
    }
    if (!console_input(r->console, buf, (size_t)n)) {
        fd_unwatch(&r->in_watch);
        timer_set(&r->in_again, 5 * US_PER_MS);
    } else if (!r->in_watch.impl) {
        timer_set(&r->in_again, 0); /* a file: it cannot be watched, only read */
    }
}

static void read_on(void *arg)
{
    struct run *r = arg;
    if (!r->input_open)
        return;
    if (!console_ready(r->console))
        timer_set(&r->in_again, 5 * US_PER_MS);
    else if (fd_watch(&r->in_watch, r->env.loop, 0, FD_READ, on_input, r) < 0)
        on_input(r, FD_READ);
}

static void viewer_write(void *arg, const char *bytes, size_t len)
{
    struct run *r = arg;
    outbox_write(&r->out, bytes, len);
}

static void on_drained(void *arg)
{
    struct run *r = arg;
    console_drained(r->console);
}

static bool viewer_full(void *arg)
{
    const struct run *r = arg;
    return outbox_full(&r->out);
}

static void viewer_left(void *arg)
{
    struct run *r = arg;
    if (!r->o->stay)
        stop(r);
}

/* What is typed is read from now on: what the boot logged has been said. */
static void begin_input(void *arg)
{
    struct run *r = arg;
    timer_set(&r->in_again, 0);
}

static void open_terminal(struct run *r)
{
    struct viewer v = {.write = viewer_write, .full = viewer_full, .left = viewer_left, .arg = r};
    struct winsize ws;
    if (isatty(0) && tcgetattr(0, &r->saved_tty) == 0) {
        struct termios raw = r->saved_tty;
        cfmakeraw(&raw);
        r->raw = tcsetattr(0, TCSANOW, &raw) == 0;
        v.crlf = true;
        if (ioctl(0, TIOCGWINSZ, &ws) == 0) {
            v.rows = ws.ws_row;
            v.columns = ws.ws_col;
        }
    } else {
        v.script = true;
    }
    r->input_open = true;
    console_attach(r->console, &v);
    loop_defer(r->env.loop, &r->begin);
}

/* ---- the router, again and again ---- */

/* What the boot says: to who sits at the console, and where this program prints: a lab keeps it in the node's `output`. */
static void boot_said(void *arg, const char *text, size_t len)
{
    struct run *r = arg;
    bool seen = console_say(r->console, text, len);
    if (!seen || r->control)
        outbox_write(&r->out, text, len);
}

static bool no_link(struct run *r, size_t i, const char *why)
{
    fprintf(stderr, "espial: %s: %s\n", r->o->links[i].ifname, why);
    r->status = 3;
    return false;
}

static struct link *link_of(struct run *r, size_t i, char why[LINK_ERROR_MAX])
{
    enum account_owner was = account_enter(r->env.loop, ACCOUNT_NET_INPUT);
    struct link *link = r->devices[i] ? r->devices[i] : link_open(r->env.loop, r->o->links[i].spec, why);
    account_leave(r->env.loop, was);
    return link;
}

static bool start_router(struct run *r)
{
    const struct run_options *o = r->o;
    struct text err = {0};
    char why[LINK_ERROR_MAX];
    r->router = router_new(&r->env, &err);
    if (!r->router) {
        r->status = cannot("command tables", text_str(&err));
        text_free(&err);
        return false;
    }
    struct dataplane *dp = router_dataplane(r->router);
    for (size_t i = 0; i < o->nlinks; i++) {
        struct link *link = link_of(r, i, why);
        int e = link ? dataplane_link_attach(dp, o->links[i].ifname, link) : -EINVAL;
        if (e < 0)
            return no_link(r, i, link ? strerror(-e) : why);
    }
    for (size_t i = 0; i < o->ncaptures; i++) {
        if (!iface_by_name(dataplane_net(dp), o->captures[i].ifname)) {
            r->status = cannot(o->captures[i].ifname, "no such interface to capture (interfaces with a --link are)");
            return false;
        }
        /* A reload begins the file anew: one pcapng section a boot would hide what came before it from older readers. */
        int fd = open(o->captures[i].spec, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        int e = fd < 0 ? -errno : dataplane_capture(dp, o->captures[i].ifname, fd);
        if (e < 0) {
            r->status = cannot(o->captures[i].spec, strerror(-e));
            return false;
        }
    }
    if (r->control)
        control_set_router(r->control, r->router);
    router_boot(r->router);
    console_set_router(r->console, r->router);
    return true;
}

static void stop_router(struct run *r)
{
    if (r->control)
        control_set_router(r->control, NULL);
    console_set_router(r->console, NULL);
    router_free(r->router);
    r->router = NULL;
}

static void ask_reload(void *arg)
{
    struct run *r = arg;
    loop_defer(r->env.loop, &r->reload);
}

static void do_reload(void *arg)
{
    struct run *r = arg;
    stop_router(r);
    if (r->env.loop->account)
        account_restart(r->env.loop->account);
    r->env.boot_reason = "reload";
    if (!start_router(r))
        stop(r);
}

/* --export-keys: each line is what `tshark -o LINE` takes. */
static void export_key(void *arg, const uint8_t icookie[8], const uint8_t *key, size_t key_len)
{
    struct run *r = arg;
    fputs("uat:ikev1_decryption_table:", r->keys);
    for (size_t i = 0; i < 8; i++)
        fprintf(r->keys, "%02x", icookie[i]);
    fputc(',', r->keys);
    for (size_t i = 0; i < key_len; i++)
        fprintf(r->keys, "%02x", key[i]);
    fputc('\n', r->keys);
    fflush(r->keys);
}

static void export_ikev2(void *arg, const struct ike_v2_export *k)
{
    struct run *r = arg;
    char line[IKE_V2_WIRESHARK_LINE];
    if (*ike_v2_wireshark_line(k, line))
        fprintf(r->keys, "uat:ikev2_decryption_table:%s\n", line);
    mem_wipe(line, sizeof line);
    fflush(r->keys);
}

static void export_sa(void *arg, const struct ipsec_key_export *k)
{
    struct run *r = arg;
    char line[IPSEC_WIRESHARK_LINE];
    if (*ipsec_wireshark_line(k, line))
        fprintf(r->keys, "uat:esp_sa:%s\n", line);
    mem_wipe(line, sizeof line);
    fflush(r->keys);
}

/* ---- the state directory ---- */

static bool open_state(struct run *r)
{
    char err[512];
    if (r->o->state) {
        if (!str_copy(r->state, sizeof r->state, r->o->state)) {
            r->status = cannot("--state", "this name is too long");
            return false;
        }
    } else {
        char home[512];
        if (!place_state_home(home, err)) {
            r->status = cannot("state", err);
            return false;
        }
        unsigned n = 0;
        struct stat st;
        do
            snprintf(r->state, sizeof r->state, "%.480s/run/%u", home, ++n);
        while (stat(r->state, &st) == 0 && n < 100000);
    }
    int e = place_make_path(r->state);
    if (e < 0 || (r->state_fd = open(r->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
        r->status = cannot(r->state, strerror(e < 0 ? -e : errno));
        return false;
    }
    if (flock(r->state_fd, LOCK_EX | LOCK_NB) < 0) {
        r->status = cannot(r->state, "another router uses this state directory");
        return false;
    }
    if (!r->o->state)
        printf("espial: state in %s\n", r->state);
    r->env.files = files_new(r->state_fd);
    if (!r->env.files) {
        r->status = cannot(r->state, strerror(errno));
        return false;
    }
    return true;
}

/* --config FILE: becomes the startup-config of this run. */
static bool take_config(struct run *r)
{
    struct text text = {0};
    char buf[16384];
    struct stat st;
    int fd = open(r->o->config, O_RDONLY | O_CLOEXEC);
    ssize_t n = -1;
    if (fd < 0 || fstat(fd, &st) < 0 || S_ISDIR(st.st_mode)) {
        fprintf(stderr, "espial: %s: %s\n", r->o->config, fd < 0 ? strerror(errno) : "is a folder");
        r->status = 2;
        if (fd >= 0)
            close(fd);
        return false;
    }
    while ((n = read(fd, buf, sizeof buf)) > 0 && text.len < (64u << 20))
        text_addn(&text, buf, (size_t)n);
    close(fd);
    enum file_result e =
        n < 0 ? FILE_IO : file_replace(r->env.files, "nvram:startup-config", text_str(&text), text.len);
    text_free(&text);
    if (e != FILE_OK) {
        fprintf(stderr, "espial: %s: %s\n", r->o->config, file_result_text(e));
        r->status = 2;
        return false;
    }
    return true;
}

static bool open_keys(struct run *r)
{
    int fd = open(r->o->export_keys, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    r->keys = fd < 0 ? NULL : fdopen(fd, "a");
    if (!r->keys) {
        fprintf(stderr, "espial: %s: %s\n", r->o->export_keys, strerror(errno));
        r->status = 2;
        return false;
    }
    r->env.export_key = export_key;
    r->env.export_ikev2 = export_ikev2;
    r->env.export_sa = export_sa;
    r->env.export_arg = r;
    fprintf(stderr,
            "espial: WARNING: every key of this router is written to %s: whoever reads it can read the traffic\n",
            r->o->export_keys);
    return true;
}

/* A port of this machine that the router answers on: "ssh" or "snmp". */
static bool open_port(struct run *r, int type, const char *name, const struct run_port *p, int *out)
{
    uint16_t port = p->port;
    char where[64];
    if (p->fd >= 0) {
        bool ok = fcntl(p->fd, F_SETFL, O_NONBLOCK) == 0 && fcntl(p->fd, F_SETFD, FD_CLOEXEC) == 0;
        *out = ok ? p->fd : -errno;
        snprintf(where, sizeof where, "--%s-fd %d", name, p->fd);
    } else {
        *out = host_socket(type, p->addr, &port);
        snprintf(where, sizeof where, "%s on %s:%u", name, IP4(p->addr), p->port);
    }
    if (*out < 0) {
        r->status = cannot(where, strerror(-*out));
        return false;
    }
    if (port != p->port)
        printf("espial: %s on %s:%u\n", name, IP4(p->addr), port);
    return true;
}

static bool open_ports(struct run *r)
{
    for (size_t i = 0; i < r->o->nssh; i++) {
        if (!open_port(r, SOCK_STREAM, "ssh", &r->o->ssh[i], &r->ssh[i]))
            return false;
        r->env.nssh_listeners = i + 1;
    }
    for (size_t i = 0; i < r->o->nsnmp; i++) {
        if (!open_port(r, SOCK_DGRAM, "snmp", &r->o->snmp[i], &r->snmp[i]))
            return false;
        r->env.nsnmp_sockets = i + 1;
    }
    r->env.ssh_listeners = r->ssh;
    r->env.snmp_sockets = r->snmp;
    return true;
}

/* What only a privileged program may open is opened once, for all routers in turn; then the privilege goes. */
static bool open_devices(struct run *r)
{
    char why[LINK_ERROR_MAX];
    r->devices = mem_array(r->o->nlinks + 1, sizeof *r->devices);
    for (size_t i = 0; i < r->o->nlinks; i++) {
        if (!link_privileged(r->o->links[i].spec))
            continue;
        r->devices[i] = link_of(r, i, why);
        if (!r->devices[i])
            return no_link(r, i, why);
        r->devices[i]->kept = true;
    }
    int e = privilege_drop(r->state_fd);
    if (e < 0)
        r->status = cannot("privileges", strerror(-e));
    return e == 0;
}

static void close_devices(struct run *r)
{
    for (size_t i = 0; r->devices && i < r->o->nlinks; i++)
        link_end(r->devices[i]);
    mem_free(r->devices);
}

static void mac_of(struct run *r)
{
    static const uint8_t base[3] = {0xaa, 0xbb, 0xcc};
    memcpy(r->env.mac_base, base, sizeof base);
    rnd_fill(r->env.rnd, r->env.mac_base + 3, 3);
    r->env.mac_base[5] &= 0xF0;
}

static bool open_all(struct run *r)
{
    const struct run_options *o = r->o;
    r->env.loop = loop_real_new(o->time_scale);
    r->env.rnd = o->seeded ? rnd_seeded_new(o->seed) : rnd_system_new();
    if (!r->env.loop || !r->env.rnd) {
        r->status = cannot("start", "no event loop, or no source of chance");
        return false;
    }
    r->account = account_new(r->env.loop, NULL);
    r->env.work = work_thread_new(r->env.loop);
    r->env.children = broker_new(r->env.loop, CHILDREN_MAX);
    r->env.streams = host_streams_new(r->env.loop);
    r->env.hostname = o->hostname;
    r->env.platform = o->platform;
    r->env.keep_keys = !o->seeded;
    r->env.boot_reason = "power-on";
    r->env.reload = ask_reload;
    r->env.reload_arg = r;
    r->env.said = boot_said;
    r->env.said_arg = r;
    r->reload = (struct deferred){.fn = do_reload, .arg = r};
    r->begin = (struct deferred){.fn = begin_input, .arg = r};
    mac_of(r);

    signal(SIGPIPE, SIG_IGN);
    r->signal_fd = host_signals();
    fd_watch(&r->signal_watch, r->env.loop, r->signal_fd, FD_READ, on_signal, r);

    enum account_owner was = account_enter(r->env.loop, ACCOUNT_EXEC);
    r->console = console_new(r->env.loop);
    timer_init(&r->in_again, r->env.loop, read_on, r);
    outbox_init(&r->out, r->env.loop, 1);
    r->out.drained = on_drained;
    r->out.arg = r;
    if (!open_state(r) || (o->config && !take_config(r)) || (o->export_keys && !open_keys(r)) || !open_ports(r) ||
        !open_devices(r))
        return false;
    if (o->control_fd >= 0)
        r->control = control_new(r->env.loop, o->control_fd, r->console, stop, r);
    account_leave(r->env.loop, was);
    return true;
}

int run_router(const struct run_options *o)
{
    struct run r = {.o = o, .state_fd = -1, .signal_fd = -1};
    fflush(stdout);
    if (open_all(&r) && start_router(&r)) {
        fflush(stdout);
        account_enter(r.env.loop, ACCOUNT_EXEC);
        if (o->control_fd < 0)
            open_terminal(&r);
        if (o->ready_fd >= 0) {
            ssize_t n = write(o->ready_fd, "", 1);
            (void)n;
            close(o->ready_fd);
        }
        loop_real_run(r.env.loop);
    }
    control_free(r.control);
    if (r.console)
        console_set_router(r.console, NULL);
    outbox_finish(&r.out, 1000);
    if (r.raw) {
        tcsetattr(0, TCSANOW, &r.saved_tty);
        printf("\n");
    }
    router_free(r.router);
    close_devices(&r);
    console_free(r.console);
    broker_free(r.env.children);
    host_streams_free(r.env.streams);
    fd_unwatch(&r.in_watch);
    fd_unwatch(&r.signal_watch);
    outbox_free(&r.out);
    if (r.env.loop) {
        timer_clear(&r.in_again);
        loop_undefer(r.env.loop, &r.reload);
        loop_undefer(r.env.loop, &r.begin);
    }
    files_free(r.env.files);
    if (r.env.work)
        work_thread_free(r.env.work);
    rnd_free(r.env.rnd);
    account_free(r.account);
    if (r.env.loop)
        loop_real_free(r.env.loop);
    if (r.keys)
        fclose(r.keys);
    for (size_t i = 0; i < r.env.nssh_listeners; i++)
        close(r.ssh[i]);
    for (size_t i = 0; i < r.env.nsnmp_sockets; i++)
        close(r.snmp[i]);
    if (r.state_fd >= 0)
        close(r.state_fd);
    if (r.signal_fd >= 0)
        close(r.signal_fd);
    return r.status;
}
