/* secret.c: does a typed password fit the stored one? Types of `enable secret` and `password`: 0 clear text, 5 md5crypt
 * with 1000 rounds, 7 the reversible cover of line passwords, 8 PBKDF2-HMAC-SHA256 with 20000 rounds (RFC 8018). Types
 * 4, 6 and 9 cannot be checked here: they never fit.
 *
 * Nothing is stored in another form than it was typed. Comparison is in constant time over equal lengths.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd/cmd_local.h"
#include "espial/buf.h"
#include "espial/crypto.h"

static bool same(const char *a, const char *b)
{
    size_t n = strlen(a);
    return n == strlen(b) && mem_equal_ct(a, b, n);
}

/* ---- type 7: XOR with a running key ---- */

static bool fits_7(const char *stored, const char *typed)
{
    static const char key[] = "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87";
    size_t n = strlen(stored);
    char clear[128];
    if (n < 4 || n % 2 || n / 2 > sizeof clear || !isdigit((unsigned char)stored[0]) ||
        !isdigit((unsigned char)stored[1]))
        return false;
    size_t at = (size_t)(stored[0] - '0') * 10 + (size_t)(stored[1] - '0'), len = 0;
    for (size_t i = 2; i < n; i += 2, len++) {
        if (!isxdigit((unsigned char)stored[i]) || !isxdigit((unsigned char)stored[i + 1]))
            return false;
        unsigned long v = strtoul((char[3]){stored[i], stored[i + 1], 0}, NULL, 16);
        clear[len] = (char)(v ^ (unsigned char)key[(at + len) % (sizeof key - 1)]);
    }
    clear[len] = 0;
    bool ok = same(clear, typed);
    mem_wipe(clear, sizeof clear);
    return ok;
}

/* ---- type 5: md5crypt, "$1$salt$hash" ---- */

static void to64(char **out, unsigned v, unsigned n)
{
    static const char digits[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    while (n--) {
        *(*out)++ = digits[v & 63];
        v >>= 6;
    }
}

static bool fits_5(const char *stored, const char *typed)
{
    if (strncmp(stored, "$1$", 3))
        return false;
    const char *salt = stored + 3, *end = strchr(salt, '$');
    size_t salt_len = end ? (size_t)(end - salt) : 0, len = strlen(typed);
    if (!end || salt_len < 1 || salt_len > 8 || len > 256)
        return false;
    uint8_t alt[16], sum[16], mix[1024];
    struct wr w = wr_of(mix, sizeof mix);
    hash_parts(HASH_MD5, (struct bytes[]){BYTES(typed, len), BYTES(salt, salt_len), BYTES(typed, len)}, 3, alt);
    wr_bytes(&w, typed, len);
    wr_bytes(&w, "$1$", 3);
    wr_bytes(&w, salt, salt_len);
    for (size_t left = len; left; left -= left < 16 ? left : 16)
        wr_bytes(&w, alt, left < 16 ? left : 16);
    for (size_t i = len; i; i >>= 1)
        wr_u8(&w, i & 1 ? 0 : (uint8_t)typed[0]);
    hash_parts(HASH_MD5, &BYTES(mix, w.len), 1, sum);
    for (unsigned i = 0; i < 1000; i++) {
        struct bytes parts[4];
        size_t n = 0;
        parts[n++] = i & 1 ? BYTES(typed, len) : BYTES(sum, 16);
        if (i % 3)
            parts[n++] = BYTES(salt, salt_len);
        if (i % 7)
            parts[n++] = BYTES(typed, len);
        parts[n++] = i & 1 ? BYTES(sum, 16) : BYTES(typed, len);
        uint8_t next[16];
        hash_parts(HASH_MD5, parts, n, next);
        memcpy(sum, next, 16);
    }
    char text[23], *p = text;
    static const uint8_t order[5][3] = {{0, 6, 12}, {1, 7, 13}, {2, 8, 14}, {3, 9, 15}, {4, 10, 5}};
    for (size_t i = 0; i < 5; i++)
        to64(&p, (unsigned)sum[order[i][0]] << 16 | (unsigned)sum[order[i][1]] << 8 | sum[order[i][2]], 4);
    to64(&p, sum[11], 2);
    *p = 0;
    mem_wipe(mix, sizeof mix);
    return same(text, end + 1);
}

/* ---- type 8: "$8$salt$hash" ---- */

static bool fits_8(const char *stored, const char *typed)
{
    static const char digits[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    if (strncmp(stored, "$8$", 3))
        return false;
    const char *salt = stored + 3, *end = strchr(salt, '$');
    if (!end || end == salt || end - salt > 64)
        return false;
    size_t len = strlen(typed);
    uint8_t u[32], sum[33] = {0};
    static const uint8_t block[4] = {0, 0, 0, 1};
    hmac_parts(HASH_SHA256, typed, len, (struct bytes[]){BYTES(salt, (size_t)(end - salt)), BYTES(block, 4)}, 2, u);
    memcpy(sum, u, 32);
    struct mac *mac = mac_new(HASH_SHA256, typed, len);
    for (unsigned i = 1; i < 20000; i++) {
        uint8_t next[32];
        mac_sum(mac, &BYTES(u, 32), 1, next);
        memcpy(u, next, 32);
        for (size_t k = 0; k < 32; k++)
            sum[k] ^= u[k];
    }
    mac_free(mac);
    char text[45];
    size_t n = 0;
    for (size_t i = 0; i < 33; i += 3) {
        unsigned v = (unsigned)sum[i] << 16 | (unsigned)sum[i + 1] << 8 | sum[i + 2];
        for (unsigned shift = 18; n < 43 && shift <= 18; shift -= 6)
            text[n++] = digits[v >> shift & 63];
    }
    text[n] = 0;
    return same(text, end + 1);
}

bool secret_fits(unsigned type, const char *stored, const char *typed)
{
    switch (type) {
    case 0: return same(stored, typed);
    case 5: return fits_5(stored, typed);
    case 7: return fits_7(stored, typed);
    case 8: return fits_8(stored, typed);
    default: return false;
    }
}
