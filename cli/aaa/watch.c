/* watch.c: what is made of logins that succeeded and failed: messages, the list of failures, `login block-for`.
 *
 *              N failures within W seconds of the first
 *   WATCHING ------------------------------------------> QUIET
 *      ^                                                   |
 *      +---------------- S seconds later ------------------+
 *
 * While it is quiet, connections to vtys are refused unheard, except from where `login quiet-mode access-class` permits.
 * The console is never refused. A window begins with its first failure and ends W seconds later, counted or not. The
 * last fifty pairs of user and source are kept.
 */
#include "cli/aaa/aaa_local.h"

#include <stdio.h>
#include <string.h>

MSG(MSG_SUCCESS, "SEC_LOGIN", 5, "LOGIN_SUCCESS", 0, "Login Success [user: %s] [Source: %s] [localport: %u] at %s");
MSG(MSG_FAILED, "SEC_LOGIN", 4, "LOGIN_FAILED", 0,
    "Login failed [user: %s] [Source: %s] [localport: %u] [Reason: Login Authentication Failed] at %s");
MSG(MSG_QUIET_ON, "SEC_LOGIN", 1, "QUIET_MODE_ON", 0,
    "Still timeleft for watching failures is %u secs, [user: %s] [Source: %s] [localport: %u] "
    "[Reason: Login Authentication Failed] [ACL: %s] at %s");
MSG(MSG_QUIET_OFF, "SEC_LOGIN", 5, "QUIET_MODE_OFF", 0, "Quiet Mode is OFF, because block period timed out at %s");

static char *now(const struct aaa *a, char out[64])
{
    out[0] = 0;
    return a->env.now ? a->env.now(a->env.arg, out) : out;
}

/* Names come from the wire: nothing in them may look like a line of its own. */
static void printable(const char *name, char out[AAA_USER_MAX + 1])
{
    str_copy(out, AAA_USER_MAX + 1, name);
    for (char *p = out; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7F || *p == ']')
            *p = '?';
}

static void source_text(const struct aaa_door *door, char out[20])
{
    str_copy(out, 20, door->source ? IP4(door->source) : door->vty ? "0.0.0.0" : "LOCAL");
}

static void note(struct watch *w, const struct aaa_door *door, const char *user, const char *at)
{
    struct aaa_failure f = {.source = door->source, .local_port = door->local_port};
    size_t i = 0;
    str_copy(f.user, sizeof f.user, user);
    str_copy(f.at, sizeof f.at, at);
    while (i < w->n &&
           (strcmp(w->v[i].user, user) != 0 || w->v[i].source != f.source || w->v[i].local_port != f.local_port))
        i++;
    f.count = 1 + (i < w->n ? w->v[i].count : 0);
    if (i == w->n && w->n < AAA_FAILURES_MAX)
        w->n++;
    else if (i == w->n)
        i--;
    memmove(w->v + 1, w->v, i * sizeof w->v[0]);
    w->v[0] = f;
}

static uint32_t window_left(const struct aaa *a)
{
    uint64_t passed = (loop_now(a->env.loop) - a->watch.began_us) / US_PER_S;
    return a->watch.failures && passed < a->conf.block_within_s ? a->conf.block_within_s - (uint32_t)passed : 0;
}

static void watch_failure(struct aaa *a, const struct aaa_door *door, const char *user, const char *source,
                          const char *at)
{
    struct watch *w = &a->watch;
    if (!a->conf.block_s || !door->vty || timer_pending(&w->quiet))
        return;
    if (!window_left(a)) {
        w->failures = 0;
        w->began_us = loop_now(a->env.loop);
    }
    if (++w->failures < a->conf.block_attempts)
        return;
    msg_post(a->env.log, &MSG_QUIET_ON, window_left(a), user, source, door->local_port,
             a->conf.quiet_acl[0] ? a->conf.quiet_acl : "sl_def_acl", at);
    w->failures = 0;
    timer_set(&w->quiet, a->conf.block_s * US_PER_S);
}

void aaa_watch_result(struct aaa *a, const struct aaa_door *door, const char *user, bool success)
{
    struct watch *w = &a->watch;
    char name[AAA_USER_MAX + 1], source[20], at[64];
    printable(user, name);
    source_text(door, source);
    now(a, at);
    if (success) {
        w->successes++;
        if (a->conf.on_success && w->successes % (a->conf.success_every ? a->conf.success_every : 1) == 0)
            msg_post(a->env.log, &MSG_SUCCESS, name, source, door->local_port, at);
        return;
    }
    w->total++;
    note(w, door, name, at);
    if (a->conf.on_failure && w->total % (a->conf.failure_every ? a->conf.failure_every : 1) == 0)
        msg_post(a->env.log, &MSG_FAILED, name, source, door->local_port, at);
    watch_failure(a, door, name, source, at);
}

static void quiet_over(void *arg)
{
    struct aaa *a = arg;
    char at[64];
    msg_post(a->env.log, &MSG_QUIET_OFF, now(a, at));
}

bool aaa_is_quiet_for(const struct aaa *a, const struct aaa_door *door)
{
    if (!door->vty || !timer_pending(&a->watch.quiet))
        return false;
    return !a->conf.quiet_acl[0] || !a->env.permits || !a->env.permits(a->env.arg, a->conf.quiet_acl, door->source);
}

void aaa_watch_init(struct aaa *a)
{
    timer_init(&a->watch.quiet, a->env.loop, quiet_over, a);
}

void aaa_watch_changed(struct aaa *a)
{
    a->watch.failures = 0;
    if (!a->conf.block_s)
        timer_clear(&a->watch.quiet);
}

void aaa_watch_view(const struct aaa *a, struct aaa_watch_view *out)
{
    bool quiet = timer_pending(&a->watch.quiet);
    *out =
        (struct aaa_watch_view){.quiet = quiet,
                                .left_s = quiet ? (uint32_t)(timer_left(&a->watch.quiet) / US_PER_S) : window_left(a),
                                .failures = window_left(a) ? a->watch.failures : 0,
                                .total = a->watch.total};
}

bool aaa_failure_at(const struct aaa *a, size_t i, struct aaa_failure *out)
{
    if (i >= a->watch.n)
        return false;
    *out = a->watch.v[i];
    return true;
}
