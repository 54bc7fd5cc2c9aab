/* question.c: a password on its way to yes or no.
 *
 *   asked --> summed (work.h: the loop goes on) --> held back (`login delay`) --> counted, logged, answered
 *
 * What is checked against is copied when the question is asked, so that a configuration which changes meanwhile changes
 * nothing. The answer always comes in a later turn. One password is summed at a time, the oldest question's first, so that
 * IKE's sums never stand behind a crowd at the door; a question that is dropped before its turn costs nothing, and nobody
 * waits for the sum of one that is dropped meanwhile: it ends unheard. Nobody learns from its time whether a user exists: each question
 * about a user sums one password of the slowest type that any user has, be it his or that of nobody.
 */
#include "cli/aaa/aaa_local.h"

#include <string.h>

#include "espial/crypto.h"

struct aaa_question {
    struct aaa *a;
    struct aaa_question *next;
    struct aaa_door door;
    bool is_login;
    uint8_t level; /* enable: the one wanted */
    char user[AAA_USER_MAX + 1], typed[AAA_PASSWORD_MAX + 1];
    unsigned type, decoy_type;
    char stored[SECRET_STORED_MAX + 1];
    bool sums, fits;
    bool waits; /* for its turn to be summed */
    enum aaa_verdict verdict;
    struct work_job *job;
    uint64_t asked_us;
    struct timer answer;
    aaa_done_fn *done;
    void *arg;
};

/* Texts of each slow type that nothing fits, for users who are not there. */
static const char *decoy(unsigned type)
{
    switch (type) {
    case 9: return "$9$..............$...........................................";
    case 8: return "$8$..............$...........................................";
    case 5: return "$1$....$......................";
    default: return "";
    }
}

static unsigned slowest(const struct aaa *a)
{
    const struct aaa_user *u;
    unsigned type = 0;
    for (size_t cursor = 0; (u = aaa_user_next(&a->conf, &cursor)) != NULL && type != 9;)
        if (secret_cost(u->type) > secret_cost(type))
            type = u->type;
    return type;
}

static void forget(struct aaa_question *q)
{
    for (struct aaa_question **p = &q->a->questions; *p; p = &(*p)->next)
        if (*p == q) {
            *p = q->next;
            break;
        }
    timer_clear(&q->answer);
    mem_wipe(q, sizeof *q);
    mem_free(q);
}

void aaa_cancel(struct aaa_question *q)
{
    if (!q)
        return;
    q->done = NULL;
    if (!q->job)
        forget(q);
}

void aaa_questions_end(struct aaa *a)
{
    while (a->questions) {
        if (a->questions->job)
            work_cancel(a->env.work, a->questions->job);
        forget(a->questions);
    }
}

static void answer(void *arg)
{
    struct aaa_question *q = arg;
    struct aaa *a = q->a;
    struct aaa_grant grant = {.privilege = q->level};
    enum aaa_verdict v = q->verdict;
    aaa_done_fn *done = q->done;
    void *done_arg = q->arg;
    str_copy(grant.user, sizeof grant.user, q->user);
    if (q->is_login && v == AAA_PASS && !aaa_exec_privilege(a, &q->door, q->user, &grant.privilege))
        v = AAA_FAIL;
    if (q->is_login && v != AAA_QUIET)
        aaa_watch_result(a, &q->door, q->user, v == AAA_PASS);
    forget(q);
    done(done_arg, v, v == AAA_PASS ? &grant : NULL);
}

static void sum(void *arg)
{
    struct aaa_question *q = arg;
    q->fits = q->stored[0] && secret_fits(q->type, q->stored, q->typed);
    if (secret_cost(q->decoy_type) > (q->stored[0] ? secret_cost(q->type) : 0) &&
        secret_fits(q->decoy_type, decoy(q->decoy_type), q->typed[0] ? q->typed : "x"))
        q->fits = false; /* never: it is the time that matters */
}

/* What was summed, or needed no sum. */
static void judge(struct aaa_question *q)
{
    uint64_t took = loop_now(q->a->env.loop) - q->asked_us, delay = 0;
    if (q->sums)
        q->verdict = q->fits ? AAA_PASS : AAA_FAIL;
    if (q->is_login && q->door.vty)
        delay = (q->a->conf.delay_s ? q->a->conf.delay_s : q->a->conf.block_s ? 1u : 0u) * US_PER_S;
    timer_set(&q->answer, delay > took ? delay - took : 0);
}

static void sum_next(struct aaa *a);

static void summed(void *arg)
{
    struct aaa_question *q = arg;
    struct aaa *a = q->a;
    q->job = NULL;
    if (q->done)
        judge(q);
    else
        forget(q);
    sum_next(a);
}

/* The newest stand first. */
static void sum_next(struct aaa *a)
{
    struct aaa_question *oldest = NULL;
    for (struct aaa_question *q = a->questions; q; q = q->next) {
        if (q->job)
            return;
        if (q->waits)
            oldest = q;
    }
    if (!oldest)
        return;
    oldest->waits = false;
    oldest->job = work_run(a->env.work, sum, oldest, summed);
}

static struct aaa_question *question(struct aaa *a, const struct aaa_door *door, const char *user, const char *password,
                                     aaa_done_fn *done, void *arg)
{
    struct aaa_question *q = NEW(struct aaa_question);
    q->a = a;
    q->door = *door;
    q->done = done;
    q->arg = arg;
    q->asked_us = loop_now(a->env.loop);
    if (!str_copy(q->user, sizeof q->user, user))
        q->user[AAA_USER_MAX] = 0;
    if (!str_copy(q->typed, sizeof q->typed, password)) /* too long: such a one fits nothing, cut or not */
        memset(q->typed, 'x', AAA_PASSWORD_MAX);
    timer_init(&q->answer, a->env.loop, answer, q);
    q->next = a->questions;
    a->questions = q;
    return q;
}

static void check_against(struct aaa_question *q, unsigned type, const char *stored)
{
    q->sums = true;
    q->type = type;
    str_copy(q->stored, sizeof q->stored, stored);
}

static void check_user(struct aaa_question *q, const char *name, bool exact)
{
    const struct aaa_user *u = strlen(name) <= AAA_USER_MAX ? aaa_user_like(q->a, name, exact) : NULL;
    q->sums = true;
    q->decoy_type = slowest(q->a);
    if (u && u->kind == AAA_USER_NOPASSWORD) {
        q->sums = false;
        q->verdict = AAA_PASS;
    } else if (u && u->kind != AAA_USER_BARE) {
        check_against(q, u->type, u->stored);
    }
    if (u)
        str_copy(q->user, sizeof q->user, u->name);
}

static bool no_users(const struct aaa *a)
{
    return table_count(a->conf.users) == 0;
}

/* The first method that can answer decides what the password is held against. False: none can. */
static bool by_methods(struct aaa_question *q, const uint8_t *methods, const struct aaa_line *line, const char *user,
                       uint8_t level)
{
    const struct aaa_enable_conf *e;
    bool secret;
    for (const uint8_t *m = methods; *m; m++) {
        if ((*m == AAA_LOCAL || *m == AAA_LOCAL_CASE) && !no_users(q->a)) {
            check_user(q, user, *m == AAA_LOCAL_CASE);
            return true;
        }
        if (*m == AAA_ENABLE && (e = aaa_enable_for(q->a, level, &secret)) != NULL) {
            check_against(q, e->type, e->stored);
            return true;
        }
        if (*m == AAA_LINE && line->password[0]) {
            check_against(q, line->password_type, line->password);
            return true;
        }
        if (*m == AAA_NONE) {
            q->verdict = AAA_PASS;
            return true;
        }
    }
    q->verdict = AAA_NO_WAY_IN;
    return false;
}

static struct aaa_question *begin(struct aaa_question *q)
{
    q->waits = q->sums;
    if (q->sums)
        sum_next(q->a);
    else
        judge(q);
    return q;
}

struct aaa_question *aaa_login(struct aaa *a, const struct aaa_door *door, const char *user, const char *password,
                               aaa_done_fn *done, void *arg)
{
    struct aaa_question *q = question(a, door, user, password, done, arg);
    struct aaa_line line;
    uint8_t methods[AAA_METHODS + 1];
    q->is_login = true;
    aaa_line_of(a, door, &line);
    if (aaa_is_quiet_for(a, door)) {
        q->verdict = AAA_QUIET;
    } else if (a->conf.new_model) {
        aaa_login_methods(a, door, &line, methods);
        by_methods(q, methods, &line, user, 15);
    } else if (user[0] || line.login == AAA_LINE_LOCAL) {
        if (no_users(a))
            q->verdict = AAA_NO_WAY_IN;
        else
            check_user(q, user, false);
    } else if (line.login == AAA_LINE_OPEN) {
        q->verdict = AAA_PASS;
    } else if (line.password[0]) {
        check_against(q, line.password_type, line.password);
    } else {
        q->verdict = AAA_NO_WAY_IN;
    }
    return begin(q);
}

struct aaa_question *aaa_enable(struct aaa *a, const struct aaa_door *door, const char *user, uint8_t level,
                                const char *password, aaa_done_fn *done, void *arg)
{
    struct aaa_question *q = question(a, door, user, password, done, arg);
    uint8_t methods[AAA_METHODS + 1];
    struct aaa_line line;
    q->level = level;
    aaa_line_of(a, door, &line);
    if (!a->conf.new_model || !aaa_methods(&a->conf.enable, "", 0, methods))
        memcpy(methods, (const uint8_t[]){AAA_ENABLE, AAA_NO_METHOD}, 2);
    if (!by_methods(q, methods, &line, user, level) && !door->vty)
        q->verdict = AAA_PASS; /* a console without any password */
    return begin(q);
}

enum aaa_verdict aaa_login_by_key(struct aaa *a, const struct aaa_door *door, const char *user, const void *blob,
                                  size_t len, struct aaa_grant *out)
{
    if (aaa_is_quiet_for(a, door))
        return AAA_QUIET;
    *out = (struct aaa_grant){.privilege = 1};
    bool ok = aaa_key_known(a, user, blob, len) && aaa_user_find(&a->conf, user) &&
              aaa_exec_privilege(a, door, user, &out->privilege);
    if (ok)
        str_copy(out->user, sizeof out->user, user);
    aaa_watch_result(a, door, user, ok);
    return ok ? AAA_PASS : AAA_FAIL;
}
