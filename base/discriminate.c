/* discriminate.c: what a destination does not get: message discriminators (`logging discriminator`) and `logging rate-limit`.
 *
 * A discriminator's parts are decided once for each message, however many destinations use it; its rate counts for each destination by itself. Expressions are
 * compiled when the configuration changes, not when a message comes. A name that no discriminator has lets everything through.
 *
 * `logging rate-limit N` is for all destinations: what is beyond N in a second is not said at all, as if another limit had suppressed it; `console N` holds it from the
 * console alone. Debug lines count only with `all`; severities up to `except` never do. Seconds are counted from the first message after a pause. */
#include <string.h>

#include "base/log_local.h"
#include "espial/regex.h"

static bool window_pass(struct log_window *w, uint64_t now, uint32_t most)
{
    if (!w->n || now - w->began >= US_PER_S)
        *w = (struct log_window){.began = now};
    return w->n < most && ++w->n;
}

bool rate_pass(struct log *log, uint8_t severity, bool debug, uint32_t *held)
{
    const struct log_conf *c = &log->conf;
    if (!c->rate || (debug && !c->rate_all) || severity <= c->rate_except)
        return true;
    if (c->rate_console) {
        if (severity <= c->console && !window_pass(&log->console, loop_now(log->loop), c->rate)) {
            *held |= 1u << LOG_TO_CONSOLE;
            log->stats.rate_limited++;
        }
        return true;
    }
    if (window_pass(&log->all, loop_now(log->loop), c->rate))
        return true;
    log->stats.rate_limited++;
    return false;
}

bool log_md_pattern_ok(const char *pattern)
{
    struct regex *re = regex_new(pattern, REGEX_IOS, NULL, NULL);
    regex_free(re);
    return re != NULL;
}

void discriminate_free(struct log *log)
{
    for (unsigned i = 0; i < log->nmds; i++) {
        regex_free(log->md_run[i].facility);
        regex_free(log->md_run[i].mnemonics);
        regex_free(log->md_run[i].body);
    }
    log->nmds = 0;
}

static struct regex *compile(uint8_t action, const char *pattern)
{
    return action == LOG_MD_NONE ? NULL : regex_new(pattern, REGEX_IOS, NULL, NULL);
}

void discriminate_conf_changed(struct log *log)
{
    const struct log_conf *c = &log->conf;
    if (c->nmds == log->nmds && !memcmp(c->mds, log->mds, c->nmds * sizeof c->mds[0]))
        return;
    discriminate_free(log);
    log->nmds = c->nmds < LOG_MDS_MAX ? c->nmds : LOG_MDS_MAX;
    memcpy(log->mds, c->mds, sizeof log->mds);
    for (unsigned i = 0; i < log->nmds; i++) {
        const struct log_md *md = &log->mds[i];
        log->md_run[i] = (struct log_md_run){.facility = compile(md->facility_action, md->facility),
                                             .mnemonics = compile(md->mnemonics_action, md->mnemonics),
                                             .body = compile(md->body_action, md->body)};
    }
}

static bool agrees(uint8_t action, struct regex *re, const char *text)
{
    return action == LOG_MD_NONE || !re || regex_match(re, text, strlen(text)) == (action == LOG_MD_INCLUDES);
}

static bool passes(const struct log *log, unsigned i, const struct fact_syslog *f, const char *text)
{
    const struct log_md *md = &log->mds[i];
    const struct log_md_run *run = &log->md_run[i];
    if (md->severity_action != LOG_MD_NONE &&
        (md->severities >> f->severity & 1) != (md->severity_action == LOG_MD_INCLUDES))
        return false;
    return agrees(md->facility_action, run->facility, f->facility) &&
           agrees(md->mnemonics_action, run->mnemonics, f->mnemonic) && agrees(md->body_action, run->body, text);
}

struct asked {
    struct log *log;
    const struct fact_syslog *f;
    const char *text;
    uint32_t known, passed; /* bit n: discriminator n */
};

static bool held_by(struct asked *q, const char *name, enum log_dest to, uint64_t *dropped, uint64_t *limited)
{
    struct log *log = q->log;
    unsigned i = 0;
    if (!*name)
        return false;
    while (i < log->nmds && strcmp(log->mds[i].name, name))
        i++;
    if (i == log->nmds)
        return false;
    if (!(q->known >> i & 1)) {
        q->known |= 1u << i;
        q->passed |= (uint32_t)passes(log, i, q->f, q->text) << i;
    }
    if (!(q->passed >> i & 1)) {
        ++*dropped;
        return true;
    }
    if (log->mds[i].rate && !window_pass(&log->windows[to], loop_now(log->loop), log->mds[i].rate)) {
        ++*limited;
        return true;
    }
    return false;
}

uint32_t discriminate(struct log *log, const struct fact_syslog *f, const char *text)
{
    const struct log_conf *c = &log->conf;
    struct asked q = {.log = log, .f = f, .text = text};
    struct log_stats *s = &log->stats;
    uint32_t held = 0;
    const struct {
        const char *md;
        int level;
    } own[] = {[LOG_TO_CONSOLE] = {c->console_md, c->console},
               [LOG_TO_MONITOR] = {c->monitor_md, c->monitor},
               [LOG_TO_BUFFER] = {c->buffered_md, c->buffered}};
    if (!log->nmds)
        return 0;
    for (unsigned d = LOG_TO_CONSOLE; d < LOG_TO_HOST; d++)
        if (f->severity <= own[d].level)
            held |= (uint32_t)held_by(&q, own[d].md, d, &s->md_dropped[d], &s->md_limited[d]) << d;
    for (unsigned i = 0; i < log->host.n && f->severity <= c->trap; i++) {
        struct loghost_to *to = log->host.to[i];
        held |= (uint32_t)held_by(&q, to->conf.md, LOG_TO_HOST + i, &to->md_dropped, &to->md_limited)
                << (LOG_TO_HOST + i);
    }
    return held;
}
