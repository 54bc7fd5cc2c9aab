/* vacm.c: SNMP-VIEW-BASED-ACM-MIB (RFC 3415) and SNMP-COMMUNITY-MIB (RFC 3584): who may do what, as `show snmp group`, `view` and `community` list it.
 *
 * A community is a security name of its own string, and a group of it, for v1 and v2c; a local user is one for the User-based Security Model. All is changed by lines of the
 * configuration alone: nothing here can be set, so the spin lock stands still. Of two groups of one name, model and context for v1 or v2c the community's counts, as it does
 * for the agent. An entry whose names make its own longer than 64 numbers is not shown. v1default leaves these MIBs out, as on IOS: who shall see them needs a view.
 */
#include "snmp/mib/listed.h"
#include "snmp/mib/rows.h"
#include "snmp/snmp.h"
#include "snmp/snmp_conf.h"

#include <stdio.h>

enum { ACTIVE = 1 };
enum { USM = 3 }; /* SnmpSecurityModel: v1(1), v2c(2) */

static bool text_index(struct mib_index *at, const char *s)
{
    return mib_index_octets(at, s, strlen(s), false);
}

/* ---- contexts ---- */

static bool each_context(struct snmp *s, size_t *cursor, void *entry, struct mib_index *at)
{
    const struct conf_list *l = &snmp_conf(s)->contexts;
    size_t i = (*cursor)++;
    if (i > l->n)
        return false;
    const char *name = i ? ((const struct snmp_context_conf *)l->v[i - 1])->name : "";
    *(const char **)entry = name;
    at->n = 0;
    text_index(at, name);
    return true;
}
static bool context_behind(void *self, struct mib_index *at)
{
    const char *name;
    return listed_behind(self, each_context, &name, at);
}
static const struct mib_table contexts = {.next = context_behind};

static bool get_context(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const char *name;
    (void)row;
    if (!listed_at(self, each_context, &name, at))
        return false;
    mib_text(out, name);
    return true;
}

/* ---- security names and their groups ---- */

struct member {
    const char *name, *group;
    uint32_t model;
    enum snmp_storage storage;
};

#define USERS ((size_t)1 << 31) /* where the cursor stands when the groups have ended */

/* Those of communities and hosts are the groups for v1 and v2c that are no lines of their own; then users of v1 and v2c, then those of our engine. */
static bool next_member(struct snmp *s, size_t *cursor, struct member *m)
{
    struct snmp_group_info g;
    struct snmp_user_info u;
    while (*cursor < USERS && snmp_group_next(s, cursor, &g)) {
        *m = (struct member){.name = g.name, .group = g.name, .model = g.model == SNMP_GROUP_V1 ? 1 : 2, .storage = g.storage};
        if (g.model != SNMP_GROUP_V3 && g.storage != STORAGE_NONVOLATILE)
            return true;
    }
    if (*cursor < USERS)
        *cursor = USERS;
    const struct conf_list *lines = &snmp_conf(s)->members;
    while (*cursor - USERS < lines->n) {
        const struct snmp_member_conf *c = lines->v[(*cursor)++ - USERS];
        *m = (struct member){.name = c->name, .group = c->group, .model = c->model == SNMP_GROUP_V1 ? 1 : 2, .storage = STORAGE_NONVOLATILE};
        return true;
    }
    while (snmp_user_info(s, (*cursor)++ - USERS - lines->n, &u)) {
        *m = (struct member){.name = u.name, .group = u.group, .model = USM, .storage = STORAGE_NONVOLATILE};
        if (!u.remote_addr)
            return true;
    }
    return false;
}

static bool each_member(struct snmp *s, size_t *cursor, void *entry, struct mib_index *at)
{
    struct member *m = entry;
    if (!next_member(s, cursor, m))
        return false;
    mib_index1(at, m->model);
    text_index(at, m->name);
    return true;
}
static bool member_behind(void *self, struct mib_index *at)
{
    struct member m;
    return listed_behind(self, each_member, &m, at);
}
static const struct mib_table members = {.next = member_behind};

enum { GROUP, STORAGE, STATUS };

static bool get_member(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct member m;
    if (!listed_at(self, each_member, &m, at))
        return false;
    switch (row->which) {
    case GROUP: mib_text(out, m.group); break;
    case STORAGE: out->num = m.storage; break;
    case STATUS: out->num = ACTIVE; break;
    }
    return true;
}

/* ---- groups ---- */

static bool is_community(struct snmp *s, const char *name)
{
    struct snmp_community_info c;
    for (size_t cursor = 0; snmp_community_next(s, &cursor, &c);)
        if (!strcmp(c.name, name))
            return true;
    return false;
}

static bool each_group(struct snmp *s, size_t *cursor, void *entry, struct mib_index *at)
{
    struct snmp_group_info *g = entry;
    do {
        if (!snmp_group_next(s, cursor, g))
            return false;
    } while (g->model != SNMP_GROUP_V3 && g->storage == STORAGE_NONVOLATILE && !g->context[0] && is_community(s, g->name));
    at->n = 0;
    if (text_index(at, g->name) && text_index(at, g->context) && at->n + 2 <= TRAP_OID_MAX) {
        at->v[at->n++] = g->model == SNMP_GROUP_V1 ? 1 : g->model == SNMP_GROUP_V2C ? 2 : USM;
        at->v[at->n++] = (uint32_t)g->level + 1;
    } else {
        at->n = 0;
    }
    return true;
}
static bool group_behind(void *self, struct mib_index *at)
{
    struct snmp_group_info g;
    return listed_behind(self, each_group, &g, at);
}
static const struct mib_table groups = {.next = group_behind};

enum { MATCH, READ, WRITE, NOTIFY, GROUP_STORAGE, GROUP_STATUS };

static bool get_group(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct snmp_group_info g;
    if (!listed_at(self, each_group, &g, at))
        return false;
    switch (row->which) {
    case MATCH: out->num = g.prefix ? 2 : 1; break;
    case READ: mib_text(out, g.read); break;
    case WRITE: mib_text(out, g.write); break;
    case NOTIFY: mib_text(out, g.notify); break;
    case GROUP_STORAGE: out->num = g.storage; break;
    case GROUP_STATUS: out->num = ACTIVE; break;
    }
    return true;
}

/* ---- views ---- */

struct family_entry {
    struct snmp_view_info v;
    uint8_t mask[TRAP_OID_MAX / 8], mask_len; /* bits of numbers that count, the first the most significant; none: all of them do */
};

static bool each_family(struct snmp *s, size_t *cursor, void *entry, struct mib_index *at)
{
    struct family_entry *f = entry;
    uint32_t oid[TRAP_OID_MAX];
    bool any[TRAP_OID_MAX], some = false;
    if (!snmp_view_next(s, cursor, &f->v))
        return false;
    size_t n = snmp_view_subtree(s, f->v.subtree, oid, any);
    at->n = 0;
    memset(f->mask, 0xff, sizeof f->mask);
    for (size_t i = 0; i < n; i++) {
        some |= any[i];
        if (any[i])
            f->mask[i / 8] &= (uint8_t)~(0x80 >> i % 8);
    }
    f->mask_len = some ? (uint8_t)((n + 7) / 8) : 0;
    if (!n || !text_index(at, f->v.name) || at->n + 1 + n > TRAP_OID_MAX) {
        at->n = 0;
        return true;
    }
    at->v[at->n++] = (uint32_t)n;
    memcpy(at->v + at->n, oid, n * sizeof oid[0]);
    at->n += (uint8_t)n;
    return true;
}
static bool family_behind(void *self, struct mib_index *at)
{
    struct family_entry f;
    return listed_behind(self, each_family, &f, at);
}
static const struct mib_table families = {.next = family_behind};

enum { MASK, TYPE, FAMILY_STORAGE, FAMILY_STATUS };

static bool get_family(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct family_entry f;
    if (!listed_at(self, each_family, &f, at))
        return false;
    switch (row->which) {
    case MASK: mib_octets(out, f.mask, f.mask_len); break;
    case TYPE: out->num = f.v.excluded ? 2 : 1; break;
    case FAMILY_STORAGE: out->num = f.v.storage; break;
    case FAMILY_STATUS: out->num = ACTIVE; break;
    }
    return true;
}

#define VACM "1.3.6.1.6.3.16.1."
#define MEMBER(nm, n, t, w) {.name = nm, .oid = VACM "2.1." #n, .type = t, .table = &members, .get = get_member, .which = w}
#define ACCESS(nm, n, t, w) {.name = nm, .oid = VACM "4.1." #n, .type = t, .table = &groups, .get = get_group, .which = w}
#define FAMILY(nm, n, t, w) {.name = nm, .oid = VACM "5.2.1." #n, .type = t, .table = &families, .get = get_family, .which = w}
static const struct mib_row vacm_rows[] = {
    {.name = "vacmContextName", .oid = VACM "1.1.1", .type = TRAP_STRING, .table = &contexts, .get = get_context},
    MEMBER("vacmGroupName", 3, TRAP_STRING, GROUP),
    MEMBER("vacmSecurityToGroupStorageType", 4, TRAP_INT, STORAGE),
    MEMBER("vacmSecurityToGroupStatus", 5, TRAP_INT, STATUS),
    ACCESS("vacmAccessContextMatch", 4, TRAP_INT, MATCH),
    ACCESS("vacmAccessReadViewName", 5, TRAP_STRING, READ),
    ACCESS("vacmAccessWriteViewName", 6, TRAP_STRING, WRITE),
    ACCESS("vacmAccessNotifyViewName", 7, TRAP_STRING, NOTIFY),
    ACCESS("vacmAccessStorageType", 8, TRAP_INT, GROUP_STORAGE),
    ACCESS("vacmAccessStatus", 9, TRAP_INT, GROUP_STATUS),
    {.name = "vacmViewSpinLock", .oid = VACM "5.1", .type = TRAP_INT, .get = listed_lock},
    FAMILY("vacmViewTreeFamilyMask", 3, TRAP_STRING, MASK),
    FAMILY("vacmViewTreeFamilyType", 4, TRAP_INT, TYPE),
    FAMILY("vacmViewTreeFamilyStorageType", 5, TRAP_INT, FAMILY_STORAGE),
    FAMILY("vacmViewTreeFamilyStatus", 6, TRAP_INT, FAMILY_STATUS),
};
const struct mib_rows mib_vacm = MIB_ROWS("SNMP-VIEW-BASED-ACM-MIB", vacm_rows);

/* ---- communities ---- */

static bool each_community(struct snmp *s, size_t *cursor, void *entry, struct mib_index *at)
{
    struct snmp_community_info *c = entry;
    char index[32];
    if (!snmp_community_next(s, cursor, c))
        return false;
    at->n = 0;
    mib_index_octets(at, index, (size_t)snprintf(index, sizeof index, "cisco%u", c->index), true);
    return true;
}
static bool community_behind(void *self, struct mib_index *at)
{
    struct snmp_community_info c;
    return listed_behind(self, each_community, &c, at);
}
static const struct mib_table communities = {.next = community_behind};

enum { NAME, ENGINE, NOTHING, COMMUNITY_STORAGE, COMMUNITY_STATUS };

static bool get_community(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct snmp_community_info c;
    const uint8_t *id;
    int32_t boots, seconds;
    size_t len = snmp_engine(self, &id, &boots, &seconds);
    if (!listed_at(self, each_community, &c, at))
        return false;
    switch (row->which) {
    case NAME: mib_text(out, c.name); break;
    case ENGINE: mib_octets(out, id, len); break;
    case NOTHING: break;
    case COMMUNITY_STORAGE: out->num = c.storage; break;
    case COMMUNITY_STATUS: out->num = ACTIVE; break;
    }
    return true;
}

#define COMMUNITY(nm, n, t, w) {.name = nm, .oid = "1.3.6.1.6.3.18.1.1.1." #n, .type = t, .table = &communities, .get = get_community, .which = w}
static const struct mib_row community_rows[] = {
    COMMUNITY("snmpCommunityName", 2, TRAP_STRING, NAME),
    COMMUNITY("snmpCommunitySecurityName", 3, TRAP_STRING, NAME),
    COMMUNITY("snmpCommunityContextEngineID", 4, TRAP_STRING, ENGINE),
    COMMUNITY("snmpCommunityContextName", 5, TRAP_STRING, NOTHING),
    COMMUNITY("snmpCommunityTransportTag", 6, TRAP_STRING, NOTHING),
    COMMUNITY("snmpCommunityStorageType", 7, TRAP_INT, COMMUNITY_STORAGE),
    COMMUNITY("snmpCommunityStatus", 8, TRAP_INT, COMMUNITY_STATUS),
};
const struct mib_rows mib_community = MIB_ROWS("SNMP-COMMUNITY-MIB", community_rows);
