/* who.c: who may do what, listed: communities, groups, views; for `show snmp` and for the tables of SNMP-COMMUNITY-MIB and SNMP-VIEW-BASED-ACM-MIB.
 *
 * Groups come from three places: `snmp-server group` lines; each community, which is a group of its name for v1 and v2c; and each host line whose string is no
 * community, which is one for notifications alone. ILMI is listed first, as on IOS, and lets nobody in: no interface here speaks it.
 * `*tv` is the view of what is enabled: each octet's bits stand for kinds of notifications, all ones when a host takes every kind; it is there while a group notifies by it.
 * These are the answers of access.c and view.c, not their source: those read the configuration.
 */
#include "snmp/snmp_local.h"

#include <string.h>

#define ALL_KINDS "*tv.FFFFFFFF.FFFFFFFF.FFFFFFFF.F"
#define ILMI      "ILMI"

bool snmp_community_next(struct snmp *s, size_t *cursor, struct snmp_community_info *out)
{
    size_t i = (*cursor)++;
    *out = (struct snmp_community_info){.name = ILMI, .acl = "", .index = (unsigned)i, .storage = STORAGE_READ_ONLY};
    if (!i)
        return true;
    if (i > s->conf.communities.n)
        return false;
    const struct snmp_community_conf *c = s->conf.communities.v[i - 1];
    out->name = c->name;
    out->acl = c->acl;
    out->storage = STORAGE_NONVOLATILE;
    return true;
}

/* ---- groups ---- */

static const struct snmp_community_conf *community_of(const struct snmp_conf *conf, const char *name)
{
    CONF_EACH(const struct snmp_community_conf, m, &conf->communities)
        if (!strcmp(m->name, name))
            return m;
    return NULL;
}

/* The first host line whose string is this one; of version 3 it is a user's name. */
static const struct snmp_host_conf *host_naming(const struct snmp_conf *conf, const char *name)
{
    CONF_EACH(const struct snmp_host_conf, h, &conf->hosts)
        if (h->version != SNMP_HOST_V3 && !strcmp(h->community, name))
            return h;
    return NULL;
}

/* Does a host of version 3 send under a user of this group, at this level? Then its row notifies of everything, unless it names a view. Notifications are of no context. */
static bool notifies(const struct snmp *s, const struct snmp_group_conf *g)
{
    if (g->context[0])
        return false;
    CONF_EACH(const struct snmp_host_conf, h, &s->conf.hosts) {
        if (h->version != SNMP_HOST_V3 || g->model != SNMP_GROUP_V3 || h->level != g->level)
            continue;
        for (size_t i = 0; i < s->nusers; i++)
            if (!strcmp(s->users[i].name, h->community) && !strcmp(s->users[i].group, g->name))
                return true;
    }
    return false;
}

static void group_of_line(const struct snmp *s, const struct snmp_group_conf *g, struct snmp_group_info *out)
{
    *out = (struct snmp_group_info){.name = g->name,
                                    .context = g->context,
                                    .read = g->read[0] ? g->read : "v1default",
                                    .write = g->write,
                                    .notify = g->notify[0] || !notifies(s, g) ? g->notify : ALL_KINDS,
                                    .acl = g->acl,
                                    .model = g->model,
                                    .level = g->level,
                                    .prefix = g->prefix,
                                    .storage = STORAGE_NONVOLATILE};
}

static void group_of_community(const struct snmp *s, const struct snmp_community_conf *c, struct snmp_group_info *out)
{
    out->name = c->name;
    out->read = c->view[0] ? c->view : "v1default";
    out->write = c->access == SNMP_RW ? out->read : "";
    out->notify = host_naming(&s->conf, c->name) ? ALL_KINDS : "";
    out->acl = c->acl;
    out->storage = STORAGE_PERMANENT;
}

/* The i-th place of the list; *none: nothing stands there. False: the list has ended. */
static bool group_at(const struct snmp *s, size_t i, struct snmp_group_info *out, bool *none)
{
    const struct snmp_conf *c = &s->conf;
    *none = false;
    *out = (struct snmp_group_info){.name = ILMI, .context = "", .read = "*ilmi", .write = "*ilmi", .notify = "", .acl = "", .model = (int)(i % 2), .storage = STORAGE_PERMANENT};
    if (i < 2)
        return true;
    i -= 2;
    if (i < c->groups.n) {
        group_of_line(s, c->groups.v[i], out);
        return true;
    }
    i -= c->groups.n;
    out->model = i % 2 ? SNMP_GROUP_V2C : SNMP_GROUP_V1;
    if (i < 2 * c->communities.n) {
        group_of_community(s, c->communities.v[i / 2], out);
        return true;
    }
    i -= 2 * c->communities.n;
    if (i >= 2 * c->hosts.n)
        return false;
    const struct snmp_host_conf *h = c->hosts.v[i / 2];
    *none = community_of(c, h->community) || host_naming(c, h->community) != h;
    out->name = h->community;
    out->read = out->write = "";
    out->notify = ALL_KINDS;
    out->storage = STORAGE_VOLATILE;
    return true;
}

bool snmp_group_next(struct snmp *s, size_t *cursor, struct snmp_group_info *out)
{
    bool none;
    while (group_at(s, (*cursor)++, out, &none))
        if (!none)
            return true;
    return false;
}

/* ---- views ---- */

static bool all_kinds_wanted(struct snmp *s)
{
    struct snmp_group_info g;
    for (size_t cursor = 0; snmp_group_next(s, &cursor, &g);)
        if (!strcmp(g.notify, ALL_KINDS))
            return true;
    return false;
}

bool snmp_view_next(struct snmp *s, size_t *cursor, struct snmp_view_info *out)
{
    const struct snmp_view_conf *v;
    size_t i = (*cursor)++, permanent = 0;
    while (snmp_view_permanent(permanent))
        permanent++;
    if (i < permanent)
        v = snmp_view_permanent(i);
    else if (i - permanent < s->conf.views.n)
        v = s->conf.views.v[i - permanent];
    else {
        *out = (struct snmp_view_info){.name = ALL_KINDS, .subtree = "iso", .storage = STORAGE_VOLATILE};
        return i - permanent == s->conf.views.n && all_kinds_wanted(s);
    }
    *out = (struct snmp_view_info){.name = v->name, .subtree = v->subtree, .excluded = v->excluded, .storage = i < permanent ? STORAGE_PERMANENT : STORAGE_NONVOLATILE};
    return true;
}
