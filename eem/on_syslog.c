/* on_syslog.c: event syslog: a line of the log that looks like a pattern.
 *
 * The pattern is searched in the complete line (timestamp and all); one that begins with '^' may also mean the
 * beginning of the message text. sequence, timestamp, facility and mnemonic are expressions searched in that part of the
 * line; all that is asked for must be there, and any of them may stand without a pattern. A line reaches us after its rate limit: a suppressed message never existed. `priority`
 * lets pass messages of that severity and more severe ones, severity-* those of the severities named. `occurs` and `period`: occurs.c. Lines
 * that a run itself logs are no exception: an applet that matches its own message runs again and again, within the
 * bounds of sched.c; what `debug event manager` shows of the server's work, and what its lint says, is not looked at. */
#include <stdio.h>
#include <string.h>

#include "eem/eem_local.h"
#include "eem/literals.h"
#include "eem/occurs.h"
#include "eem/patterns.h"
#include "espial/mem.h"
#include "espial/regex.h"

enum { SEQUENCE, TIMESTAMP, FACILITY, MNEMONIC, FIELDS };

static const char *field_pattern(const struct event_conf *ev, unsigned field)
{
    const char *const all[FIELDS] = {ev->sequence, ev->timestamp, ev->facility, ev->mnemonic};
    return all[field];
}

unsigned syslog_severities(const struct event_conf *ev)
{
    const bool on[] = {ev->sev_fatal,   ev->sev_critical,     ev->sev_major,  ev->sev_minor,
                       ev->sev_warning, ev->sev_notification, ev->sev_normal, ev->sev_debugging};
    unsigned bits = 0;
    for (unsigned i = 0; i < sizeof on / sizeof on[0]; i++)
        bits |= (unsigned)on[i] << i;
    return bits;
}

static bool check(const struct event_conf *ev, char why[128])
{
    bool any = ev->pattern[0] || ev->priority < EEM_PRIORITY_ALL || syslog_severities(ev);
    for (unsigned i = 0; i <= FIELDS; i++) {
        const char *pattern = i < FIELDS ? field_pattern(ev, i) : ev->pattern;
        if (!pattern[0])
            continue;
        struct regex *re = pattern_compile(pattern, REGEX_EVENT, why);
        if (!re)
            return false;
        regex_free(re);
        any = true;
    }
    if (!any)
        str_copy(why, 128, "pattern, a field or a severity is needed");
    return any;
}

struct matches {
    struct occurs occurs;
    struct regex *fields[FIELDS]; /* NULL: not asked */
    unsigned severities;
};

#define PREPARE_US (20 * US_PER_MS) /* whoever configures applets configures several */

static struct patterns *patterns_change(struct watch *w)
{
    struct eem *e = w->policy->eem;
    timer_set(&e->prepare, PREPARE_US);
    return e->patterns;
}

/* What leads a line to this watch: its pattern, else the words that tell most of what a field it asks for must contain. */
static void arm(struct watch *w)
{
    char why[128];
    struct literals words = {0}, of_field;
    struct matches *m = w->state = NEW(struct matches);
    struct patterns *patterns = patterns_change(w);
    m->severities = syslog_severities(w->ev);
    for (unsigned i = 0; i < FIELDS; i++) {
        const char *pattern = field_pattern(w->ev, i);
        if (!pattern[0])
            continue;
        m->fields[i] = pattern_compile(pattern, REGEX_EVENT, why); /* eem_register has checked it */
        literals_of(pattern, &of_field);
        if (literals_worth(&of_field) > literals_worth(&words) && (i == FACILITY || i == MNEMONIC))
            words = of_field;
    }
    if (w->ev->pattern[0])
        (void)patterns_add(patterns, w->ev->pattern, w, why);
    else
        patterns_add_literals(patterns, &words, w);
}

static void disarm(struct watch *w)
{
    struct matches *m = w->state;
    patterns_remove(patterns_change(w), w);
    for (unsigned i = 0; i < FIELDS; i++)
        regex_free(m->fields[i]);
    mem_free(m);
}

static void describe(const struct event_conf *ev, const char *applet_name, struct text *out)
{
    (void)applet_name;
    static const char *const names[FIELDS] = {"sequence", "timestamp", "facility", "mnemonic"};
    static const char *const levels[] = {"fatal",   "critical",     "major",  "minor",
                                         "warning", "notification", "normal", "debugging"};
    if (ev->pattern[0])
        text_printf(out, "pattern {%s}", ev->pattern);
    for (unsigned i = 0; i < FIELDS; i++)
        if (field_pattern(ev, i)[0])
            text_printf(out, " %s {%s}", names[i], field_pattern(ev, i));
    occurs_describe(ev, out);
    if (ev->priority < EEM_PRIORITY_ALL)
        text_printf(out, " priority %s", log_level_names[ev->priority]);
    for (unsigned i = 0; i < 8; i++)
        if (syslog_severities(ev) & 1u << i)
            text_printf(out, " severity-%s", levels[i]);
}

struct line {
    const struct fact_syslog *fact;
    struct syslog_parts parts;
};

void syslog_parts(const struct fact_syslog *f, struct syslog_parts *p)
{
    size_t digits = strspn(f->line, "0123456789");
    *p = (struct syslog_parts){.stamp_end = f->text_at};
    snprintf(p->sequence, sizeof p->sequence, "%llu", (unsigned long long)f->seq);
    while (p->stamp_end && (f->line[p->stamp_end - 1] == ' ' || f->line[p->stamp_end - 1] == ':'))
        p->stamp_end--;
    if (digits && digits + 2 <= f->text_at && !memcmp(f->line + digits, ": ", 2)) {
        snprintf(p->sequence, sizeof p->sequence, "%.*s", (int)(digits < 20 ? digits : 20), f->line);
        p->stamp = digits + 2 < p->stamp_end ? digits + 2 : p->stamp_end;
    }
}

static bool concerns(const struct watch *w, const struct line *l)
{
    const struct syslog_parts *p = &l->parts;
    const struct matches *m = w->state;
    const struct fact_syslog *f = l->fact;
    const struct {
        const char *s;
        size_t len;
    } fields[FIELDS] = {{p->sequence, strlen(p->sequence)},
                        {f->line + p->stamp, p->stamp_end - p->stamp},
                        {f->facility, strlen(f->facility)},
                        {f->mnemonic, strlen(f->mnemonic)}};
    if (f->severity > w->ev->priority || (m->severities && !(m->severities & 1u << (f->severity & 7))))
        return false;
    for (unsigned i = 0; i < FIELDS; i++)
        if (m->fields[i] && !watch_matches(w, m->fields[i], fields[i].s, fields[i].len))
            return false;
    return true;
}

static void hit(void *arg, void *owner)
{
    const struct line *l = arg;
    const struct syslog_parts *p = &l->parts;
    const struct fact_syslog *f = l->fact;
    struct watch *w = owner;
    if (!concerns(w, l))
        return;
    if (!occurs_enough(&((struct matches *)w->state)->occurs, w))
        return;
    struct vars vars = {0};
    vars_setf(&vars, "_syslog_msg", "\n%s",
              f->line); /* as IOS has it: what is typed or compared whole is trimmed first */
    vars_setf(&vars, "_syslog_priority", "%u", f->severity);
    vars_set(&vars, "_syslog_sequence", p->sequence);
    vars_setn(&vars, "_syslog_timestamp", f->line + p->stamp, p->stamp_end - p->stamp);
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
    if (!strcmp(f.mnemonic, "FMPD_LINT") && !strcmp(f.facility, "HA_EM"))
        return; /* it names patterns, which would fit it */
    struct line l = {.fact = &f};
    syslog_parts(&f, &l.parts);
    patterns_match(e->patterns, f.line, len, f.text_at, hit, &l);
    const struct watch *w = patterns_gave_up(e->patterns);
    if (w)
        pattern_gave_up(e, w->policy->applet->conf.name);
}

static const char variables[] =
    "_syslog_msg _syslog_priority _syslog_sequence _syslog_timestamp _syslog_facility "
    "_syslog_mnemonic";
const struct detector detector_syslog = {.type = EEM_SYSLOG,
                                         .name = "syslog",
                                         .check = check,
                                         .arm = arm,
                                         .disarm = disarm,
                                         .describe = describe,
                                         .variables = variables};
