/* access.c: who may speak to this router, and what he may see and change.
 *
 * A community string is known when an `snmp-server community` line names it: it gives the read view of the line (v1default when it names none), with RW the write view
 * too, to senders that the line's access list permits. A string that only an `snmp-server host` line names lets notifications in, nothing else: a router that
 * sends its traps under a string also hears its peer's traps under it, and many configurations have only the host lines. A get under it, or a set under a
 * read-only string, is an illegal operation (snmpInBadCommunityUses).
 * A user of version 1 or 2c is such a string too: in his version, with the views of the row of his group that is of that version and of no context.
 * A user of SNMPv3 belongs to a group; of the group's rows that fit the message's security level and context one counts: an exact context before a prefix, the longer prefix, the higher level (RFC 3415 section 4). The
 * access lists of user and group are both asked. A list that is named and not there permits, as everywhere on IOS.
 * A notification goes out under a user when the notify view of his group's row includes its name and those of its varbinds; a row that names none includes all, as on IOS, where
 * the host line makes `*tv` its notify view.
 * Strings are compared octet by octet, with their length, so that an embedded zero cannot end one early (RFC 1157, 4.1: an OCTET STRING).
 */
#include "snmp/snmp_local.h"

#include <string.h>

static bool same(const char *name, const uint8_t *community, size_t len)
{
    return strlen(name) == len && memcmp(name, community, len) == 0;
}

static bool permitted(const struct snmp *s, const char *acl, uint32_t src)
{
    return !acl[0] || !s->env.permits || s->env.permits(s->env.arg, acl, src);
}

static enum access community_access(const struct snmp_community_conf *c)
{
    return c->access == SNMP_RW ? ACCESS_WRITE : ACCESS_READ;
}

enum access access_of(const struct snmp *s, const uint8_t *community, size_t len, uint32_t src)
{
    CONF_EACH(const struct snmp_community_conf, c, &s->conf.communities)
        if (same(c->name, community, len))
            return permitted(s, c->acl, src) ? community_access(c) : ACCESS_NONE;
    CONF_EACH(const struct snmp_member_conf, m, &s->conf.members)
        if (same(m->name, community, len))
            return permitted(s, m->acl, src) ? ACCESS_READ : ACCESS_NONE;
    CONF_EACH(const struct snmp_host_conf, h, &s->conf.hosts)
        if (h->version != SNMP_HOST_V3 && same(h->community, community, len))
            return ACCESS_NOTIFY;
    return ACCESS_NONE;
}

static bool context_fits(const struct snmp_group_conf *c, const char *context)
{
    return c->prefix ? !strncmp(c->context, context, strlen(c->context)) : !strcmp(c->context, context);
}

/* Does row a count before row b (RFC 3415 section 4 step 3, both being of the same model)? */
static bool better(const struct snmp_group_conf *a, const struct snmp_group_conf *b)
{
    size_t x = strlen(a->context), y = strlen(b->context);
    if (a->prefix != b->prefix)
        return !a->prefix;
    return x != y ? x > y : a->level > b->level;
}

/* The row of a group that counts; NULL: none is for this. */
static const struct snmp_group_conf *row_of(const struct snmp *s, const char *group, int model, int level,
                                            const char *context)
{
    const struct snmp_group_conf *best = NULL;
    CONF_EACH(const struct snmp_group_conf, c, &s->conf.groups) {
        if (strcmp(c->name, group) != 0 || c->model != model || c->level > level || !context_fits(c, context))
            continue;
        if (!best || better(c, best))
            best = c;
    }
    return best;
}

static bool grant_row(const struct snmp *s, const struct snmp_group_conf *row, uint32_t src, struct grant *g)
{
    if (!row || !permitted(s, row->acl, src))
        return false;
    g->read = view_find(s, row->read[0] ? row->read : "v1default");
    g->write = row->write[0] ? view_find(s, row->write) : NULL;
    return true;
}

enum access access_community(const struct snmp *s, unsigned version, const uint8_t *community, size_t len, uint32_t src,
                             struct grant *g)
{
    *g = (struct grant){0};
    CONF_EACH(const struct snmp_community_conf, c, &s->conf.communities) {
        if (!same(c->name, community, len))
            continue;
        if (!permitted(s, c->acl, src))
            return ACCESS_NONE;
        g->read = view_find(s, c->view[0] ? c->view : "v1default");
        g->write = c->access == SNMP_RW ? g->read : NULL;
        return community_access(c);
    }
    CONF_EACH(const struct snmp_member_conf, m, &s->conf.members) {
        int model = version == 1 ? SNMP_GROUP_V1 : SNMP_GROUP_V2C;
        if (m->model != model || !same(m->name, community, len))
            continue;
        if (!permitted(s, m->acl, src) || !grant_row(s, row_of(s, m->group, model, 0, ""), src, g))
            return ACCESS_NONE;
        return g->write ? ACCESS_WRITE : ACCESS_READ;
    }
    enum access other = access_of(s, community, len, src);
    return other < ACCESS_READ ? other : ACCESS_NONE; /* a user of the other version */
}

bool access_notifies(const struct snmp *s, const struct snmp_user *u, int level, const struct fact_trap *t)
{
    const struct snmp_group_conf *row = row_of(s, u->group, SNMP_GROUP_V3, level, "");
    if (!row || !row->notify[0])
        return row;
    const struct view *view = view_find(s, row->notify);
    bool all = view_includes(view, t->trap_oid, t->trap_oid_len);
    for (size_t i = 0; i < t->nvars; i++)
        all &= view_includes(view, t->vars[i].oid, t->vars[i].oid_len);
    return all;
}

bool access_user(const struct snmp *s, const struct snmp_user *u, int level, const char *context, uint32_t src,
                 struct grant *g)
{
    *g = (struct grant){0};
    return permitted(s, u->acl, src) && grant_row(s, row_of(s, u->group, SNMP_GROUP_V3, level, context), src, g);
}
