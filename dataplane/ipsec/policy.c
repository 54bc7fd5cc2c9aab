/* policy.c: the questions that IKE and the reports ask of the policy as it runs (spd.h): which entry answers a proposal,
 * who is named as a peer, which peer comes next after one that failed.
 *
 * Who is named is looked up, not walked to: an index over all entries is made when the policy is compiled. Entries of
 * dynamic maps that name nobody are asked one after the other; there are few. A proposal is answered by the first entry,
 * in the order of interfaces and numbers, that takes the peer and the selectors, and that fits what IKE knows besides:
 * the peer's profile, what is offered. So several entries may stand for the same selectors, as those of a dynamic map do
 * that have no list; whoever asks about a pair that there is asks its own entry first.
 *
 * Several peers of one entry: the current one is asked until it fails: no answer, refused, or dead (DPD). Then the next
 * is current, and a flow that waits for SAs asks it at once, each peer once; after that the next packet begins again. One
 * that is called default is current again as soon as a flow has lost the SAs that it had with another.
 */
#include "dataplane/ipsec/ipsec_local.h"

void policy_fini(struct ipsec *ips)
{
    table_free(ips->named);
    pool_free(ips->named_pool);
    mem_free(ips->dynamics);
    ips->named = NULL;
    ips->named_pool = NULL;
    ips->dynamics = NULL;
    ips->ndynamics = 0;
}

static void index_peer(struct ipsec *ips, struct map_entry *e, uint32_t addr)
{
    struct named_peer *p = table_find(ips->named, &addr);
    struct peer_place *at = pool_alloc(ips->named_pool, sizeof *at);
    if (!p) {
        p = pool_alloc(ips->named_pool, sizeof *p);
        p->addr = addr;
        p->end = &p->first;
        table_put(ips->named, &addr, p);
    }
    at->entry = e;
    *p->end = at;
    p->end = &at->next;
}

void policy_index(struct ipsec *ips)
{
    uint32_t order = 0;
    policy_fini(ips);
    ips->named = table_new(sizeof(uint32_t), (uint64_t)rnd_u32(ips->env.rnd) << 32 | rnd_u32(ips->env.rnd));
    ips->named_pool = pool_new();
    for (const struct map_if *mi = ips->ifs; mi; mi = mi->next)
        for (size_t i = 0; !mi->owner && i < mi->nentries; i++) {
            struct map_entry *e = mi->entries[i];
            e->order = mi->head ? 0 : ++order; /* before dynamic ones, which take anything */
            for (unsigned n = 0; !e->dynamic && n < e->npeers; n++)
                index_peer(ips, e, e->peers[n]);
            if (!e->dynamic)
                continue;
            ips->dynamics = mem_resize(ips->dynamics, ips->ndynamics + 1, sizeof(struct map_entry *));
            ips->dynamics[ips->ndynamics++] = e;
        }
}

/* Does this entry, on that address, belong to IKE? */
static bool negotiated(const struct map_entry *e, uint32_t local)
{
    return e->mi->local == local && !e->keys;
}

static const struct peer_place *places(const struct ipsec *ips, uint32_t peer)
{
    const struct named_peer *p = ips->named ? table_find(ips->named, &peer) : NULL;
    return p ? p->first : NULL;
}

enum spd_answer spd_find_fit(struct ipsec *ips, uint32_t local, uint32_t peer, const struct selector *local_sel,
                             const struct selector *remote_sel, spd_fits *fits, void *arg, struct ipsec_policy *out)
{
    bool named = false, met = false, exact;
    struct ipsec_policy p;
    map_sync(ips);
    const struct peer_place *at = places(ips, peer);
    for (size_t d = 0; at || d < ips->ndynamics;) {
        const struct map_entry *e = at ? at->entry : ips->dynamics[d];
        if (at && d < ips->ndynamics && ips->dynamics[d]->order < e->order)
            e = ips->dynamics[d];
        if (e->dynamic)
            d++;
        else
            at = at->next;
        if (!negotiated(e, local) || (e->dynamic && !entry_takes_peer(e, peer)))
            continue;
        named = true;
        if (e->dynamic ? !entry_allows(e, peer, local_sel, remote_sel) : !entry_line(e, local_sel, remote_sel, &exact))
            continue;
        if (e->mi->head && !exact) /* a tunnel is protected whole */
            continue;
        entry_policy(e, peer, local_sel, remote_sel, &p);
        bool fit = !fits || fits(arg, &p);
        if (fit || !met)
            *out = p;
        if (fit)
            return SPD_OK;
        met = true;
    }
    return met ? SPD_UNFIT : named ? SPD_NO_SELECTOR : SPD_NO_MAP;
}

static bool same_entry(void *arg, const struct ipsec_policy *p)
{
    const struct ipsec_policy *had = arg;
    return p->seq == had->seq && p->dyn_seq == had->dyn_seq && strcmp(p->map, had->map) == 0;
}

bool spd_find_again(struct ipsec *ips, const struct ipsec_policy *had, const struct selector *local_sel,
                    const struct selector *remote_sel, struct ipsec_policy *out)
{
    struct ipsec_policy of = *had;
    enum spd_answer a = spd_find_fit(ips, had->local, had->peer, local_sel, remote_sel, same_entry, &of, out);
    return a == SPD_OK || a == SPD_UNFIT;
}

bool spd_each_flow(struct ipsec *ips, uint32_t local, uint32_t peer,
                   bool (*each)(void *arg, const struct ipsec_policy *p), void *arg)
{
    struct ipsec_policy p;

    map_sync(ips);
    for (const struct peer_place *at = places(ips, peer); at; at = at->next)
        for (size_t r = 0; negotiated(at->entry, local) && r < at->entry->nrules; r++) {
            const struct ipsec_flow *f = at->entry->rules[r].flow;
            if (!f)
                continue;
            entry_policy(at->entry, peer, &f->local_sel, &f->remote_sel, &p);
            if (each(arg, &p))
                return true;
        }
    return false;
}

bool spd_peer_is_static(struct ipsec *ips, uint32_t local, uint32_t peer)
{
    map_sync(ips);
    for (const struct peer_place *at = places(ips, peer); at; at = at->next)
        if (negotiated(at->entry, local))
            return true;
    return false;
}

bool map_peer_configured(struct ipsec *ips, uint32_t peer)
{
    map_sync(ips);
    return places(ips, peer) != NULL;
}

bool spd_active(struct ipsec *ips)
{
    map_sync(ips);
    return ips->ifs != NULL;
}

uint32_t cryptomap_current_peer(struct ipsec *ips, const char *name, uint16_t seq)
{
    map_sync(ips);
    for (const struct map_if *mi = ips->ifs; mi; mi = mi->next) {
        const struct map_entry *e = entry_find(mi, name, seq, 0);
        if (e && e->npeers)
            return e->peers[e->peer_now];
    }
    return 0;
}

static void peer_set(struct ipsec *ips, struct map_entry *e, unsigned n)
{
    if (e->peer_now == n)
        return;
    e->peer_now = n;
    if (e->rri.fixed)
        rri_entry(ips, e);
}

void peer_failed(struct ipsec *ips, struct map_entry *e, uint32_t addr)
{
    if (e->npeers > 1 && e->peers[e->peer_now] == addr)
        peer_set(ips, e, (e->peer_now + 1) % e->npeers);
}

void peer_gone(struct ipsec *ips, const struct sa_pair *sa, enum sa_gone why)
{
    struct map_entry *e = sa->flow->entry;
    uint32_t peer = sa->policy.peer;
    bool dflt = e->peer_dflt < e->npeers, lost = why == SA_GONE_IKE_LOST, last = sa->flow->pairs == sa && !sa->older;
    e->cleared += why == SA_GONE_CLEARED;
    if (lost && (!dflt || e->peers[e->peer_dflt] == peer))
        peer_failed(ips, e, peer);
    else if (dflt && (lost ? e->peers[e->peer_now] == peer : last && (why != SA_GONE_IDLE || e->idle_dflt)))
        peer_set(ips, e, e->peer_dflt);
}

void spd_acquire_done(struct ipsec *ips, const struct ipsec_policy *want, bool ok)
{
    struct ipsec_flow *f = flow_for(ips, want, false), *line = flow_line(ips, want);
    if (line) { /* it asked, for the hosts of a packet */
        line->acquiring = false;
        if (ok)
            line->asked_at = 0;
    }
    if (!f)
        f = line;
    if (!f)
        return;
    f->acquiring = false;
    if (ok)
        f->asked_at = 0;
    protect_changed(ips, f);
    if (ok && f->first.there) {
        const struct ipsec_first *p = &f->first;
        struct flow key = {
            .src = p->local, .dst = p->remote, .proto = p->proto, .sport = p->local_port, .dport = p->remote_port};
        f->beside_at = f->pairs || group_fit(f->below, &key, false) ? 0 : loop_now(ips->env.loop) + 1;
    }
    if (ok || f->out)
        return;
    protect_failed(ips, f);
    peer_failed(ips, f->entry, want->peer);
    if (++f->asked < f->entry->npeers)
        spd_acquire(ips, f, NULL);
}
