/* cmd.h: tables of cli's own commands. The self of each is the struct cli. */
#ifndef CLI_CMD_CMD_H
#define CLI_CMD_CMD_H

#include "espial/cmd.h"

extern const struct cmd_table cli_table_mode, cli_table_config, cli_table_terminal, cli_table_file, cli_table_dir,
    cli_table_more, cli_table_copy, cli_table_show, cli_table_replace, cli_table_logging, cli_table_line,
    cli_table_users, cli_table_debug, cli_table_process, cli_table_archive, cli_table_absent, cli_table_lock,
    cli_table_user, cli_table_aaa, cli_table_privilege, cli_table_banner, cli_table_version, cli_table_hosts,
    cli_table_tech, cli_table_clock;
extern const struct cmd_table cli_table_reload, cli_table_alias, cli_table_range;

/* The self of these is the struct sshd (cli/ssh/sshd.h). */
extern const struct cmd_table ssh_table, ssh_table_key;
#endif
