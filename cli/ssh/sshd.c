/* sshd.c: the SSH server of one router: listening sockets, a child for each connection, bounds.
 *
 * A connection is accepted and closed at once when nobody could get in: no host key, a source that is blocked, no free vty that lets the source in (`transport input`,
 * `access-class`), too many connections. Of those not logged in yet a bounded number is kept, in all and from one source; one more, and the oldest of them
 * gives way, so that half-open connections can hold places but never shut anybody out. The listening sockets are the program's and outlive a reload.
 *
 * The child gets its connection, one end of a socketpair, and as its first frame the host keys and lists of algorithms: it reads no file and has no name on its
 * command line. What the two say to each other: wire.h; the life of a connection: conn.c. */
#include "cli/ssh/sshd.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/ssh/algorithm.h"
#include "cli/ssh/child.h"
#include "cli/ssh/hostkey.h"
#include "cli/ssh/sshd_local.h"
#include "espial/child.h"
#include "espial/crypto.h"
#include "espial/mem.h"

MSG(MSG_ENABLED, "SSH", 5, "ENABLED", 0, "SSH 2.0 has been enabled");
MSG(MSG_DISABLED, "SSH", 5, "DISABLED", 0, "SSH 2.0 has been disabled");

#define ACCEPTS_A_TURN 16

static void listen_again(void *arg);

struct sshd *sshd_new(const struct sshd_env *env)
{
    struct sshd *s = NEW(struct sshd);
    s->env = *env;
    sshd_conf_init(&s->conf);
    s->keys = hostkeys_new(env->files, env->keep_keys);
    hostkeys_load(s->keys);
    s->tell_pubkeys = (struct deferred){.fn = sshd_tell_pubkeys, .arg = s};
    timer_init(&s->rest, env->loop, listen_again, s);
    return s;
}

void sshd_free(struct sshd *s)
{
    if (!s)
        return;
    while (s->conns)
        conn_free(s->conns);
    for (size_t i = 0; i < s->nlisteners; i++)
        fd_unwatch(&s->listeners[i].watch);
    timer_clear(&s->rest);
    sshd_generate_stop(s);
    loop_undefer(s->env.loop, &s->tell_pubkeys);
    conf_list_clear(&s->conf.chains);
    hostkeys_free(s->keys);
    mem_free(s);
}

struct sshd_conf *sshd_conf(struct sshd *s)
{
    return &s->conf;
}

const struct sshd_env *sshd_env(const struct sshd *s)
{
    return &s->env;
}

/* ---- host keys ---- */

struct hostkeys *sshd_hostkeys(struct sshd *s)
{
    return s->keys;
}

bool sshd_default_label(const struct sshd *s, char *out, size_t cap)
{
    const char *domain = s->env.domain(s->env.arg);
    int n = snprintf(out, cap, "%s.%s", s->env.hostname(s->env.arg), domain);
    return domain[0] && n > 0 && (size_t)n < cap;
}

/* The pair that was named, that of the router's own name, or the last one made. */
static const struct hostkey *serving(const struct sshd *s, enum keypair_kind kind, const char *named)
{
    char label[HOSTKEY_NAME_MAX + 1];
    const struct hostkey *k, *last = NULL;
    if (named[0])
        return hostkeys_find(s->keys, kind, named);
    if (sshd_default_label(s, label, sizeof label) && (k = hostkeys_find(s->keys, kind, label)))
        return k;
    for (size_t i = 0; (k = hostkeys_nth(s->keys, i)); i++)
        last = keypair_kind(k->pair) == kind ? k : last;
    return last;
}

const struct hostkey *sshd_serving(const struct sshd *s, enum keypair_kind kind)
{
    return serving(s, kind, kind == KEYPAIR_RSA ? s->conf.keypair : "");
}

void sshd_offer(const struct sshd *s, enum sshd_what what, struct text *out)
{
    unsigned bits_of[KEYPAIR_KINDS] = {0};
    const struct hostkey *k;
    for (unsigned kind = 0; kind < KEYPAIR_KINDS; kind++)
        if ((k = sshd_serving(s, (enum keypair_kind)kind)))
            bits_of[kind] = keypair_bits(k->pair);
    sshd_algorithms(&s->conf, what, bits_of, out);
}

bool sshd_enabled(const struct sshd *s)
{
    return sshd_serving(s, KEYPAIR_RSA) || sshd_serving(s, KEYPAIR_EC) || sshd_serving(s, KEYPAIR_ED25519);
}

void sshd_keys_changed(struct sshd *s)
{
    bool is = sshd_enabled(s);
    if (is != s->was_enabled && s->booted)
        msg_post(s->env.log, is ? &MSG_ENABLED : &MSG_DISABLED);
    s->was_enabled = is && s->booted;
}

void sshd_booted(struct sshd *s)
{
    s->booted = true;
    sshd_keys_changed(s);
}

/* ---- connections ---- */

/* Line ends as on the wire, cut to what the child takes. */
static void banner_of(struct sshd *s, char out[4000])
{
    struct text t = {0}, wire = {0};
    shells_banner(s->env.shells, BANNER_LOGIN, -1, &t);
    text_add_crlf(&wire, text_str(&t), t.len);
    str_copy(out, 4000, text_str(&wire));
    text_free(&t);
    text_free(&wire);
}

static bool send_config(struct sshd *s, int fd)
{
    char banner[4000];
    struct sshd_writer w;
    struct text list = {0}, pem = {0};
    sshd_write_start(&w, SSH_F_CONFIG);
    wr_u32(&w.wr, s->conf.timeout_s);
    sshd_write_text(&w, "espial_" ESPIAL_VERSION);
    banner_of(s, banner);
    sshd_write_text(&w, banner);
    for (int what = SSHD_KEX; what <= SSHD_MAC; what++) {
        text_clear(&list);
        sshd_offer(s, (enum sshd_what)what, &list);
        sshd_write_text(&w, text_str(&list));
    }
    wr_u8(&w.wr, (uint8_t)sshd_methods(&s->conf));
    for (unsigned kind = 0; kind < KEYPAIR_KINDS; kind++) {
        const struct hostkey *k = sshd_serving(s, (enum keypair_kind)kind);
        text_clear(&pem);
        if (k && keypair_to_ssh_pem(k->pair, &pem))
            sshd_write_text(&w, text_str(&pem));
        mem_wipe(pem.s, pem.len);
    }
    bool ok = !w.wr.bad && send(fd, w.b, w.wr.len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)w.wr.len;
    mem_wipe(w.b, w.wr.len);
    text_free(&list);
    text_free(&pem);
    return ok;
}

/* Make room for one more that is not logged in; false: the router is full of those who are. */
static bool make_room(struct sshd *s, uint32_t source)
{
    unsigned all = 0, pending = 0, same = 0;
    struct conn *oldest = NULL, *oldest_same = NULL;
    for (struct conn *c = s->conns; c; c = c->next) { /* the oldest stand first */
        if (c->dead)
            continue;
        all++;
        if (!conn_pending(c))
            continue;
        pending++;
        oldest = oldest ? oldest : c;
        if (c->source == source) {
            same++;
            oldest_same = oldest_same ? oldest_same : c;
        }
    }
    if (same >= PENDING_SOURCE_MAX)
        conn_drop(oldest_same);
    else if (pending >= PENDING_MAX || (all >= CONNECTIONS_MAX && oldest))
        conn_drop(oldest);
    else if (all >= CONNECTIONS_MAX)
        return false;
    return true;
}

static bool may_connect(struct sshd *s, uint32_t source)
{
    const struct aaa_door door = {.vty = true, .source = source, .local_port = SSH_PORT};
    return s->env.children && sshd_enabled(s) && !aaa_is_quiet_for(s->env.aaa, &door) &&
           shells_vty_for(s->env.shells, SESSION_SSH, source) >= 0;
}

static void serve(struct sshd *s, int fd, uint32_t source)
{
    static const char *const argv[] = {"espial", SSH_CHILD_WORD, NULL};
    const int one = 1;
    int pair[2];
    if (!may_connect(s, source) || !make_room(s, source))
        return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return;
    const int fds[3] = {[SSH_CHILD_CONNECTION] = fd, [SSH_CHILD_ROUTER] = pair[1], -1};
    if (!send_config(s, pair[0])) {
        close(pair[0]);
        close(pair[1]);
        return;
    }
    struct conn *c = conn_new(s, pair[0], source);
    const struct child_params p = {.argv = argv, .fds = fds, .nfds = 3, .ended = conn_child_ended, .arg = c};
    struct child *child = child_spawn(s->env.children, &p);
    close(pair[1]);
    if (child)
        conn_set_child(c, child);
    else
        conn_drop(c);
}

static void on_connection(void *arg, unsigned events)
{
    struct listener *l = arg;
    (void)events;
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        struct sockaddr_in from = {0};
        socklen_t len = sizeof from;
        int fd = accept4(l->fd, (struct sockaddr *)&from, &len, SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                fd_unwatch(&l->watch); /* it would wake us without end */
                timer_set(&l->ssh->rest, 200 * US_PER_MS);
            }
            return;
        }
        serve(l->ssh, fd, from.sin_family == AF_INET ? ntohl(from.sin_addr.s_addr) : 0);
        close(fd);
    }
}

static void listen_again(void *arg)
{
    struct sshd *s = arg;
    for (size_t i = 0; i < s->nlisteners; i++)
        if (!s->listeners[i].watch.impl)
            fd_watch(&s->listeners[i].watch, s->env.loop, s->listeners[i].fd, FD_READ, on_connection, &s->listeners[i]);
}

int sshd_listen(struct sshd *s, int fd)
{
    if (s->nlisteners == LISTENERS_MAX)
        return -ENOSPC;
    struct listener *l = &s->listeners[s->nlisteners];
    l->ssh = s;
    l->fd = fd;
    int e = fd_watch(&l->watch, s->env.loop, fd, FD_READ, on_connection, l);
    s->nlisteners += e == 0;
    return e;
}

bool sshd_next(const struct sshd *s, size_t *cursor, struct sshd_view *out)
{
    size_t at = 0;
    for (const struct conn *c = s->conns; c; c = c->next) {
        if (c->dead || c->state == CONN_EXCHANGE || at++ < *cursor)
            continue;
        ++*cursor;
        *out = (struct sshd_view){.number = c->number, .cipher = c->cipher, .mac = c->mac, .state = conn_state_text(c), .user = c->grant.user[0] ? c->grant.user : c->user};
        return true;
    }
    return false;
}
