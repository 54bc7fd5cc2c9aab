/* sums.c: keys, authentication and privacy of the user-based security model, by net-snmp's primitives (keytools, scapi); 3DES, which they do not have, by espial/crypto.h.
 *
 * Only sums are taken from the library here. Its own USM keeps engines, boots, clocks and users once a process, with the machine's clock, and Debian's build does
 * not let anybody set boots; ours belong to a router (usm.c), so two routers live in one process and virtual time works. None of the calls below reads a
 * file or keeps state.
 * RFC 3414 (MD5, SHA, DES; key localization in A.2), RFC 7860 (SHA-2), RFC 3826 (AES-128); AES-192 and AES-256 as net-snmp and IOS have them;
 * draft-reeder-snmpv3-usm-3desede: 3DES in CBC, 24 octets of key and 8 of pre-IV.
 */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/library/keytools.h>
#include <net-snmp/library/scapi.h>
#include <net-snmp/library/transform_oids.h>

#include "espial/crypto.h"
#include "snmp/sums.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    int type;
    uint8_t mac, hash;
} auths[USM_AUTHS] = {
    [USM_MD5] = {NETSNMP_USMAUTH_HMACMD5, 12, 16},         [USM_SHA] = {NETSNMP_USMAUTH_HMACSHA1, 12, 20},
    [USM_SHA256] = {NETSNMP_USMAUTH_HMAC192SHA256, 24, 32}, [USM_SHA384] = {NETSNMP_USMAUTH_HMAC256SHA384, 32, 48},
    [USM_SHA512] = {NETSNMP_USMAUTH_HMAC384SHA512, 48, 64},
};
static const uint8_t cipher_len[USM_PRIVS] = {
    [USM_DES] = 16, [USM_AES128] = 16, [USM_AES192] = 24, [USM_AES256] = 32, [USM_3DES] = 32};

size_t sums_mac_len(enum usm_auth a)
{
    return auths[a].mac;
}

size_t sums_hash_len(enum usm_auth a)
{
    return auths[a].hash;
}

size_t sums_cipher_len(enum usm_priv p)
{
    return cipher_len[p];
}

bool sums_in_blocks(enum usm_priv p)
{
    return p == USM_DES || p == USM_3DES;
}

bool sums_key(enum usm_auth a, const char *password, const uint8_t *engine, size_t engine_len, uint8_t key[USM_KEY_MAX])
{
    size_t n, ku_len = USM_KEY_MAX, len = USM_KEY_MAX;
    u_char ku[USM_KEY_MAX];
    oid *hash = sc_get_auth_oid(auths[a].type, &n);
    return a != USM_NO_AUTH && hash &&
           generate_Ku(hash, (u_int)n, (const u_char *)password, strlen(password), ku, &ku_len) == SNMPERR_SUCCESS &&
           generate_kul(hash, (u_int)n, engine, engine_len, ku, ku_len, key, &len) == SNMPERR_SUCCESS;
}

bool sums_lengthen(enum usm_auth a, enum usm_priv p, bool reeder, const uint8_t *engine, size_t engine_len,
                   uint8_t key[USM_KEY_MAX])
{
    size_t n, len = auths[a].hash;
    if (len >= cipher_len[p])
        return true;
    oid *hash = sc_get_auth_oid(auths[a].type, &n);
    if (p == USM_3DES)
        reeder = true;
    int type = p == USM_AES192 ? (reeder ? USM_CREATE_USER_PRIV_AES192_CISCO : USM_CREATE_USER_PRIV_AES192)
                               : (reeder ? USM_CREATE_USER_PRIV_AES256_CISCO : USM_CREATE_USER_PRIV_AES256);
    uint8_t id[ENGINE_ID_MAX];
    memcpy(id, engine, engine_len);
    u_char *longer = malloc(2 * USM_KEY_MAX);
    if (!longer)
        return false;
    memcpy(longer, key, len);
    bool ok = hash &&
              netsnmp_extend_kul(cipher_len[p], hash, (u_int)n, type, id, (u_int)engine_len, &longer, &len,
                                 2 * USM_KEY_MAX) == SNMPERR_SUCCESS &&
              len >= cipher_len[p];
    if (ok)
        memcpy(key, longer, cipher_len[p]);
    free(longer);
    return ok;
}

bool sums_mac(enum usm_auth a, const uint8_t *key, const uint8_t *data, size_t len, uint8_t mac[USM_MAC_MAX])
{
    size_t n, mac_len = auths[a].mac;
    oid *hash = sc_get_auth_oid(auths[a].type, &n);
    return hash && sc_generate_keyed_hash(hash, n, key, auths[a].hash, data, len, mac, &mac_len) == SNMPERR_SUCCESS &&
           mac_len == auths[a].mac;
}

static bool triple(bool encrypt, const uint8_t *key, const uint8_t *iv, const uint8_t *in, uint8_t *out, size_t len)
{
    struct cipher *c = cipher_new(CIPHER_3DES_CBC, encrypt, key, 24, NULL);
    bool ok = c && cipher_cbc(c, iv, in, out, len);
    cipher_free(c);
    return ok;
}

bool sums_cipher(enum usm_priv p, bool encrypt, const uint8_t *key, const uint8_t *iv, const uint8_t *in, uint8_t *out,
                 size_t len)
{
    static const oid *const ciphers[USM_PRIVS] = {[USM_DES] = usmDESPrivProtocol,
                                                  [USM_AES128] = usmAESPrivProtocol,
                                                  [USM_AES192] = usmAES192PrivProtocol,
                                                  [USM_AES256] = usmAES256PrivProtocol};
    static const size_t oid_len[USM_PRIVS] = {[USM_DES] = 10, [USM_AES128] = 10, [USM_AES192] = 9, [USM_AES256] = 9};
    if (p == USM_3DES)
        return triple(encrypt, key, iv, in, out, len);
    uint8_t vector[16];
    size_t iv_len = p == USM_DES ? 8 : 16, out_len = len;
    u_int key_len = p == USM_DES ? 8 : cipher_len[p];
    memcpy(vector, iv, iv_len);
    int r = encrypt ? sc_encrypt(ciphers[p], oid_len[p], (u_char *)key, key_len, vector, (u_int)iv_len, in, (u_int)len,
                                 out, &out_len)
                    : sc_decrypt(ciphers[p], oid_len[p], (u_char *)key, key_len, vector, (u_int)iv_len, (u_char *)in,
                                 (u_int)len, out, &out_len);
    return r == SNMPERR_SUCCESS && out_len == len;
}
