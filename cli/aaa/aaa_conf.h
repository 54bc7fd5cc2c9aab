/* aaa_conf.h: what was asked about users, logins and rights. Written by cli/cmd through the grammar; read by cli/aaa. */
#ifndef CLI_AAA_AAA_CONF_H
#define CLI_AAA_AAA_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/aaa/aaa.h"
#include "espial/conf.h"
#include "espial/secret.h"

enum aaa_user_kind { AAA_USER_BARE /* cannot log in */, AAA_USER_PASSWORD, AAA_USER_SECRET, AAA_USER_NOPASSWORD };
struct aaa_user {
    char name[AAA_USER_MAX + 1];
    uint8_t kind; /* enum aaa_user_kind */
    uint8_t type;
    bool has_privilege;
    uint8_t privilege;
    char stored[SECRET_STORED_MAX + 1];
};

/* `enable secret`, `enable password`: one of each a level. stored "": none. */
struct aaa_enable_conf {
    uint8_t type;
    char stored[SECRET_STORED_MAX + 1];
};

enum aaa_method { AAA_NO_METHOD, AAA_LOCAL, AAA_LOCAL_CASE, AAA_ENABLE, AAA_LINE, AAA_NONE, AAA_IF_AUTHENTICATED };
#define AAA_METHODS 4
/* One list of methods. Which kind it is, its list in aaa_conf says. */
struct aaa_list {
    uint8_t is_default; /* else: name */
    uint8_t level;      /* of commands */
    uint8_t m1, m2, m3, m4;
    char name[AAA_LIST_MAX + 1];
};

struct aaa_conf {
    bool new_model, authorization_console;
    bool config_commands; /* lines of configuration modes are authorized too; true */
    uint8_t session_id;      /* 1 common, 2 unique */
    struct conf_list login, enable, exec, commands; /* struct aaa_list */
    struct aaa_enable_conf secrets[16], passwords[16];
    struct table *users; /* struct aaa_user by name, as typed; through the functions below */
    /* login ... */
    uint32_t block_s, block_attempts, block_within_s; /* 0: no watch */
    char quiet_acl[64];
    uint8_t delay_s;
    bool on_failure, on_success;
    uint16_t failure_every, success_every;
};

#define AAA_USERS_MAX 20000
/* By its exact name; NULL. */
struct aaa_user *aaa_user_find(const struct aaa_conf *c, const char *name);
/* The user of that name, made if need be (bare). NULL: too many. */
struct aaa_user *aaa_user_make(struct aaa_conf *c, const char *name);
void aaa_user_remove(struct aaa_conf *c, const char *name);
/* In the order they were made: cursor from 0; NULL at the end. */
const struct aaa_user *aaa_user_next(const struct aaa_conf *c, size_t *cursor);
/* `service password-encryption`: every password of type 0 becomes one of type 7. */
void aaa_cover_passwords(struct aaa *a);

/* What the engine knows, for `show login`. */
#define AAA_FAILURES_MAX 50
struct aaa_failure {
    char user[AAA_USER_MAX + 1];
    uint32_t source, count;
    uint16_t local_port;
    char at[64];
};
struct aaa_watch_view {
    bool quiet;
    uint32_t left_s;   /* of the quiet time, or of the watch window */
    uint32_t failures; /* in this window */
    uint64_t total;    /* since the start */
};
void aaa_watch_view(const struct aaa *a, struct aaa_watch_view *out);
/* The newest failures, one row for each user, source and port: false past the last. */
bool aaa_failure_at(const struct aaa *a, size_t i, struct aaa_failure *out);
/* After `login block-for` was changed: the watch begins again. */
void aaa_watch_changed(struct aaa *a);
#endif
