/* why.c: explaining why a line of the log does not raise an event: which of its conditions does not hold, and where in a
 * pattern the search came to its end. For people who try applets; a router that works never asks. */
#include "eem/why.h"

#include <stdio.h>
#include <string.h>

#include "eem/eem_local.h"
#include "eem/logline.h"
#include "espial/mem.h"
#include "espial/regex.h"

#define ALTERNATIVES_DEEP 32

/* Where nothing of the last alternative fits, nothing of the others does at that place: the group begins what does not fit. */
static size_t alternatives(const char *pattern, size_t at)
{
    size_t open[ALTERNATIVES_DEEP] = {0}, depth = 0;
    bool class = false;
    for (size_t i = 0; i < at; i++) {
        char c = pattern[i];
        if (c == '\\') {
            i++;
        } else if (class) {
            class = c != ']';
        } else if (c == '[') {
            class = true;
            i += pattern[i + 1] == '^';
            i += i + 1 < at && pattern[i + 1] == ']';
        } else if (c == '(' && ++depth < ALTERNATIVES_DEEP) {
            open[depth] = i;
        } else if (c == ')' && depth) {
            depth--;
        } else if (c == '|' && i + 1 == at && depth < ALTERNATIVES_DEEP) {
            return depth ? alternatives(pattern, open[depth]) : 0;
        }
    }
    return at;
}

/* The pattern against one text, whole ("the line"); false: out says where it stops. */
static bool explain(const char *what, const char *pattern, const char *whole, const char *text, size_t from,
                    struct text *out)
{
    struct regex_stop stop, second;
    size_t len = strlen(text), base = 0;
    bool fits = regex_stop_at(pattern, REGEX_EVENT, text, len, &stop);
    if (!fits && from && strchr(pattern, '^')) {
        fits = regex_stop_at(pattern, REGEX_EVENT, text + from, len - from, &second);
        if (second.pattern_at > stop.pattern_at) {
            stop = second;
            base = from;
        }
    }
    size_t at = alternatives(pattern, stop.pattern_at);
    if (fits)
        return true;
    if (stop.gave_up) {
        text_printf(out, "%s {%s} needs more work than a pattern may take, and then does not match", what, pattern);
        return false;
    }
    size_t begin = base + stop.text_from, end = base + stop.text_at;
    text_printf(out, "%s {%s} does not match: ", what, pattern);
    if (end > begin)
        text_printf(out,
                    at == 1 ? "its first %zu character fits \"%.*s\", " : "its first %zu characters fit \"%.*s\", ", at,
                    (int)(end - begin), text + begin);
    if (at >= strlen(pattern))
        text_add(out, "it is complete there");
    else
        text_printf(out, "character %zu, \"%s\", does not fit", at + 1, pattern + at);
    if (end < len)
        text_printf(out, " at character %zu of %s, \"%.24s%s\"", end + 1, whole, text + end,
                    len - end > 24 ? "..." : "");
    else
        text_printf(out, " at the end of %s", whole);
    return false;
}

static bool field(const char *what, const char *pattern, const char *value, struct text *out)
{
    return !pattern[0] || explain(what, pattern, "the line", value, 0, out);
}

static bool why_syslog(const struct event_conf *ev, const struct fact_syslog *f, struct text *out)
{
    struct syslog_parts parts;
    char stamp[80];
    if (ev->pattern[0] && !explain("pattern", ev->pattern, "the line", f->line, f->text_at, out))
        return false;
    syslog_parts(f, &parts);
    snprintf(stamp, sizeof stamp, "%.*s", (int)(parts.stamp_end - parts.stamp), f->line + parts.stamp);
    if (!field("facility", ev->facility, f->facility, out) || !field("mnemonic", ev->mnemonic, f->mnemonic, out) ||
        !field("timestamp", ev->timestamp, stamp, out) || !field("sequence", ev->sequence, parts.sequence, out))
        return false;
    if (f->severity > ev->priority) {
        text_printf(out, "its priority is %u (%s), that of the message is %u (%s), which is less severe", ev->priority,
                    log_level_names[ev->priority & 7], f->severity, log_level_names[f->severity & 7]);
        return false;
    }
    unsigned severities = syslog_severities(ev);
    if (severities && !(severities & 1u << (f->severity & 7))) {
        text_printf(out, "the severity of the message, %u, is none of those asked for", f->severity);
        return false;
    }
    return true;
}

static bool why_cli(const struct event_conf *ev, const struct eem_moment *m, struct text *out)
{
    if (!ev->enter && (ev->tab_key || ev->question)) {
        text_printf(out, "it waits for the key %s, and the command was entered", ev->tab_key ? "Tab" : "?");
        return false;
    }
    if (ev->mode[0] && strcmp(cli_mode_name(ev->mode), m->mode)) {
        text_printf(out, "it waits for commands of mode %s, this one was typed in mode %s", ev->mode, m->mode);
        return false;
    }
    return explain("pattern", ev->pattern, "the command", m->command, 0, out);
}

static bool why_track(const struct event_conf *ev, const struct fact_track *f, struct text *out)
{
    if (ev->number != f->number) {
        text_printf(out, "it waits for track %u, and it is track %u that has changed", ev->number, f->number);
        return false;
    }
    if (ev->state != EEM_ANY && (ev->state == EEM_UP) != f->up) {
        text_printf(out, "it waits for track %u to go %s, and it went %s", f->number, f->up ? "down" : "up",
                    f->up ? "up" : "down");
        return false;
    }
    return true;
}

bool eem_why(const struct event_conf *ev, const struct eem_moment *m, struct text *out)
{
    if (ev->type == EEM_SYSLOG && m->line)
        return why_syslog(ev, m->line, out);
    if (ev->type == EEM_CLI && m->command)
        return why_cli(ev, m, out);
    if (ev->type == EEM_TRACK && m->track)
        return why_track(ev, m->track, out);
    if (ev->type == EEM_CONFIG && m->configured)
        return true;
    text_printf(out, "it waits for event %s, which %s is not", eem_event_name(ev),
                m->line ? "a line of the log" : "a typed command");
    return false;
}

static void one_event(const struct eem *e, const struct watch *w, const struct fact_syslog *f, struct text *out)
{
    struct text why = {0};
    const struct eem_moment m = {.line = f,
                                 .command = f->debug ? f->line : NULL,
                                 .mode = cli_mode_name(w->ev->mode),
                                 .configured = !strcmp(f->facility, "SYS") && !strcmp(f->mnemonic, "CONFIG_I")};
    bool fits = eem_why(w->ev, &m, &why);
    uint64_t ago = loop_now(e->env.loop) - w->last_trigger;
    text_printf(out, "event %s%s%s: ", eem_event_name(w->ev), w->ev->tag[0] ? " tag " : "", w->ev->tag);
    if (!fits)
        text_printf(out, "%s\n", text_str(&why));
    else if (w->ev->ratelimit && w->triggered && ago < w->ev->ratelimit * US_PER_MS)
        text_printf(out, "it would happen, but ratelimit holds it for another %llu seconds\n",
                    (unsigned long long)((w->ev->ratelimit * US_PER_MS - ago) / US_PER_S + 1));
    else if (w->ev->occurs > 1)
        text_printf(out, "it would be one of %u occurrences\n", w->ev->occurs);
    else if (w->policy->trigger)
        text_add(out, "it would happen, and the trigger be looked at\n");
    else
        text_add(out, "it would happen, and the applet run\n");
    text_free(&why);
}

bool eem_try(const struct eem *e, const char *name, const char *line, struct text *out)
{
    const struct policy *p = eem_policy_find(e, name);
    struct logline l;
    struct fact_syslog f;
    if (!p)
        return false;
    logline_read(line, strlen(line), &l);
    logline_fact(line, strlen(line), &l, 0, &f);
    for (size_t i = 0; i < p->nwatches; i++)
        one_event(e, &p->watches[i], &f, out);
    return true;
}
