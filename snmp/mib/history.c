/* history.c: CISCO-SYSLOG-MIB and CISCO-CONFIG-MAN-MIB: the last messages, and the last changes of the configuration.
 *
 * Severities are one more than those of syslog: emergency(1). clogMaxSeverity, clogHistTableMaxLength and clogNotificationsEnabled are the lines `logging history` and
 * `snmp-server enable traps syslog`: a set changes the configuration. An event of the configuration is the end of configuration mode (from the command source
 * to the running configuration), running-config saved or startup-config erased, all by the command line. ccmCLICfgRunConfNotifEnable has no line: it is off after a reload.
 */
#include "snmp/mib/rows.h"
#include "snmp/snmp.h"
#include "snmp/snmp_conf.h"

enum { SENT, ENABLED, LEVEL, IGNORES, SIZE, FLUSHED, CHANGED, SAVED, STARTUP, ENTRIES, BUMPED, RUNNING };

static bool get_whole(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct snmp_history_stats n = snmp_history_stats(self);
    const struct snmp_conf *c = snmp_conf(self);
    (void)at;
    switch (row->which) {
    case SENT: out->num = (uint32_t)n.sent; break;
    case ENABLED: out->num = c->traps_syslog ? 1 : 2; break;
    case LEVEL: out->num = c->history_level + 1; break;
    case IGNORES: out->num = (uint32_t)n.ignored; break;
    case SIZE: out->num = c->history_size; break;
    case FLUSHED: out->num = (uint32_t)n.flushed; break;
    case CHANGED: out->num = n.changed; break;
    case SAVED: out->num = n.saved; break;
    case STARTUP: out->num = n.startup; break;
    case RUNNING: out->num = c->traps_running_changed ? 1 : 2; break;
    case ENTRIES: out->num = 10; break;
    case BUMPED: out->num = (uint32_t)n.bumped; break;
    }
    return true;
}

static enum mib_set set_whole(void *self, const struct mib_row *row, const struct mib_index *at, const struct trap_var *value, bool commit)
{
    struct snmp_conf *c = snmp_conf(self);
    int64_t most = row->which == ENABLED || row->which == RUNNING ? 2 : row->which == LEVEL ? 8 : SNMP_HISTORY_MAX;
    (void)at;
    if (value->num < 1 || value->num > most)
        return MIB_SET_WRONG_VALUE;
    if (!commit)
        return MIB_SET_OK;
    switch (row->which) {
    case ENABLED: c->traps_syslog = value->num == 1; break;
    case RUNNING: c->traps_running_changed = value->num == 1; break;
    case LEVEL: c->history_level = (uint32_t)value->num - 1; break;
    case SIZE: c->history_size = (uint32_t)value->num; break;
    }
    snmp_conf_changed(self);
    return MIB_SET_OK;
}

static const struct snmp_logged *logged_at(void *self, const struct mib_index *at)
{
    const struct snmp_logged *e = snmp_logged_from(self, at->v[0]);
    return e && e->index == at->v[0] ? e : NULL;
}
static bool logged_behind(void *self, struct mib_index *at)
{
    uint32_t from;
    const struct snmp_logged *e = mib_behind(at, &from) ? snmp_logged_from(self, from) : NULL;
    if (e)
        mib_index1(at, e->index);
    return e != NULL;
}
static const struct mib_table logged = {.next = logged_behind};

enum { FACILITY, SEVERITY, NAME, TEXT, TIME };
static bool get_logged(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const struct snmp_logged *e = logged_at(self, at);
    if (!e)
        return false;
    switch (row->which) {
    case FACILITY: mib_text(out, e->facility); break;
    case SEVERITY: out->num = e->severity + 1; break;
    case NAME: mib_text(out, e->name); break;
    case TEXT: mib_text(out, e->text); break;
    case TIME: out->num = e->at; break;
    }
    return true;
}

static bool configured_behind(void *self, struct mib_index *at)
{
    uint32_t from;
    const struct snmp_configured *e = mib_behind(at, &from) ? snmp_configured_from(self, from) : NULL;
    if (e)
        mib_index1(at, e->index);
    return e != NULL;
}
static const struct mib_table configured = {.next = configured_behind};

enum { WHEN, BY, FROM, TO, TYPE, LINE, USER };
static bool get_configured(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const struct snmp_configured *e = snmp_configured_from(self, at->v[0]);
    if (!e || e->index != at->v[0])
        return false;
    switch (row->which) {
    case WHEN: out->num = e->at; break;
    case BY: out->num = 1; break; /* commandLine */
    case FROM: out->num = e->from; break;
    case TO: out->num = e->to; break;
    case TYPE: out->num = snmp_terminal_type(e); break;
    case LINE: out->num = e->line; break;
    case USER: mib_text(out, e->user); break;
    }
    return true;
}

#define CLOG "1.3.6.1.4.1.9.9.41.1."
#define CCM  "1.3.6.1.4.1.9.9.43.1.1."
#define LOGGED(nm, n, t, w)     {.name = nm, .oid = CLOG "2.3.1." #n, .type = t, .table = &logged, .get = get_logged, .which = w}
#define CONFIGURED(nm, n, t, w) {.name = nm, .oid = CCM "6.1." #n, .type = t, .table = &configured, .get = get_configured, .which = w}
static const struct mib_row rows[] = {
    {.name = "clogNotificationsSent", .oid = CLOG "1.1", .type = TRAP_COUNTER, .get = get_whole, .which = SENT},
    {.name = "clogNotificationsEnabled", .oid = CLOG "1.2", .type = TRAP_INT, .get = get_whole, .set = set_whole, .which = ENABLED},
    {.name = "clogMaxSeverity", .oid = CLOG "1.3", .type = TRAP_INT, .get = get_whole, .set = set_whole, .which = LEVEL},
    {.name = "clogMsgIgnores", .oid = CLOG "1.4", .type = TRAP_COUNTER, .get = get_whole, .which = IGNORES},
    {.name = "clogHistTableMaxLength", .oid = CLOG "2.1", .type = TRAP_INT, .get = get_whole, .set = set_whole, .which = SIZE},
    {.name = "clogHistMsgsFlushed", .oid = CLOG "2.2", .type = TRAP_COUNTER, .get = get_whole, .which = FLUSHED},
    LOGGED("clogHistFacility", 2, TRAP_STRING, FACILITY),
    LOGGED("clogHistSeverity", 3, TRAP_INT, SEVERITY),
    LOGGED("clogHistMsgName", 4, TRAP_STRING, NAME),
    LOGGED("clogHistMsgText", 5, TRAP_STRING, TEXT),
    LOGGED("clogHistTimestamp", 6, TRAP_TICKS, TIME),
    {.name = "ccmHistoryRunningLastChanged", .oid = CCM "1", .type = TRAP_TICKS, .get = get_whole, .which = CHANGED},
    {.name = "ccmHistoryRunningLastSaved", .oid = CCM "2", .type = TRAP_TICKS, .get = get_whole, .which = SAVED},
    {.name = "ccmHistoryStartupLastChanged", .oid = CCM "3", .type = TRAP_TICKS, .get = get_whole, .which = STARTUP},
    {.name = "ccmHistoryMaxEventEntries", .oid = CCM "4", .type = TRAP_INT, .get = get_whole, .which = ENTRIES},
    {.name = "ccmHistoryEventEntriesBumped", .oid = CCM "5", .type = TRAP_COUNTER, .get = get_whole, .which = BUMPED},
    CONFIGURED("ccmHistoryEventTime", 2, TRAP_TICKS, WHEN),
    CONFIGURED("ccmHistoryEventCommandSource", 3, TRAP_INT, BY),
    CONFIGURED("ccmHistoryEventConfigSource", 4, TRAP_INT, FROM),
    CONFIGURED("ccmHistoryEventConfigDestination", 5, TRAP_INT, TO),
    CONFIGURED("ccmHistoryEventTerminalType", 6, TRAP_INT, TYPE),
    CONFIGURED("ccmHistoryEventTerminalNumber", 7, TRAP_INT, LINE),
    CONFIGURED("ccmHistoryEventTerminalUser", 8, TRAP_STRING, USER),
    {.name = "ccmCLICfgRunConfNotifEnable", .oid = "1.3.6.1.4.1.9.9.43.1.3.1", .type = TRAP_INT, .get = get_whole, .set = set_whole, .which = RUNNING},
};
const struct mib_rows mib_history = MIB_ROWS("CISCO-SYSLOG-MIB", rows);
