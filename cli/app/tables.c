/* tables.c: the list of all command tables, by hand: the whole command set in one look. */
#include "cli/app/tables.h"

#include "cli/cmd/cmd.h"
#include "dataplane/cmd/cmd.h"
#include "eem/cmd/cmd.h"
#include "snmp/cmd/cmd.h"

static const struct cmd_table *const tables[] = {
    &cli_table_mode,    &cli_table_system, &cli_table_config,  &cli_table_terminal, &cli_table_file,  &cli_table_copy,       &cli_table_show,
    &cli_table_logging, &cli_table_line,   &cli_table_debug,   &dp_table_iface,     &dp_table_show_iface, &dp_table_ip,      &dp_table_acl,
    &dp_table_qfp,      &dp_table_ping,    &dp_table_trace,    &eem_table_applet,   &eem_table_show,  &snmp_table,
};

static const enum table_owner owners[] = {
    OWNER_CLI,       OWNER_CLI,       OWNER_CLI,       OWNER_CLI,       OWNER_CLI,       OWNER_CLI,       OWNER_CLI,
    OWNER_CLI,       OWNER_CLI,       OWNER_CLI,       OWNER_DATAPLANE, OWNER_DATAPLANE, OWNER_DATAPLANE, OWNER_DATAPLANE,
    OWNER_DATAPLANE, OWNER_DATAPLANE, OWNER_DATAPLANE, OWNER_EEM,       OWNER_EEM,       OWNER_SNMP,
};
_Static_assert(sizeof tables / sizeof tables[0] == sizeof owners / sizeof owners[0], "every table has an owner");

const struct cmd_table *const *espial_tables(size_t *n)
{
    *n = sizeof tables / sizeof tables[0];
    return tables;
}

enum table_owner espial_table_owner(size_t i)
{
    return owners[i];
}
