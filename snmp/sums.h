/* sums.h: the sums of SNMPv3's user-based security, by net-snmp's library. */
#ifndef SNMP_SUMS_H
#define SNMP_SUMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/mem.h"

#define ENGINE_ID_MAX 32 /* octets, RFC 3411 */
#define USM_KEY_MAX   64
enum usm_auth { USM_NO_AUTH, USM_MD5, USM_SHA, USM_SHA256, USM_SHA384, USM_SHA512, USM_AUTHS };
enum usm_priv {
    USM_NO_PRIV,
    USM_DES,
    USM_AES128,
    USM_AES192,
    USM_AES256,
    USM_3DES,
    USM_PRIVS
}; /* the numbers are also those of the private store */
#define USM_MAC_MAX 48

size_t sums_mac_len(enum usm_auth a);  /* octets of msgAuthenticationParameters: 12 12 24 32 48 */
size_t sums_hash_len(enum usm_auth a); /* of a localized authentication key */
size_t sums_cipher_len(
    enum usm_priv p); /* of a localized privacy key: 16 16 24 32 32 (DES, 3DES: key and 8 octets of pre-IV) */
/* A password, for this engine (RFC 3414 A.2). False: shorter than 8 characters, or the library refuses. Takes milliseconds: a million octets are hashed. */
MUST_USE bool sums_key(enum usm_auth a, const char *password, const uint8_t *engine, size_t engine_len,
                       uint8_t key[USM_KEY_MAX]);
/* The key of a cipher that wants more than the hash gives; reeder: by draft-reeder-snmpv3-usm-3desede, else draft-blumenthal-aes-usm-04. In place. */
MUST_USE bool sums_lengthen(enum usm_auth a, enum usm_priv p, bool reeder, const uint8_t *engine, size_t engine_len,
                            uint8_t key[USM_KEY_MAX]);
MUST_USE bool sums_mac(enum usm_auth a, const uint8_t *key, const uint8_t *data, size_t len, uint8_t mac[USM_MAC_MAX]);
bool sums_in_blocks(enum usm_priv p); /* DES, 3DES: of 8 octets */
/* In one direction; iv: 8 (DES, 3DES) or 16 octets. len fits the cipher's block. in and out may not overlap. */
MUST_USE bool sums_cipher(enum usm_priv p, bool encrypt, const uint8_t *key, const uint8_t *iv, const uint8_t *in,
                          uint8_t *out, size_t len);
#endif
