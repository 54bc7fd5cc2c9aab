/* tables.h: every command table of the program, and whose each is. */
#ifndef CLI_APP_TABLES_H
#define CLI_APP_TABLES_H

#include <stddef.h>

#include "espial/cmd.h"

enum table_owner { OWNER_CLI, OWNER_DATAPLANE, OWNER_EEM, OWNER_SNMP, OWNERS };

/* All tables, NULL-less, in the order in which running-config prints rows of one section; *n of them. */
const struct cmd_table *const *espial_tables(size_t *n);
/* The owner of the i-th. */
enum table_owner espial_table_owner(size_t i);
#endif
