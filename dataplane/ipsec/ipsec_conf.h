/* ipsec_conf.h: what was asked of IPsec: transform sets, crypto maps, global settings. Written by the grammar
 * (dataplane/cmd), read by dataplane/ipsec. */
#ifndef DATAPLANE_IPSEC_IPSEC_CONF_H
#define DATAPLANE_IPSEC_IPSEC_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "espial/conf.h"
#include "espial/ip.h"

#define IPSEC_NAME_MAX 64
#define MAP_SETS_MAX   6
#define LIFE_KB_OFF    1 /* "kilobytes disable" */
#define REPLAY_CONF_OFF 1 /* "replay disable" of one map or profile */
#define DUMMY_CONF_OFF 255 /* "dummy pps 0" of one map or profile */

enum set_cipher { SET_NO_CIPHER, SET_ESP_NULL, SET_ESP_DES, SET_ESP_3DES, SET_ESP_AES, SET_ESP_GCM, SET_ESP_GMAC };
enum set_auth { SET_NO_AUTH, SET_MD5, SET_SHA, SET_SHA256, SET_SHA384, SET_SHA512 };

struct transform_set_conf { /* crypto ipsec transform-set NAME T1 [T2 [T3]] */
    char name[IPSEC_NAME_MAX];
    uint8_t cipher;   /* enum set_cipher */
    uint16_t bits;    /* of AES: 128 192 256 */
    uint8_t auth, ah; /* enum set_auth */
    uint8_t mode;     /* enum ipsec_mode */
    bool require;     /* transport mode or nothing */
    bool esn;         /* extended sequence numbers */
};

struct map_peer_conf {
    uint32_t addr;             /* 0: by name */
    char name[IPSEC_NAME_MAX]; /* resolved when it is configured ... */
    bool dynamic;              /* ... and anew before each negotiation */
    bool dflt;                 /* the one to go back to */
};
/* How SAs shall be: what crypto maps, dynamic maps and IPsec profiles have in common (`set ...`). */
struct sa_conf {
    char sets[MAP_SETS_MAX][IPSEC_NAME_MAX]; /* set transform-set; none: the set called default */
    uint8_t pfs;                             /* group; 0: none */
    uint32_t life_s;                         /* 0: the global value */
    uint8_t life_days;                       /* said in days instead; 0: not */
    uint32_t life_kb;                        /* 0: the global value; LIFE_KB_OFF */
    uint32_t idle_s;                         /* 0: the global value */
    bool idle_dflt;                          /* ... default: then the default peer is current again */
    uint16_t replay;                         /* 0: the global value; REPLAY_CONF_OFF; window, packets */
    uint8_t dummy_pps; /* dummy packets a second; DUMMY_CONF_OFF; 0, and dummy_s 0: the global setting */
    uint16_t dummy_s;                        /* ... or seconds from one to the next */
    uint8_t ecn;                             /* 0: the global setting; 1 discard, 2 propagate */
    uint8_t df;                              /* 0: the interface's; else 1 + enum df_policy */
    bool rr, rr_static, rr_gateway;          /* reverse-route [static] [remote-peer A [gateway]] */
    uint8_t rr_distance;                     /* set reverse-route distance; 0: 1 */
    uint32_t rr_tag, rr_hop;                 /* ... tag, gateway; 0: none */
    uint32_t rr_peer;                        /* remote-peer; 0 none */
    char isakmp_profile[IPSEC_NAME_MAX];     /* set isakmp-profile; "" none */
    char ikev2_profile[IPSEC_NAME_MAX];      /* set ikev2-profile; not "": negotiated by IKEv2 */
    bool per_host;                           /* level per-host: SAs of their own for each pair of hosts */
    char identity[IPSEC_NAME_MAX];           /* set identity; "" none */
};
/* Keys typed by hand: set session-key {inbound|outbound} {esp|ah}; wiped with their entry. */
enum { KEY_ESP_IN, KEY_AH_IN, KEY_ESP_OUT, KEY_AH_OUT, SESSION_KEYS };
#define SESSION_KEY_DIGITS 128 /* hexadecimal; as many as the longest key of any transform has */
struct session_key_conf {
    uint32_t spi;                        /* 0: nothing was said */
    char cipher[SESSION_KEY_DIGITS + 1]; /* of ESP; "" none */
    char auth[SESSION_KEY_DIGITS + 1];   /* "" none */
};
struct cryptomap_conf { /* crypto map NAME SEQ {ipsec-isakmp|ipsec-manual}; crypto dynamic-map NAME SEQ */
    char name[IPSEC_NAME_MAX];
    uint16_t seq;
    bool template;                /* of a dynamic map */
    bool manual;                  /* ipsec-manual */
    char dynamic[IPSEC_NAME_MAX]; /* crypto map ... dynamic DYN: the entries of that dynamic map stand here; "" no */
    char description[81];
    struct conf_list peers; /* struct map_peer_conf, in order of preference */
    struct sa_conf sa;
    char acl[IPSEC_NAME_MAX]; /* match address */
    char acl_in[IPSEC_NAME_MAX], acl_out[IPSEC_NAME_MAX]; /* set ip access-group: of what is inside; "" none */
    struct session_key_conf keys[SESSION_KEYS]; /* of an ipsec-manual entry */
};

struct map_local_conf { /* crypto map NAME local-address IFACE */
    char name[IPSEC_NAME_MAX];
    char ifname[IFNAME_MAX];
};
struct map_profile_conf { /* crypto map NAME isakmp-profile P */
    char name[IPSEC_NAME_MAX];
    char profile[IPSEC_NAME_MAX];
};

struct ipsec_profile_conf { /* crypto ipsec profile NAME */
    char name[IPSEC_NAME_MAX];
    char description[81];
    struct sa_conf sa;
    bool responder_only;
};

enum deny_policy { DENY_JUMP, DENY_CLEAR, DENY_DROP }; /* crypto ipsec ipv4-deny */
enum df_policy { DF_COPY, DF_CLEAR, DF_SET };
struct ipsec_conf {
    struct conf_list sets; /* struct transform_set_conf */
    struct conf_list maps; /* struct cryptomap_conf, by name, then number */
    struct conf_list dynamics;     /* struct cryptomap_conf of dynamic maps, the same order */
    struct conf_list map_locals;   /* struct map_local_conf */
    struct conf_list map_profiles; /* struct map_profile_conf */
    struct conf_list profiles;     /* struct ipsec_profile_conf, by name */
    uint32_t life_s;       /* 3600 */
    uint8_t life_days;     /* said in days instead; 0: not */
    uint32_t life_kb;      /* 4608000; LIFE_KB_OFF */
    uint32_t idle_s;       /* 0: SAs stay however long they are idle */
    uint16_t replay;       /* window, packets: 64 128 256 512 1024; 0 disabled */
    uint8_t dummy_pps;     /* dummy packets a second ... */
    uint16_t dummy_s;      /* ... or seconds from one to the next; both 0: none */
    uint8_t df;            /* enum df_policy */
    bool frag_after;       /* fragment after encryption */
    uint8_t deny;          /* enum deny_policy */
    bool ecn;              /* security-association ecn propagate */
    bool optional;         /* in the clear, both ways, while there are no SAs of a crypto map */
    uint32_t optional_retry; /* ... and so many seconds between attempts to get some: 300 */
};

/* The lifetime in force: of the router, and of a map or profile. */
static inline uint32_t ipsec_conf_life_s(const struct ipsec_conf *c)
{
    return c->life_days ? c->life_days * 86400u : c->life_s;
}
static inline uint32_t sa_conf_life_s(const struct ipsec_conf *c, const struct sa_conf *sa)
{
    return sa->life_days ? sa->life_days * 86400u : sa->life_s ? sa->life_s : ipsec_conf_life_s(c);
}

/* Defaults, and the release of what they own (cmd.h's scope hooks). */
void ipsec_conf_init(struct ipsec_conf *c);
void ipsec_conf_fini(struct ipsec_conf *c);
void transform_set_conf_init(struct transform_set_conf *c);
void cryptomap_conf_init(struct cryptomap_conf *c);
void cryptomap_conf_fini(struct cryptomap_conf *c);
#endif
