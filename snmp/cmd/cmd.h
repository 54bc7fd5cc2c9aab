/* cmd.h: the command table of snmp, for the root: its self is a struct snmp. */
#ifndef SNMP_CMD_CMD_H
#define SNMP_CMD_CMD_H

#include "espial/cmd.h"

extern const struct cmd_table snmp_table, snmp_table_access, snmp_table_ask, snmp_table_show;
#endif
