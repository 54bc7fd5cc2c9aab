/* coexist.c: the same notification as an SNMPv1 Trap-PDU and as an SNMPv2 one (RFC 3584 section 3; RFC 1157 section 4.1.6; RFC 3418 snmpTraps).
 *
 * SNMPv2 names a notification by one OID. SNMPv1 names it by an enterprise, a generic number (0-5: the six standard traps, 6: "look at specific") and a
 * specific number. The two standard rules: the standard traps are 1.3.6.1.6.3.1.1.5.(generic+1); all others are enterprise.0.specific, where an OID
 * without that zero simply loses its last number. RFC 3584 gives translated standard traps the enterprise snmpTraps unless the notification says
 * otherwise; we are no proxy but the origin, so they carry our sysObjectID, as RFC 1157 asks.
 *
 * Absent values: an object that an EEM policy did not set is noSuchInstance in SNMPv2. SNMPv1 has no such thing, so integers become 0 and strings become
 * empty. Leaving the varbind out was the other choice; receivers that count on the nine places in order would then read the wrong one.
 * It does not translate Counter64, which SNMPv1 cannot carry: such a notification has no v1 form (RFC 3584, 3.2).
 */
#include "snmp/coexist.h"

#include <string.h>

static const uint32_t snmp_traps[] = {1, 3, 6, 1, 6, 3, 1, 1, 5};
#define SNMP_TRAPS_LEN (sizeof(snmp_traps) / sizeof(snmp_traps[0]))
#define STANDARD_TRAPS 6 /* coldStart 1 ... egpNeighborLoss 6 */

/* ceemHistoryEventEntry under its two published roots, ciscoExperiment 91 and 134: OID up to the column, then the syntax of each column. */
static const uint32_t ceem_history_entry[2][13] = {
    {1, 3, 6, 1, 4, 1, 9, 10, 91, 1, 2, 3, 1},
    {1, 3, 6, 1, 4, 1, 9, 10, 134, 1, 2, 3, 1},
};
#define CEEM_ENTRY_LEN 13
static const enum trap_type ceem_column[] = {
    TRAP_NONE,
    TRAP_NONE,
    TRAP_UNSIGNED, /* 2-5 ceemHistoryEventType1-4 */
    TRAP_UNSIGNED,
    TRAP_UNSIGNED,
    TRAP_UNSIGNED,
    TRAP_STRING, /* 6 PolicyPath */
    TRAP_STRING, /* 7 PolicyName */
    TRAP_INT,    /* 8 PolicyExitStatus */
    TRAP_INT,    /* 9 PolicyIntData1 */
    TRAP_INT,    /* 10 PolicyIntData2 */
    TRAP_STRING, /* 11 PolicyStrData */
};
#define CEEM_COLUMNS (sizeof(ceem_column) / sizeof(ceem_column[0]))

static bool oid_starts(const uint32_t *oid, size_t len, const uint32_t *prefix, size_t prefix_len)
{
    return len >= prefix_len && memcmp(oid, prefix, prefix_len * sizeof(*oid)) == 0;
}

/* 1-6 when the OID is one of the standard traps, else 0. */
static uint32_t standard_trap(const struct fact_trap *t)
{
    if (t->trap_oid_len != SNMP_TRAPS_LEN + 1 || !oid_starts(t->trap_oid, t->trap_oid_len, snmp_traps, SNMP_TRAPS_LEN))
        return 0;
    uint32_t last = t->trap_oid[SNMP_TRAPS_LEN];
    return last <= STANDARD_TRAPS ? last : 0;
}

enum coexist_result coexist_to_v1(const struct fact_trap *t, const uint32_t *sys_object_id, size_t sys_object_id_len,
                                  struct v1_head *out)
{
    size_t n = t->trap_oid_len;
    if (n < 2 || n > TRAP_OID_MAX || sys_object_id_len > TRAP_OID_MAX)
        return COEXIST_NO_FORM;
    for (size_t i = 0; i < t->nvars && i < TRAP_VARBINDS_MAX; i++)
        if (t->vars[i].type == TRAP_COUNTER64)
            return COEXIST_NO_FORM;
    const uint32_t *enterprise = t->trap_oid;
    uint32_t standard = standard_trap(t);
    if (standard) {
        out->generic = (uint8_t)(standard - 1);
        out->specific = 0;
        enterprise = sys_object_id;
        n = sys_object_id_len;
    } else {
        out->generic = V1_ENTERPRISE_SPECIFIC;
        out->specific = t->trap_oid[n - 1];
        n -= t->trap_oid[n - 2] == 0 ? 2 : 1;
    }
    memcpy(out->enterprise, enterprise, n * sizeof(*enterprise));
    out->enterprise_len = (uint8_t)n;
    return COEXIST_OK;
}

enum coexist_result coexist_from_v1(const struct v1_head *h, struct fact_trap *t)
{
    size_t n = h->enterprise_len;
    if (h->generic < V1_ENTERPRISE_SPECIFIC) {
        memcpy(t->trap_oid, snmp_traps, sizeof(snmp_traps));
        t->trap_oid[SNMP_TRAPS_LEN] = h->generic + 1u;
        t->trap_oid_len = SNMP_TRAPS_LEN + 1;
        return COEXIST_OK;
    }
    if (h->generic > V1_ENTERPRISE_SPECIFIC || n > TRAP_OID_MAX - 2)
        return COEXIST_NO_FORM;
    memcpy(t->trap_oid, h->enterprise, n * sizeof(h->enterprise[0]));
    t->trap_oid[n] = 0;
    t->trap_oid[n + 1] = h->specific;
    t->trap_oid_len = (uint8_t)(n + 2);
    return COEXIST_OK;
}

static enum trap_type column_syntax(const struct trap_var *v)
{
    for (size_t root = 0; root < 2; root++) {
        if (v->oid_len <= CEEM_ENTRY_LEN || !oid_starts(v->oid, v->oid_len, ceem_history_entry[root], CEEM_ENTRY_LEN))
            continue;
        uint32_t column = v->oid[CEEM_ENTRY_LEN];
        return column < CEEM_COLUMNS ? ceem_column[column] : TRAP_NONE;
    }
    return TRAP_NONE;
}

void coexist_fill_absent(struct fact_trap *t)
{
    for (size_t i = 0; i < t->nvars && i < TRAP_VARBINDS_MAX; i++) {
        struct trap_var *v = &t->vars[i];
        if (v->type != TRAP_NONE)
            continue;
        v->type = column_syntax(v);
        v->num = 0;
        v->len = 0;
    }
}
