/* secret.c: the password types of `username`, `enable` and `password`.
 *
 *   0  clear text
 *   4  base64 of one SHA-256, no salt: checked, not made
 *   5  md5crypt: "$1$" salt of four "$" 22 characters; 1000 rounds of MD5
 *   7  two decimal digits, where in a well-known text the cover begins, then the password XOR that text in hexadecimal
 *   8  "$8$" salt "$" 43 characters: PBKDF2-HMAC-SHA256 (RFC 8018), 20000 rounds, 32 bytes
 *   9  "$9$" salt "$" 43 characters: scrypt (RFC 7914), N = 16384, r = 1, p = 1, 32 bytes
 *
 * Types 4, 8 and 9 write bytes as base64 does, most significant bits first, without padding and in an alphabet of their
 * own; type 5 writes least significant bits first. The salt of 8 and 9 is fourteen characters, used as they stand.
 * md5crypt is that of FreeBSD's crypt(3): the order of its sixteen bytes on output is its own.
 */
#include "espial/secret.h"

#include <ctype.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "espial/buf.h"
#include "espial/crypto.h"
#include "espial/text.h"

#define SUM_CHARS  43 /* of 32 bytes */
#define SALT_CHARS 14

static const char digits[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static bool same(const char *a, const char *b)
{
    size_t n = strlen(a);
    return n == strlen(b) && mem_equal_ct(a, b, n);
}

/* n characters that are digits; the text may go on. */
static bool all_digits(const char *s, size_t n)
{
    size_t have = strspn(s, digits);
    return have >= n;
}

static void encode32(const uint8_t sum[32], char out[SUM_CHARS + 1])
{
    uint8_t padded[33] = {0};
    size_t n = 0;
    memcpy(padded, sum, 32);
    for (size_t i = 0; i < 33; i += 3) {
        unsigned v = (unsigned)padded[i] << 16 | (unsigned)padded[i + 1] << 8 | padded[i + 2];
        for (unsigned k = 0; k < 4 && n < SUM_CHARS; k++)
            out[n++] = digits[v >> (18 - 6 * k) & 63];
    }
    out[n] = 0;
    mem_wipe(padded, sizeof padded);
}

static void draw_salt(struct rnd *rnd, char *out, size_t n)
{
    rnd_fill(rnd, out, n);
    for (size_t i = 0; i < n; i++)
        out[i] = digits[(unsigned char)out[i] & 63];
    out[n] = 0;
}

/* ---- type 4 ---- */

static void sum_4(const char *typed, char out[SUM_CHARS + 1])
{
    uint8_t sum[32];
    hash_parts(HASH_SHA256, &BYTES(typed, strlen(typed)), 1, sum);
    encode32(sum, out);
}

/* ---- type 5 ---- */

static void to64(char **out, unsigned v, unsigned n)
{
    for (; n; n--, v >>= 6)
        *(*out)++ = digits[v & 63];
}

static void sum_5(const char *salt, size_t salt_len, const char *typed, char out[23])
{
    size_t len = strlen(typed);
    uint8_t alt[16], sum[16], mix[4 * SECRET_PASSWORD_MAX + 64];
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
        uint8_t next[16];
        size_t n = 0;
        parts[n++] = i & 1 ? BYTES(typed, len) : BYTES(sum, 16);
        if (i % 3)
            parts[n++] = BYTES(salt, salt_len);
        if (i % 7)
            parts[n++] = BYTES(typed, len);
        parts[n++] = i & 1 ? BYTES(sum, 16) : BYTES(typed, len);
        hash_parts(HASH_MD5, parts, n, next);
        memcpy(sum, next, 16);
    }
    static const uint8_t order[5][3] = {{0, 6, 12}, {1, 7, 13}, {2, 8, 14}, {3, 9, 15}, {4, 10, 5}};
    char *p = out;
    for (size_t i = 0; i < 5; i++)
        to64(&p, (unsigned)sum[order[i][0]] << 16 | (unsigned)sum[order[i][1]] << 8 | sum[order[i][2]], 4);
    to64(&p, sum[11], 2);
    *p = 0;
    mem_wipe(mix, sizeof mix);
}

/* ---- type 7 ---- */

static const char cover[] = "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87";

static bool lift_7(const char *stored, char clear[SECRET_PASSWORD_MAX + 1])
{
    size_t n = strlen(stored), len = 0;
    if (n < 4 || n % 2 || n / 2 - 1 > SECRET_PASSWORD_MAX || !isdigit((unsigned char)stored[0]) ||
        !isdigit((unsigned char)stored[1]))
        return false;
    size_t at = (size_t)(stored[0] - '0') * 10 + (size_t)(stored[1] - '0');
    for (size_t i = 2; i < n; i += 2, len++) {
        if (!isxdigit((unsigned char)stored[i]) || !isxdigit((unsigned char)stored[i + 1]))
            return false;
        unsigned long v = strtoul((char[3]){stored[i], stored[i + 1], 0}, NULL, 16);
        clear[len] = (char)(v ^ (unsigned char)cover[(at + len) % (sizeof cover - 1)]);
    }
    clear[len] = 0;
    return true;
}

bool secret_lift(unsigned type, const char *stored, char clear[SECRET_PASSWORD_MAX + 1])
{
    return type == 7 ? lift_7(stored, clear) : type == 0 && str_copy(clear, SECRET_PASSWORD_MAX + 1, stored);
}

static bool fits_7(const char *stored, const char *typed)
{
    char clear[SECRET_PASSWORD_MAX + 1];
    bool ok = lift_7(stored, clear) && same(clear, typed);
    mem_wipe(clear, sizeof clear);
    return ok;
}

static void make_7(const char *password, struct rnd *rnd, struct text *out)
{
    unsigned at = rnd_u32(rnd) & 15;
    text_printf(out, "%02u", at);
    for (size_t i = 0; password[i]; i++)
        text_printf(out, "%02X",
                    (unsigned)((unsigned char)password[i] ^ (unsigned char)cover[(at + i) % (sizeof cover - 1)]));
}

/* ---- types 8 and 9 ---- */

/* "$8$salt$": how long the salt is; 0: not of this form. */
static size_t salt_of(unsigned type, const char *stored)
{
    if (stored[0] != '$' || stored[1] != (char)('0' + type) || stored[2] != '$')
        return 0;
    size_t n = strspn(stored + 3, digits);
    return n <= 64 && stored[3 + n] == '$' ? n : 0;
}

static bool sum_slow(unsigned type, const char *salt, size_t salt_len, const char *typed, char out[SUM_CHARS + 1])
{
    uint8_t sum[32];
    const unsigned char *s = (const unsigned char *)salt;
    size_t len = strlen(typed);
    bool ok = type == 8 ? PKCS5_PBKDF2_HMAC(typed, (int)len, s, (int)salt_len, 20000, EVP_sha256(), 32, sum) == 1
                        : EVP_PBE_scrypt(typed, len, s, salt_len, 16384, 1, 1, 32u << 20, sum, 32) == 1;
    if (ok)
        encode32(sum, out);
    mem_wipe(sum, sizeof sum);
    return ok;
}

/* ---- all of them ---- */

bool secret_well_formed(unsigned type, const char *stored)
{
    size_t n = strlen(stored), salt;
    char clear[SECRET_PASSWORD_MAX + 1];
    bool ok;
    switch (type) {
    case 0: return n > 0 && n <= SECRET_PASSWORD_MAX;
    case 4: return n == SUM_CHARS && all_digits(stored, n);
    case 5:
        salt = salt_of(1, stored);
        return salt >= 1 && salt <= 8 && n == 3 + salt + 1 + 22 && all_digits(stored + 4 + salt, 22);
    case 7:
        ok = lift_7(stored, clear);
        mem_wipe(clear, sizeof clear);
        return ok;
    case 8:
    case 9:
        salt = salt_of(type, stored);
        return salt >= 1 && n == 3 + salt + 1 + SUM_CHARS && all_digits(stored + 4 + salt, SUM_CHARS);
    default: return false;
    }
}

unsigned secret_cost(unsigned type)
{
    return type == 9 ? 3 : type == 8 ? 2 : type == 5 ? 1 : 0;
}

bool secret_fits(unsigned type, const char *stored, const char *typed)
{
    char text[SUM_CHARS + 1] = "";
    if (strlen(typed) > SECRET_PASSWORD_MAX || !secret_well_formed(type, stored))
        return false;
    switch (type) {
    case 0: return same(stored, typed);
    case 4: sum_4(typed, text); return same(stored, text);
    case 5: sum_5(stored + 3, salt_of(1, stored), typed, text); return same(stored + 4 + salt_of(1, stored), text);
    case 7: return fits_7(stored, typed);
    default:
        return sum_slow(type, stored + 3, salt_of(type, stored), typed, text) &&
               same(stored + 4 + salt_of(type, stored), text);
    }
}

bool secret_make(unsigned type, const char *password, struct rnd *rnd, char out[SECRET_STORED_MAX + 1])
{
    size_t len = strlen(password);
    char salt[SALT_CHARS + 1], sum[SUM_CHARS + 1];
    struct text t = {0};
    if (len == 0 || len > SECRET_PASSWORD_MAX)
        return false;
    switch (type) {
    case 0: text_add(&t, password); break;
    case 5:
        draw_salt(rnd, salt, 4);
        sum_5(salt, 4, password, sum);
        text_printf(&t, "$1$%s$%s", salt, sum);
        break;
    case 7: make_7(password, rnd, &t); break;
    case 8:
    case 9:
        draw_salt(rnd, salt, SALT_CHARS);
        if (sum_slow(type, salt, SALT_CHARS, password, sum))
            text_printf(&t, "$%u$%s$%s", type, salt, sum);
        break;
    default: break;
    }
    bool ok = t.len && str_copy(out, SECRET_STORED_MAX + 1, t.s);
    if (t.s)
        mem_wipe(t.s, t.len);
    text_free(&t);
    return ok;
}

void secret_cover(uint8_t *type, char stored[SECRET_STORED_MAX + 1], struct rnd *rnd)
{
    char covered[SECRET_STORED_MAX + 1];
    if (*type == 0 && stored[0] && secret_make(7, stored, rnd, covered)) {
        memcpy(stored, covered, sizeof covered);
        *type = 7;
    }
}
