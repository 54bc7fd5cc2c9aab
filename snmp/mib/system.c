/* system.c: SNMPv2-MIB (RFC 3418): what this router is, and what its SNMP entity has done.
 *
 * sysContact, sysLocation and snmpEnableAuthenTraps are the settings of that name: a set changes the configuration as the line would. sysName is the hostname, and takes
 * what that line takes.
 * sysServices is 78: a router of layers 2 to 4 that hosts applications, as IOS says. sysORTable is empty, as on IOS: no AGENT-CAPABILITIES are
 * claimed. The counters of group snmp are those of `show snmp`; as Counter32 they wrap. snmpSetSerialNo is the advisory lock of RFC 3418: a set must name
 * the present value and raises it; it starts at 0 with the router.
 */
#include "snmp/mib/rows.h"
#include "snmp/snmp.h"
#include "snmp/snmp_conf.h"

enum { SYS_DESCR, SYS_OBJECT_ID, SYS_UPTIME, SYS_CONTACT, SYS_NAME, SYS_LOCATION, SYS_SERVICES, SYS_OR_CHANGE };

static bool get_system(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct snmp *s = self;
    (void)at;
    switch (row->which) {
    case SYS_DESCR: mib_text(out, snmp_descr(s)); break;
    case SYS_OBJECT_ID: out->len = (uint16_t)snmp_object_id(s, out->oid_val); break;
    case SYS_UPTIME: out->num = snmp_uptime(s); break;
    case SYS_CONTACT: mib_text(out, snmp_conf(s)->contact); break;
    case SYS_NAME: mib_text(out, snmp_name(s)); break;
    case SYS_LOCATION: mib_text(out, snmp_conf(s)->location); break;
    case SYS_SERVICES: out->num = 78; break;
    case SYS_OR_CHANGE: break; /* the table has never changed */
    }
    return true;
}

/* DisplayString, and nothing that a line of configuration could not hold. */
static enum mib_set set_text(void *self, const struct mib_row *row, const struct mib_index *at, const struct trap_var *value, bool commit)
{
    struct snmp *s = self;
    (void)at;
    char name[SNMP_TEXT_MAX + 1] = "";
    char *field = row->which == SYS_NAME ? name : row->which == SYS_CONTACT ? snmp_conf(s)->contact : snmp_conf(s)->location;
    if (value->len > SNMP_TEXT_MAX)
        return MIB_SET_WRONG_LENGTH;
    for (size_t i = 0; i < value->len; i++)
        if (value->data[i] < 0x20 || value->data[i] > 0x7e)
            return MIB_SET_WRONG_VALUE;
    if (commit || field == name) {
        memcpy(field, value->data, value->len);
        field[value->len] = '\0';
    }
    if (field == name)
        return snmp_rename(s, name, commit) ? MIB_SET_OK : MIB_SET_WRONG_VALUE;
    if (commit)
        snmp_conf_changed(s);
    return MIB_SET_OK;
}

static bool get_count(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    (void)at;
    out->num = (uint32_t)*(const uint64_t *)((const char *)snmp_stats(self) + row->which);
    return true;
}

static bool get_authen_traps(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    (void)row, (void)at;
    out->num = snmp_conf(self)->traps_authentication ? 1 : 2;
    return true;
}

static enum mib_set set_authen_traps(void *self, const struct mib_row *row, const struct mib_index *at, const struct trap_var *value, bool commit)
{
    (void)row, (void)at;
    if (value->num != 1 && value->num != 2)
        return MIB_SET_WRONG_VALUE;
    if (commit) {
        snmp_conf(self)->traps_authentication = value->num == 1;
        snmp_conf_changed(self);
    }
    return MIB_SET_OK;
}

static bool get_set_serial(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    (void)row, (void)at;
    out->num = *snmp_set_serial(self);
    return true;
}

static enum mib_set set_set_serial(void *self, const struct mib_row *row, const struct mib_index *at, const struct trap_var *value, bool commit)
{
    (void)row, (void)at;
    int32_t *serial = snmp_set_serial(self);
    if (!commit)
        return value->num == *serial ? MIB_SET_OK : MIB_SET_INCONSISTENT;
    *serial = *serial == INT32_MAX ? 0 : *serial + 1;
    return MIB_SET_OK;
}

#define SYSTEM(n) "1.3.6.1.2.1.1." #n
static const struct mib_row system_rows[] = {
    {.name = "sysDescr", .oid = SYSTEM(1), .type = TRAP_STRING, .get = get_system, .which = SYS_DESCR},
    {.name = "sysObjectID", .oid = SYSTEM(2), .type = TRAP_OID, .get = get_system, .which = SYS_OBJECT_ID},
    {.name = "sysUpTime", .oid = SYSTEM(3), .type = TRAP_TICKS, .get = get_system, .which = SYS_UPTIME},
    {.name = "sysContact", .oid = SYSTEM(4), .type = TRAP_STRING, .get = get_system, .set = set_text, .which = SYS_CONTACT},
    {.name = "sysName", .oid = SYSTEM(5), .type = TRAP_STRING, .get = get_system, .set = set_text, .which = SYS_NAME},
    {.name = "sysLocation", .oid = SYSTEM(6), .type = TRAP_STRING, .get = get_system, .set = set_text, .which = SYS_LOCATION},
    {.name = "sysServices", .oid = SYSTEM(7), .type = TRAP_INT, .get = get_system, .which = SYS_SERVICES},
    {.name = "sysORLastChange", .oid = SYSTEM(8), .type = TRAP_TICKS, .get = get_system, .which = SYS_OR_CHANGE},
};
const struct mib_rows mib_system = MIB_ROWS("SNMPv2-MIB", system_rows);

#define COUNT(nm, n, field) \
    {.name = nm, .oid = "1.3.6.1.2.1.11." #n, .type = TRAP_COUNTER, .get = get_count, .which = offsetof(struct snmp_stats, field)}
static const struct mib_row snmp_rows[] = {
    COUNT("snmpInPkts", 1, in_pkts),
    COUNT("snmpOutPkts", 2, out_pkts),
    COUNT("snmpInBadVersions", 3, in_bad_versions),
    COUNT("snmpInBadCommunityNames", 4, in_bad_communities),
    COUNT("snmpInBadCommunityUses", 5, in_bad_uses),
    COUNT("snmpInASNParseErrs", 6, in_asn_errors),
    COUNT("snmpInTooBigs", 8, in_too_big),
    COUNT("snmpInNoSuchNames", 9, in_no_such_name),
    COUNT("snmpInBadValues", 10, in_bad_value),
    COUNT("snmpInReadOnlys", 11, in_read_only),
    COUNT("snmpInGenErrs", 12, in_gen_err),
    COUNT("snmpInTotalReqVars", 13, in_request_vars),
    COUNT("snmpInTotalSetVars", 14, in_set_vars),
    COUNT("snmpInGetRequests", 15, in_get_requests),
    COUNT("snmpInGetNexts", 16, in_get_nexts),
    COUNT("snmpInSetRequests", 17, in_set_requests),
    COUNT("snmpInGetResponses", 18, in_responses),
    COUNT("snmpInTraps", 19, in_traps),
    COUNT("snmpOutTooBigs", 20, out_too_big),
    COUNT("snmpOutNoSuchNames", 21, out_no_such_name),
    COUNT("snmpOutBadValues", 22, out_bad_value),
    COUNT("snmpOutGenErrs", 24, out_gen_err),
    COUNT("snmpOutGetRequests", 25, out_get_requests),
    COUNT("snmpOutGetNexts", 26, out_get_nexts),
    COUNT("snmpOutSetRequests", 27, out_set_requests),
    COUNT("snmpOutGetResponses", 28, out_responses),
    COUNT("snmpOutTraps", 29, out_traps),
    {.name = "snmpEnableAuthenTraps", .oid = "1.3.6.1.2.1.11.30", .type = TRAP_INT, .get = get_authen_traps, .set = set_authen_traps},
    COUNT("snmpSilentDrops", 31, silent_drops),
    COUNT("snmpProxyDrops", 32, proxy_drops),
    {.name = "snmpSetSerialNo", .oid = "1.3.6.1.6.3.1.1.6.1", .type = TRAP_INT, .get = get_set_serial, .set = set_set_serial},
};
const struct mib_rows mib_snmp = MIB_ROWS("SNMPv2-MIB", snmp_rows);
