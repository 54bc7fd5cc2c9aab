/* tables.h: every command table of the program, and whose each is. */
#ifndef CLI_APP_TABLES_H
#define CLI_APP_TABLES_H

#include <stddef.h>

#include "espial/cmd.h"

enum table_owner { OWNER_CLI, OWNER_DATAPLANE, OWNER_EEM, OWNER_SNMP, OWNER_SSH, OWNERS };

/* In the order in which running-config prints rows of one section. */
size_t espial_tables_count(void);
const struct cmd_table *espial_table(size_t i);
enum table_owner espial_table_owner(size_t i);
#endif
