/* dns_codec.c: one question, one answer (RFC 1035, sections 3.2, 4.1).
 *
 * Every byte of an answer is the network's. It must repeat number and question, else it is somebody else's. A name may go on elsewhere in the message (section
 * 4.1.4); each such step must lead to a place before the one it is taken from, so that there is an end. Names are compared in lower case; bytes that no name of a
 * host has become '?', which none that is asked for holds. An alias (CNAME) is followed through the answers of this message, in whatever order they stand, a few times;
 * whatever else stands there is stepped over. Not done: other records, EDNS, TCP for what was cut off, signatures. */
#include "cli/names/dns_codec.h"

#include <string.h>

#include "espial/buf.h"

enum { HEADER = 12, TYPE_A = 1, TYPE_CNAME = 5, CLASS_IN = 1, LABEL_MAX = 63, ALIASES_MAX = 8 };
enum {
    FLAG_ANSWER = 0x8000,
    FLAG_OPCODE = 0x7800,
    FLAG_CUT = 0x0200,
    FLAG_RECURSE = 0x0100,
    RCODE = 0x000F,
    RCODE_NO_NAME = 3
};

static bool host_byte(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static char lower(uint8_t c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

bool dns_name_ok(const char *name)
{
    size_t len = strlen(name), label = 0;

    if (len && name[len - 1] == '.')
        len--;
    if (!len || len > DNS_NAME_MAX)
        return false;
    for (size_t i = 0; i < len; i++) {
        bool dot = name[i] == '.';
        if (dot ? !label : !host_byte((uint8_t)name[i]) || label == LABEL_MAX)
            return false;
        label = dot ? 0 : label + 1;
    }
    return label > 0;
}

size_t dns_query(uint8_t out[DNS_QUERY_MAX], uint16_t id, const char *name)
{
    size_t at = HEADER;

    memset(out, 0, HEADER);
    put16(out, id);
    put16(out + 2, FLAG_RECURSE);
    put16(out + 4, 1);
    while (*name) {
        size_t n = strcspn(name, ".");
        out[at++] = (uint8_t)n;
        memcpy(out + at, name, n);
        at += n;
        name += n + (name[n] == '.');
    }
    out[at++] = 0;
    put16(out + at, TYPE_A);
    put16(out + at + 2, CLASS_IN);
    return at + 4;
}

/* The name at *at, which moves behind it. False: there is none. */
static bool read_name(const uint8_t *p, size_t len, size_t *at, char out[DNS_NAME_MAX + 1])
{
    size_t i = *at, before = *at, n = 0;
    bool moved = false;

    for (;;) {
        if (i >= len)
            return false;
        uint8_t c = p[i];
        if (c >= 0xC0) {
            if (i + 1 >= len)
                return false;
            size_t to = (size_t)(c & 0x3F) << 8 | p[i + 1];
            if (!moved)
                *at = i + 2;
            moved = true;
            if (to >= before)
                return false;
            before = i = to;
            continue;
        }
        i++;
        if (!c)
            break;
        if (c > LABEL_MAX || c > len - i || n + (n > 0) + c > DNS_NAME_MAX)
            return false;
        if (n)
            out[n++] = '.';
        for (; c; c--, i++)
            out[n++] = host_byte(p[i]) ? lower(p[i]) : '?';
    }
    if (!moved)
        *at = i;
    out[n] = 0;
    return true;
}

struct record {
    char owner[DNS_NAME_MAX + 1];
    uint16_t type, class;
    uint32_t ttl;
    size_t data, len;
};

static bool read_record(const uint8_t *p, size_t len, size_t *at, struct record *r)
{
    if (!read_name(p, len, at, r->owner) || len - *at < 10)
        return false;
    r->type = get16(p + *at);
    r->class = get16(p + *at + 2);
    r->ttl = get32(p + *at + 4);
    r->len = get16(p + *at + 8);
    r->data = *at + 10;
    if (r->len > len - r->data)
        return false;
    *at = r->data + r->len;
    if (r->ttl >> 31) /* RFC 2181, section 8 */
        r->ttl = 0;
    return true;
}

static bool of_a_host(uint32_t addr)
{
    return addr >> 24 && addr >> 24 != 127 && addr >> 28 < 14;
}

/* What the answers, `n` from `at` on, say about `name`, which becomes the name behind an alias. */
static enum dns_said look(const uint8_t *p, size_t len, size_t at, unsigned n, char name[DNS_NAME_MAX + 1],
                          uint32_t *addr, uint32_t *ttl)
{
    struct record r;

    for (; n; n--) {
        if (!read_record(p, len, &at, &r))
            return DNS_FAILED;
        if (r.class != CLASS_IN || strcmp(r.owner, name))
            continue;
        if (r.ttl < *ttl && (r.type == TYPE_A || r.type == TYPE_CNAME))
            *ttl = r.ttl;
        if (r.type == TYPE_A && r.len == 4 && of_a_host(get32(p + r.data))) {
            *addr = get32(p + r.data);
            return DNS_ADDRESS;
        }
        size_t target = r.data;
        if (r.type == TYPE_CNAME)
            return read_name(p, len, &target, name) && target == r.data + r.len ? DNS_STRANGE : DNS_FAILED;
    }
    return DNS_NO_NAME;
}

enum dns_said dns_answer(const uint8_t *p, size_t len, uint16_t id, const char *asked, uint32_t *addr, uint32_t *ttl)
{
    char name[DNS_NAME_MAX + 1], question[DNS_NAME_MAX + 1];
    size_t at = HEADER, n = strlen(asked);

    if (len < HEADER || len > DNS_ANSWER_MAX || get16(p) != id)
        return DNS_STRANGE;
    uint16_t flags = get16(p + 2);
    if (!(flags & FLAG_ANSWER) || flags & FLAG_OPCODE || get16(p + 4) != 1)
        return DNS_STRANGE;
    if (n && asked[n - 1] == '.')
        n--;
    if (n > DNS_NAME_MAX)
        return DNS_STRANGE;
    for (size_t i = 0; i < n; i++)
        name[i] = lower((uint8_t)asked[i]);
    name[n] = 0;
    if (!read_name(p, len, &at, question) || strcmp(question, name) || len - at < 4 || get16(p + at) != TYPE_A ||
        get16(p + at + 2) != CLASS_IN)
        return DNS_STRANGE;
    if ((flags & RCODE) == RCODE_NO_NAME)
        return DNS_NO_NAME;
    if (flags & RCODE)
        return DNS_FAILED;
    *ttl = UINT32_MAX;
    for (unsigned aliases = 0; aliases <= ALIASES_MAX; aliases++) {
        enum dns_said said = look(p, len, at + 4, get16(p + 6), name, addr, ttl);
        if (said == DNS_NO_NAME && flags & FLAG_CUT)
            return DNS_FAILED;
        if (said != DNS_STRANGE)
            return said;
    }
    return DNS_FAILED; /* aliases in a circle */
}
