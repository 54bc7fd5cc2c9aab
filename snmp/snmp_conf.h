/* snmp_conf.h: what `snmp-server ...` asked for. Written by the grammar through snmp/cmd, read by the agent. */
#ifndef SNMP_CONF_H
#define SNMP_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "espial/conf.h"
#include "espial/ip.h"

#define SNMP_COMMUNITY_MAX 128 /* bytes of a community string, without the NUL */
#define SNMP_TEXT_MAX      255 /* sysLocation, sysContact: DisplayString (0..255), RFC 3418 */
#define SNMP_TRAP_PORT     162

enum snmp_community_access { SNMP_RO, SNMP_RW };
enum snmp_host_version { SNMP_HOST_V1, SNMP_HOST_V2C };

/* snmp-server community NAME RO|RW; key: name */
struct snmp_community_conf {
    char name[SNMP_COMMUNITY_MAX + 1];
    int access; /* enum snmp_community_access */
};

/* snmp-server host ADDR ...; key: addr. All `only_*` false: every enabled kind goes to the host. */
struct snmp_host_conf {
    uint32_t addr;
    int version; /* enum snmp_host_version */
    char community[SNMP_COMMUNITY_MAX + 1];
    uint16_t udp_port;
    bool only_snmp, only_config, only_event_manager, only_syslog;
};

struct snmp_conf {
    struct conf_list communities; /* struct snmp_community_conf */
    struct conf_list hosts;       /* struct snmp_host_conf */
    char trap_source[IFNAME_MAX]; /* empty: the interface the route leaves by */
    char location[SNMP_TEXT_MAX + 1];
    char contact[SNMP_TEXT_MAX + 1];
    bool traps_authentication; /* enable traps snmp authentication */
    bool traps_config, traps_event_manager, traps_syslog;
    bool manager;
};

/* Defaults; the argument is a zeroed struct snmp_conf, or struct snmp_host_conf. */
void snmp_conf_init(void *conf);
void snmp_host_conf_init(void *host);
#endif
