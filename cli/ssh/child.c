/* child.c: one SSH-2 connection, in a process of its own (RFC 4251-4254, by libssh). It holds the connection, the host keys and a socketpair to the router, and
 * decides nothing: what a client offers to get in, asks for and types goes to the router as frames (wire.h), and the router's answers and the session's bytes come back.
 *
 *   config -> key exchange -> READY -> authentication -> PTY, SHELL | EXEC | SUBSYSTEM -> bytes -> EXIT -> end
 *
 * Until the client is in, an alarm of `ip ssh time-out` ends the process; the router has a timer of its own. While a question to the router is open the child waits for
 * nothing else. Bytes go on only as fast as the slower side takes them: from the router only while the client's window is open and the socket's buffer is empty, from
 * the client only while the router takes frames (else libssh's window closes). There is one channel of type session; a second, forwarding, agents and X11 are refused. */
#include "cli/ssh/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>

#include "cli/ssh/algorithm.h"
#include "cli/ssh/wire.h"
#include "espial/crypto.h"
#include "espial/text.h"

#define BACKLOG_MAX  (2u << 20) /* bytes of a client that sends past its window */
#define ASK_MS       5000       /* nothing is read of a client: so often it is asked whether it is there */
#define LINGER_MS    1500       /* for the client to take the end of its channel */
#define PASSWORD_MAX 1024
#define HOST_KEY_MAX 8192

struct child {
    ssh_session session;
    ssh_bind bind;
    ssh_event event;
    ssh_channel channel;
    struct ssh_server_callbacks_struct server_calls;
    struct ssh_channel_callbacks_struct channel_calls;
    char banner[4096];
    char *prompted; /* the user of a keyboard-interactive request: its response does not say it again */
    bool banner_sent, in, last, started, eof_sent, exiting, resized, other_closed;
    uint32_t status, columns, rows;
    struct sshd_writer w;
    uint8_t from_router[SSH_FRAME_MAX];
    size_t data_at, data_len; /* of a DATA frame that the client has not taken yet */
    uint8_t to_router[SSH_FRAME_MAX];
    size_t waiting; /* a frame the router has not taken yet */
};

static void __attribute__((noreturn)) give_up(int status)
{
    _exit(status);
}

/* ---- the router ---- */

/* These two wait until they are through. */
static bool tell(struct child *c)
{
    ssize_t n;
    if (c->w.wr.bad)
        return true;
    do
        n = send(SSH_CHILD_ROUTER, c->w.b, c->w.wr.len, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n >= 0;
}

static ssize_t hear(void *frame, size_t most)
{
    ssize_t n;
    do
        n = recv(SSH_CHILD_ROUTER, frame, most, 0);
    while (n < 0 && errno == EINTR);
    return n;
}

/* A question, and the byte that answers it. */
static uint8_t ask(struct child *c, enum sshd_frame wanted)
{
    uint8_t answer[2];
    if (c->w.wr.bad)
        return 0;
    if (c->waiting || !tell(c)) /* nothing waits before a channel runs */
        give_up(1);
    mem_wipe(c->w.b, c->w.wr.len);
    ssize_t n = hear(answer, sizeof answer);
    if (n != 2 || answer[0] != wanted)
        give_up(n == 0 ? 0 : 1);
    return answer[1];
}

/* ---- authentication ---- */

static int verdict(struct child *c)
{
    if (c->last)
        return SSH_AUTH_DENIED;
    switch (ask(c, SSH_F_VERDICT)) {
    case SSH_PASSED: return SSH_AUTH_SUCCESS;
    case SSH_DENIED_LAST: c->last = true; return SSH_AUTH_DENIED;
    default: return SSH_AUTH_DENIED;
    }
}

static void show_banner(struct child *c)
{
    if (c->banner_sent || !c->banner[0])
        return;
    c->banner_sent = true;
    ssh_string s = ssh_string_from_char(c->banner);
    if (s)
        ssh_send_issue_banner(c->session, s);
    ssh_string_free(s);
}

static int offered_password(struct child *c, const char *user, const char *password, bool by_keyboard)
{
    show_banner(c);
    sshd_write_start(&c->w, SSH_F_PASSWORD);
    sshd_write_text(&c->w, user ? user : "");
    sshd_write_text(&c->w, password ? password : "");
    wr_u8(&c->w.wr, by_keyboard);
    int v = verdict(c);
    c->in = c->in || v == SSH_AUTH_SUCCESS;
    return v;
}

static int on_password(ssh_session session, const char *user, const char *password, void *arg)
{
    (void)session;
    return offered_password(arg, user, password, false);
}

static int on_none(ssh_session session, const char *user, void *arg)
{
    (void)session, (void)user;
    show_banner(arg);
    return SSH_AUTH_DENIED;
}

static int on_key(ssh_session session, const char *user, struct ssh_key_struct *key, char state, void *arg)
{
    struct child *c = arg;
    uint8_t blob[4096];
    char *b64 = NULL;
    (void)session;
    show_banner(c);
    if (state != SSH_PUBLICKEY_STATE_NONE && state != SSH_PUBLICKEY_STATE_VALID)
        return SSH_AUTH_DENIED;
    if (ssh_pki_export_pubkey_base64(key, &b64) != SSH_OK)
        return SSH_AUTH_DENIED;
    size_t len = base64_decode(b64, strlen(b64), blob, sizeof blob);
    ssh_string_free_char(b64);
    if (!len)
        return SSH_AUTH_DENIED;
    sshd_write_start(&c->w, SSH_F_KEY);
    sshd_write_text(&c->w, user ? user : "");
    sshd_write_bytes(&c->w, blob, len);
    wr_u8(&c->w.wr, state == SSH_PUBLICKEY_STATE_VALID);
    int v = verdict(c);
    c->in = c->in || (v == SSH_AUTH_SUCCESS && state == SSH_PUBLICKEY_STATE_VALID);
    return v;
}

/* What no callback takes: keyboard-interactive (RFC 4256), and everything that is refused. 1: libssh says no. */
static int on_message(ssh_session session, ssh_message m, void *arg)
{
    struct child *c = arg;
    static const char *const prompts[1] = {"Password: "};
    char echo[1] = {0};
    if (ssh_message_type(m) != SSH_REQUEST_AUTH || ssh_message_subtype(m) != (int)SSH_AUTH_METHOD_INTERACTIVE || c->in)
        return 1;
    if (!ssh_message_auth_kbdint_is_response(m)) {
        show_banner(c);
        if (c->last)
            return 1;
        free(c->prompted);
        c->prompted = strdup(ssh_message_auth_user(m) ? ssh_message_auth_user(m) : "");
        ssh_message_auth_interactive_request(m, "", "", 1, (const char **)(uintptr_t)prompts, echo);
        return 0;
    }
    const char *answer =
        ssh_userauth_kbdint_getnanswers(session) == 1 ? ssh_userauth_kbdint_getanswer(session, 0) : NULL;
    if (!answer || !c->prompted || offered_password(c, c->prompted, answer, true) != SSH_AUTH_SUCCESS)
        return 1;
    ssh_message_auth_reply_success(m, 0);
    return 0;
}

/* ---- the channel ---- */

static uint32_t size_of(int v)
{
    return v < 0 ? 0 : (uint32_t)v;
}

static int on_pty(ssh_session session, ssh_channel channel, const char *term, int width, int height, int px, int py,
                  void *arg)
{
    struct child *c = arg;
    (void)session, (void)channel, (void)px, (void)py;
    if (c->started)
        return -1;
    sshd_write_start(&c->w, SSH_F_PTY);
    sshd_write_text(&c->w, term && strlen(term) < 64 ? term : "");
    wr_u32(&c->w.wr, size_of(width));
    wr_u32(&c->w.wr, size_of(height));
    return tell(c) ? 0 : -1;
}

static int on_window(ssh_session session, ssh_channel channel, int width, int height, int px, int py, void *arg)
{
    struct child *c = arg;
    (void)session, (void)channel, (void)px, (void)py;
    c->columns = size_of(width);
    c->rows = size_of(height);
    c->resized = true; /* told when the router takes frames: never waited for, it may be waiting for us */
    return 0;
}

static int start(struct child *c)
{
    if (c->started)
        return 1;
    c->started = ask(c, SSH_F_ANSWER) == 1;
    return c->started ? 0 : 1;
}

static int on_shell(ssh_session session, ssh_channel channel, void *arg)
{
    struct child *c = arg;
    (void)session, (void)channel;
    sshd_write_start(&c->w, SSH_F_SHELL);
    return start(c);
}

static int on_exec(ssh_session session, ssh_channel channel, const char *command, void *arg)
{
    struct child *c = arg;
    (void)session, (void)channel;
    sshd_write_start(&c->w, SSH_F_EXEC);
    sshd_write_text(&c->w, command ? command : "");
    return start(c);
}

static int on_subsystem(ssh_session session, ssh_channel channel, const char *name, void *arg)
{
    struct child *c = arg;
    (void)session, (void)channel;
    sshd_write_start(&c->w, SSH_F_SUBSYSTEM);
    sshd_write_text(&c->w, name ? name : "");
    return start(c);
}

static int on_env(ssh_session session, ssh_channel channel, const char *name, const char *value, void *arg)
{
    (void)session, (void)channel, (void)name, (void)value, (void)arg;
    return 1;
}

static void on_close(ssh_session session, ssh_channel channel, void *arg)
{
    (void)session, (void)channel;
    ((struct child *)arg)->other_closed = true;
}

static ssh_channel on_channel(ssh_session session, void *arg)
{
    struct child *c = arg;
    if (c->channel || !c->in)
        return NULL;
    c->channel = ssh_channel_new(session);
    if (c->channel) {
        c->channel_calls = (struct ssh_channel_callbacks_struct){
            .userdata = c,
            .channel_pty_request_function = on_pty,
            .channel_pty_window_change_function = on_window,
            .channel_shell_request_function = on_shell,
            .channel_exec_request_function = on_exec,
            .channel_subsystem_request_function = on_subsystem,
            .channel_env_request_function = on_env,
            .channel_close_function = on_close,
        };
        ssh_callbacks_init(&c->channel_calls);
        ssh_set_channel_callbacks(c->channel, &c->channel_calls);
    }
    return c->channel;
}

/* ---- the beginning ---- */

static bool take_host_key(struct child *c, const char *pem)
{
    ssh_key key = NULL;
    if (ssh_pki_import_privkey_base64(pem, NULL, NULL, NULL, &key) != SSH_OK)
        return false;
    return ssh_bind_options_set(c->bind, SSH_BIND_OPTIONS_IMPORT_KEY, key) == SSH_OK; /* takes the key over */
}

static void both_ways(struct child *c, enum ssh_bind_options_e in, enum ssh_bind_options_e out, const char *list)
{
    if (ssh_bind_options_set(c->bind, in, list) != SSH_OK || ssh_bind_options_set(c->bind, out, list) != SSH_OK)
        give_up(1);
}

static int configure(struct child *c)
{
    char ident[128], kex[512], hostkey[512], cipher[512], mac[512], pem[HOST_KEY_MAX];
    bool no = false;
    ssize_t n = hear(c->from_router, sizeof c->from_router);
    if (n < 1 || c->from_router[0] != SSH_F_CONFIG)
        give_up(1);
    struct rd r = rd_of(c->from_router + 1, (size_t)n - 1);
    uint32_t seconds = rd_u32(&r);
    sshd_read_text(&r, ident, sizeof ident);
    sshd_read_text(&r, c->banner, sizeof c->banner);
    sshd_read_text(&r, kex, sizeof kex);
    sshd_read_text(&r, hostkey, sizeof hostkey);
    sshd_read_text(&r, cipher, sizeof cipher);
    sshd_read_text(&r, mac, sizeof mac);
    int methods = rd_u8(&r);
    ssh_bind_options_set(c->bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &no); /* no files */
    while (!r.bad && r.left) {
        sshd_read_text(&r, pem, sizeof pem);
        if (!r.bad && !take_host_key(c, pem))
            give_up(1);
        mem_wipe(pem, sizeof pem);
    }
    mem_wipe(c->from_router, sizeof c->from_router);
    if (r.bad || !seconds)
        give_up(1);
    alarm(seconds); /* its default ends the process */
    if (ssh_bind_options_set(c->bind, SSH_BIND_OPTIONS_BANNER, ident) != SSH_OK ||
        ssh_bind_options_set(c->bind, SSH_BIND_OPTIONS_KEY_EXCHANGE, kex) != SSH_OK ||
        ssh_bind_options_set(c->bind, SSH_BIND_OPTIONS_HOSTKEY_ALGORITHMS, hostkey) != SSH_OK)
        give_up(1);
    both_ways(c, SSH_BIND_OPTIONS_CIPHERS_C_S, SSH_BIND_OPTIONS_CIPHERS_S_C, cipher);
    both_ways(c, SSH_BIND_OPTIONS_HMAC_C_S, SSH_BIND_OPTIONS_HMAC_S_C, mac);
    ssh_bind_options_set(c->bind, SSH_BIND_OPTIONS_PUBKEY_ACCEPTED_KEY_TYPES, SSHD_PUBLICKEY);
    long limit = seconds;
    ssh_options_set(c->session, SSH_OPTIONS_TIMEOUT, &limit);
    return (methods & SSH_BY_PASSWORD ? SSH_AUTH_METHOD_PASSWORD : 0) |
           (methods & SSH_BY_KEYBOARD ? SSH_AUTH_METHOD_INTERACTIVE : 0) |
           (methods & SSH_BY_KEY ? SSH_AUTH_METHOD_PUBLICKEY : 0);
}

static const char *known(const char *s)
{
    return s ? s : "";
}

static void exchange_keys(struct child *c, int methods)
{
    c->server_calls = (struct ssh_server_callbacks_struct){
        .userdata = c,
        .auth_password_function = on_password,
        .auth_none_function = on_none,
        .auth_pubkey_function = on_key,
        .channel_open_request_session_function = on_channel,
    };
    ssh_callbacks_init(&c->server_calls);
    ssh_set_server_callbacks(c->session, &c->server_calls);
    ssh_set_message_callback(c->session, on_message, c);
    if (ssh_bind_accept_fd(c->bind, c->session, SSH_CHILD_CONNECTION) != SSH_OK)
        give_up(1);
    ssh_set_auth_methods(c->session, methods);
    if (ssh_handle_key_exchange(c->session) != SSH_OK)
        give_up(1);
    sshd_write_start(&c->w, SSH_F_READY);
    sshd_write_text(&c->w, known(ssh_get_cipher_in(c->session)));
    sshd_write_text(&c->w, known(ssh_get_hmac_in(c->session)));
    sshd_write_text(&c->w, known(ssh_get_kex_algo(c->session)));
    sshd_write_text(
        &c->w, strlen(known(ssh_get_clientbanner(c->session))) < 256 ? known(ssh_get_clientbanner(c->session)) : "");
    if (!tell(c))
        give_up(1);
}

/* ---- bytes ---- */

static bool pending(const struct child *c)
{
    return ssh_get_status(c->session) & SSH_WRITE_PENDING;
}

/* May the router say more? */
static bool may_take(const struct child *c)
{
    return !c->exiting && c->data_at == c->data_len && !pending(c);
}

static void push_to_client(struct child *c)
{
    while (c->data_at < c->data_len && !pending(c)) {
        uint32_t window = c->channel ? ssh_channel_window_size(c->channel) : 0,
                 len = (uint32_t)(c->data_len - c->data_at);
        if (!window)
            return;
        int n = ssh_channel_write(c->channel, c->from_router + c->data_at, len < window ? len : window);
        if (n < 0)
            give_up(0);
        if (n == 0)
            return;
        c->data_at += (size_t)n;
    }
}

static void from_router(struct child *c)
{
    ssize_t n = recv(SSH_CHILD_ROUTER, c->from_router, sizeof c->from_router, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0)
        give_up(0); /* the router hung up */
    struct rd r = rd_of(c->from_router + 1, (size_t)n - 1);
    switch (c->from_router[0]) {
    case SSH_F_DATA:
        c->data_at = 1;
        c->data_len = (size_t)n;
        push_to_client(c);
        break;
    case SSH_F_EXIT:
        c->status = rd_u32(&r);
        c->exiting = true;
        break;
    default:
        give_up(1);
    }
}

static void push_to_router(struct child *c)
{
    if (!c->waiting)
        return;
    ssize_t n = send(SSH_CHILD_ROUTER, c->to_router, c->waiting, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n >= 0)
        c->waiting = 0;
    else if (errno != EAGAIN && errno != EINTR)
        give_up(0);
}

static void from_client(struct child *c)
{
    if (!c->channel || !c->started || c->exiting)
        return;
    if (c->resized && !c->waiting) {
        struct sshd_writer w;
        c->resized = false;
        sshd_write_start(&w, SSH_F_WINDOW);
        wr_u32(&w.wr, c->columns);
        wr_u32(&w.wr, c->rows);
        memcpy(c->to_router, w.b, w.wr.len);
        c->waiting = w.wr.len;
        push_to_router(c);
    }
    while (!c->waiting) {
        int n = ssh_channel_read_nonblocking(c->channel, c->to_router + 1, SSH_DATA_MAX, 0);
        if (n > 0) {
            c->to_router[0] = SSH_F_DATA;
            c->waiting = 1 + (size_t)n;
        } else if (!c->eof_sent && (ssh_channel_is_eof(c->channel) || ssh_channel_is_closed(c->channel))) {
            c->eof_sent = true;
            c->to_router[0] = SSH_F_EOF;
            c->waiting = 1;
        } else {
            return;
        }
        push_to_router(c);
    }
}

static bool gone(const struct child *c)
{
    return !ssh_is_connected(c->session) || (ssh_get_status(c->session) & (SSH_CLOSED | SSH_CLOSED_ERROR));
}

/* The client's turn, and what it may be told. False: the connection is over. */
static bool turn(struct child *c, int ms, bool ends)
{
    struct pollfd p[2] = {{.fd = SSH_CHILD_CONNECTION}, {.fd = SSH_CHILD_ROUTER}};
    bool crowded = c->channel && !ends && c->waiting && ssh_channel_poll(c->channel, 0) > (int)BACKLOG_MAX;
    p[0].events = (short)((crowded ? POLLRDHUP : POLLIN) | (pending(c) ? POLLOUT : 0));
    p[1].events = (short)(ends ? 0 : (may_take(c) ? POLLIN : 0) | (c->waiting ? POLLOUT : 0));
    int n = poll(p, ends ? 1 : 2, crowded ? ASK_MS : ms);
    if (n < 0 && errno != EINTR)
        return false;
    if (crowded &&
        (p[0].revents & (POLLRDHUP | POLLHUP | POLLERR))) /* gone, and what it typed ahead nobody is there to see */
        return false;
    if (crowded && !n &&
        !pending(c)) /* its end may stand behind what is not read: one who is gone answers this with a reset */
        ssh_send_ignore(c->session, "");
    if (p[0].revents && ssh_event_dopoll(c->event, 0) == SSH_ERROR)
        return false;
    if (gone(c) || (n == 0 && ends))
        return false;
    if (ends)
        return true;
    if (p[1].revents & (POLLIN | POLLHUP | POLLERR))
        from_router(c);
    push_to_client(c);
    push_to_router(c);
    from_client(c);
    return true;
}

static void end_channel(struct child *c)
{
    if (c->channel && !ssh_channel_is_closed(c->channel)) {
        ssh_channel_request_send_exit_status(c->channel, (int)c->status);
        ssh_channel_send_eof(c->channel);
        ssh_channel_close(c->channel);
    }
    alarm(1 + LINGER_MS / 1000);
    while (turn(c, LINGER_MS, true)) {
        if (!pending(c) && (!c->channel || c->other_closed)) /* else it would take our goodbye for an accident */
            break;
    }
}

static void serve(struct child *c)
{
    bool was_in = false;
    ssh_set_blocking(c->session, 0);
    c->event = ssh_event_new();
    if (!c->event || ssh_event_add_session(c->event, c->session) != SSH_OK)
        give_up(1);
    while (turn(c, -1, false)) {
        if (c->in && !was_in) {
            alarm(0);
            was_in = true;
        }
        if (c->last || (c->exiting && c->data_at == c->data_len)) {
            end_channel(c);
            break;
        }
        if (c->channel && ssh_channel_is_closed(c->channel) && c->eof_sent && !c->waiting)
            break;
    }
}

/* The connection ends without a reset, which could overtake our last words: no more from us, and what still comes is read away, for a moment. */
static void part(struct child *c)
{
    char rest[4096];
    int fd = fcntl(SSH_CHILD_CONNECTION, F_DUPFD_CLOEXEC, 3); /* ssh_disconnect closes its own */
    if (!gone(c))
        ssh_disconnect(c->session);
    if (fd < 0 || shutdown(fd, SHUT_WR) < 0)
        return;
    alarm(1);
    for (struct pollfd p = {.fd = fd, .events = POLLIN};
         poll(&p, 1, LINGER_MS) > 0 && recv(fd, rest, sizeof rest, MSG_DONTWAIT) > 0;)
        ;
}

int sshd_child_main(void)
{
    struct child c = {0};
    signal(SIGPIPE, SIG_IGN);
    sshd_jail_bounds();
    c.bind = ssh_bind_new();
    c.session = ssh_new();
    if (!c.bind || !c.session)
        return 1;
    int methods = configure(&c);
    sshd_jail_calls();
    exchange_keys(&c, methods);
    serve(&c);
    part(&c);
    return 0; /* what is left is the kernel's to free: the host keys die with the process */
}
