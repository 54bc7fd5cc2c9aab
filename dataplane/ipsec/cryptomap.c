/* cryptomap.c: from crypto maps as configured to the policy that packets meet: interfaces, complete entries by number,
 * the lines of their access lists, and one flow ("identity") for every permit line.
 *
 * Whatever changes (a map, a set, an access list, an interface or its address) marks the policy dirty; it is compiled
 * anew at the end of the turn, or before the next packet or question. A flow survives when interface, local address,
 * map, number and line are what they were: its SAs, counters and id stay. SAs of flows that vanished, or with peers
 * that were taken out of their entry, are deleted (SA_GONE_CONFIG); other changes hold for SAs to come, as on IOS. An
 * entry without a peer or an access list is incomplete and protects nothing. A deny line sends the packet on to the next
 * entry (ipv4-deny: see spd.c).
 *
 * An entry that names a dynamic map is as many entries as that map has. They need neither peer nor access list: where
 * they have them, these bound what may be negotiated. Their lines have no flows: a flow begins with the SAs that a peer
 * negotiates and ends with them (flow.c).
 *
 * With local-address, SAs end at the address of that interface; interfaces with the same map then share its entries,
 * so that a packet is protected by the same SAs whichever way it leaves. Peers given by name are resolved here, and
 * those called dynamic once more before each negotiation (map_names). Entries keyed by hand get their SAs as soon as all is
 * compiled (manual.c); of their lists only the first permit line counts, and what is denied before it.
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
    return c->dynamic[0] || (c->peers.n > 0 && c->acl[0]);
}

static int place_cmp(const struct map_entry *e, uint32_t seq, uint16_t dyn_seq)
{
    return e->seq != seq ? (e->seq < seq ? -1 : 1) : (e->dyn_seq > dyn_seq) - (e->dyn_seq < dyn_seq);
}

struct map_entry *entry_find(const struct map_if *mi, const char *map, uint32_t seq, uint16_t dyn_seq)
{
    size_t lo = 0, hi = mi && !strcmp(mi->map, map) ? mi->nentries : 0;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int d = place_cmp(mi->entries[mid], seq, dyn_seq);
        if (d == 0)
            return mi->entries[mid];
        if (d < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

static void entry_free(struct map_entry *e)
{
    group_free(e->below);
    mem_free(e->peers);
    mem_free(e->names);
    mem_free(e->rules);
    mem_free(e);
}

/* IKEv2 does not negotiate AH over ESP: a child SA is one protocol (RFC 7296 section 3.3). */
static void leave_out_over(struct ipsec_policy *t)
{
    unsigned n = 0;
    for (unsigned i = 0; i < t->ntransforms; i++)
        if (t->transforms[i].over == HASH_NONE)
            t->transforms[n++] = t->transforms[i];
    t->ntransforms = n;
}

void entry_template(struct ipsec *ips, const struct sa_conf *sa, struct map_entry *e)
{
    struct ipsec_policy *t = &e->tmpl;
    e->df = sa->df;
    e->idle_dflt = sa->idle_dflt;
    e->dummy_us = dummy_gap_us(&ips->conf, sa);
    ips->dummies = ips->dummies || e->dummy_us;
    str_copy(t->map, sizeof t->map, e->map);
    t->seq = e->seq;
    t->dyn_seq = e->dyn_seq;
    t->answer_only = e->dynamic;
    str_copy(t->ifname, sizeof t->ifname, e->mi->ifname);
    t->local = e->mi->local;
    bool named = false;
    for (unsigned i = 0; i < MAP_SETS_MAX; i++) {
        const struct transform_set_conf *s = sa->sets[i][0] ? ipsec_set_find(ips, sa->sets[i]) : NULL;
        named = named || sa->sets[i][0];
        if (s && t->ntransforms < IPSEC_TRANSFORMS_MAX && ipsec_transform_of(s, &t->transforms[t->ntransforms]))
            t->ntransforms++;
    }
    if (!named && ipsec_transform_of(ipsec_set_find(ips, "default"), &t->transforms[0]))
        t->ntransforms = 1;
    t->pfs_group = sa->pfs;
    t->life_s = sa_conf_life_s(&ips->conf, sa);
    uint32_t kb = sa->life_kb ? sa->life_kb : ips->conf.life_kb;
    t->life_kb = kb == LIFE_KB_OFF ? 0 : kb;
    t->replay_window = sa->replay == 0 ? ips->conf.replay : sa->replay == REPLAY_CONF_OFF ? 0 : sa->replay;
    t->per_host = sa->per_host;
    t->reverse_route = sa->rr;
    t->ecn = sa->ecn ? sa->ecn == 2 : ips->conf.ecn;
    t->idle_s = sa->idle_s ? sa->idle_s : ips->conf.idle_s;
    t->ikev2 = sa->ikev2_profile[0] != 0;
    if (t->ikev2)
        leave_out_over(t);
    str_copy(t->identity, sizeof t->identity, sa->identity);
    str_copy(t->ike_profile, sizeof t->ike_profile, t->ikev2 ? sa->ikev2_profile : sa->isakmp_profile);
    if (!t->ike_profile[0])
        CONF_EACH(const struct map_profile_conf, p, &ips->conf.map_profiles)
    if (!strcmp(p->name, e->map))
        str_copy(t->ike_profile, sizeof t->ike_profile, p->profile);
}

void rri_of(const struct sa_conf *sa, struct rri_conf *r)
{
    r->on = sa->rr;
    r->fixed = sa->rr && sa->rr_static;
    r->gateway = sa->rr_gateway;
    r->distance = sa->rr_distance ? sa->rr_distance : 1;
    r->via = sa->rr_peer;
    r->hop = sa->rr_hop;
    r->tag = sa->rr_tag;
}

static uint32_t resolve(const struct ipsec *ips, const char *name)
{
    uint32_t addr;
    return ips->env.resolve && ips->env.resolve(ips->env.resolve_arg, name, &addr) ? addr : 0;
}

/* The peers in order; one whose name has no address is left out. */
static void entry_peers(struct ipsec *ips, struct map_entry *e, const struct cryptomap_conf *c,
                        const struct map_entry *old)
{
    size_t n = c->peers.n ? c->peers.n : 1;
    e->peers = mem_array(n, sizeof *e->peers);
    e->peer_dflt = (unsigned)n;
    CONF_EACH(const struct map_peer_conf, p, &c->peers)
    {
        uint32_t addr = p->addr ? p->addr : resolve(ips, p->name);
        if (p->dynamic && !e->names)
            e->names = mem_array(n, sizeof *e->names);
        if (!addr && !p->dynamic)
            continue;
        if (p->dynamic)
            e->names[e->npeers] = p->name;
        if (p->dflt && e->peer_dflt == n)
            e->peer_dflt = e->npeers;
        e->peers[e->npeers++] = addr;
        ips->names = ips->names || p->dynamic;
    }
    if (e->peer_dflt < e->npeers)
        e->peer_now = e->peer_dflt;
    for (unsigned i = 0; old && old->npeers && i < e->npeers; i++)
        if (e->peers[i] == old->peers[old->peer_now])
            e->peer_now = i;
}

void map_names(struct ipsec *ips)
{
    bool moved = false;
    map_sync(ips);
    for (const struct map_if *mi = ips->names ? ips->ifs : NULL; mi; mi = mi->next)
        for (size_t i = 0; i < mi->nentries; i++) {
            const struct map_entry *e = mi->entries[i];
            for (unsigned n = 0; e->names && n < e->npeers; n++)
                moved = moved || (e->names[n] && resolve(ips, e->names[n]) != e->peers[n]);
        }
    if (moved)
        map_dirty(ips);
    map_sync(ips);
}

/* The flow that this line had before, with everything in it; NULL when it is new. Lines mostly keep their order: the
 * search goes on where the last one ended. */
static struct ipsec_flow *entry_inherit(struct map_entry *old, const struct acl_rule *r, size_t *at)
{
    for (size_t i = 0; old && i < old->nrules; i++) {
        size_t k = (*at + i) % old->nrules;
        struct ipsec_flow *f = old->rules[k].flow;
        if (f && !f->kept && acl_rule_same(&old->rules[k].rule, r)) {
            f->kept = true;
            *at = k + 1;
            return f;
        }
    }
    return NULL;
}

/* Its flows belong to this entry now. */
static void group_of(struct flow_group *g, struct map_entry *e)
{
    for (struct ipsec_flow *f = g ? g->first : NULL; f; f = f->next_below)
        f->entry = e;
}

/* Does the line ask for what no selector says (ports other than one, ICMP's types, flags ...)? */
static bool unsaid(const struct acl_rule *r)
{
    return r->sop > ACL_PORT_EQ || r->dop > ACL_PORT_EQ || r->tcp_flags || r->icmp_type < 256 || r->icmp_code < 256 ||
           r->has_dscp || r->has_precedence || r->has_tos || r->fragments;
}

/* Lines that are one to a peer have one flow: a pair made for one of them carries the packets of all. What a line is to
 * a peer, as the key of its flow: */
struct said {
    uint32_t local, local_mask, remote, remote_mask, ports, proto;
};

static struct said said_of(const struct acl_rule *r)
{
    struct selector l, m;
    flow_selectors(r, &l, &m);
    return (struct said){l.addr, l.mask, m.addr, m.mask, (uint32_t)l.port << 16 | m.port, l.proto};
}

/* The flows of the entry's lines so far. */
static struct table *flows_said(const struct map_entry *e)
{
    struct table *t = table_new(sizeof(struct said), 0);
    for (size_t i = 0; i < e->nrules; i++) {
        struct said k = said_of(&e->rules[i].rule);
        if (e->rules[i].flow)
            table_put(t, &k, e->rules[i].flow);
    }
    return t;
}

struct ipsec_flow *entry_flow(struct ipsec *ips, struct map_entry *old, const struct acl_rule *r, size_t *at)
{
    struct ipsec_flow *f = entry_inherit(old, r, at);
    return f || ips->nflows >= FLOWS_MAX ? f : flow_new(ips, r);
}

void entry_add_rule(struct map_entry *e, const struct spd_rule *rule)
{
    struct ipsec_flow *f = rule->flow;
    if (f) {
        f->entry = e;
        f->kept = true;
        group_of(f->below, e);
    }
    e->rules[e->nrules++] = *rule;
}

void entry_rules(struct ipsec *ips, struct map_entry *e, struct map_entry *old)
{
    struct acl *acl = acl_find(ips->env.net, e->acl);
    size_t n = acl ? acl_rules(acl) : 0, at = 0;
    struct table *said = NULL; /* from the first line on that another one may be one with */
    e->rules = mem_array(n ? n : 1, sizeof *e->rules);
    for (size_t i = 0; i < n; i++) {
        struct acl_rule *r = acl_rule(acl, i);
        bool own = r->permit && !e->dynamic;
        struct said k = said_of(r);
        if (own && !said && unsaid(r))
            said = flows_said(e);
        struct ipsec_flow *f = own && said ? table_find(said, &k) : NULL;
        bool shared = f != NULL;
        if (own && !f && !(f = entry_flow(ips, old, r, &at)))
            continue;
        if (f && said && !shared)
            table_put(said, &k, f);
        if (e->keys && r->permit)
            n = i; /* the last one that counts: one pair of SAs, one flow */
        entry_add_rule(e, &(struct spd_rule){.rule = *r, .hits = &r->hits, .flow = f, .shared = shared});
    }
    table_free(said);
    if (e->dynamic && old) {
        e->below = old->below;
        old->below = NULL;
        group_of(e->below, e);
    }
}

/* c: the entry of the map; or one of the dynamic map that stands there. */
static void entry_add(struct ipsec *ips, struct map_if *mi, const struct cryptomap_conf *at,
                      const struct cryptomap_conf *c, struct map_if *was)
{
    struct map_entry *e = NEW(struct map_entry);
    e->mi = mi;
    e->seq = at->seq;
    e->dynamic = c != at;
    e->dyn_seq = e->dynamic ? c->seq : 0;
    str_copy(e->map, sizeof e->map, at->name);
    str_copy(e->acl, sizeof e->acl, c->acl);
    e->keys = c->manual ? c->keys : NULL;
    e->spi_esp = c->keys[KEY_ESP_IN].spi;
    e->spi_ah = c->keys[KEY_AH_IN].spi;
    struct map_entry *old = entry_find(was, e->map, e->seq, e->dyn_seq);
    entry_peers(ips, e, c, old);
    if (!e->npeers && (!e->dynamic || c->peers.n)) {
        entry_free(e);
        return;
    }
    entry_template(ips, &c->sa, e);
    if (e->keys)
        manual_template(&e->tmpl);
    ips->nmanual += e->keys != NULL;
    rri_of(&c->sa, &e->rri);
    e->inside_in = c->acl_in[0] ? acl_find(ips->env.net, c->acl_in) : NULL;
    e->inside_out = c->acl_out[0] ? acl_find(ips->env.net, c->acl_out) : NULL;
    entry_rules(ips, e, old);
    mi->entries = mem_resize(mi->entries, mi->nentries + 1, sizeof *mi->entries);
    mi->entries[mi->nentries++] = e;
}

static void entries_of(struct ipsec *ips, struct map_if *mi, struct map_if *was)
{
    CONF_EACH(const struct cryptomap_conf, c, &ips->conf.maps)
    {
        if (strcmp(c->name, mi->map) != 0 || !cryptomap_complete(c))
            continue;
        if (!c->dynamic[0])
            entry_add(ips, mi, c, c, was);
        CONF_EACH(const struct cryptomap_conf, d, &ips->conf.dynamics)
        if (c->dynamic[0] && !strcmp(d->name, c->dynamic))
            entry_add(ips, mi, c, d, was);
    }
}

/* The address that SAs of this map end at, on this interface. 0: none (yet). */
static uint32_t local_of(struct ipsec *ips, const struct iface *ifc, bool *elsewhere)
{
    *elsewhere = false;
    CONF_EACH(const struct map_local_conf, l, &ips->conf.map_locals)
    if (!strcmp(l->name, ifc->conf->crypto_map)) {
        const struct iface *at = iface_by_name(ips->env.net, l->ifname);
        *elsewhere = true;
        return at ? at->addr : 0;
    }
    return ifc->addr;
}

static struct map_if *mi_alike(struct map_if *list, const struct map_if *like)
{
    for (; list; list = list->next)
        if (!list->owner && list->local == like->local && !strcmp(list->map, like->map))
            return list;
    return NULL;
}

static struct map_if *mi_new(struct ipsec *ips, struct iface *ifc, struct map_if *made, struct map_if *old)
{
    struct map_if *mi = NEW(struct map_if), *was = ifc->crypto;
    bool elsewhere;
    mi->ifc = ifc;
    str_copy(mi->map, sizeof mi->map, ifc->conf->crypto_map);
    str_copy(mi->ifname, sizeof mi->ifname, ifc->name);
    mi->local = local_of(ips, ifc, &elsewhere);
    if (elsewhere && mi->local && (mi->owner = mi_alike(made, mi))) {
        mi->entries = mi->owner->entries;
        mi->nentries = mi->owner->nentries;
        return mi;
    }
    if (elsewhere)
        was = mi_alike(old, mi);
    else if (was && (was->owner || was->local != mi->local))
        was = NULL;
    if (mi->local)
        entries_of(ips, mi, was);
    return mi;
}

static void mi_free(struct map_if *mi)
{
    if (!mi->owner)
        mem_free(mi->entries);
    mem_free(mi);
}

/* What of the former policy did not pass into the new one goes, with its SAs. */
static void retire(struct ipsec *ips, struct map_if *mi)
{
    for (size_t i = 0; !mi->owner && i < mi->nentries; i++) {
        struct map_entry *e = mi->entries[i];
        for (size_t r = 0; r < e->nrules; r++) {
            struct ipsec_flow *f = e->rules[r].flow;
            if (!f || e->rules[r].shared || f->kept) /* an earlier line has let it go */
                continue;
            flow_delete_pairs(f, NULL);
            flow_free(ips, f);
        }
        group_delete_pairs(e->below, NULL);
        entry_free(e);
    }
    mi_free(mi);
}

/* Of what stays: pairs with peers, or for flows, that are not wanted any more. */
static void trim(struct ipsec *ips, struct map_entry *e)
{
    for (size_t r = 0; r < e->nrules; r++) {
        struct ipsec_flow *f = e->rules[r].flow;
        if (f && !e->rules[r].shared) {
            f->kept = false;
            flow_delete_pairs(f, e);
        }
    }
    group_delete_pairs(e->below, e);
    rri_entry(ips, e);
}

static void map_compile(struct ipsec *ips)
{
    struct map_if *old = ips->ifs, **tail = &ips->ifs;
    bool attached = old != NULL;
    ips->ifs = NULL;
    ips->names = false;
    ips->nmanual = 0;
    protect_begin(ips);
    for (struct iface *ifc = iface_next(ips->env.net, NULL); ifc; ifc = iface_next(ips->env.net, ifc)) {
        struct map_if *mi = ifc->kind == IFACE_TUNNEL                ? protect_compile(ips, ifc)
                            : ifc->conf && ifc->conf->crypto_map[0] ? mi_new(ips, ifc, ips->ifs, old)
                                                                    : NULL;
        ifc->crypto = mi; /* the former one until here */
        if (!mi)
            continue;
        *tail = mi;
        tail = &(*tail)->next;
    }
    policy_index(ips);
    policy_changed(ips);
    while (old) {
        struct map_if *next = old->next;
        retire(ips, old);
        old = next;
    }
    for (struct map_if *mi = ips->ifs; mi; mi = mi->next)
        for (size_t i = 0; !mi->owner && i < mi->nentries; i++)
            trim(ips, mi->entries[i]);
    manual_sync(ips);
    dummy_sync(ips);
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
    for (struct map_if *k = ips->ifs; k; k = k->next)
        if (k->owner == mi) { /* until all is compiled anew, before the next packet */
            k->owner = NULL;
            k->entries = NULL;
            k->nentries = 0;
        }
    policy_index(ips);
    policy_changed(ips);
    bool rebuilding = ips->rebuilding;
    ips->rebuilding = true;
    retire(ips, mi);
    ips->rebuilding = rebuilding;
    if (!ips->ifs) {
        ips->map_changed = true;
        report_kick(ips);
    }
}

static void on_iface(void *arg, struct iface *ifc, enum iface_event what)
{
    struct ipsec *ips = arg;
    if (what == IFACE_GONE) {
        ipsec_unprotect(ips, ifc);
        map_unset(ips, ifc);
    } else if (what == IFACE_ADDED || what == IFACE_CONF || what == IFACE_ADDR)
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
    protect_init(ips);
    manual_init(ips);
    ips->flows = table_new(sizeof(uint32_t), (uint64_t)rnd_u32(ips->env.rnd) << 32 | rnd_u32(ips->env.rnd));
    spd_cache_init(ips);
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
    protect_fini(ips);
    manual_fini(ips);
    table_free(ips->flows);
    policy_fini(ips);
    mem_free(ips->shown);
    mem_free(ips->cache);
}
