/* sshd_local.h: running layouts of cli/ssh. */
#ifndef CLI_SSH_SSHD_LOCAL_H
#define CLI_SSH_SSHD_LOCAL_H

#include "cli/aaa/aaa.h"
#include "cli/shell/session.h"
#include "cli/ssh/sshd.h"
#include "cli/ssh/wire.h"
#include "espial/ip.h"
#include "espial/loop.h"
#include "espial/msg.h"
#include "espial/text.h"

#define SSH_PORT           22 /* as messages name it, whatever port of the host carries it */
#define CONNECTIONS_MAX    64
#define PENDING_MAX        32 /* not logged in yet; one more, and the oldest gives way */
#define PENDING_SOURCE_MAX 16 /* of them from one address */
#define LISTENERS_MAX      16

enum conn_state {
    CONN_EXCHANGE, /* keys */
    CONN_LOGIN,
    CONN_IN,    /* logged in, has asked for nothing yet */
    CONN_SHELL, /* a session on a vty */
    CONN_EXEC,  /* a command runs */
    CONN_COPY,  /* scp */
    CONN_END,   /* told to end, or gone: freed in a later turn */
};

struct conn {
    struct sshd *ssh;
    struct conn *next;
    unsigned number;
    enum conn_state state;
    struct child *child;
    int fd; /* to the child */
    struct fd_watch watch;
    unsigned watched;
    uint32_t source;
    char address[16];
    struct timer limit; /* of the state: login, first request, end */
    struct timer again; /* look whether the session takes more input */
    struct deferred finish;
    bool dead; /* freed at the end of this turn */

    struct aaa_question *question;
    unsigned failures, probes;
    char user[AAA_USER_MAX + 1]; /* who was tried last */
    struct aaa_grant grant;
    char cipher[SSH_NAME_MAX], mac[SSH_NAME_MAX];

    bool pty;
    uint32_t columns, rows;
    struct term *term;
    struct shell *shell;
    struct text typed; /* exec: the lines of the command, and behind them what the client sent since */
    size_t typed_at, command_len;
    bool refused, asked, after_cr, input_ended;
    struct copy *copy;

    struct text out; /* bytes for the client that the child has not taken */
    size_t out_at;
    bool exit_due, stopped; /* stopped: the child is not read for now */
    bool holding;           /* the session was told that too much waits: it hears when it does no more */
    uint32_t exit_status;
};

struct listener {
    struct sshd *ssh;
    int fd;
    struct fd_watch watch;
};
struct sshd {
    struct sshd_env env;
    struct sshd_conf conf;
    struct hostkeys *keys;
    struct listener listeners[LISTENERS_MAX];
    size_t nlisteners;
    struct timer rest; /* no descriptor was left: look at the listeners again */
    struct conn *conns;
    bool booted, was_enabled;
    struct deferred tell_pubkeys;
    struct generation *generation;
};

/* pubkey.c */
void sshd_tell_pubkeys(void *ssh);
/* generate.c */
void sshd_generate_stop(struct sshd *s);

/* conn.c */
/* fd: the router's end of the socketpair, taken over; child: the process at the other end, NULL in tests. */
struct conn *conn_new(struct sshd *s, int fd, uint32_t source);
void conn_set_child(struct conn *c, struct child *child);
void conn_free(struct conn *c);
/* One frame from the child: every byte is suspect. */
void conn_frame(struct conn *c, const uint8_t *frame, size_t len);
void conn_child_ended(void *conn, int status);
void conn_drop(struct conn *c); /* at once, without a word */
static inline bool conn_pending(const struct conn *c)
{
    return c->state < CONN_IN && !c->dead;
}
void conn_out(struct conn *c, const char *bytes, size_t len);
size_t conn_backlog(const struct conn *c);
void conn_exit(struct conn *c, uint32_t status); /* after what is on its way */
void conn_answer(struct conn *c, bool yes);
const char *conn_state_text(const struct conn *c);

/* login.c: passwords, keys, and what is logged about them. */
void login_ready(struct conn *c, struct rd *r);
void login_password(struct conn *c, struct rd *r);
void login_key(struct conn *c, struct rd *r);
void login_closed(struct conn *c); /* SSH2_CLOSE */

/* exec.c: a command without a terminal. */
void exec_start(struct conn *c, const char *command);
void exec_input(struct conn *c, const uint8_t *bytes, size_t len);
void exec_ended(struct conn *c); /* the client will send no more */
void exec_stop(struct conn *c);

/* copy.c: scp's own protocol. */
bool copy_is(const char *command);
void copy_start(struct conn *c, const char *command);
void copy_input(struct conn *c, const uint8_t *bytes, size_t len);
bool copy_takes(const struct conn *c); /* more bytes now? */
void copy_ended(struct conn *c);       /* the client will send no more */
void copy_drained(struct conn *c);     /* there is room for more output */
void copy_stop(struct conn *c);
#endif
