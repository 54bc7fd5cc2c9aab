/* net_conf.h: what was asked of interfaces, routes and access lists. Written by the grammar (dataplane/cmd), read by
 * dataplane/net. */
#ifndef DATAPLANE_NET_NET_CONF_H
#define DATAPLANE_NET_NET_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "espial/conf.h"
#include "espial/ip.h"

#define ACL_NAME_MAX 64

struct if_addr_conf {
    uint32_t addr, mask;
};
enum if_duplex { IF_DUPLEX_UNSAID, IF_DUPLEX_AUTO, IF_DUPLEX_FULL };
#define IF_SPEED_AUTO 1
enum tunnel_mode { TUNNEL_GRE, TUNNEL_IPSEC };
#define TUNNEL_TOS_COPY 256
struct tunnel_conf {          /* of interface TunnelN, for the tunnel floor: it hears IFACE_CONF */
    uint32_t src;             /* tunnel source: an address, or */
    char src_if[IFNAME_MAX];  /* that of an interface */
    uint32_t dst;             /* 0: none */
    uint8_t mode;             /* enum tunnel_mode */
    bool has_key;
    uint32_t key;
    bool checksum, sequence;
    uint32_t ttl;             /* 255 */
    uint32_t tos;             /* 0-255; TUNNEL_TOS_COPY: that of the packet inside */
    bool pmtud;
    uint32_t pmtu_age;        /* minutes: 10; 0 infinite */
    uint32_t pmtu_min;        /* 92 */
    bool keepalive;
    uint32_t ka_period, ka_retries; /* seconds: 10; 3 */
    char profile[64];         /* tunnel protection ipsec profile; "" none */
    char isakmp_profile[64], ikev2_profile[64]; /* in place of what that profile names; "" none */
    bool shared;               /* SAs with other tunnels between the same addresses */
    char policy[64]; /* tunnel protection ipsec policy ipv4: an access list; ipsec mode only; "" none */
    uint32_t tx_kbit, rx_kbit; /* tunnel bandwidth: 8000 */
};
struct if_conf { /* interface NAME */
    char name[IFNAME_MAX];
    char description[241];
    uint32_t addr, mask;        /* 0: no ip address */
    struct conf_list secondary; /* struct if_addr_conf */
    char unnumbered[IFNAME_MAX]; /* has the address of this interface instead; "": of its own */
    uint16_t tcp_mss;            /* ip tcp adjust-mss; 0: not */
    bool shutdown;
    uint32_t mtu;       /* 1500 */
    uint32_t ip_mtu;    /* 0: as mtu */
    uint32_t bandwidth; /* kbit/s; 0: that of the hardware */
    uint32_t delay;     /* tens of microseconds; 0: that of the hardware */
    uint32_t load_interval; /* seconds, a multiple of 30: 300 */
    bool link_traps;        /* snmp trap link-status: on */
    bool redirects, unreachables, proxy_arp; /* all on */
    uint32_t arp_timeout;   /* seconds: ARP_TIMEOUT_S */
    bool cdp, mop,
        mop_sysid; /* what this router has not, and an IOS has unless it is told not to: false says that it was */
    bool negotiation;       /* the next three are of Ethernet alone; a cable is full duplex whatever is said of it */
    uint8_t duplex;         /* enum if_duplex */
    uint16_t speed;         /* Mbit/s; IF_SPEED_AUTO; 0: nothing was said */
    bool ifindex_persist;   /* snmp ifindex persist */
    char acl_in[ACL_NAME_MAX], acl_out[ACL_NAME_MAX];
    char crypto_map[64]; /* for ipsec: it hears IFACE_CONF */
    uint8_t ipsec_df;    /* 0: the global setting; else 1 + enum df_policy */
    uint8_t ipsec_frag;  /* 0: the global setting; 1 before, 2 after encryption */
    struct tunnel_conf tunnel;
};
struct route_conf { /* ip route PREFIX MASK {HOP | IFNAME [HOP]} [DISTANCE] [tag TAG] [name NAME] [track N] */
    uint32_t prefix, mask;
    uint32_t hop;
    char ifname[IFNAME_MAX];
    uint32_t distance; /* 1 */
    char name[51];     /* for people */
    uint32_t track;    /* in the table only while this object is up; 0: always */
    uint32_t tag;      /* 0: none */
};

struct arp_conf { /* arp ADDRESS HARDWARE-ADDRESS ARPA */
    uint32_t addr;
    char mac[MAC_STRLEN];
};

enum acl_action { ACL_PERMIT, ACL_DENY, ACL_REMARK };
enum acl_addr_kind { ACL_ADDR_ANY, ACL_ADDR_HOST, ACL_ADDR_WILD };
enum acl_port_kind { ACL_PORT_ANY, ACL_PORT_EQ, ACL_PORT_GT, ACL_PORT_LT, ACL_PORT_NEQ, ACL_PORT_RANGE };
enum acl_log_kind { ACL_LOG_NONE, ACL_LOG, ACL_LOG_INPUT };
#define ACL_PROTO_IP 256
struct ace_conf {               /* one line of an access list */
    uint32_t number;            /* access-list NUMBER ...; 0 in a named one */
    uint32_t seq;               /* as typed; 0: not typed */
    uint32_t place;             /* running order; set by the engine */
    uint8_t action;             /* enum acl_action */
    uint16_t proto;             /* 0-255, or ACL_PROTO_IP */
    uint8_t src_kind, dst_kind; /* enum acl_addr_kind */
    bool any;                   /* of a standard list: as typed; src_kind follows */
    uint32_t src, src_wild, dst, dst_wild;
    uint8_t sop, dop; /* enum acl_port_kind */
    uint16_t sport, sport2, dport, dport2;
    uint8_t tcp_flags; /* one of these must be set; 0: whatever */
    uint16_t icmp_type, icmp_code; /* 256: any */
    bool has_dscp, has_precedence, has_tos, fragments;
    uint8_t dscp, precedence, tos;
    uint8_t log; /* enum acl_log_kind */
    char remark[101];
};
struct acl_conf { /* ip access-list {standard | extended} NAME */
    char name[ACL_NAME_MAX];
    struct conf_list entries; /* struct ace_conf */
};

struct net_conf {
    struct conf_list ifaces;    /* struct if_conf */
    struct conf_list routes;    /* struct route_conf */
    struct conf_list arps;      /* struct arp_conf */
    struct conf_list acl_lines; /* struct ace_conf of numbered extended lists */
    struct conf_list acls;      /* struct acl_conf */
    struct conf_list std_lines; /* the same of standard lists: source addresses alone */
    struct conf_list std_acls;
    bool unr_limited, df_limited; /* ip icmp rate-limit unreachable, ... DF: on */
    uint32_t unr_ms, df_ms;       /* one in so many milliseconds: ICMP_UNREACHABLE_MS */
    bool ifindex_persist; /* snmp-server ifindex persist: of all interfaces */
};
void net_conf_defaults(struct net_conf *c); /* what is no list */
#endif
