/* name.c: names of subtrees as people type them: numbers, or a name that every IOS knows and numbers behind it ("cisco", "internet.6.3.15", "ifEntry.*.3").
 *
 * The list holds the names that stand in configurations and books for views, no MIB, and those that devices print with a number behind them where another says an object's
 * name ("system.5", "ipAddrEntry.1", but "ifDescr"); the router's own objects are known by their names too (mib_each). A `*` is any
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
    bool before; /* devices say this name and a number, not the object's own */
} known[] = {
    {"ccitt", "0"},
    {"iso", "1"},
    {"org", "1.3"},
    {"dod", "1.3.6"},
    {"internet", "1.3.6.1"},
    {"directory", "1.3.6.1.1"},
    {"mgmt", "1.3.6.1.2"},
    {"mib-2", "1.3.6.1.2.1"},
    {"system", "1.3.6.1.2.1.1", true},
    {"sysUpTime", "1.3.6.1.2.1.1.3", true},
    {"sysOREntry", "1.3.6.1.2.1.1.9.1", true},
    {"interfaces", "1.3.6.1.2.1.2"},
    {"ifTable", "1.3.6.1.2.1.2.2"},
    {"ifEntry", "1.3.6.1.2.1.2.2.1"},
    {"at", "1.3.6.1.2.1.3"},
    {"ip", "1.3.6.1.2.1.4", true},
    {"ipAddrEntry", "1.3.6.1.2.1.4.20.1", true},
    {"ipRouteEntry", "1.3.6.1.2.1.4.21.1", true},
    {"ipNetToMediaEntry", "1.3.6.1.2.1.4.22.1", true},
    {"ipForward", "1.3.6.1.2.1.4.24", true},
    {"ipCidrRouteEntry", "1.3.6.1.2.1.4.24.4.1", true},
    {"inetCidrRouteEntry", "1.3.6.1.2.1.4.24.7.1", true},
    {"ipv4InterfaceEntry", "1.3.6.1.2.1.4.28.1", true},
    {"ipTrafficStats", "1.3.6.1.2.1.4.31", true},
    {"ipSystemStatsEntry", "1.3.6.1.2.1.4.31.1.1", true},
    {"ipIfStatsEntry", "1.3.6.1.2.1.4.31.3.1", true},
    {"ipAddressPrefixEntry", "1.3.6.1.2.1.4.32.1", true},
    {"ipAddressEntry", "1.3.6.1.2.1.4.34.1", true},
    {"ipNetToPhysicalEntry", "1.3.6.1.2.1.4.35.1", true},
    {"icmp", "1.3.6.1.2.1.5", true},
    {"icmpStatsEntry", "1.3.6.1.2.1.5.29.1", true},
    {"icmpMsgStatsEntry", "1.3.6.1.2.1.5.30.1", true},
    {"tcp", "1.3.6.1.2.1.6"},
    {"udp", "1.3.6.1.2.1.7", true},
    {"udpEntry", "1.3.6.1.2.1.7.5.1", true},
    {"egp", "1.3.6.1.2.1.8"},
    {"transmission", "1.3.6.1.2.1.10"},
    {"dot3StatsEntry", "1.3.6.1.2.1.10.7.2.1", true},
    {"snmp", "1.3.6.1.2.1.11", true},
    {"host", "1.3.6.1.2.1.25"},
    {"ifMIB", "1.3.6.1.2.1.31"},
    {"ifXTable", "1.3.6.1.2.1.31.1.1"},
    {"ifXEntry", "1.3.6.1.2.1.31.1.1.1"},
    {"entityMIB", "1.3.6.1.2.1.47"},
    {"entPhysicalEntry", "1.3.6.1.2.1.47.1.1.1.1", true},
    {"entAliasMappingEntry", "1.3.6.1.2.1.47.1.3.2.1", true},
    {"entPhysicalContainsEntry", "1.3.6.1.2.1.47.1.3.3.1", true},
    {"entityGeneral", "1.3.6.1.2.1.47.1.4", true},
    {"experimental", "1.3.6.1.3"},
    {"private", "1.3.6.1.4"},
    {"enterprises", "1.3.6.1.4.1"},
    {"cisco", "1.3.6.1.4.1.9"},
    {"ciscoProducts", "1.3.6.1.4.1.9.1"},
    {"local", "1.3.6.1.4.1.9.2"},
    {"lsystem", "1.3.6.1.4.1.9.2.1", true},
    {"linterfaces", "1.3.6.1.4.1.9.2.2"},
    {"lifEntry", "1.3.6.1.4.1.9.2.2.1.1", true},
    {"lts", "1.3.6.1.4.1.9.2.9", true},
    {"ciscoMgmt", "1.3.6.1.4.1.9.9"},
    {"ciscoFlashDevice", "1.3.6.1.4.1.9.9.10.1.1", true},
    {"ciscoFlashDeviceEntry", "1.3.6.1.4.1.9.9.10.1.1.2.1", true},
    {"ciscoFlashPartitionEntry", "1.3.6.1.4.1.9.9.10.1.1.4.1.1", true},
    {"ciscoFlashFileEntry", "1.3.6.1.4.1.9.9.10.1.1.4.2.1.1", true},
    {"clogBasic", "1.3.6.1.4.1.9.9.41.1.1", true},
    {"clogHistoryEntry", "1.3.6.1.4.1.9.9.41.1.2.3.1", true},
    {"ciscoMemoryPoolEntry", "1.3.6.1.4.1.9.9.48.1.1.1", true},
    {"cntpSystem", "1.3.6.1.4.1.9.9.168.1.1", true},
    {"cntpPeersVarEntry", "1.3.6.1.4.1.9.9.168.1.2.1.1", true},
    {"cempMemPoolEntry", "1.3.6.1.4.1.9.9.221.1.1.1.1", true},
    {"ciscoExperiment", "1.3.6.1.4.1.9.10"},
    {"ceemEventMapEntry", "1.3.6.1.4.1.9.10.134.1.1.1.1", true},
    {"ceemHistoryEventEntry", "1.3.6.1.4.1.9.10.134.1.2.3.1", true},
    {"ceemRegisteredPolicyEntry", "1.3.6.1.4.1.9.10.134.1.3.1.1", true},
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

void name_say(const struct mib *m, const uint32_t *oid, size_t n, struct text *out)
{
    const struct mib_row *row = m ? mib_row_of(m, oid, n) : NULL;
    size_t best = 0, at = 0;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t some = begins(oid, n, known[i].oid);
        if (some > best) {
            best = some;
            at = i;
        }
    }
    bool own = row && !(best && known[at].before);
    text_add(out, own ? row->name : best ? known[at].name : "");
    for (size_t i = own ? begins(oid, n, row->oid) : best; i < n; i++)
        text_printf(out, i ? ".%" PRIu32 : "%" PRIu32, oid[i]);
}

void snmp_say_object(struct snmp *s, const struct mib_row *row, struct text *out)
{
    struct snmp_name name = {0};
    if (add_numbers(row->oid, &name))
        name_say(s->env.mib, name.v, name.n, out);
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
