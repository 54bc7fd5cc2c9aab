/* flow.c: flows ("identities"): what is protected as one, with one chain of pairs of SAs: made, found, ended.
 *
 * A permit line of a crypto map's access list has one flow as long as the line stays what it is. When a peer negotiates
 * less than a line permits, the pair gets a narrow flow below that line; it lives as long as its SAs. A line that names
 * port ranges gives an identity of any port (IKE can carry but one), while outbound it takes only the ports it names.
 *
 * An entry of a dynamic map has only flows that were negotiated, one for each peer and pair of selectors. When two
 * peers ask for the same selectors, packets go to the one whose SAs were enabled last: a spoke that comes back with
 * another address is heard there. What is below one line or entry is a group: found by the prefix of the remote side
 * with a look-up for each prefix length in use, the most exact first; of one prefix there are SAME_FLOWS_MAX at most,
 * so that no peer makes the walk long.
 */
#include "dataplane/ipsec/ipsec_local.h"

#include "espial/text.h"

bool selector_equal(const struct selector *a, const struct selector *b)
{
    return a->addr == b->addr && a->mask == b->mask && a->proto == b->proto && a->port == b->port;
}

bool selector_within(const struct selector *in, const struct selector *outer)
{
    return (in->mask & outer->mask) == outer->mask && (in->addr & outer->mask) == outer->addr &&
           (!outer->proto || in->proto == outer->proto) && (!outer->port || in->port == outer->port);
}

static bool end_fits(const struct selector *s, uint32_t addr, uint8_t proto, uint16_t port, bool no_ports)
{
    return (addr & s->mask) == s->addr && (!s->proto || s->proto == proto) && (!s->port || no_ports || s->port == port);
}

bool selector_fits(const struct selector *local, const struct selector *remote, const struct flow *f, bool inward)
{
    const struct selector *src = inward ? remote : local, *dst = inward ? local : remote;
    return end_fits(src, f->src, f->proto, f->sport, f->no_ports) &&
           end_fits(dst, f->dst, f->proto, f->dport, f->no_ports);
}

static struct ipsec_flow *flow_make(struct ipsec *ips)
{
    struct ipsec_flow *f = store_take(ips->store, sizeof *f);
    f->id = ++ips->flow_ids;
    ips->nflows++;
    ips->shown_stale = true;
    table_put(ips->flows, &f->id, f);
    return f;
}

void flow_selectors(const struct acl_rule *r, struct selector *local, struct selector *remote)
{
    uint8_t proto = r->proto == ACL_PROTO_IP ? 0 : (uint8_t)r->proto;
    *local = (struct selector){
        .addr = r->src, .mask = ~r->src_wild, .proto = proto, .port = r->sop == ACL_PORT_EQ ? r->sport : 0};
    *remote = (struct selector){
        .addr = r->dst, .mask = ~r->dst_wild, .proto = proto, .port = r->dop == ACL_PORT_EQ ? r->dport : 0};
}

struct ipsec_flow *flow_new(struct ipsec *ips, const struct acl_rule *r)
{
    struct ipsec_flow *f = flow_make(ips);
    flow_selectors(r, &f->local_sel, &f->remote_sel);
    return f;
}

/* ---- groups ---- */
static unsigned prefix_of(const struct selector *s, uint32_t *prefix)
{
    int len = ip4_mask_len(s->mask);
    *prefix = len > 0 ? s->addr & s->mask : 0;
    return len > 0 ? (unsigned)len : 0;
}

static struct ipsec_flow *chain(const struct flow_group *g, const struct selector *remote)
{
    uint32_t prefix;
    unsigned len = prefix_of(remote, &prefix);
    return g && g->by_len[len] ? table_find(g->by_len[len], &prefix) : NULL;
}

static void chain_set(struct flow_group *g, const struct selector *remote, struct ipsec_flow *head)
{
    uint32_t prefix;
    unsigned len = prefix_of(remote, &prefix);
    if (head)
        table_put(g->by_len[len], &prefix, head);
    else
        table_remove(g->by_len[len], &prefix);
    if (table_count(g->by_len[len]))
        g->lens |= UINT64_C(1) << len;
    else
        g->lens &= ~(UINT64_C(1) << len);
}

static void chain_out(struct ipsec_flow *f)
{
    struct ipsec_flow *head = chain(f->group, &f->remote_sel), **at = &head;
    while (*at != f)
        at = &(*at)->next_same;
    *at = f->next_same;
    chain_set(f->group, &f->remote_sel, head);
}

static void chain_in(struct ipsec *ips, struct ipsec_flow *f)
{
    uint32_t prefix;
    unsigned len = prefix_of(&f->remote_sel, &prefix);
    if (!f->group->by_len[len])
        f->group->by_len[len] = table_new(sizeof(uint32_t), (uint64_t)rnd_u32(ips->env.rnd) << 32 | f->id);
    f->next_same = chain(f->group, &f->remote_sel);
    chain_set(f->group, &f->remote_sel, f);
}

static struct ipsec_flow *group_find(const struct flow_group *g, const struct ipsec_policy *p, uint32_t peer,
                                     unsigned *same)
{
    *same = 0;
    for (struct ipsec_flow *f = chain(g, &p->remote_sel); f; f = f->next_same, ++*same)
        if (f->peer == peer && selector_equal(&f->local_sel, &p->local_sel) &&
            selector_equal(&f->remote_sel, &p->remote_sel))
            return f;
    return NULL;
}

/* The flow of these selectors in a group that may not exist yet. */
static struct ipsec_flow *group_flow(struct ipsec *ips, struct flow_group **g, const struct ipsec_policy *p,
                                     uint32_t peer, unsigned most, bool make)
{
    unsigned same;
    struct ipsec_flow *f = group_find(*g, p, peer, &same);
    if (f || !make)
        return f;
    if (same >= SAME_FLOWS_MAX || ips->nflows >= FLOWS_MAX || (*g && (*g)->n >= most))
        return NULL;
    if (!*g)
        *g = NEW(struct flow_group);
    f = flow_make(ips);
    f->peer = peer;
    f->local_sel = p->local_sel;
    f->remote_sel = p->remote_sel;
    f->number = peer ? ips->dynamic_numbers++ : 0;
    f->group = *g;
    f->next_below = (*g)->first;
    if (f->next_below)
        f->next_below->prev_below = &f->next_below;
    f->prev_below = &(*g)->first;
    (*g)->first = f;
    (*g)->n++;
    chain_in(ips, f);
    return f;
}

static void group_out(struct ipsec_flow *f)
{
    chain_out(f);
    *f->prev_below = f->next_below;
    if (f->next_below)
        f->next_below->prev_below = f->prev_below;
    f->group->n--;
    f->group = NULL;
}

void group_free(struct flow_group *g)
{
    for (unsigned len = 0; g && len <= 32; len++)
        table_free(g->by_len[len]);
    mem_free(g);
}

struct ipsec_flow *group_fit(const struct flow_group *g, const struct flow *key, bool sends)
{
    uint64_t lens = g ? g->lens : 0;
    while (lens) {
        unsigned len = 63 - (unsigned)__builtin_clzll(lens);
        uint32_t prefix = key->dst & ip4_mask(len);
        for (struct ipsec_flow *f = table_find(g->by_len[len], &prefix); f; f = f->next_same)
            if ((f->out || !sends) && selector_fits(&f->local_sel, &f->remote_sel, key, false))
                return f;
        lens &= ~(UINT64_C(1) << len);
    }
    return NULL;
}

void group_front(struct ipsec_flow *f)
{
    struct ipsec_flow *head = chain(f->group, &f->remote_sel);
    if (head == f)
        return;
    chain_out(f);
    f->next_same = chain(f->group, &f->remote_sel);
    chain_set(f->group, &f->remote_sel, f);
}

static void flow_unqueue(struct ipsec *ips, struct ipsec_flow *f)
{
    if (!f->acquire_queued)
        return;
    struct ipsec_flow **at = &ips->acquire_head;
    while (*at != f)
        at = &(*at)->next_acquire;
    *at = f->next_acquire;
    if (!*at)
        ips->acquire_tail = at;
}

static void add_pair(struct flow_count *n, const struct sa_pair *sa)
{
    uint64_t in = sa->in.packets - sa->cleared_in, out = sa->out.packets - sa->cleared_out;
    n->decaps += in;
    n->encaps += out;
    if (sa->icv_len || sa->over) {
        n->verify += in;
        n->digest += out;
    }
}

struct flow_count flow_counts(const struct ipsec_flow *f)
{
    struct flow_count n = f->n;
    for (const struct sa_pair *sa = f->pairs; sa; sa = sa->older)
        add_pair(&n, sa);
    return n;
}

void flow_part(struct ipsec_flow *f, const struct sa_pair *sa)
{
    add_pair(&f->n, sa);
}

void flow_clear(struct ipsec_flow *f)
{
    f->n = (struct flow_count){0};
    for (struct sa_pair *sa = f->pairs; sa; sa = sa->older) {
        sa->cleared_in = sa->in.packets;
        sa->cleared_out = sa->out.packets;
    }
}

/* The flow, without SAs, and what is below it. */
void flow_free(struct ipsec *ips, struct ipsec_flow *f)
{
    flow_unqueue(ips, f);
    timer_clear(&f->dummy);
    rri_flow_gone(ips, f);
    while (f->below && f->below->first)
        flow_free(ips, f->below->first);
    group_free(f->below);
    if (f->group)
        group_out(f);
    ips->nflows--;
    ips->shown_stale = true;
    table_remove(ips->flows, &f->id);
    flowmib_flow_gone(ips, f);
    store_give(ips->store, f, sizeof *f);
}

bool entry_takes_peer(const struct map_entry *e, uint32_t peer)
{
    for (unsigned i = 0; e && i < e->npeers; i++)
        if (e->peers[i] == peer)
            return true;
    return e && e->dynamic && !e->npeers;
}

static void delete_pairs(struct ipsec_flow *f, const struct map_entry *still)
{
    for (struct sa_pair *sa = f->pairs, *older; sa; sa = older) {
        older = sa->older;
        if (!entry_takes_peer(still, sa->policy.peer) || sa->manual != (still->keys != NULL))
            pair_delete(sa, SA_GONE_CONFIG, true);
    }
}

void flow_delete_pairs(struct ipsec_flow *f, const struct map_entry *still)
{
    for (struct ipsec_flow *n = f->below ? f->below->first : NULL, *next; n; n = next) {
        next = n->next_below; /* n goes with its last pair */
        delete_pairs(n, still);
    }
    delete_pairs(f, still);
}

void group_delete_pairs(struct flow_group *g, const struct map_entry *still)
{
    for (struct ipsec_flow *f = g ? g->first : NULL, *next; f; f = next) {
        next = f->next_below;
        bool stays = still && entry_allows(still, f->peer, &f->local_sel, &f->remote_sel);
        delete_pairs(f, stays ? still : NULL);
    }
}

/* Transport mode carries only what the two crypto endpoints say to each other; anything else is tunnelled, or not
 * carried with a set that requires transport mode. */
static void coerce(struct ipsec_policy *p)
{
    unsigned n = 0;
    bool ends = p->local_sel.mask == UINT32_MAX && p->remote_sel.mask == UINT32_MAX && p->local_sel.addr == p->local &&
                p->remote_sel.addr == p->peer;
    for (unsigned i = 0; i < p->ntransforms; i++) {
        if (!ends && p->transforms[i].require)
            continue;
        p->transforms[n] = p->transforms[i];
        if (!ends)
            p->transforms[n].mode = IPSEC_TUNNEL;
        n++;
    }
    p->ntransforms = n;
}

void entry_policy(const struct map_entry *e, uint32_t peer, const struct selector *local, const struct selector *remote,
                  struct ipsec_policy *out)
{
    *out = e->tmpl;
    out->peer = peer;
    out->local_sel = *local;
    out->remote_sel = *remote;
    coerce(out);
}

uint32_t flow_peer(const struct ipsec_flow *f)
{
    const struct map_entry *e = f->entry;
    return f->peer ? f->peer : e->npeers ? e->peers[e->peer_now] : 0;
}

void flow_policy(const struct ipsec_flow *f, struct ipsec_policy *out)
{
    entry_policy(f->entry, flow_peer(f), &f->local_sel, &f->remote_sel, out);
}

void flow_emptied(struct ipsec *ips, struct ipsec_flow *f)
{
    if (!f->group || f->pairs)
        return;
    policy_changed(ips);
    flow_free(ips, f);
}

/* Of one entry: the flow of the line that is, or else contains, these selectors. */
struct ipsec_flow *entry_line(const struct map_entry *e, const struct selector *local, const struct selector *remote,
                              bool *exact)
{
    struct ipsec_flow *around = NULL;
    for (size_t i = 0; i < e->nrules; i++) {
        struct ipsec_flow *f = e->rules[i].flow;
        if (!f)
            continue;
        *exact = selector_equal(&f->local_sel, local) && selector_equal(&f->remote_sel, remote);
        if (*exact)
            return f;
        if (!around && selector_within(local, &f->local_sel) && selector_within(remote, &f->remote_sel))
            around = f;
    }
    *exact = false;
    return around;
}

/* Does a line hold all of these selectors? */
static bool line_around(const struct acl_rule *r, const struct selector *local, const struct selector *remote)
{
    struct selector l, m;
    flow_selectors(r, &l, &m);
    return selector_within(local, &l) && selector_within(remote, &m);
}

bool entry_allows(const struct map_entry *e, uint32_t peer, const struct selector *local, const struct selector *remote)
{
    if (!entry_takes_peer(e, peer))
        return false;
    for (size_t i = 0; i < e->nrules; i++)
        if (line_around(&e->rules[i].rule, local, remote))
            return e->rules[i].rule.permit;
    return !e->acl[0];
}

struct ipsec_flow *flow_for(struct ipsec *ips, const struct ipsec_policy *p, bool make)
{
    bool exact;
    map_sync(ips);
    const struct iface *ifc = iface_by_name(ips->env.net, p->ifname);
    const struct map_if *mi = ifc ? ifc->crypto : NULL;
    struct map_entry *e = entry_find(mi, p->map, p->seq, p->dyn_seq);
    struct ipsec_flow *f, *wide;
    if (!e || mi->local != p->local || p->manual != (e->keys != NULL)) /* another entry has its number by now */
        return NULL;
    if (e->dynamic) {
        make = make && entry_allows(e, p->peer, &p->local_sel, &p->remote_sel) &&
               sad_count_peer(ips, p->peer) < PEER_PAIRS_MAX;
        f = group_flow(ips, &e->below, p, p->peer, FLOWS_MAX, make);
    } else {
        wide = f = entry_line(e, &p->local_sel, &p->remote_sel, &exact);
        if (f && !exact) {
            f = group_flow(ips, &wide->below, p, 0, NARROW_FLOWS_MAX, make);
            if (f) {
                f->wide = wide;
                f->tunnel = wide->tunnel;
                f->vti = wide->vti;
            }
        }
    }
    if (f)
        f->entry = e;
    return f;
}

struct ipsec_flow *flow_line(struct ipsec *ips, const struct ipsec_policy *p)
{
    bool exact;
    const struct iface *ifc = iface_by_name(ips->env.net, p->ifname);
    const struct map_entry *e = entry_find(ifc ? ifc->crypto : NULL, p->map, p->seq, p->dyn_seq);
    return e ? entry_line(e, &p->local_sel, &p->remote_sel, &exact) : NULL;
}
