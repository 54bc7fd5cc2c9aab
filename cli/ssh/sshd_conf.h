/* sshd_conf.h: what was asked of the SSH server (`ip ssh ...`, `ip scp server enable`); written by cli/cmd/cmd_ssh.c. */
#ifndef CLI_SSH_SSHD_CONF_H
#define CLI_SSH_SSHD_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "espial/conf.h"

#define SSH_LIST_MAX 7
#define SSH_NAME_MAX 40

enum sshd_what { SSHD_KEX, SSHD_HOSTKEY, SSHD_CIPHER, SSHD_MAC, SSHD_AUTHENTICATION, SSHD_WHATS };

/* ip ssh pubkey-chain: users and the hashes of their keys. */
enum sshd_key_type {
    SSH_KEY_RSA,
    SSH_KEY_ECDSA_256,
    SSH_KEY_ECDSA_384,
    SSH_KEY_ECDSA_521,
    SSH_KEY_ED25519,
    SSH_KEY_TYPES
};
struct sshd_pubkey {
    uint8_t type;  /* enum sshd_key_type */
    char hash[33]; /* MD5 of the key's wire form, 32 upper-case hex digits */
    char comment[64];
};
struct sshd_pubkey_user {
    char user[65];
    struct conf_list keys; /* struct sshd_pubkey */
};
struct sshd_chain {
    struct conf_list users; /* struct sshd_pubkey_user */
};

/* `ip ssh server algorithm WHAT`: numbers of names (algorithm.c), the most wanted first, from 1; 0 behind the last. */
#define SSH_WANTED(n)                                                                                                  \
    union {                                                                                                            \
        uint8_t n[SSH_LIST_MAX];                                                                                       \
        struct {                                                                                                       \
            uint8_t n##1, n##2, n##3, n##4, n##5, n##6, n##7;                                                          \
        };                                                                                                             \
    }
struct sshd_conf {
    uint8_t version; /* 0: not said; 2 */
    uint32_t timeout_s;
    uint8_t retries;
    bool events;
    bool scp;
    char keypair[128]; /* ip ssh rsa keypair-name */
    SSH_WANTED(kex);
    SSH_WANTED(hostkey);
    SSH_WANTED(encryption);
    SSH_WANTED(mac);
    SSH_WANTED(authentication);
    struct conf_list chains; /* struct sshd_chain: none or one */
};
void sshd_conf_init(struct sshd_conf *c); /* defaults; c is zeroed before */
void sshd_chain_init(struct sshd_chain *c);
void sshd_chain_end(struct sshd_chain *c);
void sshd_pubkey_user_init(struct sshd_pubkey_user *u);
void sshd_pubkey_user_end(struct sshd_pubkey_user *u);
#endif
