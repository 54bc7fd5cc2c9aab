/* raise.c: notifications that follow from facts of the router, when `snmp-server enable traps` asks for them.
 *
 *   config   leaving configuration mode  -> ciscoConfigManEvent    (CISCO-CONFIG-MAN-MIB), source commandSource, destination running; when something was changed in it and
 *                                           ccmCLICfgRunConfNotifEnable says so, ccmCLIRunningConfigChanged too
 *            running-config saved, startup-config erased -> ciscoConfigManEvent, source running or erase, destination startup
 *   syslog   a line of the log           -> clogMessageGenerated   (CISCO-SYSLOG-MIB), of the severities that `logging history` names
 *   snmp     a community nobody knows    -> authenticationFailure  (SNMPv2-MIB), with the old authAddr varbind that IOS adds
 *            the agent begins            -> coldStart; after `no snmp-server`, warmStart
 *   entity   an interface came or went   -> entConfigChange        (ENTITY-MIB), once in five seconds at most
 *            the dataplane's linkUp and linkDown, when `trap link ietf` asks for other varbinds than IOS's own
 *
 * Debug lines are no messages and raise nothing. What a notification names is a row of a history (history.c). The notification of an EEM policy comes ready-made
 * from EEM and does not pass here, nor do those of the dataplane.
 */
#include "snmp/snmp_local.h"

#include <string.h>

#include "espial/mib.h"

#define CLOG_TEXT_MAX        255

enum ccm_source { CCM_COMMAND_LINE = 1 };

static void set_oid(uint32_t *oid, uint8_t *oid_len, const uint32_t *from, size_t n)
{
    memcpy(oid, from, n * sizeof(*from));
    *oid_len = (uint8_t)n;
}
#define SET_OID(oid, oid_len, ...)                                                                                     \
    set_oid((oid), (oid_len), (const uint32_t[]){__VA_ARGS__},                                                         \
            sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static struct trap_var *add_num(struct fact_trap *t, enum trap_type type, int64_t num)
{
    struct trap_var *v = &t->vars[t->nvars++];
    v->type = type;
    v->num = num;
    return v;
}

static struct trap_var *add_string(struct fact_trap *t, const char *text, size_t max)
{
    struct trap_var *v = &t->vars[t->nvars++];
    v->type = TRAP_STRING;
    v->len = (uint16_t)strnlen(text, max < sizeof(v->data) ? max : sizeof(v->data));
    memcpy(v->data, text, v->len);
    return v;
}

static struct fact_trap trap_of_kind(const char *kind)
{
    struct fact_trap t = {0};
    str_copy(t.kind, sizeof(t.kind), kind);
    return t;
}

/* ccmHistoryEventEntry.column.index */
static void name_ccm(struct trap_var *v, uint32_t column, uint32_t index)
{
    SET_OID(v->oid, &v->oid_len, 1, 3, 6, 1, 4, 1, 9, 9, 43, 1, 1, 6, 1, column, index);
}

static void raise_running_changed(struct snmp *s, const struct snmp_configured *e)
{
    struct fact_trap t = trap_of_kind("config");
    SET_OID(t.trap_oid, &t.trap_oid_len, 1, 3, 6, 1, 4, 1, 9, 9, 43, 2, 0, 2);
    struct trap_var *v = add_num(&t, TRAP_TICKS, s->history.changed);
    SET_OID(v->oid, &v->oid_len, 1, 3, 6, 1, 4, 1, 9, 9, 43, 1, 1, 1, 0);
    name_ccm(add_num(&t, TRAP_INT, snmp_terminal_type(e)), 6, e->index);
    notify_send(s, &t);
}

#define ENTITY_US (5 * (uint64_t)US_PER_S) /* RFC 4133, entConfigChange */

/* ifTableLastChange, which entLastChangeTime follows. */
static int64_t entities_changed(struct snmp *s)
{
    struct trap_var v = {0};
    SET_OID(v.oid, &v.oid_len, 1, 3, 6, 1, 2, 1, 31, 1, 5, 0);
    return s->env.mib && mib_get(s->env.mib, &v) == MIB_FOUND ? v.num : 0;
}

void raise_entity(void *arg)
{
    struct snmp *s = arg;
    struct fact_trap t = trap_of_kind("entity");
    SET_OID(t.trap_oid, &t.trap_oid_len, 1, 3, 6, 1, 2, 1, 47, 2, 0, 1);
    s->entity.told = loop_now(s->env.loop);
    if (notify_enabled(s, "entity"))
        notify_send(s, &t);
}

void raise_entities_known(struct snmp *s)
{
    s->entity.changed = entities_changed(s);
}

static void look_at_entities(struct snmp *s)
{
    int64_t changed = entities_changed(s);
    uint64_t now = loop_now(s->env.loop), since = now - s->entity.told;
    if (changed == s->entity.changed)
        return;
    s->entity.changed = changed;
    if (!timer_pending(&s->entity.timer))
        timer_set(&s->entity.timer, !s->entity.told || since >= ENTITY_US ? 0 : ENTITY_US - since);
}

void raise_config_changed(void *arg, const void *fact)
{
    struct snmp *s = arg;
    const struct fact_config *f = fact;
    if (!f->left && !f->saved && !f->erased) {
        history_changed(s);
        look_at_entities(s);
        return;
    }
    const struct snmp_configured *e = history_configured(s, f);
    bool changed = f->left && s->config_touched;
    if (f->left) {
        s->config_touched = false;
        if (s->restarted)
            raise_start(s, true);
        s->restarted = false;
    }
    if (!notify_enabled(s, "config"))
        return;
    struct fact_trap t = trap_of_kind("config");
    SET_OID(t.trap_oid, &t.trap_oid_len, 1, 3, 6, 1, 4, 1, 9, 9, 43, 2, 0, 1);
    name_ccm(add_num(&t, TRAP_INT, CCM_COMMAND_LINE), 3, e->index);
    name_ccm(add_num(&t, TRAP_INT, e->from), 4, e->index);
    name_ccm(add_num(&t, TRAP_INT, e->to), 5, e->index);
    name_ccm(add_string(&t, e->user, sizeof(e->user)), 8, e->index);
    notify_send(s, &t);
    if (changed && s->conf.traps_running_changed)
        raise_running_changed(s, e);
}

/* clogHistoryEntry.column.index */
static void name_clog(struct trap_var *v, uint32_t column, uint32_t index)
{
    SET_OID(v->oid, &v->oid_len, 1, 3, 6, 1, 4, 1, 9, 9, 41, 1, 2, 3, 1, column, index);
}

void raise_syslog(void *arg, const void *fact)
{
    struct snmp *s = arg;
    const struct fact_syslog *f = fact;
    const struct snmp_logged *e = f->debug ? NULL : history_log(s, f);
    if (!e || !notify_enabled(s, "syslog"))
        return;
    struct fact_trap t = trap_of_kind("syslog");
    SET_OID(t.trap_oid, &t.trap_oid_len, 1, 3, 6, 1, 4, 1, 9, 9, 41, 2, 0, 1);
    name_clog(add_string(&t, e->facility, sizeof(e->facility)), 2, e->index);
    name_clog(add_num(&t, TRAP_INT, e->severity + 1), 3, e->index); /* SyslogSeverity: emergency(1) ... */
    name_clog(add_string(&t, e->name, sizeof(e->name)), 4, e->index);
    name_clog(add_string(&t, e->text, CLOG_TEXT_MAX), 5, e->index);
    name_clog(add_num(&t, TRAP_TICKS, e->at), 6, e->index);
    s->history.sent++;
    notify_send(s, &t);
}

void raise_authentication_failure(struct snmp *s, uint32_t from)
{
    if (!notify_enabled(s, "snmp authentication"))
        return;
    struct fact_trap t = trap_of_kind("snmp authentication");
    SET_OID(t.trap_oid, &t.trap_oid_len, 1, 3, 6, 1, 6, 3, 1, 1, 5, 5);
    struct trap_var *v = add_num(&t, TRAP_IP, from);
    SET_OID(v->oid, &v->oid_len, 1, 3, 6, 1, 4, 1, 9, 2, 1, 5, 0);
    notify_send(s, &t);
}

/* ifIndex, ifAdminStatus, ifOperStatus (RFC 2863) as they are now; the first is what the notification came with. */
void raise_link(struct snmp *s, const struct fact_trap *t)
{
    struct fact_trap as = *t;
    as.nvars = 1;
    for (uint32_t column = 7; s->env.mib && column <= 8; column++) {
        struct trap_var *v = &as.vars[as.nvars];
        memset(v, 0, sizeof *v);
        SET_OID(v->oid, &v->oid_len, 1, 3, 6, 1, 2, 1, 2, 2, 1, column, (uint32_t)t->vars[0].num);
        if (mib_get(s->env.mib, v) == MIB_FOUND)
            as.nvars++;
    }
    notify_send(s, &as);
}

void raise_start(struct snmp *s, bool warm)
{
    struct fact_trap t = trap_of_kind(warm ? "snmp warmstart" : "snmp coldstart");
    SET_OID(t.trap_oid, &t.trap_oid_len, 1, 3, 6, 1, 6, 3, 1, 1, 5, warm ? 2 : 1);
    notify_send(s, &t);
}
