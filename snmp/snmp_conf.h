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
#define SNMP_PORT          161
#define SNMP_NAME_MAX      32 /* of a view, group, user, context: SnmpAdminString (1..32), RFC 3414, 3415 */
#define SNMP_ACL_MAX       64
#define SNMP_PACKET_MIN    484
#define SNMP_PACKET_MAX    8192

enum snmp_community_access { SNMP_RO, SNMP_RW };
enum snmp_host_version { SNMP_HOST_V1, SNMP_HOST_V2C, SNMP_HOST_V3 };

/* snmp-server community NAME [view V] RO|RW [ACL]; key: name */
struct snmp_community_conf {
    char name[SNMP_COMMUNITY_MAX + 1];
    char view[SNMP_NAME_MAX + 1];
    char acl[SNMP_ACL_MAX];
    int access; /* enum snmp_community_access */
};

/* snmp-server view NAME SUBTREE included|excluded; key: name, subtree */
struct snmp_view_conf {
    char name[SNMP_NAME_MAX + 1];
    char subtree[128];
    int excluded;
};
enum snmp_group_model { SNMP_GROUP_V1, SNMP_GROUP_V2C, SNMP_GROUP_V3 };
/* snmp-server group NAME MODEL ...; key: name, model, level, context */
struct snmp_group_conf {
    char name[SNMP_NAME_MAX + 1];
    int model; /* enum snmp_group_model */
    int level; /* v3: 0 noauth, 1 auth, 2 priv */
    char context[SNMP_NAME_MAX + 1];
    int prefix; /* match prefix: the context is the beginning of a name */
    char read[SNMP_NAME_MAX + 1], write[SNMP_NAME_MAX + 1], notify[SNMP_NAME_MAX + 1];
    char acl[SNMP_ACL_MAX];
};
/* snmp-server user NAME GROUP v1|v2c [access ACL]: a community string whose rights are a group's; key: name, model */
struct snmp_member_conf {
    char name[SNMP_NAME_MAX + 1], group[SNMP_NAME_MAX + 1];
    int model; /* enum snmp_group_model: v1 or v2c */
    char acl[SNMP_ACL_MAX];
};
/* snmp-server engineID remote ADDR [udp-port N] HEX; key: addr, udp_port */
struct snmp_remote_conf {
    uint32_t addr;
    uint16_t udp_port;
    char engine[2 * 32 + 1];
};
/* snmp-server context NAME; key: name */
struct snmp_context_conf {
    char name[SNMP_NAME_MAX + 1];
};

/* snmp-server host ADDR ...; key: all but the kinds. All `only_*` false: every enabled kind goes to the host. */
struct snmp_host_conf {
    uint32_t addr;
    int version; /* enum snmp_host_version */
    int level;   /* v3: 0 noauth, 1 auth, 2 priv */
    int informs;
    char community[SNMP_COMMUNITY_MAX + 1];
    uint16_t udp_port;
    bool only_snmp, only_config, only_config_copy, only_entity, only_event_manager, only_syslog, only_isakmp,
        only_ipsec, only_ipsla;
};

struct snmp_conf {
    struct conf_list communities; /* struct snmp_community_conf */
    struct conf_list hosts;       /* struct snmp_host_conf */
    struct conf_list views;       /* struct snmp_view_conf */
    struct conf_list groups;      /* struct snmp_group_conf */
    struct conf_list remotes;     /* struct snmp_remote_conf */
    struct conf_list contexts;    /* struct snmp_context_conf */
    struct conf_list members;     /* struct snmp_member_conf */
    uint32_t packet_size;         /* largest message we send */
    uint32_t queue_length;        /* notifications that wait for one host */
    char chassis_id[SNMP_TEXT_MAX + 1];
    char tftp_acl[SNMP_ACL_MAX];  /* tftp-server-list */
    char engine_id[2 * 32 + 1];   /* engineID local, hexadecimal; empty: the default one */
    char trap_source[IFNAME_MAX], inform_source[IFNAME_MAX]; /* empty: the interface the route leaves by */
    bool trap_link_ietf;    /* linkUp and linkDown with the varbinds of IF-MIB, not IOS's own */
    bool drop_unknown_user; /* no report to a user whom nobody knows */
    bool system_shutdown;   /* tsMsgSend may reload the router */
    char location[SNMP_TEXT_MAX + 1];
    char contact[SNMP_TEXT_MAX + 1];
    bool traps_authentication, traps_linkdown, traps_linkup, traps_coldstart,
        traps_warmstart; /* enable traps snmp ... */
    bool traps_config, traps_config_copy, traps_entity, traps_event_manager, traps_syslog, traps_ipsla;
    bool traps_running_changed; /* ccmCLICfgRunConfNotifEnable: no line */
    bool traps_isakmp_start, traps_isakmp_stop, traps_ipsec_start,
        traps_ipsec_stop;                       /* enable traps isakmp|ipsec tunnel ... */
    bool traps_policy_add, traps_policy_delete; /* enable traps isakmp policy ... */
    bool traps_cryptomap_add, traps_cryptomap_delete, traps_cryptomap_attach,
        traps_cryptomap_detach; /* enable traps ipsec cryptomap ... */
    bool traps_isakmp_system, traps_isakmp_protocol,
        traps_isakmp_no_sa; /* failures: set through SNMP alone, no lines */
    bool traps_ipsec_system, traps_ipsec_setup, traps_ipsec_early_end, traps_ipsec_protocol, traps_ipsec_no_sa;
    uint32_t history_level, history_size; /* logging history: 4 (warnings), 1 */
    uint32_t trap_timeout;                               /* s: 30; a trap without a way is tried again after it */
    uint32_t inform_retries, inform_timeout, inform_pending; /* 3, 15 s, 25 */
    bool manager;
    uint32_t session_timeout; /* s: of the manager's sessions, 600 */
};

/* Defaults; the argument is a zeroed struct snmp_conf, or struct snmp_host_conf. */
void snmp_conf_init(void *conf);
void snmp_host_conf_init(void *host);
void snmp_remote_conf_init(void *remote);
#endif
