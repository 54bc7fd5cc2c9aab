/* raise.c: notifications that follow from facts of the router, when `snmp-server enable traps` asks for them.
 *
 *   config   leaving configuration mode  -> ciscoConfigManEvent    (CISCO-CONFIG-MAN-MIB), source commandSource, destination running
 *   syslog   a line of the log           -> clogMessageGenerated   (CISCO-SYSLOG-MIB), severities 0-4, which is IOS's `logging history warnings`
 *   snmp     a community nobody knows    -> authenticationFailure  (SNMPv2-MIB), with the old authAddr varbind that IOS adds
 *
 * Debug lines are no messages and raise nothing. Each row of the two histories has an index that only rises; the tables themselves are not kept, as there is
 * no agent to read them from. The notification of an EEM policy comes ready-made from EEM and does not pass here.
 */
#include "snmp/snmp_local.h"

#include <string.h>

#define SYSLOG_HISTORY_LEVEL LOG_WARN /* default of `logging history` */
#define CLOG_TEXT_MAX        255

enum ccm_source { CCM_COMMAND_LINE = 1 };
enum ccm_medium { CCM_COMMAND_SOURCE = 2, CCM_RUNNING = 3 };

static void set_oid(uint32_t *oid, uint8_t *oid_len, const uint32_t *from, size_t n)
{
    memcpy(oid, from, n * sizeof(*from));
    *oid_len = (uint8_t)n;
}
#define SET_OID(oid, oid_len, ...) \
    set_oid((oid), (oid_len), (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

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

void raise_config_changed(void *arg, const void *fact)
{
    struct snmp *s = arg;
    const struct fact_config *f = fact;
    if (f->left || !notify_enabled(s, "config"))
        return;
    struct fact_trap t = trap_of_kind("config");
    SET_OID(t.trap_oid, &t.trap_oid_len, 1, 3, 6, 1, 4, 1, 9, 9, 43, 2, 0, 1);
    uint32_t index = ++s->config_index;
    name_ccm(add_num(&t, TRAP_INT, CCM_COMMAND_LINE), 3, index);
    name_ccm(add_num(&t, TRAP_INT, CCM_COMMAND_SOURCE), 4, index);
    name_ccm(add_num(&t, TRAP_INT, CCM_RUNNING), 5, index);
    name_ccm(add_string(&t, f->user, sizeof(f->user)), 8, index);
    notify_send(s, &t);
}

/* clogHistoryEntry.column.index */
static void name_clog(struct trap_var *v, uint32_t column, uint32_t index)
{
    SET_OID(v->oid, &v->oid_len, 1, 3, 6, 1, 4, 1, 9, 9, 41, 1, 2, 3, 1, column, index);
}

/* After "%FAC-SEV-MNEMONIC: ". */
static const char *message_text(const struct fact_syslog *f)
{
    const char *from = f->line + (f->text_at < sizeof(f->line) ? f->text_at : 0);
    const char *colon = strstr(from, ": ");
    return colon ? colon + 2 : from;
}

void raise_syslog(void *arg, const void *fact)
{
    struct snmp *s = arg;
    const struct fact_syslog *f = fact;
    if (f->debug || f->severity > SYSLOG_HISTORY_LEVEL || !notify_enabled(s, "syslog"))
        return;
    struct fact_trap t = trap_of_kind("syslog");
    SET_OID(t.trap_oid, &t.trap_oid_len, 1, 3, 6, 1, 4, 1, 9, 9, 41, 2, 0, 1);
    uint32_t index = ++s->syslog_index;
    name_clog(add_string(&t, f->facility, sizeof(f->facility)), 2, index);
    name_clog(add_num(&t, TRAP_INT, f->severity + 1), 3, index); /* SyslogSeverity: emergency(1) ... */
    name_clog(add_string(&t, f->mnemonic, sizeof(f->mnemonic)), 4, index);
    name_clog(add_string(&t, message_text(f), CLOG_TEXT_MAX), 5, index);
    name_clog(add_num(&t, TRAP_TICKS, snmp_uptime(s)), 6, index);
    notify_send(s, &t);
}

void raise_authentication_failure(struct snmp *s, uint32_t from)
{
    if (!notify_enabled(s, "snmp"))
        return;
    struct fact_trap t = trap_of_kind("snmp");
    SET_OID(t.trap_oid, &t.trap_oid_len, 1, 3, 6, 1, 6, 3, 1, 1, 5, 5);
    struct trap_var *v = add_num(&t, TRAP_IP, from);
    SET_OID(v->oid, &v->oid_len, 1, 3, 6, 1, 4, 1, 9, 2, 1, 5, 0);
    notify_send(s, &t);
}
