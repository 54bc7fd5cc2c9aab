/* cmd.h: the command tables of the dataplane, for the root: the self of each is a struct dataplane. */
#ifndef DATAPLANE_CMD_CMD_H
#define DATAPLANE_CMD_CMD_H

#include "espial/cmd.h"

extern const struct cmd_table dp_table_iface;
extern const struct cmd_table dp_table_tunnel;
extern const struct cmd_table dp_table_show_iface;
extern const struct cmd_table dp_table_show_ip_iface;
extern const struct cmd_table dp_table_route;
extern const struct cmd_table dp_table_arp;
extern const struct cmd_table dp_table_ip;
extern const struct cmd_table dp_table_acl;
extern const struct cmd_table dp_table_ntp;
extern const struct cmd_table dp_table_track;
extern const struct cmd_table dp_table_show_track;
extern const struct cmd_table dp_table_ipsla;
extern const struct cmd_table dp_table_show_ipsla;
extern const struct cmd_table dp_table_acl_std;
extern const struct cmd_table dp_table_qfp;
extern const struct cmd_table dp_table_qfp_ipsec;
extern const struct cmd_table dp_table_ping;
extern const struct cmd_table dp_table_trace;
extern const struct cmd_table dp_table_fault;
extern const struct cmd_table dp_table_isakmp;
extern const struct cmd_table dp_table_isakmp_profile;
extern const struct cmd_table dp_table_show_isakmp;
extern const struct cmd_table dp_table_ikev2;
extern const struct cmd_table dp_table_show_ikev2;
extern const struct cmd_table dp_table_show_ikev2_stats;
extern const struct cmd_table dp_table_show_ikev2_perf;
extern const struct cmd_table dp_table_diagnose;
extern const struct cmd_table dp_table_session;
extern const struct cmd_table dp_table_debug_crypto;
extern const struct cmd_table dp_table_ipsec;
extern const struct cmd_table dp_table_ipsec_profile;
extern const struct cmd_table dp_table_cryptomap;
extern const struct cmd_table dp_table_manual_map;
extern const struct cmd_table dp_table_show_ipsec;
extern const struct cmd_table dp_table_show_crypto;
extern const struct cmd_table dp_table_show_sets;
extern const struct cmd_table dp_table_admission;
extern const struct cmd_table dp_table_engine;
extern const struct cmd_table dp_table_flowmib;
extern const struct cmd_table dp_table_sockets;
extern const struct cmd_table dp_table_evtrace;
#endif
