/* aaa.h: who may enter a router, as whom and at which privilege. It holds the users and methods that were configured and answers questions; it knows no
 * terminal and no socket: the console's dialogue (cli/shell) and SSH (cli/ssh) ask it. Answers never come from inside the question: hashes of types 8 and 9
 * are slow and are summed off the loop (work.h). A user that does not exist costs the same time as a wrong password. */
#ifndef CLI_AAA_AAA_H
#define CLI_AAA_AAA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/mem.h"

struct aaa;
struct aaa_conf; /* aaa_conf.h: what was asked, written by cli/cmd */
struct aaa_question;
struct log;
struct loop;
struct rnd;
struct work;

#define AAA_USER_MAX     64
#define AAA_PASSWORD_MAX 254
#define AAA_SECRET_MAX   254 /* a stored password or secret, in its type's form */
#define AAA_LIST_MAX     31  /* the name of a list of methods */

/* What one line says about logins: con 0 or vty N. */
enum aaa_line_login { AAA_LINE_OPEN, AAA_LINE_PASSWORD, AAA_LINE_LOCAL };
struct aaa_line {
    enum aaa_line_login login; /* counts without `aaa new-model` */
    uint8_t password_type, privilege;
    const char *password;                             /* borrowed until the next line is typed; "" for none */
    const char *authentication, *authorization_exec; /* with `aaa new-model`: names of lists; "" for default */
    const char *authorization_commands[16];          /* one for each level; NULL or "" for default */
};

/* All borrowed; they outlive the aaa. */
struct aaa_env {
    struct loop *loop;
    struct work *work;
    struct rnd *rnd;
    struct log *log;
    void (*line)(void *arg, bool vty, unsigned n, struct aaa_line *out);
    /* Does a standard access list permit this source? An access list that does not exist permits, as on IOS. */
    bool (*permits)(void *arg, const char *acl, uint32_t source);
    char *(*now)(void *arg, char out[64]); /* "22:15:16 UTC Sat Aug 8 2026", for messages */
    void *arg;
};
struct aaa *aaa_new(const struct aaa_env *env);
void aaa_free(struct aaa *a); /* NULL-safe; questions under way are cancelled */
struct aaa_conf *aaa_conf(struct aaa *a);

/* Where somebody knocks. The texts are copied. */
struct aaa_door {
    bool vty;
    unsigned line;       /* con 0, vty N; for a vty not taken yet: 0 */
    uint32_t source;     /* address he comes from; 0 on the console */
    uint16_t local_port; /* 22; 0 on the console */
};

enum aaa_verdict {
    AAA_PASS,
    AAA_FAIL,     /* wrong, or unknown */
    AAA_NO_WAY_IN, /* nothing is configured by which anybody could enter here */
    AAA_QUIET,    /* `login block-for`: refused unheard */
};
struct aaa_grant { /* with AAA_PASS */
    char user[AAA_USER_MAX + 1];
    uint8_t privilege; /* at which the session begins: the user's, the line's, 1 */
};
typedef void aaa_done_fn(void *arg, enum aaa_verdict v, const struct aaa_grant *g);

/* What the line (and aaa new-model) wants before a prompt is shown. */
enum aaa_wants {
    AAA_WANTS_NOTHING,
    AAA_WANTS_PASSWORD,
    AAA_WANTS_USER,
    AAA_REFUSES /* vty: "Password required, but none set" */
};
enum aaa_wants aaa_wants(const struct aaa *a, const struct aaa_door *door);
/* Is there anything to ask this user? False for `username U nopassword`. */
bool aaa_wants_password(const struct aaa *a, const char *user);

/* May he log in? user "" for a line password. done is called later, once, unless aaa_cancel comes first; the failure or success is counted and logged
 * (SEC_LOGIN) by aaa. SSH always needs a user, whatever the line says. */
struct aaa_question *aaa_login(struct aaa *a, const struct aaa_door *door, const char *user, const char *password,
                               aaa_done_fn *done, void *arg);
/* May a session become `level`? Enable secret, else enable password, else (aaa) its methods. */
struct aaa_question *aaa_enable(struct aaa *a, const struct aaa_door *door, const char *user, uint8_t level,
                                const char *password, aaa_done_fn *done, void *arg);
/* Before asking: does `enable` need a password here? NOTHING: it goes through (a console without any). REFUSES: a vty for which none is set. */
enum aaa_wants aaa_enable_wants(const struct aaa *a, const struct aaa_door *door, uint8_t level);
void aaa_cancel(struct aaa_question *q); /* NULL-safe; done is not called */

bool aaa_is_new_model(const struct aaa *a);
bool aaa_enable_is_secret(const struct aaa *a,
                          uint8_t level); /* a secret opens it, not a password: the words of a refusal differ */
/* `aaa authorization commands`: may this session run a command of that level? Always true without such a line; the console is asked only with `aaa
 * authorization console`. is_config: a line of a configuration mode. user "" for somebody who never logged in. */
bool aaa_may_run(const struct aaa *a, const struct aaa_door *door, const char *user, uint8_t level, bool is_config);

/* SSH public keys (`ip ssh pubkey-chain`): is this key (its wire form, RFC 4253 6.6) one of the user's? Only a signature the SSH child has checked makes it a
 * login: then aaa_login_by_key counts, logs and grants. */
bool aaa_key_known(const struct aaa *a, const char *user, const void *blob, size_t len);
enum aaa_verdict aaa_login_by_key(struct aaa *a, const struct aaa_door *door, const char *user, const void *blob,
                                  size_t len, struct aaa_grant *out);

/* The users' keys, as `key-hash` keeps them: type "ssh-rsa" and the MD5 of the wire form. add: false when it is there already, or the user has
 * AAA_KEYS_MAX. remove: type NULL for all of the user's. next: cursor from 0, in the order they were added; false at the end. */
#define AAA_KEYS_MAX 16
struct aaa_key {
    char user[AAA_USER_MAX + 1], type[24];
    uint8_t md5[16];
};
bool aaa_key_add(struct aaa *a, const struct aaa_key *key);
void aaa_key_remove(struct aaa *a, const char *user, const char *type, const uint8_t md5[16]);
bool aaa_key_next(const struct aaa *a, size_t *cursor, struct aaa_key *out);

/* During `login block-for`'s quiet time: refused unheard, unless the quiet-mode access class lets the source in. */
bool aaa_is_quiet_for(const struct aaa *a, const struct aaa_door *door);
#endif
