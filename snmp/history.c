/* history.c: what CISCO-SYSLOG-MIB and CISCO-CONFIG-MAN-MIB remember: the last messages of the log at or above the level of `logging history` (warnings), as many as
 * `logging history size` says (1), and the last ten
 * events of the configuration: configuration mode left, running-config saved, startup-config erased. Both are rings; their numbers only rise. They are kept whether or not
 * anybody is notified.
 */
#include "snmp/snmp_local.h"

#include <string.h>

/* After "%FAC-SEV-MNEMONIC: ". */
static const char *message_text(const struct fact_syslog *f)
{
    const char *from = f->line + (f->text_at < sizeof(f->line) ? f->text_at : 0);
    const char *colon = strstr(from, ": ");
    return colon ? colon + 2 : from;
}

struct snmp_logged *history_log(struct snmp *s, const struct fact_syslog *f)
{
    if (f->severity > s->conf.history_level) {
        s->history.ignored++;
        return NULL;
    }
    struct snmp_logged *e = &s->logged[s->syslog_index % SNMP_HISTORY_MAX];
    *e = (struct snmp_logged){.index = ++s->syslog_index, .at = snmp_uptime(s), .severity = f->severity};
    str_copy(e->facility, sizeof e->facility, f->facility);
    str_copy(e->name, sizeof e->name, f->mnemonic);
    str_copy(e->text, sizeof e->text, message_text(f));
    s->history.flushed += s->syslog_index > s->conf.history_size;
    return e;
}

void history_changed(struct snmp *s)
{
    s->history.changed = snmp_uptime(s);
    s->config_touched = true;
}

struct snmp_configured *history_configured(struct snmp *s, const struct fact_config *f)
{
    struct snmp_configured *e = &s->configured[s->config_index % CONFIGURED_MAX];
    *e = (struct snmp_configured){.index = ++s->config_index, .at = snmp_uptime(s), .line = f->line, .from = CCM_COMMAND_SOURCE, .to = CCM_RUNNING};
    if (f->saved || f->erased) {
        e->from = f->saved ? CCM_RUNNING : CCM_ERASE;
        e->to = CCM_STARTUP;
        s->history.startup = e->at;
    }
    if (f->saved)
        s->history.saved = e->at;
    memcpy(e->user, f->user, sizeof e->user);
    s->history.bumped += s->config_index > CONFIGURED_MAX;
    return e;
}

/* The least number that is `from` or more of the newest `keep` of `ever`; 0: none. */
static uint32_t number_from(uint32_t ever, uint32_t keep, uint32_t from)
{
    uint32_t oldest = ever > keep ? ever - keep + 1 : 1;
    if (from < oldest)
        from = oldest;
    return from <= ever ? from : 0;
}

const struct snmp_logged *snmp_logged_from(const struct snmp *s, uint32_t from)
{
    uint32_t n = number_from(s->syslog_index, s->conf.history_size, from);
    return n ? &s->logged[(n - 1) % SNMP_HISTORY_MAX] : NULL;
}

int snmp_terminal_type(const struct snmp_configured *e)
{
    return e->line ? 5 : 3; /* virtual, console */
}

const struct snmp_configured *snmp_configured_from(const struct snmp *s, uint32_t from)
{
    uint32_t n = number_from(s->config_index, CONFIGURED_MAX, from);
    return n ? &s->configured[(n - 1) % CONFIGURED_MAX] : NULL;
}

struct snmp_history_stats snmp_history_stats(const struct snmp *s)
{
    return s->history;
}
