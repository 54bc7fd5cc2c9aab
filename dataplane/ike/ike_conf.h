/* ike_conf.h: what was asked of IKE: written by the rows of dataplane/cmd/cmd_isakmp.c and cmd_isakmp_profile.c, read
 * when a negotiation needs it. */
#ifndef DATAPLANE_IKE_IKE_CONF_H
#define DATAPLANE_IKE_IKE_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "espial/conf.h"
#include "espial/ip.h"

/* Numbers are the positions of the words in the grammar's alternatives. */
enum { IKE_ENC_DES, IKE_ENC_3DES, IKE_ENC_AES };
enum { IKE_BITS_128, IKE_BITS_192, IKE_BITS_256 };
enum { IKE_HASH_SHA, IKE_HASH_MD5, IKE_HASH_SHA256, IKE_HASH_SHA384, IKE_HASH_SHA512 };
enum { IKE_AUTH_RSA_SIG, IKE_AUTH_RSA_ENCR, IKE_AUTH_PSK };
enum { IKE_IDENTITY_ADDRESS, IKE_IDENTITY_HOSTNAME };

struct ike_policy_conf { /* crypto isakmp policy N */
    uint16_t priority;
    uint8_t encryption, aes_bits, hash, authentication;
    uint8_t group;
    uint32_t lifetime; /* seconds */
};

#define IKE_PSK_MAX  128
#define IKE_NAME_MAX 64
#define IKE_ID_MAX   80 /* a host name or user@domain, with its end */
enum { IKE_PSK_ADDRESS, IKE_PSK_HOST };
struct ike_psk_conf { /* crypto isakmp key; pre-shared-key of a keyring */
    uint8_t type;     /* 0 plain; 6 is refused by the check: there is no master key */
    char key[IKE_PSK_MAX + 1];
    uint8_t kind; /* IKE_PSK_ADDRESS ... */
    uint32_t addr, mask;
    char host[IKE_ID_MAX]; /* a peer that says it is this: host name or user@domain */
    bool no_xauth;
};

struct ike_keyring_conf { /* crypto keyring NAME */
    char name[IKE_NAME_MAX];
    char description[81];
    uint32_t local_addr;       /* 0: any of our addresses */
    char local_if[IFNAME_MAX]; /* "": any */
    struct conf_list psks;     /* struct ike_psk_conf in the order typed */
};

enum {
    IKE_MATCH_ADDRESS,
    IKE_MATCH_HOST,
    IKE_MATCH_HOST_DOMAIN,
    IKE_MATCH_USER,
    IKE_MATCH_USER_DOMAIN,
    IKE_MATCH_GROUP
};
struct ike_match_conf { /* match identity */
    uint8_t kind;
    uint32_t addr, mask;
    char text[IKE_ID_MAX];
};
enum { IKE_SELF_GLOBAL, IKE_SELF_ADDRESS, IKE_SELF_FQDN, IKE_SELF_USER_FQDN };
enum { IKE_MODE_MAIN, IKE_MODE_AGGRESSIVE };
struct ike_profile_conf { /* crypto isakmp profile NAME */
    char name[IKE_NAME_MAX];
    char description[81];
    char keyring[IKE_NAME_MAX]; /* "": the global keys */
    struct conf_list matches;   /* struct ike_match_conf in the order typed */
    uint8_t self;               /* IKE_SELF_... */
    char self_name[IKE_ID_MAX]; /* "": the router's own name */
    uint16_t keepalive, keepalive_retry; /* 0: as is configured for all */
    uint8_t initiate;                    /* IKE_MODE_... */
    uint32_t local_addr;                 /* 0: any of our addresses */
    char local_if[IFNAME_MAX];           /* "": any */
};

struct ike_fqdn_conf {
    char fqdn[IKE_ID_MAX];
};
struct ike_identity_conf { /* crypto identity NAME: who may use the map or profile that names it */
    char name[IKE_NAME_MAX];
    char description[81];
    struct conf_list names; /* struct ike_fqdn_conf in the order typed */
};

enum { IKE_ENDPOINT_NONE, IKE_ENDPOINT_ADDRESS, IKE_ENDPOINT_FQDN, IKE_ENDPOINT_USER_FQDN };
struct ike_peer_conf { /* crypto isakmp peer {address A|hostname N} */
    uint8_t kind;      /* IKE_PSK_ADDRESS or IKE_PSK_HOST */
    uint32_t addr;
    char host[IKE_ID_MAX]; /* looked up in the host table */
    char description[81];
    char password[IKE_PSK_MAX + 1]; /* set aggressive-mode password; "": none */
    uint8_t endpoint;               /* set aggressive-mode client-endpoint: what we say we are */
    uint32_t endpoint_addr;
    char endpoint_name[IKE_ID_MAX];
};

struct ike_conf {
    bool enable; /* crypto isakmp enable */
    uint8_t identity;
    bool invalid_spi_recovery;
    uint16_t keepalive; /* seconds; 0 off */
    uint16_t keepalive_retry;
    uint8_t keepalive_periodic; /* 0 on-demand */
    uint16_t nat_keepalive;     /* seconds; 0 off */
    bool logging_session;       /* crypto logging session */
    bool aggressive_disable;    /* crypto isakmp aggressive-mode disable */
    bool performance;           /* crypto isakmp performance: IKEv2 takes samples of how long it works (v2/v2_perf.h) */
    bool fragmentation; /* crypto isakmp fragmentation: we may be sent a message in pieces, and send long ones so */
    bool diagnose;              /* crypto isakmp diagnose error: errors are kept, diagnose_max of them */
    uint16_t diagnose_max;
    bool nat_transparency;      /* crypto ipsec nat-transparency udp-encapsulation */
    bool default_policy;        /* the eight built-in policies count when none is configured */
    struct conf_list policies;  /* struct ike_policy_conf by priority */
    struct conf_list psks;      /* struct ike_psk_conf in the order typed */
    struct conf_list keyrings;  /* struct ike_keyring_conf in the order typed */
    struct conf_list profiles;  /* struct ike_profile_conf in the order typed */
    struct conf_list peers;     /* struct ike_peer_conf by address, names first */
    struct conf_list identities; /* struct ike_identity_conf in the order typed */
};
void ike_policy_conf_init(void *policy); /* IOS defaults: DES, SHA, rsa-sig, group 1, 86400 s */
void ike_psk_conf_init(void *psk);
void ike_conf_init(struct ike_conf *c);
void ike_conf_fini(struct ike_conf *c);

void ike_keyring_conf_init(void *keyring);
void ike_keyring_conf_fini(void *keyring);
void ike_identity_conf_init(void *identity);
void ike_identity_conf_fini(void *identity);
void ike_profile_conf_init(void *profile);
void ike_profile_conf_fini(void *profile);

/* Of one list of keys: the one for a peer's address, longest mask first (0.0.0.0 0.0.0.0 is everybody); the one for a
 * name, whatever its case. NULL when there is none. */
const struct ike_psk_conf *ike_psk_by_addr(const struct conf_list *psks, uint32_t peer);
const struct ike_psk_conf *ike_psk_by_name(const struct conf_list *psks, const char *name, size_t len);
/* NULL: there is none of that name; nor of "". */
const struct ike_profile_conf *ike_conf_profile(const struct ike_conf *c, const char *name);
const struct ike_keyring_conf *ike_conf_keyring(const struct ike_conf *c, const char *name);
/* names: what the host table says, NULL: there is none; an address that was typed goes first. */
const struct ike_peer_conf *ike_conf_peer(const struct ike_conf *c, uint32_t addr,
                                          bool (*resolve)(void *arg, const char *name, uint32_t *out), void *arg);

/* The policies in force: those configured, or the eight of every IOS (priorities 65507-65514) when there are none and
 * `no crypto isakmp default policy` has not taken them away. i from 0; false past the end. */
bool ike_conf_policy(const struct ike_conf *c, unsigned i, struct ike_policy_conf *out);
#endif
