/* target.c: SNMP-TARGET-MIB and SNMP-NOTIFICATION-MIB (RFC 3413): where notifications go: each `snmp-server host` line is a target address and the parameters of its messages,
 * both named ADDRESS.PORT, and a further line of the same ones ADDRESS.PORT-2; its tag, "trap" or "inform", is that of the one row of snmpNotifyTable that chooses it. An inform waits and is repeated as `snmp-server informs`
 * says; a trap is sent once. Which kinds of notifications a host takes (the words at the end of its line) has no object in these MIBs: there are no filters here.
 * Nothing can be set: lines of the configuration do. The two counters of SNMP-TARGET-MIB are framework.c's.
 */
#include "snmp/mib/listed.h"
#include "snmp/mib/rows.h"
#include "snmp/snmp.h"
#include "snmp/snmp_conf.h"

#include <stdio.h>

enum { ACTIVE = 1 };

static const char *tag_of(bool informs)
{
    return informs ? "inform" : "trap";
}

/* ---- targets ---- */

static void name_of(const struct conf_list *hosts, const struct snmp_host_conf *h, char out[32])
{
    unsigned nth = 1;
    for (size_t i = 0; i < hosts->n && hosts->v[i] != h; i++) {
        const struct snmp_host_conf *before = hosts->v[i];
        nth += before->addr == h->addr && before->udp_port == h->udp_port;
    }
    int n = snprintf(out, 32, "%s.%u", IP4(h->addr), h->udp_port);
    if (nth > 1)
        snprintf(out + n, 32 - (size_t)n, "-%u", nth);
}

static bool each_host(struct snmp *s, size_t *cursor, void *entry, struct mib_index *at)
{
    const struct conf_list *l = &snmp_conf(s)->hosts;
    char name[32];
    if (*cursor >= l->n)
        return false;
    const struct snmp_host_conf *h = l->v[(*cursor)++];
    *(const struct snmp_host_conf **)entry = h;
    name_of(l, h, name);
    at->n = 0;
    mib_index_octets(at, name, strlen(name), true);
    return true;
}
static bool host_behind(void *self, struct mib_index *at)
{
    const struct snmp_host_conf *h;
    return listed_behind(self, each_host, &h, at);
}
static const struct mib_table hosts = {.next = host_behind};

enum { DOMAIN, ADDRESS, TIMEOUT, RETRIES, TAGS, PARAMS, STORAGE, STATUS, MP_MODEL, SECURITY_MODEL, SECURITY_NAME, SECURITY_LEVEL };

static bool get_host(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    static const uint32_t udp_domain[] = {1, 3, 6, 1, 6, 1, 1};
    const struct snmp_conf *c = snmp_conf(self);
    const struct snmp_host_conf *h;
    char name[32];
    if (!listed_at(self, each_host, &h, at))
        return false;
    switch (row->which) {
    case DOMAIN:
        memcpy(out->oid_val, udp_domain, sizeof udp_domain);
        out->len = sizeof udp_domain / sizeof udp_domain[0];
        break;
    case ADDRESS:
        mib_ip_octets(out, h->addr);
        out->data[4] = (uint8_t)(h->udp_port >> 8);
        out->data[5] = (uint8_t)h->udp_port;
        out->len = 6;
        break;
    case TIMEOUT: out->num = h->informs ? (int64_t)c->inform_timeout * 100 : 0; break;
    case RETRIES: out->num = h->informs ? c->inform_retries : 0; break;
    case TAGS: mib_text(out, tag_of(h->informs)); break;
    case PARAMS: name_of(&c->hosts, h, name); mib_text(out, name); break;
    case STORAGE: out->num = STORAGE_NONVOLATILE; break;
    case STATUS: out->num = ACTIVE; break;
    case MP_MODEL: out->num = h->version == SNMP_HOST_V3 ? 3 : h->version == SNMP_HOST_V2C; break;
    case SECURITY_MODEL: out->num = h->version + 1; break;
    case SECURITY_NAME: mib_text(out, h->community); break;
    case SECURITY_LEVEL: out->num = h->version == SNMP_HOST_V3 ? h->level + 1 : 1; break;
    }
    return true;
}

/* ---- who is chosen ---- */

/* The kinds of notification that some host is sent. */
static bool each_tag(struct snmp *s, size_t *cursor, void *entry, struct mib_index *at)
{
    for (; *cursor < 2; ++*cursor) {
        CONF_EACH(const struct snmp_host_conf, h, &snmp_conf(s)->hosts) {
            if (!h->informs != !*cursor)
                continue;
            *(bool *)entry = h->informs;
            at->n = 0;
            mib_index_octets(at, tag_of(h->informs), strlen(tag_of(h->informs)), true);
            ++*cursor;
            return true;
        }
    }
    return false;
}
static bool tag_behind(void *self, struct mib_index *at)
{
    bool informs;
    return listed_behind(self, each_tag, &informs, at);
}
static const struct mib_table tags = {.next = tag_behind};

enum { TAG, TYPE, TAG_STORAGE, TAG_STATUS };

static bool get_tag(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    bool informs;
    if (!listed_at(self, each_tag, &informs, at))
        return false;
    switch (row->which) {
    case TAG: mib_text(out, tag_of(informs)); break;
    case TYPE: out->num = informs ? 2 : 1; break;
    case TAG_STORAGE: out->num = STORAGE_NONVOLATILE; break;
    case TAG_STATUS: out->num = ACTIVE; break;
    }
    return true;
}

#define TARGET "1.3.6.1.6.3.12.1."
#define ADDR(nm, n, t, w)    {.name = nm, .oid = TARGET "2.1." #n, .type = t, .table = &hosts, .get = get_host, .which = w}
#define HOW(nm, n, t, w)     {.name = nm, .oid = TARGET "3.1." #n, .type = t, .table = &hosts, .get = get_host, .which = w}
#define NOTIFY(nm, n, t, w)  {.name = nm, .oid = "1.3.6.1.6.3.13.1.1.1." #n, .type = t, .table = &tags, .get = get_tag, .which = w}
static const struct mib_row rows[] = {
    {.name = "snmpTargetSpinLock", .oid = TARGET "1", .type = TRAP_INT, .get = listed_lock},
    ADDR("snmpTargetAddrTDomain", 2, TRAP_OID, DOMAIN),
    ADDR("snmpTargetAddrTAddress", 3, TRAP_STRING, ADDRESS),
    ADDR("snmpTargetAddrTimeout", 4, TRAP_INT, TIMEOUT),
    ADDR("snmpTargetAddrRetryCount", 5, TRAP_INT, RETRIES),
    ADDR("snmpTargetAddrTagList", 6, TRAP_STRING, TAGS),
    ADDR("snmpTargetAddrParams", 7, TRAP_STRING, PARAMS),
    ADDR("snmpTargetAddrStorageType", 8, TRAP_INT, STORAGE),
    ADDR("snmpTargetAddrRowStatus", 9, TRAP_INT, STATUS),
    HOW("snmpTargetParamsMPModel", 2, TRAP_INT, MP_MODEL),
    HOW("snmpTargetParamsSecurityModel", 3, TRAP_INT, SECURITY_MODEL),
    HOW("snmpTargetParamsSecurityName", 4, TRAP_STRING, SECURITY_NAME),
    HOW("snmpTargetParamsSecurityLevel", 5, TRAP_INT, SECURITY_LEVEL),
    HOW("snmpTargetParamsStorageType", 6, TRAP_INT, STORAGE),
    HOW("snmpTargetParamsRowStatus", 7, TRAP_INT, STATUS),
    NOTIFY("snmpNotifyTag", 2, TRAP_STRING, TAG),
    NOTIFY("snmpNotifyType", 3, TRAP_INT, TYPE),
    NOTIFY("snmpNotifyStorageType", 4, TRAP_INT, TAG_STORAGE),
    NOTIFY("snmpNotifyRowStatus", 5, TRAP_INT, TAG_STATUS),
};
const struct mib_rows mib_target = MIB_ROWS("SNMP-TARGET-MIB", rows);
