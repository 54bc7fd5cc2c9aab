/* name.c: names of subtrees as people type them: numbers, or a name that every IOS knows and numbers behind it ("cisco", "internet.6.3.15", "ifEntry.*.3").
 *
 * The list holds the names that stand in configurations and books for views, no MIB; the router's own objects are known by their names too (mib_each). A `*` is any
 * number, as in snmp-server view. Names are compared without case, as on IOS.
 */
#include "snmp/snmp_local.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "espial/mib.h"

static const struct {
    const char *name, *oid;
} known[] = {
    {"ccitt", "0"},
    {"iso", "1"},
    {"org", "1.3"},
    {"dod", "1.3.6"},
    {"internet", "1.3.6.1"},
    {"directory", "1.3.6.1.1"},
    {"mgmt", "1.3.6.1.2"},
    {"mib-2", "1.3.6.1.2.1"},
    {"system", "1.3.6.1.2.1.1"},
    {"interfaces", "1.3.6.1.2.1.2"},
    {"ifTable", "1.3.6.1.2.1.2.2"},
    {"ifEntry", "1.3.6.1.2.1.2.2.1"},
    {"at", "1.3.6.1.2.1.3"},
    {"ip", "1.3.6.1.2.1.4"},
    {"icmp", "1.3.6.1.2.1.5"},
    {"tcp", "1.3.6.1.2.1.6"},
    {"udp", "1.3.6.1.2.1.7"},
    {"egp", "1.3.6.1.2.1.8"},
    {"transmission", "1.3.6.1.2.1.10"},
    {"snmp", "1.3.6.1.2.1.11"},
    {"host", "1.3.6.1.2.1.25"},
    {"ifMIB", "1.3.6.1.2.1.31"},
    {"ifXTable", "1.3.6.1.2.1.31.1.1"},
    {"ifXEntry", "1.3.6.1.2.1.31.1.1.1"},
    {"entityMIB", "1.3.6.1.2.1.47"},
    {"experimental", "1.3.6.1.3"},
    {"private", "1.3.6.1.4"},
    {"enterprises", "1.3.6.1.4.1"},
    {"cisco", "1.3.6.1.4.1.9"},
    {"ciscoProducts", "1.3.6.1.4.1.9.1"},
    {"local", "1.3.6.1.4.1.9.2"},
    {"lsystem", "1.3.6.1.4.1.9.2.1"},
    {"linterfaces", "1.3.6.1.4.1.9.2.2"},
    {"ciscoMgmt", "1.3.6.1.4.1.9.9"},
    {"ciscoExperiment", "1.3.6.1.4.1.9.10"},
    {"atmForumUni", "1.3.6.1.4.1.353.2"},
    {"security", "1.3.6.1.5"},
    {"snmpV2", "1.3.6.1.6"},
    {"snmpDomains", "1.3.6.1.6.1"},
    {"snmpModules", "1.3.6.1.6.3"},
    {"snmpMIB", "1.3.6.1.6.3.1"},
    {"snmpTraps", "1.3.6.1.6.3.1.1.5"},
    {"snmpFrameworkMIB", "1.3.6.1.6.3.10"},
    {"snmpUsmMIB", "1.3.6.1.6.3.15"},
    {"snmpVacmMIB", "1.3.6.1.6.3.16"},
    {"snmpCommunityMIB", "1.3.6.1.6.3.18"},
};

static const char *oid_of_name(const struct mib *m, const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strlen(known[i].name) == len && !strncasecmp(known[i].name, name, len))
            return known[i].oid;
    size_t cursor = 0;
    for (const struct mib_row *row; m && (row = mib_each(m, &cursor));)
        if (strlen(row->name) == len && !strncasecmp(row->name, name, len))
            return row->oid;
    return NULL;
}

/* Numbers and stars, dots between; appended. */
static bool add_numbers(const char *s, struct snmp_name *out)
{
    for (;;) {
        char *end = NULL;
        if (out->n == TRAP_OID_MAX)
            return false;
        out->any[out->n] = *s == '*';
        if (*s == '*') {
            out->v[out->n++] = 0;
            end = (char *)s + 1;
        } else if (*s >= '0' && *s <= '9') {
            unsigned long long v = strtoull(s, &end, 10);
            if (v > UINT32_MAX)
                return false;
            out->v[out->n++] = (uint32_t)v;
        } else {
            return false;
        }
        if (!*end)
            return true;
        if (*end != '.')
            return false;
        s = end + 1;
    }
}

/* How many numbers of a dotted name the object begins with; 0: it does not begin with it. */
static size_t begins(const uint32_t *oid, size_t n, const char *dotted)
{
    size_t i = 0;
    for (;; i++) {
        char *end;
        if (i == n || strtoul(dotted, &end, 10) != oid[i])
            return 0;
        if (!*end)
            return i + 1;
        dotted = end + 1;
    }
}

void name_say(const uint32_t *oid, size_t n, struct text *out)
{
    size_t best = 0;
    const char *name = NULL;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t some = begins(oid, n, known[i].oid);
        if (some <= best)
            continue;
        best = some;
        name = known[i].name;
    }
    text_add(out, name ? name : "");
    for (size_t i = best; i < n; i++)
        text_printf(out, i ? ".%" PRIu32 : "%" PRIu32, oid[i]);
}

bool name_parse(const struct mib *m, const char *text, struct snmp_name *out)
{
    *out = (struct snmp_name){0};
    if (*text == '.')
        text++;
    if ((*text >= '0' && *text <= '9') || *text == '*')
        return add_numbers(text, out);
    size_t len = strcspn(text, ".");
    const char *oid = oid_of_name(m, text, len);
    return oid && add_numbers(oid, out) && (!text[len] || add_numbers(text + len + 1, out));
}

bool snmp_object(struct snmp *s, const char *typed, struct trap_var *v)
{
    struct snmp_name name;
    if (!name_parse(s->env.mib, typed, &name))
        return false;
    for (size_t i = 0; i < name.n; i++)
        if (name.any[i])
            return false;
    memset(v, 0, sizeof *v);
    memcpy(v->oid, name.v, sizeof v->oid);
    v->oid_len = name.n;
    return true;
}
