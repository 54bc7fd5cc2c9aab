/* lock.c: configuration by one alone: `configure terminal lock`, `configuration mode exclusive auto`.
 *
 *   FREE --take--> LOCKED by one session --it leaves configuration, ends, is idle too long, `clear configuration lock`--> FREE
 *
 * While it is locked nobody else enters configuration mode, replaces or merges a configuration, and whoever was in
 * configuration mode before has each of his lines refused. Sessions that type a file for somebody (startup-config, a
 * merge, a replacement) are not asked: their owner was. The holder's idle time is looked at when the timer runs out. */
#include "cli/shell/lock.h"

#include <stdio.h>
#include <string.h>

#include "cli/shell/shell_local.h"

static void free_lock(struct config_lock *l)
{
    timer_clear(&l->idle);
    l->owner = NULL;
}

static uint64_t idle_end(const struct config_lock *l)
{
    uint64_t from = l->owner->active_us > l->since_us ? l->owner->active_us : l->since_us;
    return from + l->idle_s * US_PER_S;
}

static void arm(struct config_lock *l, uint64_t now)
{
    uint64_t end = idle_end(l);
    timer_set(&l->idle, end > now ? end - now : 0);
}

static void idle_over(void *arg)
{
    struct maker *m = arg;
    uint64_t now = loop_now(m->env.loop);
    if (idle_end(&m->lock) <= now)
        free_lock(&m->lock);
    else
        arm(&m->lock, now);
}

void lock_init(struct maker *m)
{
    timer_init(&m->lock.idle, m->env.loop, idle_over, m);
}

bool lock_keeps_out(const struct shell *sh, struct out *out)
{
    const struct config_lock *l = &sh->maker->lock;
    struct session_view v;
    if (!l->owner || l->owner == sh || sh->config_file)
        return false;
    session_view(l->owner, &v);
    out_printf(
        out, "Configuration mode locked exclusively by user '%s' process '%d' from terminal '%u'. Please try later.\n",
        v.user[0] ? v.user : "unknown", ACCOUNT_EXEC, v.tty);
    return true;
}

bool shell_config_take(struct shell *sh, unsigned idle_s, struct out *out)
{
    struct config_lock *l = &sh->maker->lock;
    if (lock_keeps_out(sh, out))
        return false;
    if (!idle_s || l->owner == sh)
        return true;
    *l = (struct config_lock){.owner = sh, .idle = l->idle, .idle_s = idle_s, .since_us = loop_now(sh->maker->env.loop)};
    str_copy(l->command, sizeof l->command, sh->match.expanded);
    arm(l, l->since_us);
    out_text(out,
             "Configuration mode locked exclusively. The lock will be cleared once you exit out of configuration mode "
             "using end/exit\n");
    return true;
}

void lock_leave(const struct shell *sh)
{
    if (sh->maker->lock.owner == sh)
        free_lock(&sh->maker->lock);
}

bool shells_is_locked(const struct shells *s)
{
    return ((const struct maker *)s)->lock.owner != NULL;
}

void shells_lock_clear(struct shells *s)
{
    free_lock(&((struct maker *)s)->lock);
}

void shells_lock_show(const struct shells *s, struct text *out)
{
    const struct maker *m = (const struct maker *)s;
    const struct config_lock *l = &m->lock;
    uint64_t now = loop_now(m->env.loop);
    struct session_view v = {.user = "", .location = ""};
    bool is_idle = true;
    if (l->owner) {
        session_view(l->owner, &v);
        is_idle = session_state(l->owner) == SESSION_PROMPT;
    }
    text_add(out, "Parser Configure Lock\n---------------------\n");
    text_printf(out, "Owner PID         : %d\n", l->owner ? ACCOUNT_EXEC : -1);
    text_printf(out, "User              : %s\n", v.user[0] ? v.user : "unknown");
    text_printf(out, "TTY               : %d\n", l->owner ? (int)v.tty : -1);
    text_printf(out, "Type              : %s\n", l->owner ? "EXCLUSIVE" : "NO LOCK");
    text_printf(out, "State             : %s\n", l->owner ? "LOCKED" : "FREE");
    text_printf(out, "Class             : %s\n", l->owner ? "EXPOSED" : "unknown");
    text_printf(out, "Count             : %d\n", l->owner ? 1 : 0);
    text_add(out, "Pending Requests  : 0\n");
    text_printf(out, "User debug info   : %s\n", l->owner ? l->command : "");
    text_printf(out, "Session idle state : %s\n", is_idle ? "TRUE" : "FALSE");
    text_printf(out, "Remote ip address : %s\n", v.location[0] ? v.location : "Unknown");
    text_printf(out, "Lock active time (in Sec) : %llu\n",
                l->owner ? (unsigned long long)((now - l->since_us) / US_PER_S) : 0ull);
    text_printf(out, "Lock Expiration timer (in Sec) : %llu\n",
                l->owner && idle_end(l) > now ? (unsigned long long)((idle_end(l) - now) / US_PER_S) : 0ull);
}
