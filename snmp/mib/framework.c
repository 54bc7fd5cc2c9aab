/* framework.c: SNMP-FRAMEWORK-MIB (RFC 3411), SNMP-MPD-MIB (RFC 3412), SNMP-TARGET-MIB's two counters (RFC 3413) and the usmStats of SNMP-USER-BASED-SM-MIB (RFC 3414):
 * our engine, and why messages of SNMPv3 were not taken. usmStats lie outside v1default, as on IOS: who shall see them needs a view. */
#include "snmp/mib/rows.h"
#include "snmp/snmp.h"
#include "snmp/snmp_conf.h"

enum { ENGINE_ID, ENGINE_BOOTS, ENGINE_TIME, ENGINE_MAX };

static bool get_engine(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const uint8_t *id;
    int32_t boots, seconds;
    size_t n = snmp_engine(self, &id, &boots, &seconds);
    (void)at;
    switch (row->which) {
    case ENGINE_ID:
        memcpy(out->data, id, n);
        out->len = (uint16_t)n;
        break;
    case ENGINE_BOOTS: out->num = boots; break;
    case ENGINE_TIME: out->num = seconds; break;
    case ENGINE_MAX: out->num = SNMP_PACKET_MAX; break;
    }
    return true;
}

static bool get_count(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    (void)at;
    out->num = (uint32_t)*(const uint64_t *)((const char *)snmp_stats(self) + row->which);
    return true;
}

#define COUNT(nm, id, field) {.name = nm, .oid = id, .type = TRAP_COUNTER, .get = get_count, .which = offsetof(struct snmp_stats, field)}
static const struct mib_row rows[] = {
    {.name = "snmpEngineID", .oid = "1.3.6.1.6.3.10.2.1.1", .type = TRAP_STRING, .get = get_engine, .which = ENGINE_ID},
    {.name = "snmpEngineBoots", .oid = "1.3.6.1.6.3.10.2.1.2", .type = TRAP_INT, .get = get_engine, .which = ENGINE_BOOTS},
    {.name = "snmpEngineTime", .oid = "1.3.6.1.6.3.10.2.1.3", .type = TRAP_INT, .get = get_engine, .which = ENGINE_TIME},
    {.name = "snmpEngineMaxMessageSize", .oid = "1.3.6.1.6.3.10.2.1.4", .type = TRAP_INT, .get = get_engine, .which = ENGINE_MAX},
    COUNT("snmpUnknownSecurityModels", "1.3.6.1.6.3.11.2.1.1", unknown_models),
    COUNT("snmpInvalidMsgs", "1.3.6.1.6.3.11.2.1.2", invalid_msgs),
    COUNT("snmpUnknownPDUHandlers", "1.3.6.1.6.3.11.2.1.3", unknown_handlers),
    COUNT("snmpUnavailableContexts", "1.3.6.1.6.3.12.1.4", unavailable_contexts),
    COUNT("snmpUnknownContexts", "1.3.6.1.6.3.12.1.5", unknown_contexts),
    COUNT("usmStatsUnsupportedSecLevels", "1.3.6.1.6.3.15.1.1.1", usm_unsupported_levels),
    COUNT("usmStatsNotInTimeWindows", "1.3.6.1.6.3.15.1.1.2", usm_not_in_window),
    COUNT("usmStatsUnknownUserNames", "1.3.6.1.6.3.15.1.1.3", usm_unknown_users),
    COUNT("usmStatsUnknownEngineIDs", "1.3.6.1.6.3.15.1.1.4", usm_unknown_engines),
    COUNT("usmStatsWrongDigests", "1.3.6.1.6.3.15.1.1.5", usm_wrong_digests),
    COUNT("usmStatsDecryptionErrors", "1.3.6.1.6.3.15.1.1.6", usm_decryption_errors),
};
const struct mib_rows mib_framework = MIB_ROWS("SNMP-FRAMEWORK-MIB", rows);
