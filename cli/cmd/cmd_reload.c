/* cmd_reload.c: reload [in | at | cancel], show reload.
 *
 * reload asks about unsaved changes, then for a confirmation by one key, and hands over to cli/shell/reload.c. A program
 * that answers nothing gets "no" to the first question and "yes" to the second. `reload at` needs a clock that somebody
 * or NTP has set; a time that has passed today means tomorrow.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/cmd/cmd_local.h"
#include "cli/shell/reload.h"
#include "cli/shell/store.h"
#include "espial/clock.h"

#define MINUTES_MAX (999 * 60 + 59)

struct reloading {
    struct waiting w; /* first */
    bool later;
    uint64_t in_us;
    char reason[RELOAD_REASON_MAX];
};

const char *session_by(const struct session_view *v)
{
    const char *by = strstr(v->origin, " by ");
    return by ? by + 4 : "console";
}

static void reloading_free(struct waiting *w)
{
    mem_free(w);
}

static void proceed_answer(void *arg, const char *text)
{
    struct reloading *r = arg;
    struct cmd_ctx *c = r->w.c;
    struct cli *cli = c->self;
    struct session_view v;
    if (!confirmed(text)) {
        waiting_end(&r->w, CMD_FAIL);
        return;
    }
    session_view(c->shell, &v);
    if (r->later) {
        reload_plan(cli->reload, r->in_us, session_by(&v), r->reason);
        waiting_end(&r->w, CMD_OK);
        return;
    }
    struct reloading now = *r;
    if (v.terminal) { /* it stays busy, so that nothing typed ahead reaches the router that goes */
        c->host->on_abort(c->shell, NULL, NULL);
        mem_free(r);
    } else {
        waiting_end(&r->w, CMD_OK);
    }
    reload_now(cli->reload, session_by(&v), now.reason, c->shell);
}

static void ask_proceed(struct reloading *r)
{
    struct cli *cli = r->w.c->self;
    struct session_view v;
    struct text t = {0};
    session_view(r->w.c->shell, &v);
    if (r->later)
        reload_describe(cli->reload, r->in_us, session_by(&v), r->reason, &t);
    out_write(r->w.c->out, text_str(&t), t.len);
    text_free(&t);
    r->w.c->host->ask(r->w.c->shell, "Proceed with reload? [confirm]", true, proceed_answer, r);
}

static const char save_question[] = "\nSystem configuration has been modified. Save? [yes/no]: ";

static void save_answer(void *arg, const char *text)
{
    struct reloading *r = arg;
    struct session_view v;
    session_view(r->w.c->shell, &v);
    int yes = yes_or_no(text);
    if (yes > 0) {
        if (save_config(r->w.c, STARTUP_CONFIG) != CMD_OK) {
            waiting_end(&r->w, CMD_FAIL);
            return;
        }
    } else if (yes < 0 && (v.terminal || text[0])) {
        please_answer(r->w.c);
        r->w.c->host->ask(r->w.c->shell, save_question + 1, false, save_answer, r);
        return;
    }
    ask_proceed(r);
}

static enum cmd_result begin(struct cmd_ctx *c, bool later, uint64_t in_us, const char *reason)
{
    struct cli *cli = c->self;
    if (!cli->env.reload) {
        out_text(c->out, "% This router cannot be reloaded\n");
        return CMD_FAIL;
    }
    struct reloading *r = NEW(struct reloading);
    *r = (struct reloading){.later = later, .in_us = in_us};
    if (str_starts(reason, "reason "))
        reason += strlen("reason ");
    str_copy(r->reason, sizeof r->reason, reason);
    waiting_begin(&r->w, c, reloading_free);
    if (shells_config_history(cli->shells)->unsaved)
        c->host->ask(c->shell, save_question, false, save_answer, r);
    else
        ask_proceed(r);
    return CMD_WAIT;
}

static enum cmd_result do_reload(struct cmd_ctx *c)
{
    return begin(c, false, 0, cmd_str(c, "reason"));
}

/* "hh:mm" or "mmm" as minutes; hours: only the first form, of a day. */
static bool minutes_of(const char *s, bool of_day, unsigned *minutes)
{
    const char *colon = strchr(s, ':');
    uint64_t h = 0, m;
    char hours[8] = "";
    if (!colon)
        return !of_day && str_uint(s, 1, MINUTES_MAX, &m) && (*minutes = (unsigned)m, true);
    if ((size_t)(colon - s) >= sizeof hours)
        return false;
    memcpy(hours, s, (size_t)(colon - s));
    if (!str_uint(hours, 0, of_day ? 23 : 999, &h) || !str_uint(colon + 1, 0, 59, &m))
        return false;
    *minutes = (unsigned)(h * 60 + m);
    return of_day || *minutes;
}

static enum cmd_result bad_time(struct cmd_ctx *c)
{
    out_text(c->out, "% Invalid time\n");
    return CMD_FAIL;
}

static enum cmd_result do_reload_in(struct cmd_ctx *c)
{
    unsigned minutes;
    if (!minutes_of(cmd_str(c, "when"), false, &minutes))
        return bad_time(c);
    return begin(c, true, minutes * 60 * US_PER_S, cmd_str(c, "reason"));
}

/* "Feb 2", "2 february" at the beginning of s: what is behind it; NULL: no date stands there. */
static const char *date_of(const char *s, int *month, int *day)
{
    char word[2][16] = {"", ""};
    int n = 0;
    uint64_t d;
    if (sscanf(s, "%15s %15s%n", word[0], word[1], &n) != 2)
        return NULL;
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < 12; i++)
            if (strlen(word[k]) >= 3 && !strncasecmp(word[k], month_names[i], 3) && str_uint(word[1 - k], 1, 31, &d)) {
                *month = i;
                *day = (int)d;
                return s + n + strspn(s + n, " ");
            }
    return NULL;
}

static enum cmd_result do_reload_at(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    struct clock *clock = cli->env.clock;
    const char *rest = cmd_str(c, "rest"), *behind;
    unsigned minutes;
    if (clock_mark(clock) == CLOCK_UNSET) {
        out_text(c->out, "% The date and time must be set first.\n");
        return CMD_FAIL;
    }
    if (!minutes_of(cmd_str(c, "when"), true, &minutes))
        return bad_time(c);
    int64_t now = clock_wall(clock);
    struct wall_time w = clock_local(clock, now);
    bool dated = (behind = date_of(rest, &w.mon, &w.day)) != NULL;
    w.hour = w.sec = w.msec = 0;
    w.min = (int)minutes;
    for (;; w.year += dated, w.day += !dated) {
        int64_t at = clock_from_local(clock, &w);
        if (at > now)
            return begin(c, true, (uint64_t)(at - now), dated ? behind : rest);
    }
}

static enum cmd_result do_cancel(struct cmd_ctx *c)
{
    if (reload_cancel(((struct cli *)c->self)->reload))
        return CMD_OK;
    out_text(c->out, "%No reload is currently scheduled.\n");
    return CMD_FAIL;
}

static enum cmd_result show_reload(struct cmd_ctx *c)
{
    struct text t = {0};
    if (!reload_show(((struct cli *)c->self)->reload, &t))
        text_add(&t, "No reload is scheduled.\n");
    out_write(c->out, text_str(&t), t.len);
    text_free(&t);
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "reload", "Halt and perform a cold restart"),
    DO(EXEC, 15, "reload [<line:reason>]", do_reload, "Reason for reload"),
    DO(EXEC, 15, "reload in <word:when> [<line:reason>]", do_reload_in,
       "Reload after a time interval|Delay before reload (mmm or hhh:mm)|Reason for reload"),
    DO(EXEC, 15, "reload at <word:when> [<line:rest>]", do_reload_at,
       "Reload at a specific time/date|Time to reload (hh:mm)|Day and month, and reason for reload"),
    DO(EXEC, 15, "reload cancel", do_cancel, "Cancel pending reload"),
    DO(EXEC, 1, "show reload", show_reload, "Scheduled reload information"),
};
const struct cmd_table cli_table_reload = CMD_TABLE("cli/cmd/cmd_reload", rows);
