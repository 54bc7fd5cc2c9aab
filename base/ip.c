/* ip.c: IPv4 addresses, masks, MAC addresses and interface names as text, and the Internet checksum.
 *
 * Addresses are host-order integers everywhere in the house; only codecs put them on the wire. A dotted quad is strict: four decimal numbers of 0-255
 * without leading zeros, nothing around them. MAC addresses print in Cisco's three groups of four. Interface names have one canonical form, a full type name
 * and numbers without leading zeros; what a user types may be any unique prefix of the type, in any case, with or without a blank before the number.
 *
 * The checksum (RFC 1071) sums native 32-bit words, which gives the right sum with its bytes in native order, and turns it once at the end. */
#include "espial/ip.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "espial/buf.h"
#include "espial/text.h"

bool ip4_parse(const char *s, uint32_t *out)
{
    uint32_t a = 0;
    for (int i = 0; i < 4; i++) {
        unsigned v = 0, digits = 0;
        while (*s >= '0' && *s <= '9' && digits < 4) {
            v = v * 10 + (unsigned)(*s - '0');
            digits++;
            s++;
        }
        if (digits == 0 || digits > 3 || v > 255 || (digits > 1 && v < (digits == 2 ? 10u : 100u)))
            return false;
        a = a << 8 | v;
        if (i < 3 && *s++ != '.')
            return false;
    }
    if (*s)
        return false;
    *out = a;
    return true;
}

char *ip4_format(uint32_t a, char out[IP4_STRLEN])
{
    char *p = out;
    for (int shift = 24; shift >= 0; shift -= 8) {
        unsigned v = a >> shift & 255;
        if (v >= 100)
            *p++ = (char)('0' + v / 100);
        if (v >= 10)
            *p++ = (char)('0' + v / 10 % 10);
        *p++ = (char)('0' + v % 10);
        *p++ = shift ? '.' : '\0';
    }
    return out;
}

int ip4_mask_len(uint32_t mask)
{
    uint32_t host = ~mask;
    if (host & (host + 1))
        return -1;
    return mask ? 32 - __builtin_ctz(mask) : 0;
}

char *mac_format(const uint8_t mac[6], char out[MAC_STRLEN])
{
    snprintf(out, MAC_STRLEN, "%02x%02x.%02x%02x.%02x%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
    return out;
}

bool mac_parse(const char *s, uint8_t out[6])
{
    for (int group = 0; group < 3; group++) {
        unsigned v = 0, digits = 0;
        for (; isxdigit((unsigned char)*s) && digits < 5; s++, digits++)
            v = v * 16 + (unsigned)(isdigit((unsigned char)*s) ? *s - '0' : (*s | 32) - 'a' + 10);
        if (!digits || digits > 4 || *s != (group < 2 ? '.' : '\0'))
            return false;
        s += group < 2;
        out[2 * group] = (uint8_t)(v >> 8);
        out[2 * group + 1] = (uint8_t)v;
    }
    return true;
}

uint32_t ip_cksum_add(uint32_t sum, const void *data, size_t len)
{
    const uint8_t *p = data;
    uint64_t acc = 0;
    for (; len >= 4; p += 4, len -= 4) {
        uint32_t w;
        memcpy(&w, p, 4);
        acc += w;
    }
    if (len >= 2) {
        uint16_t w;
        memcpy(&w, p, 2);
        acc += w;
        p += 2;
        len -= 2;
    }
    if (len) {
        const uint8_t last[2] = {*p, 0};
        uint16_t w;
        memcpy(&w, last, 2);
        acc += w;
    }
    while (acc >> 16)
        acc = (acc & 0xFFFF) + (acc >> 16);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    acc = (acc >> 8 | acc << 8) & 0xFFFF;
#endif
    uint64_t total = (uint64_t)sum + acc;
    return (uint32_t)(total >> 32) + (uint32_t)total;
}

uint16_t ip_cksum_fold(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)~sum;
}

uint16_t ip_cksum_l4(uint32_t src, uint32_t dst, uint8_t proto, const void *l4, size_t len)
{
    uint8_t pseudo[12];

    put32(pseudo, src);
    put32(pseudo + 4, dst);
    put16(pseudo + 8, proto);
    put16(pseudo + 10, (uint16_t)len);
    return ip_cksum_fold(ip_cksum_add(ip_cksum_add(0, pseudo, sizeof pseudo), l4, len));
}

void ip_cksum_follow(uint8_t *sum, uint16_t was, uint16_t is)
{
    put16(sum, ip_cksum_fold((uint16_t)~get16(sum) + (uint32_t)(uint16_t)~was + is));
}

const char *const ifname_types[] = {"Ethernet", "FastEthernet",       "GigabitEthernet", "Loopback",
                                    "Null",     "TenGigabitEthernet", "Tunnel",          NULL};

enum ifname_shape { SHAPE_PORT, SHAPE_NUMBER, SHAPE_ZERO };

static enum ifname_shape ifname_shape(const char *type)
{
    if (strcmp(type, "Loopback") == 0 || strcmp(type, "Tunnel") == 0)
        return SHAPE_NUMBER;
    return strcmp(type, "Null") == 0 ? SHAPE_ZERO : SHAPE_PORT;
}

/* One decimal number of at most `max`; advances *s. */
static bool ifname_number(const char **s, uint64_t max, uint64_t *out)
{
    const char *p = *s;
    uint64_t v = 0;
    while (*p >= '0' && *p <= '9') {
        v = v * 10 + (uint64_t)(*p++ - '0');
        if (v > max)
            return false;
    }
    if (p == *s)
        return false;
    *s = p;
    *out = v;
    return true;
}

/* The type that the first n letters of s stand for: an exact name, or the only one they begin; NULL otherwise. */
static const char *ifname_type(const char *s, size_t n)
{
    const char *found = NULL;
    for (size_t i = 0; ifname_types[i]; i++) {
        if (strncasecmp(s, ifname_types[i], n) != 0)
            continue;
        if (ifname_types[i][n] == '\0')
            return ifname_types[i];
        if (found)
            return NULL;
        found = ifname_types[i];
    }
    return found;
}

bool ifname_parse(const char *s, char out[IFNAME_MAX])
{
    enum { UNIT_MAX = 255, PARTS_MAX = 3 };
    size_t letters = 0;
    while (isalpha((unsigned char)s[letters]))
        letters++;
    const char *type = letters ? ifname_type(s, letters) : NULL;
    if (!type)
        return false;
    s += letters;
    while (*s == ' ' || *s == '\t')
        s++;

    struct {
        char s[64];
        size_t len;
    } name = {.len = 0};
    uint64_t v;
    enum ifname_shape shape = ifname_shape(type);
    name.len = (size_t)snprintf(name.s, sizeof name.s, "%s", type);
    if (!ifname_number(&s, shape == SHAPE_NUMBER ? INT32_MAX : shape == SHAPE_ZERO ? 0 : UNIT_MAX, &v))
        return false;
    name.len += (size_t)snprintf(name.s + name.len, sizeof name.s - name.len, "%u", (unsigned)v);
    if (shape == SHAPE_PORT) {
        for (int part = 1; part < PARTS_MAX && *s == '/'; part++) {
            s++;
            if (!ifname_number(&s, UNIT_MAX, &v))
                return false;
            name.len += (size_t)snprintf(name.s + name.len, sizeof name.s - name.len, "/%u", (unsigned)v);
        }
        if (*s == '.') {
            s++;
            if (!ifname_number(&s, UINT32_MAX, &v))
                return false;
            name.len += (size_t)snprintf(name.s + name.len, sizeof name.s - name.len, ".%u", (unsigned)v);
        }
    }
    if (*s || name.len >= IFNAME_MAX)
        return false;
    memcpy(out, name.s, name.len + 1);
    return true;
}

void ifname_short(const char *name, char out[IFNAME_MAX])
{
    size_t letters = 0;
    while (isalpha((unsigned char)name[letters]))
        letters++;
    for (size_t i = 0; ifname_types[i]; i++) {
        if (strlen(ifname_types[i]) == letters && strncmp(name, ifname_types[i], letters) == 0) {
            snprintf(out, IFNAME_MAX, "%.2s%s", name, name + letters);
            return;
        }
    }
    str_copy(out, IFNAME_MAX, name);
}
