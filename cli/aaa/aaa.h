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
struct aaa_question;
struct clock;
struct log;
struct loop;
struct rnd;
struct work;

#define AAA_USER_MAX     64
#define AAA_PASSWORD_MAX 254

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
enum aaa_wants { AAA_WANTS_NOTHING, AAA_WANTS_PASSWORD, AAA_WANTS_USER, AAA_REFUSES /* vty: "Password required, but none set" */ };
enum aaa_wants aaa_wants(const struct aaa *a, const struct aaa_door *door);

/* May he log in? user "" for a line password. done is called later, once, unless aaa_cancel comes first; the failure or success is counted and logged
 * (SEC_LOGIN) by aaa. SSH always needs a user, whatever the line says. */
struct aaa_question *aaa_login(struct aaa *a, const struct aaa_door *door, const char *user, const char *password, aaa_done_fn *done, void *arg);
/* May a session become `level`? Enable secret, else enable password, else (aaa) its methods. */
struct aaa_question *aaa_enable(struct aaa *a, const struct aaa_door *door, const char *user, uint8_t level, const char *password, aaa_done_fn *done, void *arg);
void aaa_cancel(struct aaa_question *q); /* NULL-safe; done is not called */

/* SSH public keys (`ip ssh pubkey-chain`): is this key (its wire form, RFC 4253 6.6) one of the user's? Only a signature the SSH child has checked makes it a
 * login: then aaa_login_by_key counts, logs and grants. */
bool aaa_key_known(const struct aaa *a, const char *user, const void *blob, size_t len);
enum aaa_verdict aaa_login_by_key(struct aaa *a, const struct aaa_door *door, const char *user, const void *blob, size_t len, struct aaa_grant *out);

/* During `login block-for`'s quiet time: refused unheard, unless the quiet-mode access class lets the source in. */
bool aaa_is_quiet_for(const struct aaa *a, const struct aaa_door *door);
#endif
