/* login.c: who may come in over SSH: what the child passes on is asked of cli/aaa, and the answer goes back as one byte.
 *
 * The child waits while a question is open, so one answer is owed at a time. Passwords count as tries whatever way they came (password, keyboard-interactive); a key
 * that is only shown counts little (clients show all they have), one that has signed and is refused counts as a try. After `ip ssh authentication-retries` tries
 * the connection ends. A locked-out source (`login block-for`) is refused unheard by aaa, and ends at once.
 *
 * Messages (`ip ssh logging events`): SSH2_SESSION, SSH2_USERAUTH, SSH2_CLOSE. The logins themselves are counted and logged by aaa. */
#include <string.h>
#include <sys/socket.h>

#include "cli/ssh/algorithm.h"
#include "cli/ssh/sshd_local.h"
#include "espial/crypto.h"

#define PROBES_MAX 32 /* keys shown */

MSG(MSG_SESSION, "SSH", 5, "SSH2_SESSION", 0,
    "SSH2 Session request from %s (tty = %u) using crypto cipher '%s', hmac '%s' %s");
MSG(MSG_USERAUTH, "SSH", 5, "SSH2_USERAUTH", 0,
    "User '%s' authentication for SSH2 Session from %s (tty = %u) using crypto cipher '%s', hmac '%s' %s");
MSG(MSG_CLOSE, "SSH", 5, "SSH2_CLOSE", 0,
    "SSH2 Session from %s (tty = %u) for user '%s' using crypto cipher '%s', hmac '%s' closed");

/* Names from the child that go to the log: of the router's own list, or nothing. */
static void take_algorithm(struct rd *r, char out[SSH_NAME_MAX])
{
    sshd_read_text(r, out, SSH_NAME_MAX);
    if (strspn(out, "abcdefghijklmnopqrstuvwxyz0123456789-@.") != strlen(out))
        r->bad = true;
}

void login_ready(struct conn *c, struct rd *r)
{
    char kex[64], client[256];
    take_algorithm(r, c->cipher);
    take_algorithm(r, c->mac);
    sshd_read_text(r, kex, sizeof kex);
    sshd_read_text(r, client, sizeof client);
    if (!sshd_read_ended(r)) {
        conn_drop(c);
        return;
    }
    c->state = CONN_LOGIN;
    if (c->ssh->conf.events)
        msg_post(c->ssh->env.log, &MSG_SESSION, c->address, c->number, c->cipher, c->mac, "Succeeded");
}

static void log_userauth(struct conn *c, bool passed)
{
    if (c->ssh->conf.events)
        msg_post(c->ssh->env.log, &MSG_USERAUTH, c->user, c->address, c->number, c->cipher, c->mac,
                 passed ? "Succeeded" : "Failed");
}

void login_closed(struct conn *c)
{
    if (c->ssh->conf.events && c->grant.user[0])
        msg_post(c->ssh->env.log, &MSG_CLOSE, c->address, c->number, c->grant.user, c->cipher, c->mac);
}

static void answer(struct conn *c, enum sshd_verdict v)
{
    const uint8_t frame[2] = {SSH_F_VERDICT, (uint8_t)v};
    if (send(c->fd, frame, sizeof frame, MSG_DONTWAIT | MSG_NOSIGNAL) != sizeof frame)
        conn_drop(c);
}

static void conclude(struct conn *c, enum aaa_verdict v, const struct aaa_grant *g)
{
    if (v == AAA_PASS) {
        c->grant = *g;
        c->state = CONN_IN;
        timer_set(&c->limit, c->ssh->conf.timeout_s * US_PER_S);
        log_userauth(c, true);
        answer(c, SSH_PASSED);
        return;
    }
    log_userauth(c, false);
    c->failures++;
    unsigned tries = c->ssh->conf.retries ? c->ssh->conf.retries : 1;
    answer(c, c->failures >= tries || v == AAA_QUIET ? SSH_DENIED_LAST : SSH_DENIED);
}

static void on_verdict(void *arg, enum aaa_verdict v, const struct aaa_grant *g)
{
    struct conn *c = arg;
    c->question = NULL;
    if (!c->dead)
        conclude(c, v, g);
}

static struct aaa_door door_of(const struct conn *c)
{
    int line = shells_vty_for(c->ssh->env.shells, SESSION_SSH, c->source);
    return (struct aaa_door){
        .vty = true, .line = line > 0 ? (unsigned)line : 0, .source = c->source, .local_port = SSH_PORT};
}

/* A name that could not be a user's is tried all the same, cut to what can be printed: it costs the stranger a try and shows in the log. */
static void take_user(struct conn *c, struct rd *r)
{
    size_t len;
    const uint8_t *p = sshd_read_bytes(r, &len);
    size_t n = len < AAA_USER_MAX ? len : AAA_USER_MAX;
    for (size_t i = 0; i < n; i++)
        c->user[i] = p[i] > ' ' && p[i] < 0x7F ? (char)p[i] : '?';
    c->user[n] = '\0';
}

void login_password(struct conn *c, struct rd *r)
{
    char password[AAA_PASSWORD_MAX + 1];
    size_t len;
    take_user(c, r);
    const uint8_t *p = sshd_read_bytes(r, &len);
    unsigned way = rd_u8(r) == 1 ? SSH_BY_KEYBOARD : SSH_BY_PASSWORD;
    if (!sshd_read_ended(r)) {
        conn_drop(c);
        return;
    }
    bool fits = (sshd_methods(&c->ssh->conf) & way) && len <= AAA_PASSWORD_MAX && !memchr(p, '\0', len) && c->user[0];
    if (fits) {
        memcpy(password, p, len);
        password[len] = '\0';
        const struct aaa_door door = door_of(c);
        c->question = aaa_login(c->ssh->env.aaa, &door, c->user, password, on_verdict, c);
        mem_wipe(password, sizeof password);
    } else {
        conclude(c, AAA_FAIL, NULL);
    }
}

void login_key(struct conn *c, struct rd *r)
{
    size_t len;
    struct aaa_grant grant = {0};
    take_user(c, r);
    const uint8_t *blob = sshd_read_bytes(r, &len);
    bool has_signed = rd_u8(r) == 1;
    if (!sshd_read_ended(r)) {
        conn_drop(c);
        return;
    }
    if (!(sshd_methods(&c->ssh->conf) & SSH_BY_KEY)) {
        answer(c, SSH_DENIED);
    } else if (has_signed) {
        const struct aaa_door door = door_of(c);
        enum aaa_verdict v =
            c->user[0] ? aaa_login_by_key(c->ssh->env.aaa, &door, c->user, blob, len, &grant) : AAA_FAIL;
        conclude(c, v, &grant);
    } else if (c->user[0] && aaa_key_known(c->ssh->env.aaa, c->user, blob, len)) {
        answer(c, SSH_PASSED);
    } else {
        answer(c, ++c->probes >= PROBES_MAX ? SSH_DENIED_LAST : SSH_DENIED);
    }
}
