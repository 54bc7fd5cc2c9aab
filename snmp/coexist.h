/* coexist.h: between the two forms of a notification, RFC 3584 section 3. */
#ifndef SNMP_COEXIST_H
#define SNMP_COEXIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/bus.h"
#include "espial/mem.h"

#define V1_ENTERPRISE_SPECIFIC 6

/* What an SNMPv1 Trap-PDU says instead of snmpTrapOID (RFC 1157, 4.1.6). */
struct v1_head {
    uint32_t enterprise[TRAP_OID_MAX];
    uint8_t enterprise_len;
    uint8_t generic;  /* 0-6 */
    uint32_t specific;
    uint32_t agent_addr;
};

enum coexist_result { COEXIST_OK, COEXIST_NO_FORM /* the other version cannot say it */ };

/* Trap OID -> enterprise, generic, specific (3.2). sys_object_id is the enterprise of the standard traps (RFC 1157). agent_addr is left alone. NO_FORM for an
 * OID of fewer than two sub-identifiers, and for a Counter64 among the varbinds. */
MUST_USE enum coexist_result coexist_to_v1(const struct fact_trap *t, const uint32_t *sys_object_id,
                                           size_t sys_object_id_len, struct v1_head *out);
/* The reverse (3.1), into t->trap_oid. NO_FORM for a generic above 6 or an OID too long for a fact. */
MUST_USE enum coexist_result coexist_from_v1(const struct v1_head *h, struct fact_trap *t);
/* v1 has no noSuchInstance: make absent values of the EEM notification 0 or "" as their column's syntax asks. Others are left TRAP_NONE, which v1 carries as
 * NULL. */
void coexist_fill_absent(struct fact_trap *t);
#endif
