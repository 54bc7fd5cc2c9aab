/* on_syslog.c: event syslog: a line of the log that looks like a pattern.
 *
 * The pattern is searched in the complete line (timestamp and all); one that begins with '^' may also mean the
 * beginning of the message text. A line reaches us after its rate limit: a suppressed message never existed. `priority`
 * lets pass messages of that severity and more severe ones. With `occurs N period S` the policy is triggered by the Nth
 * match within the last S seconds, and counting begins anew; without period the matches may be any time apart. Lines
 * that a run itself logs are no exception: an applet that matches its own message runs again and again, within the
 * bounds of sched.c; what `debug event manager` shows of the server's work alone is not looked at. */
#include <string.h>

#include "eem/eem_local.h"
#include "eem/patterns.h"
#include "espial/mem.h"
#include "espial/regex.h"

#define OCCURS_MAX 32

static bool check(const struct event_conf *ev, char why[128])
{
    char *pattern = pattern_translate(ev->pattern);
    struct regex *re = regex_new(pattern, REGEX_IOS, why, NULL);
    mem_free(pattern);
    regex_free(re);
    return re != NULL;
}

/* Loop times of the last matches. */
struct matches {
    uint64_t seen[OCCURS_MAX];
    unsigned n;
};

static void arm(struct watch *w)
{
    char why[128];
    w->state = NEW(struct matches);
    (void)patterns_add(w->policy->eem->patterns, w->ev->pattern, w, why); /* eem_register has checked it */
}

static void disarm(struct watch *w)
{
    patterns_remove(w->policy->eem->patterns, w);
    mem_free(w->state);
}

static void describe(const struct event_conf *ev, const char *applet_name, struct text *out)
{
    (void)applet_name;
    text_printf(out, "pattern {%s}", ev->pattern);
    if (ev->occurs > 1)
        text_printf(out, " occurs %u", ev->occurs);
    if (ev->period)
        text_printf(out, " period %llu.%03llu", (unsigned long long)ev->period / 1000,
                    (unsigned long long)ev->period % 1000);
    if (ev->priority < EEM_PRIORITY_ALL)
        text_printf(out, " priority %s", log_level_names[ev->priority]);
}

/* One more match: is it the Nth? */
static bool enough(struct watch *w)
{
    if (w->ev->occurs <= 1)
        return true;
    struct matches *m = w->state;
    uint64_t now = loop_now(w->policy->eem->env.loop), period = w->ev->period * US_PER_MS;
    unsigned old = 0;
    while (period && old < m->n && now - m->seen[old] > period)
        old++;
    memmove(m->seen, m->seen + old, (m->n - old) * sizeof m->seen[0]);
    m->n -= old;
    m->seen[m->n++] = now; /* occurs <= OCCURS_MAX, and it is emptied on reaching occurs */
    if (m->n < w->ev->occurs && m->n < OCCURS_MAX) {
        observe_event(w, EEM_SEEN_OCCURS, 0, m->n, w->ev->occurs);
        return false;
    }
    m->n = 0;
    return true;
}

static void hit(void *arg, void *owner)
{
    const struct fact_syslog *f = arg;
    struct watch *w = owner;
    if (f->severity > w->ev->priority)
        return;
    w->matched++;
    if (!enough(w))
        return;
    struct vars vars = {0};
    vars_set(&vars, "_syslog_msg", f->line);
    vars_setf(&vars, "_syslog_priority", "%u", f->severity);
    vars_setf(&vars, "_syslog_sequence", "%llu", (unsigned long long)f->seq);
    size_t stamp = f->text_at;
    while (stamp && (f->line[stamp - 1] == ' ' || f->line[stamp - 1] == ':'))
        stamp--;
    vars_setn(&vars, "_syslog_timestamp", f->line, stamp);
    vars_set(&vars, "_syslog_facility", f->facility);
    vars_set(&vars, "_syslog_mnemonic", f->mnemonic);
    eem_trigger(w, &vars);
}

void on_syslog_fact(void *eem, const void *fact)
{
    struct eem *e = eem;
    struct fact_syslog f = *(const struct fact_syslog *)fact;
    size_t len = strnlen(f.line, sizeof f.line - 1);
    f.line[len] = '\0';
    if (f.text_at > len)
        f.text_at = 0;
    if (!strncmp(f.line + f.text_at, "fh_", 3))
        return; /* a debug line of ours, or one event would be shown by lines without end */
    patterns_match(e->patterns, f.line, len, f.text_at, hit, &f);
    const struct watch *w = patterns_gave_up(e->patterns);
    if (w)
        pattern_gave_up(e, w->policy->applet->conf.name);
}

const struct detector detector_syslog = {
    .type = EEM_SYSLOG, .name = "syslog", .check = check, .arm = arm, .disarm = disarm, .describe = describe};
