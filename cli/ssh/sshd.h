/* sshd.h: the SSH-2 server of one router: who connects, is let in by cli/aaa and gets a session on a vty, a command run, or a file. One child process serves one
 * connection (child.h); the router hears only frames. Nobody can connect while there is no host key, and nobody gets in while no user is configured. */
#ifndef CLI_SSH_SSHD_H
#define CLI_SSH_SSHD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/ssh/sshd_conf.h"
#include "espial/keypair.h"

struct aaa;
struct children;
struct clock;
struct files;
struct hostkey;
struct hostkeys;
struct log;
struct loop;
struct shells;
struct sshd;
struct work;

/* All borrowed. */
struct sshd_env {
    struct loop *loop;
    struct clock *clock;
    struct log *log;
    struct files *files;
    struct work *work;
    struct children *children; /* NULL: nobody can connect */
    struct shells *shells;
    struct aaa *aaa;
    bool keep_keys;            /* host keys go to nvram:; false with --seed */
    const char *(*hostname)(void *arg);
    const char *(*domain)(void *arg); /* ip domain name; "" */
    void *arg;
};
struct sshd *sshd_new(const struct sshd_env *env);
void sshd_free(struct sshd *s); /* NULL-safe; connections end */
/* A listening TCP socket, non-blocking, borrowed until sshd_free. 0 or a negative errno. */
int sshd_listen(struct sshd *s, int fd);

struct sshd_conf *sshd_conf(struct sshd *s);
const struct sshd_env *sshd_env(const struct sshd *s);
struct hostkeys *sshd_hostkeys(struct sshd *s);
/* Host keys were made, replaced or removed: says ENABLED or DISABLED in the log when that changed. */
void sshd_keys_changed(struct sshd *s);
/* The startup-config was read: from now on the log is told whether SSH is enabled. */
void sshd_booted(struct sshd *s);
bool sshd_enabled(const struct sshd *s);
/* The host key that serves now: NULL when there is none of the kind. */
const struct hostkey *sshd_serving(const struct sshd *s, enum keypair_kind kind);
/* What is offered to clients now: "a,b,c". */
void sshd_offer(const struct sshd *s, enum sshd_what what, struct text *out);
/* "R1.example.com": the name `crypto key generate` gives without a label; false while there is no domain name. */
bool sshd_default_label(const struct sshd *s, char *out, size_t cap);

/* What was asked of public keys has changed: cli/aaa is told at the end of the turn. */
void sshd_pubkeys_changed(struct sshd *s);
/* The lines of a `key-string` (base64, or as in a .pub file) as a key of the user: false when they are no public key of a known type. */
bool sshd_pubkey_from_text(const char *text, struct sshd_pubkey *out);

/* Make a pair off the loop and keep it under `name` in the place of one of that name. done comes later: made is false when it could not be, stored when it could not be
 * written to nvram:. One at a time: false when another is being made. sshd_generate_forget: the one who asked has gone; what is made is thrown away. */
struct sshd_generate {
    int kind; /* enum keypair_kind */
    unsigned bits;
    const char *name;
    bool exportable;
    void (*done)(void *arg, bool made, bool stored, uint64_t took_us);
    void *arg;
};
bool sshd_generate(struct sshd *s, const struct sshd_generate *g);
void sshd_generate_forget(struct sshd *s);
/* The same at once, on this thread: for the startup-config. */
bool sshd_generate_now(struct sshd *s, const struct sshd_generate *g);

struct sshd_view {
    unsigned number;     /* of the connection, from 0 */
    const char *cipher, *mac, *state, *user;
};
/* Connections whose keys are exchanged: cursor from 0; false at the end. */
bool sshd_next(const struct sshd *s, size_t *cursor, struct sshd_view *out);
#endif
