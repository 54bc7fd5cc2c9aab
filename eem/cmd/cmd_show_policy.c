/* cmd_show_policy.c: `show event manager policy ...`, `history ...` and `statistics ...`.
 *
 * Layouts are those of classic IOS; columns are padded to fixed widths. Times of events print the month and the day as
 * one word ("Mar10"), times of registration do not. Registered policies stand in order of their registration, or of
 * their names; all of them are applets of the user. What waits or runs is listed class by class. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eem/cmd/cmd.h"
#include "eem/eem.h"
#include "espial/clock.h"
#include "espial/mem.h"

static const char *event_time(struct cmd_ctx *c, int64_t wall, char out[32])
{
    struct wall_time t = clock_local(eem_clock(c->self), wall);
    snprintf(out, 32, "%s %s%2d %02d:%02d:%02d %d", day_names[t.wday], month_names[t.mon], t.day, t.hour, t.min, t.sec,
             t.year);
    return out;
}

static const char *registered_time(struct cmd_ctx *c, int64_t wall, char out[32])
{
    struct wall_time t = clock_local(eem_clock(c->self), wall);
    snprintf(out, 32, "%s %s %2d %02d:%02d:%02d %d", day_names[t.wday], month_names[t.mon], t.day, t.hour, t.min, t.sec,
             t.year);
    return out;
}

/* The actions as running-config has them. */
static void show_actions(struct cmd_ctx *c, const struct applet_conf *applet)
{
    struct text all = {0};
    c->host->say(c->shell, CONFIG_APPLET, applet, &all);
    for (const char *s = text_str(&all); *s;) {
        size_t n = strcspn(s, "\n");
        if (str_starts(s, "action ") || str_starts(s, "set "))
            out_printf(c->out, " %.*s\n", (int)n, s);
        s += n + (s[n] == '\n');
    }
    text_free(&all);
}

/* Does "timer-cron" or "timer cron" name this event? */
static bool is_type(const struct eem_policy_info *p, const char *typed)
{
    CONF_EACH(const struct event_conf, ev, &p->conf->events)
    {
        const char *name = eem_event_name(ev), *t = typed;
        while (*t && (*t == *name || (*t == '-' && *name == ' ')))
            t++, name++;
        if (!*t && (!*name || *name == ' '))
            return true;
    }
    return false;
}

static void show_row(struct cmd_ctx *c, unsigned no, const struct eem_policy_info *p)
{
    char when[32];
    if (no == 1)
        out_printf(c->out, "%-5s%-10s%-8s%-20s%-6s%-26s%s\n", "No.", "Class", "Type", "Event Type", "Trap",
                   "Time Registered", "Name");
    out_printf(c->out, "%-5u%-10s%-8s%-20s%-6s%-26s%s\n", no, "applet", "user", p->event_name,
               p->conf->trap ? "On" : "Off", registered_time(c, p->registered_wall, when), p->conf->name);
}

static void show_body(struct cmd_ctx *c, const struct eem_policy_info *p)
{
    struct text line = {0};
    unsigned nth = 0;
    CONF_EACH(const struct event_conf, ev, &p->conf->events)
    {
        text_clear(&line);
        eem_event_describe(ev, p->conf->name, &line);
        const char *what = text_str(&line) + strspn(text_str(&line), " ");
        if (p->conf->events.n > 1)
            out_printf(c->out, " %u: %s: %s\n", ++nth, eem_event_name(ev), what);
        else if (what[0])
            out_printf(c->out, " %s\n", what);
    }
    CONF_EACH(const struct trigger_conf, t, &p->conf->triggers)
    {
        text_clear(&line);
        eem_trigger_describe(t, &line);
        out_text(c->out, text_str(&line));
    }
    out_printf(c->out, " maxrun %llu.%03llu\n", (unsigned long long)p->maxrun / 1000,
               (unsigned long long)p->maxrun % 1000);
    show_actions(c, p->conf);
    out_text(c->out, "\n");
    text_free(&line);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct eem_policy_info *)a)->conf->name, ((const struct eem_policy_info *)b)->conf->name);
}

static int by_time(const void *a, const void *b)
{
    const struct eem_policy_info *x = a, *y = b;
    return (x->registered_wall > y->registered_wall) - (x->registered_wall < y->registered_wall);
}

/* All that are registered; *n of them, to be freed with mem_free. */
static struct eem_policy_info *all_policies(struct cmd_ctx *c, size_t *n)
{
    struct eem_policy_info p, *all = NULL;
    *n = 0;
    for (size_t cursor = 0; eem_policy_next(c->self, &cursor, &p);) {
        all = mem_resize(all, *n + 1, sizeof *all);
        all[(*n)++] = p;
    }
    return all;
}

static enum cmd_result show_registered(struct cmd_ctx *c)
{
    size_t n;
    struct eem_policy_info *all = all_policies(c, &n);
    unsigned no = 0;
    if (n && cmd_has(c, "name_ordered"))
        qsort(all, n, sizeof *all, by_name);
    else if (n && cmd_has(c, "time_ordered"))
        qsort(all, n, sizeof *all, by_time);
    for (size_t i = 0; i < n && !cmd_has(c, "system"); i++) {
        if ((cmd_has(c, "name") && strcmp(all[i].conf->name, cmd_str(c, "name"))) ||
            (cmd_has(c, "type") && !is_type(&all[i], cmd_str(c, "type"))))
            continue;
        show_row(c, ++no, &all[i]);
        if (!cmd_has(c, "description"))
            show_body(c, &all[i]);
        else if (all[i].conf->description[0])
            out_printf(c->out, " %s\n\n", all[i].conf->description);
    }
    mem_free(all);
    return CMD_OK;
}

static bool of_class(struct cmd_ctx *c, const struct eem_job_info *job)
{
    return !cmd_has(c, "class_name") || !strcmp(cmd_str(c, "class_name"), job->class_name);
}

static void show_jobs(struct cmd_ctx *c,
                      bool (*next)(const struct eem *, struct eem_job_cursor *, struct eem_job_info *))
{
    static const char *const classes[] = {"default", "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M",
                                          "N",       "O", "P", "Q", "R", "S", "T", "U", "V", "W", "X", "Y", "Z"};
    struct eem_job_info job;
    unsigned of[sizeof classes / sizeof classes[0]] = {0}, all = 0, no = 0;
    for (struct eem_job_cursor cursor = {0}; next(c->self, &cursor, &job);)
        for (size_t i = 0; i < sizeof of / sizeof of[0]; i++)
            if (of_class(c, &job) && !strcmp(classes[i], job.class_name)) {
                of[i]++;
                all++;
            }
    if (all && !cmd_has(c, "script"))
        out_text(c->out, "Key: p - Priority        :L - Low, H - High, N - Normal, Z - Last\n"
                         "     s - Scheduling node :A - Active, S - Standby\n\n");
    for (size_t i = 0; i < sizeof of / sizeof of[0] && !cmd_has(c, "script"); i++) {
        if (!of[i])
            continue;
        out_printf(c->out, "%s class - %u applet event%s\n", classes[i], of[i], of[i] == 1 ? "" : "s");
        out_printf(c->out, "%-5s%-12s%-2s%-2s%-8s%-26s%-20s%s\n", "no.", "job id", "p", "s", "status", "time of event",
                   "event type", "name");
        for (struct eem_job_cursor cursor = {0}; next(c->self, &cursor, &job);) {
            char when[32];
            if (strcmp(classes[i], job.class_name))
                continue;
            out_printf(c->out, "%-5u%-12u%-2s%-2s%-8s%-26s%-20sapplet: %s\n", ++no, job.job, "N", "A", job.status,
                       event_time(c, job.event_wall, when), job.event_name, job.applet);
        }
        out_text(c->out, "\n");
    }
}

static enum cmd_result show_active(struct cmd_ctx *c)
{
    show_jobs(c, eem_active_next);
    return CMD_OK;
}

static enum cmd_result show_pending(struct cmd_ctx *c)
{
    show_jobs(c, eem_pending_next);
    return CMD_OK;
}

static enum cmd_result show_history_events(struct cmd_ctx *c)
{
    struct eem_job_info job;
    unsigned no = 0, all = 0, skip = 0;
    for (size_t cursor = 0; eem_history_next(c->self, &cursor, &job);)
        all++;
    if (cmd_has(c, "max") && cmd_int(c, "max") < all)
        skip = all - (unsigned)cmd_int(c, "max");
    out_printf(c->out, "%-5s%-7s%-5s%-9s%-25s%-18s%s\n", "No.", "Job Id", "Proc", "Status", "Time of Event",
               "Event Type", "Name");
    for (size_t cursor = 0; eem_history_next(c->self, &cursor, &job);) {
        char when[32];
        if (skip) {
            skip--;
            continue;
        }
        out_printf(c->out, "%-5u%-7u%-5s%-9s%-25s%-18sapplet: %s\n", ++no, job.job, "Actv", job.status,
                   event_time(c, job.event_wall, when), job.event_name, job.applet);
        if (cmd_has(c, "detailed") && job.details[0])
            out_printf(c->out, " %s\n", job.details);
    }
    return CMD_OK;
}

static enum cmd_result show_history_traps(struct cmd_ctx *c)
{
    struct eem_trap_info trap;
    unsigned no = 0;
    out_printf(c->out, "%-5s%-27s%-14s%s\n", "No.", "Time", "Trap Type", "Name");
    for (size_t cursor = 0; eem_trap_history_next(c->self, &cursor, &trap);) {
        char when[32];
        if (cmd_has(c, trap.policy ? "server" : "policy"))
            continue;
        out_printf(c->out, "%-5u%-27s%-14sapplet: %s\n", ++no, event_time(c, trap.wall, when),
                   trap.policy ? "policy" : "server", trap.applet);
    }
    return CMD_OK;
}

static void seconds(char out[24], uint64_t us)
{
    snprintf(out, 24, "%llu.%03llu", (unsigned long long)us / 1000000, (unsigned long long)us / 1000 % 1000);
}

static enum cmd_result show_statistics_policy(struct cmd_ctx *c)
{
    size_t n;
    struct eem_policy_info *all = all_policies(c, &n);
    out_printf(c->out, "%-39s%-15s%s\n%-5s%-10s%-12s%-12s%-15s%-15s%s\n", "", "Average", "Maximum", "No.", "Class",
               "Triggered", "Suppressed", "Run Time", "Run Time", "Name");
    for (size_t i = 0; i < n; i++) {
        char average[24], most[24];
        seconds(average, all[i].runs ? all[i].run_us_total / all[i].runs : 0);
        seconds(most, all[i].run_us_max);
        out_printf(c->out, "%-5zu%-10s%-12llu%-12llu%-15s%-15s%s\n", i + 1, "applet",
                   (unsigned long long)all[i].triggered, (unsigned long long)all[i].suppressed, average, most,
                   all[i].conf->name);
    }
    mem_free(all);
    return CMD_OK;
}

static void put_timer(void *out, const struct eem_timer_info *t)
{
    char left[24];
    seconds(left, t->left);
    out_printf(out, "%-33s%-12s%s\n", t->name, t->type, left);
}

static enum cmd_result show_statistics_server(struct cmd_ctx *c)
{
    struct eem_queue_info q;
    char average[24];
    eem_queue_info(c->self, &q);
    seconds(average, q.average_us);
    out_printf(c->out, "EEM Queue Information\n%-31s%-12s%-10s%-10s%-10s%s\n%-31s%-12s%-10s%-10s%-10s%s\n", "Client",
               "Triggered", "Dropped", "Queue", "Queue", "Average", "", "Events", "Events", "Size", "Max", "Run Time");
    out_text(c->out, "-------------------------------------------------------------------------------------\n");
    out_printf(c->out, "%-31s%-12llu%-10llu%-10u%-10u%s\n", "EEM Applets", (unsigned long long)q.triggered,
               (unsigned long long)q.dropped, q.size, q.max, average);
    out_printf(c->out,
               "Most that waited at once: %u\nSeconds in which no more policies might start: %llu\nRegular expressions "
               "given up: %llu\n",
               q.largest, (unsigned long long)q.throttled, (unsigned long long)q.given_up);
    const char *name;
    int32_t value;
    out_printf(c->out, "\nEEM Policy Counters\n%-33s%s\n", "Name", "Value");
    out_text(c->out, "---------------------------------------------\n");
    for (size_t cursor = 0; eem_counter_next(c->self, &cursor, &name, &value);)
        out_printf(c->out, "%-33s%" PRId32 "\n", name, value);
    out_printf(c->out, "\nEEM Policy Timers\n%-33s%-12s%s\n", "Name", "Type", "Time Remaining");
    out_text(c->out, "-----------------------------------------------------------\n");
    eem_timers(c->self, put_timer, c->out);
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "show event manager policy", "Show Event Manager policies"),
    HELP(EXEC, "show event manager history", "Show Event Manager history"),
    HELP(EXEC, "show event manager statistics", "Show Event Manager statistics"),
    DO(EXEC, 1,
       "show event manager policy registered [event-type <word:type>] [system=system|user] "
       "[time-ordered=time_ordered|name-ordered=name_ordered]",
       show_registered,
       "Registered policies|Of one event type|Event type|System policies|User policies|By time of registration|By "
       "name"),
    DO(EXEC, 1, "show event manager policy registered description=description [<word:name>]", show_registered,
       "|Descriptions|Name of a policy"),
    DO(EXEC, 1, "show event manager policy registered detailed=detailed <word:name>", show_registered,
       "|One policy|Name of the policy"),
    DO(EXEC, 1, "show event manager policy registered <word:name>", show_registered, "|Name of a policy"),
    DO(EXEC, 1, "show event manager policy active [queue-type {applet|script=script}] [class <word:class_name>]",
       show_active, "Running policies|Of one kind|Applets|Scripts|Of one class|default or a letter"),
    DO(EXEC, 1, "show event manager policy pending [queue-type {applet|script=script}] [class <word:class_name>]",
       show_pending, "Policies waiting to run|Of one kind|Applets|Scripts|Of one class|default or a letter"),
    DO(EXEC, 1, "show event manager history events [detailed=detailed] [max <max:1-50>]", show_history_events,
       "Events that triggered policies|Their variables|The latest ones|How many"),
    DO(EXEC, 1, "show event manager history traps [server=server|policy=policy]", show_history_traps,
       "Traps sent|By the event manager itself|By policies"),
    DO(EXEC, 1, "show event manager statistics policy", show_statistics_policy, "Of policies"),
    DO(EXEC, 1, "show event manager statistics server", show_statistics_server, "Of the server and its queues"),
};

const struct cmd_table eem_table_show_policy = CMD_TABLE("eem/cmd/cmd_show_policy", rows);
