/* flow.c: flows ("identities"): what is protected as one, with one chain of pairs of SAs: made, found, ended.
 *
 * A permit line of a crypto map's access list has one flow as long as the line stays what it is. When a peer negotiates
 * less than a line permits, the pair gets a narrow flow below that line; it lives as long as its SAs. A line that names
 * port ranges gives an identity of any port (IKE can carry but one), while outbound it takes only the ports it names.
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

struct ipsec_flow *flow_new(struct ipsec *ips, const struct acl_rule *r)
{
    struct ipsec_flow *f = NEW(struct ipsec_flow);
    f->id = ++ips->flow_ids;
    f->rule = *r;
    uint8_t proto = r->proto == ACL_PROTO_IP ? 0 : (uint8_t)r->proto;
    f->local_sel = (struct selector){
        .addr = r->src, .mask = ~r->src_wild, .proto = proto, .port = r->sop == ACL_PORT_EQ ? r->sport : 0};
    f->remote_sel = (struct selector){
        .addr = r->dst, .mask = ~r->dst_wild, .proto = proto, .port = r->dop == ACL_PORT_EQ ? r->dport : 0};
    ips->nflows++;
    ips->shown_stale = true;
    table_put(ips->flows, &f->id, f);
    return f;
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

/* The flow, without SAs, and what is below it. */
void flow_free(struct ipsec *ips, struct ipsec_flow *f)
{
    flow_unqueue(ips, f);
    while (f->narrows) {
        struct ipsec_flow *n = f->narrows;
        f->narrows = n->next_narrow;
        flow_free(ips, n);
    }
    ips->nflows--;
    ips->shown_stale = true;
    table_remove(ips->flows, &f->id);
    flowmib_flow_gone(ips, f);
    mem_free(f);
}

static void delete_pairs(struct ipsec_flow *f, const struct map_entry *still)
{
    for (struct sa_pair *sa = f->pairs, *older; sa; sa = older) {
        bool keep = false;
        older = sa->older;
        for (unsigned i = 0; still && i < still->npeers; i++)
            keep = keep || still->peers[i] == sa->policy.peer;
        if (!keep)
            pair_delete(sa, SA_GONE_CONFIG, true);
    }
}

void flow_delete_pairs(struct ipsec_flow *f, const struct map_entry *still)
{
    for (struct ipsec_flow *n = f->narrows, *next; n; n = next) {
        next = n->next_narrow; /* n goes with its last pair */
        delete_pairs(n, still);
    }
    delete_pairs(f, still);
}

/* Transport mode carries only what the two crypto endpoints say to each other; anything else is tunnelled, whatever the
 * set says. */
static void coerce(struct ipsec_policy *p)
{
    bool ends = p->local_sel.mask == UINT32_MAX && p->remote_sel.mask == UINT32_MAX && p->local_sel.addr == p->local &&
                p->remote_sel.addr == p->peer;
    for (unsigned i = 0; !ends && i < p->ntransforms; i++)
        p->transforms[i].mode = IPSEC_TUNNEL;
}

void entry_policy(const struct map_entry *e, uint32_t peer, const struct selector *local,
                      const struct selector *remote, struct ipsec_policy *out)
{
    *out = e->tmpl;
    out->peer = peer;
    out->local_sel = *local;
    out->remote_sel = *remote;
    coerce(out);
}

void flow_policy(const struct ipsec_flow *f, struct ipsec_policy *out)
{
    entry_policy(f->entry, f->entry->peers[f->entry->peer_now], &f->local_sel, &f->remote_sel, out);
}

static struct ipsec_flow *flow_below(struct ipsec *ips, struct ipsec_flow *wide, const struct ipsec_policy *p,
                                     bool make)
{
    unsigned n = 0;
    for (struct ipsec_flow *f = wide->narrows; f; f = f->next_narrow, n++)
        if (selector_equal(&f->local_sel, &p->local_sel) && selector_equal(&f->remote_sel, &p->remote_sel))
            return f;
    if (!make || n >= NARROW_FLOWS_MAX || ips->nflows >= FLOWS_MAX)
        return NULL;
    struct ipsec_flow *f = flow_new(ips, &wide->rule);
    f->entry = wide->entry;
    f->narrow = true;
    f->wide = wide;
    f->local_sel = p->local_sel;
    f->remote_sel = p->remote_sel;
    f->next_narrow = wide->narrows;
    wide->narrows = f;
    return f;
}

void flow_unnarrow(struct ipsec *ips, struct ipsec_flow *f)
{
    if (!f->narrow || f->pairs)
        return;
    struct ipsec_flow **at = &f->wide->narrows;
    while (*at != f)
        at = &(*at)->next_narrow;
    *at = f->next_narrow;
    policy_changed(ips);
    flow_free(ips, f);
}

/* Of one entry: the flow of the line that is, or else contains, these selectors. */
struct ipsec_flow *entry_line(const struct map_entry *e, const struct selector *local,
                                   const struct selector *remote, bool *exact)
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

struct ipsec_flow *flow_for(struct ipsec *ips, const struct ipsec_policy *p, bool make)
{
    bool exact;
    map_sync(ips);
    struct map_entry *e = entry_find(mi_find(ips->ifs, p->ifname), p->map, p->seq);
    struct ipsec_flow *f = e && e->mi->local == p->local ? entry_line(e, &p->local_sel, &p->remote_sel, &exact) : NULL;
    return !f || exact ? f : flow_below(ips, f, p, make);
}
