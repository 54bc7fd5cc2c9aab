/* rollback.c: a change on trial: `configure terminal revert timer N`, `configure replace ... time N`.
 *
 *   none --start--> pending --confirm--> none          the configuration is as it has become
 *                   |  ^  |
 *                   |  +--+ timer: another time
 *                   +--time over, or now--> none       replaced by what it was at the start
 *
 * With an idle timer the time begins anew whenever the line that started it is typed on; that is looked at when the
 * timer runs out. A minute before the end everybody is warned by a message, if the time is longer than that. The
 * configuration of the start is kept in memory; the copy in the archive has the same text and gives it its name. A
 * reload ends the trial: it begins with startup-config. */
#include "cli/shell/rollback.h"

#include <stdio.h>
#include <string.h>

#include "cli/config/tree.h"
#include "cli/shell/replace.h"
#include "cli/shell/store.h"
#include "espial/clock.h"
#include "espial/loop.h"
#include "espial/mem.h"
#include "espial/msg.h"

#define MINUTE (60 * US_PER_S)

MSG(MSG_BACKUP, "ARCHIVE_DIFF", 5, "ROLLBK_CNFMD_CHG_BACKUP", 0, "Backing up current running config to %s");
MSG(MSG_ABSTIMER, "ARCHIVE_DIFF", 5, "ROLLBK_CNFMD_CHG_START_ABSTIMER", 0,
    "User: %s: Scheduled to rollback to config %s in %u minutes");
MSG(MSG_IDLETIMER, "ARCHIVE_DIFF", 5, "ROLLBK_CNFMD_CHG_START_IDLETIMER", 0,
    "User: %s: Scheduled to rollback to config %s if session has been idle for %u minutes");
MSG(MSG_WARNING, "ARCHIVE_DIFF", 5, "ROLLBK_CNFMD_CHG_WARNING_ABSTIMER", 0,
    "System will rollback to config %s in one minute. Enter \"configure confirm\" if you wish to keep what you've "
    "configured");
MSG(MSG_START, "ARCHIVE_DIFF", 5, "ROLLBK_CNFMD_CHG_ROLLBACK_START", 0, "Start rolling to: %s");
MSG(MSG_CONFIRM, "ARCHIVE_DIFF", 5, "ROLLBK_CNFMD_CHG_CONFIRM", 0, "User: %s: Confirm the configuration change");

struct rollback {
    struct shells *shells;
    struct loop *loop;
    struct clock *clock;
    struct log *log;
    struct config_tree *before; /* NULL: none pending */
    char file[256], by[40], user[40], origin[160];
    uint32_t tty;
    int64_t set_wall_us;
    uint64_t set_us;
    unsigned minutes;
    bool idle, warned;
    struct timer timer;
};

static void forget(struct rollback *r)
{
    timer_clear(&r->timer);
    config_tree_free(r->before);
    r->before = NULL;
}

static void roll(struct rollback *r, struct out *out)
{
    struct config_tree *to = r->before;
    r->before = NULL;
    timer_clear(&r->timer);
    msg_post(r->log, &MSG_START, r->file);
    store_replace(r->shells, to, &(struct replace_params){.user = r->user, .origin = r->origin}, out);
    config_tree_free(to);
}

/* When the trial ends, loop time. */
static uint64_t end_us(const struct rollback *r)
{
    uint64_t since = r->set_us;
    struct session_view v;
    const struct shell *sh;
    for (size_t cursor = 0; r->idle && (sh = shells_next(r->shells, &cursor)) != NULL;) {
        session_view(sh, &v);
        if (v.terminal && v.tty == r->tty && v.active_us > since)
            since = v.active_us;
    }
    return since + r->minutes * MINUTE;
}

static void arm(struct rollback *r)
{
    uint64_t left = end_us(r) - loop_now(r->loop);
    timer_set(&r->timer, !r->idle && !r->warned && left > MINUTE ? left - MINUTE : left);
}

static void fire(void *arg)
{
    struct rollback *r = arg;
    uint64_t end = end_us(r), now = loop_now(r->loop);
    if (end > now) {
        if (!r->idle && end - now <= MINUTE && !r->warned) {
            r->warned = true;
            msg_post(r->log, &MSG_WARNING, r->file);
        }
        arm(r);
        return;
    }
    struct out quiet = {.write = out_nowhere};
    roll(r, &quiet);
}

struct rollback *rollback_new(struct shells *s, struct loop *loop, struct clock *clock, struct log *log)
{
    struct rollback *r = NEW(struct rollback);
    *r = (struct rollback){.shells = s, .loop = loop, .clock = clock, .log = log};
    timer_init(&r->timer, loop, fire, r);
    return r;
}

void rollback_free(struct rollback *r)
{
    if (!r)
        return;
    forget(r);
    mem_free(r);
}

static const char *name_of(const struct session_view *by)
{
    return by->user[0] ? by->user : by->vty ? "vty" : "console";
}

/* "admin(Priv: 15, View: 0)", as messages name who did it. */
static void described(const struct session_view *by, char out[96])
{
    snprintf(out, 96, "%s(Priv: %u, View: 0)", name_of(by), by->privilege);
}

void rollback_timer(struct rollback *r, const struct session_view *by, unsigned minutes, bool idle)
{
    char who[96];
    described(by, who);
    str_copy(r->by, sizeof r->by, name_of(by));
    r->minutes = minutes;
    r->idle = idle;
    r->warned = minutes < 2;
    r->tty = by->tty;
    r->set_wall_us = clock_wall(r->clock);
    r->set_us = loop_now(r->loop);
    msg_post(r->log, idle ? &MSG_IDLETIMER : &MSG_ABSTIMER, who, r->file, minutes);
    arm(r);
}

bool rollback_start(struct rollback *r, const struct session_view *by, const char *file, unsigned minutes, bool idle)
{
    if (r->before)
        return false;
    r->before = store_running_tree(r->shells);
    str_copy(r->file, sizeof r->file, file);
    str_copy(r->user, sizeof r->user, by->user);
    str_copy(r->origin, sizeof r->origin, by->origin);
    msg_post(r->log, &MSG_BACKUP, r->file);
    rollback_timer(r, by, minutes, idle);
    return true;
}

bool rollback_pending(const struct rollback *r)
{
    return r->before != NULL;
}

bool rollback_confirm(struct rollback *r, const struct session_view *by)
{
    if (!r->before)
        return false;
    char who[96];
    described(by, who);
    msg_post(r->log, &MSG_CONFIRM, who);
    forget(r);
    return true;
}

bool rollback_now(struct rollback *r, struct out *out)
{
    if (!r->before)
        return false;
    if (store_is_typing(r->shells)) {
        out_text(out, "%Error: a configuration that is being read cannot be replaced\n");
        return true;
    }
    out_printf(out, "Rollback Confirmed Change: rolling to:%s\n\n", r->file);
    roll(r, out);
    return true;
}

void rollback_show(const struct rollback *r, struct text *out)
{
    char when[64];
    if (!r->before) {
        text_add(out, "%No Rollback Confirmed Change pending\n");
        return;
    }
    text_printf(out, "Time configured(or reconfigured): %s\n", clock_text(r->clock, r->set_wall_us, false, when));
    text_printf(out, "Timer type: %s timer\n", r->idle ? "idle" : "absolute");
    text_printf(out, "Timer value: %u min\n", r->minutes);
    text_printf(out, "User: %s\n", r->by);
}
