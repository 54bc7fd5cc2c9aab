/* tables.c: the list of all command tables, by hand: the whole command set in one look. */
#include "cli/app/tables.h"

#include "cli/cmd/cmd.h"
#include "dataplane/cmd/cmd.h"
#include "eem/cmd/cmd.h"
#include "snmp/cmd/cmd.h"

static const struct {
    const struct cmd_table *table;
    enum table_owner owner;
} list[] = {
    {&cli_table_mode, OWNER_CLI},
    {&cli_table_config, OWNER_CLI},
    {&cli_table_terminal, OWNER_CLI},
    {&cli_table_users, OWNER_CLI},
    {&cli_table_file, OWNER_CLI},
    {&cli_table_dir, OWNER_CLI},
    {&cli_table_more, OWNER_CLI},
    {&cli_table_copy, OWNER_CLI},
    {&cli_table_show, OWNER_CLI},
    {&cli_table_replace, OWNER_CLI},
    {&cli_table_archive, OWNER_CLI},
    {&cli_table_lock, OWNER_CLI},
    {&cli_table_absent, OWNER_CLI},
    {&cli_table_reload, OWNER_CLI},
    {&cli_table_alias, OWNER_CLI},
    {&cli_table_range, OWNER_CLI},
    {&cli_table_logging, OWNER_CLI},
    {&cli_table_line, OWNER_CLI},
    {&cli_table_user, OWNER_CLI},
    {&cli_table_aaa, OWNER_CLI},
    {&cli_table_privilege, OWNER_CLI},
    {&cli_table_banner, OWNER_CLI},
    {&cli_table_debug, OWNER_CLI},
    {&ssh_table, OWNER_SSH},
    {&ssh_table_key, OWNER_SSH},
    {&cli_table_process, OWNER_CLI},
    {&cli_table_version, OWNER_CLI},
    {&cli_table_hosts, OWNER_CLI},
    {&cli_table_tech, OWNER_CLI},
    {&cli_table_clock, OWNER_CLI},
    {&dp_table_iface, OWNER_DATAPLANE},
    {&dp_table_tunnel, OWNER_DATAPLANE},
    {&dp_table_show_iface, OWNER_DATAPLANE},
    {&dp_table_show_ip_iface, OWNER_DATAPLANE},
    {&dp_table_route, OWNER_DATAPLANE},
    {&dp_table_arp, OWNER_DATAPLANE},
    {&dp_table_ip, OWNER_DATAPLANE},
    {&dp_table_acl_std, OWNER_DATAPLANE},
    {&dp_table_acl, OWNER_DATAPLANE},
    {&dp_table_qfp, OWNER_DATAPLANE},
    {&dp_table_qfp_ipsec, OWNER_DATAPLANE},
    {&dp_table_track, OWNER_DATAPLANE},
    {&dp_table_show_track, OWNER_DATAPLANE},
    {&dp_table_ipsla, OWNER_DATAPLANE},
    {&dp_table_show_ipsla, OWNER_DATAPLANE},
    {&dp_table_ntp, OWNER_DATAPLANE},
    {&dp_table_ping, OWNER_DATAPLANE},
    {&dp_table_trace, OWNER_DATAPLANE},
    {&dp_table_ikev2, OWNER_DATAPLANE},
    {&dp_table_isakmp, OWNER_DATAPLANE},
    {&dp_table_isakmp_profile, OWNER_DATAPLANE},
    {&dp_table_show_isakmp, OWNER_DATAPLANE},
    {&dp_table_show_ikev2, OWNER_DATAPLANE},
    {&dp_table_show_ikev2_stats, OWNER_DATAPLANE},
    {&dp_table_show_ikev2_perf, OWNER_DATAPLANE},
    {&dp_table_diagnose, OWNER_DATAPLANE},
    {&dp_table_session, OWNER_DATAPLANE},
    {&dp_table_fault, OWNER_DATAPLANE},
    {&dp_table_debug_crypto, OWNER_DATAPLANE},
    {&dp_table_ipsec, OWNER_DATAPLANE},
    {&dp_table_ipsec_profile, OWNER_DATAPLANE},
    {&dp_table_sockets, OWNER_DATAPLANE},
    {&dp_table_cryptomap, OWNER_DATAPLANE},
    {&dp_table_manual_map, OWNER_DATAPLANE},
    {&dp_table_show_ipsec, OWNER_DATAPLANE},
    {&dp_table_show_crypto, OWNER_DATAPLANE},
    {&dp_table_show_sets, OWNER_DATAPLANE},
    {&dp_table_admission, OWNER_DATAPLANE},
    {&dp_table_engine, OWNER_DATAPLANE},
    {&dp_table_flowmib, OWNER_DATAPLANE},
    {&dp_table_evtrace, OWNER_DATAPLANE},
    {&eem_table_applet, OWNER_EEM},
    {&eem_table_show_server, OWNER_EEM},
    {&eem_table_show_policy, OWNER_EEM},
    {&eem_table_scheduler, OWNER_EEM},
    {&eem_table_resource, OWNER_EEM},
    {&eem_table_event, OWNER_EEM},
    {&eem_table_try, OWNER_EEM},
    {&eem_table_event_watch, OWNER_EEM},
    {&eem_table_event_inert, OWNER_EEM},
    {&eem_table_trigger, OWNER_EEM},
    {&eem_table_action, OWNER_EEM},
    {&eem_table_show, OWNER_EEM},
    {&snmp_table_access, OWNER_SNMP},
    {&snmp_table, OWNER_SNMP},
    {&snmp_table_show, OWNER_SNMP},
    {&snmp_table_ask, OWNER_SNMP},
};

size_t espial_tables_count(void)
{
    return sizeof list / sizeof list[0];
}

const struct cmd_table *espial_table(size_t i)
{
    return list[i].table;
}

enum table_owner espial_table_owner(size_t i)
{
    return list[i].owner;
}
