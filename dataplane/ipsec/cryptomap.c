/* cryptomap.c: from crypto maps as configured to the policy that packets meet: interfaces, complete entries by number,
 * the lines of their access lists, and one flow ("identity") for every permit line.
 *
 * Whatever changes (a map, a set, an access list, an interface or its address) marks the policy dirty; it is compiled
 * anew at the end of the turn, or before the next packet or question. A flow survives when interface, local address,
 * map, number and line are what they were: its SAs, counters and id stay. SAs of flows that vanished, or with peers
 * that were taken out of their entry, are deleted (SA_GONE_CONFIG); other changes hold for SAs to come, as on IOS. An
 * entry without a peer or an access list is incomplete and protects nothing. A deny line sends the packet on to the next
 * entry. Not here: dynamic maps, local-address, profiles, manual keys.
 */
#include "dataplane/ipsec/ipsec_local.h"

#include <string.h>

#include "espial/text.h"

void policy_changed(struct ipsec *ips)
{
    if (++ips->gen == 0)
        ips->gen = 1;
    ips->shown_stale = true;
}

bool cryptomap_complete(const struct cryptomap_conf *c)
{
    return c->peers.n > 0 && c->acl[0];
}

struct map_if *mi_find(struct map_if *list, const char *ifname)
{
    for (; list; list = list->next)
        if (!strcmp(list->ifname, ifname))
            return list;
    return NULL;
}

struct map_entry *entry_find(const struct map_if *mi, const char *map, uint16_t seq)
{
    for (size_t i = 0; mi && i < mi->nentries; i++)
        if (mi->entries[i]->seq == seq && !strcmp(mi->entries[i]->map, map))
            return mi->entries[i];
    return NULL;
}

static void entry_free(struct map_entry *e)
{
    mem_free(e->peers);
    mem_free(e->rules);
    mem_free(e);
}

static void template_of(struct ipsec *ips, const struct cryptomap_conf *c, const struct map_if *mi,
                        struct ipsec_policy *t)
{
    str_copy(t->map, sizeof t->map, c->name);
    t->seq = c->seq;
    str_copy(t->ifname, sizeof t->ifname, mi->ifname);
    t->local = mi->local;
    bool named = false;
    for (unsigned i = 0; i < MAP_SETS_MAX; i++) {
        const struct transform_set_conf *s = c->sa.sets[i][0] ? ipsec_set_find(ips, c->sa.sets[i]) : NULL;
        named = named || c->sa.sets[i][0];
        if (s && t->ntransforms < IPSEC_TRANSFORMS_MAX && ipsec_transform_of(s, &t->transforms[t->ntransforms]))
            t->ntransforms++;
    }
    if (!named && ipsec_transform_of(ipsec_set_find(ips, "default"), &t->transforms[0]))
        t->ntransforms = 1;
    t->pfs_group = c->sa.pfs;
    t->life_s = sa_conf_life_s(&ips->conf, &c->sa);
    uint32_t kb = c->sa.life_kb ? c->sa.life_kb : ips->conf.life_kb;
    t->life_kb = kb == LIFE_KB_OFF ? 0 : kb;
    t->replay_window = c->sa.replay == 0 ? ips->conf.replay : c->sa.replay == REPLAY_CONF_OFF ? 0 : c->sa.replay;
    t->idle_s = c->sa.idle_s ? c->sa.idle_s : ips->conf.idle_s;
    t->ikev2 = c->sa.ikev2_profile[0] != 0;
    str_copy(t->ike_profile, sizeof t->ike_profile, t->ikev2 ? c->sa.ikev2_profile : c->sa.isakmp_profile);
}

/* The flow that this line had before, with everything in it; NULL when it is new. */
static struct ipsec_flow *inherit(struct map_entry *old, const struct acl_rule *r)
{
    for (size_t i = 0; old && i < old->nrules; i++) {
        struct ipsec_flow *f = old->rules[i].flow;
        if (f && !f->kept && acl_rule_same(&f->rule, r)) {
            f->kept = true;
            return f;
        }
    }
    return NULL;
}

static struct map_entry *entry_new(struct ipsec *ips, struct map_if *mi, const struct cryptomap_conf *c,
                                   struct map_entry *old)
{
    struct map_entry *e = NEW(struct map_entry);
    e->mi = mi;
    e->seq = c->seq;
    str_copy(e->map, sizeof e->map, c->name);
    str_copy(e->acl, sizeof e->acl, c->acl);
    e->peers = mem_array(c->peers.n, sizeof *e->peers);
    CONF_EACH(const struct map_peer_conf, p, &c->peers)
    e->peers[e->npeers++] = p->addr;
    for (unsigned i = 0; old && i < e->npeers; i++)
        if (e->peers[i] == old->peers[old->peer_now])
            e->peer_now = i;
    template_of(ips, c, mi, &e->tmpl);
    struct acl *acl = acl_find(ips->env.net, c->acl);
    size_t n = acl ? acl_rules(acl) : 0;
    e->rules = mem_array(n ? n : 1, sizeof *e->rules);
    for (size_t i = 0; i < n; i++) {
        struct acl_rule *r = acl_rule(acl, i);
        struct ipsec_flow *f = r->permit ? inherit(old, r) : NULL;
        if (r->permit && !f && ips->nflows >= FLOWS_MAX)
            continue;
        if (r->permit && !f)
            f = flow_new(ips, r);
        if (f) {
            f->entry = e;
            f->kept = true;
            for (struct ipsec_flow *nf = f->narrows; nf; nf = nf->next_narrow)
                nf->entry = e;
        }
        e->rules[e->nrules++] = (struct spd_rule){.rule = *r, .hits = &r->hits, .flow = f};
    }
    return e;
}

static struct map_if *mi_new(struct ipsec *ips, struct iface *ifc, struct map_if *was)
{
    struct map_if *mi = NEW(struct map_if);
    mi->ifc = ifc;
    str_copy(mi->map, sizeof mi->map, ifc->conf->crypto_map);
    str_copy(mi->ifname, sizeof mi->ifname, ifc->name);
    mi->local = ifc->addr;
    mi->entries = mem_array(ips->conf.maps.n ? ips->conf.maps.n : 1, sizeof *mi->entries);
    if (was && was->local != mi->local)
        was = NULL;
    CONF_EACH(const struct cryptomap_conf, c, &ips->conf.maps)
    if (mi->local && !strcmp(c->name, mi->map) && cryptomap_complete(c))
        mi->entries[mi->nentries++] = entry_new(ips, mi, c, entry_find(was, c->name, c->seq));
    return mi;
}

/* What of the former policy did not pass into the new one goes, with its SAs. */
static void retire(struct ipsec *ips, struct map_if *mi)
{
    for (size_t i = 0; i < mi->nentries; i++) {
        struct map_entry *e = mi->entries[i];
        for (size_t r = 0; r < e->nrules; r++) {
            struct ipsec_flow *f = e->rules[r].flow;
            if (!f || f->kept)
                continue;
            flow_delete_pairs(f, NULL);
            flow_free(ips, f);
        }
        entry_free(e);
    }
    mem_free(mi->entries);
    mem_free(mi);
}

static void map_compile(struct ipsec *ips)
{
    struct map_if *old = ips->ifs, **tail = &ips->ifs;
    bool attached = old != NULL;
    ips->ifs = NULL;
    for (struct iface *ifc = iface_next(ips->env.net, NULL); ifc; ifc = iface_next(ips->env.net, ifc)) {
        ifc->crypto = NULL;
        if (!ifc->conf || !ifc->conf->crypto_map[0])
            continue;
        *tail = mi_new(ips, ifc, mi_find(old, ifc->name));
        ifc->crypto = *tail;
        tail = &(*tail)->next;
    }
    policy_changed(ips);
    while (old) {
        struct map_if *next = old->next;
        retire(ips, old);
        old = next;
    }
    for (struct map_if *mi = ips->ifs; mi; mi = mi->next)
        for (size_t i = 0; i < mi->nentries; i++)
            for (size_t r = 0; r < mi->entries[i]->nrules; r++) {
                struct ipsec_flow *f = mi->entries[i]->rules[r].flow;
                if (f) {
                    f->kept = false;
                    flow_delete_pairs(f, mi->entries[i]);
                }
            }
    if (attached != (ips->ifs != NULL)) {
        ips->map_changed = true;
        report_kick(ips);
    }
}

void map_sync(struct ipsec *ips)
{
    /* Deleting SAs tells IKE, which may ask about policy: the new one stands by then, and a change made meanwhile is
     * compiled next. */
    while (ips->dirty && !ips->rebuilding) {
        ips->dirty = false;
        ips->rebuilding = true;
        map_compile(ips);
        ips->rebuilding = false;
    }
}

void map_dirty(struct ipsec *ips)
{
    ips->dirty = true;
    loop_defer(ips->env.loop, &ips->rebuild);
}

static void on_rebuild(void *arg)
{
    map_sync(arg);
}

void map_unset(struct ipsec *ips, struct iface *ifc)
{
    struct map_if **at = &ips->ifs;
    map_dirty(ips);
    ifc->crypto = NULL;
    while (*at && (*at)->ifc != ifc)
        at = &(*at)->next;
    if (!*at)
        return;
    struct map_if *mi = *at;
    *at = mi->next;
    policy_changed(ips);
    retire(ips, mi);
    if (!ips->ifs) {
        ips->map_changed = true;
        report_kick(ips);
    }
}

static void on_iface(void *arg, struct iface *ifc, enum iface_event what)
{
    struct ipsec *ips = arg;
    if (what == IFACE_GONE)
        map_unset(ips, ifc);
    else if (what == IFACE_ADDED || what == IFACE_CONF || what == IFACE_ADDR)
        map_dirty(ips);
}

static void on_acl(void *arg, const char *name)
{
    (void)name;
    map_dirty(arg);
}

void map_init(struct ipsec *ips)
{
    ips->gen = 1;
    ips->flows = table_new(sizeof(uint32_t), (uint64_t)rnd_u32(ips->env.rnd) << 32 | rnd_u32(ips->env.rnd));
    ips->cache = mem_array(FLOW_CACHE, sizeof *ips->cache);
    ips->rebuild = (struct deferred){.fn = on_rebuild, .arg = ips};
    ips->watch = (struct net_watch){.iface = on_iface, .acl = on_acl, .arg = ips};
    net_watch(ips->env.net, &ips->watch);
}

void map_fini(struct ipsec *ips)
{
    net_unwatch(ips->env.net, &ips->watch);
    loop_undefer(ips->env.loop, &ips->rebuild);
    for (struct map_if *mi = ips->ifs; mi; mi = mi->next)
        mi->ifc->crypto = NULL;
    while (ips->ifs) {
        struct map_if *mi = ips->ifs;
        ips->ifs = mi->next;
        retire(ips, mi);
    }
    table_free(ips->flows);
    table_free(ips->configured);
    mem_free(ips->shown);
    mem_free(ips->cache);
}
