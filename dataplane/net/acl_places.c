/* acl_places.c: the lines of an access list as they are configured, and the places they stand in.
 *
 * A list is typed as `access-list N`, or inside of `ip access-list extended NAME`, where the name may be a number: as soon as that
 * is entered its lines are all kept there, in the order of their places. A line that was typed without a number is printed without
 * one, unless that would bring it to another place among the others when running-config is read again. */
#include <stdlib.h>
#include <string.h>

#include "dataplane/net/acl_local.h"

bool acl_line_of(const struct ace_conf *c, const char *name)
{
    uint64_t number;

    return str_uint(name, 1, UINT32_MAX, &number) && number == c->number;
}

struct acl_kind acl_kind_of(struct net *net, bool standard)
{
    return standard ? (struct acl_kind){&net->conf.std_lines, &net->conf.std_acls}
                    : (struct acl_kind){&net->conf.acl_lines, &net->conf.acls};
}

static void lines_add(struct acl_lines *l, struct ace_conf *c)
{
    if (l->n == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 16;
        l->v = mem_resize(l->v, l->cap, sizeof *l->v);
    }
    l->v[l->n++] = c;
}

void acl_range_of(const struct conf_list *numbered, const char *name, size_t *from, size_t *to)
{
    uint64_t number;
    size_t end[2] = {0, 0};

    for (int k = 0; k < 2 && str_uint(name, 1, UINT32_MAX, &number); k++) {
        size_t lo = 0, hi = numbered->n;
        while (lo < hi) {
            size_t mid = lo + (hi - lo) / 2, at = mid;
            while (at < hi && !((const struct ace_conf *)numbered->v[at])->number)
                at++;
            uint32_t n = at < hi ? ((const struct ace_conf *)numbered->v[at])->number : UINT32_MAX;
            if (n < number || (k && n == number))
                lo = at + 1;
            else
                hi = mid;
        }
        end[k] = lo;
    }
    *from = end[0];
    *to = end[1];
}

void acl_lines_of(struct net *net, const char *name, bool standard, struct acl_lines *l)
{
    struct acl_kind k = acl_kind_of(net, standard);
    size_t from, to;

    acl_range_of(k.numbered, name, &from, &to);
    for (size_t i = from; i < to; i++)
        if (acl_line_of(k.numbered->v[i], name))
            lines_add(l, k.numbered->v[i]);
    for (size_t i = 0; i < k.named->n; i++) {
        struct acl_conf *a = k.named->v[i];
        if (!strcmp(a->name, name))
            for (size_t n = 0; n < a->entries.n; n++)
                lines_add(l, a->entries.v[n]);
    }
}

void acl_give_places(struct acl_lines *l)
{
    uint32_t last = 0;

    for (size_t i = 0; i < l->n; i++) {
        if (!l->v[i]->place)
            l->v[i]->place = l->v[i]->seq;
        if (l->v[i]->place > last)
            last = l->v[i]->place;
    }
    for (size_t i = 0; i < l->n; i++)
        if (!l->v[i]->place)
            last = l->v[i]->place = l->v[i]->action == ACL_REMARK ? (last ? last : 1) : last / 10 * 10 + 10;
}

static int by_place(const void *x, const void *y)
{
    const struct ace_conf *const *a = x, *const *b = y;

    return (*a)->place < (*b)->place ? -1 : (*a)->place > (*b)->place;
}

uint32_t acl_hold_order(const struct acl_lines *l)
{
    struct ace_conf **v = mem_array(l->n + 1, sizeof *v);
    uint32_t last = 0, highest = 0;
    bool kept = true;

    for (size_t i = 0; i < l->n; i++)
        v[i] = l->v[i];
    qsort(v, l->n, sizeof *v, by_place);
    for (size_t i = 0; i < l->n; i++) {
        bool remark = v[i]->action == ACL_REMARK;
        uint32_t place = v[i]->seq ? v[i]->seq : remark ? last : last / 10 * 10 + 10;
        kept &= remark || place > last;
        last = place > last ? place : last;
        highest = v[i]->place > highest ? v[i]->place : highest;
    }
    for (size_t i = 0; i < l->n && !kept; i++)
        if (v[i]->action != ACL_REMARK)
            v[i]->seq = v[i]->place;
    mem_free(v);
    return kept ? last : highest;
}

bool acl_resequence(struct net *net, const char *name, uint32_t start, uint32_t step)
{
    struct acl *a = acl_find(net, name);
    struct acl_lines l = {0};

    if (!a)
        return true;
    acl_lines_of(net, name, a->standard, &l);
    acl_give_places(&l);
    qsort(l.v, l.n, sizeof *l.v, by_place); /* remarks stand with the line before them */
    bool fits = start + (uint64_t)(a->n ? a->n - 1 : 0) * step <= UINT32_MAX;
    uint32_t next = start, last = start;
    for (size_t i = 0; fits && i < l.n; i++) {
        struct ace_conf *c = l.v[i];
        if (c->action != ACL_REMARK) {
            last = next;
            next += step; /* may wrap behind the last one */
        }
        c->place = last;
        c->seq = c->seq && c->action != ACL_REMARK ? last : 0; /* a remark shares the place of its line */
    }
    mem_free(l.v);
    if (!fits)
        return false;
    for (size_t i = 0; i < a->n; i++) /* the same rules in new places keep their counts */
        a->rules[i].seq = start + (uint32_t)i * step;
    acl_conf_changed(net, name);
    return true;
}

bool acl_has_place(struct net *net, const struct acl_conf *list, uint32_t place)
{
    const struct acl *a = acl_find(net, list->name);

    if (!a || place > a->last)
        return false;
    for (size_t i = 0; i < list->entries.n; i++) {
        const struct ace_conf *c = list->entries.v[i];
        if (c->place == place && (c->action != ACL_REMARK || c->seq)) /* one without a number has only been put there */
            return true;
    }
    return false;
}

static bool remove_in(struct conf_list *list, uint32_t place, const char *name)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct ace_conf *c = list->v[i];
        if (c->place == place && (!name || acl_line_of(c, name))) {
            conf_list_remove(list, i);
            return true;
        }
    }
    return false;
}

bool acl_remove_place(struct net *net, const char *name, uint32_t place)
{
    struct acl *a = acl_find(net, name);

    if (!a)
        return false;
    struct acl_kind k = acl_kind_of(net, a->standard);
    bool found = remove_in(k.numbered, place, name);
    for (size_t i = 0; !found && i < k.named->n; i++) {
        struct acl_conf *list = k.named->v[i];
        found = !strcmp(list->name, name) && remove_in(&list->entries, place, NULL);
    }
    if (found)
        acl_conf_changed(net, name);
    return found;
}

/* Do two lines say the same, wherever they stand? */
static bool same_words(const struct ace_conf *a, const struct ace_conf *b)
{
    struct ace_conf x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    x.number = x.seq = x.place = y.number = y.seq = y.place = 0;
    return !memcmp(&x, &y, sizeof x);
}

static size_t find_words(const struct conf_list *list, const struct ace_conf *c)
{
    size_t i = 0;

    while (i < list->n && !same_words(list->v[i], c))
        i++;
    return i;
}

static struct acl_conf *named_of(const struct acl_kind *k, const char *name)
{
    CONF_EACH(struct acl_conf, a, k->named)
    if (!strcmp(a->name, name))
        return a;
    return NULL;
}

static void remove_numbered(const struct acl_kind *k, const char *name)
{
    size_t from, to;

    acl_range_of(k->numbered, name, &from, &to);
    while (to-- > from)
        if (acl_line_of(k->numbered->v[to], name))
            conf_list_remove(k->numbered, to);
}

void acl_conf_gather(struct net *net, const char *name, bool standard)
{
    struct acl_kind k = acl_kind_of(net, standard);
    struct acl_conf *list = named_of(&k, name);
    size_t from, to;

    if (!list)
        return;
    acl_range_of(k.numbered, name, &from, &to);
    for (size_t i = from; i < to; i++) {
        const struct ace_conf *c = k.numbered->v[i];
        if (!acl_line_of(c, name) || find_words(&list->entries, c) < list->entries.n)
            continue;
        struct ace_conf *copy = NEW(struct ace_conf);
        memcpy(copy, c, sizeof *copy);
        copy->number = 0;
        conf_list_add(&list->entries, copy);
    }
    remove_numbered(&k, name);
}

void acl_conf_without(struct net *net, const char *name, bool standard, const struct ace_conf *line)
{
    struct acl_kind k = acl_kind_of(net, standard);
    struct acl_conf *list = named_of(&k, name);

    if (line && list)
        conf_list_remove(&list->entries, find_words(&list->entries, line));
    if (!line)
        remove_numbered(&k, name);
    if (acl_find(net, name))
        acl_conf_changed(net, name);
}
