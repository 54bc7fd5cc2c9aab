/* story.c: the report of a replay. As text it is told as it happens, in the order of time, one line an event:
 *
 *     line 12: *Mar  1 10:00:03.120: %LINK-3-UPDOWN: ...                    the log's line, once, when it does something
 *       10:00:03.120 watch: fires (job 1) by syslog
 *                    $_syslog_msg = ...
 *       10:00:03.120 watch: action 1.0 cli command "enable"
 *                    R1>enable
 *       10:00:03.620 watch: ends: success, took 0.500 s of 20.000 s
 *
 * and at the end the verdict (verdict.c), which is all that is told with TAP and JUnit. Nothing of a long log is kept but
 * counters by applet. An applet that keeps itself going is told of IN_A_ROW times until the next line of the log. */
#include "cli/offline/story_local.h"

#include <inttypes.h>
#include <string.h>

#include "cli/config/config.h"
#include "eem/vars.h"
#include "eem/why.h"
#include "espial/bus.h"
#include "espial/clock.h"
#include "espial/loop.h"

#define STEPS_TOLD 300 /* of one run */
#define IN_A_ROW                                                                                                       \
    20 /* runs of an applet that are told, when each follows the last within ROW_US and no line of the log is between */
#define ENDLESS    1000 /* so many are a loop */
#define ROW_US     (2 * US_PER_S) /* sched.c starts a thousand a second, and rests up to the next */

bool story_told(const struct story *s)
{
    return s->format == STORY_TEXT && !s->quiet;
}

void story_clean(FILE *out, const char *s, size_t len, size_t most)
{
    for (size_t i = 0; i < len && i < most; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == '\n')
            fputs("\\n", out);
        else if (c == '\r')
            fputs("\\r", out);
        else
            fputc(c < ' ' || c == 0x7F ? '.' : c, out);
    }
    if (len > most)
        fputs("...", out);
}

static void now(const struct story *s, char out[32])
{
    struct wall_time w = clock_local(s->desk->clock, clock_wall(s->desk->clock));
    snprintf(out, 32, "%02d:%02d:%02d.%03d", w.hour, w.min, w.sec, w.msec);
}

static struct tally *tally_find(const struct story *s, const char *applet)
{
    for (size_t i = 0; i < s->ntallies; i++)
        if (!strcmp(s->tallies[i].applet, applet))
            return &s->tallies[i];
    return NULL;
}

/* Does it fire again and again, by what no line of the log says? */
static bool raves(const struct story *s, const struct tally *t)
{
    return t->row > IN_A_ROW && t->row_line == s->behind && loop_now(s->desk->loop) - t->row_us < ROW_US;
}

bool story_untold(const struct story *s, const char *applet)
{
    const struct tally *t = tally_find(s, applet);
    return t && raves(s, t);
}

/* Progress stands where something is to be told. */
static void make_way(const struct story *s)
{
    if (!s->progress || !*s->progress)
        return;
    fputs(PROGRESS_CLEAR, stderr);
    *s->progress = false;
}

bool story_head(struct story *s, const char *applet)
{
    char at[32];
    if (!story_told(s) || story_untold(s, applet))
        return false;
    make_way(s);
    if (s->line && !s->line_told) {
        fprintf(s->out, "line %" PRIu64 ": ", s->line);
        story_clean(s->out, s->text, s->len, 1000);
        fputc('\n', s->out);
        s->line_told = true;
    }
    now(s, at);
    fprintf(s->out, "  %s %s: ", at, applet);
    return true;
}

static struct tally *tally_of(struct story *s, const char *applet)
{
    struct tally *t = tally_find(s, applet);
    if (t)
        return t;
    s->tallies = mem_resize(s->tallies, s->ntallies + 1, sizeof *s->tallies);
    t = &s->tallies[s->ntallies++];
    *t = (struct tally){0};
    str_copy(t->applet, sizeof t->applet, applet);
    return t;
}

static bool is_timer(const struct event_conf *ev)
{
    return ev->type == EEM_WATCHDOG || ev->type == EEM_COUNTDOWN || ev->type == EEM_CRON || ev->type == EEM_ABSOLUTE;
}

/* It fires: once more in a row, or for the first time of one. */
static void row_grows(struct story *s, struct tally *t)
{
    uint64_t now_us = loop_now(s->desk->loop);
    if (t->row_line != s->behind || now_us - t->row_us >= ROW_US)
        t->row = 0;
    if (t->row == IN_A_ROW && story_head(s, t->applet))
        fputs("fires again and again, by no line of the log: its runs are not told until the next line\n", s->out);
    t->row++;
    t->row_line = s->behind;
    t->row_us = now_us;
}

bool story_ravings(struct story *s)
{
    bool any = false;
    for (size_t i = 0; i < s->ntallies; i++) {
        if (!raves(s, &s->tallies[i]) || s->tallies[i].row < ENDLESS)
            continue;
        any = true;
        if (story_told(s))
            fprintf(s->out, "%s fires again and again, by no line of the log: the replay ends here\n",
                    s->tallies[i].applet);
    }
    return any;
}

/* ---- runs */

static uint64_t hash(const char *s)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
    return h;
}

static struct kept_run *run_of(struct story *s, uint32_t job)
{
    for (size_t i = 0; i < RUNS_KEPT; i++)
        if (s->runs[i].job == job)
            return &s->runs[i];
    return NULL;
}

static bool housekeeping(const char *name)
{
    return str_starts(name, "_event_") || !strcmp(name, "_job_id") || !strcmp(name, "_cli_result");
}

/* What has changed since the last look. */
static void changes(struct story *s, struct kept_run *k, const struct vars *vars)
{
    for (size_t i = 0; i < vars->n; i++) {
        const struct kept_var is = {hash(vars->v[i].name), hash(vars->v[i].value)};
        size_t at = 0;
        while (at < k->nvars && k->vars[at].name != is.name)
            at++;
        if (at < k->nvars && k->vars[at].value == is.value)
            continue;
        if (at == k->nvars) {
            k->vars = mem_resize(k->vars, k->nvars + 1, sizeof *k->vars);
            k->nvars++;
        }
        k->vars[at] = is;
        if (!story_told(s) || k->untold || housekeeping(vars->v[i].name) || k->steps > STEPS_TOLD)
            continue;
        fprintf(s->out, "               $%s = ", vars->v[i].name);
        story_clean(s->out, vars->v[i].value, strlen(vars->v[i].value), VALUE_TOLD);
        fputc('\n', s->out);
    }
}

static void on_event(void *arg, const struct eem_event_seen *seen)
{
    struct story *s = arg;
    struct tally *t = tally_of(s, seen->applet->name);
    const char *name = seen->applet->name;
    if (s->why)
        text_printf(&s->seen, "%s\n", name);
    switch (seen->what) {
    case EEM_SEEN_TRIGGERED:
        t->fired++;
        if (!is_timer(seen->event))
            row_grows(s, t);
        if (s->line)
            t->last_line = s->line;
        if (!t->first_line)
            t->first_line = s->line;
        expect_fired(s->expect, name, s->line);
        if (story_head(s, name))
            fprintf(s->out, "fires (job %" PRIu32 ") by %s%s%s\n", seen->job, eem_event_name(seen->event),
                    seen->event->tag[0] ? ", tag " : "", seen->event->tag);
        return;
    case EEM_SEEN_RATELIMIT:
        t->limited++;
        if (story_head(s, name))
            fprintf(s->out, "held by ratelimit for another %" PRIu64 ".%03" PRIu64 " s\n", seen->n / 1000,
                    seen->n % 1000);
        return;
    case EEM_SEEN_OCCURS:
        if (story_head(s, name))
            fprintf(s->out, "occurrence %" PRIu64 " of %" PRIu64 "\n", seen->n, seen->of);
        return;
    case EEM_SEEN_JOINED:
        if (story_head(s, name))
            fprintf(s->out, "event%s%s noted; its trigger waits (%" PRIu64 " of %" PRIu64 ")\n",
                    seen->event->tag[0] ? " " : "", seen->event->tag, seen->n, seen->of);
        return;
    case EEM_SEEN_BETWEEN:
        if (story_head(s, name))
            fputs("not counted: between two periods of its trigger\n", s->out);
        return;
    case EEM_SEEN_QUEUE_FULL:
        t->limited++;
        if (story_head(s, name))
            fputs("discarded: the queue of its class is full\n", s->out);
        return;
    }
}

static void on_began(void *arg, const struct eem_run_seen *run)
{
    struct story *s = arg;
    struct kept_run *k = run_of(s, 0);
    if (!k)
        return;
    k->job = run->job;
    k->untold = story_untold(s, run->applet->name);
    changes(s, k, run->vars);
}

/* `action 1.0 cli command "enable"`, as running-config has it. */
static void put_action(struct story *s, const struct applet_conf *a, const struct action_conf *act)
{
    struct text all = {0};
    config_say_object(s->desk->grammar, CONFIG_APPLET, a, &all);
    size_t n = strlen(act->label);
    for (const char *line = text_str(&all); *line;) {
        size_t len = strcspn(line, "\n"), word = strcspn(line, " ");
        const char *label = line + word + (line[word] == ' '), *quoted = label + (*label == '"');
        if ((str_starts(line, "action ") || str_starts(line, "set ")) && !strncmp(quoted, act->label, n) &&
            quoted[n] == (quoted > label ? '"' : ' ')) {
            fprintf(s->out, "%.*s\n", (int)len, line);
            text_free(&all);
            return;
        }
        line += len + (line[len] == '\n');
    }
    fprintf(s->out, "action %s\n", act->label);
    text_free(&all);
}

static void on_step(void *arg, const struct eem_run_seen *run, const struct action_conf *a, enum eem_step step)
{
    struct story *s = arg;
    struct kept_run *k = run_of(s, run->job);
    if (!k)
        return;
    if (step == EEM_STEP_BEGINS) {
        str_copy(k->label, sizeof k->label, a->label);
        if (++k->steps <= STEPS_TOLD) {
            if (story_head(s, run->applet->name))
                put_action(s, run->applet, a);
        } else if (k->steps == STEPS_TOLD + 1 && story_head(s, run->applet->name)) {
            fputs("... further actions of this run are not told\n", s->out);
        }
        return;
    }
    if (step == EEM_STEP_FAILED && story_head(s, run->applet->name))
        fprintf(s->out, "action %s failed: %s\n", a->label, run->error ? run->error : "FH_EFAIL");
    if (step != EEM_STEP_PENDING)
        changes(s, k, run->vars);
}

static void on_ended(void *arg, const struct eem_run_seen *run, enum eem_end how)
{
    static const char *const words[] = {"success", "abort", "killed by maxrun"};
    struct story *s = arg;
    struct tally *t = tally_of(s, run->applet->name);
    struct kept_run *k = run_of(s, run->job);
    *(how == EEM_END_SUCCESS ? &t->success : how == EEM_END_ABORT ? &t->abort : &t->timeout) += 1;
    if (run->took_us > t->longest_us)
        t->longest_us = run->took_us;
    for (size_t i = 0; i < run->vars->n; i++)
        expect_set(s->expect, run->applet->name, run->vars->v[i].name, run->vars->v[i].value);
    expect_ended(s->expect, run->applet->name, how, run->took_us, run->exit_status);
    if (story_head(s, run->applet->name)) {
        fprintf(s->out, "ends: %s", words[how]);
        if (how != EEM_END_SUCCESS && k)
            fprintf(s->out, " at action %s", k->label);
        fprintf(s->out, ", took %" PRIu64 ".%03" PRIu64 " s", run->took_us / 1000000, run->took_us / 1000 % 1000);
        if (run->maxrun_ms)
            fprintf(s->out, " of %" PRIu64 ".%03" PRIu64 " s", run->maxrun_ms / 1000, run->maxrun_ms % 1000);
        if (run->exit_status)
            fprintf(s->out, ", exit status %d", (int)run->exit_status);
        fputc('\n', s->out);
    }
    if (!k)
        return;
    mem_free(k->vars);
    *k = (struct kept_run){0};
}

void story_command(struct story *s, const char *command, const char *what)
{
    if (!story_head(s, "operator"))
        return;
    fputc('"', s->out);
    story_clean(s->out, command, strlen(command), 200);
    fprintf(s->out, "\" %s\n", what);
}

void story_printed(struct story *s, const char *text)
{
    if (!story_head(s, "operator"))
        return;
    fputs("sees ", s->out);
    story_clean(s->out, text, strlen(text), 400);
    fputc('\n', s->out);
}

/* ---- what runs do */

static void on_typed(void *arg, const char *applet, const char *prompt, const char *line, enum typed_as as,
                     const char *output)
{
    struct story *s = arg;
    expect_text(s->expect, applet, EXPECT_RUNS, line);
    if (!story_told(s) || !story_head(s, applet))
        return;
    fprintf(s->out, "types %s", prompt);
    story_clean(s->out, line, strlen(line), 1000);
    fputs(as == TYPED_NO_ANSWER ? "   (unknown: no answer to it; refused)\n"
          : as == TYPED_STUCK   ? "   (nobody answers what it asks: it waits until maxrun)\n"
                                : "\n",
          s->out);
    for (const char *p = output; as != TYPED_NO_ANSWER && *p;) {
        size_t n = strcspn(p, "\n");
        if (n) {
            fputs("               | ", s->out);
            story_clean(s->out, p, n, 200);
            fputc('\n', s->out);
        }
        p += n + (p[n] == '\n');
    }
}

/* ---- the whole */

struct story *story_new(FILE *out, enum story_format format, bool quiet)
{
    struct story *s = NEW(struct story);
    s->out = out;
    s->format = format;
    s->quiet = quiet;
    s->observer = (struct eem_observer){
        .arg = s, .event = on_event, .began = on_began, .step = on_step, .ended = on_ended, .mail = story_on_mail};
    return s;
}

void story_progress(struct story *s, bool *shown)
{
    s->progress = shown;
}

void story_free(struct story *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < RUNS_KEPT; i++)
        mem_free(s->runs[i].vars);
    mem_free(s->tallies);
    text_free(&s->seen);
    mem_free(s);
}

const struct eem_observer *story_observer(struct story *s)
{
    return &s->observer;
}

struct answers_hear story_hear(struct story *s)
{
    return (struct answers_hear){.arg = s, .typed = on_typed};
}

void story_begin(struct story *s, struct desk *d, struct expectations *e)
{
    s->desk = d;
    s->expect = e;
    bus_subscribe(d->bus, FACT_SYSLOG, story_on_log, s);
    bus_subscribe(d->bus, FACT_TRAP_WANTED, story_on_trap, s);
}

void story_line(struct story *s, uint64_t number, const char *line, size_t len)
{
    s->line = number;
    s->behind = number ? number : s->behind;
    s->text = line;
    s->len = len;
    s->line_told = false;
}

/* Every applet whose events did not happen, and why; what did happen has been told. */
static void explain_all(struct story *s, const struct eem_moment *m)
{
    struct eem_policy_info p;
    for (size_t cursor = 0; eem_policy_next(s->desk->eem, &cursor, &p);) {
        char *sought = mem_printf("\n%s\n", p.conf->name);
        bool seen = strstr(text_str(&s->seen), sought) != NULL;
        mem_free(sought);
        CONF_EACH(const struct event_conf, ev, &p.conf->events)
        {
            struct text why = {0};
            text_add(&why, "");
            bool fits = eem_why(ev, m, &why);
            fprintf(s->out, "why %s%s%s: %s\n", p.conf->name, ev->tag[0] ? ", event tag " : "", ev->tag,
                    !fits  ? text_str(&why)
                    : seen ? "the event happened, see above"
                           : "the event happened, and nothing came of it");
            text_free(&why);
        }
    }
}

void story_why(struct story *s, const struct eem_moment *m)
{
    if (m) {
        text_clear(&s->seen);
        text_add(&s->seen, "\n");
    } else if (s->why && s->format == STORY_TEXT) {
        make_way(s);
        if (!s->line_told) {
            fprintf(s->out, "line %" PRIu64 ": ", s->line);
            story_clean(s->out, s->text, s->len, 1000);
            fputc('\n', s->out);
        }
        explain_all(s, s->why);
        text_free(&s->seen);
    }
    s->why = m;
}

void story_config(struct story *s, const struct config *c)
{
    struct eem_policy_info p;
    size_t n = 0;
    for (size_t cursor = 0; eem_policy_next(s->desk->eem, &cursor, &p); n++)
        (void)tally_of(s, p.conf->name);
    for (size_t i = 0; i < c->n; i++) {
        const struct config_line *l = &c->lines[i];
        if (l->kind == CONFIG_LINE_REFUSED)
            fprintf(s->format == STORY_TEXT ? s->out : stderr, "%s:%u: refused: %s\n    %s\n", c->path, l->number,
                    l->text, l->said ? l->said : "");
    }
    if (story_told(s))
        fprintf(s->out, "%s: %zu applet%s in force\n", c->path, n, n == 1 ? "" : "s");
    (void)fflush(s->out);
}

bool story_end(struct story *s, const struct config *c, const char *log, uint64_t lines)
{
    return verdict_tell(&(const struct verdict){.out = s->out,
                                                .format = s->format,
                                                .quiet = s->quiet,
                                                .tallies = s->tallies,
                                                .ntallies = s->ntallies,
                                                .expect = s->expect,
                                                .config = c,
                                                .log = log,
                                                .lines = lines});
}
