/* rows.h: the managed objects that snmp itself answers for. Each file of this folder is one MIB (or a few groups of one): rows and their getters, nothing else. Their
 * self is the router's struct snmp; what a row needs of the agent is in snmp/snmp.h. */
#ifndef SNMP_MIB_ROWS_H
#define SNMP_MIB_ROWS_H

#include <stdbool.h>
#include <string.h>

#include "espial/mem.h"
#include "espial/mib.h"

struct snmp;

extern const struct mib_rows mib_system; /* SNMPv2-MIB: system */
extern const struct mib_rows mib_ts;     /* OLD-CISCO-TS-MIB: tsMsgSend */
extern const struct mib_rows mib_snmp;   /* SNMPv2-MIB: snmp, snmpSet */
extern const struct mib_rows mib_framework; /* our engine, and why messages were not taken */
extern const struct mib_rows mib_process; /* OLD-CISCO-CPU-MIB, CISCO-PROCESS-MIB, CISCO-MEMORY-POOL-MIB */
extern const struct mib_rows mib_entity;  /* ENTITY-MIB */
extern const struct mib_rows mib_control; /* which notifications of IKE and IPsec are enabled */
extern const struct mib_rows mib_history; /* CISCO-SYSLOG-MIB, CISCO-CONFIG-MAN-MIB */
extern const struct mib_rows mib_usm;       /* SNMP-USER-BASED-SM-MIB: users */
extern const struct mib_rows mib_vacm;      /* SNMP-VIEW-BASED-ACM-MIB */
extern const struct mib_rows mib_community; /* SNMP-COMMUNITY-MIB */
extern const struct mib_rows mib_target;    /* SNMP-TARGET-MIB, SNMP-NOTIFICATION-MIB */
extern const struct mib_rows mib_host;      /* HOST-RESOURCES-MIB */
extern const struct mib_rows mib_copy;      /* CISCO-CONFIG-COPY-MIB */
extern const struct mib_rows mib_flash;     /* CISCO-FLASH-MIB */

/* All of the above, into the router's tree. False, with the name in err: see mib_add. */
bool snmp_rows_add(struct snmp *s, struct mib *m, char err[128]) MUST_USE;
#endif
