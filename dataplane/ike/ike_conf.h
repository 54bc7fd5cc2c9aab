/* ike_conf.h: what was asked of IKE: written by the rows of dataplane/cmd/cmd_isakmp.c, read when a negotiation needs
 * it. */
#ifndef DATAPLANE_IKE_IKE_CONF_H
#define DATAPLANE_IKE_IKE_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "espial/conf.h"

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

#define IKE_PSK_MAX 128
struct ike_psk_conf { /* crypto isakmp key */
    uint8_t type;     /* 0 plain; 6 is refused by the check: there is no master key */
    char key[IKE_PSK_MAX + 1];
    uint32_t addr, mask;
    bool no_xauth;
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
    struct conf_list policies;  /* struct ike_policy_conf by priority */
    struct conf_list psks;      /* struct ike_psk_conf in the order typed */
};
void ike_policy_conf_init(void *policy); /* IOS defaults: DES, SHA, rsa-sig, group 1, 86400 s */
void ike_psk_conf_init(void *psk);
void ike_conf_init(struct ike_conf *c);
void ike_conf_fini(struct ike_conf *c);

/* The key for a peer: longest mask first; NULL when there is none. */
const struct ike_psk_conf *ike_conf_psk(const struct ike_conf *c, uint32_t peer);

/* The policies in force: those configured, or the eight of every IOS (priorities 65507-65514) when there are none. i
 * from 0; false past the end. */
bool ike_conf_policy(const struct ike_conf *c, unsigned i, struct ike_policy_conf *out);
#endif
