/* objects.c: names and values of managed objects, as applets write and read them: dotted names, decimal numbers, dotted
 * addresses, octets as they are (read) or in hexadecimal (written as `octet`). A value is a struct trap_var (bus.h), the
 * same that notifications carry and the router's mib answers with. */
#include "eem/objects.h"

#include <inttypes.h>
#include <string.h>

#include "espial/ip.h"
#include "espial/text.h"

bool object_name(const char *s, uint32_t oid[TRAP_OID_MAX], uint8_t *len, bool *prefix)
{
    *len = 0;
    *prefix = false;
    if (*s == '.')
        s++;
    while (*s) {
        uint64_t v = 0;
        size_t digits = 0;
        for (; *s >= '0' && *s <= '9'; s++, digits++) {
            v = v * 10 + (uint64_t)(*s - '0');
            if (v > UINT32_MAX)
                return false;
        }
        if (!digits || *len == TRAP_OID_MAX)
            return false;
        oid[(*len)++] = (uint32_t)v;
        if (*s == '.') {
            s++;
            *prefix = !*s;
        } else if (*s) {
            return false;
        }
    }
    return *len > 0;
}

void object_add_name(struct text *out, const uint32_t *oid, size_t len, char separator)
{
    text_add(out, "");
    for (size_t i = 0; i < len && i < TRAP_OID_MAX; i++) {
        if (i)
            text_addn(out, &separator, 1);
        text_printf(out, "%" PRIu32, oid[i]);
    }
}

static void add_octets(struct text *out, const uint8_t *s, size_t n)
{
    bool readable = true;
    for (size_t i = 0; i < n; i++)
        readable &= (s[i] >= ' ' && s[i] != 0x7f) || s[i] == '\t' || s[i] == '\r' || s[i] == '\n';
    for (size_t i = 0; i < n && !readable; i++)
        text_printf(out, "%s%02X", i ? " " : "", s[i]);
    if (readable)
        text_addn(out, (const char *)s, n);
}

void object_add_value(struct text *out, const struct trap_var *v)
{
    char addr[IP4_STRLEN];
    text_add(out, "");
    switch (v->type) {
    case TRAP_INT: text_printf(out, "%" PRId64, v->num); break;
    case TRAP_UNSIGNED:
    case TRAP_COUNTER:
    case TRAP_TICKS:
    case TRAP_COUNTER64: text_printf(out, "%" PRIu64, (uint64_t)v->num); break;
    case TRAP_IP: text_add(out, ip4_format((uint32_t)v->num, addr)); break;
    case TRAP_STRING: add_octets(out, v->data, v->len < sizeof v->data ? v->len : sizeof v->data); break;
    case TRAP_OID: object_add_name(out, v->oid_val, v->len, '.'); break;
    case TRAP_NONE: break;
    }
}

static bool octets(const char *s, struct trap_var *v)
{
    v->len = 0;
    for (; *s; s++) {
        uint64_t byte;
        char pair[3] = {s[0], s[1], '\0'};
        if (*s == ' ')
            continue;
        if (v->len == sizeof v->data || !s[1] || s[1] == ' ' || !str_hex(pair, 0, 255, &byte))
            return false;
        v->data[v->len++] = (uint8_t)byte;
        s++;
    }
    return true;
}

static bool number(const char *s, int64_t lo, uint64_t hi, struct trap_var *v)
{
    uint64_t u;
    if (lo < 0)
        return str_int(s, lo, (int64_t)hi, &v->num);
    if (!str_uint(s, 0, hi, &u))
        return false;
    v->num = (int64_t)u;
    return true;
}

enum trap_type object_trap_type(enum eem_object type)
{
    static const enum trap_type types[] = {
        [OBJECT_COUNTER] = TRAP_COUNTER, [OBJECT_COUNTER64] = TRAP_COUNTER64,
        [OBJECT_GAUGE] = TRAP_UNSIGNED,  [OBJECT_INT] = TRAP_INT,
        [OBJECT_IPV4] = TRAP_IP,         [OBJECT_OCTET] = TRAP_STRING,
        [OBJECT_OID] = TRAP_OID,         [OBJECT_STRING] = TRAP_STRING,
        [OBJECT_UINT] = TRAP_UNSIGNED,
    };
    return types[type];
}

const char *object_type_name(enum eem_object type)
{
    static const char *const names[] = {"counter", "counter64", "gauge",  "int", "ipv4",
                                        "octet",   "oid",       "string", "uint"};
    return names[type];
}

bool object_value(enum eem_object type, const char *text, struct trap_var *v)
{
    uint32_t addr;
    uint8_t n;
    bool prefix;
    v->type = object_trap_type(type);
    switch (type) {
    case OBJECT_INT: return number(text, INT32_MIN, INT32_MAX, v);
    case OBJECT_COUNTER:
    case OBJECT_GAUGE:
    case OBJECT_UINT: return number(text, 0, UINT32_MAX, v);
    case OBJECT_COUNTER64: return number(text, 0, UINT64_MAX, v);
    case OBJECT_IPV4:
        if (!ip4_parse(text, &addr))
            return false;
        v->num = addr;
        return true;
    case OBJECT_OCTET: return octets(text, v);
    case OBJECT_OID:
        if (!object_name(text, v->oid_val, &n, &prefix) || prefix)
            return false;
        v->len = n;
        return true;
    case OBJECT_STRING:
        if (strlen(text) > 255)
            return false;
        v->len = (uint16_t)strlen(text);
        memcpy(v->data, text, v->len);
        return true;
    }
    return false;
}
