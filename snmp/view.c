/* view.c: which objects somebody may see: the views of RFC 3415 (VACM), section 4 and vacmViewTreeFamilyTable.
 *
 * A view is a set of families, each a subtree with `*` for any number, included or excluded. A name is in the view when the longest family that it belongs to is
 * included; of two equally long ones the lexicographically greater counts. Families are compiled when the configuration has changed, longest first,
 * so that the first fit decides. Two views are always there, as on IOS: v1default (all but the three MIBs that say who may do what) and *ilmi. A line for
 * one of these names adds to it. view_column saves a walk from asking about every instance of a column that lies outside.
 */
#include "snmp/snmp_local.h"

#include <stdlib.h>
#include <string.h>

#include "espial/mib.h"

static const struct snmp_view_conf permanent[] = {
    {.name = "*ilmi", .subtree = "system"},
    {.name = "*ilmi", .subtree = "atmForumUni"},
    {.name = "v1default", .subtree = "iso"},
    {.name = "v1default", .subtree = "internet.6.3.15", .excluded = 1},
    {.name = "v1default", .subtree = "internet.6.3.16", .excluded = 1},
    {.name = "v1default", .subtree = "internet.6.3.18", .excluded = 1},
};

const struct snmp_view_conf *snmp_view_permanent(size_t i)
{
    return i < sizeof permanent / sizeof permanent[0] ? &permanent[i] : NULL;
}

bool snmp_view_name_good(struct snmp *s, const char *subtree)
{
    struct snmp_name n;
    return name_parse(s->env.mib, subtree, &n);
}

size_t snmp_view_subtree(struct snmp *s, const char *subtree, uint32_t out[TRAP_OID_MAX], bool any[TRAP_OID_MAX])
{
    struct snmp_name n;
    if (!name_parse(s->env.mib, subtree, &n))
        return 0;
    memcpy(out, n.v, sizeof n.v);
    memcpy(any, n.any, sizeof n.any);
    return n.n;
}

static int longest_first(const void *a, const void *b)
{
    const struct family *x = a, *y = b;
    if (x->name.n != y->name.n)
        return x->name.n > y->name.n ? -1 : 1;
    for (size_t i = 0; i < x->name.n; i++)
        if (x->name.v[i] != y->name.v[i])
            return x->name.v[i] > y->name.v[i] ? -1 : 1;
    return 0;
}

static void add_family(struct snmp *s, const struct snmp_view_conf *c)
{
    struct snmp_name name;
    if (!name_parse(s->env.mib, c->subtree, &name))
        return;
    size_t i = 0;
    while (i < s->nviews && strcmp(s->views[i].name, c->name) != 0)
        i++;
    if (i == s->nviews) {
        s->views = mem_resize(s->views, ++s->nviews, sizeof *s->views);
        s->views[i] = (struct view){0};
        str_copy(s->views[i].name, sizeof s->views[i].name, c->name);
    }
    struct view *v = &s->views[i];
    v->families = mem_resize(v->families, v->n + 1, sizeof *v->families);
    v->families[v->n++] = (struct family){.name = name, .included = !c->excluded};
}

void view_clear(struct snmp *s)
{
    for (size_t i = 0; i < s->nviews; i++)
        mem_free(s->views[i].families);
    mem_free(s->views);
    s->views = NULL;
    s->nviews = 0;
}

void view_settle(struct snmp *s)
{
    view_clear(s);
    for (size_t i = 0; i < sizeof permanent / sizeof permanent[0]; i++)
        add_family(s, &permanent[i]);
    CONF_EACH(const struct snmp_view_conf, c, &s->conf.views)
        add_family(s, c);
    for (size_t i = 0; i < s->nviews; i++)
        qsort(s->views[i].families, s->views[i].n, sizeof(struct family), longest_first);
}

const struct view *view_find(const struct snmp *s, const char *name)
{
    for (size_t i = 0; i < s->nviews; i++)
        if (!strcmp(s->views[i].name, name))
            return &s->views[i];
    return NULL;
}

/* Do the first n numbers agree? */
static bool fits(const struct snmp_name *f, const uint32_t *oid, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!f->any[i] && f->v[i] != oid[i])
            return false;
    return true;
}

bool view_includes(const struct view *v, const uint32_t *oid, size_t n)
{
    for (size_t i = 0; v && i < v->n; i++)
        if (v->families[i].name.n <= n && fits(&v->families[i].name, oid, v->families[i].name.n))
            return v->families[i].included;
    return false;
}

bool view_excludes_all(const struct view *v, const uint32_t *oid, size_t n)
{
    for (size_t i = 0; v && i < v->n; i++) {
        const struct family *f = &v->families[i];
        if (f->name.n > n && f->included && fits(&f->name, oid, n))
            return false;
        if (f->name.n <= n && fits(&f->name, oid, f->name.n))
            return !f->included;
    }
    return true;
}
