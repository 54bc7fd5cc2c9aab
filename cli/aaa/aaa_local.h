/* aaa_local.h: running layouts of cli/aaa. */
#ifndef CLI_AAA_AAA_LOCAL_H
#define CLI_AAA_AAA_LOCAL_H

#include "cli/aaa/aaa_conf.h"
#include "espial/ip.h"
#include "espial/loop.h"
#include "espial/mem.h"
#include "espial/msg.h"
#include "espial/rand.h"
#include "espial/table.h"
#include "espial/text.h"
#include "espial/work.h"

struct watch {
    uint64_t began_us; /* of the window: its first failure */
    uint32_t failures;
    uint64_t total, successes;
    struct timer quiet;
    struct aaa_failure v[AAA_FAILURES_MAX]; /* newest first */
    size_t n;
};

struct aaa {
    struct aaa_env env;
    struct aaa_conf conf;
    struct watch watch;
    struct aaa_question *questions;
    struct aaa_key *keys;
    size_t nkeys;
};

/* aaa.c */
void aaa_line_of(const struct aaa *a, const struct aaa_door *door, struct aaa_line *out);
/* The list of methods that counts here, as an array ended by AAA_NO_METHOD; false: none was configured. */
bool aaa_methods(const struct conf_list *lists, const char *name, unsigned level, uint8_t out[AAA_METHODS + 1]);
void aaa_login_methods(const struct aaa *a, const struct aaa_door *door, const struct aaa_line *line,
                       uint8_t out[AAA_METHODS + 1]);
/* The user a method `local` means: any case, or the exact one. */
const struct aaa_user *aaa_user_like(const struct aaa *a, const char *name, bool exact);
/* The secret or password that opens a level: its own, else that of the nearest level above. NULL: none. */
const struct aaa_enable_conf *aaa_enable_for(const struct aaa *a, uint8_t level, bool *is_secret);
/* At which privilege somebody who has passed begins; false: exec authorization refuses him. */
bool aaa_exec_privilege(const struct aaa *a, const struct aaa_door *door, const char *user, uint8_t *privilege);

/* question.c: all of them, for good; waits for the sum that runs */
void aaa_questions_end(struct aaa *a);

/* watch.c */
void aaa_watch_init(struct aaa *a);
void aaa_watch_result(struct aaa *a, const struct aaa_door *door, const char *user, bool success);
#endif
